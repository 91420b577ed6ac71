"""The set-up script, with real environments and real pip, on a project so small that no package index is needed."""

import ast
import importlib.util
import json
import os
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path
from types import ModuleType

import pytest

SCRIPT = Path(__file__).resolve().parent.parent / "environment.py"

PROJECT = """
[build-system]
requires = []
build-backend = "backend"
backend-path = ["."]

[project]
name = "kalla"
version = "0.1"

[tool.ruff]
line-length = 100
"""

# A build backend (PEP 660) in a few lines: pip needs nothing else to install the project.
BACKEND = """
import os, zipfile

def get_requires_for_build_editable(config_settings=None):
    return []

def build_editable(wheel_directory, config_settings=None, metadata_directory=None):
    name = "kalla-0.1-py3-none-any.whl"
    needs = "".join(line + "\\n" for line in open("needs.txt").read().splitlines())
    with zipfile.ZipFile(os.path.join(wheel_directory, name), "w") as wheel:
        wheel.writestr("kalla.pth", os.getcwd() + "\\n")
        wheel.writestr("kalla-0.1.dist-info/METADATA", "Metadata-Version: 2.1\\nName: kalla\\nVersion: 0.1\\n" + needs)
        wheel.writestr("kalla-0.1.dist-info/WHEEL", "Wheel-Version: 1.0\\nRoot-Is-Purelib: true\\nTag: py3-none-any\\n")
        wheel.writestr("kalla-0.1.dist-info/RECORD", "")
    return name
"""
NEEDS = 'Requires-Dist: kallatool; extra == "test"\nProvides-Extra: test\n'


class Checkout:
    """A folder with the script and the small project in it."""

    def __init__(self, root: Path, wheels: Path) -> None:
        self.root = root
        self.venv = root / ".venv"
        self.wheels = wheels
        self.variables = {
            "PATH": os.environ["PATH"],
            "HOME": str(wheels),
            "PIP_CONFIG_FILE": os.devnull,
            "PIP_NO_INDEX": "1",
            "PIP_FIND_LINKS": str(wheels),
        }

    def lay(self) -> None:
        self.root.mkdir()
        shutil.copy(SCRIPT, self.root)
        (self.root / "pyproject.toml").write_text(PROJECT)
        (self.root / "constraints.txt").write_text("")
        (self.root / "backend.py").write_text(BACKEND)
        (self.root / "needs.txt").write_text(NEEDS)

    def command(self, *arguments: str) -> list[str]:
        return [sys.executable, str(self.root / "environment.py"), *arguments]

    def run(self, *arguments: str, **variables: str) -> "Said":
        environment = {name: value for name, value in (self.variables | variables).items() if value}
        done = subprocess.run(self.command(*arguments), env=environment, capture_output=True, text=True, check=False)
        assert "Traceback" not in done.stderr + done.stdout, done.stderr
        return Said(done.returncode, done.stderr.splitlines(), done.stdout)

    def python(self, code: str) -> str:
        done = subprocess.run([self.venv / "bin" / "python", "-c", code], capture_output=True, text=True, check=True)
        return done.stdout.strip()

    def stamp(self) -> dict[str, object]:
        return dict(json.loads((self.venv / "kalla.json").read_text()))

    def forbid_pip(self) -> None:
        (pip,) = self.venv.glob("lib/python*/site-packages/pip/__main__.py")
        pip.write_text("raise SystemExit('pip was called')")


class Said:
    """What a run of the script said, and its exit code."""

    def __init__(self, code: int, lines: list[str], pip: str) -> None:
        self.code = code
        self.lines = lines
        self.pip = pip

    def nothing(self) -> bool:
        return (self.code, self.lines, self.pip) == (0, [], "")


def wheel(folder: Path, name: str, version: str) -> None:
    inside = f"{name}-{version}.dist-info"
    with zipfile.ZipFile(folder / f"{name}-{version}-py3-none-any.whl", "w") as file:
        file.writestr(f"{name}/__init__.py", f"version = {version!r}\n")
        file.writestr(f"{inside}/METADATA", f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n")
        file.writestr(f"{inside}/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n")
        file.writestr(f"{inside}/RECORD", "")


@pytest.fixture(scope="module")
def wheels(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheels")
    wheel(folder, "kallatool", "1.0")
    return folder


@pytest.fixture
def fresh(tmp_path: Path, wheels: Path) -> Checkout:
    """A checkout just cloned."""
    checkout = Checkout(tmp_path / "clone", wheels)
    checkout.lay()
    return checkout


@pytest.fixture(scope="module")
def master(tmp_path_factory: pytest.TempPathFactory, wheels: Path) -> Checkout:
    """A checkout whose environment is complete: made once, and only copied."""
    checkout = Checkout(tmp_path_factory.mktemp("made") / "clone", wheels)
    checkout.lay()
    said = checkout.run()
    assert said.code == 0, said.lines
    assert said.lines[0].startswith("Setting up .venv with Python 3.")
    assert said.lines[-1] == "The environment is ready."
    return checkout


@pytest.fixture
def ready(tmp_path: Path, master: Checkout) -> Checkout:
    """A checkout whose environment is complete."""
    checkout = Checkout(tmp_path / "clone", master.wheels)
    shutil.copytree(master.root, checkout.root, symlinks=True)
    stamp = checkout.stamp() | {"root": str(checkout.root)}
    (checkout.venv / "kalla.json").write_text(json.dumps(stamp))
    return checkout


@pytest.fixture
def module() -> ModuleType:
    spec = importlib.util.spec_from_file_location("environment", SCRIPT)
    assert spec and spec.loader
    loaded = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(loaded)
    return loaded


# -- what is complete stays


def test_a_fresh_clone_gets_an_environment_with_the_project_in_it(master: Checkout) -> None:
    assert master.python("import sys; print(sys.prefix)") == str(master.venv)
    assert str(master.root) in master.python("import sys; print(sys.path)")
    assert master.stamp()["extras"] == []
    assert not (master.venv / "kalla.installing").exists()


def test_a_complete_environment_is_left_alone_without_a_word(ready: Checkout) -> None:
    ready.forbid_pip()
    assert ready.run().nothing()


def test_settings_of_tools_do_not_count_as_a_change(ready: Checkout) -> None:
    ready.forbid_pip()
    (ready.root / "pyproject.toml").write_text(PROJECT.replace("100", "120"))
    assert ready.run().nothing()


@pytest.mark.parametrize(
    ("file", "text"), [("constraints.txt", "kallatool==1.0\n"), ("pyproject.toml", PROJECT.replace("0.1", "0.2"))]
)
def test_a_change_of_what_is_needed_is_followed(ready: Checkout, file: str, text: str) -> None:
    (ready.root / file).write_text(text)
    said = ready.run()
    assert said.code == 0
    assert said.lines[0] == "What Källa needs has changed: .venv is brought up to date."
    assert ready.run().nothing()


def test_what_the_tests_need_is_added_and_stays(ready: Checkout) -> None:
    said = ready.run("test")
    assert (said.code, said.lines[-1]) == (0, "The environment is ready.")
    assert ready.python("import kallatool; print(kallatool.version)") == "1.0"
    assert ready.stamp()["extras"] == ["test"]
    ready.forbid_pip()
    assert ready.run().nothing()
    assert ready.run("test").nothing()


def test_the_pins_decide_the_versions(ready: Checkout, tmp_path: Path) -> None:
    folder = tmp_path / "more"
    folder.mkdir()
    wheel(folder, "kallatool", "1.0")
    wheel(folder, "kallatool", "2.0")
    (ready.root / "constraints.txt").write_text("kallatool==1.0\n")
    assert ready.run("test", PIP_FIND_LINKS=str(folder)).code == 0
    assert ready.python("import kallatool; print(kallatool.version)") == "1.0"


def test_a_failed_addition_leaves_the_program_usable(ready: Checkout, tmp_path: Path) -> None:
    said = ready.run("test", PIP_FIND_LINKS=str(tmp_path))
    assert said.code == 2
    assert said.lines[-1].startswith("A package does not exist for Python 3.")
    ready.forbid_pip()
    assert ready.run().nothing()


# -- what is not complete is mended


def test_an_environment_that_does_not_run_is_made_anew(ready: Checkout) -> None:
    for name in ("python", "python3"):
        (ready.venv / "bin" / name).unlink()
        (ready.venv / "bin" / name).symlink_to(ready.root / "nowhere")
    (ready.venv / "old").write_text("")
    said = ready.run()
    assert said.code == 0
    assert said.lines[0] == "The environment in .venv does not run: it is made anew."
    assert not (ready.venv / "old").exists()
    assert ready.run().nothing()


@pytest.mark.parametrize("stamp", [None, "", "[]", "{broken"])
def test_an_environment_without_a_stamp_is_completed(ready: Checkout, stamp: str | None) -> None:
    (ready.venv / "kept").write_text("")
    (ready.venv / "kalla.json").unlink()
    if stamp is not None:
        (ready.venv / "kalla.json").write_text(stamp)
    said = ready.run()
    assert said.code == 0
    assert said.lines[0] == "The environment in .venv is not complete: what is missing is installed."
    assert (ready.venv / "kept").exists()
    ready.forbid_pip()
    assert ready.run().nothing()


@pytest.fixture
def looking(ready: Checkout, module: ModuleType, monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """The script as a module that looks at a complete environment."""
    monkeypatch.setattr(module, "ROOT", ready.root)
    for name, path in {
        "VENV": "",
        "PYTHON": "bin/python",
        "STAMP": "kalla.json",
        "MARK": "kalla.installing",
        "LOG": "pip.log",
    }.items():
        monkeypatch.setattr(module, name, ready.venv / path)
    assert module._why_broken(module._stamp()) == ""
    return module


def test_an_installation_that_was_cut_off_is_made_anew(looking: ModuleType) -> None:
    looking.MARK.write_text(looking._packages_changed())
    assert looking._why_broken(looking._stamp()) == "", "pip was still downloading: nothing is half done"
    (packages,) = looking.VENV.glob("lib/python*/site-packages")
    (packages / "half").mkdir()
    assert looking._why_broken(looking._stamp()) == "is half installed"


def test_an_environment_that_was_moved_or_whose_python_changed_is_made_anew(looking: ModuleType) -> None:
    stamp = looking._stamp()
    assert looking._why_broken(stamp | {"root": "/elsewhere"}) == "was made in another folder"
    assert looking._why_broken(stamp | {"python": "3.9"}).startswith("was made for Python 3.9 and now has 3.")


def test_an_environment_without_pip_is_made_anew(looking: ModuleType) -> None:
    (pip,) = looking.VENV.glob("lib/python*/site-packages/pip")
    shutil.rmtree(pip)
    assert looking._why_broken(looking._stamp()) == "does not run"


def test_two_at_once_make_one_environment_even_where_a_file_is_in_its_place(fresh: Checkout) -> None:
    fresh.venv.write_text("not a folder")
    running = [
        subprocess.Popen(fresh.command(), env=fresh.variables, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
        for _ in range(2)
    ]
    said = sorted(process.communicate()[1].splitlines() for process in running)
    assert [process.returncode for process in running] == [0, 0]
    assert said == [
        ["Another set-up is going on in this folder; waiting for it."],
        ["The environment in .venv does not run: it is made anew.", "The environment is ready."],
    ]
    assert fresh.run().nothing()


# -- what only the user can mend: one line, exit code 2


def test_it_can_be_read_by_the_pythons_that_are_too_old() -> None:
    ast.parse(SCRIPT.read_text("utf-8"), feature_version=(3, 6))


def as_python_3_9(checkout: Checkout, path: str) -> Said:
    """Run the script with what it takes for Python 3.9."""
    code = (
        "import runpy, sys; sys.version_info = (3, 9, 2, 'final', 0); script = sys.argv[1]; sys.argv[:] = [script];"
        "runpy.run_path(script, run_name='__main__')"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, str(checkout.root / "environment.py")],
        env=checkout.variables | {"PATH": path},
        capture_output=True,
        text=True,
        check=False,
    )
    return Said(done.returncode, done.stderr.splitlines(), done.stdout)


def test_a_python_that_is_too_old_is_named(fresh: Checkout, tmp_path: Path) -> None:
    said = as_python_3_9(fresh, str(tmp_path))
    assert said.code == 2
    (line,) = said.lines
    assert line.startswith("Källa needs Python 3.11 or later; this is 3.9.2 (")
    assert not fresh.venv.exists()


def test_a_newer_python_beside_the_old_one_is_taken(ready: Checkout, tmp_path: Path) -> None:
    shim = tmp_path / "python3.11"
    shim.write_text("#!/bin/sh\nexit 127\n")
    shim.chmod(0o755)
    (tmp_path / "python3.12").symlink_to(os.path.realpath(sys.executable))
    ready.forbid_pip()
    assert as_python_3_9(ready, str(tmp_path)).nothing()


def test_a_python_without_ensurepip_is_named(fresh: Checkout, tmp_path: Path) -> None:
    (tmp_path / "ensurepip.py").write_text("raise ImportError('not packaged')")
    said = fresh.run(PYTHONPATH=str(tmp_path))
    assert said.code == 2
    assert "sudo apt install python3-venv" in said.lines[-1]
    assert not fresh.venv.exists()


def test_without_a_network_it_says_so_and_goes_on_later(ready: Checkout) -> None:
    (ready.root / "needs.txt").write_text("Requires-Dist: kallatool\n")
    (ready.root / "constraints.txt").write_text("kallatool<2\n")
    unreachable = {"PIP_NO_INDEX": "", "PIP_FIND_LINKS": "", "PIP_INDEX_URL": "http://127.0.0.1:9/simple", "PIP_RETRIES": "0"}
    said = ready.run(**unreachable)
    assert said.code == 2
    assert said.lines[-1].startswith("The packages could not be fetched: the package index was not reached.")
    assert "kallatool" in said.pip, "pip's own words are shown"
    assert ready.run().code == 0
    assert ready.python("import kallatool; print(kallatool.version)") == "1.0"


def test_a_disk_that_is_full_is_named(fresh: Checkout, module: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    usage = shutil.disk_usage(fresh.root)
    monkeypatch.setattr(module, "ROOT", fresh.root)
    monkeypatch.setattr(shutil, "disk_usage", lambda _: usage._replace(free=1_000_000_000))
    with pytest.raises(module.Trouble, match=r"not enough space on the disk: about 2\.5 GB are needed in"):
        module._check_space()


@pytest.mark.parametrize(
    ("log", "answer"),
    [
        ("ERROR: Could not install packages due to an OSError: [Errno 28] No space left on device", "There is not enough space"),
        ("SSLError(SSLCertVerificationError(1, '[SSL: CERTIFICATE_VERIFY_FAILED] ...", "The package index was not trusted"),
        ("NewConnectionError('...: [Errno -3] Temporary failure in name resolution')", "The packages could not be fetched"),
        ("ERROR: No matching distribution found for torch==2.13.0", "A package does not exist for Python"),
        ("error: subprocess-exited-with-error", "pip could not install the packages."),
    ],
)
def test_each_reason_of_pip_has_its_advice(looking: ModuleType, log: str, answer: str) -> None:
    assert looking._why_pip_failed(log).startswith(answer)


def test_other_systems_are_told_what_to_use(module: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as patch, pytest.raises(module.Trouble, match="On Windows, use it in WSL"):
        patch.setattr(os, "name", "nt")
        module._check_system()


def test_an_unknown_part_is_refused(fresh: Checkout) -> None:
    said = fresh.run("tests")
    assert (said.code, len(said.lines)) == (2, 1)
    assert not fresh.venv.exists()
