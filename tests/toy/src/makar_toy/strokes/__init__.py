"""Drawings of straight strokes between the dots of a lattice."""
