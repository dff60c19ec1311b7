"""Bars of a tune in ABC taken apart and put together, the rest of its text as it was."""
