"""Handling marks of several things at once: the one that counts for all of them. Pure."""

from collections.abc import Iterable

from index.access import level_of


def strictest(marks: Iterable[str]) -> str:
    """Give the mark that counts where several stand together, as it is written; "" where there is none at all.

    An empty mark is enforced, and so written, as the level it stands for. Of marks of one level the first is given.
    """
    strict = ""
    for mark in marks:
        written = mark.strip() or level_of(mark).mark
        if not strict or level_of(written) > level_of(strict):
            strict = written
    return strict
