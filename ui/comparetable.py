"""A comparison as a table: for a spreadsheet, for Markdown, for a word processor, and for the clipboard. Pure."""

import re
import unicodedata
from collections.abc import Sequence

from index.result import Hit
from ui import citation, exports, fieldwords, text
from ui.columns import named, state, summary
from ui.comparing import Column, Comparison
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
        hit.handling,
    ]


def marks(found: Comparison) -> list[str]:
    """Give the handling marks of all that the table quotes."""
    return [hit.handling for column in found.answering for hit in column.hits]


def about(found: Comparison, mark: str, today: str, words: Words) -> list[str]:
    """Write what stands above the table. `mark`: the strictest of all; `today`: ISO 8601."""
    lines = [words.contains_mark.format(mark=mark)] if mark else []
    lines += [found.question, summary(found, words), words.exported.format(date=text.date(today, words))]
    named_ones = all(hit.attributable for column in found.answering for hit in column.hits)
    return lines if named_ones else [*lines, words.no_attribution_note]


def to_csv(found: Comparison, mark: str, today: str, words: Words) -> bytes:
    """Write the table for a spreadsheet: UTF-8 with BOM, `;` between cells, and no cell that would be run as a formula."""
    return exports.table(about(found, mark, today, words), head(found.by, words), rows(found, words))


def to_markdown(found: Comparison, mark: str, today: str, words: Words) -> bytes:
    """Write the table in Markdown. What the documents and the question say stays text."""
    lead, *more = about(found, mark, today, words)
    lines = [f"**{exports.literal(lead)}**", "", *(line for one in more for line in (exports.literal(one), ""))] if mark else []
    lines = lines or [line for one in (lead, *more) for line in (exports.literal(one), "")]
    titles = head(found.by, words)
    lines += [_row(titles), "|" + " --- |" * len(titles), *(_row(row) for row in rows(found, words))]
    return ("\n".join(lines) + "\n").encode()


def _row(cells: Sequence[str]) -> str:
    return "| " + " | ".join(exports.literal(cell) for cell in cells) + " |"


def to_docx(found: Comparison, mark: str, today: str, words: Words) -> bytes:
    """Write the table for a word processor: value, words, reference."""
    from ui.worddoc import Paper

    lines = [line for line in about(found, mark, today, words) if line != found.question]  # the title holds it
    paper = Paper(words.compare_of.format(question=found.question), lines, words.language, mark)
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
    return f"<p><b>{text.escape(found.question)}</b></p><table border=1>{body}</table>"


def _quotes_html(column: Column, words: Words) -> str:
    if not column.answers:
        return f"<i>{text.escape(state(column, words))}</i>"
    return "".join(citation.rich(hit, words, _marked(hit)) for hit in column.hits)


def plain(found: Comparison, words: Words) -> str:
    """Write the same as plain text."""
    lines = [found.question]
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
