"""aslkit capture: the history of a real execution -> a scenario without real names."""

from __future__ import annotations

import argparse
import sys

from aslkit.cli import files, histories, substitutions
from aslkit.cli.definitions import definition
from aslkit.cli.errors import CannotRun
from aslkit.cli.help import Help
from aslkit.definition.document import DefinitionError
from aslkit.definition.model import parse
from aslkit.operations.capture import capture, scenario_file
from aslkit.report.remarks import brief
from aslkit.simulation.recording import HistoryError

EPILOG = """\
What the tasks answered, and after how long, becomes `when`; how the execution went becomes `then`; a stop and redrives
become `stop` and `redrive`. Account numbers (any number of twelve digits), e-mail addresses, passwords, keys, tokens,
UUIDs and job run ids are replaced, the same by the same everywhere. A secret is known by its form, by what stands
before it (password=, Bearer) or by the name of its field. Not recognised: a secret in a field with any other name that
has no known form, one that could be any word where it stands again as bare text, one that is encoded (base64). Look the
file over before you share it: the names of people, hosts, jobs, buckets and topics stay as they are.

With --definition the scenario is run once, and expects what that run does; without it nothing is checked.

examples:
  aws stepfunctions get-execution-history --execution-arn ARN > history.json
  aslkit capture history.json --definition definitions/db-refresh.asl.yaml --name "the night of the full disk"
  aslkit capture history.json --definition definitions/db-refresh.asl.yaml -o definitions/full-disk.scenarios.yaml
  aslkit test definitions/full-disk.scenarios.yaml

An existing file is not overwritten without --force.
Exit codes: 0 written, 1 written, but something recorded is not expected, 2 cannot run.
"""


def parser() -> argparse.ArgumentParser:
    made = argparse.ArgumentParser(
        prog="aslkit capture",
        description="Turn the history of a real execution into a scenario, without real names.",
        epilog=EPILOG,
        formatter_class=Help,
    )
    made.add_argument("history", metavar="HISTORY", help="the recorded history, JSON, or - for standard input")
    made.add_argument("--definition", metavar="FILE", help="the definition that was executed")
    made.add_argument("--name", default="a captured execution", help="what the scenario is called")
    made.add_argument("-o", "--output", metavar="FILE", help="write here (default: standard output)")
    made.add_argument("--force", action="store_true", help="overwrite an existing file")
    made.add_argument("--config", metavar="FILE", help="the project's rules (default: the nearest aslkit.yaml)")
    substitutions.add_arguments(made)
    return made


def run(options: argparse.Namespace) -> int:
    files.refuse_empty(options, "definition", "output", "config", "values")
    if options.output is not None:
        files.refuse_existing(options.output, force=options.force)
    recording = histories.recording(options.history)
    document = None
    if options.definition is not None:
        document = definition(options)
        if document is None:
            return 1
    beside = None if document is None else files.seen_from(options.output, options.definition)
    try:
        captured = capture(recording, name=options.name, machine=None if document is None else parse(document))
        text = scenario_file(captured.scenario, beside)
    except (HistoryError, DefinitionError, RecursionError) as error:
        raise CannotRun(f"{files.shown(options.history)} cannot be captured: {_reason(error)}") from None
    if options.output is not None:
        if files.write(options.output, text, over_input=options.force):
            print(f"wrote {files.shown(options.output)}")
    else:
        sys.stdout.write(text)
    for remark in (*recording.remarks, *captured.remarks):
        print(f"note: {brief(remark)}", file=sys.stderr)
    replaced = ", ".join(f"{kind} ({number})" for kind, number in captured.replaced.items())
    print(f"replaced: {replaced or 'nothing'}", file=sys.stderr)
    return int(bool(captured.remarks))


def _reason(error: HistoryError | DefinitionError | RecursionError) -> str:
    """Why a recording is no scenario."""
    match error:
        case RecursionError():
            return "a payload is nested too deep"
        case DefinitionError():  # its place is one in the scenario that would have been written
            return f"a scenario file cannot hold a payload of it: {error.message}"
    return str(error)
