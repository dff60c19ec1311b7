import errno
import os
from pathlib import Path

import pytest

from makar.runs.atomic import write_bytes, write_json, write_text
from makar.runs.errors import DiskFullError


def names(folder):
    return sorted(path.name for path in folder.iterdir())


def test_the_new_content_replaces_the_old(tmp_path):
    path = tmp_path / "a"
    write_bytes(path, b"long old content")
    write_text(path, "né\r\n")
    assert path.read_bytes() == "né\r\n".encode()
    write_json(path, {"a": [1, "é"]})
    assert path.read_text() == '{\n  "a": [\n    1,\n    "é"\n  ]\n}\n'
    assert names(tmp_path) == ["a"]


def test_json_other_programs_refuse_is_not_written(tmp_path):
    with pytest.raises(ValueError, match="JSON"):
        write_json(tmp_path / "a", {"a": float("nan")})
    assert names(tmp_path) == []


def test_full_disk_keeps_the_old_content(small_disk, fill):
    path = small_disk / "a"
    write_bytes(path, b"old")
    fill(small_disk)
    with pytest.raises(DiskFullError, match=str(small_disk)) as caught:
        write_bytes(path, b"new" * 10_000)
    assert caught.value.folder == small_disk
    assert path.read_bytes() == b"old"
    assert names(small_disk) == ["a", "filler"]


def test_other_faults_keep_their_name(tmp_path, monkeypatch):
    def write(descriptor, data):
        raise OSError(errno.EIO, "broken")

    monkeypatch.setattr(os, "write", write)
    with pytest.raises(OSError, match="broken"):
        write_bytes(tmp_path / "a", b"x")
    assert names(tmp_path) == []


def test_the_file_and_the_name_reach_the_disk_in_that_order(tmp_path, monkeypatch):
    order = []
    real = os.fsync

    def fsync(descriptor):
        where = Path(f"/proc/self/fd/{descriptor}").readlink()
        order.append((where == tmp_path, (tmp_path / "a").exists()))
        real(descriptor)

    monkeypatch.setattr(os, "fsync", fsync)
    write_bytes(tmp_path / "a", b"x")
    assert order == [(False, False), (True, True)]


def test_who_reads_the_old_content_reads_it_to_the_end(tmp_path):
    path = tmp_path / "a"
    write_bytes(path, b"old")
    with path.open("rb") as reader:
        write_bytes(path, b"new")
        assert reader.read() == b"old"
