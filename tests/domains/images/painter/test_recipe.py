"""The recipe: a run learns, goes on, paints a picture of one's own, and keeps a folder's style."""

from __future__ import annotations

from itertools import islice

import numpy as np
import pytest
from PIL import Image

from commands import invoke
from makar.core.errors import ConfigError, CorpusTooSmallError, UnreadableError
from makar.core.seeds import Seeds
from makar.core.train import train
from makar.core.types import Prompt
from makar.domains.images.painter import gallery, recipe
from makar.domains.images.painter.canvas.process import PICTURE, STROKES
from makar.domains.images.painter.canvas.works import Painting, Paintings, stacked
from makar.domains.images.painter.config import SURE, PainterConfig
from makar.domains.images.painter.gauge import bench_of
from makar.domains.images.painter.recipe import (
    PAINTER,
    ask_prompt,
    asked_for,
    build_policy,
    check,
    palette_of,
)
from makar.domains.images.strokes.drawing import Drawing, strokes_of
from makar.domains.images.svg.writing import as_svg
from makar.evaluation.assessment import measure, people_and_chance
from makar.recipes import preparation
from makar.recipes.loading import as_toml, load_config
from makar.recipes.trained_run import open_run
from makar.runs.folder import RunFolder
from makar.training import sampling

SMALL = {
    "loop.iterations": 2, "loop.works": 8, "loop.checkpoint_every": 1, "evaluate.works": 6,
    "evaluate.best_of": 2, "evaluate.show": 2, "model.width": 8, "ask.strokes": 5,
    "learn.minibatch": 8,
}  # fmt: skip


UP = np.array([0.0, 9.0])


@pytest.fixture(autouse=True)
def few_pictures(monkeypatch):
    """A smaller gallery, without emoji: they need a font; and fewer works to compare with."""
    monkeypatch.setattr(recipe, "SEARCHED", 8)
    monkeypatch.setattr(preparation, "TRIAL", 16)

    def absent(count):
        raise ConfigError("not on this machine")

    monkeypatch.setattr(gallery.sources, "emoji", absent)
    monkeypatch.setattr(gallery, "RENDERS", 4)
    monkeypatch.setattr(gallery, "TRIED", 3)


def config_of(**flags):
    config = load_config("painter", SMALL | flags, environment={})
    assert isinstance(config, PainterConfig)
    return config


def prepared(config):
    steps = PAINTER.prepare(config)
    while True:
        try:
            next(steps)
        except StopIteration as end:
            return end.value


def test_pictures_are_drawn_anew_in_each_step():
    names = [f"known {n}" for n in range(50)]
    config = config_of(**{"loop.works": 40})
    asked = [asked_for(config, names, iteration) for iteration in (0, 0, 1)]
    assert asked[0] == asked[1] != asked[2]
    assert len({prompt.condition[PICTURE] for prompt in asked[0]}) > 20
    assert {prompt.condition[STROKES] for prompt in asked[0]} == {5}


def test_works_that_are_compared_with_one_another_are_of_one_picture():
    config = config_of(**{"loop.works": 20, "learn.algorithm": "rloo"})
    names = [f"known {n}" for n in range(50)]
    pictures = [prompt.condition[PICTURE] for prompt in asked_for(config, names, 0)]
    assert len(pictures) == 20
    assert len(set(pictures[:8])) == len(set(pictures[8:16])) == 1


def test_what_cannot_work_is_refused_before_anybody_waits(tmp_path):
    with pytest.raises(ConfigError, match="'bluish' is no colour"):
        check(config_of(palette=("#112233", "bluish")), {})
    with pytest.raises(ConfigError, match=r"corpus: .* does not exist"):
        check(config_of(corpus=tmp_path / "none"), {})
    (tmp_path / "broken.png").write_bytes(b"no picture")
    with pytest.raises(UnreadableError):
        check(config_of(**{"ask.picture": tmp_path / "broken.png"}), {})
    with pytest.raises(CorpusTooSmallError):
        prepared(config_of(corpus=tmp_path))
    np.testing.assert_allclose(palette_of(config_of(palette=("#ff0000",))), [[1, 0, 0]])


@pytest.mark.slow
@pytest.mark.parametrize("algorithm", ["ppo", "rloo"])
def test_it_paints_better_after_a_few_steps(algorithm):
    gamma = 0.5 if algorithm == "rloo" else 0.1
    config = config_of(
        **{"loop.works": 32, "ask.strokes": 12, "model.width": 32, "learn.minibatch": 16,
           "learn.algorithm": algorithm, "learn.gamma": gamma}
    )  # fmt: skip
    creator = prepared(config).creator
    asked = [Prompt(condition={STROKES: 12})] * 32

    def likeness():
        made = creator.policy.sample(asked, seeds=Seeds(77), temperature=0.5)
        return creator.reward.lean(made.works, made.prompts).total.mean()

    before = likeness()
    learned = train(creator.policy, creator.reward.lean, creator.learner, creator.prompts, seed=3)
    for _ in islice(learned, 6):
        pass
    assert likeness() > before + 0.01


@pytest.mark.slow
def test_a_run_paints_goes_on_and_makes_the_very_same_again(tmp_path):
    flags = [f"--set={name}={value}" for name, value in SMALL.items()]
    ran = invoke("train", "painter", "--name", "hand", "--runs", str(tmp_path), *flags)
    assert ran.exit_code == 0, ran.output
    report = (tmp_path / "hand" / "report.html").read_text()
    assert "painting" in report
    assert "greedy search" in report
    folder = RunFolder(tmp_path / "hand")
    opened = open_run(folder, config_of())
    craft = opened.creator.craft
    for phase in ("before", "after"):
        entry = next(iter(folder.ledger.query(phase=phase)))
        work = craft.unpack(entry.content)
        again = sampling.make_again(folder, opened, entry)
        assert sampling.same(craft, again, work)
    Image.new("RGB", (50, 40), (10, 200, 40)).save(tmp_path / "mine.png")
    words = ["sample", "hand", "-n", "2", "--strokes", "3", "--runs", str(tmp_path)]
    made = invoke(*words, "--picture", str(tmp_path / "mine.png"))
    assert made.exit_code == 0, made.output
    entries = list(folder.ledger.query(phase="sample"))
    assert len(entries) == 2
    work = craft.unpack(entries[0].content)
    assert len(work) == 3
    np.testing.assert_allclose(work.target.pixels[9, 9], (10, 200, 40), atol=1)


@pytest.mark.slow
def test_a_folder_of_drawings_gives_the_range_that_is_kept_to(tmp_path):
    for seed in range(10):
        rng = np.random.default_rng(seed)
        middle = rng.uniform(20, 80, (8, 2))
        points = np.stack((middle - UP, middle + UP), 1)  # upright, all of them
        drawing = Drawing((100.0, 100.0), strokes_of(points, width=1.5))
        (tmp_path / f"{seed}.svg").write_text(as_svg(drawing))
    found = prepared(config_of(style=tmp_path))
    creator = found.creator
    assert creator.words.whose == "the drawings"
    assert isinstance(creator.human, Paintings)
    assert len(creator.human) == 5
    theirs = creator.reward(creator.human, creator.human_prompts)
    ours = creator.policy.sample([creator.ask] * 4, seeds=Seeds(0))
    judged = creator.reward(ours.works, ours.prompts)
    assert theirs.parts["upright_share"].value.mean() > 0.9
    assert judged.parts["upright_share"].value.mean() > 0.9  # it begins as they are
    bare = build_policy(config_of(), creator.policy.canvas)
    works = bare.sample([creator.ask] * 4, seeds=Seeds(0)).works
    assert creator.reward(works, ours.prompts).parts["upright_share"].value.mean() < 0.5
    assert judged.parts["near_copy"].value.min() == 1
    low, high = found.bands["upright_share"]
    assert low == pytest.approx(high) == pytest.approx(1)
    # What a style changes reaches who is to be copied from, who learns, and what is painted on.
    copied = stacked([Painting(drawing) for drawing in creator.craft.known.values()])
    gated = creator.reward(copied, [creator.ask] * len(copied))
    assert len(copied) == 5
    assert (gated.total == 0).all()
    assert (gated.parts["near_copy"].value == 0).all()
    assert (theirs.total > 0).all()
    assert creator.learner.config.entropy_weight == SURE
    assert creator.policy.canvas.upright


def test_what_is_set_for_learning_holds_for_a_style_too(tmp_path):
    plain = config_of(style=tmp_path)
    assert plain.learn.entropy_weight == SURE
    assert config_of(style=tmp_path, **{"learn.epochs": 2}).learn.entropy_weight == SURE
    mine = config_of(style=tmp_path, **{"learn.entropy_weight": 0.3})
    assert mine.learn.entropy_weight == 0.3
    assert config_of().learn.entropy_weight > SURE
    # What a run keeps of its settings says the same when it is read again.
    (tmp_path / "kept.toml").write_text(as_toml(plain))
    assert load_config(tmp_path / "kept.toml", environment={}) == plain


def test_a_drawing_in_a_file_is_read_to_be_judged(tmp_path):
    points = np.array([[[1.0, 1.0], [8.0, 8.0]]])
    (tmp_path / "a.svg").write_text(as_svg(Drawing((10.0, 10.0), strokes_of(points))))
    brought = PAINTER.read(tmp_path / "a.svg", config_of())
    assert [(one.title, len(one.works[0])) for one in brought] == [("a", 1)]
    assert ask_prompt(config_of()).given is None


@pytest.mark.slow
def test_a_run_is_measured_beside_chance_and_a_table():
    config = config_of(**{"ask.strokes": 12})
    found = prepared(config)
    bench = bench_of(found.creator, config, 4)
    sets = people_and_chance(bench)
    assert [len(works) for works in sets.values()] == [4, 4, 4]
    *_, rows = _ended(measure(bench, sets))
    score = {row.name: row.measures["score"].mean for row in rows}
    assert score["human held-out"] > score["Markov"] + 0.1
    assert score["human held-out"] > score["random"] + 0.1
    assert all(row.measures["duplicates"].mean == 0 for row in rows)


def _ended(steps):
    while True:
        try:
            yield next(steps)
        except StopIteration as end:
            yield end.value
            return
