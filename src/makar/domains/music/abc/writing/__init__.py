"""Music as the words of a tune in ABC: spelled, tied, grouped, beamed."""
