"""Segments into rows, in reading order: lines, table rows, columns. Pure geometry.

The file's own order is kept where it makes sense: producers write columns, boxes and tables as they are meant to be read. It is
mended where it plainly does not: two columns read across, a heading drawn after its text.
"""

from dataclasses import dataclass, replace

import numpy as np

from ingest.segments import Bools, Box, Floats, Segment

_MAX_CELL = 12  # lines in one cell of a table


@dataclass(frozen=True, slots=True)
class Row:
    """A line, or a row of a table: its cells from left to right, each of one segment or, in a table, of several lines."""

    cells: list[list[Segment]]

    @property
    def segments(self) -> list[Segment]:
        """All its segments, cell by cell."""
        return [segment for cell in self.cells for segment in cell]

    @property
    def table(self) -> bool:
        """Whether a cell has several lines."""
        return any(len(cell) > 1 for cell in self.cells)

    @property
    def box(self) -> Box:
        """The box around it."""
        return _around([segment.box for cell in self.cells for segment in cell])


def rows(found: list[Segment]) -> list[Row]:
    """Put the segments of a page, given in the file's order, into rows in reading order."""
    out: list[Row] = []
    plain: list[Segment] = []
    i = 0
    while i < len(found):
        table, end = _table(found, i)
        if any(row.table for row in table):
            out.extend(_columns_apart(_beside(plain)))
            out.extend(table)
            plain = []
        else:
            plain.extend(found[i:end])
        i = end
    out.extend(_columns_apart(_beside(plain)))
    return _in_order(out)


def _beside(found: list[Segment]) -> list[Row]:
    """Segments that follow each other on a line make a row."""
    out: list[list[list[Segment]]] = []
    for segment in found:
        if out and _on_line(out[-1][-1][0], segment):
            out[-1].append([segment])
        else:
            out.append([[segment]])
    return _justified(_labelled([Row(cells) for cells in out]))


def _labelled(found: list[Row]) -> list[Row]:
    """Bullets and numbers that the file writes after their items, each put before the line it stands beside."""
    out: list[Row] = []
    for row in found:
        label = row.cells[0][0]
        late = len(row.cells) == 1 and label.label
        item = next(
            (at for at, one in enumerate(out) if late and len(one.cells) == 1 and _is_label_of(label, one.cells[0][0])), None
        )
        if item is None:
            out.append(row)
        else:
            out[item] = Row([[label], *out[item].cells])
    return out


def _is_label_of(label: Segment, item: Segment) -> bool:
    beside = abs(label.box[3] - item.box[3]) < 0.3 * item.size and 0 < item.box[0] - label.box[2] < 3 * item.size
    return beside and item.count > 8 and not item.label


def _justified(found: list[Row]) -> list[Row]:
    """Lines with wide gaps for no other reason than to be as long as the next are lines of prose, not of a table."""
    out = list(found)
    for i, row in enumerate(found):
        if len(row.cells) == 1:
            continue
        beside = [other for other in (*found[max(0, i - 1) : i], *found[i + 1 : i + 2]) if len(other.cells) == 1]
        box = row.box
        size = row.cells[0][0].size  # the first line of a paragraph may stand in
        if any(abs(other.box[0] - box[0]) < 3 * size and abs(other.box[2] - box[2]) < 1.5 for other in beside):
            out[i] = Row([[_merged(row.segments)]])
    return out


def _merged(parts: list[Segment]) -> Segment:
    glyphs = [np.concatenate([part.glyphs, [-1]]) for part in parts]
    return replace(
        parts[0],
        glyphs=np.concatenate(glyphs)[:-1],
        box=_around([part.box for part in parts]),
        count=sum(part.count for part in parts),
        label=False,
    )


def _on_line(one: Segment, two: Segment) -> bool:
    overlap = min(one.box[3], two.box[3]) - max(one.box[1], two.box[1])
    height = min(one.box[3] - one.box[1], two.box[3] - two.box[1])
    return overlap > 0.6 * height and two.box[0] > one.box[2] - 0.2 * one.size


# Tables written cell by cell, with cells of several lines


def _table(found: list[Segment], start: int) -> tuple[list[Row], int]:
    """The rows of a table that begins at a segment, and the segment after it; no rows and one segment where there is none."""
    table: list[Row] = []
    at = start
    while at < len(found):
        row, end = _row(found, at)
        if row is None or (table and not _aligned(table[-1], row)):
            break
        table.append(row)
        at = end
    return (table, at) if len(table) > 1 else ([], start + 1)


def _row(found: list[Segment], start: int) -> tuple[Row | None, int]:
    """The cells that follow each other to the right from a segment on, each with the lines that go on below it."""
    cells: list[list[Segment]] = []
    whole = before = found[start].box
    at = start
    while at < len(found):
        cell = [found[at]]
        while len(cell) <= _MAX_CELL and at + len(cell) < len(found) and _below(cell, found[at + len(cell)]):
            cell.append(found[at + len(cell)])
        box = _around([segment.box for segment in cell])
        if cells and not _next_cell(before, whole, box, cell[0].size):
            break
        cells.append(cell)
        before, whole = box, _around([whole, box])
        at += len(cell)
    deep = [len(cell) for cell in cells]
    if len(cells) < 2 or max(deep) > _MAX_CELL or (len(cells) == 2 and (min(deep) > 5 or _is_item(*cells))):
        return None, start
    return Row(cells), at


def _is_item(label: list[Segment], text: list[Segment]) -> bool:
    """Whether two cells are no table row but an item of a list, its number beside its first line."""
    return label[0].label and abs(label[0].box[3] - text[0].box[3]) < 0.3 * text[0].size


def _below(cell: list[Segment], segment: Segment) -> bool:
    last = cell[-1]
    step = segment.box[3] - last.box[3]
    near = 0.6 * last.size < step < 1.7 * last.size and abs(segment.size - last.size) < 0.1 * last.size
    one, two = cell[0].box, segment.box
    left, right = abs(one[0] - two[0]), abs(one[2] - two[2])
    centre = abs(one[0] + one[2] - two[0] - two[2]) / 2
    return near and min(left, right, centre) < 0.3 * segment.size


def _next_cell(before: Box, whole: Box, box: Box, size: float) -> bool:
    """Whether a cell stands right of the last one, in the same row."""
    inside = min(box[3], whole[3] + 0.6 * size) - max(box[1], whole[1] - 0.6 * size)
    level = inside > 0.5 * min(box[3] - box[1], whole[3] - whole[1]) and box[1] < whole[3]
    return level and box[0] > before[2] + 0.25 * size


def _aligned(one: Row, two: Row) -> bool:
    """Whether the second row stands below the first, with at least two cells in the same columns."""
    size = one.cells[0][0].size
    if not -0.3 * size < two.box[1] - one.box[3] < 4 * size:
        return False
    edges = [_around([segment.box for segment in cell]) for cell in one.cells]
    boxes = [_around([segment.box for segment in cell]) for cell in two.cells]
    return sum(any(_in_column(edge, box) for edge in edges) for box in boxes) >= 2


def _in_column(one: Box, two: Box) -> bool:
    return min(abs(one[0] - two[0]), abs(one[2] - two[2]), abs(one[0] + one[2] - two[0] - two[2]) / 2) < 4


def _around(boxes: list[Box]) -> Box:
    return (
        min(box[0] for box in boxes),
        min(box[1] for box in boxes),
        max(box[2] for box in boxes),
        max(box[3] for box in boxes),
    )


# Columns


def _columns_apart(found: list[Row]) -> list[Row]:
    """Where the file reads across two columns of prose, line by line, read one column and then the other."""
    out: list[Row] = []
    run: list[Row] = []
    for row in found:
        if (len(row.cells) == 2 and (not run or _same_gutter(run, row))) or (run and _in_one_side(run, row)):
            run.append(row)
            continue
        out.extend(_unwoven(run))
        run = [row] if len(row.cells) == 2 else []
        if not run:
            out.append(row)
    return [*out, *_unwoven(run)]


def _sides(run: list[Row]) -> tuple[list[Segment], list[Segment]]:
    """The lines left and right of a gutter; where one column is a line longer than the other, its row has one cell."""
    middle = min(row.cells[1][0].box[0] for row in run if len(row.cells) == 2)
    lines = [segment for row in run for segment in row.segments]
    return [line for line in lines if line.box[0] < middle], [line for line in lines if line.box[0] >= middle]


def _gutter(sides: tuple[list[Segment], list[Segment]]) -> tuple[float, float]:
    return max(line.box[2] for line in sides[0]), min(line.box[0] for line in sides[1])


def _same_gutter(run: list[Row], row: Row) -> bool:
    left, right = _gutter(_sides([*run, row]))
    segment = row.cells[0][0]
    return right - left > 0.3 * segment.size and segment.box[1] > run[-1].cells[0][0].box[1]


def _in_one_side(run: list[Row], row: Row) -> bool:
    """Whether a line goes on below the last one of its column, and the other column has none beside it."""
    if len(row.cells) != 1 or row.table:
        return False
    (segment,) = row.segments
    sides = _sides(run)
    _, right = _gutter(sides)
    if segment.box[0] < right - 1 < segment.box[2] + 0.3 * segment.size:
        return False  # across the gutter
    side = sides[segment.box[0] >= right - 1]
    step = segment.box[3] - side[-1].box[3]
    flush = abs(segment.box[0] - side[-1].box[0]) < 1.0 and abs(segment.size - side[-1].size) < 0.05 * segment.size
    return flush and 0.6 * segment.size < step < 2.2 * segment.size


def _unwoven(run: list[Row]) -> list[Row]:
    pairs = [row for row in run if len(row.cells) == 2]
    sides = [[row.cells[i][0] for row in pairs] for i in (0, 1)]
    if len(pairs) < 3 or any(sum(segment.count for segment in side) < 18 * len(pairs) for side in sides):
        return run
    if any(sum(segment.lower for segment in side) < 0.3 * len(pairs) for side in sides):
        return run
    return [Row([[segment]]) for side in _sides(run) for segment in side]


# Order


def _in_order(found: list[Row]) -> list[Row]:
    """Rows in the file's order, but nothing after what stands below it in the same column."""
    if len(found) < 2:
        return found
    frames = _frames(found)
    first = _must_precede(np.array([_around([row.box for row in frame]) for frame in frames]))
    if not np.tril(first, -1).any():
        return found
    left = list(range(len(frames)))
    out: list[Row] = []
    while left:
        waiting = first[np.ix_(left, left)].any(axis=0)
        free = np.flatnonzero(~waiting)
        out.extend(frames[left.pop(int(free[0]) if len(free) else 0)])
    return out


def _must_precede(boxes: Floats) -> Bools:
    """`[i, j]`: frame i stands above frame j, in the same column."""
    left, top, right, bottom = boxes.T
    overlap = np.minimum(right[:, None], right) - np.maximum(left[:, None], left)
    narrow = np.minimum((right - left)[:, None], right - left)
    high = np.minimum((bottom - top)[:, None], bottom - top)
    result: Bools = (overlap > 0.5 * narrow) & (bottom[:, None] <= top + 0.2 * high)
    np.fill_diagonal(result, False)
    return result & ~result.T


def _frames(found: list[Row]) -> list[list[Row]]:
    """Rows that follow each other downwards without a wide gap: they are never torn apart."""
    frames = [[found[0]]]
    above = found[0].box
    for row in found[1:]:
        box = row.box
        overlap = min(box[2], above[2]) - max(box[0], above[0])
        size = max(row.segments[0].size, 4.0)
        if overlap > 0 and -0.5 * size < box[1] - above[3] < 1.2 * size and box[1] > above[1]:
            frames[-1].append(row)
        else:
            frames.append([row])
        above = box
    return frames
