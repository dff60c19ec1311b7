"""Levels by editing: ``binary``, ``zelda``, ``sokoban``, and Gymnasium's environments.

``process`` changes maps tile by tile in one of three ``representations``, ``goals`` aims at
statistics; ``network`` and ``memory`` are what edits.
"""
