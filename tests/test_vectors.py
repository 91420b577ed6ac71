"""Vectors: FAISS held against NumPy on ids and scores, and files that were damaged."""

import hashlib
import os
import shutil
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from index import files, vectorfile
from index.errors import SnapshotError
from index.vectorfile import write as write_snapshot
from index.vectors import VectorIndex, bitmap, holds, pack, unpack

DIMENSION = 16


def unit(rows: int, seed: int) -> np.ndarray:
    raw = np.random.default_rng(seed).normal(size=(rows, DIMENSION)).astype(np.float32)
    return raw / np.linalg.norm(raw, axis=1, keepdims=True)


def halved(rows: np.ndarray) -> np.ndarray:
    """As a snapshot keeps them."""
    return rows.astype(np.float16).astype(np.float32)


def brute(ids: np.ndarray, rows: np.ndarray, query: np.ndarray, allowed: set[int], top: int) -> list[tuple[int, float]]:
    scored = sorted(((-float(row @ query), int(one)) for one, row in zip(ids, rows, strict=True) if int(one) in allowed))
    return [(one, -score) for score, one in scored[:top]]


def build(folder: Path, ids: np.ndarray, rows: np.ndarray, name: str = "v.faiss") -> VectorIndex:
    digest = write_snapshot(folder / name, ids, rows)
    return VectorIndex(folder / name, digest, DIMENSION)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("vectors")


@settings(max_examples=60, deadline=None)
@given(
    seed=st.integers(0, 2**32 - 1),
    in_snapshot=st.integers(0, 60),
    in_delta=st.integers(0, 30),
    share=st.floats(0, 1),
    top=st.integers(1, 100),
)
def test_search_is_what_numpy_finds(folder: Path, seed: int, in_snapshot: int, in_delta: int, share: float, top: int) -> None:
    random = np.random.default_rng(seed)
    ids = np.sort(random.choice(500, in_snapshot + in_delta, replace=False)).astype(np.int64) + 1
    rows = unit(len(ids), seed)
    query = unit(1, seed + 1)[0]
    old, new = slice(0, in_snapshot), slice(in_snapshot, None)
    index = build(folder, ids[old], rows[old]).with_delta(ids[new], rows[new])
    allowed = {int(one) for one in ids if random.random() < share}
    largest = max(allowed, default=0)
    found, scores = index.search(query, top, bitmap(np.array(sorted(allowed), np.int64), largest))
    stored = np.concatenate([halved(rows[old]), rows[new]])
    expected = brute(ids, stored, query, allowed, top)
    assert found.dtype == np.int64 and scores.dtype == np.float32
    assert found.tolist() == [one for one, _ in expected]
    np.testing.assert_allclose(scores, [score for _, score in expected], atol=2e-3)
    assert list(scores) == sorted(scores, reverse=True)


@settings(max_examples=40, deadline=None)
@given(seed=st.integers(0, 2**32 - 1), in_snapshot=st.integers(0, 30), in_delta=st.integers(0, 30))
def test_scores_of_chosen_passages_come_from_either_part(folder: Path, seed: int, in_snapshot: int, in_delta: int) -> None:
    random = np.random.default_rng(seed)
    ids = np.sort(random.choice(300, in_snapshot + in_delta, replace=False)).astype(np.int64) + 1
    rows = unit(len(ids), seed)
    query = unit(1, seed + 1)[0]
    index = build(folder, ids[:in_snapshot], rows[:in_snapshot]).with_delta(ids[in_snapshot:], rows[in_snapshot:])
    wanted = random.integers(0, 320, size=20)
    found = index.scores(query, wanted)
    place = {int(one): at for at, one in enumerate(ids)}
    for one, score in zip(wanted.tolist(), found.tolist(), strict=True):
        if one in place:
            assert abs(score - float(rows[place[one]] @ query)) < 2e-3
        else:
            assert np.isnan(score)


def test_equal_scores_are_in_the_order_of_their_ids(folder: Path) -> None:
    ids = np.arange(1, 9, dtype=np.int64)
    rows = np.repeat(unit(1, 3), 8, axis=0)
    index = build(folder, ids[:4], halved(rows[:4])).with_delta(ids[4:], halved(rows[4:]))
    found, _ = index.search(rows[0], 6, bitmap(ids, 8))
    assert found.tolist() == [1, 2, 3, 4, 5, 6]


@pytest.mark.parametrize("delta", [0, 10])
def test_where_nothing_is_left_out_the_same_is_found_without_looking_who_is_in(folder: Path, delta: int) -> None:
    ids, rows, query = np.arange(1, 61, dtype=np.int64), unit(60, 11), unit(1, 12)[0]
    index = build(folder, ids[: 60 - delta], rows[: 60 - delta]).with_delta(ids[60 - delta :], rows[60 - delta :])
    everyone, without_one = bitmap(ids, 60), bitmap(ids[ids != 7], 60)
    assert index.is_within(everyone) and not index.is_within(without_one)
    for column, same in zip(index.search(query, 20, None), index.search(query, 20, everyone), strict=True):
        assert column.tolist() == same.tolist()
    assert 7 in index.search(query, 60, None)[0] and 7 not in index.search(query, 60, without_one)[0]


def test_nothing_at_all_is_found_in_nothing(folder: Path) -> None:
    none = np.zeros(0, np.int64)
    query = unit(1, 1)[0]
    for index in (VectorIndex(None, "", DIMENSION), build(folder, none, np.zeros((0, DIMENSION), np.float32))):
        found, scores = index.search(query, 5, bitmap(none, 0))
        assert len(found) == len(scores) == 0
        assert np.isnan(index.scores(query, np.array([1, 2], np.int64))).all()


def test_a_new_delta_replaces_the_one_before_and_leaves_it_as_it_was(folder: Path) -> None:
    ids, rows = np.arange(1, 7, dtype=np.int64), unit(6, 9)
    base = build(folder, ids[:2], rows[:2])
    first = base.with_delta(ids[2:4], rows[2:4])
    second = first.with_delta(ids[4:], rows[4:])
    everything = bitmap(ids, 6)
    assert sorted(first.search(rows[0], 10, everything)[0].tolist()) == [1, 2, 3, 4]
    assert sorted(second.search(rows[0], 10, everything)[0].tolist()) == [1, 2, 5, 6]
    assert sorted(base.search(rows[0], 10, everything)[0].tolist()) == [1, 2]
    assert second.snapshot_ids().tolist() == [1, 2]


@given(st.lists(st.integers(0, 2000), unique=True), st.integers(0, 500))
def test_a_bitmap_holds_exactly_its_ids(ids: list[int], more: int) -> None:
    largest = max(ids, default=0) + more
    flags = bitmap(np.array(ids, np.int64), largest)
    assert len(flags) * 8 > largest
    assert np.flatnonzero(np.unpackbits(flags, bitorder="little")).tolist() == sorted(ids)


@given(st.lists(st.integers(0, 300), unique=True), st.lists(st.integers(0, 2000)))
def test_a_bitmap_says_of_any_id_whether_it_holds_it(ids: list[int], asked: list[int]) -> None:
    flags = bitmap(np.array(ids, np.int64), max(ids, default=0))
    assert holds(flags, np.array(asked, np.int64)).tolist() == [one in ids for one in asked]


def test_what_is_packed_comes_back_in_half_precision() -> None:
    rows = unit(5, 2)
    back = unpack([pack(row) for row in rows], DIMENSION)
    assert back.dtype == np.float32 and back.shape == (5, DIMENSION)
    np.testing.assert_array_equal(back, halved(rows))
    assert unpack([], DIMENSION).shape == (0, DIMENSION)


# --- damage


@pytest.fixture(scope="module")
def whole(folder: Path) -> tuple[Path, str]:
    path = folder / "whole.faiss"
    return path, write_snapshot(path, np.arange(1, 41, dtype=np.int64), unit(40, 5))


def _truncated(data: bytes, random: np.random.Generator) -> bytes:
    return data[: int(random.integers(0, len(data)))]


def _flipped(data: bytes, random: np.random.Generator) -> bytes:
    changed = bytearray(data)
    changed[int(random.integers(0, len(data)))] ^= 1 << int(random.integers(0, 8))
    return bytes(changed)


def _random(data: bytes, random: np.random.Generator) -> bytes:
    return random.bytes(int(random.integers(0, 4000)))


def _longer(data: bytes, random: np.random.Generator) -> bytes:
    return data + random.bytes(int(random.integers(1, 50)))


def _other_sizes(data: bytes, random: np.random.Generator) -> bytes:
    """Another number in one of the eight-byte fields of the head, or of the ids."""
    changed = bytearray(data)
    while changed == data:
        _change(changed, data, random)
    return bytes(changed)


def _change(changed: bytearray, data: bytes, random: np.random.Generator) -> None:
    at = int(random.choice([4, 8, 37, 41, 78, 86, 94, 102, 110, len(data) - 328]))
    changed[at : at + 8] = int(random.choice([0, 1, 39, 41, 2**31, 2**40, 2**62, 2**63 - 1])).to_bytes(8, "little")


@pytest.mark.parametrize("damage", [_truncated, _flipped, _random, _longer])
def test_a_damaged_file_raises_and_never_crashes(
    whole: tuple[Path, str], tmp_path: Path, damage: Callable[[bytes, np.random.Generator], bytes]
) -> None:
    path, digest = whole
    data = path.read_bytes()
    random = np.random.default_rng(11)
    for _ in range(300):
        broken = tmp_path / "broken.faiss"
        broken.write_bytes(damage(data, random))
        with pytest.raises(SnapshotError, match=r"broken\.faiss"):
            VectorIndex(broken, digest, DIMENSION)


@pytest.mark.parametrize("damage", [_truncated, _flipped, _random, _longer, _other_sizes])
def test_what_faiss_would_crash_on_raises_even_where_its_hash_is_right(
    whole: tuple[Path, str], tmp_path: Path, damage: Callable[[bytes, np.random.Generator], bytes]
) -> None:
    """3,000 files in all, each with the hash that the store has for it, in this very process."""
    data = whole[0].read_bytes()
    random = np.random.default_rng(5)
    raised = 0
    for _ in range(600):
        broken = tmp_path / "broken.faiss"
        content = damage(data, random)
        broken.write_bytes(content)
        try:
            index = VectorIndex(broken, hashlib.sha256(content).hexdigest(), DIMENSION)
        except SnapshotError as exc:
            assert "broken.faiss" in str(exc)
            raised += 1
        else:  # a bit of a vector or an id: as good a file as any
            assert len(content) == len(data) and damage is _flipped
            found, _ = index.search(unit(40, 5)[7], 3, bitmap(np.arange(1, 41), 40))
            assert len(found) == 3
    assert raised == 600 or (damage is _flipped and raised > 5)


def test_a_missing_file_or_one_of_another_model_raises(whole: tuple[Path, str], tmp_path: Path) -> None:
    path, digest = whole
    with pytest.raises(SnapshotError, match="is missing"):
        VectorIndex(tmp_path / "none.faiss", digest, DIMENSION)
    with pytest.raises(SnapshotError, match="16 dimensions, not 384"):
        VectorIndex(path, digest, 384)


def test_a_file_that_is_taken_away_can_still_be_searched(whole: tuple[Path, str], tmp_path: Path) -> None:
    path = Path(shutil.copy(whole[0], tmp_path / "v.faiss"))
    index = VectorIndex(path, whole[1], DIMENSION)
    path.unlink()
    found, _ = index.search(unit(40, 5)[7], 1, bitmap(np.arange(1, 41), 40))
    assert found.tolist() == [8]


# --- writing


class Fault(OSError):
    pass


@pytest.mark.parametrize("step", ["write", "fsync", "digest", "rename"])
def test_a_write_that_fails_leaves_the_file_before_and_nothing_beside_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    path = tmp_path / "v.faiss"
    digest = write_snapshot(path, np.array([1, 2], np.int64), unit(2, 1))
    before = path.read_bytes()

    def fail(*_: object, **__: object) -> None:
        raise Fault(f"at {step}")

    where, name = {
        "write": (vectorfile, "_save"), "fsync": (os, "fsync"), "digest": (files.hashlib, "file_digest"), "rename": (Path, "replace"),
    }[step]  # fmt: skip
    with monkeypatch.context() as patch:
        patch.setattr(where, name, fail)
        with pytest.raises(Fault):
            write_snapshot(path, np.array([3], np.int64), unit(1, 2))
    assert path.read_bytes() == before
    assert [entry.name for entry in tmp_path.iterdir()] == ["v.faiss"]
    assert VectorIndex(path, digest, DIMENSION).snapshot_ids().tolist() == [1, 2]


def test_the_file_is_on_disk_before_it_takes_its_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    events: list[str] = []
    sync, rename = os.fsync, Path.replace

    def synced(descriptor: int) -> None:
        events.append("folder" if os.path.isdir(f"/proc/self/fd/{descriptor}") else "file")
        sync(descriptor)

    def renamed(self: Path, target: Path) -> Path:
        events.append("rename")
        return rename(self, target)

    monkeypatch.setattr(os, "fsync", synced)
    monkeypatch.setattr(Path, "replace", renamed)
    write_snapshot(tmp_path / "v.faiss", np.array([1], np.int64), unit(1, 1))
    assert events == ["file", "rename", "folder"]
