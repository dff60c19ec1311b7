"""A piece as a piano roll in SVG: one self-contained picture, small enough to embed by dozens."""

from __future__ import annotations

from collections.abc import Sequence
from xml.sax.saxutils import escape

from makar.domains.music.picture.roll_layout import Box, Layer, Mark, RollWords, lay_out_roll
from makar.domains.music.piece.piece import PITCH, Part, Piece

# Okabe & Ito's palette (2008, *Color Universal Design*), the yellow and the black left out;
# its tones are lightened for dark paper.
LIGHT = {
    "paper": "#fcfbf8", "outside": "#f0eee8", "tonic": "#f6e9c8", "beat": "#dedbd2",
    "octave": "#b9b5aa", "bar": "#a09c91", "mark": "#cc79a7", "label": "#5f5b52",
    "marked": "#9c3f73", "part0": "#0072b2", "part1": "#d55e00", "part2": "#008f68",
    "part3": "#b0578a", "part4": "#9a6b00", "part5": "#2c7fb5",
}  # fmt: skip
"""Colour of each kind of layer and word on light paper."""
DARK = {
    "paper": "#17191e", "outside": "#101216", "tonic": "#2f2b1c", "beat": "#2b2e35",
    "octave": "#4a4e58", "bar": "#5d626d", "mark": "#cc79a7", "label": "#aeb2bb",
    "marked": "#f0a9d0", "part0": "#56b4e9", "part1": "#ff8f4a", "part2": "#2fc99b",
    "part3": "#e79cc6", "part4": "#f0c04a", "part5": "#9fb4ff",
}  # fmt: skip
"""The same on dark paper."""
MARK_OPACITY = 0.25
_CLASS = "makar-roll"
_PITCH_NAMES = ("C", "C♯", "D", "E♭", "E", "F", "F♯", "G", "A♭", "A", "B♭", "B")


def roll_svg(
    piece: Piece,
    *,
    marks: Sequence[Mark] = (),
    title: str = "Piano roll",
    bars_per_line: int = 8,
    most_bars: int = 64,
) -> str:
    """The piece as an ``<svg>`` element that can stand in a page or in a file of its own.

    It follows the reader's light or dark setting, has no ids that could clash with another
    picture's, and says in ``<title>`` and ``<desc>`` what is to be seen.

    Args:
        piece: What to draw.
        marks: ``(first tick, tick after the last, label)`` of spans to point out.
        title: What the picture is called.
        bars_per_line: Bars beside one another, the pickup not counted.
        most_bars: Bars drawn; of a longer piece the rest is announced in words.
    """
    drawing = lay_out_roll(piece, marks=marks, bars_per_line=bars_per_line, most_bars=most_bars)
    said = [describe(piece), *(f"Marked: {label}." for _, _, label in marks if label)]
    return "".join(
        [
            f'<svg xmlns="http://www.w3.org/2000/svg" class="{_CLASS}" role="img" '
            f'viewBox="0 0 {drawing.width} {drawing.height}" '
            f'width="{drawing.width // 2}" height="{drawing.height // 2}">',
            f"<title>{_text(title)}</title><desc>{_text(' '.join(said))}</desc>",
            f"<style>{_css()}</style>",
            f'<rect class="paper" width="{drawing.width}" height="{drawing.height}" rx="12"/>',
            *(_path(layer) for layer in drawing.layers),
            *(_word(word) for word in drawing.words),
            "</svg>",
        ]
    )


def describe(piece: Piece) -> str:
    """The piece in a sentence, for those who cannot see the picture."""
    bars = len(piece.bar_lines()) - (1 if piece.pickup else 0)
    form = f"{bars} {'bar' if bars == 1 else 'bars'} of {piece.metre} in {piece.key.name}"
    told = [_part_in_words(part) for part in piece.parts[:8]]
    if len(piece.parts) > len(told):
        told.append(f"and {len(piece.parts) - len(told)} more parts")
    return f"{form}: {'; '.join(told) or 'no parts'}."


def _part_in_words(part: Part) -> str:
    name = part.name or "a part"
    count = len(part.notes)
    if not count:
        return f"{name}, no notes"
    number = f"{count} {'note' if count == 1 else 'notes'}"
    if part.percussion:
        return f"{name}, {number} of percussion"
    low, high = (
        _name(int(pitch)) for pitch in (part.notes[:, PITCH].min(), part.notes[:, PITCH].max())
    )
    return f"{name}, {number} from {low} to {high}"


def _name(pitch: int) -> str:
    return f"{_PITCH_NAMES[pitch % 12]}{pitch // 12 - 1}"


def _text(words: str) -> str:
    """Escaped, and without the control characters that XML forbids."""
    return escape("".join(c if c.isprintable() else " " for c in words))


def _css() -> str:
    own = f".{_CLASS}"
    fixed = (
        f"{own}{{max-width:100%;height:auto}}"
        f"{own} *{{fill:currentColor}}"
        f"{own} .note{{stroke:currentColor;stroke-width:4;stroke-linejoin:round}}"
        f"{own} .mark{{opacity:{MARK_OPACITY}}}"
        f"{own} text{{font:20px system-ui,sans-serif}}"
    )
    return fixed + _colours(LIGHT) + f"@media(prefers-color-scheme:dark){{{_colours(DARK)}}}"


def _colours(table: dict[str, str]) -> str:
    return "".join(f".{_CLASS} .{kind}{{color:{colour}}}" for kind, colour in table.items())


def _path(layer: Layer) -> str:
    is_note = layer.kind.startswith("part")
    data = "".join(_outline(box, 2 if is_note else 0) for box in layer.boxes)
    return f'<path class="{"note " if is_note else ""}{layer.kind}" d="{data}"/>'


def _outline(box: Box, inset: int) -> str:
    """The box, drawn smaller by ``inset``: its stroke, with round corners, makes up for it."""
    x, y, width, height = box
    across, down = max(width - 2 * inset, 1), height - 2 * inset
    return f"M{x + inset} {y + inset}h{across}v{down}h{-across}z"


def _word(word: RollWords) -> str:
    anchor = ' text-anchor="end"' if word.anchor == "end" else ""
    return f'<text class="{word.kind}" x="{word.x}" y="{word.y}"{anchor}>{_text(word.text)}</text>'
