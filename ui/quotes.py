"""The answer: sentences word for word, those of one document under each other, with who says them. A result in, HTML out."""

from collections.abc import Sequence

from index.result import Hit, Quote, Result
from ui import links, text
from ui.words import Words

_MOST_CITIES = 2  # that a short source names; of more, the title says more


def render(result: Result, words: Words, below: str = "") -> str:
    """Set the quotes of a result, each group followed by the line of its sources. `below`: HTML that ends the block."""
    hits = {hit.rank: hit for hit in result.hits}
    groups: dict[tuple[int, ...], list[Quote]] = {}
    for quote in result.quotes:
        groups.setdefault(tuple(_documents(quote, hits)), []).append(quote)
    names = short_sources([hit for quote in result.quotes for hit in _documents(quote, hits).values()])
    marks = {hit.document_id: hit.handling for hit in result.hits}
    named = {number: (name, marks[number]) for number, name in names.items()}
    said = "".join(_said(quotes, [named[number] for number in key], hits, words) for key, quotes in groups.items())
    return f'<h2 class="k-heading">{text.escape(words.answer)}</h2><section class="k-answer">{said}{below}</section>'


def short_sources(hits: Sequence[Hit]) -> dict[int, str]:
    """Name the documents of some hits as briefly as tells them apart: "Manchester, 2021". By document id."""
    firsts = {hit.document_id: hit for hit in hits}
    brief = {number: _dated(_place(hit), hit) for number, hit in firsts.items()}
    shared = {name for name in brief.values() if list(brief.values()).count(name) > 1}
    return {number: _dated(_title(hit), hit) if brief[number] in shared else brief[number] for number, hit in firsts.items()}


def _place(hit: Hit) -> str:
    """The city, else the organisation, else the title; nothing but the title where nobody may be named."""
    if not hit.attributable:
        return _title(hit)
    return (", ".join(hit.city) if len(hit.city) <= _MOST_CITIES else "") or hit.organisation or _title(hit)


def _title(hit: Hit) -> str:
    return hit.title or hit.path


def _dated(name: str, hit: Hit) -> str:
    year = hit.date[:4]
    return f"{name}, {year}" if year.isdigit() else name


def _documents(quote: Quote, hits: dict[int, Hit]) -> dict[int, Hit]:
    """The documents that say it, each by its first citation."""
    found: dict[int, Hit] = {}
    for number in quote.citations:
        if number in hits:
            found.setdefault(hits[number].document_id, hits[number])
    return found


def _said(quotes: Sequence[Quote], sources: Sequence[tuple[str, str]], hits: dict[int, Hit], words: Words) -> str:
    listed = "".join(f"<li>{text.escape(name)} {text.stamped(mark)}</li>" for name, mark in sources)
    shared = words.said_in.format(n=words.number(len(sources))) if len(sources) > 1 else ""
    note = f"<b>{text.escape(shared)}</b>" if shared else ""
    line = f"<figcaption><ul>{listed}</ul>{note}</figcaption>" if listed else ""
    return f'<figure class="k-said">{"".join(_quote(quote, hits, words) for quote in quotes)}{line}</figure>'


def _quote(quote: Quote, hits: dict[int, Hit], words: Words) -> str:
    cites = "".join(_cite(number, quote, hits, words) for number in quote.citations)
    lang = next((hit.language for hit in hits.values() if hit.rank in quote.citations), "")
    return f"<blockquote{text.lang(lang)}><p>{text.quoted(quote.text, words)}{cites}</p></blockquote>"


def _cite(number: int, quote: Quote, hits: dict[int, Hit], words: Words) -> str:
    hit = hits.get(number)
    near = [one for one in hits.values() if hit is not None and one.document_id == hit.document_id]
    own = hit is None or hit.document_id == quote.document_id
    lang = words.language
    address = links.of_quote(quote, hit, lang, near) if own or hit is None else links.of_hit(hit, lang, near)
    label = words.source_number.format(n=number)
    if hit is not None:
        label = ", ".join(filter(None, (label, hit.title, text.place_of(hit, words))))
    return (
        f'<a class="k-cite" href="{text.escape(address)}" target="viewer" data-rank="{number}" '
        f'title="{text.escape(label)}" aria-label="{text.escape(label)}">{number}</a>'
    )
