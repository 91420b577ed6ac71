"""What SECURITY.md says of the tests is so: each that it names exists, and each kind of person is told of."""

import ast
import re

import pytest

from tests.conftest import ROOT

TEXT = (ROOT / "SECURITY.md").read_text("utf-8")
NAMED = sorted(set(re.findall(r"`(test_\w+\.py)::(test_\w+)`", TEXT)))


def test_tests_are_named() -> None:
    assert len(NAMED) > 30
    assert re.findall(r"`test_\w+`|::test_\w+(?!`|\w)", TEXT) == []  # each with its file


@pytest.mark.parametrize(("file", "name"), NAMED)
def test_each_test_that_is_named_exists(file: str, name: str) -> None:
    tree = ast.parse((ROOT / "tests" / file).read_text("utf-8"))
    assert name in {node.name for node in tree.body if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)}


@pytest.mark.parametrize(
    "who",
    ["on the network", "lower clearance", "another group", "editor", "administrator", "disk, or a backup", "hostile document",
     "assistant", "proxy", "same machine"],
)  # fmt: skip
def test_everybody_is_told_of_in_the_table(who: str) -> None:
    rows = [line for line in TEXT.splitlines() if line.startswith("| **")]
    assert any(who in row.split("|")[1].casefold() for row in rows)
    assert all(len(row.split(" | ")) == 3 for row in rows)


def test_every_attack_says_what_it_is_and_what_it_gets() -> None:
    from tests.test_attacks import ATTACKS

    assert sum(map(len, ATTACKS.values())) >= 150
    for kind, attacks in ATTACKS.items():
        told = [one["to"] if kind == "next" else one["what"] for one in attacks]
        assert all(told) and len(set(told)) == len(told), kind
        if kind in ("address", "request", "raw"):
            assert all(one["gets"] and max(one["gets"]) < 506 and 500 not in one["gets"] for one in attacks)
