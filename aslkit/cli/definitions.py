"""The file of a definition -> the Document that a command works on, unless AWS would refuse it."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from aslkit.cli import substitutions
from aslkit.cli.config import config_for
from aslkit.cli.errors import CannotRun
from aslkit.cli.linted import check_no_scenarios, lint_document, report
from aslkit.definition.document import DefinitionError
from aslkit.lint.engine import ERROR
from aslkit.simulation.reading import shown

if TYPE_CHECKING:
    import argparse

    from aslkit.definition.document import Document


def definition(options: argparse.Namespace, done: str = "simulated") -> Document | None:
    """The definition with its placeholders filled; None, after a report, when AWS would refuse it: it is not `done`."""
    document = substitutions.filled(substitutions.document(options.definition), options)
    outcome = f"{document.source} is not {done}: AWS refuses it"
    return None if is_refused(document, options.definition, options, outcome) else document


def read_definition(name: str) -> Document:
    """What a file holds, as long as it can be a state machine or a state. Raises CannotRun for anything else."""
    document = substitutions.document(name)
    if not isinstance(document.data, dict):
        raise CannotRun(f"{document.source}: a definition is an object, and this is {shown(document.data)}")
    check_no_scenario_file(document)
    return document


def check_no_scenario_file(document: Document) -> None:
    """Raises CannotRun, with the definition that is meant, for a scenario file."""
    try:
        check_no_scenarios(document)
    except DefinitionError as error:
        raise CannotRun(str(error)) from None


def is_refused(document: Document, path: str, options: argparse.Namespace, outcome: str) -> bool:
    """Whether AWS would refuse the definition of a file; tells why, and the `outcome` of it. Raises CannotRun for a
    scenario file."""
    check_no_scenario_file(document)
    errors = [found for found in lint_document(document, config_for(path, options.config)) if found.severity == ERROR]
    if errors:
        print(report(errors, {document.source: document.text}, files=1, stream=sys.stderr), file=sys.stderr)
        print(outcome, file=sys.stderr)
    return bool(errors)
