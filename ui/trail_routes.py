"""The addresses of the audit trail, for administrators."""

import re
from datetime import UTC, datetime

from fastapi import APIRouter, Request
from fastapi.responses import Response

from index.access import Handling, Role
from ui import exports, noting, page, references, rooms, scope, trail
from ui.house import House
from ui.ports import Gate
from ui.trail import Choice
from ui.words import Words

_AT_ONCE = 100
_MOST_SAVED = 100_000  # rows of one file; more are saved day by day, or by the command
_DAY = re.compile(r"\d{4}-\d\d-\d\d")


def make(router: APIRouter, house: House, gate: Gate, words: Words) -> None:
    """Add the routes of one language."""

    @router.get("/account/trail")
    def shown(request: Request) -> Response:
        if house.who(request.headers).role is not Role.ADMIN:
            return rooms.problem(request, "account", words.may_not, words.may_not_more, words, 403)
        choice = _choice(request)
        rows = gate.trail(
            who=choice.who, event=choice.event, day=choice.day, before=choice.before, limit=_AT_ONCE + 1
        )  # fmt: skip
        html = trail.render(rows[:_AT_ONCE], choice, words, more=len(rows) > _AT_ONCE)
        return rooms.show(request, "account", words.trail, html, words, parts=("account.css",))

    @router.get("/account/trail.csv")
    def saved(request: Request) -> Response:
        principal = house.who(request.headers)
        if principal.role is not Role.ADMIN:
            return rooms.problem(request, "account", words.may_not, words.may_not_more, words, 403)
        choice = _choice(request)
        rows = gate.trail(who=choice.who, event=choice.event, day=choice.day, limit=_MOST_SAVED)
        now = datetime.now(UTC)
        # It names documents of any level: it is handled as the strictest.
        stamp = references.head([Handling.RED.mark], principal.name, now.isoformat(timespec="seconds"), words)
        noting.more(request, kind="csv", rows=str(len(rows)), mark=stamp.mark)
        name = exports.file_name("audit", "csv", now.date().isoformat())
        headers = {**page.HEADERS, "Content-Disposition": f'attachment; filename="{name}"'}
        return Response(trail.to_csv(rows, stamp, words), media_type=exports.CSV, headers=headers)


def _choice(request: Request) -> Choice:
    query = request.query_params
    day, event = query.get("day", ""), query.get("event", "")
    return Choice(
        who=query.get("who", "").strip()[:256],
        event=event if event in trail.EVENTS else "",
        day=day if _DAY.fullmatch(day) else "",
        before=scope.id_of(query.get("before", "")),
    )
