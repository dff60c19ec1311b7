import numpy as np
import pytest

from makar.domains.images.rewards.copies import LEAST_RUN, TOLERANCE, StrokeIndex
from makar.domains.images.strokes.drawing import Drawing, strokes_of, together

RNG = np.random.default_rng(0)


def drawn(count, size=(100.0, 100.0)):
    return Drawing(size, strokes_of(RNG.random((count, 3, 2)) * size))


KNOWN = [drawn(12), drawn(20), drawn(0), drawn(9)]
INDEX = StrokeIndex.of(KNOWN, ["duck", "boat", "nothing", "tree"])


def with_run(source, first, last, before, after, *, off=0.0):
    """Strokes of one's own round a run of another's, all points aside by so much."""
    run = KNOWN[source].strokes.take(slice(first, last))
    moved = run.points + off * np.sign(RNG.normal(size=run.points.shape)) / 2**0.5
    parts = (drawn(before).strokes, strokes_of(moved), drawn(after).strokes)
    return Drawing((100.0, 100.0), together(parts))


def test_a_run_is_found_where_it_is():
    work = with_run(1, 7, 15, 3, 5, off=0.99 * TOLERANCE * 100)
    found = INDEX.shared([work])
    assert [int(part[0]) for part in found[1:]] == [8, 1, 3, 7]
    assert found.share[0] == 8 / 16
    assert INDEX.verdicts([work]) == [
        "8 strokes one after the other, from stroke 4, are those of “boat”"
    ]


def test_beyond_the_tolerance_it_is_another_stroke():
    work = with_run(1, 7, 15, 3, 5, off=1.01 * TOLERANCE * 100)
    assert INDEX.shared([work]).length[0] <= 1
    assert INDEX.verdicts([work]) == [""]


def test_specks_near_one_another_are_not_one():
    specks = np.array([[[x, 50.0], [x + 0.5, 50.3]] for x in (50.0, 50.6, 51.2, 51.8, 52.4, 53)])
    index = StrokeIndex.of([Drawing((100.0, 100.0), strokes_of(specks))])
    aside = Drawing((100.0, 100.0), strokes_of(specks + np.array([0, 0.3])))
    assert index.shared([aside]).length.tolist() == [0]
    rounded = Drawing((100.0, 100.0), strokes_of(np.round(specks)))
    nearly = Drawing((100.0, 100.0), strokes_of(specks + 0.1))
    assert index.shared([rounded]).length[0] < LEAST_RUN
    assert index.shared([nearly]).length.tolist() == [6]


def test_a_run_ends_with_its_source_and_with_a_stroke_between():
    parts = (KNOWN[0].strokes.take(slice(8, 12)), KNOWN[1].strokes.take(slice(0, 4)))
    over_the_end = Drawing((100.0, 100.0), together(parts))
    assert INDEX.shared([over_the_end]).length.tolist() == [4]
    a, b = KNOWN[0].strokes.take(slice(0, 3)), KNOWN[0].strokes.take(slice(3, 6))
    torn = Drawing((100.0, 100.0), together((a, drawn(2).strokes, b)))
    assert INDEX.shared([torn]).length.tolist() == [3]


def test_the_shorter_stroke_says_how_near_is_near():
    long = Drawing((100.0, 100.0), strokes_of(np.array([[[50, 50], [55, 50.0]]])))
    short = Drawing((100.0, 100.0), strokes_of(np.array([[[51, 50], [54, 50.0]]])))
    for one, other in ((long, short), (short, long)):
        assert StrokeIndex.of([one]).shared([other]).length.tolist() == [0]


def test_the_sheets_size_does_not_matter():
    assert INDEX.shared([KNOWN[0].scaled(7.5)]).share.tolist() == [1]


def test_backwards_it_is_the_same_run():
    back = KNOWN[1].strokes.take(slice(12, 4, -1))
    turned = strokes_of(back.points[:, ::-1])
    for strokes in (back, turned):
        found = INDEX.shared([Drawing((100.0, 100.0), strokes)])
        assert [int(part[0]) for part in found[1:]] == [8, 1, 0, 12]


def test_a_short_run_is_nobodys():
    work = with_run(3, 0, LEAST_RUN - 1, 4, 4)
    found = INDEX.shared([work])
    assert found.length.tolist() == [LEAST_RUN - 1]
    assert found.share.tolist() == [0]
    assert INDEX.verdicts([work]) == [""]


def test_runs_from_several_drawings_add_up():
    parts = (KNOWN[0].strokes.take(slice(0, 5)), KNOWN[3].strokes.take(slice(2, 8)))
    own = drawn(1).strokes
    found = INDEX.shared([Drawing((100.0, 100.0), together((parts[0], own, parts[1])))])
    assert found.share[0] == pytest.approx(11 / 12)
    assert (found.length[0], INDEX.titles[found.source[0]]) == (6, "tree")


def test_by_comparing_everything_with_everything():
    works = [with_run(0, 2, 9, 2, 2, off=1.0), drawn(7), KNOWN[3], with_run(3, 1, 5, 0, 3)]
    found = INDEX.shared(works)
    for work, length in zip(works, found.length, strict=True):
        best = 0
        for known in KNOWN:
            for order in (1, -1):
                a, b = work.strokes.points / 100, known.strokes.points[::order] / 100
                gaps = np.minimum(
                    np.linalg.norm(a[:, None] - b, axis=3).max(2, initial=0),
                    np.linalg.norm(a[:, None] - b[:, ::-1], axis=3).max(2, initial=0),
                )
                lengths = [np.linalg.norm(np.diff(p, axis=1), axis=2).sum(1) for p in (a, b)]
                same = gaps <= np.minimum(
                    np.minimum(lengths[0][:, None], lengths[1]) / 4, TOLERANCE
                )
                for i, j in zip(*np.nonzero(same), strict=True):
                    n = 0
                    while i + n < len(a) and j + n < len(b) and same[i + n, j + n]:
                        n += 1
                    best = max(best, n)
        assert length == best


def test_nothing_is_nobodys():
    found = INDEX.shared([drawn(0)])
    assert np.isnan(found.share[0])
    assert (found.length[0], found.source[0]) == (0, -1)
    assert StrokeIndex.of([]).shared([drawn(3)]).length.tolist() == [0]
    assert INDEX.shared([]).share.shape == (0,)
    assert StrokeIndex.of(KNOWN).titles[0] == "drawing 1"
    with pytest.raises(ValueError, match="4 drawings cannot have 1 titles"):
        StrokeIndex.of(KNOWN, ["duck"])
