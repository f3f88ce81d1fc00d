"""aslkit simulate: a definition and an input -> what would happen, in virtual time."""

from __future__ import annotations

import argparse
import json
import os
import sys
from typing import TYPE_CHECKING, Any

from aslkit.cli import substitutions
from aslkit.cli.config import config_for
from aslkit.cli.errors import CannotRun
from aslkit.cli.help import Help
from aslkit.cli.lint import lint_document, report
from aslkit.cli.test import reader
from aslkit.definition.document import Document
from aslkit.definition.model import parse
from aslkit.lint.engine import ERROR
from aslkit.report.colour import Paint, wanted
from aslkit.report.timeline import as_json, as_text
from aslkit.simulation.logs import LEVELS, logs
from aslkit.simulation.scenario import run_scenarios
from aslkit.simulation.scenario_file import SOURCES

if TYPE_CHECKING:
    from aslkit.simulation.scenario import Verdict

EPILOG = """\
An outcomes file says what the services are like and what they answer, in the words of a scenario
(docs/scenarios.md):

  given:
    glue: {jobs: {"split-*": {duration: 1h}}}
  when:
    - {state: Split, invocation: 1, glue: failed}
    - {state: Ask, returns: {Payload: {ok: true}}}

Without one the fake Glue runs every job for a minute, and the fake SNS takes every message.

examples:
  aslkit simulate definitions/db-refresh.asl.yaml --input definitions/inputs/dev.json
  aslkit simulate machine.asl.yaml --input input.json --outcomes outcomes.yaml --format json
  aslkit simulate machine.asl.yaml --log-level ERROR      what the log group of such a level would hold
  echo '{"n": 3}' | aslkit simulate machine.asl.yaml --input -

Exit codes: 0 the execution succeeded, 1 it did not (or AWS would refuse the definition), 2 cannot run.
"""


def parser() -> argparse.ArgumentParser:
    made = argparse.ArgumentParser(
        prog="aslkit simulate",
        description="Run one execution offline, in virtual time, against a fake Glue, a fake SNS and scripted answers.",
        epilog=EPILOG,
        formatter_class=Help,
    )
    made.add_argument("definition", metavar="DEFINITION", help="a YAML or JSON definition")
    made.add_argument("--input", metavar="FILE", help="the execution's input, or - for standard input (default: {})")
    made.add_argument("--outcomes", metavar="FILE", help="what the services answer")
    made.add_argument("--format", choices=("text", "json"), default="text", help="a timeline, or everything (text)")
    made.add_argument(
        "--log-level",
        choices=LEVELS,
        metavar="LEVEL",
        help="print the records that a log group of ALL, ERROR, FATAL gets",
    )
    made.add_argument("--no-execution-data", action="store_true", help="with --log-level: records without payloads")
    made.add_argument("--seed", type=int, help="decides jitter and random intrinsic functions (0)")
    made.add_argument("--config", metavar="FILE", help="the project's rules (default: the nearest aslkit.yaml)")
    substitutions.add_arguments(made)
    return made


def run(options: argparse.Namespace) -> int:
    machine = definition(options)
    if machine is None:
        return 1
    outcomes = outcomes_document(options.outcomes, options.input, options.seed)
    [*rest, verdict] = run_scenarios(outcomes, parse(machine), read=reader(os.path.dirname(options.outcomes or "")))
    for one in (*rest, verdict):
        _print_remarks(one, outcomes if options.outcomes else None)
    if verdict.execution is None:
        return 2
    if options.log_level:
        for record in logs(verdict.execution.history, options.log_level, not options.no_execution_data):
            print(json.dumps(record, ensure_ascii=False))
        return int(verdict.execution.status != "SUCCEEDED")
    paint = Paint(wanted(sys.stdout))
    print(as_json(verdict.execution) if options.format == "json" else as_text(verdict.execution, paint))
    return int(verdict.execution.status != "SUCCEEDED")


def definition(options: argparse.Namespace, done: str = "simulated") -> Document | None:
    """The definition with its placeholders filled; None, after a report, when AWS would refuse it: it is not `done`."""
    document = substitutions.filled(substitutions.document(options.definition), options)
    config = config_for(options.definition, options.config)
    errors = [found for found in lint_document(document, config) if found.severity == ERROR]
    if errors:
        print(report(errors, {document.source: document.text}, files=1, stream=sys.stderr), file=sys.stderr)
        print(f"{document.source} is not {done}: AWS refuses it", file=sys.stderr)
        return None
    return document


def outcomes_document(outcomes: str | None, input: str | None = None, seed: int | None = None) -> Document:
    """What is given on the command line (names of files), as a scenario file of one scenario: its places are those of
    --outcomes."""
    given: dict[str, Any] = {}
    written: Document | None = None
    scenario: dict[str, Any] = {}
    if outcomes:
        written = substitutions.document(outcomes)
        if not isinstance(written.data, dict):
            raise CannotRun(f"{written.source}: outcomes are an object with `given` and `when`")
        scenario = {**written.data}
        given = {**scenario.get("given", {})} if isinstance(scenario.get("given", {}), dict) else scenario["given"]
    if isinstance(given, dict):
        if input:
            given = {name: value for name, value in given.items() if name not in SOURCES}
            given["input"] = substitutions.document(input).data
        if seed is not None:
            given["seed"] = seed
    scenario = {"name": written.source if written else "outcomes", "then": {}, **scenario, "given": given}
    return _as_scenario_file(scenario, written)


def _as_scenario_file(scenario: dict[str, Any], written: Document | None) -> Document:
    scenarios = [scenario]
    data = {"scenarios": scenarios}
    if written is None:
        from aslkit.definition.document import load

        written = load("{}", source="<outcomes>")
    top = written.root
    entries: dict[int, Any] = {
        **written.entries,
        id(data): {"scenarios": top},
        id(scenarios): {0: top},
        id(scenario): written.entries[id(written.data)],
    }
    if isinstance(scenario["given"], dict):
        entries[id(scenario["given"])] = written.entries.get(id(written.data.get("given")), {})
    return Document(source=written.source, text=written.text, data=data, root=top, entries=entries)


def _print_remarks(verdict: Verdict, outcomes: Document | None) -> None:
    """Prints what does not fit at its place in the file of --outcomes; without one that is where it is to be mended."""
    for remark in verdict.remarks:
        if outcomes is None:
            print(f"aslkit: {remark.message} (in a file for --outcomes)", file=sys.stderr)
            continue
        line, column = outcomes.span(remark.pointer)[:2]
        print(f"{outcomes.source}:{line}:{column}: {remark.message}", file=sys.stderr)
