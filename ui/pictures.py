"""Pictures of what the library covers, and does not: years, cities, kinds, and each theme in each city. Pure."""

from collections import Counter
from collections.abc import Sequence

from index.result import DocumentInfo
from ui import charts, shelf_filters, shelves, text
from ui.charts import Column, Part
from ui.names import kind_name, theme_name
from ui.shelf_filters import NONE
from ui.words import Words

_MOST_YEARS = 60
_MOST_CITIES = 15
_WIDE = 14  # cities whose names stand side by side as they are; more stand upright
_OTHERS = charts.SERIES - 1  # the colour of all kinds that have none of their own


def render(shelf: Sequence[DocumentInfo], words: Words) -> str:
    """Set all pictures of these documents."""
    kinds = _kinds(shelf)
    return (
        f'<div class="l-pictures">{_years(shelf, kinds, words)}<div class="l-pair">{_cities(shelf, kinds, words)}'
        f"{_of_kinds(shelf, kinds, words)}</div>{_both(shelf, words)}</div>"
    )


def _kinds(shelf: Sequence[DocumentInfo]) -> list[str]:
    """The kinds, the most frequent first; as they are written first."""
    counts = Counter(_kind(info).casefold() for info in shelf)
    written = {_kind(info).casefold(): _kind(info) for info in reversed(shelf)}
    return [written[kind] for kind in sorted(counts, key=lambda kind: (kind == NONE, -counts[kind], kind))]


def _kind(info: DocumentInfo) -> str:
    return shelf_filters.values_of(info, "kind")[0]


def _series(kind: str, kinds: Sequence[str]) -> int:
    """The colour of a kind."""
    at = [one.casefold() for one in kinds].index(kind.casefold())
    return at if len(kinds) <= charts.SERIES else min(at, _OTHERS)


def _name(kind: str, words: Words) -> str:
    return words.has_none if kind == NONE else kind_name(kind, words)


def _link(words: Words, **values: str) -> str:
    return shelves.address(shelf_filters.only(**values), words)


def _section(key: str, title: str, more: str, content: str) -> str:
    below = f'<p class="k-soft">{text.escape(more)}</p>' if more else ""
    return (
        f'<section class="l-picture" aria-labelledby="{key}"><h2 class="k-heading" id="{key}">{text.escape(title)}</h2>'
        f"{below}{content}</section>"
    )


# -- years


def _years(shelf: Sequence[DocumentInfo], kinds: Sequence[str], words: Words) -> str:
    dated = Counter((shelf_filters.year_of(info), _kind(info).casefold()) for info in shelf)
    known = sorted({int(year) for year, _ in dated if year})
    if not known:
        return _section("by-year", words.covers_year, "", _lacking(shelf, "year", words))
    years = [str(year) for year in range(max(known[0], known[-1] - _MOST_YEARS + 1), known[-1] + 1)]
    columns = [_year(year, dated, kinds, words) for year in years]
    more = words.covers_year_more.format(first=years[0], last=years[-1])
    drawn = charts.columns(columns, title=words.covers_year, description=more, key="by-year-chart")
    held = [year for year in years if any(dated[year, kind.casefold()] for kind in kinds)]
    content = f"{_legend(kinds, words)}{drawn}{_lacking(shelf, 'year', words)}{_numbers(held, dated, kinds, words)}"
    return _section("by-year", words.covers_year, more, content)


def _year(year: str, dated: Counter[tuple[str, str]], kinds: Sequence[str], words: Words) -> Column:
    parts = []
    for kind in kinds:
        count = dated[year, kind.casefold()]
        named = f"{year}, {_name(kind, words)}: {words.number(count)}"
        parts.append(Part(count=count, series=_series(kind, kinds), name=named))
    total = words.count(words.documents_n, sum(part.count for part in parts))
    return Column(label=year, href=_link(words, year=year), name=f"{year}: {total}", parts=tuple(parts))


def _legend(kinds: Sequence[str], words: Words) -> str:
    named = [(n, _name(kind, words)) for n, kind in enumerate(kinds)]
    if len(kinds) > charts.SERIES:
        named = [*named[:_OTHERS], (_OTHERS, words.other_kinds)]
    items = "".join(f'<li>{charts.swatch(n)}<span dir="auto">{text.escape(name)}</span></li>' for n, name in named)
    return f'<ul class="l-legend">{items}</ul>'


def _numbers(years: Sequence[str], dated: Counter[tuple[str, str]], kinds: Sequence[str], words: Words) -> str:
    head = "".join(
        f'<th scope="col" class="n">{text.escape(name)}</th>'
        for name in (*(_name(kind, words) for kind in kinds), words.all_kinds)
    )
    rows = ""
    for year in reversed(years):
        counts = [dated[year, kind.casefold()] for kind in kinds]
        cells = "".join(f'<td class="n">{words.number(n) if n else "–"}</td>' for n in (*counts, sum(counts)))
        rows += f'<tr><th scope="row"><a href="{text.escape(_link(words, year=year))}">{year}</a></th>{cells}</tr>'
    return (
        f'<details class="l-numbers"><summary>{text.escape(words.in_numbers)}</summary><div class="k-scroll" tabindex="0" '
        f'role="region" aria-label="{text.escape(words.covers_year)}"><table class="l-figures"><thead><tr>'
        f'<th scope="col">{text.escape(words.year_head)}</th>{head}</tr></thead><tbody>{rows}</tbody></table></div></details>'
    )


def _lacking(shelf: Sequence[DocumentInfo], name: str, words: Words) -> str:
    count = sum(shelf_filters.values_of(info, name) == (NONE,) for info in shelf)
    if not count:
        return ""
    noun = {"year": words.without_year, "city": words.without_city, "theme": words.without_theme}[name]
    return f'<p class="k-line"><a href="{_link(words, **{name: NONE})}">{text.escape(words.count(noun, count))}</a></p>'


# -- cities and kinds


def _cities(shelf: Sequence[DocumentInfo], kinds: Sequence[str], words: Words) -> str:
    offered = [(city, n) for city, n in shelf_filters.offers(shelf, "city") if city != NONE]
    offered.sort(key=lambda pair: -pair[1])
    if not offered:
        return _section("by-city", words.covers_city, "", _lacking(shelf, "city", words))
    by_kind = Counter((city.casefold(), _kind(info).casefold()) for info in shelf for city in dict.fromkeys(info.city))
    most = offered[0][1]
    rows = []
    for city, n in offered:
        counts = [(kind, by_kind[city.casefold(), kind.casefold()]) for kind in kinds]
        parts = [Part(count=count, series=_series(kind, kinds), name="") for kind, count in counts]
        rows.append(_bar(city, _link(words, city=city), n, charts.bar(parts, most), words))
    rest = ""
    if len(rows) > _MOST_CITIES + 2:
        more = text.escape(words.count(words.more_cities, len(rows) - _MOST_CITIES))
        hidden = _bars(rows[_MOST_CITIES:], words.city_head, words)
        rest = f'<details class="l-numbers"><summary>{more}</summary>{hidden}</details>'
        rows = rows[:_MOST_CITIES]
    content = f"{_bars(rows, words.city_head, words)}{rest}{_lacking(shelf, 'city', words)}"
    return _section("by-city", words.covers_city, words.covers_city_more, content)


def _of_kinds(shelf: Sequence[DocumentInfo], kinds: Sequence[str], words: Words) -> str:
    counts = Counter(_kind(info).casefold() for info in shelf)
    most = max(counts.values(), default=1)
    rows = []
    for kind in kinds:
        n = counts[kind.casefold()]
        drawn = charts.bar([Part(count=n, series=_series(kind, kinds), name="")], most)
        rows.append(_bar(_name(kind, words), _link(words, kind=kind), n, drawn, words))
    return _section("by-kind", words.covers_kind, "", _bars(rows, words.kind_head, words))


def _bar(label: str, href: str, count: int, drawn: str, words: Words) -> str:
    name = f'<a href="{text.escape(href)}" dir="auto">{text.escape(label)}</a>'
    return f'<tr><th scope="row">{name}</th><td class="l-drawn">{drawn}</td><td class="n">{words.number(count)}</td></tr>'


def _bars(rows: Sequence[str], head: str, words: Words) -> str:
    """A table of bars: it holds its own numbers."""
    hidden = (
        f'<thead class="k-hidden"><tr><th scope="col">{text.escape(head)}</th><td></td>'
        f'<th scope="col">{text.escape(words.documents_title)}</th></tr></thead>'
    )
    return f'<table class="l-bars">{hidden}<tbody>{"".join(rows)}</tbody></table>'


# -- cities and themes


def _both(shelf: Sequence[DocumentInfo], words: Words) -> str:
    """The map of what is covered: a table, so that it is its own list of numbers, and can be gone through by keyboard."""
    cities = [city for city, _ in shelf_filters.offers(shelf, "city") if city != NONE]
    themes = [(theme, n) for theme, n in shelf_filters.offers(shelf, "theme") if theme != NONE]
    lacking = _lacking(shelf, "theme", words)
    if not cities or not themes:
        return _section("by-both", words.covers_both, "", lacking)
    counts = Counter(
        pair for info in shelf for pair in {(theme.casefold(), city.casefold()) for theme in info.theme for city in info.city}
    )
    most = max(counts.values(), default=1)
    head = "".join(f'<th scope="col" role="columnheader"><span dir="auto">{text.escape(city)}</span></th>' for city in cities)
    rows = "".join(_theme(theme, n, cities, counts, most, words) for theme, n in themes)
    covered = sum(counts[theme.casefold(), city.casefold()] > 0 for theme, _ in themes for city in cities)
    more = words.covers_both_more.format(n=words.number(covered), total=words.number(len(cities) * len(themes)))
    kind = "l-map" if len(cities) <= _WIDE else "l-map l-upright"
    table = (
        f'<div class="l-over"><table class="{kind}" role="table" aria-labelledby="by-both"><thead role="rowgroup"><tr role="row">'
        f'<th scope="col" role="columnheader">{text.escape(words.theme_head)}</th>{head}</tr></thead>'
        f'<tbody role="rowgroup">{rows}</tbody></table></div>'
    )
    return _section("by-both", words.covers_both, more, f"{table}{lacking}")


def _theme(theme: str, total: int, cities: Sequence[str], counts: Counter[tuple[str, str]], most: int, words: Words) -> str:
    cells = "".join(_cell(theme, city, counts[theme.casefold(), city.casefold()], most, words) for city in cities)
    link = text.escape(_link(words, theme=theme))
    named = f'<a href="{link}" dir="auto">{text.escape(theme_name(theme, words))}</a>'
    return f'<tr role="row"><th scope="row" role="rowheader">{named} <small>{words.number(total)}</small></th>{cells}</tr>'


def _cell(theme: str, city: str, count: int, most: int, words: Words) -> str:
    shown = words.number(count)
    name = text.escape(f"{theme_name(theme, words)}, {city}: {shown if count else words.cell_none}")
    link = text.escape(_link(words, city=city, theme=theme))
    return (
        f'<td role="cell"><a class="l-h{charts.shade(count, most)}" href="{link}" title="{name}" aria-label="{name}" '
        f'data-city="{text.escape(city)}">{shown if count else "–"}</a></td>'
    )
