"""Removing a document, replacing it by a new edition, and bringing it back. The library is brought into step each time."""

import hashlib
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from itertools import count
from pathlib import Path

from index.access import Principal, level_of, strictest
from index.result import DocumentInfo
from ui import document_fields, moving, removals
from ui.document_fields import Faults
from ui.document_room import Refused, lying, read
from ui.house import House
from ui.removals import Aside, Instead, NotMoved, Removal
from ui.uploads import NameRefused, readable_as, safe_name
from ui.words import Words

_CARRIED = ("title", "kind", "city", "organisation", "theme", "source", "speakers")
# Names that a reading passes over, because they describe the library or are not finished: no edition of anything.
_PASSED_OVER = re.compile(r"(?:catalogue|glossary)\.csv|thumbs\.db|desktop\.ini|.*\.(?:tmp|part|crdownload)", re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Edition:
    """A new edition as it was sent: where the file lies, the name it had, and what was typed of it."""

    file: Path
    name: str
    edition: str = ""
    date: str = ""
    handling: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Back:
    """What was brought back: the reading that takes it in, its first file, and whether the catalogue says of it what it did."""

    number: int
    path: str
    described: bool


def remove(house: House, principal: Principal, info: DocumentInfo) -> tuple[Removal, int]:
    """Lay a document's files aside, and have the library let go of them. Raises NotMoved and LibraryError."""
    paths = lying(info, house.corpus)
    removal = _aside(house, principal, info.groups).take_out(paths, info.title or info.path, info.handling)
    return removal, read(house, paths)


def replace(house: House, principal: Principal, info: DocumentInfo, new: Edition, words: Words) -> tuple[Removal, int]:
    """Put a new edition in the place of a document, lay the old one aside, and have it read.

    Raises Refused, NotMoved and LibraryError; in each case the old file lies where it lay.
    """
    paths = lying(info, house.corpus)
    target = place_of(paths[0], new, words)
    try:
        copy = moving.incoming(new.file, target.parent)
        copy.chmod(readable_as(target.parent))
    except OSError as exc:
        raise NotMoved(exc.strerror or str(exc)) from exc
    try:
        removal = _put_in(house, principal, info, new, copy, target, words)
    except OSError as exc:
        raise NotMoved(exc.strerror or str(exc)) from exc
    finally:
        copy.unlink(missing_ok=True)
    return removal, read(house, [target, *paths])


def bring_back(house: House, principal: Principal, removal: Removal) -> Back:
    """Put files back in their place, and what the catalogue said of them. Raises Occupied, NotMoved and LibraryError."""
    before = removal.instead.before if removal.instead else {}
    with _held_strictly(house, removal):
        changed = _aside(house, principal, removal.files[0].groups).bring_back(removal)
    described = True
    try:
        house.describe(removal.paths[0], before)
    except ValueError:
        described = False
    return Back(number=read(house, changed), path=str(removal.paths[0]), described=described)


@contextmanager
def _held_strictly(house: House, removal: Removal) -> Iterator[None]:
    """Keep a file that comes back from being read, even once, under the milder mark of what replaced it. Raises NotMoved."""
    new, path = removal.instead, removal.paths[0]
    old = new.before.get("handling", "") if new else ""
    if new is None or new.path != str(path) or level_of(old) <= level_of(new.handling):
        yield
        return
    try:
        house.describe(path, {"handling": old})
    except ValueError as exc:
        raise NotMoved(str(exc)) from exc
    try:
        yield
    except BaseException:
        with suppress(ValueError):
            house.describe(path, {"handling": new.handling})
        raise


def again(house: House, removal: Removal) -> int:
    """Bring the library into step with a removal once more."""
    places = [*removal.paths, *([Path(removal.instead.path)] if removal.instead else [])]
    return read(house, places)


def mark(path: str) -> str:
    """A file in an address, without saying which."""
    return hashlib.sha256(path.encode("utf-8", "surrogateescape")).hexdigest()[:16]


def place_of(old: Path, new: Edition, words: Words) -> Path:
    """Where a new edition goes: the old place where the ending is the same, or else beside it. Raises Refused."""
    try:
        name = safe_name(new.name)
    except NameRefused as exc:
        raise Refused(Faults(fields={"file": words.bad_name})) from exc
    if name.lower().endswith(".jsonl"):
        raise Refused(Faults(fields={"file": words.bulk_instead}))
    own = Path(name)
    if own.suffix.lower() == old.suffix.lower():
        return old
    if _PASSED_OVER.fullmatch(name):
        raise Refused(Faults(fields={"file": words.bad_name}))
    names = (name if number == 1 else f"{own.stem} ({number}){own.suffix}" for number in count(1))
    return next(path for path in (old.parent / one for one in names) if not path.exists() and not path.is_symlink())


def _aside(house: House, principal: Principal, groups: tuple[str, ...]) -> Aside:
    return Aside(desk=house.desk, data=house.data, principal=principal, groups=groups)


def _put_in(
    house: House, principal: Principal, info: DocumentInfo, new: Edition, copy: Path, target: Path, words: Words
) -> Removal:
    """Describe the new edition, which says what of it cannot be understood; then move."""
    paths, now = lying(info, house.corpus), document_fields.in_force(info)
    before = {name: now[name] for name in ("edition", "date", "supersedes", "handling")}
    instead = Instead(path=str(target), sha256=removals.digest(copy), before=before, handling=new.handling or info.handling)
    if not copy.stat().st_size:
        raise Refused(Faults(fields={"file": words.empty_file}))
    if instead.sha256 == removals.digest(paths[0]):
        raise Refused(Faults(fields={"file": words.same_file}))
    typed = {"edition": new.edition, "date": new.date, "handling": new.handling}
    faults = document_fields.check(typed, words)
    if faults:
        raise Refused(faults)
    # The old file may be read until it has left the place: its mark is not lowered before.
    strict = strictest((info.handling, new.handling)) if new.handling and target in paths else new.handling
    try:
        # Its owners are written before it is there to be read, and have to be: without them it would be everybody's.
        house.describe(target, typed | {"handling": strict} | ({"groups": now["groups"]} if now["groups"] else {}))
    except ValueError as exc:
        raise Refused(document_fields.read_faults(str(exc), words)) from exc
    try:
        _carry(house, target, now)
        removal = _aside(house, principal, info.groups).put_in(copy, paths, info.title or info.path, info.handling, instead)
    except BaseException:
        if target in paths:
            with suppress(ValueError):
                house.describe(target, before)
        raise
    if strict != new.handling:
        with suppress(ValueError):  # the stricter mark stays
            house.describe(target, {"handling": new.handling})
    return removal


def _carry(house: House, target: Path, now: Mapping[str, str]) -> None:
    """Write what is known of the old edition for the new one. What the old file says itself may be nothing for a catalogue."""
    carried = {name: now[name] for name in _CARRIED if now[name]} | {"supersedes": now["edition"] or now["title"]}
    carried |= {"attribution": "no"} if now["attribution"] == "no" else {}
    for name, value in carried.items():
        with suppress(ValueError):
            house.describe(target, {name: value})
