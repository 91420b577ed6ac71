"""`python -m index users | audit`."""

import argparse
import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from index.cli.common import DONE, FAILED, WRONG_USE, command, say

if TYPE_CHECKING:
    from index.access import Handling
    from index.audit import Audit
    from index.users import User, Users

_ROLES = ("reader", "editor", "admin")


def add(commands: Any) -> None:  # noqa: ANN401 - argparse's own type
    """Add the commands to the parser."""
    users = commands.add_parser("users", help="who may sign in", description="Who may sign in, and what they may see and do.")
    actions = users.add_subparsers(required=True, metavar="ACTION")
    made = command(actions, "add", _add, "make an account; asks for its password")
    made.add_argument("name", metavar="NAME")
    made.add_argument("--role", choices=_ROLES, default="reader", help="what they may do (default: reader)")
    made.add_argument("--clearance", default="TLP:GREEN", metavar="C", help="what they may see, at most (default: TLP:GREEN)")
    _groups(made)
    _password(made)
    command(actions, "list", _list, "all accounts")
    changed = command(actions, "change", _change, "change what somebody may see or do; they have to sign in again")
    changed.add_argument("name", metavar="NAME")
    changed.add_argument("--role", choices=_ROLES)
    changed.add_argument("--clearance", metavar="C")
    _groups(changed)
    word = command(actions, "passwd", _passwd, "give somebody another password; they have to sign in again")
    word.add_argument("name", metavar="NAME")
    _password(word)
    for action, run, text in (
        ("disable", _disable, "let somebody in no more, at once; what they kept stays"),
        ("enable", _enable, "let somebody in again"),
        ("remove", _remove, "remove an account"),
    ):
        command(actions, action, run, text).add_argument("name", metavar="NAME")

    audit = commands.add_parser("audit", help="who did what and when", description="The audit trail: who did what and when.")
    actions = audit.add_subparsers(required=True, metavar="ACTION")
    checked = command(actions, "verify", _audit_verify, "check that no row was changed, put in or taken out; exit 1 if one was")
    checked.add_argument(
        "--holding", default="", metavar="HASH", help="the hash of a row exported earlier, which has to be there"
    )
    exported = command(actions, "export", _audit_export, "print the rows, as CSV or with --json as JSON Lines")
    exported.add_argument("--since", default="", metavar="DATE", help="from this day or moment on (2026-11-25, UTC)")


def _groups(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--group", action="append", metavar="G", help="a city or group they belong to, * for all; repeat for several"
    )


def _password(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--password-file", type=Path, metavar="FILE", help="read it from the first line of a file, - for input")


def _users(chosen: argparse.Namespace) -> "Users":
    from index.settings import data_folder
    from index.users import Users

    return Users(data_folder(chosen.data))


def _changed(chosen: argparse.Namespace, what: str, user: str) -> None:
    """Write down who was changed, by the one at the terminal."""
    from index.audit import Audit, Event
    from index.operator import operator
    from index.settings import data_folder

    Audit(data_folder(chosen.data)).write(operator(), Event.USER, user=user, what=what)


def _secret(chosen: argparse.Namespace) -> str:
    """Ask for a password, twice; from a file where one is named. It is never an argument: others can see those."""
    from index.errors import AccountError

    if chosen.password_file is not None:
        try:
            text = sys.stdin.readline() if str(chosen.password_file) == "-" else chosen.password_file.read_text("utf-8")
        except (OSError, UnicodeDecodeError) as exc:
            raise AccountError(f"The password file {chosen.password_file} cannot be read: {exc}.") from exc
        return text.split("\n")[0].removesuffix("\r")
    if not sys.stdin.isatty():
        raise AccountError("There is no terminal to ask for the password at. Name a file that holds it: --password-file FILE")
    from getpass import getpass

    first = getpass("Password: ")
    if getpass("Once more: ") != first:
        raise AccountError("The two passwords differ. Nothing was changed.")
    return first


def clearance_of(text: str) -> "Handling":
    """Read a mark that was given to --clearance. Raises AccountError."""
    from index.access import parse_handling
    from index.errors import AccountError

    found = parse_handling(text)
    if found is None:
        raise AccountError(f"--clearance {text}: not a known mark. Use TLP:CLEAR, GREEN, AMBER, AMBER+STRICT or RED.")
    return found


def _add(chosen: argparse.Namespace) -> int:
    from index.access import Role

    clearance = clearance_of(chosen.clearance)
    user = _users(chosen).add(
        chosen.name, role=Role(chosen.role), clearance=clearance, groups=chosen.group or (), password=_secret(chosen)
    )
    _changed(chosen, f"added as {user.role}, {user.clearance.mark}", user.name)
    return _told(chosen, user)


def _change(chosen: argparse.Namespace) -> int:
    from index.access import Role

    role: Role | None = Role(chosen.role) if chosen.role else None
    clearance = clearance_of(chosen.clearance) if chosen.clearance else None
    if role is None and clearance is None and chosen.group is None:
        print("Nothing to change: say --role, --clearance or --group.", file=sys.stderr)
        return WRONG_USE
    user = _users(chosen).change(chosen.name, role=role, clearance=clearance, groups=chosen.group)
    _changed(chosen, f"changed to {user.role}, {user.clearance.mark}", user.name)
    return _told(chosen, user)


def _passwd(chosen: argparse.Namespace) -> int:
    users = _users(chosen)
    user = users.find(chosen.name)
    users.set_password(user.name, _secret(chosen))
    _changed(chosen, "password", user.name)
    return _told(chosen, user)


def _disable(chosen: argparse.Namespace) -> int:
    user = _users(chosen).change(chosen.name, disabled=True)
    _changed(chosen, "disabled", user.name)
    return _told(chosen, user)


def _enable(chosen: argparse.Namespace) -> int:
    user = _users(chosen).change(chosen.name, disabled=False)
    _changed(chosen, "enabled", user.name)
    return _told(chosen, user)


def _remove(chosen: argparse.Namespace) -> int:
    users = _users(chosen)
    user = users.find(chosen.name)
    users.remove(user.name)
    _changed(chosen, "removed", user.name)
    if not users.any():
        say("There are no users any more: Källa is served to the one at this machine, without signing in.")
    return _told(chosen, user)


def _list(chosen: argparse.Namespace) -> int:
    found = _users(chosen).all()
    for user in found:
        _told(chosen, user)
    if not found:
        say(
            "There are no users: Källa is served to the one at this machine."
            " To make the first: users add NAME --role admin --clearance RED --group '*'"
        )
    return DONE


def _told(chosen: argparse.Namespace, user: "User") -> int:
    told = {
        "name": user.name, "role": user.role.value, "clearance": user.clearance.mark, "groups": list(user.groups),
        "disabled": user.disabled, "single_sign_on": bool(user.subject), "created": user.created,
    }  # fmt: skip
    if chosen.json:
        print(json.dumps(told, ensure_ascii=False))
    else:
        more = [*user.groups, *(["single sign-on"] if user.subject else []), *(["disabled"] if user.disabled else [])]
        print(
            "  ".join(
                filter(None, (f"{user.name:<24}", f"{user.role:<7}", f"{user.clearance.mark:<17}", ", ".join(more)))
            ).rstrip()
        )
    return DONE


def _trail(chosen: argparse.Namespace) -> "Audit":
    from index.audit import Audit
    from index.settings import data_folder

    return Audit(data_folder(chosen.data))


def _audit_verify(chosen: argparse.Namespace) -> int:
    from index.settings import data_folder
    from index.store import has_people

    if not has_people(data_folder(chosen.data)):
        print(json.dumps({"summary": {"rows": 0, "problems": 0}}) if chosen.json else "There is no audit trail yet.")
        return DONE
    trail, problems = _trail(chosen), 0
    for problem in trail.verify(holding=chosen.holding):
        problems += 1
        print(json.dumps({"problem": problem}, ensure_ascii=False) if chosen.json else problem, flush=True)
    entries = trail.entries()
    last = entries[-1].hash if entries else ""
    if chosen.json:
        print(json.dumps({"summary": {"rows": len(entries), "problems": problems, "last": last}}))
    elif not problems:
        print(f"All {len(entries)} rows hold. The last has the hash {last}" if entries else "There are no rows yet.")
    return FAILED if problems else DONE


def _audit_export(chosen: argparse.Namespace) -> int:
    import csv

    rows = _rows(_trail(chosen), chosen.since)
    if chosen.json:
        for row in rows:
            print(json.dumps(row, ensure_ascii=False))
        return DONE
    out = csv.writer(sys.stdout, lineterminator="\n")
    out.writerow(["id", "at", "who", "event", "detail", "hash"])
    for row in rows:
        detail = "; ".join(f"{name}: {value}" for name, value in row["detail"].items())
        out.writerow([row["id"], row["at"], _plain(row["who"]), row["event"], _plain(detail), row["hash"]])
    return DONE


def _rows(trail: "Audit", since: str) -> Iterator[dict[str, Any]]:
    for entry in trail.entries(since=since):
        yield {
            "id": entry.entry_id, "at": entry.at, "who": entry.who, "event": entry.event, "detail": dict(entry.detail),
            "hash": entry.hash,
        }  # fmt: skip


def _plain(text: str) -> str:
    """A cell that a spreadsheet does not take for a formula."""
    return "'" + text if text.startswith(("=", "+", "-", "@", "\t", "\r")) else text
