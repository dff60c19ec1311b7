"""Generators that search instead of sampling once."""
