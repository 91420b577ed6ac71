"""Buttons that copy words with their reference, and that keep passages. kalla.js does what they say. Pure."""

from ui import text
from ui.words import Words


def copy(name: str, plain: str, rich: str, words: Words, *, label: str = "") -> str:
    """Set a button that copies: as plain text, and as HTML for a word processor. `label`: its name for a screen reader."""
    return (
        f'<button type="button" class="k-link" data-copy="{text.escape(plain)}" data-copy-html="{text.escape(rich)}" '
        f'data-done="{text.escape(words.copied)}" data-failed="{text.escape(words.not_copied)}"{_label(label)}>'
        f"{text.escape(name)}</button>"
    )


def keep(name: str, passages: str, question: str, words: Words, *, label: str = "") -> str:
    """Set a button that keeps passages. `passages`: their numbers, with commas between."""
    return (
        f'<button type="button" class="k-link" data-keep="{text.escape(passages)}" data-asked="{text.escape(question)}" '
        f'data-done="{text.escape(words.kept_now)}" data-failed="{text.escape(words.not_kept)}"{_label(label)}>'
        f"{text.escape(name)}</button>"
    )


def _label(label: str) -> str:
    return f' aria-label="{text.escape(label)}"' if label else ""
