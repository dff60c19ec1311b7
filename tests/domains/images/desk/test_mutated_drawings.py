"""What stays of a drawing stays byte for byte, however the file is written."""

from __future__ import annotations

import os
import xml.etree.ElementTree as ET
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

import numpy as np
import pytest

from makar.core.errors import ConfigError
from makar.domains.images.desk import desk
from makar.domains.images.desk.desk import DrawingDeskConfig, open_drawing
from makar.domains.images.desk.repainting import Scene, look
from makar.domains.images.strokes.drawing import Strokes, strokes_of

COUNT = int(os.environ.get("MAKAR_DRAWINGS", "100"))
"""Drawings that are tried; a thousand by hand."""
ENCODINGS = ("utf-8", "utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "iso-8859-1")
SPACES = ("", "", " ", "\n", "\r\n\t", "  \n  ")
ODD = {
    "utf": ("ä € 𝄞 𝒳", "<!-- 𝄞 > <path d='M0 0'/> ü -->", "日本"),
    "iso": ("ä ö", "<!-- > <path d='M0 0'/> ü -->", "ß"),
}


@dataclass
class Mutant:
    """A drawing written in its own way, in pieces.

    Attributes:
        random: Where its ways come from.
        pieces: Text, with the number of the element that it is, or 0.
        names: Names of each element and the groups that it lies in, by number.
        texts: Numbers of those that are texts, and stay.
    """

    random: np.random.Generator
    odd: tuple[str, ...]
    prefix: str
    pieces: list[tuple[str, int]] = field(default_factory=list)
    names: dict[int, list[str]] = field(default_factory=dict)
    groups: list[str] = field(default_factory=list)
    texts: set[int] = field(default_factory=set)

    def one_of(self, *choices: str) -> str:
        return choices[int(self.random.integers(len(choices)))]

    def chance(self, share: float) -> bool:
        return self.random.random() < share

    def tag(self, name: str, attributes: dict[str, str], inner: str | None = None) -> str:
        """An element, its attributes in any order, quotes and spaces."""
        keys = list(attributes)
        self.random.shuffle(keys)
        text = f"<{self.prefix}{name}"
        for key in keys:
            quote = self.one_of('"', "'")
            text += self.one_of(" ", "\n  ", "  ") + key + self.one_of("=", " = ", "=\n")
            text += quote + attributes[key] + quote
        space = self.one_of("", " ", "\n")
        if inner is None and self.chance(0.6):
            return text + space + "/>"
        return f"{text}{space}>{inner or ''}</{self.prefix}{name}{space}>"

    def filler(self) -> None:
        """What lies between elements and is none."""
        noise = (
            *SPACES,
            *self.odd[1:2],
            "<!-- a > b -->",
            "<?php a > b ?>",
            "<![CDATA[ <path/> ]]>",
            "&amp;&#62;",
            f"<{self.prefix}title>{self.odd[0]} &lt;</{self.prefix}title>",
        )
        for _ in range(int(self.random.integers(3))):
            self.pieces.append((self.one_of(*noise), 0))

    def look(self) -> dict[str, str]:
        look = {"stroke": self.one_of("red", "#00f", "rgb(1,2,3)")}
        look |= {"fill": self.one_of("none", "#eee")} if self.chance(0.7) else {}
        look |= {"style": "stroke-width: 3; opacity:.5"} if self.chance(0.3) else {}
        look |= {"data-a": f"x > y / {self.odd[2]}"} if self.chance(0.3) else {}
        look |= {"transform": "rotate(5)"} if self.chance(0.2) else {}
        return look

    def element(self) -> None:
        """One that is seen."""
        number = len(self.names) + 1
        x, y, w, h = (str(v) for v in self.random.integers(1, 90, 4))
        name, shape, inner = [
            ("path", {"d": f"M{x} {y}L{w} {h}"}, None),
            ("path", {"d": f"M{x} {y}\nq5 5 {w} {h}z"}, "<!-- in it > -->"),
            ("rect", {"x": x, "y": y, "width": w, "height": h}, None),
            ("circle", {"cx": x, "cy": y, "r": w}, None),
            (
                "polyline",
                {"points": f"{x},{y} {w},{h}"},
                f"<{self.prefix}title>t</{self.prefix}title>",
            ),
            ("text", {"x": x, "y": y}, f"{self.odd[0]}<{self.prefix}tspan>a</{self.prefix}tspan>"),
            ("use", {"href": "#shared", "x": x}, None),
        ][int(self.random.integers(7))]
        id = f"e{number}"
        own = {"id": id} if self.chance(0.7) else {}
        self.texts |= {number} if name == "text" else set()
        self.names[number] = [*self.groups, *own.values(), str(number)]
        self.pieces.append((self.tag(name, own | shape | self.look(), inner), number))

    def group(self, depth: int) -> None:
        """A group or layer with elements, groups and fillers in it."""
        name = f"g{self.random.integers(10**6)}"
        attributes = {"id": name}
        if self.chance(0.5):
            attributes |= {"i:groupmode": "layer", "i:label": f"L {name}"}
        if self.chance(0.5):
            attributes["transform"] = self.one_of("scale(.5 2)", "translate(3,4)", "scale(0)")
        if self.chance(0.3):
            attributes["opacity"] = ".5"
        whole = self.tag("g", attributes, "\0")
        head, _, tail = whole.partition("\0")
        self.pieces.append((head, 0))
        self.groups.append(name)
        self.fill(depth + 1)
        self.groups.pop()
        self.pieces.append((tail, 0))

    def fill(self, depth: int) -> None:
        for _ in range(int(self.random.integers(1, 5))):
            self.filler()
            if depth < 3 and self.chance(0.35):
                self.group(depth)
            else:
                self.element()
        self.filler()


def mutant(seed: int) -> tuple[Mutant, str]:
    """A drawing, and its encoding."""
    random = np.random.default_rng(seed)
    encoding = ENCODINGS[int(random.integers(len(ENCODINGS)))]
    prefix = "s:" if random.random() < 0.2 else ""
    made = Mutant(random, ODD[encoding[:3]], prefix)
    bare = not prefix and random.random() < 0.15
    declared = encoding.removesuffix("-sig").removesuffix("-le").removesuffix("-be")
    if encoding != "utf-8" or made.chance(0.5):
        made.pieces.append((f'<?xml version="1.0" encoding="{declared}"?>\n', 0))
    if made.chance(0.3):
        made.pieces.append(('<!DOCTYPE svg PUBLIC "-//W3C//DTD SVG 1.1//EN" "a.dtd">\r\n', 0))
    spaces = {} if bare else {f"xmlns{':s' if prefix else ''}": "http://www.w3.org/2000/svg"}
    spaces |= {"xmlns:i": "http://www.inkscape.org/namespaces/inkscape"}
    box = {"viewBox": "-5 0 100 100"} if made.chance(0.5) else {"width": "100", "height": "100"}
    head, _, tail = made.tag("svg", spaces | box, "\0").partition("\0")
    made.pieces.append((head, 0))
    made.pieces.append((f"<{prefix}style>path{{stroke:green}} /* > */</{prefix}style>", 0))
    shared = made.tag("path", {"id": "shared", "d": "M0 0L9 9", "stroke": "red"})
    made.pieces.append((f"<{prefix}defs>{shared}</{prefix}defs>", 0))
    made.element()
    made.fill(0)
    made.pieces.append((tail + made.one_of(*SPACES), 0))
    return made, encoding


def scribble(scene: Scene, *, strokes: int, seed: int, **told: object) -> Strokes:
    """Stands in for the painter."""
    del scene, told
    rng = np.random.default_rng(seed)
    width = rng.uniform(1, 9, (strokes, 2))
    if seed % 2:
        width[:, 1] = width[:, 0]
    return strokes_of(rng.uniform(0, 100, (strokes, 3, 2)), width=width)


@pytest.mark.parametrize("first", range(0, COUNT, 10))
def test_all_outside_is_equal(first: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(desk, "painted", scribble)
    monkeypatch.setattr(desk, "look", partial(look, side=8))
    for seed in range(first, first + 10):
        made, encoding = mutant(seed)
        content = b"".join(text.encode(encoding.removesuffix("-sig")) for text, _ in made.pieces)
        if encoding.endswith("-sig"):
            content = b"\xef\xbb\xbf" + content
        if encoding == "utf-16":  # one mark alone, at the start
            content = "".join(text for text, _ in made.pieces).encode(encoding)
        path = tmp_path / f"{seed}.svg"
        path.write_bytes(content)
        asked, config = _asked(made)
        free = asked - made.texts
        if not free:
            with pytest.raises(ConfigError, match="nothing is left"):
                open_drawing(path, config, None)
            continue
        sheet = open_drawing(path, config, None)
        assert [u.number for u in sheet.units if not u.locked] == sorted(free)
        assert len(sheet.units) == len(made.names)
        stays = "".join(text for text, number in made.pieces if number not in free)
        meant = stays.encode(encoding)
        assert sheet.outside(content) == meant
        for one in sheet.candidates(2, seed=seed):
            put = sheet.put(one)
            codec = encoding.removesuffix("-sig")
            codec = "utf-16-le" if codec == "utf-16" else codec
            assert put.replace(one.written.encode(codec), b"", 1) == meant
            assert sheet.outside(put) == meant
            assert ET.fromstring(put).find(f".//*[@id='{sheet.place.id}']") is not None


def _asked(made: Mutant) -> tuple[set[int], DrawingDeskConfig]:
    """Names to keep or free at random, and the elements that are free then."""
    random = made.random
    known = sorted({name for names in made.names.values() for name in names})
    some = {known[row] for row in random.integers(0, len(known), random.integers(1, 4))}
    fits = {n for n, names in made.names.items() if some & set(names)}
    every = set(made.names)
    if random.random() < 0.5:
        return every - fits, DrawingDeskConfig(strokes=3, keep=tuple(sorted(some)))
    if random.random() < 0.5:
        return fits, DrawingDeskConfig(strokes=3, free=tuple(sorted(some)))
    kept = known[int(random.integers(len(known)))]
    stay = {n for n, names in made.names.items() if kept in names}
    return fits - stay, DrawingDeskConfig(strokes=3, free=tuple(sorted(some)), keep=(kept,))
