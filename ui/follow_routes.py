"""The addresses of the Follow room: the room, what changes it, and its digest."""

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Annotated

from fastapi import APIRouter, Depends, Request
from fastapi.responses import Response

from index.access import Principal
from index.errors import LibraryError
from ui import digest, exports, following, forms, noting, page, question, reasons, results, rooms, scope, standing
from ui.following import News
from ui.house import House
from ui.references import Head
from ui.words import Words

Sent = Annotated[Mapping[str, str], Depends(forms.sent)]
Write = Callable[[Sequence[News], Head, Words], bytes]
Does = Callable[[House, Request, Mapping[str, str], Words], Response]
_PARTS = ("collected.css", "follow.css")
_MOST_IDS = 1000
_FILES: dict[str, tuple[str, Write]] = {
    "docx": (exports.DOCX, digest.to_docx),
    "md": (exports.MARKDOWN, digest.to_markdown),
    "csv": (exports.CSV, digest.to_csv),
}


def make(house: House, words: Words) -> APIRouter:
    """Make the routes of one language. Plain functions: they wait for disk and model, so they run in threads."""
    router = APIRouter()

    @router.get("/follow")
    def room(request: Request) -> Response:
        return _room(house, request, words)

    @router.get("/follow/questions")
    def questions(request: Request) -> Response:
        return _questions(house, request, words)

    def change(path: str, does: Does) -> None:
        @router.post(path, name=f"post_{does.__name__}")
        def changed(request: Request, sent: Sent) -> Response:
            try:
                return does(house, request, sent, words)
            except LibraryError as exc:
                reason = reasons.said(str(exc), words)
                return _refuse(request, words.not_done, words.not_done_more.format(reason=reason), words, 503)

    change("/follow", _follow)
    for name, does in (("seen", _seen), ("stop", _stop)):
        change(f"/follow/{name}", does)
        router.get(f"/follow/{name}", name=f"follow_{name}_instead")(lambda: rooms.back(page.address("follow", words)))

    def export(kind: str, media: str, write: Write) -> None:
        @router.get(f"/follow.{kind}", name=f"follow_{kind}")
        def exported(request: Request) -> Response:
            return _export(house, request, words, kind, media, write)

    for kind, (media, write) in _FILES.items():
        export(kind, media, write)
    return router


# -- the room


def _room(house: House, request: Request, words: Words) -> Response:
    principal = house.who(request.headers)
    body, done, found = _found(house, principal, words)
    notice = _notice(request, found, words)
    live = "" if done else f' data-live="{page.address("follow/questions", words)}"'
    html = f'{notice}<div id="fw-questions"{live}>{body}</div>'
    return rooms.show(request, "follow", words.follow_title, html, words, parts=_PARTS)


def _found(house: House, principal: Principal, words: Words) -> tuple[str, bool, Sequence[News]]:
    """What the room shows, whether that is all, and of what it is made. It waits for no model."""
    if not house.library.ready():
        known = [News(followed=one, asked=following.normal(one.address)) for one in house.desk.followed(principal)]
        return (standing.loading(known, words), False, known) if known else (standing.empty(words), True, known)
    found = following.news(house, principal)
    if not found:
        return standing.empty(words), True, found
    upto = following.newest(house.library.documents(principal)) if any(one.hits for one in found) else 0
    return standing.render(found, upto, words), True, found


def _notice(request: Request, found: Sequence[News], words: Words) -> str:
    query = request.query_params
    now = next((one for one in found if one.followed.followed_id == scope.id_of(query.get("now", ""))), None)
    if now is not None:
        return standing.now_following(now, words)
    asked = following.normal(query.get("stopped", ""))
    if asked.text and question.write(asked) not in {question.write(one.asked) for one in found}:
        return standing.stopped(asked, scope.id_of(query.get("seen", "")), words)
    return ""


def _questions(house: House, request: Request, words: Words) -> Response:
    """Answer with the questions alone. What goes wrong is told and ends the asking: it would not come right by itself."""
    try:
        body, done, _ = _found(house, house.who(request.headers), words)
    except LibraryError as exc:
        return rooms.fragment(results.message(words.library_failed, reasons.said(str(exc), words), kind="bad"))
    return rooms.fragment(body, done=done)


def _export(house: House, request: Request, words: Words, kind: str, media: str, write: Write) -> Response:
    principal = house.who(request.headers)
    found = [one for one in following.news(house, principal) if one.hits]
    if not found:
        return _refuse(request, words.nothing_new_to_save, words.nothing_new_to_save_more, words, 404)
    now = datetime.now(UTC).isoformat(timespec="seconds")
    head = digest.head(found, principal.name, now, words)
    content = write(found, head, words)
    noting.more(request, kind=kind, rows=str(sum(len(news.hits) for news in found)), mark=head.mark)
    name = exports.file_name("follow", kind, datetime.now().astimezone().date().isoformat())
    return Response(content, media_type=media, headers={**page.HEADERS, "Content-Disposition": f'attachment; filename="{name}"'})


def _refuse(request: Request, title: str, more: str, words: Words, status: int) -> Response:
    body = results.message(title, more, kind="bad") + standing.onward(words)
    return rooms.show(request, "follow", title, body, words, parts=_PARTS, status=status)


# -- changes


def _follow(house: House, request: Request, sent: Mapping[str, str], words: Words) -> Response:
    asked = following.normal(sent.get("address", ""))
    if not asked.text:
        return _refuse(request, words.no_question_to_follow, words.no_question_to_follow_more, words, 400)
    noting.more(request, question=asked.text)
    before = scope.id_of(sent["seen"]) if "seen" in sent else None
    number = following.follow(house, house.who(request.headers), asked, before)
    said = "" if before is not None else f"?now={number}"
    return rooms.back(f"{page.address('follow', words)}{said}#follow-{number}")


def _seen(house: House, request: Request, sent: Mapping[str, str], words: Words) -> Response:
    ids = [scope.id_of(part) for part in sent.get("id", "").split(",")[:_MOST_IDS]]
    if not following.seen(house, house.who(request.headers), ids, scope.id_of(sent.get("newest", ""))):
        return _refuse(request, words.no_such_followed, words.no_such_followed_more, words, 404)
    return rooms.back(page.address("follow", words))


def _stop(house: House, request: Request, sent: Mapping[str, str], words: Words) -> Response:
    principal, number = house.who(request.headers), scope.id_of(sent.get("id", ""))
    held = next((one for one in house.desk.followed(principal) if one.followed_id == number), None)
    if held is None or not house.desk.unfollow(principal, number):
        return _refuse(request, words.no_such_followed, words.no_such_followed_more, words, 404)
    return rooms.back(standing.stopped_address(following.normal(held.address), held.seen_document, words))
