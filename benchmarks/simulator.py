"""How fast the simulator is: beside a plain loop, beside another simulator, and as its work grows tenfold.

Each figure is a ratio to a baseline measured in the same run, next to its bar. Run with `make bench`. The other
simulator is aws-local-stepfunctions, a JIT-compiled one; it is fetched into build/ when Node and npm are at hand.
"""

from __future__ import annotations

import json
import resource
import shutil
import subprocess
import sys
from collections.abc import Callable
from multiprocessing import get_context
from typing import Any

from timing import DEFINITIONS, ROOT, seconds_of

from aslkit.definition.document import load
from aslkit.definition.model import StateMachine, parse
from aslkit.simulation import Execution, simulate
from aslkit.simulation.resources import Outcome, Request
from aslkit.simulation.resources.account import Account
from aslkit.simulation.scenario import run_scenarios

RIVAL = "aws-local-stepfunctions"
RIVAL_FOLDER = ROOT / "build" / "rival"
TURNS = 4_000

LOOP = f"""
StartAt: Count
States:
  Count: {{Type: Pass, Parameters: {{"n.$": "States.MathAdd($.n, 1)"}}, Next: Again}}
  Again: {{Type: Choice, Choices: [{{Variable: $.n, NumericLessThan: {TURNS}, Next: Count}}], Default: Done}}
  Done: {{Type: Succeed}}
"""

MAP = """
StartAt: Each
States:
  Each:
    Type: Map
    ItemsPath: $.items
    ItemProcessor: {StartAt: P, States: {P: {Type: Pass, End: true}}}
    End: true
"""


def machine_of(text: str) -> StateMachine:
    return parse(load(text))


def refresh() -> tuple[StateMachine, Any]:
    machine = machine_of((DEFINITIONS / "db-refresh.asl.yaml").read_text())
    return machine, json.loads((DEFINITIONS / "inputs" / "dev.json").read_text())


def written(turns: int = TURNS) -> list[dict[str, object]]:
    """What a counter loop's history costs at least: four event dicts with their four JSON texts for each turn."""
    events: list[dict[str, object]] = []
    for number in range(turns):
        for kind in ("PassStateEntered", "PassStateExited", "ChoiceStateEntered", "ChoiceStateExited"):
            details = {"name": "Count", "input": json.dumps({"n": number}), "inputDetails": {"truncated": False}}
            event = {"id": len(events) + 1, "type": kind, "timestamp": 0.0, "stateEnteredEventDetails": details}
            events.append({**event, "previousEventId": len(events)})
    return events


def counter_loop() -> str:
    machine = machine_of(LOOP)
    baseline = seconds_of(written)
    alone = seconds_of(lambda: simulate(machine, input={"n": 0}))
    silent = seconds_of(lambda: simulate(machine, input={"n": 0}, history=False))
    read = seconds_of(lambda: simulate(machine, input={"n": 0}).history)
    per_second = 2 * TURNS / alone
    return (
        f"{alone / baseline:5.2f} x  a Python loop that writes the same history (bar 1 x), "
        f"{read / baseline:.2f} x with its history read (bar 2 x), {silent / baseline:.2f} x without events: "
        f"{TURNS:,} turns of Pass and Choice, {per_second:,.0f} transitions per second"
    )


def jsonata_loop() -> str:
    text = LOOP.replace('Parameters: {"n.$": "States.MathAdd($.n, 1)"}', 'Output: {"n": "{% $states.input.n + 1 %}"}')
    text = text.replace(f"Variable: $.n, NumericLessThan: {TURNS}", f'Condition: "{{% $states.input.n < {TURNS} %}}"')
    machine = machine_of(f"QueryLanguage: JSONata{text}")
    baseline = seconds_of(written)
    alone = seconds_of(lambda: simulate(machine, input={"n": 0}))
    return f"{alone / baseline:5.2f} x  the same loop in JSONata, {2 * TURNS / alone:,.0f} transitions per second"


def growing(name: str, bar: str, work: Callable[[int], object], size: int) -> str:
    """How the cost of some work grows with ten times its size, and what the larger one takes."""
    small, large = seconds_of(lambda: work(size // 10), 3), seconds_of(lambda: work(size), 3)
    memory = peak_of(work, size)
    ratio = large / small
    return f"{ratio:5.2f} x  the time for 10 x the size (bar 12 x): {size:,} {name} in {large:.2f} s, {memory} MB{bar}"


def peak_of(work: Callable[[int], object], size: int) -> int:
    """Peak memory in MB of a process of its own that does the work once."""
    with get_context("spawn").Pool(1) as pool:
        return pool.apply(_peak, (work, size))


def _peak(work: Callable[[int], object], size: int) -> int:
    work(size)
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024


def run_map(size: int) -> Execution:
    """The payload limit is lifted: the items alone are larger."""
    return simulate(
        machine_of(MAP), input={"items": list(range(size))}, max_payload=10**9, max_events=10**9, max_transitions=10**9
    )


def run_parallel(size: int) -> Execution:
    branch = {"StartAt": "P", "States": {"P": {"Type": "Pass", "End": True}}}
    branches = [{**branch, "States": {f"P{index}": branch["States"]["P"]}} for index in range(size)]  # type: ignore[index]
    for index, one in enumerate(branches):
        one["StartAt"] = f"P{index}"
    text = json.dumps({"StartAt": "All", "States": {"All": {"Type": "Parallel", "Branches": branches, "End": True}}})
    return simulate(machine_of(text), input={})


def run_loop(turns: int) -> Execution:
    text = LOOP.replace(str(TURNS), str(turns))
    return simulate(machine_of(text), input={"n": 0}, history=False, max_transitions=10**9)


def map_of_items() -> str:
    return growing("items of a Map", " (bars 10 s, 600 MB)", run_map, 100_000)


def parallel_of_branches() -> str:
    return growing("branches of a Parallel", "", run_parallel, 1_000)


def long_loop() -> str:
    return growing("turns of the counter loop", "", run_loop, 100_000)


def thousand_scenarios() -> str:
    machine, _ = refresh()
    document = load((DEFINITIONS / "db-refresh.scenarios.yaml").read_text(), source="db-refresh.scenarios.yaml")
    read = {path.relative_to(DEFINITIONS).as_posix(): path.read_text() for path in DEFINITIONS.rglob("*.json")}
    count = len(run_scenarios(document, machine, read=read.__getitem__))
    seconds = seconds_of(lambda: run_scenarios(document, machine, read=read.__getitem__), 3)
    return f"{seconds / count * 1000:5.2f} s  for 1,000 scenarios of the database refresh (from {count})"


def rival() -> str:
    """The happy run of the refresh and the counter loop, side by side with the other simulator."""
    if not fetched():
        return f"  -    {RIVAL} cannot be fetched here: nothing to compare with"
    machine, input = refresh()
    account, empty = Account(), Empty()
    own_run = seconds_of(lambda: simulate(machine, input=input, resources=empty), 50) * 1000
    with_glue = seconds_of(lambda: simulate(machine, input=input, resources=account), 50) * 1000
    their_run = rival_milliseconds(machine.document.data, input, 50)
    counter = machine_of(LOOP)
    own_loop = seconds_of(lambda: simulate(counter, input={"n": 0})) * 1000
    their_loop = rival_milliseconds(load(LOOP).data, {"n": 0}, 8)
    return (
        f"{their_run / own_run:5.2f} x  as fast as {RIVAL}: the happy run in {own_run:.2f} against {their_run:.2f} ms "
        f"where every task answers {{}} ({with_glue:.2f} ms with the fake Glue and SNS), "
        f"{their_loop / own_loop:.2f} x on the counter loop "
        f"({2000 * TURNS / own_loop:,.0f} against {2000 * TURNS / their_loop:,.0f} transitions per second)"
    )


class Empty:
    """Every task answers an empty object at once: what the other simulator is given to do."""

    def begin(self) -> Empty:
        return self

    def invoke(self, request: Request) -> Outcome:
        return Outcome(result={})

    def stop(self, request: Request, at: float) -> None:
        """Nothing runs."""


def fetched() -> bool:
    """Whether the other simulator lies in build/, after fetching it if need be."""
    if shutil.which("node") is None or shutil.which("npm") is None:
        return False
    if (RIVAL_FOLDER / "node_modules" / RIVAL).is_dir():
        return True
    RIVAL_FOLDER.mkdir(parents=True, exist_ok=True)
    command = ["npm", "install", "--no-fund", "--no-audit", "--prefix", str(RIVAL_FOLDER), f"{RIVAL}@3"]
    return subprocess.run(command, capture_output=True, check=False, timeout=120).returncode == 0


def rival_milliseconds(definition: Any, input: Any, runs: int) -> float:
    """The least of some runs, after as many to warm up its compiler."""
    job = {"package": str(RIVAL_FOLDER), "definition": definition, "input": input, "runs": 2 * runs}
    command = ["node", str(ROOT / "benchmarks" / "rival.mjs")]
    answer = subprocess.run(command, input=json.dumps(job), capture_output=True, text=True, check=False, timeout=100)
    if answer.returncode:
        sys.exit(f"{RIVAL} failed: {answer.stderr[-500:]}")
    found: list[float] = json.loads(answer.stdout)
    return min(found[runs:])


def main() -> None:
    """Prints one line for each benchmark."""
    for benchmark in (
        counter_loop,
        jsonata_loop,
        long_loop,
        map_of_items,
        parallel_of_branches,
        thousand_scenarios,
        rival,
    ):
        print(f"{benchmark.__name__.replace('_', ' '):<21} {benchmark()}", flush=True)


if __name__ == "__main__":
    main()
