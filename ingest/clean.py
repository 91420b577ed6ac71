"""Cleaning extracted text, with a map from every clean character back to the raw ones it stands for.

Pure: strings and positions only. Text is cleaned once, line by line, and then joined; every offset is taken after that.
"""

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Spans = npt.NDArray[np.int32]

CELL = "\x1f"  # in raw text: a gap between the cells of a table row; two spaces in clean text
LINE_HYPHEN = "\x02"  # in raw text: PDFium's mark for a hyphen at the end of a line
SOFT_HYPHEN = "\u00ad"

_PLAIN = re.compile(r"[!-~¡-¬®-ÿŒœŠšŽž‐‑–—‘’“”„†‡•…‰€™≤≥−]+(?: [!-~¡-¬®-ÿŒœŠšŽž‐‑–—‘’“”„†‡•…‰€™≤≥−]+)*")
_SPACING_ACCENTS = "¨´`ˆ˜˚¸ˇ˝¯˙"
_HAS_ACCENT = re.compile(f"[{_SPACING_ACCENTS}]")
_COMBINING = dict(zip(_SPACING_ACCENTS, "\u0308\u0301\u0300\u0302\u0303\u030a\u0327\u030c\u030b\u0304\u0307", strict=True))
_DOTLESS = {"ı": "i", "ȷ": "j"}
# The code points that Symbol and Wingdings bullets come out with, for want of a Unicode table in the file.
_SYMBOLS = {"\uf0b7": "•", "\uf0a7": "▪", "\uf06c": "●", "\uf06e": "■", "\uf071": "❑", "\uf075": "◆", "\uf076": "❖"}
_SYMBOLS |= {"\uf0d8": "➢", "\uf0e0": "→", "\uf0e8": "→", "\uf0fc": "✓", "\uf0a8": "▫", "\uf0be": "—", "\uf02d": "-"}

_WORD = re.compile(r"[^\W\d_]+(?:[-‐‑][^\W\d_]+)*")
_BROKEN_END = re.compile(r"[^\W_]+[-‐‑]$")
_BEFORE_HYPHEN = re.compile(r"([^\W_]+(?:[-‐‑/][^\W_]+)*)[-‐‑]$")
_AFTER_HYPHEN = re.compile(r"[^\W_]+(?:[-‐‑][^\W_]+)*")
_SUSPENDED = frozenset("och eller respektive samt resp and or to und oder et ou og".split())
_KEEP_HYPHEN = frozenset("self non cross well ex all anti half quasi e icke f".split())
_HYPHENED = frozenset(
    (
        "based burning driven facing focused free friendly led level making oriented ready related scale sharing specific wide"
    ).split()
)
_HYPHEN_AT_END = re.compile(r"\S[-‐‑]$")
_IN_ADDRESS = re.compile(r"(?:https?://|www\.)\S*[/\-_=&?.]$")


@dataclass(frozen=True, slots=True, kw_only=True)
class Clean:
    """Clean text. Character i stands for the raw positions `spans[i, 0]` up to `spans[i, 1]`; none where cleaning put it in.

    `soft`: the line ended in a soft hyphen, so that the next one goes on in the same word.
    """

    text: str
    spans: Spans
    soft: bool = False

    def moved(self, by: int) -> "Clean":
        """The same text over raw positions that start at `by`."""
        return Clean(text=self.text, spans=self.spans + np.int32(by), soft=self.soft)

    def without(self, start: int, end: int) -> "Clean":
        """The same text less `text[start:end]`."""
        spans = np.concatenate([self.spans[:start], self.spans[end:]])
        return Clean(text=self.text[:start] + self.text[end:], spans=spans, soft=self.soft)


def fold(raw: str, sides: Sequence[tuple[float, float]] | None = None) -> Clean:
    """Clean one line: NFC, ligatures spelled out, odd spaces and control characters gone, white space collapsed.

    `sides` are the left and right edge of every raw character: with them, accents that stand over their letter (`¨a`, `a¨`)
    are joined to it; without them only a diaeresis before its vowel is.
    """
    if _PLAIN.fullmatch(raw) and not _HAS_ACCENT.search(raw):
        start = np.arange(len(raw), dtype=np.int32)
        return Clean(text=raw, spans=np.stack([start, start + 1], axis=1))
    pieces = _spaced(_accented(raw, sides))
    if pieces and not unicodedata.is_normalized("NFC", "".join(piece[0] for piece in pieces)):
        pieces = _composed(pieces)
    spans = np.array([(start, end) for _, start, end in pieces], np.int32).reshape(-1, 2)
    soft = raw.rstrip().endswith(SOFT_HYPHEN)
    return Clean(text="".join(piece[0] for piece in pieces), spans=spans, soft=soft)


_Piece = tuple[str, int, int]  # a character and the raw positions it stands for


def _accented(raw: str, sides: Sequence[tuple[float, float]] | None) -> list[_Piece]:
    """Raw characters one by one, each accent with the letter it stands over."""
    owner = {i: _letter_of(raw, i, sides) for i, char in enumerate(raw) if char in _SPACING_ACCENTS}
    pieces: list[_Piece] = []
    i = 0
    while i < len(raw):
        letter = owner.get(i)
        if letter is not None and letter > i:  # the accent comes first: ¨a
            pieces.append((_over(raw[letter], raw[i]), i, letter + 1))
            i = letter + 1
            continue
        if letter is not None and pieces and pieces[-1][2] >= letter + 1:  # a¨
            while len(pieces) > 1 and pieces[-1][0].isspace():
                pieces.pop()
            char, start, _ = pieces[-1]
            pieces[-1] = (_over(char, raw[i]), start, i + 1)
        else:
            pieces.append((raw[i], i, i + 1))
        i += 1
    return pieces


def _over(letter: str, accent: str) -> str:
    return unicodedata.normalize("NFC", _DOTLESS.get(letter, letter) + _COMBINING[accent])


def _letter_of(raw: str, i: int, sides: Sequence[tuple[float, float]] | None) -> int | None:
    """Where the letter is that a spacing accent belongs to, if it has one: a neighbour that stands under it."""
    for step in (1, -1):
        j = i + step
        if 0 <= j < len(raw) and raw[j] in " \r\n":
            j += step  # PDFium may put a space between an accent and its letter
        if not (0 <= j < len(raw)) or not raw[j].isalpha() or len(_over(raw[j], raw[i])) != 1:
            continue
        if sides is None:
            if raw[i] == "¨" and step == 1 and abs(j - i) == 1 and raw[j] in "aouiAOUI":
                return j
            continue
        wide = max(sides[i][1] - sides[i][0], 0.01)
        if min(sides[i][1], sides[j][1]) - max(sides[i][0], sides[j][0]) > 0.5 * wide:
            return j
    return None


def _spaced(pieces: list[_Piece]) -> list[_Piece]:
    """Spell out ligatures, drop what is not text, collapse white space."""
    out: list[_Piece] = []
    gap = ""
    for text, start, end in pieces:
        char = _SYMBOLS.get(text, text)
        if char == CELL or char.isspace():
            gap = "  " if CELL in (char, *gap[1:2]) or len(gap) == 2 else " "
            continue
        if char == LINE_HYPHEN:
            char = "-"
        elif "ﬀ" <= char <= "ﬆ":
            char = unicodedata.normalize("NFKC", char)
        elif not char.isprintable() and _is_noise(char):
            continue
        if gap and out:
            out.extend((" ", start, start) for _ in gap)
        gap = ""
        out.extend((one, start, end) for one in char)
    return out


def _is_noise(char: str) -> bool:
    """Control and format characters, surrogates, private glyphs without a known meaning, and the byte order mark."""
    return unicodedata.category(char) in ("Cc", "Cf", "Cs", "Co", "Cn")


def _composed(pieces: list[_Piece]) -> list[_Piece]:
    """NFC over runs of characters that compose; the result of a run stands for the whole run."""
    out: list[_Piece] = []
    run: list[_Piece] = []

    def close() -> None:
        if run:
            text = unicodedata.normalize("NFC", "".join(piece[0] for piece in run))
            out.extend((char, run[0][1], run[-1][2]) for char in text)

    held = ""
    for piece in pieces:
        grown = unicodedata.normalize("NFC", held + piece[0])
        apart = unicodedata.normalize("NFC", held) + piece[0]
        if run and not unicodedata.combining(piece[0]) and grown == apart:
            close()
            run, held = [], ""
        run.append(piece)
        held += piece[0]
    close()
    return out


def words(texts: Sequence[str]) -> dict[str, int]:
    """How often each word, hyphens and all, stands whole in the lines: the evidence for `join`."""
    counts: dict[str, int] = {}
    for text in texts:
        for word in _WORD.findall(_BROKEN_END.sub("", text).lower()):
            counts[word] = counts.get(word, 0) + 1
    return counts


def join(parts: Sequence[Clean], known: Mapping[str, int]) -> Clean:
    """Join the lines of one paragraph by single spaces, and words divided at a line end by nothing.

    `known` counts the words that stand whole elsewhere in the document (see `words`): whether a hyphen goes or stays follows
    what the document itself writes.
    """
    texts: list[str] = []
    spans: list[Spans] = []
    last = Clean(text="", spans=np.zeros((0, 2), np.int32))
    for part in parts:
        if not part.text:
            continue
        if texts:
            drop, glue = (0, "") if last.soft else seam(last.text, part.text, known)
            if drop:
                texts[-1], spans[-1] = texts[-1][:-drop], spans[-1][:-drop]
            if glue:
                at = part.spans[0, 0]
                texts.append(glue)
                spans.append(np.array([(at, at)], np.int32))
        texts.append(part.text)
        spans.append(part.spans)
        last = part
    if not texts:
        return last
    return Clean(text="".join(texts), spans=np.concatenate(spans), soft=last.soft)


def chain(parts: Sequence[Clean], separator: str) -> Clean:
    """Set texts one after the other, with the separator between them."""
    texts: list[str] = []
    spans: list[Spans] = []
    for part in parts:
        if texts:
            at = spans[-1][-1, 1] if len(spans[-1]) else 0
            texts.append(separator)
            spans.append(np.full((len(separator), 2), at, np.int32))
        texts.append(part.text)
        spans.append(part.spans)
    return Clean(text="".join(texts), spans=np.concatenate(spans) if spans else np.zeros((0, 2), np.int32))


def seam(before: str, after: str, known: Mapping[str, int]) -> tuple[int, str]:
    """Tell how two lines meet: how many characters to take off the first one's end, and what to put between them."""
    if _IN_ADDRESS.search(before[-200:]) and after[0].isalnum():
        return 0, ""
    following = _AFTER_HYPHEN.match(after)
    if not _HYPHEN_AT_END.search(before) or not following:
        return 0, "" if before.endswith("—") else " "
    second = following.group()
    if second.lower() in _SUSPENDED:
        return 0, " "
    broken = _BEFORE_HYPHEN.search(before[-60:])
    return (1, "") if broken and not _keeps_hyphen(broken.group(1), second, known) else (0, "")


def _keeps_hyphen(first: str, second: str, known: Mapping[str, int]) -> bool:
    whole, hyphened = f"{first}{second}".lower(), f"{first}-{second}".lower()
    if known.get(whole, 0) != known.get(hyphened, 0):
        return known.get(hyphened, 0) > known.get(whole, 0)
    if not second[0].islower() or not first[-1].islower():
        return True  # Anglo-Saxon, COVID-19, EU-kommissionen, 10-year
    return "-" in first or first.lower() in _KEEP_HYPHEN or (len(first) > 2 and second.lower() in _HYPHENED)  # not al-ready
