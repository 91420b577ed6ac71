"""All passages of a document, fifty at a time. Pure: hits in, HTML out."""

from collections.abc import Sequence

from index.result import DocumentInfo, Hit
from ui import citation, links, page, passages, text, tools
from ui.words import Words

AT_ONCE = 50


def parts(hits: Sequence[Hit]) -> int:
    """How many pages of passages there are."""
    return max(1, -(-len(hits) // AT_ONCE))


def render(info: DocumentInfo, hits: Sequence[Hit], part: int, words: Words) -> str:
    """Set one page of passages. `part`: 1-based; one that there is not is taken as the nearest."""
    if not hits:
        return f'<p class="k-soft">{text.escape(words.no_passages)}</p>'
    part = max(1, min(part, parts(hits)))
    first = (part - 1) * AT_ONCE
    shown = hits[first : first + AT_ONCE]
    counted = words.passages_shown.format(
        first=words.number(first + 1), last=words.number(first + len(shown)), n=words.number(len(hits))
    )
    steps = _steps(info, part, parts(hits), words)
    said = f'<p class="k-soft d-count">{text.escape(counted)}</p>' if len(hits) > AT_ONCE else ""
    body = "".join(_passage(hit, number, words) for number, hit in enumerate(shown, first + 1))
    return f"{said}{body}{steps}"


def _steps(info: DocumentInfo, part: int, last: int, words: Words) -> str:
    if last == 1:
        return ""
    near = sorted({1, last, *range(max(1, part - 2), min(last, part + 2) + 1)})
    out = _step(info, part - 1, f"‹ {words.earlier_passages}", words) if part > 1 else ""
    for before, one in zip([0, *near], near, strict=False):
        out += '<span aria-hidden="true">…</span>' if one > before + 1 else ""
        number = words.number(one)
        out += f'<b aria-current="page">{number}</b>' if one == part else _step(info, one, number, words)
    out += _step(info, part + 1, f"{words.later_passages} ›", words) if part < last else ""
    return f'<nav class="d-steps" aria-label="{text.escape(words.pages_of_passages)}">{out}</nav>'


def _step(info: DocumentInfo, part: int, name: str, words: Words) -> str:
    address = page.address(f"library/{info.document_id}", words, f"part={part}")
    return f'<a href="{address}#passages">{text.escape(name)}</a>'


def _passage(hit: Hit, number: int, words: Words) -> str:
    address = text.escape(links.of_hit(hit, words.language))
    where = text.escape(text.place_of(hit, words) or words.whole_text)
    section = text.escape(" › ".join(hit.section))
    name = words.passage_no.format(n=words.number(number))
    shown = "".join(
        f'<a href="{text.escape(to)}" aria-label="{text.escape(f"{said}, {name}")}">{text.escape(said)}</a>'
        for said, to in ((words.open_passage, links.of_hit(hit, words.language)), *passages.leads(hit, words))
    )
    copied = tools.copy(
        words.copy_citation, citation.plain(hit, words), citation.rich(hit, words), words, label=f"{words.copy_citation}, {name}"
    )
    kept = tools.keep(words.keep, str(hit.passage_id), "", words, label=f"{words.keep}, {name}")
    return (
        f'<section class="k-passage" id="passage-{hit.passage_id}" aria-label="{text.escape(name)}">'
        f'<div class="k-where"><a href="{address}" title="{text.escape(words.open_passage)}">'
        f"<b>{words.number(number)}</b> <span>{where}</span></a>"
        f'<span class="k-section" dir="auto">{section}</span></div>'
        f'<div class="k-text"{text.lang(hit.language)} dir="auto">{text.paragraphs(hit.text, (), (), anchored=False)}</div>'
        f'<div class="k-foot"><span class="k-leads">{shown}{copied}{kept}</span></div></section>'
    )
