"""Whether the user's own works were learned from is noted when a run begins, and read there."""

import json

import pytest

import makar
from commands import invoke
from makar.evaluation.ablation import Trial
from makar.recipes.loading import load_config
from makar.runs.folder import RunFolder
from makar.training.privacy import is_private

OWN = '[corpus]\nfolder = "/home/me"\n'


def private(root, config="", **options):
    with RunFolder.create(root, "run", config=config, fresh=True, **options) as folder:
        assert is_private(RunFolder(folder.path)) == is_private(folder)
        return is_private(folder)


@pytest.mark.parametrize(
    ("config", "expected"),
    [
        ("", False),
        ('[corpus]\nfolder = "none"\n', False),
        (OWN, True),
        ('[corpus.second]\nfolder = "/home/me"\n', True),
        ('folder = "."\n', True),
        ('[folder]\nname = "none"\n', False),
        ("not TOML", True),
    ],
)
def test_a_run_that_noted_nothing_is_private_if_a_folder_was_named(tmp_path, config, expected):
    assert private(tmp_path, config) == expected


def test_what_was_noted_holds(tmp_path):
    assert private(tmp_path, "", private=True)
    assert not private(tmp_path, OWN, private=False)
    noted = [json.loads(file.read_text())["private"] for file in tmp_path.glob("*/run.json")]
    assert sorted(noted) == [False, True]
    with RunFolder.create(tmp_path, "older", config=OWN) as folder:
        assert "private" not in folder.about


def test_without_a_config_nothing_is_named(tmp_path):
    with RunFolder.create(tmp_path, "run") as folder:
        (folder.path / "config.toml").unlink()
        assert is_private(folder)


@pytest.mark.parametrize("own", [True, False])
@pytest.mark.parametrize("begin", ["command", "python", "ablation"])
def test_whoever_begins_a_run_notes_it(begin, own, tmp_path, monkeypatch):
    """Nothing is trained here."""
    for place in ("makar.api", "makar.training.session"):  # in this order: one imports the other
        monkeypatch.setattr(f"{place}.run", lambda *_args, **_options: iter(()))
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "a.abc").write_text("X:1\nK:C\nCDEF|\n")
    runs, flags = tmp_path / "runs", {"corpus.folder": str(tmp_path / "mine")} if own else {}
    if begin == "command":
        corpus = ["--corpus", tmp_path / "mine"] if own else []
        done = invoke("train", "tune", "--runs", runs, *corpus, catch_exceptions=False)
        assert done.exit_code == 0
    elif begin == "python":
        makar.train("tune", settings=flags, runs=runs, show=False)
    else:
        from makar.cli.ablation import _events

        runs.mkdir()
        assert not [*_events(Trial("", "one", load_config("tune", flags)), runs, None)]
    (about,) = (json.loads(file.read_text()) for file in runs.glob("*/run.json"))
    assert about["private"] is own
