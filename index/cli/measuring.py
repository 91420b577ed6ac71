"""`python -m index eval | calibrate`."""

import argparse
import json
from pathlib import Path
from typing import Any

from index.cli.common import DONE, FAILED, command, existing, mode_option, say


def add(commands: Any) -> None:  # noqa: ANN401 - argparse's own type
    """Add the commands to the parser."""
    evaluate = command(
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
    mode_option(evaluate)

    command(commands, "calibrate", _calibrate, "measure anew when a question counts as answered, for the model in use")


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
        say("--model is left out: your own questions are asked of the library as it is. Change its model with: rebuild --model")
    questions = read_questions(chosen.questions)
    data = existing(data_folder(chosen.data))
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
        say(f"This run is not kept: {exc}")
        return FAILED
    return DONE


def _calibrate(chosen: argparse.Namespace) -> int:
    from dataclasses import asdict

    from index.calibrate import calibrated
    from index.floor import far_questions
    from index.library import Library
    from index.settings import data_folder
    from ingest.language import detect_query

    data = existing(data_folder(chosen.data))
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
