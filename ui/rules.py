"""Who may ask for which address. What no rule names is refused, so that a new address is shut until somebody decides. Pure."""

import re
from dataclasses import dataclass
from enum import IntEnum

from index.access import Principal, Role
from ui.words import LANGUAGES

_READ = frozenset(("GET", "HEAD"))
_SEND = frozenset(("POST",))
_ALL = _READ | _SEND | {"PUT", "PATCH", "DELETE", "OPTIONS"}
API = "/api/v1"  # all below it belongs to one door, whatever routes there are: it is mounted before all others
MCP = "/mcp"
_LANGUAGE = f"/(?:{'|'.join(LANGUAGES)})"


class Needs(IntEnum):
    """What somebody needs to be."""

    TOKEN = -1  # a door of its own asks, for a token; the page's cookie is taken off before it gets there
    NOTHING = 0
    SIGNED_IN = 1
    EDITOR = 2
    ADMIN = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """Addresses, what they need, and what is written down of their use ("" for nothing)."""

    methods: frozenset[str]
    path: re.Pattern[str]
    needs: Needs
    event: str = ""


def _rule(methods: frozenset[str], path: str, needs: Needs, event: str = "") -> Rule:
    return Rule(methods=methods, path=re.compile(path.replace("LANG", _LANGUAGE)), needs=needs, event=event)


# The first that fits counts.
RULES = (
    # Doors of their own (api.entry, mcp_server.door)
    _rule(_ALL, rf"{re.escape(API)}/.*|{re.escape(MCP)}", Needs.TOKEN),
    _rule(_READ, r"/healthz|/readyz|/static/[\w.-]+", Needs.NOTHING),
    _rule(_READ | _SEND, r"LANG/sign-in", Needs.NOTHING),
    _rule(_READ, r"/sign-in|/sign-in/callback|LANG/sign-in/provider", Needs.NOTHING),
    # The page's own addresses
    _rule(_READ, r"/", Needs.SIGNED_IN),
    _rule(_READ, r"/shown\.css|/(?:compare|library|follow|collected|index|account)", Needs.SIGNED_IN),
    _rule(_READ, r"/view/\d+", Needs.SIGNED_IN, "document opened"),
    _rule(_READ, r"/source/\d+", Needs.SIGNED_IN, "original downloaded"),
    _rule(_READ, r"/image/[^/]*/[^/]*|/(?:similar|context)/\d+", Needs.SIGNED_IN, "document opened"),
    _rule(_READ, r"/view(?:/[^/]*)?|/(?:similar|context|source)/[^/]*", Needs.SIGNED_IN),
    # Accounts
    _rule(_SEND, r"LANG/account/(?:sign-out|sign-out-everywhere|password|token|token-away)", Needs.SIGNED_IN),
    _rule(_READ, r"LANG/account/trail", Needs.ADMIN),
    _rule(_READ, r"LANG/account/trail\.csv", Needs.ADMIN, "export"),
    _rule(_READ, r"LANG/account(?:/[^/]*)?", Needs.SIGNED_IN),
    # Rooms: what leaves the page
    _rule(_READ, r"LANG/(?:compare|follow|collected)\.(?:csv|md|docx|bib|ris)", Needs.SIGNED_IN, "export"),
    _rule(_READ, r"LANG/library/readings/[^/]*\.csv", Needs.EDITOR, "export"),
    _rule(_READ, r"LANG/compare(?:/columns)?", Needs.SIGNED_IN, "search"),
    # Rooms: what is one's own
    _rule(_SEND, r"LANG/follow", Needs.SIGNED_IN, "search"),
    _rule(_SEND, r"LANG/follow(?:/(?:seen|stop))?|LANG/collected/(?:keep|note|move|remove|back)", Needs.SIGNED_IN),
    # Rooms: what changes the library
    _rule(_SEND, r"LANG/library/files", Needs.EDITOR, "upload"),
    _rule(_SEND, r"LANG/library/(?:read|step)", Needs.EDITOR, "ingest"),
    _rule(_SEND, r"LANG/library/[^/]+/remove", Needs.EDITOR, "document removed"),
    _rule(_SEND, r"LANG/library/removed/[^/]+/back", Needs.EDITOR, "document brought back"),
    _rule(_SEND, r"LANG/library/[^/]+/edit", Needs.EDITOR, "catalogue edited"),
    _rule(_SEND, r"LANG/library/[^/]+/replace", Needs.EDITOR, "upload"),
    _rule(_SEND, r"LANG/library/(?:removed/)?[^/]+/again|LANG/library/readings/[^/]+/stop", Needs.EDITOR),
    _rule(_SEND, r"LANG/index/rebuild", Needs.EDITOR, "rebuild"),
    _rule(_SEND, r"LANG/index/questions(?:/again)?", Needs.EDITOR, "search"),
    _rule(_SEND, r"LANG/index/(?:check|forget|[^/]+/stop)", Needs.EDITOR),
    # Rooms: what is looked at
    _rule(_READ, r"LANG/counts", Needs.SIGNED_IN),
    _rule(_READ, r"LANG/library/\d+(?:/changes/\d+)?", Needs.SIGNED_IN, "document opened"),
    _rule(_READ, r"LANG/(?:compare|library|follow|collected|index)(?:/.*)?", Needs.SIGNED_IN),
    # Ask, as far as Gradio's own page calls it
    _rule(_READ, r"LANG/", Needs.SIGNED_IN),
    _rule(_READ, r"LANG/(?:config/?|assets/.*|static/.*|svelte/.*|theme\.css|favicon\.ico|robots\.txt)", Needs.SIGNED_IN),
    _rule(
        _READ | _SEND,
        r"LANG/gradio_api/(?:queue/(?:join|data)|cancel|reset|heartbeat/[\w-]+|startup-events|info|theme\.css)/?",
        Needs.SIGNED_IN,
    ),
)  # fmt: skip


def is_for_programs(path: str) -> bool:
    """Whether an address is one at which programs are answered."""
    return path.startswith(f"{API}/") or path == MCP


def find(method: str, path: str) -> Rule | None:
    """The rule of a request, None where there is none."""
    return next((rule for rule in RULES if method in rule.methods and rule.path.fullmatch(path)), None)


def fulfils(principal: Principal | None, needs: Needs) -> bool:
    """Whether somebody is what is needed; None is nobody."""
    if needs in (Needs.NOTHING, Needs.TOKEN):
        return True
    if principal is None:
        return False
    allowed = {Needs.SIGNED_IN: True, Needs.EDITOR: principal.may_edit, Needs.ADMIN: principal.role is Role.ADMIN}
    return allowed[needs]
