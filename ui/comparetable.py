"""A comparison as a table: for a spreadsheet, for Markdown, for a word processor, and for the clipboard. Pure."""

import re
import unicodedata
from collections.abc import Sequence

from index.access import mark_of, strictest
from index.result import Hit
from ui import citation, exports, fieldwords, references, text
from ui.columns import named, state, summary
from ui.comparing import Column, Comparison
from ui.references import Head
from ui.words import Words

_LONGEST_NAME = 48


def head(by: str, words: Words) -> list[str]:
    """Name the columns of the table."""
    return [
        fieldwords.of(by, words).head, words.found_head, words.number_head, words.said_head, words.passage_head,
        words.reference_head, words.mark_head,
    ]  # fmt: skip


def rows(found: Comparison, words: Words) -> list[list[str]]:
    """Write a row for each passage, and one for each value without evidence, which says so."""
    table = []
    for column in found.columns:
        name, told = named(column.value, found.by, words), state(column, words)
        if not column.answers:
            table.append([name, told, "", "", "", "", ""])
        table += [[name, told, *_cells(hit, words)] for hit in column.hits if column.answers]
    return table


def _cells(hit: Hit, words: Words) -> list[str]:
    said = " ".join(hit.text[start:end] for start, end in hit.marks)
    return [
        str(hit.rank),
        exports.line(citation.said(hit, words, said) if said else ""),
        exports.line(citation.said(hit, words)),
        citation.reference(hit, words),
        mark_of(hit.handling),
    ]


def stamp(found: Comparison, who: str, now: str, words: Words) -> Head:
    """Make what stands above all. `now`: ISO 8601, with its offset."""
    return references.head(_marks(found), who, now, words)


def _marks(found: Comparison) -> list[str]:
    return [hit.handling for column in found.answering for hit in column.hits]


def about(found: Comparison, stamp: Head, words: Words) -> list[str]:
    """Write what stands above the table."""
    lines = [words.contains_mark.format(mark=stamp.mark)] if stamp.mark else []
    lines += [found.question, summary(found, words), words.compared_by.format(who=stamp.who, when=stamp.when)]
    named_ones = all(hit.attributable for column in found.answering for hit in column.hits)
    return lines if named_ones else [*lines, words.no_attribution_note]


def to_csv(found: Comparison, stamp: Head, words: Words) -> bytes:
    """Write the table for a spreadsheet: UTF-8 with BOM, `;` between cells, and no cell that would be run as a formula."""
    return exports.table([words.stamp_head, *about(found, stamp, words)], head(found.by, words), rows(found, words))


def to_markdown(found: Comparison, stamp: Head, words: Words) -> bytes:
    """Write the table in Markdown. What the documents and the question say stays text."""
    lead, *more = map(exports.literal, about(found, stamp, words))
    lines = [line for one in (f"**{lead}**" if stamp.mark else lead, *more) for line in (one, "")]
    titles = head(found.by, words)
    lines += [_row(titles), "|" + " --- |" * len(titles), *(_row(row) for row in rows(found, words))]
    return ("\n".join(lines) + "\n").encode()


def _row(cells: Sequence[str]) -> str:
    return "| " + " | ".join(exports.literal(cell) for cell in cells) + " |"


def to_docx(found: Comparison, stamp: Head, words: Words) -> bytes:
    """Write the table for a word processor: value, words, reference."""
    from ui.worddoc import Paper

    lines = [line for line in about(found, stamp, words) if line != found.question]  # the title holds it
    paper = Paper(words.compare_of.format(question=found.question), lines, words.language, stamp.mark)
    titles = [fieldwords.of(found.by, words).head, words.number_head, words.passage_head, words.reference_head]
    table = [[name, number or told, passage, reference] for name, told, number, _, passage, reference, _ in rows(found, words)]
    paper.table(titles, table)
    return paper.to_bytes()


def html(found: Comparison, words: Words) -> str:
    """Set the table for the clipboard, as a word processor takes it: a row for each value. Escaped."""
    body = "".join(
        f"<tr><td><b>{text.escape(named(column.value, found.by, words))}</b></td><td>{_quotes_html(column, words)}</td></tr>"
        for column in found.columns
    )
    mark = strictest(_marks(found))
    above = f"<p><b>{text.escape(words.contains_mark.format(mark=mark))}</b></p>" if mark else ""
    return f"{above}<p><b>{text.escape(found.question)}</b></p><table border=1>{body}</table>"


def _quotes_html(column: Column, words: Words) -> str:
    if not column.answers:
        return f"<i>{text.escape(state(column, words))}</i>"
    return "".join(citation.rich(hit, words, _marked(hit)) for hit in column.hits)


def plain(found: Comparison, words: Words) -> str:
    """Write the same as plain text."""
    mark = strictest(_marks(found))
    lines = [words.contains_mark.format(mark=mark), found.question] if mark else [found.question]
    for column in found.columns:
        lines += ["", named(column.value, found.by, words)]
        lines += [citation.plain(hit, words, _marked(hit)) for hit in column.hits] if column.answers else [state(column, words)]
    return "\n".join(lines)


def _marked(hit: Hit) -> str:
    return " ".join(hit.text[start:end] for start, end in hit.marks)


def file_name(question: str, kind: str, today: str, words: Words) -> str:
    """Name an export: letters a to z, digits and hyphens only."""
    bare = unicodedata.normalize("NFKD", question).encode("ascii", "ignore").decode().lower()
    slug = re.sub(r"[^a-z0-9]+", "-", bare)[:_LONGEST_NAME].strip("-")
    return "-".join(part for part in ("kalla", words.compare_file, slug, today) if part) + f".{kind}"
