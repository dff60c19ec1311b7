"""What works in four voices are rewarded for: chords, their order, and how the voices move."""
