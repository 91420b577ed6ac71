"""The library for an assistant on this machine: a real process, spoken to by the SDK's own client over stdin and stdout."""

import asyncio
import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from argon2 import PasswordHasher
from mcp import Client, StdioServerParameters
from mcp.client.stdio import stdio_client

from index import store
from index.access import Handling, Role, level_of, local_owner
from index.audit import Audit
from index.library import Library
from index.tokens import DAY, Scope, Tokens
from index.users import Users
from ingest.language import detect_query
from mcp_server import words
from mcp_server.__main__ import main

ROOT = Path(__file__).resolve().parent.parent
QUESTION = "How soon does Manchester warn the public?"
HELLO = {
    "jsonrpc": "2.0", "id": 1, "method": "initialize",
    "params": {"protocolVersion": "2025-06-18", "capabilities": {}, "clientInfo": {"name": "test", "version": "1"}},
}  # fmt: skip


_OF_READERS = shutil.ignore_patterns("*-wal", "*-shm")  # others read it at the same time


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory, sample_library: Path) -> Path:
    """A copy of the sample library: what is asked is written down beside it."""
    return Path(shutil.copytree(sample_library, tmp_path_factory.mktemp("stdio") / "data", symlinks=True, ignore=_OF_READERS))


def talk(data: Path, *wanted: tuple[str, dict[str, Any]], clearance: str = "", **environment: str) -> list[Any]:
    """Start the server, call the tools, end it."""
    command = ["-m", "mcp_server", "--data", str(data), *(["--clearance", clearance] if clearance else [])]
    around = {"PATH": os.environ["PATH"], **environment}
    parameters = StdioServerParameters(command=sys.executable, args=command, cwd=ROOT, env=around)

    async def run() -> list[Any]:
        with open(os.devnull, "w") as nowhere:
            async with Client(stdio_client(parameters, errlog=nowhere)) as client:
                assert client.instructions == words.INSTRUCTIONS
                assert len((await client.list_tools()).tools) == 4
                return [await client.call_tool(name, arguments) for name, arguments in wanted]

    return asyncio.run(run())


def command(data: Path, sent: str, *options: str, environment: Mapping[str, str] = {}) -> "subprocess.CompletedProcess[str]":
    around = {"PATH": os.environ["PATH"], **environment}
    run = [sys.executable, "-m", "mcp_server", "--data", str(data), *options]
    return subprocess.run(run, cwd=ROOT, input=sent, capture_output=True, text=True, env=around, timeout=60)


def test_the_one_at_this_machine_gets_exact_words_from_every_tool(data: Path) -> None:
    found, compared, listed = (
        one.structured_content
        for one in talk(
            data, ("search", {"question": QUESTION, "top": 5}), ("compare", {"question": QUESTION, "cities": ["Manchester", "Atlantis"]}),
            ("list_documents", {}),
        )
    )  # fmt: skip
    library = Library(data, detect_query)
    direct = library.search(QUESTION, principal=local_owner(), top=5)
    assert found["answered"] and [one["passage"] for one in found["passages"]] == [hit.passage_id for hit in direct.hits]
    assert [one["text"] for one in found["quotes"]] == [quote.text for quote in direct.quotes]
    passages = [*found["passages"], *(one for city in compared["cities"] for one in city["passages"])]
    infos = {info.document_id: info for info in library.documents(local_owner())}
    assert len(passages) >= 6 and listed["total"] == len(infos)
    with closing(store.open_reader(data)) as connection:
        texts = {row["document_id"]: row["text"] for row in connection.execute("SELECT document_id, text FROM texts")}
    for one in passages:
        info, page = infos[one["document"]], library.page(one["document"], one["page"], local_owner())
        assert one["text"] == texts[info.document_id][one["start"] : one["end"]]
        assert one["mark"] == info.handling and one["title"] == info.title and info.title in one["citation"]
        assert page is not None and page.start <= one["start"] < page.end
        if one["page_label"] and info.format == "pdf" and one["page"] == one["page_end"]:
            assert f"p. {one['page_label']}" in one["citation"] and f"{one['page']}" in one["citation"]
    assert level_of(found["mark"]) == max(level_of(hit.handling) for hit in direct.hits)
    assert [(city["city"], city["answered"]) for city in compared["cities"]] == [("Manchester", True), ("Atlantis", False)]
    assert [row.detail["by"] for row in Audit(data).entries() if row.event == "search"] == ["MCP", "MCP"]
    library.close()


def test_less_can_be_shown_than_one_may_see(data: Path) -> None:
    (listed,) = talk(data, ("list_documents", {}), clearance="green")
    marks = {level_of(one["mark"]) for one in listed.structured_content["documents"]}
    assert marks and max(marks) <= Handling.GREEN and level_of(listed.structured_content["mark"]) <= Handling.GREEN
    assert any(level_of(info.handling) > Handling.GREEN for info in Library(data, detect_query).documents(local_owner()))


@pytest.mark.parametrize("folder", ["absent", "empty"])
def test_a_library_that_is_not_there_is_said_to_the_assistant(tmp_path: Path, folder: str) -> None:
    (tmp_path / "empty").mkdir()
    place = tmp_path / folder
    asked = (
        ("search", {"question": "x"}),
        ("read_page", {"document": 1, "page": 1}),
        ("compare", {"question": "x"}),
        ("list_documents", {}),
    )
    answers = talk(place, *asked)
    assert [answer.is_error for answer in answers] == [True] * 4
    assert {answer.content[0].text for answer in answers} == {words.EMPTY_HERE.format(data=place)}
    assert not (tmp_path / "absent").exists()


def test_stdout_is_the_protocol_alone(data: Path) -> None:
    lines = [json.dumps(HELLO), "this is no message", '{"jsonrpc": "2.0", "id": 2, "method": "no/such"}']
    done = command(data, "\n".join(lines) + "\n")
    assert done.returncode == 0 and "Traceback" not in done.stderr
    answers = [json.loads(line) for line in done.stdout.splitlines()]
    assert answers and all(answer["jsonrpc"] == "2.0" for answer in answers)
    assert answers[0]["result"]["serverInfo"]["name"] == "kalla"


def with_users(data: Path) -> Callable[..., str]:
    """Give a library accounts; what makes a token."""
    users = Users(data, PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))
    users.add("chief", role=Role.ADMIN, clearance=Handling.RED, password="correct horse battery")
    users.add("reader", role=Role.READER, clearance=Handling.CLEAR, password="correct horse battery")

    def token(name: str, *, scope: Scope = Scope.READ, made: Callable[[], float] = time.time) -> str:
        return Tokens(data, made).make(users.find(name), "test", scopes=[scope], clearance=Handling.RED, days=1)

    return token


@pytest.fixture(scope="module")
def peopled(tmp_path_factory: pytest.TempPathFactory, sample_library: Path) -> Path:
    return Path(shutil.copytree(sample_library, tmp_path_factory.mktemp("peopled") / "data", symlinks=True, ignore=_OF_READERS))


@pytest.fixture(scope="module")
def token(peopled: Path) -> Callable[..., str]:
    return with_users(peopled)


def test_without_a_token_that_is_good_it_does_not_start(
    peopled: Path, tmp_path: Path, token: Callable[..., str], monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    public = tmp_path / "token"
    public.write_text("kalla_" + "x" * 43)
    public.chmod(0o644)
    refused = {
        "none": ({}, words.TOKEN_HERE[:30]),
        "wrong": ({"KALLA_TOKEN": "kalla_" + "x" * 43}, words.NO_TOKEN),
        "over": ({"KALLA_TOKEN": token("reader", made=lambda: 10 * DAY)}, words.NO_TOKEN),
        "for something else": ({"KALLA_TOKEN": token("chief", scope=Scope.INGEST)}, words.NO_SCOPE),
        "in a file for others": ({"KALLA_TOKEN_FILE": str(public)}, words.NO_TOKEN),
        "no file": ({"KALLA_TOKEN_FILE": str(peopled / "none")}, "cannot be read"),
    }
    for how, (environment, said) in refused.items():
        with monkeypatch.context() as patch:
            for name in ("KALLA_TOKEN", "KALLA_TOKEN_FILE"):
                patch.delenv(name, raising=False)
            for name, value in environment.items():
                patch.setenv(name, value)
            assert (how, main(["--data", str(peopled)])) == (how, 2)
        out, err = capfd.readouterr()
        assert ("Others can read" in err) == ("for others" in how)
        assert out == "" and said in err and "Traceback" not in err and "kalla_" not in err


def test_where_there_are_users_a_token_says_who_asks(peopled: Path, token: Callable[..., str], tmp_path: Path) -> None:
    place, good = peopled, token("reader")
    file = tmp_path / "token"
    file.write_text(good + "\n")
    listed, found = talk(place, ("list_documents", {}), ("search", {"question": QUESTION}), KALLA_TOKEN_FILE=str(file))
    assert {one["mark"] for one in listed.structured_content["documents"]} == {"TLP:CLEAR"}
    assert found.structured_content["mark"] == "TLP:CLEAR"
    (row,) = [row for row in Audit(place).entries() if row.event == "search"]
    assert row.who == "reader" and row.detail["by"] == "MCP" and QUESTION not in row.detail["question"]


def test_a_token_that_is_no_good_any_more_meanwhile_opens_nothing(peopled: Path, token: Callable[..., str]) -> None:
    place, held = peopled, token("reader")
    parameters = StdioServerParameters(
        command=sys.executable, args=["-m", "mcp_server", "--data", str(place)], cwd=ROOT,
        env={"PATH": os.environ["PATH"], "KALLA_TOKEN": held},
    )  # fmt: skip

    async def run() -> tuple[Any, Any]:
        async with Client(parameters) as client:
            before = await client.call_tool("list_documents", {})
            Users(place).change("reader", disabled=True)
            return before, await client.call_tool("list_documents", {})

    before, after = asyncio.run(run())
    assert not before.is_error and after.is_error and after.content[0].text == words.NO_TOKEN


def test_ctrl_c_ends_it_while_it_waits(tmp_path: Path) -> None:
    run = [sys.executable, "-m", "mcp_server", "--data", str(tmp_path)]
    with subprocess.Popen(
        run, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        assert process.stdin is not None and process.stdout is not None
        process.stdin.write(json.dumps(HELLO) + "\n")
        process.stdin.flush()
        assert "serverInfo" in process.stdout.readline()
        process.send_signal(signal.SIGINT)
        assert process.wait(20) == -signal.SIGINT


def test_wrong_use_is_said(data: Path) -> None:
    done = command(data, "", "--clearance", "purple")
    assert done.returncode == 2 and "purple" in done.stderr and done.stdout == ""
    assert command(data, "", "--token", "kalla_x").returncode == 2  # a secret is no argument
