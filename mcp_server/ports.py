"""What the tools need from the rest of the house. Types only; whoever starts a server puts the real parts in."""

from collections.abc import Callable, Mapping, Sequence
from typing import Protocol

from index.access import Principal
from index.result import DocumentInfo, PageView, Result
from index.tokens import Bearer


class Library(Protocol):
    """The library as one person sees it. What they may not see does not exist: `None`, or absent from the list."""

    def search(
        self,
        question: str,
        *,
        principal: Principal,
        top: int = 10,
        where: Mapping[str, Sequence[str]] | None = None,
        per_document: int = 0,
    ) -> Result:
        """Answer a question. Blocks until the model is loaded. Raises LibraryError."""
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


class Gate(Protocol):
    """Who asks, and what is written down of it. Raises LibraryError."""

    def of_token(self, headers: Mapping[str, str]) -> Bearer | None:
        """Who asks by a token, and what for; None without one that is valid."""
        ...

    def note(self, who: str, event: str, about: Mapping[str, str]) -> None:
        """Write down what was done."""
        ...


# (who, event, what it is about): write it down, before the answer leaves. Raises LibraryError.
Note = Callable[[str, str, Mapping[str, str]], None]
