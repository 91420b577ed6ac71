"""Editions in the page: what is marked, what is offered, and what changed, in both languages and for each who asks."""

import html
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from index.access import Handling, Principal
from index.desk import Desk
from index.library import Library
from index.result import Edition, Kin
from tests.fakes import OWNER, Shelf, principal
from tests.test_editions import OTHER, PLAN, SECOND, named, paper
from ui import citation, editions, library_routes, question, routes, scope
from ui.asking import AskRoom
from ui.house import House
from ui.images import PageImages
from ui.jobs import Jobs
from ui.question import Question
from ui.scope import Scope
from ui.words import Words

EN, SV = Words("en"), Words("sv")
BOTH = pytest.mark.parametrize("words", [EN, SV], ids=["en", "sv"])
HOSTILE = 'Plan <b onclick="x">2021</b> ${alert(1)}'


@dataclass
class Site:
    """The rooms over a library of two editions and a document of its own. `who` can be changed between requests."""

    client: TestClient
    library: Library
    desk: Desk
    ids: dict[str, int]
    who: Principal = OWNER

    def get(self, address: str, code: int = 200) -> str:
        answer = self.client.get(address)
        assert answer.status_code == code, answer.text
        return answer.text

    def ask(self, asked: Question, words: Words) -> str:
        *_, shown = AskRoom(self.library, self.desk, words, "corpus").ask(asked, self.who)
        return shown.html


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    with pytest.MonkeyPatch.context() as patch:
        shelf = Shelf(tmp_path_factory.mktemp("docs"), tmp_path_factory.mktemp("data"), patch)
        shelf.put("old.md", paper("Plan 2019", PLAN))
        shelf.put("new.md", paper("New", [*SECOND, "It says <script>alert(1)</script> ${alert(2)}."]))
        shelf.put("other.md", paper("Other", OTHER))
        shelf.catalogue(
            named("Plan 2019", "old.md", date="2019"), named(HOSTILE, "new.md", date="2021-03") | {"handling": "TLP:AMBER"},
            named("Other", "other.md"),
        )  # fmt: skip
        assert shelf.ingest().code == 0
        library, desk = shelf.library(), Desk(shelf.data)
        ids = {Path(info.path).stem: info.document_id for info in library.documents(OWNER)}
        house = House(
            library=library, desk=desk, jobs=Jobs(shelf.data), images=PageImages(shelf.data / "cache", lambda *_: b""),
            describe=lambda *_: None, corpus=shelf.folder, data=shelf.data, who=lambda headers: made.who,
        )  # fmt: skip
        app = FastAPI()
        app.include_router(routes.make(house))
        for language in ("en", "sv"):
            app.include_router(library_routes.make(house, Words(language)), prefix=f"/{language}")
        with TestClient(app) as client:
            made = Site(client, library, desk, ids)
            yield made
        library.close()


@pytest.fixture(autouse=True)
def as_owner(site: Site) -> None:
    site.who = OWNER


@BOTH
def test_a_document_tells_of_its_newer_edition_and_that_of_its_older(site: Site, words: Words) -> None:
    old, new = site.ids["old"], site.ids["new"]
    held = site.get(f"/{words.language}/library/{old}")
    assert words.newer_edition in held and f'href="/{words.language}/library/{new}"' in held
    assert f'href="/{words.language}/library/{new}/changes/{old}"' in held
    held = site.get(f"/{words.language}/library/{new}")
    assert words.older_editions in held and "Plan 2019 (2019)" in held
    assert f'href="/{words.language}/library/{new}/changes/{old}"' in held
    assert "d-editions" not in site.get(f"/{words.language}/library/{site.ids['other']}")


@BOTH
def test_nothing_is_told_of_an_edition_that_one_may_not_see(site: Site, words: Words) -> None:
    site.who = principal(Handling.GREEN)
    held = site.get(f"/{words.language}/library/{site.ids['old']}")
    assert "d-editions" not in held and "onclick" not in held
    shelf = site.get(f"/{words.language}/library")
    assert "k-old" not in shelf and "onclick" not in shelf
    asked = site.ask(Question(text="Number 3 says", scope=Scope(document=site.ids["old"])), words)
    assert "k-old" not in asked and "Plan 2019" in asked
    assert words.with_older not in site.ask(Question(text="Number 3 says"), words)
    assert "v-notice" not in site.get(f"/view/{site.ids['old']}?lang={words.language}")


@BOTH
def test_the_answer_says_what_it_left_out_and_offers_it(site: Site, words: Words) -> None:
    asked = Question(text="Number 3 says")
    said = site.ask(asked, words)
    assert words.count(words.older_left_n, 1) in said and "Plan 2019" not in said
    wider = Question(text=asked.text, scope=Scope(older=True))
    assert f'href="?{html.escape(question.write(wider))}"' in said and question.write(wider).endswith("editions=all")
    said = site.ask(wider, words)
    assert "Plan 2019" in said and words.older_asked in said and words.without_older in said
    assert said.count('k-old"') == 1 and f'href="/{words.language}/library/{site.ids["new"]}"' in said
    only = site.ask(Question(text="Number 3 says", scope=Scope(document=site.ids["old"])), words)
    assert "Plan 2019" in only and "k-old" in only and words.with_older not in only


@BOTH
def test_the_library_marks_older_editions_and_lists_them_alone(site: Site, words: Words) -> None:
    shelf = site.get(f"/{words.language}/library?state=older")
    assert shelf.count("k-old") == 1 and "Plan 2019" in shelf and f'library/{site.ids["other"]}"' not in shelf
    assert site.get(f"/{words.language}/library").count("k-old") == 1


@BOTH
def test_the_pages_and_the_citation_of_an_older_edition_say_so(site: Site, words: Words) -> None:
    newer = editions.name(Edition(document_id=1, title=HOSTILE, date="2021-03", edition="", kin=Kin.NEWER), words)
    said = words.superseded_by.format(edition=newer)
    assert "v-notice" in site.get(f"/view/{site.ids['old']}?lang={words.language}")
    hit = site.library.passages(site.ids["old"], principal=OWNER)[0]
    assert said in citation.plain(hit, words) and said not in citation.plain(hit, words, "").replace(said, "")
    assert "v-notice" in site.get(f"/context/{hit.passage_id}?lang={words.language}")
    new = site.library.passages(site.ids["new"], principal=OWNER)[0]
    assert words.superseded_by.format(edition="") not in citation.plain(new, words)


@BOTH
def test_what_changed_is_shown_with_its_pages_and_nothing_in_it_runs(site: Site, words: Words) -> None:
    old, new = site.ids["old"], site.ids["new"]
    shown = site.get(f"/{words.language}/library/{new}/changes/{old}")
    assert words.edition_changes in shown and words.count(words.changes_n, 5) in shown
    assert f'href="/{words.language}/library/{old}/changes/{new}"' in shown  # the other way round
    views = re.findall(r'href="(/view/[^"]+)"', shown)
    assert {view.split("?")[0] for view in views} == {f"/view/{old}", f"/view/{new}"}
    for view in views:
        assert 'id="hit"' in site.get(html.unescape(view))
    assert "The drones of the harbour now carry the loudspeakers" in shown
    assert "<script>alert" not in shown and "${" not in shown and "<b onclick" not in shown


@BOTH
def test_what_changed_is_for_those_who_may_see_both(site: Site, words: Words) -> None:
    old, new = site.ids["old"], site.ids["new"]
    site.who = principal(Handling.GREEN)
    for address in (f"{new}/changes/{old}", f"{old}/changes/{new}", f"{old}/changes/999", f"{old}/changes/x"):
        said = site.get(f"/{words.language}/library/{address}", 404)
        assert words.not_found in said and "drones" not in said and "onclick" not in said
    assert words.no_changes in site.get(f"/{words.language}/library/{old}/changes/{old}")


@pytest.mark.parametrize("part", ["", "?part=0", "?part=7", "?part=x", "?part=99999999999"])
def test_a_part_that_there_is_not_is_the_nearest(site: Site, part: str) -> None:
    assert "drones" in site.get(f"/en/library/{site.ids['new']}/changes/{site.ids['old']}{part}")


def test_a_scope_with_older_editions_is_read_from_its_address() -> None:
    assert scope.parse("editions=all") == Scope(older=True) and scope.parse("editions=no") == Scope()


@BOTH
def test_an_edition_is_named_by_its_date_or_its_number(words: Words) -> None:
    def name(title: str, date: str, edition: str) -> str:
        return editions.name(Edition(document_id=1, title=title, date=date, edition=edition, kin=Kin.COPY), words)

    assert name("Plan", "2021", "2") == "Plan (2021)"
    assert name("Plan", "", "2") == f"Plan ({words.edition_number.format(n=2)})"
    assert name("", "", "") == words.untitled
    assert editions.badge(None, words) == editions.line(None, words) == ""
