"""A piece in staff notation, engraved by Verovio as SVG that is ready to stand in a web page.

Verovio's pictures are made for a page of their own; here they become lighter and polite to
their neighbours: only the ids that are used are kept and made unlike any other picture's, the
ink is the surrounding text's colour, and no font is embedded (60 kB for one metronome mark).
"""

from __future__ import annotations

import hashlib
import re
from importlib.resources import files
from xml.sax.saxutils import escape

from makar.domains.music.musicxml import musicxml
from makar.domains.music.picture.roll import describe
from makar.domains.music.piece.piece import Piece

_SCALE = 40
_MARGIN, _LABEL_MARGIN = 10, 60
_PAGE_HEIGHT = 1600
_METRONOME = {
    0xECA2: "\N{MUSICAL SYMBOL WHOLE NOTE}",
    0xECA3: "\N{MUSICAL SYMBOL HALF NOTE}",
    0xECA5: "\N{QUARTER NOTE}",
    0xECA7: "\N{EIGHTH NOTE}",
    0xECB7: ".",
} | dict.fromkeys(set(range(0xE000, 0xF900)) - {0xECA2, 0xECA3, 0xECA5, 0xECA7, 0xECB7}, "")
"""Music font characters in running text, as characters that ordinary fonts have."""
_TEMPO = "font-size:340px;font-weight:normal"
_USED = re.compile(r'href="#([^"]+)"')


class EngravingError(RuntimeError):
    """Verovio could not engrave a score."""


def staff_svg(piece: Piece, *, width: int = 800, scale: int = _SCALE) -> list[str]:
    """The piece as ``<svg>`` elements, one a page; a page holds about 1,600 pixels' height.

    The pictures shrink with a narrower page. A single part goes without its name.

    Args:
        piece: What to engrave; without parts there is nothing to show, and the list is empty.
        width: Pixels across; lines are broken to fit.
        scale: Size of the notation in percent; a staff is about ``0.72 * scale`` pixels high.

    Raises:
        EngravingError: Verovio does not accept the score.
    """
    if not piece.parts:
        return []
    score = musicxml(piece)
    alone = len(piece.parts) == 1
    if alone:
        score = re.sub(r"<part-name>.*?</part-name>", "<part-name></part-name>", score, flags=re.S)
    pages = _engraved(score, width, scale, _MARGIN if alone else _LABEL_MARGIN)
    name = hashlib.sha256(f"{width} {scale} {score}".encode()).hexdigest()[:10]
    told = escape(describe(piece))
    return [_for_a_page(svg, f"m{name}{number}", told) for number, svg in enumerate(pages)]


def _engraved(score: str, width: int, scale: int, left: int) -> list[str]:
    import verovio

    options = {
        "adjustPageHeight": True,
        "footer": "none",
        "header": "none",
        "pageHeight": _PAGE_HEIGHT * 100 // scale,
        "pageWidth": width * 100 // scale,
        "pageMarginBottom": _MARGIN,
        "pageMarginLeft": left,
        "pageMarginRight": _MARGIN,
        "pageMarginTop": _MARGIN,
        "scale": scale,
        "smuflTextFont": "none",
        "svgRemoveXlink": True,
        "svgViewBox": True,
        "xmlIdChecksum": True,
    }
    verovio.enableLog(verovio.LOG_OFF)
    # Verovio keeps this path for each thread, and sets it for the one that imports it only.
    verovio.setDefaultResourcePath(str(files(verovio) / "data"))
    toolkit = verovio.toolkit()
    if not toolkit.setOptions(options) or not toolkit.loadData(score):
        raise EngravingError(f"Verovio {toolkit.getVersion()} did not accept the score")
    return [toolkit.renderToSVG(page) for page in range(1, toolkit.getPageCount() + 1)]


def _for_a_page(svg: str, name: str, told: str) -> str:
    """Verovio's picture without what a page does not need, and with ids of its own."""
    start = re.match(r'<svg viewBox="0 0 (\d+) (\d+)"[^>]* id="([^"]+)"[^>]*>', svg)
    if start is None:
        raise EngravingError("Verovio's picture does not begin as expected")
    across, down, root = start.groups()
    body = re.sub(r"<desc>.*?</desc>", "", svg[start.end() :], flags=re.S)
    body = re.sub(r"<style[^>]*>@font-face.*?</style>", "", body, flags=re.S)
    body = body.replace(f"#{root} ", f"#{name} ")
    glyphs = set(_USED.findall(body))
    body = re.sub(
        r' id="([^"]+)"', lambda m: f' id="{name}-{m[1]}"' if m[1] in glyphs else "", body
    )
    body = _USED.sub(rf'href="#{name}-\1"', body)
    body = body.replace('color="black"', 'color="currentColor" fill="currentColor"')
    body = body.replace(' font-family="Leipzig"', "").translate(_METRONOME)
    # A browser's font may be wider than the one Verovio measured with: keep tempo marks small.
    body = body.replace("</style>", f"#{name} g.tempo tspan{{{_TEMPO}}}</style>", 1)
    body = re.sub(r"<g [^>]*placeholder[^>]*>\s*<ellipse[^>]*>\s*</g>", "", body)
    body = re.sub(r">\s*\n\s*<", "><", body)
    emptied = 1
    while emptied:  # groups that held nothing but their id, from the inside out
        body, emptied = re.subn(
            r"<g(?: class=\"[^\"]*\")? ?/>|<g(?: class=\"[^\"]*\")?></g>", "", body
        )
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" class="makar-staff" id="{name}" role="img" '
        f'viewBox="0 0 {across} {down}" width="{across}" height="{down}" '
        f'style="max-width:100%;height:auto"><title>Staff notation</title><desc>{told}</desc>'
        f"{body.strip()}"
    )
