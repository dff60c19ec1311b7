"""Music: pieces and melodies, their files and sound, their rewards, and three recipes.

``piece`` is music as makar keeps it; ``melody`` one voice and ``voices`` four on a grid. ``abc``,
``midi`` and ``musicxml`` read and write files, ``sound`` and ``picture`` let works be heard and
seen. ``corpus`` is what is learned from; ``rewards`` judges tunes, ``harmony`` four voices.
``tune``, ``chorale`` and ``blend`` are recipes; ``infill`` and ``continuing`` work on a composer's
own piece.
"""
