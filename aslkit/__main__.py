"""`python -m aslkit`: the same as the console script."""

from aslkit.cli import run_and_leave

run_and_leave()
