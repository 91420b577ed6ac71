"""The Index room: what is served, whether its model fits the library, and what can be done about it. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import urlencode

from index.deskitems import Unanswered
from index.result import Status
from ui import page, reasons, text
from ui.names import known_languages, language_name
from ui.words import Words

MULTILINGUAL = "intfloat/multilingual-e5-small"
GAP = 0.02  # share of passages in other languages from which it is worth saying
_COMMAND = f"python -m index rebuild --model {MULTILINGUAL}"
_FEW = 12  # unanswered questions that are shown at first


# -- what is served


def lead(now: Status, words: Words) -> str:
    """Say in a sentence what can be searched, or that nothing can."""
    if not now.ready:
        library = text.escape(page.address("library", words))
        return (
            f'<p class="k-lead">{text.escape(words.not_serving)}</p>'
            f'<p class="k-soft"><a href="{library}">{text.escape(words.not_serving_more)}</a></p>'
        )
    said = words.index_lead.format(
        documents=words.count(words.documents_n, now.documents),
        passages=words.count(words.passages_n, now.passages),
        moment=text.moment(now.created, words),
    )
    return f'<p class="k-lead">{text.escape(said)}</p>'


def status(now: Status, words: Words, *, whole: bool = True, editor: bool = False) -> str:
    """Set what is being served, as a list of facts. `whole`: whoever looks may see every document, so also what all weigh."""
    if not now.ready:
        return lead(now, words) + _facts([(words.writer, reasons.said(now.writer, words))])
    of_all = [
        (words.in_delta, words.count(words.passages_n, now.in_delta)),
        (words.size, text.size(now.bytes_on_disk, words)),
    ]
    facts = [
        (words.model, f"{now.model} ({words.count(words.dimensions_n, now.dimension)})"),
        (words.model_languages, _known(now, words)),
        (words.library_languages, _held(now, words)),
        (words.unread_pages, words.number(now.unreadable_pages)),
        (words.failed_files, words.number(now.files_failed)),
        *(of_all if whole else []),
        (words.generation, words.number(now.generation)),
        (words.writer, reasons.said(now.writer, words)),
    ]
    return _facts(facts) + gap(now, words, change=editor)


def _facts(facts: Sequence[tuple[str, str]]) -> str:
    rows = "".join(f"<div><dt>{text.escape(name)}</dt><dd>{text.escape(value)}</dd></div>" for name, value in facts if value)
    return f'<dl class="k-facts">{rows}</dl>' if rows else ""


def _known(now: Status, words: Words) -> str:
    return known_languages(now.model_languages, words) or words.any_language


def _held(now: Status, words: Words) -> str:
    total = sum(now.languages.values())
    ranked = sorted(now.languages.items(), key=lambda item: -item[1])
    return ", ".join(
        words.passages_share.format(language=language_name(code, words), share=_share(count, total)) for code, count in ranked
    )


def _share(count: int, total: int) -> str:
    share = 100 * count / total
    return "<1" if 0 < share < 1 else str(round(share))


def gap(now: Status, words: Words, *, change: bool = False) -> str:
    """Say it where the model does not know a language that the library holds; "" where it knows them all.

    `change`: with a link to where the model is changed, in place of the command that does it.
    """
    total = sum(now.languages.values())
    foreign = {code: n for code, n in now.languages.items() if code and code not in now.model_languages}
    if not known_languages(now.model_languages, words) or not total or sum(foreign.values()) < GAP * total:
        return ""
    telling = [code for code in foreign if foreign[code] * 100 >= total] or list(foreign)
    names = ", ".join(language_name(code, words) for code in sorted(telling, key=lambda code: -foreign[code]))
    said = words.language_gap.format(share=_share(sum(foreign.values()), total), languages=names)
    how = f"<code>{text.escape(_COMMAND)}</code>"
    if change:
        address = page.address("index", words, urlencode({"model": MULTILINGUAL}))
        how = f'<a href="{text.escape(address)}#model">{text.escape(words.choose_it.format(model=MULTILINGUAL))}</a>'
    return f'<p class="k-advice" role="note">{text.escape(said)} {how}</p>'


# -- what can be done


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """A part of the room with work in it: its fragment as it stands, and whether that still changes."""

    name: str  # the last part of its address: "rebuild"
    shown: str
    live: bool


def work(part: Part, stop: str, words: Words) -> str:
    """Set the place where work is followed. `stop` names the button that ends it; "" for those who may not."""
    address, ending = page.address(f"index/{part.name}", words), ""
    if part.live:
        room = text.escape(page.address("index", words))
        ending = f'<noscript><p><a href="{room}#{part.name}">{text.escape(words.reload_room)}</a></p></noscript>'
        ending += button(f"{address}/stop", stop, kind="k-danger") if stop else ""
    live = f' data-live="{address}"' if part.live else ""
    return f'<div class="i-work"{live}>{part.shown}</div><div id="{part.name}-ending" data-refresh>{ending}</div>'


def button(action: str, label: str, *, kind: str = "", held: Sequence[tuple[str, str]] = ()) -> str:
    """Set a form that is nothing but its button. `held`: what it sends."""
    hidden = "".join(f'<input type="hidden" name="{name}" value="{text.escape(value)}">' for name, value in held)
    return (
        f'<form class="i-form" method="post" action="{text.escape(action)}">{hidden}'
        f'<button class="k-button {kind}">{text.escape(label)}</button></form>'
    )


def rebuild_part(part: Part, model: str, removed: int, writer: str, words: Words, *, editor: bool) -> str:
    """Set the rebuild: what it does, what it would delete, its button, and the choice of another model."""
    begin = ""
    if editor and not part.live:
        gone = words.count(words.rebuild_removed_n, removed)
        warned = f'<p class="i-warned">{text.escape(gone)}</p>' if removed else ""
        busy = words.rebuild_busy.format(who=reasons.said(writer, words))
        warned += f'<p class="i-warned">{text.escape(busy)}</p>' if writer else ""
        begin = warned + button(page.address("index/rebuild", words), words.rebuild, kind="k-primary") + _model(model, words)
    return _section(
        part.name,
        words.rebuild_title,
        f'<p class="k-soft">{text.escape(words.rebuild_more)}</p>{work(part, words.stop_rebuild if editor else "", words)}'
        f'<div id="rebuild-begin" data-refresh>{begin}</div>',
    )


def _model(model: str, words: Words) -> str:
    known = text.escape(words.model_known.format(model=MULTILINGUAL))
    action = text.escape(page.address("index/rebuild", words))
    return (
        f'<details class="i-more" id="model"{" open" if model else ""}><summary>{text.escape(words.model_title)}</summary>'
        f'<p class="k-soft">{text.escape(words.model_lead)}</p>'
        f'<form method="post" action="{action}"><label class="k-label" for="i-model">{text.escape(words.model_label)}</label>'
        f'<div class="i-row"><input class="k-input" id="i-model" name="model" required maxlength="400" autocomplete="off" '
        f'spellcheck="false" list="i-models" aria-describedby="i-known" value="{text.escape(model)}">'
        f'<datalist id="i-models"><option value="{MULTILINGUAL}"></datalist>'
        f'<button class="k-button">{text.escape(words.model_button)}</button></div></form>'
        f'<div id="i-known"><p class="k-soft">{known}</p><p class="k-soft">{text.escape(words.model_offline)}</p></div></details>'
    )


def check_part(part: Part, words: Words, *, editor: bool) -> str:
    """Set the check: what it does, what it found, and its button."""
    begin = button(page.address("index/check", words), words.check_button) if editor and not part.live else ""
    return _section(
        part.name,
        words.check_title,
        f'<p class="k-soft">{text.escape(words.check_lead)}</p>{work(part, words.stop_check if editor else "", words)}'
        f'<div id="check-begin" data-refresh>{begin}</div>',
    )


def _section(key: str, title: str, body: str) -> str:
    return (
        f'<section class="i-part" id="{key}" aria-labelledby="{key}-title">'
        f'<h2 class="k-heading" id="{key}-title">{text.escape(title)}</h2>{body}</section>'
    )


def sets_part(part: Part, sets: str, add: str, words: Words, *, editor: bool) -> str:
    """Set the place of the question sets around what `ui.runs` makes of them."""
    return _section(
        part.name,
        words.sets_title,
        f'<p class="k-soft">{text.escape(words.sets_lead)}</p>{work(part, words.stop_measuring if editor else "", words)}'
        f'<div id="sets" data-refresh>{sets}{add}</div>',
    )


# -- questions that found nothing


def unanswered_part(questions: Sequence[Unanswered], words: Words, *, editor: bool, everything: bool) -> str:
    """Set the questions that found nothing, each a link that asks it again."""
    shown = questions if everything else questions[:_FEW]
    rows = "".join(_unanswered(one, words) for one in shown)
    listed = f'<ul class="i-questions">{rows}</ul>' if rows else f'<p class="k-soft">{text.escape(words.unanswered_none)}</p>'
    tools = ""
    if len(shown) < len(questions):
        every = text.escape(words.unanswered_all.format(n=words.number(len(questions))))
        tools += f'<a href="{text.escape(page.address("index", words, "all=yes"))}#unanswered">{every}</a>'
    if questions and editor:
        tools += _forget(len(questions), words)
    below = f'<div class="k-tools i-tools">{tools}</div>' if tools else ""
    lead = f'<p class="k-soft">{text.escape(words.unanswered_lead)}</p>'
    return _section("unanswered", words.unanswered_title, f"{lead}{listed}{below}")


def _unanswered(one: Unanswered, words: Words) -> str:
    address = page.address("ask", words, urlencode({"q": one.question}))
    told = words.asked_last.format(times=words.count(words.times_n, one.times), moment=text.moment(one.last, words))
    return (
        f'<li><a href="{text.escape(address)}" dir="auto">{text.escape(one.question)}</a> '
        f'<span class="k-soft">{text.escape(told)}</span></li>'
    )


def _forget(count: int, words: Words) -> str:
    sure = words.count(words.forget_sure_n, count)
    return (
        f'<details class="i-sure"><summary>{text.escape(words.forget)}</summary>'
        f"<p>{text.escape(words.forget_more)}</p>"
        f"{button(page.address('index/forget', words), sure, kind='k-danger')}</details>"
    )


# -- all of it


def render(*, facts: str, leading: str, doing: str, measuring: str, words: Words) -> str:
    """Put the parts of the room together: what answers now, what can be done, and how well it answers."""
    return (
        f'<h1 class="k-title">{text.escape(words.index_title)}</h1>'
        f'<div id="index-lead" data-refresh>{leading}</div>'
        f'<section id="facts" data-refresh aria-labelledby="facts-title"><h2 class="k-heading" id="facts-title">'
        f"{text.escape(words.served_title)}</h2>{facts}</section>"
        f'<div class="i-halves"><div>{doing}</div><div>{measuring}</div></div>'
    )
