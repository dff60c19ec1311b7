"""The core's types against what they must carry besides tokens: edits of a map, and latents."""

from dataclasses import dataclass, replace
from itertools import islice

import numpy as np
import pytest
import torch
from torch import nn

from makar.core.process import Process
from makar.core.seeds import Seeds
from makar.core.signal import decision_rewards
from makar.core.train import train
from makar.core.types import Evaluation, Judgement, Policy, Prompt, Rollout, Works, groups_of
from makar.learners.policy_gradient import PolicyGradient
from makar.learners.policy_settings import PolicyGradientConfig
from makar.learners.stability import Stability
from makar.models.policy_net import PolicyNet
from makar.models.stepwise import StepwisePolicy

# --- edits: a map of floor and wall, mended tile by tile -----------------------------------------

SIDE = 4
TILES = SIDE * SIDE
PAIRS = 2 * TILES  # neighbours, round the edges


@dataclass(frozen=True)
class Maps:
    tiles: np.ndarray  # (B, 4, 4) of 0 and 1

    def __len__(self):
        return len(self.tiles)

    def __getitem__(self, index):
        return self.tiles[index]

    def take(self, indices):
        return Maps(self.tiles[np.fromiter(indices, int)])


@dataclass(frozen=True)
class Mending:
    tiles: torch.Tensor  # (B, 16)
    order: torch.Tensor  # (B, 16) the way of the cursor
    steps: torch.Tensor  # (B,)


def contrast(tiles):
    """Neighbouring pairs that differ, as a share: 1 is a chequerboard, 0.5 is chance."""
    grid = tiles.reshape(-1, SIDE, SIDE)
    differing = sum((grid != grid.roll(1, axis)).sum((1, 2)) for axis in (1, 2))
    return differing.double() / PAIRS


class Chequer:
    """Keep the tile under the cursor or flip it to the one kind it is not; two rounds."""

    actions = 3  # keep, floor, wall

    def __init__(self, *, pays):
        self.pays = pays

    def start(self, prompts, seeds):
        draws = torch.from_numpy(seeds.uniforms(len(prompts), 2 * TILES))
        order = draws[:, TILES:].argsort(1)
        zeros = torch.zeros(len(prompts), dtype=torch.long)
        return Mending((draws[:, :TILES] < 0.5).long(), order, zeros)

    def _cursor(self, state):
        return state.order.gather(1, state.steps[:, None] % TILES)

    def observe(self, state):
        """The map as the cursor sees it: the four neighbours and the tile itself."""
        at = self._cursor(state)
        y, x = at // SIDE, at % SIDE
        around = torch.cat(
            [((y + dy) % SIDE) * SIDE + (x + dx) % SIDE for dy, dx in NEIGHBOURS], dim=1
        )
        return state.tiles.gather(1, around) * 2 - 1

    def legal(self, state):
        """Nothing may be set to what it already is."""
        under = state.tiles.gather(1, self._cursor(state))
        return torch.cat((torch.ones_like(under), under, 1 - under), 1).bool()

    def place(self, state):
        return self._cursor(state)[:, 0]

    def step(self, state, actions):
        going = ~self.terminated(state)
        at = self._cursor(state)
        under = state.tiles.gather(1, at)
        chosen = torch.where(going & (actions > 0), actions - 1, under[:, 0])[:, None]
        after = Mending(state.tiles.scatter(1, at, chosen), state.order, state.steps + going)
        gain = (contrast(after.tiles) - contrast(state.tiles)).float() * PAIRS
        return after, gain if self.pays else None

    def terminated(self, state):
        return state.steps >= 2 * TILES

    def truncated(self, state):
        return torch.zeros_like(state.steps, dtype=torch.bool)

    def restart(self, state, rows, prompts, seeds):
        fresh = self.start(prompts, seeds)
        pick = rows[:, None]
        return Mending(
            torch.where(pick, fresh.tiles, state.tiles),
            torch.where(pick, fresh.order, state.order),
            torch.where(rows, 0, state.steps),
        )

    def works(self, state):
        return Maps(state.tiles.reshape(-1, SIDE, SIDE).numpy())

    def join(self, batches):
        return Maps(np.concatenate([b.tiles for b in batches]))


NEIGHBOURS = ((-1, 0), (1, 0), (0, -1), (0, 1), (0, 0))


def judged(works, _prompts, /):
    return Judgement(contrast(torch.from_numpy(works.tiles)).numpy())


def judged_by_tile(works, _prompts, /):
    """The same, and which tile earned what: each pair belongs half to either tile."""
    grid = works.tiles
    own = sum((grid != np.roll(grid, shift, axis)) / 2 for axis in (1, 2) for shift in (1, -1))
    credit = own.reshape(-1, TILES) / PAIRS
    return Judgement(credit.sum(1), credit=credit)


def finished_contrast(net):
    policy = StepwisePolicy(Chequer(pays=True), net, steps=2 * TILES)
    rollout = policy.sample([Prompt()] * 64, seeds=Seeds(999))
    return contrast(torch.from_numpy(rollout.works.tiles)).mean().item()


def without_prior(**options):
    kit = Stability(kl_coefficient=0, kl_target=None, entropy_floor=None)
    return PolicyGradientConfig(stability=kit, **options)


def test_edits_are_a_process_of_works():
    process = Chequer(pays=True)
    assert isinstance(process, Process)
    assert isinstance(process.works(process.start([Prompt()], Seeds(0))), Works)


@pytest.mark.parametrize(
    ("fragments", "reward", "config"),
    [
        (True, judged, {"algorithm": "ppo", "epochs": 4, "minibatch": 8, "gamma": 0.9}),
        (False, judged, {"algorithm": "reinforce"}),
        (False, judged_by_tile, {"algorithm": "grpo"}),
    ],
    ids=["ppo on fragments, paid on the way", "reinforce, judged", "grpo, judged tile by tile"],
)
def test_a_policy_learns_to_edit(fragments, reward, config):
    torch.manual_seed(0)
    net = PolicyNet(observation=5, actions=3, width=32, depth=1)
    process = Chequer(pays=fragments)
    policy = StepwisePolicy(process, net, steps=20 if fragments else 2 * TILES, fragments=fragments)
    learner = PolicyGradient(policy, without_prior(learning_rate=1e-2, **config))
    before = finished_contrast(net)
    updates, rows = (20, 16) if fragments else (40, 32)
    for _ in islice(train(policy, reward, learner, lambda _: [Prompt()] * rows, seed=1), updates):
        pass
    assert 0.45 < before < 0.6  # chance, or a little more since flips are free
    assert finished_contrast(net) > 0.72


def test_credit_of_a_tile_goes_to_the_last_decision_about_it_in_whatever_order():
    policy = StepwisePolicy(Chequer(pays=False), PolicyNet(5, 3), steps=2 * TILES)
    rollout = policy.sample([Prompt()] * 3, seeds=Seeds(0))
    judgement = judged_by_tile(rollout.works, rollout.prompts)
    rewards = decision_rewards(rollout, judgement)
    for row in range(3):
        last = {int(place): t for t, place in enumerate(rollout.place[row])}
        for tile, t in last.items():
            expected = judgement.credit[row, tile]
            assert rewards[row, t].item() == pytest.approx(expected, abs=1e-6)
        assert rewards[row, :TILES].abs().sum() == 0  # the second round decides
    np.testing.assert_allclose(rewards.sum(1), judgement.total, atol=1e-6)


def test_a_search_may_branch_from_one_state():
    """Looking one step ahead on copies of the state, with no model at all, mends most of a map."""
    process = Chequer(pays=True)
    state = process.start([Prompt()] * 16, Seeds(3))
    begin = contrast(state.tiles).mean()
    while not process.terminated(state).all():
        kept = state.tiles.clone()
        gains = []
        for action in range(3):
            _, gain = process.step(state, torch.full((16,), action))
            gains.append(gain.masked_fill(~process.legal(state)[:, action], -9))
        assert torch.equal(state.tiles, kept)
        state, _ = process.step(state, torch.stack(gains, 1).argmax(1))
    assert begin < 0.6
    assert contrast(state.tiles).mean() > 0.75


# --- latents: a picture from a few floats ---------------------------------------------------------

STEPS, WIDTH = 2, 3


class Latents(nn.Module):
    """Decides on (B, 2, 3) floats, the second three after the first; a fixed decoder paints."""

    def __init__(self):
        super().__init__()
        self.mean = nn.Parameter(torch.zeros(STEPS, WIDTH))
        self.carried = nn.Parameter(torch.zeros(WIDTH, WIDTH))
        self.log_std = nn.Parameter(torch.zeros(STEPS, WIDTH))

    def _means(self, actions):
        follows = torch.cat((torch.zeros_like(actions[:, :1]), actions[:, :-1]), 1)
        return self.mean + follows @ self.carried

    @torch.no_grad()
    def sample(self, prompts, *, seeds, temperature=1.0):
        rows = len(prompts)
        noise = torch.from_numpy(seeds.normals(rows, STEPS * WIDTH)).float()
        noise = noise.unflatten(1, (STEPS, WIDTH))
        actions = torch.zeros(rows, STEPS, WIDTH)
        for t in range(STEPS):
            spread = self.log_std[t].exp() * temperature
            actions[:, t] = self._means(actions)[:, t] + spread * noise[:, t]
        rollout = Rollout(
            works=Maps(actions.flatten(1).tanh().numpy()),
            prompts=list(prompts),
            actions=actions,
            logp=torch.zeros(rows, STEPS),
            mask=torch.ones(rows, STEPS, dtype=torch.bool),
            group=groups_of(prompts),
            place=torch.arange(STEPS).repeat(rows, 1),
            context={"temperature": torch.full((rows,), temperature)},
        )
        return replace(rollout, logp=self.evaluate(rollout).logp)

    def evaluate(self, rollout):
        mean = self._means(rollout.actions)
        heat = rollout.context["temperature"][:, None, None]
        log_std = self.log_std + heat.log().expand_as(mean)
        normal = torch.distributions.Normal(mean, log_std.exp())
        return Evaluation(
            logp=normal.log_prob(rollout.actions).sum(-1),
            entropy=normal.entropy().sum(-1),
            gaussian=(mean, log_std),
        )


WANTED = np.tanh(np.array([0.8, -0.5, 0.3, -0.9, 0.6, 0.1]))


def likeness(works, _prompts, /):
    """A black-box judge: only the picture is seen."""
    return Judgement(np.exp(-((works.tiles - WANTED) ** 2).sum(1)))


def taught(algorithm, *, kl):
    policy = Latents()
    kit = Stability(kl_coefficient=kl, kl_target=None, entropy_floor=None)
    config = PolicyGradientConfig(algorithm=algorithm, learning_rate=0.03, stability=kit)
    learner = PolicyGradient(policy, config)
    reports = islice(train(policy, likeness, learner, lambda _: [Prompt()] * 64, seed=2), 80)
    return policy, [float(r.metrics.get("kl", 0.0)) for r in reports][-1]


def mean_likeness(policy):
    rollout = policy.sample([Prompt()] * 256, seeds=Seeds(77))
    return likeness(rollout.works, rollout.prompts).total.mean()


@pytest.mark.parametrize("algorithm", ["reinforce", "rloo", "grpo"])
def test_a_policy_over_latents_learns(algorithm):
    policy, _ = taught(algorithm, kl=0.0)
    assert isinstance(policy, Policy)
    assert mean_likeness(Latents()) < 0.2
    assert mean_likeness(policy) > 0.4


def test_the_prior_holds_latents_back():
    free, far = taught("rloo", kl=1e-6)
    held, near = taught("rloo", kl=0.5)
    assert near < 0.2 * far
    assert mean_likeness(held) < mean_likeness(free)


def test_the_distance_of_gaussians_is_the_textbooks():
    torch.manual_seed(0)
    policy, prior = Latents(), Latents()
    for weight in policy.parameters():
        nn.init.normal_(weight, std=0.5)
    rollout = policy.sample([Prompt()] * 9, seeds=Seeds(0), temperature=0.8)
    now, then = policy.evaluate(rollout), prior.evaluate(rollout)
    torch.testing.assert_close(now.logp, rollout.logp, atol=1e-5, rtol=0)
    normals = [torch.distributions.Normal(e.gaussian[0], e.gaussian[1].exp()) for e in (now, then)]
    expected = torch.distributions.kl_divergence(*normals).sum(-1)
    torch.testing.assert_close(now.kl(then), expected)
    assert rollout.select(torch.tensor([4, 2])).actions.shape == (2, STEPS, WIDTH)
