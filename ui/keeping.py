"""The Library room at work: files taken in and read, each told as it goes on."""

import os
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from index.access import Principal
from ui import readings, uploads
from ui.jobs import Event, Jobs, Order
from ui.ports import Library
from ui.readings import Outcome, Reading
from ui.receiving import MOST_BYTES
from ui.text import size
from ui.words import Words

_MOST_ARGUMENTS = 500_000  # bytes of paths that one command line surely takes
_UNCOUNTED = ("catalogue.csv", "glossary.csv", "thumbs.db", "desktop.ini")
REFUSALS = ("hidden", "empty", "elsewhere", "describes", "unseen", "large", "disk", "lost")


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """What became of a file that was sent: its name below the corpus folder, or why it was refused (one of `REFUSALS`)."""

    name: str
    there: bool = False  # the same file was there already
    refused: str = ""


class NoCorpus(Exception):
    """There is no corpus folder to bring the library into step with."""


class LibraryRoom:
    """Takes in files and brings the library into step, for one language of the interface. Who may do so, the routes ask."""

    def __init__(self, library: Library, jobs: Jobs, corpus: Path, words: Words) -> None:
        self._library = library
        self._jobs = jobs
        self._corpus = corpus
        self._words = words

    def take(self, path: Path, name: str, principal: Principal) -> Kept:
        """Keep a file that was received, in its folders below the corpus folder.

        A catalogue marks documents, also those that are there already: it is taken from one who may see them all.
        """
        try:
            if uploads.safe_path(name)[-1].casefold() == uploads.MARKING and not principal.sees_all:
                return Kept(name=name, refused="unseen")
            target, there = uploads.keep_below(path, name, self._corpus)
        except uploads.NameRefused as exc:
            return Kept(name=name, refused="hidden" if exc.hidden else "empty")
        except uploads.LeadsElsewhere:
            return Kept(name=name, refused="elsewhere")
        except uploads.Describes:
            return Kept(name=name, refused="describes")
        except OSError:
            return Kept(name=name, refused="disk")
        return Kept(name=target.relative_to(self._corpus).as_posix(), there=there)

    def refusal(self, code: str) -> str:
        """Say why a file was refused."""
        words = self._words
        return {
            "hidden": words.name_hidden,
            "empty": words.name_empty,
            "elsewhere": words.name_elsewhere,
            "describes": words.name_describes,
            "unseen": words.name_unseen,
            "lost": words.send_lost,
            "large": words.too_large.format(size=size(MOST_BYTES, words)),
        }.get(code, words.not_saved)

    def read(self, names: Sequence[str], refused: Sequence[tuple[str, str]], principal: Principal) -> int:
        """Start reading files that were kept; the number of the reading, 0 where none of the names is a file of the corpus."""
        found = {name: path for name in dict.fromkeys(names) if (path := self._kept(name)) is not None}
        if not found:
            return 0
        # What describes documents is no document itself: the folder that it describes is read again.
        paths = list(dict.fromkeys(path.parent if path.name in uploads.DESCRIBING else path for path in found.values()))
        if sum(len(os.fsencode(path)) for path in paths) > _MOST_ARGUMENTS:
            paths = [self._corpus]
        plain = tuple(name for name, path in found.items() if path.name not in uploads.DESCRIBING)
        whole = len(paths) == len(plain)
        total = len(plain) if whole else sum(map(_files_in, paths))
        return self._start(
            paths, Order(who=principal.name, files=plain, refused=tuple(refused), total=total, estimated=not whole)
        )

    def step(self, principal: Principal) -> int:
        """Bring the library into step with the corpus folder; the number of the reading. Raises NoCorpus."""
        if not self._corpus.is_dir():
            raise NoCorpus
        return self._start([self._corpus], Order(who=principal.name, total=_files_in(self._corpus), estimated=True))

    def under_way(self) -> list[int]:
        """The readings that have not ended, the first of them first."""
        latest = self._jobs.reading()
        last = self._jobs.number_of(latest) if latest is not None else 0
        jobs = [(number, self._jobs.reading(number)) for number in range(max(1, last - 20), last + 1)]
        return [number for number, job in jobs if job is not None and not job.done]

    def stop(self, number: int) -> bool:
        """End a reading; what it has read stays. False where there is none."""
        job = self._jobs.reading(number) if number else None
        if job is not None and not job.done:
            job.stop()
        return job is not None

    def reading(self, number: int, principal: Principal) -> Reading | None:
        """Tell how a reading stands, as far as this person may know; None where there is none."""
        job = self._jobs.reading(number) if number else None
        if job is None or not principal.may_edit:
            return None
        done, events = job.done, job.events  # in this order: what is said of a job that is done is all there is
        order = job.order
        all_seen = principal.sees_all
        told = [outcome(event, self._corpus) for event in events if "path" in event]
        named = order.files if order.who == principal.name else ()
        shown = told if all_seen else self._seen(told, named, principal)
        refused = [Outcome(name=name, outcome="refused", reason=self.refusal(code)) for name, code in order.refused]
        own = all_seen or order.who == principal.name
        names = {one.name for one in told}
        summary = next((event["summary"] for event in reversed(events) if isinstance(event.get("summary"), dict)), None)
        outcomes = (*refused, *shown) if own else tuple(shown)
        return Reading(
            number=number,
            outcomes=outcomes,
            coming=tuple(name for name in order.files if name not in names) if own else (),
            total=order.total if own else 0,
            estimated=order.estimated,
            seconds=(job.ended or time.time()) - job.started,
            waiting=job.waiting,
            done=done,
            stopped=job.stopped,
            whole=summary is not None,
            reason=job.reason or (self._words.no_reason.format(code=job.code) if done else ""),
            counts=readings.counted(outcomes),
        )

    def _start(self, paths: Sequence[Path], order: Order) -> int:
        return self._jobs.number_of(self._jobs.ingest(paths, order))

    def _kept(self, name: str) -> Path | None:
        """Find a file that was kept, by its name below the corpus folder."""
        path = self._corpus / name
        try:
            inside = path.resolve(strict=True).is_relative_to(self._corpus.resolve())
            return path if inside and path.is_file() else None
        except (OSError, ValueError):
            return None

    def _seen(self, told: Sequence[Outcome], named: Sequence[str], principal: Principal) -> list[Outcome]:
        """Leave out files of documents above the clearance.

        Nobody can tell what those are that are gone or could not be read: only those that this person `named` are told of.
        """
        known = {info.document_id for info in self._library.documents(principal)}
        return [one for one in told if (one.document in known if one.document else one.name in named)]


def _files_in(folder: Path) -> int:
    """About how many files a reading of this file or folder will tell of."""
    if not folder.is_dir():
        return 1
    found = 0
    for _, folders, files in os.walk(folder):
        folders[:] = [name for name in folders if not name.startswith(".")]
        found += sum(not name.startswith((".", "~$")) and name.lower() not in _UNCOUNTED for name in files)
    return found


def outcome(event: Event, corpus: Path) -> Outcome:
    """Read one line of ingest's `--json`."""
    seconds = event.get("seconds")
    return Outcome(
        name=shown_path(str(event["path"]), corpus),
        outcome=str(event.get("outcome", "")),
        reason=str(event.get("reason") or ""),
        pages=_whole(event.get("pages")),
        pages_without_text=_count(event.get("pages_without_text")),
        passages=_whole(event.get("passages")),
        document=_whole(event.get("document")),
        seconds=float(seconds) if isinstance(seconds, int | float) else 0.0,
    )


def shown_path(path: str, corpus: Path) -> str:
    """Shorten a path to what it is within the corpus folder, where it lies there."""
    for base in (corpus, corpus.absolute(), corpus.resolve()):
        if Path(path).is_relative_to(base):
            return str(Path(path).relative_to(base))
    return path


def _whole(value: Any) -> int:  # noqa: ANN401 - from JSON
    return value if isinstance(value, int) else 0


def _count(value: Any) -> int:  # noqa: ANN401 - from JSON: a list of pages, or their number
    return len(value) if isinstance(value, list) else _whole(value)
