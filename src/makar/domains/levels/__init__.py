"""Game levels: maps of tiles, their files, how they play, their rewards, and two ways to make them.

``level`` is what a level and a game's legend are, and their plain files; ``tiled`` is Tiled's maps,
``drawing`` pictures; ``play`` finds out whether and how a level is won; ``constructive`` builds
levels by rule, ``rewards`` judges them. ``tiles`` and ``platform`` are the recipes that write
levels column by column; ``problems`` and ``editing`` those that mend random maps.
"""
