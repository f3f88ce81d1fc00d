"""aslkit: read, lint, simulate and export AWS Step Functions state machines kept as YAML."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from aslkit.definition.document import load as load
    from aslkit.definition.model import parse as parse
    from aslkit.lint import lint as lint
    from aslkit.simulation import recorded as recorded
    from aslkit.simulation import simulate as simulate
    from aslkit.simulation.exploration.search import explore as explore
    from aslkit.simulation.logs import logs as logs
    from aslkit.simulation.redrive import redrive as redrive
    from aslkit.simulation.replay import replay as replay
    from aslkit.simulation.teststate import test_state as test_state

__version__ = "0.1.0"

PUBLIC = {
    "explore": "aslkit.simulation.exploration.search",
    "lint": "aslkit.lint",
    "load": "aslkit.definition.document",
    "logs": "aslkit.simulation.logs",
    "parse": "aslkit.definition.model",
    "recorded": "aslkit.simulation",
    "redrive": "aslkit.simulation.redrive",
    "replay": "aslkit.simulation.replay",
    "simulate": "aslkit.simulation",
    "test_state": "aslkit.simulation.teststate",
}
"""The public names and the modules they stand in, imported when they are first used."""


def __getattr__(name: str) -> Any:
    if name not in PUBLIC:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module

    return getattr(import_module(PUBLIC[name]), name)
