"""What a composer asks for, checked against the piece: which bars, of which part or line."""
