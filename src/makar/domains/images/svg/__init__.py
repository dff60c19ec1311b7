"""Drawings as SVG files: written short and exactly, and read from anybody's."""
