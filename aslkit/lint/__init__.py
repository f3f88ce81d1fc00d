"""StateMachine -> findings: the one visible list of rule modules, and `lint`."""

from __future__ import annotations

import sys
from types import ModuleType
from typing import TYPE_CHECKING, Any

from aslkit.lint import (
    budgets,
    choices,
    concurrency,
    data,
    distributed,
    error_names,
    expressions,
    failure,
    flow,
    functions,
    glue,
    indentation,
    integrations,
    jsonata,
    limits,
    literals,
    notices,
    parameters,
    policy,
    polling,
    retries,
    schema,
    siblings,
    sns,
    statuses,
    timeouts,
    variables,
    yaml_traps,
)
from aslkit.lint.engine import OWN_RULES, Config, Finding, Rule, check

if TYPE_CHECKING:
    from aslkit.definition.model import StateMachine

MODULES = (
    yaml_traps,
    schema,
    flow,
    retries,
    timeouts,
    failure,
    concurrency,
    data,
    expressions,
    jsonata,
    variables,
    integrations,
    parameters,
    policy,
    glue,
    sns,
    functions,
    error_names,
    choices,
    statuses,
    polling,
    budgets,
    siblings,
    distributed,
    limits,
    literals,
    indentation,
    notices,
)
"""Where the rules are; a rule is found by standing in one of these modules, and by nothing else."""

RULES: tuple[Rule, ...] = tuple(
    value for module in MODULES for value in vars(module).values() if isinstance(value, Rule)
)
ALL_RULES = (*OWN_RULES, *RULES)


def lint(machine: StateMachine, *, config: Config | None = None) -> list[Finding]:
    """The findings of all rules on a definition, in the order of its text.

    Severities: error = AWS refuses the definition; warning = AWS takes it, and it fails at run time or does the wrong
    thing; info = advice. `config` can raise, lower and switch off each rule.
    """
    return check(machine, RULES, config or Config())


class _Callable(ModuleType):
    """This package, which is a function as well: `aslkit.lint(machine)` is part of the public interface, whether or not
    one of the modules in here was imported before."""

    def __call__(self, machine: StateMachine, **options: Any) -> list[Finding]:
        return lint(machine, **options)


sys.modules[__name__].__class__ = _Callable
