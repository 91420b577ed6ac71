"""The Index room: what it says, whom it lets do what, and how long work is followed, stopped and told."""

import html as markup
import itertools
import re
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest
from fastapi import FastAPI
from starlette.testclient import TestClient

from index import own_runs, store
from index.access import Handling, Principal, Role
from index.desk import Desk
from index.errors import StoreError
from index.own_questions import Asked
from index.questionset import Change, Measured, Miss, QuestionSet
from index.result import Mode, Status
from index.verify import verify
from tests.fake_library import OWNER, READER, FakeLibrary
from tests.fakes import Shelf
from ui import index_routes, indexwork, runs
from ui.house import House
from ui.images import PageImages
from ui.indexing import work_of
from ui.indexwork import Work, left
from ui.jobs import Job, Jobs
from ui.words import LANGUAGES, Words

EN, SV = Words("en"), Words("sv")
BOTH = pytest.mark.parametrize("words", [EN, SV], ids=LANGUAGES)
EDITOR = Principal(name="editor", role=Role.EDITOR, clearance=Handling.GREEN)
HOSTILE = "<script>alert(1)</script> ${alert(2)} {{x}} \u202egnp " + "verylong" * 60
ROOT = Path(__file__).resolve().parent.parent


class Shelves(FakeLibrary):
    """The library in memory, with a state that can be set."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self.known: dict[str, Any] = {}

    def status(self, principal: Principal | None = None) -> Status:
        return replace(super().status(principal), **self.known)


def house_of(folder: Path, script: str = "", sets: Callable[[Principal], list[QuestionSet]] = lambda _: []) -> House:
    return House(
        library=Shelves(folder / "corpus"), desk=Desk(folder / "data"), jobs=Jobs(folder / "data", program(folder, script)),
        images=PageImages(folder / "pages", lambda path, page, width: b""), describe=lambda path, fields: None,
        corpus=folder / "corpus", data=folder / "data", who=lambda headers: PEOPLE[headers.get("x-who", "owner")], runs=sets,
    )  # fmt: skip


PEOPLE = {"owner": OWNER, "reader": READER, "editor": EDITOR}


def program(folder: Path, script: str) -> tuple[str, str]:
    path = folder / "program.py"
    path.write_text("import json, os, signal, sys, time\nsay = lambda **what: print(json.dumps(what), flush=True)\n" + script)
    return (sys.executable, str(path))


@dataclass
class Site:
    client: TestClient
    house: House

    def get(self, address: str, who: str = "owner") -> Any:
        return self.client.get(address, headers={"x-who": who}, follow_redirects=False)

    def post(self, address: str, who: str = "owner", **options: Any) -> Any:
        return self.client.post(address, headers={"x-who": who}, follow_redirects=False, **options)

    def ended(self, part: str, who: str = "owner") -> str:
        """The fragment of a piece of work once it has ended."""
        deadline = time.monotonic() + 20
        while True:
            answer = self.get(f"/en/index/{part}", who)
            if answer.headers["x-done"] == "yes":
                return str(answer.text)
            assert time.monotonic() < deadline
            time.sleep(0.02)


def site_of(house: House) -> Site:
    app = FastAPI()
    for language in LANGUAGES:
        app.include_router(index_routes.make(house, Words(language)), prefix=f"/{language}")
    return Site(TestClient(app), house)


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    house = house_of(tmp_path, "time.sleep(30)")
    yield site_of(house)
    house.jobs.stop()


def plain(html: str) -> str:
    return " ".join(markup.unescape(re.sub(r"<[^>]+>", " ", html)).split())


def tags(html: str) -> set[str]:
    return set(re.findall(r"<([a-z0-9]+)", html))


# -- what is served


@BOTH
def test_the_room_says_what_is_served_in_the_language_of_the_page(site: Site, words: Words) -> None:
    answer = site.get(f"/{words.language}/index")
    said = plain(answer.text)
    assert answer.status_code == 200 and words.index_lead.partition("{")[0] in said
    for name in (words.model, words.library_languages, words.unread_pages, words.failed_files, words.size, words.in_delta):
        assert name in said
    assert answer.text.count("<h1") == 1 and "style=" not in answer.text


def test_another_language_leads_to_the_same_view(site: Site) -> None:
    assert 'href="/sv/index?all=yes"' in site.get("/en/index?all=yes").text


def test_the_advice_for_languages_leads_editors_to_the_model(site: Site) -> None:
    link = "/en/index?model=intfloat%2Fmultilingual-e5-small#model"
    assert link in site.get("/en/index").text
    assert link not in site.get("/en/index", "reader").text and "index rebuild --model" in site.get("/en/index", "reader").text
    chosen = site.get("/en/index?model=intfloat%2Fmultilingual-e5-small").text
    assert '<details class="i-more" id="model" open>' in chosen and 'value="intfloat/multilingual-e5-small"' in chosen


def test_who_is_writing_is_said_in_swedish(site: Site) -> None:
    site.house.library.known["writer"] = "an ingest (process 4711, since 14:02)"  # type: ignore[attr-defined]
    said = plain(site.get("/sv/index").text)
    assert "Skriver nu en inläsning (process 4711, sedan 14:02)" in said
    assert "En ombyggnad kan börja när det är klart." in said


def test_an_empty_library_leads_to_where_reports_are_added(site: Site) -> None:
    site.house.library.known["ready"] = False  # type: ignore[attr-defined]
    html = site.get("/en/index").text
    assert "No index yet" in html and 'href="/en/library"' in html
    assert EN.rebuild not in html and EN.check_button not in html


def test_a_library_that_cannot_be_opened_can_still_be_rebuilt(site: Site) -> None:
    site.house.library.broken = StoreError(  # type: ignore[attr-defined]
        "/d/kalla.sqlite is damaged. Restore a backup, or move it away and run `python -m ingest`."
    )
    html = site.get("/sv/index").text
    assert "kalla.sqlite är skadad" in html and SV.rebuild in html


def test_who_may_not_see_all_is_told_only_of_what_they_may_see(site: Site) -> None:
    said = plain(site.get("/en/index", "reader").text)
    assert "2 documents and 4 passages can be searched" in said
    assert EN.size not in said and EN.in_delta not in said and "1,204" not in said
    assert EN.sets_title not in said


# -- who may do what


@pytest.mark.parametrize(
    "address",
    [
        "rebuild", "check", "forget", "questions", "questions/again", "rebuild/stop", "check/stop", "questions/stop",
    ],
)  # fmt: skip
def test_readers_change_nothing_and_are_told_so(site: Site, address: str) -> None:
    site.house.desk.note_unanswered(READER, "Who?")
    answer = site.post(f"/en/index/{address}", "reader")
    assert answer.status_code == 403 and EN.not_editor in answer.text
    assert site.house.jobs.latest("rebuild") is site.house.jobs.latest("verify") is site.house.jobs.latest("eval") is None
    assert len(site.house.desk.unanswered(READER)) == 1


@BOTH
def test_readers_see_no_button(site: Site, words: Words) -> None:
    site.house.desk.note_unanswered(READER, "Who?")
    html = site.get(f"/{words.language}/index", "reader").text
    assert "<form" not in html and "<button" not in html and "Who?" in html


def test_no_button_of_a_rebuild_that_others_started_is_shown_to_readers(site: Site) -> None:
    site.post("/en/index/rebuild")
    html = site.get("/en/index", "reader").text
    assert 'data-live="/en/index/rebuild"' in html and "<form" not in html


def test_unknown_parts_and_odd_parameters_are_no_failure(site: Site) -> None:
    assert site.get("/en/index/nothing").status_code == 404
    assert site.post("/en/index/nothing/stop").status_code == 404
    assert site.get("/en/index?all=%00&model=" + "x" * 5000).status_code == 200
    assert site.post("/en/index/rebuild/stop").status_code == 303  # nothing runs


# -- the rebuild

REBUILD = """
assert sys.argv[1:4] == ["-m", "index", "rebuild"]
say(progress=dict(phase="embedding", done=0, total=17))
time.sleep(0.3)
say(progress=dict(phase="embedding", done=5, total=17))
time.sleep(0.5)
"""
SUMMARY = "say(summary=dict(documents=17, passages=412, model='small', seconds=3.25))\n"


@BOTH
def test_a_rebuild_is_begun_followed_and_told(tmp_path: Path, words: Words) -> None:
    site = site_of(house_of(tmp_path, REBUILD + SUMMARY))
    began = site.post(f"/{words.language}/index/rebuild")
    assert began.status_code == 303 and began.headers["location"] == f"/{words.language}/index#rebuild"
    seen = ""
    while (answer := site.get(f"/{words.language}/index/rebuild")).headers["x-done"] == "no":
        seen = answer.text if 'value="5"' in answer.text else seen
    assert '<progress aria-label="' in seen and 'value="5" max="17"' in seen
    assert words.old_answers in seen and words.phase_progress.format(phase=_phase(words), done=5, total=17) in plain(seen)
    assert words.rebuild_done in answer.text and words.count(words.passages_n, 412) in answer.text and "small" in answer.text
    whole = site.get(f"/{words.language}/index").text
    assert words.rebuild_done in whole and "data-live" not in whole  # a reload still tells it


def _phase(words: Words) -> str:
    return {"en": "Reading for meaning", "sv": "Läser in betydelse"}[words.language]


def test_a_rebuild_under_way_survives_a_reload_and_is_joined_not_started_twice(site: Site) -> None:
    site.post("/en/index/rebuild")
    job = site.house.jobs.latest("rebuild")
    html = site.get("/en/index").text
    assert 'data-live="/en/index/rebuild"' in html and EN.preparing in html and EN.stop_rebuild in html
    assert f">{EN.rebuild}</button>" not in html
    site.post("/sv/index/rebuild")
    assert site.house.jobs.latest("rebuild") is job


def test_a_rebuild_can_be_stopped(site: Site) -> None:
    site.post("/en/index/rebuild")
    answer = site.post("/en/index/rebuild/stop")
    assert answer.status_code == 303
    said = site.ended("rebuild")
    assert EN.rebuild_was_stopped in said and EN.rebuild_was_stopped_more in said
    assert EN.rebuild in site.get("/en/index").text


@pytest.mark.parametrize(
    ("script", "said"),
    [
        ("print('This library is being written by a rebuild (process 47, since 14:02). Wait until it has finished, then try"
         " again.', file=sys.stderr); sys.exit(2)", "Biblioteket skrivs just nu av en ombyggnad (process 47, sedan 14:02)."),
        ("sys.exit(3)", "den slutade utan att säga varför (kod 3)"),
        ("os.kill(os.getpid(), signal.SIGKILL)", "den slutade utan att säga varför (kod -9)"),
        ("raise ValueError('<b>odd</b>')", "ValueError: &lt;b&gt;odd&lt;/b&gt;"),
    ],
)  # fmt: skip
def test_a_rebuild_that_fails_says_why_and_that_nothing_changed(tmp_path: Path, script: str, said: str) -> None:
    site = site_of(house_of(tmp_path, script))
    site.post("/sv/index/rebuild")
    site.ended("rebuild")
    html = site.get("/sv/index/rebuild").text
    assert said in html and SV.rebuild_stopped in html


def test_a_program_that_is_not_there_is_said(tmp_path: Path) -> None:
    house = replace(house_of(tmp_path), jobs=Jobs(tmp_path, (str(tmp_path / "nothing"),)))
    site = site_of(house)
    site.post("/en/index/rebuild")
    assert "No such file" in site.ended("rebuild")


@pytest.mark.parametrize("phase", ["cleaning up", "measuring the floor"])
def test_what_goes_wrong_when_the_new_index_answers_already_is_not_called_nothing(phase: str) -> None:
    stopped = indexwork.rebuild(Work(done=True, stopped=True, code=-15, phase=phase), EN)
    assert EN.rebuild_stopped_late in stopped and EN.rebuild_was_stopped_more not in stopped
    assert EN.rebuild_some_failed in indexwork.rebuild(Work(done=True, code=2, phase=phase, reason="x"), EN)
    assert EN.rebuild_stopped in indexwork.rebuild(Work(done=True, code=2, phase="embedding", reason="x"), EN)


def test_what_the_rebuild_will_delete_for_good_is_said_before(site: Site) -> None:
    site.house.desk.take_out("/c/a.pdf", "/d/removed/1/a.pdf", "A", "TLP:GREEN")
    assert EN.count(EN.rebuild_removed_n, 1) in site.get("/en/index").text
    assert EN.count(EN.rebuild_removed_n, 1) not in site.get("/en/index", "reader").text


def test_progress_never_passes_its_end() -> None:
    html = indexwork.rebuild(Work(phase="embedding", part=30, whole=20), EN)
    assert 'value="20" max="20"' in html and "Reading for meaning: 20 of 20 documents" in html
    assert re.search(r"<progress aria-label=\"[^\"]+\"></progress>", indexwork.rebuild(Work(), EN))


# -- the time left


@pytest.mark.parametrize(
    ("part", "whole", "now", "expected"),
    [
        (0, 100, 60.0, None),  # nothing is done
        (5, 100, 2.0, None),  # too early
        (25, 100, 60.0, 180.0),  # a quarter took a minute
        (100, 100, 60.0, 0.0),
        (3, 0, 60.0, None),
    ],
)
def test_the_rest_takes_as_long_as_what_is_done_took(part: int, whole: int, now: float, expected: float | None) -> None:
    assert left(0.0, now, part, whole) == expected


@pytest.mark.parametrize(
    ("seconds", "english", "swedish"),
    [
        (20, "less than a minute left", "mindre än en minut kvar"),
        (60, "about 1 minute left", "ungefär 1 minut kvar"),
        (290, "about 5 minutes left", "ungefär 5 minuter kvar"),
        (7_500, "about 2 h 5 min left", "ungefär 2 tim 5 min kvar"),
    ],
)
def test_an_estimate_is_said_roughly(seconds: float, english: str, swedish: str) -> None:
    work = Work(phase="embedding", part=1, whole=2, left=seconds)
    assert english in indexwork.rebuild(work, EN) and swedish in indexwork.rebuild(work, SV)


class Said(Job):
    """A job that has said this, at these moments."""

    def __init__(self, *events: dict[str, Any]) -> None:
        self.code, self.reason, self.started, self.ended, self.about = None, "", 0.0, 0.0, ""
        self._said, self._stopped = list(events), False

    @property
    def events(self) -> list[Any]:
        return self._said


def progress(heard: float, done: int, phase: str = "embedding") -> dict[str, Any]:
    return {"progress": {"phase": phase, "done": done, "total": 100}, "heard": heard}


def test_the_estimate_counts_from_the_first_document_and_grows_shorter_while_it_waits() -> None:
    job = Said(progress(30.0, 0), progress(90.0, 25))  # half a minute went into the model
    assert work_of(job, 90.0).left == 180.0
    assert work_of(job, 120.0).left == 150.0
    assert work_of(job, 900.0).left == 0.0
    assert work_of(Said(progress(30.0, 0), progress(90.0, 100), progress(95.0, 100, "writing vectors")), 100.0).left is None
    assert work_of(Said(), 5.0).left is None


# -- stopped, the old index serves

SLOW = """
sys.path.insert(0, {root!r})
import pytest
from pathlib import Path
from tests.fakes import FakeEncoder, Shelf
class Slow(FakeEncoder):
    def with_sentences(self, texts):
        time.sleep(30)
        return super().with_sentences(texts)
shelf = Shelf(Path({docs!r}), Path({data!r}), pytest.MonkeyPatch())
shelf.use(Slow("other", dimension=32))
from index.__main__ import main
sys.exit(main(sys.argv[3:]))
"""


def test_a_stopped_rebuild_leaves_the_old_index_serving_and_whole(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shelf = Shelf(tmp_path / "docs", tmp_path / "data", monkeypatch)
    shelf.put("siren.md", "# Siren signals\n\nThe siren sounds in four minutes after the alarm.\n")
    shelf.put("buses.md", "# Buses\n\nBuses leave from the eastern gate at night.\n")
    assert shelf.ingest().code == 0
    script = SLOW.format(root=str(ROOT), docs=str(shelf.folder), data=str(shelf.data))
    library = shelf.library()
    house = replace(house_of(tmp_path, script), library=library, data=shelf.data)
    site = site_of(house)
    site.post("/en/index/rebuild", data={"model": "other"})
    deadline = time.monotonic() + 60
    while "0 of 2 documents" not in site.get("/en/index/rebuild").text:
        assert time.monotonic() < deadline and "k-bad" not in site.get("/en/index/rebuild").text
        time.sleep(0.05)
    assert shelf.found("When does the siren sound?")[0] == "siren.md"  # during the rebuild
    assert "a rebuild (process" in plain(site.get("/en/index").text)
    site.post("/en/index/rebuild/stop")
    assert EN.rebuild_was_stopped_more in site.ended("rebuild")
    now = library.status()
    assert (now.generation, now.model, now.writer) == (1, "fake", "")
    assert shelf.found("When does the siren sound?")[0] == "siren.md" and list(verify(shelf.data)) == []
    assert [step.phase for step in shelf.rebuilding()][-1] == "cleaning up"  # and the next one is not in its way
    library.close()


# -- the model


def test_another_model_is_handed_on_and_named(tmp_path: Path) -> None:
    script = "assert sys.argv[3:] == ['rebuild', '--model', 'intfloat/multilingual-e5-small', *sys.argv[6:]]\ntime.sleep(30)"
    site = site_of(house_of(tmp_path, script))
    site.post("/en/index/rebuild", data={"model": "  intfloat/multilingual-e5-small "})
    assert "Rebuilding with intfloat/multilingual-e5-small…" in site.get("/en/index/rebuild").text
    site.house.jobs.stop()


@pytest.mark.parametrize("model", ["--help", "a\x00b", "x" * 401])
def test_what_cannot_be_a_model_is_refused(site: Site, model: str) -> None:
    answer = site.post("/en/index/rebuild", data={"model": model})
    assert answer.status_code == 400 and EN.model_bad in answer.text and site.house.jobs.latest("rebuild") is None


def test_the_model_is_not_changed_under_a_rebuild(site: Site) -> None:
    site.post("/en/index/rebuild")
    answer = site.post("/en/index/rebuild", data={"model": "other"})
    assert answer.status_code == 400 and EN.under_way in answer.text


def test_a_model_that_cannot_be_had_changes_nothing(tmp_path: Path) -> None:
    reason = (
        "The model nobody/none cannot be fetched from the model hub (OSError). On a machine without the internet, copy the"
        " model's folder here and name the folder instead, or use the packaged model: --model small"
    )
    site = site_of(house_of(tmp_path, f"print({reason!r}, file=sys.stderr); sys.exit(2)"))
    site.post("/sv/index/rebuild", data={"model": "nobody/none"})
    site.ended("rebuild")
    said = plain(site.get("/sv/index/rebuild").text)
    assert SV.rebuild_stopped in said and "Modellen nobody/none kan inte hämtas från modellhubben (OSError)." in said


# -- the check


def test_a_check_that_finds_nothing_says_what_it_looked_at(tmp_path: Path) -> None:
    site = site_of(house_of(tmp_path, "say(summary=dict(documents=41, passages=3204, files=45, problems=0))"))
    assert EN.check_never in site.get("/en/index").text
    assert site.post("/en/index/check").headers["location"] == "/en/index#check"
    assert "All holds: 41 documents, 3,204 passages, 45 files" in site.ended("check")
    assert "Allt stämmer: 41 dokument, 3\xa0204 textställen, 45 filer" in site.get("/sv/index/check").text
    said = plain(site.get("/en/index").text)
    assert EN.check_never not in said and re.search(r"Checked \d+ \w+ \d{4}, \d\d:\d\d, in", said)


PROBLEMS = """
say(problem="Document 3 (<b>Risk</b>) belongs to no file.")
say(problem="The source /c/a.pdf has changed since it was read. Run `python -m ingest` to read it again.")
say(summary=dict(documents=1, passages=1, files=1, problems=2))
sys.exit(1)
"""


def test_what_does_not_hold_is_listed_with_what_to_do(tmp_path: Path) -> None:
    site = site_of(house_of(tmp_path, PROBLEMS))
    site.post("/sv/index/check")
    site.ended("check")
    html = site.get("/sv/index/check").text
    assert "2 saker stämmer inte" in html and "Dokument 3 (&lt;b&gt;Risk&lt;/b&gt;) hör inte till någon fil." in html
    assert "Källfilen /c/a.pdf har ändrats sedan den lästes." in html and "Bygg om indexet." in html


def test_documents_are_not_named_to_those_who_may_not_see_them(tmp_path: Path) -> None:
    site = site_of(house_of(tmp_path, PROBLEMS))
    site.post("/en/index/check", "editor")
    said = site.ended("check", "editor")
    assert "2 things do not hold" in said and "Risk" not in said and "a.pdf" not in said


def test_a_check_that_cannot_be_done_says_why(tmp_path: Path) -> None:
    script = "print('The disk of /d is full. Nothing stored is lost. Free some space, then run the same command again.', file=sys.stderr)"
    site = site_of(house_of(tmp_path, f"{script}; sys.exit(2)"))
    site.post("/en/index/check")
    said = site.ended("check")
    assert EN.check_failed in said and "is full" in said


def test_a_check_can_be_stopped(site: Site) -> None:
    site.post("/en/index/check")
    assert EN.stop_check in site.get("/en/index").text
    site.post("/en/index/check/stop")
    assert EN.check_stopped in site.ended("check")


def test_very_many_problems_are_cut_short() -> None:
    html = indexwork.check(
        Work(done=True, code=1, problems=tuple(f"problem {n}" for n in range(130)), summary={"problems": 130}), EN
    )
    assert html.count("<li>") == 100 and EN.count(EN.check_more_n, 30) in html


# -- question sets


def measured(created: str = "2026-10-01T08:00:00+00:00", model: str = "small", **figures: float) -> Measured:
    held = {"questions": 12, "hit@1": 0.5, "hit@5": 0.75, "hit@10": 0.9, "document_hit@5": 0.9, "mrr@10": 0.61, "answered": 1.0}
    return Measured(created=created, mode="hybrid", model=model, generation=3, figures=held | {"ms_per_question": 57.2} | figures)


def question_set(name: str = "/q/frågor.csv", **known: Any) -> QuestionSet:
    given: dict[str, Any] = {"runs": (measured(), measured("2026-11-02T08:00:00+00:00", "other", **{"hit@5": 0.8333}))}
    given |= {
        "changes": (
            Change(question="Who warns?", before=None, now=2),
            Change(question="Vem beslutar?", before=1, now=None),
            Change(question="Who pays?", before=3, now=1),
            Change(question="Who leads?", before=1, now=4),
        ),
        "new": ("What is new?",), "gone": ("What was?",),
        "missed": (
            Miss(question="Vem beslutar?", document_rank=3, note=""),
            Miss(question="Who else?", document_rank=None, note="The library has no document “x.pdf” (row 4)."),
        ),
    }  # fmt: skip
    return QuestionSet(name=name, path=Path(name), **given | known)


def shown(*sets: QuestionSet, words: Words = EN, there: bool = True, editor: bool = True) -> str:
    return runs.render(sets, words, editor=editor, there=lambda _: there)


def test_a_set_shows_its_figures_against_the_run_before() -> None:
    said = plain(shown(question_set()))
    assert "frågor.csv" in said and "2 runs · last 2 November 2026" in said and "model other · 12 questions" in said
    assert "among the first 5 83\xa0% was 75\xa0%".replace("\xa0", " ") in said and "found first 50 % as before" in said
    assert EN.changes_first not in said


def test_a_set_names_what_was_gained_and_lost_and_each_question_asks() -> None:
    html = shown(question_set(), words=SV)
    said = plain(html)
    for row in (
        "vunnen Who warns? nu på plats 2", "förlorad Vem beslutar? var på plats 1, hittas inte nu", "bättre Who pays? plats 3 → 1",
        "sämre Who leads? plats 1 → 4", "ny What is new?", "ställs inte längre What was?", "2 frågor hittar inte sitt svar",
        "dess dokument på plats 3, men inte sidan", "Biblioteket har inget dokument “x.pdf” (rad 4).",
    ):  # fmt: skip
        assert row in said
    assert 'href="/sv/?q=Vem+beslutar%3F"' in html


def test_the_line_over_time_has_a_point_a_run_and_a_table_of_the_same() -> None:
    html = shown(question_set(runs=tuple(measured(f"2026-0{n}-01T08:00:00+00:00", **{"hit@5": n / 10}) for n in range(1, 8))))
    chart = html[html.index('<svg width="100%"') : html.index("</svg>")]
    assert chart.count("<circle") == 14 and 'role="img"' in chart and f'aria-label="{EN.chart_title}"' in chart
    assert "<title>70\xa0%, 1 July 2026" in chart
    assert html.count('<th scope="row">') == 7 and html.count('<th scope="col"') == 12
    assert "style=" not in html


def test_where_the_model_changed_is_marked() -> None:
    html = shown(question_set())
    assert html.count('class="i-change"') == 1 and "other →" in html
    assert 'class="i-change"' not in shown(question_set(runs=(measured(), measured())))


def test_a_first_run_stands_alone() -> None:
    html = shown(question_set(runs=(measured(),), changes=(), new=(), gone=(), missed=()))
    assert EN.changes_first in html and '<svg width="100%"' not in html and EN.as_before not in html


def test_sets_with_the_same_file_name_are_told_apart() -> None:
    html = shown(question_set("/q/a.csv"), question_set("/other/a.csv"))
    assert ">/q/a.csv</h3>" in html and ">/other/a.csv</h3>" in html


def test_a_set_whose_file_is_gone_is_shown_but_not_run() -> None:
    assert EN.sets_gone in shown(question_set(), there=False) and "<form" not in shown(question_set(), there=False)
    assert EN.sets_gone not in shown(question_set(), there=False, editor=False)
    assert EN.sets_none in shown()


def test_figures_that_an_older_run_lacks_leave_no_hole() -> None:
    old = Measured(created="2025-01-01T00:00:00+00:00", mode="odd", model="m", generation=1, figures={"questions": 3})
    html = shown(question_set(runs=(old, measured())))
    assert "–" in html and "odd" in html
    assert shown(question_set(runs=(measured(), old)))


def test_hostile_names_and_questions_stay_text() -> None:
    found = question_set(
        HOSTILE, changes=(Change(question=HOSTILE, before=None, now=1),), missed=(Miss(question=HOSTILE, document_rank=None, note=HOSTILE),),
        runs=(measured(model=HOSTILE), measured(model="x")),
    )  # fmt: skip
    html = shown(found)
    assert "script" not in tags(html) and not set("${}`") & set(html)


SHEET = b"question;document\nWho warns?;a.pdf\n"
EVAL = """
assert sys.argv[1:4] == ["-m", "index", "eval"] and sys.argv[-2] == "--", sys.argv
assert open(sys.argv[-1], encoding="utf-8").read().startswith("question")
say(created="x", figures={"questions": 12, "hit@5": 0.75}, questions=[])
"""


def test_a_sheet_is_kept_asked_and_told(tmp_path: Path) -> None:
    site = site_of(house_of(tmp_path, EVAL))
    answer = site.post("/en/index/questions", files={"sheet": ("../my questions.csv", SHEET, "text/csv")})
    assert answer.headers["location"] == "/en/index#questions"
    assert "my questions.csv: 9 of 12 found among the first 5" in site.ended("questions")
    kept = tmp_path / "data" / "questions"
    assert [path.name for path in kept.iterdir()] == ["my questions.csv"] and (kept / "my questions.csv").read_bytes() == SHEET


@pytest.mark.parametrize(
    ("files", "said"),
    [
        ({}, "sets_no_file"),
        ({"sheet": ("a.csv", b"", "text/csv")}, "sets_no_file"),
        ({"sheet": ("a.xlsx", b"PK", "application/x")}, "sets_not_csv"),
        ({"sheet": ("a.csv", b"x" * ((2 << 20) + 1), "text/csv")}, "sets_too_large"),
        ({"sheet": (".hidden.csv", SHEET, "text/csv")}, "name_hidden"),
    ],
)
def test_what_is_no_sheet_is_refused(site: Site, files: Any, said: str) -> None:
    answer = site.post("/en/index/questions", files=files)
    assert answer.status_code == 400 and getattr(EN, said) in answer.text
    assert site.house.jobs.latest("eval") is None


def test_a_sheet_that_cannot_be_kept_is_said(tmp_path: Path) -> None:
    (tmp_path / "data").write_text("a file stands where the folder should be")
    site = site_of(house_of(tmp_path, EVAL))
    answer = site.post("/en/index/questions", files={"sheet": ("a.csv", SHEET, "text/csv")})
    assert answer.status_code == 500 and "could not be saved" in answer.text


def test_a_set_is_run_again_only_where_it_is_known(tmp_path: Path) -> None:
    path = tmp_path / "frågor.csv"
    path.write_bytes(SHEET)
    site = site_of(house_of(tmp_path, EVAL, lambda _: [question_set(str(path))]))
    assert EN.sets_again in site.get("/en/index").text
    refused = site.post("/en/index/questions/again", data={"name": "/etc/passwd"})
    assert refused.status_code == 400 and EN.sets_unknown in refused.text
    assert site.post("/en/index/questions/again", data={"name": str(path)}).status_code == 303
    assert "frågor.csv: 9 of 12" in site.ended("questions")


def test_one_set_is_asked_at_a_time_and_can_be_stopped(site: Site) -> None:
    sheet = {"sheet": ("a.csv", SHEET, "text/csv")}
    site.post("/en/index/questions", files=sheet)
    assert EN.measuring in site.get("/en/index").text
    assert EN.measuring_busy in site.post("/en/index/questions", files=sheet).text
    site.post("/en/index/questions/stop")
    assert EN.measure_stopped in site.ended("questions")


@pytest.mark.parametrize(
    ("script", "title", "more"),
    [
        ("print('/d/a.csv: it has no questions; write one a row, below the headings question, document and page. Mend it in a"
         " spreadsheet, save it as CSV, and run the same command again.', file=sys.stderr); sys.exit(2)",
         "Frågorna kunde inte ställas", "den har inga frågor; skriv en per rad"),
        ("say(figures={'questions': 2, 'hit@5': 0.5}); print('This run is not kept: This library is being written by a rebuild"
         " (process 4, since 10:00). Wait until it has finished, then try again.', file=sys.stderr); sys.exit(1)",
         "Frågorna ställdes, men körningen sparades inte", "Körningen sparades inte: Biblioteket skrivs just nu av en ombyggnad"),
    ],
)  # fmt: skip
def test_questions_that_could_not_be_asked_or_kept_say_why(tmp_path: Path, script: str, title: str, more: str) -> None:
    site = site_of(house_of(tmp_path, script))
    site.post("/sv/index/questions", files={"sheet": ("a.csv", SHEET, "text/csv")})
    site.ended("questions")
    said = plain(site.get("/sv/index/questions").text)
    assert title in said and more in said


def test_only_who_sees_all_may_have_questions_asked(site: Site) -> None:
    answer = site.post("/en/index/questions", "editor", files={"sheet": ("a.csv", SHEET, "text/csv")})
    assert answer.status_code == 400 and site.house.jobs.latest("eval") is None
    assert "i-sheet" not in site.get("/en/index", "editor").text


def test_runs_that_cannot_be_read_leave_the_rest_of_the_room(tmp_path: Path) -> None:
    def fail(_: Principal) -> list[QuestionSet]:
        raise StoreError("/d/kalla.sqlite is held by another program. Close it, then try again.")

    html = site_of(house_of(tmp_path, "", fail)).get("/sv/index").text
    assert "hålls av ett annat program" in html and SV.rebuild in html


# -- the runs that are kept


def run_of(ranks: dict[str, int | None], created: str, model: str = "fake") -> own_runs.Run:
    asked = [Asked(question=q, rank=rank, document_rank=rank, answered=True, first="", seconds=0.1) for q, rank in ranks.items()]
    status = replace(FakeStatus, model=model)
    return own_runs.run_of(asked, mode=Mode.HYBRID, status=status, created=created)


FakeStatus = Status(
    ready=True, generation=2, model="fake", model_languages=("en",), dimension=4, created="", documents=1, passages=1, in_delta=0,
    files_failed=0, unreadable_pages=0, languages={}, bytes_on_disk=0, writer="",
)  # fmt: skip


def test_sets_of_kept_runs_come_with_what_the_last_one_changed(tmp_path: Path) -> None:
    own_runs.keep(tmp_path, "/q/a.csv", run_of({"one": 1, "two": None, "old": 1}, "2026-10-01T00:00:00+00:00"))
    own_runs.keep(tmp_path, "/q/b.csv", run_of({"one": 1}, "2026-10-02T00:00:00+00:00"))
    own_runs.keep(tmp_path, "/q/a.csv", run_of({"one": None, "two": 3, "three": 1}, "2026-11-01T00:00:00+00:00", "other"))
    first, second = own_runs.sets(tmp_path, OWNER)
    assert (first.name, second.name, first.path) == ("/q/a.csv", "/q/b.csv", Path("/q/a.csv"))  # the last one run stands first
    assert [run.model for run in first.runs] == ["fake", "other"] and first.runs[-1].figures["hit@1"] == round(1 / 3, 4)
    assert [(change.question, change.kind) for change in first.changes] == [("two", "gained"), ("one", "lost")]
    assert (first.new, first.gone) == (("three",), ("old",)) and [miss.question for miss in first.missed] == ["one"]
    assert second.changes == () and second.missed == ()


def test_kept_runs_are_for_those_who_see_everything(tmp_path: Path) -> None:
    assert own_runs.sets(tmp_path, OWNER) == [] and not store.exists(tmp_path)  # and no library is made by asking
    own_runs.keep(tmp_path, "/q/a.csv", run_of({"one": 1}, "2026-10-01T00:00:00+00:00"))
    assert own_runs.sets(tmp_path, EDITOR) == [] and len(own_runs.sets(tmp_path, OWNER)) == 1


# -- questions that found nothing


def test_questions_that_found_nothing_are_listed_and_ask_again(site: Site) -> None:
    assert EN.unanswered_none in site.get("/en/index").text
    for question in ("Who pays?", "Vem betalar?", "Who pays?", HOSTILE):
        site.house.desk.note_unanswered(OWNER, question)
    html = site.get("/sv/index").text
    assert 'href="/sv/?q=Who+pays%3F"' in html and "2 gånger, senast" in html and SV.unanswered_lead in html
    assert "<script>alert" not in html
    assert "Who pays?" not in site.get("/en/index", "reader").text  # they are each person's own


def test_many_questions_are_cut_short_and_can_all_be_shown(site: Site) -> None:
    for n in range(30):
        site.house.desk.note_unanswered(OWNER, f"Question {n:02}?")
    html = site.get("/en/index").text
    assert html.count("?q=Question") == 12 and 'href="/en/index?all=yes#unanswered"' in html and "Show all 30" in html
    assert site.get("/en/index?all=yes").text.count("?q=Question") == 30


def test_all_of_them_can_be_forgotten(site: Site) -> None:
    site.house.desk.note_unanswered(OWNER, "Who pays?")
    assert EN.count(EN.forget_sure_n, 1) in site.get("/en/index").text
    answer = site.post("/en/index/forget")
    assert answer.headers["location"] == "/en/index#unanswered" and site.house.desk.unanswered(OWNER) == []


# -- the room as a whole


def test_headings_stand_in_order_and_every_field_has_a_label(tmp_path: Path) -> None:
    site = site_of(house_of(tmp_path, "", lambda _: [question_set(), question_set("/q/b.csv")]))
    html = site.get("/en/index").text
    levels = [int(level) for level in re.findall(r"<h([1-6])", html)]
    assert levels[0] == 1 and levels.count(1) == 1
    assert all(after <= before + 1 for before, after in itertools.pairwise(levels))
    fields = re.findall(r'<input[^>]*class="k-input" id="([\w-]+)"', html)
    assert fields and all(f'<label class="k-label" for="{field}"' in html for field in fields)
    ids = re.findall(r' id="([\w-]+)"', html)
    assert len(ids) == len(set(ids))
