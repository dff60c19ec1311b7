from pathlib import Path

import numpy as np
import pytest

from chorale_rewards import study, whole_phrases
from makar.domains.music.chorale.phrases import ChoralePhrases
from makar.domains.music.harmony.catalogue import VOICES_CATALOGUE
from makar.domains.music.voices.voices import FIRST_PITCH, LOWEST, VoiceGrid, VoiceGrids
from reward_study import SHIPPED, report, tables, unlisted
from spoiled_chorales import SCRAMBLES

CHORDS = {
    "I": (72, 67, 64, 48),
    "vi": (72, 69, 64, 45),
    "IV": (72, 69, 65, 53),
    "ii": (74, 69, 65, 50),
    "V": (71, 67, 62, 43),
}
MIDDLES = ("vi IV ii V", "IV ii V I", "vi ii V I", "ii V vi IV")


def plain_hymns(works, rng):
    """Four bars of plain chords in quarters, from I to V I, with a passing note here and there."""
    grids = []
    for _ in range(works):
        middle = " ".join(rng.choice(MIDDLES, 2)).split()
        names = ["I", *middle, "vi", "IV", "I", "IV", "ii", "V", "I"]
        tokens = np.ones((4, 64), np.int16)
        columns = np.array([CHORDS[n] for n in names], np.int16).T - LOWEST + FIRST_PITCH
        tokens[:, : 4 * len(names) : 4] = columns
        for at in rng.choice(12, 2, replace=False):
            if columns[1, at + 1] != columns[1, at]:
                tokens[1, 4 * at + 2] = columns[1, at] + np.sign(
                    columns[1, at + 1] - columns[1, at]
                )
        grids.append(VoiceGrid(tokens))
    return VoiceGrids.stack(grids)


@pytest.fixture(scope="module")
def findings():
    rng = np.random.default_rng(0)
    corpus = plain_hymns(40, rng)
    return study(corpus, corpus, plain_hymns(20, rng), plain_hymns(20, rng))


def test_every_reward_is_measured(findings):
    assert [f.name for f in findings] == list(VOICES_CATALOGUE)
    for f in findings:
        assert f.low <= f.overall <= f.high or np.isnan(f.overall)


def test_plain_hymns_are_told_from_scrambles(findings):
    told = {f.name: f.overall for f in findings}
    for name in ("consonance", "struck_dissonance", "chord_fit", "progressions"):
        assert told[name] > 0.9 > SHIPPED
    kinds = {f.name: set(f.kinds) for f in findings}
    assert kinds["chord_fit"] == set(SCRAMBLES)
    assert kinds["line_copy"] == {"copies", "one note in ten moved"}


def test_the_study_is_repeatable():
    rng = np.random.default_rng(1)
    hymns = [plain_hymns(8, rng) for _ in range(3)]
    first, second = (study(hymns[0], *hymns) for _ in range(2))
    scrambles = list(SCRAMBLES)
    assert tables(first, VOICES_CATALOGUE, scrambles) == tables(second, VOICES_CATALOGUE, scrambles)


def test_a_page_that_differs_is_refused(findings, tmp_path, capsys):
    page = tmp_path / "harmony.md"
    explained = "\n".join(f"- `{name}` says something." for name in VOICES_CATALOGUE)
    printed = tables(findings, VOICES_CATALOGUE, list(SCRAMBLES))
    page.write_text(explained + printed, encoding="utf-8")
    fault = [f for f in findings if VOICES_CATALOGUE[f.name].role == "score" and not f.tells]

    def told():
        report(findings, "about", [str(page)], VOICES_CATALOGUE, list(SCRAMBLES))
        return capsys.readouterr().err

    assert told().count("\n") == len(fault)  # plain hymns do not vary enough for every score
    page.write_text(explained + printed.replace("**1.00**", "**0.99**"), encoding="utf-8")
    assert "does not hold these tables" in told()
    page.write_text(explained.replace("- `cadence`", "") + printed, encoding="utf-8")
    assert "does not explain and measure cadence" in told()


def test_our_own_page_explains_and_measures_all():
    page = Path(__file__).parents[2] / "docs" / "harmony.md"
    assert unlisted(page, VOICES_CATALOGUE) == []


def test_only_whole_phrases_are_judged():
    class Twelve:
        """Chorales whose every third phrase is a whole one."""

        def phrases(self, bars, *, side):
            assert (bars, side) == (4, "valid")
            grids = plain_hymns(12, np.random.default_rng(0))
            return ChoralePhrases(grids, np.arange(12), np.arange(12) % 3 == 0)

    phrases = whole_phrases(Twelve(), "valid")
    assert phrases.chorale.tolist() == [0, 3, 6, 9]
    assert len(phrases.grids) == 4
