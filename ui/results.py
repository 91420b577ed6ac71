"""The Ask room's answer: quotes, then the passages by document, then what was searched. A result in, HTML out."""

from dataclasses import replace
from typing import Any
from urllib.parse import urlencode

from index.access import strictest
from index.result import DocumentInfo, Hit, Result, Searched, Status
from ui import citation, indexroom, links, page, passages, question, quotes, reasons, text, tools
from ui.names import known_languages
from ui.question import Question
from ui.words import Words

MOST_ADDED = 12  # words of the other language that are listed
_SWITCH, _WHOLE, _OLDER = "k-added-switch", "k-whole", "k-older-switch"  # what gets the focus when the answer comes anew


def render(result: Result, status: Status, words: Words, asked: Question, within: DocumentInfo | None = None) -> str:
    """Set the whole answer to a question. `within`: the document that it was narrowed to."""
    parts = [_notes(result.notes, words)]
    parts += [narrowed(asked, within, words)] if within else []
    parts.append(_instead(result, asked, words))
    if result.quotes:
        parts += [quotes.render(result, words, answer_tools(result, asked, words)), _heading(words.passages)]
    else:
        parts.append(_nothing(words))
        # Nothing is marked: a mark would say that the sentence answers.
        result = replace(result, hits=tuple(replace(hit, marks=()) for hit in result.hits))
        parts += [_heading(words.nearest, words.nearest_more)] if result.hits else []
    parts += [_added(result, asked, words), *_groups(result, asked, words)]
    parts += [_coverage(result, status, asked, words), _gap(result, status, words)]
    return "\n".join(part for part in parts if part)


def first_view(result: Result, words: Words) -> str:
    """Choose what the viewer opens with: the first source of the answer; "" where there is no answer."""
    hit = _first(result)
    if hit is None:
        return ""
    return links.of_hit(hit, words.language, [other for other in result.hits if other.document_id == hit.document_id])


def _first(result: Result) -> Hit | None:
    cited = [number for quote in result.quotes for number in quote.citations]
    return next((hit for number in cited for hit in result.hits if hit.rank == number), None)


def message(title: str, more: str = "", *, kind: str = "quiet", busy: bool = False) -> str:
    """Set a plain statement where an answer would stand. `busy` shows that something is under way."""
    dots = '<span class="dots" aria-hidden="true"><i></i><i></i><i></i></span>' if busy else ""
    body = f"<p>{text.escape(more)}</p>" if more else ""
    return f'<div class="k-message k-{kind}" role="status"><h2>{text.escape(title)}{dots}</h2>{body}</div>'


def narrowed(asked: Question, within: DocumentInfo | None, words: Words) -> str:
    """Say which document the answer is narrowed to, with the way back; None where it does not exist for the asker."""
    title = words.within.format(title=within.title or within.path) if within else ""
    said = f'<span dir="auto">{text.escape(title)}</span> ' if title else ""
    back = _ask(words.whole_library, _scoped(asked, document=0), own_id=_WHOLE)
    return f'<p class="k-line">{said}{back}</p>'


def _scoped(asked: Question, **changed: Any) -> Question:  # noqa: ANN401 - the fields of a Scope
    return replace(asked, scope=replace(asked.scope, **changed))


def _ask(said: str, asked: Question, *, own_id: str = "", then: str = "") -> str:
    """Set a link that asks a question, and also works in a new tab.

    `own_id` is the link's own id, and `then` the id of what gets the focus in the answer that comes.
    """
    named = f' id="{own_id}"' if own_id else ""
    after = f' data-then="{then}"' if then else ""
    return f'<a{named} href="?{text.escape(question.write(asked))}" data-ask="yes"{after}>{text.escape(said)}</a>'


def answer_tools(result: Result, asked: Question, words: Words) -> str:
    """Offer what can be done with the whole answer: copy it, keep its passages, compare cities, follow the question."""
    hits = {hit.rank: hit for hit in result.hits}
    cited = [(quote, hits[n]) for quote in result.quotes for n in quote.citations[:1] if n in hits]
    above = words.contains_mark.format(mark=strictest(hit.handling for _, hit in cited))
    plain = "\n\n".join([above, *(citation.plain(hit, words, quote.text) for quote, hit in cited)])
    rich = "".join([f"<p><b>{text.escape(above)}</b></p>", *(citation.rich(hit, words, quote.text) for quote, hit in cited)])
    kept = ",".join(dict.fromkeys(str(hit.passage_id) for _, hit in cited))
    address = text.escape(question.write(asked))
    compare = text.escape(page.address("compare", words, urlencode({"q": asked.text})))
    return (
        f'<div class="k-tools">{tools.copy(words.copy_answer, plain, rich, words)}'
        f"{tools.keep(words.keep_all, kept, asked.text, words)}"
        f'<a href="{compare}">{text.escape(words.compare_cities)}</a>'
        f'<form class="k-inline" method="post" action="{page.address("follow", words)}">'
        f'<input type="hidden" name="address" value="{address}">'
        f'<button class="k-link">{text.escape(words.follow_this)}</button></form></div>'
    )


def _instead(result: Result, asked: Question, words: Words) -> str:
    if not result.instead:
        return ""
    end = "" if result.instead.endswith(("?", "!", ".")) else "?"
    offered = _ask(result.instead, replace(asked, text=result.instead))
    return f'<p class="k-line">{text.escape(words.did_you_mean)} {offered}{end}</p>'


def _added(result: Result, asked: Question, words: Words) -> str:
    """Say which words of the other language were searched too, and offer to leave them out; or to bring them in again."""
    translate = asked.scope.translate
    if translate and not result.added:
        return ""
    said, offer = text.escape(words.own_words_were), words.other_words
    if translate:
        listed = ", ".join(result.added[:MOST_ADDED]) + (", …" if len(result.added) > MOST_ADDED else "")
        other = text.lang("en" if result.language == "sv" else "sv")
        said, offer = f"{text.escape(words.also_searched)} <i{other}>{text.escape(listed)}</i>", words.own_words
    switch = _ask(offer, _scoped(asked, translate=not translate), own_id=_SWITCH, then=_SWITCH)
    return f'<p class="k-line k-added"><span>{said}</span> {switch}</p>'


def _groups(result: Result, asked: Question, words: Words) -> list[str]:
    groups: dict[int, list[Hit]] = {}
    for hit in result.hits:
        groups.setdefault(hit.document_id, []).append(hit)
    opened = _first(result)
    return [
        passages.group(hits, opened, words, onward=_more(hits[0], asked, words), question=result.question)
        for hits in groups.values()
    ]


def _more(hit: Hit, asked: Question, words: Words) -> str:
    """Offer the other passages of a document that were found; within that document there is no going further."""
    if not hit.more or asked.scope.document:
        return ""
    within = _scoped(asked, document=hit.document_id)
    return f'<p class="k-more">{_ask(words.count(words.more_n, hit.more), within, then=_WHOLE)}</p>'


def _heading(title: str, more: str = "") -> str:
    small = f'<p class="k-soft">{text.escape(more)}</p>' if more else ""
    return f'<h2 class="k-heading">{text.escape(title)}</h2>{small}'


def _notes(notes: tuple[str, ...], words: Words) -> str:
    items = "".join(f"<li>{text.escape(reasons.said(note, words))}</li>" for note in notes)
    return f'<ul class="k-notes" aria-label="{text.escape(words.notes)}">{items}</ul>' if items else ""


def _nothing(words: Words) -> str:
    return (
        f'<section class="k-answer k-none"><h2>{text.escape(words.nothing)}</h2>'
        f"<p>{text.escape(words.nothing_more)}</p></section>"
    )


def _coverage(result: Result, status: Status, asked: Question, words: Words) -> str:
    found = result.searched
    said = words.searched.format(
        documents=words.count(words.documents_n, found.documents),
        passages=words.count(words.passages_n, found.passages),
    )
    facts = [words.seconds.format(n=words.decimal(result.seconds, 2))]
    if status.created:
        facts.append(words.index_of.format(date=text.date(status.created[:10], words)))
    facts.append(model_name(status, words))
    line = f"{text.escape(said)} {_older(found, asked, words)} {_unreadable(found, words)}"
    return f'<footer class="k-coverage">{line} {text.escape(" · ".join(fact for fact in facts if fact))}</footer>'


def _older(found: Searched, asked: Question, words: Words) -> str:
    """Say how many older editions and copies were left out, and offer to search them too; or that they were."""
    if not found.older and not asked.scope.older:
        return ""
    said, offer = words.older_asked, words.without_older
    if found.older:
        said, offer = words.count(words.older_left_n, found.older), words.with_older
    return f"{text.escape(said)} {_ask(offer, _scoped(asked, older=not asked.scope.older), own_id=_OLDER, then=_OLDER)}"


def _gap(result: Result, status: Status, words: Words) -> str:
    """Say that the model does not know a language that this question or its passages are in."""
    met = {result.language, *(hit.language for hit in result.hits)} - {""}
    return "" if met <= set(status.model_languages) else indexroom.gap(status, words)


def _unreadable(found: Searched, words: Words) -> str:
    if not found.unreadable_documents:
        return ""
    documents = words.count(words.documents_n, found.unreadable_documents)
    said = words.could_not.format(documents=documents, pages=words.count(words.pages_n, found.unreadable_pages))
    which = page.address("library", words, "state=partial")
    return f'{text.escape(said)} <a href="{which}">{text.escape(words.which_ones)}</a>'


def model_name(status: Status, words: Words) -> str:
    """Name the model and the languages it knows: "model all-MiniLM-L6-v2 (English)"."""
    if not status.model:
        return ""
    languages = known_languages(status.model_languages, words)
    if not languages:
        return words.model_all.format(model=status.model)
    return words.model_is.format(model=status.model, languages=languages)
