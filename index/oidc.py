"""Single sign-on: somebody whom an OpenID provider vouches for gets a session here, with what the rules give them.

Between leaving for the provider and coming back nothing is kept but a cookie: the state, sealed with the library's key. The
nonce and the PKCE verifier are worked out from the state and that key, so that no copy of the cookie holds them.
"""

import base64
import hmac
import re
import secrets
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import TypeVar

from index import keys
from index.audit import Event
from index.errors import AccountError
from index.gate import Gate
from index.oidc_provider import Provider
from index.oidc_rules import Grant
from index.oidc_settings import OidcSettings
from index.oidc_wire import Unreachable, Untrusted
from index.users import User

LASTS = 600  # seconds in which one has to be back
_AT_ONCE = 8  # conversations with the provider: one that hangs keeps no more threads than these
_QUEUES = 2.0  # seconds to wait for one of them
_TELL_EVERY = 60.0  # seconds between two rows that say the same
_LONGEST_ONWARD = 2000
_Found = TypeVar("_Found")
_ERROR = re.compile(r"[a-z_]{1,40}")  # what OAuth calls what went wrong


class Problem(StrEnum):
    """Why somebody was not let in."""

    NONE = ""
    AGAIN = "again"  # not begun in this browser, too long ago, or done already
    DENIED = "denied"  # there, by them or by the provider
    UNREACHABLE = "unreachable"
    UNTRUSTED = "untrusted"
    REFUSED = "refused"  # no rule gives them anything
    NAME = "name"  # somebody else has it here, or there is none
    DISABLED = "disabled"
    WAIT = "wait"


@dataclass(frozen=True, slots=True, kw_only=True)
class Begun:
    """Where the browser goes, with which cookie; or why it cannot. `wait`: seconds."""

    address: str = ""
    cookie: str = ""
    problem: Problem = Problem.NONE
    wait: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Ended:
    """How it ended: with the secret of a session, or why not. `spent`: the cookie has done its duty. `wait`: seconds."""

    secret: str = ""
    onward: str = ""
    language: str = ""
    spent: bool = False
    problem: Problem = Problem.NONE
    wait: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class _Turn:
    """What the cookie holds."""

    state: str
    expires: int
    language: str
    onward: str


class _Failed(Exception):
    def __init__(self, problem: Problem, reason: str, who: str = "") -> None:
        super().__init__(reason)
        self.problem, self.reason, self.who = problem, reason, who


class SignOn:
    """Single sign-on at one provider. It may be used from several threads."""

    def __init__(
        self,
        settings: OidcSettings,
        gate: Gate,
        data: Path,
        *,
        provider: Provider | None = None,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._settings = settings
        self._gate = gate
        self._data = data
        self._provider = provider or Provider(settings)
        self._clock = clock
        self._free = threading.BoundedSemaphore(_AT_ONCE)
        self._spent: dict[str, int] = {}  # states that came back, with the time until which they would hold
        self._told = 0.0
        self._lock = threading.Lock()

    @property
    def name(self) -> str:
        """What the provider is called."""
        return self._settings.name

    @property
    def only(self) -> bool:
        """Whether this is the only way in."""
        return self._settings.only

    def begin(self, onward: str, language: str, address: str) -> Begun:
        """Send a browser to the provider. `onward`: where it goes when it is in; `address`: of the browser."""
        wait = self._gate.waits(address)
        if wait > 0:
            return Begun(problem=Problem.WAIT, wait=wait)
        turn = _Turn(
            state=secrets.token_urlsafe(32), expires=int(self._clock()) + LASTS, language=language,
            onward=onward if len(onward) <= _LONGEST_ONWARD else "",
        )  # fmt: skip
        try:
            where = self._ask(
                lambda: self._provider.authorization(
                    state=turn.state, nonce=self._made("nonce", turn.state), verifier=self._made("verifier", turn.state),
                    language=language,
                )
            )  # fmt: skip
        except _Failed as exc:
            self._tell(exc.reason, address)
            return Begun(problem=exc.problem)
        return Begun(address=where, cookie=self._sealed(turn))

    def finish(self, query: Sequence[tuple[str, str]], cookie: str, address: str, before: str = "") -> Ended:
        """Let in somebody who comes back. `before`: the secret of the session that is replaced.

        Who comes without the cookie that was made for this state, as one whom another site has sent, leaves no trace and
        changes nothing: it is not counted, or others could shut somebody out, nor written down, or they could fill the trail.
        """
        turn, sent = self._opened(cookie), dict(query)
        if turn is None or len(sent) != len(query) or not _same(sent.get("state", ""), turn.state):
            return Ended(problem=Problem.AGAIN)
        wait = self._gate.waits(address)
        if wait > 0:
            return Ended(problem=Problem.WAIT, wait=wait, language=turn.language)
        if not self._first(turn):
            return Ended(problem=Problem.AGAIN, language=turn.language, spent=True)
        try:
            user = self._vouched(self._claims(sent, turn))
        except _Failed as exc:
            self._gate.turned_away(exc.who, address, exc.reason, counts=exc.problem is not Problem.UNREACHABLE)
            return Ended(problem=exc.problem, onward=turn.onward, language=turn.language, spent=True)
        return Ended(
            secret=self._gate.let_in(user, address, before, by=self.name), onward=turn.onward, language=turn.language, spent=True
        )

    def way_out(self, onward: str) -> str:
        """The address at which one signs out at the provider too, "" where there is none. `onward`: below this page's address."""
        try:
            return self._ask(lambda: self._provider.way_out(self._settings.address + onward))
        except _Failed:
            return ""

    def _claims(self, sent: Mapping[str, str], turn: _Turn) -> Mapping[str, object]:
        """What the provider says of the one who comes back."""
        named = self._ask(self._provider.names_itself)
        if sent.get("iss", "" if named else self._settings.issuer) != self._settings.issuer:
            raise _Failed(Problem.UNTRUSTED, "the answer is another provider's")
        error, code = sent.get("error"), sent.get("code", "")
        if error is not None or not code:
            said = error if error and _ERROR.fullmatch(error) else "no code"
            raise _Failed(Problem.DENIED, f"the provider says {said}")
        nonce, verifier = self._made("nonce", turn.state), self._made("verifier", turn.state)
        return self._ask(lambda: self._provider.claims(code=code, nonce=nonce, verifier=verifier))

    def _vouched(self, claims: Mapping[str, object]) -> User:
        """The account of these claims, brought up to date with them."""
        users, rules = self._gate.users, self._settings.rules
        subject = f"{self._settings.issuer} {claims['sub']}"
        before = users.of_subject(subject)
        name = before.name if before else rules.name(claims)
        grant = rules.grant(claims)
        if grant is None:
            self._put_out(before)
            raise _Failed(Problem.REFUSED, "no rule fits", before.name if before else "")
        try:
            user = users.vouched(subject, name, role=grant.role, clearance=grant.clearance, groups=grant.groups)
        except AccountError as exc:
            if users.of_subject(subject) is None:
                raise _Failed(Problem.NAME, f"an account cannot be made: {str(exc)[:200]}") from exc
            return self._vouched(claims)  # the same person, in another window, was quicker
        if user is None:
            raise _Failed(Problem.DISABLED, "the account is disabled", name)
        self._note(before, user)
        return user

    def _put_out(self, user: User | None) -> None:
        """Leave somebody who is not to be let in any more the least that there is, also by tokens, and end their sessions."""
        if user is not None:
            least = Grant()
            after = self._gate.users.vouched(
                user.subject, user.name, role=least.role, clearance=least.clearance, groups=least.groups
            )
            self._gate.sessions.end_all(user)
            self._note(user, after or user)

    def _note(self, before: User | None, user: User) -> None:
        """Write down what the claims have changed."""
        if before is None or (before.role, before.clearance, before.groups) != (user.role, user.clearance, user.groups):
            what = f"{'changed to' if before else 'added as'} {user.role}, {user.clearance.mark}"
            self._gate.audit.write("(single sign-on)", Event.USER, user=user.name, what=what, groups=", ".join(user.groups))

    def _ask(self, ask: Callable[[], _Found]) -> _Found:
        """Ask the provider, unless so many are waiting for it that the rest of the page would have to wait as well."""
        if not self._free.acquire(timeout=_QUEUES):
            raise _Failed(Problem.UNREACHABLE, "too many wait for the provider")
        try:
            return ask()
        except Unreachable as exc:
            raise _Failed(Problem.UNREACHABLE, f"the provider cannot be reached: {exc}") from exc
        except Untrusted as exc:
            raise _Failed(Problem.UNTRUSTED, f"the provider cannot be trusted: {exc}") from exc
        finally:
            self._free.release()

    def _tell(self, reason: str, address: str) -> None:
        """Write down that the provider cannot be used; once in a while, for anybody can bring it about."""
        with self._lock:
            if self._clock() < self._told + _TELL_EVERY:
                return
            self._told = self._clock()
        self._gate.turned_away("", address, reason, counts=False)

    def _first(self, turn: _Turn) -> bool:
        """Whether nobody has come back with this state before."""
        now = int(self._clock())
        with self._lock:
            self._spent = {state: expires for state, expires in self._spent.items() if expires >= now}
            if turn.state in self._spent:
                return False
            self._spent[turn.state] = turn.expires
            return True

    def _made(self, purpose: str, state: str) -> str:
        """A secret that belongs to a state: 64 hexadecimal digits."""
        return keys.keyed(keys.secret(self._data), f"sign-on {purpose}", state)

    def _sealed(self, turn: _Turn) -> str:
        onward = base64.urlsafe_b64encode(turn.onward.encode()).decode().rstrip("=")
        text = f"{turn.state}.{turn.expires}.{turn.language}.{onward}"
        return f"{text}.{self._made('cookie', text)}"

    def _opened(self, cookie: str) -> _Turn | None:
        """What a cookie holds; None where it is none of ours, or too old."""
        text, _, seal = cookie.rpartition(".")
        if not _same(seal, self._made("cookie", text)):
            return None
        state, expires, language, onward = text.split(".")
        if int(expires) < self._clock():
            return None
        there = base64.urlsafe_b64decode(onward + "==").decode()
        return _Turn(state=state, expires=int(expires), language=language, onward=there)


def _same(one: str, other: str) -> bool:
    return hmac.compare_digest(one.encode("utf-8", "surrogatepass"), other.encode("utf-8", "surrogatepass"))
