"""Music, declared: what there is to train, to work on and to measure; nothing is imported yet."""

from __future__ import annotations

from makar.recipes.domain import ANY, Domain, Listed

HERE = "makar.domains.music"
READS = (".mid", ".midi", ".musicxml", ".xml", ".mxl", ".abc")
MUSIC = Domain(
    name="music",
    recipes=(
        Listed(
            "tune",
            "melodies of a few bars: after people's tunes, or your own music",
            f"{HERE}.tune.recipe:TUNE",
            aliases=("music",),
        ),
        Listed(
            "chorale",
            "four voices after Bach, parallels and ranges guaranteed",
            f"{HERE}.chorale.recipe:CHORALE",
        ),
        Listed(
            "blend",
            "phrases that stand as far between two genres as was asked",
            f"{HERE}.blend.recipe:BLEND",
        ),
    ),
    desks=(
        Listed(
            "piece",
            "bars of your own piece made anew, after it or between, or varied",
            f"{HERE}.continuing.desk:DESK",
            suffixes=(*READS, ANY),
        ),
    ),
    folders=f"{HERE}.folders:evaluate",
    reads=READS,
    facts=f"{HERE}.sound.fluidsynth:facts",
    packages=("music21", "verovio", "soundfile"),
    programs=("fluidsynth", "mscore3"),
)
