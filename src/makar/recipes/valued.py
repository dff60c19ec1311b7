"""A recipe's policy as a writer by action values, and the learner of those."""

from __future__ import annotations

from typing import TypeVar, cast

from makar.core.errors import ConfigError
from makar.core.types import Trainable
from makar.learners.policy_gradient import TrainablePolicy
from makar.learners.q_learning import QLearning
from makar.learners.q_settings import Kind, QLearningConfig
from makar.models.token_policy import TokenPolicy
from makar.models.token_q import GuidedQ, TokenQ
from makar.recipes.settings import RecipeConfig

W = TypeVar("W")


def valued(
    policy: Trainable[W], prior: Trainable[W], config: RecipeConfig, kind: Kind
) -> tuple[Trainable[W], QLearning]:
    """What acts on action values where ``policy`` would act, and what teaches it.

    Raises:
        ConfigError: it does not write token by token.
    """
    if not isinstance(policy, TokenPolicy):
        raise ConfigError(
            f"learn.algorithm {kind!r} learns what each token is worth, and {config.recipe} does "
            "not write token by token: choose reinforce, rloo, grpo, a2c or ppo"
        )
    q, known = _writer(policy, kind), cast(TrainablePolicy, prior)
    told = config.values.model_dump()
    if config.values.decay_updates is None:
        told["decay_updates"] = config.loop.iterations
    learner = QLearning(
        q, QLearningConfig(kind=kind, **told), prior=None if kind == "dqn" else known,
        beside=known, seed=config.seed,
    )  # fmt: skip
    return q, learner


def _writer(policy: TokenPolicy[W], kind: Kind) -> TokenQ[W] | GuidedQ[W]:
    """What begins by writing just as the untrained model does.

    Ψ-learning begins with its net, and is paid for staying likely to it. Q- and G-learning begin
    with values of nothing, and act in proportion to the untrained model's chances times the
    exponential of the values: the one knows only what works earn, the other pays for leaving it.
    """
    q = TokenQ.from_policy(policy, greedy=False, dueling=True, apart=True)
    return q if kind == "psi" else GuidedQ(q, policy, silent=True)
