"""A document's own page: what it shows, and how it is edited, removed, replaced and brought back in it."""

import json
import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass, replace
from html import unescape
from pathlib import Path
from typing import Any

import pytest
from fastapi import FastAPI
from starlette.testclient import TestClient

from index.access import Handling, Principal, Role, local_owner
from index.desk import Desk
from index.errors import LibraryError, StoreError
from index.result import DocumentInfo, FileInfo, Hit, OutlineItem
from ingest import catalogue
from ingest.editing import describe
from tests.fake_library import HOSTILE_TITLE, OWNER, READER, FakeLibrary
from ui import document_fields, document_outline, document_page, document_passages, document_room, document_routes
from ui.document_fields import Faults
from ui.document_room import removed_notice
from ui.house import House
from ui.images import PageImages
from ui.jobs import Jobs
from ui.words import Words

EN, SV = Words("en"), Words("sv")
BOTH = pytest.mark.parametrize("words", [EN, SV], ids=["en", "sv"])
RTL = "\u202eevil\u202c"

# What ingest would do, without doing it: it tells what it was given, and what became of it by a file beside it.
PROGRAM = """
import json, pathlib, sys
here = pathlib.Path(__file__).parent
paths = sys.argv[sys.argv.index("--") + 1:]
with open(here / "told.jsonl", "a") as file:
    file.write(json.dumps(paths) + "\\n")
plan = json.loads((here / "plan.json").read_text())
if "stopped" in plan:
    sys.exit(plan["stopped"])
for path in paths:
    print(json.dumps({"path": path, "outcome": plan["outcome"], "reason": plan.get("reason", "")}))
print(json.dumps({"summary": {}}))
"""


class Shelf(FakeLibrary):
    """The library in memory, with outlines and passages."""

    items: dict[int, tuple[OutlineItem, ...]]
    many: int = 1

    def outline(self, document_id: int, principal: Principal) -> tuple[OutlineItem, ...]:
        return self.items.get(document_id, ()) if self.document(document_id, principal) else ()

    def passages(self, document_id: int, *, principal: Principal) -> tuple[Hit, ...]:
        if self.document(document_id, principal) is None:
            return ()
        return tuple(replace(self.found(1, document_id), passage_id=number) for number in range(1, self.many + 1))

    def put(self, info: DocumentInfo) -> None:
        """Hold a document under its number, as a reading would have it."""
        self.infos[info.document_id] = info
        self.paths[info.document_id] = Path(info.path)
        self.texts[info.document_id] = ("x" * 200,)


@dataclass
class Site:
    """The pages over the library in memory. `who` can be changed between requests."""

    client: TestClient
    library: Shelf
    house: House
    folder: Path
    who: Principal

    def get(self, address: str) -> Any:
        return self.client.get(address, follow_redirects=False)

    def post(self, address: str, data: dict[str, str] | None = None, **more: Any) -> Any:
        return self.client.post(address, data=data, follow_redirects=False, **more)

    def plan(self, outcome: str = "changed", **more: str) -> None:
        (self.folder / "plan.json").write_text(json.dumps({"outcome": outcome, **more}))

    def told(self) -> list[list[str]]:
        """What was given to each reading, once they are done."""
        for number in range(1, 100):
            job = self.house.jobs.reading(number)
            if job is not None:
                list(job.follow(0))
        found = self.folder / "told.jsonl"
        return [json.loads(line) for line in found.read_text().splitlines()] if found.exists() else []

    @property
    def report(self) -> Path:
        return self.library.paths[1]

    def known(self, file: str = "warning.pdf") -> dict[str, Any]:
        row = catalogue.load(self.folder / "corpus" / "catalogue.csv").row_for(file)
        return {name: getattr(row, name) for name in document_fields.NAMES if getattr(row, name)}


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    library = Shelf(tmp_path / "corpus")
    library.items = {1: outline_of("Recommendation 7. Say it once, in two languages.")}
    (tmp_path / "ingest.py").write_text(PROGRAM)
    data = tmp_path / "data"
    house = House(
        library=library, desk=Desk(data), jobs=Jobs(data, (sys.executable, str(tmp_path / "ingest.py"))),
        images=PageImages(data / "cache", lambda *_: b""), describe=describe, corpus=tmp_path / "corpus", data=data,
        who=lambda headers: made.who,
    )  # fmt: skip
    app = FastAPI()
    for language in ("en", "sv"):
        app.include_router(document_routes.make(house, Words(language)), prefix=f"/{language}")
    with TestClient(app) as client:
        made = Site(client, library, house, tmp_path, OWNER)
        made.plan()
        yield made
        made.told()
        house.jobs.stop()


def outline_of(*recommendations: str) -> tuple[OutlineItem, ...]:
    def item(number: int, kind: str, level: int, said: str) -> OutlineItem:
        return OutlineItem(
            kind=kind, level=level, text=said, start=20 + number, end=25 + number, page=2, page_label="15"
        )  # fmt: skip

    heads = ((1, "Summary"), (1, "1 Warning"), (2, "1.1 Words"), (3, "Who speaks"), (1, "2 After"))
    items = [item(number, "heading", level, said) for number, (level, said) in enumerate(heads)]
    return (*items, *(item(10 + number, "recommendation", 0, said) for number, said in enumerate(recommendations)))


def plain(html: str) -> str:
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", html)).split())


def fragment(site: Site, answer: Any) -> Any:
    """Follow a change to its end: what the page shows then."""
    site.told()
    html = site.get(answer.headers["location"])
    assert html.status_code == 200
    return html


# -- the page


@BOTH
def test_a_document_is_shown_with_what_is_known_of_it(site: Site, words: Words) -> None:
    site.library.infos[1] = replace(
        site.library.infos[1], organisation="City of Manchester", edition="2", source="https://example.org/report",
        pages_without_text=(2, 3),
    )  # fmt: skip
    answer = site.get(f"/{words.language}/library/1")
    assert answer.status_code == 200 and "script-src 'self'" in answer.headers["content-security-policy"]
    html = answer.text
    assert re.findall(r"<h1[^>]*>(.*?)</h1>", html) == ["Warning the public"] and "TLP:GREEN" in html
    said = plain(html)
    date, kind = {"en": ("June 2020", "report"), "sv": ("juni 2020", "rapport")}[words.language]
    for fact in (date, kind, "Manchester", "City of Manchester", "public warning", "warning.pdf", site.library.infos[1].sha256):
        assert fact in said
    assert f"{words.field_edition} 2" in said and f"{words.count(words.pages_n, 3)}, {words.count(words.passages_n, 2)}" in said
    assert '<a href="https://example.org/report" rel="noopener noreferrer">' in html
    assert f'<a href="/view/1?p=2&amp;lang={words.language}">2–3</a>' in html
    assert str(site.folder) not in html.replace(str(site.report), ""), "paths are shown within the corpus"
    assert 'name="document" value="1"' in html and f'action="/{words.language}/"' in html, "ask within this document"
    assert '<a class="k-button" href="/source/1">' in html and f'href="/view/1?v={site.library.infos[1].sha256[:12]}' in html


def test_headings_stand_within_each_other_and_lead_to_their_words(site: Site) -> None:
    html = document_outline.outline(site.library.infos[1], outline_of(), EN)
    shape = re.sub(r"<a .*?<bdi>(.*?)</bdi>.*?</a>|<div[^>]*>|</div>", r"\1", html)
    assert shape == (
        "<ul><li>Summary</li><li>1 Warning<ul><li>1.1 Words<ul><li>Who speaks</li></ul></li></ul></li><li>2 After</li></ul>"
    )
    assert "/view/1?start=21&amp;end=26&amp;p=2&amp;" in html and "p. 15" in html


@pytest.mark.parametrize("levels", [(3, 1, 2), (2, 2, 1, 3, 2), (5,), (1, 6, 2, 6, 1), (2, 1, 1), (1, 3, 2)])
def test_headings_of_any_levels_make_whole_lists(site: Site, levels: tuple[int, ...]) -> None:
    items = [replace(outline_of()[0], level=level) for level in levels]
    html = document_outline.outline(site.library.infos[1], items, EN)
    depth = 0
    for tag in re.findall(r"</?(?:ul|li)>", html):
        depth += -1 if tag.startswith("</") else 1
        assert depth > 0 or tag == "</ul>"
    assert depth == 0 and html.count("<li>") == len(levels)


@pytest.mark.parametrize(
    ("said", "number", "rest"),
    [
        ("Recommendation 4. Name one owner.", "4", "Name one owner."),
        ("Rekommendation 12: Öva.", "12", "Öva."),
        ("RECOMMENDATION 3.2 – Do it", "3.2", "Do it"),
        ("Recommendation iv) Do it", "iv", "Do it"),
        ("Recommendation Agree on words", "", "Recommendation Agree on words"),
        ("We recommend 4 things", "", "We recommend 4 things"),
    ],
)
def test_recommendations_are_numbered_as_they_are_printed(said: str, number: str, rest: str) -> None:
    assert document_outline.printed(said) == (number, rest)


@BOTH
def test_recommendations_can_be_copied_with_their_reference_and_kept(site: Site, words: Words) -> None:
    html = site.get(f"/{words.language}/library/1").text
    found = re.search(r'<ul class="d-recs">.*?</ul>', html, re.DOTALL)
    assert found is not None
    said = unescape(found[0])
    left, right = {"en": "“”", "sv": "””"}[words.language]
    assert f'data-copy="{left}Recommendation 7. Say it once, in two languages.{right} (Warning the public, Manchester, ' in said
    assert "TLP:GREEN" in said and 'data-keep="1"' in said and ">7</span>" in said and "Say it once" in plain(found[0])


def test_passages_are_shown_fifty_at_a_time(site: Site) -> None:
    site.library.many = 120
    first, last = site.get("/en/library/1").text, site.get("/en/library/1?part=3").text
    assert first.count('<section class="k-passage"') == 50 and last.count('<section class="k-passage"') == 20
    assert 'id="passage-1"' in first and 'id="passage-101"' in last
    assert "1–50 of 120" in plain(first) and "101–120 of 120" in plain(last)
    assert 'href="/en/library/1?part=2#passages"' in first and "Earlier passages" in last and "Later passages" not in last
    assert "101–120 of 120" in plain(site.get("/en/library/1?part=9999").text)
    for part in ("0", "-1", "x", "²", "9" * 400, ""):
        assert "1–50 of 120" in plain(site.get(f"/en/library/1?part={part}").text)


def test_the_steps_between_many_parts_leave_out_those_in_between(site: Site) -> None:
    hit = site.library.found(1, 1)
    html = document_passages.render(site.library.infos[1], [hit] * 1000, 10, EN)
    nav = re.search(r'<nav class="d-steps".*?</nav>', html)
    assert nav is not None
    assert plain(nav[0]) == "‹ Earlier passages 1 … 8 9 10 11 12 … 20 Later passages ›"


def test_a_passage_leads_on_and_can_be_copied_and_kept(site: Site) -> None:
    html = unescape(site.get("/sv/library/1").text)
    assert "/similar/1?lang=sv" in html and "/context/1?lang=sv" in html and 'data-keep="1"' in html
    assert "s. 14–16 (PDF-sida 1–3)" in html and "4 Warning › 4.2 Inside" in html
    assert 'aria-label="Kopiera citatet, textställe 1"' in html


def test_similar_documents_are_those_the_reader_may_see(site: Site) -> None:
    assert "Secret exercise" in site.get("/en/library/1").text
    site.who = READER
    html = site.get("/en/library/1").text
    assert "Secret" not in html and 'href="/en/library/2"' in html


def test_an_empty_document_says_what_is_not_there(site: Site) -> None:
    site.library.many = 0
    site.library.infos = {2: site.library.infos[2]}
    said = plain(site.get("/en/library/2").text)
    for expected in (EN.no_outline, EN.no_recommendations, EN.no_similar_documents, EN.no_passages):
        assert expected in said


@BOTH
def test_hostile_titles_and_texts_are_only_text(site: Site, words: Words) -> None:
    hostile = f'{HOSTILE_TITLE} {RTL} {"w" * 400} <b onclick="x">'
    site.library.infos[1] = replace(
        site.library.infos[1], title=hostile, organisation=hostile, city=(hostile,), theme=(hostile,), edition=hostile,
        source="javascript:alert(1)", kind=hostile, date=hostile, handling="TLP:<script>",
    )  # fmt: skip
    site.library.items = {1: tuple(replace(item, text=hostile) for item in outline_of("x", "y"))}
    pages = [site.get(f"/{words.language}/library/1{rest}").text for rest in ("", "/edit", "/replace", "/remove")]
    pages.append(site.get(f"/{words.language}/library/2").text)
    for html in pages:
        for part in ("${", "<script>", "<img", "<b o"):
            assert part not in html
        assert not re.search(r"<[^>]*\s(?:style|on\w+)=", re.sub(r'"[^"]*"', '""', html))
        assert hostile.split()[0] in unescape(html)
    assert '"javascript:' not in pages[0]
    assert re.search(r"<h1[^>]*dir=\"auto\"", pages[0]) and re.search(r"<h1[^>]*>[^<]*<bdi>", pages[3])


def test_what_is_not_there_is_not_found_in_any_form(site: Site) -> None:
    for number in ("99", "x", "-1", "1.5", "²", "9" * 30):
        for rest in ("", "/edit", "/replace", "/remove"):
            answer = site.get(f"/en/library/{number}{rest}")
            assert answer.status_code == 404 and EN.not_found in answer.text, (number, rest)
    assert site.get("/en/library/99/state/1").headers["x-done"] == "yes"
    assert site.post("/en/library/99/edit", {"title": "x"}).status_code == 404


def test_a_secret_document_does_not_exist_for_others(site: Site) -> None:
    site.who = replace(READER, role=Role.EDITOR)
    missing = site.get("/en/library/99").text
    for rest in ("", "/edit", "/remove"):
        answer = site.get(f"/en/library/3{rest}")
        assert answer.status_code == 404 and "Secret" not in answer.text
    assert site.get("/en/library/3").text.replace("library/3", "library/99") == missing
    assert site.post("/en/library/3/remove").status_code == 404 and site.library.paths[3].exists()


@BOTH
def test_readers_see_no_way_to_change_and_have_none(site: Site, words: Words) -> None:
    site.who = READER
    html = site.get(f"/{words.language}/library/1").text
    assert not re.search(r"/(?:edit|replace|remove)\"", html) and words.edit_metadata not in plain(html)
    files = {"file": ("new.pdf", b"%PDF new")}
    answers = [site.get(f"/{words.language}/library/1/{rest}") for rest in ("edit", "replace", "remove")]
    answers += [site.post(f"/{words.language}/library/1/{rest}", {"title": "x"}) for rest in ("edit", "remove", "again")]
    answers.append(site.post(f"/{words.language}/library/1/replace", {}, files=files))
    answers += [site.get(f"/{words.language}/library/{rest}") for rest in ("removed/1", "back/1")]
    answers += [site.post(f"/{words.language}/library/removed/1/{rest}") for rest in ("back", "again")]
    assert {answer.status_code for answer in answers} == {403}
    assert all(words.may_not_change in plain(answer.text) for answer in answers)
    assert site.told() == [] and site.report.exists() and removed_notice(site.house, READER, words) == ""
    assert not (site.folder / "corpus" / "catalogue.csv").exists()


def test_runs_of_numbers_are_joined() -> None:
    assert document_page.runs((3, 7, 8, 9, 12)) == [(3, 3), (7, 9), (12, 12)]
    assert document_page.runs(()) == []


def test_an_original_that_is_gone_is_not_offered(site: Site) -> None:
    site.report.unlink()
    html = site.get("/en/library/1").text
    assert "/source/1" not in html and EN.source_missing in html and EN.file_missing in html


# -- editing


def form(site: Site, number: int = 1) -> dict[str, str]:
    """What the browser would send of the form as it stands."""
    html = site.get(f"/en/library/{number}/edit").text
    fields = {unescape(name): unescape(value) for name, value in re.findall(r'<input[^>]* name="([^"]+)" value="([^"]*)"', html)}
    for name, options in re.findall(r'<select[^>]* name="([^"]+)"[^>]*>(.*?)</select>', html):
        chosen = re.search(r'<option value="([^"]*)" selected>', options)
        assert chosen is not None
        fields[name] = unescape(chosen[1])
    return fields


@BOTH
def test_the_form_holds_what_is_in_force_and_suggests_what_the_library_has(site: Site, words: Words) -> None:
    html = site.get(f"/{words.language}/library/1/edit").text
    fields = form(site)
    assert fields == {**fields, "title": "Warning the public", "city": "Manchester", "date": "2020-06", "language": "en"}
    assert fields["handling"] == "TLP:GREEN" and fields["attribution"] == "yes" and fields["was-theme"] == "public warning"
    for name in document_fields.NAMES:
        assert f'for="f-{name}"' in html and f'id="f-{name}"' in html and f'aria-describedby="h-{name}"' in html
    assert re.search(r'<datalist id="l-city"><option value="Manchester">', html)
    assert 'value="exercise report"' in html and 'value="policy brief"' in html
    assert re.findall(r'<option value="(?:TLP|OFF)[^"]*"', html) == [f'<option value="{mark}"' for mark in document_fields.MARKS]
    assert "catalogue.csv" in plain(html)


def test_only_what_was_changed_is_written_and_the_file_is_read(site: Site) -> None:
    answer = site.post("/en/library/1/edit", {**form(site), "title": " A  new title ", "city": "London; Paris"})
    assert (answer.status_code, answer.headers["location"]) == (303, "/en/library/1?reading=1")
    assert site.known() == {"title": "A new title", "city": ("London", "Paris")}
    assert site.told() == [[str(site.report)]]
    page = site.get("/en/library/1?reading=1").text
    assert EN.in_force in page and "catalogue.csv" in page and "data-live" not in page
    state = site.get("/sv/library/1/state/1")
    assert state.headers["x-done"] == "yes" and SV.in_force in state.text


def test_nothing_changed_does_nothing(site: Site) -> None:
    answer = site.post("/sv/library/1/edit", form(site))
    assert answer.headers["location"] == "/sv/library/1" and site.told() == []
    assert not (site.folder / "corpus" / "catalogue.csv").exists()


def test_two_who_edit_at_once_do_not_undo_each_other(site: Site) -> None:
    early = form(site)
    site.post("/en/library/1/edit", {**form(site), "title": "One"})
    site.library.infos[1] = replace(site.library.infos[1], title="One")
    site.post("/en/library/1/edit", {**early, "edition": "2"})
    assert site.known() == {"title": "One", "edition": "2"}


@BOTH
def test_what_is_wrong_stands_at_its_field_and_nothing_typed_is_lost(site: Site, words: Words) -> None:
    sent = {
        **form(site),
        "title": "=cmd|' /C calc'!A0",
        "date": "soon",
        "language": "klingon",
        "edition": "2 <b>",
        "theme": "x;y",
    }
    answer = site.post(f"/{words.language}/library/1/edit", sent)
    assert answer.status_code == 400 and site.told() == []
    assert not (site.folder / "corpus" / "catalogue.csv").exists()
    html = answer.text
    for name, fault in (("title", words.bad_formula), ("date", words.bad_date), ("language", words.bad_language)):
        assert (
            f'id="e-{name}">{fault.replace("’", "&#x27;")}' in html and f'aria-invalid="true" aria-describedby="e-{name}' in html
        )
    again = {name: unescape(value) for name, value in re.findall(r'<input[^>]* name="([^"]+)" value="([^"]*)"', html)}
    assert again == {name: value for name, value in sent.items() if name not in ("handling", "attribution")}
    assert words.not_saved_title in html and '<a href="#f-date">' in html


@pytest.mark.parametrize(
    ("field", "value", "fault"),
    [
        ("handling", "TLP:PURPLE", EN.bad_handling),
        ("attribution", "perhaps", EN.bad_attribution),
        ("source", "x" * 2001, EN.bad_long.format(n="2,000")),
    ],
)
def test_what_the_form_does_not_offer_is_refused(site: Site, field: str, value: str, fault: str) -> None:
    answer = site.post("/en/library/1/edit", {**form(site), field: value})
    assert answer.status_code == 400 and fault in answer.text and site.told() == []


def test_line_breaks_become_spaces_and_unknown_fields_are_passed_over(site: Site) -> None:
    sent = {**form(site), "title": "A\r\ntitle\x00;with", "shelf": "A1", "file": "other.pdf"}
    assert site.post("/en/library/1/edit", sent).status_code == 303
    assert site.known() == {"title": "A title ;with"}


def test_a_catalogue_that_cannot_be_written_is_said_and_nothing_is_read(site: Site) -> None:
    (site.folder / "corpus" / "catalogue.csv").write_text('file,title\n"broken\n')
    answer = site.post("/en/library/1/edit", {**form(site), "title": "New"})
    assert answer.status_code == 400 and "Mend it in a spreadsheet" in answer.text and 'value="New"' in answer.text
    assert site.told() == []


def test_every_file_of_a_document_is_described(site: Site) -> None:
    copy = site.folder / "elsewhere" / "copy.pdf"
    copy.parent.mkdir()
    copy.write_bytes(site.report.read_bytes())
    gone = site.folder / "corpus" / "gone.pdf"
    site.library.infos[1] = replace(site.library.infos[1], paths=(str(site.report), str(copy), str(gone)))
    html = site.get("/en/library/1/edit").text
    assert f"catalogue.csv and {copy.parent / 'catalogue.csv'}" in plain(html)
    site.post("/en/library/1/edit", {**form(site), "edition": "3"})
    assert site.known() == {"edition": "3"}
    row = catalogue.load(copy.parent / "catalogue.csv").row_for("copy.pdf")
    assert row is not None and row.edition == "3"
    assert site.told() == [[str(site.report), str(copy)]]


@BOTH
def test_one_of_many_in_a_bulk_file_is_not_changed_here(site: Site, words: Words) -> None:
    site.library.infos[1] = replace(site.library.infos[1], format="record")
    for rest, title in (
        ("edit", words.cannot_edit), ("replace", words.cannot_replace), ("remove", words.cannot_remove),
    ):  # fmt: skip
        answers = [
            site.get(f"/{words.language}/library/1/{rest}"),
            site.post(f"/{words.language}/library/1/{rest}", {"title": "x"}),
        ]
        assert {answer.status_code for answer in answers} == {409}
        assert all(title in plain(answer.text) and "warning.pdf" in answer.text for answer in answers)
    assert site.report.exists() and site.told() == []


def test_a_file_that_is_gone_cannot_be_described(site: Site) -> None:
    site.report.unlink()
    assert EN.no_file in site.get("/en/library/1/edit").text
    assert site.post("/en/library/1/edit", {"title": "x", "was-title": "y"}).status_code == 409


@BOTH
def test_an_edit_that_is_not_in_force_can_be_tried_again(site: Site, words: Words) -> None:
    site.plan(stopped="This library is being written by a rebuild. Wait until it has finished, then try again.")
    answer = site.post(f"/{words.language}/library/1/edit", {**form(site), "title": "New"})
    html = fragment(site, answer).text
    assert words.not_in_force in plain(html) and f'action="/{words.language}/library/1/again"' in html
    site.plan()
    again = site.post(f"/{words.language}/library/1/again")
    assert words.in_force in fragment(site, again).text


def test_an_edit_whose_file_could_not_be_read_says_so(site: Site) -> None:
    site.plan("failed", reason="the file is encrypted")
    html = fragment(site, site.post("/en/library/1/edit", {**form(site), "title": "New"})).text
    assert EN.not_in_force in html and "The file is encrypted." in plain(html)


def test_a_change_is_followed_while_it_is_brought_into_force(site: Site) -> None:
    (site.folder / "ingest.py").write_text("import time; time.sleep(30)")
    site.post("/en/library/1/edit", {**form(site), "title": "New"})
    html = site.get("/en/library/1?reading=1").text
    assert 'data-live="/en/library/1/state/1"' in html and EN.taking_effect in html
    state = site.get("/en/library/1/state/1")
    assert state.headers["x-done"] == "no" and "<progress" in state.text
    site.house.jobs.stop()


@pytest.mark.parametrize("number", ["99", "x", "-1", "9" * 50, ""])
def test_a_reading_that_is_not_known_is_passed_over(site: Site, number: str) -> None:
    html = site.get(f"/en/library/1?reading={number}")
    assert html.status_code == 200 and 'id="state"' not in html.text
    assert site.get("/en/library/1/state/x").headers["x-done"] == "yes"


def test_marks_are_shown_as_the_form_spells_them() -> None:
    assert document_fields.mark_of("tlp amber+strict") == "TLP:AMBER+STRICT"
    assert document_fields.mark_of("Official: Sensitive") == "OFFICIAL-SENSITIVE"
    assert document_fields.mark_of("official") == "OFFICIAL"
    assert document_fields.mark_of("Confidential") == "Confidential"


def test_a_mark_that_is_not_known_stays_until_somebody_chooses_another(site: Site) -> None:
    site.library.infos[1] = replace(site.library.infos[1], handling="Confidential")
    site.who = replace(local_owner(), clearance=Handling.RED)
    assert form(site)["handling"] == "Confidential"
    site.post("/en/library/1/edit", {**form(site), "handling": "OFFICIAL-SENSITIVE"})
    assert site.known() == {"handling": "OFFICIAL-SENSITIVE"}


def test_faults_that_name_no_field_are_kept_whole() -> None:
    assert document_fields.read_faults("/a/catalogue.csv: row 3: bad\ndate: “x” is not a date", EN) == Faults(
        fields={"date": EN.bad_date}, others=("/a/catalogue.csv: row 3: bad",)
    )


# -- removing and bringing back


def removed_id(answer: Any) -> int:
    found = re.search(r"/library/removed/(\d+)\?reading=\d+$", answer.headers["location"])
    assert answer.status_code == 303 and found is not None, answer.text
    return int(found[1])


@BOTH
def test_a_document_is_removed_after_it_was_asked_and_can_be_brought_back(site: Site, words: Words) -> None:
    content, room = site.report.read_bytes(), f"/{words.language}/library"
    asked = plain(site.get(f"{room}/1/remove").text)
    assert words.remove_until in asked and "warning.pdf" in asked and site.report.exists()
    answer = site.post(f"{room}/1/remove")
    number = removed_id(answer)
    assert not site.report.exists() and site.told() == [[str(site.report.parent)]], "the folder: the file is no longer in it"
    gone = site.library.infos.pop(1)
    html = site.get(answer.headers["location"]).text
    assert words.removed_gone in html and "Warning the public" in html and "data-live" not in html
    notice = removed_notice(site.house, OWNER, words)
    assert f'action="{room}/removed/{number}/back"' in notice and "Warning the public" in plain(notice)
    missing = site.get(f"{room}/1")
    assert missing.status_code == 404 and notice in missing.text

    back = site.post(f"{room}/removed/{number}/back")
    assert back.status_code == 303 and site.report.read_bytes() == content and site.told()[-1] == [str(site.report)]
    site.library.put(replace(gone, document_id=7))
    html = site.get(back.headers["location"]).text
    assert words.back_now in html and f'href="{room}/7"' in html and "warning" not in back.headers["location"]
    assert removed_notice(site.house, OWNER, words) == ""
    assert site.post(f"{room}/removed/{number}/back").status_code == 404


def test_a_removal_is_followed_and_may_be_brought_into_step_again(site: Site) -> None:
    site.plan(stopped="This library is being written by a rebuild.")
    answer = site.post("/en/library/1/remove")
    html = fragment(site, answer).text
    assert EN.still_listed in html
    number = removed_id(answer)
    assert f'action="/en/library/removed/{number}/again"' in html
    assert EN.not_read_yet in site.get(f"/en/library/removed/{number}").text, "whoever comes later is told as well"
    site.plan("removed")
    again = site.post(f"/en/library/removed/{number}/again")
    site.library.infos.pop(1)
    assert EN.removed_gone in fragment(site, again).text
    state = site.get(f"/en/library/removed/{number}/state/2")
    assert state.headers["x-done"] == "yes" and EN.removed_gone in state.text


def test_only_what_lies_in_the_corpus_folder_is_removed_here(site: Site) -> None:
    outside = site.folder / "outside.pdf"
    outside.write_bytes(b"x")
    site.library.infos[1] = replace(site.library.infos[1], paths=(str(site.report), str(outside)))
    for rest in ("remove", "replace"):
        for answer in (site.get(f"/en/library/1/{rest}"), site.post(f"/en/library/1/{rest}")):
            assert answer.status_code == 409 and str(outside) in answer.text
    assert outside.exists() and site.report.exists() and site.told() == []
    assert EN.lies_outside in site.get("/en/library/1").text


@pytest.mark.parametrize("path", ["corpus/../outside.pdf", "corpus/link/outside.pdf", "corpus", "corpus/.."])
def test_a_path_that_leaves_the_corpus_by_a_detour_lies_outside(site: Site, path: str) -> None:
    (site.folder / "corpus" / "link").symlink_to(site.folder)
    assert document_room.within(site.folder / path, site.folder / "corpus") is None


def test_a_file_in_the_place_is_not_written_over(site: Site) -> None:
    number = removed_id(site.post("/en/library/1/remove"))
    site.report.write_bytes(b"another")
    answer = site.post(f"/en/library/removed/{number}/back")
    assert answer.status_code == 409 and EN.place_taken in answer.text and "warning.pdf" in answer.text
    assert site.report.read_bytes() == b"another" and len(site.house.desk.removed(OWNER)) == 1


def test_a_desk_that_is_broken_loses_nothing(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: Any) -> None:
        raise StoreError("desk.sqlite is damaged.")

    monkeypatch.setattr(Desk, "take_out", broken)
    answer = site.post("/en/library/1/remove")
    assert answer.status_code == 503 and "desk.sqlite is damaged. Nothing was lost." in plain(answer.text)
    assert site.report.exists() and site.told() == []
    assert isinstance(StoreError(""), LibraryError)


def test_a_file_that_cannot_be_moved_is_said(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: Any) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr("ui.moving.move", refuse)
    answer = site.post("/sv/library/1/remove")
    assert answer.status_code == 409 and SV.nothing_removed in answer.text and "Permission denied" in answer.text
    assert site.report.exists() and site.told() == []


@pytest.mark.parametrize("number", ["0", "99", "x", "-1", "9" * 30])
def test_a_removal_that_is_not_known_is_not_found(site: Site, number: str) -> None:
    assert site.get(f"/en/library/removed/{number}").status_code == 404
    assert site.post(f"/en/library/removed/{number}/back").status_code == 404
    assert site.get(f"/en/library/removed/{number}/state/1").headers["x-done"] == "yes"
    assert site.get(f"/en/library/removed/{number}/back").headers["location"].startswith("/en/library/removed/")
    assert site.get(f"/en/library/back/{number}?file=<script>").status_code == 200


def test_many_removals_fold_away_and_titles_keep_their_direction(site: Site) -> None:
    for number in range(5):
        path = site.folder / "corpus" / f"{number}.md"
        path.write_text("x")
        site.library.infos[1] = replace(site.library.infos[1], title=f"{RTL} <b>{number}", paths=(str(path),))
        removed_id(site.post("/en/library/1/remove"))
    notice = removed_notice(site.house, OWNER, EN)
    assert notice.count("<form") == 5 and "<b>" not in notice and "Removed earlier (2)" in notice
    assert f"<bdi>{RTL} &lt;b&gt;4</bdi>" in notice and notice.index("&gt;4") < notice.index("<details>") < notice.index("&gt;0")


# -- a new edition


def send(site: Site, content: bytes, name: str, words: Words = EN, **typed: str) -> Any:
    address = f"/{words.language}/library/1/replace"
    return site.post(
        address, {"edition": "2", "date": "2024-05", "handling": "TLP:AMBER", **typed}, files={"file": (name, content)}
    )


@BOTH
def test_a_new_edition_takes_the_place_of_the_old_and_the_old_can_return(site: Site, words: Words) -> None:
    old = site.report.read_bytes()
    describe(site.report, {"title": "Warning the public", "source": "https://example.org", "edition": "1", "date": "2020-06"})
    site.library.infos[1] = replace(site.library.infos[1], edition="1", source="https://example.org")
    assert "warning.pdf" in plain(site.get(f"/{words.language}/library/1/replace").text)
    answer = send(site, b"%PDF- the new one", "Any name.PDF", words)
    number = removed_id(answer)
    assert site.report.read_bytes() == b"%PDF- the new one" and site.told() == [[str(site.report)]]
    assert site.known() == {
        "title": "Warning the public", "kind": "report", "city": ("Manchester",), "theme": ("public warning",), "date": "2024-05",
        "edition": "2", "supersedes": "1", "handling": "TLP:AMBER", "source": "https://example.org",
    }  # fmt: skip
    old_info = site.library.infos.pop(1)
    digest = document_room.removals.digest(site.report)
    site.library.put(replace(old_info, document_id=8, sha256=digest, edition="2"))
    html = site.get(answer.headers["location"]).text
    assert words.edition_in_use in html and f'href="/{words.language}/library/8"' in html
    page = site.get(f"/{words.language}/library/8").text
    assert f'action="/{words.language}/library/removed/{number}/back"' in page, "the page of the new one offers the old one"

    back = site.post(f"/{words.language}/library/removed/{number}/back")
    assert back.status_code == 303 and site.report.read_bytes() == old
    assert (site.known()["edition"], site.known()["date"], site.known()["handling"]) == ("1", "2020-06", "TLP:GREEN")
    assert "supersedes" not in site.known()


def test_an_edition_of_another_kind_lies_beside_and_is_described(site: Site) -> None:
    (site.folder / "corpus" / "New one.docx").write_bytes(b"somebody else's")
    describe(site.report, {"title": "Warning the public"})
    number = removed_id(send(site, b"the new one", "../../New one.docx", edition="", date=""))
    target = site.folder / "corpus" / "New one (2).docx"
    assert target.read_bytes() == b"the new one" and not site.report.exists()
    assert site.told() == [[str(target), str(site.report.parent)]]
    known = site.known("New one (2).docx")
    assert known["title"] == "Warning the public" and known["supersedes"] == "Warning the public" and "edition" not in known
    site.post(f"/en/library/removed/{number}/back")
    assert site.report.exists() and not target.exists() and site.told()[-1] == [str(site.report), str(target.parent)]


def test_an_edition_that_cannot_be_read_says_so_and_offers_the_old_one(site: Site) -> None:
    site.plan("failed", reason="the file is damaged")
    answer = send(site, b"not a PDF", "new.pdf")
    site.library.infos.pop(1)
    site.library.file_rows = [
        FileInfo(
            path=str(site.report), outcome="failed", reason="the file is damaged", pages=0, pages_without_text=0, passages=0,
            seconds=0.1, when="2026-11-22T10:00:00+00:00",
        )
    ]  # fmt: skip
    html = fragment(site, answer).text
    assert EN.edition_unread in html and "The file is damaged." in plain(html) and EN.bring_back_old in html


@pytest.mark.parametrize(
    ("content", "name", "typed", "fault"),
    [
        (b"new", "new.pdf", {"date": "soon"}, EN.bad_date),
        (b"new", "new.pdf", {"edition": "=1"}, EN.bad_formula),
        (b"new", "new.pdf", {"handling": "SECRET"}, EN.bad_handling),
        (b"", "new.pdf", {}, EN.empty_file),
        (b"{}", "new.jsonl", {}, EN.bulk_instead),
        (b"x", ".hidden", {}, EN.bad_name),
        (b"x", "catalogue.csv", {}, EN.bad_name),
        (b"x", "new.docx.tmp", {}, EN.bad_name),
        (b"", "", {}, EN.choose_a_file),
    ],
)
def test_an_edition_that_is_refused_changes_nothing(
    site: Site, content: bytes, name: str, typed: dict[str, str], fault: str
) -> None:
    old = site.report.read_bytes()
    answer = send(site, content, name, **typed)
    assert answer.status_code == 400 and fault in unescape(answer.text)
    assert site.report.read_bytes() == old and site.told() == [] and site.house.desk.removed(OWNER) == []
    assert sorted(path.name for path in site.report.parent.iterdir()) == ["note.md", "secret.md", "warning.pdf"]
    assert f'value="{typed.get("edition", "2")}"' in answer.text, "what was typed is still there"


def test_the_same_file_is_no_new_edition(site: Site) -> None:
    answer = send(site, site.report.read_bytes(), "again.pdf")
    assert answer.status_code == 400 and EN.same_file in answer.text


def test_an_edition_that_cannot_be_put_in_leaves_file_and_catalogue(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: Any) -> None:
        raise OSError(28, "No space left on device")

    old = site.report.read_bytes()
    describe(site.report, {"edition": "1"})
    site.library.infos[1] = replace(site.library.infos[1], edition="1")
    monkeypatch.setattr("ui.moving.bring", full)
    answer = send(site, b"new", "new.pdf")
    assert answer.status_code == 409 and "No space left on device" in answer.text and EN.not_replaced in answer.text
    assert site.report.read_bytes() == old and site.known()["edition"] == "1" and site.told() == []
    assert [path.name for path in site.report.parent.iterdir() if path.name.startswith(".")] == []


def test_a_document_that_may_not_be_attributed_stays_so_in_its_next_edition(site: Site) -> None:
    note = site.library.paths[2]
    site.post(
        "/en/library/2/replace", {"edition": "2", "date": "", "handling": "TLP:CLEAR"}, files={"file": ("n.md", b"# A new note")}
    )
    assert note.read_bytes() == b"# A new note" and site.known("note.md")["attribution"] == "no"


def test_a_form_that_is_none_is_asked_for_again(site: Site) -> None:
    for headers in ({"content-type": "multipart/form-data"}, {"content-type": "multipart/form-data; boundary=x"}, {}):
        answer = site.client.post("/en/library/1/replace", content=b"rubbish", headers=headers)
        assert answer.status_code == 400 and EN.choose_a_file in answer.text
    assert site.client.post("/en/library/1/edit", content=b"\xff\xfe%%%", follow_redirects=False).status_code == 303


def test_too_much_is_not_taken_in_and_said(site: Site) -> None:
    headers = {"content-type": "multipart/form-data; boundary=x", "content-length": "600000000"}
    answer = site.client.post("/en/library/1/replace", content=b"--x--", headers=headers)
    assert answer.status_code == 400 and "It is larger than 500 MB." in answer.text
    assert site.report.exists() and site.told() == []
