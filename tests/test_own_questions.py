"""A user's own questions: what a spreadsheet saves, figures worked out by hand, and what a later run gained and lost."""

import json
import subprocess
import sys
import unicodedata
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, cast

import pytest

from index import own_runs, store
from index.access import Handling, Principal
from index.errors import Busy, StoreError
from index.evaluate import EvaluationError
from index.library import Library
from index.own_questions import Asked, OwnQuestion, ask_all, figures, read_questions
from index.own_runs import Change, Run, compare, run_of
from index.result import DocumentInfo, Hit, Mode, Quote, Result, Searched, Status
from ingest.paths import key_of
from tests.fakes import OWNER, FakeEncoder, Shelf, principal

# --- reading


def sheet(folder: Path, content: str | bytes, name: str = "questions.csv") -> Path:
    path = folder / name
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


ENCODINGS = ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "cp1252"]


@pytest.mark.parametrize("encoding", ENCODINGS)
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_a_sheet_is_read_as_a_spreadsheet_saves_it(tmp_path: Path, delimiter: str, encoding: str) -> None:
    rows = [["språk", "Fråga", "Dokument", "Sida"], ["sv", "Vem går först?", "övning.pdf", "3"], ["", "När?", "larm.md", ""]]
    text = "\r\n".join(delimiter.join(row) for row in rows) + "\r\n"
    assert read_questions(sheet(tmp_path, text.encode(encoding))) == (
        OwnQuestion(number=2, question="Vem går först?", documents=("övning.pdf",), pages=((3, 3),)),
        OwnQuestion(number=3, question="När?", documents=("larm.md",), pages=()),
    )


@pytest.mark.parametrize(
    "heading", ["question,document,page", "QUESTIONS,Documents,Pages", "frågor,dokument,sidor", '"question" , "document","page"']
)
def test_headings_are_known_in_both_languages_and_any_case(tmp_path: Path, heading: str) -> None:
    path = sheet(tmp_path, unicodedata.normalize("NFD", f"{heading}\nWho?,a.pdf,2\n").replace(" ,", ","))
    assert read_questions(path) == (OwnQuestion(number=2, question="Who?", documents=("a.pdf",), pages=((2, 2),)),)


def test_without_a_page_column_any_page_will_do_and_other_columns_are_left_alone(tmp_path: Path) -> None:
    path = sheet(tmp_path, 'note;document;question;language\n"a; b";a.pdf;"Who\ndecides?";en\n')
    assert read_questions(path) == (OwnQuestion(number=2, question="Who decides?", documents=("a.pdf",), pages=()),)


@pytest.mark.parametrize(
    ("row", "documents"),
    [
        ("Who?,a.pdf; b.pdf ;", ("a.pdf", "b.pdf")),
        ("Who?,a|b.pdf", ("a|b.pdf",)),
        ("Who?;a.pdf | b.pdf", ("a.pdf", "b.pdf")),
        ('Who?;"a.pdf;b.pdf"', ("a.pdf", "b.pdf")),
        ("Who?\ta.pdf;b.pdf", ("a.pdf", "b.pdf")),
    ],
)
def test_alternatives_are_parted_by_semicolons_and_by_bars_where_the_semicolon_parts_the_cells(
    tmp_path: Path, row: str, documents: tuple[str, ...]
) -> None:
    delimiter = next(sign for sign in ",\t;" if sign in row)
    (question,) = read_questions(sheet(tmp_path, f"question{delimiter}document\n{row}\n"))
    assert question.documents == documents


@pytest.mark.parametrize(
    ("cell", "pages"),
    [
        ("12", ((12, 12),)),
        ("12-14", ((12, 14),)),
        ("12 – 14", ((12, 14),)),
        ("3;7", ((3, 3), (7, 7))),
        ("3, 7", ((3, 3), (7, 7))),
        ("3;7-9", ((3, 3), (7, 9))),
        ("5-5", ((5, 5),)),
        (" ", ()),
    ],
)
def test_pages_are_one_or_several_or_a_range(tmp_path: Path, cell: str, pages: tuple[tuple[int, int], ...]) -> None:
    (question,) = read_questions(sheet(tmp_path, f'question,document,page\nWho?,a.pdf,"{cell}"\n'))
    assert question.pages == pages


def test_blank_rows_are_passed_over_but_counted(tmp_path: Path) -> None:
    path = sheet(tmp_path, "sep=;\nquestion;document;note\n;;\n\n;;a heading of my own\nWho?;a.pdf;\nWhen?;b.pdf\n;;\n")
    assert [(question.number, question.question) for question in read_questions(path)] == [(5, "Who?"), (6, "When?")]


HEAD = "question;document;page\n"
MEND = " Mend it in a spreadsheet, save it as CSV, and run the same command again."


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("", ": row 1: no column is named question or fråga; name the columns question, document and page."),
        ("question;page\nWho?;1\n", ": row 1: no column is named document or dokument; name the columns question, document and page."),
        ("fråga;question;document\n", ": row 1: the columns “fråga” and “question” mean the same."),
        (HEAD, ": it has no questions; write one a row, below the headings question, document and page."),
        (HEAD + ";;\n", ": it has no questions; write one a row, below the headings question, document and page."),
        (HEAD + ";a.pdf;\n", ": row 2, column “question”: it is empty; write the question, or clear the row."),
        (
            HEAD + "Who?;a.pdf;\nWhen?; | ;\n",
            ": row 3, column “document”: it is empty; write the file name or the title of the document that answers.",
        ),
        (HEAD + "Who?;;4\n", ": row 2, column “document”: it is empty; write the file name or the title of the document that answers."),
        (
            HEAD + "Who?;a.pdf;\nWhen?;a.pdf;\n Who? ;b.pdf;\n",
            ": row 4, column “question”: row 2 asks the same; keep one row, and separate the documents by ;.",
        ),
        (
            "question,document\nWho, when?,a.pdf\n",
            ": row 2: 3 cells, where the headings are 2; put a text that holds the sign between the cells in double quotes.",
        ),
        (
            HEAD + 'Who?;a.pdf;1\nWhen?;"a.pdf;2\n',
            ": row 3: the quotes or cells cannot be told apart (unexpected end of data).",
        ),
        ("PK\x03\x04\0\0", ": the file is not a text file: save the sheet as CSV."),
    ],
)  # fmt: skip
def test_a_fault_is_named_with_its_row_its_column_and_what_to_do(tmp_path: Path, content: str, message: str) -> None:
    path = sheet(tmp_path, content)
    with pytest.raises(EvaluationError) as raised:
        read_questions(path)
    assert str(raised.value) == f"{path}{message}{MEND}"


@pytest.mark.parametrize(
    ("cell", "part"),
    [
        ("0", "0"),
        ("14-12", "14-12"),
        ("dec-14", "dec-14"),
        ("3|x", "x"),
        ("3.", "3."),
        ("3||7", ""),
        ("-2", "-2"),
        ("٣", "٣"),
        (5000 * "9", 5000 * "9"),
    ],
)
def test_a_page_that_is_none_is_quoted(tmp_path: Path, cell: str, part: str) -> None:
    path = sheet(tmp_path, "fråga;dokument;sida\nVem?;a.pdf;" + cell)
    with pytest.raises(EvaluationError) as raised:
        read_questions(path)
    assert (
        str(raised.value)
        == f"{path}: row 2, column “sida”: “{part}” is no page; count pages from 1, and write 12, 12-14 or 3;7.{MEND}"
    )


def test_a_file_that_cannot_be_opened_is_named(tmp_path: Path) -> None:
    for path, reason in ((tmp_path / "none.csv", "No such file or directory"), (tmp_path, "Is a directory")):
        with pytest.raises(EvaluationError) as raised:
            read_questions(path)
        assert str(raised.value) == f"{path}: the file cannot be opened: {reason}.{MEND}"


# --- asking, of a library whose answers are given


def document(number: int, *paths: str, title: str = "") -> DocumentInfo:
    keys = tuple(map(key_of, paths))
    return DocumentInfo(
        document_id=number, path=keys[0], paths=keys, title=title or f"Title {number}", kind="", city=(), organisation="",
        theme=(), date="", language="en", edition="", handling="TLP:CLEAR", attributable=True, source="", format="pdf",
        sha256="", pages=9, pages_without_text=(), passages=9, added="",
    )  # fmt: skip


def hits(*found: tuple[DocumentInfo, int, int]) -> tuple[Hit, ...]:
    return tuple(
        Hit(
            rank=rank, score=1 / rank, passage_id=rank, document_id=info.document_id, path=info.path, title=info.title,
            format="pdf", kind="", organisation="", page=page, page_end=page_end, page_label="", section=(), text="", start=0,
            end=0, marks=(), handling="TLP:CLEAR", attributable=True, language="en", city=(), date="", sha256="",
            by_meaning=True, by_words=True,
        )
        for rank, (info, page, page_end) in enumerate(found, start=1)
    )  # fmt: skip


QUOTE = Quote(text="So.", citations=(1,), document_id=1, start=0, end=3)


class FakeLibrary:
    """Finds what it is told to, takes 20 ms, and quotes where anything is found. Remembers how it was asked."""

    def __init__(self, documents: Sequence[DocumentInfo], found: Mapping[str, tuple[Hit, ...]]) -> None:
        self._documents = list(documents)
        self._found = found
        self.warmed = 0
        self.listed = 0
        self.asked: list[tuple[str, Principal, Mode, int]] = []

    def warm(self) -> None:
        self.warmed += 1

    def documents(self, principal: Principal) -> list[DocumentInfo]:
        self.listed += 1
        return list(self._documents)

    def ingest(self, info: DocumentInfo) -> None:
        self._documents.append(info)

    def search(self, question: str, *, principal: Principal, top: int, mode: Mode) -> Result:
        self.asked.append((question, principal, mode, top))
        found = self._found.get(question, ())
        return Result(
            question=question, language="en", quotes=(QUOTE,) if found else (), hits=found, seconds=0.02,
            searched=Searched(documents=0, passages=0, unreadable_pages=0, unreadable_documents=0),
        )  # fmt: skip


def question(text: str, *documents: str, pages: Sequence[tuple[int, int]] = ()) -> OwnQuestion:
    return OwnQuestion(number=2, question=text, documents=documents, pages=tuple(pages))


def asked_of(library: FakeLibrary, *questions: OwnQuestion, **options: Any) -> list[Asked]:
    return list(ask_all(cast(Library, library), questions, principal=OWNER, **options))


PLAN = document(1, "/docs/2024/plan.pdf", "/docs/copy/old plan.pdf", title="Plan for  the Harbour")
SIREN = document(2, "/docs/siren.pdf")
BUSES = document(3, "/docs/Trafik/Bussar åter.pdf")


def test_a_hit_counts_where_the_document_and_a_page_are_expected() -> None:
    found = hits((SIREN, 1, 1), (PLAN, 2, 3), (PLAN, 7, 7))
    library = FakeLibrary([PLAN, SIREN], {"Who?": found})
    ranks = [
        (asked.rank, asked.document_rank)
        for pages in ((), [(2, 2)], [(3, 5)], [(7, 7)], [(9, 9), (6, 8)], [(1, 1), (4, 6)], [(1, 9)])
        for asked in asked_of(library, question("Who?", "plan.pdf", pages=pages))
    ]
    assert ranks == [(2, 2), (2, 2), (2, 2), (3, 2), (3, 2), (None, 2), (2, 2)]


def test_what_became_of_a_question_is_told_whole() -> None:
    library = FakeLibrary([PLAN, SIREN], {"Who?": hits((SIREN, 4, 5), (PLAN, 2, 2))})
    first, second = asked_of(library, question("Who?", "plan.pdf"), question("When?", "plan.pdf"), mode=Mode.DENSE, top=7)
    assert first == Asked(question="Who?", rank=2, document_rank=2, answered=True, first="Title 2, pages 4–5", seconds=0.02)
    assert second == Asked(question="When?", rank=None, document_rank=None, answered=False, first="", seconds=0.02)
    assert library.asked == [("Who?", OWNER, Mode.DENSE, 7), ("When?", OWNER, Mode.DENSE, 7)]
    (page,) = asked_of(FakeLibrary([PLAN], {"Who?": hits((PLAN, 2, 2))}), question("Who?", "x"))
    assert page.first == "Plan for  the Harbour, page 2"


def test_the_model_is_loaded_before_the_first_question_is_timed_and_only_where_it_is_used() -> None:
    for mode, loaded in ((Mode.HYBRID, 1), (Mode.DENSE, 1), (Mode.LEXICAL, 0)):
        library = FakeLibrary([PLAN], {})
        asked_of(library, question("Who?", "plan.pdf"), mode=mode)
        assert library.warmed == loaded


def test_questions_are_asked_as_their_results_are_taken() -> None:
    library = FakeLibrary([PLAN], {})
    results = ask_all(cast(Library, library), [question("Who?", "x"), question("When?", "x")], principal=OWNER)
    next(results)
    assert [text for text, *_ in library.asked] == ["Who?"]


@pytest.mark.parametrize(
    ("name", "which"),
    [
        ("plan.pdf", PLAN),
        ("PLAN.PDF", PLAN),
        ("2024/plan.pdf", PLAN),
        ("./2024/plan.pdf", PLAN),
        ("2024\\plan.pdf", PLAN),
        ("/docs/2024/plan.pdf", PLAN),
        ("old plan.pdf", PLAN),  # the same bytes under a second name
        ("plan for the harbour", PLAN),
        (unicodedata.normalize("NFD", "bussar åter.pdf"), BUSES),
        ("an.pdf", None),
        ("4/plan.pdf", None),
        ("plan", None),
        ("Harbour", None),
        ("2024", None),
        ("/", None),
    ],
)
def test_a_document_goes_by_its_file_name_the_end_of_its_path_or_its_title(name: str, which: DocumentInfo | None) -> None:
    shelf = [PLAN, SIREN, BUSES]
    library = FakeLibrary(shelf, {"Who?": hits(*((info, 1, 1) for info in shelf))})
    (asked,) = asked_of(library, question("Who?", name))
    assert asked.rank == (shelf.index(which) + 1 if which else None)
    assert asked.note == ("" if which else f"The library has no document “{name}” (row 2).")


def test_any_of_several_documents_will_do_and_those_that_are_missing_are_noted() -> None:
    library = FakeLibrary([PLAN, SIREN], {"Who?": hits((SIREN, 1, 1), (PLAN, 1, 1))})
    some, none = asked_of(library, question("Who?", "lost.pdf", "plan.pdf", "siren.pdf"), question("Who?", "lost.pdf", "gone.md"))
    assert (some.rank, some.note) == (1, "The library has no document “lost.pdf” (row 2).")
    assert (none.rank, none.document_rank) == (None, None)
    assert none.note == "The library has no document “lost.pdf” or “gone.md” (row 2)."


def test_a_document_that_is_ingested_while_questions_are_asked_is_known() -> None:
    library = FakeLibrary([PLAN], {"Who?": hits((PLAN, 1, 1)), "When?": hits((SIREN, 1, 1))})
    results = ask_all(
        cast(Library, library), [question("Who?", "plan.pdf"), question("When?", "siren.pdf")], principal=OWNER
    )  # fmt: skip
    assert next(results).rank == 1
    assert library.listed == 1
    library.ingest(SIREN)
    assert next(results).rank == 1
    assert library.listed == 2


# --- figures


def asked(text: str, rank: int | None, document_rank: int | None = None, **more: Any) -> Asked:
    known: dict[str, Any] = {"answered": False, "first": "", "seconds": 0.0}
    return Asked(question=text, rank=rank, document_rank=document_rank or rank, **known | more)


def test_figures_by_hand() -> None:
    questions = [
        asked("a", 1, answered=True, seconds=0.01),
        asked("b", 2, answered=True, seconds=0.02),
        asked("c", 5, 4, seconds=0.03),
        asked("d", 10, 6),
        asked("e", 11, 5),
        asked("f", None, 6),
        asked("g", None),
    ]
    assert figures(questions) == {
        "questions": 7,
        "hit@1": 0.1429,  # a
        "hit@5": 0.4286,  # a b c
        "hit@10": 0.5714,  # a b c d
        "document_hit@5": 0.5714,  # a b c e
        "mrr@10": 0.2571,  # (1 + 1/2 + 1/5 + 1/10) / 7
        "answered": 0.2857,
        "ms_per_question": 8.5714,
    }


def test_figures_of_nothing_are_zero() -> None:
    assert set(figures([]).values()) == {0}


# --- keeping


STATUS = Status(
    ready=True, generation=3, model="fake", model_languages=("*",), dimension=64, created="", documents=1, passages=1,
    in_delta=0, files_failed=0, unreadable_pages=0, languages={}, bytes_on_disk=0, writer="",
)  # fmt: skip


def run(*questions: Asked, created: str = "2026-03-01T12:00:00+00:00") -> Run:
    return run_of(questions, mode=Mode.HYBRID, status=STATUS, created=created)


def test_a_run_says_what_was_served() -> None:
    made = run(asked("a", 1))
    assert (made.model, made.generation, made.mode) == ("fake", 3, Mode.HYBRID)
    assert made.figures == figures(made.asked)


def test_runs_are_kept_by_name_in_order(tmp_path: Path) -> None:
    first, second = run(asked("Vem går först? \ud83d", 1, 1, note="n", seconds=0.25)), run(asked("b", None, 2, answered=True))
    for name, made in (("one", first), ("two", run(asked("x", 4))), ("one", second)):
        own_runs.keep(tmp_path, name, made)
    assert own_runs.history(tmp_path, "one") == [first, second]
    assert own_runs.previous(tmp_path, "one") == second
    assert own_runs.previous(tmp_path, "three") is None
    assert own_runs.history(tmp_path, "three") == []
    assert store.writer_now(tmp_path) == ""


def test_what_is_kept_has_the_ranks_and_nothing_of_the_documents(tmp_path: Path) -> None:
    own_runs.keep(tmp_path, "one", run(asked("Who?", 2, 1, first="A secret title, page 3")))
    reader = store.open_reader(tmp_path)
    (row,) = reader.execute("SELECT name, created, figures FROM evaluations").fetchall()
    reader.close()
    assert (row["name"], row["created"]) == ("one", "2026-03-01T12:00:00+00:00")
    kept = json.loads(row["figures"])
    assert (kept["mode"], kept["model"], kept["generation"]) == ("hybrid", "fake", 3)
    assert kept["figures"]["hit@5"] == 1.0
    (one,) = kept["asked"]
    assert (one["question"], one["rank"], one["document_rank"]) == ("Who?", 2, 1)
    assert "secret" not in row["figures"]
    (back,) = own_runs.history(tmp_path, "one")
    assert back.asked[0].first == ""


def test_a_name_is_the_whole_path_even_of_a_file_that_is_not_utf_8(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert own_runs.name_of(Path("q.csv")) == str(tmp_path / "q.csv")
    name = own_runs.name_of(tmp_path / "fr\udce5gor.csv")
    own_runs.keep(tmp_path, name, run(asked("a", 1)))
    assert own_runs.previous(tmp_path, name) == run(asked("a", 1))


_HOLD = "import sys, pathlib; from index import store\nwith store.writer_lock(pathlib.Path(sys.argv[1]), 'a rebuild'): print('held', flush=True); input()"


def test_nothing_is_kept_while_another_writes_and_it_is_named(tmp_path: Path) -> None:
    own_runs.keep(tmp_path, "one", run(asked("a", 1)))
    with subprocess.Popen(
        [sys.executable, "-c", _HOLD, str(tmp_path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as other:
        assert other.stdout is not None and other.stdout.readline() == "held\n"
        with pytest.raises(Busy, match=r"a rebuild \(process"):
            own_runs.keep(tmp_path, "one", run(asked("a", 2)))
        assert own_runs.history(tmp_path, "one") == [run(asked("a", 1))]
        other.kill()


def test_a_writer_who_comes_meanwhile_is_told_of_an_evaluation(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    seen = []
    prepare = store.prepare

    def watched(data: Path) -> None:
        seen.append(store.writer_now(data))
        prepare(data)

    monkeypatch.setattr(store, "prepare", watched)
    own_runs.keep(tmp_path, "one", run(asked("a", 1)))
    assert [holder.partition(" (process")[0] for holder in seen] == ["an evaluation"]


def test_without_a_library_the_past_cannot_be_read(tmp_path: Path) -> None:
    for read in (own_runs.previous, own_runs.history):
        with pytest.raises(StoreError, match="There is no library in"):
            read(tmp_path, "one")


# --- comparing and showing


BEFORE = run(
    *(asked("found now", None), asked("lost now", 3), asked("nearer", 5), asked("farther", 1), asked("as it was", 2)),
    *(asked("still missed", None), asked("dropped", 1)),
    created="2026-02-28T09:05:59+00:00",
)
NOW = run(
    *(asked("found now", 2), asked("lost now", None, 4, first="Plan, page 2", note="A note."), asked("nearer", 1)),
    *(asked("farther", 10), asked("as it was", 2), asked("still missed", None), asked("asked first", 1)),
)


def test_changes_are_told_question_by_question() -> None:
    changes = compare(BEFORE, NOW)
    assert changes.gained == (Change(question="found now", before=None, now=2),)
    assert changes.lost == (Change(question="lost now", before=3, now=None),)
    assert changes.better == (Change(question="nearer", before=5, now=1),)
    assert changes.worse == (Change(question="farther", before=1, now=10),)
    assert (changes.new, changes.gone) == (("asked first",), ("dropped",))
    assert changes.before is BEFORE


def test_a_run_beside_itself_has_no_changes() -> None:
    changes = compare(NOW, NOW)
    assert changes.gained + changes.lost + changes.better + changes.worse == ()
    assert changes.new + changes.gone == ()
    text = own_runs.as_text(NOW, changes)
    assert text.endswith("\nSince 2026-03-01 12:00 UTC (model fake, generation 3): 0 gained, 0 lost")
    assert "was" not in text.replace("as it was", "")


def test_the_text_has_the_figures_then_the_questions_then_the_changes() -> None:
    assert own_runs.as_text(NOW, compare(BEFORE, NOW)).splitlines() == [
        "       questions  7",
        "           hit@1  0.2857",
        "           hit@5  0.5714  (was 0.7143)",
        "          hit@10  0.7143",
        "  document_hit@5  0.7143",
        "          mrr@10  0.4429  (was 0.4333)",
        "        answered  0.0",
        " ms_per_question  0.0",
        "",
        "    2  found now",
        "    –  lost now  (its document at 4; first: Plan, page 2)",
        "       A note.",
        "    1  nearer",
        "   10  farther",
        "    2  as it was",
        "    –  still missed",
        "    1  asked first",
        "",
        "Since 2026-02-28 09:05 UTC (model fake, generation 3): 1 gained, 1 lost, 1 better, 1 worse, 1 new, 1 gone",
        "  gained    – → 2    found now",
        "  lost      3 → –    lost now",
        "  better    5 → 1    nearer",
        "  worse     1 → 10   farther",
        "  new                asked first",
        "  gone               dropped",
    ]


def test_a_first_run_has_nothing_to_be_compared_with() -> None:
    text = own_runs.as_text(run(asked("Who?", 1)), None)
    assert text.splitlines()[-2:] == ["", "    1  Who?"]
    assert own_runs.as_json(run(asked("Who?", 1)), None)["since"] is None


def test_a_run_before_in_another_mode_is_said_to_be_so() -> None:
    words = run_of([asked("a", 1)], mode=Mode.LEXICAL, status=STATUS, created=BEFORE.created)
    assert "(model fake, generation 3, lexical): 0 gained" in own_runs.as_text(
        run(asked("a", 1)), compare(words, run(asked("a", 1)))
    )


def test_json_has_all_of_it() -> None:
    told = json.loads(json.dumps(own_runs.as_json(NOW, compare(BEFORE, NOW))))
    assert (told["created"], told["mode"], told["model"], told["generation"]) == (NOW.created, "hybrid", "fake", 3)
    assert told["figures"] == NOW.figures
    assert told["questions"][1] == {
        "question": "lost now", "rank": None, "document_rank": 4, "answered": False, "first": "Plan, page 2", "seconds": 0.0,
        "note": "A note.",
    }  # fmt: skip
    since = told["since"]
    assert (since["created"], since["model"], since["figures"]) == (BEFORE.created, "fake", BEFORE.figures)
    assert since["gained"] == [{"question": "found now", "before": None, "now": 2}]
    assert since["lost"] == [{"question": "lost now", "before": 3, "now": None}]
    assert since["better"] == [{"question": "nearer", "before": 5, "now": 1}]
    assert since["worse"] == [{"question": "farther", "before": 1, "now": 10}]
    assert (since["new"], since["gone"]) == (["asked first"], ["dropped"])


# --- a real library


class Deaf(FakeEncoder):
    """A model to which all texts are the same."""

    def query(self, text: str) -> Any:
        return super().query("silence")


@pytest.fixture
def shelf(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Shelf:
    made = Shelf(tmp_path / "docs", tmp_path / "data", monkeypatch)
    made.put("siren.md", "# Siren signals\n\nThe siren sounds in four minutes after the alarm.\n")
    made.put("north/buses.txt", "Buses leave from the western gate at noon.\fBuses leave from the eastern gate at night.\n")
    made.put("harbour.md", "# The harbour\n\nThe harbour master closes the bridge at night.\n")
    made.catalogue({"file": "harbour.md", "handling": "TLP:RED"})
    assert made.ingest().code == 0
    return made


ROWS = (
    "fråga;dokument;sida\nWhen does the siren sound after the alarm?;siren signals;\n"
    "Which buses leave from the eastern gate at night?;north/buses.txt;2\nWho closes the harbour bridge?;harbour.md;\n"
    "Where do the buses leave from?;buses.txt;9\n"
)


def measured(shelf: Shelf, path: Path, mode: Mode, who: Principal = OWNER) -> Run:
    library = shelf.library()
    try:
        status = library.status()
        results = ask_all(library, read_questions(path), principal=who, mode=mode)
        return run_of(results, mode=mode, status=status, created=store.now())
    finally:
        library.close()


@pytest.mark.parametrize("mode", list(Mode))
def test_a_library_is_measured_by_its_owners_questions(shelf: Shelf, tmp_path: Path, mode: Mode) -> None:
    made = measured(shelf, sheet(tmp_path, ROWS), mode)
    assert [(one.rank, one.document_rank, one.note) for one in made.asked] == [(1, 1, "")] * 3 + [(None, 1, "")]
    assert made.figures["hit@1"] == made.figures["mrr@10"] == 0.75
    assert made.figures["document_hit@5"] == 1.0
    assert [one.first for one in made.asked[:3]] == ["Siren signals, page 1", "buses, pages 1–2", "The harbour, page 1"]
    assert all(one.seconds > 0 for one in made.asked)


def test_what_the_asker_may_not_see_is_missed_as_if_it_were_not_there(shelf: Shelf, tmp_path: Path) -> None:
    made = measured(shelf, sheet(tmp_path, ROWS), Mode.LEXICAL, principal(Handling.AMBER))
    assert [one.rank for one in made.asked] == [1, 1, None, None]
    assert made.asked[2].note == "The library has no document “harbour.md” (row 4)."


def test_a_rebuild_with_another_model_shows_what_it_lost(shelf: Shelf, tmp_path: Path) -> None:
    path = sheet(tmp_path, ROWS)
    name = own_runs.name_of(path)
    assert own_runs.previous(shelf.data, name) is None
    good = measured(shelf, path, Mode.DENSE)
    own_runs.keep(shelf.data, name, good)

    deaf = Deaf("deaf")
    for _ in shelf.rebuilding(deaf):
        pass
    library = Library(shelf.data, lambda text: "en", lambda folder: deaf)
    status = library.status()
    bad = run_of(
        ask_all(library, read_questions(path), principal=OWNER, mode=Mode.DENSE, top=1), mode=Mode.DENSE, status=status,
        created=store.now(),
    )  # fmt: skip
    library.close()
    before = own_runs.previous(shelf.data, name)
    assert before is not None
    own_runs.keep(shelf.data, name, bad)

    changes = compare(before, bad)
    assert (good.model, bad.model) == ("fake", "deaf") and bad.generation > good.generation
    assert len(changes.lost) == 2  # whatever is first answers one of the three that were found
    assert changes.gained == ()
    assert f"(model fake, generation {good.generation}): 0 gained, 2 lost" in own_runs.as_text(bad, changes)
    assert [kept.model for kept in own_runs.history(shelf.data, name)] == ["fake", "deaf"]
    assert shelf.index("verify").code == 0
