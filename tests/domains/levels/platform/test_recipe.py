import json
import re
import shutil
from pathlib import Path

import numpy as np
import pytest

from commands import invoke
from makar.core.errors import ConfigError, CorpusTooSmallError
from makar.core.seeds import Seeds
from makar.core.types import JudgedPart, Judgement, Prompt
from makar.domains.levels.constructive.build import construct
from makar.domains.levels.level.legend import MARIO
from makar.domains.levels.level.level import Level
from makar.domains.levels.level.maps import Maps, MapSource
from makar.domains.levels.level.text import parse_level_text, write_level_text
from makar.domains.levels.platform import recipe as platform_recipe
from makar.domains.levels.platform.assessment import spearman
from makar.domains.levels.platform.corpus import STUDIED, Game, learn_from, read_game
from makar.domains.levels.platform.hardness import challenges
from makar.domains.levels.platform.prompts import TARGETS, asked_for
from makar.domains.levels.platform.recipe import build_policy, can_be_handed_out
from makar.domains.levels.platform.reward import Won
from makar.domains.levels.play.analysis import Analyst
from makar.domains.levels.tiles.codec import FREE, Kept
from makar.recipes.loading import load_config
from makar.recipes.trained_run import finished, open_run
from makar.recipes.upkeep.bonuses import bonuses_like
from makar.recipes.weighting import AT_ONCE
from makar.runs.folder import RunFolder

EXAMPLE = Path(__file__).parents[4] / "examples" / "game"
TINY = {
    "ask.columns": 32, "corpus.levels": 24, "model.width": 24, "model.inner": 16,
    "pretrain.updates": 12, "pretrain.batch": 16, "pretrain.evaluate_every": 6,
    "loop.iterations": 2, "loop.works": 16, "evaluate.works": 16, "evaluate.show": 2,
}  # fmt: skip


def run_makar(*words):
    return invoke(*words, catch_exceptions=False)


@pytest.fixture(scope="module")
def trained(tmp_path_factory):
    """A small run of the mario recipe, made as a user would make it."""
    root = tmp_path_factory.mktemp("levels")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("MAKAR_CACHE", str(root / "cache"))
        settings = [f"{name}={value}" for name, value in TINY.items()]
        flags = [word for one in settings for word in ("--set", one)]
        result = run_makar("train", "mario", "--name", "m", "--runs", root, *flags)
        assert result.exit_code == 0, result.output
        yield root


def test_a_run_ends_with_pictures_and_a_report(trained):
    page = (trained / "m" / "report.html").read_text()
    assert "data:image/png;base64," in page
    words = re.sub(r"<(style|script)>.*?</\1>|<[^>]*>", " ", page, flags=re.DOTALL)
    assert "works of the maps score" in words
    assert "Which levels are made" in words
    assert "people" not in words
    assert '<svg class="melody"' not in page, "no tune is shown where none is made"
    table = json.loads((trained / "m" / "summary.json").read_text())
    assert {"playable", "challenge", "variety"} <= set(table[-1]["measures"])
    assert list((trained / "m" / "samples").glob("after-*.png"))


def test_samples_are_levels_in_the_corpus_alphabet(trained):
    result = run_makar("sample", "m", "--runs", trained, "-n", 3, "--challenge", 0.2, "--json")
    assert result.exit_code == 0, result.output
    for line in result.output.splitlines():
        text = Path(json.loads(line)["path"]).read_text()
        assert len(text.splitlines()) == 14
        assert set(text) <= {tile.symbol for tile in MARIO.tiles} | {"\n"}


def test_levels_that_score_less_than_asked_are_not_handed_out_and_it_says_so(trained):
    words = ["sample", "m", "--runs", trained, "-n", 2, "--json"]
    none = run_makar(*words, "--least", 100)
    assert (none.exit_code, none.stdout) == (0, "")
    assert "makar: 0 of 2 handed out: " in none.stderr
    assert "scored less than 100" in none.stderr
    assert "ask for less: --least 0" in none.stderr
    some = [json.loads(line) for line in run_makar(*words, "--least", 0).stdout.splitlines()]
    least = 100 * max(one["score"] for one in some) - 1e-6
    held = run_makar(*words, "--least", least)
    assert all(100 * json.loads(line)["score"] >= least for line in held.stdout.splitlines())


def test_a_level_is_gone_on_with(trained, tmp_path):
    begun = construct(1, 40, seed=4).tiles[0, :, :20]
    file = tmp_path / "mine.txt"
    file.write_text(write_level_text(Level(begun, MARIO.names), MARIO))
    result = run_makar(
        "continue", file, "--runs", trained, "--columns", 12, "--variations", 2, "--json"
    )
    if result.exit_code == 2:
        assert "can be won" in result.output
        return
    record = json.loads(result.stdout)
    assert 1 <= len(record["levels"]) <= 2
    for one in record["levels"]:
        level = parse_level_text(Path(one["path"]).read_text(), MARIO)
        assert level.tiles.shape == (14, 32)
        assert np.array_equal(level.tiles[:, :20], begun)
        assert Analyst(MARIO)([level]).won[0] == 1
    assert (tmp_path / "mine-continued" / "levels.png").stat().st_size > 1000


def test_a_large_level_is_gone_on_with_where_it_ends(trained, tmp_path):
    tiles = np.zeros((300, 500), np.uint8)
    tiles[200:] = MARIO.names.index("ground")
    file = tmp_path / "large.txt"
    file.write_text(write_level_text(Level(tiles, MARIO.names), MARIO))
    result = run_makar(
        "continue", file, "--runs", trained, "--columns", 2, "--variations", 2, "--challenge", 0
    )
    assert result.exit_code == 0, result.output
    assert "gone on from, and judged, are of its 300 rows 191 to 204" in " ".join(
        result.output.split()
    )
    for path in (tmp_path / "large-continued").glob("*.txt"):
        level = parse_level_text(path.read_text(), MARIO)
        assert level.tiles.shape == (300, 502)
        assert np.array_equal(level.tiles[:, :500], tiles)


def test_somebodys_level_is_judged(trained, tmp_path):
    file = tmp_path / "mine.txt"
    level = construct(1, 32, seed=6)[0]
    file.write_text(write_level_text(level, MARIO))
    result = run_makar("score", file, "--run", "m", "--runs", trained, "--json")
    parts = json.loads(result.output)["parts"]
    assert parts["playable"]["raw"] == 1
    file.write_text("--\n-X-\n")
    result = run_makar("score", file, "--run", "m", "--runs", trained)
    assert result.exit_code == 1
    assert "line" in result.stderr


def test_levels_of_a_step_ask_for_easy_and_hard():
    config = load_config("mario", environment={})
    prompts = asked_for(config, 3)
    wishes = [float(p.condition["challenge"]) for p in prompts]
    assert len(prompts) == config.loop.works
    assert len(set(wishes)) >= TARGETS - 1
    assert min(wishes) <= 0.15
    assert max(wishes) >= 0.85
    assert asked_for(config, 3) == prompts
    one = load_config("mario", {"ask.spread": False, "ask.challenge": 0.3}, environment={})
    assert {p.condition["challenge"] for p in asked_for(one, 3)} == {0.3}


def test_challenge_of_a_stretch_is_told_for_the_whole_width():
    maps = construct(6, 100, seed=1)
    analyst = Analyst(MARIO)
    plain, doubled = challenges(analyst, maps), challenges(analyst, maps, columns=200)
    assert np.allclose(1 - doubled, (1 - plain) ** 2)
    walled = maps.tiles[:1].copy()
    walled[:, :, 50] = 1
    walled[:, :, 60:90] = 0
    walled[:, 2:, 55] = 1
    assert np.isnan(challenges(analyst, type(maps)(walled, MARIO.names))).all()


def test_a_level_that_is_nearly_won_beats_one_that_is_lost_at_once_but_not_one_that_is_won():
    lost, nearly, won, unknown = Won()(np.array([0.1, 0.99, 1.0, np.nan]))
    assert lost < nearly < 0.5 < won == 1
    assert np.isnan(unknown)


def test_a_level_loses_marks_before_it_is_a_near_copy(trained):
    with RunFolder(trained / "m") as folder:
        creator = open_run(folder, load_config(folder.path / "config.toml", environment={})).creator
    (part,) = (c for c in creator.reward.components if c.name == "near_copy")
    assert part.role == "penalty"
    np.testing.assert_allclose(
        part.transform(np.array([0.5, 0.9, 0.925, 0.95, 1])), [1, 1, 0.5, 0, 0]
    )
    assert creator.learner.config.decay_updates == 2, "it learns ever more slowly to its end"


def test_the_style_of_many_is_that_of_each(trained):
    with RunFolder(trained / "m") as folder:
        creator = open_run(folder, load_config(folder.path / "config.toml", environment={})).creator
    (style,) = (c.scorer for c in creator.reward.components if c.name == "style")
    levels = construct(AT_ONCE + 3, 32, seed=9)
    each = [style(levels.take([b]), [Prompt()])[0] for b in (0, AT_ONCE - 1, AT_ONCE, AT_ONCE + 2)]
    many = style(levels, [Prompt()] * len(levels))
    assert many.shape == (AT_ONCE + 3,)
    np.testing.assert_allclose(many[[0, AT_ONCE - 1, AT_ONCE, AT_ONCE + 2]], each, rtol=1e-4)
    assert style(levels.take([]), []).shape == (0,)


def test_only_levels_that_can_be_won_and_are_no_copies_are_handed_out(trained):
    def part(name, *values):
        return JudgedPart(np.array(values), np.array(values), 1.0, "penalty", name)

    judged = Judgement(
        np.ones(4),
        {"playable": part("", 1, 0, np.nan, 1), "near_copy": part("", 0.1, 1, 1, 0)},
    )
    assert can_be_handed_out(judged).tolist() == [True, False, True, False]
    with RunFolder(trained / "m") as folder:
        config = load_config(folder.path / "config.toml", environment={})
        creator = open_run(folder, config).creator
    assert creator.fit is can_be_handed_out
    of_heldout = bonuses_like(creator.human, creator.craft.variety, config.loop, {}, {})
    assert creator.bonuses.target != of_heldout.target, "variety is that of the maps learned from"


def test_what_is_studied_shares_nothing_with_what_is_held_out():
    learned = learn_from(read_game(load_config("mario", environment={})), 100)
    maps = learned.game.maps.levels
    assert learned.studied.levels.tiles.shape[2] == STUDIED
    assert not learned.rules.broken(learned.studied.levels.tiles).any()
    sides = [
        {int(n) for n in side.source} for side in (learned.train, learned.valid, learned.heldout)
    ]
    assert not sides[0] & (sides[1] | sides[2])
    stretches = dict(learned.stretches)
    assert set(stretches) == sides[0]
    assert all(np.array_equal(s.tiles, maps[n].tiles) for n, s in stretches.items())


def test_two_maps_are_too_few():
    levels = construct(2, 100, seed=0)
    with pytest.raises(CorpusTooSmallError, match="three or more"):
        learn_from(Game(MARIO, Maps(list(levels), [MapSource()] * 2)), 100)


def test_maps_of_several_heights_are_learned_from_and_that_is_said(tmp_path):
    for number, level in enumerate(construct(24, 100, seed=0)):
        rows = write_level_text(level, MARIO).split()
        rows = ["-" * 100] * (number % 3) + rows[number % 2 :]
        (tmp_path / f"{number:02}.txt").write_text("\n".join(rows))
    learned = learn_from(read_game(load_config("mario", {"corpus.folder": tmp_path})), 100)
    assert learned.height == 16
    assert "20 of 24 maps have less than 16 rows: empty ones added on top" in learned.notes


def test_towers_are_learned_from_in_bands_and_counted_once(tmp_path):
    whole = [write_level_text(level, MARIO).split() for level in construct(30, 100, seed=0)]
    for number in range(10):
        stacked = [row for rows in whole[3 * number :][:3] for row in ["-" * 100] * 9 + rows]
        (tmp_path / f"{number}.txt").write_text("\n".join(stacked))
    learned = learn_from(read_game(load_config("mario", {"corpus.folder": tmp_path})), 100)
    assert learned.height == 64
    assert learned.notes[0].startswith("10 maps, ")
    assert "10 maps: higher than the 64 rows" in learned.notes[1]
    sides = [set(side.source.tolist()) for side in (learned.train, learned.valid, learned.heldout)]
    storeys = [{learned.game.maps.storeys[n] for n in side} for side in sides]
    assert not storeys[0] & (storeys[1] | storeys[2])


def test_the_levels_recipe_says_what_it_needs():
    with pytest.raises(ConfigError, match="--legend"):
        read_game(load_config("levels", environment={}))


def test_maps_spread_by_the_shell_are_all_taken(tmp_path):
    result = invoke("train", "levels", "--corpus", "a.tmj", "b.tmj", "--legend", "none.toml")
    assert result.exit_code != 0
    result = invoke("train", "mario", "b.tmj")
    assert "takes no further files" in str(result.exception)


@pytest.fixture
def locked_game(tmp_path):
    """The example game, with the last screen of its first map locked."""
    folder = shutil.copytree(EXAMPLE, tmp_path / "game")
    path = folder / "hollow-01.tmj"
    document = json.loads(path.read_text())
    marks = np.zeros((document["height"], document["width"]), int)
    marks[:, 80:84] = 1
    layer = {"type": "tilelayer", "name": "makar locked", "id": 9, "data": marks.ravel().tolist()}
    document["layers"].append(
        layer | {"width": document["width"], "height": document["height"], "x": 0, "y": 0}
    )
    path.write_text(json.dumps(document))
    return folder


def test_what_a_designer_has_locked_is_asked_for_and_built_around(locked_game):
    settings = {"corpus.files": [str(locked_game)], "corpus.legend": locked_game / "legend.toml"}
    config = load_config("levels", flags=settings, environment={})
    given = {id(prompt.given): prompt.given for prompt in asked_for(config, 0)}
    assert len(given) == 1
    (kept,) = given.values()
    game = read_game(config)
    assert isinstance(kept, Kept)
    assert kept.tiles.shape == (16, 100)
    assert (kept.tiles[:, :80] == FREE).all()
    assert (kept.tiles[:, 84:] == FREE).all()
    np.testing.assert_array_equal(kept.tiles[:, 80:84], game.maps.levels[0].tiles[:, 80:84])
    learned = learn_from(game, 100)
    made = build_policy(config, learned).sample(asked_for(config, 0)[:2], seeds=Seeds(0)).works
    inner = kept.tiles[None, :, 80:84]
    np.testing.assert_array_equal(made.tiles[:, :, 80:84], np.repeat(inner, 2, 0))


def test_ranks_share_ties():
    assert spearman(np.array([1.0, 2, 2, 3]), np.array([1.0, 2, 2, 3])) == pytest.approx(1)
    assert spearman(np.array([1.0, 1, 2, 2]), np.array([4.0, 3, 2, 1])) == pytest.approx(
        -0.8944, abs=1e-3
    )


def test_the_same_seeds_make_the_same_levels(trained):
    from makar.recipes.trained_run import open_run
    from makar.runs.folder import RunFolder

    with RunFolder(trained / "m") as folder:
        config = load_config(folder.path / "config.toml", environment={})
        creator = open_run(folder, config).creator
    ask = Prompt(condition={"columns": 20, "challenge": 0.5})
    made = [creator.policy.sample([ask] * n, seeds=Seeds(4)).works.tiles for n in (3, 5)]
    assert np.array_equal(made[0], made[1][:3])


def test_a_setting_of_a_section_leaves_the_others_of_it_alone():
    config = load_config("mario", {"loop.iterations": 7, "learn.algorithm": "rloo"}, environment={})
    assert (config.loop.iterations, config.loop.works) == (7, 96)
    assert config.learn.stability.kl_target == 0.02
    assert config.learn.learning_rate == 8e-4


def test_a_run_is_compared_with_levels_as_hard_as_asked(trained, monkeypatch):
    monkeypatch.setenv("MAKAR_CACHE", str(trained / "cache"))
    chosen = lambda levels, analyst, ask: (levels.take([0]), [f"chosen for {ask.challenge}"])  # noqa: E731
    monkeypatch.setattr(platform_recipe, "as_hard", chosen)
    config = load_config("mario", TINY | {"ask.challenge": 0.7}, environment={})
    creator = finished(platform_recipe.prepare(config)).creator
    assert len(creator.human) == len(creator.human_prompts) == 1
    assert "chosen for 0.7" in creator.notes
