"""Whoever works at the command line: what they change is written down too, where there are users."""

import getpass
import os
from collections.abc import Mapping
from pathlib import Path

from index import store
from index.audit import Audit, Event
from index.users import Users

WRITTEN = "KALLA_WRITTEN_DOWN"  # set for what the page starts: it has written down who had it done


def operator() -> str:
    """The name of the one at the command line, as it is written down: "operator: anna"."""
    try:
        return f"operator: {getpass.getuser()}"
    except (OSError, KeyError):  # a user of this machine without a name (KeyError before Python 3.13)
        return f"operator: {os.getuid()}"


def note(data: Path, event: Event, about: Mapping[str, str]) -> None:
    """Write down what the one at the command line is about to do, where there are users. Raises StoreError."""
    if os.environ.get(WRITTEN) != "yes" and store.has_people(data) and Users(data).any():
        Audit(data).write(operator(), event, **about)
