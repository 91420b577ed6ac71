"""What a provider's claims give somebody here: role, clearance and groups, by rules from a file. Pure, but for reading it."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from index.access import Handling, Role, parse_handling
from index.errors import SignOnError

Claims = Mapping[str, object]
NAMES = ("preferred_username", "email", "sub")  # the claims that an account can be named by, the first that is there
_RANK = {Role.READER: 0, Role.EDITOR: 1, Role.ADMIN: 2}
_HELP = 'A rule is: [[rule]] claim = "groups" value = "editors" role = "editor" clearance = "AMBER" groups = ["Stockholm"]'


@dataclass(frozen=True, slots=True, kw_only=True)
class Grant:
    """What somebody gets."""

    role: Role = Role.READER
    clearance: Handling = Handling.CLEAR
    groups: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """It fits where the claim is the value, or a list that holds it; what it does not name it does not give."""

    claim: str
    value: str | int | bool
    role: Role | None = None
    clearance: Handling | None = None
    groups: tuple[str, ...] = ()

    def fits(self, claims: Claims) -> bool:
        """Whether these claims hold what the rule asks for; a value of another type is another value."""
        found = _claim(claims, self.claim)
        return any(type(one) is type(self.value) and one == self.value for one in (found if isinstance(found, list) else [found]))


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """The rules of an installation. `others`: somebody whom no rule fits becomes a reader of what is public, else nobody."""

    rules: tuple[Rule, ...] = ()
    names: tuple[str, ...] = NAMES
    others: bool = True

    def grant(self, claims: Claims) -> Grant | None:
        """The highest role, the highest clearance and all the groups of the rules that fit; None where nobody is let in."""
        fitting = [rule for rule in self.rules if rule.fits(claims)]
        if not fitting and not self.others:
            return None
        return Grant(
            role=max((rule.role for rule in fitting if rule.role), key=_RANK.__getitem__, default=Role.READER),
            clearance=max((rule.clearance for rule in fitting if rule.clearance is not None), default=Handling.CLEAR),
            groups=tuple(sorted({group for rule in fitting for group in rule.groups})),
        )

    def name(self, claims: Claims) -> str:
        """What an account of these claims is called, "" where they hold no name. An address known to be unproven names nobody."""
        for claim in self.names:
            found = _claim(claims, claim)
            if isinstance(found, str) and found.strip() and not (claim == "email" and claims.get("email_verified") is False):
                return found
        return ""


def _claim(claims: Claims, name: str) -> object:
    """A claim by its name, else by the way to it through others: `realm_access.roles`."""
    if name in claims:
        return claims[name]
    found: object = claims
    for part in name.split("."):
        found = found.get(part) if isinstance(found, Mapping) else None
    return found


def read(path: Path) -> Rules:
    """Read a file of rules (TOML). Raises SignOnError, which names the file, the rule and what is wrong with it."""
    try:
        if path.stat().st_mode & 0o022:
            raise SignOnError(f"{path} can be changed by others, who could give themselves any role: chmod go-w '{path}'")
        held = tomllib.loads(path.read_text("utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as exc:
        raise SignOnError(f"The rules {path} (KALLA_OIDC_RULES) cannot be read: {exc}. {_HELP}") from exc
    try:
        _only(held, {"rule", "name", "others"}, "at the top")
        rules = held.get("rule", [])
        if not isinstance(rules, list) or not all(isinstance(one, dict) for one in rules):
            raise _Wrong("rules are written under [[rule]]")
        return Rules(
            rules=tuple(_rule(one, number) for number, one in enumerate(rules, 1)),
            names=(_text(held["name"], "name"),) if "name" in held else NAMES,
            others=_others(held.get("others", "reader")),
        )
    except _Wrong as exc:
        raise SignOnError(f"The rules {path} (KALLA_OIDC_RULES): {exc}. {_HELP}") from exc


class _Wrong(Exception):
    """What is wrong, without where."""


def _rule(held: Mapping[str, Any], number: int) -> Rule:
    where = f"rule {number}"
    _only(held, {"claim", "value", "role", "clearance", "groups"}, f"in {where}")
    for needed in ("claim", "value"):
        if needed not in held:
            raise _Wrong(f"{where} has no {needed}")
    value, groups = held["value"], held.get("groups", [])
    if not isinstance(value, str | int):
        raise _Wrong(f"{where}: value is a text, a whole number, true or false")
    if not isinstance(groups, list) or not all(isinstance(one, str) and one.strip() for one in groups):
        raise _Wrong(f'{where}: groups is a list of names, as in ["Stockholm"]')
    role = _role(_text(held["role"], f"{where}: role")) if "role" in held else None
    clearance = _clearance(_text(held["clearance"], f"{where}: clearance")) if "clearance" in held else None
    if role is None and clearance is None and not groups:
        raise _Wrong(f"{where} gives nothing: add role, clearance or groups")
    return Rule(claim=_text(held["claim"], f"{where}: claim"), value=value, role=role, clearance=clearance, groups=tuple(groups))


def _only(held: Mapping[str, Any], known: set[str], where: str) -> None:
    unknown = sorted(set(held) - known)
    if unknown:
        raise _Wrong(f"{unknown[0]} {where} is not known; known are {', '.join(sorted(known))}")


def _text(value: object, where: str) -> str:
    if not isinstance(value, str) or not value.strip():
        raise _Wrong(f"{where} is a text in quotes")
    return value


def _role(text: str) -> Role:
    try:
        return Role(text)
    except ValueError:
        raise _Wrong(f"{text} is no role; there are {', '.join(Role)}") from None


def _clearance(text: str) -> Handling:
    found = parse_handling(text)
    if found is None:
        raise _Wrong(f"{text} is no clearance; there are CLEAR, GREEN, AMBER, AMBER+STRICT and RED")
    return found


def _others(value: object) -> bool:
    if value not in ("reader", "refused"):
        raise _Wrong('others is "reader" (of what is public) or "refused"')
    return value == "reader"
