"""Khalifa et al. 2020, *PCGRL*: editors of levels that learn."""
