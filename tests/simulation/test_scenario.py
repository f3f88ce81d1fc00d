"""Scenario files: what they say is run, and whatever does not fit is remarked upon with its line."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from aslkit.definition.document import Document, load
from aslkit.definition.model import StateMachine, parse
from aslkit.definition.schemas import schema_text
from aslkit.simulation.coverage import coverage
from aslkit.simulation.faults import FAULTS
from aslkit.simulation.reading import Closed, ListOf, MapOf, OneOf
from aslkit.simulation.resources.scripted import Fails, Faulty, Hangs, Returns, Takes, When
from aslkit.simulation.scenario import (
    Difference,
    Remark,
    Scenario,
    ScenarioRunner,
    Verdict,
    changed,
    definition_name,
    merged,
    read_scenarios,
    run_scenarios,
    scheduled_event,
)
from aslkit.simulation.scenario_file import FILE, GIVEN, REDRIVE, SCENARIO, WHEN, Part, Stop

ROOT = Path(__file__).parents[2]
DEFINITIONS = ROOT / "definitions"

MACHINE = """
StartAt: Load
States:
  Load:
    Type: Task
    Resource: arn:aws:states:::glue:startJobRun.sync
    Parameters: {JobName.$: $.job}
    TimeoutSeconds: 7200
    Retry: [{ErrorEquals: [States.ALL], IntervalSeconds: 60, MaxAttempts: 2}]
    ResultPath: null
    Catch: [{ErrorEquals: [States.ALL], ResultPath: $.error, Next: Tell}]
    Next: Ask
  Ask:
    Type: Task
    Resource: arn:aws:states:::lambda:invoke
    Parameters: {FunctionName: ask}
    ResultPath: $.answer
    Next: Both
  Both:
    Type: Parallel
    Branches:
      - {StartAt: Inner, States: {Inner: {Type: Pass, End: true}}}
    ResultPath: null
    End: true
  Tell:
    Type: Task
    Resource: arn:aws:states:::sns:publish
    Parameters: {TopicArn: "arn:aws:sns:us-east-1:111122223333:alarms", Subject: broken, Message.$: $.error.Cause}
    Next: Failed
  Failed: {Type: Fail, Error: Broken}
"""
DEFAULTS = """\
defaults:
  given: {input: {job: load}, glue: {duration: 10m}}
  when: [{state: Ask, returns: {Payload: 1}}]
scenarios:
"""


def machine_of(text: str = MACHINE) -> StateMachine:
    return parse(load(text, source="work.asl.yaml"))


def document_of(text: str) -> Document:
    return load(text, source="work.scenarios.yaml")


def run_text(text: str, machine: str = MACHINE, files: dict[str, str] | None = None) -> list[Verdict]:
    return run_scenarios(document_of(text), machine_of(machine), read=(files or {}).__getitem__)


def lines(text: str, verdicts: list[Verdict]) -> list[tuple[int, str]]:
    """(line, message) of everything that is wrong."""
    document = document_of(text)
    found: list[Remark | Difference] = []
    for verdict in verdicts:
        found += [*verdict.remarks, *verdict.differences]
    return [(document.span(entry.pointer).line, entry.message) for entry in found]


def wrong(scenario: str, **options: Any) -> list[tuple[int, str]]:
    """(line, message) of everything that is wrong with one scenario; its own first line is 1."""
    text = DEFAULTS + scenario
    return [(line - 4, message) for line, message in lines(text, run_text(text, **options))]


def test_a_scenario_that_holds_has_an_execution_and_nothing_to_say() -> None:
    (verdict,) = run_text(DEFAULTS + "- {name: all is well, then: {status: SUCCEEDED, path: [Load, Ask, Both]}}")
    assert (verdict.name, verdict.pointer, verdict.passed) == ("all is well", ("scenarios", 0), True)
    assert (verdict.remarks, verdict.differences) == ((), ())
    assert verdict.execution is not None
    assert verdict.execution.duration == 600.0


@pytest.mark.parametrize(
    "text",
    [
        "defaults: {given: {glue: {duration: 5m}}, when: [{state: Load, invocation: 1, glue: failed}]}",
        "explore: {faults: 1}",
        "defaults: {given: {glue: {duration: 5m}}}\nexplore: {faults: 1}",
    ],
)
def test_a_file_of_what_is_shared_or_explored_may_hold_no_scenario(text: str) -> None:
    assert run_text(text) == []
    assert jsonschema_rs.validator_for(SCHEMA).is_valid(document_of(text).data)


# --- what is wrong with a file ---------------------------------------------------------------------------------------

UNREADABLE: list[tuple[str, list[tuple[int, str]]]] = [
    ("[]", [(1, "this is a list; a scenario file, an object, is expected")]),
    (
        "name: x",
        [
            (1, "a scenario file has no `scenarios`"),
            (1, "a scenario file knows no key 'name'; there is comment, definition, defaults, explore, scenarios"),
        ],
    ),
    ("scenarios: []", [(1, "there is no scenario here, so that nothing is checked")]),
    ("scenarios: 7", [(1, "`scenarios` is 7; a list of scenarios is expected")]),
    (
        "defalts: {}\nscenarios: [{name: a, then: {}}]",
        [(1, "a scenario file knows no key 'defalts'; did you mean 'defaults'?")],
    ),
    (
        "defaults: {given: {file: a, input: 1}}\nscenarios: [{name: a, then: {}}]",
        [(1, "the input already comes from `input`; an execution has one input")],
    ),
    (
        "defaults: {when: [{stop: 1m}]}\nscenarios: [{name: a, then: {}}]",
        [(1, "a stop belongs to one scenario, and not to what all of them share")],
    ),
    (
        "scenarios:\n- name: a\n  then: {}\n  name: b\n",
        [(4, "the key 'name' stands twice here; only the last one counts")],
    ),
]


@pytest.mark.parametrize(("text", "expected"), UNREADABLE, ids=[text[:30] for text, _ in UNREADABLE])
def test_what_does_not_fit_in_the_file_is_remarked_upon(text: str, expected: list[tuple[int, str]]) -> None:
    assert lines(text, run_text(text)) == expected


MISFITS: list[tuple[str, list[tuple[int, str]]]] = [
    ("- then: {}", [(1, "a scenario has no `name`")]),
    ("- {name: a}", [(1, "a scenario has no `then`")]),
    (
        "- name: a\n  then: {statsu: FAILED}",
        [(2, "`then` knows no key 'statsu'; did you mean 'status'?")],
    ),
    ("- name: a\n  then: {status: FAILD}", [(2, "'FAILD' is not known here; did you mean 'FAILED'?")]),
    ("- name: a\n  then: {path: [Load, Asc]}", [(2, "the definition has no state 'Asc'; did you mean 'Ask'?")]),
    (
        "- name: a\n  then: {path: [Inner]}",
        [(2, "state 'Inner' stands inside 'Both'; `path` names the states of the top level")],
    ),
    (
        "- name: a\n  then: {waits: {Failed: [1]}}",
        [(2, "state 'Failed' is a Fail; only Task, Parallel and Map are tried again")],
    ),
    ("- name: a\n  then: {arguments: {Both: []}}", [(2, "state 'Both' is a Parallel; only a Task calls a service")]),
    (
        "- name: a\n  when:\n  - {state: Laod, hangs: true}\n  then: {}",
        [(3, "the definition has no state 'Laod'; did you mean 'Load'?")],
    ),
    (
        "- name: a\n  when:\n  - {state: Both, hangs: true}\n  then: {}",
        [(3, "state 'Both' is a Parallel; only a Task asks a service for an answer")],
    ),
    (
        "- name: a\n  when:\n  - {state: Load, sns: throttled}\n  then: {}",
        [(3, "state 'Load' calls glue; a fault of sns never happens there")],
    ),
    (
        "- name: a\n  when:\n  - {resource: glue:startJobRum, hangs: true}\n  then: {}",
        [
            (
                3,
                "no state calls 'glue:startJobRum'; there is arn:aws:states:::glue:startJobRun.sync, "
                "arn:aws:states:::lambda:invoke, arn:aws:states:::sns:publish",
            )
        ],
    ),
    (
        "- name: a\n  when:\n  - {hangs: true}\n  then: {}",
        [(3, "what this entry is about is not said: one of `state`, `job`, `resource`, `stop` is expected")],
    ),
    (
        "- name: a\n  when:\n  - {state: Load, job: load, hangs: true}\n  then: {}",
        [(3, "`state` and `job` exclude each other")],
    ),
    (
        "- name: a\n  when:\n  - {state: Load}\n  then: {}",
        [
            (
                3,
                "what comes out is not said: one of `returns`, `fails`, `hangs`, `glue`, `sns`, `lambda`, `states` "
                "is expected",
            )
        ],
    ),
    (
        "- name: a\n  when:\n  - {state: Load, glue: failed, hangs: true}\n  then: {}",
        [(3, "`hangs` and `glue` exclude each other")],
    ),
    (
        "- name: a\n  when:\n  - {state: Load, glue: faild}\n  then: {}",
        [(3, "'faild' is not known here; did you mean 'failed'?")],
    ),
    (
        "- name: a\n  when:\n  - {state: Load, glue: fail, message: m, error: E, after: 5m}\n  then: {}",
        [(3, "'fail' is not known here; did you mean 'failed'?")],
    ),
    (
        "- name: a\n  when:\n  - {job: 7, hangs: true}\n  then: {}",
        [(3, "`job` is 7; a text is expected")],
    ),
    (
        "- name: a\n  when:\n  - {stop: soon, error: E}\n  then: {}",
        [(3, "`stop` is 'soon'; a duration (seconds, or text like 90s, 10m, 1h30m) is expected")],
    ),
    (
        "- {name: a, tags: [skip, 5, and], then: {}}",
        [
            (1, "the tag 'skip' is a mark of pytest, which runs a test otherwise; a tag only chooses scenarios"),
            (1, "this is 5; a word is expected"),
            (
                1,
                "the tag 'and' cannot be chosen by: `pytest -m` takes a word of letters, digits and . + / _ - that is "
                "not and, or, not",
            ),
        ],
    ),
    (
        "- {name: a, tags: [a b], then: {}}",
        [
            (
                1,
                "the tag 'a b' cannot be chosen by: `pytest -m` takes a word of letters, digits and . + / _ - that is "
                "not and, or, not",
            )
        ],
    ),
    (
        "- name: a\n  when:\n  - {state: Load, returns: 1, message: x}\n  then: {}",
        [(3, "`message` changes a fault preset, and there is none in this entry")],
    ),
    (
        "- name: a\n  when:\n  - {state: Load, hangs: true, after: 1m}\n  then: {}",
        [(3, "what hangs never answers; `after` says nothing here")],
    ),
    (
        "- name: a\n  when:\n  - {state: Load, glue: failed, heartbeats: 1m}\n  then: {}",
        [(3, "`heartbeats` go with one of `returns`, `fails`, `hangs`")],
    ),
    *(
        (
            f"- name: a\n  when:\n  - {{{target}, returns: {{}}, after: 1h, heartbeats: 1m}}\n  then: {{}}",
            [(3, f"{who} is no activity and waits for no task token: nobody sends heartbeats to it")],
        )
        for target, who in (
            ("state: Load", "state 'Load'"),
            ("job: load", "job 'load'"),
            ("resource: glue:startJobRun", "resource 'glue:startJobRun'"),
        )
    ),
    *(
        (
            f"- name: a\n  when:\n  - {{state: Load, hangs: true, heartbeats: {nothing}}}\n  then: {{}}",
            [(3, f"`heartbeats` is {nothing}; a duration of more than 0 seconds is expected")],
        )
        for nothing in ("0", "0.0")
    ),
    (
        "- name: a\n  when:\n  - {state: Load, hangs: true, heartbeats: 0m0s}\n  then: {}",
        [(3, "`heartbeats` is '0m0s'; a duration of more than 0 seconds is expected")],
    ),
    (
        "- name: a\n  when:\n  - {state: Load, hangs: true, repeat: true}\n  then: {}",
        [(3, "this entry answers each invocation already; `repeat` says nothing here")],
    ),
    (
        "- name: a\n  when:\n  - {state: Load, invocation: 3-2, hangs: true}\n  then: {}",
        [(3, "`invocation` is '3-2'; an invocation (1 is the first), a range like 2-3, or each is expected")],
    ),
    (
        "- name: a\n  when:\n  - {state: Load, stop: 1m}\n  then: {}",
        [(3, "`state` and `stop` exclude each other")],
    ),
    (
        "- name: a\n  when:\n  - {stop: 1m, error: E, cause: c, invocation: 1}\n  then: {}",
        [(3, "`invocation` says nothing of a stop, which has an `error` and a `cause`")],
    ),
    (
        "- name: a\n  when:\n  - {stop: 1m}\n  - {stop: 2m}\n  then: {}",
        [(4, "an earlier entry stops the execution, which ends it")],
    ),
    (
        "- name: a\n  when:\n  - {state: Load, glue: failed, cause: c}\n  then: {}",
        [(3, "`cause` belongs to a `stop`, or inside `fails`")],
    ),
    (
        "- name: a\n  then: {}\n  redrive:\n  - {after: 1m, then: {path: [Asc]}, when: [{state: Laod, hangs: true}]}",
        [
            (4, "the definition has no state 'Asc'; did you mean 'Ask'?"),
            (4, "the definition has no state 'Laod'; did you mean 'Load'?"),
        ],
    ),
    (
        "- name: a\n  then: {}\n  redrive: {after: 1m}",
        [(3, "`redrive` is an object; a list of redrives is expected")],
    ),
    (
        "- name: a\n  given: {file: none.json}\n  then: {}",
        [(2, "there is no file 'none.json' that can be read")],
    ),
    (
        "- name: a\n  given: {input: [1], with: {a: 1}}\n  then: {}",
        [(2, "`with` and `without` change an object, and the input is none")],
    ),
    ("- name: a\n  given: {without: [jop]}\n  then: {}", [(2, "the input has no 'jop' to leave out")]),
    (
        "- name: a\n  given: {start: yesterday}\n  then: {}",
        [(2, "`start` is 'yesterday'; an instant like 2025-01-01T02:00:00Z is expected")],
    ),
    (
        "- {name: a, then: {}}\n- {name: a, then: {}}",
        [(1, "2 scenarios are named 'a'"), (2, "2 scenarios are named 'a'")],
    ),
]


@pytest.mark.parametrize(("scenario", "expected"), MISFITS, ids=[message[0][1][:60] for _, message in MISFITS])
def test_what_does_not_fit_in_a_scenario_is_remarked_upon(scenario: str, expected: list[tuple[int, str]]) -> None:
    assert wrong(scenario) == expected


def test_a_scenario_with_remarks_is_not_run_and_leaves_the_others_alone() -> None:
    first, second = run_text(DEFAULTS + "- {name: a, then: {statsu: x}}\n- {name: b, then: {status: SUCCEEDED}}")
    assert (first.execution, first.passed, second.passed) == (None, False, True)


def test_what_is_wrong_with_the_file_comes_first_under_its_name_and_nothing_is_run() -> None:
    whole, *rest = run_text("defalts: {}\nscenarios: [{name: a, then: {}}]")
    assert (whole.name, whole.pointer, whole.passed) == ("work.scenarios.yaml", (), False)
    assert [(verdict.name, verdict.remarks, verdict.passed) for verdict in rest] == [("a", (), False)]


def test_an_input_file_that_is_no_json_or_yaml_is_remarked_upon() -> None:
    found = wrong("- {name: a, given: {file: input.json}, then: {}}", files={"input.json": "{"})
    assert len(found) == 1
    assert found[0][1].startswith("the file cannot be used: input.json:1:")


# --- what never happens, and what nobody said ------------------------------------------------------------------------

UNUSED = [
    ("{job: laod, hangs: true}", "job 'laod' is never invoked in this scenario; did you mean 'load'?"),
    ("{state: Tell, hangs: true}", "state 'Tell' is never invoked in this scenario"),
    (
        "{state: Load, invocation: 2-3, after: 1m}",
        "state 'Load' comes only to invocation 1 in this scenario; invocation 2-3 never happens",
    ),
    (
        "{job: load, invocation: 2, after: 1m}",
        "job 'load' comes only to invocation 1 in this scenario; invocation 2 never happens",
    ),
    (
        "{state: Load, invocation: 2, repeat: true, after: 1m}",
        "state 'Load' comes only to invocation 1 in this scenario; invocation 2 never happens",
    ),
    (
        "{state: Load, invocation: 1-999999, after: 1m}",
        "state 'Load' comes only to invocation 1 in this scenario; invocation 2-999999 never happens",
    ),
]


@pytest.mark.parametrize(("entry", "message"), UNUSED, ids=[entry for entry, _ in UNUSED])
def test_an_outcome_that_nothing_comes_to_is_remarked_upon(entry: str, message: str) -> None:
    assert wrong(f"- name: a\n  when:\n  - {entry}\n  then: {{}}") == [(3, message)]


def test_an_outcome_behind_another_one_for_the_same_invocation_is_remarked_upon() -> None:
    whens = "  - {state: Load, after: 1m}\n  - {state: Load, invocation: 1, glue: failed}\n"
    assert wrong(f"- name: a\n  when:\n{whens}  then: {{}}") == [
        (4, "an earlier entry answers invocation 1 of state 'Load'")
    ]


def test_a_shared_outcome_may_be_unused_in_some_scenarios_but_not_in_all() -> None:
    shared = DEFAULTS.replace("scenarios:", "  - {state: Tell, sns: throttled}\nscenarios:").replace(
        "when: [{state: Ask, returns: {Payload: 1}}]", "when:\n  - {state: Ask, returns: {Payload: 1}}"
    )
    well, ill = "- {name: a, then: {}}\n", "- {name: b, when: [{state: Load, glue: failed}], then: {}}\n"
    assert lines(shared + well, run_text(shared + well)) == [
        (5, "no scenario ever comes to this outcome for state 'Tell'")
    ]
    assert lines(shared + well + ill, run_text(shared + well + ill)) == []


def test_a_choice_of_scenarios_says_nothing_about_what_the_others_share() -> None:
    text = DEFAULTS + "- {name: a, when: [{state: Load, glue: failed}], then: {}}\n- {name: b, then: {}}\n"
    chosen = run_scenarios(document_of(text), machine_of(), only=lambda name: name == "a")
    assert [(verdict.name, verdict.passed) for verdict in chosen] == [("a", True)]


@pytest.mark.parametrize("first", [[], [0], [1], [0, 1]])
def test_a_runner_finds_what_no_scenario_uses_whatever_it_has_run_before(first: list[int]) -> None:
    shared = "defaults:\n  when:\n  - {state: Ask, returns: {Payload: 1}}\n  - {state: Tell, sns: throttled}\n"
    shared += "  given: {input: {job: load}}\nscenarios:\n"
    well, ill = "- {name: a, then: {}}\n", "- {name: b, when: [{state: Load, glue: failed}], then: {}}\n"
    unused = Remark(("defaults", "when", 1), "no scenario ever comes to this outcome for state 'Tell'")
    for text, expected in ((shared + well + well.replace(": a", ": c"), [unused]), (shared + ill + well, [])):
        machine = machine_of()
        runner = ScenarioRunner(read_scenarios(document_of(text), machine), machine, read=None)
        for index in first:
            runner.verdict(runner.file.scenarios[index])
        assert runner.used_by_none() == expected


NOBODY = "scenarios:\n- name: a\n  given: {input: {job: load}}\n"


def test_a_task_without_an_answer_stops_the_scenario_and_says_what_to_write() -> None:
    text = f"{NOBODY}  then: {{}}"
    assert lines(text, run_text(text)) == [
        (
            2,
            "state 'Ask' calls lambda:invoke, and nothing says what invocation 1 answers; write it under `when`: "
            "{state: Ask, returns: ...}",
        )
    ]


def test_a_script_that_runs_out_stops_the_scenario() -> None:
    again = MACHINE.replace(
        "Parameters: {FunctionName: ask}",
        "Parameters: {FunctionName: ask}\n    Retry: [{ErrorEquals: [E], MaxAttempts: 5}]",
    )
    text = f"{NOBODY}  when:\n  - {{state: Ask, invocation: 1-2, fails: {{error: E}}}}\n  then: {{}}"
    assert lines(text, run_text(text, again)) == [
        (
            4,
            "state 'Ask' calls lambda:invoke, and nothing says what invocation 3 answers (only invocation 1-2 has an "
            "answer); write it under `when`: {state: Ask, returns: ...}, or let the last entry `repeat`",
        )
    ]
    repeated = text.replace("1-2,", "1-2, repeat: true,").replace("then: {}", "then: {error: E, invocations: {Ask: 6}}")
    assert lines(repeated, run_text(repeated, again)) == []


def test_a_machine_that_cannot_run_is_a_remark_on_each_scenario() -> None:
    text = "scenarios:\n- {name: a, then: {}}\n- {name: b, then: {}}\n"
    found = lines(text, run_text(text, "StartAt: Nowhere\nStates: {A: {Type: Pass, End: true}}"))
    assert [line for line, _ in found] == [2, 3]
    assert all("Nowhere" in message for _, message in found)


# --- stops and redrives ----------------------------------------------------------------------------------------------

RESUMABLE = """
StartAt: Load
States:
  Load:
    Type: Task
    Resource: arn:aws:states:::glue:startJobRun.sync
    Parameters: {JobName: load}
    Retry: [{ErrorEquals: [States.ALL], IntervalSeconds: 60, MaxAttempts: 1}]
    ResultPath: null
    Next: Ask
  Ask:
    Type: Task
    Resource: arn:aws:states:::lambda:invoke
    Parameters: {FunctionName: ask}
    ResultPath: $.answer
    End: true
"""


def resumed(scenario: str) -> tuple[list[tuple[int, str]], Verdict]:
    """(line, message) of everything that is wrong with one scenario (its own first line is 1), and its verdict."""
    text = DEFAULTS + scenario
    *_, verdict = run_text(text, RESUMABLE)
    return [(line - 4, message) for line, message in lines(text, [verdict])], verdict


def test_somebody_stops_the_execution() -> None:
    found, verdict = resumed(
        "- name: a\n"
        "  when: [{stop: 4m, error: Ops, cause: a deployment}]\n"
        "  then: {status: ABORTED, error: Ops, cause: deploy, path: [Load], duration: 4m, runs: {load: [STOPPED]}}"
    )
    assert (found, verdict.passed) == ([], True)


@pytest.mark.parametrize(
    ("stop", "late"),
    [
        ("10m", "the execution has ended SUCCEEDED after 10m; a stop at 10m is late"),
        ("1d", "the execution has ended SUCCEEDED after 10m; a stop at 24h is late"),
    ],
)
def test_a_stop_after_the_end_is_remarked_upon(stop: str, late: str) -> None:
    found, verdict = resumed(f"- name: a\n  then: {{status: SUCCEEDED}}\n  when:\n  - {{stop: {stop}}}\n")
    assert (found, verdict.passed) == ([(4, late)], False)


def test_a_redrive_goes_on_where_the_execution_ended_and_nothing_goes_wrong_any_more() -> None:
    found, verdict = resumed(
        "- name: a\n"
        "  when: [{state: Load, glue: failed, after: 1m}]\n"
        "  then: {status: FAILED, error: States.TaskFailed, duration: 3m, runs: {load: [FAILED, FAILED]}}\n"
        "  redrive:\n"
        "  - after: 1h\n"
        "    then:\n"
        "      status: SUCCEEDED\n"
        "      path: [Load, Load, Ask]\n"
        "      invocations: {Load: 3, Ask: 1}\n"
        "      waits: {Load: [60]}\n"
        "      duration: 1h13m\n"
        "      transitions: 4\n"
        "      runs: {load: [FAILED, FAILED, SUCCEEDED]}\n"
    )
    assert (found, verdict.passed) == ([], True)
    assert verdict.execution is not None
    assert [event["type"] for event in verdict.execution.history].count("ExecutionRedriven") == 1


def test_a_redrive_has_outcomes_of_its_own_and_invocations_are_counted_on() -> None:
    found, verdict = resumed(
        "- name: a\n"
        "  when: [{job: load, invocation: 1-2, glue: failed, after: 1m}]\n"
        "  then: {status: FAILED, duration: 3m}\n"
        "  redrive:\n"
        "  - when: [{state: Load, invocation: 3, glue: failed, after: 2m}, {job: load, invocation: 4, after: 5m}]\n"
        "    then: {status: SUCCEEDED, duration: 11m, runs: {load: [FAILED, FAILED, FAILED, SUCCEEDED]}}\n"
    )
    assert (found, verdict.passed) == ([], True)


def test_what_a_redrive_leaves_open_all_scenarios_say_and_not_the_scenario() -> None:
    found, _ = resumed(
        "- name: a\n"
        "  when: [{state: Ask, fails: {error: E}}]\n"
        "  then: {status: FAILED, error: E}\n"
        "  redrive: [{then: {status: SUCCEEDED, output: {answer: {Payload: 1}}}}]\n"
    )
    assert found == []
    text = (
        f"{NOBODY}  when: [{{state: Ask, fails: {{error: E}}}}]\n  then: {{error: E}}\n  redrive:\n  - {{after: 1m}}\n"
    )
    [verdict] = run_text(text, RESUMABLE)
    assert lines(text, [verdict]) == [
        (
            7,
            "state 'Ask' calls lambda:invoke, and nothing says what invocation 2 answers; write it under `when`: "
            "{state: Ask, returns: ...}",
        )
    ]
    assert verdict.execution is not None
    assert verdict.execution.error == "E"


def test_an_execution_is_redriven_as_often_as_it_ends_badly_and_is_stopped_so_long_after_a_redrive() -> None:
    found, verdict = resumed(
        "- name: a\n"
        "  when: [{stop: 1m}]\n"
        "  then: {status: ABORTED}\n"
        "  redrive:\n"
        "  - after: 1h\n"
        "    when: [{stop: 2m, error: Again}]\n"
        "    then: {status: ABORTED, error: Again, duration: 1h3m}\n"
        "  - when: [{state: Load, invocation: 3, glue: failed, after: 1m}]\n"
        "  - then: {status: SUCCEEDED}\n"
    )
    assert found == [(9, "Execution is SUCCEEDED and cannot be redriven")]
    assert verdict.execution is not None
    assert (verdict.execution.status, verdict.execution.duration) == ("SUCCEEDED", 3780.0 + 60.0 + 60.0 + 600.0)
    late, _ = resumed(
        "- name: a\n  when: [{stop: 1m}]\n  then: {}\n  redrive:\n  - when:\n    - {stop: 20m}\n    after: 9m\n"
    )
    assert late == [(6, "the execution has ended SUCCEEDED after 20m; a stop at 30m is late")]


def test_the_expectations_of_each_end_are_compared_with_the_execution_up_to_there() -> None:
    found, _ = resumed(
        "- name: a\n"
        "  when: [{stop: 1m}]\n"
        "  then: {status: FAILED}\n"
        "  redrive:\n"
        "  - after: 1h\n"
        "    then:\n"
        "      status: FAILED\n"
        "      path: [Load, Ask]\n"
    )
    assert found == [
        (3, "the status: expected FAILED, but it is ABORTED"),
        (7, "the status: expected FAILED, but it is SUCCEEDED"),
        (8, "the path: expected Ask, but it is Load"),
    ]


REFUSED = [
    ("when: [{stop: 1m}]\n  redrive: [{after: 15d}]", "Execution ended more than 14 days ago and cannot be redriven"),
    ("redrive: [{then: {status: SUCCEEDED}}]", "Execution is SUCCEEDED and cannot be redriven"),
]


@pytest.mark.parametrize(("words", "reason"), REFUSED, ids=[reason for _, reason in REFUSED])
def test_a_redrive_that_aws_refuses_is_remarked_upon_with_the_reason(words: str, reason: str) -> None:
    found, verdict = resumed(f"- name: a\n  then: {{}}\n  {words}")
    assert ([message for _, message in found], verdict.passed) == ([reason], False)


def test_a_redrive_of_a_distributed_map_is_remarked_upon() -> None:
    each = {
        "Type": "Map",
        "ItemProcessor": {
            "ProcessorConfig": {"Mode": "DISTRIBUTED", "ExecutionType": "STANDARD"},
            "StartAt": "F",
            "States": {"F": {"Type": "Fail", "Error": "E"}},
        },
        "End": True,
    }
    text = "scenarios: [{name: a, given: {input: [1]}, then: {status: FAILED}, redrive: [{after: 1m}]}]"
    [verdict] = run_text(text, json.dumps({"StartAt": "Each", "States": {"Each": each}}))
    assert [remark.message for remark in verdict.remarks] == [
        "'Each' is a Distributed Map; that AWS redrives its unsuccessful child executions is not simulated"
    ]


NEVER = [
    (
        "  when:\n  - {state: Load, invocation: 1-3, glue: failed}\n  then: {}\n  redrive: [{after: 1m}]",
        [(3, "state 'Load' comes only to invocation 2 before the redrive; invocation 3 never happens")],
    ),
    (
        "  when:\n  - {state: Ask, returns: 1}\n  - {stop: 1m}\n  then: {}\n  redrive: [{after: 1m}]",
        [(3, "state 'Ask' is never invoked before the redrive")],
    ),
    (
        "  when: [{stop: 1m}]\n  then: {}\n  redrive:\n  - when:\n    - {state: Load, invocation: 1, glue: failed}",
        [(6, "invocation 1 of state 'Load' came before this redrive, and invocations are counted on")],
    ),
    (
        "  when: [{state: Ask, fails: {error: E}}]\n  then: {}\n  redrive:\n  - when:\n    - {job: load, hangs: true}",
        [(6, "job 'load' is never invoked after this redrive")],
    ),
    (
        "  when: [{stop: 1m}]\n  then: {}\n  redrive:\n  - when:\n    - {job: load, invocation: 3, hangs: true}",
        [(6, "job 'load' comes only to invocation 2 after this redrive; invocation 3 never happens")],
    ),
    (
        "  when: [{stop: 1m}]\n  then: {}\n  redrive:\n  - when:\n    - {state: Load, after: 1m}\n"
        "    - {state: Load, invocation: 2, glue: failed}",
        [(7, "an earlier entry answers invocation 2 of state 'Load'")],
    ),
]


@pytest.mark.parametrize(("words", "expected"), NEVER, ids=[message[0][1] for _, message in NEVER])
def test_an_outcome_belongs_to_its_part_of_the_execution(words: str, expected: list[tuple[int, str]]) -> None:
    assert resumed(f"- name: a\n{words}")[0] == expected


def test_a_shared_outcome_is_used_by_whichever_part_comes_to_it() -> None:
    text = (
        "defaults:\n  when: [{state: Ask, returns: 1}]\n"
        "scenarios:\n- {name: a, when: [{stop: 1s}], then: {}, redrive: [{after: 1m}]}\n"
    )
    assert lines(text, run_text(text, RESUMABLE)) == []
    stopped = text.replace(", redrive: [{after: 1m}]", "")
    assert lines(stopped, run_text(stopped, RESUMABLE)) == [
        (2, "no scenario ever comes to this outcome for state 'Ask'")
    ]


def test_requests_of_nested_executions_are_counted_on_as_well() -> None:
    start = "arn:aws:states:::states:startExecution.sync"
    call = {"Type": "Task", "Resource": start, "Parameters": {"StateMachineArn": "child", "Input": {}}, "End": True}
    child = RESUMABLE.replace("Next: Ask", "End: true").partition("  Ask:")[0]
    text = (
        "scenarios:\n- name: a\n  given: {machines: {child: child.yaml}}\n"
        "  when: [{job: load, invocation: 1-2, glue: failed}]\n  then: {status: FAILED}\n"
        "  redrive: [{when: [{job: load, invocation: 3, after: 5m}], then: {status: SUCCEEDED, duration: 8m}}]\n"
    )
    machine = json.dumps({"StartAt": "Call", "States": {"Call": call}})
    assert lines(text, run_text(text, machine, files={"child.yaml": child})) == []


def test_the_visits_before_and_after_a_redrive_count_for_coverage() -> None:
    _, verdict = resumed("- {name: a, when: [{state: Load, glue: failed}], then: {}, redrive: [{after: 1m}]}")
    assert verdict.execution is not None
    used = coverage(machine_of(RESUMABLE), [verdict.execution])
    assert [(part.text, count) for part, count in used.uses.items()] == [
        ("state 'Load'", 2),
        ("the transition from 'Load' to 'Ask'", 1),
        ("retry 1 of 1 by retrier 1 of 'Load' (States.ALL)", 1),
        ("state 'Ask'", 1),
    ]


def test_stops_and_redrives_are_read_into_plain_records() -> None:
    text = (
        "scenarios:\n- name: a\n  when: [{stop: 20m, error: E, cause: c}]\n  then: {status: ABORTED}\n"
        "  redrive:\n  - {after: 1h, when: [{state: Load, hangs: true}, {stop: 5}], then: {status: ABORTED}}\n  - {}\n"
    )
    (scenario,) = read_scenarios(document_of(text), machine_of()).scenarios
    place = ("scenarios", 0)
    first = (*place, "redrive", 0)
    assert scenario.remarks == ()
    assert scenario.stop == Stop(pointer=(*place, "when", 0), after=1200.0, error="E", cause="c")
    assert scenario.redrives == (
        Part(
            pointer=first,
            after=3600.0,
            whens=(((*first, "when", 0), When(state="Load", reply=Hangs())),),
            stop=Stop(pointer=(*first, "when", 1), after=5.0),
            then={"status": "ABORTED"},
        ),
        Part(pointer=(*place, "redrive", 1), after=0.0, whens=(), stop=None, then={}),
    )


# --- expectations that are not met -----------------------------------------------------------------------------------

FAILING = "when: [{state: Load, glue: failed, message: disk full, after: 5m}]"
UNMET = [
    ("status: SUCCEEDED", "the status: expected SUCCEEDED, but it is FAILED", 1080.0),
    ("error: null", "the error: expected none, but it is Broken", 1080.0),
    ("cause: [quota]", "the cause: expected text with 'quota', but it is none", 1080.0),
    ("output: {}", "the output: expected {}, but it is none", 1080.0),
    ("path: [Load, Ask, Both]", "the path: expected Ask, but it is Tell", 1080.0),
    ("path: [Load]", "the path: expected the end, but it is Tell", 1080.0),
    ("path: [Load, Tell, Failed, Both]", "the path: expected Both, but it is the end", 1080.0),
    ("enters: [Inner]", "state 'Inner': expected entered, but it is never entered", 1080.0),
    ("avoids: [Tell]", "state 'Tell': expected never entered, but it is entered", 1080.0),
    ("invocations: {Load: 2}", "the invocations of 'Load': expected 2, but it is 3", 780.0),
    (
        "waits: {Load: [60, 60]}",
        'the waits of \'Load\' before its retries: expected ["1m","1m"], but it is ["1m","2m"]',
        1080.0,
    ),
    ("duration: 17m", "the duration: expected 17m, but it is 18m", 1080.0),
    (
        "duration: {at-least: 20m, at-most: 1h}",
        "the duration: expected at least 20m and at most 1h, but it is 18m",
        1080.0,
    ),
    ("transitions: 4", "the number of transitions: expected 4, but it is 5", None),
    ("arguments: {Load: [{JobName: load}]}", "the calls of 'Load': expected 1, but it is 3", 360.0),
    ("arguments: {Load: [{}, {}, {}, {}]}", "the calls of 'Load': expected 4, but it is 3", 1080.0),
    (
        "arguments: {Load: [{JobName: load}, {}, {JobName: index}]}",
        "the arguments of 'Load' in call 3, JobName: expected index, but it is load",
        780.0,
    ),
    (
        "arguments: {Load: [{}, {Arguments: {}}, {}]}",
        "the arguments of 'Load' in call 2, Arguments: expected {}, but it is absent",
        360.0,
    ),
    ("published: []", "the published messages: expected 0, but it is [\"'broken' from Tell\"]", 1080.0),
    (
        "published: [{subject: fine}]",
        "the subject of the message from 'Tell': expected fine, but it is broken",
        1080.0,
    ),
    ("published: [{at: 1m}]", "the at of the message from 'Tell': expected 1m, but it is 18m", 1080.0),
    (
        "published: [{topic: other}]",
        "the topic of the message from 'Tell': expected other, but it is arn:aws:sns:us-east-1:111122223333:alarms",
        1080.0,
    ),
    (
        "runs: {load: [FAILED, FAILED]}",
        'the runs of Glue job \'load\': expected ["FAILED","FAILED"], but it is ["FAILED","FAILED","FAILED"]',
        1080.0,
    ),
]


@pytest.mark.parametrize(("then", "message", "at"), UNMET, ids=[then for then, _, _ in UNMET])
def test_an_expectation_that_is_not_met_says_what_came_instead_and_when(
    then: str, message: str, at: float | None
) -> None:
    (verdict,) = run_text(f"{DEFAULTS}- name: a\n  {FAILING}\n  then: {{{then}}}".replace(
        "  when: [{state: Ask, returns: {Payload: 1}}]\n", ""
    ))  # fmt: skip
    assert (verdict.remarks, verdict.passed) == ((), False)
    assert [(difference.message, difference.at) for difference in verdict.differences] == [(message, at)]


def test_a_message_that_lacks_a_text_is_shown() -> None:
    (verdict,) = run_text(
        f"scenarios:\n- name: a\n  given: {{input: {{job: load}}}}\n  {FAILING}\n"
        "  then: {published: [{message: [disk full, quota]}]}"
    )
    (difference,) = verdict.differences
    assert difference.pointer == ("scenarios", 0, "then", "published", 0, "message", 1)
    assert difference.expected == "text with 'quota'"
    assert json.loads(difference.actual)["ErrorMessage"] == "disk full"


def test_an_output_is_compared_where_it_is_named() -> None:
    text = DEFAULTS + "- name: a\n  then:\n    output:\n      answer: {Payload: 2}\n      gone: 1\n      job: load\n"
    assert [(line - 4, message) for line, message in lines(text, run_text(text))] == [
        (4, "the output, answer, Payload: expected 2, but it is 1"),
        (5, "the output, gone: expected 1, but it is absent"),
    ]


@pytest.mark.parametrize(
    ("expected", "actual"), [("1", "true"), ("[1]", "[1, 2]"), ("null", "0"), ("[1, 2]", "[2, 1]")]
)
def test_an_output_that_differs_a_little_differs(expected: str, actual: str) -> None:
    machine = f"StartAt: A\nStates: {{A: {{Type: Pass, Result: {{x: {actual}}}, End: true}}}}"
    text = f"scenarios: [{{name: a, then: {{output: {{x: {expected}}}}}}}]"
    assert not all(verdict.passed for verdict in run_text(text, machine))


# --- given -----------------------------------------------------------------------------------------------------------


def input_of(scenario: str, **options: Any) -> Any:
    """The input with which a scenario ran."""
    machine = "StartAt: A\nStates: {A: {Type: Pass, End: true}}"
    text = f"defaults: {{given: {{input: {{a: {{b: 1, c: 2}}, d: 3}}, without: [d]}}}}\nscenarios: [{scenario}]"
    (verdict,) = run_text(text, machine, **options)
    assert verdict.execution is not None, verdict.remarks
    return verdict.execution.output


def test_the_input_of_a_scenario_replaces_and_changes_the_shared_one() -> None:
    assert input_of("{name: a, then: {}}") == {"a": {"b": 1, "c": 2}}
    assert input_of("{name: a, given: {with: {a: {b: 7}, e: [1]}}, then: {}}") == {"a": {"b": 7, "c": 2}, "e": [1]}
    assert input_of("{name: a, given: {without: [a]}, then: {}}") == {}
    assert input_of("{name: a, given: {input: {d: 1, x: 1}}, then: {}}") == {"x": 1}
    files = {"in.yaml": "d: 1\ny: [2]\n"}
    assert input_of("{name: a, given: {file: in.yaml}, then: {}}", files=files) == {"y": [2]}


def test_a_schedule_without_a_constant_input_sends_its_own_event() -> None:
    text = "scenarios: [{name: a, given: {schedule: {rule: monthly}, start: '2025-02-01T03:00:00+01:00'}, then: {}}]"
    (verdict,) = run_text(text, "StartAt: A\nStates: {A: {Type: Pass, End: true}}")
    assert verdict.execution is not None
    assert verdict.execution.output == {
        "version": "0",
        "id": scheduled_event({"rule": "monthly"}, 1738375200.0)["id"],
        "detail-type": "Scheduled Event",
        "source": "aws.events",
        "account": "111111111111",
        "time": "2025-02-01T02:00:00Z",
        "region": "us-east-1",
        "resources": ["arn:aws:events:us-east-1:111111111111:rule/monthly"],
        "detail": {},
    }


def test_jobs_are_put_together_name_by_name_and_a_scenarios_own_come_first() -> None:
    shared = {"glue": {"duration": 1.0, "jobs": {"*": {"duration": 2.0, "Timeout": 3}, "b": {}}}, "seed": 1}
    own = {"glue": {"jobs": {"a": {"Timeout": 9}, "*": {"Timeout": 4}}}, "start": 5.0}
    together = merged(shared, own)
    assert together == {
        "glue": {"duration": 1.0, "jobs": {"a": {"Timeout": 9}, "*": {"duration": 2.0, "Timeout": 4}, "b": {}}},
        "seed": 1,
        "start": 5.0,
    }
    assert list(together["glue"]["jobs"]) == ["a", "*", "b"]
    assert shared["glue"] == {"duration": 1.0, "jobs": {"*": {"duration": 2.0, "Timeout": 3}, "b": {}}}


VALUES = st.recursive(st.integers() | st.text(max_size=3), lambda inner: st.dictionaries(st.text(max_size=2), inner))


@given(VALUES, VALUES)
@settings(max_examples=100, deadline=None)
def test_a_change_is_in_the_changed_value_and_changes_nothing_twice(value: Any, change: Any) -> None:
    before = json.dumps(value)
    once = changed(value, change)
    assert changed(once, change) == once
    assert json.dumps(value) == before


def test_a_scenario_is_read_into_plain_records() -> None:
    text = """
scenarios:
- name: all kinds
  when:
  - {state: Load, invocation: 1, glue: failed, error: Mine, message: x, after: 1h30m}
  - {job: load, invocation: 2-3, iteration: [1, 0], returns: null}
  - {resource: glue:startJobRun, fails: {error: E}, invocation: 2, repeat: true}
  - {state: Ask, hangs: true}
  - {state: Load, after: 5}
  then: {}
"""
    (scenario,) = read_scenarios(document_of(text), machine_of()).scenarios
    assert isinstance(scenario, Scenario)
    assert scenario.remarks == ()
    assert [when for _, when in scenario.whens] == [
        When(
            state="Load",
            first=1,
            last=1,
            reply=Faulty(fault=FAULTS["glue"]["failed"], error="Mine", message="x", after=5400.0),
        ),
        When(job="load", first=2, last=3, iteration=(1, 0), reply=Returns(value=None)),
        When(resource="glue:startJobRun", first=2, last=None, reply=Fails(error="E")),
        When(state="Ask", reply=Hangs()),
        When(state="Load", reply=Takes(after=5.0)),
    ]


@pytest.mark.parametrize(
    ("source", "text", "name"),
    [
        ("definitions/db.scenarios.yaml", "scenarios: []", "db.asl.yaml"),
        ("C:\\work\\db.scenarios.json", "{}", "db.asl.json"),
        ("a.scenarios.b.scenarios.yml", "{}", "a.scenarios.b.asl.yml"),
        ("db.scenarios.yaml", "definition: ../other.asl.yaml", "../other.asl.yaml"),
    ],
)
def test_a_file_is_about_the_definition_of_the_same_name_unless_it_says_so(source: str, text: str, name: str) -> None:
    assert definition_name(load(text, source=source)) == name


SHAPES = st.recursive(
    st.none() | st.booleans() | st.integers(-2, 5) | st.sampled_from(["each", "Load", "1-2", "10m", "glue", "FAILED"]),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from([*FILE.fields, *SCENARIO.fields, *GIVEN.fields, *WHEN.fields, *REDRIVE.fields]),
            inner,
            max_size=5,
        )
    ),
    max_leaves=25,
)


@given(st.lists(st.fixed_dictionaries({}, optional=dict.fromkeys(SCENARIO.fields, SHAPES)), max_size=3), SHAPES)
@settings(max_examples=100, deadline=None)
def test_no_file_brings_it_down(scenarios: Any, defaults: Any) -> None:
    text = json.dumps({"defaults": defaults, "scenarios": scenarios})
    verdicts = run_text(text)
    assert all(verdict.passed for verdict in verdicts) or any(v.remarks or v.differences for v in verdicts)


# --- the schema for editors ------------------------------------------------------------------------------------------

SCHEMA = json.loads(schema_text("scenario"))


def resolved(schema: dict[str, Any]) -> dict[str, Any]:
    reference = schema.get("$ref")
    return resolved(SCHEMA["$defs"][reference.rpartition("/")[2]]) if reference else schema


def unlike(kind: Any, schema: dict[str, Any], where: str) -> Iterator[str]:
    """Where the schema and the reader of scenario files do not say the same."""
    schema = resolved(schema)
    match kind:
        case Closed():
            if (
                set(kind.fields) != set(schema["properties"])
                or schema["additionalProperties"] is not False
                or set(kind.required) != set(schema.get("required", ()))
                or (kind.one_of and [[name] for name in kind.one_of] != [one["required"] for one in schema["anyOf"]])
            ):
                yield where
            for name, inner in kind.fields.items():
                yield from unlike(inner, schema["properties"].get(name, {}), f"{where}/{name}")
        case ListOf():
            yield from unlike(kind.kind, schema["items"], f"{where}[]")
        case MapOf():
            yield from unlike(kind.kind, schema["additionalProperties"], f"{where}/*")
        case OneOf():
            if list(kind.words) != schema["enum"]:
                yield where


def test_the_schema_has_the_keys_and_words_of_the_reader() -> None:
    assert list(unlike(FILE, SCHEMA, "")) == []


def test_every_key_in_the_schema_is_explained() -> None:
    named = [
        (name, schema)
        for holder in (SCHEMA, *SCHEMA["$defs"].values())
        for name, schema in holder.get("properties", {}).items()
    ]
    explained = [name for name, schema in named if {"title", "description"} <= schema.keys() | resolved(schema).keys()]
    assert explained == [name for name, _ in named]


def structural(text: str) -> bool:
    """Whether the reader itself, without a definition, has nothing to remark."""
    remarks: list[Any] = []
    FILE(document_of(text).data, (), remarks)
    return not remarks


@pytest.mark.parametrize(
    "text",
    [DEFAULTS + scenario for scenario, _ in MISFITS]
    + [text for text, _ in UNREADABLE if "name: b" not in text]
    + [(DEFINITIONS / "db-refresh.scenarios.yaml").read_text(encoding="utf-8")],
    ids=lambda text: text[-40:],
)
def test_the_schema_refuses_no_file_that_can_be_read_and_takes_none_with_unknown_words(text: str) -> None:
    valid = jsonschema_rs.validator_for(SCHEMA).is_valid(document_of(text).data)
    if valid:
        assert structural(text) or "start: yesterday" in text or "3-2" in text
    else:
        about_entries = ("not said", "exclude each other", "no scenario here", "of a stop", "to a `stop`")
        messages = [message for _, message in lines(text, run_text(text))]
        assert not structural(text) or any(part in message for part in about_entries for message in messages)


# --- the documentation and the reference workflow --------------------------------------------------------------------

BLOCK = re.compile(r'^```(?:yaml|python)(?: title="([^"]+)")?\n(.*?)^```$', re.MULTILINE | re.DOTALL)
BLOCKS = BLOCK.findall((ROOT / "docs" / "scenarios.md").read_text(encoding="utf-8"))
EXAMPLES = {name: text for name, text in BLOCKS if name}


@pytest.mark.parametrize("name", [name for name in EXAMPLES if ".scenarios." in name])
def test_the_examples_of_the_documentation_hold(name: str) -> None:
    document = load(EXAMPLES[name], source=name)
    machine = parse(load(EXAMPLES[definition_name(document)], source=definition_name(document)))
    verdicts = run_scenarios(document, machine)
    assert [(verdict.name, verdict.remarks, verdict.differences) for verdict in verdicts if not verdict.passed] == []
    assert len(verdicts) == len(document.data["scenarios"])


def test_the_python_example_of_the_documentation_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("nightly.asl.yaml").write_text(EXAMPLES["nightly.asl.yaml"], encoding="utf-8")
    (code,) = [text for name, text in BLOCKS if not name and "import" in text]
    exec(compile(code, "docs/scenarios.md", "exec"), {})


def reference() -> list[Verdict]:
    source = "db-refresh.scenarios.yaml"
    document = load((DEFINITIONS / source).read_text(encoding="utf-8"), source=source)
    definition = definition_name(document)
    machine = parse(load((DEFINITIONS / definition).read_text(encoding="utf-8"), source=definition))
    return run_scenarios(document, machine, read=lambda name: (DEFINITIONS / name).read_text(encoding="utf-8"))


def test_every_scenario_of_the_reference_workflow_holds() -> None:
    verdicts = reference()
    assert [(verdict.name, verdict.remarks, verdict.differences) for verdict in verdicts if not verdict.passed] == []


READS = """\
StartAt: Each
States:
  Each:
    Type: Map
    ItemReader:
      Resource: arn:aws:states:::s3:getObject
      ReaderConfig: {InputType: JSON}
      Parameters: {Bucket: data, Key: items.json}
    ItemProcessor:
      ProcessorConfig: {Mode: DISTRIBUTED, ExecutionType: STANDARD}
      StartAt: P
      States: {P: {Type: Pass, End: true}}
    End: true
"""


@pytest.mark.parametrize("content", ["Body: [1, 2]", "file: items.json"])
def test_a_scenario_says_what_s3_holds(content: str) -> None:
    text = (
        "scenarios:\n- name: the items\n"
        f"  given: {{objects: [{{Bucket: data, Key: items.json, {content}}}]}}\n"
        "  then: {status: SUCCEEDED, output: [1, 2]}\n"
    )
    [verdict] = run_scenarios(
        load(text, source="x.scenarios.yaml"),
        parse(load(READS, source="x.asl.yaml")),
        read={"items.json": "[1, 2]"}.__getitem__,
    )
    assert (verdict.remarks, verdict.differences) == ((), ())
