import re
import xml.etree.ElementTree as ET
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from makar.domains.music.picture import staff
from makar.domains.music.picture.staff import EngravingError, staff_svg
from makar.domains.music.piece.piece import Key, KeyChange, Metre, Part, Piece, Tempo

SVG = "{http://www.w3.org/2000/svg}"


def part(*notes, name="Melody", percussion=False):
    return Part(np.array(notes, np.int64).reshape(-1, 4), name, 0, percussion)


def tune(bars=8, start=60, name="Melody", key=0):
    degrees = (0, 2, 4, 5, 7, 9, 11, 12)
    notes = part(*([i * 12, 12, start + degrees[i % 8], 88] for i in range(8 * bars)), name=name)
    return Piece((notes,), keys=(KeyChange(0, Key(key)),))


def classes(svg, name):
    return [g for g in ET.fromstring(svg).iter(f"{SVG}g") if name in g.get("class", "").split()]


def test_every_note_has_a_head_and_every_bar_a_measure():
    (svg,) = staff_svg(tune())
    assert len(classes(svg, "notehead")) == 64
    assert len(classes(svg, "measure")) == 8


def test_the_key_signature_is_engraved():
    assert len(classes(staff_svg(tune(1, key=2))[0], "keyAccid")) == 2  # two sharps for D


def test_one_part_goes_without_its_name_and_two_have_theirs():
    alone = staff_svg(tune(name="Fiddle"))[0]
    assert "Fiddle" not in re.sub(r"<desc>.*?</desc>", "", alone)
    low = tune(start=48, name="Bass & <drone>").parts[0]
    both = staff_svg(Piece((tune(name="Fiddle").parts[0], low)))[0]
    words = {t.strip() for t in ET.fromstring(both).itertext()}
    assert {"Fiddle", "Bass & <drone>"} <= words


def test_pictures_on_one_page_do_not_clash():
    pages = [*staff_svg(tune()), *staff_svg(tune(start=62)), *staff_svg(tune(), width=600)]
    pages += staff_svg(tune(120))
    assert len(pages) > 4
    page = ET.fromstring(f"<div>{''.join(pages)}</div>")
    ids = [element.get("id") for element in page.iter() if element.get("id")]
    assert len(ids) == len(set(ids))
    for svg in pages:
        root = ET.fromstring(svg)
        own = {element.get("id") for element in root.iter() if element.get("id")}
        used = {e.get("href") for e in root.iter() if e.get("href")}
        assert used
        assert used == {f"#{name}" for name in own - {root.get("id")}}
        style = "".join(e.text for e in root.iter(f"{SVG}style"))
        assert all(
            selector.strip().startswith(f"#{root.get('id')} ")
            for rule in re.findall(r"([^{}]+)\{", style)
            for selector in rule.split(",")
        )


def test_the_picture_stands_alone_and_takes_the_page_s_colour():
    (svg,) = staff_svg(tune())
    root = ET.fromstring(svg)
    assert [child.tag for child in root][:2] == [f"{SVG}title", f"{SVG}desc"]
    assert (
        root.find(f"{SVG}desc").text == "8 bars of 4/4 in C major: Melody, 64 notes from C4 to C5."
    )
    assert not re.search(r"@font-face|url\(|http(?!://www\.w3\.org/2000/svg)|black", svg)
    assert "currentColor" in svg
    assert len(svg.encode()) < 40_000


def test_it_is_scaled_to_the_page():
    for width in (500, 800):
        (svg,) = staff_svg(tune(), width=width)
        root = ET.fromstring(svg)
        _, _, across, down = map(int, root.get("viewBox").split())
        assert across == width
        assert down < 600  # the page is as high as the music
        assert "max-width:100%" in root.get("style")


def test_a_long_piece_goes_over_several_pages_in_order():
    pages = staff_svg(tune(200))
    assert len(pages) > 1
    assert sum(len(classes(svg, "measure")) for svg in pages) == 200


def test_tempo_marks_use_characters_of_ordinary_fonts():
    jig = Piece(tune(3).parts, metres=(Metre(0, 6, 8),), tempos=(Tempo(0, 120.0),))
    (svg,) = staff_svg(jig)
    words = "".join(ET.fromstring(svg).itertext())
    assert "♩" in words
    assert "80" in words
    assert not re.search("[\ue000-\uf8ff]", svg)


def test_the_same_piece_gives_the_same_picture_in_any_thread():
    want = staff_svg(tune())
    with ThreadPoolExecutor(4) as threads:
        assert all(got == want for got in threads.map(lambda _: staff_svg(tune()), range(8)))


def test_odd_pieces():
    assert staff_svg(Piece(())) == []
    for piece in (
        Piece((part(),)),
        Piece((part([0, 24, 60, 90]),)),
        Piece((part([0, 24, 0, 90], [24, 24, 127, 90]),)),
        Piece((part([0, 12, 36, 90], [12, 12, 42, 90], percussion=True),)),
        Piece(tuple(part([0, 96, 60, 90], name=f"Voice {i}") for i in range(200))),
    ):
        for svg in staff_svg(piece):
            assert ET.fromstring(svg).tag == f"{SVG}svg"


def test_what_verovio_refuses_is_an_error(monkeypatch):
    monkeypatch.setattr(staff, "musicxml", lambda _: "no score")
    with pytest.raises(EngravingError, match="did not accept the score"):
        staff_svg(tune())
