"""Runs of a user's own questions: kept in their library, held against the run before, and shown."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from index import store
from index.access import Principal
from index.own_questions import Asked, Figures, figures
from index.questionset import Change, Measured, Miss, QuestionSet
from index.result import Mode, Status
from ingest.paths import key_of, path_of


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """All questions, asked once of one generation."""

    created: str  # ISO 8601, UTC
    mode: Mode
    model: str
    generation: int
    figures: Figures
    asked: tuple[Asked, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Changes:
    """What a run gained and lost since `before`. Questions are matched by their text."""

    before: Run
    gained: tuple[Change, ...]
    lost: tuple[Change, ...]
    better: tuple[Change, ...]
    worse: tuple[Change, ...]
    new: tuple[str, ...]  # questions that were not asked before
    gone: tuple[str, ...]  # questions that are not asked any more


def run_of(asked: Iterable[Asked], *, mode: Mode, status: Status, created: str) -> Run:
    """What was asked, with its figures and what was served: `status` is from before the first question."""
    all_asked = tuple(asked)
    return Run(
        created=created, mode=mode, model=status.model, generation=status.generation, figures=figures(all_asked), asked=all_asked
    )


# -- keeping


def name_of(path: Path) -> str:
    """The name under which the runs of a file of questions are kept: its absolute path, as text."""
    return key_of(path)


def keep(data: Path, name: str, run: Run) -> None:
    """Store a run, in one transaction. Raises Busy where another process is writing, or StoreError."""
    kept: dict[str, Any] = {"mode": run.mode.value, "model": run.model, "generation": run.generation, "figures": run.figures}
    kept["asked"] = [{key: value for key, value in asdict(one).items() if key != "first"} for one in run.asked]
    with store.writer_lock(data, "an evaluation"):
        store.prepare(data)
        connection = store.open_writer(data)
        try:
            with store.writing(connection, data):
                values = (name, run.created, json.dumps(kept))
                connection.execute("INSERT INTO evaluations (name, created, figures) VALUES (?, ?, ?)", values)
        finally:
            connection.close()


def previous(data: Path, name: str) -> Run | None:
    """The run kept last under this name. Raises StoreError."""
    return next(iter(_kept(data, name, "DESC LIMIT 1")), None)


def history(data: Path, name: str) -> list[Run]:
    """All runs kept under this name, oldest first. Raises StoreError."""
    return _kept(data, name, "ASC")


def sets(data: Path, principal: Principal) -> list[QuestionSet]:
    """All sets of questions that were run, the one that was run last first. Raises StoreError.

    They were asked by one who sees everything: for whoever does not, there are none.
    """
    if not principal.sees_all or not store.exists(data):
        return []
    connection = store.open_reader(data)
    try:
        with store.explained(data):
            rows = connection.execute("SELECT name FROM evaluations GROUP BY name ORDER BY max(id) DESC").fetchall()
    finally:
        connection.close()
    return [_set(row["name"], history(data, row["name"])) for row in rows]


def _set(name: str, runs: Sequence[Run]) -> QuestionSet:
    last = runs[-1]
    changes = compare(runs[-2], last) if len(runs) > 1 else None
    missed = [one for one in last.asked if one.rank is None]
    return QuestionSet(
        name=name,
        path=path_of(name),
        runs=tuple(_measured(run) for run in runs),
        changes=(*changes.gained, *changes.lost, *changes.better, *changes.worse) if changes else (),
        new=changes.new if changes else (),
        gone=changes.gone if changes else (),
        missed=tuple(Miss(question=one.question, document_rank=one.document_rank, note=one.note) for one in missed),
    )


def _measured(run: Run) -> Measured:
    return Measured(created=run.created, mode=run.mode.value, model=run.model, generation=run.generation, figures=run.figures)


def _kept(data: Path, name: str, order: str) -> list[Run]:
    connection = store.open_reader(data)
    try:
        with store.explained(data):
            rows = connection.execute(
                f"SELECT created, figures FROM evaluations WHERE name = ? ORDER BY id {order}",  # noqa: S608 - one of two words of ours
                (name,),
            ).fetchall()
    finally:
        connection.close()
    return [_run(row["created"], json.loads(row["figures"])) for row in rows]


def _run(created: str, kept: Mapping[str, Any]) -> Run:
    return Run(
        created=created,
        mode=Mode(kept["mode"]),
        model=kept["model"],
        generation=kept["generation"],
        figures=kept["figures"],
        asked=tuple(Asked(first="", **one) for one in kept["asked"]),
    )


# -- comparing


def compare(before: Run, now: Run) -> Changes:
    """What `now` gained and lost, in the order of its questions. Pure."""
    then = {one.question: one.rank for one in before.asked}
    asked = {one.question: one.rank for one in now.asked}
    moved = [Change(question=text, before=then[text], now=rank) for text, rank in asked.items() if text in then]
    return Changes(
        before=before,
        gained=tuple(change for change in moved if change.kind == "gained"),
        lost=tuple(change for change in moved if change.kind == "lost"),
        better=tuple(change for change in moved if change.kind == "better"),
        worse=tuple(change for change in moved if change.kind == "worse"),
        new=tuple(text for text in asked if text not in then),
        gone=tuple(text for text in then if text not in asked),
    )


# -- showing


def as_text(run: Run, changes: Changes | None) -> str:
    """The figures, a line a question with its rank, and what changed, for reading. Pure."""
    before = changes.before.figures if changes else run.figures
    lines = []
    for name, value in run.figures.items():
        was = before.get(name, value)
        lines.append(f"{name:>16}  {value}" + (f"  (was {was})" if was != value else ""))
    lines.append("")
    for one in run.asked:
        lines.append(f"{_rank(one.rank):>5}  {one.question}{_instead(one)}")
        lines += [f"       {one.note}"] if one.note else []
    return "\n".join([*lines, *(_since(run, changes) if changes else [])])


def _rank(rank: int | None) -> str:
    return "–" if rank is None else str(rank)


def _instead(one: Asked) -> str:
    """Where a question that was missed led to."""
    if one.rank is not None:
        return ""
    document = f"its document at {one.document_rank}" if one.document_rank else ""
    found = "; ".join(part for part in (document, f"first: {one.first}" if one.first else "") if part)
    return f"  ({found})" if found else ""


def _since(run: Run, changes: Changes) -> list[str]:
    before = changes.before
    made = f"model {before.model}, generation {before.generation}" + (f", {before.mode}" if before.mode != run.mode else "")
    counts = [f"{len(changes.gained)} gained", f"{len(changes.lost)} lost"]
    further = {"better": changes.better, "worse": changes.worse, "new": changes.new, "gone": changes.gone}
    counts += [f"{len(which)} {kind}" for kind, which in further.items() if which]
    moved = [*changes.gained, *changes.lost, *changes.better, *changes.worse]
    date = before.created[:16].replace("T", " ")
    return [
        "",
        f"Since {date} UTC ({made}): {', '.join(counts)}",
        *(f"  {change.kind:<6}  {_rank(change.before):>3} → {_rank(change.now):<3}  {change.question}" for change in moved),
        *(f"  {'new':<6}  {'':9}  {text}" for text in changes.new),
        *(f"  {'gone':<6}  {'':9}  {text}" for text in changes.gone),
    ]


def as_json(run: Run, changes: Changes | None) -> dict[str, Any]:
    """The same for programs. Pure."""
    about = _about(run) | {"questions": [asdict(one) for one in run.asked], "since": None}
    if changes:
        moves = {kind: [asdict(change) for change in getattr(changes, kind)] for kind in ("gained", "lost", "better", "worse")}
        about["since"] = _about(changes.before) | moves | {"new": list(changes.new), "gone": list(changes.gone)}
    return about


def _about(run: Run) -> dict[str, Any]:
    return {
        "created": run.created, "mode": run.mode.value, "model": run.model, "generation": run.generation, "figures": run.figures
    }  # fmt: skip
