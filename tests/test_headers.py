"""What every answer says of itself: who may frame it, read it, and learn of its address; and whose forms are taken."""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from index.desk import Desk
from ingest.editing import describe
from tests.fake_library import OWNER, FakeLibrary
from tests.test_door import every_route, filled

NAMED = "kalla.example.org"
EVIL = "https://evil.example"
ENDLESS = ("heartbeat", "queue/data", "startup-events")


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    os.environ["GRADIO_ANALYTICS_ENABLED"] = "False"
    from ui.app import create

    folder: Path = tmp_path_factory.mktemp("headers")
    library = FakeLibrary(folder / "corpus")
    yield create(
        library, lambda *_: b"", data=folder / "data", corpus=folder / "corpus", who=lambda headers: OWNER,
        desk=Desk(folder / "data"), describe=describe, hosts=("127.0.0.1", NAMED),
    )  # fmt: skip


def browser(app: Any, base: str) -> TestClient:
    return TestClient(app, base_url=base, follow_redirects=False, raise_server_exceptions=False)


@pytest.mark.parametrize("origin", [EVIL, "null", f"https://{NAMED}.evil.example"])
def test_no_route_lets_another_site_read(app: Any, origin: str) -> None:
    """By a name that is no loopback address Gradio would reflect any origin, with credentials."""
    client = browser(app, f"https://{NAMED}")
    readable = []
    for path in sorted({filled(path) for _, path in every_route(app.routes)}):
        for method in ("GET", "OPTIONS"):
            if method == "GET" and any(part in path for part in ENDLESS):
                continue
            asked = {"Origin": origin, "Access-Control-Request-Method": "POST", "Access-Control-Request-Headers": "x-a"}
            answer = client.request(method, path, headers=asked)
            if any(name.startswith("access-control-") for name in answer.headers):
                readable.append((method, path))
            assert answer.headers["cross-origin-resource-policy"] == "same-origin"
    assert readable == []


@pytest.mark.parametrize(
    ("base", "policy"),
    [
        ("https://kalla.example.org", "no-referrer"),
        ("http://127.0.0.1", "no-referrer"),
        ("http://kalla.example.org", "same-origin"),
    ],
)
def test_nobody_learns_the_address_and_forms_work_all_the_same(app: Any, base: str, policy: str) -> None:
    answer = browser(app, base).get("/en/library")
    assert answer.headers["referrer-policy"] == policy
    assert ("strict-transport-security" in answer.headers) == base.startswith("https")


@pytest.mark.parametrize(
    ("headers", "taken"),
    [
        ({"Origin": "null", "Sec-Fetch-Site": "same-origin"}, True),  # a form of ours, without a referrer
        ({"Origin": "null"}, False),
        ({"Origin": "null", "Sec-Fetch-Site": "none"}, False),
        ({"Origin": "null", "Sec-Fetch-Site": "cross-site"}, False),
        ({"Origin": "null", "Sec-Fetch-Site": "same-site"}, False),
        ({"Origin": EVIL, "Sec-Fetch-Site": "same-origin"}, False),
        ({"Origin": f"https://{NAMED}", "Sec-Fetch-Site": "same-origin"}, True),
        ({"Origin": f"https://{NAMED}"}, True),
    ],
)
def test_a_form_is_taken_from_our_own_pages_only(app: Any, headers: dict[str, str], taken: bool) -> None:
    answer = browser(app, f"https://{NAMED}").post("/en/collected/remove", data={"id": "99"}, headers=headers)
    assert (answer.status_code != 403) == taken


@pytest.mark.parametrize("address", ["/en/", "/en/library", "/en/compare", "/sv/account", "/source/1", "/nowhere", "/healthz"])
def test_nothing_but_the_viewer_is_framed(app: Any, address: str) -> None:
    headers = browser(app, "http://127.0.0.1").get(address).headers
    assert headers["x-frame-options"] == "DENY" and "frame-ancestors 'none'" in headers["content-security-policy"]
    viewer = browser(app, "http://127.0.0.1").get("/view/1").headers
    assert viewer["x-frame-options"] == "SAMEORIGIN" and "frame-ancestors 'self'" in viewer["content-security-policy"]


def test_what_could_run_is_only_ever_saved(tmp_path: Path) -> None:
    """Whatever a file says it is: HTML and SVG are attachments of no type, and run nowhere even if opened."""
    from dataclasses import replace

    from fastapi.responses import FileResponse

    from ui import routes

    info = FakeLibrary(tmp_path).infos[2]
    for name, form in (("page.html", "html"), ("drawing.svg", "svg"), ("sheet.xhtml", "html"), ("note.md", "markdown")):
        path = tmp_path / name
        path.write_text("<script>alert(1)</script>")
        answer = routes._source(replace(info, format=form), path)
        assert isinstance(answer, FileResponse) and answer.media_type == "application/octet-stream"
        assert answer.headers["content-disposition"].startswith("attachment")
        assert "sandbox" in answer.headers["content-security-policy"]
