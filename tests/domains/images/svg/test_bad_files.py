"""Files that are none, or that are made to do harm: refused with a remedy, or read in bounds."""

from __future__ import annotations

import gzip
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from makar.core.errors import UnreadableError
from makar.domains.images.svg import document, walking
from makar.domains.images.svg.metadata import Metadata, read_metadata
from makar.domains.images.svg.reading import read_svg

SVG = '<svg xmlns="http://www.w3.org/2000/svg" width="10" height="10">{}</svg>'
STROKE = '<path d="M0 0L1 1" stroke="red"/>'
ENTITIES = '<!DOCTYPE svg [<!ENTITY a "b"><!ENTITY c "&a;&a;">]>' + SVG.format("<title>&c;</title>")


@pytest.mark.parametrize(
    ("content", "fault"),
    [
        (b"", "no well-formed XML"),
        (b"\x89PNG\r\n\x1a\n", "no well-formed XML"),
        (b"<html/>", "is no SVG"),
        (SVG.format("<g>").encode(), "line 1: it is no well-formed XML"),
        (SVG.format(STROKE)[:-9].encode(), "no well-formed XML"),
        (ENTITIES.encode(), "declares something of its own"),
        (b"<!DOCTYPE svg [ ]>" + SVG.format("").encode(), "declares something of its own"),
        (b'<!DOCTYPE svg SYSTEM "a.dtd" [<!ENTITY % p SYSTEM "x">%p;]><svg/>', "of its own"),
        (SVG.format("<g>" * 300 + "</g>" * 300).encode(), "more than 200 deep"),
        (b'<?xml version="1.0" encoding="klingon"?><svg/>', "encoding"),
        (b"\x1f\x8bno gzip", "cannot be unpacked"),
        (gzip.compress(b"<svg/>", mtime=0)[:-9], "cut short"),
        (b"<svg><a:b/></svg>", "no well-formed XML"),
        (SVG.format("\0").encode(), "no well-formed XML"),
    ],
)
def test_what_cannot_be_read_is_refused_with_a_remedy(content: bytes, fault: str) -> None:
    for reads in (read_svg, read_metadata):
        with pytest.raises(UnreadableError) as caught:
            reads(content)
        assert fault in caught.value.fault
        assert caught.value.remedy


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(UnreadableError, match=r"none\.svg"):
        read_svg(tmp_path / "none.svg")
    with pytest.raises(UnreadableError):
        read_svg(tmp_path)


def test_a_million_paths_and_a_small_file_that_unpacks_to_a_huge_one(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(document, "MOST_ELEMENTS", 1000)
    with pytest.raises(UnreadableError, match="more than 1,000 elements"):
        read_svg(SVG.format(STROKE * 1000).encode())
    monkeypatch.setattr(document, "LARGEST", 100_000)
    bomb = gzip.compress(SVG.format(" " * 200_000).encode())
    assert len(bomb) < 1000
    with pytest.raises(UnreadableError, match="has more than 0 MB"):
        read_svg(bomb)
    with pytest.raises(UnreadableError, match="Take embedded pictures out"):
        read_svg(b"<svg>" + b" " * 200_000 + b"</svg>")


def test_symbols_that_multiply_are_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(walking, "MOST_USED", 3000)
    levels = f'<g id="s0">{STROKE}</g>'
    for n in range(7):
        uses = f'<use href="#s{n}"/>' * 10
        levels += f'<g id="s{n + 1}">{uses}</g>'
    with pytest.raises(UnreadableError, match="draws more than 3,000 elements"):
        read_svg(SVG.format(f"<defs>{levels}</defs><use href='#s7'/>").encode())
    bounded = SVG.format(f"<defs>{levels}</defs><use href='#s2'/>")
    assert len(read_svg(bounded.encode()).drawing) == 100
    long = f'<g id="l" data-a="{"x" * 1_000_000}"/>' + '<use href="#l"/>' * 50
    with pytest.raises(UnreadableError, match="draws more than"):
        read_svg(SVG.format(long).encode())


def test_symbols_that_hold_themselves_are_told() -> None:
    inner = (
        f'<g id="a">{STROKE}<use href="#a"/></g>'
        f'<defs><g id="b">{STROKE}<use href="#c"/></g><g id="c"><use href="#b"/></g></defs>'
        '<use href="#b"/><linearGradient id="g" href="#g"/><path d="M0 0H1" stroke="url(#g)"/>'
    )
    made = read_svg(SVG.format(inner).encode())
    assert len(made.drawing) == 2
    assert made.notes[-1] == "2 elements that hold themselves left out"


def test_a_path_that_draws_too_much_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(walking, "MOST_CURVES", 5000)
    with pytest.raises(UnreadableError, match="draws more than 5,000 strokes"):
        read_svg(SVG.format(f'<path stroke="red" d="M0 0h{"1 " * 5001}"/>').encode())


@pytest.mark.parametrize(
    "attributes",
    [
        'd="M0 0L1 1" stroke-width="nan"',
        'd="M0 0L1 1" stroke-width="-1"',
        'd="M0 0L1 1" stroke-width="1e999"',
        'd="M0 0L1 1" transform="scale(1e300)"',
        'd="M0 0L1 1" transform="matrix(0 0 0 0 0 0)"',
        'd="M0 0C1e300 1e300 -1e300 1 2 2" transform="scale(1e10)"',
        'd="M0 0A1e300 1e300 0 0 1 3 3"',
        'd="M0 0A1e-300 1e-300 1e300 0 1 3 3"',
        'd="M0 0L1 1" opacity="inf"',
        'd="M-0L1 1"',
        'd=""',
        'points="0"',
    ],
)
def test_numbers_beyond_all_bounds_do_not_get_into_a_drawing(attributes: str) -> None:
    drawing = read_svg(SVG.format(f'<path stroke="red" {attributes}/>').encode()).drawing
    assert abs(drawing.strokes.points).max(initial=0) < 1e7
    assert 0 <= drawing.strokes.width.min(initial=0) <= drawing.strokes.width.max(initial=0) < 1e7


@pytest.mark.parametrize(
    "head",
    ['width="0" height="5"', 'width="-1" height="1e999"', 'viewBox="0 0 0 0"', 'viewBox="0 0 1"'],
)
def test_a_sheet_without_an_area_is_made_from_what_is_drawn(head: str) -> None:
    made = read_svg(f"<svg {head}>{STROKE}</svg>".encode())
    assert made.drawing.size == (1.5, 1.5)
    assert "no size given: taken from what is drawn" in made.notes


@pytest.mark.parametrize(
    "piece",
    [
        f'<path stroke="red" d="M{" " * 300_000}x"/>',
        f'<path stroke="red" d="M{"1" * 300_000}x"/>',
        f'<path stroke="red" d="M0 0{", " * 150_000}x"/>',
        f'<path stroke="red" d="M0 0A{"1" * 300_000}"/>',
        f'<g transform="{"a" * 300_000}"/>',
        f'<g transform="{" " * 300_000}x"/>',
        f'<g style="{"/*" * 150_000}"/>',
        f"<style>{'/*' * 150_000}</style>",
        f"<style>{'.a,' * 100_000}{{fill:red}}</style>",
        f'<path stroke="rgb({"1" * 300_000}" d="M0 0L1 1"/>',
        f'<path stroke-width="{"1" * 300_000}x" d="M0 0L1 1" stroke="red"/>',
        f'<rect width="{"1" * 5000}" height="5" stroke="red"/>',
    ],
    ids=lambda piece: piece[:24],
)
def test_long_attributes_take_no_longer_than_they_are(piece: str) -> None:
    read_svg(SVG.format(piece).encode())


@settings(max_examples=60, deadline=None)
@given(
    name=st.sampled_from(
        ["d", "points", "transform", "style", "stroke", "width", "viewBox", "opacity", "href", "x"]
    ),
    element=st.sampled_from(["path", "rect", "polygon", "use", "svg", "g", "circle"]),
    value=st.one_of(
        st.text(
            st.characters(exclude_categories=["Cs", "Cc"], exclude_characters='<&"'), max_size=40
        ),
        st.text("MmLlHhVvCcSsQqTtAaZz0123456789.,-+eE ()#%", max_size=60),
        st.lists(st.sampled_from(["rgb(", "scale(", "url(#", ")", "1", "%", ";", ":", "e"])).map(
            "".join
        ),
    ),
)
def test_no_attribute_whatever_is_in_it_stops_the_reading(
    name: str, element: str, value: str
) -> None:
    stroke = "" if name == "stroke" else 'stroke="red"'
    inner = f'<{element} id="i" {name}="{value}" {stroke}/>'
    drawing = read_svg(SVG.format(inner + STROKE).encode()).drawing
    assert len(drawing) >= 1


def test_metadata_are_inkscapes_and_open_clip_arts() -> None:
    work = (
        '<metadata><r:RDF xmlns:r="http://www.w3.org/1999/02/22-rdf-syntax-ns#" '
        'xmlns:c="{}" xmlns:d="http://purl.org/dc/elements/1.1/"><c:Work>'
        "<d:title>A\n  house</d:title><d:creator><c:Agent><d:title>Ann &amp; Bo</d:title></c:Agent>"
        '</d:creator><d:rights/><c:license r:resource="http://a.b/"/></c:Work></r:RDF></metadata>'
    )
    for home in ("http://web.resource.org/cc/", "http://creativecommons.org/ns#"):
        read = read_metadata(SVG.format(work.format(home)).encode())
        assert read == Metadata("A house", "Ann & Bo", "http://a.b/")
    assert read_metadata(SVG.format("<title> x </title>").encode()) == Metadata("x")
    long = read_metadata(SVG.format(f"<title>{'y' * 10_000}</title>").encode())
    assert long.title == "y" * 300
