"""Long work of the Index room as it goes on and as it ended: a rebuild, a check, questions being asked. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from ui import reasons, text
from ui.names import phase_name
from ui.readings import duration
from ui.words import Words

_MOST_LINES = 100  # of what does not hold; the command line gives them all
_LATE = ("cleaning up", "measuring the floor")  # phases of a rebuild in which its index answers already
_SURE = 3.0  # seconds of reading that say something about the rest


@dataclass(frozen=True, slots=True, kw_only=True)
class Work:
    """How a piece of work stands."""

    done: bool = False
    stopped: bool = False  # by somebody
    code: int = 0
    reason: str = ""  # the last line it wrote beside its results
    seconds: float = 0.0  # so far, or in all
    ended: float = 0.0  # seconds since 1970
    phase: str = ""
    part: int = 0  # of `whole`, in this phase
    whole: int = 0
    left: float | None = None  # seconds; None where nothing can be said
    summary: Mapping[str, Any] = field(default_factory=dict)
    problems: tuple[str, ...] = ()
    about: str = ""  # the model it rebuilds with, or the file of questions


def left(began: float, now: float, part: int, whole: int) -> float | None:
    """Seconds that the rest takes, when `part` of `whole` took from `began` to `now`; None where it is too early to say."""
    if part <= 0 or whole <= 0 or now - began < _SURE:
        return None
    return max(0.0, (now - began) * (whole - part) / part)


def moment(ended: float, words: Words) -> str:
    """Say when something ended, `ended` in seconds since 1970."""
    return text.moment(datetime.fromtimestamp(ended, UTC).isoformat(), words)


# -- a rebuild


def rebuild(work: Work, words: Words) -> str:
    """Set a rebuild as it goes on, or what became of it."""
    if not work.done:
        return _rebuilding(work, words)
    when = words.ended_at.format(moment=moment(work.ended, words))
    late = work.phase in _LATE
    if work.stopped:
        more = words.rebuild_stopped_late if late else words.rebuild_was_stopped_more
        return message(words.rebuild_was_stopped, (more, when))
    if work.code == 0:
        return message(words.rebuild_done, (_gave(work, words), reasons.said(work.reason, words), when), kind="good")
    title = words.rebuild_some_failed if late else words.rebuild_stopped
    return message(title, (_reason(work, words), reasons.advice(work.reason, words), when), kind="bad")


def _rebuilding(work: Work, words: Words) -> str:
    title = words.rebuilding_with.format(model=work.about) if work.about else words.rebuilding
    phase = phase_name(work.phase, words) if work.phase else words.preparing
    known = f' value="{min(work.part, work.whole)}" max="{work.whole}"' if work.whole else ""
    said = phase
    if work.whole:
        done, total = words.number(min(work.part, work.whole)), words.number(work.whole)
        said = words.phase_progress.format(phase=phase, done=done, total=total)
    times = [words.so_far.format(time=duration(work.seconds, words)), *([] if work.left is None else [_left(work.left, words)])]
    return (
        f'<div class="k-progress"><h3>{text.escape(title)}</h3><progress aria-label="{text.escape(phase)}"{known}></progress>'
        f"<p>{text.escape(said)}</p><p>{text.escape(' · '.join(times))}</p>"
        f'<p class="i-calm">{text.escape(words.old_answers)}</p></div>'
    )


def _left(seconds: float, words: Words) -> str:
    minutes = round(seconds / 60)
    if seconds < 60:
        return words.left_soon
    if minutes < 90:
        return words.count(words.left_n, minutes)
    return words.left_hours.format(h=words.number(minutes // 60), m=minutes % 60 // 5 * 5)


def _gave(work: Work, words: Words) -> str:
    given = work.summary
    if not all(isinstance(given.get(name), int) for name in ("documents", "passages")):
        return ""
    return words.rebuild_gave.format(
        documents=words.count(words.documents_n, given["documents"]),
        passages=words.count(words.passages_n, given["passages"]),
        model=given.get("model", ""),
        time=duration(work.seconds, words),
    )


# -- a check


def check(work: Work, words: Words, *, whole: bool = True) -> str:
    """Set a check as it goes on, or what it found. `whole`: whoever looks may see all documents, so their names and number."""
    count = int(work.summary.get("problems", len(work.problems)))
    lines = _lines(work.problems if whole else (), words)
    if not work.done:
        found = f"<p>{text.escape(words.count(words.check_problems_n, count))}</p>" if count else ""
        return _under_way(words.checking, work, words, found + lines)
    when = words.check_last.format(moment=moment(work.ended, words), time=duration(work.seconds, words))
    if work.stopped:
        return message(words.check_stopped, (when,)) + lines
    if work.code == 0 and work.summary:
        counts = {name: int(work.summary.get(name, 0)) for name in ("documents", "passages", "files")}
        holds = words.check_holds.format(**{name: words.count(getattr(words, f"{name}_n"), n) for name, n in counts.items()})
        holds = holds if whole else words.check_all_holds
        return message(holds, (when,), kind="good")
    if count:
        return message(words.count(words.check_problems_n, count), (when,), kind="bad") + lines
    return message(words.check_failed, (_reason(work, words), reasons.advice(work.reason, words)), kind="bad")


def _lines(problems: Sequence[str], words: Words) -> str:
    if not problems:
        return ""
    rows = "".join(f"<li>{_line(problem, words)}</li>" for problem in problems[:_MOST_LINES])
    more = len(problems) - _MOST_LINES
    below = f'<p class="k-soft">{text.escape(words.count(words.check_more_n, more))}</p>' if more > 0 else ""
    advised = dict.fromkeys(filter(None, (reasons.advice(problem, words) for problem in problems)))
    advice = "".join(f'<p class="k-advice">{text.escape(one)}</p>' for one in advised)
    return f'<ul class="i-lines" aria-label="{text.escape(words.check_lines)}">{rows}</ul>{below}{advice}'


def _line(problem: str, words: Words) -> str:
    return text.escape(reasons.said(problem, words))


# -- questions being asked


def measuring(work: Work, words: Words) -> str:
    """Set questions as they are asked, or what became of them."""
    if not work.done:
        return _under_way(words.measuring, work, words, f'<p dir="auto">{text.escape(work.about)}</p>')
    if work.stopped:
        return message(words.measure_stopped, ())
    figures = work.summary.get("figures")
    if not isinstance(figures, Mapping):
        return message(words.measure_failed, (_reason(work, words), reasons.advice(work.reason, words)), kind="bad")
    total = int(figures.get("questions", 0))
    found = round(float(figures.get("hit@5", 0)) * total)
    told = words.measured_of.format(
        file=work.about, found=words.number(found), total=words.number(total), time=duration(work.seconds, words)
    )
    if work.code:
        return message(words.measure_not_kept, (told, _reason(work, words)), kind="bad")
    return message(words.measured, (told,), kind="good")


# -- what they share


def message(title: str, more: Sequence[str], *, kind: str = "quiet") -> str:
    """Say in a few lines what became of something."""
    below = "".join(f"<p>{text.escape(line)}</p>" for line in more if line)
    return f'<div class="k-message k-{kind}" role="status"><h3>{text.escape(title)}</h3>{below}</div>'


def _under_way(title: str, work: Work, words: Words, more: str) -> str:
    time = words.so_far.format(time=duration(work.seconds, words))
    bar = f'<progress aria-label="{text.escape(title)}"></progress>'
    return f'<div class="k-progress"><h3>{text.escape(title)}</h3>{bar}<p>{text.escape(time)}</p>{more}</div>'


def _reason(work: Work, words: Words) -> str:
    return reasons.said(work.reason, words) or words.no_reason.format(code=work.code)
