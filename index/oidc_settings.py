"""How single sign-on is set up: read from the environment and from files, whole or not at all. Nothing here is an argument."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from ipaddress import ip_address
from pathlib import Path
from urllib.parse import urlsplit

from index import oidc_rules
from index.errors import SignOnError
from index.oidc_rules import Rules

ISSUER, CLIENT, SECRET = "KALLA_OIDC_ISSUER", "KALLA_OIDC_CLIENT_ID", "KALLA_OIDC_CLIENT_SECRET"
SECRET_FILE, NAME, SCOPES = "KALLA_OIDC_CLIENT_SECRET_FILE", "KALLA_OIDC_NAME", "KALLA_OIDC_SCOPES"
RULES, ONLY, ADDRESS = "KALLA_OIDC_RULES", "KALLA_OIDC_ONLY", "KALLA_OIDC_ADDRESS"
ALL = (ISSUER, CLIENT, SECRET_FILE, SECRET, NAME, SCOPES, RULES, ONLY, ADDRESS)
CALLBACK = "/sign-in/callback"
_SCOPE = re.compile(r"[\x21\x23-\x5b\x5d-\x7e]+")  # RFC 6749, 3.3
_LONGEST_NAME = 60
_LONGEST_SECRET = 4096


@dataclass(frozen=True, slots=True, kw_only=True)
class OidcSettings:
    """How to sign on. `address`: of this page as browsers call it, without a slash at its end; `only`: no passwords here."""

    issuer: str
    client_id: str
    client_secret: str = field(repr=False)
    name: str
    scopes: str = "openid profile email"
    address: str
    only: bool = False
    rules: Rules = field(default_factory=Rules)

    @property
    def redirect_uri(self) -> str:
        """Where the provider sends browsers back to: exactly this has to be registered there."""
        return self.address + CALLBACK


def from_environment(environment: Mapping[str, str], address: str) -> OidcSettings | None:
    """What is set up; None where nothing is. `address`: of this page, where KALLA_OIDC_ADDRESS names no other; "" is unknown.

    Raises SignOnError, which names the setting and says what to do.
    """
    given = {name: value.strip() for name, value in environment.items() if name.startswith("KALLA_OIDC_") and value.strip()}
    if not given:
        return None
    for unknown in sorted(set(given) - set(ALL)):
        raise SignOnError(f"{unknown} is no setting. Those there are: {', '.join(ALL)}")
    for needed, what in (
        (ISSUER, "the address of your OpenID provider, such as https://login.example.org"),
        (CLIENT, "the client ID that your OpenID provider gave to Källa"),
    ):
        if needed not in given:
            raise SignOnError(f"Single sign-on is set up in part: {needed} is missing. It is {what}.")
    issuer = _web(given[ISSUER], ISSUER)
    return OidcSettings(
        issuer=issuer,
        client_id=_printable(given[CLIENT], CLIENT, 255),
        client_secret=_secret(given),
        name=_printable(given.get(NAME) or str(urlsplit(issuer).hostname), NAME, _LONGEST_NAME),
        scopes=_scopes(given.get(SCOPES, "openid profile email")),
        address=_address(given.get(ADDRESS, address)),
        only=_yes(given.get(ONLY, "0")),
        rules=oidc_rules.read(Path(given[RULES]).expanduser()) if RULES in given else Rules(),
    )


def is_safe(address: str) -> bool:
    """Whether what is sent to an address can be read on the way by nobody: it is https, or does not leave this machine."""
    try:
        parts = urlsplit(address)
        host, _ = parts.hostname or "", parts.port
    except ValueError:
        return False
    if not host or parts.username is not None or not address.isascii() or re.search(r"[\s\x00-\x1f\x7f\\]", address):
        return False
    return parts.scheme == "https" or (parts.scheme == "http" and _is_loopback(host))


def _is_loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _web(text: str, setting: str) -> str:
    if not is_safe(text) or urlsplit(text).query or urlsplit(text).fragment:
        raise SignOnError(
            f"{setting} is {text}, which is no address that can be trusted: it begins with https://, has no ? and no #."
            " Only a provider on this machine may have http://."
        )
    return text


def _address(text: str) -> str:
    if not text:
        raise SignOnError(f"Behind a proxy, say by which address browsers call Källa: {ADDRESS}=https://kalla.example.org")
    if not is_safe(text):
        raise SignOnError(
            f"Single sign-on needs TLS: browsers call Källa at {text}. Serve it with --tls-cert and --tls-key, or behind a proxy"
            f" and set {ADDRESS}=https://kalla.example.org"
        )
    return _web(text, ADDRESS).rstrip("/")


def _printable(text: str, setting: str, longest: int) -> str:
    if len(text) > longest or not text.isprintable():
        raise SignOnError(f"{setting} has at most {longest} characters, on one line.")
    return text


def _scopes(text: str) -> str:
    scopes = text.split()
    if "openid" not in scopes or not all(_SCOPE.fullmatch(scope) for scope in scopes):
        raise SignOnError(f"{SCOPES} is {text}. It lists scopes with spaces between, and openid is one: openid profile email")
    return " ".join(scopes)


def _yes(text: str) -> bool:
    if text not in ("0", "1"):
        raise SignOnError(f"{ONLY} is {text}. Write 1 to offer no passwords, 0 to offer both.")
    return text == "1"


def _secret(given: Mapping[str, str]) -> str:
    if SECRET in given and SECRET_FILE in given:
        raise SignOnError(f"{SECRET} and {SECRET_FILE} are both set. Keep one; the file is the better place.")
    if SECRET_FILE not in given and SECRET not in given:
        raise SignOnError(f"Single sign-on is set up in part: the client's secret is missing. Name a file: {SECRET_FILE}=FILE")
    secret = _of_file(Path(given[SECRET_FILE]).expanduser()) if SECRET_FILE in given else given[SECRET]
    if not secret or len(secret) > _LONGEST_SECRET or not (secret.isascii() and secret.isprintable()):
        raise SignOnError(
            f"The client's secret is one line of ordinary characters, as your OpenID provider shows it ({SECRET_FILE})."
        )
    return secret


def _of_file(path: Path) -> str:
    try:
        if path.stat().st_mode & 0o077:
            raise SignOnError(f"Others can read the secret in {path} ({SECRET_FILE}). Take that from them: chmod go= '{path}'")
        return path.read_text("utf-8").strip()
    except (OSError, UnicodeDecodeError) as exc:
        why = exc.strerror if isinstance(exc, OSError) else "it is not text"
        raise SignOnError(
            f"The secret in {path} ({SECRET_FILE}) cannot be read: {why}. Name a file that this user may read."
        ) from exc
