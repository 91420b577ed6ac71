"""What the Compare room says of each field that can be compared by: its name, its count, and what is or is not found. Pure."""

from dataclasses import dataclass

from ui.say import Count
from ui.words import Words


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldWords:
    """The words of one field, in one language. `{value}`, `{n}` and `{all}` are filled in by who uses them."""

    name: str  # of what is compared: "cities"
    head: str  # of the column of a table
    total: Count
    nameless: Count  # documents without a value
    evidence: str
    none: str
    absent: str


def of(by: str, words: Words) -> FieldWords:
    """Give the words of a field of `comparing.FIELDS`."""
    told = {
        "from": (words.evidence_from, words.none_from, words.absent_from),
        "kind": (words.evidence_kind, words.none_kind, words.absent_kind),
        "theme": (words.evidence_theme, words.none_theme, words.absent_theme),
        "language": (words.evidence_language, words.none_language, words.absent_language),
    }
    names = {
        "city": (words.by_city, words.head_city, words.cities_n, words.nameless_city),
        "organisation": (words.by_organisation, words.head_organisation, words.organisations_n, words.nameless_organisation),
        "kind": (words.by_kind, words.head_kind, words.kinds_n, words.nameless_kind),
        "year": (words.by_year, words.head_year, words.years_n, words.nameless_year),
        "theme": (words.by_theme, words.head_theme, words.themes_n, words.nameless_theme),
        "language": (words.by_language, words.head_language, words.languages_n, words.nameless_language),
    }
    name, head, total, nameless = names[by]
    evidence, none, absent = told.get(by, told["from"])
    return FieldWords(name=name, head=head, total=total, nameless=nameless, evidence=evidence, none=none, absent=absent)
