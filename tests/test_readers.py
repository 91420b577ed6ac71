"""Each reader against files that the test makes with the real libraries, and against real and hostile ones."""

import io
import struct
import zipfile
import zlib
from importlib import import_module
from pathlib import Path

import pytest
from docx import Document as word_document
from docx.enum.style import WD_STYLE_TYPE
from docx.oxml import parse_xml
from hypothesis import given
from hypothesis import strategies as st
from pptx import Presentation as presentation
from pptx.chart.data import CategoryChartData
from pptx.enum.chart import XL_CHART_TYPE
from pptx.util import Cm

from ingest import docx, html, markdown, office, pptx, text, wire
from ingest.document import Document
from ingest.errors import IngestError, LimitExceeded, NeedsPassword, ReadError

W = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
MC = 'xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006"'


def held(document: Document) -> Document:
    """The document, once it has passed the checks that every document passes on its way out of the reading process."""
    assert wire.load(wire.dump(document)) == document
    return document


def shown(document: Document) -> list[tuple[str, int, str]]:
    held(document)
    return [(block.kind.value, block.level, document.text[block.start : block.end]) for block in document.blocks]


def words(document: Document) -> list[str]:
    return [entry[2] for entry in shown(document)]


# --- Word ---


def saved(document: object, path: Path) -> Path:
    document.save(str(path))
    return path


def word(tmp_path: Path, *body: str) -> Path:
    """A Word file whose body is this WordprocessingML."""
    document = word_document()
    for markup in body:
        element = parse_xml(markup.replace("<w:p>", f"<w:p {W} {MC}>", 1).replace("<w:tbl>", f"<w:tbl {W}>", 1))
        document.element.body.insert(len(document.element.body) - 1, element)
    return saved(document, tmp_path / "made.docx")


def test_word_body_is_read_in_its_order_with_its_structure(tmp_path: Path) -> None:
    document = word_document()
    document.core_properties.title = "Crowded places"
    document.add_heading("Protecting crowded places", 1)
    document.add_paragraph("An introduction.")
    document.add_paragraph("First point", style="List Bullet")
    document.add_paragraph("Deeper point", style="List Bullet 2")
    document.add_heading("Roles", 2)
    table = document.add_table(rows=2, cols=2)
    for cell, value in zip(table._cells, ["Who", "Does", "Police", "Cordon"], strict=True):
        cell.text = value
    document.add_paragraph("A figure of the cordon", style="Caption")
    document.add_paragraph("Recommendation 4. Exercise every year.")
    read = docx.read(saved(document, tmp_path / "a.docx"))
    assert shown(read) == [
        ("heading", 1, "Protecting crowded places"),
        ("paragraph", 0, "An introduction."),
        ("list item", 1, "First point"),
        ("list item", 2, "Deeper point"),
        ("heading", 2, "Roles"),
        ("table row", 0, "Who | Does"),
        ("table row", 0, "Police | Cordon"),
        ("caption", 0, "A figure of the cordon"),
        ("recommendation", 0, "Recommendation 4. Exercise every year."),
    ]
    assert read.metadata.title == "Crowded places"
    assert read.metadata.date == ""  # the date in python-docx's own template is no document's
    assert read.metadata.organisation == ""
    assert len(read.pages) == 1
    assert read.pages[0].label == ""


def test_swedish_style_names_and_outline_levels_make_headings(tmp_path: Path) -> None:
    document = word_document()
    for name in ("Rubrik 2", "Eget avsnitt", "Innehåll 1"):
        document.styles.add_style(name, WD_STYLE_TYPE.PARAGRAPH)
    outline = f'<w:pPr {W}><w:outlineLvl w:val="2"/></w:pPr>'
    document.styles["Eget avsnitt"].element.append(parse_xml(outline))
    document.add_paragraph("Samverkan", style="Rubrik 2")
    document.add_paragraph("Ledning", style="Eget avsnitt")
    document.add_paragraph("Ledning 14", style="Innehåll 1")
    document.add_paragraph("Krisberedskap", style="Title")
    read = docx.read(saved(document, tmp_path / "a.docx"))
    assert shown(read) == [
        ("heading", 2, "Samverkan"),
        ("heading", 3, "Ledning"),
        ("contents", 0, "Ledning 14"),
        ("heading", 1, "Krisberedskap"),
    ]
    assert read.metadata.title == "Krisberedskap"


def test_insertions_are_read_and_deletions_are_not(tmp_path: Path) -> None:
    path = word(
        tmp_path,
        '<w:p><w:r><w:t xml:space="preserve">The cordon is </w:t></w:r><w:del w:id="1" w:author="x"><w:r><w:delText>one'
        '</w:delText></w:r></w:del><w:ins w:id="2" w:author="x"><w:r><w:t>two</w:t></w:r></w:ins><w:moveFrom w:id="3">'
        '<w:r><w:t>gone</w:t></w:r></w:moveFrom><w:r><w:t xml:space="preserve"> kilometres.</w:t></w:r></w:p>',
        '<w:tbl><w:tr><w:trPr><w:del w:id="4" w:author="x"/></w:trPr><w:tc><w:p><w:r><w:t>deleted row</w:t></w:r></w:p>'
        "</w:tc></w:tr><w:tr><w:tc><w:p><w:r><w:t>kept</w:t></w:r></w:p></w:tc><w:tc><w:p><w:r><w:t>row</w:t></w:r></w:p>"
        "</w:tc></w:tr></w:tbl>",
    )
    assert words(docx.read(path)) == ["The cordon is two kilometres.", "kept | row"]


def test_inline_parts_of_word_neither_glue_nor_split_words(tmp_path: Path) -> None:
    path = word(
        tmp_path,
        "<w:p><w:r><w:t>Sam</w:t></w:r><w:r><w:rPr><w:b/></w:rPr><w:t>ver</w:t></w:r><w:r><w:softHyphen/><w:t>kan</w:t></w:r>"
        "<w:r><w:tab/><w:t>tab</w:t><w:br/><w:t>line</w:t></w:r>"
        '<w:hyperlink><w:r><w:t xml:space="preserve"> link</w:t></w:r>'
        "</w:hyperlink><w:r><w:t>co</w:t><w:noBreakHyphen/><w:t>operate</w:t></w:r></w:p>",
        '<w:p><w:r><w:fldChar w:fldCharType="begin"/></w:r><w:r><w:instrText>HYPERLINK "http://x"</w:instrText></w:r><w:r>'
        '<w:t>code</w:t></w:r><w:r><w:fldChar w:fldCharType="separate"/></w:r><w:r><w:t>result</w:t></w:r>'
        '<w:r><w:fldChar w:fldCharType="end"/></w:r></w:p>',
        '<w:p><w:r><w:fldChar w:fldCharType="begin"/></w:r><w:r><w:instrText>broken</w:instrText></w:r></w:p>',
        "<w:p><w:sdt><w:sdtPr><w:alias w:val='x'/></w:sdtPr><w:sdtContent><w:r><w:t>In a control.</w:t></w:r>"
        "</w:sdtContent></w:sdt></w:p>",
        "<w:p><w:sdt><w:sdtPr><w:showingPlcHdr/></w:sdtPr><w:sdtContent><w:r><w:t>Click here.</w:t></w:r></w:sdtContent>"
        "</w:sdt></w:p>",
        "<w:p><w:r><w:rPr><w:vanish/></w:rPr><w:t>hidden</w:t></w:r><w:r><w:t>seen</w:t></w:r></w:p>",
    )
    read = docx.read(path)
    assert words(read) == ["Samverkan tab line linkco-operate", "result", "In a control.", "seen"]
    assert read.notes == ("hidden text was not read",)


def test_a_text_box_is_read_once_though_the_file_holds_it_twice(tmp_path: Path) -> None:
    box = "<w:txbxContent><w:p><w:r><w:t>Box text</w:t></w:r></w:p></w:txbxContent>"
    path = word(
        tmp_path,
        "<w:p><w:r><w:t>Before</w:t></w:r><w:r><mc:AlternateContent><mc:Choice Requires='wps'><w:drawing>"
        f"<a xmlns='urn:x'>{box}</a></w:drawing></mc:Choice><mc:Fallback><w:pict>{box}</w:pict></mc:Fallback>"
        "</mc:AlternateContent></w:r></w:p>",
    )
    assert words(docx.read(path)) == ["Before", "Box text"]


def test_merged_nested_and_one_column_tables(tmp_path: Path) -> None:
    document = word_document()
    table = document.add_table(rows=3, cols=3)
    for index, cell in enumerate(table._cells):
        cell.text = f"c{index}"
    table.cell(0, 0).merge(table.cell(0, 1)).text = "wide"
    table.cell(1, 0).merge(table.cell(2, 0)).text = "tall"
    inner = table.cell(2, 2).add_table(rows=1, cols=2)
    inner.cell(0, 0).text, inner.cell(0, 1).text = "in", "side"
    frame = document.add_table(rows=1, cols=1).cell(0, 0)
    frame.text = "A framed paragraph."
    read = docx.read(saved(document, tmp_path / "a.docx"))
    assert shown(read) == [
        ("table row", 0, "wide | c2"),
        ("table row", 0, "tall | c4 | c5"),
        ("table row", 0, "c7 | c8"),
        ("table row", 0, "in | side"),
        ("paragraph", 0, "A framed paragraph."),
    ]


def test_numbers_that_word_prints_are_part_of_the_text(tmp_path: Path) -> None:
    document = word_document()
    root = document.part.numbering_part.element
    levels = "".join(
        f'<w:lvl w:ilvl="{level}"><w:start w:val="1"/><w:numFmt w:val="{style}"/><w:lvlText w:val="{shown}"/></w:lvl>'
        for level, style, shown in ((0, "decimal", "Recommendation %1."), (1, "lowerLetter", "%1%2)"), (2, "bullet", "•"))
    )
    root.insert(0, parse_xml(f'<w:abstractNum {W} w:abstractNumId="90">{levels}</w:abstractNum>'))
    again = '<w:lvlOverride w:ilvl="0"><w:startOverride w:val="7"/></w:lvlOverride>'
    for key, override in ((91, ""), (92, again)):
        root.append(parse_xml(f'<w:num {W} w:numId="{key}"><w:abstractNumId w:val="90"/>{override}</w:num>'))
    for level, key in ((0, 91), (1, 91), (1, 91), (0, 91), (1, 91), (2, 91), (0, 92), (0, 92), (0, 0)):
        paragraph = document.add_paragraph("Share the picture.")
        numbering = f'<w:numPr {W}><w:ilvl w:val="{level}"/><w:numId w:val="{key}"/></w:numPr>'
        paragraph._p.get_or_add_pPr().append(parse_xml(numbering))
    read = shown(docx.read(saved(document, tmp_path / "a.docx")))
    assert [text.removesuffix("Share the picture.").strip() for _, _, text in read] == [
        "Recommendation 1.",
        "1a)",
        "1b)",
        "Recommendation 2.",
        "2a)",
        "",
        "Recommendation 7.",
        "Recommendation 8.",
        "",
    ]
    assert [kind for kind, _, _ in read][::3] == ["recommendation", "recommendation", "recommendation"]
    assert read[-1][0] == "paragraph"


def repacked(path: Path, changes: dict[str, bytes], target: Path, drop: tuple[str, ...] = ()) -> Path:
    """A copy of a package with members changed, added or left out."""
    with zipfile.ZipFile(path) as old, zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            if name not in drop and name not in changes:
                new.writestr(name, old.read(name))
        for name, data in changes.items():
            new.writestr(name, data)
    return target


def test_footnotes_follow_the_paragraph_that_refers_to_them(tmp_path: Path) -> None:
    made = word(
        tmp_path,
        '<w:p><w:r><w:t>Claim one</w:t></w:r><w:r><w:footnoteReference w:id="2"/></w:r><w:r><w:t>.</w:t></w:r></w:p>',
        "<w:p><w:r><w:t>Claim two.</w:t></w:r></w:p>",
    )
    notes = (
        f'<w:footnotes {W}><w:footnote w:type="separator" w:id="0"><w:p><w:r><w:t>sep</w:t></w:r></w:p></w:footnote>'
        '<w:footnote w:id="2"><w:p><w:r><w:footnoteRef/></w:r><w:r><w:t>The source.</w:t></w:r></w:p></w:footnote>'
        "</w:footnotes>"
    )
    with zipfile.ZipFile(made) as archive:
        types = archive.read("[Content_Types].xml").decode()
        links = archive.read("word/_rels/document.xml.rels").decode()
    kind = "application/vnd.openxmlformats-officedocument.wordprocessingml.footnotes+xml"
    relation = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/footnotes"
    path = repacked(
        made,
        {
            "word/footnotes.xml": notes.encode(),
            "[Content_Types].xml": types.replace(
                "</Types>", f'<Override PartName="/word/footnotes.xml" ContentType="{kind}"/></Types>'
            ).encode(),
            "word/_rels/document.xml.rels": links.replace(
                "</Relationships>", f'<Relationship Id="rN" Type="{relation}" Target="footnotes.xml"/></Relationships>'
            ).encode(),
        },
        tmp_path / "notes.docx",
    )
    assert shown(docx.read(path)) == [
        ("paragraph", 0, "Claim one."),
        ("note", 0, "The source."),
        ("paragraph", 0, "Claim two."),
    ]


def test_a_mark_in_the_header_is_the_documents_handling(tmp_path: Path) -> None:
    document = word_document()
    document.add_paragraph("Text.")
    document.sections[0].header.paragraphs[0].text = "TLP:AMBER+STRICT"
    assert docx.read(saved(document, tmp_path / "a.docx")).metadata.handling == "TLP:AMBER+STRICT"


def test_bold_lines_are_headings_only_where_no_heading_has_a_style(tmp_path: Path) -> None:
    for name, heading, expected in (("a.docx", False, "heading"), ("b.docx", True, "paragraph")):
        document = word_document()
        document.add_paragraph().add_run("Lessons from the exercise").bold = True
        document.add_paragraph("It rained.")
        if heading:
            document.add_heading("Later", 1)
        assert shown(docx.read(saved(document, tmp_path / name)))[0][0] == expected


def test_a_word_file_of_pictures_only_is_a_page_without_text(tmp_path: Path) -> None:
    document = word_document()
    document.add_picture(io.BytesIO(_png()))
    read = held(docx.read(saved(document, tmp_path / "a.docx")))
    assert (read.text, read.pages_without_text) == ("", (1,))


def test_an_empty_word_file_says_so(tmp_path: Path) -> None:
    with pytest.raises(ReadError, match="no text"):
        docx.read(saved(word_document(), tmp_path / "a.docx"))


# --- Office packages ---


def test_a_link_to_a_missing_part_does_no_harm(tmp_path: Path) -> None:
    document = word_document()
    document.add_paragraph("Still here.")
    document.add_picture(io.BytesIO(_png()))
    path = saved(document, tmp_path / "a.docx")
    assert words(docx.read(repacked(path, {}, tmp_path / "b.docx", drop=("word/media/image1.png",)))) == ["Still here."]


def test_strict_open_xml_and_templates_are_read(tmp_path: Path) -> None:
    document = word_document()
    document.add_heading("Strict", 1)
    path = saved(document, tmp_path / "a.docx")
    changes = {}
    with zipfile.ZipFile(path) as archive:
        for name in archive.namelist():
            data = archive.read(name)
            for area in (b"wordprocessingml", b"officeDocument"):
                usual, strict = (
                    b"http://schemas.openxmlformats.org/%s/2006/" % area,
                    b"http://purl.oclc.org/ooxml/%s/" % area,
                )
                data = data.replace(usual, strict)
            changes[name] = data.replace(b"wordprocessingml.document.main", b"wordprocessingml.template.main")
    assert shown(docx.read(repacked(path, changes, tmp_path / "b.docx"))) == [("heading", 1, "Strict")]


def test_a_zip_bomb_is_refused_before_it_is_unpacked(tmp_path: Path) -> None:
    document = word_document()
    path = repacked(saved(document, tmp_path / "a.docx"), {"word/document.xml": b"<w>" + b" " * (60 << 20)}, tmp_path / "b.docx")
    assert path.stat().st_size < 200_000
    with pytest.raises(LimitExceeded, match="60 MB"):
        docx.read(path)


def test_entities_are_refused_in_every_part_and_encoding(tmp_path: Path) -> None:
    bomb = '<?xml version="1.0"?><!DOCTYPE w [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]>' + f"<w:document {W}>&b;</w:document>"
    path = saved(word_document(), tmp_path / "a.docx")
    for index, data in enumerate((bomb.encode(), bomb.replace("?>", ' encoding="UTF-16"?>', 1).encode("utf-16"))):
        with pytest.raises(ReadError, match="document type"):
            docx.read(repacked(path, {"word/document.xml": data}, tmp_path / f"{index}.docx"))


def test_encrypted_and_older_office_files_are_named_as_such(tmp_path: Path) -> None:
    ole = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600)
    path = tmp_path / "a.docx"
    path.write_bytes(ole + "EncryptedPackage".encode("utf-16-le"))
    with pytest.raises(NeedsPassword):
        docx.read(path)
    path.write_bytes(ole)
    with pytest.raises(ReadError, match="older Office"):
        docx.read(path)


@pytest.mark.parametrize("data", [b"", b"%PDF-1.7", b"PK\x03\x04 broken", b"PK\x05\x06" + bytes(18)])
@pytest.mark.parametrize("reader", [docx, pptx])
def test_what_is_no_office_file_is_refused(tmp_path: Path, data: bytes, reader: object) -> None:
    path = tmp_path / "a.docx"
    path.write_bytes(data)
    with pytest.raises(ReadError):
        reader.read(path)


def test_a_presentation_named_docx_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ReadError, match="Word"):
        docx.read(saved(presentation(), tmp_path / "a.docx"))
    with pytest.raises(ReadError, match="presentation"):
        pptx.read(saved(word_document(), tmp_path / "a.pptx"))


def test_pictures_are_left_out_of_what_the_libraries_load(tmp_path: Path) -> None:
    document = word_document()
    document.add_picture(io.BytesIO(_png()))
    with zipfile.ZipFile(office.open_package(saved(document, tmp_path / "a.docx"))) as copy:
        assert copy.read("word/media/image1.png") == b""
        assert copy.read("word/document.xml")


def _png() -> bytes:
    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    head = struct.pack(">IIBBBBB", 1, 1, 8, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(b"\0\0")) + chunk(b"IEND", b"")


# --- PowerPoint ---


def test_slides_are_pages_read_from_the_top_with_notes_last(tmp_path: Path) -> None:
    show = presentation()
    first = show.slides.add_slide(show.slide_layouts[1])
    first.shapes.title.text = "Lessons learned"
    first.placeholders[1].text = "One picture\nOne voice"
    first.placeholders[1].text_frame.paragraphs[1].level = 1
    first.notes_slide.notes_text_frame.text = "Say this slowly."
    second = show.slides.add_slide(show.slide_layouts[6])
    for left, top, value in ((12, 10, "lower right"), (1, 10, "lower left"), (5, 2, "upper")):
        second.shapes.add_textbox(Cm(left), Cm(top), Cm(4), Cm(1)).text_frame.text = value
    group = second.shapes.add_group_shape()
    group.shapes.add_textbox(Cm(1), Cm(15), Cm(4), Cm(1)).text_frame.text = "in a group"
    show.slides.add_slide(show.slide_layouts[6])
    picture = show.slides.add_slide(show.slide_layouts[6])
    picture.shapes.add_picture(io.BytesIO(_png()), 0, 0, Cm(5), Cm(5))
    hidden = show.slides.add_slide(show.slide_layouts[6])
    hidden._element.set("show", "0")
    hidden.shapes.add_textbox(0, 0, Cm(4), Cm(1)).text_frame.text = "hidden slide"
    read = pptx.read(saved(show, tmp_path / "a.pptx"))
    assert shown(read) == [
        ("heading", 1, "Lessons learned"),
        ("list item", 1, "One picture"),
        ("list item", 2, "One voice"),
        ("paragraph", 0, "Say this slowly."),
        ("paragraph", 0, "upper"),
        ("paragraph", 0, "lower left"),
        ("paragraph", 0, "lower right"),
        ("paragraph", 0, "in a group"),
        ("paragraph", 0, "hidden slide"),
    ]
    assert [page.source.value for page in read.pages] == ["layer", "layer", "blank", "none", "layer"]
    assert [page.number for page in read.pages] == [1, 2, 3, 4, 5]
    assert read.pages_without_text == (4,)
    assert read.metadata.title == "Lessons learned"
    assert read.metadata.date == ""
    assert read.text[read.pages[0].start : read.pages[0].end].startswith("Lessons learned\n\nOne picture\nOne voice")


def test_tables_and_chart_titles_of_slides(tmp_path: Path) -> None:
    show = presentation()
    slide = show.slides.add_slide(show.slide_layouts[6])
    table = slide.shapes.add_table(2, 2, 0, 0, Cm(8), Cm(4)).table
    for cell, value in zip(table.iter_cells(), ["City", "Exercises", "Paris", "3"], strict=True):
        cell.text = value
    table.cell(0, 0).merge(table.cell(0, 1))
    data = CategoryChartData()
    data.categories = ["2020"]
    data.add_series("Series", (1.0,))
    chart = slide.shapes.add_chart(XL_CHART_TYPE.COLUMN_CLUSTERED, 0, Cm(8), Cm(8), Cm(8), data).chart
    chart.has_title = True
    chart.chart_title.text_frame.text = "Exercises a year"
    read = pptx.read(saved(show, tmp_path / "a.pptx"))
    assert words(read)[1:] == ["Paris | 3", "Exercises a year"]
    assert shown(read)[2][0] == "caption"


def test_shapes_that_the_library_passes_over_are_read(tmp_path: Path) -> None:
    show = presentation()
    slide = show.slides.add_slide(show.slide_layouts[6])
    box = slide.shapes.add_textbox(0, 0, Cm(4), Cm(1))
    box.text_frame.text = "inside alternatives"
    tree = slide.shapes._spTree
    wrapper = parse_xml(f"<mc:AlternateContent {MC}><mc:Choice Requires='x'/><mc:Fallback/></mc:AlternateContent>")
    tree.append(wrapper)
    wrapper[0].append(box._element)
    assert words(pptx.read(saved(show, tmp_path / "a.pptx"))) == ["inside alternatives"]


def test_an_empty_presentation_says_so(tmp_path: Path) -> None:
    with pytest.raises(ReadError, match="no text"):
        pptx.read(saved(presentation(), tmp_path / "a.pptx"))


# --- HTML ---


def page(tmp_path: Path, markup: str | bytes) -> Document:
    path = tmp_path / "a.html"
    path.write_bytes(markup if isinstance(markup, bytes) else markup.encode())
    return html.read(path)


def test_a_page_is_read_without_its_chrome(tmp_path: Path) -> None:
    read = page(
        tmp_path,
        """<!DOCTYPE html><html lang="sv-SE"><head><title>Varning till allmänheten | Länsstyrelsen</title>
        <meta name="author" content="Länsstyrelsen"><meta name="DC.date" content="2021-03-04"><style>p{}</style>
        <link rel="canonical" href="https://example.org/varning"></head><body>
        <header><p>Site name</p></header><nav><a href="/">Start</a></nav>
        <a class="sr-only" href="#main">Skip to content</a>
        <main><header><h1>Varning till allmänheten</h1></header>
        <p>Sam<b>ver</b>kan<br>i länet<sup><a href="#n">1</a></sup>.
        <p hidden>hidden</p><p style="display: none">hidden too</p><script>var x = "script";</script>
        <ul><li>ett<ul><li>ett ett</li></ul></li><li><p>två</p></li></ul>
        <table><caption>Tider</caption><tr><th>Vad</th><th>När</th></tr>
        <tr><td>Siren</td><td>kl <i>15</i></td></tr></table>
        <blockquote>Ett citat.</blockquote><pre>line one
line two

apart</pre><dl><dt>VMA</dt><dd>Viktigt meddelande</dd></dl>
        <figure><img src="x.png" alt="no"><figcaption>En karta</figcaption></figure>
        <aside>Ett exempel i texten.</aside><div>Rekommendation 2. Öva.</div><noscript>off</noscript></main>
        <aside>Annonser</aside><footer>Kontakt</footer></body></html>""",
    )
    assert shown(read) == [
        ("heading", 1, "Varning till allmänheten"),
        ("paragraph", 0, "Samverkan i länet 1."),
        ("list item", 1, "ett"),
        ("list item", 2, "ett ett"),
        ("list item", 1, "två"),
        ("caption", 0, "Tider"),
        ("table row", 0, "Vad | När"),
        ("table row", 0, "Siren | kl 15"),
        ("paragraph", 0, "Ett citat."),
        ("paragraph", 0, "line one line two"),
        ("paragraph", 0, "apart"),
        ("list item", 1, "VMA"),
        ("list item", 2, "Viktigt meddelande"),
        ("caption", 0, "En karta"),
        ("paragraph", 0, "Ett exempel i texten."),
        ("recommendation", 0, "Rekommendation 2. Öva."),
    ]
    assert read.metadata.title == "Varning till allmänheten"
    assert read.metadata.language == "sv"
    assert read.metadata.date == "2021-03-04"
    assert read.metadata.organisation == "Länsstyrelsen"
    assert read.metadata.source == "https://example.org/varning"


def test_without_a_main_part_the_whole_page_is_read(tmp_path: Path) -> None:
    assert words(page(tmp_path, "<header>Head</header><p>Body</p><footer>Foot</footer>")) == ["Head", "Body", "Foot"]


@pytest.mark.parametrize(
    "data",
    [
        "<p>Räddningstjänst</p>".encode(),
        b"\xef\xbb\xbf" + "<p>Räddningstjänst</p>".encode(),
        "<p>Räddningstjänst</p>".encode("utf-16"),
        "<p>Räddningstjänst</p>".encode("utf-16-le"),
        "<p>Räddningstjänst</p>".encode("cp1252"),
        '<meta charset="iso-8859-1"><p>Räddningstjänst</p>'.encode("latin-1"),
        '<?xml version="1.0" encoding="ISO-8859-15"?><html><p>Räddningstjänst</p></html>'.encode("iso-8859-15"),
        '<meta http-equiv="Content-Type" content="text/html; charset=macintosh"><p>Räddningstjänst</p>'.encode("mac_roman"),
        '<meta charset="no-such-thing"><p>Räddningstjänst</p>'.encode(),
        '<meta charset="base64"><p>Räddningstjänst</p>'.encode(),
        '<meta charset="utf-16"><p>Räddningstjänst</p>'.encode(),
    ],
)
def test_the_encoding_of_a_page_is_found(tmp_path: Path, data: bytes) -> None:
    assert words(page(tmp_path, data)) == ["Räddningstjänst"]


def test_words_outside_the_cells_of_a_table_are_not_lost(tmp_path: Path) -> None:
    read = page(tmp_path, "<table><tr>stray<td>one</td><td>two</td></tr></table>")
    assert sorted(words(read)) == ["one", "stray", "two"]


def test_a_table_that_lays_out_a_page_gives_its_blocks(tmp_path: Path) -> None:
    read = page(tmp_path, "<table><tr><td><p>menu</p></td><td><h2>Title</h2><p>Body.</p></td></tr></table>")
    assert shown(read) == [("paragraph", 0, "menu"), ("heading", 2, "Title"), ("paragraph", 0, "Body.")]


def test_a_list_of_links_within_the_page_is_its_contents(tmp_path: Path) -> None:
    items = "".join(f'<li><a href="#{name}">Part {name}</a></li>' for name in "abc")
    assert {entry[0] for entry in shown(page(tmp_path, f"<main><ul>{items}</ul></main>"))} == {"contents"}


@pytest.mark.parametrize("markup", ["", "<html></html>", "<script>x()</script>", "<div id=root></div>", "\0" * 100])
def test_a_page_without_words_says_so(tmp_path: Path, markup: str) -> None:
    with pytest.raises(ReadError):
        page(tmp_path, markup)


def test_tags_nested_beyond_reason_are_refused_rather_than_lost(tmp_path: Path) -> None:
    with pytest.raises(ReadError, match="deep"):
        page(tmp_path, "<p>top</p>" + "<div>" * 5000 + "lost?")


def test_what_follows_an_embedded_film_is_read(tmp_path: Path) -> None:
    markup = "<p>Before the film.</p><embed src='a.swf'><p>After the film.</p><object data='b'><embed src='b'></object><p>At the end.</p>"
    assert page(tmp_path, markup).text == "Before the film.\n\nAfter the film.\n\nAt the end."


@pytest.mark.parametrize("large", ["<p>{}</p>", '<p title="{}">x</p>'])
def test_a_page_that_the_library_would_not_read_to_its_end_is_refused(tmp_path: Path, large: str) -> None:
    with pytest.raises(LimitExceeded, match="more than 10 MB without a tag"):
        page(tmp_path, "<p>First words.</p>" + large.format("siren " * 1_800_000) + "<p>Last words.</p>")


def test_entities_of_a_page_are_not_expanded(tmp_path: Path) -> None:
    bomb = '<!DOCTYPE html [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;">]><p>&b; and &aring;&nbsp;&amp;</p>'
    assert "aaaa" not in page(tmp_path, bomb).text.replace("ENTITY a", "")[-40:]


# --- Markdown ---


def marked(tmp_path: Path, source: str) -> Document:
    path = tmp_path / "a.md"
    path.write_bytes(source.encode())
    return markdown.read(path)


def test_markdown_reads_as_its_words(tmp_path: Path) -> None:
    read = marked(
        tmp_path,
        """---
titel: "Seminarium: samverkan"
datum: 7 oktober 2021
stad: [Stockholm, Paris]
tema:
  - samverkan
  - ledning
språk: svenska
spridning: TLP:GREEN
talare: ingen namnges (Chatham House Rule)
---

# Samverkan & *ledning*

See [the report](http://x.org) and `code`; a &lt; b.[^1]
Second line.

1. First
2. Second
   - deeper **bold**

     still deeper

| Vad | När |
|---|---|
| Öva | `varje` år |

> A quotation.

```
verbatim
```

<div><p>An <b>HTML</b> block.</p><script>no()</script></div>

![picture](x.png)

[^1]: The note.

Recommendation 1. Share.
""",
    )
    assert shown(read) == [
        ("heading", 1, "Samverkan & ledning"),
        ("paragraph", 0, "See the report and code; a < b. Second line."),
        ("list item", 1, "1. First"),
        ("list item", 1, "2. Second"),
        ("list item", 2, "deeper bold"),
        ("list item", 2, "still deeper"),
        ("table row", 0, "Vad | När"),
        ("table row", 0, "Öva | varje år"),
        ("paragraph", 0, "A quotation."),
        ("paragraph", 0, "verbatim"),
        ("paragraph", 0, "An HTML block."),
        ("note", 0, "The note."),
        ("recommendation", 0, "Recommendation 1. Share."),
    ]
    known = read.metadata
    assert (known.title, known.date, known.city) == ("Seminarium: samverkan", "2021-10-07", ("Stockholm", "Paris"))
    assert (known.theme, known.language, known.handling, known.attribution) == (
        ("samverkan", "ledning"),
        "sv",
        "TLP:GREEN",
        "no",
    )


@pytest.mark.parametrize("source", ["---\nJust text between rules\n---\n", "---\nkey: value\nno end\n", "text\n---\na: b\n---"])
def test_what_only_looks_like_front_matter_stays_in_the_text(source: str) -> None:
    assert markdown.front_matter(source) == ({}, source)


def test_markdown_nested_beyond_reason_is_refused_rather_than_lost(tmp_path: Path) -> None:
    assert words(marked(tmp_path, "> " * 40 + "deep")) == ["deep"]
    for depth in (99, 150, 1000):
        with pytest.raises(ReadError, match="nested"):
            marked(tmp_path, "top\n\n" + "> " * depth + "lost?")


def test_markdown_of_front_matter_only_has_no_text(tmp_path: Path) -> None:
    with pytest.raises(ReadError, match="no text"):
        marked(tmp_path, "---\ntitle: Empty\n---\n")


# --- text ---


def plain(tmp_path: Path, source: str | bytes) -> Document:
    path = tmp_path / "a.txt"
    path.write_bytes(source if isinstance(source, bytes) else source.encode())
    return text.read(path)


def test_plain_text_is_unwrapped_into_paragraphs_items_and_headings(tmp_path: Path) -> None:
    read = plain(
        tmp_path,
        """STUDY VISIT
Theme: coordination; ports
Datum: 15/9/2023

Introduction
============

The first paragraph was wrapped by the program that its author
used, and is one paragraph all the same. Recommendation 4 was
kept.

1.2 What we saw

- one item that goes on over the end of the line where it was
  wrapped
- another item

2. Another section

Text of it. 1. is no heading here, since it stands in the middle
of a paragraph.

1. bring water
2. bring bread

Background .......... 14
""",
    )
    assert shown(read) == [
        ("heading", 1, "STUDY VISIT"),
        ("paragraph", 0, "Theme: coordination; ports"),
        ("paragraph", 0, "Datum: 15/9/2023"),
        ("heading", 1, "Introduction"),
        (
            "paragraph",
            0,
            "The first paragraph was wrapped by the program that its author used, and is one paragraph all the same. "
            "Recommendation 4 was kept.",
        ),
        ("heading", 2, "1.2 What we saw"),
        ("list item", 1, "one item that goes on over the end of the line where it was wrapped"),
        ("list item", 1, "another item"),
        ("heading", 1, "2. Another section"),
        (
            "paragraph",
            0,
            "Text of it. 1. is no heading here, since it stands in the middle of a paragraph.",
        ),
        ("list item", 1, "1. bring water"),
        ("list item", 1, "2. bring bread"),
        ("contents", 0, "Background .......... 14"),
    ]
    assert (read.metadata.title, read.metadata.date, read.metadata.theme) == (
        "STUDY VISIT",
        "2023-09-15",
        ("coordination", "ports"),
    )


def test_lines_that_were_never_wrapped_are_paragraphs_of_their_own(tmp_path: Path) -> None:
    long = "A paragraph on one line, as Notepad writes it, which goes on and on. " * 4
    assert len(words(plain(tmp_path, f"{long}\n{long}\nand a short one that begins small\n"))) == 3


def test_numbered_steps_with_blank_lines_between_are_no_headings(tmp_path: Path) -> None:
    read = plain(tmp_path, "1. Call the duty officer\n\n2. Write down the time\n\n3. Wait\n")
    assert [entry[0] for entry in shown(read)] == ["list item"] * 3


def test_form_feeds_are_page_breaks(tmp_path: Path) -> None:
    read = held(plain(tmp_path, "one\n\f\ntwo\n\f\f\nfour\n\f"))
    assert [read.text[page.start : page.end].strip() for page in read.pages] == ["one", "two", "", "four"]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-be", "utf-16-le", "cp1252", "utf-32"])
def test_encodings_of_plain_text(tmp_path: Path, encoding: str) -> None:
    assert words(plain(tmp_path, "Räddningstjänst, blåljus och övning.".encode(encoding))) == [
        "Räddningstjänst, blåljus och övning."
    ]


@pytest.mark.parametrize(
    "data", [b"", b" \n\n ", bytes(range(256)) * 4, b"\x89PNG\r\n\x1a\n\0\0\0", b"PK\x03\x04\x14\0\0\0\x08\0"]
)
def test_what_is_no_text_is_refused(tmp_path: Path, data: bytes) -> None:
    with pytest.raises(ReadError):
        plain(tmp_path, data)


@pytest.mark.parametrize("reader", [docx, pptx, html, markdown, text])
def test_a_file_that_is_gone_is_a_read_error(tmp_path: Path, reader: object) -> None:
    with pytest.raises(ReadError):
        reader.read(tmp_path / "nothing")


@pytest.mark.parametrize("reader", [docx, pptx, html, markdown, text])
@given(data=st.binary(max_size=400) | st.text(alphabet="<>/=\"'&;-#*|[]()` \n\taåp1.:!", max_size=300).map(str.encode))
def test_any_bytes_give_a_document_or_a_reason(tmp_path_factory: pytest.TempPathFactory, reader: object, data: bytes) -> None:
    path = tmp_path_factory.getbasetemp() / "any"
    path.write_bytes(data)
    try:
        held(reader.read(path))
    except IngestError as error:
        assert str(error)


# --- real and hostile files ---

_READERS = {".docx": "docx", ".pptx": "pptx", ".html": "html", ".md": "markdown", ".txt": "text"}


@pytest.mark.shared
@pytest.mark.parametrize("folder", ["notes", "hostile_office"])
def test_every_shared_file_gives_a_document_or_a_reason(shared: Path, folder: str) -> None:
    outcomes = {}
    for path in sorted((shared / "files" / folder).iterdir()):
        try:
            document = held(import_module(f"ingest.{_READERS[path.suffix]}").read(path))
            outcomes[path.name] = "read" if document.text else "no text"
        except IngestError as error:
            outcomes[path.name] = str(error)
            assert str(error)
    read = sum(outcome == "read" for outcome in outcomes.values())
    assert read >= {"notes": 32, "hostile_office": 34}[folder], outcomes


_EXCERPTS = {
    "notes/category-level.docx": ["Second top-level list item", "A Heading 2"],
    "notes/test.pptx": ["7 | 8 | 9 | 1b92870d-e3b5-4e65-8153-919f4ff45592 | 11 | 12", "This is a nested shape"],
    "notes/fake-doc-emphasized-text.docx": ["I am a bold italic bold-italic text."],
    "notes/example-steelJIS-datasheet-utf-16.html": ["0.39 - 0.46 | 0.2 - 0.35", "日本語"],
    "notes/2022-02-03.md": ["Сковорода Никита Андреевич"],
    "hostile_office/endnotes.docx": ["XXX", "ṭīkā"],
    "hostile_office/bug68703.pptx": ["jij, je | Gij, ge"],
    "hostile_office/smartart-rotated-text.pptx": ["abc\ndef\nghi\njkl"],
    "notes/example-list-items-multiple.docx": ["2) This is simply dummy text", "b) The quick brown fox"],
}


@pytest.mark.shared
@pytest.mark.parametrize("name", _EXCERPTS)
def test_known_words_of_shared_files_are_found(shared: Path, name: str) -> None:
    path = shared / "files" / name
    document = import_module(f"ingest.{_READERS[path.suffix]}").read(path)
    for excerpt in _EXCERPTS[name]:
        assert excerpt in document.text
