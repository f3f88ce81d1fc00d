"""aslkit lint --watch: lints again whenever one of the files changes, until Ctrl-C."""

from __future__ import annotations

import os
import time
from typing import TYPE_CHECKING

from aslkit.cli import config, files
from aslkit.cli.errors import CannotRun

if TYPE_CHECKING:
    import argparse
    from collections.abc import Callable

INTERVAL = 0.3
"""Seconds between two looks at the times of the files."""

Times = dict[str, tuple[int, int]]


def watch(
    options: argparse.Namespace,
    lint: Callable[[argparse.Namespace], int],
    *,
    sleep: Callable[[float], None] = time.sleep,
) -> int:
    """Lints at once and after every change, until Ctrl-C; the exit code is that of the last time."""
    code, before = 0, None
    try:
        while True:
            now = _times(options)
            if now != before:
                config.forget()
                code, before = _linted(options, lint), _times(options)
                print("watching; Ctrl-C ends it", flush=True)
            sleep(INTERVAL)
    except KeyboardInterrupt:
        print()
        return code


def _linted(options: argparse.Namespace, lint: Callable[[argparse.Namespace], int]) -> int:
    """A file that is gone or a config that is wrong for a moment does not end the watch."""
    try:
        return lint(options)
    except CannotRun as error:
        print(f"aslkit: {error}")
        return 2


def _times(options: argparse.Namespace) -> Times:
    """Time of change and size of every file that is linted, and of the configs and the baseline that may count."""
    try:
        names = files.find(options.paths)
    except CannotRun:
        names = []
    beside = [found for name in names for found in config.candidates(name)]
    more = [name for name in (options.config, options.baseline) if name]
    return {name: _time(name) for name in dict.fromkeys((*names, *beside, *more))}


def _time(name: str) -> tuple[int, int]:
    try:
        found = os.stat(name)
    except OSError:
        return (0, 0)
    return found.st_mtime_ns, found.st_size
