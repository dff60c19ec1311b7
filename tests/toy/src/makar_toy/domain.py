"""Toys, declared: two recipes and a desk; nothing is imported yet."""

from makar.recipes.domain import Domain, Listed

TOY = Domain(
    name="toy",
    recipes=(
        Listed(
            "strokes",
            "drawings of straight strokes, made one after another",
            "makar_toy.strokes.recipe:STROKES",
            aliases=("drawing",),
        ),
        Listed(
            "blobs",
            "little pictures of three blobs, placed by continuous decisions",
            "makar_toy.blobs.recipe:BLOBS",
        ),
    ),
    desks=(
        Listed(
            "drawing",
            "strokes of your own drawing made again, or added",
            "makar_toy.strokes.desk:DESK",
            suffixes=(".strokes",),
        ),
    ),
)
