"""Single sign-on as a browser meets it: the button, the way there and back, and what is said when it does not work."""

import itertools
import os
import re
from collections.abc import Iterator
from typing import Any

import pytest
from starlette.testclient import TestClient

from index.desk import Desk
from index.gate import Gate
from index.oidc import SignOn
from ingest.editing import describe
from tests.fake_library import FakeLibrary
from tests.oidc_kit import GOOD, HOST, Forger, answer, forging, settings, users_of, with_query
from tests.test_door import every_route, filled
from ui import rules

_addresses = itertools.count(1)


@pytest.fixture(scope="module")
def provider() -> Iterator[Forger]:
    with forging() as made:
        yield made


@pytest.fixture
def forger(provider: Forger, app: Any) -> Forger:
    provider.reset()
    app.state.sign_on._provider.__init__(app.state.sign_on._settings)  # what was kept of it is forgotten
    return provider


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory, provider: Forger) -> Any:
    os.environ["GRADIO_ANALYTICS_ENABLED"] = "False"
    from ui.app import create

    folder = tmp_path_factory.mktemp("sign-on")
    gate = Gate(folder / "data", users=users_of(folder / "data"), open_to_others=True)
    sign_on = SignOn(settings(provider.issuer, name="<City> Login"), gate, folder / "data")
    made = create(
        FakeLibrary(folder / "corpus"), lambda *_: b"", data=folder / "data", corpus=folder / "corpus",
        who=lambda headers: gate.of_cookie(headers), desk=Desk(folder / "data"), describe=describe, gate=gate, sign_on=sign_on,
    )  # fmt: skip
    made.state.gate, made.state.sign_on = gate, sign_on
    return made


@pytest.fixture
def client(app: Any) -> TestClient:
    return browser(app)


def browser(app: Any, base: str = HOST) -> TestClient:
    address = (f"10.0.0.{next(_addresses)}", 1)
    return TestClient(app, base_url=base, client=address, follow_redirects=False, raise_server_exceptions=False)


def leave(client: TestClient, onward: str = "/en/library", language: str = "en") -> str:
    """Follow the button; the provider's address that it leads to."""
    led = client.get(f"/{language}/sign-in/provider", params={"next": onward})
    assert led.status_code == 303 and led.headers["cache-control"] == "no-store", led.text
    return str(led.headers["location"])


def come_back(client: TestClient, forger: Forger, address: str, **brought: str) -> Any:
    return client.get(
        with_query("/sign-in/callback", {**forger.approve(address), **brought}), headers={"Sec-Fetch-Site": "cross-site"}
    )


def test_the_way_there_and_back(client: TestClient, forger: Forger) -> None:
    led = client.get("/sv/library?kind=report", headers={"Accept": "text/html"}).headers["location"]
    form = client.get(led).text
    assert "Logga in med &lt;City&gt; Login" in form and "eller med lösenord" in form and 'type="password"' in form
    button = re.search(r'href="(/sv/sign-in/provider\?next=[^"]+)"', form)
    assert button is not None
    there = client.get(button[1].replace("&amp;", "&"))
    assert there.status_code == 303 and there.headers["location"].startswith(f"{forger.issuer}/authorize?")
    cookie = there.headers["set-cookie"]
    assert re.match(r"kalla-away=[\w.=-]+; HttpOnly; Max-Age=600; Path=/; SameSite=lax$", cookie)
    back = come_back(client, forger, there.headers["location"])
    assert back.status_code == 303 and back.headers["location"] == "/sv/library?kind=report"
    session, away = sorted(back.headers.get_list("set-cookie"), key=lambda one: one.startswith("kalla-away"))
    assert re.match(r"kalla=[\w-]{43}; HttpOnly; Path=/; SameSite=lax$", session) and 'kalla-away=""' in away
    page = client.get("/sv/account").text
    assert "Du är inloggad som anna.berg." in page and "Byt lösenord" not in page
    assert client.get("/sv/sign-in/provider?next=/sv/library").headers["location"] == "/sv/library"  # already in


def test_by_tls_the_cookie_is_of_this_host_alone(app: Any, forger: Forger) -> None:
    client = browser(app, "https://127.0.0.1:7860")
    led = client.get("/en/sign-in/provider")
    assert led.headers["set-cookie"].startswith("__Host-kalla-away=") and "Secure" in led.headers["set-cookie"]
    back = come_back(client, forger, led.headers["location"])
    assert back.headers["location"] == "/en/" and any(
        one.startswith("__Host-kalla=") and "Secure" in one for one in back.headers.get_list("set-cookie")
    )


def test_where_one_comes_back_to_is_not_what_a_request_says(app: Any, forger: Forger) -> None:
    for base in ("http://localhost:7860", "http://127.0.0.1"):
        client = browser(app, base)
        forger.approve(leave(client))  # it looks at the redirect address, which is as set up
    assert browser(app, "http://evil.example").get("/en/sign-in/provider").status_code == 400


@pytest.mark.parametrize(
    "onward", ["https://evil.example", "//evil.example", "/\\evil.example", "javascript:alert(1)", "/a\nb", ""]
)
def test_one_is_led_nowhere_else(client: TestClient, forger: Forger, onward: str) -> None:
    assert come_back(client, forger, leave(client, onward)).headers["location"] == "/en/"


def test_without_its_cookie_a_browser_is_told_to_begin_again(app: Any, client: TestClient, forger: Forger) -> None:
    address = leave(browser(app))
    for language, said in (("en", "Begin again"), ("sv", "Börja om")):
        found = client.get(with_query("/sign-in/callback", forger.approve(address)), headers={"Accept-Language": language})
        assert found.status_code == 400 and said in found.text and "set-cookie" not in found.headers
        assert f'href="/{language}/sign-in?next=' in found.text and "code=" not in found.text
    assert "/token" not in forger.asked


def test_another_browsers_sign_in_cannot_be_finished_here(app: Any, client: TestClient, forger: Forger) -> None:
    attackers = leave(browser(app))
    leave(client)
    found = come_back(client, forger, attackers)
    assert found.status_code == 400 and "kalla" not in client.cookies


def test_coming_back_twice_is_once(client: TestClient, forger: Forger) -> None:
    address = leave(client)
    kept = client.cookies["kalla-away"]
    brought = with_query("/sign-in/callback", forger.approve(address))
    assert client.get(brought).status_code == 303
    client.cookies.clear()
    assert client.get(brought).status_code == 400
    assert client.get(brought, headers={"Cookie": f"kalla-away={kept}"}).status_code == 400


def test_what_the_provider_writes_is_not_shown(client: TestClient, forger: Forger) -> None:
    address = leave(client)
    found = come_back(client, forger, address, error="access_denied", error_description="<script>alert(1)</script> call 555")
    assert found.status_code == 403 and "555" not in found.text and "&lt;City&gt; Login did not let you in" in found.text
    assert "form-action 'self'" in found.headers["content-security-policy"]


@pytest.mark.parametrize(
    ("person", "status", "said"),
    [
        ({"sub": "u9", "preferred_username": "chief"}, 409, "cannot be used here"),
        ({"sub": "u9", "preferred_username": "local"}, 409, "cannot be used here"),
    ],
)
def test_why_somebody_is_not_in_is_said(
    client: TestClient, forger: Forger, person: dict[str, Any], status: int, said: str
) -> None:
    forger.person = person
    found = come_back(client, forger, leave(client))
    assert found.status_code == status and said in found.text and client.get("/en/counts").status_code == 401


def test_a_disabled_account_is_told_so(app: Any, client: TestClient, forger: Forger) -> None:
    forger.person = {"sub": "u5", "preferred_username": "dora"}
    assert come_back(client, forger, leave(client)).status_code == 303
    app.state.gate.users.change("dora", disabled=True)
    client.cookies.clear()
    found = come_back(client, forger, leave(client, language="sv"))
    assert found.status_code == 403 and "avstängt" in found.text


def test_while_the_provider_is_down_a_password_works(client: TestClient, forger: Forger) -> None:
    forger.answers["/.well-known/openid-configuration"] = lambda handler: answer(handler, {}, 503)
    found = client.get("/en/sign-in/provider")
    assert found.status_code == 503 and "does not answer just now" in found.text and "works as usual" in found.text
    assert "set-cookie" not in found.headers and "Traceback" not in found.text
    sent = {"name": "chief", "password": GOOD, "next": ""}
    assert client.post("/en/sign-in", data=sent, headers={"Origin": HOST}).status_code == 303


def test_who_fails_too_often_waits(app: Any, forger: Forger) -> None:
    address = f"10.0.0.{next(_addresses)}"
    for _ in range(30):
        app.state.gate.turned_away("", address, "as before", counts=True)
    client = TestClient(app, base_url=HOST, client=(address, 1), follow_redirects=False)
    found = client.get("/en/sign-in/provider")
    assert found.status_code == 429 and int(found.headers["retry-after"]) >= 1 and "Too many attempts" in found.text


def test_signing_out_leads_to_the_provider_too(client: TestClient, forger: Forger) -> None:
    forger.about = {"end_session_endpoint": f"{forger.issuer}/end?x=1"}
    come_back(client, forger, leave(client))
    out = client.post("/en/account/sign-out", headers={"Origin": HOST})
    assert out.headers["location"] == "/en/sign-in?left=1" and client.get("/en/counts").status_code == 401
    page = client.get("/en/sign-in?left=1").text
    assert "Sign out of &lt;City&gt; Login too" in page
    assert (
        f'href="{forger.issuer}/end?x=1&amp;client_id=kalla&amp;post_logout_redirect_uri=http%3A%2F%2F127.0.0.1%3A7860%2Fsign-in"'
        in page
    )
    client.post("/en/sign-in", data={"name": "chief", "password": GOOD, "next": ""}, headers={"Origin": HOST})
    assert client.post("/en/account/sign-out", headers={"Origin": HOST}).headers["location"] == "/en/sign-in"


def test_an_organisation_can_have_no_passwords(app: Any, client: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(SignOn, "only", True)
    form = client.get("/en/sign-in").text
    assert "Sign in with &lt;City&gt; Login" in form and "password" not in form and "<form" not in form
    sent = {"name": "chief", "password": GOOD, "next": ""}
    found = client.post("/en/sign-in", data=sent, headers={"Origin": HOST})
    assert found.status_code == 403 and "set-cookie" not in found.headers and "with &lt;City&gt; Login only" in found.text


def test_only_what_has_to_be_is_open(app: Any, client: TestClient) -> None:
    found = {(method, path) for method, path in every_route(app.routes) if "sign-in" in path}
    assert {("GET", "/sign-in/callback"), ("GET", "/sv/sign-in/provider")} <= found
    assert {rules.find(method, filled(path)).needs for method, path in found} == {rules.Needs.NOTHING}
    for method in ("POST", "PUT", "DELETE"):
        assert client.request(method, "/sign-in/callback", headers={"Origin": HOST}).status_code in (401, 403, 404, 405)
        assert client.request(method, "/en/sign-in/provider", headers={"Origin": HOST}).status_code in (401, 403, 404, 405)
    assert client.get("/sign-in/callback/x").status_code in (401, 404)
