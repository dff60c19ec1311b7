"""How strokes look as pixels, fast: coverage, what a stroke would change, and gradients of it all.

Everything here works on curves in pixels: the middle of the first pixel is at (.5, .5).
"""
