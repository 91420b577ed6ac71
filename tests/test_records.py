"""Bulk files: a document or a reason for every line."""

import json
import unicodedata
from collections.abc import Iterator
from pathlib import Path

import pytest

from ingest import records, wire
from ingest.document import Document, Format
from ingest.errors import ReadError
from ingest.records import RecordError, read


def _file(tmp_path: Path, *lines: object) -> Path:
    path = tmp_path / "bulk.jsonl"
    path.write_bytes(b"\n".join(line if isinstance(line, bytes) else json.dumps(line).encode() for line in lines))
    return path


def _only(tmp_path: Path, **record: object) -> Document:
    (document,) = read(_file(tmp_path, record))
    assert isinstance(document, Document)
    assert wire.load(wire.dump(document)) == document
    return document


def test_a_record_becomes_a_document_with_its_fields(tmp_path: Path) -> None:
    document = _only(
        tmp_path,
        _id="r-1",
        title="Samverkan i länet",
        text="First.\r\nSecond.",
        metadata={
            "city": ["Stockholm", "Paris"],
            "theme": "cyber; crowds",
            "date": "15/12/2020",
            "language": "svenska",
            "handling": "TLP:GREEN",
            "title": "not this one",
            "colour": "red",
            "depth": {"a": 1},
        },
    )
    assert document.record == "r-1"
    assert document.format is Format.RECORD
    assert document.text == "First.\n\nSecond."
    assert len(document.pages) == 1
    known = document.metadata
    assert (known.title, known.city, known.theme) == ("Samverkan i länet", ("Stockholm", "Paris"), ("cyber", "crowds"))
    assert (known.date, known.language, known.handling) == ("2020-12-15", "sv", "TLP:GREEN")


def test_lines_of_a_record_are_blocks_and_short_ones_before_text_are_headings(tmp_path: Path) -> None:
    text = "Eget företag\r\nNär vi har tagit emot din ansökan\r\n" + "Om du lämnar in en ansökan. " * 9 + "\r\n- en punkt"
    blocks = _only(tmp_path, _id="1", text=text).blocks
    assert [(block.kind.value, block.level) for block in blocks] == [
        ("heading", 1),
        ("heading", 2),
        ("paragraph", 0),
        ("list item", 1),
    ]


def test_a_record_without_text_is_its_title(tmp_path: Path) -> None:
    document = _only(tmp_path, _id=7, title="Only a title", text=" \n ")
    assert (document.text, document.record, document.metadata.title) == ("Only a title", "7", "Only a title")


def test_bad_lines_are_reported_and_the_others_read(tmp_path: Path) -> None:
    path = _file(
        tmp_path,
        b'\xef\xbb\xbf{"_id": "a", "text": "First."}',
        b"",
        b"not json",
        [1],
        {"title": "no id", "text": "x"},
        {"_id": "", "text": "x"},
        {"_id": ["a"], "text": "x"},
        {"_id": True, "text": "x"},
        {"_id": "b", "title": "", "text": ""},
        {"_id": "a", "text": "again"},
        {"_id": "c", "text": 5},
        {"_id": "d", "text": "x", "metadata": "y"},
        b'{"_id": "e", "text": "caf\xe9"}',
        b"[" * 50_000,
        b'{"_id": "f", "text": "\\ud800 half a letter"}',
        {"_id": "g", "title": None, "text": "Last.", "metadata": None},
    )
    outcomes = list(read(path))
    errors = {outcome.line: outcome.reason for outcome in outcomes if isinstance(outcome, RecordError)}
    assert [outcome.record for outcome in outcomes if isinstance(outcome, Document)] == ["a", "f", "g"]
    assert sorted(errors) == [3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14]
    assert "JSON" in errors[3]
    assert "object" in errors[4]
    assert errors[5] == errors[6] == "_id is missing"
    assert "not a string" in errors[7]
    assert "empty" in errors[9]
    assert "“a” was used" in errors[10]
    assert "text is not a string" in errors[11]
    assert "metadata" in errors[12]
    assert "UTF-8" in errors[13]
    for outcome in outcomes:
        if isinstance(outcome, Document):
            assert wire.load(wire.dump(outcome)) == outcome


def test_an_endless_line_is_passed_over_without_being_held(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(records, "LONGEST_LINE", 1000)
    path = _file(tmp_path, {"_id": "a", "text": "x" * 5000}, {"_id": "b", "text": "short"})
    first, second = read(path)
    assert isinstance(first, RecordError)
    assert first.line == 1
    assert isinstance(second, Document)
    assert second.text == "short"


def test_reading_is_a_stream(tmp_path: Path) -> None:
    stream = read(_file(tmp_path, {"_id": "a", "text": "x"}, b"broken"))
    assert isinstance(stream, Iterator)
    assert isinstance(next(stream), Document)


def test_a_file_that_is_gone_is_a_read_error(tmp_path: Path) -> None:
    with pytest.raises(ReadError):
        list(read(tmp_path / "nothing.jsonl"))


@pytest.mark.shared
def test_every_line_of_the_swedish_corpus_is_a_document(shared: Path) -> None:
    path = shared / "eval" / "sv_swequad" / "corpus.jsonl"
    with path.open(encoding="utf-8") as file:
        lines = [json.loads(line) for line in file]
    documents = list(read(path))
    assert [document.record for document in documents if isinstance(document, Document)] == [line["_id"] for line in lines]
    for document, line in zip(documents, lines, strict=True):
        assert isinstance(document, Document)
        assert _alphanumerics(document.text) == _alphanumerics(line["text"])


def _alphanumerics(text: str) -> str:
    return "".join(filter(str.isalnum, unicodedata.normalize("NFKC", text)))
