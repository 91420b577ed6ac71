"""The API: what it answers, and to whom; what it tells nobody."""

import json
import os
import re
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from api.rates import Rates
from index.access import Handling, Role, level_of
from index.tokens import Scope
from tests.api_kit import GOOD, HOST, INGEST, MARKS, MOMENT, Site, fill
from tests.fakes import Shelf
from tests.test_door import every_route as all_routes
from ui import rules


@pytest.fixture(scope="module")
def shelf(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shelf]:
    os.environ["GRADIO_ANALYTICS_ENABLED"] = "False"
    with pytest.MonkeyPatch.context() as patch:
        yield fill(Shelf(tmp_path_factory.mktemp("docs"), tmp_path_factory.mktemp("data"), patch))


@pytest.fixture(scope="module")
def site(shelf: Shelf, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    site = Site(shelf, tmp_path_factory.mktemp("people") / "data")
    yield site
    site.close()


def every_route(site: Site) -> list[tuple[str, str]]:
    """Method and path of every address of the API, from the route tables of the whole server."""
    known = {(method, path) for method, path in all_routes(site.app.routes) if path.startswith("/api")}
    assert all((rule := rules.find(method, filled(path))) and rule.needs is rules.Needs.TOKEN for method, path in known)
    return sorted((method, path.removeprefix("/api/v1")) for method, path in known)


def filled(path: str) -> str:
    return path.replace("{document_id}", "1").replace("{number}", "1").replace("{passage_id}", "1")


def names_in(answer: Any) -> set[str]:
    """Every document that an answer tells of: by title, path, or words of its own."""
    words = {name: name.removesuffix(".md") for name in (*MARKS, "notes.md")}
    return {name for name, word in words.items() if re.search(rf"The {word} paper|{name}|secret{word}", answer.text, re.I)}


# -- nobody gets in


@pytest.mark.parametrize(
    "header",
    [
        "", "Bearer", "Bearer ", "Bearer kalla_", f"Bearer kalla_{'x' * 43}", f"Bearer kalla_{'x' * 44}", "Basic cml0YTp4",
        "Token TOKEN", "TOKEN", "Bearer TOKEN TOKEN", "Bearer TOKEN,Bearer TOKEN", "Bearer TOKEN\t", "Bearer\xa0TOKEN",
        "bearer: TOKEN", "Bearer kalla_\xe5\xe4\xf6" + "x" * 40, "Bearer " + "A" * 5000,
    ],
)  # fmt: skip
def test_what_is_no_token_opens_nothing(site: Site, header: str) -> None:
    token = site.token("chief")
    sent = header.replace("TOKEN", token).encode("latin-1")
    answer = site.get("/me", headers={"Authorization": sent})  # type: ignore[dict-item]
    if header == "Bearer TOKEN\t":  # white space around a value is none of it (RFC 9110)
        assert answer.status_code == 200
        return
    assert answer.status_code == 401 and answer.headers["www-authenticate"].startswith('Bearer realm="kalla"')
    assert answer.headers["content-type"] == "application/problem+json" and answer.json()["status"] == 401
    assert token not in answer.text


def test_two_tokens_are_nobodys(site: Site) -> None:
    token = site.token("chief")
    pair = ("Authorization", f"Bearer {token}")
    assert site.client.get("/api/v1/me", headers=[pair]).status_code == 200
    assert site.client.get("/api/v1/me", headers=[pair, pair]).status_code == 401


def test_every_route_asks_for_a_token(site: Site) -> None:
    routes = every_route(site)
    assert len(routes) == 10 and ("POST", "/ingest") in routes
    for method, path in routes:
        for headers in ({}, {"Authorization": f"Bearer kalla_{'a' * 43}"}):
            answer = site.ask(method, filled(path), headers=headers)
            assert answer.status_code == 401 and answer.headers["cache-control"] == "no-store", (method, path)


@pytest.mark.parametrize(
    "path", ["", "/", "/nothing", "/documents/1/nothing", "/../../en/library", "/me/", "//me", "/docs", "/ME"]
)
def test_not_even_that_there_is_nothing_is_told_to_nobody(site: Site, path: str) -> None:
    for method in ("GET", "POST", "PUT", "DELETE", "PATCH", "OPTIONS", "HEAD"):
        status = site.client.request(method, "/api/v1" + path).status_code
        assert status == 401, (method, path)


def test_an_address_that_is_not_asked_like_this_says_how(site: Site) -> None:
    for method in ("PUT", "DELETE", "POST", "HEAD", "OPTIONS"):
        answer = site.ask(method, "/me", site.token("rita"))
        assert (answer.status_code, answer.headers["allow"]) == (405, "GET")
        assert method == "HEAD" or "Allow" in answer.json()["detail"]


def test_a_route_put_below_it_later_is_behind_its_door(site: Site) -> None:
    site.app.get("/api/v1/later")(lambda: "secret")
    token = site.token("rita")
    assert site.get("/later").status_code == 401 and site.get("/later", token).status_code == 404
    site.app.router.routes.pop()


def test_a_session_of_the_page_opens_nothing(site: Site) -> None:
    secret = site.gate.sessions.begin(site.user("chief"))
    cookie = {"Cookie": f"kalla={secret}"}
    assert site.client.get("/en/counts", headers=cookie).status_code == 200
    for method, path in every_route(site):
        assert site.ask(method, filled(path), headers=cookie).status_code == 401, path
    assert site.client.post("/api/v1/ingest", headers={**cookie, "Origin": HOST}).status_code in (401, 403)


def test_the_cookie_does_not_even_get_there(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    seen = []
    monkeypatch.setattr(site.gate, "of_token", lambda headers: seen.append(dict(headers)))
    site.get("/me", headers={"Cookie": "kalla=abc", "X-Other": "1"})
    assert "cookie" not in seen[0] and seen[0]["x-other"] == "1"


def test_a_token_opens_no_page(site: Site) -> None:
    headers = {"Authorization": f"Bearer {site.token('chief', *INGEST)}"}
    for address in ("/en/counts", "/view/1", "/source/1", "/en/account", "/en/library"):
        assert site.client.get(address, headers=headers).status_code == 401, address
    assert site.client.post("/en/index/forget", headers={**headers, "Origin": HOST}).status_code == 401


@pytest.mark.parametrize("name", ["access_token", "token", "authorization", "api_key"])
def test_a_token_in_the_address_is_none(site: Site, name: str) -> None:
    assert site.get(f"/search?q=x&{name}={site.token('chief')}").status_code == 401


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "https://evil.example"}, {"Origin": "null"}, {"Origin": HOST}, {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"}, {"Sec-Fetch-Site": "same-origin"},
    ],
)  # fmt: skip
def test_pages_in_a_browser_are_refused_whatever_they_hold(site: Site, headers: dict[str, str]) -> None:
    answer = site.get("/me", site.token("chief"), headers)
    assert answer.status_code == 403 and "pages in a browser" in answer.json()["detail"]


# -- tokens have limits


def test_a_token_has_an_end(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    token = site.token("rita", days=2)
    assert site.get("/me", token).json()["expires"] > "2026"
    now = time.time()
    monkeypatch.setattr(site.gate.tokens, "_clock", lambda: now + 2 * 86400 - 60)
    assert site.get("/me", token).status_code == 200
    monkeypatch.setattr(site.gate.tokens, "_clock", lambda: now + 2 * 86400 + 60)
    assert site.get("/me", token).status_code == 401


def test_it_ends_with_its_account_and_when_it_is_taken_away(site: Site) -> None:
    site.users.add("temp", role=Role.READER, clearance=Handling.AMBER, password=GOOD)
    token, other = site.token("temp"), site.token("temp")
    user = site.user("temp")
    latest = site.gate.tokens.of(user)[0]
    assert site.gate.tokens.take_away(user, latest.token_id)
    assert site.get("/me", other).status_code == 401 and site.get("/me", token).status_code == 200
    site.users.change("temp", clearance=Handling.CLEAR)
    assert site.get("/me", token).json()["clearance"] == "TLP:CLEAR"  # no more than its owner, as of now
    site.users.change("temp", disabled=True)
    assert site.get("/me", token).status_code == 401
    site.users.change("temp", disabled=False)
    site.users.remove("temp")
    assert site.get("/me", token).status_code == 401


def test_a_scope_is_needed_and_its_lack_written_down(site: Site) -> None:
    only = {"read": site.token("ed", Scope.READ), "ingest": site.token("ed", Scope.INGEST)}
    for method, path in every_route(site):
        if path in ("/me", "/openapi.json"):
            assert site.ask(method, path, only["ingest"]).status_code == 200
            continue
        needed = "ingest" if path.startswith("/ingest") else "read"
        other = only["read" if needed == "ingest" else "ingest"]
        answers = []
        rows = site.rows(lambda: answers.append(site.ask(method, filled(path), other)))  # noqa: B023
        assert answers[0].status_code == 403 and f'scope="{needed}"' in answers[0].headers["www-authenticate"], path
        assert rows[0][1] == "refused" and rows[0][2]["scope"] == needed
        assert site.ask(method, filled(path), only[needed]).status_code != 403


def test_who_may_not_change_the_library_may_not_by_a_token(site: Site) -> None:
    token = site.token("rita", *INGEST)
    answer = site.ask("POST", "/ingest", token, files={"files": ("a.md", b"x")})
    assert answer.status_code == 403 and "editors" in answer.json()["detail"] and not list(site.corpus.iterdir())


def test_too_many_requests_wait() -> None:
    now = [0.0]
    rates = Rates(at_once=3, a_minute=60, clock=lambda: now[0])
    waits = [rates.wait(1) for _ in range(4)]
    assert waits[:3] == [0.0] * 3 and waits[3] == pytest.approx(1.0) and rates.wait(2) == 0.0
    now[0] = 0.5
    assert rates.wait(1) == pytest.approx(0.5)
    now[0] = 2.1
    assert [rates.wait(1) for _ in range(3)] == [0.0, 0.0, pytest.approx(0.9)]
    now[0] = 1000.0
    assert [rates.wait(1) > 0 for _ in range(4)] == [False, False, False, True]  # no more is saved up than fits


def test_a_token_that_asks_too_often_is_told_how_long_to_wait(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(site.api, "_rates", Rates(at_once=2, a_minute=20, clock=lambda: 0.0))
    one, other = site.token("rita"), site.token("ed")
    assert [site.get("/me", one).status_code for _ in range(3)] == [200, 200, 429]
    told = site.get("/me", one)
    assert told.headers["retry-after"] == "3" and "3 seconds" in told.json()["detail"]
    assert site.get("/me", other).status_code == 200 and site.get("/me").status_code == 401


# -- who sees what


@pytest.mark.parametrize("clearance", list(Handling))
def test_a_token_sees_no_more_than_its_clearance(site: Site, clearance: Handling) -> None:
    token = site.token("chief", clearance=clearance)
    seen = {name for name, mark in {**MARKS, "notes.md": "TLP:GREEN"}.items() if level_of(mark) <= clearance}
    found = site.get("/search?q=siren police bridge&top=50", token)
    assert names_in(found) == seen == names_in(site.get("/documents", token))
    assert found.json()["searched"]["documents"] == len(seen) == site.get("/documents", token).json()["total"]
    assert level_of(found.json()["handling"]) == max(level_of(hit["handling"]) for hit in found.json()["hits"]) <= clearance
    for name in set(MARKS) - seen:
        told = site.get(f"/answer?q=Secret{name.removesuffix('.md')}", token)
        assert names_in(told) - {name} <= seen and f"The {name.removesuffix('.md')} paper" not in told.text


def test_nor_than_its_owner(site: Site) -> None:
    token = site.token("rita", clearance=Handling.RED)
    assert names_in(site.get("/documents", token)) == {"clear.md", "green.md", "notes.md"}


def test_hidden_is_answered_as_what_is_not_there_to_the_byte(site: Site) -> None:
    high, low = site.token("chief"), site.token("rita")
    documents = site.get("/documents", high).json()["documents"]
    hidden = [one["document"] for one in documents if level_of(one["handling"]) > Handling.GREEN]
    found = site.get("/search?q=siren&top=50", high).json()["hits"]
    passages = [hit["passage"] for hit in found if level_of(hit["handling"]) > Handling.GREEN]
    assert len(hidden) == 3 and len(passages) >= 3
    for kind, ids, rest in (
        ("documents", hidden, ""), ("documents", hidden, "/pages/1"), ("documents", hidden, "/pages/999"), ("passages", passages, "")
    ):  # fmt: skip
        absent = site.get(f"/{kind}/987654{rest}", low)
        assert absent.status_code == 404
        for one in ids:
            if rest != "/pages/999":
                assert site.get(f"/{kind}/{one}{rest}", high).status_code == 200
            answer = site.get(f"/{kind}/{one}{rest}", low)
            assert (answer.status_code, answer.content, answer.headers) == (404, absent.content, absent.headers), (kind, one)


def test_a_library_without_what_is_hidden_answers_the_same_to_the_byte(
    site: Site, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    token, told = site.token("rita"), []
    questions = (
        "siren",
        "When was the bridge closed?",
        "Secretred",
        "city:Madrid siren",
        "secretamberr",
        '"red bridge"',
        "-red at",
    )
    for hidden in (False, True):
        folder = tmp_path / str(hidden)
        shelf = Shelf(folder / "docs", folder / "data", monkeypatch)
        fill(shelf, {name: mark for name, mark in MARKS.items() if level_of(mark) <= Handling.GREEN})
        if hidden:
            fill(shelf)
        library = shelf.library()
        client = site.over(library)
        told.append(
            [
                client.get(f"/api/v1/{kind}", params={"q": question}, headers={"Authorization": f"Bearer {token}"}).content
                for question in questions
                for kind in ("search", "answer")
            ]
        )
        library.close()
    assert told[0] == told[1] and len(set(told[0])) == 2 * len(questions)


def test_where_a_file_lies_is_told_to_administrators_only(site: Site) -> None:
    folder = str(site.shelf.folder)
    chief, rita = site.token("chief"), site.token("rita")
    assert site.get("/documents", chief).json()["documents"][0]["path"].startswith(folder)
    for address in ("/documents", "/search?q=siren", "/answer?q=siren", "/documents/2", "/me"):
        assert folder not in site.get(address, rita).text, address
        assert folder in site.get(address, chief).text or address == "/me", address


def test_what_may_not_be_attributed_names_nobody(site: Site) -> None:
    hits = site.get("/search?q=notes siren&top=50", site.token("rita")).json()["hits"]
    note = next(hit for hit in hits if hit["title"] == "The notes paper")
    assert (note["attributable"], note["city"], note["organisation"]) == (False, [], "")
    assert "may not be attributed" in note["reference"] and "Dublin" not in json.dumps(hits)


# -- what is answered


def test_an_answer_is_exact_words_with_their_references(site: Site) -> None:
    token = site.token("rita")
    said = site.get("/answer?q=When does the siren of the green paper sound?&lang=sv", token).json()
    quote = said["answer"]["quotes"][0]
    source = next(one for one in said["sources"] if one["rank"] == quote["citation"])
    page = site.get(f"/documents/{source['document']}/pages/{source['page']}", token).json()
    start, end = quote["start"] - page["start"], quote["end"] - page["start"]
    assert page["text"][start:end] == quote["text"] and quote["reference"] == source["reference"]
    assert said["nearest"] == [] and said["asked_by"] == "rita" and said["asked_at"] == MOMENT


def test_where_nothing_answers_the_nearest_stands_apart(site: Site) -> None:
    said = site.get("/answer?q=zebra saxophone", site.token("rita")).json()
    assert said["answer"] is None and said["sources"] == []


def test_filters_are_those_of_the_page(site: Site) -> None:
    token = site.token("rita")

    def titles(query: str) -> set[str]:
        return {hit["title"] for hit in site.get(f"/search?q=siren&{query}", token).json()["hits"]}

    assert titles("where=city:London") == {"The green paper"} == titles("where=city:Paris&where=handling:OFFICIAL")
    assert titles("where=city:London&where=city:Paris") == {"The green paper", "The clear paper"}
    assert titles("where=handling:TLP:RED") == titles("where=handling:TLP:PURPLE") == set()
    assert len(site.get("/search?q=siren&top=1", token).json()["hits"]) == 1
    assert site.get("/search?q=siren&mode=lexical", token).json()["hits"][0]["marks"]


def test_a_passage_comes_with_its_neighbours(site: Site) -> None:
    token = site.token("rita")
    hit = site.get("/search?q=bridge police green&top=1", token).json()["hits"][0]
    said = site.get(f"/passages/{hit['passage']}?around=2", token).json()
    assert said["passage"]["text"] == hit["text"] and said["handling"] == "TLP:GREEN"
    assert [one["end"] <= hit["start"] for one in said["before"]] == [True] and said["before"][0]["document"] == hit["document"]
    assert site.get(f"/passages/{hit['passage']}?around=0", token).json()["before"] == []


def test_a_list_is_told_in_parts(site: Site) -> None:
    token = site.token("rita")
    parts = [site.get(f"/documents?first={n}&most=1", token).json() for n in range(4)]
    assert [len(part["documents"]) for part in parts] == [1, 1, 1, 0] and {part["total"] for part in parts} == {3}
    assert [part["handling"] for part in parts] == ["TLP:CLEAR", "TLP:GREEN", "TLP:GREEN", "TLP:CLEAR"]


@pytest.mark.parametrize(
    "address",
    [
        "/search", "/search?q=", "/search?q=%20%20", "/search?q=x&top=<script>", "/search?q=x&mode=<b>", "/search?q=x&where=<i>:x",
        f"/search?q={'x' * 2001}", "/documents/<script>", f"/documents/{2**63}", "/documents/-1", "/passages/1?around=99",
        "/search?q=x&where=city:", "/documents/1/pages/0",
        "/search?q=x&<i>=1", "/search?q=x&cty=London", "/documents/2?x=<script>", "/me?token=<x>", "/openapi.json?x=1",
    ],
)  # fmt: skip
def test_what_is_not_understood_is_said_without_repeating_it(site: Site, address: str) -> None:
    answer = site.get(address, site.token("rita"))
    said = answer.json()
    assert answer.status_code == 422 and answer.headers["content-type"] == "application/problem+json"
    assert "<" not in answer.text and "xxxx" not in answer.text and said["errors"][0]["why"]


def test_what_fails_is_no_page_and_tells_no_folder(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    from index.errors import StoreError
    from index.library import Library

    def broken(*_: Any, **__: Any) -> None:
        raise StoreError("The disk of /srv/secret is full.")

    def wrong(*_: Any, **__: Any) -> None:
        raise ValueError("/srv/secret")

    monkeypatch.setattr(Library, "search", broken)
    assert "/srv/secret" in site.get("/search?q=x", site.token("chief")).json()["detail"]
    told = site.get("/search?q=x", site.token("rita"))
    assert told.status_code == 503 and "/srv" not in told.text and told.headers["content-type"] == "application/problem+json"
    monkeypatch.setattr(Library, "search", wrong)
    told = site.get("/search?q=x", site.token("chief"))
    assert told.status_code == 500 and "/srv" not in told.text and told.json()["instance"].startswith("urn:kalla:")


def test_where_who_asks_cannot_be_told_nobody_gets_in(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    from index.errors import StoreError

    def broken(_: Any) -> None:
        raise StoreError("people.sqlite in /srv/secret is damaged")

    token = site.token("chief")
    monkeypatch.setattr(site.gate, "of_token", broken)
    told = site.get("/me", token)
    assert told.status_code == 503 and "/srv" not in told.text


def test_what_cannot_be_written_down_is_not_answered(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    from index.errors import StoreError

    def full(*_: Any) -> None:
        raise StoreError("full")

    token = site.token("rita")
    monkeypatch.setattr(site.gate, "note", full)
    for address in ("/search?q=siren", "/answer?q=siren", "/documents/2", "/documents/2/pages/1", "/passages/4"):
        answer = site.get(address, token)
        assert answer.status_code == 503 and "siren" not in answer.text, address


def test_each_use_is_written_down(site: Site) -> None:
    token = site.token("rita")
    passage = site.get("/search?q=siren&top=1", token).json()["hits"][0]["passage"]

    def use() -> None:
        for address in (
            "/search?q=siren", "/answer?q=siren", "/documents/2", "/documents/2/pages/1", f"/passages/{passage}", "/documents",
            "/me", "/documents/1", "/documents/999", "/search?q=",
        ):  # fmt: skip
            site.get(address, token)

    rows = site.rows(use)
    assert [(who, event) for who, event, _ in rows] == [("rita", "search")] * 2 + [("rita", "document opened")] * 3
    assert len(rows[0][2]["question"]) == 64 and rows[0][2]["by"] == "token a test"
    assert [row[2]["address"] for row in rows[2:]] == [
        "/api/v1/documents/2", "/api/v1/documents/2/pages/1", f"/api/v1/passages/{passage}",
    ]  # fmt: skip


# -- files


def send(site: Site, token: str, **files: bytes) -> Any:
    return site.ask(
        "POST", "/ingest", token, files=[("files", (name.replace("_md", ".md"), text)) for name, text in files.items()]
    )


def ended(site: Site, address: str, token: str) -> Any:
    deadline = time.monotonic() + 20
    while True:
        said = site.get(address.removeprefix("/api/v1"), token).json()
        if said["done"]:
            return said
        assert time.monotonic() < deadline
        time.sleep(0.02)


def test_files_are_taken_in_and_what_became_of_each_is_told(site: Site) -> None:
    token = site.token("ed", *INGEST)
    sent: list[Any] = []
    rows = site.rows(lambda: sent.append(send(site, token, one_md=b"# One", broken_md=b"# Two", **{".hidden": b"x"})))
    assert sent[0].status_code == 202, sent[0].text
    assert [(event, about["files"]) for _, event, about in rows] == [("upload", "3")]
    assert {one["name"]: one["state"] for one in sent[0].json()["files"]} == {
        ".hidden": "refused", "one.md": "waiting", "broken.md": "waiting",
    }  # fmt: skip
    assert (site.corpus / "one.md").read_bytes() == b"# One" and not (site.corpus / ".hidden").exists()
    said = ended(site, sent[0].headers["location"], token)
    assert {one["name"]: (one["state"], one["reason"]) for one in said["files"] if one["state"] != "refused"} == {
        "one.md": ("added", ""), "broken.md": ("failed", "it is broken"),
    }  # fmt: skip
    assert said["reason"] == "" and said["handling"] == "TLP:CLEAR"


def test_what_became_of_files_is_told_to_the_token_that_sent_them(site: Site) -> None:
    token = site.token("ed", *INGEST)
    number = send(site, token, mine_md=b"# Mine").json()["ingest"]
    ended(site, f"/ingest/{number}", token)
    absent = site.get("/ingest/98765", token)
    for other in (site.token("ed", *INGEST), site.token("chief", *INGEST)):
        answer = site.get(f"/ingest/{number}", other)
        assert (answer.status_code, answer.content) == (404, absent.content)


def test_where_a_file_is_above_the_token_nothing_more_is_told_of_it(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    token = site.token("ed", *INGEST, clearance=Handling.CLEAR)
    red = next(one for one in site.get("/documents", site.token("chief")).json()["documents"] if one["handling"] == "TLP:RED")
    script = site.folder / "program.py"
    before = script.read_text()
    script.write_text(before.replace("document=0", f"document={red['document']}"))
    try:
        said = ended(site, send(site, token, high_md=b"# High").headers["location"], token)
    finally:
        script.write_text(before)
    assert [(one["name"], one["state"], one["document"]) for one in said["files"]] == [("high.md", "taken", None)]


def test_what_is_no_form_is_said(site: Site) -> None:
    token = site.token("ed", *INGEST)
    for sent, status in (
        ({"content": b"x"}, 400), ({"data": {"files": "x"}}, 400), ({"files": {"files": ("", b"x")}}, 400),
        ({"files": {"files": ("..", b"x")}}, 422), ({"headers": {"Content-Length": "9" * 12}, "content": b"x"}, 413),
        ({"content": b"--a\r\n", "headers": {"Content-Type": "multipart/form-data; boundary=a"}}, 400),
        ({"files": {"files": ("catalogue.csv", b"file,handling")}}, 422),
    ):  # fmt: skip
        answer = site.ask("POST", "/ingest", token, **sent)
        assert answer.status_code == status and answer.json()["detail"], (sent, answer.text)
        assert answer.headers["content-type"] == "application/problem+json"


def test_a_reading_that_ends_early_says_so_without_folders(site: Site) -> None:
    script = site.folder / "program.py"
    before = script.read_text()
    script.write_text("import sys; sys.exit('The disk of /srv/secret is full')")
    try:
        for name in ("ed", "chief"):
            token = site.token(name, *INGEST)
            said = ended(site, send(site, token, **{f"{name}_md": b"# Early"}).headers["location"], token)
            assert said["reason"] and ("/srv" in said["reason"]) == (name == "chief")
            assert [one["state"] for one in said["files"]] == ["waiting"]
    finally:
        script.write_text(before)


# -- while nobody signs in


def test_without_users_no_token_is_needed_but_no_page_may_ask(
    shelf: Shelf, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    site = Site(shelf, tmp_path / "data", users=False)
    try:
        me = site.get("/me").json()
        assert (me["name"], me["role"], me["token"], me["expires"]) == ("local", "admin", "", None)
        assert len(site.get("/search?q=siren&top=50").json()["hits"]) >= len(MARKS)
        for headers in ({"Origin": "https://evil.example"}, {"Sec-Fetch-Site": "cross-site"}):
            assert site.get("/search?q=siren", headers=headers).status_code == 403
            assert site.ask("POST", "/ingest", headers=headers, files={"files": ("a.md", b"x")}).status_code == 403
        assert site.get("/me", headers={"Host": "evil.example"}).status_code == 400
        answer = site.ask("POST", "/ingest", files={"files": ("a.md", b"x")})
        assert answer.status_code == 202
        ended(site, answer.headers["location"], "")
        monkeypatch.setattr(site.gate, "_open_to_others", True)
        assert site.get("/me").status_code == 401
    finally:
        site.close()


# -- the schema


def test_the_schema_describes_every_route(site: Site) -> None:
    schema = site.get("/openapi.json", site.token("rita")).json()
    assert schema["openapi"].startswith("3.1") and schema["security"] == [{"token": []}]
    described = {(method.upper(), path) for path, item in schema["paths"].items() for method in item}
    assert described == set(every_route(site)) - {("GET", "/openapi.json")}
    for item in schema["paths"].values():
        for one in item.values():
            assert one["summary"] and one["description"]
            assert {"401", "403", "422", "429", "503"} <= set(one["responses"])
            assert all(
                "application/problem+json" in said["content"] for status, said in one["responses"].items() if int(status) > 399
            )
    for name, shape in schema["components"]["schemas"].items():
        assert [field for field, one in shape.get("properties", {}).items() if "description" not in one] == [], name
    assert schema["components"]["securitySchemes"]["token"]["scheme"] == "bearer"
