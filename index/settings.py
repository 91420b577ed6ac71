"""Where things are, unless told otherwise."""

import os
from pathlib import Path

DATA = "KALLA_DATA"


def data_folder(named: str | None) -> Path:
    """The data folder: as named, else `KALLA_DATA`, else `data` here."""
    return Path(named or os.environ.get(DATA) or "data").expanduser().absolute()


def models_folder(data: Path) -> Path:
    """Where exported models are kept."""
    return data / "models"
