"""A library made for one measurement: ingested by the ordinary command into a folder that is thrown away."""

import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from index import store
from index.errors import LibraryError
from index.settings import models_folder
from index.writer import Writer

_CACHE = "eval-cache"  # vectors by text hash, kept between measurements


@contextmanager
def built(documents: Path, data: Path, model: str | None) -> Iterator[Path]:
    """Ingest `documents` into a new data folder, with vectors of earlier runs, and yield it. Raises LibraryError."""
    cache = data / _CACHE
    models_folder(data).mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="kalla-eval-") as name:
        folder = Path(name)
        models_folder(folder).symlink_to(models_folder(data))
        _copy_vectors(cache, folder)
        _run("ingest", "--data", name, str(documents), *(["--model", model] if model else []))
        _copy_vectors(folder, cache)
        yield folder


def _copy_vectors(source: Path, target: Path) -> None:
    if store.exists(source):
        store.prepare(source)  # vectors kept by an older version, too
        with store.writer_lock(target, "an evaluation"):
            writer = Writer(target)
            try:
                writer.generations.copy_vectors(source)
            finally:
                writer.close()


def _run(module: str, *arguments: str) -> None:
    finished = subprocess.run([sys.executable, "-m", module, *arguments], stdout=sys.stderr, check=False)
    if finished.returncode not in (0, 1):  # 1: some files could not be read, which is part of what is measured
        raise LibraryError("The documents of the set could not be ingested; see the message above.")
