"""Rendering: escaped HTML from the results it is given. Does no I/O."""
