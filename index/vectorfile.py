"""The file of a vector snapshot. Its layout is checked here to the last byte, and FAISS is given arrays, never a file.

The layout is that of FAISS 1.15 for an IndexIDMap over an IndexScalarQuantizer of half floats (faiss/impl/index_write.cpp), so
that FAISS's own tools can open it. Its reader is not used: it trusts what a file says of itself, and a mapped file that the disk
fails to give ends the whole process (SIGBUS), where a read only raises.
"""

import hashlib
import os
import struct
from collections.abc import Callable
from io import BufferedReader
from pathlib import Path

import numpy as np
import numpy.typing as npt

from index.errors import SnapshotError
from index.files import write_aside

Ids = npt.NDArray[np.int64]
Room = Callable[[int], npt.NDArray[np.uint8]]

STORED = np.dtype("<f2")  # vectors rest in half precision: an error below 0.001 in a cosine, at half the size
_COUNT = struct.Struct("<Q")
_OUTER = struct.Struct("<4siqqqBi")  # kind, dimension, vectors, two unused numbers, trained, metric (0: inner product)
_QUANTISER = struct.Struct("<iifQQQ")  # half floats, range (unused), its argument, dimension, bytes a vector, trained values
_HEAD = 2 * _OUTER.size + _QUANTISER.size + _COUNT.size
_HALF_FLOATS = 4  # faiss.ScalarQuantizer.QT_fp16


def write(path: Path, ids: Ids, vectors: npt.NDArray[np.float32]) -> str:
    """Write sorted ids and `(n, dim)` float32 vectors aside, sync, rename to `path`; return the file's SHA-256."""
    return write_aside(path, lambda aside: _save(aside, ids, vectors))


def read(path: Path, sha256: str, dimension: int, room: Room) -> Ids:
    """Read the vectors into the bytes that `room` gives for a number of bytes; return their ids, sorted.

    Raises SnapshotError where the file is not, in every byte, what was written.
    """
    try:
        with path.open("rb") as file:
            return _read(file, path, sha256, dimension, room)
    except OSError as exc:
        raise SnapshotError(f"The vector file {path} is missing, or damaged: {exc.strerror or exc}.") from exc


def _read(file: BufferedReader, path: Path, sha256: str, dimension: int, room: Room) -> Ids:
    damaged = SnapshotError(f"The vector file {path} is missing, or damaged: it is not what was written.")
    head = file.read(_HEAD)
    if len(head) != _HEAD:
        raise damaged
    of, count = struct.unpack_from("<iq", head, 4)
    size = os.fstat(file.fileno()).st_size
    # The size comes first: no number in a damaged file may ask for memory.
    if of <= 0 or count < 0 or size != _HEAD + _COUNT.size + count * (of * STORED.itemsize + 8) or head != _head(of, count):
        raise damaged
    if of != dimension:
        raise SnapshotError(f"The vector file {path} has {of} dimensions, not {dimension}.")
    codes = room(count * of * STORED.itemsize)
    if len(codes) and file.readinto(codes.data) != len(codes):
        raise damaged
    tail = file.read()
    ids = np.frombuffer(tail, "<i8", offset=_COUNT.size).astype(np.int64) if len(tail) == _COUNT.size + 8 * count else None
    if ids is None or _COUNT.unpack_from(tail)[0] != count or _digest(head, codes, tail) != sha256:
        raise damaged
    if count and (ids[0] < 0 or (np.diff(ids) <= 0).any()):
        raise damaged
    return ids


def _digest(head: bytes, codes: npt.NDArray[np.uint8], tail: bytes) -> str:
    digest = hashlib.sha256(head)
    digest.update(codes.data)
    digest.update(tail)
    return digest.hexdigest()


def _save(aside: Path, ids: Ids, vectors: npt.NDArray[np.float32]) -> None:
    with aside.open("wb") as file:
        file.write(_head(vectors.shape[1], len(ids)))
        file.write(np.ascontiguousarray(vectors, STORED).data.cast("B") if vectors.size else b"")
        file.write(_COUNT.pack(len(ids)) + ids.astype("<i8").tobytes())


def _head(dimension: int, count: int) -> bytes:
    def outer(kind: bytes) -> bytes:
        return _OUTER.pack(kind, dimension, count, 1 << 20, 1 << 20, 1, 0)

    width = dimension * STORED.itemsize
    quantiser = _QUANTISER.pack(_HALF_FLOATS, 0, 0.0, dimension, width, 0)
    return outer(b"IxMp") + outer(b"IxSQ") + quantiser + _COUNT.pack(count * width)
