"""What the routes of all rooms have in common: who asks, and how a room is answered."""

from collections.abc import Sequence

from fastapi import Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from ui import page, text
from ui.words import Words


def here(request: Request, words: Words) -> str:
    """Give the address below the language, as the switch of languages keeps it: "library/7?sort=date"."""
    path = request.url.path.removeprefix(f"/{words.language}/")
    return f"{path}?{request.url.query}" if request.url.query else path


def show(
    request: Request, room: str, title: str, body: str, words: Words, *, parts: Sequence[str] = (), status: int = 200
) -> Response:
    """Answer with a room as a whole page."""
    html = page.render(room, title, body, words, here=here(request, words), parts=parts)
    return HTMLResponse(html, status_code=status, headers=page.HEADERS)


def fragment(html: str, *, done: bool = True) -> Response:
    """Answer with a piece of a page, which kalla.js puts in its place. `done`: there is no more to come."""
    return HTMLResponse(html, headers={**page.HEADERS, "X-Done": "yes" if done else "no"})


def back(address: str) -> Response:
    """Answer a form: go and look at `address`, with GET."""
    return RedirectResponse(address, status_code=303, headers={"Cache-Control": "no-store"})


def problem(request: Request, room: str, title: str, more: str, words: Words, status: int = 404, *, onward: str = "") -> Response:
    """Answer with a room that says what is wrong and what to do. `onward`: HTML that leads on from there."""
    below = f"<p>{text.escape(more)}</p>" if more else ""
    body = f'<div class="k-message k-bad" role="alert"><h1>{text.escape(title)}</h1>{below}</div>{onward}'
    return show(request, room, title, body, words, status=status)
