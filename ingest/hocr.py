"""What Tesseract says it read, in its hOCR format: lines of words, with the place of every character. Pure.

hOCR 1.2 (kba.github.io/hocr-spec), as Tesseract 5.3 writes it: `x_size` is the height of a line from the tips of its
ascenders to those of its descenders, `baseline` a slope and the distance from the lower left corner of its box. The height
of its small letters is steadier than `x_size`, which a bracket or a note mark stretches.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from xml.etree import ElementTree

Box = tuple[float, float, float, float]  # left, top, right, bottom, in pixels

_TYPE = 2.0  # the size of type is about twice the height of its small letters
_LINES = frozenset(("ocr_line", "ocr_header", "ocr_caption", "ocr_textfloat"))


class BadHocr(ValueError):
    """It is not what Tesseract writes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Word:
    """A word and how sure it is, 0 to 1; `boxes` are those of its characters."""

    text: str
    box: Box
    boxes: tuple[Box, ...]
    confidence: float


@dataclass(frozen=True, slots=True, kw_only=True)
class TextLine:
    """A line of words. Its base line passes through `(left, base)` and falls by `slope` pixels a pixel."""

    words: tuple[Word, ...]
    base: float
    slope: float
    size: float  # of its type
    above: float  # how far ascenders reach above the base line, and descenders below it
    below: float

    @property
    def text(self) -> str:
        """Its words, with single spaces."""
        return " ".join(word.text for word in self.words)

    @property
    def left(self) -> float:
        """Where it begins."""
        return self.words[0].box[0]

    @property
    def confidence(self) -> float:
        """How sure its words are, 0 to 1."""
        return confidence(self.words)


def confidence(words: Sequence[Word]) -> float:
    """The mean confidence of words, weighted by their length: 0 to 1, 0 where there are none."""
    length = sum(len(word.text) for word in words)
    return sum(word.confidence * len(word.text) for word in words) / length if length else 0.0


def parse(text: str) -> list[TextLine]:
    """Read the upright lines, in reading order. Raises `BadHocr`."""
    try:
        root = ElementTree.fromstring(text)  # noqa: S314 - Tesseract wrote it, and the child that reads it has limits
        return [line for element in root.iter() if (line := _line(element)) is not None]
    except (ElementTree.ParseError, ValueError) as exc:
        raise BadHocr("it is no hOCR") from exc


def _line(element: ElementTree.Element) -> TextLine | None:
    if element.get("class") not in _LINES:
        return None
    title = element.get("title", "")
    box = _numbers(title, "bbox")
    heights = [_numbers(title, f"x_{name}") for name in ("size", "ascenders", "descenders")]
    words = tuple(_words(element))
    if not words or len(box) != 4 or not all(heights) or any(_numbers(title, "textangle")):
        return None
    whole, above, below = (height[0] for height in heights)
    slope, offset = (*_numbers(title, "baseline"), 0.0, 0.0)[:2]
    return TextLine(
        words=words,
        base=box[3] + offset + slope * (words[0].box[0] - box[0]),
        slope=slope,
        size=_TYPE * max(whole - above - below, 0.2 * whole),
        above=whole - below,
        below=below,
    )


def _words(line: ElementTree.Element) -> Iterator[Word]:
    for element in line.iter():
        if element.get("class") != "ocrx_word":
            continue
        title = element.get("title", "")
        box = _box(_numbers(title, "bbox"))
        letters = [
            (letter, _numbers(child.get("title", ""), "x_bboxes")) for child in element.iter() for letter in _letters(child)
        ]
        if box is None or not letters:
            continue
        yield Word(
            text="".join(letter for letter, _ in letters),
            box=box,
            boxes=tuple(_box(found) or box for _, found in letters),
            confidence=min(max((*_numbers(title, "x_wconf"), 0.0)[0] / 100, 0.0), 1.0),
        )


def _letters(element: ElementTree.Element) -> str:
    return "".join((element.text or "").split()) if element.get("class") == "ocrx_cinfo" else ""


def _box(numbers: Sequence[float]) -> Box | None:
    if len(numbers) != 4 or numbers[2] <= numbers[0] or numbers[3] <= numbers[1]:
        return None
    return numbers[0], numbers[1], numbers[2], numbers[3]


def _numbers(title: str, name: str) -> tuple[float, ...]:
    """The numbers of one property of a title: `bbox 10 20 30 40; x_wconf 96`."""
    found = re.search(rf"(?:^|;)\s*{name}((?:\s+-?[\d.]+)+)", title)
    return tuple(map(float, found.group(1).split())) if found else ()
