"""What a user wishes of a painting, read from what was typed: colours, and where detail matters."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from jaxtyping import Float

from makar.core.errors import ConfigError
from makar.domains.images.pictures.named import colour_named
from makar.domains.images.pictures.palette import palette
from makar.domains.images.pictures.picture import Picture
from makar.domains.images.pictures.reading import read_picture

MOST_COLOURS = 64
DETAIL = 9.0
"""How many times more a pixel counts that is white in the mask than one that is black, less 1."""


def colours_of(asked: str, picture: Picture) -> Float[np.ndarray, "P 3"]:
    """The palette that is asked for: so many of the picture's own colours, or those named.

    Args:
        asked: ``6``, or ``#102030,#fff,tomato``.
        picture: Whose colours they are.

    Raises:
        ConfigError: it is neither, or too many.
    """
    asked = asked.strip()
    if asked.isdecimal() and asked.isascii():
        if not 1 <= int(asked) <= MOST_COLOURS:
            raise ConfigError(f"--palette {asked}: choose 1 to {MOST_COLOURS} colours")
        return palette(picture, int(asked))
    named = [name.strip() for name in asked.split(",") if name.strip()]
    if not 1 <= len(named) <= MOST_COLOURS:
        raise ConfigError(f"--palette {asked!r}: name 1 to {MOST_COLOURS} colours, as #102030,#fff")
    return np.array([_colour(name) for name in named])


def _colour(name: str) -> tuple[float, float, float]:
    try:
        return colour_named(name)
    except ValueError:
        raise ConfigError(
            f"--palette: no colour {name!r}; write #rrggbb or a name such as tomato"
        ) from None


def detail_of(path: Path, picture: Picture) -> Float[np.ndarray, "H W"]:
    """How much each pixel counts, by a mask: white ten times as much as black.

    Raises:
        UnreadableError: it is no picture.
        ConfigError: its shape is another.
    """
    mask = read_picture(path)
    shape, wanted = mask.size[0] / mask.size[1], picture.size[0] / picture.size[1]
    if abs(shape / wanted - 1) > 0.02:
        raise ConfigError(
            f"--detail {path}: the mask is {mask.size[0]} × {mask.size[1]} and the picture "
            f"{picture.size[0]} × {picture.size[1]}: paint the mask over the picture itself"
        )
    return (1 + DETAIL * mask.resized(picture.size).tone) / (1 + DETAIL)
