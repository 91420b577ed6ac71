"""How a text of the interface stands in both languages, side by side."""

from dataclasses import dataclass
from typing import Self, overload

LANGUAGES = ("en", "sv")


@dataclass(frozen=True, slots=True)
class Pair:
    """A text in both languages. Read from the words of a language it is the text in that language."""

    en: str
    sv: str

    @overload
    def __get__(self, instance: None, owner: type) -> Self: ...
    @overload
    def __get__(self, instance: "Spoken", owner: type) -> str: ...
    def __get__(self, instance: "Spoken | None", owner: type) -> "str | Self":
        return self if instance is None else self.say(instance)

    def say(self, words: "Spoken") -> str:
        """Give the text in the language of `words`."""
        return self.sv if words.language == "sv" else self.en


@dataclass(frozen=True, slots=True)
class Count:
    """A counted noun in both languages, singular and plural; `{n}` is the number."""

    en: tuple[str, str]
    sv: tuple[str, str]


class Spoken:
    """One language of the interface, with its numbers. The rooms' words are built on it."""

    def __init__(self, language: str) -> None:
        self.language = language if language in LANGUAGES else "en"

    def count(self, noun: Count, n: int) -> str:
        """`words.count(words.documents_n, 17)`: "17 documents"."""
        one, many = noun.sv if self.language == "sv" else noun.en
        return (one if n == 1 else many).format(n=self.number(n))

    def number(self, n: int) -> str:
        """Write a whole number with its thousands set apart: 3,204 in English, 3 204 in Swedish."""
        return f"{n:,}".replace(",", "\N{NO-BREAK SPACE}") if self.language == "sv" else f"{n:,}"

    def decimal(self, value: float, places: int) -> str:
        """Write a decimal number: 0.09 in English, 0,09 in Swedish."""
        plain = f"{value:.{places}f}"
        return plain.replace(".", ",") if self.language == "sv" else plain
