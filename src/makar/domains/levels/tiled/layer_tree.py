"""A map's layers with what the groups around them add: names, offsets, whether they are hidden."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from makar.domains.levels.level.errors import UnreadableLevelError
from makar.domains.levels.level.reading import objects, quoted, word

MAX_LAYERS = 256
MAX_GROUPS = 16
FARTHEST = 1e9
"""Pixels that anything in a map may lie from its corner."""


@dataclass(frozen=True, eq=False)
class TreeLayer:
    """One layer of a document.

    Attributes:
        layer: As the document has it.
        place: Where it stands in the document's ``layers``, and in theirs.
        names: Its name, then those of the groups it is in, the nearest first.
        offset: Pixels by which it is drawn to the right and down, its groups' added.
        visible: False where it, or a group it is in, is hidden.
    """

    layer: Mapping[str, Any]
    place: tuple[int, ...]
    names: tuple[str, ...]
    offset: tuple[float, float]
    visible: bool

    @property
    def kind(self) -> str:
        """``tilelayer``, ``objectgroup``, ``imagelayer``, ``group``."""
        return str(self.layer.get("type"))


def all_layers(document: Mapping[str, Any], path: str) -> Iterator[TreeLayer]:
    """Every layer from the bottom up, groups before their own layers.

    Raises:
        UnreadableLevelError: too many layers, groups too deep, or what is no layer.
    """
    root = TreeLayer(document, (), (), (0.0, 0.0), True)
    for count, found in enumerate(_inside(root, path)):
        if count >= MAX_LAYERS:
            raise UnreadableLevelError(path, f"has more than {MAX_LAYERS} layers")
        yield found


def _inside(holder: TreeLayer, path: str) -> Iterator[TreeLayer]:
    if len(holder.place) > MAX_GROUPS:
        raise UnreadableLevelError(path, f"its groups nest deeper than {MAX_GROUPS}")
    for n, layer in enumerate(objects(holder.layer, "layers", path)):
        found = TreeLayer(
            layer,
            (*holder.place, n),
            (word(layer, "name", path), *holder.names),
            (
                holder.offset[0] + pixels(layer, "offsetx", path),
                holder.offset[1] + pixels(layer, "offsety", path),
            ),
            holder.visible and layer.get("visible", True) is not False,
        )
        yield found
        if layer.get("type") == "group":
            yield from _inside(found, path)
        elif layer.get("type") == "objectgroup":
            objects(layer, "objects", path)


def pixels(holder: Mapping[str, Any], key: str, path: str, thing: str | None = None) -> float:
    """The number at ``key``, 0 where it is absent; ``thing`` is the object that has it.

    Raises:
        UnreadableLevelError: no number, or one beyond every map.
    """
    value = holder.get(key, 0)
    if isinstance(value, bool) or not isinstance(value, int | float) or abs(value) > FARTHEST:
        what = "" if thing is None else f" of the object {quoted(thing)}"
        fault = f"{key}{what} must be a number, got {quoted(value)}"
        raise UnreadableLevelError(path, fault)
    return float(value)
