"""A piece of music, independent of any file: notes, keys, metres, and how they are spelled."""
