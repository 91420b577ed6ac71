"""Tesseract, the program that reads text from pictures: whether it is here, what it knows, and one run of it.

It gets the picture on its standard input and answers on its standard output, so that nothing is written. Where it is
started by a reading process, it lives under that process's limits, and dies with it.
"""

import ctypes
import os
import re
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    Picture = npt.NDArray[np.uint8]  # (height, width), 0 is black

_PAGE, _ORIENTATION = "3", "0"  # Tesseract's page segmentation modes
_HOCR = ("-c", "tessedit_create_hocr=1", "-c", "hocr_char_boxes=1")
_KEPT_VARIABLES = ("LD_LIBRARY_PATH", "TESSDATA_PREFIX")
_ASKING_SECONDS = 20.0
_DEATH_SIGNAL = 1  # PR_SET_PDEATHSIG of linux/prctl.h
_SURE = 2.0  # what Tesseract calls a weak margin


class NotRecognised(Exception):
    """Tesseract failed on a picture, or took too long."""


def program() -> str:
    """The absolute path of the program, "" where it is not installed."""
    return os.path.abspath(found) if (found := shutil.which("tesseract")) else ""


def languages(path: str) -> frozenset[str]:
    """The languages that are installed, as Tesseract calls them (`swe`); none where it cannot be asked."""
    try:
        done = subprocess.run(
            [path, "--list-langs"], capture_output=True, text=True, errors="replace", timeout=_ASKING_SECONDS, check=False
        )
    except (OSError, subprocess.TimeoutExpired):
        return frozenset()
    return frozenset(line.strip() for line in done.stdout.splitlines() if re.fullmatch(r"\s*\w[\w/-]*\s*", line))


def read(path: str, picture: "Picture", *, languages: str, dots: int, seconds: float) -> str:
    """What it reads, as hOCR. `languages` as in `swe+eng`; `dots` an inch. Raises `NotRecognised`."""
    arguments = ["-l", languages, "--psm", _PAGE, "--dpi", str(dots), *_HOCR]
    return _run([path, "stdin", "stdout", *arguments], picture, seconds)


def turned(path: str, picture: "Picture", *, seconds: float) -> int:
    """By how many degrees (0, 90, 180, 270) a picture has to be turned clockwise for its text to be upright.

    0 as well where that cannot be told. Raises `NotRecognised` where it took too long.
    """
    said = _run([path, "stdin", "stdout", "--psm", _ORIENTATION, "--dpi", "300"], picture, seconds, fails=True)
    degrees = re.search(r"^Rotate: (90|180|270)$", said, re.MULTILINE)
    sure = re.search(r"^Orientation confidence: ([\d.]+)$", said, re.MULTILINE)
    return int(degrees.group(1)) if degrees and sure and float(sure.group(1)) >= _SURE else 0


def _run(command: Sequence[str], picture: "Picture", seconds: float, *, fails: bool = False) -> str:
    header = b"P5 %d %d 255\n" % (picture.shape[1], picture.shape[0])
    kept = {name: os.environ[name] for name in _KEPT_VARIABLES if name in os.environ}
    try:
        with subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env={"OMP_THREAD_LIMIT": "1", "LC_ALL": "C", **kept},
            preexec_fn=_mortal(seconds),
        ) as process:
            said, _ = process.communicate(header + picture.tobytes())
    except OSError as exc:
        raise NotRecognised("it could not be started") from exc
    if process.returncode == -signal.SIGALRM:
        raise NotRecognised("it took too long")
    if process.returncode and not fails:
        raise NotRecognised(f"it failed with exit status {process.returncode}")
    return said.decode("utf-8", "replace")


def _mortal(seconds: float) -> Callable[[], None]:
    """What the new process does first: see to its own end, after so long and with the process that started it.

    A reading process may kill nothing (`ingest.limits`), and may itself be killed at any time.
    """
    parent = os.getpid()
    prctl = ctypes.CDLL(None).prctl if sys.platform.startswith("linux") else None

    def see_to_its_end() -> None:
        signal.setitimer(signal.ITIMER_REAL, max(seconds, 0.01))  # SIGALRM, which ends it: timers outlive exec
        if prctl is not None:
            prctl(_DEATH_SIGNAL, signal.SIGKILL)
        if os.getppid() != parent:
            os._exit(1)

    return see_to_its_end
