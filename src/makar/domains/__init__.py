"""The arts makar works in; independent of one another."""
