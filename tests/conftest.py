"""What the tests share: the data beside the checkout, the models, and a network that ends at this machine.

pyproject.toml lets `socket.connect` reach loopback and Unix sockets only (pytest-socket 0.8); names are guarded here.
"""

import fcntl
import os
import socket
import subprocess
import sys
from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from tests.browser_kit import chromium, server, visit

if TYPE_CHECKING:
    from tests.fakes import FakeEncoder

__all__ = ["chromium", "server", "visit"]  # the fixtures of the tests in the browser: one server for all of them
ROOT = Path(__file__).resolve().parent.parent
IN_CI = bool(os.environ.get("CI"))
_LOOPBACK = {None, "", "localhost", "127.0.0.1", "::1", "0.0.0.0", "::"}


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of real reports and question sets: `KALLA_SHARED`, or `shared` beside the checkout."""
    folder = Path(os.environ.get("KALLA_SHARED") or ROOT.parent / "shared")
    if not folder.is_dir():
        pytest.skip(f"the shared data is not here: there is no folder {folder} (KALLA_SHARED names another)")
    return folder


@contextmanager
def once(factory: pytest.TempPathFactory, name: str) -> Iterator[Path]:
    """A folder that all processes of this run share, while nobody else is at it."""
    root = factory.getbasetemp()
    folder = (root.parent if os.environ.get("PYTEST_XDIST_WORKER") else root) / name
    folder.mkdir(exist_ok=True)
    with (folder / ".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield folder


@pytest.fixture(scope="session")
def packaged_model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of the packaged model's export, made once for all processes of a run: torch takes seconds."""
    from index.models import PACKAGED, export

    with once(tmp_path_factory, "models") as folder:
        return export(PACKAGED, folder)


@pytest.fixture(scope="session")
def sample_library(tmp_path_factory: pytest.TempPathFactory, packaged_model: Path) -> Path:
    """The data folder of the sample library, ingested by the real command with the packaged model, once for all processes of a
    run. To be read only."""
    with once(tmp_path_factory, "sample") as folder:
        data = folder / "data"
        if not data.exists():
            making = folder / "making"
            making.mkdir(exist_ok=True)
            (making / "models").symlink_to(packaged_model.parent)
            command = [sys.executable, "-m", "ingest", "corpus", "--data", str(making), "--json"]
            done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
            assert done.returncode == 0, done.stderr
            making.rename(data)
        return data


@pytest.fixture
def fake_encoder() -> "FakeEncoder":
    """A model without weights: texts that share words are near. It counts its batches and keeps what it embedded."""
    from tests.fakes import FakeEncoder

    return FakeEncoder()


@pytest.fixture(scope="module", autouse=True)
def readers_end_with_their_module() -> Iterator[None]:
    """Close the reading processes that `tests.fakes` shares: `test_pool` counts all children of this process."""
    yield
    fakes = sys.modules.get("tests.fakes")
    if fakes is not None and fakes._readers.cache_info().currsize:
        fakes._readers().close()
        fakes._readers.cache_clear()


@pytest.fixture(autouse=True)
def names_of_this_machine_only(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Looking up the name of another host fails, as connecting to it does."""
    look_up: Callable[..., Any] = socket.getaddrinfo

    def guarded(host: Any, *rest: Any, **options: Any) -> Any:
        if host not in _LOOPBACK:
            pytest.fail(f"a test looked up the host {host!r}; only this machine may be reached")
        return look_up(host, *rest, **options)

    monkeypatch.setattr(socket, "getaddrinfo", guarded)
    yield


def pytest_xdist_auto_num_workers() -> int:
    """One more than there are cores, because some tests wait for processes, files and clocks."""
    return (os.cpu_count() or 1) + 1


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark the tests that take the fixture `shared`, so that `-m "not shared"` leaves them out."""
    for item in items:
        if "shared" in getattr(item, "fixturenames", ()):
            item.add_marker(pytest.mark.shared)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Where continuous integration runs, a test in the browser may not be skipped: what it lacks has to be installed."""
    report = yield
    if IN_CI and report.skipped and not hasattr(report, "wasxfail") and item.get_closest_marker("browser"):
        reason = report.longrepr[2] if isinstance(report.longrepr, tuple) else report.longrepr
        report.outcome = "failed"
        report.longrepr = f"a test in the browser was skipped, which continuous integration does not allow ({reason})"
    return report
