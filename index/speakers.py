"""Who is not to be named in quotations from a document: read once for what is served, where nothing may be attributed."""

import json

from index import attribution
from index.serving import Serving
from index.store import Connection, Row


def withheld(connection: Connection, now: Serving, document_id: int, row: Row) -> tuple[str, ...]:
    """The names; none where speakers may be named. `row` holds `attribution` and `speakers` of the document."""
    if row["attribution"] != "no":
        return ()
    found = now.withheld.get(document_id)
    if found is None:
        text = connection.execute("SELECT text FROM texts WHERE document_id = ?", (document_id,)).fetchone()
        found = attribution.known(json.loads(row["speakers"]), text["text"] if text else "")
        now.withheld[document_id] = found
    return found
