"""The web application: the Ask room in Gradio and all other rooms, in both languages, and what guards them."""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

import gradio as gr
from fastapi import FastAPI
from starlette.middleware.trustedhost import TrustedHostMiddleware
from starlette.staticfiles import StaticFiles

from index.errors import LibraryError
from ui import (
    account_routes,
    blocks,
    collected_routes,
    compare_routes,
    follow_routes,
    front_routes,
    index_routes,
    library_routes,
    nowhere_routes,
    routes,
    theme,
)
from ui.door import Door
from ui.house import House
from ui.images import PageImages
from ui.jobs import Jobs
from ui.ports import Describe, Desk, Gate, Library, Render, Runs, Who
from ui.security import HOSTS, Guard
from ui.words import LANGUAGES, Words

_ROOMS = (
    account_routes,
    front_routes,
    compare_routes,
    library_routes,
    follow_routes,
    collected_routes,
    index_routes,
    nowhere_routes,
)


def create(
    library: Library,
    render: Render,
    *,
    data: Path,
    corpus: Path,
    who: Who,
    desk: Desk,
    describe: Describe,
    runs: Runs = lambda principal: (),
    jobs: Jobs | None = None,
    watching: bool = False,
    gate: Gate | None = None,
    hosts: Sequence[str] = HOSTS,
    at_start: Callable[[], None] = lambda: None,
    at_end: Callable[[], None] = lambda: None,
) -> FastAPI:
    """Put the application together. `at_start` and `at_end` run with the server; `jobs` are ended with it."""
    house = House(
        library=library, desk=desk, jobs=jobs or Jobs(data), images=PageImages(data / "cache" / "pages", render),
        describe=describe, runs=runs, corpus=corpus, data=data, who=who, watching=watching, gate=gate,
    )  # fmt: skip

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        at_start()
        try:
            yield
        finally:
            house.jobs.stop()
            at_end()

    app = FastAPI(lifespan=lifespan, docs_url=None, redoc_url=None, openapi_url=None)
    app.include_router(routes.make(house))
    for language in LANGUAGES:
        for room in _ROOMS:
            app.include_router(room.make(house, Words(language)), prefix=f"/{language}")
    app.add_exception_handler(LibraryError, routes.library_failed)
    app.mount("/static", StaticFiles(directory=Path(__file__).parent / "static"))
    # Gradio 6.31 makes an event loop for each queue and never closes it, unless one is running (utils.py, safe_get_lock).
    asyncio.run(_mount(app, house))
    if gate is not None:
        app.add_middleware(Door, gate=gate)
    app.add_middleware(Guard)
    app.add_middleware(TrustedHostMiddleware, allowed_hosts=list(hosts))
    return app


async def _mount(app: FastAPI, house: House) -> None:
    for language in LANGUAGES:
        gr.mount_gradio_app(
            app,
            blocks.build(house, Words(language)),
            f"/{language}",
            theme=theme.make(),
            footer_links=[],
            run_history=False,
            enable_monitoring=False,
            show_error=False,
            ssr_mode=False,
            mcp_server=False,
            pwa=False,
        )
