"""What the commands have in common: their options, exit codes and messages."""

import argparse
import sys
from pathlib import Path
from typing import Any

DONE, FAILED, WRONG_USE = 0, 1, 2


def command(commands: Any, name: str, run: Any, text: str) -> argparse.ArgumentParser:  # noqa: ANN401 - argparse's own types
    """Add a command to the parser, with the options that all have."""
    parser: argparse.ArgumentParser = commands.add_parser(name, help=text, description=text[0].upper() + text[1:] + ".")
    parser.add_argument("--data", metavar="DIR", help="the data folder (default: KALLA_DATA, or data)")
    parser.add_argument("--json", action="store_true", help="print JSON for programs")
    parser.set_defaults(run=run)
    return parser


def mode_option(parser: argparse.ArgumentParser) -> None:
    """Add the option that chooses the halves of the search."""
    modes = ["hybrid", "dense", "lexical"]
    parser.add_argument("--mode", choices=modes, default="hybrid", help="by meaning and words (hybrid), or by one of them alone")


def positive(text: str) -> int:
    """Read a whole number of 1 or more."""
    value = int(text)
    if value < 1:
        raise argparse.ArgumentTypeError("must be 1 or more")
    return value


def say(text: str) -> None:
    """Tell the one at the terminal, beside the results."""
    print(text, file=sys.stderr)


def existing(data: Path) -> Path:
    """The folder, if there is a library in it. Raises StoreError."""
    from index import store
    from index.errors import StoreError

    if not store.exists(data):
        raise StoreError(f"There is no library in {data}. Run `python -m ingest` first, or name another folder with --data.")
    return data
