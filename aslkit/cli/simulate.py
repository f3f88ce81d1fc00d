"""aslkit simulate: a definition and an input -> what would happen, in virtual time."""

from __future__ import annotations

import argparse
import json
import os
import sys
from typing import TYPE_CHECKING

from aslkit.cli import files, substitutions
from aslkit.cli.definitions import definition
from aslkit.cli.help import Help
from aslkit.cli.outcomes import outcomes_document
from aslkit.definition.model import parse
from aslkit.report.colour import Paint, wanted
from aslkit.report.remarks import brief, remark_line
from aslkit.report.timeline import as_json, as_text
from aslkit.simulation.logs import LEVELS, logs
from aslkit.simulation.scenario import run_scenarios

if TYPE_CHECKING:
    from aslkit.definition.document import Document
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
    files.refuse_empty(options, "input", "outcomes", "config", "values")
    machine = definition(options)
    if machine is None:
        return 1
    outcomes = outcomes_document(options.outcomes, options.input, options.seed)
    read = files.reader(os.path.dirname(options.outcomes or ""))
    [*rest, verdict] = run_scenarios(outcomes, parse(machine), read=read)
    for one in (*rest, verdict):
        _print_remarks(one, None if options.outcomes is None else outcomes)
    if verdict.execution is None:
        return 2
    if options.log_level:
        for record in logs(verdict.execution.history, options.log_level, not options.no_execution_data):
            print(json.dumps(record, ensure_ascii=False))
        return int(verdict.execution.status != "SUCCEEDED")
    paint = Paint(wanted(sys.stdout))
    print(as_json(verdict.execution) if options.format == "json" else as_text(verdict.execution, paint))
    return int(verdict.execution.status != "SUCCEEDED")


def _print_remarks(verdict: Verdict, outcomes: Document | None) -> None:
    """Prints what does not fit at its place in the file of --outcomes; without one that is where it is to be mended."""
    for remark in verdict.remarks:
        if outcomes is None:
            print(f"aslkit: {brief(remark.message)} (in a file for --outcomes)", file=sys.stderr)
        else:
            print(remark_line(outcomes, remark), file=sys.stderr)
