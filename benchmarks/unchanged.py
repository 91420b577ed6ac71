"""What it costs to ingest a folder in which nothing has changed.

    python benchmarks/unchanged.py [--files 5000]

Writes that many small notes, ingests them, and ingests again: once as a user would (time from start to end), and once in this
process with every opened file counted. Prints the start-up of an ingest of nothing beside it.
"""

import argparse
import contextlib
import io
import subprocess
import sys
import tempfile
import time
from pathlib import Path


def main() -> int:
    """Measure and print; exit 1 if a file was opened."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--files", type=int, default=5000)
    count = parser.parse_args().files
    with tempfile.TemporaryDirectory(prefix="kalla-unchanged-") as name:
        folder, empty, data = Path(name) / "notes", Path(name) / "empty", Path(name) / "data"
        folder.mkdir()
        empty.mkdir()
        for number in range(count):
            place = folder / f"city-{number % 10}"
            place.mkdir(exist_ok=True)
            (place / f"note-{number}.txt").write_text(f"Note {number}. The duty officer wrote down what the exercise showed.\n")
        print(f"{count} files; first ingest: {_ingest(data, folder):.1f} s")
        start_up = _ingest(data, empty)
        again = min(_ingest(data, folder) for _ in range(3))
        opened = _opened(data, folder)
    print(f"ingest of an empty folder (start-up): {start_up:.2f} s")
    print(f"ingest of {count} unchanged files:     {again:.2f} s, {again - start_up:.2f} s beyond start-up (goal: below 2 s)")
    print(f"files opened: {opened}")
    return 1 if opened else 0


def _ingest(data: Path, folder: Path) -> float:
    began = time.perf_counter()
    subprocess.run(
        [sys.executable, "-m", "ingest", "--json", "--data", str(data), str(folder)], stdout=subprocess.DEVNULL, check=True
    )
    return time.perf_counter() - began


def _opened(data: Path, folder: Path) -> int:
    """Files below `folder` that an ingest opens, by Python's own account (readers would be further processes: none starts)."""
    from ingest.__main__ import main as ingest

    opened = 0

    def count(event: str, arguments: tuple[object, ...]) -> None:
        nonlocal opened
        if event in ("open", "subprocess.Popen") and (event != "open" or str(arguments[0]).endswith(".txt")):
            opened += str(folder) in str(arguments[0]) or event == "subprocess.Popen"

    sys.addaudithook(count)
    with contextlib.redirect_stdout(io.StringIO()):
        ingest(["--json", "--data", str(data), str(folder)])
    return opened


if __name__ == "__main__":
    sys.exit(main())
