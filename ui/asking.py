"""The Ask room at work: a question and its filters in, what to show out. Knows nothing of Gradio."""

import logging
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass

from index.access import Principal
from index.errors import LibraryError
from index.result import Result
from ui import results, text
from ui.names import kind_name, language_name
from ui.ports import Library
from ui.scope import WHOLE, Scope
from ui.words import Words

_LOG = logging.getLogger(__name__)
LONGEST_QUESTION = 2000
TOP = 10
PER_DOCUMENT = 4  # of these, from one document, so that others are seen beside it
IN_DOCUMENT = 30  # where the question is put to one document only


@dataclass(frozen=True, slots=True, kw_only=True)
class Filters:
    """What the answer is narrowed to. Empty: not narrowed."""

    city: tuple[str, ...] = ()
    theme: tuple[str, ...] = ()
    kind: tuple[str, ...] = ()
    language: tuple[str, ...] = ()
    year_from: str = ""
    year_to: str = ""

    def where(self, years: Sequence[str]) -> dict[str, Sequence[str]]:
        """Write the filters as the library takes them. `years`: those there are."""
        named = {"city": self.city, "theme": self.theme, "kind": self.kind, "language": self.language}
        chosen: dict[str, Sequence[str]] = {field: values for field, values in named.items() if values}
        low, high = self.year_from, self.year_to
        if low and high and low > high:
            low, high = high, low
        if low or high:
            within = [year for year in years if (not low or year >= low) and (not high or year <= high)]
            chosen["year"] = within or [low or high]
        return chosen


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """What stands in the Ask room: the answer's HTML, and the address the viewer opens with ("" leaves it empty)."""

    html: str
    view: str = ""


class AskRoom:
    """Answers questions for one language of the interface."""

    def __init__(self, library: Library, words: Words, corpus: str) -> None:
        self._library = library
        self._words = words
        self._corpus = corpus

    def ask(self, question: str, filters: Filters, principal: Principal, scope: Scope = WHOLE) -> Iterator[Shown]:
        """Answer a question; says first that the model is loading, where it is. An empty question shows the welcome."""
        asked, words = question.strip(), self._words
        if not asked:
            yield Shown(html=self.welcome(principal))
            return
        if len(asked) > LONGEST_QUESTION:
            too_long = words.question_long.format(n=words.number(LONGEST_QUESTION))
            yield Shown(html=results.message(too_long, kind="bad"))
            return
        loading = False
        with suppress(LibraryError):  # it is told with the answer
            loading = not self._library.ready()
        if loading:
            yield Shown(html=results.message(words.loading_model, busy=True))
        yield self._answer(asked, filters, principal, scope)

    def _answer(self, question: str, filters: Filters, principal: Principal, scope: Scope) -> Shown:
        words = self._words
        try:
            if not self._library.status().documents:
                return Shown(html=self._empty())
            within = self._library.document(scope.document, principal) if scope.document else None
            if scope.document and within is None:
                gone = results.narrowed(question, scope, None, words)
                return Shown(html=gone + results.message(words.not_found, words.not_found_more))
            result = self._search(question, filters, principal, scope)
            status = self._library.status()
        except LibraryError as exc:
            return Shown(html=results.message(words.ask_failed.format(reason=exc), words.ask_failed_more, kind="bad"))
        except Exception:
            _LOG.exception("a question could not be answered")
            said = words.ask_failed.format(reason=words.unexpected)
            return Shown(html=results.message(said, words.ask_failed_more, kind="bad"))
        return Shown(html=results.render(result, status, words, scope, within), view=results.first_view(result, words))

    def _search(self, question: str, filters: Filters, principal: Principal, scope: Scope) -> Result:
        where = filters.where(self._library.facets(principal).get("year", []))
        if scope.document:
            where["document"] = [str(scope.document)]
        return self._library.search(
            question,
            principal=principal,
            top=IN_DOCUMENT if scope.document else TOP,
            where=where,
            translate=scope.translate,
            per_document=0 if scope.document else PER_DOCUMENT,
        )

    def welcome(self, principal: Principal) -> str:
        """Set what stands there before a question: examples, or what to do where the library is empty."""
        try:
            documents = self._library.documents(principal)
        except LibraryError as exc:
            return results.message(self._words.library_failed, str(exc), kind="bad")
        if not documents:
            return self._empty()
        return results.examples(results.example_questions(documents, self._words), self._words)

    def _empty(self) -> str:
        words = self._words
        return results.message(words.empty_title, words.empty_more.format(corpus=self._corpus, sync=words.sync))


def choices(facets: dict[str, list[str]], field: str, words: Words) -> list[tuple[str, str]]:
    """Offer the values of a filter as (what is shown, value), in the order they are shown."""
    values = facets.get(field, [])
    if field == "language":
        shown = [(language_name(value, words), value) for value in values if value]
    elif field == "kind":
        shown = [(kind_name(value, words), value) for value in values if value]
    else:
        shown = [(value, value) for value in values if value]
    return sorted(shown, key=lambda pair: pair[0].casefold())


def chip(name: str, chosen: Sequence[str]) -> str:
    """Label a filter with what is chosen: "city", "city: London, Stockholm", "city: London + 3"."""
    if not chosen:
        return name
    listed = ", ".join(chosen) if len(chosen) <= 2 else f"{chosen[0]} + {len(chosen) - 1}"
    return f"{name}: {listed}"


def year_chip(name: str, low: str, high: str) -> str:
    """Label the filter of years: "year", "year: 2018–2021", "year: 2018–"."""
    if low and high:
        return f"{name}: {low}" if low == high else f"{name}: {min(low, high)}–{max(low, high)}"
    return f"{name}: {low}–{high}" if low or high else name


def frame(view: str, words: Words, turn: int = 0) -> str:
    """Set the viewer's frame. `turn` differs with each answer, so the frame follows even to the same address."""
    address = view or f"/view?lang={words.language}"
    address += f"&turn={turn}" if view and turn else ""
    back = f'<a class="k-back" href="#k-results">{text.escape(words.back_to_results)}</a>'
    title = text.escape(words.viewer)
    return f'{back}<iframe name="viewer" title="{title}" src="{text.escape(address)}"></iframe>'


def named(field: str, values: Sequence[str], words: Words) -> list[str]:
    """Say chosen values as the filter shows them."""
    say = {"language": language_name, "kind": kind_name}.get(field)
    return [say(value, words) if say else value for value in values]
