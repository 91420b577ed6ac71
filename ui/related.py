"""Small pages of the viewer's frame: what is like a passage, and what stands around it. Hits in, a whole HTML page out."""

from collections.abc import Sequence

from index.result import DocumentInfo, Hit
from ui import editions, links, passages, text
from ui.names import kind_name
from ui.viewer import document
from ui.words import Words


def similar(own: Hit, found: Sequence[Hit], documents: Sequence[DocumentInfo], words: Words) -> str:
    """Set the passages of other documents that are like `own`, and the documents that are like its document."""
    listed = "".join(_passage(hit, words) for hit in found) or f'<p class="v-soft">{text.escape(words.no_similar)}</p>'
    near = "".join(_document(info, words) for info in documents)
    also = f'<h2>{text.escape(words.similar_documents)}</h2><ul class="v-documents">{near}</ul>' if near else ""
    onward = f'<a href="{text.escape(links.context(own.passage_id, words.language))}">{text.escape(words.wider)}</a>'
    return _page(words.similar, own, f"{_own(own, words)}<h2>{text.escape(words.in_others)}</h2>{listed}{also}", onward, words)


def context(own: Hit, around: Sequence[Hit], words: Words) -> str:
    """Set a passage, tinted, between what stands before and after it in its document. `around` holds it too."""
    parts = "".join(_piece(hit, words, this=hit.passage_id == own.passage_id) for hit in around)
    known = f'<p class="v-meta">{text.escape(passages.facts(own, words))}</p>'
    onward = f'<a href="{text.escape(links.similar(own.passage_id, words.language))}">{text.escape(words.similar)}</a>'
    return _page(words.wider, own, f"{_title(own, 'h2', words)}{known}{parts}", onward, words)


def _page(title: str, own: Hit, body: str, onward: str, words: Words) -> str:
    back = f'<a href="{text.escape(links.of_hit(own, words.language))}">‹ {text.escape(words.back_to_page)}</a>'
    heading = f'<div class="v-title"><h1>{text.escape(title)}</h1></div>'
    bar = f'<header class="v-bar">{heading}<nav class="v-nav">{back}{onward}</nav></header>'
    return document(f"{title} · {own.title or own.path}", f'{bar}<main class="v-related">{body}</main>', words)


def _own(own: Hit, words: Words) -> str:
    inner = f"{_title(own, 'h2', words)}{_about(own, words)}{_text(own)}"
    return f'<section class="v-own" aria-label="{text.escape(words.the_passage)}">{inner}</section>'


def _title(hit: Hit, level: str, words: Words) -> str:
    name = f'<{level} class="v-of" dir="auto">{text.escape(hit.title or hit.path)}</{level}>'
    return f'<div class="v-title">{name}{text.stamped(hit.handling)}</div>{editions.line(hit.superseded_by, words)}'


def _about(hit: Hit, words: Words) -> str:
    return f'<p class="v-meta">{_place(hit, words)} · {text.escape(passages.facts(hit, words))}</p>'


def _place(hit: Hit, words: Words) -> str:
    where = text.place_of(hit, words) or words.whole_text
    return f'<a href="{text.escape(links.of_hit(hit, words.language))}">{text.escape(where)}</a>'


def _text(hit: Hit) -> str:
    return f"<div{text.lang(hit.language)}>{text.paragraphs(hit.text, (), (), anchored=False)}</div>"


def _passage(hit: Hit, words: Words) -> str:
    leads = passages.leads(hit, words)
    onward = "".join(f'<a href="{text.escape(address)}">{text.escape(name)}</a>' for name, address in leads)
    body = f"{_title(hit, 'h3', words)}{_about(hit, words)}{_text(hit)}"
    return f'<article class="v-hit">{body}<p class="v-foot">{onward}</p></article>'


def _piece(hit: Hit, words: Words, *, this: bool) -> str:
    """Set one passage among its neighbours; `this`: the one that they stand around."""
    own = f' v-this" id="hit" aria-label="{text.escape(words.the_passage)}' if this else ""
    return f'<section class="v-piece{own}"><p class="v-meta">{_place(hit, words)}</p>{_text(hit)}</section>'


def _document(info: DocumentInfo, words: Words) -> str:
    facts = " · ".join(filter(None, (*info.city, kind_name(info.kind, words), text.date(info.date, words))))
    address = text.escape(links.view(info.document_id, words.language))
    return (
        f'<li><a href="{address}" dir="auto">{text.escape(info.title or info.path)}</a> {text.stamped(info.handling)}'
        f'<p class="v-meta">{text.escape(facts)}</p></li>'
    )
