"""What the page needs from the rest of the house. Types only; the composition root puts the real parts in."""

from collections.abc import Callable, Collection, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from pathlib import Path
from typing import Protocol

from starlette.types import Receive, Scope, Send

from index.access import Handling, Principal
from index.deskitems import Excerpt, Followed, Kept, Removed, Unanswered
from index.questionset import QuestionSet
from index.result import Changes, DocumentInfo, FileInfo, Hit, Mode, Moment, OutlineItem, PageView, Result, Status


class Library(Protocol):
    """The library as one person sees it. What they may not see does not exist: `None`, or absent from the list."""

    def search(
        self,
        question: str,
        *,
        principal: Principal,
        top: int = 10,
        where: Mapping[str, Sequence[str]] = {},
        mode: Mode = Mode.HYBRID,
        translate: bool = True,
        per_document: int = 0,
    ) -> Result:
        """Answer a question. Blocks until the model is loaded.

        `translate`: words of the other language are searched too. `per_document`: at most so many hits of one (0: any).
        """
        ...

    def similar(self, passage_id: int, *, principal: Principal, top: int = 10) -> tuple[Hit, ...]:
        """The passages of other documents most like a passage, best first; none where it does not exist for this person."""
        ...

    def similar_documents(self, document_id: int, *, principal: Principal, top: int = 10) -> list[tuple[DocumentInfo, float]]:
        """The documents most like one, with how much (higher is more), best first."""
        ...

    def neighbours(self, passage_id: int, *, principal: Principal, around: int = 1) -> tuple[Hit, ...]:
        """A passage with those around it in its document, in order; none where it does not exist for this person."""
        ...

    def moment(self) -> Moment | None:
        """Which generation is served as of which commit; None where nothing is."""
        ...

    def ready(self) -> bool:
        """Whether the model is loaded."""
        ...

    def warm(self) -> None:
        """Load the model."""
        ...

    def documents(self, principal: Principal) -> list[DocumentInfo]:
        """All documents this person may see."""
        ...

    def document(self, document_id: int, principal: Principal) -> DocumentInfo | None:
        """One document, or None where it does not exist for this person."""
        ...

    def page(self, document_id: int, number: int, principal: Principal) -> PageView | None:
        """One page, `number`: 1-based physical page."""
        ...

    def outline(self, document_id: int, principal: Principal) -> tuple[OutlineItem, ...]:
        """The headings and recommendations of a document, in order; none where it does not exist for this person."""
        ...

    def passages(self, document_id: int, *, principal: Principal) -> tuple[Hit, ...]:
        """All passages of a document, in order; none where it does not exist for this person."""
        ...

    def changes(self, old: int, new: int, principal: Principal, *, first: int = 0, most: int = 100) -> Changes | None:
        """What changed from one document to another, `most` from the `first` on; None where one does not exist for them."""
        ...

    def source(self, document_id: int, principal: Principal) -> Path | None:
        """Find the original file, if it still is there unchanged."""
        ...

    def files(self, principal: Principal) -> list[FileInfo]:
        """List the last outcome of every file."""
        ...

    def status(self, principal: Principal | None = None) -> Status:
        """Tell what is being served, and what it holds of what this person may see; of all, for who runs the server (None)."""
        ...

    def facets(self, principal: Principal) -> dict[str, list[str]]:
        """List the values of city, theme, kind, language, handling and year this person may see."""
        ...


class Desk(Protocol):
    """What people keep for themselves. What is above somebody's clearance does not exist for them. Raises LibraryError."""

    def keep(self, principal: Principal, excerpts: Sequence[Excerpt], question: str) -> int:
        """Put excerpts at the end of the collection; how many were not there already."""
        ...

    def kept(self, principal: Principal) -> list[Kept]:
        """The collection, in its order."""
        ...

    def annotate(self, principal: Principal, kept_id: int, note: str) -> bool:
        """Write the note of a kept passage; False where there is no such passage."""
        ...

    def arrange(self, principal: Principal, order: Sequence[int]) -> None:
        """Put the collection in this order of ids; those that are not named follow, as they stood."""
        ...

    def let_go(self, principal: Principal, kept_id: int) -> bool:
        """Take a passage out of the collection; False where there is no such passage."""
        ...

    def follow(self, principal: Principal, address: str, newest: int) -> None:
        """Follow the question of an address (its query part). `newest`: the highest document id that there is."""
        ...

    def followed(self, principal: Principal) -> list[Followed]:
        """The standing questions, the latest first."""
        ...

    def looked_at(self, principal: Principal, followed_id: int, newest: int) -> bool:
        """Remember that what is new, up to this document, has been seen; False where there is no such question."""
        ...

    def unfollow(self, principal: Principal, followed_id: int) -> bool:
        """Let a standing question go; False where there is no such question."""
        ...

    def note_unanswered(self, principal: Principal, question: str) -> None:
        """Remember a question that nothing answered."""
        ...

    def unanswered(self, principal: Principal) -> list[Unanswered]:
        """The questions that were left without an answer, the latest first."""
        ...

    def forget_unanswered(self, principal: Principal) -> None:
        """Forget them all."""
        ...

    def take_out(self, path: str, aside: str, title: str, handling: str, groups: Sequence[str] = ()) -> None:
        """Remember a file that was laid aside."""
        ...

    def removed(self, principal: Principal) -> list[Removed]:
        """The files that can be brought back, the latest first."""
        ...

    def brought_back(self, removed_id: int) -> None:
        """Forget a file that is in its place again, or gone for good."""
        ...


class SignedIn(Protocol):
    """How an attempt to sign in ended: with the secret for the cookie, or "" and the seconds to wait (0: try again at once)."""

    @property
    def secret(self) -> str:
        """For the cookie, "" where it failed."""
        ...

    @property
    def wait(self) -> float:
        """Seconds."""
        ...


class Noted(Protocol):
    """A row of the audit trail."""

    @property
    def entry_id(self) -> int:
        """Later rows have higher ones."""
        ...

    @property
    def at(self) -> str:
        """ISO 8601, UTC."""
        ...

    @property
    def who(self) -> str:
        """The name of the account."""
        ...

    @property
    def event(self) -> str:
        """What was done."""
        ...

    @property
    def detail(self) -> Mapping[str, str]:
        """What it was about."""
        ...

    @property
    def hash(self) -> str:
        """Of the row and of the one before it."""
        ...


class Token(Protocol):
    """A token as its owner sees it later. Times are seconds since 1970; `used`: None for never."""

    @property
    def token_id(self) -> int:
        """By which it is taken away."""
        ...

    @property
    def name(self) -> str:
        """As its owner called it."""
        ...

    @property
    def scopes(self) -> Collection[str]:
        """What it is for: "read", "ingest"."""
        ...

    @property
    def clearance(self) -> Handling:
        """The highest level that it sees."""
        ...

    @property
    def created(self) -> float:
        """When it was made."""
        ...

    @property
    def expires(self) -> float:
        """When it ends."""
        ...

    @property
    def used(self) -> float | None:
        """When it was last used, to the hour."""
        ...


class Gate(Protocol):
    """Who asks, and how one signs in. Raises LibraryError."""

    def signing_in(self) -> bool:
        """Whether one has to sign in."""
        ...

    def of_cookie(self, headers: Mapping[str, str]) -> Principal | None:
        """Who asks; None where they have to sign in first."""
        ...

    def still(self, headers: Mapping[str, str], name: str) -> bool:
        """Whether the one who asked a while ago is still signed in; it does not count as asking again."""
        ...

    def secret_of(self, headers: Mapping[str, str]) -> str:
        """The secret of the session that asks, "" where there is none."""
        ...

    def has_password(self, headers: Mapping[str, str]) -> bool:
        """Whether the one who asks has a password here."""
        ...

    def sign_in(self, name: str, password: str, address: str, before: str = "") -> SignedIn:
        """Try to sign in; `address` of the browser, `before`: the secret of the session that is replaced."""
        ...

    def sign_out(self, headers: Mapping[str, str], *, everywhere: bool = False) -> None:
        """End the session that asks, or all of its account."""
        ...

    def change_password(self, headers: Mapping[str, str], old: str, new: str, address: str) -> bool:
        """Give the one who asks another password, if they know the old one."""
        ...

    def tokens_of(self, headers: Mapping[str, str]) -> Sequence[Token]:
        """The tokens of the one who asks, the latest first."""
        ...

    def make_token(
        self, headers: Mapping[str, str], name: str, *, scopes: Collection[str], clearance: Handling, days: int
    ) -> str:
        """Make a token for the one who asks and return it: it cannot be shown again."""
        ...

    def take_token_away(self, headers: Mapping[str, str], token_id: int) -> bool:
        """Take a token of the one who asks away; False where there is none."""
        ...

    def note(self, who: str, event: str, about: Mapping[str, str]) -> None:
        """Write down what was done."""
        ...

    def counts(self, since: str) -> Mapping[str, int]:
        """How often each event came about since a moment (ISO 8601, UTC)."""
        ...

    def can_note(self) -> None:
        """Make sure that something can be written down, before it is done."""
        ...

    def trail(self, *, who: str = "", event: str = "", day: str = "", before: int = 0, limit: int = -1) -> Sequence[Noted]:
        """The latest rows of the audit trail, of one person, event and day, where these are given.

        `before`: only rows with a lower id (0: all). `limit`: -1 for all.
        """
        ...


class OtherDoor(Protocol):
    """A door of its own beside the page's, for programs: an ASGI application that asks for a token itself."""

    @property
    def path(self) -> str:
        """Its one address; a rule in `ui.rules` lets it through."""
        ...

    def running(self) -> AbstractAsyncContextManager[None]:
        """What it needs for as long as the server runs."""
        ...

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request, as ASGI asks it."""
        ...


class Begun(Protocol):
    """Where a browser goes to sign in at another place, with which cookie; or why it cannot."""

    @property
    def address(self) -> str:
        """There."""
        ...

    @property
    def cookie(self) -> str:
        """What the browser has to bring back."""
        ...

    @property
    def problem(self) -> str:
        """What is in the way, "" for nothing: `unreachable`, `untrusted` or `wait`."""
        ...

    @property
    def wait(self) -> float:
        """Seconds."""
        ...


class Ended(Protocol):
    """How signing in at another place ended."""

    @property
    def secret(self) -> str:
        """For the cookie of the session, "" where there is none."""
        ...

    @property
    def onward(self) -> str:
        """Where to go."""
        ...

    @property
    def language(self) -> str:
        """In which it was begun, "" where that is not known."""
        ...

    @property
    def spent(self) -> bool:
        """Whether the cookie that was brought back is of no more use."""
        ...

    @property
    def problem(self) -> str:
        """What was in the way, "" for nothing: `again`, `denied`, `refused`, `name`, `disabled` or one of Begun's."""
        ...

    @property
    def wait(self) -> float:
        """Seconds."""
        ...


class SignOn(Protocol):
    """Another place that vouches for people. Raises LibraryError."""

    @property
    def name(self) -> str:
        """What it is called."""
        ...

    @property
    def only(self) -> bool:
        """Whether one signs in there alone, with no passwords here."""
        ...

    def begin(self, onward: str, language: str, address: str) -> Begun:
        """Send a browser there; `onward`: where it goes afterwards, `address`: of the browser."""
        ...

    def finish(self, query: Sequence[tuple[str, str]], cookie: str, address: str, before: str = "") -> Ended:
        """Let in somebody who comes back with a query and the cookie; `before`: the secret of the session that is replaced."""
        ...

    def way_out(self, onward: str) -> str:
        """The address at which one signs out there, "" where there is none; `onward`: where it leads afterwards, below ours."""
        ...


# Write what is known of a file into the catalogue that describes it: field -> value, as a spreadsheet would hold it ("a; b" for
# several). Raises ValueError, whose text is for the user, where a value cannot be understood or the catalogue not be written.
Describe = Callable[[Path, Mapping[str, str]], None]

# The sets of questions that were run, as far as this person may know of them, the last one run first. Raises LibraryError.
Runs = Callable[[Principal], Sequence[QuestionSet]]

# (path of a PDF, 1-based physical page, width in pixels) -> PNG. Runs in a child process; raises on a broken file.
Render = Callable[[Path, int, int], bytes]

# Who stands behind a request, from its headers.
Who = Callable[[Mapping[str, str]], Principal]
