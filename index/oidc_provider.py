"""An OpenID provider: what it says of itself and of those who sign in there, asked for when needed and kept for a while.

OpenID Connect Core 1.0 (code flow) and Discovery 1.0; RFC 7636 (PKCE); RFC 9700 (what to mind).
"""

import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from urllib.parse import urlencode, urlsplit

from joserfc.jwk import KeySet

from index import oidc_settings, oidc_token
from index.oidc_settings import OidcSettings
from index.oidc_token import ALGORITHMS, UnknownKey
from index.oidc_wire import PATIENCE, Unreachable, Untrusted, Wire

_KEPT = 3600.0  # seconds that what the provider says of itself, and its keys, are kept
_REST = 5.0  # seconds after a failure in which it is not asked again
_KEYS_EVERY = 60.0  # seconds between two looks for a key that is not known


@dataclass(frozen=True, slots=True, kw_only=True)
class _About:
    """What a provider says of itself."""

    authorization: str
    token: str
    keys: str
    userinfo: str
    end_session: str
    algorithms: tuple[str, ...]
    names_itself: bool
    secret_in_form: bool


class Provider:
    """One provider; it may be asked from several threads. Each call raises Unreachable or Untrusted."""

    def __init__(
        self, settings: OidcSettings, *, patience: float = PATIENCE, clock: Callable[[], float] = time.monotonic
    ) -> None:
        """`patience`: seconds without a byte after which it is given up. `clock`: seconds, for what is kept."""
        self._settings = settings
        self._patience = patience
        self._clock = clock
        self._lock = threading.Lock()
        self._about: tuple[_About, float] | None = None  # with the time until which it holds
        self._keys: tuple[KeySet, float] | None = None
        self._keys_asked = 0.0
        self._failure: tuple[Unreachable | Untrusted, float] | None = None

    def authorization(self, *, state: str, nonce: str, verifier: str, language: str) -> str:
        """The address at which a browser signs in."""
        about = self._described()
        with self._wire() as wire:
            return wire.authorization(about.authorization, state=state, nonce=nonce, verifier=verifier, language=language)

    def names_itself(self) -> bool:
        """Whether each answer to the browser holds the provider's name (RFC 9207), so that one without is none of its own."""
        return self._described().names_itself

    def way_out(self, onward: str) -> str:
        """The address at which one signs out there too, "" where there is none. `onward`: where it leads afterwards."""
        end = self._described().end_session
        sent = urlencode({"client_id": self._settings.client_id, "post_logout_redirect_uri": onward})
        return f"{end}{'&' if urlsplit(end).query else '?'}{sent}" if end else ""

    def claims(self, *, code: str, nonce: str, verifier: str) -> Mapping[str, object]:
        """What the provider says of the one for whom it gave this code."""
        about = self._described()
        with self._wire() as wire:
            given = wire.token(about.token, code=code, verifier=verifier, secret_in_form=about.secret_in_form)
            token, access = given.get("id_token"), given.get("access_token")
            if not isinstance(token, str) or not isinstance(access, str):
                raise Untrusted("it gave no ID token")
            claims = self._checked(wire, about, token, nonce, access)
            if not about.userinfo:
                return claims
            more = wire.get(about.userinfo, access)
        if more.get("sub") != claims["sub"]:
            raise Untrusted("it told of somebody else than it signed in")
        return {**more, **claims}  # what is signed counts for more

    def _checked(self, wire: Wire, about: _About, token: str, nonce: str, access: str) -> Mapping[str, object]:
        """The token's claims; where its key is unknown, the provider may have a new one."""

        def check(keys: KeySet) -> dict[str, object]:
            return oidc_token.checked(token, keys, self._settings, nonce=nonce, access_token=access, algorithms=about.algorithms)

        try:
            return check(self._known_keys(wire, about))
        except UnknownKey:
            try:
                return check(self._known_keys(wire, about, anew=True))
            except UnknownKey as exc:
                raise Untrusted(str(exc)) from exc

    def _known_keys(self, wire: Wire, about: _About, *, anew: bool = False) -> KeySet:
        with self._lock:
            now = self._clock()
            if self._keys and now < self._keys[1] and not (anew and now - self._keys_asked >= _KEYS_EVERY):
                return self._keys[0]
            self._keys_asked = now
            found = oidc_token.keys_of(wire.get(about.keys))
            self._keys = (found, now + _KEPT)
            return found

    def _described(self) -> _About:
        with self._lock:
            now = self._clock()
            if self._about and now < self._about[1]:
                return self._about[0]
            if self._failure and now < self._failure[1]:
                raise type(self._failure[0])(str(self._failure[0]))
            try:
                with self._wire() as wire:
                    found = _about(wire, self._settings.issuer)
            except (Unreachable, Untrusted) as exc:
                self._failure = (exc, self._clock() + _REST)
                raise
            self._about, self._failure = (found, now + _KEPT), None
            return found

    def _wire(self) -> Wire:
        return Wire(self._settings, self._patience)


def _about(wire: Wire, issuer: str) -> _About:
    held = wire.get(issuer.rstrip("/") + "/.well-known/openid-configuration")
    if held.get("issuer") != issuer:
        raise Untrusted(f"it calls itself {str(held.get('issuer'))[:200]}, and {oidc_settings.ISSUER} is {issuer}")
    offered, methods = held.get("id_token_signing_alg_values_supported"), held.get("token_endpoint_auth_methods_supported")
    return _About(
        authorization=_endpoint(held, "authorization_endpoint"),
        token=_endpoint(held, "token_endpoint"),
        keys=_endpoint(held, "jwks_uri"),
        userinfo=_endpoint(held, "userinfo_endpoint", needed=False),
        end_session=_endpoint(held, "end_session_endpoint", needed=False),
        algorithms=tuple(one for one in ALGORITHMS if not isinstance(offered, list) or one in offered),
        names_itself=held.get("authorization_response_iss_parameter_supported") is True,
        secret_in_form=isinstance(methods, list) and "client_secret_basic" not in methods and "client_secret_post" in methods,
    )


def _endpoint(held: Mapping[str, object], name: str, *, needed: bool = True) -> str:
    address = held.get(name)
    if address is None and not needed:
        return ""
    if not isinstance(address, str) or not oidc_settings.is_safe(address):
        raise Untrusted(f"its {name} is no safe address")
    return address
