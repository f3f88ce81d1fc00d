"""The state types, Retry, Catch, time-outs and limits, in virtual time; every run is a function of its arguments."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from aslkit.definition.document import load
from aslkit.definition.model import parse
from aslkit.simulation import Execution, NotSimulated, SimulationRefused, simulate
from aslkit.simulation.resources import Outcome, OutcomeError, Request


class Answers:
    """A resource that answers each state's invocations in their order, and remembers which requests were stopped."""

    def __init__(self, **answers: list[Outcome]) -> None:
        self.answers = answers
        self.stopped: list[tuple[str, float]] = []

    def begin(self) -> Answers:
        return self

    def invoke(self, request: Request) -> Outcome:
        answers = self.answers.get(request.state, [])
        if request.invocation > len(answers):
            raise OutcomeError(f"nothing is said of {request.state}", request)
        return answers[request.invocation - 1]

    def stop(self, request: Request, at: float) -> None:
        self.stopped.append((request.state, at))


def fails(error: str | None, after: float = 0.0) -> Outcome:
    return Outcome(failed=True, error=error, cause="c", after=after)


OK = Outcome(result="ok")


def run(text: str, input: Any = None, **answers: list[Outcome]) -> Execution:
    return simulate(parse(load(text)), input={} if input is None else input, resources=Answers(**answers))


def task(fields: str) -> str:
    return (
        f"StartAt: T\nStates:\n  T: {{Type: Task, Resource: 'arn:aws:states:::lambda:invoke', {fields}}}\n"
        "  Caught: {Type: Pass, End: true}\n"
    )


def ended(execution: Execution) -> tuple[Any, ...]:
    return execution.status, execution.error, execution.duration, execution.waits("T")


def test_a_retrier_waits_longer_each_time() -> None:
    text = task("Retry: [{ErrorEquals: [E], IntervalSeconds: 60, MaxAttempts: 2, BackoffRate: 2}], End: true")
    assert ended(run(text, T=[fails("E"), fails("E"), OK])) == ("SUCCEEDED", None, 180.0, [60.0, 120.0])
    assert ended(run(text, T=[fails("E")] * 3)) == ("FAILED", "E", 180.0, [60.0, 120.0])


def test_a_wait_is_never_longer_than_its_cap() -> None:
    text = task("Retry: [{ErrorEquals: [E], IntervalSeconds: 10, MaxAttempts: 4, MaxDelaySeconds: 25}], End: true")
    assert run(text, T=[fails("E")] * 5).waits("T") == [10.0, 20.0, 25.0, 25.0]


def test_full_jitter_is_decided_by_the_seed_and_stays_below_the_wait() -> None:
    machine = parse(load(task("Retry: [{ErrorEquals: [E], IntervalSeconds: 60, JitterStrategy: FULL}], End: true")))

    def waits(seed: int) -> list[float]:
        return simulate(machine, input={}, resources=Answers(T=[fails("E"), fails("E"), OK]), seed=seed).waits("T")

    assert waits(1) == waits(1) != waits(2)
    assert all(0 <= wait <= most for wait, most in zip(waits(3), (60, 120), strict=True))


def test_each_retrier_counts_its_own_attempts_and_an_exhausted_one_leads_to_catch() -> None:
    text = task(
        "Retry: [{ErrorEquals: [A], IntervalSeconds: 1, MaxAttempts: 1},"
        " {ErrorEquals: [States.ALL], IntervalSeconds: 5}],"
        " Catch: [{ErrorEquals: [States.ALL], Next: Caught}], End: true"
    )
    execution = run(text, T=[fails("A"), fails("B"), fails("A")])
    assert (execution.waits("T"), execution.path, execution.output) == (
        [1.0, 5.0],
        ["T", "Caught"],
        {"Error": "A", "Cause": "c"},
    )


def test_no_attempts_means_no_retry() -> None:
    text = task("Retry: [{ErrorEquals: [E], MaxAttempts: 0}, {ErrorEquals: [States.ALL]}], End: true")
    assert ended(run(text, T=[fails("E")])) == ("FAILED", "E", 0.0, [])


@pytest.mark.parametrize(
    ("names", "error", "caught"),
    [
        ("States.ALL", "X", True),
        ("States.TaskFailed", "X", True),
        ("States.TaskFailed", "States.Timeout", False),
        ("States.Timeout", "States.Timeout", True),
        ("States.ALL", "States.Runtime", False),
        ("States.Runtime", "States.Runtime", False),
        ("X", "x", False),
    ],
)
def test_which_errors_a_catcher_takes(names: str, error: str, caught: bool) -> None:
    text = task(f"Catch: [{{ErrorEquals: [{names}], Next: Caught}}], End: true")
    assert run(text, T=[fails(error)]).path == (["T", "Caught"] if caught else ["T"])


def test_a_catcher_writes_the_error_where_its_result_path_says() -> None:
    text = task("Catch: [{ErrorEquals: [E], ResultPath: $.e, Next: Caught}], End: true")
    assert run(text, {"a": 1}, T=[fails("E")]).output == {"a": 1, "e": {"Error": "E", "Cause": "c"}}


def test_a_task_that_takes_too_long_times_out_and_is_stopped() -> None:
    services = Answers(T=[Outcome(never=True)])
    text = task("TimeoutSeconds: 30, Catch: [{ErrorEquals: [States.Timeout], Next: Caught}], End: true")
    execution = simulate(parse(load(text)), input={}, resources=services)
    assert (execution.output, execution.duration, services.stopped) == (
        {"Error": "States.Timeout", "Cause": ""},
        30.0,
        [("T", 30.0)],
    )


def test_a_missed_heartbeat_ends_a_task_earlier() -> None:
    text = task("TimeoutSeconds: 60, HeartbeatSeconds: 10, End: true").replace("invoke", "invoke.waitForTaskToken")
    assert ended(run(text, T=[Outcome(never=True)])) == ("FAILED", "States.Timeout", 10.0, [])
    assert ended(run(text, T=[Outcome(result=1, after=25, heartbeats=(8, 16))]))[0] == "SUCCEEDED"


def test_the_time_limit_of_the_machine_ends_it_uncaught() -> None:
    text = "TimeoutSeconds: 20\n" + task("Catch: [{ErrorEquals: [States.ALL], Next: Caught}], End: true")
    execution = run(text, T=[Outcome(never=True)])
    assert (execution.status, execution.duration, execution.path) == ("TIMED_OUT", 20.0, ["T"])
    assert execution.history[-1]["type"] == "ExecutionTimedOut"


PARALLEL = """\
StartAt: P
States:
  P:
    Type: Parallel
    Branches:
      - {StartAt: A, States: {A: {Type: Task, Resource: "arn:aws:states:::lambda:invoke", End: true}}}
      - {StartAt: B, States: {B: {Type: Task, Resource: "arn:aws:states:::lambda:invoke", End: true}}}
    End: true
"""


def test_a_parallel_gives_its_results_in_the_order_of_its_branches() -> None:
    execution = run(PARALLEL, A=[Outcome(result="slow", after=9)], B=[Outcome(result="fast", after=1)])
    assert (execution.output, execution.duration) == (["slow", "fast"], 9.0)


def test_the_first_branch_that_fails_stops_the_others() -> None:
    services = Answers(A=[Outcome(result=1, after=9)], B=[fails("E", after=4)])
    execution = simulate(parse(load(PARALLEL)), input={}, resources=services)
    assert (execution.status, execution.error, execution.duration, services.stopped) == (
        "FAILED",
        "E",
        4.0,
        [("A", 4.0)],
    )


MAP = """\
StartAt: M
States:
  M:
    Type: Map
    ItemsPath: $.items
    MaxConcurrency: %d
    ItemSelector: {"n.$": $$.Map.Item.Value, "i.$": $$.Map.Item.Index}
    ItemProcessor: {StartAt: W, States: {W: {Type: Wait, SecondsPath: $.n, End: true}}}
    End: true
"""


@pytest.mark.parametrize(("concurrency", "duration"), [(0, 3.0), (1, 6.0), (2, 4.0)])
def test_a_map_runs_as_many_items_at_once_as_it_may(concurrency: int, duration: float) -> None:
    execution = run(MAP % concurrency, {"items": [1, 2, 3]})
    assert (execution.output, execution.duration) == (
        [{"n": 1, "i": 0}, {"n": 2, "i": 1}, {"n": 3, "i": 2}],
        duration,
    )


@pytest.mark.parametrize(
    ("wait", "duration"),
    [
        ("Seconds: 7", 7.0),
        ("SecondsPath: $.s", 5.0),
        ('Timestamp: "2025-01-01T02:00:30Z"', 30.0),
        ("TimestampPath: $.t", 60.0),
    ],
)
def test_the_four_forms_of_wait(wait: str, duration: float) -> None:
    text = f"StartAt: W\nStates: {{W: {{Type: Wait, {wait}, End: true}}}}"
    assert run(text, {"s": 5, "t": "2025-01-01T03:01:00+01:00"}).duration == duration


def test_input_and_output_fields_apply_in_their_order() -> None:
    text = task(
        "InputPath: $.in, Parameters: {'x.$': $.a, 'c.$': $$.State.Name}, ResultSelector: {'r.$': $.out},"
        " ResultPath: $.res, OutputPath: $.res, End: true"
    )
    services = Answers(T=[Outcome(result={"out": 5, "rest": 6})])
    execution = simulate(parse(load(text)), input={"in": {"a": 1}}, resources=services)
    assert execution.output == {"r": 5}
    [attempt] = execution.attempts("T")
    assert attempt.request is not None
    assert attempt.request.parameters == {"x": 1, "c": "T"}


def test_a_choice_takes_the_first_rule_that_holds_or_fails() -> None:
    text = (
        "StartAt: C\nStates:\n  C: {Type: Choice, Choices: [{Variable: $.n, NumericLessThan: 5, Next: L},"
        " {Variable: $.n, NumericLessThan: 9, Next: M}]}\n  L: {Type: Pass, End: true}\n  M: {Type: Pass, End: true}\n"
    )
    assert [run(text, {"n": n}).path for n in (1, 6)] == [["C", "L"], ["C", "M"]]
    assert run(text, {"n": 9}).status == "FAILED"


def test_a_fail_state_reads_its_error_and_cause() -> None:
    text = "StartAt: F\nStates: {F: {Type: Fail, ErrorPath: $.e, CausePath: \"States.Format('{}!', $.c)\"}}"
    execution = run(text, {"e": "E", "c": "why"})
    assert (execution.status, execution.error, execution.cause) == ("FAILED", "E", "why!")


def test_the_history_is_what_get_execution_history_returns() -> None:
    events = run("StartAt: P\nStates: {P: {Type: Pass, Result: {a: 1}, End: true}}", {"x": 0}).history
    shown = [
        (
            event["id"],
            event["previousEventId"],
            event["type"],
            {k: v for k, v in event.items() if k.endswith("Details")},
        )
        for event in events
    ]
    whole = {"truncated": False}
    started = shown[0][3]["executionStartedEventDetails"]
    assert (shown[0][:3], started["input"]) == ((1, 0, "ExecutionStarted"), '{"x":0}')
    assert shown[1:] == [
        (
            2,
            0,
            "PassStateEntered",
            {"stateEnteredEventDetails": {"name": "P", "input": '{"x":0}', "inputDetails": whole}},
        ),
        (
            3,
            2,
            "PassStateExited",
            {"stateExitedEventDetails": {"name": "P", "output": '{"a":1}', "outputDetails": whole}},
        ),
        (4, 3, "ExecutionSucceeded", {"executionSucceededEventDetails": {"output": '{"a":1}', "outputDetails": whole}}),
    ]


def test_a_loop_without_end_ends_at_25_000_events() -> None:
    text = "StartAt: A\nStates: {A: {Type: Pass, Next: B}, B: {Type: Pass, Next: A}}"
    execution = run(text)
    assert (execution.status, len(execution.history)) == ("FAILED", 25_000)


def test_a_payload_above_the_limit_fails_the_execution() -> None:
    text = "StartAt: A\nStates: {A: {Type: Pass, Parameters: {'x.$': $.x, 'y.$': $.x}, End: true}}"
    assert run(text, {"x": "a" * 200_000}).error == "States.DataLimitExceeded"


@pytest.mark.parametrize(
    "text",
    [
        "StartAt: M\nStates: {M: {Type: Map, End: true, ItemProcessor: {ProcessorConfig: {Mode: DISTRIBUTED, "
        "ExecutionType: STANDARD}, StartAt: A, States: {A: {Type: Pass, End: true}}}, ItemReader: {Resource: "
        "'arn:aws:states:::s3:getObject', Parameters: {}, ReaderConfig: {InputType: PARQUET}}}}",
    ],
)
def test_what_is_not_simulated_says_so_before_the_run(text: str) -> None:
    with pytest.raises(NotSimulated, match="not simulated"):
        run(text)


@pytest.mark.parametrize(
    "text",
    ["States: {A: {Type: Succeed}}", "StartAt: B\nStates: {A: {Type: Succeed}}", "StartAt: A\nStates: {A: {}}", "[]"],
)
def test_a_machine_that_cannot_run_is_refused(text: str) -> None:
    with pytest.raises(SimulationRefused):
        run(text)


def test_a_task_that_nobody_answers_is_an_error_of_the_caller() -> None:
    with pytest.raises(OutcomeError, match="nothing is said of T"):
        run(task("Catch: [{ErrorEquals: [States.ALL], Next: Caught}], End: true"))


@st.composite
def machines(draw: st.DrawFn) -> str:
    """A chain of small states, any of which may lead back, wait, fail or choose."""
    count = draw(st.integers(1, 6))
    lines = []
    for index in range(count):
        target = f"S{draw(st.integers(0, count - 1))}"
        lines.append(
            draw(
                st.sampled_from(
                    [
                        f"S{index}: {{Type: Pass, Result: {index}, ResultPath: $.r, Next: {target}}}",
                        f"S{index}: {{Type: Wait, Seconds: {index}, Next: {target}}}",
                        f"S{index}: {{Type: Succeed}}",
                        f"S{index}: {{Type: Fail, Error: E}}",
                        f"S{index}: {{Type: Choice, Default: S0,"
                        f" Choices: [{{Variable: $.r, IsPresent: true, Next: {target}}}]}}",
                        f"S{index}: {{Type: Pass, InputPath: $.missing, End: true}}",
                    ]
                )
            )
        )
    return "StartAt: S0\nStates:\n" + "".join(f"  {line}\n" for line in lines)


@settings(max_examples=60, deadline=None)
@given(machines())
def test_any_small_machine_ends_with_a_status_and_a_history_that_fits(text: str) -> None:
    machine = parse(load(text))

    def once() -> Execution:
        return simulate(machine, input={}, max_events=200)

    execution = once()
    history = execution.history
    assert execution.status in ("SUCCEEDED", "FAILED")
    assert history[-1]["type"] == f"Execution{execution.status.title()}"
    assert [event["id"] for event in history] == list(range(1, len(history) + 1))
    times = [event["timestamp"] for event in history]
    assert times == sorted(times)
    entered = sum(event["type"].endswith("StateEntered") for event in history)
    exited = sum(event["type"].endswith("StateExited") for event in history)
    assert entered - exited in ((0,) if execution.status == "SUCCEEDED" else (0, 1))
    assert once().history == history
