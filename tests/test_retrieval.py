"""From a question to ranked passages: pages that it names, sentences, passages the model cannot read, and what is not allowed."""

from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import numpy as np
import pytest
from reportlab.pdfgen.canvas import Canvas

from index import retrieval, words
from index.access import Handling, Principal
from index.fuse import KNOWN
from index.query import parse
from index.result import Mode
from index.retrieval import Candidate, pages_named
from index.serving import Allowed, Serving
from index.store import Connection
from tests.fakes import OWNER, FakeEncoder, Shelf, principal

# --- pages that a question names


@pytest.mark.parametrize(
    ("question", "pages"),
    [
        ("What does the table on page 17 say?", ("17",)),
        ("What do pages 10-11 say?", ("10", "11")),
        ("Compare pages 3 and 14.", ("3", "14")),
        ("Vad står på sidorna 3–7?", ("3", "4", "5", "6", "7")),
        ("sid. 4 till 6", ("4", "5", "6")),
        ("pages 1-900", ("1", "900")),  # no range to look at page by page
        ("pages 9-3", ("9", "3")),
        ("From p. 5 on, and pp. 7–8", ("5", "7", "8")),
        ("The chart (page 4)", ("4",)),
        ("the chart on page (4)", ("4",)),
        ("What is on slide 12?", ("12",)),
        ("PAGE 2", ("2",)),
        ("Vad säger tabellen på sidan 17?", ("17",)),
        ("Vad står på sida 3?", ("3",)),
        ("Vad säger sidorna 10–11?", ("10", "11")),
        ("Jämför sidorna 3 och 14", ("3", "14")),
        ("sidorna 5 till 6, se även s. 9", ("5", "6", "9")),
        ("page 3 and page 3", ("3",)),
    ],
)
def test_pages_are_named_in_both_languages(question: str, pages: tuple[str, ...]) -> None:
    assert pages_named(question) == pages


@pytest.mark.parametrize(
    "question",
    ["", "How many pages has it?", "Who was there in 2017?", "sidvagn 4", "homepage 3", "page seven", "page 20170", "övning 5. 3 bilar",
     "What comes after landing pages?"],
)  # fmt: skip
def test_other_numbers_are_no_pages(question: str) -> None:
    assert pages_named(question) == ()


# --- a library to retrieve from


@pytest.fixture
def shelf(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Shelf:
    return Shelf(tmp_path / "docs", tmp_path / "data", monkeypatch)


@contextmanager
def asked(shelf: Shelf, who: Principal = OWNER) -> Iterator[tuple[Connection, Serving, Allowed]]:
    with closing(shelf.library()) as library, library._view() as (connection, now):
        assert connection is not None and now is not None
        yield connection, now, now.allowed(who, {})


def candidates(shelf: Shelf, question: str, mode: Mode = Mode.HYBRID, who: Principal = OWNER) -> list[Candidate]:
    """What retrieval finds, before anything is listed."""
    with closing(shelf.library()) as library, library._view() as (connection, now):
        assert connection is not None and now is not None
        allowed = now.allowed(who, {})
        put = library._asked(now, allowed, parse(question), mode, True, retrieval.DEPTH)
        return retrieval.retrieve(connection, now, allowed, put.wanted, mode).first(retrieval.DEPTH)


def texts(shelf: Shelf, found: list[Candidate]) -> list[str]:
    known = dict(shelf.sql("SELECT id, text FROM passages"))
    return [" ".join(known[one.passage_id].split()) for one in found]


def records(shelf: Shelf, *given: str) -> None:
    """One document a text, with nothing above it."""
    shelf.records("notes.jsonl", *({"_id": str(at), "title": "", "text": text} for at, text in enumerate(given)))
    assert shelf.ingest().code == 0


# --- the page bonus


def report(path: Path, *pages: str) -> None:
    """A PDF whose pages are numbered iii, iv, and then from 41."""
    canvas = Canvas(str(path), pagesize=(400, 300))
    canvas.addPageLabel(0, "ROMAN_LOWER", 3)
    canvas.addPageLabel(2, "ARABIC", 41)
    for text in pages:
        canvas.setFont("Helvetica-Bold", 20)
        canvas.drawString(30, 250, f"Chapter on the {text.split()[1]}")
        canvas.setFont("Helvetica", 11)
        canvas.drawString(30, 200, text)
        canvas.showPage()
    canvas.save()


PAGES = tuple(
    f"The {what} of the siren plan stands here and is tested."
    for what in ("cover", "preface", "alarm", "harbour", "stadium")
)  # fmt: skip


@pytest.fixture
def labelled(shelf: Shelf) -> Shelf:
    shelf.folder.mkdir(exist_ok=True)
    report(shelf.folder / "plan.pdf", *PAGES)
    assert shelf.ingest().code == 0
    assert [label for (label,) in shelf.sql("SELECT label FROM pages ORDER BY number")] == ["iii", "iv", "41", "42", "43"]
    return shelf


@pytest.mark.parametrize(
    ("named", "which"),
    [("on page 4", 3), ("on page 42", 3), ("på sidan 41", 2), ("on page 3", 2), ("på sidan 5", 4), ("slide 1", 0)],
)
@pytest.mark.parametrize("mode", list(Mode))
def test_a_named_page_comes_first_by_its_number_or_its_label(labelled: Shelf, named: str, which: int, mode: Mode) -> None:
    found = candidates(labelled, f"siren plan tested {named}", mode)
    assert texts(labelled, found)[0] == PAGES[which]


def test_the_bonus_is_one_measure_for_every_page_that_is_named(labelled: Shelf, monkeypatch: pytest.MonkeyPatch) -> None:
    question = "siren plan tested on pages 2 and 42"
    with_bonus = {one.passage_id: one for one in candidates(labelled, question, Mode.LEXICAL)}
    monkeypatch.setattr(retrieval, "_ON_PAGE", 0.0)
    plain = {one.passage_id: one for one in candidates(labelled, question, Mode.LEXICAL)}
    raised = {
        labelled.sql("SELECT page FROM passages WHERE id = ?", one)[0][0]
        for one in plain
        if with_bonus[one].score > plain[one].score
    }
    assert raised == {2, 4}
    assert all(
        one.score - plain[at].score == pytest.approx(0.3) for at, one in with_bonus.items() if one.score != plain[at].score
    )


def test_a_page_that_is_not_there_moves_nothing(labelled: Shelf) -> None:
    there, plain = (candidates(labelled, f"siren plan tested{named}", Mode.LEXICAL) for named in (" on page 77", ""))
    assert [(one.passage_id, one.score) for one in there] == [(one.passage_id, pytest.approx(one.score)) for one in plain]


# --- passages in a language that the model does not know

SWEDISH = (
    "Sirenen ljuder när polisen beslutar att allmänheten ska varnas.",
    "Bussarna avgår från den östra grinden när sirenen ljuder.",
    "Hamnkaptenen stänger bron om natten efter ett beslut.",
)
ENGLISH = (
    "The siren sounds when the police decide to warn the public at night.",
    "Buses leave from the eastern gate at noon, and from the western one.",
)


@pytest.fixture
def mixed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Shelf:
    """A library in two languages, with a model that knows one of them."""
    shelf = Shelf(tmp_path / "docs", tmp_path / "data", monkeypatch, FakeEncoder("english", languages=("en",)))
    records(shelf, *SWEDISH, *ENGLISH)
    assert dict(shelf.sql("SELECT language, count(*) FROM passages GROUP BY language")) == {"sv": 3, "en": 2}
    return shelf


def test_passages_the_model_cannot_read_are_judged_by_their_words(mixed: Shelf) -> None:
    question = "siren police gate"
    found = candidates(mixed, question)
    said = {one.passage_id: one.words for one in found}
    best = max(said.values())
    swedish = {one for (one,) in mixed.sql("SELECT id FROM passages WHERE language = 'sv'")}
    assert {one.passage_id for one in found if np.isnan(one.cosine)} == swedish
    for one in found:
        if one.passage_id in swedish:
            assert one.score == pytest.approx(one.words / best)
        else:
            assert one.score != pytest.approx(one.words / best) and -1 <= one.cosine <= 1
    assert any(one.score > 0 for one in found if one.passage_id in swedish)


def test_what_a_vector_says_of_a_language_it_does_not_know_moves_nothing(mixed: Shelf) -> None:
    question = SWEDISH[2]  # word for word: as near as a vector can be
    (bridge,) = [one for one in candidates(mixed, question) if texts(mixed, [one]) == [SWEDISH[2]]]
    assert np.isnan(bridge.cosine) and bridge.score == pytest.approx(1.0)  # its words
    (again,) = [one for one in candidates(mixed, "siren police gate") if texts(mixed, [one]) == [SWEDISH[2]]]
    assert again.score == again.words == 0.0


# --- the sentences of a passage

APART = "The siren waits in the hall. The police count buses at the gate. Stewards open every door slowly."
TOGETHER = "The siren police gate. The waits in hall count buses. Stewards at the the open every door slowly."


def test_a_passage_with_one_sentence_that_says_it_goes_before_one_that_says_it_here_and_there(shelf: Shelf) -> None:
    assert sorted(APART.lower().replace(".", "").split()) == sorted(TOGETHER.lower().replace(".", "").split())
    records(shelf, APART, TOGETHER)
    question = "the siren police gate"
    by_words, by_meaning, both = (candidates(shelf, question, mode) for mode in (Mode.LEXICAL, Mode.DENSE, Mode.HYBRID))
    for found in (by_words, by_meaning):
        assert found[0].score == pytest.approx(found[1].score)  # the same words: the passages as a whole are equally near
    assert texts(shelf, both) == [TOGETHER, APART]
    assert both[0].score > both[1].score


def test_the_share_of_the_nearest_sentence_by_hand(shelf: Shelf, monkeypatch: pytest.MonkeyPatch) -> None:
    records(shelf, APART, TOGETHER)
    monkeypatch.setattr(retrieval, "_SENTENCE", 0.5)
    both = candidates(shelf, "the siren police gate")
    found = dict(zip(texts(shelf, both), both, strict=True))
    model = FakeEncoder("fake")
    asked_for = model.query("the siren police gate")

    def meaning(text: str) -> float:
        near = max(float(model.query(one) @ asked_for) for one in text.replace(".", ".|").split("|") if one)
        return 0.5 * float(model.query(text) @ asked_for) + 0.5 * near

    share = meaning(APART) / meaning(TOGETHER)
    assert found[TOGETHER].words == pytest.approx(found[APART].words)
    gap = found[TOGETHER].score - found[APART].score
    assert gap == pytest.approx(KNOWN.dense * (1 - share), abs=0.01)  # sentences are kept as int8


def test_only_the_best_are_looked_into_and_stay_before_the_others(shelf: Shelf, monkeypatch: pytest.MonkeyPatch) -> None:
    filler = [f"The siren of district {at} is tested. Its police stand by the door." for at in range(6)]
    records(shelf, *filler, APART, TOGETHER)
    question = "the siren police gate"
    looked = []
    nearest = retrieval.nearest_sentences

    def watched(connection: Connection, now: Serving, ids: np.ndarray, *rest: object) -> np.ndarray:
        looked.extend(ids.tolist())
        return nearest(connection, now, ids, *rest)  # type: ignore[arg-type]

    monkeypatch.setattr(retrieval, "nearest_sentences", watched)
    monkeypatch.setattr(retrieval, "_SENTENCE", 0.0)
    plain = [one.passage_id for one in candidates(shelf, question)]
    monkeypatch.setattr(retrieval, "_SENTENCE", 1.0)
    monkeypatch.setattr(retrieval, "_LOOKED_INTO", 3)
    looked.clear()
    found = [one.passage_id for one in candidates(shelf, question)]
    assert set(looked) == set(plain[:3]) == set(found[:3])
    assert found[3:] == plain[3:]
    scores = [one.score for one in candidates(shelf, question)]
    assert scores == sorted(scores, reverse=True)


def test_sentences_are_compared_in_their_order(shelf: Shelf) -> None:
    records(shelf, APART)
    model = FakeEncoder("fake")
    query = model.query("The police count buses at the gate.")
    with asked(shelf) as (connection, now, _):
        (cosines,) = retrieval.sentence_cosines(connection, now, now.ids, query).values()
    expected = [float(model.query(one) @ query) for one in APART.replace(". ", ".|").split("|")]
    assert cosines.tolist() == pytest.approx(expected, abs=0.02)
    assert int(np.argmax(cosines)) == 1


def test_without_vectors_of_sentences_a_passage_is_its_whole(shelf: Shelf) -> None:
    records(shelf, APART, TOGETHER)
    shelf.sql("UPDATE vectors SET sentences = x''")  # as a library of version 0.1 has them
    first, second = candidates(shelf, "the siren police gate")
    assert first.score == pytest.approx(second.score)


# --- what is not allowed

SECRET = "The siren police gate stands on page one."


@pytest.fixture
def guarded(shelf: Shelf) -> Shelf:
    """The best passage for the question, by any measure, is above what a reader may see."""
    shelf.put("secret.md", f"# Secret\n\n{SECRET}\n")
    for at in range(5):
        shelf.put(
            f"open{at}.md", f"# Open {at}\n\nThe harbour of district {at} has a siren, and a bridge that is closed at night.\n"
        )
    shelf.catalogue({"file": "secret.md", "handling": "TLP:RED", "city": "Paris"})
    assert shelf.ingest().code == 0
    return shelf


@pytest.mark.parametrize("mode", list(Mode))
@pytest.mark.parametrize("question", [SECRET, "siren", "siren on page 1", "zzz", "secret siren police"])
def test_no_half_lists_what_is_not_allowed(guarded: Shelf, mode: Mode, question: str) -> None:
    reader = principal(Handling.AMBER)
    with asked(guarded, reader) as (_, now, allowed):
        inside = {one for one, owner in zip(now.ids.tolist(), now.owners.tolist(), strict=True) if owner in allowed.documents}
    found = {one.passage_id for one in candidates(guarded, question, mode, reader)}
    assert found <= inside and len(inside) == 5
    everything = candidates(guarded, question, mode)
    if question == SECRET:
        assert texts(guarded, everything)[0].endswith(SECRET)
    assert found == {one.passage_id for one in everything} & inside


@pytest.mark.parametrize("mode", list(Mode))
def test_scores_do_not_tell_of_what_is_hidden(guarded: Shelf, mode: Mode) -> None:
    """A reader finds the same, with the same scores, whether the hidden document exists or not."""
    reader = principal(Handling.AMBER)
    question = "siren police gate of the harbour on page 1"
    before = candidates(guarded, question, mode, reader)
    (guarded.folder / "secret.md").unlink()
    assert guarded.ingest().summary["removed"] == 1
    after = candidates(guarded, question, mode, reader)
    assert len(after) == 5 and list(map(repr, after)) == list(map(repr, before))  # a cosine that is not known equals nothing


def test_where_nothing_is_allowed_nothing_is_found(guarded: Shelf) -> None:
    for path in guarded.folder.glob("open*.md"):
        path.unlink()
    guarded.ingest()
    for mode in Mode:
        assert candidates(guarded, SECRET, mode, principal(Handling.AMBER)) == []


# --- ranking


@pytest.mark.parametrize("mode", list(Mode))
def test_the_best_come_first_and_equals_in_the_order_of_their_ids(shelf: Shelf, mode: Mode) -> None:
    records(shelf, *(f"The siren stands here. {word.title()} waits." for word in "alpha bravo charlie delta echo siren".split()))
    found = candidates(shelf, "siren", mode)
    ranked = [(-one.score, one.passage_id) for one in found]
    assert ranked == sorted(ranked) and len(found) == 6


def test_with_words_alone_no_meaning_is_compared(shelf: Shelf) -> None:
    records(shelf, APART, SECRET)
    found = candidates(shelf, "siren", Mode.LEXICAL)
    assert len(found) == 2 and all(np.isnan(one.cosine) for one in found)
    assert [one.score for one in found] == [one.words for one in found]


def test_in_a_language_the_model_knows_nothing_of_the_words_count_for_nearly_all(mixed: Shelf) -> None:
    with asked(mixed) as (connection, now, allowed):
        scored = now.words.score([words.Concept(stems=(("siren", 1.0),))], allowed.scope)
        vector = FakeEncoder("english").query("buses")
        near = now.index.search(vector, 10, allowed.passages)
        unknown, known = (
            retrieval.retrieve(
                connection, now, allowed, retrieval.Wanted(scored=scored, vector=vector, near=near, weights=weights), Mode.HYBRID
            ).first(10)
            for weights in (retrieval.fuse.UNKNOWN, KNOWN)
        )
    buses = [[one.score for one in found if texts(mixed, [one]) == [ENGLISH[1]]] for found in (unknown, known)]
    assert 0 < buses[0][0] < buses[1][0]
