"""What changed between two editions: nothing is left out, all of it is a slice, and the words that differ are marked."""

import random
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.access import Handling
from index.changes import Sentences, compare, marked, matching
from index.result import Change, Changes, Said
from tests.fakes import OWNER, Shelf, principal


def text_of(*sentences: str, each: int = 3) -> Sentences:
    """A document of these sentences, some on each page."""
    text, spans, pages = "", [], []
    for number, sentence in enumerate(sentences):
        if number % each == 0:
            pages.append((len(text), len(pages) + 1, f"p{len(pages) + 1}"))
        spans.append((len(text), len(text) + len(sentence)))
        text += f"{sentence} "
    return Sentences(text=text, spans=tuple(spans), pages=tuple(pages))


def shown(changes: list[Change]) -> list[tuple[str, str]]:
    return [(one.old.text if one.old else "", one.new.text if one.new else "") for one in changes]


def test_changed_added_and_removed_sentences_are_told_in_the_order_of_the_text() -> None:
    old = text_of("The siren sounds in four minutes.", "Ask at the gate.", "Buses leave at noon.", "The end is near.")
    new = text_of("The siren sounds in nine minutes.", "Ask at the gate.", "The end is near.", "A bell rings in school.")
    changes, same = compare(old, new)
    assert shown(changes) == [
        ("The siren sounds in four minutes.", "The siren sounds in nine minutes."),
        ("Buses leave at noon.", ""),
        ("", "A bell rings in school."),
    ]
    assert same == 2
    first = marked(changes[0])
    assert first.old is not None and first.new is not None
    assert [first.old.text[slice(*mark)] for mark in first.old.marks] == ["four"]
    assert [first.new.text[slice(*mark)] for mark in first.new.marks] == ["nine"]
    assert changes[2].new is not None and (changes[2].new.page, changes[2].new.page_label) == (2, "p2")


def test_case_spacing_and_punctuation_at_the_ends_are_no_change() -> None:
    changes, same = compare(text_of("The siren\n sounds.", "Ask."), text_of("• the siren sounds", "Ask!"))
    assert changes == [] and same == 2


def test_what_was_added_on_one_page_is_one_passage() -> None:
    more = [f"Sentence {number} is wholly new." for number in range(5)]
    changes, _ = compare(text_of("First.", "Last."), text_of("First.", *more, "Last."))
    assert shown(changes) == [("", " ".join(more[:2])), ("", " ".join(more[2:]))]  # three sentences are on a page


def test_what_was_written_wholly_anew_is_removed_and_added() -> None:
    old, new = ([f"{word} number {n} says {word * 2} {n * k}." for n in range(60)] for word, k in (("aa", 3), ("bb", 7)))
    changes, same = compare(text_of(*old), text_of(*new))
    assert same == 0 and not any(one.old and one.new for one in changes)
    assert " ".join(one.old.text for one in changes if one.old) == " ".join(old)
    assert " ".join(one.new.text for one in changes if one.new) == " ".join(new)


@pytest.mark.parametrize(("old", "new"), [((), ()), (("One.",), ()), ((), ("One.",)), (("Same.",) * 9, ("Same.",) * 4)])
def test_nothing_and_the_same_again_are_compared(old: tuple[str, ...], new: tuple[str, ...]) -> None:
    changes, same = compare(text_of(*old), text_of(*new))
    assert same == min(len(old), len(new))
    told = "".join(a + b for a, b in shown(changes))
    assert sum(told.count(word) for word in ("One.", "Same.")) == abs(len(old) - len(new))


LINES = st.lists(st.sampled_from("abcdefgh"), max_size=30)


@given(LINES, LINES)
def test_what_matches_is_the_same_and_rises(before: list[str], after: list[str]) -> None:
    found = matching(before, after)
    assert all(before[i] == after[j] for i, j in found)
    assert all(i < other_i and j < other_j for (i, j), (other_i, other_j) in pairwise(found))
    if before == after:
        assert len(found) == len(before)


@given(LINES, LINES)
def test_every_sentence_is_in_both_or_told_once(before: list[str], after: list[str]) -> None:
    old, new = text_of(*before), text_of(*after)
    changes, same = compare(old, new)
    for side, document, count in (("old", old, len(before)), ("new", new, len(after))):
        told: list[Said] = [said for one in changes if (said := getattr(one, side))]
        assert all(document.text[said.start : said.end] == said.text for said in told)
        assert all(one.end <= other.start for one, other in pairwise(told))
        held = [span for span in document.spans if any(said.start <= span[0] and span[1] <= said.end for said in told)]
        assert len(held) == count - same


def test_the_marks_of_a_changed_sentence_leave_what_both_have() -> None:
    rng = random.Random(3)
    for _ in range(50):
        words = [rng.choice("siren gate (bus) noon, police".split()) for _ in range(8)]
        other = [rng.choice(["new", word, word, ""]) for word in words]
        (change,) = [Change(old=text_of(" ".join(words)).said(0, 0), new=text_of(" ".join(other)).said(0, 0))]
        told = marked(change)
        assert told.old is not None and told.new is not None
        assert "".join(left(told.old).split()) == "".join(left(told.new).split())


def left(said: Said) -> str:
    out, at = "", 0
    for start, end in said.marks:
        out, at = out + said.text[at:start], end
    return out + said.text[at:]


# -- of a library

OLD = """# Warning the public

The siren sounds in four minutes. The police decide who speaks to the press.

## On the quay

Stewards hold the gate open for those who leave.
"""
NEW = """# Warning the public

The siren sounds in nine minutes. The police decide who speaks to the press.

## On the bridge

Stewards hold the gate open for those who leave. A bell in each school is rung.
"""


@pytest.fixture
def shelf(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Shelf:
    monkeypatch.setattr("ingest.chunk._short_note", lambda document, passages, *rest: passages)  # a passage each section
    shelf = Shelf(tmp_path / "docs", tmp_path / "data", monkeypatch)
    shelf.put("old.md", OLD)
    shelf.put("new.md", NEW)
    shelf.catalogue({"file": "old.md", "handling": "TLP:RED"}, {"file": "new.md", "handling": "TLP:CLEAR"})
    assert shelf.ingest().code == 0
    return shelf


def test_a_library_tells_what_changed_headings_too_and_only_to_those_who_may_see_both(shelf: Shelf) -> None:
    library = shelf.library()
    ids = {Path(info.path).name: info.document_id for info in library.documents(OWNER)}
    found = library.changes(ids["old.md"], ids["new.md"], OWNER)
    assert isinstance(found, Changes)
    assert shown(list(found.changes)) == [
        ("The siren sounds in four minutes.", "The siren sounds in nine minutes."),
        ("On the quay", "On the bridge"),
        ("", "A bell in each school is rung."),
    ]
    assert (found.total, found.first, found.old.document_id) == (3, 0, ids["old.md"])
    assert [change.new.marks for change in found.changes if change.new and change.old] == [((20, 24),), ((7, 13),)]
    part = library.changes(ids["old.md"], ids["new.md"], OWNER, first=99, most=2)
    assert part is not None and (part.first, len(part.changes), part.total) == (2, 1, 3)
    for pair in ((ids["old.md"], ids["new.md"]), (ids["new.md"], ids["old.md"]), (ids["new.md"], 99)):
        assert library.changes(*pair, principal(Handling.AMBER)) is None
    alone = library.changes(ids["new.md"], ids["new.md"], principal(Handling.AMBER))
    assert alone is not None and alone.changes == ()
    library.close()
