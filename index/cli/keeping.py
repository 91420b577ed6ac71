"""`python -m index backup | restore`."""

import argparse
import json
from pathlib import Path
from typing import Any

from index.cli.common import DONE, FAILED, command, existing, say


def add(commands: Any) -> None:  # noqa: ANN401 - argparse's own type
    """Add the commands to the parser."""
    backup = command(commands, "backup", _backup, "write the whole library to one file, while it is in use")
    backup.add_argument("file", type=Path, metavar="FILE", help="the file to write, such as library-2026-11-25.kalla")
    backup.add_argument("--with-sources", action="store_true", help="the reports themselves as well")
    backup.add_argument("--overwrite", action="store_true", help="put it in the place of a file of this name")

    restore = command(commands, "restore", _restore, "put the library of a backup in place, checked to its last byte before")
    restore.add_argument("file", type=Path, metavar="FILE", help="the backup")
    restore.add_argument("--replace", action="store_true", help="in place of the library that is there, which is kept aside")
    restore.add_argument("--sources", type=Path, metavar="DIR", help="unpack the reports into this folder")


def _backup(chosen: argparse.Namespace) -> int:
    from index.backup import backup
    from index.settings import data_folder

    target = chosen.file.expanduser().absolute()
    made = backup(existing(data_folder(chosen.data)), target, sources=chosen.with_sources, overwrite=chosen.overwrite)
    for path in made.changed:
        say(f"{path} was changed or taken away since it was read. Run `python -m ingest`, then back up again.")
    size = target.stat().st_size
    if chosen.json:
        told = {"file": str(target), "bytes": size, **made.counts, "sources": made.has_sources, "changed": list(made.changed)}
        print(json.dumps({"summary": told}, ensure_ascii=False))
    else:
        beside = "with its source files" if made.has_sources else "without the source files"
        print(
            f"{target} holds {made.counts['documents']} documents and {made.counts['passages']} passages, {beside}:"
            f" {size / (1 << 20):.1f} MiB. Whoever has this file can read all of it."
        )
    return FAILED if made.changed else DONE


def _restore(chosen: argparse.Namespace) -> int:
    from index.restore import restore
    from index.settings import data_folder

    data = data_folder(chosen.data)
    done = restore(chosen.file.expanduser().absolute(), data, replace_present=chosen.replace, sources=chosen.sources)
    for problem in done.problems:
        say(problem)
    counts, aside = done.manifest.counts, str(done.kept_aside) if done.kept_aside else ""
    if chosen.json:
        print(json.dumps({"summary": {**counts, "kept_aside": aside, "problems": len(done.problems)}}, ensure_ascii=False))
    else:
        print(f"{data} holds {counts['documents']} documents and {counts['passages']} passages, as of {done.manifest.created}.")
        if aside:
            print(f"The library that was there is in {aside}. Delete that folder when you do not need it any more.")
    return FAILED if done.problems else DONE
