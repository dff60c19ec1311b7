import random

import numpy as np

from makar.domains.music.abc.read import read_book
from makar.domains.music.corpus.columns import Columns
from makar.domains.music.corpus.groups import GRAM, find_groups

DRAW = random.Random(4)
STEPS = "CDEFGABcdefg"


def random_tune(bars: int = 16) -> list[str]:
    return [
        "".join(DRAW.choice(STEPS) + DRAW.choice(["", "", "2"]) for _ in range(6))
        for _ in range(bars)
    ]


def columns_of(*bodies: tuple[str, str]) -> Columns:
    text = "".join(
        f"X:{n}\nM:4/4\nL:{length}\nK:C\n{body}|\n\n" for n, (body, length) in enumerate(bodies)
    )
    tunes = read_book(text).tunes
    return Columns.of([t.piece for t in tunes], [t.bars for t in tunes])


def test_variants_are_one_group_and_strangers_are_not():
    tune, stranger = random_tune(), random_tune()
    variant = [*tune[:7], *random_tune(2), *tune[9:]]  # two bars of sixteen sung otherwise
    half = [*tune[:8], *random_tune(8)]
    bodies = ["|".join(b) for b in (tune, stranger, variant, half)]
    groups = find_groups(columns_of(*((b, "1/8") for b in bodies)))
    assert groups.group[0] == groups.group[2]
    assert len({groups.group[0], groups.group[1], groups.group[3]}) == 3
    assert groups.first.tolist() == [0, 1, 2, 3]
    assert groups.side[0] == groups.side[2]


def test_the_same_tune_in_other_note_values_is_an_exact_duplicate():
    body = "|".join(random_tune())
    groups = find_groups(
        columns_of((body, "1/8"), (body, "1/16"), ("|".join(random_tune()), "1/8"))
    )
    assert groups.first.tolist() == [0, 0, 2]


def test_one_note_makes_another_tune_but_the_same_group():
    tune = random_tune()
    other = [*tune[:-1], tune[-1][:-1] + "b"]
    groups = find_groups(columns_of(("|".join(tune), "1/8"), ("|".join(other), "1/8")))
    assert groups.first.tolist() == [0, 1]
    assert groups.group[0] == groups.group[1]


def test_tunes_shorter_than_an_ngram_and_no_tunes_at_all():
    short = "C" * (GRAM - 2)
    groups = find_groups(columns_of((short, "1/8"), ("EDC", "1/8"), (short, "1/8")))
    assert groups.first.tolist() == [0, 1, 0]
    nothing = find_groups(Columns.of([], []))
    assert len(nothing.group) == len(nothing.side) == 0


def test_no_ngram_runs_from_one_tune_into_the_next():
    opening = "CEGECDFA"
    columns = columns_of(
        ("ECDEFGAB", "1/8"), (opening + "|".join(random_tune()), "1/8"),
        ("GCDEFGAB", "1/8"), (opening + "|".join(random_tune()), "1/8"),
    )  # fmt: skip
    assert len(set(find_groups(columns).group)) == 4


def test_sides_are_fixed_by_the_melody():
    bodies = [("|".join(random_tune()), "1/8") for _ in range(60)]
    forwards = find_groups(columns_of(*bodies)).side
    backwards = find_groups(columns_of(*bodies[::-1])).side
    np.testing.assert_array_equal(forwards, backwards[::-1])
    assert set(forwards.tolist()) == {0, 1, 2}
