"""Outcomes for programs and for the terminal. Pure."""

import os
from typing import Any

from ingest.change import FileOutcome
from ingest.paths import display, path_of


def as_json(outcome: FileOutcome) -> dict[str, Any]:
    """The object that `ingest --json` prints for a file."""
    return {
        "path": outcome.path,
        "outcome": outcome.outcome.value,
        "document": outcome.document,
        "pages": outcome.pages,
        "pages_without_text": outcome.pages_without_text,
        "passages": outcome.passages,
        "reason": outcome.reason,
        "seconds": outcome.seconds,
    }


def as_line(outcome: FileOutcome, folder: str) -> str:
    """One line for a file; its path is shown relative to `folder` where it is below it."""
    path = str(path_of(outcome.path))
    below = os.path.relpath(path, folder)
    shown = display(path if below.startswith("..") else below)
    held = f"{outcome.pages} pages, {outcome.passages} passages" if outcome.passages else ""
    return " · ".join(part for part in (f"{outcome.outcome.value:>9}  {shown}", held, outcome.reason) if part)
