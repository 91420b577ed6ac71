"""Runs a command of the library in a forked process, and kills it at its n-th write step. Driven by test_crash.py.

Each line of input is `SCENARIO N FOLDER`; each line of output says how that went. The process is forked from one that has all
modules loaded and no threads running, so that a hundred crashes take seconds.
"""

import itertools
import json
import os
import shutil
import signal
import sqlite3
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

import numpy as np  # noqa: E402
import pytest  # noqa: E402

from index import generations, models, rebuild, store, vectorfile  # noqa: E402
from index.desk import Desk  # noqa: E402
from index.removal import purge  # noqa: E402
from ingest import __main__ as ingest_command  # noqa: E402
from ingest.editing import describe  # noqa: E402
from ingest.formats import reader_for, record_reader  # noqa: E402
from tests.fakes import OWNER, FakeEncoder, Shelf  # noqa: E402
from ui.removals import Aside  # noqa: E402

EVERY = 7  # of the statements inside a transaction, one in so many is a place to be killed at


class InProcess:
    """Reads in this process: what is crashed here is the writing."""

    def read(self, path: Path, format: Any, passwords: Any = ()) -> Any:
        return reader_for(format)(path)

    def read_records(self, path: Path) -> Iterator[list[Any]]:
        records = iter(record_reader()(path))
        while batch := list(itertools.islice(records, 40)):
            yield batch


class Steps:
    """Counts the write steps of this process, and ends it at one of them."""

    def __init__(self, last: int, report: Path) -> None:
        self.names: list[str] = []
        self.last, self.report = last, report
        self.statements, self.every = 0, EVERY

    def at(self, name: str) -> None:
        self.names.append(name)
        if len(self.names) == self.last:
            self.tell()
            os.kill(os.getpid(), signal.SIGKILL)

    def tell(self) -> None:
        """Write down the steps so far."""
        with self.report.open("w") as file:
            json.dump(self.names, file)

    def statement(self, text: str) -> None:
        if not text.lstrip().upper().startswith(("SELECT", "PRAGMA", "--")):
            self.statements += 1
            if self.statements % self.every == 0:
                self.at(f"statement: {text[:60]}")

    def around(self, where: Any, name: str) -> None:
        real = getattr(where, name)

        def watched(*arguments: Any, **options: Any) -> Any:
            self.at(f"before {name}")
            done = real(*arguments, **options)
            self.at(f"after {name}")
            return done

        setattr(where, name, watched)

    def watch(self) -> None:
        """Put a step before and after everything that changes the disk."""
        whole, connect = store.writing, store._connect

        @contextmanager
        def writing(connection: sqlite3.Connection, data: Path) -> Iterator[sqlite3.Connection]:
            self.at("before transaction")
            with whole(connection, data) as inner:
                yield inner
                self.at("before commit")
            self.at("after commit")

        def connected(path: Path, *, writing: bool) -> sqlite3.Connection:
            connection = connect(path, writing=writing)
            if writing:
                connection.set_trace_callback(self.statement)
            return connection

        store.writing = writing
        store._connect = connected
        self.around(vectorfile, "_save")
        self.around(np, "savez")  # the word file
        self.around(os, "fsync")
        self.around(Path, "replace")
        self.around(Path, "unlink")

    def watch_files(self) -> None:
        """Put a step around all else that changes a folder."""
        for where, name in ((os, "link"), (os, "replace"), (os, "rename"), (Path, "mkdir"), (Path, "rename"), (shutil, "rmtree")):
            self.around(where, name)


def shelf_in(folder: Path) -> Shelf:
    shelf = Shelf(folder / "docs", folder / "data", pytest.MonkeyPatch())
    shelf.patch.setattr("ingest.pool.ReaderPool", lambda size: _Context(InProcess()))
    return shelf


def warm_up() -> None:
    """Load, once and for all children, whatever a run loads: modules, stemmers, the model of languages."""
    with tempfile.TemporaryDirectory() as name:
        shelf = shelf_in(Path(name))
        shelf.put("a.md", "# A title\n\nThe siren sounds in the district. The police decide who speaks to the press.\n")
        shelf.put("b.pdf", b"%PDF-1.7 nothing")
        shelf.records("c.jsonl", {"_id": "r", "title": "T", "text": "Buses leave from the gate."})
        shelf.catalogue({"file": "a.md", "handling": "TLP:RED"})
        assert shelf.ingest().code == 1 and shelf.index("rebuild").code == 0


def child(scenario: str, last: int, folder: Path) -> None:
    shelf = shelf_in(folder)
    generations._FOLD_AT = 3
    rebuild._BATCH = 9
    steps = Steps(last, folder / "step.json")
    out = (folder / "out.jsonl").open("w", buffering=1)
    sys.stdout, sys.stderr = out, (folder / "err.txt").open("w")
    steps.watch()
    if scenario in SMALL:
        steps.watch_files()
        steps.every = EVERY if scenario == "remove" else 1  # each of its many transactions is whole by itself
        SMALL[scenario](folder, steps)
        steps.tell()
        return
    if scenario == "rebuild":
        for progress in shelf.rebuilding(FakeEncoder("other", dimension=32)):
            out.write(json.dumps({"phase": progress.phase}) + "\n")
    else:
        code = ingest_command.main([str(shelf.folder), "--data", str(shelf.data), "--jobs", "1", "--json"])
        assert code in (0, 1), code
    steps.tell()


def _migrate(folder: Path, steps: Steps) -> None:
    store.prepare(folder / "data")


def _remove(folder: Path, steps: Steps) -> None:
    """Two files are laid aside, one comes back, and what is left is deleted for good."""
    docs, data = folder / "docs", folder / "data"
    aside = Aside(desk=Desk(data), data=data, principal=OWNER)
    first = aside.take_out([docs / "0.md"], "0", "TLP:GREEN")
    aside.take_out([docs / "1.md"], "1", "TLP:RED")
    aside.bring_back(first)
    sys.stdout.write("purging\n")
    purge(data, "9999")


def _edit(folder: Path, steps: Steps) -> None:
    describe(folder / "docs" / "0.md", {"city": "Malmö"})
    describe(folder / "docs" / "1.md", {"city": "Malmö"})


def _keep(folder: Path, steps: Steps) -> None:
    desk = Desk(folder / "data")
    for number in range(3):
        desk.follow(OWNER, f"q={number}", number)
        sys.stdout.write(f"{number}\n")
    desk.unfollow(OWNER, desk.followed(OWNER)[0].followed_id)


def _export(folder: Path, steps: Steps) -> None:
    """The files of a model, written one after the other, in the place of an export of an older kind."""

    def export_to(aside: Path, *_: Any) -> None:
        stored = json.loads((folder / "export" / "kalla.json").read_text())
        for name in ("tokenizer.json", "model.onnx", "kalla.json"):
            data = (folder / "export" / name).read_bytes() if name != "kalla.json" else json.dumps(stored).encode()
            (aside / name).write_bytes(data[:7])
            steps.at(f"half of {name}")
            (aside / name).write_bytes(data)
            steps.at(f"after {name}")

    models._export_to, models._quiet = export_to, nullcontext  # which would load transformers
    export(str(folder / "source"), folder / "data" / "models")


export = models.export  # before a Shelf puts its own in its place
SMALL = {"migrate": _migrate, "remove": _remove, "edit": _edit, "keep": _keep, "export": _export}


class _Context:
    def __init__(self, pool: InProcess) -> None:
        self.pool = pool

    def __enter__(self) -> InProcess:
        return self.pool

    def __exit__(self, *_: object) -> None:
        pass


def main() -> None:
    warm_up()
    for line in sys.stdin:
        scenario, last, place = line.rstrip("\n").split(" ", 2)
        folder = Path(place)
        for name in ("out.jsonl", "step.json"):
            (folder / name).unlink(missing_ok=True)
        process = os.fork()
        if process == 0:
            code = 70
            try:
                child(scenario, int(last), folder)
                code = 0
            finally:
                sys.stderr.flush()
                if code:
                    import traceback

                    traceback.print_exc()
                    sys.stderr.flush()
                os._exit(code)
        _, status = os.waitpid(process, 0)
        sys.stdout.write(json.dumps({"killed": os.WIFSIGNALED(status), "code": os.waitstatus_to_exitcode(status)}) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
