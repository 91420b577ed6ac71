"""Figures for Prometheus, at a port of this machine. The only module that imports prometheus_client."""

import logging
import socket
import threading
from collections.abc import Callable, Iterable, Iterator
from typing import Any
from wsgiref.simple_server import WSGIRequestHandler

from prometheus_client import CollectorRegistry, Counter, Histogram, ProcessCollector
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.exposition import ThreadingWSGIServer, make_wsgi_app
from prometheus_client.registry import Collector

from index.errors import LibraryError
from ui.jobs import Jobs
from ui.logs import Field, fields_of
from ui.ports import Library
from ui.security import HOSTS

_BUCKETS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)  # seconds


class Metrics(logging.Handler):
    """Counts the events of the log, and looks at the library and the jobs when it is asked. No label is what somebody typed."""

    def __init__(self, library: Library, jobs: Jobs) -> None:
        super().__init__()
        self.registry = CollectorRegistry()
        ProcessCollector(registry=self.registry)
        self.registry.register(_State(library, jobs))
        self._requests = Counter("kalla_requests", "Requests.", ["route", "method", "status"], registry=self.registry)
        self._seconds = self._timed("kalla_request_seconds", "Seconds until the last byte.", "route")
        self._answers = self._timed("kalla_answer_seconds", "Seconds to answer a question: in all, and its two parts.", "part")
        self._answered = Counter(
            "kalla_answers", "Questions, by whether they were answered.", ["answered"], registry=self.registry
        )
        self._jobs = Counter("kalla_jobs", "Ended jobs, by kind and outcome.", ["kind", "outcome"], registry=self.registry)
        self._errors = Counter("kalla_unexpected_errors", "Errors that nobody foresaw.", registry=self.registry)

    def _timed(self, name: str, about: str, label: str) -> Histogram:
        return Histogram(name, about, [label], buckets=_BUCKETS, registry=self.registry)

    def emit(self, record: logging.LogRecord) -> None:
        """Count one event of the log."""
        count: Callable[[dict[str, Field]], None] | None = {
            "request": self._request, "answer": self._answer, "job": self._job, "unexpected": lambda _: self._errors.inc(),
        }.get(record.msg)  # fmt: skip
        if count is not None:
            count(fields_of(record))

    def _request(self, said: dict[str, Field]) -> None:
        self._requests.labels(said["route"], said["method"], said["status"]).inc()
        self._seconds.labels(said["route"]).observe(float(said["ms"]) / 1000)

    def _answer(self, said: dict[str, Field]) -> None:
        whole, understood = float(said["ms"]) / 1000, float(said["understood_ms"]) / 1000
        for part, seconds in (("all", whole), ("understanding", understood), ("finding", whole - understood)):
            self._answers.labels(part).observe(seconds)
        self._answered.labels("yes" if said["answered"] else "no").inc()

    def _job(self, said: dict[str, Field]) -> None:
        outcome = "stopped" if said["stopped"] else {0: "done", 1: "partly"}.get(int(said["code"]), "failed")
        self._jobs.labels(said["kind"], outcome).inc()


class _State(Collector):
    """What is so at the moment of asking."""

    def __init__(self, library: Library, jobs: Jobs) -> None:
        self._library = library
        self._jobs = jobs

    def describe(self) -> Iterable[Metric]:
        """Name nothing beforehand: the library need not be there yet."""
        return ()

    def collect(self) -> Iterator[Metric]:
        """Look."""
        try:
            status, moment = self._library.status(), self._library.moment()
        except LibraryError:
            yield GaugeMetricFamily("kalla_library_opens", "Whether the library can be opened.", value=0)
        else:
            yield GaugeMetricFamily("kalla_library_opens", "Whether the library can be opened.", value=1)
            yield GaugeMetricFamily("kalla_documents", "Documents.", value=status.documents)
            yield GaugeMetricFamily("kalla_passages", "Passages.", value=status.passages)
            yield GaugeMetricFamily("kalla_unreadable_pages", "Pages that gave no text.", value=status.unreadable_pages)
            yield GaugeMetricFamily("kalla_failed_files", "Files that could not be read.", value=status.files_failed)
            yield GaugeMetricFamily("kalla_bytes", "Size of the data folder.", value=status.bytes_on_disk)
            yield GaugeMetricFamily("kalla_writer_busy", "Whether somebody writes.", value=bool(status.writer))
            yield GaugeMetricFamily(
                "kalla_generation", "The generation that is served.", value=moment.generation if moment else 0
            )
            yield GaugeMetricFamily("kalla_seq", "The commit that is served.", value=moment.seq if moment else 0)
        yield self._running()
        yield self._last()

    def _running(self) -> Metric:
        family = GaugeMetricFamily("kalla_jobs_running", "Jobs that run or wait for their turn.", labels=["kind"])
        running = self._jobs.running()
        for kind in ("ingest", "rebuild", "verify", "eval"):
            family.add_metric([kind], running.get(kind, 0))
        return family

    def _last(self) -> Metric:
        family = GaugeMetricFamily("kalla_last_ingest_files", "Files of this server's last ingest.", labels=["outcome"])
        job = self._jobs.reading()
        counts = job.counts() if job is not None else {}
        for outcome in ("added", "changed", "unchanged", "removed", "failed", "partial"):
            if outcome in counts:
                family.add_metric([outcome], counts[outcome])
        return family


class _Silent(WSGIRequestHandler):
    def log_message(self, format: str, *args: object) -> None:
        """Write nothing down."""


def serve(metrics: Metrics, listener: socket.socket) -> Callable[[], None]:
    """Serve the figures at `/metrics` of `listener`, to this machine only. Returns what ends it."""
    figures = make_wsgi_app(metrics.registry)

    def guarded(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:  # noqa: ANN401 - WSGI's own
        if (
            environ.get("HTTP_HOST", "").rpartition(":")[0] not in HOSTS
        ):  # a page of another site may not look by a name of its own
            start_response("403 Forbidden", [("Content-Type", "text/plain")])
            return [b"Only this machine is answered."]
        answer: Iterable[bytes] = figures(environ, start_response)
        return answer

    server = ThreadingWSGIServer(listener.getsockname(), _Silent, bind_and_activate=False)
    server.socket.close()
    server.socket, (server.server_name, server.server_port) = listener, listener.getsockname()
    server.setup_environ()
    server.set_app(guarded)
    threading.Thread(target=server.serve_forever, daemon=True).start()

    def end() -> None:
        server.shutdown()
        server.server_close()

    return end
