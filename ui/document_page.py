"""A document's own page: what it is, what is in it, and what is like it. Pure: HTML out."""

from collections.abc import Sequence
from itertools import pairwise
from urllib.parse import urlsplit

from index.result import DocumentInfo
from ui import document_outline, document_passages, editions, links, page, removed_page, text
from ui.document_room import Shown
from ui.names import kind_name, language_name
from ui.words import Words

_MOST_PAGES = 12  # runs of pages without text that are named

_SECTIONS = ("about", "recommendations", "similar", "passages")


def render(shown: Shown, words: Words, *, part: int, editor: bool, state: str, notice: str) -> str:
    """Set the whole page. `part`: which page of passages; `state`, `notice`: HTML that stands on top."""
    info = shown.info
    main = (
        _section("about", words.facts_title, facts(shown, words), words)
        + _section(
            "recommendations",
            words.recommendations_title,
            document_outline.recommendations(info, shown.outline, shown.passages, words),
            words,
            count=_count(shown, "recommendation"),
        )
        + _section("similar", words.similar_documents, similar(shown.similar, words), words)
        + _section(
            "passages",
            words.passages_title,
            document_passages.render(info, shown.passages, part, words),
            words,
            count=len(shown.passages),
        )
    )
    return (
        f'<div class="d-page">{removed_page.to_library(words)}{state}{notice}{_head(shown, words, editor=editor)}'
        f'<div class="d-desk" id="desk" data-refresh><div class="d-main">{main}</div>{_aside(shown, words)}</div></div>'
    )


def _count(shown: Shown, kind: str) -> int:
    return sum(item.kind == kind for item in shown.outline)


def _section(name: str, title: str, body: str, words: Words, *, count: int = 0) -> str:
    counted = f' <span class="k-count">{words.number(count)}</span>' if count else ""
    return (
        f'<section class="d-section" id="{name}" aria-labelledby="h-{name}">'
        f'<h2 class="k-heading" id="h-{name}">{text.escape(title)}{counted}</h2>{body}</section>'
    )


# -- the head


def _head(shown: Shown, words: Words, *, editor: bool) -> str:
    info = shown.info
    title = f'<h1 class="k-title"{text.lang(info.language)} dir="auto">{text.escape(info.title or info.path)}</h1>'
    return (
        f'<header class="d-head" id="head" data-refresh><div class="d-title">{title}{text.marking(info, words)}</div>'
        f'<p class="d-meta">{text.escape(meta(info, words))}</p>{editions.notice(info, words)}'
        f"{_ask(info, words)}{_tools(shown, words, editor=editor)}</header>"
    )


def meta(info: DocumentInfo, words: Words) -> str:
    """Say in a line what a document is: "Manchester · report · March 2021 · English"."""
    known = [*info.city, kind_name(info.kind, words), text.date(info.date, words)]
    known += [language_name(info.language, words)] if info.language else []
    known += [] if info.attributable else [words.no_attribution]
    return " · ".join(fact for fact in known if fact)


def _ask(info: DocumentInfo, words: Words) -> str:
    """Set the field that asks within the document. It works without script: it is the address of the question."""
    label = text.escape(words.ask_within)
    return (
        f'<form class="d-ask k-ask-field" role="search" method="get" action="{page.address("ask", words)}">'
        f'<label class="k-hidden" for="ask-within">{label}</label>'
        f'<input id="ask-within" name="q" placeholder="{label}" autocomplete="off" data-question>'
        f'<input type="hidden" name="document" value="{info.document_id}">'
        f'<button class="k-button k-primary">{text.escape(words.ask_button)}</button></form>'
    )


def _tools(shown: Shown, words: Words, *, editor: bool) -> str:
    info = shown.info
    own = page.address(f"library/{info.document_id}", words)
    offered = [(words.show_in_viewer, links.view(info.document_id, words.language, version=info.sha256), "")]
    if shown.source:
        is_pdf = info.format == "pdf"
        name = words.open_original if is_pdf else words.download_original
        offered.append((name, links.source(info.document_id), "" if is_pdf else " download"))
    changes = (
        (words.edit_metadata, f"{own}/edit"),
        (words.replace_document, f"{own}/replace"),
        (words.remove_document, f"{own}/remove"),
    )
    shown_now = "".join(
        f'<a class="k-button" href="{text.escape(address)}"{more}>{text.escape(name)}</a>' for name, address, more in offered
    )
    gone = "" if shown.source else f'<p class="k-soft">{text.escape(words.source_missing)}</p>'
    edited = "".join(f'<a href="{address}">{text.escape(name)}</a>' for name, address in changes) if editor else ""
    return f'<div class="k-tools d-tools">{shown_now}{f"<span class=d-edit>{edited}</span>" if edited else ""}</div>{gone}'


# -- what is known of it


def facts(shown: Shown, words: Words) -> str:
    """Set what is known of a document; what is not known is left out."""
    info = shown.info
    plain = (
        (words.field_kind, kind_name(info.kind, words)),
        (words.field_organisation, info.organisation),
        (words.field_city, ", ".join(info.city)),
        (words.field_date, text.date(info.date, words)),
        (words.field_language, language_name(info.language, words) if info.language else ""),
        (words.field_edition, info.edition),
        (words.field_theme, ", ".join(info.theme)),
        (words.field_attribution, words.may_attribute if info.attributable else words.may_not_attribute),
        (words.field_groups, ", ".join(info.groups)),
    )
    rows = [(name, f'<span dir="auto">{text.escape(value)}</span>') for name, value in plain if value]
    rows += [(words.field_source, _source(info.source))] if info.source else []
    rows.append((words.fact_size, text.escape(_size(info, words))))
    rows += [(words.fact_without, _without(info, words))] if info.pages_without_text else []
    rows.append((words.fact_file, _files(shown, words)))
    rows.append((words.fact_added, text.escape(text.moment(info.added, words))))
    rows.append((words.fact_sha, f'<code class="d-sha">{text.escape(info.sha256)}</code>'))
    listed = "".join(f"<div><dt>{text.escape(name)}</dt><dd>{value}</dd></div>" for name, value in rows)
    return f'<dl class="k-facts d-facts">{listed}</dl>'


def _source(source: str) -> str:
    """Link an address of the web; anything else is only said."""
    try:
        linked = urlsplit(source).scheme in ("http", "https") and bool(urlsplit(source).hostname)
    except ValueError:
        linked = False
    said = text.escape(source)
    return f'<a href="{said}" rel="noopener noreferrer"><bdi>{said}</bdi></a>' if linked else f"<bdi>{said}</bdi>"


def _size(info: DocumentInfo, words: Words) -> str:
    return f"{words.count(words.pages_n, info.pages)}, {words.count(words.passages_n, info.passages)}"


def _without(info: DocumentInfo, words: Words) -> str:
    found = runs(info.pages_without_text)
    named = ", ".join(
        f'<a href="{text.escape(links.view(info.document_id, words.language, page=first))}">'
        f"{first if first == last else f'{first}–{last}'}</a>"
        for first, last in found[:_MOST_PAGES]
    )
    rest = sum(last - first + 1 for first, last in found[_MOST_PAGES:])
    return named + (f" {text.escape(words.count(words.others_n, rest))}" if rest else "")


def runs(numbers: Sequence[int]) -> list[tuple[int, int]]:
    """Join numbers that follow each other: 3, 7, 8, 9 are (3, 3) and (7, 9)."""
    starts = [0, *(at for at, (one, other) in enumerate(pairwise(numbers), 1) if other != one + 1), len(numbers)]
    return [(numbers[start], numbers[end - 1]) for start, end in pairwise(starts) if end > start]


def _files(shown: Shown, words: Words) -> str:
    out = []
    for file in shown.files:
        notes = [] if file.inside else [words.lies_outside]
        notes += [] if file.there else [words.file_missing]
        note = f" <small>({text.escape(', '.join(notes))})</small>" if notes else ""
        out.append(f'<bdi class="d-file">{text.escape(file.shown)}</bdi>{note}')
    return "<br>".join(out)


# -- what is like it


def similar(near: Sequence[tuple[DocumentInfo, float]], words: Words) -> str:
    """List the documents that are most like one."""
    if not near:
        return f'<p class="k-soft">{text.escape(words.no_similar_documents)}</p>'
    rows = "".join(
        f'<li><a href="{page.address(f"library/{info.document_id}", words)}"{text.lang(info.language)} dir="auto">'
        f"{text.escape(info.title or info.path)}</a> {text.marking(info, words)}"
        f'<span class="d-near">{text.escape(meta(info, words))}</span></li>'
        for info, _ in near
    )
    return f'<ul class="d-similar">{rows}</ul>'


# -- what stays in view


def _aside(shown: Shown, words: Words) -> str:
    names = {
        "about": words.facts_title,
        "recommendations": words.recommendations_title,
        "similar": words.similar_documents,
        "passages": words.passages_title,
    }
    counts = {"recommendations": _count(shown, "recommendation"), "passages": len(shown.passages)}
    jumps = "".join(
        f'<li><a href="#{name}">{text.escape(names[name])}{f" <span>{words.number(n)}</span>" if (n := counts.get(name)) else ""}'
        f"</a></li>"
        for name in _SECTIONS
    )
    tree = document_outline.outline(shown.info, shown.outline, words)
    return (
        f'<aside class="d-aside"><nav aria-label="{text.escape(words.on_this_page)}">'
        f'<h2 class="k-heading">{text.escape(words.on_this_page)}</h2><ul class="d-jumps">{jumps}</ul></nav>'
        f'<nav class="d-outline" aria-label="{text.escape(words.outline_title)}">'
        f'<h2 class="k-heading">{text.escape(words.outline_title)}</h2>{tree}</nav></aside>'
    )
