"""The Collected room: kept passages, set for reading, each with its reference and a note beside it. Items in, HTML out."""

from collections.abc import Sequence

from index.deskitems import Excerpt
from ui import citation, collectedfiles, collecting, exports, latest, links, page, question, references, text
from ui.collecting import Item, State
from ui.names import kind_name
from ui.question import Question
from ui.references import Head
from ui.words import Words

FORMATS = ("docx", "md", "csv", "bib", "ris")
_NAMED = {"docx": "Word", "md": "Markdown", "csv": "CSV", "bib": "BibTeX", "ris": "RIS"}  # names, the same in every language


def render(items: Sequence[Item], head: Head, words: Words, *, notice: str = "") -> str:
    """Set the room. `notice`: HTML that stands above the passages."""
    listed = "".join(_item(item, place, len(items), words) for place, item in enumerate(items, 1))
    said = f'data-failed="{text.escape(words.not_moved)}" data-drag="{text.escape(words.drag_it)}"'
    return f'{top(items, head, words)}{notice}<ol class="kept-list" {said}>{listed}</ol>'


def top(items: Sequence[Item], head: Head, words: Words) -> str:
    """Set the head of the room: how many there are, under which mark, and how to take them along."""
    plain = text.escape(collectedfiles.plain_all(items, head, words))
    rich = text.escape(collectedfiles.rich_all(items, head, words))
    mark = f'<span class="kept-mark">{text.escape(words.strictest_of_all)} {text.handling(head.mark)}</span>' if head.mark else ""
    return (
        f'<header class="kept-top" id="kept-top" data-refresh><div><h1 class="k-title">{text.escape(words.collected_title)}</h1>'
        f'<p class="kept-sum">{text.escape(collectedfiles.summary(items, words))} {mark}</p></div>'
        f'<div class="kept-out"><button type="button" class="k-button k-primary" data-copy="{plain}" data-copy-html="{rich}" '
        f'data-done="{text.escape(words.all_copied)}" data-failed="{text.escape(words.not_copied)}">'
        f"{text.escape(words.copy_all)}</button>{saves('collected', FORMATS, words)}</div></header>"
    )


def saves(room: str, formats: Sequence[str], words: Words) -> str:
    """Offer to save what a room shows, as files of these formats."""
    items = "".join(
        f'<li><a class="k-button" href="{page.address(f"{room}.{kind}", words)}" download>{_NAMED[kind]}</a></li>'
        for kind in formats
    )
    name = f'<span id="saves">{text.escape(words.export_as)}</span>'
    return f'<div class="kept-saves">{name}<ul aria-labelledby="saves">{items}</ul></div>'


def empty(words: Words, *, notice: str = "") -> str:
    """Set the room where nothing is kept: what it is for, and how something comes into it."""
    first = words.keep_first.format(keep=words.keep, keep_all=words.keep_all)
    steps = "".join(f"<li>{text.escape(one)}</li>" for one in (first, words.keep_second, words.keep_third))
    return (
        f'<h1 class="k-title">{text.escape(words.nothing_kept)}</h1>{notice}'
        f'<p class="k-lead kept-lead">{text.escape(words.nothing_kept_lead)}</p><ol class="kept-steps">{steps}</ol>'
        f'<p><a class="k-button k-primary" href="{page.address("ask", words)}">{text.escape(words.ask_something)}</a></p>'
        f'<p class="k-soft">{text.escape(words.collected_yours)}</p>'
    )


def removed(number: int, words: Words) -> str:
    """Say that a passage was removed, with the way back."""
    action = page.address("collected/back", words)
    return (
        f'<div class="kept-notice" role="status"><p>{text.escape(words.let_go_done)}</p>'
        f'<form method="post" action="{action}"><input type="hidden" name="number" value="{number}">'
        f'<button class="k-button">{text.escape(words.bring_back)}</button></form></div>'
    )


def returned(words: Words) -> str:
    """Say that a passage is in its place again."""
    return f'<div class="kept-notice" role="status"><p>{text.escape(words.back_again)}</p></div>'


# -- one passage


def _item(item: Item, place: int, of: int, words: Words) -> str:
    kept_id, excerpt = item.kept.kept_id, item.excerpt
    return (
        f'<li class="kept" id="kept-{kept_id}" data-id="{kept_id}"><article aria-labelledby="kept-{kept_id}-title">'
        f'<div class="kept-page">{_heading(item, place, words)}'
        f'<blockquote class="kept-words"{text.lang(excerpt.language)} dir="auto">'
        f"{text.paragraphs(excerpt.text, (), (), anchored=False)}</blockquote>"
        f'<p class="kept-reference" dir="auto">{text.escape(references.full(excerpt, words))}</p>'
        f"{_warning(item, words)}{_actions(item, place, words)}</div>"
        f'<aside class="kept-margin" aria-label="{text.escape(words.note_on.format(n=place))}">{_note(item, place, words)}'
        f"{_asked(item, words)}</aside></article></li>"
    )


def _heading(item: Item, place: int, words: Words) -> str:
    excerpt = item.excerpt
    name = text.escape(excerpt.title or words.untitled)
    if item.state is not State.GONE:
        name = f'<a href="{page.address(f"library/{excerpt.document_id}", words)}">{name}</a>'
    return (
        f'<header class="kept-head"><span class="kept-n" aria-hidden="true">{place}</span>'
        f'<h2 id="kept-{item.kept.kept_id}-title" dir="auto"{text.lang(excerpt.language)}>{name}</h2>'
        f'{text.stamped(excerpt.handling)}</header><p class="k-meta">{text.escape(_facts(excerpt, words))}</p>'
    )


def _facts(excerpt: Excerpt, words: Words) -> str:
    """Say what the reference below does not: the kind of document, and the heading it stands under."""
    named = excerpt.attributable
    known = [kind_name(excerpt.kind, words), citation.where(excerpt, words), *(excerpt.section[-1:] if named else ())]
    known += [] if named else [words.no_attribution]
    return " · ".join(fact for fact in known if fact)


def _warning(item: Item, words: Words) -> str:
    told = {State.CHANGED: words.source_changed, State.GONE: words.source_left}.get(item.state)
    return f'<p class="kept-warning">{text.escape(told)}</p>' if told else ""


def _actions(item: Item, place: int, words: Words) -> str:
    """Set what can be done with a passage: see its page, copy it, move it, let it go."""
    excerpt = item.excerpt
    title = excerpt.title or words.untitled

    def named(what: str) -> str:
        return text.escape(words.which_passage.format(what=what, n=place, title=title))

    show = ""
    if item.state is not State.GONE:
        place_of = (excerpt.start, excerpt.end)
        address = links.view(
            excerpt.document_id, words.language, passage=place_of, marks=[place_of], page=excerpt.page, version=excerpt.sha256
        )
        show = (
            f'<a href="{text.escape(address)}" target="_blank" rel="noopener" '
            f'aria-label="{named(words.open_passage)}, {text.escape(words.new_tab)}">{text.escape(words.open_passage)}</a>'
        )
    copy = (
        f'<button type="button" class="k-link" data-copy="{text.escape(collectedfiles.plain(item, words))}" '
        f'data-copy-html="{text.escape(collectedfiles.rich(item, words))}" data-done="{text.escape(words.copied)}" '
        f'data-failed="{text.escape(words.not_copied)}" aria-label="{named(words.copy_citation)}">'
        f"{text.escape(words.copy_citation)}</button>"
    )
    moves = "".join(
        _form("move", item, name, named(name), words, to=to, extra=f' data-move="{to}"')
        for to, name in (("up", words.move_up), ("down", words.move_down))
    )
    let_go = _form("remove", item, words.let_go, named(words.let_go), words, extra=" data-let-go")
    return f'<div class="kept-acts">{show}{copy}<span class="kept-moves">{moves}</span>{let_go}</div>'


def _form(does: str, item: Item, name: str, label: str, words: Words, *, to: str = "", extra: str = "") -> str:
    """Set a form that is one button. `label`: its name for a screen reader, escaped."""
    where = f'<input type="hidden" name="to" value="{to}">' if to else ""
    return (
        f'<form class="k-inline" method="post" action="{page.address(f"collected/{does}", words)}"{extra}>'
        f'<input type="hidden" name="id" value="{item.kept.kept_id}">{where}'
        f'<button class="k-link" aria-label="{label}">{text.escape(name)}</button></form>'
    )


def _note(item: Item, place: int, words: Words) -> str:
    own = f"kept-{item.kept.kept_id}-note"
    action = page.address("collected/note", words)
    return (
        f'<form class="kept-note" method="post" action="{action}" data-note>'
        f'<input type="hidden" name="id" value="{item.kept.kept_id}">'
        f'<label class="k-label" for="{own}">{text.escape(words.note)}'
        f'<span class="k-hidden"> {place}</span></label>'
        f'<textarea class="k-input" id="{own}" name="note" rows="3" maxlength="{collecting.LONGEST_NOTE}" dir="auto" '
        f'placeholder="{text.escape(words.note_hint)}" data-done="{text.escape(words.note_saved)}" '
        f'data-failed="{text.escape(words.note_not_saved)}">\n{text.escape(item.kept.note)}</textarea>'
        f'<p class="kept-printed" aria-hidden="true">{text.escape(item.kept.note)}</p>'
        f'<button class="k-button">{text.escape(words.save_note)}</button></form>'
    )


def _asked(item: Item, words: Words) -> str:
    """Say what it was kept for, as a link that asks it again, and when."""
    asked = exports.line(item.kept.question)
    day = latest.day(item.kept.kept, words)
    kept = f'<p class="kept-day">{text.escape(words.kept_on.format(date=day))}</p>'
    if not asked:
        return kept
    address = text.escape(page.address("ask", words, question.write(Question(text=asked[: question.LONGEST]))))
    return (
        f'<p class="kept-for">{text.escape(words.kept_for)} '
        f'<a href="{address}" dir="auto" title="{text.escape(words.ask_again)}">{text.escape(asked)}</a></p>{kept}'
    )


def onward(words: Words) -> str:
    """Lead back to the room."""
    return f'<p><a class="k-button" href="{page.address("collected", words)}">{text.escape(words.to_collection)}</a></p>'
