"""From plain text to HTML: escaped first, marked after. Everything the page shows goes through here."""

import html
from collections.abc import Sequence
from datetime import UTC, datetime
from itertools import pairwise

from index.access import mark_of
from index.result import DocumentInfo, Hit
from ui.names import month_name
from ui.words import Words

Span = tuple[int, int]
QUOTES = {"en": ("“", "”"), "sv": ("”", "”")}

# `gr.HTML` of Gradio 6.31 evaluates its template as a JavaScript template literal after Handlebars has expanded it
# (templates/frontend/assets/HTML-*.js, `Function(…, "return `…`")`). Values are arguments there and not evaluated
# again, but nothing here depends on that: the characters that begin an expression never leave as themselves.
_NEUTRAL = str.maketrans({"$": "&#36;", "{": "&#123;", "}": "&#125;", "`": "&#96;", "\\": "&#92;", "\x00": "\ufffd"})


def escape(value: str) -> str:
    """Make text safe as HTML content and as the value of a quoted attribute."""
    return html.escape(value, quote=True).translate(_NEUTRAL)


def marked(text: str, marks: Sequence[Span]) -> str:
    """Put `<mark>` around the spans (offsets in `text`). Spans outside the text are cut, overlapping ones joined."""
    parts: list[str] = []
    at = 0
    for start, end in merged(marks, len(text)):
        parts += [escape(text[at:start]), "<mark>", escape(text[start:end]), "</mark>"]
        at = end
    parts.append(escape(text[at:]))
    return "".join(parts)


def merged(spans: Sequence[Span], length: int) -> list[Span]:
    """Spans in order, cut to `0..length`, empty ones dropped, overlapping ones joined."""
    result: list[Span] = []
    for start, end in sorted((max(0, start), min(length, end)) for start, end in spans):
        if end <= start:
            continue
        if result and start <= result[-1][1]:
            result[-1] = (result[-1][0], max(result[-1][1], end))
        else:
            result.append((start, end))
    return result


def paragraphs(text: str, passage: Sequence[Span], marks: Sequence[Span], *, anchored: bool = True) -> str:
    """Set a page's text as `<p>`s, one a line: passage in a tint, marks stronger, the first of them with id `hit`."""
    passage, marks = merged(passage, len(text)), merged(marks, len(text))
    edges = sorted({edge for span in (*passage, *marks) for edge in span})
    anchor = next((span[0] for span in (*marks, *passage)), -1)
    out: list[str] = []
    at = 0
    for line in text.split("\n"):
        if line.strip():
            inside = [edge for edge in edges if at < edge < at + len(line)]
            stops = [at, *inside, at + len(line)]
            runs = [_run(text, span, passage, marks) for span in pairwise(stops)]
            opening = '<p id="hit">' if anchored and at <= anchor < at + len(line) else "<p>"
            out.append(f"{opening}{''.join(runs)}</p>")
        at += len(line) + 1
    return "\n".join(out)


def _run(text: str, span: Span, passage: Sequence[Span], marks: Sequence[Span]) -> str:
    content = escape(text[span[0] : span[1]])
    if _inside(span, marks):
        return f"<mark>{content}</mark>"
    return f'<span class="tint">{content}</span>' if _inside(span, passage) else content


def _inside(span: Span, spans: Sequence[Span]) -> bool:
    return any(start <= span[0] and span[1] <= end for start, end in spans)


def quoted(text: str, words: Words) -> str:
    """Verbatim words in the quotation marks of the interface's language. Escaped."""
    left, right = QUOTES[words.language]
    return f"{left}{escape(text)}{right}"


def date(value: str, words: Words) -> str:
    """Write "2020", "2020-06" or "2020-06-15" as it is read: "15 June 2020". Anything else is given back as it is."""
    parts = value.split("-")
    if len(parts) > 3 or not all(part.isdigit() for part in parts) or not 1 <= int([*parts, "1"][1]) <= 12:
        return value
    year, rest = parts[0], parts[1:]
    if not rest:
        return year
    month = month_name(int(rest[0]), words)
    return " ".join([*(str(int(day)) for day in rest[1:]), month, year])


def moment(value: str, words: Words) -> str:
    """Read an ISO 8601 moment in this machine's time, as "22 November 2026, 14:02"."""
    try:
        when = datetime.fromisoformat(value.replace("Z", "+00:00")).astimezone()
    except ValueError:
        return value
    return f"{date(when.date().isoformat(), words)}, {when:%H:%M}"


def instant(value: str, words: Words) -> str:
    """Read an ISO 8601 moment so that it is clear elsewhere too: "22 November 2026, 14:02 UTC+01:00 (2026-11-22 13:02 UTC)"."""
    try:
        when = datetime.fromisoformat(value.replace("Z", "+00:00"))
    except ValueError:
        return value
    here, there = when.astimezone(), when.astimezone(UTC)
    return f"{date(here.date().isoformat(), words)}, {here:%H:%M} UTC{here.isoformat()[-6:]} ({there:%Y-%m-%d %H:%M} UTC)"


def size(count: int, words: Words) -> str:
    """Bytes as they are read: "4.2 MB"."""
    value = float(count)
    for unit in ("B", "kB", "MB", "GB"):
        if value < 1000:
            return f"{words.decimal(value, 0 if unit == 'B' or value >= 100 else 1)} {unit}"
        value /= 1000
    return f"{words.decimal(value, 1)} TB"


def place(fmt: str, number: int, last: int, label: str, words: Words, *, of: int = 0) -> str:
    """Where a passage stands: "p. 14 (PDF page 22)", "p. 14–15", "slide 3"; "" for formats without pages.

    With `of`, the number of pages, it is counted: "p. 14 (PDF page 22 of 64)".
    """
    physical = str(number) if last <= number else f"{number}–{last}"
    counted = words.page_of.format(page=physical, n=words.number(of)) if of else physical
    if fmt == "pptx":
        return words.slide.format(n=counted)
    if fmt != "pdf":
        return words.page_short.format(label=label) if label else ""
    printed = label.replace("-", "–")
    if not printed:
        return words.pdf_page.format(n=counted)
    if printed == physical:
        return words.page_short.format(label=counted)
    return words.page_both.format(label=printed, n=counted)


def place_of(hit: Hit, words: Words) -> str:
    """Where a hit stands in its document."""
    return place(hit.format, hit.page, hit.page_end, hit.page_label, words)


def lang(code: str) -> str:
    """Write the attribute that says which language a text is in; "" where it is not known."""
    return f' lang="{escape(code)}"' if code.isalpha() else ""


def marking(item: Hit | DocumentInfo, words: Words) -> str:
    """Show the mark of a document, or that it has none, with the level that it is held at."""
    shown = handling(item.handling)
    return shown if item.marked else f'<span class="k-unmarked">{escape(words.unmarked)}</span> {shown}'


def stamped(mark: str) -> str:
    """Show the mark of what is quoted; where there is none, that of the level which is enforced."""
    return handling(mark_of(mark))


def handling(mark: str) -> str:
    """Show the handling mark as a label in the colours of TLP 2.0, on black; "" where there is none."""
    if not mark.strip():
        return ""
    name = mark.upper().replace(" ", "").removeprefix("TLP:")
    colour = {"GREEN": "green", "AMBER": "amber", "AMBER+STRICT": "amber", "RED": "red"}.get(name, "clear")
    return f'<span class="tlp tlp-{colour}">{escape(mark)}</span>'
