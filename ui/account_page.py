"""Signing in, and one's own account. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import urlencode

from index.access import Principal
from ui import page, text, token_page, trail
from ui.names import event_name
from ui.ports import Noted
from ui.token_page import Tokens
from ui.words import Words


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """What somebody sees of their account. `counts` for editors, `trail` for administrators; `signing_in`: one has to."""

    principal: Principal
    signing_in: bool
    own_password: bool
    problem: str = ""
    tokens: Tokens = token_page.NONE
    counts: Mapping[str, int] | None = None
    trail: Sequence[Noted] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Elsewhere:
    """Another place to sign in at. `only`: there are no passwords here; `way_out`: where one signs out there."""

    name: str
    only: bool
    way_out: str = ""


def sign_in(words: Words, *, onward: str, name: str = "", problem: str = "", elsewhere: Elsewhere | None = None) -> str:
    """Set the form. `onward`: where it leads; `name`: as it was typed."""
    said = f'<p class="k-problem" id="a-problem" role="alert">{text.escape(problem)}</p>' if problem else ""
    there = _elsewhere(elsewhere, onward, words) if elsewhere else ""
    form = "" if elsewhere and elsewhere.only else _form(words, onward, name, wrong=bool(problem))
    return (
        f'<div class="a-sign-in"><h1>{text.escape(words.sign_in)}</h1>'
        f'<p class="k-lead">{text.escape(words.sign_in_lead)}</p>{said}{there}{form}</div>'
    )


def not_signed_in(words: Words, said: str, back: str) -> str:
    """Say why one is not signed in; `back` leads to where one can try again."""
    return (
        f'<div class="a-sign-in"><h1>{text.escape(words.sign_on_failed)}</h1>'
        f'<p class="k-lead" role="alert">{text.escape(said)}</p>'
        f'<p><a class="k-button" href="{text.escape(back)}">{text.escape(words.sign_on_back)}</a></p></div>'
    )


def _elsewhere(elsewhere: Elsewhere, onward: str, words: Words) -> str:
    """A link, and no form: a form's policy counts for all that it leads to, and would have to name the provider."""
    left = ""
    if elsewhere.way_out:
        left = (
            f'<p>{text.escape(words.sign_on_left.format(name=elsewhere.name))} <a href="{text.escape(elsewhere.way_out)}">'
            f"{text.escape(words.sign_on_leave.format(name=elsewhere.name))}</a></p>"
        )
    there = f"{page.address('sign-in/provider', words)}?{urlencode({'next': onward})}"
    either = "" if elsewhere.only else f'<p class="k-soft">{text.escape(words.sign_on_or)}</p>'
    return (
        f'{left}<p class="a-elsewhere"><a class="k-button k-primary" href="{text.escape(there)}">'
        f"{text.escape(words.sign_on.format(name=elsewhere.name))}</a></p>{either}"
    )


def _form(words: Words, onward: str, name: str, *, wrong: bool) -> str:
    told = ' aria-describedby="a-problem" aria-invalid="true"' if wrong else ""
    return (
        f'<form method="post" action="{page.address("sign-in", words)}">'
        f'<input type="hidden" name="next" value="{text.escape(onward)}">'
        f"{_field('name', words.user_name, 'text', 'username', value=name, more=told + ' autofocus')}"
        f"{_field('password', words.password, 'password', 'current-password', more=told)}"
        f'<button class="k-button k-primary">{text.escape(words.sign_in)}</button></form>'
        f'<p class="k-soft">{text.escape(words.sign_in_help)}</p>'
    )


def render(account: Account, words: Words) -> str:
    """Set the account."""
    title = f"<h1>{text.escape(words.account)}</h1>"
    if not account.signing_in:
        return f'{title}<p class="k-lead">{text.escape(words.nobody_signs_in)}</p>{_done(account, words)}'
    principal = account.principal
    role = {"reader": words.role_reader, "editor": words.role_editor, "admin": words.role_admin}[principal.role.value]
    facts = [
        (words.account_role, role),
        (words.account_clearance, principal.clearance.mark),
        (words.account_groups, words.account_everywhere if principal.is_everywhere else ", ".join(principal.groups)),
    ]
    listed = "".join(f"<div><dt>{text.escape(name)}</dt><dd>{text.escape(said)}</dd></div>" for name, said in facts if said)
    return (
        f'{title}<p class="k-lead">{text.escape(words.signed_in_as.format(name=principal.name))}</p>'
        f'<dl class="k-facts a-facts">{listed}</dl>'
        f"{_button('sign-out', words.sign_out, words, primary=True)}"
        f"{_password(account, words) if account.own_password else ''}"
        f'<h2 class="k-heading">{text.escape(words.sign_out_everywhere)}</h2>'
        f'<p class="k-soft">{text.escape(words.sign_out_everywhere_more)}</p>'
        f"{_button('sign-out-everywhere', words.sign_out_everywhere, words)}"
        f"{token_page.render(account.tokens, principal, words)}{_done(account, words)}"
    )


def _password(account: Account, words: Words) -> str:
    problem = f'<p class="k-problem" role="alert">{text.escape(account.problem)}</p>' if account.problem else ""
    return (
        f'<h2 class="k-heading">{text.escape(words.change_password)}</h2>{problem}'
        f'<form class="a-password" method="post" action="{page.address("account/password", words)}">'
        f"{_field('old', words.old_password, 'password', 'current-password')}"
        f"{_field('new', words.new_password, 'password', 'new-password')}"
        f"{_field('again', words.new_password_again, 'password', 'new-password')}"
        f'<button class="k-button">{text.escape(words.change_password)}</button></form>'
    )


def _field(name: str, label: str, kind: str, complete: str, *, value: str = "", more: str = "") -> str:
    return (
        f'<p><label class="k-label" for="a-{name}">{text.escape(label)}</label>'
        f'<input class="k-input" id="a-{name}" name="{name}" type="{kind}" autocomplete="{complete}" required maxlength="256"'
        f' value="{text.escape(value)}"{more}></p>'
    )


def _button(action: str, label: str, words: Words, *, primary: bool = False) -> str:
    kind = "k-button k-primary" if primary else "k-button"
    return (
        f'<form method="post" action="{page.address(f"account/{action}", words)}">'
        f'<button class="{kind}">{text.escape(label)}</button></form>'
    )


def _done(account: Account, words: Words) -> str:
    """What was done: counts for those who change the library, rows for those who look after it."""
    parts = []
    if account.counts is not None:
        counted = [(event_name(name, words), words.number(n)) for name, n in account.counts.items()]
        rows = "".join(f"<div><dt>{text.escape(name)}</dt><dd>{n}</dd></div>" for name, n in counted)
        held = f'<dl class="k-facts a-facts">{rows}</dl>' if rows else f"<p>{text.escape(words.trail_none)}</p>"
        parts.append(f'<h2 class="k-heading">{text.escape(words.trail_counts)}</h2>{held}')
    if account.trail is not None:
        more = words.trail_more.format(n=words.number(len(account.trail)))
        link = f'<a href="{page.address("account/trail", words)}">{text.escape(words.trail_all)}</a>'
        parts.append(
            f'<h2 class="k-heading">{text.escape(words.trail)}</h2><p class="k-soft">{text.escape(more)} {link}</p>'
            f"{trail.table(account.trail, words)}"
        )
    return "".join(parts)
