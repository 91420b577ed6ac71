"""What is written to be used elsewhere: tables for a spreadsheet, text for Markdown, and the names of such files. Pure."""

import csv
import io
import re
from collections.abc import Sequence

CSV, MARKDOWN = "text/csv; charset=utf-8", "text/markdown; charset=utf-8"
DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
BIBTEX, RIS = "application/x-bibtex; charset=utf-8", "application/x-research-info-systems; charset=utf-8"

_RISKY = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")  # a spreadsheet reads a cell that begins so as a formula
_MARKDOWN = re.compile(r"([\\`*_{}\[\]<>#|~$])")
_BEGINS = re.compile(r"^([-+=:]|\d+(?=[.)]))")  # what would begin a list, a heading or a table
# Characters that are not seen, and those that turn the direction of what follows them.
_UNSEEN = re.compile("[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f\u200b\u2060\ufeff\u202a-\u202e\u2066-\u2069\ud800-\udfff]")


def line(value: str) -> str:
    """Write a value on one line, without characters that cannot be seen."""
    return " ".join(_UNSEEN.sub("", value).split())


def table(stamp: Sequence[str], head: Sequence[str], rows: Sequence[Sequence[str]]) -> bytes:
    """Write a table for a spreadsheet: UTF-8 with BOM, `;` between cells, and no cell that would be run as a formula.

    `stamp`: the name of the last column, then what it says in every row of all of them: the strictest mark, who made it and when.
    A program reads the table as it is, and a row that is copied out of it takes that along.
    """
    name, *said = stamp
    told = ". ".join(said)
    out = io.StringIO()
    writer = csv.writer(out, delimiter=";", lineterminator="\r\n")
    for row in ([*head, name], *([*row, told] for row in rows)):
        writer.writerow([calm(line(cell)) for cell in row])
    return b"\xef\xbb\xbf" + out.getvalue().encode()


def calm(cell: str) -> str:
    """Put an apostrophe before what a spreadsheet would take for a formula (OWASP, CSV injection)."""
    return f"'{cell}" if cell.lstrip(" \N{NO-BREAK SPACE}").startswith(_RISKY) else cell


def literal(value: str) -> str:
    """Keep what means something in Markdown or HTML from doing so: a backslash before it. One line."""
    safe = _MARKDOWN.sub(r"\\\1", line(value)).replace("&", "&amp;")
    return _BEGINS.sub(lambda found: f"\\{found[1]}" if not found[1].isdigit() else f"{found[1]}\\", safe)


def quoted(value: str) -> list[str]:
    """Write words as a Markdown quotation, a paragraph a line of theirs."""
    paragraphs = [literal(one) for one in value.split("\n") if line(one)]
    return [shown for at, one in enumerate(paragraphs) for shown in ([">"] if at else []) + [f"> {one}"]]


def file_name(name: str, kind: str, today: str) -> str:
    """Name an export: "kalla-collected-2026-11-24.docx"."""
    return f"kalla-{name}-{today}.{kind}"
