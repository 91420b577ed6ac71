"""The index from the command line: `python -m index COMMAND`; its modules are in `index.cli`."""

import argparse
import os
import signal
import sys
from collections.abc import Sequence

from index.cli import keeping, looking, measuring, people, rebuilding, searching, tokens
from index.cli.common import DONE, WRONG_USE

_GROUPS = (searching, rebuilding, looking, measuring, keeping, people, tokens)


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
    for group in _GROUPS:
        group.add(commands)
    return parser


def _terminate(*_: object) -> None:
    """Stop as Ctrl-C does: between two commits."""
    raise KeyboardInterrupt("SIGTERM")


if __name__ == "__main__":
    os.umask(0o077)  # what is written is its owner's alone
    signal.signal(signal.SIGTERM, _terminate)
    sys.exit(main())
