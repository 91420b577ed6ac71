"""A reading: what becomes of files as they are read, as a piece of the page and as a report to save. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from index.access import mark_of
from ui import exports, page, reasons, references, text
from ui.names import outcome_name
from ui.words import Words

_CLASS = {"added": "good", "changed": "good", "unchanged": "plain", "removed": "plain", "partial": "part"}
_MOST_SHOWN = 200  # files in the page; the report has them all


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What became of one file in this reading. `outcome` is one of ingest's, or "refused" for a file never saved."""

    name: str
    outcome: str
    reason: str = ""
    pages: int = 0
    pages_without_text: int = 0
    passages: int = 0
    document: int = 0  # 0: none
    seconds: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """One reading as one person may see it."""

    number: int
    outcomes: tuple[Outcome, ...] = ()
    coming: tuple[str, ...] = ()  # files that are known to be read, and of which nothing was told yet
    total: int = 0  # files; 0: not known
    estimated: bool = False  # whether `total` is an estimate
    seconds: float = 0.0
    waiting: bool = False
    done: bool = False
    stopped: bool = False  # by somebody
    whole: bool = False  # it came to its own end
    reason: str = ""  # why it did not
    counts: dict[str, int] = field(default_factory=dict)  # outcome -> files

    @property
    def read(self) -> int:
        """How many files are done with."""
        return sum(n for name, n in self.counts.items() if name != "refused")


def address(number: int, words: Words, rest: str = "") -> str:
    """Point to a reading: `/en/library/readings/3`, with `rest` ".csv" or "/stop"."""
    return page.address(f"library/readings/{number}{rest}", words)


def render(reading: Reading, words: Words) -> str:
    """Set a reading as it stands now."""
    files = _telling(reading)
    shown = files[:_MOST_SHOWN] if reading.done else files[: -_MOST_SHOWN - 1 : -1]  # while it goes on, the latest first
    rows = "".join(_row(one, words) for one in shown)
    more = len(files) - len(shown)
    below = f'<p class="k-soft">{text.escape(words.count(words.read_more_n, more))}</p>' if more else ""
    listed = f'<ul class="l-outcomes">{rows}</ul>' if rows else ""
    return f"{_head(reading, words)}{_bar(reading, words)}{_facts(reading, words)}{listed}{below}{_ended(reading, words)}"


def _head(reading: Reading, words: Words) -> str:
    title = headline(reading, words)
    dots = "" if reading.done else '<span class="dots" aria-hidden="true"><i></i><i></i><i></i></span>'
    # library.js says the end aloud once: a live region would speak with every file
    told = f' data-say="{text.escape(title)}"' if reading.done else ""
    return f"<h2{told}>{text.escape(title)}{dots}</h2>"


def headline(reading: Reading, words: Words) -> str:
    """Say in a line how a reading stands."""
    time = duration(reading.seconds, words)
    if not reading.done:
        return words.waiting_turn if reading.waiting else words.reading_files
    if reading.stopped:
        return words.read_was_stopped.format(time=time)
    if not reading.whole:
        return words.read_stopped.format(reason=reasons.said(reading.reason, words))
    bad = reading.counts.get("failed", 0) + reading.counts.get("refused", 0)
    return (words.read_some_failed if bad else words.read_done).format(time=time)


def _bar(reading: Reading, words: Words) -> str:
    if reading.done:
        return ""
    known = f' value="{min(reading.read, reading.total)}" max="{reading.total}"' if reading.total else ""
    return f'<progress aria-label="{text.escape(words.reading_progress)}"{known}></progress>'


def _facts(reading: Reading, words: Words) -> str:
    said = []
    if not reading.done and reading.total:
        total = max(reading.total, reading.read)
        form = words.read_about if reading.estimated else words.read_count
        said.append(form.format(done=words.number(reading.read), total=words.count(words.files_n, total)))
    said += [f"{words.number(n)} {outcome_name(name, words)}" for name, n in reading.counts.items()]
    if not reading.done and not reading.waiting:
        said.append(duration(reading.seconds, words))
    facts = f"<p>{text.escape(' · '.join(said))}</p>" if said else ""
    return facts + _now(reading, words)


def _now(reading: Reading, words: Words) -> str:
    if reading.done or reading.waiting or not reading.coming:
        return ""
    rest = len(reading.coming) - 1
    then = f", {text.escape(words.read_then.format(n=words.number(rest)))}" if rest else ""
    return f'<p>{text.escape(words.read_now)} <b dir="auto">{text.escape(reading.coming[0])}</b>{then}</p>'


def _ended(reading: Reading, words: Words) -> str:
    if not reading.done:
        return ""
    more = ""
    if not reading.whole and not reading.stopped:
        more = f"<p>{text.escape(words.read_stopped_more.format(sync=words.sync))}</p>"
    links = ""
    if reading.counts.get("added") or reading.counts.get("partial"):
        links += f'<a href="{page.address("library", words, "sort=-added")}">{text.escape(words.show_added)}</a>'
    if reading.outcomes:
        links += f'<a href="{address(reading.number, words, ".csv")}" download>{text.escape(words.save_report)}</a>'
    return f'{more}<p class="k-tools">{links}</p>' if links else more


def _telling(reading: Reading) -> list[Outcome]:
    """What did not change is left out where much else is; at the end what went wrong stands first."""
    files = list(reading.outcomes)
    if len(files) > 20 or reading.done:
        files = [one for one in files if one.outcome != "unchanged"] or (files if len(files) <= 20 else [])
    if reading.done:
        files.sort(key=lambda one: {"refused": 0, "failed": 1, "partial": 2}.get(one.outcome, 3))
    return files


def badge(outcome: str, words: Words) -> str:
    """Say an outcome as a label."""
    kind = _CLASS.get(outcome, "bad")
    return f'<span class="k-badge k-{kind}">{text.escape(outcome_name(outcome, words))}</span>'


def reason(given: str, words: Words) -> str:
    """Say a reason in the interface's language; one that is not known there is marked as English."""
    said = reasons.said(given, words)
    foreign = ' lang="en"' if said == given and words.language != "en" else ""
    return f"<span{foreign}>{text.escape(said)}</span>"


def _row(one: Outcome, words: Words) -> str:
    name = text.escape(one.name)
    if one.document and one.outcome != "removed":
        name = f'<a href="{page.address(f"library/{one.document}", words)}">{name}</a>'
    facts = []
    if one.pages:
        facts.append(text.escape(words.count(words.pages_n, one.pages)))
    if one.passages:
        facts.append(text.escape(words.count(words.passages_n, one.passages)))
    if one.reason:  # a refusal is said in the interface's language already
        facts.append(text.escape(one.reason) if one.outcome == "refused" else reason(one.reason, words))
    what = reasons.advice(one.reason, words) if one.outcome in ("failed", "partial") else ""
    advice = f'<span class="l-advice">{text.escape(what)}</span>' if what else ""
    return (
        f'<li>{badge(one.outcome, words)} <b dir="auto">{name}</b> <span class="l-said">{" · ".join(facts)}</span>{advice}</li>'
    )


def duration(seconds: float, words: Words) -> str:
    """Say how long something took: "14 s", "2 min 5 s"."""
    if seconds < 60:
        return words.seconds.format(n=words.decimal(seconds, 1 if 0.05 <= seconds < 10 else 0))
    return words.minutes.format(m=words.number(int(seconds) // 60), s=int(seconds) % 60)


def report(reading: Reading, marks: Mapping[int, str], who: str, now: str, words: Words) -> bytes:
    """Write the report as a spreadsheet reads it: every file with what became of it, in the interface's language.

    `marks`: of the documents that there are, by their ids. A file without a document is marked as one that nobody marked.
    """
    head = (
        words.file_head, words.outcome_head, words.reason_head, words.advice_head, words.pages_head, words.without_head,
        words.passages_head, words.seconds_head, words.handling_head,
    )  # fmt: skip
    own = [mark_of(marks.get(one.document, "")) for one in reading.outcomes]
    stamp = references.head(own, who, now, words)
    above = [words.contains_mark.format(mark=stamp.mark)] if stamp.mark else []
    rows = []
    for one, mark in zip(reading.outcomes, own, strict=True):
        known = one.outcome in ("failed", "partial")
        said = reasons.said(one.reason, words) if one.outcome != "refused" else one.reason
        cells = (one.name, outcome_name(one.outcome, words), said, reasons.advice(one.reason, words) if known else "")
        numbers = (str(one.pages), str(one.pages_without_text), str(one.passages), words.decimal(one.seconds, 1))
        rows.append([*cells, *numbers, mark])
    return exports.table([words.stamp_head, *above, words.reported_by.format(who=stamp.who, when=stamp.when)], head, rows)


def counted(outcomes: Sequence[Outcome]) -> dict[str, int]:
    """Count the outcomes, in the order they are told in."""
    names = ("added", "changed", "partial", "unchanged", "removed", "failed", "refused")
    found = {name: sum(one.outcome == name for one in outcomes) for name in names}
    return {name: n for name, n in found.items() if n}
