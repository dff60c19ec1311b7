"""``makar reproduce rl-tuner``: the RL Tuner's table (Jaques et al. 2017), rerun and added to."""
