"""The audit trail as a page and as a table to save: who did what, by person, event and day. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import urlencode

from ui import exports, page, text
from ui.names import event_name
from ui.ports import Noted
from ui.references import Head
from ui.words import Words

EVENTS = (
    "sign-in", "sign-in failed", "sign-out", "search", "document opened", "original downloaded", "export", "upload",
    "catalogue edited", "document removed", "document brought back", "ingest", "rebuild", "user changed", "token changed",
    "refused",
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """Which rows are looked at: "" for any. `before`: the id of the row that they are older than, 0 for the latest."""

    who: str = ""
    event: str = ""
    day: str = ""
    before: int = 0

    def query(self, before: int = 0) -> str:
        """The query part of an address that shows them."""
        values = {"who": self.who, "event": self.event, "day": self.day, "before": str(before or "")}
        return urlencode({name: value for name, value in values.items() if value})


def render(rows: Sequence[Noted], choice: Choice, words: Words, *, more: bool) -> str:
    """Set a page of the trail. `more`: there are older rows."""
    query = choice.query()
    save = page.address("account/trail.csv", words, query)
    older = page.address("account/trail", words, choice.query(rows[-1].entry_id)) if more else ""
    latest = page.address("account/trail", words, query) if choice.before else ""
    steps = [(latest, words.trail_latest), (older, words.trail_older)]
    links = "".join(f'<a class="k-button" href="{text.escape(to)}">{text.escape(said)}</a> ' for to, said in steps if to)
    held = table(rows, words) if rows else f"<p>{text.escape(words.trail_none)}</p>"
    return (
        f'<h1>{text.escape(words.trail)}</h1>{_form(choice, words)}{held}<p class="a-steps">{links}'
        f'<a class="k-button" href="{text.escape(save)}" download>{text.escape(words.trail_save)}</a></p>'
    )


def table(rows: Sequence[Noted], words: Words) -> str:
    """Set some rows."""
    head = "".join(f'<th scope="col">{text.escape(one)}</th>' for one in heads(words))
    body = "".join("<tr>" + "".join(f"<td>{text.escape(cell)}</td>" for cell in cells(one, words)) + "</tr>" for one in rows)
    return (
        f'<div class="a-trail" tabindex="0" role="region" aria-label="{text.escape(words.trail)}">'
        f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table></div>"
    )


def heads(words: Words) -> list[str]:
    """Name the columns."""
    return [words.trail_at, words.trail_who, words.trail_event, words.trail_detail]


def cells(one: Noted, words: Words) -> list[str]:
    """Write the columns of a row."""
    return [one.at.replace("T", " ").removesuffix("+00:00"), one.who, event_name(one.event, words), about(one.detail, words)]


def about(detail: Mapping[str, str], words: Words) -> str:
    """Say what an event was about: "document: Warning the public; address: /view/1"."""
    named = {
        "address": words.about_address, "question": words.about_question, "questions": words.about_questions,
        "document": words.about_document, "files": words.about_files, "fields": words.about_fields, "kind": words.about_kind,
        "rows": words.about_rows, "mark": words.about_mark, "model": words.about_model, "user": words.about_user,
        "what": words.about_what, "method": words.about_method, "everywhere": words.about_everywhere,
    }  # fmt: skip
    return "; ".join(f"{named.get(name, name)}: {value}" for name, value in detail.items())


def to_csv(rows: Sequence[Noted], stamp: Head, words: Words) -> bytes:
    """Write rows for a spreadsheet, the latest first. Each has its number and its hash, by which the trail can be checked."""
    above = [words.contains_mark.format(mark=stamp.mark), words.trail_by.format(who=stamp.who, when=stamp.when)]
    listed = [[str(one.entry_id), *cells(one, words), one.hash] for one in rows]
    return exports.table([words.stamp_head, *above], [words.number_head, *heads(words), words.trail_hash], listed)


def _form(choice: Choice, words: Words) -> str:
    offered = "".join(
        f'<option value="{event}"{" selected" if event == choice.event else ""}>{text.escape(event_name(event, words))}</option>'
        for event in EVENTS
    )
    return (
        f'<form class="a-filter" method="get" action="{page.address("account/trail", words)}">'
        f'<label>{text.escape(words.trail_who)} <input class="k-input" name="who" maxlength="256" '
        f'value="{text.escape(choice.who)}"></label><label>{text.escape(words.trail_event)} <select class="k-input" name="event">'
        f'<option value="">{text.escape(words.trail_any)}</option>{offered}</select></label>'
        f'<label>{text.escape(words.trail_day)} <input class="k-input" type="date" name="day" value="{text.escape(choice.day)}">'
        f'</label><button class="k-button">{text.escape(words.trail_show)}</button></form>'
    )
