"""Pictures and drawings: what they are, strokes laid to paint them, and files for a pen plotter.

``pictures`` is what a picture is and where pictures come from; ``strokes`` what a drawing is,
``svg`` its files and ``raster`` how it looks, fast, and how that changes with each stroke.
``painting`` finds strokes for a picture by search, ``plotter`` draws one with pens. ``painter`` is
the recipe that teaches a model to paint; ``rewards`` judges drawings, ``features`` sees pictures as
numbers, and ``desk`` goes on with a user's own drawing.
"""
