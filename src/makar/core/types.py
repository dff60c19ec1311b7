"""The vocabulary of makar: what is asked, made, judged and learned from.

Axes used everywhere: ``B`` works, ``T`` decisions per work, ``U`` units of a work
(notes, tiles, lines, strokes), ``A`` actions.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from typing import Any, Generic, Literal, Protocol, TypeVar, overload, runtime_checkable

import numpy as np
import torch
from jaxtyping import Bool, Float, Int, Shaped
from torch import Tensor

from makar.core.fingerprint import fingerprint
from makar.core.seeds import Seeds

W_co = TypeVar("W_co", covariant=True)
W_contra = TypeVar("W_contra", contravariant=True)
Role = Literal["score", "gate", "penalty", "watch"]

EXACT_KL_ACTIONS = 4096
"""Up to this many actions ``Evaluation.kl`` sums over the whole action set."""


@dataclass(frozen=True)
class Prompt:
    """What the user asked for.

    Attributes:
        text: Free words, where a domain can use them.
        condition: Named wishes, such as ``{"metre": "6/8", "challenge": 0.6}``.
        form: A form for the whole, such as ``"AABA"``.
        given: Material to continue or to fill in; a domain's own work type.
    """

    text: str = ""
    condition: Mapping[str, float | str] = field(default_factory=dict[str, float | str])
    form: str = ""
    given: Any = None

    @property
    def key(self) -> str:
        """Equal for equal prompts: works with the same key are compared with one another."""
        given = "" if self.given is None else fingerprint(self.given)
        return json.dumps([self.text, dict(self.condition), self.form, given], sort_keys=True)


def groups_of(prompts: Sequence[Prompt]) -> Int[Tensor, " B"]:
    """Number the prompts so that equal prompts, and only they, share a number."""
    numbers: dict[str, int] = {}
    return torch.tensor([numbers.setdefault(p.key, len(numbers)) for p in prompts]).long()


@runtime_checkable
class Works(Protocol[W_co]):
    """A columnar batch of works: arrays inside, one object per work only when looked at."""

    def __len__(self) -> int: ...
    @overload
    def __getitem__(self, index: int, /) -> W_co: ...
    @overload
    def __getitem__(self, index: slice, /) -> Sequence[W_co]: ...
    def take(self, indices: Iterable[int]) -> Works[W_co]:
        """Return the works at ``indices``, in that order, as a batch of the same kind."""
        ...


@dataclass(frozen=True)
class Rollout(Generic[W_co]):
    """Works, and the decisions that made them; on the CPU as sampled (``core.devices``).

    Attributes:
        works: The finished works: one per row, unless ``owner`` is given.
        prompts: What was asked of each work.
        actions: ``(B, T)`` integers, or ``(B, T, A)`` floats for continuous actions.
        logp: ``(B, T)`` log-probability under the sampler *as it sampled*: temperature, masks.
        mask: ``(B, T)`` True where the policy decided.
        group: ``(B,)`` rows with the same prompt share a number.
        place: ``(B, T)`` the unit of the work that each decision belongs to.
        context: Tensors with a leading ``B`` that the model needs to evaluate the decisions
            again: observations, legal masks, temperature.
        step_reward: ``(B, T)`` where a process pays on the way, else None.
        terminated: ``(B, T)`` True at a decision that ended its episode for good.
        truncated: ``(B, T)`` True at a decision after which an episode was cut off.
        bootstrap: ``(B, T)`` value of the state after each truncated or last decision,
            for rows that go on in the next rollout.
        owner: ``(N,)`` for fragments, whose rows are streams of works: the row in which each
            of the ``N`` works was finished, in no fixed number. None: row ``i`` made work ``i``.
    """

    works: Works[W_co]
    prompts: Sequence[Prompt]
    actions: Shaped[Tensor, " B T *A"]
    logp: Float[Tensor, " B T"]
    mask: Bool[Tensor, " B T"]
    group: Int[Tensor, " B"]
    place: Int[Tensor, " B T"]
    context: Mapping[str, Tensor] = field(default_factory=dict[str, Tensor])
    step_reward: Float[Tensor, " B T"] | None = None
    terminated: Bool[Tensor, " B T"] | None = None
    truncated: Bool[Tensor, " B T"] | None = None
    bootstrap: Float[Tensor, " B T"] | None = None
    owner: Int[Tensor, " N"] | None = None

    def __len__(self) -> int:
        return len(self.group)

    def select(self, rows: Int[Tensor, " N"]) -> Rollout[W_co]:
        """Return the rows asked for, in that order: minibatches and replay."""
        picked: dict[str, Any] = {
            f.name: value[rows]
            for f in fields(self)
            if f.name != "owner" and isinstance(value := getattr(self, f.name), Tensor)
        }
        indices = [int(i) for i in rows.cpu()]
        if self.owner is not None:
            row, work = (rows[:, None] == self.owner).nonzero(as_tuple=True)
            picked["owner"], indices = row, [int(i) for i in work.cpu()]
        return replace(
            self,
            works=self.works.take(indices),
            prompts=[self.prompts[i] for i in indices],
            context={name: tensor[rows] for name, tensor in self.context.items()},
            **picked,
        )

    def to(self, device: torch.device) -> Rollout[W_co]:
        """Return the same rollout with its tensors on ``device``; the works stay as they are."""
        if self.mask.device == device:
            return self
        return replace(
            self,
            context={name: tensor.to(device) for name, tensor in self.context.items()},
            **_moved(self, device),
        )


@dataclass(frozen=True)
class Evaluation:
    """What the current weights think of a rollout's decisions; differentiable.

    Attributes:
        logp: ``(B, T)`` log-probability of the action that was taken.
        entropy: ``(B, T)`` nats.
        value: ``(B, T)`` expected return before the decision, or None without a value head.
        logits: ``(B, T, A)`` *normalised* log-probabilities after temperature and masks
            (-inf where an action is illegal), or None.
        gaussian: ``(mean, log_std)``, each ``(B, T, A)``, for continuous actions, or None.
    """

    logp: Float[Tensor, " B T"]
    entropy: Float[Tensor, " B T"]
    value: Float[Tensor, " B T"] | None = None
    logits: Float[Tensor, " B T A"] | None = None
    gaussian: tuple[Float[Tensor, " B T A"], Float[Tensor, " B T A"]] | None = None

    def to(self, device: torch.device) -> Evaluation:
        """Return the same evaluation with its tensors on ``device``; gradients flow back."""
        if self.logp.device == device:
            return self
        gaussian = self.gaussian and (self.gaussian[0].to(device), self.gaussian[1].to(device))
        return replace(self, gaussian=gaussian, **_moved(self, device))

    def kl(self, other: Evaluation) -> Float[Tensor, " B T"]:
        """KL(self || other) per decision, in nats.

        Exact for action sets up to ``EXACT_KL_ACTIONS`` and for Gaussians; otherwise the
        low-variance "k3" estimate from the sampled actions (Schulman 2020, *Approximating
        KL divergence*).
        """
        if self.gaussian is not None and other.gaussian is not None:
            return _gaussian_kl(self.gaussian, other.gaussian)
        if (
            self.logits is not None
            and other.logits is not None
            and self.logits.shape[-1] <= EXACT_KL_ACTIONS
        ):
            legal = self.logits.isfinite()
            difference = torch.where(legal, self.logits - other.logits, 0.0)
            return (self.logits.exp() * difference).sum(-1)
        log_ratio = other.logp - self.logp
        return log_ratio.exp() - 1 - log_ratio


def _moved(record: Rollout[Any] | Evaluation, device: torch.device) -> dict[str, Any]:
    """The record's own tensors on ``device``, by field."""
    values = ((f.name, getattr(record, f.name)) for f in fields(record))
    return {name: value.to(device) for name, value in values if isinstance(value, Tensor)}


def _gaussian_kl(p: tuple[Tensor, Tensor], q: tuple[Tensor, Tensor]) -> Tensor:
    (mean_p, log_p), (mean_q, log_q) = p, q
    ratio = (2 * (log_p - log_q)).exp()
    shift = (mean_p - mean_q).square() * (-2 * log_q).exp()
    return (0.5 * (ratio + shift - 1) - (log_p - log_q)).sum(-1)


@dataclass(frozen=True)
class JudgedPart:
    """One named part of a judgement.

    Attributes:
        raw: ``(B,)`` the statistic itself; NaN = could not be judged.
        value: ``(B,)`` the statistic after its transform, in [0, 1]; NaN is kept.
        weight: Its share of the total (0 for gates, penalties and watches).
        role: What it does to the total.
        transform: How ``raw`` became ``value``, in words.
    """

    raw: Float[np.ndarray, " B"]
    value: Float[np.ndarray, " B"]
    weight: float
    role: Role
    transform: str


@dataclass(frozen=True)
class Judgement:
    """What a reward said of a batch: the very numbers that are trained on.

    Attributes:
        total: ``(B,)`` what the learner maximises; NaN = the work could not be judged at all.
        parts: Every named part, trained on or only watched.
        credit: ``(B, U)`` *where* in the work some of the total was earned, or None.
            What it does not cover is earned at the work's last decision.
        faults: How often each part failed in this batch, by ``"part: fault"``.
    """

    total: Float[np.ndarray, " B"]
    parts: Mapping[str, JudgedPart] = field(default_factory=dict[str, JudgedPart])
    credit: Float[np.ndarray, " B U"] | None = None
    faults: Mapping[str, int] = field(default_factory=dict[str, int])


@runtime_checkable
class Reward(Protocol[W_contra]):
    """Judges works in the domain's own types, knowing what was asked."""

    def __call__(self, works: Works[W_contra], prompts: Sequence[Prompt], /) -> Judgement:
        """Judge each work, with what was asked of it."""
        ...


@runtime_checkable
class Generator(Protocol[W_co]):
    """Makes works. The same seeds and prompts give the same works."""

    def sample(
        self, prompts: Sequence[Prompt], *, seeds: Seeds, temperature: float = 1.0
    ) -> Rollout[W_co]:
        """Make one work per prompt."""
        ...


@runtime_checkable
class Trainable(Generator[W_co], Protocol[W_co]):
    """A generator made of weights: what a run trains, keeps and opens again.

    How it decides is its own affair: by tokens or edits, by action values, through a latent.
    """

    @property
    def shard(self) -> int:
        """Works sampled together: a work's place in its shard is part of its making."""
        ...

    def state_dict(self) -> dict[str, Any]:
        """Weights by name."""
        ...

    def load_state_dict(self, state_dict: Mapping[str, Any]) -> Any:
        """Take over weights by name."""
        ...


@runtime_checkable
class Policy(Generator[W_co], Protocol[W_co]):
    """A generator that can say how likely its decisions were, with gradients."""

    def evaluate(self, rollout: Rollout[Any]) -> Evaluation:
        """Evaluate the rollout's decisions under the current weights; answer where it lies."""
        ...

    def state_dict(self) -> dict[str, Any]:
        """Weights by name."""
        ...

    def load_state_dict(self, state_dict: Mapping[str, Any]) -> Any:
        """Take over weights by name."""
        ...

    def parameters(self) -> Iterable[torch.nn.Parameter]:
        """Trainable weights."""
        ...


@runtime_checkable
class QFunction(Generator[W_co], Protocol[W_co]):
    """A generator that acts on action values. Q-values are not logits."""

    def q_values(self, rollout: Rollout[Any]) -> Float[Tensor, " B T A"]:
        """Value of every action at every decision of the rollout."""
        ...


@runtime_checkable
class Learner(Protocol):
    """Changes a generator so that its judgement rises. Owns its optimiser and memories."""

    def update(self, rollout: Rollout[Any], judgement: Judgement) -> dict[str, float]:
        """Learn from one judged rollout; return what to log."""
        ...

    def state_dict(self) -> dict[str, Any]:
        """Everything needed to go on exactly: tensors and plain JSON values, nested."""
        ...

    def load_state_dict(self, state: Mapping[str, Any]) -> None:
        """Take over a saved state."""
        ...


@runtime_checkable
class Restrainable(Protocol):
    """A learner that can be told to move more cautiously, as after a collapse."""

    def restrain(self, factor: float) -> None:
        """Stay ``factor`` times nearer to the prior, or move so many times less."""
        ...


@dataclass(frozen=True)
class Iteration(Generic[W_co]):
    """One iteration of ``train``, for the caller to log, save or stop on."""

    iteration: int
    rollout: Rollout[W_co]
    judgement: Judgement
    metrics: Mapping[str, float]
