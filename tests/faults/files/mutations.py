"""Files as accidents and malice leave them: cut, doubled, flipped, with numbers beyond all sense.

Not a test file.
"""

import random
import re

LARGEST = 200_000
NUMBER = re.compile(rb"\d+")
NUMBERS = (b"0", b"-1", b"99999999999999999999", b"1e999", b"nan", b"2147483648", b"", b"1" * 5_000)
SNIPPETS = (
    b"\0", b"\xff\xfe", b"\xed\xa0\x80", b"<!DOCTYPE a [<!ENTITY b 'c'>]>", b"[" * 3_000,
    b"{\"a\":" * 3_000, b"<g>" * 3_000, b"(" * 3_000, b"\"", b"|:", b"\r", b"\x1b[2J", b"]", b">",
)  # fmt: skip


def mutated(data, seed):
    """The bytes after one to four accidents, which ``seed`` chooses."""
    chance = random.Random(seed)
    for _ in range(chance.choice((1, 1, 2, 4))):
        data = chance.choice(KINDS)(bytearray(data), chance)[:LARGEST]
    return bytes(data)


def _span(data, chance):
    first = chance.randrange(len(data) + 1)
    return first, min(len(data), first + chance.choice((1, 2, 8, 60, 1_000)))


def _flip(data, chance):
    for _ in range(chance.choice((1, 3, 30)) if data else 0):
        data[chance.randrange(len(data))] ^= 1 << chance.randrange(8)
    return data


def _extremes(data, chance):
    first, last = _span(data, chance)
    return data[:first] + chance.choice((b"\0", b"\x7f", b"\xff")) * (last - first) + data[last:]


def _cut(data, chance):
    return data[: chance.randrange(len(data) + 1)]


def _without(data, chance):
    first, last = _span(data, chance)
    return data[:first] + data[last:]


def _again(data, chance):
    first, last = _span(data, chance)
    return data[:last] + data[first:last] * chance.choice((1, 3, 2_000)) + data[last:]


def _moved(data, chance):
    first, last = _span(data, chance)
    place = chance.randrange(len(data) + 1)
    return data[:place] + data[first:last] + data[place:]


def _number(data, chance):
    found = list(NUMBER.finditer(data))
    if not found:
        return _flip(data, chance)
    place = chance.choice(found)
    return data[: place.start()] + chance.choice(NUMBERS) + data[place.end() :]


def _inserted(data, chance):
    place = chance.randrange(len(data) + 1)
    return data[:place] + chance.choice((*SNIPPETS, chance.randbytes(20))) + data[place:]


KINDS = (_flip, _extremes, _cut, _without, _again, _moved, _number, _number, _inserted)
