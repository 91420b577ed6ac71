"""The Follow room: each standing question with what is new for it, and what can be done. News in, HTML out."""

from collections.abc import Sequence
from dataclasses import replace
from urllib.parse import urlencode

from index.result import Hit
from ui import citation, collection, latest, links, page, passages, question, results, text, tools
from ui.following import News
from ui.question import Question
from ui.words import Words

FORMATS = ("docx", "md", "csv")
_SHOWN = 4  # passages of a question before the others are folded away


# -- the room


def render(found: Sequence[News], upto: int, words: Words, *, looked: bool = True) -> str:
    """Set the room below its notices. `upto`: the newest document; `looked`: whether what is new is known yet."""
    fresh = [one for one in found if one.hits]
    quiet = [one for one in found if not one.hits]
    parts = [_top(found, fresh, upto, words, looked=looked)]
    if fresh:
        parts.append("".join(_fresh(one, upto, words) for one in fresh))
    if quiet:
        title = words.quiet_questions if looked else words.not_looked
        listed = "".join(_quiet(one, words, looked=looked) for one in quiet)
        parts.append(f'<h2 class="k-heading">{text.escape(title)}</h2><ul class="fw-quiet">{listed}</ul>')
    return "".join(parts)


def loading(found: Sequence[News], words: Words) -> str:
    """Set the room while the model loads: the questions, and that what is new comes by itself."""
    again = f'<noscript><p><a href="{page.address("follow", words)}">{text.escape(words.look_again)}</a></p></noscript>'
    return results.message(words.follow_loading, busy=True) + again + render(found, 0, words, looked=False)


def _top(found: Sequence[News], fresh: Sequence[News], upto: int, words: Words, *, looked: bool) -> str:
    news = words.with_news.format(n=words.number(len(fresh))) if fresh else words.no_news
    said = " · ".join([words.count(words.standing_n, len(found)), *([news] if looked else [])])
    title = f'<h1 class="k-title">{text.escape(words.follow_title)}</h1><p class="kept-sum">{text.escape(said)}</p>'
    out = ""
    if fresh:
        action = page.address("follow/seen", words)
        ids = ",".join(str(one.followed.followed_id) for one in fresh)
        out = (
            f'<div class="kept-out"><form method="post" action="{action}" class="k-inline">'
            f'<input type="hidden" name="id" value="{ids}"><input type="hidden" name="newest" value="{upto}">'
            f'<button class="k-button">{text.escape(words.mark_all_seen)}</button></form>'
            f"{collection.saves('follow', FORMATS, words)}</div>"
        )
    return f'<header class="kept-top"><div>{title}</div>{out}</header>'


def _fresh(news: News, upto: int, words: Words) -> str:
    """Set a question with what is new for it: the question in the margin, the passages beside it."""
    own = f"follow-{news.followed.followed_id}"
    seen = _button("seen", news, words.mark_seen, words, newest=upto, style="k-button")
    return (
        f'<section class="fw-one" id="{own}" aria-labelledby="{own}-q"><div class="fw-asked"><div>'
        f'<p class="fw-new">{text.escape(latest.state(news, words))}</p>{_question(news, "h2", words)}'
        f'<p class="fw-since">{text.escape(_since(news, words))}</p><div class="fw-acts">{seen}{_onward(news, words)}</div>'
        f'</div></div><div class="fw-found">{_passages(news, words)}</div></section>'
    )


def _quiet(news: News, words: Words, *, looked: bool) -> str:
    own = f"follow-{news.followed.followed_id}"
    told = [latest.state(news, words)] if looked else []
    said = " · ".join([*told, _since(news, words)])
    return (
        f'<li id="{own}" class="fw-still">{_question(news, "h3", words)}<p class="fw-since">{text.escape(said)}</p>'
        f'<div class="fw-acts">{_onward(news, words)}</div></li>'
    )


def _question(news: News, level: str, words: Words) -> str:
    own = f"follow-{news.followed.followed_id}-q"
    chosen = "".join(f'<li dir="auto">{text.escape(one)}</li>' for one in latest.filters(news.asked, words))
    narrowed = f'<ul class="fw-filters" aria-label="{text.escape(words.filters_head)}">{chosen}</ul>' if chosen else ""
    return f'<{level} class="fw-q" id="{own}" dir="auto">{text.escape(news.asked.text)}</{level}>{narrowed}'


def _since(news: News, words: Words) -> str:
    return words.followed_since.format(date=latest.day(news.followed.created, words))


def _onward(news: News, words: Words) -> str:
    """Set the link that asks in full, and the button that lets the question go."""
    address = text.escape(page.address("ask", words, question.write(news.asked)))
    label = text.escape(f"{words.ask_in_full}: {news.asked.text}")
    ask = f'<a href="{address}" aria-label="{label}">{text.escape(words.ask_in_full)}</a>'
    return ask + _button("stop", news, words.stop_following, words)


def _button(does: str, news: News, name: str, words: Words, *, newest: int = 0, style: str = "k-link") -> str:
    label = text.escape(f"{name}: {news.asked.text}")
    upto = f'<input type="hidden" name="newest" value="{newest}">' if newest else ""
    return (
        f'<form class="k-inline" method="post" action="{page.address(f"follow/{does}", words)}">'
        f'<input type="hidden" name="id" value="{news.followed.followed_id}">{upto}'
        f'<button class="{style}" aria-label="{label}">{text.escape(name)}</button></form>'
    )


# -- what is new


def _passages(news: News, words: Words) -> str:
    groups = latest.by_document(news.hits)
    shown: list[str] = []
    folded: list[str] = []
    count = more = 0
    for hits in groups:
        if count and count + len(hits) > _SHOWN:
            folded.append(_document(hits, news, words))
            more += len(hits)
        else:
            shown.append(_document(hits, news, words))
        count += len(hits)
    rest = ""
    if folded:
        title = text.escape(words.count(words.more_passages_n, more))
        rest = f'<details class="fw-more"><summary>{title}</summary>{"".join(folded)}</details>'
    return "".join(shown) + rest


def _document(hits: Sequence[Hit], news: News, words: Words) -> str:
    first = hits[0]
    about = page.address(f"library/{first.document_id}", words)
    title = f'<a href="{about}">{text.escape(first.title or first.path)}</a>'
    shown = "".join(_passage(hit, hits, news, words) for hit in hits)
    facts = text.escape(passages.facts(first, words))
    return (
        f'<article class="k-doc"><header><h3 dir="auto"{text.lang(first.language)}>{title}</h3>'
        f'{text.stamped(first.handling)}</header><p class="k-meta">{facts}</p>{shown}{_more(first, news, words)}</article>'
    )


def _more(hit: Hit, news: News, words: Words) -> str:
    """Offer the other passages of a document that were found: they are asked for in the Ask room."""
    if not hit.more:
        return ""
    asked = replace(news.asked, scope=replace(news.asked.scope, document=hit.document_id))
    address = text.escape(page.address("ask", words, question.write(asked)))
    return f'<p class="k-more"><a href="{address}">{text.escape(words.count(words.more_n, hit.more))}</a></p>'


def _passage(hit: Hit, hits: Sequence[Hit], news: News, words: Words) -> str:
    """Set the sentences of a passage that answer, where they stand, and what to do with them: see the page, copy, keep."""
    address = text.escape(links.of_hit(hit, words.language, hits))
    where = text.place_of(hit, words) or words.whole_text
    which = f"{words.passage_n.format(n=hit.rank)}, {hit.title or hit.path}, {where}"
    said = latest.said(hit)
    plain, rich = citation.plain(hit, words, said), citation.rich(hit, words, said)
    label = text.escape(f"{words.open_passage}: {which}, {words.new_tab}")
    actions = f'<a href="{address}" target="_blank" rel="noopener" aria-label="{label}">{text.escape(words.open_passage)}</a>'
    actions += tools.copy(words.copy_citation, plain, rich, words, label=f"{words.copy_citation}: {which}")
    actions += tools.keep(words.keep, str(hit.passage_id), news.asked.text, words, label=f"{words.keep}: {which}")
    stands = text.escape(" · ".join([where, *hit.section[-1:]]))
    return (
        f'<div class="fw-passage"><blockquote{text.lang(hit.language)} dir="auto">'
        f"{text.paragraphs(said, (), (), anchored=False)}</blockquote>"
        f'<div class="fw-foot"><span class="fw-where" dir="auto">{stands}</span>'
        f'<span class="k-leads">{actions}</span></div></div>'
    )


# -- what is said above, and where there is nothing


def now_following(news: News, words: Words) -> str:
    """Say that a question is followed from now on."""
    said = words.now_following.format(question=news.asked.text)
    return f'<div class="kept-notice" role="status"><p dir="auto">{text.escape(said)}</p></div>'


def stopped(asked: Question, seen: int, words: Words) -> str:
    """Say that a question is let go, with the way back to where it was."""
    said = words.stopped_following.format(question=asked.text)
    return (
        f'<div class="kept-notice" role="status"><p dir="auto">{text.escape(said)}</p>'
        f'<form method="post" action="{page.address("follow", words)}">'
        f'<input type="hidden" name="address" value="{text.escape(question.write(asked))}">'
        f'<input type="hidden" name="seen" value="{seen}">'
        f'<button class="k-button">{text.escape(words.bring_back)}</button></form></div>'
    )


def stopped_address(asked: Question, seen: int, words: Words) -> str:
    """Write the address that shows that a question was let go."""
    return page.address("follow", words, urlencode({"stopped": question.write(asked), "seen": str(seen)}))


def empty(words: Words) -> str:
    """Set the room where no question is followed: what it is for, and how to follow one."""
    first = words.follow_first.format(follow=words.follow_this)
    steps = "".join(f"<li>{text.escape(one)}</li>" for one in (first, words.follow_second, words.follow_third))
    return (
        f'<h1 class="k-title">{text.escape(words.nothing_followed)}</h1>'
        f'<p class="k-lead kept-lead">{text.escape(words.nothing_followed_lead)}</p><ol class="kept-steps">{steps}</ol>'
        f'<p><a class="k-button k-primary" href="{page.address("ask", words)}">{text.escape(words.ask_something)}</a></p>'
    )


def onward(words: Words) -> str:
    """Lead back to the room."""
    return f'<p><a class="k-button" href="{page.address("follow", words)}">{text.escape(words.to_standing)}</a></p>'
