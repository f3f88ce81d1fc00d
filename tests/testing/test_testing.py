"""Plain functions for tests of state machines."""

from pathlib import Path

import pytest

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


def test_a_definition_that_aws_refuses_is_told_with_its_places(tmp_path: Path) -> None:
    file = tmp_path / "broken.asl.yaml"
    file.write_text("StartAt: A\nStates:\n  A: {Type: Pass, Next: B}\n")
    with pytest.raises(ScenarioError, match=r"AWS refuses the definition:\n.*broken\.asl\.yaml:3:"):
        machine(file)
