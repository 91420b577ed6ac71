"""What was removed or replaced, and can be brought back: as a notice, and as pages of their own. Pure: HTML out."""

from collections.abc import Sequence
from dataclasses import dataclass

from ui import page, reasons, results, text
from ui.words import Words

_FEW = 3  # removals that are listed at once; the others unfold


@dataclass(frozen=True, slots=True, kw_only=True)
class Leaf:
    """What a page shows of a removal."""

    removed_id: int
    title: str
    when: str  # ISO 8601, UTC
    files: tuple[str, ...]  # where they lay, as they are shown
    replaced: bool = False  # whether a new edition took their place
    new: int = 0  # the document that the new edition is; 0 where it is none (yet)


def notice(leaves: Sequence[Leaf], words: Words) -> str:
    """List what can be brought back, the latest first; "" where there is nothing."""
    if not leaves:
        return ""
    few, more = leaves[:_FEW], leaves[_FEW:]
    rest = ""
    if more:
        summary = f"{words.earlier_removed} ({words.number(len(more))})"
        rest = f"<details><summary>{text.escape(summary)}</summary>{_list(more, words)}</details>"
    label = text.escape(words.removed_list)
    return f'<section class="d-removed" aria-label="{label}">{_list(few, words)}{rest}</section>'


def _list(leaves: Sequence[Leaf], words: Words) -> str:
    return f"<ul>{''.join(f'<li>{_item(leaf, words)}</li>' for leaf in leaves)}</ul>"


def _item(leaf: Leaf, words: Words) -> str:
    said = words.replaced_title if leaf.replaced else words.removed_title
    about = page.address(f"library/removed/{leaf.removed_id}", words)
    facts = " · ".join((*leaf.files, text.moment(leaf.when, words)))
    return (
        f'<span><a href="{about}">{named(said, leaf.title)}</a> '
        f"<small><bdi>{text.escape(facts)}</bdi></small></span>{_back(leaf, words)}"
    )


def _back(leaf: Leaf, words: Words) -> str:
    label = text.escape(words.bring_back_of.format(title=leaf.title))
    return (
        f'<form method="post" action="{page.address(f"library/removed/{leaf.removed_id}/back", words)}">'
        f'<button class="k-button" aria-label="{label}">{text.escape(words.bring_it_back)}</button></form>'
    )


def removed(leaf: Leaf, state: str, words: Words) -> str:
    """Set the page of one removal. `state`: HTML that says how far the library is in step with it."""
    said = words.replaced_title if leaf.replaced else words.removed_title
    when = (words.replaced_when if leaf.replaced else words.removed_when).format(when=text.moment(leaf.when, words))
    back = page.address(f"library/removed/{leaf.removed_id}/back", words)
    lying = "".join(f'<li><bdi class="d-file">{text.escape(file)}</bdi></li>' for file in leaf.files)
    return (
        f'{to_library(words)}<h1 class="k-title">{named(said, leaf.title)}</h1>{state}'
        f'<p class="k-soft">{text.escape(f"{when} {words.removed_until}")}</p><ul class="d-files">{lying}</ul>'
        f'<div class="d-acts">{post(back, words.bring_back_old if leaf.replaced else words.bring_it_back)}</div>'
    )


def in_progress(waiting: bool, words: Words) -> str:
    """Say that the library is being brought into step."""
    more = words.waits_for_turn if waiting else words.takes_seconds
    return (
        f'<div class="k-progress"><h2>{text.escape(words.taking_effect)}</h2><p>{text.escape(more)}</p>'
        f'<progress aria-label="{text.escape(words.taking_effect)}"></progress></div>'
    )


def removal_state(leaf: Leaf, stopped: str, failed: str, words: Words) -> str:
    """Say how a removal or replacement has come out. `stopped`, `failed`: why the reading, or the new file, did not."""
    if stopped:
        more = words.still_listed_more.format(reason=reasons.said(stopped, words))
        again = page.address(f"library/removed/{leaf.removed_id}/again", words)
        return results.message(words.still_listed, more, kind="bad") + post(again, words.try_again)
    if not leaf.replaced:
        return results.message(words.removed_gone, kind="good")
    if leaf.new:
        partly = words.edition_partly.format(reason=reasons.said(failed, words)) if failed else ""
        good = results.message(words.edition_in_use, partly, kind="good")
        return good + onward(leaf.new, words)
    more = words.edition_unread_more.format(reason=sentence(reasons.said(failed, words)))
    return results.message(words.edition_unread, more.strip(), kind="bad")


def back_state(document: int, stopped: str, failed: str, words: Words) -> str:
    """Say how bringing back has come out."""
    if stopped:
        more = words.not_in_force_more.format(reason=sentence(reasons.said(stopped, words)))
        return results.message(words.not_in_force, more, kind="bad")
    if document:
        return results.message(words.back_now, kind="good") + onward(document, words)
    return results.message(words.back_partly, reasons.said(failed, words), kind="bad")


def returned(state: str, fault: str, words: Words) -> str:
    """Set the page of something that was brought back. `fault`: HTML, what could not be put right."""
    return f'{to_library(words)}<h1 class="k-title">{text.escape(words.back_title)}</h1>{state}{fault}'


def onward(document: int, words: Words) -> str:
    """Lead to a document's page."""
    address = page.address(f"library/{document}", words)
    return f'<p class="k-tools"><a class="k-button k-primary" href="{address}">{text.escape(words.open_document)}</a></p>'


def named(said: str, title: str) -> str:
    """Put a title into what is said of it, so that its direction of writing stays its own."""
    before, after = said.split("{title}")
    return f"{text.escape(before)}<bdi>{text.escape(title)}</bdi>{text.escape(after)}"


def to_library(words: Words) -> str:
    """Lead back to the list."""
    return f'<p class="d-up"><a href="{page.address("library", words)}">‹ {text.escape(words.to_library)}</a></p>'


def post(address: str, name: str) -> str:
    """Set a form of one button."""
    return f'<form method="post" action="{address}"><button class="k-button">{text.escape(name)}</button></form>'


def sentence(said: str) -> str:
    """Make a reason a sentence."""
    return said if not said or said.endswith((".", "!", "?")) else f"{said[:1].upper()}{said[1:]}."
