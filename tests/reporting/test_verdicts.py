import math
from dataclasses import replace

import numpy as np

from makar.core.types import JudgedPart, Judgement
from makar.domains.levels.words import LEVEL_WORDS
from makar.domains.music.words import TUNE_WORDS
from makar.evaluation.rows import (
    DISTINCT,
    DUPLICATES,
    HUMAN,
    NEAR_COPIES,
    PRIOR,
    SCORE,
    TRAINED,
    Row,
)
from makar.reporting import verdicts as reporting_verdicts
from makar.reporting.sentences import nearness, unchanged, variety
from makar.reporting.verdicts import change, sentences, shifts, verdicts


def row(name, score, *, close=0.5, density=2.0, fit=0.5, copies=0.0, works=200, seed=0, noise=0.1):
    rng = np.random.default_rng(seed)

    def around(middle):
        drawn = rng.normal(0, noise, works)
        return middle + drawn - drawn.mean()

    parts = {
        "close": JudgedPart(np.zeros(works), around(close), 1.0, "score", ""),
        "density": JudgedPart(around(density), around(fit), 0.0, "watch", ""),
    }
    near = (np.arange(works) < copies * works).astype(float)
    values = {
        SCORE: around(score),
        NEAR_COPIES: near,
        "close": parts["close"].value,
        "density": parts["density"].raw,
    }
    whole = {DISTINCT: 0.8, DUPLICATES: 0.0}
    return Row(name, range(works), Judgement(values[SCORE], parts), values, whole)


def table(**trained):
    return [
        row(HUMAN, 0.8, close=0.8, seed=1),
        row(PRIOR, 0.4, seed=2),
        row("best of 4", 0.5, seed=3),
        row(TRAINED, **({"score": 0.7} | trained), seed=4),
    ]


def test_better_worse_and_the_same():
    found = verdicts(table(close=0.2), TRAINED)
    assert found == {SCORE: "better", NEAR_COPIES: "same", "close": "worse", "density": "same"}


def test_fewer_copies_are_better():
    assert verdicts(table(copies=0.3), TRAINED)[NEAR_COPIES] == "worse"


def test_a_watch_is_better_the_nearer_it_is_to_people_whatever_fits_their_range():
    """People's mean is 2: away from it is worse above and below, though the fit be better."""
    far = [row(HUMAN, 0.8, seed=1), row(PRIOR, 0.4, density=2.2, seed=2)]
    for density, verdict in ((2.4, "worse"), (1.7, "worse"), (2.1, "better"), (2.2, "same")):
        rows = [*far, row(TRAINED, 0.7, density=density, fit=0.9, seed=4)]
        assert verdicts(rows, TRAINED)["density"] == verdict, density
    assert verdicts(table(density=2.0, fit=0.2), TRAINED)["density"] == "same"


def test_a_watch_is_told_with_its_side_and_in_peoples_deviations():
    rows = [
        row(HUMAN, 0.8, seed=1), row(PRIOR, 0.4, density=1.98, seed=2),
        row(TRAINED, 0.7, density=1.75, seed=4),
    ]  # fmt: skip
    unit = rows[0].values["density"].std()
    found = {shift.name: shift for shift in shifts(rows, {})}
    told = change(found["density"], "", TUNE_WORDS).level
    after, before = (abs(x - 2) / unit for x in (1.75, 1.98))
    assert told == (
        f"below people’s (2.00) by {after:.1f} of their standard deviations, it was {before:.1f}"
    )
    rows[1] = row(PRIOR, 0.4, density=2.3, seed=2)
    found = {shift.name: shift for shift in shifts(rows, {})}
    assert "on the other side" in change(found["density"], "", TUNE_WORDS).level


def test_noise_is_no_change():
    rows = [row(HUMAN, 0.5), row(PRIOR, 0.5, seed=5), row(TRAINED, 0.5, seed=6)]
    assert set(verdicts(rows, TRAINED).values()) == {"same"}


def test_several_measures_make_the_test_stricter(monkeypatch):
    ps = {SCORE: 0.03, NEAR_COPIES: 0.04, "close": 0.2, "density": math.nan}
    monkeypatch.setattr(reporting_verdicts, "chance", lambda rows, name, a, b: (1.0, ps[name]))
    assert verdicts(table(), TRAINED)[SCORE] == "same", "0.03 > 0.05 / 3"
    assert verdicts(table(), TRAINED)["density"] == "untested"
    ps |= {SCORE: 0.016, NEAR_COPIES: 0.024, "close": 0.06}
    assert verdicts(table(), TRAINED) == {
        SCORE: "better", NEAR_COPIES: "better", "close": "same", "density": "untested",
    }  # fmt: skip
    ps |= {SCORE: 0.03, NEAR_COPIES: 0.001}
    assert verdicts(table(), TRAINED)[SCORE] == "same", "0.03 > 0.05 / 2"
    ps |= {SCORE: 0.03, NEAR_COPIES: 0.04, "close": 0.045}
    assert verdicts(table(), TRAINED)["close"] == "same", "nothing after the first that fails"


def test_the_outcome_in_sentences():
    rows = table()
    first, second = sentences(rows, shifts(rows, {}), TUNE_WORDS)
    assert first.startswith("A work’s score rose from 40 to 7")
    assert first.endswith("Held-out works by people score 80.")
    assert "scores 50 and is beaten by training" in second
    rows = table(score=0.2)
    first, second = sentences(rows, shifts(rows, {}), TUNE_WORDS)
    assert "fell from 40 to 2" in first
    assert "has not won" in second
    rows = table(score=0.4)
    assert "did not change beyond chance" in sentences(rows, shifts(rows, {}), TUNE_WORDS)[0]


def test_a_change_says_where_people_are():
    rows = table(close=0.8, density=3.0, fit=0.1)
    found = {shift.name: shift for shift in shifts(rows, {"density": (1.5, 2.5)})}
    close = change(found["close"], "closes on the tonic", TUNE_WORDS)
    assert (close.words, close.verdict, close.trained_on) == ("closes on the tonic", "better", True)
    assert close.level.startswith("level with people’s (")
    density = change(found["density"], "", TUNE_WORDS)
    assert (density.words, density.verdict, density.trained_on) == ("density", "worse", False)
    assert density.level.startswith("above people’s (2.00) by ")
    assert density.band == (1.5, 2.5)
    short = change(shifts(table(close=0.6), {})[2], "", TUNE_WORDS)
    assert short.level.startswith("short of people’s (8")
    beyond = change(shifts(table(close=0.95), {})[2], "", TUNE_WORDS)
    assert beyond.level.startswith("beyond people’s (8")


def test_variety_is_told_against_people():
    rows = table()
    rows[3] = replace(rows[3], whole={DISTINCT: 0.7, DUPLICATES: 0.02})
    assert "less varied than people’s" in variety(rows, TUNE_WORDS)[0]
    rows[3] = replace(rows[3], whole={DISTINCT: 0.78, DUPLICATES: 0.02})
    assert "as varied as people’s" in variety(rows, TUNE_WORDS)[0]
    assert "2.0\N{NO-BREAK SPACE}% of them are duplicates" in variety(rows, TUNE_WORDS)[0]
    assert unchanged(shifts(rows, {})).startswith("3 measures did not change: near copies")


def test_levels_are_compared_with_the_maps():
    rows = table(close=0.8, density=3.0, fit=0.1)
    found = {shift.name: shift for shift in shifts(rows, {"density": (1.5, 2.5)})}
    first = sentences(rows, list(found.values()), LEVEL_WORDS)[0]
    assert first.endswith("Held-out works of the maps score 80.")
    levels = [change(found[name], "", LEVEL_WORDS).level for name in ("close", "density")]
    assert levels[0].startswith("level with the maps’ (")
    assert levels[1].startswith("above the maps’ (2.00) by ")
    unknown = replace(found["close"], people=math.nan)
    assert change(unknown, "", LEVEL_WORDS).level == "the maps’ cannot be judged here"
    assert "as varied as the maps’: distinct-4 is" in variety(rows, LEVEL_WORDS)[0]
    told = nearness(rows, LEVEL_WORDS, named=False)
    assert "of the maps’ own held-out works" in told
    assert "This model learned from your own maps, so sources are not named here" in told
    assert "learned from your own music" in nearness(rows, TUNE_WORDS, named=False)
