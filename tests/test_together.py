"""Eight readers while files come, change and go, and the library is rebuilt: every answer is of one state of it.

The long version, with the real commands, servers and killed writers, is `benchmarks/soak.py`.
"""

import random
import sys
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from index.errors import Busy
from index.library import Library
from index.result import Mode
from index.verify import verify
from tests.conftest import ROOT
from tests.fakes import OWNER, FakeEncoder, Shelf

sys.path.insert(0, str(ROOT / "benchmarks"))
from together import QUESTIONS, Ledger, text_of

ROUNDS, NOTES, READERS = 6, 8, 8


def test_no_answer_is_a_mixture_while_others_write(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("index.generations._FOLD_AT", 25)  # so that the delta is folded into new files now and then
    shelf = Shelf(tmp_path / "docs", tmp_path / "data", monkeypatch)
    ledger, chance = Ledger(shelf.folder), random.Random(5)
    models = (shelf.encoder, FakeEncoder("other", dimension=32))
    for _ in range(2):
        take_in(shelf, ledger, chance)
    end, libraries = threading.Event(), (shelf.library(), shelf.library())
    threads = [threading.Thread(target=reader(libraries[number % 2], ledger, number, end)) for number in range(READERS)]
    for thread in threads:
        thread.start()
    try:
        for turn in range(ROUNDS):
            take_in(shelf, ledger, chance)
            rebuild(shelf, models[turn % 2])
    finally:
        end.set()
        for thread in threads:
            thread.join()
        for library in libraries:
            library.close()
    assert ledger.problems == []
    assert ledger.counts["questions"] > 50 and len(ledger.generations) > ROUNDS // 2
    assert list(verify(shelf.data)) == []


def take_in(shelf: Shelf, ledger: Ledger, chance: random.Random) -> None:
    for _ in range(2):
        ledger.change(chance, NOTES)
    told = shelf.ingest()
    assert told.code == 0, told.errors
    for item in told.files:
        ledger.report(Path(item["path"]).name)


def rebuild(shelf: Shelf, model: FakeEncoder) -> None:
    """One writer at a time: while it goes on, a second is told who writes."""
    for step, _ in enumerate(shelf.rebuilding(model)):
        if step == 1:
            with pytest.raises(Busy, match=r"being written by a test \(process \d+"), shelf.writer():
                raise AssertionError("two writers")


def reader(library: Library, ledger: Ledger, number: int, end: threading.Event) -> Callable[[], None]:
    def read() -> None:
        chance, last = random.Random(number), (0, 0)
        try:
            while not end.is_set():
                note, mode = chance.randrange(NOTES), chance.choice(list(Mode))
                before = ledger.now()
                result = library.search(f"note{note:03d} {chance.choice(QUESTIONS)}", principal=OWNER, mode=mode, top=200)
                found = ledger.check(library.data, before, result, f"reader {number}, {mode}")
                ledger.missing(before, note, found, f"reader {number}, {mode}")  # 200 are all: words and vectors both know it
                assert result.moment is not None and (result.moment.seq, result.moment.generation) >= last
                last = (result.moment.seq, result.moment.generation)
                ledger.count("questions")
                end.wait(0.03)
        except BaseException as exc:
            ledger.problem(f"reader {number}: {exc!r}")
            raise

    return read


# -- the ledger itself


@pytest.fixture
def ledger(tmp_path: Path) -> Ledger:
    (tmp_path / "docs").mkdir()
    ledger = Ledger(tmp_path / "docs")
    ledger.written, ledger.reported = {1: 4, 2: 3}, {1: 2, 2: 3}
    ledger.gone = {(1, 3), (2, 3)}
    return ledger


@pytest.mark.parametrize(
    ("texts", "wrong"),
    [
        ([text_of(1, 2), text_of(1, 2)], 0),
        ([text_of(1, 4)], 0),  # written, though not reported yet
        ([text_of(1, 1)], 1),  # older than what was reported
        ([text_of(1, 5)], 1),  # never written
        ([text_of(1, 3)], 1),  # a removal
        ([text_of(2, 2)], 1),  # removed, and reported
        ([text_of(1, 2), text_of(1, 4)], 1),  # two states at once
    ],
)
def test_the_ledger_knows_what_may_be_seen(ledger: Ledger, texts: list[str], wrong: int) -> None:
    ledger.seen(ledger.now(), texts, "a test")
    assert len(ledger.problems) == wrong, ledger.problems


def test_the_ledger_misses_what_stood_all_the_time(ledger: Ledger) -> None:
    for number in (1, 2):  # one that was changed meanwhile, one that was removed
        ledger.missing(ledger.now(), number, {}, "a test")
    assert ledger.problems == []
    ledger.reported[1] = 4
    ledger.missing(ledger.now(), 1, {}, "a test")
    assert len(ledger.problems) == 1
