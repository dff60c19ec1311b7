"""What an action value should have been: targets of Q-, Ψ- and G-learning, one function a paper.

Axes: ``B`` works, ``T`` decisions, ``A`` actions. Action values ``q`` are ``(B, T, A)``, with a
mask ``legal`` of the same shape, or None where all actions are allowed; an illegal action never
enters a maximum or a sum. A *state value* is ``(B, T)``: that of the state before each decision.
"""

from __future__ import annotations

import torch
from jaxtyping import Bool, Float, Int
from torch import Tensor
from torch.nn import functional as F

from makar.objectives.policy_loss import mean_over


def taken(q: Float[Tensor, " B T A"], actions: Int[Tensor, " B T"]) -> Float[Tensor, " B T"]:
    """Value of the action that was taken."""
    return q.gather(-1, actions[..., None])[..., 0]


def greedy_value(
    q: Float[Tensor, " B T A"], legal: Bool[Tensor, " B T A"] | None
) -> Float[Tensor, " B T"]:
    """State value of Q-learning, max_a Q(s, a) (Mnih et al. 2015, algorithm 1)."""
    return _legal(q, legal).amax(-1)


def double_value(
    q: Float[Tensor, " B T A"],
    choosing: Float[Tensor, " B T A"],
    legal: Bool[Tensor, " B T A"] | None,
) -> Float[Tensor, " B T"]:
    """Double Q-learning (van Hasselt et al. 2016): one net chooses, the other values.

    Args:
        q: Values by the target net.
        choosing: Values by the net in training, whose best action is taken.
        legal: Actions allowed.
    """
    return taken(q, _legal(choosing, legal).argmax(-1))


def soft_value(
    q: Float[Tensor, " B T A"],
    legal: Bool[Tensor, " B T A"] | None,
    log_prior: Float[Tensor, " B T A"] | None = None,
) -> Float[Tensor, " B T"]:
    """State value of Ψ- and G-learning (Jaques et al. 2017).

    Ψ: log Σ_a exp Ψ(s, a), as the prior is in its reward already. G: log Σ_a p(a|s) exp G(s, a).
    Acting as they ask, in proportion to exp Ψ or p · exp G, earns this value in expectation,
    the KL to the prior taken off.
    """
    return _legal(q if log_prior is None else q + log_prior, legal).logsumexp(-1)


def prior_reward(
    rewards: Float[Tensor, " B T"],
    logp: Float[Tensor, " B T"],
    mask: Bool[Tensor, " B T"],
    *,
    scale: float,
) -> Float[Tensor, " B T"]:
    """The reward that keeps a learner near its prior, r / c + log p (Jaques et al. 2017).

    Args:
        rewards: What the works earned.
        logp: Log-probability of each decision under the prior, nats.
        mask: Decisions.
        scale: The paper's c: how much reward weighs as much as one nat of the prior.
    """
    return torch.where(mask, rewards / scale + logp, 0.0)


def n_step(
    rewards: Float[Tensor, " B T"],
    values: Float[Tensor, " B T"],
    mask: Bool[Tensor, " B T"],
    *,
    gamma: float,
    n: int = 1,
    taken: Float[Tensor, " B T"] | None = None,
    terminated: Bool[Tensor, " B T"] | None = None,
    truncated: Bool[Tensor, " B T"] | None = None,
    bootstrap: Float[Tensor, " B T"] | None = None,
) -> Float[Tensor, " B T"]:
    """Targets: ``n`` rewards, then the value of the state they lead to; 0 where none was decided.

    As Hessel et al. 2018 (*Rainbow*) use it, uncorrected: what was done after the first decision
    counts as if it were what is done now. With ``taken`` it is corrected: each further reward
    enters by what it adds to the values, G_t = r_t + γ(V_t+1 + G_t+1 − q_t+1), so that the values
    wanted are a fixed point whoever decided. For Ψ- and G-learning that is path consistency
    (Nachum et al. 2017), for Q-learning Q(λ) with λ = 1, cut off after ``n`` steps (Harutyunyan
    et al. 2016).

    Ends are as in ``advantage.generalised``: a row that stops without being ``terminated`` or
    ``truncated`` is a finished work, worth nothing further, unless ``bootstrap`` says otherwise.

    Args:
        rewards: Reward of each decision.
        values: State value before each decision.
        mask: Decisions.
        gamma: Discount.
        n: Rewards before the value is trusted.
        taken: Value of the action taken at each decision, to correct for what others decided.
        terminated: Episode ends inside the row.
        truncated: Episodes cut off inside the row.
        bootstrap: Value after each truncated decision and after the row's last. NaN: not known;
            the decision's target is NaN, and those before it stop at the last value known.
    """
    nothing = torch.zeros_like(mask)
    terminated = nothing if terminated is None else terminated
    truncated = nothing if truncated is None else truncated
    following = _following(mask)
    goes_on = (following < mask.shape[1]) & ~terminated & ~truncated
    following = torch.where(goes_on, following, 0)
    beyond = torch.zeros_like(values) if bootstrap is None else bootstrap
    ahead = torch.where(goes_on, values.gather(1, following), beyond)
    ahead = torch.where(terminated, 0.0, ahead)
    target = rewards + gamma * ahead
    for _ in range(min(n, mask.shape[1]) - 1):
        later = target if taken is None else target + values - taken
        later = later.gather(1, following)
        target = rewards + gamma * torch.where(goes_on & ~later.isnan(), later, ahead)
    return torch.where(mask, target, 0.0)


def squared_error(
    q: Float[Tensor, " B T"], target: Float[Tensor, " B T"], mask: Bool[Tensor, " B T"]
) -> Float[Tensor, ""]:
    """Half the mean squared error."""
    return 0.5 * mean_over((q - target).square(), mask)


def huber_error(
    q: Float[Tensor, " B T"], target: Float[Tensor, " B T"], mask: Bool[Tensor, " B T"]
) -> Float[Tensor, ""]:
    """The squared error, straight beyond 1: Mnih et al. 2015 clip the error of each decision."""
    return mean_over(F.huber_loss(q, target, reduction="none"), mask)


def _legal(q: Tensor, legal: Tensor | None) -> Tensor:
    return q if legal is None else q.masked_fill(~legal, -torch.inf)


def _following(mask: Tensor) -> Tensor:
    """``(B, T)`` column of the row's next decision after each; T where there is none."""
    B, T = mask.shape
    columns = torch.where(mask, torch.arange(T, device=mask.device), T)
    columns = torch.cat((columns[:, 1:], columns.new_full((B, min(T, 1)), T)), 1)
    return columns.flip(1).cummin(1).values.flip(1) if T else columns
