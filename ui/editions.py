"""What is said of a document's other editions and copies: a word beside it, and what its own page tells. Pure: HTML out."""

from collections.abc import Sequence

from index.result import DocumentInfo, Edition, Kin
from ui import page, text
from ui.words import Words


def number(edition: str, words: Words) -> str:
    """Say which edition: "edition 2"; what is no number as it is written."""
    return words.edition_number.format(n=edition.strip()) if edition.strip().isdigit() else edition.strip()


def name(other: Edition, words: Words) -> str:
    """Name an edition: "Public warning (March 2021)", with its own edition where it has no date."""
    known = text.date(other.date, words) or number(other.edition, words)
    return f"{other.title or words.untitled} ({known})" if known else other.title or words.untitled


def said(other: Edition, words: Words) -> str:
    """Say what answers in the place of a document: "superseded by Public warning (March 2021)"."""
    phrase = words.copy_of if other.kin is Kin.COPY else words.superseded_by
    return phrase.format(edition=name(other, words))


def badge(other: Edition | None, words: Words) -> str:
    """Mark a document that another answers for, with the way to that; "" where none does."""
    if other is None:
        return ""
    address = page.address(f"library/{other.document_id}", words)
    return f'<a class="k-badge k-part k-old" dir="auto" href="{address}">{text.escape(said(other, words))}</a>'


def line(other: Edition | None, words: Words) -> str:
    """Mark it in the viewer, whose frame is not left."""
    return f'<p class="v-notice" role="note" dir="auto">{text.escape(said(other, words))}</p>' if other else ""


def changes_address(old: int, new: int, words: Words, part: int = 1) -> str:
    """Point to what changed from one document to another."""
    return page.address(f"library/{new}/changes/{old}", words, f"part={part}" if part > 1 else "")


def notice(info: DocumentInfo, words: Words) -> str:
    """Tell of a document's newer edition, its older ones and its copies; "" where there are none."""
    groups = {kin: [one for one in info.editions if one.kin is kin] for kin in Kin}
    parts = []
    if info.superseded_by:
        copy = info.superseded_by.kin is Kin.COPY
        lead, more = (words.same_text, words.same_text_more) if copy else (words.newer_edition, words.newer_edition_more)
        parts.append(_told(info, lead, [info.superseded_by], words, more, strong=True))
    parts.append(_told(info, words.older_editions, groups[Kin.OLDER], words))
    parts.append(_told(info, words.same_text, groups[Kin.COPY], words))
    parts.append(_told(info, words.undated_editions, groups[Kin.UNDATED], words, words.undated_editions_more))
    inner = "".join(parts)
    return f'<div class="d-editions">{inner}</div>' if inner else ""


def _told(info: DocumentInfo, lead: str, others: Sequence[Edition], words: Words, more: str = "", *, strong: bool = False) -> str:
    if not others:
        return ""
    listed = "".join(f"<li>{_link(info, other, words)}</li>" for other in others)
    below = f'<p class="k-soft">{text.escape(more)}</p>' if more else ""
    return f"<div{' class=d-newer' if strong else ''}><p>{text.escape(lead)}</p><ul>{listed}</ul>{below}</div>"


def _link(info: DocumentInfo, other: Edition, words: Words) -> str:
    own = page.address(f"library/{other.document_id}", words)
    is_newer = info.superseded_by is not None and other.document_id == info.superseded_by.document_id
    old, new = (info.document_id, other.document_id) if is_newer else (other.document_id, info.document_id)
    changes = changes_address(old, new, words)
    label = text.escape(f"{words.see_changes}: {name(other, words)}")
    return (
        f'<a href="{own}" dir="auto">{text.escape(name(other, words))}</a> '
        f'<a class="d-changes" href="{changes}" aria-label="{label}">{text.escape(words.see_changes)}</a>'
    )
