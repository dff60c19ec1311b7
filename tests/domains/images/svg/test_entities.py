"""Short texts that a file gives names, as Illustrator does: read; anything more is refused."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from makar.core.errors import UnreadableError
from makar.domains.images.desk.desk import DrawingDeskConfig, open_drawing
from makar.domains.images.strokes.drawing import strokes_of
from makar.domains.images.svg import entities
from makar.domains.images.svg.document import read_document
from makar.domains.images.svg.reading import read_svg

HEAD = (
    '<?xml version="1.0" encoding="utf-8"?>\n'
    "<!-- Generator: Adobe Illustrator 13.0.0, SVG Export Plug-In . -->\n"
    '<!DOCTYPE svg PUBLIC "-//W3C//DTD SVG 1.1//EN" '
    '"http://www.w3.org/Graphics/SVG/1.1/DTD/svg11.dtd" [\n{}]>\n'
)
NAMES = (
    '\t<!ENTITY ns_extend "http://ns.adobe.com/Extensibility/1.0/">\n'
    '\t<!ENTITY ns_ai "http://ns.adobe.com/AdobeIllustrator/10.0/">\n'
    '\t<!ENTITY ns_svg "http://www.w3.org/2000/svg">\n'
    '\t<!ENTITY ns_xlink "http://www.w3.org/1999/xlink">\n'
    '\t<!ENTITY st0 "fill:none;stroke:#0000FF;stroke-width:4">\n'
)
BODY = (
    '<svg xmlns:x="&ns_extend;" xmlns:i="&ns_ai;" xmlns="&ns_svg;" xmlns:xlink="&ns_xlink;" '
    'viewBox="0 0 80 40">\n<g id="Layer_1" i:layer="yes"><path id="a" style="&st0;" d="M5 5H70"/>'
    '<path id="b" stroke="#f00" d="M5 20H70"/><use xlink:href="#a" y="30"/></g></svg>'
)
ILLUSTRATOR = HEAD.format(NAMES) + BODY


def declaring(*names: str) -> bytes:
    return (HEAD.format("".join(names)) + '<svg xmlns="http://www.w3.org/2000/svg"/>').encode()


def entity(name: str, text: str) -> str:
    return f'<!ENTITY {name} "{text}">'


def test_a_file_of_illustrators_is_read() -> None:
    read = read_svg(ILLUSTRATOR.encode())
    assert read.notes == ()
    strokes = read.drawing.strokes
    assert strokes.width[:, 0].tolist() == [4, 1, 4]
    assert strokes.colour.tolist() == [[0, 0, 1], [1, 0, 0], [0, 0, 1]]
    assert strokes.points[:, 0, 1].tolist() == [5, 20, 35]
    plain = ILLUSTRATOR
    for line in NAMES.split("\n")[:-1]:
        name, text = line.split('"')[0].split()[-1], line.split('"')[1]
        plain = plain.replace(line + "\n", "").replace(f"&{name};", text)
    assert "&" not in plain
    assert read_svg(plain.replace(" [\n]>", ">").encode()).drawing.strokes == strokes


def test_elements_lie_where_they_are_in_the_file_and_the_rest_stays(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    content = ILLUSTRATOR.encode()
    document = read_document(content, "a.svg")
    for name in ("a", "b", "Layer_1"):
        assert content[document.named[name].start :].split(b'id="')[1].startswith(name.encode())
    path = tmp_path / "a.svg"
    path.write_bytes(content)
    sheet = open_drawing(path, DrawingDeskConfig(free=("b",)), None)
    one = strokes_of(np.array([[[20.0, 30.0], [40.0, 10.0]]]), width=2.0)
    monkeypatch.setattr("makar.domains.images.desk.desk.painted", lambda *_, **__: one)
    put = sheet.put(sheet.candidates(1, seed=0)[0])
    assert put.startswith(HEAD.format(NAMES).encode())
    assert sheet.outside(put) == sheet.outside(content)
    assert len(read_svg(put).drawing) == 3


@pytest.mark.parametrize(
    "declared",
    [
        (entity("a", "b"), entity("c", "&a;&a;")),
        (entity("a", "&#38;a;"),),
        (entity("a", "&#60;g/>"),),
        (entity("a", "x" * 201),),
        tuple(entity(f"n{n}", "x") for n in range(33)),
        ('<!ENTITY a SYSTEM "secret.txt">',),
        ('<!ENTITY a PUBLIC "p" "http://example.org/a">',),
        ('<!ENTITY % p "x">',),
        ('<!ENTITY % p SYSTEM "http://example.org/p">', "%p;"),
        (entity("a", "b"), "%nowhere;"),
        (entity("a", "b"), "<!ELEMENT svg ANY>"),
        (entity("a", "b"), "<!ATTLIST svg fill CDATA '#f00'>"),
        ('<!NOTATION n SYSTEM "x">', '<!ENTITY a SYSTEM "x" NDATA n>'),
        ("<!-- nothing -->",),
        (entity("ä", "b"),),
    ],
)
def test_whatever_else_is_declared_is_refused(declared: tuple[str, ...]) -> None:
    with pytest.raises(UnreadableError, match="declares something of its own") as caught:
        read_svg(declaring(*declared))
    assert "plain SVG" in str(caught.value)


def test_as_many_and_as_long_as_may_be_are_read() -> None:
    names = [entity(f"n{n}", "x" * 200) for n in range(32)]
    assert len(read_svg(declaring(*names)).drawing) == 0


def test_what_names_come_to_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    many = HEAD.format(entity("a", "x" * 200)) + (
        '<svg xmlns="http://www.w3.org/2000/svg" class="' + "&a;" * 10 + '"/>'
    )
    assert len(read_svg(many.encode()).drawing) == 0
    monkeypatch.setattr(entities, "MOST_PUT", 1999)
    with pytest.raises(UnreadableError, match="of its own"):
        read_svg(many.encode())
    monkeypatch.setattr(entities, "MOST_PUT", 2000)
    assert len(read_svg(many.encode()).drawing) == 0
    wide = many.replace('encoding="utf-8"', 'encoding="utf-16"').encode("utf-16")
    with pytest.raises(UnreadableError, match="of its own"):
        read_svg(wide)  # its names cannot be counted
