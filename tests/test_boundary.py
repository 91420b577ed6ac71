"""Groups and unmarked documents: who sees what, from when on, and what refuses to start."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

import search_app
from index import store
from index.access import EVERY_GROUP, Handling, Principal, Role, local_owner
from index.desk import Desk
from index.errors import LibraryError
from index.library import Library
from index.settings import unmarked
from index.users import Users
from ingest import catalogue
from ingest.document import Metadata, told
from tests.fakes import OWNER, Shelf, principal
from ui import document_fields, text
from ui.words import Words

ADMIN = Principal(name="chief", role=Role.ADMIN, clearance=Handling.RED)
GROUPS = {"all.md": "", "paris.md": "Paris", "both.md": "paris ; London", "board.md": "Network  Board"}


def member(*groups: str) -> Principal:
    return replace(ADMIN, role=Role.READER, groups=groups)


def seen(library: Library, who: Principal) -> set[str]:
    listed = {Path(info.path).name for info in library.documents(who)}
    found = {Path(hit.path).name for hit in library.search("siren", principal=who, top=50).hits}
    assert listed == found
    return listed


@pytest.fixture(scope="module")
def shelf(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shelf]:
    with pytest.MonkeyPatch.context() as patch:
        shelf = Shelf(tmp_path_factory.mktemp("docs"), tmp_path_factory.mktemp("data"), patch)
        shelf.catalogue(*({"file": name, "groups": groups, "handling": "TLP:GREEN"} for name, groups in GROUPS.items()))
        for name in GROUPS:
            shelf.put(name, f"# About {name}\n\nThe siren of {name} is heard in the whole city.\n")
        assert shelf.ingest().code == 0
        yield shelf


@pytest.fixture
def library(shelf: Shelf) -> Iterator[Library]:
    library = shelf.library()
    yield library
    library.close()


@pytest.mark.parametrize(
    ("who", "expected"),
    [
        (member(), {"all.md"}), (member("PARIS"), {"all.md", "paris.md", "both.md"}), (member("London"), {"all.md", "both.md"}),
        (member("network board", "Oslo"), {"all.md", "board.md"}), (member("Par"), {"all.md"}), (ADMIN, {"all.md"}),
        (member(EVERY_GROUP), set(GROUPS)), (local_owner(), set(GROUPS)),
        (replace(member("Paris"), clearance=Handling.CLEAR), set()),
    ],
)  # fmt: skip
def test_a_document_of_groups_is_seen_by_their_members_alone(library: Library, who: Principal, expected: set[str]) -> None:
    assert seen(library, who) == expected
    for info in library.documents(OWNER):
        there = Path(info.path).name in expected
        assert (library.document(info.document_id, who) is not None) == there
        assert (library.page(info.document_id, 1, who) is not None) == there


def test_people_of_other_groups_share_what_was_worked_out_where_these_own_nothing(library: Library) -> None:
    for who in (member("Oslo"), member("Madrid"), member()):
        assert seen(library, who) == {"all.md"}
    assert library._serving is not None and len(library._serving._allowed) == 1


def test_a_change_of_groups_counts_at_the_next_question(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shelf = Shelf(tmp_path / "docs", tmp_path / "data", monkeypatch)
    shelf.put("a.md", "# A\n\nThe siren is heard in the whole city.\n")
    shelf.ingest()
    library = shelf.library()
    who = principal(Handling.RED)
    assert seen(library, who) == {"a.md"}
    catalogue.write(shelf.folder / "catalogue.csv", {"a.md": Metadata(groups=("Paris",))})
    assert shelf.ingest().outcomes() == {"a.md": "changed"}
    assert seen(library, who) == set() and seen(library, replace(who, groups=("Paris",))) == {"a.md"}
    assert shelf.index("verify").code == 0  # its seal holds
    library.close()


def test_of_two_files_with_the_same_bytes_each_opens_it_for_its_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shelf = Shelf(tmp_path / "docs", tmp_path / "data", monkeypatch)
    shelf.catalogue({"file": "a.md", "groups": "Paris"}, {"file": "b.md", "groups": "London"}, {"file": "c.md", "groups": ""})
    for name in ("a.md", "b.md", "c.md"):
        shelf.put(name, "# A\n\nThe siren is heard in the whole city.\n")
    shelf.ingest()
    library = shelf.library()
    (info,) = library.documents(OWNER)
    assert set(info.groups) == {"Paris", "London"} and library.documents(ADMIN) == []
    library.close()


def test_a_file_that_failed_is_known_to_those_the_catalogue_names(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shelf = Shelf(tmp_path / "docs", tmp_path / "data", monkeypatch)
    shelf.catalogue({"file": "red.pdf", "handling": "TLP:RED"}, {"file": "paris.pdf", "groups": "Paris", "handling": "TLP:GREEN"})
    for name in ("red.pdf", "paris.pdf", "plain.pdf"):
        shelf.put(name, b"%PDF-1.7 nothing")
    shelf.ingest()
    library = shelf.library()
    editor = principal(Handling.AMBER, Role.EDITOR)

    def failed(who: Principal) -> set[str]:
        return {Path(file.path).name for file in library.files(who)}

    assert failed(editor) == {"plain.pdf"} and library.status(editor).files_failed in (0, 1)
    assert failed(replace(editor, groups=("paris",))) == {"plain.pdf", "paris.pdf"}
    assert (
        failed(replace(editor, clearance=Handling.RED)) == {"plain.pdf", "red.pdf"} and failed(principal(Handling.RED)) == set()
    )
    library.close()


def test_what_was_removed_of_a_group_is_told_to_its_members(tmp_path: Path) -> None:
    desk = Desk(tmp_path)
    desk.take_out("/a/paris.md", "/b/paris.md", "Paris", "TLP:GREEN", ("Paris",))
    assert desk.removed(ADMIN) == [] and [one.title for one in desk.removed(member("paris"))] == ["Paris"]


def test_what_says_nothing_of_groups_is_hashed_as_before() -> None:
    assert "groups" not in told(Metadata(title="x")) and told(Metadata(groups=("a",)))["groups"] == ("a",)


def test_the_form_has_the_groups_and_refuses_every_group(library: Library) -> None:
    info = next(one for one in library.documents(OWNER) if one.path.endswith("both.md"))
    assert document_fields.in_force(info)["groups"] == "paris; London"
    words = Words("sv")
    assert document_fields.read_faults("groups: “*” is not a group; leave it empty", words).fields == {"groups": words.bad_groups}


def test_that_something_is_being_taken_in_is_told_to_editors(shelf: Shelf, library: Library) -> None:
    with store.writer_lock(shelf.data, "an ingest"):
        assert library.status(member("Paris")).writer == "" and "an ingest" in library.status(ADMIN).writer


# --- without a mark


@pytest.fixture
def bare(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Shelf]:
    shelf = Shelf(tmp_path / "docs", tmp_path / "data", monkeypatch)
    shelf.put("a.md", "# A\n\nThe siren is heard in the whole city.\n")
    shelf.ingest()
    yield shelf


def test_what_is_stored_already_is_held_strictly_as_soon_as_there_is_a_user(bare: Shelf) -> None:
    library, amber, strict = bare.library(), principal(Handling.AMBER), principal(Handling.AMBER_STRICT)
    assert seen(library, amber) == {"a.md"}
    assert library.documents(OWNER)[0].handling == "TLP:AMBER" and not library.documents(OWNER)[0].marked
    Users(bare.data).add("chief", role=Role.ADMIN, clearance=Handling.RED, password="correct horse battery")
    assert seen(library, amber) == set() and seen(library, strict) == {"a.md"}
    (hit,) = library.search("siren", principal=strict).hits
    assert hit.handling == "TLP:AMBER+STRICT" and not hit.marked
    library.close()


def test_the_setting_counts_at_once_and_a_mark_goes_before_it(bare: Shelf, monkeypatch: pytest.MonkeyPatch) -> None:
    library, green = bare.library(), principal(Handling.GREEN)
    assert seen(library, green) == set()
    monkeypatch.setenv("KALLA_UNMARKED", "tlp:green")
    assert seen(library, green) == {"a.md"}
    monkeypatch.setenv("KALLA_UNMARKED", "RED")
    assert seen(library, principal(Handling.AMBER_STRICT)) == set()
    bare.catalogue({"file": "a.md", "handling": "OFFICIAL"})
    bare.ingest()
    assert seen(library, green) == {"a.md"} and library.documents(green)[0].marked
    library.close()


def test_a_wrong_setting_refuses_to_start(
    bare: Shelf, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("KALLA_UNMARKED", "purple")
    with pytest.raises(LibraryError, match="KALLA_UNMARKED=purple"):
        unmarked(bare.data)
    assert search_app.main(["--data", str(bare.data), "--port", "7861"]) == 2
    assert "CLEAR, GREEN, AMBER, AMBER+STRICT or RED" in capsys.readouterr().err


@pytest.mark.parametrize("words", [Words("en"), Words("sv")], ids=["en", "sv"])
def test_a_document_without_a_mark_says_so(bare: Shelf, words: Words) -> None:
    library = bare.library()
    (info,) = library.documents(OWNER)
    shown = text.marking(info, words)
    assert words.unmarked in shown and "TLP:AMBER" in shown
    assert words.unmarked not in text.marking(replace(info, marked=True), words)
    library.close()
