"""Headings: which paragraphs are one, and their levels. Pure.

What a document says of itself (its outline) goes before what its type suggests.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from ingest.clean import Clean
from ingest.document import BlockKind
from ingest.lines import Line
from ingest.paragraphs import SECTION, Paragraph, ends_sentence, is_item
from ingest.properties import OutlineItem

QUOTED = re.compile(r"[\"“”„«»‘’].+[\"“”«»’]")  # a pull quote, however large
_MAX_HEADING = 200
UNKNOWN = 9  # the level of a heading that does not tell it by itself


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """A block before its place in the text is known."""

    kind: BlockKind
    level: int
    clean: Clean
    page: int  # 0-based, where it begins
    end_page: int
    size: float
    style: tuple[float, bool]

    @property
    def text(self) -> str:
        """Its text."""
        return self.clean.text


@dataclass(frozen=True, slots=True, kw_only=True)
class Measures:
    """What is usual in a document: the size of its body text, and whether that is bold or italic."""

    size: float
    bold: bool
    italic: bool


def measure(pages: Sequence[Sequence[Line]]) -> Measures:
    """The commonest type, by characters."""
    styles: Counter[tuple[float, bool, bool]] = Counter()
    for lines in pages:
        for line in lines:
            if line.placed:
                styles[round(line.size * 2) / 2, line.bold, line.italic] += len(line.text)
    (size, bold, italic), _ = styles.most_common(1)[0] if styles else ((0.0, False, False), 0)
    return Measures(size=size, bold=bold, italic=italic)


def heading(one: Paragraph, usual: Measures, titles: Mapping[str, list[OutlineItem]]) -> int:
    """The level of a heading as far as it can be told from itself, `UNKNOWN` where not, 0 where it is none."""
    text = one.text
    if len(text) > _MAX_HEADING or len(one.lines) > 5 or sum(char.isalpha() for char in text) < 3:
        return 0
    known = titles.get(_same(text)) or titles.get(_same(SECTION.sub("", text)))
    if known and one.first.placed:
        near = [item for item in known if not item.page or abs(item.page - 1 - one.first.page) <= 1]
        if near and (len(known) < 6 or one.size >= usual.size):
            nearest = min(near, key=lambda item: abs(item.page - 1 - one.first.page))
            numbered = _numbered_level(text)
            elsewhere = nearest.page != one.first.page + 1  # another section may have the same words: 1.2 Members, 2 Members
            return numbered if elsewhere and numbered != UNKNOWN else nearest.level
    if not one.first.placed or text[-1] in ".;," or QUOTED.fullmatch(text) or (is_item(text) and not SECTION.match(text)):
        return 0
    return _numbered_level(text) if _stands_out(one, usual, text) else 0


def _stands_out(one: Paragraph, usual: Measures, text: str) -> bool:
    if one.size >= 1.15 * usual.size:
        return True
    if one.size < 0.85 * usual.size or len(text) > 120 or text[:1].islower():
        return False
    capitals = text.isupper() and sum(char.isalpha() for char in text) > 5 and len(one.lines) < 3
    if capitals or one.size < 0.93 * usual.size:
        return capitals and (one.bold or one.size > 0.93 * usual.size)
    leaning = all(line.italic for line in one.lines) and len(one.lines) < 3 and not ends_sentence(text)
    return (one.bold and not usual.bold) or (leaning and not usual.italic and len(text) < 90)


def _numbered_level(text: str) -> int:
    number = re.match(r"([A-Z]|\d{1,2})((?:\.\d{1,2})*)\.?\s", text)
    if not number or (number.group(1).isalpha() and not number.group(2)):
        return UNKNOWN
    return min(6, 1 + number.group(2).count("."))


def titles_of(outline: Sequence[OutlineItem]) -> dict[str, list[OutlineItem]]:
    """The entries of an outline by their words, with and without their numbers."""
    titles: dict[str, list[OutlineItem]] = defaultdict(list)
    for item in outline:
        for form in {_same(item.title), _same(SECTION.sub("", item.title))}:
            if len(form) > 2:
                titles[form].append(replace(item, level=min(item.level, 6)))
    return dict(titles)


def _same(title: str) -> str:
    return re.sub(r"[\W_]+", "", title.casefold())


def levelled(found: list[Part]) -> list[Part]:
    """Give the headings without a level of their own the one of their type, larger type before smaller."""
    stated: dict[tuple[float, bool], Counter[int]] = defaultdict(Counter)
    where: dict[tuple[float, bool], set[int]] = defaultdict(set)
    for part in found:
        if part.kind is BlockKind.HEADING:
            where[part.style].add(part.page)
            if part.level < UNKNOWN:
                stated[part.style][part.level] += 1
    levels: dict[tuple[float, bool], int] = {}
    above = 0
    for style in sorted(where, reverse=True):
        if stated[style]:
            levels[style] = above = stated[style].most_common(1)[0][0]
        elif not above and max(where[style]) < 2 and len(where) > 1 and not _divided(found, style):
            levels[style] = 1  # the title page: its sizes say nothing of the chapters
        else:
            levels[style] = above = min(6, above + 1)
    return [
        replace(part, level=levels[part.style]) if part.kind is BlockKind.HEADING and part.level == UNKNOWN else part
        for part in found
    ]


def _divided(found: Sequence[Part], style: tuple[float, bool]) -> bool:
    """Whether smaller headings stand between those of a style: then it is that of chapters, however few the pages."""
    styles = [part.style for part in found if part.kind is BlockKind.HEADING]
    first, last = styles.index(style), len(styles) - 1 - styles[::-1].index(style)
    return any(other < style for other in styles[first:last])
