"""The page: first what was asked, made and changed; below it everything measured."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Callable, Sequence

from makar.runs.report import works
from makar.runs.report.charts import chart_figure
from makar.runs.report.contents import Chart, Contents
from makar.runs.report.glossary import glossary, linked
from makar.runs.report.markup import number, text
from makar.runs.report.pictures import melody
from makar.runs.report.script import SCRIPT
from makar.runs.report.style import STYLE
from makar.runs.report.tables import table_html
from makar.runs.report.words import Words

_SMALL_FROM = 4
"""Groups of more charts than this are drawn as small ones, side by side."""


def report_html(contents: Contents) -> str:
    """The whole report as one HTML page that asks nothing of any server.

    A content security policy lets only this page's own script run and nothing be fetched, so
    that a title which got past the escaping could still do no harm.
    """
    sections = [(*names, body) for *names, build in _SECTIONS if (body := build(contents))]
    body = "".join(_section(i, title, inside) for i, (_, title, inside) in enumerate(sections))
    links = "".join(
        f'<li><a href="#part-{_letter(i)}"><span class="mark">{_letter(i)}</span>{short}</a></li>'
        for i, (short, *_) in enumerate(sections)
    )
    digest = base64.b64encode(hashlib.sha256(SCRIPT.encode()).digest()).decode()
    policy = (
        f"default-src 'none'; script-src 'sha256-{digest}'; style-src 'unsafe-inline'; "
        "media-src data:; img-src data:; base-uri 'none'; form-action 'none'"
    )
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        f'<meta http-equiv="Content-Security-Policy" content="{policy}">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        '<meta name="color-scheme" content="light dark">'
        f"<title>{text(contents.title)} · makar</title><style>{STYLE}</style></head>"
        f'<body><a class="skip" href="#main">To the works</a>'
        f'<nav aria-label="Parts of this report"><ol>{links}</ol></nav>{_head(contents)}'
        f'<main id="main">{body}</main>{_foot(contents)}<script>{SCRIPT}</script></body></html>\n'
    )


def _head(contents: Contents) -> str:
    asked = "".join(f"<li>{text(phrase)}</li>" for phrase in contents.asked)
    banners = "".join(
        f'<aside class="banner" role="alert"><strong>{text(b.title)}</strong> '
        f'{text(b.words)} <a href="#happenings">See what happened.</a></aside>'
        for b in contents.banners
    )
    verdict = " ".join(f"<p>{linked(told, contents.words)}</p>" for told in contents.verdict)
    return (
        f'<header class="top"><p class="eyebrow">makar · {text(contents.run)}</p>'
        f"<h1>{text(contents.title)}</h1>"
        f'<ul class="asked">{asked}</ul>{_rewarded(contents)}{banners}'
        f'{melody(contents.melody)}<div class="verdict">{verdict}</div></header>'
    )


def _rewarded(contents: Contents) -> str:
    if not contents.rewarded:
        return ""
    most = max(wish.share for wish in contents.rewarded)
    wishes = "".join(
        f"<li><span>{text(wish.words)}</span>"
        f'<span class="weight" style="--share:{wish.share / max(most, 1e-9):.3f}"></span>'
        f"<b>{number(100 * wish.share, 0)} %</b></li>"
        for wish in contents.rewarded
    )
    first = "; ".join(text(wish.words) for wish in contents.rewarded[:3])
    others = len(contents.rewarded) - 3
    rest = f" – and {others} more" if others > 0 else ""
    return (
        f'<details class="rewarded"><summary><span>Rewarded:</span> a work that {first}{rest}'
        f"</summary><ul>{wishes}</ul></details>"
    )


def _section(number: int, title: str, inside: str) -> str:
    letter = _letter(number)
    return (
        f'<section class="part" id="part-{letter}" aria-labelledby="title-{letter}">'
        f'<h2 id="title-{letter}"><span class="mark" aria-hidden="true">{letter}</span> {title}'
        f"</h2>{inside}</section>"
    )


def _letter(number: int) -> str:
    """Parts are lettered as rehearsal marks are."""
    return chr(ord("A") + number)


def _works(contents: Contents) -> str:
    return works.pair(contents) + works.more(contents)


def _changed(contents: Contents) -> str:
    told = contents.better or contents.worse or contents.unchanged or contents.remarks
    return works.changes(contents) if told else ""


def _likeness(contents: Contents) -> str:
    return works.likenesses(contents) if contents.pair or contents.after else ""


def _curves(contents: Contents) -> str:
    return "".join(_charts(*group, contents.words) for group in contents.charts)


def _charts(title: str, told: str, charts: Sequence[Chart], words: Words) -> str:
    small = len(charts) > _SMALL_FROM
    figures = "".join(chart_figure(chart, words, small=small) for chart in charts)
    if not figures:
        return ""
    kind = "small" if small else "pairs" if len(charts) > 1 else "alone"
    lead = f'<p class="lead">{linked(told, words)}</p>' if told else ""
    return f'<h3>{text(title)}</h3>{lead}<div class="charts {kind}">{figures}</div>'


def _table(contents: Contents) -> str:
    return table_html(contents.table, contents.words) if contents.table else ""


def _happened(contents: Contents) -> str:
    if not contents.happenings:
        return '<p id="happenings">Nothing: no alarm, no fault, no return to older weights.</p>'
    rows = "".join(
        f'<li class="{"grave" if h.grave else "mild"}"><span>{text(h.when)}</span> '
        f"<span>{text(h.words)}</span></li>"
        for h in contents.happenings
    )
    return f'<ul class="happenings" id="happenings">{rows}</ul>'


def _notes(contents: Contents) -> str:
    rows = "".join(f"<li>{text(note)}</li>" for note in contents.notes)
    return f'<ul class="notes">{rows}</ul>' if rows else ""


def _settings(contents: Contents) -> str:
    facts = "".join(
        f"<div><dt>{text(label)}</dt><dd>{text(value)}</dd></div>"
        for label, value in contents.facts
    )
    facts = f'<dl class="facts">{facts}</dl>' if facts else ""
    if not contents.config:
        return facts
    return (
        f"{facts}<details><summary><h3>config.toml</h3></summary>"
        f'<pre tabindex="0" aria-label="config.toml"><code>{text(contents.config)}</code></pre>'
        "</details>"
    )


def _words(contents: Contents) -> str:
    return glossary(contents.words)


def _foot(contents: Contents) -> str:
    return (
        f'<footer class="end"><p>makar · {text(contents.run)} · this page is one file; it needs '
        "no network and sends nothing anywhere.</p></footer>"
    )


_SECTIONS: tuple[tuple[str, str, Callable[[Contents], str]], ...] = (
    ("Works", "Before and after", _works),
    ("Changes", "What changed", _changed),
    ("Sources", "What resembles a source", _likeness),
    ("Curves", "How it learned", _curves),
    ("Table", "Before and after, measured", _table),
    ("Events", "What happened on the way", _happened),
    ("Corpus", "What it learned from", _notes),
    ("Settings", "How it was made", _settings),
    ("Words", "Words", _words),
)
