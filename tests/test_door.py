"""The door: nobody gets past it without a session, at any address that the server has; and everybody only where they may."""

import itertools
import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from argon2 import PasswordHasher
from starlette.testclient import TestClient

from index.access import Handling, Role
from index.audit import Audit
from index.desk import Desk
from index.gate import Gate
from index.users import Users
from ingest.editing import describe
from tests.fake_library import FakeLibrary
from ui import rules
from ui.rules import Needs

GOOD = "correct horse battery"
HOST = "http://127.0.0.1"
ROLES = ("reader", "editor", "admin")


def hasher() -> PasswordHasher:
    """One that is quick."""
    return PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    os.environ["GRADIO_ANALYTICS_ENABLED"] = "False"
    from ui.app import create

    folder = tmp_path_factory.mktemp("door")
    users = Users(folder / "data", hasher())
    for role in reversed(ROLES):
        users.add(role, role=Role(role), clearance=Handling.AMBER if role == "reader" else Handling.RED, password=GOOD)
    gate = Gate(folder / "data", users=users)
    made = create(
        FakeLibrary(folder / "corpus"), lambda *_: b"", data=folder / "data", corpus=folder / "corpus",
        who=lambda headers: gate.of_cookie(headers), desk=Desk(folder / "data"), describe=describe, gate=gate,
    )  # fmt: skip
    made.state.gate = gate
    made.state.folder = folder / "data"
    yield made


@pytest.fixture(scope="module")
def clients(app: Any) -> Iterator[dict[str, TestClient]]:
    """A browser for each role, signed in, and one of nobody."""
    with browser(app) as nobody:
        found = {"": nobody}
        for role in ROLES:
            found[role] = browser(app)
            assert sign_in(found[role], role).status_code == 303
        yield found


_addresses = itertools.count(1)


def browser(app: Any) -> TestClient:
    """A browser at an address of its own."""
    address = (f"10.0.0.{next(_addresses)}", 1)
    return TestClient(app, base_url=HOST, client=address, follow_redirects=False, raise_server_exceptions=False)


def sign_in(client: TestClient, name: str, password: str = GOOD, onward: str = "") -> Any:
    sent = {"name": name, "password": password, "next": onward}
    return client.post("/en/sign-in", data=sent, headers={"Origin": HOST})


def every_route(routes: Any, prefix: str = "") -> Iterator[tuple[str, str]]:
    """Method and path of every address, from the tables of FastAPI, Starlette and Gradio themselves."""
    for route in routes:
        if hasattr(route, "effective_candidates"):  # FastAPI 0.165 keeps included routers as they are (routing.py)
            for one in _included(route):
                path = getattr(one, "path", None) or one.starlette_route.path
                yield from ((method, prefix + path) for method in one.original_route.methods or ["GET"])
        elif getattr(route, "routes", None):
            yield from every_route(route.routes, prefix + route.path)
        else:
            yield from ((method, prefix + route.path) for method in getattr(route, "methods", None) or ["GET"])


def _included(route: Any) -> Iterator[Any]:
    for one in route.effective_candidates():
        if hasattr(one, "effective_candidates"):
            yield from _included(one)
        else:
            yield one


def filled(path: str) -> str:
    """An address of a route: a number or word in each place."""
    return re.sub(r"\{(\w+)(?::\w+)?\}", lambda match: "1" if match[1].endswith("_id") or match[1] == "number" else "x", path)


def test_the_routes_are_found(app: Any) -> None:
    found = set(every_route(app.routes))
    assert len(found) > 250
    assert {
        ("GET", "/view/{document_id}"),
        ("POST", "/en/index/rebuild"),
        ("GET", "/sv/gradio_api/heartbeat/{session_hash}"),
    } <= found


def test_every_route_is_shut_for_nobody_and_open_to_whom_its_rule_says(app: Any, clients: dict[str, TestClient]) -> None:
    headers = {"Origin": HOST, "Accept": "text/html"}
    wrong = []
    for method, path in sorted(set(every_route(app.routes))):
        address = filled(path)
        if (
            "heartbeat" in address or "queue/data" in address or "startup-events" in address
        ):  # these go on for as long as one listens
            open_to_nobody = clients[""].request(method, address, headers=headers).status_code < 300
            if open_to_nobody:
                wrong.append(("nobody", method, address))
            continue
        rule = rules.find(method, address)
        needs = rule.needs if rule is not None else None
        for name, client in clients.items():
            if method == "POST" and name and (needs is None or needs <= Needs.SIGNED_IN) and "/account/" in address:
                continue  # it ends the session that asks
            if method == "POST" and name in ("editor", "admin") and "/index/" in address:
                continue  # it starts work; what an editor may is shown in the room's own tests
            status = client.request(method, address, headers=headers).status_code
            refused = status in (303, 401, 403, 404, 405)
            if name == "" and needs is not Needs.NOTHING and not (refused and status != 405):
                wrong.append((name or "nobody", method, address, status))
            if name == "reader" and needs is Needs.EDITOR and status != 403:
                wrong.append((name, method, address, status))
            if name and needs is None and not refused:
                wrong.append((name, method, address, status))
    assert wrong == []


@pytest.mark.parametrize(
    "path", ["heartbeat/abc", "startup-events", "queue/data?session_hash=abc", "app_id", "theme.css", "stream/x", "cancel"]
)
def test_what_gradio_leaves_open_is_shut(clients: dict[str, TestClient], path: str) -> None:
    for method in ("GET", "POST"):
        found = clients[""].request(method, f"/en/gradio_api/{path}", headers={"Origin": HOST})
        assert found.status_code in (401, 403, 404)


def test_an_address_that_nobody_decided_about_is_refused(app: Any, clients: dict[str, TestClient]) -> None:
    app.get("/brand-new")(lambda: "secret")
    app.post("/en/library/brand-new/thing/x")(lambda: "secret")
    for client in clients.values():
        assert client.get("/brand-new").status_code in (303, 401, 404)
        assert client.post("/en/library/brand-new/thing/x", headers={"Origin": HOST}).status_code in (401, 403, 404)


def test_a_browser_is_led_to_sign_in_and_back(clients: dict[str, TestClient]) -> None:
    client = clients[""]
    led = client.get("/sv/library?kind=report", headers={"Accept": "text/html"})
    assert led.status_code == 303 and led.headers["location"] == "/sv/sign-in?next=/sv/library%3Fkind%3Dreport"
    form = client.get(led.headers["location"])
    assert form.status_code == 200 and "Logga in" in form.text and 'value="/sv/library?kind=report"' in form.text
    assert "/sv/compare" not in form.text  # no rooms before one is in
    assert client.get("/sv/counts").status_code == 401


@pytest.mark.parametrize(
    "onward",
    ["https://evil.example", "//evil.example", "/\\evil.example", "javascript:alert(1)", "/a\nb", "", "/en/sign-in", "\\\\evil"],
)
def test_one_is_led_nowhere_else(app: Any, onward: str) -> None:
    client = browser(app)
    assert sign_in(client, "reader", onward=onward).headers["location"] == "/en/"


def test_the_cookie_is_for_this_page_alone(app: Any) -> None:
    client = browser(app)
    cookie = sign_in(client, "reader").headers["set-cookie"]
    assert re.match(r"kalla=[\w-]{43}; HttpOnly; Path=/; SameSite=lax$", cookie)


def test_by_tls_the_cookie_is_secure(app: Any) -> None:
    client = TestClient(app, base_url="https://127.0.0.1", follow_redirects=False, raise_server_exceptions=False)
    sent = {"name": "reader", "password": GOOD, "next": ""}
    cookie = client.post("/en/sign-in", data=sent, headers={"Origin": "https://127.0.0.1"}).headers["set-cookie"]
    assert cookie.startswith("__Host-kalla=") and "Secure" in cookie
    assert client.get("/en/library").status_code == 200


def test_a_session_that_was_fixed_before_is_no_good_after(app: Any) -> None:
    client = browser(app)
    planted = client.post(
        "/en/sign-in", data={"name": "reader", "password": GOOD}, headers={"Origin": HOST, "Cookie": f"kalla={'x' * 43}"}
    )
    first = planted.cookies["kalla"]
    assert first != "x" * 43
    client.cookies.clear()
    assert client.get("/en/counts", headers={"Cookie": f"kalla={first}"}).status_code == 200
    again = client.post(
        "/en/sign-in", data={"name": "reader", "password": GOOD}, headers={"Origin": HOST, "Cookie": f"kalla={first}"}
    )
    client.cookies.clear()
    assert again.cookies["kalla"] != first
    assert client.get("/en/counts", headers={"Cookie": f"kalla={first}"}).status_code == 401


def test_two_cookies_are_nobodys(app: Any, clients: dict[str, TestClient]) -> None:
    good = clients["reader"].cookies["kalla"]
    client = browser(app)
    assert client.get("/en/counts", headers={"Cookie": f"kalla={good}"}).status_code == 200
    assert client.get("/en/counts", headers={"Cookie": f"kalla={good}; kalla=other"}).status_code == 401


@pytest.mark.parametrize(("name", "password"), [("reader", "wrong password"), ("nobody at all", GOOD), ("", "")])
def test_a_failure_is_the_same_whoever_is_asked_for(app: Any, name: str, password: str) -> None:
    client = browser(app)
    found = sign_in(client, name, password)
    assert found.status_code == 401 and "set-cookie" not in found.headers
    assert "The name or the password is wrong." in found.text
    assert found.text.replace(f'value="{name}"', 'value=""') == sign_in(client, "", "x").text


def test_too_many_failures_have_to_wait(app: Any) -> None:
    client = TestClient(app, base_url=HOST, client=("10.9.9.9", 1), follow_redirects=False, raise_server_exceptions=False)
    for _ in range(5):
        sign_in(client, "editor", "wrong password")
    found = sign_in(client, "editor", GOOD)
    assert found.status_code == 429 and int(found.headers["retry-after"]) >= 1 and "Too many attempts" in found.text


def test_other_sites_cannot_sign_anybody_in_or_out(app: Any, clients: dict[str, TestClient]) -> None:
    sent = {"name": "reader", "password": GOOD}
    client = browser(app)
    assert client.post("/en/sign-in", data=sent, headers={"Origin": "https://evil.example"}).status_code == 403
    out = clients["reader"].post("/en/account/sign-out", headers={"Origin": "https://evil.example"})
    assert out.status_code == 403 and clients["reader"].get("/en/counts").status_code == 200


def test_signing_out_ends_the_session_and_everywhere_all_of_them(app: Any) -> None:
    first, second = (browser(app) for _ in range(2))
    sign_in(first, "admin")
    sign_in(second, "admin")
    kept = first.cookies["kalla"]
    assert first.post("/en/account/sign-out", headers={"Origin": HOST}).status_code == 303
    assert first.get("/en/counts", headers={"Cookie": f"kalla={kept}"}).status_code == 401
    assert second.get("/en/counts").status_code == 200
    sign_in(first, "admin")
    assert first.post("/en/account/sign-out-everywhere", headers={"Origin": HOST}).status_code == 303
    assert second.get("/en/counts").status_code == 401


def test_a_password_is_changed_by_who_knows_it(app: Any) -> None:
    users: Users = app.state.gate.users
    users.add("carl", role=Role.READER, clearance=Handling.GREEN, password=GOOD)
    client = browser(app)
    sign_in(client, "carl")

    def change(old: str, new: str, again: str) -> Any:
        sent = {"old": old, "new": new, "again": again}
        return client.post("/en/account/password", data=sent, headers={"Origin": HOST})

    assert "differ" in change(GOOD, "one password here", "another one here").text
    assert "is another one" in change("not this one", "one password here", "one password here").text
    assert "12 to 256 characters" in change(GOOD, "short", "short").text
    assert users.check("carl", GOOD) is not None
    assert change(GOOD, "one password here", "one password here").status_code == 303
    assert client.get("/en/counts").status_code == 401 and users.check("carl", "one password here") is not None


def test_what_was_done_is_written_down(app: Any, clients: dict[str, TestClient]) -> None:
    audit = Audit(app.state.folder)
    before = len(audit.entries())
    clients["reader"].get("/view/1")
    clients["reader"].get("/en/compare.md?q=arena&by=city")
    clients["reader"].get("/en/compare/columns?q=Who+guards+the+arena")
    clients["reader"].get("/view/999")  # nothing there for them: nothing was opened
    rows = audit.entries()[before:]
    assert [(row.who, row.event) for row in rows] == [
        ("reader", "document opened"), ("reader", "export"), ("reader", "search"),
    ]  # fmt: skip
    assert len(rows[-1].detail["question"]) == 64 and list(audit.verify()) == []
    assert rows[0].detail == {"address": "/view/1", "document": "Warning the public"}
    assert rows[1].detail.items() >= {"kind": "md", "rows": "1", "mark": "TLP:GREEN"}.items()


def test_rows_are_for_administrators_and_counts_for_editors(clients: dict[str, TestClient]) -> None:
    pages = {role: clients[role].get("/en/account").text for role in ("reader", "editor")}
    assert "last 30 days" not in pages["reader"] and "<table>" not in pages["reader"]
    assert "last 30 days" in pages["editor"] and "<table>" not in pages["editor"]
    admin = browser(clients["reader"].app)
    sign_in(admin, "admin")
    page = admin.get("/en/account").text
    assert "last 30 days" in page and "<table>" in page and "signed in" in page


def test_a_disabled_account_is_out_at_once(app: Any) -> None:
    users: Users = app.state.gate.users
    users.add("dora", role=Role.READER, clearance=Handling.GREEN, password=GOOD)
    client = browser(app)
    sign_in(client, "dora")
    assert client.get("/en/counts").status_code == 200
    users.change("dora", disabled=True)
    assert client.get("/en/counts").status_code == 401


def test_where_who_asks_cannot_be_told_nobody_gets_in(tmp_path: Path) -> None:
    from ui.app import create

    gate = Gate(tmp_path / "data", open_to_others=True)
    app = create(
        FakeLibrary(tmp_path / "corpus"), lambda *_: b"", data=tmp_path / "data", corpus=tmp_path / "corpus",
        who=lambda headers: gate.of_cookie(headers), desk=Desk(tmp_path / "data"), describe=describe, gate=gate,
    )  # fmt: skip
    client = browser(app)
    assert client.get("/en/counts").status_code == 401  # no users, but open to others
    (tmp_path / "data").mkdir(exist_ok=True)
    (tmp_path / "data" / "people.sqlite").write_bytes(b"damaged" * 1000)
    found = client.get("/en/counts", headers={"Cookie": f"kalla={'x' * 43}"})
    assert found.status_code == 503 and "people.sqlite" in found.text
