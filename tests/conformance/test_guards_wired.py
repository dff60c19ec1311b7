"""Each guard that is promised stands in a real run: alarm, collapse, copies, KL, entropy.

That each works is seen elsewhere; here, that a session and a recipe put it where it belongs.
"""

from itertools import islice
from types import SimpleNamespace

import numpy as np
import pytest
import torch

import tiny_run
from makar.core.rewards import Component
from makar.core.seeds import Seeds
from makar.core.types import Prompt
from makar.domains.music.melody.codec import MelodyCodec
from makar.domains.music.tune import recipe as tune
from makar.domains.music.tune.phrases import TunePhrases
from makar.learners.policy_settings import PolicyGradientConfig
from makar.models.recurrent import Recurrent, RecurrentConfig
from makar.models.token_policy import TokenPolicy
from makar.recipes.assembly import assemble
from makar.recipes.loading import load_config
from makar.recipes.preparation import Prepared
from makar.training import conclusion, session

WILD = PolicyGradientConfig(learning_rate=3.0)


@pytest.fixture
def steps(words, monkeypatch):
    """What the first steps of a session tell, as a user would begin it, of a recipe of words."""
    for place in (session, conclusion):
        monkeypatch.setattr(place, "show", lambda *_, **__: session.Heard("", "", None, 0.0))

    def take(count, *, people=None, learn=None, start=None, parts=()):
        creator = words.creator(*parts, learn=learn)
        if people is not None:
            creator.human, creator.human_prompts = people, [creator.ask] * len(people)
        works = [creator.ask] * 24
        judged = start or creator.reward(creator.prior.sample(works, seeds=Seeds(0)).works, works)

        def prepare(config, **_):
            return Prepared(creator, {}, judged)
            yield

        recipe = SimpleNamespace(prepare=prepare, craft=lambda _: creator.craft)
        monkeypatch.setattr(session, "recipe_of", lambda _: recipe)
        config = load_config("tune", {"loop.iterations": 9, "loop.works": 8}, environment={})
        with words.folder() as folder:
            run = session.run(folder, config)
            found = list(islice((e for e in run if isinstance(e, session.Step)), count))
            run.close()
        return [text for step in found for text in step.events]

    return take


def test_the_alarm_of_a_session_knows_peoples_works_and_the_start(steps, words, toy):
    def judged(poem):
        return words.creator().reward(toy.Words((poem,) * 24), [Prompt()] * 24)

    people = toy.Words(((0, 1, 2, 3), (0, 1, 2, 4)) * 12)
    told = steps(4, people=people, start=judged((1, 1, 1, 1)))
    assert not told, "it was further away from the start, and came nearer"
    told = steps(4, people=people, start=judged((0, 1, 2, 3)))
    assert any(text.startswith("alarm: surprise is") for text in told)
    told = steps(4, people=people.take([0, 1]), start=judged((0, 1, 2, 3)))
    assert not told, "two people are too few to say"


def test_the_alarm_of_a_session_knows_how_likely_the_prior_found_its_own_works(steps, toy):
    def likely(works, _prompts):
        return np.linspace(-9, -8, len(works))

    style = Component("style", likely, role="watch", costly=True)
    people = toy.Words(((0, 1, 2, 3), (0, 1, 2, 4)) * 12)
    told = steps(4, people=people, parts=[style])  # what is learned from says that it is likelier
    assert any(text.startswith("alarm: style is") for text in told)


def test_a_session_stops_a_collapse_and_goes_back(steps):
    told = steps(9, learn=WILD)
    assert any("weights are back to those after" in text for text in told)
    told = steps(3)
    assert not told


@pytest.mark.parametrize("limits", [{"kl_target": 0.5}, {"kl_coefficient": 7.0},
                                    {"entropy_floor": 0.9}])  # fmt: skip
def test_an_assembled_run_has_the_limits_of_its_settings(limits, words):
    creator = words.creator()
    flags = {f"learn.stability.{name}": value for name, value in limits.items()}
    config = load_config("tune", flags, environment={})
    learner = assemble(
        config, creator.policy, prior=creator.prior, ask=creator.ask, asked=creator.asked,
        blended=(creator.reward, {}, {}), words=creator.words, craft=creator.craft,
        human=creator.human,
    ).creator.learner  # fmt: skip
    kit = config.learn.stability
    assert (learner.kl.value, learner.kl.target) == (kit.kl_coefficient, kit.kl_target)
    assert learner.entropy.floor == kit.entropy_floor
    assert learner.prior is creator.prior, "the prior that pulls is the run's own"


def test_a_copy_of_what_a_recipe_learned_from_earns_nothing():
    torch.manual_seed(0)
    public = TunePhrases(
        *(tiny_run.tunes(first, 60) for first in (0, 1000, 2000)), (None,) * 60, ()
    )
    codec = MelodyCodec()
    net = Recurrent(RecurrentConfig(vocabulary=codec.vocabulary, width=8))
    config = load_config("tune", {"ask.metre": "6/8", "loop.works": 8}, environment={})
    creator = tune._set_up(config, TokenPolicy(net, codec), public, None, {}).creator
    prompts = [creator.ask] * 60
    copies, own = (creator.reward(works, prompts) for works in (public.train, public.heldout))
    assert not copies.total.any()
    assert (copies.parts["near_copy"].value == 0).all()
    assert np.mean(own.total > 0) > 0.5
