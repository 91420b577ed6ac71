"""The audit trail: what is in it, what it does not tell, and that no change goes unseen."""

import sqlite3
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from index import store
from index.audit import Audit, Event


@pytest.fixture
def data(tmp_path: Path) -> Path:
    return tmp_path / "data"


def filled(data: Path) -> Audit:
    audit = Audit(data)
    for number in range(6):
        audit.write("anna", Event.OPEN, document=str(number))
    return audit


def tampered(data: Path, *statements: str) -> None:
    with sqlite3.connect(data / store.PEOPLE_FILE) as connection:
        connection.execute("DROP TRIGGER audit_is_not_changed")
        connection.execute("DROP TRIGGER audit_is_not_cut")
        for statement in statements:
            connection.execute(statement)
    connection.close()


def test_what_was_written_is_read_back_in_order(data: Path) -> None:
    audit = filled(data)
    audit.write("bert", Event.SIGN_IN_FAILED, address="10.0.0.1")
    entries = audit.entries()
    assert [entry.entry_id for entry in entries] == list(range(1, 8))
    assert (entries[-1].who, entries[-1].event, entries[-1].detail) == ("bert", "sign-in failed", {"address": "10.0.0.1"})
    assert [entry.entry_id for entry in audit.entries(newest_first=True, limit=2)] == [7, 6]
    assert audit.entries(since="9999") == [] and audit.counts() == {"document opened": 6, "sign-in failed": 1}
    assert list(audit.verify()) == []


def test_an_empty_trail_holds(data: Path) -> None:
    assert list(Audit(data).verify()) == []


def test_a_question_is_named_but_not_told(data: Path) -> None:
    audit = Audit(data)
    for question in ("Who guards the arena?", " who guards  THE arena?", "Who guards the port?"):
        audit.write("anna", Event.SEARCH, question=question)
    first, second, third = (entry.detail["question"] for entry in audit.entries())
    assert first == second != third and len(first) == 64
    kept = b"".join(path.read_bytes() for path in data.iterdir())
    assert b"arena" not in kept and b"guards" not in kept


def test_questions_are_kept_in_full_by_a_setting(data: Path) -> None:
    Audit(data, questions=True).write("anna", Event.SEARCH, question="Who guards the arena?")
    assert Audit(data).entries()[0].detail == {"question": "Who guards the arena?"}


def test_the_names_of_questions_differ_between_libraries(tmp_path: Path) -> None:
    named = []
    for folder in ("one", "two"):
        audit = Audit(tmp_path / folder)
        audit.write("anna", Event.SEARCH, question="arena")
        named.append(audit.entries()[0].detail["question"])
    assert named[0] != named[1]


@pytest.mark.parametrize("statement", ["UPDATE audit SET who = 'eve'", "DELETE FROM audit WHERE id = 3", "DELETE FROM audit"])
def test_sqlite_itself_refuses_to_change_or_cut_the_trail(data: Path, statement: str) -> None:
    audit = filled(data)
    with sqlite3.connect(data / store.PEOPLE_FILE) as connection, pytest.raises(sqlite3.IntegrityError, match="append-only"):
        connection.execute(statement)
    connection.close()
    assert list(audit.verify()) == [] and len(audit.entries()) == 6


@pytest.mark.parametrize(
    ("statement", "told"),
    [
        ("UPDATE audit SET who = 'eve' WHERE id = 3", ["Row 3", "was changed"]),
        ("UPDATE audit SET at = '1999' WHERE id = 1", ["Row 1", "was changed"]),
        ("UPDATE audit SET event = 'export' WHERE id = 6", ["Row 6", "was changed"]),
        ("UPDATE audit SET detail = '{}' WHERE id = 2", ["Row 2", "was changed"]),
        ("UPDATE audit SET hash = zeroblob(32) WHERE id = 2", ["Row 2", "was changed", "Row 3", "does not follow"]),
        ("DELETE FROM audit WHERE id = 3", ["Rows 3 to 3", "missing", "Row 4", "does not follow"]),
        ("DELETE FROM audit WHERE id >= 5", ["Rows 5 to 6", "missing at the end"]),
        ("DELETE FROM audit", ["Rows 1 to 6", "missing at the end"]),
        (
            "INSERT INTO audit SELECT 7, at, who, event, detail, (SELECT hash FROM audit WHERE id = 6), hash FROM audit WHERE id = 6",
            ["Row 7", "was changed"],
        ),
    ],
)
def test_whatever_is_done_to_the_file_shows(data: Path, statement: str, told: list[str]) -> None:
    audit = filled(data)
    tampered(data, statement)
    found = " ".join(audit.verify())
    for part in told:
        assert part in found


def test_a_trail_cut_off_and_begun_anew_shows_by_what_was_exported(data: Path) -> None:
    audit = filled(data)
    last = audit.entries()[-1].hash
    assert list(audit.verify(holding=last)) == []
    tampered(data, "DELETE FROM audit", "UPDATE sqlite_sequence SET seq = 0 WHERE name = 'audit'")
    for number in range(6):
        audit.write("eve", Event.OPEN, document=str(number))
    assert list(audit.verify()) == []
    assert "not in the audit trail any more" in " ".join(audit.verify(holding=last))


def test_rows_cannot_be_made_without_the_key(data: Path, tmp_path: Path) -> None:
    audit = filled(data)
    other = Audit(tmp_path / "other")
    other.write("eve", Event.OPEN, document="1")
    (data / "secret.key").write_bytes((tmp_path / "other" / "secret.key").read_bytes())
    assert len(list(Audit(data).verify())) == 6 and list(audit.verify()) == []


def test_many_writers_make_one_chain(data: Path) -> None:
    audit = filled(data)
    failed: list[BaseException] = []

    def write(who: str) -> None:
        try:
            for number in range(10):
                audit.write(who, Event.SEARCH, question=str(number))
        except BaseException as exc:
            failed.append(exc)

    work: Callable[[str], threading.Thread] = lambda who: threading.Thread(target=write, args=(who,))  # noqa: E731
    threads = [work(who) for who in ("a", "b", "c", "d")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failed == [] and len(audit.entries()) == 46 and list(audit.verify()) == []
