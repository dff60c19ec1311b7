"""What a run of tunes asks its model for."""

from __future__ import annotations

from makar.core.types import Prompt
from makar.domains.music.tune.config import MelodyConfig


def ask_prompt(config: MelodyConfig) -> Prompt:
    """What the config asks for."""
    ask = config.ask
    condition = {"bars": ask.bars, "metre": ask.metre, "mode": ask.mode, "key": ask.key}
    return Prompt(condition=condition, form=ask.form)
