"""How far a long command is: one line on the terminal, gone when the work is done, and nothing anywhere else."""

from __future__ import annotations

import sys
import time
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

Item = TypeVar("Item")
PATIENCE = 1.0
"""Seconds of work after which a person wants to know; the line is written at most ten times a second."""


def shown(items: Sequence[Item], what: str) -> Iterator[Item]:
    """The items, one by one; on a terminal, after a second, with a line that says how many are done."""
    if not sys.stderr.isatty():
        yield from items
        return
    last = time.monotonic() + PATIENCE
    written = False
    try:
        for done, item in enumerate(items):
            if time.monotonic() - last > 0.1:
                share = 20 * done // len(items)
                print(
                    f"\r{'█' * share}{'░' * (20 - share)} {done}/{len(items)} {what}",
                    end="",
                    file=sys.stderr,
                    flush=True,
                )
                last, written = time.monotonic(), True
            yield item
    finally:
        if written:
            print("\r\x1b[K", end="", file=sys.stderr, flush=True)


class Line:
    """The same line for work that finds out as it goes how much there is: `tell` it, and `close` it at the end."""

    def __init__(self, what: str) -> None:
        self.what = what
        self.last = time.monotonic() + PATIENCE
        self.written = False

    def tell(self, done: int, known: int) -> None:
        if not sys.stderr.isatty() or time.monotonic() - self.last <= 0.1:
            return
        share = 20 * done // max(known, 1)
        print(
            f"\r{'█' * share}{'░' * (20 - share)} {done:,}/{known:,} {self.what}", end="", file=sys.stderr, flush=True
        )
        self.last, self.written = time.monotonic(), True

    def close(self) -> None:
        if self.written:
            print("\r\x1b[K", end="", file=sys.stderr, flush=True)
