"""What tunes are rewarded for: plain functions from works and prompts to one number each.

A reward returns the raw statistic, ``(B,)``, NaN where it could not judge; a transform makes it a
score. ``catalogue`` lists them all with their sources and defaults; docs/rewards.md says how well
each tells people's tunes from scrambled ones.
"""
