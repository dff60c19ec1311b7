"""Game levels, declared: what there is to train and to go on with; nothing is imported yet."""

from __future__ import annotations

from makar.recipes.domain import Domain, Listed

HERE = "makar.domains.levels"
LEVELS = Domain(
    name="levels",
    recipes=(
        Listed(
            "mario",
            "levels to run and jump through, in the alphabet of the VGLC",
            f"{HERE}.platform.recipe:MARIO",
        ),
        Listed(
            "levels", "levels for your own game, from its maps", f"{HERE}.platform.recipe:LEVELS"
        ),
        Listed(
            "binary",
            "caves of one part with a long path, mended from random maps",
            f"{HERE}.editing.recipe:BINARY",
        ),
        Listed(
            "zelda",
            "dungeons with a key, a door and enemies, mended likewise",
            f"{HERE}.editing.recipe:ZELDA",
        ),
        Listed(
            "sokoban",
            "warehouses with a long solution, mended likewise",
            f"{HERE}.editing.recipe:SOKOBAN",
        ),
    ),
    desks=(
        Listed(
            "level",
            "your own level goes on; what is there stays",
            f"{HERE}.platform.continuation:DESK",
            suffixes=(".txt", ".json", ".tmj", ".tmx"),
        ),
    ),
    environments=f"{HERE}.editing.environments:register",
)
