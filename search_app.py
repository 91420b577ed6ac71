"""The web page: `python search_app.py`. Puts library, readers and page together, and serves them to this machine."""

import argparse
import signal
import socket
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from fastapi import FastAPI

    from ingest.passwords import Passwords

DONE, WRONG_USE = 0, 2
HOST = "127.0.0.1"
_RENDERERS = 2
_GRACE = 2  # seconds that open connections get at the end; pages keep one open for as long as they are shown


def main(arguments: Sequence[str] | None = None) -> int:
    """Serve until Ctrl-C or SIGTERM. Exit code 0; 2 where it could not start."""
    chosen = _parser().parse_args(arguments)
    try:
        listener = _listen(chosen.port)
        return _serve(chosen, listener)
    except _CannotStart as exc:
        print(exc, file=sys.stderr)
        return WRONG_USE


class _CannotStart(Exception):
    """The message is for the user."""


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python search_app.py",
        description="Källa in the browser: ask the library, add reports, rebuild the index. Only this machine can reach it.",
    )
    parser.add_argument("--data", metavar="DIR", help="the data folder (default: KALLA_DATA, or data)")
    folder = Path("corpus")
    parser.add_argument("--corpus", type=Path, default=folder, metavar="DIR", help="the sources (default: corpus)")
    parser.add_argument("--port", type=_port, default=7860, metavar="N", help="the port to serve at (default: 7860)")
    parser.add_argument("--open", action="store_true", help="open the page in the browser")
    return parser


def _port(value: str) -> int:
    number = int(value) if value.isascii() and value.isdigit() else 0
    if not 1 <= number <= 65535:
        raise argparse.ArgumentTypeError(f"{value!r} is not a port (1 to 65535)")
    return number


def _listen(port: int) -> socket.socket:
    """Take the port at once, before anything slow is loaded."""
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((HOST, port))
        listener.listen(128)
    except OSError as exc:
        listener.close()
        other = port + 1 if port < 65535 else port - 1
        if isinstance(exc, PermissionError):
            raise _CannotStart(f"Port {port} may not be used by you. Try --port 7861") from exc
        raise _CannotStart(f"Port {port} is in use. Is Källa already running? Try --port {other}") from exc
    return listener


def _serve(chosen: argparse.Namespace, listener: socket.socket) -> int:
    import logging
    import threading
    import webbrowser

    from index.settings import data_folder

    logging.basicConfig(level=logging.WARNING, format="%(levelname)s: %(message)s")
    data = data_folder(chosen.data)
    _private(data)
    secrets = _passwords()
    address = f"http://{HOST}:{chosen.port}/"

    def started() -> None:
        print(f"Källa is at {address} (Ctrl-C ends it)", flush=True)
        if chosen.open:
            threading.Thread(target=webbrowser.open, args=(address,), daemon=True).start()

    import uvicorn

    app = _application(data, chosen.corpus, secrets)
    config = uvicorn.Config(
        app,
        log_level="warning",
        access_log=False,
        server_header=False,
        timeout_graceful_shutdown=_GRACE,
        lifespan="on",
    )

    class Server(uvicorn.Server):
        async def startup(self, sockets: list[socket.socket] | None = None) -> None:
            await super().startup(sockets)
            if self.started:
                started()

    # uvicorn raises the signal that ended it once more when it is done; by then there is nothing left to end.
    signal.signal(signal.SIGTERM, lambda *_: None)
    signal.signal(signal.SIGINT, lambda *_: None)
    server = Server(config)
    server.run(sockets=[listener])
    if not server.started:
        raise _CannotStart("The page could not start. What is above says why.")
    return DONE


def _private(data: Path) -> None:
    """Prepare the environment that Gradio reads when it is imported: no statistics, uploads in the data folder."""
    import os

    from ui.uploads import tidy

    uploads = data / "cache" / "uploads"
    try:
        uploads.mkdir(parents=True, exist_ok=True)
        tidy(uploads)
    except OSError as exc:
        raise _CannotStart(f"The data folder {data} cannot be written: {exc.strerror}. Choose another with --data DIR") from exc
    os.environ["GRADIO_ANALYTICS_ENABLED"] = "False"
    os.environ["GRADIO_TEMP_DIR"] = str(uploads.resolve())
    os.environ["HF_HUB_DISABLE_TELEMETRY"] = "1"


def _passwords() -> "Passwords":
    """What page images of encrypted PDFs are drawn with."""
    from ingest.errors import PasswordFileError
    from ingest.passwords import passwords

    try:
        return passwords()
    except PasswordFileError as exc:
        raise _CannotStart(str(exc)) from exc


def _application(data: Path, corpus: Path, secrets: "Passwords") -> "FastAPI":
    import threading

    from index import own_runs
    from index.access import local_owner
    from index.desk import Desk
    from index.library import Library
    from ingest.editing import describe
    from ingest.language import detect_query
    from ingest.pool import ReaderPool
    from ui.app import create

    library = Library(data, detect_query)
    pool = ReaderPool(_RENDERERS)

    def end() -> None:
        pool.close()
        library.close()

    return create(
        library,
        lambda path, page, width: pool.render(path, page, width, secrets.words()),
        data=data,
        corpus=corpus,
        who=lambda headers: local_owner(),
        desk=Desk(data),
        describe=describe,
        runs=lambda principal: own_runs.sets(data, principal),
        at_start=threading.Thread(target=_warm, args=(library.warm,), daemon=True).start,
        at_end=end,
    )


def _warm(warm: Callable[[], None]) -> None:
    """Load the model. What goes wrong is told by the page, at the first question."""
    import logging

    from index.errors import LibraryError

    try:
        warm()
    except LibraryError as exc:
        logging.getLogger(__name__).warning("%s", exc)


if __name__ == "__main__":
    sys.exit(main())
