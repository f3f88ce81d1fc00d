"""Hypothesis strategies draw what fits, and are simplest when everything succeeds."""

from __future__ import annotations

import json
import re
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, Phase, find, given, settings
from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from aslkit.definition.document import load
from aslkit.definition.model import StateMachine, all_states, parse
from aslkit.operations.contract import breaches, contract
from aslkit.simulation import Execution, simulate
from aslkit.simulation.faults import FAULTS
from aslkit.simulation.resources.account import Account
from aslkit.simulation.resources.scripted import Fails, Faulty, Hangs, Returns, Takes, When
from aslkit.simulation.scenario import run_scenarios
from aslkit.simulation.scenario_file import read_scenarios
from aslkit.testing import ScenarioError, machine
from aslkit.testing.answers import answers
from aslkit.testing.script import entry
from aslkit.testing.strategies import inputs, outcomes, scenario
from aslkit.testing.values import plainest

if TYPE_CHECKING:
    from collections.abc import Callable

ROOT = Path(__file__).parents[2]
DEFINITIONS = ROOT / "definitions"
REFRESH = machine(DEFINITIONS / "db-refresh.asl.yaml")

ORDERS = """\
StartAt: Validate
TimeoutSeconds: 86400
States:
  Validate:
    Type: Task
    Resource: arn:aws:states:::lambda:invoke
    Parameters: {FunctionName: validate, Payload: {order.$: $.order}}
    ResultSelector: {valid.$: $.Payload.valid, rows.$: $.Payload.rows}
    ResultPath: $.check
    TimeoutSeconds: 60
    Catch: [{ErrorEquals: [States.ALL], ResultPath: $.error, Next: TellFailure}]
    Next: IsValid
  IsValid:
    Type: Choice
    Choices:
      - {Variable: $.check.valid, BooleanEquals: false, Next: Invalid}
      - And: [{Variable: $.check.rows, NumericGreaterThan: 100}, {Variable: $.mode, StringEquals: full}]
        Next: LoadAll
    Default: TellSuccess
  LoadAll:
    Type: Map
    ItemsPath: $.regions
    ItemSelector: {region.$: $$.Map.Item.Value}
    ResultPath: null
    ItemProcessor:
      StartAt: Load
      States:
        Load:
          Type: Task
          Resource: arn:aws:states:::glue:startJobRun.sync
          Parameters:
            JobName.$: States.Format('load-{}', $.region)
            Arguments: {--REGION.$: $.region}
          TimeoutSeconds: 7200
          Retry: [{ErrorEquals: [States.TaskFailed], IntervalSeconds: 60, MaxAttempts: 1}]
          End: true
    Catch: [{ErrorEquals: [States.ALL], ResultPath: $.error, Next: TellFailure}]
    Next: TellSuccess
  TellSuccess:
    Type: Task
    Resource: arn:aws:states:::sns:publish
    Parameters: {TopicArn.$: $.topic, Message: loaded}
    TimeoutSeconds: 60
    End: true
  TellFailure:
    Type: Task
    Resource: arn:aws:states:::sns:publish
    Parameters: {TopicArn.$: $.topic, Message.$: $.error.Error}
    TimeoutSeconds: 60
    Next: Failed
  Failed: {Type: Fail, Error: LoadFailed}
  Invalid: {Type: Fail, Error: Invalid}
"""

ORDERS_JSONATA = """\
QueryLanguage: JSONata
StartAt: Validate
TimeoutSeconds: 86400
States:
  Validate:
    Type: Task
    Resource: arn:aws:states:::lambda:invoke
    Arguments: {FunctionName: validate, Payload: {order: "{% $states.input.order %}"}}
    Assign: {rows: "{% $states.result.Payload.rows %}", topic: "{% $states.input.topic %}"}
    Output: "{% $merge([$states.input, {'check': $states.result.Payload}]) %}"
    TimeoutSeconds: 60
    Catch: [{ErrorEquals: [States.ALL], Assign: {topic: "{% $states.input.topic %}"}, Next: TellFailure}]
    Next: IsValid
  IsValid:
    Type: Choice
    Choices:
      - {Condition: "{% $not($states.input.check.valid) %}", Next: Invalid}
      - {Condition: "{% $rows > 100 and $states.input.mode = 'full' %}", Next: LoadAll}
    Default: TellSuccess
  LoadAll:
    Type: Map
    Items: "{% $states.input.regions %}"
    ItemProcessor:
      StartAt: Load
      States:
        Load:
          Type: Task
          Resource: arn:aws:states:::glue:startJobRun.sync
          Arguments: {JobName: "{% 'load-' & $states.input %}", Arguments: {--REGION: "{% $states.input %}"}}
          TimeoutSeconds: 7200
          End: true
    Catch: [{ErrorEquals: [States.ALL], Next: TellFailure}]
    Next: TellSuccess
  TellSuccess:
    Type: Task
    Resource: arn:aws:states:::sns:publish
    Arguments: {TopicArn: "{% $topic %}", Message: loaded}
    TimeoutSeconds: 60
    End: true
  TellFailure:
    Type: Task
    Resource: arn:aws:states:::sns:publish
    Arguments: {TopicArn: "{% $topic %}", Message: "{% $states.input.Error %}"}
    TimeoutSeconds: 60
    Next: Failed
  Failed: {Type: Fail, Error: LoadFailed}
  Invalid: {Type: Fail, Error: Invalid}
"""

CRAWL = """\
StartAt: List
TimeoutSeconds: 86400
States:
  List:
    Type: Task
    Resource: arn:aws:states:::aws-sdk:s3:listObjectsV2
    Parameters: {Bucket.$: $.bucket}
    ResultPath: $.page
    Next: Each
  Each:
    Type: Map
    ItemsPath: $.page.Contents
    ResultPath: null
    ItemProcessor:
      StartAt: Ask
      States:
        Ask:
          Type: Task
          Resource: arn:aws:states:::lambda:invoke.waitForTaskToken
          Parameters: {FunctionName.$: $.Key, Payload: {token.$: $$.Task.Token}}
          TimeoutSeconds: 600
          Next: Verdict
        Verdict:
          Type: Choice
          Choices:
            - {Variable: $.verdict, StringEquals: approved, Next: Approved}
            - {Not: {Variable: $.score, NumericLessThan: 0.5}, Next: Maybe}
          Default: Bad
        Approved: {Type: Succeed}
        Maybe: {Type: Pass, End: true}
        Bad: {Type: Fail, Error: Bad}
    Next: More
  More:
    Type: Choice
    Choices: [{Variable: $.page.NextContinuationToken, IsPresent: true, Next: List}]
    Default: Start
  Start:
    Type: Task
    Resource: arn:aws:states:::aws-sdk:glue:startCrawler
    Parameters: {Name.$: $.crawler}
    ResultPath: null
    Next: Pause
  Pause: {Type: Wait, SecondsPath: $.pause, Next: Poll}
  Poll:
    Type: Task
    Resource: arn:aws:states:::aws-sdk:glue:getCrawler
    Parameters: {Name.$: $.crawler}
    ResultPath: $.polled
    Next: Ready
  Ready:
    Type: Choice
    Choices:
      - And:
          - {Variable: $.polled.Crawler.State, StringEquals: READY}
          - {Variable: $.polled.Crawler.LastCrawl.Status, StringEquals: SUCCEEDED}
        Next: Fan
      - {Variable: $.polled.Crawler.State, StringEquals: READY, Next: Broken}
    Default: Pause
  Broken: {Type: Fail, Error: Broken}
  Fan:
    Type: Task
    Resource: arn:aws:lambda:us-east-1:111111111111:function:fan
    TimeoutSeconds: 60
    Next: Work
  Work:
    Type: Map
    ItemProcessor:
      StartAt: Nested
      States:
        Nested:
          Type: Task
          Resource: arn:aws:states:::states:startExecution.sync:2
          Parameters: {StateMachineArn.$: $.machine, Input: {id.$: $.id}}
          TimeoutSeconds: 600
          End: true
    End: true
"""


def parsed(text: str) -> StateMachine:
    return parse(load(text, source="machine.asl.yaml"))


MACHINES = {
    "refresh": REFRESH,
    "orders": parsed(ORDERS),
    "orders in JSONata": parsed(ORDERS_JSONATA),
    "crawl": parsed(CRAWL),
}
EACH = pytest.mark.parametrize("definition", MACHINES.values(), ids=MACHINES)
HUNDREDS = settings(
    max_examples=200, deadline=None, derandomize=True, database=None, suppress_health_check=list(HealthCheck)
)
SHRINKING = settings(HUNDREDS, max_examples=1000, phases=[Phase.generate, Phase.shrink])


def drawn(strategy: SearchStrategy[Any], examples: int = 200) -> list[Any]:
    """What a strategy draws, always the same."""
    found: list[Any] = []

    @settings(HUNDREDS, max_examples=examples)
    @given(strategy)
    def draw(value: Any) -> None:
        found.append(value)

    draw()
    return found


def runs(definition: StateMachine, examples: int = 200, **more: Any) -> list[Execution]:
    return [
        simulate(definition, input=input, resources=account, history=False)
        for input, account in drawn(st.tuples(inputs(definition), outcomes(definition, **more)), examples)
    ]


def names(definition: StateMachine) -> set[str]:
    return {state.name for _, state in all_states(definition)}


def entered(execution: Execution) -> set[str]:
    return {visit.state for visit in execution.visits}


def simplest(definition: StateMachine, wrong: Any) -> tuple[Any, Account]:
    """The input and the answers to which a failing property shrinks."""
    found: tuple[Any, Account] = find(
        st.tuples(inputs(definition), outcomes(definition)),
        lambda both: wrong(simulate(definition, input=both[0], resources=both[1], history=False)),
        settings=SHRINKING,
    )
    return found


# --- inputs ----------------------------------------------------------------------------------------------------------


@EACH
def test_every_input_keeps_the_contract(definition: StateMachine) -> None:
    fields = contract(definition)
    assert [breaches(fields, value) for value in drawn(inputs(definition)) if breaches(fields, value)] == []


def test_an_input_is_of_use_to_what_reads_it() -> None:
    values = drawn(inputs(MACHINES["orders"]))
    assert {value["topic"] for value in values} == {
        "arn:aws:sns:us-east-1:111111111111:topic",
        "arn:aws:sns:us-east-1:111111111111:topic-2",
        "arn:aws:sns:us-east-1:111111111111:topic-3",
    }
    assert {value["mode"] for value in values} == {"full", "other"}
    assert {region for value in values for region in value["regions"]} == {"regions", "regions-2", "regions-3"}
    assert {len(value["regions"]) for value in values} == {0, 1, 2, 3}


def test_what_is_compared_lies_on_either_side() -> None:
    definition = parsed("""\
StartAt: A
States:
  A:
    Type: Choice
    Choices:
      - {Variable: $.size, NumericGreaterThan: 10, Next: B}
      - {Variable: $.at, TimestampLessThan: '2024-05-01T00:00:00Z', Next: B}
      - {Variable: $.name, StringMatches: 'log-*.txt', Next: B}
      - {Variable: $.fast, BooleanEquals: true, Next: B}
      - {And: [{Variable: $.note, IsPresent: true}, {Variable: $.note, IsNull: true}], Next: B}
      - {Variable: $.one, StringEqualsPath: $.two, Next: B}
    Default: B
  B: {Type: Wait, SecondsPath: $.pause, End: true}
""")
    values = drawn(inputs(definition))
    assert {name: {value.get(name, "missing") for value in values} for name in values[0].keys() | {"note"}} == {
        "size": {10, 11, 9},
        "at": {"2024-05-01T00:00:00Z", "2025-01-02T00:00:00Z", "2000-01-01T00:00:00Z"},
        "name": {"log-x.txt", "other"},
        "fast": {True, False},
        "note": {None, "a", "missing"},
        "one": {"a", "b"},
        "two": {"a", "b"},
        "pause": {0, 1, 60},
    }


# --- what tasks answer -----------------------------------------------------------------------------------------------


@EACH
def test_most_runs_succeed_and_the_others_end_too(definition: StateMachine) -> None:
    executions = runs(definition)
    ends = Counter(execution.status for execution in executions)
    assert ends["SUCCEEDED"] > len(executions) / 2
    assert set(ends) <= {"SUCCEEDED", "FAILED", "TIMED_OUT"}


@EACH
def test_every_state_is_entered_in_some_run(definition: StateMachine) -> None:
    assert set().union(*map(entered, runs(definition, 1_500))) == names(definition)


def test_a_task_gives_what_is_read_of_its_result_and_leads_to_a_good_end() -> None:
    assert {name: plainest(values) for name, values in answers(MACHINES["crawl"]).items()} == {
        "List": {"Contents": [{"Key": "Key"}]},
        "Ask": {"verdict": "approved", "score": 0.5},
        "Start": {},
        "Poll": {"Crawler": {"State": "READY", "LastCrawl": {"Status": "SUCCEEDED"}}},
        "Fan": [{"machine": "arn:aws:states:us-east-1:111111111111:stateMachine:machine", "id": "id"}],
        "Nested": {},
    }
    expected = {"Validate": {"StatusCode": 200, "Payload": {"valid": True, "rows": 101}}}
    for name in ("orders", "orders in JSONata"):
        assert {state: plainest(values) for state, values in answers(MACHINES[name]).items()} == expected


def test_the_simplest_answers_are_that_nothing_goes_wrong() -> None:
    input = json.loads((DEFINITIONS / "inputs" / "dev.json").read_text())
    account = find(outcomes(REFRESH), lambda account: True, settings=SHRINKING)
    assert (account.script, repr(account)) == ((), "when: []")
    assert simulate(REFRESH, input=input, resources=account).status == "SUCCEEDED"


def test_a_state_returns_what_the_caller_says() -> None:
    definition = MACHINES["orders"]
    refused = {"StatusCode": 200, "Payload": {"valid": False, "rows": 0}}
    assert repr(find(outcomes(definition, returns={"Validate": refused}), lambda account: True)) == (
        "when:\n- state: Validate\n  returns:\n    StatusCode: 200\n    Payload:\n      valid: false\n      rows: 0"
    )
    sizes = st.integers(101, 103).map(lambda rows: {"Payload": {"valid": True, "rows": rows}})
    executions = runs(definition, returns={"Validate": sizes})
    assert set().union(*map(entered, executions)) == names(definition) - {"Invalid"}


def test_a_name_of_no_task_has_nothing_to_return_which_is_said_when_a_test_draws() -> None:
    misspelt = outcomes(REFRESH, returns={"SplitInfobse": {}})
    with pytest.raises(ScenarioError) as refused:
        find(misspelt, lambda account: True, settings=SHRINKING)
    assert str(refused.value) == "returns: the definition has no Task 'SplitInfobse'; did you mean 'SplitInfobase'?"


def test_the_same_is_drawn_every_time() -> None:
    strategy = st.tuples(inputs(REFRESH), outcomes(REFRESH))
    assert drawn(strategy) == drawn(strategy)


def test_a_task_may_answer_late_fail_or_never_answer() -> None:
    faults = [
        when for account in drawn(outcomes(MACHINES["orders"])) for when in account.script if when.state != "Validate"
    ]
    assert {type(when.reply) for when in faults} == {Takes, Faulty, Fails, Hangs}
    assert {when.state for when in faults} == {"Load", "TellSuccess", "TellFailure"}
    assert {(when.first, when.last) for when in faults} == {(1, 1), (1, None), (2, 2), (2, None), (3, 3), (3, None)}
    assert {when.iteration for when in faults if when.state == "Load"} == {None, (0,), (1,), (2,)}


# --- what fails ------------------------------------------------------------------------------------------------------


def test_what_fails_shrinks_to_the_one_entry_that_matters() -> None:
    input, account = simplest(REFRESH, lambda execution: execution.status == "FAILED")
    assert (repr(account), len(account.script)) == ("when:\n- state: SplitAddressableIds\n  glue: failed", 1)
    assert input == {
        "Environment": "Environment",
        "SNSTopicArn": "arn:aws:sns:us-east-1:111111111111:SNSTopicArn",
        **{f"Job{number}Name": f"Job{number}Name" for number in range(1, 8)},
        **{f"Job{which}Arguments": {"--KEY": f"Job{which}Arguments"} for which in ("1", "2", "3A", "3B")},
    }
    _, account = simplest(REFRESH, lambda execution: "RefreshedWithoutMail" in entered(execution))
    assert [(when.state, when.first, when.last) for when in account.script] == [("NotifySuccess", 1, None)]


def test_what_fails_once_shrinks_to_the_first_invocation() -> None:
    def is_tried_again(execution: Execution) -> bool:
        return any(visit.state == "CreateErTable" and len(visit.attempts) > 1 for visit in execution.visits)

    _, account = simplest(REFRESH, is_tried_again)
    assert repr(account) == "when:\n- state: CreateErTable\n  invocation: 1\n  glue: failed"


def test_what_fails_shrinks_to_a_scenario() -> None:
    input, account = simplest(MACHINES["orders"], lambda execution: "TellFailure" in entered(execution))
    assert (
        scenario(MACHINES["orders"], input, account, name="the check fails")
        == """\
scenarios:
- name: the check fails
  given:
    input:
      order: order
      mode: full
      topic: arn:aws:sns:us-east-1:111111111111:topic
      regions: []
  when:
  - state: Validate
    invocation: 1
    lambda: function-error
  then:
    status: FAILED
    error: LoadFailed
"""
    )


@EACH
def test_a_scenario_that_is_pasted_runs_as_it_was_drawn(definition: StateMachine) -> None:
    for input, account in drawn(st.tuples(inputs(definition), outcomes(definition)))[:60]:
        [verdict] = run_scenarios(load(scenario(definition, input, account), source="pasted"), definition)
        execution = simulate(definition, input=input, resources=account)
        assert (verdict.remarks, verdict.differences) == ((), ())
        assert verdict.execution is not None
        assert verdict.execution.history == execution.history


FAULT = FAULTS["glue"]["failed"]


@pytest.mark.parametrize(
    ("when", "written"),
    [
        (When(Takes(90.0), state="Load", last=1), {"state": "Load", "invocation": 1, "after": "1m30s"}),
        (When(Hangs(beat=5.0), state="Validate", last=None), {"state": "Validate", "hangs": True, "heartbeats": "5s"}),
        (
            When(Faulty(FAULT, message="no", after=1.0), job="load", first=2, last=None),
            {"job": "load", "invocation": 2, "repeat": True, "glue": "failed", "message": "no", "after": "1s"},
        ),
        (
            When(Fails("MyError", "It broke."), resource="glue:startJobRun", first=2, last=3, iteration=(1,)),
            {
                "resource": "glue:startJobRun",
                "iteration": 1,
                "invocation": "2-3",
                "fails": {"error": "MyError", "cause": "It broke."},
            },
        ),
        (
            When(Returns(None), state="Load", last=1, iteration=(0, 2)),
            {"state": "Load", "iteration": [0, 2], "invocation": 1, "returns": None},
        ),
        (When(Fails(None), state="Load", last=1), {"state": "Load", "invocation": 1, "fails": {"error": None}}),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_an_entry_is_written_in_the_words_that_read_it(when: When, written: dict[str, Any]) -> None:
    definition = parsed(ORDERS.replace("lambda:invoke", "lambda:invoke.waitForTaskToken"))
    assert entry(when) == written
    text = json.dumps({"scenarios": [{"name": "one", "when": [written], "then": {}}]})
    file = read_scenarios(load(text, source="machine.scenarios.yaml"), definition)
    [one] = file.scenarios
    assert (one.remarks, [read for _, read in one.whens]) == ((), [when])


def test_the_example_in_the_documentation_shrinks_to_what_is_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    before = settings.get_current_profile_name()
    settings.register_profile("documentation", HUNDREDS, phases=[Phase.generate, Phase.shrink])
    page = (ROOT / "docs" / "pytest.md").read_text(encoding="utf-8").partition("## Generated tests")[2]
    [code] = re.findall(r"^```python\n(.*?)^```$", page, re.MULTILINE | re.DOTALL)
    [shown] = re.findall(r"^```yaml\n(.*?)^```$", page, re.MULTILINE | re.DOTALL)
    names: dict[str, Any] = {}
    settings.load_profile("documentation")
    try:
        exec(compile(code, "documentation", "exec"), names)
    finally:
        settings.load_profile(before)
    with pytest.raises(AssertionError) as failed:
        names["test_no_run_fails_in_silence"]()
    assert shown in "\n".join(failed.value.__notes__)
    [verdict] = run_scenarios(load(shown, source="pasted"), names["nightly"])
    assert verdict.passed


A_MACHINE = "a machine, as `aslkit.testing.machine` reads it, is expected"


@pytest.mark.parametrize(
    ("make", "arguments", "told"),
    [
        (inputs, {"machine": "x"}, f"`machine` is 'x'; {A_MACHINE}"),
        (outcomes, {"machine": None}, f"`machine` is empty; {A_MACHINE}"),
        (
            outcomes,
            {"machine": REFRESH, "returns": [1]},
            "`returns` is a list; an object of results by state is expected",
        ),
        (
            outcomes,
            {"machine": REFRESH, "returns": {5: 1}},
            "`returns` is 5; the name of a state before each result is expected",
        ),
        (scenario, {"machine": "x", "input": {}, "account": Account()}, f"`machine` is 'x'; {A_MACHINE}"),
        (
            scenario,
            {"machine": REFRESH, "input": {}, "account": None},
            "`account` is empty; an account, as `outcomes` draws it, is expected",
        ),
    ],
)
def test_a_strategy_says_what_an_argument_of_another_kind_is_to_be(
    make: Callable[..., object], arguments: dict[str, Any], told: str
) -> None:
    with pytest.raises(TypeError) as raised:
        make(**arguments)
    assert str(raised.value) == told
