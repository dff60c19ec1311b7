"""Templates of objects: what a map's objects have in common, in files of their own."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from makar.domains.levels.level.errors import UnreadableLevelError
from makar.domains.levels.level.reading import objects, whole, word
from makar.domains.levels.tiled.files.content import template_document
from makar.domains.levels.tiled.files.older import properties_of
from makar.domains.levels.tiled.files.references import referred
from makar.domains.levels.tiled.layer_tree import pixels
from makar.domains.levels.tiled.tilesets import Tileset, read_tilesets

MAX_TEMPLATES = 1_000
MAX_TEMPLATE_BYTES = 1_000_000
_SHAPES = ("ellipse", "point", "capsule", "polygon", "polyline", "text")


@dataclass(frozen=True)
class Template:
    """A template of objects.

    Attributes:
        path: Its file.
        item: Its object, as JSON has it.
        tilesets: The tileset of its tile, by the number it has in the template; may be none.
    """

    path: Path
    item: Mapping[str, Any]
    tilesets: tuple[Tileset, ...]


@dataclass
class Templates:
    """The templates that one map refers to, each read once.

    Attributes:
        path: The map's file.
        root: Where templates may lie, besides the map's folder.
    """

    path: Path
    root: Path
    _read: dict[str, Template] = field(default_factory=dict[str, Template])

    def of(self, item: Mapping[str, Any]) -> Template | None:
        """The template of an object; None for one without.

        Raises:
            UnreadableLevelError: it cannot be found or lies elsewhere, or is no template.
        """
        source = word(item, "template", str(self.path))
        if not source:
            return None
        if source not in self._read:
            if len(self._read) >= MAX_TEMPLATES:
                fault = f"refers to more than {MAX_TEMPLATES:,} templates"
                raise UnreadableLevelError(str(self.path), fault)
            file, data = referred(
                source, self.path, self.root, what="template", limit=MAX_TEMPLATE_BYTES
            )
            self._read[source] = parse_template(data, file, self.root)
        return self._read[source]


def parse_template(data: bytes, path: Path, root: Path) -> Template:
    """A template from the bytes of its file, ``.tx`` or ``.tj``.

    Raises:
        UnreadableLevelError: no template, or its tileset lies elsewhere.
    """
    document = template_document(data, str(path))
    _check(document["object"], str(path))
    named = document.get("tileset")
    tilesets = read_tilesets({"tilesets": [named]}, path, root) if named is not None else ()
    return Template(path, document["object"], tilesets)


def _check(item: Mapping[str, Any], path: str) -> None:
    """Refuse by the template's own name what would be refused of the objects made from it."""
    for key in ("name", "type", "class"):
        word(item, key, path)
    for key in ("width", "height", "rotation"):
        pixels(item, key, path)
    whole(item, "gid", path, low=0, high=(1 << 32) - 1, default=0)
    properties_of(item, path)
    for shape in ("polygon", "polyline"):
        for point in objects(item, shape, path):
            pixels(point, "x", path)
            pixels(point, "y", path)


def completed(item: Mapping[str, Any], template: Template, path: str) -> dict[str, Any]:
    """An object with all that its template tells and it does not tell otherwise.

    Properties are joined by name. An empty name or class, or a width or height of 0, tells
    nothing: Tiled takes the template's then.
    """
    empty = [key for key in ("name", "type", "class", "width", "height") if not item.get(key)]
    told = {key: value for key, value in item.items() if key not in empty}
    base = dict(template.item)
    if any(key in told for key in ("type", "class")):
        base = {key: value for key, value in base.items() if key not in ("type", "class")}
    if any(key in told for key in _SHAPES):
        base = {key: value for key, value in base.items() if key not in _SHAPES}
    joined = {
        str(one.get("name")): one
        for holder in (template.item, item)
        for one in properties_of(holder, path)
    }
    told.pop("propertytypes", None)
    base.pop("propertytypes", None)
    return base | told | ({"properties": list(joined.values())} if joined else {})
