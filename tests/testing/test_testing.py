"""Plain functions for tests of state machines."""

import json
from pathlib import Path
from typing import Any

import pytest

from aslkit.definition.document import load
from aslkit.simulation.scenario import run_scenarios
from aslkit.testing import ScenarioError, expect, machine, run

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
