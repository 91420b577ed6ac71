"""Results for the terminal and for programs. Pure."""

import textwrap
from typing import Any

from index.result import Edition, Hit, Kin, Result, Status

_MOST_ADDED = 12  # words that are named


def as_json(result: Result) -> dict[str, Any]:
    """The object that `search --json` prints."""
    quotes = [{"text": quote.text, "citation": quote.citations[0], "citations": list(quote.citations)} for quote in result.quotes]
    return {
        "question": result.question,
        "language": result.language,
        "answer": {"quotes": quotes} if quotes else None,
        "hits": [_hit(hit) for hit in result.hits],
        "searched": {
            "documents": result.searched.documents,
            "passages": result.searched.passages,
            "unreadable_pages": result.searched.unreadable_pages,
            "older_editions": result.searched.older,
        },
        "added": list(result.added),
        "instead": result.instead or None,
        "notes": list(result.notes),
        "seconds": round(result.seconds, 4),
    }


def _hit(hit: Hit) -> dict[str, Any]:
    return {
        "rank": hit.rank,
        "score": hit.score,
        "document": hit.document_id,
        "path": hit.path,
        "title": hit.title,
        "page": hit.page,
        "page_end": hit.page_end,
        "page_label": hit.page_label,
        "section": list(hit.section),
        "text": hit.text,
        "start": hit.start,
        "end": hit.end,
        "marks": [list(mark) for mark in hit.marks],
        "handling": hit.handling,
        "language": hit.language,
        "city": list(hit.city),
        "date": hit.date,
        "sha256": hit.sha256,
        "ocr": hit.ocr,
        "superseded_by": _edition(hit.superseded_by) if hit.superseded_by else None,
    }


def _edition(other: Edition) -> dict[str, Any]:
    return {
        "document": other.document_id, "title": other.title, "date": other.date, "edition": other.edition,
        "copy": other.kin is Kin.COPY,
    }  # fmt: skip


def as_text(result: Result) -> str:
    """The answer, the passages and what was searched, for reading."""
    lines = [*result.notes, *_about(result)]
    lines += [""] if lines else []
    if result.quotes:
        for quote in result.quotes:
            cited = "".join(f"[{number}]" for number in quote.citations)
            lines += [*_wrapped(f"“{quote.text}” {cited}", "  "), ""]
    elif result.hits:
        lines += ["Nothing in the library answers this. The nearest passages:", ""]
    else:
        lines += ["Nothing was found.", ""]
    for hit in result.hits:
        lines += [f"[{hit.rank}] {hit.title}", f"    {_where(hit)}", *_wrapped(hit.text, "    "), ""]
    return "\n".join([*lines, _searched(result)])


def _about(result: Result) -> list[str]:
    """What was made of the question: words that were added, and words that may be misspelt."""
    said = []
    if result.added:
        shown = ", ".join(result.added[:_MOST_ADDED]) + (" …" if len(result.added) > _MOST_ADDED else "")
        said.append(f"Also searched: {shown} (--no-translation leaves them out)")
    if result.instead:
        said.append(f"Did you mean: {result.instead}")
    return said


def _where(hit: Hit) -> str:
    pages = f"page {hit.page}" if hit.page == hit.page_end else f"pages {hit.page}–{hit.page_end}"
    label = f"p. {hit.page_label} ({hit.format.upper()} {pages})" if hit.page_label else pages
    read = "" if hit.ocr is None else f"read by OCR ({hit.ocr:.0%} sure)"
    parts = [", ".join(hit.city), hit.kind, hit.date, hit.handling, label, read, _superseded(hit), " › ".join(hit.section)]
    return " · ".join(part for part in parts if part)


def _superseded(hit: Hit) -> str:
    other = hit.superseded_by
    if other is None:
        return ""
    named = f"{other.title}, {other.date}" if other.date else other.title
    return f"the same text as {named}" if other.kin is Kin.COPY else f"superseded by {named}"


def _wrapped(text: str, indent: str) -> list[str]:
    return [
        line
        for paragraph in text.splitlines()
        if paragraph.strip()
        for line in textwrap.wrap(paragraph, 100, initial_indent=indent, subsequent_indent=indent)
    ]


def _searched(result: Result) -> str:
    searched = result.searched
    text = f"Searched {searched.documents} documents, {searched.passages} passages, in {result.seconds:.2f} s."
    if searched.older:
        text += f" {searched.older} older editions or copies were left out (--where editions=all asks them too)."
    if searched.unreadable_pages:
        text += (
            f" {searched.unreadable_pages} pages in {searched.unreadable_documents} documents have no readable text"
            " and could not be searched."
        )
    return text


def status_text(status: Status) -> str:
    """What is served, for reading."""
    if not status.ready:
        return "Nothing is being served yet: the library is empty. Run `python -m ingest`."
    languages = ", ".join(f"{language or 'unknown'} {count}" for language, count in status.languages.items())
    knows = "all languages" if "*" in status.model_languages else ", ".join(status.model_languages)
    lines = [
        f"Generation {status.generation}, made {status.created}, is being served.",
        f"Model: {status.model} ({status.dimension} dimensions; knows {knows})",
        f"Documents: {status.documents}   Passages: {status.passages} ({languages})",
        f"Vectors since the last snapshot: {status.in_delta}",
        f"Files that could not be read: {status.files_failed}   Pages without readable text: {status.unreadable_pages}",
        f"On disk: {status.bytes_on_disk / 1e6:.1f} MB",
    ]
    if status.writer:
        lines.append(f"Being written now: {status.writer}")
    unknown = foreign_languages(status)
    if unknown:
        lines.append(
            f"The model does not know {', '.join(unknown)}: passages in it are found by their words only. A multilingual model"
            " finds them by meaning too: python -m index rebuild --model intfloat/multilingual-e5-small"
        )
    return "\n".join(lines)


def foreign_languages(status: Status) -> list[str]:
    """Languages of the library that its model does not know, where they are more than a stray passage."""
    if "*" in status.model_languages:
        return []
    least = max(3, status.passages // 200)
    return [
        language
        for language, count in status.languages.items()
        if language and language not in status.model_languages and count >= least
    ]
