"""What is said of the news of a standing question, on the page and in the digest. Pure."""

from collections.abc import Sequence

from index.result import Hit
from ui import asking, text
from ui.following import News
from ui.question import FIELDS, Question
from ui.words import Words


def filters(asked: Question, words: Words) -> list[str]:
    """Say what a question is narrowed to: "city: London, Stockholm", "year: 2018–2021"."""
    names = {
        "city": words.city, "theme": words.theme, "kind": words.kind, "language": words.language_filter,
        "handling": words.handling_filter,
    }  # fmt: skip
    chosen = asked.filters
    said = [
        f"{names[field]}: {', '.join(asking.named(field, chosen.values(field), words))}"
        for field in FIELDS
        if chosen.values(field)
    ]
    years = [asking.year_chip(words.year, chosen.year_from, chosen.year_to)] if chosen.year_from or chosen.year_to else []
    return [*said, *years, *([] if asked.scope.translate else [words.own_words_only])]


def day(moment: str, words: Words) -> str:
    """Say the day of an ISO 8601 moment, in this machine's time."""
    return text.moment(moment, words).partition(",")[0]


def state(news: News, words: Words) -> str:
    """Say what is new: "3 new passages from 2 documents since 12 November 2026"."""
    since = day(news.followed.seen, words)
    if not news.hits:
        return words.nothing_new_since.format(date=since)
    documents = words.count(words.documents_n, news.documents)
    return words.new_since.format(passages=words.count(words.new_n, len(news.hits)), documents=documents, date=since)


def said(hit: Hit) -> str:
    """Give the answering sentences of a passage, verbatim, with "[…]" where something between them is left out."""
    parts: list[str] = []
    at = 0
    for start, end in hit.marks:
        apart = bool(parts) and hit.text[at:start].strip() != ""
        parts += ["[…]"] if apart else []
        parts.append(hit.text[start:end])
        at = end
    return " ".join(parts) or hit.text


def by_document(hits: Sequence[Hit]) -> list[list[Hit]]:
    """Put the passages of a document together, in the order of the best of each."""
    groups: dict[int, list[Hit]] = {}
    for hit in hits:
        groups.setdefault(hit.document_id, []).append(hit)
    return list(groups.values())
