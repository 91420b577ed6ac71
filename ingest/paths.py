r"""How the path of a file is stored and shown.

A path is bytes to the system; a byte that is no UTF-8 stands in a Python string as a lone surrogate, which neither
SQLite nor a UTF-8 file takes. The stored key writes such a byte as `\xff` and a backslash as two. Any other name is its
own key.
"""

import os
import re
import unicodedata
from pathlib import Path

_UNSTORABLE = re.compile(r"\\|[\udc80-\udcff]")
_ESCAPE = re.compile(r"\\(?:\\|x([89a-f][0-9a-f]))")


def key_of(path: Path | str) -> str:
    r"""Turn a path into its stored key: absolute, valid UTF-8. `path_of(key_of(p)) == p` for every absolute path.

    Links are not resolved; Unicode is left as it is in the name, composed or not.
    """
    return _UNSTORABLE.sub(_escape, os.path.abspath(path))


def path_of(key: str) -> Path:
    """Turn a stored key back into the path that opens the file."""
    return Path(_ESCAPE.sub(lambda match: chr(0xDC00 + int(match[1], 16)) if match[1] else "\\", key))


def display(path: Path | str) -> str:
    r"""Write a path for people: what does not print, breaks the line or turns the text around shows as `\x..`."""
    return "".join(character if _is_shown(character) else _code(character) for character in str(path))


def is_below(key: str, folder: str) -> bool:
    """Whether one stored key is the other, or stands somewhere below it."""
    return key == folder or key.startswith(folder.rstrip("/") + "/")


def _escape(match: re.Match[str]) -> str:
    return "\\\\" if match[0] == "\\" else f"\\x{ord(match[0]) - 0xDC00:02x}"


def _is_shown(character: str) -> bool:
    return character.isprintable() or unicodedata.category(character) == "Zs"


def _code(character: str) -> str:
    number = ord(character)
    if 0xDC80 <= number <= 0xDCFF:  # a byte that is no UTF-8
        number -= 0xDC00
    return f"\\x{number:02x}" if number < 0x100 else f"\\u{number:04x}"
