"""The ``blend`` recipe: phrases that stand as far between two genres as was asked.

The model first learns both genres. A phrase of the second is shown it under the weight k/8 as
often as k/8 of such phrases should be of the second: so every weight has been seen, and what the
model makes of one half is now the one, now the other. Then it is rewarded for making each single
phrase such that a classifier is as much in doubt as was asked. Another classifier, which has
learned from other tunes and counts other things, measures it and is never rewarded.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Generator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from typing import Any, TypeAlias, cast

import numpy as np
import torch
from jaxtyping import Bool, Float

from makar.core.rewards import Blend, Component
from makar.core.scoring import Scorer
from makar.core.seeds import Seeds
from makar.core.transforms import AtMost, Ramp
from makar.core.types import Prompt, Rollout, groups_of
from makar.domains.music.craft import MelodyCraft
from makar.domains.music.events import EventCodec
from makar.domains.music.events_craft import PieceCraft
from makar.domains.music.events_tokens import STEPS
from makar.domains.music.genres import Phrases, check_genre, genre_corpus, genre_phrases
from makar.domains.music.melody import melodies_of
from makar.domains.music.piece import Piece, Pieces
from makar.domains.music.rewards.novelty import CopyIndex
from makar.domains.music.style_features import INVENTORY, SUCCESSION, inventory, succession
from makar.learners.policy_gradient import PolicyGradient, frozen
from makar.measures.classifier import Logistic, balanced_accuracy, fit_best
from makar.measures.diversity import distinct_share
from makar.measures.statistics import quantile_band
from makar.models.recurrent import Recurrent, RecurrentConfig
from makar.models.token_policy import TokenPolicy
from makar.models.transformer import Transformer, TransformerConfig
from makar.recipes.blend_config import BlendConfig
from makar.recipes.bonuses import RUN, Bonuses
from makar.recipes.creator import Creator
from makar.recipes.errors import CorpusTooSmallError
from makar.recipes.preparing import Prepared, Progress
from makar.recipes.pretrained import pretrained

NEAR_ENOUGH = 0.05
"""A phrase this near to what was asked has full marks: nobody is to be a caricature."""
FEW = 40
"""Phrases that each genre must have to learn from; and a quarter of them to test on."""
MEASURED, PLACE = "measured_distance", "asked_place"
Sides: TypeAlias = dict[str, tuple[Phrases, Phrases]]
"""By side of the split, the phrases of the first and the second genre."""


@dataclass(frozen=True)
class Judge:
    """How probably a phrase is of the second genre.

    Attributes:
        features: What it counts.
        name: Of the features, with their version.
        classifier: What it has learned from that.
        accuracy: Share of held-out phrases told rightly, both genres counting equally.
    """

    features: Callable[[object], Float[np.ndarray, "B F"]]
    name: str
    classifier: Logistic
    accuracy: float

    def __call__(self, works: object) -> Float[np.ndarray, " B"]:
        """P(second genre); NaN for a phrase of fewer than three notes."""
        chance = self.classifier(self.features(works))
        return np.where(melodies_of(works).count > 2, chance, np.nan)


@dataclass(frozen=True)
class Distance:
    """How far a judge finds each phrase from the weight that was asked for, 0 to 1."""

    judge: Judge
    names: tuple[str, str]

    def __call__(self, works: object, prompts: Sequence[Prompt], /) -> Float[np.ndarray, " B"]:
        """|P(second genre) - weight|."""
        asked = np.array([weight_of(prompt, self.names) for prompt in prompts])
        return np.abs(self.judge(works) - asked)


def weight_of(prompt: Prompt, names: tuple[str, str]) -> float:
    """The second genre's share of what was asked for."""
    first, second = (float(prompt.condition.get(name, 0.0)) for name in names)
    return second / (first + second)


def ask_prompt(config: BlendConfig, weight: float | None = None) -> Prompt:
    """What the config asks for, at its own weight or another."""
    ask, (first, second) = config.ask, config.corpus.names
    weight = ask.weight if weight is None else weight
    return Prompt(
        condition={
            "bars": ask.bars,
            "metre": ask.metre,
            "mode": ask.mode,
            "key": ask.key,
            "programs": str(ask.program),
            first: 1 - weight,
            second: weight,
        }
    )


def check(config: BlendConfig, functions: Mapping[str, Scorer] | None = None) -> None:
    """Refuse what cannot work before anybody waits for it.

    Raises:
        UnreadableError: a genre or folder is not there.
    """
    del functions
    check_genre(config.corpus.first)
    check_genre(config.corpus.second, config.corpus.folder)


def prepare(
    config: BlendConfig,
    *,
    prior: Mapping[str, torch.Tensor] | None = None,
    functions: Mapping[str, Scorer] | None = None,
) -> Generator[Progress, None, Prepared]:
    """Read both genres, teach the model to write either, and set up the two judges.

    Args:
        config: What to do.
        prior: Weights of a model that was taught before; None teaches one, or finds it kept.
        functions: Nothing else is rewarded here, so there must be none.

    Yields:
        How far it is.

    Raises:
        CorpusTooSmallError: a genre has too few phrases.
    """
    del functions
    torch.set_num_threads(config.threads)
    torch.manual_seed(config.prior_seed)
    sides = yield from _read(config)
    everything = [p for pair in sides.values() for genre in pair for p in genre.pieces]
    codec = EventCodec.of(everything, genres=config.corpus.names)
    net = _net(config, codec)
    policy: TokenPolicy[Piece] = TokenPolicy(net, codec)
    if prior is not None:
        policy.load_state_dict(prior)
    else:
        yield from _teach(policy, sides, config)
    yield Progress("setting up the judges")
    return _set_up(config, policy, sides)


def _read(config: BlendConfig) -> Generator[Progress, None, Sides]:
    """The phrases of both genres.

    Raises:
        CorpusTooSmallError: a genre has too few.
    """
    places = ((config.corpus.first, None), (config.corpus.second, config.corpus.folder))
    corpora = []
    for (name, folder), shown in zip(places, config.corpus.names, strict=True):
        yield Progress("reading tunes", text=shown)
        corpora.append(genre_corpus(name, folder))
    ask, sides = config.ask, Sides()
    for side in ("train", "valid", "heldout"):
        first, second = (genre_phrases(c, ask.bars, ask.metre, side=side) for c in corpora)
        sides[side] = first, second
        for phrases, name in zip(sides[side], config.corpus.names, strict=True):
            if len(phrases.pieces) < (FEW if side == "train" else FEW // 8):
                raise CorpusTooSmallError(
                    f"{name}: {len(phrases.pieces)} phrases of {ask.bars} bars of {ask.metre} for "
                    f"the {side} side are too few; ask for fewer bars or another metre"
                )
    return sides


def _net(config: BlendConfig, codec: EventCodec) -> Recurrent | Transformer:
    model = config.model
    size = {
        "vocabulary": codec.vocabulary,
        "width": model.width,
        "layers": model.layers,
        "dropout": model.dropout,
        "context": codec.longest + codec.prefix([ask_prompt(config)]).shape[1],
    }
    if model.kind == "lstm":
        return Recurrent(RecurrentConfig(**size))
    return Transformer(TransformerConfig(**size))


def _teach(
    policy: TokenPolicy[Piece], sides: Sides, config: BlendConfig
) -> Generator[Progress, None, None]:
    work = pretrained(
        policy,
        labelled(policy, sides["train"], config),
        labelled(policy, sides["valid"], config),
        config.pretrain,
        seed=config.prior_seed,
        settings=config.model.model_dump_json(),
    )
    with closing(work):  # asked to stop, it keeps what it has learned
        for report in work:
            if report is None:
                yield Progress("learning both genres", text="waiting for another process")
                continue
            text = f"loss {report.nll:.3f}"
            if math.isfinite(report.best):
                text += f", on tunes held out {report.best:.3f} nats a step"
            total = config.pretrain.updates
            yield Progress("learning both genres", report.update + 1, total, text)


def labelled(
    policy: TokenPolicy[Piece], pair: tuple[Phrases, Phrases], config: BlendConfig
) -> Rollout[Piece]:
    """Phrases of both genres, equally many, each under a weight drawn for it.

    A phrase of the second genre is shown under k/8 with a chance in proportion to k, one of the
    first in proportion to 8 - k: so k/8 of the phrases that are seen under k/8 are of the second.
    """
    most = max(len(genre.pieces) for genre in pair)
    steps, draw = np.arange(STEPS + 1), Seeds(config.prior_seed).generator(stream=1)
    pieces: list[Piece] = []
    weights: list[float] = []
    for genre, chance in zip(pair, (STEPS - steps, steps), strict=True):
        pieces += [genre.pieces[n % len(genre.pieces)] for n in range(most)]
        drawn = draw.choice(steps, size=most, p=chance / chance.sum())
        weights += (drawn / STEPS).tolist()
    shown = policy.demonstrate(Pieces(tuple(pieces)))
    first, second = config.corpus.names
    prompts = [
        replace(p, condition={**p.condition, first: 1 - w, second: w})
        for p, w in zip(shown.prompts, weights, strict=True)
    ]
    context = {**shown.context, "prefix": policy.codec.prefix(prompts)}
    return replace(shown, prompts=prompts, group=groups_of(prompts), context=context)


def judges_of(sides: Sides) -> tuple[Judge, Judge]:
    """The judge that rewards and the judge that measures, of different tunes and features."""
    rewards = _judge(inventory, INVENTORY, sides, lambda tune: tune % 2 == 0)
    return rewards, _judge(succession, SUCCESSION, sides, lambda tune: tune % 2 == 1)


def _judge(
    features: Callable[[object], np.ndarray],
    name: str,
    sides: Sides,
    learned: Callable[[np.ndarray], np.ndarray],
) -> Judge:
    train = tuple(genre.take(np.flatnonzero(learned(genre.tune))) for genre in sides["train"])
    classifier = fit_best(*_examples(features, train), _examples(features, sides["valid"]))
    x, second = _examples(features, sides["heldout"])
    return Judge(features, name, classifier, balanced_accuracy(classifier(x), second))


def _examples(
    features: Callable[[object], np.ndarray], pair: Sequence[Phrases]
) -> tuple[Float[np.ndarray, "B F"], Bool[np.ndarray, " B"]]:
    rows = [features(genre.pieces) for genre in pair]
    return np.concatenate(rows), np.repeat([False, True], [len(row) for row in rows])


def _set_up(config: BlendConfig, policy: TokenPolicy[Piece], sides: Sides) -> Prepared:
    ask, names = ask_prompt(config), config.corpus.names
    prior = cast(TokenPolicy[Piece], frozen(policy))
    rewards, measures = judges_of(sides)
    known = Pieces(tuple(p for genre in sides["train"] for p in genre.pieces))
    index = CopyIndex.of(melodies_of(known))
    other = Pieces(tuple(p for genre in sides["valid"] for p in genre.pieces))
    limit = quantile_band(index(other, []))[-1]
    blend = Blend(
        [
            Component("near_copy", index, AtMost(limit), role="gate", seconds=None),
            Component(PLACE, Distance(rewards, names), Ramp(1, NEAR_ENOUGH), seconds=None),
            Component(MEASURED, Distance(measures, names), Ramp(1, 0), role="watch", seconds=None),
        ]
    )
    private = len(sides["train"][0].pieces) if config.corpus.folder else None
    sources = tuple(source for genre in sides["train"] for source in genre.sources)
    tunes = MelodyCraft(
        index, sources, limit, config.ask.program, config.ask.tempo, private_from=private
    )
    craft = PieceCraft(tunes)
    weights = [ask_prompt(config, step / STEPS) for step in range(STEPS + 1)]
    human = Pieces(tuple(p for genre in sides["heldout"] for p in genre.pieces))
    asked = [len(genre.pieces) for genre in sides["heldout"]]
    creator = Creator(
        policy=policy,
        prior=prior,
        reward=blend,
        learner=PolicyGradient(policy, config.learn, prior=prior, seed=config.seed),
        prompts=lambda _: [weights[n % len(weights)] for n in range(config.loop.works)],
        ask=ask,
        craft=craft,
        bonuses=_bonuses(config, craft, sides["train"]),
        human=human,
        human_prompts=[ask_prompt(config, 0)] * asked[0] + [ask_prompt(config, 1)] * asked[1],
        notes=_notes(config, sides, (rewards, measures)),
        explanations={
            PLACE: "a classifier is as much in doubt between the two genres as was asked",
            MEASURED: "how far another classifier, never rewarded, finds it from what was asked",
        },
    )
    start = prior.sample([ask] * 256, seeds=Seeds(config.prior_seed, 2**41))
    judgement = blend(start.works, start.prompts)
    distance = Distance(measures, names)(human, creator.human_prompts)
    band = quantile_band(distance)
    return cast(Prepared, Prepared(cast(Any, creator), {MEASURED: (band[0], band[-1])}, judgement))


def _notes(config: BlendConfig, sides: Sides, judges: Sequence[Judge]) -> list[str]:
    counts = [
        f"{len(genre.pieces)} phrases of {name} to learn from, {len(out.pieces)} held out"
        for name, genre, out in zip(
            config.corpus.names, sides["train"], sides["heldout"], strict=True
        )
    ]
    told = [
        f"the classifier that {does} ({judge.name}) tells {judge.accuracy:.1%} of held-out phrases"
        for judge, does in zip(judges, ("rewards", "measures"), strict=True)
    ]
    return counts + told


def _bonuses(config: BlendConfig, craft: PieceCraft, pair: tuple[Phrases, Phrases]) -> Bonuses:
    """As much variety as people's phrases have in sets of half the one and half the other."""
    target, loop = None, config.loop
    if loop.variety is not None:
        half, draw = loop.works // 2, Seeds(0).generator()
        shares: list[float] = []
        for _ in range(16):
            pieces: list[Piece] = []
            for genre in pair:
                size = min(half, len(genre.pieces))
                first = int(draw.integers(len(genre.pieces) - size + 1))
                pieces += genre.pieces[first : first + size]
            shares.append(distinct_share(*craft.keys(Pieces(tuple(pieces))), n=RUN))
        target = loop.variety * float(np.mean(shares))
    return Bonuses(exploration=loop.exploration, target=target)
