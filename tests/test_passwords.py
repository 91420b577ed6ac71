"""Encrypted PDFs: the empty password, then those of a file that the user names; and a password stands nowhere else."""

import io
import os
import socket
import subprocess
import sys
import time
from pathlib import Path

import pypdf
import pytest
from PIL import Image
from reportlab.pdfgen.canvas import Canvas

from ingest import passwords as module
from ingest.document import Format
from ingest.errors import LOCKED, NeedsPassword, PasswordFileError
from ingest.formats import page_renderer, reader_for
from ingest.passwords import NO_PASSWORDS, passwords
from ingest.pool import ReaderPool
from tests.conftest import ROOT
from tests.fakes import Shelf, settle

WORDS = "The siren in the harbour sounds in four minutes and the police decide who speaks."
SECRET, OWNER, UMLAUT = "hemligt ord 7", "the owner's", "Lösen€ord"


@pytest.fixture
def shelf(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Shelf:
    monkeypatch.delenv(module.VARIABLE, raising=False)
    return Shelf(tmp_path / "docs", tmp_path / "data", monkeypatch)


def pdf(words: str = WORDS) -> bytes:
    out = io.BytesIO()
    canvas = Canvas(out)
    canvas.drawString(72, 700, words)
    canvas.save()
    return out.getvalue()


def locked(user: str, owner: str | None = None, algorithm: str = "AES-256", words: str = WORDS) -> bytes:
    writer = pypdf.PdfWriter(clone_from=io.BytesIO(pdf(words)))
    writer.encrypt(user_password=user, owner_password=owner, algorithm=algorithm)
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


def secrets(path: Path, *lines: str) -> Path:
    path.write_text("\n".join(lines) + "\n", "utf-8")
    path.chmod(0o600)
    return path


@pytest.mark.parametrize("algorithm", ["RC4-40", "RC4-128", "AES-128", "AES-256-R5", "AES-256"])
@pytest.mark.parametrize("known", [SECRET, OWNER])
def test_the_password_of_the_user_or_the_owner_opens_text_and_page_images(tmp_path: Path, algorithm: str, known: str) -> None:
    path = tmp_path / "a.pdf"
    path.write_bytes(locked(SECRET, OWNER, algorithm))
    tried = ["wrong", "", known, "also wrong"]
    document = reader_for(Format.PDF, tried)(path)
    assert document.text == WORDS and all(page.boxes for page in document.pages)
    assert Image.open(io.BytesIO(page_renderer(tried)(path, 1, 300))).width == 300
    for action in (lambda: reader_for(Format.PDF, ["wrong"])(path), lambda: page_renderer(["wrong"])(path, 1, 300)):
        with pytest.raises(NeedsPassword, match="needs a password"):
            action()


@pytest.mark.parametrize(("algorithm", "word"), [("AES-256", UMLAUT), ("RC4-128", "Lösenord")])
def test_letters_beyond_ascii_open_a_file_as_its_program_wrote_them(tmp_path: Path, algorithm: str, word: str) -> None:
    path = tmp_path / "a.pdf"
    path.write_bytes(locked(word, OWNER, algorithm))
    assert reader_for(Format.PDF, [word])(path).text == WORDS


def test_a_locked_file_says_what_it_needs_and_is_read_once_the_password_file_has_it(shelf: Shelf, tmp_path: Path) -> None:
    shelf.put("open.md", "# Siren\n\nThe open siren sounds and the police decide who speaks to the press.\n")
    shelf.put("empty.pdf", locked("", words="The empty password opens this report of the harbour exercise at once."))
    shelf.put("locked.pdf", locked(SECRET, OWNER))
    settle(*shelf.folder.iterdir())
    told = shelf.ingest()
    assert told.outcomes() == {"open.md": "added", "empty.pdf": "added", "locked.pdf": "failed"}
    assert told.file("locked.pdf")["reason"] == LOCKED
    named = secrets(tmp_path / "words.txt", "wrong", "", SECRET)
    shelf.patch.setenv(module.VARIABLE, str(named))
    told = shelf.ingest()
    assert told.outcomes() == {"open.md": "unchanged", "empty.pdf": "unchanged", "locked.pdf": "added"}
    assert shelf.found("harbour siren four minutes")[0] == "locked.pdf"
    assert told.code == 0 and SECRET not in repr(told)
    for path in (path for path in shelf.data.rglob("*") if path.is_file()):
        assert SECRET.encode() not in path.read_bytes(), path
    assert shelf.ingest().outcomes()["locked.pdf"] == "unchanged"


def test_a_file_that_was_slow_to_refuse_is_tried_again_when_the_password_file_changes(
    shelf: Shelf, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ingest.pipeline._SLOW", 0.0)  # as if each failure had taken long
    shelf.put("locked.pdf", locked(SECRET))
    shelf.put("broken.pdf", b"%PDF-1.7 and then nothing")
    settle(*shelf.folder.iterdir())
    named = secrets(tmp_path / "words.txt", "wrong")
    shelf.patch.setenv(module.VARIABLE, str(named))
    reads: list[str] = []
    read = ReaderPool.read
    monkeypatch.setattr(ReaderPool, "read", lambda self, path, *rest: (reads.append(path.name), read(self, path, *rest))[1])
    assert shelf.ingest().outcomes() == {"locked.pdf": "failed", "broken.pdf": "failed"}
    assert sorted(reads) == ["broken.pdf", "locked.pdf"]
    shelf.ingest()
    assert len(reads) == 2
    time.sleep(0.02)  # the clock of the file system ticks in some milliseconds
    secrets(named, "wrong", SECRET)
    assert shelf.ingest().outcomes() == {"locked.pdf": "added", "broken.pdf": "failed"}
    assert reads[2:] == ["locked.pdf"]


def test_a_password_reaches_the_reading_process_by_its_pipe_only(tmp_path: Path) -> None:
    path = tmp_path / "a.pdf"
    path.write_bytes(locked(SECRET))
    with ReaderPool(1) as pool:
        assert pool.read(path, Format.PDF, [SECRET]).text == WORDS
        assert pool.render(path, 1, 200, [SECRET]).startswith(b"\x89PNG")
        with pytest.raises(NeedsPassword):  # what one task was given is no longer there for the next
            pool.read(path, Format.PDF)
        for child in pool._children:
            for seen in ("cmdline", "environ"):
                assert SECRET.encode() not in Path(f"/proc/{child._process.pid}/{seen}").read_bytes()


def test_as_many_passwords_as_the_file_may_hold_go_through_the_pipe_at_once(tmp_path: Path) -> None:
    path = tmp_path / ("å" * 100 + ".pdf")
    path.write_bytes(locked("last", algorithm="RC4-40"))
    file = secrets(tmp_path / "words.txt", *(chr(0x1F600 + number) * 10 for number in range(190)), "last")
    assert 7000 < file.stat().st_size <= module._MOST_BYTES
    with ReaderPool(1) as pool:
        assert pool.read(path, Format.PDF, passwords(str(file)).words()).text == WORDS


def test_lines_are_passwords_as_they_stand_and_blank_ones_do_not_count(tmp_path: Path) -> None:
    path = tmp_path / "words.txt"
    path.write_bytes("\ufeffone\r\n\r\n  with spaces \n# no comment\n\t\none\nåäö".encode())
    path.chmod(0o600)
    assert passwords(str(path)).words() == ("one", "  with spaces ", "# no comment", "åäö")
    assert repr(passwords(str(path))) == f"Passwords(path={path!r})"


def test_a_file_that_is_changed_or_goes_while_it_is_in_use_is_followed(tmp_path: Path) -> None:
    used = passwords(str(secrets(tmp_path / "words.txt", "one")))
    before = used.changed_ns()
    assert used.words() == ("one",) and before > 0
    time.sleep(0.02)
    secrets(tmp_path / "words.txt", "two")
    assert used.words() == ("two",) and used.changed_ns() > before
    (tmp_path / "words.txt").unlink()
    assert (used.words(), used.changed_ns()) == ((), 0)


def test_without_a_file_there_are_none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(module.VARIABLE, raising=False)
    assert passwords() is NO_PASSWORDS and NO_PASSWORDS.words() == () and NO_PASSWORDS.changed_ns() == 0


@pytest.mark.parametrize(
    ("make", "said"),
    [
        (lambda path: None, "There is no password file {path}. Name another with --passwords or KALLA_PASSWORDS."),
        (lambda path: secrets(path, SECRET).chmod(0o640), "{path} is open to others on this machine. Run: chmod 600 {path}"),
        (lambda path: secrets(path, SECRET).chmod(0o604), "{path} is open to others on this machine"),
        (lambda path: os.mkfifo(path, 0o600), "{path} is no file."),
        (lambda path: path.mkdir(mode=0o700), "{path} cannot be read: Is a directory."),
        (lambda path: secrets(path, SECRET * 1000), "{path} is larger than 8192 bytes"),
        (lambda path: (path.write_bytes(b"hemligt \xe5"), path.chmod(0o600)), "{path} is not UTF-8"),
        (lambda path: path.symlink_to(path), "{path} cannot be read: Too many levels of symbolic links"),
    ],
)  # fmt: skip
def test_a_password_file_that_cannot_be_used_says_why_and_not_what_is_in_it(tmp_path: Path, make, said: str) -> None:
    path = tmp_path / "words.txt"
    make(path)
    with pytest.raises(PasswordFileError) as caught:
        passwords(str(path))
    assert said.format(path=path) in str(caught.value)
    assert ("hemligt" not in str(caught.value) and caught.value.__cause__ is None) or isinstance(caught.value.__cause__, OSError)


def test_a_password_file_among_the_documents_is_refused(tmp_path: Path) -> None:
    (tmp_path / "docs").mkdir()
    path = secrets(tmp_path / "docs" / "words.txt", SECRET)
    (tmp_path / "link").symlink_to(tmp_path / "docs")
    for roots in ([tmp_path / "docs"], [tmp_path / "link"], [path]):
        with pytest.raises(PasswordFileError, match="is among the files that are read"):
            passwords(str(path), roots)
    assert passwords(str(path), [tmp_path / "other"]).words() == (SECRET,)


@pytest.mark.parametrize("program", ["-m ingest --passwords {path} {docs}", "-m ingest {docs}", "search_app.py --port {port}"])
def test_the_programs_end_with_a_message_where_the_password_file_is_missing(tmp_path: Path, program: str) -> None:
    (tmp_path / "docs").mkdir()
    path = tmp_path / "absent.txt"
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    arguments = program.format(path=path, docs=tmp_path / "docs", port=port).split()
    environment = os.environ | {"KALLA_DATA": str(tmp_path / "data")}
    environment |= {} if "--passwords" in arguments else {module.VARIABLE: str(path)}
    done = subprocess.run(
        [sys.executable, *arguments], cwd=ROOT, env=environment, capture_output=True, text=True, timeout=60, check=False
    )
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == f"There is no password file {path}. Name another with --passwords or KALLA_PASSWORDS.\n"
