"""A duration as people write it (90, "90s", "10m", "1h30m", "2d") -> seconds, and back."""

from __future__ import annotations

import re
from typing import Any

DURATION = re.compile(r"(?:(\d+)d)?(?:(\d+)h)?(?:(\d+)m)?(?:(\d+(?:\.\d+)?)s)?")
UNITS = (86_400.0, 3_600.0, 60.0, 1.0)


def seconds_of(value: Any) -> float | None:
    """The seconds that a JSON value means: a number of 0 or more, or text with units; None for anything else."""
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        return float(value) if value >= 0 else None
    match = DURATION.fullmatch(value) if isinstance(value, str) and value else None
    if match is None:
        return None
    return sum(float(part) * unit for part, unit in zip(match.groups(), UNITS, strict=True) if part is not None)


def duration_text(length: float) -> str:
    """Seconds as text that `seconds_of` reads back, to the millisecond: 5400 is "1h30m"."""
    whole, rest = divmod(round(length * 1000), 60_000)
    hours, minutes = divmod(whole, 60)
    parts = [f"{hours}h" if hours else "", f"{minutes}m" if minutes else "", f"{rest / 1000:g}s" if rest else ""]
    return "".join(parts) or "0s"
