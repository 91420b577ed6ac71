"""Evaluation: a set of questions with known answers, asked of a library that holds the set's documents."""

import json
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from index.access import Principal, local_owner
from index.errors import LibraryError
from index.library import Library
from index.metrics import auroc, mean, ndcg, recall, reciprocal_rank
from index.result import Hit, Mode

_DEPTH = 100
Figures = dict[str, float | int | str]


class EvaluationError(LibraryError):
    """The folder is not a set of questions."""


@dataclass(frozen=True, slots=True, kw_only=True)
class QuestionSet:
    """A folder in BEIR layout, or one with `pages.jsonl` and the PDFs it asks about. `documents` is what is ingested."""

    folder: Path
    documents: Path
    by_page: bool


def open_set(folder: Path) -> QuestionSet:
    """Recognise a set. Raises EvaluationError, naming what is missing."""
    if (folder / "pages.jsonl").is_file():
        if not (folder / "pdf").is_dir():
            raise EvaluationError(f"{folder} has pages.jsonl, but no folder pdf/ with the documents it asks about.")
        return QuestionSet(folder=folder, documents=folder / "pdf", by_page=True)
    missing = [name for name in ("corpus.jsonl", "queries.jsonl", "qrels/test.tsv") if not (folder / name).is_file()]
    if missing:
        raise EvaluationError(f"{folder} is not a set of questions: it lacks {', '.join(missing)} (or pages.jsonl and pdf/).")
    return QuestionSet(folder=folder, documents=folder / "corpus.jsonl", by_page=False)


def evaluate(library: Library, questions: QuestionSet, mode: Mode) -> Figures:
    """Ask every question of the set and measure. The library holds the set's documents, and only those."""
    library.warm()
    status = library.status()
    figures = _by_page(library, questions, mode) if questions.by_page else _by_document(library, questions, mode)
    return figures | {
        "documents": status.documents,
        "passages": status.passages,
        "mode": mode.value,
        "model": status.model,
    }


def _by_document(library: Library, questions: QuestionSet, mode: Mode) -> Figures:
    qrels = _read_qrels(questions.folder / "qrels" / "test.tsv")
    texts = {str(line["_id"]): str(line["text"]) for line in _lines(questions.folder / "queries.jsonl")}
    records = library.records()
    me = local_owner()
    figures: dict[str, list[float]] = {"ndcg@10": [], "mrr@10": [], "recall@10": [], "recall@100": [], "seconds": []}
    for query_id, grades in qrels.items():
        if query_id not in texts:
            raise EvaluationError(f"{questions.folder}: query {query_id} of qrels/test.tsv is not in queries.jsonl.")
        found = library.rank(texts[query_id], principal=me, mode=mode, depth=4 * _DEPTH)
        ranked = [records.get(document_id, "") for document_id, _ in found]
        relevant = {name for name, grade in grades.items() if grade > 0}
        figures["ndcg@10"].append(ndcg(ranked, grades, 10))
        figures["mrr@10"].append(reciprocal_rank(ranked, relevant, 10))
        figures["recall@10"].append(recall(ranked, relevant, 10))
        figures["recall@100"].append(recall(ranked, relevant, 100))
        figures["seconds"].append(_timed(library, texts[query_id], me, mode))
    seconds = figures.pop("seconds")
    rounded: Figures = {name: round(mean(values), 4) for name, values in figures.items()}
    return rounded | {"queries": len(qrels), "ms_per_query": round(1000 * mean(seconds), 2)}


def _timed(library: Library, question: str, principal: Principal, mode: Mode) -> float:
    """Seconds of a whole question, with its answer."""
    began = time.perf_counter()
    library.search(question, principal=principal, top=10, mode=mode)
    return time.perf_counter() - began


def _by_page(library: Library, questions: QuestionSet, mode: Mode) -> Figures:
    me = local_owner()
    first: list[float] = []
    fifth: list[float] = []
    document: list[float] = []
    sure: dict[bool, list[float]] = {True: [], False: []}
    answered: dict[bool, list[float]] = {True: [], False: []}
    seconds = []
    for line in _lines(questions.folder / "pages.jsonl"):
        result = library.search(str(line["question"]), principal=me, top=5, mode=mode)
        seconds.append(result.seconds)
        answerable = bool(line["answerable"])
        sure[answerable].append(result.confidence)
        answered[answerable].append(float(bool(result.quotes)))
        if answerable:
            pages = set(line["pages"])
            first.append(float(any(_touches(hit, str(line["pdf"]), pages) for hit in result.hits[:1])))
            fifth.append(float(any(_touches(hit, str(line["pdf"]), pages) for hit in result.hits)))
            document.append(float(any(Path(hit.path).name == line["pdf"] for hit in result.hits)))
    return {
        "page_hit@1": round(mean(first), 4),
        "page_hit@5": round(mean(fifth), 4),
        "document_hit@5": round(mean(document), 4),
        "refused_auroc": round(auroc(sure[True], sure[False]), 4),
        "answered": round(mean(answered[True]), 4),
        "answered_unanswerable": round(mean(answered[False]), 4),
        "queries": len(first),
        "unanswerable": len(sure[False]),
        "ms_per_query": round(1000 * mean(seconds), 2),
    }


def _touches(hit: Hit, pdf: str, pages: set[int]) -> bool:
    return Path(hit.path).name == pdf and not pages.isdisjoint(range(hit.page, hit.page_end + 1))


def _read_qrels(path: Path) -> dict[str, dict[str, int]]:
    qrels: dict[str, dict[str, int]] = {}
    for number, line in enumerate(path.read_text("utf-8").splitlines()[1:], start=2):
        try:
            query_id, document_id, grade = line.split("\t")
            qrels.setdefault(query_id, {})[document_id] = int(grade)
        except ValueError as exc:
            raise EvaluationError(f"{path}, line {number}: expected query, document and grade, separated by tabs.") from exc
    return qrels


def _lines(path: Path) -> Iterator[dict[str, Any]]:
    with path.open(encoding="utf-8") as file:
        for number, line in enumerate(file, start=1):
            try:
                yield json.loads(line)
            except ValueError as exc:
                raise EvaluationError(f"{path}, line {number}: not JSON ({exc}).") from exc
