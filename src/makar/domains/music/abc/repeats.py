"""Repeats and endings: the order in which written bars are played."""

from __future__ import annotations

from collections.abc import Sequence

from makar.domains.music.abc.tune import MAX_BARS, MAX_PASSES, TuneError
from makar.domains.music.abc.voice import Bar


def played_order(bars: Sequence[Bar]) -> list[int]:
    """Numbers of the bars as they are heard, repeats and endings played out.

    An end-repeat without its start goes back to the latest double bar, repeat sign or the
    beginning (ABC standard 2.1, 4.8). Repeats within repeats do not exist in ABC: the inner
    start-repeat becomes the place to go back to.

    Raises:
        TuneError: more than ``MAX_BARS`` bars would be played.
    """
    order: list[int] = []
    here = start = 0
    turn, explicit, in_ending = 1, False, False
    while here < len(bars):
        bar = bars[here]
        if (bar.repeat_from and here != start) or (bar.opens and (in_ending or not explicit)):
            if here != start:
                turn, in_ending = 1, False
            start, explicit = here, bar.repeat_from
        if bar.endings and turn not in bar.endings:
            after = _after_ending(bars, here)
            if not (after < len(bars) and bars[after].endings):
                start, turn, explicit, in_ending = after, 1, False, False
            here = after
            continue
        in_ending = in_ending or bool(bar.endings)
        order.append(here)
        if len(order) > MAX_BARS:
            raise TuneError(f"its repeats make more than {MAX_BARS} bars")
        here += 1
        if bar.back:
            if turn < _turns(bars, start, here):
                turn, here, in_ending = turn + 1, start, False
            else:
                start, turn, explicit, in_ending = here, 1, False, False
    return order


def once_order(bars: Sequence[Bar]) -> list[int]:
    """Numbers of the bars with every section once, of several endings the last."""
    order: list[int] = []
    here = 0
    while here < len(bars):
        if bars[here].endings:
            after = _after_ending(bars, here)
            if after < len(bars) and bars[after].endings:
                here = after
                continue
        order.append(here)
        here += 1
    return order


def printed_order(bars: Sequence[Bar]) -> list[int]:
    """Numbers of the bars as they stand on the page, every ending included."""
    return list(range(len(bars)))


def _after_ending(bars: Sequence[Bar], first: int) -> int:
    """Number of the bar after the ending that begins at ``first``."""
    for here in range(first, len(bars)):
        following = bars[here + 1] if here + 1 < len(bars) else None
        if bars[here].back or following is None:
            return here + 1
        if following.endings or following.repeat_from or following.opens:
            return here + 1
    return len(bars)


def _turns(bars: Sequence[Bar], start: int, after: int) -> int:
    """How often the section from ``start`` to before ``after`` is played."""
    numbers = [bars[after - 1].back + 1]
    numbers += [n for bar in bars[start:after] for n in bar.endings]
    for _ in range(MAX_PASSES):  # the endings that follow belong to the section
        if after >= len(bars) or not bars[after].endings or 1 in bars[after].endings:
            break
        numbers += bars[after].endings
        after = _after_ending(bars, after)
    return min(max(numbers), MAX_PASSES)
