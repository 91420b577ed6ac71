"""The tables, as ordered migrations. A migration that has been released is never edited: a new one follows it."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Migration:
    """One step of the schema, run in one transaction together with its own record."""

    name: str
    statements: tuple[str, ...]


_FIRST = (
    # What was read: one row a file, with the outcome last reported and the stat it had then.
    """CREATE TABLE files (
        path TEXT PRIMARY KEY, size INTEGER NOT NULL, mtime_ns INTEGER NOT NULL, ctime_ns INTEGER NOT NULL,
        inode INTEGER NOT NULL, read_ns INTEGER NOT NULL, sha256 TEXT NOT NULL, catalogue TEXT NOT NULL,
        outcome TEXT NOT NULL, reason TEXT NOT NULL, pages INTEGER NOT NULL, pages_without_text INTEGER NOT NULL,
        passages INTEGER NOT NULL, seconds REAL NOT NULL, updated TEXT NOT NULL) WITHOUT ROWID""",
    # A document is its content: the same bytes under two paths are one document.
    """CREATE TABLE documents (
        id INTEGER PRIMARY KEY AUTOINCREMENT, key TEXT NOT NULL UNIQUE, format TEXT NOT NULL, record TEXT NOT NULL,
        title TEXT NOT NULL, kind TEXT NOT NULL, city TEXT NOT NULL, organisation TEXT NOT NULL, theme TEXT NOT NULL,
        date TEXT NOT NULL, language TEXT NOT NULL, edition TEXT NOT NULL, supersedes TEXT NOT NULL,
        handling TEXT NOT NULL, level INTEGER NOT NULL, attribution TEXT NOT NULL, source TEXT NOT NULL,
        own TEXT NOT NULL, pages INTEGER NOT NULL, unreadable TEXT NOT NULL, notes TEXT NOT NULL,
        text_sha256 TEXT NOT NULL, added TEXT NOT NULL)""",
    """CREATE TABLE file_documents (
        path TEXT NOT NULL, document_id INTEGER NOT NULL REFERENCES documents(id),
        PRIMARY KEY (path, document_id)) WITHOUT ROWID""",
    "CREATE INDEX file_documents_by_document ON file_documents(document_id)",
    """CREATE TABLE texts (
        document_id INTEGER PRIMARY KEY REFERENCES documents(id), text TEXT NOT NULL, blocks TEXT NOT NULL)""",
    """CREATE TABLE pages (
        document_id INTEGER NOT NULL REFERENCES documents(id), number INTEGER NOT NULL, label TEXT NOT NULL,
        start INTEGER NOT NULL, "end" INTEGER NOT NULL, width REAL NOT NULL, height REAL NOT NULL,
        source TEXT NOT NULL, boxes BLOB NOT NULL, UNIQUE (document_id, number))""",
    # Models and their vectors, by the hash of what was embedded: nothing is embedded twice.
    """CREATE TABLE models (
        id INTEGER PRIMARY KEY, fingerprint TEXT NOT NULL UNIQUE, folder TEXT NOT NULL, info TEXT NOT NULL,
        source TEXT NOT NULL)""",
    """CREATE TABLE vectors (
        id INTEGER PRIMARY KEY, model_id INTEGER NOT NULL REFERENCES models(id), hash BLOB NOT NULL,
        vector BLOB NOT NULL, UNIQUE (model_id, hash))""",
    # A generation is one way to cut and embed the library. One of them serves; a rebuild makes the next beside it.
    """CREATE TABLE generations (
        id INTEGER PRIMARY KEY AUTOINCREMENT, model_id INTEGER NOT NULL REFERENCES models(id), chunking TEXT NOT NULL,
        state TEXT NOT NULL CHECK (state IN ('building', 'serving', 'retired')), created TEXT NOT NULL)""",
    """CREATE TABLE passages (
        id INTEGER PRIMARY KEY AUTOINCREMENT, generation_id INTEGER NOT NULL REFERENCES generations(id),
        document_id INTEGER NOT NULL REFERENCES documents(id), ordinal INTEGER NOT NULL, seq INTEGER NOT NULL,
        start INTEGER NOT NULL, "end" INTEGER NOT NULL, text TEXT NOT NULL, page INTEGER NOT NULL,
        page_end INTEGER NOT NULL, section TEXT NOT NULL, context TEXT NOT NULL, sentences TEXT NOT NULL,
        language TEXT NOT NULL, kind TEXT NOT NULL, vector_id INTEGER NOT NULL REFERENCES vectors(id))""",
    "CREATE INDEX passages_by_document ON passages(generation_id, document_id, ordinal)",
    "CREATE INDEX passages_by_seq ON passages(generation_id, seq)",
    "CREATE INDEX passages_by_vector ON passages(vector_id)",
    # Passages that are gone, but still in the generation's snapshot of vectors.
    """CREATE TABLE tombstones (
        generation_id INTEGER NOT NULL, passage_id INTEGER NOT NULL, seq INTEGER NOT NULL,
        PRIMARY KEY (generation_id, passage_id)) WITHOUT ROWID""",
    """CREATE TABLE snapshots (
        generation_id INTEGER PRIMARY KEY REFERENCES generations(id), seq INTEGER NOT NULL, file TEXT NOT NULL,
        sha256 TEXT NOT NULL, vectors INTEGER NOT NULL, created TEXT NOT NULL)""",
    # `seq` counts commits that changed what can be found.
    "CREATE TABLE state (key TEXT PRIMARY KEY, value INTEGER NOT NULL) WITHOUT ROWID",
    "INSERT INTO state VALUES ('seq', 0)",
    """CREATE TABLE evaluations (
        id INTEGER PRIMARY KEY, name TEXT NOT NULL, created TEXT NOT NULL, figures TEXT NOT NULL)""",
)

# The words of passages rest in a file beside their vectors, and the vectors of their sentences beside their own.
_WORDS = (
    "ALTER TABLE snapshots ADD COLUMN words TEXT NOT NULL DEFAULT ''",
    "ALTER TABLE snapshots ADD COLUMN words_sha256 TEXT NOT NULL DEFAULT ''",
    "ALTER TABLE vectors ADD COLUMN sentences BLOB NOT NULL DEFAULT x''",
    # The glossaries of the folders that were read, and what was measured of a model: when a question is answered at all.
    """CREATE TABLE glossary (
        folder TEXT NOT NULL, place INTEGER NOT NULL, swedish TEXT NOT NULL, english TEXT NOT NULL,
        PRIMARY KEY (folder, place)) WITHOUT ROWID""",
    "ALTER TABLE models ADD COLUMN floor TEXT NOT NULL DEFAULT ''",
)

# How sure text recognition (OCR) was of a page, 0 to 1; NULL where it was not tried.
_CONFIDENCE = ("ALTER TABLE pages ADD COLUMN confidence REAL",)

# Which texts are near-identical. It follows from the texts alone, so it never has to be made anew; which of them is the newer
# edition is decided when it is read, for each asker from what they may see (index/editions.py).
_EDITIONS = (
    # A few of a document's shingles stand for it (index/shingles.py); what share many of these is compared whole.
    """CREATE TABLE sketches (
        hash INTEGER NOT NULL, document_id INTEGER NOT NULL REFERENCES documents(id),
        PRIMARY KEY (hash, document_id)) WITHOUT ROWID""",
    "CREATE INDEX sketches_by_document ON sketches(document_id)",
    # `share`: what the two have of the larger, 0 to 1. Each pair stands once.
    """CREATE TABLE alike (
        document_id INTEGER NOT NULL REFERENCES documents(id), other_id INTEGER NOT NULL REFERENCES documents(id),
        share REAL NOT NULL, PRIMARY KEY (document_id, other_id)) WITHOUT ROWID""",
    "CREATE INDEX alike_by_other ON alike(other_id)",
    # Whether a document was compared with those before it: a store that is older than this is compared when it is next written.
    "ALTER TABLE documents ADD COLUMN compared INTEGER NOT NULL DEFAULT 0",
)

# A hash of each row that is quoted or shown: what a disk changes is noticed.
_SEALS = (
    "ALTER TABLE documents ADD COLUMN seal BLOB NOT NULL DEFAULT x''",
    "ALTER TABLE passages ADD COLUMN seal BLOB NOT NULL DEFAULT x''",
    "ALTER TABLE vectors ADD COLUMN seal BLOB NOT NULL DEFAULT x''",
)

# Whose a document is: cities and groups, as JSON; and who spoke at what must not be attributed. Of a file that holds no document,
# the catalogue alone says who may know of it.
_GROUPS = (
    "ALTER TABLE documents ADD COLUMN groups TEXT NOT NULL DEFAULT '[]'",
    "ALTER TABLE documents ADD COLUMN speakers TEXT NOT NULL DEFAULT '[]'",
    "ALTER TABLE files ADD COLUMN handling TEXT NOT NULL DEFAULT ''",
    "ALTER TABLE files ADD COLUMN groups TEXT NOT NULL DEFAULT '[]'",
)

MIGRATIONS = (
    Migration(name="0001 first tables", statements=_FIRST),
    Migration(name="0002 words, sentences, glossary, floor", statements=_WORDS),
    Migration(name="0003 confidence of pages", statements=_CONFIDENCE),
    Migration(name="0004 editions", statements=_EDITIONS),
    Migration(name="0005 seals", statements=_SEALS),
    Migration(name="0006 groups, speakers", statements=_GROUPS),
)

# What people keep for themselves (desk.sqlite). It holds copies of what was quoted, so that it outlives a rebuild.
_DESK = (
    """CREATE TABLE kept (
        id INTEGER PRIMARY KEY AUTOINCREMENT, owner TEXT NOT NULL, place INTEGER NOT NULL, level INTEGER NOT NULL,
        sha256 TEXT NOT NULL, start INTEGER NOT NULL, "end" INTEGER NOT NULL, passage TEXT NOT NULL,
        question TEXT NOT NULL, note TEXT NOT NULL, kept TEXT NOT NULL, UNIQUE (owner, sha256, start, "end"))""",
    """CREATE TABLE followed (
        id INTEGER PRIMARY KEY AUTOINCREMENT, owner TEXT NOT NULL, address TEXT NOT NULL, created TEXT NOT NULL,
        seen_document INTEGER NOT NULL, seen TEXT NOT NULL, UNIQUE (owner, address))""",
    """CREATE TABLE unanswered (
        owner TEXT NOT NULL, question TEXT NOT NULL, times INTEGER NOT NULL, last TEXT NOT NULL,
        PRIMARY KEY (owner, question)) WITHOUT ROWID""",
    """CREATE TABLE removed (
        id INTEGER PRIMARY KEY AUTOINCREMENT, path TEXT NOT NULL, aside TEXT NOT NULL, title TEXT NOT NULL,
        level INTEGER NOT NULL, removed TEXT NOT NULL)""",
)
# Whose a document was that was removed.
_DESK_GROUPS = ("ALTER TABLE removed ADD COLUMN groups TEXT NOT NULL DEFAULT '[]'",)
DESK_MIGRATIONS = (
    Migration(name="0001 kept, followed, unanswered, removed", statements=_DESK),
    Migration(name="0002 groups of what was removed", statements=_DESK_GROUPS),
)

FULL_TEXT = (
    "SELECT name FROM sqlite_master WHERE name GLOB 'lexical_[0-9]*' AND sql LIKE 'CREATE VIRTUAL TABLE%' ORDER BY name DESC"
)
