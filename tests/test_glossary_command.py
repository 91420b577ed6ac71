"""The glossary from the file to the answer: it is taken in with its folder, searched with, and followed when it changes."""

from pathlib import Path
from typing import Any

import pytest

from index.lexicon import with_glossary
from index.library import Library
from index.result import Mode
from ingest.language import detect_query
from tests.fakes import OWNER, Shelf

# A word of the field that no dictionary has: the packaged lexicon knows neither it nor its parts.
QUESTION = "Vem leder skrammelgnutten i Göteborg?"
GLOSSARY = "swedish,english\nskrammelgnutt,clearing party\n"


@pytest.fixture
def shelf(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Shelf:
    shelf = Shelf(tmp_path / "docs", tmp_path / "data", monkeypatch)
    shelf.put("party.md", "# Streets\n\nA clearing party opens the main streets. An engineer of the port commands it.\n")
    shelf.put("buses.md", "# Moving people\n\nBuses leave from the eastern gate at noon. Drivers wait for the steward.\n")
    shelf.put(
        "svensk.md", "# Larm\n\nSirenen ljuder när polisen har beslutat att allmänheten ska varnas. Den ljuder i fyra minuter.\n"
    )
    return shelf


def search(shelf: Shelf, question: str = QUESTION, *arguments: str) -> dict[str, Any]:
    """By words alone, through the command: its language is told, and the model has no say."""
    said = shelf.index("search", question, "--mode", "lexical", *arguments)
    assert (said.code, said.errors) == (0, "")
    (found,) = said.objects
    return found


def files(found: dict[str, Any]) -> list[str]:
    return [Path(hit["path"]).name for hit in found["hits"]]


def test_the_packaged_lexicon_does_not_know_the_word() -> None:
    assert with_glossary(()).translate(["skrammelgnutten"], "sv") == []


def test_a_swedish_question_finds_an_english_report_by_a_term_of_the_glossary(shelf: Shelf) -> None:
    assert shelf.ingest().code == 0
    before = search(shelf)
    assert before["language"] == "sv" and "party.md" not in files(before)
    shelf.put("glossary.csv", GLOSSARY)
    told = shelf.ingest()
    assert told.code == 0 and "Glossary: 1 entries are searched with." in told.errors
    assert set(told.outcomes().values()) == {"unchanged"} and "glossary.csv" not in told.outcomes()
    found = search(shelf)
    assert files(found)[0] == "party.md" and "clearing party" in found["added"]


def test_it_is_taken_in_with_the_documents(shelf: Shelf) -> None:
    shelf.put("glossary.csv", GLOSSARY)
    assert "Glossary: 1 entries" in shelf.ingest().errors
    assert files(search(shelf))[0] == "party.md"


def test_an_english_question_finds_a_swedish_report_by_it(shelf: Shelf) -> None:
    shelf.put("gnutt.md", "# Gator\n\nSkrammelgnutten öppnar gatorna när snön har fallit. Den leds av en ingenjör från hamnen.\n")
    shelf.put("glossary.csv", GLOSSARY)
    shelf.ingest()
    found = search(shelf, "What does the clearing party open?")
    assert found["language"] == "en" and {"gnutt.md", "party.md"} <= set(files(found))
    assert "skrammelgnutt" in found["added"]


def test_the_other_language_can_be_left_out(shelf: Shelf) -> None:
    shelf.put("glossary.csv", GLOSSARY)
    shelf.ingest()
    found = search(shelf, QUESTION, "--no-translation")
    assert found["added"] == [] and "party.md" not in files(found)


def test_an_unchanged_glossary_is_not_mentioned_again(shelf: Shelf) -> None:
    shelf.put("glossary.csv", GLOSSARY)
    shelf.ingest()
    assert "Glossary" not in shelf.ingest().errors


def test_a_changed_glossary_takes_effect_at_the_next_ingest(shelf: Shelf) -> None:
    shelf.put("glossary.csv", GLOSSARY)
    shelf.ingest()
    shelf.put("glossary.csv", "swedish,english\nskrammelgnutt,steward\n")
    assert files(search(shelf))[0] == "party.md"  # not before
    assert "Glossary: 1 entries" in shelf.ingest().errors
    found = search(shelf)
    assert files(found)[0] == "buses.md" and "party.md" not in files(found) and "steward" in found["added"]


@pytest.mark.parametrize("emptied", [True, False])
def test_a_removed_glossary_is_forgotten_at_the_next_ingest(shelf: Shelf, emptied: bool) -> None:
    path = shelf.put("glossary.csv", GLOSSARY)
    shelf.ingest()
    if emptied:
        shelf.put("glossary.csv", "swedish,english\n")
    else:
        path.unlink()
    assert files(search(shelf))[0] == "party.md"
    assert "Glossary: 0 entries" in shelf.ingest().errors
    assert "party.md" not in files(search(shelf))
    assert shelf.sql("SELECT count(*) FROM glossary") == [(0,)]


def test_the_glossary_of_another_folder_stays(shelf: Shelf, tmp_path: Path) -> None:
    shelf.put("glossary.csv", GLOSSARY)
    shelf.ingest()
    other = tmp_path / "other"
    other.mkdir()
    (other / "late.md").write_text("# Late\n\nVolunteers meet at the sports hall in the evening.\n")
    (other / "glossary.csv").write_text("swedish,english\nfnurra,volunteer\n")
    assert "Glossary: 1 entries" in shelf.ingest(other).errors
    assert files(search(shelf))[0] == "party.md"
    assert files(search(shelf, "Var möts fnurrorna?"))[0] == "late.md"
    assert shelf.sql("SELECT count(*) FROM glossary") == [(2,)]


def test_it_is_followed_by_an_open_library(shelf: Shelf) -> None:
    shelf.ingest()
    library = Library(shelf.data, detect_query)
    assert "clearing party" not in library.search(QUESTION, principal=OWNER, mode=Mode.LEXICAL).added
    shelf.put("glossary.csv", GLOSSARY)
    shelf.ingest()
    found = library.search(QUESTION, principal=OWNER, mode=Mode.LEXICAL)
    assert "clearing party" in found.added and Path(found.hits[0].path).name == "party.md"
    assert found.hits[0].by_added and not found.hits[0].by_words
    library.close()


# --- a broken one

BROKEN = [
    ("swedish,english\nlarm,alarm\nskrammelgnutt,\n", "row 3: the column “english” is empty"),
    ("Svenska;Engelska\n;clearing party\n", "row 2: the column “Svenska” is empty"),
    ("swedish,finnish\nlarm,hälytys\n", "row 1: no column is named english"),
]


@pytest.mark.parametrize(("content", "message"), BROKEN)
def test_a_broken_glossary_is_wrong_use_that_names_row_and_column_and_changes_nothing(
    shelf: Shelf, content: str, message: str
) -> None:
    shelf.put("glossary.csv", GLOSSARY)
    shelf.ingest()
    held = {table: shelf.sql(f"SELECT * FROM {table}") for table in ("glossary", "documents", "files", "passages", "state")}
    path = shelf.put("glossary.csv", content)
    shelf.put("late.md", "# Late\n\nVolunteers meet at the sports hall in the evening.\n")
    (shelf.folder / "buses.md").unlink()
    told = shelf.ingest()
    assert (told.code, told.files, told.summary) == (2, [], {})
    assert str(path) in told.errors and message in told.errors and "Mend it" in told.errors
    assert held == {table: shelf.sql(f"SELECT * FROM {table}") for table in held}
    assert files(search(shelf))[0] == "party.md"
    shelf.put("glossary.csv", GLOSSARY)
    mended = shelf.ingest()
    assert mended.code == 0 and (mended.summary["added"], mended.summary["removed"]) == (1, 1)


def test_a_broken_glossary_of_a_first_run_makes_no_library(shelf: Shelf) -> None:
    shelf.put("glossary.csv", BROKEN[0][0])
    assert shelf.ingest().code == 2
    assert not shelf.library_opens()
