"""One learner, five algorithms: it learns, it survives, it goes on exactly."""

from __future__ import annotations

import copy
from dataclasses import replace
from typing import Any, get_args

import numpy as np
import pytest
import torch

from makar.core.seeds import Seeds
from makar.core.types import Learner, Prompt
from makar.learners.policy_gradient import PolicyGradient
from makar.learners.policy_settings import Algorithm, PolicyGradientConfig
from makar.learners.stability import Stability

ALGORITHMS = get_args(Algorithm)
PROMPTS = [Prompt(str(i // 8)) for i in range(32)]


def learner_of(policy: Any, algorithm: str = "rloo", **options: Any) -> PolicyGradient:
    kit = options.pop("stability", Stability.off())
    config = PolicyGradientConfig(
        algorithm=algorithm, learning_rate=options.pop("learning_rate", 1e-2), stability=kit,
        **options,
    )  # fmt: skip
    return PolicyGradient(policy, config)


def weights(policy: Any) -> list[torch.Tensor]:
    return [p.detach().clone() for p in policy.parameters()]


def equal(a: list[torch.Tensor], b: list[torch.Tensor]) -> bool:
    return all(torch.equal(x, y) for x, y in zip(a, b, strict=True))


def threes(rollout: Any) -> np.ndarray:
    """Share of the token 3 in each work."""
    return np.array([np.mean(np.array(w) == 3) for w in rollout.works[:]])


def step(policy: Any, learner: PolicyGradient, toy: Any, iteration: int) -> dict[str, float]:
    rollout = policy.sample(PROMPTS, seeds=Seeds(1, iteration))
    return learner.update(rollout, toy.judged(threes(rollout)))


@pytest.mark.parametrize("algorithm", ALGORITHMS)
def test_learns_to_write_one_token(algorithm: str, toy: Any) -> None:
    policy = toy.policy()
    epochs = {"epochs": 2, "minibatch": 16} if algorithm == "ppo" else {}
    learner = learner_of(policy, algorithm, **epochs)
    assert isinstance(learner, Learner)
    before = threes(policy.sample(PROMPTS * 4, seeds=Seeds(2))).mean()
    for iteration in range(30):
        metrics = step(policy, learner, toy, iteration)
        assert all(np.isfinite(v) for v in metrics.values()), metrics
    after = threes(policy.sample(PROMPTS * 4, seeds=Seeds(2))).mean()
    assert before < 0.35
    assert after > 0.9


@pytest.mark.parametrize("algorithm", ALGORITHMS)
def test_turning_the_reward_round_turns_the_lesson_round(algorithm: str, toy: Any) -> None:
    chance = []
    for sign in (1, -1):
        policy = toy.policy()
        learner = learner_of(policy, algorithm)
        for iteration in range(5):
            rollout = policy.sample(PROMPTS, seeds=Seeds(1, iteration))
            learner.update(rollout, toy.judged(sign * threes(rollout)))
        chance.append(threes(policy.sample(PROMPTS * 8, seeds=Seeds(2))).mean())
    assert chance[0] > chance[1] + 0.05


@pytest.mark.parametrize("algorithm", ALGORITHMS)
def test_an_update_is_the_same_after_save_and_load(algorithm: str, toy: Any) -> None:
    kit = Stability(kl_coefficient=0.1, entropy_floor=0.9)
    options: dict[str, Any] = {"stability": kit, "epochs": 2, "minibatch": 12}
    policy = toy.policy()
    learner = learner_of(policy, algorithm, **options)
    for iteration in range(6):
        step(policy, learner, toy, iteration)
    saved = copy.deepcopy((policy.state_dict(), learner.state_dict()))
    uninterrupted = [step(policy, learner, toy, i) for i in range(6, 9)]

    resumed = toy.policy()  # the prior is the untrained policy, as it was at the start
    other = learner_of(resumed, algorithm, **options)
    resumed.load_state_dict(saved[0])
    other.load_state_dict(saved[1])
    assert [step(resumed, other, toy, i) for i in range(6, 9)] == uninterrupted
    assert equal(weights(resumed), weights(policy))


def test_saved_state_is_tensors_and_plain_values(toy: Any) -> None:
    policy = toy.policy()
    learner = learner_of(policy)
    step(policy, learner, toy, 0)

    def check(value: Any) -> None:
        if isinstance(value, dict):
            assert all(isinstance(k, str | int) for k in value)
            for inner in value.values():
                check(inner)
        elif isinstance(value, list | tuple):
            for inner in value:
                check(inner)
        else:
            assert value is None or isinstance(value, torch.Tensor | bool | int | float | str)

    check(learner.state_dict())


@pytest.mark.parametrize("algorithm", ALGORITHMS)
def test_an_unjudged_work_is_skipped_and_counted(algorithm: str, toy: Any) -> None:
    """The update is the one that the other works alone would have given."""
    results = []
    for drop in (False, True):
        policy = toy.policy()
        learner = learner_of(policy, algorithm)
        rollout = policy.sample(PROMPTS, seeds=Seeds(0))
        totals = threes(rollout)
        if drop:
            kept = torch.tensor([i for i in range(32) if i not in (3, 17)])
            rollout, totals = rollout.select(kept), totals[kept.numpy()]
        else:
            totals[[3, 17]] = np.nan
        metrics = learner.update(rollout, toy.judged(totals))
        assert metrics["unjudged"] == (0 if drop else 2)
        results.append(weights(policy))
    for a, b in zip(*results, strict=True):
        torch.testing.assert_close(a, b, rtol=1e-4, atol=1e-6)


def test_flat_groups_are_skipped_and_counted(toy: Any) -> None:
    policy = toy.policy()
    learner = learner_of(policy, stability=Stability(kl_coefficient=0, entropy_floor=None))
    rollout = policy.sample(PROMPTS, seeds=Seeds(0))
    totals = np.linspace(0, 1, 32)
    totals[8:16] = 0.3  # the second prompt's works are all alike
    assert learner.update(rollout, toy.judged(totals))["flat"] == 8
    before = weights(policy)
    metrics = learner.update(rollout, toy.judged(np.repeat([0.1, 0.9, 0.5, 0.5], 8)))
    assert metrics["flat"] == 32
    assert equal(weights(policy), before), "nothing to learn, nothing changed"


def test_groups_alike_in_total_but_not_in_place_are_not_flat(toy: Any) -> None:
    policy = toy.policy()
    learner = learner_of(policy, stability=Stability(kl_coefficient=0, entropy_floor=None))
    rollout = policy.sample(PROMPTS, seeds=Seeds(0))
    credit = np.zeros((32, 4))
    credit[np.arange(32), np.arange(32) % 4] = 1.0
    assert learner.update(rollout, toy.judged(np.ones(32), credit=credit))["flat"] == 0


def test_flat_groups_are_kept_when_that_part_of_the_kit_is_off(toy: Any) -> None:
    policy = toy.policy()
    learner = learner_of(policy)
    rollout = policy.sample(PROMPTS, seeds=Seeds(0))
    assert learner.update(rollout, toy.judged(np.ones(32)))["flat"] == 0


def poison(policy: Any) -> None:
    with torch.no_grad():
        policy.net.norm.weight[0] = torch.nan


def test_after_three_unusable_updates_the_last_good_weights_are_back(toy: Any) -> None:
    policy = toy.policy()
    learner = learner_of(policy, stability=Stability(kl_coefficient=0, entropy_floor=None))
    kept = {}
    for iteration in range(6):
        kept[iteration] = weights(policy)
        step(policy, learner, toy, iteration)
    rollout = policy.sample(PROMPTS, seeds=Seeds(1, 7))
    judgement = toy.judged(threes(rollout))
    poison(policy)
    poisoned = [learner.update(rollout, judgement) for _ in range(3)]
    assert [m["non_finite"] for m in poisoned] == [1, 1, 1]
    assert [m["rolled_back"] for m in poisoned] == [0, 0, 1]
    # the copy was taken in the fifth update, of the weights that had just proved usable
    assert equal(weights(policy), kept[4])
    assert learner.update(rollout, judgement)["non_finite"] == 0


def test_weights_broken_by_a_step_are_never_taken_for_good_ones(toy: Any) -> None:
    policy = toy.policy()
    learner = learner_of(policy, stability=Stability(kl_coefficient=0, entropy_floor=None))
    for iteration in range(4):
        step(policy, learner, toy, iteration)
    rollout = policy.sample(PROMPTS, seeds=Seeds(1, 7))
    judgement = toy.judged(threes(rollout))
    good = weights(policy)

    def ruin() -> None:
        with torch.no_grad():
            policy.net.norm.weight.fill_(torch.inf)

    whole_step, learner.optimiser.step = learner.optimiser.step, ruin
    learner.update(rollout, judgement)  # the fifth: finite gradient, ruinous step
    learner.optimiser.step = whole_step
    for _ in range(3):
        metrics = learner.update(rollout, judgement)
    assert metrics["rolled_back"] == 1
    assert equal(weights(policy), good)


def test_broken_sampling_is_skipped_and_counted(toy: Any) -> None:
    """NaN logits give works with no probability: none of them is learned from."""
    policy = toy.policy()
    learner = learner_of(policy, stability=Stability(kl_coefficient=0, entropy_floor=None))
    good = weights(policy)
    poison(policy)
    for i in range(3):
        rollout = policy.sample(PROMPTS, seeds=Seeds(0, i))
        assert rollout.logp.isnan().all()
        metrics = learner.update(rollout, toy.judged(threes(rollout)))
        assert metrics["unjudged"] == 32
    assert metrics["rolled_back"] == 1
    assert equal(weights(policy), good)


@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf])
def test_unusable_rewards_change_nothing(bad: float, toy: Any) -> None:
    policy = toy.policy()
    learner = learner_of(policy)
    before = weights(policy)
    rollout = policy.sample(PROMPTS, seeds=Seeds(0))
    metrics = learner.update(rollout, toy.judged(np.full(32, bad)))
    assert metrics["unjudged"] == 32
    assert equal(weights(policy), before)
    empty = rollout.select(torch.zeros(0).long())
    learner.update(empty, toy.judged([]))
    assert equal(weights(policy), before)


def test_the_last_good_weights_can_be_left_off(toy: Any) -> None:
    policy = toy.policy()
    learner = learner_of(policy)
    rollout = policy.sample(PROMPTS, seeds=Seeds(0))
    poison(policy)
    for _ in range(5):
        assert learner.update(rollout, toy.judged(threes(rollout)))["rolled_back"] == 0


def test_the_kl_holds_the_policy_near_the_prior(toy: Any) -> None:
    distance = []
    for coefficient in (0.01, 3.0):
        policy = toy.policy()
        kit = Stability(kl_coefficient=coefficient, kl_target=None, entropy_floor=None)
        learner = learner_of(policy, stability=kit)
        for iteration in range(12):
            metrics = step(policy, learner, toy, iteration)
        assert metrics["kl_coefficient"] == coefficient
        distance.append(metrics["kl"])
    assert distance[0] > 3 * distance[1]
    assert distance[1] >= 0


def test_the_first_kl_is_zero_and_the_prior_never_moves(toy: Any) -> None:
    policy = toy.policy()
    before = weights(policy)
    learner = learner_of(policy, stability=Stability())
    assert step(policy, learner, toy, 0)["kl"] == pytest.approx(0, abs=1e-6)
    assert step(policy, learner, toy, 1)["kl"] > 1e-6
    assert equal(weights(learner.prior), before)
    assert not any(p.requires_grad for p in learner.prior.parameters())


def test_the_entropy_floor_keeps_variety(toy: Any) -> None:
    entropy = []
    for floor in (None, 0.9):
        policy = toy.policy()
        learner = learner_of(policy, stability=Stability(kl_coefficient=0, entropy_floor=floor))
        learner.entropy.rate = 0.5
        for iteration in range(40):
            metrics = step(policy, learner, toy, iteration)
        entropy.append(metrics.get("entropy", 0.0))  # all alike by now: nothing to learn from
    assert learner.entropy.value > 0
    assert entropy[1] > entropy[0] + 0.3


def test_the_gradient_is_clipped_and_its_norm_reported(toy: Any) -> None:
    norms = []
    for limit in (None, 1e-3):
        policy = toy.policy()
        kit = Stability.off().model_copy(update={"clip_norm": limit})
        metrics = step(policy, learner_of(policy, stability=kit), toy, 0)
        gradients = [p.grad for p in policy.parameters() if p.grad is not None]
        total = torch.nn.utils.get_total_norm(gradients)
        norms.append((metrics["gradient_norm"], float(total)))
    (free, as_is), (reported, clipped) = norms
    assert free == pytest.approx(as_is)
    assert reported == pytest.approx(free, rel=1e-4), "reported before it is clipped"
    assert clipped == pytest.approx(1e-3, rel=1e-3)


def test_off_switches_everything_off(toy: Any) -> None:
    policy = toy.policy()
    learner = learner_of(policy)
    metrics = step(policy, learner, toy, 0)
    assert learner.prior is None
    assert not metrics.keys() & {"kl", "kl_coefficient", "entropy_coefficient"}


def test_one_pass_over_the_whole_equals_one_minibatch_of_everything(toy: Any) -> None:
    """The shortcut that reuses the first evaluation changes nothing."""
    results = []
    for size in (None, 32, 1000):
        policy = toy.policy()
        learner = learner_of(policy, "ppo", minibatch=size)
        step(policy, learner, toy, 0)
        results.append(weights(policy))
    assert equal(results[0], results[1])
    assert equal(results[0], results[2])


@pytest.mark.parametrize("algorithm", ALGORITHMS)
def test_shards_take_the_very_step_of_the_whole(algorithm: str, toy: Any) -> None:
    """Works of unequal length, in shards that do not divide them evenly."""
    whole, parts = toy.policy(), toy.policy()
    kit = Stability(kl_coefficient=0.3, entropy_floor=0.6)
    rollout = whole.sample(PROMPTS, seeds=Seeds(1))
    keep = torch.arange(rollout.mask.shape[1]) < 1 + torch.arange(len(rollout))[:, None] % 3
    rollout = replace(rollout, mask=rollout.mask & keep)
    one = learner_of(whole, algorithm, stability=kit)
    many = learner_of(parts, algorithm, stability=kit, shard=7)
    for _ in range(2):
        told = one.update(rollout, toy.judged(threes(rollout)))
        same = many.update(rollout, toy.judged(threes(rollout)))
        assert same == pytest.approx(told, rel=1e-4, abs=1e-6)
    for x, y in zip(weights(whole), weights(parts), strict=True):
        torch.testing.assert_close(x, y, rtol=1e-3, atol=1e-5)


def test_minibatches_cover_every_work_once_an_epoch(toy: Any) -> None:
    policy = toy.policy()
    learner = learner_of(policy, "grpo", epochs=3, minibatch=5)
    seen: list[int] = []
    evaluate = policy.evaluate

    def spy(rollout: Any) -> Any:
        if torch.is_grad_enabled():
            seen.extend(rollout.context["number"].tolist())
        return evaluate(rollout)

    policy.evaluate = spy
    rollout = policy.sample(PROMPTS, seeds=Seeds(0))
    rollout.context["number"] = torch.arange(32)
    learner.update(rollout, toy.judged(threes(rollout)))
    for epoch in range(3):
        assert sorted(seen[epoch * 32 : (epoch + 1) * 32]) == list(range(32))
    assert seen[:32] != seen[32:64] != list(range(32))


def test_algorithms_with_a_value_need_a_value_head(toy: Any) -> None:
    policy = toy.policy()
    evaluate = policy.evaluate

    def without_value(rollout: Any) -> Any:
        from dataclasses import replace

        return replace(evaluate(rollout), value=None)

    policy.evaluate = without_value
    with pytest.raises(ValueError, match="ppo needs a policy with a value head"):
        step(policy, learner_of(policy, "ppo"), toy, 0)
    step(policy, learner_of(policy, "rloo"), toy, 0)


def test_the_value_head_learns_what_to_expect(toy: Any) -> None:
    policy = toy.policy()
    learner = learner_of(policy, "a2c", value_weight=1.0)
    rollout = policy.sample(PROMPTS, seeds=Seeds(0))
    for _ in range(60):
        metrics = learner.update(rollout, toy.judged(np.full(32, 0.7)))
    assert metrics["value_loss"] < 0.05
    value = policy.evaluate(rollout).value[:, : rollout.mask.shape[1]]
    assert value[rollout.mask].mean().item() == pytest.approx(0.7, abs=0.2)


@pytest.mark.parametrize("epochs", [1, 2])
def test_dropout_does_not_set_the_learner_apart_from_the_sampler(epochs: int, toy: Any) -> None:
    policy = toy.policy()
    for block in policy.net.blocks:
        block.dropout = 0.5
    policy.train()
    modes: list[bool] = []
    evaluate = policy.evaluate
    policy.evaluate = lambda rollout: modes.append(policy.training) or evaluate(rollout)
    step(policy, learner_of(policy, "grpo", epochs=epochs), toy, 0)
    assert modes
    assert not any(modes)


def test_config_refuses_nonsense() -> None:
    for bad in ({"algorithm": "magic"}, {"gamma": 0}, {"clip": -1}, {"epoch": 2}):
        with pytest.raises(ValueError, match=next(iter(bad))):
            PolicyGradientConfig(**bad)


def test_each_update_is_shuffled_anew(toy, monkeypatch):
    policy = toy.policy()
    config = PolicyGradientConfig(algorithm="reinforce", minibatch=4, stability=Stability.off())
    learner = PolicyGradient(policy, config, seed=3)
    rollout = policy.sample([Prompt()] * 32, seeds=Seeds(1))
    seen = []
    monkeypatch.setattr(
        learner, "_step", lambda batch: seen.append(batch.rollout.works.items) or {}
    )
    for _ in range(2):
        learner.update(rollout, toy.judged(range(32)))
    first, second = seen[:8], seen[8:]
    assert sorted(work for batch in first for work in batch) == sorted(rollout.works.items)
    assert first != second


def test_the_best_and_the_worst_are_what_is_learned_from(toy: Any) -> None:
    """The step is that of a batch that holds only them."""
    policies = [toy.policy() for _ in range(2)]
    whole, extremes = learner_of(policies[0]), learner_of(policies[1], best_and_worst=4)
    rollout = policies[0].sample([Prompt()] * 10, seeds=Seeds(4))
    totals = [0.5, 0.1, 0.9, 0.4, 0.8, 0.2, 0.45, 0.55, 0.6, 0.35]
    rows = torch.tensor([1, 2, 4, 5])
    whole.update(rollout.select(rows), toy.judged([totals[i] for i in rows]))
    told = extremes.update(rollout, toy.judged(totals))
    assert told["learned_from"] == 4
    for ours, theirs in zip(policies[1].parameters(), policies[0].parameters(), strict=True):
        torch.testing.assert_close(ours, theirs)
