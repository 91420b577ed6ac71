"""Readers, an ingest, a rebuild and servers on one data folder, all at once: whether every answer is of one state of the library.

    PYTHONPATH=. python benchmarks/soak.py [--minutes 10] [--readers 8] [--servers 2] [--seed S]

A throw-away data folder with the sample documents and notes that keep changing (benchmarks/together.py). Half of the readers ask
in this process, half through the servers' own Ask room; ingests and rebuilds are the real commands, run again and again, now and
then killed; rebuilds take turns between the packaged model and a tiny one. Prints what was done and what did not hold; exit 1 if
anything did not.
"""

import argparse
import importlib
import json
import random
import re
import shutil
import signal
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from asking import Page
from together import QUESTIONS, Ledger

from index import store
from index.access import local_owner
from index.errors import Busy
from index.library import Library
from index.models import PACKAGED
from index.result import Mode
from ingest.language import detect_query

ROOT = Path(__file__).resolve().parent.parent
BUSY = re.compile(r"This library is being written by an? [a-z ]+\(process \d+, since \d\d:\d\d\)\. Wait until it has finished")
NOTES = 40
ALL = 1000  # hits: more passages than there are, so that what stands in the library is found by whichever half
_KILLED = 0.2  # of the runs


@dataclass
class Soak:
    """One run."""

    folder: Path
    models: tuple[str, ...]
    seed: int
    ledger: Ledger
    end: threading.Event = field(default_factory=threading.Event)
    times: list[float] = field(default_factory=list)
    memory: dict[int, list[tuple[float, float]]] = field(default_factory=dict)  # process -> (seconds, MB)

    @property
    def data(self) -> Path:
        """The data folder that all share."""
        return self.folder / "data"

    # -- those who ask

    def ask(self, number: int, library: Library) -> None:
        """Ask in this process, by words, by meaning and by both, until the end."""
        chance, owner, last = random.Random(self.seed + number), local_owner(), (0, 0)
        while not self.end.is_set():
            note = chance.randrange(NOTES)
            named = chance.random() < 0.25
            question = f"note{note:03d} {chance.choice(QUESTIONS)}" if named else chance.choice(QUESTIONS)
            mode = chance.choice([Mode.HYBRID, Mode.HYBRID, Mode.DENSE, Mode.LEXICAL])
            before, began = self.ledger.now(), time.perf_counter()
            result = library.search(question, principal=owner, mode=mode, top=ALL if named else 10)
            if not named:
                self.times.append(time.perf_counter() - began)
            found = self.ledger.check(self.data, before, result, f"reader {number}, {mode}")
            if named:
                self.ledger.missing(before, note, found, f"reader {number}, {mode}")
            if result.moment is not None:
                moment = (result.moment.seq, result.moment.generation)
                if moment < last:
                    self.ledger.problem(f"reader {number}: went back from commit {last} to {moment}")
                last = moment
            self.ledger.count("questions in process")
            time.sleep(chance.random() * 0.1)

    def browse(self, number: int, ports: list[int]) -> None:
        """Ask through the page, and look at documents."""
        chance = random.Random(self.seed + number)
        pages = [Page(port) for port in ports]
        while not self.end.is_set():
            page, question = chance.choice(pages), f"note{chance.randrange(NOTES):03d} {chance.choice(QUESTIONS)}"
            before = self.ledger.now()
            self.ledger.seen(before, [page.ask(question)], f"page reader {number}")
            self.ledger.count("questions by the page")
            for address in ("/en/library", f"/en/library/{chance.randrange(1, 60)}", "/healthz", "/readyz"):
                status = page.get(address)
                if status not in ((200, 503) if address == "/readyz" else (200, 404)):
                    self.ledger.problem(f"page reader {number}: {address} answered {status}")
            time.sleep(chance.random() * 0.2)

    # -- those who write

    def ingest(self) -> None:
        """Change files and take them in, again and again."""
        chance = random.Random(self.seed)
        while not self.end.is_set():
            self.ledger.change(chance, NOTES)
            command = [sys.executable, "-m", "ingest", "--json", "--data", str(self.data), str(self.ledger.folder)]
            if self.write("ingest", command, chance, self.heard) and chance.random() < 0.5:
                self.end.wait(chance.random() * 3)
            if chance.random() < 0.1:
                self.second_writer()

    def heard(self, said: dict[str, object]) -> None:
        """One line of an ingest."""
        if "path" in said:
            self.ledger.report(Path(str(said["path"])).name)
            if said["outcome"] == "failed":
                self.ledger.problem(f"ingest: {Path(str(said['path'])).name} failed: {said['reason']}")

    def rebuild(self) -> None:
        """Rebuild again and again, with one model and then another."""
        chance, turn = random.Random(self.seed + 1), 0
        while not self.end.wait(chance.random() * 10):
            command = [sys.executable, "-m", "index", "rebuild", "--json", "--data", str(self.data)]
            turn += 1
            self.write("rebuild", command + (["--model", self.models[turn // 2 % len(self.models)]] if turn % 2 else []), chance)

    def write(
        self, kind: str, command: list[str], chance: random.Random, heard: Callable[[dict[str, object]], None] = lambda _: None
    ) -> bool:
        """Run one writer to its end, or kill it; True where it wrote."""
        process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        how = chance.choice([signal.SIGKILL, signal.SIGKILL, signal.SIGTERM]) if chance.random() < _KILLED else None
        timer = threading.Timer(1 + chance.random() * 12, lambda: process.send_signal(how)) if how else None
        if timer is not None:
            timer.start()
        assert process.stdout is not None and process.stderr is not None
        for line in process.stdout:
            heard(json.loads(line))
        errors, code = process.stderr.read(), process.wait()
        if timer is not None:
            timer.cancel()
        if "Traceback" in errors:
            self.ledger.problem(f"{kind}: {errors[-1500:]}")
        if code == 2 and BUSY.search(errors):
            self.ledger.count(f"{kind}s refused, the other named")
        elif how is not None and code in (-how, 128 + how):
            self.ledger.count(f"{kind}s ended by {how.name}")
            if f"(process {process.pid}," in store.writer_now(self.data):
                self.ledger.problem(f"{kind}: the lock of a dead process holds")
        elif code:
            self.ledger.problem(f"{kind}: exit {code}: {errors[-500:]}")
        else:
            self.ledger.count(f"{kind}s")
        return code == 0

    def second_writer(self) -> None:
        """While one writes, another is told so at once."""
        try:
            with store.writer_lock(self.data, "a soak"):
                command = [sys.executable, "-m", "ingest", "--data", str(self.data), str(self.ledger.folder)]
                done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
                if done.returncode != 2 or "being written by a soak (process" not in done.stderr:
                    self.ledger.problem(f"a second writer: exit {done.returncode}: {done.stderr[-300:]}")
                self.ledger.count("second writers refused")
        except Busy:
            pass

    def guarded(self, name: str, work: Callable[[], None]) -> threading.Thread:
        """A thread whose end, if it comes before the end, is a problem."""

        def run() -> None:
            try:
                work()
            except Exception as exc:  # whatever it is, it is what is looked for
                import traceback

                self.ledger.problem(f"{name}: {''.join(traceback.format_exception(exc))[-1500:]}")

        thread = threading.Thread(target=run, name=name)
        thread.start()
        return thread


def main() -> int:
    """Run and print; exit 1 if anything did not hold."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--minutes", type=float, default=10)
    parser.add_argument("--readers", type=int, default=8)
    parser.add_argument("--servers", type=int, default=2)
    parser.add_argument("--seed", type=int, default=1)
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="kalla-soak-") as name:
        soak = _prepared(Path(name), chosen.seed)
        servers = [_server(soak, number) for number in range(chosen.servers)]
        try:
            began = time.monotonic()
            _run(soak, chosen, servers)
            minutes = (time.monotonic() - began) / 60
        finally:
            for process, _ in servers:
                process.send_signal(signal.SIGTERM)
        for number, (process, _) in enumerate(servers):
            if process.wait(30):
                soak.ledger.problem(f"server {number} ended with {process.returncode}")
            said = (soak.folder / f"server{number}.err").read_text()
            events = [json.loads(line) for line in said.splitlines() if line.startswith("{")]
            wrong = [event for event in events if event["level"] in ("error", "warning")]
            soak.ledger.problems += [f"server {number}: {json.dumps(event)[:1500]}" for event in wrong]
            if "Traceback" in said:
                soak.ledger.problem(f"server {number}: {said[said.index('Traceback') :][:1500]}")
        verified = subprocess.run(
            [sys.executable, "-m", "index", "verify", "--no-sources", "--data", str(soak.data)],
            cwd=ROOT, capture_output=True, text=True, check=False,
        )  # fmt: skip
        if verified.returncode:
            soak.ledger.problem(f"verify: {verified.stdout[-800:]}{verified.stderr[-300:]}")
    return _told(soak, minutes)


def _prepared(folder: Path, seed: int) -> Soak:
    """The sample documents and some notes, taken in; and a second model."""
    documents = folder / "documents"
    shutil.copytree(ROOT / "corpus", documents)
    other = importlib.import_module("tests.fakes").tiny_model(folder / "tiny")
    soak = Soak(folder=folder, models=(PACKAGED, str(other)), seed=seed, ledger=Ledger(documents))
    chance = random.Random(seed)
    for _ in range(NOTES // 2):
        soak.ledger.change(chance, NOTES)
    command = [sys.executable, "-m", "ingest", "--json", "--data", str(soak.data), str(documents)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    for line in done.stdout.splitlines():
        soak.heard(json.loads(line))
    return soak


def _server(soak: Soak, number: int) -> "tuple[subprocess.Popen[bytes], int]":
    import socket

    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    command = [sys.executable, "search_app.py", "--data", str(soak.data), "--corpus", str(soak.ledger.folder), "--log", "-"]
    errors = (soak.folder / f"server{number}.err").open("wb")
    process = subprocess.Popen([*command, "--port", str(port)], cwd=ROOT, stdout=subprocess.DEVNULL, stderr=errors)
    page, deadline = Page(port, wait=False), time.monotonic() + 120
    while not page.is_ready():
        if process.poll() is not None or time.monotonic() > deadline:
            raise SystemExit("A server did not start.")
        time.sleep(0.2)
    return process, port


def _run(soak: Soak, chosen: argparse.Namespace, servers: "list[tuple[subprocess.Popen[bytes], int]]") -> None:
    libraries = [Library(soak.data, detect_query) for _ in range(2)]
    ports = [port for _, port in servers]
    threads = [soak.guarded("ingest", soak.ingest), soak.guarded("rebuild", soak.rebuild)]
    for number in range(chosen.readers):
        if number % 2 and ports:
            threads.append(soak.guarded(f"page reader {number}", lambda number=number: soak.browse(number, ports)))  # type: ignore[misc]
        else:
            library = libraries[number // 2 % 2]
            threads.append(soak.guarded(f"reader {number}", lambda number=number, library=library: soak.ask(number, library)))  # type: ignore[misc]
    began = time.monotonic()
    while time.monotonic() - began < 60 * chosen.minutes:
        for process, _ in servers:
            soak.memory.setdefault(process.pid, []).append((time.monotonic() - began, _megabytes(process.pid)))
        time.sleep(5)
    soak.end.set()
    for thread in threads:
        thread.join()
    for library in libraries:
        library.close()


def _megabytes(pid: int) -> float:
    found = re.search(r"VmRSS:\s+(\d+) kB", Path(f"/proc/{pid}/status").read_text())
    return int(found[1]) / 1000 if found else 0.0


def _told(soak: Soak, minutes: float) -> int:
    ledger, times = soak.ledger, sorted(soak.times)
    print(f"{minutes:.1f} minutes, seed {soak.seed}, generations seen: {len(ledger.generations)}")
    print("\n".join(f"{count:8}  {name}" for name, count in sorted(ledger.counts.items())))
    if times:
        print(f"a question in process, beside all of this: p50 {1000 * statistics.median(times):.0f} ms,", end=" ")
        print(f"p95 {1000 * times[int(0.95 * len(times))]:.0f} ms")
    for pid, taken in soak.memory.items():
        quarters = [taken[min(len(taken) - 1, len(taken) * part // 4)][1] for part in range(5)]
        print(f"memory of server {pid}, MB at each quarter: {', '.join(f'{one:.0f}' for one in quarters)}")
    print(f"{len(ledger.problems)} errors")
    for text in ledger.problems[:20]:
        print(f"- {text}")
    return 1 if ledger.problems else 0


if __name__ == "__main__":
    sys.exit(main())
