"""The models of the table: what each is rewarded for and how it learns.

All but the Note RNN begin with its weights and learn from equally many works of their own.
Everything here was chosen on seeds from 100 on; docs/rl-tuner.md says how.
"""

from __future__ import annotations

import copy
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import islice
from types import MappingProxyType
from typing import Any, Literal

from makar.core.train import train
from makar.core.types import Generator, Prompt, Report, Reward
from makar.domains.music.grid import MelodyGrid
from makar.domains.music.rewards import rl_tuner_mended
from makar.domains.music.rewards.rl_tuner import RULES, RuleReward
from makar.learners.policy_gradient import PolicyGradient, PolicyGradientConfig, frozen
from makar.learners.q_learning import QLearning, QLearningConfig
from makar.learners.stability import Stability
from makar.models.token_policy import TokenPolicy
from makar.models.token_q import GuidedQ, TokenQ

Model = Literal["note-rnn", "q", "psi", "g", "reinforce", "ppo", "grpo", "makar"]
TRAINED: tuple[Model, ...] = ("q", "psi", "g", "reinforce", "ppo", "grpo", "makar")
BATCH = 250
"""Works between two updates."""
PRIOR_UNIT = 0.5
"""The paper's c: reward that weighs as much as one nat of the Note RNN."""
KL_TARGET = 0.45
"""Nats a step that the policy-gradient models keep to the Note RNN."""


@dataclass(frozen=True)
class Recipe:
    """How a model comes about.

    Attributes:
        reward: What it is rewarded for.
        learner: How it learns.
    """

    reward: Reward[MelodyGrid]
    learner: PolicyGradientConfig | QLearningConfig


PUBLISHED = RuleReward()
MENDED = RuleReward(
    rules=MappingProxyType({**RULES, "returning": rl_tuner_mended.repeated_motif}),
    weights=MappingProxyType(
        {"key": 4.0, "tonic": 2.0, "leaps": 2.0, "extrema": 4.0, "returning": 1.2}
    ),
    least=MappingProxyType({"repeating": -6.0}),
)
"""makar's: the −100 held at −6, a motif's return paid as far as it goes."""


def recipe(model: Model, *, works: int) -> Recipe:
    """The recipe of a trained model.

    Args:
        model: Any but the Note RNN.
        works: Works it learns from: rates and exploration fall over them.
    """
    updates = works // BATCH
    if model in ("q", "psi", "g"):
        return Recipe(PUBLISHED, _values(model, works=works))
    kit = Stability(kl_coefficient=0.3, kl_target=KL_TARGET, entropy_floor=None)
    common: dict[str, Any] = {"gamma": 0.95, "decay_updates": updates}
    if model == "makar":
        return Recipe(MENDED, _makar(updates))
    if model == "reinforce":  # nothing normalises its rewards: without this the KL is not felt
        reward = RuleReward(weights=MappingProxyType(dict.fromkeys(RULES, 0.05)))
        learner = PolicyGradientConfig(
            algorithm="reinforce", learning_rate=4e-3, stability=kit, **common
        )
        return Recipe(reward, learner)
    if model == "ppo":
        learner = PolicyGradientConfig(
            algorithm="ppo", learning_rate=4e-3, stability=kit, value_weight=0.1, **common
        )
        return Recipe(PUBLISHED, learner)
    return Recipe(
        PUBLISHED,
        PolicyGradientConfig(algorithm="grpo", learning_rate=4e-3, stability=kit, **common),
    )


def _makar(updates: int) -> PolicyGradientConfig:
    return PolicyGradientConfig(
        algorithm="grpo",
        learning_rate=4e-3,
        gamma=0.95,
        decay_updates=updates,
        stability=Stability(kl_coefficient=0.3, kl_target=0.5, entropy_floor=1.0),
    )


def _values(model: Model, *, works: int) -> QLearningConfig:
    """As published: γ .5, target rate .01, 100,000 decisions remembered, ε from 1 to .1 in half."""
    kinds: Mapping[str, Literal["dqn", "psi", "g"]] = {"q": "dqn", "psi": "psi", "g": "g"}
    return QLearningConfig(
        kind=kinds[model],
        learning_rate=1e-3,
        gamma=0.5,
        double=False,
        memory=3125,
        batch=32,
        updates=8,
        target_rate=0.01,
        loss="huber",
        clip_norm=5.0,
        epsilon=1.0,
        epsilon_end=0.1,
        epsilon_decisions=works * 16,
        scale=PRIOR_UNIT,
    )


@dataclass(frozen=True)
class Training:
    """A model that learns.

    Attributes:
        generator: Its works are those of the table once the reports have ended.
        reports: One per update; the model learns as they are taken.
    """

    generator: Generator[MelodyGrid]
    reports: Iterator[Report[MelodyGrid]]


def training(
    note_rnn: TokenPolicy[MelodyGrid],
    chosen: Recipe,
    *,
    works: int,
    seed: int,
) -> Training:
    """Begin to teach a copy of the Note RNN."""
    prompts = [Prompt()] * BATCH
    generator: Any
    if isinstance(chosen.learner, QLearningConfig):
        q = TokenQ.from_policy(note_rnn, greedy=False)
        generator = GuidedQ(q, note_rnn) if chosen.learner.kind == "g" else q
        learner = QLearning(generator, chosen.learner, prior=frozen(note_rnn), seed=seed)
    else:
        generator = copy.deepcopy(note_rnn)
        learner = PolicyGradient(generator, chosen.learner, prior=frozen(note_rnn), seed=seed)
    reports = train(generator, chosen.reward, learner, lambda _: prompts, seed=seed)
    return Training(generator, islice(reports, works // BATCH))
