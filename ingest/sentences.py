"""Where sentences begin and end, as offsets. Abbreviations of English and Swedish are known; the rest is rules on characters."""

import re

# A full stop after one of these does not end a sentence, whatever follows.
_NEVER_LAST = frozenset(
    """
    mr mrs ms dr prof st vs cf e.g i.e eg ie ca approx incl esp dept gen col sgt
    bl.a t.ex d.v.s dvs s.k p.g.a pga f.d f.ö fr.o.m t.o.m enl resp bil jfr ung avd st.f m.a.o o.dyl
    """.split()
)
# These only before a number: "No. 4", but "The answer was no. The next".
_BEFORE_NUMBER = frozenset("no nos fig figs tab vol art para paras p pp nr kl kap sid mom".split())
# These end a sentence only when a capital letter follows: "etc. The", but "etc. and".
_MAYBE_LAST = frozenset(
    "etc m.m m.fl mm mfl osv o.s.v et al inc ltd co corp ab e.kr f.kr u.s u.k a.m p.m jan feb aug sept okt oct nov dec".split()
)

_END = re.compile(r"[.!?…]+[\"'”’»)\]]*(?=\s|$)|[.!?…][\"'”’»)\]]*\[?\d{1,3}\]?(?=\s+[A-ZÅÄÖ])")
_WORD_BEFORE = re.compile(r"[^\s(\[\"'“”»«]+$")
_OPENERS = "\"'“”‘»«([-–—•"


def sentences(text: str, start: int = 0, end: int | None = None) -> list[tuple[int, int]]:
    """Split `text[start:end]` into sentences: `(start, end)` offsets into `text`, in order, without surrounding white space.

    Every non-space character belongs to exactly one sentence. A blank line always ends a sentence.
    """
    end = len(text) if end is None else end
    spans: list[tuple[int, int]] = []
    begin = start
    for match in re.finditer(r"\n\s*\n|[.!?…]+", text[start:end]):
        at = start + match.start()
        if at < begin:
            continue
        if match.group()[0] == "\n":
            _append(spans, text, begin, at)
            begin = start + match.end()
            continue
        # Of a run of stops the first and the last: to try each would take days on a million dots.
        for mark in dict.fromkeys((at, start + match.end() - 1)):
            stop = _END.match(text, mark, end)
            if stop and _ends_here(text, begin, mark, stop.end(), end):
                _append(spans, text, begin, stop.end())
                begin = stop.end()
                break
    _append(spans, text, begin, end)
    return spans


def _append(spans: list[tuple[int, int]], text: str, start: int, end: int) -> None:
    while start < end and text[start].isspace():
        start += 1
    while end > start and text[end - 1].isspace():
        end -= 1
    if end > start:
        spans.append((start, end))


def _ends_here(text: str, begin: int, stop: int, after: int, end: int) -> bool:
    """Whether the stop at `stop` ends a sentence that began at `begin`; `after` is where its closing marks end."""
    following = _next_letter(text, after, end)
    if following == "":
        return True
    if text[stop] != ".":
        return not following.islower()
    before = _WORD_BEFORE.search(text, max(begin, stop - 24), stop)
    word = before.group().lower() if before else ""
    if word in _NEVER_LAST or (len(word) == 1 and word.isalpha() and not following.isspace()):
        return False  # an abbreviation, or an initial: "J. Smith"
    if following.islower() or (word in _BEFORE_NUMBER and following.isdigit()):
        return False
    if word in _MAYBE_LAST:
        return following.isupper()
    # "1. First point": a bare number at the very beginning is a list number, not a sentence.
    return not (word.isdigit() and before is not None and not text[begin : before.start()].strip())


def _next_letter(text: str, at: int, end: int) -> str:
    while at < end and (text[at].isspace() or text[at] in _OPENERS):
        at += 1
    return text[at] if at < end else ""
