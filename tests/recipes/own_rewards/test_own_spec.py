import pytest

from makar.recipes.own_rewards.spec import anchored, read_spec


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("mine.py:swing", ("mine.py", "swing", 1.0, None)),
        ("mine.py:swing=0.5", ("mine.py", "swing", 0.5, None)),
        ("mine.py:swing=0.5@0:10", ("mine.py", "swing", 0.5, (0.0, 10.0))),
        ("mine.py:swing@-1:1", ("mine.py", "swing", 1.0, (-1.0, 1.0))),
        ("a=b@c/mine.py:swing=2", ("a=b@c/mine.py", "swing", 2.0, None)),
        ("odd:name.py:swing=2@1e-3:1", ("odd:name.py", "swing", 2.0, (0.001, 1.0))),
        ("python:swing=0", ("python", "swing", 0.0, None)),
    ],
)
def test_weight_and_range_may_be_left_out(text, meant):
    spec = read_spec(text)
    assert (spec.place, spec.name, spec.weight, spec.span) == meant
    assert spec.text == text


def test_a_path_means_the_same_from_anywhere(tmp_path):
    assert anchored("mine.py:swing=0.5", tmp_path) == f"{tmp_path}/mine.py:swing=0.5"
    assert anchored("/x/mine.py:swing", tmp_path) == "/x/mine.py:swing"
    assert anchored("python:swing=1", tmp_path) == "python:swing=1"
