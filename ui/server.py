"""The server's life: it says when it is there, and ends so that what is under way is finished or cleanly abandoned."""

import asyncio
import gc
import logging
import os
import signal
import socket
import sys
import threading
from collections.abc import Callable, Sequence
from pathlib import Path
from types import FrameType

import h11
import uvicorn
from fastapi import FastAPI
from uvicorn.protocols.http.h11_impl import H11Protocol

from ui import logs
from ui.limits import LARGEST_HEAD

HEADS = 15.0  # seconds that the head of a request may take
_MOST_CONNECTIONS = 1000
GRACE = 10  # seconds that requests in flight get at the end
_REST = 8.0  # seconds after these for jobs to end, then it is over in any case


class Patient(H11Protocol):
    """Waits for the head of a request for a while, and then no longer: uvicorn 0.54 would for ever (h11_impl.py)."""

    seconds = HEADS
    _late: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override] # as uvicorn has it
        """Begin to wait."""
        super().connection_made(transport)
        self._wait()

    def data_received(self, data: bytes) -> None:
        """Go on waiting while the head is not whole."""
        super().data_received(data)
        if self.conn.their_state is not h11.IDLE:
            self._end_waiting()
        elif self._late is None:
            self._wait()

    def connection_lost(self, exc: Exception | None) -> None:
        """Wait no more."""
        self._end_waiting()
        super().connection_lost(exc)

    def _wait(self) -> None:
        self._late = self.loop.call_later(self.seconds, self.transport.close)

    def _end_waiting(self) -> None:
        if self._late is not None:
            self._late.cancel()
            self._late = None


class Server(uvicorn.Server):
    """Ends at SIGTERM or SIGINT: no new work, then what is under way. A second one ends it at once."""

    def __init__(
        self,
        app: FastAPI,
        started: Callable[[], None],
        *,
        certificate: Path | None = None,
        key: Path | None = None,
        proxies: Sequence[str] = (),
    ) -> None:
        """`started` is called when the first request can come. `app` is what `ui.app.create` made.

        `certificate` and `key` (PEM): serve by TLS. `proxies`: addresses whose forwarded headers are believed.
        """
        super().__init__(
            uvicorn.Config(
                app, log_config=None, log_level="warning", access_log=False, server_header=False,
                timeout_graceful_shutdown=GRACE, lifespan="on", ssl_certfile=certificate, ssl_keyfile=key,
                http=Patient, h11_max_incomplete_event_size=LARGEST_HEAD, limit_concurrency=_MOST_CONNECTIONS,
                proxy_headers=bool(proxies), forwarded_allow_ips=list(proxies),
            )
        )  # fmt: skip
        self._app = app
        self._says = started

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Begin to serve."""
        await super().startup(sockets)
        if self.started:
            logs.event("started")
            self._says()

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """Begin the end; at the second signal, be gone."""
        if self.should_exit:
            self._abandon(128 + sig)
        super().handle_exit(sig, frame)

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """End: uvicorn shuts the door and waits; jobs are told to end at their next commit meanwhile."""
        logs.event("stopping")
        self._app.state.stop()
        # A thread that never comes back would keep the process for ever; nothing it could still do is wanted.
        last = threading.Timer(GRACE + _REST, self._abandon, (0,))
        last.daemon = True
        last.start()
        await super().shutdown(sockets)
        logs.event("stopped")

    def _abandon(self, code: int) -> None:
        """Leave at once, with everything this process has started."""
        self._app.state.kill()
        logs.event("abandoned", level=logging.WARNING)
        logging.shutdown()
        sys.stdout.flush()
        os._exit(code)


def run(server: Server, listener: socket.socket) -> None:
    """Serve until the end."""
    # uvicorn raises the signal that ended it once more when it is done; by then there is nothing left to end.
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: None)
    server.run(sockets=[listener])
    gc.freeze()  # at its end the interpreter looks through all that was ever loaded, which is of no use and takes a second
