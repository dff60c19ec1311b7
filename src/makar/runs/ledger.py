"""The ledger: every kept work with every part of its reward, in one SQLite file."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Literal

from makar.core.disk.plain import NotPlainError
from makar.runs.database import connect, refuse_other_tables
from makar.runs.entry import ALPHABET, Entry, PartScore, short_id
from makar.runs.errors import AmbiguousIdError, LedgerError, WorkNotFoundError, naming_full_disk
from makar.runs.tables import (
    INSERT_PART,
    INSERT_WORK,
    SCHEMA,
    SCHEMA_VERSION,
    SELECT_WORK,
    entry_of,
    part_of,
    part_rows,
    row_of,
)

_AT_ONCE = 500
"""Parameters per statement; old SQLite libraries allow 999."""


class Ledger:
    """``works.sqlite``, kept in WAL mode: one writer, any number of readers meanwhile."""

    def __init__(self, path: Path, *, run: str = "", write: bool = False) -> None:
        """Open a ledger.

        Args:
            path: The file.
            run: The run's id, from which the works' ids are made; needed for writing.
            write: Write, and begin the file if it is missing. Its user holds the run's lock.

        Raises:
            LedgerError: The file is missing, damaged, or of another version of makar.
        """
        self.path, self._run = path, run
        if not (write or os.path.lexists(path)):
            raise LedgerError(f"{path}: missing; this run has kept no work yet")
        with self._faults():
            self._db = connect(path, write=write)
            try:
                self._prepare(write)
            except BaseException:
                self._db.close()
                raise

    def _prepare(self, write: bool) -> None:
        if write:
            self._db.execute("PRAGMA journal_mode = WAL")
            self._db.execute("PRAGMA synchronous = NORMAL")
        version = self._db.execute("PRAGMA user_version").fetchone()[0]
        if write and version == 0:
            self._db.executescript(SCHEMA)
        elif version != SCHEMA_VERSION:
            raise LedgerError(
                f"{self.path}: version {version} of the ledger, this makar reads version "
                f"{SCHEMA_VERSION}; use the makar named in run.json"
            )
        refuse_other_tables(self._db, SCHEMA)

    def add(self, entries: Sequence[Entry]) -> list[str]:
        """Keep works, all or none of them, and return their ids.

        Raises:
            DiskFullError: No room; the ledger is as it was before.
            LedgerError: A work of that iteration, phase and row is already there.
        """
        ids = self._new_ids(entries)
        with self._transaction():
            number = self._db.execute("SELECT coalesce(max(number), 0) FROM works").fetchone()[0]
            named = enumerate(zip(ids, entries, strict=True), number + 1)
            rows = [row_of(place, name, entry) for place, (name, entry) in named]
            self._db.executemany(INSERT_WORK, rows)
            for row, entry in zip(rows, entries, strict=True):
                self._db.executemany(INSERT_PART, part_rows(row[0], entry))
        return ids

    def truncate_to(self, iteration: int) -> None:
        """Forget ``iteration`` and what came after it: the ledger before that iteration ran."""
        with self._transaction():
            self._db.execute(
                "DELETE FROM parts WHERE work IN (SELECT number FROM works WHERE iteration >= ?)",
                (iteration,),
            )
            self._db.execute("DELETE FROM works WHERE iteration >= ?", (iteration,))

    def find(self, prefix: str) -> Entry:
        """The work whose id begins with ``prefix``.

        Raises:
            WorkNotFoundError: There is none.
            AmbiguousIdError: There are several; the error lists up to ten.
        """
        start = prefix.strip().lower()
        found: list[Entry] = []
        if start and set(start) <= set(ALPHABET):
            after = start + "\x7f"
            found = self._entries("WHERE id >= ? AND id < ? ORDER BY id LIMIT 10", (start, after))
        if not found:
            raise WorkNotFoundError(f"{self.path}: no work {prefix!r}; makar works lists them")
        if len(found) > 1:
            raise AmbiguousIdError(prefix, [entry.id for entry in found])
        return found[0]

    def query(
        self,
        *,
        order: Literal["best", "worst", "first", "last"] = "first",
        by: str | None = None,
        phase: str | None = None,
        kind: str | None = None,
        iterations: tuple[int, int] | None = None,
        limit: int | None = None,
    ) -> list[Entry]:
        """Works in order; those that could not be judged come last.

        Args:
            order: ``best`` or ``worst`` first, or as they were made: ``first``, or ``last`` first.
            by: A part of the reward to order by (its value), instead of the total.
            phase: Only works of this phase.
            kind: Only works of this kind.
            iterations: Only works of these iterations, from the first up to before the second.
            limit: At most so many.

        Raises:
            LedgerError: ``by`` is no part of the reward of this run.
        """
        wheres: list[str] = []
        values: list[Any] = []
        join, score = "", "works.total"
        if by is not None:
            self._check_part(by)
            join = "JOIN parts ON parts.work = works.number AND parts.name = ?"
            score = "parts.value"
            values.append(by)
        for column, wanted in (("phase", phase), ("kind", kind)):
            if wanted is not None:
                wheres.append(f"works.{column} = ?")
                values.append(wanted)
        if iterations is not None:
            wheres.append("works.iteration >= ? AND works.iteration < ?")
            values += iterations
        sort = {
            "best": f"{score} IS NULL, {score} DESC, number",
            "worst": f"{score} IS NULL, {score}, number",
            "first": "number",
            "last": "number DESC",
        }[order]
        where = f"WHERE {' AND '.join(wheres)}" if wheres else ""
        values.append(-1 if limit is None else limit)
        return self._entries(f"{join} {where} ORDER BY {sort} LIMIT ?", values)

    def counts(self) -> dict[str, int]:
        """How many works each phase has kept."""
        with self._faults():
            found = self._db.execute("SELECT phase, count(*) FROM works GROUP BY phase ORDER BY 1")
            return dict(found.fetchall())

    def sync(self) -> None:
        """Wait until the disk has every work."""
        with self._faults():
            self._db.execute("PRAGMA wal_checkpoint(FULL)").fetchall()

    def close(self) -> None:
        """Close the file; harmless when repeated."""
        self._db.close()

    def _entries(self, rest: str, values: Sequence[Any]) -> list[Entry]:
        with self._faults():
            rows = self._db.execute(f"{SELECT_WORK} {rest}", values).fetchall()
            parts: dict[int, dict[str, PartScore]] = {row[0]: {} for row in rows}
            for numbers in _chunks(list(parts)):
                marks = ", ".join("?" * len(numbers))
                found = self._db.execute(f"SELECT * FROM parts WHERE work IN ({marks})", numbers)
                for work, name, score in map(part_of, found):
                    parts[work][name] = score
            return [entry_of(row, parts[row[0]]) for row in rows]

    def _new_ids(self, entries: Sequence[Entry]) -> list[str]:
        ids: dict[str, None] = {}
        wanted = [short_id(self._run, entry) for entry in entries]
        taken = self._taken(wanted)
        for entry, name in zip(entries, wanted, strict=True):
            attempt = 0
            while name in ids or name in taken:
                attempt += 1
                name = short_id(self._run, entry, attempt=attempt)
                taken |= self._taken([name])
            ids[name] = None
        return list(ids)

    def _taken(self, ids: Sequence[str]) -> set[str]:
        taken: set[str] = set()
        with self._faults():
            for some in _chunks(ids):
                marks = ", ".join("?" * len(some))
                found = self._db.execute(f"SELECT id FROM works WHERE id IN ({marks})", some)
                taken.update(name for (name,) in found)
        return taken

    def _check_part(self, name: str) -> None:
        with self._faults():
            if self._db.execute("SELECT 1 FROM parts WHERE name = ? LIMIT 1", (name,)).fetchone():
                return
            found = self._db.execute("SELECT DISTINCT name FROM parts ORDER BY name").fetchall()
        known = ", ".join(part for (part,) in found) or "none"
        raise LedgerError(f"{self.path}: no part {name!r}; there are: {known}")

    @contextmanager
    def _transaction(self) -> Iterator[None]:
        with self._faults():
            self._db.execute("BEGIN IMMEDIATE")
            try:
                yield
                self._db.execute("COMMIT")
            except BaseException:
                if self._db.in_transaction:  # SQLite itself rolls back on a full disk
                    self._db.execute("ROLLBACK")
                raise

    @contextmanager
    def _faults(self) -> Iterator[None]:
        try:
            with naming_full_disk(self.path.parent):
                yield
        except sqlite3.IntegrityError as fault:
            raise LedgerError(
                f"{self.path}: that iteration, phase and row is already kept ({fault}); "
                "truncate the ledger before an iteration is run again"
            ) from fault
        except (sqlite3.DatabaseError, NotPlainError, ValueError) as fault:
            told = fault.strerror if isinstance(fault, NotPlainError) else fault
            raise LedgerError(
                f"{self.path}: {told}; if it is damaged, move it away and keep the checkpoints"
            ) from fault


def _chunks(items: Sequence[Any]) -> Iterator[Sequence[Any]]:
    for first in range(0, len(items), _AT_ONCE):
        yield items[first : first + _AT_ONCE]
