r"""How near ``makar paint`` comes to a picture, beside plain search by the same stroke engine.

    .venv/bin/pip install scikit-image            # for four of the ten pictures
    .venv/bin/python benchmarks/painting.py       # about a quarter of an hour on one core

Ten pictures of 512 × 512, fixed before anything was tuned, 200 strokes, seed 0. Rows:

- *reference*: uniform proposals, half opaque, the best colour in closed form; 200 restarts and 100
  climbs a stroke (60,000 evaluations) on a canvas of 128 pixels;
- *at equal evaluations*: the same with 200 restarts and 4,300 climbs (900,000), which is what the
  painter spends where one pass of refinement counts as three evaluations of each stroke;
- *preview*: what ``--quick`` gives;
- *makar paint*.

The error is the mean squared one over the sRGB channels at 512 pixels, 0..1, of the SVG file as
Skia's own SVG reader draws it. Seconds are processor seconds of one thread, compilation left aside.
``--keep DIR`` keeps every picture beside what was painted; ``--engine`` times the engine alone.
"""

from __future__ import annotations

import argparse
import math
import time
from collections.abc import Callable, Iterator
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import skia
from numba import njit
from PIL import Image

from makar.domains.images.painting.greedy import bend, vary
from makar.domains.images.painting.painter import PREVIEW, WHOLE, Stage, paint
from makar.domains.images.pictures.picture import Picture
from makar.domains.images.pictures.reading import read_picture
from makar.domains.images.pictures.sources import emoji, photographs, renders
from makar.domains.images.raster.canvas import blank, lay
from makar.domains.images.raster.coverage import MOST_SEGMENTS
from makar.domains.images.raster.gain import SUMS, gained, scratch_for
from makar.domains.images.raster.gradient import backwards, forwards
from makar.domains.images.rewards.likeness import ssim
from makar.domains.images.strokes.drawing import Drawing, as_cubic, strokes_of
from makar.domains.images.svg.rounding import rounded
from makar.domains.images.svg.writing import as_svg

SIDE, STROKES, SEED, SMALL = 512, 200, 0, 128
HALF = np.array([0.5])
ANY = np.zeros((0, 3))


def pictures() -> Iterator[tuple[str, Picture]]:
    """The ten, by name."""
    china, flower = photographs()
    yield "china", _square(china)
    yield "flower", _square(flower)
    found = find_spec("skimage")
    if found is None or found.origin is None:
        raise SystemExit("scikit-image is not here: pip install scikit-image")
    folder = Path(found.origin).parent / "data"
    for name in ("astronaut.png", "coffee.png", "chelsea.png", "rocket.jpg"):
        yield name.split(".")[0], _square(read_picture(folder / name))
    signs = {sign.title: sign for sign in emoji()}
    for title in ("fox face", "red apple"):
        yield title.split()[-1], _square(signs[title])
    balls, _, landscape = renders(3, (SIDE, SIDE), first=900)
    yield "balls", balls
    yield "landscape", landscape


def _square(picture: Picture) -> Picture:
    return picture.cut_square().resized((SIDE, SIDE))


@njit(cache=True)
def search(target, canvas, weight, uniforms, normals, points, radius, colour, opacity) -> None:
    """Plain search: for each stroke the best of uniform shapes, then climbs from it."""
    rows, columns = weight.shape
    scratch = scratch_for(rows, columns, MOST_SEGMENTS + 1)
    sums, tried = np.empty((SUMS, 3)), np.empty(3)
    shape, best, curve = np.empty(7), np.empty(7), np.empty((4, 2))
    restarts = uniforms.shape[1]
    for s in range(len(points)):
        most = -1.0
        for e in range(restarts + normals.shape[1]):
            if e < restarts:
                u = uniforms[s, e]
                shape[0], shape[1] = u[0] * columns, u[1] * rows
                half, way = u[2] * columns / 4, u[3] * math.pi
                shape[2], shape[3] = half * math.cos(way), half * math.sin(way)
                shape[4], shape[5] = (u[4] - 0.5) * half, (u[5] - 0.5) * half
                shape[6] = math.log(columns * (0.02 + 0.18 * u[6]))
            else:
                vary(best, normals[s, e - restarts], 0.3, shape)
            bend(shape, curve)
            gain, o = gained(curve, math.exp(shape[6]) / 2, target, canvas, weight, HALF, ANY,
                             scratch, sums, tried)  # fmt: skip
            if gain > most:
                most = gain
                best[:], points[s], radius[s, :] = shape, curve, math.exp(shape[6]) / 2
                colour[s], opacity[s] = tried, o
        lay(canvas, points[s : s + 1], radius[s : s + 1], colour[s : s + 1], opacity[s : s + 1],
            np.zeros(1, np.bool_))  # fmt: skip


def searched(picture: Picture, *, restarts: int, climbs: int) -> Drawing:
    """What plain search paints."""
    target = np.ascontiguousarray(picture.of_side(SMALL).light.transpose(2, 0, 1), np.float32)
    red, green, blue = (float(one) for one in picture.light.mean((0, 1)))
    canvas, weight = blank((SMALL, SMALL), (red, green, blue)), np.ones((SMALL, SMALL), np.float32)
    rng = np.random.default_rng(SEED)
    looks = (
        np.zeros((STROKES, 4, 2)), np.zeros((STROKES, 2)), np.zeros((STROKES, 3)),
        np.zeros(STROKES),
    )  # fmt: skip
    uniforms = rng.random((STROKES, restarts, 7), np.float32)
    normals = rng.standard_normal((STROKES, climbs, 7), np.float32)
    search(target, canvas, weight, uniforms, normals, *looks)
    scale = SIDE / SMALL
    strokes = strokes_of(
        looks[0] * scale, width=2 * scale * looks[1], colour=looks[2], opacity=looks[3]
    )
    return Drawing((float(SIDE), float(SIDE)), strokes, ground=(red, green, blue))


def painted(picture: Picture, stages: tuple[Stage, ...]) -> Drawing:
    """What the painter paints."""
    *_, last = paint(picture, strokes=STROKES, seed=SEED, stages=stages)
    return last.drawing


def by_skia(svg: str) -> np.ndarray:
    """The file's pixels, 0..1, by another program."""
    content = svg.encode()  # the stream does not keep it alive
    dom = skia.SVGDOM.MakeFromStream(skia.MemoryStream(content))
    surface = skia.Surface(SIDE, SIDE)
    dom.setContainerSize(skia.Size(SIDE, SIDE))
    dom.render(surface.getCanvas())
    return surface.toarray(colorType=skia.kRGBA_8888_ColorType)[..., :3] / 255


ROWS: dict[str, Callable[[Picture], Drawing]] = {
    "reference": lambda picture: searched(picture, restarts=200, climbs=100),
    "at equal evaluations": lambda picture: searched(picture, restarts=200, climbs=4300),
    "preview": lambda picture: painted(picture, PREVIEW),
    "makar paint": lambda picture: painted(picture, WHOLE),
}


def table(keep: Path | None) -> None:
    """Print the figures of every picture and row, and what they come to."""
    found: dict[str, list[tuple[float, float, float, int]]] = {name: [] for name in ROWS}
    small = renders(1, (32, 32))[0]  # compiled before anything is timed
    searched(small, restarts=1, climbs=1)
    painted(small, (Stage(32, rounds=1, passes=1, renewals=1, again=1),))
    for title, picture in pictures():
        shown = [picture.pixels]
        for name, make in ROWS.items():
            started = time.process_time()
            drawing = make(picture)
            seconds = time.process_time() - started
            svg = as_svg(rounded(drawing), title=title)
            seen = by_skia(svg)
            shown.append((255 * seen).round().astype(np.uint8))
            error = float(((seen - picture.light) ** 2).mean())
            found[name].append((error, float(ssim(seen, picture.light)), seconds, len(svg)))
            print(f"{title:10} {name:21} error {error:.5f}  SSIM {found[name][-1][1]:.3f}  "
                  f"{seconds:5.1f} s  {len(svg) / 1000:.1f} kB", flush=True)  # fmt: skip
        if keep:
            Image.fromarray(np.concatenate(shown, 1)).save(keep / f"{title}.png")
    first = np.array([row[0] for row in found["reference"]])
    for name, rows in found.items():
        errors, likeness, seconds, sizes = (np.array(column) for column in zip(*rows, strict=True))
        ratio = np.exp(np.log(errors / first).mean())
        print(f"{name:21} error x {ratio:.3f} ({(errors / first).min():.2f} to "
              f"{(errors / first).max():.2f})  SSIM {likeness.mean():.3f}  "
              f"{seconds.mean():.1f} s  {sizes.max() / 1000:.1f} kB at most")  # fmt: skip


@njit(cache=True)
def _try_all(points, radius, target, canvas, weight, opacities, palette) -> float:
    scratch = scratch_for(*weight.shape, MOST_SEGMENTS + 1)
    sums, tried, total = np.empty((SUMS, 3)), np.empty(3), 0.0
    for s in range(len(points)):
        total += gained(points[s], radius[s], target, canvas, weight, opacities, palette, scratch,
                        sums, tried)[0]  # fmt: skip
    return total


def engine() -> None:
    """Print what the engine does in a second, in processor seconds."""
    rng = np.random.default_rng(SEED)
    picture = photographs()[0].cut_square()
    for side in (128, 256):
        target = np.ascontiguousarray(picture.of_side(side).light.transpose(2, 0, 1), np.float32)
        canvas, weight = np.full_like(target, 0.5), np.ones((side, side), np.float32)
        width = side * rng.choice(np.geomspace(0.2, 0.03, STROKES), 40_000)
        points = as_cubic(
            rng.uniform(0, side, (len(width), 1, 2))
            + width[:, None, None] * rng.normal(0, 1, (len(width), 3, 2))
        )
        arguments = (target, canvas, weight, np.array([0.25, 0.5, 0.75, 1.0]), ANY)
        _try_all(points[:9], width[:9] / 2, *arguments)
        started = time.process_time()
        _try_all(points, width / 2, *arguments)
        rate = len(width) / (time.process_time() - started)
        *_, last = paint(picture, strokes=STROKES, stages=PREVIEW)
        drawing = last.drawing.scaled(side / last.drawing.size[0])
        strokes = drawing.strokes
        looks = (strokes.points, strokes.width / 2, strokes.colour, strokes.opacity)
        started = time.process_time()
        for _ in range(30):
            laid = forwards(canvas, looks, soft=1.5)
            backwards(laid, looks, laid.canvas - target, soft=1.5)
        passes = 30 / (time.process_time() - started)
        print(f"{side} px: {rate:,.0f} stroke evaluations/s, {passes:.0f} gradient passes/s of "
              f"{STROKES} strokes")  # fmt: skip


def main() -> None:
    """Read the options."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--keep", type=Path, help="a folder for the pictures")
    parser.add_argument("--engine", action="store_true", help="time the engine alone")
    options = parser.parse_args()
    engine()
    if not options.engine:
        table(options.keep)


if __name__ == "__main__":
    main()
