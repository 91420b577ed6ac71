"""How an OpenID provider is asked: with an end to every wait and to every answer, and led on to nowhere else.

With `index.oidc_token` the only module that imports authlib; it is loaded where single sign-on is set up.
"""

import ssl
import time
from collections.abc import Callable, Iterator
from functools import lru_cache
from typing import Any
from urllib.parse import quote_plus

import httpx2
from authlib.integrations.httpx_client import OAuth2Client, OAuthError

from index.oidc_settings import OidcSettings

PATIENCE = 5.0  # seconds without a byte; a whole answer may take twice as long
MOST = 512 * 1024  # bytes of an answer


class Unreachable(Exception):
    """The provider does not answer, or not in time. The message is for the audit trail."""


class Untrusted(Exception):
    """What the provider answered cannot be used. The message is for the audit trail, and holds nothing secret."""


class Wire:
    """A conversation with one provider; to be used in `with`. Calls raise Unreachable or Untrusted."""

    def __init__(self, settings: OidcSettings, patience: float = PATIENCE) -> None:
        self._settings = settings
        self._client = OAuth2Client(
            client_id=settings.client_id,
            client_secret=settings.client_secret,
            scope=settings.scopes,
            redirect_uri=settings.redirect_uri,
            code_challenge_method="S256",
            timeout=patience,
            follow_redirects=False,
            transport=_Bounded(2 * patience),
            headers={"Accept": "application/json", "Accept-Encoding": "identity"},
        )
        self._client.register_compliance_hook("access_token_response", _whole)

    def __enter__(self) -> "Wire":
        return self

    def __exit__(self, *_: object) -> None:
        self._client.close()

    def authorization(self, endpoint: str, *, state: str, nonce: str, verifier: str, language: str) -> str:
        """The address at which a browser signs in, with the challenge that only the `verifier` answers."""
        address, _ = self._client.create_authorization_url(
            endpoint, state=state, nonce=nonce, code_verifier=verifier, ui_locales=language
        )
        return str(address)

    def get(self, address: str, bearer: str = "") -> dict[str, Any]:
        """An object that lies at an address."""
        headers = {"Authorization": f"Bearer {bearer}"} if bearer else {}

        def ask() -> object:
            answer = self._client.request("GET", address, headers=headers, withhold_token=True)
            answer.raise_for_status()  # of a redirect, too
            return answer.json()

        return _asked(ask)

    def token(self, endpoint: str, *, code: str, verifier: str, secret_in_form: bool) -> dict[str, Any]:
        """What the provider gives for a code. `secret_in_form`: it takes the client's secret in no header."""
        # RFC 6749, 2.3.1: both are form-encoded first, which authlib 1.9 leaves out (oauth2/auth.py).
        basic = httpx2.BasicAuth(quote_plus(self._settings.client_id), quote_plus(self._settings.client_secret))
        auth = self._client.client_auth("client_secret_post") if secret_in_form else basic
        return _asked(
            lambda: self._client.fetch_token(
                endpoint, grant_type="authorization_code", code=code, code_verifier=verifier, auth=auth
            )
        )


def _whole(answer: httpx2.Response) -> httpx2.Response:
    """An answer to a code: a token, or OAuth's own words for what is wrong with it, which authlib reads."""
    if answer.status_code == 429 or not 400 <= answer.status_code < 500:
        answer.raise_for_status()
    return answer


def _asked(ask: Callable[[], object]) -> dict[str, Any]:
    """An answer, which has to be an object."""
    try:
        held = ask()
    except OAuthError as exc:
        raise Untrusted(f"it refused: {str(exc.error)[:60]}") from exc
    except httpx2.HTTPStatusError as exc:
        status = exc.response.status_code
        raise (Unreachable if status >= 500 or status == 429 else Untrusted)(f"it answered {status}") from exc
    except (httpx2.HTTPError, httpx2.InvalidURL, OSError) as exc:
        raise Unreachable(f"{type(exc).__name__}: {str(exc)[:120]}") from exc
    except (ValueError, RecursionError) as exc:
        raise Untrusted(f"it answered no JSON ({type(exc).__name__})") from exc
    if not isinstance(held, dict):
        raise Untrusted("it answered JSON that is no object")
    return held


@lru_cache(maxsize=1)
def _trusted() -> ssl.SSLContext:
    """The authorities whose certificates are believed; reading them takes longer than all else of a conversation."""
    return httpx2.create_ssl_context()


class _Bounded(httpx2.BaseTransport):
    """Sends requests as usual, and reads no more of an answer, and for no longer, than is allowed."""

    def __init__(self, longest: float) -> None:
        self._inner = httpx2.HTTPTransport(verify=_trusted())
        self._longest = longest

    def handle_request(self, request: httpx2.Request) -> httpx2.Response:
        """Send one request."""
        ends = time.monotonic() + self._longest
        answer = self._inner.handle_request(request)
        if answer.headers.get("content-encoding", "identity") != "identity":  # it was told not to; it may hold any amount
            answer.close()
            raise Untrusted("it answered compressed")
        stream = _Counted(answer.stream, ends)
        return httpx2.Response(answer.status_code, headers=answer.headers, stream=stream, extensions=answer.extensions)

    def close(self) -> None:
        """End all connections."""
        self._inner.close()


class _Counted(httpx2.SyncByteStream):
    def __init__(self, inner: object, ends: float) -> None:
        if not isinstance(inner, httpx2.SyncByteStream):
            raise TypeError("a response that was asked for synchronously streams so")
        self._inner = inner
        self._ends = ends

    def __iter__(self) -> Iterator[bytes]:
        size = 0
        for chunk in self._inner:
            size += len(chunk)
            if size > MOST:
                raise Untrusted(f"it answered more than {MOST // 1024} KB")
            if time.monotonic() > self._ends:
                raise Unreachable("its answer took too long")
            yield chunk

    def close(self) -> None:
        self._inner.close()
