"""The glossary as spreadsheets write it, what is wrong with one, and the one that comes with the program."""

import os
import unicodedata
from collections import Counter
from pathlib import Path

import pytest

from ingest.errors import GlossaryError
from ingest.glossary import glossaries, load
from ingest.paths import key_of

SHIPPED = Path(__file__).resolve().parent.parent / "corpus" / "glossary.csv"


def saved(folder: Path, content: str | bytes) -> Path:
    folder.mkdir(exist_ok=True)
    path = folder / "glossary.csv"
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


# --- reading


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "cp1252"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_a_glossary_is_read_as_a_spreadsheet_saves_it(tmp_path: Path, delimiter: str, encoding: str) -> None:
    rows = [
        ["Svenska", "Anm.", "Engelska"],
        ["räddningstjänst", "å", '"rescue service; fire brigade"'],
        ["övning", "", "exercise"],
    ]
    text = "\r\n".join(delimiter.join(row) for row in rows) + "\r\n"
    assert load(saved(tmp_path, text.encode(encoding))) == (
        (("räddningstjänst",), ("rescue service", "fire brigade")),
        (("övning",), ("exercise",)),
    )


@pytest.mark.parametrize("heading", ["swedish,english", "Svenska,Engelska", "sv,en", ' SV ,"English"', '"swedish",EN'])
def test_headings_are_known_in_both_languages_and_any_case(tmp_path: Path, heading: str) -> None:
    assert load(saved(tmp_path, f"{heading}\nkris,crisis\n")) == ((("kris",), ("crisis",)),)


def test_columns_stand_in_any_order_and_others_are_left_alone(tmp_path: Path) -> None:
    path = saved(tmp_path, f"note,english,finnish,swedish\n{'x ' * 500},crisis,kriisi; poikkeustila,kris\n,drill,,övning,over\n")
    assert load(path) == ((("kris",), ("crisis",)), (("övning",), ("drill",)))


@pytest.mark.parametrize(
    ("cell", "terms"),
    [
        ("crisis; emergency", ("crisis", "emergency")),
        ("emergency|crisis", ("emergency", "crisis")),
        (" crisis ;; emergency | ", ("crisis", "emergency")),
        ("public\n warning \t system", ("public warning system",)),
        ("crisis; Crisis; crisis", ("crisis", "Crisis")),
        ("evacuate, at once", ("evacuate, at once",)),
        (unicodedata.normalize("NFD", "Åland; café"), ("Åland", "café")),
    ],
)
def test_the_terms_of_a_cell_keep_their_order_and_come_clean(tmp_path: Path, cell: str, terms: tuple[str, ...]) -> None:
    assert load(saved(tmp_path, f'swedish,english\nord,"{cell}"\n')) == ((("ord",), terms),)
    assert load(saved(tmp_path, f'english,swedish\nword,"{cell}"\n')) == ((terms, ("word",)),)


def test_rows_without_a_term_are_passed_over_and_excels_own_line_too(tmp_path: Path) -> None:
    path = saved(tmp_path, "sep=;\r\nsv;en;note\r\n;;Crises\r\n\r\nkris;crisis;\r\n ; | ;\r\nlarm;alarm\r\n;;\r\n")
    assert load(path) == ((("kris",), ("crisis",)), (("larm",), ("alarm",)))
    assert load(saved(tmp_path, "swedish,english\n")) == ()


def test_what_is_just_short_enough_is_taken(tmp_path: Path) -> None:
    term, cell = "a b c d e f g h", f"{'x' * 99}; {'y' * 99}"
    assert len(cell) == 200
    assert load(saved(tmp_path, f"sv,en\n{term},  {cell}  \n")) == (((term,), ("x" * 99, "y" * 99)),)


# --- what is wrong


HEAD = "Svenska;english\n"
LONG = "a b c d e f g h i"


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("", "the glossary is empty: its first row names the columns, swedish and english"),
        ("kris,crisis\n", "row 1: no column is named swedish (or svenska, sv); name one so"),
        ("svenska,finska\nkris,kriisi\n", "row 1: no column is named english (or engelska, en); name one so"),
        ("sv,Svenska ,en\n", "row 1: the columns “sv” and “Svenska” mean the same"),
        (HEAD + "larm;alarm\n\nkris; \n", "row 4: the column “english” is empty; write a term there, or clear the row"),
        (HEAD + "kris\n", "row 2: the column “english” is empty; write a term there, or clear the row"),
        (HEAD + " | ;crisis\n", "row 2: the column “Svenska” is empty; write a term there, or clear the row"),
        (
            HEAD + f"larm;alarm\nkris;{'x' * 201}\n",
            "row 3, column “english”: 201 characters, where 200 is the most; keep the best terms only",
        ),
        (
            HEAD + f"kort|{LONG};crisis\n",
            f"row 2, column “Svenska”: “{LONG}” has 9 words, where a term has 8 at most; write a ; between terms",
        ),
        (HEAD + 'larm;alarm\nkris;"crisis\n', "row 3: the quotes or cells cannot be told apart (unexpected end of data)"),
        ("PK\x03\x04\0\0", "the glossary is not a text file: save the sheet as CSV"),
    ],
)
def test_what_is_wrong_is_named_with_its_row_and_column(tmp_path: Path, content: str, message: str) -> None:
    with pytest.raises(GlossaryError) as raised:
        load(saved(tmp_path, content))
    assert str(raised.value) == message


def test_a_glossary_that_is_gone_cannot_be_opened(tmp_path: Path) -> None:
    with pytest.raises(GlossaryError, match="the glossary cannot be opened: No such file or directory"):
        load(tmp_path / "glossary.csv")


# --- by folder


def test_every_folder_has_its_own_glossary_or_none(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = saved(tmp_path / "one", "sv,en\nkris,crisis\n")
    saved(tmp_path, "sv,en\nlarm,alarm\n")  # above both: it is not theirs
    (tmp_path / "two" / "glossary.csv").mkdir(parents=True)
    monkeypatch.chdir(tmp_path)
    assert glossaries([Path("one"), tmp_path / "two", file, tmp_path / "gone"]) == {
        str(tmp_path / "one"): ((("kris",), ("crisis",)),),
        str(tmp_path / "two"): (),
    }


def test_a_folder_goes_by_its_stored_key(tmp_path: Path) -> None:
    folder = Path(os.fsdecode(os.fsencode(tmp_path) + b"/fr\xe5gor"))
    saved(folder, "sv,en\nkris,crisis\n")
    assert list(glossaries([folder / ".." / folder.name])) == [key_of(folder)] == [f"{tmp_path}/fr\\xe5gor"]


def test_a_fault_names_the_file_and_says_what_to_do(tmp_path: Path) -> None:
    path = saved(tmp_path / "a\nb", "sv,en\nkris,\n")
    with pytest.raises(GlossaryError) as raised:
        glossaries([tmp_path, path.parent])
    assert str(raised.value) == (
        f"{tmp_path}/a\\x0ab/glossary.csv: row 2: the column “en” is empty; write a term there, or clear the row."
        " Mend it in a spreadsheet, then run the same command again."
    )


# --- the one that comes with the program


def test_the_shipped_glossary_is_large_and_has_no_swedish_term_twice() -> None:
    pairs = load(SHIPPED)
    assert len(pairs) >= 800
    times = Counter(term.casefold() for swedish, _ in pairs for term in swedish)
    assert [term for term, count in times.items() if count > 1] == []
