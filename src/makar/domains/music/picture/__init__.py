"""Music to be seen: piano rolls, staves, and cards of a report."""
