"""aslkit redrive: the history of a failed execution -> can it be redriven, and what would run again?"""

from __future__ import annotations

import argparse
import json
import sys
from typing import TYPE_CHECKING

from aslkit.cli import files, histories
from aslkit.cli.definitions import definition
from aslkit.cli.errors import CannotRun
from aslkit.cli.help import Help
from aslkit.cli.outcomes import outcomes_document
from aslkit.cli.substitutions import add_arguments
from aslkit.definition.duration import duration_text, seconds_of
from aslkit.definition.model import Fail, parse, walk
from aslkit.report.colour import Paint, wanted
from aslkit.report.findings import counted
from aslkit.report.remarks import brief, remark_line
from aslkit.report.timeline import clock, ending, lines, plain, timeline
from aslkit.simulation import SimulationRefused
from aslkit.simulation.execution import Execution
from aslkit.simulation.reading import Remark
from aslkit.simulation.recording import RUNNING, HistoryError
from aslkit.simulation.redrive import NotRedrivable, redrive, why_not_redrivable
from aslkit.simulation.replay import replay
from aslkit.simulation.resources import OutcomeError
from aslkit.simulation.scenario import account, stop_of
from aslkit.simulation.scenario_file import read_scenarios

if TYPE_CHECKING:
    from aslkit.definition.model import StateMachine
    from aslkit.simulation.replay import Replay

EPILOG = """\
A redrive goes on where the execution ended, with the definition that it started with. Tasks that failed or were aborted
run again; what succeeded does not. The execution is replayed from its history first, then redriven in virtual time:
against a fake Glue and SNS where everything succeeds, or against --outcomes (docs/scenarios.md; the invocations of a
state are counted on from those in the history, a stop comes so long after the redrive).

examples:
  aslkit redrive history.json --definition definitions/db-refresh.asl.yaml
  aslkit redrive history.json --definition machine.asl.yaml --outcomes outcomes.yaml --after 2h

Exit codes: 0 the redriven execution succeeds, 1 it cannot be redriven or fails again, 2 cannot run.
"""


def parser() -> argparse.ArgumentParser:
    made = argparse.ArgumentParser(
        prog="aslkit redrive",
        description="Say whether a failed execution can be redriven, and simulate what then runs again.",
        epilog=EPILOG,
        formatter_class=Help,
    )
    made.add_argument("history", metavar="HISTORY", help="the recorded history, JSON, or - for standard input")
    made.add_argument("--definition", metavar="FILE", required=True, help="the definition that was executed")
    made.add_argument("--outcomes", metavar="FILE", help="what the services answer from now on")
    made.add_argument("--after", metavar="DURATION", default="0s", help="how long after its end it is redriven (0s)")
    made.add_argument("--format", choices=("text", "json"), default="text", help="a timeline, or everything (text)")
    made.add_argument("--config", metavar="FILE", help="the project's rules (default: the nearest aslkit.yaml)")
    add_arguments(made)
    return made


def run(options: argparse.Namespace) -> int:
    files.refuse_empty(options, "definition", "outcomes", "config", "values")
    after = seconds_of(options.after)
    if after is None:
        raise CannotRun(f"--after {options.after}: write a duration like 90s, 10m or 1h30m")
    recording = histories.recording(options.history)
    shown = files.shown(options.history)
    if recording.status == RUNNING:
        raise CannotRun(f"{shown}: {'; '.join(recording.remarks)}; only an execution that has ended is redriven")
    for remark in recording.remarks:
        print(f"note: {brief(remark)}", file=sys.stderr)
    document = definition(options)
    if document is None:
        return 1
    machine = parse(document)
    try:
        before = replay(machine, recording)
        _check_same(before, shown, document.source)
        reason = why_not_redrivable(before.execution, after=after)
        if reason is not None:
            print(reason)
            return 1
        execution = _redriven(options, machine, before.execution, after)
    except (HistoryError, SimulationRefused, NotRedrivable, OutcomeError) as error:
        raise CannotRun(f"{shown} cannot be redriven here: {brief(str(error))}") from None
    print(_json(execution) if options.format == "json" else _text(before.execution, execution, after, machine))
    return int(execution.status != "SUCCEEDED")


def _check_same(before: Replay, history: str, source: str) -> None:
    """Raises CannotRun when the definition is not the one that was executed."""
    if not before.same:
        first, *_ = before.differences
        raise CannotRun(
            f"{history} is no execution of {source}, and a redrive runs the definition that the execution started "
            f"with; the first of {counted(len(before.differences), 'difference')}: {brief(first.message)}"
        )


def _redriven(options: argparse.Namespace, machine: StateMachine, before: Execution, after: float) -> Execution:
    """The execution after the redrive, against the outcomes. Raises CannotRun for those that do not fit."""
    document = outcomes_document(options.outcomes)
    file = read_scenarios(document, machine)
    [scenario] = file.scenarios
    again = [
        Remark(part.pointer, "one redrive is simulated here; what is to happen in it stands under `when`")
        for part in scenario.redrives
    ]
    for remark in (*file.remarks, *scenario.remarks, *again):
        raise CannotRun(remark_line(document, remark))
    services = account({**scenario.given, "start": before.start}, [when for _, when in scenario.whens])
    began = before.duration + after
    return redrive(machine, before, resources=services, after=after, **stop_of(scenario.stop, began))


def _text(before: Execution, execution: Execution, after: float, machine: StateMachine) -> str:
    """The timeline of what runs again, and how it ends."""
    paint = Paint(wanted(sys.stdout))
    fields = {name: getattr(execution, name) for name in Execution._fields}
    new = Execution(**{**fields, "visits": execution.visits[len(before.visits) :]})
    again = ", ".join(dict.fromkeys(visit.state for visit in new.visits))
    head = f"{before.status} after {clock(before.duration)}; redriven {duration_text(after)} later, which runs {again}"
    fails = {state.name for _, state in walk(machine) if isinstance(state, Fail)}
    first = new.visits[0].state if new.visits else ""
    hints = [f"'{first}' is a Fail state: a redrive enters it again, and what led to it does not run again"]
    if first not in fails:
        hints = []
    return "\n".join([head, "", *lines(timeline(new), paint), "", *hints, ending(execution, paint)])


def _json(execution: Execution) -> str:
    return json.dumps(plain(execution), indent=2, ensure_ascii=False)
