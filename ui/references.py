"""Full references of what is quoted: on one line, and for programs that manage references (BibTeX, RIS). Pure."""

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from index.access import mark_of, strictest
from index.deskitems import Excerpt, Kept
from ui import citation, editions, text
from ui.exports import line
from ui.words import Words

_NUMBER = re.compile("[0-9]+|[ivxlcdm]+", re.IGNORECASE)
_LINK = re.compile(r"https?://[^\s<>\"]+")
_TEX = {
    "\\": r"\textbackslash{}", "{": r"\textbraceleft{}", "}": r"\textbraceright{}", "~": r"\textasciitilde{}",
    "^": r"\textasciicircum{}", "&": r"\&", "%": r"\%", "$": r"\$", "#": r"\#", "_": r"\_",
}  # fmt: skip
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_REPORTS = ("report", "exercise report", "policy brief", "guide")
_LANGUAGES = {"en": "british", "sv": "swedish"}  # as babel names them
_LONGEST_KEY = 24


@dataclass(frozen=True, slots=True, kw_only=True)
class Head:
    """What stands above all: the strictest mark of what follows, who made it, and when."""

    mark: str
    who: str
    when: str  # as it is read


def head(marks: Iterable[str], who: str, now: str, words: Words) -> Head:
    """Make what stands above all. `marks`: of all that follows; `now`: ISO 8601, with its offset."""
    return Head(mark=strictest(marks), who=who, when=text.instant(now, words))


def edition(item: Excerpt, words: Words) -> str:
    """Say which edition: "edition 2"; what is no number as it is written."""
    return editions.number(item.edition, words)


def published(item: Excerpt) -> str:
    """Where it was published; "" where that could tell who must not be named."""
    return line(item.source) if item.attributable else ""


def full(item: Excerpt, words: Words) -> str:
    """Write the reference on one line, with edition and where it was published.

    Where speakers may not be named (`attributable` is False), organisation, city and address are withheld, and that is said.
    """
    named = item.attributable
    title = citation.title(item, words) or (item.path.replace("\\", "/").rpartition("/")[2] if named else "")
    parts = [item.organisation if named else "", title or words.untitled, edition(item, words)]
    parts += [", ".join(item.city) if named else "", text.date(item.date, words), citation.recommendation(item)]
    parts += [citation.where(item, words), mark_of(item.handling)]
    parts += [] if named else [words.no_attribution]
    said = ", ".join(line(part) for part in parts if part.strip())
    return f"{said}. {words.published_at.format(address=published(item))}" if published(item) else said


def link(address: str) -> str:
    """Give an address if it is one of the web; "" otherwise."""
    return address if _LINK.fullmatch(address) else ""


# -- for programs that manage references


def _documents(kept: Sequence[Kept]) -> list[list[Kept]]:
    """The passages by document, in order. Records of one file are documents of their own."""
    groups: dict[tuple[str, int], list[Kept]] = {}
    for one in kept:
        groups.setdefault((one.excerpt.sha256, one.excerpt.document_id), []).append(one)
    return list(groups.values())


def _described(group: Sequence[Kept]) -> Excerpt:
    """The latest of a document's passages: it says what is known of the document, in whatever order they stand."""
    return max(group, key=lambda one: one.kept_id).excerpt


def _note(one: Kept, words: Words) -> str:
    """Write a passage with its place, what was asked and what was noted, on one line."""
    left, right = text.QUOTES[words.language]
    where = citation.where(one.excerpt, words)
    parts = [f"{where}: " if where else "", f"{left}{line(citation.said(one.excerpt, words))}{right}"]
    parts += [f" {words.asked_was.format(question=line(one.question))}"] if one.question.strip() else []
    parts += [f" {words.note_was.format(note=line(one.note))}"] if one.note.strip() else []
    return "".join(parts)


def _marking(item: Excerpt, words: Words) -> str:
    return ", ".join([mark_of(item.handling)] + ([] if item.attributable else [words.no_attribution]))


def _key(item: Excerpt) -> str:
    """Make the key of a document: of its title, its year and its content, so that it stays what it is."""
    bare = unicodedata.normalize("NFKD", item.title if item.attributable else "").encode("ascii", "ignore").decode().lower()
    name = ""
    for word in re.findall(r"[a-z0-9]+", bare):
        if len(name) + len(word) > _LONGEST_KEY:
            break
        name += word
    year = item.date[:4] if item.date[:4].isdigit() else ""
    return f"{name or 'document'}{year}-{item.sha256[:8] or item.document_id}"


def _keys(items: Sequence[Excerpt]) -> list[str]:
    """The keys of documents; what has the same (two records of a file) is told apart by its number."""
    made = [_key(item) for item in items]
    return [key if made.count(key) == 1 else f"{key}-{item.document_id}" for key, item in zip(made, items, strict=True)]


def _tex(value: str) -> str:
    return "".join(_TEX.get(char, char) for char in line(value))


def _address(value: str) -> str:
    """Write an address for a field that is set as it stands: what would end it is percent-encoded."""
    return re.sub(r"[{}\\%^~]", lambda found: found[0] if found[0] in "%~" else f"%{ord(found[0]):02X}", link(value))


def bibtex(kept: Sequence[Kept], head: Head, words: Words) -> bytes:
    """Write an entry for each document, its passages as notes. UTF-8; what means something to TeX is escaped."""
    groups = _documents(kept)
    above = [words.contains_mark.format(mark=head.mark)] if head.mark else []
    above.append(words.made_by.format(who=head.who, when=head.when))
    # BibTeX reads an entry at every "@", even where it stands in what is no entry.
    lines = [f"% {line(one).replace('@', '(at)')}" for one in above]
    keys = _keys([_described(group) for group in groups])
    return "\n".join((*lines, *("\n" + _entry(key, group, words) for key, group in zip(keys, groups, strict=True)), "")).encode()


def _entry(key: str, group: Sequence[Kept], words: Words) -> str:
    item = _described(group)
    organisation = item.organisation if item.attributable else ""
    report = item.kind.lower() in _REPORTS and bool(organisation.strip())
    year, month = [*item.date.split("-"), ""][:2]
    values = {
        "title": f"{{{_tex(citation.title(item, words) or words.untitled)}}}",
        "author": f"{{{_tex(organisation)}}}" if organisation.strip() else "",
        ("institution" if report else "organization"): _tex(organisation),
        "address": _tex(", ".join(item.city)) if item.attributable else "",
        "year": year if year.isdigit() else "",
        "type": _tex(item.kind),
        "edition": _tex(item.edition),
        "language": _LANGUAGES.get(item.language, _tex(item.language)),
        "url": _address(published(item)),
        "note": _tex(_marking(item, words)),
        "annote": " \\par ".join(_tex(_note(one, words)) for one in group),
    }
    fields = [f"  {name} = {{{value}}}" for name, value in values.items() if value.strip()]
    if month.isdigit() and 1 <= int(month) <= 12:
        fields.append(f"  month = {_MONTHS[int(month) - 1]}")
    return f"@{'techreport' if report else 'misc'}{{{key},\n" + ",\n".join(fields) + "\n}"


def ris(kept: Sequence[Kept], head: Head, words: Words) -> bytes:
    """Write a record for each document, its passages as notes, with the first and the last page that is quoted. UTF-8.

    RIS has no place above its records: what concerns all of them is the first note of the first.
    """
    above = ". ".join(
        ([words.contains_mark.format(mark=head.mark)] if head.mark else []) + [words.made_by.format(who=head.who, when=head.when)]
    )
    records = [_record(group, above if at == 0 else "", words) for at, group in enumerate(_documents(kept))]
    return "".join(f"{row}\r\n" for record in records for row in record).encode()


def _record(group: Sequence[Kept], above: str, words: Words) -> list[str]:
    item = _described(group)
    named = item.attributable
    kind = {"web page": "ELEC"}.get(item.kind.lower(), "RPT" if item.kind.lower() in _REPORTS else "GEN")
    first, last = _pages([one.excerpt for one in group])
    rows = [("TY", kind), ("TI", citation.title(item, words) or words.untitled)]
    # A comma in an author would part a family name from a given one.
    rows += [("AU", item.organisation.replace(",", ""))] if named else []
    rows += [("PB", item.organisation), ("CY", ", ".join(item.city))] if named else []
    year = item.date[:4] if item.date[:4].isdigit() else ""
    rows += [("PY", year), ("DA", "/".join([*item.date.split("-"), "", ""][:3]) + "/" if year else "")]
    rows += [("ET", item.edition), ("M3", item.kind), ("LA", item.language), ("SP", first), ("EP", last)]
    rows += [("UR", link(published(item))), ("N1", above), ("N1", _marking(item, words))]
    rows += [("N1", _note(one, words)) for one in group]
    return [*(f"{tag}  - {line(value)}" for tag, value in rows if value.strip()), "ER  - ", ""]


def _pages(items: Sequence[Excerpt]) -> tuple[str, str]:
    """The first and the last page that is quoted, as printed; where nothing is printed, as counted."""
    first, last = min(items, key=lambda one: one.page), max(items, key=lambda one: one.page_end)
    return _ends(first)[0], _ends(last)[1]


def _ends(item: Excerpt) -> tuple[str, str]:
    if not item.page_label:
        paged = item.format in ("pdf", "pptx")
        return (str(item.page), str(max(item.page, item.page_end))) if paged else ("", "")
    parts = re.split("[-–]", item.page_label)  # of two pages, or of two that are printed on one sheet
    if all(_NUMBER.fullmatch(part) for part in parts):
        return parts[0], parts[-1]
    begin, _, end = item.page_label.partition("–") if item.page_end > item.page else (item.page_label, "", "")
    return begin, end or begin
