import json
import math
import struct

import numpy as np
import pytest
import safetensors.torch
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as npst

from makar.runs.errors import CheckpointError
from makar.runs.state import pack, unpack


def through_files(state):
    """As a checkpoint does it: JSON text and safetensors bytes."""
    tree, tensors = pack(state)
    text = json.dumps(tree, allow_nan=False)
    data = safetensors.torch.save(tensors)
    return unpack(json.loads(text), safetensors.torch.load(data))


def assert_same(a, b):
    """Equal in type, order and every bit."""
    assert type(a) is type(b)
    if isinstance(a, dict):
        assert [(type(k), repr(k)) for k in a] == [(type(k), repr(k)) for k in b]
        for left, right in zip(a.values(), b.values(), strict=True):
            assert_same(left, right)
    elif isinstance(a, list | tuple):
        assert len(a) == len(b)
        for left, right in zip(a, b, strict=True):
            assert_same(left, right)
    elif isinstance(a, torch.Tensor):
        assert (a.dtype, a.shape) == (b.dtype, b.shape)
        assert bits(a) == bits(b)
    elif isinstance(a, np.ndarray | np.generic):
        assert (a.dtype, a.shape) == (b.dtype, b.shape)
        assert a.tobytes() == b.tobytes()
    elif isinstance(a, float):
        assert math.isnan(a) == math.isnan(b)
        assert math.isnan(a) or struct.pack("d", a) == struct.pack("d", b)
    else:
        assert a == b


def bits(tensor):
    if tensor.numel() == 0:
        return b""
    dense = tensor.reshape(-1).clone(memory_format=torch.contiguous_format)
    return dense.view(torch.uint8).numpy().tobytes()


array_dtypes = st.one_of(
    npst.boolean_dtypes(),
    npst.integer_dtypes(endianness="?"),
    npst.unsigned_integer_dtypes(endianness="?"),
    npst.floating_dtypes(endianness="?"),
    npst.complex_number_dtypes(endianness="?"),
    npst.unicode_string_dtypes(max_len=4),
    npst.byte_string_dtypes(max_len=4),
    npst.datetime64_dtypes(),
)
shapes = npst.array_shapes(min_dims=0, max_dims=3, min_side=0, max_side=3)
arrays = npst.arrays(array_dtypes, shapes)
tensor_dtypes = npst.scalar_dtypes().filter(
    lambda d: d.kind in "biufc" and d.isnative and d.itemsize <= 16 and d.char not in "gG"
)
tensors = npst.arrays(tensor_dtypes, shapes).map(lambda a: torch.from_numpy(np.array(a)))
transposed = tensors.map(lambda t: t.permute(tuple(range(t.dim()))[::-1]))
integers = st.integers(-(2**128), 2**128)
text = st.text(st.characters(exclude_categories=()), max_size=8)
plain = st.one_of(st.none(), st.booleans(), integers, st.floats(), text, st.binary(max_size=8))
keys = st.one_of(
    text, integers, st.booleans(), st.sampled_from(["$tensor", "$x", "", "__metadata__"])
)
states = st.recursive(
    st.one_of(plain, arrays, tensors, transposed),
    lambda inner: st.one_of(
        st.lists(inner, max_size=4),
        st.lists(inner, max_size=4).map(tuple),
        st.dictionaries(keys, inner, max_size=4),
    ),
    max_leaves=12,
)


@settings(max_examples=200, deadline=None)
@given(states)
def test_every_bit_comes_back(state):
    assert_same(state, through_files(state))


@pytest.mark.parametrize(
    "dtype", [torch.bfloat16, torch.float16, torch.float8_e4m3fn, torch.complex64, torch.uint16]
)
@pytest.mark.parametrize("shape", [(), (3,), (0, 2), (2, 3)])
def test_tensor_dtypes_numpy_lacks_come_back(dtype, shape):
    raw = torch.arange(math.prod(shape), dtype=torch.float32).reshape(shape)
    assert_same({"x": raw.to(dtype)}, through_files({"x": raw.to(dtype)}))


def test_numpy_scalars_keep_their_type():
    state = [np.float64(0.1), np.float32(math.nan), np.int64(-3), np.bool_(True), np.str_("é")]
    assert_same(state, through_files(state))


def test_names_that_meet_in_the_file_are_kept_apart():
    state = {"a.b": torch.zeros(1), "a": {"b": torch.ones(1)}, "a.b#1": torch.full((1,), 2.0)}
    assert_same(state, through_files(state))


def test_shared_memory_is_kept_and_written_once():
    whole = torch.arange(12.0).reshape(3, 4)
    state = {
        "w": whole,
        "tied": whole,
        "row": whole[1],
        "column": whole[:, 1],
        "flat": whole.view(-1),
    }
    tree, packed = pack(state)
    assert tree["tied"] == tree["w"]
    assert len(packed) == 4
    loaded = through_files(state)
    assert_same(state, loaded)
    loaded["row"].zero_()
    assert torch.equal(loaded["w"], whole)


def test_a_slice_of_a_large_tensor_is_saved_alone():
    _, packed = pack({"x": torch.zeros(1_000_000)[:3]})
    assert len(safetensors.torch.save(packed)) < 1000


def test_views_that_differ_only_by_conjugation_or_shape_stay_different():
    z = torch.tensor([[1 + 2j, 3 - 1j]])
    state = {"z": z, "conjugate": z.conj(), "turned": z.T}
    loaded = through_files(state)
    assert loaded["conjugate"].tolist() == [[1 - 2j, 3 + 1j]]
    assert loaded["z"].tolist() == [[1 + 2j, 3 - 1j]]
    assert loaded["turned"].shape == (2, 1)
    negated = torch.tensor([1 + 2j]).conj().imag
    assert negated.is_neg()
    assert through_files([negated])[0].tolist() == [-2.0]


def test_one_complex_element_of_odd_stride_comes_back():
    expanded = torch.tensor(1 + 2j).expand(1)
    assert_same([expanded], through_files([expanded]))


def test_a_real_training_state_goes_on_exactly():
    def make():
        torch.manual_seed(1)
        net = torch.nn.Linear(3, 2)
        return net, torch.optim.AdamW(net.parameters(), lr=0.1)

    def step(net, optimiser):
        optimiser.zero_grad()
        net(torch.ones(1, 3)).square().sum().backward()
        optimiser.step()

    net, optimiser = make()
    step(net, optimiser)
    random = np.random.Generator(np.random.Philox(7))
    random.random(5)
    state = {
        "net": net.state_dict(),
        "optimiser": optimiser.state_dict(),
        "random": random.bit_generator.state,
        "torch": torch.get_rng_state(),
    }
    loaded = through_files(state)
    again, other = make()
    again.load_state_dict(loaded["net"])
    other.load_state_dict(loaded["optimiser"])
    step(net, optimiser)
    step(again, other)
    assert bits(net.weight.detach()) == bits(again.weight.detach())
    bits_random = np.random.Philox()
    bits_random.state = loaded["random"]
    assert np.random.Generator(bits_random).random() == random.random()
    torch.set_rng_state(loaded["torch"])


def test_loaded_tensors_may_be_changed():
    loaded = through_files({"x": torch.zeros(2), "y": np.zeros(2), "e": np.array([], "U3")})
    loaded["x"] += 1
    loaded["y"] += 1
    assert loaded["x"].tolist() == loaded["y"].tolist() == [1, 1]


@pytest.mark.parametrize(
    "value",
    [
        {1, 2}, object(), np.array([object()]), np.zeros(2, [("a", int)]), math,
        torch.eye(2).to_sparse(), np.ma.masked_array([1], [True]),
    ],
)  # fmt: skip
def test_what_cannot_be_saved_is_refused_by_name(value):
    with pytest.raises(CheckpointError, match=r"state\.learner\.0: a value of type"):
        pack({"learner": [value]})


@pytest.mark.parametrize("key", [frozenset(), np.int64(1), (1, frozenset())])
def test_keys_that_cannot_be_saved_are_refused(key):
    with pytest.raises(CheckpointError, match="state"):
        pack({key: 1})


def reopened(tree, tensors=None):
    """As a stranger's checkpoint: whatever they wrote in the tree, over such tensors."""
    return unpack(json.loads(json.dumps(tree)), tensors or {})


BYTES = {"b": torch.arange(16, dtype=torch.uint8), "f": torch.zeros(2, 2)}


@pytest.mark.parametrize("tag", ["$array", "$scalar"])
@pytest.mark.parametrize(
    "dtype",
    [
        "O",
        "|O",
        "|O8",
        "object",
        "V8",
        "|V16",
        "i4,f4",
        "(2,3)<i2",
        "<f3",
        "float",
        "",
        8,
        None,
        [],
    ],
)
def test_kinds_that_are_no_plain_numbers_are_refused(tag, dtype):
    for shape in ([2], [], [0]):
        with pytest.raises(CheckpointError):
            reopened({"x": {tag: "b", "dtype": dtype, "shape": shape}}, BYTES)
    with pytest.raises(CheckpointError):
        reopened({"x": {tag: "b", "dtype": dtype}}, BYTES)


@pytest.mark.parametrize(
    "tree",
    [
        {"$array": "b", "dtype": "<f8", "shape": [3]},
        {"$array": "b", "dtype": "<f8", "shape": [-1, -2]},
        {"$array": "b", "dtype": "<f8", "shape": [2, True]},
        {"$array": "b", "dtype": "<f8", "shape": [2.0]},
        {"$array": "b", "dtype": "<f8", "shape": "22"},
        {"$array": "b", "dtype": "<f8", "shape": [1] * 70},
        {"$array": "b", "dtype": "<U400000", "shape": [1 << 40]},
        {"$array": "f", "dtype": "<f8", "shape": [2]},
        {"$array": "f", "dtype": "<i4"},
        {"$array": "f", "dtype": "<f8"},
        {"$array": "gone", "dtype": "<f4"},
        {"$array": ["f"], "dtype": "<f4"},
        {"$scalar": "f", "dtype": "<f4"},
        {"$tensor": "b", "dtype": "load", "shape": [1]},
        {"$tensor": "b", "dtype": "quint8", "shape": [16]},
        {"$tensor": "b", "dtype": ["complex64"], "shape": [2]},
        {"$tensor": "b", "dtype": "complex64", "shape": [3]},
        {"$tensor": "b", "dtype": "complex64"},
        {"$tensor": "f", "dtype": "complex64", "shape": [2]},
        {"$tensor": "gone"},
        {"$tensor": None},
        {"$float": "0x1p3"},
        {"$float": 1},
        {"$bytes": "%%%"},
        {"$bytes": [1]},
        {"$tuple": {"a": 1}},
        {"$items": [["a"]]},
        {"$items": [[{"$array": "b", "dtype": "|u1"}, 1]]},
        {"$items": [[[1], 1]]},
        {"$items": 3},
        {"$object": "os.system"},
        {"$tuple": [], "more": 1},
        {"a": 1, "$tuple": []},
    ],
)
def test_tags_that_lie_are_refused(tree):
    with pytest.raises(CheckpointError, match="no state that makar saved"):
        reopened({"x": [tree]}, BYTES)


def test_endless_nesting_is_refused():
    tree = 1
    for _ in range(100_000):
        tree = [tree]
    with pytest.raises(CheckpointError):
        unpack(tree, {})


def test_bytes_of_no_kind_are_not_saved_either():
    with pytest.raises(CheckpointError, match="a value of type"):
        pack([np.zeros(2, "V3")])
