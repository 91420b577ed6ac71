"""What each paragraph of a document is: heading, list item, table row, caption, recommendation, footnote, line of contents.

Pure. What a document says of itself (its outline) goes before what its type suggests.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace

from ingest.clean import Clean, chain, join
from ingest.document import BlockKind
from ingest.headings import QUOTED, Measures, Part, heading, levelled, measure, titles_of
from ingest.lines import Line
from ingest.paragraphs import (
    CAPTION,
    CONTENTS,
    LEADER,
    PAGE_AT_END,
    RECOMMENDATION,
    Paragraph,
    ends_sentence,
    group,
    is_item,
)
from ingest.properties import OutlineItem

_NOTE = re.compile(r"\(?(\d{1,3}|[*†‡§]{1,3}|[a-z](?=[.)\s]))[.)]?\s*(?!(?:st|nd|rd|th)\b)(?=[^\W\d_]|[\"“”‘(])")
_WORDS_OF_HEADING = 12  # a recommendation in large type that says more is no heading of one
_INITIAL = re.compile(r"([^\W\d_]) ([^\W\d_]+)")
_SENTENCE = 60  # characters of a paragraph that may be interrupted: less is a label
_SHORTEST_NOTE = 12


def parts(
    pages: Sequence[Sequence[Line]], heights: Sequence[float], outline: Sequence[OutlineItem], known: Mapping[str, int]
) -> list[Part]:
    """The blocks of a document in reading order. `pages` are its lines without headers and footers; `known` its words.

    Footnotes stand after the other text of their page, or before its last paragraph where that runs on over the page.
    """
    usual = measure(pages)
    titles = titles_of(outline)
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
    return levelled(out)


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
        level = heading(one, usual, titles) if one.size >= 1.3 * usual.size and len(text.split()) <= _WORDS_OF_HEADING else 0
        return (BlockKind.HEADING, level) if level else (BlockKind.RECOMMENDATION, 0)
    if CAPTION.match(text) and len(text) < 500:
        return BlockKind.CAPTION, 0
    if one.is_row:
        return BlockKind.TABLE_ROW, 0
    level = heading(one, usual, titles)
    if level:
        return BlockKind.HEADING, level
    if is_item(text):
        return BlockKind.LIST_ITEM, 1
    return BlockKind.PARAGRAPH, 0


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
        apart = len(out) > 1 and (out[-1].kind is BlockKind.CAPTION or bool(QUOTED.fullmatch(out[-1].text)))
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
