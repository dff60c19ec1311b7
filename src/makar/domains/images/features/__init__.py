"""Pictures as points in a space where near means alike.

``simple`` needs nothing but numpy and is the default; ``perceptual`` is a network that was trained
on photographs and stays as it is (an optional package holds its weights).
"""
