"""Small forms, as people and kalla.js send them: their text fields, and what kind of answer is wanted."""

from collections.abc import Mapping

from fastapi import HTTPException, Request

MOST_SENT = 400_000  # bytes of a form: a long note, or an address with many filters


async def sent(request: Request) -> Mapping[str, str]:
    """Read the text fields of a form; none of one that is too large, or is no form."""
    length = request.headers.get("content-length", "")
    if not (length.isascii() and length.isdigit() and len(length) < 10 and int(length) <= MOST_SENT):
        return {}
    try:
        form = await request.form(max_files=0, max_fields=20)
    except HTTPException:  # what starlette answers to a form that cannot be read
        return {}
    return {name: value for name, value in form.items() if isinstance(value, str)}


def wants_page(request: Request) -> bool:
    """Whether a browser asks, that shows what it is answered; a script asks for anything else."""
    return "text/html" in request.headers.get("accept", "")
