"""Networks elsewhere than on the CPU, without a second device in the machine.

``meta`` plays the second device: its tensors are computed on the CPU, but mixing them with the
CPU's raises, as on a graphics card. What is sampled, evaluated, learned, saved and loaded must
be the same as on the CPU, up to the order of summation.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
import safetensors.torch
import torch
from torch import Tensor
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils._pytree import tree_leaves, tree_map_only

from makar.core.devices import CPU, device_of
from makar.core.seeds import Seeds
from makar.core.types import Evaluation, Prompt, Rollout
from makar.domains.music.melody.codec import MelodyCodec
from makar.learners.likelihood import PretrainConfig, Pretraining
from makar.learners.policy_gradient import PolicyGradient
from makar.learners.policy_settings import PolicyGradientConfig
from makar.learners.q_learning import QLearning
from makar.learners.q_settings import QLearningConfig
from makar.models.policy_net import PolicyNet
from makar.models.recurrent import Recurrent, RecurrentConfig
from makar.models.stepwise import StepwisePolicy
from makar.models.stepwise_q import StepwiseQ, ValueNet
from makar.models.token_policy import TokenPolicy
from makar.models.token_q import GuidedQ, TokenQ
from makar.models.transformer import Transformer, TransformerConfig
from makar.reproductions.cartpole.process import CartPole
from makar.runs.state import pack, unpack

AWAY = torch.device("meta")
INDEXED = {"aten.index.Tensor": 1, "aten.index_put_.default": 2, "aten._index_put_impl_.default": 2}
"""These take indices that lie on the CPU; the tensor, and what is put there, must lie together."""
WISHES = [
    Prompt(condition={"bars": bars, "metre": "2/4", "mode": "major"}) for bars in (1, 2, 1, 2)
]


class Away(Tensor):
    """A tensor that says it lies elsewhere."""

    held: Tensor
    is_meta = False
    __torch_function__ = torch._C._disabled_torch_function_impl

    @staticmethod
    def __new__(cls, held: Tensor) -> Away:
        return torch.Tensor._make_wrapper_subclass(
            cls, held.shape, strides=held.stride(), dtype=held.dtype, device=AWAY
        )

    def __init__(self, held: Tensor) -> None:
        self.held = held

    def data_ptr(self) -> int:
        return self.held.data_ptr()

    @classmethod
    def __torch_dispatch__(cls, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        return compute(func, args, kwargs or {})


class SecondDevice(TorchDispatchMode):
    def __torch_dispatch__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        return compute(func, args, kwargs or {})


def compute(func: Any, args: Any, kwargs: Any) -> Any:
    """On the CPU; the outcome lies where it was asked for, else where the inputs lie."""
    leaves = tree_leaves((args, kwargs))
    tensors = [t for t in leaves if isinstance(t, Tensor)]
    asked = [d for d in leaves if isinstance(d, torch.device)]
    away = any(isinstance(t, Away) for t in tensors)
    if asked:
        away = asked[-1] == AWAY
    elif away and "copy" not in str(func):
        refuse_mixture(str(func), tensors)
    args, kwargs = tree_map_only(torch.device, lambda _: CPU, (args, kwargs))
    held_args, held_kwargs = tree_map_only(Away, lambda t: t.held, (args, kwargs))
    found = func(*held_args, **held_kwargs)
    if func._schema.is_mutable:
        return kwargs.get("out", args[0]) if isinstance(found, Tensor) else found
    return tree_map_only(Tensor, Away, found) if away else found


def refuse_mixture(name: str, tensors: list[Tensor]) -> None:
    if name in INDEXED:
        tensors = [tensors[0], *tensors[-1:][: INDEXED[name] - 1]]
        together = isinstance(tensors[0], Away)
    else:
        together = True
    if not together or any(not isinstance(t, Away) and t.ndim for t in tensors):
        raise RuntimeError(f"{name}: tensors on two devices")


@pytest.fixture(autouse=True)
def second_device(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Inference mode knows no tensors but torch's own; without gradients is near enough."""
    monkeypatch.setattr(torch, "inference_mode", torch.no_grad)
    with SecondDevice():
        yield


def transformer() -> TokenPolicy[Any]:
    shape = TransformerConfig(
        vocabulary=53, width=32, layers=1, heads=4, kv_heads=2, hidden=48, context=64
    )
    return TokenPolicy(Transformer(shape), MelodyCodec(), shard=4)


def lstm() -> TokenPolicy[Any]:
    return TokenPolicy(Recurrent(RecurrentConfig(vocabulary=53, width=24)), MelodyCodec(), shard=4)


def fragments() -> StepwisePolicy[Any, Any]:
    return StepwisePolicy(CartPole(), PolicyNet(4, 2, width=8), steps=12, fragments=True, shard=4)


GENERATORS = {"transformer": transformer, "lstm": lstm, "fragments": fragments}


def pair(make: Any) -> tuple[Any, Any]:
    """The same generator, on the CPU and away, with weights far from uniform."""
    made = []
    for _ in range(2):
        torch.manual_seed(5)
        policy = make()
        with torch.no_grad():
            for p in policy.parameters():
                p.add_(torch.randn_like(p) * 0.15)
        made.append(policy)
    made[1].to(AWAY)
    assert device_of(made[1]) == AWAY
    return made[0], made[1]


def values(name: str, kind: str) -> Any:
    """Action values that act as Q-, Ψ- or G-learning asks."""
    greedy = kind == "dqn"
    if name == "fragments":
        net = ValueNet(4, 2, width=8)
        return StepwiseQ(CartPole(), net, steps=12, fragments=True, greedy=greedy, shard=4)
    q = TokenQ.from_policy(GENERATORS[name](), greedy=greedy, dueling=kind == "psi")
    return GuidedQ(q, GENERATORS[name]()) if kind == "g" else q


def tensors_of(record: Rollout[Any] | Evaluation) -> dict[str, Tensor]:
    fields = vars(record) | dict(getattr(record, "context", {}))
    return {n: t for n, t in fields.items() if isinstance(t, Tensor)}


def close(here: Any, there: Any, tolerance: float = 1e-5) -> None:
    """Equal up to rounding, wherever they lie."""
    torch.testing.assert_close(
        {n: t.detach() for n, t in here.items()},
        {n: t.detach().to(CPU) for n, t in there.items()},
        rtol=tolerance,
        atol=tolerance,
    )


def test_the_second_device_is_strict() -> None:
    here, there = torch.arange(6.0).reshape(2, 3), torch.ones(2, 3, device=AWAY)
    assert (there.sum().item(), here.to(AWAY).device, there.to(CPU).device) == (6.0, AWAY, CPU)
    for mixture in (
        lambda: here + there,
        lambda: there @ here.T,
        lambda: torch.where(here > 1, there, 0.0),
        lambda: here[torch.zeros(1, dtype=torch.long, device=AWAY)],
        lambda: torch.cat((here, there)),
    ):
        with pytest.raises(RuntimeError, match="two devices"):
            mixture()
    assert torch.equal(
        (there * torch.tensor(2.0))[torch.tensor([1])].to(CPU), torch.full((1, 3), 2.0)
    )


@pytest.mark.parametrize("name", GENERATORS)
def test_the_same_is_sampled_and_evaluated(name: str) -> None:
    here, there = pair(GENERATORS[name])
    prompts = WISHES if name != "fragments" else [Prompt()] * 4
    rollout, other = (p.sample(prompts, seeds=Seeds(1), temperature=0.8) for p in (here, there))
    assert all(type(t) is Tensor for t in tensors_of(other).values())  # made on the CPU
    close(tensors_of(rollout), tensors_of(other))
    now, then = here.evaluate(rollout), there.evaluate(rollout)
    assert all(t.device == CPU for t in tensors_of(then).values())  # where the rollout lies
    close(tensors_of(now), tensors_of(then))
    moved = there.evaluate(rollout.to(AWAY))
    assert all(t.device == AWAY for t in tensors_of(moved).values())
    close(tensors_of(now), tensors_of(moved))
    then.logp.sum().backward()
    now.logp.sum().backward()
    weights = zip(here.parameters(), there.parameters(), strict=True)
    close(
        *(
            {str(i): p.grad for i, p in enumerate(ps) if p.grad is not None}
            for ps in zip(*weights, strict=True)
        ),
        1e-4,
    )


def kept(learner: Any) -> Any:
    """What is kept of a learner there, to be taken up here, and there again."""
    text, arrays = pack({"policy": learner.model.state_dict(), "learner": learner.state_dict()})
    assert all(type(array) is Tensor for array in arrays.values())
    arrays = safetensors.torch.load(safetensors.torch.save(arrays))
    state = unpack(json.loads(json.dumps(text)), arrays)
    assert all(type(t) is Tensor for t in tree_leaves(state) if isinstance(t, Tensor))
    return state


@pytest.mark.parametrize("algorithm", ["reinforce", "rloo", "grpo", "a2c", "ppo"])
@pytest.mark.parametrize("name", GENERATORS)
def test_the_same_is_learned_and_kept(name: str, algorithm: Any, toy: Any) -> None:
    if name == "fragments" and algorithm not in ("a2c", "ppo"):
        pytest.skip("whole works only")
    config = PolicyGradientConfig(algorithm=algorithm, epochs=2, minibatch=3, shard=2)
    prompts = [WISHES[0]] * 4 if name != "fragments" else [Prompt()] * 4
    logs, learners = [], []
    for policy in pair(GENERATORS[name]):
        learner = PolicyGradient(policy, config)
        rollout = policy.sample(prompts, seeds=Seeds(2))
        judgement = toy.judged([0.1, 0.5, float("nan"), 0.9])
        logs.append([learner.update(rollout, judgement) for _ in range(2)])
        learners.append(learner)
    for one, other in zip(*logs, strict=True):
        assert one == pytest.approx(other, rel=1e-3, abs=1e-5)
    weights, others = (learner.model.state_dict() for learner in learners)
    close(weights, others, 1e-4)
    state = kept(learners[1])
    for learner in learners:
        learner.model.load_state_dict(state["policy"])
        learner.load_state_dict(state["learner"])
        learner.last_good.restore()
    after = []
    for learner in learners:
        rollout = learner.policy.sample(prompts, seeds=Seeds(3))
        after.append(learner.update(rollout, toy.judged([0.1, 0.5, 0.2, 0.9])))
    assert after[0] == pytest.approx(after[1], rel=1e-3, abs=1e-5)
    assert device_of(learners[1].model) == AWAY


@pytest.mark.parametrize("n", [1, 3])
@pytest.mark.parametrize("kind", ["dqn", "psi", "g"])
@pytest.mark.parametrize("name", GENERATORS)
def test_the_same_values_are_learned_and_kept(name: str, kind: Any, n: int, toy: Any) -> None:
    config = QLearningConfig(
        kind=kind, n_step=n, epsilon=0.3, epsilon_decisions=60, batch=4, updates=3, target_rate=0.2
    )
    priors = pair(GENERATORS[name]) if kind != "dqn" or n > 1 else (None, None)
    prompts = [WISHES[0]] * 4 if name != "fragments" else [Prompt()] * 4
    logs, learners, likely = [], [], []
    for q, prior in zip(pair(lambda: values(name, kind)), priors, strict=True):
        learner = QLearning(q, config, prior=prior)
        rollout = q.sample(prompts, seeds=Seeds(2), temperature=0.8)
        assert all(type(t) is Tensor for t in tensors_of(rollout).values())
        judgement = toy.judged([0.1, 0.5, float("nan"), 0.9])
        logs.append([learner.update(rollout, judgement) for _ in range(2)])
        assert all(type(column) is Tensor for column in learner.memory.columns.values())
        likely.append(q.evaluate(rollout))
        assert q.evaluate(rollout.to(device_of(q))).logp.device == device_of(q)
        learners.append(learner)
    for one, other in zip(*logs, strict=True):
        assert one == pytest.approx(other, rel=1e-3, abs=1e-5)
    close(*map(tensors_of, likely), 1e-4)
    weights, others = (learner.model.state_dict() for learner in learners)
    close(weights, others, 1e-4)
    close(*(learner.target.state_dict() for learner in learners), 1e-4)
    state = kept(learners[1])
    after = []
    for learner in learners:
        learner.model.load_state_dict(state["policy"])
        learner.load_state_dict(state["learner"])
        learner.last_good.restore()
        rollout = learner.q.sample(prompts, seeds=Seeds(3))
        after.append(learner.update(rollout, toy.judged([0.1, 0.5, 0.2, 0.9])))
    assert after[0] == pytest.approx(after[1], rel=1e-3, abs=1e-5)
    assert device_of(learners[1].model) == device_of(learners[1].target) == AWAY


@pytest.mark.parametrize("name", ["transformer", "lstm"])
def test_the_same_is_learned_from_examples(name: str) -> None:
    config = PretrainConfig(updates=3, batch=2, evaluate_every=2)
    losses = []
    for policy in pair(GENERATORS[name]):
        works = policy.sample(WISHES, seeds=Seeds(4)).works
        examples = policy.demonstrate(works)
        training = Pretraining(policy, examples, examples, config, seed=1)
        losses.append([(r.nll, r.best) for r in training.run()])
        assert device_of(policy) == (CPU if len(losses) == 1 else AWAY)
    for one, other in zip(*losses, strict=True):
        assert one == pytest.approx(other, rel=1e-4)
