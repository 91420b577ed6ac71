"""What each paragraph of a document is: heading, list item, table row, caption, recommendation, footnote, line of contents.

Pure. What a document says of itself (its outline) goes before what its type suggests.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from ingest.clean import Clean, chain, join
from ingest.document import BlockKind
from ingest.lines import Line
from ingest.paragraphs import (
    CAPTION,
    CONTENTS,
    LEADER,
    PAGE_AT_END,
    RECOMMENDATION,
    SECTION,
    Paragraph,
    ends_sentence,
    group,
    is_item,
)
from ingest.properties import OutlineItem

_NOTE = re.compile(r"\(?(\d{1,3}|[*†‡§]{1,3}|[a-z](?=[.)\s]))[.)]?\s*(?!(?:st|nd|rd|th)\b)(?=[^\W\d_]|[\"“”‘(])")
_QUOTED = re.compile(r"[\"“”„«»‘’].+[\"“”«»’]")  # a pull quote, however large
_WORDS_OF_HEADING = 12  # a recommendation in large type that says more is no heading of one
_INITIAL = re.compile(r"([^\W\d_]) ([^\W\d_]+)")
_SENTENCE = 60  # characters of a paragraph that may be interrupted: less is a label
_MAX_HEADING = 200
_SHORTEST_NOTE = 12
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


def parts(
    pages: Sequence[Sequence[Line]], heights: Sequence[float], outline: Sequence[OutlineItem], known: Mapping[str, int]
) -> list[Part]:
    """The blocks of a document in reading order. `pages` are its lines without headers and footers; `known` its words.

    Footnotes stand after the other text of their page, or before its last paragraph where that runs on over the page.
    """
    usual = measure(pages)
    titles = _titles(outline)
    out: list[Part] = []
    for number, lines in enumerate(pages):
        groups = group(lines)
        notes = _notes(groups, heights[number], usual)
        marks = {match.group(1) for note in notes.values() if (match := _NOTE.match(note.text))}
        contents = len(pages) + 500 if _is_contents(groups) else 0  # the highest page number to expect in it
        body: list[Part] = []
        small: list[Part] = []
        for i, one in enumerate(groups):
            kind, level = (BlockKind.NOTE, 0) if i in notes else _kind(one, usual, titles, contents)
            if kind is BlockKind.HEADING and one.first.angle != groups[0].first.angle:
                kind, level = BlockKind.PARAGRAPH, 0  # a stamp along the margin
            part = _part(one, kind, level, known, marks if kind is not BlockKind.NOTE else set())
            if part.text:
                (small if kind is BlockKind.NOTE else body).append(part)
        _put(out, _recommendations(_uninterrupted(body, known)), small, known)
    return _levelled(out)


def _part(one: Paragraph, kind: BlockKind, level: int, known: Mapping[str, int], marks: set[str]) -> Part:
    cells: dict[int, list[Clean]] = {}
    for line in one.lines:
        clean = _unmarked(line, marks)
        cells.setdefault(line.row[1], []).append(_with_initial(clean, known) if line.first_size > 1.8 * line.size else clean)
    return Part(
        kind=kind,
        level=level,
        clean=chain([join(cell, known) for cell in cells.values()], "  "),
        page=one.first.page,
        end_page=one.last.page,
        size=one.size,
        style=(round(one.size * 2) / 2, one.bold),
    )


def _with_initial(clean: Clean, known: Mapping[str, int]) -> Clean:
    """The line with its drop cap made one with the word it begins, unless it is a word of its own: "A crowd"."""
    match = _INITIAL.match(clean.text)
    if not match or (match.group(1) in "AIÅÖ" and match.group(1).lower() + match.group(2) not in known):
        return clean
    return clean.without(1, 2)


def _unmarked(line: Line, marks: set[str]) -> Clean:
    """The line without the raised numbers that lead to a footnote of its page: they are no words of the sentence."""
    clean = line.clean
    for first, end in reversed(line.raised):
        inside = [i for i, (start, stop) in enumerate(clean.spans.tolist()) if first <= start < stop <= end]
        if inside and clean.text[inside[0] : inside[-1] + 1] in marks:
            clean = clean.without(inside[0], inside[-1] + 1)
    return clean


def _notes(groups: Sequence[Paragraph], height: float, usual: Measures) -> dict[int, Paragraph]:
    """The footnotes of a page, by their place among its paragraphs: small print with a mark, below all else."""
    found: dict[int, Paragraph] = {}
    small = [
        i
        for i, one in enumerate(groups)
        if one.first.placed and one.first.angle == 0 and one.size <= 0.93 * usual.size and one.top > 0.4 * height
    ]
    floor = max((one.bottom for i, one in enumerate(groups) if i not in small and one.first.angle == 0), default=0.0)
    for i in small:
        one = groups[i]
        if one.is_row or (one.top < floor - one.size and not _alone_in_column(one, groups, small)):
            continue
        more = i - 1 in found and abs(one.first.left - groups[i - 1].first.left) < 2 * one.size
        if more or (_NOTE.match(one.text) and len(one.text) > _SHORTEST_NOTE):
            found[i] = one
    return found


def _alone_in_column(one: Paragraph, groups: Sequence[Paragraph], small: Sequence[int]) -> bool:
    left, right = min(line.left for line in one.lines), max(line.right for line in one.lines)
    return not any(
        other.bottom > one.top and len(other.text) > 60 and any(line.left < right and line.right > left for line in other.lines)
        for i, other in enumerate(groups)
        if i not in small
    )


def _is_contents(groups: Sequence[Paragraph]) -> bool:
    """Whether a page is one of the table of contents."""
    leaders = sum(bool(LEADER.search(line.text)) for one in groups for line in one.lines)
    if leaders >= 3:
        return True
    ends = sum(bool(PAGE_AT_END.match(one.last.text)) for one in groups)
    headed = any(CONTENTS.fullmatch(one.text.strip(" :")) for one in groups[:6])
    return headed and ends >= max(2, 0.4 * len(groups))


def _kind(one: Paragraph, usual: Measures, titles: Mapping[str, list[OutlineItem]], contents: int) -> tuple[BlockKind, int]:
    text = one.text
    if LEADER.search(text) and len(text) < 400:
        return BlockKind.CONTENTS, 0
    at_end = PAGE_AT_END.match(text)
    if at_end and contents and len(text) < 300 and not (at_end.group(1).isdigit() and int(at_end.group(1)) > contents):
        return BlockKind.CONTENTS, 0
    if RECOMMENDATION.match(text):
        level = _heading(one, usual, titles) if one.size >= 1.3 * usual.size and len(text.split()) <= _WORDS_OF_HEADING else 0
        return (BlockKind.HEADING, level) if level else (BlockKind.RECOMMENDATION, 0)
    if CAPTION.match(text) and len(text) < 500:
        return BlockKind.CAPTION, 0
    if one.is_row:
        return BlockKind.TABLE_ROW, 0
    level = _heading(one, usual, titles)
    if level:
        return BlockKind.HEADING, level
    if is_item(text):
        return BlockKind.LIST_ITEM, 1
    return BlockKind.PARAGRAPH, 0


def _heading(one: Paragraph, usual: Measures, titles: Mapping[str, list[OutlineItem]]) -> int:
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
    if not one.first.placed or text[-1] in ".;," or _QUOTED.fullmatch(text) or (is_item(text) and not SECTION.match(text)):
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


def _titles(outline: Sequence[OutlineItem]) -> dict[str, list[OutlineItem]]:
    titles: dict[str, list[OutlineItem]] = defaultdict(list)
    for item in outline:
        for form in {_same(item.title), _same(SECTION.sub("", item.title))}:
            if len(form) > 2:
                titles[form].append(replace(item, level=min(item.level, 6)))
    return dict(titles)


def _same(title: str) -> str:
    return re.sub(r"[\W_]+", "", title.casefold())


def _recommendations(body: list[Part]) -> list[Part]:
    """A recommendation whose label stands alone takes the paragraph below it in; below its heading, the paragraph is one."""
    out: list[Part] = []
    for part in body:
        if part.kind is BlockKind.PARAGRAPH and out and out[-1].kind is BlockKind.HEADING and RECOMMENDATION.match(out[-1].text):
            part = replace(part, kind=BlockKind.RECOMMENDATION)
        alone = out and out[-1].kind is BlockKind.RECOMMENDATION and len(out[-1].text) < 160
        if alone and part.kind is BlockKind.PARAGRAPH and not ends_sentence(out[-1].text.rstrip(":")):
            out[-1] = replace(out[-1], clean=chain([out[-1].clean, part.clean], "\n"), size=part.size, end_page=part.end_page)
        else:
            out.append(part)
    return out


def _uninterrupted(body: list[Part], known: Mapping[str, int]) -> list[Part]:
    """A sentence that something in other type interrupts (a quotation, a caption) goes on, and what interrupts it comes after."""
    out: list[Part] = []
    for part in body:
        apart = len(out) > 1 and (out[-1].kind is BlockKind.CAPTION or bool(_QUOTED.fullmatch(out[-1].text)))
        if apart and len(out[-2].text) > _SENTENCE and _goes_on(out[-2], part):
            whole = replace(out[-2], clean=join([out[-2].clean, part.clean], known), end_page=part.end_page)
            out[-2:] = [whole, out[-1]]
        else:
            out.append(part)
    return out


def _goes_on(one: Part, two: Part) -> bool:
    """Whether a sentence begins in one block and ends in the other, of the same type."""
    if one.kind not in _RUNNING or two.kind is not BlockKind.PARAGRAPH or ends_sentence(one.text):
        return False
    alike = abs(one.size - two.size) <= 0.08 * max(one.size, two.size)
    return alike and (two.text[0].islower() or (one.text.endswith("-") and two.text[0].isalpha()))


_RUNNING = (BlockKind.PARAGRAPH, BlockKind.LIST_ITEM, BlockKind.RECOMMENDATION)


def _put(out: list[Part], body: list[Part], notes: list[Part], known: Mapping[str, int]) -> None:
    """Add the blocks of a page, and join a sentence that runs over the page break."""
    last = next((i for i in range(len(out) - 1, -1, -1) if out[i].kind is not BlockKind.NOTE), None)
    if last is not None and body and _runs_over(out[last], body[0]):
        one = out[last]
        if last == len(out) - 1 or one.page == one.end_page:  # the notes of a page stay on it
            del out[last]
            out.append(replace(one, clean=join([one.clean, body[0].clean], known), end_page=body[0].end_page))
            body = body[1:]
    out.extend(body)
    out.extend(notes)


def _runs_over(one: Part, two: Part) -> bool:
    return two.page == one.end_page + 1 and _goes_on(one, two)


def _levelled(found: list[Part]) -> list[Part]:
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
