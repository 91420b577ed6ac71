"""A collection to be used elsewhere: for a word processor, for Markdown, for a spreadsheet, and for the clipboard. Pure."""

from collections.abc import Sequence

from index.access import mark_of
from index.deskitems import Excerpt
from ui import citation, exports, references, text
from ui.collecting import Item, State
from ui.names import kind_name, language_name
from ui.references import Head
from ui.words import Words


def head(items: Sequence[Item], who: str, now: str, words: Words) -> Head:
    """Make what stands above all. `now`: ISO 8601."""
    return references.head((item.excerpt.handling for item in items), who, now, words)


def summary(items: Sequence[Item], words: Words) -> str:
    """Count them: "7 passages from 3 documents"."""
    documents = len({(item.excerpt.sha256, item.excerpt.document_id) for item in items})
    passages = words.count(words.passages_n, len(items))
    return words.collected_sum.format(passages=passages, documents=words.count(words.documents_n, documents))


def state(item: Item, words: Words) -> str:
    """Say in a few words what became of the source; "" where it is as it was."""
    return {State.CHANGED: words.state_changed, State.GONE: words.state_left}.get(item.state, "")


def _above(items: Sequence[Item], head: Head, words: Words) -> list[str]:
    """Write what stands above all, after the mark."""
    lines = [words.made_by.format(who=head.who, when=head.when), summary(items, words)]
    return lines if all(item.excerpt.attributable for item in items) else [*lines, words.no_attribution_note]


def _reference(item: Item, words: Words) -> str:
    told = state(item, words)
    return references.full(item.excerpt, words) + (f" [{told}]" if told else "")


def _questions(items: Sequence[Item]) -> list[str]:
    """The question of each, where it is another than that of the one before; else ""."""
    asked = [exports.line(item.kept.question) for item in items]
    return ["" if at and asked[at - 1] == one else one for at, one in enumerate(asked)]


def to_docx(items: Sequence[Item], head: Head, words: Words) -> bytes:
    """Write the collection for a word processor."""
    from ui.worddoc import Paper

    mark = [words.contains_mark.format(mark=head.mark)] if head.mark else []
    paper = Paper(words.collected_title, [*mark, *_above(items, head, words)], words.language, head.mark)
    for item, question in zip(items, _questions(items), strict=True):
        if question:
            paper.heading(question)
        note = words.note_was.format(note=item.kept.note) if item.kept.note.strip() else ""
        paper.quote(citation.said(item.excerpt, words), _reference(item, words), note, language=item.excerpt.language)
    return paper.to_bytes()


def to_markdown(items: Sequence[Item], head: Head, words: Words) -> bytes:
    """Write the collection in Markdown. What documents, questions and notes say stays text."""
    lines = [f"# {words.collected_title}", ""]
    lines += [f"**{exports.literal(words.contains_mark.format(mark=head.mark))}**", ""] if head.mark else []
    lines += [row for one in _above(items, head, words) for row in (exports.literal(one), "")]
    for item, question in zip(items, _questions(items), strict=True):
        lines += [f"## {exports.literal(question)}", ""] if question else []
        lines += [*exports.quoted(citation.said(item.excerpt, words)), "", f"— {exports.literal(_reference(item, words))}", ""]
        lines += [words.note_was.format(note=exports.literal(item.kept.note)), ""] if item.kept.note.strip() else []
    return "\n".join(lines).encode()


# -- for a spreadsheet


def columns(words: Words) -> list[str]:
    """Name the columns that describe a passage."""
    return [
        words.passage_head, words.title, words.field_organisation, words.city_head, words.date_head, words.printed_head,
        words.physical_head, words.section_head, words.handling_head, words.attribution_head, words.edition_head,
        words.source_head, words.kind_head, words.language_head, words.reference_head,
    ]  # fmt: skip


def cells(item: Excerpt, words: Words) -> list[str]:
    """Write the columns of a passage. Where it may not be attributed, what could tell who said it stays empty."""
    named = item.attributable
    last = f"–{item.page_end}" if item.page_end > item.page else ""
    physical = f"{item.page}{last}" if item.format in ("pdf", "pptx") else ""
    printed = item.page_label.replace("-", "–")  # a spreadsheet takes 8-9 for a day in September
    return [
        citation.said(item, words), citation.title(item, words) or words.untitled,
        item.organisation if named else "", ", ".join(item.city) if named else "",
        item.date, printed, physical, " › ".join(item.section) if named else "", mark_of(item.handling),
        "" if named else words.no_attribution, item.edition, references.published(item), kind_name(item.kind, words),
        language_name(item.language, words), references.full(item, words),
    ]  # fmt: skip


def to_csv(items: Sequence[Item], head: Head, words: Words) -> bytes:
    """Write the collection for a spreadsheet."""
    above = [words.contains_mark.format(mark=head.mark)] if head.mark else []
    titles = [words.number_head, *columns(words), words.question_head, words.note, words.kept_head, words.source_state_head]
    rows = [
        [
            str(number), *cells(item.excerpt, words), item.kept.question, item.kept.note, item.kept.kept[:10],
            state(item, words),
        ]
        for number, item in enumerate(items, 1)
    ]  # fmt: skip
    return exports.table([words.stamp_head, *above, *_above(items, head, words)], titles, rows)


def to_bibtex(items: Sequence[Item], head: Head, words: Words) -> bytes:
    """Write the collection for BibTeX."""
    return references.bibtex([item.kept for item in items], head, words)


def to_ris(items: Sequence[Item], head: Head, words: Words) -> bytes:
    """Write the collection as RIS."""
    return references.ris([item.kept for item in items], head, words)


# -- for the clipboard


def plain(item: Item, words: Words) -> str:
    """Write one passage: its words in quotation marks, reference and note."""
    left, right = text.QUOTES[words.language]
    said = f"{left}{exports.line(citation.said(item.excerpt, words))}{right} ({_reference(item, words)})"
    return f"{said}\n{words.note_was.format(note=item.kept.note)}" if item.kept.note.strip() else said


def rich(item: Item, words: Words) -> str:
    """Write the same as HTML. Escaped."""
    left, right = text.QUOTES[words.language]
    lines = [one for one in citation.said(item.excerpt, words).split("\n") if one.strip()]
    said = "".join(f"<p>{text.escape(one)}</p>" for one in [left + lines[0], *lines[1:]]) if lines else ""
    said = said.removesuffix("</p>") + f"{right}</p>" if said else ""
    said += f"<p>({text.escape(_reference(item, words))})</p>"
    note = words.note_was.format(note=item.kept.note) if item.kept.note.strip() else ""
    return f"<blockquote>{said}</blockquote>" + (f"<p>{text.escape(note)}</p>" if note else "")


def plain_all(items: Sequence[Item], head: Head, words: Words) -> str:
    """Write the whole collection as plain text, the strictest mark above it."""
    above = [words.contains_mark.format(mark=head.mark)] if head.mark else []
    return "\n\n".join([*above, *(plain(item, words) for item in items)])


def rich_all(items: Sequence[Item], head: Head, words: Words) -> str:
    """Write the whole collection as HTML. Escaped."""
    above = f"<p><b>{text.escape(words.contains_mark.format(mark=head.mark))}</b></p>" if head.mark else ""
    return above + "".join(rich(item, words) for item in items)
