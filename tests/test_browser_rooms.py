"""The other rooms as people use them: the real server over real documents, in Chromium."""

import re
from pathlib import Path
from typing import Any

import pytest

from tests.browser_kit import QUESTION, Server, Visit

pytestmark = pytest.mark.browser


def picture_of_text(path: Path, words: str) -> None:
    """A PDF of one page that is a picture, as a scanner makes it."""
    from PIL import Image, ImageDraw
    from reportlab.lib.utils import ImageReader
    from reportlab.pdfgen.canvas import Canvas

    image = Image.new("L", (600, 800), 255)
    ImageDraw.Draw(image).text((60, 80), words, fill=0)
    canvas = Canvas(str(path), pagesize=(595, 842))
    canvas.drawImage(ImageReader(image), 0, 0, 595, 842)
    canvas.showPage()
    canvas.save()


def test_compare_sets_cities_beside_each_other_and_its_address_shows_it_again(visit: Visit, server: Server) -> None:
    page = visit.page
    visit.ask(QUESTION)
    visit.answered("Warning the Public in Manchester")
    page.get_by_role("link", name="Compare cities").click()
    page.locator(".k-top nav [aria-current=page]", has_text="Compare").wait_for()
    page.locator("main", has_text="Evidence from").wait_for()
    address = page.url
    said = page.locator("main").inner_text()
    assert all(city in said for city in ("Manchester", "Stockholm", "Copenhagen"))
    page.goto(f"{server.address}/en/collected")
    page.go_back()
    assert page.url == address and "Evidence from" in page.locator("main").inner_text()
    page.goto(f"{server.address}/sv/compare?q=wholly+unheard-of+marzipan+budget&by=city")
    assert "Evidence from" not in page.locator("main").inner_text()


def test_what_is_kept_is_noted_ordered_and_saved(visit: Visit, server: Server) -> None:
    page = visit.page
    visit.ask("How is crowd safety arranged on the harbour front?")
    visit.answered("Crowd safety on the harbour front")
    for button in page.locator(".k-passage [data-keep]").all()[:2]:
        with page.expect_response("**/collected/keep"):
            button.click()
    page.locator(".k-top [data-count=collected]", has_text="(").wait_for()
    visit.room("Collected")
    page.locator("main.kept-live").wait_for()
    titles = page.locator(".kept h2")
    assert titles.count() >= 2
    note = page.locator(".kept textarea").first
    note.fill("For the meeting on Friday")
    with page.expect_response(lambda answer: "/collected/" in answer.url and answer.request.method == "POST"):
        note.blur()
    page.reload()
    assert page.locator(".kept textarea").first.input_value() == "For the meeting on Friday"
    with page.expect_download() as saved:
        page.get_by_role("link", name="Markdown").click()
    text = Path(saved.value.path()).read_text("utf-8")
    assert "For the meeting on Friday" in text and "TLP:" in text
    for name in ("Word", "CSV", "BibTeX", "RIS"):
        with page.expect_download() as saved:
            page.get_by_role("link", name=name).click()
        assert Path(saved.value.path()).stat().st_size > 100


def test_a_note_that_was_typed_before_the_script_came_is_saved_all_the_same(visit: Visit, server: Server) -> None:
    page = visit.page
    visit.ask(QUESTION)
    visit.answered("Warning the Public in Manchester")
    with page.expect_response("**/collected/keep"):
        page.get_by_role("button", name="Keep all").click()
    held: list[Any] = []
    page.route("**/static/collected.js", lambda route: held.append(route))
    page.goto(f"{server.address}/en/collected", wait_until="commit")
    note = page.locator(".kept textarea").last
    note.fill("Typed at once")
    assert held
    held[0].continue_()
    page.locator("main.kept-live").wait_for()
    with page.expect_response(lambda answer: "/collected/" in answer.url and answer.request.method == "POST"):
        note.blur()
    page.unroute("**/static/collected.js")
    page.reload()
    assert page.locator(".kept textarea").last.input_value() == "Typed at once"


def test_a_followed_question_tells_what_came_since(visit: Visit, server: Server, tmp_path: Path) -> None:
    page = visit.page
    visit.ask("How are the lighthouses of Gotland staffed?")
    visit.answered("Nothing in the library answers this")
    assert page.request.post(
        f"{server.address}/en/follow", form={"address": "q=How+are+the+lighthouses+of+Gotland+staffed%3F"}
    ).ok
    visit.room("Follow")
    page.locator("main", has_text="lighthouses of Gotland").wait_for()
    assert page.locator(".k-top [data-count=follow]").inner_text() == ""
    note = tmp_path / "lighthouses.md"
    note.write_text("# Lighthouses\n\nThe lighthouses of Gotland are staffed by two keepers in turns of six days each.\n")
    add(visit, [note])
    page.locator(".k-top [data-count=follow]", has_text=re.compile(r"[1-9]")).wait_for()
    visit.room("Follow")
    page.locator("main", has_text="two keepers in turns").wait_for()


def add(visit: Visit, files: list[Path]) -> Any:
    """Choose files in the Library room, and wait until they are read."""
    visit.room("Library")
    visit.page.set_input_files("#l-take input[name=files]", [str(file) for file in files])
    told = visit.page.locator("#l-reading, #l-sent, [data-live], .l-reading").first
    visit.page.locator("main", has_text=re.compile("Done in")).wait_for(timeout=120_000)
    return told


def test_files_are_added_each_is_told_and_what_was_read_is_found_at_once(visit: Visit, server: Server, tmp_path: Path) -> None:
    page = visit.page
    report = tmp_path / "Åre övning.md"
    report.write_text("# Exercise in Åre\n\nThe ski lifts were evacuated in nineteen minutes with help of the mountain rescue.\n")
    broken, scanned = tmp_path / "broken.pdf", tmp_path / "scanned.pdf"
    broken.write_bytes(b"%PDF-1.7\nthis is no PDF")
    picture_of_text(scanned, "x")
    add(visit, [report, broken, scanned])
    said = page.locator("main").inner_text()
    assert "Åre övning.md" in said and "broken.pdf" in said and "scanned.pdf" in said
    assert (server.corpus / "Åre övning.md").read_text() == report.read_text()
    page.locator("main a", has_text="Exercise in Åre").first.wait_for()
    visit.room("Ask")
    page.locator(".k-welcome").wait_for()
    visit.ask("How fast were the ski lifts evacuated?")
    visit.answered("nineteen minutes")
    page.get_by_role("link", name="Which ones").click()
    page.wait_for_url("**/library?state=partial**")
    assert "scanned" in page.locator("main").inner_text()


def test_a_document_is_corrected_in_place_and_the_catalogue_with_it(visit: Visit, server: Server) -> None:
    page = visit.page
    visit.room("Library")
    page.get_by_role("link", name="Crowd safety on the harbour front").first.click()
    page.get_by_role("heading", level=1, name="Crowd safety on the harbour front").wait_for()
    assert page.locator("main", has_text="Copenhagen").count() == 1
    page.goto(f"{page.url.split('?')[0]}/edit")
    page.locator("input[name=edition]").fill("2b")
    page.get_by_role("button", name=re.compile("Save")).click()
    page.locator("main", has_text="2b").wait_for(timeout=60_000)
    assert "2b" in (server.corpus / "catalogue.csv").read_text("utf-8-sig")


def test_hostile_titles_and_names_are_only_text_in_every_room(visit: Visit, server: Server) -> None:
    page = visit.page
    long = "w" * 300
    (server.corpus / "bidi.md").write_text(
        f"---\ntitle: 'evil \u202e gnp.exe {long}'\n---\n# A heading\n\nThe {long} stands here.\n"
    )
    (server.corpus / "a<img src=x onerror=alert(9)>.md").write_text("# Plain\n\nNothing to see in this file of marmalade.\n")
    visit.room("Library")
    page.get_by_role("button", name="Bring the library into step").click()
    page.locator("main", has_text=re.compile("Done in")).wait_for(timeout=120_000)
    for room in ("library", "library?find=marmalade", "compare?q=marmalade+jars+in+the+canteen&by=language", "index", "follow"):
        page.goto(f"{server.address}/en/{room}")
        assert page.locator("main img:not([src^='/image/']), main script").count() == 0
        over = page.evaluate("() => document.documentElement.scrollWidth - document.documentElement.clientWidth")
        assert over <= 0, room
    page.goto(f"{server.address}/en/library?find=evil")
    page.locator("main a", has_text="evil").first.click()
    page.get_by_role("heading", level=1).wait_for()
    assert page.evaluate("() => document.documentElement.scrollWidth - document.documentElement.clientWidth") <= 0


def test_asking_goes_on_while_the_index_is_rebuilt(visit: Visit, server: Server) -> None:
    page = visit.page
    visit.room("Index")
    page.get_by_role("button", name="Rebuild the index").click()
    page.locator("[data-live] progress, [data-live]").first.wait_for()
    visit.room("Ask")
    page.locator(".k-welcome").wait_for()
    visit.ask(QUESTION)
    visit.answered("Warning the Public in Manchester")
    visit.room("Index")
    page.locator("#rebuild", has_text="The new index is in use").wait_for(timeout=180_000)
    visit.room("Ask")
    page.locator(".k-welcome").wait_for()
    visit.ask(QUESTION)
    visit.answered("Warning the Public in Manchester")


@pytest.mark.parametrize("visit", [{"locale": "sv-SE"}], indirect=True)
def test_every_room_is_swedish_for_a_swedish_browser(visit: Visit, server: Server) -> None:
    page = visit.page
    english = re.compile(r"\b(the|with|and|document|documents|passages|questions|search|rebuild)\b", re.IGNORECASE)
    for room in ("compare", "library", "library?view=pictures", "follow", "index"):
        page.goto(f"{server.address}/{room}")
        assert page.locator("html").get_attribute("lang") == "sv" and f"/sv/{room}" in page.url
        # Titles and the like are data, and marked as such or named so in the list; what is left is ours.
        ours = page.evaluate("""() => { const copy = document.querySelector('main').cloneNode(true);
            copy.querySelectorAll('[lang], [dir=auto], td, th, option, code, input, svg, .k-chips, li').forEach((e) => e.remove());
            return copy.textContent }""")
        assert not english.findall(ours), (room, english.findall(ours))


@pytest.mark.parametrize("visit", [{"locale": "sv-SE"}], indirect=True)
def test_every_printed_sheet_carries_the_strictest_mark_above_and_below(visit: Visit, server: Server) -> None:
    import pypdfium2

    page = visit.page
    catalogue = (server.corpus / "catalogue.csv").read_text("utf-8-sig")
    assert "TLP:" in catalogue
    page.goto(f"{server.address}/sv/?q=How+is+the+public+warned")
    page.locator("#k-answering .k-coverage").wait_for()
    sheets = [page.pdf()]
    for address in ("/sv/library", "/sv/library/1", "/view/1?lang=sv"):
        page.goto(server.address + address)
        assert not page.locator(".k-sheet-top").is_visible()
        sheets.append(page.pdf())
    for content in sheets:
        document = pypdfium2.PdfDocument(content)
        for sheet in document:
            lines = [line.strip() for line in sheet.get_textpage().get_text_range().splitlines() if line.strip()]
            assert len([line for line in lines if re.fullmatch(r"Innehåller TLP:[A-Z+]+", line)]) == 2, (len(document), lines)
        document.close()
