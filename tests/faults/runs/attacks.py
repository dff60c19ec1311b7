"""Every file and every field of a good run, each in turn made into what it should not be.

The generator walks the folder: a file that is new, or a field, is attacked without a new line.
Not a test file.
"""

import hashlib
import json
import os
import shutil
import socket
import sqlite3
import tomllib
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import tomli_w

NASTY = "\x1b]0;owned\x07\x9b31m<script>alert(1)</script>\r\u202e"


@dataclass(frozen=True)
class Attack:
    """Something done to a copy of a good run.

    Attributes:
        name: The file, the field and what was done.
        place: The file, as seen from the run.
        apply: Does it to the run at the first path; the second is a folder outside.
    """

    name: str
    place: str
    apply: Callable[[Path, Path], None]


def attacks(good: Path) -> Iterator[Attack]:
    """All of them."""
    for path in sorted(good.rglob("*")):
        place = path.relative_to(good).as_posix()
        kinds = ON_FOLDERS if path.is_dir() else ON_FILES
        for kind, change in kinds.items():
            yield Attack(f"{place}: {kind}", place, _at(place, change))
        if not path.is_dir():
            yield from _fields(path, place)


def _at(place: str, change: Callable[[Path, Path], None]) -> Callable[[Path, Path], None]:
    return lambda run, outside: change(run / place, outside)


def _gone(path: Path) -> None:
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    else:
        path.unlink()


def _put(make: Callable[[Path, Path], object]) -> Callable[[Path, Path], None]:
    """In place of what is there."""

    def change(path: Path, outside: Path) -> None:
        _gone(path)
        make(path, outside)

    return change


def _outside(path: Path, outside: Path) -> Path:
    """A copy of what was there, outside the run: what a link leads to."""
    target = outside / f"copy of {path.name}"
    if path.is_dir():
        shutil.copytree(path, target)
    else:
        shutil.copyfile(path, target)
    return target


def _linked(path: Path, outside: Path) -> None:
    target = _outside(path, outside)
    _gone(path)
    path.symlink_to(target)


def _hard(path: Path, outside: Path) -> None:
    target = _outside(path, outside)
    _gone(path)
    path.hardlink_to(target)


def _bound(path: Path, outside: Path) -> None:
    here = os.open(path.parent, os.O_RDONLY)  # names of sockets are short
    try:
        with socket.socket(socket.AF_UNIX) as server:
            server.bind(f"/proc/self/fd/{here}/{path.name[:40]}")
        if path.name != path.name[:40]:
            (path.parent / path.name[:40]).rename(path)
    finally:
        os.close(here)


def _sparse(path: Path, outside: Path) -> None:
    with path.open("ab") as file:
        file.truncate(1 << 40)


def _flip(path: Path, outside: Path) -> None:
    data = bytearray(path.read_bytes())
    if data:
        data[len(data) // 2] ^= 0x10
        path.write_bytes(data)


ON_ANY = {
    "missing": lambda path, outside: _gone(path),
    "a link to its like outside": _linked,
    "a link to a file outside": _put(lambda path, outside: path.symlink_to(outside / "victim")),
    "a link to a folder outside": _put(lambda path, outside: path.symlink_to(outside)),
    "a link to nowhere outside": _put(lambda path, outside: path.symlink_to(outside / "new")),
    "a link to itself": _put(lambda path, outside: path.symlink_to(path.name)),
    "a link to zeros": _put(lambda path, outside: path.symlink_to("/dev/zero")),
    "a pipe": _put(lambda path, outside: os.mkfifo(path)),
    "a socket": _put(_bound),
}
ON_FOLDERS = ON_ANY | {"a file": _put(lambda path, outside: path.write_text("x"))}
ON_FILES = ON_ANY | {
    "another name of a file outside": _hard,
    "a folder": _put(lambda path, outside: path.mkdir()),
    "empty": lambda path, outside: path.write_bytes(b""),
    "zeros": lambda path, outside: path.write_bytes(bytes(5_000)),
    "letters": lambda path, outside: path.write_bytes(NASTY.encode() * 50),
    "deep brackets": lambda path, outside: path.write_bytes(b"[" * 200_000),
    "cut": lambda path, outside: path.write_bytes(path.read_bytes()[: path.stat().st_size // 2]),
    "a bit flipped": _flip,
    "of a terabyte": _sparse,
}


VALUES = {
    "nothing": None, "a truth value": True, "a negative number": -1, "a huge number": 10**30,
    "a fraction": 0.5, "a text": NASTY, "a long text": "x" * 300_000, "a list": [[]],
    "a table": {"$array": "x"}, "a path": "../../outside/new", "another path": "/dev/zero",
    "an endless list": [0] * 200_000,
}  # fmt: skip
"""What a field is made into."""
KINDS = (
    ("nothing", "a truth value", "a text", "a list", "a table", "a fraction"),
    ("a path", "another path"),
    ("a negative number", "a huge number", "a long text", "an endless list"),
)
"""Of each kind one where there are many fields: a wrong type, a path, a size."""


def _fields(path: Path, place: str) -> Iterator[Attack]:
    if path.suffix == ".sqlite":
        yield from _of_tables(path, place)
        return
    if path.suffix not in TREES:
        return
    read, write = TREES[path.suffix]
    tree = read(path.read_bytes())
    for where, change in _changes(tree, most=_most(place)):
        yield Attack(f"{place}: {where}", place, _rewritten(place, read, write, change))


def _rewritten(place, read, write, change) -> Callable[[Path, Path], None]:
    def apply(run: Path, outside: Path) -> None:
        path = run / place
        data = path.read_bytes()
        try:
            path.write_bytes(write(change(read(data)), data))
        except (TypeError, ValueError):
            return  # TOML has no word for it
        if "/step-" in place:
            sign(path.parent)

    return apply


def _first_line(data: bytes) -> object:
    return json.loads(data.partition(b"\n")[0])


def _with_line(tree: object, data: bytes) -> bytes:
    return json.dumps(tree).encode() + b"\n" + data.partition(b"\n")[2]


def _header(data: bytes) -> object:
    return json.loads(data[8 : 8 + int.from_bytes(data[:8], "little")])


def _with_header(tree: object, data: bytes) -> bytes:
    head, rest = json.dumps(tree).encode(), data[8 + int.from_bytes(data[:8], "little") :]
    return len(head).to_bytes(8, "little") + head + rest


TREES: dict[str, tuple[Callable[[bytes], object], Callable[[object, bytes], bytes]]] = {
    ".json": (json.loads, lambda tree, data: json.dumps(tree).encode()),
    ".jsonl": (_first_line, _with_line),
    ".toml": (
        lambda data: tomllib.loads(data.decode()),
        lambda tree, data: tomli_w.dumps(tree).encode(errors="backslashreplace"),  # pyright: ignore[reportArgumentType]
    ),
    ".safetensors": (_header, _with_header),
}
"""How the fields of a file are read, and put back changed."""


def _most(place: str) -> int:
    """Fields of a file that are attacked: fewer where another checkpoint has the same."""
    if "/step-" not in place:
        return 250
    return 25 if "/step-0/" not in place else 250


def _changes(tree: object, *, most: int) -> Iterator[tuple[str, Callable[[object], object]]]:
    """One field changed or missing, each in turn; of a large tree, fields spread over it."""
    paths = list(_paths(tree, ()))
    for number, path in enumerate(paths[:: max(1, -(-len(paths) // most))]):
        names = list(VALUES) if len(paths) <= 20 else [k[number % len(k)] for k in KINDS]
        field = ".".join(map(str, path))
        for name in names:
            yield f"{field} is {name}", partial(_replaced, path=path, value=VALUES[name])
        if number % 3 == 0:
            yield f"{field} is missing", partial(_without, path=path)


def _paths(tree: object, before: tuple) -> Iterator[tuple]:
    items = (
        tree.items()
        if isinstance(tree, dict)
        else enumerate(tree)
        if isinstance(tree, list)
        else ()
    )
    for key, value in items:
        yield (*before, key)
        yield from _paths(value, (*before, key))


def _replaced(tree, path, value):
    if not path:
        return value
    copied = dict(tree) if isinstance(tree, dict) else list(tree)
    copied[path[0]] = _replaced(copied[path[0]], path[1:], value)
    return copied


def _without(tree, path):
    copied = dict(tree) if isinstance(tree, dict) else list(tree)
    if len(path) == 1:
        del copied[path[0]]
    else:
        copied[path[0]] = _without(copied[path[0]], path[1:])
    return copied


def sign(step: Path) -> None:
    """Make a checkpoint's manifest right again: its maker can do so, too."""
    path = step / "manifest.json"
    try:
        manifest = json.loads(path.read_text())
        for name, entry in manifest["files"].items():
            data = (step / name).read_bytes()
            entry |= {"bytes": len(data), "sha256": hashlib.sha256(data).hexdigest()}
    except (ValueError, LookupError, TypeError, AttributeError, OSError):
        return  # it is the manifest that was changed
    path.write_text(json.dumps(manifest))


IN_TABLES = {
    "nothing": None, "a text": NASTY, "a path": "22/../../../outside/new", "bytes": b"\0\xff",
    "a huge number": 2**62, "a negative number": -(2**62), "a fraction": 0.5,
    "infinity": float("inf"), "a long text": "x" * 300_000, "brackets": "[" * 10_000,
    "a list": '[1]', "a table": '{"bars": -1}',
}  # fmt: skip


def _of_tables(path: Path, place: str) -> Iterator[Attack]:
    with closing(sqlite3.connect(path)) as db:
        tables = [
            name for (name,) in db.execute("SELECT name FROM sqlite_master WHERE type='table'")
        ]
        columns = {
            table: [row[1] for row in db.execute(f"PRAGMA table_info({table})")] for table in tables
        }
    for table, names in columns.items():
        for column in names:
            for kind, value in IN_TABLES.items():
                change = _updated(place, table, column, value)
                yield Attack(f"{place}: {table}.{column} is {kind}", place, change)
        for kind, statements in OTHER_TABLES.items():
            change = _executed(place, [line.replace("TABLE_", table) for line in statements])
            yield Attack(f"{place}: {table} is {kind}", place, change)


OTHER_TABLES = {
    "missing": ["DROP TABLE TABLE_"],
    "an endless view": [
        "ALTER TABLE TABLE_ RENAME TO kept",
        "CREATE VIEW TABLE_ AS WITH RECURSIVE n(number) AS (SELECT 1 UNION ALL SELECT number + 1 "
        "FROM n) SELECT n.number, kept.* FROM n, kept",
    ],
    "with a trigger": [
        "CREATE TRIGGER t AFTER INSERT ON TABLE_ BEGIN DELETE FROM works; END",
    ],
    "of another kind": ["ALTER TABLE TABLE_ RENAME TO kept", "CREATE TABLE TABLE_ (a, b)"],
    "a computed one": [
        "ALTER TABLE TABLE_ ADD COLUMN more TEXT AS (hex(zeroblob(100000000))) VIRTUAL",
    ],
}


def _updated(place: str, table: str, column: str, value: object) -> Callable[[Path, Path], None]:
    def change(run: Path, outside: Path) -> None:
        with closing(sqlite3.connect(run / place)) as db:
            db.execute("PRAGMA ignore_check_constraints = ON")
            chosen = f"SELECT min(rowid) FROM {table}" if table == "works" else "SELECT 1"
            where = (
                f"rowid = ({chosen})"
                if table == "works"
                else "work = (SELECT min(work) FROM parts)"
            )
            try:
                db.execute(f"UPDATE OR IGNORE {table} SET {column} = ? WHERE {where}", (value,))
            except sqlite3.Error:
                return  # SQLite itself does not take it
            db.commit()

    return change


def _executed(place: str, statements: list[str]) -> Callable[[Path, Path], None]:
    def change(run: Path, outside: Path) -> None:
        with closing(sqlite3.connect(run / place, isolation_level=None)) as db:
            db.execute("PRAGMA legacy_alter_table = ON")
            for statement in statements:
                db.execute(statement)

    return change
