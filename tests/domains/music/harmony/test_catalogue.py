import numpy as np
import pytest

from makar.core.scoring import Statistic, raw_values
from makar.core.transforms import AtMost, Band
from makar.core.types import Prompt
from makar.domains.music.harmony.catalogue import VOICES_CATALOGUE
from makar.domains.music.voices.voices import VoiceGrids

WORKS = (
    ("C5:8 D5:4 E5:4 D5:4 B4:4 C5:8", "G4:16 G4:16", "E4:8 F4:8 D4:8 E4:8", "C3:8 B2:8 G2:8 C3:8"),
    ("G4:4 A4:4 B4:8 C5:16", "D4:8 G4:8 G4:16", "B3:8 D4:8 E4:16", "G3:8 F3:8 C3:16"),
    ("C5:16", "r:16", "E4:16", "C3:16"),
    ("r:16", "r:16", "r:16", "r:16"),
    ("E5:3 F5:5 r:8 C5:4 C4:12", "C5:16 B4:16", "G4:4 F#4:28", "C3:30 A2:2"),
)
LOCAL = (
    "parallels", "crossing", "overlap", "spacing", "struck_dissonance",
    "range_faults", "direct", "doubled_leading_tone", "awkward_moves",
)  # fmt: skip


@pytest.fixture(scope="module")
def scorers(chorus):
    return VOICES_CATALOGUE.build(list(VOICES_CATALOGUE), chorus(*WORKS))


@pytest.mark.parametrize("name", list(VOICES_CATALOGUE))
def test_every_reward_gives_one_number_per_work(name, scorers, chorus):
    works = chorus(*WORKS)
    prompts = [Prompt()] * len(works)
    before = works.tokens.copy()
    values = raw_values(scorers[name](works, prompts))
    assert values.shape == (len(works),)
    assert not np.isinf(values).any()
    assert not np.isnan(values[:2]).all()
    assert np.array_equal(works.tokens, before)
    assert raw_values(scorers[name](works.take([]), [])).shape == (0,)
    assert raw_values(scorers[name](chorus(("", "", "", "")), prompts[:1])).shape == (1,)


@pytest.mark.parametrize("name", list(VOICES_CATALOGUE))
def test_a_work_is_judged_alike_in_any_company(name, scorers, chorus):
    works = chorus(*WORKS)
    order = [4, 1, 3, 0, 2]
    whole = raw_values(scorers[name](works, [Prompt()] * 5))
    moved = raw_values(scorers[name](works.take(order), [Prompt()] * 5))
    assert moved == pytest.approx(whole[order], nan_ok=True)
    alone = chorus(WORKS[2])  # narrower than the batch: no padding
    assert raw_values(scorers[name](alone, [Prompt()])) == pytest.approx(whole[[2]], nan_ok=True)


@pytest.mark.parametrize("name", list(VOICES_CATALOGUE))
def test_silence_is_not_judged_unless_it_is_counted(name, scorers, chorus):
    values = raw_values(scorers[name](chorus(WORKS[3]), [Prompt()]))
    assert np.isnan(values).all() == (name != "silent_voices")


@pytest.mark.parametrize("name", LOCAL)
def test_credit_says_where_and_adds_up(name, scorers, chorus):
    works = chorus(*WORKS)
    found = scorers[name](works, [Prompt()] * len(works))
    assert isinstance(found, Statistic)
    assert found.credit.shape == (len(works), works.tokens.shape[2])
    assert found.credit.sum(1) == pytest.approx(np.nan_to_num(found.values))
    beyond = np.arange(works.tokens.shape[2]) >= works.steps[:, None]
    assert not found.credit[beyond].any()


def test_only_these_have_credit(scorers, chorus):
    works = chorus(*WORKS)
    answers = {name: scorer(works, [Prompt()] * 5) for name, scorer in scorers.items()}
    assert {n for n, a in answers.items() if isinstance(a, Statistic)} == set(LOCAL)


def test_every_entry_explains_itself():
    assert len(set(VOICES_CATALOGUE)) == len(VOICES_CATALOGUE)
    for name, entry in VOICES_CATALOGUE.items():
        assert entry.name == name
        assert entry.words
        assert entry.source
        assert (entry.role == "gate") == (entry.kind == "at most")


def test_works_in_one_voice_are_refused(scorers, tunes):
    with pytest.raises(TypeError, match="four voices"):
        scorers["parallels"](tunes("C4:4"), [Prompt()])


def test_less_is_better_down_to_nothing():
    transform = VOICES_CATALOGUE.default_transform
    assert transform("overlap", (0.0, 0.0, 0.25, 1.0, 1.5)) == Band(0.0, 0.25, 0.75)
    # people have none: one parallel in four bars costs half
    assert transform("parallels", (0.0,) * 5) == Band(0.0, 0.0, 0.25)
    assert transform("overlap", (0.5, 0.6, 0.7, 1.0, 1.5)).low == 0
    assert transform("chord_copy", (1.0, 2.0, 3.0, 6.0, 8.0)) == AtMost(8.0)


def test_judges_of_the_corpus_are_measured_on_works_it_lacks(chorus):
    known, unseen = chorus(WORKS[0]), chorus(WORKS[1])
    scorers = VOICES_CATALOGUE.build(["chord_copy", "chord_fit"], known)
    quantiles = VOICES_CATALOGUE.people_quantiles(scorers, known, unseen)
    assert quantiles["chord_copy"][2] == raw_values(scorers["chord_copy"](unseen, [Prompt()]))[0]
    assert quantiles["chord_fit"][2] == raw_values(scorers["chord_fit"](known, [Prompt()]))[0]
    assert isinstance(known, VoiceGrids)
