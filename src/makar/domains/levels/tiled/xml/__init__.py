"""Tiled's XML, taken for what its JSON would say: maps, tilesets, templates of objects."""
