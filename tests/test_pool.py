import os
import signal
import struct
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from ingest import frames
from ingest.document import Document, Format
from ingest.errors import IngestError, LimitExceeded, NeedsPassword, ReadError, UnsupportedFormat
from ingest.formats import SUFFIXES, format_of, reader_for
from ingest.limits import Limits, size_text
from ingest.pool import ReaderPool
from ingest.records import RecordError

PROJECT = Path(__file__).resolve().parent.parent
MIB = 1 << 20

# A reading process whose "reader" does what the file it is given says.
MISBEHAVING = """
import ctypes, os, socket, subprocess, sys, time
from pathlib import Path
from ingest import child, errors, formats
from ingest.document import Block, BlockKind, Document, Format, Metadata, Page
from ingest.records import RecordError


def document(text, record=""):
    blocks = (Block(start=0, end=len(text), kind=BlockKind.PARAGRAPH),)
    pages = (Page(number=1, label="", start=0, end=len(text)),)
    return Document(text=text, pages=pages, blocks=blocks, format=Format.TEXT, metadata=Metadata(), record=record)


class Unlisted(errors.NeedsPassword):
    pass


def wrapped_memory_error():
    try:
        bytearray(1 << 40)
    except MemoryError as error:
        raise errors.ReadError("broken") from error


def attempt(action):
    try:
        action()
    except OSError as error:
        return document(f"{type(error).__name__}: {error}")
    return document("it worked")


def read(path):
    word, _, rest = path.read_bytes().decode("utf-8").partition(" ")
    match word:
        case "say":
            return document(rest)
        case "pid":
            return document(str(os.getpid()))
        case "environment":
            return document(" ".join(sorted(os.environ)))
        case "path":
            return document(repr(os.fsencode(path)))
        case "sleep":
            time.sleep(float(rest))
            return document("slept")
        case "hang":  # in native code, with the interpreter's lock held
            ctypes.PyDLL(None).sleep(60)
        case "allocate":
            kept = []
            while True:
                kept.append(bytearray(16 << 20))
        case "wrapped":
            wrapped_memory_error()
        case "segfault":
            ctypes.string_at(8)
        case "abort":
            os.abort()
        case "exit":
            os._exit(3)
        case "print":
            print("noise " * 1000, flush=True)
            os.write(1, b"more noise")
            sys.stderr.write("and more")
            return document("printed")
        case "input":
            return document(repr(sys.stdin.read()))
        case "socket":
            return attempt(lambda: socket.create_connection(("127.0.0.1", int(rest)), 2))
        case "unconnected":
            return attempt(socket.socket)
        case "connect":  # past Python: straight to the system
            libc = ctypes.CDLL(None, use_errno=True)
            address = (2).to_bytes(2, "little") + int(rest).to_bytes(2, "big") + bytes([127, 0, 0, 1]) + bytes(8)
            made = libc.connect(libc.socket(2, 1, 0), address, 16)
            return document(f"connect gave {made}")
        case "write":
            return attempt(lambda: Path(rest).write_text("spoiled"))
        case "scribble":  # past Python: straight to the system
            libc = ctypes.CDLL(None)
            fd = libc.open(rest.encode(), os.O_WRONLY | os.O_CREAT, 0o600)
            return document(f"write gave {libc.write(fd, b'spoiled', 7)}")
        case "remove":
            return attempt(lambda: os.remove(rest))
        case "program":
            return attempt(lambda: subprocess.run(["true"]))
        case "shell":
            return attempt(lambda: os.system("true"))
        case "open":
            return attempt(lambda: [open(path) for _ in range(500)])
        case "password":
            raise Unlisted("it is encrypted")
        case "clear":
            raise errors.ReadError("on two\\nlines \\x1b[2J\\u202e")
        case "stumble":
            raise KeyError("/Root")
        case "library":
            import a_library_that_is_not_installed
        case "deep":
            def deeper(n):
                return deeper(n + 1)
            deeper(0)
        case "long":
            return document("x" * int(rest))
        case "garbage":
            os.write(channel(), b"<html>this is not what was agreed</html>")
            time.sleep(60)
        case "half":
            os.write(channel(), b"KLF1\\0\\0")
            os._exit(0)
        case "boast":
            os.write(channel(), b"KLF1" + (2).to_bytes(4, "big") + (1 << 60).to_bytes(8, "big") + b"{}")
            time.sleep(60)
        case "lie":
            os.write(channel(), b"KLF1" + (2).to_bytes(4, "big") + (4).to_bytes(8, "big") + b"{}\\x80abc")
            time.sleep(60)
    raise AssertionError(word)


def channel():
    pipes = [fd for fd in range(3, 20) if os.path.exists(f"/proc/self/fd/{fd}")
             and os.readlink(f"/proc/self/fd/{fd}").startswith("pipe:")]
    flags = {fd: int(Path(f"/proc/self/fdinfo/{fd}").read_text().split()[3], 8) for fd in pipes}
    return next(fd for fd in pipes if flags[fd] & 3 == os.O_WRONLY)


def read_records(path):
    for number, line in enumerate(path.read_text().splitlines(), 1):
        word, _, rest = line.partition(" ")
        if word == "bad":
            yield RecordError(number, rest)
        elif word == "fail":
            raise errors.ReadError(rest)
        elif word == "segfault":
            ctypes.string_at(8)
        elif word == "many":
            for n in range(int(rest)):
                yield document(f"record {n}", record=str(n))
        elif word == "large":
            yield document("x" * int(rest), record=word)
        else:
            yield document(line, record=str(number))


def render(path, page, width):
    return b"\\x89PNG\\r\\n\\x1a\\n" + f"{path.name} {page} {width}".encode() if page else b"<svg>"


class Readers:
    reader_for = staticmethod(lambda format, passwords: read)
    record_reader = staticmethod(lambda: read_records)
    page_renderer = staticmethod(lambda passwords: render)


raise SystemExit(child.main(sys.argv[1:], Readers))
"""


@pytest.fixture
def script(tmp_path: Path) -> Path:
    path = tmp_path / "misbehaving.py"
    path.write_text(MISBEHAVING)
    return path


@pytest.fixture
def pool(script: Path) -> Iterator[ReaderPool]:
    with make_pool(script) as pool:
        yield pool


def make_pool(script: Path, size: int = 1, seconds: float = 20, memory: int = 512 * MIB, output: int = 8 * MIB, **more):
    limits = Limits(seconds=seconds, memory_bytes=memory, output_bytes=output)
    return ReaderPool(size, limits=limits, command=[sys.executable, "-P", "-B", str(script)], **more)


def write(tmp_path: Path, instruction: str) -> Path:
    path = tmp_path / "instruction.txt"
    path.write_text(instruction, encoding="utf-8")
    return path


@pytest.fixture
def do(pool: ReaderPool, tmp_path: Path):
    return lambda instruction: pool.read(write(tmp_path, instruction), Format.TEXT).text


def is_alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


def wait_until_gone(pid: int, seconds: float) -> bool:
    deadline = time.monotonic() + seconds
    while is_alive(pid) and time.monotonic() < deadline:
        time.sleep(0.01)
    return not is_alive(pid)


def children() -> list[int]:
    task = Path("/proc/self/task")
    return [int(pid) for thread in task.iterdir() for pid in (thread / "children").read_text().split()]


def open_files() -> int:
    return len(os.listdir("/proc/self/fd"))


def test_a_document_crosses_the_pipe_whole(do):
    assert do("say Åäö – “quoted” \U0001f600\nand a second line") == "Åäö – “quoted” \U0001f600\nand a second line"


def test_the_same_child_serves_one_task_after_another(do):
    assert do("pid") == do("pid") != str(os.getpid())


def test_the_real_readers_are_imported_only_when_needed_and_give_the_same_as_in_this_process(tmp_path):
    path = tmp_path / "note.txt"
    path.write_text("Seminar note\n\nThe first lesson was to warn early.\n", encoding="utf-8")
    with ReaderPool(1) as pool:
        assert pool.read(path, format_of(path)) == reader_for(Format.TEXT)(path)


@pytest.mark.parametrize("name", [b"\xff\xfe.txt", "räksmörgås.txt".encode(), b"new\nline.txt", b'q"uo\\te\x01.txt'])
def test_any_name_of_a_file_reaches_the_child_unharmed(pool, tmp_path, name):
    path = Path(os.fsdecode(os.fsencode(tmp_path) + b"/" + name))
    path.write_text("path")
    assert pool.read(path, Format.TEXT).text == repr(os.fsencode(path))


def test_a_relative_path_means_the_same_as_in_the_parent(pool, tmp_path, monkeypatch):
    write(tmp_path, "say here")
    monkeypatch.chdir(tmp_path)
    assert pool.read(Path("instruction.txt"), Format.TEXT).text == "here"


def test_reading_that_takes_too_long_is_stopped_and_the_next_file_is_read(script, tmp_path):
    with make_pool(script, seconds=0.5) as pool:
        hanging, fine = tmp_path / "hanging.txt", tmp_path / "fine.txt"
        hanging.write_text("hang")
        fine.write_text("say fine")
        started = time.monotonic()
        with pytest.raises(LimitExceeded, match=r"^reading took longer than 0\.5 s and was stopped$"):
            pool.read(hanging, Format.TEXT)
        assert 0.5 <= time.monotonic() - started < 3
        assert pool.read(fine, Format.TEXT).text == "fine"


@pytest.mark.parametrize("instruction", ["allocate", "wrapped"])
def test_reading_that_needs_too_much_memory_is_stopped(do, instruction):
    with pytest.raises(LimitExceeded, match=r"^reading needed more than 512 MiB of memory$"):
        do(instruction)
    assert do("say fine") == "fine"


@pytest.mark.parametrize(
    ("instruction", "reason"),
    [
        ("segfault", "the reader crashed on this file (signal 11)"),
        ("abort", "the reader crashed on this file (signal 6)"),
        ("exit", "the reader stopped before it was done (exit status 3)"),
        ("half", "the reader stopped before it was done (exit status 0)"),
        ("garbage", "the reader answered with something that could not be understood"),
        ("stumble", "the reader failed on this file (KeyError: '/Root')"),
        ("deep", "its content is nested too deeply to be read"),
    ],
)
def test_a_reader_that_breaks_gives_a_reason_and_the_next_file_is_read(do, instruction, reason):
    with pytest.raises(ReadError) as caught:
        do(instruction)
    assert str(caught.value) == reason
    assert do("say fine") == "fine"


def test_an_answer_that_is_no_document_is_refused_and_its_process_ended(do):
    before = do("pid")
    with pytest.raises(ReadError):
        do("lie")
    assert wait_until_gone(int(before), 1)
    assert do("say fine") == "fine"


def test_a_child_that_was_killed_while_idle_is_replaced_without_a_word(do):
    pid = int(do("pid"))
    os.kill(pid, signal.SIGKILL)
    assert wait_until_gone(pid, 1)
    assert int(do("pid")) != pid


def test_a_child_killed_from_outside_in_a_task_says_so(pool, tmp_path):
    pid = int(pool.read(write(tmp_path, "pid"), Format.TEXT).text)
    killer = threading.Timer(0.2, os.kill, (pid, signal.SIGKILL))
    killer.start()
    with pytest.raises(LimitExceeded, match="short of memory"):
        pool.read(write(tmp_path, "sleep 30"), Format.TEXT)
    killer.join()


def test_what_a_file_puts_into_an_error_cannot_act_on_a_terminal(do):
    with pytest.raises(ReadError) as caught:
        do("clear")
    assert str(caught.value) == r"on two lines \x1b[2J\u202e"


def test_errors_keep_their_class_and_message_across_the_pipe(do):
    with pytest.raises(NeedsPassword, match=r"^it is encrypted$"):
        do("password")


def test_a_library_that_is_missing_is_not_blamed_on_the_file(do):
    with pytest.raises(IngestError, match=r"^a library that reading needs cannot be loaded \(No module named") as caught:
        do("library")
    assert type(caught.value) is IngestError


def test_a_file_that_is_not_there_is_a_read_error(tmp_path):
    with ReaderPool(1) as pool, pytest.raises(ReadError, match="No such file"):
        pool.read(tmp_path / "absent.txt", Format.TEXT)


def test_output_beyond_the_limit_is_refused_by_the_child_and_by_the_parent(do):
    with pytest.raises(LimitExceeded, match=r"^reading gave more than 8 MiB$"):
        do(f"long {9 * MIB}")
    with pytest.raises(LimitExceeded, match=r"^reading gave more than 8 MiB$"):
        do("boast")
    assert len(do(f"long {7 * MIB}")) == 7 * MIB


def test_what_a_library_prints_does_not_reach_the_answer_or_the_terminal(do, capfd):
    assert do("print") == "printed"
    assert do("input") == "''"
    assert capfd.readouterr() == ("", "")


@pytest.fixture
def listening() -> Iterator[int]:
    """A port that answers: served by another process, as this one may not use sockets in tests."""
    code = "import socket; s = socket.create_server(('127.0.0.1', 0)); print(s.getsockname()[1], flush=True); s.accept()"
    with subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True) as server:
        assert server.stdout is not None
        yield int(server.stdout.readline())
        server.kill()


def test_a_reader_reaches_no_network(do, listening):
    assert do(f"socket {listening}") == "PermissionError: a reader may not do this: socket.getaddrinfo"
    assert do("unconnected") == "PermissionError: a reader may not do this: socket.__new__"


def test_native_code_reaches_no_network_either_where_the_system_can_cut_it_off(do, listening):
    alone = ["unshare", "-n", "true"] if os.geteuid() == 0 else ["unshare", "-rn", "true"]
    if subprocess.run(alone, capture_output=True).returncode != 0:
        pytest.skip("this system does not let a process leave the network")
    assert do(f"connect {listening}") == "connect gave -1"


def test_a_reader_writes_and_removes_nothing(do, tmp_path):
    victim = tmp_path / "victim"
    victim.write_text("whole")
    assert do(f"write {victim}") == "PermissionError: a reader may not write files"
    assert do(f"write {tmp_path}/new") == "PermissionError: a reader may not write files"
    assert do(f"remove {victim}") == "PermissionError: a reader may not do this: os.remove"
    assert do(f"scribble {victim}") == "write gave -1"
    assert victim.read_text() == "whole"
    assert not (tmp_path / "new").exists()


@pytest.mark.parametrize("instruction", ["program", "shell"])
def test_a_reader_starts_no_program(do, instruction):
    assert do(instruction).startswith("PermissionError: a reader may not do this: ")


def test_a_reader_that_opens_too_many_files_is_held_back_and_recovers(do):
    assert "Too many open files" in do("open")
    assert do("say fine") == "fine"


def test_secrets_of_the_environment_stay_in_the_parent(script, tmp_path, monkeypatch):
    monkeypatch.setenv("SECRET_TOKEN", "x")
    with make_pool(script) as pool:
        names = pool.read(write(tmp_path, "environment"), Format.TEXT).text.split()
    assert "PATH" in names and "SECRET_TOKEN" not in names


def test_records_come_in_order_with_their_errors_between_them(pool, tmp_path):
    (batch,) = pool.read_records(write(tmp_path, "first\nbad the line is not JSON\nthird"))
    assert [item.record if isinstance(item, Document) else item for item in batch] == [
        "1",
        RecordError(2, "the line is not JSON"),
        "3",
    ]


def test_records_come_in_batches_and_the_child_serves_on(pool, tmp_path):
    sizes = [len(batch) for batch in pool.read_records(write(tmp_path, "many 1000"))]
    assert sizes == [256, 256, 256, 232]
    assert list(pool.read_records(write(tmp_path, ""))) == []
    large = "\n".join(f"large {3 * MIB}" for _ in range(3))
    assert [len(batch) for batch in pool.read_records(write(tmp_path, large))] == [1, 1, 1]
    assert pool.read(write(tmp_path, "say fine"), Format.TEXT).text == "fine"
    assert len(children()) == 1


def test_records_before_a_failure_are_kept(pool, tmp_path):
    stream = pool.read_records(write(tmp_path, "first\nsecond\nfail the disk is gone"))
    assert [item.record for item in next(stream)] == ["1", "2"]
    with pytest.raises(ReadError, match=r"^the disk is gone$"):
        next(stream)


def test_a_crash_in_the_middle_of_the_records_keeps_the_batches_before_it(pool, tmp_path):
    stream = pool.read_records(write(tmp_path, "many 256\nlast\nsegfault"))
    assert len(next(stream)) == 256
    with pytest.raises(ReadError, match="signal 11"):
        next(stream)


def test_the_time_between_two_batches_is_the_readers_own(script, tmp_path):
    with make_pool(script, seconds=0.5) as pool:
        stream = pool.read_records(write(tmp_path, "many 600"))
        sizes = []
        for batch in stream:
            sizes.append(len(batch))
            time.sleep(0.4)
    assert sum(sizes) == 600


def test_a_stream_of_records_that_is_given_up_frees_its_place(pool, tmp_path):
    stream = pool.read_records(write(tmp_path, "many 1000"))
    next(stream)
    stream.close()
    assert pool.read(write(tmp_path, "say fine"), Format.TEXT).text == "fine"


def test_a_stream_that_is_never_begun_holds_nothing(pool, tmp_path):
    stream = pool.read_records(write(tmp_path, "many 1000"))
    assert children() == []
    assert pool.read(write(tmp_path, "say fine"), Format.TEXT).text == "fine"
    stream.close()


def test_a_page_is_drawn_and_only_a_png_is_taken(pool, tmp_path):
    path = write(tmp_path, "anything")
    assert pool.render(path, 3, 800) == b"\x89PNG\r\n\x1a\ninstruction.txt 3 800"
    with pytest.raises(ReadError, match="could not be understood"):
        pool.render(path, 0, 800)


def test_tasks_of_many_threads_run_side_by_side_and_each_gets_its_own_answer(script, tmp_path):
    paths = [tmp_path / f"{n}.txt" for n in range(40)]
    for n, path in enumerate(paths):
        path.write_text(f"say answer {n}")
    slow = write(tmp_path, "sleep 0.6")
    with make_pool(script, size=3) as pool, ThreadPoolExecutor(8) as threads:
        answers = list(threads.map(lambda path: pool.read(path, Format.TEXT).text, paths))
        started = time.monotonic()
        list(threads.map(lambda _: pool.read(slow, Format.TEXT), range(3)))
        assert time.monotonic() - started < 1.5
        assert len(children()) == 3
    assert answers == [f"answer {n}" for n in range(40)]


def test_a_child_survives_the_thread_that_started_it(script, tmp_path):
    path = write(tmp_path, "pid")
    with make_pool(script) as pool:
        pids = []
        for _ in range(2):
            thread = threading.Thread(target=lambda: pids.append(pool.read(path, Format.TEXT).text))
            thread.start()
            thread.join()
            time.sleep(0.05)
    assert pids[0] == pids[1]


def test_a_child_is_replaced_after_its_share_of_tasks(script, tmp_path):
    path = write(tmp_path, "pid")
    with make_pool(script, tasks_per_child=3) as pool:
        pids = [pool.read(path, Format.TEXT).text for _ in range(7)]
    assert pids[0] == pids[1] == pids[2] != pids[3] == pids[4] == pids[5] != pids[6]


def test_fifty_tasks_good_and_bad_leave_no_open_files_and_no_dead_processes(script, tmp_path):
    words = ["say fine", "segfault", "stumble", "exit", "say again"]
    paths = [tmp_path / f"{n}.txt" for n in range(len(words))]
    for path, word in zip(paths, words, strict=True):
        path.write_text(word)
    before = open_files()
    with make_pool(script, tasks_per_child=7) as pool:
        outcomes = []
        for n in range(50):
            try:
                outcomes.append(pool.read(paths[n % 5], Format.TEXT).text)
            except ReadError:
                outcomes.append("failed")
        assert len(children()) <= 1
        assert open_files() <= before + 3
    assert outcomes == ["fine", "failed", "failed", "failed", "again"] * 10
    assert children() == []
    assert open_files() == before


def test_closing_ends_tasks_that_are_under_way(script, tmp_path):
    pool = make_pool(script)
    path = write(tmp_path, "hang")
    caught: list[BaseException] = []

    def read() -> None:
        try:
            pool.read(path, Format.TEXT)
        except BaseException as error:
            caught.append(error)

    threads = [threading.Thread(target=read) for _ in range(2)]  # one reads, one waits for the only place
    for thread in threads:
        thread.start()
    time.sleep(0.5)
    pool.close()
    pool.close()
    for thread in threads:
        thread.join(5)
    assert [str(error) for error in caught] == ["the reader pool is closed"] * 2
    assert not any(isinstance(error, IngestError) for error in caught)
    assert children() == []
    with pytest.raises(RuntimeError, match="closed"):
        pool.read(path, Format.TEXT)


def test_a_pool_that_is_forgotten_takes_its_children_along(script, tmp_path):
    pool = make_pool(script)
    pid = int(pool.read(write(tmp_path, "pid"), Format.TEXT).text)
    del pool
    assert wait_until_gone(pid, 1)
    assert children() == []


def test_a_program_that_is_not_there_is_not_blamed_on_the_file(tmp_path):
    before = open_files()
    with ReaderPool(1, command=[str(tmp_path / "absent")]) as pool:
        with pytest.raises(IngestError, match=r"^the reading process could not be started \(No such file or directory\)$"):
            pool.read(write(tmp_path, "anything"), Format.TEXT)
    assert open_files() == before


def test_a_reading_process_that_does_not_start_is_not_blamed_on_the_file(tmp_path):
    path = write(tmp_path, "anything")
    with ReaderPool(1, command=[sys.executable, "-c", "raise SystemExit(5)"]) as pool:
        with pytest.raises(IngestError, match=r"^the reading process did not start: .*exit status 5\)$") as caught:
            pool.read(path, Format.TEXT)
    assert type(caught.value) is IngestError
    assert children() == []


PARENT = """
import sys, threading
from pathlib import Path
from ingest.document import Format
from ingest.limits import Limits
from ingest.pool import ReaderPool

pool = ReaderPool(1, limits=Limits(seconds=60), command=[sys.executable, "-P", "-B", sys.argv[1]])
print(pool.read(Path(sys.argv[2]), Format.TEXT).text, flush=True)
if sys.argv[3] == "busy":
    pool.read(Path(sys.argv[4]), Format.TEXT)
sys.stdin.read()
"""


def start_parent(script: Path, tmp_path: Path, state: str) -> tuple["subprocess.Popen[str]", int]:
    hanging = tmp_path / "hanging.txt"
    hanging.write_text("hang")
    command = [sys.executable, "-c", PARENT, str(script), str(write(tmp_path, "pid")), state, str(hanging)]
    environment = {**os.environ, "PYTHONPATH": str(PROJECT)}
    parent = subprocess.Popen(
        command, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    )
    assert parent.stdout is not None
    return parent, int(parent.stdout.readline())


@pytest.mark.parametrize("state", ["idle", "busy"])
@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGTERM, signal.SIGINT])
def test_a_child_ends_with_its_parent_even_in_the_middle_of_native_code(script, tmp_path, state, how):
    parent, child = start_parent(script, tmp_path, state)
    with parent:
        time.sleep(0.3)
        assert is_alive(child)
        parent.send_signal(how)
        assert wait_until_gone(child, 1)
        parent.kill()


def test_a_child_is_not_in_the_terminals_process_group(pool, tmp_path):
    pid = int(pool.read(write(tmp_path, "pid"), Format.TEXT).text)
    assert os.getpgid(pid) == pid != os.getpgrp()
    assert os.getsid(pid) == pid


def test_starting_a_process_is_quick_and_loads_no_library_of_a_reader():
    code = "import sys, ingest.pool; print(sorted({'pypdf','pypdfium2','docx','pptx','lxml','numpy'} & set(sys.modules)))"
    environment = {**os.environ, "PYTHONPATH": str(PROJECT)}
    done = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_limits_must_leave_room_to_read_anything():
    with pytest.raises(ValueError, match="above zero"):
        Limits(seconds=0)
    with pytest.raises(ValueError, match="at least one process"):
        ReaderPool(0)


def test_sizes_read_well():
    assert [size_text(size) for size in (2 << 30, 256 << 20, 3 << 29)] == ["2 GiB", "256 MiB", "1.5 GiB"]


def receive_from(data: bytes, limit: int = 100) -> tuple[frames.Header, bytes]:
    at = 0

    def read(size: int) -> bytes:
        nonlocal at
        at += size
        if at > len(data):
            raise EOFError
        return data[at - size : at]

    return frames.receive(read, limit)


def test_a_frame_is_taken_as_it_was_made():
    header = {"path": "/a/\udcff\n", "n": 1}
    assert receive_from(frames.opening(header, 3) + b"abc") == (header, b"abc")


@pytest.mark.parametrize(
    "data",
    [
        b"GET / HTTP/1.1\r\n\r\n",
        b"KLF1" + struct.pack(">IQ", 1 << 30, 0),
        b"KLF1" + struct.pack(">IQ", 2, 0) + b"[]",
        b"KLF1" + struct.pack(">IQ", 2, 0) + b"\xff\xff",
        b"KLF1" + struct.pack(">IQ", 100_000, 0) + b"[" * 100_000,
    ],
)
def test_what_is_not_a_frame_is_refused(data):
    with pytest.raises(frames.BadFrame):
        receive_from(data)


def test_a_frame_that_is_too_large_is_refused_before_it_is_read():
    with pytest.raises(frames.FrameTooLarge):
        receive_from(frames.opening({}, 101))


def test_items_that_are_cut_off_are_refused():
    whole = frames.pack_item(b"D", b"abc") + frames.pack_item(b"E", b"")
    assert list(frames.unpack_items(whole)) == [(b"D", b"abc"), (b"E", b"")]
    for cut in (1, 4, 7, len(whole) - 1):
        with pytest.raises(frames.BadFrame):
            list(frames.unpack_items(whole[:cut]))


@pytest.mark.parametrize(("suffix", "format"), SUFFIXES.items())
def test_the_ending_tells_the_format_in_upper_and_lower_case(suffix, format):
    assert format_of(Path("/some/Report 1.2" + suffix)) is format
    assert format_of(Path("Report" + suffix.upper())) is format


@pytest.mark.parametrize(
    ("name", "advice"),
    [
        ("plan.doc", r"^\.doc files are not read: save it as \.docx or PDF"),
        ("talk.PPT", r"^\.ppt files are not read: save it as \.pptx or PDF"),
        ("scan.jpg", r"text recognition \(OCR\)"),
        ("all.zip", "unpack it"),
        ("README", "the name has no ending"),
        ("x.unheard", r"^\.unheard files are not read; Källa reads PDF, Word"),
        ("x.\u202etxt", "^such files are not read"),
    ],
)
def test_a_file_without_a_reader_is_told_what_to_become(name, advice):
    with pytest.raises(UnsupportedFormat, match=advice):
        format_of(Path(name))


def test_every_format_has_a_reader_but_for_records_which_are_a_stream():
    for format in set(Format) - {Format.RECORD, Format.PDF}:
        assert callable(reader_for(format))
    with pytest.raises(UnsupportedFormat, match="stream"):
        reader_for(Format.RECORD)
