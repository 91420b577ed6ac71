"""What the rooms work with: the parts that the composition root put together."""

from dataclasses import dataclass, field
from pathlib import Path

from ui.images import PageImages
from ui.jobs import Jobs
from ui.ports import Describe, Desk, Gate, Library, Runs, SignOn, Who
from ui.turns import Turns


@dataclass(frozen=True, slots=True, kw_only=True)
class House:
    """The parts. `corpus` is the folder that reports are kept in, `data` the one for all that the program makes."""

    library: Library
    desk: Desk
    jobs: Jobs
    images: PageImages
    describe: Describe
    corpus: Path
    data: Path
    who: Who
    runs: Runs = lambda _: ()
    gate: Gate | None = None  # None: everybody is let in as `who` says
    sign_on: SignOn | None = None  # None: one signs in with a password
    turns: Turns = field(default_factory=Turns)  # of those who ask
    watching: bool = False  # what changes in the corpus folder is taken in by itself
