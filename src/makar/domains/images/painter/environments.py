"""The painter's canvas among Gymnasium's environments: ``makar/Painter-v0``.

Nothing but the name is registered: torch and numba wait until an environment is made.
"""

from __future__ import annotations

NAME = "makar/Painter-v0"


def register() -> None:
    """Let Gymnasium know the environment; if it knows it, it is left as it is."""
    import gymnasium

    if NAME not in gymnasium.registry:
        gymnasium.register(
            NAME,
            entry_point="makar.domains.images.painter.views:make",
            vector_entry_point="makar.domains.images.painter.views:make_vector",
        )
