"""Rendering: what goes in as text comes out as text, in both languages, with its marks in the right place."""

import re
from dataclasses import fields, replace
from html import unescape
from pathlib import Path

import pytest

from index.query import parse
from index.result import DocumentInfo, Hit, Quote, Result
from tests.fake_library import HOSTILE_TITLE, OWNER, PAGES, FakeLibrary
from ui import (
    asking,
    citation,
    howto,
    images,
    indexroom,
    links,
    names,
    page,
    passages,
    question,
    quotes,
    reading,
    related,
    results,
    scope,
    shell,
    text,
    uploads,
    viewer,
    welcome,
)
from ui.place import Place
from ui.question import Filters, Question
from ui.scope import WHOLE, Scope
from ui.stamp import STRIP
from ui.words import LANGUAGES, Words, every_count, every_pair

EN, SV = Words("en"), Words("sv")
WORDS = pytest.mark.parametrize("words", [EN, SV], ids=["en", "sv"])


@pytest.fixture
def library(tmp_path: Path) -> FakeLibrary:
    return FakeLibrary(tmp_path / "corpus")


def plain(html: str) -> str:
    """What a reader sees: without tags, entities resolved, white space as one space."""
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", html)).split())


def tags(html: str) -> set[str]:
    return set(re.findall(r"<\s*([a-zA-Z]+)", html))


def shown(library: FakeLibrary, result: Result, words: Words, scope: Scope = WHOLE, within: DocumentInfo | None = None) -> str:
    return results.render(result, library.status(), words, Question(text=result.question, scope=scope), within)


# -- words


def test_every_text_is_there_in_both_languages_with_the_same_places() -> None:
    pairs = list(every_pair())
    assert len(pairs) > 120
    same = {"index", "zoom", "seconds", "passages_share", "generation", "phase_progress"}
    for name, pair in pairs:
        assert pair.en.strip() and pair.sv.strip(), f"{name} lacks a translation"
        assert set(re.findall(r"\{\w+\}", pair.en)) == set(re.findall(r"\{\w+\}", pair.sv)), name
        assert pair.en != pair.sv or name in same, f"{name} reads the same in both languages"
    for name, count in every_count():
        assert all("{n}" in form for form in (*count.en, *count.sv)), name


def test_no_room_names_a_text_that_another_has_named() -> None:
    found = [name for name, _ in (*every_pair(), *every_count())]
    assert sorted(name for name in set(found) if found.count(name) > 1) == []


def test_no_text_is_left_without_use() -> None:
    source = "".join(path.read_text() for path in Path("ui").glob("*.py") if not path.name.startswith("words"))
    source += " ".join(f"words.{room}" for room in page.ROOMS)  # the header names them so
    unused = [name for name, _ in (*every_pair(), *every_count()) if not re.search(rf"words\.{name}\b", source)]
    assert unused == []


@WORDS
def test_names_of_data_are_translated(words: Words) -> None:
    assert names.language_name("sv", words) == {"en": "Swedish", "sv": "svenska"}[words.language]
    assert names.kind_name("Seminar note", words) == {"en": "seminar note", "sv": "seminarieanteckning"}[words.language]
    assert names.language_name("xx", words) == "xx"
    assert names.kind_name("memo", words) == "memo"


def test_an_unknown_language_is_english() -> None:
    assert Words("de").ask == "Ask"
    assert [Words(code).ask for code in LANGUAGES] == ["Ask", "Fråga"]


def test_counts_and_numbers_follow_the_language() -> None:
    assert EN.count(EN.documents_n, 1) == "1 document"
    assert EN.count(EN.passages_n, 3204) == "3,204 passages"
    assert SV.count(SV.passages_n, 3204) == "3\N{NO-BREAK SPACE}204 textställen"
    assert (EN.decimal(0.094, 2), SV.decimal(0.094, 2)) == ("0.09", "0,09")


# -- text


@pytest.mark.parametrize("hostile", ["<script>", "${x}", "{{x}}", "`", "a\\b", '" onload="', "' x='", "&lt;", "\x00"])
def test_nothing_hostile_leaves_as_itself(hostile: str) -> None:
    safe = text.escape(hostile)
    assert not set("<>\"'`${}\\\x00") & set(safe)
    assert unescape(safe) == hostile.replace("\x00", "\ufffd")


def test_marks_are_set_after_escaping_so_offsets_hold() -> None:
    said = "a < b & c > d"
    assert text.marked(said, [(2, 7)]) == "a <mark>&lt; b &amp;</mark> c &gt; d"
    assert text.marked(said, [(4, 99), (0, 5)]) == "<mark>a &lt; b &amp; c &gt; d</mark>"
    assert text.marked(said, [(5, 5), (20, 30), (-3, 1)]) == "<mark>a</mark> &lt; b &amp; c &gt; d"


def test_a_mark_over_a_line_break_is_closed_and_opened_again() -> None:
    html = text.paragraphs("one two\n\nthree four", [(0, 18)], [(4, 14)])
    assert html == (
        '<p id="hit"><span class="tint">one </span><mark>two</mark></p>\n<p><mark>three</mark><span class="tint"> fou</span>r</p>'
    )


def test_no_character_of_a_page_is_lost_in_paragraphs() -> None:
    said = "Ett <två>\n tre & fyra\n\nfem"
    assert "".join(plain(text.paragraphs(said, [(2, 20)], [(5, 9)])).split()) == "".join(said.split())


@pytest.mark.parametrize(
    ("value", "english", "swedish"),
    [
        ("2020", "2020", "2020"),
        ("2020-06", "June 2020", "juni 2020"),
        ("2020-06-05", "5 June 2020", "5 juni 2020"),
        ("", "", ""),
        ("spring 2020", "spring 2020", "spring 2020"),
        ("2020-13", "2020-13", "2020-13"),
        ("2020-", "2020-", "2020-"),
    ],
)
def test_dates(value: str, english: str, swedish: str) -> None:
    assert (text.date(value, EN), text.date(value, SV)) == (english, swedish)


@pytest.mark.parametrize(
    ("fmt", "page", "last", "label", "english", "swedish"),
    [
        ("pdf", 22, 22, "14", "p. 14 (PDF page 22)", "s. 14 (PDF-sida 22)"),
        ("pdf", 14, 15, "14–15", "p. 14–15", "s. 14–15"),
        ("pdf", 14, 15, "14-15", "p. 14–15", "s. 14–15"),
        ("pdf", 3, 3, "iii", "p. iii (PDF page 3)", "s. iii (PDF-sida 3)"),
        ("pdf", 22, 23, "", "PDF page 22–23", "PDF-sida 22–23"),
        ("pptx", 3, 3, "", "slide 3", "bild 3"),
        ("docx", 1, 1, "", "", ""),
    ],
)
def test_places_are_named_as_printed_and_as_counted(
    fmt: str, page: int, last: int, label: str, english: str, swedish: str
) -> None:
    assert text.place(fmt, page, last, label, EN) == english
    assert text.place(fmt, page, last, label, SV) == swedish


def test_handling_marks_have_the_colours_of_their_level() -> None:
    assert 'class="tlp tlp-amber"' in text.handling("TLP:AMBER+STRICT")
    assert 'class="tlp tlp-red"' in text.handling("TLP:RED")
    assert 'class="tlp tlp-clear"' in text.handling("OFFICIAL")
    assert text.handling(" ") == ""


def test_sizes() -> None:
    assert [text.size(n, EN) for n in (0, 999, 4200, 26_400_000, 3 * 10**12)] == ["0 B", "999 B", "4.2 kB", "26.4 MB", "3.0 TB"]


# -- answers


@WORDS
def test_the_answer_stands_first_with_citations_that_link(library: FakeLibrary, words: Words) -> None:
    result = library.search("Who held back?", principal=OWNER)
    html = shown(library, result, words)
    quote = result.quotes[0]
    assert html.index(words.answer) < html.index(words.passages)
    assert text.quoted(quote.text, words) in html
    (cite,) = re.findall(r'<a class="k-cite" href="([^"]+)" target="viewer"[^>]*>1</a>', html)
    address = unescape(cite)
    assert address.startswith("/view/1?start=19&end=")
    assert f"mark={quote.start}-{quote.end}" in address and f"lang={words.language}" in address
    assert html.index("k-answer") < html.index("k-passage") < html.index("k-coverage")


def test_passages_are_grouped_by_document_and_say_where_and_why(library: FakeLibrary) -> None:
    html = shown(library, library.search("warning", principal=OWNER), EN)
    assert html.count('<article class="k-doc">') == 3
    said = plain(html)
    assert "Manchester · report · June 2020 · English" in said
    assert "p. 14–16 (PDF page 1–3) 4 Warning › 4.2 Inside Staff at the exits" in said
    assert "Copy citation Keep Similar passages Wider context matched by meaning and words" in said
    assert "may not be attributed" in said
    assert "TLP:GREEN" in said and "TLP:RED" in said


def test_the_passage_that_the_viewer_opens_with_is_marked_as_open(library: FakeLibrary) -> None:
    result = library.search("warning", principal=OWNER)
    html = shown(library, result, EN)
    assert re.findall(r'class="k-passage k-open" id="source-(\d)"', html) == ["1"]
    assert results.first_view(result, EN) == links.of_hit(result.hits[0], "en", result.hits[:1])


def test_hostile_titles_and_passages_stay_text(library: FakeLibrary) -> None:
    result = library.search("warning", principal=OWNER)
    html = shown(library, result, EN)
    assert not tags(html) & {"script", "img", "iframe", "style"}
    assert "${" not in html and "{{" not in html and "`" not in html
    assert HOSTILE_TITLE in unescape(html)
    unmarked = html.replace("<mark>", "").replace("</mark>", "")
    assert text.escape("<script>alert(4)</script> The note says ${alert(5)} & nothing more.") in unmarked


def test_an_answer_of_nothing_says_so_and_marks_no_sentence(library: FakeLibrary) -> None:
    result = library.search("nothing", principal=OWNER)
    html = shown(library, result, EN)
    assert "Nothing in the library answers this" in html
    assert html.index("Nothing in the library") < html.index("The nearest passages") < html.index("k-passage")
    assert "<mark>" not in html and "<blockquote" not in html and "mark=" not in html
    assert results.first_view(result, EN) == ""


def test_what_was_searched_and_what_could_not_be_is_said(library: FakeLibrary) -> None:
    library.notes = ("“colour:” is no filter",)
    said = plain(shown(library, library.search("x", principal=OWNER), EN))
    assert "Searched 3 documents, 4 passages. 1 document with pages without readable text (3 pages)" in said
    assert "0.05 s · index of 22 November 2026 · model all-MiniLM-L6-v2 (English)" in said
    assert said.startswith("“colour:” is no filter")


def test_example_questions_come_from_the_library_in_its_own_words(library: FakeLibrary) -> None:
    questions = welcome.example_questions(library.documents(OWNER), EN)
    assert questions[0] == "What do the reports say about public warning?"
    assert len(questions) == len(set(questions)) == 3
    html = welcome.examples(questions, EN)
    assert "data-ask=" in html and "<img" not in html and "${" not in html
    assert welcome.examples([], EN) == ""


@WORDS
def test_the_welcome_shows_what_came_last_and_how_much_there_is(library: FakeLibrary, words: Words) -> None:
    library.infos[1] = replace(library.infos[1], added="2026-11-23T10:00:00+00:00")
    html = welcome.render(library.documents(OWNER), words)
    listed = html.split(text.escape(words.latest))[1]
    assert re.findall(r'href="(/\w+/library/?\d*)"', listed)[0] == f"/{words.language}/library/1"
    assert words.count(words.documents_n, 3) in plain(listed) and words.count(words.cities_n, 1) in plain(listed)
    assert not tags(html) & {"img", "script"} and "${" not in html
    theme = {"en": "public warning", "sv": "varning till allmänheten"}[words.language]
    assert names.theme_name("Public warning", words) == theme and names.theme_name("other", words) == "other"


# -- agreement, and what leads on


def saying(library: FakeLibrary, *said: tuple[str, tuple[int, ...]], **known: dict[int, dict[str, object]]) -> Result:
    """An answer of quotes, each with the ranks that say it; hit n is document n, as `known` has it."""
    result = library.search("x", principal=OWNER)
    hits = tuple(replace(hit, **known.get("hits", {}).get(hit.rank, {})) for hit in result.hits)  # type: ignore[arg-type]
    quotes = tuple(Quote(text=text, citations=by, document_id=by[0], start=0, end=9) for text, by in said)
    return replace(result, hits=hits, quotes=quotes)


def groups(html: str) -> list[str]:
    return [plain(part) for part in html.split('<figure class="k-said">')[1:]]


@WORDS
def test_a_sentence_of_several_documents_names_them_all(library: FakeLibrary, words: Words) -> None:
    cities = {1: {"city": ("Manchester",)}, 3: {"city": ("Paris",), "date": "2022-04"}}
    result = saying(library, ("One.", (1, 3)), hits=cities)
    (group,) = groups(quotes.render(result, words))
    said = {"en": "said in 2 documents", "sv": "står i 2 dokument"}[words.language]
    assert group.endswith(f"One.” 1 3 Manchester, 2020 TLP:GREEN Paris, 2022 TLP:RED {said}")


def test_quotes_of_one_document_stand_together_over_one_line(library: FakeLibrary) -> None:
    named = {1: {"city": ("Manchester",)}, 3: {"city": ("Paris",)}}
    result = saying(library, ("One.", (1,)), ("Both.", (1, 3)), ("Two.", (1,)), ("Three.", (3,)), hits=named)
    assert groups(quotes.render(result, EN)) == [
        "“One.” 1 “Two.” 1 Manchester, 2020 TLP:GREEN",
        "“Both.” 1 3 Manchester, 2020 TLP:GREEN Paris, 2022 TLP:RED said in 2 documents",
        "“Three.” 3 Paris, 2022 TLP:RED",
    ]


@pytest.mark.parametrize(
    ("known", "name"),
    [
        ({"city": ("London",), "date": "2020-06"}, "London, 2020"),
        ({"city": ("London", "Paris"), "date": ""}, "London, Paris"),
        ({"city": ("A", "B", "C"), "organisation": "The network", "date": "2023"}, "The network, 2023"),
        ({"city": (), "organisation": "", "title": "A paper", "date": "spring"}, "A paper"),
        ({"city": ("London",), "organisation": "Office", "attributable": False, "title": "A seminar"}, "A seminar, 2020"),
        ({"city": (), "title": "", "path": "a/b.pdf"}, "a/b.pdf, 2020"),
    ],
)
def test_a_source_is_named_briefly_and_nobody_who_may_not_be_named(
    library: FakeLibrary, known: dict[str, object], name: str
) -> None:
    hit: Hit = replace(library.hit(1, 1), **known)  # type: ignore[arg-type]
    assert quotes.short_sources([hit]) == {1: name}


def test_sources_with_one_name_are_told_apart_by_their_titles(library: FakeLibrary) -> None:
    hits = [replace(library.hit(n, n), city=("Paris",), date="2020", attributable=True, title=f"T{n}") for n in (1, 2)]
    other = replace(library.hit(3, 3), city=("Rome",))
    assert quotes.short_sources([*hits, other]) == {1: "T1, 2020", 2: "T2, 2020", 3: "Rome, 2022"}


@pytest.mark.parametrize(
    ("ways", "english", "swedish"),
    [
        ((True, False, False), "matched by meaning", "träff på betydelse"),
        ((False, True, False), "matched by words", "träff på ord"),
        ((False, False, True), "matched by added words", "träff på tillagda ord"),
        ((True, True, False), "matched by meaning and words", "träff på betydelse och ord"),
        ((True, False, True), "matched by meaning and added words", "träff på betydelse och tillagda ord"),
        ((True, True, True), "matched by meaning, words and added words", "träff på betydelse, ord och tillagda ord"),
        ((False, False, False), "", ""),
    ],
)
def test_it_is_said_why_a_passage_was_found(
    library: FakeLibrary, ways: tuple[bool, bool, bool], english: str, swedish: str
) -> None:
    hit = library.hit(1, 1, by_meaning=ways[0], by_words=ways[1], by_added=ways[2])
    assert (passages.why(hit, EN), passages.why(hit, SV)) == (english, swedish)


def asked_by(html: str) -> list[tuple[str, str]]:
    """The links that ask: what they say, and the address that they ask by."""
    found = re.findall(r'<a[^>]* href="\?([^"]*)" data-ask="yes"[^>]*>([^<]*)</a>', html)
    return [(unescape(said), unescape(address)) for address, said in found]


@WORDS
def test_words_that_were_searched_too_are_listed_and_can_be_left_out(library: FakeLibrary, words: Words) -> None:
    library.added = tuple(f"ord{n}" for n in range(14))
    html = shown(library, library.search("Who & why?", principal=OWNER), words)
    listed = ", ".join(library.added[:12])
    assert f"{words.also_searched} {listed}, … {words.own_words}" in plain(html) and '<i lang="sv">' in html
    assert html.index(words.passages) < html.index(words.also_searched) < html.index("k-doc")
    assert asked_by(html) == [(words.own_words, "q=Who+%26+why%3F&translate=no")]
    assert 'id="k-added-switch"' in html and 'data-then="k-added-switch"' in html


@WORDS
def test_words_that_were_left_out_can_be_brought_in_again(library: FakeLibrary, words: Words) -> None:
    library.added = ("offentlig",)
    result = library.search("Who?", principal=OWNER, translate=False)
    html = shown(library, result, words, Scope(translate=False))
    assert f"{words.own_words_were} {words.other_words}" in plain(html) and "offentlig" not in html
    assert asked_by(html) == [(words.other_words, "q=Who%3F")]


def test_twelve_added_words_are_all_of_them_and_none_are_not_mentioned(library: FakeLibrary) -> None:
    library.added = tuple("abcdefghijkl")
    assert "…" not in shown(library, library.search("x", principal=OWNER), EN)
    library.added = ()
    assert EN.also_searched not in shown(library, library.search("x", principal=OWNER), EN)


@pytest.mark.parametrize(("instead", "end"), [("public warning", "public warning?"), ("Who warned?", "Who warned?")])
def test_a_question_with_its_words_put_right_is_offered(library: FakeLibrary, instead: str, end: str) -> None:
    library.instead = instead
    html = shown(library, library.search("pubblic", principal=OWNER), EN)
    assert asked_by(html) == [(instead, question.write(Question(text=instead)))]
    assert f"Did you mean: {end} Answer" in plain(html.replace("</a>?", "?</a>"))
    assert "Menade du:" in shown(library, library.search("x", principal=OWNER), SV)


@WORDS
def test_more_of_a_document_is_asked_within_it_and_there_is_a_way_back(library: FakeLibrary, words: Words) -> None:
    library.more = 7
    html = shown(library, library.search("Who?", principal=OWNER), words)
    said = {"en": "7 more from this document", "sv": "7 till ur dokumentet"}[words.language]
    assert asked_by(html) == [(said, f"q=Who%3F&document={n}") for n in (1, 2, 3)]
    within = Scope(document=1, translate=False)
    result = library.search("Who?", principal=OWNER, where={"document": ["1"]}, translate=False)
    html = shown(library, result, words, within, library.infos[1])
    assert words.within.format(title="Warning the public") in plain(html)
    back, again = asked_by(html)
    assert back == (words.whole_library, "q=Who%3F&translate=no")
    assert again == (words.other_words, "q=Who%3F&document=1")
    assert 'id="k-whole"' in html and said not in html


def test_hostile_words_of_a_result_stay_text(library: FakeLibrary) -> None:
    library.added, library.instead, library.more = (HOSTILE_TITLE,), HOSTILE_TITLE, 2
    result = library.search(HOSTILE_TITLE, principal=OWNER)
    html = shown(library, result, EN, Scope(document=2), library.infos[2])
    assert not tags(html) & {"script", "img", "iframe", "style"} and "onerror=alert(1)>" not in html
    assert not set("${}`") & set(html)


def test_a_language_that_the_model_does_not_know_is_said_where_the_answer_meets_it(library: FakeLibrary) -> None:
    status = library.status()
    met = library.search("x", principal=OWNER)
    english = replace(met, hits=tuple(hit for hit in met.hits if hit.language == "en"))
    note = indexroom.gap(status, EN)
    assert "--model" in note
    for result, now, said in [
        (met, status, True),
        (english, status, False),
        (replace(english, language="sv"), status, True),
        (replace(english, language=""), status, False),
        (met, replace(status, model_languages=("*",)), False),
    ]:
        html = results.render(result, now, EN, Question(text="x"))
        assert (note in html) is said
        assert not said or html.index("k-coverage") < html.index(note)


@WORDS
def test_each_passage_leads_to_what_is_like_it_and_around_it(library: FakeLibrary, words: Words) -> None:
    html = shown(library, library.search("x", principal=OWNER), words)
    found = re.findall(r'<a href="(/(?:similar|context)/[^"]+)" target="viewer"[^>]* aria-label="([^"]+)">([^<]+)</a>', html)
    number = {"en": "Source", "sv": "Källa"}[words.language]
    assert found[:2] == [
        (f"/similar/1?lang={words.language}", f"{words.similar}, {number} 1", words.similar),
        (f"/context/1?lang={words.language}", f"{words.wider}, {number} 1", words.wider),
    ]
    assert len(found) == 6


# -- similar passages and wider context


@WORDS
def test_similar_passages_stand_with_title_page_and_text(library: FakeLibrary, words: Words) -> None:
    own, near = library.neighbours(2, principal=OWNER)[0], library.similar(2, principal=OWNER)
    documents = [info for info, _ in library.similar_documents(2, principal=OWNER)]
    html = related.similar(own, near, documents, words)
    assert f'lang="{words.language}"' in html and f"<h1>{text.escape(words.similar)}</h1>" in html
    assert html.count('<article class="v-hit">') == 2
    first = html.split('<article class="v-hit">')[1]
    assert "Warning the public" in first and "Staff at the exits repeated one short sentence." in first
    assert f'<a href="{text.escape(links.of_hit(near[0], words.language))}">' in first
    assert f'href="/context/1?lang={words.language}"' in first
    listed = html.split(text.escape(words.similar_documents))[1]
    assert re.findall(r'<li><a href="([^"]+)"', listed) == [f"/view/{n}?lang={words.language}" for n in (1, 3)]


def test_a_passage_like_no_other_says_so(library: FakeLibrary) -> None:
    html = related.similar(library.found(1, 1), [], [], EN)
    assert EN.no_similar in html and EN.similar_documents not in html


def test_a_passage_is_marked_among_those_around_it(library: FakeLibrary) -> None:
    own = library.found(2, 1)
    before, after = (replace(own, passage_id=n, text=f"Text {n}.") for n in (8, 9))
    html = related.context(own, [before, own, after], EN)
    pieces = html.split("<section ")[1:]
    assert ['id="hit"' in piece for piece in pieces] == [False, True, False]
    assert "Text 8." in pieces[0] and "Staff at the exits" in pieces[1] and "Text 9." in pieces[2]
    assert html.count("p. 14–16 (PDF page 1–3)") == 3
    assert text.escape(links.of_hit(own, "en")) in html and 'href="/similar/1?lang=en"' in html


def test_pages_of_related_passages_are_escaped_and_hold_no_script_of_their_own(library: FakeLibrary) -> None:
    own = library.found(1, 2)
    for html in (related.similar(own, [own], [library.infos[2]], EN), related.context(own, [own], EN)):
        assert not tags(html) & {"img", "iframe", "style"} and "style=" not in html
        assert html.count("<script") == 1 and '<script src="/static/viewer.js" defer>' in html
        assert HOSTILE_TITLE in unescape(html) and "${" not in html


# -- how to ask, and how widely


@WORDS
def test_what_the_help_shows_is_understood(words: Words) -> None:
    html = howto.render(words)
    typed = [unescape(code) for code in re.findall(r"<code>([^<]+)</code>", html)]
    read = [parse(one) for one in typed]
    assert html.startswith("<details") and len(typed) == 8
    assert [query.phrases != () for query in read] == [True] + [False] * 7
    assert [query.without != () for query in read] == [False, True] + [False] * 6
    assert [query.where[0][0] for query in read[2:]] == ["city", "year", "kind", "theme", "language", "editions"]
    assert dict(read[3].where)["year"] == ("2019..2021",) and dict(read[4].where)["kind"] == ("report",)
    assert all(query.text == "" for query in read[1:])


@pytest.mark.parametrize(
    "asked", [WHOLE, Scope(document=7), Scope(translate=False), Scope(older=True), Scope(document=2**63 - 1, translate=False)]
)
def test_a_scope_is_read_back_as_it_was_written(asked: Scope) -> None:
    assert scope.parse(scope.write(asked)) == asked
    assert question.read(question.write(Question(text="q & document=9", scope=asked))).scope == asked


@pytest.mark.parametrize(
    "bad", ["document=x", "document=-1", "document=²", "document=", f"document={2**63}", "translate=yes", "&&=", "q=1"]
)
def test_a_scope_that_makes_no_sense_is_the_whole_library(bad: str) -> None:
    assert scope.parse(bad) == WHOLE


# -- the viewer


def test_words_are_found_where_they_stand_on_the_page(library: FakeLibrary) -> None:
    page = library.page(1, 2, OWNER)
    assert page is not None
    start = page.start + PAGES[1].index("stewards")  # columns 4 to 11 of the first line of 40
    ((left, top, width, height),) = viewer.rectangles(page, [(start, start + 8)])
    assert (left, top) == (pytest.approx(4 / 40, abs=1e-4), 0)
    assert (width, height) == (pytest.approx(8 / 40, abs=1e-4), pytest.approx(0.04, abs=1e-4))
    assert len(viewer.rectangles(page, [(page.start, page.end)])) == 2
    assert viewer.rectangles(page, [(0, page.start)]) == []


def test_boxes_that_do_not_fit_the_text_mark_nothing_and_it_is_said(library: FakeLibrary) -> None:
    page = library.page(1, 1, OWNER)
    assert page is not None
    broken = replace(page, boxes=b"")
    html = viewer.render([broken], Place(passage=(0, 10)), EN, source=True)
    assert 'class="v-tint"' not in html and EN.no_boxes in html
    assert "<details open>" in html and 'id="hit"' in html


@WORDS
def test_a_passage_over_pages_is_marked_on_each(library: FakeLibrary, words: Words) -> None:
    place = Place(passage=(19, 170), marks=((19, 30),))
    info = library.document(1, OWNER)
    assert info is not None
    pages = reading.pages(library, info, place, OWNER)
    assert [page.number for page in pages] == [1, 2, 3]
    html = viewer.render(pages, place, words, source=True)
    sheets = html.split('<section class="v-page"')[1:]
    assert [len(re.findall('class="v-tint"', sheet)) > 0 for sheet in sheets] == [True, True, True]
    assert [len(re.findall('class="v-mark"', sheet)) > 0 for sheet in sheets] == [True, False, False]
    assert html.count('id="hit"') == 1
    assert [address for address in re.findall(r'img src="([^"]+)"', html)] == [f"/image/1/{n}.png?w=1400" for n in (1, 2, 3)]
    assert f'lang="{words.language}"' in html


def test_text_pages_are_escaped_and_marked(library: FakeLibrary) -> None:
    page = library.page(2, 1, OWNER)
    assert page is not None
    html = viewer.render([page], Place(passage=(0, 60), marks=((26, 30),)), EN, source=True)
    assert "<mark>The </mark>" in html
    assert not tags(html) & {"img", "iframe", "svg"}
    assert html.count("<script") == 1 and '<script src="/static/viewer.js" defer>' in html
    assert "${" not in html
    assert "/source/2" in html and "#page" not in html


def test_a_long_text_is_shown_around_the_passage_and_it_is_said(library: FakeLibrary) -> None:
    page = library.page(2, 1, OWNER)
    assert page is not None
    words = "word " * 60_000
    long = replace(page, text=words, end=page.start + len(words))
    html = viewer.render([long], Place(passage=(150_000, 150_040)), EN, source=True)
    assert len(html) < 200_000 and EN.text_shortened in html
    (tinted,) = re.findall(r'<span class="tint">([^<]*)</span>', html)
    assert tinted == words[150_000:150_040]


def test_a_source_that_is_gone_is_said_and_the_text_shown(library: FakeLibrary) -> None:
    page = library.page(1, 1, OWNER)
    assert page is not None
    html = viewer.render([page], Place(version="0000"), EN, source=False)
    assert EN.source_gone in html and EN.changed_since in html
    assert "<img" not in html and "/source/" not in html
    assert "Staff at the exits" in html


def test_steps_and_zoom_keep_the_place(library: FakeLibrary) -> None:
    page = library.page(1, 2, OWNER)
    assert page is not None
    place = Place(passage=(70, 90), marks=((72, 80),), page=2, zoom="150")
    html = unescape(viewer.render([page], place, EN, source=True))
    assert '<a class="v-step" rel="prev" href="/view/1?start=70&end=90&p=1&mark=72-80&zoom=150&lang=en"' in html
    assert 'rel="next" href="/view/1?start=70&end=90&p=3&mark=72-80&zoom=150&lang=en"' in html
    assert '<b aria-current="true">150 %</b>' in html
    assert "p. 15 (PDF page 2 of 3)" in html
    assert 'href="/source/1#page=2"' in html
    assert f'width="800" height="{round(1200 + 2 * STRIP * 800)}"' in html  # the page, and what is stamped above and below it


@pytest.mark.parametrize("blank", [("blank", "blank_page"), ("none", "no_text")])
def test_pages_without_text_say_so(library: FakeLibrary, blank: tuple[str, str]) -> None:
    page = library.page(1, 1, OWNER)
    assert page is not None
    empty = replace(page, text="", end=page.start, boxes=b"", source=blank[0])
    assert getattr(EN, blank[1]) in viewer.render([empty], Place(), EN, source=True)


# -- links


def test_places_are_read_back_as_they_were_written() -> None:
    address = links.view(7, "sv", passage=(3, 9), marks=[(4, 6), (7, 8)], page=2, zoom="200", version="ab" * 32)
    query = dict(re.findall(r"[?&](start|end|p|zoom|v)=([^&]*)", address))
    marks = re.findall(r"mark=([^&]*)", address)
    place = reading.parse(**query, mark=marks)
    assert place == Place(passage=(3, 9), marks=((4, 6), (7, 8)), page=2, zoom="200", version="ab" * 6)


@pytest.mark.parametrize(
    "bad",
    [
        {"start": "5"},
        {"start": "9", "end": "3"},
        {"start": "-1", "end": "3"},
        {"start": "1", "end": "1e3"},
        {"start": "1", "end": "9" * 12},
        {"p": "0"},
        {"p": "x"},
        {"mark": ["3"]},
        {"mark": ["9-3"]},
        {"zoom": "300"},
        {"v": "../x"},
    ],
)
def test_places_that_are_none_are_refused(bad: dict[str, object]) -> None:
    with pytest.raises(reading.BadPlace):
        reading.parse(**bad)  # type: ignore[arg-type]


@pytest.mark.parametrize(("start", "page"), [(0, 1), (65, 1), (66, 2), (142, 2), (147, 3)])
def test_the_page_of_an_offset_is_found(library: FakeLibrary, start: int, page: int) -> None:
    info = library.document(1, OWNER)
    assert info is not None
    lengths = [len(text) for text in PAGES]
    assert sum(lengths[: page - 1]) <= start < sum(lengths[:page]), "the test's own offsets"
    found = reading.pages(library, info, Place(passage=(start, start + 1)), OWNER)
    assert [view.number for view in found] == [page]


def test_offsets_outside_the_document_have_no_page(library: FakeLibrary) -> None:
    info = library.document(1, OWNER)
    assert info is not None
    assert reading.pages(library, info, Place(passage=(10_000, 10_001)), OWNER) == []
    assert reading.pages(library, info, Place(page=9), OWNER) == []


# -- rooms


def test_the_index_room_says_where_the_model_does_not_fit_the_library(library: FakeLibrary) -> None:
    said = plain(indexroom.status(library.status(), EN))
    assert "English 75 %, Swedish 25 %" in said
    assert "index rebuild --model" in said
    assert "25 % of the passages are in a language the model does not know (Swedish)" in said
    assert "26.4 MB" in said and "14 passages" in said
    many = replace(library.status(), model_languages=("*",))
    assert "does not know" not in plain(indexroom.status(many, EN)) and EN.any_language in indexroom.status(many, EN)
    none = replace(library.status(), ready=False, writer="rebuild, process 4711")
    assert "No index yet" in plain(indexroom.status(none, EN)) and "process 4711" in plain(indexroom.status(none, EN))


# -- asking


def test_years_are_taken_from_those_there_are() -> None:
    years = ["2018", "2019", "2021", "2022"]
    assert Filters(year_from="2019", year_to="2021").where(years) == {"year": ["2019", "2021"]}
    assert Filters(year_from="2021", year_to="2019").where(years) == {"year": ["2019", "2021"]}
    assert Filters(year_to="2019", city=("Paris",)).where(years) == {"city": ("Paris",), "year": ["2018", "2019"]}
    assert Filters(year_from="2020", year_to="2020").where(years) == {"year": ["2020"]}  # finds nothing, rather than everything
    assert Filters().where(years) == {}


def test_filters_say_what_is_chosen() -> None:
    assert asking.chip("city", []) == "city"
    assert asking.chip("city", ["London", "Paris"]) == "city: London, Paris"
    assert asking.chip("city", ["London", "Paris", "Rome"]) == "city: London + 2"
    assert asking.year_chip("year", "2019", "") == "year: 2019–"
    assert asking.year_chip("year", "2021", "2019") == "year: 2019–2021"
    assert asking.named("language", ["sv"], EN) == ["Swedish"]
    assert asking.choices({"language": ["sv", "en", ""]}, "language", SV) == [("engelska", "en"), ("svenska", "sv")]


def test_filters_have_a_field_for_each_part() -> None:
    assert [field.name for field in fields(Filters)] == [*question.FIELDS, "year_from", "year_to"]
    assert asking.choices({"handling": ["TLP:RED", "TLP:CLEAR", "TLP:GREEN"]}, "handling", EN)[0][0] == "TLP:CLEAR"


@pytest.mark.parametrize(
    "asked",
    [
        Question(text="Who & why? = 100 %"),
        Question(text="Vem varnar?", filters=Filters(city=("London; Paris", "Åre"), year_from="2019")),
        Question(text="x", filters=Filters(handling=("TLP:AMBER+STRICT",)), scope=Scope(document=7, translate=False)),
        Question(text=""),
    ],
)
def test_an_address_asks_what_it_was_written_from(asked: Question) -> None:
    assert question.read(question.write(asked)) == asked
    assert question.read("?" + question.write(asked) + "&view=%2Fview%2F1&lang=sv") == asked


@pytest.mark.parametrize("bad", ["q=%00", "year_from=20x", "year_to=99999", "city=", "document=-1", "&&=", "q=" + "x" * 9000])
def test_an_address_that_makes_no_sense_narrows_nothing(bad: str) -> None:
    read = question.read(bad)
    assert read.filters == Filters() and read.scope == WHOLE and len(read.text) <= question.LONGEST


def test_many_values_of_a_filter_are_bounded() -> None:
    read = question.read("q=x&" + "&".join(f"city={'y' * 500}{n}" for n in range(900)))
    assert len(read.filters.city) <= 50 and all(len(city) <= 200 for city in read.filters.city)
    assert question.read("&".join(["q=x"] * 200_000)) == Question(text="x")


# -- references, and buttons that copy and keep


@WORDS
def test_a_citation_has_the_words_and_all_that_a_paper_needs(library: FakeLibrary, words: Words) -> None:
    hit = replace(library.hit(1, 1), organisation="The office")
    said = {
        "en": "“Staff at the exits.” (The office, Warning the public, Manchester, June 2020, p. 14–16 (PDF page 1–3), TLP:GREEN)",
        "sv": "”Staff at the exits.” (The office, Warning the public, Manchester, juni 2020, s. 14–16 (PDF-sida 1–3), TLP:GREEN)",
    }
    assert citation.plain(hit, words, "Staff at\nthe exits.") == said[words.language]
    assert plain(citation.rich(hit, words, "Staff at\nthe exits.")) == said[words.language].replace(" (", " (")


def test_a_citation_withholds_who_may_not_be_named(library: FakeLibrary) -> None:
    hit = replace(library.hit(1, 2), organisation="The office", city=("Rome",), title="A seminar")
    said = citation.plain(hit, EN)
    assert "office" not in said and "Rome" not in said and "A seminar" in said and EN.no_attribution in said
    kept = citation.excerpt(hit, None)
    assert citation.reference(kept, EN) == citation.reference(hit, EN) and kept.text == hit.text


@WORDS
def test_words_that_were_read_from_a_picture_say_so_everywhere(library: FakeLibrary, words: Words) -> None:
    said = {"en": "read by OCR, 91 % sure", "sv": "läst med OCR, 91 % säkert"}[words.language]
    result = library.search("x", principal=OWNER)
    read = replace(result, hits=(replace(result.hits[0], ocr=0.914), *result.hits[1:]))
    assert plain(shown(library, read, words)).count(f"Inside {said} Staff") == 1 and said not in plain(
        shown(library, result, words)
    )
    assert citation.reference(read.hits[0], words).endswith(f", {said}")
    assert citation.reference(citation.excerpt(read.hits[0], None), words).endswith(f", {said}")
    page = library.page(1, 1, OWNER)
    assert page is not None
    assert words.by_ocr_more in unescape(viewer.render([replace(page, ocr=0.9)], Place(), words, source=True))
    assert words.by_ocr_more not in unescape(viewer.render([page], Place(), words, source=True))


def test_the_answer_can_be_copied_kept_compared_and_followed(library: FakeLibrary) -> None:
    result = library.search("Who & why?", principal=OWNER)
    html = results.render(result, library.status(), EN, Question(text="Who & why?", filters=Filters(city=("Paris",))))
    copies = [unescape(value) for value in re.findall(r'data-copy="([^"]*)"', html)]
    assert copies[0].startswith("Contains TLP:GREEN\n\n“" + result.quotes[0].text) and len(copies) == 1 + len(result.hits)
    assert re.findall(r'data-keep="([^"]*)" data-asked="([^"]*)"', html)[0] == ("1", "Who &amp; why?")
    assert 'href="/en/compare?q=Who+%26+why%3F"' in html
    assert '<input type="hidden" name="address" value="q=Who+%26+why%3F&amp;city=Paris">' in html


# -- hits along a document


def test_the_viewer_steps_from_hit_to_hit_and_shows_where_they_stand(library: FakeLibrary) -> None:
    page = library.page(1, 2, OWNER)
    assert page is not None
    hits = ((1, 19, 40), (2, 70, 90), (3, 150, 160))
    html = viewer.render([page], Place(passage=(70, 90), marks=((70, 90),), page=2, hits=hits), EN, source=True)
    assert "hit 2 of 3" in html and html.count('<rect class="v-tick') == 3 and html.count("v-tick-now") == 1
    to = {way: unescape(address) for way, address in re.findall(r'data-hit="(prev|next)" href="([^"]+)"', html)}
    assert to["prev"].startswith("/view/1?start=19&end=40&p=1&mark=19-40&hit=1.19.40&hit=2.70.90")
    assert "start=150&end=160&p=3" in to["next"]
    assert re.findall('data-ahead="([^"]+)"', html) == ["/image/1/3.png?w=1400", "/image/1/1.png?w=1400"]
    alone = viewer.render([page], Place(page=2), EN, source=True)
    assert "v-strip" not in alone and "data-hit" not in alone


def test_the_first_and_the_last_hit_have_no_step_beyond(library: FakeLibrary) -> None:
    page = library.page(1, 1, OWNER)
    assert page is not None
    hits = ((1, 19, 40), (2, 70, 90))
    first = viewer.render([page], Place(passage=(19, 40), page=1, hits=hits), EN, source=True)
    assert re.findall('data-hit="(prev|next)"', first) == ["next"]


def test_another_sentence_of_the_passage_is_the_same_hit(library: FakeLibrary) -> None:
    page = library.page(1, 1, OWNER)
    assert page is not None
    hits = ((1, 19, 40), (2, 70, 90))
    html = viewer.render([page], Place(passage=(19, 60), marks=((50, 60),), hits=hits), EN, source=True)
    assert "hit 1 of 2" in html


def test_after_a_turn_of_the_page_the_steps_lead_to_the_hits_around_it(library: FakeLibrary) -> None:
    page = library.page(1, 2, OWNER)
    assert page is not None
    hits = ((1, 19, 40), (3, 150, 160))
    html = viewer.render([page], Place(passage=(19, 40), page=2, hits=hits), EN, source=True)
    to = {way: unescape(address) for way, address in re.findall(r'data-hit="(prev|next)" href="([^"]+)"', html)}
    assert "2 hits" in plain(html) and "&p=1&" in to["prev"] and "&p=3&" in to["next"]


@pytest.mark.parametrize("bad", ["1.2", "0.1.2", "1.5.5", "x", "1.2.3.4", "1.-2.3", "²" * 3])
def test_a_hit_that_is_none_is_a_bad_place(bad: str) -> None:
    with pytest.raises(reading.BadPlace):
        reading.parse(hit=[bad])


# -- inside Gradio


def test_html_for_gradio_is_one_block_without_empty_lines() -> None:
    from ui.blocks import one_line

    assert one_line("<p>a\n\n    b</p>\n\n# c") == "<div><p>a&#10;&#10;    b</p>&#10;&#10;# c</div>"


# -- the shell


def test_gradio_s_page_is_dressed_as_ours() -> None:
    import gradio

    page = (Path(gradio.__file__).parent / "templates/frontend/index.html").read_text()
    dressed = shell.dress(page, "N0NCE", SV)
    assert not re.findall(r"https?://(?!www\.w3\.org)[^\"'\s]+", dressed)
    assert 'lang="sv"' in dressed and "manifest" not in dressed
    assert len(re.findall(r"<script(?! nonce=\"N0NCE\")", dressed)) == 0
    assert '<link rel="stylesheet" href="/static/base.css">' in dressed
    assert re.search(r'<body[^>]*><header class="k-top">', dressed) and 'href="/en/?q=1"' in shell.dress(page, "N", SV, "?q=1")


# -- files


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("report.pdf", "report.pdf"),
        ("Övning 2021.pdf", "Övning 2021.pdf"),
        ("O\u0308vning.pdf", "Övning.pdf"),
        ("../../etc/passwd", "passwd"),
        ("C:\\temp\\report.pdf", "report.pdf"),
        ("a\u202efdp.exe", "afdp.exe"),
        ("a\x00b\n\tc.pdf", "ab c.pdf"),
        ('what<>:"|?*.pdf', "what-------.pdf"),
        ("  spaced  out .pdf", "spaced out.pdf"),
        ("-rf.pdf", "rf.pdf"),
        ("CON.pdf", "_CON.pdf"),
        ("dots...", "dots"),
    ],
)
def test_file_names_are_made_safe(given: str, kept: str) -> None:
    assert uploads.safe_name(given) == kept


@pytest.mark.parametrize("given", [".hidden", "..", ".", "", "   ", "/", "\u202e", "a/.env", "-.ssh", "\u200b.hidden"])
def test_names_that_cannot_be_made_safe_are_refused(given: str) -> None:
    with pytest.raises(uploads.NameRefused):
        uploads.safe_name(given)


@pytest.mark.parametrize("name", ["å" * 400 + ".pdf", "a" * 400, "a." + "b" * 400])
def test_names_are_bounded_in_length(name: str) -> None:
    kept = uploads.safe_name(name)
    assert len(kept.encode()) <= uploads.LONGEST_NAME
    assert kept.endswith(".pdf") == name.endswith(".pdf")


def test_a_different_file_is_never_written_over(tmp_path: Path) -> None:
    corpus = tmp_path / "corpus"
    sources = []
    for n, content in enumerate((b"one", b"two", b"one", b"two", b"three")):
        (tmp_path / str(n)).write_bytes(content)
        sources.append(uploads.keep(tmp_path / str(n), "report.pdf", corpus))
    assert [(path.name, there) for path, there in sources] == [
        ("report.pdf", False),
        ("report (2).pdf", False),
        ("report.pdf", True),
        ("report (2).pdf", True),
        ("report (3).pdf", False),
    ]
    assert {path.name: path.read_bytes() for path in corpus.iterdir()} == {
        "report.pdf": b"one", "report (2).pdf": b"two", "report (3).pdf": b"three",
    }  # fmt: skip


def test_a_link_in_the_corpus_is_not_followed(tmp_path: Path) -> None:
    corpus, outside = tmp_path / "corpus", tmp_path / "outside"
    corpus.mkdir()
    outside.write_bytes(b"same")
    (corpus / "report.pdf").symlink_to(outside)
    (tmp_path / "new").write_bytes(b"same")
    assert uploads.keep(tmp_path / "new", "report.pdf", corpus)[0].name == "report (2).pdf"
    assert outside.read_bytes() == b"same"


def test_what_uploads_left_behind_is_removed_when_it_is_old(tmp_path: Path) -> None:
    import os

    old, new = tmp_path / "old" / "file", tmp_path / "new"
    old.parent.mkdir()
    old.write_bytes(b"x")
    new.write_bytes(b"x")
    os.utime(old, (0, 0))
    uploads.tidy(tmp_path)
    assert not old.exists() and new.exists()


# -- page images


def test_page_images_are_drawn_once_and_kept_within_bounds(tmp_path: Path) -> None:
    drawn: list[tuple[int, int]] = []

    def render(path: Path, page: int, width: int) -> bytes:
        drawn.append((page, width))
        return b"\x89PNG" + bytes(996)

    cache = images.PageImages(tmp_path / "pages", render, most_bytes=5000)
    sha = "ab" * 32
    assert cache.cached(sha, 1, 1400) is None
    image = cache.draw(tmp_path / "a.pdf", sha, 1, 1400)
    assert cache.cached(sha, 1, 1400) == image and drawn == [(1, 1400)]
    for number in range(2, 12):
        cache.draw(tmp_path / "a.pdf", sha, number, 1400)
    held = list((tmp_path / "pages").glob("*/*"))
    assert 3 <= len(held) <= 5 and not [path for path in held if path.name.startswith(".")]
    assert cache.cached(sha, 11, 1400) is not None


def test_a_hash_that_is_none_is_never_made_a_path(tmp_path: Path) -> None:
    cache = images.PageImages(tmp_path / "pages", lambda *_: b"image")
    assert cache.draw(tmp_path, "../../escape", 1, 700) == b"image"
    assert not (tmp_path / "pages").exists() and cache.cached("../../escape", 1, 700) is None


def test_few_widths_are_drawn() -> None:
    assert [images.width_for(w) for w in (0, 700, 701, 1400, 2000, 99999)] == [700, 700, 1000, 1400, 2000, 2800]
