"""What the page needs from the rest of the house. Types only; the composition root puts the real parts in."""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Protocol

from index.access import Principal
from index.result import DocumentInfo, FileInfo, Hit, Mode, PageView, Result, Status


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

    def source(self, document_id: int, principal: Principal) -> Path | None:
        """Find the original file, if it still is there unchanged."""
        ...

    def files(self, principal: Principal) -> list[FileInfo]:
        """List the last outcome of every file."""
        ...

    def status(self) -> Status:
        """Tell what is being served."""
        ...

    def facets(self, principal: Principal) -> dict[str, list[str]]:
        """List the values of city, theme, kind, language, handling and year this person may see."""
        ...


# (path of a PDF, 1-based physical page, width in pixels) -> PNG. Runs in a child process; raises on a broken file.
Render = Callable[[Path, int, int], bytes]

# Who stands behind a request, from its headers.
Who = Callable[[Mapping[str, str]], Principal]
