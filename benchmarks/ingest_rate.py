"""How much of the time of an ingest run is embedding: its rate beside that of embedding the same passages alone.

    python benchmarks/ingest_rate.py FOLDER…

Ingests the folders into a throw-away data folder with the ordinary command, then embeds the texts of its passages with nothing
else going on, in the same process layout. Prints passages a second of both, and their ratio (goal: 0.9 or more).
"""

import argparse
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from index import store
from index.embed import OnnxEncoder
from index.models import PACKAGED, export
from index.settings import models_folder


def main() -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folders", nargs="+", type=Path)
    folders = parser.parse_args().folders
    with tempfile.TemporaryDirectory(prefix="kalla-rate-") as name:
        data = Path(name)
        model = export(PACKAGED, models_folder(data))  # made once for every library; not part of the rate
        began = time.perf_counter()
        subprocess.run(
            [sys.executable, "-m", "ingest", "--json", "--data", name, *map(str, folders)], stdout=subprocess.DEVNULL, check=False
        )
        whole = time.perf_counter() - began
        texts, passages = _texts(data)
        began = time.perf_counter()
        OnnxEncoder(model).passages(texts)
        bare = time.perf_counter() - began
    print(f"passages {passages}, embedded texts {len(texts)}, model {PACKAGED}")
    print(f"ingest, start-up and reading included: {whole:8.1f} s  {passages / whole:8.1f} passages/s")
    print(f"embedding the same texts alone:        {bare:8.1f} s  {passages / bare:8.1f} passages/s")
    print(f"ratio: {bare / whole:.3f}")
    return 0


def _texts(data: Path) -> tuple[list[str], int]:
    """What was embedded, each text once, in the order of ingestion; and how many passages there are."""
    connection = store.open_reader(data)
    rows = connection.execute("SELECT context, text FROM passages ORDER BY id").fetchall()
    connection.close()
    texts = [f"{row['context']}\n{row['text']}" if row["context"] else row["text"] for row in rows]
    return list(dict.fromkeys(texts)), len(texts)


if __name__ == "__main__":
    sys.exit(main())
