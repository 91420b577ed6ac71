"""The catalogue as spreadsheets write it, and the fields people fill in."""

import unicodedata
from pathlib import Path

import pytest

from ingest import catalogue, fields
from ingest.catalogue import load, merge, write
from ingest.document import Metadata
from ingest.errors import CatalogueError
from ingest.marking import marking, names_nobody, stricter

ENGLISH = "file,title,kind,city,date,language,handling\na.pdf,Crowded places,report,London; Paris,2020-06,English,TLP:GREEN\n"
SWEDISH = (
    "Fil;Titel;Typ;Stad;Organisation;Tema;Datum;Språk;Utgåva;Ersätter;Märkning;Källa;Egen anteckning\r\n"
    "mapp/å.pdf;Samverkan; rapport ;Stockholm|Paris;SSR;ledning;15.12.2020;svenska;2;gammal.pdf;TLP:AMBER;https://x.se;obs\r\n"
)


def _saved(tmp_path: Path, text: str, encoding: str = "utf-8") -> Path:
    path = tmp_path / "catalogue.csv"
    path.write_bytes(text.encode(encoding))
    return path


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
@pytest.mark.parametrize("delimiter", [";", ",", "\t"])
def test_spreadsheets_of_every_make_are_read(tmp_path: Path, encoding: str, delimiter: str) -> None:
    text = SWEDISH.replace(";", delimiter)
    row = load(_saved(tmp_path, text, encoding)).row_for("mapp/å.pdf")
    assert row == Metadata(
        title="Samverkan",
        kind="rapport",
        city=("Stockholm", "Paris"),
        organisation="SSR",
        theme=("ledning",),
        date="2020-12-15",
        language="sv",
        edition="2",
        supersedes="gammal.pdf",
        handling="TLP:AMBER",
        source="https://x.se",
    )


def test_english_columns_and_several_values_in_a_cell(tmp_path: Path) -> None:
    found = load(_saved(tmp_path, ENGLISH))
    assert found.files == ("a.pdf",)
    assert found.row_for("a.pdf") == Metadata(
        title="Crowded places",
        kind="report",
        city=("London", "Paris"),
        date="2020-06",
        language="en",
        handling="TLP:GREEN",
    )
    assert found.row_for("b.pdf") is None
    assert found.digest_for("b.pdf") == ""


def test_names_are_the_same_in_either_unicode_form_and_slash(tmp_path: Path) -> None:
    found = load(_saved(tmp_path, "file;title\r\n./mapp\\Övning å.pdf;x\r\n"))
    assert found.files == ("mapp/Övning å.pdf",)
    assert found.row_for(unicodedata.normalize("NFD", "mapp/Övning å.pdf")) == Metadata(title="x")


def test_the_digest_changes_with_the_values_and_with_nothing_else(tmp_path: Path) -> None:
    def digest(text: str) -> str:
        return load(_saved(tmp_path, text)).digest_for("a.pdf")

    first = digest("file,title,note\na.pdf,One,x\n")
    assert len(first) == 64
    assert digest("note;TITLE;Fil\nother; One ;a.pdf\n") == first
    assert digest("file,title\na.pdf,Two\n") != first


def test_quotes_line_breaks_empty_rows_and_excels_own_line(tmp_path: Path) -> None:
    text = 'sep=;\r\nfile;title\r\na.pdf;"He said ""now"";\r\nand went"\r\n;\r\n\r\nb.pdf\r\n;;\r\n'
    found = load(_saved(tmp_path, text))
    assert found.files == ("a.pdf", "b.pdf")
    assert found.row_for("a.pdf") == Metadata(title='He said "now"; and went')
    assert found.row_for("b.pdf") == Metadata()


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "empty"),
        ("title,kind\nx,y\n", "row 1: no column is named file"),
        ("file,date\na.pdf,2020\nb.pdf,soon\n", "row 3, column “date”: “soon” is not a date"),
        ("Fil;Datum\na.pdf;2020-02-31\n", "row 2, column “Datum”: “2020-02-31” is not a date in the calendar"),
        ("file,language\na.pdf,Klingon\n", "row 2, column “language”: “Klingon” is not a language"),
        ("file,attribution\na.pdf,perhaps\n", "row 2, column “attribution”"),
        ("file,title\na.pdf,x\n\n./a.pdf,y\n", "row 4: the file “a.pdf” has a row already"),
        ("file,title\n,lost\n", "row 2: the column “file” is empty"),
        ("file,titel,title\na.pdf,x,y\n", "row 1: the columns “titel” and “title” mean the same"),
        ('file,title\na.pdf,"never closed\n', "row 2: the quotes"),
        ("file,title\na.pdf,\0\n", "not a text file"),
    ],
)
def test_what_is_wrong_is_named_with_its_row_and_column(tmp_path: Path, text: str, says: str) -> None:
    with pytest.raises(CatalogueError) as caught:
        load(_saved(tmp_path, text))
    assert says in str(caught.value)


def test_a_catalogue_that_is_gone_is_an_error_of_its_own(tmp_path: Path) -> None:
    with pytest.raises(CatalogueError):
        load(tmp_path / "catalogue.csv")


def test_the_catalogue_goes_before_the_document() -> None:
    own = Metadata(title="own", city=("Paris",), date="2019")
    assert merge(None, own) == own
    assert merge(Metadata(title="better", city=()), own) == Metadata(title="better", city=("Paris",), date="2019")
    assert merge(Metadata(attribution="yes"), Metadata(attribution="no")).attribution == "yes"


@pytest.mark.parametrize(
    ("written", "iso"),
    [
        ("2020", "2020"),
        ("2020-06", "2020-06"),
        ("2020-6-5", "2020-06-05"),
        ("2020-12-15", "2020-12-15"),
        ("2020-06-01 00:00:00", "2020-06-01"),
        ("2020-06-01T10:00:00+02:00", "2020-06-01"),
        ("20201215", "2020-12-15"),
        ("2020/12/15", "2020-12-15"),
        ("15/12/2020", "2020-12-15"),
        ("12/15/2020", "2020-12-15"),
        ("1/2/2020", "2020-02-01"),
        ("15.12.2020", "2020-12-15"),
        ("12/2020", "2020-12"),
        ("15 december 2020", "2020-12-15"),
        ("den 3 maj 2021", "2021-05-03"),
        ("3rd of May 2021", "2021-05-03"),
        ("May 3, 2021", "2021-05-03"),
        ("okt 2021", "2021-10"),
        ("  June  2021 ", "2021-06"),
    ],
)
def test_dates_as_people_write_them(written: str, iso: str) -> None:
    assert fields.iso_date(written) == iso


@pytest.mark.parametrize(
    "written", ["soon", "15/12/20", "2020-13", "31/4/2020", "2020-00-10", "44180", "0000", "maj", "32 maj 2020"]
)
def test_what_is_no_date_is_refused(written: str) -> None:
    with pytest.raises(ValueError, match="date"):
        fields.iso_date(written)


@pytest.mark.parametrize(
    ("written", "code"),
    [
        ("Swedish", "sv"),
        ("svenska", "sv"),
        ("SV", "sv"),
        ("sv-SE", "sv"),
        ("en_GB", "en"),
        ("nb", "no"),
        ("swe", "sv"),
        ("Français", "fr"),
    ],
)
def test_languages_as_people_write_them(written: str, code: str) -> None:
    assert fields.language_code(written) == code


@pytest.mark.parametrize(
    ("lines", "mark"),
    [
        (["TLP:AMBER"], "TLP:AMBER"),
        (["tlp: amber + strict"], "TLP:AMBER+STRICT"),
        (["Marking: TLP:CLEAR", "x"], "TLP:CLEAR"),
        (["Märkning: TLP:GREEN."], "TLP:GREEN"),
        (["TLP:GREEN", "TLP:RED"], "TLP:RED"),
        (["OFFICIAL–SENSITIVE"], "OFFICIAL-SENSITIVE"),
        (["OFFICIAL"], "OFFICIAL"),
        (["Handling: official"], "OFFICIAL"),
        (["Official"], ""),
        (["TLP:RED means that it stays in the room"], ""),
        (["A text about TLP:AMBER"], ""),
        (["*** OFFICIAL-SENSITIVE ***"], "OFFICIAL-SENSITIVE"),
        (["OFFICIAL-SENSITIVE – COMMERCIAL"], "OFFICIAL-SENSITIVE"),
        (["[TLP:RED]"], "TLP:RED"),
        (["Begränsat hemlig"], "Begränsat hemlig"),
        (["TLP:RED", "SEKRETESS"], "SEKRETESS"),
        (["Hemlig enligt 15 kap. 2 § offentlighets- och sekretesslagen"], ""),
        (["Sekretess enligt 18 kap 13 § OSL"], "Sekretess enligt 18 kap 13 § OSL"),
        (["Märkning: hemlig"], "Märkning: hemlig"),
        (["RESTREINT UE/EU RESTRICTED"], "RESTREINT UE/EU RESTRICTED"),
        (["Sekretess"], ""),
        (["The secret of crowds"], ""),
        ([], ""),
    ],
)
def test_marks_on_a_document(lines: list[str], mark: str) -> None:
    assert marking(lines) == mark


@pytest.mark.parametrize(
    ("said", "banner", "mark"),
    [
        ("", "", ""), ("TLP:GREEN", "", "TLP:GREEN"), ("", "TLP:RED", "TLP:RED"), ("green", "TLP:AMBER", "TLP:AMBER"),
        ("TLP:RED", "TLP:CLEAR", "TLP:RED"), ("OFFICIAL", "OFFICIAL-SENSITIVE", "OFFICIAL-SENSITIVE"),
        ("for friends only", "TLP:RED", "for friends only"), ("TLP:GREEN", "SEKRETESS", "SEKRETESS"),
    ],
)  # fmt: skip
def test_of_what_a_document_says_and_its_banner_the_stricter_holds(said: str, banner: str, mark: str) -> None:
    assert stricter(said, banner) == mark


@pytest.mark.parametrize(
    ("text", "nobody"),
    [
        ("The seminar was held under the Chatham House Rule.", True), ("These notes are non-attributable.", True),
        ("Det som sägs får inte tillskrivas någon.", True), ("Remarks are not to be attributed.", True),
        ("A lecture at Chatham House, London", False), ("The fire was attributed to a cable.", False),
    ],
)  # fmt: skip
def test_a_first_page_may_say_that_nobody_is_to_be_named(text: str, nobody: bool) -> None:
    assert names_nobody(text) is nobody and not names_nobody("x" * 4000 + text)


# --- writing ---


def test_writing_changes_only_what_changed(tmp_path: Path) -> None:
    path = _saved(tmp_path, SWEDISH, "cp1252")
    before = load(path).row_for("mapp/å.pdf")
    assert before is not None
    write(path, {unicodedata.normalize("NFD", "mapp/å.pdf"): merge(Metadata(title="Ny titel"), before)})
    assert path.read_bytes().decode("cp1252") == SWEDISH.replace("Samverkan", "Ny titel")


def test_writing_adds_rows_and_columns(tmp_path: Path) -> None:
    path = _saved(tmp_path, "note,file\nmine,a.pdf\n")
    row = Metadata(title='Say "hi", all', city=("Rom", "Paris"))
    write(path, {"b.pdf": row, "a.pdf": Metadata(title="A")})
    assert path.read_text() == 'note,file,title,city\nmine,a.pdf,A\n,b.pdf,"Say ""hi"", all",Rom; Paris\n'
    assert load(path).row_for("b.pdf") == row
    assert list(tmp_path.iterdir()) == [path]


def test_a_new_catalogue_opens_in_a_swedish_spreadsheet(tmp_path: Path) -> None:
    path = tmp_path / "catalogue.csv"
    row = Metadata(title="Övning", city=("Stockholm", "Paris"), date="2020-06", attribution="no")
    write(path, {"å.pdf": row})
    assert path.read_bytes().startswith(b"\xef\xbb\xbffile;title;")
    assert load(path).row_for("å.pdf") == row


def test_a_letter_that_the_old_encoding_lacks_moves_the_file_to_unicode(tmp_path: Path) -> None:
    path = _saved(tmp_path, "fil;titel\nå.pdf;x\n", "cp1252")
    write(path, {"å.pdf": Metadata(title="Łódź")})
    assert load(path).row_for("å.pdf") == Metadata(title="Łódź")


def test_a_crash_while_writing_leaves_the_old_catalogue(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = _saved(tmp_path, ENGLISH)

    def fails(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(catalogue.os, "fsync", fails)
    with pytest.raises(CatalogueError, match="No space left"):
        write(path, {"a.pdf": Metadata(title="new")})
    assert path.read_text() == ENGLISH
    assert list(tmp_path.iterdir()) == [path]


def test_a_catalogue_that_cannot_be_read_is_not_overwritten(tmp_path: Path) -> None:
    path = _saved(tmp_path, 'file,title\na.pdf,"open\n')
    with pytest.raises(CatalogueError):
        write(path, {"a.pdf": Metadata(title="new")})
    assert path.read_text() == 'file,title\na.pdf,"open\n'
