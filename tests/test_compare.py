"""The Compare room: one question put to each city (or organisation, year, …), what is shown, what is not, and its exports."""

import csv
import io
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from html import unescape
from html.parser import HTMLParser
from pathlib import Path
from typing import Any, cast

import docx
import pytest
from fastapi import FastAPI
from starlette.testclient import TestClient

from index.access import Principal
from index.errors import StoreError
from index.result import DocumentInfo, Result
from tests.fake_library import HOSTILE_TITLE, OWNER, PAGES, READER, FakeLibrary
from ui import compare_routes, compareroom, comparetable, comparing, fieldwords
from ui.comparing import Comparison
from ui.house import House
from ui.words import Words

EN, SV = Words("en"), Words("sv")
LONG_WORD = "krisberedskap" * 40
HIDDEN = "Office that may not be named"


class Network(FakeLibrary):
    """Five documents of some cities. A search takes its filters at their word; `sure` says how sure each value is."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        first, hostile, secret = (self.infos[number] for number in (1, 2, 3))
        self.infos = {
            1: replace(first, city=("Manchester", "London"), organisation="Manchester Group"),
            2: replace(hostile, city=("Paris",), organisation=HIDDEN, theme=("public warning",)),
            3: replace(secret, city=("Oslo",), organisation="Secret Office", theme=("secrets",)),
            4: replace(first, document_id=4, title=LONG_WORD, city=("london",), organisation="London Office", date="2022-01"),
            5: replace(first, document_id=5, title="Nowhere", city=(), organisation="", date="", theme=(), passages=9),
        }
        self.texts |= {4: PAGES, 5: PAGES}
        self.paths |= {4: self.paths[1], 5: self.paths[1]}
        self.sure: dict[str, float] = {}
        self.strays: tuple[int, ...] = ()  # documents found whatever the filters say, as by one in the question

    def search(self, question: str, *, principal: Principal, where: Mapping[str, Sequence[str]] = {}, **known: Any) -> Result:
        ids = [info.document_id for info in self.documents(principal) if self._fits(info, where)]
        wanted = [str(number) for number in (*self.strays, *ids)]
        result = super().search(question, principal=principal, where={"document": wanted}, **known)
        self.asked[-1]["where"] = dict(where)
        value = next(iter(where.values()), [""])[0]
        return replace(result, confidence=self.sure.get(value, 2.0) if result.quotes else 0.0)

    def _fits(self, info: DocumentInfo, where: Mapping[str, Sequence[str]]) -> bool:
        def has(name: str) -> Sequence[str]:
            plain = {"document": [str(info.document_id)], "year": [info.date[:4]], "organisation": [info.organisation]}
            found = plain.get(name) or getattr(info, name)
            return [found] if isinstance(found, str) else cast(Sequence[str], found)

        return all({v.casefold() for v in has(name)} & {v.casefold() for v in wanted} for name, wanted in where.items())


@dataclass
class Site:
    """The room alone, over the network in memory."""

    client: TestClient
    library: Network
    who: Principal = OWNER

    def get(self, address: str, status: int = 200) -> Any:
        answer = self.client.get(address)
        assert answer.status_code == status, answer.text[:300]
        return answer


@pytest.fixture
def library(tmp_path: Path) -> Network:
    return Network(tmp_path / "corpus")


@pytest.fixture
def site(library: Network, tmp_path: Path) -> Iterator[Site]:
    found = Site(cast(TestClient, None), library)
    none = cast(Any, None)
    house = House(
        library=library, desk=none, jobs=none, images=none, describe=none, corpus=tmp_path / "corpus", data=tmp_path,
        who=lambda headers: found.who,
    )  # fmt: skip
    app = FastAPI()
    for language in ("en", "sv"):
        app.include_router(compare_routes.make(house, Words(language)), prefix=f"/{language}")
    with TestClient(app) as client:
        found.client = client
        yield found


def plain(html: str) -> str:
    """What a reader sees: without tags, entities resolved, white space as one space."""
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", html)).split())


def compared(library: Network, *values: str, by: str = "city", question: str = "How?", who: Principal = OWNER) -> Comparison:
    documents = library.documents(who)
    choice = comparing.choose(comparing.shelves(documents, by), by, values)
    return comparing.compare(library, who, question, choice, documents)


class Tags(HTMLParser):
    """The names of the elements and of their attributes."""

    def __init__(self) -> None:
        super().__init__()
        self.names: set[str] = set()
        self.attributes: set[str] = set()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.names.add(tag)
        self.attributes |= {name for name, _ in attrs}


# -- what there is to compare


def test_only_fields_with_two_values_can_be_compared_by(library: Network) -> None:
    assert comparing.fields(library.documents(OWNER)) == comparing.FIELDS
    assert "theme" not in comparing.fields(library.documents(READER))  # one theme is left: the other is secret
    assert comparing.fields([]) == ()


def test_spellings_that_differ_in_case_are_one_column_with_each_document_once(library: Network) -> None:
    held = comparing.shelves(library.documents(OWNER), "city")
    assert {value: [info.document_id for info in infos] for value, infos in held.items()} == {
        "London": [1, 4], "Manchester": [1], "Oslo": [3], "Paris": [2],
    }  # fmt: skip
    double = replace(library.infos[1], city=("Rome", "ROME"))
    assert {value: len(infos) for value, infos in comparing.shelves([double], "city").items()} == {"Rome": 1}


def test_an_organisation_that_may_not_be_named_is_no_value(library: Network) -> None:
    assert HIDDEN not in comparing.shelves(library.documents(OWNER), "organisation")
    found = compared(library, by="organisation")
    assert (found.unattributed, [info.title for info in found.nameless]) == (1, ["Nowhere"])


def test_columns_are_those_with_most_documents_where_nobody_chose() -> None:
    held = {f"city {n:02}": tuple(cast(Any, range(n))) for n in range(1, 15)}
    chosen = comparing.choose(held, "city", ())
    assert chosen.values == tuple(f"city {n:02}" for n in range(14, 6, -1))
    assert chosen.left_out == ()


def test_years_are_the_latest_and_stand_in_order() -> None:
    held = {str(year): cast(Any, (1,)) for year in range(2010, 2024)}
    assert comparing.choose(held, "year", ()).values == tuple(str(year) for year in range(2018, 2024))
    assert comparing.choose(held, "year", ("2021", "1999", "2010")).values == ("1999", "2010", "2021")


def test_wanted_values_keep_their_order_and_get_the_spelling_of_the_library(library: Network) -> None:
    held = comparing.shelves(library.documents(OWNER), "city")
    assert comparing.choose(held, "city", (" paris", "LONDON", "Paris", " ", "Atlantis")).values == (
        "Paris",
        "London",
        "Atlantis",
    )


def test_more_than_twelve_are_left_out_and_named() -> None:
    chosen = comparing.choose({}, "city", [f"c{n}" for n in range(15)])
    assert (len(chosen.values), chosen.left_out) == (12, ("c12", "c13", "c14"))


def test_a_huge_value_is_cut() -> None:
    assert comparing.choose({}, "city", ["x" * 5000]).values == ("x" * 200,)


# -- the question, put to each


def test_the_question_is_asked_once_for_each_value_that_has_documents(library: Network) -> None:
    compared(library, "London", "Paris", "Atlantis", question="How?")
    assert [(asked["question"], asked["where"]) for asked in library.asked] == [
        ("How?", {"city": ["London"]}),
        ("How?", {"city": ["Paris"]}),
    ]
    assert {(asked["top"], asked["per_document"], asked["principal"]) for asked in library.asked} == {(3, 2, OWNER)}


def test_columns_with_evidence_come_first_the_surest_before_the_others(library: Network) -> None:
    library.sure = {"London": 3.0, "Paris": 8.0, "Manchester": 3.3}
    found = compared(library, "Atlantis", "London", "Manchester", "Paris")
    assert [(column.value, column.answers, column.faint) for column in found.columns] == [
        ("Paris", True, False), ("Manchester", True, False), ("London", True, True), ("Atlantis", False, False),
    ]  # fmt: skip


def test_years_stay_in_their_order_however_sure(library: Network) -> None:
    library.sure = {"2020": 1.0, "2022": 9.0}
    assert [column.value for column in compared(library, by="year").columns] == ["2020", "2021", "2022"]


def test_below_the_floor_there_is_no_evidence_and_nothing_is_marked(library: Network) -> None:
    found = compared(library, "London", question="nothing")
    (column,) = found.columns
    assert not column.answers
    assert column.hits and all(hit.marks == () for hit in column.hits)
    assert found.answering == ()


def test_a_passage_that_stands_in_several_columns_keeps_its_number(library: Network) -> None:
    found = compared(library, "London", "Manchester", "Paris")
    numbers = {column.value: {hit.passage_id: hit.rank for hit in column.hits} for column in found.columns}
    assert numbers["London"][1] == numbers["Manchester"][1]
    every = {(passage, number) for column in numbers.values() for passage, number in column.items()}
    assert sorted(number for _, number in every) == list(range(1, len(every) + 1))
    for column in found.columns:
        assert {n for quote in column.quotes for n in quote.citations} <= {hit.rank for hit in column.hits}


def test_passages_that_a_filter_in_the_question_brings_in_are_taken_out(library: Network) -> None:
    library.strays = (1,)
    found = compared(library, "Paris")
    assert found.narrowed
    assert [hit.document_id for hit in found.columns[0].hits] == [2]
    assert all(quote.document_id == 2 for quote in found.columns[0].quotes)
    library.strays = ()
    assert not compared(library, "Paris").narrowed


def test_what_may_not_be_attributed_is_not_searched_for_its_organisation(library: Network) -> None:
    library.infos[2] = replace(library.infos[2], organisation="London Office")
    found = compared(library, "London Office", by="organisation")
    assert library.asked[-1]["where"] == {"organisation": ["London Office"], "document": ["4"]}
    assert [hit.document_id for hit in found.columns[0].hits] == [4]


def test_what_a_reader_may_not_see_is_no_column_and_is_not_counted(library: Network) -> None:
    found = compared(library, "Oslo", "London", who=READER)
    assert [(column.value, column.documents) for column in found.columns] == [("London", 2), ("Oslo", 0)]
    assert [asked["where"] for asked in library.asked] == [{"city": ["London"]}]
    assert found.elsewhere == 1  # Paris; Oslo does not exist


def test_every_document_is_in_a_column_without_a_value_or_elsewhere(library: Network) -> None:
    found = compared(library, "London")
    searched = {info.document_id for info in found.searched}
    assert (searched, [info.document_id for info in found.nameless], found.elsewhere) == ({1, 4}, [5], 2)


def test_a_correction_is_offered_only_where_all_columns_offer_it(library: Network) -> None:
    library.instead = "How are they warned?"
    assert compared(library, "London", "Paris").instead == "How are they warned?"
    different = [replace(library.search("x", principal=OWNER), instead=one) for one in ("a", "")]
    assert comparing._instead(different) == ""


# -- the room


@pytest.mark.parametrize(("language", "summary"), [("en", "Evidence from 3 of 4 cities"), ("sv", "Belägg från 3 av 4 städer")])
def test_a_comparison_is_a_column_for_each_city(site: Site, language: str, summary: str) -> None:
    html = site.get(f"/{language}/compare?q=How&by=city&value=London&value=Manchester&value=Paris&value=Atlantis").text
    assert f"<h2>{summary}</h2>" in html
    assert re.findall(r'<section class="c-column" id="([^"]+)"', html) == ["column-1", "column-2", "column-3"]
    missing = {"en": "No documents from Atlantis", "sv": "Inga dokument från Atlantis"}[language]
    assert missing in plain(html)
    ids = re.findall(r'\bid="([^"]+)"', html)
    assert len(ids) == len(set(ids))
    assert re.search(r'href="/view/1\?[^"]*" target="_blank" rel="noopener"', html)
    assert 'role="region" tabindex="0"' in html


def test_every_jump_leads_to_a_place_on_the_page(site: Site) -> None:
    html = site.get("/en/compare?q=How&by=city&value=London&value=Paris&value=Atlantis").text
    targets = set(re.findall(r'href="#([^"]+)"', html))
    assert targets - set(re.findall(r'\bid="([^"]+)"', html)) == set()
    assert {"column-1", "column-2", "column-3"} <= targets


def test_no_evidence_is_said_and_the_nearest_passage_is_folded_away(site: Site) -> None:
    html = site.get("/en/compare?q=nothing&by=city&value=Paris&value=London").text
    said = plain(html)
    assert "Evidence from 0 of 2 cities" in said
    assert "No evidence from Paris in this library" in said
    assert "None of them answers this" in said
    card = re.findall(r'<section class="c-quiet".*?</section>', html, re.DOTALL)[0]
    assert "<details><summary>The nearest passage, which does not answer</summary>" in card
    assert "<mark>" not in html
    assert "data-keep" not in html


def test_documents_without_a_value_are_named(site: Site) -> None:
    assert "1 document names no city. They stand in no column. Nowhere" in plain(site.get("/en/compare?q=How&by=city").text)
    assert "1 dokument saknar datum" in plain(site.get("/sv/compare?q=How&by=year").text)


def test_what_was_searched_is_said(site: Site) -> None:
    said = plain(site.get("/en/compare?q=How&by=city&value=London").text)
    assert "Searched 2 of 5 documents, 4 passages, each column by itself. 2 documents belong to none of these columns." in said
    assert "model all-MiniLM-L6-v2 (English)" in said


def test_an_organisation_that_may_not_be_named_is_nowhere_on_the_page(site: Site) -> None:
    html = site.get("/en/compare?q=How&by=organisation").text
    assert HIDDEN not in html
    assert "1 document may not be attributed" in plain(html)


def test_passages_that_may_not_be_attributed_say_so(site: Site) -> None:
    html = site.get("/en/compare?q=How&by=city&value=Paris").text
    assert plain(html).count("may not be attributed") >= 2  # with the sentence, and with the document


@pytest.mark.parametrize(
    "address", ["/en/compare?q=How&by=city", "/sv/compare?q=How&by=year", "/en/compare", "/en/compare?q=nothing"]
)
def test_hostile_titles_and_texts_are_text(site: Site, address: str) -> None:
    site.library.infos[2] = replace(site.library.infos[2], city=("<b>P\u202earis</b>",), theme=("{{x}}",))
    html = site.get(address).text
    main = Tags()
    main.feed(html.split("<main")[1])
    assert main.names.isdisjoint({"script", "img"})
    assert not [name for name in main.attributes if name.startswith("on") or name == "style"]
    assert "<b>P" not in html
    assert "${" not in html and "{{" not in html
    if "q=How" in address:
        assert HOSTILE_TITLE in unescape(html)


def test_a_hostile_question_is_text_and_comes_back_in_the_field(site: Site) -> None:
    html = site.client.get("/en/compare", params={"q": '"><script>alert(1)</script> ${x}', "by": "city"}).text
    assert "<script>alert" not in html
    assert 'value="&quot;&gt;&lt;script&gt;alert(1)&lt;/script&gt; &#36;&#123;x&#125;"' in html


@pytest.mark.parametrize("bad", ["by=handling", "by=%00", "by=city&value=", "value=London", "by=city&value=%3Cb%3E", "by[]=x"])
def test_bad_parameters_give_a_page(site: Site, bad: str) -> None:
    assert "Evidence from" in site.get(f"/en/compare?q=How&{bad}").text


def test_values_of_another_field_are_not_taken_for_this_one(site: Site) -> None:
    assert "No documents from" not in plain(site.get("/en/compare?q=How&by=nonsense&value=2020").text)


def test_a_question_too_long_is_told_and_not_lost(site: Site) -> None:
    answer = site.get(f"/en/compare?q={'word+' * 500}&by=city", status=400)
    assert "The question is too long: at most 2,000 characters." in plain(answer.text)
    assert "word word word" in answer.text
    assert site.library.asked == []


def test_without_a_question_the_room_says_what_it_does_and_offers_the_librarys_own(site: Site) -> None:
    html = site.get("/en/compare").text
    assert "One question, side by side" in plain(html)
    assert "How do cities handle public warning?" in plain(html)
    links = [unescape(one) for one in re.findall(r'<li><a href="(/en/compare\?q=[^"]+)"', html)]
    assert links and site.library.asked == []
    for link in links:
        assert "Evidence from" in site.get(link).text


def test_fields_of_the_room_keep_the_question(site: Site) -> None:
    html = site.get("/en/compare?q=How&by=city").text
    assert 'href="/en/compare?q=How&amp;by=year"' in html
    assert '<a href="/en/compare?q=How&amp;by=city" aria-current=true>' in html
    assert 'href="/sv/compare?q=How&amp;by=city"' in html  # the other language
    assert re.search(r'name="value" value="Paris" checked', html)


def test_the_chooser_counts_documents_and_shows_what_was_asked_for_in_vain(site: Site) -> None:
    html = site.get("/en/compare?q=How&by=city&value=Atlantis&value=London").text
    assert "Atlantis 0" in plain(html) and "London 2" in plain(html)
    assert not re.search(r'value="Paris" checked', html)


def test_a_reader_is_shown_nothing_of_what_is_above_their_clearance(site: Site) -> None:
    site.who = READER
    for address in (
        "/en/compare",
        "/en/compare?q=How&by=city",
        "/en/compare?q=How&by=organisation",
        "/en/compare.csv?q=How&by=city",
    ):
        text = site.get(address).text
        assert "Oslo" not in text and "Secret" not in text


def test_an_empty_library_says_what_to_do(site: Site) -> None:
    site.library.infos = {}
    assert "The library is empty" in plain(site.get("/en/compare?q=How").text)


def test_a_library_of_one_city_says_what_is_missing(site: Site) -> None:
    site.library.infos = {1: replace(site.library.infos[1], city=("London",))}
    assert "There is nothing to compare yet" in plain(site.get("/en/compare?q=How&by=city").text)


def test_while_the_model_loads_the_columns_follow_by_themselves(site: Site) -> None:
    site.library.loaded.clear()
    html = site.get("/en/compare?q=How&by=city&value=London").text
    assert "The model is loading" in plain(html)
    live = unescape(re.findall(r'data-live="([^"]+)"', html)[0])
    waiting = site.get(live)
    assert (waiting.headers["X-Done"], "The model is loading" in waiting.text) == ("no", True)
    site.library.loaded.set()
    done = site.get(live)
    assert done.headers["X-Done"] == "yes"
    assert "Evidence from 1 of 1 city" in plain(done.text) and "<html" not in done.text
    assert "data-live" not in site.get("/en/compare?q=How&by=city&value=London").text


def test_a_library_that_fails_ends_the_waiting(site: Site) -> None:
    site.library.broken = StoreError("the store is broken")
    answer = site.get("/en/compare/columns?q=How&by=city")
    assert (answer.headers["X-Done"], "the store is broken" in answer.text) == ("yes", True)


def test_columns_without_a_question_are_refused(site: Site) -> None:
    assert "There is no question to compare" in plain(site.get("/en/compare/columns?by=city").text)


def test_a_weak_column_is_called_so_and_explained(site: Site) -> None:
    site.library.sure = {"Paris": 9.0, "London": 1.5}
    html = site.get("/en/compare?q=How&by=city&value=Paris&value=London").text
    assert "London , weaker evidence" in plain(html)
    assert "weaker evidence touches on the question" in plain(html)
    assert "1 more passage" in plain(html)


def test_a_misspelt_question_is_put_right(site: Site) -> None:
    site.library.instead = "How are they warned?"
    html = site.get("/en/compare?q=How+are+they+wanred&by=city&value=London").text
    assert "Did you mean: How are they warned?" in plain(html)
    assert 'href="/en/compare?q=How+are+they+warned%3F&amp;by=city&amp;value=London"' in html


def test_words_of_the_other_language_that_were_searched_are_named(site: Site) -> None:
    site.library.added = ("varning",)
    assert "Also searched: varning ." in plain(site.get("/en/compare?q=How&by=city").text)


def test_what_can_be_done_with_a_column(site: Site) -> None:
    html = site.get("/en/compare?q=How&by=city&value=London").text
    assert 'href="/en/?q=How&amp;city=London"' in html
    assert 'data-keep="1,4" data-asked="How"' in html  # all of them
    assert "&lt;table" in html  # the clipboard gets a table
    year = site.get("/en/compare?q=How&by=year&value=2020").text
    assert 'href="/en/?q=How&amp;year_from=2020&amp;year_to=2020"' in year


@pytest.mark.parametrize("words", [EN, SV], ids=["en", "sv"])
@pytest.mark.parametrize("by", comparing.FIELDS)
def test_every_field_has_its_words(words: Words, by: str) -> None:
    said = fieldwords.of(by, words)
    assert said.name and said.head
    assert "{value}" in said.none and "{value}" in said.absent and "{all}" in said.evidence
    assert words.count(said.total, 2).startswith("2 ")
    assert "3" in words.count(said.nameless, 3)


def test_examples_are_put_to_the_cities_that_share_a_theme(library: Network) -> None:
    documents = library.documents(OWNER)
    found = compareroom.examples(documents, comparing.fields(documents), SV)
    assert found[0][0] == "Hur hanterar städerna public warning?"
    assert found[0][1].split(", ") == ["London", "Manchester", "Paris"]
    assert "value=London&value=Manchester&value=Paris" in found[0][2]
    assert compareroom.examples(documents, (), EN) == []


# -- exports


def rows_of(content: bytes) -> list[list[str]]:
    assert content.startswith(b"\xef\xbb\xbf")
    return list(csv.reader(io.StringIO(content[3:].decode()), delimiter=";"))


def test_a_spreadsheet_holds_every_passage_with_its_reference_and_mark(site: Site) -> None:
    answer = site.get("/en/compare.csv?q=How&by=city&value=London&value=Paris&value=Atlantis")
    rows = rows_of(answer.content)
    assert rows[0][0] == "City" and len({len(row) for row in rows}) == 1  # a table, as programs read it
    for row in rows[1:]:
        assert re.match(r"Contains TLP:GREEN\. How\. Evidence from 2 of 3 cities\. Compared in Källa by owner, \d", row[-1])
        assert re.search(r" UTC[+-]\d\d:\d\d \(\d{4}-\d\d-\d\d \d\d:\d\d UTC\)", row[-1])
    assert ["Atlantis", "no documents", "", "", "", "", ""] in [row[:-1] for row in rows]
    london = next(row for row in rows if row[:1] == ["London"])
    assert london[1:3] == ["evidence", "1"]
    assert "Warning the Public".casefold() in london[5].casefold() and london[6] == "TLP:GREEN"
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"


def test_no_evidence_is_a_row_of_its_own(site: Site) -> None:
    rows = rows_of(site.get("/sv/compare.csv?q=nothing&by=city&value=London&value=Paris").content)
    assert ["London", "inga belägg", "", "", "", "", ""] in [row[:-1] for row in rows]
    assert not [row for row in rows if row[-1].startswith("Innehåller")]  # nothing is quoted, so nothing is marked


@pytest.mark.parametrize("evil", ["=1+1", "+1", "-1", "@SUM(A1)", " =1", "\N{FULLWIDTH EQUALS SIGN}1"])
def test_no_cell_is_run_as_a_formula(site: Site, evil: str) -> None:
    site.library.infos[1] = replace(site.library.infos[1], city=(evil, "London"), title=evil)
    content = site.client.get("/en/compare.csv", params={"q": evil, "by": "city", "value": ["London", evil]}).content
    cells = [cell for row in rows_of(content) for cell in row if cell]
    assert not [cell for cell in cells if cell.lstrip().startswith(("=", "+", "-", "@", "\N{FULLWIDTH EQUALS SIGN}"))]
    assert any(cell.strip("' ") == evil.strip() for cell in cells)


def test_markdown_keeps_hostile_words_as_words(site: Site) -> None:
    site.library.infos[1] = replace(site.library.infos[1], title="a | b <script> [x](y) *z*")
    answer = site.client.get("/en/compare.md", params={"q": "# How | <b>", "by": "city", "value": ["London", "Paris"]})
    text = answer.content.decode()
    assert text.startswith("**Contains TLP:GREEN**\n\n\\# How \\| \\<b\\>\n")
    table = [line for line in text.splitlines() if line.startswith("|")]
    assert len({len(re.findall(r"(?<!\\)\|", line)) for line in table}) == 1
    assert "<script>" not in text and "a \\| b \\<script\\> \\[x\\](y) \\*z\\*" in text


def test_a_word_document_holds_the_table_and_the_mark(site: Site) -> None:
    answer = site.get("/sv/compare.docx?q=Hur&by=city&value=London&value=Atlantis")
    document = docx.Document(io.BytesIO(answer.content))
    said = [paragraph.text for paragraph in document.paragraphs]
    assert said[:3] == ["Jämför: Hur", "Innehåller TLP:GREEN", "Belägg från 1 av 2 städer"]
    rows = [[cell.text for cell in row.cells] for row in document.tables[0].rows]
    assert rows[0] == ["Stad", "Nr", "Textställe", "Referens"]
    assert rows[1][:2] == ["London", "1"] and "TLP:GREEN" in rows[1][3]
    assert rows[-1] == ["Atlantis", "inga dokument", "", ""]


def test_what_may_not_be_attributed_is_exported_with_the_rule(site: Site) -> None:
    text = site.get("/en/compare.md?q=How&by=city&value=Paris").text
    assert "but not with the name of a speaker" in text
    assert HIDDEN not in text
    assert "but not with the name" not in site.get("/en/compare.md?q=How&by=city&value=London").text


@pytest.mark.parametrize("kind", ["csv", "md", "docx"])
def test_an_export_without_a_question_is_refused(site: Site, kind: str) -> None:
    assert "There is no question to compare" in plain(site.get(f"/en/compare.{kind}", status=400).text)
    assert "too long" in plain(site.get(f"/en/compare.{kind}?q={'x' * 2001}", status=400).text)


def test_file_names_are_safe() -> None:
    hostile = '../../etc/passwd "; filename=x.exe\r\n Hur skyddas våra öar?'
    name = comparetable.file_name(hostile, "csv", "2026-11-25", SV)
    assert re.fullmatch(r"kalla-jamforelse-[a-z0-9-]+-2026-11-25\.csv", name)
    assert comparetable.file_name("???", "md", "2026-11-25", EN) == "kalla-comparison-2026-11-25.md"


def test_an_export_is_a_download_that_is_not_kept(site: Site) -> None:
    headers = site.get("/en/compare.csv?q=How+is+it%3F&by=city").headers
    assert re.fullmatch(r'attachment; filename="kalla-comparison-how-is-it-[0-9-]{10}\.csv"', headers["content-disposition"])
    assert "no-store" in headers["cache-control"]


def test_exports_are_of_the_view_that_offers_them(site: Site) -> None:
    html = site.get("/en/compare?q=How&by=city&value=Paris&value=London").text
    assert 'href="/en/compare.csv?q=How&amp;by=city&amp;value=Paris&amp;value=London"' in html
    assert 'href="/en/compare.docx?q=How&amp;by=city"' in site.get("/en/compare?q=How&by=city").text
