"""Four voices on a grid of sixteenths, and what writes them."""
