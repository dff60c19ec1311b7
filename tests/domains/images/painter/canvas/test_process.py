"""The canvas as a process, held against the rasteriser that draws finished drawings."""

from dataclasses import fields, replace

import numpy as np
import pytest
import torch

from makar.core.process import Process
from makar.core.seeds import Seeds
from makar.core.types import Prompt, Works
from makar.domains.images.painter.canvas.process import MOST, PICTURE, STROKES, Canvas
from makar.domains.images.painter.canvas.works import as_picture, as_planes
from makar.domains.images.pictures.picture import Picture
from makar.domains.images.pictures.sources import renders
from makar.domains.images.raster.canvas import rendered
from makar.models.decisions import Gaussian
from makar.models.policy_net import GaussianNet
from makar.models.stepwise import StepwisePolicy
from makar.models.streams import Streams
from makar.runs.state import pack, unpack

GALLERY = {str(n): one for n, one in enumerate(renders(3, (64, 64)))}


def canvas(**options):
    return Canvas(GALLERY, strokes=6, **options)


def wishes(*strokes):
    return [Prompt(condition={STROKES: n}) for n in strokes]


def actions(rows, seed=0):
    return torch.from_numpy(np.random.default_rng(seed).normal(0, 0.7, (rows, 7))).float()


def painted(process, prompts, *, seeds=None, steps=MOST):
    """A state whose strokes are all laid, and what was paid on the way."""
    state, paid = process.start(prompts, seeds or Seeds(1)), []
    for t in range(steps):
        if process.terminated(state).all():
            break
        state, reward = process.step(state, actions(len(prompts), t))
        paid.append(reward)
    return state, torch.stack(paid, 1)


def test_keeps_the_protocol():
    process = canvas()
    assert isinstance(process, Process)
    state = process.start([Prompt()] * 2, Seeds(0))
    assert isinstance(process.works(state), Works)
    assert process.legal(state) is None
    assert not process.truncated(state).any()


def test_what_is_painted_is_what_its_strokes_are_drawn_as():
    process = canvas()
    state, _ = painted(process, wishes(6, 4, 6))
    works = process.works(state)
    for row in range(3):
        drawing = works[row].drawing
        assert len(drawing) == [6, 4, 6][row]
        seen = rendered(drawing).pixels.astype(int)
        ours = as_picture(works.pixels[row]).pixels.astype(int)
        assert abs(seen - ours).max() <= 1


def test_what_is_paid_is_the_share_of_the_error_that_a_stroke_takes_away():
    process = canvas()
    state, paid = painted(process, wishes(6, 3))
    works = process.works(state)
    for row, count in enumerate((6, 3)):
        target, drawing = works.target[row], works[row].drawing
        left = [
            np.square(as_planes(rendered(drawing.with_strokes(drawing.strokes.take(slice(0, n)))),
                                64) - target).mean()
            for n in range(count + 1)
        ]  # fmt: skip
        np.testing.assert_allclose(works.error[row, : count + 1], left, rtol=0.02, atol=1e-5)
        expected = 1 - works.error[row, 1 : count + 1] / works.error[row, :count]
        np.testing.assert_allclose(paid[row, :count], expected, atol=1e-5)
        assert not paid[row, count:].any()
    assert (paid >= -1e-6).all()  # the best opacity never does harm
    assert (paid.sum(1) > 0.02).all()


def test_a_step_leaves_the_old_state_alone():
    process = canvas()
    state = process.start([Prompt()] * 2, Seeds(0))
    kept = {f.name: np.array(getattr(state, f.name)) for f in fields(state)}
    one, _ = process.step(state, actions(2))
    other, _ = process.step(state, actions(2))
    for name, value in kept.items():
        np.testing.assert_array_equal(getattr(state, name), value, err_msg=name)
        np.testing.assert_array_equal(getattr(one, name), getattr(other, name), err_msg=name)


def test_rows_do_not_influence_one_another():
    process = canvas()
    together, _ = painted(process, wishes(3, 6, 2))
    for row, count in enumerate((3, 6, 2)):
        alone, _ = _alone(process, count, row)
        a, b = process.works(together), process.works(alone)
        np.testing.assert_array_equal(a.pixels[row], b.pixels[0])
        np.testing.assert_array_equal(a.points[row, :count], b.points[0, :count])


def _alone(process, count, row):
    state, paid = process.start(wishes(count), Seeds(1, first=row)), []
    for t in range(count):
        state, reward = process.step(state, actions(3, t)[row : row + 1])
        paid.append(reward)
    return state, paid


def test_a_finished_painting_stays_as_it_is():
    process = canvas()
    state, _ = painted(process, wishes(2, 5), steps=3)
    after, paid = process.step(state, actions(2))
    assert paid[0] == 0
    np.testing.assert_array_equal(state.canvas[0], after.canvas[0])
    assert (state.canvas[1] != after.canvas[1]).any()
    assert process.place(after).tolist() == [1, 4]


def test_a_prompt_names_a_picture_or_brings_one_or_leaves_it_to_its_seed():
    process = canvas(open=["0", "2"])
    own = Picture(np.full((30, 50, 3), (200, 10, 60), np.uint8))
    asked = [Prompt(condition={PICTURE: "1"}), Prompt(given=own), *[Prompt()] * 40]
    target = process.start(asked, Seeds(0)).target
    planes = {name: as_planes(one, 64) for name, one in GALLERY.items()}
    np.testing.assert_array_equal(target[0], planes["1"])
    np.testing.assert_allclose(target[1, :, 5, 5], np.array([200, 10, 60]) / 255, atol=1e-6)
    drawn = [
        next(name for name, plane in planes.items() if np.array_equal(plane, one))
        for one in target[2:]
    ]
    assert set(drawn) == {"0", "2"}


def test_pictures_are_told_apart_by_what_they_show():
    red, blue = (Picture(np.full((4, 4, 3), c, np.uint8)) for c in ((255, 0, 0), (0, 0, 255)))
    again = Picture(np.full((4, 4, 3), (255, 0, 0), np.uint8))
    keys = [Prompt(given=one).key for one in (red, blue, again)]
    assert keys[0] == keys[2] != keys[1]


@pytest.mark.parametrize(
    ("prompt", "fault"),
    [
        (Prompt(condition={STROKES: 0}), "1 to 400 strokes"),
        (Prompt(condition={STROKES: MOST + 1}), "1 to 400 strokes"),
        (Prompt(condition={PICTURE: "none such"}), "no picture 'none such'"),
        (Prompt(given="a.png"), "a Picture is painted, not a str"),
    ],
)
def test_what_cannot_be_painted_is_refused(prompt, fault):
    with pytest.raises(ValueError, match=fault):
        canvas().start([prompt], Seeds(0))
    with pytest.raises(ValueError, match="no picture to paint"):
        Canvas().start([Prompt()], Seeds(0))


def test_only_the_colours_of_a_palette_are_used():
    palette = np.array([[0.2, 0.4, 0.6], [0.8, 0.6, 0.2], [1.0, 1.0, 1.0]])
    process = canvas(palette=palette)
    works = process.works(painted(process, [Prompt()] * 4)[0])
    used = works.colour[works.opacity > 0]
    near = np.abs(used[:, None] - palette).max(2).min(1)
    assert len(used) > 8
    assert near.max() < 1e-6
    assert np.abs(works.ground[:, None] - palette).max(2).min(1).max() < 1 / 255


def test_new_paintings_begin_in_some_rows():
    process = canvas()
    state, _ = painted(process, wishes(3, 3, 3), steps=2)
    rows = torch.tensor([False, True, False])
    again = process.restart(state, rows, wishes(8, 8, 8), Seeds(5))
    fresh = process.start(wishes(8, 8, 8), Seeds(5))
    assert again.count.tolist() == [2, 0, 2]
    assert again.strokes.tolist() == [3, 8, 3]
    np.testing.assert_array_equal(again.seen[1], fresh.seen[1])
    np.testing.assert_array_equal(again.canvas[0], state.canvas[0])
    both = process.join([process.works(state), process.works(again)])
    assert len(both) == 6
    np.testing.assert_array_equal(both.pixels[:3], state.canvas)


def test_a_state_is_saved_without_pickle_and_goes_on_as_before():
    process = canvas()
    streams = Streams(process)
    streams.begin(wishes(6, 6), Seeds(2))
    streams.state, _ = process.step(streams.state, actions(2))
    other = Streams(process)
    other.load_state_dict(unpack(*pack(streams.state_dict())))
    a, b = (process.step(one.state, actions(2, 9))[0] for one in (streams, other))
    for f in fields(a):
        np.testing.assert_array_equal(getattr(a, f.name), getattr(b, f.name), err_msg=f.name)


def test_a_policy_over_it_evaluates_as_it_samples():
    torch.manual_seed(0)
    net = GaussianNet(canvas().start([Prompt()], Seeds(0)).seen.shape[1], 7, width=16)
    with torch.no_grad():
        for weight in net.parameters():
            weight.add_(torch.randn_like(weight) * 0.03)
    policy = StepwisePolicy(canvas(), net, steps=MOST, decisions=Gaussian(7))
    rollout = policy.sample(wishes(5, 3), seeds=Seeds(4), temperature=0.8)
    assert rollout.actions.shape == (2, 5, 7)
    torch.testing.assert_close(policy.evaluate(rollout).logp, rollout.logp, rtol=1e-5, atol=1e-5)
    assert rollout.place.tolist() == [[0, 1, 2, 3, 4], [0, 1, 2, 2, 2]]


def test_an_empty_batch_is_a_batch():
    process = canvas()
    state = process.start([], Seeds(0))
    assert len(process.works(state)) == 0
    process.step(state, torch.zeros(0, 7))
    assert replace(state).target.shape == (0, 3, 64, 64)
