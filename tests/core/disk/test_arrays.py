import io
import zipfile

import numpy as np
import pytest

from makar.core.disk.arrays import parse_npy, read_npz
from makar.core.errors import UnreadableError

GOOD = {
    "a": np.arange(12, dtype=">i2").reshape(3, 4), "turned": np.arange(6.0).reshape(2, 3).T,
    "text": np.array(["ab", "c"]), "none": np.empty((0, 3)), "one": np.array(True),
    "half": np.ones(3, np.float16), "complex": np.ones(2, np.complex64), "bytes": np.array([b"x"]),
}  # fmt: skip


def npy(array):
    file = io.BytesIO()
    np.save(file, array)
    return file.getvalue()


def test_arrays_of_plain_numbers_come_back(tmp_path):
    np.savez_compressed(tmp_path / "a.npz", **GOOD)
    found = read_npz(tmp_path / "a.npz")
    assert found.keys() == GOOD.keys()
    for name, array in GOOD.items():
        assert (found[name].dtype, found[name].shape) == (array.dtype, array.shape)
        assert found[name].tobytes() == array.tobytes()
        assert found[name].flags.writeable


def header(text, data=b""):
    text = text.encode().ljust(117) + b"\n"
    return b"\x93NUMPY\x01\x00" + len(text).to_bytes(2, "little") + text + data


@pytest.mark.parametrize(
    "data",
    [
        header("{'descr': '|O', 'fortran_order': False, 'shape': (1,), }", bytes(8)),
        header("{'descr': '|V8', 'fortran_order': False, 'shape': (1,), }", bytes(8)),
        header("{'descr': [('a', '|O')], 'fortran_order': False, 'shape': (1,), }", bytes(8)),
        header("{'descr': '<f8', 'fortran_order': False, 'shape': (1000000000000,), }", bytes(8)),
        header("{'descr': '<f8', 'fortran_order': False, 'shape': (-1,), }", bytes(8)),
        header("{'descr': '<f8', 'fortran_order': False, 'shape': (1 << 9,), }", bytes(8)),
        header("{'descr': __import__('os'), 'fortran_order': False, 'shape': (1,), }", bytes(8)),
        header("(" * 100, bytes(8)), b"", b"\x93NUMPY\x07\x00", npy(np.zeros(3))[:-1],
    ],
)  # fmt: skip
def test_what_is_no_plain_array_is_refused(tmp_path, data):
    path = tmp_path / "a.npz"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("x.npy", data)
    with pytest.raises(UnreadableError, match=r"a\.npz: it cannot be read as arrays"):
        read_npz(path)


def test_bombs_pipes_and_links_are_refused(tmp_path):
    path = tmp_path / "a.npz"
    np.savez_compressed(path, x=np.zeros(1 << 24))
    with pytest.raises(UnreadableError, match="the most that is read"):
        read_npz(path, most=1 << 20)
    (tmp_path / "link").symlink_to(path)
    with pytest.raises(UnreadableError, match="a link"):
        read_npz(tmp_path / "link")
    with pytest.raises(FileNotFoundError):
        read_npz(tmp_path / "gone")


def test_no_flipped_bit_makes_another_array(tmp_path):
    good = {"a": np.arange(3, dtype=np.int16), "b": np.ones((1, 2))}
    np.savez(tmp_path / "good.npz", **good)
    data = (tmp_path / "good.npz").read_bytes()
    path, whole = tmp_path / "bad.npz", 0
    for bit in range(8 * len(data)):
        bad = bytearray(data)
        bad[bit // 8] ^= 1 << bit % 8
        path.write_bytes(bad)
        try:
            found = read_npz(path)
        except UnreadableError:
            continue
        whole += 1
        assert {name: array.tobytes() for name, array in found.items()} == {
            name: array.tobytes() for name, array in good.items()
        }
    assert whole < 4 * len(data)


def test_numpy_reads_what_is_read_here():
    for array in GOOD.values():
        assert parse_npy(npy(array)).tobytes() == np.load(io.BytesIO(npy(array))).tobytes()
