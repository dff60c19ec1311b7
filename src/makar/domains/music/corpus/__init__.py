"""The tunes that models learn from: found, read once, told apart, split, cut into phrases."""
