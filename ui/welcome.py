"""What the Ask room shows before a question: questions that this library can answer, and what came to it last. Pure."""

from collections.abc import Iterable

from index.result import DocumentInfo
from ui import page, question, text
from ui.names import kind_name, theme_name
from ui.question import Question
from ui.words import Words

_EXAMPLES = 5
_LATEST = 5


def render(documents: list[DocumentInfo], words: Words) -> str:
    """Set the welcome of a library that holds something."""
    first = examples(example_questions(documents, words, _EXAMPLES), words)
    return f'<div class="k-welcome">{first}{_latest(documents, words)}</div>'


def examples(questions: Iterable[str], words: Words) -> str:
    """Offer questions to begin with, as links that also work in a new tab."""
    items = "".join(
        f'<li><a href="?{text.escape(question.write(Question(text=one)))}" data-ask="yes">{text.escape(one)}</a></li>'
        for one in questions
    )
    return f'<section class="k-examples"><h2>{text.escape(words.examples)}</h2><ul>{items}</ul></section>' if items else ""


def example_questions(documents: list[DocumentInfo], words: Words, most: int = 4) -> list[str]:
    """Make questions from the themes, cities and titles of the library, each from another document where possible."""
    found: list[str] = []
    own = [info for info in documents if info.language == words.language]
    others = [info for info in documents if info.language != words.language]
    for turn, info in enumerate(own + others):
        theme = words.example_theme.format(theme=theme_name(info.theme[0], words)) if info.theme else ""
        city = words.example_city.format(city=info.city[0]) if info.city else ""
        title = words.example_title.format(title=info.title) if info.title else ""
        choices = ((theme, city, title), (city, title, theme), (title, theme, city))[turn % 3]
        chosen = next((choice for choice in choices if choice and choice not in found), "")
        found += [chosen] if chosen else []
        if len(found) == most:
            break
    return found


def _latest(documents: list[DocumentInfo], words: Words) -> str:
    """The documents that came last, with how much there is in all."""
    newest = sorted(documents, key=lambda info: (info.added, info.date, info.document_id), reverse=True)[:_LATEST]
    items = "".join(_document(info, words) for info in newest)
    cities = len({city for info in documents for city in info.city})
    held = [words.count(words.documents_n, len(documents)), words.count(words.cities_n, cities) if cities else ""]
    held += [words.count(words.passages_n, sum(info.passages for info in documents))]
    line = text.escape(" · ".join(part for part in held if part))
    shelf = f'<a href="{page.address("library", words)}">{line}</a>'
    return f'<section class="k-examples k-latest"><h2>{text.escape(words.latest)}</h2><ul>{items}</ul><p>{shelf}</p></section>'


def _document(info: DocumentInfo, words: Words) -> str:
    facts = " · ".join(filter(None, (*info.city, kind_name(info.kind, words), text.date(info.date, words))))
    address = page.address(f"library/{info.document_id}", words)
    return (
        f'<li><a href="{address}" dir="auto">{text.escape(info.title or info.path)}</a> {text.marking(info, words)}'
        f"<p>{text.escape(facts)}</p></li>"
    )
