"""The page of an evaluation: how like people's a set of works spreads, and every number."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from makar.measures.overlap import Density
from makar.runs.report.charts import chart_figure
from makar.runs.report.contents import Chart, Ink, Table
from makar.runs.report.glossary import glossary, linked
from makar.runs.report.markup import compact, number, text
from makar.runs.report.style import STYLE
from makar.runs.report.tables import table_html
from makar.runs.report.words import Words

_WIDE, _HIGH = 300, 110
_POINTS = 150
_OWN_STYLE = """
.spread svg{display:block;width:100%;height:8rem;border-bottom:1px solid var(--rule)}
.spread path{fill:none;vector-effect:non-scaling-stroke;stroke-width:1.8}
.spread path.inner{fill:var(--band);stroke:none}
.spread path.after{stroke:var(--after)}.spread path.before{stroke:var(--before)}
.spread path.people{stroke:var(--people)}.spread path.best{stroke:var(--best)}
.spread path.plain{stroke:var(--soft);stroke-dasharray:2 3}
.spread .legend li::before{content:"";display:inline-block;width:1.1em;height:.22em;
margin-right:.35em;vertical-align:.25em;background:var(--ink)}
.spread .legend .after::before{background:var(--after)}
.spread .legend .before::before{background:var(--before)}
.spread .legend .people::before{background:var(--people)}
.spread .legend .best::before{background:var(--best)}
.spread .legend .plain::before{background:var(--soft)}
.spread .xs{padding-left:0}
.wide{overflow-x:auto}
"""


@dataclass(frozen=True)
class Curve:
    """Distances of one set's works to people's."""

    name: str
    ink: Ink
    density: Density
    area: float


@dataclass(frozen=True)
class Spread:
    """One feature, drawn: people's own distances, and those of each set to them."""

    title: str
    words: str
    inner: Density
    curves: Sequence[Curve]


@dataclass(frozen=True)
class AssessmentPage:
    """Everything on the page; plain text, escaped here.

    Attributes:
        title: What was measured.
        verdict: What it comes to, in sentences.
        spreads: A picture for each feature.
        charts: Curves over the iterations, where runs are compared.
        tables: Tables of all numbers, each with its heading.
        notes: What was left out.
        facts: What was compared with what.
        words: How works are spoken of.
    """

    title: str
    verdict: Sequence[str]
    spreads: Sequence[Spread] = ()
    charts: Sequence[Chart] = ()
    tables: Sequence[tuple[str, Table]] = ()
    notes: Sequence[str] = ()
    facts: Sequence[tuple[str, str]] = ()
    words: Words = field(default_factory=Words)


def assessment_html(page: AssessmentPage) -> str:
    """The page as one HTML file that runs no script and asks nothing of any server."""
    words = page.words
    verdict = " ".join(f"<p>{linked(told, words)}</p>" for told in page.verdict)
    notes = "".join(f"<li>{text(note)}</li>" for note in page.notes)
    facts = "".join(f"<div><dt>{text(a)}</dt><dd>{text(b)}</dd></div>" for a, b in page.facts)
    parts = [
        ("Spread", _spreads(page.spreads, words)),
        ("How they learned", _charts(page.charts, words)),
        *(
            (title, f'<div class="wide">{table_html(table, words)}</div>')
            for title, table in page.tables
        ),
        ("Left out", f'<ul class="notes">{notes}</ul>' if notes else ""),
        ("How it was measured", f'<dl class="facts">{facts}</dl>' if facts else ""),
        ("Words", glossary(words)),
    ]
    body = "".join(
        f'<section class="part"><h2>{text(title)}</h2>{inside}</section>'
        for title, inside in parts
        if inside
    )
    policy = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'"
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        f'<meta http-equiv="Content-Security-Policy" content="{policy}">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        '<meta name="color-scheme" content="light dark">'
        f"<title>{text(page.title)} · makar</title><style>{STYLE}{_OWN_STYLE}</style></head><body>"
        f'<header class="top"><p class="eyebrow">makar</p><h1>{text(page.title)}</h1>'
        f'<div class="verdict">{verdict}</div></header><main id="main">{body}</main>'
        '<footer class="end"><p>makar · this page is one file; it needs no network and sends '
        "nothing anywhere.</p></footer></body></html>\n"
    )


def _charts(charts: Sequence[Chart], words: Words) -> str:
    figures = "".join(chart_figure(chart, words) for chart in charts)
    return f'<div class="charts alone">{figures}</div>' if figures else ""


def _spreads(spreads: Sequence[Spread], words: Words) -> str:
    if not spreads:
        return ""
    theirs, stretches = words.whose_own(), words.stretches
    lead = (
        f"For each feature: how far {theirs} {stretches} are from one another (shaded), and how "
        f"far each set’s {stretches} are from {theirs} (lines). The more a line covers the shade, "
        f"the more the set is like one more handful of {theirs} {stretches}: 1 is all of it."
    )
    return (
        f'<p class="lead">{text(lead)}</p>'
        f'<div class="charts small">{"".join(map(_spread, spreads))}</div>'
    )


def _spread(spread: Spread) -> str:
    every = [spread.inner, *(curve.density for curve in spread.curves)]
    most = max(_far(density) for density in every)
    # chance's narrow peaks would flatten everybody else's curves
    shown = [spread.inner, *(c.density for c in spread.curves if c.ink != "plain")]
    top = 1.15 * max(float(density.height.max()) for density in shown)
    curves = "".join(
        f'<path class="{curve.ink}" d="{_path(curve.density, most, top)}"/>'
        for curve in spread.curves
    )
    legend = "".join(
        f'<li class="{curve.ink}">{text(curve.name)} <b>{number(curve.area, 2)}</b></li>'
        for curve in spread.curves
    )
    told = "; ".join(f"{curve.name} {number(curve.area, 2)}" for curve in spread.curves)
    return (
        f'<figure class="chart small spread"><figcaption><h4>{text(spread.title)}</h4>'
        f'<p>{text(spread.words)}</p><ul class="legend">{legend}</ul></figcaption>'
        f'<svg viewBox="0 0 {_WIDE} {_HIGH}" preserveAspectRatio="none" role="img" '
        f'aria-label="{text(f"{spread.title}: overlapping area {told}")}">'
        f'<path class="inner" d="{_path(spread.inner, most, top)}V{_HIGH}H0Z"/>{curves}</svg>'
        f'<div class="xs" aria-hidden="true"><span>0</span><span>{compact(most)}</span></div>'
        "</figure>"
    )


def _far(density: Density) -> float:
    """The distance below which 99.5 % lie."""
    share = np.cumsum(density.height)
    if share[-1] == 0:
        return float(density.at[-1])
    return float(density.at[np.searchsorted(share / share[-1], 0.995)])


def _path(density: Density, most: float, top: float) -> str:
    x = np.linspace(0, most, _POINTS)
    y = np.interp(x, density.at, density.height, left=0, right=0)
    across, down = _WIDE * x / max(most, 1e-12), _HIGH * (1 - np.minimum(y / max(top, 1e-12), 1))
    return "M" + "L".join(f"{a:.1f} {b:.1f}" for a, b in zip(across, down, strict=True))
