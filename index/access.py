"""Who asks, and what they may see. Every retrieval takes a `Principal`; there is no search without one."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import IntEnum, StrEnum
from functools import lru_cache

EVERY_GROUP = "*"  # the membership that holds all groups; no document can be given to it
Boundary = tuple[int, frozenset[str]]


class Role(StrEnum):
    """What a person may do: a reader asks, an editor also changes the library, an admin also manages users."""

    READER = "reader"
    EDITOR = "editor"
    ADMIN = "admin"


class Handling(IntEnum):
    """TLP 2.0, in order: a clearance sees its own level and everything below it."""

    CLEAR = 0
    GREEN = 1
    AMBER = 2
    AMBER_STRICT = 3
    RED = 4

    @property
    def mark(self) -> str:
        """The mark as it is written: `TLP:AMBER+STRICT`."""
        return "TLP:" + self.name.replace("_", "+")


# The markings of the United Kingdom are accepted as names. OFFICIAL is routine work shared among partners; the
# SENSITIVE caveat limits to those with a need to know in their organisation, which is TLP's AMBER+STRICT.
_NAMES = {
    "CLEAR": Handling.CLEAR,
    "WHITE": Handling.CLEAR,
    "GREEN": Handling.GREEN,
    "AMBER": Handling.AMBER,
    "AMBER+STRICT": Handling.AMBER_STRICT,
    "RED": Handling.RED,
    "OFFICIAL": Handling.GREEN,
    "OFFICIAL-SENSITIVE": Handling.AMBER_STRICT,
}
# What nobody has marked is held within the organisation until somebody has: TLP:RED would hide it from nearly all, so that all
# would be cleared for it, and TLP:AMBER lets partners see it. Where there is but one user, nothing is hidden from them anyway.
UNMARKED = Handling.AMBER_STRICT
ALONE = Handling.AMBER


@lru_cache(maxsize=1000)
def parse_handling(mark: str) -> Handling | None:
    """Read a mark in any usual spelling (`tlp:amber`, `TLP AMBER+STRICT`, `Official: Sensitive`); None where it is not known."""
    name = " ".join(mark.upper().replace("_", " ").replace(":", " ").split())
    name = name.removeprefix("TLP ").replace(" + ", "+").replace("AMBER STRICT", "AMBER+STRICT")
    return _NAMES.get(name.replace(" - ", "-").replace("OFFICIAL SENSITIVE", "OFFICIAL-SENSITIVE"))


def level_of(mark: str, unmarked: Handling = UNMARKED) -> Handling:
    """The level a mark is enforced at: `unmarked` where there is none, RED where it cannot be understood (fail closed)."""
    if not mark.strip():
        return unmarked
    known = parse_handling(mark)
    return Handling.RED if known is None else known


def mark_of(mark: str) -> str:
    """The mark as it is stamped on what leaves: as it is written, and where there is none, the level that is enforced."""
    return mark.strip() or level_of(mark).mark


def strictest(marks: Iterable[str]) -> str:
    """The mark that counts where several stand together, as it is stamped; "" where there is nothing at all.

    Of marks of one level the first is given.
    """
    strict = ""
    for mark in map(mark_of, marks):
        if not strict or level_of(mark) > level_of(strict):
            strict = mark
    return strict


@dataclass(frozen=True, slots=True, kw_only=True)
class Principal:
    """The one who asks: `clearance` is the highest level they may see, `groups` the cities and groups they are a member of.

    No role opens a document: an admin sees what they were cleared for and made a member of, which the audit trail holds.
    """

    name: str
    role: Role
    clearance: Handling
    groups: tuple[str, ...] = ()

    def may_see(self, level: int, groups: Iterable[str] = ()) -> bool:
        """Whether a document exists at all for this person: of this level, and belonging to `groups` (to none: to all)."""
        owners = folded(groups)
        return level <= self.clearance and (not owners or self.is_everywhere or not owners.isdisjoint(folded(self.groups)))

    @property
    def boundary(self) -> Boundary:
        """All that decides what this person may see: what was found for one is found for all who have the same."""
        return int(self.clearance), folded(self.groups)

    @property
    def is_everywhere(self) -> bool:
        """Whether this person is a member of every group."""
        return EVERY_GROUP in self.groups

    @property
    def sees_all(self) -> bool:
        """Whether nothing can be hidden from this person, whatever the library holds."""
        return self.is_everywhere and self.clearance == max(Handling)

    @property
    def may_edit(self) -> bool:
        """Whether this person may add, replace, remove and rebuild."""
        return self.role in (Role.EDITOR, Role.ADMIN)


def local_owner() -> Principal:
    """The person at this machine, when no users are configured: everything here is theirs."""
    return Principal(name="local", role=Role.ADMIN, clearance=Handling.RED, groups=(EVERY_GROUP,))


def folded(groups: Iterable[str]) -> frozenset[str]:
    """Names of groups as they are compared: Stockholm and " stockholm" are one."""
    return frozenset(name for group in groups if (name := " ".join(group.casefold().split())))
