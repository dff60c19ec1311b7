"""The ``strokes`` recipe: from scribbles to drawings that are as full and symmetric as asked."""

from __future__ import annotations

from collections.abc import Generator, Mapping, Sequence
from pathlib import Path

from torch import Tensor

from makar.core.errors import CorpusTooSmallError
from makar.core.scoring import Scorer
from makar.core.seeds import Seeds
from makar.core.types import Prompt
from makar.evaluation.run import evaluate_run
from makar.learners.policy_gradient import frozen
from makar.models.policy_net import PolicyNet
from makar.models.stepwise import StepwisePolicy
from makar.recipes.assembly import assemble, begin, placed
from makar.recipes.creator import Opened
from makar.recipes.domain import Brought, Evaluated, Recipe
from makar.recipes.preparation import Prepared, Progress
from makar.recipes.words import Asked, Words
from makar_toy.judging import blended
from makar_toy.strokes.config import StrokesConfig
from makar_toy.strokes.craft import StrokeCraft
from makar_toy.strokes.drawing import MOST, Drawing, stacked
from makar_toy.strokes.files import HAND, read_drawings
from makar_toy.strokes.gauge import bench_of
from makar_toy.strokes.process import SEEN, Pen
from makar_toy.strokes.reward import WEIGHTING

WORDS = Words(
    piece="drawing", pieces="drawings", unit="stroke", units="strokes", stretch="drawing",
    stretches="drawings", whose="draughtsmen", moves="strokes",
)  # fmt: skip
FEW = 8
"""Drawings by hand at least: half of them may be resembled, the others are compared with."""


def ask_prompt(config: StrokesConfig) -> Prompt:
    """What the config asks for."""
    return Prompt(condition=config.ask.model_dump())


def asked_for(config: StrokesConfig, iteration: int) -> Sequence[Prompt]:
    """In each step another share of ink, so that any can be asked for afterwards."""
    ink = Seeds(config.seed, iteration).generator(1).uniform(0.1, 0.4)
    return [Prompt(condition={"strokes": config.ask.strokes, "ink": ink})] * config.loop.works


def by_hand(config: StrokesConfig) -> dict[str, Drawing]:
    """Drawings by hand to compare with, by title: the user's own, or ours.

    Raises:
        CorpusTooSmallError: they are too few.
    """
    found = read_drawings(config.own or HAND)
    if len(found) < FEW:
        raise CorpusTooSmallError(f"--own: {len(found)} drawings; draw {FEW} or more")
    return found


def check(config: StrokesConfig, functions: Mapping[str, Scorer]) -> None:
    """Refuse what cannot work before anybody waits for it."""
    WEIGHTING.checked(config.reward, functions)
    by_hand(config)


def prepare(
    config: StrokesConfig,
    *,
    prior: Mapping[str, Tensor] | None = None,
    functions: Mapping[str, Scorer] | None = None,
) -> Generator[Progress, None, Prepared[Drawing]]:
    """Set up who draws, and what is rewarded; there is nothing to learn before."""
    begin(config)
    yield Progress("sharpening the pen")
    drawn = [*by_hand(config).items()]
    known, unseen = dict(drawn[::2]), stacked([drawing for _, drawing in drawn[1::2]])
    net = PolicyNet(SEEN, Pen.actions, width=config.model.width)
    policy, _ = placed(StepwisePolicy(Pen(), net, steps=MOST), config, prior)
    ask = ask_prompt(config)
    return assemble(
        config,
        policy,
        prior=frozen(policy),
        blended=blended(WEIGHTING, config.reward, functions or {}, unseen),
        ask=ask,
        asked=Asked(f"Drawings of {config.ask.strokes} strokes", [f"{config.ask.ink:.0%} ink"]),
        words=WORDS,
        craft=StrokeCraft(known, private=config.own is not None),
        human=unseen,
        prompts=lambda iteration: asked_for(config, iteration),
        notes=["The pen has learned from nobody: before training it scribbles."],
    )


def read(path: Path, config: StrokesConfig) -> list[Brought]:
    """The drawings in a file."""
    return [Brought(title, [drawing], {}) for title, drawing in read_drawings(path).items()]


def evaluate(
    opened: Opened, config: StrokesConfig, *, works: int | None, target: Path, title: str
) -> Generator[Progress, None, Evaluated]:
    """Measure a run beside drawings by hand, scribbles, and a table."""
    return evaluate_run(opened, config, bench_of, works=works, target=target, title=title)


STROKES = Recipe(
    name="strokes",
    config=StrokesConfig,
    words=WORDS,
    bring="Bring a text file with a stroke in each line, such as a1-a3",
    prompt=ask_prompt,
    check=check,
    prepare=prepare,
    craft=lambda config: StrokeCraft(),
    read=read,
    parts=lambda config: WEIGHTING.rewarded(config.reward),
    evaluate=evaluate,
    examples=("makar train strokes --ink 0.3", "makar train strokes --own mine.strokes"),
)
