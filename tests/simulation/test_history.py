"""Histories of random machines: whatever they do, the history and the trace hang together, and come out twice."""

from __future__ import annotations

from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st
from running import GLUE, fails, machine

from aslkit.simulation import Execution, simulate
from aslkit.simulation.resources import Outcome, Request

OUTCOMES = [
    Outcome(result={"n": 1}),
    Outcome(result=2, after=5.0, submitted={}),
    fails("E", "why", after=3.0),
    fails(None),
    Outcome(never=True),
]
PAYLOADS = st.sampled_from([None, 1, [1, 2], {"n": 1}, {"n": [3, 4]}, "text"])


class Dice:
    """Answers each request from the list, as its serial number falls."""

    def __init__(self, order: list[int]) -> None:
        self.order = order
        self.asked: set[int] = set()
        self.stopped: list[int] = []

    def begin(self) -> Dice:
        return Dice(self.order)

    def invoke(self, request: Request) -> Outcome:
        self.asked.add(request.serial)
        return OUTCOMES[self.order[request.serial % len(self.order)]]

    def stop(self, request: Request, at: float) -> None:
        self.stopped.append(request.serial)


def simple(index: int, target: str) -> st.SearchStrategy[dict[str, Any]]:
    return st.sampled_from(
        [
            {"Type": "Pass", "Next": target},
            {"Type": "Pass", "Result": {"n": [index]}, "Assign": {"v": index}, "Next": target},
            {"Type": "Pass", "OutputPath": "$.n", "Next": target},
            {"Type": "Wait", "Seconds": index, "Next": target},
            {"Type": "Choice", "Choices": [{"Variable": "$.n", "IsPresent": True, "Next": target}], "Default": "S0"},
            {"Type": "Fail", "Error": "E"},
            {"Type": "Succeed"},
            {"Type": "Pass", "End": True},
        ]
    )


@st.composite
def states(draw: st.DrawFn, depth: int = 2, prefix: str = "S") -> dict[str, Any]:
    """Up to four states that lead anywhere, tasks, Parallels and Maps among them."""
    count = draw(st.integers(1, 4))
    return {
        f"{prefix}{index}": draw(
            working(depth, f"{prefix}{index}", f"{prefix}{draw(st.integers(0, count - 1))}")
            if draw(st.booleans())
            else simple(index, f"{prefix}{draw(st.integers(0, count - 1))}")
        )
        for index in range(count)
    }


@st.composite
def working(draw: st.DrawFn, depth: int, name: str, target: str) -> dict[str, Any]:
    """A Task, Parallel or Map with some Retry and Catch."""
    kind = draw(st.sampled_from(["Task", "Parallel", "Map"] if depth else ["Task"]))
    names = st.sampled_from([["E"], ["States.ALL"], ["States.Timeout"]])
    state: dict[str, Any] = {"Type": kind, "Next": target}
    if draw(st.booleans()):
        state["Retry"] = [{"ErrorEquals": draw(names), "MaxAttempts": 1, "JitterStrategy": "FULL"}]
    if draw(st.booleans()):
        state["Catch"] = [{"ErrorEquals": draw(names), "Next": target, "ResultPath": "$.n"}]
    if kind == "Task":
        return state | {"Resource": GLUE, "TimeoutSeconds": 10}
    inner = [{"StartAt": f"{name}-{part}0", "States": draw(states(depth - 1, f"{name}-{part}"))} for part in "ab"]
    if kind == "Parallel":
        return state | {"Branches": inner}
    return state | {"ItemProcessor": inner[0], "MaxConcurrency": draw(st.integers(0, 2)), "ItemsPath": "$.n"}


def repaired(found: dict[str, Any], prefix: str = "S") -> dict[str, Any]:
    """The Default of a Choice inside a branch leads to the first state of that branch."""
    for state in found.values():
        if state["Type"] == "Choice":
            state["Default"] = f"{prefix}0"
        for inner in (*state.get("Branches", ()), *([state["ItemProcessor"]] if "ItemProcessor" in state else ())):
            repaired(inner["States"], inner["StartAt"].removesuffix("0"))
    return found


@given(states(), PAYLOADS, st.lists(st.integers(0, 4), min_size=1, max_size=5), st.integers(0, 9))
@settings(max_examples=100, deadline=None)
def test_every_run_ends_and_its_history_hangs_together(
    found: dict[str, Any], input: Any, order: list[int], seed: int
) -> None:
    compiled = machine(repaired(found), TimeoutSeconds=1_000)

    def once() -> Execution:
        return simulate(compiled, input=input, resources=Dice(order), seed=seed, max_events=400)

    execution = once()
    history = execution.history
    assert execution.status in ("SUCCEEDED", "FAILED", "TIMED_OUT")
    assert once().history == history
    check_order(history)
    check_trace(execution)


def check_order(history: list[dict[str, Any]]) -> None:
    """Ids count from 1, every event follows an earlier one, and time never goes back."""
    assert [event["id"] for event in history] == list(range(1, len(history) + 1))
    assert all(event["previousEventId"] < event["id"] for event in history)
    times = [event["timestamp"] for event in history]
    assert times == sorted(times)


def check_trace(execution: Execution) -> None:
    """A visit for each StateEntered, one that exited for each StateExited, each started task answered or stopped."""
    entered = [event for event in execution.history if event["type"].endswith("StateEntered")]
    exited = [event for event in execution.history if event["type"].endswith("StateExited")]
    assert [event["stateEnteredEventDetails"]["name"] for event in entered] == execution.path
    assert [event["id"] for event in entered] == [visit.event for visit in execution.visits]
    assert len(exited) == sum(visit.ended in ("exited", "caught") for visit in execution.visits)
    assert all(visit.left is not None and visit.left >= visit.entered for visit in execution.visits)
    assert execution.transitions >= len(execution.visits)
    if execution.status == "SUCCEEDED":
        assert execution.duration == max((visit.left or 0.0 for visit in execution.visits), default=0.0)
    services = execution.services
    assert isinstance(services, Dice)
    assert len(services.stopped) == len(set(services.stopped))
    assert set(services.stopped) <= services.asked
