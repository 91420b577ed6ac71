"""Single sign-on in Chromium, with the real server: there and back over two sites, under the policies of our pages."""

import os
import subprocess
import sys
from collections.abc import Iterator
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest

from tests.browser_kit import ROOT
from tests.oidc_kit import SECRET, Forger, answer, forging, free_port, wait_for
from tests.test_browser_access import AXE

pytestmark = pytest.mark.browser
RULES = '[[rule]]\nclaim = "groups"\nvalue = "kalla-editors"\nrole = "editor"\nclearance = "AMBER"\n'


@pytest.fixture(scope="module")
def provider() -> Iterator[Forger]:
    with forging("localhost") as made:  # another site than 127.0.0.1, as a provider is
        yield made


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory, provider: Forger) -> Iterator[str]:
    folder: Path = tmp_path_factory.mktemp("sign-on")
    for name, held in (("secret", SECRET), ("rules.toml", RULES)):
        (folder / name).write_text(held)
        (folder / name).chmod(0o600)
    port = free_port()
    provider.home = f"http://127.0.0.1:{port}"
    environment = {
        **os.environ, "KALLA_OIDC_ISSUER": provider.issuer, "KALLA_OIDC_CLIENT_ID": "kalla", "KALLA_OIDC_NAME": "City Login",
        "KALLA_OIDC_CLIENT_SECRET_FILE": str(folder / "secret"), "KALLA_OIDC_RULES": str(folder / "rules.toml"),
    }  # fmt: skip
    command = [sys.executable, "search_app.py", "--data", str(folder / "data"), "--corpus", str(folder), "--port", str(port)]
    with subprocess.Popen(
        command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        try:
            wait_for(f"{provider.home}/healthz", process)
            yield provider.home
        finally:
            process.terminate()
            _, errors = process.communicate(timeout=30)
    assert process.returncode == 0 and errors == ""


@pytest.fixture
def page(chromium: Any) -> Iterator[Any]:
    context = chromium.new_context(locale="sv-SE", bypass_csp=False)
    page = context.new_page()
    page.set_default_timeout(20_000)
    problems: list[str] = []
    page.on("console", lambda said: problems.append(said.text) if said.type == "error" and "status of" not in said.text else None)
    yield page
    context.close()
    assert problems == []


def test_one_signs_in_and_out_by_the_provider(page: Any, address: str, provider: Forger) -> None:
    provider.about = {"end_session_endpoint": f"{provider.issuer}/end"}
    provider.answers["/end"] = lambda handler: answer(handler, b"", 302, Location=f"{address}/sign-in")
    page.goto(f"{address}/sv/library?kind=report")
    page.get_by_role("link", name="Logga in med City Login").click()
    page.wait_for_url(f"{address}/sv/library?kind=report")
    page.goto(f"{address}/sv/account")
    assert "Du är inloggad som anna.berg" in page.locator("main").inner_text()
    assert "TLP:AMBER" in page.locator("main").inner_text()
    page.get_by_role("button", name="Logga ut", exact=True).click()
    page.get_by_role("link", name="Logga ut från City Login också").click()
    page.wait_for_url(f"{address}/sv/sign-in")
    page.go_back()
    page.goto(f"{address}/sv/library")
    assert page.url.startswith(f"{address}/sv/sign-in?next=")


def test_the_pages_break_no_rule_of_wcag(chromium: Any, address: str) -> None:
    axe = (files("axe_playwright_python") / "axe.min.js").read_text("utf-8")
    for scheme in ("light", "dark"):
        context = chromium.new_context(bypass_csp=True, color_scheme=scheme, viewport={"width": 390, "height": 844})
        page = context.new_page()
        for path in ("/en/sign-in", "/sign-in/callback?code=x&state=y"):
            page.goto(address + path)
            page.evaluate(axe)
            assert page.evaluate(AXE) == [], path
            assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
        context.close()
