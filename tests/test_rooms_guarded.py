"""What all rooms owe their readers: nothing of what is above them, nothing from other sites, and a page of the house always."""

import json
import os
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from index.access import Handling, Principal, Role, level_of
from index.desk import Desk
from index.errors import StoreError
from ingest import catalogue
from ingest.editing import describe
from tests.fake_library import OWNER, READER, FakeLibrary, make_pdf
from ui.document_moves import Edition, bring_back, replace
from ui.house import House
from ui.images import PageImages
from ui.indexwork import Work, check
from ui.jobs import Jobs
from ui.removals import NotMoved
from ui.words import LANGUAGES, Words

EN, SV = Words("en"), Words("sv")
BOTH = pytest.mark.parametrize("words", [EN, SV], ids=LANGUAGES)
EDITOR = Principal(name="editor", role=Role.EDITOR, clearance=Handling.GREEN)
PEOPLE = {"owner": OWNER, "reader": READER, "editor": EDITOR}
# Stands in for Python: every reading fails for a file that names a secret, every check counts what there is.
PROGRAM = """
import json, sys
say = lambda **what: print(json.dumps(what), flush=True)
if "ingest" in sys.argv:
    for path in sys.argv[sys.argv.index("--") + 1:]:
        say(path=path, outcome="failed", reason="it is broken")
    say(path="CORPUS/hush.pdf", outcome="failed", reason="it is broken")
    say(summary=dict(failed=1))
elif "eval" in sys.argv:
    say(figures={"questions": 7, "hit@5": 1.0})
else:
    say(summary=dict(documents=41, passages=3204, files=45, problems=0, model="small"))
"""
SHEET = b"question,document\nWho?,a\n"


class Site:
    """The whole application over the library in memory."""

    def __init__(self, client: TestClient, library: FakeLibrary, jobs: Jobs, corpus: Path) -> None:
        self.client, self.library, self.jobs, self.corpus = client, library, jobs, corpus

    def get(self, address: str, who: str = "owner", **headers: str) -> Any:
        return self.client.get(address, headers={"x-who": who, **headers}, follow_redirects=False)

    def post(self, address: str, who: str = "owner", headers: Mapping[str, str] = {}, **sent: Any) -> Any:
        return self.client.post(address, headers={"x-who": who, **headers}, follow_redirects=False, **sent)

    def end(self, kind: str = "") -> None:
        deadline = time.monotonic() + 20
        while (job := self.jobs.latest(kind) if kind else self.jobs.reading()) is not None and not job.done:
            assert time.monotonic() < deadline
            time.sleep(0.02)


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    os.environ["GRADIO_ANALYTICS_ENABLED"] = "False"
    from ui.app import create

    folder = tmp_path_factory.mktemp("guarded")
    corpus, data = folder / "corpus", folder / "data"
    library = FakeLibrary(corpus)
    program = folder / "program.py"
    program.write_text(PROGRAM.replace("CORPUS", str(corpus)))
    jobs = Jobs(data, (sys.executable, str(program)))
    app = create(
        library, lambda *_: b"", data=data, corpus=corpus, who=lambda headers: PEOPLE[headers.get("x-who", "owner")],
        desk=Desk(data), describe=describe, jobs=jobs,
    )  # fmt: skip
    with TestClient(app, base_url="http://127.0.0.1", raise_server_exceptions=False) as client:
        yield Site(client, library, jobs, corpus)


@pytest.fixture
def site(built: Site) -> Iterator[Site]:
    yield built
    built.end()


# -- other sites


@pytest.mark.parametrize(
    "headers",
    [
        {"origin": "http://["}, {"origin": "null"}, {"origin": "http://127.0.0.1:1"}, {"sec-fetch-site": "cross-site"},
        {"sec-fetch-site": "same-site"}, {"origin": "http://127.0.0.1", "sec-fetch-site": "cross-site"},
    ],
)  # fmt: skip
def test_a_form_of_another_site_changes_nothing(site: Site, headers: dict[str, str]) -> None:
    assert site.post("/en/index/forget", headers=headers).status_code == 403


@pytest.mark.parametrize(
    "headers", [{}, {"origin": "http://127.0.0.1", "sec-fetch-site": "same-origin"}, {"sec-fetch-site": "none"}]
)
def test_a_form_of_our_own_is_taken(site: Site, headers: dict[str, str]) -> None:
    assert site.post("/en/index/forget", headers=headers).status_code == 303


# -- what is above somebody


def test_what_a_check_and_a_rebuild_count_is_told_to_those_who_may_see_it_all(site: Site) -> None:
    for name, kind in (("check", "verify"), ("rebuild", "rebuild")):
        site.post(f"/en/index/{name}")
        site.end(kind)
        assert "41 documents" in site.get(f"/en/index/{name}").text
        for who in ("reader", "editor"):
            for address in (f"/en/index/{name}", "/en/index"):
                said = site.get(address, who).text
                assert "41 documents" not in said and "3,204" not in said, (name, who, address)
    assert EN.check_all_holds in site.get("/en/index/check", "reader").text


def test_a_check_that_fails_still_counts_what_is_wrong_for_all() -> None:
    work = Work(done=True, code=1, summary={"problems": 2}, problems=("a", "b"))
    assert EN.count(EN.check_problems_n, 2) in check(work, EN, whole=False)


def test_questions_that_were_asked_are_told_only_to_those_who_may_see_all(site: Site) -> None:
    site.post("/en/index/questions", files={"sheet": ("hush.csv", SHEET, "text/csv")})
    site.end("eval")
    assert "hush.csv" in site.get("/en/index/questions").text
    for who in ("reader", "editor"):
        assert "hush.csv" not in site.get("/en/index/questions", who).text


def test_how_an_edit_stands_is_told_to_editors_only(site: Site) -> None:
    site.post("/en/library/1/again")
    site.end()
    number = site.jobs.number_of(site.jobs.reading())  # type: ignore[arg-type]
    assert EN.not_in_force in site.get(f"/en/library/1/state/{number}").text
    assert site.get(f"/en/library/1/state/{number}", "reader").text == ""


def test_a_file_that_cannot_be_read_is_told_to_who_sent_it_or_may_see_all(site: Site) -> None:
    site.post("/en/library/step", "editor")
    site.end()
    number = site.jobs.number_of(site.jobs.reading())  # type: ignore[arg-type]
    assert "hush.pdf" in site.get(f"/en/library/readings/{number}").text
    for rest in ("", ".csv"):
        assert "hush.pdf" not in site.get(f"/en/library/readings/{number}{rest}", "editor").text
    names = {"names": ["note.md"]}
    address = site.post("/en/library/read", "editor", json=names).json()["address"]
    site.end()
    number = address.rpartition("=")[2]
    told = site.get(f"/en/library/readings/{number}", "editor").text
    assert "note.md" in told and "hush.pdf" not in told


@BOTH
def test_a_catalogue_is_taken_from_those_only_who_may_see_what_it_marks(site: Site, words: Words) -> None:
    sent = {"files": ("kept/ Catalogue.csv", b"file,handling\nsecret.md,TLP:CLEAR\n")}
    answer = site.post(f"/{words.language}/library/files", "editor", headers={"accept": "application/json"}, files=sent)
    assert answer.status_code == 422 and answer.json()["said"] == words.name_unseen
    assert not (site.corpus / "kept").exists()
    answer = site.post(
        f"/{words.language}/library/files", "editor", headers={"accept": "application/json"}, files={"files": ("a.md", b"x")}
    )
    assert answer.status_code == 200


# -- a page of the house, always


@BOTH
@pytest.mark.parametrize(
    "address", ["compare/none", "follow/none", "library/1/none", "index/a/b", "collected/none", "library/readings/1/2"]
)
def test_an_address_with_nothing_at_it_is_answered_in_its_room(site: Site, words: Words, address: str) -> None:
    answer = site.get(f"/{words.language}/{address}")
    room = address.partition("/")[0]
    assert answer.status_code == 404 and words.index_no_part in answer.text and answer.text.count("<h1") == 1
    assert f'href="/{words.language}/{room}"' in answer.text


@pytest.mark.parametrize(
    ("address", "leads"),
    [
        ("library/step", "library"), ("library/files", "library"), ("library/read", "library"), ("library/1/again", "library/1"),
        ("library/readings/3/stop", "library?reading=3"), ("index/forget", "index"), ("index/questions/again", "index"),
        ("index/rebuild/stop", "index"),
    ],
)  # fmt: skip
def test_the_language_can_be_switched_on_the_answer_to_a_form(site: Site, address: str, leads: str) -> None:
    answer = site.get(f"/sv/{address}")
    assert (answer.status_code, answer.headers["location"]) == (303, f"/sv/{leads}")


def test_a_piece_of_the_index_room_is_no_page(site: Site) -> None:
    assert site.get("/sv/index/check", **{"sec-fetch-dest": "document"}).headers["location"] == "/sv/index#check"
    assert site.get("/sv/index/check", **{"sec-fetch-dest": "empty"}).status_code == 200


@BOTH
@pytest.mark.parametrize("address", ["library", "compare?q=Who", "library/1"])
def test_a_library_that_cannot_be_opened_is_said_in_the_room_and_its_language(site: Site, words: Words, address: str) -> None:
    site.library.broken = StoreError(
        "The disk of /d is full. Nothing stored is lost. Free some space, then run the same command again."
    )
    try:
        answer = site.get(f"/{words.language}/{address}", **{"accept-language": "en"})
    finally:
        site.library.broken = None
    assert answer.status_code == 503 and f'<html lang="{words.language}"' in answer.text and "k-top" in answer.text
    assert words.library_failed in answer.text and ("is full" in answer.text) == (words is EN)


@BOTH
def test_a_change_that_fails_says_why_in_the_language_of_the_room(
    site: Site, words: Words, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise StoreError("The disk of /d is full. Nothing stored is lost. Free some space, then run the same command again.")

    monkeypatch.setattr(Desk, "take_out", fail)
    answer = site.post(f"/{words.language}/library/1/remove")
    assert answer.status_code == 503 and words.went_wrong in answer.text and ("is full" in answer.text) == (words is EN)
    assert site.library.paths[1].exists()


@pytest.mark.parametrize(
    "kind", ["application/x-www-form-urlencoded", "multipart/form-data", "multipart/form-data; boundary=x", "text/plain"]
)
@pytest.mark.parametrize(
    "address", ["index/questions", "index/rebuild", "index/questions/again", "collected/keep", "follow", "library/1/replace"]
)
def test_a_form_that_is_none_is_answered_with_a_page(site: Site, address: str, kind: str) -> None:
    headers = {"content-type": kind, "accept": "text/html"}
    answer = site.post(f"/sv/{address}", headers=headers, content=b"sheet=%ff&model=-x&file=1")
    site.end("rebuild")
    assert answer.status_code in (200, 303, 400) and "detail" not in answer.text, answer.text
    assert answer.status_code == 303 or answer.headers["content-type"].startswith("text/html")


def test_a_sheet_of_a_reader_is_not_even_taken_in(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    def form(*_: object, **__: object) -> None:
        raise AssertionError("the form was read")

    monkeypatch.setattr("starlette.requests.Request.form", form)
    assert site.post("/en/index/questions", "reader", files={"sheet": ("a.csv", SHEET, "text/csv")}).status_code == 403


def test_a_full_disk_is_said_where_a_form_is_taken_in(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    def form(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("starlette.requests.Request.form", form)
    answer = site.post("/sv/library/1/replace", files={"file": ("a.pdf", b"x", "application/pdf")})
    assert answer.status_code == 503 and "full" in answer.text and "Disken" in answer.text


def test_names_that_no_page_can_hold_do_not_shut_the_room(site: Site) -> None:
    sent = json.dumps({"names": ["note.md", "\ud800"], "refused": [["\ud800", "large"], ["big.pdf", "large"]]})
    address = site.post("/en/library/read", headers={"content-type": "application/json"}, content=sent.encode()).json()["address"]
    site.end()
    shown = site.get(address)
    assert shown.status_code == 200 and "big.pdf" in shown.text
    assert site.get(f"/en/library/readings/{address.rpartition('=')[2]}.csv").status_code == 200


# -- a mark is not lowered while the file that bears it can be read


def house_of(folder: Path, say: Callable[[Path, Mapping[str, str]], None]) -> House:
    library = FakeLibrary(folder / "corpus")
    program = folder / "program.py"
    program.write_text("")
    return House(
        library=library, desk=Desk(folder / "data"), jobs=Jobs(folder / "data", (sys.executable, str(program))),
        images=PageImages(folder / "pages", lambda *_: b""), describe=say, corpus=folder / "corpus", data=folder / "data",
        who=lambda _: OWNER,
    )  # fmt: skip


def mark(path: Path) -> Handling:
    row = catalogue.load(path.parent / "catalogue.csv").row_for(path.name)
    return level_of(row.handling if row else "")


def test_the_old_file_of_a_new_edition_never_stands_under_the_milder_mark_of_the_new(tmp_path: Path) -> None:
    seen: list[tuple[bytes, Handling]] = []
    failing = False

    def say(path: Path, changes: Mapping[str, str]) -> None:
        if failing and "handling" in changes:
            raise ValueError("the catalogue cannot be written: it is read-only")
        describe(path, changes)
        if path.exists():
            seen.append((path.read_bytes(), mark(path)))

    house = house_of(tmp_path, say)
    path = house.library.source(3, OWNER)
    assert path is not None
    old, info = path.read_bytes(), house.library.document(3, OWNER)
    assert info is not None
    new = make_pdf(tmp_path / "new.pdf").rename(tmp_path / "new.md")
    removal, _ = replace(house, OWNER, info, Edition(file=new, name="new.md", handling="TLP:CLEAR"), EN)
    assert path.read_bytes() != old and mark(path) == Handling.CLEAR
    failing = True
    with pytest.raises(NotMoved):
        bring_back(house, OWNER, removal)
    assert path.read_bytes() != old, "what cannot be marked again stays aside"
    failing = False
    bring_back(house, OWNER, removal)
    assert path.read_bytes() == old and mark(path) == Handling.RED
    assert {level for content, level in seen if content == old} == {Handling.RED}
    house.jobs.stop()


def test_what_cannot_be_brought_back_leaves_the_mark_of_what_stands_there(tmp_path: Path) -> None:
    house = house_of(tmp_path, describe)
    path, info = house.library.source(3, OWNER), house.library.document(3, OWNER)
    assert path is not None and info is not None
    new = tmp_path / "new.md"
    new.write_text("The public edition.")
    removal, _ = replace(house, OWNER, info, Edition(file=new, name="new.md", handling="TLP:CLEAR"), EN)
    path.write_text("Somebody wrote another file here.")
    with pytest.raises(Exception, match=str(path)):
        bring_back(house, OWNER, removal)
    assert mark(path) == Handling.CLEAR
    house.jobs.stop()
