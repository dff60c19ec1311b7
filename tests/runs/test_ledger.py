import json
import math
import os
import signal
import sqlite3
import subprocess
import sys
from contextlib import closing
from dataclasses import replace

import numpy as np
import pytest

from makar.core.types import JudgedPart, Judgement
from makar.runs import ledger as ledger_module
from makar.runs.entry import ALPHABET, Entry, PartScore, short_id
from makar.runs.errors import (
    AmbiguousIdError,
    DiskFullError,
    LedgerError,
    WorkNotFoundError,
)
from makar.runs.judged import scores_by_work
from makar.runs.ledger import Ledger


def entry(iteration, row=0, total=0.5, phase="train", **more):
    content = f"{phase} {iteration} {row}".encode()
    parts = {"groove": PartScore(3.5, 1 - total, 0.25, "score")}
    fields = {"parts": parts, "kind": "test"} | more
    return Entry(iteration, row, phase, content, total=total, **fields)


@pytest.fixture
def book(tmp_path):
    book = Ledger(tmp_path / "works.sqlite", run="r", write=True)
    yield book
    book.close()


def test_everything_comes_back(book):
    kept = Entry(
        iteration=7, row=3, phase="train", content=b"\0\xff", kind="music/grid", total=0.25,
        parts={"a": PartScore(1.5, 0.5, 0.3, "score"), "copy": PartScore(0.0, 1.0, 0.0, "gate")},
        prompt={"metre": "6/8", "given": [1, None], "text": "à"}, notation="X:1\nK:G",
        seed=2**64 - 1, seed_iteration=2**63, seed_number=12, temperature=0.9,
        source="Jackie Tar", licence="unverified",
    )  # fmt: skip
    [name] = book.add([kept])
    assert book.find(name) == replace(kept, id=name)
    assert book.find(name).content == b"\0\xff"


def test_nan_means_not_judged_and_infinity_stays(book):
    parts = {
        "a": PartScore(math.nan, math.nan, 1.0, "score"),
        "b": PartScore(math.inf, 1, 0, "watch"),
    }
    [name] = book.add([entry(0, total=math.nan, parts=parts)])
    back = book.find(name)
    assert math.isnan(back.total)
    assert math.isnan(back.parts["a"].raw)
    assert back.parts["b"].raw == math.inf
    row = json.loads(json.dumps(back.as_json(), allow_nan=False))
    assert row["total"] is None
    assert row["parts"]["a"] == {"raw": None, "value": None, "weight": 1.0, "role": "score"}
    assert row["id"] == name


def test_numpy_numbers_are_kept_as_numbers(book):
    score = PartScore(np.float32(0.5), np.float32(0.25), np.float64(1), "score")
    odd = entry(0, parts={"a": score})
    numbers = {"iteration": np.int32(2), "row": np.int64(1), "total": np.float32(0.75)}
    for name, number in (numbers | {"seed": np.uint64(9)}).items():
        object.__setattr__(odd, name, number)  # past the type checks that only tests make
    [name] = book.add([odd])
    back = book.find(name)
    assert (back.iteration, back.row, back.total, back.seed) == (2, 1, 0.75, 9)
    assert back.parts["a"] == (0.5, 0.25, 1.0, "score")


def test_parts_are_taken_from_a_judgement():
    raw, value = np.array([2.0, np.nan]), np.array([0.5, np.nan])
    part = JudgedPart(raw, value, 0.3, "score", "band")
    first, second = scores_by_work(Judgement(np.array([0.5, 0.1]), {"leap": part}))
    assert first == {"leap": PartScore(2.0, 0.5, 0.3, "score")}
    assert math.isnan(second["leap"].raw)
    assert type(first["leap"].raw) is float


def test_ids_are_short_stable_and_without_vowels():
    kept = entry(3, 4)
    names = {short_id("run", replace(kept, row=row)) for row in range(2000)}
    assert len(names) == 2000
    assert all(
        len(name) == 8 and set(name) <= set("23456789bcdfghjkmnpqrstvwxyz") for name in names
    )
    # fixed for ever: people quote them
    assert short_id("run", kept) == "hdwpsp8g"
    changed = [
        short_id("other", kept),
        short_id("run", replace(kept, iteration=4)),
        short_id("run", replace(kept, phase="after")),
        short_id("run", replace(kept, content=b"x")),
    ]
    assert len({short_id("run", kept), *changed}) == 5
    assert short_id("run", replace(kept, total=0.0, notation="x")) == short_id("run", kept)


def test_an_unambiguous_beginning_is_enough(book, monkeypatch):
    monkeypatch.setattr(
        ledger_module, "short_id", lambda run, e, attempt=0: f"bcd{ALPHABET[e.row]}zzzz"
    )
    book.add([entry(0, 0), entry(0, 1)])
    assert book.find(" BCD3 ").row == 1
    with pytest.raises(AmbiguousIdError, match="bcd2zzzz, bcd3zzzz") as caught:
        book.find("bcd")
    assert caught.value.candidates == ["bcd2zzzz", "bcd3zzzz"]
    for wrong in ("x", "", "%", "bcd_", "bcd2zzzz2", "é"):
        with pytest.raises(WorkNotFoundError, match="makar works"):
            book.find(wrong)


def test_works_whose_ids_meet_get_another(book, monkeypatch):
    monkeypatch.setattr(ledger_module, "short_id", lambda run, e, attempt=0: f"id{attempt}")
    assert book.add([entry(0, 0), entry(0, 1)]) == ["id0", "id1"]
    assert book.add([entry(1, 0), entry(1, 1)]) == ["id2", "id3"]


def test_best_worst_first_last(book):
    totals = [0.3, 0.9, math.nan, 0.1]
    book.add([entry(i, total=t) for i, t in enumerate(totals)])

    def asked(**how):
        return [e.iteration for e in book.query(**how)]

    assert asked() == [0, 1, 2, 3]
    assert asked(order="last", limit=2) == [3, 2]
    assert asked(order="best") == [1, 0, 3, 2]
    assert asked(order="worst") == [3, 0, 1, 2]
    assert asked(order="best", by="groove") == [3, 0, 1, 2]
    assert asked(iterations=(1, 3)) == [1, 2]
    assert asked(limit=0) == []
    with pytest.raises(LedgerError, match="no part 'swing'; there are: groove"):
        asked(by="swing")


def test_filters_combine(book):
    book.add(
        [entry(0, r, phase=p, kind=k) for p in ("before", "train") for r, k in enumerate("ab")]
    )
    assert [(e.phase, e.kind) for e in book.query(phase="before", kind="b")] == [("before", "b")]
    assert book.counts() == {"before": 2, "train": 2}


def test_many_works_come_back_with_their_parts(book):
    book.add([entry(0, row, total=row / 2000) for row in range(1200)])
    works = book.query(by="groove", order="worst")
    assert [e.row for e in works] == list(range(1199, -1, -1))
    assert all(e.parts["groove"].value == 1 - e.total for e in works)


def test_truncating_forgets_works_and_parts_and_ids_come_again(book):
    before = book.add([entry(i, row) for i in (-1, 0, 1) for row in range(2)])
    after = book.add([entry(2, row) for row in range(2)])
    book.truncate_to(2)
    assert [e.id for e in book.query()] == before
    with sqlite3.connect(book.path) as db:
        assert db.execute("SELECT count(*) FROM parts").fetchone() == (6,)
    db.close()
    assert book.add([entry(2, row) for row in range(2)]) == after
    assert [e.id for e in book.query()] == before + after


def test_the_same_place_twice_is_refused_and_nothing_of_the_batch_kept(book):
    book.add([entry(0, 0)])
    with pytest.raises(LedgerError, match="truncate"):
        book.add([entry(0, 1), entry(0, 0)])
    assert book.counts() == {"train": 1}
    book.add([entry(0, 1)])


def test_readers_see_what_is_committed_while_it_is_written(book):
    book.add([entry(0)])
    reader = Ledger(book.path)
    book.add([entry(1)])
    assert len(reader.query()) == 2
    with pytest.raises(LedgerError):
        Ledger(book.path.with_name("none.sqlite"))
    assert not book.path.with_name("none.sqlite").exists()
    reader.close()


def test_other_programs_read_it(book):
    [name] = book.add([entry(5, total=0.75)])
    code = (
        "import sqlite3, sys; print(sqlite3.connect(sys.argv[1]).execute(sys.argv[2]).fetchall())"
    )
    sql = "SELECT id, total, p.name, p.value FROM works JOIN parts p ON p.work = number"
    out = subprocess.run(
        [sys.executable, "-c", code, book.path, sql], capture_output=True, text=True
    )
    assert out.stdout.strip() == str([(name, 0.75, "groove", 0.25)])


def test_a_damaged_or_foreign_file_is_named(tmp_path):
    path = tmp_path / "works.sqlite"
    path.write_bytes(b"this is no database" * 100)
    with pytest.raises(LedgerError, match=r"works\.sqlite: file is not a database"):
        Ledger(path)
    path.unlink()
    db = sqlite3.connect(path)
    db.execute("PRAGMA user_version = 99")
    db.close()
    with pytest.raises(LedgerError, match="version 99"):
        Ledger(path, write=True)


def test_full_disk_keeps_what_was_there(small_disk, fill):
    book = Ledger(small_disk / "works.sqlite", run="r", write=True)
    book.add([entry(0, row) for row in range(5)])
    fill(small_disk)
    with pytest.raises(DiskFullError, match=str(small_disk)):
        book.add([entry(1, row, notation="x" * 5000) for row in range(50)])
    assert book.counts() == {"train": 5}
    (small_disk / "filler").unlink()
    book.add([entry(1, row) for row in range(5)])
    assert book.counts() == {"train": 10}
    book.close()
    fill(small_disk)
    with pytest.raises(DiskFullError):
        Ledger(small_disk / "other.sqlite", run="r", write=True)
    with pytest.raises(DiskFullError):
        Ledger(small_disk / "works.sqlite")


WRITER = """
import sys, itertools
from pathlib import Path
from makar.runs.entry import Entry, PartScore
from makar.runs.ledger import Ledger
book = Ledger(Path(sys.argv[1]), run="r", write=True)
start = int(sys.argv[2])
book.truncate_to(start)
for i in itertools.count(start):
    parts = {n: PartScore(0.0, 0.5, 1.0, "score") for n in "abc"}
    book.add([Entry(i, row, "train", b"x" * 500, "k", parts=parts) for row in range(20)])
    print(i, flush=True)
"""


def test_kill_leaves_whole_iterations(tmp_path):
    path = tmp_path / "works.sqlite"
    start = 0
    for rounds in range(4):
        command = [sys.executable, "-c", WRITER, path, str(start)]
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as writer:
            assert writer.stdout is not None
            printed = [int(writer.stdout.readline()) for _ in range(3 + 7 * rounds)]
            os.kill(writer.pid, signal.SIGKILL)
            printed += [int(line) for line in writer.stdout if line.endswith("\n")]
        reader = Ledger(path)
        works = reader.query()
        kept = printed[-1] + 1
        assert len(works) in (20 * kept, 20 * (kept + 1))
        assert all(len(e.parts) == 3 for e in works)
        assert [e.iteration for e in works] == [i // 20 for i in range(len(works))]
        reader.close()
        start = kept - 2  # the checkpoint is older than the ledger


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        ("UPDATE works SET id = '22/../../x'", "no id of a work"),
        ("UPDATE works SET id = x'32'", "no id of a work"),
        ("UPDATE works SET content = 'text'", "content is not bytes"),
        ("UPDATE works SET prompt = '[1]'", "no JSON object"),
        (f"UPDATE works SET prompt = '{'[' * 5000}'", "deep"),
        ("UPDATE works SET total = 'much'", "total is no number"),
        ("UPDATE works SET seed = 'x'", "seed is no whole number"),
        ("UPDATE works SET row = 9223372036854775807", "within bounds"),
        ("UPDATE works SET notation = x'00'", "notation is no text"),
        ("UPDATE parts SET weight = 'x'", "weight is no number"),
        ("UPDATE parts SET name = x'00'", "no text"),
        ("CREATE TRIGGER t AFTER INSERT ON works BEGIN DELETE FROM works; END", "a trigger"),
        ("DROP TABLE parts", "parts is not the table"),
        (
            "DROP TABLE works; CREATE VIEW works AS WITH RECURSIVE n(x) AS "
            "(SELECT 1 UNION ALL SELECT x + 1 FROM n) SELECT x FROM n",
            "works is not the table",
        ),
        (
            "ALTER TABLE works ADD COLUMN more TEXT AS (hex(zeroblob(100000000)))",
            "works is not the table",
        ),
    ],
)  # fmt: skip
def test_values_and_tables_of_a_strangers_are_refused(tmp_path, change, fault):
    path = tmp_path / "works.sqlite"
    with closing(Ledger(path, run="r", write=True)) as book:
        book.add([entry(0)])
        book._db.executescript(change)
    with pytest.raises(LedgerError, match=fault), closing(Ledger(path)) as reader:
        reader.query()


@pytest.mark.parametrize("name", ["works.sqlite", "works.sqlite-wal", "works.sqlite-journal"])
@pytest.mark.parametrize("write", [False, True])
def test_links_and_pipes_are_no_ledgers(tmp_path, name, write):
    Ledger(tmp_path / "works.sqlite", run="r", write=True).close()
    (tmp_path / name).unlink(missing_ok=True)
    for make in (lambda path: path.symlink_to("elsewhere"), os.mkfifo):
        make(tmp_path / name)
        with pytest.raises(LedgerError, match=r"a link|a pipe"):
            Ledger(tmp_path / "works.sqlite", run="r", write=write)
        (tmp_path / name).unlink()
    assert not (tmp_path / "elsewhere").exists()


def test_a_ledger_that_cannot_be_written_beside_is_read(tmp_path, monkeypatch):
    path = tmp_path / "works.sqlite"
    with closing(Ledger(path, run="r", write=True)) as book:
        [name] = book.add([entry(0)])
        monkeypatch.setattr(os, "access", lambda *_: False)
        before = sorted(tmp_path.iterdir())
        with closing(Ledger(path)) as reader:  # what is in the log counts, too
            assert reader.find(name).id == name
        assert sorted(tmp_path.iterdir()) == before
    with closing(Ledger(path)) as reader:
        assert reader.find(name).id == name


def test_opening_it_again_leaves_the_locks_of_the_first(tmp_path):
    path = tmp_path / "works.sqlite"
    with closing(Ledger(path, run="r", write=True)) as book:
        book._db.execute("BEGIN IMMEDIATE")
        Ledger(path).close()
        asked = "connect(sys.argv[1], timeout=0).execute('BEGIN IMMEDIATE')"
        code = f"import sys; from sqlite3 import connect; {asked}"
        other = subprocess.run([sys.executable, "-c", code, path], capture_output=True, text=True)
        assert "database is locked" in other.stderr
        book._db.execute("ROLLBACK")
