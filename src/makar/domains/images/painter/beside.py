"""How paintings lie, as a set of pictures, beside those that they are to look like.

Strokes alone do not say what a painting looks like: here it is looked at, and so are the pictures
that were painted from, or the drawings of a style.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from jaxtyping import Float

from makar.core.errors import ConfigError
from makar.core.types import Works
from makar.domains.images.features.simple import simple_features
from makar.domains.images.painter.canvas.works import Painting, as_planes, paintings
from makar.domains.images.pictures.picture import Picture
from makar.measures.overlap import grouped_jackknife
from makar.measures.sets import NEIGHBOURS, kernel_distance, manifolds
from makar.measures.spread import cosine_likeness, vendi_score
from makar.measures.statistics import Estimate

FEWEST = NEIGHBOURS + 3
"""Pictures on either side, so that with one of them left out each still has its neighbours."""
WORDS: Mapping[str, str] = {
    "set_precision": "share of the paintings that look like {theirs}: inside a ball that reaches "
    "from one of them to its fifth neighbour",
    "set_recall": "share of {theirs} that look like the paintings: inside such a ball of theirs",
    "set_density": "how many balls of {theirs} a painting lies in, over five: 1 where both are "
    "drawn alike",
    "set_coverage": "share of {theirs} whose ball holds a painting",
    "set_kernel": "kernel distance to {theirs}: 0 on average where both are drawn alike",
    "set_vendi": "how many kinds of pictures there are among them (Vendi)",
}
"""What each measure says of paintings beside ``theirs``."""


@dataclass(frozen=True)
class Eye:
    """What looks at pictures.

    Attributes:
        name: What it is: numbers by different eyes cannot be compared.
        features: What it makes of pictures of one size.
    """

    name: str
    features: Callable[[Float[np.ndarray, "B H W 3"]], Float[np.ndarray, "B D"]]


def open_eye() -> Eye:
    """The small frozen network where its weights are installed, else features made by hand.

    Raises:
        UnreadableError: the weights are installed and damaged.
    """
    from makar.domains.images.features.perceptual import SIDE, embeddings
    from makar.domains.images.features.weights import PACKAGE, installed_network

    try:
        installed_network()
    except ConfigError:
        return Eye(f"simple features ({PACKAGE} is not installed)", simple_features)
    return Eye(f"EfficientNet-Lite0 at {SIDE} pixels", embeddings)


@dataclass(frozen=True, eq=False)
class Beside:
    """Measures sets of paintings beside pictures.

    Attributes:
        pixels: The pictures, as large as the paintings.
        whose: What they are, such as ``the pictures``.
        eye: What looks at both.
    """

    pixels: Float[np.ndarray, "N S S 3"]
    whose: str
    eye: Eye

    @cached_property
    def theirs(self) -> Float[np.ndarray, "N D"]:
        """What the eye makes of the pictures."""
        return self.eye.features(self.pixels)

    @property
    def words(self) -> dict[str, str]:
        """What each measure says."""
        return {name: said.format(theirs=self.whose) for name, said in WORDS.items()}

    @property
    def fingerprint(self) -> str:
        """What sees, and how many pictures."""
        if len(self.pixels) < FEWEST:
            return f"{self.whose} are too few to be compared with ({len(self.pixels)})"
        return f"{len(self.pixels)} of {self.whose} by {self.eye.name}"

    def __call__(self, works: Works[Painting]) -> dict[str, Estimate]:
        """Each measure with its interval over the paintings; nothing where there are too few.

        All of them depend on how many there are: as many pictures are taken as paintings, evenly
        picked.
        """
        count = min(len(works), len(self.pixels))
        if count < FEWEST:
            return {}
        ours = self.eye.features(_seen(paintings(works.take(range(count))).pixels))
        theirs = self.theirs[np.linspace(0, len(self.theirs) - 1, count).astype(np.int64)]
        found = grouped_jackknife(lambda rows: _compared(theirs, ours[rows]), count)
        return dict(zip(WORDS, found, strict=True))


def beside_pictures(pictures: Sequence[Picture], side: int) -> Beside:
    """Beside the pictures that were painted from, on canvases of so many pixels."""
    planes = [as_planes(picture, side) for picture in pictures]
    empty = np.zeros((0, 3, side, side), np.float32)
    return Beside(_seen(np.stack(planes) if planes else empty), "the pictures", open_eye())


def beside_drawings(drawings: Works[Painting]) -> Beside:
    """Beside the drawings whose style was learned, as their strokes look."""
    return Beside(_seen(paintings(drawings).pixels), "the drawings", open_eye())


def _seen(planes: Float[np.ndarray, "B 3 S S"]) -> Float[np.ndarray, "B S S 3"]:
    return planes.transpose(0, 2, 3, 1).clip(0, 1)


def _compared(
    theirs: Float[np.ndarray, "N D"], ours: Float[np.ndarray, "B D"]
) -> Float[np.ndarray, " 6"]:
    overlap = manifolds(theirs, ours)
    return np.array(
        [
            overlap.precision, overlap.recall, overlap.density, overlap.coverage,
            kernel_distance(theirs, ours), vendi_score(cosine_likeness(ours)),
        ]
    )  # fmt: skip
