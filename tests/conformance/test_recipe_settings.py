"""Each setting of what is asked, of the network and of the corpus changes something in its recipe.

Nothing is trained and no corpus is read: a setting has to reach the prompt, the piece that is
heard, the network, or whoever reads the corpus. See ``test_settings`` for those of learning.
"""

from itertools import islice
from pathlib import Path
from types import SimpleNamespace

import pytest
import torch

from makar.domains.images.domain import IMAGES
from makar.domains.images.painter import recipe as painter
from makar.domains.images.painter.gallery import Gallery
from makar.domains.images.pictures.sources import renders
from makar.domains.levels.constructive import build
from makar.domains.levels.domain import LEVELS
from makar.domains.levels.editing import recipe as editing
from makar.domains.levels.level import legend_file, vglc
from makar.domains.levels.platform import prompts as platform_prompts
from makar.domains.levels.platform import recipe as platform
from makar.domains.levels.platform.corpus import learn_from, read_game
from makar.domains.levels.tiled import map_corpus
from makar.domains.music.blend import sides
from makar.domains.music.blend.config import BlendConfig
from makar.domains.music.chorale.recipe import build_policy as chorale_policy
from makar.domains.music.domain import MUSIC as MUSIC_DOMAIN
from makar.domains.music.tune import phrases
from makar.domains.music.tune import recipe as tune
from makar.domains.music.words import in_words
from makar.recipes.loading import load_config
from makar.recipes.registry import recipe_of
from makar.recipes.settings import settings_of
from makar.recipes.trained_run import craft_of

PICTURES = Path(__file__).parents[1] / "golden" / "pictures"
SPREAD = {"ask.statistics": {"path-length": 30}}
MUSIC = {
    "ask.bars": 6, "ask.metre": "3/4", "ask.mode": "minor", "ask.key": "A", "ask.tempo": 61.0,
    "ask.program": 19, "model.width": 24, "model.layers": 2, "model.dropout": 0.33,
}  # fmt: skip
PLATFORM = {
    "ask.columns": 40, "ask.challenge": 0.7, "ask.spread": False, "model.width": 24,
    "model.inner": 12, "model.dropout": 0.33, "model.room": False,
}  # fmt: skip
EDITING = {
    "ask.change": 0.15, "ask.statistics": {"path-length": 31}, "ask.spread": (SPREAD, True),
    "model.width": 6, "model.depth": 3, "model.ahead": False,
}  # fmt: skip
OTHERS = {
    "tune": MUSIC | {
        "ask.bars": ({"ask.form": "AB"}, 6), "ask.form": "AABB", "model.kind": "transformer",
        "corpus.collections": ["miscFolk"], "corpus.folder": "/somewhere",
    },
    "blend": MUSIC | {
        "ask.blend": 0.25, "model.kind": "lstm", "model.layers": 3, "corpus.first": "scots",
        "corpus.second": "american", "corpus.folder": "/somewhere",
    },
    "chorale": MUSIC | {
        "ask.ends": "open", "ask.in_key": True, "ask.crossing": False, "ask.parallels": True,
    },
    "mario": PLATFORM | {
        "corpus.source": "mario-gpt", "corpus.folder": "/somewhere", "corpus.levels": 7,
    },
    "levels": PLATFORM | {"corpus.files": ["/other.tmj"], "corpus.legend": "/other.toml"},
    "binary": EDITING, "zelda": EDITING, "sokoban": EDITING,
    "painter": {
        "ask.strokes": 20, "ask.picture": f"{PICTURES}/0.png", "model.width": 24, "model.depth": 3,
        "model.std": 0.2, "corpus": str(PICTURES), "style": str(PICTURES), "palette": ["#102030"],
    },
}  # fmt: skip
"""Another value of each setting, and before it the others that it needs to matter, if any."""
BASE = {"levels": {"corpus.files": ["/one.tmj"], "corpus.legend": "/one.toml"}}
CASES = [(recipe, name) for recipe, others in OTHERS.items() for name in others]


ONE, ANOTHER = renders(2, (64, 64))
FEW = Gallery({"known 0": ONE}, {"unseen 0": ANOTHER})


class Named(str):
    """Maps of which only their name matters."""

    __slots__ = ()
    sources = ()


class Read(Exception):  # noqa: N818 - no fault
    """Enough was read to know what would be learned from."""


@pytest.fixture
def read(monkeypatch):
    """What the readers of corpora were asked for."""
    asked = []

    def reader(*answer):
        def note(*arguments, **_):
            asked.append(arguments)
            if not answer:
                raise Read
            return answer[0]

        return note

    def enough(*_, **__):
        raise Read

    def drawn(count, *_, **__):
        asked.append(count)
        return [None] * count

    game = SimpleNamespace(legend=None, maps=None, notes=())
    monkeypatch.setattr(tune, "load_corpus", reader(None))
    monkeypatch.setattr(tune, "phrases_of", lambda *_: None)
    monkeypatch.setattr(tune, "check_phrases", reader())
    monkeypatch.setattr(phrases, "load_user_corpus", reader())
    monkeypatch.setattr(sides, "genre_corpus", reader(None))
    monkeypatch.setattr(sides, "genre_phrases", reader())
    monkeypatch.setattr(painter, "default_gallery", reader(FEW))
    monkeypatch.setattr(painter, "folder_gallery", reader(FEW))
    monkeypatch.setattr(painter, "read_style", reader())
    monkeypatch.setattr(painter, "searched", enough)
    monkeypatch.setattr(vglc, "read_vglc", reader(Named("a folder")))
    monkeypatch.setattr(vglc, "read_mario_gpt", reader(Named("mario-gpt")))
    monkeypatch.setattr(legend_file, "read_legend", reader(game))
    monkeypatch.setattr(map_corpus, "read_map_corpus", reader(game))
    monkeypatch.setattr(build, "construct", drawn)
    monkeypatch.setattr("makar.domains.levels.platform.corpus.evened", lambda maps, *_: (maps, ()))
    monkeypatch.setattr(platform_prompts, "_locked", lambda *_: None)
    return asked


@pytest.fixture(scope="module")
def learned():
    """A few levels: what a network of levels is shaped by."""
    return learn_from(read_game(load_config("mario", {"corpus.levels": 12}, environment={})), 32)


def shape_of(net):
    """Sizes and rates of a network, as far as its modules have taken them over."""
    sizes = [(name, tuple(p.shape)) for name, p in net.named_parameters()]
    sizes += [(name, p.tolist()) for name, p in net.named_parameters() if "log_std" in name]
    rates = [getattr(module, "dropout", None) for module in net.modules()]
    rates = [rate.p if isinstance(rate, torch.nn.Dropout) else rate for rate in rates]
    return sizes, [rate for rate in rates if isinstance(rate, float)]


def network(config, learned):
    if config.recipe in ("tune", "blend"):
        return tune.build_net(config.model, vocabulary=60, context=64)
    if config.recipe == "chorale":
        return chorale_policy(config)
    if config.recipe in ("mario", "levels"):
        return platform.build_policy(config, learned)
    if config.recipe == "painter":
        return painter.build_policy(config, painter.canvas_of(config, FEW, None))
    return editing.build_policy(config, editing.process_of(config))


def asked_of(config):
    """What is asked in the first steps, of the loop and of whoever plays it."""
    prompts = [recipe_of(config).prompt(config)]
    if config.recipe in ("tune", "blend", "chorale"):
        craft = craft_of(config)
        craft = craft.tunes if config.recipe == "blend" else craft
        return (
            [p.key for p in prompts],
            in_words(prompts[0], config.ask),
            craft.tempo,
            craft.program,
        )
    if config.recipe == "painter":
        canvas = painter.canvas_of(config, FEW, None)
        prompts += painter.asked_for(config, [*FEW.known], 0)
        return [p.key for p in prompts], canvas.most, canvas.palette.tolist()
    room = platform if config.recipe in ("mario", "levels") else editing
    prompts += [p for step in range(2) for p in islice(room.asked_for(config, step), 8)]
    changes = editing.process_of(config).most_changes if room is editing else None
    return [p.key for p in prompts], changes


def corpus_of(config, asked):
    """What is read, up to where it would be cut into phrases."""
    asked.clear()
    try:
        if config.recipe == "tune":
            list(tune.prepare(config))
        elif isinstance(config, BlendConfig):
            list(sides.read_sides(config))
        elif config.recipe == "painter":
            list(painter.prepare(config))
        elif config.recipe in ("mario", "levels"):
            asked.append(read_game(config).maps)
    except Read:
        pass
    return repr(asked)


def came_to(recipe, settings, learned, asked):
    config = load_config(recipe, BASE.get(recipe, {}) | settings, environment={})
    torch.manual_seed(0)
    net = network(config, learned)
    room = net.codec.rules.clear if config.recipe in ("mario", "levels") else None
    return shape_of(net), room, asked_of(config), corpus_of(config, asked)


def test_every_recipe_of_ours_is_here():
    ours = {one.name for domain in (IMAGES, LEVELS, MUSIC_DOMAIN) for one in domain.recipes}
    assert ours == set(OTHERS)


@pytest.mark.parametrize("recipe", OTHERS)
def test_every_setting_of_a_recipe_is_here(recipe):
    config = load_config(recipe, environment={})
    rooms = ("ask", "model", "corpus", "style", "palette")
    names = {name for name, _ in settings_of(type(config)) if name.partition(".")[0] in rooms}
    assert names == set(OTHERS[recipe])


@pytest.mark.parametrize(("recipe", "name"), CASES, ids=[f"{r}-{n}" for r, n in CASES])
def test_a_setting_of_a_recipe_changes_something(recipe, name, learned, read):
    value = OTHERS[recipe][name]
    needed, other = value if isinstance(value, tuple) else ({}, value)
    before = came_to(recipe, needed, learned, read)
    assert before == came_to(recipe, needed, learned, read), "the same comes to the same"
    assert before != came_to(recipe, needed | {name: other}, learned, read)
