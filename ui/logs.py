"""What is written down of the running server: events with their fields, and errors by type and place.

No question, passage, file name, token or cookie is ever a field. Text that libraries have put together themselves is left out of
the structured log, and so are the messages of exceptions: any of them may quote what a person typed.
"""

import json
import logging
import os
import secrets
import sys
import traceback
from datetime import UTC, datetime
from io import TextIOWrapper
from logging.handlers import RotatingFileHandler
from pathlib import Path

Field = str | int | float | bool
STDERR = "-"

_EVENTS = logging.getLogger("kalla.events")
_OURS = (
    "ui",
    "index",
    "ingest",
    "mcp_server",
    "search_app",
    "__main__",
)  # their messages are templates, and what fills them is left out
_MOST_BYTES = 10_000_000
_KEPT = 5  # older files
_ROOT = f"{Path(__file__).resolve().parent.parent}{os.sep}"


def event(name: str, *, level: int = logging.INFO, error: BaseException | None = None, **fields: Field) -> None:
    """Write down that something happened. `fields` hold nothing that a person typed, and nothing of a document."""
    if _EVENTS.isEnabledFor(level):
        trace = (type(error), error, error.__traceback__) if error is not None else None
        _EVENTS.log(level, name, exc_info=trace, extra={"fields": fields})


def failed(where: str, error: BaseException, reference: str = "") -> str:
    """Write down what nobody expected. Returns the reference by which it is found again, to be shown to the user."""
    reference = reference or new_reference()
    event("unexpected", level=logging.ERROR, error=error, where=where, reference=reference)
    return reference


def new_reference() -> str:
    """A short number that can be read out: "7f3a-91bc"."""
    number = secrets.token_hex(4)
    return f"{number[:4]}-{number[4:]}"


def set_up(target: str) -> None:
    """Log to where `target` says: "" plain warnings on stderr, "-" JSON lines there, else JSON lines in that file as well.

    Raises OSError where the file cannot be written.
    """
    structured: logging.Handler | None = None
    if target == STDERR:
        structured = logging.StreamHandler(sys.stderr)
    elif target:
        structured = _File(Path(target).expanduser().absolute())
    handlers: list[logging.Handler] = []
    if structured is not None:
        structured.setFormatter(Structured())
        handlers.append(structured)
        _EVENTS.setLevel(logging.INFO)
    if target != STDERR:
        plain = logging.StreamHandler(sys.stderr)
        plain.setLevel(logging.WARNING)
        plain.setFormatter(Plain("%(levelname)s: %(message)s"))
        handlers.append(plain)
    logging.basicConfig(level=logging.WARNING, handlers=handlers, force=True)


def listen(handler: logging.Handler) -> None:
    """Give every event to `handler` too."""
    _EVENTS.setLevel(logging.INFO)
    _EVENTS.addHandler(handler)


def fields_of(record: logging.LogRecord) -> dict[str, Field]:
    """The fields of an event; none where the record is no event."""
    return dict(getattr(record, "fields", {}))


def places(error: BaseException) -> list[str]:
    """Where an error arose, without values: the type of each error of its chain, then its calls, the innermost last."""
    told: list[str] = []
    one: BaseException | None = error
    while one is not None and len(told) < 200:
        told.append(kind(one))
        told += [f"  {_short(call.filename)}:{call.lineno} {call.name}" for call in traceback.extract_tb(one.__traceback__)]
        one = one.__cause__ or (None if one.__suppress_context__ else one.__context__)
    return told


def kind(error: BaseException) -> str:
    """The type of an error with its module: `sqlite3.OperationalError`."""
    of = type(error)
    return of.__qualname__ if of.__module__ == "builtins" else f"{of.__module__}.{of.__qualname__}"


def _short(file: str) -> str:
    return file.removeprefix(_ROOT).rpartition(f"site-packages{os.sep}")[2]


class Plain(logging.Formatter):
    """Lines for people; an error is told by its type and its places."""

    def format(self, record: logging.LogRecord) -> str:
        """One record; the trace of an error on lines of its own."""
        pairs = "".join(f" {name}={value}" for name, value in fields_of(record).items())
        trace = "".join(f"\n{line}" for line in _trace(record))
        return f"{record.levelname}: {record.getMessage()}{pairs}{trace}"


class Structured(logging.Formatter):
    """One JSON object a line: time (UTC), level, event, the event's fields; of an error its type, place and calls."""

    def format(self, record: logging.LogRecord) -> str:
        """One record."""
        moment = datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds")
        line: dict[str, Field | list[str]] = {"time": moment.replace("+00:00", "Z"), "level": record.levelname.lower()}
        if record.name == _EVENTS.name:
            line |= {"event": record.getMessage(), **fields_of(record)}
        else:
            line |= {"event": "message", "logger": record.name, "place": f"{_short(record.pathname)}:{record.lineno}"}
            if isinstance(record.msg, str) and (record.args or record.name.partition(".")[0] in _OURS):
                line["text"] = record.msg
        trace = _trace(record)
        if trace:
            calls = [one.strip() for one in trace[1:] if one.startswith("  ")]
            line |= {"error": trace[0], "at": calls[-1] if calls else "", "trace": trace}
        return json.dumps(line, ensure_ascii=False)


def _trace(record: logging.LogRecord) -> list[str]:
    error = record.exc_info[1] if record.exc_info else None
    return places(error) if error is not None else []


class _File(RotatingFileHandler):
    """A file that only its owner may read; when it is full it becomes `FILE.1`, and so on."""

    def __init__(self, path: Path) -> None:
        super().__init__(path, maxBytes=_MOST_BYTES, backupCount=_KEPT, encoding="utf-8")

    def _open(self) -> TextIOWrapper:
        descriptor = os.open(self.baseFilename, os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC, 0o600)
        os.fchmod(descriptor, 0o600)
        return open(descriptor, "a", encoding="utf-8")
