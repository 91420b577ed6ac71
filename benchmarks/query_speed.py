"""The time of a question beside the least that it could take: encoding it, and one flat scan of the vectors.

    python benchmarks/query_speed.py [--passages 100000] [--data FOLDER]

The library is made up: words of the packaged lexicon by their frequency (Zipf), a quarter of the documents Swedish, with vectors
at random around real ones. It is stored and read by the ordinary code, and asked with the packaged model. No word is in two
questions, so that nothing is measured that was kept from the one before.
"""

import argparse
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from itertools import cycle
from multiprocessing import get_context
from pathlib import Path

import numpy as np

from index import serving, store
from index.access import local_owner
from index.embed import Embedded, OnnxEncoder, Vectors, small
from index.lexicon import packaged
from index.library import Library
from index.models import PACKAGED, export
from index.result import Mode
from index.settings import models_folder
from index.vectors import VectorIndex, unpack
from index.writer import Writer, text_hash
from ingest.change import FileOutcome, FileStamp, Outcome, Prepared
from ingest.document import Block, BlockKind, Document, Format, Metadata, Page, Passage
from ingest.language import detect_query

SEED = 11
OF_DOCUMENT = 100  # passages
SENTENCES, WORDS = 6, 22  # of a passage, of a sentence
QUESTIONS = 100

Times = dict[str, list[float]]
_SAID = {
    "least": "encoded, and one flat scan of half precision",
    "single": "encoded, and one flat scan of single precision",
    "ranked": "ranked",
    "words": "ranked by words alone",
    "whole": "with hits and answer",
}


def main() -> int:
    """Build, ask, print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--passages", type=int, default=100_000)
    parser.add_argument("--data", type=Path, help="keep the library in this folder, and use it where it is there")
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="kalla-speed-") as name:
        data = chosen.data or Path(name)
        folder = export(PACKAGED, models_folder(data))
        encoder = OnnxEncoder(folder)
        if not store.exists(data):
            began = time.perf_counter()
            _fill(data, folder, encoder, chosen.passages, np.random.default_rng(SEED))
            print(f"stored in {time.perf_counter() - began:.0f} s")
        _measure(data, encoder)
    return 0


def _measure(data: Path, encoder: OnnxEncoder) -> None:
    library = Library(data, detect_query, lambda _: encoder)
    me = local_owner()
    connection = store.open_reader(data)
    now = serving.load(connection, data, None)
    assert now is not None
    print(f"{len(now.ids)} passages; model {PACKAGED}, seed {SEED}; {QUESTIONS} questions of each kind, no word in two of them")
    single = VectorIndex(None, "", now.model.dimension).with_delta(now.ids, _rows(connection, now.model.dimension))
    near = now.allowed(me, {}).near
    runs: dict[str, Callable[[str], object]] = {
        "least": lambda text: now.index.search(encoder.query(text), 200, near),
        "single": lambda text: single.search(encoder.query(text), 200, None),
        "ranked": lambda text: library.rank(text, principal=me, depth=200),
        "words": lambda text: library.rank(text, principal=me, mode=Mode.LEXICAL, depth=200),
        "whole": lambda text: library.search(text, principal=me, top=10),
    }
    for language in ("en", "sv"):
        questions = _questions(language, 2 + len(runs) * QUESTIONS)
        with ProcessPoolExecutor(1, get_context("spawn")) as executor:
            first = executor.submit(_first, data, questions.pop()).result()
        library.search(questions.pop(), principal=me)  # what is loaded once: model, word lists
        wall, core = _timed(runs, questions)
        print(f"{language}: the first question of a process, with all that it loads: {1000 * first:.0f} ms")
        for kind, said in _SAID.items():
            middle, late = np.percentile(wall[kind], [50, 95])
            print(
                f"  {said}: {middle:.1f} ms (95 %: {late:.1f}), x {middle / np.median(wall['least']):.2f};"
                f" of the cores {np.median(core[kind]):.1f} ms, x {np.median(core[kind]) / np.median(core['least']):.2f}"
            )


def _timed(runs: Mapping[str, Callable[[str], object]], questions: Sequence[str]) -> tuple[Times, Times]:
    """Milliseconds of each run on questions of its own, by the clock and of all cores together, all kinds in turn."""
    wall: Times = {kind: [] for kind in runs}
    core: Times = {kind: [] for kind in runs}
    for kind, text in zip(cycle(runs), questions, strict=False):
        began, used = time.perf_counter(), time.process_time()
        runs[kind](text)
        wall[kind].append(1000 * (time.perf_counter() - began))
        core[kind].append(1000 * (time.process_time() - used))
    return wall, core


def _first(data: Path, question: str) -> float:
    """Seconds of a question in a process that has asked none."""
    began = time.perf_counter()
    Library(data, detect_query).search(question, principal=local_owner(), top=10)
    return time.perf_counter() - began


def _rows(connection: store.Connection, dimension: int) -> Vectors:
    rows = connection.execute("SELECT v.vector FROM passages p JOIN vectors v ON v.id = p.vector_id ORDER BY p.id")
    return unpack((row["vector"] for row in rows), dimension)


def _words(language: str) -> list[str]:
    pairs, _ = packaged()
    chosen = (pair[0][0] if language == "sv" else pair[1][0] for pair in pairs)
    return list(dict.fromkeys(word for word in chosen if " " not in word))


def _draw(words: list[str], count: int, generator: np.random.Generator) -> list[str]:
    ranks = np.minimum(generator.zipf(1.25, count) - 1, len(words) - 1)
    return [words[at] for at in ranks]


def _questions(language: str, count: int) -> list[str]:
    """Questions of seven words, neither the most frequent nor the rarest; no word is asked for twice."""
    words = _words(language)
    picked = np.random.default_rng(SEED).permutation(np.arange(50, 5000))[: 7 * count].reshape(count, 7)
    return [" ".join(words[at] for at in row) + "?" for row in picked]


def _fill(data: Path, folder: Path, encoder: OnnxEncoder, wanted: int, generator: np.random.Generator) -> None:
    writer = Writer(data)
    model_id = writer.generations.model_id(encoder.info, folder, PACKAGED)
    generation = writer.generations.start(model_id, "{}", "serving")
    documents = _documents(wanted, generator)
    seeds = encoder.passages([passage.text for passage in next(documents).passages])
    for number, document in enumerate(documents):
        vectors = {text_hash(passage): _near(seeds, generator) for passage in document.passages}
        path = f"/made-up/{number}.txt"  # never opened: what is measured is asking
        stamp = FileStamp(path=path, size=1, mtime_ns=1, ctime_ns=1, inode=1, read_ns=1, sha256=str(number))
        outcome = FileOutcome(path=path, outcome=Outcome.ADDED, passages=len(document.passages))
        writer.store_documents(generation, model_id, [document], vectors, [path], [(stamp, outcome)])
    writer.generations.fold(generation)
    writer.close()


def _near(seeds: Vectors, generator: np.random.Generator) -> Embedded:
    rows = seeds[generator.integers(0, len(seeds), 1 + SENTENCES)] + generator.normal(0, 0.04, (1 + SENTENCES, seeds.shape[1]))
    rows = (rows / np.linalg.norm(rows, axis=1, keepdims=True)).astype(np.float32)
    return Embedded(vector=rows[0], sentences=small(rows[1:]))


def _documents(wanted: int, generator: np.random.Generator) -> Iterator[Prepared]:
    lists = {language: _words(language) for language in ("en", "sv")}
    for number in range(wanted // OF_DOCUMENT + 1):
        language = "sv" if number % 4 == 0 else "en"
        texts = []
        for _ in range(OF_DOCUMENT):
            drawn = _draw(lists[language], SENTENCES * WORDS, generator)
            texts.append([" ".join(drawn[at : at + WORDS]).capitalize() + "." for at in range(0, len(drawn), WORDS)])
        yield _prepared(number, language, texts)


def _prepared(number: int, language: str, texts: list[list[str]]) -> Prepared:
    passages, at = [], 0
    for ordinal, sentences in enumerate(texts):
        text, spans, inside = " ".join(sentences), [], 0
        for sentence in sentences:
            spans.append((inside, inside + len(sentence)))
            inside += len(sentence) + 1
        passages.append(
            Passage(
                ordinal=ordinal, start=at, end=at + len(text), text=text, page=1 + ordinal // 3, page_end=1 + ordinal // 3,
                section=(), language=language, context=f"Report {number}", sentences=tuple(spans),
            )
        )  # fmt: skip
        at += len(text) + 1
    whole = "\n".join(passage.text for passage in passages)
    pages = tuple(
        Page(
            number=place // 3 + 1, label="", start=passages[place].start,
            end=passages[place + 3].start if place + 3 < len(passages) else len(whole),
        )
        for place in range(0, len(passages), 3)
    )  # fmt: skip
    blocks = tuple(Block(start=passage.start, end=passage.end, kind=BlockKind.PARAGRAPH) for passage in passages)
    metadata = Metadata(title=f"Report {number}", language=language)
    document = Document(text=whole, pages=pages, blocks=blocks, format=Format.TEXT, metadata=metadata)
    return Prepared(key=f"text {number}", document=document, metadata=metadata, passages=tuple(passages))


if __name__ == "__main__":
    sys.exit(main())
