"""The Index room at work: rebuilds, checks and questions asked, each told as it stands."""

import os
import tempfile
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

from index.access import Principal
from index.errors import LibraryError
from index.questionset import QuestionSet
from index.result import Status
from ui import indexroom, indexwork, reasons, results, runs
from ui.house import House
from ui.indexroom import Part
from ui.indexwork import Work
from ui.jobs import Event, Job
from ui.uploads import safe_name
from ui.words import Words

LARGEST_SHEET = 2 << 20  # bytes
LONGEST_MODEL = 400
_SHEETS = "questions"  # the folder, in the data folder, of sheets that were handed in


class Refusal(Exception):
    """What was asked for cannot be done. Both texts are for the user."""

    def __init__(self, title: str, more: str = "") -> None:
        super().__init__(title)
        self.title, self.more = title, more


class IndexRoom:
    """Tells what is served and looks after it, for one language of the interface."""

    def __init__(self, house: House, words: Words, clock: Callable[[], float] = time.time) -> None:
        self._house = house
        self._words = words
        self._clock = clock

    # -- the room

    def render(self, principal: Principal, *, model: str = "", everything: bool = False) -> str:
        """Set the whole room. `model`: what the field for another model begins with; `everything`: no list is cut short."""
        words, editor = self._words, principal.may_edit
        try:
            now = self._status(principal)
            facts = indexroom.status(now, words, whole=sees_all(principal), editor=editor) if now.ready else ""
            leading = indexroom.lead(now, words)
        except LibraryError as exc:
            now, leading = None, ""
            facts = results.message(words.library_failed, reasons.said(str(exc), words), kind="bad")
        doing = "" if now is not None and not now.ready else self._doing(principal, now, model)
        doing += self._unanswered(principal, everything)
        return indexroom.render(facts=facts, leading=leading, doing=doing, measuring=self._sets(principal), words=words)

    def part(self, name: str, principal: Principal) -> Part:
        """Tell how a piece of work stands: "rebuild", "check" or "questions"."""
        kind = {"rebuild": "rebuild", "check": "verify", "questions": "eval"}[name]
        job, words = self._house.jobs.latest(kind), self._words
        all_seen = sees_all(principal)
        if job is None or (name == "questions" and not all_seen):  # they were asked by one who sees everything
            shown = f'<p class="k-soft">{words.check_never}</p>' if name == "check" else ""
            return Part(name=name, shown=shown, live=False)
        work = work_of(job, self._clock())
        if name == "rebuild":
            shown = indexwork.rebuild(work if all_seen else replace(work, part=0, whole=0, summary={}), words)
        elif name == "check":
            shown = indexwork.check(work, words, whole=all_seen)
        else:
            shown = indexwork.measuring(work, words)
        return Part(name=name, shown=shown, live=not work.done)

    def _status(self, principal: Principal) -> Status:
        """What is served, as far as this person may know of it."""
        return self._house.library.status(principal)

    def _doing(self, principal: Principal, now: Status | None, model: str) -> str:
        words, editor = self._words, principal.may_edit
        part = self.part("rebuild", principal)
        removed = len(self._house.desk.removed(principal)) if editor else 0
        writer = now.writer if now is not None else ""
        rebuild = indexroom.rebuild_part(part, model, removed, writer, words, editor=editor)
        return rebuild + indexroom.check_part(self.part("check", principal), words, editor=editor)

    def _sets(self, principal: Principal) -> str:
        words, editor = self._words, principal.may_edit and sees_all(principal)
        if not sees_all(principal):
            return ""  # they were asked by one who sees everything
        part = self.part("questions", principal)
        try:
            sets = runs.render(self._house.runs(principal), words, editor=editor and not part.live, there=_is_there)
        except LibraryError as exc:
            sets = results.message(words.library_failed, reasons.said(str(exc), words), kind="bad")
        return indexroom.sets_part(part, sets, runs.add(words) if editor and not part.live else "", words, editor=editor)

    def _unanswered(self, principal: Principal, everything: bool) -> str:
        questions = self._house.desk.unanswered(principal)
        return indexroom.unanswered_part(questions, self._words, editor=principal.may_edit, everything=everything)

    # -- what editors do

    def rebuild(self, model: str) -> None:
        """Begin a rebuild, with another model where one is named, or join the one under way. Raises Refusal."""
        words, model = self._words, " ".join(model.split())
        if model and (model.startswith("-") or len(model) > LONGEST_MODEL or not model.isprintable()):
            raise Refusal(words.model_bad, words.model_bad_more.format(model=indexroom.MULTILINGUAL))
        if model and self._house.jobs.rebuilding() is not None:
            raise Refusal(words.under_way, words.under_way_more)
        self._house.jobs.rebuild(model)

    def check(self) -> None:
        """Begin a check, or join the one under way."""
        self._house.jobs.verify()

    def stop(self, kind: str) -> None:
        """End a piece of work: "rebuild", "verify" or "eval"."""
        job = self._house.jobs.latest(kind)
        if job is not None and not job.done:
            job.stop()

    def ask_sheet(self, name: str, content: bytes, principal: Principal) -> None:
        """Keep a sheet of questions and ask them. Raises Refusal, or NameRefused and OSError where it cannot be kept."""
        words = self._words
        self._may_ask(principal)
        if not name or not content:
            raise Refusal(words.sets_no_file, words.sets_no_file_more)
        if not name.lower().endswith(".csv"):
            raise Refusal(words.sets_not_csv, words.sets_no_file_more)
        if len(content) > LARGEST_SHEET:
            raise Refusal(words.sets_too_large, words.sets_no_file_more)
        self._house.jobs.measure(_keep(content, self._house.data.absolute() / _SHEETS / safe_name(name)))

    def ask_again(self, name: str, principal: Principal) -> None:
        """Ask a set of questions once more. Raises Refusal where there is no such set."""
        self._may_ask(principal)
        known = next((one for one in self._house.runs(principal) if one.name == name and _is_there(one)), None)
        if known is None:
            raise Refusal(self._words.sets_unknown)
        self._house.jobs.measure(known.path)

    def _may_ask(self, principal: Principal) -> None:
        if not sees_all(principal):  # they are asked as by one who does
            raise Refusal(self._words.index_no_part)
        job = self._house.jobs.latest("eval")
        if job is not None and not job.done:
            raise Refusal(self._words.measuring_busy, self._words.measuring_busy_more)


def sees_all(principal: Principal) -> bool:
    """Whether this person may see every document, and so what is told of all of them."""
    return principal.sees_all


def work_of(job: Job, now: float) -> Work:
    """Read what a job has said so far."""
    events = job.events
    paces = [event for event in events if isinstance(event.get("progress"), dict)]
    last = paces[-1]["progress"] if paces else {}
    part, whole = _whole(last.get("done")), _whole(last.get("total"))
    return Work(
        done=job.done,
        stopped=job.stopped and job.code != 0,
        code=job.code or 0,
        reason=job.reason,
        seconds=max(0.0, (job.ended if job.done else now) - job.started),
        ended=job.ended,
        phase=str(last.get("phase", "")),
        part=part,
        whole=whole,
        left=None if job.done else _left(paces, now),
        summary=next((_summary(event) for event in reversed(events) if _summary(event)), {}),
        problems=tuple(str(event["problem"]) for event in events if "problem" in event),
        about=job.about,
    )


def _left(paces: list[Event], now: float) -> float | None:
    """Estimate what is left of the phase that takes the time: from its first word to its latest."""
    if not paces or paces[0]["progress"].get("phase") != paces[-1]["progress"].get("phase"):
        return None
    began, heard, last = float(paces[0]["heard"]), float(paces[-1]["heard"]), paces[-1]["progress"]
    rest = indexwork.left(began, heard, _whole(last.get("done")), _whole(last.get("total")))
    return None if rest is None else max(0.0, rest - (now - heard))


def _summary(event: Event) -> Event:
    """The last word of a job: a summary, or the figures of questions that were asked."""
    found = event.get("summary", event if "figures" in event else None)
    return found if isinstance(found, dict) else {}


def _whole(value: Any) -> int:  # noqa: ANN401 - from JSON
    return value if isinstance(value, int) and not isinstance(value, bool) else 0


def _is_there(one: QuestionSet) -> bool:
    try:
        return one.path.is_file()
    except (OSError, ValueError):
        return False


def _keep(content: bytes, path: Path) -> Path:
    """Write a sheet aside and rename it, in the place of the one of its name. Raises OSError."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    with tempfile.NamedTemporaryFile(dir=path.parent, prefix=".incoming-", delete=False) as aside:
        try:
            aside.write(content)
            aside.flush()
            os.fsync(aside.fileno())
            os.replace(aside.name, path)
        finally:
            Path(aside.name).unlink(missing_ok=True)
    return path
