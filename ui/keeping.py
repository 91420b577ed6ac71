"""The Library and Index rooms at work: files taken in and read, the index rebuilt, each told as it goes on."""

import logging
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from index.access import Principal
from index.errors import LibraryError
from ui import indexroom, results, shelves
from ui.jobs import Event, Job, Jobs
from ui.ports import Library
from ui.shelves import Outcome
from ui.uploads import NameRefused, keep
from ui.words import Words

_LOG = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Shelf:
    """What stands in the Library room."""

    documents: str
    problems: str


class LibraryRoom:
    """Takes in files and brings the library into step, for one language of the interface."""

    def __init__(self, library: Library, jobs: Jobs, corpus: Path, words: Words) -> None:
        self._library = library
        self._jobs = jobs
        self._corpus = corpus
        self._words = words

    def shelf(self, principal: Principal) -> Shelf:
        """Set the two tables."""
        try:
            documents, files = self._library.documents(principal), self._library.files(principal)
        except LibraryError as exc:
            failed = results.message(self._words.library_failed, str(exc), kind="bad")
            return Shelf(documents=failed, problems="")
        files = [replace(file, path=shown_path(file.path, self._corpus)) for file in files]
        return Shelf(documents=shelves.documents(documents, self._words), problems=shelves.problems(files, self._words))

    def add(self, uploads: Sequence[tuple[Path, str]], principal: Principal) -> Iterator[str]:
        """Keep uploaded files (where they lie, what they were called) and read them. The uploads are removed."""
        if not principal.may_edit:
            yield results.message(self._words.not_editor, kind="bad")
            return
        refused: list[Outcome] = []
        kept: list[Path] = []
        for path, name in uploads:
            try:
                target, _ = keep(path, name, self._corpus)
            except (NameRefused, OSError) as exc:
                refused.append(self._refusal(name, exc))
            else:
                kept += [] if target in kept else [target]
                path.unlink(missing_ok=True)
        if kept:
            yield from self._read(self._jobs.ingest(kept), refused)
        else:
            yield shelves.outcomes(refused, self._words, title=self._words.nothing_kept)

    def sync(self, principal: Principal) -> Iterator[str]:
        """Bring the library into step with the corpus folder."""
        if not principal.may_edit:
            yield results.message(self._words.not_editor, kind="bad")
            return
        if not self._corpus.is_dir():
            missing = self._words.no_corpus.format(corpus=self._corpus)
            yield results.message(missing, kind="bad")
            return
        yield from self._read(self._jobs.ingest([self._corpus]), [])

    def _refusal(self, name: str, exc: Exception) -> Outcome:
        words = self._words
        if isinstance(exc, NameRefused):
            reason = words.name_hidden if exc.hidden else words.name_empty
        else:
            reason = words.not_saved.format(reason=getattr(exc, "strerror", None) or exc)
        return Outcome(name=name, outcome="refused", reason=reason)

    def _read(self, job: Job, refused: list[Outcome]) -> Iterator[str]:
        words = self._words
        for events in job.follow():
            files = refused + [outcome(event, self._corpus) for event in events if "path" in event]
            if job.done:
                yield self._ended(job, files)
            else:
                title = words.waiting_turn if job.waiting else words.reading_files
                yield shelves.outcomes(files, words, title=title, busy=True)

    def _ended(self, job: Job, files: list[Outcome]) -> str:
        words = self._words
        summary = next((event["summary"] for event in reversed(job.events) if "summary" in event), None)
        if not isinstance(summary, dict):
            reason = job.reason or words.no_reason.format(code=job.code)
            return shelves.outcomes(files, words, title=words.read_stopped.format(reason=reason))
        wholly = job.code == 0 and not any(file.outcome == "refused" for file in files)
        title = (words.read_done if wholly else words.read_some_failed).format(
            n=words.decimal(float(summary.get("seconds", 0)), 1)
        )
        return shelves.outcomes(_telling(files), words, title=title, more=_sum(summary, words))


def outcome(event: Event, corpus: Path) -> Outcome:
    """Read one line of ingest's `--json`."""
    return Outcome(
        name=shown_path(str(event["path"]), corpus),
        outcome=str(event.get("outcome", "")),
        reason=str(event.get("reason") or ""),
        pages=_whole(event.get("pages")),
        pages_without_text=_count(event.get("pages_without_text")),
        passages=_whole(event.get("passages")),
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


def _telling(files: list[Outcome]) -> list[Outcome]:
    """Leave out what did not change, where much else happened or very much did not change."""
    return [file for file in files if file.outcome != "unchanged"] if len(files) > 20 else files


def _sum(summary: Event, words: Words) -> str:
    names = (
        ("added", words.added),
        ("changed", words.changed),
        ("unchanged", words.unchanged),
        ("removed", words.removed),
        ("partial", words.partial),
        ("failed", words.failed),
    )
    said = [f"{words.number(count)} {name}" for key, name in names if (count := _count(summary.get(key)))]
    return ", ".join(said)


class IndexRoom:
    """Tells what is served and rebuilds it, for one language of the interface."""

    def __init__(self, library: Library, jobs: Jobs, words: Words) -> None:
        self._library = library
        self._jobs = jobs
        self._words = words

    def status(self) -> str:
        """Set the facts of what is served."""
        try:
            return indexroom.status(self._library.status(), self._words)
        except LibraryError as exc:
            return results.message(self._words.library_failed, str(exc), kind="bad")

    def rebuild(self, principal: Principal) -> Iterator[str]:
        """Rebuild, or join the rebuild under way."""
        if not principal.may_edit:
            yield results.message(self._words.not_editor, kind="bad")
            return
        yield from self._follow(self._jobs.rebuild())

    def join(self) -> Iterator[str]:
        """Follow a rebuild that this server has under way already; nothing where there is none."""
        job = self._jobs.rebuilding()
        if job is not None:
            yield from self._follow(job)

    def _follow(self, job: Job) -> Iterator[str]:
        for events in job.follow():
            if job.done:
                yield self._ended(job)
                return
            last: Event = next((event["progress"] for event in reversed(events) if "progress" in event), {})
            done, total = _whole(last.get("done")), _whole(last.get("total"))
            yield indexroom.progress(str(last.get("phase", "")), done, total, self._words)

    def _ended(self, job: Job) -> str:
        words = self._words
        summary = next((event["summary"] for event in reversed(job.events) if "summary" in event), None)
        if job.code == 0:
            return results.message(words.rebuild_done, _facts(summary, words), kind="good")
        reason = job.reason or words.no_reason.format(code=job.code)
        if job.code == 1 and isinstance(summary, dict):
            return results.message(words.rebuild_some_failed, reason, kind="bad")
        return results.message(words.rebuild_stopped.format(reason=reason), kind="bad")


def _facts(summary: Any, words: Words) -> str:  # noqa: ANN401 - from JSON
    if not isinstance(summary, dict):
        return ""
    said = []
    if isinstance(summary.get("documents"), int):
        said.append(words.count(words.documents_n, summary["documents"]))
    if isinstance(summary.get("passages"), int):
        said.append(words.count(words.passages_n, summary["passages"]))
    if isinstance(summary.get("seconds"), int | float):
        said.append(words.seconds.format(n=words.decimal(float(summary["seconds"]), 1)))
    return " · ".join(said)
