"""What is told where there is no answer: problem details (RFC 9457). What was sent is never repeated."""

import logging
from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.responses import Response

from api import shapes
from index.access import Principal, Role
from index.errors import LibraryError

_LOG = logging.getLogger(__name__)
MEDIA_TYPE = "application/problem+json"
NOWHERE = "There is nothing at this address. What there is, is described at /api/v1/openapi.json"
NOT_THERE = "There is nothing with this id, or it is not for this token to see."
_SCHEMA = {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}}
_REALM = 'Bearer realm="kalla"'


class Refused(Exception):
    """There is no answer. `status` and `detail` are told, with `headers`."""

    def __init__(
        self, status: int, detail: str, *, headers: Mapping[str, str] | None = None, errors: Sequence[shapes.Wrong] = ()
    ) -> None:
        super().__init__(detail)
        self.status, self.detail = status, detail
        self.headers = dict(headers or {})
        self.errors = tuple(errors)


def described(**problems: str) -> dict[int | str, dict[str, Any]]:
    """Problems as the schema describes them: `s404="why"`."""
    return {int(name[1:]): {"description": why, "content": _SCHEMA} for name, why in problems.items()}


COMMON = described(
    s401="There is no token, or none that is valid.",
    s403="The token is not for this, or a page in a browser asks.",
    s422="The request is not understood; `errors` says why. What was sent is not repeated.",
    s429="Too many requests by this token. The header Retry-After tells the seconds to wait.",
    s500="Something that nobody foresaw. `instance` is what the server's log calls it.",
    s503="The library cannot be opened at the moment.",
)
NOT_FOUND = described(s404="There is nothing with this id, or it is not for this token to see: both are answered alike.")
SENT = described(
    s400="No form with files arrived.", s413="Too much was sent.", s507="The files could not be saved: the disk may be full."
)


def response(refused: Refused, instance: str | None = None) -> Response:
    """Make the answer."""
    said = shapes.Problem(
        title=HTTPStatus(refused.status).phrase, status=refused.status, detail=refused.detail, instance=instance,
        errors=list(refused.errors) or None,
    )  # fmt: skip
    content = said.model_dump_json(exclude_none=True)
    return Response(content, refused.status, media_type=MEDIA_TYPE, headers=refused.headers)


def no_token(given: bool) -> Refused:
    """Nobody knows who asks. `given`: there was a token, which is not valid."""
    why = (
        "This token is not known here, or it is over. Make another on your account page."
        if given
        else "Send a personal token, made on your account page, in a header: Authorization: Bearer kalla_…"
    )
    return Refused(401, why, headers={"WWW-Authenticate": _REALM + (', error="invalid_token"' if given else "")})


def no_scope(scope: str) -> Refused:
    """A token is not for this."""
    told = f'{_REALM}, error="insufficient_scope", scope="{scope}"'
    detail = f"This token is not for this: it lacks the scope {scope}. Make another on your account page."
    return Refused(403, detail, headers={"WWW-Authenticate": told})


def too_often(seconds: int) -> Refused:
    """A token asks too often."""
    return Refused(429, f"Too many requests by this token. Wait {seconds} seconds.", headers={"Retry-After": str(seconds)})


def failed(exc: LibraryError, principal: Principal | None) -> Refused:
    """The library cannot be opened. Why, names folders of the server: that is told to those who look after it."""
    _LOG.warning("the library could not answer a program: %s", type(exc).__name__)
    if principal is not None and principal.role is Role.ADMIN:
        return Refused(503, str(exc))
    return Refused(503, "The library cannot be opened at the moment. Whoever looks after Källa here can see why.")


def handle(app: FastAPI) -> None:
    """Let an application tell all that goes wrong as problems."""

    @app.exception_handler(Refused)
    def refused(request: Request, exc: Refused) -> Response:
        return response(exc)

    @app.exception_handler(LibraryError)
    def library_failed(request: Request, exc: LibraryError) -> Response:
        return response(failed(exc, request.scope["kalla.bearer"].principal))

    @app.exception_handler(RequestValidationError)
    def not_understood(request: Request, exc: RequestValidationError) -> Response:
        errors = [_wrong(one["type"], one["loc"], one["msg"]) for one in exc.errors()]
        return response(Refused(422, "The request is not understood: see errors for what is wrong, and where.", errors=errors))

    @app.exception_handler(HTTPException)
    def no_route(request: Request, exc: HTTPException) -> Response:
        detail = "This address is not asked like this: see the header Allow." if exc.status_code == 405 else NOWHERE
        return response(Refused(exc.status_code, detail, headers=exc.headers))

    @app.exception_handler(Exception)
    def unforeseen(request: Request, exc: Exception) -> Response:
        reference = str(request.scope.get("kalla.reference", ""))
        detail = "Something went wrong that nobody foresaw. Whoever looks after Källa here finds it in its log by the instance."
        return response(Refused(500, detail), instance=f"urn:kalla:{reference}" if reference else None)


def _wrong(kind: str, place: Sequence[str | int], why: str) -> shapes.Wrong:
    """What is wrong, by pydantic's words. The name of a parameter that there is not is what somebody typed: it is left out."""
    if kind == "extra_forbidden":
        return shapes.Wrong(where=str(place[0]), why="There is no parameter of this name. Those there are: /api/v1/openapi.json")
    return shapes.Wrong(where=".".join(str(part) for part in place), why=why)
