"""Which tile an object of a map stands for: by its class, its name, or the layer it lies on."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from fnmatch import translate
from functools import cached_property
from typing import cast

ON_LAYER = "layer:"
"""Before the name of a layer: whatever lies on it."""
MAX_WORDS = 1_000
MAX_WORD = 200


@dataclass(frozen=True)
class ObjectWords:
    """The words of a legend that objects are known by.

    A word is a class or a name, in which ``*`` stands for any letters and ``?`` for any one; or
    ``layer:`` and the name of a layer, or of a group, in which they stand for the same.

    Attributes:
        tiles: Number of the tile by word, in the order of the legend.
    """

    tiles: Mapping[str, int] = field(default_factory=dict[str, int])

    def __bool__(self) -> bool:
        return bool(self.tiles)

    def tile(self, kind: str, name: str, layers: Sequence[str]) -> int | None:
        """Number of the tile that an object stands for; None: the legend does not know it.

        Its class counts before its name, both before its layers, the nearest first; a word
        without ``*`` and ``?`` before one with them; then the first in the legend.

        Args:
            kind: Its class.
            name: Its name.
            layers: Names of its layer and of the groups around it, the nearest first.
        """
        words = [word for word in (kind, name) if word]
        for word in words:
            if word in self._plain:
                return self._plain[word]
        for word in words:
            for pattern, tile in self._patterns:
                if pattern.fullmatch(word):
                    return tile
        for layer in layers if self._of_layers else ():
            for pattern, tile in self._of_layers:
                if pattern.fullmatch(layer):
                    return tile
        return None

    def asks_for(self, layers: Sequence[str]) -> bool:
        """Whether a word names one of the layers, so that it is read even where it is hidden."""
        return any(p.fullmatch(layer) for p, _ in self._of_layers for layer in layers)

    def example(self, tile: int) -> tuple[str, str]:
        """A class, and the name of a layer or nothing, by which a new object is known."""
        words = [word for word, number in self.tiles.items() if number == tile]
        plain = [word for word in words if not _is_pattern(word)]
        plain.sort(key=lambda word: word.startswith(ON_LAYER))
        word = (plain or [word.replace("*", "").replace("?", "x") for word in words])[0]
        if word.startswith(ON_LAYER):
            return "", word.removeprefix(ON_LAYER).strip() or "objects"
        return word or "object", ""

    @cached_property
    def _plain(self) -> dict[str, int]:
        return {
            word: tile
            for word, tile in self.tiles.items()
            if not _is_pattern(word) and not word.startswith(ON_LAYER)
        }

    @cached_property
    def _patterns(self) -> list[tuple[re.Pattern[str], int]]:
        return [
            (_pattern(word), tile)
            for word, tile in self.tiles.items()
            if _is_pattern(word) and not word.startswith(ON_LAYER)
        ]

    @cached_property
    def _of_layers(self) -> list[tuple[re.Pattern[str], int]]:
        found = [
            (word.removeprefix(ON_LAYER).strip(), tile)
            for word, tile in self.tiles.items()
            if word.startswith(ON_LAYER)
        ]
        found.sort(key=lambda pair: _is_pattern(pair[0]))
        return [(_pattern(word), tile) for word, tile in found]


def words_of(given: object) -> list[str] | None:
    """The words of one line: text with commas between, or a list; None: neither."""
    parts = given.split(",") if isinstance(given, str) else given
    if not isinstance(parts, list) or not 0 < len(cast(list[object], parts)) <= MAX_WORDS:
        return None
    words = [word.strip() if isinstance(word, str) else "" for word in cast(list[object], parts)]
    return words if all(0 < len(word) <= MAX_WORD and word != ON_LAYER for word in words) else None


def _is_pattern(word: str) -> bool:
    return "*" in word or "?" in word


def _pattern(word: str) -> re.Pattern[str]:
    """Only ``*`` and ``?`` are signs; ``translate`` keeps many stars quick."""
    return re.compile(translate(word.replace("[", "[[]")))
