"""The fields of a document's metadata as people write them: names in two languages, dates, lists. Pure."""

import datetime
import re
import unicodedata
from collections.abc import Mapping, Sequence
from typing import Any

from ingest.document import Metadata

FIELDS = (
    "title",
    "kind",
    "city",
    "organisation",
    "theme",
    "date",
    "language",
    "edition",
    "supersedes",
    "handling",
    "attribution",
    "source",
    "groups",
    "speakers",
)
LISTS = ("city", "theme", "groups", "speakers")
_EVERY_GROUP = "*"  # a membership of users (index.access), no owner of a document
_OWN_GROUPS = ("groups", "grupper")  # what a document calls them itself: its "owner" may be anything

_NAMES = {
    "file": "file filename path fil filnamn sökväg",
    "title": "title titel rubrik dc.title",
    "kind": "kind type document_type doctype typ dokumenttyp slag",
    "city": "city cities stad städer ort",
    "organisation": "organisation organization organisations org publisher utgivare avsändare myndighet",
    "theme": "theme themes topic topics subject tema teman ämne ämnen",
    "date": "date published publication_date datum publicerad publiceringsdatum",
    "language": "language lang språk",
    "edition": "edition version utgåva upplaga",
    "supersedes": "supersedes replaces ersätter",
    "handling": "handling marking handling_marking tlp classification märkning hantering spridning sekretess",
    "attribution": "attribution attributable tillskrivning attribuering",
    "source": "source source_url url link källa länk webbadress",
    "groups": "groups group owners owner grupper grupp ägare",
    "speakers": "speakers speaker participants talare deltagare",
}
_FIELD_OF = {name.replace("_", " "): field for field, names in _NAMES.items() for name in names.split()}

_LANGUAGES = {
    "ar": "arabic arabiska العربية ara",
    "ca": "catalan katalanska català cat",
    "da": "danish danska dansk dan",
    "de": "german tyska deutsch deu ger",
    "en": "english engelska eng",
    "es": "spanish spanska español castellano spa",
    "et": "estonian estniska eesti est",
    "fa": "persian farsi persiska فارسی fas per",
    "fi": "finnish finska suomi fin",
    "fr": "french franska français fra fre",
    "is": "icelandic isländska íslenska isl ice",
    "it": "italian italienska italiano ita",
    "lt": "lithuanian litauiska lietuvių lit",
    "lv": "latvian lettiska latviešu lav",
    "nl": "dutch nederländska nederlands nld dut",
    "no": "norwegian norska norsk nor nb nn nob nno",
    "pl": "polish polska polski pol",
    "pt": "portuguese portugisiska português por",
    "ru": "russian ryska русский rus",
    "so": "somali somaliska soomaali som",
    "sv": "swedish svenska swe",
    "tr": "turkish turkiska türkçe tur",
    "uk": "ukrainian ukrainska українська ukr",
}
_LANGUAGE_OF = {name: code for code, names in _LANGUAGES.items() for name in (code, *names.split())}

_MONTHS = (
    "january januari jan",
    "february februari feb",
    "march mars mar",
    "april apr",
    "may maj",
    "june juni jun",
    "july juli jul",
    "august augusti aug",
    "september sep sept",
    "october oktober oct okt",
    "november nov",
    "december dec",
)
_MONTH_OF = {name: number for number, names in enumerate(_MONTHS, start=1) for name in names.split()}
_TIME = r"(?:[T ]+\d{1,2}[:.]\d{2}.*)?"
_DATES = (
    re.compile(r"(?P<y>\d{4})" + r"(?:-(?P<m>\d{1,2})(?:-(?P<d>\d{1,2})" + _TIME + ")?)?"),
    re.compile(r"(?P<y>\d{4})[/.](?P<m>\d{1,2})(?:[/.](?P<d>\d{1,2})" + _TIME + ")?"),
    re.compile(r"(?P<y>(?:19|20)\d{2})(?P<m>\d{2})(?P<d>\d{2})"),
    re.compile(r"(?P<d>\d{1,2})(?P<sep>[./-])\s?(?P<m>\d{1,2})(?P=sep)\s?(?P<y>\d{4})" + _TIME),
    re.compile(r"(?P<m>\d{1,2})[./-](?P<y>\d{4})"),
    re.compile(r"(?:(?:den\s+)?(?P<d>\d{1,2})(?:st|nd|rd|th|:?e|\.)?\s+(?:of\s+)?)?(?P<name>[^\W\d_]{3,})\.?,?\s+(?P<y>\d{4})"),
    re.compile(r"(?P<name>[^\W\d_]{3,})\.?\s+(?P<d>\d{1,2})(?:st|nd|rd|th)?,?\s+(?P<y>\d{4})"),
)
_YES = frozenset("yes ja true sant y j 1".split())
_NO = re.compile(
    r"(no|nej|false|falskt|n|0|none|ingen)|.*(chatham house|not attribut|non-attribut|får inte|ej tillskriv).*", re.I
)


def field_named(name: str) -> str:
    """Return the field that a column or key names, "file" included; "" where it is none of ours."""
    name = unicodedata.normalize("NFC", name).casefold()
    return _FIELD_OF.get(" ".join(re.sub(r"[\s_-]+", " ", name).split()).rstrip(":"), "")


def iso_date(text: str) -> str:
    """Return a date as "2020", "2020-06" or "2020-06-15"; day before month where both fit. ValueError for others."""
    text = " ".join(text.split())
    for pattern in _DATES:
        if match := pattern.fullmatch(text):
            parts = match.groupdict()
            name = parts.get("name")
            month = _MONTH_OF.get(name.casefold(), 13) if name else _number(parts.get("m"))
            return _checked(int(parts["y"]), month, _number(parts.get("d")), text)
    raise ValueError(f"“{text}” is not a date; write 2020, 2020-06 or 2020-06-15")


def _number(digits: str | None) -> int | None:
    return None if digits is None else int(digits)


def _checked(year: int, month: int | None, day: int | None, text: str) -> str:
    if month and day and 12 < month <= 31 and 1 <= day <= 12 and re.fullmatch(r"\d{1,2}/.*", text):
        day, month = month, day  # 12/15/2020 can only be month first
    try:
        date = datetime.date(year, 1 if month is None else month, 1 if day is None else day)
    except ValueError as error:
        raise ValueError(f"“{text}” is not a date in the calendar") from error
    return date.isoformat()[: 10 if day else 7 if month else 4]


def language_code(text: str) -> str:
    """Return the ISO 639-1 code of a language: "sv", "sv-SE", "svenska", "Swedish". ValueError where it is unknown."""
    name = unicodedata.normalize("NFC", text).strip().casefold()
    code = _LANGUAGE_OF.get(name) or _LANGUAGE_OF.get(re.split(r"[-_ ]", name, maxsplit=1)[0])
    if code is None and re.fullmatch(r"[a-z]{2}([-_][a-z0-9]+)*", name):
        code = name[:2]
    if code is None:
        raise ValueError(f"“{text.strip()}” is not a language; write its two letters, such as sv or en")
    return code


def _attribution(text: str) -> str:
    if text.casefold() in _YES:
        return "yes"
    if _NO.fullmatch(text):
        return "no"
    raise ValueError(f"“{text}” says neither yes nor no")


def split_list(text: str) -> tuple[str, ...]:
    """Return the values of a cell that may hold several, parted by ";" or "|", each once."""
    return tuple(dict.fromkeys(part for part in (" ".join(part.split()) for part in re.split(r"[;|]", text)) if part))


def read_field(field: str, value: str) -> str | tuple[str, ...]:
    """Return the value of one field as `Metadata` holds it. ValueError, in words for users, where it has none."""
    if field in LISTS:
        listed = split_list(value)
        if field == "groups" and _EVERY_GROUP in listed:
            raise ValueError("“*” is not a group; leave it empty for everybody")
        return listed
    value = " ".join(value.split())
    if not value:
        return ""
    if field == "date":
        return iso_date(value)
    if field == "language":
        return language_code(re.split(r"[;|,]", value, maxsplit=1)[0])
    return _attribution(value) if field == "attribution" else value


def metadata_from(values: Mapping[str, str | Sequence[str]]) -> Metadata:
    """Metadata from keys and values as a document gives them; what is not known or not understood is left out."""
    known: dict[str, Any] = {}
    for name, value in values.items():
        field = field_named(name)
        if field == "groups" and name.casefold() not in _OWN_GROUPS:
            continue
        if field in FIELDS and not known.get(field):
            try:
                known[field] = read_field(field, value if isinstance(value, str) else ";".join(value))
            except ValueError:
                continue
    if not known.get("attribution") and any("chatham house" in str(value).casefold() for value in values.values()):
        known["attribution"] = "no"
    return Metadata(**known)
