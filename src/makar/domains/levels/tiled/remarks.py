"""What was read of maps and what was left out, said once for all of them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from makar.domains.levels.level.reading import quoted

Kind = Literal[
    "layer", "no tile", "hidden", "background", "not asked", "elsewhere", "unnamed", "object",
    "unknown", "hidden object", "stood", "walled", "outside", "shared", "uncovered", "line",
    "fraction", "cut", "note",
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
_LEFT_OBJECTS: dict[Kind, str] = {
    "unknown": "the legend does not know", "hidden object": "are hidden",
    "walled": "stand deep in something solid", "outside": "stand outside the map",
    "shared": "share a cell with another that counts",
    "uncovered": "are too small to cover the middle of a cell",
    "line": "are lines or points, which cover nothing",
}  # fmt: skip


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
    if layers := _of(total, "layer"):
        told = [_in_maps(remark, maps) for remark in layers]
        yield f"tile layers read: {_listed(told)}"
    if things := _of(total, "object"):
        yield f"objects read: {_listed([_counted(total, one, 'on') for one in things])}"
    left = [
        f"{quoted(remark.what)} ({why})" for kind, why in _LEFT_LAYERS.items()
        for remark in _of(total, kind)
    ]  # fmt: skip
    if left:
        yield f"tile layers left out: {_listed(left)}"
    if elsewhere := _of(total, "elsewhere"):
        found = _listed([_counted(total, one, "on") for one in elsewhere])
        lying = [*(one.what for one in layers), *(one.where for one in elsewhere)]
        names = ", ".join(dict.fromkeys(f'"{name}"' for name in lying))
        yield (
            f"tiles that the legend names lie on layers that are left out: {found}. To have them "
            f"read, name the layers in the legend: layer = [{names}]"
        )
    if unnamed := _of(total, "unnamed"):
        found = _listed([_counted(total, one, "on") for one in unnamed])
        yield f"cells of tiles that the legend does not name count as nothing: {found}"
    for kind, why in _LEFT_OBJECTS.items():
        if things := _of(total, kind):
            found = _listed([_counted(total, one, "on") for one in things])
            yield f"objects left out that {why}: {found}"
    if stood := _of(total, "stood"):
        found = _listed([f"{one.what} ({one.where})" for one in stood])
        yield f"objects whose feet are in something solid are taken to stand on it: {found}"
    for remark in (*_of(total, "fraction"), *_of(total, "cut"), *_of(total, "note")):
        yield _in_maps(remark, maps, quote=False)


def _of(total: Remarks, kind: Kind) -> list[Remark]:
    return [remark for remark in total if remark.kind == kind]


def _counted(total: Remarks, remark: Remark, word: str) -> str:
    return f"{total[remark]} {remark.what}" + (remark.where and f" {word} {quoted(remark.where)}")


def _in_maps(remark: Remark, maps: Sequence[Remarks], *, quote: bool = True) -> str:
    having = sum(remark in remarks for remarks in maps)
    told = quoted(remark.what) if quote else remark.what
    return told if having == len(maps) else f"{told} (in {having} of {len(maps)} maps)"


def _listed(words: Sequence[str]) -> str:
    told = ", ".join(words[:MAX_NAMED])
    return told if len(words) <= MAX_NAMED else f"{told} and {len(words) - MAX_NAMED} more"
