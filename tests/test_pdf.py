"""Reading PDF: files made here with reportlab and pypdf, and the broken ones of the shared data."""

import io
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pypdf
import pytest
from PIL import Image
from reportlab.lib.pagesizes import A4
from reportlab.pdfgen.canvas import Canvas

from ingest import boxes
from ingest.document import BlockKind, Document, TextSource
from ingest.errors import IngestError, NeedsPassword, ReadError
from ingest.pdf import read, render
from ingest.pdfium import _paired

WIDTH, HEIGHT = A4
BODY = (
    "The city keeps a common operating picture from the first hour and shares it with its partners",
    "every fifteen minutes. The duty officer writes down what is known, what is not known and when",
    "the next meeting takes place. Nobody leaves the room without a task.",
)


class Sheet:
    """A canvas that writes lines downwards."""

    def __init__(self, path: Path, **options: object) -> None:
        self.path = path
        self.canvas = Canvas(str(path), pagesize=A4, pageCompression=0, **options)
        self.y = HEIGHT - 100.0

    def line(self, text: str, size: float = 11, font: str = "Helvetica", left: float = 72, gap: float = 1.3) -> "Sheet":
        self.y -= gap * size
        self.canvas.setFont(font, size)
        self.canvas.drawString(left, self.y, text)
        return self

    def lines(self, *texts: str, left: float = 72, size: float = 11) -> "Sheet":
        for text in texts:
            self.line(text, left=left, size=size)
        return self

    def skip(self, points: float = 12) -> "Sheet":
        self.y -= points
        return self

    def put(self, x: float, y: float, text: str, size: float = 9, font: str = "Helvetica") -> "Sheet":
        self.canvas.setFont(font, size)
        self.canvas.drawString(x, y, text)
        return self

    def page(self) -> "Sheet":
        self.canvas.showPage()
        self.y = HEIGHT - 100.0
        return self

    def save(self) -> Path:
        self.canvas.save()
        return self.path


@pytest.fixture
def sheet(tmp_path: Path) -> Sheet:
    return Sheet(tmp_path / "a-report.pdf")


def kinds(document: Document) -> list[tuple[str, str]]:
    return [(block.kind.value, document.text[block.start : block.end]) for block in document.blocks]


def texts(document: Document, kind: BlockKind) -> list[str]:
    return [document.text[block.start : block.end] for block in document.blocks if block.kind is kind]


def page_text(document: Document, number: int) -> str:
    page = document.pages[number - 1]
    return document.text[page.start : page.end]


def assert_boxes_cover_the_ink(document: Document, path: Path, number: int = 1) -> None:
    """Every dark pixel of the drawn page lies within a box, and every box of a character holds dark pixels."""
    page = document.pages[number - 1]
    image = np.asarray(Image.open(io.BytesIO(render(path, number, 900))).convert("L")) < 128
    high, wide = image.shape
    covered = np.zeros_like(image)
    for char, (left, top, right, bottom) in zip(page_text(document, number), boxes.decode(page.boxes).tolist(), strict=True):
        assert (right > left and bottom > top) == (not char.isspace()), repr(char)
        if char.isspace():
            continue
        area = (
            slice(int(top * high / boxes.SCALE) - 1, int(bottom * high / boxes.SCALE) + 2),
            slice(int(left * wide / boxes.SCALE) - 1, int(right * wide / boxes.SCALE) + 2),
        )
        assert image[area].any(), repr(char)
        covered[area] = True
    assert not (image & ~covered).any()


# Text


def test_lines_become_paragraphs_and_every_character_has_its_place(sheet: Sheet) -> None:
    path = sheet.lines(*BODY).skip().lines("A second paragraph follows after a gap.").save()
    document = read(path)
    assert kinds(document) == [("paragraph", " ".join(BODY)), ("paragraph", "A second paragraph follows after a gap.")]
    assert document.text == "\n\n".join(text for _, text in kinds(document))
    assert (document.pages[0].width, document.pages[0].height) == pytest.approx(A4, abs=0.01)
    assert_boxes_cover_the_ink(document, path)


def test_words_divided_over_lines_are_whole_and_the_hyphen_has_no_box_left(sheet: Sheet) -> None:
    document = read(
        sheet.lines("Länets kommuner bör använda en gemensam krisbered-", "skapsplan för kris- och", "andra lägen.").save()
    )
    assert document.text == "Länets kommuner bör använda en gemensam krisberedskapsplan för kris- och andra lägen."


def test_text_printed_twice_to_look_bold_is_read_once(sheet: Sheet) -> None:
    sheet.put(72, 700, "Overprinted words", 12).put(72.4, 700, "Overprinted words", 12)
    assert read(sheet.put(72, 650, "Plain words", 12).save()).text.split("\n\n") == ["Overprinted words", "Plain words"]


def test_text_beyond_the_edge_of_the_page_is_not_read(sheet: Sheet) -> None:
    sheet.put(72, 700, "On the page").put(72, -40, "slug line 12.indd").put(WIDTH + 30, 400, "bleed")
    assert read(sheet.save()).text == "On the page"


def test_two_columns_are_read_one_after_the_other_even_where_the_file_weaves_them(sheet: Sheet) -> None:
    left = (
        "Crowds that leave a stadium",
        "together need more than one",
        "way out, and somebody who",
        "tells them which to take.",
    )
    right = ("Signs help when they can", "be read from a distance", "and when they show a", "direction, not a name.")
    for i, (one, two) in enumerate(zip(left, right, strict=True)):
        sheet.put(72, 700 - 14 * i, one, 11).put(320, 700 - 14 * i, two, 11)
    assert read(sheet.save()).text == " ".join(left) + "\n\n" + " ".join(right)


def test_a_heading_drawn_after_its_text_is_read_before_it(sheet: Sheet) -> None:
    sheet.y = 700
    sheet.lines(*BODY)
    path = sheet.put(72, 720, "Common operating picture", 18, "Helvetica-Bold").save()
    assert kinds(read(path)) == [("heading", "Common operating picture"), ("paragraph", " ".join(BODY))]


@pytest.mark.parametrize("degrees", [0, 90, 180, 270])
def test_boxes_follow_the_rotation_and_the_crop_of_the_page(tmp_path: Path, sheet: Sheet, degrees: int) -> None:
    plain = sheet.lines(*BODY).put(20, 20, "cropped away").save()
    reader = pypdf.PdfReader(plain)
    page = reader.pages[0]
    page.cropbox = pypdf.generic.RectangleObject((50, 400, 590, 800))
    page.rotate(degrees)
    writer = pypdf.PdfWriter()
    writer.add_page(page)
    path = tmp_path / "turned.pdf"
    writer.write(path)
    document = read(path)
    assert document.text == " ".join(BODY)
    size = (540, 400) if degrees % 180 == 0 else (400, 540)
    assert (document.pages[0].width, document.pages[0].height) == pytest.approx(size, abs=0.1)
    assert_boxes_cover_the_ink(document, path)


def test_text_that_runs_upwards_is_read_along_its_lines(sheet: Sheet) -> None:
    sheet.canvas.rotate(90)
    sheet.put(100, -200, "A table set sideways").put(100, -220, "has lines as well.")
    path = sheet.save()
    document = read(path)
    assert document.text.split() == "A table set sideways has lines as well.".split()
    assert_boxes_cover_the_ink(document, path)


def test_surrogates_are_joined_to_one_character() -> None:
    codes = _paired(np.array([0x61, 0xD835, 0xDC53, 0xD835, 0x62], np.uint32)).tolist()
    assert codes == [0x61, 0x1D453, 0x200B, 0xD835, 0x62]


# Pages


def report(sheet: Sheet, pages: int, header: str = "Warning the public", number: Callable[[int], str] = str) -> Sheet:
    for page in range(1, pages + 1):
        sheet.put(72, HEIGHT - 40, header).put(300, 30, number(page))
        sheet.line(f"Lesson {'ABCDEFGH'[page - 1]} of the exercise", 16, "Helvetica-Bold").skip().lines(*BODY)
        sheet.page()
    return sheet


def test_running_headers_and_page_numbers_are_left_out_and_give_the_labels(sheet: Sheet) -> None:
    document = read(report(sheet, 4, number=lambda page: str(page + 6)).save())
    assert document.text.count("Warning the public") == 1  # on the first page: these words stand nowhere else
    assert [page.label for page in document.pages] == ["7", "8", "9", "10"]
    for number in (2, 3, 4):
        assert page_text(document, number).split("\n\n")[0] == f"Lesson {'ABCD'[number - 1]} of the exercise"
        assert page_text(document, number).strip().endswith("without a task.")


def test_two_pages_alike_are_no_proof_of_a_header(sheet: Sheet) -> None:
    document = read(report(sheet, 2, number=lambda _: "").save())
    assert document.text.count("Warning the public") == 2


def test_roman_page_numbers_are_labels(sheet: Sheet) -> None:
    numbers = ("i", "ii", "iii", "iv", "1", "2", "3")
    document = read(report(sheet, 7, number=lambda page: numbers[page - 1]).save())
    assert tuple(page.label for page in document.pages) == numbers


def test_a_spread_has_the_numbers_of_both_its_pages(sheet: Sheet) -> None:
    for page in range(1, 5):
        sheet.put(40, 30, str(2 * page)).put(WIDTH - 60, 30, str(2 * page + 1)).lines(*BODY).page()
    document = read(sheet.save())
    assert [page.label for page in document.pages] == ["2–3", "4–5", "6–7", "8–9"]
    assert not any(char.isdigit() for char in document.text)


def test_labels_stated_by_the_file_go_first(tmp_path: Path, sheet: Sheet) -> None:
    writer = pypdf.PdfWriter(clone_from=report(sheet, 4, number=lambda _: "").save())
    writer.set_page_label(0, 1, style="/r")
    writer.set_page_label(2, 3, style="/D", start=14)
    path = tmp_path / "labels.pdf"
    writer.write(path)
    assert [page.label for page in read(path).pages] == ["i", "ii", "14", "15"]


def test_a_table_head_repeated_on_every_page_stays(sheet: Sheet) -> None:
    for page in range(4):
        sheet.y = HEIGHT - 60
        for i in range(6):
            row = ("City", "Sirens", "Tested") if i == 0 else (f"City {'ABCDE'[i - 1]}{page}", str(40 + i), "monthly")
            for column, cell in enumerate(row):
                sheet.put(72 + 150 * column, sheet.y - 14 * i, cell, 10)
        sheet.page()
    document = read(sheet.save())
    assert texts(document, BlockKind.TABLE_ROW).count("City  Sirens  Tested") == 4


def test_a_sentence_runs_on_over_the_page_break_and_the_pages_tile_the_text(sheet: Sheet) -> None:
    sheet.y = 150
    sheet.lines("The plan is exercised each year by all of the organi-")
    sheet.put(72, 60, "1 The first exercise took place in March 2019.", 8).page()
    document = read(sheet.lines("sations that signed it, and its lessons are kept.").skip().lines(*BODY).save())
    sentence = "The plan is exercised each year by all of the organisations that signed it, and its lessons are kept."
    assert kinds(document) == [
        ("note", "1 The first exercise took place in March 2019."),
        ("paragraph", sentence),
        ("paragraph", " ".join(BODY)),
    ]
    second = document.pages[1]
    assert document.text[second.start :].startswith("sations that signed it")
    assert (document.pages[0].start, document.pages[0].end, second.end) == (0, second.start, len(document.text))


# Structure


def test_headings_follow_the_outline(sheet: Sheet) -> None:
    for level, title in ((0, "Planning"), (1, "Before the event"), (1, "After the event")):
        sheet.canvas.bookmarkPage(title)
        sheet.canvas.addOutlineEntry(title, title, level)
        sheet.skip().line(title, 12).skip(6).lines(*BODY)
    document = read(sheet.save())
    found = [
        (block.level, document.text[block.start : block.end]) for block in document.blocks if block.kind is BlockKind.HEADING
    ]
    assert found == [(1, "Planning"), (2, "Before the event"), (2, "After the event")]


def test_headings_follow_size_and_numbering_where_there_is_no_outline(sheet: Sheet) -> None:
    for title, size in (("1 Warning", 18), ("1.1 Sirens", 14), ("1.1.1 Tests", 12), ("2 Shelter", 18)):
        sheet.skip().line(title, size, "Helvetica-Bold").skip(6).lines(*BODY)
    document = read(sheet.save())
    found = [
        (block.level, document.text[block.start : block.end]) for block in document.blocks if block.kind is BlockKind.HEADING
    ]
    assert found == [(1, "1 Warning"), (2, "1.1 Sirens"), (3, "1.1.1 Tests"), (1, "2 Shelter")]


def test_recommendations_lists_captions_and_footnotes_are_told_apart(sheet: Sheet) -> None:
    sheet.lines(*BODY).skip().line("Recommendation 4. Cities should test their sirens", font="Helvetica-Bold")
    sheet.line("every month and publish the result.").skip()
    sheet.lines("• one person decides", "• one person speaks to the public, with a colleague").line("who writes", left=80).skip()
    sheet.line("Table 3: Sirens by city", 9).skip().lines("Recommendation 4 was carried out in the spring.")
    document = read(sheet.put(72, 60, "1 Tested in 2019.", 8).save())
    assert kinds(document) == [
        ("paragraph", " ".join(BODY)),
        ("recommendation", "Recommendation 4. Cities should test their sirens every month and publish the result."),
        ("list item", "• one person decides"),
        ("list item", "• one person speaks to the public, with a colleague who writes"),
        ("caption", "Table 3: Sirens by city"),
        ("paragraph", "Recommendation 4 was carried out in the spring."),
        ("note", "1 Tested in 2019."),
    ]


def test_a_recommendation_takes_in_the_paragraph_below_its_heading(sheet: Sheet) -> None:
    sheet.lines(*BODY).skip().line("Rekommendation 2", 13, "Helvetica-Bold").skip(6).lines("Kommunen bör öva varje år.").skip()
    document = read(sheet.lines("Nästa stycke hör inte till den.").save())
    assert texts(document, BlockKind.RECOMMENDATION) == ["Rekommendation 2\nKommunen bör öva varje år."]
    assert texts(document, BlockKind.PARAGRAPH)[-1] == "Nästa stycke hör inte till den."


def test_a_mark_that_leads_to_a_footnote_is_no_part_of_the_sentence(sheet: Sheet) -> None:
    sheet.lines("Sirens are tested on the first Monday.")
    sheet.put(72 + sheet.canvas.stringWidth("Sirens are tested on the first Monday.", "Helvetica", 11), sheet.y + 4, "1", 6)
    sheet.skip().lines("The square of two is 2")
    sheet.put(72 + sheet.canvas.stringWidth("The square of two is 2", "Helvetica", 11), sheet.y + 4, "2", 6)
    document = read(sheet.put(72, 60, "1 Except in July.", 8).save())
    assert texts(document, BlockKind.PARAGRAPH)[0] == "Sirens are tested on the first Monday."
    assert texts(document, BlockKind.PARAGRAPH)[1].startswith("The square of two is 22")


def test_contents_are_marked_as_such(sheet: Sheet) -> None:
    sheet.line("Contents", 16, "Helvetica-Bold").skip()
    for title, number in (("Foreword", "iii"), ("1 Warning", "5"), ("1.1 Sirens", "12")):
        sheet.line(f"{title} {'.' * 60} {number}")
    assert len(texts(read(sheet.save()), BlockKind.CONTENTS)) == 3


def test_table_rows_stay_whole_with_cells_of_several_lines(sheet: Sheet) -> None:
    rows = ((("Class",), ("Visitors",), ("Consult at the", "latest")), (("B",), ("1 001 to 5 000",), ("8 weeks", "ahead")))
    for i, row in enumerate(rows):
        for column, cell in enumerate(row):
            for j, words in enumerate(cell):
                sheet.put(72 + 140 * column, 700 - 40 * i - 11 * j, words, 9)
    assert texts(read(sheet.save()), BlockKind.TABLE_ROW) == [
        "Class  Visitors  Consult at the latest",
        "B  1 001 to 5 000  8 weeks ahead",
    ]


# What the document says of itself


def test_title_date_and_language_are_taken_where_they_are_sensible(tmp_path: Path, sheet: Sheet) -> None:
    sheet.canvas.setTitle("Säkra publika evenemang")
    sheet.canvas.setAuthor("Samverkan")
    writer = pypdf.PdfWriter(clone_from=sheet.lines(*BODY).save())
    writer.root_object[pypdf.generic.NameObject("/Lang")] = pypdf.generic.TextStringObject("sv-SE")
    writer.add_metadata({"/CreationDate": "D:20210504120000Z"})
    path = tmp_path / "with-metadata.pdf"
    writer.write(path)
    found = read(path).metadata
    assert (found.title, found.language, found.date) == ("Säkra publika evenemang", "sv", "2021-05-04")


@pytest.mark.parametrize("stated", ["Microsoft Word - rapport_v3_slutlig.doc", "untitled", "a-report", "report_final.indd", ""])
def test_a_title_that_is_none_is_replaced_by_the_largest_heading(sheet: Sheet, stated: str) -> None:
    sheet.canvas.setTitle(stated)
    path = sheet.line("Protecting Crowded Places", 24, "Helvetica-Bold").skip().lines(*BODY).save()
    assert read(path).metadata.title == "Protecting Crowded Places"


def test_without_any_title_the_file_name_is_one(sheet: Sheet) -> None:
    assert read(sheet.lines(*BODY).save()).metadata.title == "a report"


def test_attachments_are_counted(tmp_path: Path, sheet: Sheet) -> None:
    writer = pypdf.PdfWriter(clone_from=sheet.lines(*BODY).save())
    writer.add_attachment("one.csv", b"a,b")
    path = tmp_path / "one.pdf"
    writer.write(path)
    assert read(path).notes == ("1 attachment was not read.",)
    writer.add_attachment("two.csv", b"a,b")
    writer.write(path)
    assert read(path).notes == ("2 attachments were not read.",)


# Pages without text


def test_a_page_with_only_a_picture_is_unreadable_and_an_empty_one_is_blank(sheet: Sheet) -> None:
    sheet.lines(*BODY).page()
    sheet.canvas.drawInlineImage(Image.effect_noise((80, 80), 90), 100, 300, 300, 300)
    sheet.page()
    sheet.page()
    sheet.canvas.setFillColorRGB(1, 1, 1)
    sheet.canvas.rect(0, 0, WIDTH, HEIGHT, stroke=0, fill=1)
    document = read(sheet.page().save())
    assert [page.source for page in document.pages] == [TextSource.LAYER, TextSource.NONE, TextSource.BLANK, TextSource.BLANK]
    assert document.pages_without_text == (2,)
    assert not any(page_text(document, number) for number in (3, 4))


def test_a_scan_with_only_a_page_number_is_unreadable(sheet: Sheet) -> None:
    for page in range(1, 5):
        sheet.put(300, 30, str(page))
        if page == 3:
            sheet.canvas.drawInlineImage(Image.effect_noise((80, 80), 90), 20, 100, 550, 700)
        else:
            sheet.lines(*BODY)
        sheet.page()
    assert read(sheet.save()).pages_without_text == (3,)


def test_a_document_without_text_is_a_document(sheet: Sheet) -> None:
    sheet.canvas.drawInlineImage(Image.effect_noise((80, 80), 90), 100, 300, 300, 300)
    document = read(sheet.page().save())
    assert (document.text, document.blocks, document.pages_without_text) == ("", (), (1,))


def test_glyphs_without_meaning_are_no_text(sheet: Sheet, monkeypatch: pytest.MonkeyPatch) -> None:
    path = sheet.lines(*BODY).save()
    private = path.read_bytes().replace(b"/Encoding /WinAnsiEncoding", b"/ToUnicode 99 0 R         ")
    ranges = b"1 begincodespacerange <00> <ff> endcodespacerange 1 beginbfrange <00> <ff> <e000> endbfrange"
    cmap = b"99 0 obj\n<</Length 91>>\nstream\n" + ranges + b"\nendstream\nendobj\n"
    path.write_bytes(private.replace(b"xref\n", cmap + b"xref\n", 1))
    monkeypatch.setattr("ingest.pdfinfo.PypdfDocument.text", lambda self, index: "\ue001\ue002 \ufffd")
    document = read(path)
    assert [page.source for page in document.pages] == [TextSource.NONE]
    assert document.text == ""


# Broken and locked files


def encrypted(path: Path, target: Path, password: str) -> Path:
    writer = pypdf.PdfWriter(clone_from=path)
    writer.encrypt(user_password=password, owner_password="owner", algorithm="RC4-128")
    writer.write(target)
    return target


def test_the_empty_password_opens_a_file(tmp_path: Path, sheet: Sheet) -> None:
    sheet.canvas.setTitle("Locked against printing")
    document = read(encrypted(sheet.lines(*BODY).save(), tmp_path / "open.pdf", ""))
    assert document.text == " ".join(BODY)
    assert document.metadata.title == "Locked against printing"


def test_a_real_password_is_asked_for(tmp_path: Path, sheet: Sheet) -> None:
    path = encrypted(sheet.lines(*BODY).save(), tmp_path / "locked.pdf", "secret")
    with pytest.raises(NeedsPassword, match="password"):
        read(path)
    with pytest.raises(NeedsPassword):
        render(path, 1, 200)


@pytest.mark.parametrize("content", [b"", b"not a pdf", b"%PDF-1.7\n%%EOF\n", b"PK\x03\x04" + bytes(200)])
def test_what_is_no_pdf_is_refused(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "false.pdf"
    path.write_bytes(content)
    with pytest.raises(ReadError, match=r"not a PDF|broken|no pages"):
        read(path)


def test_a_missing_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ReadError):
        read(tmp_path / "nowhere.pdf")


def test_pypdf_helps_where_pdfium_cannot_open_a_file(sheet: Sheet, monkeypatch: pytest.MonkeyPatch) -> None:
    path = sheet.lines(*BODY).save()

    def refuse(self: object, path: Path, passwords: object) -> None:
        raise ReadError("PDFium does not open it")

    monkeypatch.setattr("ingest.pdf.PdfiumDocument.__init__", refuse)
    document = read(path)
    assert document.text == " ".join(BODY)
    assert [(page.source, page.boxes) for page in document.pages] == [(TextSource.FALLBACK, b"")]
    assert document.pages[0].width == pytest.approx(WIDTH, abs=0.1)


def test_pdfium_alone_is_enough(sheet: Sheet, monkeypatch: pytest.MonkeyPatch) -> None:
    sheet.canvas.setTitle("Säkra publika evenemang")
    sheet.canvas.bookmarkPage("x")
    sheet.canvas.addOutlineEntry("Planning", "x", 0)
    path = sheet.line("Planning").skip().lines(*BODY).save()

    def refuse(self: object, path: Path, passwords: object) -> None:
        raise ReadError("pypdf does not open it")

    monkeypatch.setattr("ingest.pdf.PypdfDocument.__init__", refuse)
    document = read(path)
    assert document.metadata.title == "Säkra publika evenemang"
    assert kinds(document)[0] == ("heading", "Planning")


@pytest.mark.parametrize("error", [RecursionError(), MemoryError(), OverflowError(), ZeroDivisionError(), Exception("anything")])
def test_whatever_pypdf_raises_the_text_layer_is_read(sheet: Sheet, monkeypatch: pytest.MonkeyPatch, error: Exception) -> None:
    def fail(*_: object, **__: object) -> None:
        raise error

    monkeypatch.setattr("pypdf.PdfReader.__init__", fail)
    assert read(sheet.lines(*BODY).save()).text == " ".join(BODY)


def test_pypdf_is_not_waited_for_beyond_its_time(sheet: Sheet, monkeypatch: pytest.MonkeyPatch) -> None:
    import threading

    forever = threading.Event()
    monkeypatch.setattr("ingest.pdfinfo.PATIENCE", 0.05)
    monkeypatch.setattr("pypdf.PdfReader.__init__", lambda *_, **__: forever.wait(20))
    assert read(sheet.lines(*BODY).save()).text == " ".join(BODY)
    forever.set()


# Page images


def test_a_page_is_drawn_at_the_width_asked_for(sheet: Sheet) -> None:
    path = sheet.lines(*BODY).page().lines("Second page").save()
    for width in (1, 333, 1200):
        image = Image.open(io.BytesIO(render(path, 2, width)))
        assert image.format == "PNG"
        assert image.size[0] == width
        assert image.size[1] == pytest.approx(width * HEIGHT / WIDTH, abs=1.1)


@pytest.mark.parametrize(("page", "width"), [(0, 100), (2, 100), (1, 0), (1, 4001), (1, -5)])
def test_impossible_images_are_refused(sheet: Sheet, page: int, width: int) -> None:
    path = sheet.lines(*BODY).save()
    with pytest.raises(ReadError):
        render(path, page, width)


def test_an_absurdly_tall_page_gives_an_image_of_bounded_size(tmp_path: Path) -> None:
    canvas = Canvas(str(tmp_path / "tall.pdf"), pagesize=(10, 14000))
    canvas.drawString(1, 7000, "x")
    canvas.save()
    width, height = Image.open(io.BytesIO(render(tmp_path / "tall.pdf", 1, 4000))).size
    assert width * height <= 41_000_000
    assert width < 4000


# Real files


@pytest.mark.shared
@pytest.mark.parametrize("part", range(4))
def test_no_hostile_file_raises_anything_but_what_is_promised(shared: Path, part: int) -> None:
    program = """
import sys, warnings
from pathlib import Path
warnings.simplefilter("error")
from ingest.errors import IngestError
from ingest.pdf import read, render
for name in sys.argv[1:]:
    try:
        document = read(Path(name))
        assert document.pages and document.pages[-1].end == len(document.text)
        render(Path(name), 1, 100)
    except IngestError as error:
        assert str(error)
    except BaseException as error:
        print(name, type(error), error)
"""
    files = sorted(str(path) for path in (shared / "files" / "hostile_pdf").glob("*.pdf"))[part::4]
    assert files
    done = subprocess.run([sys.executable, "-c", program, *files], capture_output=True, text=True, timeout=120, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


@pytest.mark.shared
@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("swedish/rekryteringspolicy.pdf", "rekrytering"),
        ("swedish/Slutrapport.pdf", "vidareutveckla min applikation"),
        ("reports/fema_flood-hazard-info-sheet.pdf", "Know your area’s type of flood risk and consider your personal risk"),
    ],
)
def test_real_documents_read_as_they_look(shared: Path, name: str, words: str) -> None:
    document = read(shared / "files" / name)
    assert words.lower() in document.text.lower()
    assert all(page.source is TextSource.LAYER for page in document.pages)


@pytest.mark.shared
def test_scans_are_told_from_text(shared: Path) -> None:
    for path in sorted((shared / "files" / "scanned").glob("*.pdf")):
        try:
            document = read(path)
        except IngestError:
            continue
        for page in document.pages:
            assert (page.source in (TextSource.NONE, TextSource.BLANK)) <= (not document.text[page.start : page.end].strip())


@pytest.mark.parametrize(
    ("lines", "mark"),
    [
        (["A report", "TLP:AMBER", "The siren sounds."], "TLP:AMBER"),
        (["OFFICIAL-SENSITIVE", "A report", "The siren sounds."], "OFFICIAL-SENSITIVE"),
        (["A report", "The siren sounds. TLP:RED means that nobody else is told."], ""),
        (["A report", "The siren sounds."], ""),
    ],
)
def test_a_mark_on_the_first_page_is_the_documents(tmp_path: Path, lines: list[str], mark: str) -> None:
    assert read(_of_lines(tmp_path / "m.pdf", [lines])).metadata.handling == mark


def test_a_mark_at_the_foot_of_any_page_counts_and_the_strictest_holds(tmp_path: Path) -> None:
    pages = [["A report", "TLP:GREEN", "The siren sounds."], ["More", *["It goes on for a while."] * 20, "TLP:RED"]]
    assert read(_of_lines(tmp_path / "m.pdf", pages)).metadata.handling == "TLP:RED"
    middle = [pages[0], ["More", *["It goes on."] * 9, "TLP:RED", *["It goes on."] * 9, "The end"]]
    assert read(_of_lines(tmp_path / "n.pdf", middle)).metadata.handling == "TLP:GREEN"


def _of_lines(path: Path, pages: list[list[str]]) -> Path:

    canvas = Canvas(str(path))
    for lines in pages:
        for number, line in enumerate(lines):
            canvas.drawString(72, 780 - 24 * number, line)
        canvas.showPage()
    canvas.save()
    return path
