"""What level designers call it: the nouns of the recipes of levels."""

from __future__ import annotations

from dataclasses import replace

from makar.recipes.words import Words

LEVEL_WORDS = Words(
    piece="level", pieces="levels", unit="column", units="columns", stretch="level",
    stretches="levels", whose="the maps", by="of", wrote="hold", yours="your own maps",
    sense="see", moves="columns",
)  # fmt: skip
"""Of levels to run and jump through."""
EDITED_WORDS = replace(
    LEVEL_WORDS, unit="tile", units="tiles", moves="tiles", whose="greedy search", by="by",
    wrote="made",
)  # fmt: skip
"""Of levels made by editing: nobody's are compared with."""
