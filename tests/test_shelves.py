"""The Library room: which documents are listed and how, what could not be read, and the pictures of what is covered."""

import re
from dataclasses import replace
from html import unescape
from html.parser import HTMLParser
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from index.result import DocumentInfo, FileInfo
from tests.fake_library import HOSTILE_TITLE
from ui import charts, library_page, pictures, shelf_filters, shelf_form, shelves
from ui.library_page import Room
from ui.shelf_filters import Choice
from ui.words import Words

EN, SV = Words("en"), Words("sv")
WORDS = pytest.mark.parametrize("words", [EN, SV], ids=["en", "sv"])


def info(number: int, title: str, **known: Any) -> DocumentInfo:
    given: dict[str, Any] = {
        "path": f"corpus/{number}.pdf", "paths": (f"corpus/{number}.pdf",), "kind": "report", "city": (), "organisation": "",
        "theme": (), "date": "", "language": "en", "edition": "", "handling": "TLP:GREEN", "attributable": True, "source": "",
        "format": "pdf", "sha256": "", "pages": 3, "pages_without_text": (), "passages": 5, "added": "2026-11-22T10:00:00+00:00",
    }  # fmt: skip
    return DocumentInfo(document_id=number, title=title, **{**given, **known})


SHELF = [
    info(1, "Warning in Malmö", city=("Malmö",), theme=("public warning",), date="2020-06", pages=9),
    info(2, "Ödets timmar", city=("London", "Paris"), theme=("cyber",), date="2021-03-15", kind="seminar note", language="sv"),
    info(
        3, "Zones", city=("London",), theme=("cyber", "crowded places"), date="2019", handling="TLP:RED", pages_without_text=(2,)
    ),
    info(4, "An undated note", kind="", organisation="Räddningstjänsten", handling="TLP:CLEAR", passages=50),
]


def listed(query: str) -> list[int]:
    return [one.document_id for one in shelf_filters.listed(SHELF, shelf_filters.read(query))]


class Parts(HTMLParser):
    """The names of all elements and of all their attributes."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.attributes: set[str] = set()
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.attributes |= {name for name, _ in attrs}


def room(shelf: list[DocumentInfo], **known: Any) -> Room:
    given: dict[str, Any] = {"choice": Choice(), "files": (), "corpus": "corpus", "shorten": str, "editor": True}
    return Room(shelf=shelf, **{**given, **known})


# -- which documents


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("", [4, 1, 3, 2]),
        ("city=London", [3, 2]),
        ("city=london&city=MALM%C3%96", [1, 3, 2]),
        ("city=London&theme=crowded+places", [3]),
        ("kind=report&language=en", [1, 3]),
        ("year=2020&year=2019", [1, 3]),
        ("year=-", [4]),
        ("city=-", [4]),
        ("kind=-", [4]),
        ("handling=tlp:red", [3]),
        ("state=partial", [3]),
        ("state=whole", [4, 1, 2]),
        ("state=lost", []),
        ("city=Nowhere", []),
        ("find=malmo", [1]),
        ("find=MALM%C3%96", [1]),
        ("find=z%C3%B6nes", []),
        ("find=raddning", [4]),
        ("find=cyber+zones", [3]),
        ("find=2.pdf", [2]),
        ("find=cyber&city=Paris", [2]),
        ("flavour=strange&find=&city=", [4, 1, 3, 2]),
    ],
)
def test_documents_are_narrowed_by_what_the_address_says(query: str, found: list[int]) -> None:
    assert listed(query) == found


@pytest.mark.parametrize(
    ("sort", "found"),
    [
        ("title", [4, 1, 3, 2]),
        ("-title", [2, 3, 1, 4]),
        ("date", [3, 1, 2, 4]),
        ("-date", [2, 1, 3, 4]),
        ("city", [3, 2, 1, 4]),
        ("-handling", [3, 1, 2, 4]),
        ("-passages", [4, 1, 3, 2]),
        ("-without", [3, 4, 1, 2]),
        ("pages", [4, 3, 2, 1]),
        ("-edition", [4, 1, 3, 2]),
        ("nonsense", [4, 1, 3, 2]),
        ("-", [4, 1, 3, 2]),
    ],
)
def test_each_column_sorts_equal_ones_by_title_and_what_has_nothing_last(sort: str, found: list[int]) -> None:
    assert listed(f"sort={sort}") == found


def test_titles_are_sorted_as_a_swede_reads_them() -> None:
    titles = ["Ö", "Ärende", "Åtgärd", "zon", "Élan", "eld", "Alarm"]
    assert sorted(titles, key=shelf_filters.alphabet) == ["Alarm", "Élan", "eld", "zon", "Åtgärd", "Ärende", "Ö"]


@pytest.mark.parametrize(
    "query",
    [
        "city=London&city=Paris&sort=-date&page=3",
        "find=a+%26+b%3D%3Cscript%3E&state=partial",
        "theme=-&year=2020",
        "",
    ],
)
def test_a_choice_is_read_back_as_it_was_written(query: str) -> None:
    choice = shelf_filters.read(query)
    assert shelf_filters.read(shelf_filters.write(choice)) == choice
    assert parse_qs(shelf_filters.write(choice)) == parse_qs(query)


@pytest.mark.parametrize("page", ["abc", "-1", "0", "٣", "99999999999999999999", "1e5", ""])
def test_pages_that_are_none_are_left_out(page: str) -> None:
    assert 1 <= shelf_filters.read(f"page={page}").page <= 10**6


def test_a_query_without_end_is_read_in_bounds() -> None:
    choice = shelf_filters.read("&".join(f"city={n}{'x' * 500}" for n in range(900)))
    assert len(choice.of("city")) == 50 and max(map(len, choice.of("city"))) == 200
    assert shelf_filters.read("&".join(f"city={n}" for n in range(2000))) == Choice()


# -- the list


@WORDS
def test_the_table_leads_to_each_document_and_says_its_state(words: Words) -> None:
    html = shelves.documents(SHELF, Choice(), words)
    assert f'href="/{words.language}/library/3"' in html
    assert html.count('<tr role="row"') == 5
    assert words.edition_head not in html  # nobody has one
    assert '<span class="l-part" title="2">1</span>' in html
    assert words.edition_head in shelves.documents([*SHELF, info(5, "New", edition="2")], Choice(), words)


def test_heads_say_how_the_list_is_sorted_and_turn_it() -> None:
    html = shelves.documents(SHELF, shelf_filters.read("city=London&sort=-date&page=1"), EN)
    assert re.findall(r'aria-sort="(\w+)"', html).count("descending") == 1
    links = dict(re.findall(r'<a href="([^"]+)" title="[^"]*" id="l-by-(\w+)"', html))
    by = {name: unescape(link) for link, name in links.items()}
    assert by["date"] == "/en/library?city=London&sort=date"
    assert by["title"] == "/en/library?city=London"
    assert by["pages"] == "/en/library?city=London&sort=-pages"


def test_a_long_list_is_shown_in_pages_that_keep_the_choice() -> None:
    shelf = [info(n, f"Report {n:04}") for n in range(1, 1001)]
    html = shelves.documents(shelf, shelf_filters.read("sort=pages&page=5"), EN)
    assert html.count('role="rowheader"') == 100 and "Report 0401" in html and "Report 0500" in html
    links = [unescape(link) for link in re.findall(r'<a (?:rel="\w+" )?href="(/en/library\?sort=pages[^"]*)"', html)]
    assert "/en/library?sort=pages&page=4" in links and "/en/library?sort=pages&page=10" in links
    assert html.count('aria-current="page"') == 1
    assert "Report 1000" in shelves.documents(shelf, shelf_filters.read("page=77"), EN)
    assert "l-pager" not in shelves.documents(SHELF, Choice(page=9), EN)


HOSTILE = [HOSTILE_TITLE, "\u202eeltit", "x" * 5000, "${alert(1)} {{7*7}} `", '"><script>alert(1)</script>']


@WORDS
@pytest.mark.parametrize("title", HOSTILE)
def test_hostile_documents_are_only_text(title: str, words: Words) -> None:
    hostile = info(7, title, city=(title,), theme=(title,), kind=title, organisation=title, date=title, language=title,
                   edition=title, handling=title, path=title, paths=(title,), added=title)  # fmt: skip
    file = FileInfo(path=title, outcome="failed", reason=title, pages=0, pages_without_text=0, passages=0, seconds=0, when=title)
    chosen = Choice(find=title[:200], chosen={"city": (title, "Nowhere")})
    for html in (
        library_page.render(room([hostile, *SHELF], files=[file], choice=chosen), words),
        library_page.render(room([hostile, *SHELF], pictures=True), words),
        library_page.render(room([hostile, *SHELF], choice=Choice(chosen={"city": (title,)})), words),
    ):
        parts = Parts(html)
        assert not parts.tags & {"script", "img", "style", "iframe"}
        assert not {name for name in parts.attributes if name.startswith("on") or name == "style"}
        assert "${" not in html and "{{" not in html


# -- the room


@WORDS
def test_the_room_counts_what_is_shown_of_what_there_is(words: Words) -> None:
    html = library_page.render(room(SHELF, choice=shelf_filters.read("city=London")), words)
    assert {"en": "2 of 4 documents", "sv": "2 av 4 dokument"}[words.language] in html
    assert f'href="/{words.language}/library?state=partial"' in html
    assert html.count("<h1") == 1


@WORDS
def test_an_empty_library_and_an_empty_list_say_what_to_do(words: Words) -> None:
    empty = library_page.render(room([]), words)
    assert words.library_empty in empty and words.sync in unescape(empty) and "l-filter" not in empty
    reader = library_page.render(room([], editor=False), words)
    assert words.library_empty_reader in unescape(reader) and "<form" not in reader
    none = library_page.render(room(SHELF, choice=shelf_filters.read("city=Nowhere")), words)
    assert words.nothing_listed in none and 'value="Nowhere" checked' in none and words.clear_list in none


def test_the_form_offers_what_there_is_with_its_counts_and_what_was_chosen() -> None:
    html = shelf_form.render(SHELF, shelf_filters.read("city=London&city=Paris&city=Rome&sort=-date"), EN)
    boxes = re.findall(r'name="city" value="([^"]*)"( checked)?><span dir="auto">([^<]*)</span> <small>(\d+)', html)
    assert boxes == [
        ("London", " checked", "London", "2"),
        ("Malmö", "", "Malmö", "1"),
        ("Paris", " checked", "Paris", "1"),
        ("-", "", "not stated", "1"),
        ("Rome", " checked", "Rome", "0"),
    ]
    assert "city: 3" in html and 'name="sort" value="-date"' in html
    assert [value for value in re.findall(r'name="handling" value="([^"]*)"', html)] == ["TLP:CLEAR", "TLP:GREEN", "TLP:RED"]
    assert [value for value in re.findall(r'name="year" value="([^"]*)"', html)] == ["2021", "2020", "2019", "-"]


@WORDS
def test_readers_see_nothing_that_changes_the_library(words: Words) -> None:
    html = library_page.render(room(SHELF, editor=False), words)
    assert 'method="post"' not in html and words.sync not in html and "l-drop" not in html
    assert html.count("<form") == 1  # the one that narrows the list


# -- what could not be read


def file(path: str, outcome: str, reason: str) -> FileInfo:
    return FileInfo(
        path=path, outcome=outcome, reason=reason, pages=1, pages_without_text=0, passages=0, seconds=0.1,
        when="2026-11-22T13:02:00+00:00",
    )  # fmt: skip


@WORDS
def test_failed_and_partly_readable_files_are_listed_with_reason_and_advice(words: Words) -> None:
    rows = [
        file("corpus/3.pdf", "partial", "no readable text on page 2"),
        file("corpus/b<.pdf", "failed", "a reason that nobody knows"),
        file("corpus/c.md", "added", ""),
    ]
    html = shelves.problems(rows, SHELF, lambda path: path.removeprefix("corpus/"), words)
    assert f'<a href="/{words.language}/library/3">3.pdf</a>' in html
    assert "b&lt;.pdf" in html and "c.md" not in html and "corpus/" not in html
    assert words.advice_head in html and '<time datetime="2026-11-22T13:02:00+00:00"' in html
    foreign = '<span lang="en">a reason that nobody knows</span>'
    assert (foreign in html) == (words.language == "sv")
    assert words.no_problems in shelves.problems(rows[2:], SHELF, str, words)
    assert shelves.problems([], SHELF, str, words) == ""


# -- pictures


@WORDS
def test_the_map_shows_each_theme_in_each_city_and_leads_to_the_list(words: Words) -> None:
    html = pictures.render(SHELF, words)
    cells = re.findall(r'<td role="cell"><a class="l-h(\d)" href="([^"]+)" title="([^"]+)"[^>]*>([^<]+)</a>', html)
    assert len(cells) == 3 * 3
    shown = {tuple(parse_qs(urlsplit(unescape(link)).query)[name][0] for name in ("city", "theme")): n for _, link, _, n in cells}
    assert shown["London", "cyber"] == "2" and shown["Malmö", "cyber"] == "–" and shown["Paris", "crowded places"] == "–"
    for shade, link, name, number in cells:
        choice = shelf_filters.read(urlsplit(unescape(link)).query)
        count = len(shelf_filters.listed(SHELF, choice))
        assert number == (str(count) if count else "–")
        assert (shade == "0") == (count == 0) == name.endswith(words.cell_none)
    said = {"en": "4 of 9 pairs", "sv": "4 av 9"}[words.language]
    assert said.replace("4", str(sum(n != "–" for *_, n in cells))) in html


@WORDS
def test_years_are_columns_with_a_name_and_their_numbers_in_a_table(words: Words) -> None:
    html = pictures.render(SHELF, words)
    named = re.findall(r'<a href="([^"]+)" aria-label="([^"]+)"><rect class="l-press"', html)
    assert [unescape(link) for link, _ in named] == [f"/{words.language}/library?year={year}" for year in (2019, 2020, 2021)]
    assert named[0][1] == {"en": "2019: 1 document", "sv": "2019: 1 dokument"}[words.language]
    assert '<title id="by-year-chart-t">' in html and '<desc id="by-year-chart-d">' in html
    assert f'href="/{words.language}/library?year=-"' in html
    assert html.count("<summary>") == 1 and '<th scope="row"><a href="' in html


def test_years_without_documents_are_gaps_that_are_seen() -> None:
    html = pictures.render([info(1, "a", date="2001"), info(2, "b", date="2005")], EN)
    assert re.findall(r'class="l-year"[^>]*>(\d+)<', html) == ["2001", "2002", "2003", "2004", "2005"]
    assert html.count("l-press") == 2


def test_a_library_of_many_years_cities_and_kinds_stays_in_bounds() -> None:
    many = [
        info(n, f"Report {n}", date=str(1900 + n), city=(f"City {n}",), theme=("one",), kind=f"kind {n % 9}") for n in range(120)
    ]
    html = pictures.render(many, EN)
    assert html.count('class="l-year"') <= 9 and html.count("l-press") == 60
    assert "l-upright" in html and "105 more cities" in html and EN.other_kinds in html


def test_pictures_of_nothing_are_none() -> None:
    html = pictures.render([info(1, "bare", kind="")], EN)
    assert '<svg class="l-chart"' not in html and "l-map" not in html
    assert "1 document has no date" in html and "1 document has no city" in html and "1 document has no theme" in html


@pytest.mark.parametrize(("count", "most", "shade"), [(0, 5, 0), (1, 1, 1), (1, 100, 1), (3, 3, 3), (4, 4, 4), (100, 100, 4)])
def test_what_is_covered_at_all_is_never_shown_as_empty(count: int, most: int, shade: int) -> None:
    assert charts.shade(count, most) == shade


def test_charts_have_no_style_of_their_own_and_stay_within_their_width() -> None:
    html = pictures.render([replace(one, date="2020") for one in SHELF], EN)
    assert "style=" not in html
    for x, width in re.findall(r'<rect class="l-k\d" x="([\d.]+)%"[^>]* width="([\d.]+)%"', html):
        assert 0 <= float(x) and float(x) + float(width) <= 100.1
