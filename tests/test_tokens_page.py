"""Tokens for programs: made, listed and taken away on one's account page, and at the terminal."""

import html
import json
import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from argon2 import PasswordHasher
from starlette.testclient import TestClient

from index import __main__ as index_command
from index.access import Handling, Role
from index.audit import Audit, Event
from index.desk import Desk
from index.gate import Gate
from index.operator import operator
from index.tokens import Scope
from index.users import Users
from ingest.editing import describe
from tests.fake_library import FakeLibrary
from ui.words import LANGUAGES, Words

GOOD = "correct horse battery"
HOST = "http://127.0.0.1"
BOTH = pytest.mark.parametrize("words", [Words(language) for language in LANGUAGES], ids=LANGUAGES)
GIVEN = {"name": "report script", "scope": "read", "clearance": "AMBER", "days": "30"}


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    os.environ["GRADIO_ANALYTICS_ENABLED"] = "False"
    from ui.app import create

    folder = tmp_path_factory.mktemp("tokens")
    users = Users(folder / "data", PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))
    for name, role, clearance in (
        ("admin", Role.ADMIN, Handling.RED), ("editor", Role.EDITOR, Handling.RED), ("reader", Role.READER, Handling.AMBER),
    ):  # fmt: skip
        users.add(name, role=role, clearance=clearance, password=GOOD)
    gate = Gate(folder / "data", users=users)
    made = create(
        FakeLibrary(folder / "corpus"), lambda *_: b"", data=folder / "data", corpus=folder / "corpus",
        who=lambda headers: gate.of_cookie(headers), desk=Desk(folder / "data"), describe=describe, gate=gate,
    )  # fmt: skip
    made.state.gate, made.state.folder = gate, folder / "data"
    yield made


@pytest.fixture
def gate(app: Any) -> Iterator[Gate]:
    yield app.state.gate
    for user in app.state.gate.users.all():
        for one in app.state.gate.tokens.of(user):
            app.state.gate.tokens.take_away(user, one.token_id)


class Person:
    """Somebody who is signed in, without script."""

    def __init__(self, app: Any, name: str) -> None:
        self._client = TestClient(app, base_url=HOST, follow_redirects=False)
        self._cookie = {"Cookie": f"kalla={app.state.gate.sessions.begin(app.state.gate.users.find(name))}"}

    def page(self, language: str = "en") -> str:
        return str(self._client.get(f"/{language}/account", headers=self._cookie).text)

    def post(self, action: str, sent: Any, language: str = "en", origin: str = HOST) -> Any:
        return self._client.post(f"/{language}/account/{action}", data=sent, headers={**self._cookie, "Origin": origin})

    def make(self, **other: str) -> str:
        return str(re.search(r'value="(kalla_[\w-]{43})"', self.post("token", {**GIVEN, **other}).text)[1])  # type: ignore[index]


@BOTH
def test_a_token_is_made_and_shown_once(app: Any, gate: Gate, words: Words) -> None:
    reader = Person(app, "reader")
    assert html.escape(words.tokens_none) in reader.page(words.language)
    answer = reader.post("token", GIVEN, words.language)
    assert answer.status_code == 200 and "no-store" in answer.headers["cache-control"]
    assert words.token_made in html.unescape(answer.text) and words.token_copy in html.unescape(answer.text)
    token = re.search(r'readonly value="(kalla_[\w-]{43})"', answer.text)
    assert token is not None
    bearer = gate.of_token({"authorization": f"Bearer {token[1]}"})
    assert bearer is not None and (bearer.principal.name, bearer.scopes, bearer.name) == (
        "reader",
        (Scope.READ,),
        "report script",
    )
    assert bearer.principal.clearance is Handling.AMBER
    later = reader.page(words.language)
    assert token[1] not in later and "report script" in later and "TLP:AMBER" in later and words.token_read in later
    assert token[1].encode() not in (app.state.folder / "people.sqlite").read_bytes()


def test_no_more_is_offered_nor_given_than_one_has(app: Any, gate: Gate) -> None:
    page = Person(app, "reader").page()
    assert 'value="AMBER"' in page and 'value="RED"' not in page and 'value="ingest"' not in page
    assert 'value="ingest"' in Person(app, "editor").page()
    token = Person(app, "reader").make(clearance="RED", scope="ingest")
    bearer = gate.of_token({"authorization": f"Bearer {token}"})
    assert bearer is not None and bearer.principal.clearance is Handling.AMBER and not bearer.principal.may_edit
    low = gate.of_token({"authorization": f"Bearer {Person(app, 'editor').make(clearance='nonsense')}"})
    assert low is not None and low.principal.clearance is Handling.CLEAR


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"name": "  "}, "needs a name"), ({"days": "0"}, "366 days"), ({"days": "367"}, "366 days"), ({"days": "9" * 19}, "366 days"),
        ({"days": "-1"}, "366 days"), ({"scope": "admin"}, "something it may do"), ({"scope": ""}, "something it may do"),
    ],
)  # fmt: skip
def test_what_cannot_be_is_said(app: Any, gate: Gate, given: dict[str, str], said: str) -> None:
    answer = Person(app, "reader").post("token", {**GIVEN, **given})
    assert answer.status_code == 400 and said in answer.text and 'role="alert"' in answer.text
    assert gate.tokens.of(gate.users.find("reader")) == []
    swedish = Person(app, "reader").post("token", {**GIVEN, **given}, "sv").text
    assert "En nyckel för program behöver" in swedish


def test_a_name_is_text_and_nothing_else(app: Any, gate: Gate) -> None:
    reader = Person(app, "reader")
    reader.make(name='<img src=x onerror=alert(1)> "x"')
    assert "<img src=x" not in reader.page() and "&lt;img src=x" in reader.page()


def test_a_token_is_taken_away_by_its_owner_only(app: Any, gate: Gate) -> None:
    reader, editor = Person(app, "reader"), Person(app, "editor")
    token = reader.make()
    number = gate.tokens.of(gate.users.find("reader"))[0].token_id
    assert f'name="token" value="{number}"' in reader.page() and "Take away the token report script" in reader.page()
    for person, sent in ((editor, str(number)), (reader, "0"), (reader, "x"), (reader, "9" * 30)):
        answer = person.post("token-away", {"token": sent})
        assert answer.status_code == 404 and Words("en").token_gone in answer.text
    assert gate.of_token({"authorization": f"Bearer {token}"}) is not None
    answer = reader.post("token-away", {"token": str(number)})
    assert (answer.status_code, answer.headers["location"]) == (303, "/en/account#tokens")
    assert gate.of_token({"authorization": f"Bearer {token}"}) is None


def test_another_site_makes_none_and_takes_none_away(app: Any, gate: Gate) -> None:
    reader = Person(app, "reader")
    reader.make()
    number = gate.tokens.of(gate.users.find("reader"))[0].token_id
    for action, sent in (("token", GIVEN), ("token-away", {"token": str(number)})):
        assert reader.post(action, sent, origin="https://evil.example").status_code == 403
    assert [one.token_id for one in gate.tokens.of(gate.users.find("reader"))] == [number]


def test_what_is_done_with_tokens_is_written_down_without_them(app: Any, gate: Gate) -> None:
    reader = Person(app, "reader")
    before = len(gate.audit.entries())
    token = reader.make()
    reader.post("token-away", {"token": str(gate.tokens.of(gate.users.find("reader"))[0].token_id)})
    rows = gate.audit.entries()[before:]
    assert [(row.who, row.event, row.detail["what"]) for row in rows] == [
        ("reader", Event.TOKEN, "made report script: read, TLP:AMBER, 30 days"),
        ("reader", Event.TOKEN, "took away report script"),
    ]
    assert token not in json.dumps([dict(row.detail) for row in rows])


def test_when_a_token_was_last_used_is_told(app: Any, gate: Gate) -> None:
    reader = Person(app, "reader")
    token = reader.make()
    assert ">never<" in reader.page()
    gate.of_token({"authorization": f"Bearer {token}"})
    assert ">never<" not in reader.page()


def test_by_the_address_of_the_form_one_comes_back_to_the_account(app: Any, gate: Gate) -> None:
    reader = Person(app, "reader")
    for action in ("token", "token-away"):
        answer = reader._client.get(f"/sv/account/{action}", headers=reader._cookie)
        assert (answer.status_code, answer.headers["location"]) == (303, "/sv/account")


def test_a_session_that_has_ended_makes_none(gate: Gate) -> None:
    with pytest.raises(Exception, match="Your session has ended"):
        gate.make_token({}, "x", scopes=("read",), clearance=Handling.CLEAR, days=1)
    assert gate.tokens_of({}) == () and not gate.take_token_away({}, 1)


# -- at the terminal


def run(data: Path, capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str, str]:
    capsys.readouterr()
    code = index_command.main(["tokens", *arguments, "--data", str(data)])
    told = capsys.readouterr()
    return code, told.out, told.err


@pytest.fixture
def data(tmp_path: Path) -> Path:
    users = Users(tmp_path / "data", PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))
    users.add("chief", role=Role.ADMIN, clearance=Handling.RED, password=GOOD)
    users.add("anna", role=Role.EDITOR, clearance=Handling.AMBER, password=GOOD)
    return tmp_path / "data"


def test_at_the_terminal_a_token_is_printed_once(data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, out, err = run(data, capsys, "add", "Anna", "--name", "nightly run", "--scope", "read+ingest", "--clearance", "green")
    assert code == 0 and re.fullmatch(r"kalla_[\w-]{43}\n", out) and "speaks for anna" in err and out.strip() not in err
    bearer = Gate(data).of_token({"authorization": f"Bearer {out.strip()}"})
    assert bearer is not None and bearer.principal.name == "anna" and bearer.principal.clearance is Handling.GREEN
    assert set(bearer.scopes) == {Scope.READ, Scope.INGEST} and bearer.expires is not None
    code, listed, _ = run(data, capsys, "list")
    assert code == 0 and "nightly run" in listed and "ingest+read" in listed and out.strip() not in listed
    code, told, _ = run(data, capsys, "list", "anna", "--json")
    one = json.loads(told)
    assert (one["account"], one["clearance"], one["scopes"]) == ("anna", "TLP:GREEN", ["ingest", "read"])
    assert run(data, capsys, "remove", "chief", str(one["number"]))[0] == 2
    assert run(data, capsys, "remove", "anna", str(one["number"]))[:2] == (0, "Taken away: nightly run\n")
    assert Gate(data).of_token({"authorization": f"Bearer {out.strip()}"}) is None
    assert run(data, capsys, "list")[2] == "There are no tokens.\n"
    rows = Audit(data).entries()
    assert [(row.who, row.event, row.detail["user"]) for row in rows] == [(operator(), "token changed", "anna")] * 2
    assert out.strip() not in json.dumps([dict(row.detail) for row in rows])


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("add", "nobody", "--name", "x"), "no user nobody"), (("add", "anna", "--name", " "), "needs a name"),
        (("add", "anna", "--name", "x", "--clearance", "secret"), "not a known mark"),
        (("add", "anna", "--name", "x", "--days", "999"), "366 days"), (("list", "nobody"), "no user nobody"),
        (("remove", "anna", "77"), "no token 77"),
    ],
)  # fmt: skip
def test_at_the_terminal_what_cannot_be_is_said(
    data: Path, capsys: pytest.CaptureFixture[str], arguments: tuple[str, ...], said: str
) -> None:
    code, out, err = run(data, capsys, *arguments)
    assert (code, out) == (2, "") and said in err and len(Audit(data).entries()) == 0


def test_a_token_is_never_an_argument(capsys: pytest.CaptureFixture[str]) -> None:
    for action in ("add", "list", "remove"):
        with pytest.raises(SystemExit):
            index_command.main(["tokens", action, "--help"])
        assert "--token" not in capsys.readouterr().out
