"""Who may see what: a reader of lower clearance finds, counts, lists and opens nothing above it."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from index.access import UNMARKED, Handling, Principal, Role, level_of, local_owner, parse_handling
from index.library import Library
from index.result import DocumentInfo, Mode
from index.serving import year_range
from tests.fakes import OWNER, Shelf, principal

LEVELS = {
    "clear.md": ("TLP:CLEAR", Handling.CLEAR), "green.md": ("OFFICIAL", Handling.GREEN), "amber.md": ("TLP:AMBER", Handling.AMBER),
    "unmarked.md": ("", Handling.AMBER), "strict.md": ("OFFICIAL-SENSITIVE", Handling.AMBER_STRICT),
    "red.md": ("TLP:RED", Handling.RED), "strange.md": ("for friends only", Handling.RED),
}  # fmt: skip
CITIES = {"clear.md": "Paris", "green.md": "Paris; London", "amber.md": "Göteborg", "red.md": "Madrid"}
YEARS = {"clear.md": "2019", "green.md": "2020-06", "amber.md": "2021-01-15", "strict.md": "2023"}


@pytest.fixture(scope="module")
def shelf(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shelf]:
    """One document for each mark, half of them in a snapshot and the others in the delta."""
    with pytest.MonkeyPatch.context() as patch:
        shelf = Shelf(tmp_path_factory.mktemp("docs"), tmp_path_factory.mktemp("data"), patch)
        shelf.catalogue(
            *(
                {"file": name, "handling": mark, "city": CITIES.get(name, ""), "date": YEARS.get(name, ""), "kind": "report"}
                for name, (mark, _) in LEVELS.items()
            )
        )
        for place, name in enumerate(LEVELS):
            if place == len(LEVELS) // 2:
                shelf.ingest()
                with shelf.writer() as writer:
                    served = writer.generations.served()
                    assert served is not None
                    writer.generations.fold(served.generation)
            word = name.removesuffix(".md")
            shelf.put(
                name, f"# The {word} paper\n\nThe siren of the {word} paper sounds. " + f"Secret{word} is written down here. " * 3
            )
        shelf.put("broken.pdf", b"%PDF-1.7 nothing")
        assert shelf.ingest().summary["failed"] == 1
        yield shelf


@pytest.fixture(scope="module")
def library(shelf: Shelf) -> Iterator[Library]:
    library = shelf.library()
    yield library
    library.close()


def visible(clearance: Handling) -> set[str]:
    return {name for name, (_, level) in LEVELS.items() if level <= clearance}


def names(paths: Iterator[str] | list[str]) -> set[str]:
    return {Path(path).name for path in paths}


@pytest.mark.parametrize("clearance", list(Handling))
@pytest.mark.parametrize("mode", list(Mode))
def test_search_finds_and_counts_only_what_may_be_seen(library: Library, clearance: Handling, mode: Mode) -> None:
    who = principal(clearance)
    result = library.search("The siren of the paper sounds", principal=who, top=50, mode=mode)
    assert names([hit.path for hit in result.hits]) == visible(clearance)
    assert result.searched.documents == result.searched.passages == len(visible(clearance))
    for name in LEVELS:
        word = f"Secret{name.removesuffix('.md')}"
        found = library.search(word, principal=who, top=50, mode=mode)
        told = [*(hit.text for hit in found.hits), *(quote.text for quote in found.quotes)]
        assert (any(word in text for text in told)) == (name in visible(clearance))
    assert all(quote.document_id in {hit.document_id for hit in result.hits} for quote in result.quotes)


@pytest.mark.parametrize("clearance", list(Handling))
def test_the_ranking_is_not_of_what_is_hidden(library: Library, clearance: Handling) -> None:
    ids = {info.document_id for info in library.documents(principal(clearance))}
    assert {found for found, _ in library.rank("siren paper", principal=principal(clearance))} == ids


@pytest.mark.parametrize("clearance", list(Handling))
def test_lists_pages_and_files_are_only_of_what_may_be_seen(library: Library, clearance: Handling) -> None:
    who = principal(clearance)
    assert names([info.path for info in library.documents(who)]) == visible(clearance)
    for info in library.documents(OWNER):
        name = Path(info.path).name
        seen = name in visible(clearance)
        assert (library.document(info.document_id, who) is not None) == seen
        assert (library.page(info.document_id, 1, who) is not None) == seen
        assert (library.source(info.document_id, who) is not None) == seen
    assert names([info.path for info in library.files(who)]) == visible(clearance)
    facets = library.facets(who)
    assert facets["city"] == sorted({city for name in visible(clearance) for city in CITIES.get(name, "").split("; ") if city})
    assert facets["year"] == sorted({YEARS[name][:4] for name in visible(clearance) if name in YEARS})


def test_what_does_not_exist_and_what_is_hidden_look_alike(library: Library) -> None:
    (red,) = [info for info in library.documents(OWNER) if info.path.endswith("red.md")]
    who = principal(Handling.GREEN)
    for document in (red.document_id, 99_999, -1):
        assert library.document(document, who) is None
        assert library.page(document, 1, who) is None
        assert library.source(document, who) is None
    assert library.page(red.document_id, 2, OWNER) is None and library.page(red.document_id, 0, OWNER) is None


def test_files_that_failed_are_the_editors_to_see(library: Library) -> None:
    for role, seen in ((Role.READER, False), (Role.EDITOR, True), (Role.ADMIN, True)):
        assert ("broken.pdf" in names([info.path for info in library.files(principal(Handling.AMBER, role))])) == seen


def test_a_filter_never_widens_what_may_be_seen(library: Library) -> None:
    who = principal(Handling.GREEN)
    for where in ({"handling": ["TLP:RED"]}, {"city": ["Madrid"]}, {"title": ["The red paper"]}):
        result = library.search("siren", principal=who, where=where)
        assert result.hits == () and result.searched.documents == result.searched.passages == 0
    (red,) = [info for info in library.documents(OWNER) if info.path.endswith("red.md")]
    assert library.search("siren", principal=who, where={"document": [str(red.document_id)]}).hits == ()


def test_clearances_are_kept_apart_whoever_asks_first(shelf: Shelf) -> None:
    for order in ([Handling.RED, Handling.CLEAR], [Handling.CLEAR, Handling.RED]):
        library = shelf.library()
        found = {
            level: names([hit.path for hit in library.search("siren", principal=principal(level), top=50).hits])
            for level in order
        }
        assert found == {level: visible(level) for level in order}
        library.close()


# --- filters


@pytest.mark.parametrize(
    ("where", "expected"),
    [
        ({"city": ["Paris"]}, {"clear.md", "green.md"}),
        ({"city": ["paris "]}, {"clear.md", "green.md"}),
        ({"city": ["GÖTEBORG"]}, {"amber.md"}),
        ({"city": ["London", "Madrid"]}, {"green.md", "red.md"}),
        ({"city": ["Paris"], "year": ["2020"]}, {"green.md"}),
        ({"year": ["2019..2021"]}, {"clear.md", "green.md", "amber.md"}),
        ({"year": ["2020..2021"]}, {"green.md", "amber.md"}),
        ({"year": ["..2019"]}, {"clear.md"}),
        ({"year": ["2021.."]}, {"amber.md", "strict.md"}),
        ({"year": ["2019", "2023"]}, {"clear.md", "strict.md"}),
        ({"year": ["2019–2020"]}, {"clear.md", "green.md"}),
        ({"year": ["soon"]}, set()),
        ({"kind": ["report"]}, set(LEVELS)),
        ({"kind": ["poem"]}, set()),
        ({"handling": ["TLP:RED"]}, {"red.md"}),
        ({"handling": ["tlp:amber"]}, {"amber.md", "unmarked.md"}),
        ({"title": ["the strange paper"]}, {"strange.md"}),
        ({"nonsense": ["x"]}, set()),
        ({"city": []}, set(LEVELS)),
        ({}, set(LEVELS)),
    ],
)
@pytest.mark.parametrize("mode", list(Mode))
def test_filters_leave_what_matches_every_field(
    library: Library, where: dict[str, list[str]], expected: set[str], mode: Mode
) -> None:
    result = library.search("siren paper", principal=OWNER, where=where, top=50, mode=mode)
    assert names([hit.path for hit in result.hits]) == expected
    assert result.searched.documents == len(expected)


def test_each_value_that_is_offered_leaves_the_documents_that_show_it(library: Library) -> None:
    def held(info: DocumentInfo, field: str) -> tuple[str, ...]:
        value = info.date[:4] if field == "year" else getattr(info, field)
        return (value,) if isinstance(value, str) else value

    for field, values in library.facets(OWNER).items():
        for value in values:
            shown = {Path(info.path).name for info in library.documents(OWNER) if value in held(info, field)}
            hits = library.search("siren paper", principal=OWNER, where={field: [value]}, top=50).hits
            assert names([hit.path for hit in hits]) == shown != set(), (field, value)


def test_year_ranges() -> None:
    assert year_range("2019") == ("2019", "2019")
    assert year_range(" 2019 .. 2021 ") == ("2019", "2021")
    assert year_range("2019..") == ("2019", "9999") and year_range("..2021") == ("0000", "2021")


# --- marks


@pytest.mark.parametrize(
    ("mark", "level"),
    [
        ("TLP:CLEAR", Handling.CLEAR), ("tlp:clear", Handling.CLEAR), ("TLP:WHITE", Handling.CLEAR), ("TLP GREEN", Handling.GREEN),
        ("Official", Handling.GREEN), ("AMBER", Handling.AMBER), ("TLP: AMBER", Handling.AMBER), ("TLP:AMBER+STRICT", Handling.AMBER_STRICT),
        ("tlp:amber strict", Handling.AMBER_STRICT), ("TLP_AMBER_STRICT", Handling.AMBER_STRICT), ("TLP:AMBER + STRICT", Handling.AMBER_STRICT),
        ("OFFICIAL-SENSITIVE", Handling.AMBER_STRICT), ("Official: Sensitive", Handling.AMBER_STRICT),
        ("OFFICIAL - SENSITIVE", Handling.AMBER_STRICT), ("official sensitive", Handling.AMBER_STRICT), ("TLP:RED", Handling.RED),
        (" red ", Handling.RED),
    ],
)  # fmt: skip
def test_known_marks_in_their_usual_spellings(mark: str, level: Handling) -> None:
    assert parse_handling(mark) is level and level_of(mark) is level


@pytest.mark.parametrize("mark", ["SECRET", "TLP:PURPLE", "TLP:", "GREENISH", "hemlig", "TLP:GREEN and RED", "?"])
def test_a_mark_that_is_not_understood_is_red(mark: str) -> None:
    assert parse_handling(mark) is None and level_of(mark) is Handling.RED


def test_no_mark_is_held_within_the_organisation_unless_another_level_is_set() -> None:
    assert level_of("") is level_of("  ") is UNMARKED is Handling.AMBER_STRICT
    assert level_of("", Handling.GREEN) is Handling.GREEN and level_of("TLP:RED", Handling.GREEN) is Handling.RED


@settings(max_examples=200)
@given(st.text(max_size=30))
def test_no_text_opens_more_than_a_known_mark(mark: str) -> None:
    known = parse_handling(mark)
    assert level_of(mark) is (known if known is not None else Handling.RED if mark.strip() else UNMARKED)


@pytest.mark.parametrize("level", list(Handling))
def test_a_mark_is_read_back_as_it_is_written(level: Handling) -> None:
    assert parse_handling(level.mark) is level


def test_a_clearance_sees_itself_and_what_is_below() -> None:
    for clearance in Handling:
        assert [principal(clearance).may_see(level) for level in Handling] == [level <= clearance for level in Handling]


def test_only_editors_and_admins_may_change_the_library() -> None:
    assert [principal(Handling.RED, role).may_edit for role in (Role.READER, Role.EDITOR, Role.ADMIN)] == [False, True, True]
    assert local_owner().may_edit and local_owner().clearance is Handling.RED


def test_there_is_no_search_without_one_who_asks(library: Library) -> None:
    with pytest.raises(TypeError, match="principal"):
        library.search("siren")  # type: ignore[call-arg]
    with pytest.raises(TypeError):
        library.documents()  # type: ignore[call-arg]


def test_a_principal_cannot_be_changed() -> None:
    who = Principal(name="a", role=Role.READER, clearance=Handling.CLEAR)
    with pytest.raises(AttributeError):
        who.clearance = Handling.RED  # type: ignore[misc]
