"""The web application: our routes, the Gradio page in both languages, and what guards them."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import gradio as gr
from fastapi import FastAPI
from starlette.middleware.trustedhost import TrustedHostMiddleware
from starlette.staticfiles import StaticFiles

from index.errors import LibraryError
from ui import blocks, routes, theme
from ui.blocks import House
from ui.images import PageImages
from ui.jobs import Jobs
from ui.ports import Library, Render, Who
from ui.security import HOSTS, Guard
from ui.words import LANGUAGES, Words

MOST_UPLOAD = "500mb"


def create(
    library: Library,
    render: Render,
    *,
    data: Path,
    corpus: Path,
    who: Who,
    jobs: Jobs | None = None,
    at_start: Callable[[], None] = lambda: None,
    at_end: Callable[[], None] = lambda: None,
) -> FastAPI:
    """Put the application together. `at_start` and `at_end` run with the server; `jobs` are ended with it."""
    work = jobs or Jobs(data)

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        at_start()
        try:
            yield
        finally:
            work.stop()
            at_end()

    app = FastAPI(lifespan=lifespan, docs_url=None, redoc_url=None, openapi_url=None)
    app.include_router(routes.make(routes.Desk(library=library, images=PageImages(data / "cache" / "pages", render), who=who)))
    app.add_exception_handler(LibraryError, routes.library_failed)
    app.mount("/static", StaticFiles(directory=Path(__file__).parent / "static"))
    # Gradio 6.31 makes an event loop for each queue and never closes it, unless one is running (utils.py, safe_get_lock).
    asyncio.run(_mount(app, House(library=library, jobs=work, corpus=corpus, who=who)))
    app.add_middleware(Guard)
    app.add_middleware(TrustedHostMiddleware, allowed_hosts=list(HOSTS))
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
            max_file_size=MOST_UPLOAD,
        )
