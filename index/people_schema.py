"""The tables of people.sqlite: who may sign in, who has, and what they did. Ordered migrations, as in `index.schema`."""

from index.schema import Migration

_FIRST = (
    # `password` is an Argon2id hash, "" for somebody who signs in elsewhere; `subject` names them there ("issuer subject").
    """CREATE TABLE users (
        id INTEGER PRIMARY KEY AUTOINCREMENT, name TEXT NOT NULL UNIQUE, role TEXT NOT NULL, clearance INTEGER NOT NULL,
        groups TEXT NOT NULL, password TEXT NOT NULL, subject TEXT UNIQUE, disabled INTEGER NOT NULL DEFAULT 0,
        created TEXT NOT NULL)""",
    # Of a cookie or a token only the hash is kept. Times are seconds since 1970.
    """CREATE TABLE sessions (
        hash BLOB PRIMARY KEY, user_id INTEGER NOT NULL REFERENCES users(id) ON DELETE CASCADE,
        began REAL NOT NULL, seen REAL NOT NULL) WITHOUT ROWID""",
    "CREATE INDEX sessions_by_user ON sessions(user_id)",
    """CREATE TABLE tokens (
        id INTEGER PRIMARY KEY AUTOINCREMENT, user_id INTEGER NOT NULL REFERENCES users(id) ON DELETE CASCADE,
        name TEXT NOT NULL, hash BLOB NOT NULL UNIQUE, scopes TEXT NOT NULL, clearance INTEGER NOT NULL,
        created REAL NOT NULL, expires REAL NOT NULL, used REAL)""",
    "CREATE INDEX tokens_by_user ON tokens(user_id)",
    "CREATE TABLE attempts (key BLOB PRIMARY KEY, failures INTEGER NOT NULL, last REAL NOT NULL) WITHOUT ROWID",
    # Each row seals the one before it. Nothing is ever changed here or taken out.
    """CREATE TABLE audit (
        id INTEGER PRIMARY KEY AUTOINCREMENT, at TEXT NOT NULL, who TEXT NOT NULL, event TEXT NOT NULL,
        detail TEXT NOT NULL, previous BLOB NOT NULL, hash BLOB NOT NULL)""",
    "CREATE TRIGGER audit_is_not_changed BEFORE UPDATE ON audit BEGIN SELECT RAISE(ABORT, 'the audit trail is append-only'); END",
    "CREATE TRIGGER audit_is_not_cut BEFORE DELETE ON audit BEGIN SELECT RAISE(ABORT, 'the audit trail is append-only'); END",
)
PEOPLE_MIGRATIONS = (Migration(name="0001 users, sessions, tokens, attempts, audit", statements=_FIRST),)
