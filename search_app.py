"""The web page: `python search_app.py`. Puts library, readers and page together, and serves them to this machine."""

import argparse
import os
import socket
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from fastapi import FastAPI

    from index.library import Library
    from ui.jobs import Jobs

DONE, WRONG_USE = 0, 2
HOST = "127.0.0.1"
_RENDERERS = 2


def main(arguments: Sequence[str] | None = None) -> int:
    """Serve until Ctrl-C or SIGTERM. Exit code 0; 2 where it could not start."""
    chosen = _parser().parse_args(arguments)
    try:
        listener, figures = _listen(chosen.port, "--port"), _metrics_port(chosen)
        return _serve(chosen, listener, _listen(figures, "--metrics-port") if figures else None)
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
    parser.add_argument("--log", metavar="FILE", help="write a structured log there, or to stderr with - (or set KALLA_LOG)")
    metrics = "serve figures for Prometheus at this port, to this machine only (or set KALLA_METRICS_PORT)"
    parser.add_argument("--metrics-port", type=_port, metavar="N", help=metrics)
    parser.add_argument("--open", action="store_true", help="open the page in the browser")
    return parser


def _port(value: str) -> int:
    number = int(value) if value.isascii() and value.isdigit() else 0
    if not 1 <= number <= 65535:
        raise argparse.ArgumentTypeError(f"{value!r} is not a port (1 to 65535)")
    return number


def _listen(port: int, option: str) -> socket.socket:
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
            raise _CannotStart(f"Port {port} may not be used by you. Try {option} {max(other, 7861)}") from exc
        raise _CannotStart(f"Port {port} is in use. Is Källa already running? Try {option} {other}") from exc
    return listener


def _serve(chosen: argparse.Namespace, listener: socket.socket, figures: socket.socket | None) -> int:
    import threading
    import webbrowser

    from index.settings import data_folder

    _log_to(chosen.log if chosen.log is not None else os.environ.get("KALLA_LOG", ""))
    data = data_folder(chosen.data)
    _private(data)
    address = f"http://{HOST}:{chosen.port}/"

    def started() -> None:
        print(f"Källa is at {address} (Ctrl-C ends it)", flush=True)
        if chosen.open:
            threading.Thread(target=webbrowser.open, args=(address,), daemon=True).start()

    app = _application(data, chosen.corpus, figures)

    from ui.server import Server, run

    server = Server(app, started)
    run(server, listener)
    if not server.started:
        raise _CannotStart("The page could not start. What is above says why.")
    return DONE


def _log_to(target: str) -> None:
    from ui import logs

    try:
        logs.set_up(target)
    except OSError as exc:
        raise _CannotStart(f"The log {target} cannot be written: {exc.strerror}. Name another file with --log FILE") from exc


def _metrics_port(chosen: argparse.Namespace) -> int:
    """The port for the figures; 0 where none are wanted."""
    named = os.environ.get("KALLA_METRICS_PORT", "")
    if chosen.metrics_port or named in ("", "0"):
        return chosen.metrics_port or 0
    try:
        return _port(named)
    except argparse.ArgumentTypeError as exc:
        raise _CannotStart(f"KALLA_METRICS_PORT: {exc}") from exc


def _private(data: Path) -> None:
    """Prepare the environment that Gradio reads when it is imported: no statistics, uploads in the data folder."""
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


def _application(data: Path, corpus: Path, figures: socket.socket | None) -> "FastAPI":
    from index import own_runs
    from index.access import local_owner
    from index.desk import Desk
    from index.library import Library
    from ingest.editing import describe
    from ingest.language import detect_query
    from ingest.pool import ReaderPool
    from ui.app import create
    from ui.jobs import Jobs

    library = Library(data, detect_query)
    pool, jobs = ReaderPool(_RENDERERS), Jobs(data)
    end_metrics = _serve_metrics(library, jobs, figures) if figures else lambda: None

    def end() -> None:
        end_metrics()
        pool.close()
        library.close()

    return create(
        library,
        pool.render,
        data=data,
        corpus=corpus,
        who=lambda headers: local_owner(),
        desk=Desk(data),
        describe=describe,
        runs=lambda principal: own_runs.sets(data, principal),
        jobs=jobs,
        at_end=end,
    )


def _serve_metrics(library: "Library", jobs: "Jobs", listener: socket.socket) -> Callable[[], None]:
    from ui import logs
    from ui.metrics import Metrics, serve

    metrics = Metrics(library, jobs)
    logs.listen(metrics)
    return serve(metrics, listener)


if __name__ == "__main__":
    sys.exit(main())
