"""What leaves carries its mark: pictures of pages, printed sheets, and what is copied of what nobody marked."""

import io
import re
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageChops

from index.access import Handling, level_of, mark_of, strictest
from tests.fake_library import OWNER, FakeLibrary
from ui import citation, printing, stamp, text, viewer
from ui.place import Place
from ui.words import Words

EN, SV = Words("en"), Words("sv")
MARKS = ("TLP:CLEAR", "TLP:GREEN", "TLP:AMBER", "TLP:AMBER+STRICT", "TLP:RED", "", "OFFICIAL-SENSITIVE", "for your eyes")


def picture(width: int, height: int) -> bytes:
    out = io.BytesIO()
    Image.effect_noise((width, height), 80).save(out, "PNG")
    return out.getvalue()


def opened(png: bytes) -> Image.Image:
    return Image.open(io.BytesIO(png)).convert("RGB")


@pytest.mark.parametrize("mark", [mark for mark in MARKS if mark])
@pytest.mark.parametrize("size", [(60, 30), (700, 990), (990, 700)])
def test_a_stamped_picture_hides_nothing_and_says_its_mark_twice(mark: str, size: tuple[int, int]) -> None:
    width, height = size
    bare = picture(width, height)
    sheet, high = opened(stamp.stamped(bare, mark, "åsa 2026-11-24")), stamp.strip(width)
    assert sheet.size == (width, height + 2 * high)
    page = sheet.crop((0, high, width, high + height))
    assert ImageChops.difference(page, opened(bare)).getbbox() is None  # not one dot of the page is another
    for top in (0, high + height):
        strip = sheet.crop((width // 4, top, width - width // 4, top + high))
        assert strip.getcolors(100_000) and strip.convert("L").getextrema()[1] > 40  # there is something to read on it


def test_two_who_look_get_two_pictures_and_a_clear_one_names_nobody() -> None:
    bare = picture(300, 400)
    one, other = (stamp.stamped(bare, "TLP:RED", f"{name} 2026-11-24") for name in ("anna", "bert"))
    assert one != other and stamp.stamped(bare, "TLP:CLEAR", "") == stamp.stamped(bare, "TLP:CLEAR", "")


@pytest.mark.parametrize("broken", [b"", b"\x89PNG\r\n\x1a\n" + bytes(100), b"<svg xmlns='http://www.w3.org/2000/svg'/>"])
def test_what_cannot_be_stamped_does_not_leave(broken: bytes) -> None:
    with pytest.raises((OSError, ValueError)):
        stamp.stamped(broken, "TLP:RED", "anna")


def test_a_long_name_stays_beside_the_mark() -> None:
    sheet = opened(stamp.stamped(picture(700, 200), "TLP:AMBER+STRICT", "x" * 200))
    gap = sheet.crop((220, sheet.height - stamp.strip(700), 280, sheet.height))
    assert gap.getbbox() is None  # between the two, all is black


def test_letters_that_the_font_lacks_are_written_otherwise() -> None:
    assert stamp.plain("Åsa Öberg, ärlig é") == "AAsa OEberg, aerlig e"
    assert stamp.plain("李") == "\\u674e" and stamp.plain("TLP:AMBER+STRICT") == "TLP:AMBER+STRICT"


def test_the_boxes_stand_on_the_page_and_not_on_the_stamps(tmp_path: Path) -> None:
    library = FakeLibrary(tmp_path / "corpus")
    page = library.page(1, 1, OWNER)
    assert page is not None
    html = viewer.render([page], Place(passage=(0, 20)), EN, source=True)
    beyond = stamp.STRIP * page.width / page.height
    assert f'viewBox="0 {-beyond:.5f} 1 {1 + 2 * beyond:.5f}"' in html
    # the page's part of the picture, by what the viewer says and by what the stamp does, within a dot
    for width in (700, 1400, 2800):
        height = round(width * page.height / page.width)
        assert abs(beyond / (1 + 2 * beyond) * (height + 2 * stamp.strip(width)) - stamp.strip(width)) < 1.5


@given(st.lists(st.sampled_from(MARKS)))
@settings(max_examples=200, deadline=None)
def test_nothing_is_stricter_than_the_strictest(marks: list[str]) -> None:
    found = strictest(marks)
    assert (found == "") == (not marks)
    assert all(level_of(found) >= level_of(mark) for mark in marks)
    assert not marks or found in [mark_of(mark) for mark in marks]


def test_what_nobody_marked_is_quoted_under_the_level_that_is_enforced(tmp_path: Path) -> None:
    hit = replace(FakeLibrary(tmp_path).hit(1, 1), handling="")
    enforced = level_of("").mark
    assert enforced in citation.plain(hit, EN) and enforced in citation.rich(hit, SV)
    assert enforced in text.stamped("") and text.handling("") == ""


def test_a_printed_page_says_the_strictest_mark_that_it_shows() -> None:
    shown = f"<p>{text.stamped('TLP:GREEN')}{text.stamped('TLP:AMBER+STRICT')}{text.stamped('TLP:AMBER')}</p>"
    html = printing.around(shown, SV)
    assert html.count(">Innehåller TLP:AMBER+STRICT</div>") == 2 and shown in html
    assert printing.mark("<p>TLP:RED</p>") == ""  # words are no label
    assert printing.mark(f"<p>{text.escape(text.handling('TLP:RED'))}</p>") == ""


def test_a_moment_is_written_with_its_offset_and_in_universal_time() -> None:
    said = text.instant("2026-11-24T23:30:00+00:00", EN)
    assert said.endswith(" (2026-11-24 23:30 UTC)") and re.search(r"\d\d:\d\d UTC[+-]\d\d:\d\d ", said)
    assert text.instant("some day", EN) == "some day"


def test_levels_have_marks() -> None:
    assert [mark_of(level.mark) for level in Handling] == [level.mark for level in Handling]
