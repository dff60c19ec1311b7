"""The objects of a map, completed by their templates and the tiles they show."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from makar.domains.levels.level.errors import UnreadableLevelError
from makar.domains.levels.level.reading import objects, whole, word
from makar.domains.levels.tiled.files.templates import Template, Templates, completed
from makar.domains.levels.tiled.layer_tree import TreeLayer, all_layers
from makar.domains.levels.tiled.layers import FLIPS
from makar.domains.levels.tiled.objects import COLLISION, OBJECTS
from makar.domains.levels.tiled.tilesets import Tileset, owner_of

MAX_OBJECTS = 100_000
OURS = (OBJECTS, COLLISION)
"""Layers that makar writes for the game to read, and never reads itself."""


@dataclass(frozen=True, eq=False)
class Thing:
    """One object.

    Attributes:
        item: As the document has it.
        whole: With what its template adds.
        kind: Its class: its own, its template's, or that of the tile it shows.
        name: Its name, its template's if it has none.
        layer: The layer that it lies on.
        index: Which of the layer's objects it is.
        owner: The tileset and the local id of the tile that it shows; None: it shows none.
        flips: The bits by which that tile is turned.
        template: Its template; None: it has none.
    """

    item: Mapping[str, Any]
    whole: Mapping[str, Any]
    kind: str
    name: str
    layer: TreeLayer
    index: int
    owner: tuple[Tileset, int] | None = None
    flips: int = 0
    template: Template | None = None

    @property
    def told(self) -> str:
        """What a person would call it."""
        return self.name or self.kind or f"{self.item.get('id', self.index + 1)}"

    @property
    def visible(self) -> bool:
        """Whether Tiled draws it."""
        return self.layer.visible and self.whole.get("visible", True) is not False


def things_in(
    document: Mapping[str, Any], tilesets: Sequence[Tileset], path: Path, root: Path
) -> Iterator[Thing]:
    """Every object of a map but makar's own, from the lowest layer up.

    Raises:
        UnreadableLevelError: a template cannot be read, or there are too many objects.
    """
    templates, count = Templates(path, root), 0
    for layer in all_layers(document, str(path)):
        if layer.kind != "objectgroup" or layer.names[0] in OURS:
            continue
        for index, item in enumerate(objects(layer.layer, "objects", str(path))):
            count += 1
            if count > MAX_OBJECTS:
                raise UnreadableLevelError(str(path), f"has more than {MAX_OBJECTS:,} objects")
            yield _thing(item, layer, index, templates, tilesets)


def _thing(
    item: Mapping[str, Any],
    layer: TreeLayer,
    index: int,
    templates: Templates,
    tilesets: Sequence[Tileset],
) -> Thing:
    path = str(templates.path)
    template = templates.of(item) if "template" in item else None
    complete = item if template is None else completed(item, template, path)
    owner, flips = None, 0
    if "gid" in complete:
        gid = whole(complete, "gid", path, low=0, high=(1 << 32) - 1)
        named = tilesets if "gid" in item or template is None else template.tilesets
        owner, flips = owner_of(named, gid & ~FLIPS) if gid else None, gid & FLIPS
    # Tiled's order: the object's own class, the template's, the class of the tile shown
    kind = word(complete, "class", path) or word(complete, "type", path)
    if not kind and template is not None and "gid" in item:
        kind = _class_of_tile(template)
    if not kind and owner is not None:
        kind = owner[0].classes.get(owner[1], "")
    name = word(complete, "name", path)
    return Thing(item, complete, kind, name, layer, index, owner, flips, template)


def _class_of_tile(template: Template) -> str:
    """The class of the tile that a template shows."""
    gid = whole(template.item, "gid", str(template.path), low=0, high=(1 << 32) - 1, default=0)
    owner = owner_of(template.tilesets, gid & ~FLIPS)
    return owner[0].classes.get(owner[1], "") if owner else ""
