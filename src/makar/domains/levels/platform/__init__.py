"""The ``mario`` and ``levels`` recipes: levels to run and jump through."""
