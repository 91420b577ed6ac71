"""The Index room: what is served, whether its model fits the library, and a rebuild as it goes on. Pure."""

from index.result import Status
from ui import text
from ui.names import known_languages, language_name, phase_name
from ui.words import Words

_MULTILINGUAL = "python -m index rebuild --model intfloat/multilingual-e5-small"
GAP = 0.02  # share of passages in other languages from which it is worth saying


def status(now: Status, words: Words) -> str:
    """Set what is being served, as a list of facts."""
    if not now.ready:
        return f'<p class="k-lead">{text.escape(words.not_serving)}</p>{_writer(now, words)}'
    facts = [
        (words.generation, words.number(now.generation)),
        (words.created, text.moment(now.created, words)),
        (words.model, f"{now.model} ({words.count(words.dimensions_n, now.dimension)})"),
        (words.model_languages, _known(now, words)),
        (words.library_languages, _held(now, words)),
        (words.documents_title, words.number(now.documents)),
        (words.passages_head, words.number(now.passages)),
        (words.in_delta, words.count(words.passages_n, now.in_delta)),
        (words.unread_pages, words.number(now.unreadable_pages)),
        (words.failed_files, words.number(now.files_failed)),
        (words.size, text.size(now.bytes_on_disk, words)),
    ]
    rows = "".join(f"<div><dt>{text.escape(name)}</dt><dd>{text.escape(value)}</dd></div>" for name, value in facts if value)
    return f'<dl class="k-facts">{rows}</dl>{gap(now, words)}{_writer(now, words)}'


def _known(now: Status, words: Words) -> str:
    return known_languages(now.model_languages, words) or words.any_language


def _held(now: Status, words: Words) -> str:
    total = sum(now.languages.values())
    ranked = sorted(now.languages.items(), key=lambda item: -item[1])
    return ", ".join(
        words.passages_share.format(language=language_name(code, words), share=_share(count, total)) for code, count in ranked
    )


def _share(count: int, total: int) -> str:
    share = 100 * count / total
    return "<1" if 0 < share < 1 else str(round(share))


def gap(now: Status, words: Words) -> str:
    """Say it where the model does not know a language that the library holds; "" where it knows them all."""
    total = sum(now.languages.values())
    foreign = {code: n for code, n in now.languages.items() if code and code not in now.model_languages}
    if not known_languages(now.model_languages, words) or not total or sum(foreign.values()) < GAP * total:
        return ""
    telling = [code for code in foreign if foreign[code] * 100 >= total] or list(foreign)
    names = ", ".join(language_name(code, words) for code in sorted(telling, key=lambda code: -foreign[code]))
    said = words.language_gap.format(share=_share(sum(foreign.values()), total), languages=names)
    return f'<p class="k-advice" role="note">{text.escape(said)} <code>{text.escape(_MULTILINGUAL)}</code></p>'


def _writer(now: Status, words: Words) -> str:
    if not now.writer:
        return ""
    return f'<p class="k-soft">{text.escape(words.writer)}: {text.escape(now.writer)}</p>'


def progress(phase: str, done: int, total: int, words: Words) -> str:
    """Set a rebuild as it goes on."""
    said = words.rebuilding
    bar = "<progress></progress>"
    if total > 0:
        said = words.phase_progress.format(
            phase=phase_name(phase, words), done=words.number(min(done, total)), total=words.number(total)
        )
        label = text.escape(phase_name(phase, words))
        bar = f'<progress value="{min(done, total)}" max="{total}" aria-label="{label}"></progress>'
    return (
        f'<section class="k-progress" aria-live="polite"><h3>{text.escape(words.rebuilding)}</h3>{bar}'
        f"<p>{text.escape(said)}</p></section>"
    )
