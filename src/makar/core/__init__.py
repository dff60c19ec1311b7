"""Types, the training loop and the reward tree: what everything else stands on."""
