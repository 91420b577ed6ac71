"""The form that says which documents are listed. It works without script; library.js makes the list follow it. Pure."""

from collections.abc import Sequence

from index.result import DocumentInfo
from ui import page, shelf_filters, shelves, text
from ui.names import kind_name, language_name, theme_name
from ui.shelf_filters import FIELDS, NONE, STATES, Choice
from ui.words import Words

_MOST_NAMED = 2  # values that a chip names before it counts them


def names(words: Words) -> dict[str, str]:
    """Name the fields."""
    return {
        "city": words.city,
        "theme": words.theme,
        "kind": words.kind,
        "language": words.language_filter,
        "handling": words.handling_filter,
        "year": words.year,
        "state": words.state_filter,
    }


def value_name(name: str, value: str, words: Words) -> str:
    """Say a value of a field in the interface's language."""
    if value == NONE:
        return words.has_none
    if name == "kind":
        return kind_name(value, words)
    if name == "theme":
        return theme_name(value, words)
    if name == "language":
        return language_name(value, words)
    if name == "state":
        return {"partial": words.state_partial, "whole": words.state_whole, "older": words.state_older}.get(value, value)
    return value


def render(shelf: Sequence[DocumentInfo], choice: Choice, words: Words) -> str:
    """Set the form. `shelf`: all documents, whose values are offered."""
    chips = "".join(_chip(name, shelf, choice, words) for name in FIELDS)
    sort = f"{'-' if choice.down else ''}{choice.sort}"
    return (
        f'<form id="l-filter" class="l-filter" action="{page.address("library", words)}" role="search" '
        f'aria-label="{text.escape(words.list_label)}">'
        f'<input type="hidden" name="sort" value="{sort}" id="l-sort" data-refresh>'
        f'<div class="l-find"><label class="k-hidden" for="l-find">{text.escape(words.find_label)}</label>'
        f'<input class="k-input" id="l-find" name="find" type="search" value="{text.escape(choice.find)}" maxlength="200" '
        f'placeholder="{text.escape(words.find_hint)}" autocomplete="off" data-question>'
        f'<button class="k-button">{text.escape(words.show_list)}</button></div>'
        f'<div class="l-chips">{chips}{_clear(choice, words)}</div></form>'
    )


def _clear(choice: Choice, words: Words) -> str:
    hidden = "" if choice.narrowed else " hidden"
    address = page.address("library", words)
    return f'<a id="l-clear" class="l-clear" data-refresh href="{address}"{hidden}>{text.escape(words.clear_list)}</a>'


def _chip(name: str, shelf: Sequence[DocumentInfo], choice: Choice, words: Words) -> str:
    offered = shelf_filters.offers(shelf, name)
    if name == "state":
        counts = dict(offered)
        offered = [(state, counts.get(state, 0)) for state in STATES]
    chosen = choice.of(name)
    known = {value.casefold() for value, _ in offered}
    offered += [(value, 0) for value in chosen if value.casefold() not in known]
    if len(offered) < 2 and not chosen:
        return ""  # nothing to choose between
    on = {value.casefold() for value in chosen}
    boxes = "".join(_box(name, value, n, value.casefold() in on, words) for value, n in offered)
    shown = names(words)[name]
    return (
        f'<details class="l-chip" name="l-chips"><summary id="l-chip-{name}" data-refresh{" class=on" if chosen else ""}>'
        f"{text.escape(_label(shown, name, chosen, words))}</summary>"
        f'<fieldset><legend class="k-hidden">{text.escape(shown)}</legend>'
        f'<div class="l-boxes" id="l-boxes-{name}" data-refresh>{boxes}</div>'
        f'<button class="k-button l-apply">{text.escape(words.show_list)}</button></fieldset></details>'
    )


def _label(shown: str, name: str, chosen: Sequence[str], words: Words) -> str:
    if not chosen:
        return shown
    if len(chosen) > _MOST_NAMED:
        return f"{shown}: {words.number(len(chosen))}"
    return f"{shown}: {', '.join(value_name(name, value, words) for value in chosen)}"


def _box(name: str, value: str, count: int, on: bool, words: Words) -> str:
    return (
        f'<label><input type="checkbox" name="{name}" value="{text.escape(value)}"{" checked" if on else ""}>'
        f'<span dir="auto">{text.escape(value_name(name, value, words))}</span> <small>{words.number(count)}</small></label>'
    )


def count(found: int, shelf: int, words: Words) -> str:
    """Say how many documents are listed: "12 of 41 documents"."""
    documents = words.count(words.documents_n, shelf)
    return documents if found == shelf else words.shown_of.format(n=words.number(found), documents=documents)


def nothing(shelf: int, words: Words) -> str:
    """Say that no document matches, and what to do."""
    more = words.nothing_listed_more.format(documents=words.count(words.documents_n, shelf))
    return (
        f'<div class="k-message"><h2>{text.escape(words.nothing_listed)}</h2><p>{text.escape(more)} '
        f'<a href="{shelves.address(shelf_filters.EVERYTHING, words)}">{text.escape(words.clear_list)}</a></p></div>'
    )
