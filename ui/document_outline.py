"""What a document is made of: its headings as a tree, and the recommendations found in it. Pure: HTML out."""

import re
from collections.abc import Sequence

from index.deskitems import Excerpt
from index.result import DocumentInfo, Hit, OutlineItem
from ui import citation, links, text, tools
from ui.words import Words

_PRINTED = re.compile(
    r"(?:recommendation|rekommendation)\s+(?P<number>\d+(?:\.\d+)*[a-z]?|[ivxlc]+)\s*[.:)–-]*\s+", re.IGNORECASE
)
_DEEPEST = 6


def outline(info: DocumentInfo, items: Sequence[OutlineItem], words: Words) -> str:
    """Set the headings as lists within lists, each linked to its words on the page."""
    headings = [item for item in items if item.kind == "heading"]
    if not headings:
        return f'<p class="k-soft">{text.escape(words.no_outline)}</p>'
    out, levels = ["<ul>"], [min(item.level for item in headings)]
    for number, item in enumerate(headings):
        level = min(item.level, _DEEPEST)
        if number == 0:
            levels = [level]
        elif level > levels[-1]:
            out.append("<ul>")
            levels.append(level)
        else:
            out.append("</li>")
            while len(levels) > 1 and level < levels[-1]:
                levels.pop()
                out.append("</ul></li>")
            levels[-1] = min(levels[-1], level) if len(levels) == 1 else levels[-1]
        out.append(f"<li>{_heading(info, item, words)}")
    out.append("</li></ul>" * len(levels))
    return f'<div class="d-tree"{text.lang(info.language)}>{"".join(out)}</div>'


def _heading(info: DocumentInfo, item: OutlineItem, words: Words) -> str:
    where = place(info, item, words, short=True)
    said = f'<span class="d-at" lang="{words.language}">{text.escape(where)}</span>' if where else ""
    return f'<a href="{text.escape(_address(info, item, words))}"><bdi>{text.escape(item.text)}</bdi>{said}</a>'


def recommendations(info: DocumentInfo, items: Sequence[OutlineItem], passages: Sequence[Hit], words: Words) -> str:
    """Set the recommendations, numbered as they are printed."""
    found = [item for item in items if item.kind == "recommendation"]
    if not found:
        return f'<p class="k-soft">{text.escape(words.no_recommendations)}</p>'
    rows = "".join(_recommendation(info, item, passages, words) for item in found)
    return f'<p class="k-soft">{text.escape(words.recommendations_more)}</p><ul class="d-recs">{rows}</ul>'


def printed(said: str) -> tuple[str, str]:
    """Part a recommendation into the number that it is printed with, "" where there is none, and its words."""
    match = _PRINTED.match(said)
    return (match["number"], said[match.end() :]) if match else ("", said)


def _recommendation(info: DocumentInfo, item: OutlineItem, passages: Sequence[Hit], words: Words) -> str:
    number, said = printed(item.text)
    name = words.recommendation_no.format(n=number) if number else words.recommendation_unnumbered
    badge = f'<span class="d-no" title="{text.escape(name)}">{text.escape(number) or "•"}</span>'
    hidden = f'<span class="k-hidden">{text.escape(name)}: </span>'
    where = place(info, item, words) or words.whole_text
    address = text.escape(_address(info, item, words))
    label = f"{words.open_passage}, {name}, {where}"
    onward = f'<a href="{address}" aria-label="{text.escape(label)}">{text.escape(where)}</a>'
    within = next((hit for hit in passages if hit.start <= item.start < hit.end), None)
    quoted = excerpt(info, item, within)
    plain, rich = citation.plain(quoted, words), citation.rich(quoted, words)
    onward += tools.copy(words.copy_citation, plain, rich, words, label=f"{words.copy_citation}, {name}")
    if within is not None:
        onward += tools.keep(words.keep, str(within.passage_id), "", words, label=f"{words.keep}, {name}")
    return (
        f'<li>{badge}<div><p{text.lang(info.language)} dir="auto"><span lang="{words.language}">{hidden}</span>'
        f'{text.escape(said)}</p><div class="k-foot"><span class="k-leads">{onward}</span></div></div></li>'
    )


def excerpt(info: DocumentInfo, item: OutlineItem, within: Hit | None) -> Excerpt:
    """Copy a recommendation with all that a reference needs. `within`: the passage that it stands in."""
    return Excerpt(
        document_id=info.document_id, sha256=info.sha256, path=info.path, title=info.title, kind=info.kind,
        organisation=info.organisation, city=info.city, date=info.date, language=info.language, edition=info.edition,
        source=info.source, format=info.format, page=item.page, page_end=item.page, page_label=item.page_label,
        section=within.section if within else (), text=item.text, start=item.start, end=item.end, handling=info.handling,
        attributable=info.attributable, groups=info.groups, speakers=info.withheld,
    )  # fmt: skip


def place(info: DocumentInfo, item: OutlineItem, words: Words, *, short: bool = False) -> str:
    """Say where an item stands. `short`: by the printed label alone, where there is one."""
    if short and item.page_label:
        return words.page_short.format(label=item.page_label.replace("-", "–"))
    return text.place(info.format, item.page, item.page, item.page_label, words)


def _address(info: DocumentInfo, item: OutlineItem, words: Words) -> str:
    return links.view(info.document_id, words.language, passage=(item.start, item.end), page=item.page, version=info.sha256)
