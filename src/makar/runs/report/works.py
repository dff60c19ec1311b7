"""Works on the page: cards of them, what changed, and what resembles a source."""

from __future__ import annotations

import base64
from collections.abc import Sequence

from makar.runs.report.contents import Card, Change, Contents, Likeness, Picture
from makar.runs.report.glossary import linked, term
from makar.runs.report.markup import foreign, number, text
from makar.runs.report.pictures import dumbbell
from makar.runs.report.words import Words


def pair(contents: Contents) -> str:
    """The same draw before and after, side by side."""
    if contents.pair is None:
        return ""
    before, after = contents.pair
    words = contents.words
    return (
        f'<p class="lead">{linked(contents.pair_words, words)}</p>'
        f'<div class="pair" data-pair>{card(before, words, title="Before", heading="h3")}'
        f"{card(after, words, title='After', heading='h3')}"
        "</div>"
    )


def more(contents: Contents) -> str:
    """The best of each, folded away."""
    rows: list[str] = []
    for title, cards in (("after", contents.after), ("before", contents.before)):
        if cards:
            inside = "".join(
                card(c, contents.words, title=f"No. {i}") for i, c in enumerate(cards, 1)
            )
            rows.append(
                f'<details class="more"><summary><h3>The best {len(cards)} of those made {title}'
                f'</h3></summary><div class="cards">{inside}</div></details>'
            )
    return "".join(rows)


def card(card: Card, words: Words, *, title: str, heading: str = "h4") -> str:
    """One work: who it is, how it scored, player and picture, and where else it is."""
    name = f"work-{card.when}-{card.id}-{title.replace(' ', '').replace('.', '')}"
    near = f'<p class="near">{_likeness(card.likeness, words)}</p>' if card.likeness else ""
    files = "".join(f" <code>{text(file)}</code>" for file in card.files)
    files = f"<p>File:{files}</p>" if files else ""
    export = f"<p>To a file: <code>{text(card.export)}</code></p>" if card.export else ""
    return (
        f'<article class="work {card.when}" aria-labelledby="{text(name)}"><header>'
        f'<{heading} id="{text(name)}">{text(title)}</{heading}>'
        f'<p><code class="id">{text(card.id)}</code> draw {card.draw}</p>'
        f'<p class="score"><b>{number(100 * card.score, 0)}</b> of 100</p></header>'
        f"{card.html}{near}<footer>{files}{export}</footer></article>"
    )


def changes(contents: Contents) -> str:
    """What got better, what got worse, what did not change."""
    words = contents.words
    better = _list(contents.better, words, "Better", "Nothing got better beyond chance.")
    worse = _list(contents.worse, words, "Worse", "Nothing got worse beyond chance.")
    same = f"<p>{text(contents.unchanged)}</p>" if contents.unchanged else ""
    said = same + "".join(f"<p>{linked(told, words)}</p>" for told in contents.remarks)
    key = (
        '<p class="key"><span class="before"></span> before <span class="after"></span> after '
        '<span class="people"></span> held-out works <span class="band"></span> where 90 % of '
        f"these are. Only {term('significant', words)} changes are listed.</p>"
    )
    drawn = _drawn(contents.picture, words) if contents.picture else ""
    return f'<div class="changes">{better}{worse}</div>{key}<div class="rest">{said}</div>{drawn}'


def _drawn(picture: Picture, words: Words) -> str:
    data = base64.b64encode(picture.png).decode()
    return (
        f'<figure class="chart drawn"><figcaption><h4>{text(picture.title)}</h4>'
        f"<p>{linked(picture.words, words)}</p></figcaption>"
        f'<img src="data:image/png;base64,{data}" alt="{text(picture.title)}"></figure>'
    )


def _list(items: Sequence[Change], words: Words, title: str, nothing: str) -> str:
    inside = "".join(_change(item, words) for item in items)
    body = f"<ul>{inside}</ul>" if items else f"<p>{text(nothing)}</p>"
    return f'<section class="{title.lower()}"><h3>{title}</h3>{body}</section>'


def _change(change: Change, words: Words) -> str:
    watched = "" if change.trained_on else f" · only {term('watch', words, 'watched')}"
    return (
        f'<li><p class="what">{text(change.words)}</p>'
        f'<p class="numbers"><span>{text(change.before)}</span><span aria-hidden="true"> → </span>'
        f'<span class="unseen"> to </span><b>{text(change.after)}</b></p>{dumbbell(change)}'
        f'<p class="level">{text(change.level)}{watched}</p></li>'
    )


def likenesses(contents: Contents) -> str:
    """How near the works are to their sources."""
    words = contents.words
    lead = f"<p>{linked(contents.likeness_words, words)}</p>" if contents.likeness_words else ""
    if not contents.likenesses:
        return lead + "<p>No work on this page shares a run worth naming with a source.</p>"
    inside = "".join(
        f'<li><code class="id">{text(item.work)}</code> {_likeness(item, words)}</li>'
        for item in contents.likenesses
    )
    return f'{lead}<ul class="likenesses">{inside}</ul>'


def _likeness(likeness: Likeness, words: Words) -> str:
    told = text(likeness.words)
    if likeness.title:
        told += f" as in <cite>{foreign(likeness.title)}</cite>"
    if likeness.too_near:
        told += f' <strong class="mark">{term("near-copy", words)}</strong>'
    if likeness.unverified:
        told += ' <span class="mark">unverified licence</span>'
    elif likeness.licence:
        told += f' <span class="licence">{foreign(likeness.licence)}</span>'
    return told
