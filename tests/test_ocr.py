"""Scanned pages: read by the real Tesseract, from pictures of text that are made here."""

import contextlib
import json
import os
import shutil
import signal
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import pypdfium2
import pytest
from PIL import Image
from reportlab.lib.pagesizes import A5
from reportlab.pdfgen.canvas import Canvas

from index import store
from index.verify import verify
from ingest import boxes, hocr, pool, recognised, tesseract
from ingest.change import Later, Step
from ingest.document import BlockKind, Document, Format, Metadata, Page, TextSource
from ingest.errors import LimitExceeded
from ingest.hocr import TextLine, Word
from ingest.limits import Limits
from ingest.lines import Line
from ingest.ocr import ADVICE, NO_OCR, TRIED, Ocr, installed
from ingest.paragraphs import group
from ingest.pdf import read, recogniser, render
from ingest.pipeline import _Waiting
from ingest.pool import ReaderPool
from tests.conftest import IN_CI
from tests.fakes import OWNER, Shelf, settle
from tests.test_pool import wait_until_gone

HERE = {"swe", "eng"} <= tesseract.languages(found) if (found := tesseract.program()) else False
pytestmark = pytest.mark.skipif(  # .ci/run installs it: there, these tests fail without it
    not HERE and not IN_CI, reason="Tesseract is not here: apt-get install tesseract-ocr tesseract-ocr-swe tesseract-ocr-eng"
)

SWEDISH = (
    "Räddningstjänsten larmade grannkommunen före klockan åtta och",
    "öppnade övningsområdet för alla frivilliga som ville hjälpa till.",
    "Därefter höll länsstyrelsen samverkansmöte varje kväll, och",
    "erfarenheterna från hösten finns nu i en rapport för alla län.",
)
ENGLISH = (
    "The harbour master closes the bridge at nine in the evening.",
    "Stewards count the visitors at the eastern gate.",
)


def draw(canvas: Canvas, lines: Sequence[str], size: float = 11, top: float = 500) -> None:
    canvas.setFont("Helvetica", size)
    for number, line in enumerate(lines):
        canvas.drawString(40, top - 1.35 * size * number, line)


def pictures(
    folder: Path, *pages: Sequence[str], askew: float = 0.0, noise: float = 18.0, turn: int = 0, top: Sequence[float] = ()
) -> list[Image.Image]:
    """Pages as a scanner sees them: askew, noisy, lying on their side, or each slipped a little."""
    path = folder / "to-be-scanned.pdf"
    canvas = Canvas(str(path), pagesize=A5)
    for number, lines in enumerate(pages):
        draw(canvas, lines, top=top[number] if top else 500)
        canvas.showPage()
    canvas.save()
    random = np.random.default_rng(1)
    seen = []
    with pypdfium2.PdfDocument(path) as document:
        for page in document:
            image = page.render(scale=2.8, grayscale=True).to_pil()
            image = image.rotate(askew, resample=Image.Resampling.BICUBIC, fillcolor=255)
            pixels = np.asarray(image, np.float64) + random.normal(0, noise, (image.height, image.width))
            seen.append(Image.fromarray(pixels.clip(0, 255).astype(np.uint8)).rotate(turn, expand=True))
            page.close()
    path.unlink()
    return seen


def bind(path: Path, images: Sequence[Image.Image]) -> Path:
    """Pictures as the pages of a PDF."""
    path.parent.mkdir(parents=True, exist_ok=True)
    images[0].save(path, resolution=200, save_all=True, append_images=images[1:])
    return path


def scan(path: Path, *pages: Sequence[str], **more: float) -> Path:
    return bind(path, pictures(path.parent, *pages, **more))


def photograph() -> Image.Image:
    """A picture without a letter in it: blots, large and small."""
    random = np.random.default_rng(2)
    sizes = (580, 820)
    blots = [
        np.asarray(Image.fromarray(random.integers(0, most, (high, high * 2 // 3), dtype=np.uint8)).resize(sizes), np.int64)
        for high, most in ((24, 190), (160, 60))
    ]
    return Image.fromarray(sum(blots).astype(np.uint8))


def recognise(path: Path, languages: str = "swe+eng") -> Document:
    return recogniser(languages, 60.0, 600.0, lambda: None)(path)


def text_of(document: Document, number: int = 1) -> str:
    page = document.pages[number - 1]
    return document.text[page.start : page.end]


@pytest.fixture
def shelf(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Shelf:
    return Shelf(tmp_path / "docs", tmp_path / "data", monkeypatch)


# -- what is read


def test_a_swedish_scan_that_lies_askew_is_read_to_the_letter(tmp_path: Path) -> None:
    document = recognise(scan(tmp_path / "scan.pdf", SWEDISH, askew=0.8))
    (page,) = document.pages
    assert document.text.split() == " ".join(SWEDISH).split()
    assert page.source is TextSource.OCR and page.confidence is not None and page.confidence > 0.85
    assert [block.kind for block in document.blocks] == [BlockKind.PARAGRAPH]
    assert document.pages_without_text == ()


def test_every_character_has_its_place_where_its_ink_is(tmp_path: Path) -> None:
    path = scan(tmp_path / "scan.pdf", ENGLISH, askew=-1.0, noise=0)
    document = recognise(path, "eng")
    (page,) = document.pages
    (tmp_path / "page.png").write_bytes(render(path, 1, 1200))
    image = np.asarray(Image.open(tmp_path / "page.png").convert("L")) < 128
    high, wide = image.shape
    places = boxes.decode(page.boxes) / boxes.SCALE * (wide, high, wide, high)
    covered = np.zeros_like(image)
    for char, (left, top, right, bottom) in zip(document.text, places.tolist(), strict=True):
        area = slice(int(top) - 1, int(bottom) + 2), slice(int(left) - 1, int(right) + 2)
        assert char.isspace() or image[area].any(), char
        covered[area] |= not char.isspace()
    assert image[covered].sum() > 0.98 * image.sum()  # and nearly all ink has its character
    lines = boxes.lines(boxes.decode(page.boxes))
    assert len(lines) == len(ENGLISH)
    word = document.text.index("bridge")
    ((left, _, width, _),) = boxes.lines(boxes.decode(page.boxes)[word : word + 6])
    assert 0.05 < width < 0.15 and left > 0.4  # the highlight of a word is that of this word


def test_a_page_on_its_side_is_turned(tmp_path: Path) -> None:
    path = scan(tmp_path / "side.pdf", (*ENGLISH, *ENGLISH), turn=90, noise=0)
    document = recognise(path, "eng")
    assert document.text.count("eastern gate") == 2
    page = document.pages[0]
    assert page.width > page.height
    tall = boxes.decode(page.boxes)[document.text.index("visitors") :][:8].astype(int)
    assert tall[:, 3].max() - tall[:, 1].min() > 2 * (tall[:, 2].max() - tall[:, 0].min())  # the word runs up the page


def test_words_divided_at_the_line_end_are_joined_and_running_headers_left_out(tmp_path: Path) -> None:
    bodies = (
        ("The city trained its prepar-", "edness together with the police."),
        ("Volunteers meet at the hall and are", "given a task each before they leave."),
        ("Nobody leaves the room without", "a task, and we meet again at nine."),
    )
    path = tmp_path / "headed.pdf"
    pages = [("Large City: report on the exercise", "", "", *body) for body in bodies]
    document = recognise(bind(path, pictures(tmp_path, *pages, top=(560, 554, 567))), "eng")
    assert "preparedness together" in document.text
    assert "Large City" not in text_of(document, 2) and text_of(document, 2).startswith("Volunteers meet")
    assert all(page.source is TextSource.OCR for page in document.pages)


def test_a_document_of_unknown_language_is_read_as_swedish_once_it_shows(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []
    really = tesseract.read
    monkeypatch.setattr(
        tesseract,
        "read",
        lambda *given, languages, **more: asked.append(languages) or really(*given, languages=languages, **more),
    )
    path = scan(tmp_path / "scan.pdf", (*SWEDISH, *SWEDISH), SWEDISH)
    assert recognise(path).text.count("samverkansmöte") == 3
    assert asked == ["swe+eng", "swe", "swe"]


def test_what_most_of_a_page_is_set_in_is_its_text_however_large(tmp_path: Path) -> None:
    small, large = tmp_path / "small.pdf", tmp_path / "large.pdf"
    canvas = Canvas(str(small), pagesize=A5)
    for size, lines in (
        (8, (*ENGLISH, *ENGLISH)),
        (16, ("Stewards count visitors", "at the eastern gate", "every ten minutes.")),
    ):
        draw(canvas, lines, size)
        canvas.showPage()
    canvas.save()
    with pypdfium2.PdfDocument(small) as source:
        bind(large, [page.render(scale=2.8, grayscale=True).to_pil() for page in source])
    document = recognise(large, "eng")
    assert "eastern gate every ten minutes" in document.text
    assert {block.kind for block in document.blocks} == {BlockKind.PARAGRAPH}


def test_only_pages_without_text_of_their_own_are_recognised(tmp_path: Path) -> None:
    path = tmp_path / "mixed.pdf"
    canvas = Canvas(str(path), pagesize=A5)
    draw(canvas, ENGLISH)
    canvas.showPage()
    canvas.drawInlineImage(pictures(tmp_path, ("Volunteers meet at the hall.",))[0], 0, 0, *A5)
    canvas.showPage()
    canvas.showPage()
    canvas.save()
    told: list[int] = []
    document = recogniser("eng", 60.0, 600.0, lambda: told.append(1))(path)
    assert [page.source for page in document.pages] == [TextSource.LAYER, TextSource.OCR, TextSource.BLANK]
    assert [page.confidence is not None for page in document.pages] == [False, True, False]
    assert len(told) == 1 and text_of(document, 2) == "Volunteers meet at the hall."
    assert text_of(document).split() == " ".join(ENGLISH).split()
    places = [boxes.decode(one.pages[0].boxes)[: len(" ".join(ENGLISH))] for one in (document, read(path))]
    assert (places[0] == places[1]).all()


def stamped(path: Path, picture: Image.Image) -> Path:
    canvas = Canvas(str(path), pagesize=A5)
    canvas.drawInlineImage(picture, 0, 0, *A5)
    draw(canvas, ("Registered 2019-03-04, no. 4711",), top=570)
    canvas.save()
    return path


def test_a_scan_with_a_stamp_is_read_and_a_picture_with_a_title_keeps_its_own(tmp_path: Path) -> None:
    letter = stamped(tmp_path / "letter.pdf", pictures(tmp_path, (*ENGLISH, *ENGLISH))[0])
    assert read(letter).pages[0].source is TextSource.STAMP and read(letter).text == "Registered 2019-03-04, no. 4711"
    document = recognise(letter, "eng")
    assert document.pages[0].source is TextSource.OCR and "closes the bridge at nine" in document.text
    title = stamped(tmp_path / "title.pdf", photograph())
    document = recognise(title, "eng")
    assert document.pages[0].source is TextSource.STAMP and document.pages[0].confidence is not None
    assert (document.text, document.pages[0].boxes) == (read(title).text, read(title).pages[0].boxes)


def test_a_picture_without_text_stays_unreadable(tmp_path: Path) -> None:
    document = recognise(bind(tmp_path / "photograph.pdf", [photograph()]), "eng")
    assert document.text == "" and document.pages_without_text == (1,)
    assert document.pages[0].confidence is not None and document.pages[0].confidence < 0.65


# -- what is kept (pure)


def line(text: str, sure: float, *, left: float = 100.0, base: float = 200.0, float_first: float = 0.0) -> TextLine:
    words = []
    for number, part in enumerate(text.split()):
        lift = float_first if number == 0 else 0.0
        top, bottom = base - 20 + lift, base - lift
        spots = tuple((left + 10 * at, top, left + 10 * at + 9, bottom) for at in range(len(part)))
        words.append(Word(text=part, box=(left, top, left + 10 * len(part), bottom), boxes=spots, confidence=sure))
        left += 10 * len(part) + 10
    return TextLine(words=tuple(words), base=base, slope=0.0, size=30.0, above=22.0, below=7.0)


@pytest.mark.parametrize(
    ("text", "sure", "kept"),
    [
        ("The siren sounds in four minutes", 0.93, True),
        ("The siren sounds in four minutes", 0.55, False),
        ("12", 0.93, True),
        ("ae Oo ;", 0.7, False),
        ("—— | ~", 0.95, False),
    ],
)
def test_a_line_is_kept_where_it_is_surely_text(text: str, sure: float, kept: bool) -> None:
    assert bool(recognised.kept([line(text, sure)])) is kept


def test_signs_that_are_borders_go_and_words_between_sure_ones_stay() -> None:
    words = [Word(text=text, box=(0, 0, 9, 9), boxes=((0, 0, 9, 9),) * len(text), confidence=sure)
             for text, sure in (("|", 0.3), ("Alarm", 0.95), ("blurred", 0.2), ("central", 0.95), ("~", 0.4))]  # fmt: skip
    whole = TextLine(words=tuple(words), base=10.0, slope=0.0, size=9.0, above=9.0, below=2.0)
    assert [one.text for one in recognised.kept([whole])] == ["Alarm blurred central"]  # a sentence never loses a word


def test_a_page_of_a_few_letters_or_poor_ones_is_none() -> None:
    assert recognised.sure([line("Warning the public", 0.9)])
    assert not recognised.sure([line("Fig 3", 0.9)])
    assert not recognised.sure([line("Warning the public", 0.62)])
    assert not recognised.sure([])


def set_in(*lines: TextLine) -> list[Line]:
    return recognised.page_text(lines, page=0, size=(400.0, 600.0), pixels=(1600, 2400), turn=0).lines


def test_a_floating_sign_is_a_bullet_and_a_letter_on_the_line_is_itself() -> None:
    bullet, letter, dash = set_in(
        line("e Close the bridge", 0.9, float_first=6.0), line("e mail and post", 0.9), line("- Close it", 0.9, float_first=8.0)
    )
    assert (bullet.text, letter.text, dash.text) == ("• Close the bridge", "e mail and post", "- Close it")
    assert bullet.indent > 0 and letter.indent == 0


def test_a_wide_gap_parts_the_cells_of_a_row() -> None:
    left, right = line("Visitors counted", 0.9), line("4021", 0.9, left=600.0)
    (row,) = set_in(TextLine(words=(*left.words, *right.words), base=200.0, slope=0.0, size=30.0, above=22.0, below=7.0))
    assert row.text == "Visitors counted  4021" and row.cells == 2


@pytest.mark.parametrize(
    ("turn", "where"), [(90, (0.2, 0.6, 0.4, 0.9)), (180, (0.6, 0.6, 0.9, 0.8)), (270, (0.6, 0.1, 0.8, 0.4))]
)
def test_places_in_a_turned_picture_are_told_as_on_the_page(turn: int, where: tuple[float, ...]) -> None:
    found = recognised._on_page(np.array([[0.1, 0.2, 0.4, 0.4]], np.float32), turn)
    assert found[0].tolist() == pytest.approx(where)


def test_sizes_that_are_nearly_the_same_become_one() -> None:
    page = recognised.page_text(
        [line("Stewards count the visitors", 0.9), line("at the gate", 0.9)], page=0, size=(400, 600), pixels=(1600, 2400), turn=0
    )
    page.lines[1] = recognised._of_size(page.lines[1], 1.08 * page.lines[0].size)
    recognised.steady([page])
    assert page.lines[0].size == page.lines[1].size


@pytest.mark.parametrize(("leading", "zoomed"), [(36.0, False), (72.0, True)])
def test_double_spacing_is_no_row_of_paragraphs(leading: float, zoomed: bool) -> None:
    lines = [line("Stewards count the visitors at the gate", 0.9, base=200 + leading * number) for number in range(10)]
    page = recognised.page_text(lines, page=0, size=(400.0, 600.0), pixels=(1600, 2400), turn=0)
    ((*drawn,),), _ = recognised.alike([page.lines], [page])
    assert (drawn[0].size > page.lines[0].size) is zoomed
    assert len(group(drawn)) == 1


@pytest.mark.parametrize("said", ["", "<html>", "no xml & at all", "\x00"])
def test_what_is_no_hocr_is_refused(said: str) -> None:
    with pytest.raises(hocr.BadHocr):
        hocr.parse(said)


def test_lines_are_read_with_their_letters_and_those_that_stand_on_end_are_left_out() -> None:
    word = "<span class='ocrx_word' title='bbox 10 5 40 30; x_wconf 91'><span class='ocrx_cinfo' title='x_bboxes 10 5 20 30;" \
           " x_conf 99'>å</span><span class='ocrx_cinfo' title='x_bboxes 20 5 20 30; x_conf 99'>&amp;</span></span>"  # fmt: skip
    heights = "baseline 0.01 -4; x_size 28; x_descenders 6; x_ascenders 7"
    said = f"<html xmlns='http://www.w3.org/1999/xhtml'><p><span class='ocr_line' title='bbox 8 5 40 30; {heights}'>{word}</span>" \
           f"<span class='ocr_line' title='bbox 8 5 40 30; textangle 90; {heights}'>{word}</span></p></html>"  # fmt: skip
    (found,) = hocr.parse(said)
    assert found.text == "å&" and found.confidence == 0.91
    assert (found.base, found.size, found.above, found.below) == (26.02, 30.0, 22.0, 6.0)
    assert found.words[0].boxes == ((10, 5, 20, 30), (10, 5, 40, 30))  # a letter without a place has its word's


@pytest.mark.parametrize(
    ("language", "languages"), [("sv", "swe"), ("en", "eng"), ("", "swe+eng"), ("de", "swe+eng"), ("da", "dan")]
)
def test_a_document_is_read_in_its_language_where_that_is_installed(language: str, languages: str) -> None:
    assert Ocr(languages=("dan", "eng", "swe")).languages_for(language) == languages
    assert Ocr(languages=("dan",)).languages_for(language) == "dan"


# -- from the file to the hit


def test_a_scan_is_added_found_and_verified(shelf: Shelf) -> None:
    bind(shelf.folder / "scan.pdf", pictures(shelf.folder, SWEDISH, ENGLISH[1:]))
    bind(shelf.folder / "half.pdf", [*pictures(shelf.folder, ENGLISH[1:]), photograph()])
    shelf.put("siren.md", "# Warning\n\nThe siren sounds in four minutes.\n")
    told = shelf.ingest()
    assert told.outcomes() == {"scan.pdf": "added", "half.pdf": "partial", "siren.md": "added"}
    assert next(iter(told.outcomes())) == "siren.md"  # what takes long is read when all other files are
    assert told.file("scan.pdf")["reason"] == "2 pages were read by OCR"
    assert told.file("half.pdf")["reason"] == f"no readable text on page 2, {TRIED}; 1 page was read by OCR"
    assert [told.file(name)["pages_without_text"] for name in ("scan.pdf", "half.pdf")] == [0, 1]
    assert list(verify(shelf.data)) == []
    (hit, *_) = shelf.search("samverkansmöte").hits
    assert Path(hit.path).name == "scan.pdf" and hit.page == 1 and hit.ocr is not None and 0.8 < hit.ocr <= 1
    assert shelf.search("siren").hits[0].ocr is None
    library = shelf.library()
    view = library.page(hit.document_id, 1, OWNER)
    library.close()
    assert view is not None and view.source == "ocr" and view.ocr == hit.ocr
    assert len(boxes.decode(view.boxes)) == len(view.text)
    (said,) = shelf.index("search", "samverkansmöte").objects
    assert said["hits"][0]["ocr"] == hit.ocr


def test_what_ocr_was_tried_on_is_not_opened_again(shelf: Shelf, monkeypatch: pytest.MonkeyPatch) -> None:
    settle(bind(shelf.folder / "photograph.pdf", [photograph()]))
    told = shelf.ingest()
    assert told.outcomes() == {"photograph.pdf": "failed"}
    assert told.file("photograph.pdf")["reason"] == f"no readable text on its only page, {TRIED}"
    monkeypatch.setattr("ingest.scan.sha256_of", lambda path: pytest.fail(f"{path} was opened"))
    assert shelf.ingest().outcomes() == {"photograph.pdf": "failed"}


def test_without_tesseract_a_scan_is_named_and_read_once_it_is_there(shelf: Shelf, monkeypatch: pytest.MonkeyPatch) -> None:
    siren = shelf.put("siren.md", "# Warning\n\nThe siren sounds in four minutes.\n")
    shelf.ingest()  # starts the reading process, which knows the environment as it is then
    canvas = Canvas(str(shelf.folder / "half.pdf"), pagesize=A5)
    draw(canvas, ENGLISH)
    canvas.showPage()
    canvas.drawInlineImage(pictures(shelf.folder, ENGLISH)[0], 0, 0, *A5)
    canvas.save()
    bind(shelf.folder / "scan.pdf", pictures(shelf.folder, ENGLISH))
    settle(shelf.folder / "scan.pdf", shelf.folder / "half.pdf", siren)
    with monkeypatch.context() as patch:
        patch.setenv("PATH", "")
        assert installed() == Ocr(advice=ADVICE) and not installed()
        told = shelf.ingest()
        assert told.outcomes() == {"scan.pdf": "failed", "half.pdf": "partial", "siren.md": "unchanged"}
        assert told.file("scan.pdf")["reason"] == f"no readable text on its only page: {ADVICE}"
        assert told.file("half.pdf")["reason"] == f"no readable text on page 2: {ADVICE}"
        assert shelf.ingest().outcomes() == {"scan.pdf": "failed", "half.pdf": "unchanged", "siren.md": "unchanged"}
    told = shelf.ingest()
    assert told.outcomes() == {"scan.pdf": "added", "half.pdf": "changed", "siren.md": "unchanged"}
    assert set(shelf.found("harbour")[:2]) == {"scan.pdf", "half.pdf"} and list(verify(shelf.data)) == []
    assert shelf.sql("SELECT count(*) FROM documents") == [(3,)]  # the halves read before are gone
    assert set(shelf.ingest().outcomes().values()) == {"unchanged"}


def test_switched_off_it_is_as_it_was_without(shelf: Shelf, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KALLA_OCR", "Off")
    assert installed() == NO_OCR
    bind(shelf.folder / "scan.pdf", pictures(shelf.folder, ENGLISH))
    reason = shelf.ingest().file("scan.pdf")["reason"]
    assert reason.startswith("no readable text on its only page: it is a scan") and "install" not in reason


def test_a_store_of_version_0_2_is_taken_over_in_place(shelf: Shelf) -> None:
    shelf.put("siren.md", "# Warning\n\nThe siren sounds in four minutes.\n")
    shelf.ingest()
    shelf.sql("ALTER TABLE pages DROP COLUMN confidence")
    shelf.sql("DELETE FROM migrations WHERE name LIKE '0003%'")
    bind(shelf.folder / "scan.pdf", pictures(shelf.folder, ENGLISH))
    assert shelf.ingest().outcomes() == {"siren.md": "unchanged", "scan.pdf": "added"}
    found = shelf.sql("SELECT source, confidence FROM pages ORDER BY document_id")
    assert found[0] == ("layer", None) and found[1][0] == "ocr" and 0.8 < found[1][1] <= 1
    assert store.exists(shelf.data) and list(verify(shelf.data)) == []


def test_what_was_put_off_is_done_last_and_the_shortest_first() -> None:
    def task(name: str):
        return lambda: iter([Step(path=name)])

    waiting = _Waiting([task("one"), task("two")])
    first = waiting.next()
    waiting.put_off(Later(pages=500, steps=task("long")))
    waiting.put_off(Later(pages=3, steps=task("short")))
    rest = iter(waiting.next, None)
    assert [step.path for one in (first, *rest) if one for step in one()] == ["one", "two", "short", "long"]


# -- limits


@pytest.fixture
def slow_tesseract(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A program by that name that takes its time."""
    folder = tmp_path / "programs"
    folder.mkdir()
    (folder / "tesseract").write_text(f"#!/bin/sh\nexec {shutil.which('sleep')} 60\n")
    (folder / "tesseract").chmod(0o755)
    monkeypatch.setenv("PATH", str(folder))


@pytest.mark.usefixtures("slow_tesseract")
def test_a_page_that_takes_too_long_is_given_up_and_the_others_count(tmp_path: Path) -> None:
    path = scan(tmp_path / "slow.pdf", ENGLISH, ENGLISH, ENGLISH)
    began = time.monotonic()
    with ReaderPool(1, limits=Limits(seconds=20, page_seconds=0.3, document_seconds=0.5)) as readers:
        document = readers.recognise(path, "eng")
    assert time.monotonic() - began < 15
    assert document.pages_without_text == (1, 2, 3) and [page.confidence for page in document.pages] == [0.0, 0.0, 0.0]
    assert document.notes == ("OCR took too long: 1 page was not tried.",)


@pytest.mark.usefixtures("slow_tesseract")
@pytest.mark.parametrize("end", ["the pool is closed", "the reading process is killed"])
def test_tesseract_dies_with_the_process_that_started_it(tmp_path: Path, end: str) -> None:
    path = scan(tmp_path / "slow.pdf", ENGLISH)
    readers = ReaderPool(1)
    reading = threading.Thread(target=until_it_ends, args=(readers, path), daemon=True)
    reading.start()
    child, program = next(started(readers))
    assert os.readlink(f"/proc/{program}/ns/net") == os.readlink(f"/proc/{child}/ns/net")
    if end == "the pool is closed":
        readers.close()
    else:
        os.kill(child, signal.SIGKILL)
    assert wait_until_gone(program, 5)
    readers.close()
    reading.join(5)


def until_it_ends(readers: ReaderPool, path: Path) -> None:
    with contextlib.suppress(LimitExceeded, RuntimeError):
        readers.recognise(path, "eng")


def started(readers: ReaderPool) -> Iterator[tuple[int, int]]:
    """The reading process and the program that it has started, once it has."""
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline:
        for child in [one._process.pid for one in readers._children]:
            for program in Path(f"/proc/{child}/task/{child}/children").read_text().split():
                if "sleep" in Path(f"/proc/{program}/cmdline").read_text():
                    yield child, int(program)
        time.sleep(0.02)


WORKING = """
import subprocess, sys, time
from ingest import child, tesseract
from ingest.document import Block, BlockKind, Document, Format, Metadata, Page


def recogniser(languages, page_seconds, document_seconds, working, passwords):
    def read(path):
        for _ in range(int(path.read_text())):
            time.sleep(0.1)
            working()
        text = languages
        try:
            subprocess.run(["/bin/true"])
            text += " and started another program"
        except PermissionError as error:
            text += f" {error}"
        return Document(
            text=text, pages=(Page(number=1, label="", start=0, end=len(text)),), format=Format.PDF, metadata=Metadata(),
            blocks=(Block(start=0, end=len(text), kind=BlockKind.PARAGRAPH),),
        )
    return read


class Readers:
    recogniser = staticmethod(lambda: recogniser)


raise SystemExit(child.main(sys.argv[1:], Readers))
"""


@pytest.fixture
def working(tmp_path: Path) -> Iterator[ReaderPool]:
    """A reading process that is at work for 0.1 seconds as often as its file says."""
    (tmp_path / "working.py").write_text(WORKING)
    limits = Limits(seconds=0.6, document_seconds=0.7)
    with ReaderPool(1, limits=limits, command=[sys.executable, "-P", "-B", str(tmp_path / "working.py")]) as readers:
        yield readers


def test_a_document_may_take_longer_than_a_file_while_its_pages_come(working: pool.ReaderPool, tmp_path: Path) -> None:
    path = tmp_path / "scan.pdf"
    path.write_text("7")
    document = working.recognise(path, "swe")
    assert document.text == "swe a reader may not do this: subprocess.Popen"  # it may start Tesseract, and nothing else
    path.write_text("60")
    with pytest.raises(LimitExceeded, match=r"took longer than 1\.3 s"):
        working.recognise(path, "swe")


def test_where_ocr_fails_as_a_whole_the_other_pages_count(shelf: Shelf, monkeypatch: pytest.MonkeyPatch) -> None:
    path = shelf.folder / "mixed.pdf"
    canvas = Canvas(str(path), pagesize=A5)
    draw(canvas, ENGLISH)
    canvas.showPage()
    canvas.drawInlineImage(photograph(), 0, 0, *A5)
    canvas.save()
    settle(path)

    def fail(*_: object) -> Document:
        raise LimitExceeded("reading needed more than 2 GiB of memory")

    monkeypatch.setattr(ReaderPool, "recognise", fail)
    told = shelf.ingest().file("mixed.pdf")
    assert told["outcome"] == "partial" and "OCR failed: reading needed more than 2 GiB of memory" in told["reason"]
    assert TRIED in told["reason"] and shelf.found("harbour") == ["mixed.pdf"]
    assert shelf.ingest().outcomes() == {"mixed.pdf": "unchanged"}


def test_a_page_of_ocr_crosses_the_pipe_with_its_confidence(tmp_path: Path) -> None:
    path = scan(tmp_path / "scan.pdf", ENGLISH)
    with ReaderPool(1) as readers:
        assert readers.recognise(path, "eng") == recognise(path, "eng")
        assert readers.read(path, Format.PDF).pages_without_text == (1,)


def test_a_confidence_is_a_share_or_nothing() -> None:
    from ingest import wire
    from ingest.errors import ReadError

    def sent(confidence: object) -> bytes:
        value = json.loads(wire.dump(page_of(0.5)))
        value["pages"][0][8] = confidence
        return json.dumps(value).encode()

    assert wire.load(sent(1)).pages[0].confidence == 1.0
    for bad in (None, 1.5, -0.1, "high", True):
        with pytest.raises(ReadError, match="confidence"):
            wire.load(sent(bad))


def page_of(confidence: float) -> Document:
    page = Page(number=1, label="", start=0, end=0, source=TextSource.OCR, confidence=confidence)
    return Document(text="", pages=(page,), blocks=(), format=Format.PDF, metadata=Metadata())
