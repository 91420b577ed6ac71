"""How far the library is in step with an edit, a removal or a return: what stands on top of the page meanwhile."""

from index.access import Principal
from index.result import DocumentInfo
from ui import document_moves, document_room, page, reasons, removed_page, results, text
from ui.house import House
from ui.removals import Removal
from ui.words import Words

State = tuple[str, bool]  # HTML, and whether there is no more to come


def of_edit(house: House, info: DocumentInfo, number: int, words: Words) -> State:
    """How far an edit is in force."""
    step = document_room.step(house, number, words)
    if step is None:
        return "", True
    if not step.done:
        return removed_page.in_progress(step.waiting, words), False
    failed = next(
        (reason for path in info.paths for outcome, reason in [step.outcomes.get(path, ("", ""))] if outcome == "failed"), ""
    )
    if step.stopped or failed:
        more = words.not_in_force_more.format(reason=removed_page.sentence(reasons.said(step.stopped or failed, words)))
        again = page.address(f"library/{info.document_id}/again", words)
        return results.message(words.not_in_force, more, kind="bad") + removed_page.post(again, words.try_again), True
    written = ", ".join(document_room.catalogues(info, house.corpus))
    return results.message(words.in_force, words.written_to.format(catalogue=written), kind="good"), True


def of_removal(house: House, principal: Principal, removal: Removal, number: int, words: Words) -> State:
    """How far the library has let go of what was removed, and taken in what replaced it."""
    step = document_room.step(house, number, words)
    if step is not None and not step.done:
        return removed_page.in_progress(step.waiting, words), False
    leaf = document_room.leaf(removal, house, principal)
    stopped, failed = step.stopped if step else "", ""
    if removal.instead is not None:
        failed = _reason(house, principal, removal.instead.path) if not stopped else ""
    elif not stopped and any(document_room.by_path(house, principal, str(path)) for path in removal.paths):
        stopped = words.not_read_yet
    return removed_page.removal_state(leaf, stopped, failed, words), True


def of_return(house: House, principal: Principal, number: int, mark: str, words: Words) -> State:
    """How far what was brought back is in the library again. `mark`: the file, as addresses name it."""
    step = document_room.step(house, number, words)
    if step is not None and not step.done:
        return removed_page.in_progress(step.waiting, words), False
    back = next(
        (info for info in house.library.documents(principal) if any(document_moves.mark(path) == mark for path in info.paths)),
        None,
    )
    failed = next((file.reason for file in house.library.files(principal) if document_moves.mark(file.path) == mark), "")
    stopped = step.stopped if step else ""
    return removed_page.back_state(back.document_id if back else 0, stopped, failed, words), True


def _reason(house: House, principal: Principal, path: str) -> str:
    """Why a file could not be read, or not wholly."""
    found = next((file for file in house.library.files(principal) if file.path == path), None)
    return found.reason if found is not None and found.outcome in ("failed", "partial") else ""


def live(state: State, address: str) -> str:
    """Set a state so that kalla.js follows it until there is no more to come."""
    html, done = state
    if not html:
        return ""
    follow = "" if done else f' data-live="{text.escape(address)}"'
    return f'<section class="d-state" id="state" aria-live="polite"{follow}>{html}</section>'
