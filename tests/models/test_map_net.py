"""The net for maps, and that reading it at a cursor draws the very edits it would have chosen."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from makar.models.map_net import NEVER, AtCursor, MapNet

SIZE, TILES, NUMBERS = (4, 5), 3, 2
CELLS = SIZE[0] * SIZE[1]


def observation(rows: int, seed: int = 0, *, ahead: bool = True) -> torch.Tensor:
    rng = np.random.default_rng(seed)
    tiles = rng.integers(TILES, size=(rows, CELLS))
    rest = rng.integers(-9, 9, size=(rows, NUMBERS + CELLS * TILES * ahead))
    return torch.from_numpy(np.concatenate((tiles, rest), 1).astype(np.int16))


@pytest.mark.parametrize("ahead", [True, False])
def test_an_edit_that_changes_nothing_is_never_chosen(ahead: bool) -> None:
    net = MapNet(SIZE, TILES, numbers=NUMBERS, width=8, ahead=ahead)
    seen = observation(6, ahead=ahead)
    logits, value = net(seen)
    assert logits.shape == (6, CELLS * TILES)
    assert value.shape == (6,)
    never = logits.unflatten(1, (CELLS, TILES)) == NEVER
    same = torch.arange(TILES) == seen[:, :CELLS, None]
    torch.testing.assert_close(never, same)


def test_untaught_it_searches_greedily_and_taught_it_need_not() -> None:
    torch.manual_seed(0)
    net, seen = MapNet(SIZE, TILES, numbers=NUMBERS, width=8, sharpness=3.0), observation(8)
    gains = seen[:, CELLS + NUMBERS :].float()
    logits = net(seen)[0]
    kept = logits > NEVER / 2
    assert (logits - 3 * gains)[kept].abs().max() < 1
    net.sharpness.data.zero_()
    assert net(seen)[0][kept].abs().max() < 1


def test_every_cell_sees_beyond_its_neighbours() -> None:
    torch.manual_seed(0)
    net = MapNet((14, 14), 2, numbers=1, width=16, ahead=False)
    seen = torch.zeros(1, 197, dtype=torch.int16)
    other = seen.clone()
    other[0, 0] = 1
    moved = (net(seen)[0] - net(other)[0]).abs().reshape(14, 14, 2).amax(-1)
    assert moved[13, 13] > 0


@pytest.mark.parametrize("patience", [0.5, 1.0])
def test_the_next_edit_at_a_random_cursor_is_drawn_by_the_nets_chances(patience: float) -> None:
    torch.manual_seed(1)
    logits = 2 * torch.randn(1, CELLS * TILES)
    chances = logits.softmax(-1).unflatten(1, (CELLS, TILES))[0]
    at = AtCursor(lambda seen: (logits, seen[:, 0].float()), SIZE, patience=patience)  # type: ignore[arg-type]
    cursors = torch.tensor([[x, y] for y in range(SIZE[0]) for x in range(SIZE[1])])
    here = at.at(logits.expand(CELLS, -1), cursors).exp()
    torch.testing.assert_close(here.sum(1), torch.ones(CELLS))
    edits = here[:, 1:]
    torch.testing.assert_close(edits / edits.sum(), chances, atol=1e-5, rtol=1e-4)
    assert float(edits.sum() / CELLS) == pytest.approx(patience / CELLS, rel=1e-4)


def test_impatience_stops_at_certainty() -> None:
    logits = torch.full((1, CELLS * TILES), -20.0)
    logits[0, 7 * TILES + 2] = 20.0
    at = AtCursor(lambda seen: (logits, seen[:, 0].float()), SIZE, patience=50.0)  # type: ignore[arg-type]
    logp, _ = at(torch.tensor([[0, 0, 2, 1], [0, 0, 3, 1]], dtype=torch.int16)[:1])
    assert logp.exp()[0].tolist() == pytest.approx([0, 0, 0, 1], abs=1e-4)  # cell 7: x 2, y 1
    assert torch.isfinite(logp).all()
