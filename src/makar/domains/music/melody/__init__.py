"""One voice on a grid of sixteenths: as tokens, and in columns that rewards score."""
