"""Pages for a pen plotter: seconds, tone, metres, minutes and the way with the pen up.

A4, a picture of 180 mm a side, one pen of .3 mm, one thread, each style on three pictures: two
photographs of scikit-learn's, cut square, and a rendering of balls. The compiled loops are warm.

* ``seconds`` are processor time for the whole page, file and preview included.
* ``squared`` and ``absolute`` are the mean tone error at the true width of the pen after 1 mm of
  blur (standard deviation), 1 being black against white; ``below`` is how far the squared error is
  below that of the best page of one even tone. Tone is sRGB luminance, uncut: what the darkest
  places lose to their ceiling counts.
* ``metres`` are those of the layer, beside what ``vpype read FILE stat`` says of the file.
* ``minutes`` are beside examples worked by hand (see ``plotter.timing``).
* ``sorting`` is beside vpype's ``linesort`` on the same paths: 5,000 chance strokes up to 30 mm.

    python benchmarks/plotter.py --out pages --json plotter.json
"""

from __future__ import annotations

import argparse
import json
import re
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
import vpype
from PIL import Image
from sklearn.datasets import load_sample_images
from vpype_cli import execute

from makar.domains.images.pictures.picture import Picture
from makar.domains.images.plotter.ordering import ordered
from makar.domains.images.plotter.page import Page
from makar.domains.images.plotter.paths import Paths
from makar.domains.images.plotter.plot import Plot, plot
from makar.domains.images.plotter.styles.catalogue import STYLES
from makar.domains.images.plotter.timing import Machine, effort

PIXEL = 25.4 / 96
"""Millimetres of a unit of vpype's."""
SEED = 0
BALLS = (
    (0.36, 0.55, 0.24, (0.85, 0.25, 0.2)),
    (0.7, 0.66, 0.17, (0.25, 0.4, 0.8)),
    (0.55, 0.82, 0.09, (0.95, 0.8, 0.3)),
)
"""Middle, radius and colour of each, in sides of the picture."""
LIGHT = np.array((-0.5, -0.65, 0.57)) / np.linalg.norm((-0.5, -0.65, 0.57))


def balls(side: int = 800) -> np.ndarray:
    """Three balls on a floor before a sky, lit from the upper left."""
    y, x = np.mgrid[:side, :side] / side
    sky = (0.95 - 0.35 * y)[..., None] * (0.9, 0.95, 1.0)
    floor = (0.75 + 0.35 * (y - 0.62))[..., None] * (0.8, 0.72, 0.6)
    image = np.where((y > 0.62)[..., None], floor, sky)
    for cx, cy, radius, colour in BALLS:
        shadow = ((x - cx - 0.08) / (1.15 * radius)) ** 2
        shadow = shadow + ((y - cy - 0.93 * radius) / (0.28 * radius)) ** 2
        image = image * (1 - 0.55 * np.exp(-(shadow**2)))[..., None]
        dx, dy = (x - cx) / radius, (y - cy) / radius
        inside = dx**2 + dy**2 < 1
        dz = np.sqrt(np.clip(1 - dx**2 - dy**2, 0, 1))
        lit = np.clip(np.stack((dx, dy, dz), -1) @ LIGHT, 0, 1)[..., None]
        image = np.where(inside[..., None], colour * (0.12 + 0.88 * lit) + 0.7 * lit**40, image)
    return np.rint(np.clip(image, 0, 1) * 255).astype(np.uint8)


def pictures() -> dict[str, Picture]:
    """The three, square."""
    china, flower = load_sample_images().images
    found = {"china": china, "flower": flower, "balls": balls()}
    square = {}
    for name, pixels in found.items():
        side = min(pixels.shape[:2])
        top, left = (pixels.shape[0] - side) // 2, (pixels.shape[1] - side) // 2
        square[name] = Picture(pixels[top : top + side, left : left + side].copy(), title=name)
    return square


def page_of(picture: Picture, style: str) -> Plot:
    # A margin at which the picture is 180 mm wide: 15 mm less half a pen.
    return plot(picture, page=Page.parse("a4", margin=14.85), style=style, seed=SEED)


def stated(svg: str) -> list[float]:
    """Metres that vpype's own command says of each layer of a file."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "page.svg"
        file.write_text(svg)
        command = [str(Path(sys.executable).with_name("vpype")), "read", str(file), "stat"]
        told = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    layers = told.split("Totals")[0]
    return [float(n) * PIXEL / 1000 for n in re.findall(r"^  Length: (\S+)", layers, re.MULTILINE)]


def pages(out: Path | None) -> list[dict]:
    rows = []
    for style in STYLES:
        page_of(Picture(np.full((4, 4, 3), 128, np.uint8)), style)  # compiled, loaded
    print("picture style    seconds  squared absolute  below  paths  metres   vpype minutes    kB")
    for name, picture in pictures().items():
        for style in STYLES:
            begin = time.process_time()
            made = page_of(picture, style)
            seconds = time.process_time() - begin
            near, cost = made.likeness[0], made.layers[0].effort
            (theirs,) = stated(made.svg)
            rows.append(
                {
                    "picture": name,
                    "style": style,
                    "seconds": seconds,
                    "squared": near.squared,
                    "absolute": near.absolute,
                    "below": 1 - near.squared / near.constant,
                    "paths": cost.paths,
                    "metres": cost.metres_down,
                    "vpype": theirs,
                    "minutes": cost.minutes,
                    "kB": len(made.svg) / 1000,
                }
            )
            print(
                f"{name:7} {style:8} {seconds:7.1f}  {near.squared:7.4f} {near.absolute:8.3f} "
                f"{rows[-1]['below']:6.1%} {cost.paths:6d} {cost.metres_down:7.2f} {theirs:7.2f} "
                f"{cost.minutes:7.0f} {rows[-1]['kB']:5.0f}"
            )
            if out is not None:
                (out / f"{name}-{style}.svg").write_text(made.svg)
                Image.fromarray(made.preview.pixels).save(out / f"{name}-{style}.png")
    return rows


def by_hand() -> list[dict]:
    """Seconds of the model beside those worked by hand in ``plotter.timing``."""
    machine = Machine(40, 120, 1000, 1500, 0.2, 0.05)
    square = [(0, 0), (50, 0), (50, 50), (0, 50), (0, 0)]
    dots = [[(2.0 * n, 0), (2.0 * n + 0.3, 0)] for n in range(100)]
    home = {"line": 200 / 120 + 0.08, "square": 0.0, "100 dots": 198.3 / 120 + 0.08}
    examples = {
        "line": (Paths.of([[(0, 0), (200, 0)]]), 5.24),
        "square": (Paths.of([square]), 5.303),
        "100 dots": (Paths.of(dots), 30.13),
    }
    rows = []
    for name, (paths, expected) in examples.items():
        seconds = effort(paths, 0.3, machine).minutes * 60 - home[name]
        rows.append({"example": name, "seconds": seconds, "by hand": expected})
        print(f"{name:9} {seconds:8.3f} s, by hand {expected:8.3f} s")
    return rows


def sorting(count: int = 5000) -> list[dict]:
    rng = np.random.default_rng(SEED)
    begin, angle = rng.random((count, 2)) * 180, rng.random(count) * 2 * np.pi
    way = (rng.random(count) ** 2 * 30)[:, None] * np.stack((np.cos(angle), np.sin(angle)), 1)
    paths = Paths.of(np.stack((begin, begin + way), 1))
    ordered(paths)
    start = time.process_time()
    ours = ordered(paths).up / 1000
    rows = [{"who": "makar", "seconds": time.process_time() - start, "metres up": ours}]
    for command in ("linesort", "linesort --two-opt --passes 30"):
        document = vpype.Document()
        document.add(vpype.LineCollection([p[:, 0] + 1j * p[:, 1] for p in paths]), 1)
        start = time.process_time()
        layer = execute(command, document).layers[1]
        seconds = time.process_time() - start
        rows.append(
            {"who": command, "seconds": seconds, "metres up": layer.pen_up_length()[0] / 1000}
        )
    for row in rows:
        print(f"{row['who']:31} {row['seconds']:6.2f} s {row['metres up']:7.3f} m up")
    return rows


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--out", type=Path, help="folder for the pages and their previews")
    parser.add_argument("--json", type=Path)
    options = parser.parse_args()
    if options.out is not None:
        options.out.mkdir(parents=True, exist_ok=True)
    found = {"pages": pages(options.out), "minutes": by_hand(), "sorting": sorting()}
    if options.json is not None:
        options.json.write_text(json.dumps(found, indent=1))


if __name__ == "__main__":
    main()
