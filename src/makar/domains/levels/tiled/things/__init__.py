"""Objects of the designer's own that stand for tiles: found, placed, and written anew."""
