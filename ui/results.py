"""The Ask room's answer: quotes, then the passages by document, then what was searched. A result in, HTML out."""

from collections.abc import Iterable
from dataclasses import replace

from index.result import DocumentInfo, Hit, Quote, Result, Searched, Status
from ui import links, text
from ui.names import kind_name, known_languages, language_name
from ui.words import Words


def render(result: Result, status: Status, words: Words) -> str:
    """Set the whole answer to a question."""
    parts = [_notes(result.notes, words)]
    if result.quotes:
        parts += [_answer(result, words), _heading(words.passages), *_groups(result, words)]
    else:
        parts.append(_nothing(words))
        if result.hits:
            # Nothing is marked: a mark would say that the sentence answers.
            result = replace(result, hits=tuple(replace(hit, marks=()) for hit in result.hits))
            parts += [_heading(words.nearest, words.nearest_more), *_groups(result, words)]
    parts.append(_coverage(result, status, words))
    return "\n".join(part for part in parts if part)


def first_view(result: Result, words: Words) -> str:
    """Choose what the viewer opens with: the first source of the answer; "" where there is no answer."""
    hit = _first(result)
    return links.of_hit(hit, words.language) if hit is not None else ""


def _first(result: Result) -> Hit | None:
    cited = [number for quote in result.quotes for number in quote.citations]
    return next((hit for number in cited for hit in result.hits if hit.rank == number), None)


def message(title: str, more: str = "", *, kind: str = "quiet", busy: bool = False) -> str:
    """Set a plain statement where an answer would stand. `busy` shows that something is under way."""
    dots = '<span class="dots" aria-hidden="true"><i></i><i></i><i></i></span>' if busy else ""
    body = f"<p>{text.escape(more)}</p>" if more else ""
    return f'<div class="k-message k-{kind}" role="status"><h2>{text.escape(title)}{dots}</h2>{body}</div>'


def examples(questions: Iterable[str], words: Words) -> str:
    """Offer questions to begin with, as links that also work in a new tab."""
    items = "".join(
        f'<li><a href="?{links.ask(question)}" data-ask="{text.escape(question)}">{text.escape(question)}</a></li>'
        for question in questions
    )
    return f'<div class="k-examples"><h2>{text.escape(words.examples)}</h2><ul>{items}</ul></div>' if items else ""


def example_questions(documents: list[DocumentInfo], words: Words, most: int = 4) -> list[str]:
    """Make questions from the themes, cities and titles of the library, each from another document where possible."""
    found: list[str] = []
    own = [info for info in documents if info.language == words.language]
    others = [info for info in documents if info.language != words.language]
    for turn, info in enumerate(own + others):
        theme = words.example_theme.format(theme=info.theme[0]) if info.theme else ""
        city = words.example_city.format(city=info.city[0]) if info.city else ""
        title = words.example_title.format(title=info.title) if info.title else ""
        choices = ((theme, city, title), (city, title, theme), (title, theme, city))[turn % 3]
        question = next((choice for choice in choices if choice and choice not in found), "")
        found += [question] if question else []
        if len(found) == most:
            break
    return found


def _heading(title: str, more: str = "") -> str:
    small = f'<p class="k-soft">{text.escape(more)}</p>' if more else ""
    return f'<h2 class="k-heading">{text.escape(title)}</h2>{small}'


def _notes(notes: tuple[str, ...], words: Words) -> str:
    items = "".join(f"<li>{text.escape(note)}</li>" for note in notes)
    return f'<ul class="k-notes" aria-label="{text.escape(words.notes)}">{items}</ul>' if items else ""


def _nothing(words: Words) -> str:
    return (
        f'<section class="k-answer k-none"><h2>{text.escape(words.nothing)}</h2>'
        f"<p>{text.escape(words.nothing_more)}</p></section>"
    )


def _answer(result: Result, words: Words) -> str:
    hits = {hit.rank: hit for hit in result.hits}
    quotes = "".join(_quote(quote, hits, words) for quote in result.quotes)
    return f'<h2 class="k-heading">{text.escape(words.answer)}</h2><section class="k-answer">{quotes}</section>'


def _quote(quote: Quote, hits: dict[int, Hit], words: Words) -> str:
    cites = "".join(_cite(number, quote, hits.get(number), words) for number in quote.citations)
    lang = next((hit.language for hit in hits.values() if hit.rank in quote.citations), "")
    return f"<blockquote{_lang(lang)}><p>{text.quoted(quote.text, words)}{cites}</p></blockquote>"


def _cite(number: int, quote: Quote, hit: Hit | None, words: Words) -> str:
    own = hit is None or hit.document_id == quote.document_id
    address = links.of_quote(quote, hit, words.language) if own or hit is None else links.of_hit(hit, words.language)
    label = words.source_number.format(n=number)
    if hit is not None:
        label = ", ".join(filter(None, (label, hit.title, text.place_of(hit, words))))
    return (
        f'<a class="k-cite" href="{text.escape(address)}" target="viewer" data-rank="{number}" '
        f'title="{text.escape(label)}" aria-label="{text.escape(label)}">{number}</a>'
    )


def _groups(result: Result, words: Words) -> list[str]:
    groups: dict[int, list[Hit]] = {}
    for hit in result.hits:
        groups.setdefault(hit.document_id, []).append(hit)
    opened = _first(result)
    return [_document(group, opened, words) for group in groups.values()]


def _document(hits: list[Hit], opened: Hit | None, words: Words) -> str:
    first = hits[0]
    facts = [*first.city, kind_name(first.kind, words), text.date(first.date, words)]
    facts += [language_name(first.language, words)] if first.language else []
    facts += [] if first.attributable else [words.no_attribution]
    meta = " · ".join(text.escape(fact) for fact in facts if fact)
    passages = "".join(_passage(hit, words, opened=hit is opened) for hit in hits)
    return (
        f'<article class="k-doc"><header><h3 dir="auto">{text.escape(first.title or first.path)}</h3>'
        f'{text.handling(first.handling)}</header><p class="k-meta">{meta}</p>{passages}</article>'
    )


def _passage(hit: Hit, words: Words, *, opened: bool) -> str:
    address = text.escape(links.of_hit(hit, words.language))
    where = text.escape(text.place_of(hit, words) or words.whole_text)
    section = text.escape(" › ".join(hit.section))
    why = words.both if hit.by_meaning and hit.by_words else words.meaning if hit.by_meaning else words.by_words
    return (
        f'<section class="k-passage{" k-open" if opened else ""}" id="source-{hit.rank}" data-rank="{hit.rank}">'
        f'<div class="k-where"><a href="{address}" target="viewer" data-rank="{hit.rank}" '
        f'title="{text.escape(words.open_passage)}"><b>{hit.rank}</b> <span>{where}</span></a>'
        f'<span class="k-section" dir="auto">{section}</span>'
        f'<span class="k-why" title="{text.escape(words.matched)}">{text.escape(why)}</span></div>'
        f'<div class="k-text"{_lang(hit.language)}>{text.paragraphs(hit.text, (), hit.marks, anchored=False)}</div>'
        "</section>"
    )


def _lang(code: str) -> str:
    return f' lang="{text.escape(code)}"' if code.isalpha() else ""


def _coverage(result: Result, status: Status, words: Words) -> str:
    found = result.searched
    said = [
        words.searched.format(
            documents=words.count(words.documents_n, found.documents),
            passages=words.count(words.passages_n, found.passages),
        ),
        _unreadable(found, words),
    ]
    facts = [words.seconds.format(n=words.decimal(result.seconds, 2))]
    if status.created:
        facts.append(words.index_of.format(date=text.date(status.created[:10], words)))
    facts.append(model_name(status, words))
    line = " ".join(text.escape(part) for part in said if part)
    return f'<footer class="k-coverage">{line} {text.escape(" · ".join(fact for fact in facts if fact))}</footer>'


def _unreadable(found: Searched, words: Words) -> str:
    if not found.unreadable_documents:
        return ""
    documents = words.count(words.documents_n, found.unreadable_documents)
    return words.could_not.format(documents=documents, pages=words.count(words.pages_n, found.unreadable_pages))


def model_name(status: Status, words: Words) -> str:
    """Name the model and the languages it knows: "model all-MiniLM-L6-v2 (English)"."""
    if not status.model:
        return ""
    languages = known_languages(status.model_languages, words)
    if not languages:
        return words.model_all.format(model=status.model)
    return words.model_is.format(model=status.model, languages=languages)
