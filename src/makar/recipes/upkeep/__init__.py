"""What training adds to a reward, so that a generator keeps its variety and its likeness."""
