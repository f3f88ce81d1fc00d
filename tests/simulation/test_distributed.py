"""A distributed Map: its items, child executions, tolerated failures, events and results."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from running import GLUE, arrows, fails, machine

from aslkit.simulation import Execution, SimulationRefused, recorded, simulate
from aslkit.simulation.items import objects_of
from aslkit.simulation.program import NotSimulated
from aslkit.simulation.resources import Outcome, OutcomeError, Request

PASS = {"Type": "Pass", "End": True}
TASK = {"Type": "Task", "Resource": GLUE, "End": True}
WAIT = {"Type": "Wait", "Seconds": 10, "End": True}
CATCH = [{"ErrorEquals": ["States.ALL"], "Next": "C"}]
RUN = "arn:aws:states:us-east-1:111111111111:mapRun:StateMachine/L:"


class Services:
    """Answers by the index of the innermost child execution; holds S3 objects."""

    def __init__(self, outcomes: dict[int, Outcome] | None = None, objects: list[dict[str, Any]] | None = None) -> None:
        self.outcomes = outcomes or {}
        self.objects = objects_of(objects or ())
        self.asked: list[Request] = []
        self.stopped: list[tuple[int, float]] = []

    def begin(self) -> Services:
        return self

    def invoke(self, request: Request) -> Outcome:
        self.asked.append(request)
        return self.outcomes.get(request.iteration[-1][1], Outcome(result=request.iteration[-1][1], after=1.0))

    def stop(self, request: Request, at: float) -> None:
        self.stopped.append((request.iteration[-1][1], at))


def processor(state: dict[str, Any], type: str = "STANDARD", **others: Any) -> dict[str, Any]:
    config = {"Mode": "DISTRIBUTED", "ExecutionType": type}
    return {"ProcessorConfig": config, "StartAt": "I", "States": {"I": state, **others}}


def states(state: dict[str, Any], type: str = "STANDARD", **fields: Any) -> dict[str, Any]:
    return {
        "M": {"Type": "Map", "Label": "L", "ItemProcessor": processor(state, type), "End": True, **fields},
        "C": PASS,
    }


def run(state: dict[str, Any], input: Any, services: Any = None, type: str = "STANDARD", **fields: Any) -> Execution:
    return simulate(machine(states(state, type, **fields)), input=input, resources=services or Services())


def cause(text: str) -> str:
    return f"An error occurred while executing the state 'M' (entered at the event id #2). {text}"


EXCEEDED = ("States.ExceedToleratedFailureThreshold", "The specified tolerated failure threshold was exceeded")


# --- events ----------------------------------------------------------------------------------------------------------


def test_the_history_of_the_parent_tells_of_the_map_run_alone() -> None:
    execution = run(PASS, [1, 2])
    assert execution.output == [1, 2]
    assert arrows(execution)[1:] == [
        "2<-0 MapStateEntered",
        "3<-2 MapStateStarted",
        "4<-3 MapRunStarted",
        "5<-4 MapRunSucceeded",
        "6<-5 MapStateSucceeded",
        "7<-5 MapStateExited",
        "8<-7 ExecutionSucceeded",
    ]
    assert execution.history[2]["mapStateStartedEventDetails"] == {"length": 2}
    details = execution.history[3]["mapRunStartedEventDetails"]
    assert list(details) == ["mapRunArn"]
    assert details["mapRunArn"].startswith(RUN)


def test_a_failed_map_run_tells_why() -> None:
    execution = run({"Type": "Fail", "Error": "E"}, [1])
    assert (execution.error, execution.cause) == EXCEEDED
    assert arrows(execution)[2:] == [
        "3<-2 MapStateStarted",
        "4<-3 MapRunStarted",
        "5<-4 MapRunFailed",
        "6<-5 MapStateFailed",
        "7<-6 ExecutionFailed",
    ]
    assert execution.history[4]["mapRunFailedEventDetails"] == {"error": EXCEEDED[0], "cause": EXCEEDED[1]}


def test_a_retried_map_starts_another_map_run() -> None:
    retry = [{"ErrorEquals": [EXCEEDED[0]], "MaxAttempts": 1, "IntervalSeconds": 7}]
    execution = run({"Type": "Fail", "Error": "E"}, [1], Retry=retry, Catch=CATCH)
    assert (execution.output, execution.duration) == ({"Error": EXCEEDED[0], "Cause": EXCEEDED[1]}, 7.0)
    assert arrows(execution)[2:10] == [
        "3<-2 MapStateStarted",
        "4<-3 MapRunStarted",
        "5<-4 MapRunFailed",
        "6<-5 MapStateStarted",
        "7<-6 MapRunStarted",
        "8<-7 MapRunFailed",
        "9<-8 MapStateFailed",
        "10<-9 MapStateExited",
    ]
    arns = [event["mapRunStartedEventDetails"]["mapRunArn"] for event in (execution.history[3], execution.history[6])]
    assert len(set(arns)) == 2


def test_a_map_of_nothing_succeeds_at_once() -> None:
    assert run(PASS, []).output == []


# --- child executions ------------------------------------------------------------------------------------------------


def test_visits_tell_the_child_executions_of_their_states() -> None:
    execution = run(WAIT, ["a", "b"], MaxConcurrency=1)
    assert [(visit.state, visit.iteration, visit.entered, visit.left, visit.event) for visit in execution.visits] == [
        ("M", (), 0.0, 20.0, 2),
        ("I", (("M", 0),), 0.0, 10.0, 2),
        ("I", (("M", 1),), 10.0, 20.0, 2),
    ]
    assert execution.transitions == 3


def test_ten_thousand_child_executions_run_at_once_at_most() -> None:
    states_ = states(WAIT)
    assert simulate(machine(states_), input=[0] * 10_001, history=False).duration == 20.0


@pytest.mark.parametrize(("value", "duration"), [(2, 20.0), ("4", 10.0), (0, 10.0), (99_999, 10.0)])
def test_the_concurrency_may_stand_in_the_input(value: Any, duration: float) -> None:
    execution = run(WAIT, {"items": [0] * 4, "at": value}, ItemsPath="$.items", MaxConcurrencyPath="$.at")
    assert execution.duration == duration


def test_child_executions_run_side_by_side_in_time() -> None:
    services = Services({0: Outcome(result="slow", after=9.0), 1: Outcome(result="fast", after=4.0)})
    execution = run(TASK, [0, 1, 2], services, MaxConcurrency=2)
    assert (execution.output, execution.duration) == (["slow", "fast", 2], 9.0)
    assert [(request.iteration, request.at, request.invocation) for request in services.asked] == [
        ((("M", 0),), 0.0, 1),
        ((("M", 1),), 0.0, 1),
        ((("M", 2),), 4.0, 1),
    ]
    assert [request.serial for request in services.asked] == [1, 2, 3]


def test_a_child_execution_has_a_context_of_its_own() -> None:
    execution = run({"Type": "Pass", "Parameters": {"all.$": "$$"}, "End": True}, ["a"])
    context = execution.output[0]["all"]
    name = context["Execution"]["Name"]
    assert context == {
        "Execution": {
            "Id": f"arn:aws:states:us-east-1:111111111111:execution:StateMachine/L:{name}",
            "Input": "a",
            "StartTime": "2025-01-01T02:00:00.000Z",
            "Name": name,
            "RoleArn": "arn:aws:iam::111111111111:role/StepFunctionsRole",
            "RedriveCount": 0,
        },
        "StateMachine": {
            "Id": "arn:aws:states:us-east-1:111111111111:stateMachine:StateMachine/L",
            "Name": "StateMachine/L",
        },
        "State": {"Name": "I", "EnteredTime": "2025-01-01T02:00:00.000Z"},
        "Map": {"Item": {"Index": 0, "Value": "a", "Source": "STATE_DATA"}},
    }


def test_a_child_execution_starts_when_its_turn_comes() -> None:
    state = {"Type": "Pass", "Parameters": {"at.$": "$$.Execution.StartTime"}, "Next": "W"}
    inner = processor(state, W=WAIT)
    states_ = {"M": {"Type": "Map", "MaxConcurrency": 1, "ItemProcessor": inner, "End": True}}
    execution = simulate(machine(states_), input=[0, 0])
    assert [output["at"] for output in execution.output] == ["2025-01-01T02:00:00.000Z", "2025-01-01T02:00:10.000Z"]


def test_an_express_child_execution_takes_five_minutes_at_most() -> None:
    execution = run({"Type": "Wait", "Seconds": 301, "End": True}, [0], type="EXPRESS")
    assert (execution.error, execution.duration) == (EXCEEDED[0], 300.0)
    assert run({"Type": "Wait", "Seconds": 301, "End": True}, [0]).duration == 301.0


def test_a_task_of_an_express_child_execution_that_times_out_is_stopped() -> None:
    services = Services({0: Outcome(never=True)})
    assert run(TASK, [0], services, "EXPRESS", ToleratedFailureCount=1).output == []
    assert services.stopped == [(0, 300.0)]


def test_variables_of_the_parent_are_not_seen_by_child_executions() -> None:
    read = {"Type": "Pass", "Parameters": {"x.$": "$seen"}, "End": True}
    states_ = {"P": {"Type": "Pass", "Assign": {"seen": 1}, "Next": "M"}, **states(read, ToleratedFailureCount=1)}
    execution = simulate(machine(states_), input=[0])
    assert (execution.output, [visit.ended for visit in execution.visits]) == ([], ["exited", "exited", "failed"])
    selector = {"x.$": "$seen"}
    states_ = {"P": {"Type": "Pass", "Assign": {"seen": 1}, "Next": "M"}, **states(PASS, ItemSelector=selector)}
    assert simulate(machine(states_), input=[0]).output == [{"x": 1}]


def test_an_inline_map_and_a_parallel_inside_child_executions() -> None:
    inner = {"Type": "Map", "ItemProcessor": {"StartAt": "T", "States": {"T": TASK}}, "Next": "P"}
    branches = [{"StartAt": name, "States": {name: PASS}} for name in "AB"]
    parallel = {"Type": "Parallel", "Branches": branches, "End": True}
    states_ = {"M": {"Type": "Map", "ItemProcessor": processor(inner, P=parallel), "End": True}}
    services = Services()
    execution = simulate(machine(states_), input=[[0, 0], [0]], resources=services)
    assert execution.output == [[[0, 1], [0, 1]], [[0], [0]]]
    assert [request.iteration for request in services.asked] == [
        (("M", 0), ("I", 0)),
        (("M", 0), ("I", 1)),
        (("M", 1), ("I", 0)),
    ]
    assert len(execution.history) == 8


def test_a_distributed_map_inside_child_executions() -> None:
    inner = {"Type": "Map", "ItemProcessor": {**processor(TASK), "StartAt": "T", "States": {"T": TASK}}, "End": True}
    execution = run(inner, [["a"], ["b", "c"]])
    assert (execution.output, execution.duration) == ([[0], [0, 1]], 1.0)
    assert [visit.iteration for visit in execution.visits if visit.state == "T"] == [
        (("M", 0), ("I", 0)),
        (("M", 1), ("I", 0)),
        (("M", 1), ("I", 1)),
    ]


def test_a_child_execution_without_end_fails_at_its_own_limit_of_events() -> None:
    loop = {"Type": "Pass", "Next": "I"}
    execution = simulate(machine(states(loop, ToleratedFailurePercentage=100)), input=[0, 0], max_events=50)
    assert (execution.status, execution.output, len(execution.history)) == ("SUCCEEDED", [], 8)


def test_a_child_execution_without_end_ends_the_run_at_the_limit_of_transitions() -> None:
    execution = simulate(machine(states({"Type": "Pass", "Next": "I"})), input=[0], max_transitions=99, history=False)
    assert (execution.status, execution.error) == ("ABORTED", "Simulation.TransitionLimit")


def test_an_input_that_is_too_large_fails_its_child_execution() -> None:
    services = Services(objects=[{"Bucket": "b", "Key": "k", "Body": ["x" * 300_000, 1]}])
    execution = run(PASS, {}, services, ToleratedFailureCount=1, ItemReader=reader({"InputType": "JSON"}))
    assert execution.output == [1]


@settings(max_examples=50, deadline=None)
@given(st.lists(st.integers(0, 9), max_size=8), st.integers(0, 5))
def test_a_distributed_map_gives_and_takes_what_an_inline_map_does(seconds: list[int], concurrency: int) -> None:
    state = {"Type": "Wait", "SecondsPath": "$", "End": True}
    inline: dict[str, Any] = {
        "M": {"Type": "Map", "ItemProcessor": {"StartAt": "I", "States": {"I": state}}, "End": True}
    }
    inline["M"]["MaxConcurrency"] = concurrency
    expected = simulate(machine(inline), input=seconds)
    execution = run(state, seconds, MaxConcurrency=concurrency)
    assert (execution.output, execution.duration) == (expected.output, expected.duration)

    def known(visits: Any) -> list[Any]:
        return sorted((visit.iteration, visit.state, visit.entered, visit.left) for visit in visits)

    assert known(execution.visits) == known(expected.visits)


# --- tolerated failures ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("fields", "failed", "succeeds"),
    [
        ({}, 0, True),
        ({}, 1, False),
        ({"ToleratedFailureCount": 0}, 1, False),
        ({"ToleratedFailureCount": 2}, 2, True),
        ({"ToleratedFailureCount": 2}, 3, False),
        ({"ToleratedFailurePercentage": 50}, 2, True),
        ({"ToleratedFailurePercentage": 49.9}, 2, False),
        ({"ToleratedFailurePercentage": 100}, 4, True),
        ({"ToleratedFailureCount": 1, "ToleratedFailurePercentage": 100}, 2, False),
        ({"ToleratedFailureCount": 4, "ToleratedFailurePercentage": 25}, 2, False),
    ],
)
def test_so_many_items_may_fail(fields: dict[str, Any], failed: int, succeeds: bool) -> None:
    services = Services({index: fails("E") for index in range(failed)})
    execution = run(TASK, [0] * 4, services, **fields)
    assert execution.output == (list(range(failed, 4)) if succeeds else None)
    assert execution.error == (None if succeeds else EXCEEDED[0])


def test_one_failure_too_many_stops_the_other_child_executions() -> None:
    services = Services({0: Outcome(never=True), 1: fails("E", after=3.0)})
    execution = run(TASK, [0] * 5, services, MaxConcurrency=2, Catch=CATCH)
    assert (execution.output["Error"], execution.duration) == (EXCEEDED[0], 3.0)
    assert (services.stopped, len(services.asked)) == ([(0, 3.0)], 2)
    assert [(visit.state, visit.ended) for visit in execution.visits] == [
        ("M", "caught"),
        ("I", "aborted"),
        ("I", "failed"),
        ("C", "exited"),
    ]


def test_a_failed_batch_counts_all_its_items() -> None:
    services = Services({0: fails("E")})
    fields: dict[str, Any] = {"ItemBatcher": {"MaxItemsPerBatch": 3}, "ToleratedFailureCount": 2}
    assert run(TASK, [0] * 4, services, **fields).error == EXCEEDED[0]


def test_a_branch_beside_it_that_fails_stops_the_child_executions() -> None:
    services = Services({0: Outcome(never=True)})
    branches = [
        {"StartAt": "M", "States": {"M": states(TASK)["M"]}},
        {"StartAt": "W", "States": {"W": {**WAIT, "End": False, "Next": "F"}, "F": {"Type": "Fail", "Error": "E"}}},
    ]
    branches[1]["States"]["W"].pop("End")  # type: ignore[index]
    execution = simulate(
        machine({"P": {"Type": "Parallel", "Branches": branches, "End": True}}), input=[0], resources=services
    )
    assert (execution.error, services.stopped) == ("E", [(0, 10.0)])
    assert [event["type"] for event in execution.history][-5:] == [
        "WaitStateExited",
        "FailStateEntered",
        "MapStateAborted",
        "ParallelStateFailed",
        "ExecutionFailed",
    ]


PERCENTAGE, COUNT = "ToleratedFailurePercentage", "ToleratedFailureCount"


@pytest.mark.parametrize(
    ("field", "value", "text"),
    [
        (PERCENTAGE, -1, "ToleratedFailurePercentage must be between 0 and 100."),
        (PERCENTAGE, 100.1, "ToleratedFailurePercentage must be between 0 and 100."),
        (
            PERCENTAGE,
            {},
            'The ToleratedFailurePercentagePath field refers to value "{}" which is not a valid float: $.at',
        ),
        (
            PERCENTAGE,
            "x",
            'The ToleratedFailurePercentagePath field refers to value "x" which is not a valid float: $.at',
        ),
        (COUNT, -1, "ToleratedFailureCount cannot be negative."),
        (COUNT, 1.5, 'The ToleratedFailureCountPath field refers to value "1.5" which is not a valid integer: $.at'),
        ("MaxConcurrency", -1, "MaxConcurrency cannot be negative."),
        ("MaxConcurrency", "x", 'The MaxConcurrencyPath field refers to value "x" which is not a valid integer: $.at'),
    ],
)
def test_a_limit_that_is_none_fails_before_the_map_run_starts(field: str, value: Any, text: str) -> None:
    execution = run(PASS, {"items": [0], "at": value}, ItemsPath="$.items", Catch=CATCH, **{f"{field}Path": "$.at"})
    assert (execution.error, execution.cause) == ("States.Runtime", cause(text))
    assert arrows(execution)[2:] == ["3<-2 MapStateStarted", "4<-3 ExecutionFailed"]


@pytest.mark.parametrize(("field", "value"), [(PERCENTAGE, "12.5"), (PERCENTAGE, 0.5), (COUNT, "3")])
def test_a_limit_may_be_written_as_a_string(field: str, value: Any) -> None:
    assert run(PASS, {"items": [0], "at": value}, ItemsPath="$.items", **{f"{field}Path": "$.at"}).output == [0]


# --- reading items ---------------------------------------------------------------------------------------------------


def reader(config: dict[str, Any] | None = None, action: str = "getObject", **parameters: Any) -> dict[str, Any]:
    return {
        "Resource": f"arn:aws:states:::s3:{action}",
        "Parameters": parameters or {"Bucket": "b", "Key": "k"},
        **({} if config is None else {"ReaderConfig": config}),
    }


def reading(body: Any, config: dict[str, Any], input: Any = None, **fields: Any) -> Execution:
    services = Services(objects=[{"Bucket": "b", "Key": "k", "Body": body}])
    return run(PASS, input, services, ItemReader=reader(config), **fields)


def test_items_are_read_from_a_file() -> None:
    execution = reading("[1, 2, 3]", {"InputType": "JSON", "MaxItems": 2}, ItemsPath="$.is.not.asked")
    assert execution.output == [1, 2]
    assert execution.history[2]["mapStateStartedEventDetails"] == {"length": 0}


def test_where_to_read_may_stand_in_the_input() -> None:
    services = Services(objects=[{"Bucket": "b", "Key": "k", "Body": [7]}])
    where = reader({"InputType": "JSON"}, **{"Bucket.$": "$.bucket", "Key.$": "$$.Execution.Input.key"})
    assert run(PASS, {"bucket": "b", "key": "k"}, services, ItemReader=where).output == [7]


def test_items_may_be_the_objects_of_a_bucket() -> None:
    services = Services(objects=[{"Bucket": "b", "Key": key, "Body": ""} for key in ("p/1", "p/2", "q")])
    where = reader(action="listObjectsV2", Bucket="b", Prefix="p/")
    selector = {"key.$": "$$.Map.Item.Value.Key", "from.$": "$$.Map.Item.Source"}
    assert run(PASS, {}, services, ItemReader=where, ItemSelector=selector).output == [
        {"key": "p/1", "from": "S3://b"},
        {"key": "p/2", "from": "S3://b"},
    ]


def test_a_file_that_cannot_be_read_fails_the_map_run() -> None:
    execution = reading("{}", {"InputType": "JSON"})
    assert (execution.error, execution.cause) == (
        "States.ItemReaderFailed",
        "Attempting to map over non-iterable node.",
    )
    assert arrows(execution)[2:] == [
        "3<-2 MapStateStarted",
        "4<-3 MapRunStarted",
        "5<-4 MapRunFailed",
        "6<-5 MapStateFailed",
        "7<-6 ExecutionFailed",
    ]
    caught = reading("{}", {"InputType": "JSON"}, Catch=[{"ErrorEquals": ["States.ItemReaderFailed"], "Next": "C"}])
    assert caught.output == {"Error": execution.error, "Cause": execution.cause}


@pytest.mark.parametrize(("value", "expected"), [(0, [1, 2]), ("1", [1]), (100_000_001, [1, 2])])
def test_how_many_items_are_read_may_stand_in_the_input(value: Any, expected: list[int]) -> None:
    assert reading([1, 2], {"InputType": "JSON", "MaxItemsPath": "$.at"}, {"at": value}).output == expected


def test_a_negative_number_of_items_fails_the_map_run_and_a_fraction_before() -> None:
    config = {"InputType": "JSON", "MaxItemsPath": "$.at"}
    negative = reading([1], config, {"at": -1})
    assert (negative.error, negative.cause) == ("States.ItemReaderFailed", "field MaxItems must be positive")
    fraction = reading([1], config, {"at": 1.5})
    text = 'The MaxItemsPath field refers to value "1.5" which is not a valid integer: $.at'
    assert (fraction.error, fraction.cause) == ("States.Runtime", cause(text))
    assert arrows(fraction)[2:] == ["3<-2 MapStateStarted", "4<-3 ExecutionFailed"]


def test_a_bucket_that_nobody_describes_is_a_mistake_in_what_was_given() -> None:
    with pytest.raises(OutcomeError) as caught:
        run(PASS, {}, ItemReader=reader({"InputType": "JSON"}))
    assert caught.value.message == (
        "state 'M' reads s3://b/k, and nobody says what the bucket 'b' holds; give it among the `objects`"
    )
    assert (caught.value.request.service, caught.value.request.action) == ("s3", "getObject")


def test_a_bucket_that_is_no_string_fails_the_map_run() -> None:
    execution = run(PASS, {}, ItemReader=reader({"InputType": "JSON"}, Bucket=5, Key="k"))
    assert (execution.error, execution.cause) == (
        "States.Runtime",
        cause("The field 'Bucket' must be a string but was: 5"),
    )
    assert execution.history[4]["type"] == "MapRunFailed"


def test_recorded_attempts_without_an_iteration_answer_child_executions_one_after_the_other() -> None:
    attempts = [{"state": "I", "result": "first"}, {"state": "I", "result": "second"}]
    resources = recorded(attempts, objects=[{"Bucket": "b", "Key": "k", "Body": "[0, 0]"}])
    assert run(TASK, {}, resources, ItemReader=reader({"InputType": "JSON"})).output == ["first", "second"]


# --- selecting and batching ------------------------------------------------------------------------------------------


def test_an_item_selector_reads_the_input_of_the_map_and_the_item() -> None:
    selector = {"all.$": "$", "item.$": "$$.Map.Item.Value", "index.$": "$$.Map.Item.Index"}
    assert run(PASS, ["a", "b"], ItemSelector=selector).output == [
        {"all": ["a", "b"], "item": "a", "index": 0},
        {"all": ["a", "b"], "item": "b", "index": 1},
    ]


def test_an_item_selector_that_finds_nothing_names_the_map() -> None:
    execution = run(PASS, [1], ItemSelector={"x.$": "$.no"})
    text = "The JSONPath '$.no' specified for the field 'x.$' could not be found in the input '[1]'"
    assert (execution.error, execution.cause) == ("States.Runtime", cause(text))


def test_selected_items_are_batched() -> None:
    batcher = {"MaxItemsPerBatchPath": "$.most", "BatchInput": {"shared.$": "$.shared"}}
    input = {"items": [1, 2, 3], "most": "2", "shared": "s"}
    selector = {"v.$": "$$.Map.Item.Value"}
    execution = run(PASS, input, ItemsPath="$.items", ItemBatcher=batcher, ItemSelector=selector)
    assert execution.output == [
        {"BatchInput": {"shared": "s"}, "Items": [{"v": 1}, {"v": 2}]},
        {"BatchInput": {"shared": "s"}, "Items": [{"v": 3}]},
    ]


def test_a_batch_takes_so_many_bytes_at_most() -> None:
    assert run(PASS, ["aa", "bb", "cc"], ItemBatcher={"MaxInputBytesPerBatch": 21}).output == [
        {"Items": ["aa", "bb"]},
        {"Items": ["cc"]},
    ]


def test_a_batch_of_no_items_fails() -> None:
    execution = run(
        PASS, {"items": [1], "most": 0}, ItemsPath="$.items", ItemBatcher={"MaxItemsPerBatchPath": "$.most"}
    )
    assert (execution.error, execution.cause) == ("States.Runtime", cause("MaxItemsPerBatch must be positive."))


# --- writing results -------------------------------------------------------------------------------------------------


def writer(**config: str) -> dict[str, Any]:
    return {
        "Resource": "arn:aws:states:::s3:putObject",
        "Parameters": {"Bucket": "out", "Prefix": "jobs"},
        **({"WriterConfig": config} if config else {}),
    }


def test_results_are_written_to_files_with_a_manifest() -> None:
    services = Services({1: fails("E", "why")})
    execution = run(TASK, ["a", "b"], services, ToleratedFailureCount=1, ResultWriter=writer())
    arn = execution.output["MapRunArn"]
    uuid = arn.removeprefix(RUN)
    assert execution.output == {
        "MapRunArn": arn,
        "ResultWriterDetails": {"Bucket": "out", "Key": f"jobs/{uuid}/manifest.json"},
    }
    failed, succeeded, manifest = services.objects.written
    assert [file.key for file in services.objects.written] == [
        f"jobs/{uuid}/{name}" for name in ("FAILED_0.json", "SUCCEEDED_0.json", "manifest.json")
    ]
    assert json.loads(manifest.text) == {
        "DestinationBucket": "out",
        "MapRunArn": arn,
        "ResultFiles": {
            "FAILED": [{"Key": failed.key, "Size": len(failed.body)}],
            "PENDING": [],
            "SUCCEEDED": [{"Key": succeeded.key, "Size": len(succeeded.body)}],
        },
    }
    (described,) = json.loads(failed.text)
    machine_arn = "arn:aws:states:us-east-1:111111111111:stateMachine:StateMachine/L"
    assert described == {
        "Cause": "why",
        "Error": "E",
        "ExecutionArn": f"arn:aws:states:us-east-1:111111111111:execution:StateMachine/L:{described['Name']}",
        "Input": '"b"',
        "InputDetails": {"Included": True},
        "Name": described["Name"],
        "RedriveCount": 0,
        "RedriveStatus": "REDRIVABLE",
        "StartDate": "2025-01-01T02:00:00.000Z",
        "StateMachineArn": machine_arn,
        "Status": "FAILED",
        "StopDate": "2025-01-01T02:00:00.000Z",
    }
    (described,) = json.loads(succeeded.text)
    assert (described["Output"], described["Status"], described["StopDate"]) == (
        "0",
        "SUCCEEDED",
        "2025-01-01T02:00:01.000Z",
    )
    assert described["RedriveStatusReason"] == "Execution is SUCCEEDED and cannot be redriven"


def test_a_failed_map_run_writes_what_was_aborted_and_what_never_began() -> None:
    services = Services({0: Outcome(never=True), 1: fails("E", after=3.0)})
    run(TASK, [0] * 4, services, MaxConcurrency=2, ResultWriter=writer())
    files = {file.key.rpartition("/")[2]: json.loads(file.text) for file in services.objects.written}
    assert [child["Status"] for child in files["FAILED_0.json"]] == ["ABORTED", "FAILED"]
    assert files["FAILED_0.json"][0]["StopDate"] == "2025-01-01T02:00:03.000Z"
    assert files["PENDING_0.json"] == [{"Input": "0", "InputDetails": {"Included": True}, "Status": "PENDING"}] * 2
    assert "SUCCEEDED_0.json" not in files


@pytest.mark.parametrize(
    ("transformation", "output_type", "text"),
    [
        ("COMPACT", "JSON", "[[1,2],3]"),
        ("FLATTEN", "JSON", "[1,2,3]"),
        ("COMPACT", "JSONL", "[1,2]\n3\n"),
        ("FLATTEN", "JSONL", "1\n2\n3\n"),
    ],
)
def test_results_may_be_transformed(transformation: str, output_type: str, text: str) -> None:
    services = Services()
    config = {"Transformation": transformation, "OutputType": output_type}
    run(PASS, [[1, 2], 3], services, ResultWriter=writer(**config))
    assert services.objects.written[0].text == text
    inside = run(PASS, [[1, 2], 3], ResultWriter={"WriterConfig": config}).output
    assert inside == (text if output_type == "JSONL" else json.loads(text))


def test_a_result_writer_without_a_bucket_fails_before_the_map_run_starts() -> None:
    execution = run(PASS, [1], ResultWriter={**writer(), "Parameters": {}})
    text = "The field 'Bucket' must be a string but was: null"
    assert (execution.error, execution.cause) == ("States.Runtime", cause(text))
    assert arrows(execution)[2:] == ["3<-2 MapStateStarted", "4<-3 ExecutionFailed"]


def test_results_are_written_nowhere_when_the_service_knows_no_s3() -> None:
    execution = simulate(machine(states(PASS, ResultWriter=writer())), input=[1])
    assert execution.output["ResultWriterDetails"]["Bucket"] == "out"


# --- JSONata ---------------------------------------------------------------------------------------------------------


def test_fields_may_be_jsonata_expressions() -> None:
    services = Services({3: fails("E")}, objects=[{"Bucket": "b", "Key": "k", "Body": [1, 2, 3, 4, 5]}])
    fields: dict[str, Any] = {
        "QueryLanguage": "JSONata",
        "ItemReader": {
            "Resource": "arn:aws:states:::s3:getObject",
            "Arguments": {"Bucket": "{% $states.input.bucket %}", "Key": "k"},
            "ReaderConfig": {"InputType": "JSON", "MaxItems": "{% 2 + 2 %}"},
        },
        "ItemSelector": "{% $states.context.Map.Item.Value * 10 %}",
        "ItemBatcher": {"MaxItemsPerBatch": "{% 1 %}", "BatchInput": {"b": "{% $states.input.bucket %}"}},
        "MaxConcurrency": "{% 1 %}",
        "ToleratedFailurePercentage": "{% 25 %}",
        "Output": "{% $states.result %}",
    }
    execution = run(TASK, {"bucket": "b"}, services, **fields)
    assert (execution.output, execution.duration) == ([0, 1, 2], 3.0)
    assert [request.iteration[-1][1] for request in services.asked] == [0, 1, 2, 3]


# --- what cannot run -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("fields", "text"),
    [
        ({"ItemReader": 5}, "has a value of ItemReader that is no object: 5"),
        (
            {"ItemReader": {**reader({}), "Resource": "arn:aws:states:::s3:putObject"}},
            "has an ItemReader whose Resource is neither s3:getObject nor s3:listObjectsV2: "
            "arn:aws:states:::s3:putObject",
        ),
        ({"ItemReader": reader()}, "has an ItemReader that does not say the InputType of its file"),
        (
            {"ItemReader": {"Resource": "arn:aws:states:::s3:listObjectsV2"}},
            "has an ItemReader that does not say where to read",
        ),
        (
            {"ItemReader": reader({"InputType": "XML"})},
            'has a ReaderConfig that cannot be used: InputType is "XML", none of CSV, JSON, JSONL, MANIFEST, PARQUET',
        ),
        (
            {"ItemReader": reader({"InputType": "JSON", "MaxItems": "${Most}"})},
            'has a MaxItems that is no number: "${Most}"',
        ),
        (
            {"ResultWriter": writer(OutputType="CSV")},
            'has a WriterConfig that cannot be used: OutputType is "CSV", none of JSON, JSONL',
        ),
    ],
)
def test_a_field_that_cannot_be_used_is_refused_before_the_run(fields: dict[str, Any], text: str) -> None:
    with pytest.raises(SimulationRefused) as caught:
        run(PASS, [], **fields)
    assert caught.value.message == f"state 'M' {text}"


def test_parquet_files_are_not_simulated() -> None:
    with pytest.raises(NotSimulated) as caught:
        run(PASS, [], ItemReader=reader({"InputType": "PARQUET"}))
    assert caught.value.message == (
        "state 'M' reads its items from PARQUET files, which is not simulated; CSV, JSON and JSONL files are"
    )
