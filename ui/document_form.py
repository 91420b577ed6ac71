"""The forms of a document's page: what is known of it, a new edition, and whether to remove it. Pure: HTML out."""

from collections.abc import Mapping, Sequence

from index.result import DocumentInfo
from ui import document_fields, page, reasons, removed_page, results, text
from ui.document_fields import KINDS, MARKS, WAS, Faults
from ui.names import kind_name, language_name
from ui.words import Words

Values = Mapping[str, str]
_WIDE = ("title", "organisation", "source", "groups", "speakers")
_READ = ".pdf,.docx,.pptx,.html,.htm,.xhtml,.md,.markdown,.txt"


def metadata(
    info: DocumentInfo, values: Values, was: Values, faults: Faults, words: Words, *, facets: Mapping[str, Sequence[str]],
    catalogues: Sequence[str],
) -> str:  # fmt: skip
    """Set the form of what is known. `values` is what it holds, `was` what is in force; `facets` are suggested."""
    labels = document_fields.labels(words)
    rows = "".join(
        _field(name, labels[name], values[name], faults.fields.get(name, ""), facets, words) for name in document_fields.NAMES
    )
    hidden = "".join(f'<input type="hidden" name="{WAS}{name}" value="{text.escape(value)}">' for name, value in was.items())
    where = words.edit_more.format(catalogue=listed(catalogues, words))
    address = page.address(f"library/{info.document_id}", words)
    return (
        f"{_up(info, words)}{_title(words.edit_title, info)}"
        f'{wrong(faults, words)}<p class="k-soft">{text.escape(where)}</p>'
        f'<form class="d-form" method="post" action="{address}/edit">{hidden}<div class="d-fields">{rows}</div>'
        f"{_buttons(words.save_changes, address, words)}</form>"
    )


def edition(info: DocumentInfo, values: Values, faults: Faults, words: Words, *, file: str) -> str:
    """Set the form that takes a new edition. `file` is where the old one lies, as it is shown."""
    address = page.address(f"library/{info.document_id}", words)
    labels = document_fields.labels(words)
    found = faults.fields
    rows = _upload(found.get("file", ""), words) + "".join(
        _field(name, (labels[name][0], help_), values.get(name, ""), found.get(name, ""), {}, words)
        for name, help_ in (
            ("edition", words.replace_edition_help),
            ("date", words.replace_date_help),
            ("handling", labels["handling"][1]),
        )
    )
    return (
        f"{_up(info, words)}{_title(words.replace_title, info)}{wrong(faults, words)}"
        f'<p class="k-soft">{text.escape(words.replace_what.format(file=file))}</p>'
        f'<form class="d-form" method="post" enctype="multipart/form-data" action="{address}/replace">'
        f'<div class="d-fields">{rows}</div>{_buttons(words.replace_now, address, words)}</form>'
    )


def removal(info: DocumentInfo, files: Sequence[str], words: Words) -> str:
    """Ask whether a document is to be removed, and say what happens then."""
    address = page.address(f"library/{info.document_id}", words)
    lying = "".join(f'<li><bdi class="d-file">{text.escape(file)}</bdi></li>' for file in files)
    return (
        f"{_up(info, words)}{_title(words.remove_title, info)}"
        f'<p class="k-lead d-lead">{text.escape(words.remove_what)}</p>'
        f'<p class="k-lead d-lead">{text.escape(words.remove_until)}</p>'
        f'<h2 class="k-heading">{text.escape(words.remove_files)}</h2><ul class="d-files">{lying}</ul>'
        f'<form class="d-form" method="post" action="{address}/remove">'
        f"{_buttons(words.remove_now, address, words, look='k-button k-danger')}</form>"
    )


def refused(info: DocumentInfo, title: str, more: str, words: Words) -> str:
    """Say that something cannot be done with a document here, and what to do instead."""
    return f"{_up(info, words)}{_title('{title}', info)}{results.message(title, more, kind='bad')}"


def wrong(faults: Faults, words: Words) -> str:
    """Say that something has to be put right: each field with what is wrong, as links to them, and what is wrong besides."""
    if not faults:
        return ""
    names = {name: label for name, (label, _) in document_fields.labels(words).items()} | {"file": words.replace_file}
    items = "".join(
        f'<li><a href="#f-{name}">{text.escape(names.get(name, name))}</a>: {text.escape(said)}</li>'
        for name, said in faults.fields.items()
    )
    items += "".join(
        f"<li>{text.escape(words.catalogue_failed.format(reason=reasons.said(said, words)))}</li>" for said in faults.others
    )
    return (
        f'<div class="k-message k-bad d-wrong" role="alert"><h2>{text.escape(words.not_saved_title)}</h2>'
        f"<p>{text.escape(words.not_saved_more)}</p><ul>{items}</ul></div>"
    )


def listed(names: Sequence[str], words: Words) -> str:
    """Name several files in a sentence."""
    if len(names) < 2:
        return "".join(names)
    return words.several_catalogues.format(first=", ".join(names[:-1]), last=names[-1])


def _title(said: str, info: DocumentInfo) -> str:
    return f'<h1 class="k-title">{removed_page.named(said, info.title or info.path)}</h1>'


def _up(info: DocumentInfo, words: Words) -> str:
    address = page.address(f"library/{info.document_id}", words)
    return f'<p class="d-up"><a href="{address}">‹ <bdi>{text.escape(info.title or info.path)}</bdi></a></p>'


def _buttons(name: str, back: str, words: Words, look: str = "k-button k-primary") -> str:
    return (
        f'<div class="k-tools d-acts"><button class="{look}">{text.escape(name)}</button>'
        f'<a class="k-button" href="{back}">{text.escape(words.cancel)}</a></div>'
    )


def _field(name: str, label: tuple[str, str], value: str, fault: str, facets: Mapping[str, Sequence[str]], words: Words) -> str:
    options = _choices(name, value, words)
    if options:
        inner = f'<select class="k-input" id="f-{name}" name="{name}"{_described(name, fault)}>{options}</select>'
    else:
        suggested = _suggested(name, facets, words)
        listing = f' list="l-{name}"' if suggested else ""
        inner = (
            f'<input class="k-input" id="f-{name}" name="{name}" value="{text.escape(value)}" autocomplete="off" dir="auto"'
            f"{listing}{_described(name, fault)}>{suggested}"
        )
    return _row(name, label, fault, inner)


def _upload(fault: str, words: Words) -> str:
    inner = f'<input class="k-input" type="file" id="f-file" name="file" accept="{_READ}" required{_described("file", fault)}>'
    return _row("file", (words.replace_file, words.replace_file_help), fault, inner)


def _row(name: str, label: tuple[str, str], fault: str, inner: str) -> str:
    said = f'<p class="d-fault" id="e-{name}">{text.escape(fault)}</p>' if fault else ""
    wide = " d-wide" if name in _WIDE else ""
    return (
        f'<div class="d-field{wide}"><label class="d-label" for="f-{name}">{text.escape(label[0])}</label>{inner}{said}'
        f'<p class="d-help" id="h-{name}">{text.escape(label[1])}</p></div>'
    )


def _described(name: str, fault: str) -> str:
    if fault:
        return f' aria-invalid="true" aria-describedby="e-{name} h-{name}"'
    return f' aria-describedby="h-{name}"'


def _choices(name: str, value: str, words: Words) -> str:
    if name == "handling":
        marks = MARKS if value in MARKS or not value else (value, *MARKS)
        return "".join(_option(mark, mark, value) for mark in marks)
    if name == "attribution":
        offered = [("yes", words.may_attribute), ("no", words.may_not_attribute)]
        return "".join(_option(given, said, value) for given, said in offered)
    return ""


def _option(value: str, said: str, chosen: str) -> str:
    mark = " selected" if value == chosen else ""
    return f'<option value="{text.escape(value)}"{mark}>{text.escape(said)}</option>'


def _suggested(name: str, facets: Mapping[str, Sequence[str]], words: Words) -> str:
    """Suggest what the library has already; and the usual kinds."""
    values = [*facets.get(name, ())]
    if name == "kind" and facets:
        values = [*dict.fromkeys([*values, *KINDS])]
    if not values or name not in ("city", "theme", "kind", "language"):
        return ""
    says = {"kind": kind_name, "language": language_name}.get(name)
    options = "".join(
        f'<option value="{text.escape(value)}">{text.escape(says(value, words)) if says else ""}</option>' for value in values
    )
    return f'<datalist id="l-{name}">{options}</datalist>'
