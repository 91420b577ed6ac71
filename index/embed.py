"""From texts to unit vectors, with an exported model in ONNX Runtime. The only module that imports onnxruntime and tokenizers."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt

from index.errors import ModelError
from index.models import ModelInfo, is_whole, read_info

Vectors = npt.NDArray[np.float32]
_CELLS = 16 * 256  # tokens in one run, padding included: larger runs are no faster on a CPU and take more memory


class Encoder(Protocol):
    """What the index needs of a model."""

    info: ModelInfo

    def count(self, texts: Sequence[str]) -> list[int]:
        """Tokens of each text, without special tokens."""

    def passages(self, texts: Sequence[str]) -> Vectors:
        """`(n, dim)` float32, unit rows."""

    def query(self, text: str) -> Vectors:
        """`(dim,)` float32, unit length."""


class OnnxEncoder:
    """An exported model. Thread-safe."""

    def __init__(self, folder: Path, *, threads: int = 0, info: ModelInfo | None = None) -> None:
        """Open the export in `folder`, on `threads` cores (0: all). Raises ModelError where it is damaged."""
        import onnxruntime
        from tokenizers import Tokenizer

        if info is None and not is_whole(folder):
            raise ModelError(f"The exported model in {folder} is missing or damaged. Run `python -m ingest`: it is made again.")
        self.info = info or read_info(folder)
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = threads
        options.log_severity_level = 3
        # Threads that wait by spinning starve whatever else runs: measured at three times slower beside two busy processes.
        options.add_session_config_entry("session.intra_op.allow_spinning", "0")
        try:
            self._session = onnxruntime.InferenceSession(str(folder / "model.onnx"), options, providers=["CPUExecutionProvider"])
            self._tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
            self._counter = Tokenizer.from_file(str(folder / "tokenizer.json"))
        except Exception as exc:  # both libraries raise bare Exceptions of their own
            raise ModelError(
                f"The exported model in {folder} cannot be loaded ({exc}). Remove that folder and run `python -m ingest`."
            ) from exc
        self._tokenizer.enable_truncation(self.info.max_tokens)
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

    def _embed(self, texts: Sequence[str]) -> Vectors:
        encoded = [entry.ids for entry in self._tokenizer.encode_batch_fast(list(texts))]
        order = sorted(range(len(encoded)), key=lambda at: len(encoded[at]))
        out = np.zeros((len(texts), self.info.dimension), np.float32)
        begin = 0
        while begin < len(order):
            end = begin + 1
            while end < len(order) and (end - begin + 1) * len(encoded[order[end]]) <= _CELLS:
                end += 1
            rows = order[begin:end]
            out[rows] = self._run([encoded[row] for row in rows])
            begin = end
        return out

    def _run(self, batch: Sequence[Sequence[int]]) -> Vectors:
        longest = max(len(ids) for ids in batch)
        ids = np.zeros((len(batch), longest), np.int64)
        mask = np.zeros_like(ids)
        for row, tokens in enumerate(batch):
            ids[row, : len(tokens)] = tokens
            mask[row, : len(tokens)] = 1
        given = {"input_ids": ids, "attention_mask": mask, "token_type_ids": np.zeros_like(ids)}
        vectors: Vectors = self._session.run(["vectors"], {name: given[name] for name in self._inputs})[0]
        return vectors


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
