"""What a document is made of: its headings and recommendations with their places, and all its passages."""

import json

from index import answering, listing
from index.access import Principal
from index.printed import COLUMNS, printed
from index.result import Hit, OutlineItem
from index.retrieval import Candidate
from index.serving import Serving
from index.store import Connection
from ingest.document import BlockKind, Page

_SHOWN = {BlockKind.HEADING.value: "heading", BlockKind.RECOMMENDATION.value: "recommendation"}


def outline(connection: Connection, now: Serving, document_id: int, principal: Principal) -> tuple[OutlineItem, ...]:
    """The headings and recommendations of a document, in order; none where it does not exist for `principal`."""
    if listing.document(connection, now, document_id, principal) is None:
        return ()
    row = connection.execute("SELECT text, blocks FROM texts WHERE document_id = ?", (document_id,)).fetchone()
    rows = connection.execute(f"SELECT {COLUMNS} FROM pages WHERE document_id = ? ORDER BY number", (document_id,))  # noqa: S608 - column names of ours
    pages = [Page(**dict(row)) for row in rows]
    found: list[OutlineItem] = []
    at = 0
    for start, end, kind, level in json.loads(row["blocks"]) if row else ():
        if kind not in _SHOWN:
            continue
        while at + 1 < len(pages) and start >= pages[at].end:
            at += 1
        found.append(
            OutlineItem(
                kind=_SHOWN[kind], level=level, text=" ".join(row["text"][start:end].split()), start=start, end=end,
                page=pages[at].number, page_label=printed(pages[at : at + 1], start, end),
            )
        )  # fmt: skip
    return tuple(found)


def passages(connection: Connection, now: Serving, principal: Principal, document_id: int) -> tuple[Hit, ...]:
    """All passages of a document, in order; none where it does not exist for `principal`."""
    if not now.shows(document_id, principal):
        return ()
    rows = connection.execute(
        "SELECT id FROM passages WHERE generation_id = ? AND document_id = ? ORDER BY ordinal", (now.generation, document_id)
    )
    found = [Candidate(passage_id=row["id"], score=0.0, cosine=float("nan"), words=0.0) for row in rows.fetchall()]
    return answering.hits_of(connection, now, found, None)[0]
