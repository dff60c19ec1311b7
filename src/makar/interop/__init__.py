"""Adapters to other libraries, imported lazily."""
