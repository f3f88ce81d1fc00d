"""Classes of characters in patterns: their names -> tests of one character."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable


def equal_to(character: str) -> Callable[[str], bool]:
    """The test for one character."""
    return lambda other: other == character


def negated(test: Callable[[str], bool], turned: bool) -> Callable[[str], bool]:
    """The opposite of the test, if it is to be turned round."""
    return (lambda character: not test(character)) if turned else test


def _one_of(characters: str) -> Callable[[str], bool]:
    members = frozenset(characters)
    return lambda character: character in members


_DIGITS, _LOWER, _UPPER = "0123456789", "abcdefghijklmnopqrstuvwxyz", "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
_PUNCTUATION = "!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~"
CLASSES = {
    "d": _one_of(_DIGITS),
    "w": _one_of(_DIGITS + _LOWER + _UPPER + "_"),
    "s": _one_of(" \t\n\x0b\f\r"),
    "h": _one_of(" \t\xa0\u1680\u180e\u202f\u205f\u3000" + "".join(map(chr, range(0x2000, 0x200B)))),
    "v": _one_of("\n\x0b\f\r\x85\u2028\u2029"),
}
UNICODE_CLASSES = {
    **CLASSES,
    "d": str.isdecimal,
    "w": lambda character: character.isalnum() or character == "_",
    "s": str.isspace,
}
PROPERTIES = {
    "Lower": _one_of(_LOWER),
    "Upper": _one_of(_UPPER),
    "ASCII": str.isascii,
    "Alpha": _one_of(_LOWER + _UPPER),
    "Digit": CLASSES["d"],
    "Alnum": _one_of(_LOWER + _UPPER + _DIGITS),
    "Punct": _one_of(_PUNCTUATION),
    "Graph": _one_of(_LOWER + _UPPER + _DIGITS + _PUNCTUATION),
    "Print": _one_of(_LOWER + _UPPER + _DIGITS + _PUNCTUATION + " "),
    "Blank": _one_of(" \t"),
    "Cntrl": _one_of("".join(map(chr, range(0x20))) + "\x7f"),
    "XDigit": _one_of(_DIGITS + "abcdefABCDEF"),
    "Space": CLASSES["s"],
    "Alphabetic": str.isalpha,
}
UNICODE_PROPERTIES: dict[str, Callable[[str], bool]] = {
    "Lower": str.islower,
    "Upper": str.isupper,
    "Alpha": str.isalpha,
    "Digit": str.isdecimal,
    "Alnum": str.isalnum,
    "Space": str.isspace,
}
