import os
import socket

import pytest

from makar.core.disk.plain import (
    NotPlainError,
    is_plain,
    open_plain,
    open_to_write,
    read_plain,
    refuse_links,
    require_folder,
)


@pytest.fixture
def odd(tmp_path):
    """One of everything that is no plain file."""
    (tmp_path / "file").write_bytes(b"content")
    (tmp_path / "folder").mkdir()
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "link").symlink_to("file")
    (tmp_path / "loop").symlink_to("loop")
    (tmp_path / "nowhere").symlink_to("gone")
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(str(tmp_path / "socket"))
    return tmp_path


ODD = {
    "folder": "a folder", "pipe": "a pipe", "link": "a link", "loop": "a link",
    "nowhere": "a link", "socket": "a socket", "/dev/zero": "a device", "/dev/tty": "a device",
}  # fmt: skip


@pytest.mark.parametrize("name", ODD)
def test_what_is_no_file_is_refused_at_once(odd, name):
    for open_it in (open_plain, lambda path: read_plain(path, most=100), open_to_write):
        with pytest.raises(NotPlainError, match=ODD[name]) as caught:
            open_it(odd / name)
        assert caught.value.filename == str(odd / name)
    assert not is_plain(odd / name)
    assert (odd / "file").read_bytes() == b"content"
    assert not (odd / "gone").exists()


def test_a_link_to_a_file_is_followed_where_it_is_said(odd):
    with open_plain(odd / "link", follow=True) as file:
        assert file.read() == b"content"
    (odd / "to pipe").symlink_to("pipe")
    with pytest.raises(NotPlainError, match="a pipe"):
        open_plain(odd / "to pipe", follow=True)
    with pytest.raises(OSError, match="Too many levels"):
        open_plain(odd / "loop", follow=True)


def test_a_file_is_read_up_to_its_bound(tmp_path):
    path = tmp_path / "file"
    path.write_bytes(b"12345")
    assert read_plain(path, most=5) == b"12345"
    with pytest.raises(NotPlainError, match="4 are the most"):
        read_plain(path, most=4)
    with path.open("wb") as file:
        file.truncate(1 << 40)
    with pytest.raises(NotPlainError, match="the most that is read"):
        read_plain(path, most=1 << 30)


def test_a_file_with_another_name_elsewhere_is_not_written_into(tmp_path):
    (tmp_path / "theirs").write_text("mine")
    (tmp_path / "lock").hardlink_to(tmp_path / "theirs")
    with pytest.raises(NotPlainError, match="another name"):
        open_to_write(tmp_path / "lock")
    os.close(open_to_write(tmp_path / "new"))
    assert (tmp_path / "new").read_bytes() == b""


def test_a_folder_is_one_itself_and_without_links(odd):
    require_folder(odd)
    for name in ("file", "link", "pipe"):
        with pytest.raises(NotPlainError, match="not a folder"):
            require_folder(odd / name)
    with pytest.raises(NotPlainError):
        refuse_links(odd)
    (odd / "folder" / "deep").mkdir()
    refuse_links(odd / "folder")
    (odd / "folder" / "deep" / "x").symlink_to("/")
    with pytest.raises(NotPlainError, match="deep/x"):
        refuse_links(odd / "folder")


def test_a_file_that_says_it_is_empty_and_is_not_is_refused():
    with pytest.raises(NotPlainError, match="grows while it is read"):
        read_plain("/proc/self/status", most=1000)
