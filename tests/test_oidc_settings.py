"""How single sign-on is set up: whole, or the server does not start and says why; and what claims give, by rules."""

import os
import stat
from pathlib import Path
from typing import Any

import pytest

import search_app
from index.access import Handling, Role
from index.errors import SignOnError
from index.oidc_rules import Grant, Rule, Rules, read
from index.oidc_settings import OidcSettings, from_environment, is_safe
from tests.oidc_kit import RULES, users_of

HOST = "http://127.0.0.1:7860"


@pytest.fixture
def secret(tmp_path: Path) -> Path:
    file = tmp_path / "secret"
    file.write_text("s3cret\n")
    file.chmod(0o600)
    return file


@pytest.fixture
def whole(secret: Path) -> dict[str, str]:
    return {
        "KALLA_OIDC_ISSUER": "https://login.example.org/realms/city",
        "KALLA_OIDC_CLIENT_ID": "kalla",
        "KALLA_OIDC_CLIENT_SECRET_FILE": str(secret),
    }


def set_up(environment: dict[str, str], address: str = HOST) -> OidcSettings:
    found = from_environment(environment, address)
    assert found is not None
    return found


def refusal(environment: dict[str, str], address: str = HOST) -> str:
    with pytest.raises(SignOnError) as told:
        from_environment(environment, address)
    return str(told.value)


# -- settings


def test_nothing_is_set_up_where_nothing_is_set() -> None:
    assert from_environment({"PATH": "/bin", "KALLA_OIDC_ISSUER": " "}, HOST) is None


def test_the_least_that_is_needed(whole: dict[str, str]) -> None:
    found = set_up(whole)
    assert (found.client_secret, found.name, found.only) == ("s3cret", "login.example.org", False)
    assert found.scopes == "openid profile email" and found.redirect_uri == f"{HOST}/sign-in/callback"
    assert found.rules.grant({}) == Grant(role=Role.READER, clearance=Handling.CLEAR)
    assert "s3cret" not in repr(found)


def test_all_that_can_be_set(whole: dict[str, str], tmp_path: Path) -> None:
    rules = tmp_path / "rules.toml"
    rules.write_text('others = "refused"\n')
    rules.chmod(0o644)
    found = set_up({
        **whole, "KALLA_OIDC_NAME": "Stadens inloggning", "KALLA_OIDC_SCOPES": "openid groups", "KALLA_OIDC_ONLY": "1",
        "KALLA_OIDC_RULES": str(rules), "KALLA_OIDC_ADDRESS": "https://kalla.example.org/",
    })  # fmt: skip
    assert (found.name, found.scopes, found.only) == ("Stadens inloggning", "openid groups", True)
    assert found.redirect_uri == "https://kalla.example.org/sign-in/callback" and found.rules.grant({}) is None


def test_a_secret_can_be_in_the_environment(whole: dict[str, str]) -> None:
    del whole["KALLA_OIDC_CLIENT_SECRET_FILE"]
    assert set_up({**whole, "KALLA_OIDC_CLIENT_SECRET": "other"}).client_secret == "other"


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"KALLA_OIDC_ISSUER": ""}, "KALLA_OIDC_ISSUER is missing"),
        ({"KALLA_OIDC_CLIENT_ID": ""}, "KALLA_OIDC_CLIENT_ID is missing"),
        ({"KALLA_OIDC_CLIENT_SECRET_FILE": ""}, "secret is missing"),
        ({"KALLA_OIDC_SECRET": "x"}, "KALLA_OIDC_SECRET is no setting"),
        ({"KALLA_OIDC_CLIENT_SECRET": "x"}, "both set"),
        ({"KALLA_OIDC_CLIENT_SECRET_FILE": "/nowhere/secret"}, "No such file"),
        ({"KALLA_OIDC_CLIENT_ID": "a\nb"}, "on one line"),
        ({"KALLA_OIDC_NAME": "x" * 61}, "KALLA_OIDC_NAME has at most 60"),
        ({"KALLA_OIDC_SCOPES": "profile"}, "openid is one"),
        ({"KALLA_OIDC_SCOPES": 'openid "x"'}, "openid is one"),
        ({"KALLA_OIDC_ONLY": "yes"}, "Write 1"),
        ({"KALLA_OIDC_RULES": "/nowhere/rules.toml"}, "cannot be read"),
        ({"KALLA_OIDC_ADDRESS": "http://kalla.example.org"}, "needs TLS"),
        ({"KALLA_OIDC_ADDRESS": "https://kalla.example.org/?x"}, "KALLA_OIDC_ADDRESS is"),
        ({"KALLA_OIDC_ADDRESS": "kalla.example.org"}, "needs TLS"),
    ],
)
def test_what_is_wrong_is_named(whole: dict[str, str], changed: dict[str, str], said: str) -> None:
    assert said in refusal({**whole, **changed})


@pytest.mark.parametrize(
    "issuer",
    [
        "http://login.example.org", "http://10.0.0.1", "login.example.org", "ftp://login.example.org", "https://", "https://[",
        "https://user:word@login.example.org", "https://login.example.org?x=1", "https://login.example.org#x",
        "https://login.example.org/a b", "https://login.example.org:x", "https://login.exämple.org", "javascript:alert(1)",
        "http://127.0.0.1.example.org", "http://localhost.example.org", "https://a\\b",
    ],
)  # fmt: skip
def test_an_issuer_that_others_could_read_on_the_way_is_refused(whole: dict[str, str], issuer: str) -> None:
    assert "KALLA_OIDC_ISSUER" in refusal({**whole, "KALLA_OIDC_ISSUER": issuer})


@pytest.mark.parametrize("address", ["https://login.example.org/x", "http://127.0.0.1:9", "http://localhost", "http://[::1]:9/x"])
def test_https_and_this_machine_are_safe(address: str) -> None:
    assert is_safe(address)


@pytest.mark.parametrize("mode", [0o644, 0o640, 0o604, 0o660])
def test_a_secret_that_others_can_read_is_refused(whole: dict[str, str], secret: Path, mode: int) -> None:
    secret.chmod(mode)
    assert "chmod go=" in refusal(whole) and "s3cret" not in refusal(whole)


@pytest.mark.parametrize("held", [b"", b"\n", b"two\nlines", "é".encode(), b"\xff", b"x" * 5000])
def test_a_secret_that_is_none_is_refused(whole: dict[str, str], secret: Path, held: bytes) -> None:
    secret.write_bytes(held)
    assert "KALLA_OIDC_CLIENT_SECRET_FILE" in refusal(whole)


# -- the server


def start(data: Path, monkeypatch: pytest.MonkeyPatch, environment: dict[str, str], *arguments: str) -> str:
    """What the server says instead of starting, "" where it would start."""
    for name in [name for name in os.environ if name.startswith("KALLA_OIDC_")]:
        monkeypatch.delenv(name)
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    try:
        search_app._check_reach(search_app._parser().parse_args([*arguments, "--data", str(data)]))
    except search_app._CannotStart as exc:
        return str(exc)
    return ""


def test_the_server_does_not_start_half_set_up(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, whole: dict[str, str], capsys: pytest.CaptureFixture[str]
) -> None:
    del whole["KALLA_OIDC_CLIENT_ID"]
    assert "KALLA_OIDC_CLIENT_ID is missing" in start(tmp_path / "data", monkeypatch, whole)
    assert search_app.main(["--data", str(tmp_path / "data")]) == 2
    assert "KALLA_OIDC_CLIENT_ID is missing" in capsys.readouterr().err


def test_behind_a_proxy_the_address_has_to_be_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, whole: dict[str, str]
) -> None:
    users_of(tmp_path / "data")
    assert "KALLA_OIDC_ADDRESS=https" in start(tmp_path / "data", monkeypatch, whole, "--proxy", "10.0.0.1")
    whole["KALLA_OIDC_ADDRESS"] = "https://kalla.example.org"
    said = start(tmp_path / "data", monkeypatch, whole, "--proxy", "10.0.0.1")
    assert "--trusted-host kalla.example.org" in said  # else it would refuse its own browsers
    named = ("--proxy", "10.0.0.1", "--trusted-host", "kalla.example.org")
    assert start(tmp_path / "data", monkeypatch, whole, *named) == ""


def test_without_tls_it_is_refused_elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, whole: dict[str, str]) -> None:
    assert "needs TLS" in start(tmp_path / "data", monkeypatch, whole, "--host", "192.168.1.5")
    assert start(tmp_path / "data", monkeypatch, whole) == ""


def test_the_secret_does_not_stay_for_other_processes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, whole: dict[str, str]
) -> None:
    del whole["KALLA_OIDC_CLIENT_SECRET_FILE"]
    assert start(tmp_path / "data", monkeypatch, {**whole, "KALLA_OIDC_CLIENT_SECRET": "s3cret"}) == ""
    assert "KALLA_OIDC_CLIENT_SECRET" not in os.environ


@pytest.mark.parametrize(
    ("arguments", "address"),
    [
        ((), "http://127.0.0.1:7860"),
        (("--port", "80"), "http://127.0.0.1"),
        (("--host", "::1"), "http://[::1]:7860"),
        (("--trusted-host", "a.example", "--tls-cert", "x", "--port", "443"), "https://a.example"),
    ],
)
def test_the_address_is_the_servers_own(arguments: tuple[str, ...], address: str) -> None:
    assert search_app._own_address(search_app._parser().parse_args(arguments)) == address


# -- rules

TOML = """
name = "upn"
others = "refused"

[[rule]]
claim = "groups"
value = "kalla-editors"
role = "editor"
clearance = "OFFICIAL-SENSITIVE"

[[rule]]
claim = "realm_access.roles"
value = "chief"
role = "admin"
clearance = "TLP:RED"
groups = ["Stockholm", "Brand"]
"""


def rules(tmp_path: Path, text: str) -> Path:
    file = tmp_path / "rules.toml"
    file.write_text(text, "utf-8")
    file.chmod(0o644)
    return file


def test_rules_are_read_from_a_file(tmp_path: Path) -> None:
    found = read(rules(tmp_path, TOML))
    assert found.grant({"groups": ["kalla-editors"]}) == Grant(role=Role.EDITOR, clearance=Handling.AMBER_STRICT)
    chief = Grant(role=Role.ADMIN, clearance=Handling.RED, groups=("Brand", "Stockholm"))
    assert found.grant({"realm_access": {"roles": ["chief"]}}) == chief
    assert found.grant({"realm_access.roles": ["chief"]}) == chief  # a claim of just that name counts as well
    assert found.grant({"groups": ["visitors"]}) is None and found.name({"upn": "a@b.se", "preferred_username": "x"}) == "a@b.se"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[[rule]\n", "cannot be read"),
        ('roles = "x"', "roles at the top is not known"),
        ('rule = "x"', "[[rule]]"),
        ('[[rule]]\nvalue = "x"\nrole = "admin"', "rule 1 has no claim"),
        ('[[rule]]\nclaim = "x"\nrole = "admin"', "rule 1 has no value"),
        ('[[rule]]\nclaim = "x"\nvalue = "y"', "rule 1 gives nothing"),
        ('[[rule]]\nclaim = "x"\nvalue = "y"\nrole = "root"', "root is no role"),
        ('[[rule]]\nclaim = "x"\nvalue = "y"\nrole = 1', "rule 1: role is a text"),
        ('[[rule]]\nclaim = "x"\nvalue = "y"\nclearance = "secret"', "secret is no clearance"),
        ('[[rule]]\nclaim = "x"\nvalue = "y"\ngroups = "z"', "groups is a list"),
        ('[[rule]]\nclaim = "x"\nvalue = ["y"]\nrole = "admin"', "value is a text"),
        ('[[rule]]\nclaim = "x"\nvalue = 1.5\nrole = "admin"', "value is a text"),
        ('[[rule]]\nclaim = ""\nvalue = "y"\nrole = "admin"', "claim is a text"),
        ('[[rule]]\nclaim = "x"\nvalue = "y"\nRole = "admin"', "Role in rule 1 is not known"),
        ('others = "admin"', "others is"),
        ("name = 7", "name is a text"),
    ],
)
def test_rules_that_are_wrong_are_refused_whole(tmp_path: Path, text: str, said: str) -> None:
    with pytest.raises(SignOnError) as told:
        read(rules(tmp_path, text))
    assert said in str(told.value) and "rules.toml" in str(told.value)


def test_rules_that_others_can_change_are_refused(tmp_path: Path) -> None:
    file = rules(tmp_path, TOML)
    file.chmod(stat.S_IRUSR | stat.S_IWUSR | stat.S_IWGRP)
    with pytest.raises(SignOnError, match="chmod go-w"):
        read(file)


@pytest.mark.parametrize(
    ("claims", "grant"),
    [
        ({}, Grant()),
        ({"groups": "kalla-editors"}, Grant(role=Role.EDITOR, clearance=Handling.AMBER)),
        ({"groups": ["x", "kalla-editors"]}, Grant(role=Role.EDITOR, clearance=Handling.AMBER)),
        ({"groups": ["kalla-admins"]}, Grant(role=Role.ADMIN)),  # what no rule gives is the least
        ({"groups": ["kalla-admins", "kalla-editors"]}, Grant(role=Role.ADMIN, clearance=Handling.AMBER)),
        ({"city": "Stockholm"}, Grant(clearance=Handling.GREEN, groups=("Stockholm",))),
        ({"city": "Stockholm", "groups": ["kalla-editors"]},
         Grant(role=Role.EDITOR, clearance=Handling.AMBER, groups=("Stockholm",))),
        ({"groups": ["KALLA-ADMINS"]}, Grant()),
        ({"groups": "kalla-admins,kalla-editors"}, Grant()),
        ({"groups": {"kalla-admins": True}}, Grant()),
        ({"groups": [["kalla-admins"]]}, Grant()),
        ({"groups": None}, Grant()),
        ({"groups": 7}, Grant()),
        ({"role": "admin", "clearance": "RED"}, Grant()),
    ],
)  # fmt: skip
def test_each_claim_gives_what_its_rule_says_and_nothing_more(claims: dict[str, Any], grant: Grant) -> None:
    assert RULES.grant(claims) == grant


def test_true_is_not_one() -> None:
    found = Rules(rules=(Rule(claim="staff", value=True, role=Role.EDITOR), Rule(claim="level", value=1, role=Role.ADMIN)))
    assert found.grant({"staff": True}) == Grant(role=Role.EDITOR) and found.grant({"level": 1}) == Grant(role=Role.ADMIN)
    for claims in ({"staff": 1}, {"staff": "true"}, {"level": True}, {"level": "1"}, {"level": 1.0}):
        assert found.grant(claims) == Grant()


@pytest.mark.parametrize(
    ("claims", "name"),
    [
        ({"preferred_username": "anna", "email": "a@b.se", "sub": "7"}, "anna"),
        ({"preferred_username": " ", "email": "a@b.se", "sub": "7"}, "a@b.se"),
        ({"preferred_username": ["anna"], "email": "a@b.se", "email_verified": False, "sub": "7"}, "7"),
        ({"preferred_username": 7}, ""),
    ],
)
def test_an_account_is_called_what_the_provider_calls_it(claims: dict[str, Any], name: str) -> None:
    assert Rules().name(claims) == name
