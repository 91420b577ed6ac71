"""Make the Word and PowerPoint documents of the sample library from their sources.

    python docs/corpus/make_office.py [--out corpus] [NAME…]

Each source is `docs/corpus/NAME.md` with `layout: docx` or `layout: pptx`; its document becomes `NAME.docx`
or `NAME.pptx` in the folder given by `--out`. In slides a chapter is a slide and a paragraph that begins
with `Notes:` is its note. The same sources give the same bytes each time. Needs the packages `python-docx`
and `python-pptx`.
"""

from __future__ import annotations

import argparse
import io
import re
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path

from office_slides import render_slides
from office_word import render_word
from source import Document, SourceError, parse

HERE = Path(__file__).resolve().parent
RENDERERS: dict[str, Callable[[Document], bytes]] = {"docx": render_word, "pptx": render_slides}

_LAYOUT = re.compile(r"^layout:\s*(\S+)\s*$", re.MULTILINE)
_EPOCH = (1980, 1, 1, 0, 0, 0)


def layout_of(path: Path) -> str:
    """Return the layout named in the front matter of a source; empty if there is none."""
    text = path.read_text(encoding="utf-8")
    match = _LAYOUT.search(text.split("\n---", 1)[0]) if text.startswith("---\n") else None
    return match.group(1) if match else ""


def load(path: Path) -> Document:
    """Load the document at `path`, whose layout is one of this maker."""
    if layout_of(path) not in RENDERERS:
        raise SourceError(f"{path.stem}: its layout is none of {', '.join(RENDERERS)}")
    # `parse` knows the layouts of the PDF maker only; the layout decides nothing else there.
    text = _LAYOUT.sub("layout: report", path.read_text(encoding="utf-8"), count=1)
    return parse(path.stem, text)


def settled(archive: bytes) -> bytes:
    """Return the same archive with fixed times and a fixed order of its members."""
    target = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(archive)) as old,
        zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as new,
    ):
        names = old.namelist()
        first = [name for name in names if name == "[Content_Types].xml"]
        for name in [*first, *sorted(set(names) - set(first))]:
            member = zipfile.ZipInfo(name, _EPOCH)
            member.compress_type = zipfile.ZIP_DEFLATED
            member.create_system = 3
            member.external_attr = 0o644 << 16
            new.writestr(member, old.read(name))
    return target.getvalue()


def main(arguments: list[str] | None = None) -> int:
    """Make the documents named, or all of them; 1 if a source is at fault."""
    parser = argparse.ArgumentParser(description="Make the Word and PowerPoint samples.")
    parser.add_argument("--out", type=Path, default=Path("corpus"), help="folder for the documents")
    parser.add_argument("names", nargs="*", metavar="NAME", help="names of sources; all when none is given")
    options = parser.parse_args(arguments)
    paths = [HERE / f"{Path(name).stem}.md" for name in options.names]
    paths = paths or sorted(path for path in HERE.glob("*.md") if layout_of(path) in RENDERERS)
    options.out.mkdir(parents=True, exist_ok=True)
    faults = 0
    for path in paths:
        try:
            document = load(path)
        except (SourceError, OSError) as fault:
            print(f"{path.name}: {fault}", file=sys.stderr)
            faults += 1
            continue
        layout = layout_of(path)
        target = options.out / f"{document.name}.{layout}"
        target.write_bytes(settled(RENDERERS[layout](document)))
        print(target)
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
