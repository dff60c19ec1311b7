import subprocess

import pytest


@pytest.fixture
def small_disk(tmp_path):
    """A file system of one megabyte, all of our own."""
    place = tmp_path / "disk"
    place.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", str(place)]
    try:
        subprocess.run(mount, check=True, capture_output=True)
    except (OSError, subprocess.CalledProcessError):
        pytest.skip("mounting a small file system is not permitted here")
    yield place
    subprocess.run(["umount", "-l", str(place)], check=True)


@pytest.fixture
def fill():
    """Leave so many bytes of a small disk free."""

    def fill_up(disk, *, leave=0):
        filler = disk / "filler"
        with filler.open("wb", buffering=0) as file:
            try:
                while True:
                    file.write(b"x" * 4096)
            except OSError:
                pass
        size = filler.stat().st_size
        with filler.open("r+b") as file:
            file.truncate(size - leave)
        return filler

    return fill_up
