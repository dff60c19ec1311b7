r"""Does a hand learn a folder's style, where only a judge of finished paintings knows what it is?

    .venv/bin/python benchmarks/painter_style.py        # an hour and a half on one core
    .venv/bin/python benchmarks/painter_style.py --folders drawings/a drawings/b

By default two folders are drawn by code, so that everybody has them: a *hatcher* lays thin straight
strokes one way, a *curler* short wide ones that bend, any way. Two folders of yours can be compared
instead. For each ``makar train painter --style`` is run with three seeds. The judge is the recipe's
whole reward, a black box: likeness for a ninth, each stroke like one of theirs for a third, and ten
statistics of strokes, each within the range of the folder's held-out drawings. Rows:

- *the drawings*: the other half of the folder;
- *chance*: strokes anyhow where the eye looks; *shuffled*: the drawings with their strokes'
  places exchanged and a quarter of them turned;
- *untrained*: a hand that knows nothing of the folder; *by example*: with its numbers at the
  middle and the spread of the folder's, as training begins; *best of 32* of that by the judge;
  *greedy*: of ten of its strokes the one is laid after which the judge likes the painting best,
  600 judgements a painting;
- *trained*: no judgement at all, after 9,600 in training; and the best of its, and *greedy* with
  its strokes, at as many judgements as before.

Told are the score, decibels of likeness, the share that a classifier takes for the folder's, the
statistics whose mean fit is less than .7, and judgements and processor seconds a painting. The
classifier is logistic regression on twelve statistics of strokes (``FEATURES``), fitted to the
first half against the other folder's, greedy search's, chance's and the untrained hand's on the
same canvas; the second half tells how often it is right.
"""

from __future__ import annotations

import argparse
import itertools
import json
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, cast

import numpy as np
import torch

from makar.core.rewards import RewardTree
from makar.core.seeds import Seeds
from makar.core.train import train
from makar.core.types import Prompt
from makar.domains.images.painter.canvas.process import Canvas
from makar.domains.images.painter.canvas.works import Painting, Paintings, stacked
from makar.domains.images.painter.config import PainterConfig
from makar.domains.images.painter.gallery import read_style
from makar.domains.images.painter.policy import Painter
from makar.domains.images.painter.recipe import build_policy, prepare
from makar.domains.images.painter.reward import STATISTICS
from makar.domains.images.painter.searched import searched
from makar.domains.images.rewards import hatching, lines
from makar.domains.images.rewards.columns import columns_of
from makar.domains.images.strokes.drawing import Drawing, strokes_of
from makar.domains.images.svg.writing import as_svg
from makar.learners.policy_gradient import frozen
from makar.measures.classifier import Logistic
from makar.recipes.creator import Creator

SIDE, COUNT, DRAWINGS, WORKS, SEEDS = 200.0, 60, 80, 16, (20, 21, 22)
KEPT = 0.7
"""Mean fit from which a statistic counts as kept."""
BEST, TRIES = 32, 10
HANDS = ("hatcher", "curler")
FEATURES: Sequence[Callable[[Any], np.ndarray]] = (
    lines.line_length, lines.length_variety, lines.line_width, lines.width_variety,
    lines.curvature, lines.straightness, lines.angle_variety, lines.main_direction,
    lines.upright_share, hatching.hatching,
    lambda columns: lines.angle_histogram(columns)[:, 1],
    lambda columns: lines.angle_histogram(columns)[:, 3],
)  # fmt: skip


def drawn(hand: str, number: int) -> Drawing:
    """A drawing by one of the hands: its strokes lie about a few places."""
    rng = np.random.default_rng([HANDS.index(hand), number])
    places = rng.uniform(0.15, 0.85, (rng.integers(2, 6), 2))
    middle = places[rng.integers(0, len(places), COUNT)] + rng.normal(0, 0.12, (COUNT, 2))
    if hand == "hatcher":
        way = -np.pi / 4 + rng.normal(0, 0.08, COUNT) + rng.normal(0, 0.05)
        half = np.exp(rng.normal(np.log(0.085), 0.3, COUNT))
        width, bow = np.exp(rng.normal(np.log(0.02), 0.2, COUNT)), rng.normal(0, 0.02, COUNT)
    else:
        way = rng.uniform(0, np.pi, COUNT)
        half = np.exp(rng.normal(np.log(0.06), 0.25, COUNT))
        width = np.exp(rng.normal(np.log(0.05), 0.25, COUNT))
        bow = rng.choice([-1, 1], COUNT) * rng.uniform(0.7, 1.2, COUNT)
    along = np.stack((np.cos(way), np.sin(way)), 1) * half[:, None]
    across = np.stack((-np.sin(way), np.cos(way)), 1) * (half * bow)[:, None]
    points = np.stack((middle - along, middle + across, middle + along), 1)
    colours = rng.random((4, 3))[rng.integers(0, 4, COUNT)]
    opacity = rng.choice([0.5, 0.75, 1.0], COUNT)
    strokes = strokes_of(SIDE * points, width=SIDE * width, colour=colours, opacity=opacity)
    return Drawing((SIDE, SIDE), strokes)


def folder_of(keep: Path, hand: str) -> Path:
    """The hand's drawings as files."""
    folder = keep / hand
    folder.mkdir(parents=True, exist_ok=True)
    for number in range(DRAWINGS):
        path = folder / f"{number:03}.svg"
        if not path.exists():
            path.write_text(as_svg(drawn(hand, number), title=f"{hand} {number}"))
    return folder


def features(works: Paintings) -> np.ndarray:
    """What the classifier sees."""
    columns = columns_of([works.drawing(row) for row in range(len(works))])
    return np.nan_to_num(np.stack([feature(columns) for feature in FEATURES], 1))


def halves_of(folder: Path) -> list[Paintings]:
    """The learned half and the held-out half of a folder."""
    style = read_style(folder)
    return [
        stacked([Painting(one) for one in side.values()][:DRAWINGS])
        for side in (style.known, style.unseen)
    ]


def bare_hand(creator: Creator[Painting], config: PainterConfig) -> Painter:
    """A hand that knows nothing of the folder."""
    torch.manual_seed(config.prior_seed)
    return frozen(build_policy(config, cast(Painter, creator.policy).canvas))


def classifier_of(
    folder: Path, other: Path, untrained: Painter, asked: Sequence[Prompt]
) -> tuple[Logistic, float]:
    """Tells the folder's drawings from others, and how often it is right about the other half."""
    process = untrained.canvas
    every = [asked[0]] * DRAWINGS
    search = searched(process, every, Seeds(5))
    before = cast(Paintings, untrained.sample(every, seeds=Seeds(5, 9)).works)
    halves = []
    for half, (own, others) in enumerate(zip(halves_of(folder), halves_of(other), strict=True)):
        rows = range(half, DRAWINGS, 2)
        wild = chance(process, every[half::2], half)
        sets = [own, others, search.take(rows), before.take(rows), wild]
        seen = np.concatenate([features(one) for one in sets])
        halves.append((seen, np.arange(len(seen)) < len(own)))
    told = Logistic.fit(*halves[0], penalty=0.01)
    right = (told(halves[1][0]) > 0.5) == halves[1][1]
    return told, float(right.mean())


def config_of(folder: Path, seed: int) -> PainterConfig:
    """As ``makar train painter --style FOLDER``."""
    return PainterConfig(style=folder, seed=seed)


def creator_of(config: PainterConfig) -> Creator[Painting]:
    """What is trained, before it is."""
    steps = prepare(config)
    try:
        while True:
            next(steps)
    except StopIteration as end:
        return end.value.creator


def taught(keep: Path, folder: Path, seed: int) -> tuple[Creator[Painting], float]:
    """What was trained, and the processor seconds that took."""
    config, place = config_of(folder, seed), keep / f"{folder.name}-{seed}.pt"
    creator = creator_of(config)
    if not place.exists():
        started = time.process_time()
        learned = train(
            creator.policy, creator.reward.lean, creator.learner, creator.prompts, seed=seed
        )
        for step in itertools.islice(learned, config.loop.iterations):
            if step.iteration % 10 == 0:
                print(f"{folder.name} {seed}, step {step.iteration}: "
                      f"{step.judgement.total.mean():.3f}", flush=True)  # fmt: skip
        seconds = time.process_time() - started
        torch.save({"net": creator.policy.state_dict(), "seconds": seconds}, place)
    saved = torch.load(place, weights_only=True)
    creator.policy.load_state_dict(saved["net"])
    return creator, saved["seconds"]


def best_of(
    creator: Creator[Painting], hand: Painter, asked: Sequence[Prompt], seed: int
) -> Paintings:
    """Of many paintings of the same picture by a hand, the one that is liked best."""
    process, kept = hand.canvas, []
    for row in range(len(asked)):
        bare = process.works(process.start([asked[row]], Seeds(seed, 9, first=row)))
        given = bare[0].target
        many = hand.sample(
            [replace(asked[row], given=given)] * BEST, seeds=Seeds(seed, 1, first=row * BEST)
        )
        total = creator.reward.lean(many.works, many.prompts).total
        kept.append(many.works.take([int(np.nan_to_num(total, nan=-1).argmax())]))
    return process.join(kept)


def greedily(
    creator: Creator[Painting], hand: Painter, asked: Sequence[Prompt], seed: int
) -> Paintings:
    """Strokes of a hand, each the one of ten that the judge likes best then."""
    process, reward = hand.canvas, creator.reward.lean
    state = process.start(asked, Seeds(seed))
    random = torch.Generator().manual_seed(seed)
    while not process.terminated(state).all():
        options, totals = [], []
        with torch.no_grad():
            mean, log_std = hand.net(process.observe(state))[0].split(process.actions, 1)
        for _ in range(TRIES):
            draws = torch.randn(mean.shape, generator=random)
            actions = mean + log_std.exp() * draws
            after, _ = process.step(state, actions)
            options.append(actions)
            totals.append(np.nan_to_num(reward(process.works(after), asked).total, nan=-1))
        best = torch.from_numpy(np.stack(totals).argmax(0))
        chosen = torch.stack(options)[best, torch.arange(len(asked))]
        state, _ = process.step(state, chosen)
    return process.works(state)


def chance(process: Canvas, asked: Sequence[Prompt], seed: int) -> Paintings:
    """Strokes anyhow."""
    state = process.start(asked, Seeds(seed))
    random = torch.Generator().manual_seed(seed)
    while not process.terminated(state).all():
        wild = 6 * torch.rand((len(asked), process.actions), generator=random) - 3
        state, _ = process.step(state, wild)
    return process.works(state)


def shuffled(works: Paintings) -> Paintings:
    """The drawings, their strokes' places exchanged and a quarter of them turned."""
    made = []
    for number in range(len(works)):
        drawing = works.drawing(number)
        rng, points = np.random.default_rng(number), drawing.strokes.points.copy()
        middle = points.mean(1, keepdims=True)
        turned = rng.random(len(points)) < 0.25
        off = points - middle
        off[turned] = off[turned][..., ::-1] * [-1, 1]
        points = off + middle[rng.permutation(len(points))]
        made.append(Painting(drawing.with_strokes(replace(drawing.strokes, points=points))))
    return stacked(made)


def row_of(
    works: Paintings, asked: Sequence[Prompt], reward: RewardTree, told: Logistic
) -> dict[str, float]:
    """What is told of a set of works."""
    judged = reward(works, asked)
    raw = {n: float(part.value.mean()) for n, part in judged.parts.items()}  # NaN: unjudged
    taken = (told(features(works)) > 0.5).mean()
    db = float(judged.parts["likeness"].raw.mean())
    return {"score": float(np.nanmean(judged.total)), "decibels": db, "taken": float(taken)} | raw


def rows(keep: Path, folder: Path, other: Path, seed: int) -> Mapping[str, dict[str, float]]:
    """Every row of one folder and training seed."""
    creator, seconds = taught(keep, folder, seed)
    prior, policy = cast(Painter, creator.prior), cast(Painter, creator.policy)
    bare = bare_hand(creator, config_of(folder, seed))
    reward, process = creator.reward, policy.canvas
    asked = [creator.ask] * WORKS
    told, right = classifier_of(folder, other, bare, asked)
    theirs = halves_of(folder)[1]
    sets: dict[str, tuple[Callable[[], Any], int]] = {
        "the drawings": (lambda: theirs, 0),
        "shuffled": (lambda: shuffled(theirs), 0),
        "chance": (lambda: chance(process, asked, seed), 0),
        "untrained": (lambda: bare.sample(asked, seeds=Seeds(seed, 9)).works, 0),
        "by example": (lambda: prior.sample(asked, seeds=Seeds(seed, 9)).works, 0),
        f"best of {BEST}": (lambda: best_of(creator, prior, asked, seed), BEST),
        "greedy": (lambda: greedily(creator, prior, asked, seed), TRIES * COUNT),
        "trained": (lambda: policy.sample(asked, seeds=Seeds(seed, 9)).works, 0),
        f"its best of {BEST}": (lambda: best_of(creator, policy, asked, seed), BEST),
        "greedy with it": (lambda: greedily(creator, policy, asked, seed), TRIES * COUNT),
    }
    found: dict[str, dict[str, float]] = {"": {"training": seconds, "right": right}}
    for name, (make, judgements) in sets.items():
        started = time.process_time()
        works = make()
        took = (time.process_time() - started) / len(works)
        prompts = [creator.ask] * len(works)
        found[name] = row_of(
            works, prompts, reward.for_sources if works is theirs else reward, told
        )
        found[name] |= {"judgements": judgements, "seconds": took}
    return found


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--keep", type=Path, default=Path("painter-style"))
    parser.add_argument("--folders", type=Path, nargs=2, help="two folders of SVG drawings")
    chosen = parser.parse_args()
    torch.set_num_threads(1)
    keep = chosen.keep
    place = keep / "rows.json"
    keep.mkdir(parents=True, exist_ok=True)
    folders = chosen.folders or [folder_of(keep, hand) for hand in HANDS]
    found = json.loads(place.read_text()) if place.exists() else {}
    for seed, (folder, other) in itertools.product(SEEDS, (folders, folders[::-1])):
        if f"{folder.name} {seed}" not in found:
            found[f"{folder.name} {seed}"] = rows(keep, folder, other, seed)
            place.write_text(json.dumps(found))
    for folder in folders:
        _print_table(folder.name, [found[f"{folder.name} {seed}"] for seed in SEEDS])


def _print_table(name: str, seeds: Sequence[Mapping[str, Mapping[str, float]]]) -> None:
    training = np.mean([one[""]["training"] for one in seeds])
    right = seeds[0][""]["right"]
    print(f"\n{name}: the classifier is right about {right:.0%} of the other half; "
          f"trained in {training:.0f} s")  # fmt: skip
    for row in list(seeds[0])[1:]:
        score, db, taken, judgements, seconds = (
            np.array([one[row][what] for one in seeds])
            for what in ("score", "decibels", "taken", "judgements", "seconds")
        )
        half = 4.30 * score.std(ddof=1) / len(SEEDS) ** 0.5  # Student's t, two degrees
        fits = {one: np.mean([seed[row].get(one, np.nan) for seed in seeds]) for one in STATISTICS}
        out = [f"{one} {fit:.2f}" for one, fit in fits.items() if fit < KEPT]
        print(f"{row:14} score {score.mean():.3f} ±{half:.3f}  {db.mean():5.1f} dB  taken for "
              f"theirs {taken.mean():4.0%}  {judgements.mean():4.0f} judgements  "
              f"{seconds.mean():.3f} s  not kept: {', '.join(out) or 'none'}")  # fmt: skip


if __name__ == "__main__":
    main()
