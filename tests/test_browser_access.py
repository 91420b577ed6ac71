"""Every room for everybody: axe-core's rules of WCAG 2.2 AA, narrow and wide screens, zoom, keyboard, and paper."""

from importlib.resources import files
from typing import Any

import pytest

from tests.browser_kit import CONTRAST, QUESTION, Server, Visit

pytestmark = pytest.mark.browser

ADDRESSES = {
    "welcome": "",
    "ask": f"?q={QUESTION.replace(' ', '+')}",
    "nothing": "?q=Vilket+recept+p%C3%A5+kardemummabullar%3F",
    "compare": "compare?q=How+is+the+public+warned%3F",
    "compare, empty": "compare",
    "library": "library",
    "library, pictures": "library?view=pictures",
    "document": "library/1",
    "document, edited": "library/1/edit",
    "document, removed": "library/1/remove",
    "follow": "follow",
    "collected": "collected",
    "index": "index",
}
LOOKS = {
    "light": {"bypass_csp": True},
    "dark": {"bypass_csp": True, "color_scheme": "dark"},
    "narrow": {"bypass_csp": True, "viewport": {"width": 390, "height": 844}},
    "Swedish": {"bypass_csp": True, "locale": "sv-SE"},
}
AXE = """() => axe.run({runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa']}).then((found) =>
    found.violations.map((v) => [v.id, v.nodes.length, v.nodes[0].html.slice(0, 200), v.nodes[0].failureSummary]))"""


def enter(visit: Visit, server: Server, room: str, language: str = "en") -> Any:
    """Go to a room and wait until it is whole."""
    page = visit.page
    page.goto(f"{server.address}/{language}/{ADDRESSES[room]}")
    if room == "welcome":
        page.locator(".k-welcome").wait_for()
    elif room in ("ask", "nothing"):
        page.locator(".k-coverage").wait_for()
        visit.look("/view").wait_for_load_state("load")
    page.wait_for_load_state("networkidle" if room not in ("welcome", "ask", "nothing") else "load")
    return page


@pytest.fixture
def something_kept(visit: Visit, server: Server) -> None:
    """The rooms Follow and Collected hold something."""
    page = visit.page
    page.goto(f"{server.address}/en/?q={QUESTION.replace(' ', '+')}")
    page.locator(".k-coverage").wait_for()
    kept = page.locator("[data-keep]").first.get_attribute("data-keep")
    form = {"passages": kept, "question": QUESTION}
    assert page.request.post(f"{server.address}/en/collected/keep", form=form).ok
    assert page.request.post(f"{server.address}/en/follow", form={"address": "q=How+is+the+public+warned%3F&city=Manchester"}).ok


@pytest.mark.parametrize("visit", LOOKS.values(), indirect=True, ids=list(LOOKS))
@pytest.mark.usefixtures("something_kept")
def test_no_rule_of_wcag_is_broken_in_any_room(visit: Visit, server: Server) -> None:
    language = "sv" if visit.page.evaluate("() => navigator.language") == "sv-SE" else "en"
    axe = (files("axe_playwright_python") / "axe.min.js").read_text("utf-8")
    broken = {}
    for room in ADDRESSES:
        page = enter(visit, server, room, language)
        page.evaluate(axe)
        broken[room] = page.evaluate(AXE)
    assert {room: found for room, found in broken.items() if found} == {}


@pytest.mark.usefixtures("something_kept")
def test_rooms_fit_their_width(visit: Visit, server: Server) -> None:
    """720 px is a common window at 200 % zoom."""
    page = visit.page
    over = {}
    for room in ADDRESSES:
        enter(visit, server, room)
        for width in (360, 720, 1024, 2560):
            page.set_viewport_size({"width": width, "height": 900})
            page.wait_for_timeout(120)
            beyond = page.evaluate("() => document.documentElement.scrollWidth - document.documentElement.clientWidth")
            over[room, width] = beyond
    assert {where: beyond for where, beyond in over.items() if beyond > 0} == {}


@pytest.mark.parametrize("visit", [{}, {"color_scheme": "dark"}], indirect=True, ids=["light", "dark"])
@pytest.mark.usefixtures("something_kept")
def test_all_words_stand_out_from_what_is_behind_them(visit: Visit, server: Server) -> None:
    faint = {room: enter(visit, server, room).evaluate(CONTRAST) for room in ADDRESSES}
    assert {room: found for room, found in faint.items() if found} == {}


@pytest.mark.parametrize("room", ["ask", "compare", "library", "collected"])
def test_a_room_is_left_and_entered_by_keyboard_with_the_focus_in_sight(visit: Visit, server: Server, room: str) -> None:
    page = enter(visit, server, room)
    page.evaluate(
        "() => { const top = document.querySelector('.k-top'); top.tabIndex = -1; top.focus(); top.removeAttribute('tabindex'); }"
    )
    seen = []
    for _ in range(14):
        page.keyboard.press("Tab")
        found = page.evaluate(
            """() => { const e = document.activeElement, style = getComputedStyle(e), field = e.closest('#k-question, .k-ask-field');
            const ring = style.outlineStyle !== 'none' || (field && getComputedStyle(field).boxShadow !== 'none');
            return [e.tagName, (e.innerText || e.getAttribute('aria-label') || e.id || e.name || '').trim().slice(0, 30), !!ring] }"""
        )
        seen.append(tuple(found))
    assert all(ring for tag, _, ring in seen if tag not in ("BODY", "IFRAME")), seen
    names = [name for _, name, _ in seen]
    assert names[:1] == ["To the content"]
    assert [room for room in ("Ask", "Compare", "Library") if any(name.startswith(room) for name in names)] == [
        "Ask",
        "Compare",
        "Library",
    ]


@pytest.mark.parametrize("visit", [{"viewport": {"width": 360, "height": 780}, "locale": "sv-SE"}], indirect=True)
@pytest.mark.usefixtures("something_kept")
def test_the_room_that_one_is_in_is_in_sight_on_a_narrow_screen(visit: Visit, server: Server) -> None:
    for room in ("welcome", "library", "index"):
        page = enter(visit, server, room, "sv")
        page.locator(".k-top [data-count=collected]", has_text="(").wait_for()
        page.wait_for_timeout(50)
        box = page.locator(".k-top nav [aria-current=page]").bounding_box()
        assert box is not None and box["x"] >= 0 and box["x"] + box["width"] <= 360, room


def test_a_page_of_results_is_fit_for_paper(visit: Visit, server: Server) -> None:
    page = enter(visit, server, "ask")
    page.emulate_media(media="print")
    hidden = page.evaluate("""() => ['.k-top nav', '#k-filters', '#k-viewer', '.k-leads'].filter((name) =>
        [...document.querySelectorAll(name)].some((element) => element.checkVisibility()))""")
    assert hidden == []
    assert page.locator(".k-answer").is_visible() and page.locator(".k-passage").first.is_visible()
    assert page.locator("#k-question textarea").input_value() == QUESTION
    paper = page.pdf(format="A4")
    assert paper.startswith(b"%PDF") and len(paper) > 10_000


def test_motion_is_not_forced_on_anybody(visit: Visit, server: Server) -> None:
    page = visit.page
    page.emulate_media(reduced_motion="reduce")
    enter(visit, server, "ask")
    moving = page.evaluate("() => document.getAnimations().filter((one) => one.playState === 'running').length")
    assert moving == 0
