"""The short help beneath the question: what may be typed beside plain words. Pure."""

from ui import text
from ui.words import Words


def render(words: Words) -> str:
    """Set it folded: one line until it is opened."""
    rows = (
        (words.how_phrase, words.how_phrase_does),
        (words.how_without, words.how_without_does),
        (words.how_city, words.how_city_does),
        (words.how_year, words.how_year_does),
        (words.how_kind, words.how_kind_does),
        (words.how_theme, words.how_theme_does),
        (words.how_language, words.how_language_does),
        (words.how_editions, words.how_editions_does),
    )
    listed = "".join(f"<div><dt><code>{text.escape(typed)}</code></dt><dd>{text.escape(does)}</dd></div>" for typed, does in rows)
    return (
        f'<details class="k-how"><summary>{text.escape(words.how_to_ask)}</summary>'
        f"<p>{text.escape(words.how_plainly)}</p><dl>{listed}</dl></details>"
    )
