import io
import json
import logging
import os
import pty
import subprocess
import sys
import weakref

import pytest
from rich.table import Table

from makar.console.shown import PlainConsole
from makar.console.terminal import OutputError, PlainStream, plain, plain_output

NASTY = "a\x1b]0;gone\x07b\x9b31m\r\x7fc\u202ed\udce9\0"


def test_control_characters_are_shown_by_their_numbers():
    shown = plain(NASTY)
    assert shown == r"a\u001b]0;gone\u0007b\u009b31m\u000d\u007fc\u202ed\udce9\u0000"
    assert plain("ä 🎵 – \t\n") == "ä 🎵 – \t\n"


def test_lines_of_json_say_the_same():
    kept = json.dumps({"title": NASTY}, ensure_ascii=False)
    assert json.loads(plain(kept)) == {"title": NASTY}


def test_a_stream_and_a_table_show_no_control_characters(monkeypatch):
    inner = io.StringIO()
    monkeypatch.setattr(sys, "stdout", PlainStream(inner))
    print("title", NASTY)  # noqa: T201
    sys.stdout.writelines([NASTY])
    table = Table(title=NASTY)
    table.add_column(NASTY)
    table.add_row(NASTY)
    PlainConsole().print(table)
    assert not set(inner.getvalue()) & set("\x1b\x07\x9b\r\x7f\u202e\udce9\0")


class Broken(io.StringIO):
    def __init__(self, fault):
        super().__init__()
        self.fault = fault

    def flush(self):
        raise self.fault


@pytest.mark.parametrize(
    ("fault", "silent"),
    [(OSError(28, "No space left on device"), False), (BrokenPipeError(32, "Broken pipe"), True)],
)
def test_output_that_fails_is_told_of_as_such(monkeypatch, fault, silent):
    monkeypatch.setattr(sys, "stdout", Broken(fault))
    with pytest.raises(OutputError) as caught, plain_output():
        print("x")  # noqa: T201
    assert caught.value.silent is silent


def test_a_handler_of_logging_that_kept_a_stream_ends_quietly(monkeypatch):
    streams = {name: io.TextIOWrapper(io.BytesIO()) for name in ("stdout", "stderr")}
    for name, stream in streams.items():
        monkeypatch.setattr(sys, name, stream)
    with plain_output():
        handlers = [logging.StreamHandler(stream) for stream in (sys.stdout, sys.stderr)]
    for stream in streams.values():
        stream.close()
    logging.shutdown([weakref.ref(handler) for handler in handlers])  # as when Python ends


def test_an_output_closed_meanwhile_is_told_of(monkeypatch):
    monkeypatch.setattr(sys, "stdout", io.TextIOWrapper(io.BytesIO()))
    with pytest.raises(OutputError, match="closed"), plain_output():
        sys.stdout.close()


def makar(*words, **options):
    return subprocess.run(
        [sys.executable, "-m", "makar", *words], stderr=subprocess.PIPE, text=True, timeout=60,
        **options,
    )  # fmt: skip


def test_a_full_stdout_is_one_line_on_stderr(tmp_path):
    with open("/dev/full", "w") as full:  # noqa: PTH123
        done = makar("recipes", stdout=full)
    assert (done.returncode, done.stderr.count("\n")) == (1, 1)
    assert "No space left on device" in done.stderr


def test_a_closed_stdout_is_one_line_on_stderr():
    done = subprocess.run(
        ["sh", "-c", '"$0" -m makar recipes >&-', sys.executable],
        stderr=subprocess.PIPE, text=True, timeout=60,
    )  # fmt: skip
    assert (done.returncode, done.stderr.count("\n")) == (1, 1)
    assert "closed" in done.stderr


def test_whoever_stops_reading_is_told_nothing():
    read, write = os.pipe()
    os.close(read)
    with os.fdopen(write, "w") as pipe:
        done = makar("recipes", stdout=pipe)
    assert (done.returncode, done.stderr) == (1, "")


def test_a_terminal_gets_nothing_of_a_stranger_s_making(tmp_path):
    run = tmp_path / "runs" / "a\x1b[31mname"
    run.mkdir(parents=True)
    (run / "run.json").write_text(json.dumps({"id": "i", "started": "2020\x1b]0;x\x07"}))
    ours, theirs = pty.openpty()
    done = subprocess.run(
        [sys.executable, "-m", "makar", "runs", "--runs", tmp_path / "runs"],
        stdout=theirs, stderr=theirs, timeout=60,
    )  # fmt: skip
    os.close(theirs)
    said = os.read(ours, 10_000)
    os.close(ours)
    assert done.returncode == 0
    assert b"\x1b" not in said
    assert b"\x07" not in said
    assert rb"a\u001b[31mname" in said
