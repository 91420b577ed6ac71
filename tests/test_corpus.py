"""The sample library: its makers give what is in `corpus/`, its catalogue is whole, and every document says what it is."""

import csv
import re
import subprocess
import sys
from functools import cache
from pathlib import Path

import pytest

from ingest.document import Document
from ingest.formats import format_of, reader_for
from ingest.language import detect

ROOT = Path(__file__).resolve().parent.parent
CORPUS = ROOT / "corpus"
SOURCES = ROOT / "docs" / "corpus"
FILES = sorted(path for path in CORPUS.iterdir() if path.name not in {"catalogue.csv", "glossary.csv"})
NOT_OFFICIAL = (
    "not an official publication",
    "no official publication",
    "not been issued or approved",
    "ingen officiell publikation",
    "inte en officiell publikation",
)
MADE = {"make.py": {".pdf"}, "make_office.py": {".docx", ".pptx"}}


@cache
def read(path: Path) -> Document:
    return reader_for(format_of(path))(path)


def first_page(document: Document) -> str:
    page = document.pages[0]
    return " ".join(document.text[page.start : page.end].split())


def catalogue() -> list[dict[str, str]]:
    with (CORPUS / "catalogue.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@pytest.mark.parametrize("maker", MADE)
def test_makers_give_the_documents_byte_for_byte(maker: str, tmp_path: Path) -> None:
    subprocess.run([sys.executable, SOURCES / maker, "--out", tmp_path], check=True, capture_output=True)
    there = {path.name for path in FILES if path.suffix in MADE[maker]}
    assert {path.name for path in tmp_path.iterdir()} == there
    changed = [name for name in there if (tmp_path / name).read_bytes() != (CORPUS / name).read_bytes()]
    assert changed == []


def test_catalogue_has_a_row_for_every_file_and_no_others() -> None:
    rows = [row["file"] for row in catalogue()]
    assert sorted(rows) == [path.name for path in FILES]


def test_library_is_large_and_mixed_enough_to_show_what_the_program_does() -> None:
    rows = catalogue()
    assert len(rows) >= 14
    assert sum(row["language"] == "sv" for row in rows) >= 4
    assert {path.suffix for path in FILES} == {".pdf", ".docx", ".pptx", ".html", ".md", ".txt"}
    assert len({city for row in rows for city in row["city"].split("; ")}) >= 10
    assert {row["kind"] for row in rows} >= {"report", "policy brief", "seminar note", "exercise report", "paper", "web page"}


@pytest.mark.parametrize("row", catalogue(), ids=lambda row: row["file"])
def test_every_row_says_what_can_be_filtered_by(row: dict[str, str]) -> None:
    assert all(row[column] for column in ("title", "kind", "city", "organisation", "theme", "language", "handling"))
    assert re.fullmatch(r"\d{4}(-\d\d){0,2}", row["date"])
    assert not row["source"] or re.match(r"https://[a-z.]+\.example\.org/", row["source"]), "samples name no real site"


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_every_document_is_read_whole_and_in_its_language(path: Path) -> None:
    document = read(path)
    assert document.pages_without_text == ()
    assert document.notes == ()
    (row,) = [row for row in catalogue() if row["file"] == path.name]
    assert detect(document.text) == row["language"]


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_every_document_says_on_its_first_page_that_it_is_a_sample(path: Path) -> None:
    text = first_page(read(path)).lower()
    assert re.search(r"\b(for|för) demonstration\b", text), text
    assert re.search(r"\b(sample|exempel|exempeltext)\b", text), text
    assert any(words in text for words in NOT_OFFICIAL), text


@pytest.mark.parametrize("source", sorted(SOURCES.glob("*.md")), ids=lambda path: path.stem)
def test_the_disclaimer_of_a_source_stands_on_the_first_page(source: Path) -> None:
    found = re.search(r"^disclaimer: (.+)$", source.read_text("utf-8"), re.MULTILINE)
    assert found
    (path,) = [path for path in FILES if path.stem == source.stem]
    assert found.group(1).strip('"') in first_page(read(path))
