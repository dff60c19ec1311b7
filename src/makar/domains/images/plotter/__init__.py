"""Drawings for a pen plotter: a picture becomes lines of pens on a sheet of paper."""
