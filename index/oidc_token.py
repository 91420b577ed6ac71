"""What is checked of an ID token before a word of it is believed (OpenID Connect Core 1.0, 3.1.3.7)."""

import base64
from collections.abc import Mapping, Sequence
from typing import Any

from authlib.oidc.core import CodeIDToken
from joserfc import jwt
from joserfc.errors import InvalidKeyIdError, JoseError
from joserfc.jwk import JWKRegistry, Key, KeySet
from joserfc.jws import JWSRegistry

from index.oidc_settings import OidcSettings
from index.oidc_wire import Untrusted

# Signatures whose key the provider alone holds: no `none`, and no HS, for which a public key could be taken as the secret.
ALGORITHMS = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "Ed25519")
SKEW = 60  # seconds that two clocks may differ
_KINDS = ("RSA", "EC", "OKP")
_SHORTEST = 2048 // 8  # bytes of an RSA modulus
_NOT_READ = (JoseError, ValueError, TypeError, KeyError, AttributeError, RecursionError)


class UnknownKey(Exception):
    """A token names a key that is not among those known."""


def keys_of(held: Mapping[str, Any]) -> KeySet:
    """The keys of a JWK set that can have signed a token; others are left out. Raises Untrusted where there is none."""
    listed = held.get("keys")
    found = [key for key in map(_key, listed if isinstance(listed, list) else []) if key is not None]
    if not found:
        raise Untrusted("it names no key that a token can be checked with")
    return KeySet(found)


def _key(held: object) -> Key | None:
    if not isinstance(held, dict) or held.get("kty") not in _KINDS or held.get("use", "sig") != "sig":
        return None
    try:
        if held["kty"] == "RSA" and len(base64.urlsafe_b64decode(str(held["n"]) + "==")) < _SHORTEST:
            return None
        return JWKRegistry.import_key(held)
    except _NOT_READ:
        return None


def checked(
    token: str, keys: KeySet, settings: OidcSettings, *, nonce: str, access_token: str, algorithms: Sequence[str]
) -> dict[str, object]:
    """The claims of a token that the provider signed, for us, now, and for the sign-in that this nonce was made for.

    `algorithms`: of ALGORITHMS, those that the provider says it uses. Raises Untrusted, and UnknownKey.
    """
    if not algorithms:
        raise Untrusted("it signs in no way that is safe")
    try:
        read = jwt.decode(token, keys, registry=JWSRegistry(algorithms=list(algorithms), strict_check_header=False))
        options = {
            "iss": {"essential": True, "value": settings.issuer},
            "aud": {"essential": True, "value": settings.client_id},
        }
        params = {"nonce": nonce, "client_id": settings.client_id, "access_token": access_token}
        claims = CodeIDToken(read.claims, read.header, options, params)
        claims.validate(leeway=SKEW)
    except InvalidKeyIdError as exc:
        raise UnknownKey("its token is signed with a key that it does not name") from exc
    except _NOT_READ as exc:
        claim = getattr(exc, "claim", "") or getattr(exc, "error", "") or ""
        raise Untrusted(f"its token does not hold: {type(exc).__name__} {str(claim)[:60]}".rstrip()) from exc
    subject = claims["sub"]
    if not (subject and len(subject) <= 255 and subject.isprintable() and " " not in subject):
        raise Untrusted("its token names nobody")
    return dict(claims)
