"""The words of passages as arrays: parts that are built, joined, written and read."""

import hashlib
import io
from collections import Counter, defaultdict
from collections.abc import Callable, Sequence
from dataclasses import fields
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from index import lexical, postings
from index.errors import SnapshotError
from index.postings import PassageWords, Postings, build, counted, joined, read, texts_of, write

WORDS = "siren Sirens police varning Övningarna ön on co-operate FY2017 went 112 krisberedskapsplan 警告 İstanbul C++ the \x1f \u2028".split(
    " "
)


@st.composite
def libraries(draw: st.DrawFn, most: int = 12) -> list[PassageWords]:
    """Small libraries: passages in the order of their ids, several of them on some pages."""
    ids = draw(st.lists(st.integers(1, 60), max_size=most, unique=True))
    texts = st.lists(st.sampled_from(WORDS), max_size=8).map(" ".join)
    return [
        PassageWords(
            passage_id=passage_id,
            page=(draw(st.integers(1, 3)), draw(st.integers(1, 3))),
            language=draw(st.sampled_from(["en", "sv", "de", ""])),
            text=draw(texts),
            context=draw(texts),
        )
        for passage_id in sorted(ids)
    ]


def renumbered(pages: Sequence[int]) -> list[int]:
    """Which passages are on one page, whatever the numbers of the pages are."""
    numbers: dict[int, int] = {}
    return [numbers.setdefault(int(page), len(numbers)) for page in pages]


def same(one: Postings, other: Postings) -> None:
    for field in fields(Postings):
        mine, yours = getattr(one, field.name), getattr(other, field.name)
        assert mine.dtype == yours.dtype and mine.shape == yours.shape, field.name
        if field.name == "pages":
            assert renumbered(mine) == renumbered(yours)
            assert one.page_count == other.page_count == len(set(mine.tolist()))
        else:
            np.testing.assert_array_equal(mine, yours, err_msg=field.name)


# -- building


@settings(max_examples=150, deadline=None)
@given(libraries())
def test_each_stem_has_the_passages_that_hold_it_and_how_often(library: list[PassageWords]) -> None:
    part = build(library)
    expected: dict[str, dict[int, tuple[int, int]]] = defaultdict(dict)
    for passage in library:
        text = Counter(lexical.stems(passage.text, passage.language))
        above = set(lexical.stems(passage.context, passage.language))
        for term in {*text, *above}:
            expected[term][passage.passage_id] = (text[term], int(term in above))
    assert list(part.terms) == sorted(expected)
    for term, held in expected.items():
        at, counts, above_it = part.entries_of(term)
        assert dict(zip(part.ids[at].tolist(), zip(counts.tolist(), above_it.tolist(), strict=True), strict=True)) == held
        assert at.tolist() == sorted(at.tolist())
        assert len(part.entries_of(term)[0]) == len(held)
    assert part.ids.tolist() == [passage.passage_id for passage in library]
    assert part.swedish.tolist() == [passage.language == "sv" for passage in library]
    assert renumbered(part.pages) == renumbered([10 * passage.page[0] + passage.page[1] for passage in library])


def test_by_hand() -> None:
    part = build(
        [
            PassageWords(passage_id=3, page=(1, 1), language="en", text="The sirens: a siren!", context="Siren warnings, sirens"),
            PassageWords(passage_id=5, page=(1, 2), language="sv", text="Övningarna på ön", context=""),
            PassageWords(passage_id=9, page=(1, 1), language="en", text="", context="Went"),
        ]
    )
    assert list(part.terms) == ["a", "go", "på", "siren", "the", "warn", "ön", "övning"]
    assert part.lengths.tolist() == [6, 3, 1]  # the words of the text, and once each of those above it
    assert part.pages.tolist() == [0, 1, 0] and part.page_count == 2
    assert [values.tolist() for values in part.entries_of("siren")] == [[0], [2], [1]]
    assert [values.tolist() for values in part.entries_of("go")] == [[2], [0], [1]]
    assert [values.tolist() for values in part.entries_of("police")] == [[], [], []]
    assert part.places_of("siren").tolist() == [0] and part.places_of("police").tolist() == []
    assert part.swedish_text == "\npå\nön\növning\n"


def test_no_passages_make_an_empty_part() -> None:
    part = build([])
    assert part.terms == {} and part.swedish_text.split() == [] and part.page_count == 0 and len(part.ids) == 0
    assert len(part.entries_of("siren")[0]) == len(part.entries_of("")[0]) == 0
    without_words = build([PassageWords(passage_id=1, page=(1, 1), language="en", text="?!", context="")])
    assert without_words.terms == {} and without_words.ids.tolist() == [1]
    assert len(without_words.entries_of("")[0]) == 0


def test_more_occurrences_than_a_part_holds_are_not_counted_round_to_none() -> None:
    text = "siren " * 256 + "police " * 3
    part = build([PassageWords(passage_id=1, page=(1, 1), language="en", text=text, context="")])
    assert part.entries_of("siren")[1].tolist() == [255]
    assert counted(text, "en") == {"siren": 255, "polic": 3} and int(part.counts.sum()) == 258


@given(libraries())
def test_what_is_counted_of_a_text_is_what_is_kept_of_it(library: list[PassageWords]) -> None:
    part = build(library)
    kept = [(passage.passage_id, counted(passage.text, passage.language)) for passage in library]
    assert list(texts_of(part)) == kept
    assert np.bincount(part.entries, part.counts, len(library)).tolist() == [sum(words.values()) for _, words in kept]


# -- joining


@settings(max_examples=300, deadline=None)
@given(libraries(), st.data())
def test_joined_parts_are_what_is_built_of_all(library: list[PassageWords], data: st.DataObject) -> None:
    of_page = {page: data.draw(st.integers(0, 3)) for page in sorted({passage.page for passage in library})}
    parts = [build([passage for passage in library if of_page[passage.page] == number]) for number in range(4)]
    kept = [passage for passage in library if data.draw(st.booleans())]
    ids = np.array([passage.passage_id for passage in kept], np.int64)
    same(joined(parts, ids), build(kept))


@settings(max_examples=50, deadline=None)
@given(libraries())
def test_joining_leaves_the_parts_as_they_were(library: list[PassageWords]) -> None:
    parts = [build(library[:4]), build(library[4:])]
    joined(parts, np.array([passage.passage_id for passage in library[2:6]], np.int64))
    same(parts[0], build(library[:4]))
    same(parts[1], build(library[4:]))


def test_joined_parts_can_be_joined_again() -> None:
    library = [
        PassageWords(passage_id=one, page=(one, 1), language="en", text=f"siren number{one}", context="") for one in range(1, 9)
    ]
    first = joined([build(library[:2]), build(library[2:5])], np.array([1, 3, 4, 5], np.int64))
    second = joined([first, build(library[5:])], np.array([3, 5, 6, 8], np.int64))
    same(second, build([library[2], library[4], library[5], library[7]]))
    assert "number1" not in second.terms


# -- files


@settings(max_examples=40, deadline=None)
@given(library=libraries())
def test_what_is_written_is_read_again(tmp_path_factory: pytest.TempPathFactory, library: list[PassageWords]) -> None:
    path = tmp_path_factory.getbasetemp() / "round.words"
    part = build(library)
    found = read(path, write(path, part))
    same(found, part)
    assert found.pages.tolist() == part.pages.tolist()
    assert found.terms == part.terms


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    path = tmp_path_factory.mktemp("words") / "whole.words"
    texts = ("The sirens sounded in the city.", "Varningen hördes på ön.", "Police and fire service agreed.")
    library = [
        PassageWords(passage_id=at, page=(1, at), language="sv" if at == 2 else "en", text=text, context="Warning")
        for at, text in enumerate(texts, 1)
    ]
    return path, write(path, build(library))


def _truncated(data: bytes, random: np.random.Generator) -> bytes:
    return data[: int(random.integers(0, len(data)))]


def _flipped(data: bytes, random: np.random.Generator) -> bytes:
    changed = bytearray(data)
    changed[int(random.integers(0, len(data)))] ^= 1 << int(random.integers(0, 8))
    return bytes(changed)


def _random(_: bytes, random: np.random.Generator) -> bytes:
    return random.bytes(int(random.integers(0, 4000)))


def _longer(data: bytes, random: np.random.Generator) -> bytes:
    return data + random.bytes(int(random.integers(1, 50)))


@pytest.mark.parametrize("damage", [_truncated, _flipped, _random, _longer])
def test_a_damaged_file_raises_and_never_crashes(
    whole: tuple[Path, str], tmp_path: Path, damage: Callable[[bytes, np.random.Generator], bytes]
) -> None:
    path, digest = whole
    data, random = path.read_bytes(), np.random.default_rng(11)
    for _ in range(200):
        broken = tmp_path / "broken.words"
        broken.write_bytes(damage(data, random))
        with pytest.raises(SnapshotError, match=r"broken\.words is missing, or damaged"):
            read(broken, digest)


def _zip_like(data: bytes, random: np.random.Generator) -> bytes:
    return b"PK\x03\x04" + random.bytes(int(random.integers(0, 400)))


def _array_like(data: bytes, random: np.random.Generator) -> bytes:
    return b"\x93NUMPY" + bytes([1, 0]) + random.bytes(int(random.integers(0, 400)))


@pytest.mark.parametrize("foreign", [_truncated, _random, _zip_like, _array_like])
def test_a_file_of_another_kind_raises_even_where_its_hash_is_right(
    whole: tuple[Path, str], tmp_path: Path, foreign: Callable[[bytes, np.random.Generator], bytes]
) -> None:
    data, random = whole[0].read_bytes(), np.random.default_rng(12)
    for _ in range(200):
        other = tmp_path / "other.words"
        with pytest.raises(SnapshotError, match=r"other\.words is of another kind"):
            read(other, _put(other, foreign(data, random)))


def _put(path: Path, data: bytes) -> str:
    path.write_bytes(data)
    return hashlib.sha256(data).hexdigest()


@pytest.mark.parametrize(
    "arrays",
    [{"ids": np.arange(3)}, {"version": np.array(postings.VERSION), "ids": np.arange(3)}, {"version": np.array(["one"])}],
)
def test_arrays_of_something_else_raise(tmp_path: Path, arrays: dict[str, np.ndarray]) -> None:
    held = io.BytesIO()
    np.savez(held, **arrays)
    path = tmp_path / "arrays.words"
    with pytest.raises(SnapshotError, match=r"arrays\.words is of another kind"):
        read(path, _put(path, held.getvalue()))


def test_a_single_array_raises(tmp_path: Path) -> None:
    held = io.BytesIO()
    np.save(held, np.arange(3))
    path = tmp_path / "array.words"
    with pytest.raises(SnapshotError, match=r"array\.words is of another kind"):
        read(path, _put(path, held.getvalue()))


def test_a_missing_file_raises(tmp_path: Path) -> None:
    with pytest.raises(SnapshotError, match=r"none\.words is missing"):
        read(tmp_path / "none.words", "")
    with pytest.raises(SnapshotError, match="is missing"):
        read(tmp_path, "")


def test_a_file_of_another_version_is_not_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "v.words"
    digest = write(path, build([]))
    assert read(path, digest).terms == {}
    monkeypatch.setattr(postings, "VERSION", postings.VERSION + 1)
    with pytest.raises(SnapshotError, match="another version"):
        read(path, digest)
    again = write(path, build([]))
    assert again != digest
    assert read(path, again).terms == {}


def test_a_write_that_fails_leaves_the_file_before(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "v.words"
    digest = write(path, build([]))

    def fail(*_: object, **__: object) -> None:
        raise OSError("no space")

    with monkeypatch.context() as patch:
        patch.setattr(np, "savez", fail)
        with pytest.raises(OSError, match="no space"):
            write(path, build([]))
    assert [entry.name for entry in tmp_path.iterdir()] == ["v.words"]
    assert len(read(path, digest).ids) == 0


def test_a_part_that_was_read_needs_its_file_no_longer(whole: tuple[Path, str], tmp_path: Path) -> None:
    path = tmp_path / "gone.words"
    part = read(path, _put(path, whole[0].read_bytes()))
    path.unlink()
    assert (
        len(part.entries_of("warn")[0]) == 2 and len(part.entries_of("warning")[0]) == 1
    )  # one of the three has it above in Swedish
