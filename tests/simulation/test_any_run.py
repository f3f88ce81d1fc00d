"""What holds for every run of every state machine that the linter passes."""

import json
from collections import Counter
from typing import Any

from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from aslkit.definition.document import load
from aslkit.definition.model import StateMachine, parse
from aslkit.lint import lint
from aslkit.simulation import Execution, simulate
from aslkit.simulation.resources.account import Account
from aslkit.testing.strategies import VALUES, outcomes, state_machines

FINAL = {
    "SUCCEEDED": "ExecutionSucceeded",
    "FAILED": "ExecutionFailed",
    "TIMED_OUT": "ExecutionTimedOut",
    "ABORTED": "ExecutionAborted",
}


@st.composite
def runs(draw: st.DrawFn) -> tuple[StateMachine, Any, Account, int]:
    machine = parse(load(json.dumps(draw(state_machines())), source="drawn.json"))
    assume(not [found for found in lint(machine) if found.severity == "error"])
    return machine, draw(VALUES), draw(outcomes(machine)), draw(st.integers(0, 3))


def execution(machine: StateMachine, input: Any, account: Account, seed: int) -> Execution:
    return simulate(machine, input=input, resources=account, seed=seed, max_events=400, max_transitions=400)


@settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
@given(runs())
def test_it_ends_in_order_and_the_same_way_every_time(run: tuple[StateMachine, Any, Account, int]) -> None:
    machine, input, account, seed = run
    first = execution(machine, input, account, seed)
    history = first.history
    assert history[-1]["type"] == FINAL[first.status]
    assert [event["id"] for event in history] == list(range(1, len(history) + 1))
    assert all(event["previousEventId"] < event["id"] for event in history)
    times = [event["timestamp"] for event in history]
    assert times == sorted(times)
    assert json.dumps(execution(parse(machine.document), input, account, seed).history) == json.dumps(history)


@settings(max_examples=100, deadline=None, suppress_health_check=list(HealthCheck))
@given(runs())
def test_every_state_that_is_entered_is_left_or_ends_with_its_execution(
    run: tuple[StateMachine, Any, Account, int],
) -> None:
    done = execution(*run)
    entered = Counter(_name(event) for event in done.history if event["type"].endswith("StateEntered"))
    exited = Counter(_name(event) for event in done.history if event["type"].endswith("StateExited"))
    unmatched = entered - exited
    assert exited - entered == Counter()
    assert unmatched == Counter(visit.state for visit in done.visits if visit.ended not in ("exited", "caught"))
    if done.status == "SUCCEEDED":
        tolerated = {visit.state for visit in done.visits if visit.iteration or visit.ended in ("failed", "aborted")}
        assert set(unmatched) <= tolerated


def _name(event: dict[str, Any]) -> str:
    [details] = [value for key, value in event.items() if key.endswith("EventDetails")]
    name: str = details["name"]
    return name
