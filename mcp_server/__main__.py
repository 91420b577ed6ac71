"""The library for an assistant on this machine: `python -m mcp_server`, which speaks MCP on stdin and stdout."""

import argparse
import os
import signal
import sys
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from index.access import Handling
    from index.gate import Gate
    from index.tokens import Bearer

DONE, WRONG_USE = 0, 2
TOKEN, TOKEN_FILE = "KALLA_TOKEN", "KALLA_TOKEN_FILE"


def main(arguments: Sequence[str] | None = None) -> int:
    """Serve until stdin ends. Exit code 0; 2 where it could not start. Nothing but the protocol goes to stdout."""
    chosen = _parser().parse_args(arguments)
    from index.errors import LibraryError

    try:
        return _serve(chosen)
    except LibraryError as exc:
        print(exc, file=sys.stderr)
        return WRONG_USE


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m mcp_server",
        description="Let an assistant on this machine ask the library, by MCP on stdin and stdout. Where the library has users, "
        f"it asks in the name of a personal token: {TOKEN} holds it, or {TOKEN_FILE} names a file with it.",
    )
    parser.add_argument("--data", metavar="DIR", help="the data folder (default: KALLA_DATA, or data)")
    parser.add_argument("--clearance", metavar="C", help="what the assistant may see, at most, such as TLP:GREEN")
    return parser


def _serve(chosen: argparse.Namespace) -> int:
    import asyncio

    from index import store
    from index.audit import Audit
    from index.gate import Gate
    from index.library import Library
    from index.outward import Outward
    from index.privacy import keep_private
    from index.settings import data_folder
    from ingest.language import detect_query
    from mcp_server import server, stdio, words
    from mcp_server.tools import Tools

    data = data_folder(chosen.data)
    keep_private(data)
    gate = Gate(data, audit=Audit(data, questions=os.environ.get("KALLA_AUDIT_QUESTIONS") == "full"))
    who = _who(gate, _clearance(chosen.clearance), _token())
    who()  # a token that is no good is said at once
    empty = words.EMPTY_HERE.format(data=data)
    if not store.exists(data):
        print(empty, file=sys.stderr)
    library = Library(data, detect_query)
    calls = server.Calls(Tools(library=Outward(library), note=gate.note, empty=empty))
    try:
        asyncio.run(stdio.serve(server.make(calls, lambda _: who())))
    finally:
        calls.close()
        library.close()
    return DONE


def _who(gate: "Gate", clearance: "Handling | None", token: str) -> "Callable[[], Bearer]":
    """Whom the assistant asks for; looked up at each call, so that a token that is taken away is no good from then on."""
    from index.errors import AccountError
    from index.tokens import Scope
    from mcp_server import words

    def who() -> "Bearer":
        found = gate.of_token({"authorization": f"Bearer {token}"})
        if found is None:
            raise AccountError(words.NO_TOKEN if token else words.TOKEN_HERE.format(token=TOKEN, file=TOKEN_FILE))
        if Scope.READ not in found.scopes:
            raise AccountError(words.NO_SCOPE)
        if clearance is None:
            return found
        held = min(found.principal.clearance, clearance)
        return replace(found, principal=replace(found.principal, clearance=held))

    return who


def _clearance(named: str | None) -> "Handling | None":
    from index.access import parse_handling
    from index.errors import LibraryError

    found = parse_handling(named) if named is not None else None
    if named is not None and found is None:
        raise LibraryError(f"--clearance {named}: not a known mark. Use TLP:CLEAR, GREEN, AMBER, AMBER+STRICT or RED.")
    return found


def _token() -> str:
    """The token from the environment, or from the file that it names; "" where there is none."""
    from index.errors import LibraryError

    token, file = os.environ.get(TOKEN, "").strip(), os.environ.get(TOKEN_FILE, "").strip()
    if token or not file:
        return token
    path = Path(file).expanduser()
    try:
        if path.stat().st_mode & 0o077:
            print(f"Others can read {path}, and so ask in your name. Take that from them: chmod go= '{path}'", file=sys.stderr)
        return path.read_text("utf-8").strip()
    except (OSError, UnicodeDecodeError) as exc:
        raise LibraryError(
            f"The token in {file} cannot be read ({exc}). {TOKEN_FILE} names a file that holds it, and nothing else."
        ) from exc


if __name__ == "__main__":
    # The thread that waits for stdin would keep the process for as long. Nothing is lost: a row is written in one transaction.
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    sys.exit(main())
