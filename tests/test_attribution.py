"""Where nothing may be attributed, names stay in the library: what is quoted, copied and exported from it tells none."""

import io
import zipfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from index import attribution
from index.deskitems import Kept
from index.library import Library
from index.outward import LABEL, Outward
from index.result import Hit
from tests.fakes import OWNER, Shelf
from ui import citation, collectedfiles, comparetable, comparing, digest, references
from ui.collecting import Item, State, collection, keep
from ui.words import Words

EN, SV = Words("en"), Words("sv")
NOTES = """# Seminar with Maria Lindqvist

Held under the Chatham House Rule. What follows was said on the second day.

## Participants

- Maria Lindqvist, city of Gothenburg
- Chief Superintendent Tom O'Brien (Northern Police)

## Notes

Maria Lindqvist (City of Gothenburg): the siren must be heard indoors, and the message repeated by radio.

Asked about cost, Lindqvist said that radio is cheap. Tom O'Brien, head of operations, argued that stewards
need the words beforehand. Jane van der Berg (Fire Service) said that the siren alone tells nobody what to do.
"""
TOLD = ("Lindqvist", "LINDQVIST", "O'Brien", "Berg", "Gothenburg", "Northern Police", "Fire Service", "head of operations")


def test_speakers_and_participants_are_found_and_little_else() -> None:
    assert attribution.names_in(NOTES) == ("Maria Lindqvist", "Jane van der Berg", "Tom O'Brien")
    for plain in (
        "Executive Summary: the plan holds.", "Recommendation 4 (Major Events): train stewards.", "Participants met in Paris.",
        "New York (2020) was larger.", "The Chief said so.",
    ):  # fmt: skip
        assert set(attribution.names_in(plain)) <= {"New York"}, plain
    assert attribution.names_in("Talare: Anna Berg; Per af Ström och Eva Ek.\n") == ("Anna Berg", "Per af Ström", "Eva Ek")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Anna Berg (Police): no.", "[x]: no."), ("anna  berg spoke", "[x] spoke"), ("BERG: yes", "[x]: yes"),
        ("Bergs ord och Berg’s words", "[x] ord och [x] words"), ("Dr Anna Berg, head of Rescue, said no.", "[x] said no."),
        ("Bergen and Heidelberg", "Bergen and Heidelberg"), ("a berg of ice", "a berg of ice"),
    ],
)  # fmt: skip
def test_a_name_is_withheld_with_its_title_and_affiliation(text: str, expected: str) -> None:
    assert attribution.withheld(text, ["Anna Berg"], "[x]") == expected


@pytest.fixture(scope="module")
def shelf(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shelf]:
    with pytest.MonkeyPatch.context() as patch:
        shelf = Shelf(tmp_path_factory.mktemp("docs"), tmp_path_factory.mktemp("data"), patch)
        row = {"file": "notes.md", "organisation": "City of Gothenburg", "city": "Gothenburg", "kind": "seminar note"}
        shelf.catalogue(row | {"speakers": "Maria Lindqvist; Per Åkesson", "date": "2021", "theme": "siren"})
        shelf.put("notes.md", NOTES)
        assert shelf.ingest().code == 0
        yield shelf


@pytest.fixture
def library(shelf: Shelf) -> Iterator[Library]:
    library = shelf.library()
    yield library
    library.close()


def hits(library: Library) -> tuple[Hit, ...]:
    found = library.search("siren heard radio stewards", principal=OWNER).hits
    assert found and not any(hit.attributable for hit in found)
    return found


def named(text: str) -> list[str]:
    return [name for name in TOLD if name in text]


def test_the_first_page_sets_the_rule_and_whoever_reads_it_reads_the_words(library: Library) -> None:
    (info,) = library.documents(OWNER)
    assert info.withheld == ("Maria Lindqvist", "Per Åkesson", "Jane van der Berg", "Tom O'Brien")
    assert any("Lindqvist" in hit.text for hit in hits(library))


def test_a_citation_names_nobody_and_says_that_a_name_was_there(library: Library) -> None:
    for words in (EN, SV):
        told = "".join(citation.plain(hit, words) + citation.rich(hit, words) for hit in hits(library))
        assert words.name_withheld in told and named(told) == [] and "notes.md" not in told


def test_what_leaves_by_a_program_names_nobody(library: Library) -> None:
    for hit in hits(library):
        out = attribution.outward(hit, EN.name_withheld)
        assert named(repr(out)) == [] and (out.start, out.end, out.sha256) == (hit.start, hit.end, hit.sha256)
        assert attribution.outward(replace(hit, attributable=True), "x") == replace(hit, attributable=True)


def test_an_answer_that_leaves_names_nobody_in_its_quotes(library: Library) -> None:
    found = library.search("What must the siren be, and what did Lindqvist say of radio?", principal=OWNER)
    out = attribution.outward_result(found, EN.name_withheld)
    assert found.quotes and named(repr(found.quotes)) and len(out.quotes) == len(found.quotes)
    assert named(repr(out.quotes) + repr(out.hits)) == []


def test_what_programs_read_names_nobody_whatever_they_ask_for(library: Library) -> None:
    out = Outward(library)
    found = out.search("siren heard radio stewards", principal=OWNER)
    hit, (info,) = found.hits[0], out.documents(OWNER)
    assert named(repr(library.page(info.document_id, 1, OWNER))) and out.page(99, 1, OWNER) is out.document(99, OWNER) is None
    read = out.page(info.document_id, 1, OWNER)
    told = (
        found.hits,
        found.quotes,
        info,
        out.document(info.document_id, OWNER),
        read,
        out.neighbours(hit.passage_id, principal=OWNER),
    )
    assert named(repr(told)) == [] and read is not None and read.boxes == b"" and LABEL in read.text


def items(shelf: Shelf, library: Library) -> tuple[Item, ...]:
    from index.desk import Desk

    desk = Desk(shelf.data)
    keep(library, desk, OWNER, ",".join(str(hit.passage_id) for hit in hits(library)), "why")
    return collection(library, desk, OWNER)


def test_a_collection_names_nobody_in_any_file(shelf: Shelf, library: Library) -> None:
    kept = items(shelf, library)
    head = collectedfiles.head(kept, "me", "2026-01-01", EN)
    writers = (
        collectedfiles.to_csv,
        collectedfiles.to_markdown,
        collectedfiles.to_docx,
        collectedfiles.to_bibtex,
        collectedfiles.to_ris,
    )
    for write in writers:
        said = plain(write(kept, head, EN))
        assert named(said) == [] and EN.name_withheld.strip("[]") in said, write
    assert named(collectedfiles.plain_all(kept, head, EN) + collectedfiles.rich_all(kept, head, EN)) == []
    assert named(references.full(kept[0].excerpt, EN)) == []


def plain(body: bytes) -> str:
    if body[:2] != b"PK":
        return body.decode()
    with zipfile.ZipFile(io.BytesIO(body)) as held:
        return "".join(held.read(name).decode("utf-8", "replace") for name in held.namelist())


def test_what_was_kept_before_the_rule_held_is_withheld_too(shelf: Shelf, library: Library) -> None:
    (first, *_) = items(shelf, library)
    older = replace(first.kept.excerpt, speakers=(), attributable=False)
    item = Item(kept=Kept(kept_id=1, excerpt=older, question="", note="", kept="2026-01-01"), state=State.GONE)
    assert "Maria" not in collectedfiles.plain(item, EN)


def test_a_comparison_and_a_digest_name_nobody(library: Library) -> None:
    documents = library.documents(OWNER)
    found = comparing.compare(library, OWNER, "siren heard radio", comparing.Choice(by="theme", values=("siren",)), documents)
    for write in (comparetable.to_csv, comparetable.to_markdown, comparetable.to_docx):
        assert named(plain(write(found, comparetable.stamp(found, "me", "2026-01-01", EN), EN))) == []
    assert named(comparetable.plain(found, EN) + comparetable.html(found, EN)) == []
    excerpts = [citation.excerpt(hit, documents[0]) for hit in hits(library)]
    assert named("".join(";".join(collectedfiles.cells(one, EN)) for one in excerpts)) == [] and digest is not None


def test_names_in_the_catalogue_find_nothing_and_filter_by_nothing(library: Library, tmp_path: Path) -> None:
    assert library.search("Åkesson", principal=OWNER).quotes == ()
    assert library.search("siren", principal=OWNER, where={"organisation": ["City of Gothenburg"]}).hits == ()
