"""The program that throws changed files at the readers: a short run of it, always the same, has no finding."""

from pathlib import Path
from typing import Any

import pytest

from tests.conftest import ROOT

RUNS = {"pdf": 4, "docx": 12, "pptx": 8, "html": 15, "markdown": 15, "text": 15, "jsonl": 30, "chunker": 30}


@pytest.fixture
def fuzz(monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.syspath_prepend(str(ROOT / "benchmarks"))
    import fuzz

    return fuzz


@pytest.mark.parametrize("kind", RUNS)
def test_changed_samples_end_in_an_outcome_and_keep_the_rules(fuzz: Any, tmp_path: Path, kind: str) -> None:
    samples = fuzz.samples_of(kind, [ROOT / "corpus"])
    tally = fuzz.fuzz(kind, samples, 1, tmp_path / "kept", runs=RUNS[kind])
    assert not tally.findings and not (tmp_path / "kept").exists()
    assert tally.outcomes.total() == RUNS[kind]
    assert tally.outcomes["cut" if kind == "chunker" else "read"] > 0, tally.outcomes


def test_the_same_seed_gives_the_same_files(fuzz: Any) -> None:
    import random

    from mutations import change

    for kind in fuzz.READERS:
        samples = fuzz.samples_of(kind, [ROOT / "corpus"])
        one, two, other = (change(random.Random(seed), kind, samples) for seed in ("a", "a", "b"))
        assert one == two != other


def test_a_finding_is_kept_with_its_reason(fuzz: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(read: object) -> None:
        raise fuzz.Broken("no rule holds")

    monkeypatch.setattr(fuzz, "cut", broken)
    tally = fuzz.fuzz("text", [b"The siren sounds."], 1, tmp_path / "kept", runs=5)
    assert tally.findings.total() > 0
    kept = sorted((tmp_path / "kept").iterdir())
    assert {path.suffix for path in kept} == {".txt", ".why"} and len(kept) <= 6
    assert kept[1].read_text() == "a rule does not hold: no rule holds\n"


def test_a_parent_that_does_not_end_is_a_finding(fuzz: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def endless(read: object) -> None:
        while True:
            pass

    monkeypatch.setattr(fuzz, "cut", endless)
    monkeypatch.setattr(fuzz, "_GRACE", 0.3 - fuzz.LIMITS.seconds)
    tally = fuzz.fuzz("chunker", [], 1, tmp_path / "kept", runs=1)
    assert list(tally.findings) == ["the parent did not come to an end"]
