"""The mark on every printed page: the strictest of all marks that a page shows, above and below each sheet of it. Pure."""

import html
import re
from collections.abc import Sequence

from index.access import strictest
from ui import text
from ui.words import Words

_SHOWN = re.compile(r'<span class="tlp tlp-\w+">([^<]*)</span>')


def mark(shown: str) -> str:
    """The strictest of the marks that some HTML of ours shows, as `text.handling` sets them; "" where it shows none."""
    return strictest(html.unescape(found) for found in _SHOWN.findall(shown))


def strips(said: str) -> Sequence[str]:
    """What stands above and below each printed sheet; nothing of it is seen on the screen. kalla.js keeps it up to date."""
    return tuple(
        f'<div class="k-sheet-{place}" id="k-sheet-{place}" data-refresh>{text.escape(said)}</div>' for place in ("top", "foot")
    )


def around(shown: str, words: Words) -> str:
    """Put a page between the strips that say what it contains; they are empty where it shows no mark."""
    found = mark(shown)
    top, foot = strips(words.contains_mark.format(mark=found) if found else "")
    return f"{top}{shown}{foot}"
