"""From texts to unit vectors, with an exported model in ONNX Runtime. The only module that imports onnxruntime and tokenizers."""

import os
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt

from index.errors import ModelError
from index.models import ModelInfo, is_whole, read_info

Vectors = npt.NDArray[np.float32]
Small = npt.NDArray[np.int8]  # unit rows times 127: a cosine to within 0.01, at a quarter of the size
Spans = Sequence[tuple[int, int]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Embedded:
    """What a model makes of a passage: its `(dim,)` unit vector, and one `(sentences, dim)` for each of its sentences."""

    vector: Vectors
    sentences: Small


class Encoder(Protocol):
    """What the index needs of a model."""

    info: ModelInfo

    def count(self, texts: Sequence[str]) -> list[int]:
        """Tokens of each text, without special tokens."""

    def passages(self, texts: Sequence[str]) -> Vectors:
        """`(n, dim)` float32, unit rows."""

    def with_sentences(self, texts: Sequence[tuple[str, Spans]]) -> list[Embedded]:
        """Texts with their sentences (`(start, end)` inside the text), each embedded in one pass."""

    def query(self, text: str) -> Vectors:
        """`(dim,)` float32, unit length."""


class OnnxEncoder:
    """An exported model. Thread-safe.

    Each text is a run of its own, on one core, and the cores run side by side. The scales of an int8 model depend on all that is
    in a run: alone, a text has the same vector whatever else is embedded with it. Measured on two cores it is faster too: 150
    passages a second, beside 108 in padded batches on both.
    """

    def __init__(self, folder: Path, *, workers: int = 0, info: ModelInfo | None = None) -> None:
        """Open the export in `folder`, to run on `workers` cores (0: all). Raises ModelError where it is damaged."""
        import onnxruntime
        from tokenizers import Tokenizer

        if info is None and not is_whole(folder):
            raise ModelError(f"The exported model in {folder} is missing or damaged. Run `python -m ingest`: it is made again.")
        self.info = info or read_info(folder)
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = 1
        options.log_severity_level = 3
        try:
            self._session = onnxruntime.InferenceSession(str(folder / "model.onnx"), options, providers=["CPUExecutionProvider"])
            self._tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
            self._counter = Tokenizer.from_file(str(folder / "tokenizer.json"))
        except Exception as exc:  # both libraries raise bare Exceptions of their own
            raise ModelError(
                f"The exported model in {folder} cannot be loaded ({exc}). Remove that folder and run `python -m ingest`."
            ) from exc
        self._tokenizer.enable_truncation(self.info.max_tokens)
        self._workers = workers or os.cpu_count() or 1
        self._inputs = [entry.name for entry in self._session.get_inputs()]

    def count(self, texts: Sequence[str]) -> list[int]:
        """Tokens of each text, without special tokens."""
        return [len(entry.ids) for entry in self._counter.encode_batch_fast(list(texts), add_special_tokens=False)]

    def passages(self, texts: Sequence[str]) -> Vectors:
        """`(n, dim)` float32, unit rows, in the order of `texts`."""
        return self._embed([self.info.passage_prefix + text for text in texts])

    def query(self, text: str) -> Vectors:
        """`(dim,)` float32, unit length."""
        vector: Vectors = self._embed([self.info.query_prefix + text])[0]
        return vector

    def with_sentences(self, texts: Sequence[tuple[str, Spans]]) -> list[Embedded]:
        """Texts with their sentences: a sentence's vector is the mean of its tokens' in the passage's own forward pass."""
        prefix = self.info.passage_prefix
        # The fast variant keeps no offsets: all of them are 0 (tokenizers 0.23, Tokenizer.encode_batch_fast).
        encoded = self._tokenizer.encode_batch([prefix + text for text, _ in texts])
        given = [(entry.ids, entry.offsets, spans) for entry, (_, spans) in zip(encoded, texts, strict=True)]
        return self._each(lambda one: self._with_sentences(one[0], one[1], one[2], len(prefix)), given)

    def _embed(self, texts: Sequence[str]) -> Vectors:
        rows = self._each(self._run, [entry.ids for entry in self._tokenizer.encode_batch_fast(list(texts))])
        return np.stack(rows) if rows else np.zeros((0, self.info.dimension), np.float32)

    def _each(self, run: Callable[[Any], Any], given: Sequence[Any]) -> list[Any]:
        if len(given) < 2 or self._workers == 1:
            return [run(one) for one in given]
        with ThreadPoolExecutor(min(self._workers, len(given))) as executor:
            return list(executor.map(run, given))

    def _run(self, tokens: Sequence[int]) -> Vectors:
        vector: Vectors = self._session.run(["vectors"], self._inputs_of(tokens))[0][0]
        return vector

    def _with_sentences(self, tokens: Sequence[int], offsets: Sequence[tuple[int, int]], spans: Spans, before: int) -> Embedded:
        vectors, token_vectors = self._session.run(["vectors", "token_vectors"], self._inputs_of(tokens))
        vector = vectors[0]
        at = np.array(offsets, np.int64).reshape(-1, 2) - before
        real = at[:, 1] > at[:, 0]
        rows = [_pooled(token_vectors[0][real & (at[:, 0] >= start) & (at[:, 1] <= end)], vector) for start, end in spans]
        return Embedded(vector=vector, sentences=small(np.stack(rows) if rows else np.zeros((0, len(vector)), np.float32)))

    def _inputs_of(self, tokens: Sequence[int]) -> dict[str, Any]:
        ids = np.array([tokens], np.int64)
        given = {"input_ids": ids, "attention_mask": np.ones_like(ids), "token_type_ids": np.zeros_like(ids)}
        return {name: given[name] for name in self._inputs}


def small(rows: Vectors) -> Small:
    """Unit rows as they are stored."""
    return np.rint(rows * 127).astype(np.int8)


def _pooled(token_vectors: Vectors, whole: Vectors) -> Vectors:
    """The unit mean of a sentence's tokens; the passage's vector where the model did not read that far."""
    if not len(token_vectors):
        return whole
    mean = token_vectors.mean(axis=0)
    unit: Vectors = mean / max(float(np.linalg.norm(mean)), 1e-9)
    return unit


def agreement(encoder: Encoder, encode: Callable[[list[str]], Any]) -> float:
    """The smallest cosine between an export and the model itself (`encode`), over a few texts of different lengths."""
    texts = [
        "crowd",
        "Who decides to empty the venue?",
        "The alarm was tested twice a year, and each test was written down. " * 6,
    ]
    theirs = np.asarray(encode(texts), np.float32)
    theirs /= np.linalg.norm(theirs, axis=1, keepdims=True)
    return float((encoder.passages(texts) * theirs).sum(axis=1).min())
