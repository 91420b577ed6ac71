"""The MCP server itself, whatever carries it: its tools with their schemas, each call checked, bounded and answered calmly."""

import asyncio
import logging
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from typing import Any

from mcp.server.context import ServerRequestContext
from mcp.server.lowlevel import Server
from mcp.shared.exceptions import MCPError
from mcp_types import (
    INVALID_PARAMS,
    CallToolRequestParams,
    CallToolResult,
    ListToolsResult,
    PaginatedRequestParams,
    TextContent,
    Tool,
    ToolAnnotations,
)
from pydantic import TypeAdapter, ValidationError

from index.errors import LibraryError
from index.tokens import Bearer
from mcp_server import asked, readable, said, words
from mcp_server.tools import Refusal, Tools

AT_ONCE = 3  # calls that are worked on; the others wait, and the page has its own threads
OF_ONE = 6  # calls of one account that may wait or be worked on
PATIENCE = 60.0  # seconds for one call, waiting included
_LOG = logging.getLogger("mcp_server")
_HINTS = ToolAnnotations(read_only_hint=True, destructive_hint=False, idempotent_hint=True, open_world_hint=False)

Context = ServerRequestContext[Any, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Kind:
    """A tool: what it takes and gives, and what does it."""

    name: str
    title: str
    description: str
    takes: TypeAdapter[Any]
    gives: TypeAdapter[Any]
    run: Callable[[Tools, Bearer, Any], said.Answer]

    def told(self) -> Tool:
        """As it is listed."""
        return Tool(
            name=self.name, title=self.title, description=self.description, input_schema=self.takes.json_schema(),
            output_schema=self.gives.json_schema(mode="serialization"), annotations=_HINTS,
        )  # fmt: skip


def _kind(name: str, title: str, description: str, takes: type, gives: type, run: Callable[..., said.Answer]) -> _Kind:
    return _Kind(name=name, title=title, description=description, takes=TypeAdapter(takes), gives=TypeAdapter(gives), run=run)


KINDS = (
    _kind("search", "Search the library", words.SEARCH, asked.Search, said.Found, Tools.search),
    _kind("read_page", "Read a page", words.READ_PAGE, asked.ReadPage, said.Page, Tools.read_page),
    _kind("compare", "Compare cities", words.COMPARE, asked.Compare, said.Compared, Tools.compare),
    _kind("list_documents", "List documents", words.LIST_DOCUMENTS, asked.ListDocuments, said.Listed, Tools.list_documents),
)


class Calls:
    """The calls of one server: few at once, on threads of their own, none for ever."""

    def __init__(self, tools: Tools, *, at_once: int = AT_ONCE, of_one: int = OF_ONE, patience: float = PATIENCE) -> None:
        self._tools = tools
        self._of_one, self._patience = of_one, patience
        self._threads = ThreadPoolExecutor(at_once, thread_name_prefix="mcp")
        self._now: Counter[str] = Counter()

    def close(self) -> None:
        """Begin nothing more; what is being worked on ends by itself."""
        self._threads.shutdown(wait=False, cancel_futures=True)

    async def call(self, kind: _Kind, who: Bearer, arguments: dict[str, Any]) -> CallToolResult:
        """Do what a tool does. Whatever goes wrong is said in the result, and to nobody as a traceback."""
        name = who.principal.name
        if self._now[name] >= self._of_one:
            return failed(words.TOO_MANY)
        self._now[name] += 1
        try:
            work = self._threads.submit(self._answer, kind, who, arguments)
            return await asyncio.wait_for(asyncio.wrap_future(work), self._patience)
        except TimeoutError:
            return failed(words.TOO_SLOW.format(seconds=round(self._patience)))
        finally:
            self._now[name] -= 1
            if not self._now[name]:
                del self._now[name]

    def _answer(self, kind: _Kind, who: Bearer, arguments: dict[str, Any]) -> CallToolResult:
        try:
            answer = kind.run(self._tools, who, kind.takes.validate_python(arguments))
            structured = kind.gives.dump_python(answer, mode="json")
            return CallToolResult(content=[TextContent(type="text", text=readable.read(answer))], structured_content=structured)
        except ValidationError as exc:
            return failed(_problem(kind, exc))
        except (Refusal, LibraryError) as exc:
            return failed(str(exc))
        except Exception:
            _LOG.exception("A tool failed")
            return failed(words.UNEXPECTED)


def _problem(kind: _Kind, exc: ValidationError) -> str:
    first = exc.errors(include_input=False, include_url=False, include_context=False)[0]
    field = next((str(part) for part in first["loc"] if part in kind.takes.json_schema()["properties"]), "arguments")
    return words.NOT_UNDERSTOOD.format(field=field, problem=first["msg"], tool=kind.name)


def failed(message: str) -> CallToolResult:
    """Tell the assistant what went otherwise, as MCP wants it: as a result that is an error."""
    return CallToolResult(content=[TextContent(type="text", text=message)], is_error=True)


def make(calls: Calls, who: Callable[[Context], Bearer | None]) -> Server[Any]:
    """Put the server together. `who` tells whom a call is for; None where their token is no good (any more)."""
    kinds = {kind.name: kind for kind in KINDS}
    listed = ListToolsResult(tools=[kind.told() for kind in KINDS])

    async def list_tools(_: Context, __: PaginatedRequestParams | None) -> ListToolsResult:
        return listed

    async def call_tool(context: Context, params: CallToolRequestParams) -> CallToolResult:
        kind = kinds.get(params.name)
        if kind is None:
            raise MCPError(code=INVALID_PARAMS, message=words.NO_TOOL)
        try:
            bearer = await asyncio.to_thread(who, context)
        except LibraryError as exc:  # who asks cannot be told: nobody is answered
            return failed(str(exc))
        if bearer is None:
            return failed(words.NO_TOKEN)
        return await calls.call(kind, bearer, dict(params.arguments or {}))

    made: Server[Any] = Server(
        "kalla",
        title="Källa",
        version=_version(),
        instructions=words.INSTRUCTIONS,
        on_list_tools=list_tools,
        on_call_tool=call_tool,
    )
    made.middleware.clear()  # mcp 2.3.0 puts one there that would hand each question to a tracer (lowlevel/server.py)
    return made


def _version() -> str:
    try:
        return version("kalla")
    except PackageNotFoundError:  # run from a folder where it is not installed
        return ""
