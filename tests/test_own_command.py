"""`python -m index eval QUESTIONS.csv`: a user's own questions from the command line, kept, and compared with the run before."""

import contextlib
import io
from pathlib import Path
from typing import Any

import pytest

from index import own_runs, store
from index.__main__ import main
from tests.fakes import Shelf

ROWS = (
    "question;document;page\nWhen does the siren sound after the alarm?;siren.md;\n"
    "Which buses leave from the eastern gate at night?;buses.txt;1\nWho closes the harbour bridge?;harbour.md;\n"
)


@pytest.fixture
def shelf(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Shelf:
    shelf = Shelf(tmp_path / "docs", tmp_path / "data", monkeypatch)
    shelf.put("siren.md", "# Siren signals\n\nThe siren sounds in four minutes after the alarm.\n")
    shelf.put("buses.txt", "Buses leave from the western gate at noon. Buses leave from the eastern gate at night.\n")
    assert shelf.ingest().code == 0
    return shelf


@pytest.fixture
def questions(tmp_path: Path) -> Path:
    path = tmp_path / "questions.csv"
    path.write_text(ROWS, "utf-8")
    return path


def measured(shelf: Shelf, questions: Path, *arguments: str) -> dict[str, Any]:
    said = shelf.index("eval", str(questions), *arguments)
    assert (said.code, said.errors) == (0, "")
    (found,) = said.objects
    return found


def run(*arguments: str) -> tuple[int, str, str]:
    out, err = io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        code = main(arguments)
    return code, out.getvalue(), err.getvalue()


def test_a_sheet_is_asked_of_the_library_as_it_is(shelf: Shelf, questions: Path) -> None:
    found = measured(shelf, questions)
    assert [(one["rank"], one["note"]) for one in found["questions"]] == [
        (1, ""), (1, ""), (None, "The library has no document “harbour.md” (row 4)."),
    ]  # fmt: skip
    assert (found["figures"]["questions"], found["figures"]["hit@1"], found["figures"]["mrr@10"]) == (3, 0.6667, 0.6667)
    assert (found["mode"], found["model"], found["generation"]) == ("hybrid", "fake", 1)
    assert found["since"] is None


def test_a_run_is_kept_and_the_next_one_is_compared_with_it(shelf: Shelf, questions: Path) -> None:
    first = measured(shelf, questions)
    shelf.put("harbour.md", "# The harbour\n\nThe harbour master closes the bridge at night.\n")
    (shelf.folder / "siren.md").unlink()
    shelf.ingest()
    second = measured(shelf, questions)
    since = second["since"]
    assert (since["created"], since["figures"]) == (first["created"], first["figures"])
    assert since["gained"] == [{"question": "Who closes the harbour bridge?", "before": None, "now": 1}]
    assert since["lost"] == [{"question": "When does the siren sound after the alarm?", "before": 1, "now": None}]
    assert since["better"] == since["worse"] == since["new"] == since["gone"] == []
    third = measured(shelf, questions)
    assert third["since"]["created"] == second["created"] and third["since"]["gained"] == third["since"]["lost"] == []
    kept = own_runs.history(shelf.data, own_runs.name_of(questions))
    assert [one.created for one in kept] == [first["created"], second["created"], third["created"]]


def test_questions_that_came_and_went_are_told(shelf: Shelf, questions: Path) -> None:
    measured(shelf, questions)
    questions.write_text(
        "question;document\nWhere do the buses leave from?;buses.txt\nWho closes the harbour bridge?;harbour.md\n"
    )
    since = measured(shelf, questions)["since"]
    assert since["new"] == ["Where do the buses leave from?"]
    assert since["gone"] == ["When does the siren sound after the alarm?", "Which buses leave from the eastern gate at night?"]


def test_each_sheet_has_runs_of_its_own(shelf: Shelf, questions: Path, tmp_path: Path) -> None:
    measured(shelf, questions)
    other = tmp_path / "other.csv"
    other.write_text(ROWS, "utf-8")
    assert measured(shelf, other)["since"] is None
    assert measured(shelf, questions)["since"] is not None


def test_each_half_can_be_measured_alone(shelf: Shelf, questions: Path) -> None:
    for mode in ("lexical", "dense"):
        found = measured(shelf, questions, "--mode", mode)
        assert found["mode"] == mode and found["figures"]["hit@5"] == 0.6667


def test_it_reads_well(shelf: Shelf, questions: Path) -> None:
    code, out, err = run("eval", str(questions), "--data", str(shelf.data))
    assert (code, err) == (0, "")
    lines = out.splitlines()
    assert lines[0].split() == ["questions", "3"] and "Since" not in out
    assert "    1  When does the siren sound after the alarm?" in lines
    assert any(line.startswith("    –  Who closes the harbour bridge?  (first: ") for line in lines)
    assert "       The library has no document “harbour.md” (row 4)." in lines
    _, out, _ = run("eval", str(questions), "--data", str(shelf.data))
    assert "(model fake, generation 1): 0 gained, 0 lost" in out.splitlines()[-1]


def test_another_model_is_not_for_ones_own_questions(shelf: Shelf, questions: Path) -> None:
    said = shelf.index("eval", str(questions), "--model", "other")
    assert said.code == 0 and said.objects[0]["model"] == "fake"
    assert said.errors.startswith("--model is left out:") and "rebuild --model" in said.errors


def test_while_another_writes_the_run_is_shown_but_not_kept(shelf: Shelf, questions: Path) -> None:
    with store.writer_lock(shelf.data, "an ingest"):
        said = shelf.index("eval", str(questions))
    assert said.code == 1 and said.objects[0]["figures"]["hit@1"] == 0.6667
    assert said.errors.startswith("This run is not kept: This library is being written by an ingest")
    assert own_runs.history(shelf.data, own_runs.name_of(questions)) == []
    assert measured(shelf, questions)["since"] is None


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (None, "cannot be opened: No such file or directory"),
        ("question;page\nWho?;1\n", "row 1: no column is named document or dokument"),
        ("question;document;page\nWho?;siren.md;0\n", "row 2, column “page”: “0” is no page"),
        ("question;document\n", "has no questions"),
    ],
)
def test_a_sheet_that_cannot_be_read_is_wrong_use_and_is_named(
    shelf: Shelf, tmp_path: Path, content: str | None, message: str
) -> None:
    path = tmp_path / "wrong.csv"
    if content is not None:
        path.write_text(content, "utf-8")
    said = shelf.index("eval", str(path))
    assert (said.code, said.objects) == (2, [])
    assert str(path) in said.errors and message in said.errors


def test_without_a_library_there_is_nothing_to_ask(questions: Path, tmp_path: Path) -> None:
    code, out, err = run("eval", str(questions), "--data", str(tmp_path / "none"), "--json")
    assert (code, out) == (2, "") and "There is no library in" in err
    assert not (tmp_path / "none").exists()
