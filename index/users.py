"""The accounts of those who may sign in. The only module that imports argon2."""

import json
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from index import store
from index.access import Handling, Principal, Role
from index.errors import AccountError
from index.store import Connection, Row

if TYPE_CHECKING:
    from argon2 import PasswordHasher

SHORTEST = 12  # characters of a password (NIST SP 800-63B-4 asks for 15 where it is all there is, 8 beside something else)
LONGEST = 256
_LONGEST_NAME = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class User:
    """An account. `subject`: "issuer subject" of somebody who signs in at another place, "" of one with a password here."""

    user_id: int
    name: str
    role: Role
    clearance: Handling
    groups: tuple[str, ...]
    subject: str
    disabled: bool
    created: str

    def principal(self, clearance: Handling = Handling.RED) -> Principal:
        """The one who asks; `clearance` holds them below their own."""
        return Principal(name=self.name, role=self.role, clearance=min(self.clearance, clearance), groups=self.groups)


class Users:
    """The accounts of one data folder. Each call is one transaction. Raises AccountError for what cannot be, StoreError."""

    def __init__(self, data: Path, hasher: "PasswordHasher | None" = None) -> None:
        """`hasher`: Argon2id with the parameters of RFC 9106 for ordinary machines unless another is given."""
        self._data = data
        self._given = hasher

    def any(self) -> bool:
        """Whether there are accounts at all, so that one has to sign in."""
        if not store.has_people(self._data):
            return False
        with store.people_seen(self._data) as connection:
            return connection.execute("SELECT 1 FROM users LIMIT 1").fetchone() is not None

    def all(self) -> list[User]:
        """All accounts, by name."""
        with store.people_seen(self._data) as connection:
            return [user_of(row) for row in connection.execute("SELECT * FROM users ORDER BY name")]

    def find(self, name: str) -> User:
        """The account of this name. Raises AccountError where there is none."""
        with store.people_seen(self._data) as connection:
            return user_of(_row(connection, name))

    def add(
        self, name: str, *, role: Role, clearance: Handling, groups: Sequence[str] = (), password: str = "", subject: str = ""
    ) -> User:
        """Make an account: with a password, or for somebody whom another place vouches for (`subject`)."""
        shown = _checked_name(name)
        if not subject:
            _check_password(password, shown)
        hashed = self._hasher.hash(password) if password else ""
        with store.people(self._data) as connection:
            if connection.execute("SELECT 1 FROM users WHERE name = ?", (shown,)).fetchone():
                raise AccountError(f"There is a user {shown} already. To change them: users change {shown}")
            if role is not Role.ADMIN and not subject and not _admins(connection):
                raise AccountError("The first user has to be an administrator, or nobody could add the others: --role admin")
            connection.execute(
                "INSERT INTO users (name, role, clearance, groups, password, subject, created) VALUES (?, ?, ?, ?, ?, ?, ?)",
                (shown, role.value, int(clearance), _groups(groups), hashed, subject or None, store.now()),
            )
            return user_of(_row(connection, shown))

    def change(
        self,
        name: str,
        *,
        role: Role | None = None,
        clearance: Handling | None = None,
        groups: Sequence[str] | None = None,
        disabled: bool | None = None,
    ) -> User:
        """Change what is named; the account's sessions end, and so do the tokens of one that is disabled."""
        with store.people(self._data) as connection:
            before = user_of(_row(connection, name))
            after_role = role or before.role
            off = before.disabled if disabled is None else disabled
            if off or after_role is not Role.ADMIN:
                _keep_an_admin(connection, before)
            connection.execute(
                "UPDATE users SET role = ?, clearance = ?, groups = ?, disabled = ? WHERE id = ?",
                (
                    after_role.value, int(before.clearance if clearance is None else clearance),
                    _groups(before.groups if groups is None else groups), off, before.user_id,
                ),
            )  # fmt: skip
            connection.execute("DELETE FROM sessions WHERE user_id = ?", (before.user_id,))
            return user_of(_row(connection, name))

    def set_password(self, name: str, password: str) -> None:
        """Give an account another password; its sessions end everywhere."""
        _check_password(password, name)
        hashed = self._hasher.hash(password)
        with store.people(self._data) as connection:
            user = user_of(_row(connection, name))
            connection.execute("UPDATE users SET password = ? WHERE id = ?", (hashed, user.user_id))
            connection.execute("DELETE FROM sessions WHERE user_id = ?", (user.user_id,))

    def remove(self, name: str) -> None:
        """Remove an account with its sessions and tokens. The last administrator goes only after all others."""
        with store.people(self._data) as connection:
            user = user_of(_row(connection, name))
            if connection.execute("SELECT count(*) AS n FROM users").fetchone()["n"] > 1:
                _keep_an_admin(connection, user)
            connection.execute("DELETE FROM users WHERE id = ?", (user.user_id,))

    def check(self, name: str, password: str) -> User | None:
        """The active account with this name and password, or None.

        It takes the same time whether the name, the password or neither is right: a hash is worked out in each case.
        """
        from argon2.exceptions import InvalidHashError, VerificationError

        with store.people_seen(self._data) as connection:
            row = connection.execute("SELECT * FROM users WHERE name = ?", (_folded(name),)).fetchone()
        kept = str(row["password"]) if row is not None else ""
        try:
            self._hasher.verify(kept or self._nobody, password[:LONGEST])
        except (VerificationError, InvalidHashError):
            return None
        if row is None or not kept or row["disabled"]:
            return None
        if self._hasher.check_needs_rehash(kept):
            hashed = self._hasher.hash(password)
            with store.people(self._data) as connection:
                connection.execute("UPDATE users SET password = ? WHERE id = ? AND password = ?", (hashed, row["id"], kept))
        return user_of(row)

    def vouched(self, subject: str, name: str, *, role: Role, clearance: Handling, groups: Sequence[str]) -> User | None:
        """The account of somebody whom another place vouches for, made or brought up to date with what it says of them.

        None where the account is disabled. Raises AccountError where somebody else has that name here.
        """
        with store.people(self._data) as connection:
            row = connection.execute("SELECT * FROM users WHERE subject = ?", (subject,)).fetchone()
            if row is not None:
                connection.execute(
                    "UPDATE users SET role = ?, clearance = ?, groups = ? WHERE id = ?",
                    (role.value, int(clearance), _groups(groups), row["id"]),
                )
                user = user_of(connection.execute("SELECT * FROM users WHERE id = ?", (row["id"],)).fetchone())
                return None if user.disabled else user
        return self.add(name, role=role, clearance=clearance, groups=groups, subject=subject)

    @property
    def _hasher(self) -> "PasswordHasher":
        return self._given or _default_hasher()

    @property
    def _nobody(self) -> str:
        """A hash of nobody's password, made with the same parameters."""
        return _hash_of_nobody(self._hasher)


@lru_cache(maxsize=1)
def _default_hasher() -> "PasswordHasher":
    from argon2 import PasswordHasher

    return PasswordHasher()


@lru_cache(maxsize=4)
def _hash_of_nobody(hasher: "PasswordHasher") -> str:
    return hasher.hash(secrets.token_urlsafe(32))


def _row(connection: Connection, name: str) -> Row:
    row: Row | None = connection.execute("SELECT * FROM users WHERE name = ?", (_folded(name),)).fetchone()
    if row is None:
        raise AccountError(f"There is no user {_folded(name)}. Those there are: users list")
    return row


def user_of(row: Row) -> User:
    """The account of a row of `users`."""
    return User(
        user_id=row["id"], name=row["name"], role=Role(row["role"]), clearance=Handling(row["clearance"]),
        groups=tuple(json.loads(row["groups"])), subject=row["subject"] or "", disabled=bool(row["disabled"]),
        created=row["created"],
    )  # fmt: skip


def _folded(name: str) -> str:
    return " ".join(name.split()).lower()


def _checked_name(name: str) -> str:
    folded = _folded(name)
    if not folded or len(folded) > _LONGEST_NAME or not folded.isprintable():
        raise AccountError(f"A name has 1 to {_LONGEST_NAME} characters, such as anna.berg")
    if folded == "local":
        raise AccountError("The name local stands for the one at this machine while there are no users. Choose another.")
    return folded


def _check_password(password: str, name: str) -> None:
    if not SHORTEST <= len(password) <= LONGEST:
        raise AccountError(
            f"A password has {SHORTEST} to {LONGEST} characters. Several words that only you put together do well."
        )
    if password.lower() == name or len(set(password)) < 5:
        raise AccountError("This password is too easy to guess. Several words that only you put together do well.")


def _groups(groups: Sequence[str]) -> str:
    return json.dumps(sorted({" ".join(group.split()) for group in groups if group.strip()}), ensure_ascii=False)


def _admins(connection: Connection) -> set[int]:
    query = "SELECT id FROM users WHERE role = ? AND disabled = 0 AND password != ''"
    return {row["id"] for row in connection.execute(query, (Role.ADMIN.value,))}


def _keep_an_admin(connection: Connection, user: User) -> None:
    if _admins(connection) == {user.user_id}:
        raise AccountError(f"{user.name} is the last administrator with a password here. Make another one first.")
