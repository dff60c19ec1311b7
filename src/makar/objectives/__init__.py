"""Advantages and losses as pure functions, one paper each."""
