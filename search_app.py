"""The web page: `python search_app.py`. Puts library, readers and page together, and serves them to this machine."""

import argparse
import errno
import os
import socket
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from fastapi import FastAPI

    from index.gate import Gate
    from index.library import Library
    from index.oidc import SignOn
    from index.oidc_settings import OidcSettings
    from ingest.passwords import Passwords
    from ui.jobs import Jobs

DONE, WRONG_USE = 0, 2
HOST = "127.0.0.1"
_RENDERERS = 2


def main(arguments: Sequence[str] | None = None) -> int:
    """Serve until Ctrl-C or SIGTERM. Exit code 0; 2 where it could not start."""
    chosen = _parser().parse_args(arguments)
    try:
        _check_reach(chosen)
        listener, figures = _listen(chosen.host, chosen.port, "--port"), _metrics_port(chosen)
        return _serve(chosen, listener, _listen(HOST, figures, "--metrics-port") if figures else None)
    except _CannotStart as exc:
        print(exc, file=sys.stderr)
        return WRONG_USE


class _CannotStart(Exception):
    """The message is for the user."""


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python search_app.py",
        description="Källa in the browser: ask the library, add reports, rebuild the index. Only this machine reaches it, unless"
        " --host and its like say otherwise.",
    )
    parser.add_argument("--data", metavar="DIR", help="the data folder (default: KALLA_DATA, or data)")
    folder = Path("corpus")
    parser.add_argument("--corpus", type=Path, default=folder, metavar="DIR", help="the sources (default: corpus)")
    parser.add_argument(
        "--host", default=HOST, metavar="ADDRESS", help=f"the address to serve at (default: {HOST}; any other needs users)"
    )
    parser.add_argument(
        "--trusted-host",
        action="append",
        default=[],
        metavar="NAME",
        help="a name that browsers may call it by; repeat for several",
    )
    parser.add_argument("--tls-cert", type=Path, metavar="FILE", help="serve by TLS with this certificate (PEM, with its chain)")
    parser.add_argument("--tls-key", type=Path, metavar="FILE", help="and this key (PEM)")
    parser.add_argument(
        "--proxy", action="append", default=[], metavar="ADDRESS", help="a proxy whose forwarded headers are believed; repeat"
    )
    parser.add_argument(
        "--prefix", type=_prefix, default="", metavar="PATH", help="the path below which a proxy serves it, and passes on: /kalla"
    )
    parser.add_argument(
        "--questions-at-once", type=_some, default=4, metavar="N", help="that are answered for one person (default: 4)"
    )
    parser.add_argument("--questions-a-minute", type=_some, default=60, metavar="N", help="that one person may ask (default: 60)")
    parser.add_argument("--port", type=_port, default=7860, metavar="N", help="the port to serve at (default: 7860)")
    parser.add_argument(
        "--watch", action="store_true", help="take in by itself what changes in the sources (or set KALLA_WATCH=1)"
    )
    parser.add_argument("--log", metavar="FILE", help="write a structured log there, or to stderr with - (or set KALLA_LOG)")
    metrics = "serve figures for Prometheus at this port, to this machine only (or set KALLA_METRICS_PORT)"
    parser.add_argument("--metrics-port", type=_port, metavar="N", help=metrics)
    parser.add_argument("--open", action="store_true", help="open the page in the browser")
    parser.set_defaults(sign_on=None)  # it is set up by the environment
    return parser


def _port(value: str) -> int:
    number = int(value) if value.isascii() and value.isdigit() else 0
    if not 1 <= number <= 65535:
        raise argparse.ArgumentTypeError(f"{value!r} is not a port (1 to 65535)")
    return number


def _prefix(value: str) -> str:
    from ui.prefix import clean

    try:
        return clean(value)
    except ValueError as exc:
        raise argparse.ArgumentTypeError(str(exc)) from exc


def _some(value: str) -> int:
    number = int(value) if value.isascii() and value.isdigit() and len(value) < 7 else 0
    if number < 1:
        raise argparse.ArgumentTypeError(f"{value!r} is not a number of 1 or more")
    return number


def _check_reach(chosen: argparse.Namespace) -> None:
    """Refuse to be reached from elsewhere while anybody would be let in, and what would not work. Raises _CannotStart."""
    from index.errors import LibraryError
    from index.privacy import keep_private
    from index.settings import data_folder, unmarked
    from index.users import Users

    if bool(chosen.tls_cert) != bool(chosen.tls_key):
        raise _CannotStart("TLS needs both: --tls-cert FILE and --tls-key FILE")
    for file in filter(None, (chosen.tls_cert, chosen.tls_key)):
        if not file.is_file():
            raise _CannotStart(f"There is no file {file}. Name the certificate and the key as PEM files.")
    data = data_folder(chosen.data)
    try:
        keep_private(data)
        some = Users(data).any()
        unmarked(data)  # a wrong value would be an error at every question
    except LibraryError as exc:
        raise _CannotStart(str(exc)) from exc
    chosen.sign_on = _sign_on(chosen)
    if (not _is_loopback(chosen.host) or chosen.trusted_host or chosen.proxy) and not some and not chosen.sign_on:
        raise _CannotStart(
            "There are no users yet, so Källa is served to this machine alone. To let others reach it, make an administrator"
            f" first: python -m index users add NAME --role admin --clearance RED --group '*' --data {data}"
        )
    if chosen.host in ("0.0.0.0", "::") and not chosen.trusted_host:  # noqa: S104 - an address that is refused without a name
        raise _CannotStart("Say by which name browsers call this server: --trusted-host kalla.example.org")
    if not _is_loopback(chosen.host) and not chosen.tls_cert and not chosen.proxy:
        print("Without TLS, passwords and reports cross the network readable: --tls-cert FILE --tls-key FILE", file=sys.stderr)


def _sign_on(chosen: argparse.Namespace) -> "OidcSettings | None":
    """How single sign-on is set up, None where it is not. Raises _CannotStart where it is wrong, or only half there."""
    from urllib.parse import urlsplit

    from index.errors import SignOnError
    from index.oidc_settings import ADDRESS, SECRET, from_environment

    try:
        settings = from_environment(os.environ, "" if chosen.proxy else _own_address(chosen) + chosen.prefix)
    except SignOnError as exc:
        raise _CannotStart(str(exc)) from exc
    os.environ.pop(SECRET, None)  # the processes that read files are not to have it
    if settings and urlsplit(settings.address).hostname not in (HOST, "localhost", chosen.host, *chosen.trusted_host):
        raise _CannotStart(
            f"Browsers come back from signing in to {settings.address} ({ADDRESS}), but that is no name of this server."
            f" Say that it is: --trusted-host {urlsplit(settings.address).hostname}"
        )
    return settings


def _own_address(chosen: argparse.Namespace) -> str:
    """The address that browsers find the page at, where nothing stands between."""
    shown = f"[{chosen.host}]" if ":" in chosen.host else chosen.host
    scheme, usual = ("https", 443) if chosen.tls_cert else ("http", 80)
    port = "" if chosen.port == usual else f":{chosen.port}"
    return f"{scheme}://{(chosen.trusted_host or [shown])[0]}{port}"


def _is_loopback(host: str) -> bool:
    from ipaddress import ip_address

    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _listen(host: str, port: int, option: str) -> socket.socket:
    """Take the port at once, before anything slow is loaded."""
    listener = socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((host, port))
        listener.listen(128)
    except OSError as exc:
        listener.close()
        other = port + 1 if port < 65535 else port - 1
        if isinstance(exc, PermissionError):
            raise _CannotStart(f"Port {port} may not be used by you. Try {option} {max(other, 7861)}") from exc
        if exc.errno not in (errno.EADDRINUSE, None):
            raise _CannotStart(f"Källa cannot be served at {host}: {exc.strerror}. Is that an address of this machine?") from exc
        raise _CannotStart(f"Port {port} is in use. Is Källa already running? Try {option} {other}") from exc
    return listener


def _serve(chosen: argparse.Namespace, listener: socket.socket, figures: socket.socket | None) -> int:
    import threading
    import webbrowser

    from index.settings import data_folder

    _log_to(chosen.log if chosen.log is not None else os.environ.get("KALLA_LOG", ""))
    data = data_folder(chosen.data)
    _private(data)
    address = f"{_own_address(chosen)}{chosen.prefix}/"
    secrets = _passwords()

    def started() -> None:
        print(f"Källa is at {address} (Ctrl-C ends it)", flush=True)
        if chosen.open:
            threading.Thread(target=webbrowser.open, args=(address,), daemon=True).start()

    watching = chosen.watch or os.environ.get("KALLA_WATCH", "") not in ("", "0")
    app = _application(data, chosen, secrets, figures, watching=watching)

    from ui.server import Server, run

    server = Server(app, started, certificate=chosen.tls_cert, key=chosen.tls_key, proxies=chosen.proxy)
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
    os.environ["GRADIO_HEARTBEAT_INTERVAL"] = "5"  # seconds: then a stream notices that its listener has gone
    os.environ["HF_HUB_DISABLE_TELEMETRY"] = "1"


def _passwords() -> "Passwords":
    """What page images of encrypted PDFs are drawn with."""
    from ingest.errors import PasswordFileError
    from ingest.passwords import passwords

    try:
        return passwords()
    except PasswordFileError as exc:
        raise _CannotStart(str(exc)) from exc


def _application(
    data: Path, chosen: argparse.Namespace, secrets: "Passwords", figures: socket.socket | None, *, watching: bool
) -> "FastAPI":
    import threading

    import api.app
    from index import own_runs
    from index.access import Principal
    from index.audit import Audit
    from index.desk import Desk
    from index.errors import LibraryError
    from index.gate import Gate
    from index.library import Library
    from index.outward import Outward
    from ingest.editing import describe
    from ingest.language import detect_query
    from ingest.pool import ReaderPool
    from ingest.watch import Watch
    from mcp_server.door import Door as DoorOfAssistants
    from ui import citation
    from ui.app import create
    from ui.attendant import attend
    from ui.jobs import Jobs
    from ui.keeping import LibraryRoom
    from ui.security import HOSTS
    from ui.turns import Turns
    from ui.words import Words

    corpus: Path = chosen.corpus
    library = Library(data, detect_query)
    outward = Outward(library)
    audit = Audit(data, questions=os.environ.get("KALLA_AUDIT_QUESTIONS") == "full")
    reached = not _is_loopback(chosen.host) or bool(chosen.trusted_host or chosen.proxy)
    gate = Gate(data, audit=audit, open_to_others=reached or chosen.sign_on is not None)

    named = [] if chosen.host in ("0.0.0.0", "::") else [chosen.host]  # noqa: S104 - addresses that are no names
    hosts = (*HOSTS, *chosen.trusted_host, *named)

    def who(headers: Mapping[str, str]) -> Principal:
        principal = gate.of_cookie(headers)
        if principal is None:  # the door has let in nobody without: the session has ended since
            raise LibraryError("Your session has ended. Sign in again.")
        return principal

    pool = ReaderPool(_RENDERERS)
    jobs, ended = Jobs(data), threading.Event()
    end_metrics = _serve_metrics(library, jobs, figures) if figures else lambda: None

    def start() -> None:
        if watching:
            threading.Thread(target=attend, args=(jobs, corpus, Watch([corpus], ended)), daemon=True).start()

    def end() -> None:
        ended.set()
        end_metrics()
        pool.close()
        library.close()

    programs = api.app.create(
        library=outward,
        gate=gate,
        intake=LibraryRoom(library, jobs, corpus, Words("en")),
        cite=lambda hit, language: citation.reference(hit, Words(language)),
        uploads=data / "cache" / "uploads",
    )
    return create(
        library,
        lambda path, page, width: pool.render(path, page, width, secrets.words()),
        data=data,
        corpus=corpus,
        who=who,
        gate=gate,
        sign_on=_provider(chosen.sign_on, gate, data),
        hosts=hosts,
        doors=[DoorOfAssistants(outward, gate, hosts=hosts)],
        prefix=chosen.prefix,
        turns=Turns(chosen.questions_at_once, chosen.questions_a_minute),
        desk=Desk(data),
        describe=describe,
        runs=lambda principal: own_runs.sets(data, principal),
        jobs=jobs,
        watching=watching,
        api=programs,
        at_start=start,
        at_end=end,
    )


def _provider(settings: "OidcSettings | None", gate: "Gate", data: Path) -> "SignOn | None":
    if settings is None:
        return None
    from index.oidc import SignOn  # loads authlib: only where it is needed

    return SignOn(settings, gate, data)


def _serve_metrics(library: "Library", jobs: "Jobs", listener: socket.socket) -> Callable[[], None]:
    from ui import logs
    from ui.metrics import Metrics, serve

    metrics = Metrics(library, jobs)
    logs.listen(metrics)
    return serve(metrics, listener)


if __name__ == "__main__":
    os.umask(0o077)  # what is written is its owner's alone
    sys.exit(main())
