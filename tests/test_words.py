"""The word index: BM25 worked out by hand and by brute force, within a scope that shows nothing of what is outside it."""

import math
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import fields, replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from index import lexical, words
from index.postings import PassageWords, Postings, build
from index.words import Concept, Scope, Scored, WordIndex, rarity

WORDS = ["siren", "police", "fire", "water", "varning", "kris", "plan", "alarm", "brand", "the"]
IDS = st.lists(st.integers(1, 50), max_size=14, unique=True)


def passage(passage_id: int, page: tuple[int, int], text: str, context: str = "", language: str = "en") -> PassageWords:
    return PassageWords(passage_id=passage_id, page=page, language=language, text=text, context=context)


def concept(*stems: str, weight: float = 1.0) -> Concept:
    return Concept(stems=tuple((stem, 1.0) for stem in stems), weight=weight)


def ids_of(library: Sequence[PassageWords]) -> np.ndarray:
    return np.array([one.passage_id for one in library], np.int64)


def counted_in(index: WordIndex, concepts: Sequence[Concept], scope: Scope) -> list[int]:
    """In how many passages of the scope each concept occurs."""
    return [len(index.score((one,), scope).ids) for one in concepts]


def in_how_many(index: WordIndex, stem: str) -> int:
    """In how many passages of an index a stem occurs, whoever may see them."""
    return sum(len(part.entries_of(stem)[0]) for part in index.parts)


def everything(index: WordIndex) -> Scope:
    return index.scope(np.sort(np.concatenate([np.zeros(0, np.int64), *(part.ids for part in index.parts)])), True)


def by_id(scored: Scored) -> dict[int, float]:
    """The passages with a score, by their id."""
    assert scored.ids.tolist() == sorted(set(scored.ids.tolist()))
    return dict(zip(scored.ids.tolist(), scored.scores.tolist(), strict=True))


# -- by hand


@pytest.fixture
def easy_weights(monkeypatch: pytest.MonkeyPatch) -> None:
    """Weights to reckon with: a word that occurs f times in a text of l average lengths has 2f / (f + 0.5 + 0.5l)."""
    for name, value in {"K1": 1.0, "B": 0.5, "ABOVE": 0.5, "PAGE": 0.5}.items():
        monkeypatch.setattr(words, name, value)


@pytest.mark.usefixtures("easy_weights")
def test_one_word_by_hand() -> None:
    index = WordIndex(
        [build([passage(1, (1, 1), "siren police"), passage(2, (1, 2), "siren siren fire water"), passage(3, (1, 1), "fire fire fire")])]
    )  # fmt: skip
    found = by_id(index.score([concept("siren")], everything(index)))
    # Passages are 3 words long on average. Passage 1: 2 / (1 + 0.5 + 1/3) = 12/11. Passage 2: 4 / (2 + 0.5 + 2/3) = 24/19.
    # Pages are 4.5 words long. The first, with 1 siren in 5 words: 2 / (1.5 + 5/9) = 36/37. The second: 4 / (2.5 + 4/9) = 72/53.
    assert found == pytest.approx({1: 0.5 * 19 / 22 + 0.5 * 53 / 74, 2: 1.0})


@pytest.mark.usefixtures("easy_weights")
def test_a_rare_word_counts_for_more_by_hand() -> None:
    texts = ["siren fire", "fire police", "fire water", "water water"]
    index = WordIndex([build([passage(at, (at, 1), text) for at, text in enumerate(texts, 1)])])
    found = by_id(index.score([concept("siren"), concept("fire", weight=0.5)], everything(index)))
    # Every text is of average length, so one occurrence has 2 / 2 = 1. siren is in 1 of 4: ln(1 + 3.5/1.5); fire in 3: ln(1 + 1.5/3.5).
    siren, fire = math.log(10 / 3), math.log(10 / 7)
    rest = (fire / 2) / (siren + fire / 2)
    assert found == pytest.approx({1: 1.0, 2: rest, 3: rest})


@pytest.mark.usefixtures("easy_weights")
def test_what_stands_above_by_hand() -> None:
    library = [
        passage(1, (1, 1), "siren alarm alarm", "alarm"),
        passage(2, (1, 1), "alarm alarm alarm", "siren"),
        passage(3, (1, 2), "alarm alarm alarm", "siren"),
        passage(4, (2, 1), "alarm alarm alarm", "alarm"),
    ]
    index = WordIndex([build(library)])
    found = by_id(index.score([concept("siren")], everything(index)))
    # Every passage has four words. In the text: 1; above it: 2 * 0.5 / (0.5 + 1) = 2/3.
    # Pages of 8, 4 and 4 words, 16/3 on average. The first has 1.5 sirens: 3 / (1.5 + 0.5 + 0.75) = 12/11. The second half of one:
    # 1 / (0.5 + 0.5 + 0.375) = 8/11, two thirds of it.
    assert found == pytest.approx({1: 1.0, 2: 0.5 * 2 / 3 + 0.5, 3: 0.5 * 2 / 3 + 0.5 * 2 / 3})


def test_alternatives_are_one_word() -> None:
    texts = ["siren police", "alarm police", "water police", "water fire", "water fire"]
    index = WordIndex([build([passage(at, (at, 1), text) for at, text in enumerate(texts, 1)])])
    scope = everything(index)
    together = concept("siren", "alarm", "sound")
    assert by_id(index.score([together], scope)) == pytest.approx({1: 1.0, 2: 1.0})
    assert counted_in(index, [together, concept("siren"), concept("sound")], scope) == [2, 1, 0]
    rewritten = ["siren police", "siren police", *texts[2:]]  # as if the passages had used one word for it
    plain = WordIndex([build([passage(at, (at, 1), text) for at, text in enumerate(rewritten, 1)])])
    asked = [together, concept("police"), concept("water")]
    assert by_id(index.score(asked, scope)) == by_id(plain.score(asked, everything(plain)))


def test_both_alternatives_in_a_passage_are_two_occurrences_of_one_word() -> None:
    rest = [passage(3, (3, 1), "water fire"), passage(4, (4, 1), "water police")]
    both = WordIndex([build([passage(1, (1, 1), "siren alarm"), passage(2, (2, 1), "siren water"), *rest])])
    twice = WordIndex([build([passage(1, (1, 1), "siren siren"), passage(2, (2, 1), "siren water"), *rest])])
    asked = [concept("siren", "alarm"), concept("water")]
    assert by_id(both.score(asked, everything(both))) == by_id(twice.score(asked, everything(twice)))


@pytest.mark.usefixtures("easy_weights")
def test_a_lesser_word_takes_less_of_the_rarity_by_hand() -> None:
    texts = ["siren fire", "alarm fire", "alarm water", "water fire"]
    index = WordIndex([build([passage(at, (at, 1), text) for at, text in enumerate(texts, 1)])])
    asked = Concept(stems=(("siren", 1.0), ("alarm", 0.5)))
    # siren in one text, and half of it in two: 2 of 4. By its own name alone it would be in 1, by any name in 3.
    assert index.score([asked], everything(index)).rarity == pytest.approx((rarity(2, 4),))
    twice = WordIndex([build([passage(at, (at, 1), text) for at, text in enumerate(["alarm alarm", "fire", "fire"], 1)])])
    assert twice.score([asked], everything(twice)).rarity == pytest.approx((rarity(1, 3),))  # a text is one text at most


def test_equivalents_count_in_passages_of_their_own_language_only() -> None:
    index = WordIndex(
        [
            build(
                [
                    passage(1, (1, 1), "barn hus", language="sv"),
                    passage(2, (2, 1), "barn house"),
                    passage(3, (3, 1), "child house"),
                ]
            )
        ]
    )
    asked = Concept(stems=(), translated=(("barn", 1.0),), to_swedish=True)
    assert list(by_id(index.score([asked], everything(index)))) == [1]
    back = Concept(stems=(), translated=(("barn", 1.0), ("child", 1.0)), to_swedish=False)
    assert list(by_id(index.score([back], everything(index)))) == [2, 3]
    assert counted_in(index, [asked, back], everything(index)) == [1, 2]


def test_rarity_falls_with_what_holds_a_word_and_is_never_negative() -> None:
    found = [rarity(holding, 100) for holding in range(101)]
    assert found == sorted(found, reverse=True)
    assert found[-1] > 0
    assert found[1] == pytest.approx(math.log(1 + 99.5 / 1.5))
    assert rarity(0, 0) == pytest.approx(math.log(2))


# -- by brute force


def brute(library: Sequence[PassageWords], concepts: Sequence[Concept]) -> dict[int, float]:
    """BM25 over concepts of all these passages, in plain Python: what the index has to find where it finds anything."""
    passages = {one.passage_id: _occurring(one, concepts) for one in library}
    page_of = {one.passage_id: one.page for one in library}
    pages: dict[tuple[int, int], list[tuple[float, float]]] = {}
    for one in library:
        held = pages.setdefault(one.page, [(0.0, 0.0)] * len(concepts))
        pages[one.page] = [
            (text + more, max(above, more_above))
            for (text, above), (more, more_above) in zip(held, passages[one.passage_id], strict=True)
        ]
    lengths = {one.passage_id: _length(one) for one in library}
    page_lengths: dict[tuple[int, int], int] = defaultdict(int)
    for one in library:
        page_lengths[one.page] += lengths[one.passage_id]
    own = _bm25(passages, lengths, concepts, len(library))
    whole = _bm25(pages, page_lengths, concepts, sum(length > 0 for length in page_lengths.values()))
    best, best_page = max(own.values(), default=0.0), max(whole.values(), default=0.0)
    return {
        one: (1 - words.PAGE) * score / best + words.PAGE * whole[page_of[one]] / best_page for one, score in own.items() if score
    }


def _occurring(one: PassageWords, concepts: Sequence[Concept]) -> list[tuple[float, float]]:
    text = Counter(lexical.stems(one.text, one.language))
    above = set(lexical.stems(one.context, one.language))
    found = []
    for asked in concepts:
        apt = asked.translated if asked.to_swedish == (one.language == "sv") else ()
        stems = [*asked.stems, *apt]
        found.append(
            (
                sum(weight * text[stem] for stem, weight in stems),
                max((weight for stem, weight in stems if stem in above), default=0.0),
            )
        )
    return found


def _length(one: PassageWords) -> int:
    return len(lexical.stems(one.text, one.language)) + len(set(lexical.stems(one.context, one.language)))


def _held(occurring: tuple[float, float]) -> float:
    """How much a text counts among those that hold a concept: whole, or by the weight of a lesser word that it has once."""
    text, above = occurring
    return round(min(1.0, text + words.ABOVE * above), 3)


def _bm25(found: dict, lengths: dict, concepts: Sequence[Concept], total: int) -> dict:
    average = sum(lengths.values()) / max(1, total)
    rare = []
    for number, asked in enumerate(concepts):
        holding = sum(_held(occurring[number]) for occurring in found.values())
        rare.append(asked.weight * math.log(1 + (total - holding + 0.5) / (holding + 0.5)))
    scores = {}
    for one, occurring in found.items():
        scores[one] = 0.0
        for number, (text, above) in enumerate(occurring):
            often = text + words.ABOVE * above
            if often:
                longer = 1 - words.B + words.B * lengths[one] / average
                scores[one] += rare[number] * often * (words.K1 + 1) / (often + words.K1 * longer)
    return scores


texts = st.lists(st.sampled_from(WORDS), max_size=9).map(" ".join)
stems = st.lists(
    st.tuples(st.sampled_from(["siren", "polic", "fire", "water", "varning", "kris", "plan", "alarm", "brand", "none"]),
              st.sampled_from([1.0, 0.6, 0.36])),
    max_size=4, unique_by=lambda item: item[0],
).map(tuple)  # fmt: skip
questions = st.lists(
    st.builds(
        Concept, stems=stems, translated=stems, to_swedish=st.booleans(), weight=st.sampled_from([1.0, 0.7])
    ),
    max_size=4,
)  # fmt: skip


@st.composite
def libraries(draw: st.DrawFn) -> list[PassageWords]:
    return [
        passage(one, (draw(st.integers(1, 3)), draw(st.integers(1, 2))), draw(texts), draw(texts), draw(st.sampled_from(["en", "sv"])))
        for one in sorted(draw(IDS))
    ]  # fmt: skip


def in_parts(library: Sequence[PassageWords], data: st.DataObject, most: int = 3) -> WordIndex:
    """An index of one to several parts, with the passages of a page in one of them."""
    of_page = {page: data.draw(st.integers(1, most)) for page in sorted({one.page for one in library})}
    parts = [build([one for one in library if of_page[one.page] == number]) for number in range(1, most + 1)]
    return WordIndex(parts[:1], parts[1:])


@settings(max_examples=150, deadline=None)
@given(libraries(), questions, st.data())
def test_the_index_finds_what_brute_force_finds(
    library: list[PassageWords], concepts: list[Concept], data: st.DataObject
) -> None:
    index = in_parts(library, data)
    inside = library if data.draw(st.booleans()) else [one for one in library if data.draw(st.booleans())]
    scope = index.scope(ids_of(inside), inside == library and data.draw(st.booleans()))
    scored = index.score(concepts, scope)
    expected = brute(inside, concepts)
    assert by_id(scored) == pytest.approx(expected)
    depth = data.draw(st.integers(1, 16))
    ranked = sorted(by_id(scored).items(), key=lambda item: (-item[1], item[0]))
    assert scored.top(depth).tolist() == [one for one, _ in ranked[:depth]]
    wanted = np.array(data.draw(st.lists(st.integers(0, 60), max_size=12)), np.int64)
    assert scored.of(wanted).tolist() == [by_id(scored).get(int(one), 0.0) for one in wanted]
    occurring = [_occurring(one, concepts) for one in inside]
    numbers = range(len(concepts))
    assert counted_in(index, concepts, scope) == [sum(found[number] != (0, 0) for found in occurring) for number in numbers]
    holding = [sum(_held(found[number]) for found in occurring) for number in numbers]
    rare = [one.weight * rarity(count, len(inside)) for one, count in zip(concepts, holding, strict=True)]
    assert scored.rarity == pytest.approx(rare)


@settings(max_examples=50, deadline=None)
@given(libraries(), questions, st.data())
def test_scores_run_from_zero_to_one(library: list[PassageWords], concepts: list[Concept], data: st.DataObject) -> None:
    index = in_parts(library, data)
    found = by_id(index.score(concepts, everything(index)))
    assert all(0 < score <= 1 + 1e-12 for score in found.values())


@settings(max_examples=60, deadline=None)
@given(st.lists(st.sampled_from(["siren police", "police siren", "siren water"]), min_size=1, max_size=40), st.integers(1, 40))
def test_equal_scores_are_in_the_order_of_their_ids(texts: list[str], depth: int) -> None:
    index = WordIndex([build([passage(at, (at, 1), text) for at, text in enumerate(texts, 1)])])
    found = index.score([concept("siren")], everything(index))
    assert found.top(depth).tolist() == list(range(1, len(texts) + 1))[:depth]


def many(count: int, seed: int) -> list[PassageWords]:
    """Passages enough that a rare word touches few of them, two to a page, many of them alike."""
    random = np.random.default_rng(seed)
    common, rare = ["water", "the", "plan"], ["siren", "alarm", "fire"]
    found, above = [], []
    for at in range(count):
        text = random.choice(common, 2).tolist() + random.choice(rare, int(random.random() < 0.03)).tolist()
        above = above if at % 2 else random.choice(rare, 2 * int(random.random() < 0.03)).tolist()  # of a page, mostly none
        found.append(passage(3 * at + 1, (at // 2, 1), " ".join(text), " ".join(above), "sv" if at % 3 else "en"))
    return found


LARGE = [
    Concept(stems=(("siren", 1.0), ("alarm", 0.6)), translated=(("fire", 0.36),), to_swedish=True),
    Concept(stems=(("fire", 1.0), ("none", 1.0), ("alarm", 0.36)), weight=0.7),
    concept("water", "plan"),
]


@pytest.mark.parametrize("concepts", [[concept("siren")], LARGE[:1], LARGE[1:2], LARGE[2:], LARGE])
def test_a_large_part_is_searched_as_a_small_one(concepts: list[Concept]) -> None:
    library = many(1200, 5)
    index = WordIndex([build(library[:1000])], [build(library[1000:])])
    inside = [one for at, one in enumerate(library) if at % 5]
    scored = index.score(concepts, index.scope(ids_of(inside), False))
    assert by_id(scored) == pytest.approx(brute(inside, concepts))
    ranked = sorted(by_id(scored).items(), key=lambda item: (-item[1], item[0]))
    for depth in (1, 2, 7, 37, 60, 200, 1000):
        assert scored.top(depth).tolist() == [one for one, _ in ranked[:depth]]


# -- nobody infers what is hidden


@settings(max_examples=80, deadline=None)
@given(libraries(), libraries(), questions, st.data())
def test_scores_of_a_scope_are_the_same_whatever_is_outside_it(
    library: list[PassageWords], others: list[PassageWords], concepts: list[Concept], data: st.DataObject
) -> None:
    seen = [one for one in library if data.draw(st.booleans())]
    hidden = [one for one in library if one not in seen]
    taken = {one.passage_id for one in seen}
    changed = [replace(one, text=data.draw(texts), language=data.draw(st.sampled_from(["en", "sv"]))) for one in hidden]
    swapped = [one for one in others if one.passage_id not in taken]
    found = []
    for beside in ([], hidden, changed, swapped):
        index = in_parts(sorted([*seen, *beside], key=lambda one: one.passage_id), data)
        scope = index.scope(ids_of(seen), not beside)
        scored = index.score(concepts, scope)
        found.append(
            (
                by_id(scored), scored.rarity, scored.top(5).tolist(), counted_in(index, concepts, scope),
                (scope.passages, scope.pages),
            )
        )  # fmt: skip
    assert found == [found[0]] * 4  # to the last bit: a difference that small would still order equals


@pytest.mark.parametrize("concepts", [[concept("siren")], LARGE[:1], LARGE])
def test_scores_are_the_same_beside_a_large_hidden_part(concepts: list[Concept]) -> None:
    seen = many(600, 6)
    hidden = [replace(one, passage_id=one.passage_id + 1, page=(one.page[0], 2)) for one in many(1800, 7)]
    alone, beside = WordIndex([build(seen)]), WordIndex([build(sorted([*seen, *hidden], key=lambda one: one.passage_id))])
    found = [index.score(concepts, index.scope(ids_of(seen), index is alone)) for index in (alone, beside)]
    assert by_id(found[0]) == by_id(found[1]) != {}
    assert found[0].rarity == found[1].rarity


def test_a_hidden_word_is_as_rare_as_one_that_is_nowhere() -> None:
    seen = [passage(1, (1, 1), "siren police"), passage(2, (2, 1), "water")]
    index = WordIndex([build([*seen, *(passage(at, (at, 1), "secret alarm") for at in range(3, 30))])])
    scope = index.scope(ids_of(seen), False)
    assert counted_in(index, [concept("secret"), concept("nowhere")], scope) == [0, 0]
    assert by_id(index.score([concept("secret")], scope)) == {}
    assert in_how_many(index, "secret") == 27  # what the library itself knows


# -- what comes and goes


@settings(max_examples=50, deadline=None)
@given(libraries(), questions, st.data())
def test_an_index_that_grew_is_one_that_was_built_at_once(
    library: list[PassageWords], concepts: list[Concept], data: st.DataObject
) -> None:
    pages = sorted({one.page for one in library})
    when = {page: data.draw(st.integers(0, 2)) for page in pages}
    gone = {page for page in pages if data.draw(st.booleans())}
    arrivals = [[one for one in library if when[one.page] == time] for time in range(3)]
    index = WordIndex([build(arrivals[0])])
    index = index.with_more(build(arrivals[1]), ids_of([*arrivals[0], *arrivals[1]]))
    kept = [one for one in library if one.page not in gone]
    index = index.with_more(build(arrivals[2]), ids_of(kept))
    again = WordIndex([build(kept)])
    scored = index.score(concepts, index.scope(ids_of(kept), False))
    assert by_id(scored) == by_id(again.score(concepts, everything(again)))
    beside = [one for one in kept if when[one.page] > 0]
    assert index.passages == len(arrivals[0]) + len(beside)  # those of the snapshot stay in their file
    assert index.without_delta().passages == len(arrivals[0])


def test_a_delta_stands_beside_the_snapshot_without_changing_it() -> None:
    first = WordIndex([build([passage(1, (1, 1), "siren")])])
    second = first.with_more(build([passage(2, (2, 1), "siren police")]), np.array([1, 2], np.int64))
    third = second.with_more(build([passage(3, (3, 1), "siren")]), np.array([1, 3], np.int64))
    assert [index.passages for index in (first, second, third)] == [1, 2, 2]
    assert [in_how_many(index, "siren") for index in (first, second, third)] == [1, 2, 2]
    assert in_how_many(third, "polic") == 0
    assert in_how_many(third.without_delta(), "siren") == 1
    assert first.has_snapshot and third.has_snapshot and not WordIndex([]).has_snapshot
    assert not WordIndex([]).with_more(build([]), np.zeros(0, np.int64)).has_snapshot


# -- nothing


@pytest.mark.parametrize("index", [WordIndex([]), WordIndex([build([])]), WordIndex([], [build([])])])
def test_nothing_is_found_in_nothing(index: WordIndex) -> None:
    scope = everything(index)
    scored = index.score([concept("siren")], scope)
    assert scored.top(10).tolist() == []
    assert scored.of(np.array([1, 2], np.int64)).tolist() == [0.0, 0.0]
    assert counted_in(index, [concept("siren")], scope) == [0]
    assert (index.passages, in_how_many(index, "siren"), scope.passages) == (0, 0, 0)


def test_an_empty_scope_and_an_empty_question_find_nothing() -> None:
    index = WordIndex([build([passage(1, (1, 1), "siren"), passage(2, (1, 1), "?!")])])
    nothing = index.scope(np.zeros(0, np.int64), False)
    assert by_id(index.score([concept("siren")], nothing)) == {}
    assert by_id(index.score([], everything(index))) == {}
    assert by_id(index.score([Concept(stems=())], everything(index))) == {}
    only_marks = index.scope(np.array([2], np.int64), False)
    assert by_id(index.score([concept("siren")], only_marks)) == {}
    assert index.score([], everything(index)).of(np.zeros(0, np.int64)).tolist() == []


def test_words_are_counted_exactly_in_the_largest_libraries() -> None:
    part = build([passage(at, (at, 1), "siren") for at in range(1, 4)])
    arrays = {field.name: getattr(part, field.name) for field in fields(Postings)}
    large = Postings(**arrays | {"lengths": np.array([2**24, 1, 1], np.float32)})  # float32 has no 2**24 + 1
    index = WordIndex([large])
    for ids, average in (([1, 2, 3], (2**24 + 2) / 3), ([1, 2], (2**24 + 1) / 2)):
        norms = index.scope(np.array(ids, np.int64), False).norms[0]
        assert norms[1] == pytest.approx(words.K1 * (1 - words.B + words.B / average), rel=1e-12)
        assert norms[0] == pytest.approx(words.K1 * (1 - words.B + words.B * 2**24 / average), rel=1e-10)
