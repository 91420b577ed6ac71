"""`python -m index status | verify`."""

import argparse
import itertools
import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from index.cli.common import DONE, FAILED, command, existing


def add(commands: Any) -> None:  # noqa: ANN401 - argparse's own type
    """Add the commands to the parser."""
    command(commands, "status", _status, "what is being served, and what it holds")
    verify = command(
        commands, "verify", _verify, "check every passage, page, vector and source; exit 1 if anything does not hold"
    )
    verify.add_argument("--no-sources", action="store_true", help="leave the source files unopened")
    verify.add_argument("--reread", action="store_true", help="read the source files again, and compare their text")


def _status(chosen: argparse.Namespace) -> int:
    from dataclasses import asdict

    from index import show
    from index.library import Library
    from index.settings import data_folder
    from ingest.language import detect_query

    status = Library(existing(data_folder(chosen.data)), detect_query).status()
    print(json.dumps(asdict(status), ensure_ascii=False) if chosen.json else show.status_text(status))
    return DONE


def _reread(data: Path) -> Iterator[str]:
    from index.reread import reread
    from ingest.passwords import passwords
    from ingest.pool import ReaderPool

    secrets = passwords()
    with ReaderPool(1) as pool:
        yield from reread(data, lambda path, format: pool.read(path, format, secrets.words()))


def _verify(chosen: argparse.Namespace) -> int:
    from index.settings import data_folder
    from index.verify import counted, verify

    data = existing(data_folder(chosen.data))
    problems = 0
    found = verify(data, sources=not chosen.no_sources)
    for problem in itertools.chain(found, _reread(data)) if chosen.reread else found:
        problems += 1
        print(json.dumps({"problem": problem}, ensure_ascii=False) if chosen.json else problem, flush=True)
    counts = counted(data)
    if chosen.json:
        print(json.dumps({"summary": counts | {"problems": problems}}))
    elif problems:
        print(f"{problems} things do not hold.", file=sys.stderr)
    else:
        print(f"All holds: {counts['documents']} documents, {counts['passages']} passages, {counts['files']} files.")
    return FAILED if problems else DONE
