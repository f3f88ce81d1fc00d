"""JSONata in the simulator: where expressions stand, what they read, what comes of one that fails."""

from typing import Any

import pytest
from running import INVOKE, Answers, fails, machine

from aslkit.simulation import Execution, SimulationRefused, simulate
from aslkit.simulation.resources import Outcome


def run(states: dict[str, Any], input: Any = None, resources: Any = None, **options: Any) -> Execution:
    return simulate(
        machine(states, QueryLanguage="JSONata"), input={} if input is None else input, resources=resources, **options
    )


def events(execution: Execution) -> list[tuple[int, int, str]]:
    return [(event["id"], event["previousEventId"], event["type"]) for event in execution.history]


def detail(execution: Execution, type: str) -> dict[str, Any]:
    [found] = [event for event in execution.history if event["type"] == type]
    return next(value for key, value in found.items() if key.endswith("EventDetails"))


def test_output_replaces_what_a_state_passes_on_and_keeps_its_keys_in_order() -> None:
    output = {"z": "{% $states.input.n * 2 %}", "a": ["{% $states.input.n %}", "plain"], "b": None}
    execution = run({"A": {"Type": "Pass", "Output": output, "End": True}}, {"n": 4})
    assert execution.history[2]["stateExitedEventDetails"]["output"] == '{"z":8,"a":[4,"plain"],"b":null}'


def test_a_state_without_output_passes_on_its_input_and_a_task_its_result() -> None:
    states = {
        "Wait": {"Type": "Wait", "Seconds": "{% $states.input.n %}", "Next": "Ask"},
        "Ask": {"Type": "Task", "Resource": INVOKE, "Arguments": {"x": "{% $states.input %}"}, "End": True},
    }
    execution = run(states, {"n": 7}, Answers(Ask=[Outcome(result="answer")]))
    services: Any = execution.services
    assert (execution.output, execution.duration, services.asked[0].parameters) == ("answer", 7.0, {"x": {"n": 7}})


def test_output_and_assign_of_a_task_read_its_input_and_its_result_and_the_old_variables() -> None:
    states = {
        "First": {"Type": "Pass", "Assign": {"seen": 1}, "Next": "Ask"},
        "Ask": {
            "Type": "Task",
            "Resource": INVOKE,
            "Assign": {"seen": "{% $states.result + $seen %}"},
            "Output": "{% [$states.input.n, $states.result, $seen] %}",
            "Next": "Last",
        },
        "Last": {"Type": "Pass", "Output": "{% {'before': $states.input, 'now': $seen} %}", "End": True},
    }
    execution = run(states, {"n": 1}, Answers(Ask=[Outcome(result=10)]))
    assert execution.output == {"before": [1, 10, 1], "now": 11}


def test_a_catcher_reads_the_error_and_passes_on_what_its_output_says() -> None:
    catcher = {
        "ErrorEquals": ["States.ALL"],
        "Output": {"why": "{% $states.errorOutput.Error %}", "input": "{% $states.input %}"},
        "Assign": {"cause": "{% $states.errorOutput.Cause %}"},
        "Next": "Told",
    }
    states = {
        "Ask": {"Type": "Task", "Resource": INVOKE, "Catch": [catcher], "End": True},
        "Told": {"Type": "Pass", "Output": "{% $merge([$states.input, {'cause': $cause}]) %}", "End": True},
    }
    execution = run(states, {"n": 1}, Answers(Ask=[fails("Broken", "It broke.")]))
    assert execution.output == {"why": "Broken", "input": {"n": 1}, "cause": "It broke."}


def test_a_catcher_without_output_passes_on_the_error_object() -> None:
    states = {
        "Ask": {
            "Type": "Task",
            "Resource": INVOKE,
            "Catch": [{"ErrorEquals": ["States.ALL"], "Next": "Told"}],
            "End": True,
        },
        "Told": {"Type": "Succeed"},
    }
    execution = run(states, {"n": 1}, Answers(Ask=[fails("Broken", "It broke.")]))
    assert execution.output == {"Error": "Broken", "Cause": "It broke."}


@pytest.mark.parametrize(("n", "output"), [(5, {"big": 5}), (1, {"default": 1})])
def test_a_choice_passes_on_the_output_of_the_rule_or_of_the_state_for_its_default(n: int, output: Any) -> None:
    states = {
        "Which": {
            "Type": "Choice",
            "Choices": [
                {"Condition": "{% $states.input.n > 3 %}", "Output": {"big": "{% $states.input.n %}"}, "Next": "End"}
            ],
            "Output": {"default": "{% $states.input.n %}"},
            "Default": "End",
        },
        "End": {"Type": "Succeed"},
    }
    assert run(states, {"n": n}).output == output


def test_a_map_takes_its_items_from_an_expression_and_each_iteration_reads_its_own_item() -> None:
    states = {
        "Each": {
            "Type": "Map",
            "Items": "{% $states.input.items %}",
            "ItemSelector": {
                "value": "{% $states.context.Map.Item.Value %}",
                "index": "{% $states.context.Map.Item.Index %}",
                "of": "{% $count($states.input.items) %}",
            },
            "ItemProcessor": {"StartAt": "P", "States": {"P": {"Type": "Pass", "End": True}}},
            "Output": "{% $states.result %}",
            "End": True,
        }
    }
    expected = [{"value": "a", "index": 0, "of": 2}, {"value": "b", "index": 1, "of": 2}]
    assert run(states, {"items": ["a", "b"]}).output == expected


def test_a_state_may_use_another_query_language_than_its_machine() -> None:
    states = {
        "Path": {"Type": "Pass", "QueryLanguage": "JSONPath", "Parameters": {"x.$": "$.n"}, "Next": "Expression"},
        "Expression": {"Type": "Pass", "QueryLanguage": "JSONata", "Output": "{% $states.input.x + 1 %}", "End": True},
    }
    mixed = machine(states)
    assert simulate(mixed, input={"n": 1}).output == 2


def test_error_and_cause_of_a_fail_may_be_expressions() -> None:
    states = {"F": {"Type": "Fail", "Error": "{% $states.input.code %}", "Cause": "{% 'was ' & $states.input.code %}"}}
    execution = run(states, {"code": "E1"})
    assert (execution.error, execution.cause) == ("E1", "was E1")


def test_the_present_instant_is_virtual() -> None:
    states = {
        "Wait": {"Type": "Wait", "Seconds": 60, "Next": "Now"},
        "Now": {"Type": "Pass", "Output": "{% $now() %}", "End": True},
    }
    assert run(states, start=0.0).output == "1970-01-01T00:01:00.000Z"


def test_a_timestamp_may_be_an_expression() -> None:
    states = {"Wait": {"Type": "Wait", "Timestamp": "{% $states.input.at %}", "End": True}}
    assert run(states, {"at": "1970-01-01T00:00:05Z"}, start=0.0).duration == 5.0


# --- failures --------------------------------------------------------------------------------------------------------


PREFIX = "An error occurred while executing the state 'A' (entered at the event id #2). "


def test_an_undefined_result_fails_the_state_with_an_event_that_follows_what_came_before_it() -> None:
    execution = run({"A": {"Type": "Pass", "Output": {"x": "{% $states.input.none %}"}, "End": True}})
    cause = (
        PREFIX + "The JSONata expression '$states.input.none' specified for the field 'Output/x' returned nothing "
        "(undefined)."
    )
    assert events(execution) == [
        (1, 0, "ExecutionStarted"),
        (2, 0, "PassStateEntered"),
        (3, 0, "EvaluationFailed"),
        (4, 3, "ExecutionFailed"),
    ]
    assert detail(execution, "EvaluationFailed") == {
        "error": "States.QueryEvaluationError",
        "cause": cause,
        "location": "Output/x",
        "state": "A",
    }
    assert (execution.error, execution.cause) == ("States.QueryEvaluationError", cause)


@pytest.mark.parametrize(
    ("fields", "cause"),
    [
        (
            {"Type": "Wait", "Seconds": "{% 'soon' %}"},
            "The JSONata expression ''soon'' specified for the field 'Seconds' returned an unexpected result type. "
            "Expected 'number', but was 'string' for value: \"soon\"",
        ),
        (
            {"Type": "Pass", "Output": "{% function($x){$x} %}"},
            "The JSONata expression 'function($x){$x}' specified for the field 'Output' returned an unsupported result "
            "type.",
        ),
        (
            {"Type": "Wait", "Seconds": "{% -1 %}"},
            "The Seconds parameter references a negative value: -1",
        ),
        (
            {"Type": "Wait", "Timestamp": "{% 'noon' %}"},
            "The Timestamp parameter does not reference a valid ISO-8601 extended offset date-time format string: "
            "'noon' == noon",
        ),
    ],
)
def test_a_result_that_does_not_fit_its_field_says_what_it_was(fields: dict[str, Any], cause: str) -> None:
    execution = run({"A": {**fields, "End": True}})
    assert (execution.error, execution.cause) == ("States.QueryEvaluationError", PREFIX + cause)


def test_a_map_without_items_needs_an_array_as_its_input() -> None:
    body = {"StartAt": "P", "States": {"P": {"Type": "Pass", "End": True}}}
    execution = run({"A": {"Type": "Map", "ItemProcessor": body, "End": True}}, {"n": 1})
    assert execution.cause == PREFIX + 'Map state input must be an array but was: {"n":1}'
    assert [type for _, _, type in events(execution)][2:] == ["EvaluationFailed", "MapStateFailed", "ExecutionFailed"]
    assert "location" not in detail(execution, "EvaluationFailed")


def test_an_expression_that_fails_can_be_caught_and_retried() -> None:
    task = {
        "Type": "Task",
        "Resource": INVOKE,
        "Arguments": "{% $states.input.none %}",
        "Retry": [{"ErrorEquals": ["States.QueryEvaluationError"], "IntervalSeconds": 5, "MaxAttempts": 1}],
        "Catch": [{"ErrorEquals": ["States.QueryEvaluationError"], "Output": "caught", "Next": "Done"}],
        "End": True,
    }
    execution = run({"A": task, "Done": {"Type": "Succeed"}}, resources=Answers())
    assert (execution.status, execution.output, execution.duration) == ("SUCCEEDED", "caught", 5.0)
    assert [type for _, _, type in events(execution)].count("EvaluationFailed") == 2


def test_an_expression_that_is_none_refuses_the_machine_with_its_state() -> None:
    with pytest.raises(SimulationRefused, match=r"state 'A' cannot run: .*at /States/A"):
        run({"A": {"Type": "Pass", "Output": "{% 1 + %}", "End": True}})


# --- workflow types and limits ---------------------------------------------------------------------------------------


def test_an_express_execution_times_out_after_five_minutes() -> None:
    execution = run({"W": {"Type": "Wait", "Seconds": 301, "End": True}}, type="EXPRESS")
    assert (execution.status, execution.duration) == ("TIMED_OUT", 300.0)


def test_an_express_workflow_with_a_task_that_waits_is_refused() -> None:
    states = {"A": {"Type": "Task", "Resource": "arn:aws:states:::glue:startJobRun.sync", "End": True}}
    with pytest.raises(SimulationRefused, match="which an Express workflow cannot do"):
        run(states, type="EXPRESS")


def test_an_express_execution_knows_no_redrive() -> None:
    states = {"A": {"Type": "Pass", "Output": "{% $states.context.Execution %}", "End": True}}
    assert "RedriveCount" not in run(states, type="EXPRESS").output
    assert run(states).output["RedriveCount"] == 0


@pytest.mark.parametrize(("data_limit", "status"), [("recorded", "SUCCEEDED"), ("documented", "FAILED")])
def test_a_result_over_the_limit_can_be_caught_unless_the_guide_is_followed(data_limit: str, status: str) -> None:
    task = {
        "Type": "Task",
        "Resource": INVOKE,
        "Catch": [{"ErrorEquals": ["States.ALL"], "Next": "Done"}],
        "End": True,
    }
    answers = Answers(A=[Outcome(result="x" * 300_000)])
    execution = run({"A": task, "Done": {"Type": "Succeed"}}, resources=answers, data_limit=data_limit)
    assert execution.status == status
