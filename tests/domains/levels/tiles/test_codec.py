import numpy as np
import pytest
import torch

from makar.core.seeds import Seeds
from makar.core.types import Prompt
from makar.domains.levels.constructive.build import construct
from makar.domains.levels.level.legend import MARIO, Legend, Tile
from makar.domains.levels.level.level import Level, Levels
from makar.domains.levels.tiles.codec import BASE, DIGITS, FREE, STEPS, Kept, TileCodec
from makar.domains.levels.tiles.network import TileColumns, TileColumnsConfig
from makar.domains.levels.tiles.rules import TileRules
from makar.models.token_policy import TokenPolicy

COLUMNS = 20


@pytest.fixture(scope="module")
def maps():
    return construct(12, 120, seed=0)


@pytest.fixture(scope="module")
def codec(maps):
    return TileCodec(MARIO, TileRules.of(maps.tiles, MARIO), 14, COLUMNS)


def policy_of(codec):
    torch.manual_seed(0)
    return TokenPolicy(
        TileColumns(TileColumnsConfig(vocabulary=codec.vocabulary, height=14, steps=STEPS)), codec
    )


def test_levels_come_back_from_their_tokens(codec, maps):
    some = Levels(maps.tiles[:, :, 40:60], MARIO.names)
    tokens, prompts = codec.encode(some)
    assert np.array_equal(codec.decode(tokens, prompts).tiles, some.tiles)
    first_column = some.tiles[0, ::-1, 0]
    assert tokens[0, :14].tolist() == first_column.tolist(), "from the ground up"


def test_the_prefix_says_what_is_asked(codec):
    asked = Prompt(condition={"challenge": 0.5, "columns": 300, "ends": "left"})
    step, left, right, *digits = codec.prefix([asked])[0].tolist()
    assert (step, left, right) == (STEPS // 2, 1, 0)
    assert sum(d * BASE ** (DIGITS - 1 - i) for i, d in enumerate(digits)) == 300
    assert codec.prefix([Prompt()])[0, 0] == STEPS + 1, "nothing asked is no challenge of its own"


def test_prompts_of_unequal_width_are_refused_with_the_remedy(codec):
    with pytest.raises(ValueError, match="one after another"):
        codec.decisions([Prompt(condition={"columns": n}) for n in (10, 12)])
    with pytest.raises(ValueError, match="1 to 4095"):
        codec.prefix([Prompt(condition={"columns": 5000})])


def test_even_an_untrained_model_breaks_no_rule(codec):
    made = policy_of(codec).sample([Prompt()] * 32, seeds=Seeds(3))
    assert (made.works.tiles != MARIO.empty).mean() > 0.3, "it does write something"
    tubes = np.isin(made.works.tiles, [6, 7, 8, 9]).sum()
    assert tubes > 50, "tubes among it"
    assert not codec.rules.broken(made.works.tiles).any()
    assert not np.isin(made.works.tiles[:, :, 0], [7, 9]).any(), "no right half at the left end"
    assert not np.isin(made.works.tiles[:, :, -1], [6, 8]).any(), "no left half at the right end"


def test_what_is_given_stays_and_is_gone_on_from(codec, maps):
    begun = Level(maps.tiles[0, :, :9], MARIO.names)
    made = policy_of(codec).sample([Prompt(given=begun)] * 4, seeds=Seeds(1))
    for level in made.works:
        assert np.array_equal(level.tiles[:, :9], begun.tiles)
    assert (made.logp[:, : 9 * 14] == 0).all(), "what is given is nobody's decision"
    assert len({level.tiles.tobytes() for level in made.works}) == 4


def test_cells_that_are_kept_are_written_around(codec, maps):
    kept = np.full((14, COLUMNS + 5), FREE)
    kept[9, 6], kept[13, 8:11], kept[4, COLUMNS + 2] = 1, 2, 1
    prompts = [Prompt(given=Kept(kept)), Prompt(given=Kept(kept[:, :7])), Prompt()]
    made = policy_of(codec).sample(prompts, seeds=Seeds(3)).works.tiles
    assert made[:, 9, 6].tolist()[:2] == [1, 1]
    assert made[0, 13, 8:11].tolist() == [2, 2, 2]
    assert len({tuple(tiles.ravel()) for tiles in made}) == 3


def test_a_level_that_does_not_fit_is_refused(codec, maps):
    policy = policy_of(codec)
    for given in (Level(maps.tiles[0, :, :30], MARIO.names), Level(maps.tiles[0, 1:], MARIO.names)):
        with pytest.raises(ValueError, match=r"ask for more columns|must have 14 rows"):
            policy.sample([Prompt(given=given)], seeds=Seeds(0))


def test_a_map_can_always_be_filled_to_its_top(codec, maps):
    """Left halves right up to the sky: their right halves find what they must stand on."""
    tiles = np.zeros((14, 3), np.uint8)
    tiles[13] = 1
    tiles[3:13, 2], tiles[2, 2] = 8, 6
    made = policy_of(codec).sample([Prompt(given=Level(tiles, MARIO.names))] * 8, seeds=Seeds(5))
    assert not codec.rules.broken(made.works.tiles).any()
    assert (made.works.tiles[:, 3:13, 3] == 9).all()


def test_starts_and_goals_keep_to_their_ends():
    game = Legend(
        (Tile("air", "empty", "-"), Tile("rock", "solid", "X"), Tile("door", "start", "S"),
         Tile("lamp", "goal", "G")),
    )  # fmt: skip
    maps = np.zeros((2, 4, 12), np.uint8)
    maps[:, 3] = 1
    maps[0, 2, 1], maps[1, 2, 2] = 2, 2
    maps[0, 2, 11], maps[1, 2, 9] = 3, 3
    rules = TileRules.of(list(maps), game)
    assert rules.within == (3, 3)
    codec = TileCodec(game, rules, 4, 16)
    torch.manual_seed(0)
    net = TileColumns(TileColumnsConfig(vocabulary=codec.vocabulary, height=4, steps=STEPS))
    made = TokenPolicy(net, codec).sample([Prompt()] * 64, seeds=Seeds(2)).works.tiles
    assert (made[:, :, :3] == 2).any()
    assert not (made[:, :, 3:] == 2).any()
    assert (made[:, :, 13:] == 3).any()
    assert not (made[:, :, :13] == 3).any()
    inside = [Prompt(condition={"ends": "none"})] * 64
    anywhere = TokenPolicy(net, codec).sample(inside, seeds=Seeds(2)).works.tiles
    assert (anywhere[:, :, :13] == 3).any()


def test_a_whole_level_is_given_the_goal_that_it_was_written_without():
    game = Legend(
        (Tile("air", "empty", "-"), Tile("rock", "solid", "X"), Tile("lamp", "goal", "G")),
    )  # fmt: skip
    tiles = np.zeros((1, 4, 12), np.uint8)
    tiles[:, 3] = 1
    tiles[0, 2, 11] = 2
    codec = TileCodec(game, TileRules.of(list(tiles), game), 4, 12)
    bare = tiles.copy()
    bare[0, 2, 11] = 0
    tokens, _ = codec.encode(Levels(bare, game.names))
    assert np.array_equal(codec.decode(tokens, [Prompt()]).tiles, tiles)
    assert np.array_equal(codec.decode(tokens, [Prompt(condition={"ends": "none"})]).tiles, bare)
