"""The Ask room at work: a question and what narrows it in, what to show out. Over the library in memory."""

import threading
from pathlib import Path

import pytest

from index.desk import Desk
from index.errors import ModelError
from tests.fake_library import OWNER, READER, FakeLibrary
from ui.asking import PER_DOCUMENT, TOP, AskRoom
from ui.question import Filters, Question
from ui.scope import Scope
from ui.words import Words

EN, SV = Words("en"), Words("sv")


def room(library: FakeLibrary, words: Words = EN, corpus: str = "corpus") -> AskRoom:
    return AskRoom(library, Desk(library.folder / "data"), words, corpus)


def test_the_room_says_that_the_model_is_loading_and_then_answers(tmp_path: Path) -> None:
    library = FakeLibrary(tmp_path)
    library.loaded.clear()
    asking = room(library).ask(Question(text="Who warned?"), OWNER)
    assert EN.loading_model in next(asking).html.replace("&#x27;", "'")
    threading.Timer(0.1, library.warm).start()
    answer = next(asking)
    assert "Staff at the exits" in answer.html and answer.view.startswith("/view/1?")
    assert list(asking) == []


def test_filters_reach_the_library_with_the_one_who_asks(tmp_path: Path) -> None:
    library = FakeLibrary(tmp_path)
    filters = Filters(city=("Manchester",), year_from="2020", year_to="2021")
    (shown,) = room(library).ask(Question(text="Who warned?", filters=filters), READER)
    (asked,) = library.asked
    assert asked["question"] == "Who warned?" and asked["principal"] == READER
    assert asked["where"] == {"city": ("Manchester",), "year": ["2020", "2021"]}
    assert asked["translate"] and asked["top"] > asked["per_document"] == PER_DOCUMENT
    assert "Secret" not in shown.html


def test_a_question_is_put_to_one_document_or_without_the_other_language(tmp_path: Path) -> None:
    library = FakeLibrary(tmp_path)
    library.added = ("varning",)
    filters, scope = Filters(kind=("report",)), Scope(document=1, translate=False)
    (shown,) = room(library).ask(Question(text="Who warned?", filters=filters, scope=scope), OWNER)
    (asked,) = library.asked
    assert asked["where"] == {"kind": ("report",), "document": ["1"]} and not asked["translate"]
    assert asked["per_document"] == 0 and asked["top"] > TOP
    assert "Only within “Warning the public”" in shown.html and EN.own_words_were in shown.html
    assert shown.html.count("k-doc") == 1 and shown.view.startswith("/view/1?")


@pytest.mark.parametrize("document", [3, 99])
def test_a_document_that_a_person_may_not_see_is_not_asked(tmp_path: Path, document: int) -> None:
    library = FakeLibrary(tmp_path)
    (shown,) = room(library).ask(Question(text="Who?", scope=Scope(document=document)), READER)
    assert EN.not_found in shown.html and "secret" not in shown.html.lower() and library.asked == []
    assert EN.whole_library in shown.html and shown.view == ""


def test_an_empty_question_shows_examples_and_an_empty_library_what_to_do(tmp_path: Path) -> None:
    library = FakeLibrary(tmp_path)
    asking = room(library, EN, "reports")
    (shown,) = asking.ask(Question(text=""), OWNER)
    assert "What do the reports say about public warning?" in shown.html and shown.view == ""
    library.infos.clear()
    for question in ("", "Who?"):
        (shown,) = asking.ask(Question(text=question), OWNER)
        assert "The library is empty" in shown.html and "reports" in shown.html
    assert library.asked == []


def test_errors_are_told_and_nothing_else(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    library = FakeLibrary(tmp_path)
    asking = room(library)
    library.failing = ModelError("The exported model is damaged. Run `python -m index rebuild`.")
    (shown,) = asking.ask(Question(text="Who?"), OWNER)
    assert "The exported model is damaged. Run &#96;python -m index rebuild&#96;." in shown.html and not caplog.records
    library.failing = RuntimeError("internal detail")
    (shown,) = asking.ask(Question(text="Who?"), OWNER)
    assert "something unexpected went wrong" in shown.html and "internal detail" not in shown.html
    assert "internal detail" in caplog.text


def test_a_question_without_end_is_not_asked(tmp_path: Path) -> None:
    library = FakeLibrary(tmp_path)
    (shown,) = room(library, SV).ask(Question(text="x" * 2001), OWNER)
    assert "högst 2\N{NO-BREAK SPACE}000 tecken" in shown.html and library.asked == []


def test_a_question_without_an_answer_is_remembered_unless_it_was_narrowed(tmp_path: Path) -> None:
    library = FakeLibrary(tmp_path)
    desk, asking = Desk(library.folder / "data"), room(library)
    for asked in (
        Question(text="Is there nothing?"),
        Question(text="Is there nothing?"),
        Question(text="nothing here", filters=Filters(city=("Paris",))),
        Question(text="Who warned?"),
    ):
        list(asking.ask(asked, OWNER))
    assert [(one.question, one.times) for one in desk.unanswered(OWNER)] == [("Is there nothing?", 2)]
    assert desk.unanswered(READER) == []


def test_what_is_shown_carries_the_address_that_shows_it_again(tmp_path: Path) -> None:
    library = FakeLibrary(tmp_path)
    (shown,) = room(library).ask(Question(text="Who?", filters=Filters(year_from="2020")), OWNER)
    assert shown.address == "q=Who%3F&year_from=2020" and shown.final
    library.loaded.clear()
    asking = room(library).ask(Question(text="Who?"), OWNER)
    assert not next(asking).final
    library.warm()
    assert next(asking).final
