"""Painting a picture with strokes by search: strokes laid where they help, then all improved."""
