"""Do the measures of drawings know whole ones from spoiled ones?

``python benchmarks/drawing_rewards.py [docs/page.md]`` measures it, and checks the page if one is
named. Fixed beforehand: drawings of Debian's ``openclipart-svg`` with 8 to 200 paths, as the
outlines of their shapes, those held out by other authors than the rest; the scrambles of
``scrambled`` but random strokes, which came after a first run; one seed, default transforms with
bands from other drawings than are judged, and ``reward_study.SHIPPED`` as the bar. What does not
reach it is only watched. The order is cut at 300 known drawings whoever is there: one author has
drawings among them and among those that set the bands.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence

import numpy as np

from makar.core.errors import ConfigError, UnreadableError
from makar.core.scoring import Scorer, raw_values
from makar.core.transforms import Transform
from makar.core.types import Prompt
from makar.domains.images.pictures.picture import scaled_size
from makar.domains.images.pictures.sources import openclipart
from makar.domains.images.raster.canvas import rendered
from makar.domains.images.rewards.catalogue import DRAWING_CATALOGUE, DrawingCorpus
from makar.domains.images.rewards.judging import SIDE, Easel
from makar.domains.images.rewards.scrambled import SCRAMBLES
from makar.domains.images.strokes.drawing import Drawing
from makar.domains.images.svg.metadata import read_metadata
from makar.domains.images.svg.reading import read_svg
from reward_study import Finding, finding, report

SEED = 20261130
KNOWN, VALID, HELDOUT = 300, 200, 200
PATHS = (8, 200)
JUDGED = 0.1
"""Share of the drawings below which nothing is said of a reward."""
ASKED = ("colour_error", "edges", "ssim")


def study(
    corpus: DrawingCorpus,
    valid: Sequence[Drawing],
    heldout: Sequence[Drawing],
    authors: np.ndarray,
    *,
    seed: int = SEED,
) -> tuple[list[Finding], list[str]]:
    """Measure every reward of the catalogue.

    Args:
        corpus: What the rewards may know; the bands of most come from it.
        valid: Bands of the rewards that know the corpus come from these.
        heldout: The drawings to be told; nothing is fitted to them.
        authors: Number of the author of each of them, for the intervals.
        seed: Of the scrambles and the intervals.

    Returns:
        What was found; and the rewards that no drawing could be judged by, or that cannot be built.
    """
    rng = np.random.default_rng(seed)
    others = [heldout[i] for i in range(-1, len(heldout) - 1)]
    spoiled = {
        name: [scramble(d, o, rng) for d, o in zip(heldout, others, strict=True)]
        for name, scramble in SCRAMBLES.items()
    }
    findings: list[Finding] = []
    silent: list[str] = []
    for name in DRAWING_CATALOGUE:
        try:
            scorer = DRAWING_CATALOGUE[name].build(corpus)
            bands = DRAWING_CATALOGUE.people_quantiles({name: scorer}, corpus.drawings, valid)
            transform = DRAWING_CATALOGUE.default_transform(name, bands[name])
        except ConfigError as fault:
            silent.append(f"{name}: {fault}")
        except ValueError as fault:
            silent.append(str(fault))
        else:
            people, told = _told(name, scorer, transform, corpus, (heldout, spoiled))
            judged = 1 - np.isnan(people).mean()
            if judged < JUDGED:
                silent.append(f"{name}: it can judge {judged:.0%} of the drawings")
                continue
            findings.append(finding(name, people, told, bands[name], transform, authors, rng))
    return findings, silent


def _told(
    name: str,
    scorer: Scorer,
    transform: Transform,
    corpus: DrawingCorpus,
    works: tuple[Sequence[Drawing], Mapping[str, Sequence[Drawing]]],
) -> tuple[np.ndarray, Mapping[str, np.ndarray]]:
    heldout, spoiled = works
    prompts = [asked(name, drawing) for drawing in heldout]

    def score(drawings: Sequence[Drawing]) -> np.ndarray:
        return transform(raw_values(scorer(drawings, prompts)))

    if name == "palette":
        foreign = "foreign palette"
        return score(heldout), {foreign: score(spoiled[foreign])}
    if name == "near_copy":
        copies = [corpus.drawings[i] for i in range(len(heldout))]
        return score(heldout), {"copies": score(copies)}
    return score(heldout), {kind: score(drawings) for kind, drawings in spoiled.items()}


def asked(name: str, drawing: Drawing) -> Prompt:
    """What is asked for: the drawing's own colours, or itself seen at another size.

    At the same size nothing would be told, only found equal.
    """
    if name == "palette":
        colours = np.unique(np.round(drawing.strokes.colour * 255).astype(int), axis=0)
        words = " ".join("#" + bytes(row).hex() for row in colours.astype(np.uint8))
        return Prompt(condition={"palette": words})
    if name in ASKED:
        return Prompt(given=rendered(drawing, size=scaled_size(drawing.size, 2 * SIDE)))
    return Prompt()


def clip_art(count: int) -> tuple[list[Drawing], list[str], list[str]]:
    """Drawings by chance, their titles and authors; the first of each title only."""
    paths = openclipart()
    drawings: list[Drawing] = []
    titles: list[str] = []
    authors: list[str] = []
    for number in np.random.default_rng(SEED).permutation(len(paths)):
        if b"<!ENTITY" in paths[number].read_bytes():
            continue  # which drawings was fixed when such files could not be read yet
        try:
            drawing, about = (
                read_svg(paths[number], outlines=True).drawing,
                read_metadata(paths[number]),
            )
        except UnreadableError:
            continue
        lifted = int((~drawing.strokes.joined).sum())
        if not PATHS[0] <= lifted <= PATHS[1] or about.title in titles:
            continue
        drawings.append(drawing)
        titles.append(about.title)
        authors.append(about.author)
        if len(drawings) == count:
            break
    return drawings, titles, authors


def main(pages: Sequence[str]) -> int:
    """Print the study; 1 if a score does not tell, or a page named does not hold the study."""
    drawings, titles, authors = clip_art(KNOWN + VALID + HELDOUT)
    order = np.argsort(np.unique(authors, return_inverse=True)[1], kind="stable")
    order = order[_whole_authors(np.array(authors)[order])]
    drawings, titles = [drawings[i] for i in order], [titles[i] for i in order]
    heldout = drawings[KNOWN + VALID :]
    corpus = DrawingCorpus(drawings[:KNOWN], titles[:KNOWN], Easel(remembers=9))
    by = np.unique([authors[i] for i in order[KNOWN + VALID :]], return_inverse=True)[1]
    findings, silent = study(corpus, drawings[KNOWN : KNOWN + VALID], heldout, by)
    about = (
        f"{len(heldout)} drawings of openclipart by {by.max() + 1} authors, as many of each "
        f"scramble; bands from {KNOWN} others, those of rewards that know the corpus from {VALID} "
        f"more; seed {SEED}."
    )
    sys.stdout.write("".join(f"Not judged: {line}\n" for line in silent))
    return report(findings, about, pages, DRAWING_CATALOGUE, list(SCRAMBLES))


def _whole_authors(authors: np.ndarray) -> np.ndarray:
    """An order by chance in which each author's drawings lie together."""
    names = np.unique(authors)
    place = np.random.default_rng(SEED).permutation(len(names))
    return np.argsort(place[np.searchsorted(names, authors)], kind="stable")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
