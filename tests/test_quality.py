"""What must not get worse: retrieval and the floor, with the packaged model, on the sample library and the shared sets.

All of it is deterministic. The figures are those of docs/quality.md, less a little.
"""

import csv
from collections.abc import Iterator
from pathlib import Path

import pytest

from index import calibrate
from index.access import local_owner
from index.evaluate import evaluate, open_set
from index.evaluation_folder import built
from index.library import Library
from index.metrics import mean
from index.result import Mode
from ingest.language import detect_query

ROOT = Path(__file__).resolve().parent.parent
ME = local_owner()


@pytest.fixture(scope="module")
def models(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder in which the model is exported once for all sets."""
    return tmp_path_factory.mktemp("quality")


@pytest.fixture(scope="module")
def sample(models: Path) -> Iterator[Library]:
    with built(ROOT / "corpus", models, None) as data:
        library = Library(data, detect_query)
        yield library
        library.close()


def questions() -> list[dict[str, str]]:
    with (ROOT / "benchmarks" / "questions" / "library.csv").open(encoding="utf-8") as file:
        return list(csv.DictReader(file))


def test_questions_find_their_documents_and_citations_are_exact(sample: Library) -> None:
    found, kept = [], []
    texts: dict[tuple[int, int], str] = {}
    for row in questions():
        result = sample.search(row["question"], principal=ME, top=3)
        found.append(float(any(Path(hit.path).name == row["document"] for hit in result.hits)))
        kept += [float(bool(result.quotes))] if found[-1] else []
        for hit in result.hits:
            for number in range(hit.page, hit.page_end + 1):
                if (hit.document_id, number) not in texts:
                    page = sample.page(hit.document_id, number, ME)
                    assert page is not None
                    texts[hit.document_id, number] = page.text
            whole = "".join(texts[hit.document_id, number] for number in range(hit.page, hit.page_end + 1))
            assert hit.text in whole
            assert all(hit.text[start:end].strip() for start, end in hit.marks)
        for quote in result.quotes:
            cited = [hit for hit in result.hits if hit.rank in quote.citations and hit.document_id == quote.document_id]
            assert any(hit.text[quote.start - hit.start : quote.end - hit.start] == quote.text for hit in cited)
    assert mean(found) >= 0.92
    assert mean(kept) >= 0.95


def test_everyday_questions_are_refused(sample: Library) -> None:
    floor = sample.floor()
    refused = [floor.confidence(best) < 1 for best in calibrate.measure(sample)]
    assert sum(refused) >= 95


@pytest.mark.parametrize(
    ("name", "least"), [("xling_squad_sv2en", 0.92), ("xling_squad_en2en_control", 0.974), ("sv_swequad", 0.86)]
)
def test_retrieval_on_the_shared_sets(shared: Path, models: Path, name: str, least: float) -> None:
    chosen = open_set(shared / "eval" / name)
    with built(chosen.documents, models, None) as data:
        library = Library(data, detect_query)
        figures = {mode: float(evaluate(library, chosen, mode)["ndcg@10"]) for mode in Mode}
        library.close()
    assert figures[Mode.HYBRID] >= least
    assert figures[Mode.HYBRID] >= max(figures[Mode.DENSE], figures[Mode.LEXICAL]) - 0.005
