import numpy as np
import pytest

from makar.core.scoring import raw_values
from makar.core.types import Prompt
from makar.domains.images.features.simple import simple_features
from makar.domains.images.pictures.picture import Picture
from makar.domains.images.raster.canvas import rendered
from makar.domains.images.rewards import judging, lines
from makar.domains.images.rewards.catalogue import DRAWING_CATALOGUE, DrawingCorpus
from makar.domains.images.rewards.columns import columns_of
from makar.domains.images.rewards.composition import symmetry
from makar.domains.images.rewards.judging import Easel, Nearness, OfPicture, OfStrokes, colours_of
from makar.domains.images.rewards.likeness import colour_error
from makar.domains.images.strokes.drawing import Drawing, strokes_of

RNG = np.random.default_rng(0)
RED, BLUE = (0.8, 0.0, 0.0), (0.0, 0.0, 0.8)


def drawn(size=(60.0, 40.0), colour=RED, count=12):
    points = RNG.random((count, 3, 2)) * size
    return Drawing(size, strokes_of(points, width=2.0, colour=colour))


DRAWINGS = [drawn(), drawn((40.0, 60.0)), drawn(colour=BLUE), drawn(count=20)]
NOTHING = [Prompt()] * len(DRAWINGS)
NEEDS_WEIGHTS = {"style"}


@pytest.mark.parametrize("name", sorted(set(DRAWING_CATALOGUE) - NEEDS_WEIGHTS))
def test_every_reward_judges_each_drawing_by_itself(name):
    corpus = DrawingCorpus(DRAWINGS[:2])
    scorer = DRAWING_CATALOGUE[name].build(corpus)
    asked = [
        Prompt(condition={"palette": "#cc0000"}, given=rendered(d, size=(32, 32))) for d in DRAWINGS
    ]
    found = raw_values(scorer(DRAWINGS, asked))
    assert found.shape == (4,)
    for number in range(4):
        alone = raw_values(scorer(DRAWINGS[number : number + 1], asked[number : number + 1]))
        np.testing.assert_allclose(alone, found[[number]])
    assert len(raw_values(scorer([], []))) == 0
    empty = raw_values(scorer([Drawing((20, 20))], [Prompt()]))
    assert np.isnan(empty[0]) or np.isfinite(empty[0])


def test_scores_are_the_measures_own():
    easel = Easel(side=32)
    curved = OfStrokes(lines.curvature, easel)(DRAWINGS, NOTHING)
    np.testing.assert_array_equal(curved, lines.curvature(columns_of(DRAWINGS)))
    seen = rendered(DRAWINGS[0], size=(39, 26)).light
    found = OfPicture(lambda pixels, _: symmetry(pixels), easel)(DRAWINGS, NOTHING)
    assert found[0] == symmetry(seen)


def test_a_batch_is_looked_at_once(monkeypatch):
    looked = []

    def counted(drawings):
        looked.append(len(drawings))
        return columns_of(drawings)

    monkeypatch.setattr(judging, "columns_of", counted)
    easel = Easel(remembers=2)
    scorers = [OfStrokes(m, easel) for m in (lines.curvature, lines.line_length)]
    for works in (DRAWINGS, DRAWINGS[:3], DRAWINGS):
        for scorer in scorers:
            scorer(works, NOTHING)
    assert looked == [4, 3]
    for scorer in scorers:
        scorer(DRAWINGS[:2], NOTHING)  # each time another list: another batch
    assert looked == [4, 3, 2, 2]


def test_likeness_is_to_the_picture_asked_for():
    scorer = DRAWING_CATALOGUE["colour_error"].build(DrawingCorpus([]))
    whole = [Prompt(given=rendered(d, size=(256, 256))) for d in DRAWINGS]
    moved = [*whole[1:], whole[0]]
    right, wrong = scorer(DRAWINGS, whole), scorer(DRAWINGS, moved)
    assert (right < wrong / 2).all()
    black = Picture(np.zeros((9, 9, 3), np.uint8))
    white = Drawing((9, 9))
    assert scorer([white], [Prompt(given=black)]) == pytest.approx([1])
    assert np.isnan(scorer([white], [Prompt()])).all()
    assert colour_error(np.ones((9, 9, 3)), np.zeros((9, 9, 3))) == pytest.approx(1)


def test_a_palette_is_asked_for_in_words():
    scorer = DRAWING_CATALOGUE["palette"].build(DrawingCorpus([]))
    asked = [Prompt(condition={"palette": "#c00, #ffffff"})] * 4
    found = scorer(DRAWINGS, asked)
    np.testing.assert_allclose(found[[0, 1, 3]], 0, atol=1e-9)
    assert found[2] > 0.2
    assert np.isnan(scorer(DRAWINGS, NOTHING)).all()
    np.testing.assert_allclose(colours_of("#c00, 0000CC"), [RED, BLUE])
    np.testing.assert_allclose(colours_of("red mediumblue"), [[1, 0, 0], [0, 0, 205 / 255]])
    lines_of_both = np.array([[[0, 10], [30, 10]], [[0, 20], [10, 20.0]]])
    both = Drawing((60, 40), strokes_of(lines_of_both, colour=np.array([RED, BLUE])))
    mixed = scorer([both], asked[:1])
    assert mixed == pytest.approx(found[[2]] / 4)  # a quarter of the ink is blue
    for word in ("#12", "#12345g", "#12345678", "reddish"):
        with pytest.raises(ValueError, match=f"{word!r} is no colour"):
            colours_of(word)


def test_novelty_is_the_distance_to_the_nearest_known_drawing():
    easel = Easel()
    scorer = Nearness.to(DRAWINGS[:2], simple_features, easel)
    found = scorer(DRAWINGS, NOTHING)
    np.testing.assert_allclose(found[:2], 0, atol=1e-6)
    rows = [
        simple_features(rendered(d, size=s).pixels[None])[0]
        for d, s in zip(
            (DRAWINGS[2], *DRAWINGS[:2]), ((157, 105), (157, 105), (105, 157)), strict=True
        )
    ]
    nearest = min(np.linalg.norm(rows[0] - known) for known in rows[1:])
    assert found[2] == pytest.approx(nearest)


def test_copies_are_gated():
    entry = DRAWING_CATALOGUE["near_copy"]
    corpus = DrawingCorpus(DRAWINGS[:2], ["one", "two"])
    found = entry.build(corpus)(DRAWINGS, NOTHING)
    assert found.tolist() == [1, 1, 0, 0]
    assert entry.role == "gate"
    assert DRAWING_CATALOGUE.default_transform("near_copy", (0,) * 5)(found).tolist() == [
        0,
        0,
        1,
        1,
    ]


def test_only_what_tells_is_a_score():
    scores = {name for name in DRAWING_CATALOGUE if DRAWING_CATALOGUE[name].role == "score"}
    asked = {"colour_error", "edges", "ssim", "palette"}
    assert scores == asked | {"smooth_joins", "travel", "large_first"}
