"""A nested state as plain JSON and a flat set of tensors, and back, bit for bit, without pickle.

Values JSON knows stay as they are; everything else becomes an object with one key that
begins with ``$``.
"""

from __future__ import annotations

import base64
import math
from collections.abc import Mapping
from typing import Any

import numpy as np
import torch
from torch import Tensor

from makar.core.disk.arrays import array_of, plain_dtype, plain_shape
from makar.runs.errors import CheckpointError

_NATIVE = frozenset(
    {
        torch.float64, torch.float32, torch.float16, torch.bfloat16, torch.bool,
        torch.int64, torch.int32, torch.int16, torch.int8,
        torch.uint64, torch.uint32, torch.uint16, torch.uint8,
    }
)  # fmt: skip
"""What every safetensors release keeps under its own name; other dtypes are kept as bytes."""
_AS_BYTES = {
    str(dtype).removeprefix("torch."): dtype
    for name, dtype in vars(torch).items()
    if isinstance(dtype, torch.dtype) and name.startswith(("complex", "float8_"))
}
"""What is kept as bytes."""
_NATIVE_ARRAYS = frozenset("?bhilqBHILQefd")
_PLAIN_KEYS = (str, int, float, bool, type(None), tuple, bytes)


def pack(state: Any) -> tuple[Any, dict[str, Tensor]]:
    """Split a state into a JSON value and tensors by name.

    Args:
        state: Nested dicts, lists and tuples of tensors, numpy arrays and scalars, bytes,
            strings, integers of any size, floats, booleans and None. Dict keys may be any of
            the plain values. Tensors come back on the CPU and without gradients.

    Returns:
        The tree and its tensors: contiguous, on the CPU, no two sharing memory. A tensor that
        occurs twice (tied weights) is kept once.

    Raises:
        CheckpointError: Something else is in there; the message says where.
    """
    packer = _Packer()
    return packer.value(state, "state"), packer.tensors


def unpack(tree: Any, tensors: Mapping[str, Tensor]) -> Any:
    """Put a state together again, from whomever it comes.

    Raises:
        CheckpointError: ``pack`` did not make it: it says so of a tag, a kind of number, a size or
            a tensor that is missing. Nothing but plain numbers, truth values and text is made.
    """
    try:
        return _unpack(tree, tensors)
    except (ValueError, TypeError, KeyError, RuntimeError, OverflowError) as fault:
        told = f"{fault} is missing" if isinstance(fault, KeyError) else str(fault)
        raise CheckpointError(f"no state that makar saved: {told}") from fault


def _unpack(tree: Any, tensors: Mapping[str, Tensor]) -> Any:
    if isinstance(tree, list):
        return [_unpack(item, tensors) for item in tree]
    if not isinstance(tree, dict):
        return tree
    tag = next(iter(tree), "")
    if tag.startswith("$"):
        return _unpack_tagged(tag, tree, tensors)
    if any(key.startswith("$") for key in tree):
        raise ValueError(f"a tag among plain names ({', '.join(tree)[:60]})")
    return {key: _unpack(item, tensors) for key, item in tree.items()}


def _unpack_tagged(tag: str, tree: Mapping[str, Any], tensors: Mapping[str, Tensor]) -> Any:
    content = tree[tag]
    if tag not in _TAGS or not set(tree) <= _TAGS[tag] or not isinstance(content, _HOLDS[tag]):
        raise ValueError(f"the tag {tag[:20]!r} with {', '.join(map(repr, tree))[:60]}")
    match tag:
        case "$float":
            return _not_finite(content)
        case "$bytes":
            return base64.b64decode(content, validate=True)
        case "$tuple":
            return tuple(_unpack(content, tensors))
        case "$items":
            return dict(_item(pair, tensors) for pair in content)
        case "$tensor":
            return _unpack_tensor(tensors[content], tree)
        case _:
            return _unpack_array(tensors[content], tree, scalar=tag == "$scalar")


_RAW = {"dtype", "shape"}
_TAGS: dict[str, set[str]] = {
    "$float": {"$float"},
    "$bytes": {"$bytes"},
    "$tuple": {"$tuple"},
    "$items": {"$items"},
    "$tensor": {"$tensor", *_RAW},
    "$scalar": {"$scalar", *_RAW},
    "$array": {"$array", *_RAW},
}
"""What stands beside each tag at most."""
_HOLDS: dict[str, type] = dict.fromkeys(_TAGS, str) | {"$tuple": list, "$items": list}


def _not_finite(text: str) -> float:
    if text not in ("nan", "inf", "-inf"):
        raise ValueError(f"{text[:20]!r} is no number that JSON lacks")
    return float(text)


def _item(pair: Any, tensors: Mapping[str, Tensor]) -> tuple[Any, Any]:
    if not isinstance(pair, list) or len(pair) != 2:
        raise ValueError("an entry that is not a key and a value")
    key = _unpack(pair[0], tensors)
    if not isinstance(key, _PLAIN_KEYS):
        raise ValueError(f"a key of type {type(key).__name__}")
    return key, _unpack(pair[1], tensors)


class _Packer:
    def __init__(self) -> None:
        self.tensors: dict[str, Tensor] = {}
        self._names: dict[tuple[Any, ...], str] = {}
        self._memory: set[int] = set()

    def value(self, value: Any, path: str) -> Any:
        kind = type(value)
        if value is None or kind in (bool, int, str):
            return value
        if kind is float:
            return value if math.isfinite(value) else {"$float": repr(value)}
        if kind is bytes:
            return {"$bytes": base64.b64encode(value).decode()}
        if isinstance(value, Mapping):
            return self._mapping(value, path)
        if kind in (list, tuple):
            items = [self.value(item, f"{path}.{i}") for i, item in enumerate(value)]
            return items if kind is list else {"$tuple": items}
        return self._numbers(value, path)

    def _mapping(self, value: Mapping[Any, Any], path: str) -> dict[str, Any]:
        for key in value:
            if type(key) not in _PLAIN_KEYS:
                raise CheckpointError(f"{path}: a key of type {type(key).__name__} cannot be saved")
        items = [(key, self.value(item, f"{path}.{key}")) for key, item in value.items()]
        if all(type(key) is str and not key.startswith("$") for key in value):
            return dict(items)
        return {"$items": [[self.value(key, path), item] for key, item in items]}

    def _numbers(self, value: Any, path: str) -> dict[str, Any]:
        if isinstance(value, Tensor) and value.layout == torch.strided and _is_kept(value.dtype):
            return self._tensor(value, path)
        if type(value) is np.ndarray or isinstance(value, np.generic):
            array = np.array(value, order="C")
            if _is_plain(array.dtype):
                tag = "$scalar" if isinstance(value, np.generic) else "$array"
                return self._array(array, tag, path)
        raise CheckpointError(
            f"{path}: a value of type {type(value).__name__} cannot be saved; make it an array, "
            "a tensor, or plain numbers, strings, lists and dicts in state_dict()"
        )

    def _tensor(self, value: Tensor, path: str) -> dict[str, Any]:
        # The leaves outlive this call, so equal addresses mean the same memory.
        layout = (value.shape, value.stride(), value.dtype, value.device)
        same = (value.data_ptr(), *layout, value.is_conj(), value.is_neg())
        flat = value.detach().resolve_conj().resolve_neg().cpu().contiguous()
        raw: dict[str, Any] = {}
        if flat.dtype not in _NATIVE:
            raw = {"dtype": str(flat.dtype).removeprefix("torch."), "shape": list(flat.shape)}
            # a copy, since one element may be contiguous with any stride, which view refuses
            dense = flat.reshape(-1).clone(memory_format=torch.contiguous_format)
            flat = dense.view(torch.uint8)
        if same not in self._names:
            self._names[same] = self._keep(flat, path)
        return {"$tensor": self._names[same], **raw}

    def _array(self, value: np.ndarray, tag: str, path: str) -> dict[str, Any]:
        if value.dtype.char in _NATIVE_ARRAYS and value.dtype.isnative:
            return {tag: self._keep(torch.from_numpy(value), path), "dtype": value.dtype.str}
        flat = torch.from_numpy(np.frombuffer(value.tobytes(), np.uint8).copy())
        name = self._keep(flat, path)
        return {tag: name, "dtype": value.dtype.str, "shape": list(value.shape)}

    def _keep(self, tensor: Tensor, path: str) -> str:
        memory = tensor.untyped_storage()
        if memory.data_ptr() in self._memory or memory.nbytes() != tensor.nbytes:
            tensor = tensor.clone(memory_format=torch.contiguous_format)
        self._memory.add(tensor.untyped_storage().data_ptr())
        # Names are for readers of the file only; safetensors wants them unique and in UTF-8.
        name = path = path.encode("ascii", "backslashreplace").decode()
        while name in self.tensors:
            name = f"{path}#{len(self.tensors)}"
        self.tensors[name] = tensor
        return name


def _is_kept(dtype: torch.dtype) -> bool:
    return dtype in _NATIVE or dtype in _AS_BYTES.values()


def _is_plain(dtype: np.dtype[Any]) -> bool:
    try:
        return plain_dtype(dtype.str) == dtype
    except ValueError:
        return False


def _unpack_tensor(tensor: Tensor, tree: Mapping[str, Any]) -> Tensor:
    if "dtype" not in tree:
        return tensor
    dtype, shape = _AS_BYTES.get(tree["dtype"]), plain_shape(tree["shape"])
    if dtype is None:
        raise ValueError(f"{str(tree['dtype'])[:20]!r} is no kind of number that is kept as bytes")
    if tensor.dtype != torch.uint8 or tensor.numel() != math.prod(shape) * dtype.itemsize:
        raise ValueError(f"{tensor.numel()} bytes are not {shape} of {tree['dtype']}")
    return tensor.reshape(-1).view(dtype).reshape(shape)


def _unpack_array(tensor: Tensor, tree: Mapping[str, Any], *, scalar: bool) -> Any:
    dtype = plain_dtype(tree["dtype"])
    if "shape" in tree:
        if tensor.dtype != torch.uint8:
            raise ValueError(f"bytes kept as {tensor.dtype}")
        array = array_of(tensor.numpy().tobytes(), dtype, plain_shape(tree["shape"]))
    else:
        array = tensor.numpy()
        if array.dtype != dtype:
            raise ValueError(f"numbers of {array.dtype.str}, said to be {dtype.str}")
        array = array.view(dtype)  # several kinds of one size are told apart by name alone
    if not scalar:
        return array
    if array.shape:
        raise ValueError(f"one number that is {array.shape} numbers")
    return array[()]
