"""The library for an assistant on this machine: a real process, spoken to by the SDK's own client over stdin and stdout."""

import asyncio
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest
from argon2 import PasswordHasher
from mcp import Client, StdioServerParameters
from mcp.client.stdio import stdio_client

from index.access import Handling, Role, level_of, local_owner
from index.audit import Audit
from index.library import Library
from index.tokens import DAY, Scope, Tokens
from index.users import Users
from ingest.language import detect_query
from mcp_server import words

ROOT = Path(__file__).resolve().parent.parent
QUESTION = "How soon does Manchester warn the public?"
HELLO = {
    "jsonrpc": "2.0", "id": 1, "method": "initialize",
    "params": {"protocolVersion": "2025-06-18", "capabilities": {}, "clientInfo": {"name": "test", "version": "1"}},
}  # fmt: skip


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory, sample_library: Path) -> Path:
    """A copy of the sample library: what is asked is written down beside it."""
    return Path(shutil.copytree(sample_library, tmp_path_factory.mktemp("stdio") / "data", symlinks=True))


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
    for one in passages:
        info = infos[one["document"]]
        pages = [library.page(info.document_id, number, local_owner()) for number in range(1, info.pages + 1)]
        whole = "".join(one["text"] for one in ({"text": page.text.ljust(page.end - page.start)} for page in pages if page))
        assert one["mark"] == info.handling and one["title"] == info.title and info.title in one["citation"]
        first = next(page for page in pages if page and page.number == one["page"])
        assert first.start <= one["start"] < first.end and one["text"].split()[0] in whole
        assert one["text"][: first.end - one["start"]] == first.text[one["start"] - first.start :][: len(one["text"])]
        if first.label and first.label != str(first.number):
            assert f"p. {one['page_label'].replace('-', '–')} (PDF page {first.number}" in one["citation"]
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
    return lambda name, **known: Tokens(data, known.pop("clock", None) or __import__("time").time).make(
        users.find(name), "test", **({"scopes": (Scope.READ,), "clearance": Handling.RED, "days": 1} | known)
    )


def test_where_there_are_users_a_token_is_needed_and_says_who_asks(tmp_path: Path, sample_library: Path) -> None:
    place = Path(shutil.copytree(sample_library, tmp_path / "data", symlinks=True))
    token = with_users(place)
    good = token("reader")
    refused = {
        "none": ({}, words.TOKEN_HERE[:30]),
        "wrong": ({"KALLA_TOKEN": "kalla_" + "x" * 43}, words.NO_TOKEN),
        "over": ({"KALLA_TOKEN": token("reader", clock=lambda: 10 * DAY)}, words.NO_TOKEN),
        "for something else": ({"KALLA_TOKEN": token("chief", scopes=(Scope.INGEST,))}, words.NO_SCOPE),
        "no file": ({"KALLA_TOKEN_FILE": str(tmp_path / "none")}, "cannot be read"),
    }
    for how, (environment, said) in refused.items():
        done = command(place, json.dumps(HELLO) + "\n", environment=environment)
        assert (how, done.returncode, done.stdout) == (how, 2, "") and said in done.stderr and "Traceback" not in done.stderr
    file = tmp_path / "token"
    file.write_text(good + "\n")
    (listed,) = talk(place, ("list_documents", {}), KALLA_TOKEN_FILE=str(file))
    assert {one["mark"] for one in listed.structured_content["documents"]} == {"TLP:CLEAR"}
    (found,) = talk(place, ("search", {"question": QUESTION}), KALLA_TOKEN=good)
    assert found.structured_content["mark"] == "TLP:CLEAR"
    (row,) = [row for row in Audit(place).entries() if row.event == "search"]
    assert row.who == "reader" and row.detail["by"] == "MCP" and QUESTION not in row.detail["question"]


def test_a_token_that_is_taken_away_meanwhile_is_no_good(tmp_path: Path, sample_library: Path) -> None:
    place = Path(shutil.copytree(sample_library, tmp_path / "data", symlinks=True))
    token = with_users(place)("reader")
    parameters = StdioServerParameters(
        command=sys.executable, args=["-m", "mcp_server", "--data", str(place)], cwd=ROOT,
        env={"PATH": os.environ["PATH"], "KALLA_TOKEN": token},
    )  # fmt: skip

    async def run() -> tuple[Any, Any]:
        async with Client(parameters) as client:
            before = await client.call_tool("list_documents", {})
            Users(place).change("reader", disabled=True)
            return before, await client.call_tool("list_documents", {})

    before, after = asyncio.run(run())
    assert not before.is_error and after.is_error and after.content[0].text == words.NO_TOKEN


def test_wrong_use_is_said(data: Path) -> None:
    done = command(data, "", "--clearance", "purple")
    assert done.returncode == 2 and "purple" in done.stderr and done.stdout == ""
    assert command(data, "", "--token", "kalla_x").returncode == 2  # a secret is no argument
