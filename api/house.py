"""What the addresses work with: the parts that the composition root put together, and who asks."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from fastapi import Request

from api import problems
from api.ports import Bearer, Cite, Gate, Intake, Library
from api.said import Said

Scope = Literal["read", "ingest"]


@dataclass(frozen=True, slots=True, kw_only=True)
class House:
    """The parts. `uploads`: a folder for what is still arriving; `clock`: now, ISO 8601, UTC."""

    library: Library
    gate: Gate
    intake: Intake
    cite: Cite
    uploads: Path
    clock: Callable[[], str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Asking:
    """One request: who it is from, and what is written down of it."""

    bearer: Bearer
    house: House
    address: str

    def said(self, language: str = "en") -> Said:
        """What says the answer."""
        return Said(principal=self.bearer.principal, moment=self.house.clock(), cite=self.house.cite, language=language)

    def note(self, event: str, **about: str) -> None:
        """Write down what is done, before it is answered. Raises LibraryError: what cannot be written down is not done."""
        by = f"token {self.bearer.name}" if self.bearer.token_id else "api"
        self.house.gate.note(self.bearer.principal.name, event, {**about, "by": by})


def asking(house: House, scope: Scope | None) -> Callable[[Request], Asking]:
    """Find who asks, to be used as a dependency. `scope`: what their token has to be for (None: anything). Raises Refused."""

    def find(request: Request) -> Asking:
        found = Asking(bearer=request.scope["kalla.bearer"], house=house, address=request.scope["path"])
        if scope is not None and scope not in found.bearer.scopes:
            found.note("refused", address=found.address, scope=scope)
            raise problems.no_scope(scope)
        return found

    return find
