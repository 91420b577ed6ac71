"""What is asked for beside the question: within one document, without the other language, with older editions. Pure."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import parse_qsl, urlencode

_MOST_ID = 2**63 - 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Scope:
    """How widely a question is put. It travels in the address, so that what is shown can be kept and gone back to."""

    document: int = 0  # 0: the whole library
    translate: bool = True  # whether words of the other language are searched too
    older: bool = False  # whether older editions and copies are searched too


WHOLE = Scope()


def read(query: Mapping[str, str]) -> Scope:
    """Read the parameters of an address. What is none of ours, or makes no sense, leaves the scope as it is."""
    return Scope(
        document=id_of(query.get("document", "")), translate=query.get("translate") != "no", older=query.get("editions") == "all"
    )


def parse(text: str) -> Scope:
    """Read what `write` wrote."""
    return read(dict(parse_qsl(text)))


def write(scope: Scope) -> str:
    """Write the part of an address that `read` reads: "document=7&translate=no"; "" for the whole library."""
    query = [("document", str(scope.document))] if scope.document else []
    query += [] if scope.translate else [("translate", "no")]
    query += [("editions", "all")] if scope.older else []
    return urlencode(query)


def id_of(text: str) -> int:
    """Read the id of a document or passage; 0, which none has, where it is not one."""
    number = int(text) if re.fullmatch(r"[0-9]{1,19}", text) else 0
    return number if number <= _MOST_ID else 0
