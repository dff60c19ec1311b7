"""What the stability kit is good for: on against off, ten seeds each; and REINFORCE against RLOO.

    python benchmarks/stability.py --seeds 10 --out stability.json

A run counts as collapsed when, in its last five iterations, its works copy one another, its
entropy is below a quarter of the prior's, or it is more than 1 nat per decision away from it
(``makar.measures.guards.CollapseLimits``): the roll-back itself is left out here, so that the
kit is seen alone. Every run starts from the same pre-trained model.
"""

from __future__ import annotations

import argparse
import json
import time
from pathlib import Path
from typing import Any

import numpy as np
import torch

from makar.core.seeds import Seeds
from makar.core.signal import decision_rewards
from makar.domains.music.tune.config import MelodyConfig
from makar.domains.music.tune.recipe import prepare
from makar.evaluation.rows import EVALUATION
from makar.learners.policy_gradient import PolicyGradient, frozen
from makar.learners.policy_settings import PolicyGradientConfig
from makar.learners.stability import Stability
from makar.measures.diversity import distinct_share, duplicate_share
from makar.measures.guards import CollapseLimits
from makar.objectives import advantage, policy_loss
from makar.recipes.creator import Creator

SETTINGS = {
    "model": {"width": 128},
    "pretrain": {"updates": 600, "learning_rate": 6e-3},
    "loop": {"works": 64},
}
RATES = {"default rate": 1e-3, "ten times the rate": 1e-2}


def prepared(config: MelodyConfig) -> Creator[Any]:
    work = prepare(config)
    while True:
        try:
            next(work)
        except StopIteration as end:
            return end.value.creator


def one_run(creator: Creator[Any], *, kit: bool, rate: float, seed: int, iterations: int) -> dict:
    creator.policy.load_state_dict(creator.prior.state_dict())
    config = PolicyGradientConfig(
        learning_rate=rate, stability=Stability() if kit else Stability.off()
    )
    learner = PolicyGradient(creator.policy, config, prior=creator.prior, seed=seed)
    reward = creator.reward if kit else creator.reward.__class__(creator.reward.components)
    last: list[str] = []
    for iteration in range(iterations):
        prompts = creator.prompts(iteration)
        rollout = creator.policy.sample(prompts, seeds=Seeds(seed, iteration))
        judgement = reward(rollout.works, prompts)
        kinds = dict(zip(("keys", "lengths"), creator.craft.keys(rollout.works), strict=True))
        kinds["cells"] = creator.craft.cells(rollout.works)
        if kit:
            judgement = creator.bonuses.apply(judgement, **kinds)
            creator.bonuses.observe(**kinds)
        learner.update(rollout, judgement)
        if iteration >= iterations - 5:
            last.append(_collapse(creator, rollout, kinds))
    return _final(creator, seed) | {"collapsed": any(last), "why": next(filter(None, last), "")}


@torch.no_grad()
def _collapse(creator: Creator[Any], rollout: Any, kinds: dict[str, Any]) -> str:
    now, before = creator.policy.evaluate(rollout), creator.prior.evaluate(rollout)
    mask = rollout.mask
    metrics = {
        "duplicates": duplicate_share(kinds["keys"], kinds["lengths"]),
        "entropy": float(policy_loss.mean_over(now.entropy, mask)),
        "kl": float(policy_loss.mean_over(now.kl(before), mask)),
    }
    prior_entropy = float(policy_loss.mean_over(before.entropy, mask))
    return CollapseLimits().collapsed(metrics, prior_entropy=prior_entropy)


def _final(creator: Creator[Any], seed: int) -> dict[str, float]:
    prompts = [creator.ask] * 256
    rollout = creator.policy.sample(prompts, seeds=Seeds(seed, EVALUATION))
    keys, lengths = creator.craft.keys(rollout.works)
    total = creator.reward(rollout.works, prompts).total
    return {"score": float(np.nanmean(total)), "distinct": distinct_share(keys, lengths, n=4)}


def kit_study(creator: Creator[Any], *, seeds: int, iterations: int) -> list[dict[str, Any]]:
    table: list[dict[str, Any]] = []
    bonuses = creator.bonuses.state_dict()
    for name, rate in RATES.items():
        for kit in (False, True):
            runs: list[dict[str, Any]] = []
            for seed in range(1, seeds + 1):
                creator.bonuses.load_state_dict(bonuses)
                runs.append(one_run(creator, kit=kit, rate=rate, seed=seed, iterations=iterations))
            scores = np.array([run["score"] for run in runs])
            table.append(
                {
                    "rate": name,
                    "kit": "on" if kit else "off",
                    "collapsed": float(np.mean([run["collapsed"] for run in runs])),
                    "score": float(scores.mean()),
                    "spread": float(scores.std(ddof=1)) if seeds > 1 else None,
                    "distinct": float(np.mean([run["distinct"] for run in runs])),
                    "seeds": seeds,
                    "why": sorted({run["why"] for run in runs if run["why"]}),
                }
            )
            print(json.dumps(table[-1]))
    return table


def gradient_variance(creator: Creator[Any], *, batches: int, works: int) -> list[dict[str, Any]]:
    """Spread of the gradient estimate over batches, at the prior: trace of its covariance."""
    creator.policy.load_state_dict(creator.prior.state_dict())
    policy = frozen(creator.policy)
    policy.requires_grad_(True)
    gradients: dict[str, list[torch.Tensor]] = {}
    for batch in range(batches):
        prompts = [creator.ask] * works
        rollout = creator.policy.sample(prompts, seeds=Seeds(7, batch))
        rewards = decision_rewards(rollout, creator.reward(rollout.works, prompts))
        returns = advantage.returns_to_go(rewards, rollout.mask)
        mean = float(policy_loss.mean_over(returns, rollout.mask))
        estimates = {
            "REINFORCE, no baseline": returns,
            "REINFORCE, mean baseline": advantage.against_baseline(
                returns, rollout.mask, baseline=mean
            ),
            "RLOO": advantage.leave_one_out(returns, rollout.mask, rollout.group),
        }
        for name, ahead in estimates.items():
            policy.zero_grad()
            evaluation = policy.evaluate(rollout)
            policy_loss.score_function(evaluation.logp, ahead, rollout.mask).backward()
            flat = torch.cat([p.grad.flatten() for p in policy.parameters() if p.grad is not None])
            gradients.setdefault(name, []).append(flat.clone())
    spread = {name: float(torch.stack(g).var(0).sum()) for name, g in gradients.items()}
    rloo = spread["RLOO"]
    return [
        {"estimator": name, "variance": value, "times RLOO": value / rloo, "batches": batches}
        for name, value in spread.items()
    ]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", type=int, default=10)
    parser.add_argument("--iterations", type=int, default=60)
    parser.add_argument("--batches", type=int, default=40)
    parser.add_argument("--out", type=Path)
    options = parser.parse_args()
    creator = prepared(MelodyConfig.model_validate(SETTINGS))
    began = time.perf_counter()
    variance = gradient_variance(creator, batches=options.batches, works=64)
    for row in variance:
        print(json.dumps(row))
    kit = kit_study(creator, seeds=options.seeds, iterations=options.iterations)
    result = {"kit": kit, "gradient variance": variance, "seconds": time.perf_counter() - began}
    if options.out:
        options.out.write_text(json.dumps(result, indent=1))


if __name__ == "__main__":
    main()
