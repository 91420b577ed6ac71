"""The Library room's tables: the documents, and the files that could not be read. Pure."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from index.result import DocumentInfo, FileInfo
from ui import editions, page, readings, reasons, shelf_filters, text
from ui.names import kind_name, language_name, theme_name
from ui.shelf_filters import PAGE, Choice
from ui.words import Words

_NUMBERS = ("pages", "without", "passages")


def heads(words: Words) -> dict[str, str]:
    """Name the columns."""
    return {
        "title": words.title,
        "city": words.city_head,
        "date": words.date_head,
        "kind": words.kind_head,
        "language": words.language_head,
        "edition": words.edition_head,
        "handling": words.handling_head,
        "pages": words.pages_head,
        "without": words.without_head,
        "passages": words.passages_head,
        "added": words.added_head,
    }


def address(choice: Choice, words: Words) -> str:
    """Point to the room with these documents."""
    return page.address("library", words, shelf_filters.write(choice))


def document(document_id: int, words: Words) -> str:
    """Point to a document's own page."""
    return page.address(f"library/{document_id}", words)


def documents(found: Sequence[DocumentInfo], choice: Choice, words: Words) -> str:
    """Set a page of the list: a table, which the style sheet makes cards of where it is narrow."""
    last = max(1, -(-len(found) // PAGE))
    at = min(choice.page, last)
    shown = found[(at - 1) * PAGE : at * PAGE]
    columns = [name for name in heads(words) if name != "edition" or choice.sort == "edition" or any(i.edition for i in found)]
    head = "".join(_head(name, choice, words) for name in columns)
    rows = "".join(_document(info, columns, words) for info in shown)
    table = (
        f'<table class="l-table l-shelf" role="table" aria-label="{text.escape(words.documents_title)}">'
        f'<thead role="rowgroup"><tr role="row" data-head="{text.escape(words.sort_label)}">{head}</tr></thead>'
        f'<tbody role="rowgroup">{rows}</tbody></table>'
    )
    return f"{table}{_pager(at, last, choice, words)}"


def _head(name: str, choice: Choice, words: Words) -> str:
    shown = heads(words)[name]
    here = name == choice.sort
    order = ("descending" if choice.down else "ascending") if here else "none"
    told = words.sort_by.format(column=shown.lower())
    if here:
        told = f"{told}, {words.sorted_down if choice.down else words.sorted_up}"
    arrow = f'<span aria-hidden="true">{"↓" if choice.down else "↑"}</span>' if here else ""
    kind = f' class="n l-{name}"' if name in _NUMBERS else ""
    link = text.escape(address(shelf_filters.turned(choice, name), words))
    return (
        f'<th scope="col" role="columnheader" aria-sort="{order}"{kind}>'
        f'<a href="{link}" title="{text.escape(told)}" id="l-by-{name}">{text.escape(shown)}{arrow}</a></th>'
    )


def _document(info: DocumentInfo, columns: Sequence[str], words: Words) -> str:
    cells = "".join(_cell(info, name, words) for name in columns)
    return f'<tr role="row">{cells}</tr>'


def _cell(info: DocumentInfo, name: str, words: Words) -> str:
    content = _CELLS[name](info, words)
    if name == "title":
        return f'<th scope="row" role="rowheader">{content}</th>'
    kinds = [f"l-{name}", *(["n"] if name in _NUMBERS else []), *([] if content else ["l-nothing"])]
    # The column's name stands before the value in a card, where there is no head.
    label = text.escape(heads(words)[name])
    return f'<td role="cell" class="{" ".join(kinds)}" data-head="{label}">{content}</td>'


def _title(info: DocumentInfo, words: Words) -> str:
    title = info.title or info.path
    more = " · ".join((*([info.organisation] if info.organisation else []), *(theme_name(theme, words) for theme in info.theme)))
    below = f'<span class="l-more" dir="auto">{text.escape(more)}</span>' if more else ""
    tongue = text.lang(info.language) if info.title else ""
    older = f'<span class="l-more">{editions.badge(info.superseded_by, words)}</span>' if info.superseded_by else ""
    return f'<a href="{document(info.document_id, words)}" dir="auto"{tongue}>{text.escape(title)}</a>{below}{older}'


def _without(info: DocumentInfo, words: Words) -> str:
    missing = info.pages_without_text
    if not missing:
        return ""
    which = ", ".join(map(str, missing[:50])) + (" …" if len(missing) > 50 else "")
    return f'<span class="l-part" title="{text.escape(which)}">{words.number(len(missing))}</span>'


def _added(info: DocumentInfo, words: Words) -> str:
    return moment(info.added, words)


_CELLS: Mapping[str, Callable[[DocumentInfo, Words], str]] = {
    "title": _title,
    "city": lambda info, words: text.escape(", ".join(info.city)),
    "date": lambda info, words: text.escape(text.date(info.date, words)),
    "kind": lambda info, words: text.escape(kind_name(info.kind, words)),
    "language": lambda info, words: text.escape(language_name(info.language, words)) if info.language else "",
    "edition": lambda info, words: text.escape(info.edition),
    "handling": lambda info, words: text.marking(info, words),
    "pages": lambda info, words: words.number(info.pages),
    "without": _without,
    "passages": lambda info, words: words.number(info.passages),
    "added": _added,
}


def moment(value: str, words: Words) -> str:
    """Show the day of a moment; the hour stands in its title."""
    try:
        when = datetime.fromisoformat(value.replace("Z", "+00:00")).astimezone()
    except ValueError:
        return text.escape(value)
    day = text.date(when.date().isoformat(), words)
    told = text.escape(text.moment(value, words))
    return f'<time datetime="{text.escape(value)}" title="{told}">{text.escape(day)}</time>'


def _pager(at: int, last: int, choice: Choice, words: Words) -> str:
    if last == 1:
        return ""
    near = sorted({1, last, *range(max(1, at - 2), min(last, at + 2) + 1)})
    links: list[str] = []
    for number in near:
        if links and number - 1 not in near:
            links.append('<li aria-hidden="true">…</li>')
        links.append(f"<li>{_turn(number, words.number(number), at, choice, words)}</li>")
    before = f'<li><a rel="prev" href="{_page(choice, at - 1, words)}">{text.escape(words.list_previous)}</a></li>'
    after = f'<li><a rel="next" href="{_page(choice, at + 1, words)}">{text.escape(words.list_next)}</a></li>'
    inner = f"{before if at > 1 else ''}{''.join(links)}{after if at < last else ''}"
    return f'<nav class="l-pager" aria-label="{text.escape(words.page_turning)}"><ul>{inner}</ul></nav>'


def _turn(number: int, shown: str, at: int, choice: Choice, words: Words) -> str:
    here = ' aria-current="page"' if number == at else ""
    label = text.escape(words.list_page.format(n=shown))
    return f'<a href="{_page(choice, number, words)}" aria-label="{label}"{here}>{shown}</a>'


def _page(choice: Choice, number: int, words: Words) -> str:
    return text.escape(address(replace(choice, page=number), words))


def problems(files: Sequence[FileInfo], shelf: Sequence[DocumentInfo], shorten: Callable[[str], str], words: Words) -> str:
    """Set the table of files that failed or are only partly readable: why, and what to do. `shorten` shows a path."""
    bad = [file for file in files if file.outcome in ("failed", "partial")]
    heading = (
        f'<h2 class="k-heading">{text.escape(words.problems_title)} <span class="k-count">{words.number(len(bad))}</span></h2>'
    )
    if not bad:
        return f'{heading}<p class="k-soft">{text.escape(words.no_problems)}</p>' if files else ""
    ids = {path: info.document_id for info in shelf for path in info.paths}
    bad.sort(key=lambda file: (file.outcome, file.path))
    rows = "".join(_problem(file, ids.get(file.path, 0), shorten, words) for file in bad)
    names = (words.file_head, words.outcome_head, words.reason_head, words.advice_head, words.when_head)
    head = "".join(f'<th scope="col" role="columnheader">{text.escape(name)}</th>' for name in names)
    return (
        f'{heading}<table class="l-table l-problems" role="table" aria-label="{text.escape(words.problems_title)}">'
        f'<thead role="rowgroup"><tr role="row">{head}</tr></thead><tbody role="rowgroup">{rows}</tbody></table>'
    )


def _problem(file: FileInfo, document_id: int, shorten: Callable[[str], str], words: Words) -> str:
    name = text.escape(shorten(file.path))
    if document_id:
        name = f'<a href="{document(document_id, words)}">{name}</a>'
    advice = reasons.advice(file.reason, words)
    cells = (
        ("outcome", words.outcome_head, readings.badge(file.outcome, words)),
        ("reason", words.reason_head, readings.reason(file.reason, words) if file.reason else ""),
        ("todo", words.advice_head, text.escape(advice)),
        ("when", words.when_head, moment(file.when, words)),
    )
    rest = "".join(
        f'<td role="cell" class="l-{kind}{"" if content else " l-nothing"}" data-head="{text.escape(head)}">{content}</td>'
        for kind, head, content in cells
    )
    return f'<tr role="row"><th scope="row" role="rowheader" dir="auto">{name}</th>{rest}</tr>'
