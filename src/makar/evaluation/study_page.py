"""Numbers and a page in a folder of their own: how ablations, comparisons and assessments end."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

from makar.runs.atomic import write_json, write_text
from makar.runs.report.assessment import AssessmentPage, assessment_html

SUMMARY = "summary.json"


def write_page(content: AssessmentPage, numbers: Any, page: Path) -> Path:
    """Write the page, and its numbers as ``summary.json`` beside it; return the page's path.

    Raises:
        FileExistsError: the folder is there already; nothing is overwritten.
    """
    page.parent.mkdir(parents=True)
    write_json(page.parent / SUMMARY, numbers)
    write_text(page, assessment_html(content))
    return page


def around(mean: float, low: float, high: float, scale: float) -> str:
    """A mean and half its interval, as terminals show it; a dash where nothing is known."""
    if not math.isfinite(mean):
        return "–"
    digits = 1 if scale == 100 or abs(mean) >= 10 else 3
    shown = f"{mean * scale:.{digits}f}"
    if not (math.isfinite(low) and math.isfinite(high)):
        return shown
    return f"{shown} ± {(high - low) / 2 * scale:.{digits}f}"
