"""Which pictures are learned from, which are held out, and what a folder must hold."""

import numpy as np
import pytest
from PIL import Image

from makar.core.errors import ConfigError, CorpusTooSmallError, UnreadableError
from makar.domains.images.painter import gallery
from makar.domains.images.painter.gallery import default_gallery, folder_gallery, read_style
from makar.domains.images.strokes.drawing import Drawing, strokes_of
from makar.domains.images.svg.writing import as_svg


def save(folder, name, colour, size=(40, 30)):
    Image.new("RGB", size, colour).save(folder / name)


def scribble(seed, size=90.0, width=3.0):
    points = np.random.default_rng(seed).uniform(0, size, (7, 3, 2))
    return Drawing((size, size), strokes_of(points, width=width, colour=(0.9, 0.1, 0.1)))


def contents(pictures):
    return {picture.pixels.tobytes() for picture in pictures.values()}


def test_pictures_and_drawings_of_a_folder_are_learned_from_and_some_held_out(tmp_path):
    for n in range(9):
        save(tmp_path, f"{n}.png", (20 * n, 0, 90))
    (tmp_path / "a.svg").write_text(as_svg(scribble(0)))
    (tmp_path / "notes.txt").write_text("no picture")
    found = folder_gallery(tmp_path)
    assert (len(found.known), len(found.unseen)) == (8, 2)
    assert not contents(found.known) & contents(found.unseen)
    sizes = {picture.size for picture in found.every.values()}
    assert sizes == {(64, 64)}
    red = [p for p in found.every.values() if (p.light[..., 0] > p.light[..., 2] + 0.3).any()]
    assert len(red) == 1  # the drawing, on white


def test_a_single_picture_is_learned_from_and_tried_on(tmp_path):
    save(tmp_path, "only.png", (1, 2, 3))
    found = folder_gallery(tmp_path)
    assert contents(found.known) == contents(found.unseen)
    assert any("one picture" in note for note in found.notes)


def test_a_folder_without_pictures_is_refused(tmp_path):
    with pytest.raises(CorpusTooSmallError):
        folder_gallery(tmp_path)
    with pytest.raises(UnreadableError):
        folder_gallery(tmp_path / "none")


def test_without_the_emoji_font_pictures_made_here_do(monkeypatch):
    def absent(count):
        raise ConfigError("Noto Color Emoji: not on this machine")

    monkeypatch.setattr(gallery.sources, "emoji", absent)
    monkeypatch.setattr(gallery, "RENDERS", 3)
    monkeypatch.setattr(gallery, "TRIED", 2)
    found = default_gallery()
    assert (len(found.known), len(found.unseen)) == (3, 2)
    assert "not on this machine" in found.notes[0]
    assert not contents(found.known) & contents(found.unseen)


def test_every_other_drawing_of_a_style_is_held_out(tmp_path):
    for n in range(8):
        (tmp_path / f"{n}.svg").write_text(as_svg(scribble(n, width=9.0 if n % 4 else 0.9)))
    (tmp_path / "broken.svg").write_text("<svg")
    save(tmp_path, "scan.png", (1, 2, 3))  # a style is read from strokes
    found = read_style(tmp_path)
    assert list(found.known) == ["0", "2", "4", "6"]
    assert list(found.unseen) == ["1", "3", "5", "7"]
    assert "2 of the style's files could not be read as drawings." in found.notes
    wide, thin = found.widths
    assert wide == pytest.approx(0.1)
    assert thin == pytest.approx(0.01)


def test_a_style_of_too_few_drawings_is_refused(tmp_path):
    for n in range(3):
        (tmp_path / f"{n}.svg").write_text(as_svg(scribble(n)))
    with pytest.raises(CorpusTooSmallError, match="3 drawings with strokes; 6 or more"):
        read_style(tmp_path)
    with pytest.raises(UnreadableError, match="no such folder"):
        read_style(tmp_path / "none")
