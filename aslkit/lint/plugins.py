"""Names of modules, or all that is installed -> the rules that a project has written itself.

Nothing is loaded unless a config names it: `plugins: [our_rules]` imports one module, `entry-points` looks through the
installed packages (30 ms).
"""

from __future__ import annotations

import sys
from importlib import import_module
from typing import TYPE_CHECKING

from aslkit.lint.engine import Rule

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from types import ModuleType

GROUP = "aslkit.rules"
"""The entry point group of packages that bring rules; each entry point names a module."""

INSTALLED = "entry-points"
"""What a config names instead of a module, to have the rules of all installed packages."""


class PluginError(ValueError):
    """A plugin that cannot be loaded, or that has no rules."""


def plugin_rules(names: Iterable[str], folder: str) -> tuple[Rule, ...]:
    """The rules in the named modules, in the order of their text; a module is looked for in `folder` first.

    Raises PluginError for a module that cannot be imported, that has no rule, or whose rule has a name that is taken.
    """
    known: dict[str, str] = {}
    rules = []
    for name in names:
        for rule in _installed() if name == INSTALLED else _of_module(name, folder):
            where = known.setdefault(rule.id, name)
            if where is not name:
                raise PluginError(f'"{name}" has a rule "{rule.id}", and so has "{where}"')
            rules.append(rule)
    return tuple(rules)


def _of_module(name: str, folder: str) -> tuple[Rule, ...]:
    found = rules_of(_imported(name, folder))
    if not found:
        raise PluginError(f'"{name}" has no rules: a rule is a function under @rule of aslkit.lint.engine')
    return found


def rules_of(module: ModuleType) -> tuple[Rule, ...]:
    """The rules that stand in a module."""
    return tuple(value for value in vars(module).values() if isinstance(value, Rule))


def _imported(name: str, folder: str) -> ModuleType:
    sys.path.insert(0, folder)
    try:
        return import_module(name)
    except Exception as error:  # whatever a module raises while it is imported, it is the config that names it
        reason = f"{type(error).__name__}: {error}"
        raise PluginError(f'"{name}" cannot be imported: {reason}') from error
    finally:
        sys.path.remove(folder)


def _installed() -> Iterator[Rule]:
    from importlib.metadata import entry_points

    for entry in sorted(entry_points(group=GROUP), key=lambda entry: entry.name):
        try:
            module = entry.load()
        except Exception as error:
            raise PluginError(f'"{entry.name}" ({entry.value}) cannot be imported: {error}') from error
        yield from rules_of(module)
