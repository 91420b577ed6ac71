"""The three rooms laid out in Gradio, for one language. Only layout and wiring: what is shown is made elsewhere."""

import itertools
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import gradio as gr

from index.access import Principal
from ui import asking, howto, scope, text
from ui.asking import AskRoom, Filters
from ui.jobs import Jobs
from ui.keeping import IndexRoom, LibraryRoom
from ui.ports import Library, Who
from ui.words import Words

FIELDS = ("city", "theme", "kind", "language")
_HIDDEN: dict[str, Any] = {"api_visibility": "private", "show_progress": "hidden"}
_ASKS_AT_ONCE = 8
# A press on a question asks it; the link itself still works in a new tab. Where the link goes with the answer that is
# replaced, what it names in the new one gets the focus, so that the keyboard goes on from there.
_PRESS = """let then = '';
element.addEventListener('click', (event) => {
    const link = event.target.closest('a[data-ask]');
    if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    then = link.dataset.then || '';
    link.removeAttribute('id');
    trigger('ask', {question: link.dataset.ask, scope: link.dataset.scope});
});
new MutationObserver(() => {
    const next = then && document.getElementById(then);
    if (!next) return;
    then = '';
    next.focus();
}).observe(element, {childList: true, subtree: true});"""
# The address follows what is asked, so that it can be kept and gone back to.
_ADDRESS = """(question, scope) => {
    const address = new URL(window.location.href);
    for (const name of ['q', 'document', 'translate']) address.searchParams.delete(name);
    if (question) {
        address.searchParams.set('q', question);
        for (const [name, value] of new URLSearchParams(scope)) address.searchParams.set(name, value);
    }
    window.history.replaceState(window.history.state, '', address);
}"""


@dataclass(frozen=True, slots=True, kw_only=True)
class House:
    """What the rooms work with."""

    library: Library
    jobs: Jobs
    corpus: Path
    who: Who


def build(house: House, words: Words) -> gr.Blocks:
    """Lay out the page in one language."""
    return _Page(house, words).blocks


class _Page:
    """One layout with its handlers. Handlers are plain functions, so that Gradio runs them in threads."""

    def __init__(self, house: House, words: Words) -> None:
        self._house = house
        self._words = words
        self._ask_room = AskRoom(house.library, words, str(house.corpus))
        self._library_room = LibraryRoom(house.library, house.jobs, house.corpus, words)
        self._index_room = IndexRoom(house.library, house.jobs, words)
        self._turn = itertools.count(1)
        self.blocks = gr.Blocks(title="Källa", analytics_enabled=False, fill_width=True, delete_cache=(3600, 3600))
        with self.blocks:
            gr.HTML(_header(words), elem_id="k-header", js_on_load=None, apply_default_css=False)
            with gr.Tabs(elem_id="k-rooms"):
                with gr.Tab(words.ask, id="ask"):
                    self._lay_ask()
                with gr.Tab(words.library, id="library") as library:
                    self._lay_library()
                with gr.Tab(words.index, id="index") as index:
                    self._lay_index()
            self._wire_ask()
            self._wire_library(library)
            self._wire_index(index)
            self._wire_start()
        self.blocks.queue(api_open=False, default_concurrency_limit=_ASKS_AT_ONCE)

    # -- layout

    def _lay_ask(self) -> None:
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
            self.scope = gr.Textbox(visible=False)  # what `scope.write` wrote, of the answer that is shown
            with gr.Row(elem_id="k-filters"):
                self._lay_filters()
            gr.HTML(howto.render(words), elem_id="k-how", js_on_load=None, apply_default_css=False)
        with gr.Row(elem_id="k-reading"):
            with gr.Column(elem_id="k-results"):
                self.results = gr.HTML(elem_id="k-answering", js_on_load=_PRESS, apply_default_css=False)
            with gr.Column(elem_id="k-viewer"):
                self.viewer = gr.HTML(asking.frame("", words), js_on_load=None, apply_default_css=False)

    def _lay_filters(self) -> None:
        words = self._words
        self.names = {"city": words.city, "theme": words.theme, "kind": words.kind, "language": words.language_filter}
        self.chips: dict[str, gr.Accordion] = {}
        self.filters: dict[str, gr.CheckboxGroup] = {}
        for field in FIELDS:
            with gr.Accordion(self.names[field], open=False, elem_classes="k-chip") as self.chips[field]:
                self.filters[field] = gr.CheckboxGroup([], label=self.names[field], show_label=False, container=False)
        with gr.Accordion(words.year, open=False, elem_classes=["k-chip", "k-years"]) as self.chips["year"]:
            self.year_from = gr.Dropdown([(words.any_year, "")], value="", label=words.year_from, filterable=False)
            self.year_to = gr.Dropdown([(words.any_year, "")], value="", label=words.year_to, filterable=False)
        self.clear = gr.Button(words.clear_filters, elem_id="k-clear", size="sm", visible=False)

    def _lay_library(self) -> None:
        words, corpus = self._words, str(self._house.corpus)
        with gr.Column(elem_classes="k-room"):
            gr.HTML(_intro(words.add_title, words.add_more.format(corpus=corpus)), js_on_load=None, apply_default_css=False)
            self.upload = gr.File(
                label=words.choose_files, show_label=False, file_count="multiple", elem_id="k-upload", height=120
            )
            # Its example for API pages, which are shut, is a file on another host (components/file.py, Gradio 6.31).
            vars(self.upload)["example_inputs"] = dict
            self.sync = gr.Button(words.sync, elem_id="k-sync", size="md")
            gr.HTML(
                f'<p class="k-soft">{text.escape(words.sync_more.format(corpus=corpus))}</p>',
                js_on_load=None,
                apply_default_css=False,
            )
            self.reading = gr.HTML(elem_id="k-reading-files", js_on_load=None, apply_default_css=False)
            self.problems = gr.HTML(elem_id="k-problems", js_on_load=None, apply_default_css=False)
            self.documents = gr.HTML(elem_id="k-documents", js_on_load=None, apply_default_css=False)

    def _lay_index(self) -> None:
        words = self._words
        with gr.Column(elem_classes="k-room"):
            gr.HTML(_intro(words.index_title, ""), js_on_load=None, apply_default_css=False)
            self.status = gr.HTML(elem_id="k-status", js_on_load=None, apply_default_css=False)
            self.rebuild = gr.Button(words.rebuild, elem_id="k-rebuild", size="md")
            gr.HTML(f'<p class="k-soft">{text.escape(words.rebuild_more)}</p>', js_on_load=None, apply_default_css=False)
            self.rebuilding = gr.HTML(elem_id="k-rebuilding", js_on_load=None, apply_default_css=False)

    # -- wiring

    @property
    def _chosen(self) -> list[Any]:
        return [*self.filters.values(), self.year_from, self.year_to]

    @property
    def _asked(self) -> dict[str, Any]:
        inputs = {self.question, self.scope, *self._chosen}
        return {"inputs": inputs, "outputs": [self.results, self.viewer, self.scope], "concurrency_limit": _ASKS_AT_ONCE}

    def _wire_ask(self) -> None:
        asked: dict[str, Any] = {**self._asked, **_HIDDEN, "trigger_mode": "always_last"}
        address: dict[str, Any] = {"inputs": [self.question, self.scope], "outputs": None, "js": _ADDRESS, **_HIDDEN}
        self.question.submit(self._ask_anew, **asked).then(None, **address)
        pressed = self.results.ask(_pressed, None, [self.question, self.scope], **_HIDDEN)
        pressed.then(self._ask, **asked).then(None, **address)
        for part in self._chosen:
            changed = part.input(self._label, self._chosen, [*self.chips.values(), self.clear], **_HIDDEN)
            changed.then(self._ask, **asked)
        cleared = self.clear.click(self._clear, None, [*self._chosen, *self.chips.values(), self.clear], **_HIDDEN)
        cleared.then(self._ask, **asked)

    def _wire_library(self, room: gr.Tab) -> None:
        tables = [self.documents, self.problems]
        after = [*tables, *self._chosen]
        added = self.upload.upload(self._add, self.upload, [self.reading, self.upload], concurrency_limit=4, **_HIDDEN)
        added.then(self._after_reading, None, after, **_HIDDEN)
        synced = self.sync.click(self._sync, None, self.reading, concurrency_limit=4, **_HIDDEN)
        synced.then(self._after_reading, None, after, **_HIDDEN)
        room.select(self._tables, None, tables, **_HIDDEN)

    def _wire_index(self, room: gr.Tab) -> None:
        built = self.rebuild.click(self._rebuild, None, self.rebuilding, concurrency_limit=4, **_HIDDEN)
        built.then(self._index_room.status, None, self.status, **_HIDDEN)
        room.select(self._index_room.status, None, self.status, **_HIDDEN)

    def _wire_start(self) -> None:
        first = [self.question, self.scope, *self._chosen, self.documents, self.problems, self.status]
        opened = self.blocks.load(self._start, None, first, **_HIDDEN)
        opened.then(self._ask, **self._asked, **_HIDDEN)
        joined = self.blocks.load(self._index_room.join, None, self.rebuilding, concurrency_limit=4, **_HIDDEN)
        joined.then(self._index_room.status, None, self.status, **_HIDDEN)

    # -- handlers

    def _principal(self, request: gr.Request) -> Principal:
        return self._house.who(request.headers)

    def _start(self, request: gr.Request) -> list[Any]:
        query = {name: str(value) for name, value in dict(request.query_params).items()}
        asked = query.get("q", "")[: asking.LONGEST_QUESTION]
        within = scope.write(scope.read(query)) if asked else ""
        # What was typed while the page was loading stays.
        return [asked or gr.skip(), within, *self._offers(request), *self._tables(request), self._index_room.status()]

    def _offers(self, request: gr.Request) -> list[Any]:
        try:
            facets = self._house.library.facets(self._principal(request))
        except Exception:  # the rooms say what is wrong; without a library there is nothing to filter by
            facets = {}
        years = [(self._words.any_year, ""), *asking.choices(facets, "year", self._words)]
        groups = [gr.CheckboxGroup(choices=asking.choices(facets, field, self._words)) for field in FIELDS]
        return [*groups, gr.Dropdown(choices=years), gr.Dropdown(choices=years)]

    def _ask_anew(self, given: dict[Any, Any], request: gr.Request) -> Iterator[tuple[Any, Any, str]]:
        """A question that was typed is put to the whole library, in both languages."""
        yield from self._ask({**given, self.scope: ""}, request)

    def _ask(self, given: dict[Any, Any], request: gr.Request) -> Iterator[tuple[Any, Any, str]]:
        chosen = {field: tuple(given[part] or ()) for field, part in self.filters.items()}
        filters = Filters(**chosen, year_from=given[self.year_from] or "", year_to=given[self.year_to] or "")
        asked = scope.parse(given[self.scope] or "")
        for shown in self._ask_room.ask(given[self.question] or "", filters, self._principal(request), asked):
            yield shown.html, asking.frame(shown.view, self._words, next(self._turn)), scope.write(asked)

    def _label(self, *chosen: Any) -> list[Any]:  # noqa: ANN401 - what the filters hold
        words = self._words
        groups = dict(zip(FIELDS, chosen[: len(FIELDS)], strict=True))
        low, high = (value or "" for value in chosen[len(FIELDS) :])
        shown = {field: list(values or ()) for field, values in groups.items()}
        labels = [asking.chip(self.names[field], asking.named(field, shown[field], words)) for field in FIELDS]
        marks = [["k-chip", "k-on"] if shown[field] else ["k-chip"] for field in FIELDS]
        labels.append(asking.year_chip(words.year, low, high))
        marks.append(["k-chip", "k-years", "k-on"] if low or high else ["k-chip", "k-years"])
        chips = [gr.Accordion(label=label, elem_classes=mark) for label, mark in zip(labels, marks, strict=True)]
        return [*chips, gr.Button(visible=any(shown.values()) or bool(low or high))]

    def _clear(self) -> list[Any]:
        nothing: list[Any] = [[] for _ in FIELDS]
        return [*nothing, "", "", *self._label(*nothing, "", "")]

    def _tables(self, request: gr.Request) -> tuple[str, str]:
        shelf = self._library_room.shelf(self._principal(request))
        return shelf.documents, shelf.problems

    def _after_reading(self, request: gr.Request) -> list[Any]:
        return [*self._tables(request), *self._offers(request)]

    def _add(self, uploaded: list[str] | None, request: gr.Request) -> Iterator[tuple[Any, Any]]:
        files = [(Path(path), Path(path).name) for path in uploaded or ()]
        yield gr.skip(), gr.File(value=None)
        for html in self._library_room.add(files, self._principal(request)):
            yield html, gr.skip()

    def _sync(self, request: gr.Request) -> Iterator[str]:
        yield from self._library_room.sync(self._principal(request))

    def _rebuild(self, request: gr.Request) -> Iterator[str]:
        yield from self._index_room.rebuild(self._principal(request))


def _pressed(event: gr.EventData) -> tuple[str, str]:
    pressed: Mapping[str, Any] = event._data
    question = str(pressed.get("question", ""))[: asking.LONGEST_QUESTION]
    return question, scope.write(scope.parse(str(pressed.get("scope", ""))))


def _header(words: Words) -> str:
    other = "en" if words.language == "sv" else "sv"
    return (
        f'<a class="k-skip" href="#k-question">{text.escape(words.skip)}</a>'
        f'<p class="k-brand"><b>Källa</b> <small>{text.escape(words.tagline)}</small></p>'
        f'<a class="k-lang" href="/?lang={other}" lang="{other}" hreflang="{other}">'
        f"{text.escape(words.other_language)}</a>"
    )


def _intro(title: str, more: str) -> str:
    below = f'<p class="k-soft">{text.escape(more)}</p>' if more else ""
    return f'<h2 class="k-heading">{text.escape(title)}</h2>{below}'
