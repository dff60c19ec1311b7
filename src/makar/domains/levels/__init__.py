"""Game levels: maps of tiles, the problems that judge them, and the steps that edit them."""
