"""Make Ogg files repeatable: encoders number each stream at random, and we number it from 1.

The page layout and its checksum (CRC-32, polynomial 0x04c11db7, no reflection, start 0) are
RFC 3533's, sections 6 and 7.
"""

from __future__ import annotations

import struct

_HEADER, _SERIAL, _CHECKSUM, _SEGMENTS = 27, 14, 22, 26
_POLYNOMIAL = 0x04C11DB7


def _table() -> tuple[int, ...]:
    entries: list[int] = []
    for byte in range(256):
        value = byte << 24
        for _ in range(8):
            value = (value << 1) ^ (_POLYNOMIAL if value & 0x80000000 else 0)
        entries.append(value & 0xFFFFFFFF)
    return tuple(entries)


_TABLE = _table()


def with_fixed_serial(data: bytes, *, serial: int = 1) -> bytes:
    """The same single-stream Ogg file with the given serial number on every page.

    Raises:
        ValueError: the bytes are not whole Ogg pages.
    """
    pages, at = bytearray(data), 0
    while at < len(pages):
        if pages[at : at + 4] != b"OggS" or at + _HEADER > len(pages):
            raise ValueError(f"no Ogg page at byte {at}")
        count = pages[at + _SEGMENTS]
        size = _HEADER + count + sum(pages[at + _HEADER : at + _HEADER + count])
        if at + size > len(pages):
            raise ValueError(f"the Ogg page at byte {at} is cut off")
        struct.pack_into("<I", pages, at + _SERIAL, serial)
        struct.pack_into("<I", pages, at + _CHECKSUM, 0)
        struct.pack_into("<I", pages, at + _CHECKSUM, _checksum(pages[at : at + size]))
        at += size
    return bytes(pages)


def _checksum(page: bytearray) -> int:
    value = 0
    for byte in page:
        value = ((value << 8) & 0xFFFFFFFF) ^ _TABLE[(value >> 24) ^ byte]
    return value
