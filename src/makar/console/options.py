"""What is typed after an option, read as settings."""

from __future__ import annotations

from typing import Any

from makar.core.errors import ConfigError


def pairs(texts: list[str], option: str, before: str) -> dict[str, Any]:
    """``name=value`` as settings, the value as TOML would read it."""
    from makar.recipes.loading import value_of

    found: dict[str, Any] = {}
    for text in texts:
        name, sign, value = text.partition("=")
        if not (name and sign and value):
            raise ConfigError(f"{option} {text!r}: write it as NAME=VALUE")
        found[before + name] = value_of(value)
    return found
