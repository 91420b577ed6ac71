"""Whether a process that is killed at a random moment can cost the library anything, while others go on asking.

    python benchmarks/kill.py [--runs 200] [--seed 1]

Real processes and the packaged model: an ingest of changed files, a rebuild, a change of model and its export, files laid aside,
brought back and purged, an edit of the catalogue, work at the desk, the migration of a library of version 0.1. Each is killed
(SIGKILL, with all that it started) at a moment between its taking the library and its end. Then the library has to open and
answer, `verify` to find nothing, each file that was reported to be there, no document to be there by halves; after one more
ingest nothing may be left of what was cut off. A reader asks all the while. Prints what was killed where, and what was lost.
"""

import argparse
import json
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from index import store  # noqa: E402
from index.access import local_owner  # noqa: E402
from index.library import Library  # noqa: E402
from index.models import PACKAGED  # noqa: E402
from index.removal import FOLDER as REMOVED  # noqa: E402
from index.verify import verify  # noqa: E402
from ingest.language import detect_query  # noqa: E402

ME = local_owner()
FILES, PARTS, RECORDS = 8, 6, 20
ENVIRONMENT = os.environ | {"PYTHONPATH": str(ROOT), "OMP_NUM_THREADS": "1"}
ACTIONS = (
    *["ingest"] * 8, *["rebuild"] * 3, *["model"] * 3, "export", "remove", "remove", "describe", "desk", "migrate",
)  # fmt: skip


def text_of(name: str, version: int) -> str:
    """A document whose every part says which it is, so that a half of it is known by what it lacks."""
    parts = (
        f"## Part {part}\n\nThe siren of {name} sounds in district {part}, and the police say clause-{version}-{part} aloud. "
        + f"Buses leave from gate {part} when the hall of {name} is emptied, and stewards count who is left. " * 6
        for part in range(PARTS)
    )
    return f"# Warning {name}\n\n" + "\n\n".join(parts) + "\n"


def clauses(texts: Iterator[str]) -> set[str]:
    """The clauses that stand in some texts."""
    return {word for text in texts for word in text.split() if word.startswith("clause-")}


class Site:
    """A library and its folder, and what has to be in it."""

    def __init__(self, folder: Path, chance: random.Random) -> None:
        self.docs, self.data, self.other = folder / "docs", folder / "data", folder / "other"
        self.chance = chance
        self.versions: dict[str, int] = {}
        self.texts: dict[str, str] = {}
        self.count = 0
        self.lengths: dict[str, float] = {}
        self.models = [PACKAGED, str(self.other)]
        self.docs.mkdir()

    def write(self, name: str) -> None:
        """Write a file anew."""
        self.count += 1
        self.versions[name] = self.count
        self.texts[name] = text_of(name, self.count)
        (self.docs / name).write_text(self.texts[name])

    def change(self) -> None:
        """Change, add, move, remove and describe some files."""
        for name in self.chance.sample(sorted(self.versions), 3):
            self.write(name)
        self.write(f"new-{self.count}.md")
        gone, moved = self.chance.sample(sorted(self.versions), 2)
        (self.docs / gone).unlink()
        del self.versions[gone]
        name = f"moved-{self.count}.md"
        (self.docs / moved).rename(self.docs / name)
        self.versions[name], self.texts[name] = self.versions.pop(moved), self.texts.pop(moved)
        self.records()
        subprocess.run(self.command("describe"), env=ENVIRONMENT, check=True, stdout=subprocess.DEVNULL)

    def records(self) -> None:
        """Write a bulk file anew."""
        lines = (
            json.dumps({"_id": f"r{n}", "title": f"Record {n}", "text": f"The siren of record {n} sounds, {self.count}."})
            for n in range(RECORDS)
        )
        (self.docs / "bulk.jsonl").write_text("\n".join(lines) + "\n")

    def command(self, action: str) -> list[str]:
        """The process of an action."""
        python, data = sys.executable, str(self.data)
        if action in ("ingest", "migrate"):
            return [python, "-m", "ingest", "--json", "--data", data, "--jobs", "1", str(self.docs)]
        if action in ("rebuild", "model", "export"):
            named = [] if action == "rebuild" else ["--model", self.models[1]]
            return [python, "-m", "index", "rebuild", "--json", "--data", data, *named]
        return [python, __file__, "--do", action, str(self.docs), data]

    def prepare(self, action: str) -> None:
        """Make something for an action to do."""
        if action == "ingest":
            self.change()
        elif action == "migrate":
            self.change()
            _fake("as_version_0_1", self.data)
        elif action == "export":
            with_other = Library(self.data, detect_query).status().model != PACKAGED
            if with_other:
                subprocess.run(
                    self.command("model"), env=ENVIRONMENT, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
                )
                self.models.reverse()
            for path in (self.data / "models").glob("other-*"):
                (path / "model.onnx").unlink(missing_ok=True)


def killed(site: Site, action: str, *, at_end: bool = False) -> tuple[str, list[dict[str, object]]]:
    """Run an action and kill it at a random moment. Returns the phase that it was in, and what it had said."""
    out = site.data.parent / "out.jsonl"
    with out.open("w") as file:
        process = subprocess.Popen(
            site.command(action), stdout=file, stderr=subprocess.PIPE, env=ENVIRONMENT, cwd=ROOT, start_new_session=True
        )
        taken = _taken(site, action, process, out)
        length = site.lengths.get(action, 30.0)
        try:
            process.wait(60 if at_end else site.chance.uniform(0, 1.05 * length))
            if process.returncode:
                raise SystemExit(f"{action} ended with {process.returncode}: {process.communicate()[1].decode()}")
            phase, length = "it had ended", time.monotonic() - taken
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()
            phase = ""
        site.lengths[action] = length
    lines = [line for line in out.read_text().split("\n")[:-1] if line.startswith("{")]
    said: list[dict[str, object]] = [json.loads(line) for line in lines]
    return phase or _phase(action, said), said


def _taken(site: Site, action: str, process: "subprocess.Popen[bytes]", out: Path) -> float:
    """Wait until the process begins its work: what is killed before that has done nothing."""
    own = action in ("remove", "describe", "desk")
    while process.poll() is None and not (out.stat().st_size if own else store.writer_now(site.data)):
        time.sleep(0.002)
    return time.monotonic()


def _phase(action: str, said: list[dict[str, object]]) -> str:
    if action in ("ingest", "migrate"):
        return "reading, nothing stored" if not said else "storing" if "summary" not in said[-1] else "after the summary"
    if action in ("rebuild", "model", "export"):
        steps = [item["progress"] for item in said if "progress" in item]
        return str(steps[-1]["phase"]) if steps and isinstance(steps[-1], dict) else "opening, exporting"
    return "in its work"


# -- what has to hold


def lost(site: Site, said: list[dict[str, object]]) -> Iterator[str]:
    """What does not hold just after a kill."""
    yield from verify(site.data, sources=False)
    library = Library(site.data, detect_query)
    try:
        there = {Path(path).name: info.document_id for info in library.documents(ME) for path in info.paths}
        for item in said:
            name = Path(str(item.get("path", ""))).name
            if item.get("outcome") in ("added", "changed", "unchanged") and name in site.versions:
                held = clauses(hit.text for hit in library.passages(there.get(name, -1), principal=ME))
                if held != {f"clause-{site.versions[name]}-{part}" for part in range(PARTS)}:
                    yield f"{name} was reported {item['outcome']}, and is not found"
            elif item.get("outcome") == "removed" and name in there:
                yield f"{name} was reported removed, and is found"
        if not library.search("Who says it aloud in the district?", principal=ME).hits:
            yield "a question finds nothing"
    finally:
        library.close()


def left(site: Site) -> Iterator[str]:
    """What is wrong or left over after the next ingest has run to its end."""
    ended = subprocess.run(site.command("ingest"), env=ENVIRONMENT, cwd=ROOT, capture_output=True, text=True, check=False)
    if ended.returncode:
        yield f"the next ingest ended with {ended.returncode}: {ended.stderr}"
        return
    yield from verify(site.data)
    library = Library(site.data, detect_query)
    there = {Path(path).name for info in library.documents(ME) for path in info.paths}
    library.close()
    if there != set(site.versions) | {"bulk.jsonl"}:
        yield f"files are there that should not be, or are not: {there ^ set(site.versions)}"
    with_rows = store.open_reader(site.data)
    generations = with_rows.execute("SELECT count(*) FROM generations").fetchone()[0]
    named = {name for row in with_rows.execute("SELECT file, words FROM snapshots") for name in row}
    with_rows.close()
    if generations != 1:
        yield f"{generations} generations"
    if extra := {path.name for path in (site.data / "vectors").glob("*")} - named:
        yield f"left in vectors: {extra}"


def hidden(site: Site) -> list[Path]:
    """Files that are made aside, and should have taken their name or have gone."""
    places = (site.docs, site.data, site.data / "models", site.data / REMOVED)
    return [path for place in places if place.is_dir() for path in place.iterdir() if path.name.startswith(".")]


def put_back(site: Site) -> None:
    """Bring back what a removal that was killed has laid aside: it lies whole in one of its two places."""
    subprocess.run(site.command("restore"), env=ENVIRONMENT, check=True, stdout=subprocess.DEVNULL)
    for name in site.versions:
        if (site.docs / name).read_text() != site.texts[name]:
            raise SystemExit(f"{name} is not what it was before it was laid aside")


# -- the reader


class Reader:
    """A process that asks all the while."""

    def __init__(self, site: Site) -> None:
        self.process = subprocess.Popen(
            [sys.executable, __file__, "--do", "ask", str(site.docs), str(site.data)],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=ENVIRONMENT,
        )  # fmt: skip

    def stop(self) -> tuple[int, list[str]]:
        """How many questions it asked, and what went wrong."""
        told = json.loads(self.process.communicate("stop\n")[0])
        return int(told["asked"]), list(told["wrong"])


def ask(data: Path) -> None:
    """Ask until told to stop."""
    import select

    library, asked, wrong = Library(data, detect_query), 0, []
    while not select.select([sys.stdin], [], [], 0.02)[0]:
        asked += 1
        try:
            if not library.search(f"Who says it aloud in district {asked % PARTS}?", principal=ME).hits:
                wrong.append("a question found nothing")
            for info in library.documents(ME)[asked % 5 :: 5]:
                wrong += _halves(library, info.document_id)
        except Exception as exc:  # whatever it is, the page would have shown it
            wrong.append(f"{type(exc).__name__}: {exc}")
    print(json.dumps({"asked": asked, "wrong": wrong[:50]}))


def _halves(library: Library, document_id: int) -> list[str]:
    held = clauses(hit.text for hit in library.passages(document_id, principal=ME))
    versions = {clause.rpartition("-")[0] for clause in held}
    return (
        [f"document {document_id} is there by halves: {sorted(held)}"]
        if held and (len(versions) > 1 or len(held) != PARTS)
        else []
    )


# -- what the page does to files, as processes of their own


def do(action: str, docs: Path, data: Path) -> None:
    """One of the smaller actions, many times over."""
    from index.desk import Desk
    from index.removal import purge
    from ingest.editing import describe
    from ui.removals import Aside, listed

    if action == "ask":
        return ask(data)
    desk = Desk(data)
    aside = Aside(desk=desk, data=data, principal=ME)
    if action == "restore":
        for removal in listed(desk, ME):
            aside.bring_back(removal)
        purge(data, "9999")
    print("begun", flush=True)
    names = sorted(path for path in docs.iterdir() if path.suffix == ".md")
    for number in range(12):
        path = names[number % len(names)]
        if action == "remove":
            removal = aside.take_out([path], path.name, "TLP:GREEN")
            aside.bring_back(removal)
            if number % 4 == 3:
                purge(data, "2000-01-01T00:00:00+00:00")
        elif action == "describe":
            describe(path, {"city": f"Stockholm {number}", "theme": "warning; crowds"})
        elif action == "desk":
            desk.follow(ME, f"q={path.name}-{number}", number)
            desk.unfollow(ME, desk.followed(ME)[0].followed_id)


def main() -> int:
    """Kill and check; exit 1 if anything was lost."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--runs", type=int, default=200)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--do", nargs=3, help=argparse.SUPPRESS)
    chosen = parser.parse_args()
    if chosen.do:
        do(chosen.do[0], Path(chosen.do[1]), Path(chosen.do[2]))
        return 0
    with tempfile.TemporaryDirectory(prefix="kalla-kill-") as name:
        return _runs(Site(Path(name), random.Random(chosen.seed)), chosen.runs, chosen.seed)


def _runs(site: Site, runs: int, seed: int) -> int:
    began, kills, asked = time.monotonic(), Counter[str](), 0
    wrong: list[str] = []
    _fake("tiny_model", site.other)
    for number in range(FILES):
        site.write(f"{number}.md")
    site.records()
    wrong += left(site)
    for action in dict.fromkeys(ACTIONS):  # once to the end, to know how long it takes
        site.prepare(action)
        killed(site, action, at_end=True)
        wrong += [f"{action}, not killed: {fault}" for fault in left(site)]
        if action in ("model", "export"):
            site.models.reverse()
    reader = Reader(site)
    for number in range(runs):
        action = site.chance.choice(ACTIONS)
        if action in ("migrate", "export"):
            more, faults = reader.stop()
            asked, wrong = asked + more, wrong + [f"the reader: {fault}" for fault in faults]
        site.prepare(action)
        phase, said = killed(site, action)
        where = f"{action}: {phase}"
        kills[where] += 1
        if action == "remove":
            put_back(site)
        try:
            faults = [*lost(site, said)] if action != "migrate" else []
            faults += left(site)
        except Exception as exc:
            faults = [f"{type(exc).__name__}: {exc}"]
        wrong += [f"run {number}, {where}: {fault}" for fault in faults]
        print(f"{number + 1:5} {where}{''.join(f' | {fault}' for fault in faults)}", file=sys.stderr, flush=True)
        if action in ("model", "export") and Library(site.data, detect_query).status().model == _name(site.models[1]):
            site.models.reverse()
        if action in ("migrate", "export"):
            reader = Reader(site)
    more, faults = reader.stop()
    asked, wrong = asked + more, wrong + [f"the reader: {fault}" for fault in faults]
    wrong += [f"left: {path}" for path in hidden(site)]
    ended = kills.total() - sum(count for where, count in kills.items() if "had ended" not in where)
    print(f"{runs} runs in {time.monotonic() - began:.0f} s, seed {seed}: {runs - ended} killed, {ended} had ended before")
    print("\n".join(f"{count:6}  {where}" for where, count in sorted(kills.items())))
    print(f"questions asked meanwhile: {asked}")
    print(f"lost, wrong or left over: {len(wrong)}")
    print("\n".join(wrong[:30]))
    return 1 if wrong else 0


def _fake(call: str, path: Path) -> None:
    """Have the tests' fakes make something, in a process of its own: they patch what they touch."""
    code = f"import sys; from pathlib import Path; from tests import fakes; fakes.{call}(Path(sys.argv[1]))"
    subprocess.run([sys.executable, "-c", code, str(path)], env=ENVIRONMENT, cwd=ROOT, check=True, stderr=subprocess.DEVNULL)


def _name(model: str) -> str:
    return Path(model).name


if __name__ == "__main__":
    sys.exit(main())
