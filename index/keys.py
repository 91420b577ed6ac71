"""The secret key of a library: made once, kept in a file that only its owner may read, never shown."""

import hashlib
import hmac
import os
from contextlib import suppress
from pathlib import Path

from index.errors import StoreError

FILE = "secret.key"
_SIZE = 32


def secret(data: Path) -> bytes:
    """The key of this data folder, made at the first call. Raises StoreError where it cannot be read, or is not whole."""
    path = data / FILE
    try:
        if not path.exists():
            _make(path)
        key = path.read_bytes()
    except OSError as exc:
        raise StoreError(f"The key {path} cannot be used: {exc.strerror}. Check who may read it.") from exc
    if len(key) != _SIZE:
        raise StoreError(f"The key {path} is damaged: {len(key)} bytes, not {_SIZE}. Put it back from a backup.")
    return key


def _make(path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    aside = path.with_name(f".{path.name}.{os.getpid()}")
    descriptor = os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    try:
        os.write(descriptor, os.urandom(_SIZE))
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
    with suppress(FileExistsError):  # another process was quicker: its key counts
        os.link(aside, path)
    aside.unlink()


def keyed(key: bytes, purpose: str, text: str) -> str:
    """Name a text without telling it: equal texts have equal names, and nobody without the key can try texts. Hex."""
    return hmac.new(key, f"{purpose}\0{text}".encode("utf-8", "surrogatepass"), hashlib.sha256).hexdigest()
