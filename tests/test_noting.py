"""What is done is written down, by whom exactly; what is refused as refused; and what cannot be written down is not done."""

import csv
import io
import re
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from index.access import Handling, Role
from index.audit import Audit, Entry
from index.desk import Desk
from index.gate import Gate
from index.users import Users
from ingest.editing import describe
from tests.fake_library import FakeLibrary
from tests.test_door import GOOD, HOST, browser, hasher, sign_in
from tests.test_stamps import picture
from ui import rules
from ui.asking import AskRoom
from ui.names import event_name
from ui.question import Question
from ui.turns import Turns
from ui.words import Words


class Site:
    """A page over a library in memory, with a browser of each role."""

    def __init__(self, folder: Path, turns: Turns | None = None) -> None:
        from ui.app import create

        self.data = folder / "data"
        users = Users(self.data, hasher())
        users.add("ada", role=Role.ADMIN, clearance=Handling.RED, password=GOOD)
        users.add("eva", role=Role.EDITOR, clearance=Handling.RED, password=GOOD)
        users.add("rut", role=Role.READER, clearance=Handling.AMBER, password=GOOD)
        self.gate = Gate(self.data, users=users)
        self.library = FakeLibrary(folder / "corpus")
        self.desk = Desk(self.data)
        self.app = create(
            self.library, lambda *_: picture(100, 140), data=self.data, corpus=folder / "corpus",
            who=lambda headers: self.gate.of_cookie(headers), desk=self.desk, describe=describe, gate=self.gate,
            turns=turns,
        )  # fmt: skip
        self.clients = {}
        for name in ("ada", "eva", "rut"):
            self.clients[name] = browser(self.app)
            assert sign_in(self.clients[name], name).status_code == 303

    def rows(self) -> list[Entry]:
        return Audit(self.data).entries()

    def after(self, name: str, method: str, address: str, **options: Any) -> tuple[Any, list[tuple[str, str]]]:
        """What is answered, and what was written down of it."""
        before = len(self.rows())
        answer = self.clients[name].request(method, address, headers={"Origin": HOST, **options.pop("headers", {})}, **options)
        return answer, [(row.who, row.event) for row in self.rows()[before:]]


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    yield Site(tmp_path_factory.mktemp("noting"))


@pytest.mark.parametrize(
    ("name", "method", "address", "event"),
    [
        ("rut", "GET", "/view/1", "document opened"),
        ("rut", "GET", "/context/1", "document opened"),
        ("rut", "GET", "/similar/1", "document opened"),
        ("rut", "GET", "/source/1", "original downloaded"),
        ("rut", "GET", "/sv/compare?q=vem&by=city", "search"),
        ("rut", "GET", "/sv/compare.csv?q=vem&by=city", "export"),
        ("ada", "GET", "/sv/account/trail.csv", "export"),
    ],
)
def test_what_leaves_is_written_down_with_who_took_it(site: Site, name: str, method: str, address: str, event: str) -> None:
    answer, written = site.after(name, method, address)
    assert (answer.status_code, written) == (200, [(name, event)])
    assert Audit(site.data).entries()[-1].detail["address"] == address.partition("?")[0]


def test_a_document_s_own_page_and_what_changed_in_it_are_openings() -> None:
    for address in ("/en/library/1", "/sv/library/1/changes/2"):
        rule = rules.find("GET", address)
        assert rule is not None and rule.event == "document opened"


def test_what_is_sent_in_is_written_down_with_its_names(site: Site) -> None:
    answer, written = site.after(
        "eva", "POST", "/en/library/files", files={"files": ("a.pdf", b"%PDF-1.4", "application/pdf")},
        headers={"Accept": "application/json"},
    )  # fmt: skip
    assert (answer.status_code, written) == (200, [("eva", "upload")]) and site.rows()[-1].detail["files"] == "a.pdf"


@pytest.mark.parametrize(
    "address", ["/view/99", "/source/99", "/en/library/99", "/en/compare?q=", "/view/3", "/en/compare.csv?q="]
)
def test_what_was_not_given_was_not_taken(site: Site, address: str) -> None:
    _, written = site.after("rut", "GET", address)
    assert written == []


@pytest.mark.parametrize(
    ("method", "address"), [("POST", "/en/index/rebuild"), ("POST", "/en/library/1/remove"), ("GET", "/en/account/trail")]
)
def test_what_is_refused_is_written_down_as_refused(site: Site, method: str, address: str) -> None:
    answer, written = site.after("rut", method, address)
    assert (answer.status_code, written) == (403, [("rut", "refused")])
    assert site.rows()[-1].detail == {"address": address, "method": method}
    page = site.clients["rut"].request(method, address, headers={"Origin": HOST, "Accept": "text/html"})
    assert "You may not do this" in page.text and "detail" not in page.text


def test_a_change_that_nobody_made_is_not_written_down(site: Site) -> None:
    answer, written = site.after("eva", "POST", "/en/library/99/remove")
    assert answer.status_code == 404 and written == []


def test_a_question_in_the_ask_room_is_written_down_once_and_keyed(site: Site) -> None:
    room = AskRoom(site.library, site.desk, Words("sv"), "corpus", site.gate)
    principal = site.gate.of_cookie(site.clients["rut"].headers | {"cookie": f"kalla={site.clients['rut'].cookies['kalla']}"})
    assert principal is not None
    before = len(site.rows())
    list(room.ask(Question(text="Vem varnar?"), principal))
    list(room.ask(Question(text=""), principal))  # nothing was asked
    (row,) = site.rows()[before:]
    assert (row.who, row.event, row.detail["address"]) == ("rut", "search", "/sv/") and len(row.detail["question"]) == 64


def test_the_pictures_of_a_document_are_one_opening(site: Site) -> None:
    client, before = site.clients["eva"], len(site.rows())
    assert [client.get(f"/image/1/{n}.png").status_code for n in (1, 2, 1)] == [200] * 3
    (row,) = site.rows()[before:]
    assert (row.who, row.event, row.detail["document"]) == ("eva", "document opened", "Warning the public")
    picture_of = client.get("/image/1/1.png")
    assert picture_of.headers["x-handling"] == "TLP:GREEN" and "private" in picture_of.headers["cache-control"]


# -- where nothing can be written down


@pytest.fixture(scope="module")
def silent(tmp_path_factory: pytest.TempPathFactory) -> Site:
    """A page whose trail cannot be written to, although everything else works."""
    made = Site(tmp_path_factory.mktemp("silent"))
    with sqlite3.connect(made.data / "people.sqlite") as connection:
        connection.execute("ALTER TABLE audit RENAME TO elsewhere")
    connection.close()
    return made


@pytest.mark.parametrize("address", ["/view/1", "/source/1", "/en/compare?q=who&by=city", "/en/compare.csv?q=who&by=city"])
def test_what_cannot_be_written_down_does_not_leave(silent: Site, address: str) -> None:
    answer = silent.clients["rut"].get(address, headers={"Accept": "text/html"})
    assert answer.status_code == 503 and "no such table" not in answer.text and "Traceback" not in answer.text
    assert "Staff at the exits" not in answer.text and b"%PDF" not in answer.content
    assert "<html" in answer.text and "content-disposition" not in answer.headers


def test_a_change_that_cannot_be_written_down_is_not_made(silent: Site) -> None:
    files = {"files": ("new.pdf", b"%PDF-1.4", "application/pdf")}
    answer = silent.clients["eva"].post("/en/library/files", files=files, headers={"Origin": HOST})
    assert answer.status_code == 503 and not list(silent.data.parent.rglob("new*"))
    refused = silent.clients["rut"].post("/en/index/rebuild", headers={"Origin": HOST})
    assert refused.status_code == 503  # not even that it was refused


def test_no_question_is_answered_that_cannot_be_written_down(silent: Site) -> None:
    principal = next(user.principal() for user in silent.gate.users.all() if user.name == "rut")
    (shown,) = AskRoom(silent.library, silent.desk, Words("en"), "corpus", silent.gate).ask(Question(text="Who?"), principal)
    assert "Staff at the exits" not in shown.html and "k-bad" in shown.html


# -- looked at


def test_administrators_look_through_the_trail_by_person_event_and_day(site: Site) -> None:
    for _ in range(3):
        site.clients["rut"].get("/view/1")
    client = site.clients["ada"]
    page = client.get("/sv/account/trail?who=rut&event=document+opened").text
    assert "öppnade ett dokument" in page and "<td>eva</td>" not in page and "<td>rut</td>" in page
    assert "<td>" not in client.get("/en/account/trail?day=1999-01-01").text
    assert "<td>rut</td>" in client.get("/en/account/trail?who=rut").text
    day = site.rows()[-1].at[:10]
    assert "<td>rut</td>" in client.get(f"/en/account/trail?day={day}&event=nonsense&who=rut").text


def test_the_trail_is_paged(site: Site) -> None:
    for number in range(120):
        site.gate.note("rut", "token changed", {"what": f"thing {number}"})
    client = site.clients["ada"]
    seen, address = [], "/en/account/trail?event=token+changed"
    while address:
        page = client.get(address).text
        seen += re.findall(r"thing (\d+)<", page)
        older = re.search(r'href="([^"]+before=[^"]+)">Older', page)
        address = older[1].replace("&amp;", "&") if older else ""
    assert seen == [str(number) for number in reversed(range(120))]


def test_the_saved_trail_is_a_table_with_hashes_under_the_strictest_mark(site: Site) -> None:
    answer = site.clients["ada"].get("/en/account/trail.csv?who=eva")
    head, *rows = csv.reader(io.StringIO(answer.content.decode("utf-8-sig")), delimiter=";")
    assert rows and {row[2] for row in rows} == {"eva"} and all("Contains TLP:RED" in row[-1] for row in rows)
    hashes = {str(row.entry_id): row.hash for row in site.rows()}
    assert all(hashes[row[0]] == row[head.index("Seal (hash)")] for row in rows)


def test_every_event_has_a_name_in_both_languages() -> None:
    from index.audit import Event
    from ui.trail import EVENTS

    assert set(EVENTS) == {str(event) for event in Event}
    for event in EVENTS:
        assert event_name(event, Words("en")) != event_name(event, Words("sv"))
