"""Gradio's page in our dress: our language, style and script, and nothing that names another host. Pure."""

import re

from ui import printing, text
from ui.page import address, header
from ui.words import Words

_META = re.compile(r'\s*<meta\s+(?:property="og:[^"]*"|name="twitter:[^"]*")\s+content="[^"]*"\s*/>', re.DOTALL)
_MANIFEST = re.compile(r'\s*<link rel="manifest"[^>]*>')
_BODY = re.compile(r"<body[^>]*>")
_HTML_LANG = re.compile(r'(<html\s+)lang="[^"]*"')


def dress(page: str, nonce: str, words: Words, here: str = "") -> str:
    """Turn the HTML that Gradio 6.31 serves (templates/frontend/index.html) into ours.

    Taken out: link previews for social media, which name other hosts, and the manifest of an app that is not offered.
    Put in: language, style, script, icon, the header of every room, and a nonce on each script, so that no other inline script
    runs. `here` is the address below the language.
    """
    page = _MANIFEST.sub("", _META.sub("", page))
    page = _HTML_LANG.sub(rf'\1lang="{words.language}"', page, count=1)
    # JSON inside a script element: Gradio escapes "<" there, so "<script" is always the beginning of an element.
    page = page.replace("<script", f'<script nonce="{nonce}"')
    page = page.replace("</head>", f"{_head(nonce)}</head>", 1)
    return _BODY.sub(lambda found: f"{found[0]}{_top(words, here)}", page, count=1)


def _head(nonce: str) -> str:
    sheets = ("/static/base.css", "/shown.css", "/static/ask.css")
    styles = "".join(f'<link rel="stylesheet" href="{sheet}">' for sheet in sheets)
    scripts = "".join(f'<script nonce="{nonce}" src="/static/{name}.js" defer></script>' for name in ("kalla", "ask"))
    return f'<link rel="icon" href="/static/icon.svg" type="image/svg+xml">{styles}{scripts}'


def _top(words: Words, here: str) -> str:
    return (
        f"{header('ask', words, here)}"
        f'<p id="k-lost" class="k-lost-note" role="alert" hidden>{text.escape(words.lost_connection)}</p>'
        f'<p id="k-ended" class="k-lost-note" role="alert" hidden>{text.escape(words.session_over)} '
        f'<a href="{address("sign-in", words)}">{text.escape(words.sign_in)}</a></p>'
        '<p id="k-wait" class="k-lost-note" role="status" hidden></p>'
        f'<noscript><p class="k-lost-note">{text.escape(words.needs_script)}</p></noscript>'
        '<div class="k-said-once" role="status" aria-live="polite"></div>'
        f"{''.join(printing.strips(''))}"  # ask.js fills them in with each answer
    )
