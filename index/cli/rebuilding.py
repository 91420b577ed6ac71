"""`python -m index rebuild`."""

import argparse
import json
import sys
from pathlib import Path
from typing import Any

from index.cli.common import DONE, command, existing, say


def add(commands: Any) -> None:  # noqa: ANN401 - argparse's own type
    """Add the commands to the parser."""
    rebuild = command(commands, "rebuild", _rebuild, "cut and embed the whole library anew, while the old index goes on serving")
    rebuild.add_argument("--model", metavar="NAME_OR_PATH", help="another model: a folder, or a name on the model hub")


def _rebuild(chosen: argparse.Namespace) -> int:
    import time

    from index import calibrate, operator, store
    from index.audit import Event
    from index.embed import OnnxEncoder
    from index.library import Library
    from index.models import PACKAGED, export
    from index.rebuild import rebuild
    from index.settings import data_folder, models_folder
    from index.writer import Writer
    from ingest.chunk import cutter, settings_for
    from ingest.language import detect, detect_query

    data = existing(data_folder(chosen.data))
    began, moment = time.perf_counter(), store.now()
    with store.writer_lock(data, "a rebuild"):
        operator.note(data, Event.REBUILD, {"model": chosen.model or ""})
        writer = Writer(data)
        try:
            served = writer.generations.served()
            model = chosen.model or (served.model_source if served else PACKAGED)
            folder = export(model, models_folder(data), say=say)
            encoder = OnnxEncoder(folder)
            overhead = 2 + encoder.count([encoder.info.passage_prefix])[0]
            settings = settings_for(encoder.info.max_tokens, overhead)
            cut = cutter(settings, encoder.count, detect)
            last = None
            for progress in rebuild(writer, encoder, folder, model, json.dumps(settings.as_dict()), cut):
                last = progress
                _progress(chosen, progress.phase, progress.done, progress.total)
            _progress(chosen, "measuring the floor", last.done if last else 0, last.total if last else 0)
            calibrate.keep(writer, calibrate.measured(Library(data, detect_query, lambda _: encoder)))
        finally:
            writer.close()
    _let_go(data, moment)
    summary = {
        "documents": last.done if last else 0,
        "passages": last.passages if last else 0,
        "model": encoder.info.name,
        "seconds": round(time.perf_counter() - began, 2),
    }
    if chosen.json:
        print(json.dumps({"summary": summary}), flush=True)
    else:
        print(
            f"\nRebuilt: {summary['documents']} documents, {summary['passages']} passages with {summary['model']},"
            f" in {summary['seconds']} s. The new index is being served."
        )
    return DONE


def _let_go(data: Path, moment: str) -> None:
    """Delete for good what was removed from the library before the rebuild began. The rebuild stands in any case."""
    from index.errors import LibraryError
    from index.removal import purge

    try:
        gone = purge(data, moment)
    except LibraryError as exc:
        say(str(exc))
    else:
        if gone:
            say(f"Files that had been removed from the library and are now deleted for good: {gone}.")


def _progress(chosen: argparse.Namespace, phase: str, done: int, total: int) -> None:
    if chosen.json:
        print(json.dumps({"progress": {"phase": phase, "done": done, "total": total}}), flush=True)
    elif sys.stderr.isatty():
        print(f"\r\x1b[K{phase}: {done} of {total} documents", end="", file=sys.stderr, flush=True)
