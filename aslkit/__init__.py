"""aslkit: read, lint, simulate and export AWS Step Functions state machines kept as YAML."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from aslkit.definition.document import load as load
    from aslkit.definition.model import parse as parse
    from aslkit.lint import lint as lint
    from aslkit.simulation import recorded as recorded
    from aslkit.simulation import simulate as simulate

__version__ = "0.1.0"

PUBLIC = {
    "lint": "aslkit.lint",
    "load": "aslkit.definition.document",
    "parse": "aslkit.definition.model",
    "recorded": "aslkit.simulation",
    "simulate": "aslkit.simulation",
}
"""The public names and the modules they stand in, imported when they are first used."""


def __getattr__(name: str) -> Any:
    if name not in PUBLIC:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module

    return getattr(import_module(PUBLIC[name]), name)
