"""What is said of a file that was not read whole."""

from __future__ import annotations

from collections.abc import Mapping

SENTENCES = {
    "text": ("1 text left out", "{} texts left out"),
    "image": ("1 image left out", "{} images left out"),
    "foreign": ("1 element of another kind left out", "{} elements of other kinds left out"),
    "script": ("1 script ignored", "{} scripts ignored"),
    "animation": ("1 animation ignored", "{} animations ignored"),
    "hidden": ("1 hidden element left out", "{} hidden elements left out"),
    "filled": (
        "1 filled shape without a stroke left out",
        "{} filled shapes without a stroke left out",
    ),
    "outlined": ("1 filled shape read as its outline", "{} filled shapes read as their outlines"),
    "fill": ("the fill of 1 stroked shape left out", "the fills of {} stroked shapes left out"),
    "gradient": (
        "1 stroke of several colours drawn in their mean",
        "{} strokes of several colours drawn in their mean",
    ),
    "gradient fill": ("1 of the fills is a gradient", "{} of the fills are gradients"),
    "unknown paint": (
        "1 shape left out whose paint is not known",
        "{} shapes left out whose paint is not known",
    ),
    "dashes": ("1 dashed line drawn through", "{} dashed lines drawn through"),
    "clip": (
        "1 clip, mask or filter not applied",
        "{} clips, masks or filters not applied",
    ),
    "markers": ("markers of 1 line left out", "markers of {} lines left out"),
    "external": (
        "1 reference to another file not followed",
        "{} references to other files not followed",
    ),
    "missing": ("1 reference leads nowhere", "{} references lead nowhere"),
    "recursion": (
        "1 element that holds itself left out",
        "{} elements that hold themselves left out",
    ),
    "malformed": (
        "1 path is malformed and drawn as far as it is not",
        "{} paths are malformed and drawn as far as they are not",
    ),
    "transform": ("1 malformed transform ignored", "{} malformed transforms ignored"),
    "rules": ("1 style rule not understood", "{} style rules not understood"),
    "beyond": (
        "1 stroke left out that lies beyond every sheet",
        "{} strokes left out that lie beyond every sheet",
    ),
    "unsized": ("no size given: taken from what is drawn",) * 2,
    "view box": ("the view box is malformed and ignored",) * 2,
}
"""By what was met: once, and several times."""


def sentences(told: Mapping[str, int]) -> tuple[str, ...]:
    """One for each kind of thing that was met."""
    return tuple(
        one if told[kind] == 1 else many.format(told[kind])
        for kind, (one, many) in SENTENCES.items()
        if told.get(kind)
    )
