"""Gradio's page in our dress: our language, style and script, and nothing that names another host. Pure."""

import re

from ui.words import Words

_META = re.compile(r'\s*<meta\s+(?:property="og:[^"]*"|name="twitter:[^"]*")\s+content="[^"]*"\s*/>', re.DOTALL)
_MANIFEST = re.compile(r'\s*<link rel="manifest"[^>]*>')
_HTML_LANG = re.compile(r'(<html\s+)lang="[^"]*"')


def dress(page: str, nonce: str, words: Words) -> str:
    """Turn the HTML that Gradio 6.31 serves (templates/frontend/index.html) into ours.

    Taken out: link previews for social media, which name other hosts, and the manifest of an app that is not offered.
    Put in: language, style, script, icon, and a nonce on each script, so that no other inline script runs.
    """
    page = _MANIFEST.sub("", _META.sub("", page))
    page = _HTML_LANG.sub(rf'\1lang="{words.language}"', page, count=1)
    # JSON inside a script element: Gradio escapes "<" there, so "<script" is always the beginning of an element.
    page = page.replace("<script", f'<script nonce="{nonce}"')
    return page.replace("</head>", f"{_head(nonce, words)}</head>", 1)


def _head(nonce: str, words: Words) -> str:
    return (
        '<link rel="icon" href="/static/icon.svg" type="image/svg+xml">'
        '<link rel="stylesheet" href="/static/kalla.css">'
        f"<style>:root{{--k-drop:{_css_string(words.drop_files)}}}</style>"
        f'<script nonce="{nonce}" src="/static/kalla.js" defer></script>'
    )


def _css_string(value: str) -> str:
    """Write a CSS string: all but letters, digits and spaces as escapes."""
    plain = (char if char.isascii() and (char.isalnum() or char == " ") else f"\\{ord(char):06x} " for char in value)
    return f'"{"".join(plain)}"'
