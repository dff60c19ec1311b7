r"""What a learned hand is worth as a proposer of strokes, beside plain and guided proposals.

    .venv/bin/pip install scikit-image                        # for four of the ten pictures
    .venv/bin/python benchmarks/painter_learning.py           # about an hour on one core

Three hands are trained as ``makar train painter`` trains (its defaults, seeds 0 to 2) and kept in
``--keep``; what is measured is kept there too, and what is there is not measured again. The ten
pictures are those of ``benchmarks/painting.py``; none was trained or tuned on. On a canvas of 64
pixels 100 strokes are laid, each the best of k proposals and of climbs from the best of them, all
rows in the same colours and opacities in closed form. Proposals:

- *uniform*: anywhere, anyhow;
- *residual*: where the picture lacks most, anyhow;
- *guided*: those of ``makar paint``: there, along the picture's edges, ever thinner;
- *untrained*, *learned*: what the hand does where the eye looks, k places in one pass of the net.

Told are the geometric means over the pictures of the error relative to *uniform* at the same number
of evaluations a stroke, and processor seconds a picture. ``--several`` lays several strokes a pass.
"""

from __future__ import annotations

import argparse
import itertools
import json
import math
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from numba import njit

from makar.core.train import train
from makar.domains.images.painter.canvas.eye import LEVELS, SEEN, gaze, look, pick
from makar.domains.images.painter.canvas.hand import ACTIONS, FRAME, shaped
from makar.domains.images.painter.canvas.kernel import tell, unit_of
from makar.domains.images.painter.canvas.works import as_planes
from makar.domains.images.painter.config import PainterConfig
from makar.domains.images.painter.recipe import prepare
from makar.domains.images.painting.greedy import CELLS, OPACITIES, bend, lacking, propose, vary
from makar.domains.images.painting.painter import THINNEST, WIDEST
from makar.domains.images.painting.structure import directions
from makar.domains.images.raster.canvas import lay
from makar.domains.images.raster.coverage import MOST_SEGMENTS
from makar.domains.images.raster.gain import SUMS, gained, scratch_for
from makar.models.policy_net import GaussianNet
from painting import pictures

SIDE, STROKES, SEEDS, TRAINED = 64, 100, (0, 1, 2), (0, 1, 2)
SPLITS = (
    (1, 0),
    (10, 0),
    (4, 6),
    (5, 20),
    (8, 42),
    (30, 70),
    (10, 90),
    (3, 97),
    (20, 180),
    (30, 370),
    (100, 900),
)
"""Proposals and climbs a stroke."""
HEAT = {1: 0.2, 3: 0.3, 4: 0.3, 10: 0.4, 30: 0.6}
"""Temperature of the hand by the number of proposals, chosen on other pictures; else 1."""
WAYS = ("uniform", "residual", "guided", "untrained", "learned")
PASS = (1, 4, 16)
"""Strokes laid from one pass of the net."""


@dataclass(frozen=True)
class Scene:
    """A picture to paint, and what guided proposals know of it."""

    target: np.ndarray
    angle: np.ndarray
    coherence: np.ndarray


@njit(cache=True)
def uniformly(uniform, side, shape) -> None:
    """Anywhere, anyhow; as ``painting.search`` proposes."""
    shape[0], shape[1] = uniform[0] * side, uniform[1] * side
    half, way = uniform[2] * side / 4, uniform[3] * math.pi
    shape[2], shape[3] = half * math.cos(way), half * math.sin(way)
    shape[4], shape[5] = (uniform[4] - 0.5) * half, (uniform[5] - 0.5) * half
    shape[6] = math.log(side * (0.02 + 0.18 * uniform[6]))


@njit(cache=True)
def plain_shapes(way, target, canvas, angle, coherence, unit, uniforms, normals, shapes) -> None:
    """Proposals of the ways that need no net: 0 uniform, 1 residual, 2 guided."""
    side = target.shape[1]
    lack, weight = np.empty((CELLS, CELLS)), np.ones((side, side), np.float32)
    total = lacking(target, canvas, weight, lack)
    for k in range(len(shapes)):
        if way == 2:
            propose(lack, total, angle, coherence, unit, uniforms[k], normals[k], shapes[k])
            continue
        uniformly(uniforms[k], side, shapes[k])
        if way == 1:
            shapes[k, 0], shapes[k, 1] = pick(lack, total, uniforms[k, 7:], side)


@njit(cache=True)
def looked(target, canvas, done, strokes, widths, uniforms, frames, seen) -> None:
    """Where the eye looks, and what it sees there, at as many places as there are rows."""
    side = target.shape[1]
    lack, weight = np.empty((CELLS, CELLS)), np.ones((side, side), np.float32)
    sizes = np.empty((LEVELS, 6, side, side), np.float32)
    total = lacking(target, canvas, weight, lack)
    unit = unit_of(done, strokes, side, widths[0], widths[1])
    gaze(target, canvas, sizes)
    for k in range(len(frames)):
        x, y = pick(lack, total, uniforms[k], side)
        look(sizes, x, y, unit, False, frames[k], seen[k])
        tell(done, strokes, unit, side, total / (3 * side * side), frames[k], seen[k])


@njit(cache=True)
def hand_shapes(actions, frames, shapes) -> None:
    """What the hand's numbers are as shapes."""
    for k in range(len(shapes)):
        shaped(actions[k], frames[k], shapes[k])


@njit(cache=True)
def lay_best(target, canvas, shapes, climbs) -> None:
    """Lay the best of the shapes and of climbs from it."""
    side = target.shape[1]
    weight, palette = np.ones((side, side), np.float32), np.zeros((0, 3))
    scratch = scratch_for(side, side, MOST_SEGMENTS + 1)
    sums, tried, curve = np.empty((SUMS, 3)), np.empty(3), np.empty((4, 2))
    best, shape, most = np.empty(7), np.empty(7), 0.0
    points, radius = np.zeros((1, 4, 2)), np.zeros((1, 2))
    colour, opacity, alone = np.zeros((1, 3)), np.zeros(1), np.zeros(1, np.bool_)
    best[:] = shapes[0]
    for e in range(len(shapes) + len(climbs)):
        if e < len(shapes):
            shape[:] = shapes[e]
        else:
            left = (len(shapes) + len(climbs) - e) / max(len(climbs), 1)
            vary(best, climbs[e - len(shapes)], 0.1 + 0.4 * left, shape)
        bend(shape, curve)
        gain, o = gained(curve, math.exp(shape[6]) / 2, target, canvas, weight, OPACITIES,
                         palette, scratch, sums, tried)  # fmt: skip
        if gain > most:
            most = gain
            best[:], points[0], radius[0, :] = shape, curve, math.exp(shape[6]) / 2
            colour[0], opacity[0] = tried, o
    if most > 0:
        lay(canvas, points, radius, colour, opacity, alone)


class Proposer:
    """Proposals of one way, for a painting of ``STROKES``.

    Args:
        way: Its name.
        net: The hand, where it has one.
        random: Draws everything.
    """

    def __init__(self, way: str, net: GaussianNet | None, random: np.random.Generator) -> None:
        self.way, self.net, self.random = way, net, random

    def __call__(
        self, scene: Scene, canvas: np.ndarray, done: int, count: int, each: int
    ) -> np.ndarray:
        """``(count, 7)`` shapes, for ``each`` strokes that are laid one after the other."""
        shapes = np.empty((count, 7))
        if self.net is None:
            uniforms = self.random.random((count, 10), np.float32)
            normals = self.random.standard_normal((count, 7), np.float32)
            unit = unit_of(done, STROKES, SIDE, WIDEST, THINNEST)
            plain_shapes(WAYS.index(self.way), scene.target, canvas, scene.angle, scene.coherence,
                         unit, uniforms, normals, shapes)  # fmt: skip
            return shapes
        frames = np.empty((count, FRAME), np.float32)
        seen = np.empty((count, SEEN), np.float32)
        uniforms = self.random.random((count, 3), np.float32)
        looked(scene.target, canvas, done, STROKES, (WIDEST, THINNEST), uniforms, frames, seen)
        with torch.no_grad():
            mean = self.net.actor(torch.from_numpy(seen)).numpy()  # what it expects is not asked
            spread = self.net.log_std.exp().numpy()
        normals = self.random.standard_normal((count, ACTIONS), np.float32)
        actions = mean + HEAT.get(count // each, 1.0) * spread * normals
        hand_shapes(actions.astype(np.float32), frames, shapes)
        return shapes


def painted(
    scene: Scene, proposer: Proposer, *, tries: int, climbs: int, each: int = 1
) -> tuple[float, float]:
    """Mean squared error of a painting, and the processor seconds it took.

    Args:
        scene: What is painted.
        proposer: Who proposes.
        tries: Proposals for each stroke.
        climbs: Changes tried of the best of them.
        each: Strokes laid from what was proposed at once.
    """
    ground = scene.target.mean((1, 2))
    canvas = np.broadcast_to(ground[:, None, None], scene.target.shape).copy()
    started = time.process_time()
    for done in range(0, STROKES, each):
        count = min(each, STROKES - done)
        shapes = proposer(scene, canvas, done, tries * count, count)
        changes = proposer.random.standard_normal((count, climbs, 7), np.float32)
        for number in range(count):
            lay_best(scene.target, canvas, shapes[number * tries : (number + 1) * tries],
                     changes[number])  # fmt: skip
    seconds = time.process_time() - started
    return float(((canvas - scene.target) ** 2).mean()), seconds


def scenes() -> dict[str, Scene]:
    """The ten pictures."""
    found = {}
    for title, picture in pictures():
        target = as_planes(picture, SIDE)
        found[title] = Scene(target, *directions(target))
    return found


def taught(keep: Path, seed: int) -> tuple[GaussianNet, float]:
    """A hand trained as the recipe trains, and the processor seconds that took."""
    place = keep / f"hand-{seed}.pt"
    if not place.exists():
        config = PainterConfig(seed=seed)
        started = time.process_time()
        steps = prepare(config)
        try:
            while True:
                next(steps)
        except StopIteration as end:
            creator = end.value.creator
        learned = train(creator.policy, creator.reward.lean, creator.learner, creator.prompts,
                        seed=seed)  # fmt: skip
        for step in itertools.islice(learned, config.loop.iterations):
            if step.iteration % 20 == 0:
                print(f"seed {seed}, step {step.iteration}: {step.judgement.total.mean():.3f}")
        weights = creator.policy.net.state_dict()
        torch.save({"net": weights, "seconds": time.process_time() - started}, place)
    saved = torch.load(place, weights_only=True)
    return hand(saved["net"]), saved["seconds"]


def hand(weights: dict[str, torch.Tensor] | None) -> GaussianNet:
    """The net with these weights, or untrained."""
    shape = PainterConfig().model
    torch.manual_seed(0)
    net = GaussianNet(SEEN, ACTIONS, width=shape.width, depth=shape.depth, std=shape.std)
    if weights is not None:
        net.load_state_dict(weights)
    return net


class Kept:
    """What was measured, in a file.

    Args:
        place: The file.
    """

    def __init__(self, place: Path) -> None:
        self.place = place
        self.found = json.loads(place.read_text()) if place.exists() else {}

    def __call__(
        self, name: str, measure: Callable[[], tuple[float, float]]
    ) -> tuple[float, float]:
        """What is kept under that name, or what is measured now."""
        if name not in self.found:
            self.found[name] = measure()
            self.place.write_text(json.dumps(self.found))
        return self.found[name]


def measured(keep: Path) -> None:
    """Measure whatever is not measured yet, and print the table."""
    kept, ten = Kept(keep / "proposals.json"), scenes()
    nets = {("learned", seed): taught(keep, seed)[0] for seed in TRAINED}
    nets[("untrained", 0)] = hand(None)
    _warm(ten, nets["untrained", 0])
    for way, (tries, climbs) in itertools.product(WAYS, SPLITS):
        for seed in SEEDS:
            net = nets.get((way, seed if way == "learned" else 0))
            for title, scene in ten.items():
                proposer = Proposer(way, net, np.random.default_rng([seed, tries, climbs]))
                kept(f"{way} {tries}+{climbs} {title} {seed}",
                     lambda p=proposer, s=scene, t=tries, c=climbs: painted(
                         s, p, tries=t, climbs=c))  # fmt: skip
    _print_table(kept.found, list(ten))


def _warm(ten: dict[str, Scene], net: GaussianNet) -> None:
    """Compile everything before it is timed."""
    for way in WAYS:
        proposer = Proposer(way, net if way in ("untrained", "learned") else None,
                            np.random.default_rng(0))  # fmt: skip
        painted(next(iter(ten.values())), proposer, tries=2, climbs=1)


def _errors(found: dict[str, tuple[float, float]], row: str, titles: list[str]) -> np.ndarray:
    """``(pictures, seeds, 2)`` errors and seconds."""
    return np.array([[found[f"{row} {title} {seed}"] for seed in SEEDS] for title in titles])


def _print_table(found: dict[str, tuple[float, float]], titles: list[str]) -> None:
    print(f"{'':9}" + "".join(f"{way:>24}" for way in WAYS))
    for tries, climbs in SPLITS:
        split = f"{tries}+{climbs}"
        base = np.log(_errors(found, f"uniform {split}", titles)[..., 0].mean(1))
        line = f"{split:9}"
        for way in WAYS:
            rows = _errors(found, f"{way} {split}", titles)
            ratio = np.exp((np.log(rows[..., 0]) - base[:, None]).mean(0))  # by seed
            line += f"  {ratio.mean():.3f} ±{ratio.std(ddof=1):.3f}"
            line += f" {1000 * rows[..., 1].mean():6.0f} ms"
        print(line)
    print("\nbest error by processor seconds a picture, geometric mean:")
    for way in WAYS:
        for split, error, seconds in _frontier(found, way, titles):
            print(f"{way:9} {split:8} {1000 * seconds:6.1f} ms  {error:.5f}")


def _frontier(
    found: dict[str, tuple[float, float]], way: str, titles: list[str]
) -> list[tuple[str, float, float]]:
    """The splits of a way that no other split of it beats in both error and seconds."""
    rows = []
    for tries, climbs in SPLITS:
        measures = _errors(found, f"{way} {tries}+{climbs}", titles)
        error = math.exp(np.log(measures[..., 0]).mean())
        rows.append((f"{tries}+{climbs}", error, float(np.median(measures[..., 1]))))
    return [
        one for one in rows
        if not any(other[1] < one[1] and other[2] < one[2] for other in rows)
    ]  # fmt: skip


def several(keep: Path) -> None:
    """Print what it costs and brings to lay several strokes from one pass of the net."""
    kept, ten = Kept(keep / "several.json"), scenes()
    _warm(ten, hand(None))
    for (tries, climbs), each in itertools.product(((1, 0), (4, 6), (10, 90)), PASS):
        logs, seconds = [], []
        for seed, (title, scene) in itertools.product(SEEDS, ten.items()):
            net = taught(keep, seed)[0]
            proposer = Proposer("learned", net, np.random.default_rng([seed, tries, climbs]))
            error, took = kept(
                f"{tries}+{climbs} x{each} {title} {seed}",
                lambda p=proposer, s=scene, t=tries, c=climbs, n=each: painted(
                    s, p, tries=t, climbs=c, each=n
                ),
            )
            logs.append(math.log(error))
            seconds.append(took)
        print(f"{tries}+{climbs}, {each:2} strokes a pass: error {math.exp(np.mean(logs)):.5f}, "
              f"{1000 * np.mean(seconds):.0f} ms a picture")  # fmt: skip


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--keep", type=Path, default=Path("painter-learning"))
    parser.add_argument("--several", action="store_true")
    options = parser.parse_args()
    options.keep.mkdir(parents=True, exist_ok=True)
    torch.set_num_threads(1)
    (several if options.several else measured)(options.keep)


if __name__ == "__main__":
    main()
