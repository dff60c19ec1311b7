"""What was learned from is the user's own where they said so, and is not named unasked."""

from __future__ import annotations

from typing import Any, cast

from makar.runs.folder import RunFolder

HIDDEN = "(hidden: --with-sources names it)"
"""Stands where a source would be named."""
NOT_GIVEN = "none"
"""Stands in a run's ``config.toml`` where a setting is not given."""


def is_private(folder: RunFolder) -> bool:
    """True where the user's own works were learned from, whose titles are not printed unasked.

    A run notes it when it begins, so that it is known without what it takes to run it. Runs that
    began before that are private where any setting of theirs names a folder.
    """
    noted = folder.about.get("private")
    if noted is not None:
        return bool(noted)
    from makar.core.disk.toml import read_toml  # few commands need it, and none of a new run

    try:
        tree = read_toml(folder.path / "config.toml")
    except (OSError, ValueError):
        return True
    return _names_a_folder(tree)


def _names_a_folder(tree: dict[str, Any]) -> bool:
    return any(
        _names_a_folder(cast(dict[str, Any], value))
        if isinstance(value, dict)
        else name == "folder" and value != NOT_GIVEN
        for name, value in tree.items()
    )
