"""The house itself: who may import whom, which library has which module, and what is loaded when."""

import ast
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
PACKAGES = ("ingest", "index", "ui", "api", "mcp_server")
MODULES = {
    ".".join(path.relative_to(ROOT).with_suffix("").parts): path
    for path in [*(path for package in PACKAGES for path in sorted((ROOT / package).rglob("*.py"))), ROOT / "search_app.py"]
}
ENTRY_POINTS = (
    "ingest.__main__",
    "index.__main__",
    "mcp_server.__main__",
    "search_app",
)  # the composition roots: they may import all
COMMANDS = tuple(name for name in MODULES if name.startswith("index.cli."))  # what `index.__main__` is made of
HEAVY = set(
    "torch transformers sentence_transformers onnx onnxruntime faiss tokenizers rapidfuzz numpy gradio pandas fastapi tqdm".split()
)


class Import:
    """An import statement: the module that it names, and whether it runs when the importing module is loaded."""

    def __init__(self, module: str, at_load: bool) -> None:
        self.module = module
        self.package = module.partition(".")[0]
        self.at_load = at_load


def imports(name: str) -> list[Import]:
    tree = ast.parse(MODULES[name].read_text("utf-8"))
    return [Import(module, at_load) for node, at_load in _statements(tree, True) for module in _named(node)]


def _statements(node: ast.AST, at_load: bool) -> Iterator[tuple[ast.AST, bool]]:
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.Import | ast.ImportFrom):
            yield child, at_load
        typing_only = isinstance(child, ast.If) and ast.unparse(child.test) == "TYPE_CHECKING"
        inside = isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda) or typing_only
        yield from _statements(child, at_load and not inside)


def _named(node: ast.AST) -> list[str]:
    if isinstance(node, ast.Import):
        return [alias.name for alias in node.names]
    assert isinstance(node, ast.ImportFrom)
    assert node.level == 0, "imports are absolute"
    inner = [f"{node.module}.{alias.name}" for alias in node.names]
    return [name if name in MODULES else str(node.module) for name in inner]


def importers_of(*packages: str) -> set[str]:
    """The modules that import a library, anywhere in them."""
    return {name for name in MODULES for found in imports(name) if found.package in packages}


# -- who may import whom


@pytest.mark.parametrize("name", [name for name in MODULES if name.startswith("ingest") and name not in ENTRY_POINTS])
def test_ingest_knows_nothing_of_index_and_page(name: str) -> None:
    assert {found.module for found in imports(name) if found.package in ("index", "ui", "api", "search_app", "gradio")} == set()


@pytest.mark.parametrize("name", [name for name in MODULES if name.startswith("index") and name not in ENTRY_POINTS + COMMANDS])
def test_index_takes_only_types_from_ingest(name: str) -> None:
    types = {"ingest.document", "ingest.change", "ingest.boxes", "ingest.errors"}
    types.add("ingest.paths")  # how a path is written in the store: pure, and one spelling for both
    types.add("ingest.sheet")  # how a table is read as a spreadsheet saves it: the catalogue, the glossary, a user's questions
    assert {found.module for found in imports(name) if found.package == "ingest"} <= types
    assert {found.module for found in imports(name) if found.package in ("ui", "api", "search_app", "gradio")} == set()


@pytest.mark.parametrize("name", [name for name in MODULES if name.startswith("ui")])
def test_page_takes_only_types(name: str) -> None:
    types = {"index.result", "index.deskitems", "index.questionset", "index.access", "index.errors", "index.attribution"}
    types |= {"ingest.document", "ingest.boxes"}
    assert {found.module for found in imports(name) if found.package in ("index", "ingest", "api", "search_app")} <= types


@pytest.mark.parametrize("name", [name for name in MODULES if name.startswith("api")])
def test_what_answers_programs_takes_only_types_and_how_the_page_receives_files(name: str) -> None:
    known = {"index.result", "index.access", "index.errors", "ui.receiving"}
    assert {found.module for found in imports(name) if found.package in ("index", "ingest", "ui", "search_app")} <= known


@pytest.mark.parametrize("name", [name for name in MODULES if name.startswith("mcp_server") and name not in ENTRY_POINTS])
def test_the_door_of_assistants_takes_only_types(name: str) -> None:
    types = {"index.result", "index.access", "index.errors", "index.tokens"}
    types.add("index.serving")  # how a span of years is written: pure
    assert {found.module for found in imports(name) if found.package in ("index", "ingest", "ui", "search_app")} <= types


def test_only_the_door_of_assistants_knows_mcp() -> None:
    assert {name.partition(".")[0] for name in importers_of("mcp", "mcp_types")} == {"mcp_server"}
    assert {name for name in importers_of("mcp_server") if not name.startswith("mcp_server")} == {"search_app"}


def test_nothing_imports_an_entry_point() -> None:
    assert {found.module for name in MODULES for found in imports(name)}.isdisjoint(ENTRY_POINTS)


@pytest.mark.parametrize(
    ("library", "home"),
    {
        "pypdf": {"ingest.pdfinfo"},
        "pypdfium2": {"ingest.pdfium"},
        "docx": {"ingest.docx", "ui.worddoc"},
        "pptx": {"ingest.pptx"},
        "markdown_it": {"ingest.markdown"},
        "py3langid": {"ingest.language"},
        "faiss": {"index.vectors"},
        "onnxruntime": {"index.embed", "index.models"},  # what serves, and what makes the export small
        "argon2": {"index.users"},
        "authlib": {"index.oidc_token", "index.oidc_wire"},  # what is checked of a token, and how a provider is asked
        "httpx2": {"index.oidc_wire"},
        "joserfc": {"index.oidc_token", "index.oidc_provider"},
        "prometheus_client": {"ui.metrics"},
        "watchfiles": {"ingest.watch"},
        "tokenizers": {"index.embed"},
        "sentence_transformers": {"index.models"},
        "torch": {"index.models"},
        "sqlite3": {"index.store"},
        "Stemmer": {"index.lexical"},
        "rapidfuzz": {"index.vocabulary"},
    }.items(),
)
def test_each_library_has_its_one_module(library: str, home: set[str]) -> None:
    assert importers_of(library) == home


def test_only_the_page_knows_gradio() -> None:
    assert {name.partition(".")[0] for name in importers_of("gradio")} <= {"ui", "search_app"}


def test_heavy_libraries_are_imported_when_they_are_needed() -> None:
    heavy = HEAVY - {"numpy", "gradio", "fastapi"}
    early = {(name, found.module) for name in MODULES for found in imports(name) if found.at_load and found.package in heavy}
    assert early == set()
    # The page is built of Gradio's classes; its package is imported as a whole, when the page is to be served.
    page = {name for name in MODULES for found in imports(name) if found.at_load and found.package == "gradio"}
    assert {name.partition(".")[0] for name in page} <= {"ui"}
    early = {found.module for name in ENTRY_POINTS + COMMANDS for found in imports(name) if found.at_load}
    assert {name for name in early if name.partition(".")[0] in PACKAGES and not name.startswith("index.cli")} == set()


def test_every_package_is_installed_with_the_project() -> None:
    setuptools = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["tool"]["setuptools"]
    made = {
        ".".join(path.parent.relative_to(ROOT).parts) for package in PACKAGES for path in (ROOT / package).rglob("__init__.py")
    }
    assert sorted(setuptools["packages"]) == sorted(made)
    assert setuptools["py-modules"] == ["search_app"]


# -- the commands


def commands_of_index() -> list[str]:
    from index.__main__ import _parser

    return [name for action in _parser()._actions if isinstance(action.choices, dict) for name in action.choices]


LIGHT = {
    "search_app": ["search_app.py"],
    "ingest": ["-m", "ingest"],
    "index": ["-m", "index"],
    "mcp_server": ["-m", "mcp_server"],
    "environment": ["environment.py"],
    **{f"index {name}": ["-m", "index", name] for name in commands_of_index()},
}


@pytest.mark.parametrize("command", LIGHT.values(), ids=LIGHT)
def test_help_comes_without_anything_heavy(command: list[str]) -> None:
    done = subprocess.run(
        [sys.executable, "-X", "importtime", *command, "--help"], cwd=ROOT, capture_output=True, text=True, check=True, timeout=60
    )
    assert "usage: " in done.stdout
    lines = [line for line in done.stderr.splitlines() if line.startswith("import time:")]
    loaded = {line.rsplit("|", 1)[1].strip().partition(".")[0] for line in lines}
    assert "argparse" in loaded or command == ["environment.py"]
    heavy = {
        "torch",
        "transformers",
        "sentence_transformers",
        "gradio",
        "faiss",
        "numpy",
        "onnxruntime",
        "rapidfuzz",
        "pandas",
        "fastapi",
        "tqdm",
        "mcp",
        "pydantic",
    }
    assert loaded & heavy == set()
