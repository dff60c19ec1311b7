"""A makar process and reward as Gymnasium environments, for other people's learners.

    environment = single(MyProcess(), reward)         # a gymnasium.Env
    environments = vector(MyProcess(), 16, reward)    # a gymnasium.vector.VectorEnv

What the process pays is the reward; where it does not pay, the finished work's judged total is
paid with the last step. Legal actions are in ``info["action_mask"]``.
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

if TYPE_CHECKING:
    import gymnasium


def single(
    process: Process[Any, Any], reward: Reward[Any] | None = None, *, prompt: Prompt | None = None
) -> gymnasium.Env[np.ndarray, int]:
    """One work at a time.

    Args:
        process: The steps.
        reward: Judges finished works, where the process does not pay.
        prompt: What is asked of every work.
    """
    import gymnasium

    class ProcessEnv(_Single, gymnasium.Env[np.ndarray, int]):
        """Made by ``makar.interop.gymnasium.single``."""

    return cast(Any, ProcessEnv)(_Rows(process, reward, prompt or Prompt(), 1))


def vector(
    process: Process[Any, Any],
    rows: int,
    reward: Reward[Any] | None = None,
    *,
    prompt: Prompt | None = None,
) -> gymnasium.vector.VectorEnv[np.ndarray, np.ndarray, np.ndarray]:
    """Many works at once; a finished one gives way to the next in the step after it.

    Args:
        process: The steps.
        rows: Works at once.
        reward: Judges finished works, where the process does not pay.
        prompt: What is asked of every work.
    """
    import gymnasium

    class ProcessVectorEnv(_Vector, gymnasium.vector.VectorEnv[np.ndarray, np.ndarray, np.ndarray]):
        """Made by ``makar.interop.gymnasium.vector``."""

    return cast(Any, ProcessVectorEnv)(_Rows(process, reward, prompt or Prompt(), rows))


class _Rows:
    """Works in the making, and the rewards they earn."""

    def __init__(
        self, process: Process[Any, Any], reward: Reward[Any] | None, prompt: Prompt, count: int
    ) -> None:
        self.process, self.reward = process, reward
        self.prompts = [prompt] * count
        self.state = process.start(self.prompts, Seeds(0))
        self.seed = self.moment = 0

    def begin(self, seed: int) -> np.ndarray:
        """Begin every work anew; the observations."""
        self.seed, self.moment = seed, 0
        self.state = self.process.start(self.prompts, Seeds(seed))
        return self.seen()

    def begin_again(self, rows: np.ndarray) -> None:
        """Give way to new works in the given rows."""
        self.moment += 1
        seeds = Seeds(self.seed, self.moment)
        self.state = self.process.restart(self.state, torch.from_numpy(rows), self.prompts, seeds)

    def step(self, actions: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Take one step; rewards, and whether each work is finished or cut off, ``(B,)`` each."""
        self.state, paid = self.process.step(self.state, torch.from_numpy(actions))
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
        return self.process.observe(self.state).numpy().copy()

    def legal(self) -> np.ndarray:
        """Actions allowed now, ``(B, A)``."""
        legal = self.process.legal(self.state)
        shape = (len(self.prompts), self.process.actions)
        return np.ones(shape, bool) if legal is None else legal.numpy().copy()

    def spaces(self) -> tuple[gymnasium.spaces.Box, gymnasium.spaces.Discrete]:
        """Observations and actions of one work."""
        import gymnasium

        seen = self.seen()[0]
        low, high = (-np.inf, np.inf)
        if seen.dtype == np.bool_:
            raise ValueError("Gymnasium has no truth values in boxes: observe numbers instead")
        if np.issubdtype(seen.dtype, np.integer):
            low, high = np.iinfo(seen.dtype).min, np.iinfo(seen.dtype).max
        box = gymnasium.spaces.Box(low, high, seen.shape, seen.dtype.type)
        return box, gymnasium.spaces.Discrete(self.process.actions)


class _Single:
    """The methods of ``gymnasium.Env``, for a class that is made when Gymnasium is wanted."""

    def __init__(self, rows: _Rows) -> None:
        self.rows = rows
        self.observation_space, self.action_space = rows.spaces()

    def reset(
        self, *, seed: int | None = None, options: Mapping[str, Any] | None = None
    ) -> tuple[np.ndarray, dict[str, Any]]:
        """Begin a work."""
        cast(Any, super()).reset(seed=seed, options=options)  # gymnasium.Env is beside this class
        seen = self.rows.begin(int(cast(Any, self).np_random.integers(2**63)))
        return seen[0], {"action_mask": self.action_masks()}

    def step(self, action: int) -> tuple[np.ndarray, float, bool, bool, dict[str, Any]]:
        """Take one step."""
        reward, ended, cut = self.rows.step(np.array([action]))
        info = {"action_mask": self.action_masks()}
        return self.rows.seen()[0], float(reward[0]), bool(ended[0]), bool(cut[0]), info

    def action_masks(self) -> np.ndarray:
        """Legal actions, under the name sb3-contrib's MaskablePPO asks for."""
        return self.rows.legal()[0]


class _Vector:
    """The methods of ``gymnasium.vector.VectorEnv``, likewise."""

    def __init__(self, rows: _Rows) -> None:
        from gymnasium.vector import AutoresetMode
        from gymnasium.vector.utils import batch_space

        self.rows, self.num_envs = rows, len(rows.prompts)
        self.metadata = {"autoreset_mode": AutoresetMode.NEXT_STEP}
        self.single_observation_space, self.single_action_space = rows.spaces()
        self.observation_space = batch_space(self.single_observation_space, self.num_envs)
        self.action_space = batch_space(self.single_action_space, self.num_envs)
        self.over = np.zeros(self.num_envs, bool)

    def reset(
        self, *, seed: int | None = None, options: Mapping[str, Any] | None = None
    ) -> tuple[np.ndarray, dict[str, Any]]:
        """Begin every work anew."""
        cast(Any, super()).reset(seed=seed, options=options)  # Gymnasium's is beside this class
        self.over = np.zeros(self.num_envs, bool)
        seen = self.rows.begin(int(cast(Any, self).np_random.integers(2**63)))
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

    def _info(self) -> dict[str, Any]:
        everywhere = np.ones(self.num_envs, bool)
        return {"action_mask": self.rows.legal(), "_action_mask": everywhere}
