"""`python -m index search`."""

import argparse
import json
from collections.abc import Sequence
from typing import Any

from index.cli.common import DONE, command, existing, mode_option, positive


def add(commands: Any) -> None:  # noqa: ANN401 - argparse's own type
    """Add the commands to the parser."""
    search = command(commands, "search", _search, "answer a question with cited passages")
    search.add_argument("question", metavar="QUESTION")
    search.add_argument("--top", type=positive, default=10, metavar="N", help="passages at most (default 10)")
    search.add_argument(
        "--where", action="append", default=[], metavar="FIELD=VALUE",
        help="only documents with this city, theme, kind, language, handling, year (2019..2021), organisation or title;"
        " editions=all asks older editions and copies too; repeat for alternatives or further fields",
    )  # fmt: skip
    mode_option(search)
    search.add_argument("--no-translation", action="store_true", help="leave out the words of the other language")
    search.add_argument("--per-document", type=positive, default=0, metavar="N", help="passages of a document at most")
    search.add_argument("--clearance", default="TLP:RED", metavar="C", help="what the asker may see, at most (default TLP:RED)")


def _search(chosen: argparse.Namespace) -> int:
    from dataclasses import replace

    from index import access, show
    from index.errors import LibraryError
    from index.library import Library
    from index.result import Mode
    from index.settings import data_folder
    from ingest.language import detect_query

    clearance = access.parse_handling(chosen.clearance)
    if clearance is None:
        raise LibraryError(f"--clearance {chosen.clearance}: not a known mark. Use TLP:CLEAR, GREEN, AMBER, AMBER+STRICT or RED.")
    where = _where(chosen.where)
    library = Library(existing(data_folder(chosen.data)), detect_query)
    result = library.search(
        chosen.question,
        principal=replace(access.local_owner(), clearance=clearance),
        top=chosen.top,
        where=where,
        mode=Mode(chosen.mode),
        translate=not chosen.no_translation,
        per_document=chosen.per_document,
    )
    print(json.dumps(show.as_json(result), ensure_ascii=False) if chosen.json else show.as_text(result))
    return DONE


def _where(given: Sequence[str]) -> dict[str, list[str]]:
    from index.errors import LibraryError
    from index.serving import FIELDS

    where: dict[str, list[str]] = {}
    for item in given:
        name, equals, value = item.partition("=")
        if not equals or name.strip().lower() not in FIELDS or not value.strip():
            raise LibraryError(f"--where {item}: expected FIELD=VALUE, where FIELD is one of {', '.join(FIELDS)}.")
        where.setdefault(name.strip().lower(), []).append(value.strip())
    return where
