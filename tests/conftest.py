"""For all tests: shapes are checked at run time, one thread, nothing drawn from the clock."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from jaxtyping import install_import_hook

# The tower lets an int stand where a float is asked for, as in every type checker.
CHECKER = "beartype.beartype(conf=beartype.BeartypeConf(is_pep484_tower=True))"
install_import_hook([f"makar.{p}" for p in ("core", "objectives", "learners", "models")], CHECKER)

import numpy as np  # noqa: E402 - the hook must come before anything imports makar
import pytest  # noqa: E402
import torch  # noqa: E402
from hypothesis import settings  # noqa: E402

from makar.core.types import Judgement, Prompt, Rollout  # noqa: E402
from makar.models.token_policy import TokenPolicy  # noqa: E402
from makar.models.transformer import Transformer, TransformerConfig  # noqa: E402
from toy_words import Words  # noqa: E402

pytest_plugins = ["word_run", "written_music"]
torch.set_num_threads(1)
settings.register_profile("makar", deadline=None, derandomize=True, max_examples=50)
settings.load_profile("makar")


@dataclass(frozen=True)
class WordCodec:
    """Tokens that mean themselves; ``condition["length"]`` says how many (``length``).

    With ``rules`` what may follow token ``a`` are the tokens ``rules[a]``, ``rules[-1]`` first.
    """

    vocabulary: int = 5
    length: int = 4
    rules: np.ndarray | None = None

    def prefix(self, prompts: Sequence[Prompt]) -> torch.Tensor:
        return torch.tensor([[0, 1, len(p.text) % 2] for p in prompts]).long().reshape(-1, 3)

    def lengths(self, prompts: Sequence[Prompt]) -> list[int]:
        return [int(p.condition.get("length", self.length)) for p in prompts]

    def decisions(self, prompts: Sequence[Prompt]) -> torch.Tensor:
        lengths = torch.tensor(self.lengths(prompts)).long()
        return torch.arange(max(self.lengths(prompts), default=0)) < lengths[:, None]

    def legality(self, prompts: Sequence[Prompt]) -> WordRules:
        rules = self.rules
        if rules is None:
            rules = np.ones((self.vocabulary + 1, self.vocabulary), bool)
        return WordRules(torch.from_numpy(rules), len(prompts))

    def encode(self, works: Any) -> tuple[torch.Tensor, list[Prompt]]:
        width = max(map(len, works.items), default=0)
        rows = [w + (0,) * (width - len(w)) for w in works.items]
        prompts = [Prompt(condition={"length": len(w)}) for w in works.items]
        return torch.tensor(rows).long().reshape(len(rows), width), prompts

    def decode(self, actions: torch.Tensor, prompts: Sequence[Prompt]) -> Words:
        pairs = zip(actions.tolist(), self.lengths(prompts), strict=True)
        return Words(tuple(tuple(row[:n]) for row, n in pairs))

    def place(self, actions: torch.Tensor) -> torch.Tensor:
        return torch.arange(actions.shape[1]).expand(actions.shape)


@dataclass(frozen=True)
class WordRules:
    """See ``WordCodec``."""

    table: torch.Tensor
    rows: int

    def first(self) -> torch.Tensor:
        return self.table[-1].expand(self.rows, -1)

    def after(self, step: int, tokens: torch.Tensor) -> torch.Tensor:
        return self.table[tokens]


def word_policy(codec: WordCodec | None = None, **options: Any) -> TokenPolicy[Any]:
    """A tiny Transformer that writes words, always with the same initial weights."""
    codec = codec or WordCodec()
    torch.manual_seed(0)
    config = TransformerConfig(
        vocabulary=codec.vocabulary, width=16, layers=1, heads=2, hidden=32, context=64
    )
    return TokenPolicy(Transformer(config), codec, **options)


def a_rollout(B: int, T: int, *, lengths: Sequence[int] | None = None, **changes: Any) -> Any:
    """A rollout of words with nothing special about it."""
    lengths = [T] * B if lengths is None else lengths
    fields: dict[str, Any] = {
        "works": Words(tuple((1,) * n for n in lengths)),
        "prompts": [Prompt() for _ in range(B)],
        "actions": torch.ones(B, T).long(),
        "logp": torch.zeros(B, T),
        "mask": torch.arange(T) < torch.tensor(lengths).long().reshape(B, 1),
        "group": torch.zeros(B).long(),
        "place": torch.arange(T).expand(B, T),
    }
    return Rollout(**(fields | changes))


def judged(totals: Sequence[float], **more: Any) -> Judgement:
    """A judgement that consists of totals."""
    return Judgement(np.asarray(totals, dtype=np.float64), **more)


TRAINS = {"tiny", "tiny_environment", "makar", "cache", "trained", "toys", "shell", "wheel"}
"""Fixtures for which something is trained, installed or read for seconds."""
LONG = (
    "conformance/test_devices.py", "conformance/test_generators.py", "golden/", "reproductions/",
    "benchmarks/", "examples/", "docs/", "browser/", "cli/", "reporting/", "training/test_session",
    "domains/levels/editing/test_environments", "domains/levels/editing/test_recipe",
    "domains/music/blend/test_recipe", "domains/music/chorale/test_recipe",
    "domains/music/continuing/", "conformance/test_core_fits", "conformance/test_domains",
)  # fmt: skip
"""Whole files and folders of tests that take seconds each."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark as slow whatever trains a run or takes long: ``make test-fast`` leaves it out."""
    for item in items:
        place = Path(item.path).relative_to(Path(__file__).parent).as_posix()
        if TRAINS & set(getattr(item, "fixturenames", ())) or place.startswith(LONG):
            item.add_marker(pytest.mark.slow)


@pytest.fixture(scope="session")
def toy() -> SimpleNamespace:
    """Small parts that many tests are made of."""
    return SimpleNamespace(
        Words=Words, Codec=WordCodec, policy=word_policy, rollout=a_rollout, judged=judged
    )


@pytest.fixture(scope="session", autouse=True)
def state(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A state folder of our own: what a test trusts, the user need not."""
    place = tmp_path_factory.getbasetemp() / "state"
    before = os.environ.get("XDG_STATE_HOME")
    os.environ["XDG_STATE_HOME"] = str(place)
    yield place
    if before is None:
        del os.environ["XDG_STATE_HOME"]
    else:
        os.environ["XDG_STATE_HOME"] = before


@pytest.fixture(scope="session")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A cache of our own, so that no test reads the user's; its corpus is read once."""
    place = tmp_path_factory.getbasetemp() / "cache"
    before = os.environ.get("MAKAR_CACHE")
    os.environ["MAKAR_CACHE"] = str(place)
    yield place
    if before is None:
        del os.environ["MAKAR_CACHE"]
    else:
        os.environ["MAKAR_CACHE"] = before


FEW_SHOWN = 16
"""Works made before and after a tiny run, to choose what is shown from."""


@pytest.fixture
def tiny(cache: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """Settings of the tune recipe with which a whole run takes a second."""
    monkeypatch.setattr("makar.training.conclusion.CANDIDATES", FEW_SHOWN)
    return {
        "loop.iterations": 4,
        "loop.works": 8,
        "pretrain.updates": 20,
        "model.width": 16,
        "evaluate.works": 16,
        "evaluate.show": 1,
        "corpus.collections": ["miscFolk"],
    }


@pytest.fixture
def tiny_environment(tiny: dict[str, Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The same settings for whatever program is run, in a folder of its own: its runs' folder."""
    for name, value in tiny.items():
        monkeypatch.setenv(f"MAKAR_{name.upper().replace('.', '__')}", json.dumps(value))
    monkeypatch.setenv("MAKAR_RUNS", str(tmp_path / "runs"))
    monkeypatch.setenv("OMP_NUM_THREADS", "1")
    monkeypatch.chdir(tmp_path)
    return tmp_path / "runs"


@pytest.fixture
def makar(
    tiny_environment: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Callable[..., SimpleNamespace]:
    """The command line: arguments in, ``code``, ``out``, ``err`` and JSON ``lines`` out."""
    from makar.cli import main

    def command(*arguments: object) -> SimpleNamespace:
        monkeypatch.setattr("sys.argv", ["makar", *map(str, arguments)])
        code = 0
        try:
            main()
        except SystemExit as end:
            code = int(end.code or 0)
        out, err = capsys.readouterr()
        lines = [json.loads(line) for line in out.splitlines() if line.startswith('{"')]
        return SimpleNamespace(code=code, out=out, err=err, lines=lines)

    return command


@pytest.fixture
def small_disk(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Path]:
    """A file system all of our own: of one megabyte, or of the size given as a parameter."""
    place = tmp_path / "disk"
    place.mkdir()
    mount = [
        "mount",
        "-t",
        "tmpfs",
        "-o",
        f"size={getattr(request, 'param', '1m')}",
        "tmpfs",
        str(place),
    ]
    try:
        subprocess.run(mount, check=True, capture_output=True)
    except (OSError, subprocess.CalledProcessError):
        pytest.skip("mounting a small file system is not permitted here")
    yield place
    subprocess.run(["umount", "-l", str(place)], check=True)


@pytest.fixture
def fill() -> Callable[..., Path]:
    """Leave so many bytes of a small disk free."""

    def fill_up(disk: Path, *, leave: int = 0) -> Path:
        filler = disk / "filler"
        with filler.open("wb", buffering=0) as file:
            try:
                while True:
                    file.write(b"x" * 4096)
            except OSError:
                pass
        size = filler.stat().st_size
        with filler.open("r+b") as file:
            file.truncate(size - leave)
        return filler

    return fill_up
