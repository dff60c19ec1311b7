"""A user's own drawing: some of its elements stay byte for byte, the rest is painted anew."""
