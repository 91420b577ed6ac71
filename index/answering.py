"""One question, from its concepts to hits with marked sentences and an answer. Reads the store; decides nothing about access."""

import json
import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from index import answer as quoting
from index import retrieval, speakers
from index.asking import Asked
from index.floor import Evidence, Floor
from index.printed import COLUMNS, printed
from index.result import Hit, Mode, Quote, Result, Searched
from index.retrieval import Candidate
from index.serving import Allowed, Serving
from index.store import Connection, Row
from ingest.document import BlockKind, Page, TextSource

_MEANT = 0.35  # a passage below this cosine was not found by its meaning
_JUDGED = 3  # of the first passages, what the floor looks at
_LISTED = 12  # candidates that are looked at for each place in the list
_NEARLY = 0.6  # of the score of its document's best passage, from which a passage is told of as one more

_HIT = """
SELECT p.*, d.title, d.kind AS document_kind, d.organisation, d.city, d.date, d.handling, d.groups, d.attribution, d.speakers,
    d.format,
    (SELECT min(path) FROM file_documents f WHERE f.document_id = d.id) AS path,
    (SELECT f.sha256 FROM file_documents fd JOIN files f USING (path) WHERE fd.document_id = d.id ORDER BY path LIMIT 1) AS sha256
FROM passages p JOIN documents d ON d.id = p.document_id WHERE p.id = ?"""


def answer(
    connection: Connection,
    now: Serving,
    allowed: Allowed,
    asked: Asked,
    *,
    mode: Mode,
    top: int,
    floor: Floor,
    per_document: int = 0,
) -> Result:
    """Retrieve, choose the sentences, and decide whether they answer. At most `per_document` hits of a document (0: any)."""
    depth = max(retrieval.DEPTH, 4 * top)
    ranked = retrieval.retrieve(connection, now, allowed, asked.wanted, mode, depth)
    found, more = _listed(connection, ranked.first(_LISTED * top), top, per_document)
    hits, rows = hits_of(connection, now, found, asked)
    hits = tuple(replace(hit, more=more[hit.document_id]) for hit in hits)
    hits, quotes = _quote(connection, now, hits, rows, found, asked)
    confidence = floor.confidence(_evidence(found, rows, asked))
    if confidence < 1.0:
        quotes = ()
    documents = [now.documents[document_id] for document_id in allowed.documents]
    return Result(
        question=asked.query.text,
        language=asked.language,
        quotes=quotes,
        hits=hits,
        confidence=round(confidence, 4),
        added=asked.added,
        searched=Searched(
            documents=allowed.searchable,
            passages=allowed.count,
            unreadable_pages=sum(key.unreadable for key in documents),
            unreadable_documents=sum(key.unreadable > 0 for key in documents),
            older=allowed.older,
        ),
        seconds=0.0,
    )


def evidence(connection: Connection, now: Serving, allowed: Allowed, asked: Asked, mode: Mode = Mode.HYBRID) -> list[Evidence]:
    """What speaks for the best passages of a question: what a floor is measured by."""
    ranked = retrieval.retrieve(connection, now, allowed, asked.wanted, mode)
    found, _ = _listed(connection, ranked.first(_LISTED * _JUDGED), _JUDGED, 0)
    return _evidence(found, hits_of(connection, now, found, asked)[1], asked)


def _evidence(found: Sequence[Candidate], rows: Sequence[Row], asked: Asked) -> list[Evidence]:
    judged = []
    for candidate, row in zip(found[:_JUDGED], rows, strict=False):
        stems = _stems_of(row)
        share = asked.coverage.of(stems)
        judged.append(Evidence(cosine=candidate.cosine if asked.meant else math.nan, coverage=share))
    return judged


def _stems_of(row: Row) -> frozenset[str]:
    return quoting.stems_of(row["text"], row["language"]) | quoting.stems_of(row["context"], row["language"])


# -- hits


def _listed(
    connection: Connection, looked: Sequence[Candidate], top: int, per_document: int
) -> tuple[list[Candidate], Counter[int]]:
    """The first `top` of the candidates, and how many others of each document are nearly as good.

    A page is listed once before any is listed twice, but for the one page of what has no pages (Word, HTML, text); the same
    text only once.
    """
    marks = ", ".join("?" * len(looked))
    rows = {
        row["id"]: row
        for row in connection.execute(
            "SELECT p.id, p.document_id, p.page, p.text, d.pages FROM passages p JOIN documents d ON d.id = p.document_id"  # noqa: S608 - only question marks are put in
            f" WHERE p.id IN ({marks})",
            [one.passage_id for one in looked],
        )
    }
    first: list[Candidate] = []
    second: list[Candidate] = []
    texts: set[str] = set()
    pages: set[tuple[int, int]] = set()
    best: dict[int, float] = {}
    of_document: Counter[int] = Counter()
    for candidate in looked:
        row = rows[candidate.passage_id]
        document, page = row["document_id"], (row["document_id"], row["page"])
        best.setdefault(document, candidate.score)
        if row["text"] in texts:
            continue
        texts.add(row["text"])
        if (page in pages and row["pages"] > 1) or (per_document and of_document[document] >= per_document):
            second.append(candidate)
            continue
        pages.add(page)
        of_document[document] += 1
        first.append(candidate)
    listed = (first if per_document else first + second)[:top]
    kept = {candidate.passage_id for candidate in listed}
    more: Counter[int] = Counter()
    for one in (*first, *second):
        document = rows[one.passage_id]["document_id"]
        more[document] += one.passage_id not in kept and one.score >= _NEARLY * best[document]
    return listed, more


def hits_of(
    connection: Connection, now: Serving, found: Sequence[Candidate], asked: Asked | None
) -> tuple[tuple[Hit, ...], list[Row]]:
    """Candidates as hits, in their order, with their rows. Without a question nothing is said of why they match."""
    rows = [connection.execute(_HIT, (candidate.passage_id,)).fetchone() for candidate in found]
    hits = [_hit(connection, now, row, one, place + 1, asked) for place, (row, one) in enumerate(zip(rows, found, strict=True))]
    return tuple(hits), rows


def _hit(connection: Connection, now: Serving, row: Row, candidate: Candidate, rank: int, asked: Asked | None) -> Hit:
    by_words = by_added = False
    if asked is not None and candidate.words > 0:
        stems = _stems_of(row)
        by_words, by_added = not stems.isdisjoint(asked.typed_stems), not stems.isdisjoint(asked.added_stems)
    label, sure = _label(connection, row), _least_sure(connection, row)
    return Hit(
        rank=rank,
        score=round(candidate.score, 6),
        passage_id=row["id"],
        document_id=row["document_id"],
        path=row["path"],
        title=row["title"],
        format=row["format"],
        kind=row["document_kind"],
        organisation=row["organisation"],
        page=row["page"],
        page_end=row["page_end"],
        page_label=label,
        section=tuple(json.loads(row["section"])),
        text=row["text"],
        start=row["start"],
        end=row["end"],
        marks=(),
        handling=row["handling"] or now.unmarked.mark,
        marked=bool(row["handling"]),
        groups=tuple(json.loads(row["groups"])),
        speakers=speakers.withheld(connection, now, row["document_id"], row),
        attributable=row["attribution"] != "no",
        language=row["language"],
        city=tuple(json.loads(row["city"])),
        date=row["date"],
        sha256=row["sha256"] or "",
        by_meaning=candidate.cosine >= _MEANT,
        by_words=by_words,
        by_added=by_added,
        ocr=sure,
    )


def _label(connection: Connection, row: Row) -> str:
    pages = connection.execute(
        f"SELECT {COLUMNS} FROM pages WHERE document_id = ? AND number IN (?, ?) ORDER BY number",  # noqa: S608 - column names of ours
        (row["document_id"], row["page"], row["page_end"]),
    )
    return printed([Page(**dict(page)) for page in pages], row["start"], row["end"])


def _least_sure(connection: Connection, row: Row) -> float | None:
    """The lowest confidence of the recognised pages that a passage stands on."""
    found = connection.execute(
        "SELECT min(confidence) AS least FROM pages WHERE document_id = ? AND number BETWEEN ? AND ? AND source = ?",
        (row["document_id"], row["page"], row["page_end"], TextSource.OCR.value),
    ).fetchone()
    return None if found["least"] is None else float(found["least"])


# -- the answer


def _quote(
    connection: Connection, now: Serving, hits: tuple[Hit, ...], rows: Sequence[Row], found: Sequence[Candidate], asked: Asked
) -> tuple[tuple[Hit, ...], tuple[Quote, ...]]:
    """Mark the answering sentence of each hit, and choose those that make the answer."""
    sentences, cosines = _sentences(connection, now, hits, rows, found, asked)
    covered = [asked.coverage.of(quoting.stems_of(one.text, one.language)) for one in sentences]
    scores = quoting.scores(sentences, cosines, quoting.in_context(sentences, covered))
    complete = [at for at, sentence in enumerate(sentences) if quoting.is_complete(sentence.text)]
    notes = {place for place, row in enumerate(rows) if row["kind"] == BlockKind.NOTE}  # a footnote says where, not what
    quotable = [at for at in complete if sentences[at].hit < quoting.FROM_HITS and sentences[at].hit not in notes]
    marks: dict[int, set[tuple[int, int]]] = {}
    quotes = []
    for choice in quoting.choose([sentences[at] for at in quotable], [scores[at] for at in quotable]):
        said = (choice.sentence, *choice.same)
        for sentence in said:
            marks.setdefault(sentence.hit, set()).add((sentence.start, sentence.end))
        first = hits[choice.sentence.hit]
        quotes.append(
            Quote(
                text=choice.sentence.text,
                citations=tuple(dict.fromkeys(hits[sentence.hit].rank for sentence in said)),
                document_id=first.document_id,
                start=first.start + choice.sentence.start,
                end=first.start + choice.sentence.end,
            )
        )
    best: dict[int, tuple[float, quoting.Sentence]] = {}
    for at in complete:  # in passages that the answer does not quote, the sentence that comes closest
        one = sentences[at]
        if one.hit not in marks and covered[at] > 0 and scores[at] > best.get(one.hit, (0.0, one))[0]:
            best[one.hit] = (scores[at], one)
    marks |= {hit: {(one.start, one.end)} for hit, (_, one) in best.items()}
    marked = tuple(replace(hit, marks=tuple(sorted(marks.get(place, ())))) for place, hit in enumerate(hits))
    return marked, tuple(quotes)


def _sentences(
    connection: Connection, now: Serving, hits: Sequence[Hit], rows: Sequence[Row], found: Sequence[Candidate], asked: Asked
) -> tuple[list[quoting.Sentence], list[float]]:
    """The sentences of the hits, and the cosine of each with the question: NaN where meaning is not compared."""
    vectors = {}
    if asked.vector is not None and asked.meant and hits:
        known = np.array(sorted(one.passage_id for one in found if not math.isnan(one.cosine)), np.int64)
        vectors = retrieval.sentence_cosines(connection, now, known, asked.vector) if len(known) else {}
    first = max((hit.score for hit in hits), default=0.0) or 1.0
    sentences: list[quoting.Sentence] = []
    cosines: list[float] = []
    for place, (hit, row) in enumerate(zip(hits, rows, strict=True)):
        spans = json.loads(row["sentences"])
        near = vectors.get(hit.passage_id, ())
        for number, (start, end) in enumerate(spans):
            cosines.append(float(near[number]) if len(near) == len(spans) else math.nan)
            sentences.append(
                quoting.Sentence(
                    hit=place,
                    start=start,
                    end=end,
                    text=hit.text[start:end],
                    language=hit.language,
                    passage_score=max(0.0, hit.score / first),
                    document=hit.document_id,
                    place=hit.start + start,
                )
            )
    return sentences, cosines
