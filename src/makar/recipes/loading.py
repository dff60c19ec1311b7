"""Settings from everywhere, in one order: defaults < TOML file < ``MAKAR_*`` < flags.

A run keeps them all, and what it keeps is read again.
"""

from __future__ import annotations

import copy
import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, TypeAlias

from pydantic import ValidationError

from makar.core.disk.toml import parse_toml, read_toml, write_toml
from makar.core.errors import ConfigError
from makar.recipes import registry
from makar.recipes.own_rewards.spec import anchored
from makar.recipes.settings import (
    Before,
    RecipeConfig,
    as_tree,
    path_settings,
    private_settings,
    settings_of,
)
from makar.runs.folder import RunFolder

Layer: TypeAlias = tuple[str, dict[str, Any], Path]
"""Settings from one place: its name, they, and the folder that their paths are seen from."""
NONE = "none"
"""How a setting that can be switched off is switched off: TOML has no word for it."""
ENVIRONMENT = "MAKAR_"
NOT_SETTINGS = {"MAKAR_CACHE", "MAKAR_RUNS", "MAKAR_DEBUG"}


def load_config(
    recipe: str | Path,
    flags: Mapping[str, Any] | None = None,
    *,
    environment: Mapping[str, str] | None = None,
    follow: bool = True,
    made: bool = False,
) -> RecipeConfig:
    """Put the settings together.

    Where nobody states a setting, what the user brings may decide it (``Recipe.following``).

    Args:
        recipe: A recipe's name, or a TOML file (whose ``recipe`` key names one).
        flags: Dotted keys and values, as from the command line: ``{"ask.bars": 8}``.
        environment: Variables; ``MAKAR_LOOP__ITERATIONS=50`` is ``loop.iterations``. The
            process's own by default.
        follow: Whether the file may be a link.
        made: The file is that of a run, perhaps of an earlier version: what it does not state is
            as it was then.

    Raises:
        ConfigError: with the place, the key, and what would be allowed.
    """
    name = registry.recipe_name(str(recipe))
    variables = _from_environment(os.environ if environment is None else environment)
    here = Path.cwd()
    layers: list[Layer] = [
        ("environment", variables, here),
        ("command line", _nested(flags or {}), here),
    ]
    if name is None:
        path = Path(recipe).expanduser()
        layers.insert(0, (str(path), _read_toml(path, follow=follow), path.absolute().parent))
    kind = name or "tune"
    for _, layer, _ in layers:
        kind = layer.get("recipe", kind)
    found = registry.recipe(registry.recipe_name(kind) or kind)
    files = path_settings(found.config)
    merged: dict[str, Any] = {}
    for _, layer, folder in layers:
        merged = _merged(merged, _anchored(layer, folder, files))
    merged["recipe"] = found.name
    if made:
        merged = _merged(_nested(_as_once(found.config)), merged)
    elif found.following is not None:
        merged = _merged(found.following(merged), merged)
    try:
        return found.config.model_validate(_with_none(merged))
    except ValidationError as error:
        raise ConfigError(_explained(error, layers, found.config)) from None


def settings_of_run(folder: RunFolder) -> RecipeConfig:
    """A run's settings, as it keeps them.

    Raises:
        ConfigError: no recipe understands them.
    """
    return load_config(folder.path / "config.toml", environment={}, follow=False, made=True)


def new_run(root: Path, name: str, config: RecipeConfig, *, fresh: bool = False) -> RunFolder:
    """A folder for a run with these settings, where it is noted whether they name one's own works.

    Args:
        root: Folder of the runs.
        name: Of the run.
        config: Its settings.
        fresh: Take ``name-2``, ... where the name is taken.
    """
    return RunFolder.create(
        root, name, config=as_toml(config), seed=config.seed, fresh=fresh,
        private=bool(private_settings(config)),
    )  # fmt: skip


def _read_toml(path: Path, *, follow: bool) -> dict[str, Any]:
    if not os.path.lexists(path):
        known = ", ".join(registry.listed())
        raise ConfigError(f"{path}: neither a recipe ({known}) nor a file")
    try:
        return read_toml(path, follow=follow)
    except OSError as error:
        raise ConfigError(f"{path}: cannot be read ({error.strerror})") from None
    except ValueError as error:
        raise ConfigError(f"{path}: not TOML: {error}") from None


def _as_once(model: type[RecipeConfig]) -> dict[str, Any]:
    """What runs were made by that do not state settings which came later."""
    return {
        name: mark.value
        for name, field in settings_of(model)
        for mark in field.metadata
        if isinstance(mark, Before)
    }


def _from_environment(environment: Mapping[str, str]) -> dict[str, Any]:
    chosen = {
        name.removeprefix(ENVIRONMENT).lower().replace("__", "."): value_of(text)
        for name, text in environment.items()
        if name.startswith(ENVIRONMENT) and name not in NOT_SETTINGS
    }
    return _nested(chosen)


def _anchored(layer: dict[str, Any], folder: Path, files: Sequence[str]) -> dict[str, Any]:
    """The layer with its paths made absolute: a run is gone on with from anywhere."""
    layer = copy.deepcopy(layer)
    for dotted in files:
        *branch, leaf = dotted.split(".")
        at: Any = layer
        for name in branch:
            at = at.get(name) if isinstance(at, dict) else None
        if isinstance(at, dict) and leaf in at:
            at[leaf] = _absolute(at[leaf], folder)
    reward = layer.get("reward")
    if isinstance(reward, dict) and isinstance(specs := reward.get("custom"), list):
        reward["custom"] = [anchored(str(spec), folder) for spec in specs]
    return layer


def _absolute(place: Any, folder: Path) -> Any:
    """A path, or several, as seen from the folder."""
    if isinstance(place, list | tuple):
        return [str(folder / Path(str(one)).expanduser()) for one in place]
    if isinstance(place, str | Path) and place != NONE:
        return str(folder / Path(place).expanduser())
    return place


def value_of(text: str) -> Any:
    """A value as TOML would read it, or the text itself."""
    try:
        return parse_toml(f"x = {text}")["x"]
    except ValueError:
        return text


def _nested(flat: Mapping[str, Any]) -> dict[str, Any]:
    tree: dict[str, Any] = {}
    for dotted, value in flat.items():
        *branch, leaf = dotted.split(".")
        at = tree
        for name in branch:
            at = at.setdefault(name, {})
            if not isinstance(at, dict):
                raise ConfigError(f"{dotted}: {name} is given a value of its own as well")
        at[leaf] = value
    return tree


def _merged(low: Mapping[str, Any], high: Mapping[str, Any]) -> dict[str, Any]:
    result = dict(low)
    for key, value in high.items():
        below = result.get(key)
        if isinstance(value, Mapping) and isinstance(below, Mapping):
            value = _merged(below, value)
        result[key] = value
    return result


def _with_none(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {key: _with_none(item) for key, item in value.items()}
    return None if value == NONE else value


def _explained(
    error: ValidationError,
    layers: list[tuple[str, dict[str, Any], Path]],
    model: type[RecipeConfig],
) -> str:
    lines: list[str] = []
    for fault in error.errors():
        path = [str(part) for part in fault["loc"]]
        where = next((name for name, layer, _ in reversed(layers) if _has(layer, path)), "settings")
        message = fault["msg"]
        if fault["type"] == "extra_forbidden":
            message = f"unknown key; known here: {', '.join(_known_keys(model, path[:-1]))}"
        elif not isinstance(fault["input"], Mapping):
            message += f", not {fault['input']!r}"
        message = message.removeprefix("Value error, ")
        lines.append(": ".join(part for part in (where, ".".join(path), message) if part))
    return "\n".join(lines)


def _has(layer: Mapping[str, Any], path: list[str]) -> bool:
    at: Any = layer
    for name in path:
        if not isinstance(at, Mapping) or name not in at:
            return False
        at = at[name]
    return True


def _known_keys(model: Any, branch: list[str]) -> list[str]:
    for name in branch:
        model = model.model_fields[name].annotation
    return list(model.model_fields)


def as_toml(config: RecipeConfig, *, hide: bool = False) -> str:
    """The whole configuration as TOML: what a run folder keeps, and what repeats the run.

    Args:
        config: The settings.
        hide: Leave out the values of what is private.
    """
    return write_toml(_without_none(as_tree(config, hide=hide)))


def _without_none(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {key: _without_none(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_without_none(item) for item in value]
    return NONE if value is None else value
