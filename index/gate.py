"""The one gate behind all doors: who asks, by a session of the page or by a token, and how one signs in."""

import threading
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from index import keys
from index.access import Handling, Principal, local_owner
from index.audit import Audit, Entry, Event
from index.errors import AccountError
from index.sessions import Sessions
from index.throttle import Throttle
from index.tokens import Bearer, Scope, Token, Tokens
from index.users import User, Users

COOKIE = "kalla"
SECURE_COOKIE = "__Host-kalla"  # where the page is served by TLS: a browser then takes it from this host alone
_HASHES_AT_ONCE = 2  # each takes 64 MiB for a tenth of a second


@dataclass(frozen=True, slots=True, kw_only=True)
class SignedIn:
    """How an attempt to sign in ended: with the secret for the cookie, or "" and the seconds to wait (0: try again at once)."""

    secret: str = ""
    wait: float = 0.0


class Gate:
    """Tells who asks. While there are no users, that is the one at this machine, if the server was started for them alone."""

    def __init__(
        self, data: Path, *, users: Users | None = None, audit: Audit | None = None, open_to_others: bool = False
    ) -> None:
        """`open_to_others`: the server can be reached from elsewhere, so nobody is let in without an account."""
        self.users = users or Users(data)
        self.sessions = Sessions(data)
        self.tokens = Tokens(data)
        self.audit = audit or Audit(data)
        self._throttle = Throttle(data)
        self._data = data
        self._open_to_others = open_to_others
        self._hashing = threading.BoundedSemaphore(_HASHES_AT_ONCE)

    def signing_in(self) -> bool:
        """Whether one has to sign in."""
        return self._open_to_others or self.users.any()

    def of_cookie(self, headers: Mapping[str, str]) -> Principal | None:
        """Who asks by the page; None where they have to sign in first."""
        if not self.signing_in():
            return local_owner()
        user = self.user(headers)
        return user.principal() if user else None

    def still(self, headers: Mapping[str, str], name: str) -> bool:
        """Whether the one who asked a while ago is still signed in; it does not count as asking again."""
        if not self.signing_in():
            return name == local_owner().name
        user = self.sessions.find(secret_of(headers), seen=False)
        return user is not None and user.name == name

    def of_token(self, headers: Mapping[str, str]) -> Bearer | None:
        """Who asks by the API, and what for; None without a token that is valid. Without users no token is needed."""
        if not self.signing_in():
            return Bearer(principal=local_owner(), scopes=tuple(Scope), token_id=0)
        scheme, _, token = headers.get("authorization", "").partition(" ")
        return self.tokens.find(token.strip()) if scheme.lower() == "bearer" else None

    def user(self, headers: Mapping[str, str]) -> User | None:
        """The account of the one who asks by the page."""
        return self.sessions.find(secret_of(headers))

    def sign_in(self, name: str, password: str, address: str, before: str = "") -> SignedIn:
        """Try to sign in. `address`: of the browser; `before`: the secret of the session that this one replaces.

        What is answered, and how long it takes, is the same for a wrong password and for a name that does not exist.
        """
        wait = self._throttle.wait(name, address)
        if wait > 0:
            return SignedIn(wait=wait)
        with self._hashing:
            user = self.users.check(name, password)
        if user is None:
            self._throttle.failed(name, address)
            self.audit.write(self._named(name), Event.SIGN_IN_FAILED, address=address)
            return SignedIn(wait=self._throttle.wait(name, address))
        self._throttle.worked(name, address)
        return SignedIn(secret=self.let_in(user, address, before))

    def let_in(self, user: User, address: str, before: str = "", by: str = "") -> str:
        """Begin the session of somebody who has shown who they are, `by` another place if so; the secret for the cookie."""
        secret = self.sessions.begin(user, before)
        self.audit.write(user.name, Event.SIGN_IN, address=address, **({"by": by} if by else {}))
        return secret

    def waits(self, address: str) -> float:
        """The seconds that somebody at this address, who has named nobody yet, has to wait."""
        return self._throttle.wait("", address)

    def turned_away(self, name: str, address: str, reason: str, *, counts: bool) -> None:
        """Write down that another place did not let somebody in here, and why. `counts`: the next attempt waits for it."""
        if counts:
            self._throttle.failed("", address)
        self.audit.write(name or "unknown", Event.SIGN_IN_FAILED, address=address, reason=reason)

    def sign_out(self, headers: Mapping[str, str], *, everywhere: bool = False) -> None:
        """End the session that asks, or all of its account."""
        user = self.user(headers)
        if user is None:
            return
        if everywhere:
            self.sessions.end_all(user)
        self.sessions.end(secret_of(headers))
        self.audit.write(user.name, Event.SIGN_OUT, everywhere="yes" if everywhere else "no")

    def secret_of(self, headers: Mapping[str, str]) -> str:
        """The secret of the session that asks, "" where there is none."""
        return secret_of(headers)

    def has_password(self, headers: Mapping[str, str]) -> bool:
        """Whether the one who asks has a password here."""
        user = self.user(headers)
        return user is not None and not user.subject

    def tokens_of(self, headers: Mapping[str, str]) -> Sequence[Token]:
        """The tokens of the one who asks by the page, the latest first."""
        user = self.user(headers)
        return self.tokens.of(user) if user else ()

    def make_token(
        self, headers: Mapping[str, str], name: str, *, scopes: Collection[str], clearance: Handling, days: int
    ) -> str:
        """Make a token for the one who asks by the page and return it: it cannot be shown again. Raises AccountError."""
        user = self.user(headers)
        if user is None:
            raise AccountError("Your session has ended. Sign in again.")
        return self.give_token(user, user.name, name, scopes=scopes, clearance=clearance, days=days)

    def give_token(self, user: User, by: str, name: str, *, scopes: Collection[str], clearance: Handling, days: int) -> str:
        """Make a token for an account and return it; `by` is written down as who did. Raises AccountError."""
        wanted = sorted({Scope(scope) for scope in scopes})
        made = self.tokens.make(user, name, scopes=wanted, clearance=clearance, days=days)
        what = f"made {self.tokens.of(user)[0].name}: {' and '.join(wanted)}, {min(clearance, user.clearance).mark}, {days} days"
        self.audit.write(by, Event.TOKEN, user=user.name, what=what)
        return made

    def take_token_away(self, headers: Mapping[str, str], token_id: int) -> bool:
        """Take a token of the one who asks by the page away; False where there is none."""
        user = self.user(headers)
        return user is not None and self.end_token(user, user.name, token_id)

    def end_token(self, user: User, by: str, token_id: int) -> bool:
        """Take a token of an account away; `by` is written down as who did. False where there is none."""
        name = next((one.name for one in self.tokens.of(user) if one.token_id == token_id), "")
        if not self.tokens.take_away(user, token_id):
            return False
        self.audit.write(by, Event.TOKEN, user=user.name, what=f"took away {name}")
        return True

    def note(self, who: str, event: str, about: Mapping[str, str]) -> None:
        """Write down what was done. Raises StoreError: what cannot be written down is not done."""
        self.audit.write(who, Event(event), **about)

    def counts(self, since: str) -> Mapping[str, int]:
        """How often each event came about since a moment (ISO 8601, UTC)."""
        return self.audit.counts(since=since)

    def can_note(self) -> None:
        """Make sure that something can be written down, before it is done. Raises StoreError."""
        self.audit.ready()

    def trail(self, *, who: str = "", event: str = "", day: str = "", before: int = 0, limit: int = -1) -> Sequence[Entry]:
        """The latest rows of the audit trail, of one person, event and day (ISO 8601, UTC), where these are given.

        `before`: only rows with a lower id (0: all). `limit`: -1 for all.
        """
        return self.audit.found(who=who, event=event, day=day, before=before, limit=limit)

    def change_password(self, headers: Mapping[str, str], old: str, new: str, address: str) -> bool:
        """Give the one who asks another password, if they know the old one; their sessions end. Raises AccountError."""
        user = self.user(headers)
        if user is None:
            return False
        if self._throttle.wait(user.name, address) > 0:
            return False
        with self._hashing:
            known = self.users.check(user.name, old)
        if known is None:
            self._throttle.failed(user.name, address)
            return False
        self.users.set_password(user.name, new)
        self.audit.write(user.name, Event.USER, user=user.name, what="password")
        return True

    def _named(self, name: str) -> str:
        """The name of an account as it is written down; what is none could be a password typed in the wrong field."""
        known = " ".join(name.split()).lower()
        if any(user.name == known for user in self.users.all()):
            return known
        return "unknown " + keys.keyed(keys.secret(self._data), "name", known)[:12]


def secret_of(headers: Mapping[str, str]) -> str:
    """The secret of a session, from the cookies of a request; "" where there is none, or more than one."""
    found = []
    for part in headers.get("cookie", "").split(";"):
        name, equals, value = part.strip().partition("=")
        if equals and name in (COOKIE, SECURE_COOKIE):
            found.append(value)
    return found[0] if len(found) == 1 else ""
