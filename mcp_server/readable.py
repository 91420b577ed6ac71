"""The same answers to be read: every line that comes from a document begins with "> ", so that none can pass for ours. Pure."""

from collections.abc import Sequence

from mcp_server import said

_QUOTED = "> "
_LONGEST_MARK = 40


def read(answer: said.Answer) -> str:
    """An answer as text."""
    if isinstance(answer, said.Found):
        return _text(_head(answer.mark, answer.message), *answer.notes, *_evidence(answer.quotes, answer.passages))
    if isinstance(answer, said.Page):
        return _text(_head(answer.mark, answer.message), _page(answer))
    if isinstance(answer, said.Compared):
        return _text(_head(answer.mark, answer.message), *answer.notes, *(part for city in answer.cities for part in _city(city)))
    return _text(
        _head(answer.mark, answer.message), f"{answer.total} documents.", *map(_document, answer.documents), _values(answer)
    )


def quoted(text: str) -> str:
    """Words of a document, each line of them marked as such, whatever breaks their lines."""
    return "\n".join(_QUOTED + line for line in text.splitlines()) or _QUOTED.strip()


def _text(*parts: str) -> str:
    return "\n\n".join(part for part in parts if part)


def _head(mark: str, message: str) -> str:
    return _text(f"Handling of this whole answer: {_mark(mark)}" if mark else "", message)


def _mark(mark: str) -> str:
    """A mark on one line: what a catalogue calls so could be anything."""
    return " ".join(mark.split())[:_LONGEST_MARK]


def _evidence(quotes: Sequence[said.Quote], passages: Sequence[said.Passage]) -> list[str]:
    answer = [f"Answers, word for word ({_numbers(one.passages)}, {_mark(one.mark)}):\n{quoted(one.text)}" for one in quotes]
    return [*answer, *map(_passage, passages)]


def _numbers(numbers: Sequence[int]) -> str:
    return " ".join(f"[{number}]" for number in numbers)


def _passage(one: said.Passage) -> str:
    own = f"[{one.number}] {_mark(one.mark)} · document {one.document}, page {one.page}, passage {one.passage}"
    lines = [own + _caveats(one), quoted(f"Source: {one.citation}"), quoted(one.text)]
    return "\n".join(lines + ([quoted(f"Superseded by {one.superseded_by}")] if one.superseded_by else []))


def _caveats(one: said.Passage | said.Page) -> str:
    told = "" if one.attributable else " · name neither speaker nor organisation"
    return told + ("" if one.recognised is None else f" · read from a picture, {one.recognised:.0%} sure")


def _page(one: said.Page) -> str:
    lines = [f"{_mark(one.mark)} · document {one.document}, page {one.page} of {one.pages}{_caveats(one)}"]
    lines += [quoted(f"Source: {one.citation}"), quoted(one.text)]
    lines += [quoted(f"Superseded by {one.superseded_by}")] if one.superseded_by else []
    lines += [f"The page goes on: start={one.next_start}"] if one.next_start is not None else []
    return "\n".join(lines)


def _city(one: said.City) -> list[str]:
    name = quoted(f"City: {one.city}")
    return [_text(name, one.message), *_evidence(one.quotes, one.passages)]


def _document(one: said.Document) -> str:
    about = ", ".join(filter(None, (one.kind, "; ".join(one.city), one.organisation, one.date, one.edition, one.language)))
    lines = [f"document {one.document} · {_mark(one.mark)} · {one.pages} pages", quoted(one.title), quoted(about)]
    lines += [quoted(f"Superseded by {one.superseded_by}")] if one.superseded_by else []
    return "\n".join(lines + [quoted(other) for other in one.other_editions])


def _values(answer: said.Listed) -> str:
    named = ("city", "theme", "kind", "language", "year")
    held = [(name, getattr(answer.values, name)) for name in named]
    return "\n".join(quoted(f"{name}: {'; '.join(values)}") for name, values in held if values)
