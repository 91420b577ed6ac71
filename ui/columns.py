"""A comparison as columns: what each value says, side by side, and what is not said. Values in, HTML out."""

from collections.abc import Sequence

from index.result import DocumentInfo, Hit
from ui import citation, comparing, fieldwords, links, page, question, text, tools
from ui.comparing import Column, Comparison
from ui.names import kind_name, language_name
from ui.question import Filters, Question
from ui.words import Words

_ASKABLE = ("city", "theme", "kind", "language", "year")  # fields that the Ask room filters by
_LETTERS = 20  # of a column's name on a line, at its narrowest
_MOST_LINES = 5


def named(value: str, by: str, words: Words) -> str:
    """Say a value as it is read: `sv` is "Swedish"."""
    if by == "language":
        return language_name(value, words)
    return kind_name(value, words) if by == "kind" else value


def summary(found: Comparison, words: Words) -> str:
    """Say how many answer: "Evidence from 5 of 8 cities"."""
    said = fieldwords.of(found.by, words)
    total = words.count(said.total, len(found.columns))
    return said.evidence.format(n=words.number(len(found.answering)), all=total)


def state(column: Column, words: Words) -> str:
    """Say what was found in a column, in two words."""
    if not column.documents:
        return words.no_documents_here
    if not column.answers:
        return words.no_evidence
    return words.faint if column.faint else words.has_evidence


def jumps(found: Comparison, words: Words) -> str:
    """Set a line of links to the columns, each with a dot that says what is in it (and words that say the same)."""
    items = "".join(
        f'<li><a class="c-{_look(one)}" href="#column-{place}">'
        f'<span dir="auto">{text.escape(named(one.value, found.by, words))}</span>'
        f'<span class="k-hidden">, {text.escape(state(one, words))}</span></a></li>'
        for place, one in enumerate(found.columns, 1)
    )
    return f'<nav class="c-jumps" aria-label="{text.escape(words.compare_columns)}"><ul>{items}</ul></nav>'


def _look(column: Column) -> str:
    return "none" if not column.answers else "faint" if column.faint else "full"


def answering(found: Comparison, documents: Sequence[DocumentInfo], words: Words) -> str:
    """Set the columns with evidence, side by side."""
    columns = found.answering
    if not columns:
        return ""
    infos = {info.document_id: info for info in documents}
    longest = max(len(named(one.value, found.by, words)) for one in columns)
    lines = min(_MOST_LINES, -(-longest // _LETTERS))
    label = text.escape(words.compare_columns)
    shown = "".join(_answering(one, place, found, infos, words) for place, one in enumerate(columns, 1))
    return (
        f'<div class="c-frame"><div class="c-columns c-n{len(columns)} c-lines{lines}" role="region" tabindex="0" '
        f'aria-label="{label}">{shown}</div></div>'
    )


def _answering(column: Column, place: int, found: Comparison, infos: dict[int, DocumentInfo], words: Words) -> str:
    by_document: dict[int, list[Hit]] = {}
    for hit in column.hits:
        by_document.setdefault(hit.document_id, []).append(hit)
    groups = [_document(hits, place, column, found, infos, words) for hits in by_document.values()]
    sources = "".join(groups)
    if column.faint and len(groups) > 1:  # what is weak does not crowd out what is strong
        more = words.count(words.more_passages_n, len(column.hits) - len(next(iter(by_document.values()))))
        rest = f'<details class="c-rest"><summary>{text.escape(more)}</summary>{"".join(groups[1:])}</details>'
        sources = groups[0] + rest
    return (
        f'<section class="c-column" id="column-{place}" aria-labelledby="column-{place}-name">'
        f"{_head(column, place, found.by, words)}{_said(column, place, found, words)}"
        f'<div class="c-sources">{sources}{_onward(column, found, words)}</div></section>'
    )


def _head(column: Column, place: int, by: str, words: Words) -> str:
    name = text.escape(named(column.value, by, words))
    weak = f'<span class="k-hidden">, {text.escape(words.faint)}</span>' if column.faint else ""
    return (
        f'<header class="c-head"><h3 id="column-{place}-name" class="c-{_look(column)}">'
        f'<span dir="auto">{name}</span>{weak}</h3><p>{text.escape(holds(column, words))}</p></header>'
    )


def holds(column: Column, words: Words) -> str:
    """Say how much there is of a value: "5 documents, 120 passages"."""
    if not column.documents:
        return words.no_documents_here
    passages = words.count(words.passages_n, column.passages)
    return f"{words.count(words.documents_n, column.documents)}, {passages}"


def _said(column: Column, place: int, found: Comparison, words: Words) -> str:
    """Set the sentences that are read first, with the numbers of the passages that say them."""
    quotes = column.said
    hits = {hit.rank: hit for hit in column.hits}
    cited = [hits[number] for number in quotes[0].citations]
    first = next((hit for hit in cited if hit.document_id == quotes[0].document_id), cited[0])
    cites = "".join(
        f'<a class="k-cite" href="#c{place}-{number}" aria-label="{_source(number, words)}">{number}</a>'
        for number in dict.fromkeys(number for quote in quotes for number in quote.citations)
    )
    said = " ".join(quote.text for quote in quotes)
    label = f"{words.copy_sentence}, {named(column.value, found.by, words)}"
    plain, rich = citation.plain(first, words, said), citation.rich(first, words, said)
    copy = tools.copy(words.copy_sentence, plain, rich, words, label=label)
    unnamed = "" if first.attributable else f"<span>{text.escape(words.no_attribution)}</span>"
    return (
        f'<div class="c-said{" c-weak" if column.faint else ""}"><blockquote{text.lang(first.language)}>'
        f'<p dir="auto">{text.quoted(said, words)}{cites}</p></blockquote>'
        f'<div class="k-leads">{text.stamped(first.handling)}{copy}{unnamed}</div></div>'
    )


def _source(number: int, words: Words) -> str:
    return text.escape(words.source_number.format(n=number))


def _document(
    hits: list[Hit], place: int, column: Column, found: Comparison, infos: dict[int, DocumentInfo], words: Words
) -> str:
    first = hits[0]
    facts = text.escape(_facts(first, column.value, found.by, infos.get(first.document_id), words))
    about = text.escape(page.address(f"library/{first.document_id}", words))
    passages = "".join(_passage(hit, hits, f"c{place}-{hit.rank}", found.question, words) for hit in hits)
    return (
        f'<article class="c-doc"><header><h4 dir="auto"{text.lang(first.language)}><a href="{about}">'
        f"{text.escape(first.title or first.path)}</a></h4>{text.marking(first, words)}</header>"
        f'<p class="c-meta">{facts}</p>{passages}</article>'
    )


def _facts(hit: Hit, value: str, by: str, info: DocumentInfo | None, words: Words) -> str:
    """Say what else is known of a document; that it belongs to other columns too, above all."""
    known = [] if by == "kind" else [kind_name(hit.kind, words)]
    known += [text.date(hit.date, words)]
    known += [] if by == "language" or not hit.language else [language_name(hit.language, words)]
    others = [one for one in comparing.values_of(info, by) if one.casefold() != value.casefold()] if info else []
    known += [words.also_of.format(values=", ".join(others))] if others else []
    known += [] if hit.attributable else [words.no_attribution]
    return " · ".join(fact for fact in known if fact)


def _passage(hit: Hit, hits: Sequence[Hit], own_id: str, asked: str, words: Words) -> str:
    """Set a passage: where it stands (a link to its page), its words with the answering sentences marked, what to do with it."""
    address = text.escape(links.of_hit(hit, words.language, hits))
    where = text.place_of(hit, words) or words.whole_text
    number = words.source_number.format(n=hit.rank)
    marked = " ".join(hit.text[start:end] for start, end in hit.marks)
    plain, rich = citation.plain(hit, words, marked), citation.rich(hit, words, marked)
    actions = tools.copy(words.copy_citation, plain, rich, words, label=f"{words.copy_citation}, {number}")
    actions += tools.keep(words.keep, str(hit.passage_id), asked, words, label=f"{words.keep}, {number}")
    label = text.escape(f"{hit.rank} {where}, {words.open_passage}, {words.new_tab}")
    section = f'<span class="k-section" dir="auto">{text.escape(" › ".join(hit.section))}</span>' if hit.section else ""
    return (
        f'<section class="c-passage" id="{own_id}"><div class="k-where"><a href="{address}" target="_blank" rel="noopener" '
        f'aria-label="{label}"><b>{hit.rank}</b> <span>{text.escape(where)}</span></a>{section}</div>'
        f'<div class="k-text"{text.lang(hit.language)}>{text.paragraphs(hit.text, (), hit.marks, anchored=False)}</div>'
        f'<div class="k-foot"><span class="k-leads">{actions}</span></div></section>'
    )


def _onward(column: Column, found: Comparison, words: Words) -> str:
    """Lead on to the Ask room, narrowed to this column."""
    if found.by not in _ASKABLE:
        return ""
    value = column.value
    filters = Filters(year_from=value, year_to=value) if found.by == "year" else Filters(**{found.by: (value,)})  # type: ignore[arg-type]
    address = page.address("ask", words, question.write(Question(text=found.question, filters=filters)))
    name = words.more_from.format(value=named(value, found.by, words))
    return f'<p class="c-onward"><a href="{text.escape(address)}">{text.escape(name)}</a></p>'


def silent(found: Comparison, words: Words) -> str:
    """Set the values without evidence: what was looked through, and the nearest passage folded away, apart from the evidence."""
    if not found.silent:
        return ""
    before = len(found.answering)
    cards = "".join(_silent(one, before + place, found, words) for place, one in enumerate(found.silent, 1))
    return f'<h2 class="k-heading">{text.escape(words.without_evidence)}</h2><div class="c-silent">{cards}</div>'


def _silent(column: Column, place: int, found: Comparison, words: Words) -> str:
    name = named(column.value, found.by, words)
    told = fieldwords.of(found.by, words)
    sentence = (told.none if column.documents else told.absent).format(value=name)
    held = f"<p>{text.escape(holds(column, words))}</p>" if column.documents else ""
    nearest = ""
    if column.hits:
        hit = column.hits[0]
        source = f'<p class="c-meta">{text.escape(citation.reference(hit, words))}</p>'
        address = text.escape(links.of_hit(hit, words.language))
        shown = text.escape(text.place_of(hit, words) or words.whole_text)
        label = text.escape(f"{words.open_passage}, {name}, {words.new_tab}")
        nearest = (
            f"<details><summary>{text.escape(words.nearest_here)}</summary>{source}"
            f'<div class="k-text"{text.lang(hit.language)}>{text.paragraphs(hit.text, (), (), anchored=False)}</div>'
            f'<p class="c-meta"><a href="{address}" target="_blank" rel="noopener" aria-label="{label}">{shown}</a></p></details>'
        )
    return f'<section class="c-quiet" id="column-{place}"><h3 dir="auto">{text.escape(sentence)}</h3>{held}{nearest}</section>'
