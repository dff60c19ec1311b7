"""Flags that come from settings: what a command can be told depends on the recipe, run or file.

Such a command first looks which one is meant, and then has the flags of its settings beside its
own: every wish of ``ask``, and whatever else is marked with a ``Flag``.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Any, Literal, get_args, get_origin

import typer
from typer.core import TyperCommand

from makar.console.options import pairs

WISHES = "wishes"
"""Parameter of such a command that takes the settings that were given, by dotted key."""
SECTIONS = {"ask": "What is asked", "corpus": "What is learned from", "": "Options"}
"""Headings of flags in help, by the section of the settings; others stand under ``LEARNING``."""
LEARNING = "How it learns"


@dataclass(frozen=True)
class Meant:
    """What a command line is about, as far as its flags and its help depend on it.

    Attributes:
        model: Its settings; None: nothing in particular.
        only: Section of the settings whose flags are taken; all where it is empty.
        examples: Commands to try, in place of the command's own.
        told: What help says besides.
    """

    model: Any = None
    only: str = ""
    examples: Sequence[str] = ()
    told: str = ""


Finder = Callable[[Sequence[str], Mapping[str, str]], Meant]
"""From the words and the options of a command line to what it is about."""


class Sectioned(TyperCommand):
    """A command whose help has a heading for each section of the settings."""

    def format_options(self, ctx: Any, formatter: Any) -> None:
        """The command's own options, then those of the settings, section by section."""
        sections: dict[str, list[tuple[str, str]]] = {}
        for one in self.get_params(ctx):
            if (record := one.get_help_record(ctx)) is not None:
                heading = getattr(one, "rich_help_panel", None) or SECTIONS[""]
                sections.setdefault(heading, []).append(record)
        for heading, records in sections.items():
            with formatter.section(heading):
                formatter.write_dl(records)


def with_flags(
    command: Callable[..., Any], find: Finder, args: Sequence[str]
) -> Callable[..., Any]:
    """The command with the flags of what its command line is about.

    Args:
        command: A command that takes ``wishes``.
        find: Says what it is about.
        args: What stands behind the command.
    """
    own = inspect.signature(command, eval_str=True).parameters
    meant = find(*_split(args, own.values()))
    taken = {name for one in own.values() for name in _names(one)}
    settings = {
        f"setting_{dotted.replace('.', '__')}": (dotted, info, mark)
        for dotted, info, mark in flags_of(meant.model, meant.only)
        if not taken & {flag_name(dotted, mark), *(mark.other if mark else ())}
    }

    def call(**given: Any) -> Any:
        found = {one[0]: _value(given.pop(name), *one) for name, one in settings.items()}
        wishes = {key: value for key, value in found.items() if value not in (None, [], ())}
        return command(**given, **{WISHES: wishes})

    parameters = [one for name, one in own.items() if name != WISHES]
    parameters += [_parameter(name, *one) for name, one in settings.items()]
    call.__signature__ = inspect.Signature(parameters)  # pyright: ignore[reportFunctionMemberAccess] - what typer reads
    call.__annotations__ = {one.name: one.annotation for one in parameters}
    call.__name__, call.__doc__ = command.__name__, _told(inspect.getdoc(command) or "", meant)
    return call


def flags_of(model: Any, only: str = "") -> Iterator[tuple[str, Any, Any]]:
    """Settings that have a flag: dotted key, field, and its mark or None for a plain wish."""
    if model is None:
        return
    from makar.recipes.settings import Flag, settings_of

    for dotted, info in settings_of(model):
        mark = next((one for one in info.metadata if isinstance(one, Flag)), None)
        section, _, rest = dotted.partition(".")
        if only and section != only:
            continue
        if mark is not None or (section == "ask" and "." not in rest):
            yield dotted, info, mark


def flag_name(dotted: str, mark: Any) -> str:
    """The flag's own name, or that of the setting."""
    return mark.name if mark else f"--{dotted.rpartition('.')[2].replace('_', '-')}"


def _parameter(name: str, dotted: str, info: Any, mark: Any) -> inspect.Parameter:
    """One setting as typer takes options."""
    kinds, flag = _kinds(info.annotation), flag_name(dotted, mark)
    section = dotted.partition(".")[0] if "." in dotted else ""
    names = [flag, *(mark.other if mark else ())]
    kind: Any = str
    metavar = None
    if bool in kinds:
        kind, names = bool, [f"{flag}/--no-{flag[2:]}"]
    elif any(get_origin(one) in (tuple, list, dict) for one in kinds):
        kind = list[str]
        metavar = "NAME=VALUE" if any(get_origin(one) is dict for one in kinds) else None
    elif int in kinds or float in kinds:
        kind = int if int in kinds else float
    option = typer.Option(
        *names, help=_help(info, kinds), metavar=metavar,
        rich_help_panel=SECTIONS.get(section, LEARNING) if info is not None else None,
    )  # fmt: skip
    annotation: Any = Annotated[kind | None, option]
    return inspect.Parameter(
        name, inspect.Parameter.KEYWORD_ONLY, default=None, annotation=annotation
    )


def _value(value: Any, dotted: str, info: Any, mark: Any) -> Any:
    """What was given: several names with their values are a mapping."""
    if value and any(get_origin(kind) is dict for kind in _kinds(info.annotation)):
        return pairs(list(value), flag_name(dotted, mark), "")
    return value


def _help(info: Any, kinds: Sequence[Any]) -> str:
    """What a setting says in help: its words, what it may be, and what it is by default."""
    choices = [str(one) for kind in kinds if get_origin(kind) is Literal for one in get_args(kind)]
    default = info.get_default(call_default_factory=True, validated_data={})
    told = [info.description or "", ", ".join(choices)]
    if isinstance(default, bool):
        told.append(f"{str(default).lower()} by default")
    elif isinstance(default, int | float | str) and default != "":
        told.append(f"{default} by default")
    sentence = "; ".join(one.rstrip(".") for one in told if one)
    return f"{sentence[:1].upper()}{sentence[1:]}." if sentence else ""


def _told(doc: str, meant: Meant) -> str:
    """The command's own words, with what is meant's examples in place of its own."""
    words, _, examples = doc.partition("Examples:\n")
    if meant.examples:
        examples = "\n".join(f"  {example}\n" for example in meant.examples)
    told = f"{meant.told}\n\n" if meant.told else ""
    return f"{words.rstrip()}\n\n{told}Examples:\n\n{examples}"


def _kinds(annotation: Any) -> list[Any]:
    """An annotation's own types, ``None`` and marks left out: ``int | None`` is ``[int]``."""
    if get_origin(annotation) is Annotated:
        return _kinds(get_args(annotation)[0])
    if get_origin(annotation) in (tuple, list, dict, Literal) or not get_args(annotation):
        return [annotation]
    return [kind for one in get_args(annotation) for kind in _kinds(one) if kind is not type(None)]


def _names(one: inspect.Parameter) -> list[str]:
    """The option's names of a command's own parameter."""
    marks = getattr(one.annotation, "__metadata__", ())
    named = [name for mark in marks for name in getattr(mark, "param_decls", None) or ()]
    return named or [f"--{one.name.replace('_', '-')}"]


def _split(
    args: Sequence[str], own: Iterator[inspect.Parameter] | Any
) -> tuple[list[str], dict[str, str]]:
    """The words of a command line, and its options with their values, before it is parsed."""
    flags = {name for one in own if one.default is False for name in _names(one)}
    words: list[str] = []
    options: dict[str, str] = {}
    waiting = ""
    for text in args:
        if waiting:
            options[waiting], waiting = text, ""
        elif not text.startswith("-"):
            words.append(text)
        elif "=" in text:
            name, _, value = text.partition("=")
            options[name] = value
        elif text in flags or text in ("-h", "--help"):
            options[text] = ""
        else:
            waiting = text
    return words, options
