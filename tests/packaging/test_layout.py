"""The modules of makar: none needs itself in the end, and each folder can be seen at a glance."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

SOURCE = Path(__file__).parents[2] / "src"
AT_MOST = 16
"""Modules in a folder, its ``__init__`` among them."""


def modules(source: Path) -> dict[str, Path]:
    """Every module below a folder by its name; a package is its ``__init__``."""
    names: dict[str, Path] = {}
    for path in sorted(source.rglob("*.py")):
        parts = path.relative_to(source).with_suffix("").parts
        names[".".join(parts[:-1] if parts[-1] == "__init__" else parts)] = path
    return names


def imported(module: str, path: Path) -> Iterator[str]:
    """All that a module imports: also in a function, and for types only."""
    package = module if path.name == "__init__.py" else module.rpartition(".")[0]
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (name.name for name in node.names)
        elif isinstance(node, ast.ImportFrom):
            above = package.split(".")[: len(package.split(".")) - node.level + 1]
            start = ".".join([*(above if node.level else []), *filter(None, [node.module])])
            yield from (f"{start}.{name.name}" for name in node.names)


def needs(source: Path) -> dict[str, set[str]]:
    """For each module those of the same source that it imports; of a name, the module it is in."""
    known = modules(source)
    found: dict[str, set[str]] = {}
    for module, path in known.items():
        places = ((n, n.rpartition(".")[0]) for n in imported(module, path))
        found[module] = {next((p for p in place if p in known), module) for place in places}
        found[module] -= {module}
    return found


def circle(graph: Mapping[str, set[str]]) -> list[str]:
    """Modules each of which is imported by the next, the first again at the end; or none."""
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as fault:
        return list(fault.args[1])
    return []


def test_no_module_needs_itself_in_the_end() -> None:
    graph = needs(SOURCE)
    assert len(graph) > 250
    assert "makar.core.types" in graph["makar.recipes.domain"]  # for types only
    assert "makar.recipes.loading" in graph["makar.training.export"]  # in a function
    assert circle(graph) == [], "move what both need into a module below them"


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("from box.two import g", "import box.one"),
        ("from box import two", "def g():\n    from box.one import f"),
        ("from . import two", "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n"
         "    from .one import f"),
        ("from .two import g", "from box.deep import h"),
        ("import box.two as two", "from .deep import h"),
    ],
)  # fmt: skip
def test_a_circle_is_found_however_it_is_written(one: str, other: str, tmp_path: Path) -> None:
    (tmp_path / "box" / "deep").mkdir(parents=True)
    texts = {"__init__": "", "one": one, "two": other, "deep/__init__": "from ..one import f"}
    for name, text in texts.items():
        (tmp_path / "box" / f"{name}.py").write_text(f"{text}\n", encoding="utf-8")
    assert {"box.one", "box.two"} <= set(circle(needs(tmp_path)))
    (tmp_path / "box" / "two.py").write_text("import box.deep.not_here\n", encoding="utf-8")
    (tmp_path / "box" / "deep" / "__init__.py").write_text("import json\n", encoding="utf-8")
    assert circle(needs(tmp_path)) == []


def folders() -> list[Path]:
    return sorted({path.parent for path in (SOURCE / "makar").rglob("*.py")})


@pytest.mark.parametrize("folder", folders(), ids=lambda f: f.relative_to(SOURCE).as_posix())
def test_a_folder_can_be_seen_at_a_glance(folder: Path) -> None:
    assert len(list(folder.glob("*.py"))) <= AT_MOST, "make a room for what belongs together"
    package = folder / "__init__.py"
    assert ast.get_docstring(ast.parse(package.read_text(encoding="utf-8"))), "what is in it?"
