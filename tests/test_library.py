"""The library as readers see it: exact hits, pages, state, and what others write is seen without a restart."""

import threading
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from index.access import Handling
from index.errors import ModelError
from index.library import Library
from index.result import Mode
from ingest import boxes
from tests.fakes import OWNER, FakeEncoder, Shelf, principal

NOTE = "# Warning the public\n\nThe siren sounds in four minutes. The police decide who speaks to the press.\n"


@pytest.fixture
def shelf(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Shelf:
    return Shelf(tmp_path / "docs", tmp_path / "data", monkeypatch)


@pytest.fixture
def filled(shelf: Shelf) -> Shelf:
    shelf.put("siren.md", NOTE)
    shelf.put("buses.md", "# Moving people\n\nBuses leave from the eastern gate at noon. Drivers wait for the steward.\n")
    assert shelf.ingest().code == 0
    return shelf


def pdf(path: Path, *pages: str) -> None:
    from PIL import Image
    from reportlab.pdfgen.canvas import Canvas

    canvas = Canvas(str(path), pagesize=(300, 400))
    for page in pages:
        for line, text in enumerate(page.split("\n")):
            canvas.setFont("Helvetica", 11)
            canvas.drawString(30, 350 - 14 * line, text)
        if not page:
            canvas.drawInlineImage(Image.effect_noise((200, 260), 90), 20, 20, 250, 300)  # as of a scanner
        canvas.showPage()
    canvas.save()


@pytest.fixture
def paged(shelf: Shelf) -> Shelf:
    shelf.folder.mkdir(exist_ok=True)
    pdf(
        shelf.folder / "report.pdf",
        "The harbour master closes the bridge.\nThe fire service takes the lead.\n" + "It stays there until the end.\n" * 18,
        "",
        "Volunteers meet at the sports hall.\nThey are insured from that moment.\n" + "They go home after six hours.\n" * 9,
    )
    assert shelf.ingest().file("report.pdf")["pages_without_text"] == 1
    return shelf


# --- nothing there


def test_an_empty_library_answers_that_it_is_empty(tmp_path: Path) -> None:
    library = Library(tmp_path / "nowhere", lambda text: "en")
    result = library.search("siren", principal=OWNER)
    assert result.hits == () == result.quotes and "empty" in result.notes[0]
    assert library.documents(OWNER) == [] == library.files(OWNER) and library.document(1, OWNER) is None
    assert library.page(1, 1, OWNER) is None and library.source(1, OWNER) is None and library.rank("x", principal=OWNER) == []
    assert library.moment() is None
    assert library.status().ready is False and library.ready() and library.records() == {}
    assert not (tmp_path / "nowhere").exists()
    library.close()


def test_a_library_that_appears_is_seen(shelf: Shelf) -> None:
    library = shelf.library()
    assert library.search("siren", principal=OWNER).hits == ()
    shelf.put("siren.md", NOTE)
    shelf.ingest()
    assert len(library.search("siren", principal=OWNER).hits) == 1
    assert library.status().ready


# --- hits


def test_a_hit_is_a_slice_of_its_document_with_its_reference(filled: Shelf) -> None:
    filled.catalogue(
        {
            "file": "siren.md",
            "city": "Manchester; London",
            "date": "2021-03",
            "kind": "report",
            "organisation": "GMP",
            "attribution": "no",
        }
    )
    filled.ingest()
    library = filled.library()
    hit = library.search("When does the siren sound?", principal=OWNER).hits[0]
    page = library.page(hit.document_id, hit.page, OWNER)
    assert page is not None and page.text[hit.start - page.start : hit.end - page.start] == hit.text
    assert (hit.rank, hit.page, hit.page_end, hit.title) == (1, 1, 1, "Warning the public")
    assert (hit.city, hit.date, hit.kind, hit.organisation) == (("Manchester", "London"), "2021-03", "report", "GMP")
    assert (hit.handling, hit.attributable, hit.format, hit.language) == ("TLP:AMBER", False, "markdown", "en")
    assert hit.path == str(filled.folder / "siren.md") and hit.section == ("Warning the public",)
    import hashlib

    assert hit.sha256 == hashlib.sha256((filled.folder / "siren.md").read_bytes()).hexdigest()
    assert hit.marks and all(0 <= start < end <= len(hit.text) for start, end in hit.marks)


def test_quotes_are_slices_with_the_numbers_of_their_hits(filled: Shelf) -> None:
    result = filled.search("When does the siren sound?")
    assert [quote.text for quote in result.quotes][:1] == ["The siren sounds in four minutes."]
    for quote in result.quotes:
        for number in quote.citations:
            hit = result.hits[number - 1]
            assert hit.rank == number
        first = result.hits[quote.citations[0] - 1]
        assert first.document_id == quote.document_id
        assert first.text[quote.start - first.start : quote.end - first.start] == quote.text
        assert (quote.start - first.start, quote.end - first.start) in first.marks
    assert result.confidence >= 1


def test_what_nothing_answers_has_no_quotes(filled: Shelf) -> None:
    result = filled.search("xylophone quartet rehearsal schedule")
    assert result.quotes == () and result.confidence < 1


def test_hits_are_numbered_and_best_first_in_every_mode(filled: Shelf) -> None:
    for mode in Mode:
        hits = filled.search("siren police buses steward", mode=mode).hits
        assert [hit.rank for hit in hits] == [1, 2]
        assert hits[0].score >= hits[1].score
        assert [hit.by_words for hit in hits] == [mode is not Mode.DENSE] * 2 or mode is Mode.DENSE


@pytest.mark.parametrize(("top", "count"), [(1, 1), (2, 2), (50, 2), (0, 1), (-3, 1)])
def test_no_more_hits_than_asked_for(filled: Shelf, top: int, count: int) -> None:
    assert len(filled.search("siren police buses steward", top=top).hits) == count


def test_the_same_text_in_two_documents_is_one_hit(shelf: Shelf) -> None:
    shelf.put("a.md", NOTE)
    shelf.put("b.md", NOTE + "\n# Extra\n\nSomething else altogether is said here.\n")
    shelf.ingest()
    texts = [hit.text for hit in shelf.search("siren", top=50).hits]
    assert len(texts) == len(set(texts))


def drills(number: int) -> str:
    return f"The siren drill number {number} is held at gate {number} in the month of May, and the steward writes it down."


def test_what_has_no_pages_is_not_taken_for_one_page(shelf: Shelf) -> None:
    """A note of one page may hold the best passages: they stand before worse ones of other documents."""
    shelf.put("drills.md", "# Siren drill\n\n" + "".join(f"## Siren drill {n}\n\n{drills(n)}\n\n" for n in range(4)))
    for number in range(6):
        shelf.put(f"{number}.md", f"# Buses {number}\n\nBuses leave from gate {number} at noon, when the siren has been heard.\n")
    shelf.ingest()
    assert shelf.found("siren drill", top=4) == ["drills.md"] * 4


def test_a_page_of_a_report_is_listed_once_before_any_is_twice(shelf: Shelf) -> None:
    shelf.folder.mkdir(exist_ok=True)
    text = "\n".join(drills(n) for n in range(40))  # several passages
    pdf(shelf.folder / "report.pdf", *["\n".join(text.split("\n")[at : at + 20]) for at in (0, 20)])
    shelf.ingest()
    hits = shelf.search("siren drill steward", top=50).hits
    assert len(hits) > 2 and {hit.page for hit in hits[:2]} == {1, 2}


def test_no_more_passages_of_a_document_than_asked_for(shelf: Shelf) -> None:
    for name in ("one.md", "two.md"):
        shelf.put(name, f"# {name}\n\n" + "".join(f"## Drill {n}\n\n{name}: {drills(n)}\n\n" for n in range(4)))
    shelf.ingest()
    assert len(shelf.found("siren drill steward", top=50)) == 8
    for most in (1, 2):
        assert sorted(shelf.found("siren drill steward", top=50, per_document=most)) == ["one.md"] * most + ["two.md"] * most


def test_the_same_question_gives_the_same_answer(filled: Shelf) -> None:
    from dataclasses import replace

    library = filled.library()
    first, second, fresh = (
        replace(lib.search("siren police buses", principal=OWNER), seconds=0, understood=0)
        for lib in (library, library, filled.library())
    )
    assert first == second == fresh


# --- pages


def test_pages_of_a_pdf_have_their_text_and_boxes(paged: Shelf) -> None:
    library = paged.library()
    (info,) = library.documents(OWNER)
    assert (info.pages, info.pages_without_text, info.format) == (3, (2,), "pdf")
    views = [library.page(info.document_id, number, OWNER) for number in (1, 2, 3)]
    at = 0
    for number, view in enumerate(views, start=1):
        assert view is not None and view.number == number and view.start == at
        assert len(view.text) == view.end - view.start
        if view.boxes:
            assert len(boxes.decode(view.boxes)) == len(view.text)
        at = view.end
    assert views[0] is not None and "harbour master" in views[0].text and (views[0].width, views[0].height) == (300, 400)
    assert views[1] is not None and views[1].text.strip() == "" and views[1].source == "none"


def test_a_hit_knows_its_page_and_its_place_on_it(paged: Shelf) -> None:
    library = paged.library()
    hit = library.search("harbour master bridge", principal=OWNER).hits[0]
    assert hit.page == hit.page_end == 1
    view = library.page(hit.document_id, 1, OWNER)
    assert view is not None
    place = boxes.decode(view.boxes)[hit.start - view.start : hit.end - view.start]
    assert view.text[hit.start - view.start : hit.end - view.start] == hit.text
    rectangles = boxes.lines(place)
    assert len(rectangles) == hit.text.count(".") and all(0 < left < 1 and 0 < top < 0.6 for left, top, _, _ in rectangles)


def test_pages_without_text_are_said_to_be_unsearched(paged: Shelf) -> None:
    result = paged.search("harbour")
    assert (result.searched.unreadable_pages, result.searched.unreadable_documents) == (1, 1)
    assert paged.library().status().unreadable_pages == 1
    (file,) = paged.library().files(OWNER)
    assert (file.outcome, file.pages_without_text) == ("partial", 1) and "page 2" in file.reason


def test_a_source_is_given_only_as_it_was_read(filled: Shelf) -> None:
    library = filled.library()
    ids = {info.title: info.document_id for info in library.documents(OWNER)}
    wanted = ids["Warning the public"]
    assert library.source(wanted, OWNER) == filled.folder / "siren.md"
    filled.put("siren.md", "changed")
    assert library.source(wanted, OWNER) is None
    (filled.folder / "siren.md").unlink()
    assert library.source(wanted, OWNER) is None


# --- following what others write


def test_a_running_library_sees_what_comes_changes_and_goes(filled: Shelf) -> None:
    library = filled.library()
    assert library.search("cathedral", principal=OWNER).searched.documents == 2
    filled.put("late.md", "# Shelter\n\nThe cathedral is the first place of shelter in the old town.\n")
    filled.ingest()
    assert Path(library.search("cathedral", principal=OWNER).hits[0].path).name == "late.md"
    filled.put("late.md", "# Shelter\n\nThe library is the first place of shelter in the old town.\n")
    filled.ingest()
    texts = [hit.text for hit in library.search("shelter old town", principal=OWNER).hits]
    assert any("library" in text for text in texts) and not any("cathedral" in text for text in texts)
    (filled.folder / "late.md").unlink()
    filled.ingest()
    result = library.search("shelter old town", principal=OWNER, mode=Mode.DENSE, top=50)
    assert {Path(hit.path).name for hit in result.hits} == {"siren.md", "buses.md"} and result.searched.passages == 2


def test_a_stricter_mark_holds_at_the_next_question(filled: Shelf) -> None:
    library, who = filled.library(), principal(Handling.AMBER)
    assert len(library.search("siren", principal=who, top=50).hits) == 2
    filled.catalogue({"file": "siren.md", "handling": "TLP:RED"})
    filled.ingest()
    assert {Path(hit.path).name for hit in library.search("siren", principal=who, top=50).hits} == {"buses.md"}


def test_questions_from_many_threads_while_files_come_and_go(filled: Shelf) -> None:
    library, stop, problems = filled.library(), threading.Event(), []

    def ask(seed: int) -> None:
        random = np.random.default_rng(seed)
        while not stop.is_set():
            try:
                mode = list(Mode)[int(random.integers(3))]
                result = library.search("siren police number", principal=OWNER, mode=mode, top=50)
                assert any(hit.path.endswith("siren.md") for hit in result.hits)
                assert result.searched.passages >= len(result.hits)
                for hit in result.hits:
                    page = library.page(hit.document_id, hit.page, OWNER)
                    assert page is None or hit.text in page.text
            except BaseException as exc:
                problems.append(exc)
                return

    threads = [threading.Thread(target=ask, args=(seed,)) for seed in range(6)]
    for thread in threads:
        thread.start()
    try:
        for turn in range(12):
            filled.put(f"n{turn % 4}.md", NOTE.replace("four", f"number {turn}"))
            if turn % 3 == 2:
                (filled.folder / "n0.md").unlink(missing_ok=True)
            filled.ingest()
            if turn == 6:
                with filled.writer() as writer:
                    served = writer.generations.served()
                    assert served is not None
                    writer.generations.fold(served.generation)
    finally:
        stop.set()
        for thread in threads:
            thread.join()
    assert problems == []


# --- the model


def test_where_the_model_cannot_be_used_words_are_searched_and_it_is_said(filled: Shelf) -> None:
    def refuse(folder: Path) -> FakeEncoder:
        raise ModelError(f"The exported model in {folder} is missing or damaged.")

    library = Library(filled.data, lambda text: "en", refuse)
    assert library.search("siren", principal=OWNER, mode=Mode.LEXICAL).hits
    assert not library.ready()
    with pytest.raises(ModelError):
        library.search("siren", principal=OWNER, mode=Mode.DENSE)
    found, by_words = (library.search("siren", principal=OWNER, mode=mode) for mode in (Mode.HYBRID, Mode.LEXICAL))
    assert found.hits == by_words.hits and by_words.notes == ()
    assert len(found.notes) == 1 and found.notes[0].endswith("is missing or damaged. Until then, only words are searched.")
    assert library.search("siren", principal=OWNER, mode=Mode.LEXICAL).hits  # its connection was not lost


def test_the_model_is_loaded_once_and_before_the_first_question_where_asked(filled: Shelf) -> None:
    opened: list[Path] = []

    def count(folder: Path) -> FakeEncoder:
        opened.append(folder)
        return FakeEncoder(folder.name)

    library = Library(filled.data, lambda text: "en", count)
    assert not library.ready()
    library.warm()
    assert library.ready() and len(opened) == 1
    threads = [threading.Thread(target=lambda: library.search("siren", principal=OWNER)) for _ in range(5)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert opened == [filled.data / "models" / "fake"]


def test_the_state_is_told(filled: Shelf) -> None:
    status = filled.library().status()
    assert (status.ready, status.model, status.dimension, status.model_languages) == (True, "fake", 64, ("*",))
    assert (status.documents, status.passages, status.in_delta, status.files_failed) == (2, 2, 2, 0)
    assert status.languages == {"en": 2} and status.bytes_on_disk > 10_000 and status.writer == ""
    filled.put("broken.pdf", b"%PDF-")
    filled.ingest()
    assert filled.library().status().files_failed == 1


@pytest.fixture
def closed(filled: Shelf) -> Iterator[Library]:
    library = filled.library()
    library.search("siren", principal=OWNER)
    library.close()
    yield library


def test_a_closed_library_opens_again_when_it_is_asked(closed: Library) -> None:
    assert closed.search("siren", principal=OWNER).hits


# --- what is typed beside the question


@pytest.fixture
def phrased(shelf: Shelf) -> Shelf:
    shelf.put("whole.md", "# One\n\nThe crowded place was emptied in four minutes by the stewards.\n")
    shelf.put("apart.md", "# Two\n\nThe place was crowded, and the stewards emptied it in ten minutes.\n")
    shelf.put("other.md", "# Three\n\nNo steward stood at the place where the buses leave.\n")
    shelf.catalogue({"file": "whole.md", "handling": "TLP:RED"}, {"file": "apart.md", "handling": "TLP:CLEAR"})
    assert shelf.ingest().code == 0
    return shelf


def titles(shelf: Shelf, question: str, clearance: Handling = Handling.RED) -> set[str]:
    return {hit.title for hit in shelf.library().search(question, principal=principal(clearance)).hits}


def test_an_exact_phrase_stands_word_for_word_in_every_hit(phrased: Shelf) -> None:
    assert titles(phrased, "crowded place") >= {"One", "Two"}
    assert titles(phrased, '"crowded place"') == {"One"} == titles(phrased, '"Crowded  PLACE" stewards')
    assert titles(phrased, '"places crowded"') == set()  # in order, and as written
    assert titles(phrased, '"place" "stewards emptied"') == {"Two"}


def test_an_excluded_word_is_in_no_hit_in_any_of_its_forms(phrased: Shelf) -> None:
    assert titles(phrased, "place -crowded") == {"Three"}
    assert titles(phrased, "place -stewards") == set()  # "steward" as well
    assert titles(phrased, 'place -"crowded place"') == {"Two", "Three"}
    assert titles(phrased, "place -nowhere") == {"One", "Two", "Three"}


def test_a_phrase_that_only_hidden_passages_hold_finds_nothing(phrased: Shelf) -> None:
    assert titles(phrased, '"crowded place"', Handling.CLEAR) == set()
    assert titles(phrased, 'place -"crowded place"', Handling.CLEAR) == titles(phrased, "place", Handling.CLEAR)
