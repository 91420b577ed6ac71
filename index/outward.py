"""The library as programs read it: what may not be attributed names nobody. What they read leaves the library."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from index.access import Principal
from index.attribution import outward, outward_result, withheld
from index.library import Library
from index.result import DocumentInfo, Hit, Mode, PageView, Result

LABEL = "[name withheld]"


class Outward:
    """A library whose answers leave it. Its methods are those of `Library`, by which the others are said."""

    def __init__(self, library: Library, label: str = LABEL) -> None:
        """`label`: what stands where a name stood."""
        self._library = library
        self._label = label

    def search(
        self,
        question: str,
        *,
        principal: Principal,
        top: int = 10,
        where: Mapping[str, Sequence[str]] | None = None,
        mode: Mode = Mode.HYBRID,
        translate: bool = True,
        per_document: int = 0,
    ) -> Result:
        """Answer a question."""
        result = self._library.search(
            question, principal=principal, top=top, where=where, mode=mode, translate=translate, per_document=per_document
        )
        return outward_result(result, self._label)

    def neighbours(self, passage_id: int, *, principal: Principal, around: int = 1) -> tuple[Hit, ...]:
        """A passage with those around it in its document."""
        near = self._library.neighbours(passage_id, principal=principal, around=around)
        return tuple(outward(hit, self._label) for hit in near)

    def documents(self, principal: Principal) -> list[DocumentInfo]:
        """All documents that `principal` may see, by title."""
        return [self._about(info) for info in self._library.documents(principal)]

    def document(self, document_id: int, principal: Principal) -> DocumentInfo | None:
        """One document, or None where it does not exist for `principal`."""
        info = self._library.document(document_id, principal)
        return None if info is None else self._about(info)

    def page(self, document_id: int, number: int, principal: Principal) -> PageView | None:
        """One page. Where names are withheld its text is no slice of the document's, and has no boxes."""
        view = self._library.page(document_id, number, principal)
        if view is None or view.document.attributable:
            return view
        text = withheld(view.text, view.document.withheld, self._label)
        return replace(view, document=self._about(view.document), text=text, boxes=b"" if text != view.text else view.boxes)

    def _about(self, info: DocumentInfo) -> DocumentInfo:
        if info.attributable:
            return info
        title = withheld(info.title, info.withheld, self._label)
        return replace(info, title=title, organisation="", city=(), path="", paths=(), speakers=(), withheld=())
