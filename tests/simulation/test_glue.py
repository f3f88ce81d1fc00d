"""The fake Glue: its jobs run in virtual time and end as real ones do."""

from __future__ import annotations

import json
import re
from itertools import count
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from aslkit.definition.document import load
from aslkit.definition.model import parse
from aslkit.simulation import Execution, simulate
from aslkit.simulation.faults import FAULTS
from aslkit.simulation.resources import Outcome, OutcomeError, Request
from aslkit.simulation.resources.account import Account
from aslkit.simulation.resources.glue import FakeGlue, GlueJob, GlueService
from aslkit.simulation.resources.scripted import Fails, Faulty, Hangs, Returns, Takes, When

SYNC = "arn:aws:states:::glue:startJobRun.sync"
START = 1735696800.0
SERIALS = count(1)


def request(job: Any = "load", *, at: float = 0.0, pattern: str = "sync", **parameters: Any) -> Request:
    named = {} if job is None else {"JobName": job}
    return Request(
        serial=next(SERIALS),
        state="Load",
        pointer=("States", "Load"),
        resource=SYNC.removesuffix(".sync") + (f".{pattern}" if pattern else ""),
        service="glue",
        action="startJobRun",
        pattern=pattern,
        parameters={**named, **parameters},
        invocation=1,
        attempt=0,
        at=at,
    )


def fault(name: str, **changes: Any) -> Faulty:
    return Faulty(fault=FAULTS["glue"][name], **changes)


def runs(service: GlueService) -> list[tuple[str, float, float, str]]:
    return [(run.name, run.started, run.ended, run.state) for run in service.runs]


def error_of(outcome: Outcome) -> tuple[bool, str | None]:
    return outcome.failed, outcome.error


def test_a_run_that_succeeds_gives_the_job_run_after_its_duration() -> None:
    service = FakeGlue(jobs=(GlueJob(name="load", duration=1381.0, worker_type="G.2X", timeout=120),)).begin()
    outcome = service.invoke(request(at=10.0, Arguments={"--env": "PROD"}))
    run = service.runs[0]
    assert outcome.after == 1381.0
    assert not outcome.failed
    assert outcome.result == {
        "AllocatedCapacity": 20,
        "Arguments": {"--env": "PROD"},
        "Attempt": 0,
        "CompletedOn": 1735698191000,
        "ExecutionTime": 1381,
        "GlueVersion": "4.0",
        "Id": run.id,
        "JobMode": "SCRIPT",
        "JobName": "load",
        "JobRunState": "SUCCEEDED",
        "LastModifiedOn": 1735698191000,
        "LogGroupName": "/aws-glue/jobs",
        "MaxCapacity": 20.0,
        "NumberOfWorkers": 10,
        "PredecessorRuns": [],
        "StartedOn": 1735696810000,
        "Timeout": 120,
        "WorkerType": "G.2X",
    }
    assert list(outcome.result) == sorted(outcome.result)
    assert re.fullmatch(r"jr_[0-9a-f]{64}", run.id)


def test_a_python_shell_job_has_no_workers() -> None:
    service = FakeGlue(jobs=(GlueJob(name="load", python_shell=True),)).begin()
    result = service.invoke(request()).result
    assert (result["AllocatedCapacity"], result["MaxCapacity"]) == (0, 0.0625)
    assert result["LogGroupName"] == "/aws-glue/python-jobs"
    assert result.keys() & {"WorkerType", "NumberOfWorkers"} == set()


def test_the_submission_answers_with_the_run_id_and_the_job_name() -> None:
    service = FakeGlue().begin()
    submitted = service.invoke(request()).submitted
    assert list(submitted) == ["JobRunId", "SdkHttpMetadata", "SdkResponseMetadata", "JobName"]
    assert (submitted["JobRunId"], submitted["JobName"]) == (service.runs[0].id, "load")
    assert submitted["SdkHttpMetadata"]["HttpStatusCode"] == 200
    assert submitted["SdkHttpMetadata"]["HttpHeaders"]["Date"] == "Wed, 01 Jan 2025 02:00:00 GMT"


def test_request_response_answers_at_once_while_the_run_goes_on() -> None:
    service = FakeGlue(duration=300.0).begin()
    outcome = service.invoke(request(pattern=""))
    assert (outcome.after, outcome.submitted) == (0.0, None)
    assert list(outcome.result) == ["JobRunId", "SdkHttpMetadata", "SdkResponseMetadata"]
    assert [service.runs[0].state_at(at) for at in (0.0, 299.0, 300.0)] == ["RUNNING", "RUNNING", "SUCCEEDED"]


def test_a_failed_run_is_a_failed_task_with_the_job_run_as_cause() -> None:
    outcome = FakeGlue().begin().invoke(request(), fault("failed", message="disk full", after=30.0))
    cause = json.loads(outcome.cause or "")
    assert (outcome.failed, outcome.error, outcome.after) == (True, "States.TaskFailed", 30.0)
    assert (cause["JobRunState"], cause["ErrorMessage"], cause["ExecutionTime"]) == ("FAILED", "disk full", 30)
    assert " " not in (outcome.cause or "").replace("disk full", "")


def test_a_run_beyond_its_timeout_ends_ten_seconds_later_without_an_error_message() -> None:
    outcome = FakeGlue(duration=1e6).begin().invoke(request(Timeout=480))
    cause = json.loads(outcome.cause or "")
    assert (outcome.failed, outcome.error, outcome.after) == (True, "States.TaskFailed", 28810.0)
    assert (cause["JobRunState"], cause["ExecutionTime"], cause["Timeout"]) == ("TIMEOUT", 28810, 480)
    assert "ErrorMessage" not in cause


@pytest.mark.parametrize(
    ("version", "minutes"), [("2.0", 2880), ("4.0", 2880), ("5.0", 480), ("5.1", 480), ("10.0", 480), ("new", 2880)]
)
def test_the_default_timeout_follows_from_the_glue_version(version: str, minutes: int) -> None:
    service = FakeGlue(jobs=(GlueJob(name="load", glue_version=version),)).begin()
    assert service.invoke(request()).result["Timeout"] == minutes


def test_a_preset_timeout_takes_as_long_as_the_timeout_unless_it_says_otherwise() -> None:
    glue = FakeGlue(jobs=(GlueJob(name="load", timeout=10),))
    assert glue.begin().invoke(request(), fault("timeout")).after == 610.0
    assert glue.begin().invoke(request(), fault("timeout", after=5.0)).after == 5.0


def test_a_run_that_takes_longer_than_told_elsewhere_still_meets_its_timeout() -> None:
    glue = FakeGlue(jobs=(GlueJob(name="load", timeout=10),))
    assert glue.begin().invoke(request(), Takes(after=600.0)).failed is False
    assert error_of(glue.begin().invoke(request(), Takes(after=601.0))) == (True, "States.TaskFailed")


def test_a_run_stopped_by_hand_fails_unless_the_fake_says_otherwise() -> None:
    failing = FakeGlue().begin().invoke(request(), fault("stopped"))
    passing = FakeGlue(stopped_fails=False).begin().invoke(request(), fault("stopped"))
    assert error_of(failing) == (True, "States.TaskFailed")
    assert json.loads(failing.cause or "")["JobRunState"] == passing.result["JobRunState"] == "STOPPED"


def test_an_unlisted_job_does_not_exist() -> None:
    outcome = FakeGlue(jobs=(GlueJob(name="load"),)).begin().invoke(request("lode"))
    assert error_of(outcome) == (True, "Glue.EntityNotFoundException")


def test_a_star_in_a_name_stands_for_anything_and_nothing_else_is_special() -> None:
    glue = FakeGlue(jobs=(GlueJob(name="a[1]?*", duration=1.0), GlueJob(name="*", duration=2.0)))
    found = {name: glue.job(name) for name in ("a[1]?x", "a1xx", "a[1]x")}
    assert {name: job and job.duration for name, job in found.items()} == {"a[1]?x": 1.0, "a1xx": 2.0, "a[1]x": 2.0}


def test_a_run_too_many_is_refused_until_the_first_has_ended() -> None:
    service = FakeGlue(duration=60.0).begin()
    outcomes = [service.invoke(request(at=at)) for at in (0.0, 0.0, 59.9, 60.0)]
    refused = (True, "Glue.ConcurrentRunsExceededException")
    assert [error_of(outcome) for outcome in outcomes] == [(False, None), refused, refused, (False, None)]
    assert runs(service) == [("load", 0.0, 60.0, "SUCCEEDED"), ("load", 60.0, 120.0, "SUCCEEDED")]


def test_runs_of_different_jobs_do_not_count_together() -> None:
    service = FakeGlue(jobs=(GlueJob(name="*"),)).begin()
    assert [service.invoke(request(job)).failed for job in ("a", "b", "a")] == [False, False, True]


def test_a_queued_run_waits_for_its_place() -> None:
    service = FakeGlue(jobs=(GlueJob(name="load", duration=60.0, max_concurrent_runs=2, queuing=True),)).begin()
    waited = [service.invoke(request(at=float(at))).after for at in (0, 10, 20, 30)]
    assert waited == [60.0, 60.0, 100.0, 100.0]
    assert [service.runs[2].state_at(at) for at in (20.0, 60.0, 120.0)] == ["WAITING", "RUNNING", "SUCCEEDED"]


def test_stopping_a_task_stops_its_run_and_frees_its_place() -> None:
    service = FakeGlue(duration=600.0).begin()
    first = request()
    service.invoke(first)
    service.stop(first, 100.0)
    assert runs(service) == [("load", 0.0, 100.0, "STOPPED")]
    assert not service.invoke(request(at=100.0)).failed


def test_stopping_after_the_end_changes_nothing() -> None:
    service = FakeGlue(duration=60.0).begin()
    first = request()
    service.invoke(first)
    service.stop(first, 60.0)
    assert runs(service) == [("load", 0.0, 60.0, "SUCCEEDED")]


def test_a_run_that_nobody_waits_for_is_not_stopped() -> None:
    service = FakeGlue(duration=60.0).begin()
    first = request(pattern="")
    service.invoke(first)
    service.stop(first, 5.0)
    assert runs(service) == [("load", 0.0, 60.0, "SUCCEEDED")]


def test_a_hanging_run_keeps_running_until_it_is_stopped() -> None:
    service = FakeGlue().begin()
    first = request()
    outcome = service.invoke(first, Hangs())
    assert (outcome.never, outcome.submitted["JobName"], service.runs[0].state_at(1e9)) == (True, "load", "RUNNING")
    service.stop(first, 7200.0)
    assert runs(service) == [("load", 0.0, 7200.0, "STOPPED")]


def test_glue_runs_a_failed_job_again_while_the_task_waits() -> None:
    service = FakeGlue(jobs=(GlueJob(name="load", max_retries=2),)).begin()
    outcome = service.invoke(request(), fault("failed", after=100.0))
    cause = json.loads(outcome.cause or "")
    assert (outcome.after, cause["Attempt"]) == (300.0, 2)
    assert cause["PreviousRunId"] == service.runs[1].id == f"{service.runs[0].id}_attempt_1"
    assert [start for _, start, _, _ in runs(service)] == [0.0, 100.0, 200.0]


def test_stopping_a_task_between_two_runs_of_glue_leaves_no_later_ones() -> None:
    service = FakeGlue(jobs=(GlueJob(name="load", max_retries=2),)).begin()
    first = request()
    service.invoke(first, fault("failed", after=100.0))
    service.stop(first, 150.0)
    assert runs(service) == [("load", 0.0, 100.0, "FAILED"), ("load", 100.0, 150.0, "STOPPED")]


@pytest.mark.parametrize(
    ("parameters", "part"),
    [
        ({"Arguments": {"--MAX_COLS": 100}}, "the value of --MAX_COLS is 100, which is no string"),
        ({"Arguments": ["--a"]}, 'Arguments is ["--a"], not an object'),
        ({"Timeout": 0}, "Timeout is 0, not 1 to 10,080 minutes"),
        ({"Timeout": "60"}, 'Timeout is "60", not 1 to 10,080 minutes'),
        ({"WorkerType": ["G.1X"]}, 'WorkerType is ["G.1X"], not a string'),
        ({"NumberOfWorkers": 10**400}, "not a number of workers"),
        ({"MaxCapacity": "2"}, 'MaxCapacity is "2", not a number of units'),
        ({"job": 7}, "JobName is no text of 1 to 255 characters"),
        ({"job": "x" * 256}, "JobName is no text of 1 to 255 characters"),
    ],
    ids=lambda value: str(value)[:40],
)
def test_a_parameter_of_the_wrong_kind_is_invalid_input(parameters: dict[str, Any], part: str) -> None:
    service = FakeGlue().begin()
    outcome = service.invoke(request(**parameters))
    assert error_of(outcome) == (True, "Glue.InvalidInputException")
    assert part in (outcome.cause or "")
    assert service.runs == []


def test_a_missing_job_name_ends_the_execution() -> None:
    assert error_of(FakeGlue().begin().invoke(request(None))) == (True, "States.Runtime")


@pytest.mark.parametrize("pattern", ["waitForTaskToken", "sync:2"])
def test_an_integration_that_does_not_exist_is_a_mistake_in_what_was_given(pattern: str) -> None:
    with pytest.raises(OutcomeError, match="the fake Glue knows startJobRun"):
        FakeGlue().begin().invoke(request(pattern=pattern))


def test_an_error_that_is_written_out_starts_no_run() -> None:
    service = FakeGlue().begin()
    refused = service.invoke(request(), Fails(error="Glue.Custom", cause="why", after=3.0))
    assert refused == Outcome(failed=True, error="Glue.Custom", cause="why", after=3.0)
    failed = service.invoke(request(), Fails(error="States.TaskFailed", cause="why", after=3.0))
    assert (failed.error, failed.cause, failed.after) == ("States.TaskFailed", "why", 3.0)
    assert failed.submitted["SdkHttpMetadata"]["HttpStatusCode"] == 200
    assert service.runs == []


def test_a_result_that_is_written_out_comes_from_a_run() -> None:
    service = FakeGlue(duration=60.0).begin()
    outcome = service.invoke(request(), Returns(value={"rows": 7}))
    assert (outcome.result, outcome.after) == ({"rows": 7}, 60.0)
    assert runs(service) == [("load", 0.0, 60.0, "SUCCEEDED")]


@pytest.mark.parametrize("name", [name for name, preset in FAULTS["glue"].items() if preset.run is None])
def test_a_fault_of_the_submission_starts_no_run(name: str) -> None:
    service = FakeGlue().begin()
    outcome = service.invoke(request(), fault(name))
    assert error_of(outcome) == (True, FAULTS["glue"][name].error)
    assert (outcome.submitted, service.runs) == (None, [])


@given(
    st.lists(st.tuples(st.integers(0, 50), st.integers(1, 40)), max_size=25),
    st.integers(1, 4),
)
@settings(max_examples=100, deadline=None)
def test_a_job_never_runs_more_often_at_once_than_it_may(calls: list[tuple[int, int]], most: int) -> None:
    service = FakeGlue(jobs=(GlueJob(name="load", max_concurrent_runs=most),)).begin()
    for at, works in sorted(calls):
        service.invoke(request(at=float(at)), Takes(after=float(works)))
    assert max((sum(run.running_at(float(at)) for run in service.runs) for at in range(100)), default=0) <= most


def machine_of(states: str) -> Any:
    return parse(load(states, source="glue.asl.yaml"))


PARALLEL = f"""
StartAt: Both
States:
  Both:
    Type: Parallel
    End: true
    Branches:
      - StartAt: Slow
        States: {{Slow: {{Type: Task, Resource: "{SYNC}", Parameters: {{JobName: slow}}, End: true}}}}
      - StartAt: Quick
        States: {{Quick: {{Type: Task, Resource: "{SYNC}", Parameters: {{JobName: quick}}, End: true}}}}
"""


def both(*script: When) -> Execution:
    jobs = (GlueJob(name="slow", duration=600.0), GlueJob(name="quick", duration=60.0))
    return simulate(machine_of(PARALLEL), input={}, resources=Account(glue=FakeGlue(jobs=jobs), script=script))


def test_a_failing_branch_stops_the_run_of_its_sibling() -> None:
    execution = both(When(state="Quick", reply=fault("failed", after=20.0)))
    assert (execution.status, execution.duration) == ("FAILED", 20.0)
    services: Any = execution.services
    assert runs(services.glue) == [("slow", 0.0, 20.0, "STOPPED"), ("quick", 0.0, 20.0, "FAILED")]


def test_a_task_that_times_out_stops_its_run() -> None:
    machine = machine_of(
        f"""
StartAt: Load
States:
  Load: {{Type: Task, Resource: "{SYNC}", Parameters: {{JobName: load}}, TimeoutSeconds: 300, End: true}}
"""
    )
    execution = simulate(machine, input={}, resources=Account(glue=FakeGlue(duration=1000.0)))
    services: Any = execution.services
    assert (execution.status, execution.error, execution.duration) == ("FAILED", "States.Timeout", 300.0)
    assert runs(services.glue) == [("load", 0.0, 300.0, "STOPPED")]


def test_the_history_of_a_run_is_as_recorded() -> None:
    machine = machine_of(
        f'StartAt: Load\nStates: {{Load: {{Type: Task, Resource: "{SYNC}", Parameters: {{JobName: a}}, End: true}}}}'
    )
    execution = simulate(machine, input={}, resources=Account())
    assert [event["type"] for event in execution.history] == [
        "ExecutionStarted",
        "TaskStateEntered",
        "TaskScheduled",
        "TaskStarted",
        "TaskSubmitted",
        "TaskSucceeded",
        "TaskStateExited",
        "ExecutionSucceeded",
    ]
    submitted = execution.history[4]["taskSubmittedEventDetails"]
    assert json.loads(submitted["output"])["JobName"] == "a"
    assert execution.history[4]["timestamp"] == START


def test_two_executions_do_not_share_their_runs() -> None:
    account = Account(glue=FakeGlue(duration=60.0))
    first, second = account.begin(), account.begin()
    assert not first.invoke(request()).failed
    assert not second.invoke(request()).failed
    assert first.glue.runs[0].id == second.glue.runs[0].id
