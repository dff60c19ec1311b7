"""``--trust-code``: a run's own code is run only when the user says so, and is told what it is."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from collections.abc import Mapping

    from makar.recipes.settings import RecipeConfig

TrustCode = Annotated[
    bool,
    typer.Option(
        "--trust-code",
        help="Run the code of its own rewards, as their files are now; kept for later.",
    ),
]
CUSTOM = "reward.custom"
_VARIABLE = "MAKAR_REWARD__CUSTOM"


def trust(config: RecipeConfig, *, asked: bool) -> None:
    """Where it is asked for, trust the files of a run's own rewards, and say which they are."""
    if not asked:
        return
    from makar.recipes.own_rewards.loading import allow

    for sentence in (sentence for told in allow(config.reward.custom) for sentence in told):
        sys.stderr.write(f"makar: {sentence}\n")


def trust_named(
    config: RecipeConfig, flags: Mapping[str, Any], recipe: str, *, asked: bool
) -> None:
    """Trust the rewards that the user named: by a flag, or in the environment, not in a file.

    Args:
        config: The settings put together.
        flags: Those of the command line.
        recipe: The recipe's name, or the TOML file that may be anybody's.
        asked: True where ``--trust-code`` was given.
    """
    from makar.recipes.own_rewards.loading import allow
    from makar.recipes.registry import recipe_name

    if not (CUSTOM in flags or _VARIABLE in os.environ or recipe_name(recipe)):
        trust(config, asked=asked)
        return
    for sentence in allow(config.reward.custom)[1]:
        sys.stderr.write(f"makar: {sentence}\n")
