"""Vectors in FAISS: a snapshot, and a small delta of what came later. The only module that imports faiss.

Ids are passage ids of the store. Vectors are unit rows, so the inner product is the cosine: higher is better.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from index import vectorfile
from index.vectorfile import STORED

Ids = vectorfile.Ids
Scores = npt.NDArray[np.float32]
Vectors = npt.NDArray[np.float32]  # (n, dim), unit rows
Bitmap = npt.NDArray[np.uint8]  # bit i (lowest first) says whether passage id i may be found
Codes = npt.NDArray[np.uint8]  # (n, bytes): the rows of an index as it keeps them, in its own memory
Part = tuple[Any, Ids, Codes]  # an index, its ids, its rows


@dataclass(frozen=True, slots=True, kw_only=True)
class Snapshot:
    """A file of vectors and one of words, as of `seq`. `words` "": made by a version that had no such file."""

    seq: int
    file: str
    sha256: str
    vectors: int
    words: str = ""
    words_sha256: str = ""


def pack(vector: npt.NDArray[np.float32]) -> bytes:
    """A vector as it is stored."""
    return vector.astype(STORED).tobytes()


def unpack(blobs: Iterable[bytes], dimension: int) -> Vectors:
    """Stored vectors as `(n, dimension)` float32."""
    flat = np.frombuffer(b"".join(blobs), STORED)
    return flat.reshape(-1, dimension).astype(np.float32)


def bitmap(ids: Ids, largest: int) -> Bitmap:
    """A bitmap that holds `ids`, long enough for ids up to `largest`."""
    flags = np.zeros((largest // 8 + 1) * 8, np.bool_)
    flags[ids] = True
    return np.packbits(flags, bitorder="little")


def holds(flags: Bitmap, ids: Ids) -> npt.NDArray[np.bool_]:
    """Whether each of `ids` is in a bitmap."""
    inside = ids >> 3 < len(flags)
    found = np.zeros(len(ids), np.bool_)
    found[inside] = (flags[ids[inside] >> 3] >> (ids[inside] & 7)) & 1
    return found


def _codes(index: Any) -> Codes:  # noqa: ANN401 - FAISS has no types
    """The rows of an index, without a copy: they are there as long as it is."""
    import faiss

    flat: Any = faiss.downcast_index(index.index)
    if not flat.ntotal:
        return np.zeros((0, flat.code_size), np.uint8)
    codes: Codes = faiss.rev_swig_ptr(flat.codes.data(), flat.ntotal * flat.code_size).reshape(-1, flat.code_size)
    return codes


class VectorIndex:
    """What is searched: a snapshot and a delta. Immutable; safe to use from several threads."""

    def __init__(self, snapshot: Path | None, sha256: str, dimension: int) -> None:
        """Load the snapshot file. Raises SnapshotError where it is not what was written."""
        self.dimension = dimension
        self._parts: list[Part] = []
        if snapshot is not None:
            self._parts.append(self._load(snapshot, sha256))
        self._snapshots = len(self._parts)

    def _load(self, path: Path, sha256: str) -> Part:
        import faiss

        flat: Any = faiss.IndexScalarQuantizer(self.dimension, faiss.ScalarQuantizer.QT_fp16, faiss.METRIC_INNER_PRODUCT)
        index: Any = faiss.IndexIDMap(flat)

        def room(size: int) -> Codes:
            flat.codes.resize(size)
            view: Codes = faiss.rev_swig_ptr(flat.codes.data(), size)
            return view

        ids = vectorfile.read(path, sha256, self.dimension, room)
        faiss.copy_array_to_vector(ids, index.id_map)
        flat.ntotal = index.ntotal = len(ids)
        return index, ids, _codes(index)

    def with_delta(self, ids: Ids, vectors: Vectors) -> "VectorIndex":
        """The same snapshot with another delta: sorted `ids` and their `(n, dim)` float32 vectors."""
        import faiss

        other = VectorIndex(None, "", self.dimension)
        other._parts = self._parts[: self._snapshots]
        other._snapshots = self._snapshots
        if len(ids):
            part = faiss.IndexIDMap(faiss.IndexFlatIP(self.dimension))
            part.add_with_ids(np.ascontiguousarray(vectors), ids)
            other._parts = [*other._parts, (part, ids, _codes(part))]
        return other

    @property
    def has_snapshot(self) -> bool:
        """Whether there is a file behind this index, rather than a delta alone."""
        return self._snapshots > 0

    def snapshot_ids(self) -> Ids:
        """The passage ids in the snapshot, sorted."""
        return self._parts[0][1] if self._snapshots else np.zeros(0, np.int64)

    def is_within(self, allowed: Bitmap) -> bool:
        """Whether every passage that has a vector here is in a bitmap."""
        return all(bool(holds(allowed, ids).all()) for _, ids, _ in self._parts)

    def search(self, query: Scores, top: int, allowed: Bitmap | None) -> tuple[Ids, Scores]:
        """The `top` allowed passages nearest to `query` (`(dim,)` float32): ids and cosines, best first. None: all of them."""
        import faiss

        faiss.omp_set_num_threads(1)  # counts for the calling thread alone (OpenMP 5.2, 18.2.1); concurrency comes from questions
        build: Any = faiss  # its type stubs know neither the bitmap's Python form nor `sel` (faiss-cpu 1.15, faiss/__init__.py)
        selector = None if allowed is None else build.IDSelectorBitmap(allowed)
        found: list[tuple[Ids, Scores]] = []
        for index, ids, _ in self._filled():
            parameters = None if selector is None else build.SearchParameters(sel=selector)
            scores, hits = index.search(query[None, :], min(top, len(ids)), params=parameters)
            kept = hits[0] >= 0
            found.append((hits[0][kept], scores[0][kept]))
        if not found:
            return np.zeros(0, np.int64), np.zeros(0, np.float32)
        ids, scores = (np.concatenate(column) for column in zip(*found, strict=True))
        order = np.lexsort((ids, -scores))[:top]
        return ids[order], scores[order]

    def scores(self, query: Scores, wanted: Ids) -> Scores:
        """Cosines of `query` with these passages, in their order; NaN where a passage has no vector here."""
        out = np.full(len(wanted), np.nan, np.float32)
        for index, ids, codes in self._filled():
            at = np.minimum(np.searchsorted(ids, wanted), len(ids) - 1)
            here = np.flatnonzero(ids[at] == wanted)
            if len(here):
                out[here] = index.index.sa_decode(codes[at[here]]) @ query
        return out

    def _filled(self) -> list[Part]:
        """The parts with anything in them: the snapshot of an empty library has nothing, and FAISS finds no 0 nearest."""
        return [part for part in self._parts if len(part[1])]
