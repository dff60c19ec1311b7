"""What platform levels are rewarded for: one number per level, NaN where it could not be judged.

``catalogue`` lists all rewards with their words, sources and defaults; docs/level-rewards.md says
how well each tells levels from spoiled ones. They go by the roles of a game's tiles, so that they
serve any legend; levels are seen from the side, and columns go the way the player goes.
"""
