"""What was read of maps and what was left out, said once for all of them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from makar.domains.levels.level.reading import quoted

Kind = Literal[
    "layer", "no tile", "hidden", "background", "not asked", "elsewhere", "unnamed", "object",
    "unknown", "hidden object", "walled", "outside", "shared", "uncovered", "line", "stood",
    "reached", "fraction", "cut", "note",
]  # fmt: skip
MAX_NAMED = 8
"""Things of a kind that are named; the others are counted."""


@dataclass(frozen=True)
class Remark:
    """One thing that was read, left out or understood in a way.

    Attributes:
        kind: What became of it.
        what: The tile, the object or the layer.
        where: The layer or the place.
    """

    kind: Kind
    what: str
    where: str = ""


class Remarks(Counter[Remark]):
    """How often each was met in one map.

    Attributes:
        covered: Cells that areas have covered so far, so that it stays within bounds.
    """

    covered: int = 0


_LEFT_LAYERS: dict[Kind, str] = {
    "no tile": "no tile that the legend names", "hidden": "hidden",
    "background": "solid everywhere, so a background", "not asked": "not the legend's layer",
}  # fmt: skip
_LEFT = "objects left out that"
_OBJECTS: dict[Kind, str] = {
    "object": "objects read",
    "unknown": f"{_LEFT} the legend does not know",
    "hidden object": f"{_LEFT} are hidden",
    "walled": f"{_LEFT} stand deep in something solid",
    "outside": f"{_LEFT} stand outside the map",
    "shared": f"{_LEFT} share a cell with another that counts",
    "uncovered": f"{_LEFT} are too small to cover the middle of a cell",
    "line": f"{_LEFT} are lines or points, which cover nothing",
}
_MOVED: dict[Kind, str] = {
    "stood": "objects whose feet are in something solid are taken to stand on it",
    "reached": "objects without room at their feet are taken to be in a cell they reach",
}


def sentences(maps: Sequence[Remarks]) -> tuple[str, ...]:
    """What is to be said of maps that were read together; of one with nothing to tell, nothing.

    A single tile layer, with nothing else in the map, goes without saying.
    """
    total = Remarks()
    for remarks in maps:
        total.update(remarks)
    kinds = {remark.kind for remark in total}
    layers = {remark.what for remark in total if remark.kind == "layer"}
    if kinds <= {"layer"} and len(layers) < 2:
        return ()
    return tuple(_sentences(total, maps))


def _sentences(total: Remarks, maps: Sequence[Remarks]) -> Iterator[str]:
    yield from _of_layers(total, maps)
    for kind, words in _OBJECTS.items():
        if things := _of(total, kind):
            yield f"{words}: {_listed([_counted(total, one) for one in things])}"
    for kind, words in _MOVED.items():
        if things := _of(total, kind):
            yield f"{words}: {_listed([f'{one.what} ({one.where})' for one in things])}"
    for remark in (*_of(total, "fraction"), *_of(total, "cut"), *_of(total, "note")):
        yield _in_maps(remark, maps, quote=False)


def _of_layers(total: Remarks, maps: Sequence[Remarks]) -> Iterator[str]:
    if layers := _of(total, "layer"):
        yield f"tile layers read: {_listed([_in_maps(remark, maps) for remark in layers])}"
    left = [
        f"{quoted(remark.what)} ({why})" for kind, why in _LEFT_LAYERS.items()
        for remark in _of(total, kind)
    ]  # fmt: skip
    if left:
        yield f"tile layers left out: {_listed(left)}"
    if elsewhere := _of(total, "elsewhere"):
        lying = [*(one.what for one in layers), *(one.where for one in elsewhere)]
        names = ", ".join(dict.fromkeys(f'"{name}"' for name in lying))
        found = _listed([_counted(total, one) for one in elsewhere])
        yield (
            f"tiles that the legend names lie on layers that are left out: {found}. To have them "
            f"read, name the layers in the legend: layer = [{names}]"
        )
    if unnamed := _of(total, "unnamed"):
        found = _listed([_counted(total, one) for one in unnamed])
        yield f"cells of tiles that the legend does not name count as nothing: {found}"


def _of(total: Remarks, kind: Kind) -> list[Remark]:
    return [remark for remark in total if remark.kind == kind]


def _counted(total: Remarks, remark: Remark) -> str:
    return f"{total[remark]} {remark.what}" + (remark.where and f" on {quoted(remark.where)}")


def _in_maps(remark: Remark, maps: Sequence[Remarks], *, quote: bool = True) -> str:
    having = sum(remark in remarks for remarks in maps)
    told = quoted(remark.what) if quote else remark.what
    return told if having == len(maps) else f"{told} (in {having} of {len(maps)} maps)"


def _listed(words: Sequence[str]) -> str:
    told = ", ".join(words[:MAX_NAMED])
    return told if len(words) <= MAX_NAMED else f"{told} and {len(words) - MAX_NAMED} more"
