"""The checks of what the program is made of: they tell apart what is known, what is not, and what nobody could be asked about."""

import json
import subprocess
import sys
from importlib import metadata
from pathlib import Path

import pytest

import checks
from tests.conftest import ROOT

BAD = {"id": "CVE-2026-1", "fix_versions": ["1.2"], "aliases": [], "description": ""}


def said(*packages: dict[str, object]) -> tuple[str, int]:
    return checks.read(json.dumps({"dependencies": packages, "fixes": []}))


def test_what_is_known_fails_and_names_the_version_that_mends_it() -> None:
    text, code = said({"name": "a", "version": "1.0", "vulns": []}, {"name": "b", "version": "1.1", "vulns": [BAD]})
    assert code == 1 and "b 1.1: CVE-2026-1 (mended in 1.2)" in text and "2 packages checked, 1 known" in text


def test_where_nothing_is_known_it_says_how_many_were_checked_and_which_not() -> None:
    text, code = said(
        {"name": "a", "version": "1", "vulns": []},
        {"name": "torch", "skip_reason": "no"},
        {"name": "kalla", "skip_reason": "ours"},
    )
    assert code == 0 and text == "1 packages checked, 0 known vulnerabilities.\nNot checked: torch."


@pytest.mark.parametrize("output", ["", "ConnectionError", "[]", "{}", '{"dependencies": [{"name": "a", "skip_reason": "no"}]}'])
def test_a_service_that_cannot_be_asked_is_no_failure_and_no_clean_bill(output: str) -> None:
    text, code = checks.read(output)
    assert code == 0 and text.startswith("Not checked: the vulnerability service") and "known vuln" not in text


def test_the_list_for_a_release_is_of_the_program_and_not_of_its_tests(tmp_path: Path) -> None:
    from cyclonedx.model.bom import Bom

    file = tmp_path / "kalla.cdx.json"
    subprocess.run([sys.executable, "checks.py", "sbom", str(file)], cwd=ROOT, check=True, timeout=60)
    told = json.loads(file.read_text("utf-8"))
    bom = Bom.from_json(told)  # type: ignore[attr-defined]
    bom.validate()
    names = {part["name"]: part for part in told["components"]}
    assert told["bomFormat"] == "CycloneDX" and told["metadata"]["component"]["name"] == "kalla"
    assert {"gradio", "torch", "argon2-cffi", "faiss-cpu", "cryptography", "starlette"} <= names.keys()
    assert names.keys().isdisjoint({"pytest", "ruff", "bandit", "hypothesis", "playwright", "reportlab", "kalla"})
    for name, part in names.items():
        assert part["version"] == metadata.version(name) and part["purl"].startswith("pkg:pypi/"), name
    refs = {part["bom-ref"] for part in told["components"]} | {"kalla"}
    assert {one["ref"] for one in told["dependencies"]} == refs
    reached, waiting = set(), ["kalla"]
    needs = {one["ref"]: one.get("dependsOn", []) for one in told["dependencies"]}
    while waiting:
        one = waiting.pop()
        if one not in reached:
            reached.add(one)
            waiting += needs[one]
    assert reached == refs


def test_wrong_use_is_said(capsys: pytest.CaptureFixture[str]) -> None:
    assert checks.main(["sbom"]) == 2 and "usage" in capsys.readouterr().err
    assert checks.main(["--help"]) == 0 and "CycloneDX" in capsys.readouterr().out


@pytest.mark.parametrize("where", ["Makefile", ".ci/run", "CONTRIBUTING.md"])
def test_the_security_checks_are_part_of_what_has_to_pass(where: str) -> None:
    text = (ROOT / where).read_text("utf-8")
    assert "bandit -q -r -c pyproject.toml" in text and "checks.py vulnerabilities" in text
