"""Forms, as people and kalla.js send them: their text fields, a file of an editor's, and what kind of answer is wanted."""

import tempfile
from collections.abc import AsyncIterator, Callable, Mapping

from fastapi import Request
from starlette.datastructures import FormData
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect

from index.errors import StoreError
from ui.house import House

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
    return texts(form)


def of_editors(house: House, most: int) -> Callable[[Request], AsyncIterator[FormData]]:
    """Read a form with a file, of those only who may send one, to be used as a dependency. `most`: bytes in all.

    What is none, or too much, is an empty one. Raises StoreError where the disk is full.
    """

    async def read(request: Request) -> AsyncIterator[FormData]:
        length = request.headers.get("content-length", "")
        small = length.isascii() and length.isdigit() and len(length) < 12 and int(length) <= most
        if not small or not house.who(request.headers).may_edit:
            yield FormData()
            return
        try:
            form = await request.form(max_files=1, max_fields=100)
        except (HTTPException, ClientDisconnect):
            yield FormData()
            return
        except OSError as exc:
            said = f"The disk of {tempfile.gettempdir()} is full. Nothing stored is lost. Free some space, "
            raise StoreError(f"{said}then run the same command again.") from exc
        try:
            yield form
        finally:
            await form.close()

    return read


def texts(form: FormData) -> Mapping[str, str]:
    """The fields of a form that are text."""
    return {name: value for name, value in form.items() if isinstance(value, str)}


def wants_page(request: Request) -> bool:
    """Whether a browser asks, that shows what it is answered; a script asks for anything else."""
    return "text/html" in request.headers.get("accept", "")
