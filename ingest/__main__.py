"""Ingest from the command line: bring the library into step with folders and files."""

import argparse
import json
import os
import signal
import sys
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tqdm import tqdm

    from index.embed import Encoder
    from index.generations import Served
    from index.writer import Writer
    from ingest.change import FileOutcome
    from ingest.chunk import ChunkSettings

DONE, FAILED, WRONG_USE = 0, 1, 2
_ENOUGH = 1000  # passages from which a library says something of the floor
_FEW = 50  # the same, for a model that has none yet
_COUNTED = ("added", "changed", "unchanged", "removed", "failed", "partial")


def main(arguments: Sequence[str] | None = None) -> int:
    """Ingest; the exit code says how it went (0 fine, 1 a file failed, 2 wrong use)."""
    chosen = _parser().parse_args(arguments)
    from index.errors import LibraryError
    from ingest.errors import CatalogueError, GlossaryError, NoSuchPath, PasswordFileError

    try:
        return _watch(chosen) if chosen.watch else _ingest(chosen)
    except (LibraryError, CatalogueError, GlossaryError, NoSuchPath, PasswordFileError) as exc:
        print(exc, file=sys.stderr)
        return WRONG_USE
    except KeyboardInterrupt as exc:
        print("\nStopped. What was reported is stored; run the same command to go on.", file=sys.stderr)
        return 143 if exc.args else 130


def _terminate(*_: object) -> None:
    """Stop as Ctrl-C does: between two commits, with the reading processes ended."""
    raise KeyboardInterrupt("SIGTERM")


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m ingest",
        description="Bring the library into step with folders or files: what is new is read and made searchable,"
        " what has changed is read again, what is gone is removed.",
    )
    parser.add_argument("paths", nargs="*", type=Path, metavar="PATH", help="folders or files (default: corpus)")
    parser.add_argument("--data", metavar="DIR", help="the data folder (default: KALLA_DATA, or data)")
    parser.add_argument("--jobs", type=int, default=0, metavar="N", help="files read at the same time (default: by the machine)")
    parser.add_argument(
        "--model", metavar="NAME_OR_PATH", help="the model of a new library (a folder, or a name on the model hub)"
    )
    parser.add_argument(
        "--passwords", metavar="FILE", help="passwords to open encrypted PDFs with, one a line (default: KALLA_PASSWORDS)"
    )
    parser.add_argument("--watch", action="store_true", help="go on after that: take in what changes, when it stands still")
    parser.add_argument(
        "--grace", type=_seconds, default=60.0, metavar="SECONDS", help="with --watch: how long a file is gone before it leaves"
    )
    gone = parser.add_mutually_exclusive_group()
    gone.add_argument(
        "--prune", action="store_true", help="take out what is gone also where a folder is empty or not there at all"
    )
    gone.add_argument("--keep-gone", action="store_true", help="leave in the library, for now, what is gone")
    parser.add_argument("--json", action="store_true", help="print one JSON object a file, then a summary")
    return parser


def _seconds(text: str) -> float:
    value = float(text)
    if not 0 <= value < 1e6:
        raise argparse.ArgumentTypeError("must be 0 or more seconds")
    return value


def _watch(chosen: argparse.Namespace) -> int:
    """Run whenever it is time. Between two runs others may write; what goes wrong in one is said, and tried again."""
    import threading

    from index.errors import Busy, LibraryError
    from ingest.errors import CatalogueError, GlossaryError, PasswordFileError
    from ingest.watch import Patience, Watch, described

    if chosen.prune:
        print("--prune is for one run, not for --watch: run it by itself first.", file=sys.stderr)
        return WRONG_USE
    roots = chosen.paths or [Path("corpus")]
    watch, said = Watch(roots, threading.Event(), Patience(grace=chosen.grace), _say), "nothing yet"
    running = True
    try:
        for due in watch.due():
            running, chosen.keep_gone, trouble = True, due.keep_gone, ""
            try:
                _ingest(chosen, watch.again)
            except Busy as exc:
                trouble = str(exc)
                watch.again()
            except (LibraryError, CatalogueError, GlossaryError, PasswordFileError) as exc:
                trouble = str(exc)
            if trouble != said:
                _say(trouble or f"Watching {described(roots)} (Ctrl-C ends it)")
            said, running = trouble, False
    except KeyboardInterrupt:
        if running:
            raise
    return DONE


def _ingest(chosen: argparse.Namespace, again: "Callable[[], None]" = lambda: None) -> int:
    """One run. `again` is called where a file changed while it was read."""
    import time

    from index import operator, store
    from index.access import level_of
    from index.audit import Event
    from index.embed import OnnxEncoder
    from index.intake import open_intake
    from index.models import PACKAGED
    from index.settings import data_folder, models_folder
    from index.writer import Writer
    from ingest.absence import Gone, told
    from ingest.catalogues import Catalogues
    from ingest.chunk import cutter
    from ingest.glossary import glossaries
    from ingest.language import detect
    from ingest.ocr import installed
    from ingest.passwords import passwords
    from ingest.paths import key_of
    from ingest.pipeline import Run
    from ingest.pool import ReaderPool
    from ingest.reading import Reader

    began = time.perf_counter()
    data = data_folder(chosen.data)
    roots = chosen.paths or [Path("corpus")]
    words = glossaries(roots)
    gone = Gone.PRUNE if chosen.prune else Gone.KEEP if chosen.keep_gone else Gone.USUAL
    secrets = passwords(chosen.passwords, roots)
    jobs = chosen.jobs if chosen.jobs > 0 else min(4, max(1, (os.cpu_count() or 1) // 2))
    with store.writer_lock(data, "an ingest"):
        operator.note(data, Event.INGEST, {"files": "; ".join(map(str, roots))})
        writer = Writer(data)
        try:
            served = writer.generations.served()
            folder, source = _model(chosen, served, models_folder(data))
            encoder = OnnxEncoder(folder)
            settings = _settings(served, encoder)
            intake = open_intake(writer, encoder, folder, source, json.dumps(settings.as_dict()), served)
            ocr = installed()
            run = Run(intake, roots, jobs, ocr, secrets, gone)
            unmounted = {key_of(folder) for folder in run.absence.folders}
            catalogues = Catalogues()
            with ReaderPool(jobs) as pool:
                reader = Reader(
                    pool=pool,
                    cut=cutter(settings, encoder.count, detect),
                    language_of=detect,
                    catalogue_of=catalogues.find,
                    decide=run.ledger.decide,
                    holders=intake.holders,
                    strictness=level_of,
                    ocr=ocr,
                    passwords=secrets,
                )
                counts = _report(chosen, run.outcomes(reader), run.total, again)
            current = writer.generations.served()
            if current is not None:
                folded = writer.generations.fold_if_large(current.generation)
                # The packaged floor is that of the packaged model; another's cosines lie elsewhere.
                enough = _ENOUGH if writer.has_floor(current.model_id) or source == PACKAGED else _FEW
                if (folded or not writer.has_floor(current.model_id)) and writer.passages(current.generation) >= enough:
                    _measure_floor(writer, encoder, enough)
            words = {folder: pairs for folder, pairs in words.items() if folder not in unmounted}
            if writer.keep_glossaries(words):
                _say(f"Glossary: {sum(map(len, words.values()))} entries are searched with.")
        finally:
            writer.close()
    for line in told(run.absence):
        _say(line)
    done = _summary(chosen, counts, catalogues.unmatched(), time.perf_counter() - began)
    return FAILED if run.absence.folders else done


def _model(chosen: argparse.Namespace, served: "Served | None", models: Path) -> tuple[Path, str]:
    """The exported model to embed with, and the name or path it goes by."""
    from index.errors import ModelError
    from index.models import PACKAGED, export, is_whole, read_info, resolve

    if served is None:
        source = chosen.model or PACKAGED
        return export(source, models, say=_say), source
    if chosen.model and resolve(chosen.model)[0] != resolve(served.model_source)[0]:
        raise ModelError(
            f"This library is embedded with {served.model_source}. To change the model of all of it, run:"
            f" python -m index rebuild --model {chosen.model}"
        )
    folder = models / served.model_folder
    if not is_whole(folder):
        folder = export(served.model_source, models, say=_say)
    now = read_info(folder).fingerprint
    if now != served.fingerprint:
        raise ModelError(
            f"The model {served.model_source} is no longer the one that this library was embedded with (it was"
            f" {served.fingerprint[:12]}, and is {now[:12]}). Run: python -m index rebuild --model {served.model_source}"
        )
    return folder, served.model_source


def _settings(served: "Served | None", encoder: "Encoder") -> "ChunkSettings":
    """How to cut: as the generation that is served was cut. Raises LibraryError where this version cuts in another way."""
    from index.errors import LibraryError
    from ingest.chunk import ChunkSettings, settings_for

    fresh = settings_for(encoder.info.max_tokens, 2 + encoder.count([encoder.info.passage_prefix])[0])
    if served is None:
        return fresh
    stored = json.loads(served.chunking)
    if stored.get("version") != fresh.version:
        raise LibraryError(
            f"This library was cut into passages by another version of Källa ({stored.get('version')}, here {fresh.version})."
            " Nothing was changed. To make it anew with this one, run: python -m index rebuild"
        )
    return ChunkSettings(**stored)


def _measure_floor(writer: "Writer", encoder: "Encoder", least: int) -> None:
    """A library that has grown answers more of what it should not: the floor is measured anew. `least`: as in `calibrate`."""
    from index import calibrate
    from index.library import Library
    from ingest.language import detect_query

    library = Library(writer.data, detect_query, lambda _: encoder)
    calibrate.keep(writer, calibrate.measured(library, least))
    library.close()


def _say(text: str) -> None:
    print(text, file=sys.stderr)


def _report(
    chosen: argparse.Namespace, outcomes: "Iterator[FileOutcome]", total: int, again: "Callable[[], None]"
) -> dict[str, int]:
    """Print each outcome as it becomes true; return how many of each there were, and the passages stored."""
    from ingest.absence import KEPT, WAITING
    from ingest.scan import CHANGING
    from ingest.show import as_json, as_line

    counts = dict.fromkeys([*_COUNTED, "passages"], 0)
    with _bar(chosen, total) as bar:
        for outcome in outcomes:
            name = outcome.outcome.value
            counts[name] += 1
            if outcome.reason == CHANGING:
                again()
            counts["passages"] += outcome.passages if name != "unchanged" else 0
            if chosen.json:
                print(json.dumps(as_json(outcome), ensure_ascii=False), flush=True)
            elif name != "unchanged" or outcome.reason not in ("", KEPT, WAITING):
                bar.write(as_line(outcome, os.getcwd()))
            bar.update()
    return counts


def _bar(chosen: argparse.Namespace, total: int) -> "tqdm[None]":
    from tqdm import tqdm

    hidden = chosen.json or not sys.stderr.isatty()
    return tqdm(total=total, unit=" files", disable=hidden, file=sys.stderr, leave=False, dynamic_ncols=True)


def _summary(chosen: argparse.Namespace, counts: dict[str, int], unmatched: Sequence[str], seconds: float) -> int:
    if unmatched:
        shown = ", ".join(unmatched[:3]) + (" …" if len(unmatched) > 3 else "")
        print(f"The catalogue describes {len(unmatched)} files that are not there: {shown}", file=sys.stderr)
    if chosen.json:
        print(json.dumps({"summary": counts | {"seconds": round(seconds, 2)}}), flush=True)
    else:
        told = ", ".join(f"{counts[name]} {name}" for name in _COUNTED if counts[name]) or "no files"
        print(f"{told}; {counts['passages']} passages stored, in {seconds:.1f} s")
    return FAILED if counts["failed"] else DONE


if __name__ == "__main__":
    os.umask(0o077)  # what is written is its owner's alone
    signal.signal(signal.SIGTERM, _terminate)
    sys.exit(main())
