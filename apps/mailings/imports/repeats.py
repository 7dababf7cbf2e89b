"""Which addresses a file has had so far: on disk, so that a million of them need no memory."""
import json
import sqlite3
import tempfile
from collections.abc import Iterable
from pathlib import Path

CACHE = 8_000  # kilobytes
PRAGMAS = ("journal_mode = OFF", "synchronous = OFF", f"cache_size = -{CACHE}",
           "locking_mode = EXCLUSIVE")
FIND = "SELECT email, number FROM seen WHERE email IN (SELECT value FROM json_each(?))"


class Repeats:
    """In which row of the file each address stood first."""

    def __init__(self) -> None:
        self.folder = tempfile.TemporaryDirectory(prefix="vestnik-import-")
        # Of one thread at a time; the jobs' thread is not always the one that lets go.
        self.table = sqlite3.connect(
            Path(self.folder.name) / "seen", isolation_level=None, check_same_thread=False)
        for pragma in PRAGMAS:
            self.table.execute(f"PRAGMA {pragma}")
        self.table.execute(
            "CREATE TABLE seen (email TEXT PRIMARY KEY, number INTEGER) WITHOUT ROWID")

    def rows(self, emails: Iterable[str]) -> dict[str, int]:
        """Return where those of these addresses stood that were seen before."""
        return dict(self.table.execute(FIND, [json.dumps(list(emails))]))

    def add(self, seen: dict[str, int]) -> None:
        self.table.execute("BEGIN")
        self.table.executemany(
            "INSERT OR IGNORE INTO seen (email, number) VALUES (?, ?)", sorted(seen.items()))
        self.table.execute("COMMIT")

    def close(self) -> None:
        self.table.close()
        self.folder.cleanup()
