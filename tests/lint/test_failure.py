"""The failure path: what counts as one, where it ends, who hears of it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from aslkit.definition.document import DefinitionError, load
from aslkit.definition.model import StateMachine, parse
from aslkit.lint import concurrency, failure, flow, lint, retries, timeouts
from aslkit.lint.engine import Rule
from aslkit.lint.failure import failing, normal

CORPUS = Path(__file__).parents[3] / "shared" / "corpus"
RULES = tuple(value for value in vars(failure).values() if isinstance(value, Rule))


def machine(states: dict[str, Any]) -> StateMachine:
    definition = {"StartAt": next(iter(states)), "States": states}
    return parse(load(json.dumps(definition, indent=1), source="test.asl.yaml"))


def work(following: str | None, caught: str | None, **fields: Any) -> dict[str, Any]:
    """A task that goes on to one state (None: ends) and, when it fails, to another one (None: no Catch)."""
    catch = {"Catch": [{"ErrorEquals": ["States.ALL"], "Next": caught}]} if caught is not None else {}
    resource = "arn:aws:states:::lambda:invoke"
    return {"Type": "Task", "Resource": resource, **({"Next": following} if following else END), **catch, **fields}


def mail(following: str | None, **fields: Any) -> dict[str, Any]:
    """A task that publishes the cause, and retries."""
    parameters = {"TopicArn": "${Topic}", "Message.$": "$.Cause"}
    retry = [{"ErrorEquals": ["States.ALL"]}]
    return work(following, None, Parameters=parameters, Retry=retry, **fields) | {
        "Resource": "arn:aws:states:::sns:publish"
    }


END = {"End": True}
DONE = {"Type": "Succeed"}
FAIL = {"Type": "Fail"}
PASS = {"Type": "Pass", "End": True}


def found(states: dict[str, Any]) -> list[tuple[str, str | None, tuple[str | int, ...]]]:
    """(rule, severity that differs from the rule's, pointer) of everything that this module's rules find."""
    definition = machine(states)
    return [(rule.id, hit.severity, hit.pointer) for rule in RULES for hit in rule(definition)]


def catcher(name: str, *inside: str | int) -> tuple[str | int, ...]:
    return (*inside, "States", name, "Catch", 0, "Next")


def test_the_flows_are_told_apart_by_the_catchers_that_lead_to_them() -> None:
    definition = machine(
        {"A": work("B", "Rescue"), "B": work(None, "Tell"), "Rescue": work("B", None), "Tell": mail("F"), "F": FAIL}
    )
    assert normal(definition) == {"A", "B"}
    assert failing(definition) == {"Rescue", "Tell", "F"}


def test_a_state_named_for_failure_belongs_to_the_failure_route_although_a_choice_leads_to_it() -> None:
    choice = {"Type": "Choice", "Choices": [{"Variable": "$.a", "IsPresent": True, "Next": "NotifyFailure"}]}
    definition = machine(
        {"A": work("C", "NotifyFailure"), "C": choice | {"Default": "D"}, "NotifyFailure": mail(None), "D": DONE}
    )
    assert normal(definition) == {"A", "C", "D"}
    assert failing(definition) == {"NotifyFailure"}


def test_a_state_that_follows_on_success_as_well_is_normal_whatever_its_name() -> None:
    definition = machine({"A": work("CheckErrors", "CheckErrors"), "CheckErrors": work("D", None), "D": DONE})
    assert normal(definition) == {"A", "CheckErrors", "D"}
    assert failing(definition) == frozenset()


@pytest.mark.parametrize("last", [mail(None), DONE, work(None, None)], ids=["publish", "succeed", "task"])
def test_a_failure_that_is_told_and_ends_well_is_a_warning(last: dict[str, Any]) -> None:
    field = "Type" if last is DONE else "End"
    assert found({"A": work(None, "OnFailure"), "OnFailure": last}) == [
        ("failure-ends-well", None, ("States", "OnFailure", field))
    ]


@pytest.mark.parametrize("last", [PASS, work(None, None)], ids=["pass", "task"])
def test_a_fallback_is_advice(last: dict[str, Any]) -> None:
    assert found({"A": work(None, "Fallback"), "Fallback": last}) == [
        ("failure-ends-well", "info", ("States", "Fallback", "End"))
    ]


def test_named_errors_that_end_well_are_handled() -> None:
    named = {"Catch": [{"ErrorEquals": ["NoSuchUser"], "Next": "Tell"}]}
    assert found({"A": work(None, None, **named), "Tell": mail(None)}) == []


def test_a_mail_that_cannot_be_sent_may_end_well() -> None:
    states = {"A": work("Tell", None), "Tell": mail(None), "Unsent": DONE}
    states["Tell"]["Catch"] = [{"ErrorEquals": ["States.ALL"], "Next": "Unsent"}]
    assert found(states) == []


def test_a_failure_route_that_joins_the_news_of_success_is_told_where_it_joins() -> None:
    states = {"A": work("Good", "Bad"), "Good": mail(None), "Bad": mail("Good")}
    assert found(states) == [("failure-joins-success", None, ("States", "Bad", "Next"))]


def test_a_catcher_that_skips_work_to_a_good_end_is_told() -> None:
    states = {"A": work("B", "Done"), "B": work("Done", None), "Done": DONE}
    assert found(states) == [("failure-joins-success", None, catcher("A"))]


def test_a_catcher_that_leads_to_the_news_of_success_is_told() -> None:
    states = {"A": work("Between", "Good"), "Between": {"Type": "Pass", "Next": "Good"}, "Good": mail(None)}
    assert found(states) == [("failure-joins-success", None, catcher("A"))]


LOOK = {"Type": "Choice", "Choices": [{"Variable": "$.a", "IsPresent": True, "Next": "F"}], "Default": "Done"}


@pytest.mark.parametrize(
    "states",
    [
        {"A": work("Done", "Done"), "Done": DONE},
        {"A": work("B", "MarkFailed"), "MarkFailed": {"Type": "Pass", "Next": "B"}, "B": work(None, None)},
        {"A": work("B", "MarkFailed"), "B": work("C", None), "MarkFailed": {"Type": "Pass", "Next": "C"}, "C": LOOK}
        | {"F": FAIL, "Done": DONE},
        {"A": work("Done", "A"), "Done": DONE},
    ],
    ids=["ignores", "recovers", "decides later", "tries again"],
)
def test_failures_that_do_not_matter_or_are_recovered_are_left_alone(states: dict[str, Any]) -> None:
    assert found(states) == []


def parallel(**fields: Any) -> dict[str, Any]:
    inside = {"A": work(None, "Ignore"), "Ignore": PASS}
    return {"Type": "Parallel", "Branches": [{"StartAt": "A", "States": inside}], **fields}


INSIDE = ("States", "P", "Branches", 0)


@pytest.mark.parametrize(
    ("states", "expected"),
    [
        ({"P": parallel(End=True, ResultPath=None)}, [("branch-swallows-failure", None, catcher("A", *INSIDE))]),
        ({"P": parallel(End=True)}, [("branch-swallows-failure", "info", catcher("A", *INSIDE))]),
        ({"P": parallel(Next="C", ResultPath="$.p"), "C": LOOK, "F": FAIL, "Done": DONE}, []),
    ],
    ids=["dropped", "kept", "looked at"],
)
def test_a_branch_swallows_a_failure_when_nobody_can_see_its_result(
    states: dict[str, Any], expected: list[Any]
) -> None:
    assert found(states) == expected


def test_a_branch_that_reports_the_failure_swallows_nothing() -> None:
    states = {"P": parallel(End=True, ResultPath=None)}
    states["P"]["Branches"][0]["States"]["Ignore"] = mail(None)
    assert found(states) == []


def test_an_iteration_swallows_a_failure_when_the_result_is_dropped() -> None:
    processor = {"StartAt": "A", "States": {"A": work(None, "Ignore"), "Ignore": PASS}}
    states = {"M": {"Type": "Map", "ItemProcessor": processor, "End": True}}
    assert found(states) == []
    states["M"]["ResultPath"] = None
    assert found(states) == [("branch-swallows-failure", None, catcher("A", "States", "M", "ItemProcessor"))]


def chain(*caught: str | None) -> dict[str, Any]:
    """Tasks T0, T1, … in a row with these targets of their catchers, and a failure route."""
    names = [f"T{index}" for index in range(len(caught))]
    tasks = {
        name: work(following, target) for name, following, target in zip(names, [*names[1:], None], caught, strict=True)
    }
    return tasks | {"Tell": mail("F"), "F": FAIL}


def test_the_one_failure_that_is_told_to_nobody_is_found() -> None:
    assert found(chain("Tell", "F", "Tell")) == [("failure-not-notified", None, catcher("T1"))]


@pytest.mark.parametrize("caught", [("F", "Tell"), ("F", "Tell", "F", "Tell")])
def test_without_a_clear_majority_nothing_is_told(caught: tuple[str, ...]) -> None:
    assert found(chain(*caught)) == []


def test_the_one_state_without_catch_is_found_among_many() -> None:
    assert found(chain("Tell", None, "Tell", "Tell")) == [("failure-not-caught", None, ("States", "T1"))]
    assert found(chain("Tell", None, "Tell")) == []
    assert found(chain("Tell", None, None, "Tell", "Tell")) == []


def test_a_state_without_catch_is_left_alone_when_the_parallel_around_it_catches() -> None:
    branch = {"StartAt": "T0", "States": chain("Tell", None, "Tell", "Tell")}
    catch = [{"ErrorEquals": ["States.ALL"], "Next": "G"}]
    states = {"P": {"Type": "Parallel", "Branches": [branch], "Catch": catch, "End": True}, "G": FAIL}
    assert found(states) == []


def test_a_catcher_of_time_outs_alone_is_found_when_another_state_catches_all() -> None:
    states = chain("Tell", "Tell")
    states["T1"]["Catch"][0]["ErrorEquals"] = ["States.Timeout"]
    assert found(states) == [("failure-not-caught", None, ("States", "T1", "Catch", 0, "ErrorEquals"))]
    states["T1"]["Catch"][0]["ErrorEquals"] = ["States.Timeout", "Mine"]
    assert found(states) == []


def test_a_notification_is_to_be_retried_and_to_name_the_failure() -> None:
    states = chain("Tell")
    states["Tell"] |= {"Parameters": {"TopicArn.$": "$.topic", "Message": "it failed"}}
    del states["Tell"]["Retry"]
    assert found(states) == [
        ("notifier-without-retry", None, ("States", "Tell")),
        ("message-without-error", None, ("States", "Tell", "Parameters", "Message")),
    ]


@pytest.mark.parametrize(
    "parameters",
    [
        {"Message.$": "$.Cause"},
        {"Message": {"cause.$": "$.Cause"}},
        {"Message": "it failed", "Subject.$": "$$.Execution.Name"},
        {"Message": "it failed in ${Stage}"},
        {"Message": "it failed", "MessageAttributes": {"cause": {"StringValue.$": "$.Cause"}}},
    ],
)
def test_a_message_that_varies_is_left_alone(parameters: dict[str, Any]) -> None:
    states = chain("Tell")
    states["Tell"]["Parameters"] = {"TopicArn": "${Topic}", **parameters}
    assert found(states) == []


@pytest.mark.skipif(not CORPUS.exists(), reason="the corpus is not here")
def test_no_definition_that_aws_accepts_gets_an_error() -> None:
    ours = {
        value.id
        for module in (flow, retries, timeouts, failure, concurrency)
        for value in vars(module).values()
        if isinstance(value, Rule)
    }
    wrong = []
    for path in sorted((CORPUS / "lint" / "valid").glob("*.json")):
        case = json.loads(path.read_text())
        text = case.get("raw") or case.get("yaml") or json.dumps(case["definition"])
        try:
            findings = lint(parse(load(text, source=path.name)))
        except DefinitionError:
            continue
        wrong += [(path.name, one.rule) for one in findings if one.rule in ours and one.severity == "error"]
    assert wrong == []
