"""Character boxes of a page: where each character of its text stands on the displayed page.

A box is `left, top, right, bottom` in 1/65535 of the displayed page's width and height, origin top left (after crop and
rotation). A character without a box (a space that cleaning put in) has `0, 0, 0, 0`.
"""

import zlib

import numpy as np
import numpy.typing as npt

Boxes = npt.NDArray[np.uint16]
SCALE = 65535


def encode(boxes: Boxes) -> bytes:
    """Pack `(n, 4)` uint16 boxes: differences along the text, column by column, deflated. About 4 bytes a character."""
    deltas = np.diff(boxes, axis=0, prepend=np.zeros((1, 4), np.uint16))
    return zlib.compress(np.ascontiguousarray(deltas.T).astype("<u2").tobytes(), 6) if len(boxes) else b""


def decode(packed: bytes) -> Boxes:
    """Unpack to `(n, 4)` uint16; `(0, 4)` for b""."""
    if not packed:
        return np.zeros((0, 4), np.uint16)
    deltas = np.frombuffer(zlib.decompress(packed), "<u2").reshape(4, -1).T
    return np.cumsum(deltas, axis=0, dtype=np.uint16)


def lines(boxes: Boxes) -> list[tuple[float, float, float, float]]:
    """Merge boxes in reading order into one rectangle a line, as fractions `left, top, width, height` of the page.

    A new rectangle starts where a box no longer overlaps the line in height, or jumps back to the left or far to the right.
    """
    rectangles: list[list[int]] = []
    for left, top, right, bottom in boxes.tolist():
        if right <= left or bottom <= top:
            continue
        if rectangles:
            line = rectangles[-1]
            overlap = min(bottom, line[3]) - max(top, line[1])
            height = min(bottom - top, line[3] - line[1])
            gap = left - line[2]
            if overlap > 0.4 * height and -height < gap < SCALE // 12:
                line[0], line[1] = min(line[0], left), min(line[1], top)
                line[2], line[3] = max(line[2], right), max(line[3], bottom)
                continue
        rectangles.append([left, top, right, bottom])
    return [(x0 / SCALE, y0 / SCALE, (x1 - x0) / SCALE, (y1 - y0) / SCALE) for x0, y0, x1, y1 in rectangles]
