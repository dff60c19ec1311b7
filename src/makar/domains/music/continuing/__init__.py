"""``makar continue`` for music: bars of a composer's own piece made anew, after or between."""
