"""What a PDF says about itself: properties, outline and page labels, whichever library read them."""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class OutlineItem:
    """A bookmark: `level` from 1, `page` the 1-based physical page it leads to, 0 where it leads to none."""

    level: int
    title: str
    page: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Properties:
    """The document's own statements. Empty where it makes none."""

    title: str = ""
    author: str = ""
    created: str = ""  # "2020-06-15"
    language: str = ""  # as in the file: "sv-SE"
    labels: tuple[str, ...] = ()  # one a page; empty where the file has no page labels
    outline: tuple[OutlineItem, ...] = ()
    attachments: int = 0


_PROGRAM = re.compile(r"^(?:microsoft (?:word|powerpoint|excel)|powerpoint presentation|presentation|adobe \w+)\b[\s:-]*", re.I)
_FILE_NAME = re.compile(r"\.(?:docx?|pdf|indd|pptx?|xlsx?|odt|rtf|tex|dvi|qxd|qxp|ai|html?|txt|pub|fm|pmd|wpd|eps|ps)\b", re.I)
_SECTION = re.compile(
    r"(?:table of )?contents|innehåll(?:sförteckning)?|(?:executive )?summary|sammanfattning|abstract|foreword|förord|"
    r"introduction|inledning|acknowledge?ments|about .{1,40}|press release",
    re.I,
)
_EMPTY = re.compile(r"(?:untitled|unnamed|unbenannt|namnlös|sans titre|title|titel|document|dokument|unknown|none)[\s\d]*", re.I)


def title_of(stated: str, headings: Sequence[tuple[float, str]], stem: str) -> str:
    """The title: the one stated where that is a title, else the largest heading of the first pages, else the file's name.

    `headings` are the size and text of each heading on the first pages, in order.
    """
    headings = [(size, text) for size, text in headings if not _SECTION.fullmatch(_tidy(text))]
    stated = _tidy(_PROGRAM.sub("", _tidy(stated)))
    if _is_title(stated, stem):
        return stated
    largest = max((size for size, _ in headings), default=0.0)
    run: list[str] = []
    for size, text in headings:
        if size >= 0.95 * largest and len(" ".join([*run, text])) < 160:
            run.append(text)
        elif run:
            break
    return " ".join(run) or _tidy(re.sub(r"[-_]+", " ", stem))


def _tidy(text: str) -> str:
    printable = "".join(char if char.isprintable() else " " for char in unicodedata.normalize("NFC", text))
    return " ".join(printable.split())


def _is_title(text: str, stem: str) -> bool:
    letters = sum(char.isalpha() for char in text)
    if letters < 4 or letters < 0.5 * len(text.replace(" ", "")) or len(text) > 300 or "\ufffd" in text:
        return False
    if _FILE_NAME.search(text) or _EMPTY.fullmatch(text) or "\\" in text or "://" in text:
        return False
    bare = re.sub(r"[\W_]+", "", text).casefold()
    is_name = " " not in text and (
        bare == re.sub(r"[\W_]+", "", stem).casefold() or "_" in text or any(c.isdigit() for c in text)
    )
    return not is_name


def language_of(stated: str) -> str:
    """ISO 639-1 of a language as PDF states it (`sv-SE`), "" where that is none."""
    code = stated.strip().replace("_", "-").split("-")[0].lower()
    return code if len(code) == 2 and code.isascii() and code.isalpha() else ""
