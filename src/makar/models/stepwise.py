"""A policy over any step-by-step process: whole works, or fragments of endless streams of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, Generic, Protocol, TypeVar, runtime_checkable

import torch
from jaxtyping import Bool, Float, Shaped
from torch import Tensor, nn

from makar.core.devices import device_of
from makar.core.process import Process
from makar.core.seeds import Seeds
from makar.core.types import Evaluation, Prompt, Rollout, Works, groups_of
from makar.models.decisions import Categorical, Decisions
from makar.models.streams import Streams

S = TypeVar("S")
W = TypeVar("W")
START, RESTART = 1, 2
"""Branches of the seeds: works begin from the first, and after step ``t`` from ``RESTART + t``."""
CONTEXT = frozenset({"observation", "legal"})
"""What the network needs to evaluate a decision again."""


@runtime_checkable
class StepModel(Protocol):
    """What a policy, or a search, needs of a network."""

    def __call__(
        self, observation: Shaped[Tensor, " N *O"], /
    ) -> tuple[Float[Tensor, " N A"], Float[Tensor, " N"]]:
        """What decisions are made of (logits of actions; means and deviations), and the return.

        See ``models.decisions`` for the one, and the other is the expected return.
        """
        ...


class StepwisePolicy(nn.Module, Generic[S, W]):
    """Drives a process with a network, and evaluates the decisions it took.

    With ``fragments`` the rows are streams that go on in the next ``sample``: a work that ends
    gives way to the next, ``works`` holds those that ended meanwhile, and the value of what lies
    beyond the cut is in ``bootstrap``. Save ``streams`` beside the weights to resume exactly.
    To sample whole works from a net that learns from fragments, give it to a second policy.

    Args:
        process: The steps.
        net: The network.
        steps: Decisions per fragment; for whole works the most that one may take.
        fragments: Whether works go on in the next call. The process must pay on the way then.
        shard: Rows the network sees at once while sampling. Logits move in the last bit with the
            batch size: with a fixed one the same seeds give the same works, however many.
        decisions: How the network's scores become decisions: one of several actions by default.
    """

    def __init__(
        self,
        process: Process[S, W],
        net: StepModel,
        *,
        steps: int,
        fragments: bool = False,
        shard: int = 32,
        decisions: Decisions | None = None,
    ) -> None:
        super().__init__()
        if steps < 1 or shard < 1:
            raise ValueError(f"steps and shard must be at least 1, got {steps} and {shard}")
        self.process, self.net = process, net
        self.steps, self.fragments, self.shard = steps, fragments, shard
        self.streams, self.decisions = Streams(process), decisions or Categorical()

    @torch.no_grad()
    def sample(
        self, prompts: Sequence[Prompt], *, seeds: Seeds, temperature: float = 1.0
    ) -> Rollout[W]:
        """Make one work per prompt, or carry every stream on. See ``core.types.Generator``.

        A stream's prompt is the one it was given when its work began; a new one takes effect
        with the next work.

        Raises:
            ValueError: the temperature is not positive, the number of streams changed, a work
                has no legal action left though it is not finished, or a process that does not
                pay on the way was asked for fragments.
        """
        if temperature <= 0:
            raise ValueError(f"temperature must be above 0, got {temperature}")
        was_training = self.training
        self.eval()
        draws = self.decisions.randomness(seeds, len(prompts), self.steps)
        if self.fragments:
            if self.streams.state is None:
                self.streams.begin(prompts, seeds.branched(START))
            tape = self._carry_on(prompts, draws, seeds, temperature)
        else:
            tape = self._make_whole(prompts, draws, seeds, temperature)
        self.train(was_training)
        return tape.rollout(temperature)

    def _make_whole(
        self, prompts: Sequence[Prompt], draws: Tensor, seeds: Seeds, temperature: float
    ) -> _Tape[W]:
        """New works, to their ends."""
        state, columns = self.process.start(prompts, seeds.branched(START)), []
        for t in range(self.steps):
            alive = ~self._over(state)
            if t and not alive.any():
                break
            state, column = self._decide(state, alive, draws[:, t], temperature, t=t)
            columns.append(column)
        return _Tape(columns, self.process.works(state), prompts, groups_of(prompts))

    def _carry_on(
        self, prompts: Sequence[Prompt], draws: Tensor, seeds: Seeds, temperature: float
    ) -> _Tape[W]:
        """The next fragment of every stream."""
        state, begun = self.streams.ready(len(prompts))
        everywhere = torch.ones(len(prompts), dtype=torch.bool)
        group = groups_of(begun)
        columns: list[dict[str, Tensor]] = []
        finished, asked, owner = [self.process.works(state).take([])], [], []
        for t in range(self.steps):
            state, column = self._decide(state, everywhere, draws[:, t], temperature, t=t)
            columns.append(column)
            over = column["terminated"] | column["truncated"]
            if over.any():
                rows = over.nonzero()[:, 0].tolist()
                finished.append(self.process.works(state).take(rows))
                asked += [begun[i] for i in rows]
                owner += rows
                begun = [new if over[i] else begun[i] for i, new in enumerate(prompts)]
                state = self.process.restart(state, over, prompts, seeds.branched(RESTART + t))
        if "step_reward" not in columns[0]:
            raise ValueError(
                "fragments need a process that pays on the way: sample whole works instead"
            )
        self.streams.state, self.streams.prompts = state, begun
        works = self.process.join(finished)
        return _Tape(columns, works, asked, group, torch.tensor(owner, dtype=torch.long))

    def _over(self, state: S) -> Bool[Tensor, " B"]:
        return self.process.terminated(state) | self.process.truncated(state)

    def _decide(
        self,
        state: S,
        alive: Bool[Tensor, " B"],
        draws: Float[Tensor, " B *R"],
        temperature: float,
        *,
        t: int,
    ) -> tuple[S, dict[str, Tensor]]:
        """One decision of every row, and all there is to record of it."""
        observation, legal = self.process.observe(state), self.process.legal(state)
        column = {"observation": observation, "place": self.process.place(state), "mask": alive}
        if legal is not None:
            if not legal.any(1)[alive].all():
                raise ValueError(f"no legal action at step {t}, though the work is not finished")
            column["legal"] = legal = legal | ~alive[:, None]  # what is over needs no mask
        scores = self._think(observation)[0]
        action, logp = self.decisions.draw(scores, legal, temperature, draws)
        state, paid = self.process.step(state, action)
        ended = alive & self.process.terminated(state)
        cut = alive & self.process.truncated(state) & ~ended
        column |= {"actions": action, "terminated": ended, "truncated": cut}
        column["logp"] = torch.where(alive, logp, 0.0)
        if paid is not None:
            column["step_reward"] = torch.where(alive, paid.float(), 0.0)
            ahead = alive & ~ended if t == self.steps - 1 else cut
            column["bootstrap"] = torch.zeros(len(alive))
            if ahead.any():  # the value of the state before it gives way to a new work
                value = self._think(self.process.observe(state))[1]
                column["bootstrap"] = torch.where(ahead, value, 0.0)
        return state, column

    def _think(self, observation: Shaped[Tensor, " B *O"]) -> tuple[Tensor, Tensor]:
        """Scores and values, seen by the network in shards of one size."""
        rows = len(observation)
        spare = observation.new_zeros(-rows % self.shard, *observation.shape[1:])
        shards = torch.cat((observation, spare)).to(device_of(self)).split(self.shard)
        scores, value = zip(*(self.net(shard) for shard in shards), strict=True)
        home = observation.device
        return torch.cat(scores)[:rows].to(home), torch.cat(value)[:rows].to(home)

    def evaluate(self, rollout: Rollout[Any]) -> Evaluation:
        """What the current weights think of the rollout. See ``core.types.Policy``."""
        home, rollout = rollout.mask.device, rollout.to(device_of(self))
        shape, mask = rollout.mask.shape, rollout.mask
        scores, value = self.net(rollout.context["observation"].flatten(0, 1))
        heat = rollout.context["temperature"][:, None, None]
        found = self.decisions.evaluate(
            scores.unflatten(0, shape), rollout.context.get("legal"), heat, rollout.actions, mask
        )
        return replace(found, value=value.unflatten(0, shape)).to(home)


@dataclass(frozen=True)
class _Tape(Generic[W]):
    """What was recorded, one column of ``(B, ...)`` per step, and the works that came of it."""

    columns: Sequence[dict[str, Tensor]]
    works: Works[W]
    prompts: Sequence[Prompt]
    group: Tensor
    owner: Tensor | None = None

    def rollout(self, temperature: float) -> Rollout[W]:
        """The recording with steps as the second axis."""
        rows = {n: torch.stack([c[n] for c in self.columns], 1) for n in self.columns[0]}
        context = {name: rows.pop(name) for name in CONTEXT & rows.keys()}
        context["temperature"] = torch.full((len(self.group),), float(temperature))
        return Rollout(
            works=self.works,
            prompts=list(self.prompts),
            actions=_where(rows["mask"], rows["actions"]),
            logp=rows["logp"],
            mask=rows["mask"],
            group=self.group,
            place=rows["place"],
            context=context,
            step_reward=rows.get("step_reward"),
            terminated=rows["terminated"],
            truncated=rows["truncated"],
            bootstrap=rows.get("bootstrap"),
            owner=self.owner,
        )


def _where(mask: Bool[Tensor, "B T"], actions: Shaped[Tensor, "B T *A"]) -> Tensor:
    """The actions that were decided on; 0 elsewhere."""
    return torch.where(mask.view(*mask.shape, *[1] * (actions.ndim - 2)), actions, 0)
