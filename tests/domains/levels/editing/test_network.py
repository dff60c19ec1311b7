"""The net for maps, and that reading it at a cursor draws the very edits it would have chosen."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import torch

from makar.core.seeds import Seeds
from makar.core.types import Judgement, Prompt
from makar.domains.levels.editing.goals import Aiming
from makar.domains.levels.editing.network import NEVER, AtCursor, MapNet
from makar.domains.levels.problems.catalogue import problem
from makar.learners.likelihood import Likelihood, PretrainConfig
from makar.learners.policy_gradient import PolicyGradient
from makar.learners.policy_settings import Algorithm, PolicyGradientConfig
from makar.learners.q_learning import QLearning
from makar.learners.q_settings import QLearningConfig
from makar.learners.stability import Stability
from makar.models.stepwise import StepwisePolicy
from makar.models.stepwise_q import StepwiseQ

SIZE, TILES, NUMBERS = (4, 5), 3, 2
CELLS = SIZE[0] * SIZE[1]


def observation(rows: int, seed: int = 0, *, ahead: bool = True) -> torch.Tensor:
    rng = np.random.default_rng(seed)
    tiles = rng.integers(TILES, size=(rows, CELLS))
    rest = rng.integers(-9, 9, size=(rows, NUMBERS + CELLS * TILES * ahead))
    return torch.from_numpy(np.concatenate((tiles, rest), 1).astype(np.int16))


@pytest.mark.parametrize("ahead", [True, False])
def test_an_edit_that_changes_nothing_is_never_chosen(ahead: bool) -> None:
    net = MapNet(SIZE, TILES, numbers=NUMBERS, width=8, ahead=ahead)
    seen = observation(6, ahead=ahead)
    logits, value = net(seen)
    assert logits.shape == (6, CELLS * TILES)
    assert value.shape == (6,)
    never = logits.unflatten(1, (CELLS, TILES)) == NEVER
    same = torch.arange(TILES) == seen[:, :CELLS, None]
    torch.testing.assert_close(never, same)


def test_untaught_it_searches_greedily_and_taught_it_need_not() -> None:
    torch.manual_seed(0)
    net, seen = MapNet(SIZE, TILES, numbers=NUMBERS, width=8, sharpness=3.0), observation(8)
    gains = seen[:, CELLS + NUMBERS :].float()
    logits = net(seen)[0]
    kept = logits > NEVER / 2
    assert (logits - 3 * gains)[kept].abs().max() < 1
    net.sharpness.data.zero_()
    assert net(seen)[0][kept].abs().max() < 1


def test_every_cell_sees_beyond_its_neighbours() -> None:
    torch.manual_seed(0)
    net = MapNet((14, 14), 2, numbers=1, width=16, ahead=False)
    seen = torch.zeros(1, 197, dtype=torch.int16)
    other = seen.clone()
    other[0, 0] = 1
    moved = (net(seen)[0] - net(other)[0]).abs().reshape(14, 14, 2).amax(-1)
    assert moved[13, 13] > 0


@pytest.mark.parametrize("patience", [0.5, 1.0])
def test_the_next_edit_at_a_random_cursor_is_drawn_by_the_nets_chances(patience: float) -> None:
    torch.manual_seed(1)
    logits = 2 * torch.randn(1, CELLS * TILES)
    chances = logits.softmax(-1).unflatten(1, (CELLS, TILES))[0]
    at = AtCursor(lambda seen: (logits, seen[:, 0].float()), SIZE, patience=patience)  # type: ignore[arg-type]
    cursors = torch.tensor([[x, y] for y in range(SIZE[0]) for x in range(SIZE[1])])
    here = at.at(logits.expand(CELLS, -1), cursors).exp()
    torch.testing.assert_close(here.sum(1), torch.ones(CELLS))
    edits = here[:, 1:]
    torch.testing.assert_close(edits / edits.sum(), chances, atol=1e-5, rtol=1e-4)
    assert float(edits.sum() / CELLS) == pytest.approx(patience / CELLS, rel=1e-4)


def test_impatience_stops_at_certainty() -> None:
    logits = torch.full((1, CELLS * TILES), -20.0)
    logits[0, 7 * TILES + 2] = 20.0
    at = AtCursor(lambda seen: (logits, seen[:, 0].float()), SIZE, patience=50.0)  # type: ignore[arg-type]
    logp, _ = at(torch.tensor([[0, 0, 2, 1], [0, 0, 3, 1]], dtype=torch.int16)[:1])
    assert logp.exp()[0].tolist() == pytest.approx([0, 0, 0, 1], abs=1e-4)  # cell 7: x 2, y 1
    assert torch.isfinite(logp).all()


def learner_and_generator(kind: str) -> tuple[MapNet, Any, Any]:
    torch.manual_seed(0)
    what = problem("sokoban")
    process = Aiming(what, "wide", change=0.3)
    net = MapNet((5, 5), 5, numbers=2 * len(what.wishes), width=8)
    kept = kind in ("ppo", "a2c", "dqn")
    if kind == "dqn":
        q = StepwiseQ(process, net, steps=7, fragments=True, epsilon=0.2, shard=8)
        config = QLearningConfig(kind="dqn", memory=32, warmup=8, batch=8, updates=2)
        return net, QLearning(q, config, seed=0), q
    policy = StepwisePolicy(process, net, steps=7, fragments=kept, shard=8)
    if kind == "likelihood":
        return net, Likelihood(policy, PretrainConfig()), policy
    algorithm: Algorithm = kind  # type: ignore[assignment]
    config = PolicyGradientConfig(algorithm=algorithm, stability=Stability(kl_coefficient=0.1))
    return net, PolicyGradient(policy, config, seed=0), policy


@pytest.mark.parametrize("kind", ["reinforce", "rloo", "grpo", "a2c", "ppo", "dqn", "likelihood"])
def test_every_learner_teaches_it(kind: str) -> None:
    net, learner, generator = learner_and_generator(kind)
    before = [weights.detach().clone() for weights in net.parameters()]
    for iteration in range(3):
        rollout = generator.sample([Prompt()] * 8, seeds=Seeds(1, iteration))
        metrics = learner.update(rollout, Judgement(total=np.zeros(len(rollout.works)), parts={}))
        assert all(np.isfinite(value) for value in metrics.values())
    after = list(net.parameters())
    assert any(not torch.equal(a, b) for a, b in zip(before, after, strict=True))
    assert all(weights.isfinite().all() for weights in after)
    assert max(float(weights.detach().abs().max()) for weights in after) < 10
