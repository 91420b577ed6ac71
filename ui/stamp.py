"""Stamps a picture of a page with its handling mark: in strips above and below it, so that nothing is hidden. Pure."""

import io
import unicodedata
from functools import lru_cache
from typing import TYPE_CHECKING

from index.access import Handling, level_of

if TYPE_CHECKING:
    from PIL.Image import Image
    from PIL.ImageDraw import ImageDraw
    from PIL.ImageFont import FreeTypeFont, ImageFont

STRIP = 0.032  # height of a strip, of the picture's width
_LETTERS = 0.58  # height of the letters, of the strip's
_BESIDE = 0.46  # and of who looks
_SMALLEST = 6  # pixels of letters that can be read
_END = 11  # letters that are never left out
_PASSPORT = (("Å", "AA"), ("Ä", "AE"), ("Ö", "OE"), ("Æ", "AE"), ("Ø", "OE"))
_EDGE = 0.012  # of the width, that stays free at the sides
# TLP 2.0: the colours of the marks, on black.
_COLOURS = {
    Handling.CLEAR: (255, 255, 255), Handling.GREEN: (51, 255, 0), Handling.AMBER: (255, 192, 0),
    Handling.AMBER_STRICT: (255, 192, 0), Handling.RED: (255, 43, 43),
}  # fmt: skip


def strip(width: int) -> int:
    """The height of a strip in pixels, for a picture of this width in pixels."""
    return max(12, round(STRIP * width))


def stamped(png: bytes, mark: str, beside: str) -> bytes:
    """Put the mark above and below a picture, and `beside` it (who looks, and when) below.

    Gives a PNG that is two strips higher. Raises OSError and ValueError where it is no picture: nothing leaves unstamped.
    """
    from PIL import Image, ImageDraw

    with Image.open(io.BytesIO(png), formats=("PNG",)) as page:
        page.load()
        high = strip(page.width)
        sheet = Image.new("RGB", (page.width, page.height + 2 * high), (0, 0, 0))
        sheet.paste(page.convert("RGB"), (0, high))
    draw = ImageDraw.Draw(sheet)
    colour = _COLOURS[level_of(mark)]
    for top in (0, sheet.height - high):
        _write(draw, sheet, top + high // 2, mark, colour, middle=True)
    if beside:
        _write(draw, sheet, sheet.height - high + high // 2, beside, (220, 220, 220), middle=False)
    out = io.BytesIO()
    sheet.save(out, "PNG", compress_level=1)  # of a picture that is looked at once, speed counts more than size
    return out.getvalue()


def plain(said: str) -> str:
    """Write in the letters that Pillow 12's own font has, which are those of ASCII.

    Å, Ä and Ö as passports do (ICAO 9303, part 3), other accents left off, and what is left by its number.
    """
    for letter, instead in _PASSPORT:
        said = said.replace(letter, instead).replace(letter.lower(), instead.lower())
    bare = "".join(char for char in unicodedata.normalize("NFKD", said) if not unicodedata.combining(char))
    return bare.encode("ascii", "backslashreplace").decode()


def _write(draw: "ImageDraw", sheet: "Image", y: int, said: str, colour: tuple[int, int, int], *, middle: bool) -> None:
    """Write one line, smaller where it would be too long for its part: the mark in the middle, the other at the left."""
    said, high = plain(said), strip(sheet.width)
    edge = round(_EDGE * sheet.width)
    room = sheet.width - 2 * edge if middle else round(0.3 * sheet.width)
    size = high * (_LETTERS if middle else _BESIDE)
    wide = draw.textlength(said, font=_font(round(size)))
    font = _font(max(_SMALLEST, int(size if wide <= room else size * room / wide)))
    whole = said
    for kept in range(len(whole) - _END, 0, -1):
        if draw.textlength(said, font=font) <= room:
            break
        said = f"{whole[:kept]}...{whole[-_END:]}"  # the end is the day
    at = (sheet.width // 2, y) if middle else (edge, y)
    draw.text(at, said, fill=colour, font=font, anchor="mm" if middle else "lm")


@lru_cache(maxsize=64)
def _font(size: int) -> "FreeTypeFont | ImageFont":
    from PIL import ImageFont

    return ImageFont.load_default(size)
