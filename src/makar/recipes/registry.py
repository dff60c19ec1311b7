"""The domains there are, found by entry points, and their recipes, imported when they are used."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from functools import cache
from importlib import import_module
from importlib.metadata import EntryPoint, entry_points
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from makar.core.errors import ConfigError
from makar.recipes.domain import ANY, Desk, Domain, EvaluateFolder, Listed, Recipe

if TYPE_CHECKING:
    from makar.recipes.settings import RecipeConfig

K = TypeVar("K")
GROUP = "makar.domains"
"""Entry points of this group name a ``Domain``."""


class DomainError(ConfigError):
    """A domain that is installed does not keep to the interface; says what is missing."""


@cache
def _found() -> tuple[Mapping[str, Domain], tuple[str, ...]]:
    """The domains by name, and what is wrong with those that cannot be taken."""
    domains: dict[str, Domain] = {}
    faults: list[str] = []
    for point in _points():
        try:
            domain = _domain(point)
            _refuse_taken(domain, domains)
        except Exception as fault:
            faults.append(f"domain {point.name} ({point.value}): {fault}")
            continue
        domains[domain.name] = domain
    return domains, tuple(faults)


def _points() -> list[EntryPoint]:
    """The entry points, makar's own first, each once."""
    found = {point.value: point for point in entry_points(group=GROUP)}
    return sorted(found.values(), key=lambda p: not p.value.startswith("makar."))


def _domain(point: EntryPoint) -> Domain:
    found = point.load()
    if not isinstance(found, Domain):
        raise DomainError(f"it is a {type(found).__name__}, not a makar.recipes.domain.Domain")
    return found


def _refuse_taken(domain: Domain, others: Mapping[str, Domain]) -> None:
    taken = {name for other in others.values() for name in _names(other)} & _names(domain)
    if domain.name in others or taken:
        named = ", ".join(sorted(taken)) or domain.name
        raise DomainError(f"another domain has the name {named} already")


def _names(domain: Domain) -> set[str]:
    return {name for one in domain.recipes for name in (one.name, *one.aliases)}


def domains() -> Mapping[str, Domain]:
    """Every domain that is installed, by name."""
    return _found()[0]


def faults() -> tuple[str, ...]:
    """What is wrong with domains that were found and cannot be taken."""
    return _found()[1]


def listed() -> Mapping[str, Listed]:
    """Every recipe by its name, in the order of its domain."""
    return {one.name: one for domain in domains().values() for one in domain.recipes}


def recipe_name(text: str) -> str | None:
    """The recipe's own name, where the text is it or an alias of it."""
    for name, one in listed().items():
        if text == name or text in one.aliases:
            return name
    return None


def recipe(name: str) -> Recipe[Any, Any]:
    """A recipe by its name.

    Raises:
        ConfigError: there is none of that name, or it does not keep to the interface.
    """
    one = listed().get(name)
    if one is None:
        known = ", ".join(listed())
        told = "".join(f"; {fault}" for fault in faults())
        raise ConfigError(f"recipe {name!r} does not exist; there are: {known}{told}")
    found = checked(one, Recipe)
    if found.name != name:
        raise DomainError(f"{one.place} is called {found.name!r}, and is listed as {name!r}")
    return found


def recipe_of(config: RecipeConfig) -> Recipe[Any, Any]:
    """The recipe that a config is of."""
    return recipe(config.recipe)


def desks() -> Iterator[Listed]:
    """Every desk that is declared."""
    return (one for domain in domains().values() for one in domain.desks)


def desk_for(suffix: str) -> Desk[Any, Any]:
    """The desk that opens files with that suffix, or whatever they are called.

    Raises:
        ConfigError: none does.
    """
    for wanted in (suffix.lower(), ANY):
        for one in desks():
            if wanted in one.suffixes:
                return checked(one, Desk)
    known = ", ".join(suffix for one in desks() for suffix in one.suffixes)
    raise ConfigError(f"{suffix or 'no suffix'}: no desk opens such a file; there are: {known}")


def folder_evaluation(place: Path) -> EvaluateFolder:
    """How the works in a folder are measured: by the domain that reads most of its files.

    Raises:
        ConfigError: no domain measures folders.
    """
    able = [domain for domain in domains().values() if domain.folders]
    if not able:
        raise ConfigError("no domain that is installed measures a folder of works")
    every = [place] if place.is_file() else [p for p in place.rglob("*") if p.is_file()]
    met = Counter(path.suffix.lower() for path in every)
    chosen = max(able, key=lambda domain: sum(met[suffix] for suffix in domain.reads))
    return at(chosen.folders)


def register_environments() -> None:
    """Make every domain's environments known to Gymnasium."""
    for domain in domains().values():
        if domain.environments:
            at(domain.environments)()


def at(place: str) -> Any:
    """What stands at ``"package.module:NAME"``.

    Raises:
        DomainError: nothing does.
    """
    module, _, name = place.partition(":")
    try:
        return getattr(import_module(module), name)
    except Exception as fault:
        raise DomainError(f"{place}: {type(fault).__name__}: {fault}") from fault


def checked(one: Listed, kind: type[K]) -> K:
    """What is listed, if it is what the interface asks for.

    Raises:
        DomainError: it is not, with what is.
    """
    found = at(one.place)
    if not isinstance(found, kind):
        raise DomainError(
            f"{one.place} is a {type(found).__name__}, not a {kind.__name__}: "
            f"makar.recipes.domain.{kind.__name__} says what it needs"
        )
    return found
