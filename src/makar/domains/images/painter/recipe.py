"""The ``painter`` recipe: a hand learns to lay strokes, where an eye looks."""

from __future__ import annotations

from collections.abc import Generator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import cast

import numpy as np
from jaxtyping import Float
from torch import Tensor

from makar.core.errors import ConfigError
from makar.core.scoring import Scorer
from makar.core.seeds import Seeds
from makar.core.types import Prompt
from makar.domains.images.painter.canvas.eye import SEEN
from makar.domains.images.painter.canvas.hand import ACTIONS
from makar.domains.images.painter.canvas.process import PICTURE, STROKES, Canvas
from makar.domains.images.painter.canvas.works import Painting, Paintings, stacked
from makar.domains.images.painter.config import PainterConfig
from makar.domains.images.painter.craft import PaintingCraft
from makar.domains.images.painter.example import middle_and_spread
from makar.domains.images.painter.film import before_and_after
from makar.domains.images.painter.gallery import (
    Gallery,
    Style,
    default_gallery,
    folder_gallery,
    read_style,
)
from makar.domains.images.painter.gauge import Strokes, bench_of
from makar.domains.images.painter.policy import Painter
from makar.domains.images.painter.reward import painter_reward, weighting
from makar.domains.images.painter.searched import searched
from makar.domains.images.painting.painter import THINNEST, WIDEST
from makar.domains.images.pictures.named import colour_named
from makar.domains.images.svg.reading import read_svg
from makar.domains.images.svg.showing import read_any
from makar.evaluation.gauge import baselines_by
from makar.evaluation.run import evaluate_run
from makar.learners.policy_gradient import frozen
from makar.models.decisions import Gaussian
from makar.models.policy_net import GaussianNet
from makar.recipes.assembly import assemble, begin, placed
from makar.recipes.creator import Opened
from makar.recipes.domain import Brought, Evaluated, Recipe
from makar.recipes.preparation import Prepared, Progress
from makar.recipes.words import Asked, Words

WORDS = Words(
    piece="painting", pieces="paintings", unit="stroke", units="strokes", stretch="painting",
    stretches="paintings", whose="greedy search", wrote="painted", yours="your own drawings",
    sense="see", moves="strokes",
)  # fmt: skip
DRAWN = replace(WORDS, whose="the drawings", by="of", wrote="hold")
"""Where a style is learned, its drawings are compared with."""
SEARCHED = 48
"""Paintings by greedy search, to compare with."""
PER_GROUP = 8
"""Paintings of the same picture, where works are compared with one another."""


def ask_prompt(config: PainterConfig) -> Prompt:
    """What the config asks for.

    Raises:
        UnreadableError: the picture cannot be read.
    """
    picture = config.ask.picture
    given = None if picture is None else read_any(picture).within(512)
    return Prompt(condition={STROKES: config.ask.strokes}, given=given)


def asked_for(config: PainterConfig, names: Sequence[str], iteration: int) -> Sequence[Prompt]:
    """Pictures to learn from, drawn anew in each step."""
    each = PER_GROUP if config.learn.uses_groups else 1
    draw, works = Seeds(config.seed, iteration).generator(1), config.loop.works
    picked = draw.integers(0, len(names), -(-works // each)).repeat(each)[:works]
    strokes = config.ask.strokes
    asked = [str(names[int(number)]) for number in picked]
    return [Prompt(condition={STROKES: strokes, PICTURE: name}) for name in asked]


def palette_of(config: PainterConfig) -> Float[np.ndarray, "P 3"]:
    """The only colours there are, 0..1.

    Raises:
        ConfigError: one is no colour.
    """
    found: list[tuple[float, float, float]] = []
    for name in config.palette:
        try:
            found.append(colour_named(name))
        except ValueError:
            raise ConfigError(f"palette: {name!r} is no colour; write one as #1d3557") from None
    return np.array(found, np.float64).reshape(-1, 3)


def check(config: PainterConfig, functions: Mapping[str, Scorer]) -> None:
    """Refuse what cannot work before anybody waits for it.

    Raises:
        ConfigError: a reward, a colour or a folder cannot be used.
    """
    weighting(styled=config.style is not None).checked(config.reward, functions)
    palette_of(config)
    ask_prompt(config)
    for name, folder in (("corpus", config.corpus), ("style", config.style)):
        if folder is not None and not folder.exists():
            raise ConfigError(f"{name}: {folder} does not exist; name a folder")


def craft_of(config: PainterConfig) -> PaintingCraft:
    """How the run's works are handed out as files."""
    del config
    return PaintingCraft(private=True)


def canvas_of(config: PainterConfig, gallery: Gallery, style: Style | None) -> Canvas:
    """What is painted on: with strokes as wide as a style's, and where that runs one way, as it."""
    return Canvas(
        gallery.every, open=[*gallery.unseen], strokes=config.ask.strokes,
        palette=palette_of(config), widths=(WIDEST, THINNEST) if style is None else style.widths,
        upright=style is not None and style.runs_one_way,
    )  # fmt: skip


def build_policy(config: PainterConfig, process: Canvas) -> Painter:
    """The hand, freshly initialised."""
    shape = config.model
    net = GaussianNet(SEEN, ACTIONS, width=shape.width, depth=shape.depth, std=shape.std)
    return Painter(process, net, steps=process.most, decisions=Gaussian(ACTIONS))


def prepare(
    config: PainterConfig,
    *,
    prior: Mapping[str, Tensor] | None = None,
    functions: Mapping[str, Scorer] | None = None,
) -> Generator[Progress, None, Prepared[Painting]]:
    """Hang the pictures, set up the hand and what it will be rewarded for.

    See ``recipes.domain.Prepare``.
    """
    begin(config)
    yield Progress("hanging pictures")
    gallery = default_gallery() if config.corpus is None else folder_gallery(config.corpus)
    style = None if config.style is None else read_style(config.style)
    process = canvas_of(config, gallery, style)
    made = build_policy(config, process)
    if style is not None:
        _show_by_example(made, style)
    policy, _ = placed(made, config, prior)
    yield Progress("searching greedily, to compare with" if style is None else "reading drawings")
    ask = ask_prompt(config)
    theirs, prompts = _others(config, process, style, ask)
    known = {} if style is None else style.known
    craft = PaintingCraft(known, private=True)
    rewarded = painter_reward(
        config.reward, known, theirs, functions or {}, styled=style is not None
    )  # fmt: skip
    names = [*gallery.known]
    return assemble(
        config, policy, prior=frozen(policy), blended=rewarded, ask=ask,
        asked=Asked(f"Paintings of {config.ask.strokes} strokes"),
        words=WORDS if style is None else DRAWN, craft=craft, human=theirs,
        human_prompts=prompts, learn=config.learn,
        prompts=lambda iteration: asked_for(config, names, iteration),
        notes=[*_notes(style), *gallery.notes, *(style.notes if style else ())],
        picture=before_and_after, baselines=baselines_by(Strokes(process), [theirs]),
    )  # fmt: skip


def _show_by_example(policy: Painter, style: Style) -> None:
    """Begin with strokes as the drawings'; see ``example``."""
    process = policy.canvas
    drawn = [*style.known.values()]
    mean, spread = middle_and_spread(drawn, process.widths, upright=process.upright)
    cast(GaussianNet, policy.net).begin_at(mean, spread)


def _others(
    config: PainterConfig, process: Canvas, style: Style | None, ask: Prompt
) -> tuple[Paintings, Sequence[Prompt]]:
    """Whose works are compared with: greedy search's, or the drawings of a style."""
    if style is None:
        seeds = Seeds(config.prior_seed, 2**41 + 1)
        return searched(process, [ask] * SEARCHED, seeds), [ask] * SEARCHED
    drawn = stacked([Painting(drawing) for drawing in style.unseen.values()])
    return drawn, [Prompt(condition={STROKES: int(count)}) for count in drawn.count]


def _notes(style: Style | None) -> list[str]:
    if style is not None:
        return ["The drawings have no picture beside them: likeness cannot be judged of them."]
    return [
        "Nobody's paintings are compared with, but those of greedy search, which tries 100 "
        "strokes for each that it lays."
    ]


def read(path: Path, config: PainterConfig) -> list[Brought]:
    """The drawing in a file."""
    del config
    found = read_svg(path)
    notes = dict.fromkeys(found.notes, 1)
    return [Brought(path.stem, [Painting(found.drawing)], notes)]


def evaluate(
    opened: Opened, config: PainterConfig, *, works: int | None, target: Path, title: str
) -> Generator[Progress, None, Evaluated]:
    """Measure a run beside the others, strokes by chance, and strokes from a table of theirs."""
    return evaluate_run(opened, config, bench_of, works=works, target=target, title=title)


PAINTER = Recipe(
    name="painter",
    config=PainterConfig,
    words=WORDS,
    bring="Bring an SVG file with stroked paths",
    prompt=ask_prompt,
    check=check,
    prepare=prepare,
    craft=craft_of,
    read=read,
    evaluate=evaluate,
    parts=lambda config: weighting(styled=config.style is not None).rewarded(config.reward),
    examples=(
        "makar train painter",
        "makar train painter --corpus pictures/ --strokes 100",
        "makar train painter --style drawings/",
    ),
)
