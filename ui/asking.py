"""The Ask room at work: a question and its filters in, what to show out. Knows nothing of Gradio."""

from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from math import ceil

from index.access import Principal, level_of
from index.errors import LibraryError
from index.result import Result
from ui import logs, question, reasons, results, welcome
from ui.names import kind_name, language_name, theme_name
from ui.ports import Desk, Gate, Library
from ui.question import Question
from ui.reasons import said
from ui.turns import Crowded, Turns
from ui.words import Words

TOP = 10
PER_DOCUMENT = 4  # of these, from one document, so that others are seen beside it
IN_DOCUMENT = 30  # where the question is put to one document only


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """What stands in the Ask room: HTML, the address that shows it again, and what the viewer opens with ("" leaves it empty).

    `final` is False for what is only shown until the answer comes.
    """

    html: str
    address: str = ""
    view: str = ""
    final: bool = True


class AskRoom:
    """Answers questions for one language of the interface."""

    def __init__(
        self, library: Library, desk: Desk, words: Words, corpus: str, gate: Gate | None = None, turns: Turns | None = None
    ) -> None:
        self._library = library
        self._gate = gate
        self._turns = turns or Turns()
        self._desk = desk
        self._words = words
        self._corpus = corpus

    def ask(self, asked: Question, principal: Principal) -> Iterator[Shown]:
        """Answer a question; says first that the model is loading, where it is. An empty question shows the welcome."""
        words, address = self._words, question.write(asked)
        if not asked.text:
            yield Shown(html=self.welcome(principal), address=address)
            return
        if len(asked.text) > question.LONGEST:
            too_long = words.question_long.format(n=words.number(question.LONGEST))
            yield Shown(html=results.message(too_long, kind="bad"))
            return
        loading = False
        with suppress(LibraryError):  # it is told with the answer
            loading = not self._library.ready()
        if loading:
            yield Shown(html=results.message(words.loading_model, busy=True), address=address, final=False)
        yield self._answer(asked, principal)

    def _answer(self, asked: Question, principal: Principal) -> Shown:
        words, address, within = self._words, question.write(asked), asked.scope.document
        try:
            if not self._library.status(principal).documents:
                return Shown(html=self._empty(), address=address)
            document = self._library.document(within, principal) if within else None
            if within and document is None:
                gone = results.narrowed(asked, None, words)
                return Shown(html=gone + results.message(words.not_found, words.not_found_more), address=address)
            with self._turns.turn(principal.name):
                if self._gate is not None:
                    self._gate.note(principal.name, "search", {"question": asked.text, "address": f"/{words.language}/"})
                result = self._search(asked, principal)
            status = self._library.status(principal)
        except Crowded as exc:
            wait = words.too_many_more.format(n=words.number(ceil(exc.seconds)))
            return Shown(html=results.message(words.too_many, wait), address=address)
        except LibraryError as exc:
            return self._failed(said(str(exc), words), address)
        except Exception as exc:
            return self._failed(words.unexpected.format(reference=logs.failed("answering a question", exc)), address)
        if not result.quotes and asked == Question(text=asked.text):
            with suppress(LibraryError):  # the answer matters more than the list of questions without one
                self._desk.note_unanswered(principal, asked.text)
        html = results.render(result, status, words, asked, document)
        return Shown(html=html, address=address, view=results.first_view(result, words))

    def _failed(self, reason: str, address: str) -> Shown:
        words = self._words
        told = results.message(words.ask_failed.format(reason=reason), words.ask_failed_more, kind="bad")
        return Shown(html=told, address=address)

    def _search(self, asked: Question, principal: Principal) -> Result:
        where = asked.filters.where(self._library.facets(principal).get("year", []))
        within = asked.scope.document
        if within:
            where["document"] = [str(within)]
        if asked.scope.older:
            where["editions"] = ["all"]
        result = self._library.search(
            asked.text,
            principal=principal,
            top=IN_DOCUMENT if within else TOP,
            where=where,
            translate=asked.scope.translate,
            per_document=0 if within else PER_DOCUMENT,
        )
        logs.event(
            "answer", ms=round(1000 * result.seconds, 1), understood_ms=round(1000 * result.understood, 1),
            hits=len(result.hits), answered=bool(result.quotes),
        )  # fmt: skip
        return result

    def welcome(self, principal: Principal) -> str:
        """Set what stands there before a question: examples, or what to do where the library is empty."""
        try:
            documents = self._library.documents(principal)
        except LibraryError as exc:
            return results.message(self._words.library_failed, reasons.said(str(exc), self._words), kind="bad")
        if not documents:
            return self._empty()
        return welcome.render(documents, self._words)

    def _empty(self) -> str:
        words = self._words
        return results.message(words.empty_title, words.empty_more.format(corpus=self._corpus, sync=words.sync))


def choices(facets: dict[str, list[str]], field: str, words: Words) -> list[tuple[str, str]]:
    """Offer the values of a filter as (what is shown, value), in the order they are shown."""
    values = facets.get(field, [])
    if field == "language":
        shown = [(language_name(value, words), value) for value in values if value]
    elif field == "handling":
        return [(value, value) for value in sorted(filter(None, values), key=level_of)]
    elif field == "theme":
        shown = [(theme_name(value, words), value) for value in values if value]
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


def named(field: str, values: Sequence[str], words: Words) -> list[str]:
    """Say chosen values as the filter shows them."""
    say = {"language": language_name, "kind": kind_name, "theme": theme_name}.get(field)
    return [say(value, words) if say else value for value in values]
