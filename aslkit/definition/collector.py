"""The garbage collector, paused while much is made and nothing thrown away: it would only look through all of it."""

from __future__ import annotations

import gc


class Paused:
    """A context in which no garbage is collected; it leaves the collector as it found it."""

    def __enter__(self) -> None:
        self.collecting = gc.isenabled()
        gc.disable()

    def __exit__(self, *error: object) -> None:
        if self.collecting:
            gc.enable()
