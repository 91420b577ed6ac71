"""The tokens of one's account: those there are, the form that makes one, and the one that was just made. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from index.access import Handling, Principal
from ui import page, text
from ui.ports import Token
from ui.words import Words

DAYS = (7, 30, 90, 366)
_CHOSEN = 90


@dataclass(frozen=True, slots=True, kw_only=True)
class Tokens:
    """What somebody sees of their tokens. `made`: the one that was just made, "" for none; `problem`: why none was."""

    kept: Sequence[Token] = ()
    made: str = ""
    problem: str = ""


NONE = Tokens()


def render(tokens: Tokens, principal: Principal, words: Words) -> str:
    """Set them."""
    return (
        f'<section id="tokens"><h2 class="k-heading">{text.escape(words.tokens)}</h2>'
        f'<p class="k-soft">{text.escape(words.tokens_more)}</p>{_told(tokens, words)}{_list(tokens.kept, words)}'
        f"{_form(principal, words)}</section>"
    )


def _told(tokens: Tokens, words: Words) -> str:
    if tokens.problem:
        return f'<p class="k-problem" role="alert">{text.escape(tokens.problem)}</p>'
    if not tokens.made:
        return ""
    return (
        f'<div class="a-made" role="status"><p><label class="k-label" for="a-made">{text.escape(words.token_made)}</label>'
        f'<input class="k-input" id="a-made" readonly value="{text.escape(tokens.made)}" spellcheck="false" autocomplete="off"'
        f' aria-describedby="a-made-more" autofocus></p>'
        f'<p class="k-soft" id="a-made-more">{text.escape(words.token_copy)}</p></div>'
    )


def _list(kept: Sequence[Token], words: Words) -> str:
    if not kept:
        return f"<p>{text.escape(words.tokens_none)}</p>"
    heads = (
        words.token_name, words.account_role, words.account_clearance, words.token_created, words.token_ends, words.token_used,
    )  # fmt: skip
    head = "".join(f'<th scope="col">{text.escape(one)}</th>' for one in heads)
    rows = "".join(_row(one, words) for one in kept)
    return (
        f'<div class="a-trail a-tokens" tabindex="0" role="region" aria-label="{text.escape(words.tokens)}"><table><thead><tr>'
        f"{head}<td></td></tr></thead><tbody>{rows}</tbody></table></div>"
    )


def _row(one: Token, words: Words) -> str:
    may = words.token_ingest if "ingest" in one.scopes else words.token_read
    used = _moment(one.used, words) if one.used is not None else words.token_never
    cells = (may, one.clearance.mark, _moment(one.created, words), _moment(one.expires, words), used)
    told = "".join(f"<td>{text.escape(cell)}</td>" for cell in cells)
    action = page.address("account/token-away", words)
    away = text.escape(words.token_away_named.format(name=one.name))
    return (
        f'<tr><th scope="row" dir="auto">{text.escape(one.name)}</th>{told}<td><form method="post" action="{action}">'
        f'<input type="hidden" name="token" value="{one.token_id}">'
        f'<button class="k-button" aria-label="{away}">{text.escape(words.token_away)}</button></form></td></tr>'
    )


def _form(principal: Principal, words: Words) -> str:
    scopes = [("read", words.token_read), *([("ingest", words.token_ingest)] if principal.may_edit else [])]
    levels = [(level.name, level.mark) for level in Handling if principal.may_see(level)]
    days = [(str(n), words.token_days_n.format(n=n)) for n in DAYS]
    return (
        f"<h3>{text.escape(words.token_make)}</h3>"
        f'<form class="a-token" method="post" action="{page.address("account/token", words)}">'
        f'<p><label class="k-label" for="a-token">{text.escape(words.token_name)}</label>'
        f'<input class="k-input" id="a-token" name="name" required maxlength="80" autocomplete="off"'
        f' aria-describedby="a-token-more">'
        f'<span class="k-soft" id="a-token-more">{text.escape(words.token_name_more)}</span></p>'
        f"{_choice('scope', words.account_role, scopes, 'read')}"
        f"{_choice('clearance', words.account_clearance, levels, principal.clearance.name)}"
        f"{_choice('days', words.token_days, days, str(_CHOSEN))}"
        f'<button class="k-button">{text.escape(words.token_make)}</button></form>'
    )


def _choice(name: str, label: str, offered: Sequence[tuple[str, str]], chosen: str) -> str:
    options = "".join(
        f'<option value="{text.escape(value)}"{" selected" if value == chosen else ""}>{text.escape(shown)}</option>'
        for value, shown in offered
    )
    return (
        f'<p><label class="k-label" for="a-token-{name}">{text.escape(label)}</label>'
        f'<select class="k-input" id="a-token-{name}" name="{name}">{options}</select></p>'
    )


def _moment(seconds: float, words: Words) -> str:
    return text.moment(datetime.fromtimestamp(seconds, UTC).isoformat(), words)
