"""The state that endless streams of works carry from one fragment to the next."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import fields, is_dataclass, replace
from typing import Any, Generic, TypeVar, cast

from makar.core.process import Process
from makar.core.seeds import Seeds
from makar.core.types import Prompt

S = TypeVar("S")
W = TypeVar("W")


class Streams(Generic[S, W]):
    """Works in the making, one per row.

    Attributes:
        state: The process's state, or None before the first fragment.
        prompts: What was asked of each work in the making.
    """

    def __init__(self, process: Process[S, W]) -> None:
        self.process = process
        self.state: S | None = None
        self.prompts: list[Prompt] = []

    def begin(self, prompts: Sequence[Prompt], seeds: Seeds) -> None:
        """Begin every stream anew."""
        self.state, self.prompts = self.process.start(prompts, seeds), list(prompts)

    def ready(self, rows: int) -> tuple[S, list[Prompt]]:
        """The works in the making.

        Raises:
            ValueError: there are not ``rows`` of them.
        """
        if self.state is None or len(self.prompts) != rows:
            raise ValueError(
                f"{len(self.prompts)} streams are under way and {rows} prompts were given: "
                "keep their number, or begin() the streams anew"
            )
        return self.state, list(self.prompts)

    def state_dict(self) -> dict[str, Any]:
        """Everything needed to go on exactly: tensors and plain values, nested."""
        if self.state is None:
            return {"state": None, "prompts": []}
        return {"state": _fields(self.state), "prompts": [_fields(p) for p in self.prompts]}

    def load_state_dict(self, saved: Mapping[str, Any]) -> None:
        """Go on from a saved state.

        Raises:
            ValueError: it was saved by another kind of process.
        """
        self.prompts = [Prompt(**prompt) for prompt in saved["prompts"]]
        if saved["state"] is None:
            self.state = None
            return
        pattern = self.process.start(self.prompts, Seeds(0))
        if (expected := _fields(pattern).keys()) != saved["state"].keys():
            raise ValueError(
                f"the saved streams hold {sorted(saved['state'])}, this process needs "
                f"{sorted(expected)}: resume with the process they were saved from"
            )
        self.state = replace(cast(Any, pattern), **saved["state"])


def _fields(value: object) -> dict[str, Any]:
    """The fields of a dataclass by name, one level deep."""
    if not is_dataclass(value):
        raise TypeError(
            f"a {type(value).__name__} cannot be saved: make the process's state a dataclass "
            "of tensors, arrays and plain values"
        )
    return {f.name: getattr(value, f.name) for f in fields(value)}
