"""Which documents of a list were meant, and which values they have. Pure."""

from collections.abc import Iterable, Mapping, Sequence

from index.result import DocumentInfo
from index.serving import year_range


def matches(info: DocumentInfo, where: Mapping[str, Sequence[str]]) -> bool:
    """Whether a document has, for every field asked for, one of the values asked for; letter case does not matter."""
    have = {"city": info.city, "theme": info.theme, "kind": (info.kind,), "language": (info.language,)}
    for name, wanted in where.items():
        if name == "year":
            year = info.date[:4]
            if not year or not any(low <= year <= high for low, high in map(year_range, wanted)):
                return False
        elif not {value.casefold().strip() for value in have[name]} & {value.casefold().strip() for value in wanted}:
            return False
    return True


def values(found: Iterable[str]) -> tuple[str, ...]:
    """The values of a field, each once, in order."""
    return tuple(sorted({value for value in found if value}, key=lambda value: (value.casefold(), value)))
