"""The Library room: the documents, what could not be read, and what becomes of files as they are read. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass

from index.result import DocumentInfo, FileInfo
from ui import links, text
from ui.names import kind_name, language_name, outcome_name
from ui.words import Words

_OUTCOME_CLASS = {"added": "good", "changed": "good", "unchanged": "plain", "removed": "plain", "partial": "part"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What became of one file in this reading. `outcome` is one of ingest's, or "refused" for a file never saved."""

    name: str
    outcome: str
    reason: str = ""
    pages: int = 0
    pages_without_text: int = 0
    passages: int = 0


def documents(shelf: Sequence[DocumentInfo], words: Words) -> str:
    """Set the table of documents, each linked to the viewer."""
    heading = f'<h2 class="k-heading">{text.escape(words.documents_title)} <span class="k-count">{len(shelf)}</span></h2>'
    if not shelf:
        return f'{heading}<p class="k-soft">{text.escape(words.no_documents)}</p>'
    names = (words.title, words.city_head, words.kind_head, words.date_head, words.language_head, words.handling_head)
    counts = (words.pages_head, words.without_head, words.passages_head)
    rows = "".join(_document(info, words) for info in shelf)
    return f"{heading}{_table(words.documents_title, names, counts, rows)}"


def _table(label: str, names: Sequence[str], counts: Sequence[str], rows: str) -> str:
    head = "".join(f'<th scope="col">{text.escape(name)}</th>' for name in names)
    head += "".join(f'<th scope="col" class="n">{text.escape(name)}</th>' for name in counts)
    return (
        f'<div class="k-scroll" tabindex="0" role="region" aria-label="{text.escape(label)}">'
        f'<table class="k-table"><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table></div>'
    )


def _document(info: DocumentInfo, words: Words) -> str:
    address = text.escape(links.view(info.document_id, words.language))
    title = text.escape(info.title or info.path)
    cells = [
        ", ".join(info.city),
        kind_name(info.kind, words),
        text.date(info.date, words),
        language_name(info.language, words) if info.language else "",
    ]
    missing = len(info.pages_without_text)
    numbers = [words.number(info.pages), words.number(missing) if missing else "–", words.number(info.passages)]
    plain = "".join(f"<td>{text.escape(cell)}</td>" for cell in cells)
    counted = "".join(f'<td class="n">{text.escape(number)}</td>' for number in numbers)
    which = f' title="{text.escape(", ".join(map(str, info.pages_without_text[:50])))}"' if missing else ""
    return (
        f'<tr{" class=part" if missing else ""}{which}><th scope="row" dir="auto">'
        f'<a href="{address}" target="_blank" rel="noopener">{title}</a></th>'
        f"{plain}<td>{text.handling(info.handling)}</td>{counted}</tr>"
    )


def problems(files: Sequence[FileInfo], words: Words) -> str:
    """Set the table of files that failed or are only partly readable, each with its reason."""
    bad = [file for file in files if file.outcome in ("failed", "partial")]
    heading = f'<h2 class="k-heading">{text.escape(words.problems_title)} <span class="k-count">{len(bad)}</span></h2>'
    if not bad:
        return f'{heading}<p class="k-soft">{text.escape(words.no_problems)}</p>' if files else ""
    rows = "".join(
        f'<tr><th scope="row" dir="auto">{text.escape(file.path)}</th><td>{_badge(file.outcome, words)}</td>'
        f"<td>{text.escape(file.reason)}</td><td>{text.escape(text.moment(file.when, words))}</td></tr>"
        for file in sorted(bad, key=lambda file: (file.outcome, file.path))
    )
    names = (words.file_head, words.outcome_head, words.reason_head, words.when_head)
    return f"{heading}{_table(words.problems_title, names, (), rows)}"


def _badge(outcome: str, words: Words) -> str:
    kind = _OUTCOME_CLASS.get(outcome, "bad")
    return f'<span class="k-badge k-{kind}">{text.escape(outcome_name(outcome, words))}</span>'


def outcomes(files: Sequence[Outcome], words: Words, *, title: str, more: str = "", busy: bool = False) -> str:
    """Set what became of each file so far. `busy`: more are still being read."""
    dots = '<span class="dots" aria-hidden="true"><i></i><i></i><i></i></span>' if busy else ""
    rows = "".join(_outcome(file, words) for file in files)
    below = f"<p>{text.escape(more)}</p>" if more else ""
    return f'<section class="k-progress" aria-live="polite"><h3>{text.escape(title)}{dots}</h3>{below}<ul>{rows}</ul></section>'


def _outcome(file: Outcome, words: Words) -> str:
    facts = []
    if file.pages:
        facts.append(words.count(words.pages_n, file.pages))
    if file.passages:
        facts.append(words.count(words.passages_n, file.passages))
    if file.reason:
        facts.append(file.reason)
    said = text.escape(" · ".join(facts))
    name = text.escape(file.name)
    return f'<li>{_badge(file.outcome, words)} <b dir="auto">{name}</b> <span class="k-soft">{said}</span></li>'
