"""The notification proof: who is told of what, after how long, and what no definition can tell of."""

from __future__ import annotations

import json
from typing import Any

import pytest

from aslkit.definition.document import load
from aslkit.definition.model import StateMachine, parse
from aslkit.report.proof import as_file, event_rule, summary
from aslkit.simulation.exploration.proof import Proof, prove
from aslkit.simulation.exploration.search import explore

TOPIC = "arn:aws:sns:us-east-1:123456789012:t"
LOAD = {
    "Type": "Task",
    "Resource": "arn:aws:states:::glue:startJobRun.sync",
    "Parameters": {"JobName.$": "$.job"},
    "TimeoutSeconds": 600,
    "Retry": [{"ErrorEquals": ["States.TaskFailed"], "IntervalSeconds": 30, "MaxAttempts": 1}],
    "Catch": [{"ErrorEquals": ["States.TaskFailed"], "ResultPath": "$.error", "Next": "Tell"}],
    "End": True,
}
TELL = {
    "Type": "Task",
    "Resource": "arn:aws:states:::sns:publish",
    "Parameters": {"TopicArn": TOPIC, "Message.$": "States.Format('Load {}', $.error.Error)"},
    "TimeoutSeconds": 60,
    "ResultPath": None,
    "Retry": [{"ErrorEquals": ["States.ALL"], "IntervalSeconds": 5, "MaxAttempts": 1}],
    "Next": "Failed",
}
STATES = {"Load": LOAD, "Tell": TELL, "Failed": {"Type": "Fail", "ErrorPath": "$.error.Error"}}


def machine(states: dict[str, Any]) -> StateMachine:
    return parse(load(json.dumps({"StartAt": "Load", "States": states}), source="m.asl.yaml"))


def proof(**settings: Any) -> Proof:
    return prove(explore(machine(STATES), input={"job": "load"}, faults=0, settings=settings))


def row(found: Proof, state: str, mishap: str) -> tuple[Any, ...]:
    one = next(row for row in found.rows if (row.state, row.mishap) == (state, mishap))
    return one.error, one.verdict, one.told, one.after, one.tries, one.status, one.ending, one.lasts


def test_a_row_says_who_is_told_when_and_how_the_run_ends() -> None:
    expected = ("States.TaskFailed", "told", "Tell", 90.0, 2, "FAILED", "States.TaskFailed", 150.0)
    assert row(proof(), "Load", "glue: failed") == expected


def test_an_error_that_no_catcher_covers_goes_unnoticed() -> None:
    """States.TaskFailed covers no time-out, and this one comes long before Glue's own."""
    expected = ("States.Timeout", "unnoticed", None, None, 1, "FAILED", "States.Timeout", 600.0)
    assert row(proof(), "Load", "hangs") == expected
    assert [one.mishap for one in proof().unnoticed] == ["glue: timeout", "hangs"]


@pytest.mark.parametrize(
    ("message", "lacks"),
    [
        ("States.Format('Load {}', $.error.Error)", None),
        ("States.Format('{}', $.error.Error)", "which state or job failed"),
        ("States.Format('Load {}', $$.Execution.Name)", "the error"),
    ],
)
def test_a_message_that_does_not_say_all_is_no_silence_but_says_what_it_lacks(message: str, lacks: str | None) -> None:
    tell = {**TELL, "Parameters": {"TopicArn": TOPIC, "Message.$": message}}
    catch = [{"ErrorEquals": ["States.ALL"], "ResultPath": "$.error", "Next": "Tell"}]
    unclear = machine({**STATES, "Load": {**LOAD, "Catch": catch}, "Tell": tell})
    found = prove(explore(unclear, input={"job": "j"}, faults=0))
    rows = [one for one in found.rows if (one.state, one.mishap) == ("Load", "hangs")]
    assert [(one.verdict, one.told, one.lacks) for one in rows] == [("unclear" if lacks else "told", "Tell", lacks)]
    assert (f"| Tell{f', which does not say {lacks}' if lacks else ''} |" in as_file(found, "p.md")) is True


def test_a_failure_that_a_good_end_hides_is_no_good_end() -> None:
    """The mail is sent, and who reads the end of the run sees nothing of the failure."""
    green = machine({**STATES, "Failed": {"Type": "Succeed"}})
    found = prove(explore(green, input={"job": "load"}, faults=0))
    assert row(found, "Load", "glue: failed")[1:3] == ("hidden", "Tell")
    assert ("Load", "glue: failed", "hidden") in [(one.state, one.mishap, one.verdict) for one in found.unnoticed]
    assert '<tr class="hidden"><td>Load</td><td>glue: failed</td>' in as_file(found, "p.html")
    loose = machine(
        {"Load": {**LOAD, "Resource": "arn:aws:states:::glue:startJobRun"}, **dict(list(STATES.items())[1:])}
    )
    unseen = prove(explore(loose, input={"job": "load"}, faults=0))
    assert row(unseen, "Load", "glue: failed")[1:3] == ("hidden", None)
    assert "| Load | glue: failed | States.TaskFailed | 1 | NOBODY, as if all were well |" in as_file(unseen, "p.md")


def test_a_failure_that_is_harmless_ends_well() -> None:
    green = machine({**STATES, "Failed": {"Type": "Succeed"}})
    found = prove(explore(green, input={"job": "load"}, faults=0, settings={"harmless": [{"state": "Load"}]}))
    assert row(found, "Load", "glue: failed")[1:3] == ("ends well", None)


ASK = {"Type": "Task", "Resource": "arn:aws:states:::lambda:invoke", "Parameters": {"FunctionName": "f"}}


def test_a_state_to_which_another_answer_leads_has_its_rows_as_well() -> None:
    ask = {**ASK, "TimeoutSeconds": 60, "ResultPath": "$.answer", "Next": "IsOk"}
    choice = {"Variable": "$.answer.Payload", "StringEquals": "ok", "Next": "Done"}
    states = {
        "Load": {**ask},
        "IsOk": {"Type": "Choice", "Choices": [choice], "Default": "Approve"},
        "Done": {"Type": "Succeed"},
        "Approve": {**ASK, "TimeoutSeconds": 60, "End": True},
    }
    when = [{"resource": "lambda:invoke", "returns": {"Payload": "ok"}}]
    settings = {"add": [{"state": "Load", "returns": {"Payload": "no"}}]}
    found = prove(explore(machine(states), input={}, when=when, faults=0, settings=settings))
    assert found.missing == ()
    assert row(found, "Approve", "lambda: throttled")[:3] == ("Lambda.TooManyRequestsException", "unnoticed", None)


def test_a_state_to_which_one_error_alone_leads_has_its_rows_as_well() -> None:
    catch = [{"ErrorEquals": ["Glue.InvalidInputException"], "ResultPath": None, "Next": "Repair"}, *LOAD["Catch"]]
    repair = {**ASK, "TimeoutSeconds": 60, "End": True}
    found = prove(
        explore(
            machine({**STATES, "Load": {**LOAD, "Catch": catch}, "Repair": repair}),
            input={"job": "load"},
            faults=0,
            when=[{"state": "Repair", "returns": {}}],
        )
    )
    assert found.missing == ()
    assert row(found, "Repair", "lambda: throttled")[1] == "unnoticed"


def test_a_missing_field_that_somebody_is_told_of_is_no_residual_risk() -> None:
    load_it = {**LOAD, "Arguments": {"JobName": "{% $states.input.job %}"}}
    load_it["Catch"] = [{"ErrorEquals": ["States.ALL"], "Output": "{% $states.errorOutput %}", "Next": "Tell"}]
    for name in ("Parameters", "Retry"):
        del load_it[name]
    tell = {"TopicArn": TOPIC, "Message": "{% 'Load failed: ' & $states.input.Error & ' ' & $states.input.Cause %}"}
    states = {
        "Load": load_it,
        "Tell": {
            "Type": "Task",
            "Resource": TELL["Resource"],
            "Arguments": tell,
            "TimeoutSeconds": 60,
            "Next": "Failed",
        },
        "Failed": {"Type": "Fail", "Error": "Load"},
    }
    definition = {"QueryLanguage": "JSONata", "StartAt": "Load", "States": states}
    tested = parse(load(json.dumps(definition), source="m.asl.yaml"))
    found = prove(explore(tested, input={"job": "load"}, faults=0))
    assert row(found, "(the input)", "without job")[:4] == ("States.QueryEvaluationError", "told", "Tell", 0.0)
    assert [one.what for one in found.residual if one.what.startswith("the input")] == []


def test_a_state_that_only_failures_come_to_has_its_rows_as_well() -> None:
    expected = ("SNS.NotFoundException", "residual", None, None, 2, "FAILED", "SNS.NotFoundException", 155.0)
    assert row(proof(), "Tell", "sns: topic-not-found") == expected


def test_what_no_catcher_sees_has_a_part_of_its_own() -> None:
    assert [(one.what, one.status, one.seen) for one in proof(**{"event-rule": ["FAILED"]}).residual] == [
        ("the input has no 'job'", "FAILED", True),
        ("the schedule has no constant input and sends its own event", "FAILED", True),
        ("the message of 'Tell' cannot be sent", "FAILED", True),
        (
            "the execution reaches the time limit of the whole machine (a year, 31536000 s)",
            "TIMED_OUT",
            False,
        ),
        ("a path or function finds no data where it reads it (States.Runtime)", "FAILED", True),
        ("somebody stops the execution", "ABORTED", False),
        ("the execution is never started (the schedule is off, or may not start it)", None, False),
    ]


def test_the_event_rule_watches_all_that_ends_badly() -> None:
    assert json.loads(event_rule(proof())) == {
        "source": ["aws.states"],
        "detail-type": ["Step Functions Execution Status Change"],
        "detail": {"status": ["FAILED", "TIMED_OUT", "ABORTED"], "stateMachineArn": ["${StateMachineArn}"]},
    }


def test_the_summary_counts_the_rows() -> None:
    assert summary(proof()) == (
        "28 errors that stay, at 2 states: 15 told, 0 end well, 0 told unclearly, 11 residual, "
        "0 hidden by a good end, 2 unnoticed."
    )


@pytest.mark.parametrize(
    ("name", "telling"),
    [
        ("p.md", "| Load | hangs | States.Timeout | 1 | NOBODY |  | FAILED, States.Timeout | 0:10:00 |"),
        ("p.html", '<tr class="unnoticed"><td>Load</td><td>hangs</td>'),
        ("p.txt", "Load   hangs"),
    ],
)
def test_the_proof_is_written_as_the_ending_of_the_file_says(name: str, telling: str) -> None:
    assert telling in as_file(proof(), name)


def test_the_proof_as_json_has_all_of_it() -> None:
    data = json.loads(as_file(proof(), "proof.JSON"))
    assert list(data) == ["definition", "summary", "rows", "residual", "missing", "event_rule", "explored"]
    assert (data["explored"]["runs"], data["explored"]["faults"]) == (1, 0)
    assert len(data["rows"]) == 28


@pytest.mark.parametrize("name", ["p.md", "p.html", "p.txt"])
def test_the_proof_says_what_it_rests_on(name: str) -> None:
    states = {**STATES, "Load": {**LOAD, "Retry": []}}
    exploration = explore(machine(states), input={"job": "load"}, faults=1, settings={"mute": [{"fault": "hangs"}]})
    written = as_file(prove(exploration), name)
    told = (
        written[written.index("What this rests on") :].replace("<li>", "- ").replace("</li>", "").replace("&#x27;", "'")
    )
    assert [line for line in told.splitlines() if line.startswith("- ")] == [
        "- 30 runs (29 with 1 fault): 29 FAILED, 1 SUCCEEDED",
        "- holds: succeeds-without-faults, no-failure-ends-well, no-success-mail-on-failure, every-run-ends, "
        "no-job-left-running, concurrency-is-respected, retriers-are-used",
        "- broken: failure-is-told",
        "- not run: runs with more than 1 fault",
        "- not run: 'hangs' of state '\\*', muted in the settings"
        if name == "p.md"
        else "- not run: 'hangs' of state '*', muted in the settings",
        "- not run: an execution that somebody aborts, and whether the role has its permissions",
        "- not run: faults of state 'Tell': no run with fewer faults comes to it",
    ]


def test_of_map_iterations_the_tries_of_one_are_counted() -> None:
    processor = {"StartAt": "Load", "States": {"Load": {**LOAD, "Catch": [], "End": True}}}
    each = {"Type": "Map", "ItemsPath": "$.jobs", "ItemSelector": {"job.$": "$$.Map.Item.Value"}, "End": True}
    tested = parse(
        load(
            json.dumps({"StartAt": "Each", "States": {"Each": {**each, "ItemProcessor": processor}}}),
            source="m.asl.yaml",
        )
    )
    found = prove(explore(tested, input={"jobs": ["a", "b", "c"]}, faults=0))
    assert {(one.mishap, one.tries) for one in found.rows if one.mishap in ("glue: failed", "hangs")} == {
        ("glue: failed", 2),
        ("hangs", 1),
    }


def test_names_in_a_definition_are_no_markup() -> None:
    wild = {"<b>|*": {**LOAD, "Catch": [{"ErrorEquals": ["States.ALL"], "Next": "<b>|*"}]}}
    tested = parse(load(json.dumps({"StartAt": "<b>|*", "States": wild}), source="m.asl.yaml"))
    found = prove(explore(tested, input={"job": "load"}, faults=0))
    assert "<b>" not in as_file(found, "p.html").replace("&lt;b&gt;", "")
    assert "\\<b\\>\\|\\*" in as_file(found, "p.md")


def test_a_state_that_nothing_comes_to_is_missing() -> None:
    found = prove(explore(machine({**STATES, "Never": {**TELL, "Next": "Failed"}}), input={"job": "load"}, faults=0))
    assert found.missing == ("Never",)
