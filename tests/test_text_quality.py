"""The text of PDFs whose true text is known: floors of what `benchmarks/text_quality.py` prints."""

from collections.abc import Callable
from pathlib import Path

import pytest

from benchmarks.text_quality import compare, measure
from docs.corpus.known.layouts import LAYOUTS
from docs.corpus.known.paper import Known, Said

# What the file's own order decides, and is trusted in. The figures are shares: characters wrong at most, the others at least.
REACHED = {
    "columns_last_first": {"error": 0.76, "order": 0.95, "sections": 0.5},
    "table_by_columns": {"error": 0.10, "order": 0.7, "sections": 0.3, "cited": 0.3},
}


def test_there_are_layouts_enough_and_each_has_a_name_of_its_own() -> None:
    names = [make().name for make in LAYOUTS]
    assert len(names) >= 16 and len(set(names)) == len(names)


@pytest.mark.parametrize("layout", LAYOUTS, ids=lambda layout: layout.__name__)
def test_the_text_of_a_layout_is_true(layout: Callable[[], Known], tmp_path: Path) -> None:
    got, reached = measure(layout(), tmp_path / "a.pdf"), REACHED.get(layout.__name__, {})
    assert got.text.error <= reached.get("error", 0.001)
    assert got.text.order >= reached.get("order", 1.0)
    assert got.text.leak == 0.0
    assert got.sections >= reached.get("sections", 1.0)
    assert got.cited >= reached.get("cited", 1.0)
    assert got.labels == 1.0


def test_the_measure_sees_what_is_wrong() -> None:
    said = tuple(Said(text=text, section=(), label="") for text in ("The siren sounded once.", "Nobody left the hall."))
    known = Known(name="", pdf=b"", said=said, furniture=("Annual report", "7"), labels=("",))
    true = compare(known, "The siren sounded once.\nNobody left the hall.")
    assert (true.error, true.order, true.leak) == (0.0, 1.0, 0.0)
    swapped = compare(known, "Nobody left the hall. The siren sounded once. 7")
    assert swapped.error > 0.5 and (swapped.order, swapped.leak) == (0.0, 0.5)
    assert compare(known, "The siren sounded onee. Nobody left the hall.").error == pytest.approx(1 / 45)
