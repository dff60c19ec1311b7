"""Maps of the Tiled editor: read within bounds, written without touching what is not ours."""
