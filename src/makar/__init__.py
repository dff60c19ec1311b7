"""makar teaches a generative model what you like: RL for creative generators, on a laptop."""
