"""Text on the command line -> a percentage."""

from __future__ import annotations

from argparse import ArgumentTypeError


def percentage(text: str) -> float:
    """A number from 0 to 100. Raises ArgumentTypeError, which argparse tells, for anything else."""
    try:
        number = float(text)
    except ValueError:
        number = -1.0
    if not 0 <= number <= 100:
        raise ArgumentTypeError(f"{text} is no percentage; a number from 0 to 100 is expected")
    return number
