"""The Collected room: passages are kept, read, noted, put in order, let go and brought back, and saved with their references."""

import csv
import io
import re
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from html import unescape
from html.parser import HTMLParser
from pathlib import Path
from typing import Any, cast

import pytest
from docx import Document
from fastapi import FastAPI
from starlette.testclient import TestClient

from index.access import Handling, Principal, Role
from index.desk import Desk
from index.deskitems import Excerpt, Kept
from index.errors import StoreError
from index.result import DocumentInfo, Hit
from tests.fake_library import HOSTILE_TITLE, OWNER, READER, FakeLibrary
from ui import collected_routes, collectedfiles, collecting, collection, exports, forms, front_routes, references
from ui.collecting import Item, State
from ui.house import House
from ui.references import Head
from ui.say import Pair
from ui.words import Words
from ui.words_collected import CollectedWords

EN, SV = Words("en"), Words("sv")
HEAD = Head(mark="TLP:AMBER", who="anna@example.org", when="24 November 2026, 14:02")
EDITOR = Principal(name="editor", role=Role.EDITOR, clearance=Handling.RED)
BROWSER = {"accept": "text/html,application/xhtml+xml"}


@dataclass
class Site:
    """The room alone, over the library in memory and a real desk."""

    client: TestClient
    library: FakeLibrary
    desk: Desk
    who: Principal = OWNER

    def get(self, address: str, status: int = 200) -> Any:
        answer = self.client.get(address, headers=BROWSER)
        assert answer.status_code == status, answer.text[:300]
        return answer

    def post(self, address: str, status: int = 303, **fields: str) -> Any:
        """Send a form as a browser does."""
        answer = self.client.post(address, data=fields, headers=BROWSER, follow_redirects=False)
        assert answer.status_code == status, answer.text[:300]
        return answer

    def fetch(self, address: str, status: int = 200, **fields: str) -> Any:
        """Send a form as kalla.js does."""
        answer = self.client.post(address, data=fields, follow_redirects=False)
        assert answer.status_code == status, answer.text[:300]
        return answer.json()

    def keep(self, passages: str = "1,2,3", question: str = "Who warned?") -> list[int]:
        self.fetch("/en/collected/keep", passages=passages, question=question)
        return [one.kept_id for one in self.desk.kept(self.who)]

    def order(self) -> list[int]:
        return [one.excerpt.document_id for one in self.desk.kept(self.who)]


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    library, desk = FakeLibrary(tmp_path / "corpus"), Desk(tmp_path / "data")
    found = Site(cast(TestClient, None), library, desk)
    none = cast(Any, None)
    house = House(
        library=library, desk=desk, jobs=none, images=none, describe=none, corpus=tmp_path / "corpus", data=tmp_path / "data",
        who=lambda headers: found.who,
    )  # fmt: skip
    app = FastAPI()
    for language in ("en", "sv"):
        for room in (collected_routes, front_routes):
            app.include_router(room.make(house, Words(language)), prefix=f"/{language}")
    with TestClient(app) as client:
        found.client = client
        yield found


def plain(html: str) -> str:
    """What a reader sees: without tags, entities resolved, white space as one space."""
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", html)).split())


class Tags(HTMLParser):
    """The elements of a page with their attributes."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str]]] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, {name: value or "" for name, value in attrs}))

    def all(self, tag: str, **having: str) -> list[dict[str, str]]:
        return [known for name, known in self.found if name == tag and all(known.get(k) == v for k, v in having.items())]


def excerpt(**known: Any) -> Excerpt:
    given: dict[str, Any] = {
        "document_id": 1, "sha256": "ab12cd34" * 8, "path": "/corpus/warning.pdf", "title": "Warning the public",
        "kind": "report", "organisation": "Manchester Group", "city": ("Manchester",), "date": "2020-06-15", "language": "en",
        "edition": "2", "source": "https://example.org/warning_100%25.pdf", "format": "pdf", "page": 22, "page_end": 23,
        "page_label": "14–15", "section": ("4 Warning", "4.2 Inside"), "text": "Staff repeated one sentence.", "start": 0,
        "end": 28, "handling": "TLP:GREEN", "attributable": True,
    } | known  # fmt: skip
    return Excerpt(**given)


def kept(number: int = 1, *, question: str = "Who warned?", note: str = "", **known: Any) -> Kept:
    return Kept(kept_id=number, excerpt=excerpt(**known), question=question, note=note, kept="2026-11-24T13:02:00+00:00")


def item(number: int = 1, state: State = State.SAME, **known: Any) -> Item:
    return Item(kept=kept(number, **known), state=state)


def described(number: int, **known: Any) -> DocumentInfo:
    given: dict[str, Any] = {
        "document_id": number, "path": f"{number}.md", "paths": (f"{number}.md",), "title": "A record", "kind": "", "city": (),
        "organisation": "", "theme": (), "date": "", "language": "en", "edition": "", "handling": "TLP:CLEAR",
        "attributable": True, "source": "", "format": "markdown", "sha256": "", "pages": 1, "pages_without_text": (),
        "passages": 1, "added": "",
    } | known  # fmt: skip
    return DocumentInfo(**given)


# -- keeping


def test_passages_are_kept_in_order_with_the_question(site: Site) -> None:
    assert site.fetch("/en/collected/keep", passages="2, 1,2", question="Who  warned?") == {"kept": 2, "total": 2}
    assert site.fetch("/sv/collected/keep", passages="1,3", question="Other") == {"kept": 1, "total": 3}
    assert site.order() == [2, 1, 3]
    first, second, _ = site.desk.kept(OWNER)
    assert (first.question, second.question) == ("Who warned?", "Who warned?")
    assert second.excerpt.text.startswith("Staff at the exits") and second.excerpt.page_label == "14–16"


def test_a_plain_form_leads_to_the_room(site: Site) -> None:
    assert site.post("/sv/collected/keep", passages="1", question="Vem?").headers["location"] == "/sv/collected"
    assert site.order() == [1]


@pytest.mark.parametrize("passages", ["", ",,", "x", "-1", "99", "1.5", "9" * 40, "' OR 1=1"])
def test_what_is_no_passage_is_passed_over(site: Site, passages: str) -> None:
    assert site.fetch("/en/collected/keep", passages=passages, question="?") == {"kept": 0, "total": 0}


def test_what_a_person_may_not_see_cannot_be_kept(site: Site) -> None:
    site.who = READER
    assert site.fetch("/en/collected/keep", passages="3,1", question="?") == {"kept": 1, "total": 1}
    assert site.order() == [1]


def test_at_most_fifty_are_kept_at_once(site: Site) -> None:
    asked: list[int] = []
    found = site.library.neighbours

    def counted(passage_id: int, **known: Any) -> tuple[Hit, ...]:
        asked.append(passage_id)
        return found(passage_id, **known)

    site.library.neighbours = counted  # type: ignore[method-assign]
    site.keep(",".join(map(str, range(1, 500))))
    assert asked == list(range(1, 51))


def test_a_form_that_is_too_large_is_not_read(site: Site) -> None:
    answer = site.fetch("/en/collected/keep", passages="1", question="x" * forms.MOST_SENT)
    assert answer == {"kept": 0, "total": 0}


def test_a_desk_that_cannot_be_written_is_told_and_nothing_is_lost(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> int:
        raise StoreError("The disk is full.")

    monkeypatch.setattr(site.desk, "keep", full)
    assert "The disk is full." in site.fetch("/en/collected/keep", 503, passages="1", question="?")["problem"]
    told = plain(site.post("/en/collected/keep", 503, passages="1", question="?").text)
    assert "The disk is full." in told and "Nothing is lost" in told


# -- the room


@pytest.mark.parametrize(("language", "title"), [("en", "Nothing is kept yet"), ("sv", "Inget är sparat än")])
def test_an_empty_collection_says_how_to_keep(site: Site, language: str, title: str) -> None:
    html = site.get(f"/{language}/collected").text
    words = Words(language)
    assert title in html and words.keep_all in html and f'href="/{language}/"' in html
    assert html.count("<h1") == 1


def test_each_passage_is_set_with_words_reference_mark_and_question(site: Site) -> None:
    site.keep("1")
    html = site.get("/en/collected").text
    told = plain(html)
    assert "Staff at the exits repeated one short sentence." in told
    assert "Warning the public, Manchester, June 2020, p. 14–16 (PDF page 1–3), TLP:GREEN" in told
    assert "1 passage from 1 document" in told
    assert '<span class="tlp tlp-green">TLP:GREEN</span>' in html
    assert 'href="/en/?q=Who+warned%3F"' in html
    (show,) = Tags(html).all("a", target="_blank")
    sha = site.library.infos[1].sha256
    assert show["href"] == f"/view/1?start=19&end=172&p=1&mark=19-172&v={sha[:12]}&lang=en"


def test_the_room_is_wholly_in_its_language(site: Site) -> None:
    site.keep("1")
    html = site.get("/sv/collected").text
    assert 'lang="sv"' in html and "Samlade textställen" in html and "1 textställe ur 1 dokument" in html
    assert "juni 2020, s. 14–16 (PDF-sida 1–3)" in plain(html)
    english = [pair.en for name, pair in vars(CollectedWords).items() if isinstance(pair, Pair) and len(pair.en) > 6]
    assert [text for text in english if f">{text}<" in html or f'"{text}"' in html] == []


def test_hostile_titles_and_words_stay_text(site: Site) -> None:
    long = "W" * 3000
    site.library.infos[1] = replace(site.library.infos[1], title=f"\u202egnp.exe {long}")
    site.keep("1,2", question='<script>alert(9)</script> "${x}"')
    answer = site.get("/en/collected")
    tags = Tags(answer.text)
    assert not tags.all("img") and not tags.all("style")
    assert all(known.get("src", "").startswith("/static/") for known in tags.all("script"))
    assert not [name for _, known in tags.found for name in known if name.startswith("on") or name == "style"]
    assert HOSTILE_TITLE in unescape(answer.text) and long in answer.text and "${" not in answer.text


def test_the_room_holds_to_the_strict_policy(site: Site) -> None:
    site.keep("1")
    headers = site.get("/en/collected").headers
    assert "script-src 'self';" in headers["content-security-policy"] and "no-store" in headers["cache-control"]


def test_headings_labels_and_names_are_there_for_screen_readers(site: Site) -> None:
    site.keep("1,2")
    tags = Tags(site.get("/en/collected").text)
    assert [name for name, _ in tags.found if re.fullmatch("h[1-6]", name)] == ["h1", "h2", "h2"]
    labelled = {known["for"] for known in tags.all("label")}
    assert {known["id"] for known in tags.all("textarea")} == labelled and len(labelled) == 2
    names = [known["aria-label"] for known in tags.all("button") if "aria-label" in known]
    assert len(names) == len(set(names))  # every button says which passage it is for
    ids = [known["id"] for _, known in tags.found if "id" in known]
    assert len(ids) == len(set(ids))


def test_parameters_that_make_no_sense_are_passed_over(site: Site) -> None:
    site.keep("1")
    for query in ("gone=99", "gone=x", "back=-1", "back=" + "9" * 400, "gone=1&gone=2"):
        assert "kept-notice" not in site.get(f"/en/collected?{query}").text


def test_a_broken_library_raises_its_own_error(site: Site) -> None:
    site.keep("1")
    site.library.broken = StoreError("The library is damaged.")
    with pytest.raises(StoreError):
        site.client.get("/en/collected")


# -- what became of the source


def test_a_quotation_stays_where_its_document_has_changed_or_gone(site: Site) -> None:
    site.keep("1,2,3")
    infos = site.library.infos
    infos[1] = replace(infos[1], sha256="0" * 64)
    secret = infos.pop(3)
    infos[7] = replace(infos.pop(2), document_id=7)  # the same content, read again
    html = site.get("/en/collected").text
    told = plain(html)
    assert told.count(EN.source_changed) == 1 and told.count(EN.source_left) == 1
    assert "Staff at the exits" in told and "The secret exercise began" in told
    assert 'href="/en/library/7"' in html and f"/view/{secret.document_id}?" not in html
    states = [one.state for one in collecting.collection(site.library, site.desk, OWNER)]
    assert states == [State.CHANGED, State.SAME, State.GONE]


def test_another_document_at_the_same_path_is_a_changed_source(site: Site) -> None:
    site.keep("1")
    infos = site.library.infos
    infos[8] = replace(infos.pop(1), document_id=8, sha256="1" * 64)
    (one,) = collecting.collection(site.library, site.desk, OWNER)
    assert (one.state, one.excerpt.document_id) == (State.CHANGED, 8)


def test_a_stricter_mark_of_the_source_counts_from_now_on(site: Site) -> None:
    site.who = READER
    site.keep("1,2")
    infos = site.library.infos
    infos[2] = replace(infos[2], handling="TLP:GREEN")
    assert "Handled together as TLP:GREEN" in plain(site.get("/en/collected").text)
    infos[1] = replace(infos[1], handling="TLP:AMBER")  # above what a reader may see
    html = site.get("/en/collected").text
    assert "Staff at the exits" not in html and "1 passage from 1 document" in html and "AMBER" not in html
    assert site.client.get("/en/counts").json()["collected"]["shown"] == "(1)"
    assert "Staff" not in site.get("/en/collected.md").text
    infos[1] = replace(infos[1], handling="TLP:CLEAR")  # a mark that is loosened does not loosen what was kept
    assert [one.excerpt.handling for one in collecting.collection(site.library, site.desk, READER)] == ["TLP:GREEN"] * 2


def test_what_may_no_longer_be_attributed_is_not(site: Site) -> None:
    site.keep("1")
    site.library.infos[1] = replace(site.library.infos[1], attributable=False)
    for address in ("/en/collected", "/en/collected.md", "/en/collected.csv", "/en/collected.bib", "/en/collected.ris"):
        assert "Manchester" not in site.get(address).text, address


def test_everybody_has_a_collection_of_their_own(site: Site) -> None:
    site.keep("1")
    site.who = READER
    assert "Nothing is kept yet" in site.get("/en/collected").text
    assert site.client.get("/en/counts").json()["collected"] == {"shown": "", "said": ""}


# -- notes, order, letting go


def test_a_note_is_saved_by_script_and_without(site: Site) -> None:
    first, second = site.keep("1,2")
    assert site.fetch("/en/collected/note", id=str(first), note=" For the annex\r\nperhaps ") == {"saved": True}
    answer = site.post("/en/collected/note", id=str(second), note="</textarea><script>x</script>")
    assert answer.headers["location"] == f"/en/collected#kept-{second}"
    assert [one.note for one in site.desk.kept(OWNER)] == ["For the annex\nperhaps", "</textarea><script>x</script>"]
    html = site.get("/en/collected").text
    assert "For the annex\nperhaps</textarea>" in html and "<script>x" not in html


def test_a_note_that_is_too_long_is_refused_as_a_whole(site: Site) -> None:
    (first,) = site.keep("1")
    long = "x" * (collecting.LONGEST_NOTE + 1)
    assert "10,000" in plain(site.post("/en/collected/note", 400, id=str(first), note=long).text)
    assert "10\N{NO-BREAK SPACE}000" in unescape(site.post("/sv/collected/note", 400, id=str(first), note=long).text)
    assert site.desk.kept(OWNER)[0].note == ""


@pytest.mark.parametrize("does", ["note", "move", "remove"])
@pytest.mark.parametrize("number", ["", "0", "99", "x", "9" * 30])
def test_what_is_not_in_the_collection_cannot_be_changed(site: Site, does: str, number: str) -> None:
    site.keep("1")
    assert EN.no_such_kept in site.post(f"/en/collected/{does}", 404, id=number, note="n", to="up").text
    assert site.order() == [1]


def test_a_note_that_was_not_sent_is_not_taken_for_an_empty_one(site: Site) -> None:
    (first,) = site.keep("1")
    site.fetch("/en/collected/note", id=str(first), note="kept")
    site.post("/en/collected/note", 404, id=str(first))
    assert site.desk.kept(OWNER)[0].note == "kept"


@pytest.mark.parametrize(
    ("which", "to", "order", "place"),
    [
        (1, "up", [2, 1, 3], 1),
        (1, "down", [1, 3, 2], 3),
        (0, "up", [1, 2, 3], 1),
        (2, "down", [1, 2, 3], 3),
        (0, "3", [2, 3, 1], 3),
        (2, "1", [3, 1, 2], 1),
        (0, "99", [2, 3, 1], 3),
        (1, "nonsense", [1, 2, 3], 2),
        (1, "", [1, 2, 3], 2),
    ],
)
def test_a_passage_is_moved_to_a_place(site: Site, which: int, to: str, order: list[int], place: int) -> None:
    ids = site.keep()
    assert site.fetch("/en/collected/move", id=str(ids[which]), to=to)["place"] == place
    assert site.order() == order
    assert site.post("/en/collected/move", id=str(ids[0]), to="up").headers["location"] == f"/en/collected#kept-{ids[0]}"


def test_what_is_removed_can_be_brought_back_to_its_place_with_its_note(site: Site) -> None:
    ids = site.keep()
    site.fetch("/en/collected/note", id=str(ids[1]), note="mine")
    address = site.post("/en/collected/remove", id=str(ids[1])).headers["location"]
    assert site.order() == [1, 3]
    page = site.get(address).text
    assert EN.let_go_done in page
    (form,) = Tags(page).all("form", action="/en/collected/back")
    number = re.search(r'name="number" value="(\d+)"', page)
    assert form["method"] == "post" and number
    back = site.post("/sv/collected/back", number=number[1]).headers["location"]  # the language was switched meanwhile
    assert site.order() == [1, 2, 3] and site.desk.kept(OWNER)[1].note == "mine"
    assert SV.back_again in site.get(back.partition("#")[0]).text
    assert EN.let_go_done not in site.get(address).text
    assert EN.not_back_again in site.post("/en/collected/back", 410, number=number[1]).text


def test_the_last_passage_of_all_can_be_brought_back(site: Site) -> None:
    (only,) = site.keep("1")
    address = site.post("/en/collected/remove", id=str(only)).headers["location"]
    page = site.get(address).text
    assert EN.nothing_kept in page and EN.bring_back in page
    site.post("/en/collected/back", number=address.rpartition("=")[2])
    assert site.order() == [1]


def test_nobody_brings_back_what_another_removed(site: Site) -> None:
    (only,) = site.keep("1")
    number = site.post("/en/collected/remove", id=str(only)).headers["location"].rpartition("=")[2]
    site.who = EDITOR
    site.post("/en/collected/back", 410, number=number)
    assert site.desk.kept(EDITOR) == []


def test_only_the_last_removals_are_remembered(site: Site) -> None:
    (only,) = site.keep("1")
    first = collecting.let_go(site.desk, OWNER, only)
    for _ in range(collecting._MOST_REMEMBERED):
        (again,) = site.keep("1")
        collecting.let_go(site.desk, OWNER, again)
    assert not collecting.can_come_back(site.desk, OWNER, first)


def test_switching_the_language_on_the_answer_to_a_form_leads_to_the_room(site: Site) -> None:
    for does in ("keep", "note", "move", "remove", "back"):
        answer = site.client.get(f"/sv/collected/{does}", follow_redirects=False)
        assert (answer.status_code, answer.headers["location"]) == (303, "/sv/collected")


def test_the_count_in_the_header_survives_a_broken_library(site: Site) -> None:
    site.keep("1,2")
    counts = site.client.get("/sv/counts").json()
    assert counts["collected"] == {"shown": "(2)", "said": "2 textställen"}
    site.library.broken = StoreError("damaged")
    assert "collected" not in site.client.get("/en/counts").json()


# -- full references


def test_a_full_reference_names_all_that_is_known() -> None:
    assert references.full(excerpt(), EN) == (
        "Manchester Group, Warning the public, edition 2, Manchester, 15 June 2020, p. 14–15 (PDF page 22–23), TLP:GREEN. "
        "Published at https://example.org/warning_100%25.pdf"
    )
    assert references.full(excerpt(edition="Second, revised", source="", city=()), SV) == (
        "Manchester Group, Warning the public, Second, revised, 15 juni 2020, s. 14–15 (PDF-sida 22–23), TLP:GREEN"
    )


def test_a_reference_names_nobody_where_nobody_may_be_named() -> None:
    said = references.full(excerpt(attributable=False, title="", path="/corpus/Jane Doe Manchester.md", format="markdown"), EN)
    assert said == "Untitled document, edition 2, 15 June 2020, p. 14–15, TLP:GREEN, may not be attributed"
    assert references.full(excerpt(title="", path="C:\\x\\note.md"), EN).startswith("Manchester Group, note.md, ")


# -- what is saved


def rows(content: bytes) -> list[list[str]]:
    assert content.startswith(b"\xef\xbb\xbf")
    return list(csv.reader(io.StringIO(content.decode("utf-8-sig")), delimiter=";"))


@pytest.mark.parametrize("kind", ["docx", "md", "csv", "bib", "ris"])
def test_an_export_is_a_download_that_is_not_kept(site: Site, kind: str) -> None:
    assert EN.nothing_to_save in site.get(f"/en/collected.{kind}", 404).text
    site.keep("1")
    answer = site.get(f"/en/collected.{kind}")
    named = rf'attachment; filename="kalla-collected-\d{{4}}-\d\d-\d\d\.{kind}"'
    assert re.fullmatch(named, answer.headers["content-disposition"]) and "no-store" in answer.headers["cache-control"]
    assert f'href="/en/collected.{kind}"' in site.get("/en/collected").text


@pytest.mark.parametrize("kind", ["md", "csv", "bib", "ris"])
def test_the_strictest_mark_stands_on_top_with_who_and_when(site: Site, kind: str) -> None:
    site.keep()
    head = site.get(f"/en/collected.{kind}").text[:1500]
    assert "Contains TLP:RED" in head.replace("\\", "")
    assert re.search(r"Collected in Källa by owner, \d+ \w+ \d{4}", head)


def test_every_mark_travels_with_its_quotation(site: Site) -> None:
    site.keep()
    for kind in ("md", "csv", "bib", "ris"):
        text = site.get(f"/en/collected.{kind}").text
        assert all(mark in text for mark in ("TLP:GREEN", "TLP:CLEAR", "TLP:RED")), kind


def test_the_word_document_holds_questions_words_references_and_notes() -> None:
    items = [item(1, note="Use it"), item(2, text="Other words."), item(3, question="Why?", state=State.GONE)]
    document = Document(io.BytesIO(collectedfiles.to_docx(items, HEAD, EN)))
    read = [(one.style.name, one.text) for one in document.paragraphs]
    assert ("Subtitle", "Contains TLP:AMBER") in read and ("Quote Note", "Note: Use it") in read
    assert [text for style, text in read if style == "Heading 1"] == ["Who warned?", "Why?"]
    assert [text for style, text in read if style == "Quote"][:2] == ["Staff repeated one sentence.", "Other words."]
    assert read[-1][1].endswith("[no longer in the library]")
    assert document.sections[0].header.paragraphs[0].text.strip() == "TLP:AMBER"


def test_markdown_keeps_hostile_words_as_words() -> None:
    hostile = "# No heading\n- no *list* <b>x</b> [a](javascript:x) `c` ![i](x) | t | $x$ &amp;\n1. one"
    text = collectedfiles.to_markdown([item(text=hostile, note=hostile, question=hostile, title=hostile)], HEAD, EN).decode()
    from markdown_it import MarkdownIt

    html = MarkdownIt("commonmark", {"html": True}).enable("table").render(text)
    assert set(re.findall(r"<\s*(\w+)", html)) == {"h1", "h2", "p", "strong", "blockquote"}
    (quotation,) = re.findall(r"<blockquote>(.*?)</blockquote>", html, re.DOTALL)
    assert plain(quotation) == " ".join(hostile.split())


def test_the_spreadsheet_runs_nothing_and_loses_nothing() -> None:
    items = [
        item(1, text='=HYPERLINK("http://x")', note="@SUM(A1)", question="+1"),
        item(2, title="-1;2", organisation="\t=1", text="två\nrader å", state=State.CHANGED),
    ]
    table = rows(collectedfiles.to_csv(items, HEAD, EN))
    head, first, second = table
    assert not [cell for row in table for cell in row if cell.startswith(("=", "+", "-", "@", "\t"))]
    named = dict(zip(head, first, strict=True))
    assert named["Passage"] == '\'=HYPERLINK("http://x")' and named["Note"] == "'@SUM(A1)" and named["Question"] == "'+1"
    assert (named["Printed page"], named["PDF page"], named["Handling"]) == ("14–15", "22–23", "TLP:GREEN")
    named = dict(zip(head, second, strict=True))
    assert (named["Passage"], named["Title"], named["Source"]) == ("två rader å", "'-1;2", "changed since")
    assert named["Made with"].startswith("Contains TLP:AMBER. Collected in Källa by anna@example.org, ")


def entries(text: str) -> list[dict[str, str]]:
    """Read BibTeX as BibTeX does: an entry begins at "@" and ends where its braces are even."""
    found = []
    at = text.find("@")
    while at >= 0:
        kind, opened = re.match(r"@(\w+)\{", text[at:]), text.index("{", at)
        assert kind
        depth, end = 1, opened + 1
        while depth:
            depth += {"{": 1, "}": -1}.get(text[end], 0)
            end += 1
        body = text[opened + 1 : end - 1]
        values = dict(re.findall(r"^  (\w+) = \{(.*)\},?$", body, re.MULTILINE))
        found.append({"": kind[1], "key": body.partition(",")[0], **values})
        at = text.find("@", end)
    return found


def test_bibtex_has_an_entry_for_each_document_with_its_passages() -> None:
    items = [
        item(1, note="Use it"),
        item(2, text="More."),
        item(3, sha256="ff" * 32, document_id=2, kind="web page", date="2021"),
    ]
    text = collectedfiles.to_bibtex(items, HEAD, EN).decode()
    assert text.startswith("% Contains TLP:AMBER\n% Collected in Källa by anna(at)example.org, ")
    first, second = entries(text)
    assert (first[""], second[""]) == ("techreport", "misc")
    assert (first["key"], second["key"]) == ("warningthepublic2020-ab12cd34", "warningthepublic2021-ffffffff")
    assert first["title"] == "{Warning the public}" and first["institution"] == "Manchester Group"
    assert (first["address"], first["year"], first["edition"], first["note"]) == ("Manchester", "2020", "2", "TLP:GREEN")
    assert first["url"] == "https://example.org/warning_100%25.pdf" and "month = jun" in text
    assert first["annote"].count("p. 14–15 (PDF page 22–23): ") == 2 and "Note: Use it" in first["annote"]


def test_bibtex_escapes_what_means_something_to_tex() -> None:
    hostile = "}}, x = {1} @misc{a, %50 & #1 $x_1^2 ~ \\input{/etc/passwd} öå\n@comment{"
    items = [item(1, title=hostile, text=hostile, note=hostile, organisation=hostile, source="https://x.org/{a}\\b")]
    (entry,) = entries(collectedfiles.to_bibtex(items, replace(HEAD, who=hostile), EN).decode())
    assert entry["title"].startswith(r"{\textbraceright{}\textbraceright{}, x = \textbraceleft{}1") and "öå" in entry["title"]
    assert r"\textbackslash{}input" in entry["title"] and r"\%50 \& \#1 \$x\_1\textasciicircum{}2" in entry["title"]
    assert entry["url"] == "https://x.org/%7Ba%7D%5Cb"


def test_keys_are_unique_and_do_not_depend_on_the_order() -> None:
    same = [item(1), item(2, document_id=9), item(3, sha256="cd" * 32, title="Åtgärder för öar – en översikt över mycket annat")]
    keys = [entry["key"] for entry in entries(collectedfiles.to_bibtex(same, HEAD, EN).decode())]
    assert keys == ["warningthepublic2020-ab12cd34-1", "warningthepublic2020-ab12cd34-9", "atgarderforoarenoversikt2020-cdcdcdcd"]
    turned = [entry["key"] for entry in entries(collectedfiles.to_bibtex(same[::-1], HEAD, EN).decode())]
    assert turned == keys[::-1]
    (none,) = entries(collectedfiles.to_bibtex([item(1, title="日本", date="")], HEAD, EN).decode())
    assert none["key"] == "document-ab12cd34"


def test_ris_has_a_record_for_each_document_with_first_and_last_page() -> None:
    items = [
        item(1), item(2, page=30, page_end=30, page_label="22", note="N1  - no\r\nER  - "),
        item(3, sha256="ff" * 32, document_id=2, kind="seminar note", format="markdown", page=1, page_end=1, page_label=""),
    ]  # fmt: skip
    text = collectedfiles.to_ris(items, HEAD, EN).decode()
    assert text.startswith("TY  - RPT\r\n") and text.count("\r\nER  - \r\n") == 2
    lines = [line for line in text.split("\r\n") if line]
    assert all(re.fullmatch(r"[A-Z][A-Z0-9]  - .*", line) for line in lines)
    first = lines[: lines.index("ER  - ")]
    assert {"SP  - 14", "EP  - 22", "CY  - Manchester", "PY  - 2020", "DA  - 2020/06/15/", "ET  - 2"} <= set(first)
    assert first.index("N1  - Contains TLP:AMBER. Collected in Källa by anna@example.org, 24 November 2026, 14:02") < first.index(
        "N1  - TLP:GREEN"
    )
    second = lines[lines.index("ER  - ") + 1 :]
    assert second[0] == "TY  - GEN" and not [line for line in second if line.startswith(("SP", "EP"))]
    assert "Contains TLP:AMBER" not in " ".join(second)


@pytest.mark.parametrize(
    ("label", "last", "ends"),
    [
        ("14", 22, ("14", "14")),
        ("14–15", 23, ("14", "15")),
        ("xiv–2", 23, ("xiv", "2")),
        ("8-9", 22, ("8", "9")),  # two printed pages on one sheet
        ("8-9–10-11", 23, ("8", "11")),
        ("A-3", 22, ("A-3", "A-3")),
        ("A-3–A-4", 23, ("A-3", "A-4")),
        ("", 23, ("22", "23")),
    ],
)
def test_printed_pages_have_a_first_and_a_last(label: str, last: int, ends: tuple[str, str]) -> None:
    text = collectedfiles.to_ris([item(page=22, page_end=last, page_label=label)], HEAD, EN).decode()
    assert tuple(re.findall(r"^[SE]P  - (\S+)\r$", text, re.MULTILINE)) == ends


def test_a_spread_is_no_date_in_a_spreadsheet() -> None:
    assert "8–9" in rows(collectedfiles.to_csv([item(page_label="8-9")], HEAD, EN))[-1]


@pytest.mark.parametrize(
    "write", [collectedfiles.to_bibtex, collectedfiles.to_ris, collectedfiles.to_csv, collectedfiles.to_markdown]
)
def test_nobody_is_named_where_nobody_may_be(write: Any) -> None:
    hidden = item(attributable=False, section=("Jane Doe speaks",), organisation="Hidden Group", city=("Hiddentown",))
    text = write([hidden], HEAD, EN).decode()
    for name in ("Jane Doe", "Hidden", "example.org/warning", "corpus"):
        assert name not in text, name
    assert "may not be attributed" in text


def test_what_is_copied_is_the_same_as_rich_text_and_as_plain_text() -> None:
    items = [item(1, text="One.\n<b>Two</b>.", note="Mine & yours"), item(2, text="Three.")]
    rich, text = collectedfiles.rich_all(items, HEAD, EN), collectedfiles.plain_all(items, HEAD, EN)
    assert "<blockquote><p>“One.</p><p>&lt;b&gt;Two&lt;/b&gt;.”</p><p>(Manchester Group, " in rich
    assert text.startswith("Contains TLP:AMBER\n\n“One. <b>Two</b>.” (Manchester Group, ") and "Note: Mine & yours" in text
    assert [" ".join(part.split()) for part in text.split("\n")] != [""]
    assert plain(rich).count("TLP:GREEN") == text.count("TLP:GREEN") == 2


def test_what_cannot_be_seen_does_not_leave(site: Site) -> None:
    assert exports.line("a\u202eb\x00c\u200b \n d") == "abc d"
    assert exports.literal("12. x") == "12\\. x" and exports.literal("2020 was") == "2020 was"


def test_the_room_renders_a_collection_of_one_and_of_many() -> None:
    items: Sequence[Item] = [item(n, document_id=n, sha256=f"{n:064x}") for n in range(1, 31)]
    html = collection.render(items, HEAD, EN)
    assert html.count('class="kept"') == 30 and "30 passages from 30 documents" in html
    assert collection.render(items[:1], HEAD, SV).count("data-move=") == 2


def test_the_desk_keeps_what_is_above_the_clearance_apart(site: Site, tmp_path: Path) -> None:
    site.keep()
    lowered = replace(OWNER, clearance=Handling.GREEN)
    site.who = lowered
    assert "secret" not in site.get("/en/collected").text.lower()
    with closing(sqlite3.connect(tmp_path / "data" / "desk.sqlite")) as connection:
        assert connection.execute("SELECT count(*) FROM kept").fetchone() == (3,)
    assert len(collecting.collection(site.library, site.desk, lowered)) == 2


def test_a_document_in_the_index_is_found_by_its_number_first() -> None:
    info = described(1, sha256="a" * 64)
    other = described(2, sha256="a" * 64, title="Other record")
    sources = collecting._Sources([info, other])
    assert sources.find(excerpt(document_id=2, sha256="a" * 64)) == (other, State.SAME)
    assert sources.find(excerpt(document_id=5, sha256="a" * 64, title="Other record")) == (other, State.SAME)
    assert sources.find(excerpt(document_id=5, sha256="a" * 64, title="A third", path="gone")) == (None, State.GONE)
