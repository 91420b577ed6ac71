"""Handling marks of several things, and documents for a word processor: what stands in them, and under which mark."""

import io
import re
import zipfile
from typing import Any

import pytest
from docx import Document

from index.access import strictest
from ui.worddoc import Paper


@pytest.mark.parametrize(
    ("marks", "expected"),
    [
        ((), ""),
        (("TLP:GREEN",), "TLP:GREEN"),
        (("TLP:CLEAR", "TLP:AMBER+STRICT", "TLP:AMBER"), "TLP:AMBER+STRICT"),
        (("TLP:GREEN", "OFFICIAL-SENSITIVE"), "OFFICIAL-SENSITIVE"),
        (("TLP:RED", "for your eyes"), "TLP:RED"),  # what is not understood is enforced as RED; the first of a level is given
        (("TLP:GREEN", ""), "TLP:AMBER+STRICT"),  # what is not marked is stamped as it is enforced where there are users
        (("", ""), "TLP:AMBER+STRICT"),
    ],
)
def test_the_strictest_mark_counts_for_all(marks: tuple[str, ...], expected: str) -> None:
    assert strictest(marks) == expected


def opened(paper: Paper) -> Any:
    return Document(io.BytesIO(paper.to_bytes()))


def part(paper: Paper, name: str) -> str:
    with zipfile.ZipFile(io.BytesIO(paper.to_bytes())) as file:
        return file.read(f"word/{name}.xml").decode()


def test_words_reference_and_note_stand_in_styles_of_their_own() -> None:
    paper = Paper("Collected", ["Made by Anna"], "en", "TLP:GREEN")
    paper.heading("Warning")
    paper.quote("Staff repeated one sentence.\nVisitors remembered it.", "Manchester, p. 14", "Note: use this")
    paper.quote("Short.", "London")
    paper.paragraph("Plain.")
    read = [(one.style.name, one.text) for one in opened(paper).paragraphs]
    assert read == [
        ("Title", "Collected"), ("Subtitle", "Made by Anna"), ("Heading 1", "Warning"),
        ("Quote", "Staff repeated one sentence."), ("Quote", "Visitors remembered it."),
        ("Quote Reference", "Manchester, p. 14"), ("Quote Note", "Note: use this"),
        ("Quote", "Short."), ("Quote Reference", "London"), ("Normal", "Plain."),
    ]  # fmt: skip
    kept = [one.paragraph_format.keep_with_next for one in opened(paper).paragraphs if one.style.name == "Quote"]
    assert kept == [True] * 3


def test_the_mark_stands_in_the_header_and_pages_are_numbered() -> None:
    (section,) = opened(Paper("T", [], "en", "TLP:AMBER+STRICT")).sections
    assert section.header.paragraphs[0].text.strip() == "TLP:AMBER+STRICT"
    assert not section.different_first_page_header_footer
    assert re.findall(r'w:instr="(\w+)"', section.footer._element.xml) == ["PAGE", "NUMPAGES"]
    assert opened(Paper("T", [], "en", "")).sections[0].header.paragraphs[0].text == ""


@pytest.mark.parametrize(("language", "code"), [("en", "en-GB"), ("sv", "sv-SE")])
def test_a_document_says_which_language_it_is_in(language: str, code: str) -> None:
    paper = Paper("T", [], language, "")
    paper.quote("Orden", "R", language="sv")
    paper.quote("The words", "R", language="en")
    assert f'w:lang w:val="{code}"' in part(paper, "styles")
    assert opened(paper).core_properties.language == code
    spoken = {one.text: re.findall(r'<w:lang w:val="([^"]+)"', one._p.xml) for one in opened(paper).paragraphs}
    assert spoken["Orden"] == ([] if language == "sv" else ["sv-SE"])
    assert spoken["The words"] == ([] if language == "en" else ["en-GB"])


def test_hostile_text_stays_text() -> None:
    hostile = 'a\x00b\x0b\ud800\ufffe <w:p>&amp; "\u202egnp.exe' + "x" * 500
    paper = Paper(hostile, [hostile], "en", hostile)
    paper.heading(hostile, 99)
    paper.quote(hostile, hostile, hostile, language='en"><x')
    paper.table([hostile], [[hostile]])
    read = opened(paper)
    expected = 'ab <w:p>&amp; "gnp.exe' + "x" * 500
    assert {one.text for one in read.paragraphs if one.text} == {expected}
    assert {cell.text for row in read.tables[0].rows for cell in row.cells} == {expected}
    assert read.core_properties.title == expected[:250]


def test_a_table_repeats_its_head_and_gives_long_texts_more_room() -> None:
    paper = Paper("T", [], "en", "")
    paper.table(["City", "Passage"], [["London", "word " * 100], ["Paris", "one\ntwo"]])
    table = opened(paper).tables[0]
    assert [[cell.text for cell in row.cells] for row in table.rows][2] == ["Paris", "one\ntwo"]
    assert ["tblHeader" in row._tr.xml for row in table.rows] == [True, False, False]
    narrow, wide = (cell.width for cell in table.rows[1].cells)
    assert wide > 3 * narrow
    section = opened(paper).sections[0]
    assert narrow + wide <= section.page_width - section.left_margin - section.right_margin < section.page_height
    order = [child.tag.rpartition("}")[2] for child in table._tbl.tblPr]
    assert order.index("tblBorders") < order.index("tblLayout") < order.index("tblLook")


def test_a_table_of_many_columns_lies_on_its_side() -> None:
    paper = Paper("T", [], "en", "")
    paper.table(list("abcdef"), [])
    paper.table(list("abcdef"), [list("123456")])
    section = opened(paper).sections[0]
    assert section.page_width > section.page_height
