"""What the programs write is its owner's alone, whatever the rights of those around it; no secret is ever an argument."""

import argparse
import os
import re
import socket
import stat
import subprocess
import sys
import time
import urllib.parse
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

import search_app
from tests.conftest import ROOT

PASSWORD = "correct horse battery"


def rights(folder: Path) -> dict[str, int]:
    return {str(path.relative_to(folder)) or ".": stat.S_IMODE(path.lstat().st_mode) for path in (folder, *folder.rglob("*"))}


def run(*command: str, given: str = "") -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [sys.executable, *command], cwd=ROOT, input=given, capture_output=True, text=True, timeout=60, check=False, umask=0
    )


def test_accounts_and_backups_are_their_owner_s_alone(tmp_path: Path) -> None:
    data = tmp_path / "new" / "data"
    made = run("-m", "index", "users", "add", "anna", "--role", "admin", "--clearance", "RED", "--password-file", "-",
               "--data", str(data), given=f"{PASSWORD}\n")  # fmt: skip
    assert made.returncode == 0 and PASSWORD not in made.stdout + made.stderr
    found = rights(tmp_path / "new")
    assert {"data/people.sqlite", "data/secret.key"} <= found.keys()
    assert {name: mode for name, mode in found.items() if mode & 0o077} == {}


def test_a_server_leaves_nothing_that_others_can_read(tmp_path: Path) -> None:
    real, corpus, log = tmp_path / "real", tmp_path / "corpus", tmp_path / "log.jsonl"
    real.mkdir(mode=0o755)
    real.chmod(0o755)
    corpus.mkdir()
    corpus.chmod(0o750)
    data = tmp_path / "data"
    data.symlink_to(real)  # what counts is where it leads
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    options = ["--data", str(data), "--corpus", str(corpus), "--port", str(port), "--log", str(log)]
    command = [sys.executable, "search_app.py", *options]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, umask=0) as server:
        try:
            assert server.stdout is not None
            assert "Källa is at" in server.stdout.readline()
            form = '--k\r\nContent-Disposition: form-data; name="files"; filename="a.md"\r\n\r\nThe siren.\r\n--k--\r\n'
            headers = {"Content-Type": "multipart/form-data; boundary=k", "Accept": "application/json"}
            address = f"http://127.0.0.1:{port}/en/library/files"
            with urllib.request.urlopen(urllib.request.Request(address, form.encode(), headers), timeout=20) as answer:
                assert answer.status == 200
            kept = urllib.parse.urlencode({"question": "siren", "passages": ""}).encode()
            page = urllib.request.Request(f"http://127.0.0.1:{port}/en/collected/keep", kept)
            urllib.request.urlopen(page, timeout=20).close()
            while_open = rights(real)
        finally:
            server.terminate()
            server.communicate(timeout=40)
    for found in (while_open, rights(real)):
        assert {name: mode for name, mode in found.items() if mode & 0o077} == {}
    assert stat.S_IMODE(log.stat().st_mode) == 0o600
    assert stat.S_IMODE((corpus / "a.md").stat().st_mode) == 0o640  # as the folder it was put into, and never to be run


def parsers() -> Iterator[argparse.ArgumentParser]:
    from index import __main__ as index
    from ingest import __main__ as ingest

    waiting = [search_app._parser(), index._parser(), ingest._parser()]
    while waiting:
        one = waiting.pop()
        yield one
        for action in one._actions:
            if isinstance(action, argparse._SubParsersAction):
                waiting += action.choices.values()


def test_no_secret_is_an_argument() -> None:
    options = [(parser.prog, action) for parser in parsers() for action in parser._actions]
    assert len(options) > 60
    secret = re.compile("password|secret|token|key", re.IGNORECASE)
    for prog, action in options:
        if any(secret.search(name) for name in action.option_strings):
            assert action.metavar == "FILE", (prog, action.option_strings)


@pytest.mark.parametrize(("folder", "file"), [(0o755, 0o644), (0o700, 0o600), (0o770, 0o640), (0o2775, 0o644)])
def test_a_file_that_is_kept_can_be_read_by_whom_its_folder_lets_in(tmp_path: Path, folder: int, file: int) -> None:
    from ui.uploads import keep

    (tmp_path / "sent").write_text("x")
    corpus = tmp_path / "corpus"
    corpus.mkdir()
    corpus.chmod(folder)
    kept, _ = keep(tmp_path / "sent", "a.md", corpus)
    assert stat.S_IMODE(kept.stat().st_mode) == file
    assert os.access(kept, os.R_OK) and time.time() >= kept.stat().st_mtime
