import os

from makar.core.disk.walking import walk


def names(found, root):
    return [path.relative_to(root).as_posix() for path in found.files]


def test_each_file_is_found_once_by_the_name_that_is_no_link(tmp_path):
    root = tmp_path / "in"
    (root / "deep" / "er").mkdir(parents=True)
    for name in ("b.txt", "deep/a.txt", "deep/er/c.txt", "deep/no.pdf", ".hidden"):
        (root / name).write_text(name)
    (root / "a.txt").symlink_to("deep/a.txt")
    (root / "z.txt").hardlink_to(root / "b.txt")
    (root / "deep" / "loop").symlink_to("..")
    (root / "deep" / "er" / "self").symlink_to("self")
    (root / "twice").symlink_to("deep")
    (root / "out").symlink_to(tmp_path)
    (root / "etc.txt").symlink_to("/etc/hostname")
    os.mkfifo(root / "pipe.txt")
    os.mkfifo(root / "pipe.pdf")
    found = walk(root, lambda name: name.endswith(".txt"))
    assert names(found, root) == ["b.txt", "deep/a.txt", "deep/er/c.txt"]
    assert found.left_out == (
        ("etc.txt", "a link that leads out of the folder: not followed"),
        ("out", "a link that leads out of the folder: not followed"),
        ("pipe.txt", "a pipe, not a file"),
    )
    assert not found.more


def test_the_folder_itself_may_be_a_link(tmp_path):
    (tmp_path / "disk").mkdir()
    (tmp_path / "disk" / "a").write_text("x")
    (tmp_path / "here").symlink_to("disk")
    assert names(walk(tmp_path / "here"), tmp_path / "here") == ["a"]


def test_what_only_a_link_leads_to_is_found(tmp_path):
    (tmp_path / ".store" / "more").mkdir(parents=True)
    (tmp_path / ".store" / "x").write_text("x")
    (tmp_path / ".store" / "more" / "y").write_text("y")
    (tmp_path / "one").symlink_to(".store/x")
    (tmp_path / "two").symlink_to(".store/x")
    (tmp_path / "folder").symlink_to(".store/more")
    assert names(walk(tmp_path), tmp_path) == ["folder/y", "one"]


def test_a_large_folder_is_looked_at_up_to_a_bound(tmp_path):
    for number in range(20):
        (tmp_path / str(number)).write_text("")
    assert walk(tmp_path, most=10).more
    assert not walk(tmp_path, most=20).more
