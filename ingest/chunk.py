"""Cut a document into passages: whole sentences within a section, counted in the model's own tokens. Pure.

A passage never crosses a heading, but for a short note, which is one passage. A recommendation stands alone, a list keeps the
sentence that leads into it, table rows stay together with their caption. What is larger than a model can read is cut between
sentences, and only a sentence that is itself too large is cut between words.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass, replace

from ingest.document import Block, BlockKind, Cutter, Document, Passage
from ingest.paragraphs import RECOMMENDATION
from ingest.sentences import sentences

TokenCounter = Callable[[Sequence[str]], list[int]]
LanguageOf = Callable[[str], str]

_ALONE = (BlockKind.RECOMMENDATION, BlockKind.NOTE)
_ROWS = (BlockKind.TABLE_ROW, BlockKind.CAPTION)
_FEWEST_LETTERS = 12
_LETTERS_THAT_TELL = 400  # characters of a passage that its language is told from
_LETTERS_TO_DETECT = 60  # below this, the language of a passage is the document's: too short to tell


@dataclass(frozen=True, slots=True, kw_only=True)
class ChunkSettings:
    """Sizes in model tokens. `limit` is what the model reads at most (without its special tokens)."""

    limit: int
    target: int = 220
    smallest: int = 40  # a last piece below this joins the one before, where both fit the limit
    context_share: float = 0.25  # of the limit, for title and headings
    version: int = 3  # of this algorithm: an index made by another is rebuilt, never mixed

    def as_dict(self) -> dict[str, int | float]:
        """For storing beside the passages it made."""
        return asdict(self)


def settings_for(max_tokens: int, overhead: int = 2) -> ChunkSettings:
    """Settings for a model that reads `max_tokens`, of which `overhead` are its special tokens and prefix."""
    return ChunkSettings(limit=max_tokens - overhead)


def cutter(settings: ChunkSettings, count: TokenCounter, language_of: LanguageOf) -> Cutter:
    """`chunk` with everything but the document settled."""
    return lambda document, title: tuple(chunk(document, settings, count, language_of, title))


@dataclass(frozen=True, slots=True)
class _Unit:
    """A sentence or a piece of one: `text[start:end]`."""

    start: int
    end: int
    tokens: int
    kind: BlockKind
    lead_in: bool  # ends with a colon: what follows belongs to it
    block: int  # number of its block


def chunk(
    document: Document, settings: ChunkSettings, count: TokenCounter, language_of: LanguageOf, title: str = ""
) -> list[Passage]:
    """Cut `document` into passages, in order. `count` gives the model's tokens of each text, `language_of` an ISO 639-1 code."""
    title = title or document.metadata.title
    passages: list[Passage] = []
    for section, blocks in _sections(document.blocks, document.text):
        context = _context(title, section, settings, count)
        room = settings.limit - count([context])[0] - 2
        for units in _packed(_units(document.text, blocks, room, count), min(settings.target, room), room, settings):
            if _says_something(document.text[units[0].start : units[-1].end]):
                passage = _passage(document, units, section, context, len(passages), language_of)
                passages.append(_named(passage, document, settings, count))
    return _short_note(document, passages, title, settings, count, language_of)


def _short_note(
    document: Document, passages: list[Passage], title: str, settings: ChunkSettings, count: TokenCounter, language_of: LanguageOf
) -> list[Passage]:
    """One passage of all, where the document is one page in one language and no longer than a passage; else `passages`.

    The headings of a short note are read with it. On a document of several pages a passage knows its page better.
    """
    if len(passages) < 2 or len(document.pages) > 1 or len({passage.language for passage in passages}) > 1:
        return passages
    if any(passage.kind in _ALONE for passage in passages):
        return passages
    first = document.blocks[0]
    titled = first.kind is BlockKind.HEADING and document.text[first.start : first.end].casefold() == title.casefold()
    blocks = document.blocks[1:] if titled else document.blocks
    context = _context(title, (), settings, count)
    room = min(settings.target, settings.limit - count([context])[0] - 2)
    long = count([document.text[blocks[0].start : blocks[-1].end]])[0] > room
    if long or any(block.kind is BlockKind.CONTENTS for block in blocks):
        return passages
    return [_passage(document, _units(document.text, blocks, room, count), (), context, 0, language_of)]


def _says_something(text: str) -> bool:
    """Whether there is anything to quote: a year on a cover or a number in a corner is no passage."""
    return sum(character.isalpha() for character in text) >= _FEWEST_LETTERS


def _sections(blocks: Sequence[Block], text: str) -> Iterator[tuple[tuple[str, ...], list[Block]]]:
    """The runs of blocks below the same headings, with the path of these headings."""
    path: list[tuple[int, str]] = []
    run: list[Block] = []
    for block in blocks:
        if block.kind is BlockKind.HEADING:
            if run:
                yield tuple(heading for _, heading in path), run
                run = []
            while path and path[-1][0] >= block.level:
                path.pop()
            path.append((block.level, " ".join(text[block.start : block.end].split())))
        elif block.kind is not BlockKind.CONTENTS:
            run.append(block)
        elif run:  # a passage is one slice: it cannot leave out what stands between its blocks
            yield tuple(heading for _, heading in path), run
            run = []
    if run:
        yield tuple(heading for _, heading in path), run


def _context(title: str, section: tuple[str, ...], settings: ChunkSettings, count: TokenCounter) -> str:
    """Title and headings in one line, the outermost headings left out first where they do not fit."""
    most = int(settings.limit * settings.context_share)
    headings = [heading for heading in section if heading.casefold() != title.casefold()]
    for keep in range(len(headings), -1, -1):
        parts = ([title] if title else []) + headings[len(headings) - keep :]
        context = " › ".join(parts)
        if not context or count([context])[0] <= most:
            return context
    words = title.split()
    while words and count([" ".join(words)])[0] > most:
        words = words[: len(words) * 2 // 3]
    return " ".join(words)


def _units(text: str, blocks: Sequence[Block], room: int, count: TokenCounter) -> list[_Unit]:
    spans = [
        (start, end, block.kind, number)
        for number, block in enumerate(_joined(text, blocks))
        for start, end in ([(block.start, block.end)] if block.kind in _ROWS else sentences(text, block.start, block.end))
    ]
    counts = count([text[start:end] for start, end, *_ in spans]) if spans else []
    units: list[_Unit] = []
    for (start, end, kind, number), tokens in zip(spans, counts, strict=True):
        pieces = [(start, end, tokens)] if tokens <= room else _split_words(text, start, end, room, count)
        for piece_start, piece_end, piece_tokens in pieces:
            lead_in = text[piece_start:piece_end].endswith(":") or kind is BlockKind.CAPTION
            tokens = max(piece_tokens, 1)  # of accents alone a model may see none: they would all go into one passage
            units.append(_Unit(piece_start, piece_end, tokens, kind, lead_in, number))
    return units


def _joined(text: str, blocks: Sequence[Block]) -> Iterator[Block]:
    """Blocks, with a paragraph that goes on behind a page break made one again, so that its sentence is whole."""
    held: Block | None = None
    for block in blocks:
        if held is not None and held.kind is block.kind is BlockKind.PARAGRAPH and _goes_on(text, held, block):
            held = Block(start=held.start, end=block.end, kind=held.kind)
            continue
        if held is not None:
            yield held
        held = block
    if held is not None:
        yield held


def _goes_on(text: str, first: Block, second: Block) -> bool:
    return (
        text[first.end - 1] not in '.!?…:;)”"' and text[second.start].islower() and "\n\n" not in text[first.end : second.start]
    )


def _split_words(text: str, start: int, end: int, room: int, count: TokenCounter) -> list[tuple[int, int, int]]:
    """Halve between words until each piece fits. A single endless word is cut by characters."""
    tokens = count([text[start:end]])[0]
    if tokens <= room or end - start < 2:
        return [(start, end, tokens)]
    middle = (start + end) // 2
    space = text.rfind(" ", start + 1, middle)
    cut = space if space > start else text.find(" ", middle, end - 1)
    left, right = (cut, cut + 1) if cut > start else (middle, middle)
    while text[left - 1].isspace():  # cells of a table are parted by two spaces
        left -= 1
    while right < end and text[right].isspace():
        right += 1
    return _split_words(text, start, left, room, count) + _split_words(text, right, end, room, count)


def _packed(units: Sequence[_Unit], target: int, room: int, settings: ChunkSettings) -> list[list[_Unit]]:
    """Fill passages to about `target` tokens, never over `room`."""
    packs: list[list[_Unit]] = []
    for unit in units:
        pack = packs[-1] if packs else None
        if pack is None or not _belongs(pack, unit, target, room):
            packs.append([unit])
        else:
            pack.append(unit)
    merged: list[list[_Unit]] = []
    for pack in packs:
        before = merged[-1] if merged else None
        if (
            before is not None
            and _size(pack) < settings.smallest
            and _size(before) + _size(pack) <= room
            and not (_alone(before) or _alone(pack))
        ):
            before.extend(pack)
        else:
            merged.append(pack)
    return merged


def _belongs(pack: list[_Unit], unit: _Unit, target: int, room: int) -> bool:
    size = _size(pack)
    if size + unit.tokens > room:
        return False
    if unit.kind in _ALONE or pack[-1].kind in _ALONE:
        # The sentences of one recommendation or note stay together; two of them do not.
        return unit.block == pack[-1].block
    if pack[-1].lead_in:
        return True
    if (unit.kind in _ROWS) != (pack[-1].kind in _ROWS) and size >= target // 3:
        return False
    return size + unit.tokens <= target


def _alone(pack: list[_Unit]) -> bool:
    return pack[0].kind in _ALONE


def _size(pack: Sequence[_Unit]) -> int:
    return sum(unit.tokens for unit in pack)


def _passage(
    document: Document,
    units: list[_Unit],
    section: tuple[str, ...],
    context: str,
    ordinal: int,
    language_of: LanguageOf,
) -> Passage:
    start, end = units[0].start, units[-1].end
    text = document.text[start:end]
    pages = document.pages  # they tile the text: a search through all of them for each passage would be quadratic
    first, last = bisect_right(pages, start, key=lambda page: page.end), bisect_left(pages, end, key=lambda page: page.start) - 1
    letters = sum(character.isalpha() for character in text[:_LETTERS_THAT_TELL])
    known = document.metadata.language
    return Passage(
        ordinal=ordinal,
        start=start,
        end=end,
        text=text,
        page=pages[first].number,
        page_end=pages[last].number,
        section=section,
        language=known if letters < _LETTERS_TO_DETECT and known else (language_of(text[:_LETTERS_THAT_TELL]) or known),
        context=context,
        sentences=tuple((unit.start - start, unit.end - start) for unit in units),
        kind=units[0].kind if len({unit.kind for unit in units}) == 1 else BlockKind.PARAGRAPH,
    )


def _named(passage: Passage, document: Document, settings: ChunkSettings, count: TokenCounter) -> Passage:
    """The passage of a recommendation with its name ("Recommendation 4") as the last of its headings.

    Of a long one, the passages that do not begin with the name have it in their context too, where there is room.
    """
    if passage.kind is not BlockKind.RECOMMENDATION:
        return passage
    at = next(at for at, block in enumerate(document.blocks) if block.end > passage.start)
    start = document.blocks[at].start
    match = RECOMMENDATION.match(document.text, start)
    if match is None and at and document.blocks[at - 1].kind is BlockKind.RECOMMENDATION:  # its number is a paragraph of its own
        match = RECOMMENDATION.match(document.text, document.blocks[at - 1].start)
    if match is None:
        return passage
    name = " ".join(match.group().split()).rstrip(" .:)|–—-")
    context = " › ".join(part for part in (passage.context, name) if part)
    fits = passage.start > start and count([f"{context}\n{passage.text}"])[0] <= settings.limit
    return replace(passage, section=(*passage.section, name), context=context if fits else passage.context)
