"""The models of the table: what each is rewarded for and how it learns.

All but the Note RNN begin with its weights and learn from equally many works of their own.
Everything here was chosen on seeds from 100 on; docs/rl-tuner.md says how.
"""

from __future__ import annotations

import copy
import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from types import MappingProxyType
from typing import Any, Literal

from makar.core.train import train
from makar.core.types import Generator, Iteration, Judgement, Prompt, Reward, Works
from makar.domains.music.melody.grid import MelodyGrid
from makar.learners.policy_gradient import PolicyGradient, frozen
from makar.learners.policy_settings import PolicyGradientConfig
from makar.learners.q_learning import QLearning
from makar.learners.q_settings import QLearningConfig
from makar.learners.stability import Stability
from makar.models.token_policy import TokenPolicy
from makar.models.token_q import GuidedQ, TokenQ
from makar.reproductions.rl_tuner import facts
from makar.reproductions.rl_tuner import mended as rl_tuner_mended
from makar.reproductions.rl_tuner.rules import RULES, RuleReward, tokens_of

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
SMALL = RuleReward(weights=MappingProxyType(dict.fromkeys(RULES, 0.05)))
"""The same for REINFORCE and PPO, whose returns nothing brings to size: else only the −100 is felt,
and neither the pull of the Note RNN nor what the value head has to learn is in proportion."""
WEIGHTS = MappingProxyType(
    {"key": 9.0, "tonic": 2.0, "leaps": 3.0, "extrema": 9.0, "highest": 15.0}
)
"""Of makar's reward; 1 for the others."""


@dataclass
class Returns:
    """The rules, weighed, and a price for motifs that come back: makar's reward.

    The −100 is held at −6, so that it does not drown the rest. A motif's return is paid by
    ``mended.repeated_motif``, at a price that depends on how often that happens: high
    while it hardly ever does, and a fine once it happens too often. At a fixed price either no
    motif comes back or everything becomes one motif.

    Attributes:
        wanted: Share of steps that end a repeated motif.
        usual: The price at that share; moves slowly towards the one that keeps it there.
        swing: How much more a return pays where there are ten times too few, or less where there
            are ten times too many.
        rate: Largest change of ``usual`` in one update.
        shortage: Of the last works: 1 ten times too few, −1 ten times too many.
    """

    wanted: float = 0.014
    usual: float = 5.0
    swing: float = 12.0
    rate: float = 0.1
    shortage: float = 1.0

    @property
    def price(self) -> float:
        """What a whole return pays now, in quarters."""
        return self.usual + self.swing * self.shortage

    def __call__(self, works: Works[MelodyGrid], prompts: Sequence[Prompt]) -> Judgement:
        """Judge at the price of now; see ``core.types.Reward``."""
        reward = RuleReward(
            rules={
                **RULES,
                "repeated_motif": rl_tuner_mended.repeated_motif,
                "highest": rl_tuner_mended.highest,
            },
            weights={**WEIGHTS, "repeated_motif": self.price},
            least={"repeating": -6.0},
        )
        return reward(works, prompts)

    def adapt(self, works: Works[MelodyGrid]) -> None:
        """Change the price by what was just made; in the loop, never while judging."""
        there = float(facts.in_repeated_motif(tokens_of(works)).mean())
        self.shortage = min(max(math.log10(self.wanted / max(there, 1e-6)), -1.0), 1.0)
        self.usual += self.rate * self.shortage


def recipe(model: Model, *, works: int) -> Recipe:
    """The recipe of a trained model.

    Args:
        model: Any but the Note RNN.
        works: Works it learns from: rates and exploration fall over them.
    """
    updates = works // BATCH
    if model in ("q", "psi", "g"):
        return Recipe(PUBLISHED, _values(model, works=works))
    if model == "makar":
        return Recipe(Returns(), _makar(updates))
    if model == "grpo":
        return Recipe(PUBLISHED, _plain("grpo", updates))
    if model in ("reinforce", "ppo"):
        return Recipe(SMALL, _plain(model, updates))
    raise ValueError(f"{model} is not trained by reward")


def _plain(algorithm: Literal["reinforce", "ppo", "grpo"], updates: int) -> PolicyGradientConfig:
    return PolicyGradientConfig(
        algorithm=algorithm,
        learning_rate=4e-3,
        gamma=0.95,
        decay_updates=updates,
        stability=Stability(kl_coefficient=0.3, kl_target=KL_TARGET, entropy_floor=None),
    )


def _makar(updates: int) -> PolicyGradientConfig:
    return PolicyGradientConfig(
        algorithm="grpo",
        learning_rate=3e-3,
        gamma=0.95,
        decay_updates=updates,
        stability=Stability(kl_coefficient=0.3, kl_target=0.7, entropy_floor=0.95),
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
    reports: Iterator[Iteration[MelodyGrid]]


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
    return Training(generator, _adapting(islice(reports, works // BATCH), chosen.reward))


def _adapting(
    reports: Iterator[Iteration[MelodyGrid]], reward: Reward[MelodyGrid]
) -> Iterator[Iteration[MelodyGrid]]:
    for report in reports:
        if isinstance(reward, Returns):
            reward.adapt(report.rollout.works)
        yield report
