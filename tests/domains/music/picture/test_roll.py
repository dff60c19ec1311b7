import re
import xml.etree.ElementTree as ET

import numpy as np
import pytest
from PIL import Image

from makar.domains.music.picture.png import roll_png
from makar.domains.music.picture.roll import DARK, LIGHT, describe, roll_svg
from makar.domains.music.picture.roll_layout import COLOURS, ROW, TICK, lay_out_roll
from makar.domains.music.piece.piece import Key, KeyChange, Metre, Part, Piece

SVG = "{http://www.w3.org/2000/svg}"


def part(*notes, name="Melody", percussion=False):
    return Part(np.array(notes, np.int64).reshape(-1, 4), name, 0, percussion)


def scale(notes=32, step=24, start=60):
    degrees = (0, 2, 4, 5, 7, 9, 11, 12)
    return part(*([i * step, step, start + degrees[i % 8], 88] for i in range(notes)))


def boxes(drawing, kind):
    return [box for layer in drawing.layers if layer.kind == kind for box in layer.boxes]


def contrast(one, other):
    """WCAG 2.1's contrast ratio of two hex colours."""

    def luminance(colour):
        channels = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
        linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
        return np.dot(linear, [0.2126, 0.7152, 0.0722])

    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


def test_notes_stand_at_their_ticks_and_pitches():
    drawing = lay_out_roll(Piece((part([0, 24, 60, 90], [48, 12, 67, 90]),)))
    (x1, y1, w1, _), (x2, y2, w2, _) = boxes(drawing, "part0")
    assert x2 - x1 == 48 * TICK
    assert y1 - y2 == 7 * ROW
    assert (w1, w2) == (24 * TICK - 2, 12 * TICK - 2)


def test_bars_and_beats_are_where_the_metre_has_them():
    drawing = lay_out_roll(Piece((scale(),)))
    lines = sorted({x for x, *_ in boxes(drawing, "bar")})
    assert np.diff(lines).tolist() == [96 * TICK] * 8
    assert len(boxes(drawing, "beat")) == 8 * 3
    jig = Piece((scale(12, 12),), metres=(Metre(0, 6, 8),))
    assert len(boxes(lay_out_roll(jig), "beat")) == 2  # one felt beat inside each of two bars


def test_a_pickup_is_a_short_bar_before_the_first():
    piece = Piece((scale(9),), pickup=24)
    drawing = lay_out_roll(piece)
    lines = sorted({x for x, *_ in boxes(drawing, "bar")})
    assert np.diff(lines).tolist() == [24 * TICK, 96 * TICK, 96 * TICK]
    (number,) = [w for w in drawing.words if w.text == "1"]
    assert number.x == lines[1] + 1


def test_the_beats_of_a_pickup_are_counted_back_from_the_first_bar():
    drawing = lay_out_roll(Piece((scale(11, 12),), pickup=36))
    start = min(x for x, *_ in boxes(drawing, "bar"))
    assert min(x for x, *_ in boxes(drawing, "beat")) - start == 12 * TICK


def test_long_pieces_are_broken_into_even_lines_and_the_rest_is_announced():
    drawing = lay_out_roll(Piece((scale(4 * 12),)), bars_per_line=8)
    assert [w.text for w in drawing.words if w.text.isdigit()] == ["1", "7"]
    drawing = lay_out_roll(Piece((scale(4 * 100),)), most_bars=64)
    assert "and 36 more bars" in [w.text for w in drawing.words]
    assert len(boxes(drawing, "part0")) == 4 * 64


def test_a_note_held_over_the_end_of_a_line_is_drawn_on_both():
    piece = Piece((part([0, 96 * 2, 60, 90]),))
    drawing = lay_out_roll(piece, bars_per_line=1)
    assert [w for _, _, w, _ in boxes(drawing, "part0")] == [96 * TICK - 2] * 2


def test_rows_outside_the_key_are_shaded_and_the_tonic_tinted():
    piece = Piece((part([0, 24, 60, 90], [24, 24, 71, 90]),), keys=(KeyChange(0, Key(2)),))
    drawing = lay_out_roll(piece)
    rows = range(58, 74)
    d_major = {2, 4, 6, 7, 9, 11, 1}
    assert len(boxes(drawing, "tonic")) == sum(p % 12 == 2 for p in rows)
    assert len(boxes(drawing, "outside")) == sum(p % 12 not in d_major for p in rows)


def test_a_key_change_moves_the_tonic():
    keys = (KeyChange(0, Key(0)), KeyChange(96, Key(7)))
    drawing = lay_out_roll(Piece((scale(8),), keys=keys))
    assert len({x for x, *_ in boxes(drawing, "tonic")}) == 2


def test_marks_cover_their_span_and_are_named():
    piece = Piece((scale(),))
    marks = [(96, 192, "as in <Tam Lin>")]
    (box,) = boxes(lay_out_roll(piece, marks=marks), "mark")
    first_bar = min(x for x, *_ in boxes(lay_out_roll(piece), "bar")) + 1
    assert box[0] == first_bar + 96 * TICK
    assert box[2] == 96 * TICK
    svg = roll_svg(piece, marks=marks)
    assert "as in &lt;Tam Lin&gt;" in svg
    assert "Marked: as in &lt;Tam Lin&gt;." in svg


def test_no_label_leaves_the_picture():
    long = "n" * 300
    marks = [(0, 10, long), (90, 96, "last"), (5, 20, "two"), (700, 760, "a longer label here")]
    drawing = lay_out_roll(Piece((scale(),)), marks=marks)
    for word in drawing.words:
        assert word.x > 0
        assert word.x + (11 * len(word.text) if word.anchor == "start" else 0) <= drawing.width
        assert 0 < word.y <= drawing.height


@pytest.mark.parametrize(
    "piece",
    [
        Piece(()),
        Piece((part(),)),
        Piece((part([0, 1, 0, 1]),)),
        Piece((part([0, 1, 127, 1]),)),
        Piece((part([0, 12, 36, 90], percussion=True),)),
        Piece(tuple(scale(4) for _ in range(200))),
        Piece((part([10**6, 24, 60, 90]),)),
        Piece((part([0, 24, 60, 90], name='a "b" <c> & \x00\x0bd' * 20), scale(8))),
    ],
    ids=["none", "empty", "low", "high", "drums", "crowd", "late", "names"],
)
def test_any_piece_gives_a_picture_inside_its_frame(piece):
    svg = roll_svg(piece)
    root = ET.fromstring(svg)
    _, _, width, height = map(int, root.get("viewBox").split())
    for layer in lay_out_roll(piece).layers:
        for x, y, w, h in layer.boxes:
            assert x >= 0
            assert x + w <= width
            assert y >= 0
            assert y + h <= height
            assert w > 0
            assert h > 0


def test_the_svg_stands_alone_and_clashes_with_nothing():
    svg = roll_svg(Piece((scale(), scale(start=72))), title="Before & after")
    root = ET.fromstring(svg)
    assert [child.tag for child in root][:2] == [f"{SVG}title", f"{SVG}desc"]
    assert root.find(f"{SVG}title").text == "Before & after"
    assert not re.search(r"\bid=|href|url\(|<script|@import", svg)
    assert "prefers-color-scheme:dark" in svg
    # Every rule of the style is about this picture only.
    css = root.find(f"{SVG}style").text.replace("@media(prefers-color-scheme:dark){", "")
    selectors = re.findall(r"([^{}]+)\{", css)
    assert selectors
    assert all(s.startswith(".makar-roll") for s in selectors)


def test_it_is_described_in_words():
    piece = Piece((part([0, 24, 62, 90], [24, 24, 70, 90]),), keys=(KeyChange(0, Key(7)),))
    assert describe(piece) == "1 bar of 4/4 in G major: Melody, 2 notes from D4 to B♭4."
    assert describe(Piece(())) == "1 bar of 4/4 in C major: no parts."


def test_eight_bars_are_a_few_kilobytes():
    assert len(roll_svg(Piece((scale(64, 12),))).encode()) < 5000


@pytest.mark.parametrize("table", [LIGHT, DARK], ids=["light", "dark"])
def test_notes_and_words_stand_out_from_every_ground(table):
    assert set(LIGHT) == set(DARK)
    for ground in ("paper", "outside", "tonic"):
        for kind in [f"part{i}" for i in range(COLOURS)]:
            assert contrast(table[kind], table[ground]) >= 3
    for word in ("label", "marked"):
        assert contrast(table[word], table["paper"]) >= 4.5


def test_the_png_shows_the_same_notes(tmp_path):
    piece = Piece((scale(), part([0, 96, 48, 90], name="Bass")))
    for dark, table in ((False, LIGHT), (True, DARK)):
        path = tmp_path / f"{dark}.png"
        roll_png(piece, path, marks=[(700, 768, "like another")], dark=dark)
        drawing = lay_out_roll(piece)
        with Image.open(path) as image:
            assert image.size == (drawing.width, drawing.height)
            x, y, w, h = boxes(drawing, "part1")[0]
            want = tuple(int(table["part1"][i : i + 2], 16) for i in (1, 3, 5))
            assert image.getpixel((x + w // 2, y + h // 2)) == want


def test_the_png_of_nothing_is_a_picture(tmp_path):
    roll_png(Piece(()), tmp_path / "a.png")
    with Image.open(tmp_path / "a.png") as image:
        assert image.format == "PNG"
