"""ABC notation, read and written; ``format`` is the door."""
