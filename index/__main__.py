"""The index from the command line: `python -m index search | rebuild | status | verify | eval | calibrate`."""

import argparse
import json
import signal
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

DONE, FAILED, WRONG_USE = 0, 1, 2


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; the exit code says how it went (0 fine, 1 something does not hold, 2 wrong use)."""
    chosen = _parser().parse_args(arguments)
    from index.errors import LibraryError

    try:
        code: int = chosen.run(chosen)
        return code
    except LibraryError as exc:
        print(exc, file=sys.stderr)
        return WRONG_USE
    except KeyboardInterrupt as exc:
        print("\nStopped. Nothing that was stored is lost; run the same command to go on.", file=sys.stderr)
        return 143 if exc.args else 130
    except BrokenPipeError:
        sys.stderr.close()
        return DONE


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m index", description="Ask and look after the index of the library.")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")

    search = _command(commands, "search", _search, "answer a question with cited passages")
    search.add_argument("question", metavar="QUESTION")
    search.add_argument("--top", type=_positive, default=10, metavar="N", help="passages at most (default 10)")
    search.add_argument(
        "--where", action="append", default=[], metavar="FIELD=VALUE",
        help="only documents with this city, theme, kind, language, handling, year (2019..2021), organisation or title;"
        " repeat for alternatives or further fields",
    )  # fmt: skip
    _mode(search)
    search.add_argument("--no-translation", action="store_true", help="leave out the words of the other language")
    search.add_argument("--per-document", type=_positive, default=0, metavar="N", help="passages of a document at most")
    search.add_argument("--clearance", default="TLP:RED", metavar="C", help="what the asker may see, at most (default TLP:RED)")

    rebuild = _command(commands, "rebuild", _rebuild, "cut and embed the whole library anew, while the old index goes on serving")
    rebuild.add_argument("--model", metavar="NAME_OR_PATH", help="another model: a folder, or a name on the model hub")

    _command(commands, "status", _status, "what is being served, and what it holds")
    verify = _command(
        commands, "verify", _verify, "check every passage, page, vector and source; exit 1 if anything does not hold"
    )
    verify.add_argument("--no-sources", action="store_true", help="leave the source files unopened")

    evaluate = _command(
        commands,
        "eval",
        _eval,
        "measure retrieval: on your own questions (a CSV), or on a set in BEIR layout or with pages.jsonl",
    )
    evaluate.add_argument(
        "questions",
        type=Path,
        metavar="CSV_OR_DIR",
        help="a CSV with question, document and page, asked of this library; or a set",
    )
    evaluate.add_argument("--model", metavar="NAME_OR_PATH", help="measure a set with another model")
    _mode(evaluate)

    _command(commands, "calibrate", _calibrate, "measure anew when a question counts as answered, for the model in use")
    return parser


def _command(commands: Any, name: str, run: Any, text: str) -> argparse.ArgumentParser:  # noqa: ANN401 - argparse's own types
    parser: argparse.ArgumentParser = commands.add_parser(name, help=text, description=text[0].upper() + text[1:] + ".")
    parser.add_argument("--data", metavar="DIR", help="the data folder (default: KALLA_DATA, or data)")
    parser.add_argument("--json", action="store_true", help="print JSON for programs")
    parser.set_defaults(run=run)
    return parser


def _mode(parser: argparse.ArgumentParser) -> None:
    modes = ["hybrid", "dense", "lexical"]
    parser.add_argument("--mode", choices=modes, default="hybrid", help="by meaning and words (hybrid), or by one of them alone")


def _positive(text: str) -> int:
    value = int(text)
    if value < 1:
        raise argparse.ArgumentTypeError("must be 1 or more")
    return value


def _search(chosen: argparse.Namespace) -> int:
    from dataclasses import replace

    from index import access, show
    from index.errors import LibraryError
    from index.library import Library
    from index.result import Mode
    from index.settings import data_folder
    from ingest.language import detect_query

    clearance = access.parse_handling(chosen.clearance)
    if clearance is None:
        raise LibraryError(f"--clearance {chosen.clearance}: not a known mark. Use TLP:CLEAR, GREEN, AMBER, AMBER+STRICT or RED.")
    where = _where(chosen.where)
    library = Library(_existing(data_folder(chosen.data)), detect_query)
    result = library.search(
        chosen.question,
        principal=replace(access.local_owner(), clearance=clearance),
        top=chosen.top,
        where=where,
        mode=Mode(chosen.mode),
        translate=not chosen.no_translation,
        per_document=chosen.per_document,
    )
    print(json.dumps(show.as_json(result), ensure_ascii=False) if chosen.json else show.as_text(result))
    return DONE


def _where(given: Sequence[str]) -> dict[str, list[str]]:
    from index.errors import LibraryError
    from index.serving import FIELDS

    where: dict[str, list[str]] = {}
    for item in given:
        name, equals, value = item.partition("=")
        if not equals or name.strip().lower() not in FIELDS or not value.strip():
            raise LibraryError(f"--where {item}: expected FIELD=VALUE, where FIELD is one of {', '.join(FIELDS)}.")
        where.setdefault(name.strip().lower(), []).append(value.strip())
    return where


def _rebuild(chosen: argparse.Namespace) -> int:
    import time

    from index import calibrate, floor, store
    from index.embed import OnnxEncoder
    from index.library import Library
    from index.models import PACKAGED, export
    from index.rebuild import rebuild
    from index.settings import data_folder, models_folder
    from index.writer import Writer
    from ingest.chunk import cutter, settings_for
    from ingest.language import detect, detect_query

    data = _existing(data_folder(chosen.data))
    began, moment = time.perf_counter(), store.now()
    with store.writer_lock(data, "a rebuild"):
        writer = Writer(data)
        try:
            served = writer.generations.served()
            model = chosen.model or (served.model_source if served else PACKAGED)
            folder = export(model, models_folder(data), say=_say)
            encoder = OnnxEncoder(folder)
            overhead = 2 + encoder.count([encoder.info.passage_prefix])[0]
            settings = settings_for(encoder.info.max_tokens, overhead)
            cut = cutter(settings, encoder.count, detect)
            last = None
            for progress in rebuild(writer, encoder, folder, model, json.dumps(settings.as_dict()), cut):
                last = progress
                _progress(chosen, progress.phase, progress.done, progress.total)
            _progress(chosen, "measuring the floor", last.done if last else 0, last.total if last else 0)
            calibrate.keep(writer, floor.measured(list(calibrate.measure(Library(data, detect_query, lambda _: encoder)))))
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
        _say(str(exc))
    else:
        if gone:
            _say(f"Files that had been removed from the library and are now deleted for good: {gone}.")


def _say(text: str) -> None:
    print(text, file=sys.stderr)


def _progress(chosen: argparse.Namespace, phase: str, done: int, total: int) -> None:
    if chosen.json:
        print(json.dumps({"progress": {"phase": phase, "done": done, "total": total}}), flush=True)
    elif sys.stderr.isatty():
        print(f"\r\x1b[K{phase}: {done} of {total} documents", end="", file=sys.stderr, flush=True)


def _status(chosen: argparse.Namespace) -> int:
    from dataclasses import asdict

    from index import show
    from index.library import Library
    from index.settings import data_folder
    from ingest.language import detect_query

    status = Library(_existing(data_folder(chosen.data)), detect_query).status()
    print(json.dumps(asdict(status), ensure_ascii=False) if chosen.json else show.status_text(status))
    return DONE


def _verify(chosen: argparse.Namespace) -> int:
    from index.settings import data_folder
    from index.verify import counted, verify

    data = _existing(data_folder(chosen.data))
    problems = 0
    for problem in verify(data, sources=not chosen.no_sources):
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


def _eval(chosen: argparse.Namespace) -> int:
    from index.evaluate import evaluate, open_set
    from index.evaluation_folder import built
    from index.library import Library
    from index.result import Mode
    from index.settings import data_folder
    from ingest.language import detect_query

    if not chosen.questions.is_dir():
        return _eval_own(chosen)
    questions = open_set(chosen.questions)
    with built(questions.documents, data_folder(chosen.data), chosen.model) as data:
        figures = evaluate(Library(data, detect_query), questions, Mode(chosen.mode))
    if chosen.json:
        print(json.dumps(figures))
    else:
        print("\n".join(f"{name:>22}  {value}" for name, value in figures.items()))
    return DONE


def _eval_own(chosen: argparse.Namespace) -> int:
    """Ask a user's own questions of their library, show what changed since the last time, and keep the results."""
    from index import own_runs, store
    from index.access import local_owner
    from index.errors import Busy
    from index.library import Library
    from index.own_questions import ask_all, read_questions
    from index.result import Mode
    from index.settings import data_folder
    from ingest.language import detect_query

    if chosen.model:
        _say("--model is left out: your own questions are asked of the library as it is. Change its model with: rebuild --model")
    questions = read_questions(chosen.questions)
    data = _existing(data_folder(chosen.data))
    library, name, mode = Library(data, detect_query), own_runs.name_of(chosen.questions), Mode(chosen.mode)
    status = library.status()
    asked = list(ask_all(library, questions, principal=local_owner(), mode=mode))
    run = own_runs.run_of(asked, mode=mode, status=status, created=store.now())
    before = own_runs.previous(data, name)
    changes = own_runs.compare(before, run) if before else None
    print(json.dumps(own_runs.as_json(run, changes), ensure_ascii=False) if chosen.json else own_runs.as_text(run, changes))
    try:
        own_runs.keep(data, name, run)
    except Busy as exc:
        _say(f"This run is not kept: {exc}")
        return FAILED
    return DONE


def _calibrate(chosen: argparse.Namespace) -> int:
    from dataclasses import asdict

    from index.calibrate import calibrated
    from index.floor import far_questions
    from index.library import Library
    from index.settings import data_folder
    from ingest.language import detect_query

    data = _existing(data_folder(chosen.data))
    library = Library(data, detect_query)
    found = calibrated(data, library)
    if chosen.json:
        print(json.dumps(asdict(found)))
    else:
        print(
            f"Measured with {len(far_questions())} everyday questions on {library.status().model}: meaning {found.cosine}"
            f" ± {found.cosine_spread}, words {found.coverage} ± {found.coverage_spread}.\nA question is answered from"
            f" {found.both} spreads above that, and from {found.words} where only its words can be compared."
        )
    return DONE


def _existing(data: Path) -> Path:
    from index import store
    from index.errors import StoreError

    if not store.exists(data):
        raise StoreError(f"There is no library in {data}. Run `python -m ingest` first, or name another folder with --data.")
    return data


def _terminate(*_: object) -> None:
    """Stop as Ctrl-C does: between two commits."""
    raise KeyboardInterrupt("SIGTERM")


if __name__ == "__main__":
    signal.signal(signal.SIGTERM, _terminate)
    sys.exit(main())
