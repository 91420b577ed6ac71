"""Two libraries that differ only in what the asker may not see answer alike, to the byte, through every door.

Both are made at the same place, one after the other. Numbers of documents and passages go on from what was there before, so the
library without hidden documents begins to count where the other's would: that a number has a gap is what remains (threat model).
"""

import io
import re
import shutil
import zipfile
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, field, replace
from pathlib import Path
from random import Random
from typing import Any

import pytest
from fastapi import FastAPI
from starlette.testclient import TestClient

from index import contents, store
from index.access import Handling, Principal, Role
from index.desk import Desk
from index.library import Library
from index.result import Mode
from tests.fake_library import make_pdf
from tests.fakes import Shelf
from ui import app as application
from ui import asking, collecting, following, routes
from ui.house import House
from ui.images import PageImages
from ui.jobs import Jobs
from ui.question import Question
from ui.words import LANGUAGES, Words

BY_LEVEL = Principal(name="reader", role=Role.READER, clearance=Handling.GREEN)
BY_GROUP = Principal(name="reader", role=Role.READER, clearance=Handling.RED, groups=("Paris",))
EVERYWHERE = (".csv", ".md", ".docx", ".bib", ".ris")
QUESTIONS = (
    "What did Paris learn about warning the public?",
    "Where is the sirem heard?",  # misspelt: what is offered instead may only be a word that can be seen
    "How does the quenching of a chlorine cloud work?",  # stands only in what is hidden
    '"evacuate by bus" -helicopter',
    "beredskap vid evenemang",
    "city:Oslo exercise",
    "volunteers meet page 2",
)
VISIBLE = {
    "warning.md": ({"city": "Paris", "theme": "public warning", "date": "2020", "kind": "report"}, "siren warning public Paris"),
    "crowd.md": ({"city": "London", "theme": "crowds", "date": "2021-03", "edition": "1"}, "crowd stewards exits warning"),
    "bus.txt": (
        {"city": "Paris; London", "date": "2019", "kind": "seminar note", "attribution": "no"},
        "evacuate bus volunteers",
    ),
    "beredskap.md": ({"language": "sv", "date": "2022"}, "krisberedskap evenemang samverkan övning"),
    "meeting.md": ({"kind": "report", "theme": "volunteers"}, "volunteers meet hall evening siren"),
}
HIDDEN = {
    "newer.md": ({"city": "Oslo", "date": "2024", "edition": "2", "supersedes": "crowd.md"}, "crowd stewards exits warning"),
    "copy.md": ({"city": "Madrid", "theme": "secret theme", "date": "2020"}, "siren warning public Paris"),
    "chlorine.md": ({"city": "Oslo", "theme": "bio threat", "kind": "exercise report"}, "quenching chlorine cloud sirem siren"),
    "many.md": ({"language": "sv", "date": "2030"}, "evenemangsberedskap beredskap beredskapsplan volunteers bus"),
    "older.md": ({"date": "2001", "edition": "0"}, "crowd stewards exits warning"),
}
MARKS = ("TLP:RED", "OFFICIAL-SENSITIVE", "hemlig", "", "TLP:AMBER+STRICT")
OWNERS = ("London", "Oslo; London", "Network board")


def text_of(words: str, seed: str, salt: str = "") -> str:
    """Some paragraphs of these words; the same seed gives nearly the same text."""
    random, known = Random(seed), words.split()
    lines = [f"# The {known[0]} of {known[-1]}{salt}", "We evacuate by bus when the siren is heard."]
    for number in range(9):
        said = " ".join(random.choice(known) for _ in range(random.randint(6, 14)))
        lines.append(f"{said.capitalize()} {salt} in part {number}. " + " ".join(random.sample(known, len(known))) + ".")
    return "\n\n".join(lines) + "\n"


@dataclass
class Pair:
    """The place of both libraries, and who asks."""

    root: Path
    patch: pytest.MonkeyPatch
    who: Principal
    when: str
    counted: dict[str, int] = field(default_factory=dict)  # how far the other has counted when its hidden documents are in

    def rows(self, hidden: bool) -> list[dict[str, str]]:
        known = [{"file": name, "handling": "TLP:GREEN", "groups": ""} | row for name, (row, _) in VISIBLE.items()]
        known += [{"file": "plan.pdf", "handling": "TLP:CLEAR", "groups": "paris; Rotterdam"}] if self.who.groups else [
            {"file": "plan.pdf", "handling": "TLP:CLEAR"}]  # fmt: skip
        random = Random(1)
        for name in (*HIDDEN, "secret.pdf", "nowhere.pdf", "broken.pdf") if hidden else ():
            kept = {"groups": random.choice(OWNERS)} if self.who.groups else {"handling": random.choice(MARKS)}
            known.append({"file": name} | HIDDEN.get(name, ({}, ""))[0] | kept)
        return known

    def put_visible(self, shelf: Shelf, names: list[str]) -> None:
        for name in names:
            if name == "plan.pdf":
                make_pdf(shelf.folder / name)
            else:
                shelf.put(name, text_of(VISIBLE[name][1], VISIBLE[name][1]))
        assert shelf.ingest().code in (0, 1)

    def put_hidden(self, shelf: Shelf) -> None:
        for name, (_, words) in HIDDEN.items():
            shelf.put(name, text_of(words, words, f" {name[:-3]}"))
        make_pdf(
            shelf.folder / "secret.pdf",
            [f"Volunteers meet in the secret hall, and the siren is heard on page {n}." for n in (1, 2)],
        )
        shelf.put("broken.pdf", b"%PDF-1.7 nothing")
        outcomes = shelf.ingest().outcomes()
        assert [name for name, outcome in outcomes.items() if outcome == "failed"] == ["broken.pdf"], outcomes

    def make(self, hidden: bool) -> Shelf:
        """The library, with the hidden documents taken in before, between or after the others."""
        shutil.rmtree(self.root, ignore_errors=True)
        shelf = Shelf(self.root / "docs", self.root / "data", self.patch)
        shelf.catalogue(*self.rows(hidden))
        names = [*VISIBLE, "plan.pdf"]
        first = {"before": 0, "between": 3, "after": len(names)}[self.when]
        if first:
            self.put_visible(shelf, names[:first])
        else:
            shelf.ingest()
        if hidden:
            self.put_hidden(shelf)
            rows = shelf.sql("SELECT name, seq FROM sqlite_sequence WHERE name IN ('documents', 'passages')")
            self.counted = {str(name): int(number) for name, number in rows}
        else:
            self.skip(shelf)
        if hidden and self.when == "between":  # much that is hidden makes for a new vector file
            with shelf.writer() as writer:
                writer.generations.fold(1)
        if first < len(names):
            self.put_visible(shelf, names[first:])
        return shelf

    def skip(self, shelf: Shelf) -> None:
        """Go on counting where the other library does."""
        store.prepare(shelf.data)
        for table, number in self.counted.items():
            shelf.sql("DELETE FROM sqlite_sequence WHERE name = ?", table)
            shelf.sql("INSERT INTO sqlite_sequence VALUES (?, ?)", table, number)


def normal(body: bytes) -> str:
    """What was answered, without the time it took and the time of day."""
    if body[:2] == b"PK":
        with zipfile.ZipFile(io.BytesIO(body)) as held:
            body = b"\n".join(name.encode() + held.read(name) for name in held.namelist())
    told = body.decode("utf-8", "replace")
    told = re.sub(r"\b\d+[.,]\d\d (seconds|sekunder|s)\b", "SECONDS", told)
    return re.sub(r"\d{2}:\d{2}(:\d{2})?", "TIME", told)


def house_of(shelf: Shelf, who: Principal) -> House:
    library = shelf.library()
    library.warm()
    return House(
        library=library, desk=Desk(shelf.data), jobs=Jobs(shelf.data, ("false",)),
        images=PageImages(shelf.data / "cache" / "pages", lambda path, number, width: f"{path.name} {number}".encode()),
        describe=lambda path, changes: None, corpus=shelf.folder, data=shelf.data, who=lambda headers: who,
    )  # fmt: skip


def rooms_of(house: House) -> TestClient:
    """The page without Gradio: its Ask room is asked directly."""
    app = FastAPI()
    app.include_router(routes.make(house))
    for language in LANGUAGES:
        for room in application._ROOMS:
            app.include_router(room.make(house, Words(language)), prefix=f"/{language}")
    return TestClient(app, base_url="http://127.0.0.1", follow_redirects=False)


def of_library(library: Library, who: Principal) -> Iterator[tuple[str, object]]:
    """What each call answers."""
    infos = library.documents(who)
    yield "documents", infos
    yield "facets", library.facets(who)
    yield "files", [replace(file, seconds=0.0, when="") for file in library.files(who)]
    yield "status", library.status(who)
    for info in infos:
        for call in (library.document, library.outline, library.source):
            yield f"{call.__name__} {info.document_id}", call(info.document_id, who)
        yield f"page {info.document_id}", [library.page(info.document_id, number, who) for number in range(4)]
        hits = library.passages(info.document_id, principal=who)
        yield f"passages {info.document_id}", hits
        yield f"similar documents {info.document_id}", library.similar_documents(info.document_id, principal=who)
        for other in infos:
            yield f"changes {info.document_id} {other.document_id}", library.changes(info.document_id, other.document_id, who)
        for hit in hits:
            yield f"similar {hit.passage_id}", library.similar(hit.passage_id, principal=who)
            yield f"neighbours {hit.passage_id}", library.neighbours(hit.passage_id, principal=who, around=2)
    yield "evidence", [library.evidence(question, principal=who) for question in QUESTIONS]
    for question in QUESTIONS:
        for mode in Mode:
            for where in ({}, {"city": ["Oslo", "Paris"]}, {"editions": ["all"]}):
                found = library.search(question, principal=who, mode=mode, where=where, top=30)
                yield f"search {question} {mode} {where}", replace(found, seconds=0.0, understood=0.0, moment=None)
        yield f"rank {question}", library.rank(question, principal=who)


def of_pages(house: House, who: Principal) -> Iterator[tuple[str, object]]:
    """What each address answers, after somebody has asked, kept and followed."""
    library, asked = house.library, [Question(text=question) for question in QUESTIONS]
    for words in map(Words, LANGUAGES):
        room = asking.AskRoom(library, house.desk, words, "corpus")
        yield f"welcome {words.language}", room.welcome(who)
        for one in asked:
            yield f"ask {one.text} {words.language}", [normal(f"{shown}".encode()) for shown in room.ask(one, who)]
    hits = [hit for one in asked[:3] for hit in library.search(one.text, principal=who).hits[:3]]
    collecting.keep(library, house.desk, who, ",".join(str(hit.passage_id) for hit in hits), "why")
    for one in asked[:2]:
        following.follow(house, who, one, 0)
    q = "?q=" + QUESTIONS[0].replace(" ", "+")
    addresses = [f"/{room}{end}" for room in ("collected", "follow") for end in ("", *EVERYWHERE)]
    addresses += ["/follow/questions", "/counts", "/index", "/index/rebuild", "/index/check", "/index/questions", "/library"]
    addresses += ["/library?show=pictures", "/library?show=files", "/library?q=siren", "/library?state=partial", "/account"]
    addresses += ["/library/removed/1", "/library/readings/1", "/library/readings/1.csv", "/library/back/1", "/nowhere"]
    for by in ("city", "year", "theme", "kind"):
        addresses += [
            f"/compare{q}&by={by}",
            f"/compare/columns{q}&by={by}",
            *(f"/compare{end}{q}&by={by}" for end in EVERYWHERE),
        ]
    ids = [info.document_id for info in library.documents(who)]
    for one in ids:
        addresses += [f"/library/{one}{end}" for end in ("", "/edit", "/remove", "/replace", "/state/1", f"/changes/{ids[0]}")]
    plain = [f"/{door}/{one}" for door in ("view", "source") for one in ids] + [f"/image/{one}/1.png" for one in ids]
    plain += [f"/{door}/{hit.passage_id}" for door in ("similar", "context") for hit in hits]
    with rooms_of(house) as client:
        for address in [*(f"/{LANGUAGES[at % 2]}{one}" for at, one in enumerate(addresses)), *plain]:
            answer = client.get(address)
            headers = {name: value for name, value in answer.headers.items() if name not in ("last-modified", "etag")}
            sized = {name: value for name, value in headers.items() if name != "content-length"}
            yield address, (answer.status_code, sized, normal(answer.content))


def everything(shelf: Shelf, who: Principal) -> dict[str, object]:
    house = house_of(shelf, who)
    with closing(house.library):  # type: ignore[type-var]
        return dict(of_library(house.library, who)) | dict(of_pages(house, who))  # type: ignore[arg-type]


def told_apart(name: str, one: object, other: object) -> str:
    """Where two answers part."""
    first, second = repr(one), repr(other)
    at = next((at for at, (a, b) in enumerate(zip(first, second, strict=False)) if a != b), min(len(first), len(second)))
    return f"{name}:\n  …{first[max(0, at - 150) : at + 150]}\n  …{second[max(0, at - 150) : at + 150]}"


@pytest.mark.parametrize(
    ("who", "when"), [(BY_LEVEL, "between"), (BY_GROUP, "before"), (replace(BY_GROUP, role=Role.EDITOR), "after")],
    ids=["reader by level, between", "reader by group, before", "editor by group, after"],
)  # fmt: skip
def test_what_is_hidden_changes_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, who: Principal, when: str) -> None:
    for module in (store, contents):
        monkeypatch.setattr(module, "now", lambda: "2026-01-01T00:00:00+00:00")
    pair = Pair(tmp_path / "same", monkeypatch, who, when)
    shelf = pair.make(True)
    assert len(hidden_ids(shelf, who)[0]) == len(HIDDEN) + 1
    full = everything(shelf, who)
    bare = everything(pair.make(False), who)
    assert full.keys() == bare.keys()
    different = {name: (full[name], bare[name]) for name in full if full[name] != bare[name]}
    assert not different, "\n".join(told_apart(name, *pair) for name, pair in list(different.items())[:5])
    assert len(full) > 300


def hidden_ids(shelf: Shelf, who: Principal) -> tuple[list[int], list[int]]:
    seen = {info.document_id for info in shelf.library().documents(who)}
    documents = [int(row[0]) for row in shelf.sql("SELECT id FROM documents") if row[0] not in seen]
    passages = [int(row[0]) for row in shelf.sql("SELECT id, document_id FROM passages") if row[1] not in seen]
    return documents, passages


@pytest.mark.parametrize("who", [BY_LEVEL, BY_GROUP], ids=["level", "group"])
def test_what_is_hidden_and_what_never_was_are_told_alike(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, who: Principal
) -> None:
    shelf = Pair(tmp_path / "same", monkeypatch, who, "after").make(True)
    documents, passages = hidden_ids(shelf, who)
    assert len(documents) >= 5 and len(passages) >= 5
    house = house_of(shelf, who)
    doors = ["/view/{}", "/source/{}", "/image/{}/1.png", "/en/library/{}", "/sv/library/{}", "/en/library/{}/edit"]
    doors += ["/en/library/{}/changes/1", "/en/library/1/changes/{}", "/en/library/{}/state/1"]

    def told(client: TestClient, door: str, number: int) -> object:
        answer = client.get(door.format(number))
        return answer.status_code, dict(answer.headers), answer.text.replace(f"/{number}", "/N")

    with closing(house.library), rooms_of(house) as client:  # type: ignore[type-var]
        for numbers, never, addresses in ((documents, 777_777, doors), (passages, 777_777, ["/similar/{}", "/context/{}"])):
            for door in addresses:
                expected = replaced(told(client, door, never))
                assert all(replaced(told(client, door, number)) == expected for number in numbers), door
        for question in QUESTIONS[:2]:
            for number in documents:
                there = house.library.search(question, principal=who, where={"document": [str(number)]})
                assert (
                    there.hits == ()
                    and there.searched == house.library.search(question, principal=who, where={"document": ["777777"]}).searched
                )


def replaced(answer: Any) -> object:
    """Without the length, which is that of the number."""
    status, headers, body = answer
    return status, {name: value for name, value in headers.items() if name != "content-length"}, body
