"""The ``tune`` recipe: melodies of a few bars, and what is measured of them."""
