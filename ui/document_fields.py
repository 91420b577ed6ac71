"""The fields of the catalogue as a form shows them: what is in force, what was typed, what changed, and what is wrong. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from index.access import Handling, parse_handling
from index.result import DocumentInfo
from ui.words import Words

NAMES = (
    "title", "organisation", "kind", "city", "theme", "date", "language", "edition", "supersedes", "handling", "attribution",
    "source", "groups", "speakers",
)  # fmt: skip
MARKS = (*(level.mark for level in Handling), "OFFICIAL", "OFFICIAL-SENSITIVE")
KINDS = ("report", "policy brief", "seminar note", "exercise report", "paper", "web page")
LONGEST = 2000  # characters of a value
WAS = "was-"  # before the name of a field: what it was when the form was made


@dataclass(frozen=True, slots=True, kw_only=True)
class Faults:
    """What keeps a form from being saved: by field, and what has to do with none of them."""

    fields: Mapping[str, str] = field(default_factory=dict)
    others: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.fields or self.others)


def labels(words: Words) -> dict[str, tuple[str, str]]:
    """The name of each field, and a few words of help."""
    return {
        "title": (words.field_title, words.help_title),
        "kind": (words.field_kind, words.help_kind),
        "city": (words.field_city, words.help_city),
        "organisation": (words.field_organisation, words.help_organisation),
        "theme": (words.field_theme, words.help_theme),
        "date": (words.field_date, words.help_date),
        "language": (words.field_language, words.help_language),
        "edition": (words.field_edition, words.help_edition),
        "supersedes": (words.field_supersedes, words.help_supersedes),
        "handling": (words.field_handling, words.help_handling),
        "attribution": (words.field_attribution, words.help_attribution),
        "source": (words.field_source, words.help_source),
        "groups": (words.field_groups, words.help_groups),
        "speakers": (words.field_speakers, words.help_speakers),
    }


def in_force(info: DocumentInfo) -> dict[str, str]:
    """What is known of a document now, as the catalogue would hold it."""
    return {
        "title": info.title,
        "kind": info.kind,
        "city": "; ".join(info.city),
        "organisation": info.organisation,
        "theme": "; ".join(info.theme),
        "date": info.date,
        "language": info.language,
        "edition": info.edition,
        "supersedes": info.supersedes,
        "handling": mark_of(info.handling),
        "attribution": "yes" if info.attributable else "no",
        "source": info.source,
        "groups": "; ".join(info.groups),
        "speakers": "; ".join(info.speakers),
    }


def mark_of(handling: str) -> str:
    """A handling mark as the form's choices spell it; one that is not known stays as it is."""
    known = parse_handling(handling)
    if known is None or handling in MARKS:
        return handling
    plain = " ".join(handling.upper().replace("-", " ").replace(":", " ").split())
    return plain.replace(" ", "-") if plain.startswith("OFFICIAL") else known.mark


def typed(form: Mapping[str, str], info: DocumentInfo) -> tuple[dict[str, str], dict[str, str]]:
    """What a form says, and what it was made with. What a form leaves out is as it is in force."""
    now = in_force(info)
    was = {name: form.get(WAS + name, value) for name, value in now.items()}
    return {name: form.get(name, was[name]) for name in NAMES}, was


def changed(values: Mapping[str, str], was: Mapping[str, str]) -> dict[str, str]:
    """What somebody changed: only that is written, so that two who edit at once do not undo each other's fields."""
    plain = {name: " ".join(values[name].split()) for name in NAMES}
    return {name: value for name, value in plain.items() if value != " ".join(was[name].split())}


def check(changes: Mapping[str, str], words: Words) -> Faults:
    """Find what the choices of the form do not offer, and what is too long, before the catalogue is asked."""
    found = {name: words.bad_long.format(n=words.number(LONGEST)) for name, value in changes.items() if len(value) > LONGEST}
    if changes.get("handling") and parse_handling(changes["handling"]) is None:
        found["handling"] = words.bad_handling
    if changes.get("attribution", "") not in ("", "yes", "no"):
        found["attribution"] = words.bad_attribution
    return Faults(fields=found)


def read_faults(said: str, words: Words) -> Faults:
    """Read what the catalogue says is wrong: lines that begin with the name of a field, and others."""
    found: dict[str, str] = {}
    others: list[str] = []
    for line in said.split("\n"):
        name, colon, reason = line.partition(": ")
        if colon and name in NAMES:
            found[name] = _reason(name, reason, words)
        elif line.strip():
            others.append(line)
    return Faults(fields=found, others=tuple(others))


def _reason(name: str, reason: str, words: Words) -> str:
    if "formula" in reason:
        return words.bad_formula
    if "too long" in reason:
        return words.bad_long.format(n=words.number(LONGEST))
    known = {
        "date": words.bad_date,
        "language": words.bad_language,
        "attribution": words.bad_attribution,
        "groups": words.bad_groups,
    }
    return known.get(name, words.bad_value)
