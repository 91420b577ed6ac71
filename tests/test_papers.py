"""What is written about the project, held against the project: commands, links, versions, pins, licence."""

import argparse
import contextlib
import importlib
import importlib.metadata
import os
import re
import shlex
import subprocess
import tomllib
from pathlib import Path
from typing import Any

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).resolve().parent.parent
DOCUMENTS = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").glob("*.md")])


def parser_of(command: str) -> argparse.ArgumentParser:
    """The parser behind `python -m ingest`, `python -m index`, `python -m mcp_server` and `python search_app.py`."""
    module = {"search_app.py": "search_app"}.get(command, f"{command}.__main__")
    found = importlib.import_module(module)._parser()
    assert isinstance(found, argparse.ArgumentParser)
    return found


def subcommands(parser: argparse.ArgumentParser) -> dict[str, argparse.ArgumentParser]:
    for action in parser._actions:
        if isinstance(action, argparse._SubParsersAction):
            return dict(action.choices)
    return {}


# -- what the documents say


def written_commands(path: Path) -> list[str]:
    """The commands in the code blocks of a document and, where they are written out, in its text."""
    text = path.read_text("utf-8")
    fenced = re.findall(r"^```(\w*)\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)
    blocks = [block for kind, block in fenced if kind in ("", "sh", "console", "bash")]
    lines = [line.strip().removeprefix("$ ") for block in blocks for line in block.splitlines()]
    spoken = re.findall(r"`((?:python3? |make )[^`…]+)`", re.sub(r"^```.*?^```$", "", text, flags=re.MULTILINE | re.DOTALL))
    return [line for line in [*lines, *(" ".join(command.split()) for command in spoken)] if line and not line.startswith("#")]


WRITTEN = [(path, line) for path in DOCUMENTS for line in written_commands(path)]
KNOWN_PROGRAMS = {"curl", "python", "python3", ".venv/bin/python", "make", "git", "cd", "bash", "sudo"}


@pytest.mark.parametrize(("path", "line"), WRITTEN, ids=[f"{path.name}: {line}" for path, line in WRITTEN])
def test_every_written_command_exists(path: Path, line: str) -> None:
    words = shlex.split(line, comments=True)
    while words and re.fullmatch(r"[A-Z_]+=.*", words[0]):
        words.pop(0)
    assert words and words[0] in KNOWN_PROGRAMS, f"{path.name}: {line}"
    if words[0] == "make":
        check_make(words[1:])
    elif "python" in words[0]:
        check_python(words[1:])


def check_make(words: list[str]) -> None:
    targets = re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE)
    assert {word for word in words if "=" not in word} <= set(targets)
    assert {word.partition("=")[0] for word in words if "=" in word} <= {"ARGS", "PYTHON"}


def check_python(words: list[str]) -> None:
    command, rest = (words[1], words[2:]) if words[0] == "-m" else (words[0], words[1:])
    if command == "index" and len(rest) == 1 and rest[0] in subcommands(parser_of("index")):
        return  # named without what it takes
    if command in ("ingest", "index", "mcp_server", "search_app.py"):
        try:
            parser_of(command).parse_args(rest)
        except SystemExit as end:
            pytest.fail(f"its own parser refuses it: {end}")
    elif words[0] == "-m":
        assert command in ("pip", "venv", "pytest", "ruff", "mypy", "bandit")
    else:
        assert (ROOT / command).is_file()
        text = (ROOT / command).read_text("utf-8")
        options = [word.partition("=")[0] for word in rest if word.startswith("-")]
        assert [option for option in options if f'"{option}"' not in text] == []


def test_every_command_is_written_about() -> None:
    text = (ROOT / "README.md").read_text("utf-8")
    assert [name for name in subcommands(parser_of("index")) if f"python -m index {name}" not in text] == []
    text += (ROOT / "CONTRIBUTING.md").read_text("utf-8")  # some are for those who work on it
    targets = re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE)
    assert [name for name in targets if name != "help" and f"make {name}" not in text] == []


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: path.name)
def test_every_link_within_the_project_leads_somewhere(path: Path) -> None:
    targets = re.findall(r"\]\(([^)#\s]+)(?:#[^)]*)?\)", path.read_text("utf-8"))
    local = [target for target in targets if not re.match(r"[a-z]+:", target)]
    assert [target for target in local if not (path.parent / target).exists()] == []


def test_continuous_integration_runs_the_commands_of_the_makefile() -> None:
    makefile = (ROOT / "Makefile").read_text("utf-8").splitlines()
    script = (ROOT / ".ci" / "run").read_text("utf-8").splitlines()
    checks = [line.strip().removeprefix("@$(VENV)").removesuffix("$(ARGS)").strip() for line in makefile if "$(VENV) -m" in line]
    wanted = {f'"$python" {check} || failed=1' for check in checks if not check.startswith("-m ingest")}
    assert len(wanted) == 5
    assert wanted <= set(script)
    assert os.access(ROOT / ".ci" / "run", os.X_OK)


# -- the project's own papers


def project() -> dict[str, Any]:
    return tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))


def test_changelog_has_the_current_version() -> None:
    version = str(project()["project"]["version"])
    headings = re.findall(r"^## \[([^\]]+)\](?: - (\d{4}-\d\d-\d\d))?$", (ROOT / "CHANGELOG.md").read_text("utf-8"), re.MULTILINE)
    assert version in dict(headings)
    assert [heading for heading, date in headings if heading != "Unreleased" and not date] == []


def pins() -> dict[str, str]:
    lines = (ROOT / "constraints.txt").read_text("utf-8").splitlines()
    required = [Requirement(line) for line in lines if line and not line.startswith("#")]
    assert all([one.operator for one in pin.specifier] == ["=="] for pin in required)
    return {canonicalize_name(pin.name): next(iter(pin.specifier)).version for pin in required}


def test_every_dependency_is_pinned_within_its_range() -> None:
    about = project()["project"]
    for requirement in map(Requirement, [*about["dependencies"], *about["optional-dependencies"]["test"]]):
        assert requirement.specifier.contains(pins()[canonicalize_name(requirement.name)]), requirement


def pulled_in(waiting: list[Requirement]) -> set[str]:
    """The names of all packages that these need in turn, as far as they are installed here."""
    seen: set[tuple[str, frozenset[str]]] = set()
    while waiting:
        one = waiting.pop()
        key = (canonicalize_name(one.name), frozenset(one.extras))
        if key in seen:
            continue
        seen.add(key)
        with contextlib.suppress(importlib.metadata.PackageNotFoundError):
            needs = [Requirement(need) for need in importlib.metadata.requires(one.name) or []]
            extras = {"", *one.extras}
            waiting += [
                need for need in needs if not need.marker or any(need.marker.evaluate({"extra": name}) for name in extras)
            ]
    return {name for name, _ in seen}


def test_what_dependencies_pull_in_is_pinned_as_well() -> None:
    found = pulled_in([Requirement(item) for item in project()["project"]["dependencies"]])
    assert "starlette" in found and "sympy" in found
    with_torch = ("nvidia-", "cuda-", "triton")  # of some builds of PyTorch, which names their exact versions itself
    assert sorted(name for name in found - set(pins()) if not name.startswith(with_torch)) == []


def test_licence_is_the_whole_apache_licence() -> None:
    text = (ROOT / "LICENSE").read_text("utf-8")
    assert "Version 2.0, January 2004" in text
    assert "9. Accepting Warranty or Additional Liability." in text
    assert "APPENDIX: How to apply the Apache License to your work." in text


def tracked_files() -> list[Path]:
    done = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=False)
    if done.returncode:
        pytest.skip("this is not a git checkout")
    return [path for path in (ROOT / os.fsdecode(name) for name in done.stdout.split(b"\0") if name) if path.is_file()]


def test_no_file_names_a_place_on_the_machine_of_its_author() -> None:
    place = re.compile(rb"(?<![\w.:/])/(?:home|Users|root|work)/[\w.-]+")
    found = {str(path.relative_to(ROOT)): place.findall(path.read_bytes()) for path in tracked_files()}
    assert {name: places for name, places in found.items() if places} == {}
