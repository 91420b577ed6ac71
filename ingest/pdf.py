"""Reading PDF: from a file to a document whose every character knows its place on its page.

PDFium gives the text layer with its boxes and draws the pages, pypdf opens the document and helps where PDFium finds no text.
Both are best run in a child process with limits: hostile and broken files are normal.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np
import numpy.typing as npt

from ingest import furniture
from ingest.boxes import SCALE, encode
from ingest.clean import Clean, chain, fold, words
from ingest.document import Block, BlockKind, Document, Format, Metadata, Page, TextSource
from ingest.errors import IngestError, NeedsPassword, ReadError
from ingest.glyphs import Glyphs
from ingest.lines import Line, page_lines
from ingest.pdfinfo import PypdfDocument
from ingest.pdfium import MAX_WIDTH, PdfiumDocument
from ingest.properties import Properties
from ingest.structure import Part, parts

_TIGHT = (BlockKind.LIST_ITEM, BlockKind.TABLE_ROW, BlockKind.CONTENTS)  # one under the other, without an empty line between
_PICTURE = 0.2  # of a page: what is drawn there may hold text that cannot be read
_FALLBACK_LEADING = 12.0


@dataclass(slots=True)
class _PageText:
    """A page on its way to become text. `boxes` `(positions, 4)` float32 are shares of the page, one for each position."""

    width: float = 0.0
    height: float = 0.0
    lines: list[Line] = field(default_factory=list)
    base: int = 0
    boxes: npt.NDArray[np.float32] = field(default_factory=lambda: np.zeros((0, 4), np.float32))
    source: TextSource = TextSource.NONE
    covered: float = 1.0
