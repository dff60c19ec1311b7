"""The model that fills bars, and what is needed to choose among what it writes: learned once."""

from __future__ import annotations

import copy
import math
from collections.abc import Generator, Iterator, Mapping
from contextlib import closing, suppress
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import torch
from jaxtyping import Int
from pydantic import BaseModel, ConfigDict, Field, PositiveInt

from makar.domains.music.corpus import cache as corpus_cache
from makar.domains.music.corpus.groups import Side
from makar.domains.music.corpus.sources import collection_files
from makar.domains.music.corpus.tunes import READER_VERSION, Corpus, load_corpus
from makar.domains.music.infill.codec import (
    LONGEST,
    PREFIX,
    InfillCodec,
    Middle,
    Middles,
    ahead,
    bars_at_once,
)
from makar.domains.music.infill.spans import cut_holes, middles_between
from makar.domains.music.melody.codec import METRES, metre_of
from makar.domains.music.melody.grid import MelodyGrids
from makar.domains.music.melody.melody import Melodies
from makar.domains.music.rewards.catalogue import CATALOGUE, Quantiles, build, fit_bands
from makar.domains.music.rewards.novelty import CopyIndex
from makar.domains.music.tune.config import CorpusConfig
from makar.domains.music.tune.recipe import LOOKBACK
from makar.learners.likelihood import PretrainConfig
from makar.measures.copies import RunIndex
from makar.measures.statistics import quantile_band
from makar.models.recurrent import Recurrent, RecurrentConfig
from makar.models.token_policy import TokenPolicy
from makar.recipes.preparation import Progress
from makar.recipes.pretrained import VERSION, cache_root, pretrained
from makar.runs import checkpoint
from makar.runs.errors import CheckpointError, RunError

PHRASES = ((8, 4), (16, 6))
"""Bars in a phrase that is learned from, and holes cut into each such phrase."""
AHEAD = (4, *LOOKBACK)
"""Sixteenths ahead that the network is shown, like those back: a beat, and bars of every metre."""
HOLE = (2, 4)
"""First bar and bars of the hole that is measured on, in phrases of eight bars."""
STAGE = "learning to fill bars"
DRAFT = 72
"""Updates after which the model can be heard for the first time: half a minute of schooling."""


class InfillConfig(BaseModel):
    """What the infilling model is and learns from; not asked of the user."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    seed: int = 1
    corpus: CorpusConfig = Field(default_factory=CorpusConfig)
    width: PositiveInt = 192
    dropout: float = 0.2
    pretrain: PretrainConfig = Field(
        default_factory=lambda: PretrainConfig(updates=700, learning_rate=6e-3)
    )
    following: bool = Field(default=True, description="False: plain forcing, to compare with")
    threads: PositiveInt = 1


@dataclass(frozen=True)
class Infiller:
    """What makes middles and tells good ones.

    Attributes:
        policy: The model.
        index: The tunes it learned from, to find near copies.
        limit: Moves in one run above which made bars count as a near copy: the longest run
            that 95 % of people's own middles share with tunes that are not theirs.
        quantiles: People's range of each score, on phrases with all their bars.
    """

    policy: TokenPolicy[Middle]
    index: CopyIndex
    limit: float
    quantiles: Mapping[str, Quantiles]


@dataclass(frozen=True)
class Draft(Progress):
    """Progress at which the model can be heard for the first time.

    Attributes:
        infiller: The model as it is so far; it does not go on learning.
    """

    infiller: Infiller | None = None


def prepare_infill(config: InfillConfig) -> Generator[Progress, None, Infiller]:
    """Find the model kept from before, or learn it now.

    Yields:
        How far it is; once, after ``DRAFT`` updates, a ``Draft``.

    Raises:
        UnreadableError: a collection is not there.
    """
    torch.set_num_threads(config.threads)
    torch.manual_seed(config.seed)
    policy = new_policy(config)
    folder = cache_root() / "infill" / _key(config, policy)
    kept: list[Infiller] = []
    with suppress(CheckpointError):  # not there, or damaged: learn it
        checkpoint.load_newest(folder, use=lambda state: kept.append(_restored(policy, state)))
    if kept:
        return kept[0]
    policy = new_policy(config)  # what is damaged may have been taken over in part
    yield Progress("reading tunes")
    corpus = load_corpus(config.corpus.collections)
    infiller = yield from taught(policy, corpus, config)
    with suppress(RunError, OSError):  # no room to keep it: it is learned again next time
        checkpoint.save(folder, 0, _state(infiller), keep=1)
    return infiller


def taught(
    policy: TokenPolicy[Middle], corpus: Corpus, config: InfillConfig
) -> Generator[Progress, None, Infiller]:
    """The model taught, with what is needed to choose among what it writes.

    Yields:
        How far it is; once a ``Draft``.
    """
    known: list[Infiller] = []
    for progress in teach(policy, corpus, config):
        if progress.policy is None or known:
            yield replace(progress, policy=None)
            continue
        chance = torch.get_rng_state()  # what is heard now must not change what is learned
        known.append(_knowing(_copy(policy), corpus))
        yield Draft(STAGE, progress.done, progress.total, progress.text,
                    known[0].policy, infiller=known[0])  # fmt: skip
        torch.set_rng_state(chance)
    yield Progress("getting to know the tunes")
    return replace(known[0], policy=policy) if known else _knowing(policy, corpus)


def new_policy(config: InfillConfig) -> TokenPolicy[Middle]:
    """The model before it has learned anything."""
    codec = InfillCodec(following=config.following)
    net = Recurrent(
        RecurrentConfig(
            vocabulary=codec.vocabulary,
            width=config.width,
            dropout=config.dropout,
            context=PREFIX + LONGEST,
            lookback=(*LOOKBACK, *(ahead(distance) for distance in AHEAD)),
        )
    )
    return TokenPolicy(net, codec)


def teach(policy: TokenPolicy[Middle], corpus: Corpus, config: InfillConfig) -> Iterator[Progress]:
    """Learn from random holes in people's phrases, and keep what did best on tunes held out."""
    cut = examples_of(corpus, config.seed)
    yield Progress("cutting holes into the tunes")
    examples = policy.demonstrate(cut)
    valid = policy.demonstrate(measured(corpus, "valid")[0])
    work = pretrained(
        policy, examples, valid, config.pretrain, seed=config.seed,
        settings=config.model_dump_json(exclude={"pretrain", "threads"}),
    )  # fmt: skip
    with closing(work):
        for report in work:
            if report is None:
                yield Progress(STAGE, text="another process is at it; waiting for what it learns")
                continue
            text = f"loss {report.nll:.3f}"
            if math.isfinite(report.best):
                text += f", on tunes held out {report.best:.3f} nats a step"
            heard = policy if DRAFT <= report.update + 1 < config.pretrain.updates else None
            yield Progress(STAGE, report.update + 1, config.pretrain.updates, text, heard)


def _copy(policy: TokenPolicy[Middle]) -> TokenPolicy[Middle]:
    """The model as it is now, which does not change any more."""
    return copy.deepcopy(policy).eval()


def examples_of(corpus: Corpus, seed: int) -> Middles:
    """Random holes in all phrases that are learned from."""
    cut = [cut_holes(phrases(corpus, bars, "train"), n, seed=seed) for bars, n in PHRASES]
    grids = MelodyGrids.stack([grid for middles in cut for grid in middles.grids])
    return Middles(grids, tuple(around for middles in cut for around in middles.around))


def phrases(corpus: Corpus, bars: int, side: Side) -> MelodyGrids:
    """Phrases of so many bars in every metre that the codec knows."""
    return corpus.windows(bars, METRES, side=side).grids


def measured(corpus: Corpus, side: Side) -> tuple[Middles, Int[np.ndarray, " B"]]:
    """Bars 3 to 6 of every phrase of eight bars, and the number of the tune each is from."""
    metres = [name for name in METRES if bars_at_once(metre_of(name)) >= HOLE[1]]
    windows = corpus.windows(8, metres, side=side)
    return middles_between(windows.grids, *HOLE), windows.piece


def finished(work: Generator[Progress, None, Infiller]) -> Infiller:
    """What a preparation comes to, its progress shown to nobody."""
    while True:
        try:
            next(work)
        except StopIteration as end:
            return end.value


def score_names() -> list[str]:
    """The scores that can be given to any melody: no wish and no corpus needed."""
    return [
        entry.name
        for entry in CATALOGUE.values()
        if entry.role == "score" and entry.kind != "asked" and not entry.corpus
    ]


def _knowing(policy: TokenPolicy[Middle], corpus: Corpus) -> Infiller:
    known = phrases(corpus, 8, "train")
    index = CopyIndex.of(known.melodies)
    people = measured(corpus, "valid")[0].grids
    runs = index.longest_runs(people.melodies).length.astype(float)
    nothing: Melodies = known.take([]).melodies
    bands = fit_bands(build(score_names(), nothing), known.melodies)
    return Infiller(policy, index, quantile_band(runs)[-1], bands)


def _key(config: InfillConfig, policy: TokenPolicy[Middle]) -> str:
    """Changes with the settings, the network, the readers, and any file of the collections."""
    shapes = {name: tuple(tensor.shape) for name, tensor in policy.state_dict().items()}
    files = [path for name in config.corpus.collections for path in collection_files(name)]
    settings = f"{VERSION}|{PHRASES}|{config.model_dump_json(exclude={'threads'})}|{shapes}"
    return corpus_cache.key_of(READER_VERSION, settings, files)


def _state(infiller: Infiller) -> dict[str, Any]:
    runs = infiller.index.runs
    arrays = {"alphabet": runs.alphabet, "text": runs.text, "offsets": runs.offsets}
    return {
        "policy": infiller.policy.state_dict(),
        "index": {name: torch.from_numpy(array) for name, array in arrays.items()},
        "limit": infiller.limit,
        "quantiles": {name: list(q) for name, q in infiller.quantiles.items()},
    }


def _restored(policy: TokenPolicy[Middle], state: Mapping[str, Any]) -> Infiller:
    policy.load_state_dict(state["policy"])
    index = {name: np.asarray(array) for name, array in state["index"].items()}
    quantiles = {name: tuple(q) for name, q in state["quantiles"].items()}
    return Infiller(policy, CopyIndex(RunIndex(**index)), float(state["limit"]), quantiles)
