"""How paintings are kept, shown and handed out, and whose strokes are found in them."""

import io

import numpy as np
import pytest
from PIL import Image

from makar.core.errors import UnreadableError
from makar.core.types import Works
from makar.domains.images.painter.canvas.works import Painting, as_picture, stacked
from makar.domains.images.painter.craft import DECIMALS, YOURS, PaintingCraft
from makar.domains.images.painter.film import before_and_after, grown
from makar.domains.images.pictures.picture import Picture
from makar.domains.images.pictures.sources import renders
from makar.domains.images.raster.canvas import rendered
from makar.domains.images.strokes.drawing import Drawing, strokes_of
from makar.domains.images.svg.reading import read_svg
from makar.domains.images.svg.rounding import rounded
from makar.measures.variety import Variety
from makar.recipes.craft import Craft

TARGET = renders(1, (64, 64))[0]


def drawing(seed=0, strokes=9):
    rng = np.random.default_rng(seed)
    return Drawing(
        (64.0, 64.0),
        strokes_of(
            rng.uniform(0, 64, (strokes, 3, 2)), width=rng.uniform(1, 6, strokes),
            colour=rng.random((strokes, 3)), opacity=rng.choice([0.25, 0.5, 1.0], strokes),
        ),
        ground=(0.2, 0.4, 0.6),
    )  # fmt: skip


def painting(seed=0, **options):
    return Painting(drawing(seed, **options), TARGET)


def test_keeps_the_protocols():
    assert isinstance(PaintingCraft(), Craft)
    assert isinstance(PaintingCraft().variety, Variety)
    batch = stacked([painting()])
    assert isinstance(batch, Works)


def test_what_is_kept_is_what_the_file_says():
    craft, work = PaintingCraft(), painting()
    again = craft.unpack(craft.pack(work))
    assert again.drawing.strokes == rounded(work.drawing, DECIMALS).strokes
    assert again.drawing.size == work.drawing.size
    np.testing.assert_array_equal(again.target.pixels, TARGET.pixels)
    assert craft.pack(again) == craft.pack(work)
    bare = craft.unpack(craft.pack(Painting(drawing(), None)))
    assert bare.target is None


def test_a_kept_painting_opens_as_svg():
    content = PaintingCraft().pack(painting())
    assert len(read_svg(content).drawing) == 9


def test_broken_bytes_are_refused():
    with pytest.raises(UnreadableError):
        PaintingCraft().unpack(b"not a painting")
    broken = PaintingCraft().pack(painting()).replace(b"painted from iVBOR", b"painted from AAAAA")
    with pytest.raises(UnreadableError, match="its picture is broken"):
        PaintingCraft().unpack(broken)


def test_works_in_columns_are_the_works():
    works = [painting(0, strokes=9), painting(1, strokes=4), Painting(drawing(2))]
    batch = stacked(works)
    for one, other in zip(works, batch[:], strict=True):
        np.testing.assert_allclose(one.drawing.strokes.points, other.drawing.strokes.points,
                                   atol=1e-4)  # fmt: skip
        assert (one.target is None) == (other.target is None)
        seen = rendered(one.drawing).pixels.astype(int)
        off = abs(seen - as_picture(batch.take([works.index(one)]).pixels[0]).pixels.astype(int))
        assert off.max() <= 1
    assert len(batch.take([2, 0, 0])) == 3
    assert len(stacked([])) == 0
    errors = batch.error[0]
    target = TARGET.light.transpose(2, 0, 1)
    assert errors[0] == pytest.approx(np.square(target.T - [0.2, 0.4, 0.6]).mean(), rel=1e-3)
    assert errors[9] == pytest.approx(np.square(batch.pixels[0] - target).mean(), rel=1e-3)


def test_a_sheet_of_any_size_is_brought_to_the_canvas():
    large = drawing().scaled(3)
    batch = stacked([Painting(large)])
    np.testing.assert_allclose(batch.points[0], drawing().strokes.points, atol=1e-4)
    np.testing.assert_allclose(batch.width[0], drawing().strokes.width, atol=1e-4)


def test_files_hold_the_painting(tmp_path):
    craft, work = PaintingCraft(), painting()
    for suffix in craft.formats:
        craft.export(work, tmp_path / f"a{suffix}", title="A title", notice="by makar")
    read = read_svg(tmp_path / "a.svg")
    assert read.drawing.size == (512, 512)
    assert "A title" in (tmp_path / "a.svg").read_text()
    with Image.open(tmp_path / "a.png") as image:
        assert image.size == (512, 512)
        off = np.array(image).astype(int) - rendered(read.drawing).pixels
    assert np.abs(off).mean() < 1
    with Image.open(tmp_path / "a.gif") as film:
        assert film.n_frames == 10  # the empty sheet, and each stroke
        first = np.array(film.convert("RGB")).astype(int)
        film.seek(9)
        last = np.array(film.convert("RGB")).astype(int)
    assert np.abs(last - rendered(read.drawing).pixels).mean() < 5  # 256 colours
    assert np.abs(first - last).mean() > 7
    with pytest.raises(ValueError, match="choose one of"):
        craft.export(work, tmp_path / "a.pdf", title="", notice="")


def test_a_growing_painting_has_its_first_strokes():
    whole = drawing(strokes=8)
    assert [len(grown(whole, share)) for share in (0, 0.25, 1)] == [0, 2, 8]
    np.testing.assert_array_equal(grown(whole, 0.5).strokes.points, whole.strokes.points[:4])


def test_a_card_shows_the_painting_beside_its_picture():
    craft = PaintingCraft()
    assert craft.card(painting()).count("<img ") == 2
    assert craft.card(Painting(drawing())).count("<img ") == 1
    assert craft.notation(painting(strokes=2)).startswith("2 strokes: #")


def test_before_and_after_is_one_picture():
    batch = stacked([painting(n) for n in range(3)])
    bare = stacked([Painting(drawing(9))])
    made = before_and_after({"people": bare, "before": batch, "after": batch})
    with Image.open(io.BytesIO(made.png)) as image:
        assert image.size == (6 * 132, 132 * 7)
    assert "painted by before" in made.words


def known():
    return {"theirs": drawing(5), "other": drawing(6)}


def test_whose_strokes_they_are_is_named():
    craft = PaintingCraft(known())
    theirs, mine = drawing(5).strokes, drawing(7).strokes
    part = np.r_[np.zeros(4), np.ones(5)].astype(bool)
    mixed = Drawing((64.0, 64.0), mine.take(part))
    mixed = mixed.with_strokes(_joined(mine.take(~part), theirs.take(part)))
    few = Drawing((64.0, 64.0), _joined(mine, theirs.take(slice(0, 3))))
    kin = craft.resemblances(stacked([Painting(mixed), Painting(few), Painting(drawing(7))]))
    assert [(one.title, one.length, one.too_near) for one in kin[:1]] == [("theirs", 5, True)]
    assert kin[0].marks == (4, 5)
    assert kin[0].text == "5 strokes one after the other"
    assert [one.title for one in kin[1:]] == ["", ""]
    private = PaintingCraft(known(), private=True)
    assert private.resemblances(stacked([Painting(mixed)]))[0].title == YOURS
    assert private.named().resemblances(stacked([Painting(mixed)]))[0].title == "theirs"


def _joined(one, other):
    from makar.domains.images.strokes.drawing import together

    return together((one, other))


def test_paintings_of_other_pictures_are_of_other_kinds():
    flat = [Painting(Drawing((64.0, 64.0), ground=c)) for c in ((1, 0, 0), (0, 0, 1), (1, 0, 0))]
    variety = PaintingCraft().variety
    assert variety.duplicates(stacked(flat)) == pytest.approx(1 / 3)
    assert variety.distinct(stacked(flat[:2])) > variety.distinct(stacked([flat[0], flat[2]]))


def test_a_picture_is_cut_square_and_made_small():
    wide = Picture(np.zeros((10, 30, 3), np.uint8))
    assert stacked([Painting(drawing(), wide)]).target.shape == (1, 3, 64, 64)
