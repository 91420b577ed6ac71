"""What reading and indexing say has its Swedish, all of it: the messages are found in their source, so none can be forgotten."""

import ast
import re
from collections.abc import Iterator
from itertools import product
from pathlib import Path

import pytest

from ingest.errors import LOCKED
from ui.reasons import advice, known, said
from ui.reasons_files import FILES
from ui.reasons_index import INDEX
from ui.words import Words

ROOT = Path(__file__).resolve().parent.parent
EN, SV = Words("en"), Words("sv")
READABLE = "PDF, Word (.docx), PowerPoint (.pptx), HTML, Markdown (.md), plain text (.txt) and bulk records (.jsonl)"
SCANNED = "no readable text on its only page: it is a scan or a picture. Run text recognition (OCR) on it and put the result here"


# -- saying


def test_an_english_reason_is_left_as_it_is() -> None:
    assert said("the file is empty; hidden text was not read", EN) == "the file is empty; hidden text was not read"


@pytest.mark.parametrize(
    ("reason", "swedish"),
    [
        ("the file is empty", "filen är tom"),
        ("reading took longer than 120 s and was stopped", "läsningen tog mer än 120 s och avbröts"),
        ("no readable text on page 3", "ingen läsbar text på sida 3"),
        ("no readable text on pages 3, 7–9 …", "ingen läsbar text på sidorna 3, 7–9 …"),
        ("no readable text on pages 3, 7–9, not even by OCR", "ingen läsbar text på sidorna 3, 7–9, inte ens med OCR"),
        ("no readable text on any of its 9 pages: install tesseract-ocr with tesseract-ocr-swe and tesseract-ocr-eng, then"
         " ingest again",
         "ingen läsbar text på någon av de 9 sidorna: installera tesseract-ocr med tesseract-ocr-swe och tesseract-ocr-eng och läs"
         " sedan in igen"),
        ("the file cannot be read (Permission denied)", "filen kan inte läsas (åtkomst nekas)"),
        ("the file cannot be read (Something Linux never said)", "filen kan inte läsas (Something Linux never said)"),
        ("a link that leaves the folder; put the file itself here", "en länk som går ut ur mappen; lägg själva filen här"),
        ("Document 3 (Risk; and more), page 4: its character boxes cannot be read.",
         "Dokument 3 (Risk; and more), sida 4: tecknens platser kan inte läsas."),
        ("This library is being written by a rebuild (process 4711, since 14:02). Wait until it has finished, then try again.",
         "Biblioteket skrivs just nu av en ombyggnad (process 4711, sedan 14:02). Vänta tills det är klart och försök igen."),
        ("/r/catalogue.csv: row 3, column “Datum”: “x” is not a date in the calendar. Mend it in a spreadsheet, then run the same"
         " command again.",
         "/r/catalogue.csv: rad 3, kolumnen ”Datum”: ”x” är inget datum i kalendern. Rätta den i ett kalkylprogram och läs sedan in"
         " igen."),
    ],
)  # fmt: skip
def test_a_reason_is_said_in_swedish_with_its_numbers_and_names(reason: str, swedish: str) -> None:
    assert said(reason, SV) == swedish


def test_joined_reasons_are_said_part_by_part() -> None:
    joined = "no readable text on pages 3, 7–9; 3 attachments were not read.; described anew in the catalogue"
    assert said(joined, SV) == "ingen läsbar text på sidorna 3, 7–9; 3 bilagor lästes inte.; beskriven på nytt i katalogen"


def test_lines_that_could_not_be_read_are_said_one_by_one() -> None:
    reason = "4 lines could not be read: line 2: the line is not UTF-8; line 9: _id is missing; line 11: title is not a string …"
    assert (
        said(reason, SV)
        == "4 rader kunde inte läsas: rad 2: raden är inte UTF-8; rad 9: _id saknas; rad 11: title är ingen textsträng …"
    )


def test_an_unknown_part_is_shown_as_it_is_beside_the_known_ones() -> None:
    assert said("the moon is full; hidden text was not read", SV) == "the moon is full; dold text lästes inte"
    assert not known("the moon is full; hidden text was not read")


def test_a_file_name_is_never_translated() -> None:
    assert said("moved from /r/the file is empty.pdf", SV) == "flyttad från /r/the file is empty.pdf"
    assert (
        said("moved from /r/a; b.pdf; no readable text on page 1", SV) == "flyttad från /r/a; b.pdf; ingen läsbar text på sida 1"
    )


@pytest.mark.parametrize("hostile", ["; " * 700, "(" * 1400, "{which} {0}", "Document 1 (" + "), page " * 150, "\x00;\n; …"])
def test_hostile_text_comes_back_as_it_is(hostile: str) -> None:
    assert said(hostile, SV) == hostile


def test_braces_in_a_name_are_no_places() -> None:
    assert said("moved from {why}{0}", SV) == "flyttad från {why}{0}"


# -- advice


@pytest.mark.parametrize(
    ("reason", "part"),
    [
        ("no readable text on pages 3–9", "tesseract-ocr-swe"),
        ("It is not a PDF that can be opened, or it is broken.", "save it again"),
        ("reading took longer than 120 s and was stopped", "smaller files"),
        ("the file cannot be read (Permission denied)", "may be read"),
        ("a link to something that is not there", "Put the file itself here"),
        ("something new; there is no text in the document", "right one"),
    ],
)
def test_advice_says_what_to_do_about_it(reason: str, part: str) -> None:
    assert part in advice(reason, EN)
    assert advice(reason, SV) not in ("", advice(reason, EN))


@pytest.mark.parametrize(
    "reason",
    [
        "",
        "the moon is full",
        SCANNED,
        "the file is encrypted and needs a password: save it without one",
        LOCKED,
        f".xlsx files are not read: save the sheet as PDF. Källa reads {READABLE}",
        "a link that leaves the folder; put the file itself here",
        "1 attachment was not read.",
    ],
)
def test_there_is_no_advice_where_the_reason_says_so_itself(reason: str) -> None:
    assert advice(reason, EN) == ""


# -- the tables


def test_each_row_has_its_places_in_both_languages() -> None:
    for row in (*FILES, *INDEX):
        places, swedish = set(re.findall(r"\{\w+\}", row.en)), set(re.findall(r"\{\w+\}", row.sv))
        assert swedish <= places, row.en
        assert places - swedish <= {"{detail}", "{kind}"}, row.en
        assert row.en != row.sv
        assert row.advice is None or "" != row.advice.en != row.advice.sv != ""


def test_no_row_stands_twice() -> None:
    english = [row.en for row in (*FILES, *INDEX)]
    assert len(english) == len(set(english))


# -- every message of the program: found in the source, with "7" for all that is put into it

MESSAGES = re.compile(r"(Error|Exceeded|Format|Password|NoSuchPath|Busy|_BadRecord|fault|_say)$")  # what is called with a message
SPOKEN = {
    "reason", "note", "notes", "lost", "CHANGING", "KEPT", "WAITING", "LOCKED", "_ADVICE", "ADVICE", "TRIED", "READABLE", "many",
}  # fmt: skip
TEXTS = {"str", "tuple[str, ...]", "Iterator[str]"}  # what functions give back that make messages
NOT_SHOWN = {  # said to programmers only: nothing that a file or a library does brings them out
    "ValueError", "RuntimeError", "AssertionError", "KeyError", "ArgumentTypeError", "_Bad",
}  # fmt: skip
SHOWN_ALL_THE_SAME = {"ingest/fields.py", "ingest/editing.py"}  # whose ValueError is for the user
NO_MESSAGES = {  # these render for the terminal, are used there only, or put questions to the machine
    "index/show.py", "ingest/show.py", "index/own_runs.py",
    "index/backup.py", "index/restore.py", "index/reread.py", "index/privacy.py", "index/audit.py", "ingest/watch.py",
    "index/oidc.py", "index/oidc_provider.py", "index/oidc_rules.py", "index/oidc_settings.py", "index/oidc_token.py",
    "index/oidc_wire.py",
}  # fmt: skip
FEW = {"7", "7: 7", "7; 7", "row 7, column “7”"}  # mere frames for other messages
COMMAND_LINE = re.compile(
    r"^(--|query, document)|^7 files are read|^Watching 7 |is empty or not there: what"
)  # what only a person at the terminal can bring about


Named = dict[str, list[ast.expr]]  # what is assigned to a name, anywhere in a module


def sources() -> list[Path]:
    found = [path for package in ("ingest", "index") for path in sorted((ROOT / package).glob("*.py"))]
    return [path for path in found if f"{path.parent.name}/{path.name}" not in NO_MESSAGES]


def messages(path: Path) -> Iterator[tuple[int, str]]:
    """Every message that a module can make, with the line it is made on."""
    tree = ast.parse(path.read_text("utf-8"))
    named: Named = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
            named.setdefault(node.targets[0].id, []).append(node.value)
    where = f"{path.parent.name}/{path.name}"
    for node in ast.walk(tree):
        for value in _said_by(node, where):
            for text in _samples(value, named):
                yield value.lineno, text


def _said_by(node: ast.AST, where: str) -> Iterator[ast.expr]:
    if isinstance(node, ast.Call):
        name = ast.unparse(node.func).rpartition(".")[2]
        shown = name not in NOT_SHOWN or (name == "ValueError" and where in SHOWN_ALL_THE_SAME)
        if MESSAGES.search(name) and shown:
            yield from node.args
        yield from (keyword.value for keyword in node.keywords if keyword.arg in ("reason", "notes") and keyword.value)
    elif isinstance(node, ast.Assign):
        names = {name.id for target in node.targets for name in ast.walk(target) if isinstance(name, ast.Name)}
        if names == {"_REASONS"}:  # what SQLite says, and what that means
            yield from (pair.elts[1] for pair in ast.walk(node.value) if isinstance(pair, ast.Tuple) and len(pair.elts) == 2)
        elif names & SPOKEN:
            yield node.value
    elif isinstance(node, ast.FunctionDef) and node.returns is not None and ast.unparse(node.returns) in TEXTS:
        for inner in ast.walk(node):
            if isinstance(inner, ast.Yield | ast.Return) and inner.value is not None:
                yield inner.value
    if where == "index/library.py" and isinstance(node, ast.Tuple):
        yield node


def _samples(node: ast.AST, named: Named, deep: int = 4) -> Iterator[str]:
    """The texts that an expression can give, where they can be read off it. `deep`: names followed at most."""
    if isinstance(node, ast.Constant):
        if isinstance(node.value, str):
            yield node.value
    elif isinstance(node, ast.JoinedStr):
        choices = [_put_in(value, named, deep) for value in node.values]
        yield from ("".join(choice) for choice in product(*choices))
    elif isinstance(node, ast.Name):
        for value in named.get(node.id, []) if deep else []:
            yield from _samples(value, named, deep - 1)
    elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "format":
        yield from _samples(node.func.value, named, deep)
    else:
        for one in _inside(node):
            yield from _samples(one, named, deep)


def _inside(node: ast.AST) -> list[ast.expr]:
    if isinstance(node, ast.IfExp):
        return [node.body, node.orelse]
    if isinstance(node, ast.BoolOp):
        return node.values
    if isinstance(node, ast.Tuple | ast.List):
        return node.elts
    if isinstance(node, ast.Dict):
        return [key for key in node.keys if key is not None]
    if isinstance(node, ast.Starred):
        return [node.value]
    return list(node.args) if isinstance(node, ast.Call) else []


def _put_in(value: ast.expr, named: Named, deep: int) -> list[str]:
    if isinstance(value, ast.Constant):
        return [str(value.value)]
    assert isinstance(value, ast.FormattedValue)
    inside = value.value
    found = list(_samples(inside, named, deep)) if isinstance(inside, ast.IfExp | ast.Constant | ast.Name) else []
    return [text for text in found if text.strip()] or ["7"]


def _is_sentence(text: str) -> bool:
    return bool(re.search(r"[a-zåäö]{2,} [a-zåäö_]+", text)) and "\n" not in text


EVERY = [
    pytest.param(re.sub(r"\{\w+\}", "7", text).removesuffix("; 7").lstrip(",: "), id=f"{path.parent.name}/{path.name}:{line}")
    for path in sources()
    for line, text in messages(path)
    if _is_sentence(text) and text not in FEW and not COMMAND_LINE.search(text)
]


def test_the_messages_are_found() -> None:
    texts = {str(one.values[0]) for one in EVERY}
    assert len(texts) > 150
    for one in (
        "the file is empty", "reading took longer than 7 s and was stopped", "7 embedded files were not read", SCANNED,
        "the file changed while it was being read; run again when it is complete", "hidden text was not read",
        "The library is empty: nothing has been ingested yet.", "Document 7 (7) has no text.", "save the sheet as PDF", READABLE,
        "“7” is not a date; write 2020, 2020-06 or 2020-06-15", "a link to something that is not there",
        "The disk of 7 is full. Nothing stored is lost. Free some space, then run the same command again.",
    ):  # fmt: skip
        assert one in texts


@pytest.mark.parametrize("message", EVERY)
def test_every_message_has_its_swedish(message: str) -> None:
    assert known(message), f"no Swedish for: {message}\nAdd a row to ui/reasons_files.py or ui/reasons_index.py."
    assert said(message, SV) != message
