"""Measures the floor anew: far questions are asked of the library that is served, and the floor is kept with its model.

It is measured for each clearance too, on what everybody with that clearance may see: the floor of the whole library would tell
whoever sees a part of it something of the rest.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from index import floor, store
from index.access import Handling, Principal, Role, local_owner
from index.errors import StoreError
from index.floor import Evidence, Floor
from index.library import Library
from index.store import Connection
from index.writer import Writer


@dataclass(frozen=True, slots=True, kw_only=True)
class Floors:
    """What was measured: on the whole library, and on what each clearance sees of it."""

    whole: Floor
    levels: Mapping[int, Floor] = field(default_factory=dict)


def measure(library: Library, principal: Principal | None = None) -> Iterator[list[Evidence]]:
    """What speaks for the best passages of each far question, one after the other. `floor.measured` makes a floor of them."""
    me = principal or local_owner()
    for question, _ in floor.far_questions():
        yield library.evidence(question, principal=me)


def measured(library: Library, least: int = 1) -> Floors:
    """Measure. `least`: passages from which a clearance sees enough for a floor of its own."""
    whole = floor.measured(list(measure(library)))
    seen = {tuple(info.document_id for info in library.documents(local_owner())): whole}
    levels = {}
    for level in Handling:
        reader = Principal(name="", role=Role.READER, clearance=level)
        infos = library.documents(reader)
        if sum(info.passages for info in infos) < least:
            continue
        ids = tuple(info.document_id for info in infos)
        if ids not in seen:
            seen[ids] = floor.measured(list(measure(library, reader)))
        levels[int(level)] = seen[ids]
    return Floors(whole=whole, levels=levels)


def keep(writer: Writer, found: Floors) -> None:
    """One commit: the floors of the model that is served; a clearance that was not measured keeps its own.

    The caller holds the writer lock.
    """
    served = writer.generations.served()
    if served is None:
        raise StoreError(f"There is nothing to measure in {writer.data}. Run `python -m ingest` first.")

    def change(connection: Connection) -> None:
        row = connection.execute("SELECT floor FROM models WHERE id = ?", (served.model_id,)).fetchone()
        kept = floor.stored(found.whole, floor.parse_levels(row["floor"]) | dict(found.levels))
        connection.execute("UPDATE models SET floor = ? WHERE id = ?", (kept, served.model_id))
        writer.generations.next_seq(connection)

    writer.commit(change)


def calibrated(data: Path, library: Library) -> Floor:
    """Measure and keep; the floor of the whole library. Raises Busy where another process writes to the library."""
    found = measured(library)
    with store.writer_lock(data, "a calibration"):
        writer = Writer(data)
        try:
            keep(writer, found)
        finally:
            writer.close()
    return found.whole
