"""What changed between two editions, side by side: changed, added and removed passages with their pages. Pure: HTML out."""

from index.result import Change, Changes, DocumentInfo, Said
from ui import editions, links, page, removed_page, text
from ui.words import Words

AT_ONCE = 100


def render(found: Changes, words: Words) -> str:
    """Set the whole page."""
    counted = words.count(words.changes_n, found.total)
    lead = f"{counted}. {words.count(words.same_n, found.same)}" if found.total else words.no_changes
    swap = editions.changes_address(found.new.document_id, found.old.document_id, words)
    rows = "".join(_change(one, found, words) for one in found.changes)
    listed = f'<ol class="e-list" start="{found.first + 1}">{rows}</ol>' if rows else ""
    return (
        f'<div class="d-page">{removed_page.to_library(words)}<h1 class="k-title">{text.escape(words.edition_changes)}</h1>'
        f'<div class="e-head">{_edition(words.changes_from, found.old, words)}'
        f"{_edition(words.changes_to, found.new, words)}</div>"
        f'<p class="k-soft e-lead">{text.escape(lead)} <a href="{swap}">{text.escape(words.changes_swap)}</a></p>'
        f"{listed}{_steps(found, words)}</div>"
    )


def _edition(label: str, info: DocumentInfo, words: Words) -> str:
    known = " · ".join(filter(None, (text.date(info.date, words), editions.number(info.edition, words))))
    return (
        f'<p><span class="k-label">{text.escape(label)}</span>'
        f'<a href="{page.address(f"library/{info.document_id}", words)}" dir="auto"{text.lang(info.language)}>'
        f"{text.escape(info.title or info.path)}</a> {text.stamped(info.handling)}"
        f'<span class="d-near">{text.escape(known)}</span></p>'
    )


def _change(one: Change, found: Changes, words: Words) -> str:
    if one.old is None:
        kind, name = "added", words.added_passage
    elif one.new is None:
        kind, name = "removed", words.removed_passage
    else:
        kind, name = "changed", words.changed_passage
    return (
        f'<li class="e-change e-{kind}"><h2 class="e-kind">{text.escape(name)}</h2>'
        f"{_side(one.old, found.old, 'del', words)}{_side(one.new, found.new, 'ins', words)}</li>"
    )


def _side(said: Said | None, info: DocumentInfo, tag: str, words: Words) -> str:
    """Set what one edition says. `tag`: what its own words stand in, `del` or `ins`."""
    if said is None:
        return f'<div class="e-side e-none"><p class="k-soft">{text.escape(words.not_in_edition)}</p></div>'
    where = text.place(info.format, said.page, said.page, said.page_label, words) or words.whole_text
    shown = [(said.start + start, said.start + end) for start, end in said.marks]
    address = links.view(
        info.document_id, words.language, passage=(said.start, said.end), marks=shown, page=said.page, version=info.sha256
    )
    label = text.escape(f"{where}, {info.title or info.path}")
    link = f'<a href="{text.escape(address)}" aria-label="{label}">{text.escape(where)}</a>'
    return (
        f'<div class="e-side"><div class="k-where">{link}</div>'
        f'<p class="e-text"{text.lang(info.language)} dir="auto">{_marked(said, tag)}</p></div>'
    )


def _marked(said: Said, tag: str) -> str:
    """Put the marked words in `del` or `ins`. What was added or removed as a whole has no marks: its heading says it."""
    parts: list[str] = []
    at = 0
    for start, end in text.merged(said.marks, len(said.text)):
        parts += [text.escape(said.text[at:start]), f"<{tag}>", text.escape(said.text[start:end]), f"</{tag}>"]
        at = end
    return "".join([*parts, text.escape(said.text[at:])])


def _steps(found: Changes, words: Words) -> str:
    last = max(1, -(-found.total // AT_ONCE))
    part = found.first // AT_ONCE + 1
    if last == 1:
        return ""

    def step(number: int, name: str) -> str:
        address = editions.changes_address(found.old.document_id, found.new.document_id, words, number)
        return f'<a href="{address}">{text.escape(name)}</a>'

    back = step(part - 1, f"‹ {words.earlier_changes}") if part > 1 else ""
    forth = step(part + 1, f"{words.later_changes} ›") if part < last else ""
    here = f'<b aria-current="page">{words.number(part)} / {words.number(last)}</b>'
    return f'<nav class="d-steps" aria-label="{text.escape(words.changes_pages)}">{back}{here}{forth}</nav>'
