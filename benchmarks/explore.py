"""How long explorations take, of the database refresh and of machines of 5 to 40 tasks, and without pruning. Run with
`python benchmarks/explore.py [workers]`; the figures are wall time, on as many cores as there are workers.
"""

from __future__ import annotations

import json
import sys
import time
from typing import Any

from timing import DEFINITIONS

from aslkit.definition.document import load
from aslkit.definition.model import StateMachine, parse
from aslkit.simulation.exploration.search import ALL, explore

SIZES = (5, 10, 20, 40)
TOPIC = "arn:aws:sns:us-east-1:123456789012:t"


def tasks(count: int) -> StateMachine:
    """Glue jobs, every other pair of them side by side, each tried three times, and a mail for any failure."""
    states: dict[str, Any] = {}
    names = [f"Job{number}" for number in range(count)]
    groups = [names[start : start + (2 if start % 3 else 1)] for start in _starts(count)]
    for index, group in enumerate(groups):
        after = {"Next": groups[index + 1][0] + "Step"} if index + 1 < len(groups) else {"End": True}
        caught = {"ErrorEquals": ["States.ALL"], "ResultPath": "$.error", "Next": "Tell"}
        catch = [{**caught, "Assign": {"failed": group[0] + "Step"}}]
        branches = [{"StartAt": name, "States": {name: _job(name)}} for name in group]
        states[group[0] + "Step"] = {
            "Type": "Parallel",
            "Branches": branches,
            "ResultPath": None,
            "Catch": catch,
            **after,
        }
    states["Tell"] = {
        "Type": "Task",
        "Resource": "arn:aws:states:::sns:publish",
        "Parameters": {
            "TopicArn": TOPIC,
            "Message.$": "States.Format('{}: {} {}', $failed, $.error.Error, $.error.Cause)",
        },
        "TimeoutSeconds": 60,
        "ResultPath": None,
        "Retry": [{"ErrorEquals": ["States.ALL"], "MaxAttempts": 3}],
        "Next": "Failed",
    }
    states["Failed"] = {"Type": "Fail", "ErrorPath": "$.error.Error"}
    return parse(load(json.dumps({"StartAt": "Job0Step", "States": states}), source="tasks.asl.json"))


def _starts(count: int) -> list[int]:
    starts, start = [], 0
    while start < count:
        starts.append(start)
        start += 2 if start % 3 else 1
    return starts


def _job(name: str) -> dict[str, Any]:
    return {
        "Type": "Task",
        "Resource": "arn:aws:states:::glue:startJobRun.sync",
        "Parameters": {"JobName": name},
        "TimeoutSeconds": 3600,
        "Retry": [{"ErrorEquals": ["States.ALL"], "IntervalSeconds": 30, "MaxAttempts": 2}],
        "End": True,
    }


def refresh() -> tuple[StateMachine, dict[str, Any]]:
    machine = parse(load((DEFINITIONS / "db-refresh.asl.yaml").read_text(), source="db-refresh.asl.yaml"))
    words = load((DEFINITIONS / "db-refresh.scenarios.yaml").read_text(), source="db-refresh.scenarios.yaml").data
    given = {name: value for name, value in words["defaults"]["given"].items() if name != "file"}
    input = json.loads((DEFINITIONS / "inputs" / "dev.json").read_text())
    return machine, {"input": input, "given": given, "settings": words["explore"]}


def timed(what: str, machine: StateMachine, **asked: Any) -> None:
    started = time.perf_counter()
    found = explore(machine, **asked)
    seconds = time.perf_counter() - started
    stands = f", for {found.sequences:,} sequences" if found.sequences is not None else ""
    print(f"{seconds:7.2f} s  {what}: {found.runs:,} runs{stands}", flush=True)


def main(workers: int) -> None:
    machine, asked = refresh()
    timed("refresh, up to 2 faults (bar 20 s)", machine, **asked, faults=2, workers=workers)
    timed("refresh, all sequences (bar 10 s)", machine, **asked, faults=ALL, workers=workers)
    for size in SIZES[:2]:
        asked = {"input": {}, "prune": False, "max_runs": 1_000_000, "workers": workers}
        timed(f"{size} tasks, up to 2 faults, nothing left out", tasks(size), **asked, faults=2)
    timed("5 tasks, all sequences, nothing left out", tasks(5), input={}, faults=ALL, prune=False, workers=workers)
    for size in SIZES:
        for faults in (1, 2, ALL):
            text = f"{size} tasks, {'all sequences' if faults == ALL else f'up to {faults} faults'}"
            timed(text, tasks(size), input={}, faults=faults, workers=workers)


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 2)
