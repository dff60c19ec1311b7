"""The interface of a domain: all that makar asks of a kind of work, and all it needs to know of it.

A domain is one folder, makar's own or anybody's. A package says that it has one by an entry point
of the group ``makar.domains`` that names a ``Domain``; what it declares is imported when it is
used, not before. A domain says what its works are and how good they are. They are taught, resumed,
sampled, judged, compared, shown and handed out by what lies below, which knows no domain.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Generic, Protocol, TypeVar, runtime_checkable

if TYPE_CHECKING:  # a domain is listed without what it takes to run it
    from rich.console import RenderableType
    from torch import Tensor

    from makar.core.scoring import Scorer
    from makar.core.types import Prompt
    from makar.recipes.craft import Craft
    from makar.recipes.creator import Opened
    from makar.recipes.preparation import Preparation, Progress
    from makar.recipes.settings import RecipeConfig
    from makar.recipes.words import Words

C = TypeVar("C", contravariant=True)
W = TypeVar("W")
V = TypeVar("V", bound="Candidate")
ANY = ""
"""Stands among a desk's suffixes where it opens files whatever they are called."""


@dataclass(frozen=True)
class Listed:
    """A recipe or a desk, before it is imported.

    Attributes:
        name: What the user calls it.
        words: What it is, in a line.
        place: Where it is: ``"package.module:NAME"``.
        aliases: Other names for it.
        suffixes: Of the files that a desk opens.
    """

    name: str
    words: str
    place: str
    aliases: tuple[str, ...] = ()
    suffixes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Domain:
    """A kind of work, declared. Places are ``"package.module:NAME"``.

    Attributes:
        name: Such as ``music``.
        recipes: What can be trained: each a ``Recipe``.
        desks: What ``makar continue`` does with a user's own file: each a ``Desk``.
        folders: Place of an ``EvaluateFolder``, for ``makar evaluate FOLDER``; empty for none.
        reads: Suffixes of the files that such a folder holds.
        environments: Place of a function that registers Gymnasium environments.
        facts: Place of a function whose mapping ``makar env`` lists.
        packages: Python packages whose versions ``makar env`` lists.
        programs: Outside programs that ``makar env`` looks for.
    """

    name: str
    recipes: tuple[Listed, ...] = ()
    desks: tuple[Listed, ...] = ()
    folders: str = ""
    reads: tuple[str, ...] = ()
    environments: str = ""
    facts: str = ""
    packages: tuple[str, ...] = ()
    programs: tuple[str, ...] = ()


@dataclass(frozen=True)
class Brought:
    """One thing in a file that somebody brings to be judged.

    Attributes:
        title: What it is called.
        works: It, in works that can be judged.
        left_out: Parts of it that cannot be, by reason.
        notes: What was assumed, and what is judged in part only, in sentences.
    """

    title: str
    works: Sequence[Any]
    left_out: Mapping[str, int]
    notes: Sequence[str] = ()


class Prepare(Protocol[C]):
    """Teaches the model what people do, and sets up what it will be rewarded for."""

    def __call__(
        self,
        config: C,
        *,
        prior: Mapping[str, Tensor] | None = None,
        functions: Mapping[str, Scorer] | None = None,
    ) -> Preparation:
        """Prepare a run; yields how far it is, and returns a ``Prepared``.

        Args:
            config: What to do.
            prior: Weights of a model that was taught before; None teaches one, or finds it kept.
            functions: Rewards given as Python functions, by name.

        Raises:
            CorpusTooSmallError: there is nothing to learn from.
            CheckpointError: ``prior`` is of another version's model.
        """
        ...


class Evaluate(Protocol[C]):
    """Measures a run beside people, chance and choosing."""

    def __call__(
        self, opened: Opened, config: C, *, works: int | None, target: Path, title: str
    ) -> Generator[Progress, None, Evaluated]:
        """Measure, and write it into a new folder.

        Args:
            opened: The run.
            config: Its settings.
            works: Works in each row that is made; the recipe's own number by default.
            target: The folder.
            title: Of the page.
        """
        ...


@dataclass(frozen=True, kw_only=True)
class Recipe(Generic[C, W]):
    """What can be trained: an object made of functions, whose config is of the recipe's own kind.

    Attributes:
        name: As in ``makar train NAME``, and in ``recipe`` of its config.
        config: Its settings; flags, files and what is private are marked on the fields.
        words: How its works are spoken of.
        examples: Commands to try, for ``makar train NAME --help``.
        bring: What somebody's file must be to be judged by it, as advice.
        prompt: What the config asks for.
        check: Refuses a reward or a corpus that cannot be used, before anybody waits for it.
        prepare: Teaches the model what people do, and sets up the reward.
        craft: How works are handed out as files; it knows no sources, so it is there at once.
        read: What is in somebody's file, as works that can be judged.
        parts: Names of the parts that the total is made of, gates left aside; None: they are not
            left out one by one (``makar ablate``).
        evaluate: Measures a run; None: the table of its own is in its report.
        following: Settings that what the user brings decides, such as a folder of their own: handed
            those that are stated, which win, as a tree; None leaves the recipe's.
        wished: What a trained run is asked otherwise, as values of its ``ask``; refuses what the
            model never learned. None takes wishes as they are.
    """

    name: str
    config: type[RecipeConfig]
    words: Words
    bring: str
    prompt: Callable[[C], Prompt]
    check: Callable[[C, Mapping[str, Scorer]], object]
    prepare: Prepare[C]
    craft: Callable[[C], Craft[W]]
    read: Callable[[Path, C], Sequence[Brought]]
    parts: Callable[[C], list[str]] | None = None
    evaluate: Evaluate[C] | None = None
    following: Callable[[Mapping[str, Any]], Mapping[str, Any]] | None = None
    wished: Callable[[C, Mapping[str, Any]], Mapping[str, Any]] | None = None
    examples: tuple[str, ...] = ()


class Evaluated(Protocol):
    """What an evaluation came to."""

    def as_json(self) -> dict[str, Any]:
        """For programs."""
        ...

    def shown(self) -> Sequence[RenderableType]:
        """For the terminal: sentences and tables, one below the other."""
        ...


class EvaluateFolder(Protocol):
    """Measures a folder of works that any tool has made, beside people's and chance's."""

    def __call__(
        self,
        place: Path,
        *,
        kind: str | None,
        bars: int | None,
        works: int | None,
        target: Path,
        title: str,
    ) -> Generator[Progress, None, Evaluated]:
        """Measure it, and write it into a new folder.

        Args:
            place: The folder, or one file.
            kind: The recipe whose works they are to be; found out by default.
            bars: Length of the works they are cut into, where the domain has such.
            works: Works in each row that is made.
            target: The folder to write.
            title: Of the page.
        """
        ...


@dataclass(frozen=True)
class Unit:
    """One unit of an opened file: a bar, a column, a line.

    Attributes:
        number: As the user counts, and their program prints.
        locked: True where it stays as it is.
    """

    number: int
    locked: bool


class Open(Protocol[C, V]):
    """Opens a user's file, with what is asked of it locked and the rest free."""

    def __call__(self, path: Path, config: C, opened: Opened | None, /) -> Sheet[V]:
        """Open it.

        Args:
            path: The file.
            config: What is asked.
            opened: The run, where the desk works with one.

        Raises:
            UnreadableError: it is not what the desk opens.
            ConfigError: what is asked cannot be done with it.
        """
        ...


@dataclass(frozen=True, kw_only=True)
class Desk(Generic[C, V]):
    """A user's own file, worked on: some of it stays, the rest is made in several versions.

    Whatever is put in, every byte that belongs to what stays is as it was.

    Attributes:
        config: The flags of ``makar continue`` for such files, marked as a recipe's are.
        examples: Commands to try.
        recipes: Recipes whose run it works with; none where it brings a model of its own.
        open: Reads a file.
    """

    config: type[Any]
    open: Open[C, V]
    recipes: tuple[str, ...] = ()
    examples: tuple[str, ...] = ()


@runtime_checkable
class Sheet(Protocol[V]):
    """A file that is open at a desk."""

    @property
    def units(self) -> Sequence[Unit]:
        """Its units in order, those that are to be made after its end included."""
        ...

    @property
    def notes(self) -> Sequence[str]:
        """What the user should know: what was assumed, what was left out."""
        ...

    def prepare(self) -> Generator[Progress, None, None]:
        """Have ready what writes; yields how far that is."""
        ...

    def candidates(self, count: int, *, seed: int) -> Sequence[V]:
        """Versions of what is free, best first; fewer where not so many are worth showing."""
        ...

    def put(self, candidate: V) -> bytes:
        """The file with that version in it."""
        ...

    def outside(self, content: bytes) -> bytes:
        """All of a file's bytes that belong to what is locked: equal before and after ``put``.

        Args:
            content: As the opened file has it, or as ``put`` gives it.
        """
        ...

    def deliver(
        self, candidates: Sequence[V], *, out: Path | None, seed: int, asked: int
    ) -> Delivered:
        """Write the versions into a new folder, with something to compare them by.

        Args:
            candidates: Best first.
            out: The folder; by default a free name beside the file.
            seed: What they were drawn from, to be told.
            asked: How many versions were asked for.
        """
        ...


class Candidate(Protocol):
    """One version of what is free."""

    @property
    def score(self) -> float:
        """What the reward says of it, 0..1; NaN where it cannot be judged."""
        ...


@dataclass(frozen=True)
class Delivered:
    """What was written.

    Attributes:
        record: For programs, as JSON values.
        lines: For the terminal.
    """

    record: Mapping[str, Any]
    lines: Sequence[str]
