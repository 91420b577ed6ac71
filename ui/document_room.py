"""A document's own page at work: what it shows, and how what is known of it is edited."""

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from index.access import Principal
from index.result import DocumentInfo, Hit, OutlineItem
from ui import document_fields, removals, removed_page
from ui.document_fields import Faults
from ui.house import House
from ui.removals import Removal
from ui.words import Words

CATALOGUE = "catalogue.csv"
SIMILAR = 6


class Refused(Exception):
    """What was asked cannot be done. Says which fields are wrong, or why for the whole."""

    def __init__(self, faults: Faults) -> None:
        super().__init__("; ".join((*faults.fields.values(), *faults.others)))
        self.faults = faults


@dataclass(frozen=True, slots=True, kw_only=True)
class File:
    """Where a document lies."""

    path: Path
    shown: str  # within the corpus folder
    inside: bool  # whether it lies in the corpus folder
    there: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """What a document's page shows."""

    info: DocumentInfo
    source: bool  # whether the original file is there unchanged
    outline: tuple[OutlineItem, ...]
    passages: tuple[Hit, ...]
    similar: Sequence[tuple[DocumentInfo, float]]
    files: tuple[File, ...]
    removed: tuple[Removal, ...] = ()  # what lies aside of it: earlier editions


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """How far the library has been brought into step with a change."""

    done: bool
    waiting: bool = False
    stopped: str = ""  # why the reading did not come to its end, "" where it did
    outcomes: Mapping[str, tuple[str, str]] = field(default_factory=dict)  # path -> outcome, reason


def look(house: House, principal: Principal, document_id: int) -> Shown | None:
    """All that a document's page shows; None where it does not exist for this person."""
    library = house.library
    info = library.document(document_id, principal)
    if info is None:
        return None
    aside = removals.listed(house.desk, principal) if principal.may_edit else []
    return Shown(
        info=info,
        source=library.source(document_id, principal) is not None,
        outline=library.outline(document_id, principal),
        passages=library.passages(document_id, principal=principal),
        similar=library.similar_documents(document_id, principal=principal, top=SIMILAR),
        files=files(info, house.corpus),
        removed=tuple(one for one in aside if _concerns(one, info)),
    )


def _concerns(removal: Removal, info: DocumentInfo) -> bool:
    places = {str(path) for path in removal.paths} | ({removal.instead.path} if removal.instead else set())
    return not places.isdisjoint(info.paths)


def files(info: DocumentInfo, corpus: Path) -> tuple[File, ...]:
    """Where a document's files lie, as they are shown."""
    return tuple(_file(Path(path), corpus) for path in info.paths or (info.path,))


def _file(path: Path, corpus: Path) -> File:
    below = within(path, corpus)
    return File(path=path, shown=str(below or path), inside=below is not None, there=path.is_file())


def within(path: Path, corpus: Path) -> Path | None:
    """Shorten a path to what it is within the corpus folder, links in the way followed; None where it lies elsewhere."""
    base, place = corpus.resolve(), path.parent.resolve() / path.name
    below = path.name != ".." and place != base and place.is_relative_to(base)
    return place.relative_to(base) if below else None


def lying(info: DocumentInfo, corpus: Path) -> list[Path]:
    """The files of a document that are where they were."""
    return [file.path for file in files(info, corpus) if file.there]


def catalogues(info: DocumentInfo, corpus: Path) -> tuple[str, ...]:
    """Which catalogues an edit is written to, as they are shown."""
    found = dict.fromkeys(_catalogue_of(path) for path in lying(info, corpus))
    return tuple(str(within(one, corpus) or one) for one in found)


def _catalogue_of(path: Path) -> Path:
    """The catalogue that is written: the nearest above a file, or a new one beside it."""
    path = path.absolute()
    return next((folder / CATALOGUE for folder in path.parents if (folder / CATALOGUE).is_file()), path.parent / CATALOGUE)


def by_path(house: House, principal: Principal, path: str) -> DocumentInfo | None:
    """The document that a file holds; None where there is none, or not for this person."""
    return next((info for info in house.library.documents(principal) if path in info.paths), None)


def cannot_edit(info: DocumentInfo, corpus: Path, words: Words) -> str:
    """Say why a document cannot be edited here; "" where it can."""
    if info.format == "record":
        return words.is_record.format(file=files(info, corpus)[0].shown)
    return "" if lying(info, corpus) else words.no_file


def cannot_move(info: DocumentInfo, corpus: Path, words: Words) -> str:
    """Say why a document's files cannot be removed or replaced here; "" where they can."""
    outside = [file for file in files(info, corpus) if not file.inside]
    if info.format != "record" and outside:
        return words.is_outside.format(file=outside[0].path, corpus=corpus)
    return cannot_edit(info, corpus, words)


def edit(house: House, info: DocumentInfo, changes: Mapping[str, str], words: Words) -> int:
    """Write what was changed into the catalogue of each file, and have it read: the number of the reading. Raises Refused."""
    faults = document_fields.check(changes, words)
    if faults:
        raise Refused(faults)
    paths = lying(info, house.corpus)
    for path in paths:
        try:
            house.describe(path, changes)
        except ValueError as exc:
            raise Refused(document_fields.read_faults(str(exc), words)) from exc
    return read(house, paths)


def read(house: House, paths: Sequence[Path]) -> int:
    """Bring the library into step with files that came, changed or went: the number of the reading.

    For a file that is gone it is told the folder: what is no longer in a folder that it looks into is what it lets go.
    """
    roots = dict.fromkeys(path if os.path.lexists(path) else _folder(path) for path in paths)
    return house.jobs.number_of(house.jobs.ingest(list(roots)))


def _folder(path: Path) -> Path:
    return next(folder for folder in path.absolute().parents if folder.is_dir())


def step(house: House, number: int, words: Words) -> Step | None:
    """How a reading stands; None where it is not known (any more)."""
    job = house.jobs.reading(number) if number else None
    if job is None:
        return None
    if not job.done:
        return Step(done=False, waiting=job.waiting)
    events = job.events
    outcomes = {str(event["path"]): _outcome(event) for event in events if "path" in event}
    whole = any("summary" in event for event in events)
    stopped = "" if whole else job.reason or words.ended_silently.format(code=job.code)
    return Step(done=True, stopped=stopped, outcomes=outcomes)


def _outcome(event: Mapping[str, Any]) -> tuple[str, str]:
    return str(event.get("outcome") or ""), str(event.get("reason") or "")


def removed_notice(house: House, principal: Principal, words: Words) -> str:
    """Set what was removed and can be brought back, for the top of a page; "" where there is nothing, and for readers."""
    if not principal.may_edit:
        return ""
    return removed_page.notice([leaf(one, house, principal) for one in removals.listed(house.desk, principal)], words)


def leaf(removal: Removal, house: House, principal: Principal) -> removed_page.Leaf:
    """What a page shows of a removal."""
    put = removal.instead
    new = by_path(house, principal, put.path) if put else None
    is_new = new is not None and put is not None and new.sha256 == put.sha256
    return removed_page.Leaf(
        removed_id=removal.removed_id,
        title=removal.title,
        when=removal.when,
        files=tuple(str(within(path, house.corpus) or path) for path in removal.paths),
        replaced=removal.instead is not None,
        new=new.document_id if new and is_new else 0,
    )
