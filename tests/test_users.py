"""Accounts, sessions, tokens, and how often somebody may try."""

import sqlite3
import stat
import threading
from pathlib import Path

import pytest
from argon2 import PasswordHasher

from index import privacy, store
from index.access import Handling, Role
from index.errors import AccountError, LibraryError, StoreError
from index.sessions import Sessions
from index.throttle import Throttle
from index.tokens import DAY, Scope, Tokens
from index.users import LONGEST, User, Users

QUICK = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
GOOD = "correct horse battery"
OTHER = "staple under lamp post"


class Clock:
    def __init__(self) -> None:
        self.now = 1_000_000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def users(tmp_path: Path) -> Users:
    return Users(tmp_path / "data", QUICK)


@pytest.fixture
def data(tmp_path: Path) -> Path:
    return tmp_path / "data"


@pytest.fixture
def clock() -> Clock:
    return Clock()


def admin(users: Users) -> User:
    return users.add("Chief", role=Role.ADMIN, clearance=Handling.RED, password=GOOD)


def reader(users: Users, name: str = "Anna  Berg", clearance: Handling = Handling.GREEN) -> User:
    return users.add(name, role=Role.READER, clearance=clearance, groups=(" London ", "", "Paris"), password=GOOD)


# -- accounts


def test_no_accounts_is_asked_without_making_a_file(users: Users, data: Path) -> None:
    assert not users.any() and not data.exists()


def test_an_account_is_found_by_its_name_however_it_is_typed(users: Users) -> None:
    admin(users)
    anna = reader(users)
    assert anna.name == "anna berg" and anna.groups == ("London", "Paris")
    assert users.find(" ANNA berg ") == anna and users.check("Anna Berg", GOOD) == anna
    assert [user.name for user in users.all()] == ["anna berg", "chief"] and users.any()


def test_only_the_right_password_opens_an_active_account(users: Users) -> None:
    admin(users)
    reader(users)
    assert users.check("anna berg", OTHER) is None
    assert users.check("nobody", GOOD) is None
    assert users.check("anna berg", "") is None
    users.change("anna berg", disabled=True)
    assert users.check("anna berg", GOOD) is None
    users.change("anna berg", disabled=False)
    assert users.check("anna berg", GOOD) is not None


@pytest.mark.parametrize(("name", "password"), [("chief", OTHER), ("nobody", GOOD), ("off", GOOD), ("elsewhere", GOOD)])
def test_a_hash_is_worked_out_whoever_is_asked_for(data: Path, name: str, password: str) -> None:
    tried: list[str] = []

    class Counting(PasswordHasher):
        def verify(self, hash: str | bytes, password: str | bytes) -> bool:  # type: ignore[override]
            tried.append(str(hash))
            return super().verify(hash, password)

    users = Users(data, Counting(time_cost=1, memory_cost=8, parallelism=1))
    admin(users)
    reader(users, "off")
    users.change("off", disabled=True)
    users.add("elsewhere", role=Role.READER, clearance=Handling.GREEN, subject="https://id.example 7")
    assert users.check(name, password) is None
    assert len(tried) == 1 and tried[0].startswith("$argon2id$v=19$m=8,t=1,p=1$")


def test_passwords_are_kept_as_argon2id_alone(users: Users, data: Path) -> None:
    admin(users)
    with sqlite3.connect(data / store.PEOPLE_FILE) as connection:
        (kept,) = connection.execute("SELECT password FROM users").fetchone()
    assert kept.startswith("$argon2id$")
    assert GOOD.encode() not in b"".join(path.read_bytes() for path in data.iterdir() if path.is_file())


def test_a_hash_with_older_parameters_is_made_anew_at_the_next_sign_in(users: Users, data: Path) -> None:
    admin(users)
    stronger = Users(data, PasswordHasher(time_cost=2, memory_cost=16, parallelism=1))
    assert stronger.check("chief", GOOD) is not None
    with sqlite3.connect(data / store.PEOPLE_FILE) as connection:
        assert "m=16,t=2" in connection.execute("SELECT password FROM users").fetchone()[0]
    assert stronger.check("chief", GOOD) is not None


@pytest.mark.parametrize("password", ["", "short", "a" * 20, "x" * (LONGEST + 1), "anna.berg.anna"])
def test_a_password_that_is_easy_to_guess_is_refused(users: Users, password: str) -> None:
    admin(users)
    with pytest.raises(AccountError, match="password"):
        users.add("anna.berg.anna", role=Role.READER, clearance=Handling.GREEN, password=password)


@pytest.mark.parametrize("name", ["", "  ", "x" * 101, "a\nb\u202e", "local", "a\0b"])
def test_a_name_that_is_none_is_refused(users: Users, name: str) -> None:
    with pytest.raises(AccountError):
        users.add(name, role=Role.ADMIN, clearance=Handling.RED, password=GOOD)


def test_the_first_user_is_an_administrator(users: Users) -> None:
    with pytest.raises(AccountError, match="--role admin"):
        reader(users)


def test_a_name_is_taken_once(users: Users) -> None:
    admin(users)
    with pytest.raises(AccountError, match="already"):
        admin(users)


def test_the_last_administrator_stays_until_all_others_are_gone(users: Users) -> None:
    admin(users)
    reader(users)
    for change in (
        lambda: users.change("chief", disabled=True),
        lambda: users.change("chief", role=Role.EDITOR),
        lambda: users.remove("chief"),
    ):
        with pytest.raises(AccountError, match="last administrator"):
            change()
    users.remove("anna berg")
    users.remove("chief")
    assert not users.any()


def test_what_is_not_there_is_said(users: Users) -> None:
    for ask in (
        lambda: users.find("x"),
        lambda: users.remove("x"),
        lambda: users.set_password("x", GOOD),
        lambda: users.change("x"),
    ):
        with pytest.raises(AccountError, match="no user x"):
            ask()


def test_somebody_another_place_vouches_for_is_brought_up_to_date(users: Users) -> None:
    admin(users)
    first = users.vouched("https://id 1", "Eva", role=Role.READER, clearance=Handling.GREEN, groups=())
    again = users.vouched("https://id 1", "Renamed", role=Role.EDITOR, clearance=Handling.AMBER, groups=("Paris",))
    assert first is not None and again is not None
    assert (again.user_id, again.name, again.role, again.clearance) == (first.user_id, "eva", Role.EDITOR, Handling.AMBER)
    assert users.check("eva", "") is None
    users.change("eva", disabled=True)
    assert users.vouched("https://id 1", "Eva", role=Role.ADMIN, clearance=Handling.RED, groups=()) is None
    with pytest.raises(AccountError, match="already"):
        users.vouched("https://id 2", "chief", role=Role.ADMIN, clearance=Handling.RED, groups=())


# -- sessions


def test_a_session_is_known_by_its_secret_alone(users: Users, data: Path) -> None:
    anna = admin(users)
    sessions = Sessions(data)
    secret = sessions.begin(anna)
    assert sessions.find(secret) == anna
    for other in ("", secret[:-1], secret + "x", "x" * 10_000, "\ud800"):
        assert sessions.find(other) is None
    assert secret.encode() not in (data / store.PEOPLE_FILE).read_bytes()


def test_a_sign_in_ends_the_session_before(users: Users, data: Path) -> None:
    anna, sessions = admin(users), Sessions(data)
    first = sessions.begin(anna)
    second = sessions.begin(anna, first)
    assert second != first and sessions.find(first) is None and sessions.find(second) == anna


def test_a_session_ends_unused_and_ends_in_any_case(users: Users, data: Path, clock: Clock) -> None:
    anna, sessions = admin(users), Sessions(data, idle=100, absolute=1000, clock=clock)
    secret = sessions.begin(anna)
    for _ in range(12):
        clock.now += 80
        assert sessions.find(secret) == anna
    clock.now += 80
    assert sessions.find(secret) is None
    secret = sessions.begin(anna)
    clock.now += 101
    assert sessions.find(secret) is None


@pytest.mark.parametrize("what", ["role", "disabled", "password", "removed", "signed out everywhere"])
def test_sessions_end_with_what_they_stood_on(users: Users, data: Path, what: str) -> None:
    admin(users)
    anna, sessions = reader(users), Sessions(data)
    secrets = [sessions.begin(anna), sessions.begin(anna)]
    match what:
        case "role":
            users.change(anna.name, clearance=Handling.CLEAR)
        case "disabled":
            users.change(anna.name, disabled=True)
        case "password":
            users.set_password(anna.name, OTHER)
        case "removed":
            users.remove(anna.name)
        case _:
            assert sessions.end_all(anna) == 2
    assert [sessions.find(secret) for secret in secrets] == [None, None]


def test_one_session_is_ended_alone(users: Users, data: Path) -> None:
    anna, sessions = admin(users), Sessions(data)
    first, second = sessions.begin(anna), sessions.begin(anna)
    sessions.end(first)
    assert sessions.find(first) is None and sessions.find(second) == anna


# -- tokens


def test_a_token_speaks_for_its_owner_within_its_scope_and_clearance(users: Users, data: Path) -> None:
    admin(users)
    anna, tokens = reader(users, clearance=Handling.AMBER), Tokens(data)
    token = tokens.make(anna, "script", scopes=[Scope.READ], clearance=Handling.RED, days=30)
    found = tokens.find(token)
    assert found is not None and found.scopes == (Scope.READ,)
    assert found.principal == anna.principal() and found.principal.clearance is Handling.AMBER
    low = tokens.find(tokens.make(anna, "assistant", scopes=[Scope.READ], clearance=Handling.CLEAR, days=1))
    assert low is not None and low.principal.clearance is Handling.CLEAR
    users.change(anna.name, clearance=Handling.GREEN)
    again = tokens.find(token)
    assert again is not None and again.principal.clearance is Handling.GREEN
    assert token.encode() not in (data / store.PEOPLE_FILE).read_bytes()


def test_a_token_ends(users: Users, data: Path, clock: Clock) -> None:
    chief = admin(users)
    anna, tokens = reader(users), Tokens(data, clock)
    token = tokens.make(anna, "script", scopes=[Scope.READ], clearance=Handling.RED, days=2)
    assert tokens.find(token) is not None
    users.change(anna.name, disabled=True)
    assert tokens.find(token) is None
    users.change(anna.name, disabled=False)
    (held,) = tokens.of(anna)
    assert not tokens.take_away(chief, held.token_id) and tokens.find(token) is not None
    clock.now += 2 * DAY
    assert tokens.find(token) is None
    second = tokens.make(anna, "script", scopes=[Scope.INGEST], clearance=Handling.RED, days=2)
    held = tokens.of(anna)[0]
    assert tokens.take_away(anna, held.token_id) and tokens.find(second) is None
    third = tokens.make(anna, "script", scopes=[Scope.READ], clearance=Handling.RED, days=2)
    users.remove(anna.name)
    assert tokens.find(third) is None


@pytest.mark.parametrize("wrong", ["", "kalla_", "kalla_" + "x" * 43, "Bearer x", "kalla_" + "x" * 5000, "kalla_\n" + "x" * 42])
def test_what_is_no_token_is_nobodys(users: Users, data: Path, wrong: str) -> None:
    admin(users)
    assert Tokens(data).find(wrong) is None


def test_tokens_have_a_name_a_scope_an_end_and_are_not_many(users: Users, data: Path) -> None:
    anna, tokens = admin(users), Tokens(data)
    for name, scopes, days in (("", [Scope.READ], 1), ("x", [], 1), ("x", [Scope.READ], 0), ("x", [Scope.READ], 367)):
        with pytest.raises(AccountError, match="token needs"):
            tokens.make(anna, name, scopes=scopes, clearance=Handling.RED, days=days)
    for _ in range(20):
        tokens.make(anna, "x", scopes=[Scope.READ], clearance=Handling.RED, days=1)
    with pytest.raises(AccountError, match="20 tokens"):
        tokens.make(anna, "x", scopes=[Scope.READ], clearance=Handling.RED, days=1)


# -- attempts


def test_the_wait_grows_with_each_failure_and_is_forgotten(data: Path, clock: Clock) -> None:
    throttle = Throttle(data, clock)
    waits = []
    for _ in range(9):
        throttle.failed("anna", "10.0.0.1")
        waits.append(throttle.wait("ANNA ", "10.0.0.1"))
    assert waits == [0, 0, 0, 0, 1, 2, 4, 8, 16]
    clock.now += 15
    assert throttle.wait("anna", "10.0.0.1") == 1
    clock.now += 1
    assert throttle.wait("anna", "10.0.0.1") == 0
    throttle.worked("anna", "10.0.0.1")
    throttle.failed("anna", "10.0.0.1")
    assert throttle.wait("anna", "10.0.0.1") == 0


def test_the_longest_wait_has_an_end(data: Path, clock: Clock) -> None:
    throttle = Throttle(data, clock)
    for _ in range(60):
        throttle.failed("anna", "10.0.0.1")
    assert throttle.wait("anna", "10.0.0.1") == 900
    assert throttle.wait("bert", "10.0.0.1") == 900  # the address tried too many
    assert throttle.wait("anna", "10.0.0.2") == 30  # nobody is shut out from elsewhere for long
    assert throttle.wait("bert", "10.0.0.2") == 0


def test_attempts_name_nobody(data: Path, clock: Clock) -> None:
    Throttle(data, clock).failed("anna", "10.0.0.1")
    kept = b"".join(path.read_bytes() for path in data.glob(f"{store.PEOPLE_FILE}*"))
    assert b"anna" not in kept and b"10.0.0.1" not in kept


def test_attempts_from_many_threads_are_all_counted(data: Path, clock: Clock) -> None:
    throttle = Throttle(data, clock)
    throttle.failed("anna", "a")
    threads = [threading.Thread(target=throttle.failed, args=("anna", "a")) for _ in range(7)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert throttle.wait("anna", "a") == 8


# -- files


def test_what_is_written_is_its_owners_alone(users: Users, data: Path) -> None:
    admin(users)
    Throttle(data).failed("anna", "a")
    store.prepare(data)
    with store.desk(data):
        modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in data.iterdir()}
    assert {"people.sqlite", "desk.sqlite", "kalla.sqlite", "secret.key"} <= set(modes)
    assert set(modes.values()) == {0o600} and stat.S_IMODE(data.stat().st_mode) == 0o700


def test_rights_that_others_have_are_taken_away(data: Path) -> None:
    store.prepare(data)
    data.chmod(0o755)
    (data / "kalla.sqlite").chmod(0o664)
    (data / "models").mkdir(mode=0o755)
    privacy.keep_private(data)
    assert [stat.S_IMODE(path.stat().st_mode) for path in (data, data / "kalla.sqlite", data / "models")] == [0o700, 0o600, 0o700]
    privacy.keep_private(data / "absent")
    assert not (data / "absent").exists()


def test_a_damaged_key_is_said(data: Path, users: Users) -> None:
    Throttle(data).failed("anna", "a")
    (data / "secret.key").write_bytes(b"short")
    with pytest.raises(StoreError, match=r"secret\.key is damaged"):
        Throttle(data).failed("anna", "a")


def test_a_damaged_file_of_people_is_said_and_kept(users: Users, data: Path) -> None:
    data.mkdir()
    (data / store.PEOPLE_FILE).write_bytes(b"nothing that SQLite knows" * 100)
    with pytest.raises(LibraryError, match=r"people\.sqlite"):
        users.any()
    assert (data / store.PEOPLE_FILE).read_bytes() == b"nothing that SQLite knows" * 100
