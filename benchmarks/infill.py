"""Does seeing what follows help, and are eight variations different? The figures of continue.md.

    python benchmarks/infill.py likelihood --seeds 1
    python benchmarks/infill.py variety --tunes 20 --seeds 1 2 3
    python benchmarks/infill.py time theme.mid --keep 1-4,9-16

``likelihood`` teaches two models of the same size on the same holes for equally many updates, one
of which never sees what follows (plain forcing), and compares the held-out true middles tune by
tune. The first run takes some minutes for each model.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
import torch

from makar.domains.music.continuing.choice import make_variations
from makar.domains.music.continuing.model import (
    InfillConfig,
    Infiller,
    finished,
    measured,
    prepare_infill,
)
from makar.domains.music.continuing.task import open_task
from makar.domains.music.corpus.tunes import load_corpus
from makar.domains.music.files import write_piece
from makar.domains.music.infill.errors import HoleError
from makar.measures.statistics import mean_over_works, student_t_cdf


def likelihood(seeds: list[int], updates: int | None) -> None:
    """Nats per sixteenth of the true bars 3-6 of every held-out phrase of eight."""
    pretrain = InfillConfig().pretrain
    pretrain = pretrain.model_copy(update={"updates": updates or pretrain.updates})
    middles, pieces = measured(load_corpus(), "heldout")
    for seed in seeds:
        both = []
        for sees in (True, False):
            config = InfillConfig(seed=seed, following=sees, pretrain=pretrain)
            both.append(_nats(finished(prepare_infill(config)), middles))
        tunes, number = np.unique(pieces, return_inverse=True)
        seen, blind = (np.bincount(number, n) / np.bincount(number) for n in both)
        gain = mean_over_works(blind - seen)
        spread = float((blind - seen).std(ddof=1) / np.sqrt(len(tunes)))
        p = 2 * (1 - student_t_cdf(abs(gain.mean) / spread, len(tunes) - 1))
        print(
            f"seed {seed}, {pretrain.updates} updates: {len(middles)} middles of "
            f"{len(tunes)} tunes: both sides "
            f"{seen.mean():.4f}, plain forcing {blind.mean():.4f} nats a sixteenth; difference "
            f"{gain.mean:.4f} ({gain.low:.4f} to {gain.high:.4f}), paired t p = {p:.2g}; better in "
            f"{np.mean(blind > seen):.0%} of tunes"
        )


@torch.no_grad()
def _nats(infiller: Infiller, middles) -> np.ndarray:
    policy = infiller.policy.eval()
    shown = policy.demonstrate(middles)
    found = []
    for first in range(0, len(shown), 64):
        some = shown.select(torch.arange(first, min(first + 64, len(shown))))
        found.append(-policy.evaluate(some).logp.sum(1) / some.mask.sum(1))
    return torch.cat(found).double().numpy()


def variety(tunes: int, seeds: list[int]) -> None:
    """Bars 5-8 of held-out tunes made eight times over: how different, how near to the corpus?"""
    corpus, infiller = load_corpus(), finished(prepare_infill(InfillConfig()))
    different, near, unlike, left, done = 0, 0, [], {}, 0
    for row in corpus.rows("heldout"):
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "tune.mid"
            write_piece(corpus[int(row)], path)
            try:
                task = open_task(path, keep="1-4,9-12")
            except HoleError:
                continue
        if len(task.holes) != 1:
            continue
        for seed in seeds:
            choice = make_variations(task, infiller, count=8, seed=seed)
            notes = {one.candidate.notes for one in choice.chosen}
            different += len(notes) == 8
            near += sum(one.shared > infiller.limit for one in choice.chosen)
            unlike.append(choice.unlike)
            for reason, count in choice.left_out.items():
                left[reason] = left.get(reason, 0) + count
        done += 1
        if done == tunes:
            break
    print(
        f"{done} tunes x {len(seeds)} seeds: all eight different in {different} of "
        f"{done * len(seeds)}; least share of notes in which two differ: {min(unlike):.2f}, on "
        f"average {np.mean(unlike):.2f}; near copies (over {infiller.limit:.0f} moves): {near}; "
        f"left out of the candidates: {left}"
    )


def wall_time(file: str, keep: str, repeats: int) -> None:
    """The whole command, model kept from before."""
    seconds = []
    for _ in range(repeats):
        with tempfile.TemporaryDirectory() as folder:
            begun = time.monotonic()
            subprocess.run(
                [sys.executable, "-m", "makar", "continue", file, "--keep", keep, "--json",
                 "--out", f"{folder}/out"], check=True, capture_output=True,
            )  # fmt: skip
            seconds.append(time.monotonic() - begun)
    print(f"{np.median(seconds):.2f} s (of {repeats}: {', '.join(f'{s:.2f}' for s in seconds)})")


def main() -> None:
    """Run what is asked."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("what", choices=["likelihood", "variety", "time"])
    parser.add_argument("file", nargs="?", default="theme.mid")
    parser.add_argument("--keep", default="1-4,9-16")
    parser.add_argument("--seeds", type=int, nargs="+", default=[1])
    parser.add_argument("--updates", type=int, help="of both models; as the command's otherwise")
    parser.add_argument("--tunes", type=int, default=20)
    parser.add_argument("--repeats", type=int, default=5)
    given = parser.parse_args()
    torch.set_num_threads(1)
    if given.what == "likelihood":
        likelihood(given.seeds, given.updates)
    elif given.what == "variety":
        variety(given.tunes, given.seeds)
    else:
        wall_time(given.file, given.keep, given.repeats)


if __name__ == "__main__":
    main()
