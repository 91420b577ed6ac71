"""One person cannot take the machine from the others, and none who types ever notices."""

import asyncio
import threading
import time
from pathlib import Path
from typing import Any

import pytest

from index.desk import Desk
from tests.fake_library import OWNER, READER, FakeLibrary
from tests.test_noting import Site
from ui import streams, told
from ui.asking import AskRoom
from ui.question import Question
from ui.turns import AT_ONCE, Crowded, Turns
from ui.words import Words


def test_so_much_at_once_and_so_much_a_minute_for_each() -> None:
    now = [0.0]
    turns = Turns(2, 5, clock=lambda: now[0])
    turns.begin("ada")
    turns.begin("ada")
    with pytest.raises(Crowded) as refused:
        turns.begin("ada")
    assert refused.value.seconds == 1
    turns.begin("rut")  # another is not in the way
    turns.end("ada")
    turns.begin("ada")
    for _ in range(2):
        turns.end("ada")
    for _ in range(2):
        with turns.turn("ada"):
            now[0] += 1
    with pytest.raises(Crowded) as refused:
        turns.begin("ada")
    assert refused.value.seconds == 58
    now[0] = 60.0
    with turns.turn("ada"):
        pass


def test_a_turn_ends_also_where_something_goes_wrong() -> None:
    turns = Turns(1, 100)
    for _ in range(5):
        with pytest.raises(ValueError, match="broken"), turns.turn("ada"):
            raise ValueError("broken")


def test_many_at_the_same_moment_get_no_more_than_there_is() -> None:
    turns, got, start = Turns(3, 1000), [], threading.Barrier(20)

    def ask() -> None:
        start.wait()
        try:
            turns.begin("ada")
            got.append(1)
        except Crowded:
            pass

    threads = [threading.Thread(target=ask) for _ in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(got) == 3


def test_those_who_are_gone_are_forgotten_and_those_at_work_are_not(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ui.turns._MOST", 3)
    turns = Turns(1, 1000)
    turns.begin("ada")
    for number in range(10):
        with turns.turn(str(number)):
            pass
    assert len(turns._known) <= 4
    with pytest.raises(Crowded):
        turns.begin("ada")


@pytest.mark.parametrize(("language", "said"), [("en", "That was a lot at once"), ("sv", "Det var mycket på en gång")])
def test_the_ask_room_asks_for_patience_calmly(tmp_path: Path, language: str, said: str) -> None:
    library, turns = FakeLibrary(tmp_path), Turns(1, 100)
    room = AskRoom(library, Desk(tmp_path / "data"), Words(language), "corpus", turns=turns)
    with turns.turn(OWNER.name):
        (shown,) = room.ask(Question(text="Who warned?"), OWNER)
        (other,) = room.ask(Question(text="Who warned?"), READER)  # of another person: answered
    assert said in shown.html and "Staff at the exits" not in shown.html and shown.address == "q=Who+warned%3F"
    assert "Staff at the exits" in other.html
    (again,) = room.ask(Question(text="Who warned?"), OWNER)
    assert "Staff at the exits" in again.html


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Site:
    return Site(tmp_path_factory.mktemp("turns"), turns=Turns(AT_ONCE, 3))


def test_rooms_that_ask_take_turns_too_and_looking_does_not(site: Site) -> None:
    reader, editor = site.clients["rut"], site.clients["eva"]
    addresses = ["/en/compare?q=who&by=city", "/sv/compare/columns?q=who", "/en/compare.csv?q=who&by=city"]
    assert [reader.get(one).status_code for one in addresses] == [200, 200, 200]
    before = len(site.rows())
    crowded = reader.get("/sv/compare?q=who&by=city", headers={"Accept": "text/html"})
    assert crowded.status_code == 429 and 1 <= int(crowded.headers["retry-after"]) <= 60
    assert "Det var mycket på en gång" in crowded.text and len(site.rows()) == before
    assert reader.get("/en/library").status_code == 200 and reader.get("/view/1").status_code == 200
    assert editor.get(addresses[0]).status_code == 200


def test_gradio_s_own_events_have_an_end_too(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    async def joined(scope: Any, receive: Any, send: Any) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b'{"event_id": "e"}'})

    monkeypatch.setattr("ui.turns._EVENTS", 5)
    guard = streams.Streams(joined, site.gate)

    async def ask() -> list[int]:
        found: list[int] = []

        async def receive() -> Any:
            return {"type": "http.request", "body": b'{"session_hash": "mine"}'}

        async def send(message: Any) -> None:
            found.extend([message["status"]] if "status" in message else [])

        for _ in range(7):
            scope = {
                "type": "http", "method": "POST", "path": "/sv/gradio_api/queue/join", "query_string": b"", "headers": [],
                "state": {"who": "rut"},
            }  # fmt: skip
            await guard(scope, receive, send)
        return found

    assert asyncio.run(ask()) == [200] * 5 + [429] * 2


def test_a_script_is_told_in_words_and_seconds() -> None:
    response = told.crowded({"type": "http", "path": "/sv/x", "headers": []}, 12.2)
    assert response.status_code == 429 and response.headers["retry-after"] == "13"
    assert "vänta 13 sekunder" in bytes(response.body).decode()


def test_a_flood_of_one_does_not_keep_another_waiting(site: Site) -> None:
    """Eight at once from one person: those beyond their share are answered at once, and another is served meanwhile."""
    slow = threading.Event()
    original = site.library.search

    def search(*arguments: Any, **options: Any) -> Any:
        if options["principal"].name == "ada":
            slow.wait(5)
        return original(*arguments, **options)

    site.library.search = search  # type: ignore[method-assign]
    room = AskRoom(site.library, site.desk, Words("en"), "corpus", turns=Turns(2, 100))
    ada, eva = (next(user.principal() for user in site.gate.users.all() if user.name == name) for name in ("ada", "eva"))
    shown: list[str] = []
    threads = [
        threading.Thread(target=lambda: shown.extend(one.html for one in room.ask(Question(text="Who warned?"), ada)))
        for _ in range(8)
    ]
    for thread in threads:
        thread.start()
    deadline = time.monotonic() + 4
    while len(shown) < 6 and time.monotonic() < deadline:
        time.sleep(0.01)
    assert len(shown) == 6 and all("a lot at once" in html for html in shown)
    (answer,) = room.ask(Question(text="Who warned?"), eva)
    assert "Staff at the exits" in answer.html
    slow.set()
    for thread in threads:
        thread.join()
    site.library.search = original  # type: ignore[method-assign]
    assert len(shown) == 8 and sum("Staff at the exits" in html for html in shown) == 2
