"""PCGRL's problems: the statistics of caves, dungeons, warehouses and mazes, and their solvers."""
