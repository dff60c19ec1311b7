"""The ``blend`` recipe on two made-up genres: running eighths, and hymns in halves and quarters."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from pydantic import ValidationError

import blend_weights as blend_study
from makar.core.errors import ConfigError, CorpusTooSmallError, UnknownRewardError, UnreadableError
from makar.core.seeds import Seeds
from makar.domains.music.blend import judges as blend_judges
from makar.domains.music.blend import recipe as blend
from makar.domains.music.blend import sides as blend_sides
from makar.domains.music.blend.assessment import NOTES, bench_of_run
from makar.domains.music.blend.config import BlendConfig
from makar.domains.music.blend.judges import weight_of
from makar.domains.music.blend.recipe import ask_prompt, labelled, prepare
from makar.domains.music.blend.reward import MEASURED, PLACE, REGISTER, TUNEFUL
from makar.domains.music.corpus import genres
from makar.domains.music.corpus.genres import GENRES, YOURS, check_genre, genre_phrases
from makar.domains.music.corpus.tunes import Corpus, load_user_corpus
from makar.domains.music.piece.piece import Pieces
from makar.domains.music.rewards.register import OutOfReach
from makar.domains.music.words import TUNE_WORDS
from makar.evaluation.ablation import rewarded_parts, trials
from makar.evaluation.assessment import distance_to
from makar.evaluation.choosing import Effort, affordable_works
from makar.evaluation.page import details, write_assessment
from makar.evaluation.rows import (
    AT_EQUAL_SECONDS,
    HUMAN,
    MARKOV,
    PRIOR,
    RANDOM,
    SCORE,
    THEN_CHOSEN,
    TRAINED,
)
from makar.evaluation.sources import assess_run
from makar.measures.classifier import Logistic
from makar.recipes.loading import as_toml, load_config
from makar.recipes.trained_run import finished, open_run
from makar.runs.folder import RunFolder
from makar.training.sampling import asked, make_works
from makar.training.session import Finished, run

RUNNING, HYMNS = "running", "hymns"


def tune(draw: np.random.Generator, kind: str) -> str:
    """Four bars of 4/4 in ABC."""
    notes, bars, at = "CDEFGABcdefg", [], 5
    for _ in range(4):
        lengths = (
            [1] * 8 if kind == RUNNING else [[2, 2, 2, 2], [4, 2, 2], [2, 2, 4]][draw.integers(3)]
        )
        bar = ""
        for length in lengths:
            step = int(draw.integers(-4, 5) if kind == RUNNING else draw.integers(-1, 2))
            at = int(np.clip(at + step, 0, len(notes) - 1))
            bar += f"{notes[at]}{length}"
        bars.append(bar)
    return "|".join(bars)


@pytest.fixture(scope="module")
def folders(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    found = {}
    for number, kind in enumerate((RUNNING, HYMNS)):
        draw = np.random.default_rng(number)
        texts = [
            f"X:{n}\nT:{kind} {n}\nM:4/4\nL:1/8\nK:C\n{tune(draw, kind)}|]\n" for n in range(110)
        ]
        found[kind] = tmp_path_factory.mktemp(kind)
        (found[kind] / "book.abc").write_text("\n".join(texts))
    return found


@pytest.fixture
def corpora(folders: dict[str, Path], monkeypatch: pytest.MonkeyPatch) -> None:
    """The first genre is the running one; the second is read from the folder that is named."""

    def corpus(name: str, folder: Path | None = None) -> Corpus:
        return load_user_corpus(folder or folders[RUNNING], cache=False)

    monkeypatch.setattr(blend_sides, "genre_corpus", corpus)


@pytest.fixture
def config(
    folders: dict[str, Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> BlendConfig:
    monkeypatch.setenv("MAKAR_CACHE", str(tmp_path))
    return BlendConfig.model_validate(
        {
            "corpus": {"first": "irish", "folder": folders[HYMNS]},
            "model": {"width": 24, "dropout": 0.0},
            "pretrain": {"updates": 60, "batch": 32, "evaluate_every": 30, "learning_rate": 0.02},
            "loop": {"iterations": 2, "works": 18},
        }
    )


@pytest.fixture
def prepared(config: BlendConfig, corpora: None) -> Any:
    return finished(prepare(config))


def test_a_blend_from_beginning_to_end(config: BlendConfig, corpora: None) -> None:
    before, after, creator = blend_study.studied(config, works=24)
    for found in (before, after):
        assert [a.asked for a in found] == [0, 0.25, 0.5, 0.75, 1]
        summary = blend_study.summary(found)
        assert set(summary) == {"rho", "means", "error", "between"}
        assert all(0 <= a.copies <= 1 and 0 < a.distinct <= 1 for a in found)
    # even a prior that has hardly begun to learn takes what is asked for into account
    assert blend_study.summary(before)["rho"] > 0.2
    assert any("tells" in note for note in creator.notes)
    changed = zip(creator.policy.parameters(), creator.prior.parameters(), strict=True)
    assert any(not torch.equal(now, then) for now, then in changed)


def test_the_instrument_that_is_asked_for_is_the_one_that_is_watched(
    config: BlendConfig, corpora: None
) -> None:
    pipes = config.model_copy(update={"ask": config.ask.model_copy(update={"program": 109})})
    creator = finished(prepare(pipes)).creator
    (watch,) = [c for c in creator.reward.components if c.name == REGISTER]
    assert (watch.role, watch.scorer) == ("watch", OutOfReach(109))
    assert creator.explanations[REGISTER]


def test_the_reward_is_how_far_the_judge_is_from_what_was_asked(
    prepared: Any, config: BlendConfig, folders: dict[str, Path]
) -> None:
    creator = prepared.creator
    hymns = genre_phrases(load_user_corpus(folders[HYMNS], cache=False), 4, "4/4", side="heldout")
    running = genre_phrases(
        load_user_corpus(folders[RUNNING], cache=False), 4, "4/4", side="heldout"
    )
    for phrases, own, other in ((running, 0.0, 1.0), (hymns, 1.0, 0.0)):
        asked = {w: [ask_prompt(config, w)] * len(phrases.pieces) for w in (own, 0.5, other)}
        judged = {w: creator.reward(phrases.pieces, prompts) for w, prompts in asked.items()}
        alive = judged[own].total > 0  # what the gate took for a copy is told by neither
        place = {w: np.nanmean(j.parts[PLACE].value[alive]) for w, j in judged.items()}
        assert place[own] > 0.9 > 0.7 > place[0.5] > 0.3 > 0.1 > place[other]
        measured = {w: np.nanmean(j.parts[MEASURED].raw) for w, j in judged.items()}
        assert measured[own] < 0.1
        assert measured[other] > 0.9
        assert judged[own].parts[MEASURED].weight == 0
    judges = [c.scorer.judge for c in creator.reward.components if c.name in (PLACE, MEASURED)]
    assert judges[0].name != judges[1].name
    assert all(judge.accuracy > 0.95 for judge in judges)


def test_the_judges_learn_from_different_tunes(
    corpora: None, config: BlendConfig, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[set[bytes]] = []
    fit = Logistic.fit

    def noted(features: np.ndarray, second: np.ndarray, *, penalty: float) -> Logistic:
        seen.append({row.tobytes() for row in features})
        return fit(features, second, penalty=penalty)

    monkeypatch.setattr(Logistic, "fit", noted)
    monkeypatch.setattr(
        blend_judges, "succession", blend_judges.inventory
    )  # so that rows can be compared
    sides = finished_sides(config)
    blend_judges.judges_of(sides)
    assert len(seen) == 2
    assert not seen[0] & seen[1]
    tunes = [set(genre.tune.tolist()) for genre in sides["train"]]
    held = [set(genre.tune.tolist()) for genre in sides["heldout"]]
    assert all(not a & b for a, b in zip(tunes, held, strict=True))


def finished_sides(config: BlendConfig) -> Any:
    return finished(blend_sides.read_sides(config))


def test_every_weight_is_learned_from_as_many_of_the_second_as_it_says(
    prepared: Any, config: BlendConfig
) -> None:
    sides = finished_sides(config)
    big = tuple(replace(g, pieces=Pieces(tuple(g.pieces) * 20)) for g in sides["train"])
    shown = labelled(prepared.creator.policy, big, config)
    names, half = config.corpus.names, len(shown) // 2
    assert names == ("irish", YOURS)
    weights = np.array([weight_of(p, names) for p in shown.prompts])
    second = np.arange(len(shown)) >= half
    for step in range(9):
        here = weights == step / 8
        assert here.sum() > 50
        assert abs(second[here].mean() - step / 8) < 0.12
    assert not second[weights == 0].any()
    assert second[weights == 1].all()
    prefix = prepared.creator.policy.codec.prefix(shown.prompts)
    assert torch.equal(shown.context["prefix"], prefix)
    assert len({tuple(row) for row in prefix.tolist()}) == 9


def test_all_weights_are_practised_and_works_compared_within_one(
    prepared: Any, config: BlendConfig
) -> None:
    prompts = prepared.creator.prompts(0)
    weights = [weight_of(p, config.corpus.names) for p in prompts]
    assert sorted(set(weights)) == [n / 8 for n in range(9)]
    rollout = prepared.creator.policy.sample(prompts, seeds=Seeds(0))
    assert rollout.group.bincount().tolist() == [2] * 9


def test_works_are_kept_and_shown(prepared: Any, config: BlendConfig, tmp_path: Path) -> None:
    creator = prepared.creator
    works = creator.policy.sample([creator.ask] * 3, seeds=Seeds(1)).works
    craft = creator.craft
    again = craft.stack([craft.unpack(craft.pack(work)) for work in works])
    for one, other in zip(works, again, strict=True):
        assert np.array_equal(one.parts[0].notes, other.parts[0].notes)
        assert (one.key, one.metre, one.pickup) == (other.key, other.metre, other.pickup)
        assert one.parts[0].program == other.parts[0].program == 73
    assert "|" in craft.notation(works[0])
    assert "<svg" in craft.card(works[0])
    for suffix in (".mid", ".svg", ".abc"):
        craft.export(works[0], tmp_path / f"work{suffix}", title="blend")
        assert (tmp_path / f"work{suffix}").stat().st_size > 100
    with pytest.raises(ValueError, match="choose one of"):
        craft.export(works[0], tmp_path / "work.exe")
    own = craft.resemblances(creator.human)
    assert len(own) == len(creator.human)
    private = replace(craft, tunes=replace(craft.tunes, private_from=0))
    assert private.named() == replace(craft, tunes=replace(craft.tunes, private_from=None))


def test_too_few_phrases_are_said(config: BlendConfig, corpora: None) -> None:
    wide = config.model_copy(update={"ask": config.ask.model_copy(update={"metre": "3/4"})})
    with pytest.raises(CorpusTooSmallError, match="3/4"):
        finished(prepare(wide))


@pytest.mark.parametrize(
    ("corpus", "reason"),
    [
        ({"first": "jazz"}, "no genre is called jazz"),
        ({"first": "chorale"}, "name another"),
        ({"third": "irish"}, "Extra inputs"),
    ],
)
def test_genres_that_cannot_be_blended_are_refused(corpus: dict[str, str], reason: str) -> None:
    with pytest.raises(ValidationError, match=reason):
        BlendConfig.model_validate({"corpus": corpus})


def test_genres_are_there(tmp_path: Path) -> None:
    for name in GENRES:
        check_genre(name)
    with pytest.raises(UnreadableError, match="Choose from: irish"):
        check_genre("jazz")
    with pytest.raises(UnreadableError, match="not a folder"):
        check_genre("irish", tmp_path / "nowhere")


def test_a_genre_is_its_collections_or_the_scores_of_a_folder(
    monkeypatch: pytest.MonkeyPatch, folders: dict[str, Path]
) -> None:
    asked: list[Any] = []
    monkeypatch.setattr(genres, "load_corpus", asked.append)
    monkeypatch.setattr(genres, "load_user_corpus", asked.append)
    for name in ("irish", "essen", "chorale"):
        genres.genre_corpus(name)
    genres.genre_corpus("irish", folders[HYMNS])
    assert asked[:2] == [("oneills1850",), ("essen",)]
    assert [Path(a).name for a in asked[2:]] == ["bach", folders[HYMNS].name]


def test_settings_come_from_flags_and_a_run_s_file_repeats_it(
    config: BlendConfig, tmp_path: Path
) -> None:
    flags = {"corpus.first": "scots", "corpus.second": "essen", "ask.blend": 0.25}
    asked_for = load_config("blend", flags, environment={})
    assert isinstance(asked_for, BlendConfig)
    assert asked_for.corpus.names == ("scots", "essen")
    assert ask_prompt(asked_for).condition["essen"] == 0.25
    for settings in (asked_for, config):
        (tmp_path / "run.toml").write_text(as_toml(settings))
        assert load_config(tmp_path / "run.toml", environment={}) == settings
    wished = asked(asked_for, blend=0.75, bars=8)
    assert (wished.condition["scots"], wished.condition["bars"]) == (0.25, 8)
    with pytest.raises(ConfigError, match="blend"):
        asked(asked_for, blend=1.5)


def test_half_of_the_score_is_the_place_and_half_that_it_is_a_tune(prepared: Any) -> None:
    creator = prepared.creator
    weights = creator.reward.weights
    assert weights[PLACE] == pytest.approx(0.5)
    assert set(weights) == {PLACE, *TUNEFUL}
    prompts = [creator.ask] * 64
    chance = creator.reward(creator.baselines.chance(prompts, Seeds(1)), prompts).total
    people = creator.reward.for_sources(creator.human, creator.human_prompts).total
    assert np.nanmean(chance) + 0.1 < np.nanmean(people)


def test_a_weight_for_a_reward_that_is_none_is_refused(config: BlendConfig) -> None:
    reward = config.reward.model_copy(update={"weights": {"close": 1.0}})
    with pytest.raises(UnknownRewardError, match="close; there are: asked_place, mean_interval"):
        blend.check(config.model_copy(update={"reward": reward}), {})


def test_one_s_own_reward_counts_beside_the_blend(config: BlendConfig, corpora: None) -> None:
    def many(works: Any, _prompts: Any) -> np.ndarray:
        return np.array([min(len(work.parts[0].notes) / 32, 1.0) for work in works])

    reward = config.reward.model_copy(update={"custom": ("python:many=1",), "scale_parts": False})
    own = config.model_copy(update={"reward": reward})
    creator = finished(prepare(own, functions={"many": many})).creator
    assert creator.reward.weights[PLACE] == pytest.approx(1 / 3)
    assert creator.reward.weights["many"] == pytest.approx(1 / 3)


def test_a_run_from_settings_to_report(config: BlendConfig, corpora: None, tmp_path: Path) -> None:
    evaluate = config.evaluate.model_copy(update={"works": 12, "best_of": 2, "show": 1})
    config = config.model_copy(update={"evaluate": evaluate})
    with RunFolder.create(tmp_path / "runs", "blend", config=as_toml(config), seed=0) as folder:
        *_, last = run(folder, config)
        assert isinstance(last, Finished)
        page = last.report.read_text(encoding="utf-8")
        assert "classifier" in page
        assert "hymns" not in page  # one's own tunes are not named
        opened = open_run(folder, config)
        made = make_works(
            folder, opened, asked(config, blend=1.0), count=2, temperature=1.0, seed=0
        )
        assert len(made) == 2
        kept = folder.ledger.find(made[0].id)
        assert kept.prompt["condition"][YOURS] == 1.0


def test_a_run_is_measured_against_each_genre_by_itself(
    config: BlendConfig, corpora: None, tmp_path: Path
) -> None:
    with RunFolder.create(tmp_path, "b", config=as_toml(config), seed=0, fresh=False) as folder:
        list(run(folder, config))
        opened = open_run(folder, config)
    assert [row["iteration"] for row in opened.log] == list(range(config.loop.iterations))
    dear = {"sample": 0.9, "score": 0.1, "update": 60.0}
    opened = replace(opened, log=[{"seconds": dear}])
    found = finished(
        assess_run(opened, config, bench_of_run(opened.creator, config, 24), notes=NOTES)
    )
    rows = {row.name: row for row in found.rows}
    people = [f"{HUMAN}: irish", f"{HUMAN}: yours"]
    assert list(rows)[:5] == [*people, RANDOM, MARKOV, PRIOR]
    assert list(rows)[-2] == TRAINED
    assert list(rows)[-1].startswith(THEN_CHOSEN)
    effort = Effort.of(opened.log, works=config.loop.works)
    assert effort is not None
    assert found.about["equal seconds"].startswith(f"best of {effort.tries(24)} ")
    chosen = rows[AT_EQUAL_SECONDS]
    assert chosen.works == affordable_works(24, effort.tries(24)) < 24
    assert "distinct-4" not in chosen.measures  # of so few nothing is said of them as a set
    assert chosen.measures[SCORE].mean > rows[PRIOR].measures[SCORE].mean
    names = [distance_to("irish"), distance_to("yours")]
    for own, other, row in ((0, 1, people[0]), (1, 0, people[1])):
        far = [rows[row].measures[name].mean for name in names]
        assert far[own] < far[other] / 5
        assert far[own] < rows[RANDOM].measures[names[own]].mean / 5
    # a table of both is of neither
    mixed = rows[MARKOV].measures
    for genre, name in zip(people, names, strict=True):
        assert rows[genre].measures[name].mean < mixed[name].mean
    # what says nothing of a blend is not there, and the page says so
    assert not [m for m in mixed if m.startswith(("overlap_", "kl_"))]
    page = write_assessment(found, tmp_path / "out", title="b", words=TUNE_WORDS).page.read_text()
    assert "<figure" not in page
    assert "a mixture, not a blend" in page
    assert "people’s phrases of irish" in page
    told = details(found, title="b", words=TUNE_WORDS)["measures"]
    assert told[f"rule_{PLACE}"]["trained_on"]
    assert not told[f"rule_{MEASURED}"]["trained_on"]
    assert all(about["words"] for about in told.values())


def test_each_part_of_a_blend_can_be_left_out(config: BlendConfig, tmp_path: Path) -> None:
    mine = tmp_path / "mine.py"
    mine.write_text("import numpy as np\ndef wit(works, prompts): return np.ones(len(works))\n")
    reward = config.reward.model_copy(update={"custom": (f"{mine}:wit=1",)})
    both = config.model_copy(update={"reward": reward})
    left = [rewarded_parts(trial.config) for trial in trials(both, name="x", seeds=1)]
    whole = [PLACE, *TUNEFUL, "wit"]
    assert left == [whole, *([name for name in whole if name != out] for out in whole)]
    alone = reward.model_copy(update={"custom": (), "weights": dict.fromkeys(TUNEFUL, 0.0)})
    with pytest.raises(ConfigError, match="only one part"):
        trials(config.model_copy(update={"reward": alone}), name="x", seeds=1)


def test_a_piece_that_is_brought_is_judged_phrase_by_phrase(folders: dict[str, Path]) -> None:
    brought = load_user_corpus(folders[HYMNS], cache=False)[0]
    phrases, left_out = blend.phrases_in(brought, 2)
    assert not left_out
    assert len(phrases) == 2
    heard = np.concatenate([[0], np.diff(brought.parts[0].notes[:, 2])])
    second = phrases[1].parts[0].notes
    assert np.array_equal(np.diff(second[:, 2]), heard[-len(second) + 1 :])


def test_spearman_by_hand() -> None:
    x = np.array([1.0, 2.0, 3.0, 4.0, 5.0])
    assert blend_study.spearman(x, x**3) == pytest.approx(1)
    assert blend_study.spearman(x, -x) == pytest.approx(-1)
    # d = 0, 1, -1, 0, 0: 1 - 6 * 2 / (5 * 24)
    assert blend_study.spearman(x, np.array([1.0, 3.0, 2.0, 4.0, 5.0])) == pytest.approx(0.9)
    # ties share their mean rank: 1.5, 1.5, 3 against 1, 2, 3
    tied = blend_study.spearman(np.array([1.0, 1.0, 2.0, np.nan]), np.array([1.0, 2.0, 3.0, 9.0]))
    assert tied == pytest.approx(1.5 / 3**0.5)
