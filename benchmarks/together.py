"""What must hold while others write: a shelf of notes in known versions, and a ledger that every answer is held against.

Every sentence of a note names the note and its version, so that what an answer shows tells which state of the library it is of.
"""

import random
import re
import threading
from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

from index import store
from index.result import Result

_SEEN = re.compile(r"\bnote(\d{3}) version (\d+)\b")
_SAID = (
    "the siren of the district sounds in four minutes",
    "the police decide who speaks to the press",
    "volunteers meet at the gate of the stadium",
    "the crowd leaves by the northern stairs",
    "the hospital keeps twelve beds for the injured",
    "a table-top exercise tests the plan once a year",
)
QUESTIONS = (
    "Who speaks to the press?", "When does the siren sound?", "Where do volunteers meet?", "How does the crowd leave?",
    "Hur många platser har sjukhuset?", "How is the public warned?",
)  # fmt: skip


def text_of(number: int, version: int) -> str:
    """A note as a Markdown file of some passages."""
    lead = f"note{number:03d} version {version}"
    sections = []
    for at in range(4):
        said = " ".join(f"In {lead} {_SAID[(at + more) % len(_SAID)]}, part {at}.{more}." for more in range(6))
        sections.append(f"## Part {at}\n\n{said}\n")
    return f"# Note {number}\n\n" + "\n".join(sections)


@dataclass
class Ledger:
    """What was written and what was reported of each note, and what went wrong. Safe to use from several threads.

    A note's version grows at every change; at a removal too, and then there is no text of that version.
    """

    folder: Path
    written: dict[int, int] = field(default_factory=dict)
    reported: dict[int, int] = field(default_factory=dict)
    gone: set[tuple[int, int]] = field(default_factory=set)  # versions that are removals
    problems: list[str] = field(default_factory=list)
    counts: Counter[str] = field(default_factory=Counter)
    generations: set[int] = field(default_factory=set)
    _shown: dict[tuple[int, int], dict[int, int]] = field(default_factory=lambda: defaultdict(dict))
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def path(self, number: int) -> Path:
        """The file of a note."""
        return self.folder / f"note{number:03d}.md"

    def problem(self, text: str) -> None:
        """Note down that something did not hold."""
        with self._lock:
            self.problems.append(text)

    def count(self, name: str) -> None:
        """Count something that is no problem."""
        with self._lock:
            self.counts[name] += 1

    def change(self, chance: random.Random, most: int) -> None:
        """Change some notes, add one and remove one: at most `most` are there."""
        there = [number for number in self.written if self.path(number).exists()]
        for number in chance.sample(there, min(3, len(there))):
            self._write(number)
        if len(there) < most:
            self._write(chance.choice([number for number in range(most) if number not in there]))
        if len(there) > most // 2:
            number = chance.choice(there)
            with self._lock:
                self.written[number] += 1
                self.gone.add((number, self.written[number]))
            self.path(number).unlink()

    def _write(self, number: int) -> None:
        with self._lock:  # before the file is: what is seen may not be newer than what is known
            version = self.written[number] = self.written.get(number, 0) + 1
        aside = self.folder.parent / "aside.md"
        aside.write_text(text_of(number, version), "utf-8")
        aside.replace(self.path(number))

    def report(self, name: str) -> None:
        """An ingest said what became of a file; no file was changed since it began."""
        found = re.fullmatch(r"note(\d{3})\.md", name)
        if found:
            with self._lock:
                self.reported[int(found[1])] = self.written[int(found[1])]

    def now(self) -> dict[int, int]:
        """What was reported so far: what a question that begins now has to be up to."""
        with self._lock:
            return dict(self.reported)

    def seen(self, before: dict[int, int], texts: Iterable[str], where: str) -> dict[int, int]:
        """Hold shown texts against the versions that may be seen; returns the version of each note."""
        found: dict[int, int] = {}
        for number, version in sorted({(int(one), int(other)) for text in texts for one, other in _SEEN.findall(text)}):
            if found.setdefault(number, version) != version:
                self.problem(f"{where}: note {number} in versions {found[number]} and {version} at once")
        with self._lock:
            for number, version in found.items():
                low, high = before.get(number, 0), self.written.get(number, 0)
                if not low <= version <= high:
                    self.problems.append(f"{where}: note {number} in version {version}, not in {low} to {high}")
                if (number, version) in self.gone:
                    self.problems.append(f"{where}: note {number} in version {version}, which is its removal")
        return found

    def missing(self, before: dict[int, int], number: int, found: dict[int, int], where: str) -> None:
        """Hold against it that a note which was there all the time was not found by its own name."""
        with self._lock:
            version = before.get(number)
            stood = version is not None and self.written[number] == version and (number, version) not in self.gone
            if stood and number not in found:
                self.problems.append(f"{where}: note {number} was not found, although it stood in version {version}")

    def check(self, data: Path, before: dict[int, int], result: Result, where: str) -> dict[int, int]:
        """Hold one answer against all that is known: it is of one commit, verbatim, and not older than what was reported."""
        found = self.seen(before, [hit.text for hit in result.hits], where)
        self.seen(before, [quote.text for quote in result.quotes], where)
        if result.moment is None:
            self.problem(f"{where}: nothing was served")
            return found
        moment = (result.moment.generation, result.moment.seq)
        with self._lock:
            self.generations.add(result.moment.generation)
            shown = self._shown[moment]  # by words, by meaning, by both, by whichever reader: one commit shows one version
            for number, version in found.items():
                if shown.setdefault(number, version) != version:
                    self.problems.append(f"{where}: note {number} in versions {shown[number]} and {version} of commit {moment}")
        self._verbatim(data, result, where)
        return found

    def _verbatim(self, data: Path, result: Result, where: str) -> None:
        connection = store.open_reader(data)
        try:
            for hit in result.hits:
                row = connection.execute("SELECT text FROM texts WHERE document_id = ?", (hit.document_id,)).fetchone()
                if row is None:  # replaced since; ids are never given twice
                    self.count("replaced while they were read")
                elif row["text"][hit.start : hit.end] != hit.text:
                    self.problem(f"{where}: a passage of document {hit.document_id} is not what stands there")
                of = connection.execute("SELECT generation_id FROM passages WHERE id = ?", (hit.passage_id,)).fetchone()
                if of is not None and result.moment is not None and of["generation_id"] != result.moment.generation:
                    self.problem(f"{where}: a passage of generation {of['generation_id']} in an answer of another")
        finally:
            connection.close()
