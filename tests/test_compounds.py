"""Swedish compounds: divided where every part is a word, and nowhere else."""

from itertools import combinations

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from index.compounds import SHORTEST, split

WORDS = frozenset(
    "kris beredskap plan beredskaps räddning tjänst familj stöd kyrka kyrko gård gata gat skola skol bok övning "
    "brand brandman man sjuk sjukhus hus vård vårdcentral central".split()
)


def known(word: str) -> bool:
    return word in WORDS


@pytest.mark.parametrize(
    ("word", "parts"),
    [
        ("krisberedskapsplan", ("kris", "beredskaps", "plan")),
        ("krisplan", ("kris", "plan")),
        ("räddningstjänst", ("räddning", "tjänst")),
        ("familjestöd", ("familj", "stöd")),
        ("kyrkogård", ("kyrko", "gård")),
        ("gatuplan", ("gat", "plan")),
        ("skolbok", ("skol", "bok")),
        ("krisövning", ("kris", "övning")),
        ("krisberedskapsplansövning", ("kris", "beredskaps", "plan", "övning")),
    ],
)
def test_a_compound_is_its_parts(word: str, parts: tuple[str, ...]) -> None:
    assert split(word, known) == parts


def test_a_linking_letter_goes_where_the_word_is_not_known_with_it() -> None:
    for link in "seoua":
        assert split(f"brand{link}plan", {"brand", "plan"}.__contains__) == ("brand", "plan")
    assert split("brandiplan", {"brand", "plan"}.__contains__) == ()
    assert split("beredskapsplan", {"beredskap", "plan"}.__contains__) == ("beredskap", "plan")
    assert split("beredskapplans", {"beredskap", "plan"}.__contains__) == ()  # what links stands between


@pytest.mark.parametrize(
    "word", ["", "kris", "plan", "okänd", "krisokänd", "okändplan", "krisplann", "kri", "brandmän", "a" * 300]
)
def test_what_is_not_all_made_of_words_is_not_divided(word: str) -> None:
    assert split(word, known) == ()


def test_few_and_long_parts_go_before_many_and_short_ones() -> None:
    assert split("sjukhusvård", known) == ("sjukhus", "vård")
    assert split("krisvårdcentral", known) == ("kris", "vårdcentral")
    assert split("abelagden", {"abe", "lagden", "abela", "gden"}.__contains__) == ("abela", "gden")
    assert split("abelagd", {"abe", "lagd", "abel", "agd"}.__contains__) == ("abe", "lagd")  # the longer goes last


def test_a_word_that_is_known_as_a_whole_is_divided_all_the_same() -> None:
    assert split("sjukhus", known) == ("sjuk", "hus")


def test_parts_of_two_letters_divide_nothing() -> None:
    assert split("öplan", {"ö", "plan"}.__contains__) == ()
    assert split("ånyplan", {"ån", "yplan", "plan"}.__contains__) == ()
    assert split("ånsplan", {"ån", "plan"}.__contains__) == ()


def test_what_is_left_has_a_vowel() -> None:
    assert split("planstr", {"plan", "str"}.__contains__) == ()


def test_more_than_four_parts_are_a_riddle() -> None:
    assert split("plan" * 4, known) == ("plan",) * 4
    assert split("plan" * 5, known) == ()


def test_the_longest_word_asks_for_few_parts() -> None:
    asked: list[str] = []

    def one(word: str) -> bool:
        asked.append(word)
        return word == "plan"

    assert split("plan" * 500, one) == ()
    assert len(asked) < 20_000


# -- by brute force


def brute(word: str, words: frozenset[str]) -> list[tuple[str, ...]]:
    """All ways to divide a word into two to four known parts."""
    found = []
    for count in (1, 2, 3):
        for cuts in combinations(range(1, len(word)), count):
            pieces = [word[start:end] for start, end in zip((0, *cuts), (*cuts, len(word)), strict=True)]
            parts = [_bare(piece, words) for piece in pieces[:-1]] + [pieces[-1] if pieces[-1] in words else ""]
            rests = [word[cut:] for cut in cuts]
            if all(parts) and min(map(len, pieces)) >= SHORTEST and all(set(rest) & set("aåeo") for rest in rests):
                found.append(tuple(parts))
    return found


def _bare(piece: str, words: frozenset[str]) -> str:
    if piece in words:
        return piece
    return piece[:-1] if piece[-1] in "seoua" and len(piece) > SHORTEST and piece[:-1] in words else ""


letters = st.text("abs", min_size=3, max_size=5)


@settings(max_examples=200, deadline=None)
@given(st.frozensets(letters, min_size=1, max_size=12), st.text("abs", max_size=13))
@example(frozenset({"aba", "bab", "abab", "ababa"}), "abababababa")
def test_of_all_ways_the_best_is_chosen(words: frozenset[str], word: str) -> None:
    ways = brute(word, words)
    found = split(word, words.__contains__)
    if not ways:
        assert found == ()
        return
    assert found in ways
    fewest = min(map(len, ways))
    assert len(found) == fewest
    assert min(map(len, found)) == max(min(map(len, way)) for way in ways if len(way) == fewest)


@settings(max_examples=100, deadline=None)
@given(st.lists(st.sampled_from(sorted(WORDS)), min_size=2, max_size=4), st.data())
def test_what_is_put_together_is_taken_apart(parts: list[str], data: st.DataObject) -> None:
    links = [data.draw(st.sampled_from(["", "s", "e", "o", "u", "a"])) for _ in parts[1:]]
    word = "".join(part + link for part, link in zip(parts, [*links, ""], strict=True))
    found = split(word, known)
    assert 2 <= len(found) <= len(parts)
    assert all(part in WORDS for part in found)
    at = 0
    for number, part in enumerate(found):  # in order, with no more than a linking letter between them
        assert word.startswith(part, at)
        at += len(part)
        if number < len(found) - 1 and not word.startswith(found[number + 1], at):
            at += 1
    assert at == len(word)
