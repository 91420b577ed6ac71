"""Reads `glossary.csv`: which Swedish and English terms of a library's field mean the same."""

import os
import unicodedata
from collections.abc import Sequence
from pathlib import Path

from ingest import sheet
from ingest.errors import GlossaryError
from ingest.fields import split_list
from ingest.paths import display, key_of
from ingest.sheet import Sheet

NAME = "glossary.csv"
_HEADINGS = {"swedish": ("swedish", "svenska", "sv"), "english": ("english", "engelska", "en")}
_LONGEST_CELL = 200  # characters
_LONGEST_TERM = 8  # words

Pairs = tuple[tuple[tuple[str, ...], tuple[str, ...]], ...]  # (Swedish terms, English terms) a row, best first


def load(path: Path) -> Pairs:
    """Read a glossary: terms in NFC, each once in its cell. GlossaryError names the row (the headings are row 1) and column."""
    table = _read(path)
    pairs = []
    for number, cells in table.rows:
        swedish, english = (_terms(table, number, cells, language) for language in _HEADINGS)
        if not swedish and not english:
            continue
        if not swedish or not english:
            empty = table.heading("english" if swedish else "swedish")
            raise GlossaryError(f"row {number}: the column “{empty}” is empty; write a term there, or clear the row")
        pairs.append((swedish, english))
    return tuple(pairs)


def glossaries(roots: Sequence[Path]) -> dict[str, Pairs]:
    """The glossary of each root that is a folder, by the folder's stored key; () where it has none.

    Raises GlossaryError, naming the file.
    """
    folders = [Path(os.path.abspath(root)) for root in roots if os.path.isdir(root)]
    return {key_of(folder): _glossary_in(folder) for folder in folders}


def _glossary_in(folder: Path) -> Pairs:
    own = folder / NAME
    if not os.path.isfile(own):  # does not raise where the folder may not be entered: that is reported by the walk
        return ()
    try:
        return load(own)
    except GlossaryError as exc:
        raise GlossaryError(f"{display(own)}: {exc}. Mend it in a spreadsheet, then run the same command again.") from exc


def _read(path: Path) -> Sheet:
    table = sheet.read(path, called="glossary", meaning=_language, fault=GlossaryError)
    if not table.head and not table.rows:
        raise GlossaryError("the glossary is empty: its first row names the columns, swedish and english")
    for language, (name, *others) in _HEADINGS.items():
        if language not in table.columns:
            raise GlossaryError(f"row 1: no column is named {name} (or {', '.join(others)}); name one so")
    return table


def _language(heading: str) -> str:
    """The language that a heading names, "" for another column."""
    name = " ".join(heading.split()).casefold()
    return next((language for language, names in _HEADINGS.items() if name in names), "")


def _terms(table: Sheet, number: int, cells: Sequence[str], language: str) -> tuple[str, ...]:
    text = " ".join(unicodedata.normalize("NFC", sheet.cell(cells, table.columns[language])).split())
    where = f"row {number}, column “{table.heading(language)}”"
    if len(text) > _LONGEST_CELL:
        raise GlossaryError(f"{where}: {len(text)} characters, where {_LONGEST_CELL} is the most; keep the best terms only")
    terms = split_list(text)
    for term in terms:
        words = len(term.split())
        if words > _LONGEST_TERM:
            many = f"“{term}” has {words} words, where a term has {_LONGEST_TERM} at most"
            raise GlossaryError(f"{where}: {many}; write a ; between terms")
    return terms
