"""A real history becomes a scenario that passes and tells of nobody."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from aslkit.definition.document import load
from aslkit.definition.model import StateMachine, parse
from aslkit.operations.capture import capture, scenario_file
from aslkit.operations.scrub import Scrub
from aslkit.simulation import Execution, simulate
from aslkit.simulation.recording import HistoryError, Recording, read_history
from aslkit.simulation.redrive import redrive, why_not_redrivable
from aslkit.simulation.resources.account import Account
from aslkit.simulation.resources.glue import FakeGlue, GlueJob
from aslkit.simulation.resources.scripted import Fails, Hangs, Reply, Returns, When
from aslkit.simulation.scenario import run_scenarios
from aslkit.testing.strategies import outcomes, state_machines

DEFINITIONS = Path(__file__).parents[2] / "definitions"
TEXT = """\
StartAt: Load
States:
  Load:
    Type: Task
    Resource: arn:aws:states:::glue:startJobRun.sync
    Parameters: {JobName: load, Arguments: {--OWNER.$: $.owner}}
    TimeoutSeconds: 7200
    ResultPath: null
    Retry: [{ErrorEquals: [States.ALL], IntervalSeconds: 60, MaxAttempts: 2, BackoffRate: 1}]
    Next: Ask
  Ask:
    Type: Task
    Resource: arn:aws:states:::lambda:invoke
    Parameters: {FunctionName: ask, Payload: {}}
    TimeoutSeconds: 60
    ResultSelector: {rows.$: $.Payload.rows}
    ResultPath: $.asked
    Next: Tell
  Tell:
    Type: Task
    Resource: arn:aws:states:::sns:publish
    Parameters:
      TopicArn: arn:aws:sns:us-east-1:123456789012:alarms
      Subject: Loaded
      Message.$: "States.Format('{} rows for {}. Execution {}', $.asked.rows, $.owner, $$.Execution.Id)"
    TimeoutSeconds: 60
    End: true
"""
MACHINE = parse(load(TEXT, source="m.asl.yaml"))
INPUT = {"owner": "jane.doe@corp.example", "password": "hunter2", "role": "arn:aws:iam::123456789012:role/etl"}


ASKING = """\
StartAt: Ask
States:
  Ask:
    Type: Task
    Resource: arn:aws:states:::sqs:sendMessage.waitForTaskToken
    Parameters: {QueueUrl: q, MessageBody.$: $$.Task.Token}
    HeartbeatSeconds: 60
    TimeoutSeconds: 600
    End: true
"""


def recording(machine: StateMachine = MACHINE, **script: Any) -> Recording:
    """A recorded execution in which the load fails twice, then works for an hour."""
    account = Account(
        script=(
            When(
                state="Load", first=1, last=2, reply=Fails(error="Glue.Busy", cause="jane.doe@corp.example", after=2.5)
            ),
            When(state="Ask", reply=Returns(value={"Payload": {"rows": 7, "run": "jr_" + "a" * 64}}, after=1.0)),
        ),
        glue=FakeGlue(jobs=(GlueJob(name="load", duration=3600.0),)),
    )
    execution = simulate(machine, input=INPUT, resources=account, name="nightly", account="123456789012", **script)
    return read_history(json.loads(json.dumps({"events": execution.history})))


def test_a_captured_scenario_is_short_timed_and_asserted() -> None:
    captured = capture(recording(), name="the night", machine=MACHINE)
    assert captured.remarks == ()
    assert captured.replaced == {"e-mail addresses": 1, "secrets": 1, "account numbers": 1, "job run ids": 1}
    assert captured.scenario == {
        "name": "the night",
        "given": {
            "input": {
                "owner": "person1@example.com",
                "password": "secret-1",
                "role": "arn:aws:iam::111111111111:role/etl",
            },
            "start": "2025-01-01T02:00:00.000Z",
        },
        "when": [
            {
                "state": "Load",
                "invocation": "1-2",
                "fails": {"error": "Glue.Busy", "cause": "person1@example.com"},
                "after": "2.5s",
            },
            {"state": "Load", "invocation": 3, "after": "1h"},
            {
                "state": "Ask",
                "invocation": 1,
                "returns": {"Payload": {"rows": 7, "run": f"jr_{1:064x}"}},
                "after": "1s",
            },
        ],
        "then": {
            "status": "SUCCEEDED",
            "path": ["Load", "Ask", "Tell"],
            "invocations": {"Load": 3},
            "duration": {"at-least": "1h51s", "at-most": "1h3m21s"},
            "published": [
                {
                    "topic": "alarms",
                    "subject": "Loaded",
                    "message": "7 rows for person1@example",
                    "state": "Tell",
                }
            ],
        },
    }


def test_the_written_file_is_read_back_and_passes() -> None:
    text = scenario_file(capture(recording(), name="the night", machine=MACHINE).scenario, "m.asl.yaml")
    document = load(text, source="m.scenarios.yaml")
    assert document.data["definition"] == "m.asl.yaml"
    [verdict] = run_scenarios(document, MACHINE)
    assert (verdict.passed, verdict.remarks, verdict.differences) == (True, (), ())


def test_nothing_private_is_left() -> None:
    text = scenario_file(capture(recording(), name="for jane.doe@corp.example", machine=MACHINE).scenario)
    assert [word for word in ("jane", "hunter2", "123456789012", "a" * 64) if word in text] == []


def test_without_a_definition_every_result_stands_there() -> None:
    captured = capture(recording(), name="n")
    load_entries = [entry for entry in captured.scenario["when"] if entry["state"] == "Load"]
    assert load_entries[1]["returns"]["JobRunState"] == "SUCCEEDED"
    assert captured.scenario["then"]["published"][0]["subject"] == "Loaded"


def test_what_another_definition_does_is_said_and_not_expected() -> None:
    other = parse(load(TEXT.replace("Subject: Loaded", "Subject: Done"), source="m.asl.yaml"))
    captured = capture(recording(), name="n", machine=other)
    assert captured.remarks == (
        "not expected any more: the subject of the message from 'Tell': expected Loaded, but it is Done",
    )
    assert "subject" not in captured.scenario["then"]["published"][0]
    gone = parse(load(TEXT.replace("Ask", "Inquire"), source="m.asl.yaml"))
    assert capture(recording(), name="n", machine=gone).remarks[0].startswith("the scenario does not run as it is: ")


def test_what_a_scenario_cannot_say_is_refused() -> None:
    whole = recording()
    with pytest.raises(HistoryError, match="has no end"):
        capture(
            read_history([{"id": 1, "type": "ExecutionStarted", "executionStartedEventDetails": {"input": "1"}}]),
            name="n",
        )
    timeless = [{**event, "timestamp": None} for event in simulate(MACHINE, input=INPUT, **STOPPED).history]
    with pytest.raises(HistoryError, match="the history does not say when"):
        capture(read_history(timeless), name="n")
    redriven = {"id": 2, "previousEventId": 1, "type": "ExecutionRedriven"}
    endless = [{"id": 1, "type": "ExecutionStarted", "executionStartedEventDetails": {"input": "1"}}, redriven]
    ended = {"id": 3, "previousEventId": 2, "type": "ExecutionFailed"}
    with pytest.raises(HistoryError, match=r"tells of a redrive \(event 2\) and of no end before it"):
        capture(read_history([*endless, ended]), name="n")
    assert whole.status == "SUCCEEDED"


# --- stops and redrives ----------------------------------------------------------------------------------------------

STOPPED: dict[str, Any] = {
    "resources": Account(glue=FakeGlue(jobs=(GlueJob(name="load", duration=3600.0),))),
    "stop_at": 600.0,
    "stop_error": "Ops",
    "stop_cause": "for jane.doe@corp.example",
}


def read_back(execution: Execution) -> Recording:
    return read_history(json.loads(json.dumps({"events": execution.history})))


def test_a_stop_is_captured_with_its_instant_error_and_cause() -> None:
    captured = capture(read_back(simulate(MACHINE, input=INPUT, **STOPPED)), name="stopped", machine=MACHINE)
    assert captured.remarks == ()
    assert captured.scenario["when"] == [
        {"state": "Load", "invocation": 1, "hangs": True},
        {"stop": "10m", "error": "Ops", "cause": "for person1@example.com"},
    ]
    assert captured.scenario["then"] == {
        "status": "ABORTED",
        "path": ["Load"],
        "duration": {"at-least": "9m48s", "at-most": "10m13s"},
        "published": [],
    }


def test_redrives_are_captured_each_with_what_happened_then() -> None:
    stopped = simulate(MACHINE, input=INPUT, **STOPPED)
    lost = When(state="Ask", first=1, last=1, reply=Fails(error="Lambda.Unknown", after=3.0))
    found = When(state="Ask", first=2, last=2, reply=Returns(value={"Payload": {"rows": 7}}, after=3.0))
    services = Account(script=(lost, found), glue=FakeGlue(jobs=(GlueJob(name="load", duration=3600.0),)))
    failed = redrive(MACHINE, stopped, resources=services, after=7200.0)
    captured = capture(read_back(redrive(MACHINE, failed)), name="redriven twice", machine=MACHINE)
    assert captured.remarks == ()
    assert "glue" not in captured.scenario["given"]
    assert captured.scenario["then"]["status"] == "ABORTED"
    mail = {"topic": "alarms", "subject": "Loaded", "message": "7 rows for person1@example", "state": "Tell"}
    assert captured.scenario["redrive"] == [
        {
            "after": "2h",
            "when": [
                {"state": "Load", "invocation": 2, "after": "1h"},
                {"state": "Ask", "invocation": 1, "fails": {"error": "Lambda.Unknown"}, "after": "3s"},
            ],
            "then": {
                "status": "FAILED",
                "error": "Lambda.Unknown",
                "path": ["Load", "Load", "Ask"],
                "invocations": {"Load": 2},
                "duration": {"at-least": "3h6m14s", "at-most": "3h13m52s"},
                "published": [],
            },
        },
        {
            "when": [{"state": "Ask", "invocation": 2, "returns": {"Payload": {"rows": 7}}, "after": "3s"}],
            "then": {
                "status": "SUCCEEDED",
                "path": ["Load", "Load", "Ask", "Ask", "Tell"],
                "invocations": {"Load": 2, "Ask": 2},
                "duration": {"at-least": "3h6m17s", "at-most": "3h13m55s"},
                "published": [mail],
            },
        },
    ]
    [again] = run_scenarios(load(scenario_file(captured.scenario), source="captured"), MACHINE)
    assert (again.passed, again.remarks, again.differences) == (True, (), ())


def test_a_fail_state_that_a_redrive_enters_again_stands_twice_in_the_path() -> None:
    failing = parse(load("StartAt: F\nStates: {F: {Type: Fail, Error: E}}"))
    captured = capture(read_back(redrive(failing, simulate(failing, input={}))), name="n", machine=failing)
    assert captured.remarks == ()
    assert captured.scenario["redrive"] == [{"then": {"status": "FAILED", "error": "E", "path": ["F", "F"]}}]


def test_what_another_definition_does_after_a_redrive_is_said_and_not_expected() -> None:
    failing = parse(load("StartAt: F\nStates: {F: {Type: Fail, Error: E}}"))
    other = parse(load("StartAt: F\nStates: {F: {Type: Fail, Error: O}}"))
    captured = capture(read_back(redrive(failing, simulate(failing, input={}))), name="n", machine=other)
    assert captured.remarks == ("not expected any more: the error: expected E, but it is O",) * 2
    assert captured.scenario["redrive"] == [{"then": {"status": "FAILED", "path": ["F", "F"]}}]


INSTANTS = st.none() | st.sampled_from([0.0, 1.0, 30.0, 1000.5])


@given(st.data())
@settings(max_examples=100, deadline=None)
def test_whatever_is_stopped_and_redriven_is_captured_as_it_went(data: st.DataObject) -> None:
    machine = parse(load(json.dumps(data.draw(state_machines())), source="drawn.json"))
    execution = simulate(machine, input={}, resources=data.draw(outcomes(machine)), stop_at=data.draw(INSTANTS))
    for pause, stop in data.draw(st.lists(st.tuples(st.sampled_from([0.0, 60.0]), INSTANTS), max_size=2)):
        if why_not_redrivable(execution) is None:
            stop_at = None if stop is None else execution.duration + pause + stop
            execution = redrive(machine, execution, after=pause, stop_at=stop_at)
    assume(len(execution.events) < 1_000)  # a loop without end is ended by its full history
    captured = capture(read_back(execution), name="drawn", machine=machine)
    [again] = run_scenarios(load(scenario_file(captured.scenario), source="captured"), machine)
    assert (captured.remarks, again.remarks, again.differences) == ((), (), ())


EXECUTIONS = Path(__file__).parents[3] / "shared" / "corpus" / "executions"


@pytest.mark.skipif(not EXECUTIONS.exists(), reason="the corpus is not here")
def test_an_execution_that_was_stopped_on_aws_is_captured_once_its_events_have_instants() -> None:
    [case] = [
        found
        for found in (json.loads(path.read_text()) for path in EXECUTIONS.glob("*stop_execution-*.json"))
        if found["expected"]["status"] == "ABORTED"
    ]
    machine = parse(load(json.dumps(case["definition"]), source="recorded"))
    events = case["expected"]["events"]
    with pytest.raises(HistoryError, match="the history does not say when"):
        capture(read_history({"events": events}), name="stopped", machine=machine)
    timed = [{**event, "timestamp": 1_735_696_800.0 + number} for number, event in enumerate(events)]
    captured = capture(read_history({"events": timed}), name="stopped", machine=machine)
    assert captured.remarks == ()
    assert (captured.scenario["when"], captured.scenario["then"]["status"]) == ([{"stop": "2s"}], "ABORTED")


# --- scrubbing -------------------------------------------------------------------------------------------------------


def test_the_same_is_replaced_by_the_same() -> None:
    scrub = Scrub()
    assert scrub(
        {
            "a": "bucket-123456789012-logs and 210987654321",
            "b": ["123456789012", "0.123456789012", 123456789012, -123456789012, 1234567890123],
            "id": "0a0b0c0d-1111-2222-3333-123456789012",
            "key": "AKIAABCDEFGHIJKLMNOP",
            "x@y.org": "eyJhbGciOiJI.eyJzdWIiOiIx.sig",
            "apiKey": "k",
            "t": "A" * 200,
        }
    ) == {
        "a": "bucket-111111111111-logs and 222222222222",
        "b": ["111111111111", "0.123456789012", 111111111111, -123456789012, 1234567890123],
        "id": "00000000-0000-4000-8000-000000000001",
        "key": "AKIAEXAMPLE000000001",
        "person1@example.com": "web-token-1",
        "apiKey": "secret-1",
        "t": "token-1",
    }


@pytest.mark.parametrize(
    ("text", "scrubbed"),
    [
        (
            '{"Arguments":{"--password":"hunter2"},"n":444455556666}',
            '{"Arguments":{"--password":"secret-1"},"n":111111111111}',
        ),
        (
            '{ "passwords" : [ "hunter2", "other" ], "n" : 1.50 }',
            '{ "passwords" : [ "secret-1", "secret-2" ], "n" : 1.50 }',
        ),
        (
            r'{"cause": "{\"token\": \"hunter2\", \"a\": \"b\"}"}',
            r'{"cause": "{\"token\": \"secret-1\", \"a\": \"b\"}"}',
        ),
        (r'{"text": "for\njane@corp.example, \u00e9"}', r'{"text": "for\nperson1@example.com, \u00e9"}'),
        (
            'Job failed: {"--password": "hunter2", "user": "bob"} (jane@corp.example)',
            'Job failed: {"--password": "secret-1", "user": "bob"} (person1@example.com)',
        ),
        ("{'apiKey': 'hunter2', 'n': 444455556666}", "{'apiKey': 'secret-1', 'n': 111111111111}"),
        (r'{"cause": "{\"token\": \"hunter2', r'{"cause": "{\"token\": \"secret-1'),
        ("postgres://bob:hunter2@db/x", "postgres://bob:secret-1@db/x"),
        (
            '{"url": "https://bob:p@ss@db.corp.example:5432/x?y=z@a"}',
            '{"url": "https://bob:secret-1@db.corp.example:5432/x?y=z@a"}',
        ),
        ("https://db:5432/x, 10:30 to a@b", "https://db:5432/x, 10:30 to a@b"),
        ('{"token": "$.token", "count": 7}', '{"token": "$.token", "count": 7}'),
    ],
)
def test_what_is_private_is_replaced_inside_a_text_and_the_rest_of_it_stays(text: str, scrubbed: str) -> None:
    assert Scrub()(text) == scrubbed


def test_a_secret_is_replaced_by_the_same_in_a_field_in_json_inside_a_text_and_in_a_url() -> None:
    scrub = Scrub()
    given = {"password": "hunter2", "json": '{"password": "hunter2"}', "url": "postgres://bob:hunter2@db/x"}
    assert scrub(given) == {
        "password": "secret-1",
        "json": '{"password": "secret-1"}',
        "url": "postgres://bob:secret-1@db/x",
    }
    assert scrub.counts == {"secrets": 1}


def learned(value: Any, **options: Any) -> tuple[Any, dict[str, int]]:
    """What a scrub that has seen all of a value makes of it."""
    scrub = Scrub()
    scrub.learn(value, **options)
    return scrub(value), dict(scrub.counts)


def test_a_secret_is_replaced_where_it_stands_again_as_bare_text_in_json_in_a_url_and_as_a_number() -> None:
    given = {
        "cause": "login with hunter2-prod failed; password=hunter2-prod; Authorization: Bearer abcdef123456",
        "password": "hunter2-prod",
        "api_token": 12345678,
        "list": [12345678, "12345678", "id 12345678, not 123456789", 123456789],
        "json": '{"m": "for hunter2-prod", "n": [12345678]}',
        "url": "https://x.org/?q=p%40ss%2Fword-1",
        "secret": "p@ss/word-1",
        "hunter2-prod": "abcdef123456",
    }
    assert learned(given) == (
        {
            "cause": "login with secret-1 failed; password=secret-1; Authorization: Bearer secret-2",
            "password": "secret-1",
            "api_token": 10000003,
            "list": [10000003, "10000003", "id 10000003, not 123456789", 123456789],
            "json": '{"m": "for secret-1", "n": [10000003]}',
            "url": "https://x.org/?q=secret-4",
            "secret": "secret-4",
            "secret-1": "secret-2",
        },
        {"passwords in texts": 1, "bearer tokens": 1, "secrets": 2},
    )


def test_a_secret_that_could_be_any_word_is_replaced_only_where_its_key_names_it() -> None:
    given = {"password": "failed", "token": 1234, "secret": "abc", "a": "the job failed: abc", "n": 1234}
    assert learned(given)[0] == {
        "password": "secret-1",
        "token": 1002,
        "secret": "secret-3",
        "a": "the job failed: abc",
        "n": 1234,
    }


def test_what_the_definition_says_is_no_secret_elsewhere() -> None:
    given = {"tokenStatus": "IN_PROGRESS_2", "a": "IN_PROGRESS_2"}
    assert learned(given, public="x\nIN_PROGRESS_2")[0] == {"tokenStatus": "secret-1", "a": "IN_PROGRESS_2"}


def test_what_only_names_a_secret_and_what_is_none_stays() -> None:
    given = {
        "token": "$.token",
        "secret": "${Secret}",
        "password": "********",
        "tokenType": "Bearer",
        "maxTokens": 4096,
        "tokens": "4096",
        "secretKey": None,
        "hasPassword": True,
        "text": "unexpected token: end of file, Basic authentication, Bearer token is missing, password=${X}",
        "apiToken": "secret-7",
    }
    assert learned(given) == (given, {})


def test_numbers_objects_and_attributes_of_dynamodb_under_a_secret_key_are_secrets() -> None:
    given = {
        "secret": {"S": "topsecretvalue"},
        "tokenInfo": {"S": "abc123"},
        "credentials": {"user": "bob.smith", "list": [{"pin": 123456, "port": 80}]},
        "text": "topsecretvalue of bob.smith",
    }
    made, counts = learned(given)
    assert made == {
        "secret": {"S": "secret-1"},
        "tokenInfo": {"S": "secret-2"},
        "credentials": {"user": "secret-3", "list": [{"pin": 100004, "port": 80}]},
        "text": "secret-1 of secret-3",
    }
    assert counts == {"secrets": 4}
    assert json.loads(learned(json.dumps(given))[0]) == made


def test_json_that_is_a_secret_keeps_its_form_so_that_it_can_be_read() -> None:
    given = {"SecretString": '{"username": "bob.smith", "password": "hunter2-prod"}', "m": "bob.smith, hunter2-prod"}
    assert learned(given)[0] == {
        "SecretString": '{"username": "secret-1", "password": "secret-2"}',
        "m": "secret-1, secret-2",
    }


@pytest.mark.parametrize(
    ("text", "scrubbed", "kind"),
    [
        ("for ghp_" + "a1B2" * 9 + "!", "for github-token-1!", "GitHub tokens"),
        ("gho_" + "a1B2" * 9, "github-token-1", "GitHub tokens"),
        ("github_pat_" + "a1_B2" * 9, "github-token-1", "GitHub tokens"),
        ("glpat-" + "a1B2-" * 4, "gitlab-token-1", "GitLab tokens"),
        ("xoxb-2048-abcdefXYZ", "slack-token-1", "Slack tokens"),
        (
            "https://hooks.slack.com/services/T000/B000/XXXX is gone",
            "https://hooks.slack.com/services/1 is gone",
            "Slack webhooks",
        ),
        ("AIza" + "aB3_-" * 7, "google-key-1", "Google keys"),
        ("sk_live_" + "a1B2" * 6, "stripe-key-1", "Stripe keys"),
        ("IQoJb3JpZ2luX2VjE" + "a+/" * 20 + "==", "session-token-1", "session tokens"),
        ("is eyJhbGciOiJI.eyJzdWIiOiIx.s-g_1 ok", "is web-token-1 ok", "web tokens"),
        ("a eyJhbGciOiJI.eyJzdWIiOiIx.a.b.c ok", "a web-token-1 ok", "web tokens"),
        (
            "-----BEGIN RSA PRIVATE KEY-----\nMIIE\n-----END RSA PRIVATE KEY-----\nx",
            "private-key-1\nx",
            "private keys",
        ),
        ("key: -----BEGIN PRIVATE KEY-----\\nMIIE", "key: private-key-1", "private keys"),
        (
            "https://s3/x?X-Amz-Date=20250101&X-Amz-Signature=abcdef&y=z",
            "https://s3/x?X-Amz-Date=20250101&X-Amz-Signature=secret-1&y=z",
            "URL signatures",
        ),
        ("/?x-amz-security-token=IQoJ", "/?x-amz-security-token=secret-1", "URL signatures"),
        ("postgres://bob:hunter2@db/x", "postgres://bob:secret-1@db/x", "passwords in URLs"),
        ("authorization: bearer abc-def-1", "authorization: bearer secret-1", "bearer tokens"),
        ("Authorization: Basic dXNlcjpwYXNz", "Authorization: Basic secret-1", "basic authorizations"),
        ("Server=db;Password=Pa55w0rd;Encrypt=True", "Server=db;Password=secret-1;Encrypt=True", "passwords in texts"),
        ("f(token=abc,user=bob)", "f(token=secret-1,user=bob)", "passwords in texts"),
        ("https://x.org/?api_key=a,b&y=z.", "https://x.org/?api_key=secret-1&y=z.", "passwords in texts"),
        ("secret='my own words' is wrong.", "secret='secret-1' is wrong.", "passwords in texts"),
        ("DB_PASSWORD: hunter2, user: bob42", "DB_PASSWORD: secret-1, user: bob42", "passwords in texts"),
        (r"cut off {\"api_token\": 12345678", r"cut off {\"api_token\": 10000001", "passwords in texts"),
        ("run --db-password hunter2 -v", "run --db-password secret-1 -v", "passwords in texts"),
    ],
)
def test_a_well_known_form_is_replaced_in_any_text_and_counted_by_its_kind(text: str, scrubbed: str, kind: str) -> None:
    assert learned(text) == (scrubbed, {kind: 1})
    assert learned(json.dumps({"a": text})) == (json.dumps({"a": scrubbed}), {kind: 1})


LOGIN = """\
StartAt: Login
States:
  Login:
    Type: Task
    Resource: arn:aws:states:::lambda:invoke
    Parameters: {FunctionName: login, Payload.$: $}
    TimeoutSeconds: 60
    ResultPath: $.login
    Catch: [{ErrorEquals: [States.ALL], ResultPath: $.error, Next: Look}]
    Next: Look
  Look:
    Type: Task
    Resource: arn:aws:states:::lambda:invoke
    Parameters: {FunctionName: look, Payload: {}}
    TimeoutSeconds: 60
    ResultPath: $.looked
    Next: Tell
  Tell:
    Type: Task
    Resource: arn:aws:states:::sns:publish
    Parameters:
      TopicArn: arn:aws:sns:us-east-1:123456789012:alarms
      Subject: No login
      Message.$: States.Format('{} / {} / {}', $.error.Cause, $.db.password, States.JsonToString($.looked))
    TimeoutSeconds: 60
    ResultPath: null
    Next: No
  No: {Type: Fail, Error: Broken, CausePath: $.error.Cause}
"""
LOGIN_MACHINE = parse(load(LOGIN, source="m.asl.yaml"))
SAFE = "abcdefXYZ0123456789-_.!@#%^*+=/\\\"'é "
SECRET_TEXTS = st.text(SAFE, min_size=8, max_size=20).filter(
    lambda text: text.strip() == text and any(one.isdigit() for one in text) and any(one in "XYZ" for one in text)
)
CONTEXTS = st.sampled_from(
    [
        "{}",
        "login with {} failed",
        "x{}y",
        "password='{}'",
        "user=bob;password={};x=y",
        'cut off {{"a": "b", "password": "{}',
    ]
)


@given(st.lists(SECRET_TEXTS, min_size=2, max_size=2, unique=True), st.integers(10**6, 10**9), st.data())
@settings(max_examples=150, deadline=None)
def test_no_secret_that_is_known_survives_anywhere_in_the_file_and_the_scenario_passes(
    texts: list[str], number: int, data: st.DataObject
) -> None:
    def said() -> str:
        return data.draw(CONTEXTS).format(data.draw(st.sampled_from([*texts, number])))

    result = {"Payload": {"row": {"secret": {"S": texts[1]}, "api_token": number}, "text": said(), "n": number}}
    script = (
        When(state="Login", reply=Fails(error="LoginFailed", cause=said())),
        When(state="Look", reply=Returns(result)),
    )
    past = simulate(
        LOGIN_MACHINE,
        input={"db": {"password": texts[0]}, "note": said(), "json": json.dumps({"m": said()})},
        resources=Account(script=script),
        account="123456789012",
    )
    captured = capture(read_back(past), name=said(), machine=LOGIN_MACHINE)
    text = scenario_file(captured.scenario)
    plain = json.dumps(load(text, source="m.scenarios.yaml").data, ensure_ascii=False)
    assert [
        one for one in (*texts, str(number)) if one in text or json.dumps(one, ensure_ascii=False)[1:-1] in plain
    ] == []
    assert captured.remarks == ()
    [again] = run_scenarios(load(text, source="m.scenarios.yaml"), LOGIN_MACHINE)
    assert (again.passed, again.remarks, again.differences) == (True, (), ())


def test_the_tenth_account_number_has_twelve_digits_as_a_number_too() -> None:
    numbers = [200_000_000_000 + number for number in range(11)]
    assert Scrub()([*numbers, str(numbers[-1])])[8:] == [999999999999, 100000000010, 100000000011, "100000000011"]


NUMBERED = """\
StartAt: Ask
States:
  Ask:
    Type: Task
    Resource: arn:aws:states:::lambda:invoke
    Parameters: {FunctionName: ask, Payload: {}}
    TimeoutSeconds: 60
    ResultSelector: {n.$: $.Payload.n}
    ResultPath: $.asked
    Next: Same
  Same:
    Type: Choice
    Choices: [{Variable: $.asked.n, NumericEqualsPath: $.acct, Next: Tell}]
    Default: No
  Tell:
    Type: Task
    Resource: arn:aws:states:::sns:publish
    Parameters:
      TopicArn: arn:aws:sns:us-east-1:123456789012:alarms
      Subject: Known
      Message.$: States.Format('{} {} {}', $.acct, $.json, States.JsonToString($.own))
    TimeoutSeconds: 60
    ResultPath: null
    Next: No
  No: {Type: Fail, Error: Broken, CausePath: $.json}
"""


def test_a_scenario_with_private_numbers_and_json_texts_goes_as_it_was_recorded() -> None:
    machine = parse(load(NUMBERED, source="m.asl.yaml"))
    script = (When(state="Ask", reply=Returns(value={"Payload": {"n": 444455556666}})),)
    given = {"acct": 444455556666, "json": '{"password": "hunter2"}', "own": {"token": "hunter2"}}
    past = simulate(machine, input=given, resources=Account(script=script), account="123456789012")
    captured = capture(read_back(past), name="n", machine=machine)
    assert captured.remarks == ()
    assert captured.scenario == {
        "name": "n",
        "given": {
            "input": {"acct": 111111111111, "json": '{"password": "secret-1"}', "own": {"token": "secret-1"}},
            "start": "2025-01-01T02:00:00.000Z",
        },
        "when": [{"state": "Ask", "invocation": 1, "returns": {"Payload": {"n": 111111111111}}}],
        "then": {
            "status": "FAILED",
            "error": "Broken",
            "path": ["Ask", "Same", "Tell", "No"],
            "published": [
                {
                    "topic": "alarms",
                    "subject": "Known",
                    "message": '111111111111 {"password": "secret-1"} {"token":"secret-1"}',
                    "state": "Tell",
                }
            ],
        },
    }


def test_every_scenario_of_the_reference_workflow_can_be_captured_from_its_history() -> None:
    reference = parse(load((DEFINITIONS / "db-refresh.asl.yaml").read_text(), source="db-refresh.asl.yaml"))
    scenarios = load((DEFINITIONS / "db-refresh.scenarios.yaml").read_text(), source="db-refresh.scenarios.yaml")
    for verdict in run_scenarios(scenarios, reference, read=lambda name: (DEFINITIONS / name).read_text()):
        assert verdict.execution is not None
        captured = capture(read_history({"events": verdict.execution.history}), name=verdict.name, machine=reference)
        again = run_scenarios(load(scenario_file(captured.scenario), source="captured"), reference)
        assert (verdict.name, captured.remarks, [one.passed for one in again]) == (verdict.name, (), [True])
        last = [captured.scenario, *captured.scenario.get("redrive", ())][-1]
        assert last["then"]["status"] == verdict.execution.status


@pytest.mark.parametrize(
    ("reply", "outcome"),
    [
        (Returns("yes", after=150.0, beat=30.0), {"returns": "yes", "after": "2m30s", "heartbeats": "1m"}),
        (Fails("No", "later", after=150.0, beat=30.0), {"fails": {"error": "No", "cause": "later"}, "after": "2m30s"}),
        (Hangs(beat=30.0), {"hangs": True, "heartbeats": "1m"}),
    ],
)
def test_a_task_that_lived_longer_than_its_heartbeat_is_captured_with_heartbeats(
    reply: Reply, outcome: dict[str, Any]
) -> None:
    asking = parse(load(ASKING, source="m.asl.yaml"))
    past = simulate(asking, input={}, resources=Account(script=(When(state="Ask", reply=reply),)))
    captured = capture(read_history({"events": past.history}), name="asked", machine=asking)
    assert captured.scenario["when"] == [{"state": "Ask", "invocation": 1, "heartbeats": "1m", **outcome}]
    assert captured.remarks == ()


def test_a_job_that_lived_longer_than_its_heartbeat_is_captured_without_heartbeats() -> None:
    text = ASKING.replace("sqs:sendMessage.waitForTaskToken", "glue:startJobRun.sync")
    text = text.replace("{QueueUrl: q, MessageBody.$: $$.Task.Token}", "{JobName: load}")
    loading = parse(load(text, source="m.asl.yaml"))
    past = simulate(loading, input={}, resources=Account(glue=FakeGlue(jobs=(GlueJob(name="load", duration=150.0),))))
    captured = capture(read_history({"events": past.history}), name="loaded", machine=loading)
    assert captured.scenario["when"] == [{"state": "Ask", "invocation": 1, "after": "2m30s"}]
    assert captured.remarks == ()


def test_json_that_is_nested_too_deep_to_be_read_is_scrubbed_as_a_text() -> None:
    deep = '{"a":' * 100_000 + '"jane.doe@corp.example"'
    assert Scrub()({"cause": deep})["cause"] == deep.replace("jane.doe@corp.example", "person1@example.com")
