"""The lexicon: that what is packaged is well formed, and what stands for a word in the other language."""

import csv
import itertools
import re
from importlib import resources
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from index import lexical
from index.lexicon import Lexicon, Pair, packaged, with_glossary

GLOSSARY = Path(__file__).resolve().parent.parent / "corpus" / "glossary.csv"
_TERM = re.compile(r"[^\W\d_](?:[^\W\d_]|[ .'’-])*")
_FORM = re.compile(r"[^\W\d_]+")


@pytest.fixture(scope="module")
def lexicon() -> Lexicon:
    return with_glossary(())


def lines() -> list[list[str]]:
    text = resources.files("index").joinpath("lexicon.tsv").read_text("utf-8")
    return [line.split("\t") for line in text.splitlines()]


def terms(found: Lexicon, text: str, language: str) -> list[str]:
    """What stands for the words of a text, in order."""
    return [term for one in found.translate(lexical.words(text), language) for term, _ in one.terms]


def pair(swedish: str, english: str) -> Pair:
    return tuple(swedish.split(";")), tuple(english.split(";"))


# -- what is packaged


def test_the_packaged_lexicon_is_well_formed() -> None:
    rows = lines()
    assert len(rows) >= 6_000
    assert {len(row) for row in rows} == {2, 3}
    lemmas = [row[0] for row in rows]
    assert len(set(lemmas)) == len(lemmas)
    for lemma, english, *irregular in rows:
        equivalents = english.split(";")
        assert 1 <= len(equivalents) <= 3 and len(set(equivalents)) == len(equivalents), lemma
        assert all(_TERM.fullmatch(term) and term == " ".join(term.split()) for term in (lemma, *equivalents)), (lemma, english)
        forms = irregular[0].split(",") if irregular else []
        assert len(set(forms)) == len(forms) and lemma not in forms
        assert all(_FORM.fullmatch(form) and form == form.lower() for form in forms), (lemma, forms)


def test_all_of_it_is_read() -> None:
    pairs, forms = packaged()
    assert [swedish for (swedish,), _ in pairs] == [row[0] for row in lines()]
    assert [";".join(english) for _, english in pairs] == [row[1] for row in lines()]
    lemmas = {swedish for (swedish,), _ in pairs}
    assert len(forms) > 1_000 and all(set(held) <= lemmas for held in forms.values())


def test_every_lemma_and_every_equivalent_leads_to_the_other_language(lexicon: Lexicon) -> None:
    for (swedish,), english in packaged()[0]:
        written = lexical.words(swedish)
        found = lexicon.translate(written, "sv")
        assert [(one.start, one.end, one.known) for one in found] == [(0, len(written), True)], swedish
        assert english[0] in [term for term, _ in found[0].terms], (swedish, english, found)
        for term in english:
            back = lexicon.translate(lexical.words(term), "en")
            assert [(one.start, one.end, one.known) for one in back] == [(0, len(lexical.words(term)), True)], term


def test_every_term_of_the_glossary_of_the_field_is_found_as_a_whole() -> None:
    rows = list(csv.DictReader(GLOSSARY.read_text("utf-8").splitlines()))
    assert len(rows) > 1_000
    pairs: tuple[Pair, ...] = tuple(
        (tuple(map(str.strip, row["swedish"].split(";"))), tuple(map(str.strip, row["english"].split(";")))) for row in rows
    )
    found = with_glossary(pairs)
    for swedish, english in pairs:
        for term, language in [*((one, "sv") for one in swedish), *((one, "en") for one in english)]:
            written = lexical.words(term)
            assert [(one.start, one.end, one.known) for one in found.translate(written, language)] == [(0, len(written), True)], (
                term
            )
    assert found.translate(["socialstyrelsen"], "sv")[0].terms[0][0] == "National Board of Health and Welfare"


# A random sample of the lemmas (seed 20261124) with what a translator would accept for each.
SAMPLE = {
    "Indonesien": "Indonesia",
    "akustisk": "acoustic;acoustical",
    "allting": "everything;all",
    "animera": "animate",
    "autentisk": "authentic;genuine",
    "avklara": "complete;finish;clear",
    "bildning": "education;formation;learning;culture",
    "blad": "leaf;blade;sheet;magazine;paper",
    "blanda": "mix;blend;mingle;shuffle",
    "bräcklig": "fragile;frail;brittle",
    "bröst": "breast;chest",
    "börs": "stock exchange;stock market;purse;exchange",
    "dikt": "poem;poetry",
    "effektivitet": "efficiency;effectiveness",
    "finansiell": "financial",
    "förgifta": "poison",
    "förhastad": "hasty;premature;rash",
    "förlopp": "course;process;progression",
    "försäljning": "sale;sales;selling",
    "förvisa": "banish;expel;exile;deport",
    "gods": "goods;estate;cargo;freight",
    "gärning": "deed;act;offence",
    "huvudstad": "capital;capital city",
    "inhyrd": "hired;rented",
    "jurisdiktion": "jurisdiction",
    "katastrof": "disaster;catastrophe",
    "kläcka": "hatch",
    "lyssnare": "listener",
    "motorfordon": "motor vehicle",
    "mygga": "mosquito;midge;gnat",
    "ologisk": "illogical",
    "programledare": "presenter;host",
    "pålägga": "impose;inflict",
    "reta": "tease;annoy;irritate",
    "samförstånd": "consensus;understanding;agreement",
    "skatt": "tax;treasure",
    "spruta": "syringe;spray;injection;squirt",
    "svårslagen": "hard to beat",
    "trä": "wood;timber",
    "underläge": "disadvantage",
    "utbud": "supply;range;selection;offer",
    "vits": "joke;point;pun",
    "återstå": "remain;be left",
    "överdriven": "exaggerated;excessive",
}


@pytest.mark.parametrize("lemma", SAMPLE)
def test_a_sample_of_the_lexicon_is_right(lexicon: Lexicon, lemma: str) -> None:
    held = {row[0]: row[1].split(";") for row in lines()}
    right = SAMPLE[lemma].split(";")
    assert set(held[lemma]) <= set(right)
    assert held[lemma][0] in terms(lexicon, lemma.lower(), "sv")


# -- looking up


@pytest.mark.parametrize(
    ("swedish", "english"),
    [
        ("gick", "go"), ("gått", "go"), ("böcker", "book"), ("städer", "city"), ("fötter", "foot"), ("länder", "country"),
        ("män", "man"), ("bröder", "brother"), ("skrev", "write"), ("såg", "see"), ("tog", "take"), ("äldre", "old"),
    ],
)  # fmt: skip
def test_irregular_forms_lead_to_their_word(lexicon: Lexicon, swedish: str, english: str) -> None:
    assert terms(lexicon, swedish, "sv")[0] == english
    assert lexicon.knows(swedish, "sv")


@pytest.mark.parametrize(
    ("english", "swedish"),
    [
        ("went", "gå"), ("gone", "gå"), ("books", "bok"), ("cities", "stad"), ("feet", "fot"), ("children", "barn"), ("wrote", "skriva"),
        ("evacuation", "evakuering"), ("crises", "kris"), ("preparedness", "beredskap"), ("sirens", "siren"),
    ],
)  # fmt: skip
def test_the_other_direction_is_known_too(lexicon: Lexicon, english: str, swedish: str) -> None:
    assert swedish in terms(lexicon, english, "en")
    assert lexicon.knows(english, "en")


@pytest.mark.parametrize(
    ("swedish", "english"),
    [
        ("polisen", "police"),
        ("varningarnas", "warning"),
        ("kommunerna", "municipality"),
        ("sirener", "siren"),
        ("platsen", "place"),
    ],
)
def test_regular_forms_are_found_by_their_stem(lexicon: Lexicon, swedish: str, english: str) -> None:
    assert english in terms(lexicon, swedish, "sv")


@pytest.mark.parametrize(
    ("swedish", "english", "other"),
    [
        ("senat", "senate", "late"),
        ("rörlig", "mobile", "touch"),
        ("byggande", "construction", "build"),
    ],
)
def test_a_word_goes_before_those_that_only_share_its_stem(lexicon: Lexicon, swedish: str, english: str, other: str) -> None:
    found = dict(lexicon.translate([swedish], "sv")[0].terms)
    assert next(iter(found)) == english
    assert found[english] == 1.0
    assert found.get(other, 0.0) < 1.0


def test_a_form_that_may_be_of_two_words_is_both() -> None:
    found = Lexicon([pair("företa", "undertake"), pair("företag", "company")], {"företagen": ("företa",)})
    assert dict(found.translate(["företagen"], "sv")[0].terms) == {"undertake": 1.0, "company": 1.0}
    two = Lexicon([pair("bok", "book"), pair("bock", "buck")], {"böcker": ("bok", "bock")})
    assert terms(two, "böcker", "sv") == ["book", "buck"]


def test_equivalents_count_less_the_later_they_come() -> None:
    found = Lexicon([pair("varning", "warning;alert;caution;notice;alarm"), pair("larm;alarm", "alarm;alert")])
    (one,) = found.translate(["varningar"], "sv")
    assert (one.start, one.end, one.known) == (0, 1, True)
    assert one.terms == (("warning", 1.0), ("alert", 0.6), ("caution", 0.36), ("notice", 0.216))  # four at most
    assert found.translate(["alarms"], "en")[0].terms == (("larm", 1.0), ("alarm", 0.6), ("varning", 0.13))
    assert found.translate(["alarm"], "sv")[0].terms == (
        ("alarm", 1.0),
        ("alert", 0.6),
    )  # the best has 1, whichever term it is of


def test_the_longest_term_goes_first() -> None:
    found = Lexicon(
        [pair("tidig", "early"), pair("varning", "warning"), pair("tidig varning", "early warning"), pair("system", "system"),
         pair("system för tidig varning", "early warning system")]
    )  # fmt: skip
    swedish = found.translate("system för tidig varning och tidiga varningar utan system".split(), "sv")
    assert [(one.start, one.end, one.terms[0][0]) for one in swedish] == [
        (0, 4, "early warning system"), (5, 7, "early warning"), (8, 9, "system"),
    ]  # fmt: skip
    english = found.translate("warning early early warnings warning".split(), "en")
    assert [(one.start, one.end, one.terms[0][0]) for one in english] == [
        (0, 1, "varning"), (1, 2, "tidig"), (2, 4, "tidig varning"), (4, 5, "varning"),
    ]  # fmt: skip


def test_the_glossary_goes_before_what_is_packaged() -> None:
    plain = with_glossary(())
    glossary = (
        pair("beredskap", "contingency readiness"),
        pair("blåljuskväll", "emergency services evening"),
        pair("siren", "wailer"),
    )
    found = with_glossary(glossary)
    assert terms(plain, "beredskap", "sv")[0] != "contingency readiness"
    assert terms(found, "beredskap", "sv")[0] == terms(found, "beredskapen", "sv")[0] == "contingency readiness"
    assert set(terms(plain, "beredskap", "sv")[:2]) <= set(terms(found, "beredskap", "sv"))
    assert terms(found, "contingency readiness", "en") == ["beredskap"]
    assert terms(found, "sirens", "en")[0] == "siren"
    assert terms(found, "blåljuskvällar", "sv") == ["emergency services evening"]
    assert len(found) == len(plain) + 1


def test_a_compound_is_translated_by_its_parts() -> None:
    found = Lexicon(
        [pair("kris", "crisis"), pair("beredskap", "preparedness"), pair("plan", "plan"), pair("bok", "book")],
        {"böcker": ("bok",)},
    )
    parts = found.translate(["krisberedskapsplanen"], "sv")
    assert [(one.start, one.end, one.terms, one.known) for one in parts] == [
        (0, 1, (("crisis", 1.0),), False), (0, 1, (("preparedness", 1.0),), False), (0, 1, (("plan", 1.0),), False),
    ]  # fmt: skip
    assert terms(found, "krisböcker", "sv") == ["crisis", "book"]
    assert terms(found, "krisokänd", "sv") == [] == terms(found, "krisplan", "en")
    assert found.knows("plan", "sv") and not found.knows("krisplan", "sv")
    known = Lexicon([pair("krisplan", "emergency plan"), pair("kris", "crisis"), pair("plan", "plan")])
    assert [(one.terms[0][0], one.known) for one in known.translate(["krisplanen"], "sv")] == [("emergency plan", True)]


def test_compounds_of_the_field_are_divided_by_the_packaged_words(lexicon: Lexicon) -> None:
    for word, wanted in {
        "krisberedskapsplan": ["crisis preparedness", "plan"],
        "evakueringsplatsen": ["evacuation", "place"],
        "varningssystemet": ["warning", "system"],
        "ledningsövningar": ["management", "exercise"],
    }.items():
        found = lexicon.translate([word], "sv")
        assert [part.terms[0][0] for part in found] == wanted
        assert {(part.start, part.end, part.known) for part in found} == {(0, 1, False)}


def test_what_is_not_known_is_passed_over(lexicon: Lexicon) -> None:
    found = lexicon.translate(["qwxz", "polis", "", "112", "qwxz"], "sv")
    assert [(one.start, one.end) for one in found] == [(1, 2)]
    assert lexicon.translate([], "sv") == lexicon.translate([], "en") == []
    assert Lexicon([]).translate(["polis"], "sv") == [] and len(Lexicon([])) == 0
    assert not lexicon.knows("qwxz", "sv") and not lexicon.knows("", "en")


@settings(max_examples=150, deadline=None)
@given(
    st.lists(
        st.one_of(st.sampled_from("gick böcker krisplan went member of congress och the".split()), st.text(max_size=12)),
        max_size=8,
    )
)
def test_whatever_is_asked_is_answered_in_order(lexicon: Lexicon, asked: list[str]) -> None:
    written = [word for text in asked for word in lexical.words(text)]
    for language in ("sv", "en"):
        found = lexicon.translate(written, language)
        assert [one.start for one in found] == sorted(one.start for one in found)
        for one, after in itertools.pairwise(found):
            assert one.end <= after.start or (one.start, one.end) == (after.start, after.end)  # parts of a compound
        for one in found:
            assert 0 <= one.start < one.end <= len(written)
            weights = [weight for _, weight in one.terms]
            assert 1 <= len(weights) <= 4 and weights[0] == 1.0 and weights == sorted(weights, reverse=True) and weights[-1] > 0


# -- words of one root and sense


@pytest.mark.parametrize(
    ("word", "family"),
    [
        ("varnas", "varning"),
        ("varningen", "varna"),
        ("öva", "övning"),
        ("rädda", "räddning"),
        ("evakueras", "evakuering"),
        ("bedöma", "bedömning"),
    ],
)
def test_a_swedish_word_has_those_of_its_root_and_sense(word: str, family: str) -> None:
    assert family in with_glossary(()).family(word)


@pytest.mark.parametrize("word", ["led", "plats", "krisberedskap", "stockholm", "", "x"])
def test_a_word_of_another_sense_is_no_relative(word: str) -> None:
    assert with_glossary(()).family(word) == ()


def test_a_root_alone_makes_no_family_without_a_common_sense() -> None:
    apart = Lexicon([(("leda",), ("lead",)), (("ledning",), ("pipe",))])
    together = Lexicon([(("leda",), ("lead",)), (("ledning",), ("management", "lead"))])
    assert apart.family("leda") == () and together.family("leda") == ("ledning",)
