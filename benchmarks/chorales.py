"""The figures of four voices beside Bach's held-out phrases, as docs/chorales.md prints them.

``python benchmarks/chorales.py --seeds 1 2 3``: the default recipe, 500 works a row from one draw.
"""

from __future__ import annotations

import argparse
from dataclasses import dataclass, replace
from itertools import islice

import numpy as np
from jaxtyping import Float

from makar.core.rewards import RewardTree
from makar.core.seeds import Seeds
from makar.core.train import train
from makar.core.types import Judgement, Prompt
from makar.domains.music.chorale.config import ChoraleConfig
from makar.domains.music.chorale.recipe import prepare
from makar.domains.music.voices.voices import VoiceGrid, VoiceGrids, voices_of
from makar.evaluation.rows import EVALUATION
from makar.models.token_policy import TokenPolicy
from makar.recipes.creator import Creator
from makar.recipes.loading import load_config
from makar.recipes.trained_run import finished
from makar.training.loop import Timed

_SCORE, _COPIES = "harmony score", "near copies"
_RATES = {"parallels": "parallels per bar", "range_faults": "notes out of range per work"}
DRAW = Seeds(2**20 + 5, EVALUATION)


@dataclass(frozen=True)
class HarmonyFigure:
    """One figure of works in four voices beside Bach's.

    Attributes:
        name: What is counted.
        works: Mean over the works.
        people: Mean over Bach's held-out phrases.
        low, high: Their 10 and 90 % quantiles.
        holds: For the score, whether the works' mean lies between the two; for faults and
            copies, whether it is not above Bach's mean.
    """

    name: str
    works: float
    people: float
    low: float
    high: float
    holds: bool


def harmony_figures(
    blend: RewardTree, works: VoiceGrids, people: VoiceGrids
) -> list[HarmonyFigure]:
    """Parallels per bar, notes out of range, the harmony score and near copies, beside Bach's.

    The harmony score is the weighted mean of the scores, without gates: a near copy is counted by
    itself and its harmony is still judged.

    Args:
        blend: As ``chorale_reward`` made it, or scaled.
        works: The works to be reported on.
        people: Held-out phrases, which the blend's bands were not taken from.
    """
    ours, theirs = _judged(blend, works), _judged(blend, people)
    figures = [
        _figure(name, ours.parts[part].raw, theirs.parts[part].raw) for part, name in _RATES.items()
    ]
    score = _figure(_SCORE, ours.total, theirs.total)
    inside = score.low <= score.works <= score.high
    copies = _figure(_COPIES, _stopped(blend, ours), _stopped(blend, theirs))
    return [*figures, replace(score, holds=inside), copies]


def _judged(blend: RewardTree, works: VoiceGrids) -> Judgement:
    """Everything judged and nothing stopped: gates are only watched."""
    open_gates = [replace(c, role="watch") if c.role == "gate" else c for c in blend.components]
    return replace(blend, components=open_gates)(works, [Prompt()] * len(works))


def _stopped(blend: RewardTree, judgement: Judgement) -> Float[np.ndarray, " B"]:
    """1 for each work that a gate would stop."""
    gates = [c.name for c in blend.components if c.role == "gate"]
    stopped = [judgement.parts[name].value < 0.5 for name in gates]
    return np.any(stopped, axis=0).astype(float) if stopped else np.zeros(len(judgement.total))


def _figure(
    name: str, works: Float[np.ndarray, " B"], people: Float[np.ndarray, " N"]
) -> HarmonyFigure:
    low, high = np.nanquantile(people, [0.1, 0.9])
    ours, theirs = float(np.nanmean(works)), float(np.nanmean(people))
    return HarmonyFigure(name, ours, theirs, float(low), float(high), ours <= theirs)


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
