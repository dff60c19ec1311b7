"""How a level plays: its physics, an exact search, and how hard it is."""
