import pytest

from makar.core.errors import ConfigError
from makar.recipes.loading import as_toml, load_config


def load(recipe="tune", flags=None, environment=None):
    return load_config(recipe, flags, environment=environment or {})


@pytest.fixture
def file(tmp_path):
    def write(text, name="mine.toml"):
        path = tmp_path / name
        path.write_text(text, encoding="utf-8")
        return path

    return write


def test_defaults_then_file_then_environment_then_flags(file):
    path = file("seed = 1\n[ask]\nbars = 16\ntempo = 90\n[loop]\nworks = 32\n")
    environment = {"MAKAR_ASK__TEMPO": "80", "MAKAR_LOOP__WORKS": "16", "MAKAR_CACHE": "/x"}
    config = load(path, {"loop.works": 8}, environment)
    assert (config.seed, config.ask.bars, config.ask.tempo, config.loop.works) == (1, 16, 80, 8)
    assert config.ask.metre == load().ask.metre


def test_what_is_written_is_read_again_the_same(file):
    config = load(
        flags={
            "learn.minibatch": 32,
            "learn.stability.kl_target": "none",
            "reward.weights.close": 2.5,
            "reward.custom": ['/a "quoted" folder/mine.py:swing=0.5'],
            "corpus.folder": "/home/Jürgen/scores\\x",
        }
    )
    assert load(file(as_toml(config))) == config
    assert config.learn.stability.kl_target is None


def test_another_name_of_a_recipe_is_kept_as_its_own(file):
    for config in (load(file('recipe = "music"\n')), load("music")):
        assert config.recipe == "tune"


def test_none_switches_a_part_off_from_anywhere():
    for flags, environment in (
        ({"learn.stability.entropy_floor": "none"}, {}),
        ({}, {"MAKAR_LEARN__STABILITY__ENTROPY_FLOOR": "none"}),
    ):
        assert load(flags=flags, environment=environment).learn.stability.entropy_floor is None


def test_weights_are_added_to_those_of_the_file(file):
    path = file("[reward.weights]\nclose = 2\nnovelty = 1\n")
    assert load(path, {"reward.weights.close": 5}).reward.weights == {"close": 5, "novelty": 1}


def test_paths_are_found_from_where_they_were_written(file, tmp_path, monkeypatch):
    path = file('[corpus]\nfolder = "scores"\n[reward]\ncustom = ["mine.py:swing=0.5"]\n')
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    monkeypatch.chdir(elsewhere)
    config = load(path)
    assert config.corpus.folder == tmp_path / "scores"
    assert config.reward.custom == (f"{tmp_path}/mine.py:swing=0.5",)
    flagged = load(flags={"corpus.folder": "scores", "reward.custom": ["mine.py:swing"]})
    assert flagged.corpus.folder == elsewhere / "scores"
    assert flagged.reward.custom == (f"{elsewhere}/mine.py:swing",)
    assert load(flags={"corpus.folder": "none"}).corpus.folder is None


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("[ask]\nbras = 8\n", ["mine.toml: ask.bras: unknown key", "bars, metre"]),
        ("[ask]\nbars = 999\n", ["mine.toml: ask.bars", "32", "999"]),
        ('[model]\nkind = "rnn"\n', ["mine.toml: model.kind", "'lstm' or 'transformer'", "'rnn'"]),
        ("sed = 1\n", ["mine.toml: sed: unknown key", "seed"]),
        ("[learn.stability]\nkl = 1\n", ["learn.stability.kl: unknown key", "kl_target"]),
        ("ask = 3\n", ["mine.toml: ask", "3"]),
        ("[ask\n", ["mine.toml: not TOML", "line 1"]),
        ('recipe = "opera"\n', ["recipe 'opera' does not exist", "tune"]),
        ("[ask]\nbars = 6\n", ["mine.toml", "ABAC", "6 bars"]),
        ('[learn]\nalgorithm = "rloo"\n[loop]\nworks = 1\n', ["rloo", "loop.works must be 2"]),
    ],
)
def test_a_bad_key_is_refused_with_file_key_and_what_is_allowed(file, text, words):
    with pytest.raises(ConfigError) as caught:
        load(file(text))
    for word in words:
        assert word in str(caught.value)


def test_every_fault_is_told_with_where_it_was_given(file):
    path = file("[ask]\nbars = 999\n")
    with pytest.raises(ConfigError) as caught:
        load(path, {"model.width": 0}, {"MAKAR_LOOP__WORKS": "many", "MAKAR_X": "1"})
    text = str(caught.value)
    assert "mine.toml: ask.bars" in text
    assert "command line: model.width" in text
    assert "environment: loop.works" in text
    assert "environment: x: unknown key" in text


def test_a_key_that_is_a_table_and_a_value_is_refused():
    with pytest.raises(ConfigError, match="loop"):
        load(flags={"loop": 3, "loop.works": 4})


def test_a_recipe_that_is_no_file_is_named(tmp_path):
    with pytest.raises(ConfigError, match="neither a recipe"):
        load(tmp_path / "nothing.toml")


def test_paths_are_seen_from_where_they_were_given(tmp_path, monkeypatch):
    file = tmp_path / "game" / "mine.toml"
    file.parent.mkdir()
    file.write_text(
        'recipe = "levels"\n[corpus]\nlegend = "legend.toml"\nfiles = ["a.tmj", "sub/b.tmj"]\n'
        '[reward]\ncustom = ["mine.py:fast=0.5"]\n'
    )
    config = load(file)
    assert config.corpus.legend == file.parent / "legend.toml"
    assert config.corpus.files == (file.parent / "a.tmj", file.parent / "sub" / "b.tmj")
    assert config.reward.custom == (f"{file.parent}/mine.py:fast=0.5",)
    monkeypatch.chdir(tmp_path)
    flags = {"corpus.legend": "other.toml", "corpus.files": ["c.tmj"]}
    config = load_config(file, flags, environment={})
    assert config.corpus.legend == tmp_path / "other.toml"
    assert config.corpus.files == (tmp_path / "c.tmj",)
    assert load_config("tune", {"corpus.folder": "scores"}, environment={}).corpus.folder == (
        tmp_path / "scores"
    )


def test_a_run_of_before_a_setting_came_is_as_it_was_then(tmp_path):
    """What a run states holds; what is begun now has the setting, whoever wrote its file."""
    stated, unstated = tmp_path / "stated.toml", tmp_path / "unstated.toml"
    stated.write_text('recipe = "mario"\n[model]\nroom = true\n')
    unstated.write_text('recipe = "mario"\n[model]\nwidth = 96\n')
    assert [load_config(f, environment={}, made=True).model.room for f in (stated, unstated)] == [
        True, False
    ]  # fmt: skip
    assert load_config(unstated, environment={}).model.room
