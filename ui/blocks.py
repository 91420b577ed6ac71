"""The Ask room laid out in Gradio, for one language. Only layout and wiring: what is shown is made elsewhere."""

from collections.abc import Iterator
from typing import Any

import gradio as gr

from index.access import Principal
from ui import asking, howto, printing, question, text
from ui.asking import AskRoom
from ui.house import House
from ui.question import FIELDS, Filters, Question
from ui.scope import WHOLE
from ui.words import Words

_HIDDEN: dict[str, Any] = {"api_visibility": "private", "show_progress": "hidden"}
_ASKS_AT_ONCE = 8


def build(house: House, words: Words) -> gr.Blocks:
    """Lay out the room in one language."""
    return _Page(house, words).blocks


def html(content: str, **options: Any) -> gr.Markdown:  # noqa: ANN401 - options of the component
    """Set HTML of ours.

    `gr.HTML` of Gradio 6.31 compiles its content as a template, for which the page's policy would have to allow `eval`;
    `gr.Markdown` puts a block of HTML in as it is, as long as it holds no empty line.
    """
    return gr.Markdown(one_line(content), sanitize_html=False, latex_delimiters=[], container=False, **options)


def one_line(content: str) -> str:
    """Write HTML without line breaks of its own, so that Markdown takes all of it as one block."""
    return f"<div>{content}</div>".replace("\r", "").replace("\n", "&#10;")


class _Page:
    """One layout with its handlers. Handlers are plain functions, so that Gradio runs them in threads."""

    def __init__(self, house: House, words: Words) -> None:
        self._house = house
        self._words = words
        self._room = AskRoom(house.library, house.desk, words, str(house.corpus), house.gate, house.turns)
        self.names = {
            "city": words.city, "theme": words.theme, "kind": words.kind, "language": words.language_filter,
            "handling": words.handling_filter,
        }  # fmt: skip
        self.chips: dict[str, gr.Accordion] = {}
        self.filters: dict[str, gr.CheckboxGroup] = {}
        self.blocks = gr.Blocks(title=f"{words.ask} · Källa", analytics_enabled=False, fill_width=True)
        with self.blocks:
            self._lay_asking()
            with gr.Row(elem_id="k-reading"):
                with gr.Column(elem_id="k-results"):
                    self.results = html("", elem_id="k-answering")
                with gr.Column(elem_id="k-viewer"):
                    html(_viewer(words))
            self._wire()
        self.blocks.queue(api_open=False, default_concurrency_limit=_ASKS_AT_ONCE)

    # -- layout

    def _lay_asking(self) -> None:
        words = self._words
        with gr.Column(elem_id="k-asking"):
            self.question = gr.Textbox(
                label=words.question,
                show_label=False,
                placeholder=words.question_hint,
                elem_id="k-question",
                max_lines=4,
                autofocus=True,
                submit_btn=words.ask_button,
                container=False,
            )
            self.address = gr.State("")  # of what is shown
            # ask.js writes an address into it to ask something else: a link, or a step back. Nothing else does, so that of
            # several steps in haste the last is the one that is there.
            self.wanted = gr.Textbox(visible="hidden", elem_id="k-address", label=words.question)
            with gr.Row(elem_id="k-filters"):
                self._lay_filters()
            html(howto.render(words), elem_id="k-how")

    def _lay_filters(self) -> None:
        words = self._words
        for field in FIELDS:
            with gr.Accordion(self.names[field], open=False, elem_classes="k-chip") as self.chips[field]:
                self.filters[field] = gr.CheckboxGroup([], label=self.names[field], show_label=False, container=False)
        with gr.Accordion(words.year, open=False, elem_classes=["k-chip", "k-years"]) as self.chips["year"]:
            self.year_from = gr.Dropdown([(words.any_year, "")], value="", label=words.year_from, filterable=False)
            self.year_to = gr.Dropdown([(words.any_year, "")], value="", label=words.year_to, filterable=False)
        self.clear = gr.Button(words.clear_filters, elem_id="k-clear", size="sm", visible=False)

    # -- wiring

    @property
    def _chosen(self) -> list[Any]:
        return [*self.filters.values(), self.year_from, self.year_to]

    @property
    def _state(self) -> list[Any]:
        """Everything that an address sets: question, filters, and how the filters are labelled."""
        return [self.question, *self._chosen, *self.chips.values(), self.clear]

    def _wire(self) -> None:
        outputs = [self.results, self.address]
        queued: dict[str, Any] = {**_HIDDEN, "concurrency_limit": _ASKS_AT_ONCE, "trigger_mode": "always_last"}
        typed: dict[str, Any] = {"inputs": [self.question, *self._chosen], "outputs": outputs, **queued}
        shown: dict[str, Any] = {"inputs": [self.address, *typed["inputs"]], "outputs": outputs, **queued}
        self.question.submit(self._ask_typed, **typed)
        gone = self.wanted.submit(self._go, self.wanted, self._state, trigger_mode="always_last", **_HIDDEN)
        gone.then(self._ask_address, self.wanted, outputs, **queued)
        for part in self._chosen:
            changed = part.input(self._label, self._chosen, [*self.chips.values(), self.clear], **_HIDDEN)
            changed.then(self._ask_narrowed, **shown)
        cleared = self.clear.click(self._clear, None, [*self._chosen, *self.chips.values(), self.clear], **_HIDDEN)
        cleared.then(self._ask_narrowed, **shown)
        opened = self.blocks.load(self._start, None, [self.address, *self._state], **_HIDDEN)
        opened.then(self._ask_address, self.address, outputs, **queued)

    # -- handlers

    def _principal(self, request: gr.Request) -> Principal:
        return self._house.who(request.headers)

    def _start(self, request: gr.Request) -> list[Any]:
        asked = question.read(str(request.query_params))
        offers = self._offers(request, asked.filters)
        # What was typed while the page was loading stays.
        return [question.write(asked), asked.text or gr.skip(), *offers, *self._label(*_values(asked.filters))]

    def _go(self, address: str) -> list[Any]:
        asked = question.read(address or "")
        return [asked.text, *_values(asked.filters), *self._label(*_values(asked.filters))]

    def _offers(self, request: gr.Request, chosen: Filters) -> list[Any]:
        try:
            facets = self._house.library.facets(self._principal(request))
        except Exception:  # the rooms say what is wrong; without a library there is nothing to filter by
            facets = {}
        words = self._words
        years = [(words.any_year, ""), *asking.choices(facets, "year", words)]
        groups = [
            gr.CheckboxGroup(
                choices=_with(asking.choices(facets, field, words), chosen.values(field)), value=list(chosen.values(field))
            )
            for field in FIELDS
        ]
        ends = [(chosen.year_from,), (chosen.year_to,)]
        return [*groups, *(gr.Dropdown(choices=_with(years, filter(None, end)), value=end[0]) for end in ends)]

    def _ask_typed(self, typed: str, request: gr.Request, *chosen: Any) -> Iterator[tuple[str, Any]]:  # noqa: ANN401
        """A question that was typed is put to the whole library, in both languages."""
        yield from self._ask(Question(text=(typed or "").strip(), filters=_filters(chosen)), request)

    def _ask_narrowed(self, address: str, typed: str, request: gr.Request, *chosen: Any) -> Iterator[tuple[str, Any]]:  # noqa: ANN401
        """Other filters: the question that is shown, asked as widely as before."""
        shown = question.read(address or "")
        scope = shown.scope if shown.text else WHOLE
        yield from self._ask(Question(text=(typed or "").strip(), filters=_filters(chosen), scope=scope), request)

    def _ask_address(self, address: str, request: gr.Request) -> Iterator[tuple[str, Any]]:
        yield from self._ask(question.read(address or ""), request)

    def _ask(self, asked: Question, request: gr.Request) -> Iterator[tuple[str, Any]]:
        for shown in self._room.ask(asked, self._principal(request)):
            final = f' data-address="{text.escape(shown.address)}" data-view="{text.escape(shown.view)}"' if shown.final else ""
            found = printing.mark(shown.html)
            final += f' data-contains="{text.escape(self._words.contains_mark.format(mark=found))}"' if found else ""
            yield one_line(f'<div class="k-shown"{final}>{shown.html}</div>'), shown.address

    def _label(self, *chosen: Any) -> list[Any]:  # noqa: ANN401 - what the filters hold
        words, filters = self._words, _filters(chosen)
        labels = [asking.chip(self.names[field], asking.named(field, filters.values(field), words)) for field in FIELDS]
        marks = [["k-chip", "k-on"] if filters.values(field) else ["k-chip"] for field in FIELDS]
        low, high = filters.year_from, filters.year_to
        labels.append(asking.year_chip(words.year, low, high))
        marks.append(["k-chip", "k-years", "k-on"] if low or high else ["k-chip", "k-years"])
        chips = [gr.Accordion(label=label, elem_classes=mark) for label, mark in zip(labels, marks, strict=True)]
        return [*chips, gr.Button(visible=filters != question.NONE)]

    def _clear(self) -> list[Any]:
        nothing = _values(question.NONE)
        return [*nothing, *self._label(*nothing)]


def _filters(chosen: tuple[Any, ...]) -> Filters:
    """Read what the filters of the page hold, in the order of `FIELDS`, then the years."""
    groups = {field: tuple(values or ()) for field, values in zip(FIELDS, chosen[: len(FIELDS)], strict=True)}
    low, high = (value or "" for value in chosen[len(FIELDS) :])
    return Filters(**groups, year_from=low, year_to=high)


def _values(filters: Filters) -> list[Any]:
    return [*(list(filters.values(field)) for field in FIELDS), filters.year_from, filters.year_to]


def _with(choices: list[tuple[str, str]], chosen: Any) -> list[tuple[str, str]]:  # noqa: ANN401 - values of a filter
    """Offer also what an address chose although the library does not hold it: it narrows, so it is seen."""
    known = {value for _, value in choices}
    return [*choices, *((value, value) for value in chosen if value not in known)]


def _viewer(words: Words) -> str:
    back = f'<a class="k-back" href="#k-results">{text.escape(words.back_to_results)}</a>'
    title, address = text.escape(words.viewer), f"/view?lang={words.language}"
    return f'{back}<iframe name="viewer" title="{title}" src="{address}"></iframe>'
