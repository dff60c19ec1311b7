"""How shapes look: colours, paints and styles, and what is inherited of them."""
