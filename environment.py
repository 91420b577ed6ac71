#!/usr/bin/env python3
"""Make `.venv` beside this file: the environment that Källa runs in, with the pinned packages and nothing else.

    python3 environment.py          what the program needs
    python3 environment.py test     and what its tests and checks need

Where all is in place it says nothing, asks no package index and is done at once; what is half done it completes or makes anew.
It needs the standard library only, and is written so that Python 3.6 can still read it and say that it is too old.
"""

import contextlib
import errno
import hashlib
import json
import os
import shutil
import subprocess
import sys
import tempfile
import threading
from collections import deque
from collections.abc import Iterator
from pathlib import Path
from typing import Any

OLDEST = (3, 11)
NEWER = ("python3.11", "python3.12", "python3.13", "python3.14")  # 3.11 first: it is what the tests run on
EXTRAS = ("test",)
USAGE = "usage: python3 environment.py [test]"
NEEDED_BYTES = 2500 * 1000 * 1000  # measured: 2.2 GB with everything, and what pip unpacks on the way

ROOT = Path(__file__).resolve().parent
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
STAMP = VENV / "kalla.json"  # what is installed; written when all of it is
MARK = VENV / "kalla.installing"  # pip is at work, or was cut off
LOG = VENV / "pip.log"  # the end of what pip noted, when it failed

READY, CANNOT, STOPPED = 0, 2, 130

_NO_NETWORK = (
    "NewConnectionError",
    "NameResolutionError",
    "Failed to establish a new connection",
    "Temporary failure in name resolution",
    "Network is unreachable",
    "Connection refused",
    "ConnectTimeout",
    "ReadTimeout",
    "ProxyError",
)


class Trouble(Exception):
    """Something that the user has to mend. The message says what, and how."""


def main(arguments: "list[str]") -> int:
    """Prepare the environment. Exit code 0; 2 where the user has to do something first, which one line says."""
    if set(arguments) & {"-h", "--help"}:
        print(f"{USAGE}\n\n{__doc__}")
        return READY
    try:
        extras = _extras(arguments)
        _check_system()
        if sys.version_info[:2] < OLDEST:
            _start_over_with_newer(arguments)
        with _one_at_a_time():
            prepare(extras)
    except Trouble as exc:
        _say(str(exc))
        return CANNOT
    except OSError as exc:
        _say(_about_files(exc))
        return CANNOT
    except KeyboardInterrupt:
        _say("Stopped. Run the same command to go on.")
        return STOPPED
    return READY


def prepare(extras: "set[str]") -> None:
    """Bring `.venv` to where `extras` and the program can run. Raises Trouble."""
    there, inputs = _stamp(), _inputs()
    kept = extras.union(there.get("extras", []))
    broken = _why_broken(there)
    if not broken and there.get("inputs") == inputs and kept == set(there["extras"]):
        return
    if broken == "absent":
        _say(f"Setting up .venv with Python {_version()} (once; it takes some minutes and about 2 GB).")
    elif broken:
        _say(f"The environment in .venv {broken}: it is made anew.")
    elif not there:
        _say("The environment in .venv is not complete: what is missing is installed.")
    else:
        _say("What Källa needs has changed: .venv is brought up to date.")
    if broken:
        _check_space()
        _make()
    _install(kept)
    stamp = {"python": _probe(), "root": str(ROOT), "inputs": inputs, "extras": sorted(kept)}
    aside = STAMP.with_suffix(".new")
    aside.write_text(json.dumps(stamp), "utf-8")
    os.replace(str(aside), str(STAMP))
    with contextlib.suppress(FileNotFoundError):
        MARK.unlink()
    _say("The environment is ready.")


def _extras(arguments: "list[str]") -> "set[str]":
    unknown = [name for name in arguments if name not in EXTRAS]
    if unknown:
        raise Trouble(f"{USAGE}   (not: {' '.join(unknown)})")
    return set(arguments)


# -- the Python that was started


def _check_system() -> None:
    if os.name != "posix":
        raise Trouble("Källa runs on Linux and macOS. On Windows, use it in WSL: https://learn.microsoft.com/windows/wsl/install")


def _version(parts: int = 3) -> str:
    return ".".join(map(str, sys.version_info[:parts]))


def _start_over_with_newer(arguments: "list[str]") -> None:
    for name in NEWER:
        found = shutil.which(name)
        if found and _can_make_environments(found):
            os.execv(found, [found, str(Path(__file__).resolve()), *arguments])  # noqa: S606 - a Python that was found on the path, with the same arguments
    raise Trouble(
        f"Källa needs Python {OLDEST[0]}.{OLDEST[1]} or later; this is {_version()} ({sys.executable})."
        " Install a newer one, or name it: make run PYTHON=python3.12"
    )


def _can_make_environments(python: str) -> bool:
    """Whether it runs at all (a pyenv shim may not) and brings venv and pip."""
    command = [python, "-c", "import venv, ensurepip"]
    with contextlib.suppress(OSError):
        return subprocess.call(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) == 0
    return False


@contextlib.contextmanager
def _one_at_a_time() -> "Iterator[None]":
    """Hold a lock on this file itself, which leaves nothing behind."""
    import fcntl

    with open(__file__) as held:
        try:
            fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            _say("Another set-up is going on in this folder; waiting for it.")
            fcntl.flock(held, fcntl.LOCK_EX)
        except OSError:
            pass  # a file system without locks
        yield


# -- what is there


def _stamp() -> "dict[str, Any]":
    try:
        stamp = json.loads(STAMP.read_text("utf-8"))
        return stamp if isinstance(stamp, dict) else {}
    except (OSError, ValueError):
        return {}


def _inputs() -> str:
    """A hash of what decides the packages: the pins, and of the project file what is not only settings of tools."""
    import tomllib

    try:
        project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    except ValueError as exc:
        raise Trouble(f"pyproject.toml cannot be read: {exc}") from exc
    parts = [project.get("build-system"), project.get("project"), project.get("tool", {}).get("setuptools")]
    pins = (ROOT / "constraints.txt").read_text("utf-8")
    return hashlib.sha256((json.dumps(parts, sort_keys=True) + pins).encode()).hexdigest()


def _why_broken(stamp: "dict[str, Any]") -> str:
    """Why the environment has to be made anew; "absent" where there is none, "" where it can stay."""
    if not os.path.lexists(str(VENV)):
        return "absent"
    version = _probe()
    if not version:
        return "does not run"
    if tuple(map(int, version.split("."))) < OLDEST:
        return f"has Python {version}, which is too old"
    if stamp.get("python", version) != version:
        return f"was made for Python {stamp['python']} and now has {version}"
    if not stamp and version != _version(2):
        return f"is not complete, and has Python {version} instead of {_version(2)}"
    if stamp.get("root", str(ROOT)) != str(ROOT):
        return "was made in another folder"
    if MARK.exists() and MARK.read_text("utf-8") != _packages_changed():
        return "is half installed"
    return ""


def _probe() -> str:
    """The version ("3.11") of the Python in the environment; "" where it does not run or has no pip."""
    code = "import sys, importlib.util as u; print('%d.%d' % sys.version_info[:2] if u.find_spec('pip') else '')"
    try:
        done = subprocess.run([str(PYTHON), "-I", "-c", code], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    except OSError:
        return ""
    return done.stdout.decode().strip() if done.returncode == 0 else ""


def _packages_changed() -> str:
    """When a package was last put into the environment or taken from it: pip's download alone changes nothing."""
    return " ".join(str(folder.stat().st_mtime_ns) for folder in sorted(VENV.glob("lib/python*/site-packages")))


# -- making it


def _check_space() -> None:
    if shutil.disk_usage(str(ROOT)).free < NEEDED_BYTES:
        raise Trouble(_no_space())


def _make() -> None:
    # From inside an active .venv, sys.executable is what is about to be removed; CPython keeps the one behind it here.
    python = getattr(sys, "_base_executable", None) or sys.executable
    if not _can_make_environments(python):
        raise Trouble(
            f"Python {_version()} ({python}) comes without venv or pip."
            " On Debian and Ubuntu: sudo apt install python3-venv. Then run the same command again."
        )
    if VENV.is_dir() and not VENV.is_symlink():
        shutil.rmtree(str(VENV))
    elif os.path.lexists(str(VENV)):
        VENV.unlink()
    done = subprocess.run([python, "-m", "venv", str(VENV)], stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    if done.returncode:
        said = done.stdout.decode("utf-8", "replace").strip()
        if _full(said):
            raise Trouble(_no_space())
        raise Trouble(f"Python could not make the environment in .venv: {(said or 'it gave no reason').splitlines()[-1]}")


def _install(extras: "set[str]") -> None:
    before = _packages_changed()
    MARK.write_text(before, "utf-8")
    try:
        code, noted = _pip(["-c", "constraints.txt", "-e", f".[{','.join(sorted(extras))}]" if extras else "."])
        if code:
            raise Trouble(_why_pip_failed(noted))
    finally:
        if _packages_changed() == before:
            MARK.unlink()


def _pip(arguments: "list[str]") -> "tuple[int, str]":
    """Run pip in the user's sight. Returns its exit code and the end of its log, which says more than it shows.

    The log comes through a pipe: on a full disk pip 23.2 fails to write a file of it, and says so in tracebacks.
    """
    noted: deque[str] = deque(maxlen=5000)
    out, into = os.pipe()
    with os.fdopen(out, encoding="utf-8", errors="replace") as log:
        follower = threading.Thread(target=noted.extend, args=(log,), daemon=True)
        follower.start()
        command = [str(PYTHON), "-m", "pip", "install", "--disable-pip-version-check", "--no-input", "--log", f"/dev/fd/{into}"]
        try:
            code = subprocess.call(command + arguments, cwd=str(ROOT), env=dict(os.environ, PIP_USER="0"), pass_fds=[into])
        finally:
            os.close(into)
            follower.join()
    return code, "".join(noted)


# -- what went wrong


def _why_pip_failed(said: str) -> str:
    if _full(said):
        return _no_space()
    if "CERTIFICATE_VERIFY_FAILED" in said:
        return (
            "The package index was not trusted: something between it and this machine uses a certificate of its own."
            " Ask your IT for that certificate's file and run: PIP_CERT=FILE make run"
        )
    if any(sign in said for sign in _NO_NETWORK):
        return (
            "The packages could not be fetched: the package index was not reached. Connect this machine to the internet,"
            " or name your proxy (HTTPS_PROXY) or your own index (PIP_INDEX_URL), and run the same command again."
        )
    if "No matching distribution found" in said:
        return (
            f"A package does not exist for Python {_probe()} on this machine (which one, is said above)."
            " Källa is tested with Python 3.11; name it: make run PYTHON=python3.11"
        )
    LOG.write_text(said, "utf-8")
    return "pip could not install the packages. What it says is above, and more of it in .venv/pip.log."


def _full(said: str) -> bool:
    return "No space left on device" in said or shutil.disk_usage(str(ROOT)).free < 20 * 1000 * 1000


def _no_space() -> str:
    return (
        f"There is not enough space on the disk: about {NEEDED_BYTES / 1e9:.1f} GB are needed in {ROOT}, and some in"
        f" {tempfile.gettempdir()} (TMPDIR names another folder for that). Make space, and run the same command again."
    )


def _about_files(exc: OSError) -> str:
    if exc.errno == errno.ENOSPC:
        return _no_space()
    return f"{exc.filename or ROOT} cannot be used: {exc.strerror or exc}."


def _say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
