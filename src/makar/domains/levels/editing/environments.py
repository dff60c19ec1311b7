"""The level editors among Gymnasium's environments: ``makar/Zelda-turtle-v0`` and its like.

Gymnasium from 1.0 on asks no entry points any more: ``import makar`` registers when Gymnasium is
imported already, and so does ``gymnasium.make("makar:makar/Zelda-turtle-v0")``; otherwise call
``register``. Nothing but names is registered: torch and numba wait until an environment is made.
"""

from __future__ import annotations

PROBLEMS = {
    "Binary": "binary",
    "Zelda": "zelda",
    "Sokoban": "sokoban",
    "Smb": "smb",
    "Maze3D": "maze3d",
}
REPRESENTATIONS = ("narrow", "turtle", "wide")
ENVIRONMENTS = {
    f"makar/{title}-{representation}-v0": {"problem": problem, "representation": representation}
    for title, problem in PROBLEMS.items()
    for representation in REPRESENTATIONS
}
"""Every id, and what it stands for."""


def register() -> None:
    """Let Gymnasium know every environment; those it knows are left as they are."""
    import gymnasium

    for name, what in ENVIRONMENTS.items():
        if name not in gymnasium.registry:
            gymnasium.register(
                name,
                entry_point="makar.domains.levels.editing.views:make",
                vector_entry_point="makar.domains.levels.editing.views:make_vector",
                kwargs=dict(what),
            )
