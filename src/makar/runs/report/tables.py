"""The before/after table: measures down, whose works across; on a phone each measure is a block."""

from __future__ import annotations

import math

from makar.runs.report.contents import Cell, Measure, Table
from makar.runs.report.glossary import linked
from makar.runs.report.markup import compact, number, text
from makar.runs.report.words import Words

_MARKS = {"better": ("▲", "better than the prior"), "worse": ("▼", "worse than the prior")}


def table_html(table: Table, words: Words) -> str:
    """The table; roles are written out, since the phone's layout would take them away."""
    heads = "".join(
        f'<th role="columnheader" scope="col">{linked(name, words)}'
        f"<small>{text(count)}</small></th>"
        for name, count in zip(table.columns, table.counts, strict=True)
    )
    bodies = "".join(
        f'<tbody role="rowgroup"><tr class="group" role="row"><th role="columnheader" '
        f'colspan="{len(table.columns) + 1}" scope="colgroup">{linked(title, words)}</th></tr>'
        f"{''.join(_row(measure, table) for measure in measures)}</tbody>"
        for title, measures in table.groups
    )
    return (
        f'<table role="table" class="measures"><caption>{linked(table.note, words)}</caption>'
        f'<thead role="rowgroup"><tr role="row"><th role="columnheader" scope="col">Measure</th>'
        f"{heads}</tr></thead>{bodies}</table>"
    )


def _row(measure: Measure, table: Table) -> str:
    shown = measure.name.replace("_", " ")
    words = f"<small>{text(measure.words)}</small>" if measure.words else ""
    cells = "".join(
        f'<td role="cell" data-whose="{text(column)}">{_cell(cell, measure)}</td>'
        for column, cell in zip(table.columns, measure.cells, strict=True)
    )
    return f'<tr role="row"><th role="rowheader" scope="row">{text(shown)}{words}</th>{cells}</tr>'


def _cell(cell: Cell, measure: Measure) -> str:
    scale = 100 if measure.is_share else 1
    mean = _shown(cell.mean * scale, measure)
    half = (cell.high - cell.low) / 2 * scale
    around = f"<small>± {_shown(half, measure)}</small>" if math.isfinite(half) else ""
    mark = ""
    if cell.verdict in _MARKS:
        sign, said = _MARKS[cell.verdict]
        mark = (
            f' <span class="{cell.verdict}" title="{said}"><span aria-hidden="true">{sign}</span>'
            f'<span class="unseen">, {said}</span></span>'
        )
    return f"<span><b>{mean}</b>{mark}</span>{around}"


def _shown(value: float, measure: Measure) -> str:
    return number(value, 1) if measure.is_share else compact(value)
