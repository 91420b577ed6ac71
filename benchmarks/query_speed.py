"""The time of a question beside the least that it could take: encoding it, and one flat scan of the vectors.

    python benchmarks/query_speed.py [--passages 100000]

The library is made up: words of the packaged lexicon by their frequency (Zipf), a quarter of the documents Swedish, with vectors
at random around real ones. It is stored and read by the ordinary code, and asked with the packaged model.
"""

import argparse
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import TypeVar

import numpy as np

from index import serving, store
from index.access import local_owner
from index.embed import Embedded, OnnxEncoder, Vectors, small
from index.lexicon import packaged
from index.library import Library
from index.models import PACKAGED, export
from index.result import Mode
from index.settings import models_folder
from index.writer import Writer, text_hash
from ingest.change import FileOutcome, FileStamp, Outcome, Prepared
from ingest.document import Block, BlockKind, Document, Format, Metadata, Page, Passage
from ingest.language import detect_query

SEED = 11
OF_DOCUMENT = 100  # passages
SENTENCES, WORDS = 6, 22  # of a passage, of a sentence
QUESTIONS = 100

Given = TypeVar("Given")


def main() -> int:
    """Build, ask, print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--passages", type=int, default=100_000)
    wanted = parser.parse_args().passages
    generator = np.random.default_rng(SEED)
    with tempfile.TemporaryDirectory(prefix="kalla-speed-") as name:
        data = Path(name)
        folder = export(PACKAGED, models_folder(data))
        encoder = OnnxEncoder(folder)
        began = time.perf_counter()
        _fill(data, folder, encoder, wanted, generator)
        print(f"{wanted} passages stored in {time.perf_counter() - began:.0f} s; model {PACKAGED}, seed {SEED}")
        _measure(data, encoder, generator)
    return 0


def _measure(data: Path, encoder: OnnxEncoder, generator: np.random.Generator) -> None:
    library = Library(data, detect_query, lambda _: encoder)
    me = local_owner()
    now = serving.load(store.open_reader(data), data, None)
    assert now is not None
    flags = now.allowed(me, {}).passages

    def encoded_and_scanned(text: str) -> object:
        return now.index.search(encoder.query(text), 200, flags)

    for language in ("en", "sv"):
        questions = [_question(language, generator) for _ in range(QUESTIONS)]
        library.search(questions[0], principal=me)  # what is loaded once: model, word lists
        encode = _median(encoder.query, questions)
        least = _median(encoded_and_scanned, questions)  # one after the other, as in a question: they share the caches
        rank = _median(lambda text: library.rank(text, principal=me, depth=200), questions)
        whole = _median(lambda text: library.search(text, principal=me, top=10), questions)
        words = _median(lambda text: library.rank(text, principal=me, mode=Mode.LEXICAL, depth=200), questions)
        print(
            f"{language}: encoded and scanned {least:.1f} ms (encoding alone, over and over, {encode:.1f}); ranked {rank:.1f} ms"
            f" (x {rank / least:.2f}), by words alone {words:.1f} ms; with hits and answer {whole:.1f} ms (x {whole / least:.2f})"
        )


def _median(run: Callable[[Given], object], given: Sequence[Given]) -> float:
    """Milliseconds of a run, the median over all that is given."""
    times = []
    for one in given:
        began = time.perf_counter()
        run(one)
        times.append(time.perf_counter() - began)
    return 1000 * float(np.median(times))


def _words(language: str) -> list[str]:
    pairs, _ = packaged()
    chosen = (pair[0][0] if language == "sv" else pair[1][0] for pair in pairs)
    return list(dict.fromkeys(word for word in chosen if " " not in word))


def _draw(words: list[str], count: int, generator: np.random.Generator) -> list[str]:
    ranks = np.minimum(generator.zipf(1.25, count) - 1, len(words) - 1)
    return [words[at] for at in ranks]


def _question(language: str, generator: np.random.Generator) -> str:
    words = _words(language)
    picked = generator.integers(50, 5000, 7)
    return " ".join(words[at] for at in picked) + "?"


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
