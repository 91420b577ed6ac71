"""The errors of the index. Each message says what was wrong, where, and what to do; users never see a traceback for them."""


class LibraryError(Exception):
    """Anything that keeps the library from doing what was asked. `str(error)` is the message for the user."""


class StoreError(LibraryError):
    """The data folder cannot be used: not writable, full, damaged, or made by a newer Källa."""


class Busy(LibraryError):
    """Another process is writing to this library."""


class ModelError(LibraryError):
    """A model cannot be found, loaded or exported."""


class SnapshotError(LibraryError):
    """A file of vectors is missing or damaged. It is derived, and can be written again from the store."""


class AccountError(LibraryError):
    """An account cannot be made or changed as was asked."""


class SignOnError(LibraryError):
    """Single sign-on cannot be used as it is set up."""
