"""Boxes of characters: packed without loss, and merged to one even band a line."""

from itertools import pairwise

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays

from ingest import boxes

shapes = array_shapes(min_dims=1, max_dims=1, max_side=60).map(lambda shape: (shape[0], 4))


@given(shapes.flatmap(lambda shape: arrays(np.uint16, shape)))
def test_boxes_survive_packing(places: boxes.Boxes) -> None:
    unpacked = boxes.decode(boxes.encode(places))
    assert unpacked.dtype == np.uint16
    assert (unpacked == places).all()


def test_no_boxes_pack_to_nothing() -> None:
    assert boxes.encode(np.zeros((0, 4), np.uint16)) == b""
    assert boxes.decode(b"").shape == (0, 4)


def test_text_takes_about_four_bytes_a_character() -> None:
    across = np.arange(3000, dtype=np.uint16) % 80 * 700
    down = (np.arange(3000) // 80 * 1500).astype(np.uint16)
    places = np.stack([across, down, across + 690, down + 1000], axis=1).astype(np.uint16)
    assert len(boxes.encode(places)) < 4 * 3000


def row(top: int, *edges: int) -> list[list[int]]:
    return [[left, top, right, top + 1000] for left, right in pairwise(edges)]


def test_a_line_is_one_rectangle_and_a_new_line_another() -> None:
    places = np.array([*row(5000, 1000, 2000, 3000), [0, 0, 0, 0], *row(5000, 3300, 4000), *row(6500, 1000, 2500)], np.uint16)
    found = [[round(edge * boxes.SCALE) for edge in rectangle] for rectangle in boxes.lines(places)]
    assert found == [[1000, 5000, 3000, 1000], [1000, 6500, 1500, 1000]]


def test_columns_are_not_bridged() -> None:
    places = np.array([*row(5000, 1000, 2000), *row(5000, 30000, 31000)], np.uint16)
    assert len(boxes.lines(places)) == 2


@given(st.lists(st.tuples(*[st.integers(0, 65535)] * 4), max_size=30))
def test_rectangles_stay_on_the_page(places: list[tuple[int, int, int, int]]) -> None:
    for left, top, width, height in boxes.lines(np.array(places, np.uint16).reshape(-1, 4)):
        assert 0 <= left <= left + width <= 1 + 1e-9
        assert 0 <= top <= top + height <= 1 + 1e-9
        assert width > 0 and height > 0
