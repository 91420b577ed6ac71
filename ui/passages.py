"""The passages of a result, by document: where each stands, why it was found, and what leads on from it. HTML out."""

from index.result import Hit
from ui import citation, editions, links, page, text, tools
from ui.names import kind_name, language_name
from ui.words import Words


def group(hits: list[Hit], opened: Hit | None, words: Words, *, onward: str, question: str) -> str:
    """Set the hits of one document. `opened` is the one that the viewer shows; `onward` is HTML that ends the group."""
    first = hits[0]
    shown = "".join(_passage(hit, hits, words, opened=hit is opened, question=question) for hit in hits)
    about = text.escape(page.address(f"library/{first.document_id}", words))
    name = f'<a href="{about}">{text.escape(first.title or first.path)}</a>'
    title = f'<h3 dir="auto">{name}</h3>{text.stamped(first.handling)}{editions.badge(first.superseded_by, words)}'
    known = text.escape(facts(first, words))
    return f'<article class="k-doc"><header>{title}</header><p class="k-meta">{known}</p>{shown}{onward}</article>'


def facts(hit: Hit, words: Words) -> str:
    """Say what is known of a hit's document: "Manchester · report · March 2021 · English"."""
    known = [*hit.city, kind_name(hit.kind, words), text.date(hit.date, words)]
    known += [language_name(hit.language, words)] if hit.language else []
    known += [] if hit.attributable else [words.no_attribution]
    return " · ".join(fact for fact in known if fact)


def why(hit: Hit, words: Words) -> str:
    """Say what a hit was found by: "matched by meaning and words"; "" where nothing is known of it."""
    ways = ((hit.by_meaning, words.meaning), (hit.by_words, words.by_words), (hit.by_added, words.by_added))
    found = [name for matched, name in ways if matched]
    if not found:
        return ""
    how = words.and_last.format(first=", ".join(found[:-1]), last=found[-1]) if len(found) > 1 else found[0]
    return words.matched.format(how=how)


def leads(hit: Hit, words: Words) -> tuple[tuple[str, str], ...]:
    """Where a passage leads on to: names and addresses."""
    return (
        (words.similar, links.similar(hit.passage_id, words.language)),
        (words.wider, links.context(hit.passage_id, words.language)),
    )


def _passage(hit: Hit, hits: list[Hit], words: Words, *, opened: bool, question: str) -> str:
    address = text.escape(links.of_hit(hit, words.language, hits))
    where = text.escape(text.place_of(hit, words) or words.whole_text)
    section = text.escape(" › ".join(hit.section))
    return (
        f'<section class="k-passage{" k-open" if opened else ""}" id="source-{hit.rank}" data-rank="{hit.rank}">'
        f'<div class="k-where"><a href="{address}" target="viewer" data-rank="{hit.rank}" '
        f'title="{text.escape(words.open_passage)}"><b>{hit.rank}</b> <span>{where}</span></a>'
        f'<span class="k-section" dir="auto">{section}</span>{_recognised(hit, words)}</div>'
        f'<div class="k-text"{text.lang(hit.language)}>{text.paragraphs(hit.text, (), hit.marks, anchored=False)}</div>'
        f"{_foot(hit, words, question)}</section>"
    )


def _recognised(hit: Hit, words: Words) -> str:
    said = citation.recognised(hit.ocr, words)
    return f'<span class="k-badge k-part" title="{text.escape(words.by_ocr_more)}">{text.escape(said)}</span>' if said else ""


def _foot(hit: Hit, words: Words, question: str) -> str:
    number = words.source_number.format(n=hit.rank)
    marked = " ".join(hit.text[start:end] for start, end in hit.marks)
    plain, rich = citation.plain(hit, words, marked), citation.rich(hit, words, marked)
    onward = tools.copy(words.copy_citation, plain, rich, words, label=f"{words.copy_citation}, {number}")
    onward += tools.keep(words.keep, str(hit.passage_id), question, words, label=f"{words.keep}, {number}")
    onward += "".join(
        f'<a href="{text.escape(address)}" target="viewer" data-rank="{hit.rank}" '
        f'aria-label="{text.escape(f"{name}, {number}")}">{text.escape(name)}</a>'
        for name, address in leads(hit, words)
    )
    reason = text.escape(why(hit, words))
    return f'<div class="k-foot"><span class="k-leads">{onward}</span><span class="k-why">{reason}</span></div>'
