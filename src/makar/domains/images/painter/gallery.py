"""The pictures that the painter learns to paint, and those it is tried on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from makar.core.errors import ConfigError, CorpusTooSmallError, UnreadableError
from makar.domains.images.painter.canvas.hand import LEAST_WIDTH
from makar.domains.images.painter.canvas.works import SIDE
from makar.domains.images.pictures import sources
from makar.domains.images.pictures.folder import list_files, read_pictures
from makar.domains.images.pictures.picture import Picture
from makar.domains.images.rewards.columns import columns_of
from makar.domains.images.rewards.lines import main_direction
from makar.domains.images.strokes.drawing import Drawing
from makar.domains.images.svg.reading import read_svg
from makar.domains.images.svg.showing import shown

RENDERS, EMOJI, TRIED = 60, 300, 24
"""Pictures to learn from by default, made here and of the emoji font; and to be tried on."""
BEYOND = 30_000
"""Number of the first picture made here that is never learned from."""
KEPT = frozenset({"fox face", "red apple"})
"""Emoji that are never learned from: benchmarks are measured on them."""
EVERY = 5
"""One picture in so many is held out of a folder."""
DRAWN_LARGE = 256
"""Pixels of a drawing that is to be painted."""
WIDTHS = (0.1, 0.9)
"""Quantiles of a style's widths between which its strokes are begun."""
ONE_WAY = 0.3
"""Share of the line that must go one way; see ``rewards.lines.main_direction``."""
SENSIBLE = (0.005, 0.3)
"""Widths in sides: what is thinner is not seen, what is wider covers everything."""
FEWEST, MOST_DRAWINGS, MOST_STROKES = 6, 400, 400
"""Drawings of a style; and strokes of each, beyond which it is cut."""


@dataclass(frozen=True)
class Gallery:
    """Pictures by name.

    Attributes:
        known: To learn from.
        unseen: To be tried on, held out.
        notes: What the user should know of them.
    """

    known: Mapping[str, Picture]
    unseen: Mapping[str, Picture]
    notes: tuple[str, ...] = ()

    @property
    def every(self) -> dict[str, Picture]:
        """All of them."""
        return {**self.known, **self.unseen}


def default_gallery() -> Gallery:
    """Pictures made here, and emoji where the font is installed."""
    size = (SIDE, SIDE)
    known, unseen = sources.renders(RENDERS, size), sources.renders(TRIED, size, first=BEYOND)
    notes: tuple[str, ...] = ()
    try:
        found = [one for one in sources.emoji(EMOJI) if one.title not in KEPT]
    except (ConfigError, UnreadableError) as fault:
        notes = (f"It learns from pictures made here alone: {fault}.",)
    else:
        emoji = [one.cut_square().resized(size) for one in found]
        held = emoji[:: EMOJI // TRIED][:TRIED]
        known += [one for one in emoji if not any(one is other for other in held)]
        unseen += held
    return _named(known, unseen, notes)


def folder_gallery(folder: Path) -> Gallery:
    """The pictures and drawings of a folder, one in five held out.

    Raises:
        CorpusTooSmallError: there is none.
        UnreadableError: there is no such folder.
    """
    found = read_pictures(folder, longest=4 * SIDE, rendered=_shown)
    small = [one.cut_square().resized((SIDE, SIDE)) for one in found]
    left = len(found.left_out)  # their names are the user's own
    notes = (f"{left} files of the corpus could not be read, or are there twice.",) if left else ()
    if len(small) < 2:
        notes += ("There is one picture only: it is learned from and tried on.",)
        return _named(small, small, notes)
    unseen = small[EVERY // 2 :: EVERY] or small[-1:]
    known = [one for one in small if not any(one is other for other in unseen)]
    return _named(known, unseen, notes)


def _named(known: Sequence[Picture], unseen: Sequence[Picture], notes: tuple[str, ...]) -> Gallery:
    return Gallery(
        {f"known {n}": one for n, one in enumerate(known)},
        {f"unseen {n}": one for n, one in enumerate(unseen)},
        notes,
    )


def _shown(path: Path) -> Picture:
    """A drawing as a picture."""
    return shown(path, longest=DRAWN_LARGE)


def _readable(path: Path) -> Drawing:
    drawing = read_svg(path, outlines=True).drawing
    if not len(drawing):
        raise UnreadableError(str(path), "there are no strokes in it")
    return drawing


@dataclass(frozen=True)
class Style:
    """Drawings whose strokes are learned from, by title.

    Attributes:
        known: May be resembled, though not copied.
        unseen: Are compared with.
        notes: What the user should know of them.
    """

    known: Mapping[str, Drawing]
    unseen: Mapping[str, Drawing]
    notes: tuple[str, ...] = ()

    @property
    def widths(self) -> tuple[float, float]:
        """Of wide strokes and of thin ones, in sides: between them a painting goes."""
        every = [
            drawing.strokes.width.mean(1) / (drawing.size[0] * drawing.size[1]) ** 0.5
            for drawing in self.known.values()
        ]
        thin, wide = np.quantile(np.concatenate(every), WIDTHS)
        return float(np.clip(wide, *SENSIBLE)), float(np.clip(thin, *SENSIBLE))

    @property
    def runs_one_way(self) -> bool:
        """True where most drawings have a direction of their own, whatever they show."""
        return float(np.nanmedian(main_direction(columns_of([*self.known.values()])))) > ONE_WAY


def read_style(folder: Path) -> Style:
    """The drawings of a folder, every other one held out.

    Raises:
        CorpusTooSmallError: they are too few.
        UnreadableError: there is no such folder.
    """
    if not folder.exists():
        raise UnreadableError(str(folder), "there is no such folder")
    paths, others = list_files(folder, {".svg"})
    drawings: dict[str, Drawing] = {}
    left, thin, strokes = 0, 0, 0
    for path in paths[:: max(1, len(paths) // MOST_DRAWINGS)]:
        try:
            drawing = _readable(path)
        except UnreadableError:
            left += 1
            continue
        cut = drawing.strokes.take(slice(0, MOST_STROKES))
        least = LEAST_WIDTH / SIDE * (drawing.size[0] * drawing.size[1]) ** 0.5
        strokes += len(cut)
        thin += int((cut.width.mean(1) < least).sum())
        wide = replace(cut, width=np.maximum(cut.width, least))
        drawings[_title(path, drawings)] = drawing.with_strokes(wide)
    if len(drawings) < FEWEST:
        raise CorpusTooSmallError(
            f"--style {folder}: {len(drawings)} drawings with strokes; {FEWEST} or more are needed "
            "(SVG files whose paths are stroked, or filled)"
        )
    names = list(drawings)
    left += len(others)
    notes = (f"{left} of the style's files could not be read as drawings.",) if left else ()
    if thin:
        notes += (
            f"{thin / strokes:.0%} of the style's strokes are thinner than a painting of {SIDE} "
            "pixels can have them: they count as wide as its thinnest.",
        )
    return Style(
        {name: drawings[name] for name in names[::2]},
        {name: drawings[name] for name in names[1::2]},
        notes,
    )


def _title(path: Path, taken: Mapping[str, Drawing]) -> str:
    return path.stem if path.stem not in taken else f"{path.stem} ({path.parent.name})"
