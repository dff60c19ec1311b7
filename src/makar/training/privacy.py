"""What was learned from is the user's own where they said so, and is not named unasked."""

from __future__ import annotations

from makar.core.errors import ConfigError
from makar.runs.folder import RunFolder

HIDDEN = "(hidden: --with-sources names it)"
"""Stands where a source would be named."""


def is_private(folder: RunFolder) -> bool:
    """True where the user's own music was learned from, whose titles are not printed unasked."""
    noted = folder.about.get("private")
    if noted is not None:
        return bool(noted)
    from makar.recipes.loading import load_config
    from makar.recipes.settings import private_settings

    try:
        config = load_config(folder.path / "config.toml", environment={})
    except ConfigError:
        return True
    return bool(private_settings(config))
