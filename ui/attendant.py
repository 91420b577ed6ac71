"""Taking in by itself what changes in the corpus folder: a reading whenever it is time."""

import logging
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Protocol

from ui.jobs import Job, Jobs, Order

_LOG = logging.getLogger(__name__)
_RETRY = 10.0  # seconds after a reading that could not be made, such as during a rebuild
_PAUSE = 0.2  # seconds between two looks at a reading


class Due(Protocol):
    """It is time for a reading. `keep_gone`: files that are gone are to stay, because they may come back."""

    @property
    def keep_gone(self) -> bool:
        """Whether they are."""
        ...


class Watch(Protocol):
    """Tells when it is time."""

    def due(self) -> Iterator[Due]:
        """Tell it, until the server ends."""
        ...

    def again(self) -> None:
        """Have another reading soon."""
        ...


def attend(jobs: Jobs, corpus: Path, watch: Watch) -> None:
    """Start a reading whenever it is time, and wait for its end: those that people start have their turn in between."""
    said = ""
    for due in watch.due():
        if not corpus.is_dir():
            continue
        job = jobs.ingest([corpus], Order(), keep_gone=due.keep_gone)
        for _ in job.follow(_PAUSE):
            pass
        trouble = _trouble(job)
        if trouble and trouble != said:
            _LOG.warning("taking in what changed in %s: %s", corpus, trouble)
        if trouble:
            time.sleep(_RETRY)
            watch.again()
        said = trouble


def _trouble(job: Job) -> str:
    """Why a reading could not be made at all, "" where it was; a file that failed has its outcome like any other."""
    return "" if job.code in (0, 1) or job.stopped else job.reason or f"it ended with {job.code}"
