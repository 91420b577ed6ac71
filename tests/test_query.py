"""What a user types in the search field: what is understood, what stays plain words, and that nothing raises."""

import unicodedata

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from index import query, serving
from index.lexical import words
from index.query import Query, parse
from ingest import fields

AWKWARD = [
    "", " ", "\n\t", "\x00", "siren\x00police", "\ud800", '"\ud800"', "-\udcff", "city:\ud800", "\u200f-siren", "\u202e\"شرطة\"", "\ufeffcity:Paris",
    "cıty:x", "CİTY:x", "ſtad:x", "K:x", "a\u030ar:2019", "-", "--", "-\"", "\"-", "city:", ":", "::", "..", "year:..", "kind:_", "kind:-", "lang:",
    '"' * 9, "“" * 9, "”" * 9, "»" * 9, "«" * 9, "„" * 9, 'city:"a "" "', '" "" x "y', '“ “” x ”', '""-siren', '"" -siren', '-"" siren', '"a""b"', '"ΑΣ".b',
    'a("ΑΣ"\'b', '-a:"b c" d', "city:,,,", "city:a,,b", 'city:"a",', "((()))", "C++ -C++", "-city:\"a\" b\"",
]  # fmt: skip

# Texts that lean towards the syntax: marks, minus signs and field names come up again and again.
syntax = st.lists(
    st.one_of(
        st.sampled_from(
            [*'"“”„«»-–:,.?() \t\u0301', "..", "city:", "ÅR:", "språk:", "kind:", "note:", "2019", "sv", "Σ", "ΑΣ", "a", "Malmö"]
        ),
        st.text(max_size=3),
    ),
    max_size=25,
).map("".join)
anything = st.one_of(st.text(st.characters(), max_size=80), syntax, st.sampled_from(AWKWARD))


def collapsed(text: str) -> str:
    return " ".join(text.split())


# -- plain words


@pytest.mark.parametrize(
    "text",
    [
        "How do cities warn the public?",
        "Hur varnar städer allmänheten vid en större händelse?",
        "kris- och beredskap",
        "för- och nackdelar med co-operate",
        "sirens - and then",
        "sirens – and then",
        "sirens –police",
        "−5 degrees",
        "--help",
        "-_x",
        "a_-b",
        "note: this",
        "city: London",
        "stad : Malmö",
        "open 12:30 to 14:00",
        "http://x",
        "https://example.org/a?city:b",
        "see:http://x",
        "C++",
        "Recommendation 4: x",
        "Rekommendation 4: öva oftare",
        "(city:London)",
        "velocity:5",
        "AND OR NOT NEAR( *",
        "what's \"new",
        "“not closed",
        "closed only”",
        'a 6" pipe and an 8" pipe',
        '"',
        '"?!"',
        '-"…"',
        'note:"crowded places"',
        "-city:Paris",
        "-stad:Malmö",
        '-city:"New York"',
        '-city:London,"New York"',
        "-year:2019",
        "city:",
        "city:,",
        'city:""',
        'city:"New York',
        'city:"New York"ers',
        "year:last",
        "year:19",
        "year:20199",
        "year:2019..21",
        "year:..",
        "year:2019,later",
        "år:i fjol",
        "år:१९९९",
        "lang:klingon",
        "lang:sv,klingon",
        "språk:öä",
        "document:3",
    ],
)
def test_what_is_not_understood_stays_plain_words(text: str) -> None:
    assert parse(text) == Query(text=text)


@pytest.mark.parametrize(
    ("typed", "text"),
    [
        ("", ""),
        (" \u00a0\n", ""),
        ("  warn \t the\u2003public\n", "warn the public"),
        ('""', ""),
        ('crisis "" “” «» plan', "crisis plan"),
        ('-"" plan', "plan"),
        ("O\u0308va", "Öva"),
    ],
)
def test_white_space_and_empty_quotes_are_no_words(typed: str, text: str) -> None:
    assert parse(typed) == Query(text=text)


# -- exact phrases


@pytest.mark.parametrize(
    ("typed", "text", "phrases"),
    [
        ('"crowded places"', "crowded places", ("crowded places",)),
        ('protect "crowded places" in London', "protect crowded places in London", ("crowded places",)),
        ('"  crowded \n places "', "crowded places", ("crowded places",)),
        ("“crowded places”", "crowded places", ("crowded places",)),
        ("skydda ”offentliga platser” bättre", "skydda offentliga platser bättre", ("offentliga platser",)),
        ("„offentliga platser“", "offentliga platser", ("offentliga platser",)),
        ("„offentliga platser”", "offentliga platser", ("offentliga platser",)),
        ("«lieux publics»", "lieux publics", ("lieux publics",)),
        ("»offentliga platser«", "offentliga platser", ("offentliga platser",)),
        ("»offentliga platser»", "offentliga platser", ("offentliga platser",)),
        ('"early warning" or "tidig varning"', "early warning or tidig varning", ("early warning", "tidig varning")),
        ('("early warning"), "siren"?', "(early warning), siren?", ("early warning", "siren")),
        ('"early""warning"', "early warning", ("early", "warning")),
        ('"early"warning', "early warning", ("early",)),
        ('x/"early"/y', "x/ early /y", ("early",)),
        ('"early warning" "open', 'early warning "open', ("early warning",)),
        ('"what “they” said"', "what “they” said", ("what “they” said",)),
        ('"-siren city:London"', "-siren city:London", ("-siren city:London",)),
        ('Recommendation 4: "warn early"', "Recommendation 4: warn early", ("warn early",)),
        ('"C++"', "C++", ("C++",)),
    ],
)
def test_quotation_marks_hold_an_exact_phrase_that_is_searched_too(typed: str, text: str, phrases: tuple[str, ...]) -> None:
    assert parse(typed) == Query(text=text, phrases=phrases)


# -- excluded words


@pytest.mark.parametrize(
    ("typed", "text", "without"),
    [
        ("sirens -police", "sirens", ("police",)),
        ("-polisen sirener", "sirener", ("polisen",)),
        ('sirens -"fire service" London', "sirens London", ("fire service",)),
        ("varning -”falskt  larm”", "varning", ("falskt larm",)),
        ("sirens -police -fire", "sirens", ("police", "fire")),
        ("sirens -police, London", "sirens London", ("police",)),
        ("why sirens -police?", "why sirens", ("police",)),
        ("-co-operate", "", ("co-operate",)),
        ("languages -C++", "languages", ("C++",)),
        ("lessons -2019", "lessons", ("2019",)),
        ("open -12:30", "open", ("12:30",)),
        ("open -note:this.", "open", ("note:this",)),
        ("-övning kris- och beredskap", "kris- och beredskap", ("övning",)),
    ],
)
def test_a_minus_at_the_start_of_a_word_excludes_it(typed: str, text: str, without: tuple[str, ...]) -> None:
    assert parse(typed) == Query(text=text, without=without)


# -- filters


@pytest.mark.parametrize(
    ("typed", "field", "values"),
    [
        ("city:London", "city", ("London",)),
        ("CITY:london", "city", ("london",)),
        ('city:"New York"', "city", ("New York",)),
        ("city:“New  York”", "city", ("New York",)),
        ("city:London,Paris", "city", ("London", "Paris")),
        ('city:London,"New York",Oslo', "city", ("London", "New York", "Oslo")),
        ("city:London,,Paris,", "city", ("London", "Paris")),
        ("city:London city:Paris city:London", "city", ("London", "Paris")),
        ("city:London?", "city", ("London",)),
        ('city:"New York"?', "city", ("New York",)),
        ("city:Washington,D.C.", "city", ("Washington", "D.C.")),
        ("stad:Malmö", "city", ("Malmö",)),
        ("Stad:Malmo\u0308", "city", ("Malmö",)),
        ("theme:exercises", "theme", ("exercises",)),
        ('tema:"tidig varning"', "theme", ("tidig varning",)),
        ("theme:early-warning", "theme", ("early-warning",)),
        ("org:MSB", "organisation", ("MSB",)),
        ("Organisation:MSB", "organisation", ("MSB",)),
        ('title:"Lessons Learned"', "title", ("Lessons Learned",)),
        ("titel:Lärdomar", "title", ("Lärdomar",)),
        ("title:http://x", "title", ("http://x",)),
        ("handling:TLP:AMBER", "handling", ("TLP:AMBER",)),
        ("hantering:OFFICIAL-SENSITIVE", "handling", ("OFFICIAL-SENSITIVE",)),
        ("year:2019", "year", ("2019",)),
        ("år:2019,2021", "year", ("2019", "2021")),
        ("year:2019..2021", "year", ("2019..2021",)),
        ("ÅR:2019-2021", "year", ("2019..2021",)),
        ("a\u030ar:2019–2021", "year", ("2019..2021",)),
        ("year:2021..2019", "year", ("2019..2021",)),
        ("year:2019..", "year", ("2019..",)),
        ("year:2019-", "year", ("2019..",)),
        ("year:..2021", "year", ("..2021",)),
        ("year:2015,2019..2021", "year", ("2015", "2019..2021")),
        ('year:"2019"', "year", ("2019",)),
        ("lang:sv", "language", ("sv",)),
        ("language:SV", "language", ("sv",)),
        ("lang:sv-SE", "language", ("sv",)),
        ("lang:English", "language", ("en",)),
        ("språk:svenska", "language", ("sv",)),
        ("Språk:Engelska,norska", "language", ("en", "no")),
        ("lang:xx", "language", ("xx",)),
        ("kind:report", "kind", ("report",)),
        ("kind:Paper", "kind", ("Paper",)),
        ("kind:seminar-note", "kind", ("seminar note",)),
        ("kind:exercise_report,web-page", "kind", ("exercise report", "web page")),
        ('kind:"policy brief"', "kind", ("policy brief",)),
        ('kind:"pre-study"', "kind", ("pre-study",)),
        ("typ:rapport", "kind", ("report",)),
        ("slag:Policybrief", "kind", ("policy brief",)),
        ("typ:seminarieanteckning,övningsrapport", "kind", ("seminar note", "exercise report")),
        ("typ:uppsats,paper", "kind", ("paper",)),
        ('typ:"webbsida"', "kind", ("web page",)),
    ],
)
def test_a_filter_names_a_field_and_what_it_may_hold(typed: str, field: str, values: tuple[str, ...]) -> None:
    assert parse(typed) == Query(text="", where=((field, values),))


def test_filters_stand_anywhere_and_keep_the_order_in_which_their_fields_appear() -> None:
    assert parse('year:2019.. how do city:London "crowded places" -police warn, city:"New York" språk:engelska?') == Query(
        text="how do crowded places warn,",
        phrases=("crowded places",),
        without=("police",),
        where=(("year", ("2019..",)), ("city", ("London", "New York")), ("language", ("en",))),
    )


def test_filters_in_swedish_stand_beside_swedish_words() -> None:
    assert parse(
        "Hur övar stad:Göteborg,Malmö kris- och beredskap -”social oro” år:–2021 typ:övningsrapport ”tidig varning”"
    ) == Query(
        text="Hur övar kris- och beredskap tidig varning",
        phrases=("tidig varning",),
        without=("social oro",),
        where=(("city", ("Göteborg", "Malmö")), ("year", ("..2021",)), ("kind", ("exercise report",))),
    )


def test_every_field_is_one_that_the_library_filters_by() -> None:
    assert set(query._NAMES) == set(serving.FIELDS) - {"document"}


def test_languages_are_those_that_a_catalogue_may_name() -> None:
    assert set(query._LANGUAGES) == set(fields._LANGUAGES)
    assert {name: fields.language_code(name) for name in query._LANGUAGE_OF} == query._LANGUAGE_OF


@pytest.mark.parametrize("typed", ["year:2019", "år:2018-2020", "year:2019..", "year:..2021"])
def test_years_are_written_as_the_library_reads_them(typed: str) -> None:
    [(_, [years])] = parse(typed).where
    first, last = serving.year_range(years)
    assert first <= "2019" <= last


# -- whatever is typed


@settings(max_examples=800, deadline=None)
@given(anything)
@example('"ΑΣ"\'b')
def test_all_the_words_of_a_phrase_are_searched_in_their_order(text: str) -> None:
    found = parse(text)
    searched = words(found.text)
    at = 0
    for phrase in found.phrases:
        inner = words(phrase)
        at = next(i for i in range(at, len(searched)) if searched[i : i + len(inner)] == inner) + len(inner)
        assert inner


@settings(max_examples=800, deadline=None)
@given(anything)
def test_text_without_syntax_is_the_same_when_it_is_read_again(text: str) -> None:
    found = parse(text)
    if not (found.phrases or found.without or found.where):
        assert parse(found.text) == found
        assert words(found.text) == words(collapsed(unicodedata.normalize("NFC", text)))


@settings(max_examples=800, deadline=None)
@given(anything)
def test_what_is_given_out_is_collapsed_and_never_empty(text: str) -> None:
    found = parse(text)
    parts = [*found.phrases, *found.without, *(value for _, values in found.where for value in values)]
    assert all(parts) and all(values for _, values in found.where)
    assert [collapsed(part) for part in (found.text, *parts)] == [found.text, *parts]
    assert len({field for field, _ in found.where}) == len(found.where)


@settings(max_examples=300, deadline=None)
@given(st.lists(st.text(st.characters(categories=["L", "Nd"]), min_size=1, max_size=8), min_size=1, max_size=5))
def test_quoting_any_words_makes_a_phrase_of_them(inner: list[str]) -> None:
    phrase = unicodedata.normalize("NFC", " ".join(inner))
    assert parse(f'"{phrase}"') == Query(text=phrase, phrases=(phrase,))
    assert parse(f"siren -“{phrase}”") == Query(text="siren", without=(phrase,))
    assert parse(f'city:"{phrase}"') == Query(text="", where=(("city", (phrase,)),))


@pytest.mark.parametrize("piece", ['"', "“", "”", "x:?", 'city:"', ',"', "-a", '"a" ', "city:a,", '-"', "a:b ", '("a'])
def test_the_longest_text_is_read(piece: str) -> None:
    text = piece * 20_000 + '"'  # a scan that went back over what it has read would not end
    assert set(words(parse(text).text)) <= set(words(text))
