"""One question, from its words to hits with marked sentences and an answer. Reads the store; decides nothing about access."""

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace

from index import answer as quoting
from index import fuse, lexical, retrieval
from index.embed import Encoder, Vectors
from index.result import Hit, Mode, Quote, Result, Searched
from index.retrieval import Candidate
from index.serving import Allowed, Serving
from index.store import Connection, Row

_EMBEDDED = 18  # sentences of a question that are compared by meaning

_HIT = """
SELECT p.*, d.title, d.kind AS document_kind, d.organisation, d.city, d.date, d.handling, d.level, d.attribution, d.format,
    (SELECT min(path) FROM file_documents f WHERE f.document_id = d.id) AS path,
    (SELECT f.sha256 FROM file_documents fd JOIN files f USING (path) WHERE fd.document_id = d.id ORDER BY path LIMIT 1) AS sha256
FROM passages p JOIN documents d ON d.id = p.document_id WHERE p.id = ?"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A question as it is put to the index."""

    text: str
    language: str
    terms: list[tuple[str, ...]]
    idf: list[float]
    vector: Vectors | None
    knows: bool  # the model knows the question's language


def ask(connection: Connection, now: Serving, encoder: Encoder | None, question: str, language: str) -> Asked:
    """Put a question, which is in `language` (ISO 639-1), in the index's terms."""
    terms = lexical.query_terms(question)
    frequencies = retrieval.document_frequencies(connection, now.generation, terms)
    return Asked(
        text=question,
        language=language,
        terms=terms,
        idf=[quoting.idf(frequency, len(now.ids)) for frequency in frequencies],
        vector=encoder.query(question) if encoder is not None and question else None,
        knows=now.model.knows(language),
    )


def rank(connection: Connection, now: Serving, allowed: Allowed, asked: Asked, mode: Mode, depth: int) -> list[Candidate]:
    """The passages for a question, best first; each half gives at least `depth`."""
    weights = fuse.weights_for(asked.knows)
    return retrieval.retrieve(connection, now, allowed, asked.terms, asked.vector, mode, weights, depth)


def answer(
    connection: Connection,
    now: Serving,
    allowed: Allowed,
    encoder: Encoder | None,
    asked: Asked,
    *,
    mode: Mode,
    top: int,
) -> Result:
    """Retrieve, choose the sentences, and decide whether they answer."""
    candidates = rank(connection, now, allowed, asked, mode, max(retrieval.DEPTH, 4 * top))
    rows, found = _rows(connection, candidates, top)
    hits = tuple(
        _hit(connection, row, candidate, place + 1, asked) for place, (row, candidate) in enumerate(zip(rows, found, strict=True))
    )
    hits, quotes = _quote(hits, rows, asked, encoder)
    confidence = _confidence(found, rows, asked, mode)
    if confidence < 1.0:
        quotes = ()
    documents = [now.documents[document_id] for document_id in allowed.documents]
    return Result(
        question=asked.text,
        language=asked.language,
        quotes=quotes,
        hits=hits,
        confidence=round(confidence, 4),
        searched=Searched(
            documents=allowed.searchable,
            passages=allowed.count,
            unreadable_pages=sum(key.unreadable for key in documents),
            unreadable_documents=sum(key.unreadable > 0 for key in documents),
        ),
        seconds=0.0,
    )


def finish(result: Result, question: str, notes: tuple[str, ...], seconds: float) -> Result:
    """The result with what was typed, what there is to say of it, and how long it took."""
    return replace(result, question=question, notes=(*result.notes, *notes), seconds=seconds)


def _rows(connection: Connection, found: Sequence[Candidate], top: int) -> tuple[list[Row], list[Candidate]]:
    """The first `top` candidates with their rows; the same text in the same document set only once."""
    rows: list[Row] = []
    kept: list[Candidate] = []
    seen: set[str] = set()
    for candidate in found:
        if len(rows) == top:
            break
        row = connection.execute(_HIT, (candidate.passage_id,)).fetchone()
        if row["text"] not in seen:
            seen.add(row["text"])
            rows.append(row)
            kept.append(candidate)
    return rows, kept


def _hit(connection: Connection, row: Row, candidate: Candidate, rank: int, asked: Asked) -> Hit:
    from index.access import Handling

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
        page_label=_label(connection, row),
        section=tuple(json.loads(row["section"])),
        text=row["text"],
        start=row["start"],
        end=row["end"],
        marks=(),
        handling=row["handling"] or Handling(row["level"]).mark,
        attributable=row["attribution"] != "no",
        language=row["language"],
        city=tuple(json.loads(row["city"])),
        date=row["date"],
        sha256=row["sha256"] or "",
        by_meaning=candidate.cosine >= _MEANT if asked.knows else False,
        by_words=candidate.bm25 > 0,
    )


def _label(connection: Connection, row: Row) -> str:
    labels = [
        page["label"]
        for page in connection.execute(
            "SELECT label FROM pages WHERE document_id = ? AND number IN (?, ?) ORDER BY number",
            (row["document_id"], row["page"], row["page_end"]),
        )
        if page["label"]
    ]
    return "–".join(dict.fromkeys(labels))


def _quote(
    hits: tuple[Hit, ...], rows: Sequence[Row], asked: Asked, encoder: Encoder | None
) -> tuple[tuple[Hit, ...], tuple[Quote, ...]]:
    """Mark the answering sentence of each hit, and choose those that make the answer."""
    sentences = _sentences(hits, rows)
    if not sentences:
        return hits, ()
    meaning = 0.5 if asked.knows and asked.vector is not None else 0.0
    covered = [
        quoting.coverage(asked.terms, asked.idf, quoting.stems_of(sentence.text, sentence.language)) for sentence in sentences
    ]
    if meaning and encoder is not None and asked.vector is not None:
        sentences, covered = _likeliest(sentences, covered)
        cosines = quoting.cosines(asked.vector, encoder.passages([sentence.text for sentence in sentences]))
    else:
        cosines = [0.0] * len(sentences)
    chosen = quoting.choose(sentences, cosines, covered, meaning)
    marks: dict[int, set[tuple[int, int]]] = {}
    quotes = []
    for choice in chosen:
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
    _mark_best(marks, sentences, cosines, covered)
    marked = tuple(replace(hit, marks=tuple(sorted(marks.get(place, ())))) for place, hit in enumerate(hits))
    return marked, tuple(quotes)


def _likeliest(sentences: Sequence[quoting.Sentence], covered: Sequence[float]) -> tuple[list[quoting.Sentence], list[float]]:
    """The sentences that are worth embedding, by their words and their passage: what bounds the time of an answer."""
    order = sorted(range(len(sentences)), key=lambda at: -(covered[at] + 0.5 * sentences[at].passage_score))[:_EMBEDDED]
    return [sentences[at] for at in sorted(order)], [covered[at] for at in sorted(order)]


def _mark_best(
    marks: dict[int, set[tuple[int, int]]],
    sentences: Sequence[quoting.Sentence],
    cosines: Sequence[float],
    covered: Sequence[float],
) -> None:
    """In passages that the answer does not quote, mark the sentence that comes closest."""
    best: dict[int, tuple[float, quoting.Sentence]] = {}
    for sentence, cosine, share in zip(sentences, cosines, covered, strict=True):
        score = cosine + share
        if sentence.hit not in marks and share > 0 and score > best.get(sentence.hit, (0.0, sentence))[0]:
            best[sentence.hit] = (score, sentence)
    for hit, (_, sentence) in best.items():
        marks[hit] = {(sentence.start, sentence.end)}


def _sentences(hits: Sequence[Hit], rows: Sequence[Row]) -> list[quoting.Sentence]:
    first = max((hit.score for hit in hits), default=0.0) or 1.0
    return [
        quoting.Sentence(
            hit=place,
            start=start,
            end=end,
            text=hit.text[start:end],
            language=hit.language,
            passage_score=max(0.0, hit.score / first),
        )
        for place, (hit, row) in enumerate(zip(hits[: quoting.FROM_HITS], rows, strict=False))
        for start, end in json.loads(row["sentences"])
        if quoting.is_complete(hit.text[start:end])
    ]


# The floor of "nothing in the library answers this": where nearness in meaning and shared words add up to 1. Measured on
# questions about the sample library and on everyday questions far from it; docs/quality.md has the figures.
_MEANT = 0.35  # a passage below this cosine was not found by its meaning


@dataclass(frozen=True, slots=True, kw_only=True)
class _Floor:
    """The cosine and the share of words that are each enough, and what the cosine counts beside the words (0 to 1)."""

    cosine: float
    coverage: float
    meaning: float


_KNOWN_LANGUAGE = _Floor(cosine=0.315, coverage=0.525, meaning=0.5)
_UNKNOWN_LANGUAGE = _Floor(cosine=0.55, coverage=0.5, meaning=0.25)
_WORDS_ONLY = _Floor(cosine=1.0, coverage=0.55, meaning=0.0)


def _confidence(found: Sequence[Candidate], rows: Sequence[Row], asked: Asked, mode: Mode) -> float:
    """How sure it is that one of the first passages answers; 1 is the floor."""
    floor = _KNOWN_LANGUAGE if asked.knows else _UNKNOWN_LANGUAGE
    if mode is Mode.LEXICAL:
        floor = _WORDS_ONLY
    best = 0.0
    for candidate, row in zip(found[:3], rows, strict=False):
        stems = quoting.stems_of(row["text"] + " " + row["context"], row["language"])
        share = quoting.coverage(asked.terms, asked.idf, stems)
        near = candidate.cosine if floor.meaning else 0.0
        best = max(best, floor.meaning * near / floor.cosine + (1 - floor.meaning) * share / floor.coverage)
    return best
