import numpy as np
import pytest

from makar.core.transforms import AtMost, Band, Ramp
from makar.core.types import Prompt
from makar.domains.music.rewards.catalogue import (
    CATALOGUE,
    build,
    default_transform,
    fit_bands,
)

TUNES = (
    "C4:4 D4:4 E4:4 F4:4 G4:8 E4:8 F4:4 E4:4 D4:4 C4:4 C4:16",
    "G4:2 A4:2 B4:4 E5:8 B4:4 G4:4 A4:8 F#4:16",
    "C4:16",
    "",
    "E4:3 F4:5 r:8 C5:2 C4:2 C5:2 C4:2 G4:8",
)


@pytest.fixture(scope="module")
def scorers(tunes):
    return build(list(CATALOGUE), tunes(*TUNES))


@pytest.mark.parametrize("name", list(CATALOGUE))
def test_every_reward_gives_one_number_per_work(name, scorers, tunes):
    melodies = tunes(*TUNES)
    prompts = [Prompt(form="AB")] * len(melodies)
    before = melodies.pitch.copy()
    values = np.asarray(scorers[name](melodies, prompts))
    assert values.shape == (len(melodies),)
    assert values.dtype == np.float64
    assert not np.isinf(values).any()
    assert not np.isnan(values[:2]).all()
    assert np.array_equal(melodies.pitch, before)
    assert np.asarray(scorers[name](melodies.take([]), [])).shape == (0,)
    assert np.asarray(scorers[name](tunes("", ""), prompts[:2])).shape == (2,)


@pytest.mark.parametrize("name", list(CATALOGUE))
def test_a_work_is_judged_alike_in_any_company(name, scorers, tunes):
    melodies = tunes(*TUNES)
    order = [4, 1, 3, 0, 2]
    whole = np.asarray(scorers[name](melodies, [Prompt(form="AB")] * 5))
    moved = np.asarray(scorers[name](melodies.take(order), [Prompt(form="AB")] * 5))
    assert moved == pytest.approx(whole[order], nan_ok=True)
    alone = np.asarray(scorers[name](melodies.take([1]), [Prompt(form="AB")]))
    assert alone == pytest.approx(whole[[1]], nan_ok=True)


@pytest.mark.parametrize("name", list(CATALOGUE))
def test_silence_is_not_judged_unless_it_counts_notes(name, scorers, tunes):
    values = np.asarray(scorers[name](tunes("r:64"), [Prompt(form="AB")]))
    assert np.isnan(values).all() == (name not in ("note_density", "rest_share"))


def test_every_entry_explains_itself():
    for name, entry in CATALOGUE.items():
        assert entry.name == name
        assert entry.words
        assert entry.source
        assert (entry.role == "gate") == (entry.kind == "at most")


def test_an_unknown_name_is_refused_with_what_there_is(tunes):
    with pytest.raises(KeyError, match="step_share"):
        build(["steps"], tunes(*TUNES))


def test_bands_are_the_quantiles_of_the_tunes(tunes, scorers):
    melodies = tunes("C4 D4", "C4 E4", "C4 F4")  # mean intervals 2, 4, 5
    bands = fit_bands({"mean_interval": scorers["mean_interval"]}, melodies)
    assert bands["mean_interval"] == pytest.approx((2.2, 2.4, 4.0, 4.8, 4.9))
    assert np.isnan(
        fit_bands({"form_contrast": scorers["form_contrast"]}, melodies)["form_contrast"]
    ).all()


def test_default_transforms():
    quantiles = (1.0, 2.0, 3.0, 6.0, 8.0)
    assert default_transform("mean_interval", quantiles) == Band(2.0, 6.0, 2.0)
    assert default_transform("step_share", quantiles) == Band(3.0, 8.0, 1.0)
    assert default_transform("near_copy", quantiles) == AtMost(8.0)
    assert default_transform("form_contrast", (np.nan,) * 5) == Ramp(0.0, 0.5)
    assert default_transform("mean_interval", (2.0,) * 5) == Band(2.0, 2.0, 0.2)
    with pytest.raises(ValueError, match="mean_interval"):
        default_transform("mean_interval", (np.nan,) * 5)
