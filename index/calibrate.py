"""Measures the floor anew: far questions are asked of the library that is served, and the floor is kept with its model."""

from collections.abc import Iterator
from pathlib import Path

from index import floor, store
from index.access import local_owner
from index.errors import StoreError
from index.floor import Evidence, Floor
from index.library import Library
from index.store import Connection
from index.writer import Writer


def measure(library: Library) -> Iterator[list[Evidence]]:
    """What speaks for the best passages of each far question, one after the other. `floor.measured` makes a floor of them."""
    me = local_owner()
    for question, _ in floor.far_questions():
        yield library.evidence(question, principal=me)


def keep(writer: Writer, found: Floor) -> None:
    """One commit: the floor of the model that is served. The caller holds the writer lock."""
    served = writer.generations.served()
    if served is None:
        raise StoreError(f"There is nothing to measure in {writer.data}. Run `python -m ingest` first.")

    def change(connection: Connection) -> None:
        connection.execute("UPDATE models SET floor = ? WHERE id = ?", (found.as_json(), served.model_id))
        writer.generations.next_seq(connection)

    writer.commit(change)


def calibrated(data: Path, library: Library) -> Floor:
    """Measure and keep. Raises Busy where another process writes to the library."""
    found = floor.measured(list(measure(library)))
    with store.writer_lock(data, "a calibration"):
        writer = Writer(data)
        try:
            keep(writer, found)
        finally:
            writer.close()
    return found
