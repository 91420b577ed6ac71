"""Question sets over time: each with its figures, a line from run to run, and what the last run gained and lost. Pure."""

from collections.abc import Callable, Sequence
from itertools import pairwise
from urllib.parse import urlencode

from index.questionset import Change, Measured, Miss, QuestionSet
from ui import indexroom, page, reasons, text
from ui.words import Words

_MOST_POINTS = 40  # runs in a chart; the table has them all
_HEIGHT, _TOP, _FOOT = 168, 22, 24  # pixels: the whole, above 100 %, below 0 %
_LEFT, _RIGHT = 11.0, 98.0  # per cent of the width: the first run and the last
_RANKED = 10  # places that a run looks at


def render(sets: Sequence[QuestionSet], words: Words, *, editor: bool, there: Callable[[QuestionSet], bool]) -> str:
    """Set all question sets. `there`: whether the file of one still is there, so that it can be run again."""
    if not sets:
        return f'<p class="k-soft">{text.escape(words.sets_none)}</p>'
    files = [file_name(one.name) for one in sets]
    titles = [name if files.count(name) == 1 else one.name for name, one in zip(files, sets, strict=True)]
    return "".join(
        _set(one, title, n, words, editor=editor, there=there(one))
        for n, (one, title) in enumerate(zip(sets, titles, strict=True), 1)
    )


def add(words: Words) -> str:
    """Set the form that takes a sheet of questions in and asks them."""
    action = text.escape(page.address("index/questions", words))
    return (
        f'<details class="i-more"><summary>{text.escape(words.sets_add)}</summary>'
        f'<form method="post" action="{action}" enctype="multipart/form-data">'
        f'<label class="k-label" for="i-sheet">{text.escape(words.sets_file)}</label>'
        f'<div class="i-row"><input class="k-input" id="i-sheet" name="sheet" type="file" accept=".csv,text/csv" required '
        f'aria-describedby="i-columns"><button class="k-button">{text.escape(words.sets_ask)}</button></div></form>'
        f'<p class="k-soft" id="i-columns">{text.escape(words.sets_columns)}</p></details>'
    )


def file_name(name: str) -> str:
    """Give the last part of a set's name, which is enough where no other set has the same."""
    return name.replace("\\", "/").rpartition("/")[2] or name


def _set(one: QuestionSet, title: str, number: int, words: Words, *, editor: bool, there: bool) -> str:
    last = one.runs[-1]
    about = [
        words.count(words.runs_n, len(one.runs)),
        words.run_last.format(moment=text.moment(last.created, words)),
        words.model_all.format(model=last.model),
        words.count(words.questions_n, int(last.figures.get("questions", 0))),
    ]
    again = ""
    if editor and there:
        held = (("name", one.name),)
        again = indexroom.button(page.address("index/questions/again", words), words.sets_again, held=held)
    elif editor:
        again = f'<p class="k-soft">{text.escape(words.sets_gone)}</p>'
    return (
        f'<article class="i-set" aria-labelledby="i-set-{number}"><header><h3 id="i-set-{number}" dir="auto" '
        f'title="{text.escape(one.name)}">{text.escape(title)}</h3>{again}</header>'
        f'<p class="k-soft">{text.escape(" · ".join(about))}</p>{_figures(one, words)}{_chart(one.runs, words)}'
        f"{_changes(one, words)}{_missed(one.missed, words)}{_table(one, title, words)}</article>"
    )


# -- figures


def _figures(one: QuestionSet, words: Words) -> str:
    last, before = one.runs[-1], one.runs[-2] if len(one.runs) > 1 else None
    names = (("hit@5", words.found_five), ("hit@1", words.found_first), ("answered", words.found_answered))
    return f'<dl class="i-figures">{"".join(_figure(name, key, last, before, words) for key, name in names)}</dl>'


def _figure(name: str, key: str, last: Measured, before: Measured | None, words: Words) -> str:
    if key not in last.figures:
        return ""
    now = share(last.figures[key])
    was = share(before.figures[key]) if before and key in before.figures else ""
    said = words.as_before if was == now else words.was_before.format(value=was)
    small = f" <small>{text.escape(said)}</small>" if was else ""
    return f"<div><dt>{text.escape(name)}</dt><dd>{now}{small}</dd></div>"


def share(value: float) -> str:
    """Write a share from 0 to 1 as per cent."""
    return f"{round(100 * value)}\N{NO-BREAK SPACE}%"


# -- the line from run to run


def _chart(runs: Sequence[Measured], words: Words) -> str:
    shown = runs[-_MOST_POINTS:]
    if len(shown) < 2:
        return ""
    places = [_LEFT + n * (_RIGHT - _LEFT) / (len(shown) - 1) for n in range(len(shown))]
    grid = "".join(_grid(level) for level in (1.0, 0.5, 0.0))
    drawn = "".join(_line(shown, places, key, kind, words) for key, kind in (("hit@1", "i-first"), ("hit@5", "i-five")))
    ends = "".join(
        f'<text x="{x}" y="{_HEIGHT - 6}" text-anchor="{anchor}">{text.escape(_day(run, words))}</text>'
        for x, anchor, run in ((f"{_LEFT}%", "start", shown[0]), ("100%", "end", shown[-1]))
    )
    legend = "".join(
        f'<li><svg width="30" height="12" aria-hidden="true" class="{kind}"><line x1="0" x2="30" y1="6" y2="6"/>'
        f'<circle cx="15" cy="6" r="4"/></svg>{text.escape(name)}</li>'
        for name, kind in ((words.found_five, "i-five"), (words.found_first, "i-first"))
    )
    return (
        f'<figure class="i-chart"><svg width="100%" height="{_HEIGHT}" role="img" aria-label="{text.escape(words.chart_title)}">'
        f"{grid}{_models(shown, places)}{drawn}{ends}</svg><figcaption><ul>{legend}</ul></figcaption></figure>"
    )


def _height(value: float) -> float:
    return round(_TOP + (1 - min(1.0, max(0.0, value))) * (_HEIGHT - _TOP - _FOOT), 1)


def _grid(level: float) -> str:
    y = _height(level)
    return f'<line class="i-grid" x1="0" x2="100%" y1="{y}" y2="{y}"/><text x="0" y="{y - 4}">{share(level)}</text>'


def _line(runs: Sequence[Measured], places: Sequence[float], key: str, kind: str, words: Words) -> str:
    known = [(x, run) for x, run in zip(places, runs, strict=True) if key in run.figures]
    lines = "".join(
        f'<line x1="{one:.2f}%" y1="{_height(run.figures[key])}" x2="{two:.2f}%" y2="{_height(after.figures[key])}"/>'
        for (one, run), (two, after) in pairwise(known)
    )
    dots = "".join(
        f'<circle cx="{x:.2f}%" cy="{_height(run.figures[key])}" r="4">'
        f"<title>{text.escape(_point(run, key, words))}</title></circle>"
        for x, run in known
    )
    return f'<g class="{kind}">{lines}{dots}</g>'


def _point(run: Measured, key: str, words: Words) -> str:
    return words.chart_point.format(share=share(run.figures[key]), moment=text.moment(run.created, words), model=run.model)


def _models(runs: Sequence[Measured], places: Sequence[float]) -> str:
    """Mark where the model is another than in the run before; the last of these is named."""
    changes = [(x, run.model) for x, before, run in zip(places[1:], runs, runs[1:], strict=False) if run.model != before.model]
    out = "".join(
        f'<line class="i-change" x1="{x:.2f}%" x2="{x:.2f}%" y1="{_TOP - 8}" y2="{_HEIGHT - _FOOT}">'
        f"<title>{text.escape(model)}</title></line>"
        for x, model in changes
    )
    for x, model in changes[-1:]:
        anchor, name = ("end", f"{model} →") if x > 50 else ("start", f"← {model}")
        out += f'<text x="{x:.2f}%" y="{_TOP - 12}" text-anchor="{anchor}">{text.escape(name)}</text>'
    return out


def _day(run: Measured, words: Words) -> str:
    return text.moment(run.created, words).rpartition(",")[0] or run.created


# -- question by question


def _changes(one: QuestionSet, words: Words) -> str:
    heading = f"<h4>{text.escape(words.changes_title)}</h4>"
    if len(one.runs) < 2:
        return f'<p class="k-soft">{text.escape(words.changes_first)}</p>'
    rows = "".join(_change(change, words) for change in one.changes)
    rows += "".join(_row(question, words.kind_new, "plain", "", words) for question in one.new)
    rows += "".join(_row(question, words.kind_gone, "plain", "", words) for question in one.gone)
    if not rows:
        return f'{heading}<p class="k-soft">{text.escape(words.changes_none)}</p>'
    return f'{heading}<ul class="i-questions">{rows}</ul>'


def _change(change: Change, words: Words) -> str:
    kinds = {
        "gained": (words.kind_gained, "good"),
        "lost": (words.kind_lost, "bad"),
        "better": (words.kind_better, "good"),
        "worse": (words.kind_worse, "part"),
    }
    name, kind = kinds.get(change.kind, ("", "plain"))
    if change.before is None:
        said = words.place_now.format(now=change.now)
    elif change.now is None:
        said = words.place_was.format(before=change.before)
    else:
        said = words.place_from_to.format(before=change.before, now=change.now)
    return _row(change.question, name, kind, said, words)


def _row(question: str, name: str, kind: str, said: str, words: Words) -> str:
    badge = f'<span class="k-badge k-{kind}">{text.escape(name)}</span> ' if name else ""
    address = page.address("ask", words, urlencode({"q": question}))
    told = f' <span class="k-soft">{text.escape(said)}</span>' if said else ""
    return f'<li>{badge}<a href="{text.escape(address)}" dir="auto">{text.escape(question)}</a>{told}</li>'


def _missed(missed: Sequence[Miss], words: Words) -> str:
    if not missed:
        return ""
    rows = "".join(_row(one.question, "", "", _why(one, words), words) for one in missed)
    said = text.escape(words.count(words.missed_n, len(missed)))
    return f'<details class="i-more"><summary>{said}</summary><ul class="i-questions">{rows}</ul></details>'


def _why(one: Miss, words: Words) -> str:
    if one.note:
        return reasons.said(one.note, words)
    if one.document_rank:
        return words.missed_document.format(n=one.document_rank)
    return words.missed_wholly


# -- all figures


def _table(one: QuestionSet, title: str, words: Words) -> str:
    heads = (
        words.when_head, words.model, words.generation, words.mode_head, words.questions_head, words.found_first,
        words.found_five, words.found_ten, words.found_document, words.found_answered, words.found_mrr, words.found_time,
    )  # fmt: skip
    head = "".join(
        f'<th scope="col"{" class=n" if n > 3 or n == 2 else ""}>{text.escape(name)}</th>' for n, name in enumerate(heads)
    )
    rows = "".join(_run(run, words) for run in reversed(one.runs))
    label = text.escape(f"{words.all_runs}: {title}")
    return (
        f'<details class="i-more"><summary>{text.escape(words.all_runs)}</summary>'
        f'<div class="k-scroll" tabindex="0" role="region" aria-label="{label}">'
        f'<table class="k-table i-runs"><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table></div></details>'
    )


def _run(run: Measured, words: Words) -> str:
    modes = {"hybrid": words.mode_hybrid, "dense": words.mode_dense, "lexical": words.mode_lexical}
    held = run.figures
    shares = ("hit@1", "hit@5", "hit@10", "document_hit@5", "answered")
    cells = [
        ("", run.model),
        ("n", words.number(run.generation)),
        ("", modes.get(run.mode, run.mode)),
        ("n", words.number(int(held.get("questions", 0)))),
        *(("n", share(held[key]) if key in held else "–") for key in shares),
        ("n", words.decimal(held["mrr@10"], 2) if "mrr@10" in held else "–"),
        ("n", words.seconds.format(n=words.decimal(held.get("ms_per_question", 0) / 1000, 2))),
    ]
    told = "".join(f"<td{' class=n' if kind else ''}>{text.escape(value)}</td>" for kind, value in cells)
    return f'<tr><th scope="row">{text.escape(text.moment(run.created, words))}</th>{told}</tr>'
