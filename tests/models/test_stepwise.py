"""A walk along a number line to a goal stands for any process: every number in it is known."""

import json
from dataclasses import dataclass

import numpy as np
import pytest
import safetensors.torch
import torch
from torch import nn

from makar.core.seeds import Seeds
from makar.core.types import Policy, Prompt
from makar.models.policy_net import PolicyNet
from makar.models.stepwise import StepwisePolicy
from makar.models.streams import Streams
from makar.runs.state import pack, unpack


@dataclass(frozen=True)
class Ends:
    at: np.ndarray

    def __len__(self):
        return len(self.at)

    def __getitem__(self, index):
        return self.at[index]

    def take(self, indices):
        return Ends(self.at[np.fromiter(indices, int)])


@dataclass(frozen=True)
class Walkers:
    at: torch.Tensor
    steps: torch.Tensor
    goal: torch.Tensor
    begun: torch.Tensor  # a random number, to see which draws began the work


class Walk:
    """Go 0, 1 or 2 ahead, never beyond the goal; cut off after four steps; pays what it went."""

    actions = 3
    paying = True

    def start(self, prompts, seeds):
        goal = torch.tensor([int(p.condition["goal"]) for p in prompts]).long()
        begun = torch.from_numpy(seeds.uniforms(len(prompts), 1)[:, 0])
        return Walkers(torch.zeros_like(goal), torch.zeros_like(goal), goal, begun)

    def observe(self, state):
        return torch.stack((state.at, state.steps, state.goal), 1).float()

    def legal(self, state):
        return state.at[:, None] + torch.arange(3) <= state.goal[:, None]

    def place(self, state):
        return state.at

    def step(self, state, actions):
        going = ~(self.terminated(state) | self.truncated(state))
        went = actions * going
        after = Walkers(state.at + went, state.steps + going, state.goal, state.begun)
        return after, went.float() if self.paying else None

    def terminated(self, state):
        return state.at == state.goal

    def truncated(self, state):
        return state.steps >= 4

    def restart(self, state, rows, prompts, seeds):
        fresh = self.start(prompts, seeds)
        return Walkers(
            *(
                torch.where(rows, getattr(fresh, n), getattr(state, n))
                for n in ("at", "steps", "goal", "begun")
            )
        )

    def works(self, state):
        return Ends(state.at.numpy().copy())

    def join(self, batches):
        return Ends(np.concatenate([b.at for b in batches]))


class Telling(nn.Module):
    """Values that tell the state they are of: 100 · goal + 10 · steps + place."""

    def __init__(self):
        super().__init__()
        self.logits = nn.Parameter(torch.tensor([0.3, 0.0, -0.4]))

    def forward(self, observation):
        value = (observation * torch.tensor([1.0, 10.0, 100.0])).sum(1)
        return self.logits.expand(len(observation), 3) + 0.0, value


def goals(*numbers):
    return [Prompt(condition={"goal": n}) for n in numbers]


def walking(*, steps=6, fragments=False, net=None, shard=4):
    if net is None:
        torch.manual_seed(0)
        net = PolicyNet(observation=3, actions=3, width=16)
        for weight in net.actor.parameters():
            nn.init.normal_(weight, std=0.5)
    return StepwisePolicy(Walk(), net, steps=steps, fragments=fragments, shard=shard)


@pytest.mark.parametrize("fragments", [False, True])
@pytest.mark.parametrize("temperature", [0.5, 1.0, 2.0])
def test_evaluation_repeats_the_probabilities_of_sampling(fragments, temperature):
    policy = walking(fragments=fragments)
    assert isinstance(policy, Policy)
    rollout = policy.sample(goals(3, 5, 7, 4, 6), seeds=Seeds(1), temperature=temperature)
    now = policy.evaluate(rollout)
    torch.testing.assert_close(now.logp, rollout.logp, atol=1e-5, rtol=0)
    assert now.value is not None
    assert (rollout.logp[rollout.mask] < 0).any()
    assert (now.entropy[~rollout.mask] == 0).all()
    (-now.logp.sum() + now.entropy.sum() + now.value.sum()).backward()
    assert all(p.grad is not None and p.grad.isfinite().all() for p in policy.parameters())


def test_the_first_works_are_the_same_however_many_are_asked_for():
    policy = walking(steps=9)
    few = policy.sample(goals(*[8] * 3), seeds=Seeds(5, 2))
    many = policy.sample(goals(*[8] * 11), seeds=Seeds(5, 2))
    later = policy.sample(goals(*[8] * 4), seeds=Seeds(5, 2, first=7))
    steps = few.mask.shape[1]
    assert torch.equal(few.actions, many.actions[:3, :steps])
    assert torch.equal(few.logp, many.logp[:3, :steps])
    assert torch.equal(later.actions, many.actions[7:, : later.mask.shape[1]])
    other = policy.sample(goals(*[8] * 11), seeds=Seeds(5, 3))
    assert not torch.equal(other.actions, many.actions)


def test_actions_are_drawn_as_often_as_the_policy_says():
    policy = walking(net=Telling(), steps=1, shard=4000)
    first = policy.sample(goals(*[9] * 4000), seeds=Seeds(0), temperature=0.7).actions[:, 0]
    wanted = (policy.net.logits / 0.7).softmax(0)
    share = torch.bincount(first, minlength=3) / 4000
    assert (share - wanted).abs().max() < 4 * (0.25 / 4000) ** 0.5


def test_whole_works_stop_where_they_end_and_obey_the_rules():
    rollout = walking(steps=6).sample(goals(*[3] * 40), seeds=Seeds(0))
    legal = rollout.context["legal"].gather(-1, rollout.actions[..., None])[..., 0]
    assert legal[rollout.mask].all()
    assert rollout.mask.shape[1] == 4  # the process cuts off after four steps
    went = (rollout.actions * rollout.mask).sum(1)
    assert rollout.works.at.tolist() == went.tolist()
    assert rollout.terminated.any(1).tolist() == (went == 3).tolist()
    assert (rollout.terminated.sum(1) + rollout.truncated.sum(1) == 1).all()
    ended = (rollout.terminated | rollout.truncated).long().cumsum(1)
    assert (rollout.mask == (ended - (rollout.terminated | rollout.truncated).long() == 0)).all()


def test_a_whole_work_that_runs_out_of_steps_is_worth_what_lies_beyond():
    rollout = walking(net=Telling(), steps=2).sample(goals(9, 2), seeds=Seeds(4))
    for row in range(2):
        last = int(rollout.mask[row].sum()) - 1
        at = int(rollout.works[row])
        goal = (9, 2)[row]
        beyond = 0 if at == goal else 100 * goal + 10 * (last + 1) + at
        assert rollout.bootstrap[row].sum() == rollout.bootstrap[row, last] == beyond


def test_judged_works_have_no_value_beyond_them():
    policy = walking(net=Telling(), steps=2)
    policy.process.paying = False
    rollout = policy.sample(goals(9, 9), seeds=Seeds(4))
    assert rollout.step_reward is None
    assert rollout.bootstrap is None


def replayed(rollouts, prompts):
    """Every stream walked again by hand from its actions: what should have been recorded."""
    told = {"finished": [], "bootstrap": [], "terminated": [], "truncated": [], "paid": []}
    at = [0] * len(prompts)
    steps = [0] * len(prompts)
    for rollout in rollouts:
        rows = {name: torch.zeros(rollout.mask.shape) for name in told if name != "finished"}
        finished = []
        for t in range(rollout.mask.shape[1]):
            for i, prompt in enumerate(prompts):
                goal = prompt.condition["goal"]
                assert rollout.context["observation"][i, t].tolist() == [at[i], steps[i], goal]
                assert rollout.place[i, t] == at[i]
                action = int(rollout.actions[i, t])
                at[i], steps[i] = at[i] + action, steps[i] + 1
                rows["paid"][i, t] = action
                ended = at[i] == goal
                cut = steps[i] == 4 and not ended
                rows["terminated"][i, t], rows["truncated"][i, t] = ended, cut
                if cut or (t == rollout.mask.shape[1] - 1 and not ended):
                    rows["bootstrap"][i, t] = 100 * goal + 10 * steps[i] + at[i]
                if ended or cut:
                    finished.append((i, at[i]))
                    at[i] = steps[i] = 0
        told["finished"].append(finished)
        for name, value in rows.items():
            told[name].append(value)
    return told


def test_streams_go_on_and_what_they_pass_is_recorded_as_by_hand():
    prompts = goals(3, 5, 9, 4)
    policy = walking(net=Telling(), steps=7, fragments=True)
    rollouts = [policy.sample(prompts, seeds=Seeds(3, k)) for k in range(4)]
    told = replayed(rollouts, prompts)
    assert sum(len(f) for f in told["finished"]) > 12
    assert sum(r.terminated.sum() for r in rollouts) > 3
    assert sum(r.truncated.sum() for r in rollouts) > 3
    for k, rollout in enumerate(rollouts):
        assert rollout.mask.all()
        assert (
            list(zip(rollout.owner.tolist(), rollout.works.at.tolist(), strict=True))
            == (told["finished"][k])
        )
        assert [p.condition["goal"] for p in rollout.prompts] == [
            prompts[i].condition["goal"] for i, _ in told["finished"][k]
        ]
        assert torch.equal(rollout.bootstrap, told["bootstrap"][k])
        assert torch.equal(rollout.terminated.float(), told["terminated"][k])
        assert torch.equal(rollout.truncated.float(), told["truncated"][k])
        assert torch.equal(rollout.step_reward, told["paid"][k])


def test_selected_streams_keep_their_works():
    prompts = goals(3, 5, 9, 4)
    rollout = walking(steps=12, fragments=True).sample(prompts, seeds=Seeds(0))
    some = rollout.select(torch.tensor([3, 1]))
    assert len(some) == 2
    assert len(some.works) == len(some.prompts) == len(some.owner) > 0
    for row, original in enumerate((3, 1)):
        mine = [some.works[i] for i in range(len(some.works)) if some.owner[i] == row]
        theirs = [
            rollout.works[i] for i in range(len(rollout.works)) if rollout.owner[i] == original
        ]
        assert mine == theirs
        asked = [p for p, o in zip(some.prompts, some.owner.tolist(), strict=True) if o == row]
        assert set(asked[0].condition.items()) == set(prompts[original].condition.items())


def test_a_new_prompt_takes_effect_with_the_next_work():
    policy = walking(net=Telling(), steps=1, fragments=True)
    policy.sample(goals(9), seeds=Seeds(0, 0))
    asked = []
    for k in range(1, 12):
        rollout = policy.sample(goals(2), seeds=Seeds(0, k))
        asked += [p.condition["goal"] for p in rollout.prompts]
        assert policy.streams.state.goal.item() == policy.streams.prompts[0].condition["goal"]
    assert asked[0] == 9
    assert set(asked[1:]) == {2}


def test_beginnings_and_decisions_draw_different_numbers():
    policy = walking(steps=30, fragments=True)
    policy.sample(goals(3, 3), seeds=Seeds(8, 1))
    begun = [policy.streams.state.begun[0].item()]
    decisive = set(Seeds(8, 1).uniforms(2, 30).ravel().tolist())
    for k in range(2, 30):
        decisive |= set(Seeds(8, k).uniforms(2, 30).ravel().tolist())
        policy.sample(goals(3, 3), seeds=Seeds(8, k))
        begun += policy.streams.state.begun.tolist()
    assert len(set(begun)) > 40
    assert not set(begun) & decisive
    steps = {Seeds(8, 1).branched(b).uniforms(1, 1).item() for b in range(50)}
    assert len(steps) == 50


def saved_and_loaded(state):
    """Through the bytes of a checkpoint: JSON and safetensors."""
    tree, tensors = pack(state)
    tensors = safetensors.torch.load(safetensors.torch.save(tensors))
    return unpack(json.loads(json.dumps(tree)), tensors)


def test_resumed_streams_equal_uninterrupted_ones():
    prompts = goals(3, 5, 9, 4)
    policy = walking(steps=5, fragments=True)
    for k in range(3):
        policy.sample(prompts, seeds=Seeds(3, k))
    kept = saved_and_loaded(policy.streams.state_dict())
    straight = [policy.sample(prompts, seeds=Seeds(3, k)) for k in range(3, 6)]
    other = walking(steps=5, fragments=True)
    other.streams.load_state_dict(kept)
    resumed = [other.sample(prompts, seeds=Seeds(3, k)) for k in range(3, 6)]
    for a, b in zip(straight, resumed, strict=True):
        for name in ("actions", "logp", "bootstrap", "step_reward", "owner", "place"):
            assert torch.equal(getattr(a, name), getattr(b, name)), name
        assert torch.equal(a.context["observation"], b.context["observation"])
        assert a.works.at.tolist() == b.works.at.tolist()
        assert a.prompts == b.prompts
    assert torch.equal(policy.streams.state.begun, other.streams.state.begun)


def test_streams_that_have_not_begun_resume_too():
    streams = Streams(Walk())
    streams.begin(goals(3), Seeds(0))
    streams.load_state_dict(saved_and_loaded(Streams(Walk()).state_dict()))
    assert streams.state is None


def test_weights_hold_no_streams():
    policy = walking(fragments=True)
    before = set(policy.state_dict())
    policy.sample(goals(3, 4), seeds=Seeds(0))
    assert set(policy.state_dict()) == before == {f"net.{n}" for n in policy.net.state_dict()}


def test_saved_streams_of_another_process_are_refused():
    streams = Streams(Walk())
    streams.begin(goals(3), Seeds(0))
    saved = streams.state_dict()
    del saved["state"]["begun"]
    with pytest.raises(ValueError, match="resume with the process"):
        streams.load_state_dict(saved)


def test_a_state_that_is_no_dataclass_says_what_it_should_be():
    streams = Streams(Walk())
    streams.state = {"at": 0}
    with pytest.raises(TypeError, match="a dict cannot be saved"):
        streams.state_dict()


def test_a_changed_number_of_streams_is_refused():
    policy = walking(fragments=True)
    policy.sample(goals(3, 3), seeds=Seeds(0))
    with pytest.raises(ValueError, match="2 streams are under way and 3 prompts"):
        policy.sample(goals(3, 3, 3), seeds=Seeds(0, 1))


def test_fragments_of_a_process_that_does_not_pay_are_refused():
    policy = walking(fragments=True)
    policy.process.paying = False
    with pytest.raises(ValueError, match="pays on the way"):
        policy.sample(goals(3), seeds=Seeds(0))


def test_a_dead_end_is_named():
    policy = walking()
    policy.process.legal = lambda state: torch.zeros(len(state.at), 3, dtype=torch.bool)
    with pytest.raises(ValueError, match="no legal action at step 0"):
        policy.sample(goals(3), seeds=Seeds(0))


def test_nonsense_settings_are_refused():
    with pytest.raises(ValueError, match="temperature"):
        walking().sample(goals(3), seeds=Seeds(0), temperature=0.0)
    with pytest.raises(ValueError, match="at least 1"):
        walking(steps=0)


@pytest.mark.parametrize("fragments", [False, True])
@pytest.mark.parametrize("rows", [0, 1])
def test_no_work_and_one_work(rows, fragments):
    policy = walking(fragments=fragments)
    rollout = policy.sample(goals(*[3] * rows), seeds=Seeds(0))
    assert len(rollout) == rows
    assert policy.evaluate(rollout).logp.shape == rollout.mask.shape
