"""What an editor writes into the catalogue: where it lands, what is refused, and that no edit is lost."""

import subprocess
import sys
import threading
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest import catalogue
from ingest.editing import LONGEST, describe
from ingest.fields import FIELDS


def row(path: Path, relative: str = "") -> dict[str, object]:
    """What the catalogue in the folder of `path` says of it."""
    found = catalogue.load(path.parent / "catalogue.csv").row_for(relative or path.name)
    assert found is not None
    return {field: getattr(found, field) for field in FIELDS if getattr(found, field)}


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "report.pdf"
    path.write_bytes(b"%PDF-")
    return path


def test_a_first_edit_makes_a_catalogue_beside_the_file(file: Path) -> None:
    describe(file, {"title": "Warning the public", "city": "London; Paris", "date": "15 June 2020", "language": "svenska"})
    assert row(file) == {"title": "Warning the public", "city": ("London", "Paris"), "date": "2020-06-15", "language": "sv"}


def test_only_the_fields_that_are_named_change_and_empty_takes_out(file: Path) -> None:
    describe(file, {"title": "One", "theme": "cyber", "edition": "2"})
    describe(file, {"title": "Two", "edition": ""})
    assert row(file) == {"title": "Two", "theme": ("cyber",)}


def test_nothing_changed_writes_nothing(file: Path) -> None:
    describe(file, {})
    assert not (file.parent / "catalogue.csv").exists()


def test_the_nearest_catalogue_above_is_written_and_its_other_cells_stay(tmp_path: Path) -> None:
    above = tmp_path / "catalogue.csv"
    above.write_text("sep=;\nFil;Shelf;Titel\nother.pdf;A1;Other\n", "utf-8")
    path = tmp_path / "2020" / "report.pdf"
    path.parent.mkdir()
    path.write_bytes(b"x")
    describe(path, {"title": "Mine", "handling": "TLP:RED"})
    assert above.read_text("utf-8") == "sep=;\nFil;Shelf;Titel;handling\nother.pdf;A1;Other\n2020/report.pdf;;Mine;TLP:RED\n"
    assert not (path.parent / "catalogue.csv").exists()


def test_a_nearer_catalogue_goes_before_one_above(tmp_path: Path) -> None:
    (tmp_path / "catalogue.csv").write_text("file,title\nsub/a.pdf,Above\n")
    near = tmp_path / "sub" / "catalogue.csv"
    near.parent.mkdir()
    near.write_text("file,title\n")
    describe(near.parent / "a.pdf", {"title": "Near"})
    assert row(near.parent / "a.pdf") == {"title": "Near"}
    assert "Above" in (tmp_path / "catalogue.csv").read_text()


@pytest.mark.parametrize(
    ("field", "value", "said"),
    [
        ("date", "soon", "date: “soon” is not a date"),
        ("language", "klingonish", "language: “klingonish” is not a language"),
        ("attribution", "maybe", "attribution: “maybe” says neither yes nor no"),
        ("shelf", "A1", "shelf: there is no such field"),
        ("title", "x" * (LONGEST + 1), "title: this is too long"),
        ("title", "=cmd|' /C calc'!A0", "title: a spreadsheet would take it for a formula"),
        ("title", " +46", "title: a spreadsheet would take it for a formula"),
        ("title", "a;=1+1", "title: a spreadsheet would take it for a formula"),
        ("edition", "-1", "edition: a spreadsheet would take it for a formula"),
        ("city", "@here; London", "city: a spreadsheet would take it for a formula"),
        ("title", "\u202e=1", "title: a spreadsheet would take it for a formula"),
        ("title", "\x00=1", "title: a spreadsheet would take it for a formula"),
        ("title", "＝1+1", "title: a spreadsheet would take it for a formula"),
    ],
)
def test_what_cannot_be_written_is_refused_by_field_and_nothing_is_written(file: Path, field: str, value: str, said: str) -> None:
    with pytest.raises(ValueError, match=r".") as caught:
        describe(file, {"organisation": "City", field: value})
    assert str(caught.value).startswith(said)
    assert not (file.parent / "catalogue.csv").exists()


def test_all_that_is_wrong_is_said_at_once(file: Path) -> None:
    with pytest.raises(ValueError, match=r"(?s)^date: .*\nlanguage: .*"):
        describe(file, {"date": "soon", "title": "fine", "language": "?"})


def test_line_breaks_quotes_and_control_characters_stay_in_one_cell(file: Path) -> None:
    describe(file, {"title": 'A "title"\r\nwith; lines,\u2028and\x00\x07 more\u202e', "organisation": "\ud800half"})
    assert row(file) == {"title": 'A "title" with; lines, and more', "organisation": "half"}


@given(value=st.text(max_size=60), field=st.sampled_from(["title", "organisation", "city", "theme", "source", "edition"]))
def test_whatever_is_typed_is_refused_or_read_back_and_other_rows_stay(
    tmp_path_factory: pytest.TempPathFactory, value: str, field: str
) -> None:
    folder = tmp_path_factory.mktemp("typed")
    describe(folder / "other.pdf", {"title": "Other", "city": "Oslo; Lund"})
    try:
        describe(folder / "report.pdf", {field: value, "kind": "report"})
    except ValueError:
        assert catalogue.load(folder / "catalogue.csv").files == ("other.pdf",)
    else:
        assert row(folder / "report.pdf")["kind"] == "report"
        assert "=" not in str(row(folder / "report.pdf").get(field, "."))[:1]
    assert row(folder / "other.pdf") == {"title": "Other", "city": ("Oslo", "Lund")}


def test_a_catalogue_that_cannot_be_read_is_left_alone(file: Path) -> None:
    broken = file.parent / "catalogue.csv"
    broken.write_text('file,title\n"a.pdf,x\n')
    with pytest.raises(ValueError, match="Mend it in a spreadsheet"):
        describe(file, {"title": "New"})
    assert broken.read_text() == 'file,title\n"a.pdf,x\n'


def test_a_folder_that_is_gone_is_said(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="the catalogue cannot be written: No such file"):
        describe(tmp_path / "gone" / "report.pdf", {"title": "New"})


def _edit(folder: Path, name: str, times: int) -> None:
    for number in range(times):
        describe(folder / f"{name}-{number}.pdf", {"title": f"{name} {number}"})


def test_edits_of_several_threads_are_all_kept(tmp_path: Path) -> None:
    threads = [threading.Thread(target=_edit, args=(tmp_path, name, 10)) for name in "abcd"]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(catalogue.load(tmp_path / "catalogue.csv").files) == 40


def test_edits_of_several_processes_are_all_kept(tmp_path: Path) -> None:
    script = (
        "import sys; from pathlib import Path; from tests.test_editing import _edit; _edit(Path(sys.argv[1]), sys.argv[2], 10)"
    )
    root = Path(__file__).resolve().parent.parent
    command = [sys.executable, "-c", script, str(tmp_path)]
    processes = [subprocess.Popen([*command, name], cwd=root) for name in "abc"]
    assert [process.wait(60) for process in processes] == [0, 0, 0]
    assert len(catalogue.load(tmp_path / "catalogue.csv").files) == 30
