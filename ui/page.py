"""The frame of every room: the header with the rooms' names, and a whole HTML page around a room's content. Pure."""

from collections.abc import Sequence

from ui import printing, text
from ui.words import Words

ROOMS = ("ask", "compare", "library", "follow", "collected", "index")
# Rooms of our own load nothing from elsewhere, run no inline script and no `eval`; forms and requests go to this host only.
POLICY = (
    "default-src 'none'; script-src 'self'; img-src 'self'; style-src 'self'; connect-src 'self'; frame-src 'self'; "
    "base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
)
HEADERS = {"Cache-Control": "private, no-store", "Content-Security-Policy": POLICY}


def address(room: str, words: Words, query: str = "") -> str:
    """Point to a room: `/en/library?kind=report`; the Ask room is `/en/`."""
    path = f"/{words.language}/" + ("" if room == "ask" else room)
    return f"{path}?{query}" if query else path


def name(room: str, words: Words) -> str:
    """Name a room as the header does."""
    return str(getattr(words, room))


def header(room: str, words: Words, here: str = "") -> str:
    """Set the header. `here` is the path and query below the language, which the other language's link keeps.

    The two counts (what is new in Follow, how many passages are Collected) are filled in by kalla.js from `/{lang}/counts`.
    """
    other = Words("en" if words.language == "sv" else "sv")
    counts = {"follow": '<b data-count="follow"></b>', "collected": '<span data-count="collected"></span>'}
    links = "".join(
        f'<a href="{address(one, words)}"{" aria-current=page" if one == room else ""}>{text.escape(name(one, words))}'
        f"{counts.get(one, '')}</a>"
        for one in ROOMS
    )
    switch = text.escape(f"/{other.language}/{here}")
    content = "k-question" if room == "ask" else "main"
    current = " aria-current=page" if room == "account" else ""
    account = f'<a class="k-account" href="{address("account", words)}"{current}>{text.escape(words.account)}</a>'
    rooms = f'<nav aria-label="{text.escape(words.rooms)}">{links}</nav>{account}' if room else ""  # none before one signs in
    return (
        f'<header class="k-top"><a class="k-skip" href="#{content}">{text.escape(words.skip)}</a>'
        f'<a class="k-brand" href="{address("ask", words)}">Källa</a>{rooms}'
        f'<a class="k-lang" href="{switch}" lang="{other.language}" hreflang="{other.language}">'
        f"{text.escape(words.other_language)}</a></header>"
    )


def render(room: str, title: str, body: str, words: Words, *, here: str, parts: Sequence[str] = ()) -> str:
    """Set a room as a whole page.

    `title` names it in the browser's tab; `body` is what stands in `<main>`; `here` is its address below the language
    ("library/7?sort=date"); `parts` names its own style sheets and scripts in `ui/static` ("library.css", "library.js").
    """
    styles = "".join(f'<link rel="stylesheet" href="/static/{part}">' for part in ("base.css", *parts) if part.endswith(".css"))
    scripts = "".join(f'<script src="/static/{part}" defer></script>' for part in ("kalla.js", *parts) if part.endswith(".js"))
    inside = (
        f'{header(room, words, here)}<main id="main" class="k-room" tabindex="-1">{body}</main>'
        '<div class="k-said-once" role="status" aria-live="polite"></div>'
    )
    return (
        f'<!doctype html><html lang="{words.language}" class="room"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1"><meta name="color-scheme" content="light dark">'
        f"<title>{text.escape(title)} · Källa</title>"
        f'<link rel="icon" href="/static/icon.svg" type="image/svg+xml">{styles}{scripts}</head>'
        f"<body>{printing.around(inside, words)}</body></html>"
    )
