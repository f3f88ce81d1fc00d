"""Mock files of AWS Step Functions Local: what they say is run, and whatever does not fit is remarked upon."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from running import machine

from aslkit.definition.document import Document, load
from aslkit.definition.model import StateMachine, parse
from aslkit.simulation.mock_config import Answer, Case, CaseRunner, MockConfig, Response, read_mock_config
from aslkit.simulation.reading import Remark
from aslkit.simulation.resources.scripted import Fails, Returns, When
from aslkit.simulation.scenario import Verdict

EXAMPLES = Path(__file__).parents[2] / "examples"
CALL = {"Type": "Task", "Resource": "arn:aws:states:::lambda:invoke", "Parameters": {"FunctionName": "f"}, "End": True}
RETRY = [{"ErrorEquals": ["Busy"], "IntervalSeconds": 1, "MaxAttempts": 2, "BackoffRate": 1}]


def document(responses: Any, cases: Any = None, **others: Any) -> Document:
    """A mock file of a machine M; by default each response R is what the state Call gives in a case named R."""
    named = {name: {"Call": name} for name in responses} if cases is None else cases
    data = {"StateMachines": {"M": {"TestCases": named}}, "MockedResponses": responses, **others}
    return load(json.dumps(data), source="mock.json")


def config(responses: Any, cases: Any = None, **others: Any) -> MockConfig:
    return read_mock_config(document(responses, cases, **others))


def verdict(response: Any, states: dict[str, Any], **options: Any) -> Verdict:
    """What comes of a case in which the state Call gives a response named R."""
    [case] = config({"R": response}).machines["M"]
    return CaseRunner(machine(states), **options).verdict(case)


def messages(remarks: Any) -> list[tuple[Any, str]]:
    return [(remark.pointer, remark.message) for remark in remarks]


def example() -> tuple[StateMachine, tuple[Case, ...]]:
    definition = load((EXAMPLES / "LambdaSQSIntegration.asl.yaml").read_text(), source="LambdaSQSIntegration.asl.yaml")
    read = read_mock_config(load((EXAMPLES / "MockConfigFile.json").read_text(), source="MockConfigFile.json"))
    assert read.remarks == ()
    return parse(definition), read.machines["LambdaSQSIntegration"]


# --- reading ---------------------------------------------------------------------------------------------------------


def test_a_response_is_read_in_the_order_of_its_invocations() -> None:
    [case] = config(
        {"R": {"1-2": {"Throw": {"Error": "Busy", "Cause": "c"}}, "3": {"Return": None}, "0": {"Return": 7}}}
    ).machines["M"]
    assert case == Case(
        name="R",
        pointer=("StateMachines", "M", "TestCases", "R"),
        responses={
            "Call": Response(
                "R",
                (
                    Answer(0, 0, Returns(value=7)),
                    Answer(1, 2, Fails(error="Busy", cause="c")),
                    Answer(3, 3, Returns(value=None)),
                ),
            )
        },
    )
    assert [case.responses["Call"].reply(number) for number in range(5)] == [
        Returns(value=7),
        Fails(error="Busy", cause="c"),
        Fails(error="Busy", cause="c"),
        Returns(value=None),
        None,
    ]


PLACE = ("MockedResponses", "R")
WRONG_RESPONSES: list[tuple[Any, list[tuple[Any, str]]]] = [
    ({}, [(PLACE, "this response answers no invocation; its first key is 0")]),
    (7, [(PLACE, "`R` is 7; an object of answers by invocation is expected")]),
    (
        {"first": {"Return": 1}},
        [((*PLACE, "first"), "'first' is no invocation (0 is the first) and no range of them like 1-2")],
    ),
    (
        {"01": {"Return": 1}},
        [((*PLACE, "01"), "'01' is no invocation (0 is the first) and no range of them like 1-2")],
    ),
    ({"2-0": {"Return": 1}}, [((*PLACE, "2-0"), "the range '2-0' ends before it begins")]),
    (
        {"0-99999999999": {"Return": 1}},
        [
            (
                (*PLACE, "0-99999999999"),
                "no execution comes to invocation 99999999999; up to 2147483647 can be described",
            )
        ],
    ),
    (
        {"0": {"Return": 1}, "3": {"Return": 1}},
        [
            (
                (*PLACE, "3"),
                "invocation 1-2 is not described; Step Functions Local fails an execution that comes to it",
            )
        ],
    ),
    (
        {"1": {"Return": 1}},
        [((*PLACE, "1"), "invocation 0 is not described; Step Functions Local fails an execution that comes to it")],
    ),
    (
        {"0-3": {"Return": 1}, "2-5": {"Return": 2}, "5": {"Return": 3}},
        [
            ((*PLACE, "2-5"), "invocation 2-3 is described already"),
            ((*PLACE, "5"), "invocation 5 is described already"),
        ],
    ),
    (
        {"0": {"Return": 1, "Throw": {"Error": "E"}}},
        [((*PLACE, "0", "Throw"), "`Return` and `Throw` exclude each other")],
    ),
    ({"0": {}}, [((*PLACE, "0"), "what comes out is not said: `Return` or `Throw` is expected")]),
    (
        {"0": {"Returns": 1}},
        [
            ((*PLACE, "0", "Returns"), "an answer knows no key 'Returns'; did you mean 'Return'?"),
            ((*PLACE, "0"), "what comes out is not said: `Return` or `Throw` is expected"),
        ],
    ),
    ({"0": {"Throw": {"Cause": "c"}}}, [((*PLACE, "0", "Throw"), "`Throw` has no `Error`")]),
    (
        {"0": {"Throw": {"Error": 5}}},
        [((*PLACE, "0", "Throw", "Error"), "`Error` is 5; a text is expected")],
    ),
    ({"0": {"Throw": "E"}}, [((*PLACE, "0", "Throw"), "`Throw` is 'E'; `Throw`, an object, is expected")]),
    ({"0": [1]}, [((*PLACE, "0"), "`0` is a list; an answer, an object, is expected")]),
]


@pytest.mark.parametrize(("response", "remarks"), WRONG_RESPONSES, ids=[str(one[0])[:40] for one in WRONG_RESPONSES])
def test_what_is_wrong_with_a_response_fails_the_cases_that_use_it(
    response: Any, remarks: list[tuple[Any, str]]
) -> None:
    read = config({"R": response, "Good": {"0": {"Return": 1}}})
    assert read.remarks == ()
    broken, good = (CaseRunner(machine({"Call": CALL})).verdict(case) for case in read.machines["M"])
    assert (messages(broken.remarks), broken.execution, broken.passed) == (remarks, None, False)
    assert good.passed


GOOD = {"0": {"Return": 1}}
WRONG_FILES: list[tuple[Any, list[tuple[Any, str]]]] = [
    ([], [((), "this is a list; a mock file, an object, is expected")]),
    ({}, [((), "a mock file has no `StateMachines`"), ((), "a mock file has no `MockedResponses`")]),
    (
        {"StateMachines": {}, "MockedResponses": {}},
        [(("StateMachines",), "there is no case here, so that nothing is run")],
    ),
    (
        {"StateMachines": {"M": {"Cases": {}}}, "MockedResponses": {}},
        [
            (("StateMachines", "M"), "a state machine has no `TestCases`"),
            (
                ("StateMachines", "M", "Cases"),
                "a state machine knows no key 'Cases'; there is TestCases",
            ),
        ],
    ),
    (
        {"StateMachines": {"M": {"TestCases": {"C": {}}}}, "MockedResponse": {}},
        [
            ((), "a mock file has no `MockedResponses`"),
            (("MockedResponse",), "a mock file knows no key 'MockedResponse'; did you mean 'MockedResponses'?"),
        ],
    ),
    (
        {"StateMachines": {"M": {"TestCases": {"C": {"Call": "R"}}}}, "MockedResponses": {"R": GOOD, "S": {"1": 2}}},
        [
            (("MockedResponses", "S", "1"), "`1` is 2; an answer, an object, is expected"),
            (
                ("MockedResponses", "S", "1"),
                "invocation 0 is not described; Step Functions Local fails an execution that comes to it",
            ),
        ],
    ),
]


@pytest.mark.parametrize(("data", "remarks"), WRONG_FILES, ids=[str(one[0])[:50] for one in WRONG_FILES])
def test_what_belongs_to_no_case_is_a_remark_on_the_file(data: Any, remarks: list[tuple[Any, str]]) -> None:
    assert messages(read_mock_config(load(json.dumps(data), source="mock.json")).remarks) == remarks


def test_a_response_that_no_case_uses_is_no_fault_of_the_file() -> None:
    written = json.dumps(
        {"StateMachines": {"M": {"TestCases": {"C": {"Call": "R"}}}}, "MockedResponses": {"R": GOOD, "S": GOOD}}
    )
    config = read_mock_config(load(written, source="mock.json"))
    assert messages(config.remarks) == []
    assert messages(config.unused) == [(("MockedResponses", "S"), "no case uses the response 'S'")]


def test_a_key_that_stands_twice_is_a_remark_where_it_matters() -> None:
    text = (
        '{"StateMachines": {"M": {"TestCases": {"C": {"Call": "R", "Call": "R"}}}},'
        ' "MockedResponses": {"R": {"0": {"Return": 1}, "0": {"Return": 2}}}}'
    )
    [case] = read_mock_config(load(text, source="mock.json")).machines["M"]
    assert messages(case.remarks) == [
        (
            ("StateMachines", "M", "TestCases", "C", "Call"),
            "the key 'Call' stands twice here; only the last one counts",
        ),
        (("MockedResponses", "R", "0"), "the key '0' stands twice here; only the last one counts"),
    ]


def test_what_is_wrong_with_a_case_is_said_at_its_place() -> None:
    read = config(
        {"Good": GOOD}, {"C": {"Cal": "Good", "Wait": "Good", "Call": "God"}, "D": ["Good"], "E": {"Call": 3}}
    )
    assert messages(read.remarks) == []
    runner = CaseRunner(machine({"Wait": {"Type": "Wait", "Seconds": 1, "Next": "Call"}, "Call": CALL}))
    place = ("StateMachines", "M", "TestCases")
    assert [messages(runner.verdict(case).remarks) for case in read.machines["M"]] == [
        [
            ((*place, "C", "Call"), "there is no response 'God'; did you mean 'Good'?"),
            ((*place, "C", "Cal"), "the definition has no state 'Cal'; did you mean 'Call'?"),
            ((*place, "C", "Wait"), "state 'Wait' is a Wait; only a Task asks a service for an answer"),
        ],
        [((*place, "D"), "`D` is a list; an object of names of responses by state is expected")],
        [((*place, "E", "Call"), "`Call` is 3; a text is expected")],
    ]


@settings(max_examples=100, deadline=None)
@given(
    st.recursive(
        st.none() | st.integers() | st.sampled_from(["R", "Call", "0"]),
        lambda inner: (
            st.lists(inner, max_size=3)
            | st.dictionaries(
                st.sampled_from(
                    ["StateMachines", "TestCases", "MockedResponses", "M", "R", "Call", "0", "1-2", "Return", "Throw"]
                ),
                inner,
                max_size=4,
            )
        ),
    )
)
def test_any_json_is_read_and_every_case_has_a_verdict(data: Any) -> None:
    read = read_mock_config(load(json.dumps(data), source="mock.json"))
    runner = CaseRunner(machine({"Call": CALL}))
    verdicts = [runner.verdict(case) for cases in read.machines.values() for case in cases]
    assert all(verdict.passed or verdict.remarks for verdict in verdicts)
    assert verdicts or read.remarks


# --- running ---------------------------------------------------------------------------------------------------------


def test_the_documented_sample_has_the_documented_outcomes() -> None:
    definition, cases = example()
    queue = When(state="SQSState", reply=Returns(value={"MessageId": "1"}))
    runner = CaseRunner(definition, whens=[(("when", 0), queue)])
    found = {}
    for case in cases:
        one = runner.verdict(case)
        assert one.execution is not None
        tried = {name: len(list(one.execution.attempts(name))) for name in definition.states}
        found[one.name] = (one.passed, one.execution.status, tried)
    assert found == {
        "HappyPath": (True, "SUCCEEDED", {"LambdaState": 1, "SQSState": 1}),
        "RetryPath": (True, "SUCCEEDED", {"LambdaState": 4, "SQSState": 1}),
        "HybridPath": (True, "SUCCEEDED", {"LambdaState": 1, "SQSState": 1}),
    }
    assert list(runner.never_used()) == []


def test_a_case_whose_execution_fails_passes() -> None:
    one = verdict({"0": {"Throw": {"Error": "Lambda.Down", "Cause": "no"}}}, {"Call": CALL})
    assert one.execution is not None
    assert (one.passed, one.execution.status, one.execution.error, one.execution.cause) == (
        True,
        "FAILED",
        "Lambda.Down",
        "no",
    )


def test_answers_that_the_run_never_comes_to_do_no_harm() -> None:
    assert verdict({"0": {"Return": 1}, "1-9": {"Return": 2}}, {"Call": CALL}).passed


def test_an_invocation_that_no_key_describes_fails_the_case() -> None:
    one = verdict({"0-1": {"Throw": {"Error": "Busy"}}}, {"Call": {**CALL, "Retry": RETRY}})
    assert one.execution is None
    assert messages(one.remarks) == [
        (
            ("StateMachines", "M", "TestCases", "R"),
            "state 'Call' comes to invocation 2 (the first is 0; retries and map iterations count), and response 'R' "
            "describes 0-1; Step Functions Local fails such an execution",
        )
    ]


def test_invocations_count_over_all_map_iterations() -> None:
    inner = {"StartAt": "Call", "States": {"Call": {**CALL, "Retry": RETRY}}}
    states = {"Each": {"Type": "Map", "MaxConcurrency": 1, "ItemProcessor": inner, "End": True}}
    response = {"0": {"Return": "a"}, "1": {"Throw": {"Error": "Busy"}}, "2": {"Return": "b"}, "3": {"Return": "c"}}
    one = verdict(response, states, given={"input": [1, 2, 3]})
    assert one.execution is not None
    assert one.execution.output == ["a", "b", "c"]


def test_activities_callbacks_and_jobs_are_mocked_too() -> None:
    for resource in (
        "arn:aws:states:us-east-1:123456789012:activity:work",
        "arn:aws:states:::sqs:sendMessage.waitForTaskToken",
        "arn:aws:states:::glue:startJobRun.sync",
        "arn:aws:states:::states:startExecution.sync:2",
    ):
        one = verdict({"0": {"Return": {"done": True}}}, {"Call": {**CALL, "Resource": resource}})
        assert one.execution is not None
        assert (resource, one.execution.output) == (resource, {"done": True})


def test_jsonata_states_are_mocked_too() -> None:
    call = {
        "Type": "Task",
        "QueryLanguage": "JSONata",
        "Resource": "arn:aws:states:::lambda:invoke",
        "Arguments": {"FunctionName": "f"},
        "Output": "{% $states.result.Payload.n + 1 %}",
        "End": True,
    }
    one = verdict({"0": {"Return": {"Payload": {"n": 1}}}}, {"Call": call})
    assert one.execution is not None
    assert one.execution.output == 2


def test_a_mocked_service_sees_nothing() -> None:
    topic = {"TopicArn": "arn:aws:sns:us-east-1:123456789012:t", "Message": "m"}
    call = {**CALL, "Resource": "arn:aws:states:::sns:publish", "Parameters": topic}
    one = verdict({"0": {"Return": {"MessageId": "1"}}}, {"Call": call})
    assert one.execution is not None
    services: Any = one.execution.services
    assert (services.sns.published, dict(services.invoked)) == ([], {"Call": 1})


def test_what_a_case_does_not_mock_meets_the_fakes_and_the_outcomes() -> None:
    job = {"Type": "Task", "Resource": "arn:aws:states:::glue:startJobRun.sync", "Parameters": {"JobName": "load"}}
    ask = {"Type": "Task", "Resource": "arn:aws:states:::lambda:invoke", "Parameters": {}}
    states = {"Load": {**job, "Next": "Ask"}, "Ask": {**ask, "Next": "Call"}, "Call": CALL}
    asked = When(state="Ask", reply=Returns(value=1, after=5.0))
    one = verdict({"0": {"Return": 2}}, states, given={"glue": {"duration": 600.0}}, whens=[(("when", 0), asked)])
    assert one.execution is not None
    assert (one.passed, one.execution.output, one.execution.duration) == (True, 2, 605.0)


def test_a_state_that_is_left_to_the_real_service_gets_an_answer_of_its_shape_and_is_told() -> None:
    definition, (*_, hybrid) = example()
    one = CaseRunner(definition).verdict(hybrid)
    assert one.execution is not None
    assert (one.passed, one.execution.output["MessageId"]) == (True, "MessageId")
    assert list(one.notes) == [
        "case 'HybridPath' leaves state 'SQSState' to the real service; here it got a made-up answer of "
        "sqs:sendMessage, and a file for --outcomes can say a better one"
    ]


def test_outcomes_that_leave_out_an_invocation_are_told() -> None:
    definition, (*_, hybrid) = example()
    second = When(state="SQSState", first=2, last=2, reply=Returns(value=1))
    runner = CaseRunner(definition, whens=[(("when", 0), second)])
    assert messages(runner.verdict(hybrid).remarks) == [
        (
            ("StateMachines", "LambdaSQSIntegration", "TestCases", "HybridPath"),
            "state 'SQSState' calls sqs:sendMessage, and nothing says what invocation 1 answers (only invocation 2 has "
            "an answer); write it under `when`: {state: SQSState, returns: ...}, or let the last entry `repeat`",
        )
    ]


def test_outcomes_that_answer_in_no_case_are_told() -> None:
    definition, (happy, *_) = example()
    queue = When(state="SQSState", reply=Returns(value=1))
    runner = CaseRunner(definition, whens=[(("when", 0), queue)])
    assert runner.verdict(happy).passed
    assert list(runner.never_used()) == [
        Remark(("when", 0), "no scenario ever comes to this outcome for state 'SQSState'")
    ]


def test_a_nested_execution_is_not_mocked_by_the_case_of_its_parent() -> None:
    child = json.dumps({"StartAt": "Call", "States": {"Call": CALL}})
    states = {
        "Start": {
            "Type": "Task",
            "Resource": "arn:aws:states:::states:startExecution.sync:2",
            "Parameters": {"StateMachineArn": "arn:aws:states:us-east-1:123456789012:stateMachine:child", "Input": {}},
            "ResultSelector": {"output.$": "$.Output"},
            "Next": "Call",
        },
        "Call": {**CALL, "ResultPath": "$.call"},
    }
    inner = When(resource="lambda:invoke", reply=Returns(value="real"))
    one = verdict(
        {"0": {"Return": "mocked"}},
        states,
        given={"machines": {"child": "child.asl.json"}},
        whens=[(("when", 0), inner)],
        read={"child.asl.json": child}.__getitem__,
    )
    assert one.execution is not None
    assert one.execution.output == {"output": "real", "call": "mocked"}


def test_a_range_of_two_thousand_million_takes_no_time() -> None:
    assert verdict({"0-2147483647": {"Return": 1}}, {"Call": CALL}).passed
