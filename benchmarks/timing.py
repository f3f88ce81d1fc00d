"""Work -> how long it takes: the CPU seconds of a whole process, or the least of some runs in this one."""

from __future__ import annotations

import os
import resource
import statistics
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

ROOT = Path(__file__).parents[1]
DEFINITIONS = ROOT / "definitions"


def cpu_of(command: list[str], runs: int = 11) -> float:
    """The median CPU seconds, user and system, of a whole process."""
    seconds = []
    environment = {key: value for key, value in os.environ.items() if key != "PYTHONDONTWRITEBYTECODE"}
    for _ in range(runs + 1):  # the first run compiles the bytecode
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        subprocess.run(command, stdout=subprocess.DEVNULL, check=False, cwd=ROOT, env=environment)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        seconds.append(after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime)
    return statistics.median(seconds[1:])


def seconds_of(work: Callable[[], object], runs: int = 5) -> float:
    """The least of some runs in this process."""
    found = []
    for _ in range(runs):
        start = time.perf_counter()
        work()
        found.append(time.perf_counter() - start)
    return min(found)
