"""The canvas as a process: an eye that looks where it lacks most, a hand that lays strokes."""
