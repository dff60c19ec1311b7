"""What every generator owes its learners. A new generator is one more entry in ``GENERATORS``."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise
from typing import Any

import numpy as np
import pytest
import torch

from makar.core.seeds import Seeds
from makar.core.types import Generator, Policy, Prompt, Works
from makar.domains.music.blend.codec import EventCodec
from makar.domains.music.blend.tokens import END, EventTokens
from makar.domains.music.melody.codec import MelodyCodec
from makar.domains.music.piece.piece import Piece, Pieces
from makar.models.recurrent import Recurrent, RecurrentConfig
from makar.models.token_policy import TokenPolicy
from makar.models.transformer import Transformer, TransformerConfig

WISHES = [
    Prompt(condition={"bars": 1, "metre": "4/4", "mode": "major"}),
    Prompt(condition={"bars": 2, "metre": "6/8", "mode": "dorian", "key": "E"}),
    Prompt(condition={"bars": 1, "metre": "3/4", "mode": "minor"}),
]


def transformer(vocabulary: int, **shape: Any) -> Transformer:
    options = {"width": 32, "layers": 2, "heads": 4, "hidden": 48, "context": 64} | shape
    return Transformer(TransformerConfig(vocabulary=vocabulary, **options))


def recurrent(vocabulary: int) -> Recurrent:
    return Recurrent(RecurrentConfig(vocabulary=vocabulary, width=24, layers=2))


def ruled(toy: Any) -> Any:
    """Words whose letters may follow one another only by a sparse table."""
    table = np.random.default_rng(4).random((8, 7)) < 0.6
    table[np.arange(8), np.arange(8) % 7] = True
    return toy.Codec(vocabulary=7, length=24, rules=table)


EVENTS = EventCodec(
    EventTokens(("a", "b"), ("4/4", "6/8", "3/4"), (0, 12, 36), (12, 24, 36), 60, 67, 2), longest=40
)
"""Works that may end before their last decision."""
GENERATORS: dict[str, Callable[[Any], Any]] = {
    "transformer, melodies": lambda _: TokenPolicy(transformer(53), MelodyCodec()),
    "transformer, grouped heads": lambda _: TokenPolicy(transformer(53, kv_heads=1), MelodyCodec()),
    "transformer, untied": lambda _: TokenPolicy(transformer(53, tied=False), MelodyCodec()),
    "transformer, rules": lambda toy: TokenPolicy(transformer(7), ruled(toy)),
    "transformer, small shards": lambda toy: TokenPolicy(transformer(7), ruled(toy), shard=8),
    "lstm, melodies": lambda _: TokenPolicy(recurrent(53), MelodyCodec()),
    "lstm, rules": lambda toy: TokenPolicy(recurrent(7), ruled(toy)),
    "lstm, events": lambda _: TokenPolicy(recurrent(EVENTS.vocabulary), EVENTS),
    "transformer, events": lambda _: TokenPolicy(transformer(EVENTS.vocabulary), EVENTS, shard=8),
}


@pytest.fixture(params=GENERATORS.values(), ids=GENERATORS.keys())
def generator(request: pytest.FixtureRequest, toy: Any) -> Any:
    """Each generator, with weights far from uniform."""
    torch.manual_seed(5)
    made = request.param(toy)
    with torch.no_grad():
        for p in made.parameters():
            p.add_(torch.randn_like(p) * 0.15)
    return made


def tokens_of(work: Any) -> list[int]:
    """What was written, from the work alone."""
    if isinstance(work, Piece):
        actions = EVENTS.encode(Pieces((work,)))[0][0].tolist()
        return actions[: actions.index(END) + 1]
    return list(getattr(work, "tokens", work))


def wishes(count: int) -> list[Prompt]:
    return [WISHES[i % len(WISHES)] for i in range(count)]


def same(a: Any, b: Any) -> bool:
    """Whether two rollouts are equal to the last bit."""
    tensors = ("actions", "logp", "mask", "group", "place")
    return all(torch.equal(getattr(a, n), getattr(b, n)) for n in tensors) and all(
        torch.equal(a.context[n], b.context[n]) for n in a.context
    )


def test_keeps_the_protocol(generator: Any) -> None:
    assert isinstance(generator, Generator)
    assert isinstance(generator, Policy)
    rollout = generator.sample(wishes(3), seeds=Seeds(1))
    assert isinstance(rollout.works, Works)
    assert len(rollout.works) == len(rollout) == 3
    assert rollout.prompts == wishes(3)


@pytest.mark.parametrize("temperature", [0.3, 1.0, 2.5])
@pytest.mark.parametrize("seed", [0, 1])
def test_evaluation_agrees_with_sampling(generator: Any, temperature: float, seed: int) -> None:
    rollout = generator.sample(wishes(7), seeds=Seeds(seed, 3), temperature=temperature)
    now = generator.evaluate(rollout)
    torch.testing.assert_close(now.logp, rollout.logp, rtol=1e-5, atol=1e-5)
    choice = rollout.mask & (rollout.context["legal"].sum(-1) > 1)
    assert rollout.logp[choice].max() < 0
    assert not rollout.logp[~rollout.mask].any()
    assert not now.entropy[~rollout.mask].any()
    by_hand = torch.special.entr(now.logits.exp()).sum(-1)
    torch.testing.assert_close(now.entropy[rollout.mask], by_hand[rollout.mask])
    now.logp.sum().backward()
    assert all(p.grad is None or p.grad.isfinite().all() for p in generator.parameters())


def test_temperature_reaches_the_logp(generator: Any) -> None:
    cold = generator.sample(wishes(16), seeds=Seeds(0), temperature=0.2)
    hot = generator.sample(wishes(16), seeds=Seeds(0), temperature=5.0)
    assert cold.logp[cold.mask].mean() > hot.logp[hot.mask].mean() + 0.1
    for bad in (0.0, -1.0):
        with pytest.raises(ValueError, match="temperature"):
            generator.sample(wishes(1), seeds=Seeds(0), temperature=bad)


@pytest.mark.parametrize("push", [0.0, 40.0, 1e4])
def test_no_forbidden_token_is_ever_written(generator: Any, push: float) -> None:
    """However strongly the network wants it, and wherever the draw falls."""
    with torch.no_grad():
        for p in generator.net.parameters():
            p.mul_(1 + push) if push < 100 else p.mul_(2.0).add_(torch.randn_like(p) * 2)
        generator.net.embed.weight[0] += push / 100
    rollout = generator.sample(wishes(70), seeds=Seeds(2))
    assert rollout.logp.isfinite().all()
    rules = generator.codec.legality(rollout.prompts)
    allowed = rules.first()
    for t in range(rollout.actions.shape[1]):
        now = rollout.actions[:, t]
        assert (allowed.gather(1, now[:, None])[:, 0] | ~rollout.mask[:, t]).all()
        allowed = rules.after(t, now)
    assert generator.evaluate(rollout).logp.isfinite().all()


@pytest.mark.parametrize("count", [1, 10, 64, 70])
def test_first_works_do_not_depend_on_how_many_are_asked_for(generator: Any, count: int) -> None:
    everything = generator.sample(wishes(100), seeds=Seeds(3, 1))
    some = generator.sample(wishes(count), seeds=Seeds(3, 1))
    width = some.actions.shape[1]  # one prompt alone may ask for shorter works
    assert torch.equal(some.actions, everything.actions[:count, :width])
    assert torch.equal(some.logp, everything.logp[:count, :width])
    for one, other in zip(some.works[:], everything.works[:count], strict=True):
        assert tokens_of(one) == tokens_of(other)


def test_later_works_can_be_made_alone(generator: Any) -> None:
    everything = generator.sample(wishes(99), seeds=Seeds(3, 1))
    late = generator.sample(wishes(99)[66:], seeds=Seeds(3, 1, first=66))
    agreed = (late.actions == everything.actions[66:]).float().mean()
    assert agreed > 0.99  # the place in the shard differs, so a last bit may


def test_same_seeds_same_works_and_others_others(generator: Any) -> None:
    def sample(*seed: int) -> Any:
        return generator.sample(wishes(5), seeds=Seeds(*seed))

    assert same(sample(7, 1), sample(7, 1))
    for other in ((8, 1), (7, 2), (7, 1, 64)):
        assert not torch.equal(sample(7, 1).actions, sample(*other).actions)


def test_sampling_touches_neither_mode_nor_global_randomness(generator: Any) -> None:
    for training in (True, False):
        generator.train(training)
        before = torch.get_rng_state()
        rollout = generator.sample(wishes(2), seeds=Seeds(0))
        assert torch.equal(torch.get_rng_state(), before)
        assert all(m.training is training for m in generator.modules())
    assert not rollout.logp.requires_grad


def test_groups_number_equal_prompts(generator: Any) -> None:
    rollout = generator.sample(wishes(7), seeds=Seeds(0))
    assert rollout.group.tolist() == [0, 1, 2, 0, 1, 2, 0]


def test_works_are_those_of_the_decisions(generator: Any) -> None:
    rollout = generator.sample(wishes(6), seeds=Seeds(0))
    again = generator.codec.decode(rollout.actions, rollout.prompts)
    for i in range(6):
        decided = rollout.actions[i][rollout.mask[i]].tolist()
        for work in (rollout.works[i], again[i]):
            assert tokens_of(work) == decided


def test_places_never_fall(generator: Any) -> None:
    place = generator.sample(wishes(4), seeds=Seeds(0)).place
    assert all((later >= now).all() for now, later in pairwise(place.unbind(1)))


def test_selected_rows_evaluate_as_in_the_whole(generator: Any) -> None:
    rollout = generator.sample(wishes(9), seeds=Seeds(0), temperature=0.7)
    rows = torch.tensor([8, 0, 3, 3])
    part = rollout.select(rows)
    assert [p.key for p in part.prompts] == [rollout.prompts[i].key for i in rows.tolist()]
    assert torch.equal(part.logp, rollout.logp[rows])
    assert torch.equal(part.context["legal"], rollout.context["legal"][rows])
    with torch.no_grad():
        whole = generator.evaluate(rollout).logp[rows]
        torch.testing.assert_close(generator.evaluate(part).logp, whole, rtol=1e-5, atol=1e-5)


def test_nothing_asked_nothing_made(generator: Any) -> None:
    rollout = generator.sample([], seeds=Seeds(0))
    assert len(rollout) == len(rollout.works) == 0
    assert generator.evaluate(rollout).logp.shape == rollout.logp.shape


def test_frequencies_follow_the_probabilities(generator: Any) -> None:
    """The first token of many works, against the network's own probabilities."""
    rollout = generator.sample([WISHES[0]] * 640, seeds=Seeds(9))
    with torch.no_grad():
        expected = generator.evaluate(rollout.select(torch.tensor([0]))).logits[0, 0].exp()
    seen = torch.bincount(rollout.actions[:, 0], minlength=len(expected)) / 640
    error = (expected * (1 - expected) / 640).sqrt()
    assert ((seen - expected).abs() <= 4.5 * error + 1e-6).all()


def test_demonstrations_evaluate_like_samples(generator: Any) -> None:
    made = generator.sample(wishes(6), seeds=Seeds(0))
    shown = generator.demonstrate(made.works)
    assert torch.equal(shown.mask, made.mask)
    assert torch.equal(shown.actions, made.actions)
