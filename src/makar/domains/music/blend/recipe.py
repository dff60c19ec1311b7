"""The ``blend`` recipe: phrases that stand as far between two genres as was asked.

The model first learns both genres. A phrase of the second is shown it under the weight k/8 as
often as k/8 of such phrases should be of the second: so every weight has been seen, and what the
model makes of one half is now the one, now the other. Then it is rewarded for making each single
phrase such that a classifier is as much in doubt as was asked. Another classifier, which has
learned from other tunes and counts other things, measures it and is never rewarded.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import torch

from makar.core.scoring import Scorer
from makar.core.seeds import Seeds
from makar.core.types import Prompt, Rollout, groups_of
from makar.domains.music.blend.assessment import GAUGE
from makar.domains.music.blend.codec import EventCodec
from makar.domains.music.blend.config import BlendConfig
from makar.domains.music.blend.craft import PieceCraft
from makar.domains.music.blend.judges import Distance, Judge, Sides, judges_of
from makar.domains.music.blend.reward import (
    MEASURED,
    blend_reward,
    own_rewards,
    rewarded,
    words_of_parts,
)
from makar.domains.music.blend.sides import read_sides
from makar.domains.music.blend.tokens import STEPS
from makar.domains.music.corpus.folder import pieces_in
from makar.domains.music.corpus.genres import GenrePhrases, check_genre
from makar.domains.music.evaluation import evaluation_by
from makar.domains.music.melody.melody import melodies_of
from makar.domains.music.piece.piece import Piece, Pieces
from makar.domains.music.rewards.novelty import CopyIndex
from makar.domains.music.tune import phrases
from makar.domains.music.tune.craft import MelodyCraft
from makar.domains.music.tune.recipe import build_net
from makar.domains.music.words import TUNE_WORDS, in_words
from makar.evaluation.gauge import baselines_by
from makar.learners.policy_gradient import frozen
from makar.measures.statistics import quantile_band
from makar.models.token_policy import TokenPolicy
from makar.recipes.assembly import assemble, begin, placed
from makar.recipes.domain import Brought, Recipe
from makar.recipes.preparation import Preparation, Prepared, Progress, pretrain


def ask_prompt(config: BlendConfig, weight: float | None = None) -> Prompt:
    """What the config asks for, at its own weight or another."""
    ask, (first, second) = config.ask, config.corpus.names
    weight = ask.blend if weight is None else weight
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


def check(config: BlendConfig, functions: Mapping[str, Scorer]) -> None:
    """Refuse what cannot work before anybody waits for it.

    Raises:
        UnknownRewardError, CustomRewardError: a reward cannot be used.
        UnreadableError: a genre or folder is not there.
    """
    own_rewards(config, functions)
    check_genre(config.corpus.first)
    check_genre(config.corpus.second, config.corpus.folder)


def craft_of(config: BlendConfig) -> PieceCraft:
    """How the run's works are handed out as files; it knows no sources, so it is there at once."""
    nothing = CopyIndex.of(melodies_of(Pieces(())))
    return PieceCraft(MelodyCraft(nothing, (), 0.0, config.ask.program, config.ask.tempo))


def read(path: Path, config: BlendConfig) -> list[Brought]:
    """The pieces in a file, in phrases as long as those asked for."""
    return pieces_in(path, phrases_in, config.ask.bars)


def phrases_in(piece: Piece, bars: int) -> tuple[list[Piece], dict[str, int]]:
    """A piece's top voice in phrases of so many bars; what cannot be judged, by reason."""
    melodies, left_out = phrases.phrases_on_grid(piece, bars)
    return [melody.piece() for melody in melodies], left_out


def prepare(
    config: BlendConfig,
    *,
    prior: Mapping[str, torch.Tensor] | None = None,
    functions: Mapping[str, Scorer] | None = None,
) -> Preparation:
    """Read both genres, teach the model to write either, and set up the two judges.

    See ``recipes.domain.Prepare``.

    Raises:
        CorpusTooSmallError: a genre has too few phrases.
    """
    begin(config)
    sides = yield from read_sides(config)
    everything = [piece for pair in sides.values() for piece in _joined(pair)]
    codec = EventCodec.of(everything, genres=config.corpus.names)
    context = codec.longest + codec.prefix([ask_prompt(config)]).shape[1]
    net = build_net(config.model, vocabulary=codec.vocabulary, context=context, lookback=())
    made: TokenPolicy[Piece] = TokenPolicy(net, codec)
    policy, known = placed(made, config, prior)
    if not known:
        yield from pretrain(
            policy,
            labelled(policy, sides["train"], config),
            labelled(policy, sides["valid"], config),
            config.pretrain,
            seed=config.prior_seed,
            settings=config.model.model_dump_json(),
            stage="learning both genres",
        )
    yield Progress("setting up the judges")
    return _set_up(config, policy, sides, functions or {})


def labelled(
    policy: TokenPolicy[Piece], pair: tuple[GenrePhrases, GenrePhrases], config: BlendConfig
) -> Rollout[Piece]:
    """Phrases of both genres, equally many, each under a weight drawn for it.

    Half of the phrases are shown as what they are. The others, of the second genre, under k/8
    with a chance in proportion to k, or of the first, in proportion to 8 - k: so k/8 of the
    phrases that are seen under k/8 are of the second.
    """
    most = max(len(genre.pieces) for genre in pair)
    steps, draw = np.arange(STEPS + 1), Seeds(config.prior_seed).generator(stream=1)
    pieces: list[Piece] = []
    weights: list[float] = []
    for genre, chance in zip(pair, (STEPS - steps, steps), strict=True):
        chance = chance + (chance == STEPS) * (chance.sum() - 2 * STEPS)  # half of the whole
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


def _set_up(
    config: BlendConfig,
    policy: TokenPolicy[Piece],
    sides: Sides,
    functions: Mapping[str, Scorer],
) -> Prepared[Piece]:
    ask, names = ask_prompt(config), config.corpus.names
    prior = frozen(policy)
    judges = judges_of(sides)
    known, others, human = (_joined(sides[side]) for side in ("train", "valid", "heldout"))
    index = CopyIndex.of(melodies_of(known))
    limit = quantile_band(index(others, []))[-1]
    blend = blend_reward(config, judges, known=known, index=index, limit=limit, functions=functions)
    own = len(sides["train"][0].pieces) if config.corpus.folder else None
    sources = tuple(source for genre in sides["train"] for source in genre.sources)
    craft = PieceCraft(
        MelodyCraft(index, sources, limit, config.ask.program, config.ask.tempo, private_from=own)
    )
    weights = [ask_prompt(config, step / STEPS) for step in range(STEPS + 1)]
    asked = [
        ask_prompt(config, weight)
        for weight, genre in enumerate(sides["heldout"])
        for _ in range(len(genre.pieces))
    ]
    people = quantile_band(Distance(judges[1], names)(human, asked))
    return assemble(
        config, policy, prior=prior,
        blended=(blend, {MEASURED: (people[0], people[-1])}, words_of_parts()),
        ask=ask, asked=in_words(ask, config.ask), words=TUNE_WORDS, craft=craft, human=human,
        human_prompts=asked,
        prompts=lambda _: [weights[n % len(weights)] for n in range(config.loop.works)],
        varied=_varied(config, craft, sides["train"]),
        baselines=baselines_by(GAUGE, [genre.pieces for genre in sides["train"]]),
        notes=_notes(config, sides, judges),
    )  # fmt: skip


def _joined(pair: tuple[GenrePhrases, GenrePhrases]) -> Pieces:
    return Pieces(tuple(piece for genre in pair for piece in genre.pieces))


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


def _varied(
    config: BlendConfig, craft: PieceCraft, pair: tuple[GenrePhrases, GenrePhrases]
) -> float:
    """How varied people's phrases are, in sets of half the one genre and half the other."""
    half, draw = config.loop.works // 2, Seeds(0).generator()
    shares: list[float] = []
    for _ in range(16):
        pieces: list[Piece] = []
        for genre in pair:
            size = min(half, len(genre.pieces))
            first = int(draw.integers(len(genre.pieces) - size + 1))
            pieces += genre.pieces[first : first + size]
        shares.append(craft.variety.distinct(Pieces(tuple(pieces))))
    return float(np.mean(shares))


BLEND: Recipe[BlendConfig, Piece] = Recipe(
    name="blend",
    config=BlendConfig,
    words=TUNE_WORDS,
    bring="Bring a melody in sixteenths or longer, within three octaves",
    examples=(
        "makar train blend --from irish --and chorale --blend 0.5",
        "makar train blend --from scots --and-folder ~/scores",
    ),
    prompt=ask_prompt,
    check=check,
    prepare=prepare,
    craft=craft_of,
    read=read,
    parts=rewarded,
    evaluate=evaluation_by("blend"),
)
