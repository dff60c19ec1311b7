"""Measures of a score taken apart and put together, the rest of their text as it was."""
