"""Charts as SVG, made here: no script, no style attribute, colours from the style sheet. Pure; knows nothing of documents.

Places across are given in per cent and letters in pixels, so that a chart is read at 360 pixels as well as at 1500.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from ui import text

SERIES = 6  # colours there are in the style sheet: l-k0 to l-k5
_HEIGHT, _TOP, _FOOT = 230, 22, 26  # pixels: the whole, above the highest column, below the base line
_WIDEST = 5.5  # per cent of the width that a column takes at most
_MOST_LABELS, _MOST_TOTALS = 9, 18


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """A part of a column or bar: how many, of which series (its colour), and how it is named when pointed at."""

    count: int
    series: int
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """A column: its label below it, where it leads, how it is named aloud, and its parts from the base up."""

    label: str
    href: str
    name: str
    parts: tuple[Part, ...]

    @property
    def total(self) -> int:
        """How many there are of all parts."""
        return sum(part.count for part in self.parts)


def columns(given: Sequence[Column], *, title: str, description: str, key: str) -> str:
    """Draw stacked columns with their totals. `key` makes the ids of title and description those of this chart alone."""
    highest = max((column.total for column in given), default=0) or 1
    step = -(-len(given) // _MOST_LABELS) or 1
    # Labels are counted from the last, which always has one.
    labelled = {len(given) - 1 - n for n in range(0, len(given), step)}
    drawn = "".join(
        _column(n, column, len(given), highest, labelled=n in labelled, totals=len(given) <= _MOST_TOTALS)
        for n, column in enumerate(given)
    )
    base = _HEIGHT - _FOOT
    return (
        f'<svg class="l-chart" width="100%" height="{_HEIGHT}" role="group" aria-labelledby="{key}-t" aria-describedby="{key}-d">'
        f'<title id="{key}-t">{text.escape(title)}</title><desc id="{key}-d">{text.escape(description)}</desc>'
        f'<line class="l-base" x1="0" x2="100%" y1="{base}.5" y2="{base}.5"/>{drawn}</svg>'
    )


def _column(n: int, column: Column, of: int, highest: int, *, labelled: bool, totals: bool) -> str:
    slot = 100 / of
    width = min(slot * 0.72, _WIDEST)
    middle = slot * (n + 0.5)
    base, room = _HEIGHT - _FOOT, _HEIGHT - _FOOT - _TOP
    at, parts = float(base), ""
    for part in (part for part in column.parts if part.count):
        height = part.count / highest * room
        at -= height
        parts += (
            f'<rect class="l-k{part.series % SERIES}" x="{middle - width / 2:.2f}%" y="{at:.1f}" width="{width:.2f}%" '
            f'height="{max(height - 1, 1):.1f}"><title>{text.escape(part.name)}</title></rect>'
        )
    label = f'<text class="l-year" x="{middle:.2f}%" y="{_HEIGHT - 8}">{text.escape(column.label)}</text>' if labelled else ""
    if not column.total:
        return label
    total = f'<text class="l-total" x="{middle:.2f}%" y="{at - 6:.1f}">{column.total}</text>' if totals else ""
    # The whole height can be pressed, not only what may be a small part of it.
    return (
        f'<a href="{text.escape(column.href)}" aria-label="{text.escape(column.name)}">'
        f'<rect class="l-press" x="{slot * n:.2f}%" y="0" width="{slot:.2f}%" height="{_HEIGHT}"/>{parts}{total}{label}</a>'
    )


def bar(parts: Sequence[Part], most: int) -> str:
    """Draw one bar, as long as its share of `most`. What it says stands in words beside it."""
    at, drawn = 0.0, ""
    for part in parts:
        width = part.count / max(most, 1) * 100
        drawn += f'<rect class="l-k{part.series % SERIES}" x="{at:.2f}%" y="0" width="{width:.2f}%" height="14"/>'
        at += width
    return f'<svg class="l-bar" width="100%" height="14" aria-hidden="true" focusable="false">{drawn}</svg>'


def swatch(series: int) -> str:
    """Draw the colour of a series, for a legend."""
    square = f'<rect class="l-k{series % SERIES}" width="12" height="12" rx="2"/>'
    return f'<svg width="12" height="12" aria-hidden="true" focusable="false">{square}</svg>'


def shade(count: int, most: int) -> int:
    """Choose how dark a cell is: 0 where there is nothing, else 1 to 4."""
    if count <= 0:
        return 0
    return min(4, 1 + (count - 1) * 4 // max(most, 4))
