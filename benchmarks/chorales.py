"""The figures of four voices beside Bach's held-out phrases, as docs/chorales.md prints them.

``python benchmarks/chorales.py --seeds 1 2 3``: the default recipe, 500 works a row from one draw.
"""

from __future__ import annotations

import argparse
from itertools import islice

from makar.core.seeds import Seeds
from makar.core.train import train
from makar.core.types import Prompt
from makar.domains.music.chorale.config import ChoraleConfig
from makar.domains.music.chorale.recipe import prepare
from makar.domains.music.chorale.reward import harmony_figures
from makar.domains.music.voices.voices import VoiceGrid, voices_of
from makar.evaluation.rows import EVALUATION
from makar.models.token_policy import TokenPolicy
from makar.recipes.creator import Creator
from makar.recipes.loading import load_config
from makar.recipes.trained_run import finished
from makar.training.loop import Timed

DRAW = Seeds(2**20 + 5, EVALUATION)


def tell(
    creator: Creator[VoiceGrid], policy: TokenPolicy[VoiceGrid], row: str, *, works: int
) -> None:
    """Print the figures of one row, with parallels ruled out and with parallels possible."""
    sure = dict(creator.ask.condition)
    possible = {name: wish for name, wish in sure.items() if name != "parallels"}
    for name, condition in ((row, sure), (f"{row}, parallels possible", possible)):
        made = policy.sample([Prompt(condition=condition)] * works, seeds=DRAW).works
        for figure in harmony_figures(creator.reward, voices_of(made), voices_of(creator.human)):
            print(
                f"{name}: {figure.name} {figure.works:.3f}, Bach {figure.people:.3f} "
                f"({figure.low:.3f}-{figure.high:.3f}): {'holds' if figure.holds else 'misses'}"
            )


def main() -> None:
    """Train with each seed and print its rows."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", type=int, nargs="+", default=[1, 2, 3])
    parser.add_argument("--works", type=int, default=500)
    given = parser.parse_args()
    for seed in given.seeds:
        config = load_config("chorale", {"seed": seed}, environment={})
        assert isinstance(config, ChoraleConfig)
        creator = finished(prepare(config)).creator
        if seed == given.seeds[0]:
            tell(creator, creator.prior, "prior", works=given.works)
        timed = Timed(creator)
        steps = train(timed, timed, timed, creator.prompts, seed=seed)
        for report in islice(steps, config.loop.iterations):
            creator.bonuses.observe(**timed.kinds(report.rollout.works))
        tell(creator, creator.policy, f"trained, seed {seed}", works=given.works)


if __name__ == "__main__":
    main()
