"""The Library room as a whole: taking files in, readings, the list, what could not be read, or the pictures. Pure."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from index.result import DocumentInfo, FileInfo
from ui import page, pictures, readings, shelf_filters, shelf_form, shelves, text
from ui.names import theme_name
from ui.readings import Reading
from ui.receiving import MOST_BYTES
from ui.shelf_filters import Choice
from ui.words import Words

_ACCEPTED = ".pdf,.docx,.pptx,.html,.htm,.xhtml,.md,.markdown,.txt,.jsonl,.csv"


@dataclass(frozen=True, slots=True, kw_only=True)
class Room:
    """What one person sees of the library."""

    shelf: Sequence[DocumentInfo]
    files: Sequence[FileInfo]
    choice: Choice
    corpus: str  # as it is named
    shorten: Callable[[str], str]  # shows a path as it is below the corpus folder
    pictures: bool = False  # instead of the list
    editor: bool = False
    watching: bool = False  # what changes in the corpus folder is taken in by itself
    readings: Sequence[Reading] = ()
    removed: str = ""  # HTML: what was removed and can be brought back


def render(room: Room, words: Words) -> str:
    """Set the room."""
    return (
        f"{_head(room, words)}{_add(room, words) if room.editor else ''}"
        f"{''.join(reading(one, words) for one in room.readings)}"
        f'<div id="l-removed" data-refresh>{room.removed}</div>{_views(room, words)}{_content(room, words)}'
    )


def _head(room: Room, words: Words) -> str:
    passages = sum(info.passages for info in room.shelf)
    held = f"{words.count(words.documents_n, len(room.shelf))}, {words.count(words.passages_n, passages)}."
    partial = sum(bool(info.pages_without_text) for info in room.shelf)
    more = ""
    if partial:
        link = text.escape(shelves.address(shelf_filters.only(state="partial"), words))
        more = f' <a href="{link}">{text.escape(words.count(words.partial_n, partial))}</a>.'
    lead = f"{text.escape(held)}{more}" if room.shelf else ""
    return f'<h1 class="k-title">{text.escape(words.library)}</h1><p class="k-soft l-lead" id="l-lead" data-refresh>{lead}</p>'


def _views(room: Room, words: Words) -> str:
    if not room.shelf:
        return ""
    here = ' aria-current="page"'
    return (
        f'<nav class="l-views" aria-label="{text.escape(words.library_views)}">'
        f'<a href="{page.address("library", words)}"{"" if room.pictures else here}>{text.escape(words.documents_title)}</a>'
        f'<a href="{page.address("library", words, "view=pictures")}"{here if room.pictures else ""}>'
        f"{text.escape(words.pictures_title)}</a></nav>"
    )


def _content(room: Room, words: Words) -> str:
    unread = shelves.problems(room.files, room.shelf, room.shorten, words)
    problems = f'<section id="l-problems" data-refresh>{unread}</section>'
    if not room.shelf:
        return f'<section id="l-shelf" data-refresh>{_empty(room, words)}</section>{problems}'
    if room.pictures:
        return f'<section id="l-shelf" data-refresh>{pictures.render(room.shelf, words)}</section>'
    shortened = [replace(info, path=room.shorten(info.path)) for info in room.shelf]
    found = shelf_filters.listed(shortened, room.choice, lambda theme: theme_name(theme, words))
    listed = shelves.documents(found, room.choice, words) if found else shelf_form.nothing(len(room.shelf), words)
    count = text.escape(shelf_form.count(len(found), len(room.shelf), words))
    return (
        f"{shelf_form.render(room.shelf, room.choice, words)}"
        f'<p class="l-count" id="l-count" role="status" data-refresh>{count}</p>'
        f'<section id="l-shelf" data-refresh aria-label="{text.escape(words.documents_title)}">{listed}</section>{problems}'
    )


def _empty(room: Room, words: Words) -> str:
    if room.editor:
        more = words.library_empty_editor.format(corpus=room.corpus, sync=words.sync)
    else:
        more = words.library_empty_reader
    return f'<div class="k-message"><h2>{text.escape(words.library_empty)}</h2><p>{text.escape(more)}</p></div>'


def _add(room: Room, words: Words) -> str:
    about = words.add_more.format(size=text.size(MOST_BYTES, words), corpus=room.corpus)
    sync_more = (words.sync_watching if room.watching else words.sync_more).format(corpus=room.corpus)
    return (
        f'<section class="l-add" aria-labelledby="l-add-t"><h2 class="k-hidden" id="l-add-t">{text.escape(words.add_title)}</h2>'
        f'<form class="l-take" id="l-take" method="post" enctype="multipart/form-data" '
        f'action="{page.address("library/files", words)}" {_told(words)}>'
        f"<p>{text.escape(words.drop_files)}</p>"
        f'<div class="l-picks">{_pick("files", words.choose_files, f"multiple accept={_ACCEPTED!r}", True)}'
        f"{_pick('folder', words.choose_folder, 'webkitdirectory multiple', False)}"
        f'<button class="k-button l-send">{text.escape(words.send_files)}</button></div>'
        f'<p class="k-soft">{text.escape(about)}</p></form>'
        f'<form class="l-sync" method="post" action="{page.address("library/step", words)}">'
        f'<button class="k-button">{text.escape(words.sync)}</button><p class="k-soft">{text.escape(sync_more)}</p></form>'
        f'<div class="l-sent" id="l-sent" hidden></div></section>'
        f'<div class="l-drop" id="l-drop" hidden><p>{text.escape(words.drop_here)}</p></div>'
    )


def _pick(name: str, label: str, attributes: str, first: bool) -> str:
    return (
        f'<label class="k-button l-pick{" l-first" if first else ""}"><span>{text.escape(label)}</span>'
        f'<input type="file" name="{name}" {attributes}></label>'
    )


def _told(words: Words) -> str:
    """What library.js says, and where it sends to."""
    said = {
        "read": page.address("library/read", words),
        "most": str(MOST_BYTES),
        "title": words.sending,
        "sent": words.sent_of,
        "waiting": words.sent_waiting,
        "done": words.sent_done,
        "there": words.sent_there,
        "cancelled": words.sent_cancelled,
        "cancel": words.send_cancel,
        "cancel-of": words.send_cancel_of,
        "cancel-all": words.send_cancel_all,
        "refused": words.refused,
        "large": words.too_large.format(size=text.size(MOST_BYTES, words)),
        "lost": words.send_lost,
        "nothing": words.nothing_added,
        "unread": words.read_failed_start.format(sync=words.sync),
    }
    return " ".join(f'data-{name}="{text.escape(value)}"' for name, value in said.items())


def reading(one: Reading, words: Words) -> str:
    """Set a reading: what kalla.js goes on filling in while it is under way, and the button that ends it."""
    live = "" if one.done else f' data-live="{readings.address(one.number, words)}"'
    stop = ""
    if not one.done:
        stop = (
            f'<form class="l-stop" method="post" action="{readings.address(one.number, words, "/stop")}">'
            f'<button class="k-button k-danger">{text.escape(words.read_stop)}</button>'
            f'<span class="k-soft">{text.escape(words.read_stop_more)}</span></form>'
            f'<noscript><p><a href="{page.address("library", words, f"reading={one.number}")}">'
            f"{text.escape(words.read_look)}</a></p></noscript>"
        )
    return (
        f'<section class="k-progress l-reading" aria-label="{text.escape(words.reading_files)}">'
        f"<div{live}>{readings.render(one, words)}</div>{stop}</section>"
    )
