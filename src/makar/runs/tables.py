"""The ledger's tables: what stands in them, and how a row becomes an entry and an entry a row."""

from __future__ import annotations

import json
import math
import re
from typing import Any

from makar.core.disk.parsing import parse_json
from makar.runs.entry import Entry, PartScore

SCHEMA_VERSION = 1
SCHEMA = f"""
BEGIN;
CREATE TABLE works (
    number INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE,
    iteration INTEGER NOT NULL, row INTEGER NOT NULL, phase TEXT NOT NULL,
    content BLOB NOT NULL, kind TEXT NOT NULL, total REAL, prompt TEXT NOT NULL,
    notation TEXT NOT NULL, seed INTEGER NOT NULL, seed_iteration INTEGER NOT NULL,
    seed_number INTEGER NOT NULL, temperature REAL NOT NULL,
    source TEXT NOT NULL, licence TEXT NOT NULL,
    UNIQUE (iteration, phase, row)
);
CREATE TABLE parts (
    work INTEGER NOT NULL REFERENCES works (number), name TEXT NOT NULL,
    raw REAL, value REAL, weight REAL NOT NULL, role TEXT NOT NULL,
    PRIMARY KEY (work, name)
) WITHOUT ROWID;
PRAGMA user_version = {SCHEMA_VERSION};
COMMIT;
"""
COLUMNS = (
    "number", "id", "iteration", "row", "phase", "content", "kind", "total", "prompt", "notation",
    "seed", "seed_iteration", "seed_number", "temperature", "source", "licence",
)  # fmt: skip
INSERT_WORK = f"INSERT INTO works VALUES ({', '.join('?' * len(COLUMNS))})"
INSERT_PART = "INSERT INTO parts VALUES (?, ?, ?, ?, ?, ?)"
SELECT_WORK = "SELECT " + ", ".join(f"works.{column}" for column in COLUMNS) + " FROM works"
LARGEST = 1 << 62
"""Numbers below this can be counted on from."""
_ID = re.compile(r"[0-9a-z]{1,40}")
_TEXTS = ("phase", "kind", "prompt", "notation", "source", "licence")
_COUNTS = ("iteration", "row", "seed_number")


def row_of(number: int, name: str, entry: Entry) -> tuple[Any, ...]:
    """What is written of an entry that has that number and id."""
    return (
        number, name, int(entry.iteration), int(entry.row), entry.phase, entry.content,
        entry.kind, float(entry.total), json.dumps(dict(entry.prompt), allow_nan=False),
        _in_utf8(entry.notation), _signed(int(entry.seed)), _signed(int(entry.seed_iteration)),
        int(entry.seed_number), float(entry.temperature),
        _in_utf8(entry.source), _in_utf8(entry.licence),
    )  # fmt: skip


def part_rows(number: int, entry: Entry) -> list[tuple[Any, ...]]:
    """What is written of the parts of its score."""
    return [
        (number, name, float(p.raw), float(p.value), float(p.weight), p.role)
        for name, p in entry.parts.items()
    ]


def part_of(row: tuple[Any, ...]) -> tuple[int, str, PartScore]:
    """The number of a work, and a part of its score by name.

    Raises:
        ValueError: something is not of the kind that makar writes there.
    """
    work, name, raw, value, weight, role = row
    if not (isinstance(name, str) and isinstance(role, str)):
        raise ValueError(f"work {work}: a part whose name or role is no text")
    score = PartScore(_number(raw, "raw"), _number(value, "value"), _number(weight, "weight"), role)
    return work, name, score


def entry_of(row: tuple[Any, ...], parts: dict[str, PartScore]) -> Entry:
    """The entry that was written.

    SQLite keeps any kind of value in any column, and an id becomes the name of a file.

    Raises:
        ValueError: something is not of the kind that makar writes there.
    """
    fields = dict(zip(COLUMNS[1:], row[1:], strict=True))
    where = f"work {row[0]}"
    if not (isinstance(fields["id"], str) and _ID.fullmatch(fields["id"])):
        raise ValueError(f"{where}: {str(fields['id'])[:40]!r} is no id of a work")
    for name in _TEXTS:
        if not isinstance(fields[name], str):
            raise ValueError(f"{where}: {name} is no text")
    for name in (*_COUNTS, "seed", "seed_iteration"):
        if type(fields[name]) is not int:
            raise ValueError(f"{where}: {name} is no whole number")
    if any(not -1 <= fields[name] < LARGEST for name in _COUNTS):
        raise ValueError(f"{where}: {', '.join(_COUNTS)} are not all within bounds")
    if not isinstance(fields["content"], bytes):
        raise ValueError(f"{where}: its content is not bytes")
    fields["total"] = _number(fields["total"], "total")
    fields["temperature"] = _number(fields["temperature"], "temperature")
    fields["prompt"] = parse_json(fields["prompt"].encode(errors="replace"))
    if not isinstance(fields["prompt"], dict):
        raise ValueError(f"{where}: what was asked for is no JSON object")
    for name in ("seed", "seed_iteration"):
        fields[name] %= 1 << 64
    return Entry(parts=parts, **fields)


def _signed(number: int) -> int:
    """Seeds have 64 bits without a sign, SQLite's integers have a sign."""
    return number - (1 << 64) if number >= 1 << 63 else number


def _in_utf8(text: str) -> str:
    """What is named after a file may hold bytes that are no text; they are written as numbers."""
    return text.encode(errors="backslashreplace").decode()


def _number(value: Any, name: str) -> float:
    """SQLite keeps NaN as NULL."""
    if value is None:
        return math.nan
    if type(value) not in (int, float):
        raise ValueError(f"{name} is no number")
    return float(value)
