"""Names that a file declares for short texts, as Illustrator does for its namespaces.

They are how a small file becomes an endless one: only those are taken that stand for little, do not
hold one another, and lie in the file itself. The parser puts their texts in their places.
"""

from __future__ import annotations

from typing import NoReturn
from xml.parsers import expat

from makar.core.errors import UnreadableError

MOST = 32
"""Names of a file."""
LONGEST = 200
"""Characters that a name stands for."""
MOST_PUT = 2**20
"""Characters that all of them come to, wherever they are named."""
WIDE = (b"\xff\xfe", b"\xfe\xff", b"<\0", b"\0<")
"""How files begin in which characters take two bytes."""


class Entities:
    """What a file's document type declares; anything but short texts is refused.

    Args:
        name: Of the file.
        content: Its bytes.
    """

    def __init__(self, name: str, content: bytes) -> None:
        self._name = name
        self._content = content
        self._texts: dict[str, str] = {}
        self._own = False
        self._parser: expat.XMLParserType

    def watch(self, parser: expat.XMLParserType) -> None:
        """Hear what is declared."""
        self._parser = parser
        parser.StartDoctypeDeclHandler = self._begin
        parser.EndDoctypeDeclHandler = self._end
        parser.EntityDeclHandler = self._declared
        parser.ElementDeclHandler = self._refuse
        parser.AttlistDeclHandler = self._refuse
        parser.NotationDeclHandler = self._refuse

    def _begin(self, tag: str, system: str | None, public: str | None, internal: bool) -> None:
        del tag, system, public
        self._own = bool(internal)
        self._parser.DefaultHandlerExpand = self._other

    def _declared(
        self, name: str, parameter: bool, text: str | None, _base: str | None, *outside: str | None
    ) -> None:
        """One name; ``outside`` says where its text is, if that is not here."""
        if parameter or text is None or any(outside) or len(self._texts) >= MOST:
            self._refuse()
        if len(text) > LONGEST or "&" in text or "<" in text or not name.isascii():
            self._refuse()
        self._texts.setdefault(name, text)

    def _other(self, text: str) -> None:
        """What nobody else hears of; after a ``%name;`` nothing that is declared holds any more."""
        if text.startswith("%"):
            self._refuse()

    def _end(self) -> None:
        """Refuse what would be too much, once all is put in its place."""
        self._parser.DefaultHandlerExpand = None
        if not self._own:
            return
        put = sum(
            self._content.count(f"&{name};".encode()) * len(text)
            for name, text in self._texts.items()
        )
        if not self._texts or put > MOST_PUT or self._content.startswith(WIDE):
            self._refuse()

    def _refuse(self, *_declared: object) -> NoReturn:
        raise UnreadableError(
            self._name,
            "has a document type that declares something of its own, more than a few short texts",
            remedy="Open it in Inkscape and save it as plain SVG",
        )
