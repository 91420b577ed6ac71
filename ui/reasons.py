"""What reading and indexing say in English, in the language of the interface, and what a person can do about it. Pure."""

import re
from functools import cache, lru_cache

from ui.reasons_files import FILES
from ui.reasons_index import INDEX
from ui.reasons_words import Reason
from ui.say import Spoken

_BETWEEN = "; "  # what joins several reasons for one file
_MORE = " …"
# What these stand for is said in the interface's language too; other names are file names, numbers and the like.
_SAID = ("why", "which", "where", "pages", "kinds", "how", "lines")
_HELD = {"n": "[0-9]+", "page": "[0-9]+", "name": "[^ ]+"}
_PLACE = re.compile(r"\{(\w+)\}")
_LONGEST = 1500  # characters: beyond that it is no message of ours
_MOST_PIECES = 8  # of a reason that holds the sign itself

_Read = tuple[Reason, dict[str, str]]


def said(reason: str, words: Spoken) -> str:
    """Say a reason in the language of `words`, part by part where several are joined; an unknown one stays as it is."""
    if words.language == "en" or len(reason) > _LONGEST:
        return reason
    return "\n".join(_BETWEEN.join(_said(part, words) for part in _parts(line)) for line in reason.split("\n"))


def known(reason: str) -> bool:
    """Whether every part of a reason can be said in every language."""
    return all(_read(part) for part in _parts(reason))


def advice(reason: str, words: Spoken) -> str:
    """Say what can be done about a reason; "" where it says so itself, and where it is not known."""
    if len(reason) > _LONGEST:
        return ""
    reads = (_read(part) for line in reason.split("\n") for part in _parts(line))
    return next(filter(None, (_advice(read, words) for read in reads if read)), "")


def _said(part: str, words: Spoken) -> str:
    read = _read(part)
    if read is None:
        return part
    row, values = read
    held = {name: said(value, words) if name in _SAID else value for name, value in values.items()}
    return row.sv.format_map(held) + (_MORE if part.endswith(_MORE) else "")


def _advice(read: _Read, words: Spoken) -> str:
    row, values = read
    if row.advice is not None:
        return row.advice.sv if words.language == "sv" else row.advice.en
    return next(filter(None, (advice(value, words) for name, value in values.items() if name in _SAID)), "")


def _parts(reason: str) -> list[str]:
    """Part what was joined: least of it unknown, and then as many parts as can be, for a reason may hold the sign itself."""
    pieces = reason.split(_BETWEEN)
    best: list[tuple[int, list[str]]] = [(0, [])]  # up to each piece: how many are unknown, and the parts
    for end in range(1, len(pieces) + 1):
        ways = []
        for start in range(max(0, end - _MOST_PIECES), end):
            part = _BETWEEN.join(pieces[start:end])
            lost = 0 if _read(part) else end - start
            ways.append((best[start][0] + lost, [*best[start][1], part]))
        best.append(min(ways, key=lambda way: (way[0], -len(way[1]))))
    return best[-1][1]


@lru_cache(4096)
def _read(part: str) -> _Read | None:
    """Find the row whose English this is, with what stands in its places. It may end in "…", for what was left out."""
    part = part.removesuffix(_MORE)
    for pattern, row in _patterns():
        if match := pattern.fullmatch(part):
            return row, match.groupdict()
    return None


@cache
def _patterns() -> tuple[tuple[re.Pattern[str], Reason], ...]:
    """The rows with their patterns, those that say most in words of their own first."""
    rows = sorted((*FILES, *INDEX), key=lambda row: -len(_PLACE.sub("", row.en)))
    return tuple((_pattern(row.en), row) for row in rows)


def _pattern(english: str) -> re.Pattern[str]:
    """Make the pattern of a row. A place holds any text, as little as fits; some only digits, or one word."""
    parts = _PLACE.split(english)
    for at, part in enumerate(parts):
        if at % 2 == 0:
            parts[at] = re.escape(part)
        else:
            parts[at] = f"(?P<{part}>{_HELD.get(part, '.+?')})"
    return re.compile("".join(parts), re.DOTALL)
