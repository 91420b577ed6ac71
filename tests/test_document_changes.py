"""Editing, removing, replacing and bringing back with the real commands: what the library holds after each, and after a rebuild."""

from pathlib import Path

import pytest

from index.access import local_owner
from index.desk import Desk
from index.library import Library
from index.result import DocumentInfo
from ingest.editing import describe
from ingest.language import detect_query
from ui import document_moves, document_room, document_states, removals
from ui.document_moves import Edition
from ui.house import House
from ui.images import PageImages
from ui.jobs import Job, Jobs
from ui.words import Words

EN, ME = Words("en"), local_owner()


@pytest.fixture
def house(tmp_path: Path, packaged_model: Path) -> House:
    """A real library of two reports, one of them in a folder."""
    data, corpus = tmp_path / "data", tmp_path / "corpus"
    (corpus / "2021").mkdir(parents=True)
    (corpus / "siren.md").write_text("# The siren\n\nThe siren sounds for two minutes. The police decide who speaks first.\n")
    (corpus / "2021" / "crowd.md").write_text("# The crowd\n\nStewards hold the crowd back at the exits of the arena at night.\n")
    data.mkdir()
    (data / "models").symlink_to(packaged_model.parent)
    made = House(
        library=Library(data, detect_query), desk=Desk(data), jobs=Jobs(data), images=PageImages(data / "cache", lambda *_: b""),
        describe=describe, corpus=corpus, data=data, who=lambda headers: ME,
    )  # fmt: skip
    end(made.jobs.ingest([corpus]))
    return made


def end(job: Job | None) -> None:
    assert job is not None
    list(job.follow(0))
    assert job.code in (0, 1), job.reason


def titled(house: House) -> dict[str, DocumentInfo]:
    return {info.title: info for info in house.library.documents(ME)}


def test_a_document_is_edited_removed_replaced_and_brought_back_until_a_rebuild(house: House, tmp_path: Path) -> None:
    crowd = titled(house)["The crowd"]
    number = document_room.edit(house, crowd, {"title": "Crowds", "date": "May 2021", "handling": "TLP:RED"}, EN)
    end(house.jobs.reading(number))
    edited = titled(house)["Crowds"]
    assert (edited.document_id, edited.date, edited.handling) == (crowd.document_id, "2021-05", "TLP:RED")
    assert EN.in_force in document_states.of_edit(house, edited, number, EN)[0]

    removal, number = document_moves.remove(house, ME, edited)
    end(house.jobs.reading(number))
    assert list(titled(house)) == ["The siren"] and not (house.corpus / "2021" / "crowd.md").exists()
    assert EN.removed_gone in document_states.of_removal(house, ME, removal, number, EN)[0]

    back = document_moves.bring_back(house, ME, removal)
    end(house.jobs.reading(back.number))
    assert titled(house)["Crowds"].handling == "TLP:RED", "what the catalogue says of it is still in force"
    said, _ = document_states.of_return(house, ME, back.number, document_moves.mark(back.path), EN)
    assert EN.back_now in said and f"/library/{titled(house)['Crowds'].document_id}" in said

    sent = tmp_path / "sent"
    sent.write_text("Stewards hold the crowd at the exits of the stadium, and one of them speaks to it in two languages.\n")
    new = Edition(file=sent, name="crowd second edition.txt", edition="2", date="2024", handling="TLP:GREEN")
    removal, number = document_moves.replace(house, ME, titled(house)["Crowds"], new, EN)
    end(house.jobs.reading(number))
    second = titled(house)["Crowds"]
    assert (second.edition, second.date, second.handling, second.format) == ("2", "2024", "TLP:GREEN", "text")
    assert len(titled(house)) == 2 and EN.edition_in_use in document_states.of_removal(house, ME, removal, number, EN)[0]

    end(house.jobs.rebuild())
    assert removals.listed(house.desk, ME) == [] and house.desk.removed(ME) == [] and not (house.data / "removed").exists()
    assert sorted(titled(house)) == ["Crowds", "The siren"]
    house.jobs.stop()
    house.library.close() if isinstance(house.library, Library) else None


def test_an_edition_that_cannot_be_read_leaves_the_old_one_to_be_brought_back(house: House, tmp_path: Path) -> None:
    sent = tmp_path / "sent"
    sent.write_bytes(b"%PDF-1.4 and nothing more")
    new = Edition(file=sent, name="siren.pdf", edition="2")
    removal, number = document_moves.replace(house, ME, titled(house)["The siren"], new, EN)
    end(house.jobs.reading(number))
    said, done = document_states.of_removal(house, ME, removal, number, EN)
    assert done and EN.edition_unread in said and "siren" not in {title.lower() for title in titled(house)}
    back = document_moves.bring_back(house, ME, removal)
    end(house.jobs.reading(back.number))
    assert "The siren" in titled(house) and not (house.corpus / "siren.pdf").exists() and back.described
    assert [file.path for file in house.library.files(ME) if file.outcome == "failed"] == [], "the broken one is let go of"
