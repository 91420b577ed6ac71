"""Opens Office packages (DOCX, PPTX): refuses what is hostile, mends what is merely sloppy, leaves pictures behind.

The libraries for both formats read every member of the archive into memory and fail on a link to a part that is not
there. Both get a cleaned copy instead: XML parts only, within limits, with their dangling links taken out.
"""

import errno
import io
import posixpath
import re
import zipfile
import zlib
from pathlib import Path
from typing import Any

from lxml import etree

from ingest.builder import clean
from ingest.errors import LimitExceeded, NeedsPassword, ReadError

Properties = Any  # of python-docx and python-pptx, which have no common type

MOST_BYTES = 200 << 20  # of XML in one package, unpacked
FREE_BYTES = 20 << 20  # up to here no ratio is suspicious
MOST_RATIO = 50  # unpacked to packed, above FREE_BYTES
MOST_MEMBERS = 20_000

_DAMAGED = "the file is damaged: its directory points to where nothing is"
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_ENCRYPTED = "EncryptedPackage".encode("utf-16-le")
_DOCTYPES = tuple("<!DOCTYPE".encode(encoding) for encoding in ("utf-8", "utf-16-le", "utf-16-be"))
_BINARY = frozenset(
    "png jpg jpeg jpe gif bmp tif tiff emf wmf emz wmz wdp hdp webp svg heic ico pcx mp3 mp4 m4a m4v mov avi wmv wma "
    "wav mpg mpeg bin ttf otf odttf fntdata doc docx docm xls xlsx xlsm xlsb ppt pptx pptm pdf rtf ole sldx".split()
)
# Strict Open XML differs in its namespaces from the usual kind; macro-enabled files and templates in the declared type.
_STRICT = re.compile(rb"http://purl\.oclc\.org/ooxml/(\w+)/")
_USUAL = rb"http://schemas.openxmlformats.org/\1/2006/"
_MAIN = b"application/vnd.openxmlformats-officedocument.%s.main+xml"
_TYPES = (
    (b"application/vnd.ms-word.document.macroEnabled.main+xml", _MAIN % b"wordprocessingml.document"),
    (b"application/vnd.ms-word.template.macroEnabledTemplate.main+xml", _MAIN % b"wordprocessingml.document"),
    (_MAIN % b"wordprocessingml.template", _MAIN % b"wordprocessingml.document"),
    (b"application/vnd.ms-powerpoint.slideshow.macroEnabled.main+xml", _MAIN % b"presentationml.presentation"),
    (b"application/vnd.ms-powerpoint.template.macroEnabled.main+xml", _MAIN % b"presentationml.presentation"),
    (_MAIN % b"presentationml.slideshow", _MAIN % b"presentationml.presentation"),
    (_MAIN % b"presentationml.template", _MAIN % b"presentationml.presentation"),
)
_LINKS = "{http://schemas.openxmlformats.org/package/2006/relationships}Relationship"


def open_package(path: Path) -> io.BytesIO:
    """Return a copy of an Office file that is safe to hand to python-docx or python-pptx.

    Raises NeedsPassword, LimitExceeded, or ReadError where it is no sound package.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            return _copy(archive)
    except zipfile.BadZipFile as error:
        raise _not_a_package(path) or ReadError(f"the file is damaged: {error}") from error
    except OSError as error:  # zipfile seeks to where a broken directory sends it
        raise ReadError(_DAMAGED if error.errno == errno.EINVAL else f"the file cannot be opened: {error.strerror}") from error
    except (EOFError, ValueError, NotImplementedError, RuntimeError, zlib.error) as error:
        raise ReadError(f"the file is damaged: {error}") from error


def _not_a_package(path: Path) -> ReadError | NeedsPassword | None:
    data = path.read_bytes()
    if not data:
        return ReadError("the file is empty")
    if data.startswith(_OLE):
        if _ENCRYPTED in data:
            return NeedsPassword("the file is encrypted and needs a password: save it without one")
        return ReadError("this is a file of an older Office version: open it there and save it as .docx or .pptx")
    if not data.startswith(b"PK"):
        return ReadError("this is not an Office file, whatever its name says")
    return None


def _copy(archive: zipfile.ZipFile) -> io.BytesIO:
    members = {member.filename.replace("\\", "/").lstrip("/"): member for member in archive.infolist()}
    names = {name.lower(): name for name in members if not name.endswith("/")}
    _check_size(archive, list(members.values()))
    copy = io.BytesIO()
    with zipfile.ZipFile(copy, "w", zipfile.ZIP_STORED) as target:
        for name in names.values():
            target.writestr(name, _content(archive, name, members[name], names))
    copy.seek(0)
    return copy


def _check_size(archive: zipfile.ZipFile, members: list[zipfile.ZipInfo]) -> None:
    if len(members) > MOST_MEMBERS:
        raise LimitExceeded(f"the file holds {len(members)} parts; {MOST_MEMBERS} are allowed")
    texts = [member for member in members if not _is_binary(member.filename)]
    if any(member.flag_bits & 1 for member in texts):
        raise NeedsPassword("the file is encrypted and needs a password: save it without one")
    unpacked = sum(member.file_size for member in texts)
    packed = sum(member.compress_size for member in texts)
    if unpacked > MOST_BYTES or (unpacked > FREE_BYTES and unpacked > MOST_RATIO * packed):
        raise LimitExceeded(f"the file unpacks to {unpacked >> 20} MB of text, which no document of this size holds")


def _is_binary(name: str) -> bool:
    return posixpath.splitext(name)[1].lower().lstrip(".") in _BINARY


def _content(archive: zipfile.ZipFile, name: str, member: zipfile.ZipInfo, names: dict[str, str]) -> bytes:
    if _is_binary(name):
        return b""
    data = archive.read(member)
    if any(doctype in data for doctype in _DOCTYPES):
        raise ReadError(f"the part {name} declares a document type, which Office files never do")
    data = _STRICT.sub(_USUAL, data)
    if name.lower().endswith(".rels"):
        return _mended(data, name, names)
    if name == "[Content_Types].xml":
        for alternative, usual in _TYPES:
            data = data.replace(alternative, usual)
    return data


def _mended(data: bytes, name: str, names: dict[str, str]) -> bytes:
    """Take links to missing parts out of a relationships part, and spell the others as the archive does."""
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False)
    try:
        root = etree.fromstring(data, parser)
    except etree.XMLSyntaxError as error:
        raise ReadError(f"the part {name} is damaged: {error}") from error
    folder = posixpath.dirname(posixpath.dirname(name))
    for link in root.findall(_LINKS):
        if link.get("TargetMode") == "External":
            continue
        target = (link.get("Target") or "").replace("\\", "/")
        found = names.get(posixpath.normpath(posixpath.join("/", folder, target)).lstrip("/").lower())
        if found is None:
            root.remove(link)
        else:
            link.set("Target", f"/{found}")
    result: bytes = etree.tostring(root)
    return result


# What programs write where nobody chose a title.
_NO_TITLE = re.compile(
    r"(?:word document|powerpoint[ -]presentation|microsoft (?:word|powerpoint)\b.*|document ?\d*"
    r"|dokument ?\d*|presentation ?\d*|(?:slide|bild) \d+|untitled.*|namnlös.*|no slide title|ingen bildrubrik"
    r"|title|titel|rubrik|normal|template|mall)",
    re.I,
)
# The creation dates inside the templates of python-docx 1.2 and python-pptx 1.0 belong to no document.
_TEMPLATE_DATES = ("2013-12-23T23:15", "2013-01-27T09:14")


def office_title(properties: Properties) -> str:
    """Return the title among core properties; "" where a program only filled the field."""
    title = clean(properties.title or "")
    return "" if _NO_TITLE.fullmatch(title) or re.fullmatch(r"\S+\.(?:docx?|pptx?|dotx?|potx?)", title) else title


def office_date(properties: Properties) -> str:
    """Return the day a document was created, ISO 8601; "" where it is not known."""
    created = properties.created
    if created is None or created.isoformat().startswith(_TEMPLATE_DATES) or not 1980 < created.year < 2100:
        return ""
    return str(created.date().isoformat())
