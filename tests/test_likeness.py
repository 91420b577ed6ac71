"""What is like what, held against brute force; nothing above the clearance of the one who asks."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from index.access import Handling
from index.library import Library
from tests.fakes import OWNER, Shelf, principal

READER = principal(Handling.AMBER)

# Two documents on sirens, one on buses, one on both, and one on sirens that is not for everyone.
TEXTS = {
    "siren.md": (
        "The siren sounds in four minutes.",
        "The police test the siren every month.",
        "A loudspeaker stands on each roof.",
    ),
    "alarm.md": ("The siren sounds after the alarm in four minutes.", "The police wait for the alarm."),
    "buses.md": ("Buses leave from the eastern gate at noon.", "Drivers wait for a steward at the gate."),
    "both.md": ("The siren sounds while buses leave from the gate.",),
    "secret.md": ("The siren sounds in four minutes.", "The police test the siren every month."),
}


@pytest.fixture(scope="module")
def shelf(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shelf]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("ingest.chunk._short_note", lambda document, passages, *rest: passages)  # a passage each section
        shelf = Shelf(tmp_path_factory.mktemp("docs"), tmp_path_factory.mktemp("data"), patch)
        for name, paragraphs in TEXTS.items():
            stem = name.removesuffix(".md")
            sections = [f"## The {stem} part {at}\n\n{text}\n" for at, text in enumerate(paragraphs, 1)]
            shelf.put(name, f"# The {stem} paper\n\n" + "\n".join(sections))
        shelf.catalogue({"file": "secret.md", "handling": "TLP:RED"})
        assert shelf.ingest().code == 0
        yield shelf


@pytest.fixture(scope="module")
def library(shelf: Shelf) -> Iterator[Library]:
    library = shelf.library()
    yield library
    library.close()


def passages(shelf: Shelf) -> dict[int, tuple[int, np.ndarray]]:
    """Passage -> its document, and its vector as the library holds it."""
    rows = shelf.sql("SELECT p.id, p.document_id, v.vector FROM passages p JOIN vectors v ON v.id = p.vector_id ORDER BY p.id")
    dimension = shelf.encoder.info.dimension
    kinds = {4 * dimension: np.float32, 2 * dimension: np.float16}
    return {one: (owner, np.frombuffer(vector, kinds[len(vector)]).astype(np.float32)) for one, owner, vector in rows}


def documents(library: Library) -> dict[str, int]:
    return {Path(info.path).name: info.document_id for info in library.documents(OWNER)}


def first_of(shelf: Shelf, document_id: int) -> int:
    ((found,),) = shelf.sql("SELECT id FROM passages WHERE document_id = ? AND ordinal = 0", document_id)
    return int(found)


# --- passages


def test_passages_like_one_are_those_of_other_documents_by_their_cosine(shelf: Shelf, library: Library) -> None:
    held = passages(shelf)
    for passage_id, (owner, vector) in held.items():
        expected = {one: float(other @ vector) for one, (document, other) in held.items() if document != owner}
        found = library.similar(passage_id, principal=OWNER, top=50)
        assert {hit.passage_id: hit.score for hit in found} == pytest.approx(expected, abs=1e-4)
        scores = [hit.score for hit in found]
        assert scores == sorted(scores, reverse=True)
        assert [hit.rank for hit in found] == list(range(1, len(expected) + 1))


def test_what_is_like_a_passage_is_quoted_as_it_stands(shelf: Shelf, library: Library) -> None:
    at = first_of(shelf, documents(library)["alarm.md"])
    nearest = library.similar(at, principal=READER, top=3)
    assert Path(nearest[0].path).name == "siren.md" and "The siren sounds in four minutes." in nearest[0].text
    for hit in nearest:
        ((text,),) = shelf.sql("SELECT text FROM texts WHERE document_id = ?", hit.document_id)
        assert text[hit.start : hit.end] == hit.text
        assert hit.by_words is hit.by_added is False  # nothing was asked


@pytest.mark.parametrize("top", [1, 2, 3])
def test_no_more_are_listed_than_asked_for(shelf: Shelf, library: Library, top: int) -> None:
    at = first_of(shelf, documents(library)["siren.md"])
    every = library.similar(at, principal=OWNER, top=50)
    assert library.similar(at, principal=OWNER, top=top) == every[:top]
    assert len(library.similar_documents(documents(library)["siren.md"], principal=OWNER, top=top)) == top


# --- documents


def test_documents_like_one_are_near_on_average(shelf: Shelf, library: Library) -> None:
    of_document: dict[int, list[np.ndarray]] = {}
    for owner, vector in passages(shelf).values():
        of_document.setdefault(owner, []).append(vector)
    means = {owner: np.sum(vectors, axis=0) for owner, vectors in of_document.items()}
    means = {owner: mean / np.linalg.norm(mean) for owner, mean in means.items()}
    for owner, mean in means.items():
        expected = sorted(((float(other @ mean), one) for one, other in means.items() if one != owner), reverse=True)
        found = library.similar_documents(owner, principal=OWNER)
        assert [info.document_id for info, _ in found] == [one for _, one in expected]
        assert [score for _, score in found] == pytest.approx([score for score, _ in expected], abs=1e-4)


def test_the_nearest_document_says_much_the_same(library: Library) -> None:
    known = documents(library)
    nearest = library.similar_documents(known["buses.md"], principal=READER, top=1)
    assert [Path(info.path).name for info, _ in nearest] == ["both.md"]


# --- around a passage


def test_neighbours_stand_in_the_order_of_the_document(shelf: Shelf, library: Library) -> None:
    document = documents(library)["siren.md"]
    ids = [one for (one,) in shelf.sql("SELECT id FROM passages WHERE document_id = ? ORDER BY ordinal", document)]
    assert len(ids) == 3
    for at, passage_id in enumerate(ids):
        for around in (0, 1, 2, 9):
            found = library.neighbours(passage_id, principal=OWNER, around=around)
            assert [hit.passage_id for hit in found] == ids[max(0, at - around) : at + around + 1]
    assert [hit.start for hit in found] == sorted(hit.start for hit in found)


def test_neighbours_are_of_the_same_document_only(shelf: Shelf, library: Library) -> None:
    for document in documents(library).values():
        around = library.neighbours(first_of(shelf, document), principal=OWNER, around=99)
        assert {hit.document_id for hit in around} == {document}


# --- clearance


def test_nothing_above_the_clearance_is_like_anything(shelf: Shelf, library: Library) -> None:
    known = documents(library)
    secret = known["secret.md"]
    for name, document in known.items():
        if name == "secret.md":
            continue
        every = library.similar(first_of(shelf, document), principal=OWNER, top=50)
        seen = library.similar(first_of(shelf, document), principal=READER, top=50)
        assert [hit.passage_id for hit in seen] == [hit.passage_id for hit in every if hit.document_id != secret]
        assert (len(every) > len(seen)) and secret not in {hit.document_id for hit in seen}
        near = [info.document_id for info, _ in library.similar_documents(document, principal=READER)]
        assert near == [
            info.document_id for info, _ in library.similar_documents(document, principal=OWNER) if info.document_id != secret
        ]


def test_what_is_hidden_and_what_does_not_exist_look_alike(shelf: Shelf, library: Library) -> None:
    secret = documents(library)["secret.md"]
    for passage_id in (first_of(shelf, secret), 10_000, -1):
        assert library.similar(passage_id, principal=READER) == ()
        assert library.neighbours(passage_id, principal=READER, around=3) == ()
    for document_id in (secret, 10_000):
        assert library.similar_documents(document_id, principal=READER) == []
    assert library.similar(first_of(shelf, secret), principal=OWNER) != ()


# --- what comes and goes


def test_what_has_left_is_like_nothing_any_more(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shelf = Shelf(tmp_path / "docs", tmp_path / "data", monkeypatch)
    for name in ("siren.md", "alarm.md", "both.md"):
        shelf.put(name, f"# {name}\n\n{TEXTS[name][0]}\n")
    shelf.ingest()
    library = shelf.library()
    known = documents(library)
    at = first_of(shelf, known["siren.md"])
    assert {hit.document_id for hit in library.similar(at, principal=OWNER)} == {known["alarm.md"], known["both.md"]}
    (shelf.folder / "alarm.md").unlink()
    shelf.ingest()
    assert {hit.document_id for hit in library.similar(at, principal=OWNER)} == {known["both.md"]}
    assert [info.document_id for info, _ in library.similar_documents(known["siren.md"], principal=OWNER)] == [known["both.md"]]
    assert library.similar_documents(known["alarm.md"], principal=OWNER) == []
    library.close()


def test_an_empty_library_has_nothing_alike(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    library = Shelf(tmp_path / "docs", tmp_path / "data", monkeypatch).library()
    assert library.similar(1, principal=OWNER) == library.neighbours(1, principal=OWNER) == ()
    assert library.similar_documents(1, principal=OWNER) == []


def test_a_document_is_not_crowded_out_by_its_own_passages(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The nearest passages of a long report are its own: those of others are found behind them."""
    shelf = Shelf(tmp_path / "docs", tmp_path / "data", monkeypatch)
    shelf.put(
        "long.md",
        "# Long\n\n" + "\n".join(f"## Part {at}\n\nThe siren of part {at} sounds in four minutes.\n" for at in range(7)),
    )
    shelf.put("short.md", "# Short\n\nThe siren sounds in four minutes.\n")
    shelf.ingest()
    library = shelf.library()
    at = first_of(shelf, documents(library)["long.md"])
    assert [Path(hit.path).name for hit in library.similar(at, principal=OWNER, top=3)] == ["short.md"]
    library.close()
