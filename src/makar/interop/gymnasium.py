"""A makar process and reward as Gymnasium environments, for other people's learners.

    environment = single(MyProcess(), reward)         # a gymnasium.Env
    environments = vector(MyProcess(), 16, reward)    # a gymnasium.vector.VectorEnv

What the process pays is the reward; where it does not pay, the finished work's judged total is
paid with the last step. Legal actions are in ``info["action_mask"]``. A domain that wants its
own spaces, ``info``, ``reset`` options or pictures says so in a ``View``.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, cast

import numpy as np
import torch
from torch import Tensor

from makar.core.process import Process
from makar.core.seeds import Seeds
from makar.core.types import Prompt, Reward
from makar.interop.gymnasium_view import NumbersView, View

if TYPE_CHECKING:
    import gymnasium

__all__ = ["NumbersView", "View", "single", "vector"]


def single(
    process: Process[Any, Any],
    reward: Reward[Any] | None = None,
    *,
    prompt: Prompt | None = None,
    view: View[Any] | None = None,
    render_mode: str | None = None,
) -> gymnasium.Env[np.ndarray, Any]:
    """One work at a time.

    Args:
        process: The steps.
        reward: Judges finished works, where the process does not pay.
        prompt: What is asked of every work.
        view: How it looks from Gymnasium's side.
        render_mode: What ``render`` returns: one of the view's ``render_modes``.
    """
    import gymnasium

    class ProcessEnv(_Single, gymnasium.Env[np.ndarray, Any]):
        """Made by ``makar.interop.gymnasium.single``."""

    rows = _Rows(process, reward, prompt or Prompt(), 1, view=view, render_mode=render_mode)
    return cast(Any, ProcessEnv)(rows)


def vector(
    process: Process[Any, Any],
    rows: int,
    reward: Reward[Any] | None = None,
    *,
    prompt: Prompt | None = None,
    view: View[Any] | None = None,
    render_mode: str | None = None,
) -> gymnasium.vector.VectorEnv[np.ndarray, np.ndarray, np.ndarray]:
    """Many works at once; a finished one gives way to the next in the step after it.

    Args:
        process: The steps.
        rows: Works at once.
        reward: Judges finished works, where the process does not pay.
        prompt: What is asked of every work.
        view: How they look from Gymnasium's side.
        render_mode: What ``render`` returns for each: one of the view's ``render_modes``.
    """
    import gymnasium

    class ProcessVectorEnv(_Vector, gymnasium.vector.VectorEnv[np.ndarray, np.ndarray, np.ndarray]):
        """Made by ``makar.interop.gymnasium.vector``."""

    made = _Rows(process, reward, prompt or Prompt(), rows, view=view, render_mode=render_mode)
    return cast(Any, ProcessVectorEnv)(made)


@dataclass(frozen=True)
class _Alone(Seeds):
    """Seeds of one row, which draws as if it were the first; what the others draw is not used."""

    def generator(self, work: int = 0, stream: int = 0) -> np.random.Generator:
        """See ``Seeds``; works before the first count down from the largest number."""
        return super().generator(work % 2**64, stream)


class _Rows:
    """Works in the making, and the rewards they earn."""

    def __init__(
        self,
        process: Process[Any, Any],
        reward: Reward[Any] | None,
        prompt: Prompt,
        count: int,
        *,
        view: View[Any] | None,
        render_mode: str | None,
    ) -> None:
        self.process, self.reward = process, reward
        self.view = View(process) if view is None else view
        if render_mode not in (None, *self.view.render_modes):
            raise ValueError(
                f"no render_mode {render_mode!r}: choose one of {self.view.render_modes}, or None"
            )
        self.render_mode = render_mode
        self.prompts = [prompt] * count
        self.state = process.start(self.prompts, Seeds(0))
        self.seed = self.moment = 0

    def begin(self, seed: int, options: Mapping[str, Any] | None) -> np.ndarray:
        """Begin every work anew, the first ones as the options say; the observations."""
        asked = self.view.ask(options, len(self.prompts)) if options else self.prompts
        self.seed, self.moment = seed, 0
        self.state = self.process.start(asked, Seeds(seed))
        return self.seen()

    def begin_each(self, seeds: Sequence[int], options: Mapping[str, Any] | None) -> np.ndarray:
        """Begin every work anew with a seed of its own, likewise."""
        asked = self.view.ask(options, len(self.prompts)) if options else self.prompts
        for row, seed in enumerate(seeds):
            self._begin_one(row, seed, asked)
        return self.seen()

    def begin_each_again(self, seeds: Mapping[int, int]) -> None:
        """Give way to new works in the given rows, each with a seed of its own."""
        for row, seed in seeds.items():
            self._begin_one(row, seed, self.prompts)

    def _begin_one(self, row: int, seed: int, asked: Sequence[Prompt]) -> None:
        """Begin a work as ``single`` would with that seed, whatever the row."""
        rows = torch.arange(len(self.prompts)) == row
        self.state = self.process.restart(self.state, rows, asked, _Alone(seed, first=-row))

    def begin_again(self, rows: np.ndarray) -> None:
        """Give way to new works in the given rows."""
        self.moment += 1
        seeds = Seeds(self.seed, self.moment)
        self.state = self.process.restart(self.state, torch.from_numpy(rows), self.prompts, seeds)

    def step(self, actions: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Take one step; rewards, and whether each work is finished or cut off, ``(B,)`` each."""
        chosen = torch.from_numpy(self.view.act(actions))
        self.state, paid = self.process.step(self.state, chosen)
        ended = self.process.terminated(self.state).numpy()
        cut = self.process.truncated(self.state).numpy() & ~ended
        return self._rewards(paid, ended | cut), ended, cut

    def _rewards(self, paid: Tensor | None, over: np.ndarray) -> np.ndarray:
        if paid is not None:
            return paid.double().numpy()
        rewards = np.zeros(len(over))
        if self.reward is None:
            raise ValueError("this process does not pay: give a reward that judges its works")
        if over.any():
            rows = np.flatnonzero(over).tolist()
            works = self.process.works(self.state).take(rows)
            total = self.reward(works, [self.prompts[i] for i in rows]).total
            rewards[rows] = np.nan_to_num(total)  # other learners do not know "unjudged"
        return rewards

    def seen(self) -> np.ndarray:
        """What a policy sees, ``(B, *O)``."""
        return self.view.see(self.state)

    def info(self) -> dict[str, Any]:
        """What else there is to tell, in arrays ``(B, *)``."""
        return self.view.tell(self.state)

    def drawn(self) -> tuple[Any, ...] | None:
        """A picture of each work."""
        if self.render_mode is None:
            return None
        return tuple(self.view.draw(self.state, self.render_mode))


class _Single:
    """The methods of ``gymnasium.Env``, for a class that is made when Gymnasium is wanted."""

    def __init__(self, rows: _Rows) -> None:
        self.rows, self.render_mode = rows, rows.render_mode
        self.metadata = rows.view.metadata()
        self.observation_space = rows.view.observations()
        self.action_space = rows.view.actions()

    def reset(
        self, *, seed: int | None = None, options: Mapping[str, Any] | None = None
    ) -> tuple[np.ndarray, dict[str, Any]]:
        """Begin a work."""
        cast(Any, super()).reset(seed=seed, options=options)  # gymnasium.Env is beside this class
        seen = self.rows.begin(_drawn_seed(cast(Any, self).np_random), options)
        return seen[0], _first(self.rows.info())

    def step(self, action: Any) -> tuple[np.ndarray, float, bool, bool, dict[str, Any]]:
        """Take one step."""
        reward, ended, cut = self.rows.step(np.array([action]))
        info = _first(self.rows.info())
        return self.rows.seen()[0], float(reward[0]), bool(ended[0]), bool(cut[0]), info

    def render(self) -> Any:
        """A picture of the work, as ``render_mode`` says."""
        drawn = self.rows.drawn()
        return None if drawn is None else drawn[0]

    def action_masks(self) -> np.ndarray:
        """Legal actions, under the name sb3-contrib's MaskablePPO asks for."""
        return self.rows.view.legal(self.rows.state)[0]


class _Vector:
    """The methods of ``gymnasium.vector.VectorEnv``, likewise."""

    def __init__(self, rows: _Rows) -> None:
        from gymnasium.vector import AutoresetMode
        from gymnasium.vector.utils import batch_space

        self.rows, self.num_envs = rows, len(rows.prompts)
        self.render_mode = rows.render_mode
        self.metadata = rows.view.metadata() | {"autoreset_mode": AutoresetMode.NEXT_STEP}
        self.single_observation_space = rows.view.observations()
        self.single_action_space = rows.view.actions()
        self.observation_space = batch_space(self.single_observation_space, self.num_envs)
        self.action_space = batch_space(self.single_action_space, self.num_envs)
        self.over = np.zeros(self.num_envs, bool)
        self.each: list[np.random.Generator] = []

    def reset(
        self,
        *,
        seed: int | Sequence[int | None] | None = None,
        options: Mapping[str, Any] | None = None,
    ) -> tuple[np.ndarray, dict[str, Any]]:
        """Begin every work anew.

        Args:
            seed: One for all, or one for each: then all works of a row are those that ``single``
                makes with that seed. None for a row, or for all, goes on with what there is.
            options: For the view; see ``View.ask``.

        Raises:
            ValueError: there are not as many seeds as works.
        """
        whole = int(seed) if isinstance(seed, int | np.integer) else None
        if whole is not None:
            self.each = []
        elif seed is not None:
            self.each = self._generators(cast(Sequence[int | None], seed))
        cast(Any, super()).reset(seed=whole, options=options)  # Gymnasium's is beside this class
        self.over = np.zeros(self.num_envs, bool)
        if self.each:
            seen = self.rows.begin_each([_drawn_seed(random) for random in self.each], options)
        else:
            seen = self.rows.begin(_drawn_seed(cast(Any, self).np_random), options)
        return seen, self._info()

    def _generators(self, seeds: Sequence[int | None]) -> list[np.random.Generator]:
        """What each row draws its works' seeds from."""
        from gymnasium.utils.seeding import np_random

        if len(seeds) != self.num_envs:
            raise ValueError(f"{len(seeds)} seeds for {self.num_envs} works: give one, or as many")
        before = self.each or [np_random(None)[0] for _ in seeds]
        return [
            going if seed is None else np_random(int(seed))[0]
            for seed, going in zip(seeds, before, strict=True)
        ]

    def step(
        self, actions: np.ndarray
    ) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray, dict[str, Any]]:
        """Take one step in every work that goes on, and begin anew those that are over."""
        begun = self.over
        reward, ended, cut = self.rows.step(np.asarray(actions))
        if self.each:
            again = np.flatnonzero(begun).tolist()
            self.rows.begin_each_again({row: _drawn_seed(self.each[row]) for row in again})
        elif begun.any():
            self.rows.begin_again(begun)
        ended, cut = ended & ~begun, cut & ~begun
        self.over = ended | cut
        return self.rows.seen(), np.where(begun, 0.0, reward), ended, cut, self._info()

    def render(self) -> tuple[Any, ...] | None:
        """A picture of each work, as ``render_mode`` says."""
        return self.rows.drawn()

    def _info(self) -> dict[str, Any]:
        return _everywhere(self.rows.info(), self.num_envs)


def _drawn_seed(random: np.random.Generator) -> int:
    return int(random.integers(2**63))


def _first(info: Mapping[str, Any]) -> dict[str, Any]:
    """What is told of the first row: numbers, and arrays of its own."""
    told: dict[str, Any] = {}
    for name, value in info.items():
        if isinstance(value, Mapping):
            told[name] = _first(cast(Mapping[str, Any], value))
        else:
            told[name] = value[0].copy() if value.ndim > 1 else value[0].item()
    return told


def _everywhere(info: Mapping[str, Any], rows: int) -> dict[str, Any]:
    """Beside each name, ``_name`` says in which rows it holds: in all."""
    told: dict[str, Any] = {}
    for name, value in info.items():
        nested = isinstance(value, Mapping)
        told[name] = _everywhere(cast(Mapping[str, Any], value), rows) if nested else value
        told[f"_{name}"] = np.ones(rows, bool)
    return told
