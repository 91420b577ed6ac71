"""Random questions, filters, addresses and names of files, thrown at the running server: a short run, and Hypothesis where it is led."""

from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from index.access import Handling
from index.library import Library
from index.result import Mode
from tests.attack_kit import HIDDEN, Fortress, fortress
from tests.conftest import ROOT
from tests.fakes import principal
from ui.uploads import LONGEST_NAME, NameRefused, safe_path

NOWHERE = st.text(st.characters(codec=None, exclude_categories=()), max_size=60)
PARTS = st.sampled_from(
    ['"', "-", "AND", "NEAR(", "siren", "zanzibr", "*", "city:", "document:", "year:2020-", "handling:RED", "\0", "('"]
)
TYPED = st.lists(PARTS | NOWHERE, max_size=12).map(" ".join)
FIELDS = st.sampled_from(["city", "theme", "kind", "language", "handling", "year", "document", "editions", "x", "id"])


@pytest.fixture(scope="module")
def fort(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Fortress]:
    with fortress(tmp_path_factory.mktemp("fuzz")) as found:
        yield found


@pytest.fixture(scope="module")
def library(fort: Fortress) -> Iterator[Library]:
    library = fort.shelf.library()
    yield library
    library.close()


@pytest.fixture
def fuzz(monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.syspath_prepend(str(ROOT / "benchmarks"))
    import fuzz_doors

    return fuzz_doors


def test_a_short_run_has_no_finding_and_reaches_everything(fuzz: Any, fort: Fortress) -> None:
    thrower = fuzz.Thrower(fort)
    tally = fuzz.throw(thrower, 1, runs=400)
    thrower.close()
    assert tally.findings == [] and tally.outcomes.total() == 400
    assert {"search: hits", "read: 200", "read: 404", "name: 200", "name: 422"} <= tally.outcomes.keys()
    assert fort.alive()


def test_what_goes_wrong_is_a_finding(fuzz: Any, fort: Fortress, monkeypatch: pytest.MonkeyPatch) -> None:
    thrower = fuzz.Thrower(fort)
    monkeypatch.setitem(HIDDEN, "editor", ("siren",))
    monkeypatch.setitem(HIDDEN, "low", ("siren",))
    monkeypatch.setattr(fuzz, "SLOWEST", -1.0)
    tally = fuzz.throw(thrower, 1, runs=80)
    thrower.close()
    assert any("is told to" in one for one in tally.findings) and any("seconds" in one for one in tally.findings)


@settings(max_examples=120, deadline=None)
@given(typed=TYPED, where=st.dictionaries(FIELDS, st.lists(NOWHERE, max_size=2), max_size=2), mode=st.sampled_from(list(Mode)))
def test_no_question_and_no_filter_is_an_error_or_tells_what_is_hidden(
    library: Library, typed: str, where: dict[str, list[str]], mode: Mode
) -> None:
    for clearance, who in ((Handling.CLEAR, "low"), (Handling.AMBER, "editor")):
        result = library.search(typed, principal=principal(clearance), where=where, mode=mode)
        told = " ".join([*(hit.text + hit.title for hit in result.hits), *result.added]).casefold()
        assert [word for word in HIDDEN[who] if word.casefold() in told] == []
        assert [
            word for word in HIDDEN[who] if word.casefold() in result.instead.casefold() and word not in typed.casefold()
        ] == []
        assert 0 <= result.searched.documents <= (1 if who == "low" else 3)


@given(
    NOWHERE
    | st.lists(st.sampled_from(["..", "/", "\\", ".", "con", "a", "catalogue.csv", "\u200b", " ", "%2f", "\0"])).map("".join)
)
def test_a_safe_path_is_safe_and_stays_so(name: str) -> None:
    try:
        parts = safe_path(name)
    except NameRefused:
        return
    for part in parts:
        assert part and part not in (".", "..") and not part.startswith((".", "-", "~")) and part.isprintable()
        assert not set(part) & set('/\\<>:"|?*\0') and part == part.strip() and len(part.encode()) <= LONGEST_NAME
    assert safe_path("/".join(parts)) == parts
