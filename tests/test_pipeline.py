"""An ingest run, from files to what can be found: each file has one outcome, and no file is opened or embedded without need."""

import os
import sqlite3
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from index import store
from index.access import Handling
from index.verify import verify
from tests.fakes import FakeEncoder, Shelf, principal, settle

SIREN = "# Warning the public\n\nThe siren sounds in four minutes. The police decide who speaks to the press.\n"
BUSES = "# Moving people\n\nBuses leave from the eastern gate at noon. Drivers wait for the word of the steward.\n"
CROWD = "# Crowd safety\n\nTwo persons a square metre is the limit in a queue. Stewards count at fourteen points.\n"

_opened: list[str] | None = None


def _listen(event: str, arguments: tuple[object, ...]) -> None:
    if _opened is not None and event == "open" and isinstance(arguments[0], str):
        _opened.append(os.path.abspath(arguments[0]))


sys.addaudithook(_listen)  # once for the process: an audit hook cannot be taken away


@contextmanager
def opened_below(folder: Path) -> Iterator[list[str]]:
    """The files of a folder that this process opens for reading."""
    global _opened
    _opened = []
    found: list[str] = []
    try:
        yield found
    finally:
        found += [path for path in _opened if path.startswith(f"{folder}{os.sep}")]
        _opened = None


@pytest.fixture
def shelf(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Shelf:
    return Shelf(tmp_path / "docs", tmp_path / "data", monkeypatch)


@pytest.fixture
def filled(shelf: Shelf) -> Shelf:
    """Three documents, read when they were old enough to be trusted by their stamps."""
    settle(shelf.put("siren.md", SIREN), shelf.put("buses.md", BUSES), shelf.put("deep/crowd.md", CROWD))
    assert shelf.ingest().outcomes() == {"siren.md": "added", "buses.md": "added", "crowd.md": "added"}
    return shelf


def holds(shelf: Shelf) -> list[str]:
    return list(verify(shelf.data))


# --- each outcome


def test_new_files_are_added_and_found(filled: Shelf) -> None:
    assert filled.found("siren sounds")[0] == "siren.md"
    assert filled.found("buses at the gate")[0] == "buses.md"
    assert holds(filled) == []


def test_the_json_objects_keep_the_contract(shelf: Shelf) -> None:
    shelf.put("siren.md", SIREN)
    shelf.put("sheet.xlsx", b"PK")
    told = shelf.ingest()
    assert told.code == 1
    for item in told.files:
        assert list(item) == ["path", "outcome", "document", "pages", "pages_without_text", "passages", "reason", "seconds"]
    added = told.file("siren.md")
    assert added["path"] == str(shelf.folder / "siren.md")
    assert (added["outcome"], added["pages"], added["pages_without_text"], added["passages"]) == ("added", 1, 0, 1)
    assert isinstance(added["document"], int) and added["reason"] == "" and added["seconds"] > 0
    failed = told.file("sheet.xlsx")
    assert (failed["outcome"], failed["document"], failed["passages"]) == ("failed", None, 0)
    assert "xlsx" in failed["reason"] and "PDF" in failed["reason"]
    seconds = told.summary.pop("seconds")
    assert seconds > 0
    assert told.summary == {
        "added": 1, "changed": 0, "unchanged": 0, "removed": 0, "failed": 1, "partial": 0, "passages": 1,
    }  # fmt: skip


def test_unchanged_files_are_not_opened(filled: Shelf) -> None:
    with opened_below(filled.folder) as opened:
        embedded = filled.embedded_by(lambda: None)
        told = filled.ingest()
    assert told.outcomes() == dict.fromkeys(["siren.md", "buses.md", "crowd.md"], "unchanged")
    assert (told.code, told.summary["unchanged"], told.summary["passages"]) == (0, 3, 0)
    assert told.file("siren.md")["passages"] == 1  # what it holds is still said
    assert opened == [] and embedded == []


def test_unchanged_files_need_not_even_be_readable(filled: Shelf, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(path: Path) -> str:
        raise AssertionError(f"{path} was opened")

    monkeypatch.setattr("ingest.scan.sha256_of", refuse)
    assert filled.ingest().summary["unchanged"] == 3


def test_a_changed_file_replaces_what_it_held(filled: Shelf) -> None:
    before = filled.ingest().file("siren.md")["document"]
    filled.put("siren.md", SIREN.replace("four minutes", "ninety seconds"))
    told = filled.ingest()
    assert told.outcomes() == {"siren.md": "changed", "buses.md": "unchanged", "crowd.md": "unchanged"}
    assert told.file("siren.md")["document"] != before
    texts = [hit.text for hit in filled.search("siren sounds minutes seconds").hits]
    assert any("ninety seconds" in text for text in texts) and not any("four minutes" in text for text in texts)
    assert holds(filled) == []


def test_a_touched_file_is_hashed_but_not_read_again(filled: Shelf) -> None:
    os.utime(filled.folder / "siren.md", ns=(1, 1_500_000_000_123_456_789))
    time.sleep(0.06)  # see `settle`
    told = filled.ingest()
    assert told.outcomes()["siren.md"] == "unchanged" and told.code == 0
    with opened_below(filled.folder) as opened:
        assert filled.ingest().summary["unchanged"] == 3
    assert opened == []


def test_a_removed_file_leaves_the_library(filled: Shelf) -> None:
    (filled.folder / "buses.md").unlink()
    told = filled.ingest()
    assert told.outcomes() == {"buses.md": "removed", "siren.md": "unchanged", "crowd.md": "unchanged"}
    assert (told.code, told.summary["removed"]) == (0, 1)
    assert "buses.md" not in filled.found("buses leave from the eastern gate", top=50)
    assert filled.ingest().outcomes() == {"siren.md": "unchanged", "crowd.md": "unchanged"}
    assert holds(filled) == []


def test_a_file_outside_the_folders_named_stays(filled: Shelf) -> None:
    told = filled.ingest(filled.folder / "deep")
    assert told.outcomes() == {"crowd.md": "unchanged"}
    assert filled.found("siren sounds")[0] == "siren.md"


def test_a_moved_file_is_neither_read_nor_embedded_again_and_keeps_its_document(filled: Shelf) -> None:
    before = filled.ingest().file("siren.md")["document"]
    (filled.folder / "warnings").mkdir()
    (filled.folder / "siren.md").rename(filled.folder / "warnings" / "siren-2020.md")
    told: list = []
    assert filled.embedded_by(lambda: told.append(filled.ingest())) == []
    assert told[0].outcomes() == {"siren-2020.md": "unchanged", "buses.md": "unchanged", "crowd.md": "unchanged"}
    moved = told[0].file("siren-2020.md")
    assert moved["document"] == before and "moved from" in moved["reason"] and "siren.md" in moved["reason"]
    assert filled.found("siren sounds")[0] == "siren-2020.md"
    assert filled.sql("SELECT count(*) FROM documents") == [(3,)]
    assert holds(filled) == []


def test_the_same_bytes_twice_are_one_document_with_two_paths(filled: Shelf) -> None:
    filled.put("copy of siren.md", SIREN)
    told = filled.ingest()
    assert told.outcomes()["copy of siren.md"] == "added"
    assert "the same bytes" in told.file("copy of siren.md")["reason"]
    assert told.file("copy of siren.md")["document"] == told.file("siren.md")["document"]
    library = filled.library()
    (info,) = [info for info in library.documents(principal(Handling.RED)) if info.title == "Warning the public"]
    assert [Path(path).name for path in info.paths] == ["copy of siren.md", "siren.md"]
    assert len(filled.search("siren sounds").hits) == len({hit.text for hit in filled.search("siren sounds").hits})
    (filled.folder / "siren.md").unlink()
    assert filled.ingest().outcomes()["siren.md"] == "removed"
    assert filled.found("siren sounds")[0] == "copy of siren.md"
    assert holds(filled) == []


def test_files_that_swap_their_names_end_with_the_right_text(filled: Shelf) -> None:
    siren, buses = filled.folder / "siren.md", filled.folder / "buses.md"
    siren.rename(filled.folder / "x")
    buses.rename(siren)
    (filled.folder / "x").rename(buses)
    told: list = []
    assert filled.embedded_by(lambda: told.append(filled.ingest())) == []
    assert set(told[0].outcomes()) == {"siren.md", "buses.md", "crowd.md"}
    assert filled.found("siren sounds")[0] == "buses.md"
    assert filled.found("buses at the eastern gate")[0] == "siren.md"
    assert holds(filled) == []
    assert filled.ingest().summary["unchanged"] == 3


@pytest.mark.parametrize("older", ["archive.md", "zz-archive.md"])
def test_the_old_text_under_a_new_name_and_a_new_text_under_the_old_one(filled: Shelf, older: str) -> None:
    (filled.folder / "siren.md").rename(filled.folder / older)
    filled.put("siren.md", "# Shelter\n\nThe cathedral is the first place of shelter in the old town of the city.\n")
    told = filled.ingest()
    assert set(told.outcomes()) == {"siren.md", "buses.md", "crowd.md", older}
    assert filled.found("siren sounds")[0] == older
    assert filled.found("cathedral shelter")[0] == "siren.md"
    assert holds(filled) == []
    assert filled.ingest().summary["unchanged"] == 4


def test_one_file_that_becomes_two_gives_an_outcome_for_each(filled: Shelf) -> None:
    (filled.folder / "siren.md").unlink()
    filled.put("one.md", SIREN)
    filled.put("two.md", SIREN)
    told = filled.ingest()
    assert {"one.md", "two.md"} <= set(told.outcomes())
    assert told.outcomes().get("siren.md", "removed") == "removed"
    assert filled.sql("SELECT count(*) FROM documents") == [(3,)]
    assert filled.found("siren sounds")[0] == "one.md"
    assert holds(filled) == []


@pytest.mark.parametrize("jobs", [1, 4])
def test_many_files_at_once_have_one_outcome_each(shelf: Shelf, jobs: int) -> None:
    for number in range(30):
        shelf.put(f"{number:02}.md", SIREN.replace("four", str(number % 20)))  # ten pairs of twins
    shelf.put("photo.jpeg", b"\xff\xd8")
    shelf.put("empty.md", "")
    told = shelf.ingest(jobs=jobs)
    assert len(told.outcomes()) == 32 == sum(told.summary[name] for name in ("added", "failed"))
    assert told.summary["failed"] == 2
    assert shelf.sql("SELECT count(*) FROM documents") == [(20,)]
    assert len(shelf.encoder.embedded) == len(set(shelf.encoder.embedded)) == 20
    assert holds(shelf) == []


# --- what cannot be read


def test_an_unsupported_file_fails_with_what_to_do(shelf: Shelf) -> None:
    shelf.put("scan.tiff", b"II*\x00")
    told = shelf.ingest()
    assert (told.code, told.outcomes()) == (1, {"scan.tiff": "failed"})
    assert "OCR" in told.file("scan.tiff")["reason"]


@pytest.mark.parametrize("name", ["empty.md", "broken.pdf", "broken.docx", "broken.pptx"])
def test_a_broken_file_fails_by_itself(shelf: Shelf, name: str) -> None:
    shelf.put(name, b"" if name == "empty.md" else b"%PDF-1.7 and then nothing")
    shelf.put("siren.md", SIREN)
    told = shelf.ingest()
    assert told.code == 1 and told.outcomes() == {name: "failed", "siren.md": "added"}
    assert told.file(name)["reason"] and "Traceback" not in told.errors
    assert shelf.found("siren sounds") == ["siren.md"]
    assert shelf.ingest().outcomes() == {name: "failed", "siren.md": "unchanged"}
    assert shelf.sql("SELECT outcome FROM files WHERE path LIKE ?", f"%{name}") == [("failed",)]


def test_a_failed_file_is_added_once_it_is_mended(shelf: Shelf) -> None:
    shelf.put("siren.md", "")
    assert shelf.ingest().outcomes() == {"siren.md": "failed"}
    shelf.put("siren.md", SIREN)
    told = shelf.ingest()
    assert told.code == 0 and told.outcomes()["siren.md"] in ("added", "changed") and told.file("siren.md")["reason"] == ""
    assert shelf.found("siren sounds") == ["siren.md"]
    assert holds(shelf) == []


def test_a_file_that_breaks_is_no_longer_cited(filled: Shelf) -> None:
    filled.put("siren.md", "")
    told = filled.ingest()
    assert told.code == 1 and told.outcomes()["siren.md"] == "failed"
    assert "siren.md" not in filled.found("siren sounds", top=50)
    assert holds(filled) == []


def test_a_file_with_the_wrong_ending_is_read_once_it_is_renamed(shelf: Shelf) -> None:
    shelf.put("siren.mkd", SIREN)
    assert shelf.ingest().outcomes() == {"siren.mkd": "failed"}
    (shelf.folder / "siren.mkd").rename(shelf.folder / "siren.md")
    told = shelf.ingest()
    assert told.outcomes()["siren.md"] == "added" and told.code == 0
    assert shelf.found("siren sounds") == ["siren.md"]


def test_the_same_bytes_under_an_ending_that_is_not_read_do_not_fail_the_other(shelf: Shelf) -> None:
    shelf.put("a.mkd", SIREN)
    shelf.put("b.md", SIREN)
    told = shelf.ingest()
    assert told.outcomes() == {"a.mkd": "failed", "b.md": "added"}
    assert "mkd" in told.file("a.mkd")["reason"]


def test_a_file_that_changes_its_kind_is_read_as_what_it_is_now(shelf: Shelf) -> None:
    shelf.put("siren.txt", SIREN)
    assert shelf.ingest().outcomes() == {"siren.txt": "added"}
    (shelf.folder / "siren.txt").rename(shelf.folder / "siren.md")
    shelf.ingest()
    assert shelf.search("siren sounds").hits[0].format == "markdown"
    assert holds(shelf) == []


def test_names_that_are_hard_to_store_are_read_shown_and_verified(shelf: Shelf) -> None:
    names = ["back\\slash.md", "ål och öl.md", "a b & <c>.md", os.fsdecode(b"latin-\xe5.md")]
    for number, name in enumerate(names):
        (shelf.folder / name).write_text(SIREN.replace("four", str(number)))
    settle(*shelf.folder.iterdir())
    told = shelf.ingest()
    assert told.code == 0 and told.summary["added"] == 4
    assert holds(shelf) == []
    library = shelf.library()
    for info in library.documents(principal(Handling.RED)):
        source = library.source(info.document_id, principal(Handling.RED))
        assert source is not None and source.name in names
    assert shelf.ingest().summary["unchanged"] == 4


def test_a_file_with_nothing_to_quote_is_not_said_to_be_scanned(shelf: Shelf) -> None:
    shelf.put("headings.md", "# Only a heading\n\n## And another heading below it\n")
    shelf.put("number.txt", "112\n")
    told = shelf.ingest()
    assert told.outcomes() == {"headings.md": "failed", "number.txt": "failed"}
    for name in told.outcomes():
        assert "nothing to quote" in told.file(name)["reason"] and "scanned" not in told.file(name)["reason"]


def scan(path: Path, *texts: str) -> None:
    """A PDF with a picture where there is no text."""
    from PIL import Image
    from reportlab.pdfgen.canvas import Canvas

    canvas = Canvas(str(path), pagesize=(300, 400))
    for text in texts:
        if text:
            canvas.drawString(30, 350, text)
        else:
            canvas.drawInlineImage(Image.effect_noise((200, 260), 90), 20, 20, 250, 300)
        canvas.showPage()
    canvas.save()


def test_a_scanned_file_is_never_done(shelf: Shelf) -> None:
    scan(shelf.folder / "scan.pdf", "", "")
    scan(shelf.folder / "half.pdf", "The harbour master closes the bridge.", "", "", "Volunteers meet at the hall.")
    told = shelf.ingest()
    assert told.code == 1 and told.outcomes() == {"scan.pdf": "failed", "half.pdf": "partial"}
    assert "any of its 2 pages" in told.file("scan.pdf")["reason"] and "OCR" in told.file("scan.pdf")["reason"]
    assert "pages 2–3" in told.file("half.pdf")["reason"]
    assert [told.file(name)["pages_without_text"] for name in ("scan.pdf", "half.pdf")] == [2, 2]
    assert told.summary["partial"] == 1 and told.summary["failed"] == 1
    assert holds(shelf) == []


def test_what_is_partly_readable_stays_so_under_every_name(shelf: Shelf) -> None:
    scan(shelf.folder / "half.pdf", "The harbour master closes the bridge.", "")
    shelf.ingest()
    shelf.put("twin.pdf", (shelf.folder / "half.pdf").read_bytes())
    told = shelf.ingest()
    assert told.outcomes()["twin.pdf"] == "partial" and "page 2" in told.file("twin.pdf")["reason"]
    (shelf.folder / "half.pdf").rename(shelf.folder / "moved.pdf")
    (shelf.folder / "twin.pdf").unlink()
    told = shelf.ingest()
    assert told.file("moved.pdf")["pages_without_text"] == 1
    (file,) = shelf.library().files(principal(Handling.RED))
    assert (Path(file.path).name, file.outcome, file.pages_without_text) == (
        "moved.pdf",
        "partial",
        1,
    ) and "page 2" in file.reason


# --- the catalogue


def test_a_changed_row_is_followed_without_opening_or_embedding(filled: Shelf) -> None:
    filled.catalogue({"file": "siren.md", "city": "Manchester", "date": "2021-03", "handling": "TLP:RED"})
    told: list = []
    with opened_below(filled.folder) as opened:
        embedded = filled.embedded_by(lambda: told.append(filled.ingest()))
    assert told[0].outcomes() == {"siren.md": "changed", "buses.md": "unchanged", "crowd.md": "unchanged"}
    assert embedded == [] and {Path(path).name for path in opened} == {"catalogue.csv"}
    (hit,) = [hit for hit in filled.search("siren sounds").hits if hit.path.endswith("siren.md")]
    assert (hit.city, hit.date, hit.handling) == (("Manchester",), "2021-03", "TLP:RED")
    assert "siren.md" not in filled.found("siren sounds", principal=principal(Handling.AMBER))
    assert holds(filled) == []


def test_a_changed_title_is_embedded_with_the_passages_anew(filled: Shelf) -> None:
    filled.catalogue({"file": "siren.md", "title": "Sirens of Manchester"})
    embedded = filled.embedded_by(filled.ingest)
    assert len(embedded) == 1 and "Sirens of Manchester" in embedded[0]
    assert filled.search("Manchester").hits[0].title == "Sirens of Manchester"
    filled.catalogue({"file": "siren.md", "title": "Warning the public"})
    assert filled.embedded_by(filled.ingest) == []  # its vectors were kept


def test_a_row_that_goes_gives_the_document_its_own_words_back(filled: Shelf) -> None:
    filled.catalogue({"file": "siren.md", "title": "Sirens of Manchester", "handling": "TLP:GREEN"})
    filled.ingest()
    (filled.folder / "catalogue.csv").unlink()
    assert filled.ingest().outcomes()["siren.md"] == "changed"
    hit = filled.search("siren sounds").hits[0]
    assert (hit.title, hit.handling) == ("Warning the public", "TLP:AMBER")


@pytest.mark.parametrize(
    ("row", "column", "value"), [(2, "date", "the spring"), (3, "language", "klingon"), (3, "date", "2020-13")]
)
def test_a_wrong_catalogue_is_wrong_use_and_names_row_and_column(filled: Shelf, row: int, column: str, value: str) -> None:
    rows = [{"file": "siren.md", column: ""}, {"file": "buses.md", column: ""}]
    rows[row - 2][column] = value
    filled.catalogue(*rows)
    told = filled.ingest()
    assert told.code == 2 and f"row {row}" in told.errors and column in told.errors and "catalogue.csv" in told.errors
    assert "Traceback" not in told.errors
    assert filled.found("siren sounds")[0] == "siren.md"  # what was there still serves


def test_rows_of_files_that_are_not_there_are_mentioned(filled: Shelf) -> None:
    filled.catalogue({"file": "missing.pdf", "title": "Lost"})
    told = filled.ingest()
    assert told.code == 0 and "missing.pdf" in told.errors


def test_a_file_that_moves_to_another_row_is_described_by_it(filled: Shelf) -> None:
    filled.catalogue({"file": "siren.md", "title": "Old title", "handling": "TLP:GREEN"})
    filled.ingest()
    (filled.folder / "siren.md").rename(filled.folder / "sirens.md")
    filled.catalogue({"file": "sirens.md", "title": "New title", "handling": "TLP:RED"})
    told = filled.ingest()
    assert set(told.outcomes()) == {"sirens.md", "buses.md", "crowd.md"}
    hit = filled.search("siren sounds").hits[0]
    assert (Path(hit.path).name, hit.title, hit.handling) == ("sirens.md", "New title", "TLP:RED")
    assert "sirens.md" not in filled.found("siren sounds", principal=principal(Handling.AMBER_STRICT))
    assert holds(filled) == []


@pytest.mark.parametrize("strict", ["a.md", "b.md"])
def test_of_two_copies_the_stricter_mark_holds(shelf: Shelf, strict: str) -> None:
    marks = dict.fromkeys(["a.md", "b.md"], "TLP:CLEAR") | {strict: "TLP:RED"}
    shelf.catalogue(*({"file": name, "handling": mark} for name, mark in marks.items()))
    for name in marks:
        shelf.put(name, SIREN)
    shelf.ingest()
    assert shelf.found("siren sounds", principal=principal(Handling.AMBER_STRICT)) == []
    assert shelf.search("siren sounds").hits[0].handling == "TLP:RED"


# --- bulk files


def record(name: str, text: str, **more: object) -> dict[str, object]:
    return {"_id": name, "title": f"Title of {name}", "text": text} | more


RECORDS = [record(f"r{n}", f"The steward at gate {n} counts the visitors and reports to the control room.") for n in range(5)]


def test_a_bulk_file_gives_a_document_a_line(shelf: Shelf) -> None:
    shelf.records("bulk.jsonl", *RECORDS)
    told = shelf.ingest()
    assert told.code == 0 and told.outcomes() == {"bulk.jsonl": "added"}
    item = told.file("bulk.jsonl")
    assert (item["document"], item["passages"], item["pages"]) == (None, 5, 5)
    assert sorted(shelf.library().records().values()) == ["r0", "r1", "r2", "r3", "r4"]
    assert shelf.search("gate 3").hits[0].title == "Title of r3"
    assert shelf.ingest().outcomes() == {"bulk.jsonl": "unchanged"}
    assert holds(shelf) == []


def test_bad_lines_of_a_bulk_file_are_named_and_the_others_read(shelf: Shelf) -> None:
    lines = [RECORDS[0], "{not json", RECORDS[1], '{"_id": "x"}', json_line(RECORDS[0]), '{"title": "no id", "text": "t"}']
    shelf.records("bulk.jsonl", *lines)
    told = shelf.ingest()
    item = told.file("bulk.jsonl")
    assert (told.code, item["outcome"], item["passages"]) == (0, "partial", 2)
    assert "4 lines could not be read" in item["reason"] and "line 2" in item["reason"]
    assert told.summary["partial"] == 1
    assert sorted(shelf.library().records().values()) == ["r0", "r1"]


def json_line(value: object) -> str:
    import json

    return json.dumps(value)


def test_a_bulk_file_without_any_record_fails(shelf: Shelf) -> None:
    shelf.records("bulk.jsonl", "nothing", "here")
    told = shelf.ingest()
    assert told.code == 1 and told.outcomes() == {"bulk.jsonl": "failed"} and "line 1" in told.file("bulk.jsonl")["reason"]


def test_records_that_cannot_be_found_are_counted(shelf: Shelf) -> None:
    shelf.records("bulk.jsonl", RECORDS[0], {"_id": "short", "title": "", "text": "112"})
    told = shelf.ingest()
    assert told.outcomes() == {"bulk.jsonl": "partial"} and "1 records hold too few words" in told.file("bulk.jsonl")["reason"]


def test_records_follow_the_file(shelf: Shelf) -> None:
    shelf.records("bulk.jsonl", *RECORDS)
    shelf.ingest()
    ids = {name: key for key, name in shelf.library().records().items()}
    changed = record("r1", "The bridge is closed to all traffic while the fireworks are let off.")
    shelf.records("bulk.jsonl", RECORDS[0], changed, RECORDS[3], record("r9", "A new record about the harbour master."))
    told: list = []
    embedded = shelf.embedded_by(lambda: told.append(shelf.ingest()))
    assert told[0].outcomes() == {"bulk.jsonl": "changed"} and len(embedded) == 2
    now = {name: key for key, name in shelf.library().records().items()}
    assert set(now) == {"r0", "r1", "r3", "r9"}
    assert (now["r0"], now["r3"]) == (ids["r0"], ids["r3"]) and now["r1"] != ids["r1"]
    assert shelf.search("harbour master").hits[0].title == "Title of r9"
    assert not any("gate 2" in hit.text for hit in shelf.search("steward at gate 2", top=50).hits)
    assert holds(shelf) == []
    shelf.put(".keep", "")  # a folder that is empty as a whole could be a disk that is not mounted
    (shelf.folder / "bulk.jsonl").unlink()
    assert shelf.ingest().outcomes() == {"bulk.jsonl": "removed"}
    assert shelf.sql("SELECT count(*) FROM documents") == [(0,)]


def test_a_record_in_two_bulk_files_stays_while_one_has_it(shelf: Shelf) -> None:
    shelf.records("one.jsonl", RECORDS[0], RECORDS[1])
    shelf.records("two.jsonl", RECORDS[1], RECORDS[2])
    shelf.ingest()
    assert shelf.sql("SELECT count(*) FROM documents") == [(3,)]
    (shelf.folder / "one.jsonl").unlink()
    shelf.ingest()
    assert sorted(shelf.library().records().values()) == ["r1", "r2"]
    assert holds(shelf) == []


def test_records_carry_their_own_handling(shelf: Shelf) -> None:
    shelf.records("bulk.jsonl", RECORDS[0], RECORDS[1] | {"metadata": {"handling": "TLP:RED", "city": ["Paris"]}})
    shelf.ingest()
    low = principal(Handling.AMBER)
    assert [hit.title for hit in shelf.search("steward", principal=low).hits] == ["Title of r0"]
    assert shelf.library().files(low) == []  # the file holds something that is not theirs to know of


class Cut(Exception):
    pass


@pytest.fixture
def cut_off(shelf: Shelf, monkeypatch: pytest.MonkeyPatch) -> Shelf:
    """A bulk file whose reading was cut off after part of it was stored."""
    lines = [record(f"r{n}", f"Steward {n} counts the visitors at the gate. " * 4) for n in range(700)]
    shelf.records("bulk.jsonl", *lines)
    from index.intake import Intake

    whole = Intake.store

    def cut(self: Intake, steps: object, vectors: object) -> object:
        done = whole(self, steps, vectors)  # type: ignore[arg-type]
        if shelf.sql("SELECT count(*) FROM documents")[0][0] >= 200:
            raise Cut
        return done

    with monkeypatch.context() as patch:
        patch.setattr(Intake, "store", cut)
        with pytest.raises(Cut):
            shelf.ingest()
    assert 200 <= shelf.sql("SELECT count(*) FROM documents")[0][0] < 700
    return shelf


def test_an_interrupted_bulk_file_goes_on_without_embedding_twice(cut_off: Shelf) -> None:
    told = cut_off.ingest()
    assert told.code == 0 and told.outcomes()["bulk.jsonl"] in ("added", "changed")
    assert cut_off.sql("SELECT count(*) FROM documents") == [(700,)]
    assert len(cut_off.encoder.embedded) == len(set(cut_off.encoder.embedded)) == 700
    assert holds(cut_off) == []


def test_what_an_interrupted_bulk_file_left_goes_with_the_file(cut_off: Shelf) -> None:
    cut_off.put(".keep", "")
    (cut_off.folder / "bulk.jsonl").unlink()
    assert cut_off.ingest().outcomes() == {"bulk.jsonl": "removed"}
    assert cut_off.found("steward counts") == []
    assert cut_off.sql("SELECT count(*) FROM documents") == [(0,)]


# --- nothing twice


def test_what_was_embedded_once_is_never_embedded_again(filled: Shelf) -> None:
    assert len(filled.encoder.embedded) == 3
    filled.put("siren.md", "# Other\n\nSomething quite different is said here for a while.\n")
    filled.ingest()
    filled.put("siren.md", SIREN)  # it comes back
    filled.ingest()
    (filled.folder / "buses.md").unlink()
    filled.ingest()
    filled.put("buses.md", BUSES)
    filled.ingest()
    assert len(filled.encoder.embedded) == len(set(filled.encoder.embedded)) == 4


def test_a_changed_paragraph_costs_that_paragraph(shelf: Shelf) -> None:
    sections = [f"## Part {n}\n\n" + f"Sentence of part {n} about the duty officer. " * 6 + "\n\n" for n in range(6)]
    shelf.put("long.md", "# Long\n\n" + "".join(sections))
    shelf.ingest()
    sections[3] = "## Part 3\n\nOnly one sentence about the harbour is left in this part.\n\n"
    shelf.put("long.md", "# Long\n\n" + "".join(sections))
    embedded = shelf.embedded_by(shelf.ingest)
    assert len(embedded) == 1 and "harbour" in embedded[0]


def test_memory_of_a_run_is_bounded_by_what_is_read_ahead(shelf: Shelf, monkeypatch: pytest.MonkeyPatch) -> None:
    from ingest import reading

    ahead = [0, 0]  # now, most
    make, keep = reading.Reader.document_step, None
    from index.intake import Intake

    keep = Intake.store

    def made(self: object, *arguments: object) -> object:
        ahead[0] += 1
        ahead[1] = max(ahead)
        return make(self, *arguments)  # type: ignore[arg-type]

    def kept(self: object, steps: list, vectors: object) -> object:
        ahead[0] -= len(steps)
        return keep(self, steps, vectors)  # type: ignore[arg-type]

    monkeypatch.setattr(reading.Reader, "document_step", made)
    monkeypatch.setattr(Intake, "store", kept)
    long = "# Long\n\n" + "".join(f"## Part {n}\n\n" + f"Sentence {n} about duty. " * 12 + "\n\n" for n in range(30))
    for number in range(60):
        shelf.put(f"{number}.md", long.replace("duty", f"duty {number}"))
    assert shelf.ingest().summary["added"] == 60
    assert ahead[1] < 45


# --- errors that end a run


def test_an_error_of_the_store_ends_the_run_with_a_message(filled: Shelf, monkeypatch: pytest.MonkeyPatch) -> None:
    filled.put("new.md", SIREN.replace("four", "nine"))
    real = store.writing

    @contextmanager
    def full(connection: sqlite3.Connection, data: Path) -> Iterator[sqlite3.Connection]:
        with real(connection, data) as inner:
            yield inner
            if inner.execute("SELECT count(*) FROM documents").fetchone()[0] > 3:
                raise sqlite3.OperationalError("database or disk is full")

    with monkeypatch.context() as patch:
        patch.setattr(store, "writing", full)
        told = filled.ingest()
    assert told.code == 2 and "disk" in told.errors and "full" in told.errors and "Traceback" not in told.errors
    assert filled.found("siren sounds")[0] == "siren.md" and holds(filled) == []
    assert filled.ingest().outcomes()["new.md"] == "added"


def test_a_model_that_fails_ends_the_run_and_nothing_half_is_left(filled: Shelf, monkeypatch: pytest.MonkeyPatch) -> None:
    filled.put("new.md", SIREN.replace("four", "nine"))

    def fail(self: FakeEncoder, texts: object) -> object:
        raise RuntimeError("the model broke")

    with monkeypatch.context() as patch:
        patch.setattr(FakeEncoder, "with_sentences", fail)
        with pytest.raises(RuntimeError, match="the model broke"):
            filled.ingest()
    assert holds(filled) == []
    assert filled.ingest().outcomes()["new.md"] == "added"


def test_a_library_cut_by_another_version_is_not_mixed_but_rebuilt(shelf: Shelf) -> None:
    shelf.put("a.md", "# Warning\n\nThe siren sounds in four minutes.\n")
    shelf.ingest()
    shelf.sql("UPDATE generations SET chunking = json_set(chunking, '$.version', 99)")
    shelf.put("b.md", "# Speaking\n\nThe police decide who speaks to the press.\n")
    told = shelf.ingest()
    assert told.code == 2
    assert "99" in told.errors and "python -m index rebuild" in told.errors
    assert len(shelf.sql("SELECT * FROM documents")) == 1
    assert shelf.index("rebuild").code == 0
    assert shelf.ingest().outcomes()["b.md"] == "added"
