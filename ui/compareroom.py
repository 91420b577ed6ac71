"""The Compare room around its columns: field, choice of columns, what to begin with, summary, and what was searched. Pure."""

from collections import Counter
from collections.abc import Sequence
from urllib.parse import urlencode

from index.result import DocumentInfo, Status
from ui import columns, comparetable, comparing, fieldwords, page, text, tools
from ui.columns import named
from ui.comparing import Choice, Comparison, Shelves
from ui.names import known_languages
from ui.words import Words

_EXAMPLES = 4
_SHARED = 6  # cities of an example that are named
_LISTED = 30  # documents without a value that are named
_MOST_ADDED = 12
_SAVED_AS = (("docx", "Word"), ("md", "Markdown"), ("csv", "CSV"))  # names, the same in every language
_LINE = 100  # letters of the chosen values that are listed where they are folded away


def address(question: str, by: str, values: Sequence[str], words: Words, *, room: str = "compare") -> str:
    """Write the address of a comparison, or with another `room` ("compare.csv") of its export."""
    query = [("q", question)] if question else []
    return page.address(room, words, urlencode([*query, ("by", by), *(("value", value) for value in values)]))


def form(question: str, choice: Choice, held: Shelves, fields: Sequence[str], words: Words) -> str:
    """Set the field, what can be compared by, and the chooser of columns."""
    hint, label = text.escape(words.compare_hint), text.escape(words.compare_question)
    action = text.escape(page.address("compare", words))
    by = "".join(
        f'<li><a href="{text.escape(address(question, one, (), words))}"{" aria-current=true" if one == choice.by else ""}>'
        f"{text.escape(fieldwords.of(one, words).name)}</a></li>"
        for one in fields
    )
    chooser = _chooser(choice, held, words, opened=not question)
    return (
        f'<form class="c-form" role="search" method="get" action="{action}"><div class="k-ask-field">'
        f'<label class="k-hidden" for="c-question">{label}</label>'
        f'<input id="c-question" name="q" type="search" autocomplete="off" data-question '
        f'value="{text.escape(question)}" placeholder="{hint}">'
        f'<button class="k-button k-primary">{text.escape(words.compare)}</button></div>'
        f'<input type="hidden" name="by" value="{choice.by}"><div class="c-by">'
        f'<span id="c-by">{text.escape(words.compare_by)}</span>'
        f'<ul class="k-chips" aria-labelledby="c-by">{by}</ul></div>{chooser}</form>'
    )


def _chooser(choice: Choice, held: Shelves, words: Words, *, opened: bool) -> str:
    chosen = set(choice.values)
    unknown = [value for value in choice.values if value not in held]
    values = list(held) if choice.by == "year" else sorted(held, key=lambda one: named(one, choice.by, words).casefold())
    chips = "".join(
        f'<li><label><input type="checkbox" name="value" value="{text.escape(value)}"{" checked" if value in chosen else ""}>'
        f'<span dir="auto">{text.escape(named(value, choice.by, words))}</span>'
        f'<span class="k-count">{words.number(len(held.get(value, ())))}</span></label></li>'
        for value in (*values, *unknown)
    )
    total = words.count(fieldwords.of(choice.by, words).total, len(held) + len(unknown))
    said = words.chosen_of.format(chosen=words.number(len(choice.values)), all=total)
    listed = _some([named(value, choice.by, words) for value in choice.values])
    legend = text.escape(words.choose_others)
    button = "" if opened else f'<button class="k-button">{text.escape(words.compare_these)}</button>'
    most = text.escape(words.choose_most.format(n=words.number(comparing.MOST)))
    return (
        f'<details class="c-choose"{" open" if opened else ""}><summary><b>{text.escape(said)}</b> '
        f'<span dir="auto">{text.escape(listed)}</span></summary>'
        f'<fieldset><legend class="k-hidden">{legend}</legend><ul class="k-chips">{chips}</ul></fieldset>'
        f'<p class="k-tools">{button}<span class="k-soft">{most}</span></p></details>'
    )


def _some(names: list[str]) -> str:
    """List names on about a line."""
    listed, rest = names[:1], names[1:]
    while rest and sum(map(len, listed)) + len(rest[0]) <= _LINE:
        listed, rest = [*listed, rest[0]], rest[1:]
    return ", ".join([*listed, *(["…"] if rest else [])])


def welcome(documents: Sequence[DocumentInfo], fields: Sequence[str], words: Words) -> str:
    """Set what stands there before a question: questions made of the library's own themes, with whom they are put to."""
    items = "".join(
        f'<li><a href="{text.escape(where)}"><span dir="auto">{text.escape(question)}</span> '
        f'<small dir="auto">{text.escape(whom)}</small></a></li>'
        for question, whom, where in examples(documents, fields, words)
    )
    return f'<div class="k-examples"><h2>{text.escape(words.compare_examples)}</h2><ul>{items}</ul></div>' if items else ""


def examples(documents: Sequence[DocumentInfo], fields: Sequence[str], words: Words) -> list[tuple[str, str, str]]:
    """Make questions of the themes that most cities share: the question, whom it is put to, and its address."""
    themes = comparing.shelves(documents, "theme")
    cities = {theme: comparing.shelves(infos, "city") for theme, infos in themes.items()}
    shared = sorted(cities, key=lambda theme: (-len(cities[theme]), theme))
    found = []
    for theme in [theme for theme in shared if "city" in fields and len(cities[theme]) > 1][: _EXAMPLES - ("year" in fields)]:
        whom = sorted(cities[theme], key=lambda city: (-len(cities[theme][city]), city))[:_SHARED]
        question = words.how_cities.format(theme=theme)
        found.append((question, ", ".join(whom), address(question, "city", whom, words)))
    years = Counter({theme: len(comparing.shelves(infos, "year")) for theme, infos in themes.items()})
    for theme, held in years.most_common(1):
        question = words.how_over_years.format(theme=theme)
        found += [(question, words.over_years, address(question, "year", (), words))] if "year" in fields and held > 1 else []
    return found


def result(found: Comparison, documents: Sequence[DocumentInfo], status: Status, words: Words, *, wanted: Sequence[str]) -> str:
    """Set the whole comparison: summary, columns, those without evidence, and what was searched."""
    parts = [_instead(found, wanted, words), _top(found, words, wanted), _notes(found, words)]
    if not found.answering:
        parts.append(
            f'<section class="k-answer k-none"><h3>{text.escape(words.none_at_all)}</h3>'
            f"<p>{text.escape(words.none_at_all_more)}</p></section>"
        )
    parts += [
        columns.answering(found, documents, words),
        columns.silent(found, words),
        _coverage(found, documents, status, words),
    ]
    return "\n".join(part for part in parts if part)


def _top(found: Comparison, words: Words, wanted: Sequence[str]) -> str:
    saves = "".join(
        f'<a class="k-button" href="{text.escape(address(found.question, found.by, wanted, words, room=f"compare.{kind}"))}">'
        f'<span class="k-hidden">{text.escape(words.export_as)} </span>{text.escape(name)}</a>'
        for kind, name in _SAVED_AS
    )
    kept = ",".join(dict.fromkeys(str(hit.passage_id) for one in found.answering for hit in one.hits))
    table = comparetable.html(found, words)
    copied = tools.copy(words.copy_table, comparetable.plain(found, words), table, words)
    keep = tools.keep(words.keep_all, kept, found.question, words) if kept else ""
    return (
        f'<div class="c-top"><h2>{text.escape(columns.summary(found, words))}</h2>'
        f'<div class="k-tools">{copied}{keep}<span class="c-saves"><span aria-hidden="true">{text.escape(words.export_as)}</span>'
        f"{saves}</span></div></div>{columns.jumps(found, words)}{_legend(found, words)}"
    )


def _instead(found: Comparison, wanted: Sequence[str], words: Words) -> str:
    """Offer the question with its misspelt words put right."""
    if not found.instead:
        return ""
    where = text.escape(address(found.instead, found.by, wanted, words))
    return f'<p class="k-line">{text.escape(words.did_you_mean)} <a href="{where}">{text.escape(found.instead)}</a></p>'


def _legend(found: Comparison, words: Words) -> str:
    """Say what a half-filled dot means, where there is one."""
    if not any(column.faint for column in found.columns):
        return ""
    more = words.faint_more_year if found.by == "year" else words.faint_more
    return f'<p class="k-soft c-legend"><b>{text.escape(words.faint)}</b> {text.escape(more)}</p>'


def _notes(found: Comparison, words: Words) -> str:
    """Say what the reader should know before reading: what was left out, what is weak, what was taken out."""
    notes = [*found.notes]
    if found.left_out:
        values = ", ".join(named(value, found.by, words) for value in found.left_out)
        notes.append(words.left_out.format(n=words.number(comparing.MOST), values=values))
    notes += [words.narrowed_by_words] if found.narrowed else []
    if found.unattributed:
        notes.append(f"{words.count(words.unattributed_n, found.unattributed)}. {words.unattributed_more}")
    items = "".join(f'<li dir="auto">{text.escape(note)}</li>' for note in notes)
    return f'<ul class="k-notes" aria-label="{text.escape(words.notes)}">{items}</ul>' if items else ""


def _coverage(found: Comparison, documents: Sequence[DocumentInfo], status: Status, words: Words) -> str:
    """Say what was searched and what stands in no column, so that nothing is hidden."""
    passages = sum(info.passages for info in found.searched)
    said = [
        words.searched_each.format(
            documents=words.chosen_of.format(
                chosen=words.number(len(found.searched)), all=words.count(words.documents_n, len(documents))
            ),
            passages=words.count(words.passages_n, passages),
        )
    ]
    unread = [info for info in found.searched if info.pages_without_text]
    if unread:
        pages = words.count(words.pages_n, sum(len(info.pages_without_text) for info in unread))
        said.append(words.could_not.format(documents=words.count(words.documents_n, len(unread)), pages=pages))
    said += [f"{words.count(words.elsewhere_n, found.elsewhere)}."] if found.elsewhere else []
    facts = [words.seconds.format(n=words.decimal(found.seconds, 2))]
    facts += [words.index_of.format(date=text.date(status.created[:10], words))] if status.created else []
    facts += [model for model in [_model(status, words)] if model]
    added = ", ".join(found.added[:_MOST_ADDED])
    also = f" {text.escape(words.also_searched)} <i>{text.escape(added)}</i>." if added else ""
    line = f"<p>{text.escape(' '.join(said))}{also} {text.escape(' · '.join(facts))}</p>"
    return f'<footer class="k-coverage">{_nameless(found, words)}{line}</footer>'


def _nameless(found: Comparison, words: Words) -> str:
    """Name the documents that have no value of this field."""
    if not found.nameless:
        return ""
    said = words.count(fieldwords.of(found.by, words).nameless, len(found.nameless))
    items = "".join(
        f'<li dir="auto"><a href="{text.escape(page.address(f"library/{info.document_id}", words))}">'
        f"{text.escape(info.title or info.path)}</a></li>"
        for info in found.nameless[:_LISTED]
    )
    rest = "<li>…</li>" if len(found.nameless) > _LISTED else ""
    return (
        f"<details><summary>{text.escape(said)}. {text.escape(words.nameless_more)}</summary>"
        f'<ul class="k-more">{items}{rest}</ul></details>'
    )


def _model(status: Status, words: Words) -> str:
    languages = known_languages(status.model_languages, words)
    if not status.model or not languages:
        return words.model_all.format(model=status.model) if status.model else ""
    return words.model_is.format(model=status.model, languages=languages)
