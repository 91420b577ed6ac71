"""A real library of documents under several marks, real accounts with tokens, and the whole application before them."""

import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from argon2 import PasswordHasher
from starlette.applications import Starlette
from starlette.routing import Mount
from starlette.testclient import TestClient

from api.app import create as create_api
from api.entry import Entry
from api.rates import Rates
from index.access import Handling, Role
from index.audit import Audit
from index.desk import Desk
from index.gate import Gate
from index.library import Library
from index.tokens import Scope
from index.users import User, Users
from ingest.editing import describe
from tests.fakes import Shelf
from ui import citation
from ui.jobs import Jobs
from ui.keeping import LibraryRoom
from ui.words import Words

HOST = "http://127.0.0.1"
GOOD = "correct horse battery"
MOMENT = "2026-11-25T09:30:00+00:00"
READ, INGEST = (Scope.READ,), (Scope.READ, Scope.INGEST)
MARKS = {
    "clear.md": "TLP:CLEAR", "green.md": "OFFICIAL", "amber.md": "TLP:AMBER", "strict.md": "OFFICIAL-SENSITIVE", "red.md": "TLP:RED",
}  # fmt: skip
CITIES = {"clear.md": "Paris", "green.md": "Paris; London", "amber.md": "Göteborg", "red.md": "Madrid"}
# Stands in for Python: "reads" each file that it is given, and says so as `python -m ingest --json` does.
PROGRAM = """
import json, os, sys
say = lambda **what: print(json.dumps(what), flush=True)
for path in sys.argv[sys.argv.index("--") + 1:]:
    broken = "broken" in os.path.basename(path)
    say(path=path, outcome="failed" if broken else "added", reason="it is broken" if broken else "", document=NUMBER, passages=1)
say(summary=dict(added=1))
"""


class Site:
    """The application over one library, with an account for each role, and what asks it."""

    def __init__(
        self, shelf: Shelf, folder: Path, *, users: bool = True, rates: Rates | None = None, program: str = PROGRAM
    ) -> None:
        from ui.app import create

        self.shelf, self.folder, self.corpus = shelf, folder, folder / "corpus"
        self.corpus.mkdir(parents=True)
        self.users = Users(folder, PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))
        if users:
            for name, role, clearance in (
                ("chief", Role.ADMIN, Handling.RED), ("ed", Role.EDITOR, Handling.AMBER), ("rita", Role.READER, Handling.GREEN),
            ):  # fmt: skip
                self.users.add(name, role=role, clearance=clearance, password=GOOD)
        self.gate = Gate(folder, users=self.users)
        self.library = shelf.library()
        script = folder / "program.py"
        script.write_text(program.replace("NUMBER", "0"))
        self.jobs = Jobs(folder, (sys.executable, str(script)))
        self.api = self._api(self.library, rates)
        self.app = create(
            self.library, lambda *_: b"", data=folder, corpus=self.corpus, who=lambda headers: self.gate.of_cookie(headers),
            desk=Desk(folder), describe=describe, gate=self.gate, jobs=self.jobs, api=self.api,
        )  # fmt: skip
        self.client = TestClient(self.app, base_url=HOST, follow_redirects=False, raise_server_exceptions=False)

    def _api(self, library: Library, rates: Rates | None = None) -> Entry:
        return create_api(
            library=library, gate=self.gate, intake=LibraryRoom(library, self.jobs, self.corpus, Words("en")),
            cite=lambda hit, language: citation.reference(hit, Words(language)), uploads=self.folder / "uploads",
            rates=rates or Rates(at_once=100_000), clock=lambda: MOMENT,
        )  # fmt: skip

    def over(self, library: Library) -> TestClient:
        """The API alone, for the same accounts, over another library."""
        return TestClient(Starlette(routes=[Mount("/api/v1", self._api(library))]), base_url=HOST)

    def user(self, name: str) -> User:
        return self.users.find(name)

    def token(self, name: str, *scopes: Scope, clearance: Handling = Handling.RED, days: int = 1) -> str:
        user = self.user(name)
        for one in self.gate.tokens.of(user)[10:]:
            self.gate.tokens.take_away(user, one.token_id)
        return self.gate.tokens.make(user, "a test", scopes=scopes or READ, clearance=clearance, days=days)

    def get(self, address: str, token: str = "", headers: Mapping[str, str] = {}, **sent: Any) -> Any:
        return self.ask("GET", address, token, headers, **sent)

    def ask(self, method: str, address: str, token: str = "", headers: Mapping[str, str] = {}, **sent: Any) -> Any:
        given = {"Authorization": f"Bearer {token}"} if token else {}
        return self.client.request(method, f"/api/v1{address}", headers={**given, **headers}, **sent)

    def rows(self, act: Callable[[], Any]) -> list[tuple[str, str, Mapping[str, str]]]:
        """What is written down while something is done."""
        before = len(Audit(self.folder).entries()) if (self.folder / "people.sqlite").exists() else 0
        act()
        return [(row.who, row.event, row.detail) for row in Audit(self.folder).entries()[before:]]

    def close(self) -> None:
        self.jobs.stop()
        self.library.close()
        self.client.close()


def fill(shelf: Shelf, marks: Mapping[str, str] = MARKS) -> Shelf:
    """One document for each mark, and seminar notes under a non-attribution rule."""
    rows = [{"file": name, "handling": mark, "city": CITIES.get(name, ""), "kind": "report"} for name, mark in marks.items()]
    rows.append(
        {"file": "notes.md", "handling": "TLP:GREEN", "city": "Dublin", "organisation": "Fire Brigade", "attribution": "no"}
    )
    shelf.catalogue(*rows)
    for name in (*marks, "notes.md"):
        word = name.removesuffix(".md")
        text = f"The siren of the {word} paper sounds at noon. " + f"Secret{word} is written down here. " * 3
        shelf.put(
            name, f"# The {word} paper\n\n{text}\n\n## More\n\nThe {word} bridge was closed by the police. " + "More. " * 60
        )
    shelf.ingest()
    return shelf
