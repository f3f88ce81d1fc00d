"""Defects planted into the reference workflow: each is found, with the shortest counterexample."""

from __future__ import annotations

import copy
import json
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from aslkit.definition.document import load
from aslkit.definition.model import parse
from aslkit.report.counterexample import scenario_text
from aslkit.simulation.exploration.found import Exploration
from aslkit.simulation.exploration.search import explore
from aslkit.simulation.scenario import run_scenarios

if TYPE_CHECKING:
    from collections.abc import Callable

DEFINITIONS = Path(__file__).parents[2] / "definitions"
REFRESH = load((DEFINITIONS / "db-refresh.asl.yaml").read_text(), source="db-refresh.asl.yaml").data
SCENARIOS = load((DEFINITIONS / "db-refresh.scenarios.yaml").read_text(), source="db-refresh.scenarios.yaml").data
INPUT = json.loads((DEFINITIONS / "inputs" / "dev.json").read_text())
GIVEN = {name: value for name, value in SCENARIOS["defaults"]["given"].items() if name != "file"}

Found = list[tuple[str, list[tuple[str | None, int, str]]]]


def explored(definition: Any, *, faults: int | str = 1, settings: dict[str, Any] | None = None) -> Exploration:
    machine = parse(load(json.dumps(definition), source="db-refresh.asl.yaml"))
    own = SCENARIOS.get("explore", {}) if settings is None else settings
    return explore(machine, input=INPUT, given=GIVEN, settings=own, faults=faults)


def found(exploration: Exploration) -> Found:
    """Property and faults of each counterexample."""
    return [
        (one.property, [(fault["state"], fault["invocation"], fault["error"]) for fault in one.faults])
        for one in exploration.counterexamples
    ]


def task(definition: Any, name: str) -> Any:
    """A state of the refresh, at whatever depth."""
    states = definition["States"]
    if name in states:
        return states[name]
    inner = (branch["States"] for state in states.values() for branch in state.get("Branches", ()))
    return next(states[name] for states in inner if name in states)


def a_catcher_is_removed(definition: Any) -> None:
    del task(definition, "PreparePartTables")["Catch"]


def the_failed_run_ends_well(definition: Any) -> None:
    mail = task(definition, "NotifyFailure")
    del mail["Next"], definition["States"]["RefreshFailed"]
    mail["End"] = True


def the_failure_mail_is_not_tried_again(definition: Any) -> None:
    del task(definition, "NotifyFailure")["Retry"]


def a_catcher_loses_the_input(definition: Any) -> None:
    del task(definition, "CreateErTable")["Catch"][0]["ResultPath"]


def a_catcher_leads_to_the_wrong_mail(definition: Any) -> None:
    task(definition, "Report")["Catch"][0]["Next"] = "NotifySuccess"


def a_retrier_never_matches(definition: Any) -> None:
    task(definition, "PreparePartTables")["Retry"][0]["ErrorEquals"] = ["Glue.JobRunFailed"]


def a_job_is_started_twice_at_once(definition: Any) -> None:
    task(definition, "ReportCleanrooms")["Parameters"]["JobName.$"] = "$.Job6Name"


def a_failure_goes_round_for_ever(definition: Any) -> None:
    task(definition, "PreparePartTables")["Catch"][0]["Next"] = "PreparePartTables"


def a_task_has_no_time_limit(definition: Any) -> None:
    del task(definition, "CreateErTable")["TimeoutSeconds"]


def a_job_is_not_waited_for(definition: Any) -> None:
    task(definition, "CreateErTable")["Resource"] = "arn:aws:states:::glue:startJobRun"


def a_field_of_the_input_is_misspelt(definition: Any) -> None:
    task(definition, "CreateErTable")["Parameters"]["JobName.$"] = "$.Job5Nmae"


def a_branch_swallows_its_error(definition: Any) -> None:
    states = task(definition, "Register")["Branches"][0]["States"]
    states["RegisterAddressableIds"]["Catch"] = [{"ErrorEquals": ["States.ALL"], "Next": "Skipped"}]
    states["Skipped"] = {"Type": "Pass", "End": True}


FAILED = "States.TaskFailed"
DEFECTS: list[tuple[Callable[[Any], None], int, tuple[str, list[tuple[str | None, int, str]]]]] = [
    (a_catcher_is_removed, 1, ("failure-is-told", [("PreparePartTables", 1, FAILED)])),
    (the_failed_run_ends_well, 1, ("no-failure-ends-well", [("SplitAddressableIds", 1, FAILED)])),
    (
        the_failure_mail_is_not_tried_again,
        2,
        ("failure-is-told", [("SplitAddressableIds", 1, FAILED), ("NotifyFailure", 1, "SNS.ThrottledException")]),
    ),
    (a_catcher_loses_the_input, 1, ("failure-is-told", [("CreateErTable", 1, FAILED)])),
    (a_catcher_leads_to_the_wrong_mail, 1, ("no-failure-ends-well", [("ReportDataMonitor", 1, FAILED)])),
    (a_retrier_never_matches, 1, ("retriers-are-used", [("PreparePartTables", 1, FAILED)])),
    (a_job_is_started_twice_at_once, 1, ("concurrency-is-respected", [])),
    (a_failure_goes_round_for_ever, 1, ("every-run-ends", [("PreparePartTables", 1, FAILED)])),
    (a_task_has_no_time_limit, 1, ("every-run-ends", [("CreateErTable", 1, "States.Timeout")])),
    (a_job_is_not_waited_for, 1, ("no-job-left-running", [])),
    (a_field_of_the_input_is_misspelt, 1, ("succeeds-without-faults", [])),
    (a_branch_swallows_its_error, 1, ("no-failure-ends-well", [("RegisterAddressableIds", 1, FAILED)])),
]


@cache
def explored_with(plant: Callable[[Any], None], faults: int) -> tuple[Any, Exploration]:
    """The refresh with a defect, and its exploration. With two faults the limits on sums are left out: they would have
    everything combined with everything."""
    definition = copy.deepcopy(REFRESH)
    plant(definition)
    settings = SCENARIOS["explore"] if faults == 1 else {"waits": SCENARIOS["explore"]["waits"]}
    return definition, explored(definition, faults=faults, settings=settings)


@pytest.mark.parametrize(("plant", "faults", "expected"), DEFECTS, ids=lambda value: getattr(value, "__name__", ""))
def test_a_planted_defect_is_found_with_the_shortest_counterexample(
    plant: Callable[[Any], None], faults: int, expected: tuple[str, list[tuple[str | None, int, str]]]
) -> None:
    _, exploration = explored_with(plant, faults)
    assert expected in found(exploration)
    first = next(one for one in exploration.counterexamples if one.property == expected[0])
    assert len(first.faults) == len(expected[1])


@pytest.mark.parametrize(
    ("plant", "faults"), [case[:2] for case in DEFECTS], ids=lambda value: getattr(value, "__name__", "")
)
def test_every_counterexample_is_a_scenario_that_reproduces_it(plant: Callable[[Any], None], faults: int) -> None:
    definition, exploration = explored_with(plant, faults)
    machine = parse(load(json.dumps(definition), source="db-refresh.asl.yaml"))
    for example in exploration.counterexamples:
        text = scenario_text(exploration, example, "db-refresh.asl.yaml")
        verdicts = run_scenarios(load(text, source="found.scenarios.yaml"), machine)
        assert [(v.remarks, v.differences) for v in verdicts] == [((), ())], text


def test_the_refresh_as_it_is_has_no_counterexample_with_one_fault() -> None:
    exploration = explored(REFRESH)
    assert found(exploration) == []
    assert all(exploration.held.values())


def test_the_refresh_as_it_is_has_no_counterexample_in_any_sequence() -> None:
    """A job with r retries has r+1 ways to succeed. Of a pair of branches the first that fails for good ends both: one
    of 2, while the other has failed 0 to r times. Either mail is sent after 0 to 3 failures, or not at all."""
    exploration = explored(REFRESH, faults="all")
    assert found(exploration) == []
    split = register = 3 * 3
    prepare = create = 3
    report = 2 * 2
    well = split * register * prepare * create * report
    badly = 2 * 3 + split * 2 * 3 + split * register * (1 + prepare * 1 + prepare * create * 2 * 2)
    assert exploration.sequences == (well + badly) * 5
    assert exploration.runs < 200
