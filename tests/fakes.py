"""A model that needs no weights, and a library on a shelf of its own, for tests of what stands around the model."""

import contextlib
import csv
import functools
import hashlib
import io
import json
import re
import threading
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from index import __main__ as index_command
from index import schema, store
from index.access import Handling, Principal, Role, local_owner
from index.embed import Embedded, Spans, small
from index.errors import StoreError
from index.library import Library
from index.models import ModelInfo
from index.rebuild import Progress, rebuild
from index.result import Result
from index.writer import Writer
from ingest import __main__ as ingest_command
from ingest.chunk import cutter, settings_for
from ingest.pool import ReaderPool

OWNER = local_owner()


def principal(clearance: Handling, role: Role = Role.READER) -> Principal:
    return Principal(name="someone", role=role, clearance=clearance)


class FakeEncoder:
    """Words are directions: texts that share words are near. Long words are several tokens. Counts what it is given."""

    def __init__(
        self, name: str = "fake", *, dimension: int = 64, max_tokens: int = 96, languages: tuple[str, ...] = ("*",)
    ) -> None:
        self.info = ModelInfo(
            name=name,
            fingerprint=f"{name}-{dimension}-{max_tokens}",
            dimension=dimension,
            max_tokens=max_tokens,
            languages=languages,
            query_prefix="",
            passage_prefix="",
            precision="fp32",
            agreement=1.0,
        )
        self.embedded: list[str] = []
        self.batches = 0
        self._lock = threading.Lock()
        self._directions: dict[str, np.ndarray] = {}

    def count(self, texts: Sequence[str]) -> list[int]:
        return [count_tokens(text) for text in texts]

    def passages(self, texts: Sequence[str]) -> np.ndarray:
        self._given(texts)
        return self._rows(texts)

    def with_sentences(self, texts: Sequence[tuple[str, Spans]]) -> list[Embedded]:
        self._given([text for text, _ in texts])
        return [
            Embedded(vector=self.query(text), sentences=small(self._rows([text[start:end] for start, end in spans])))
            for text, spans in texts
        ]

    def _given(self, texts: Sequence[str]) -> None:
        with self._lock:
            self.embedded.extend(texts)
            self.batches += 1

    def _rows(self, texts: Sequence[str]) -> np.ndarray:
        return np.stack([self.query(text) for text in texts]) if texts else np.zeros((0, self.info.dimension), np.float32)

    def query(self, text: str) -> np.ndarray:
        words = re.findall(r"\w+", text.casefold()) or [""]
        vector = np.sum([self._direction(word) for word in words], axis=0)
        return (vector / np.linalg.norm(vector)).astype(np.float32)

    def _direction(self, word: str) -> np.ndarray:
        found = self._directions.get(word)
        if found is None:
            seed = int.from_bytes(hashlib.sha256(f"{self.info.fingerprint} {word}".encode("utf-8", "replace")).digest()[:8])
            found = self._directions[word] = np.random.default_rng(seed).normal(size=self.info.dimension)
        return found


def count_tokens(text: str) -> int:
    """About what a word-piece tokenizer gives: a token for each four letters of a word, and for each other sign."""
    return sum(-(-len(word) // 4) if word[0].isalnum() else 1 for word in re.findall(r"\w+|[^\w\s]", text))


@dataclass(slots=True)
class Told:
    """What the ingest command said: its exit code, the object of each file by name, the summary, and the messages."""

    code: int
    files: list[dict[str, Any]]
    summary: dict[str, Any]
    errors: str

    def outcomes(self) -> dict[str, str]:
        """File name -> outcome. Fails where a file has more than one."""
        found = {Path(item["path"]).name: item["outcome"] for item in self.files}
        assert len(found) == len({item["path"] for item in self.files}) == len(self.files), self.files
        return found

    def file(self, name: str) -> dict[str, Any]:
        (found,) = [item for item in self.files if Path(item["path"]).name == name]
        return found


@dataclass(slots=True)
class Said:
    """What a command of the index said: exit code, its JSON objects, and the messages."""

    code: int
    objects: list[dict[str, Any]]
    errors: str


@dataclass
class Shelf:
    """A folder of documents, and the library made of it by the ingest command in this process, with a fake model."""

    folder: Path
    data: Path
    patch: pytest.MonkeyPatch
    encoder: FakeEncoder = field(default_factory=FakeEncoder)
    models: dict[str, FakeEncoder] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        self.use(self.encoder)
        self.patch.setattr("index.embed.OnnxEncoder", self.open_encoder)
        self.patch.setattr(Library.__init__, "__defaults__", (self.open_encoder,))  # for the commands, which name no other
        self.patch.setattr("index.models.export", self._export)
        self.patch.setattr("ingest.pool.ReaderPool", lambda size: contextlib.nullcontext(_readers()))

    def use(self, encoder: FakeEncoder) -> None:
        """Know a model by its name."""
        self.models[encoder.info.name] = encoder

    def open_encoder(self, folder: Path, **_: Any) -> FakeEncoder:
        return self.models[folder.name]

    def _export(self, name: str, models: Path, **_: Any) -> Path:
        encoder = self.models.get(name, self.encoder)
        folder = models / encoder.info.name
        folder.mkdir(parents=True, exist_ok=True)
        for file in ("model.onnx", "tokenizer.json"):
            (folder / file).touch()
        nothing = hashlib.sha256(b"").hexdigest()
        stored = {"version": 1, "stamp": None, "files": {"model.onnx": nothing, "tokenizer.json": nothing}}
        (folder / "kalla.json").write_text(json.dumps(stored | {"info": asdict(encoder.info)}))
        return folder

    # -- files

    def put(self, name: str, text: str | bytes) -> Path:
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text.encode() if isinstance(text, str) else text)
        return path

    def catalogue(self, *rows: dict[str, str]) -> None:
        columns = list(dict.fromkeys(["file", *(name for row in rows for name in row)]))
        out = io.StringIO()
        writer = csv.DictWriter(out, columns, delimiter=";")
        writer.writeheader()
        writer.writerows(rows)
        self.put("catalogue.csv", out.getvalue())

    def records(self, name: str, *records: dict[str, Any] | str) -> Path:
        lines = [item if isinstance(item, str) else json.dumps(item) for item in records]
        return self.put(name, "\n".join(lines) + "\n")

    # -- commands

    def ingest(self, *paths: Path, jobs: int = 1) -> Told:
        out, err = io.StringIO(), io.StringIO()
        named = [str(path) for path in paths] or [str(self.folder)]
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
            code = ingest_command.main([*named, "--data", str(self.data), "--jobs", str(jobs), "--json"])
        lines = [json.loads(line) for line in out.getvalue().splitlines()]
        summary = lines.pop()["summary"] if lines and "summary" in lines[-1] else {}
        return Told(code, lines, summary, err.getvalue())

    def index(self, *arguments: str) -> "Said":
        """`python -m index …` in this process, with `--json`."""
        out, err = io.StringIO(), io.StringIO()
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
            code = index_command.main([*arguments, "--data", str(self.data), "--json"])
        return Said(code, [json.loads(line) for line in out.getvalue().splitlines()], err.getvalue())

    def rebuilding(self, encoder: FakeEncoder | None = None) -> Iterator[Progress]:
        """The steps of a rebuild, as the command takes them."""
        encoder = encoder or self.encoder
        self.use(encoder)
        folder = self._export(encoder.info.name, self.data / "models")
        sizes = settings_for(encoder.info.max_tokens)
        with self.writer() as writer:
            cut = cutter(sizes, encoder.count, lambda text: "en")
            yield from rebuild(writer, encoder, folder, encoder.info.name, json.dumps(sizes.as_dict()), cut)

    def embedded_by(self, action: Callable[[], Any]) -> list[str]:
        """What the model was given as passages while something was done."""
        before = len(self.encoder.embedded)
        action()
        return self.encoder.embedded[before:]

    @contextlib.contextmanager
    def writer(self) -> Iterator[Writer]:
        with store.writer_lock(self.data, "a test"):
            writer = Writer(self.data)
            try:
                yield writer
            finally:
                writer.close()

    # -- asking

    def library(self) -> Library:
        """A reader with models of its own, so that what it embeds is not counted."""
        return Library(
            self.data,
            lambda text: "en",
            lambda folder: FakeEncoder(
                folder.name,
                dimension=self.models[folder.name].info.dimension,
                max_tokens=self.models[folder.name].info.max_tokens,
                languages=self.models[folder.name].info.languages,
            ),
        )

    def library_opens(self) -> bool:
        """Whether there is a store with its tables: a first run may be cut off before that."""
        try:
            store.open_reader(self.data).close()
        except StoreError:
            return False
        return True

    def search(self, question: str, **options: Any) -> Result:
        library = self.library()
        try:
            return library.search(question, **{"principal": OWNER} | options)
        finally:
            library.close()

    def found(self, question: str, **options: Any) -> list[str]:
        """Names of the files of the hits, best first."""
        return [Path(hit.path).name for hit in self.search(question, **options).hits]

    def derived(self) -> list[Path]:
        """The files beside the store, by name: of each snapshot its vectors (`.faiss`) and its words (`.words`)."""
        folder = self.data / "vectors"
        return sorted(folder.iterdir()) if folder.exists() else []

    def sql(self, statement: str, *values: Any) -> list[tuple[Any, ...]]:
        """Look into the store, or damage it."""
        import sqlite3

        connection = sqlite3.connect(self.data / store.FILE)
        try:
            rows = connection.execute(statement, values).fetchall()
            connection.commit()
            return rows
        finally:
            connection.close()


@functools.cache
def _readers() -> ReaderPool:
    """One pool of real reading processes for all tests of this process: starting one takes longer than most tests."""
    return ReaderPool(2)


def as_version_0_1(data: Path) -> None:
    """Make the store what version 0.1 would have left: its tables, its words in FTS5, no word file, no vectors of sentences."""
    import sqlite3

    path, older = data / store.FILE, data / "older.sqlite"
    connection = sqlite3.connect(older)
    first = schema.MIGRATIONS[0]
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("CREATE TABLE migrations (name TEXT PRIMARY KEY, applied TEXT NOT NULL)")
    connection.execute("INSERT INTO migrations VALUES (?, ?)", (first.name, store.now()))
    for statement in first.statements:
        connection.execute(statement)
    connection.execute("DELETE FROM state")
    connection.commit()
    connection.execute("ATTACH ? AS newer", (str(path),))
    tables = connection.execute("SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT GLOB 'sqlite_*'").fetchall()
    for (table,) in tables:
        if table != "migrations":
            names = connection.execute(
                "SELECT group_concat('\"' || name || '\"') FROM pragma_table_info(?)", (table,)
            ).fetchone()[0]
            connection.execute(f"INSERT INTO {table} ({names}) SELECT {names} FROM newer.{table}")
    for (generation,) in connection.execute("SELECT id FROM generations").fetchall():
        words = f"lexical_{generation}"
        connection.execute(
            f"CREATE VIRTUAL TABLE {words} USING fts5("
            "context, body, tokenize=\"unicode61 remove_diacritics 0 categories 'L* N* M* Co'\")"
        )
        connection.execute(f"CREATE VIRTUAL TABLE {words}_words USING fts5vocab({words}, 'row')")
        connection.execute(f"INSERT INTO {words} (rowid, context, body) SELECT id, context, text FROM passages")
    connection.commit()
    connection.close()
    for ending in ("", "-wal", "-shm"):
        path.with_name(path.name + ending).unlink(missing_ok=True)
    older.rename(path)
    for words_file in (data / "vectors").glob("*.words"):
        words_file.unlink()


def settle(*paths: Path) -> None:
    """Make files older than the shortest time in which a second write could leave the same stamp."""
    import os
    import time

    for path in paths:
        status = os.stat(path)
        os.utime(path, ns=(status.st_atime_ns, status.st_mtime_ns - 10_000_000_000))
    time.sleep(0.06)  # `ingest.scan` holds a file with a fresh ctime for 50 ms


def tiny_model(folder: Path, *, seed: int = 0, prompts: dict[str, str] | None = None, most: int = 64) -> Path:
    """A real sentence-transformers model with random weights: two layers of 32 dimensions, words cut into letters."""
    import warnings

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import torch
        from sentence_transformers import SentenceTransformer
        from sentence_transformers.models import Normalize, Pooling, Transformer
        from transformers import BertConfig, BertModel, BertTokenizerFast

    letters = "abcdefghijklmnopqrstuvwxyzåäö0123456789.,:?!›-"
    words = "the siren police decide warning public who speaks when of and in".split()
    vocabulary = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", *letters, *(f"##{letter}" for letter in letters), *words]
    parts = folder.with_name(f"{folder.name}-parts")
    parts.mkdir(parents=True)
    (parts / "vocab.txt").write_text("\n".join(vocabulary), "utf-8")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        torch.manual_seed(seed)
        config = BertConfig(
            vocab_size=len(vocabulary), hidden_size=32, num_hidden_layers=2, num_attention_heads=4, intermediate_size=64,
            max_position_embeddings=128,
        )  # fmt: skip
        BertModel(config).save_pretrained(str(parts / "bert"))
        BertTokenizerFast(vocab_file=str(parts / "vocab.txt"), do_lower_case=True, strip_accents=False).save_pretrained(
            str(parts / "bert")
        )
        transformer = Transformer(str(parts / "bert"), max_seq_length=most)
        model = SentenceTransformer(modules=[transformer, Pooling(32), Normalize()], device="cpu", prompts=prompts or {})
        model.save(str(folder), create_model_card=False)  # a card would be looked up on the hub
    return folder
