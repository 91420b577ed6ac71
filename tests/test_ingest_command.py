"""`python -m ingest` as a program: what it prints, how it ends, and who may write."""

import json
import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from index import store
from tests.conftest import ROOT

NOTE = "# Warning {n}\n\nThe siren number{n} sounds in four minutes. The police decide who speaks to the press.\n"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "docs"
    folder.mkdir()
    for number in range(3):
        (folder / f"{number}.md").write_text(NOTE.format(n=number), "utf-8")
    return folder


@pytest.fixture
def data(tmp_path: Path, packaged_model: Path) -> Path:
    data = tmp_path / "data"
    data.mkdir()
    (data / "models").symlink_to(packaged_model.parent)
    return data


def command(*arguments: object, **environment: str) -> dict[str, Any]:
    return {
        "args": [sys.executable, "-m", "ingest", *map(str, arguments)],
        "cwd": ROOT, "env": os.environ | environment, "text": True, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE,
    }  # fmt: skip


def run(*arguments: object, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(**command(*arguments, **environment), check=False, timeout=120)


def test_a_program_reads_json_lines_and_nothing_else(folder: Path, data: Path) -> None:
    (folder / "sheet.xlsx").write_bytes(b"PK")
    done = run(folder, "--data", data, "--json")
    assert done.returncode == 1
    *files, last = [json.loads(line) for line in done.stdout.splitlines()]
    assert sorted(Path(item["path"]).name for item in files) == ["0.md", "1.md", "2.md", "sheet.xlsx"]
    assert all(Path(item["path"]).is_absolute() for item in files)
    assert list(last) == ["summary"]
    assert {name: last["summary"][name] for name in ("added", "changed", "unchanged", "removed", "failed", "partial", "passages")} == {
        "added": 3, "changed": 0, "unchanged": 0, "removed": 0, "failed": 1, "partial": 0, "passages": 3,
    }  # fmt: skip
    assert isinstance(last["summary"]["seconds"], float)
    assert "Traceback" not in done.stderr


def test_people_read_a_line_for_each_file_that_changed_and_a_sum(folder: Path, data: Path) -> None:
    (folder / "sheet.xlsx").write_bytes(b"PK")
    done = run(folder, "--data", data)
    assert done.returncode == 1
    assert re.search(r"added.*0\.md · 1 pages?, 1 passages?", done.stdout + done.stderr)
    assert re.search(r"failed.*sheet\.xlsx · \.xlsx files are not read: save the sheet as PDF", done.stdout + done.stderr)
    assert re.search(r"3 added, 1 failed; 3 passages stored, in \d", done.stdout)
    (folder / "sheet.xlsx").unlink()
    done = run(folder, "--data", data)
    assert done.returncode == 0 and "unchanged" in done.stdout and "0.md" not in done.stdout


def test_the_default_folder_is_named_where_it_is_missing(tmp_path: Path, data: Path) -> None:
    arguments = command("--data", data, "--json", PYTHONPATH=str(ROOT)) | {"cwd": tmp_path}
    done = subprocess.run(**arguments, check=False)
    assert (done.returncode, done.stdout) == (2, "") and "corpus" in done.stderr and "Traceback" not in done.stderr


def test_a_path_that_is_not_there_is_wrong_use(tmp_path: Path, data: Path, folder: Path) -> None:
    done = run(folder, tmp_path / "nowhere", "--data", data, "--json")
    assert (done.returncode, done.stdout) == (2, "") and "nowhere" in done.stderr and "Traceback" not in done.stderr


@pytest.mark.parametrize("arguments", [["--jobs", "many"], ["--colour"]])
def test_arguments_that_cannot_be_read_are_wrong_use(arguments: list[str]) -> None:
    from ingest.__main__ import main

    with pytest.raises(SystemExit) as stop:
        main(arguments)
    assert stop.value.code == 2


def test_the_data_folder_comes_from_the_environment(folder: Path, data: Path) -> None:
    done = run(folder / "0.md", "--json", KALLA_DATA=str(data))
    assert done.returncode == 0 and store.exists(data)


def test_help_answers_at_once_and_loads_no_library() -> None:
    code = (
        "import sys; from ingest.__main__ import main\n"
        "try: main(['--help'])\nexcept SystemExit: pass\n"
        "print(sorted({'faiss', 'torch', 'numpy', 'onnxruntime', 'sqlite3', 'pypdf', 'tqdm', 'lxml'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "[]" and "--json" in done.stdout


def held(data: Path, folder: Path, records: int = 4000) -> "subprocess.Popen[str]":
    """An ingest that is in the middle of its work."""
    words = "The steward at the gate counts the visitors and reports to the control room every ten minutes. "
    with (folder / "bulk.jsonl").open("w") as file:
        for number in range(records):
            file.write(
                json.dumps({"_id": f"r{number}", "title": f"Record {number}", "text": f"Number {number}. {words * 4}"}) + "\n"
            )
    process = subprocess.Popen(**command(folder, "--data", data, "--json"))
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        assert process.poll() is None, process.communicate()
        if store.writer_now(data) and store.exists(data) and stored(data):
            return process
        time.sleep(0.05)
    raise AssertionError("nothing was stored in a minute")


def stored(data: Path) -> int:
    try:
        connection = store.open_reader(data)
        try:
            return int(connection.execute("SELECT count(*) FROM documents").fetchone()[0])
        finally:
            connection.close()
    except Exception:
        return 0


def test_a_second_ingest_is_told_who_is_writing_and_readers_go_on(folder: Path, data: Path) -> None:
    from index.__main__ import main as index

    first = held(data, folder)
    try:
        second = run(folder, "--data", data, "--json")
        assert (second.returncode, second.stdout) == (2, "")
        assert f"an ingest (process {first.pid}, since " in second.stderr and "Traceback" not in second.stderr
        assert index(["search", "siren", "--data", str(data), "--json"]) == 0
        assert index(["status", "--data", str(data), "--json"]) == 0
        assert first.poll() is None
    finally:
        first.kill()
        first.communicate()


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL])
def test_an_ingest_that_is_stopped_has_lost_nothing_and_goes_on(folder: Path, data: Path, how: signal.Signals) -> None:
    from index.verify import verify

    process = held(data, folder)
    listed = subprocess.run(["ps", "-o", "pid=", "--ppid", str(process.pid)], capture_output=True, text=True, check=False)
    process.send_signal(how)
    _, err = process.communicate(timeout=60)
    if how is not signal.SIGKILL:
        assert process.returncode == 128 + how and "run the same command to go on" in err and "Traceback" not in err
        assert listed.stdout.split() and not [child for child in listed.stdout.split() if Path(f"/proc/{child}").exists()]
    assert store.writer_now(data) == ""
    before = stored(data)
    assert before > 0 and list(verify(data)) == []
    lines = (folder / "bulk.jsonl").read_text().splitlines()[:300]
    (folder / "bulk.jsonl").write_text("\n".join(lines) + "\n")
    done = run(folder, "--data", data, "--json")
    assert done.returncode == 0 and stored(data) == 303
    assert list(verify(data)) == []


def test_a_rebuild_that_is_told_to_end_leaves_the_old_index(folder: Path, data: Path) -> None:
    from index.verify import verify

    assert run(folder, "--data", data).returncode == 0
    started = command("--data", data, "--json")
    started["args"][1:3] = ["-m", "index", "rebuild"]
    with subprocess.Popen(**started) as process:
        assert process.stdout is not None and "progress" in process.stdout.readline()
        process.send_signal(signal.SIGTERM)
        _, err = process.communicate(timeout=60)
    assert process.returncode == 143 and "Nothing that was stored is lost" in err and "Traceback" not in err
    assert store.writer_now(data) == "" and list(verify(data)) == []


def test_a_model_that_cannot_be_had_is_said_and_leaves_no_library(folder: Path, tmp_path: Path) -> None:
    done = run(folder, "--data", tmp_path / "fresh", "--json", "--model", tmp_path / "nowhere")
    assert (done.returncode, done.stdout) == (2, "") and "nowhere" in done.stderr and "Traceback" not in done.stderr
