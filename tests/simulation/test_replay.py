"""Today's machine on a recorded execution: the same way, or where and why another."""

from __future__ import annotations

import json
from pathlib import Path
from random import Random
from typing import Any

import pytest

import aslkit
from aslkit.definition.document import load
from aslkit.definition.model import StateMachine, parse
from aslkit.simulation import simulate
from aslkit.simulation.history import KINDS
from aslkit.simulation.recording import HistoryError
from aslkit.simulation.redrive import redrive
from aslkit.simulation.replay import Replay, alike, replay
from aslkit.simulation.resources import Outcome
from aslkit.simulation.scenario import run_scenarios
from tests.running import GLUE, Answers, fails, machine

DEFINITIONS = Path(__file__).parents[2] / "definitions"


def states(**changes: Any) -> dict[str, Any]:
    """A machine that loads, asks whether that was good, and tells."""
    load_state: dict[str, Any] = {
        "Type": "Task",
        "Resource": GLUE,
        "Parameters": {"JobName": "load", "Arguments": {"--DATE.$": "$.date"}},
        "TimeoutSeconds": 3600,
        "Retry": [{"ErrorEquals": ["E"], "MaxAttempts": 1}],
        "ResultPath": "$.run",
        "Next": "Good",
    }
    return {
        "Load": {**load_state, **changes},
        "Good": {
            "Type": "Choice",
            "Choices": [{"Variable": "$.run.rows", "NumericGreaterThan": 10, "Next": "Tell"}],
            "Default": "Bad",
        },
        "Tell": {
            "Type": "Task",
            "Resource": "arn:aws:states:::sns:publish",
            "Parameters": {
                "TopicArn": "t",
                "Message.$": "States.Format('{} {}', $$.Execution.Id, $$.State.EnteredTime)",
            },
            "End": True,
        },
        "Bad": {"Type": "Fail", "Error": "Few"},
    }


OUTCOMES = {"Load": [fails("E", after=5.0), Outcome(result={"rows": 20}, after=60.0)], "Tell": [Outcome(result=1)]}


def recorded_history(then: StateMachine | None = None, **options: Any) -> Any:
    outcomes = options.pop("outcomes", OUTCOMES)
    execution = simulate(
        then or machine(states()), input={"date": "1"}, resources=Answers(**outcomes), name="real", **options
    )
    return json.loads(json.dumps({"events": execution.history}))


HISTORY = recorded_history()


def told(found: Replay) -> list[tuple[str, str, str]]:
    """(kind, pointer, message) of each difference."""
    return [(one.kind, "/".join(map(str, one.pointer)), one.message) for one in found.differences]


def test_the_same_machine_goes_the_same_way_in_the_same_time() -> None:
    found = aslkit.replay(machine(states()), HISTORY)
    assert (found.same, found.differences, found.remarks) == (True, (), ())
    assert (found.execution.status, found.execution.duration, found.execution.waits("Load")) == (
        "SUCCEEDED",
        66.0,
        [1.0],
    )


def test_names_instants_and_tokens_of_an_execution_are_no_difference() -> None:
    assert alike("arn:x:ReplayedStateMachine:y at 2020", "arn:x:ReplayedStateMachine:y at 2020")
    assert alike("at 2026-01-02T03:04:05.678Z by me", "at 2025-01-01T02:00:00.000Z by me")
    assert alike({"a": [1, 2.0]}, {"a": [1.0, 2]})
    assert not alike("at 2026-01-02T03:04:05.678Z by you", "at 2025-01-01T02:00:00.000Z by me")
    assert not alike(1, True)
    assert not alike({"a": 1}, {"a": 1, "b": 2})


def test_another_threshold_takes_another_way() -> None:
    other = states()
    other["Good"]["Choices"][0]["NumericGreaterThan"] = 30
    found = replay(machine(other), HISTORY)
    assert told(found) == [
        ("path", "States/Good/Default", "after 'Good' the recording enters 'Tell', today 'Bad' follows"),
        ("status", "", "the execution's status: recorded SUCCEEDED, today FAILED"),
    ]
    assert (found.differences[0].event, found.differences[0].at) == (13, 66.0)


def test_other_parameters_and_time_limits_are_said_and_do_not_end_the_comparison() -> None:
    parameters = {"JobName": "load", "Arguments": {"--DATE": "2", "--NEW": "x"}}
    found = replay(machine(states(Parameters=parameters, TimeoutSeconds=1800)), HISTORY)
    assert told(found) == [
        ("parameters", "States/Load", "the parameters of state 'Load', Arguments.--DATE: recorded 1, today 2"),
        ("timer", "States/Load", "the time-out of state 'Load': recorded 3600, today 1800"),
    ]
    assert found.execution.status == "SUCCEEDED"


def test_a_time_limit_below_the_recorded_time_ends_otherwise() -> None:
    found = replay(machine(states(TimeoutSeconds=30)), HISTORY)
    assert told(found)[1:] == [
        (
            "outcome",
            "States/Load",
            "state 'Load' (attempt 2) succeeded after 1m in the recording; today it timed out after 30s",
        ),
        ("status", "", "the execution's status: recorded SUCCEEDED, today FAILED"),
    ]


def test_a_retrier_that_is_gone_is_seen_where_the_recording_tries_again() -> None:
    found = replay(machine(states(Retry=[])), HISTORY)
    assert told(found) == [
        ("retry", "States/Load", "state 'Load' was tried again in the recording (attempt 2); today it is not"),
        ("status", "", "the execution's status: recorded SUCCEEDED, today FAILED"),
    ]


def test_a_retrier_that_is_new_asks_for_an_answer_that_was_never_given() -> None:
    history = recorded_history(machine(states(Retry=[])), outcomes={"Load": [fails("E", "c")]})
    found = replay(machine(states()), history)
    assert told(found) == [
        ("retry", "States/Load", "state 'Load' is tried again today (attempt 2); in the recording it was not"),
    ]
    assert found.execution.error == "Simulation.NotRecorded"
    assert found.remarks == (
        f"The recording has no answer for invocation 2 of state 'Load' ({GLUE}). What follows cannot be told.",
    )


def test_a_state_that_is_new_has_no_answer() -> None:
    other = states(Next="Check")
    other["Check"] = {"Type": "Task", "Resource": GLUE, "Next": "Good"}
    assert told(replay(machine(other), HISTORY)) == [
        ("path", "States/Load/Next", "after 'Load' the recording enters 'Good', today 'Check' follows")
    ]


def test_another_place_for_the_result_is_seen_in_the_output_and_in_what_follows_from_it() -> None:
    found = replay(machine(states(ResultPath="$.job")), HISTORY)
    assert [(one.kind, one.pointer) for one in found.differences] == [
        ("output", ("States", "Load")),
        ("failure", ("States", "Good")),
        ("status", ()),
    ]
    assert found.differences[0].message == "the output of state 'Load', run: recorded {\"rows\":20}, today nothing"


def test_another_call_and_another_type_are_said() -> None:
    assert told(replay(machine(states(Resource="arn:aws:states:::glue:startJobRun")), HISTORY))[:1] == [
        (
            "call",
            "States/Load/Resource",
            "state 'Load' called glue:startJobRun.sync; today it calls glue:startJobRun",
        )
    ]
    other = states()
    other["Load"] = {"Type": "Pass", "Next": "Good"}
    assert told(replay(machine(other), HISTORY))[0] == (
        "type",
        "States/Load/Type",
        "state 'Load' was a Task when this was recorded; today it is a Pass",
    )


def test_an_error_that_is_caught_today_goes_on() -> None:
    history = recorded_history(machine(states(Retry=[])), outcomes={"Load": [fails("E", "c")]})
    found = replay(machine(states(Retry=[], Catch=[{"ErrorEquals": ["States.ALL"], "Next": "Bad"}])), history)
    assert told(found) == [
        ("failure", "States/Load", "state 'Load' failed in the recording (E: c); today it is left"),
        ("status", "", "the execution's error: recorded E, today Few"),
        ("status", "", "the execution's cause: recorded c, today none"),
    ]


FAN = {
    "Fan": {
        "Type": "Map",
        "ItemsPath": "$.items",
        "End": True,
        "ItemProcessor": {"StartAt": "Item", "States": {"Item": {"Type": "Task", "Resource": GLUE, "End": True}}},
    }
}


def test_iterations_are_compared_by_their_index() -> None:
    first = simulate(machine(FAN), input={"items": [1, 2, 3]}, resources=Answers(Item=[Outcome(result=7, after=2.0)]))
    history = {"events": first.history}
    assert replay(machine(FAN), history).same
    fewer = {"Fan": {**FAN["Fan"], "ItemsPath": "$.items[0:2]"}}
    assert told(replay(machine(fewer), history))[0] == (
        "items",
        "States/Fan",
        'the items of state \'Fan\': recorded ["0","1","2"], today ["0","1"]',
    )


def test_an_execution_that_was_stopped_is_compared_as_far_as_it_got() -> None:
    history = recorded_history(stop_at=30.0, stop_error="Ops", stop_cause="deploy")
    found = replay(machine(states()), history)
    assert (found.same, found.execution.status, found.execution.error) == (True, "ABORTED", "Ops")
    assert not replay(machine(states(Retry=[])), history).same


def test_an_execution_that_still_runs_is_compared_as_far_as_it_got() -> None:
    found = replay(machine(states()), {"events": HISTORY["events"][:7]})
    assert found.same
    assert found.remarks[0] == "the history ends with event 7 (TaskStarted): the execution is still running"


def test_a_redriven_execution_is_redriven_again() -> None:
    then = machine(states(Retry=[]))
    execution = simulate(then, input={"date": "1"}, resources=Answers(**OUTCOMES))
    again = redrive(then, execution, after=600.0)
    assert again.status == "SUCCEEDED"
    found = replay(then, {"events": again.history})
    assert (found.same, found.execution.status, found.execution.duration) == (True, "SUCCEEDED", again.duration)


def test_an_input_that_the_history_lacks_has_to_be_given() -> None:
    events = json.loads(json.dumps(HISTORY["events"]))
    events[0]["executionStartedEventDetails"]["inputDetails"]["truncated"] = True
    with pytest.raises(HistoryError, match="lacks the execution's input"):
        replay(machine(states()), events)
    assert replay(machine(states()), events, input={"date": "1"}).same


def test_a_history_with_events_that_make_no_sense_is_replayed_or_refused_and_never_crashes() -> None:
    random = Random(1)
    for _ in range(150):
        events = json.loads(json.dumps(HISTORY["events"]))
        for _ in range(random.randint(1, 6)):
            spoil(events, random)
        try:
            assert isinstance(replay(machine(states()), {"events": events}), Replay)
        except HistoryError as refused:
            assert str(refused)


def spoil(events: list[dict[str, Any]], random: Random) -> None:
    """Makes one event wrong."""
    event = random.choice(events)
    details = next((key for key in event if key.endswith("Details")), "stateExitedEventDetails")
    match random.randrange(6):
        case 0:
            event["type"] = random.choice(list(KINDS))
        case 1:
            event["previousEventId"] = random.randint(-3, 30)
        case 2:
            event["timestamp"] = random.choice([None, -1, 1e300, "noon", True])
        case 3:
            event[details] = random.choice(
                [None, 3, {"name": 4, "input": 5, "output": "{", "index": "x", "cause": [1]}]
            )
        case 4:
            events.insert(random.randrange(len(events)), {"id": random.randint(1, 30), "type": "ExecutionRedriven"})
        case _:
            event["id"] = random.randint(1, 30)


def test_every_scenario_of_the_reference_workflow_replays_from_its_own_history() -> None:
    document = load((DEFINITIONS / "db-refresh.asl.yaml").read_text(), source="db-refresh.asl.yaml")
    scenarios = load((DEFINITIONS / "db-refresh.scenarios.yaml").read_text(), source="db-refresh.scenarios.yaml")
    reference = parse(document)
    verdicts = run_scenarios(scenarios, reference, read=lambda name: (DEFINITIONS / name).read_text())
    for verdict in verdicts:
        assert verdict.execution is not None
        found = replay(reference, {"events": verdict.execution.history})
        again = found.execution
        assert (verdict.name, found.differences, found.remarks) == (verdict.name, (), ())
        assert (again.status, again.path) == (verdict.execution.status, verdict.execution.path)
        assert again.duration == pytest.approx(verdict.execution.duration)
