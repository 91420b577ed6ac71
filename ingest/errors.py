"""The errors of reading. Each message says what was wrong, in words a user can act on, without the path."""

LOCKED = (
    "It is encrypted and needs a password. Save a copy without one and add that, or put the password into the password file"
    " (--passwords)."
)


class IngestError(Exception):
    """Anything that keeps a file from becoming a document. `str(error)` is the reason shown to the user."""


class ReadError(IngestError):
    """The file is broken, empty of text, or not what its name says."""


class UnsupportedFormat(IngestError):
    """No reader exists for this kind of file."""


class NeedsPassword(IngestError):
    """The file is encrypted, and neither the empty password nor one of the password file opens it."""


class LimitExceeded(IngestError):
    """Reading took more time, memory or output than one file may take."""


class CatalogueError(IngestError):
    """The catalogue cannot be read. The message names the row and column."""


class GlossaryError(IngestError):
    """The glossary cannot be read. The message names the row and column."""


class PasswordFileError(IngestError):
    """The file of passwords cannot be used. The message names it, and never what is in it."""


class NoSuchPath(IngestError):
    """A folder or file that was named is not there. The message names it: this is wrong use, not a bad file."""
