"""Editions: near-identical texts are found, the newer answers, the older stays citable, and what is hidden changes nothing."""

import random
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from index import editions
from index.access import Handling
from index.editions import Editions, Known
from index.library import Library
from index.result import Edition, Hit, Kin, Result
from index.shingles import likeness, shingles, sketch
from tests.fakes import OWNER, Shelf, as_version_0_1, principal, settle

RNG = random.Random(7)
NAMES = "siren police steward exit crowd signal warning bridge river station hospital volunteer radio message shelter map".split()


def sentence(number: int) -> str:
    words = [RNG.choice(NAMES) for _ in range(9)]
    return f"Number {number} says that the {' '.join(words)} {number * 7}."


PLAN = [sentence(number) for number in range(60)]
SECOND = [*PLAN[:10], "The drones of the harbour now carry the loudspeakers to the quays.", *PLAN[11:]]
THIRD = [*SECOND[:30], "A bell in every school is rung by the caretaker on Mondays.", *SECOND[31:]]
OTHER = [sentence(number) for number in range(100, 160)]


def paper(title: str, sentences: list[str]) -> str:
    paragraphs = [" ".join(sentences[at : at + 6]) for at in range(0, len(sentences), 6)]
    return f"# {title}\n\n" + "\n\n".join(paragraphs) + "\n"


def named(title: str, file: str, **known: str) -> dict[str, str]:
    return {"file": file, "title": title, "handling": "TLP:CLEAR", **known}


@pytest.fixture
def shelf(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Shelf:
    return Shelf(tmp_path / "docs", tmp_path / "data", monkeypatch)


@pytest.fixture
def two(shelf: Shelf) -> Iterator[tuple[Shelf, Library]]:
    """An edition of 2019 and one of 2021, and a document of its own."""
    shelf.put("old.md", paper("Plan 2019", PLAN))
    shelf.put("new.md", paper("Plan 2021", SECOND))
    shelf.put("other.md", paper("Other", OTHER))
    shelf.catalogue(
        named("Plan 2019", "old.md", date="2019"), named("Plan 2021", "new.md", date="2021-03"), named("Other", "other.md")
    )
    assert shelf.ingest().code == 0
    library = shelf.library()
    yield shelf, library
    library.close()


def by_title(library: Library, title: str, who: Handling = Handling.RED) -> int:
    (found,) = [info.document_id for info in library.documents(principal(who)) if info.title == title]
    return found


def told(library: Library, title: str, who: Handling = Handling.RED) -> tuple[str, list[tuple[str, Kin]]]:
    """What one is told of a document: the title of what answers for it, and its other editions."""
    info = library.document(by_title(library, title, who), principal(who))
    assert info is not None
    answering = info.superseded_by.title if info.superseded_by else ""
    return answering, [(other.title, other.kin) for other in info.editions]


# -- shingles


def test_case_punctuation_and_spacing_make_no_other_shingles() -> None:
    assert (
        shingles("The siren, four minutes – then SILENCE.\n").tolist()
        == shingles("the siren four minutes\nthen silence").tolist()
    )
    assert shingles("four words are few").tolist() == [] and likeness(shingles(""), shingles("")) == 0.0


def test_likeness_is_the_part_of_the_larger_that_both_have() -> None:
    whole, half = shingles(" ".join(PLAN)), shingles(" ".join(PLAN[:30]))
    assert likeness(whole, whole) == 1.0
    assert likeness(whole, half) == likeness(half, whole) == len(half) / len(whole)
    assert sketch(half) == half[:64].astype("int64").tolist() and len(sketch(half)) == 64


# -- what is told


def test_the_newer_edition_answers_and_the_older_is_told_as_such(two: tuple[Shelf, Library]) -> None:
    shelf, library = two
    assert told(library, "Plan 2019") == ("Plan 2021", [])
    assert told(library, "Plan 2021") == ("", [("Plan 2019", Kin.OLDER)])
    assert told(library, "Other") == ("", [])
    result = shelf.search("Number 3 says", top=50)
    assert {hit.title for hit in result.hits} == {"Plan 2021", "Other"}
    assert (result.searched.documents, result.searched.older) == (2, 1)


def test_older_editions_are_asked_where_the_question_says_so(two: tuple[Shelf, Library]) -> None:
    shelf, library = two
    for result in (
        shelf.search("Number 3 says editions:all", top=50),
        shelf.search("Number 3 says utgåvor:alla", top=50),
        shelf.search("Number 3 says", top=50, where={"editions": ["all"]}),
    ):
        marked = {hit.title: hit.superseded_by for hit in result.hits}
        new = by_title(library, "Plan 2021")
        newer = Edition(document_id=new, title="Plan 2021", date="2021-03", edition="", kin=Kin.NEWER)
        assert marked == {"Plan 2019": newer, "Plan 2021": None, "Other": None}
        assert (result.searched.documents, result.searched.older) == (3, 0)


def test_an_older_edition_answers_where_only_it_is_asked_for(two: tuple[Shelf, Library]) -> None:
    shelf, library = two
    old = by_title(library, "Plan 2019")
    for where in ({"document": [str(old)]}, {"year": ["2019"]}, {"title": ["Plan 2019"]}):
        result = shelf.search("Number 3 says", where=where)
        assert {hit.title for hit in result.hits} == {"Plan 2019"} and result.searched.older == 0
        assert all(hit.superseded_by and hit.superseded_by.title == "Plan 2021" for hit in result.hits)


def test_an_older_edition_is_opened_by_its_address_and_marked(two: tuple[Shelf, Library]) -> None:
    _, library = two
    held = library.passages(by_title(library, "Plan 2019"), principal=OWNER)
    assert held and all(hit.superseded_by for hit in held)
    (own,) = library.neighbours(held[0].passage_id, principal=OWNER, around=0)
    assert own.text == held[0].text and own.superseded_by
    near = library.similar(held[0].passage_id, principal=OWNER, top=3)
    assert near[0].title == "Plan 2021" and near[0].superseded_by is None
    assert [info.title for info, _ in library.similar_documents(held[0].document_id, principal=OWNER)] == ["Other"]


def test_a_program_is_told_of_it(two: tuple[Shelf, Library]) -> None:
    shelf, library = two
    (said,) = shelf.index("search", "Number 3 says", "--where", "editions=all", "--top", "50").objects
    new = {"document": by_title(library, "Plan 2021"), "title": "Plan 2021", "date": "2021-03", "edition": "", "copy": False}
    assert next(hit["superseded_by"] for hit in said["hits"] if hit["title"] == "Plan 2019") == new
    (said,) = shelf.index("search", "Number 3 says").objects
    assert said["searched"]["older_editions"] == 1


# -- which is the newer


def test_of_three_editions_the_last_answers_and_of_its_removal_the_one_before(shelf: Shelf) -> None:
    files = {"1.md": ("First", PLAN, "2019"), "2.md": ("Second", SECOND, "2021"), "3.md": ("Third", THIRD, "2023")}
    for file, (title, sentences, _) in files.items():
        shelf.put(file, paper(title, sentences))
    shelf.catalogue(*(named(title, file, date=date) for file, (title, _, date) in files.items()))
    shelf.ingest()
    library = shelf.library()
    assert told(library, "First")[0] == told(library, "Second")[0] == "Third"
    assert told(library, "Third")[1] == [("Second", Kin.OLDER), ("First", Kin.OLDER)]
    (shelf.folder / "3.md").unlink()
    shelf.ingest()
    assert told(library, "First") == ("Second", []) and told(library, "Second") == ("", [("First", Kin.OLDER)])
    (shelf.folder / "2.md").unlink()
    shelf.ingest()
    assert told(library, "First") == ("", []) and set(shelf.found("Number 3 says")) == {"1.md"}
    assert shelf.sql("SELECT count(*) FROM alike") == [(0,)]
    assert shelf.sql("SELECT DISTINCT document_id FROM sketches") == shelf.sql("SELECT id FROM documents")
    library.close()


def test_the_same_text_in_other_formats_is_told_as_copies_and_the_pdf_answers(shelf: Shelf) -> None:
    import docx

    shelf.put("a.md", paper("In Markdown", PLAN))
    word = docx.Document()
    for at in range(0, len(PLAN), 6):
        word.add_paragraph(" ".join(PLAN[at : at + 6]))
    word.save(str(shelf.folder / "b.docx"))
    printed(shelf.folder / "c.pdf", PLAN)
    shelf.catalogue(named("In Markdown", "a.md"), named("In Word", "b.docx"), named("In print", "c.pdf"))
    said = shelf.ingest()
    library = shelf.library()
    assert told(library, "In Markdown")[0] == told(library, "In Word")[0] == "In print"
    assert told(library, "In print")[1] == [("In Markdown", Kin.COPY), ("In Word", Kin.COPY)]
    assert {Path(hit.path).name for hit in shelf.search("Number 3 says", top=50).hits} == {"c.pdf"}
    reasons = [item["reason"] for item in said.files]
    assert "the same text as In Markdown in another file" in reasons
    assert min(share for (share,) in shelf.sql("SELECT share FROM alike")) > 0.95
    (shelf.folder / "c.pdf").unlink()
    shelf.ingest()
    assert told(library, "In Word")[0] == "In Markdown"  # what was added first
    library.close()


def printed(path: Path, sentences: list[str]) -> None:
    from reportlab.lib.styles import getSampleStyleSheet
    from reportlab.platypus import Paragraph, SimpleDocTemplate, Spacer

    style = getSampleStyleSheet()["Normal"]
    flow = []
    for at in range(0, len(sentences), 6):
        flow += [Paragraph(" ".join(sentences[at : at + 6]), style), Spacer(1, 12)]
    SimpleDocTemplate(str(path), invariant=1).build(flow)


def test_editions_that_nothing_orders_both_answer_and_are_told_of(shelf: Shelf) -> None:
    rewritten = [one if place % 5 else OTHER[place] for place, one in enumerate(PLAN)]  # every fifth sentence
    shelf.put("a.md", paper("One", PLAN))
    shelf.put("b.md", paper("Two", rewritten))
    shelf.catalogue(named("One", "a.md", date="2020"), named("Two", "b.md", date="2020-06"))
    said = shelf.ingest()
    library = shelf.library()
    assert told(library, "One") == ("", [("Two", Kin.UNDATED)]) and told(library, "Two") == ("", [("One", Kin.UNDATED)])
    assert shelf.search("Number 3 says").searched.older == 0
    assert any("nothing says which is the newer" in item["reason"] for item in said.files)
    shelf.catalogue(named("One", "a.md", edition="2nd"), named("Two", "b.md", edition="1"))  # now something does
    shelf.ingest()
    assert told(library, "Two")[0] == "One"
    library.close()


@pytest.mark.parametrize("said", ["Handbook 2", "HANDBOOK.md", "handbook", "1"])
def test_the_catalogue_says_what_a_document_takes_the_place_of(shelf: Shelf, said: str) -> None:
    title = "Handbook" if said == "1" else "Handbook 2"
    shelf.put("handbook.md", paper(title, PLAN))
    shelf.put("wholly new.md", paper("Handbook", OTHER))
    shelf.catalogue(named(title, "handbook.md", edition="1"), named("Handbook", "wholly new.md", supersedes=said))
    shelf.ingest()
    library = shelf.library()
    old = next(info for info in library.documents(OWNER) if info.path.endswith("handbook.md"))
    assert old.superseded_by is not None and old.superseded_by.title == "Handbook" and old.superseded_by.kin is Kin.NEWER
    library.close()


def test_a_yearly_report_does_not_take_the_place_of_all_that_bear_its_title(shelf: Shelf) -> None:
    shelf.put("2019.md", paper("Annual report", PLAN))
    shelf.put("2020.md", paper("Annual report", OTHER))
    shelf.catalogue(
        named("Annual report", "2019.md", date="2019"),
        named("Annual report", "2020.md", date="2020", supersedes="Annual report"),
    )
    shelf.ingest()
    assert set(shelf.found("Number says", top=50)) == {"2019.md", "2020.md"}


def test_records_and_short_notes_are_never_editions(shelf: Shelf) -> None:
    shelf.records("bulk.jsonl", *({"_id": str(n), "title": f"R{n}", "text": " ".join(PLAN)} for n in range(2)))
    shelf.put("a.md", "# Note\n\nThe siren sounds in four minutes. The police decide who speaks to the press.\n")
    shelf.put("b.md", "# Note\n\nThe siren sounds in five minutes. The police decide who speaks to the press.\n")
    shelf.ingest()
    assert shelf.sql("SELECT count(*) FROM alike") == [(0,)] and shelf.sql("SELECT min(compared) FROM documents") == [(1,)]
    assert shelf.search("siren").searched.older == 0


def known(number: int, **said: str) -> Known:
    given = {"title": "Plan", "date": "", "edition": "", "supersedes": ""} | said
    return Known(document_id=number, level=0, groups=frozenset(), is_pdf=False, names=frozenset(), **given)


def circle() -> Editions:
    """By edition 2 goes before 1, by date 3 before 2, and 1 before 3: each has one that answers for it."""
    held = {1: known(1, edition="1", date="2022"), 2: known(2, edition="2", date="2020"), 3: known(3, date="2021")}
    shares = {one: {other: 0.95 for other in held if other != one} for one in held}
    return Editions(known=held, shares=shares)


def test_where_editions_and_dates_contradict_each_other_one_answers_still() -> None:
    left = circle().instead([1, 2, 3])
    assert left == {2: (1, Kin.NEWER), 3: (1, Kin.NEWER)}  # the one with the latest date
    assert circle().instead([1, 2]) == {1: (2, Kin.NEWER)}


@pytest.mark.parametrize("seed", range(40))
def test_what_answers_is_never_answered_for(seed: int) -> None:
    rng = random.Random(seed)
    held = {n: known(n, edition=rng.choice(["", "1", "2"]), date=rng.choice(["", "2020", "2021-03", "2022"])) for n in range(12)}
    pairs = [(one, other) for one in held for other in held if one < other and rng.random() < 0.4]
    shares: dict[int, dict[int, float]] = {n: {} for n in held}
    for one, other in pairs:
        shares[one][other] = shares[other][one] = rng.choice([0.6, 0.95])
    said = frozenset(rng.choice([pair, pair[::-1]]) for pair in pairs if rng.random() < 0.2)
    found = Editions(known=held, shares=shares, said=said).instead(held)
    assert all(last not in found for last, _ in found.values())
    assert len(found) < len(held)


# -- what is hidden


def plain(result: Result) -> tuple[object, ...]:
    return (
        result.quotes,
        tuple(replace(hit, superseded_by=hit.superseded_by) for hit in result.hits),
        result.searched,
        result.added,
    )


def test_a_hidden_newer_edition_changes_nothing_for_those_who_may_not_see_it(shelf: Shelf) -> None:
    shelf.put("old.md", paper("Plan 2019", PLAN))
    shelf.put("other.md", paper("Other", OTHER))
    rows = [named("Plan 2019", "old.md", date="2019"), named("Other", "other.md")]
    shelf.catalogue(*rows)
    shelf.ingest()
    low, library = principal(Handling.GREEN), shelf.library()

    def seen() -> tuple[object, ...]:
        asked = [plain(library.search(text, principal=low, top=50)) for text in ("Number 3 says", "editions:all Number 3 says")]
        info = library.document(by_title(library, "Plan 2019"), low)
        assert info is not None
        held = library.passages(info.document_id, principal=low)
        near = library.similar(held[0].passage_id, principal=low), library.similar_documents(info.document_id, principal=low)
        return (
            asked,
            library.documents(low),
            held,
            near,
            library.files(low),
            shelf.sql("SELECT reason FROM files WHERE path LIKE '%old.md'"),
        )

    before = seen()
    shelf.put("secret.md", paper("Secret plan", SECOND))
    shelf.catalogue(*rows, named("Secret plan", "secret.md", date="2022", supersedes="Plan 2019") | {"handling": "TLP:RED"})
    told_of = shelf.ingest()
    assert seen() == before
    assert told_of.file("secret.md")["reason"] == "a newer edition of Plan 2019 (2019)"  # said of the hidden one only
    assert told(library, "Plan 2019") == ("Secret plan", [])  # to one who may see both
    high = library.search("Number 3 says", principal=OWNER, top=50)
    assert {hit.title for hit in high.hits} == {"Secret plan", "Other"} and high.searched.older == 1
    library.close()


def test_what_an_ingest_says_of_a_document_names_nothing_above_its_mark(shelf: Shelf) -> None:
    shelf.put("secret.md", paper("Secret plan", SECOND))
    shelf.catalogue(
        named("Secret plan", "secret.md", date="2022") | {"handling": "TLP:RED"}, named("Plan", "old.md", date="2019")
    )
    shelf.ingest()
    shelf.put("old.md", paper("Plan", PLAN))
    assert shelf.ingest().file("old.md")["reason"] == ""
    shelf.put("older.md", paper("Plan", THIRD))
    shelf.catalogue(
        named("Secret plan", "secret.md", date="2022") | {"handling": "TLP:RED"}, named("Plan", "old.md", date="2019"),
        named("Older plan", "older.md", date="2015"),
    )  # fmt: skip
    assert shelf.ingest().file("older.md")["reason"] == "an older edition of Plan (2019)"


def test_a_mark_that_is_raised_takes_the_newer_edition_away_from_those_below(two: tuple[Shelf, Library]) -> None:
    shelf, library = two
    assert told(library, "Plan 2019", Handling.GREEN)[0] == "Plan 2021"
    shelf.catalogue(
        named("Plan 2019", "old.md", date="2019"), named("Plan 2021", "new.md", date="2021-03") | {"handling": "TLP:AMBER"},
        named("Other", "other.md"),
    )  # fmt: skip
    shelf.ingest()
    assert told(library, "Plan 2019", Handling.GREEN) == ("", [])
    assert told(library, "Plan 2019", Handling.AMBER)[0] == "Plan 2021"


# -- what lasts


def test_a_rebuild_keeps_what_is_known_of_editions(two: tuple[Shelf, Library]) -> None:
    shelf, library = two
    pairs = shelf.sql("SELECT * FROM alike")
    assert list(shelf.rebuilding())[-1].phase == "cleaning up"
    assert shelf.sql("SELECT * FROM alike") == pairs != []
    assert told(library, "Plan 2019")[0] == "Plan 2021"


def test_an_older_library_learns_of_its_editions_when_it_is_next_written(two: tuple[Shelf, Library]) -> None:
    shelf, library = two
    pairs, sketches = shelf.sql("SELECT * FROM alike"), shelf.sql("SELECT * FROM sketches")
    library.close()
    as_version_0_1(shelf.data)
    settle(*shelf.folder.iterdir())
    shelf.ingest()
    assert shelf.sql("SELECT * FROM alike") == pairs and shelf.sql("SELECT * FROM sketches") == sketches
    again = shelf.library()
    assert told(again, "Plan 2019")[0] == "Plan 2021"
    again.close()


def test_a_store_without_editions_asks_nothing_of_them(shelf: Shelf) -> None:
    shelf.put("other.md", paper("Other", OTHER))
    shelf.ingest()
    library = shelf.library()
    hits: tuple[Hit, ...] = library.search("Number", principal=OWNER).hits
    assert hits and all(hit.superseded_by is None for hit in hits)
    assert editions.NONE.instead([1, 2]) == {} and editions.NONE.others(1, OWNER) == ()
    library.close()
