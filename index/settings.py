"""Where things are, unless told otherwise."""

import os
from pathlib import Path

from index.access import ALONE, Handling, parse_handling
from index.access import UNMARKED as STRICT
from index.errors import LibraryError
from index.users import Users

DATA = "KALLA_DATA"
UNMARKED = "KALLA_UNMARKED"


def data_folder(named: str | None) -> Path:
    """The data folder: as named, else `KALLA_DATA`, else `data` here."""
    return Path(named or os.environ.get(DATA) or "data").expanduser().absolute()


def unmarked(data: Path) -> Handling:
    """The level that documents without a mark are held at: `KALLA_UNMARKED`, else a strict one as soon as there are users.

    Raises LibraryError where the setting is no mark, and StoreError.
    """
    named = os.environ.get(UNMARKED, "").strip()
    if named:
        known = parse_handling(named)
        if known is None:
            raise LibraryError(
                f"{UNMARKED}={named}: not a known mark. It says how documents without a mark are held:"
                " CLEAR, GREEN, AMBER, AMBER+STRICT or RED."
            )
        return known
    return STRICT if Users(data).any() else ALONE


def models_folder(data: Path) -> Path:
    """Where exported models are kept."""
    return data / "models"
