"""The Ask room as people use it: the real server over real documents, in Chromium. Run with `pytest -m browser`."""

import json
import re

import pytest

from tests.browser_kit import CONTRAST, QUESTION, SIZES, Server, Visit

pytestmark = pytest.mark.browser


def test_a_question_is_asked_by_keyboard_and_its_citation_opened_by_keyboard(visit: Visit) -> None:
    page = visit.page
    visit.ask(QUESTION)
    answer = visit.answered("Warning the Public in Manchester")
    quote = answer.locator(".k-answer blockquote").first.inner_text()
    assert quote.startswith("“")
    cite = answer.locator(".k-cite").first
    cite.focus()
    assert page.evaluate("getComputedStyle(document.activeElement).outlineStyle") == "solid"
    page.keyboard.press("Enter")
    frame = page.frame(name="viewer")
    frame.wait_for_selector(".v-mark", state="attached")
    assert "/view/" in frame.url and "mark=" in frame.url
    words = re.sub(r"\W+", " ", quote).strip().split()[:4]
    assert " ".join(words) in re.sub(r"\W+", " ", frame.locator("details").first.text_content())
    assert page.evaluate("document.getElementById('k-question').querySelector('textarea').value") == QUESTION
    assert "q=How+is+the+public" in page.url


def test_the_marked_words_are_brought_into_view_without_moving_the_page_around_them(visit: Visit) -> None:
    page = visit.page
    visit.ask(QUESTION)
    visit.answered("Warning the Public in Manchester")
    frame = page.frame(name="viewer")
    frame.wait_for_selector("#hit", state="attached")
    frame.locator("img").first.evaluate("image => image.decode()")
    page.wait_for_timeout(200)
    box = frame.locator(".v-mark").first.evaluate("mark => mark.getBoundingClientRect().toJSON()")
    height = frame.evaluate("window.innerHeight")
    assert 0 < box["top"] < height and box["width"] > 50
    assert page.evaluate("window.scrollY") == 0


def test_marks_cover_the_words_on_the_page_image(visit: Visit) -> None:
    """Under each mark there is ink."""
    visit.ask(QUESTION)
    visit.answered("Warning the Public in Manchester")
    frame = visit.page.frame(name="viewer")
    frame.wait_for_selector(".v-mark", state="attached")
    dark = frame.evaluate("""async () => {
        const image = document.querySelector('.v-sheet img'); await image.decode();
        const canvas = document.createElement('canvas');
        const [across, down] = [canvas.width = image.naturalWidth, canvas.height = image.naturalHeight];
        const context = canvas.getContext('2d'); context.drawImage(image, 0, 0);
        return [...document.querySelector('.v-sheet').querySelectorAll('.v-mark')].map((mark) => {
            const at = (name) => Number(mark.getAttribute(name));
            const { y, height } = mark.ownerSVGElement.viewBox.baseVal; // of the page and the stamps above and below it
            const [top, high] = [(at('y') - y) / height * down, at('height') / height * down];
            const data = context.getImageData(at('x') * across, top, at('width') * across, high).data;
            let ink = 0;
            for (let i = 0; i < data.length; i += 4) if (data[i] < 140) ink++;
            return ink / (data.length / 4); });
    }""")
    assert dark and all(share > 0.03 for share in dark), dark


def test_a_filter_narrows_the_answer_and_says_so(visit: Visit) -> None:
    page = visit.page
    visit.ask("warning the public")
    visit.answered("Warning the Public in Manchester")
    page.get_by_role("button", name="city", exact=True).click()
    page.locator("#k-filters label", has_text="Copenhagen").click()
    page.get_by_role("button", name="city: Copenhagen").wait_for()
    page.locator(".k-doc h3", has_text="Manchester").wait_for(state="detached")
    assert page.locator(".k-doc h3").all_inner_texts() == ["Crowd safety on the harbour front"]
    page.keyboard.press("Escape")
    page.get_by_role("button", name="Clear filters").click()
    page.locator(".k-doc h3", has_text="Warning the Public in Manchester").first.wait_for()
    assert page.get_by_role("button", name="city", exact=True).is_visible()


def test_added_words_are_switched_off_and_on_by_keyboard(visit: Visit) -> None:
    page = visit.page
    visit.ask(QUESTION)
    visit.answered("Also searched:")
    page.get_by_role("link", name="Search my words only").focus()
    page.keyboard.press("Enter")
    visit.answered("Only your own words were searched.")
    page.wait_for_function("() => document.activeElement.textContent === 'Search the other language too'")
    page.wait_for_url("**translate=no**")
    page.reload()
    visit.answered("Only your own words were searched.")
    page.get_by_role("link", name="Search the other language too").focus()
    page.keyboard.press("Enter")
    visit.answered("Also searched:")
    page.wait_for_function("() => document.activeElement.textContent === 'Search my words only'")
    page.wait_for_function("() => !location.search.includes('translate')")
    page.get_by_role("link", name="Search my words only").click()
    visit.answered("Only your own words were searched.")
    visit.ask("How is the public warned?")
    visit.answered("Also searched:")


def test_a_question_with_its_words_put_right_asks_itself(visit: Visit) -> None:
    visit.ask("When are loudspeakrs used?")
    visit.answered("Did you mean:")
    offered = visit.page.locator(".k-line", has_text="Did you mean:").locator("a")
    question = offered.inner_text()
    assert "loudspeakers" in question
    offered.click()
    visit.page.locator(".k-line", has_text="Did you mean:").wait_for(state="detached")
    assert visit.page.locator("#k-question textarea").input_value() == question


def test_more_of_a_document_is_asked_within_it_and_left_again(visit: Visit) -> None:
    page = visit.page
    visit.ask(QUESTION)
    visit.answered("Warning the Public in Manchester")
    assert page.locator(".k-doc").count() > 1
    first = page.locator(".k-doc").first
    title, shown = first.locator("h3").inner_text(), first.locator(".k-passage").count()
    first.get_by_role("link", name=re.compile(r"\d+ more from this document")).press("Enter")
    visit.answered(f"Only within “{title}”")
    assert page.locator(".k-doc h3").all_inner_texts() == [title]
    assert page.locator(".k-passage").count() > shown
    page.wait_for_function("() => document.activeElement.id === 'k-whole'")
    page.keyboard.press("Enter")
    page.locator(".k-line", has_text="Only within").wait_for(state="detached")
    page.locator(".k-more").first.wait_for()
    page.wait_for_function("() => !location.search.includes('document')")


def test_passages_like_one_and_around_it_are_shown_beside_it(visit: Visit) -> None:
    page = visit.page
    visit.ask(QUESTION)
    visit.answered("Warning the Public in Manchester")
    passage = page.locator(".k-passage").nth(1)
    passage.get_by_role("link", name="Similar passages").press("Enter")
    frame = page.frame(name="viewer")
    frame.locator(".v-hit").first.wait_for()
    assert "k-open" in passage.get_attribute("class")
    assert frame.locator(".v-hit").count() > 2 and frame.locator(".v-documents a").count() > 2
    frame.get_by_role("link", name="Wider context").first.click()
    words = re.sub(r"\W+", " ", passage.locator(".k-text").inner_text())
    assert words in re.sub(r"\W+", " ", frame.locator(".v-this").inner_text())
    frame.get_by_role("link", name="Back to the page").click()
    frame.locator(".v-tint").first.wait_for(state="attached")


def test_the_help_opens_by_keyboard(visit: Visit) -> None:
    help_ = visit.page.locator(".k-how")
    assert not help_.locator("dl").is_visible()
    help_.locator("summary").press("Enter")
    help_.locator("code", has_text="year:2019..2021").wait_for()


def test_what_nothing_answers_is_said(visit: Visit) -> None:
    visit.ask("Vilket recept på kardemummabullar rekommenderas?")
    visit.page.get_by_role("heading", name="Nothing in the library answers this").wait_for()
    assert visit.page.locator("blockquote, #k-answering mark").count() == 0


def test_a_hostile_document_is_only_text(visit: Visit, server: Server) -> None:
    page = visit.page
    visit.ask("How many jars of marmalade were bought for the canteen?")
    answer = visit.answered("jars of marmalade")
    shown = answer.inner_text()
    assert "${alert(5)}" in shown and "<script>alert(4)</script>" in shown
    assert answer.locator("img, script").count() == 0
    page.locator(".k-passage", has_text="jars of marmalade").locator(".k-where a").first.click()
    frame = page.frame(name="viewer")
    frame.locator(".v-text").wait_for()
    assert "<script>alert(4)</script>" in frame.locator(".v-text").inner_text()
    page.locator(".k-passage", has_text="jars of marmalade").locator(".k-foot a").first.click()
    frame.locator(".v-hit").first.wait_for()
    assert "<script>alert(4)</script>" in frame.locator(".v-own").inner_text() and frame.locator("img, body script").count() == 0


@pytest.mark.parametrize("visit", [{"locale": "sv-SE"}], indirect=True)
def test_the_interface_is_swedish_for_a_swedish_browser_and_can_be_switched(visit: Visit) -> None:
    page = visit.page
    assert page.url.endswith("/sv/") and page.locator("html").get_attribute("lang") == "sv"
    rooms = page.locator(".k-top nav a").all_inner_texts()
    assert [room.split()[0] for room in rooms] == ["Fråga", "Jämför", "Bibliotek", "Bevaka", "Samlat", "Index"]
    visit.ask("Hur varnas allmänheten?")
    assert "Svar, med källornas egna ord".upper() in visit.answered("Varning till allmänheten").inner_text().upper()
    assert page.frame(name="viewer").locator("html").get_attribute("lang") == "sv"
    page.get_by_role("link", name="English").click()
    page.locator(".k-top nav").get_by_role("link", name="Library").wait_for()
    assert "/en/" in page.url and page.locator("#k-question textarea").input_value() == ""


def test_the_switch_of_language_keeps_the_question(visit: Visit, server: Server) -> None:
    visit.page.goto(f"{server.address}/en/?q=warning&city=Manchester")
    visit.answered("Warning the Public in Manchester")
    visit.page.get_by_role("link", name="Svenska").click()
    visit.page.locator(".k-coverage", has_text="Sökte i").wait_for()
    assert visit.page.locator("#k-question textarea").input_value() == "warning"
    assert visit.page.get_by_role("button", name="stad: Manchester").is_visible()


def test_back_and_forward_lead_through_the_questions(visit: Visit) -> None:
    page, field = visit.page, visit.page.locator("#k-question textarea")
    visit.ask(QUESTION)
    visit.answered("Warning the Public in Manchester")
    visit.ask("How is crowd safety arranged on the harbour front?")
    visit.answered("Crowd safety on the harbour front")
    page.wait_for_url("**q=How+is+crowd**")
    page.go_back()
    page.wait_for_function("asked => document.querySelector('#k-question textarea').value === asked", arg=QUESTION)
    visit.answered("Warning the Public in Manchester")
    page.go_forward()
    page.wait_for_function("() => document.querySelector('#k-question textarea').value.startsWith('How is crowd')")
    page.go_back()
    page.go_back()
    page.locator(".k-welcome").wait_for()
    assert field.input_value() == ""


def test_an_address_leads_to_the_page_and_the_words_that_were_looked_at(visit: Visit, server: Server) -> None:
    page = visit.page
    visit.ask(QUESTION)
    visit.answered("Warning the Public in Manchester")
    page.locator(".k-doc").nth(1).locator(".k-where a").last.click()
    page.wait_for_function("() => document.querySelector('.k-passage.k-open')?.dataset.rank !== '1'")
    shown = visit.look("/view/").url
    page.wait_for_function("shown => shown.endsWith(new URLSearchParams(location.search).get('view'))", arg=shown)
    address = page.url
    page.goto(f"{server.address}/en/library")
    page.goto(address)
    visit.answered("Warning the Public in Manchester")
    again = visit.look(shown.removeprefix(server.address))
    again.locator(".v-tint").first.wait_for(state="attached")
    assert again.url == shown


def test_the_viewer_leads_from_hit_to_hit_by_button_strip_and_key(visit: Visit) -> None:
    visit.ask(QUESTION)
    visit.answered("Warning the Public in Manchester")
    visit.page.locator(".k-doc", has_text="Warning the Public in Manchester").locator(".k-where a").first.click()
    frame = visit.look("hit=")
    frame.locator(".v-strip a").first.wait_for()
    ticks = frame.locator(".v-strip a").count()
    assert ticks >= 3
    frame.locator(".v-strip a").first.focus()
    visit.page.keyboard.press("Enter")
    frame.get_by_text(f"hit 1 of {ticks}").wait_for()
    frame.get_by_role("link", name="Next hit").click()
    frame.get_by_text(f"hit 2 of {ticks}").wait_for()
    frame.locator("body").press("n")
    frame.get_by_text(f"hit 3 of {ticks}").wait_for()
    frame.locator(".v-mark").first.wait_for(state="attached")


def test_words_are_copied_with_their_reference(visit: Visit) -> None:
    page = visit.page
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    visit.ask(QUESTION)
    answer = visit.answered("Warning the Public in Manchester")
    quote = answer.locator(".k-answer blockquote p").first.inner_text()
    answer.get_by_role("button", name="Copy with references").click()
    page.locator(".k-said-once", has_text="Copied").wait_for()
    plain = page.evaluate("navigator.clipboard.readText()")
    assert (
        plain.startswith("Contains TLP:GREEN\n\n" + re.sub(r"”\s*\d+$", "”", quote)[:40])
        and "TLP:CLEAR)" in plain
        and "PDF page" in plain
    )
    rich = page.evaluate("""async () => { const [item] = await navigator.clipboard.read();
        return (await item.getType('text/html')).text() }""")
    assert "<blockquote>" in rich and "Warning the Public in Manchester" in rich
    answer.get_by_role("button", name="Copy citation, Source 1", exact=True).click()
    page.wait_for_function("before => navigator.clipboard.readText().then((now) => now !== before)", arg=plain)


def test_a_lost_connection_is_said_and_so_is_its_return(visit: Visit, server: Server) -> None:
    page = visit.page
    page.clock.install()
    page.goto(f"{server.address}/en/")
    page.locator(".k-welcome").wait_for()
    page.route("**/healthz", lambda route: route.abort())
    page.clock.fast_forward(16_000)
    page.get_by_role("alert").filter(has_text="The connection to Källa is lost").wait_for()
    page.unroute("**/healthz")
    page.clock.fast_forward(61_000)
    page.locator("#k-lost").wait_for(state="hidden")
    visit.problems.clear()  # the browser's own word on the request that was cut off


def test_typing_goes_on_while_an_answer_is_made(visit: Visit) -> None:
    field = visit.page.locator("#k-question textarea")
    visit.ask(QUESTION)
    visit.page.keyboard.type(" And when?")
    visit.answered("Warning the Public in Manchester")
    assert field.input_value() == f"{QUESTION} And when?"


def test_an_address_with_a_question_asks_it(visit: Visit, server: Server) -> None:
    visit.page.goto(f"{server.address}/?q=How+is+the+public+warned%3F&lang=en")
    visit.answered("Where it is said")
    assert visit.page.locator("#k-question textarea").input_value() == "How is the public warned?"


def test_an_example_asks_itself(visit: Visit) -> None:
    example = visit.page.locator(".k-examples a").first
    question = example.inner_text()
    example.click()
    visit.page.locator(".k-coverage").wait_for()
    assert visit.page.locator("#k-question textarea").input_value() == question


def test_nothing_that_was_asked_is_kept_in_the_browser(visit: Visit) -> None:
    visit.ask("a very secret question about warning")
    visit.page.locator(".k-coverage").wait_for()
    kept = visit.page.evaluate("""async () => JSON.stringify([{...localStorage}, {...sessionStorage},
        await indexedDB.databases(), document.cookie])""")
    assert "secret question" not in kept and "run" not in json.dumps(json.loads(kept)[2])


@pytest.mark.parametrize("visit", SIZES, indirect=True, ids=["narrow", "middle", "dark"])
@pytest.mark.parametrize("name", ["Similar passages", "Wider context"])
def test_what_leads_on_fits_the_frame_and_can_be_read(visit: Visit, name: str) -> None:
    visit.ask(QUESTION)
    visit.answered("Warning the Public in Manchester")
    visit.page.get_by_role("link", name=name).first.click()
    frame = visit.page.frame(name="viewer")
    frame.locator(".v-related").wait_for()
    frame.wait_for_load_state("load")  # with its style sheets
    assert frame.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth") <= 0
    assert frame.evaluate(CONTRAST) == []


@pytest.mark.parametrize("visit", SIZES, indirect=True, ids=["narrow", "middle", "dark"])
def test_lines_of_passages_are_of_a_length_for_reading(visit: Visit) -> None:
    visit.ask(QUESTION)
    visit.answered("Warning the Public in Manchester")
    length = visit.page.evaluate("""() => {
        const longest = [...document.querySelectorAll('.k-passage p')].sort((a, b) => b.innerText.length - a.innerText.length)[0];
        const lines = Math.round(longest.offsetHeight / parseFloat(getComputedStyle(longest).lineHeight));
        return longest.innerText.length / lines }""")
    assert 25 < length < 82, length
