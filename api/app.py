"""The API put together: its addresses, its schema, and its door before them all."""

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any

from fastapi import Depends, FastAPI
from fastapi.openapi.utils import get_openapi
from starlette.responses import JSONResponse, Response

from api import documents, intake, problems, questions, shapes
from api.asked import Nothing
from api.entry import Entry
from api.house import Asking, House, asking
from api.ports import Cite, Gate, Intake, Library
from api.rates import Rates

ADDRESS = "/api/v1"  # where it is mounted
_ABOUT = """The exact words of the library's documents, for programs.

Each request bears a personal token, made on the account page of whoever it speaks for: `Authorization: Bearer kalla_…`. It sees
no more than its own clearance, nor than its owner; what is above that does not exist: it is neither found nor counted. Every
answer bears the strictest handling mark of its parts, for whom it was made, and when; each use is written down. While nobody
signs in, because the library is served to one machine alone, no token is needed."""


def create(
    *,
    library: Library,
    gate: Gate,
    intake: Intake,
    cite: Cite,
    uploads: Path,
    rates: Rates | None = None,
    clock: Callable[[], str] = lambda: datetime.now(UTC).isoformat(timespec="seconds"),
) -> Entry:
    """Put the API together, to be mounted at `ADDRESS`. `uploads`: a folder for what is still arriving."""
    house = House(library=library, gate=gate, intake=intake, cite=cite, uploads=uploads, clock=clock)
    return Entry(_addresses(house), gate, rates or Rates())


def _addresses(house: House) -> FastAPI:
    app = FastAPI(openapi_url=None, docs_url=None, redoc_url=None, responses=problems.COMMON, redirect_slashes=False)
    for router in (questions.make(house), documents.make(house), documents.me(house), intake.make(house)):
        app.include_router(router)
    problems.handle(app)
    described: dict[str, Any] = {}

    @app.get("/openapi.json", include_in_schema=False)
    def schema(anybody: Annotated[Asking, Depends(asking(house, None))], _: Nothing) -> Response:
        if not described:
            described.update(_schema(app))
        return JSONResponse(described)

    return app


def _schema(app: FastAPI) -> dict[str, Any]:
    """The schema, OpenAPI 3.1.

    It holds no secret, and is for holders of a token like all else: a door without exceptions is easier to keep.
    """
    made = get_openapi(
        title="Källa", version="1", summary="Passages, answers and documents, with their references and marks.",
        description=_ABOUT, routes=app.routes, servers=[{"url": ADDRESS}],
    )  # fmt: skip
    parts = made["components"]
    for name in ("HTTPValidationError", "ValidationError"):
        parts["schemas"].pop(name, None)
    parts["schemas"] |= {"Problem": _problem(parts["schemas"])}
    parts["securitySchemes"] = {
        "token": {
            "type": "http", "scheme": "bearer", "bearerFormat": "kalla_…",
            "description": "A personal token with the scope read, or ingest, made on the account page. It has an end.",
        }
    }  # fmt: skip
    made["security"] = [{"token": []}]
    return made


def _problem(schemas: dict[str, Any]) -> dict[str, Any]:
    described = shapes.Problem.model_json_schema(ref_template="#/components/schemas/{model}")
    schemas |= described.pop("$defs", {})
    return described
