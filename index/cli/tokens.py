"""`python -m index tokens`: a token made at the terminal, for an account, when its owner cannot make it in the page."""

import argparse
import json
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from index.cli.common import DONE, WRONG_USE, command, positive, say

if TYPE_CHECKING:
    from index.gate import Gate
    from index.tokens import Token
    from index.users import User

_SCOPES = {"read": ("read",), "ingest": ("ingest",), "read+ingest": ("read", "ingest")}


def add(commands: Any) -> None:  # noqa: ANN401 - argparse's own type
    """Add the commands to the parser."""
    text = "How programs ask in somebody's name. People make their own on the account page of the web page."
    tokens = commands.add_parser("tokens", help="how programs ask in somebody's name", description=text)
    actions = tokens.add_subparsers(required=True, metavar="ACTION")
    made = command(actions, "add", _add, "make a token for an account, and print it: it cannot be shown again")
    made.add_argument("account", metavar="ACCOUNT")
    made.add_argument("--name", required=True, metavar="TEXT", help="by which it will be known, such as: report script")
    made.add_argument("--scope", choices=list(_SCOPES), default="read", help="what it is for (default: read)")
    made.add_argument("--clearance", metavar="C", help="what it may see, at most (default: as its owner)")
    made.add_argument("--days", type=positive, default=90, metavar="N", help="after which it ends (default: 90, at most 366)")
    listed = command(actions, "list", _list, "the tokens of an account, or of all; never the tokens themselves")
    listed.add_argument("account", nargs="?", metavar="ACCOUNT")
    gone = command(actions, "remove", _remove, "take a token away, at once")
    gone.add_argument("account", metavar="ACCOUNT")
    gone.add_argument("number", type=positive, metavar="NUMBER", help="as `tokens list` tells it")


def _gate(chosen: argparse.Namespace) -> "Gate":
    from index.gate import Gate
    from index.settings import data_folder

    return Gate(data_folder(chosen.data))


def _add(chosen: argparse.Namespace) -> int:
    from index.access import Handling
    from index.cli.people import clearance_of
    from index.operator import operator

    gate = _gate(chosen)
    user = gate.users.find(chosen.account)
    clearance = clearance_of(chosen.clearance) if chosen.clearance else Handling.RED
    token = gate.give_token(user, operator(), chosen.name, scopes=_SCOPES[chosen.scope], clearance=clearance, days=chosen.days)
    kept = gate.tokens.of(user)[0]
    if chosen.json:
        print(json.dumps({**_as_json(user, kept), "token": token}, ensure_ascii=False))
    else:
        print(token)
        say(
            f"It speaks for {user.name}, sees at most {kept.clearance.mark}, and ends {_day(kept.expires)}."
            " Keep it where passwords are kept."
        )
    return DONE


def _list(chosen: argparse.Namespace) -> int:
    gate = _gate(chosen)
    users = [gate.users.find(chosen.account)] if chosen.account else gate.users.all()
    found = [(user, one) for user in users for one in gate.tokens.of(user)]
    for user, one in found:
        if chosen.json:
            print(json.dumps(_as_json(user, one), ensure_ascii=False))
        else:
            used = f"used {_day(one.used)}" if one.used else "never used"
            about = f"{'+'.join(one.scopes):<11}  {one.clearance.mark:<17}  to {_day(one.expires)}  {used:<15}"
            print(f"{one.token_id:>5}  {user.name:<24}  {about}  {one.name}")
    if not found:
        say("There are no tokens.")
    return DONE


def _remove(chosen: argparse.Namespace) -> int:
    from index.operator import operator

    gate = _gate(chosen)
    user = gate.users.find(chosen.account)
    kept = next((one for one in gate.tokens.of(user) if one.token_id == chosen.number), None)
    if kept is None or not gate.end_token(user, operator(), chosen.number):
        say(f"{user.name} has no token {chosen.number}. Those there are: tokens list {user.name}")
        return WRONG_USE
    print(json.dumps(_as_json(user, kept), ensure_ascii=False) if chosen.json else f"Taken away: {kept.name}")
    return DONE


def _as_json(user: "User", one: "Token") -> dict[str, Any]:
    return {
        "number": one.token_id, "account": user.name, "name": one.name, "scopes": list(one.scopes),
        "clearance": one.clearance.mark, "created": _moment(one.created), "expires": _moment(one.expires),
        "used": _moment(one.used) if one.used else None,
    }  # fmt: skip


def _moment(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, UTC).isoformat(timespec="seconds")


def _day(seconds: float) -> str:
    return _moment(seconds)[:10]
