"""The addresses of the Compare room: the room, its columns alone while the model loads, and its exports."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime

from fastapi import APIRouter, Request
from fastapi.responses import Response

from index.errors import LibraryError
from index.result import DocumentInfo
from ui import compareroom, comparetable, comparing, exports, noting, page, reasons, results, rooms, text
from ui.comparing import Choice, Comparison, Shelves
from ui.house import House
from ui.question import LONGEST
from ui.references import Head
from ui.words import Words

_PARTS = ("compare.css",)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Asked:
    """What an address asks for, of what this person may see."""

    question: str
    wanted: tuple[str, ...]  # the values that the address names
    documents: tuple[DocumentInfo, ...]
    fields: tuple[str, ...]
    held: Shelves
    choice: Choice


def make(house: House, words: Words) -> APIRouter:
    """Make the routes of one language. Plain functions: they wait for disk and model, so they run in threads."""
    router = APIRouter()

    @router.get("/compare")
    def room(request: Request) -> Response:
        return _room(house, request, words)

    @router.get("/compare/columns")
    def columns(request: Request) -> Response:
        return _columns(house, request, words)

    def export(kind: str, media: str, write: Callable[[Comparison, Head, Words], bytes]) -> None:
        @router.get(f"/compare.{kind}", name=f"compare_{kind}")
        def exported(request: Request) -> Response:
            return _export(house, request, words, kind, media, write)

    export("csv", exports.CSV, comparetable.to_csv)
    export("md", exports.MARKDOWN, comparetable.to_markdown)
    export("docx", exports.DOCX, comparetable.to_docx)
    return router


def _read(house: House, request: Request) -> _Asked:
    """Read an address. A field that cannot be compared by is taken for the first that can."""
    query = request.query_params
    documents = tuple(house.library.documents(house.who(request.headers)))
    fields = comparing.fields(documents)
    by = query.get("by", "")
    by = by if by in fields else next(iter(fields), "")
    wanted = tuple(value for value in query.getlist("value") if value.strip()) if by == query.get("by", by) else ()
    held = comparing.shelves(documents, by) if by else {}
    choice = comparing.choose(held, by, wanted)
    return _Asked(
        question=" ".join(query.get("q", "").replace("\x00", " ").split()),
        wanted=(*choice.values, *choice.left_out) if wanted else (),
        documents=documents, fields=fields, held=held, choice=choice,
    )  # fmt: skip


def _room(house: House, request: Request, words: Words) -> Response:
    asked = _read(house, request)
    if not asked.fields:
        return _show(request, words.compare, _nothing(house, asked, words), words)
    field = compareroom.form(asked.question, asked.choice, asked.held, asked.fields, words)
    if not asked.question:
        lead = f'<p class="k-lead c-lead">{text.escape(words.compare_lead)}</p>'
        body = f'<h1 class="k-title">{text.escape(words.compare_title)}</h1>{lead}{field}'
        return _show(request, words.compare, body + compareroom.welcome(asked.documents, asked.fields, words), words)
    title = words.compare_of.format(question=asked.question[:LONGEST])
    heading = f'<h1 class="c-asked" dir="auto">{text.escape(title)}</h1>{field}'
    if len(asked.question) > LONGEST:
        too_long = results.message(words.question_long.format(n=words.number(LONGEST)), kind="bad")
        return _show(request, words.compare, heading + too_long, words, status=400)
    html, done = _found(house, request, asked, words)
    live = text.escape(compareroom.address(asked.question, asked.choice.by, asked.wanted, words, room="compare/columns"))
    following = "" if done else f' data-live="{live}"'
    return _show(request, title, f'{heading}<div class="c-found" id="c-found"{following}>{html}</div>', words)


def _show(request: Request, title: str, body: str, words: Words, *, status: int = 200) -> Response:
    return rooms.show(request, "compare", title, body, words, parts=_PARTS, status=status)


def _found(house: House, request: Request, asked: _Asked, words: Words) -> tuple[str, bool]:
    """The comparison, and whether it is there already: while the model loads, that is said instead."""
    if not house.library.ready():
        noting.nothing(request)
        again = text.escape(compareroom.address(asked.question, asked.choice.by, asked.wanted, words))
        link = f'<noscript><p><a href="{again}">{text.escape(words.look_again)}</a></p></noscript>'
        return results.message(words.compare_loading, busy=True) + link, False
    principal = house.who(request.headers)
    found = comparing.compare(house.library, principal, asked.question, asked.choice, asked.documents)
    return compareroom.result(found, asked.documents, house.library.status(principal), words, wanted=asked.wanted), True


def _columns(house: House, request: Request, words: Words) -> Response:
    """Answer with the columns alone. What goes wrong is told and ends the asking: it would not come right by itself."""
    try:
        asked = _read(house, request)
        if not asked.fields or not asked.question or len(asked.question) > LONGEST:
            return rooms.fragment(results.message(words.compare_no_question, words.compare_no_question_more))
        html, done = _found(house, request, asked, words)
    except LibraryError as exc:
        return rooms.fragment(results.message(words.library_failed, reasons.said(str(exc), words), kind="bad"))
    return rooms.fragment(html, done=done)


def _nothing(house: House, asked: _Asked, words: Words) -> str:
    """Say what is missing: documents at all, or two of a kind to be compared."""
    title = f'<h1 class="k-title">{text.escape(words.compare_title)}</h1>'
    if asked.documents:
        return title + results.message(words.nothing_to_compare, words.nothing_to_compare_more)
    return title + results.message(words.empty_title, words.empty_more.format(corpus=house.corpus, sync=words.sync))


def _export(
    house: House, request: Request, words: Words, kind: str, media: str, write: Callable[[Comparison, Head, Words], bytes]
) -> Response:
    asked = _read(house, request)
    if not asked.question or not asked.fields:
        return rooms.problem(request, "compare", words.compare_no_question, words.compare_no_question_more, words, status=400)
    if len(asked.question) > LONGEST:
        too_long = words.question_long.format(n=words.number(LONGEST))
        return rooms.problem(request, "compare", words.compare_no_question, too_long, words, status=400)
    principal = house.who(request.headers)
    found = comparing.compare(house.library, principal, asked.question, asked.choice, asked.documents)
    stamp = comparetable.stamp(found, principal.name, datetime.now(UTC).isoformat(timespec="seconds"), words)
    content = write(found, stamp, words)
    rows = sum(len(column.hits) for column in found.answering)
    noting.more(request, kind=kind, rows=str(rows), mark=stamp.mark, question=asked.question)
    name = comparetable.file_name(asked.question, kind, datetime.now().astimezone().date().isoformat(), words)
    headers = {**page.HEADERS, "Content-Disposition": f'attachment; filename="{name}"'}
    return Response(content, media_type=media, headers=headers)
