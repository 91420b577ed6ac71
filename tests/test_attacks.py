"""What is thrown at the running server (tests/attacks.toml), and that nothing of it leaks, runs, or brings it down."""

import contextlib
import functools
import io
import json
import re
import socket
import time
import tomllib
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode, urlsplit

import pytest

from index.access import Handling, Role
from index.tokens import Scope, Tokens
from index.users import Users
from tests.attack_kit import HIDDEN, INSIDE, PASSWORD, Answer, Fortress, Markup, fortress, hold, signed_in
from ui.words import Words

ATTACKS: dict[str, list[dict[str, Any]]] = tomllib.loads(Path(__file__).with_name("attacks.toml").read_text("utf-8"))
_EXPORTS = ("csv", "md", "docx", "bib", "ris")


@pytest.fixture(scope="module")
def fort(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Fortress]:
    folder = tmp_path_factory.mktemp("fortress")
    elsewhere = folder / "elsewhere"
    elsewhere.mkdir()
    hostile = [{key: repeated(value) for key, value in one.items()} for one in ATTACKS["document"]]
    with fortress(folder, hostile) as found:
        (found.corpus / "way-out").symlink_to(elsewhere)
        (found.corpus / "out.md").symlink_to(elsewhere / "out.md")
        yield found
        assert not found.visited(), "somebody came to the address outside"
        assert list(elsewhere.iterdir()) == [], "something was written outside the corpus folder"


def many(kind: str, name: str = "what") -> Any:
    """A test for each attack of a kind."""
    return pytest.mark.parametrize("attack", ATTACKS[kind], ids=[one[name][:60] for one in ATTACKS[kind]])


def repeated(value: str) -> str:
    """A value with each `@text×N@` written out."""
    return re.sub(r"@([^@]*?|@)×(\d+)@", lambda found: found[1] * int(found[2]), value, flags=re.DOTALL)


def filled(value: str, fort: Fortress) -> str:
    """A value with all that stands in it for something of the running server."""
    value = value.replace("@outside@", fort.outside).replace("@host@", fort.host)
    value = re.sub(r"@ID:([\w.]+)@", lambda found: str(fort.documents[found[1]]), value)
    value = re.sub(r"@COOKIE:(\w+)@", lambda found: fort.cookies[found[1]], value)
    value = re.sub(r"@SECRET:(\w+)@", lambda found: fort.cookies[found[1]].partition("=")[2], value)
    value = re.sub(r"@TOKEN:(\w+)@", lambda found: token(fort.data, found[1]), value)
    return repeated(value)


@functools.cache
def token(data: Path, name: str) -> str:
    user = Users(data).find(name)
    return Tokens(data).make(user, "a test", scopes=(Scope.READ,), clearance=Handling.RED, days=1)


# -- documents


@pytest.fixture(scope="module")
def rooms(fort: Fortress) -> dict[str, Answer]:
    """What a reader is answered in every room that shows documents, and in every export."""
    numbers = [fort.documents[one["file"]] for one in ATTACKS["document"] if one["file"] in fort.documents]
    passages = ",".join(str(number) for (number,) in fort.shelf.sql("SELECT id FROM passages"))
    for question in ("siren", "=siren"):
        kept = fort.form("/en/collected/keep", "reader", {"Accept": "application/json"}, passages=passages, question=question)
        assert kept.status == 200
    paths = [
        f"/{language}/{room}" for language in ("en", "sv") for room in ("library", "library?view=pictures", "collected", "follow")
    ]
    paths += [f"/en/compare?q=siren&by={by}" for by in ("city", "theme", "kind", "document")]
    paths += [f"/en/compare/columns?q=siren&by={by}" for by in ("city", "theme", "kind", "document")]
    paths += [f"/en/compare.{kind}?q=siren&by=city" for kind in _EXPORTS] + [f"/en/collected.{kind}" for kind in _EXPORTS]
    paths += [f"/en/library/{number}" for number in numbers] + [f"/view/{number}" for number in numbers]
    paths += [f"/source/{number}" for number in numbers]
    paths += [f"/similar/{one}" for one in passages.split(",")[:6]]
    return {path: fort.get(path) for path in paths}


def test_no_room_and_no_export_makes_more_of_a_document_than_words(rooms: dict[str, Answer]) -> None:
    for path, answer in rooms.items():
        if not path.startswith("/source/"):
            hold(answer, "reader")
        assert answer.status in (200, 404), (path, answer)
    assert sum(answer.status == 200 for answer in rooms.values()) > 100


def test_the_ask_room_makes_no_more_of_a_document_than_words(fort: Fortress) -> None:
    for question in ("The siren is written about", "The siren of thirty is heard by all"):
        said = fort.question([question, [], [], [], [], [], "", ""])
        assert shown(said)
        for html in shown(said):
            assert Markup(html).wrong() == []


def shown(said: str) -> list[str]:
    """The HTML that Gradio's queue sent."""
    found = []
    for line in re.findall(r"^data: (\{.*\})\s*$", said, re.MULTILINE):
        data = json.loads(line).get("output", {}).get("data") or []
        found += [one for one in data if isinstance(one, str) and "<" in one]
    return found


@many("document")
def test_a_hostile_document_is_shown_as_the_words_it_is(fort: Fortress, rooms: dict[str, Answer], attack: dict[str, str]) -> None:
    number = fort.documents[attack["file"]]
    page, source = rooms[f"/en/library/{number}"], rooms[f"/source/{number}"]
    assert page.status == 200 and source.status == 200
    assert source.headers["content-disposition"].startswith("attachment")
    assert source.headers["content-type"] == "application/octet-stream" and "\n" not in source.headers["content-disposition"]
    title = repeated(attack.get("title", "")).replace("@outside@", fort.outside)
    if title:
        texts = [one for one in _texts(page.text) if one]
        assert any(_plain(title)[:60] in _plain(text) for text in texts), title
    for name in ("touch", "kx36"):
        assert not (Path.cwd() / name).exists()


def _texts(html: str) -> list[str]:
    from html.parser import HTMLParser

    found: list[str] = []

    class Texts(HTMLParser):
        def handle_data(self, data: str) -> None:
            found.append(data)

    Texts().feed(html)
    return found


def _plain(text: str) -> str:
    return " ".join(re.sub("[\u200b\u202a-\u202e\u2066-\u2069]", "", text).split())


def test_no_cell_of_a_table_is_a_formula(rooms: dict[str, Answer]) -> None:
    import csv

    for path in ("/en/compare.csv?q=siren&by=city", "/en/collected.csv"):
        assert rooms[path].status == 200
        rows = list(csv.reader(io.StringIO(rooms[path].body.decode("utf-8-sig")), delimiter=";"))
        assert len(rows) > 2
        risky = [cell for row in rows for cell in row if re.match(r"[\s\u200b]*[=+\-@\t\r＝＋－＠]", cell)]
        assert risky == []


def test_no_export_holds_markup_of_a_document(rooms: dict[str, Answer], fort: Fortress) -> None:
    for path in ("/en/compare.md?q=siren&by=city", "/en/collected.md"):
        text = rooms[path].text
        assert not re.search(r"(?<!\\)<(?:script|img|svg|kx)", text) and not re.search(
            r"(?<!\\)\]\((?:javascript|http://127)", text
        )
    bib, ris = rooms["/en/collected.bib"].text, rooms["/en/collected.ris"].text
    assert not re.search(r"^\s*@misc\{kx17", bib, re.MULTILINE) and not re.search(r"^TY  - KX18", ris, re.MULTILINE)
    assert bib.count("{") - bib.count("\\{") == bib.count("}") - bib.count("\\}")
    for path in ("/en/compare.docx?q=siren&by=city", "/en/collected.docx"):
        with zipfile.ZipFile(io.BytesIO(rooms[path].body)) as archive:
            for name in archive.namelist():
                content = archive.read(name)
                assert b"<kx" not in content and b"INCLUDETEXT" not in content and b"DDEAUTO" not in content
                if name.endswith(".rels"):
                    outside = re.findall(rb'TargetMode="External"[^>]*|Target="(?:javascript|file|data)[^"]*"', content)
                    assert outside == [], (name, outside)


# -- questions


@many("question")
def test_a_question_is_only_a_question(fort: Fortress, attack: dict[str, str]) -> None:
    text = filled(attack["text"], fort)
    said = fort.question([text, [], [], [], [], [], "", ""])
    assert "process_completed" in said and '"success":true' in said, said[:500]
    assert shown(said) and not INSIDE.search(said.encode())
    unexpected = Words("en").unexpected.partition("{")[0].strip()
    for html in shown(said):
        assert Markup(html).wrong() == [] and unexpected not in html
        assert _leaks(html, text) == []
    query = urlencode({"q": text, "by": "city"}, encoding="utf-8", errors="replace")
    if len(query) < 50_000:  # a longer line than h11 takes
        for path in (f"/sv/compare/columns?{query}", f"/en/compare.csv?{query}", f"/en/?{query}"):
            answer = fort.get(path)
            hold(answer, "reader", text)
            assert answer.status in (200, 400, 404), answer.status


def _leaks(html: str, asked: str) -> list[str]:
    told = " ".join(_texts(html)).casefold()
    return [word for word in HIDDEN["reader"] if word in told and word not in asked.casefold()]


# -- names of files


@many("name")
def test_a_file_is_kept_below_the_corpus_under_a_harmless_name_or_not_at_all(fort: Fortress, attack: dict[str, str]) -> None:
    name = filled(attack["name"], fort)
    before = set(fort.corpus.rglob("*"))
    escaped = name.replace('"', "%22").replace("\r", "%0D").replace("\n", "%0A")  # as browsers write them
    answer = upload(fort, escaped)
    hold(answer, "editor", name)
    assert answer.status in (200, 400, 413, 422), answer
    new = {path for path in set(fort.corpus.rglob("*")) - before}
    kept = [path for path in new if path.is_file()]
    if answer.status == 200:
        told = json.loads(answer.text)["name"]
        assert (fort.corpus / told).resolve().is_relative_to(fort.corpus) and ".." not in told.split("/")
        assert not told.startswith(("/", ".")) and "\\" not in told and told.isprintable()
    else:
        assert kept == []
    for path in kept:
        relative = path.relative_to(fort.corpus).as_posix()
        assert relative.isprintable() and not path.name.startswith((".", "-", "~"))
        assert path.name.casefold() != "catalogue.csv" and path.stat().st_mode & 0o111 == 0
    for path in sorted(new, reverse=True):  # what is there does not change what the others get
        path.unlink() if path.is_file() else path.rmdir()


def test_a_name_with_a_line_break_makes_no_header_of_a_form(fort: Fortress) -> None:
    answer = upload(fort, "kx\r\nContent-Type: text/html\r\n\r\n<kx>.md")
    hold(answer, "editor")
    assert answer.status in (200, 400, 422)


def upload(fort: Fortress, name: str, text: str = "kx", who: str = "editor", **headers: str) -> Answer:
    """Send a file as the page does."""
    body = f'--kx\r\nContent-Disposition: form-data; name="files"; filename="{name}"\r\n\r\n{text}\r\n--kx--\r\n'
    given = {"Content-Type": "multipart/form-data; boundary=kx", "Accept": "application/json"} | headers
    return fort.ask("POST", "/en/library/files", who, given, body.encode("utf-8", "surrogatepass"))


# -- where one is led


@many("next", "to")
def test_one_is_led_to_an_address_of_ours(fort: Fortress, attack: dict[str, str]) -> None:
    onward = filled(attack["to"], fort)
    for path in (f"/sign-in?next={quote(onward)}", f"/en/sign-in?next={quote(onward)}"):
        answer = fort.get(path)  # somebody who is signed in
        hold(answer, "reader", onward)
        here(answer)
    sent = fort.form("/en/sign-in", "", name="low", password="correct horse battery", next=onward)
    assert sent.status == 303
    here(sent)
    form = fort.get(f"/en/sign-in?next={quote(onward)}", "")
    hold(form, "", onward)
    values = [attributes.get("value", "") for tag, attributes in Markup(form.text).elements if attributes.get("name") == "next"]
    assert len(values) == 1 and re.match(r"/(?![/\\])", values[0])


def here(answer: Answer) -> None:
    """It leads to this server, also by the rules of browsers: they take backslashes for slashes, and skip control characters."""
    assert answer.status in (303, 307)
    place = answer.headers["location"]
    read = re.sub(r"[\t\r\n]", "", place).replace("\\", "/").strip("\x00\x20")
    assert place.startswith("/") and not read.startswith("//") and not urlsplit(read).netloc, place
    assert place.isascii() and "\n" not in place


# -- addresses, requests, the socket


@many("address")
def test_an_address_gets_what_it_should(fort: Fortress, attack: dict[str, Any]) -> None:
    path, who = filled(attack["path"], fort), attack.get("who", "reader")
    answer = fort.get(path, who)
    hold(answer, who, path)
    assert answer.status in attack["gets"], answer
    if answer.status in (303, 307):
        here(answer)


@many("request")
def test_a_request_gets_what_it_should(fort: Fortress, attack: dict[str, Any]) -> None:
    who = attack.get("who", "reader")
    headers = {name: filled(value, fort) for name, value in attack.get("headers", {}).items()}
    method, _, target = filled(attack["send"], fort).partition(" ")
    if "file" in attack:
        answer = upload(fort, attack["file"]["name"], attack["file"]["text"], who, **headers)
    elif "form" in attack:
        fields = {name: filled(value, fort) for name, value in attack["form"].items()}
        answer = fort.form(target, who, headers, **fields)
    else:
        answer = fort.ask(method, target, who, headers, filled(attack.get("body", ""), fort).encode())
    hold(answer, who, target)
    assert answer.status in attack["gets"], answer
    told = f"{answer.headers} {answer.text}".casefold()
    assert [word for word in attack.get("never", ()) if word in told] == []


@many("queue")
def test_what_no_page_sends_gets_nothing_from_gradio_s_queue(fort: Fortress, attack: dict[str, Any]) -> None:
    session = f"kx{ATTACKS['queue'].index(attack)}"
    body = f'{{"data": {filled(attack["data"], fort)}, "fn_index": {attack["index"]}, "session_hash": "{session}"}}'
    joined = fort.ask("POST", "/en/gradio_api/queue/join", "reader", {"Content-Type": "application/json"}, body.encode())
    hold(joined, "reader")
    assert joined.status in (200, 400, 404, 413, 422), joined
    if joined.status != 200:
        return
    said = fort.listened(session, "reader")
    assert not INSIDE.search(said.encode()) and "event_id" in said, said[:500]
    for html in shown(said):
        assert Markup(html).wrong() == [] and _leaks(html, attack["data"]) == []


@many("raw")
def test_what_is_written_to_the_socket_gets_what_it_should(fort: Fortress, attack: dict[str, Any]) -> None:
    sent = filled(attack["send"], fort)
    answer = fort.raw(sent.encode("latin-1"), closing=attack.get("closes", False))
    hold(answer, "" if "COOKIE" not in attack["send"] else "reader")
    assert answer.status in attack["gets"], answer


# -- sessions


def test_a_cookie_is_no_good_after_the_session_has_ended(fort: Fortress) -> None:
    users = Users(fort.data)
    users.add("gone", role=Role.READER, clearance=Handling.CLEAR, password=PASSWORD)

    def ends(how: Callable[[], object]) -> None:
        cookie = fort.cookies["gone"] = signed_in(fort, "gone")
        assert fort.ask("GET", "/en/counts", "gone").status == 200
        how()
        assert fort.ask("GET", "/en/counts", "", {"Cookie": cookie, "Accept": "*/*"}).status == 401

    ends(lambda: fort.form("/en/account/sign-out", "gone", a="1"))
    ends(lambda: fort.form("/sv/account/sign-out-everywhere", "gone", a="1"))
    again = {"old": PASSWORD, "new": "another long word", "again": "another long word"}
    ends(lambda: fort.form("/en/account/password", "gone", **again))
    users.set_password("gone", PASSWORD)
    ends(lambda: users.change("gone", clearance=Handling.GREEN))
    ends(lambda: users.change("gone", disabled=True))
    users.change("gone", disabled=False)
    ends(lambda: users.remove("gone"))


def test_a_token_is_no_good_after_it_was_taken_away_or_its_owner_is_gone(fort: Fortress) -> None:
    users, tokens = Users(fort.data), Tokens(fort.data)
    user = users.add("robot", role=Role.READER, clearance=Handling.CLEAR, password=PASSWORD)
    one, two = (tokens.make(user, "t", scopes=(Scope.READ,), clearance=Handling.RED, days=1) for _ in range(2))
    found = tokens.find(one)
    assert found is not None and found.principal.clearance is Handling.CLEAR  # never more than its owner
    assert tokens.take_away(user, found.token_id) and tokens.find(one) is None and tokens.find(two) is not None
    users.change("robot", disabled=True)
    assert tokens.find(two) is None
    users.remove("robot")
    assert tokens.find(two) is None


def test_a_sign_in_tells_nobody_who_has_an_account(fort: Fortress) -> None:
    answers = {}
    for name in ("admin", "nobody"):
        answer = fort.form("/en/sign-in", "", name=name, password="not the password")
        sized = {key: value for key, value in answer.headers.items() if key not in ("date", "content-length")}
        answers[name] = (answer.status, sized, answer.text.replace(f'value="{name}"', ""))
    assert answers["admin"] == answers["nobody"]


def test_whoever_tries_many_passwords_waits_and_the_right_one_does_not_help(fort: Fortress) -> None:
    Users(fort.data).add("tried", role=Role.READER, clearance=Handling.CLEAR, password=PASSWORD)
    statuses = [fort.form("/en/sign-in", "", name="tried", password=f"password {n}").status for n in range(8)]
    assert statuses[0] == 401 and statuses[-1] == 429
    answer = fort.form("/en/sign-in", "", name="tried", password=PASSWORD)
    assert answer.status == 429 and int(answer.headers["retry-after"]) > 0 and "set-cookie" not in answer.headers


# -- slow and half


def test_a_request_that_comes_slowly_holds_up_nobody(fort: Fortress) -> None:
    head = f"POST /en/sign-in HTTP/1.1\r\nHost: {fort.host}\r\nContent-Length: 100\r\n\r\n".encode()
    with contextlib.ExitStack() as stack:
        for sent in [head[:10]] * 40 + [head] * 40 + [b""] * 40:
            wire = stack.enter_context(socket.create_connection(("127.0.0.1", fort.port), timeout=5))
            wire.sendall(sent)
        assert fort.alive() and fort.get("/en/library").status == 200
    assert fort.alive()


def test_who_hangs_up_in_the_middle_of_a_file_leaves_nothing(fort: Fortress) -> None:
    before = set(fort.corpus.rglob("*"))
    head = (
        f"POST /en/library/files HTTP/1.1\r\nHost: {fort.host}\r\nOrigin: http://{fort.host}\r\nCookie: {fort.cookies['editor']}\r\n"
        "Content-Type: multipart/form-data; boundary=kx\r\nContent-Length: 9000\r\n\r\n"
        '--kx\r\nContent-Disposition: form-data; name="files"; filename="half.md"\r\n\r\nhalf'
    )
    with socket.create_connection(("127.0.0.1", fort.port), timeout=5) as wire:
        wire.sendall(head.encode())
    deadline = time.monotonic() + 10
    uploads = fort.data / "cache" / "uploads"
    while any(uploads.glob("tmp*")) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not any(uploads.glob("tmp*")) and set(fort.corpus.rglob("*")) == before and fort.alive()


def test_there_are_enough_of_them_and_it_still_stands(fort: Fortress) -> None:
    assert sum(map(len, ATTACKS.values())) >= 150
    assert fort.alive() and signed_in(fort, "reader") and not fort.visited()
