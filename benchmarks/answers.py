"""How often the quoted sentences hold the answer, on a set with known answers (`gold_spans.json`: query, doc, text).

    python benchmarks/answers.py ../shared/eval/sv_swequad [--data DIR]

The set's documents are ingested by the ordinary command, and each question is asked as a user asks it. A question counts where a
quoted sentence of the right document holds the known words. Beside it: quoting the first sentence of the best passage.
"""

import argparse
import json
import sys
from pathlib import Path

from index.access import local_owner
from index.evaluation_folder import built
from index.library import Library
from index.result import Hit
from index.settings import data_folder
from ingest.language import detect_query
from ingest.sentences import sentences


def main() -> int:
    """Ask, count, print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--data", help="where exported models and vectors are kept between runs")
    chosen = parser.parse_args()
    spans = json.loads((chosen.folder / "gold_spans.json").read_text("utf-8"))
    lines = (chosen.folder / "queries.jsonl").read_text("utf-8").splitlines()
    questions = {str(one["_id"]): str(one["text"]) for one in map(json.loads, lines)}
    with built(chosen.folder / "corpus.jsonl", data_folder(chosen.data), None) as data:
        library = Library(data, detect_query)
        records = library.records()
        held = first = answered = quoted = 0
        for span in spans:
            result = library.search(questions[span["query"]], principal=local_owner(), top=10)
            ours = [quote.text for quote in result.quotes if records.get(quote.document_id) == span["doc"]]
            held += any(_holds(text, span["text"]) for text in ours)
            answered += bool(result.quotes)
            quoted += len(result.quotes)
            hit = result.hits[0] if result.hits else None
            first += hit is not None and records.get(hit.document_id) == span["doc"] and _holds(_first(hit), span["text"])
    count = len(spans)
    print(f"{count} questions, {answered} answered, with {quoted / max(1, answered):.1f} sentences on average")
    print(f"the quoted sentences hold the answer:                     {held / count:.3f}")
    print(f"the first sentence of the best passage holds the answer:  {first / count:.3f}")
    return 0


def _holds(text: str, wanted: str) -> bool:
    return " ".join(wanted.split()) in " ".join(text.split())


def _first(hit: Hit) -> str:
    spans = sentences(hit.text)
    return hit.text[slice(*spans[0])] if spans else ""


if __name__ == "__main__":
    sys.exit(main())
