"""What a PDF page says before anything is understood: glyphs with their places and styles. Plain arrays, no PDF library."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt


@dataclass(frozen=True, slots=True, kw_only=True)
class Style:
    """How a glyph is set, as displayed: `size` in points, `angle` of its reading direction in degrees, clockwise."""

    size: float
    font: str
    bold: bool
    italic: bool
    angle: int  # 0, 90, 180, 270; -1 where it is slanted (a watermark, a stamp)


@dataclass(frozen=True, slots=True, kw_only=True)
class Glyphs:
    """The text layer of one page in the file's own order, white space included.

    `codes` `(n,)` uint32 code points; `boxes` `(n, 4)` float32 left, top, right, bottom in points of the displayed page,
    origin top left; `pens` `(n, 2)` float32 where each glyph begins on its base line; `styles[style[i]]` is how glyph i is
    set; `drawn[i]` tells apart the objects that drew the glyphs.
    """

    width: float
    height: float
    codes: npt.NDArray[np.uint32]
    boxes: npt.NDArray[np.float32]
    pens: npt.NDArray[np.float32]
    style: npt.NDArray[np.int32]
    styles: tuple[Style, ...]
    drawn: npt.NDArray[np.int32]

    def take(self, keep: npt.NDArray[np.bool_] | npt.NDArray[np.intp]) -> "Glyphs":
        """The same page with only some of its glyphs, or in another order."""
        return Glyphs(
            width=self.width,
            height=self.height,
            codes=self.codes[keep],
            boxes=self.boxes[keep],
            pens=self.pens[keep],
            style=self.style[keep],
            styles=self.styles,
            drawn=self.drawn[keep],
        )


def no_glyphs(width: float = 0.0, height: float = 0.0) -> Glyphs:
    """A page without a text layer."""
    return Glyphs(
        width=width,
        height=height,
        codes=np.zeros(0, np.uint32),
        boxes=np.zeros((0, 4), np.float32),
        pens=np.zeros((0, 2), np.float32),
        style=np.zeros(0, np.int32),
        styles=(),
        drawn=np.zeros(0, np.int32),
    )
