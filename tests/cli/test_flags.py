"""Flags come from the settings of what a command line is about, and help costs nothing."""

import json
import os
import subprocess
import sys

import pytest

from commands import invoke
from makar.recipes.registry import listed


def helped(*words):
    done = invoke(*words, "--help")
    assert done.exit_code == 0, done.output
    return done.output


@pytest.mark.parametrize(
    ("recipe", "own", "others"),
    [
        ("zelda", ["--change", "--ask", "--spread"], ["--metre", "--challenge", "--legend"]),
        ("tune", ["--metre", "--form", "--corpus", "--model"], ["--challenge", "--legend"]),
        ("chorale", ["--ends", "--in-key", "--parallels"], ["--form", "--change"]),
        ("blend", ["--from", "--and", "--blend", "--and-folder"], ["--form", "--change"]),
        ("mario", ["--columns", "--challenge", "--corpus"], ["--legend", "--metre"]),
        ("levels", ["--columns", "--challenge", "--corpus", "--legend"], ["--metre"]),
    ],
)
def test_a_recipe_shows_its_own_flags_and_nobody_elses(recipe, own, others):
    told = helped("train", recipe)
    for flag in [*own, "--iterations", "--seeds", "--reward", "--set"]:
        assert f" {flag}" in told, flag
    for flag in others:
        assert f" {flag}" not in told, flag
    assert f"makar train {recipe}" in told or recipe == "tune"
    for heading in ("Options:", "What is asked:"):
        assert heading in told


def test_without_a_recipe_help_says_which_there_are():
    told = helped("train")
    assert ", ".join(listed()) in " ".join(told.split())
    assert "\n  --metre" not in told


def test_an_alias_and_a_file_name_a_recipe_too(tmp_path):
    assert "--metre" in helped("train", "music")
    file = tmp_path / "mine.toml"
    file.write_text('recipe = "zelda"\n')
    assert "--change" in helped("train", file)


def test_a_flag_of_another_recipe_is_refused():
    done = invoke("train", "zelda", "--metre", "3/4")
    assert done.exit_code == 2
    assert "--metre" in done.output


def test_help_of_a_desk_goes_by_the_file():
    assert "--vary" in helped("continue", "theme.mid")
    told = helped("continue", "level.txt")
    assert "--challenge" in told
    assert "--vary" not in told
    assert "--vary" in helped("continue", "theme.whatever"), "music is known by what it is"


def test_what_can_be_asked_of_a_run_goes_by_its_recipe(makar, tiny_environment):
    assert makar("train", "--iterations", 1, "--name", "t").code == 0
    told = helped("sample", "t", "--runs", str(tiny_environment))
    assert "\n  --metre" in told
    assert "\n  --challenge" not in told
    assert "\n  --corpus" not in told, "what was learned from is settled"
    missing = makar("sample", "nobody", "--metre", "3/4")
    assert missing.code == 2
    assert "no such run" in missing.err


def test_a_switch_can_be_turned_either_way(makar, tiny_environment):
    done = makar("train", "chorale", "--in-key", "--no-crossing", "--iterations", 0)
    assert done.code == 2, "0 iterations are refused, and nothing else"
    assert done.err.strip().startswith("makar: command line: loop.iterations")


def test_recipes_are_listed_with_their_aliases(makar):
    records = {one["recipe"]: one for one in makar("recipes", "--json").lines or json.loads(
        makar("recipes", "--json").out)}  # fmt: skip
    assert records["tune"]["aliases"] == ["music"]
    told = makar("recipes").out
    assert "(also: music)" in told
    assert "\nmusic      the same as tune: makar train music\n" in told


def loaded_by(*words):
    """Modules that a command loads, in a process of its own."""
    code = f"import sys; sys.argv = ['makar', *{list(map(str, words))!r}]\n"
    code += "from makar.cli import main\ntry:\n    main()\nexcept SystemExit: pass\n"
    code += "print('\\n' + ' '.join(sys.modules))"
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, env=os.environ, timeout=60
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.rsplit("\n", 2)[-2 if done.stdout.endswith("\n") else -1].split()


@pytest.mark.parametrize("words", [["--help"], ["runs", "--help"], ["--version"]])
def test_help_loads_neither_torch_nor_a_domain(words):
    modules = loaded_by(*words)
    assert "makar.cli" in modules
    assert not [name for name in modules if name.startswith(("torch", "makar.domains.", "numba"))]


def test_recipes_are_listed_without_torch():
    modules = loaded_by("recipes")
    assert not [name for name in modules if name.startswith(("torch", "numba"))]
    assert not [name for name in modules if name.endswith(".recipe")]


def test_help_lists_commands_that_others_bring():
    told = invoke("--help").output
    for words in ("harmonise", "Put alto, tenor and bass under", "reproduce", "Make published"):
        assert words in told
