"""How like each other unrelated documents are, and editions of one; what finding them and comparing two of them costs.

    python benchmarks/editions.py FOLDER … [--documents 10000]

Each file of the folders is read, and each pair of them compared. Of every text editions are made: sentences written anew, words
written anew, a part added, the same text in Markdown and Word. Then a library of many documents is made of random words, and
more are stored in it. Seeded. The threshold of index/alike.py is chosen by the first two.
"""

import argparse
import itertools
import random
import re
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from index import alike, changes, contents, store
from index.shingles import Shingles, likeness, shingles
from ingest.change import Prepared
from ingest.document import Block, BlockKind, Document, Format, Metadata, Page
from ingest.errors import IngestError
from ingest.formats import format_of, reader_for

_SHORTEST = 50  # shingles, as in index/alike.py
_MORE = 10  # documents stored in the full library
_WRAPPED = 20  # texts that are written in other formats: the shortest


def main() -> int:
    """Read, compare, print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folders", type=Path, nargs="+")
    parser.add_argument("--documents", type=int, default=10_000)
    chosen = parser.parse_args()
    rng = random.Random(20)
    texts = dict(_texts(chosen.folders))
    _unrelated({name: shingles(text) for name, text in texts.items()})
    _made(texts, rng)
    _wrapped(sorted(texts.values(), key=len)[:_WRAPPED])
    _cost(chosen.documents, rng)
    _compared(rng)
    return 0


def _texts(folders: Sequence[Path]) -> Iterator[tuple[str, str]]:
    for path in sorted(path for folder in folders for path in folder.rglob("*") if path.is_file()):
        try:
            kind = format_of(path)
            text = "" if kind is Format.RECORD else reader_for(kind)(path).text
        except (IngestError, OSError):
            continue
        if len(shingles(text)) >= _SHORTEST:
            yield str(path), text


def _unrelated(found: dict[str, Shingles]) -> None:
    pairs = [(likeness(found[one], found[two]), one, two) for one, two in itertools.combinations(found, 2)]
    pairs.sort(reverse=True)
    print(f"{len(found)} documents, {len(pairs)} pairs; taken for editions: {sum(share >= alike.ALIKE for share, *_ in pairs)}")
    for share, one, two in pairs[:6]:
        print(f"  {share:.3f}  {Path(one).name} | {Path(two).name}")


def _made(texts: dict[str, str], rng: random.Random) -> None:
    ways: dict[str, Callable[[str], str]] = {
        "2 % of the sentences written anew": lambda text: _sentences(text, 0.02, rng),
        "20 % of the sentences written anew": lambda text: _sentences(text, 0.20, rng),
        "40 % of the sentences written anew": lambda text: _sentences(text, 0.40, rng),
        "2 % of the words written anew": lambda text: _words(text, 0.02, rng),
        "10 % of the words written anew": lambda text: _words(text, 0.10, rng),
        "20 % of the words written anew": lambda text: _words(text, 0.20, rng),
        "30 % added": lambda text: text + " " + _words(text[: int(len(text) * 0.3)], 1.0, rng),
    }
    for name, way in ways.items():
        shares = sorted(likeness(shingles(text), shingles(way(text))) for text in texts.values())
        found = sum(share >= alike.ALIKE for share in shares) / len(shares)
        print(f"{name}: found {found:.0%}; share {shares[0]:.2f} to {shares[-1]:.2f}, median {statistics.median(shares):.2f}")


def _sentences(text: str, part: float, rng: random.Random) -> str:
    return " ".join(_words(one, 1.0, rng) if rng.random() < part else one for one in re.split(r"(?<=[.!?])\s+", text))


def _words(text: str, part: float, rng: random.Random) -> str:
    return " ".join(f"w{rng.randrange(10**6)}" if rng.random() < part else word for word in text.split())


def _wrapped(texts: Sequence[str]) -> None:
    """The blocks of each text as Markdown and as Word, read again."""
    import docx

    for suffix in (".md", ".docx"):
        shares = []
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / f"same{suffix}"
            for text in texts:
                lines = ["".join(char for char in line if char.isprintable()) for line in text.split("\n") if line.strip()]
                if suffix == ".md":
                    path.write_text("\n\n".join(lines), "utf-8")
                else:
                    word = docx.Document()
                    for line in lines:
                        word.add_paragraph(line)
                    word.save(str(path))
                shares.append(likeness(shingles(text), shingles(reader_for(format_of(path))(path).text)))
        print(f"the same text as {suffix}: share {min(shares):.2f} to {max(shares):.2f}, median {statistics.median(shares):.2f}")


def _cost(documents: int, rng: random.Random) -> None:
    vocabulary = [f"word{number}" for number in range(20_000)]
    with tempfile.TemporaryDirectory() as folder:
        store.prepare(Path(folder))
        connection = store.open_writer(Path(folder))
        with store.writing(connection, Path(folder)):
            for number in range(documents):
                contents.insert_document(connection, _prepared(number, " ".join(rng.choices(vocabulary, k=400))))
        took = []
        for number in range(documents, documents + _MORE):
            text = " ".join(rng.choices(vocabulary, k=40_000))  # about a hundred pages
            with store.writing(connection, Path(folder)):
                found = contents.insert_document(connection, _prepared(number, text))
                began = time.perf_counter()
                connection.execute("DELETE FROM sketches WHERE document_id = ?", (found,))
                alike.compare(connection, found, text, "pdf")
                took.append(time.perf_counter() - began)
        connection.close()
    print(f"{documents} documents: a document of 40,000 words is compared in {1000 * statistics.median(took):.0f} ms (median)")


def _prepared(number: int, text: str) -> Prepared:
    document = Document(
        text=text, pages=(Page(number=1, label="", start=0, end=len(text)),), format=Format.TEXT, metadata=Metadata(),
        blocks=(Block(start=0, end=len(text), kind=BlockKind.PARAGRAPH),),
    )  # fmt: skip
    return Prepared(key=f"text:{number}", document=document, metadata=Metadata(), passages=())


def _compared(rng: random.Random) -> None:
    """Two editions of 400 pages, 20 sentences each; and what takes longest: every 30th sentence kept."""
    vocabulary = [f"word{number}" for number in range(5000)]
    base = [" ".join(rng.choices(vocabulary, k=18)) + "." for _ in range(8000)]
    ways: dict[str, Callable[[int], bool]] = {
        "2 %": lambda at: rng.random() > 0.02,
        "20 %": lambda at: rng.random() > 0.2,
        "29 of 30": lambda at: not at % 30,
    }
    for name, kept in ways.items():
        other = [one if kept(at) else re.sub(r"word\d+", "other", one, count=2) for at, one in enumerate(base)]
        began = time.perf_counter()
        found, _ = changes.compare(_laid(base), _laid(other))
        for change in found[:100]:
            changes.marked(change)
        print(f"400 pages, {name} of the sentences changed: {len(found)} changes in {time.perf_counter() - began:.2f} s")


def _laid(lines: Sequence[str]) -> changes.Sentences:
    ends = list(itertools.accumulate(len(line) + 1 for line in lines))
    starts = [0, *ends[:-1]]
    pages = tuple((start, number + 1, "") for number, start in enumerate(starts[::20]))
    spans = tuple((start, end - 1) for start, end in zip(starts, ends, strict=True))
    return changes.Sentences(text=" ".join(lines), spans=spans, pages=pages)


if __name__ == "__main__":
    raise SystemExit(main())
