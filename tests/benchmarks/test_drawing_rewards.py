from pathlib import Path

from makar.domains.images.rewards.catalogue import DRAWING_CATALOGUE
from reward_study import unlisted


def test_our_own_page_explains_and_measures_every_reward():
    page = Path(__file__).parents[2] / "docs" / "drawing-rewards.md"
    assert unlisted(page, DRAWING_CATALOGUE) == []
