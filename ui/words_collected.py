"""What the Collected room says."""

from ui.say import Pair, Spoken


class CollectedWords(Spoken):
    """What the Collected room says."""

    collected = Pair("Collected", "Samlat")
