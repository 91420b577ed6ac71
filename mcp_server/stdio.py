"""MCP over stdin and stdout."""

from typing import Any

from mcp.server.lowlevel import Server
from mcp.server.stdio import stdio_server


async def serve(server: Server[Any]) -> None:
    """Serve one assistant until it closes stdin. What else is printed meanwhile goes to stderr."""
    async with stdio_server() as (reading, writing):
        await server.run(reading, writing, server.create_initialization_options())
