"""Make the PDF documents of the sample library from their sources.

    python docs/corpus/make.py [--out corpus] [NAME…]

Each source is `docs/corpus/NAME.md`; its document becomes `NAME.pdf` in the folder given by `--out`.
The same sources give the same bytes each time. Needs the package `reportlab`.
"""

from __future__ import annotations

import argparse
import re
import sys
from pathlib import Path

from layouts import render
from source import LAYOUTS, SourceError, load

HERE = Path(__file__).resolve().parent


def is_source(path: Path) -> bool:
    """Tell whether a Markdown file is the source of a PDF: it names one of its layouts."""
    head = path.read_text(encoding="utf-8").split("\n---", 1)[0]
    layout = re.search(r"^layout:\s*(\S+)", head, re.MULTILINE)
    return layout is not None and layout.group(1) in LAYOUTS


def main(arguments: list[str] | None = None) -> int:
    """Make the documents named, or all of them; 1 if a source is at fault."""
    parser = argparse.ArgumentParser(description="Make the PDF documents of the sample library.")
    parser.add_argument("--out", type=Path, default=Path("corpus"), help="folder for the PDF files")
    parser.add_argument("names", nargs="*", metavar="NAME", help="names of sources; all when none is given")
    options = parser.parse_args(arguments)
    paths = [HERE / f"{Path(name).stem}.md" for name in options.names]
    paths = paths or sorted(path for path in HERE.glob("*.md") if is_source(path))
    options.out.mkdir(parents=True, exist_ok=True)
    faults = 0
    for path in paths:
        try:
            document = load(path)
        except (SourceError, OSError) as fault:
            print(f"{path.name}: {fault}", file=sys.stderr)
            faults += 1
            continue
        pdf, sheets = render(document)
        target = options.out / f"{document.name}.pdf"
        target.write_bytes(pdf)
        print(f"{target}: {sheets} pages")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
