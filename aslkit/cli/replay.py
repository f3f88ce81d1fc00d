"""aslkit replay: a recorded execution and today's definition -> does it still go the same way?"""

from __future__ import annotations

import argparse
import json
import sys
from typing import TYPE_CHECKING, Any

from aslkit.cli import files, histories, substitutions
from aslkit.cli.definitions import definition
from aslkit.cli.errors import CannotRun
from aslkit.cli.help import Help
from aslkit.definition.document import pointer_text
from aslkit.definition.model import parse
from aslkit.report.colour import Paint, wanted
from aslkit.report.remarks import brief
from aslkit.report.timeline import as_text, clock, ending, plain
from aslkit.simulation import SimulationRefused
from aslkit.simulation.recording import UNKNOWN, HistoryError
from aslkit.simulation.replay import replay

if TYPE_CHECKING:
    from aslkit.definition.document import Document
    from aslkit.simulation.replay import Difference, Replay

EPILOG = """\
Today's definition gets the recorded input, and each of its tasks the recorded answer after the recorded time. Where it
enters another state, calls with other parameters, tries again more or less often or ends differently is said with the
line in the definition and the number of the recorded event.

HISTORY is what AWS prints for an execution (all pages; the JSON of several calls may stand one after the other), or the
records of a log group of level ALL with execution data:

  aws stepfunctions get-execution-history --execution-arn ARN > history.json
  aws logs filter-log-events --log-group-name GROUP > history.json      an Express workflow

examples:
  aslkit replay history.json --definition definitions/db-refresh.asl.yaml
  aslkit replay history.json --definition new.asl.yaml --format json
  aslkit replay history.json --definition new.asl.yaml --timeline          also what today's run does

Exit codes: 0 it goes the same way, 1 it does not (or AWS would refuse the definition), 2 cannot run.
"""


def parser() -> argparse.ArgumentParser:
    made = argparse.ArgumentParser(
        prog="aslkit replay",
        description="Run today's definition on a recorded execution, and say where it goes another way.",
        epilog=EPILOG,
        formatter_class=Help,
    )
    made.add_argument("history", metavar="HISTORY", help="the recorded history, JSON, or - for standard input")
    made.add_argument("--definition", metavar="FILE", required=True, help="the definition of today")
    made.add_argument("--input", metavar="FILE", help="the execution's input, where the history lacks it")
    made.add_argument("--execution-arn", metavar="ARN", help="what the execution was called; compares names as well")
    made.add_argument("--timeline", action="store_true", help="also print what today's execution does")
    made.add_argument("--format", choices=("text", "json"), default="text", help="how to report (text)")
    made.add_argument("--config", metavar="FILE", help="the project's rules (default: the nearest aslkit.yaml)")
    substitutions.add_arguments(made)
    return made


def run(options: argparse.Namespace) -> int:
    files.refuse_empty(options, "definition", "input", "config", "values")
    recording = histories.recording(options.history)
    document = definition(options)
    if document is None:
        return 1
    input = UNKNOWN if options.input is None else substitutions.data_document(options.input).data
    try:
        found = replay(parse(document), recording, input=input, execution_arn=options.execution_arn)
    except (HistoryError, SimulationRefused) as error:
        raise CannotRun(f"{files.shown(options.history)} cannot be replayed: {error}") from None
    print(_json(found, document) if options.format == "json" else _text(found, document, options))
    return int(not found.same)


def _text(found: Replay, document: Document, options: argparse.Namespace) -> str:
    paint = Paint(wanted(sys.stdout))
    lines = [_line(difference, document) for difference in found.differences]
    lines += [f"note: {brief(remark)}" for remark in found.remarks]
    events = len(found.recording.events)
    if found.same:
        lines.append(f"{paint('same', 'green', 'bold')}: {document.source} does what {events} events record")
    else:
        many = len(found.differences)
        what = f"{many} difference{'s' if many > 1 else ''}"
        lines.append(f"{paint('other', 'red', 'bold')}: {what} from {events} recorded events")
    lines.append(f"recorded: {_recorded(found)}")
    lines.append(f"today:    {ending(found.execution, Paint(False))}")
    if options.timeline:
        lines += ["", as_text(found.execution, paint)]
    return "\n".join(lines)


def _line(difference: Difference, document: Document) -> str:
    line, column = document.span(difference.pointer)[:2]
    event = "" if difference.event is None else f" event {difference.event}"
    at = "" if difference.at is None else f" ({clock(difference.at)})"
    return f"{document.source}:{line}:{column}:{event}{at}: {brief(difference.message)}"


def _recorded(found: Replay) -> str:
    recording = found.recording
    took = ""
    if recording.started is not None and recording.ended is not None:
        took = f" after {clock(recording.ended - recording.started)}"
    failure = f": {brief(recording.error)}" if recording.error else ""
    return f"{recording.status}{took}{failure}"


def _json(found: Replay, document: Document) -> str:
    """{same, recorded, differences, remarks, execution}; a difference has its place in the definition."""
    return json.dumps(
        {
            "same": found.same,
            "recorded": {"status": found.recording.status, "events": len(found.recording.events)},
            "differences": [_plain(difference, document) for difference in found.differences],
            "remarks": list(found.remarks),
            "execution": plain(found.execution),
        },
        indent=2,
        ensure_ascii=False,
        default=str,
    )


def _plain(difference: Difference, document: Document) -> dict[str, Any]:
    line, column = document.span(difference.pointer)[:2]
    return {
        "kind": difference.kind,
        "file": document.source,
        "line": line,
        "column": column,
        "pointer": pointer_text(difference.pointer),
        "state": difference.state,
        "event": difference.event,
        "at": difference.at,
        "message": difference.message,
        "recorded": difference.recorded,
        "today": difference.today,
    }
