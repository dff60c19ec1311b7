from dataclasses import replace

import pytest

from makar.domains.levels.words import EDITED_WORDS, LEVEL_WORDS
from makar.domains.music.words import TUNE_WORDS
from makar.runs.report.words import Words


@pytest.mark.parametrize(
    ("words", "own", "works", "phrases"),
    [
        (TUNE_WORDS, "people’s", "works by people", "phrases that people wrote"),
        (LEVEL_WORDS, "the maps’", "works of the maps", "levels that the maps hold"),
        (EDITED_WORDS, "greedy search’s", "works by greedy search",
         "levels that greedy search made"),
    ],
)  # fmt: skip
def test_whose_works_are_compared_with(words, own, works, phrases):
    assert words.whose_own() == own
    assert words.whose_own("'") == own.replace("’", "'")
    assert f"works {words.by_whom}" == works
    assert f"{words.stretches} that {words.whose} {words.wrote}" == phrases


def test_works_are_counted_and_looked_for():
    assert [TUNE_WORDS.count(n) for n in (1, 3)] == ["1 phrase", "3 phrases"]
    assert TUNE_WORDS.different_runs("four") == "different runs of four moves among all of them"
    assert LEVEL_WORDS.different_runs(2) == "different runs of 2 columns among all of them"
    assert TUNE_WORDS.distinct == TUNE_WORDS.different_runs("four")
    spread = replace(TUNE_WORDS, varied="how far")
    assert spread.distinct == "how far"
    assert spread.different_runs(8) == TUNE_WORDS.different_runs(8)  # runs are counted all the same
    assert [Words(sense=s).sought for s in ("hear", "see", "read")] == [
        "listened for", "looked for", "looked for",
    ]  # fmt: skip
