"""The floor of a library: measured with far questions, kept with its model, and seen by those who have it open."""

import contextlib
import io
import json
from collections.abc import Iterator
from contextlib import closing
from dataclasses import asdict, replace
from pathlib import Path

import pytest

from index import __main__ as index_command
from index import calibrate, floor, store
from index.calibrate import Floors
from index.errors import Busy, StoreError
from index.floor import PACKAGED, Floor, far_questions
from index.library import Library
from index.writer import Writer
from ingest import __main__ as ingest_command
from ingest.language import detect_query
from tests.fakes import OWNER, FakeEncoder, Shelf

EASY = replace(PACKAGED, both=0.05, words=0.05, cosine=-1.0, coverage=0.0)  # anything is sure enough
STERN = replace(PACKAGED, both=90.0, words=90.0)  # nothing is


@pytest.fixture
def shelf(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Shelf:
    shelf = Shelf(tmp_path / "docs", tmp_path / "data", monkeypatch)
    shelf.put(
        "siren.md", "# Warning the public\n\nThe siren sounds in four minutes. The police decide who speaks to the press.\n"
    )
    shelf.put("buses.md", "# Moving people\n\nBuses leave from the eastern gate at noon. Drivers wait for the steward.\n")
    assert shelf.ingest().code == 0
    return shelf


def opened(shelf: Shelf) -> closing[Library]:
    """The library as the commands open it: half of the far questions are Swedish."""
    return closing(Library(shelf.data, detect_query))


def stored(shelf: Shelf) -> dict[str, str]:
    """What is kept with each model, by its name."""
    return {json.loads(info)["name"]: found for info, found in shelf.sql("SELECT info, floor FROM models")}


def keep(shelf: Shelf, found: Floor) -> None:
    with shelf.writer() as writer:
        calibrate.keep(writer, Floors(whole=found))


def run(*arguments: str) -> tuple[int, str, str]:
    out, err = io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        code = index_command.main(arguments)
    return code, out.getvalue(), err.getvalue()


# --- measuring and keeping


def test_a_new_library_has_the_packaged_floor(shelf: Shelf, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert stored(shelf) == {"fake": ""}
    with opened(shelf) as library:
        assert library.floor() == PACKAGED
    with opened(Shelf(tmp_path / "none", tmp_path / "nothing", monkeypatch)) as empty:
        assert empty.floor() == PACKAGED


def test_every_far_question_is_asked_once(shelf: Shelf) -> None:
    with opened(shelf) as library:
        measured = list(calibrate.measure(library))
        assert measured == [library.evidence(question, principal=OWNER) for question, _ in far_questions()]
    assert len(measured) == 100 and all(1 <= len(best) <= 3 for best in measured)


def test_the_floor_is_what_was_measured_and_is_kept_with_the_model(shelf: Shelf) -> None:
    with opened(shelf) as library:
        expected = floor.measured(list(calibrate.measure(library)))
        assert calibrate.calibrated(shelf.data, library) == expected != PACKAGED
    assert floor.parse(stored(shelf)["fake"]) == expected


def test_an_open_library_answers_by_the_new_floor_without_a_restart(shelf: Shelf) -> None:
    question = "When does the siren sound?"
    with opened(shelf) as library:
        assert library.search(question, principal=OWNER).quotes
        keep(shelf, STERN)
        assert library.floor() == STERN
        refused = library.search(question, principal=OWNER)
        assert refused.quotes == () and refused.hits and refused.confidence < 1
        keep(shelf, EASY)
        answered = library.search(question, principal=OWNER)
        assert library.floor() == EASY and answered.quotes and answered.confidence > 1
        assert calibrate.calibrated(shelf.data, library) == library.floor()


def test_measuring_twice_gives_the_same_floor(shelf: Shelf) -> None:
    assert shelf.index("calibrate").objects == shelf.index("calibrate").objects


def test_most_far_questions_are_refused_by_the_floor_they_made(shelf: Shelf) -> None:
    shelf.index("calibrate")
    with opened(shelf) as library:
        answered = [question for question, _ in far_questions() if library.search(question, principal=OWNER, top=3).quotes]
    assert len(answered) <= 5


# --- when it is measured anew


def test_a_rebuild_measures_it_anew(shelf: Shelf) -> None:
    keep(shelf, STERN)
    with opened(shelf) as library:
        assert library.floor() == STERN
        assert shelf.index("rebuild").code == 0
        found = library.floor()
        assert found == floor.measured(list(calibrate.measure(library))) != STERN
    assert floor.parse(stored(shelf)["fake"]) == found


def test_each_model_keeps_a_floor_of_its_own(shelf: Shelf) -> None:
    keep(shelf, EASY)
    shelf.use(FakeEncoder("other", dimension=48))
    assert shelf.index("rebuild", "--model", "other").code == 0
    with opened(shelf) as library:
        assert library.status().model == "other"
        own = library.floor()
        assert own == floor.measured(list(calibrate.measure(library)))
    assert floor.parse(stored(shelf)["other"]) == own != EASY


@pytest.mark.parametrize(("enough", "folds", "measured"), [(1, True, True), (1000, True, False), (1, False, False)])
def test_a_library_that_has_grown_is_measured_anew(
    shelf: Shelf, monkeypatch: pytest.MonkeyPatch, enough: int, folds: bool, measured: bool
) -> None:
    keep(shelf, STERN)
    monkeypatch.setattr(ingest_command, "_ENOUGH", enough)
    monkeypatch.setattr("index.generations.Generations.fold_if_large", lambda generations, generation: folds)
    shelf.put("late.md", "# Late\n\nVolunteers meet at the sports hall in the evening.\n")
    assert shelf.ingest().code == 0
    with opened(shelf) as library:
        assert (library.floor() != STERN) == measured


@pytest.mark.parametrize(("model", "few", "measured"), [("other", 2, True), ("other", 3, False), ("", 2, False)])
def test_a_model_of_ones_own_gets_a_floor_as_soon_as_there_is_something_to_ask(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, model: str, few: int, measured: bool
) -> None:
    """The packaged floor is that of the packaged model."""
    shelf = Shelf(tmp_path / "docs2", tmp_path / "data2", monkeypatch)
    shelf.use(FakeEncoder("other"))
    shelf.put("siren.md", "# Warning the public\n\nThe siren sounds in four minutes.\n")
    shelf.put("buses.md", "# Moving people\n\nBuses leave from the eastern gate at noon.\n")
    monkeypatch.setattr(ingest_command, "_FEW", few)
    named = ["--model", model] if model else []
    with contextlib.redirect_stdout(io.StringIO()):
        assert ingest_command.main([str(shelf.folder), "--data", str(shelf.data), "--jobs", "1", "--json", *named]) == 0
    (found,) = stored(shelf).values()
    assert (floor.parse(found) != PACKAGED) == measured


# --- the command


def test_the_command_says_what_it_measured_for_programs(shelf: Shelf) -> None:
    said = shelf.index("calibrate")
    (found,) = said.objects
    assert (said.code, said.errors) == (0, "")
    assert Floor(**found) == floor.parse(stored(shelf)["fake"])
    assert list(found) == list(asdict(PACKAGED))


def test_the_command_says_what_it_measured_in_words(shelf: Shelf) -> None:
    code, out, err = run("calibrate", "--data", str(shelf.data))
    found = floor.parse(stored(shelf)["fake"])
    assert (code, err) == (0, "")
    assert out.startswith("Measured with 100 everyday questions on fake: ")
    for value in (found.cosine, found.cosine_spread, found.coverage, found.coverage_spread, found.both, found.words):
        assert str(value) in out


def test_while_another_writes_it_is_said_and_nothing_is_changed(shelf: Shelf) -> None:
    keep(shelf, EASY)
    with store.writer_lock(shelf.data, "an ingest"):
        said = shelf.index("calibrate")
        with opened(shelf) as library, pytest.raises(Busy, match="an ingest"):
            calibrate.calibrated(shelf.data, library)
    assert said.code == 2 and said.objects == []
    assert "is being written by an ingest (process" in said.errors and "try again" in said.errors
    assert floor.parse(stored(shelf)["fake"]) == EASY


def test_without_a_library_there_is_nothing_to_measure(tmp_path: Path) -> None:
    code, out, err = run("calibrate", "--data", str(tmp_path / "none"), "--json")
    assert (code, out) == (2, "") and "There is no library in" in err and "python -m ingest" in err
    assert not (tmp_path / "none").exists()


@pytest.fixture
def unserved(tmp_path: Path) -> Iterator[Writer]:
    """A store in which nothing is served yet."""
    with store.writer_lock(tmp_path / "data", "a test"), closing(Writer(tmp_path / "data")) as writer:
        yield writer


def test_where_nothing_is_served_there_is_no_model_to_keep_it_with(unserved: Writer) -> None:
    with pytest.raises(StoreError, match="There is nothing to measure"):
        calibrate.keep(unserved, Floors(whole=PACKAGED))
