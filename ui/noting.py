"""What is written down of a request: the door writes it, and the rooms tell it what the address alone does not say."""

from collections.abc import Sequence

from starlette.requests import Request
from starlette.types import Scope

_KEY = "noted"
_LONGEST = 500  # characters of what is told of one thing


def begin(scope: Scope, about: dict[str, str]) -> dict[str, str]:
    """Let the rooms add to what is written down of this request."""
    scope.setdefault("state", {})[_KEY] = about
    return about


def more(request: Request, **about: str) -> None:
    """Tell more of what is done. Nothing happens where nobody writes it down."""
    noted = getattr(request.state, _KEY, None)
    if noted is not None:
        noted.update({name: value if name == "question" else value[:_LONGEST] for name, value in about.items()})


def nothing(request: Request) -> None:
    """Tell that nothing was done that has to be written down."""
    noted = getattr(request.state, _KEY, None)
    if noted is not None:
        noted.clear()


def listed(names: Sequence[str]) -> str:
    """Several names as one text."""
    return "; ".join(names)
