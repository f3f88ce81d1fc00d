"""What can go wrong with a path: its text, what it reads, where it writes, and how one evaluation ends early."""

from __future__ import annotations


class PathSyntaxError(ValueError):
    """The text is no path: `reason` says why, `position` is the character (from 0) at which reading stopped."""

    def __init__(self, text: str, position: int, reason: str) -> None:
        super().__init__(f"{text!r} is no path: {reason} at character {position}")
        self.text = text
        self.position = position
        self.reason = reason


class PathNotFound(LookupError):
    """The path reads nothing from this document; `reason` is Jayway's wording of why."""

    def __init__(self, text: str, reason: str) -> None:
        super().__init__(reason)
        self.text = text
        self.reason = reason


class ReferencePathMismatch(ValueError):
    """A value cannot be written at a place: `keys` end at the part of the route that is no container for its key."""

    def __init__(self, keys: tuple[str | int, ...], reason: str) -> None:
        super().__init__(reason)
        self.keys = keys
        self.reason = reason


class Broken(Exception):
    """The evaluation ends: Jayway's JsonPathException, or an exception of Java itself."""


class Invalid(Broken):
    """The same, but a condition in which it happens does not hold: Jayway's InvalidPathException."""


class OutOfBounds(Broken):
    """The same, but below an array the element in which it happens drops out: Java's IndexOutOfBoundsException."""


class Missing(Invalid):
    """The same, but an operand in which it happens is undefined: Jayway's PathNotFoundException."""
