"""Pictures and drawings, declared: what there is to train and to go on with, unimported."""

from __future__ import annotations

from makar.recipes.domain import Domain, Listed

HERE = "makar.domains.images"
PICTURES = (".png", ".jpg", ".jpeg", ".webp", ".gif", ".bmp", ".tif", ".tiff")
"""Suffixes of pictures: no drawings, and told so."""
IMAGES = Domain(
    name="images",
    recipes=(
        Listed(
            "painter",
            "paintings of strokes, laid one by one by a hand that learns",
            f"{HERE}.painter.recipe:PAINTER",
        ),
    ),
    desks=(
        Listed(
            "drawing",
            "your own drawing, parts of it painted anew",
            f"{HERE}.desk.desk:DESK",
            suffixes=(".svg", ".svgz"),
        ),
        Listed(
            "picture",
            "a picture, once makar paint has made a drawing of it",
            f"{HERE}.desk.desk:DESK",
            suffixes=PICTURES,
        ),
    ),
    environments=f"{HERE}.painter.environments:register",
)
