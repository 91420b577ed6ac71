"""How `fuzz` changes samples: blindly, or as one who knows the format. Pure: all chance comes from the generator given."""

import io
import random
import re
import zipfile
import zlib
from collections.abc import Callable, Sequence

_LONGEST = 2 << 20  # bytes of a changed file
_NASTY = (
    b"", b"0", b"-1", b"1", b"255", b"65536", b"2147483648", b"-2147483648", b"99999999999999999999", b"1e308", b"NaN", b"null",
    b"\0", b"\xff\xfe", b"\xed\xa0\x80", b"\xe2\x80\xae", b"%s%n", b"../../etc/passwd", b"[[[[[[[[", b"<<<<<<<<", b"((((((((",
    b"&a;", b"\r", b"\n\n", b"\t", b"   ", b"....", b"\xcc\x81" * 40, b"A" * 5000, b"()" * 2000, b"| " * 2000, b"> " * 200,
)  # fmt: skip
_OBJECT = re.compile(rb"\d+ \d+ obj\b.*?\bendobj", re.S)
_STREAM = re.compile(rb"stream\r?\n(.*?)\r?\nendstream", re.S)
_TAG = re.compile(rb"<[^<>]{1,2000}>")
_VALUE = re.compile(rb'"[^"<>]{0,200}"|(?<=>)[^<>]{1,200}(?=<)')
_NUMBER = re.compile(rb"(?<![\w.])-?\d+(?:\.\d+)?(?![\w.])")


def change(rng: random.Random, kind: str, samples: Sequence[bytes]) -> bytes:
    """A sample, changed once or a few times: blindly, or as one who knows the format would."""
    data = rng.choice(samples)
    for _ in range(rng.choice((1, 1, 1, 2, 3, 8))):
        knowing = rng.random() < (0.9 if kind in ("docx", "pptx") else 0.7)  # blind changes break an archive as such
        data = _KNOWING[kind](rng, data, samples) if knowing and data else _blindly(rng, data, samples)
    return data[:_LONGEST]


def _blindly(rng: random.Random, data: bytes, samples: Sequence[bytes]) -> bytes:
    at = rng.randrange(len(data) + 1)
    match rng.randrange(6):
        case 0:
            changed = bytearray(data)
            for _ in range(rng.choice((1, 4, 64)) if changed else 0):
                changed[rng.randrange(len(changed))] = rng.randrange(256)
            return bytes(changed)
        case 1:
            return data[:at]
        case 2:  # the head of one and the tail of another
            other = rng.choice(samples)
            return data[:at] + other[rng.randrange(len(other) + 1) :]
        case 3:
            return data[:at] + data[at + rng.choice((1, 10, 1000)) :]
        case 4:
            return data[:at] + data[at : at + rng.choice((1, 30, 1000))] * rng.choice((2, 50)) + data[at:]
        case _:
            return data[:at] + rng.choice(_NASTY) + data[at:]


def _one(rng: random.Random, pattern: re.Pattern[bytes], data: bytes, make: Callable[[bytes], bytes]) -> bytes:
    """Change one of the places that a pattern finds."""
    found = [match.span() for match in pattern.finditer(data)]
    if not found:
        return data
    start, end = rng.choice(found)
    return data[:start] + make(data[start:end]) + data[end:]


def _markup(rng: random.Random, data: bytes, samples: Sequence[bytes]) -> bytes:
    tags = _TAG.findall(data) or [b"<p>"]
    match rng.randrange(5):
        case 0:
            return _one(rng, _TAG, data, lambda tag: b"")
        case 1:
            return _one(rng, _TAG, data, lambda tag: tag * rng.choice((2, 20, 400)))
        case 2:
            return _one(rng, _TAG, data, lambda tag: rng.choice(tags))
        case 3:
            return _one(rng, _NUMBER, data, lambda number: rng.choice(_NASTY))
        case _:
            return _one(rng, _VALUE, data, lambda value: value[:1] + rng.choice(_NASTY) + value[-1:])


def _package(rng: random.Random, data: bytes, samples: Sequence[bytes]) -> bytes:
    """An Office file with something wrong in one of its parts, or in which parts there are."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            parts = {name: archive.read(name) for name in archive.namelist()}
    except Exception:  # it is broken already, in whatever way
        return _blindly(rng, data, samples)
    name, other = (rng.choice(sorted(parts) or ["a"]) for _ in range(2))
    texts = sorted(name for name in parts if name.endswith((".xml", ".rels")))
    match rng.randrange(8):
        case 0:
            parts.pop(name, None)
        case 1:
            parts[name] = parts.get(other, b"")
        case 2:
            names = ("../" + name, "/" + name, name.upper(), name.replace("/", "\\"), "word//a.xml")
            parts[rng.choice(names)] = parts.pop(name, b"")
        case _:
            name = rng.choice(texts or [name])
            parts[name] = (_blindly if rng.random() < 0.15 else _markup)(rng, parts.get(name, b""), samples)
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, part in parts.items():
            archive.writestr(name or "a", part)
    return out.getvalue()


def _objects(rng: random.Random, data: bytes, samples: Sequence[bytes]) -> bytes:
    """A PDF with something wrong in one of its objects or streams."""
    objects = _OBJECT.findall(data) or [b"1 0 obj\n<<>>\nendobj"]
    match rng.randrange(7):
        case 0:
            return _one(rng, _OBJECT, data, lambda one: b"")
        case 1:
            return _one(rng, _OBJECT, data, lambda one: rng.choice(objects))
        case 2:  # another thing under the same number
            body = rng.choice(objects).partition(b"obj")[2]
            return _one(rng, _OBJECT, data, lambda one: one.partition(b"obj")[0] + b"obj" + body)
        case 3:
            return _one(rng, re.compile(rb"\d+ 0 R"), data, lambda link: b"%d 0 R" % rng.randrange(1, len(objects) + 2))
        case 4:
            return _one(rng, re.compile(rb"/[A-Z]\w+"), data, lambda name: rng.choice(_OBJECT_NAMES))
        case 5:
            return _one(rng, _STREAM, data, lambda held: _unpacked(rng, held, samples))
        case _:
            return _one(rng, _OBJECT, data, lambda one: _one(rng, _NUMBER, one, lambda number: rng.choice(_NASTY)))


_OBJECT_NAMES = b"/Kids /Parent /Count /Contents /Type /Page /Pages /Font /Length /Filter /FlateDecode /LZWDecode /Prev".split()


def _unpacked(rng: random.Random, held: bytes, samples: Sequence[bytes]) -> bytes:
    """A stream whose content is changed, not its packing."""
    match = _STREAM.fullmatch(held)
    try:
        content = zlib.decompress(match[1] if match else b"")
    except zlib.error:
        return _blindly(rng, held, samples)
    changed = _one(rng, _NUMBER, content, lambda number: rng.choice(_NASTY))
    if rng.random() < 0.4:
        changed = _blindly(rng, content, samples)
    return b"stream\n" + zlib.compress(changed) + b"\nendstream"


_LEADS = b"> ;- ;1. ;# ;\t;    ;| a | b |;```;[^1]: ;<div>;---;***;[a](;`;![;<!--;&#".split(b";")


def _lines(rng: random.Random, data: bytes, samples: Sequence[bytes]) -> bytes:
    lines = data.split(b"\n")
    at = rng.randrange(len(lines))
    lead = rng.choice(_LEADS)
    match rng.randrange(5):
        case 0:
            lines[at] = lead * rng.choice((1, 2, 30, 3000)) + lines[at]
        case 1:
            lines[at : at + 1] = [lines[at]] * rng.choice((2, 60))
        case 2:
            lines[at] = lines[at].replace(b" ", rng.choice(_NASTY))
        case 3:
            rng.shuffle(lines)
        case _:
            lines[at] = _one(rng, re.compile(rb'"[^"]*"|\w+'), lines[at], lambda word: rng.choice(_NASTY))
    return b"\n".join(lines)


_KNOWING = {
    "pdf": _objects, "docx": _package, "pptx": _package, "html": _markup, "markdown": _lines, "text": _lines, "jsonl": _lines,
}  # fmt: skip
