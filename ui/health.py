"""Whether the server answers, and whether it would answer a question now: in words without detail."""

import logging
import shutil
import threading
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from fastapi import APIRouter
from fastapi.responses import JSONResponse, Response

from index.errors import LibraryError, ModelError, StoreError
from ui import logs
from ui.ports import Library

_LOG = logging.getLogger(__name__)
_READ = ["GET", "HEAD"]
_HEADERS = {"Cache-Control": "private, no-store"}
_NEEDED_BYTES = 32 * 1000 * 1000  # below this a report of some length cannot be taken in any more


@dataclass(frozen=True, slots=True, kw_only=True)
class State:
    """A word for programs, and the sentence that says it to people. It names no file, no folder and no number."""

    word: str
    message: str
    ready: bool = False


READY = State(word="ready", message="Questions are answered.", ready=True)
STOPPING = State(word="stopping", message="The server is being stopped.")
EMPTY = State(word="empty", message="There is no library yet: nothing has been ingested.")
LOADING = State(word="loading", message="The model is being loaded. Ask again in a moment.")
STORE = State(word="store", message="The library cannot be opened. The page and the log say why.")
MODEL = State(word="model", message="The model cannot be loaded. The page and the log say why.")
DISK = State(word="disk", message="The disk is full: nothing more can be stored. Questions are still answered.")


class Health:
    """Watches over a library. A model that is not loaded is loaded when that is noticed, so that nobody has to ask first."""

    def __init__(self, library: Library, data: Path) -> None:
        self.stopping = False
        self._library = library
        self._data = data
        self._lock = threading.Lock()
        self._loading: threading.Thread | None = None
        self._trouble: LibraryError | None = None  # of the last attempt to load the model

    def warm(self) -> None:
        """Begin to load the model, unless that is going on."""
        with self._lock:
            if self._loading is None or not self._loading.is_alive():
                self._loading = threading.Thread(target=self._warm, daemon=True)
                self._loading.start()

    def state(self) -> State:
        """How it is now. May wait while the vectors of a new generation are opened."""
        if self.stopping:
            return STOPPING
        try:
            if self._library.moment() is None:
                return EMPTY
            if not self._library.ready():
                self.warm()
                return LOADING if self._trouble is None else _word_of(self._trouble)
            return READY if shutil.disk_usage(self._data).free >= _NEEDED_BYTES else DISK
        except LibraryError as exc:
            return _word_of(exc)
        except OSError:
            return STORE

    def _warm(self) -> None:
        try:
            self._library.warm()
        except LibraryError as exc:
            if str(exc) != str(self._trouble):  # each probe tries again, and is told once
                _LOG.warning("%s", exc)
                logs.event("model_not_loaded", error=exc)
            self._trouble = exc
        except Exception as exc:
            logs.failed("loading the model", exc)
        else:
            self._trouble = None


def _word_of(trouble: LibraryError) -> State:
    if isinstance(trouble, ModelError):
        return MODEL
    return STORE if isinstance(trouble, StoreError) else LOADING


def make(state: Callable[[], State]) -> APIRouter:
    """Make the two addresses. They need no session, and tell nothing that a stranger should not learn."""
    router = APIRouter()

    @router.api_route("/healthz", methods=_READ)
    def alive() -> Response:
        return JSONResponse({"status": "ok"}, headers=_HEADERS)

    @router.api_route("/readyz", methods=_READ)
    def ready() -> Response:
        now = state()
        status = 200 if now.ready else 503
        return JSONResponse({"status": now.word, "message": now.message}, status_code=status, headers=_HEADERS)

    return router
