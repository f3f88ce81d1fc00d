"""Exploration: which runs are made, how many, and that the shortest ones are found whatever makes them."""

from __future__ import annotations

import json
import time
from collections.abc import Mapping
from itertools import product
from pathlib import Path
from typing import Any

import pytest

from aslkit.definition.document import load
from aslkit.definition.model import StateMachine, parse
from aslkit.report.exploration import plain
from aslkit.simulation import simulate
from aslkit.simulation.exploration.catalogue import catalogue
from aslkit.simulation.exploration.found import Exploration
from aslkit.simulation.exploration.ground import PlanError
from aslkit.simulation.exploration.merging import merge
from aslkit.simulation.exploration.search import WorkerDied, explore
from aslkit.simulation.faults import FAULTS
from aslkit.simulation.resources.account import Account
from aslkit.simulation.resources.scripted import Faulty, When

GLUE = "arn:aws:states:::glue:startJobRun.sync"
PUBLISH = "arn:aws:states:::sns:publish"
TOPIC = "arn:aws:sns:us-east-1:123456789012:t"


def job(name: str, *, retries: int = 0, **fields: Any) -> dict[str, Any]:
    """A Glue task with a time limit and, if asked, a retrier for everything."""
    state: dict[str, Any] = {
        "Type": "Task",
        "Resource": GLUE,
        "Parameters": {"JobName": name},
        "TimeoutSeconds": 3600,
        "ResultPath": None,
    }
    if retries:
        state["Retry"] = [{"ErrorEquals": ["States.ALL"], "IntervalSeconds": 10, "MaxAttempts": retries}]
    return {**state, **(fields or {"End": True})}


def machine(states: dict[str, Any], **fields: Any) -> StateMachine:
    data = {"StartAt": next(iter(states)), "States": states, **fields}
    return parse(load(json.dumps(data), source="m.asl.yaml"))


def chain(jobs: int, retries: int) -> StateMachine:
    """Jobs one after the other."""
    names = [f"Job{number}" for number in range(jobs)]
    nexts = [{"Next": name} for name in names[1:]] + [{"End": True}]
    return machine({name: job(name, retries=retries, **after) for name, after in zip(names, nexts, strict=True)})


def two_branches(retries: int) -> StateMachine:
    branches = [{"StartAt": name, "States": {name: job(name, retries=retries)}} for name in ("A", "B")]
    return machine({"Both": {"Type": "Parallel", "Branches": branches, "End": True}})


def examples(exploration: Exploration) -> list[tuple[str, list[tuple[Any, ...]]]]:
    return [(one.property, [tuple(fault.values()) for fault in one.faults]) for one in exploration.counterexamples]


# --- how many runs ---------------------------------------------------------------------------------------------------


def sequences_of_a_chain(jobs: int, retries: int) -> int:
    """Ends well with 0 … r failures of each job, or with the first k jobs so and r+1 failures of the next."""
    good: int = retries + 1
    return int(good**jobs) + sum(int(good**before) for before in range(jobs))


@pytest.mark.parametrize(("jobs", "retries"), [(1, 0), (1, 3), (2, 1), (3, 2), (4, 1)])
def test_all_sequences_of_a_chain_are_as_many_as_the_formula_says(jobs: int, retries: int) -> None:
    whole = explore(chain(jobs, retries), input={}, faults="all", prune=False)
    pruned = explore(chain(jobs, retries), input={}, faults="all")
    assert whole.runs == whole.sequences == pruned.sequences == sequences_of_a_chain(jobs, retries)
    assert pruned.runs <= 1 + jobs * (retries + 1)


def sequences_by_brute_force(tested: StateMachine, states: tuple[str, ...], most: int) -> set[frozenset[Any]]:
    """Every way to let the first `most` calls of each state succeed or fail, run; what different ones come of it."""
    seen = set()
    for outcomes in product((False, True), repeat=most * len(states)):
        calls = [(state, call) for state in states for call in range(1, most + 1)]
        fails = dict(zip(calls, outcomes, strict=True))
        script = tuple(
            When(state=state, first=call, last=call, reply=Faulty(fault=FAULTS["glue"]["failed"]))
            for (state, call), failing in fails.items()
            if failing
        )
        execution = simulate(tested, input={}, resources=Account(script=script))
        failed = (attempt.request for attempt in execution.attempts() if attempt.failed)
        seen.add(frozenset((one.state, one.invocation) for one in failed if one is not None))
    return seen


def test_all_sequences_of_two_branches_are_those_of_brute_force() -> None:
    tested = two_branches(retries=2)
    expected = sequences_by_brute_force(tested, ("A", "B"), most=3)
    whole = explore(tested, input={}, faults="all", prune=False)
    assert whole.runs == len(expected)
    assert explore(tested, input={}, faults="all").sequences == len(expected)


def test_one_fault_is_placed_in_every_way_that_the_catalogue_knows() -> None:
    tested = chain(2, retries=1)
    ways = sum(len(mishap.times) for menu in catalogue(tested).values() for mishap in menu)
    assert explore(tested, input={}, faults=1).levels == (1, ways)


def test_two_faults_are_placed_in_every_way_that_brute_force_finds() -> None:
    tested = chain(2, retries=1)
    menu = catalogue(tested)["Job0"]
    once = sum("once" in mishap.times for mishap in menu)
    single = sum(len(mishap.times) for mishap in menu)
    # after one call that fails once: the second call of the same job, or any call of the next; after one that stays in
    # the first job the run ends, in the second too
    pairs = once * (single + single) + once * single
    assert explore(tested, input={}, faults=2, prune=False).levels == (1, 2 * single, pairs)


def test_pruning_leaves_out_runs_and_no_property() -> None:
    tested = chain(3, retries=1)
    pruned, whole = (explore(tested, input={}, faults=2, prune=prune) for prune in (True, False))
    assert pruned.runs < whole.runs / 3
    assert examples(pruned) == examples(whole)


@pytest.mark.parametrize("limit", [220, 221])
def test_the_longest_sequence_is_run_even_if_it_is_one_that_cannot_differ(limit: int) -> None:
    """Two jobs of 60 s, each with two failures of 60 s and the waits 10 and 20 s before: 420 s at most."""
    limit += 200
    settings = {"limits": {"duration": limit - 1}}
    tested = chain(2, retries=2)
    pruned, whole = (
        explore(tested, input={}, faults="all", prune=prune, settings=settings).held["duration-is-bounded"]
        for prune in (True, False)
    )
    assert (pruned, whole) == ((False, False) if limit == 420 else (True, True))


def test_of_calls_in_a_row_that_fail_alike_only_the_first_and_the_last_go_wrong_otherwise() -> None:
    """The second branch is refused at 0, 10, 20 … 50 s, until the run has ended that the first one starts at 0 s."""
    busy = [{"ErrorEquals": ["Glue.ConcurrentRunsExceededException"], "IntervalSeconds": 10, "BackoffRate": 1.0}]
    branches = [
        {"StartAt": name, "States": {name: job("load", Retry=[{**busy[0], "MaxAttempts": 20}], End=True)}}
        for name in ("A", "B")
    ]
    tested = machine({"Both": {"Type": "Parallel", "Branches": branches, "End": True}})
    exploration = explore(tested, input={}, faults=1)
    assert sorted({one.invocation for one in _singles(exploration, "B")}) == [1, 2, 6, 7]
    assert any(text.startswith("3 calls between the first and the last") for text in exploration.uncovered)


def test_a_call_in_a_row_beside_which_another_iteration_ends_goes_wrong_otherwise() -> None:
    """The second iteration is refused at 0, 10 … 50 s; the first one begins at 0 s and ends at 25 s."""
    again = [{"ErrorEquals": ["States.ALL"], "IntervalSeconds": 10, "BackoffRate": 1.0, "MaxAttempts": 9}]
    call = {"Type": "Task", "Resource": "arn:aws:states:::lambda:invoke", "Parameters": {}, "TimeoutSeconds": 60}
    processor = {"StartAt": "Call", "States": {"Call": {**call, "Retry": again, "End": True}}}
    tested = machine({"Each": {"Type": "Map", "ItemProcessor": processor, "End": True}})
    when = [
        {"state": "Call", "iteration": 1, "invocation": "1-6", "lambda": "throttled"},
        {"state": "Call", "iteration": 0, "returns": {}, "after": "25s"},
        {"state": "Call", "returns": {}},
    ]
    found = _singles(explore(tested, input=[1, 2], faults=0, when=when), "Call")
    assert sorted({one.invocation for one in found if one.iteration == (1,)}) == [1, 2, 4, 6, 7]


# --- orders of branches ----------------------------------------------------------------------------------------------


def test_a_failure_in_a_branch_comes_before_and_after_the_end_of_the_other_branch() -> None:
    exploration = explore(two_branches(retries=0), input={}, faults=1, settings={"skip": ["failure-is-told"]})
    moments = {
        placed.after
        for name in ("glue: failed",)
        for placed in _singles(exploration, "A")
        if placed.mishap == name and placed.times == "once"
    }
    assert moments == {1.0, 61.0}


def _singles(exploration: Exploration, state: str) -> list[Any]:
    from aslkit.simulation.exploration.looking import Looker, Wanted

    found = Looker(exploration.ground.plan).look((), Wanted(children=True)).children
    return [placed for _, placed in found if placed.state == state]


def test_a_failure_outside_of_branches_comes_when_the_service_says() -> None:
    exploration = explore(chain(1, retries=0), input={}, faults=0)
    assert {placed.after for placed in _singles(exploration, "Job0")} == {None}


def test_what_a_sibling_does_before_it_is_stopped_is_looked_at() -> None:
    """Only a failure that comes after the sibling's message makes a good mail of a failed run."""
    note = {"Type": "Task", "Resource": PUBLISH, "Parameters": {"TopicArn": TOPIC, "Message": "done"}, "End": True}
    branches = [
        {"StartAt": "A", "States": {"A": job("A")}},
        {"StartAt": "B", "States": {"B": job("B", Next="Note"), "Note": {**note, "TimeoutSeconds": 9}}},
    ]
    tested = machine({"Both": {"Type": "Parallel", "Branches": branches, "End": True}})
    exploration = explore(tested, input={}, faults=1, settings={"success": ["Note"], "skip": ["failure-is-told"]})
    found = next(one for one in exploration.counterexamples if one.property == "no-success-mail-on-failure")
    assert [tuple(placed) for placed in found.placement] == [("A", (), 1, "glue: failed", "once", 61.0)]


def test_a_function_in_a_branch_fails_before_and_after_what_the_other_branch_does_in_no_time() -> None:
    call = {"Type": "Task", "Resource": "arn:aws:states:::lambda:invoke", "Parameters": {"FunctionName": "f"}}
    note = {"Type": "Task", "Resource": PUBLISH, "Parameters": {"TopicArn": TOPIC, "Message": "done"}, "End": True}
    branches = [
        {"StartAt": "A", "States": {"A": {**call, "TimeoutSeconds": 9, "End": True}}},
        {"StartAt": "B", "States": {"B": {**call, "TimeoutSeconds": 9, "Next": "Note"}, "Note": note}},
    ]
    tested = machine({"Both": {"Type": "Parallel", "Branches": branches, "End": True}})
    answers = [{"resource": "lambda:invoke", "returns": {}}]
    settings = {"success": ["Note"], "skip": ["failure-is-told"], "mute": [{"fault": "hangs"}]}
    exploration = explore(tested, input={}, when=answers, faults=1, settings=settings)
    found = next(one for one in exploration.counterexamples if one.property == "no-success-mail-on-failure")
    assert [tuple(placed) for placed in found.placement] == [("A", (), 1, "lambda: function-error", "once", 1.0)]


# --- shards, workers, bounds -----------------------------------------------------------------------------------------


def refresh_like() -> StateMachine:
    """Two branches, a job, a failure mail without retries."""
    catch = [{"ErrorEquals": ["States.ALL"], "ResultPath": "$.error", "Next": "Tell"}]
    tell = {
        "Type": "Task",
        "Resource": PUBLISH,
        "TimeoutSeconds": 60,
        "Parameters": {
            "TopicArn": TOPIC,
            "Subject": "failed",
            "Message.$": "States.Format('{} {} {}', 'Both Load', $.error.Error, $.error.Cause)",
        },
        "ResultPath": None,
        "Next": "Failed",
    }
    branches = [{"StartAt": name, "States": {name: job(name, retries=1)}} for name in ("A", "B")]
    return machine(
        {
            "Both": {"Type": "Parallel", "Branches": branches, "ResultPath": None, "Catch": catch, "Next": "Load"},
            "Load": job("load", retries=1, Catch=catch, End=True),
            "Tell": tell,
            "Failed": {"Type": "Fail", "ErrorPath": "$.error.Error"},
        }
    )


def test_the_parts_of_an_exploration_make_the_whole() -> None:
    whole = plain(explore(refresh_like(), input={"day": "1"}), "m.asl.yaml")
    parts = [
        plain(explore(refresh_like(), input={"day": "1"}, shard=(number, 3)), "m.asl.yaml") for number in (1, 2, 3)
    ]
    merged = merge(json.loads(json.dumps(parts)))
    assert merged["runs"] == whole["runs"]
    assert merged["covered"]["states"] == whole["covered"]["states"]
    assert merged["covered"]["endings"] == whole["covered"]["endings"]
    assert merged["covered"]["levels"] == whole["covered"]["levels"]
    assert [one["faults"] for one in merged["violations"]] == [one["faults"] for one in whole["violations"]]
    assert merged["not_covered"] == whole["not_covered"]


def test_the_parts_of_all_sequences_make_all_of_them() -> None:
    whole = explore(refresh_like(), input={}, faults="all", prune=False)
    parts = [explore(refresh_like(), input={}, faults="all", prune=False, shard=(number, 2)) for number in (1, 2)]
    assert sum(part.runs for part in parts) == whole.runs


DEAD = [{"ErrorEquals": ["Glue.JobRunFailed"], "MaxAttempts": 2}, {"ErrorEquals": ["States.ALL"], "MaxAttempts": 1}]


@pytest.mark.parametrize("faults", [1, 2])
def test_a_retrier_that_no_part_uses_is_a_counterexample_of_all_together(faults: int) -> None:
    tested = machine({"Load": job("load", Retry=DEAD, Next="Save"), "Save": job("save", Retry=DEAD, End=True)})
    whole = plain(explore(tested, input={}, faults=faults), "m.asl.yaml")
    parts = [plain(explore(tested, input={}, faults=faults, shard=(number, 3)), "m.asl.yaml") for number in (1, 2, 3)]
    merged = merge(json.loads(json.dumps(parts)))
    assert merged["violations"] == whole["violations"]
    assert merged["covered"]["properties"] == whole["covered"]["properties"]
    unused = [one["faults"] for one in whole["violations"] if one["property"] == "retriers-are-used"]
    assert unused == [
        [{"state": "Load", "invocation": 1, "error": "States.TaskFailed"}],
        [{"state": "Save", "invocation": 1, "error": "States.TaskFailed"}],
    ]
    assert merge([whole])["violations"] == whole["violations"]
    assert merge([merge(parts[:2]), parts[2]]) == merged


def test_a_retrier_of_a_state_that_only_failures_come_to_is_judged_with_two_faults() -> None:
    undo = job("undo", Retry=DEAD, Next="Failed")
    catch = [{"ErrorEquals": ["States.ALL"], "ResultPath": None, "Next": "Undo"}]
    states = {"Load": job("load", Catch=catch, End=True), "Undo": undo, "Failed": {"Type": "Fail", "Error": "Undone"}}
    settings = {"skip": ["failure-is-told"]}
    exploration = explore(machine(states), input={}, faults=2, settings=settings)
    assert [(one.message, len(one.faults)) for one in exploration.counterexamples] == [
        ("retrier 1 of 'Undo' (Glue.JobRunFailed) is used by no fault that 'Undo' can meet", 2)
    ]
    assert explore(machine(states), input={}, faults=1, settings=settings).unmet == {
        "Undo": "faults of state 'Undo': no run with fewer faults comes to it"
    }


def test_a_limit_of_runs_leaves_open_whether_retriers_are_used_and_says_so() -> None:
    exploration = explore(machine({"Load": job("load", Retry=DEAD, End=True)}), input={}, faults=1, max_runs=5)
    assert "retriers-are-used" not in exploration.held
    assert exploration.uncovered == (
        "runs with more than 1 fault",
        "25 placements beyond the limit of 5 runs, and what follows from them",
        "whether every retrier is used, which takes all runs",
        "an execution that somebody aborts, and whether the role has its permissions",
    )


def test_a_state_that_no_run_comes_to_is_said_and_another_answer_leads_there() -> None:
    ask = {"Type": "Task", "Resource": "arn:aws:states:::lambda:invoke", "Parameters": {"FunctionName": "ask"}}
    choice = {
        "Type": "Choice",
        "Choices": [{"Variable": "$.Payload.ok", "BooleanEquals": True, "Next": "Done"}],
        "Default": "Rejected",
    }
    tested = machine(
        {
            "Ask": {**ask, "TimeoutSeconds": 60, "Next": "IsOk"},
            "IsOk": choice,
            "Done": {"Type": "Succeed"},
            "Rejected": {"Type": "Fail", "Error": "Orders.Rejected"},
        }
    )
    asked: dict[str, Any] = {"input": {}, "when": [{"state": "Ask", "returns": {"Payload": {"ok": True}}}], "faults": 1}
    assert explore(tested, **asked).unmet == {"Rejected": "state 'Rejected': no run comes to it"}
    settings = {
        "add": [{"state": "Ask", "returns": {"Payload": {"ok": False}}, "times": "once"}],
        "mute": [{"fault": "*[!}]"}],
    }
    exploration = explore(tested, **asked, settings=settings)
    assert (exploration.runs, exploration.unmet) == (2, {})
    assert examples(exploration) == [("failure-is-told", [("Ask", 1, 'returns {"Payload":{"ok":false}}')])]
    assert exploration.counterexamples[0].message == (
        "'Rejected' failed with Orders.Rejected, and nobody is told of it: no state that tells anybody was entered"
    )


def approving(ask_more: bool) -> StateMachine:
    """A large order is approved by somebody; what `ask_more` leaves out makes every approval fail."""
    call = {"Type": "Task", "Resource": "arn:aws:states:::lambda:invoke", "Parameters": {"FunctionName": "f"}}
    large = {"Variable": "$.sum.Payload", "NumericGreaterThan": 10, "Next": "Approve"}
    path = "$.sum.Payload" if ask_more else "$.sum.Total"
    return machine(
        {
            "Sum": {**call, "TimeoutSeconds": 60, "ResultPath": "$.sum", "Next": "IsLarge"},
            "IsLarge": {"Type": "Choice", "Choices": [large], "Default": "Done"},
            "Approve": {
                **call,
                "Parameters": {"FunctionName": "f", "Payload.$": path},
                "TimeoutSeconds": 60,
                "Next": "Done",
            },
            "Done": {"Type": "Succeed"},
        }
    )


APPROVED: dict[str, Any] = {
    "input": {},
    "when": [{"state": "Sum", "returns": {"Payload": 1}}, {"state": "Approve", "returns": {}}],
}
LARGE = {"add": [{"state": "Sum", "returns": {"Payload": 50}, "times": "lasting"}], "skip": ["failure-is-told"]}


@pytest.mark.parametrize("faults", [0, 1, 2, "all"])
def test_another_answer_is_no_fault(faults: int | str) -> None:
    exploration = explore(approving(ask_more=True), **APPROVED, settings=LARGE, faults=faults)
    assert exploration.levels[0] == 2
    assert exploration.unmet == {}
    assert exploration.held["succeeds-without-faults"]
    if faults == 2:
        pairs = [one for one in exploration.states if one in ("Sum", "Approve")]
        assert pairs == ["Sum", "Approve"]


def test_the_parts_of_an_exploration_with_other_answers_make_the_whole() -> None:
    settings = {"add": LARGE["add"]}
    whole = plain(explore(approving(ask_more=True), **APPROVED, settings=settings, faults=1), "m.asl.yaml")
    parts = [
        plain(explore(approving(ask_more=True), **APPROVED, settings=settings, faults=1, shard=(n, 3)), "m.asl.yaml")
        for n in (1, 2, 3)
    ]
    merged = merge(json.loads(json.dumps(parts)))
    assert (merged["runs"], merged["violations"]) == (whole["runs"], whole["violations"])
    assert merged["covered"]["levels"] == whole["covered"]["levels"] == [2, 66]


def test_a_run_that_fails_by_itself_with_another_answer_is_wrong() -> None:
    exploration = explore(approving(ask_more=False), **APPROVED, settings=LARGE, faults=0)
    assert [(one.property, one.message[:100]) for one in exploration.counterexamples] == [
        (
            "succeeds-without-faults",
            "nothing goes wrong around it, 'Sum' returns {\"Payload\":50}, and the run fails in 'Approve': States.R",
        )
    ]


def test_what_is_muted_for_a_state_is_not_muted_for_the_input() -> None:
    tested = machine({"Load": job("x", Parameters={"JobName.$": "$.name"}, End=True)})
    asked: dict[str, Any] = {"input": {"name": "load"}, "faults": 1}
    muted = explore(tested, **asked, settings={"mute": [{"state": "Load", "fault": "*"}]})
    assert muted.states == {"": {"States.Runtime": 2}}
    general = explore(tested, **asked, settings={"mute": [{"fault": "without name"}]})
    assert general.states[""] == {"States.Runtime": 1}


def test_one_part_alone_says_that_others_are_missing() -> None:
    part = plain(explore(refresh_like(), input={}, shard=(2, 3)), "m.asl.yaml")
    assert "all but shard 2/3" in part["not_covered"]
    assert "all but shard 2/3" in merge([part])["not_covered"]


@pytest.mark.parametrize(
    ("reports", "reason"),
    [
        ([{}], "this is no report of an exploration (aslkit explore --format json)"),
        (["twice", "twice"], "one shard is there twice: 1/2, 1/2"),
        (["twice", "faults"], "the reports are not of one exploration: `faults` is not the same"),
        ([], "there is no report to merge"),
    ],
)
def test_reports_that_do_not_belong_together_are_not_merged(reports: list[Any], reason: str) -> None:
    known = {
        "twice": plain(explore(chain(1, 0), input={}, faults=1, shard=(1, 2)), "m"),
        "faults": plain(explore(chain(1, 0), input={}, faults=0, shard=(2, 2)), "m"),
    }
    with pytest.raises(ValueError, match=r"report|shard") as raised:
        merge([known[one] if isinstance(one, str) else one for one in reports])
    assert str(raised.value) == reason


def test_any_number_of_processes_finds_the_same() -> None:
    alone = explore(refresh_like(), input={}, prune=False)
    together = explore(refresh_like(), input={}, prune=False, workers=2)
    assert alone.runs > 1000
    assert plain(together, "m.asl.yaml") == plain(alone, "m.asl.yaml")


def test_a_limit_of_runs_is_kept_and_what_is_left_out_is_said() -> None:
    exploration = explore(refresh_like(), input={}, max_runs=50)
    assert exploration.runs == 50
    assert any("placements beyond the limit of 50 runs" in text for text in exploration.uncovered)


@pytest.mark.parametrize("workers", [1, 2])
def test_an_exploration_that_takes_too_long_ends_and_says_what_it_left_out(workers: int) -> None:
    whole = explore(refresh_like(), input={}, faults=2)
    runs: list[int] = []
    stopped = explore(
        refresh_like(),
        input={},
        faults=2,
        workers=workers,
        progress=lambda done, known: runs.append(done),
        enough=lambda: bool(runs) and runs[-1] > sum(whole.levels[:2]),
    )
    assert stopped.levels[:2] == whole.levels[:2]
    assert 0 < stopped.levels[2] < whole.levels[2]
    assert stopped.uncovered[:3] == (
        "runs with more than 2 faults",
        f"{whole.runs - stopped.runs:,} placements beyond the limit of time, and what follows from them",
        "combinations of other faults with 54 that ran like another one at the same place (`--no-prune` runs them)",
    )


MODULE = """
import os
import time


def dies(run):
    os._exit(1)


def sleeps(run):
    time.sleep(0.3)


def goes_on(run):
    while True:
        pass
"""


def own(folder: Path, function: str, monkeypatch: pytest.MonkeyPatch) -> Mapping[str, Any]:
    """The settings with a property of a module's, which processes find as well."""
    (folder / f"own_{function}.py").write_text(MODULE)
    monkeypatch.syspath_prepend(str(folder))
    return {"properties": [{"name": "own", "python": f"own_{function}:{function}"}]}


@pytest.mark.parametrize("function", ["sleeps", "goes_on"])
def test_the_limit_of_time_holds_for_properties_that_take_long_or_never_end(
    function: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = own(tmp_path, function, monkeypatch)
    began = time.monotonic()
    exploration = explore(
        chain(1, 1), input={}, settings=settings, workers=2, enough=lambda: time.monotonic() > began + 2
    )
    assert time.monotonic() < began + 20
    assert exploration.runs < 10
    assert any("beyond the limit of time" in text for text in exploration.uncovered)


def test_a_process_that_dies_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    settings = own(tmp_path, "dies", monkeypatch)
    with pytest.raises(WorkerDied, match="was killed, maybe because memory ran out"):
        explore(chain(1, 1), input={}, settings=settings, workers=2, enough=lambda: False)


def test_a_task_that_is_tried_again_for_ever_is_one_that_does_not_end() -> None:
    for_ever = [{"ErrorEquals": ["States.ALL"], "MaxAttempts": 99_999_999, "IntervalSeconds": 1, "BackoffRate": 1}]
    tested = machine({"Job": job("load", Retry=for_ever, End=True)})
    settings = {"mute": [{"fault": "glue: [!f]*"}, {"fault": "hangs"}, {"fault": "states: *"}]}
    exploration = explore(tested, input={}, faults=1, settings=settings)
    assert [(one.property, one.message) for one in exploration.counterexamples] == [
        ("every-run-ends", "the run does not end: it goes on through 'Job'")
    ]


def test_how_far_it_is_is_told() -> None:
    told: list[tuple[int, int]] = []
    exploration = explore(chain(1, 1), input={}, progress=lambda done, known: told.append((done, known)))
    assert told[-1] == (exploration.runs, exploration.runs)


# --- what is explored ------------------------------------------------------------------------------------------------


def test_words_that_do_not_fit_are_refused_with_their_place() -> None:
    with pytest.raises(PlanError) as raised:
        explore(chain(1, 0), input={}, settings={"faults": 99, "skipp": []})
    assert [(one.pointer, one.message) for one in raised.value.remarks] == [
        (("explore", "faults"), "`faults` is 99; a number of faults from 0 to 8, or all, is expected"),
        (("explore", "skipp"), "`explore` knows no key 'skipp'; did you mean 'skip'?"),
    ]


def test_a_team_adds_faults_and_mutes_others() -> None:
    settings = {
        "add": [{"state": "Job*", "error": "Glue.Odd", "times": "lasting"}],
        "mute": [{"fault": "glue: *"}, {"fault": "hangs"}, {"state": "Job0", "fault": "States.*"}],
    }
    exploration = explore(chain(1, 0), input={"a": 1}, faults=1, settings={**settings, "skip": ["failure-is-told"]})
    assert exploration.states == {"": {"States.Runtime": 2}, "Job0": {"Glue.Odd": 1}}


def names_of(resource: str, **fields: Any) -> list[str]:
    """The mishaps of one task."""
    task = {"Type": "Task", "Resource": resource, "Parameters": {}, "End": True, **fields}
    return [mishap.name for mishap in catalogue(machine({"Call": task}))["Call"]]


EVERY = ["hangs", "states: permissions", "states: data-limit-exceeded"]


def test_the_errors_of_any_sdk_action_come_from_its_service_model() -> None:
    assert names_of("arn:aws:states:::aws-sdk:sfn:describeExecution") == [
        "Sfn.ExecutionDoesNotExistException",
        "Sfn.InvalidArnException",
        "Sfn.KmsAccessDeniedException",
        "Sfn.KmsInvalidStateException",
        "Sfn.KmsThrottlingException",
        "Sfn.SdkClientException",
        *EVERY,
    ]


def test_a_lambda_function_meets_the_errors_of_its_own_that_the_definition_names() -> None:
    retry = [{"ErrorEquals": ["TooEarly", "com.example.Busy", "Lambda.TooManyRequestsException", "States.Timeout"]}]
    names = names_of("arn:aws:states:::lambda:invoke", Retry=retry)
    assert names == [*(f"lambda: {name}" for name in FAULTS["lambda"]), "TooEarly", "com.example.Busy", *EVERY]


def test_a_service_meets_the_errors_that_the_definition_names_unless_it_never_raises_them() -> None:
    retry = [{"ErrorEquals": ["Sfn.ThrottlingException", "Sfn.NoSuchThingException", "TooEarly"]}]
    names = names_of("arn:aws:states:::aws-sdk:sfn:describeExecution", Retry=retry)
    assert names[-4:] == ["Sfn.ThrottlingException", *EVERY]
    names = names_of(GLUE, Retry=[{"ErrorEquals": ["Glue.JobRunFailed", "Lambda.Unknown"]}])
    assert names == [*(f"glue: {name}" for name in FAULTS["glue"]), *EVERY]


@pytest.mark.parametrize(
    ("resource", "misspelt"),
    [
        ("arn:aws:states:::aws-sdk:glue:startCrawler", "Glue.CrawlerRunning"),
        ("arn:aws:states:::lambda:invoke", "Lambda.ServiceUnavailable"),
        ("arn:aws:lambda:us-east-1:123456789012:function:f", "Lambda.ServiceUnavailable"),
        ("arn:aws:states:::states:startExecution.sync:2", "StepFunctions.ExecutionFailed"),
        ("arn:aws:states:::sqs:sendMessage.waitForTaskToken", "SQS.Unavailable"),
    ],
)
def test_a_misspelt_error_of_a_service_never_comes(resource: str, misspelt: str) -> None:
    assert misspelt not in names_of(resource, Retry=[{"ErrorEquals": [misspelt]}])


def test_an_http_task_meets_status_codes_and_ends_after_a_minute() -> None:
    names = names_of("arn:aws:states:::http:invoke", Retry=[{"ErrorEquals": ["States.Http.StatusCode.418", "Odd"]}])
    assert names == [
        *(f"States.Http.StatusCode.{status}" for status in (404, 429, 500, 503)),
        "States.Http.Socket",
        "States.Http.StatusCode.418",
        *EVERY[1:],
    ]


def polling(bound: bool) -> StateMachine:
    """Asks until it is ready, at most ten times if it is bound."""
    ask = {"Type": "Task", "Resource": "arn:aws:states:::lambda:invoke", "Parameters": {"FunctionName": "ask"}}
    more = {"Variable": "$.tries", "NumericGreaterThan": 9, "Next": "Late"}
    ready = {"Variable": "$.answer.Payload", "StringEquals": "READY", "Next": "Done"}
    count = {"tries.$": "States.MathAdd($.tries, 1)", "answer.$": "$.answer"}
    return machine(
        {
            "Ask": {**ask, "TimeoutSeconds": 60, "ResultPath": "$.answer", "Next": "Count"},
            "Count": {"Type": "Pass", "Parameters": count, "Next": "IsReady"},
            "IsReady": {"Type": "Choice", "Choices": [ready, *([more] if bound else [])], "Default": "Wait"},
            "Wait": {"Type": "Wait", "Seconds": 60, "Next": "Ask"},
            "Done": {"Type": "Succeed"},
            "Late": {"Type": "Fail", "Error": "Late"},
        }
    )


POLLED = [
    {"state": "Ask", "invocation": 1, "returns": {"Payload": "WAIT"}},
    {"state": "Ask", "returns": {"Payload": "READY"}},
]


def test_an_answer_that_never_changes_shows_a_loop_without_a_bound() -> None:
    asked: dict[str, Any] = {
        "input": {"tries": 0},
        "when": POLLED,
        "faults": 1,
        "settings": {"skip": ["failure-is-told"]},
    }
    assert examples(explore(polling(bound=True), **asked)) == []
    assert examples(explore(polling(bound=False), **asked)) == [
        ("every-run-ends", [("Ask", 1, "answers the same for good")])
    ]


def test_answers_that_are_given_and_jobs_that_nobody_waits_for_are_said_to_be_left_out() -> None:
    asked: dict[str, Any] = {"input": {"tries": 0}, "when": POLLED, "faults": 0}
    text = "other answers of 'Ask' than usual: `add: [{state: ..., returns: ...}]` runs them"
    assert text in explore(polling(bound=True), **asked).uncovered
    varied = {"add": [{"state": "Ask", "returns": {"Payload": "NO"}}]}
    assert text not in explore(polling(bound=True), **asked, settings=varied).uncovered
    start = {"Type": "Task", "Resource": "arn:aws:states:::ecs:runTask", "Parameters": {"TaskDefinition": "t"}}
    forgets = machine({"Start": {**start, "TimeoutSeconds": 60, "End": True}})
    assert explore(forgets, input={}, faults=0, when=[{"state": "Start", "returns": {}}]).uncovered == (
        "runs with more than 0 faults",
        "how the job ends that 'Start' starts and does not wait for (.sync)",
        "an execution that somebody aborts, and whether the role has its permissions",
    )


def test_whoever_holds_a_task_token_may_report_a_failure_or_send_heartbeats_without_end() -> None:
    token = "arn:aws:states:::sqs:sendMessage.waitForTaskToken"
    assert "hangs, with heartbeats" not in names_of(token)
    names = names_of(token, HeartbeatSeconds=60, TimeoutSeconds=600, Retry=[{"ErrorEquals": ["TooEarly"]}])
    assert names[-6:] == ["Worker.Failed", "hangs, with heartbeats", "TooEarly", *EVERY]
    catch = [{"ErrorEquals": ["States.HeartbeatTimeout"], "Next": "Late"}]
    waiting = {"Type": "Task", "Resource": token, "Parameters": {}, "HeartbeatSeconds": 60, "TimeoutSeconds": 600}
    tested = machine({"Ask": {**waiting, "Catch": catch, "End": True}, "Late": {"Type": "Succeed"}})
    answer = [{"state": "Ask", "returns": {}}]
    exploration = explore(tested, input={}, when=answer, faults=1, settings={"skip": ["failure-is-told"]})
    assert exploration.states["Ask"]["States.Timeout"] == 4
    assert exploration.endings == {"SUCCEEDED": 3, "FAILED": exploration.runs - 3}


def test_a_map_is_explored_iteration_by_iteration() -> None:
    processor = {"StartAt": "Load", "States": {"Load": job("load", Parameters={"JobName.$": "$"}, End=True)}}
    tested = machine({"Each": {"Type": "Map", "ItemsPath": "$.jobs", "ItemProcessor": processor, "End": True}})
    exploration = explore(tested, input={"jobs": ["a", "b"]}, faults=1, settings={"skip": ["failure-is-told"]})
    placed = {one.iteration for one in _singles(exploration, "Load")}
    assert placed == {None, (0,), (1,)}
    assert exploration.held["no-failure-ends-well"]


def test_the_input_lacks_each_of_its_fields_in_turn() -> None:
    tested = machine({"Load": job("x", Parameters={"JobName.$": "$.name"}, End=True)})
    exploration = explore(tested, input={"name": "load", "other": 1}, faults=1, strict=True)
    assert exploration.states[""] == {"States.Runtime": 3}
    strict = next(one for one in exploration.counterexamples if one.property == "residual-risk-is-seen")
    assert strict.message == (
        "the run ends FAILED by States.Runtime, which no catcher sees, and there is no EventBridge rule: nobody is told"
    )


def test_what_lasts_from_the_first_call_on_lasts_in_one_iteration_or_in_all() -> None:
    call = {"Type": "Task", "Resource": "arn:aws:states:::lambda:invoke", "Parameters": {}, "TimeoutSeconds": 60}
    each = {
        "Type": "Map",
        "MaxConcurrency": 1,
        "ToleratedFailureCount": 2,
        "ItemProcessor": {
            "ProcessorConfig": {"Mode": "DISTRIBUTED", "ExecutionType": "STANDARD"},
            "StartAt": "Call",
            "States": {"Call": {**call, "End": True}},
        },
        "End": True,
    }
    settings = {"harmless": [{"state": "Call"}], "mute": [{"fault": "lambda: [!n]*"}, {"fault": "states: *"}]}
    when = [{"state": "Call", "returns": {}}]
    exploration = explore(machine({"Each": each}), input=[1, 2, 3], faults=1, when=when, settings=settings)
    lasting = [one for one in _singles(exploration, "Call") if one.mishap == "lambda: not-found"]
    assert [(one.iteration, one.invocation) for one in lasting] == [((0,), 1), (None, 1), ((1,), 1), ((2,), 1)]
    assert exploration.endings == {"SUCCEEDED": exploration.runs - 1 - 1, "FAILED": 1 + 1}
