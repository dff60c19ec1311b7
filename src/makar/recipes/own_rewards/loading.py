"""A user's own reward as a part of the reward: from how it is named to what can be asked."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from makar.core.errors import CustomRewardError
from makar.core.rewards import Component
from makar.core.scoring import Scorer, Statistic
from makar.core.transforms import Ramp, Transform, Unchanged
from makar.core.types import Prompt
from makar.recipes.own_rewards import trust
from makar.recipes.own_rewards.call import Asked
from makar.recipes.own_rewards.code import Code, NoCodeError, read_code
from makar.recipes.own_rewards.contract import USUAL
from makar.recipes.own_rewards.module import function_fault, stated_range
from makar.recipes.own_rewards.parcel import shown
from makar.recipes.own_rewards.spec import PYTHON, Spec, read_spec
from makar.recipes.own_rewards.worker import Worker, worker_for

SECONDS = 20.0
"""That a reward may take where nothing is said of it."""


@dataclass(frozen=True)
class FromFile:
    """A function of a file, in the file's own process."""

    worker: Worker
    name: str
    span: tuple[float, float]

    @property
    def path(self) -> Path:
        """The file."""
        return self.worker.code.path

    def __call__(self, works: Any, prompts: Sequence[Prompt], /) -> Statistic:
        """What it says of the works."""
        return self.within(works, prompts, seconds=SECONDS)

    def within(
        self, works: Any, prompts: Sequence[Prompt], /, *, seconds: float | None
    ) -> Statistic:
        """See ``core.scoring.KeepsTime``."""
        return self.worker.score(self.name, works, prompts, span=self.span, seconds=seconds)


@dataclass(frozen=True)
class FromPython:
    """A function of the program that trains, in its own process."""

    asked: Asked

    def __call__(self, works: Any, prompts: Sequence[Prompt], /) -> Statistic:
        """What it says of the works."""
        return self.within(works, prompts, seconds=SECONDS)

    def within(
        self, works: Any, prompts: Sequence[Prompt], /, *, seconds: float | None
    ) -> Statistic:
        """See ``core.scoring.KeepsTime``."""
        return self.asked(*shown(works, prompts), seconds=seconds)


def nothing_said(works: Any, prompts: Sequence[Prompt], /) -> Statistic:
    """Stands for a reward that is not at hand."""
    del prompts
    return Statistic(np.full(len(works), np.nan), faults={"not at hand": len(works)})


def load_reward(text: str, functions: Mapping[str, Scorer] | None = None) -> Component:
    """``"mine.py:swing=0.5"``: function ``swing`` of ``mine.py`` as a score of weight 0.5.

    The function takes ``(works, prompts)`` and returns one number in [0, 1] per work, NaN where it
    cannot judge; where it states another range, its numbers are brought from there to [0, 1].
    Without ``=weight`` the weight is 1. ``"python:swing=0.5"`` is looked up in ``functions``.

    Code that is not trusted is not run (see ``trust``), and a file may be gone: the part is
    ``absent`` then, which training refuses.

    Raises:
        CustomRewardError: the spec, the file or the function is not as it should be.
    """
    spec = read_spec(text)
    role = "score" if spec.weight else "watch"
    code, function, absent = None, (functions or {}).get(spec.name), ""
    if spec.place != PYTHON:
        code, absent = code_of(spec)
    elif function is None:
        absent = _no_function(spec)
    scorer: Scorer
    if code is not None and not absent:
        scorer, span = _from_file(spec, code)
    elif function is not None and not absent:
        scorer, span = _from_python(spec, function)
    else:
        return Component(spec.name, nothing_said, weight=spec.weight, role=role, absent=absent)
    transform: Transform = Unchanged() if span == USUAL else Ramp(*span)
    return Component(spec.name, scorer, transform, weight=spec.weight, role=role)


def code_of(spec: Spec) -> tuple[Code | None, str]:
    """The file of a reward, and why it is not to be run, with the remedy; empty where it may."""
    try:
        code = read_code(spec.path)
    except NoCodeError as fault:
        return None, f"reward {spec.text!r}: {fault}; put it back there, or name another"
    if not trust.is_trusted(code):
        return code, (
            f"reward {spec.text!r}: the code in {code.path} was not run, as nobody has allowed it "
            "yet, or it has changed since; read it, and then allow it as it is: --trust-code"
        )
    return code, ""


def allow(specs: Iterable[str]) -> tuple[list[str], list[str]]:
    """Trust the files of these rewards as they are now.

    Returns:
        What is trusted now and was not before, in sentences; and what hinders keeping that.
    """
    told, hindered = list[str](), list[str]()
    for spec in map(read_spec, specs):
        if spec.place == PYTHON:
            continue
        code, absent = code_of(spec)
        if code is None or not absent:
            continue
        hindered += filter(None, [trust.trust(code)])
        told.append(
            f"{code.path} is trusted as it is now (SHA-256 {code.fingerprint[:12]}…): its code "
            f"runs with your rights; noted in {trust.trust_list()}"
        )
    return told, hindered


def refuse_absent(specs: Iterable[str], functions: Mapping[str, Scorer] | None = None) -> None:
    """Nothing is trained without one of its own rewards.

    Raises:
        CustomRewardError: a file is not there or not trusted, or a function is not given.
    """
    for spec in map(read_spec, specs):
        if spec.place != PYTHON:
            absent = code_of(spec)[1]
        else:
            absent = "" if spec.name in (functions or {}) else _no_function(spec)
        if absent:
            raise CustomRewardError(absent)


def _no_function(spec: Spec) -> str:
    return (
        f"reward {spec.text!r} is a function of a Python program: go on from that program, "
        f"with makar.train(resume=True, rewards={{{spec.name}: ...}})"
    )


def _from_python(spec: Spec, function: Scorer) -> tuple[Scorer, tuple[float, float]]:
    if fault := function_fault(function, spec.name):
        raise CustomRewardError(f"reward {spec.text!r}: the program {fault}")
    try:
        span = spec.span or stated_range(function) or USUAL
    except ValueError as fault:
        raise CustomRewardError(f"reward {spec.text!r}: {spec.name}.range: {fault}") from None
    return FromPython(Asked(function, span)), span


def _from_file(spec: Spec, code: Code) -> tuple[Scorer, tuple[float, float]]:
    worker = worker_for(code)
    try:
        span = spec.span or worker.look(spec.name) or USUAL
    except CustomRewardError as fault:
        raise CustomRewardError(f"reward {spec.text!r}: {fault}") from None
    except OSError as fault:
        raise CustomRewardError(
            f"reward {spec.text!r}: no process can be started for it ({fault}); free some memory"
        ) from None
    return FromFile(worker, spec.name, span), span
