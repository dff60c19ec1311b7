"""A makar process and reward as Gymnasium environments, for other people's learners.

    environment = single(MyProcess(), reward)         # a gymnasium.Env
    environments = vector(MyProcess(), 16, reward)    # a gymnasium.vector.VectorEnv

What the process pays is the reward; where it does not pay, the finished work's judged total is
paid with the last step. Legal actions are in ``info["action_mask"]``. A domain that wants its
own spaces, ``info``, ``reset`` options or pictures says so in a ``View``.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, cast

import numpy as np
import torch
from torch import Tensor

from makar.core.process import Process
from makar.core.seeds import Seeds
from makar.core.types import Prompt, Reward
from makar.interop.gymnasium_view import View

if TYPE_CHECKING:
    import gymnasium

__all__ = ["View", "single", "vector"]


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
        seen = self.rows.begin(int(cast(Any, self).np_random.integers(2**63)), options)
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

    def reset(
        self, *, seed: int | None = None, options: Mapping[str, Any] | None = None
    ) -> tuple[np.ndarray, dict[str, Any]]:
        """Begin every work anew."""
        cast(Any, super()).reset(seed=seed, options=options)  # Gymnasium's is beside this class
        self.over = np.zeros(self.num_envs, bool)
        seen = self.rows.begin(int(cast(Any, self).np_random.integers(2**63)), options)
        return seen, self._info()

    def step(
        self, actions: np.ndarray
    ) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray, dict[str, Any]]:
        """Take one step in every work that goes on, and begin anew those that are over."""
        begun = self.over
        reward, ended, cut = self.rows.step(np.asarray(actions))
        if begun.any():
            self.rows.begin_again(begun)
        ended, cut = ended & ~begun, cut & ~begun
        self.over = ended | cut
        return self.rows.seen(), np.where(begun, 0.0, reward), ended, cut, self._info()

    def render(self) -> tuple[Any, ...] | None:
        """A picture of each work, as ``render_mode`` says."""
        return self.rows.drawn()

    def _info(self) -> dict[str, Any]:
        return _everywhere(self.rows.info(), self.num_envs)


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
