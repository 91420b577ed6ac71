"""The library for programs: a documented HTTP API, asked with personal tokens."""
