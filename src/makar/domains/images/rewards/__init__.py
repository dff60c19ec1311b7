"""What pictures and drawings are rewarded for. NaN stands where a work cannot be judged.

``likeness`` and ``composition`` look at pixels, ``(H, W, 3)`` in 0..1, ``palette`` at colours, and
``style`` at how far features are from those of known pictures; ``lines``, ``hatching``, ``order``
and ``economy`` at the strokes of many drawings at once, laid out by ``columns``; ``copies`` asks
whose strokes they are. ``judging`` makes scorers of them that look at each drawing once,
``catalogue`` lists all by name, and ``scrambled`` spoils drawings to test them with;
docs/drawing-rewards.md says how well they tell.
"""
