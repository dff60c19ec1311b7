"""What Inkscape and Chromium draw from a file that is written: the same as skia."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import numpy as np
import pytest
import skia
from PIL import Image

from makar.domains.images.strokes.drawing import Drawing, strokes_of
from makar.domains.images.svg.writing import as_svg


@pytest.fixture
def svg(tmp_path: Path) -> Path:
    """A drawing of strokes of every kind in two layers."""
    rng = np.random.default_rng(1)
    width = rng.uniform(1, 30, (40, 2))
    width[:20, 1] = width[:20, 0]
    strokes = strokes_of(
        rng.uniform(40, 472, (40, 4, 2)),
        width=width,
        colour=rng.uniform(0, 1, (40, 3)),
        opacity=rng.choice([0.3, 0.6, 1], 40),
        layer=np.repeat([0, 1], 20),
    )
    path = tmp_path / "drawing.svg"
    path.write_text(as_svg(Drawing((512, 512), strokes, (0.9, 0.95, 1.0), ("even", "tapered"))))
    return path


def skias(path: Path) -> np.ndarray:
    dom = skia.SVGDOM.MakeFromStream(skia.MemoryStream(path.read_bytes(), True))
    surface = skia.Surface(512, 512)
    dom.render(surface.getCanvas())
    return surface.makeImageSnapshot().toarray(colorType=skia.kRGBA_8888_ColorType)[..., :3]


def apart(picture: Path, path: Path) -> float:
    """The mean difference of two pictures, 0..1."""
    with Image.open(picture) as image:
        theirs = np.asarray(image.convert("RGB"), np.float64)
    assert theirs.shape == (512, 512, 3)
    return float(np.abs(theirs - skias(path)).mean()) / 255


@pytest.mark.opener
def test_inkscape_draws_the_same(svg: Path, tmp_path: Path) -> None:
    if (program := shutil.which("inkscape")) is None:
        pytest.skip("needs Debian's inkscape")
    picture = tmp_path / "inkscape.png"
    done = subprocess.run(
        [program, str(svg), "-o", str(picture)], capture_output=True, text=True, check=False
    )
    assert picture.exists(), done.stderr
    assert apart(picture, svg) <= 0.005
    asked = [program, "--query-all", str(svg)]
    known = subprocess.run(asked, capture_output=True, text=True, check=True).stdout
    assert sum(line.startswith("path") for line in known.splitlines()) == 40


@pytest.mark.browser
def test_chromium_draws_the_same(svg: Path, tmp_path: Path) -> None:
    if (program := shutil.which("chromium")) is None:
        pytest.skip("needs Debian's chromium")
    picture = tmp_path / "chromium.png"
    flags = ["--headless", "--no-sandbox", "--disable-gpu", "--hide-scrollbars"]
    flags += ["--force-device-scale-factor=1", "--window-size=512,512", f"--screenshot={picture}"]
    done = subprocess.run(
        [program, *flags, svg.as_uri()], capture_output=True, text=True, check=False
    )
    assert picture.exists(), done.stderr
    assert apart(picture, svg) <= 0.005
