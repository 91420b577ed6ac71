"""What the Follow room says."""

from ui.say import Pair, Spoken


class FollowWords(Spoken):
    """What the Follow room says."""

    follow = Pair("Follow", "Bevaka")
