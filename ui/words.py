"""Every word the interface shows, in English and Swedish, side by side: those of all rooms as one."""

from collections.abc import Iterator

from ui.say import LANGUAGES, Count, Pair
from ui.words_account import AccountWords
from ui.words_ask import AskWords
from ui.words_collected import CollectedWords
from ui.words_compare import CompareWords
from ui.words_document import DocumentWords
from ui.words_follow import FollowWords
from ui.words_house import HouseWords
from ui.words_index import IndexWords
from ui.words_library import LibraryWords
from ui.words_runs import RunsWords
from ui.words_sign_on import SignOnWords
from ui.words_viewer import ViewerWords

__all__ = ["LANGUAGES", "Count", "Pair", "Words", "every_count", "every_pair"]
_ROOMS = (
    HouseWords, AskWords, ViewerWords, CompareWords, LibraryWords, DocumentWords, FollowWords, CollectedWords, IndexWords,
    RunsWords, AccountWords, SignOnWords,
)  # fmt: skip


class Words(
    HouseWords, AskWords, ViewerWords, CompareWords, LibraryWords, DocumentWords, FollowWords, CollectedWords, IndexWords,
    RunsWords, AccountWords, SignOnWords,
):  # fmt: skip
    """The words of one language: `Words("sv").ask`."""


def every_pair() -> Iterator[tuple[str, Pair]]:
    """All texts with their names, for the test that looks for missing translations."""
    for room in _ROOMS:
        yield from ((name, value) for name, value in vars(room).items() if isinstance(value, Pair))


def every_count() -> Iterator[tuple[str, Count]]:
    """All counted nouns with their names."""
    for room in _ROOMS:
        yield from ((name, value) for name, value in vars(room).items() if isinstance(value, Count))
