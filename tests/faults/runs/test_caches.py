"""A flipped bit in a cache means "built again", never other data and never a stop."""

import logging
import os
import random

import numpy as np
import pytest
import torch

from makar.domains.music.corpus import cache as corpus_cache
from makar.runs import checkpoint
from makar.runs.errors import CheckpointError

ARRAYS = {"tokens": np.arange(40, dtype=np.int8), "group": np.arange(5), "u": np.array(["ä", "b"])}
ABOUT = {"titles": ["a", "b"], "skipped": []}
STATE = {
    "w": torch.arange(6.0),
    "best": float("inf"),
    "steps": (1, 2),
    "half": torch.ones(2).half(),
}


def flipped(data, bit):
    bad = bytearray(data)
    bad[bit // 8] ^= 1 << bit % 8
    return bytes(bad)


def corpus_bits(folder, bits):
    """How often it was still whole, of the bits flipped in turn."""
    corpus_cache.save("x", ARRAYS, ABOUT)
    path = folder / "corpus-x.npz"
    data, whole = path.read_bytes(), 0
    for bit in bits(8 * len(data)):
        path.write_bytes(flipped(data, bit))
        found = corpus_cache.load("x")
        if found is not None:
            whole += 1
            arrays, about = found
            assert about == ABOUT
            assert arrays.keys() == ARRAYS.keys()
            assert all(arrays[n].tobytes() == a.tobytes() for n, a in ARRAYS.items())
    return whole


def checkpoint_bits(folder, bits):
    step = checkpoint.save(folder, 3, STATE)
    whole = 0
    for path in sorted(step.iterdir()):
        data = path.read_bytes()
        for bit in bits(8 * len(data)):
            path.write_bytes(flipped(data, bit))
            try:
                state = checkpoint.load_newest(folder).state
            except CheckpointError:
                continue
            whole += 1
            assert state.keys() == STATE.keys()
            assert all(torch.equal(state[n], STATE[n]) for n in ("w", "half"))
            assert (state["best"], state["steps"]) == (STATE["best"], STATE["steps"])
        path.write_bytes(data)
    return whole


@pytest.fixture
def folder(tmp_path, monkeypatch, caplog):
    caplog.set_level(logging.CRITICAL)
    monkeypatch.setenv("MAKAR_CACHE", str(tmp_path))
    return tmp_path


@pytest.mark.parametrize("kind", [corpus_bits, checkpoint_bits])
def test_some_flipped_bits(folder, kind):
    kind(folder, lambda bits: random.Random(0).sample(range(bits), 100))


@pytest.mark.faults
@pytest.mark.parametrize("kind", [corpus_bits, checkpoint_bits])
def test_every_flipped_bit(folder, kind):
    assert kind(folder, range) >= 0


@pytest.mark.parametrize(
    "change",
    [
        lambda path: path.write_bytes(b""), lambda path: path.write_bytes(b"PK\5\6" + bytes(18)),
        lambda path: path.symlink_to("/dev/zero"), os.mkfifo, lambda path: path.mkdir(),
        lambda path: path.symlink_to(path.name),
    ],
)  # fmt: skip
def test_a_corpus_cache_that_is_none_is_done_without(folder, change):
    change(folder / "corpus-x.npz")
    assert corpus_cache.load("x") is None
    corpus_cache.save("x", ARRAYS, ABOUT)  # a folder in its place stays, and is told of
    assert not (folder / "corpus-x.npz").is_symlink()
