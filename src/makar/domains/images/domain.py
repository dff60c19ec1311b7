"""Pictures and drawings, declared: what there is to train; nothing is imported yet."""

from __future__ import annotations

from makar.recipes.domain import Domain, Listed

HERE = "makar.domains.images"
IMAGES = Domain(
    name="images",
    recipes=(
        Listed(
            "painter",
            "paintings of strokes, laid one by one by a hand that learns",
            f"{HERE}.painter.recipe:PAINTER",
        ),
    ),
    environments=f"{HERE}.painter.environments:register",
)
