"""The scenarios of a file, once they pass -> the same tests for AWS Step Functions Local, or for TestState."""

from __future__ import annotations

import json
import os
import sys
from typing import TYPE_CHECKING

from aslkit.cli import files
from aslkit.cli.errors import CannotRun
from aslkit.cli.test import scenario_file
from aslkit.definition.model import parse
from aslkit.report.colour import Paint
from aslkit.report.scenarios import Report, as_text
from aslkit.simulation.scenario import run_scenarios

if TYPE_CHECKING:
    import argparse
    from collections.abc import Mapping

    from aslkit.definition.model import StateMachine
    from aslkit.simulation.execution import Execution


def exported(options: argparse.Namespace) -> str | None:
    """The text for another tool; None, after a report, when a scenario fails or AWS refuses the definition."""
    name = options.definition
    if options.form is None:
        raise CannotRun(
            f"{files.shown(name)} is a scenario file; --as mock-config or --as test-state says what to write"
        )
    if not name.endswith(files.SCENARIO_ENDINGS):
        raise CannotRun(
            f"--as {options.form} takes a scenario file (*.scenarios.yaml), and {files.shown(name)} is none"
        )
    found = scenario_file(name, options)
    if found is None:
        return None
    document, definition = found
    machine = parse(definition)
    verdicts = run_scenarios(document, machine, read=files.reader(os.path.dirname(name)))
    if not all(verdict.passed for verdict in verdicts):
        print(as_text([Report(document, definition, verdicts)], Paint(False)), file=sys.stderr)
        print(f"{document.source} is not exported: not all of it passes", file=sys.stderr)
        return None
    executions = {verdict.name: verdict.execution for verdict in verdicts if verdict.execution is not None}
    text, notes = FORMS[options.form](machine, executions)
    for note in notes:
        print(f"note: {note}", file=sys.stderr)
    return text


def _mock_config(machine: StateMachine, executions: Mapping[str, Execution]) -> tuple[str, tuple[str, ...]]:
    from aslkit.cli.mock_config import machine_name
    from aslkit.operations.mock_config import mock_config

    written = mock_config(machine_name(machine.document.source), executions, machine)
    return json.dumps(written.content, indent=2, ensure_ascii=False) + "\n", written.notes


def _test_state(machine: StateMachine, executions: Mapping[str, Execution]) -> tuple[str, tuple[str, ...]]:
    from aslkit.operations.state_calls import as_json, state_calls

    found = state_calls(machine, executions)
    return as_json(found), found.notes


FORMS = {"mock-config": _mock_config, "test-state": _test_state}
