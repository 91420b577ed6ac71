"""What reading and indexing say in English, in the language of the interface, and what a person can do about it. Pure."""

import re
from collections.abc import Callable
from functools import cache, lru_cache

from ui.reasons_files import FILES
from ui.reasons_index import INDEX
from ui.reasons_words import Reason
from ui.say import Spoken

_BETWEEN = "; "  # what joins several reasons for one file
_MORE = " …"
# What these stand for is said in the interface's language too; other names are file names, numbers and the like.
_SAID = ("why", "which", "where", "pages", "kinds", "how", "lines")
_PLACE = re.compile(r"\{(\w+)\}")
_LONGEST = 1500  # characters: beyond that it is no message of ours
_MOST_PIECES = 8  # of a reason that holds the sign itself

_Read = tuple[Reason, dict[str, str]]


def said(reason: str, words: Spoken) -> str:
    """Say a reason in the language of `words`, part by part where several are joined; an unknown one stays as it is."""
    if words.language == "en" or not reason or len(reason) > _LONGEST:
        return reason
    return _joined(reason, lambda read: _filled(read, words))


def known(reason: str) -> bool:
    """Whether every part of a reason can be said in every language."""
    unknown: list[str] = []
    _joined(reason, lambda _: "", unknown.append)
    return not unknown


def advice(reason: str, words: Spoken) -> str:
    """Say what can be done about a reason; "" where it says so itself, and where it is not known."""
    if not reason or len(reason) > _LONGEST:
        return ""
    found: list[str] = []
    _joined(reason, lambda read: found.append(_advice(read, words)) or "")
    return next(filter(None, found), "")


def _advice(read: _Read, words: Spoken) -> str:
    row, values = read
    if row.advice is not None:
        return row.advice.say(words)
    return next(filter(None, (advice(value, words) for name, value in values.items() if name in _SAID)), "")


def _filled(read: _Read, words: Spoken) -> str:
    row, values = read
    return row.sv.format_map({name: said(value, words) if name in _SAID else value for name, value in values.items()})


def _joined(reason: str, say: Callable[[_Read], str], leave: Callable[[str], object] = lambda _: None) -> str:
    """Put each part of a reason through `say`. `leave` hears of the parts that are not known, which stay as they are."""
    out: list[str] = []
    for part in _parts(reason):
        read = _read(part.removesuffix(_MORE))
        if read is None:
            leave(part)
            out.append(part)
        else:
            out.append(say(read) + (_MORE if part.endswith(_MORE) else ""))
    return _BETWEEN.join(out)


def _parts(reason: str) -> list[str]:
    """Part what was joined: so that least is unknown, and then into as many as there are, for a reason may hold the sign itself."""
    pieces = reason.split(_BETWEEN)
    best: list[tuple[int, list[str]]] = [(0, [])]  # up to each piece: how many are unknown, and the parts
    for end in range(1, len(pieces) + 1):
        ways = []
        for start in range(max(0, end - _MOST_PIECES), end):
            part = _BETWEEN.join(pieces[start:end])
            lost = 0 if _read(part.removesuffix(_MORE)) else end - start
            ways.append((best[start][0] + lost, [*best[start][1], part]))
        best.append(min(ways, key=lambda way: (way[0], -len(way[1]))))
    return best[-1][1]


@lru_cache(4096)
def _read(reason: str) -> _Read | None:
    """Find the row whose English this is, with what stands in its places."""
    for pattern, row in _patterns():
        if match := pattern.fullmatch(reason):
            return row, match.groupdict()
    return None


@cache
def _patterns() -> tuple[tuple[re.Pattern[str], Reason], ...]:
    """The rows with their patterns, those that say most in words of their own first."""
    rows = sorted((*FILES, *INDEX), key=lambda row: -len(_PLACE.sub("", row.en)))
    return tuple((_pattern(row.en), row) for row in rows)


def _pattern(english: str) -> re.Pattern[str]:
    """Make the pattern of a row. A place holds any text, as little as fits; `{n}` and `{page}` only digits."""
    parts = _PLACE.split(english)
    for at, part in enumerate(parts):
        if at % 2 == 0:
            parts[at] = re.escape(part)
        else:
            parts[at] = rf"(?P<{part}>{r'[0-9]+' if part in ('n', 'page') else '.+?'})"
    return re.compile("".join(parts), re.DOTALL)
