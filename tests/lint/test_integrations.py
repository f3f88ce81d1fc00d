"""Resources, parameters and error names of integrations: what is found, and what is left alone."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from aslkit.definition.document import DefinitionError, load
from aslkit.definition.model import parse
from aslkit.lint import error_names, functions, glue, integrations, parameters, sns
from aslkit.lint.engine import Config, Rule, check

MODULES = (integrations, parameters, error_names, glue, sns, functions)
RULES = [value for module in MODULES for value in vars(module).values() if isinstance(value, Rule)]
PREFIX = "arn:aws:states:::"
JOB = {"JobName": "load"}
PUBLISH = {"TopicArn": "${Topic}", "Message": "done"}


def found(definition: Any, **config: Any) -> list[tuple[str, str, str]]:
    """(severity, rule, pointer below /States) of the findings on a definition."""
    machine = parse(load(yaml.safe_dump(definition, sort_keys=False)))
    return [
        (finding.severity, finding.rule, "/".join(map(str, finding.pointer[1:])))
        for finding in check(machine, RULES, Config(**config))
    ]


def messages(definition: Any, **config: Any) -> list[str]:
    machine = parse(load(yaml.safe_dump(definition, sort_keys=False)))
    return [finding.message for finding in check(machine, RULES, Config(**config))]


def task(resource: str, sent: Any = None, *, then: Any = None, language: str = "JSONPath", **fields: Any) -> Any:
    """A definition with the task "S", and with "N" behind it if `then` is given."""
    resource = resource if resource.startswith(("arn:", "!")) else PREFIX + resource
    state: dict[str, Any] = {"Type": "Task", "Resource": resource.removeprefix("!")} | fields
    if sent is not None:
        state["Arguments" if language == "JSONata" else "Parameters"] = sent
    states = {"S": state | ({"Next": "N"} if then else {"End": True})} | ({"N": then} if then else {})
    return {"QueryLanguage": language, "StartAt": "S", "States": states}


PASS = {"Type": "Pass", "End": True}


@pytest.mark.parametrize(
    "resource",
    [
        "glue:startJobRun.sync",
        "states:::sns:publish",
        "check-tables",
        "arn:aws:states::glue:startJobRun.sync",
        "arn:aws:states::::glue:startJobRun.sync",
        "arn:aws:states::aws-sdk:glue:startCrawler",
        "arn:aws:states:::glue:startJobRun .sync",
        "arn:aws:states:::sns:publish ",
        "arn:aws:states:::glue",
        "arn:aws:state:::glue:startJobRun.sync",
        "arn:awz:states:::aws-sdk:s3:listBuckets",
        "arn:aws:glue:eu-west-1:111122223333:job/load",
        "arn:aws:lambda:eu-west-1:111122223333:check",
        "arn:aws:lambda:eu-west-1:111122223333:function:check:live:1",
        "arn:aws:lambda:eu-west-1:111122223333:function:",
    ],
)
def test_a_resource_that_is_no_whole_arn_is_an_error(resource: str) -> None:
    assert found(task(f"!{resource}", {})) == [("error", "resource-arn", "S/Resource")]


@pytest.mark.parametrize(
    "resource",
    [
        "arn:aws:lambda:eu-west-1:111122223333:function:check",
        "arn:aws:lambda:eu-west-1:111122223333:function:check:$LATEST",
        "arn:aws:lambda:::function:${Check}",
        "arn:aws:states:eu-west-1:111122223333:activity:check",
        "arn:aws-cn:states:::aws-sdk:glue:startCrawler",
        "arn:${AWS::Partition}:states:::aws-sdk:glue:startCrawler",
        "arn:aws:states:eu-west-1:111122223333:aws-sdk:glue:startCrawler",
        "arn:aws:states:::${Service}:startJobRun.sync",
        "arn:aws:states:::glue:startJobRun${Suffix}",
        "arn:aws:states:::glue:startJobRun.${Suffix}",
        "${Function}",
        "<function>",
    ],
)
def test_a_resource_that_is_right_or_not_known_is_left_alone(resource: str) -> None:
    assert found(
        task(f"!{resource}", {"Name": "x", "JobName": "x"} if "aws-sdk" not in resource else {"Name": "x"})
    ) in (
        [],
        [("error", "parameter-name", "S/Parameters/Name")],
    )


@pytest.mark.parametrize(
    ("resource", "instead"),
    [
        ("glue:startCrawler", "aws-sdk:glue:startCrawler?"),
        ("glue:startCrawler.sync", "aws-sdk:glue:startCrawler, which does not wait"),
        ("glue:StartJobRun.sync", "glue:startJobRun?"),
        ("dynamodb:query", "aws-sdk:dynamodb:query?"),
        ("events:putEvent", "events:putEvents?"),
        ("lamda:invoke", "lambda:invoke?"),
        ("lambda:invokeFunction", "lambda:invoke?"),
        ("lambda:invoke:check", "lambda:invoke?"),
        ("logs:putLogEvents", "aws-sdk:cloudwatchlogs:putLogEvents?"),
        ("aws-sdk:stepfunctions:startExecution", "aws-sdk:sfn:startExecution?"),
        ("aws-sdk:Glue:startCrawler", "aws-sdk:glue:startCrawler?"),
        ("aws-sdk:rds:createDbInstance", "aws-sdk:rds:createDBInstance?"),
        ("arn:aws:states:eu-west-1:111122223333:stateMachine:load", "states:startExecution.sync:2 runs"),
    ],
)
def test_an_integration_that_does_not_exist_is_an_error_that_says_what_does(resource: str, instead: str) -> None:
    definition = task(resource)
    assert found(definition) == [("error", "unknown-integration", "S/Resource")]
    assert PREFIX + instead in messages(definition)[0]


@pytest.mark.parametrize("resource", ["aws-sdk:brandnewthing:doIt", "aws-sdk:s3:fancyNewThing", "s3:getObject"])
def test_what_may_be_newer_than_the_index_is_a_warning(resource: str) -> None:
    assert found(task(resource)) == [("warning", "unknown-integration", "S/Resource")]


@pytest.mark.parametrize(
    ("resource", "sent", "hint"),
    [
        ("glue:startJobRun.Sync", JOB, "did you mean .sync?"),
        ("glue:startJobRun.sync2", JOB, "did you mean .sync?"),
        ("glue:startJobRun.sync:2", JOB, "it takes no suffix or .sync"),
        ("glue:startJobRun.waitForTaskToken", JOB, "it takes no suffix or .sync"),
        ("aws-sdk:glue:startJobRun.sync", JOB, "glue:startJobRun.sync waits"),
        ("sns:publish.sync", PUBLISH, "it takes no suffix or .waitForTaskToken"),
        ("sns:publish.waitForTasktoken", PUBLISH, "did you mean .waitForTaskToken?"),
        ("states:startExecution.sync2", {"StateMachineArn": "${A}"}, "did you mean .sync:2?"),
    ],
)
def test_a_pattern_that_the_integration_does_not_support_is_an_error(resource: str, sent: Any, hint: str) -> None:
    definition = task(resource, sent)
    assert found(definition) == [("error", "integration-pattern", "S/Resource")]
    assert hint in messages(definition)[0]


def test_an_express_workflow_does_not_wait() -> None:
    waiting = task("glue:startJobRun.sync", JOB)
    activity = task("arn:aws:states:eu-west-1:111122223333:activity:check")
    assert found(waiting) == found(activity) == []
    refused = [("error", "express-workflow", "S/Resource")]
    assert found(waiting, workflow_type="EXPRESS") == found(activity, workflow_type="EXPRESS") == refused


def test_an_express_workflow_has_no_distributed_map() -> None:
    inner = {"ProcessorConfig": {"Mode": "DISTRIBUTED"}, "StartAt": "P", "States": {"P": PASS}}
    definition = {"StartAt": "M", "States": {"M": {"Type": "Map", "ItemProcessor": inner, "End": True}}}
    assert found(definition) == []
    place = "M/ItemProcessor/ProcessorConfig/Mode"
    assert found(definition, workflow_type="EXPRESS") == [("error", "express-workflow", place)]


def test_a_job_that_nothing_waits_for_is_a_warning_and_advice_at_the_end() -> None:
    assert found(task("glue:startJobRun", JOB, then=PASS)) == [("warning", "missing-sync", "S/Resource")]
    assert found(task("aws-sdk:glue:startJobRun", JOB, then=PASS)) == [("warning", "missing-sync", "S/Resource")]
    assert found(task("glue:startJobRun", JOB)) == [("info", "missing-sync", "S/Resource")]


@pytest.mark.parametrize(
    "then",
    [
        {"Type": "Task", "Resource": f"{PREFIX}aws-sdk:glue:getJobRuns", "Parameters": JOB, "End": True},
        {"Type": "Pass", "Parameters": {"run.$": "$.JobRunId"}, "End": True},
        {"Type": "Task", "Resource": "${Poll}", "End": True},
        {"Type": "Task", "Resource": "arn:aws:lambda:eu-west-1:111122223333:function:poll", "End": True},
    ],
)
def test_a_job_that_a_later_state_may_look_at_is_left_alone(then: Any) -> None:
    assert found(task("glue:startJobRun", JOB, then=then)) == []


def test_starting_another_execution_without_waiting_is_left_alone() -> None:
    assert found(task("states:startExecution", {"StateMachineArn": "${Other}"}, then=PASS)) == []


QUEUE = {"QueueUrl": "${Queue}"}


@pytest.mark.parametrize(
    ("sent", "place"),
    [
        (QUEUE | {"MessageBody": {"month.$": "$.month"}}, "S/Parameters/MessageBody"),
        (QUEUE | {"MessageBody.$": "$.body"}, "S/Parameters"),
        (QUEUE | {"MessageBody": "go"}, "S/Parameters/MessageBody"),
    ],
)
def test_a_callback_without_its_token_is_a_warning(sent: Any, place: str) -> None:
    assert found(task("sqs:sendMessage.waitForTaskToken", sent)) == [("warning", "task-token", place)]


@pytest.mark.parametrize(
    ("sent", "language"),
    [
        (QUEUE | {"MessageBody": {"token.$": "$$.Task.Token"}}, "JSONPath"),
        (QUEUE | {"MessageBody.$": "States.Format('{}', $$.Task.Token)"}, "JSONPath"),
        (QUEUE | {"MessageBody.$": "$$"}, "JSONPath"),
        (QUEUE | {"MessageBody": "${Body}"}, "JSONPath"),
        (QUEUE | {"MessageBody": "{% {'token': $states.context.Task.Token} %}"}, "JSONata"),
        (QUEUE | {"MessageBody": "{% $string($states.context) %}"}, "JSONata"),
        ("{% $message %}", "JSONata"),
    ],
)
def test_a_callback_that_may_hand_out_its_token_is_left_alone(sent: Any, language: str) -> None:
    assert found(task("sqs:sendMessage.waitForTaskToken", sent, language=language)) == []


def test_reading_the_token_without_waiting_for_an_answer_is_a_warning() -> None:
    sent = QUEUE | {"MessageBody": {"all": [{"token.$": "$$.Task.Token"}]}}
    assert found(task("sqs:sendMessage", sent)) == [("warning", "task-token", "S/Resource")]
    sent = {"JobName": "x", "Arguments": {"--token.$": "$$.Task.Token"}}
    place = "S/Parameters/Arguments/--token.$"
    assert ("warning", "task-token", place) in found(task("glue:startJobRun", sent))


@pytest.mark.parametrize(
    ("language", "body", "outcome"),
    [
        (
            "JSONPath",
            {"token.$": "$$.Task.Token"},
            "the execution fails here with States.Runtime, which no Catch sees",
        ),
        (
            "JSONata",
            {"token": "{% $states.context.Task.Token %}"},
            "the expression gives nothing, and the state fails with States.QueryEvaluationError",
        ),
        ("JSONata", "{% 'token: ' & $states.context.Task.Token %}", "the text has a gap here"),
        ("JSONata", "{% {'token': $states.context.Task.Token} %}", "it is undefined here"),
    ],
)
def test_a_token_that_is_not_there_is_told_as_the_query_language_has_it(language: str, body: Any, outcome: str) -> None:
    machine = task("sqs:sendMessage", QUEUE | {"MessageBody": body}, language=language)
    assert messages(machine, select=("task-token",)) == [
        f'"S" reads the task token, but sqs:sendMessage does not wait for an answer and has none: {outcome}; '
        "arn:aws:states:::sqs:sendMessage.waitForTaskToken waits"
    ]
    waiting = task("sqs:sendMessage.waitForTaskToken", QUEUE | {"MessageBody": "go"}, language=language)
    name = {"JSONPath": "$$.Task.Token", "JSONata": "$states.context.Task.Token"}[language]
    assert messages(waiting, select=("task-token",)) == [
        f'"S" waits for an answer, but the token {name} is in none of its parameters: nobody can ever answer, and it '
        "waits until it times out"
    ]


@pytest.mark.parametrize(
    ("language", "body"),
    [
        ("JSONata", "{% $exists($states.context.Task.Token) ? $states.context.Task.Token : 'none' %}"),
        ("JSONata", "$states.context.Task.Token"),
        ("JSONPath", "{% $states.context.Task.Token %}"),
    ],
)
def test_a_token_that_is_asked_for_or_stands_in_plain_text_is_not_read_in_vain(language: str, body: str) -> None:
    machine = task("sqs:sendMessage", QUEUE | {"MessageBody": body}, language=language)
    assert messages(machine, select=("task-token",)) == []


def test_an_answer_may_end_a_job_early() -> None:
    sent = {"StateMachineArn": "${Other}", "Input": {"token.$": "$$.Task.Token"}}
    assert found(task("states:startExecution.sync", sent)) == []


@pytest.mark.parametrize(
    ("resource", "sent", "finding"),
    [
        ("glue:startJobRun.sync", {"Jobname": "x"}, ("error", "S/Parameters/Jobname")),
        ("glue:startJobRun.sync", {"Name": "x"}, ("error", "S/Parameters/Name")),
        ("glue:startJobRun.sync", {"Arguments": {"--a": "b"}}, ("error", "S/Parameters")),
        ("glue:startJobRun.sync", JOB | {"Retry": []}, ("error", "S/Parameters/Retry")),
        ("glue:startJobRun.sync", {"jobName": "x"}, ("warning", "S/Parameters/jobName")),
        ("sns:publish", {"TopicARN.$": "$.t", "Message": "x"}, ("error", "S/Parameters/TopicARN.$")),
        ("sns:publish", {"TopicArn.$": "$.t", "Mesage": "x"}, ("error", "S/Parameters/Mesage")),
        (
            "aws-sdk:rds:startDBInstance",
            {"DBInstanceIdentifier": "x"},
            ("warning", "S/Parameters/DBInstanceIdentifier"),
        ),
        ("aws-sdk:s3:getObject", {"Bucket": "x"}, ("error", "S/Parameters")),
        ("aws-sdk:s3:listBuckets", {"Zzzzzzzzzzzz": "x"}, ("warning", "S/Parameters/Zzzzzzzzzzzz")),
        (
            "events:putEvents",
            {"Entries": [{"Detail": {}, "EventBus": "x"}]},
            ("warning", "S/Parameters/Entries/0/EventBus"),
        ),
        (
            "sns:publish",
            PUBLISH | {"MessageAttributes": {"a": {"StringValue": "x"}}},
            ("warning", "S/Parameters/MessageAttributes/a"),
        ),
    ],
)
def test_a_parameter_that_is_unknown_or_missing_is_found_once(
    resource: str, sent: Any, finding: tuple[str, str]
) -> None:
    severity, place = finding
    assert found(task(resource, sent)) == [(severity, "parameter-name", place)]


def test_the_name_that_is_meant_is_said() -> None:
    assert messages(task("glue:startJobRun.sync", {"Jobname": "x"})) == [
        '"S": glue:startJobRun has no parameter "Jobname", and AWS refuses the definition: did you mean "JobName", '
        "which is required?"
    ]


@pytest.mark.parametrize(
    ("sent", "place"),
    [
        (JOB | {"WorkerType": "G1X"}, "WorkerType"),
        (JOB | {"NumberOfWorkers": "ten"}, "NumberOfWorkers"),
        (JOB | {"NumberOfWorkers": 2.5}, "NumberOfWorkers"),
        (JOB | {"JobRunQueuingEnabled": "yes"}, "JobRunQueuingEnabled"),
        (JOB | {"NotificationProperty": [5]}, "NotificationProperty"),
        (JOB | {"NotificationProperty": {"NotifyDelayAfter": True}}, "NotificationProperty/NotifyDelayAfter"),
        ({"JobName": 5}, "JobName"),
        ({"JobName": ""}, "JobName"),
        ({"JobName": "x" * 256}, "JobName"),
        ({"JobName": ["x"]}, "JobName"),
    ],
)
def test_a_value_that_the_service_does_not_take_is_a_warning(sent: Any, place: str) -> None:
    assert found(task("glue:startJobRun.sync", sent)) == [("warning", "parameter-value", f"S/Parameters/{place}")]


@pytest.mark.parametrize(
    ("resource", "sent"),
    [
        ("glue:startJobRun.sync", {"JobName.$": "$.job", "WorkerType": "${Worker}", "NumberOfWorkers": "10"}),
        ("glue:startJobRun.sync", {"JobName": "<job>", "ExecutionClass": "$.class"}),
        ("sns:publish", PUBLISH | {"Message": {"a": 1}}),
        ("sqs:sendMessage", QUEUE | {"MessageBody": {"a": 1}, "MessageGroupId": "x"}),
        ("events:putEvents", {"Entries": [{"Detail": {"a": 1}, "DetailType": "x", "Source": "y"}]}),
        ("dynamodb:putItem", {"TableName": "t", "Item": {"done": "false", "list": {"L": ["x"]}, "n": {"N": "5"}}}),
        ("aws-sdk:s3:putObject", {"Bucket": "b", "Key": "k", "Body": {"a": 1}}),
        ("lambda:invoke", {"FunctionName": "check:live", "Payload": 5}),
        ("eks:call", {"ClusterName": "x", "Anything": 1}),
        (
            "batch:submitJob.sync",
            {"JobName": "a", "JobQueue": "b", "JobDefinition": "c", "RetryStrategy": {"attempts": 2}},
        ),
    ],
)
def test_what_is_unknown_or_is_made_text_is_left_alone(resource: str, sent: Any) -> None:
    assert found(task(resource, sent)) == []


def test_jsonata_arguments_are_checked_where_they_are_literal() -> None:
    sent = {"JobName": "{% $job %}", "WorkerType": "G1X", "Timeout": "{% 5 %}"}
    definition = task("glue:startJobRun.sync", sent, language="JSONata")
    assert found(definition) == [("warning", "parameter-value", "S/Arguments/WorkerType")]


@pytest.mark.parametrize(
    ("arguments", "places"),
    [
        ({"--rows": 100, "--full": True, "--none": None, "--list": ["x"]}, ["--rows", "--full", "--none", "--list"]),
        ({"month": "x", "day.$": "$.day"}, ["month", "day.$"]),
        ({"--month.$": "$.month", "--day": "1", "${Name}": "x"}, []),
    ],
)
def test_glue_arguments_are_texts_under_hyphens(arguments: Any, places: list[str]) -> None:
    assert found(task("glue:startJobRun.sync", JOB | {"Arguments": arguments})) == [
        ("warning", "glue-arguments", f"S/Parameters/Arguments/{place}") for place in places
    ]


@pytest.mark.parametrize("arguments", [["--month"], "--month", 5])
def test_glue_arguments_that_are_no_mapping_are_a_warning(arguments: Any) -> None:
    definition = task("glue:startJobRun.sync", JOB | {"Arguments": arguments})
    assert found(definition) == [("warning", "glue-arguments", "S/Parameters/Arguments")]


def test_a_glue_timeout_in_seconds_is_a_warning() -> None:
    definition = task("glue:startJobRun.sync", JOB | {"Timeout": 28_800})
    assert found(definition) == [("warning", "glue-timeout", "S/Parameters/Timeout")]
    assert messages(definition)[0].endswith("28,800 s are 480 minutes")


@pytest.mark.parametrize(
    ("sent", "rule", "place"),
    [
        ({"TopicArn": "t"}, "sns-message", "S"),
        ({"Message": "x"}, "sns-target", "S/Parameters"),
        (PUBLISH | {"TargetArn": "x"}, "sns-target", "S/Parameters/TargetArn"),
        (PUBLISH | {"TopicArn": "arn:aws:sqs:eu-west-1:1:t"}, "sns-target", "S/Parameters/TopicArn"),
        (PUBLISH | {"TopicArn": "arn:aws:sns:eu-west-1:1:t.fifo"}, "sns-target", "S/Parameters/TopicArn"),
        (PUBLISH | {"Subject": "x" * 101}, "sns-subject", "S/Parameters/Subject"),
        (PUBLISH | {"Subject": "two\nlines"}, "sns-subject", "S/Parameters/Subject"),
        (PUBLISH | {"Subject": ""}, "sns-subject", "S/Parameters/Subject"),
        (PUBLISH | {"Subject.$": "$.error.Cause"}, "sns-subject", "S/Parameters/Subject.$"),
        (
            PUBLISH | {"Subject.$": "States.Format('Failed: {}', $.error.Cause)"},
            "sns-subject",
            "S/Parameters/Subject.$",
        ),
    ],
)
def test_what_sns_refuses_is_found(sent: Any, rule: str, place: str) -> None:
    severity = "error" if rule == "sns-message" else "warning"
    assert found(task("sns:publish", sent)) == [(severity, rule, place)]


@pytest.mark.parametrize(
    "sent",
    [
        PUBLISH | {"Subject": "x" * 100},
        PUBLISH | {"Subject": "${Subject}" + "x" * 100},
        PUBLISH | {"Subject.$": "States.Format('Refresh of {} failed', $.month)"},
        PUBLISH | {"TopicArn": "arn:aws:sns:eu-west-1:1:t.fifo", "MessageGroupId": "x"},
        {"PhoneNumber.$": "$.phone", "Message": "x"},
    ],
)
def test_what_sns_takes_is_left_alone(sent: Any) -> None:
    assert found(task("sns:publish", sent)) == []


def retrying(resource: str, *names: str) -> Any:
    sent = {"glue": JOB, "sns": PUBLISH, "lambda": {"FunctionName": "x"}}[resource.split(":")[-2]]
    return task(resource, sent, then=PASS, Retry=[{"ErrorEquals": list(names)}])


@pytest.mark.parametrize(
    ("resource", "name", "hint"),
    [
        ("glue:startJobRun.sync", "Glue.JobFailed", 'is "States.TaskFailed"'),
        ("glue:startJobRun.sync", "Glue.JobRunTimeout", 'is "States.TaskFailed"'),
        ("glue:startJobRun.sync", "Glue.ServiceException", ""),
        ("glue:startJobRun.sync", "Glue.TooManyRequestsException", ""),
        ("glue:startJobRun.sync", "Glue.ConcurrentRunsExceeded", '"Glue.ConcurrentRunsExceededException"?'),
        ("glue:startJobRun.sync", "glue.EntityNotFoundException", '"Glue.EntityNotFoundException"?'),
        ("glue:startJobRun.sync", "Lambda.ServiceException", "errors of Lambda come from its own tasks"),
        ("sns:publish", "SNS.TopicNotFoundException", ""),
        ("sns:publish", "Glue.ConcurrentRunsExceededException", "errors of Glue come from its own tasks"),
        ("lambda:invoke", "Lambda.TooManyRequestException", '"Lambda.TooManyRequestsException"?'),
    ],
)
def test_an_error_that_the_integration_never_raises_is_a_warning(resource: str, name: str, hint: str) -> None:
    definition = retrying(resource, name)
    assert found(definition) == [("warning", "error-never-raised", "S/Retry/0/ErrorEquals/0")]
    assert messages(definition)[0].endswith(hint)


@pytest.mark.parametrize(
    ("resource", "name"),
    [
        ("glue:startJobRun.sync", "Glue.AWSGlueException"),
        ("glue:startJobRun.sync", "Glue.SdkClientException"),
        ("glue:startJobRun.sync", "Glue.ThrottlingException"),
        ("glue:startJobRun.sync", "Glue.AccessDeniedException"),
        ("glue:startJobRun.sync", "States.Timeout"),
        ("glue:startJobRun.sync", "QuorumNotMet"),
        ("glue:startJobRun.sync", "My.Error"),
        ("glue:startJobRun.sync", "Glue.${Name}"),
        ("sns:publish", "SNS.NotFoundException"),
        ("sns:publish", "SNS.AmazonSNSException"),
        ("sns:publish", "SNS.KMSThrottlingException"),
        ("lambda:invoke", "Lambda.Unknown"),
        ("lambda:invoke", "Lambda.AWSLambdaException"),
        ("lambda:invoke", "Glue.AnythingThatCodeRaises"),
    ],
)
def test_an_error_that_may_come_is_left_alone(resource: str, name: str) -> None:
    assert found(retrying(resource, name)) == []


def test_a_dead_name_among_others_is_advice() -> None:
    definition = retrying("glue:startJobRun.sync", "States.TaskFailed", "Glue.JobFailed")
    assert found(definition) == [("info", "error-never-raised", "S/Retry/0/ErrorEquals/1")]


def test_an_answer_to_a_callback_may_carry_any_error() -> None:
    sent = PUBLISH | {"Message.$": "$$.Task.Token"}
    del sent["Message"]
    definition = task("sns:publish.waitForTaskToken", sent, Retry=[{"ErrorEquals": ["SNS.Whatever"]}])
    assert found(definition) == []


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)
RESOURCES = st.sampled_from(
    [f"{PREFIX}{name}" for name in ("glue:startJobRun", "sns:publish", "ecs:runTask.sync", "aws-sdk:ec2:runInstances")]
)


@settings(max_examples=100, deadline=None)
@given(resource=RESOURCES | st.text(max_size=30), sent=JSON, retry=JSON)
def test_any_task_can_be_checked(resource: str, sent: Any, retry: Any) -> None:
    state = {"Type": "Task", "Resource": resource, "Parameters": sent, "Retry": retry, "End": True}
    text = json.dumps({"StartAt": "S", "States": {"S": state}})
    try:
        machine = parse(load(text, source="x.json"))
    except DefinitionError:
        return
    check(machine, RULES, Config(workflow_type="EXPRESS"))


CORPUS = Path(__file__).parents[3] / "shared" / "corpus"


@pytest.mark.skipif(not CORPUS.exists(), reason="the corpus is not here")
def test_no_definition_that_aws_accepts_gives_an_error() -> None:
    wrong = []
    for path in sorted((CORPUS / "lint" / "valid").glob("*.json")):
        case = json.loads(path.read_text())
        text = case.get("raw") or (json.dumps(case["definition"]) if "definition" in case else case["yaml"])
        try:
            machine = parse(load(text))
        except DefinitionError:
            continue
        wrong += [
            (path.stem, finding.rule, finding.message)
            for finding in check(machine, RULES, Config())
            if finding.severity == "error"
        ]
    assert wrong == []
