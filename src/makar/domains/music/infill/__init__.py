"""Holes in a composer's file: found, filled, and everything outside them left as it was."""
