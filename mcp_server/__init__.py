"""The library for assistants: an MCP server of our own, whose tools give exact words with their place and their mark."""
