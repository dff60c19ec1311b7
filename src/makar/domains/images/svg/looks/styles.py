"""Styles: what attributes, style sheets and ``style`` say of an element, in that order."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache

from makar.domains.images.svg.document import Node

SAID = frozenset(
    {
        "clip-path",
        "clip-rule",
        "color",
        "display",
        "fill",
        "fill-opacity",
        "fill-rule",
        "filter",
        "marker",
        "marker-end",
        "marker-mid",
        "marker-start",
        "mask",
        "opacity",
        "stop-color",
        "stop-opacity",
        "stroke",
        "stroke-dasharray",
        "stroke-opacity",
        "stroke-width",
        "transform",
        "vector-effect",
        "visibility",
    }
)
"""Properties that are read."""
SELECTOR = re.compile(r"(\*|[A-Za-z][\w-]*)?((?:[.#][\w-]+)*)")
MOST_RULES = 4_000

Style = Mapping[str, str]


def _plain(text: str) -> str:
    """Without comments."""
    first, *rest = text.replace("<!--", "").replace("-->", "").split("/*")
    return first + "".join(part.partition("*/")[2] for part in rest)


@lru_cache(8192)
def declarations(text: str) -> Style:
    """What ``style="..."`` says, of the properties that are read."""
    said: dict[str, str] = {}
    for part in _plain(text).split(";"):
        name, colon, value = part.partition(":")
        name = name.strip().lower()
        if colon and name in SAID:
            said[name] = value.replace("!important", "").strip()
    return said


@dataclass(frozen=True, slots=True)
class _Rule:
    """A selector of one element, with what it says."""

    rank: tuple[int, int, int, int]
    tag: str
    classes: frozenset[str]
    id: str
    style: Style

    def fits(self, node: Node, classes: frozenset[str]) -> bool:
        return (
            self.tag in ("", "*", node.name)
            and self.id in ("", node.id)
            and self.classes <= classes
        )


@dataclass
class Sheet:
    """The rules of a file's style sheets.

    Attributes:
        left_out: Rules that were not understood: those that look at more than one element.
        by_key: Rules by the one name that an element must have for them to fit.
        classes: All that rules look at.
        kept: What they say of elements met before.
        count: Of rules.
    """

    left_out: int = 0
    by_key: dict[str, list[_Rule]] = field(default_factory=dict)
    classes: set[str] = field(default_factory=set)
    kept: dict[tuple[str, str, frozenset[str]], Style] = field(default_factory=dict)
    count: int = 0

    def add(self, text: str) -> None:
        """Read a style sheet."""
        for block in _plain(text).split("}"):
            selectors, brace, body = block.partition("{")
            if not brace:
                continue
            style = declarations(body)
            for selector in selectors.split(","):
                self._rule(selector.strip(), style)

    def _rule(self, selector: str, style: Style) -> None:
        match = SELECTOR.fullmatch(selector)
        if match is None or not selector or self.count >= MOST_RULES:
            self.left_out += selector[:1] != "@"
            return
        tag, rest = match[1] or "", match[2]
        classes = frozenset(re.findall(r"\.([\w-]+)", rest))
        ids = re.findall(r"#([\w-]+)", rest)
        self.count += 1
        rank = (len(ids), len(classes), int(tag not in ("", "*")), self.count)
        name = ids[0] if ids else ""
        key = f"#{name}" if ids else f".{min(classes)}" if classes else tag or "*"
        rule = _Rule(rank, tag, classes, name, style)
        self.by_key.setdefault(key, []).append(rule)
        self.classes |= classes

    def style(self, node: Node) -> Style:
        """All that is said of an element itself."""
        said = {name: node.attributes[name] for name in SAID & node.attributes.keys()}
        if self.by_key:
            said |= self._ruled(node)
        if own := node.get("style"):
            said |= declarations(own)
        return said

    def _ruled(self, node: Node) -> Style:
        """What rules say, looked up once for all elements that the same rules may fit."""
        names = frozenset(n for n in node.get("class").split() if n in self.classes)
        called = node.id if f"#{node.id}" in self.by_key else ""
        key = (node.name, called, names)
        if key not in self.kept:
            heads = ["*", node.name, f"#{called}", *(f".{name}" for name in names)]
            fitting = [r for h in heads for r in self.by_key.get(h, ()) if r.fits(node, names)]
            merged: dict[str, str] = {}
            for rule in sorted(fitting, key=lambda rule: rule.rank):
                merged |= rule.style
            self.kept[key] = merged
        return self.kept[key]


def style_sheet(root: Node) -> Sheet:
    """The rules of all style sheets in a file."""
    sheet = Sheet()
    for node in root.walk():
        if node.name == "style" and node.get("type") in ("", "text/css"):
            sheet.add(node.text)
    return sheet
