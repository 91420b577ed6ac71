"""Taking files into the library: received, kept in their folders, read, and told; and who may do so."""

import csv
import io
import json
import re
import sys
import time
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, field
from html import unescape
from pathlib import Path
from typing import Any

import pytest
from fastapi import FastAPI
from starlette.testclient import TestClient

from index.access import Handling, Principal, Role
from index.desk import Desk
from index.result import FileInfo
from ingest.editing import describe
from tests.fake_library import HOSTILE_TITLE, OWNER, READER, FakeLibrary
from ui import library_routes, readings, receiving, uploads
from ui.house import House
from ui.images import PageImages
from ui.jobs import Jobs
from ui.keeping import outcome, shown_path
from ui.readings import Outcome, Reading
from ui.receiving import NoForm, TooMuch
from ui.words import Words

EN, SV = Words("en"), Words("sv")
WORDS = pytest.mark.parametrize("words", [EN, SV], ids=["en", "sv"])
EDITOR = Principal(name="editor", role=Role.EDITOR, clearance=Handling.GREEN)
SCRIPTED = {"Accept": "application/json"}

READ = """
import os
assert sys.argv[1:5] == ["-m", "ingest", "--json", "--data"] and sys.argv[6] == "--"
paths = [os.path.join(at, one) for path in sys.argv[7:] for at, _, some in os.walk(path) for one in some if path != at or 1] \\
    + [path for path in sys.argv[7:] if os.path.isfile(path)]
for n, path in enumerate(sorted(paths)):
    failed = path.endswith("bad.pdf")
    say(path=os.path.abspath(path), outcome="failed" if failed else "added", document=None if failed else 1, pages=3,
        pages_without_text=0, passages=0 if failed else 12, reason="needs a password" if failed else "", seconds=0.1)
say(summary=dict(added=len(paths), seconds=1.5))
"""
WAIT = "say(path=sys.argv[7], outcome='added', document=1, pages=1)\ntime.sleep(30)\n"


def program(folder: Path, script: str) -> tuple[str, ...]:
    """A stand-in for Python that runs `script` with the arguments it is given."""
    path = folder / "stand_in.py"
    path.write_text("import json, sys, time\nsay = lambda **what: print(json.dumps(what), flush=True)\n" + script)
    return (sys.executable, str(path))


@dataclass
class Site:
    """The routes of the Library room, in both languages, over the library in memory. `who` can be changed."""

    client: TestClient
    library: FakeLibrary
    corpus: Path
    data: Path
    jobs: Jobs
    who: Principal = field(default=OWNER)

    def get(self, address: str, **options: Any) -> Any:
        return self.client.get(address, follow_redirects=False, **options)

    def post(self, address: str, **options: Any) -> Any:
        return self.client.post(address, follow_redirects=False, **options)

    def send(self, name: str, content: bytes = b"words", language: str = "en") -> Any:
        return self.post(f"/{language}/library/files", files={"files": (name, content)}, headers=SCRIPTED)

    def end(self) -> None:
        for _ in range(400):
            job = self.jobs.reading()
            if job is None or job.done:
                return
            time.sleep(0.02)
        raise AssertionError("the reading did not end")


def make_site(folder: Path, script: str) -> Site:
    jobs = Jobs(folder / "data", program(folder, script))
    library = FakeLibrary(folder / "held")
    corpus, data = folder / "corpus", folder / "data"
    site: Site
    house = House(
        library=library, desk=Desk(data), jobs=jobs, images=PageImages(data / "pages", lambda *_: b""), describe=describe,
        corpus=corpus, data=data, who=lambda headers: site.who,
    )  # fmt: skip
    app = FastAPI()
    for words in (EN, SV):
        app.include_router(library_routes.make(house, words), prefix=f"/{words.language}")
    site = Site(TestClient(app), library, corpus, data, jobs)
    return site


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    made = make_site(tmp_path, READ)
    yield made
    made.jobs.stop()


@pytest.fixture
def slow(tmp_path: Path) -> Iterator[Site]:
    made = make_site(tmp_path, WAIT)
    yield made
    made.jobs.stop()


def files_in(folder: Path) -> list[str]:
    return sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())


# -- keeping


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("report.pdf", ("report.pdf",)),
        ("Reports/2024/a.pdf", ("Reports", "2024", "a.pdf")),
        ("/etc/passwd", ("etc", "passwd")),
        ("Reports//a.pdf", ("Reports", "a.pdf")),
        ("C:\\temp\\report.pdf", ("report.pdf",)),
        ("a\u202eb/c\x00d.txt", ("ab", "cd.txt")),
        ("CON/nul.txt", ("_CON", "_nul.txt")),
        ("/".join(["deep"] * 40 + ["a.txt"]), (*["deep"] * uploads.MOST_FOLDERS, "a.txt")),
    ],
)
def test_each_part_of_a_path_is_made_safe(given: str, kept: tuple[str, ...]) -> None:
    assert uploads.safe_path(given) == kept


@pytest.mark.parametrize("given", ["../../a.pdf", "a/../../b.pdf", ".git/config", "a/.hidden", "", "/", "./a.pdf", "a/\u202e/b"])
def test_paths_that_lead_up_or_hide_are_refused(given: str) -> None:
    with pytest.raises(uploads.NameRefused):
        uploads.safe_path(given)


def test_a_folder_that_leads_out_of_the_corpus_is_not_followed(tmp_path: Path) -> None:
    corpus, outside = tmp_path / "corpus", tmp_path / "outside"
    corpus.mkdir()
    outside.mkdir()
    (corpus / "link").symlink_to(outside)
    (tmp_path / "new").write_bytes(b"x")
    with pytest.raises(uploads.LeadsElsewhere):
        uploads.keep_below(tmp_path / "new", "link/a.pdf", corpus)
    assert files_in(outside) == []


def test_a_catalogue_is_kept_with_its_folder_and_never_as_a_second_one(tmp_path: Path) -> None:
    corpus = tmp_path / "corpus"
    (tmp_path / "one").write_text("file;title\n")
    (tmp_path / "two").write_text("file;city\n")
    assert uploads.keep_below(tmp_path / "one", "catalogue.csv", corpus) == (corpus / "catalogue.csv", False)
    assert uploads.keep_below(tmp_path / "one", "catalogue.csv", corpus) == (corpus / "catalogue.csv", True)
    assert uploads.keep_below(tmp_path / "two", "Reports/catalogue.csv", corpus)[1] is False
    with pytest.raises(uploads.Describes):
        uploads.keep_below(tmp_path / "two", "catalogue.csv", corpus)
    assert files_in(corpus) == ["Reports/catalogue.csv", "catalogue.csv"]


# -- receiving


def form(*parts: tuple[str, bytes], boundary: str = "edge") -> tuple[dict[str, str], bytes]:
    body = b"".join(b"--" + boundary.encode() + b"\r\n" + head.encode() + b"\r\n\r\n" + data + b"\r\n" for head, data in parts)
    return {"content-type": f"multipart/form-data; boundary={boundary}"}, body + b"--" + boundary.encode() + b"--\r\n"


def named(name: str) -> str:
    return f'Content-Disposition: form-data; name="files"; filename="{name}"'


async def pieces(body: bytes, size: int) -> AsyncIterator[bytes]:
    for at in range(0, len(body), size):
        yield body[at : at + size]


def received(headers: dict[str, str], body: bytes, folder: Path, size: int = 7, most: int = 10_000) -> dict[str, bytes]:
    import asyncio

    found = asyncio.run(receiving.receive(headers, pieces(body, size), folder, most))
    return {one.name: one.path.read_bytes() for one in found}


@pytest.mark.parametrize("size", [1, 7, 1000])
def test_files_come_out_of_a_form_as_they_were_however_it_arrives(tmp_path: Path, size: int) -> None:
    content = b"--edge is no edge\r\n\r\n\x00" + bytes(range(256))
    headers, body = form(
        (named("Reports/å.pdf"), content),
        ('Content-Disposition: form-data; name="note"', b"not a file"),
        (named(""), b""),
        (named("a %22b%22.txt"), b""),
    )
    assert received(headers, body, tmp_path, size) == {"Reports/å.pdf": content, 'a "b".txt': b""}


@pytest.mark.parametrize("announce", [True, False])
def test_too_much_is_refused_whether_it_is_announced_or_not(tmp_path: Path, announce: bool) -> None:
    headers, body = form((named("a.pdf"), bytes(200_000)))
    headers |= {"content-length": str(len(body))} if announce else {}
    with pytest.raises(TooMuch):
        received(headers, body, tmp_path, 1000, most=100_000)
    written = sum(path.stat().st_size for path in tmp_path.iterdir())
    assert written == 0 if announce else written < 170_000


@pytest.mark.parametrize(
    ("headers", "body"),
    [
        ({}, b"words"),
        ({"content-type": "text/plain"}, b"words"),
        ({"content-type": "multipart/form-data"}, b"words"),
        ({"content-type": "multipart/form-data; boundary=edge"}, b"words"),
        ({"content-type": "multipart/form-data; boundary=edge"}, form((named("a.pdf"), b"cut off"))[1][:-12]),
        (form((named("x" * 20_000), b"words"))),
        ({"content-type": "multipart/form-data; boundary=edge", "content-length": "many"}, b""),
    ],
)
def test_what_is_no_form_is_refused(tmp_path: Path, headers: dict[str, str], body: bytes) -> None:
    with pytest.raises(NoForm):
        received(headers, body, tmp_path)


# -- sending and reading


@WORDS
def test_files_are_sent_one_by_one_and_read_together(site: Site, words: Words) -> None:
    names = []
    for name in ("Reports/good.pdf", "bad.pdf"):
        told = site.send(name, name.encode(), words.language).json()
        assert told == {"name": name, "there": False}
        names.append(told["name"])
    assert site.send("bad.pdf", b"bad.pdf").json()["there"] is True
    assert site.send("bad.pdf", b"another").json()["name"] == "bad (2).pdf"
    refused = site.send(".hidden.pdf", b"x", words.language)
    assert refused.status_code == 422 and refused.json() == {"refused": "hidden", "said": words.name_hidden}
    sent = {"names": names, "refused": [[".hidden.pdf", "hidden"], ["x", "invented"], ["lost.pdf", "lost"]]}
    address = site.post(f"/{words.language}/library/read", json=sent).json()["address"]
    assert address == f"/{words.language}/library?reading=1"
    site.end()
    part = site.get(f"/{words.language}/library/readings/1")
    assert part.headers["X-Done"] == "yes"
    rows = re.findall(r'<li>.*?<b dir="auto">(.*?)</b>', part.text)
    assert [re.sub("<[^>]+>", "", row) for row in rows] == [".hidden.pdf", "lost.pdf", "bad.pdf", "Reports/good.pdf"]
    assert f'href="/{words.language}/library/1"' in part.text and words.name_hidden in part.text
    assert "x" not in rows
    assert files_in(site.corpus) == ["Reports/good.pdf", "bad (2).pdf", "bad.pdf"]
    assert files_in(site.data / "cache" / "uploads") == []


def test_a_folder_with_its_catalogue_is_read_as_a_folder(site: Site) -> None:
    for name in ("Reports/a.pdf", "Reports/catalogue.csv"):
        site.send(name)
    site.post("/en/library/read", json={"names": ["Reports/a.pdf", "Reports/catalogue.csv"]})
    site.end()
    job = site.jobs.reading()
    assert job is not None and [Path(event["path"]).name for event in job.events if "path" in event] == [
        "a.pdf", "a.pdf", "catalogue.csv",
    ]  # fmt: skip


@pytest.mark.parametrize(
    "sent",
    [{}, [], None, "names", 7, {"names": "a.pdf"}, {"names": [7, None]}, {"names": ["../held/note.md", "/etc/passwd", "\0", "none.pdf"]},
     {"names": [""]}, {"names": ["."], "refused": {"a": "b"}}, {"names": ["link.md"]}],
)  # fmt: skip
def test_only_files_of_the_corpus_are_read(site: Site, sent: Any) -> None:
    site.corpus.mkdir(parents=True)
    (site.corpus / "link.md").symlink_to(site.library.paths[3])
    assert site.post("/en/library/read", json=sent).status_code == 400
    assert site.jobs.reading() is None


@WORDS
def test_the_plain_form_does_it_all_without_script(site: Site, words: Words) -> None:
    many = [("files", ("good.pdf", b"1")), ("folder", ("Reports/bad.pdf", b"2")), ("files", (".x", b"3")), ("folder", ("", b""))]
    answer = site.post(f"/{words.language}/library/files", files=many)
    assert answer.status_code == 303 and answer.headers["location"] == f"/{words.language}/library?reading=1"
    site.end()
    page = site.get(answer.headers["location"]).text
    assert words.name_hidden in page and "good.pdf" in page and 'data-live="' not in page
    none = site.post(f"/{words.language}/library/files", files=[("files", ("", b""))])
    assert none.status_code == 400 and words.nothing_sent in none.text
    odd = site.post(f"/{words.language}/library/files", content=b"what")
    assert odd.status_code == 400 and words.not_a_form in odd.text


def test_files_that_are_too_large_are_refused_before_they_are_read(site: Site) -> None:
    headers = {**SCRIPTED, "Content-Type": "multipart/form-data; boundary=x", "Content-Length": str(600_000_000)}
    answer = site.post("/en/library/files", content=b"", headers=headers)
    assert answer.status_code == 413 and answer.json() == {"refused": "large", "said": "It is larger than 500 MB."}
    plain = site.post("/sv/library/files", content=b"", headers={**headers, "Accept": "text/html"})
    assert plain.status_code == 413 and "större än 500 MB" in plain.text


def test_a_file_that_cannot_be_saved_is_told(site: Site) -> None:
    site.corpus.write_text("a file stands where the folder should be")
    told = site.send("a.pdf")
    assert told.status_code == 422 and told.json() == {"refused": "disk", "said": EN.not_saved}
    plain = site.post("/sv/library/files", files={"files": ("a.pdf", b"x")})
    assert plain.status_code == 400 and SV.nothing_added in plain.text and "a.pdf" in plain.text


@WORDS
def test_only_editors_change_the_library(site: Site, words: Words) -> None:
    site.who = READER
    language = words.language
    for address in ("files", "read", "step", "readings/1/stop"):
        answer = site.post(f"/{language}/library/{address}", **({"json": {}} if address == "read" else {}))
        assert answer.status_code == 403 and words.not_editor in answer.text
    assert site.send("a.pdf").json() == {"said": EN.not_editor}
    assert site.get(f"/{language}/library/readings/1").status_code == 404
    assert not site.corpus.exists() and site.jobs.reading() is None


# -- readings


def test_a_reading_is_followed_stopped_and_seen_after_a_reload(slow: Site) -> None:
    for name in ("a.pdf", "b.pdf", "c.pdf"):
        slow.send(name)
    slow.post("/en/library/read", json={"names": ["a.pdf", "b.pdf", "c.pdf"]})
    while not (job := slow.jobs.reading()) or not job.events:
        time.sleep(0.02)
    part = slow.get("/sv/library/readings/1")
    assert part.headers["X-Done"] == "no"
    assert "1 av 3 filer" in part.text and '<b dir="auto">b.pdf</b>, sedan 1 till' in part.text
    assert 'value="1" max="3"' in part.text and "data-say" not in part.text
    page = slow.get("/en/library").text
    assert 'data-live="/en/library/readings/1"' in page and EN.read_stop in page
    opened = slow.get("/en/library/readings/1", headers={"Sec-Fetch-Dest": "document"})
    assert opened.status_code == 303 and opened.headers["location"] == "/en/library?reading=1"
    assert slow.post("/en/library/readings/1/stop").headers["location"] == "/en/library?reading=1"
    ended = slow.get("/en/library?reading=1").text
    assert "Stopped after" in ended and "a.pdf" in ended and EN.read_stop not in ended
    assert "readings/1" not in slow.get("/en/library").text


def test_the_library_is_brought_into_step(site: Site) -> None:
    missing = site.post("/sv/library/step")
    assert missing.status_code == 409 and "finns inte än" in missing.text
    (site.corpus / "sub").mkdir(parents=True)
    (site.corpus / "sub" / "a.pdf").write_bytes(b"x")
    assert site.post("/sv/library/step").headers["location"] == "/sv/library?reading=1"
    site.end()
    assert "sub/a.pdf" in site.get("/sv/library?reading=1").text


@pytest.mark.parametrize("number", ["0", "7", "-1", "x", "99999999999999999999", "1e9"])
def test_readings_that_are_none_are_not_found(site: Site, number: str) -> None:
    for address in (f"/en/library/readings/{number}", f"/en/library/readings/{number}.csv"):
        answer = site.get(address)
        assert answer.status_code == 404 and EN.no_reading in answer.text
    assert site.post(f"/sv/library/readings/{number}/stop").status_code == 404
    assert site.get(f"/en/library?reading={number}").status_code == 200


def test_what_an_editor_may_not_see_is_not_told_in_a_reading(tmp_path: Path) -> None:
    script = """
for number, name in ((1, "green.pdf"), (3, "red.pdf")):
    say(path=name, outcome="added", document=number, pages=1)
say(path="gone.pdf", outcome="removed", document=3)
say(summary=dict(seconds=1))
"""
    site = make_site(tmp_path, script)
    site.corpus.mkdir(parents=True)
    site.post("/en/library/step")
    site.end()
    assert "red.pdf" in site.get("/en/library/readings/1").text
    site.who = EDITOR
    for address in ("/en/library/readings/1", "/en/library/readings/1.csv", "/en/library?reading=1"):
        told = site.get(address).text
        assert "green.pdf" in told and "red.pdf" not in told and "gone.pdf" not in told
    assert "<p>1 added</p>" in site.get("/en/library/readings/1").text


def test_names_that_somebody_else_sent_are_not_told_to_those_who_may_not_see_all(slow: Site) -> None:
    slow.send("a.pdf")
    slow.send("plan for red.pdf")
    slow.post("/en/library/read", json={"names": ["a.pdf", "plan for red.pdf"]})
    while not (job := slow.jobs.reading()) or not job.events:
        time.sleep(0.02)
    assert "plan for red" in slow.get("/en/library/readings/1").text
    slow.who = EDITOR
    assert "plan for red" not in slow.get("/en/library/readings/1").text


@WORDS
def test_the_report_is_saved_as_a_sheet_that_runs_nothing(words: Words) -> None:
    outcomes = (
        Outcome(name='=HYPERLINK("x")', outcome="failed", reason="needs a password", seconds=0.25),
        Outcome(name="a;b.pdf", outcome="partial", pages=4, pages_without_text=2, passages=3, document=7),
        Outcome(name="@x", outcome="refused", reason=words.name_empty),
    )
    marks = {7: "TLP:GREEN"}
    saved = readings.report(Reading(number=1, outcomes=outcomes), marks, "anna", "2026-11-24T13:02:00+00:00", words)
    assert saved.startswith(b"\xef\xbb\xbf")
    head, *rows = csv.reader(io.StringIO(saved.decode("utf-8-sig"), newline=""), delimiter=";")
    assert head[0] == words.file_head and len(head) == 10 and all(len(row) == 10 for row in rows)
    assert [row[8] for row in rows] == ["TLP:AMBER+STRICT", "TLP:GREEN", "TLP:AMBER+STRICT"] and "anna" in rows[0][9]
    assert all(row[9].startswith(words.contains_mark.format(mark="TLP:AMBER")) for row in rows)
    assert [row[0] for row in rows] == ['\'=HYPERLINK("x")', "a;b.pdf", "'@x"]
    assert rows[1][4:7] == ["4", "2", "3"] and rows[0][7] == words.decimal(0.2, 1) and rows[2][2] == words.name_empty


@WORDS
def test_a_reading_that_stops_says_why_and_keeps_what_was_told(tmp_path: Path, words: Words) -> None:
    script = "say(path='a.pdf', outcome='added')\nprint('no json')\nprint('The disk is <full>.', file=sys.stderr)\nsys.exit(2)"
    site = make_site(tmp_path, script)
    site.corpus.mkdir(parents=True)
    site.post("/en/library/step")
    site.end()
    told = site.get(f"/{words.language}/library/readings/1").text
    assert words.read_stopped.format(reason="The disk is &lt;full&gt;.") in told and "a.pdf" in told
    assert words.read_stopped_more.split("{")[0] in told


def test_the_report_is_sent_to_be_saved(site: Site) -> None:
    site.send("a.pdf")
    site.post("/en/library/read", json={"names": ["a.pdf"]})
    site.end()
    answer = site.get("/sv/library/readings/1.csv")
    assert answer.headers["content-disposition"] == 'attachment; filename="inlasning-1.csv"'
    assert "a.pdf;tillagd" in answer.text


@WORDS
@pytest.mark.parametrize(
    ("reading", "said"),
    [
        (Reading(number=1, waiting=True), "waiting_turn"),
        (Reading(number=1), "reading_files"),
        (Reading(number=1, done=True, whole=True, seconds=14), "read_done"),
        (Reading(number=1, done=True, whole=True, seconds=14, counts={"failed": 1}), "read_some_failed"),
        (Reading(number=1, done=True, stopped=True, seconds=14), "read_was_stopped"),
        (Reading(number=1, done=True, reason="The disk is full."), "read_stopped"),
    ],
)
def test_a_reading_says_how_it_stands(reading: Reading, said: str, words: Words) -> None:
    form = getattr(words, said)
    html = unescape(readings.render(reading, words))
    assert form.split("{")[0] in html
    assert ("data-say" in html) == reading.done
    assert ("<progress" in html) != reading.done


@pytest.mark.parametrize(
    ("seconds", "english", "swedish"),
    [(0, "0 s", "0 s"), (1.52, "1.5 s", "1,5 s"), (14.4, "14 s", "14 s"), (125, "2 min 5 s", "2 min och 5 s")],
)
def test_durations(seconds: float, english: str, swedish: str) -> None:
    assert (readings.duration(seconds, EN), readings.duration(seconds, SV)) == (english, swedish)


def test_a_reading_of_very_many_files_is_shown_in_bounds_with_what_went_wrong_first() -> None:
    outcomes = [Outcome(name=f"{n}.pdf", outcome="added") for n in range(1000)]
    outcomes += [Outcome(name=f"same {n}", outcome="unchanged") for n in range(50)]
    outcomes += [Outcome(name="bad.pdf", outcome="failed", reason="needs a password")]
    reading = Reading(number=1, outcomes=tuple(outcomes), counts=readings.counted(outcomes))
    ended = readings.render(Reading(number=1, outcomes=tuple(outcomes), done=True, whole=True, counts=reading.counts), EN)
    assert ended.index("bad.pdf") < ended.index("0.pdf") and ended.count("<li>") == 200
    assert "and 801 more files, in the report" in ended and "same 1" not in ended
    assert "1,000 added · 50 unchanged · 1 failed" in ended
    going = readings.render(reading, EN)
    assert going.index("bad.pdf") < going.index("999.pdf") and going.count("<li>") == 200


def test_hostile_names_of_files_are_only_text(site: Site) -> None:
    site.send(HOSTILE_TITLE + ".pdf")
    (name,) = files_in(site.corpus)
    site.post("/en/library/read", json={"names": [name], "refused": [["<script>", "hidden"]]})
    site.end()
    told = site.get("/en/library?reading=1").text
    assert "<img" not in told and "<script>" not in told and "${" not in told and "img src=x" in told


def test_outcomes_are_read_from_json_whatever_it_holds(tmp_path: Path) -> None:
    corpus = tmp_path / "corpus"
    given = {
        "path": str(corpus / "sub" / "a.pdf"),
        "outcome": "partial",
        "pages_without_text": [2, 3],
        "pages": None,
        "seconds": "x",
    }
    read = outcome(json.loads(json.dumps(given)), corpus)
    assert (read.name, read.pages, read.pages_without_text, read.passages, read.reason) == ("sub/a.pdf", 0, 2, 0, "")
    assert shown_path("/elsewhere/a.pdf", corpus) == "/elsewhere/a.pdf"


# -- the room


@WORDS
def test_the_room_stands_in_both_languages_and_survives_odd_parameters(site: Site, words: Words) -> None:
    site.library.file_rows = [
        FileInfo(path=str(site.corpus / "sub/b.pdf"), outcome="failed", reason="needs a password", pages=0, pages_without_text=0,
                 passages=0, seconds=0, when="2026-11-22T13:02:00+00:00"),
    ]  # fmt: skip
    for query in (
        "",
        "view=pictures",
        "sort=%00&page=x&city=%ff&find=%E2%80%AE",
        "state=partial",
        "reading=abc&view=7",
        "&".join(["a=b"] * 3000),
    ):
        answer = site.get(f"/{words.language}/library?{query}")
        assert answer.status_code == 200 and f'<h1 class="k-title">{words.library}</h1>' in answer.text
        assert "unsafe" not in answer.headers["content-security-policy"] and " style=" not in answer.text
    page = site.get(f"/{words.language}/library").text
    assert ">sub/b.pdf</th>" in page and "Secret exercise" in page
    site.who = READER
    assert "Secret exercise" not in site.get(f"/{words.language}/library").text
    assert "TLP:RED" not in site.get(f"/{words.language}/library?view=pictures").text
