"""Choosing the sentences of an answer. Which they are is measured elsewhere; here is how they are reckoned, and what always holds."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index import answer
from index.answer import MOST_QUOTES, Coverage, Sentence, choose, in_context, is_complete, scores, stems_of
from index.words import Concept


def sentence(text: str = "", hit: int = 0, *, document: int = 0, place: int = 0, passage: float = 0.0) -> Sentence:
    return Sentence(
        hit=hit, start=0, end=len(text), text=text, language="en", passage_score=passage, document=document, place=place
    )


def texts_of(chosen: list[answer.Chosen]) -> list[str]:
    return [one.sentence.text for one in chosen]


ALPHA, BRAVO, CHARLIE = "Alpha stands at the gate.", "Bravo waits in the hall.", "Charlie drives the red bus."


# -- whole sentences


@pytest.mark.parametrize(
    "text",
    [
        "The siren sounds in four minutes.",
        "“Nobody leaves the hall,” he said.",
        "14 cities took part in the exercise.",
        "Who decides to empty the venue?",
        "Åskådarna lämnar platsen först.",
        "The plan was tested.[12]",
        "- Name one owner for each queue.",
        "The plan was tested twice.12",
    ],
)
def test_whole_sentences_may_be_quoted(text: str) -> None:
    assert is_complete(text)


@pytest.mark.parametrize(
    "text",
    [
        "Page 4.",
        "and then went home again.",
        "The siren sounds in four",
        "12 | 34 | 56 | 78.",
        "Annex B",
        "",
        "...",
        "2.4 3.5 4.6 5.7 6.8.",
        "A steward has these duties:",
    ],
)
def test_pieces_and_debris_are_not(text: str) -> None:
    assert not is_complete(text)


# -- how much of the question a sentence holds


def concept(*stems: tuple[str, float], translated: tuple[tuple[str, float], ...] = ()) -> Concept:
    return Concept(stems=stems, translated=translated)


def test_coverage_by_hand() -> None:
    asked = [concept(("siren", 1.0), ("sir", 1.0)), concept(("polic", 1.0)), concept(("minut", 1.0))]
    coverage = Coverage(asked, [1.0, 2.0, 1.0])
    assert coverage.of(frozenset({"sir", "minut", "x"})) == pytest.approx(0.5)
    assert coverage.of(frozenset({"siren", "sir"})) == pytest.approx(0.25)  # under two names, and asked for once
    assert coverage.of(frozenset({"siren", "polic", "minut"})) == 1.0
    assert coverage.of(frozenset()) == 0.0


def test_a_lesser_name_covers_less_and_the_best_name_counts() -> None:
    asked = [concept(("plan", 1.0), ("krisplan", 0.6), translated=(("scheme", 0.5),)), concept(("polic", 1.0))]
    coverage = Coverage(asked, [3.0, 1.0])
    assert coverage.of(frozenset({"krisplan"})) == pytest.approx(0.6 * 3 / 4)
    assert coverage.of(frozenset({"scheme"})) == pytest.approx(0.5 * 3 / 4)
    assert coverage.of(frozenset({"scheme", "krisplan"})) == pytest.approx(0.6 * 3 / 4)
    assert coverage.of(frozenset({"scheme", "polic"})) == pytest.approx((0.5 * 3 + 1) / 4)


def test_one_stem_may_stand_for_two_concepts() -> None:
    coverage = Coverage([concept(("plan", 1.0)), concept(("plan", 0.5), ("map", 1.0))], [1.0, 1.0])
    assert coverage.of(frozenset({"plan"})) == pytest.approx(0.75)


def test_nothing_is_held_where_nothing_was_asked() -> None:
    assert Coverage([], []).of(frozenset({"x"})) == 0.0
    assert Coverage([concept(("siren", 1.0))], [0.0]).of(frozenset({"siren"})) == 0.0


def test_a_sentence_is_found_by_the_stems_of_its_language() -> None:
    assert stems_of("Sirens sounded.", "en") >= {"siren", "sound"}
    assert stems_of("Sirenerna ljöd.", "sv") == {"siren", "ljöd"}


# -- what a sentence scores


def test_an_answer_often_stands_beside_the_sentence_that_names_its_matter(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(answer, "_AFTER", 0.5)
    monkeypatch.setattr(answer, "_BEFORE", 0.25)
    around = [sentence(hit=0), sentence(hit=0), sentence(hit=0), sentence(hit=1), sentence(hit=1)]
    # The second has half of the first; the first a quarter of the second. Of two neighbours the one that gives more counts:
    # the third gives the second 0.25 * 0.8, the first gives it 0.5 * 0.6. No passage gives another anything.
    assert in_context(around, [0.6, 0.0, 0.8, 0.4, 0.0]) == pytest.approx([0.6, 0.3, 0.8, 0.4, 0.2])
    assert in_context(around, [0.0, 0.4, 0.0, 0.0, 0.8]) == pytest.approx([0.1, 0.4, 0.2, 0.2, 0.8])
    assert in_context([], []) == []


def test_scores_by_hand(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(answer, "_WORDS", 0.25)
    monkeypatch.setattr(answer, "_OF_PASSAGE", 0.5)
    one, other = sentence(passage=1.0), sentence(passage=0.4)
    assert scores([one, other], [0.8, 0.4], [0.4, 0.0]) == pytest.approx([0.75 * 0.8 + 0.25 * 0.4 + 0.5, 0.75 * 0.4 + 0.2])


def test_where_there_is_no_meaning_the_words_stand_in_for_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(answer, "_OF_PASSAGE", 0.5)
    assert scores([sentence(passage=0.4)], [math.nan], [0.6]) == pytest.approx([0.6 + 0.2])


# -- choosing


def test_the_sentence_that_scores_best_comes_first() -> None:
    given_ = [sentence(text, hit, document=hit) for hit, text in enumerate([ALPHA, BRAVO, CHARLIE])]
    assert texts_of(choose(given_, [0.8, 1.0, 0.9])) == [BRAVO, CHARLIE, ALPHA]


def test_documents_go_by_their_best_sentence_and_sentences_by_their_place() -> None:
    given_ = [
        sentence("Delta guards the outer door.", 0, document=1, place=40),
        sentence(ALPHA, 1, document=2, place=900),
        sentence(BRAVO, 2, document=2, place=100),  # an earlier page, found later
        sentence(CHARLIE, 0, document=1, place=10),
    ]
    chosen = choose(given_, [0.95, 1.0, 0.8, 0.9])
    assert texts_of(chosen) == [BRAVO, ALPHA, CHARLIE, "Delta guards the outer door."]


def test_sentences_that_say_the_same_are_one_quote_with_all_their_places() -> None:
    said = "The siren sounds in four minutes after the first alarm."
    given_ = [
        sentence(said.upper(), 0, document=1),
        sentence(BRAVO, 1, document=2),
        sentence(said, 2, document=3),
        sentence(said.replace("alarm", "signal"), 3, document=4),  # eight of ten words: not quite the same
    ]
    chosen = choose(given_, [0.9, 0.8, 1.0, 0.7])
    assert texts_of(chosen) == [said, BRAVO, said.replace("alarm", "signal")]
    assert [[twin.hit for twin in one.same] for one in chosen] == [[0], [], []]


def test_twins_take_no_place_from_others() -> None:
    given_ = [sentence(ALPHA, 0) for _ in range(answer._MOST_OF_PASSAGE + 2)] + [sentence(BRAVO, 0)]
    chosen = choose(given_, [1.0] * len(given_))
    assert texts_of(chosen) == [ALPHA, BRAVO]
    assert len(chosen[0].same) == answer._MOST_OF_PASSAGE + 1


def distinct(count: int, hits: int) -> list[Sentence]:
    """Sentences of which no two say the same, dealt to `hits` passages."""
    return [
        sentence(f"Alpha{at} bravo{at} charlie{at} delta{at}.", at % hits, document=at % hits, place=at) for at in range(count)
    ]


def test_an_answer_is_short() -> None:
    assert len(choose(distinct(30, 10), [1.0] * 30)) == MOST_QUOTES


def test_no_passage_gives_all_of_an_answer() -> None:
    assert len(choose(distinct(30, 1), [1.0] * 30)) == answer._MOST_OF_PASSAGE < MOST_QUOTES
    two = [one.sentence.hit for one in choose(distinct(30, 2), [1.0 - 0.3 * (at % 2) for at in range(30)])]
    assert two == [0] * answer._MOST_OF_PASSAGE + [1] * (MOST_QUOTES - answer._MOST_OF_PASSAGE)


def test_what_is_far_behind_the_best_is_not_quoted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(answer, "_NEAR_THE_BEST", 0.5)
    given_ = [sentence(text, hit, document=hit) for hit, text in enumerate([ALPHA, BRAVO, CHARLIE])]
    assert texts_of(choose(given_, [0.8, 0.4, 0.39])) == [ALPHA, BRAVO]


def test_nothing_to_choose_from() -> None:
    assert choose([], []) == []


_sentences = st.lists(
    st.tuples(
        st.integers(0, 5), st.lists(st.sampled_from("siren police gate bus hall noon".split()), min_size=1, max_size=6).map(" ".join),
        st.floats(0, 2),
    ),
    max_size=30,
)  # fmt: skip


@given(_sentences)
def test_whatever_is_chosen_was_given_and_is_little(given_: list[tuple[int, str, float]]) -> None:
    sentences = [sentence(text, hit, document=hit // 2, place=place) for place, (hit, text, _) in enumerate(given_)]
    scored = {id(one): score for one, (*_, score) in zip(sentences, given_, strict=True)}
    chosen = choose(sentences, [score for *_, score in given_])
    assert bool(chosen) == bool(sentences) and len(chosen) <= MOST_QUOTES
    said = [one for choice in chosen for one in (choice.sentence, *choice.same)]
    assert len(said) == len({id(one) for one in said}) and {id(one) for one in said} <= set(scored)
    best = max(scored.values(), default=0.0)
    assert all(scored[id(one)] >= answer._NEAR_THE_BEST * best for one in said)
    assert all(scored[id(twin)] <= scored[id(one.sentence)] for one in chosen for twin in one.same)
    documents = [one.sentence.document for one in chosen]
    assert documents == sorted(documents, key=documents.index)  # the sentences of a document stand together
    places = [(documents.index(one.sentence.document), one.sentence.place) for one in chosen]
    assert places == sorted(places)
