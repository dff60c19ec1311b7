"""What every learner owes its user. A new learner is one more entry in ``LEARNERS``."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any, get_args

import numpy as np
import pytest
import torch

from makar.core.seeds import Seeds
from makar.core.types import Learner, Prompt
from makar.learners.likelihood import Likelihood, PretrainConfig
from makar.learners.policy_gradient import PolicyGradient
from makar.learners.policy_settings import Algorithm, PolicyGradientConfig
from makar.learners.q_learning import QLearning
from makar.learners.q_settings import QLearningConfig
from makar.learners.stability import Stability
from makar.models.recurrent import Recurrent, RecurrentConfig
from makar.models.token_policy import TokenPolicy
from makar.models.token_q import GuidedQ, TokenQ
from makar.runs.state import pack, unpack

PROMPTS = [Prompt(str(i // 8)) for i in range(32)]
RULES = np.array(
    [[0, 1, 1, 1], [1, 1, 0, 1], [1, 1, 1, 0], [1, 0, 1, 1], [1, 1, 1, 0]], bool
)  # what may follow 0, 1, 2 and 3, and, last, what may begin


@dataclass(frozen=True)
class Case:
    """A learner, and what it changes.

    Attributes:
        made: A new generator and its learner.
        iterations: Updates after which it should have learned.
        by_example: Whether it learns from works shown and not from rewards.
    """

    made: Callable[[Any], tuple[Any, Any]]
    iterations: int = 30
    by_example: bool = False


def writer(toy: Any) -> TokenPolicy[Any]:
    torch.manual_seed(0)
    net = Recurrent(RecurrentConfig(vocabulary=4, width=16, context=16))
    return TokenPolicy(net, toy.Codec(vocabulary=4, length=5, rules=RULES), shard=32)


def policy_gradient(algorithm: str) -> Callable[[Any], tuple[Any, Any]]:
    def made(toy: Any) -> tuple[Any, Any]:
        policy = writer(toy)
        more = {"epochs": 2, "minibatch": 16} if algorithm == "ppo" else {}
        kit = Stability(
            kl_coefficient=0.02, kl_target=None, entropy_floor=None, roll_back_after=None
        )
        config = PolicyGradientConfig(
            algorithm=algorithm, learning_rate=0.02, stability=kit, **more
        )  # fmt: skip
        return policy, PolicyGradient(policy, config)

    return made


def q_learning(kind: str) -> Callable[[Any], tuple[Any, Any]]:
    def made(toy: Any) -> tuple[Any, Any]:
        policy, greedy = writer(toy), kind == "dqn"
        q: Any = TokenQ.from_policy(policy, greedy=greedy, dueling=kind == "psi")
        q = GuidedQ(q, policy) if kind == "g" else q
        config = QLearningConfig(
            kind=kind, learning_rate=0.01, gamma=0.9, n_step=3, batch=16, updates=4, memory=300,
            target_rate=0.1, epsilon=1.0 if greedy else 0.1, epsilon_end=0.0,
            epsilon_decisions=2000, scale=1.0 if greedy else 0.03,
            roll_back_after=None,
        )  # fmt: skip
        return q, QLearning(q, config, prior=None if greedy else policy)

    return made


def likelihood(toy: Any) -> tuple[Any, Any]:
    policy = writer(toy)
    return policy, Likelihood(policy, PretrainConfig(learning_rate=0.02, warmup=1, updates=40))


LEARNERS = {
    **{name: Case(policy_gradient(name)) for name in get_args(Algorithm)},
    **{name: Case(q_learning(name)) for name in ("dqn", "psi", "g")},
    "likelihood": Case(likelihood, by_example=True),
}
REWARDED = {name: case for name, case in LEARNERS.items() if not case.by_example}
every_learner = pytest.mark.parametrize("case", LEARNERS.values(), ids=LEARNERS.keys())
every_rewarded = pytest.mark.parametrize("case", REWARDED.values(), ids=REWARDED.keys())


def works_for(case: Case, generator: Any, toy: Any, iteration: int) -> Any:
    if case.by_example:
        return generator.demonstrate(toy.Words(((1, 3, 3, 3, 3), (0, 3, 3, 3, 3)) * 16))
    return generator.sample(PROMPTS, seeds=Seeds(1, iteration))


def threes(rollout: Any) -> np.ndarray:
    """Share of the token 3 in each work, at most 0.8: none may begin with it."""
    return np.array([np.mean(np.array(w) == 3) for w in rollout.works[:]])


def learn(case: Case, made: tuple[Any, Any], toy: Any, iterations: range) -> list[dict]:
    generator, learner = made
    seen = []
    for iteration in iterations:
        rollout = works_for(case, generator, toy, iteration)
        seen.append(learner.update(rollout, toy.judged(threes(rollout))))
    return seen


def weights(generator: Any) -> dict[str, torch.Tensor]:
    return {name: tensor.clone() for name, tensor in generator.state_dict().items()}


def equal(a: dict[str, torch.Tensor], b: dict[str, torch.Tensor]) -> bool:
    return a.keys() == b.keys() and all(torch.equal(a[n], b[n]) for n in a)


@every_learner
def test_it_improves(case: Case, toy: Any) -> None:
    generator, learner = made = case.made(toy)
    assert isinstance(learner, Learner)
    before = threes(generator.sample(PROMPTS * 4, seeds=Seeds(2))).mean()
    for metrics in learn(case, made, toy, range(case.iterations)):
        assert all(np.isfinite(v) for v in metrics.values()), metrics
    after = threes(generator.sample(PROMPTS * 4, seeds=Seeds(2))).mean()
    assert before < 0.45
    assert after > 0.7  # of 0.8


@every_learner
def test_the_same_seed_gives_the_same_weights(case: Case, toy: Any) -> None:
    runs = []
    for _ in range(2):
        made = case.made(toy)
        learn(case, made, toy, range(3))
        runs.append(weights(made[0]))
    assert equal(*runs)
    assert not equal(runs[0], weights(case.made(toy)[0]))


@every_learner
def test_going_on_from_a_saved_state_is_as_if_nothing_had_been(case: Case, toy: Any) -> None:
    whole = case.made(toy)
    learn(case, whole, toy, range(12))
    saved = pack({"generator": whole[0].state_dict(), "learner": whole[1].state_dict()})
    saved = (saved[0], {name: tensor.clone() for name, tensor in saved[1].items()})
    uninterrupted = learn(case, whole, toy, range(12, 15))

    resumed = case.made(toy)
    state = unpack(*saved)
    resumed[0].load_state_dict(state["generator"])
    resumed[1].load_state_dict(state["learner"])
    assert learn(case, resumed, toy, range(12, 15)) == uninterrupted
    assert equal(weights(resumed[0]), weights(whole[0]))


@every_rewarded
def test_an_unjudged_work_is_skipped_and_counted(case: Case, toy: Any) -> None:
    """What is learned is what the other works alone would have taught."""
    learned = []
    for drop in (False, True):
        generator, learner = case.made(toy)
        rollout = generator.sample(PROMPTS, seeds=Seeds(1))
        total = threes(rollout)
        total[5] = np.nan
        if drop:
            rows = torch.tensor([i for i in range(len(total)) if i != 5])
            rollout, total = rollout.select(rows), np.delete(total, 5)
        metrics = learner.update(rollout, toy.judged(total))
        assert metrics["unjudged"] == (0 if drop else 1)
        learned.append(weights(generator))
    assert equal(*learned)


@every_rewarded
def test_nothing_judged_nothing_learned(case: Case, toy: Any) -> None:
    generator, learner = case.made(toy)
    before = weights(generator)
    rollout = generator.sample(PROMPTS, seeds=Seeds(1))
    metrics = learner.update(rollout, toy.judged([np.nan] * len(PROMPTS)))
    assert metrics["unjudged"] == len(PROMPTS)
    assert equal(weights(generator), before)


@every_learner
@pytest.mark.parametrize("bad", [np.nan, np.inf])
def test_a_loss_that_is_no_number_leaves_the_weights_alone(
    case: Case, bad: float, toy: Any
) -> None:
    generator, learner = made = case.made(toy)
    learn(case, made, toy, range(2))
    rollout = works_for(case, generator, toy, 2)
    before = weights(generator)
    spoil(generator, bad)
    metrics = learner.update(rollout, toy.judged(threes(rollout)))
    assert metrics["non_finite"] >= 1
    assert equal(weights(generator), before)


def spoil(generator: Any, bad: float) -> None:
    """Let the generator answer with rubbish when it is asked what it thinks of its works."""
    evaluate, values = generator.evaluate, getattr(generator, "q_values", None)

    def rubbish(rollout: Any) -> Any:
        now = evaluate(rollout)
        return replace(now, logp=now.logp * bad)

    generator.evaluate = rubbish
    if values is not None:
        generator.q_values = lambda rollout: values(rollout) * bad


@every_learner
def test_what_is_forbidden_is_never_written_while_learning(case: Case, toy: Any) -> None:
    generator, _ = made = case.made(toy)
    for iteration in range(6):
        learn(case, made, toy, range(iteration, iteration + 1))
        for word in generator.sample(PROMPTS, seeds=Seeds(3, iteration)).works[:]:
            assert all(RULES[a, b] for a, b in zip((-1, *word), word, strict=False)), word
