"""Measures on features and keys that know nothing of a domain."""
