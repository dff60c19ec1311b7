"""Pictures of levels: in our own tiles or the game's, with the way through."""
