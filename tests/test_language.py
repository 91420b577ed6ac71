"""Languages of texts and of questions."""

import json
import threading
from pathlib import Path

import pytest

from ingest import language
from ingest.language import detect, detect_query


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("Polisen och räddningstjänsten övade tillsammans.", "sv"),
        ("Kommunens ansvar vid kris", "sv"),
        ("The police and the fire service trained together.", "en"),
        ("Hvordan beskytter man offentlige arrangementer mod angreb med køretøjer?", "da"),
        ("Politiet og brannvesenet øvde sammen", "no"),
        ("Kommunane har ansvar for tryggleiken til innbyggjarane, og dei øver kvart år.", "no"),
        ("Wie werden öffentliche Veranstaltungen geschützt?", "de"),
        ("Hoe worden openbare evenementen beschermd?", "nl"),
        ("Comment protéger les événements publics ?", "fr"),
        ("¿Cómo se protegen los eventos públicos?", "es"),
        ("Com es protegeixen els esdeveniments públics?", "ca"),
        ("Miten yleisötapahtumat suojataan?", "fi"),
        ("Как защитить публичные мероприятия?", "ru"),
        ("كيف تُحمى المناسبات العامة؟", "ar"),
        ("公共活动如何受到保护？", "zh"),
        ("THE CITY COUNCIL DECIDED ON THE PLAN", "en"),
    ],
)
def test_languages_of_sentences(text: str, code: str) -> None:
    assert detect(text) == code


@pytest.mark.parametrize("text", ["", "   ", "123 – 456", "!?", "https://example.org/the-report", "name@example.org"])
def test_without_words_there_is_no_language(text: str) -> None:
    assert detect(text) == ""
    assert detect_query(text) == ""


@pytest.mark.parametrize(
    "words",
    "krisberedskap;samverkan;beredskap;publika evenemang;folksamling;trängsel;våldsbejakande extremism;radikalisering;"
    "övning;skrivbordsövning;lägesbild;räddningstjänst;blåljus;krisstöd;totalförsvar;kritisk infrastruktur;lärdomar;"
    "hotbild;skyddsobjekt;sårbarhet;motståndskraft;anhöriga;frivilliga;varning;Hur varnas allmänheten?".split(";"),
)
def test_swedish_words_of_the_field(words: str) -> None:
    assert detect_query(words) == "sv"


@pytest.mark.parametrize(
    "words",
    "preparedness;crowded places;resilience;lessons learned;public events;crowd;radicalisation;vulnerability;exercise;"
    "situational picture;fire and rescue;next of kin;volunteers;hostage;warning;What did Manchester learn?".split(";"),
)
def test_english_words_of_the_field(words: str) -> None:
    assert detect_query(words) == "en"


def test_a_question_is_only_ever_in_one_of_the_languages_asked_for() -> None:
    assert detect_query("Hvordan beskytter man arrangementer?") in ("en", "sv")
    assert detect_query("Hvordan beskytter man arrangementer?", among=("da", "en")) == "da"
    assert detect_query("anything", among=()) == ""


def test_the_model_is_loaded_once_by_many_threads(monkeypatch: pytest.MonkeyPatch) -> None:
    from py3langid.langid import LanguageIdentifier

    loads = []
    original = LanguageIdentifier.from_model_file

    def counted(*args: object, **kwargs: object) -> object:
        loads.append(1)
        return original(*args, **kwargs)

    monkeypatch.setattr(language, "_identifier", None)
    monkeypatch.setattr(LanguageIdentifier, "from_model_file", counted)
    answers: list[str] = []
    threads = [threading.Thread(target=lambda: answers.append(detect("Hur skyddas publika evenemang?"))) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert answers == ["sv"] * 8
    assert len(loads) == 1


@pytest.mark.shared
@pytest.mark.parametrize(
    ("name", "code"),
    [("sv_swequad", "sv"), ("xling_squad_sv2en", "sv"), ("xling_squad_en2en_control", "en"), ("scifact", "en")],
)
def test_questions_of_real_sets(shared: Path, name: str, code: str) -> None:
    with (shared / "eval" / name / "queries.jsonl").open(encoding="utf-8") as file:
        questions = [json.loads(line)["text"] for line in file]
    wrong = [question for question in questions if detect_query(question) != code]
    left_in_english = 9 if name == "xling_squad_sv2en" else 0
    assert len(wrong) <= left_in_english, wrong
