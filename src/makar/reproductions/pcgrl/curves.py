"""Success against the share of the map that may be changed, as a picture: one panel a problem."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape

WIDE, HIGH, MARGIN, GAP = 220, 160, 40, 30
INKS = ("#0b6e4f", "#7fb069", "#c1666b", "#8d99ae", "#e0a030")
"""Of the editors, in the order in which they are given."""

Curves = Mapping[str, Mapping[str, Sequence[Sequence[float]]]]
"""Of each problem and editor, for each budget, the share of good levels of each seed."""


def curves_svg(curves: Curves, budgets: Sequence[float]) -> str:
    """The picture: a line through the seeds' means, a dot for each seed.

    Args:
        curves: What to draw.
        budgets: Shares of the tiles that may be changed; drawn at even distances.
    """
    editors = list(dict.fromkeys(editor for problem in curves.values() for editor in problem))
    width = MARGIN + len(curves) * (WIDE + GAP)
    height = HIGH + 2 * MARGIN + 18
    panels = [
        _panel(problem, lines, budgets, MARGIN + number * (WIDE + GAP), editors)
        for number, (problem, lines) in enumerate(curves.items())
    ]
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" '
        f'width="{width}" height="{height}" font-family="sans-serif" font-size="11">'
        f'<rect width="{width}" height="{height}" fill="#ffffff"/>'
        f"{''.join(panels)}{_legend(editors, height)}</svg>\n"
    )


def _panel(
    problem: str,
    lines: Mapping[str, Sequence[Sequence[float]]],
    budgets: Sequence[float],
    left: int,
    editors: Sequence[str],
) -> str:
    shapes = [f'<text x="{left}" y="24" font-weight="bold">{escape(problem)}</text>']
    for level in (0.0, 0.5, 1.0):
        y = _down(level)
        shapes.append(f'<path d="M{left} {y:.1f}h{WIDE}" stroke="#dddddd"/>')
        shapes.append(f'<text x="{left - 4}" y="{y + 4:.1f}" text-anchor="end">{level:.0%}</text>')
    across = [left + WIDE * (n + 0.5) / len(budgets) for n in range(len(budgets))]
    for x, budget in zip(across, budgets, strict=True):
        shapes.append(
            f'<text x="{x:.1f}" y="{MARGIN + HIGH + 14}" text-anchor="middle">{budget:.0%}</text>'
        )
    for editor, seeds in lines.items():
        ink = INKS[editors.index(editor) % len(INKS)]
        means = [sum(values) / len(values) for values in seeds]
        path = " ".join(f"{x:.1f},{_down(mean):.1f}" for x, mean in zip(across, means, strict=True))
        shapes.append(f'<polyline points="{path}" fill="none" stroke="{ink}" stroke-width="2"/>')
        shapes += [
            f'<circle cx="{x:.1f}" cy="{_down(value):.1f}" r="2.5" fill="{ink}"/>'
            for x, values in zip(across, seeds, strict=True)
            for value in values
        ]
    return "".join(shapes)


def _down(share: float) -> float:
    return MARGIN + HIGH * (1 - share)


def _legend(editors: Sequence[str], height: int) -> str:
    words = [
        f'<rect x="{MARGIN + 172 * n}" y="{height - 18}" width="10" height="10" '
        f'fill="{INKS[n % len(INKS)]}"/>'
        f'<text x="{MARGIN + 172 * n + 15}" y="{height - 9}">{escape(editor)}</text>'
        for n, editor in enumerate(editors)
    ]
    return "".join(words)
