import os
import time
import tomllib
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from makar.core.disk.toml import parse_toml, read_toml, write_toml
from makar.recipes.loading import as_toml, load_config
from makar.recipes.settings import RewardConfig

names = st.one_of(
    st.text(max_size=12),
    st.binary(min_size=1, max_size=12).map(os.fsdecode),
    st.sampled_from(
        [
            "a b",
            "ümläut",
            'say "ah"',
            "it's",
            "a.b.c",
            "🎵 tunes",
            "",
            "#no",
            "[x]",
            "=",
            "\0",
            "\r\n",
        ]
    ),
)
values = st.recursive(
    st.one_of(names, st.booleans(), st.integers(-(2**63), 2**63 - 1), st.floats(allow_nan=False)),
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(names, inner, max_size=3)),
    max_leaves=10,
)


@settings(max_examples=300, deadline=None)
@given(st.dictionaries(names, values, max_size=4))
def test_whatever_is_written_is_read_as_the_same(tree):
    text = write_toml(tree)
    assert parse_toml(text) == tree
    tomllib.loads(text)  # and by whoever else reads TOML
    text.encode()


@settings(max_examples=60, deadline=None)
@given(
    st.binary(min_size=1, max_size=20).filter(lambda name: b"\0" not in name and b"/" not in name)
)
def test_any_name_a_folder_can_have_is_kept(name):
    folder = Path("/music") / os.fsdecode(name)
    config = load_config("tune", {"corpus.folder": folder}, environment={})
    assert parse_toml(as_toml(config))["corpus"]["folder"] == str(folder)


@settings(max_examples=60, deadline=None)
@given(st.dictionaries(names.filter(str.isprintable), st.floats(0, 10), max_size=4))
def test_weights_of_any_name_are_kept(weights):
    plain = load_config("tune", environment={})
    reward = RewardConfig.model_construct(weights=weights)
    config = plain.model_copy(update={"reward": reward})
    assert parse_toml(as_toml(config))["reward"]["weights"] == weights


def test_a_run_on_a_folder_of_any_name_is_opened_again(tmp_path):
    for name in ("🎵 tunes", os.fsdecode("für".encode("latin-1")), 'a "b" c', "back\\slash"):
        config = load_config("tune", {"corpus.folder": tmp_path / name}, environment={})
        file = tmp_path / "config.toml"
        file.write_text(as_toml(config), encoding="utf-8")
        assert load_config(file, environment={}) == config


def test_what_earlier_versions_wrote_is_read(tmp_path):
    old = r'folder = "/m/\ud83c\udfb5 t\u00e4g/\udce9 \\ud83c \"x\""'
    assert parse_toml(old) == {"folder": '/m/🎵 täg/\udce9 \\ud83c "x"'}
    assert parse_toml('a = "\\u00e4"\nb = [1, 2]\n[c]\nd = "none"\n') == {
        "a": "ä", "b": [1, 2], "c": {"d": "none"},
    }  # fmt: skip


@pytest.mark.parametrize(
    "text",
    [
        "a" + ".a" * 30_000 + " = 1", "[" + "a." * 30_000 + "a]", "a = " + "[" * 100_000,
        "a = " + "{a = " * 50_000, "a" * 900_000, '"' + "a" * 900_000, "a = {" + "b." * 90_000,
        "\n".join(f"k{i}.{'a.' * 90}b = 1" for i in range(5_000)), "a = '''" + "'" * 900_000,
        "a = " + f"{{{'.'.join('b' * 29)} = " * 200 + "1" + "}" * 200,
        "a = " + "[" * 300 + "]" * 300,
    ],
)  # fmt: skip
def test_endless_names_and_nesting_are_refused_at_once(text):
    began = time.process_time()
    with pytest.raises(ValueError, match=r"\w"):
        parse_toml(text)
    assert time.process_time() - began < 5


def test_what_is_nested_too_deep_to_be_read_is_not_written():
    tree = parse_toml("a = " + "[" * 100 + "]" * 100)
    assert parse_toml(write_toml(tree)) == tree
    with pytest.raises(ValueError, match="more than 100 deep"):
        write_toml({"a": tree})


def test_a_file_is_plain_and_of_a_size(tmp_path):
    path = tmp_path / "a.toml"
    path.write_text("a = 1")
    assert read_toml(path) == {"a": 1}
    (tmp_path / "link").symlink_to(path)
    assert read_toml(tmp_path / "link", follow=True) == {"a": 1}
    with pytest.raises(OSError, match="a link"):
        read_toml(tmp_path / "link")
    path.write_text("a = '" + "x" * (1 << 20) + "'")
    with pytest.raises(OSError, match="the most that is read"):
        read_toml(path)
