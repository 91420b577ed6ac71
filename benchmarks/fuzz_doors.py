"""Whether anything that is typed, chosen, asked for or named can do harm: random questions, filters, addresses, names of files.

    python benchmarks/fuzz_doors.py [--seconds N] [--seed S]

It fills a library with documents of every marking, serves it on a port of this machine, and throws at it what no page sends: at
`Library.search`, at every address that can be read, and at the upload. Prints how much was thrown, what came of it, and the
slowest; and each finding: a status of 500 or more, an error, a word from above the one who asks, a file outside its folder, an
answer slower than 5 seconds. Exit code 1 where there is a finding. Each throw is made from the seed and its number.
"""

import argparse
import importlib
import random
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import quote

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from index.access import Handling, Principal, Role
from index.result import Mode

kit: Any = importlib.import_module("tests.attack_kit")

SLOWEST = 5.0
_WORDS = "siren the of sounds zanzibr quetzl police sirenerna polisen 2020 TLP:RED partners är å ö".split()
_MARKS = [*"\"'-:*()[]{}<>&|;,.!?\\/$%#@`~^+=_ \t\r\n\0", *"\u0301\u200b\u202e\u2028\ufeff\ufffe😀警ﬁ"]
_PARTS = [
    "' OR 1=1 --", "<img src=x onerror=kx()>", "${7*7}", "{{7*7}}", "../", "..%2f", "%00", "%s%n", "{0.__class__}", "AND", "NOT",
    "NEAR(", "handling:", "document:", "year:", "city:", "editions:all", "-", '"', "=HYPERLINK(", "\\x", "(a+)+$", "1e999",
    "\ud800",
]  # fmt: skip
_FIELDS = ("city", "theme", "kind", "language", "handling", "year", "document", "editions", "x", "id; DROP TABLE documents")


@dataclass
class Tally:
    """What came of it so far."""

    outcomes: Counter[str] = field(default_factory=Counter)
    slowest: list[tuple[float, str]] = field(default_factory=list)
    findings: list[str] = field(default_factory=list)

    def add(self, outcome: str, seconds: float, what: str) -> None:
        """Count one throw."""
        self.outcomes[outcome] += 1
        self.slowest = sorted([*self.slowest, (seconds, what[:100])], reverse=True)[:3]


def words(rng: random.Random, most: int = 40) -> str:
    """Something to type, which may hold anything."""
    pools = (_WORDS, _WORDS, _MARKS, _PARTS, [chr(rng.randrange(1, 0xD7FF)) for _ in range(4)])
    parts = [rng.choice(rng.choice(pools)) for _ in range(rng.randrange(most))]
    if rng.random() < 0.05:
        parts *= rng.choice((10, 300))
    return rng.choice(("", " ", " ")).join(parts)


def address(rng: random.Random, paths: list[str]) -> str:
    """An address of ours with something else in its places and behind it."""

    def value() -> str:
        return rng.choice((str(rng.randrange(12)), "-1", "9" * 25, quote(words(rng, 6), safe="", errors="replace") or "x"))

    path = "".join(value() if part.startswith("{") else part for part in _pieces(rng.choice(paths)))
    names = (
        "q",
        "by",
        "city",
        "handling",
        "sort",
        "start",
        "end",
        "mark",
        "hit",
        "p",
        "lang",
        "document",
        "find",
        "reading",
        "w",
        "next",
    )
    pairs = [f"{rng.choice(names)}={quote(words(rng, 8), errors='replace')}" for _ in range(rng.randrange(5))]
    return (path + ("?" + "&".join(pairs) if pairs else ""))[:12_000]


def _pieces(path: str) -> list[str]:
    """The pieces of a route's path: "/view/", "{document_id"."""
    first, *rest = path.split("{")
    found = [first]
    for part in rest:
        name, _, after = part.partition("}")
        found += ["{" + name, after]
    return found


class Thrower:
    """Throws at one running server. Each throw raises AssertionError where it finds something."""

    def __init__(self, fort: Any) -> None:  # noqa: ANN401 - of the kit of the tests, which is no installed package
        self._fort = fort
        self._library = fort.shelf.library()
        self._paths = sorted(
            {path for method, path in kit.every_route(fort.app.routes) if method == "GET" and not kit.FOREVER.search(path)}
        )

    def close(self) -> None:
        """Close what was opened."""
        self._library.close()

    def search(self, rng: random.Random) -> str:
        """Ask the library itself, as somebody of some clearance."""
        clearance = rng.choice((Handling.CLEAR, Handling.GREEN, Handling.AMBER))
        who = {Handling.CLEAR: "low", Handling.GREEN: "reader", Handling.AMBER: "editor"}[clearance]
        where = {rng.choice(_FIELDS): [words(rng, 4) for _ in range(rng.randrange(3))] for _ in range(rng.randrange(3))}
        typed = words(rng)
        result = self._library.search(
            typed, principal=Principal(name=who, role=Role.READER, clearance=clearance), top=rng.choice((-1, 0, 1, 10, 10**9)),
            where=where, mode=rng.choice(list(Mode)), translate=rng.random() < 0.5, per_document=rng.choice((-1, 0, 1, 99)),
        )  # fmt: skip
        told = [
            *(hit.text + hit.title + hit.path for hit in result.hits),
            *(quote.text for quote in result.quotes),
            *result.added,
        ]
        leaks = [word for word in kit.HIDDEN[who] if word.casefold() in " ".join(told).casefold()]
        leaks += [
            word for word in kit.HIDDEN[who] if word.casefold() in result.instead.casefold() and word not in typed.casefold()
        ]
        if leaks or any(not isinstance(hit.score, float) for hit in result.hits):
            raise AssertionError(f"{leaks} is told to {who}")
        return f"search: {'answered' if result.quotes else 'hits' if result.hits else 'nothing'}"

    def read(self, rng: random.Random) -> str:
        """Ask for some address."""
        who, path = rng.choice(("", "low", "reader", "editor")), address(rng, self._paths)
        answer = self._fort.get(path, who)
        kit.hold(answer, who, path)
        return f"read: {answer.status}"

    def name(self, rng: random.Random) -> str:
        """Send a file under some name."""
        name = words(rng, 12) + rng.choice((".md", ".html", ".csv", "", ".", "/x.md"))
        sent = name.replace('"', "%22").replace("\r", "%0D").replace("\n", "%0A")
        body = f'--kx\r\nContent-Disposition: form-data; name="files"; filename="{sent}"\r\n\r\nkx\r\n--kx--\r\n'
        headers = {"Content-Type": "multipart/form-data; boundary=kx", "Accept": "application/json"}
        before = set(self._fort.corpus.parent.rglob("*")) - set(self._fort.data.rglob("*"))
        answer = self._fort.ask("POST", "/en/library/files", "editor", headers, body.encode("utf-8", "replace"))
        kit.hold(answer, "editor", name)
        new = set(self._fort.corpus.parent.rglob("*")) - set(self._fort.data.rglob("*")) - before
        for path in sorted(new, reverse=True):
            good = path.is_relative_to(self._fort.corpus) and not path.name.startswith(".") and path.name.isprintable()
            if not good or path.name.casefold() == "catalogue.csv":
                raise AssertionError(f"{path} was made")
            path.unlink() if path.is_file() else path.rmdir()
        return f"name: {answer.status}"


def throw(thrower: Thrower, seed: int, *, seconds: float = 1e9, runs: int = 1 << 40) -> Tally:
    """Throw for so long, or so often."""
    tally, ends = Tally(), time.monotonic() + seconds
    kinds: tuple[Callable[[random.Random], str], ...] = (thrower.search, thrower.read, thrower.read, thrower.name)
    for number in range(runs):
        if time.monotonic() >= ends:
            break
        kind, rng, began = kinds[number % len(kinds)], random.Random(f"{seed} {number}"), time.monotonic()
        what = f"{kind.__name__} {seed} {number}"
        try:
            outcome = kind(rng)
        except Exception as exc:
            outcome = f"{kind.__name__}: {type(exc).__name__}"
            tally.findings.append(f"{what}: {type(exc).__name__}: {str(exc)[:300]}")
        spent = time.monotonic() - began
        if spent > SLOWEST:
            tally.findings.append(f"{what}: {spent:.1f} seconds")
        tally.add(outcome, spent, what)
    return tally


def main() -> int:
    """Throw and print; exit 1 where there is a finding."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=float, default=60.0, help="how long (default: 60)")
    parser.add_argument("--seed", type=int, default=1)
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="kalla-fuzz-") as folder, kit.fortress(Path(folder)) as fort:
        thrower = Thrower(fort)
        tally = throw(thrower, chosen.seed, seconds=chosen.seconds)
        thrower.close()
    print(f"{tally.outcomes.total()} throws, seed {chosen.seed}, findings {len(tally.findings)}")
    for outcome, count in tally.outcomes.most_common():
        print(f"{count:8} × {outcome}")
    for seconds, what in tally.slowest:
        print(f"{seconds:8.2f} s  {what}")
    for finding in tally.findings[:50]:
        print(f"FINDING  {finding}")
    return 1 if tally.findings else 0


if __name__ == "__main__":
    sys.exit(main())
