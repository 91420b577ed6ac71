"""What the API needs from the rest of the house. Types only; the composition root puts the real parts in."""

from collections.abc import Callable, Collection, Mapping, Sequence
from pathlib import Path
from typing import Protocol

from index.access import Principal
from index.result import DocumentInfo, Hit, Mode, PageView, Result


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
        """Answer a question. Blocks until the model is loaded."""
        ...

    def documents(self, principal: Principal) -> list[DocumentInfo]:
        """All documents this person may see, by title."""
        ...

    def document(self, document_id: int, principal: Principal) -> DocumentInfo | None:
        """One document, or None where it does not exist for this person."""
        ...

    def page(self, document_id: int, number: int, principal: Principal) -> PageView | None:
        """One page, `number`: 1-based physical page."""
        ...

    def neighbours(self, passage_id: int, *, principal: Principal, around: int = 1) -> tuple[Hit, ...]:
        """A passage with those around it in its document, in order; none where it does not exist for this person."""
        ...


class Bearer(Protocol):
    """Whom a token speaks for, and what for. `expires`: seconds since 1970; None where no token is needed."""

    @property
    def principal(self) -> Principal:
        """The one who asks."""
        ...

    @property
    def scopes(self) -> Collection[str]:
        """What the token is for: "read", "ingest"."""
        ...

    @property
    def token_id(self) -> int:
        """0 where no token is needed."""
        ...

    @property
    def name(self) -> str:
        """The name of the token."""
        ...

    @property
    def expires(self) -> float | None:
        """When it ends."""
        ...


class Gate(Protocol):
    """Who asks. Raises LibraryError."""

    def of_token(self, headers: Mapping[str, str]) -> Bearer | None:
        """Who asks by the API; None without a token that is valid."""
        ...

    def note(self, who: str, event: str, about: Mapping[str, str]) -> None:
        """Write down what was done."""
        ...


class Kept(Protocol):
    """What became of a file that was sent."""

    @property
    def name(self) -> str:
        """Below the corpus folder; as it was sent where it was refused."""
        ...

    @property
    def refused(self) -> str:
        """A code that says why, "" where it was kept."""
        ...


class Outcome(Protocol):
    """What became of a file as it was read."""

    @property
    def name(self) -> str:
        """Below the corpus folder."""
        ...

    @property
    def outcome(self) -> str:
        """One of those of `shapes.Taken`."""
        ...

    @property
    def reason(self) -> str:
        """Why."""
        ...

    @property
    def pages(self) -> int:
        """How many."""
        ...

    @property
    def pages_without_text(self) -> int:
        """How many of them."""
        ...

    @property
    def passages(self) -> int:
        """How many."""
        ...

    @property
    def document(self) -> int:
        """Its id, 0 for none."""
        ...


class Reading(Protocol):
    """A reading as one person may see it."""

    @property
    def outcomes(self) -> Sequence[Outcome]:
        """Of the files that were read or refused."""
        ...

    @property
    def done(self) -> bool:
        """Whether it has ended."""
        ...

    @property
    def whole(self) -> bool:
        """Whether it came to its own end."""
        ...

    @property
    def reason(self) -> str:
        """Why it did not."""
        ...


class Intake(Protocol):
    """Where files are taken in: as the page takes them in, by the same checks."""

    def take(self, path: Path, name: str, principal: Principal) -> Kept:
        """Keep a file that was received."""
        ...

    def refusal(self, code: str) -> str:
        """Say why a file was refused."""
        ...

    def read(self, names: Sequence[str], refused: Sequence[tuple[str, str]], principal: Principal) -> int:
        """Start reading files that were kept; the number of the reading, 0 where there are none."""
        ...

    def reading(self, number: int, principal: Principal) -> Reading | None:
        """Tell how a reading stands, as far as this person may know; None where there is none."""
        ...


# The full reference of a passage, in a language of the interface ("en", "sv").
Cite = Callable[[Hit, str], str]
