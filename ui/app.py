"""The web application: the Ask room in Gradio and all other rooms, in both languages, and what guards them."""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path

import gradio as gr
from fastapi import FastAPI
from gradio.routes import App as GradioApp
from starlette.middleware.trustedhost import TrustedHostMiddleware
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles
from starlette.types import ASGIApp

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
    oidc_routes,
    routes,
    theme,
)
from ui.door import Door
from ui.health import Health
from ui.health import make as health_routes
from ui.house import House
from ui.images import PageImages
from ui.jobs import Jobs
from ui.limits import Limits
from ui.ports import Describe, Desk, Gate, Library, OtherDoor, Render, Runs, SignOn, Who
from ui.prefix import Prefix
from ui.queue import Queue
from ui.requests import Requests
from ui.rules import API
from ui.security import HOSTS, Guard
from ui.streams import Streams
from ui.turns import Turns
from ui.words import LANGUAGES, Words

_ROOMS = (
    account_routes,
    oidc_routes,
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
    sign_on: SignOn | None = None,
    hosts: Sequence[str] = HOSTS,
    doors: Sequence[OtherDoor] = (),
    api: ASGIApp | None = None,
    turns: Turns | None = None,
    prefix: str = "",
    at_start: Callable[[], None] = lambda: None,
    at_end: Callable[[], None] = lambda: None,
) -> FastAPI:
    """Put the application together. `api` and `doors` answer programs, each with a door of its own beside the page's.

    `at_start` and `at_end` run with the server, which loads the model and ends `jobs`. `app.state.stop()` begins the end: nothing
    new is begun, and connections that stand open for as long as a page is shown close. `app.state.kill()` ends at once what runs
    beside the server.
    """
    house = House(
        library=library, desk=desk, jobs=jobs or Jobs(data), images=PageImages(data / "cache" / "pages", render),
        describe=describe, runs=runs, corpus=corpus, data=data, who=who, watching=watching, gate=gate,
        sign_on=sign_on, turns=turns or Turns(),
    )  # fmt: skip

    health = Health(library, data)

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        health.warm()
        at_start()
        try:
            async with AsyncExitStack() as stack:
                for door in doors:
                    await stack.enter_async_context(door.running())
                yield
        finally:
            await asyncio.to_thread(house.jobs.stop)
            at_end()

    app = FastAPI(lifespan=lifespan, docs_url=None, redoc_url=None, openapi_url=None)
    _open(app, api, doors)
    app.include_router(health_routes(health.state))
    app.include_router(routes.make(house))
    app.include_router(oidc_routes.make_return(house))
    for language in LANGUAGES:
        for room in _ROOMS:
            app.include_router(room.make(house, Words(language)), prefix=f"/{language}")
    app.add_exception_handler(LibraryError, routes.library_failed)
    app.mount("/static", StaticFiles(directory=Path(__file__).parent / "static"))
    # Gradio 6.31 makes an event loop for each queue and never closes it, unless one is running (utils.py, safe_get_lock).
    handlers = asyncio.run(_mount(app, house))
    app.add_middleware(Queue, handlers=handlers)
    if gate is not None:
        app.add_middleware(Streams, gate=gate)
        app.add_middleware(Door, gate=gate, turns=house.turns)
    app.add_middleware(Limits)
    app.add_middleware(Guard)
    app.add_middleware(TrustedHostMiddleware, allowed_hosts=list(hosts))
    app.add_middleware(Requests, problem=routes.unexpected)
    if prefix:
        app.add_middleware(Prefix, prefix=prefix)

    def stop() -> None:
        health.stopping = True
        house.jobs.refuse()
        for route in app.routes:
            if isinstance(route, Mount) and isinstance(route.app, GradioApp):
                route.app.stop_event.set()  # ends its heartbeats (Gradio 6.31: routes.py, heartbeat)

    app.state.stop, app.state.kill = stop, house.jobs.kill
    return app


def _open(app: FastAPI, api: ASGIApp | None, doors: Sequence[OtherDoor]) -> None:
    """Open the doors of programs, before all others: whatever routes come later, all below these pass them."""
    if api is not None:
        app.mount(API, api)
    for door in doors:
        app.router.routes.append(Route(door.path, door))


async def _mount(app: FastAPI, house: House) -> int:
    """Mount the Ask room in each language; how many handlers it has."""
    handlers = 0
    for language in LANGUAGES:
        room = blocks.build(house, Words(language))
        handlers = len(room.fns)
        gr.mount_gradio_app(
            app,
            room,
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
    return handlers
