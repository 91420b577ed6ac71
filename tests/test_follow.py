"""The Follow room: questions are followed, what is new for them is shown until it is marked as seen, and saved as a digest."""

import csv
import io
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from html import unescape
from html.parser import HTMLParser
from pathlib import Path
from typing import Any, cast
from urllib.parse import parse_qs, urlsplit

import pytest
from docx import Document
from fastapi import FastAPI
from starlette.testclient import TestClient

from index.access import Principal
from index.desk import Desk
from index.errors import StoreError
from index.result import Hit, Result
from tests.fake_library import HOSTILE_TITLE, OWNER, READER, FakeLibrary
from ui import digest, follow_routes, following, front_routes, latest, question
from ui.house import House
from ui.question import Filters, Question
from ui.say import Pair
from ui.scope import Scope
from ui.words import Words
from ui.words_follow import FollowWords

EN, SV = Words("en"), Words("sv")
BROWSER = {"accept": "text/html,application/xhtml+xml"}
ASKED = "q=Who+warned%3F"


class Growing(FakeLibrary):
    """A library that documents come into, and that can say how sure its answers are."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self.sure: dict[bool, float] = {}  # whether only some documents are asked -> confidence
        self.later = self.infos.pop(3)
        self.scores: dict[int, float] = {}
        self.unmarked: set[int] = set()

    def add(self, **known: Any) -> int:
        """A new document comes in: the secret one, or what it is made into."""
        number = max(self.infos, default=0) + 1
        self.paths[number], self.texts[number] = self.paths[3], ("The new exercise began at noon. It rained.",)
        self.infos[number] = replace(self.later, document_id=number, **known)
        return number

    def search(self, question: str, *, where: Mapping[str, Sequence[str]] = {}, **known: Any) -> Result:
        result = super().search(question, where=where, **known)
        hits = tuple(
            replace(
                hit, score=self.scores.get(hit.document_id, hit.score), more=self.more,
                marks=() if hit.document_id in self.unmarked else hit.marks,
            )
            for hit in result.hits
        )  # fmt: skip
        return replace(result, hits=hits, confidence=self.sure.get("document" in where, 0.0))


@dataclass
class Site:
    """The room alone, over a library that grows and a real desk."""

    client: TestClient
    library: Growing
    desk: Desk
    house: House
    who: Principal = OWNER

    def get(self, address: str, status: int = 200) -> Any:
        answer = self.client.get(address, headers=BROWSER)
        assert answer.status_code == status, answer.text[:300]
        return answer

    def post(self, to: str, status: int = 303, **fields: str) -> Any:
        answer = self.client.post(to, data=fields, headers=BROWSER, follow_redirects=False)
        assert answer.status_code == status, answer.text[:300]
        return answer

    def follow(self, address: str = ASKED) -> int:
        self.post("/en/follow", address=address)
        return self.desk.followed(self.who)[0].followed_id

    def news(self) -> list[list[int]]:
        """The documents of what is new, question by question."""
        return [[hit.document_id for hit in one.hits] for one in following.news(self.house, self.who)]

    def counts(self, language: str = "en") -> Any:
        return self.client.get(f"/{language}/counts").json()


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    library, desk = Growing(tmp_path / "corpus"), Desk(tmp_path / "data")
    none = cast(Any, None)
    found: Site
    house = House(
        library=library, desk=desk, jobs=none, images=none, describe=none, corpus=tmp_path / "corpus", data=tmp_path / "data",
        who=lambda headers: found.who,
    )  # fmt: skip
    app = FastAPI()
    for language in ("en", "sv"):
        for room in (follow_routes, front_routes):
            app.include_router(room.make(house, Words(language)), prefix=f"/{language}")
    with TestClient(app) as client:
        found = Site(client, library, desk, house)
        yield found


def plain(html: str) -> str:
    """What a reader sees: without tags, entities resolved, white space as one space."""
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", html)).split())


def attributes(html: str) -> set[str]:
    found: set[str] = set()

    class Tags(HTMLParser):
        def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
            found.update(name for name, _ in attrs)

    Tags().feed(html)
    return found


# -- following


def test_a_question_is_followed_in_one_spelling_from_now_on(site: Site) -> None:
    address = "?year_to=2021&city=London&q=Who+warned%3F&city=Bergen&translate=no&nonsense=1"
    location = site.post("/sv/follow", address=address).headers["location"]
    (one,) = site.desk.followed(OWNER)
    assert one.address == "q=Who+warned%3F&city=Bergen&city=London&year_to=2021&translate=no"
    assert one.seen_document == 2
    assert location == f"/sv/follow?now={one.followed_id}#follow-{one.followed_id}"
    assert "Nu bevakar du ”Who warned?”" in plain(site.get(location).text)
    site.follow("/en/?translate=no&city=Bergen&q=Who+warned%3F&city=London&year_to=2021")
    assert len(site.desk.followed(OWNER)) == 1


def test_a_question_to_one_document_is_followed_in_the_whole_library(site: Site) -> None:
    site.follow(ASKED + "&document=1&translate=no")
    assert site.desk.followed(OWNER)[0].address == ASKED + "&translate=no"


@pytest.mark.parametrize("address", ["", "?", "city=London", "q=+", "\x00", "%", "q" * 5000])
def test_without_a_question_there_is_nothing_to_follow(site: Site, address: str) -> None:
    assert EN.no_question_to_follow in site.post("/en/follow", 400, address=address).text
    assert site.desk.followed(OWNER) == []


def test_a_reader_follows_too_and_nobody_sees_what_others_follow(site: Site) -> None:
    site.follow("q=Mine")
    site.who = READER
    assert EN.nothing_followed in site.get("/en/follow").text
    site.follow("q=Theirs")
    assert [one.address for one in site.desk.followed(READER)] == ["q=Theirs"]


# -- what is new


def test_new_is_what_answers_from_documents_that_came_later(site: Site) -> None:
    site.follow()
    assert site.news() == [[]]
    assert not site.library.asked  # nothing came, so nothing is asked
    number = site.library.add()
    assert site.news() == [[number]]
    (asked, whole) = site.library.asked
    assert asked["where"] == {"document": [str(number)]} and asked["principal"] == OWNER
    assert whole["where"] == {}


def test_the_filters_of_a_question_hold_for_what_is_new(site: Site) -> None:
    site.follow(ASKED + "&kind=report&year_from=2020&translate=no")
    site.library.add()
    site.news()
    assert site.library.asked[0]["where"] == {"kind": ("report",), "year": ["2020", "2021", "2022"], "document": ["3"]}
    assert not site.library.asked[0]["translate"]


def test_what_does_not_answer_is_not_new(site: Site) -> None:
    site.follow("q=Is+there+nothing%3F")  # the library in memory answers no question with this word
    site.library.add()
    assert site.news() == [[]]


def test_what_answers_much_less_surely_than_the_library_does_is_not_new(site: Site) -> None:
    site.follow()
    site.library.add()
    site.library.sure = {True: 3.9, False: 10.0}
    assert site.news() == [[]]
    site.library.sure = {True: 4.0, False: 10.0}
    site.library.infos[3] = replace(site.library.infos[3], title="Described anew")
    assert site.news() == [[3]]


def test_beside_what_is_quoted_only_near_passages_with_an_answering_sentence_count(site: Site) -> None:
    site.follow()
    numbers = [site.library.add(sha256=f"{n:064x}") for n in range(5)]
    best, near, far, bare, also = numbers
    site.library.scores = {best: 1.0, near: 0.7, far: 0.5, bare: 0.9, also: 0.61}
    site.library.unmarked = {bare}
    assert site.news() == [[best, near, also]]


def test_what_a_person_may_not_see_is_never_new(site: Site) -> None:
    site.who = READER
    site.follow()
    number = site.library.add()
    assert (site.news(), site.counts()["follow"]) == ([[]], {"shown": "", "said": ""})
    assert EN.no_news in site.get("/en/follow").text
    site.library.infos[number] = replace(site.library.infos[number], handling="TLP:GREEN")
    assert site.news() == [[number]]
    site.library.infos[number] = replace(site.library.infos[number], handling="TLP:RED")
    assert site.news() == [[]]


def test_the_same_is_asked_only_once(site: Site) -> None:
    site.follow()
    site.library.add()
    for language in ("en", "sv", "en"):
        assert site.counts(language)["follow"]["shown"] == "1"
    site.get("/sv/follow")
    assert len(site.library.asked) == 2
    site.library.infos[3] = replace(site.library.infos[3], handling="TLP:AMBER")
    site.counts()
    assert len(site.library.asked) == 4  # its mark is another


def test_the_count_in_the_header_waits_for_no_model(site: Site) -> None:
    site.follow()
    site.library.add()
    site.library.loaded.clear()
    assert site.counts()["follow"] == {"shown": "", "said": ""} and site.library.asked == []
    site.library.loaded.set()
    assert site.counts("sv")["follow"] == {"shown": "1", "said": "1 nytt textställe"}
    site.library.failing = StoreError("damaged")
    site.library.add(sha256="9" * 64)
    assert site.counts() == {"collected": {"shown": "", "said": ""}}


# -- the room


@pytest.mark.parametrize("language", ["en", "sv"])
def test_where_nothing_is_followed_the_room_says_how(site: Site, language: str) -> None:
    words = Words(language)
    html = site.get(f"/{language}/follow").text
    assert words.nothing_followed in html and words.follow_this in html and html.count("<h1") == 1


def test_each_question_stands_with_its_filters_and_what_is_new(site: Site) -> None:
    quiet = site.follow("q=Quiet%3F")
    site.library.add()
    site.follow(ASKED + "&city=Manchester&kind=report&language=sv&year_from=2018&year_to=2021&translate=no")
    site.library.add(handling="TLP:AMBER", sha256="8" * 64)
    site.desk.looked_at(OWNER, quiet, 4)
    site.library.more = 5
    html = site.get("/en/follow").text
    told = plain(html)
    assert re.search(r"1 new passage from 1 document since \d+ \w+ \d{4} Who warned\?", told)
    assert "city: Manchester kind: report language: Swedish year: 2018–2021 your own words only" in told
    assert "The new exercise began at" in told and "TLP:AMBER" in told
    assert re.search(r"Nothing new Quiet\? Nothing new since", told)
    assert 'data-keep="4" data-asked="Who warned?"' in unescape(html)
    assert "5 more from this document" in told and "&document=4" in unescape(html)
    assert "2 questions followed · something new for 1" in told
    (viewer,) = re.findall(r'href="(/view/4\?[^"]+)"', html)
    assert parse_qs(urlsplit(unescape(viewer)).query)["mark"] == ["0-25"]


def test_the_room_is_wholly_in_its_language(site: Site) -> None:
    site.follow()
    site.library.add()
    html = site.get("/sv/follow").text
    assert "1 nytt textställe ur 1 dokument sedan" in plain(html)
    english = [pair.en for name, pair in vars(FollowWords).items() if isinstance(pair, Pair) and len(pair.en) > 6]
    assert [text for text in english if f">{text}<" in html or f'"{text}"' in html] == []


def test_hostile_titles_and_questions_stay_text(site: Site) -> None:
    question_of = '<script>alert(1)</script> "${x}" \u202e ' + "w" * 900
    site.follow(question.write(Question(text=question_of, filters=Filters(city=('"><img src=x>',)))))
    site.library.add(title=HOSTILE_TITLE)
    answer = site.get("/en/follow")
    html = answer.text
    assert "<img" not in html and "${" not in html and "<script>" not in html
    assert not [name for name in attributes(html) if name.startswith("on") or name == "style"]
    assert HOSTILE_TITLE in unescape(html) and "w" * 900 in html
    assert "script-src 'self';" in answer.headers["content-security-policy"]


def test_headings_and_names_are_there_for_screen_readers(site: Site) -> None:
    site.follow("q=One")
    site.follow("q=Two")
    site.library.add()
    html = site.get("/en/follow").text
    assert re.findall(r"<(h[1-6])", html) == ["h1", "h2", "h3", "h2", "h3"]
    site.post("/en/follow/seen", id=str(site.desk.followed(OWNER)[0].followed_id))
    html = site.get("/en/follow").text
    assert re.findall(r"<(h[1-6])", html) == ["h1", "h2", "h3", "h2", "h3"]
    for names in (re.findall(r'aria-label="([^"]+)"', html), re.findall(r' id="([^"]+)"', html)):
        assert len(names) == len(set(names))


def test_much_that_is_new_is_folded_away_but_for_the_first(site: Site) -> None:
    site.follow()
    for n in range(7):
        site.library.add(sha256=f"{n:064x}", title=f"Title {n}")
    site.library.scores = {n: 1.0 for n in range(20)}
    html = site.get("/en/follow").text
    shown, _, folded = html.partition("<details")
    assert (shown.count("fw-passage"), folded.count("fw-passage")) == (4, 3)
    assert "3 more passages" in plain(folded)


def test_while_the_model_loads_what_is_new_comes_by_itself(site: Site) -> None:
    site.follow()
    site.library.add()
    site.library.loaded.clear()
    html = site.get("/en/follow").text
    assert 'data-live="/en/follow/questions"' in html and EN.follow_loading in html and "Who warned?" in html
    assert EN.nothing_new_since[:11] not in plain(html)  # that is not known yet
    answer = site.get("/en/follow/questions")
    assert answer.headers["x-done"] == "no"
    site.library.loaded.set()
    answer = site.get("/en/follow/questions")
    assert answer.headers["x-done"] == "yes" and "1 new passage from 1 document" in answer.text
    site.library.broken = StoreError("The library is damaged.")
    answer = site.get("/en/follow/questions")
    assert answer.headers["x-done"] == "yes" and "The library is damaged." in answer.text


def test_an_empty_library_has_nothing_new(site: Site) -> None:
    site.library.infos.clear()
    site.follow()
    assert site.desk.followed(OWNER)[0].seen_document == 0
    assert EN.quiet_questions in site.get("/en/follow").text


def test_parameters_that_make_no_sense_are_passed_over(site: Site) -> None:
    site.follow()
    for query in ("now=99", "now=x", "stopped=%00", "stopped=", "seen=5", f"stopped={'%26' * 2000}", "now=" + "9" * 50):
        assert "kept-notice" not in site.get(f"/en/follow?{query}").text


# -- marking, letting go


def test_looking_marks_nothing_and_the_button_does(site: Site) -> None:
    number = site.follow()
    site.library.add()
    for _ in range(2):
        assert EN.mark_seen in site.get("/en/follow").text
    assert site.post("/en/follow/seen", id=str(number), newest="3").headers["location"] == "/en/follow"
    assert site.news() == [[]] and EN.mark_seen not in site.get("/en/follow").text


def test_what_came_after_the_page_was_shown_is_not_marked(site: Site) -> None:
    number = site.follow()
    site.library.add()
    (upto,) = set(re.findall(r'name="newest" value="(\d+)"', site.get("/en/follow").text))
    later = site.library.add(sha256="7" * 64)
    site.post("/en/follow/seen", id=str(number), newest=upto)
    assert site.news() == [[later]]


def test_all_are_marked_at_once(site: Site) -> None:
    site.follow("q=One")
    site.follow("q=Two")
    site.library.add()
    (ids,) = re.findall(r'name="id" value="([\d,]+)"><input type="hidden" name="newest" value="3"><button class="k-button">',
                        site.get("/en/follow").text)  # fmt: skip
    site.post("/en/follow/seen", id=ids, newest="3")
    assert site.news() == [[], []]


@pytest.mark.parametrize("newest", ["", "0", "999", "x", "9" * 30])
def test_nothing_that_has_not_come_yet_is_marked(site: Site, newest: str) -> None:
    number = site.follow()
    site.library.add()
    site.post("/en/follow/seen", id=str(number), newest=newest)
    assert site.desk.followed(OWNER)[0].seen_document == 3


@pytest.mark.parametrize("does", ["seen", "stop"])
@pytest.mark.parametrize("number", ["", "0", "99", "x", ",,,", "9" * 30])
def test_a_question_that_is_not_followed_cannot_be_changed(site: Site, does: str, number: str) -> None:
    site.follow()
    assert EN.no_such_followed in site.post(f"/en/follow/{does}", 404, id=number).text
    assert len(site.desk.followed(OWNER)) == 1


def test_a_question_is_let_go_and_followed_again_where_it_was(site: Site) -> None:
    number = site.follow(ASKED + "&city=London")
    new = site.library.add()
    location = site.post("/en/follow/stop", id=str(number)).headers["location"]
    assert site.desk.followed(OWNER) == []
    html = site.get(location).text
    assert "You no longer follow “Who warned?”." in plain(html)
    fields = dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)">', html))
    site.post("/sv/follow", **{name: unescape(value) for name, value in fields.items()})
    (one,) = site.desk.followed(OWNER)
    assert (one.address, one.seen_document) == (ASKED + "&city=London", 2)
    assert site.news() == [[new]]
    assert "You no longer follow" not in plain(site.get(location).text)


def test_nobody_lets_go_what_another_follows(site: Site) -> None:
    number = site.follow()
    site.who = READER
    site.post("/en/follow/stop", 404, id=str(number))
    site.post("/en/follow/seen", 404, id=str(number))
    assert len(site.desk.followed(OWNER)) == 1


def test_a_desk_that_cannot_be_written_is_told(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> None:
        raise StoreError("The disk is full.")

    monkeypatch.setattr(site.desk, "follow", full)
    told = plain(site.post("/en/follow", 503, address=ASKED).text)
    assert "The disk is full." in told and "Nothing is lost" in told


def test_switching_the_language_on_the_answer_to_a_form_leads_to_the_room(site: Site) -> None:
    for does in ("seen", "stop"):
        answer = site.client.get(f"/sv/follow/{does}", follow_redirects=False)
        assert (answer.status_code, answer.headers["location"]) == (303, "/sv/follow")


# -- the digest


@pytest.mark.parametrize("kind", ["docx", "md", "csv"])
def test_a_digest_is_a_download_of_what_is_new(site: Site, kind: str) -> None:
    site.follow()
    assert EN.nothing_new_to_save in site.get(f"/en/follow.{kind}", 404).text
    assert f"/en/follow.{kind}" not in site.get("/en/follow").text
    site.library.add()
    assert f'href="/en/follow.{kind}"' in site.get("/en/follow").text
    answer = site.get(f"/en/follow.{kind}")
    named = rf'attachment; filename="kalla-follow-\d{{4}}-\d\d-\d\d\.{kind}"'
    assert re.fullmatch(named, answer.headers["content-disposition"]) and "no-store" in answer.headers["cache-control"]


def test_the_digest_holds_questions_sentences_references_and_marks(site: Site) -> None:
    site.follow(ASKED + "&kind=report")
    site.library.add(edition="3", attributable=False, city=("Hiddentown",), organisation="Hidden")
    site.follow("q=Quiet+nothing")
    text = site.get("/en/follow.md").text
    assert text.startswith("# New for your standing questions\n\n**Contains TLP:RED**\n\nDigest made in Källa by owner, ")
    assert "## Who warned?" in text and "kind: report" in text and "Quiet" not in text
    assert "> The new exercise began at" in text and "Secret exercise, edition 3, 2022, TLP:RED, may not be attributed" in text
    table = list(csv.reader(io.StringIO(site.get("/sv/follow.csv").content.decode("utf-8-sig")), delimiter=";"))
    named = dict(zip(table[-2], table[-1], strict=True))
    assert (named["Fråga"], named["Filter"], named["Hantering"]) == ("Who warned?", "typ: rapport", "TLP:RED")
    assert named["Svarande ord"] == "The new exercise began at" and named["Textställe"].endswith("It rained.")
    document = Document(io.BytesIO(site.get("/en/follow.docx").content))
    read = [(one.style.name, one.text) for one in document.paragraphs]
    assert ("Heading 1", "Who warned?") in read and ("Quote", "The new exercise began at") in read
    assert document.sections[0].header.paragraphs[0].text.strip() == "TLP:RED"
    assert "Hidden" not in text + str(table) + str(read)


def test_sentences_apart_are_quoted_with_what_is_left_out_shown(tmp_path: Path) -> None:
    hit: Hit = FakeLibrary(tmp_path).hit(1, 3, marks=((0, 10), (11, 21), (25, 34)))
    assert latest.said(hit) == " ".join([hit.text[:10], hit.text[11:21], "[…]", hit.text[25:34]])
    assert latest.said(replace(hit, marks=())) == hit.text


def test_filters_are_said_in_the_language_of_the_room() -> None:
    filters = Filters(language=("sv", "en"), year_to="2020", handling=("TLP:GREEN",))
    asked = Question(text="?", filters=filters, scope=Scope(translate=False))
    assert latest.filters(asked, SV) == ["språk: svenska, engelska", "hantering: TLP:GREEN", "år: –2020", "bara dina egna ord"]
    assert latest.filters(Question(text="?"), EN) == []


def test_a_digest_of_nothing_has_no_mark() -> None:
    assert digest.head([], "anna", "2026-11-24T13:02:00+00:00", EN).mark == ""
