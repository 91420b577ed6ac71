"""pypdf: what a PDF says about itself, and its text where PDFium gives none. The only module that imports pypdf.

pypdf is pure Python: hostile files make it slow, and broken ones make it raise nearly anything (its errors.py says so).
"""

import logging
import re
import threading
import time
import warnings
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TypeVar

import pypdf

from ingest.errors import LOCKED, NeedsPassword, ReadError
from ingest.properties import OutlineItem, Properties

PATIENCE = 15.0  # seconds that one document may take of pypdf, all in all
_MAX_OUTLINE = 5000
_MAX_ATTACHMENTS = 10_000
# Operators that show text, paint a path, an image or a shading. White on white is drawn as well: PDFium judges that.
_PAINTS = re.compile(rb"(?:^|[\s\])>])(?:T[jJ]|['\"]|Do|BI|sh|[fFSsBb]\*?)(?=\s|$)")
_Result = TypeVar("_Result")


class PypdfDocument:
    """A PDF opened with pypdf, decrypted with the empty password or one of `passwords` where it is encrypted.

    Raises `NeedsPassword` where none of them opens it, `ReadError` where pypdf cannot read it or takes too long.
    """

    def __init__(self, path: Path, passwords: Sequence[str] = ()) -> None:
        self._ends = time.monotonic() + PATIENCE
        self._reader = self._ask(lambda: pypdf.PdfReader(path))
        if self._ask(lambda: self._reader.is_encrypted and not any(map(self._reader.decrypt, ("", *passwords)))):
            raise NeedsPassword(LOCKED)
        self.pages = self._ask(lambda: len(self._reader.pages))
        if not self.pages:
            raise ReadError("It has no pages.")

    def properties(self) -> Properties:
        """All that can be had: what fails is left empty."""
        info = self._or(lambda: self._reader.metadata, None)
        return Properties(
            title=self._or(lambda: str(info.title or "") if info else "", ""),
            author=self._or(lambda: str(info.author or "") if info else "", ""),
            created=self._or(lambda: _day(info.creation_date) if info else "", ""),
            language=self._or(lambda: str(self._reader.root_object.get("/Lang", "")), ""),
            labels=self._or(self._labels, ()),
            outline=self._or(lambda: tuple(self._outline()), ()),
            attachments=self._or(self._attachments, 0),
        )

    def text(self, index: int) -> str:
        """The text of a page (from 0). Raises `ReadError`."""
        return self._ask(lambda: self._reader.pages[index].extract_text())

    def draws(self, index: int) -> bool:
        """Tell whether a page asks for anything to be drawn; True as well where that cannot be read."""

        def look() -> bool:
            contents = self._reader.pages[index].get_contents()
            return contents is not None and bool(_PAINTS.search(contents.get_data()))

        return self._or(look, True)

    def size(self, index: int) -> tuple[float, float]:
        """Width and height of a page as displayed, in points; `(0, 0)` where it has none."""

        def measure() -> tuple[float, float]:
            page = self._reader.pages[index]
            box = page.cropbox
            wide, high = abs(float(box.width)), abs(float(box.height))
            return (high, wide) if page.rotation % 180 else (wide, high)

        return self._or(measure, (0.0, 0.0))

    def _labels(self) -> tuple[str, ...]:
        return tuple(self._reader.page_labels) if "/PageLabels" in self._reader.root_object else ()

    def _outline(self) -> Iterator[OutlineItem]:
        if "/Outlines" not in self._reader.root_object:
            return
        stack: list[tuple[int, Iterator[Any]]] = [(1, iter(self._reader.outline))]
        found = 0
        while stack and found < _MAX_OUTLINE:
            level, items = stack[-1]
            item = next(items, None)
            if item is None:
                stack.pop()
            elif isinstance(item, list):
                stack.append((level + 1, iter(item)))
            else:
                found += 1
                page = self._reader.get_destination_page_number(item)
                yield OutlineItem(level=level, title=str(item.title or ""), page=0 if page is None else page + 1)

    def _attachments(self) -> int:
        return sum(1 for _, _ in zip(self._reader.attachment_list, range(_MAX_ATTACHMENTS), strict=False))

    def _or(self, action: Callable[[], _Result], default: _Result) -> _Result:
        try:
            return self._ask(action)
        except ReadError:
            return default

    def _ask(self, action: Callable[[], _Result]) -> _Result:
        """Run in a thread of its own, so that a loop in pypdf ends when patience does; the thread dies with the process."""
        answer: list[_Result] = []
        failure: list[BaseException] = []

        def work() -> None:
            try:
                with _silence():
                    answer.append(action())
            except Exception as exc:  # pypdf 7.1: even a bare Exception ("Invalid Destination", _doc_common.py)
                failure.append(exc)

        worker = threading.Thread(target=work, name="pypdf", daemon=True)
        worker.start()
        worker.join(max(0.0, self._ends - time.monotonic()))
        if failure:
            raise ReadError("It is not a PDF that can be read, or it is broken.") from failure[0]
        if not answer:
            raise ReadError("It is so entangled that reading it would take too long.")
        return answer[0]


@contextmanager
def _silence() -> Iterator[None]:
    logger = logging.getLogger("pypdf")
    level = logger.level
    logger.setLevel(logging.CRITICAL + 1)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    finally:
        logger.setLevel(level)


def _day(when: datetime | None) -> str:
    if when is None or not 1985 <= when.year <= datetime.now(UTC).year:
        return ""
    return f"{when:%Y-%m-%d}"
