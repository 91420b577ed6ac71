"""`python -m index users` and `audit`: what they do, say and refuse; and that no password is an argument."""

import csv
import getpass
import io
import json
import sqlite3
from pathlib import Path

import pytest
from argon2 import PasswordHasher

from index import operator, store
from index.__main__ import main
from index.access import Handling, Role
from index.audit import Audit, Event
from index.errors import StoreError
from index.sessions import Sessions
from index.users import Users

GOOD = "correct horse battery"


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("index.users._default_hasher", lambda: PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))


@pytest.fixture
def data(tmp_path: Path) -> Path:
    (tmp_path / "word").write_text(f"{GOOD}\r\nwhat follows is no part of it\n")
    return tmp_path / "data"


def run(data: Path, *arguments: str) -> int:
    return main([*arguments, "--data", str(data)])


def with_chief(data: Path) -> Users:
    assert (
        run(data, "users", "add", "Chief", "--role", "admin", "--clearance", "RED", "--password-file", str(data.parent / "word"))
        == 0
    )
    return Users(data)


def test_an_account_is_made_listed_changed_and_removed(data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    users = with_chief(data)
    assert users.check("chief", GOOD) is not None
    arguments = ["--clearance", "OFFICIAL-SENSITIVE", "--group", "London", "--group", "Paris"]
    assert run(data, "users", "add", "anna", *arguments, "--password-file", str(data.parent / "word")) == 0
    anna = users.find("anna")
    assert (anna.role, anna.clearance, anna.groups) == (Role.READER, Handling.AMBER_STRICT, ("London", "Paris"))
    assert run(data, "users", "change", "anna", "--role", "editor", "--clearance", "green") == 0
    assert users.find("anna").role is Role.EDITOR and users.find("anna").groups == ("London", "Paris")
    secret = Sessions(data).begin(users.find("anna"))
    assert run(data, "users", "disable", "anna") == 0 and Sessions(data).find(secret) is None
    assert run(data, "users", "enable", "anna") == 0 and not users.find("anna").disabled
    capsys.readouterr()
    assert run(data, "users", "list", "--json") == 0
    told = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [(one["name"], one["clearance"]) for one in told] == [("anna", "TLP:GREEN"), ("chief", "TLP:RED")]
    assert run(data, "users", "remove", "anna") == 0 and len(users.all()) == 1
    assert run(data, "users", "remove", "chief") == 0 and "no users any more" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("add", "x", "--role", "admin"), "--password-file"),
        (("add", "x", "--role", "admin", "--password-file", "/none"), "cannot be read"),
        (("add", "x", "--clearance", "secret", "--password-file", "/none"), "not a known mark"),
        (("remove", "x"), "no user x"),
        (("change", "x"), "say --role, --clearance or --group"),
        (("passwd", "x"), "no user x"),
    ],
)
def test_what_cannot_be_is_said(data: Path, capsys: pytest.CaptureFixture[str], arguments: tuple[str, ...], said: str) -> None:
    assert run(data, "users", *arguments) == 2
    assert said in capsys.readouterr().err


def test_a_password_is_asked_for_twice_at_a_terminal(
    data: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    given = iter([GOOD, GOOD, GOOD, "something else here"])
    monkeypatch.setattr("sys.stdin.isatty", lambda: True, raising=False)
    monkeypatch.setattr("getpass.getpass", lambda _: next(given))
    assert run(data, "users", "add", "chief", "--role", "admin") == 0
    assert run(data, "users", "passwd", "chief") == 2 and "differ" in capsys.readouterr().err


def test_every_change_of_a_user_is_in_the_trail(data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with_chief(data)
    run(data, "users", "passwd", "chief", "--password-file", str(data.parent / "word"))
    capsys.readouterr()
    assert run(data, "audit", "export", "--json") == 0
    rows = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [row["detail"]["what"] for row in rows] == ["added as admin, TLP:RED", "password"]
    assert GOOD not in json.dumps(rows)
    assert {row["who"] for row in rows} == {f"operator: {getpass.getuser()}"}
    assert run(data, "audit", "export", "--since", "2999") == 0
    assert capsys.readouterr().out.splitlines() == ["id,at,who,event,detail,hash"]


def test_what_is_done_to_the_library_at_the_command_line_is_in_the_trail(
    data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    from ingest.__main__ import main as ingest

    def unfinished(*_: object, **__: object) -> None:
        raise StoreError("No further.")  # all that follows is long, and of no account here

    monkeypatch.setattr("ingest.__main__._model", unfinished)
    (tmp_path / "corpus").mkdir()
    operator.note(data, Event.INGEST, {})
    assert not data.exists()  # without users nothing is written down
    with_chief(data)
    ingest([str(tmp_path / "corpus"), "--data", str(data)])
    monkeypatch.setattr("index.models.export", unfinished)
    assert run(data, "rebuild", "--model", "other") == 2
    monkeypatch.setenv(operator.WRITTEN, "yes")  # as the page starts it
    ingest([str(tmp_path / "corpus"), "--data", str(data)])
    rows = Audit(data).entries()
    assert [(row.who, row.event) for row in rows[1:]] == [(operator.operator(), "ingest"), (operator.operator(), "rebuild")]
    assert rows[1].detail == {"files": str(tmp_path / "corpus")}
    with sqlite3.connect(data / store.PEOPLE_FILE) as connection:
        connection.execute("ALTER TABLE audit RENAME TO elsewhere")
    connection.close()
    monkeypatch.delenv(operator.WRITTEN)
    capsys.readouterr()
    assert ingest([str(tmp_path / "corpus"), "--data", str(data)]) == 2 and "No further" not in capsys.readouterr().err


def test_the_trail_is_checked(data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(data, "audit", "verify") == 0 and "no audit trail yet" in capsys.readouterr().out and not data.exists()
    with_chief(data)
    capsys.readouterr()
    assert run(data, "audit", "verify", "--json") == 0
    last = json.loads(capsys.readouterr().out)["summary"]["last"]
    assert run(data, "audit", "verify", "--holding", last) == 0
    assert run(data, "audit", "verify", "--holding", "0" * 64) == 1
    with sqlite3.connect(data / store.PEOPLE_FILE) as connection:
        connection.execute("DROP TRIGGER audit_is_not_changed")
        connection.execute("UPDATE audit SET who = 'eve'")
    connection.close()
    capsys.readouterr()
    assert run(data, "audit", "verify") == 1 and "Row 1 of the audit trail was changed" in capsys.readouterr().out


def test_a_spreadsheet_takes_nothing_in_the_trail_for_a_formula(data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    from index.audit import Audit, Event

    Audit(data).write('=HYPERLINK("http://x")', Event.SEARCH, question="x")
    run(data, "audit", "export")
    rows = list(csv.reader(io.StringIO(capsys.readouterr().out)))
    assert rows[1][2] == '\'=HYPERLINK("http://x")'
