"""Music: pieces, melodies, their rewards, corpus and files."""
