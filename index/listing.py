"""What the library holds, as lists show it: documents, pages, files and state, for one who may see them."""

import json
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from index import speakers, store
from index.access import Principal, level_of
from index.result import DocumentInfo, FileInfo, PageView, Status
from index.serving import Serving
from index.store import Connection, Row
from ingest.document import TextSource

_DOCUMENT = """
SELECT d.*, (SELECT count(*) FROM passages p WHERE p.generation_id = :generation AND p.document_id = d.id) AS passages,
    (SELECT json_group_array(path) FROM (SELECT path FROM file_documents f WHERE f.document_id = d.id ORDER BY path)) AS paths,
    (SELECT f.sha256 FROM file_documents fd JOIN files f USING (path) WHERE fd.document_id = d.id ORDER BY path LIMIT 1) AS sha256
FROM documents d WHERE d.id IN (SELECT value FROM json_each(:ids))"""


def documents(connection: Connection, now: Serving, principal: Principal) -> list[DocumentInfo]:
    """All documents that `principal` may see, by title."""
    ids = json.dumps(now.visible(principal))
    rows = connection.execute(_DOCUMENT + " ORDER BY d.title, d.id", {"generation": now.generation, "ids": ids})
    return [_info(connection, row, now, principal) for row in rows]


def document(connection: Connection, now: Serving, document_id: int, principal: Principal) -> DocumentInfo | None:
    """One document, or None where it does not exist for `principal`."""
    if not now.shows(document_id, principal):
        return None
    row = connection.execute(_DOCUMENT, {"generation": now.generation, "ids": json.dumps([document_id])}).fetchone()
    return _info(connection, row, now, principal) if row else None


def page(connection: Connection, now: Serving, document_id: int, number: int, principal: Principal) -> PageView | None:
    """One page, or None where it does not exist for `principal`."""
    info = document(connection, now, document_id, principal)
    if info is None:
        return None
    row = connection.execute(
        'SELECT p.*, substr(t.text, p.start + 1, p."end" - p.start) AS text FROM pages p'
        " JOIN texts t USING (document_id) WHERE document_id = ? AND number = ?",
        (document_id, number),
    ).fetchone()
    if row is None:
        return None
    return PageView(
        document=info, number=number, label=row["label"], start=row["start"], end=row["end"], width=row["width"],
        height=row["height"], source=row["source"], text=row["text"], boxes=row["boxes"],
        ocr=row["confidence"] if row["source"] == TextSource.OCR else None,
    )  # fmt: skip


def files(connection: Connection, now: Serving, principal: Principal) -> list[FileInfo]:
    """The outcome of every file.

    A file with a document that `principal` may not see does not exist for them, nor does one without documents that the catalogue
    keeps from them; those that failed are the editors' to see.
    """
    held: dict[str, bool] = {}
    for row in connection.execute("SELECT path, document_id FROM file_documents"):
        held[row["path"]] = held.get(row["path"], True) and now.shows(row["document_id"], principal)
    rows = connection.execute("SELECT * FROM files ORDER BY path")
    return [
        FileInfo(
            path=row["path"], outcome=row["outcome"], reason=row["reason"], pages=row["pages"],
            pages_without_text=row["pages_without_text"], passages=row["passages"], seconds=row["seconds"],
            when=row["updated"],
        )
        for row in rows
        if (row["outcome"] != "failed" or principal.may_edit) and _exists(row, held, now, principal)
    ]  # fmt: skip


def _exists(row: Row, held: Mapping[str, bool], now: Serving, principal: Principal) -> bool:
    """Whether a file exists for a person. `held`: whether they may see all documents of a file, for files that have any."""
    seen = held.get(row["path"])
    return principal.may_see(level_of(row["handling"], now.unmarked), json.loads(row["groups"])) if seen is None else seen


def records(connection: Connection) -> dict[int, str]:
    """The record id of each document that came in a bulk file."""
    return {row["id"]: row["record"] for row in connection.execute("SELECT id, record FROM documents WHERE record != ''")}


def facets(infos: Sequence[DocumentInfo]) -> dict[str, list[str]]:
    """The values of each field that can be filtered by."""
    return {
        "city": _values(city for info in infos for city in info.city),
        "theme": _values(theme for info in infos for theme in info.theme),
        "kind": _values(info.kind for info in infos),
        "language": _values(info.language for info in infos),
        "handling": _values(info.handling for info in infos),
        "year": _values(info.date[:4] for info in infos),
    }


def status(connection: Connection | None, now: Serving | None, data: Path, principal: Principal) -> Status:
    """What is served, and what it holds of what `principal` may see.

    What all of it weighs, and how much came since the snapshot, is told only to those from whom nothing can be hidden; that
    something is being taken in, only to editors: it may be what a reader will not see.
    """
    whole = principal.sees_all
    if connection is None or now is None:
        return Status(
            ready=False, generation=0, model="", model_languages=(), dimension=0, created="", documents=0, passages=0,
            in_delta=0, files_failed=0, unreadable_pages=0, languages={}, bytes_on_disk=_size(data) if whole else 0,
            writer=store.writer_now(data) if principal.may_edit else "",
        )  # fmt: skip
    created = connection.execute("SELECT created FROM generations WHERE id = ?", (now.generation,)).fetchone()
    seen = now.visible(principal)
    rows = connection.execute(
        "SELECT language, count(*) AS n FROM passages WHERE generation_id = ? AND document_id IN (SELECT value FROM json_each(?))"
        " GROUP BY language ORDER BY n DESC, language",
        (now.generation, json.dumps(seen)),
    )
    languages = {row["language"]: row["n"] for row in rows}
    return Status(
        ready=True,
        generation=now.generation,
        model=now.model.name,
        model_languages=now.model.languages,
        dimension=now.model.dimension,
        created=created["created"],
        documents=len(seen),
        passages=sum(languages.values()),
        in_delta=len(now.delta_ids) if whole else 0,
        files_failed=sum(file.outcome == "failed" for file in files(connection, now, principal)),
        unreadable_pages=sum(now.documents[one].unreadable for one in seen),
        languages=languages,
        bytes_on_disk=_size(data) if whole else 0,
        writer=store.writer_now(data) if principal.may_edit else "",
    )


def _values(values: Iterable[str]) -> list[str]:
    return sorted({value for value in values if value}, key=str.casefold)


def _size(data: Path) -> int:
    total = 0
    for path in data.rglob("*"):
        try:
            total += path.stat().st_size if path.is_file() else 0
        except OSError:
            continue  # it went while we looked
    return total


def _info(connection: Connection, row: Row, now: Serving, principal: Principal) -> DocumentInfo:
    paths = tuple(json.loads(row["paths"]))
    return DocumentInfo(
        document_id=row["id"], path=paths[0] if paths else "", paths=paths, title=row["title"], kind=row["kind"],
        city=tuple(json.loads(row["city"])), organisation=row["organisation"], theme=tuple(json.loads(row["theme"])),
        date=row["date"], language=row["language"], edition=row["edition"],
        handling=row["handling"] or now.unmarked.mark, marked=bool(row["handling"]), attributable=row["attribution"] != "no",
        source=row["source"], format=row["format"], sha256=row["sha256"] or "", pages=row["pages"],
        pages_without_text=tuple(json.loads(row["unreadable"])), passages=row["passages"], added=row["added"],
        groups=tuple(json.loads(row["groups"])), speakers=tuple(json.loads(row["speakers"])),
        withheld=speakers.withheld(connection, now, row["id"], row),
        supersedes=row["supersedes"], superseded_by=now.editions.superseding(row["id"], principal),
        editions=now.editions.others(row["id"], principal),
    )  # fmt: skip
