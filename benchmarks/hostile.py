"""Whether broken and malicious files can stop an ingest: each has to end in an outcome, and good files beside them in the index.

    python benchmarks/hostile.py [FOLDER…] [--bombs] [--good FOLDER]

Ingests the folders (--bombs: and all that `bombs.py` makes, in full size) together with good documents (default: corpus) in one
run, and prints the outcomes, the slowest files, and what went wrong: a file without an outcome, a good document that cannot be
found, a traceback.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path
from typing import Any

import bombs

from ingest.paths import key_of


def main() -> int:
    """Measure and print; exit 1 if anything went wrong."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folders", nargs="*", type=Path)
    parser.add_argument("--bombs", action="store_true", help="with every bomb, odd name and trap of bombs.py")
    parser.add_argument("--good", type=Path, default=Path("corpus"))
    chosen = parser.parse_args()
    if not chosen.folders and not chosen.bombs:
        parser.error("name a folder, or --bombs")
    with tempfile.TemporaryDirectory(prefix="kalla-hostile-") as room:
        data = str(Path(room) / "data")
        if chosen.bombs:
            chosen.folders.append(_bombs(Path(room) / "bombs"))
        began = time.perf_counter()
        roots = [*map(str, chosen.folders), str(chosen.good)]
        run = subprocess.run(
            [sys.executable, "-m", "ingest", "--json", "--data", data, *roots], capture_output=True, text=True, check=False
        )
        seconds = time.perf_counter() - began
        outcomes = [json.loads(line) for line in run.stdout.splitlines()]
        verified = subprocess.run(
            [sys.executable, "-m", "index", "verify", "--data", data], capture_output=True, text=True, check=False
        )
        unnamed = _unnamed(chosen.folders, outcomes)
    files = [outcome for outcome in outcomes if "path" in outcome]
    wrong = [*unnamed, *_lost(chosen.good, files)]
    wrong += ["a traceback was printed"] if "Traceback" in run.stderr + run.stdout else []
    wrong += [f"verify: {verified.stdout.strip()}"] if verified.returncode else []
    print(
        f"{len(files)} files in {seconds:.1f} s, exit code {run.returncode}: {dict(Counter(file['outcome'] for file in files))}"
    )
    for file in sorted(files, key=lambda file: -float(file["seconds"]))[:5]:
        print(f"{file['seconds']:8.1f} s  {file['outcome']:>8}  {Path(file['path']).name}  {file['reason'][:80]}")
    for reason, count in Counter(file["reason"] for file in files if file["outcome"] == "failed").most_common(12):
        print(f"{count:8} × {reason[:110]}")
    print("\n".join(wrong[:20]) if wrong else "nothing went wrong")
    return 1 if wrong else 0


def _bombs(folder: Path) -> Path:
    """A folder with all that `bombs` makes."""
    folder.mkdir()
    for name, make in bombs.EVERY.items():
        (folder / name).write_bytes(make())
    bombs.odd_names(folder, "# Siren {0}\n\nThe siren number {0} sounds in four minutes for everybody.\n".format)
    bombs.traps(folder, Path(__file__).resolve()).close()
    return folder


def _unnamed(folders: list[Path], files: list[dict[str, Any]]) -> list[str]:
    named = {file.get("path") for file in files}
    present = [key_of(path) for folder in folders for path in folder.rglob("[!.]*") if path.is_file()]
    return [f"no outcome for {path}" for path in present if path not in named]


def _lost(good: Path, files: list[dict[str, Any]]) -> list[str]:
    below = os.path.abspath(good)
    return [
        f"{file['path']}: {file['outcome']} ({file['reason']})"
        for file in files
        if file["path"].startswith(below) and (file["outcome"] != "added" or not file["passages"])
    ]


if __name__ == "__main__":
    sys.exit(main())
