"""The ``blend`` recipe: phrases between two genres, written as events."""
