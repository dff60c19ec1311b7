"""Generators: networks that make works."""
