"""Words -> the same words in colour, on a terminal that wants it."""

from __future__ import annotations

import os
from typing import IO

CODES = {"red": "31", "yellow": "33", "green": "32", "blue": "34", "cyan": "36", "bold": "1", "dim": "2"}


class Paint:
    """Paints a word when `on`, else leaves it as it is."""

    def __init__(self, on: bool) -> None:
        self.on = on

    def __call__(self, text: str, *styles: str) -> str:
        if not self.on or not text:
            return text
        return f"\x1b[{';'.join(CODES[style] for style in styles)}m{text}\x1b[0m"


def wanted(stream: IO[str]) -> bool:
    """Whether a stream is a terminal that takes colour. Source: no-color.org, and FORCE_COLOR as most tools read it."""
    if os.environ.get("NO_COLOR"):
        return False
    if os.environ.get("FORCE_COLOR"):
        return True
    return stream.isatty() and os.environ.get("TERM") != "dumb"
