from pathlib import Path

import numpy as np
import pytest

from makar.domains.music.melody.melody import Melodies
from makar.domains.music.rewards.catalogue import CATALOGUE
from reward_study import SHIPPED, tables, unlisted
from spoiled_tunes import SCRAMBLES
from tune_rewards import study

SCALE = np.array([60, 62, 64, 65, 67, 69, 71, 72])
PATTERNS = ([0, 1, 2, 1], [2, 1, 0, 0], [4, 4, 3, 2], [0, 2, 4, 7], [3, 2, 1, 0])


def plain_tunes(works, rng):
    """Two two-bar phrases in turn, ABAB, in quarters, closing on a long tonic."""
    pitch, onset, duration = [], [], []
    for _ in range(works):
        a, b = rng.choice(len(PATTERNS), 2, replace=False)
        degrees = [*PATTERNS[a], *PATTERNS[b]] * 4
        notes = SCALE[degrees][:30]
        pitch.append(np.r_[notes, 60])
        onset.append(np.arange(31) * 24)
        duration.append(np.r_[np.full(30, 24), 48])
    columns = [np.array(rows, np.int64) for rows in (onset, duration, pitch)]
    return Melodies(
        *columns,
        count=np.full(works, 31),
        length=np.full(works, 768),
        bar=np.full(works, 96),
        beat=np.full(works, 24),
        tonic=np.zeros(works, np.int64),
        minor=np.zeros(works, bool),
    )


def printed(findings):
    return tables(findings, CATALOGUE, list(SCRAMBLES))


@pytest.fixture(scope="module")
def findings():
    rng = np.random.default_rng(0)
    return study(plain_tunes(80, rng), plain_tunes(40, rng), plain_tunes(40, rng))


def test_every_reward_is_measured(findings):
    assert [f.name for f in findings] == list(CATALOGUE)
    for f in findings:
        assert f.low <= f.overall <= f.high or np.isnan(f.overall)
        known = [v for v in f.kinds.values() if not np.isnan(v)]
        assert np.isnan(f.overall) or f.overall == pytest.approx(np.mean(known))


def test_plain_tunes_are_told_from_scrambles(findings):
    told = {f.name: f.overall for f in findings}
    for name in ("motif_recurrence", "close", "bar_recurrence", "step_share"):
        assert told[name] > SHIPPED
    assert {f.name: set(f.kinds) for f in findings}["close"] == set(SCRAMBLES)


def test_the_study_is_repeatable():
    rng = np.random.default_rng(1)
    tunes = [plain_tunes(20, rng) for _ in range(3)]
    assert printed(study(*tunes)) == printed(study(*tunes))


def test_a_page_must_explain_and_measure_every_reward(findings, tmp_path):
    page = tmp_path / "rewards.md"
    explained = "\n".join(f"- `{name}` says something." for name in CATALOGUE)
    page.write_text(explained + printed(findings), encoding="utf-8")
    assert unlisted(page, CATALOGUE) == []
    page.write_text(explained, encoding="utf-8")
    assert unlisted(page, CATALOGUE) == list(CATALOGUE)
    page.write_text(printed(findings) + explained.replace("- `close`", ""), encoding="utf-8")
    assert unlisted(page, CATALOGUE) == ["close"]


def test_our_own_page_does():
    assert unlisted(Path(__file__).parents[2] / "docs" / "rewards.md", CATALOGUE) == []
