"""That makar cannot tell of a level is said wherever levels are spoken of."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from commands import invoke
from makar.domains.levels.drawing.art import art_of
from makar.domains.levels.level.legend import MARIO, Legend, Tile
from makar.domains.levels.level.level import Level, Levels
from makar.domains.levels.level.maps import Maps, MapSource
from makar.domains.levels.level.text import parse_level_text
from makar.domains.levels.platform import assessment
from makar.domains.levels.platform.assessment import figures, lines
from makar.domains.levels.platform.config import MarioConfig
from makar.domains.levels.platform.corpus import Game, learn_from
from makar.domains.levels.platform.prompts import ask_prompt, asked_for
from makar.domains.levels.platform.telling import telling_of
from makar.domains.levels.play.analysis import Analyst
from makar.domains.levels.rewards.play import SURE
from makar.domains.levels.tiles.card import card_html

LADDERS = Legend((*MARIO.tiles, Tile("ladder", "decoration", "H")))
KNOWN = "ladders (tile 'ladder'), which makar does not know how to climb"
LEGEND = """
[map]
start = "left"
goal = "right"
[tiles]
air = { role = "empty", symbol = "-" }
ground = { role = "solid", symbol = "X" }
ladder = { role = "decoration", symbol = "H" }
coin = { role = "reward", symbol = "o" }
"""


def rows_of(seed: int, *, walled: bool) -> list[str]:
    """Coins over ground with, or without, a wall that only a ladder leads over."""
    random = np.random.default_rng(seed)
    rows = [["-"] * 60 for _ in range(12)] + [["X"] * 60]
    for y, x in zip(random.integers(6, 11, 12), random.integers(0, 60, 12), strict=True):
        rows[y][x] = "o"
    for y in range(4, 12):
        rows[y][30:32] = ["H", "X"] if walled else ["-", "-"]
    return ["".join(row) for row in rows]


def levels(*walled: bool) -> list[Level]:
    return [
        parse_level_text("\n".join(rows_of(seed, walled=wall)), LADDERS)
        for seed, wall in enumerate(walled)
    ]


def test_maps_are_tried_and_the_remedy_is_given_where_most_cannot_be_told() -> None:
    few = telling_of(levels(True, False, False), LADDERS)
    assert few == f"cannot tell: 1 of 3 maps have {KNOWN}"
    most = telling_of(levels(True, True, False), LADDERS)
    assert most.startswith(f"cannot tell: 2 of 3 maps have {KNOWN}; ")
    assert "bring maps that can be" in most
    assert telling_of(levels(False, False), LADDERS) == ""


def test_a_model_is_asked_for_levels_that_are_known_to_be_won() -> None:
    config = MarioConfig()
    for spread in (True, False):
        asked = config.model_copy(update={"ask": config.ask.model_copy(update={"spread": spread})})
        assert all(SURE in prompt.condition for prompt in asked_for(asked, 0))
        assert SURE not in ask_prompt(asked).condition


def test_a_card_says_that_nobody_can_tell() -> None:
    (level,) = levels(True)
    page = card_html(level, analyst=Analyst(LADDERS), art=art_of(LADDERS), marks=[])
    assert "Cannot tell: this level has ladders" in page
    assert "Cannot be won" not in page


def test_what_cannot_be_told_is_no_failure_in_the_figures(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(assessment, "TARGETS", (0.1, 0.2))
    monkeypatch.setattr(assessment, "PER_TARGET", 4)
    maps = Maps(levels(*[False] * 30), [MapSource()] * 30)
    learned = learn_from(Game(LADDERS, maps), 60)
    walled = levels(*[True] * 3, *[False] * 5)
    made = Levels(np.stack([one.tiles for one in walled]), LADDERS.names)
    found = figures(made, learned, seed=0)
    assert (found.playable, found.unknown) == (5 / 8, 3 / 8)
    assert np.isfinite(found.failed).all()
    assert found.failed[0] < 0.5
    assert f"cannot tell: 3 levels have {KNOWN}" in lines(found)
    json.dumps(found.as_json(), allow_nan=False)
    lost = figures(replace(made, tiles=made.tiles[[0] * 8]), learned, seed=0)
    json.dumps(lost.as_json(), allow_nan=False)


@pytest.mark.slow
def test_it_is_said_when_training_starts_and_when_a_level_is_scored(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MAKAR_CACHE", str(tmp_path / "cache"))
    (tmp_path / "legend.toml").write_text(LEGEND)
    files = [tmp_path / f"{n}.txt" for n in range(12)]
    for number, file in enumerate(files):
        file.write_text("\n".join(rows_of(number, walled=number > 3)))
    tiny = {
        "ask.columns": 32, "model.width": 16, "model.inner": 8, "pretrain.updates": 2,
        "pretrain.batch": 4, "pretrain.evaluate_every": 2, "loop.iterations": 1, "loop.works": 8,
        "evaluate.works": 8, "evaluate.show": 1,
    }  # fmt: skip
    flags = [word for name, value in tiny.items() for word in ("--set", f"{name}={value}")]
    told = invoke(
        "train", "levels", "--corpus", *files, "--legend", tmp_path / "legend.toml", "--name", "l",
        "--runs", tmp_path / "runs", *flags,
    )  # fmt: skip
    assert told.exit_code == 0, told.output
    events = [json.loads(line) for line in told.stdout.splitlines()]
    texts = [event["text"] for event in events if event.get("stage") == "reading maps"]
    assert any(
        text.startswith(f"cannot tell: 8 of 12 maps have {KNOWN}; what is made") for text in texts
    )
    assert "cannot tell: 8 of 12 maps" in (tmp_path / "runs" / "l" / "report.html").read_text()
    scored = invoke("score", files[5], "--runs", tmp_path / "runs", "--json")
    assert f"cannot tell: this level has {KNOWN}" in json.loads(scored.stdout)["notes"]
