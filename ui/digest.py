"""What is new for standing questions, to be sent to others: for a word processor, for Markdown, for a spreadsheet. Pure."""

from collections.abc import Sequence

from index.deskitems import Excerpt
from index.result import Hit
from ui import citation, collectedfiles, exports, latest, references
from ui.following import News
from ui.references import Head
from ui.words import Words


def head(found: Sequence[News], who: str, now: str, words: Words) -> Head:
    """Make what stands above all. `now`: ISO 8601."""
    return references.head((hit.handling for news in found for hit in news.hits), who, now, words)


def _above(found: Sequence[News], head: Head, words: Words) -> list[str]:
    lines = [words.digest_by.format(who=head.who, when=head.when)]
    named = all(hit.attributable for news in found for hit in news.hits)
    return lines if named else [*lines, words.no_attribution_note]


def _excerpts(news: News) -> list[tuple[Hit, Excerpt]]:
    infos = {info.document_id: info for info in news.infos}
    hits = [hit for group in latest.by_document(news.hits) for hit in group]
    return [(hit, citation.excerpt(hit, infos.get(hit.document_id))) for hit in hits]


def _about(news: News, words: Words) -> str:
    return " · ".join([latest.state(news, words), *latest.filters(news.asked, words)])


def to_docx(found: Sequence[News], head: Head, words: Words) -> bytes:
    """Write the digest for a word processor."""
    from ui.worddoc import Paper

    mark = [words.contains_mark.format(mark=head.mark)] if head.mark else []
    paper = Paper(words.digest_title, [*mark, *_above(found, head, words)], words.language, head.mark)
    for news in found:
        paper.heading(news.asked.text)
        paper.paragraph(_about(news, words))
        for hit, excerpt in _excerpts(news):
            paper.quote(citation.said(hit, words, latest.said(hit)), references.full(excerpt, words), language=hit.language)
    return paper.to_bytes()


def to_markdown(found: Sequence[News], head: Head, words: Words) -> bytes:
    """Write the digest in Markdown. What documents and questions say stays text."""
    lines = [f"# {words.digest_title}", ""]
    lines += [f"**{exports.literal(words.contains_mark.format(mark=head.mark))}**", ""] if head.mark else []
    lines += [row for one in _above(found, head, words) for row in (exports.literal(one), "")]
    for news in found:
        lines += [f"## {exports.literal(news.asked.text)}", "", exports.literal(_about(news, words)), ""]
        for hit, excerpt in _excerpts(news):
            lines += [
                *exports.quoted(citation.said(hit, words, latest.said(hit))),
                "",
                f"— {exports.literal(references.full(excerpt, words))}",
                "",
            ]
    return "\n".join(lines).encode()


def to_csv(found: Sequence[News], head: Head, words: Words) -> bytes:
    """Write the digest for a spreadsheet."""
    above = [words.contains_mark.format(mark=head.mark)] if head.mark else []
    titles = [words.question_head, words.filters_head, words.since_head, words.said_head, *collectedfiles.columns(words)]
    rows = [
        [
            news.asked.text, "; ".join(latest.filters(news.asked, words)), news.followed.seen[:10],
            citation.said(hit, words, latest.said(hit)),
            *collectedfiles.cells(excerpt, words),
        ]
        for news in found
        for hit, excerpt in _excerpts(news)
    ]  # fmt: skip
    return exports.table([words.stamp_head, *above, *_above(found, head, words)], titles, rows)
