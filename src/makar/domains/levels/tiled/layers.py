"""The cells of a tile layer: numbers in a list, or packed and compressed."""

from __future__ import annotations

import base64
import binascii
import zlib
from collections.abc import Mapping
from typing import Any

import numpy as np
from jaxtyping import UInt32

from makar.domains.levels.level.errors import UnreadableLevelError
from makar.domains.levels.level.reading import (
    MAX_CELLS,
    MAX_COLUMNS,
    MAX_ROWS,
    quoted,
    whole,
    word,
)

FLIPS = 0xF000_0000
"""The bits of a cell that say how its tile is turned; they do not change what it means."""
_WINDOW = {"zlib": zlib.MAX_WBITS, "gzip": zlib.MAX_WBITS | 16}
_SAVE_AGAIN = "In Tiled choose Map > Map Properties > Tile Layer Format: CSV and save it again"


def size_of(holder: Mapping[str, Any], path: str) -> tuple[int, int]:
    """Rows and columns of a map or a layer.

    Raises:
        UnreadableLevelError: no size, or one beyond ``MAX_CELLS``.
    """
    height = whole(holder, "height", path, low=1, high=MAX_ROWS)
    width = whole(holder, "width", path, low=1, high=MAX_COLUMNS)
    if height * width > MAX_CELLS:
        fault = f"{width:,} × {height:,} cells are more than {MAX_CELLS:,}"
        raise UnreadableLevelError(path, fault, remedy="Split the map")
    return height, width


def cells_of(layer: Mapping[str, Any], path: str) -> UInt32[np.ndarray, "H W"]:
    """The global tile ids of a layer with their flip bits; 0 is a cell without a tile.

    Raises:
        UnreadableLevelError: the data is of another size than the layer, is no list of whole
            numbers, expands to more than the layer holds, or is compressed by zstd.
    """
    height, width = size_of(layer, path)
    data = layer.get("data")
    if "chunks" in layer:
        fault = "has chunks, as an infinite map has, in a map that is none"
        raise UnreadableLevelError(path, fault, remedy="Save it again from Tiled")
    if isinstance(data, str):
        cells = _unpacked(layer, data, height * width, path)
    else:
        cells = _listed(data, height * width, width, path)
    return cells.reshape(height, width)


def packing_of(layer: Mapping[str, Any]) -> dict[str, Any]:
    """How a layer's cells, or those of its chunks, are packed."""
    return {key: layer[key] for key in ("encoding", "compression") if key in layer}


def _listed(data: Any, count: int, width: int, path: str) -> UInt32[np.ndarray, " N"]:
    if not isinstance(data, list) or len(data) != count:
        found = f"{len(data):,} cells" if isinstance(data, list) else quoted(data)
        raise UnreadableLevelError(path, f"holds {found} instead of {count:,} cells")
    if set(map(type, data)) != {int} or min(data) < 0 or max(data) >= 1 << 32:
        n = next(n for n, c in enumerate(data) if type(c) is not int or not 0 <= c < 1 << 32)
        fault = f"line {n // width + 1}, column {n % width + 1}: {quoted(data[n])} is no cell"
        raise UnreadableLevelError(path, fault)
    return np.array(data, np.uint32)


def _unpacked(
    layer: Mapping[str, Any], data: str, count: int, path: str
) -> UInt32[np.ndarray, " N"]:
    if (encoding := word(layer, "encoding", path)) != "base64":
        fault = f"encoding is {quoted(encoding)}, not csv or base64"
        raise UnreadableLevelError(path, fault, remedy=_SAVE_AGAIN)
    compression = word(layer, "compression", path)
    try:
        packed = base64.b64decode("".join(data.split()), validate=True)
        if compression:
            packed = _expanded(packed, compression, 4 * count, path)
    except (binascii.Error, ValueError, zlib.error) as error:
        if isinstance(error, UnreadableLevelError):
            raise
        raise UnreadableLevelError(path, f"cannot be unpacked ({error})") from error
    if len(packed) != 4 * count:
        fault = f"unpacks to {len(packed):,} bytes instead of {4 * count:,}"
        raise UnreadableLevelError(path, fault)
    return np.frombuffer(packed, "<u4").astype(np.uint32)


def _expanded(packed: bytes, compression: str, size: int, path: str) -> bytes:
    window = _WINDOW.get(compression)
    if window is None:
        fault = f"is compressed by {quoted(compression)}"
        raise UnreadableLevelError(path, fault, remedy=_SAVE_AGAIN)
    expanding = zlib.decompressobj(window)
    expanded = expanding.decompress(packed, size + 1)
    if len(expanded) > size:
        fault = f"expands to more than its {size // 4:,} cells"
        raise UnreadableLevelError(path, fault, remedy=_SAVE_AGAIN)
    return expanded
