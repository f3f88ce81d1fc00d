"""Each built-in property: a run in which it does not hold, one in which it does; and properties of a team's own."""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING, Any

import pytest

from aslkit.definition.document import load
from aslkit.definition.model import StateMachine, parse
from aslkit.simulation.exploration.found import Exploration
from aslkit.simulation.exploration.own import PropertyError
from aslkit.simulation.exploration.properties import PROPERTIES, Property
from aslkit.simulation.exploration.search import explore

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from aslkit.simulation.exploration.observed import Run

GLUE = "arn:aws:states:::glue:startJobRun.sync"
PUBLISH = "arn:aws:states:::sns:publish"
TOPIC = "arn:aws:sns:us-east-1:123456789012:t"
CATCH = [{"ErrorEquals": ["States.ALL"], "ResultPath": "$.error", "Next": "Tell"}]
RETRY = [{"ErrorEquals": ["States.ALL"], "IntervalSeconds": 5, "MaxAttempts": 2}]
TOLD = "States.Format('Load failed with {}: {}', $.error.Error, $.error.Cause)"


def machine(states: dict[str, Any], **fields: Any) -> StateMachine:
    data = {"StartAt": next(iter(states)), "States": states, **fields}
    return parse(load(json.dumps(data), source="m.asl.yaml"))


def job(**fields: Any) -> dict[str, Any]:
    base = {"Type": "Task", "Resource": GLUE, "Parameters": {"JobName": "load"}, "TimeoutSeconds": 600}
    return {**base, "ResultPath": None, "Retry": RETRY, **fields}


def mail(text: str = TOLD, **fields: Any) -> dict[str, Any]:
    parameters = {"TopicArn": TOPIC, "Subject": "a run", "Message.$": text}
    base = {"Type": "Task", "Resource": PUBLISH, "Parameters": parameters, "TimeoutSeconds": 60}
    return {**base, "ResultPath": None, "Retry": RETRY, **fields}


def good(**changes: Any) -> StateMachine:
    """A job, a mail about its failure, a mail about its success; states of the same name replace these."""
    states: dict[str, Any] = {
        "Load": job(Catch=CATCH, Next="Done"),
        "Done": mail("States.Format('all well in {}', 'dev')", End=True, Catch=[{**CATCH[0], "Next": "Quiet"}]),
        "Quiet": {"Type": "Succeed"},
        "Tell": mail(Next="Failed"),
        "Failed": {"Type": "Fail", "ErrorPath": "$.error.Error", "CausePath": "$.error.Cause"},
    }
    return machine({**states, **changes})


def messages(exploration: Exploration) -> dict[str, str]:
    """The first message of each property that does not hold."""
    found: dict[str, str] = {}
    for one in exploration.counterexamples:
        found.setdefault(one.property, one.message)
    return found


def broken(tested: StateMachine, *, faults: int = 1, **settings: Any) -> dict[str, str]:
    return messages(explore(tested, input={}, faults=faults, settings=settings))


def test_a_good_machine_breaks_no_property() -> None:
    assert broken(good(), faults=2) == {}


def test_a_failure_that_is_told_twice_is_wrong() -> None:
    again = good(Tell=mail(Next="Again"), Again=mail(Next="Failed"))
    assert broken(again) == {
        "failure-is-told": "'Load' failed with States.TaskFailed, and that is told 2 times, by 'Tell', 'Again'"
    }


def test_a_message_without_the_error_tells_nothing() -> None:
    assert broken(good(Tell=mail("States.Format('Load {}', 'is broken')", Next="Failed"))) == {
        "failure-is-told": (
            "'Load' failed with States.TaskFailed, and nobody is told of it: the message of 'Tell' does not carry the "
            "error"
        )
    }


def test_a_message_without_the_name_of_the_state_or_job_tells_too_little() -> None:
    anonymous = good(Tell=mail("States.Format('something failed: {}', $.error.Error)", Next="Failed"))
    assert broken(anonymous) == {
        "failure-is-told": (
            "'Load' failed with States.TaskFailed, and the message of 'Tell' does not say which state or job it was"
        )
    }


def test_a_machine_that_tells_nobody_is_wrong_unless_an_event_rule_does() -> None:
    silent = machine({"Load": job(End=True)})
    assert broken(silent) == {
        "failure-is-told": (
            "'Load' failed with States.TaskFailed, and nobody is told of it: no state that tells anybody was entered"
        )
    }
    assert messages(explore(silent, input={}, faults=1, settings={"event-rule": ["FAILED", "TIMED_OUT"]})) == {}


def test_a_lambda_function_may_be_what_tells_people() -> None:
    function = {
        "Type": "Task",
        "Resource": "arn:aws:states:::aws-sdk:sesv2:sendEmail",
        "Parameters": {"Content.$": TOLD},
        "TimeoutSeconds": 60,
        "ResultPath": None,
        "Retry": RETRY,
        "Next": "Failed",
    }
    exploration = explore(good(Tell=function), input={}, faults=1, when=[{"state": "Tell", "returns": {}}])
    assert messages(exploration) == {}


def test_a_success_mail_before_the_failure_is_wrong() -> None:
    early = good(
        Load=job(Catch=CATCH, Next="Done"),
        Done=mail("States.Format('all well in {}', 'dev')", Next="More"),
        More=job(Catch=CATCH, End=True, Parameters={"JobName": "more"}),
        Tell=mail("States.Format('Load or More failed with {}: {}', $.error.Error, $.error.Cause)", Next="Failed"),
    )
    assert broken(early, success=["Done"]) == {
        "no-success-mail-on-failure": (
            "'Done' tells of a good end, and the run ends FAILED: States.TaskFailed: Command failed with exit code 1"
        )
    }


def test_a_failure_that_goes_round_for_ever_is_wrong() -> None:
    round_and_round = good(Load=job(Retry=[], Catch=[{**CATCH[0], "Next": "Load"}], Next="Done"))
    mute = [{"fault": pattern} for pattern in ("*Exception", "hangs", "states: *", "glue: [ste]*")]
    assert broken(round_and_round, mute=mute) == {"every-run-ends": "the run does not end: it goes on through 'Load'"}


def test_a_call_that_never_comes_back_and_has_no_limit_is_wrong() -> None:
    states = good().raw["States"]
    unlimited = {key: value for key, value in states["Load"].items() if key != "TimeoutSeconds"}
    assert broken(good(Load=unlimited))["every-run-ends"].endswith(
        "which no catcher sees and nobody is told of: 'Load' never hears of its call again, and no TimeoutSeconds of "
        "its own ends it in time"
    )


def test_a_job_that_is_not_waited_for_is_left_running() -> None:
    loose = good(Load=job(Resource="arn:aws:states:::glue:startJobRun", Catch=CATCH, Next="Done"))
    found = broken(loose)
    assert found["no-job-left-running"] == (
        "a run of job 'load' goes on when the execution has ended SUCCEEDED; nobody sees how it ends"
    )


def test_starts_duration_transitions_and_cost_have_limits() -> None:
    limits = {"starts": {"load": 2}, "duration": "3m", "transitions": 4, "cost": 0.1}
    assert broken(good(), limits=limits) == {
        "starts-are-bounded": "job 'load' is started 3 times in one run; 2 are allowed",
        "duration-is-bounded": "the run takes 3m15s; the limit is 3m",
        "cost-is-bounded": "the run costs 0.15 US dollars; the limit is 0.10",
    }


def test_waits_are_as_agreed_or_wrong() -> None:
    assert broken(good(), waits={"L*": [5, 10]}) == {}
    assert broken(good(), waits={"L*": [5, 15]}) == {
        "waits-as-agreed": (
            "'Load' failed with States.TaskFailed and was tried again after 5s, 10s; agreed is that it is tried again "
            "after 5s, 15s"
        )
    }


def test_residual_risk_is_wrong_only_if_a_rule_ought_to_see_it() -> None:
    tested = good()
    assert broken(tested, faults=2, **{"event-rule": ["FAILED"]}) == {}
    assert broken(tested, faults=2, **{"event-rule": ["ABORTED"]}) == {
        "residual-risk-is-seen": (
            "the run ends FAILED by a message that cannot be sent, and the EventBridge rule does not watch FAILED: "
            "nobody is told"
        )
    }
    assert messages(explore(tested, input={}, faults=2, strict=True)) == {
        "residual-risk-is-seen": (
            "the run ends FAILED by a message that cannot be sent, and there is no EventBridge rule: nobody is told"
        )
    }


def test_a_redrive_of_a_caught_failure_enters_the_fail_state_again() -> None:
    assert broken(good(), redrive=True) == {
        "redrive-succeeds": "'Load' failed; redriven with all mended, the run ends FAILED again: States.TaskFailed"
    }


def test_a_redrive_of_an_uncaught_failure_succeeds() -> None:
    assert broken(machine({"Load": job(End=True)}), redrive=True, skip=["failure-is-told"]) == {}


# --- of one's own ----------------------------------------------------------------------------------------------------


def test_a_property_may_be_a_choice_rule() -> None:
    own = {
        "name": "short",
        "explanation": "no run takes longer than two minutes",
        "holds": {"Variable": "$.duration", "NumericLessThanEquals": 120},
    }
    assert broken(good(), properties=[own]) == {"short": "this does not hold: no run takes longer than two minutes"}


def test_a_property_may_be_a_jsonata_expression() -> None:
    own = {"name": "once", "holds": "{% $run.status = 'SUCCEEDED' or $count($run.mails) <= 1 %}"}
    assert broken(good(), properties=[own]) == {}
    never = {"name": "never", "holds": "{% $count($run.mails) = 0 %}"}
    assert broken(good(), properties=[never]) == {"never": "this does not hold"}
    first = {"name": "first", "holds": "{% $run.mailz[0].at < 600 %}"}
    assert broken(good(), properties=[first]) == {"first": "this does not hold (it gives nothing)"}
    count = {"name": "count", "holds": "{% $count($run.mails) %}"}
    assert broken(good(), properties=[count]) == {"count": "this does not hold (it is 1)"}


def test_a_property_may_be_a_function(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "our_checks.py").write_text(
        "def quick(run):\n    if run.execution.duration > 120:\n        return f'{run.status} is slow'\n"
    )
    monkeypatch.syspath_prepend(str(tmp_path))
    assert broken(good(), properties=[{"name": "quick", "python": "our_checks:quick"}]) == {
        "quick": "SUCCEEDED is slow"
    }
    sys.modules.pop("our_checks", None)


def test_a_property_may_come_from_python() -> None:
    def told(run: Run) -> Iterator[str]:
        if not run.mails:
            yield "nobody hears anything"

    exploration = explore(machine({"P": {"Type": "Pass", "End": True}}), input={}, properties=[Property("t", "", told)])
    assert messages(exploration) == {"t": "nobody hears anything"}


@pytest.mark.parametrize(
    ("own", "reason"),
    [
        ({"name": "p"}, "property 'p' says what has to hold by `holds` or by `python`, one of them"),
        ({"name": "p", "python": "json:nothing"}, "property 'p' cannot use 'json:nothing': AttributeError: "),
        ({"name": "p", "python": "json"}, "property 'p' has 'json' for `python`, which is no MODULE:FUNCTION"),
        ({"name": "p", "python": "json:loads"}, "property 'p' raises TypeError: "),
        (
            {"name": "p", "python": "builtins:bool"},
            "property 'p' gives True: it has to give nothing, a text, or several texts",
        ),
        ({"name": "p", "python": "sys:exit"}, "property 'p' raises SystemExit: "),
        ({"name": "p", "holds": {"Variable": "$.x"}}, "property 'p' is no choice rule: "),
        ({"name": "p", "holds": {"Variable": "$.nothing", "IsNull": True}}, "property 'p' cannot be evaluated: "),
    ],
)
def test_a_property_that_cannot_be_looked_at_is_refused(own: dict[str, Any], reason: str) -> None:
    with pytest.raises(PropertyError) as raised:
        broken(good(), properties=[own])
    assert str(raised.value).startswith(reason)


EXPECTED = "it has to give nothing, a text, or several texts"
ODD = """\
class Silent(Exception):
    def __str__(self):
        raise ValueError

class Grave(BaseException):
    pass

def false(run):
    return False

def late(run):
    yield "a text"
    yield 5

async def waiting(run):
    return True

async def waiting_for_texts(run):
    yield "a text"

def empty(run):
    return ""

def long(run):
    return [[0] * 1000000]

def boom(run):
    raise ValueError("boom")

def grave(run):
    raise Grave("no Exception")

def silent(run):
    raise Silent

def inside(run):
    import json
    json.loads("{")

def by_name(run):
    return {"a": 1}

def mute(run):
    raise MemoryError
"""


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize(
    ("function", "reason"),
    [
        ("false", f"gives False: {EXPECTED}"),
        ("late", f"gives 5 among its texts: {EXPECTED}"),
        ("waiting", f"gives a coroutine (it is an `async def`): {EXPECTED}"),
        ("waiting_for_texts", "gives <async_generator object waiting_for_texts at 0x"),
        ("empty", f"gives an empty text, which says nothing: {EXPECTED}"),
        ("long", f"gives [{'0, ' * 18}0,... among its texts: {EXPECTED}"),
        ("boom", "raises ValueError: boom (odd_checks.py:28)"),
        ("grave", "raises Grave: no Exception (odd_checks.py:31)"),
        ("silent", "raises Silent, which has no text (odd_checks.py:34)"),
        (
            "inside",
            "raises JSONDecodeError: Expecting property name enclosed in double quotes: line 1 column 2 (char 1) "
            "(odd_checks.py:38)",
        ),
        ("by_name", f"gives {{'a': 1}}: {EXPECTED}"),
        ("mute", "raises MemoryError (odd_checks.py:44)"),
    ],
)
def test_a_function_that_gives_no_texts_is_told_of_with_what_it_gives(
    function: str, reason: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "odd_checks.py").write_text(ODD)
    monkeypatch.syspath_prepend(str(tmp_path))
    with pytest.raises(PropertyError) as raised:
        broken(good(), properties=[{"name": "p", "python": f"odd_checks:{function}"}])
    assert str(raised.value).startswith(f"property 'p' {reason}")
    sys.modules.pop("odd_checks", None)


def test_of_texts_without_end_the_first_hundred_are_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "endless_checks.py").write_text("def look(run):\n    while True:\n        yield 'a'\n")
    monkeypatch.syspath_prepend(str(tmp_path))
    assert broken(good(), properties=[{"name": "p", "python": "endless_checks:look"}]) == {
        "p": "a; " * 100 + "and more"
    }
    sys.modules.pop("endless_checks", None)


def test_a_module_that_raises_is_told_of_with_its_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "broken_checks.py").write_text("def count(run) return 1\n")
    monkeypatch.syspath_prepend(str(tmp_path))
    with pytest.raises(PropertyError) as raised:
        broken(good(), properties=[{"name": "p", "python": "broken_checks:count"}])
    assert str(raised.value).startswith("property 'p' cannot use 'broken_checks:count': SyntaxError: ")
    (tmp_path / "raising_checks.py").write_text("limit = 1\nraise BaseException('not here')\n")
    with pytest.raises(PropertyError) as raised:
        broken(good(), properties=[{"name": "p", "python": "raising_checks:count"}])
    reason = "BaseException: not here (raising_checks.py:2)"
    assert str(raised.value) == f"property 'p' cannot use 'raising_checks:count': {reason}"


def test_a_run_that_fails_with_nothing_going_wrong_around_it_is_told_as_well() -> None:
    rejects = good(Load={"Type": "Fail", "Error": "Orders.Rejected"})
    assert broken(rejects) == {
        "succeeds-without-faults": (
            "with nothing going wrong around it the run ends FAILED in 'Load': Orders.Rejected"
        ),
        "failure-is-told": (
            "'Load' failed with Orders.Rejected, and nobody is told of it: no state that tells anybody was entered"
        ),
    }


def test_a_failure_that_is_decided_is_told_before_the_end() -> None:
    late = {"Type": "Choice", "Choices": [{"Variable": "$.late", "IsPresent": True, "Next": "Warn"}], "Default": "Load"}
    states = good().raw["States"]
    warn = mail("States.Format('it is too late on {}', $.late)", Next="TooLate")
    tail = {"Warn": warn, "TooLate": {"Type": "Fail", "Error": "TooLate"}}
    tested = machine({"IsLate": late, **states, **tail})
    assert list(messages(explore(tested, input={"late": "Monday"}, faults=0))) == ["succeeds-without-faults"]
    silent = machine({"IsLate": {**late, "Choices": [{**late["Choices"][0], "Next": "TooLate"}]}, **states, **tail})
    assert list(messages(explore(silent, input={"late": "Monday"}, faults=0))) == [
        "succeeds-without-faults",
        "failure-is-told",
    ]


def test_a_time_that_is_up_in_a_map_counts_no_iterations_as_visits() -> None:
    each = {
        "Type": "Map",
        "ItemsPath": "$.jobs",
        "ItemProcessor": {"StartAt": "Load", "States": {"Load": job(Parameters={"JobName.$": "$"}, End=True)}},
        "End": True,
    }
    tested = machine({"Each": each}, TimeoutSeconds=30)
    found = messages(explore(tested, input={"jobs": ["a", "b", "c"]}, faults=0))
    assert found["every-run-ends"].endswith("nobody is told of: time is up while 'Load' goes on")


# --- what is right, however it looks ---------------------------------------------------------------------------------


CALL = {"Type": "Task", "Resource": "arn:aws:states:::lambda:invoke", "Parameters": {"FunctionName": "f"}}
ANSWERED = [{"resource": "lambda:invoke", "returns": {"Payload": {}}}]


def call(**fields: Any) -> dict[str, Any]:
    return {**CALL, "TimeoutSeconds": 60, "ResultPath": None, "Catch": CATCH, **fields}


def told(states: dict[str, Any], what: str, **asked: Any) -> dict[str, str]:
    """What is wrong with states that end in a mail about something."""
    text = f"States.Format('{what} failed: {{}} {{}}', $.error.Error, $.error.Cause)"
    tail = {"Tell": mail(text, Next="Failed"), "Failed": {"Type": "Fail", "ErrorPath": "$.error.Error"}}
    arguments: dict[str, Any] = {"input": {}, "when": ANSWERED, "faults": 2, **asked}
    return messages(explore(machine({**states, **tail}), **arguments))


def test_a_mail_about_the_start_tells_of_no_end_and_of_no_failure() -> None:
    start = mail("States.Format('it starts in {}', 'dev')", Next="Work", Catch=[{**CATCH[0], "Next": "Work"}])
    assert told({"TellStart": start, "Work": call(End=True)}, "Work") == {}


def test_of_two_failures_in_one_instant_the_later_one_broke_the_run() -> None:
    fallback = {"ErrorEquals": ["States.ALL"], "ResultPath": None, "Next": "Fallback"}
    states = {"Primary": call(Catch=[fallback], End=True), "Fallback": call(End=True)}
    assert told(states, "Fallback", settings={"harmless": [{"state": "Primary"}]}) == {}


def test_a_failure_in_a_child_execution_is_one_of_its_map() -> None:
    processor = {
        "ProcessorConfig": {"Mode": "DISTRIBUTED", "ExecutionType": "STANDARD"},
        "StartAt": "Work",
        "States": {"Work": {**CALL, "TimeoutSeconds": 60, "End": True}},
    }
    each = {"Type": "Map", "ItemsPath": "$.items", "ItemProcessor": processor, "ResultPath": None, "Catch": CATCH}
    states = {"Each": {**each, "End": True}}
    assert told(states, "Each", input={"items": [1, 2]}, settings={"mute": [{"fault": "without items"}]}) == {}


def test_a_cause_is_found_in_the_payload_of_a_function_and_in_json_that_is_text() -> None:
    payload = {"status": "FAILED", "state": "Load", "cause.$": "$.error.Cause"}
    function = {**CALL, "Parameters": {"FunctionName": "page", "Payload": payload}, "TimeoutSeconds": 9}
    tell = {**function, "ResultPath": None, "Retry": RETRY, "Next": "Failed"}
    # a time-out has no cause, so that this mail says nothing of it
    settings = {"notifiers": ["Tell", "Done"], "mute": [{"fault": "hangs"}, {"fault": "glue: timeout"}]}
    exploration = explore(good(Tell=tell), input={}, faults=1, when=ANSWERED, settings=settings)
    assert messages(exploration) == {}
    whole = mail("States.Format('Load: {}', States.JsonToString($.error))", Next="Failed")
    assert broken(good(Tell=whole)) == {}


def test_a_missing_field_is_residual_risk_in_jsonata_as_in_jsonpath() -> None:
    taken = {"Type": "Pass", "Assign": {"order": "{% $states.input.order %}"}, "End": True}
    tested = machine({"Take": taken}, QueryLanguage="JSONata")
    assert messages(explore(tested, input={"order": 7}, faults=1)) == {}
    inside = {"Type": "Parallel", "Branches": [{"StartAt": "Take", "States": {"Take": taken}}], "End": True}
    exploration = explore(machine({"All": inside}, QueryLanguage="JSONata"), input={"order": 7}, faults=1)
    assert list(messages(exploration)) == ["failure-is-told"]


def test_an_old_mail_of_ses_tells_as_well() -> None:
    ses = mail(Next="Failed", Resource="arn:aws:states:::aws-sdk:ses:sendEmail", Parameters={"Message.$": TOLD})
    assert messages(explore(good(Tell=ses), input={}, faults=1, when=[{"state": "Tell", "returns": {}}])) == {}


def test_a_failure_may_end_well_where_the_settings_call_it_harmless() -> None:
    states = {"Put": call(Catch=[{**CATCH[0], "Next": "Done"}], Next="Done"), "Done": {"Type": "Succeed"}}
    assert list(told(states, "Put")) == ["no-failure-ends-well"]
    assert told(states, "Put", settings={"harmless": [{"state": "P*"}]}) == {}
    throttled = {"harmless": [{"state": "Put", "fault": "lambda: throttled"}]}
    assert list(told(states, "Put", settings=throttled)) == ["no-failure-ends-well"]
    only = {
        **throttled,
        "mute": [{"fault": f"{name}*"} for name in ("lambda: [acfnsu]", "lambda: timed", "hangs", "states")],
    }
    assert told(states, "Put", settings=only) == {}


def test_a_harmless_failure_broke_no_run() -> None:
    enrich = call(Catch=[{**CATCH[0], "ResultPath": None, "Next": "Reject"}], Next="Reject")
    reject = mail("States.Format('rejected: {}', 'no stock')", Next="Rejected")
    states = {"Enrich": enrich, "Reject": reject, "Rejected": {"Type": "Fail", "Error": "Rejected"}}
    settings = {"harmless": [{"state": "Enrich"}], "skip": ["succeeds-without-faults"]}
    assert told(states, "nothing", settings=settings) == {}


def test_each_topic_may_be_told_once() -> None:
    other = mail(Next="Failed")
    other["Parameters"] = {**other["Parameters"], "TopicArn": TOPIC + "2"}
    assert broken(good(Tell=mail(Next="Again"), Again=other)) == {}


def test_a_failure_of_one_map_iteration_is_not_mended_by_another() -> None:
    swallow = {"ErrorEquals": ["States.ALL"], "ResultPath": None, "Next": "Swallow"}
    inner = {"Work": call(Catch=[swallow], End=True), "Swallow": {"Type": "Pass", "End": True}}
    each = {"Type": "Map", "ItemsPath": "$.items", "ItemProcessor": {"StartAt": "Work", "States": inner}, "End": True}
    found = explore(machine({"Each": each}), input={"items": [1, 2, 3]}, when=ANSWERED, faults=1)
    first = next(one for one in found.counterexamples if one.property == "no-failure-ends-well")
    assert (len(first.faults), first.message) == (
        1,
        "'Work' failed for good with Exception, and the run ends SUCCEEDED",
    )


def test_the_call_that_hangs_is_named_and_not_what_ended_beside_it() -> None:
    left = {key: value for key, value in call(End=True, Catch=[]).items() if key != "TimeoutSeconds"}
    right = call(End=True, Catch=[])
    branches = [{"StartAt": name, "States": {name: state}} for name, state in (("Left", left), ("Right", right))]
    both = {"Both": {"Type": "Parallel", "Branches": branches, "ResultPath": None, "Catch": CATCH, "End": True}}
    assert told(both, "Both")["every-run-ends"].endswith(
        "'Left' never hears of its call again, and no TimeoutSeconds of its own ends it in time"
    )


def test_a_property_that_is_skipped_is_not_looked_at() -> None:
    exploration = explore(good(), input={}, faults=0, settings={"skip": [one.name for one in PROPERTIES]})
    assert exploration.held == {}


@pytest.mark.parametrize("one", PROPERTIES, ids=lambda one: one.name)
def test_every_property_is_explained_in_a_sentence(one: Property) -> None:
    assert one.explanation.endswith((".", ")"))
