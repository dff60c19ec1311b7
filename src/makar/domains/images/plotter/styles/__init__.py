"""Ways to turn tone into lines: contour, hatch, stipple, and one single line."""
