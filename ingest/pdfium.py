"""PDFium: the text layer of a page, glyph by glyph, and its picture. The only module that imports pypdfium2.

PDFium is not thread-safe: one thread of one process at a time.
"""

import ctypes
import io
import re
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from itertools import repeat
from pathlib import Path
from types import TracebackType
from typing import Any, cast

import numpy as np
import pypdfium2
import pypdfium2.raw as raw

from ingest.errors import LOCKED, NeedsPassword, ReadError
from ingest.glyphs import Glyphs, Style, no_glyphs
from ingest.properties import OutlineItem, Properties

MAX_GLYPHS = 400_000  # a page; a dense broadsheet has some 30,000
MAX_WIDTH = 4000
MAX_PIXELS = 40_000_000
_MAX_OUTLINE = 5000
_GRID = 1 << 24  # the device on which page coordinates are measured
_BOLD = re.compile(
    r"bold|black|heavy|demi|[-,_]bd\b|-medi(?:ital)?$|^(?:\w+\+)?(?:cm|sf|ec)\w*b(?:x|xsl|xti)?\d+$", re.IGNORECASE
)
_ITALIC = re.compile(r"italic|oblique|slanted|-It$|Ital$", re.IGNORECASE)
_FORCE_BOLD = 1 << 18
_ITALIC_FLAG = 1 << 6


def _address(pointer: object) -> int:
    return ctypes.cast(cast(Any, pointer), ctypes.c_void_p).value or 0


def _plain(name: str, result: type[Any], *arguments: type[Any]) -> Callable[..., int]:
    address = _address(getattr(raw, name))
    return cast(Callable[..., int], ctypes.CFUNCTYPE(result, *arguments)(address))


class _C:
    """PDFium's functions for single glyphs, taking addresses as plain integers.

    The bindings of pypdfium2 5.15 convert a pointer object for each call. These run under `map` without a Python frame for
    each glyph: a page takes 1 ms where it took 4.
    """

    unicode = _plain("FPDFText_GetUnicode", ctypes.c_uint, ctypes.c_void_p, ctypes.c_int)
    box = _plain("FPDFText_GetLooseCharBox", ctypes.c_int, ctypes.c_void_p, ctypes.c_int, ctypes.c_void_p)
    origin = _plain("FPDFText_GetCharOrigin", ctypes.c_int, ctypes.c_void_p, ctypes.c_int, *[ctypes.c_void_p] * 2)
    object = _plain("FPDFText_GetTextObject", ctypes.c_size_t, ctypes.c_void_p, ctypes.c_int)
    size = _plain("FPDFText_GetFontSize", ctypes.c_double, ctypes.c_void_p, ctypes.c_int)
    matrix = _plain("FPDFText_GetMatrix", ctypes.c_int, ctypes.c_void_p, ctypes.c_int, ctypes.c_void_p)
    font = _plain("FPDFTextObj_GetFont", ctypes.c_size_t, ctypes.c_void_p)
    info = _plain(
        "FPDFText_GetFontInfo", ctypes.c_ulong, ctypes.c_void_p, ctypes.c_int, ctypes.c_void_p, ctypes.c_ulong, ctypes.c_void_p
    )


class PdfiumDocument:
    """An open PDF. Pages are counted from 0.

    Raises `NeedsPassword` where neither the empty password nor one of `passwords` opens it, `ReadError` where PDFium cannot
    open it at all.
    """

    def __init__(self, path: Path, passwords: Sequence[str] = ()) -> None:
        for password in ("", *passwords):
            document = _opened(path, password)
            if document is not None:
                self._document = document
                self.password = password  # that opened it
                return
        raise NeedsPassword(LOCKED)

    def __enter__(self) -> "PdfiumDocument":
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._document.close()

    def __len__(self) -> int:
        return len(self._document)

    def glyphs(self, index: int) -> Glyphs:
        """The text layer of a page. Raises `ReadError` where the page cannot be loaded."""
        with _Opened(self._document, index) as page:
            try:
                textpage = page.get_textpage()
            except pypdfium2.PdfiumError as exc:
                raise ReadError("The page has a broken text layer.") from exc
            try:
                return self._glyphs(page, textpage)
            finally:
                textpage.close()

    def _glyphs(self, page: pypdfium2.PdfPage, textpage: pypdfium2.PdfTextPage) -> Glyphs:
        width, height = float(page.get_width()), float(page.get_height())
        count = min(int(raw.FPDFText_CountChars(textpage.raw)), MAX_GLYPHS)
        if count <= 0 or not (width > 0 and height > 0):
            return no_glyphs(width, height)
        handle, every = _address(textpage.raw), range(count)
        rectangles = np.zeros((count, 4), np.float32)  # FS_RECTF: left, top, right, bottom, y upwards
        base = int(rectangles.ctypes.data)
        found = np.fromiter(map(_C.box, repeat(handle), every, range(base, base + 16 * count, 16)), np.int32, count)
        rectangles[found == 0] = 0
        pens = np.zeros((count, 2), np.float64)
        base = int(pens.ctypes.data)
        ends = base + 16 * count
        deque(map(_C.origin, repeat(handle), every, range(base, ends, 16), range(base + 8, ends, 16)), maxlen=0)
        drawn = np.fromiter(map(_C.object, repeat(handle), every), np.uint64, count)
        objects, first, inverse = np.unique(drawn, return_index=True, return_inverse=True)
        affine = _affine(page, width, height)
        styles, style = _styles(handle, objects, first, rectangles[first], affine)
        return Glyphs(
            width=width,
            height=height,
            codes=_paired(np.fromiter(map(_C.unicode, repeat(handle), every), np.uint32, count)),
            boxes=_displayed(rectangles, affine),
            pens=(pens[:, :1] * affine[0] + pens[:, 1:] * affine[1] + affine[2]).astype(np.float32),
            style=style[inverse].astype(np.int32),
            styles=styles,
            drawn=inverse.astype(np.int32),
        )

    def covered(self, index: int) -> float:
        """The share of the page, 0 to 1, that pictures cover; 0.001 for other marks only, 0 where nothing is drawn at all."""
        with _Opened(self._document, index) as page:
            share = 0.0
            area = float(page.get_width()) * float(page.get_height()) or 1.0
            for found in page.get_objects(filter=(raw.FPDF_PAGEOBJ_IMAGE,), max_depth=3):
                left, bottom, right, top = found.get_bounds()
                share += abs((right - left) * (top - bottom)) / area
            if share:
                return max(min(share, 1.0), 0.001)
            return 0.0 if _blank(page) else 0.001

    def objects(self, index: int) -> int:
        """Count what is drawn on the page."""
        with _Opened(self._document, index) as page:
            return int(raw.FPDFPage_CountObjects(page.raw))

    def resolution(self, index: int) -> float:
        """The dots an inch of the picture that fills most of a page; 0 where none fills half of it."""
        with _Opened(self._document, index) as page:
            own, largest = 0.0, 0.5 * float(page.get_width()) * float(page.get_height())
            for found in page.get_objects(filter=(raw.FPDF_PAGEOBJ_IMAGE,), max_depth=3):
                left, bottom, right, top = found.get_bounds()
                area, (across, down) = abs((right - left) * (top - bottom)), found.get_px_size()
                if area > largest:
                    own, largest = 72 * (across * down / area) ** 0.5, area
            return own

    def grey(self, index: int, scale: float) -> np.ndarray:
        """The displayed page in shades of grey, `scale` pixels a point: `(height, width)` uint8, 0 is black."""
        with _Opened(self._document, index) as page:
            try:
                pixels = page.render(scale=scale, grayscale=True).to_numpy()
            except (pypdfium2.PdfiumError, ValueError) as exc:
                raise ReadError("The page cannot be drawn.") from exc
            return np.ascontiguousarray(pixels.reshape(pixels.shape[:2]))

    def png(self, index: int, width: int) -> bytes:
        """The displayed page as PNG, `width` pixels wide (narrower only where the page would be absurdly tall)."""
        if self._document.get_formtype() == raw.FORMTYPE_ACRO_FORM and self._document.formenv is None:
            self._document.init_forms()
        with _Opened(self._document, index) as page:
            across, down = float(page.get_width()), float(page.get_height())
            if not (across > 0 and down > 0):
                raise ReadError("The page has no size.")
            pixels = max(1, min(width, int((MAX_PIXELS * across / down) ** 0.5)))
            scale = min((pixels - 0.01) / across, 30_000 / down)
            out = io.BytesIO()
            try:
                page.render(scale=scale).to_pil().save(out, "PNG", compress_level=3)
            except (pypdfium2.PdfiumError, OSError, ValueError) as exc:
                raise ReadError("The page cannot be drawn.") from exc
            return out.getvalue()

    def properties(self) -> Properties:
        """What the document says of itself, as far as PDFium reads it (no dates, no attachments' names)."""
        pages = len(self)
        labels = tuple(self._document.get_page_label(i) or "" for i in range(pages))
        meta = self._document.get_metadata_dict(skip_empty=True)
        return Properties(
            title=meta.get("Title", ""),
            author=meta.get("Author", ""),
            language=self._language(),
            labels=labels if any(labels) else (),
            outline=tuple(self._outline()),
            attachments=max(0, int(raw.FPDFDoc_GetAttachmentCount(self._document.raw))),
        )

    def _language(self) -> str:
        size = int(raw.FPDFCatalog_GetLanguage(self._document.raw, None, 0))
        if not 2 < size < 256:
            return ""
        buffer = (raw.FPDF_WCHAR * (size // 2))()
        raw.FPDFCatalog_GetLanguage(self._document.raw, buffer, size)
        return bytes(buffer).decode("utf-16-le", "ignore").rstrip("\0")

    def _outline(self) -> Iterator[OutlineItem]:
        for count, item in enumerate(self._document.get_toc(max_depth=6)):
            if count == _MAX_OUTLINE:
                return
            place = item.get_dest()
            page = place.get_index() if place else None
            yield OutlineItem(level=item.level + 1, title=item.get_title() or "", page=0 if page is None else page + 1)


def _opened(path: Path, password: str) -> pypdfium2.PdfDocument | None:
    """The document; None where this is not its password. PDFium takes that of the owner as well as that of the user."""
    try:
        return pypdfium2.PdfDocument(path, password)
    except pypdfium2.PdfiumError as exc:
        if exc.err_code == raw.FPDF_ERR_PASSWORD:
            return None
        raise ReadError("It is not a PDF that can be opened, or it is broken.") from exc
    except OSError as exc:
        raise ReadError(f"It cannot be opened: {exc.strerror or exc}.") from exc


class _Opened:
    """A page for the length of a `with`."""

    def __init__(self, document: pypdfium2.PdfDocument, index: int) -> None:
        try:
            self._page = document[index]
        except (pypdfium2.PdfiumError, IndexError) as exc:
            raise ReadError(f"Page {index + 1} cannot be read.") from exc

    def __enter__(self) -> pypdfium2.PdfPage:
        return self._page

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._page.close()


def _affine(page: pypdfium2.PdfPage, width: float, height: float) -> np.ndarray:
    """`(3, 2)`: `x * m[0] + y * m[1] + m[2]` is the place on the displayed page in points, after crop and rotation."""
    points = []
    for x, y in ((0.0, 0.0), (100.0, 0.0), (0.0, 100.0)):
        right, down = ctypes.c_int(), ctypes.c_int()
        raw.FPDF_PageToDevice(page.raw, 0, 0, _GRID, _GRID, 0, x, y, ctypes.byref(right), ctypes.byref(down))
        points.append((right.value / _GRID * width, down.value / _GRID * height))
    origin, across, up = np.array(points)
    return np.array([(across - origin) / 100, (up - origin) / 100, origin])


def _displayed(rectangles: np.ndarray, affine: np.ndarray) -> np.ndarray:
    corners = np.stack([rectangles[:, (0, 1)], rectangles[:, (2, 3)]]).astype(np.float64)
    moved = corners[..., :1] * affine[0] + corners[..., 1:] * affine[1] + affine[2]
    return np.concatenate([moved.min(axis=0), moved.max(axis=0)], axis=1).astype(np.float32)


def _paired(codes: np.ndarray) -> np.ndarray:
    """Join surrogates, which PDFium gives one by one, to the character they stand for, with a zero-width one behind it."""
    high = np.flatnonzero((codes[:-1] & 0xFC00 == 0xD800) & (codes[1:] & 0xFC00 == 0xDC00))
    codes[high] = 0x10000 + ((codes[high] & 0x3FF) << 10) + (codes[high + 1] & 0x3FF)
    codes[high + 1] = 0x200B
    return codes


def _styles(
    handle: int, objects: np.ndarray, first: np.ndarray, boxes: np.ndarray, affine: np.ndarray
) -> tuple[tuple[Style, ...], np.ndarray]:
    """The styles of a page's text objects, each known by its first glyph, and which of them each object has."""
    count = len(objects)
    matrices = np.zeros((count, 6), np.float32)
    base = int(matrices.ctypes.data)
    indices = first.tolist()
    deque(map(_C.matrix, repeat(handle), indices, range(base, base + 24 * count, 24)), maxlen=0)
    sizes = np.fromiter(map(_C.size, repeat(handle), indices), np.float64, count)
    sizes *= np.hypot(matrices[:, 2], matrices[:, 3])
    vectors = matrices[:, :1] * affine[0] + matrices[:, 1:2] * affine[1]
    degrees = np.degrees(np.arctan2(vectors[:, 1], vectors[:, 0])) % 360
    nearest = np.round(degrees / 90) * 90
    angles = np.where(np.abs(degrees - nearest) < 8, nearest % 360, -1)
    tall = np.where(angles % 180 == 90, np.abs(boxes[:, 2] - boxes[:, 0]), np.abs(boxes[:, 1] - boxes[:, 3]))
    odd = (tall > 0) & ~((sizes >= 0.4 * tall) & (sizes <= 4 * tall))
    sizes[odd] = 0.85 * tall[odd]  # a Type 3 font counts its size in units of its own
    fonts = np.array([_C.font(each) if each else 0 for each in objects.tolist()], np.uint64)
    _, sample, font = np.unique(fonts, return_index=True, return_inverse=True)
    named = [_named(handle, indices[i]) for i in sample.tolist()]
    kinds, style = np.unique(np.stack([np.round(sizes, 2), font, angles], axis=1), axis=0, return_inverse=True)
    styles = tuple(
        Style(
            size=float(size),
            font=named[int(which)][0],
            bold=bool(_BOLD.search(named[int(which)][0])) or bool(named[int(which)][1] & _FORCE_BOLD),
            italic=bool(_ITALIC.search(named[int(which)][0])) or bool(named[int(which)][1] & _ITALIC_FLAG),
            angle=int(angle),
        )
        for size, which, angle in kinds.tolist()
    )
    return styles, style.reshape(-1)


def _named(handle: int, index: int) -> tuple[str, int]:
    """The name of a glyph's font, and the flags of its descriptor."""
    flags = ctypes.c_int()
    buffer = ctypes.create_string_buffer(128)
    size = int(_C.info(handle, index, ctypes.addressof(buffer), 128, ctypes.addressof(flags)))
    return (buffer.value.decode("utf-8", "ignore"), flags.value) if 0 < size <= 128 else ("", 0)


def _blank(page: pypdfium2.PdfPage) -> bool:
    """Whether the page, drawn small, has a single colour."""
    if raw.FPDFPage_GetAnnotCount(page.raw) > 0:  # form fields, comments
        return False
    if raw.FPDFPage_CountObjects(page.raw) == 0:
        return True
    longest = max(page.get_width(), page.get_height(), 1.0)
    try:
        pixels = page.render(scale=160 / longest, grayscale=True).to_numpy()
    except (pypdfium2.PdfiumError, ValueError):
        return False
    return bool(pixels.size and np.ptp(pixels) < 8)
