"""Gradio's theme in the colours of kalla.css, with fonts of the system only."""

from typing import Any

from gradio.themes import Base
from gradio.themes.utils import colors
from gradio.themes.utils.fonts import Font

_SANS = ("system-ui", "-apple-system", "Segoe UI", "Noto Sans", "sans-serif")
_MONO = ("ui-monospace", "Consolas", "monospace")
# name of Gradio's variable: (light, dark)
_COLOURS = {
    "body_background_fill": ("#faf9f6", "#14181b"),
    "body_text_color": ("#1d2327", "#e8e6e1"),
    "body_text_color_subdued": ("#59636b", "#a3adb5"),
    "background_fill_primary": ("#ffffff", "#1b2125"),
    "background_fill_secondary": ("#f3f1ea", "#242b30"),
    "block_background_fill": ("transparent", "transparent"),
    "block_border_color": ("#e3e0d8", "#2d353b"),
    "block_label_text_color": ("#59636b", "#a3adb5"),
    "border_color_primary": ("#e3e0d8", "#2d353b"),
    "border_color_accent": ("#0b5c5e", "#6cc5c1"),
    "color_accent_soft": ("#e4efed", "#1d3335"),
    "input_background_fill": ("#ffffff", "#1b2125"),
    "input_border_color": ("#cfcbc0", "#46525a"),
    "input_border_color_focus": ("#0b5c5e", "#6cc5c1"),
    "input_placeholder_color": ("#6b757c", "#98a2aa"),
    "link_text_color": ("#0b5c5e", "#6cc5c1"),
    "button_primary_background_fill": ("#0b5c5e", "#6cc5c1"),
    "button_primary_background_fill_hover": ("#084749", "#86d6d2"),
    "button_primary_text_color": ("#ffffff", "#0d1416"),
    "button_secondary_background_fill": ("#f0eee7", "#242b30"),
    "button_secondary_background_fill_hover": ("#e6e3d9", "#2e373d"),
    "button_secondary_text_color": ("#1d2327", "#e8e6e1"),
    "checkbox_background_color_selected": ("#0b5c5e", "#2f8f8b"),
    "checkbox_border_color_selected": ("#0b5c5e", "#6cc5c1"),
    "checkbox_label_background_fill": ("transparent", "transparent"),
    "checkbox_label_background_fill_hover": ("#f3f1ea", "#242b30"),
    "checkbox_label_background_fill_selected": ("transparent", "transparent"),
    "checkbox_label_text_color_selected": ("#1d2327", "#e8e6e1"),
}


def make() -> Any:  # noqa: ANN401 - gradio is untyped
    """Make the theme. Fonts are given as `Font`, because a plain name makes Gradio look for a web font."""
    theme = Base(
        primary_hue=colors.teal,
        secondary_hue=colors.teal,
        neutral_hue=colors.stone,
        font=[Font(name) for name in _SANS],
        font_mono=[Font(name) for name in _MONO],
    )
    plain = {
        "block_shadow": "none",
        "block_border_width": "0px",
        "button_primary_border_color": "transparent",
        "color_accent": "var(--accent)",  # it has no dark twin; kalla.css gives both
    }
    light = {name: pair[0] for name, pair in _COLOURS.items()}
    dark = {f"{name}_dark": pair[1] for name, pair in _COLOURS.items()}
    return theme.set(**plain, **light, **dark)
