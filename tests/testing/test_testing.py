"""Plain functions for tests of state machines."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from aslkit.definition.document import load
from aslkit.simulation.scenario import run_scenarios
from aslkit.testing import ScenarioError, expect, machine, run

if TYPE_CHECKING:
    from collections.abc import Callable

    from aslkit.testing import Expected

MAIL = """\
StartAt: Load
States:
  Load:
    Type: Task
    Resource: arn:aws:states:::glue:startJobRun.sync
    Parameters: {JobName: load}
    TimeoutSeconds: 7200
    Retry:
      - {ErrorEquals: [States.ALL], IntervalSeconds: 60, MaxAttempts: 1}
    Catch:
      - {ErrorEquals: [States.ALL], ResultPath: $.error, Next: Tell}
    End: true
  Tell:
    Type: Task
    Resource: arn:aws:states:::sns:publish
    Parameters: {TopicArn: arn:aws:sns:us-east-1:111122223333:alarms, Subject: It failed, Message.$: $.error.Cause}
    TimeoutSeconds: 60
    Next: Failed
  Failed: {Type: Fail, Error: LoadFailed}
"""
FAILING = [{"state": "Load", "glue": "failed"}]


@pytest.fixture
def nightly(tmp_path: Path) -> Path:
    file = tmp_path / "nightly.asl.yaml"
    file.write_text(MAIL)
    return file


def test_a_run_that_succeeds_is_said_in_one_sentence(nightly: Path) -> None:
    execution = run(nightly, given={"glue": {"jobs": {"load": {"duration": "30m"}}}})
    expect(execution).succeeded().went("Load").took("30m").ran("load", "SUCCEEDED").published_nothing()


def test_a_run_that_fails_is_said_in_one_sentence(nightly: Path) -> None:
    (
        expect(run(nightly, when=FAILING))
        .failed("LoadFailed")
        .entered("Tell")
        .invoked("Load", times=2)
        .waited("Load", 60)
        .published(subject="It failed", message="exit code 1")
        .sent("Load", {"JobName": "load"}, {"JobName": "load"})
        .took(at_least="1m", at_most="1h")
    )


def test_a_run_that_somebody_stops_is_said_in_one_sentence(nightly: Path) -> None:
    stopped = run(nightly, when=[{"stop": "30s", "error": "Ops", "cause": "a deployment"}])
    expect(stopped).aborted("Ops", cause="deploy").took("30s").ran("load", "STOPPED")
    with pytest.raises(
        ScenarioError, match=r"when\[0\]: the execution has ended SUCCEEDED after 1m; a stop at 2m is late"
    ):
        run(nightly, when=[{"stop": "2m"}])


def test_a_run_that_is_redriven_is_said_in_one_sentence(nightly: Path) -> None:
    redrive = [{"after": "1h", "when": [{"stop": "10s"}], "then": {"status": "ABORTED"}}, {}]
    execution = run(nightly, when=[{"stop": "30s"}], redrive=redrive)
    expect(execution).succeeded().went("Load", "Load", "Load").took("1h1m40s").ran(
        "load", "STOPPED", "STOPPED", "SUCCEEDED"
    )
    with pytest.raises(ScenarioError, match=r"redrive\[0\]: Execution is SUCCEEDED and cannot be redriven"):
        run(nightly, redrive=[{"after": "1h"}])
    with pytest.raises(AssertionError, match="the status: expected FAILED, but it is SUCCEEDED"):
        run(nightly, when=[{"stop": "30s"}], redrive=[{"then": {"status": "FAILED"}}])


def test_what_does_not_hold_is_told_with_the_timeline(nightly: Path) -> None:
    with pytest.raises(AssertionError) as told:
        expect(run(nightly, when=FAILING)).succeeded()
    first, *_ = str(told.value).splitlines()
    assert first == "the status: expected SUCCEEDED, but it is FAILED"
    assert "Tell" in str(told.value)


def test_words_that_fit_nothing_are_told_with_what_was_meant(nightly: Path) -> None:
    with pytest.raises(ScenarioError, match=r"when\[0\]\.state: .*did you mean 'Load'"):
        run(nightly, when=[{"state": "Laod", "glue": "failed"}])
    with pytest.raises(ScenarioError, match="stauts"):
        expect(run(nightly)).holds(stauts="FAILED")


@pytest.mark.parametrize(
    ("said", "told"),
    [
        ({"avoids": ["Falied"]}, "the definition has no state 'Falied'; did you mean 'Failed'?"),
        ({"enters": ["Load", "Tel"]}, "the definition has no state 'Tel'; did you mean 'Tell'?"),
        ({"path": ["Laod"]}, "the definition has no state 'Laod'; did you mean 'Load'?"),
        ({"waits": {"Laod": []}}, "the definition has no state 'Laod'; did you mean 'Load'?"),
        ({"invocations": {"Laod": 0}}, "the definition has no state 'Laod'; did you mean 'Load'?"),
        (
            {"invocations": {"Failed": 0}},
            "state 'Failed' is a Fail; only Task, Parallel and Map are tried again",
        ),
    ],
)
def test_a_name_of_no_state_is_told_in_the_words_of_a_scenario_file(nightly: Path, said: Any, told: str) -> None:
    stopped = [{"stop": "30s"}]
    for execution in (run(nightly), run(nightly, when=stopped, redrive=[{}])):
        with pytest.raises(ScenarioError) as raised:
            expect(execution).holds(**said)
        assert str(raised.value) == told
    document = load(json.dumps({"scenarios": [{"name": "n", "then": said}]}), source="n.scenarios.json")
    [verdict] = run_scenarios(document, machine(nightly))
    assert [remark.message for remark in verdict.remarks] == [told]


def test_each_sentence_that_names_states_refuses_a_name_of_none(nightly: Path) -> None:
    found = expect(run(nightly))
    for said in (
        lambda: found.avoided("Laod"),
        lambda: found.entered("Laod"),
        lambda: found.went("Laod"),
        lambda: found.waited("Laod"),
        lambda: found.invoked("Laod", times=0),
        lambda: found.sent("Laod"),
    ):
        with pytest.raises(ScenarioError, match="has no state 'Laod'; did you mean 'Load'"):
            said()


def test_a_duration_is_said_as_the_page_says_it(nightly: Path) -> None:
    expect(run(nightly, given={"glue": {"jobs": {"load": {"duration": "1h30m"}}}})).took("1h30m")


def test_a_definition_that_aws_refuses_is_told_with_its_places(tmp_path: Path) -> None:
    file = tmp_path / "broken.asl.yaml"
    file.write_text("StartAt: A\nStates:\n  A: {Type: Pass, Next: B}\n")
    with pytest.raises(ScenarioError, match=r"AWS refuses the definition:\n.*broken\.asl\.yaml:3:"):
        machine(file)


AROUND: list[Any] = []
AROUND.append(AROUND)
NO_JSON = "is no JSON value: "
A_MACHINE = "the name of a file, or a machine that `machine` has read, is expected"
GIVEN_TWICE = "`input` stands in `given` as well; an execution has one input"
READ_BEFORE = "`values` fill the placeholders of a file, and this machine was read before: give them there"
BOUNDS = 'took("1h"), took(at_most="2h")'


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        ({"definition": 5}, f"`definition` is 5; {A_MACHINE}"),
        ({"definition": None}, f"`definition` is empty; {A_MACHINE}"),
        ({"given": 5}, "`given` is 5; an object, as `given` of a scenario, is expected"),
        ({"when": 5}, "`when` is 5; a list of entries, as `when` of a scenario, is expected"),
        ({"when": FAILING[0]}, "`when` is an object; a list of entries, as `when` of a scenario, is expected"),
        ({"redrive": "1h"}, "`redrive` is '1h'; a list of entries, as `redrive` of a scenario, is expected"),
        ({"input": {1, 2}}, f"`input` {NO_JSON}Object of type set is not JSON serializable"),
        ({"values": {"Environment": "dev"}}, READ_BEFORE),
    ],
)
def test_a_run_says_what_an_argument_of_another_kind_is_to_be(
    nightly: Path, arguments: dict[str, Any], told: str
) -> None:
    with pytest.raises(TypeError) as raised:
        run(**{"definition": machine(nightly), **arguments})
    assert str(raised.value) == told


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        ({"definition": "\0"}, r"'\x00' is no name of a file: embedded null byte"),
        ({"input": float("nan")}, f"`input` {NO_JSON}Out of range float values are not JSON compliant"),
        ({"input": AROUND}, f"`input` {NO_JSON}Circular reference detected"),
        ({"input": 10**400}, f"`input` {NO_JSON}an integer of 401 digits is too large"),
        ({"given": {"with": AROUND}}, f"`given` {NO_JSON}Circular reference detected"),
        ({"when": [AROUND]}, f"`when` {NO_JSON}Circular reference detected"),
        ({"input": {"a": 1}, "given": {"input": {"a": 2}}}, GIVEN_TWICE),
    ],
)
def test_a_run_refuses_what_is_no_json_and_a_second_input(nightly: Path, arguments: dict[str, Any], told: str) -> None:
    with pytest.raises(ScenarioError) as raised:
        run(**{"definition": machine(nightly), **arguments})
    assert str(raised.value).startswith(told)


@pytest.mark.parametrize("definition", [True, 1, None, b"nightly.asl.yaml"])
def test_a_machine_is_read_from_the_name_of_a_file_and_of_no_open_one(definition: Any) -> None:
    with pytest.raises(TypeError, match=r"`definition` is .*; the name of a file is expected"):
        machine(definition)
    os.fstat(1)


@pytest.mark.parametrize(
    ("values", "told"),
    [
        ([1], "`values` is a list; an object of names and values is expected"),
        ({"a": object()}, f"`values` {NO_JSON}Object of type object is not JSON serializable"),
    ],
)
def test_a_machine_says_what_its_values_are_to_be(nightly: Path, values: Any, told: str) -> None:
    with pytest.raises(TypeError) as raised:
        machine(nightly, values)
    assert str(raised.value) == told


def test_only_of_an_execution_something_is_expected() -> None:
    nothing: Any = None
    with pytest.raises(TypeError) as raised:
        expect(nothing)
    assert str(raised.value) == "`execution` is empty; an execution, as `run` gives it, is expected"


@pytest.mark.parametrize(
    ("say", "told"),
    [
        (lambda it: it.waited(None), "`state` is empty; the name of a state is expected"),
        (lambda it: it.invoked([], times=1), "`state` is a list; the name of a state is expected"),
        (lambda it: it.sent(5), "`state` is 5; the name of a state is expected"),
        (lambda it: it.went("Load", 5), "`state` is 5; the name of a state is expected"),
        (lambda it: it.ran([]), "`job` is a list; the name of a job is expected"),
        (lambda it: it.succeeded({1}), f"`output` {NO_JSON}Object of type set is not JSON serializable"),
        (lambda it: it.entered(), 'entered() says nothing; say at least one state: entered("Load")'),
        (lambda it: it.avoided(), 'avoided() says nothing; say at least one state: avoided("Load")'),
        (lambda it: it.took(), f"took() says nothing; say at least one duration: {BOUNDS}"),
        (lambda it: it.took("1m", at_most="2h"), f"took() takes one duration or bounds, not both: {BOUNDS}"),
        (lambda it: it.holds(), 'holds() says nothing; say at least one thing: holds(status="FAILED")'),
    ],
)
def test_a_sentence_that_says_nothing_or_of_what_is_no_name_is_refused(
    nightly: Path, say: Callable[[Expected], Expected], told: str
) -> None:
    found = expect(run(nightly))
    with pytest.raises(TypeError) as raised:
        say(found)
    assert str(raised.value) == told


@pytest.mark.parametrize(
    ("then", "told"),
    [
        ({"duration": 10**400}, f"`duration` {NO_JSON}an integer of 401 digits is too large"),
        ({"waits": {None: []}}, "the definition has no state 'null'; there is Load, Tell, Failed"),
        ({"output": AROUND}, f"`output` {NO_JSON}Circular reference detected"),
    ],
)
def test_what_no_scenario_can_expect_is_refused_in_a_sentence(nightly: Path, then: dict[str, Any], told: str) -> None:
    found = expect(run(nightly))
    with pytest.raises(ScenarioError) as raised:
        found.holds(**then)
    assert str(raised.value) == told


def test_a_job_that_never_ran_is_said_in_one_sentence(nightly: Path) -> None:
    found = expect(run(nightly)).ran("unload")
    with pytest.raises(AssertionError, match="the runs of Glue job 'load': expected "):
        found.ran("load")
