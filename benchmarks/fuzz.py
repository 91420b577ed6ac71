"""Whether any file, however broken, can do harm: samples are changed at random, read, and cut into passages.

    python benchmarks/fuzz.py [--seconds N] [--seed S] [--reader pdf|docx|pptx|html|markdown|text|jsonl|chunker]
                              [--samples FOLDER…] [--keep FOLDER]

Each file goes through a reading process as in an ingest (with tighter limits), and its text through the chunker. Prints how many
there were, what became of them, the slowest, and each finding: an error that no reader foresaw, an answer that is no document, a
rule of the passages that does not hold, reading or cutting without an end. Exit code 1 where there is a finding; the file that
brought it about is kept (--keep, default: fuzz-findings). A crash of a reading process is an outcome: that is what it is for.
"""

import argparse
import contextlib
import random
import re
import signal
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from mutations import change

from ingest.builder import Builder
from ingest.chunk import ChunkSettings, chunk
from ingest.document import BlockKind, Document, Format, Metadata, Passage
from ingest.errors import IngestError
from ingest.formats import SUFFIXES
from ingest.limits import Limits
from ingest.pool import ReaderPool

LIMITS = Limits(seconds=10, memory_bytes=1 << 30, output_bytes=64 << 20)
READERS = {"pdf": ".pdf", "docx": ".docx", "pptx": ".pptx", "html": ".html", "markdown": ".md", "text": ".txt", "jsonl": ".jsonl"}
_GRACE = 20.0  # seconds for the parent's own part: writing the file, taking the answer, cutting it
_LARGEST = 600_000  # bytes of a sample: more makes the rest slow, and tells nothing new
_LIMIT = 60  # tokens of a passage
_FINDING = re.compile(r"the reader failed on this file|could not be understood|not a document|cannot be passed on")
_RECORDS = (
    b'{"_id": "1", "title": "Siren", "text": "It sounds.\\n\\nThe police.", "metadata": {"date": "2020-06", "city": ["Oslo"]}}\n'
    b'{"_id": "2", "title": "", "text": "Who speaks to the press is settled before.", "metadata": {"handling": "GREEN"}}\n'
)


class Endless(Exception):
    """The parent itself does not come to an end."""


class Broken(Exception):
    """A rule that passages keep does not hold."""


@dataclass
class Tally:
    """What became of the files so far."""

    outcomes: Counter[str] = field(default_factory=Counter)
    slowest: list[tuple[float, str, str]] = field(default_factory=list)
    findings: Counter[str] = field(default_factory=Counter)

    def add(self, seconds: float, name: str, outcome: str) -> None:
        """Count one file."""
        self.outcomes[outcome] += 1
        self.slowest = sorted([*self.slowest, (seconds, name, outcome)], reverse=True)[:3]


# -- the chunker


def tokens(texts: Sequence[str]) -> list[int]:
    """About what a word-piece tokenizer gives: a token for each four letters of a word, and for each other sign."""
    words = (re.findall(r"\w+|[^\w\s]", text) for text in texts)
    return [sum(-(-len(word) // 4) if word[0].isalnum() else 1 for word in found) for found in words]


_WORDS = "the police decide when a siren sounds e.g. Dr. Å i.e. No. 4 112 U.S. bl.a. Ärende (a) “b” … ... a.b.c ? ! : ; | •"


def document(rng: random.Random) -> Document:
    """A document of words, signs and breaks as no one would write it."""
    builder = Builder(Format.PDF)
    words = [*_WORDS.split(), " ", "\n", "\n\n"]
    signs = ["\u0301", "\u200b", "\u00ad", "\u2028", "\U0001f600", "警", "ס", "\u3000", "ﬁ", "x" * 400, "." * 300, "9" * 90, ""]
    for _ in range(rng.choice((0, 1, 3, 30))):
        chosen = rng.choices(words + signs * rng.randrange(3), k=rng.choice((1, 5, 40, 300)))
        raw = rng.choice((" ", " ", "", "\n")).join(chosen)
        builder.block(raw, rng.choice(list(BlockKind)), rng.randrange(12))
        for _ in range(rng.choice((0, 0, 1, 3))):
            builder.page_break()
    title = rng.choice(("", "Siren", "A very long title " * 30, "x" * 900, "\u0301"))
    return builder.document(Metadata(title=title, language=rng.choice(("", "sv", "en"))))


def cut(read: Document) -> list[Passage]:
    """Its passages, held to what is promised of them. Raises `Broken`."""
    passages = chunk(read, ChunkSettings(limit=_LIMIT, target=_LIMIT - 10, smallest=8), tokens, lambda text: "en")
    end = 0
    numbers = [page.number for page in read.pages for _ in range(page.start, page.end)]
    for ordinal, passage in enumerate(passages):
        _hold(passage.ordinal == ordinal, "passages are numbered in order")
        _hold(read.text[passage.start : passage.end] == passage.text != "", "a passage is a slice of its document")
        _hold(end <= passage.start and passage.text == passage.text.strip(), "passages follow each other")
        _hold((passage.page, passage.page_end) == (numbers[passage.start], numbers[passage.end - 1]), "a passage knows its pages")
        _hold(tokens([f"{passage.context}\n{passage.text}"])[0] <= _LIMIT, "a model reads a passage to its end")
        end, inside = passage.end, 0
        for first, last in passage.sentences:
            _hold(inside <= first < last <= len(passage.text), "sentences follow each other")
            _hold(not passage.text[inside:first].strip(), "no word stands between sentences")
            inside = last
        _hold(not passage.text[inside:].strip(), "no word stands behind the last sentence")
    return passages


def _hold(condition: bool, rule: str) -> None:
    if not condition:
        raise Broken(rule)


# -- running


def outcome_of(pool: ReaderPool, kind: str, path: Path, rng: random.Random) -> tuple[str, bool]:
    """Read and cut one file (or make a document to cut): what became of it, and whether that is a finding."""
    try:
        if kind == "chunker":
            return ("cut" if cut(document(rng)) else "nothing to cut"), False
        if kind == "jsonl":
            items = [item for batch in pool.read_records(path) for item in batch]
            read = [item for item in items if isinstance(item, Document)]
        else:
            read = [pool.read(path, SUFFIXES[READERS[kind]])]
            if kind == "pdf" and rng.random() < 0.2:
                pool.render(path, 1, 300)
        return ("read" if sum(len(cut(one)) for one in read) else "read, nothing to cut"), False
    except IngestError as exc:
        said = re.sub(r"\d+", "7", str(exc))
        return f"{type(exc).__name__}: {said[:90]}", bool(_FINDING.search(said))
    except Endless:
        return "the parent did not come to an end", True
    except Broken as exc:
        return f"a rule does not hold: {exc}", True
    except Exception as exc:
        return f"unforeseen in the parent: {type(exc).__name__}: {str(exc)[:90]}", True


@contextlib.contextmanager
def ending(seconds: float) -> Iterator[None]:
    """Raise `Endless` where what is done takes longer than that by the clock."""

    def stop(*_: object) -> None:
        raise Endless

    before = signal.signal(signal.SIGALRM, stop)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


def fuzz(kind: str, samples: Sequence[bytes], seed: int, keep: Path, *, seconds: float = 1e9, runs: int = 1 << 40) -> Tally:
    """Change and read files for so long, or so many. Each is made from the seed and its number alone."""
    tally = Tally()
    ends = time.monotonic() + seconds
    with tempfile.TemporaryDirectory(prefix="kalla-fuzz-") as folder, ReaderPool(1, limits=LIMITS) as pool:
        for number in range(runs):
            if time.monotonic() >= ends:
                break
            rng = random.Random(f"{kind} {seed} {number}")
            path = Path(folder) / f"a{READERS.get(kind, '')}"
            path.write_bytes(change(rng, kind, samples) if kind in READERS else b"")
            began, name = time.monotonic(), f"{kind}-{seed}-{number}"
            with ending(LIMITS.seconds + _GRACE):
                outcome, finding = outcome_of(pool, kind, path, rng)
            tally.add(time.monotonic() - began, name, outcome)
            if finding:
                tally.findings[outcome] += 1
                if tally.findings[outcome] <= 3:
                    keep.mkdir(parents=True, exist_ok=True)
                    (keep / f"{name}{path.suffix}").write_bytes(path.read_bytes())
                    (keep / f"{name}.why").write_text(outcome + "\n", "utf-8")
    return tally


def samples_of(kind: str, folders: Sequence[Path]) -> list[bytes]:
    """The samples of a format below the folders, and one record file of our own."""
    found = [path for folder in folders for path in sorted(folder.rglob(f"*{READERS.get(kind, '.none')}")) if path.is_file()]
    return [path.read_bytes() for path in found if 0 < path.stat().st_size <= _LARGEST] + ([_RECORDS] if kind == "jsonl" else [])


def main() -> int:
    """Fuzz and print; exit 1 where there is a finding, 2 where there are no samples."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=float, default=60.0, help="for each reader (default: 60)")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--reader", choices=[*READERS, "chunker"], action="append", help="one or some (default: all)")
    parser.add_argument("--samples", nargs="+", type=Path, default=[Path("corpus")], metavar="FOLDER")
    parser.add_argument("--keep", type=Path, default=Path("fuzz-findings"), metavar="FOLDER")
    chosen = parser.parse_args()
    found = 0
    for kind in chosen.reader or [*READERS, "chunker"]:
        samples = samples_of(kind, chosen.samples)
        if not samples and kind in READERS:
            print(f"There are no samples *{READERS[kind]}: name a folder with --samples.", file=sys.stderr)
            return 2
        tally = fuzz(kind, samples, chosen.seed, chosen.keep, seconds=chosen.seconds)
        runs, findings = tally.outcomes.total(), tally.findings.total()
        print(f"{kind}: {runs} runs of {len(samples)} samples, seed {chosen.seed}, findings {findings}")
        for outcome, count in tally.outcomes.most_common(14):
            print(f"{count:8} × {outcome}{'   <- FINDING' if outcome in tally.findings else ''}")
        for seconds, name, outcome in tally.slowest:
            print(f"{seconds:8.1f} s  {name}  {outcome[:60]}", flush=True)
        found += findings
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
