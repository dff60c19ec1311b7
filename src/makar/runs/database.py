"""Opening an SQLite file of whatever origin: a plain file with makar's tables and nobody's code.

SQLite would follow a link, wait for a pipe, and run what a view or a trigger under a table's name
says. A folder that nobody may write to is read as it is.
"""

from __future__ import annotations

import os
import shutil
import sqlite3
import tempfile
from contextlib import closing, suppress
from pathlib import Path

from makar.core.disk.plain import MEGABYTE, require_file

LARGEST_VALUE = 64 * MEGABYTE
_BESIDE = ("-wal", "-shm", "-journal")


def connect(path: Path, *, write: bool) -> sqlite3.Connection:
    """A connection to the file, which writing begins.

    Args:
        path: The file.
        write: To write; else only to read.

    Raises:
        NotPlainError: it, or what SQLite keeps beside it, is a link or no file.
        sqlite3.DatabaseError: it cannot be opened.
    """
    for file in (path, *(path.with_name(path.name + ending) for ending in _BESIDE)):
        # not opened: where this process has the file open as well, closing it would free its locks
        with suppress(FileNotFoundError):
            require_file(file, alone=write)
    if not write and not os.access(path.parent, os.W_OK):
        return _without_writing(path)
    uri = f"{path.absolute().as_uri()}?mode={'rwc' if write else 'rw'}"
    return _guarded(sqlite3.connect(uri, uri=True, isolation_level=None))


def refuse_other_tables(db: sqlite3.Connection, schema: str) -> None:
    """Refuse a database whose tables are not those of a schema, or act by themselves.

    Raises:
        ValueError: says which.
    """
    with closing(sqlite3.connect(":memory:")) as empty:
        empty.executescript(schema)
        wanted = {name: sql for _, name, sql in _objects(empty) if sql}
    found = _objects(db)
    if any(kind == "trigger" for kind, _, _ in found):
        raise ValueError("it holds a trigger, which would act by itself")
    made = {name: sql for kind, name, sql in found if kind == "table"}
    for name, sql in wanted.items():
        if made.get(name) != sql:
            raise ValueError(f"{name} is not the table that makar makes")


def _objects(db: sqlite3.Connection) -> list[tuple[str, str, str]]:
    return db.execute("SELECT type, name, sql FROM sqlite_master").fetchall()


def _guarded(db: sqlite3.Connection) -> sqlite3.Connection:
    try:
        db.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, LARGEST_VALUE)
        db.execute("PRAGMA trusted_schema = OFF")
        db.execute("PRAGMA cell_size_check = ON")
    except BaseException:
        db.close()
        raise
    return db


def _without_writing(path: Path) -> sqlite3.Connection:
    """Where nothing may be written beside the file; if there is a log of changes, of a copy."""
    log = path.with_name(path.name + "-wal")
    if not (log.exists() and log.stat().st_size):
        uri = f"{path.absolute().as_uri()}?mode=ro&immutable=1"
        return _guarded(sqlite3.connect(uri, uri=True, isolation_level=None))
    db = sqlite3.connect(":memory:", isolation_level=None)
    try:
        with tempfile.TemporaryDirectory(prefix="makar-") as folder:
            for file in (path, log):
                shutil.copyfile(file, Path(folder) / file.name)
            with closing(sqlite3.connect(Path(folder) / path.name)) as copied:
                copied.backup(db)
    except BaseException:
        db.close()
        raise
    return _guarded(db)
