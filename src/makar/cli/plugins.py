"""Commands that somebody else brings: a domain's own, the reproductions', any package's.

They are found by entry points of the group ``makar.commands``, each a function or a Typer app.
One is imported when it is called; the list of commands reads what each is for from its source, so
that help costs nothing.
"""

from __future__ import annotations

import ast
from functools import cache
from importlib.metadata import EntryPoint, entry_points
from importlib.util import find_spec
from pathlib import Path

import typer

GROUP = "makar.commands"
"""Entry points of this group name a command: ``harmonise = "package.module:harmonise"``."""


@cache
def found() -> dict[str, EntryPoint]:
    """The commands that are found, by name."""
    return {point.name: point for point in sorted(entry_points(group=GROUP))}


def add(app: typer.Typer, name: str) -> None:
    """Import a command that is found, and add it."""
    command = found()[name].load()
    if isinstance(command, typer.Typer):
        app.add_typer(command, name=name)
    else:
        app.command(name)(command)


def add_unread(app: typer.Typer) -> None:
    """Add every command that is found as what help says of it; none is imported."""
    for name, point in found().items():
        app.command(name, help=summary(point))(_nothing)


def _nothing() -> None:
    """Stand for a command in a list."""


def summary(point: EntryPoint) -> str:
    """The first line of what a command says of itself, from its source; empty where there is none.

    The package is found, and nothing of it is run.
    """
    top, *inner = point.module.split(".")
    spec = find_spec(top)
    for root in (spec and spec.submodule_search_locations) or ():
        path = Path(root).joinpath(*inner)
        for file in (path.with_suffix(".py"), path / "__init__.py"):
            if file.is_file():
                return _first_line(ast.parse(file.read_text(encoding="utf-8")), point.attr)
    return ""


def _first_line(tree: ast.Module, name: str) -> str:
    for node in tree.body:
        if isinstance(node, ast.FunctionDef) and node.name == name:
            return (ast.get_docstring(node) or "").split("\n")[0]
        if isinstance(node, ast.Assign) and any(
            isinstance(target, ast.Name) and target.id == name for target in node.targets
        ):
            return _help_of(node.value)
    return ""


def _help_of(call: ast.expr) -> str:
    """``help`` of ``typer.Typer(help=...)``."""
    for keyword in call.keywords if isinstance(call, ast.Call) else ():
        if keyword.arg == "help" and isinstance(keyword.value, ast.Constant):
            return str(keyword.value.value).split("\n")[0]
    return ""
