"""The `Resource` of tasks: whether it exists, how it may wait, and what a call without waiting leaves behind."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aslkit.definition.model import JSONATA, Map, all_states
from aslkit.definition.resource import ACTIVITY, ARN, AWS_SDK, LAMBDA_ARN, TOKEN, parse_resource
from aslkit.definition.services import CALL, JOB, JOB_2, OPTIMISED, PATTERNS, model_name, service, service_alias
from aslkit.definition.services import service_names as all_services
from aslkit.definition.spelling import nearest, only_near
from aslkit.lint.calls import calls, payload, tasks, texts
from aslkit.lint.data import consequence
from aslkit.lint.engine import ERROR, INFO, WARNING, Hit, Replace, mend, rule

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from aslkit.definition.document import Pointer
    from aslkit.definition.model import Json, StateMachine, Task
    from aslkit.definition.resource import ResourceArn
    from aslkit.lint.calls import Target
    from aslkit.lint.engine import Fix

PREFIX = "arn:aws:states:::"

NOT_CALLED = frozenset(
    {"athena", "batch", "dynamodb", "ecs", "events", "glue", "iam", "kms", "logs", "s3", "sagemaker", "sns", "sqs"}
)
"""Services whose own ARNs name a thing that a task cannot run; it is named in the parameters."""


@rule(ERROR)
def resource_arn(machine: StateMachine) -> Iterator[Hit]:
    """The Resource of a task is an ARN that AWS can read.

    AWS refuses the definition (INVALID_RESOURCE, or "is not recognized"). An integration is
    `arn:aws:states:::service:action`, with three colons because it has neither a region nor an account.

    Bad:

        StartAt: Load
        States:
          Load:
            Type: Task
            Resource: arn:aws:states::glue:startJobRun.sync  # <-
            TimeoutSeconds: 3600
            Parameters:
              JobName: load
            End: true

    Good:

        StartAt: Load
        States:
          Load:
            Type: Task
            Resource: arn:aws:states:::glue:startJobRun.sync
            TimeoutSeconds: 3600
            Parameters:
              JobName: load
            End: true
    """
    said: dict[str, str | None] = {}
    for task in tasks(machine):
        text = task.resource
        if text is None or text.startswith("{%"):
            continue
        if text not in said:
            said[text] = _arn_mistake(text)
        mistake = said[text]
        if mistake is not None:
            yield Hit((*task.pointer, "Resource"), f'"{task.name}": {mistake}')


def _arn_mistake(text: str) -> str | None:
    """What makes AWS refuse a `Resource` already for its form, or None when it is right or cannot be known."""
    if text.startswith("<"):
        return None
    if "${" not in text and any(character.isspace() for character in text):
        return f'the Resource "{text}" has a blank in it, and AWS refuses it'
    if not text.startswith("arn:"):
        return None if "${" in text else _no_arn(text)
    arn = parse_resource(text)
    if arn is None:
        return None if "${" in text else _broken_arn(text)
    if "${" not in arn.partition and not arn.partition.startswith("aws"):
        return f'the Resource "{text}" is of the partition "{arn.partition}"; there are aws, aws-cn and aws-us-gov'
    if arn.service == LAMBDA_ARN:
        return _function_mistake(text)
    if arn.account in OPTIMISED or arn.account == AWS_SDK:
        return _missing_colon(text, f"{arn.account}:{text.split(':', 5)[5]}")
    return None


def _no_arn(text: str) -> str:
    rest = text.removeprefix("states").lstrip(":")
    meant = f"; {PREFIX}{rest} is one" if rest.split(":")[0] in {*OPTIMISED, AWS_SDK} else ""
    return f'the Resource "{text}" is no ARN, and AWS refuses it{meant}'


def _broken_arn(text: str) -> str | None:
    namespace, _, rest = text.partition(":")[2].partition(":")[2].partition(":")
    if namespace == "states":
        return _missing_colon(text, rest.lstrip(":"))
    if namespace == "lambda":
        return f'the Resource "{text}" is no function: its ARN ends in ":function:" and the name; AWS refuses it'
    if namespace in NOT_CALLED:
        return (
            f'the Resource "{text}" is a thing of {namespace}, not a call, and AWS refuses it; the call is '
            f"{PREFIX}… and gets the ARN or name as a parameter"
        )
    if nearest(namespace, ("states", "lambda")) == "states":
        return f'the Resource "{text}" is of a service "{namespace}", and AWS refuses it: did you mean "states"?'
    return None if ARN.fullmatch(text) else f'the Resource "{text}" is not a whole ARN, and AWS refuses it'


def _missing_colon(text: str, rest: str) -> str:
    partition = text.split(":")[1] or "aws"
    right = f"arn:{partition}:states:::{rest}" if ":" in rest else f"arn:{partition}:states:::service:action"
    return (
        f'the Resource "{text}" has the wrong number of colons, and AWS refuses it: an integration has no region and '
        f"no account, so three colons follow states: {right}"
    )


def _function_mistake(text: str) -> str | None:
    _, _, name = text.partition(":function:")
    parts = name.split(":")
    if "${" in text or (len(parts) <= 2 and all(parts)):
        return None
    return f'the Resource "{text}" is no function: after ":function:" come a name and at most one version or alias'


@rule(ERROR, fixable=True)
def unknown_integration(machine: StateMachine) -> Iterator[Hit]:
    """The Resource names a service and an action that Step Functions can call.

    AWS refuses the definition (SCHEMA_VALIDATION_FAILED, "The resource provided … is not recognized"). Every action of
    the AWS SDK can be called as `arn:aws:states:::aws-sdk:service:action`, the action in camelCase; these calls never
    wait for a job. An SDK service or action that is newer than aslkit's index is only a warning.

    Bad:

        StartAt: Crawl
        States:
          Crawl:
            Type: Task
            Resource: arn:aws:states:::glue:startCrawler.sync  # <-
            TimeoutSeconds: 3600
            Parameters:
              Name: sales
            End: true

    Good:

        StartAt: Crawl
        States:
          Crawl:
            Type: Task
            Resource: arn:aws:states:::aws-sdk:glue:startCrawler
            TimeoutSeconds: 60
            Parameters:
              Name: sales
            End: true
    """
    said: dict[str, tuple[str, str] | None] = {}
    for task, target in calls(machine):
        if target.patterns is not None:
            continue
        if target.name not in said:
            said[target.name] = _unknown_sdk(target) if target.sdk else _unknown_optimised(target)
        mistake = said[target.name]
        if mistake is not None:
            severity, message = mistake
            place = (*task.pointer, "Resource")
            fix = _respelt(task, place, target.action.partition(":")[0], _action_meant(target))
            yield Hit(place, f'"{task.name}": {message}', severity=severity, fix=fix)


def _action_meant(target: Target) -> str | None:
    """The action of the service that is surely meant; None where the service itself is not known."""
    if target.sdk:
        known = service(target.product)
        return only_near(target.action, known.actions) if known is not None else None
    integration = OPTIMISED.get(target.service)
    return only_near(target.action.partition(":")[0], integration.actions) if integration is not None else None


def _respelt(task: Task, place: Pointer, written: str, meant: str | None) -> Fix | None:
    """The Resource with one part of it replaced, which stands in it once."""
    resource = task.resource
    if meant is None or not written or not isinstance(resource, str) or resource.count(written) != 1:
        return None
    return mend(f'write "{meant}"', Replace(place, resource.replace(written, meant)))


def _unknown_sdk(target: Target) -> tuple[str, str]:
    known = service(target.product)
    if known is None:
        meant = service_alias(target.product) or nearest(target.product, all_services())
        if meant is None:
            return WARNING, f'aslkit knows no AWS service "{target.product}"; AWS refuses a service that does not exist'
        return ERROR, (
            f'the AWS SDK has no service "{target.product}", and AWS refuses the definition: did you mean '
            f"{PREFIX}{AWS_SDK}:{meant}:{target.action}?"
        )
    meant = nearest(target.action, known.actions)
    if meant is None:
        return (
            WARNING,
            f'aslkit knows no action "{target.action}" of {target.product}; AWS refuses one that does not exist',
        )
    return ERROR, (
        f'{target.product} has no action "{target.action}", and AWS refuses the definition: did you mean '
        f"{PREFIX}{target.service}:{meant}?"
    )


def _unknown_optimised(target: Target) -> tuple[str, str]:
    asked = PREFIX + target.name
    if target.service == "stateMachine":
        return ERROR, (
            f'"{asked}" is no call, and AWS refuses it: {PREFIX}states:startExecution.sync:2 runs a state machine, '
            "whose ARN is its parameter StateMachineArn"
        )
    instead = _own_action(target) or _as_sdk_call(target) or _own_service(target)
    severity = WARNING if target.service == "s3" else ERROR
    message = f"AWS has no integration {target.call} and refuses the definition"
    return severity, f"{message}: {_instead(target, instead)}" if instead is not None else message


def _own_action(target: Target) -> str | None:
    integration = OPTIMISED.get(target.service)
    action = target.action.partition(":")[0]
    meant = nearest(action, integration.actions) if integration is not None else None
    return f"{PREFIX}{target.service}:{meant}" if meant is not None else None


def _own_service(target: Target) -> str | None:
    near = nearest(target.service, OPTIMISED)
    if near is None:
        return None
    actions = OPTIMISED[near].actions
    action = target.action if target.action in actions else min(actions)
    return f"{PREFIX}{near}:{action}"


def _instead(target: Target, instead: str) -> str:
    if AWS_SDK not in instead or target.pattern == CALL:
        return f"did you mean {instead}?"
    return f"there is {instead}, which does not wait (.{target.pattern}): a loop has to poll for the end"


def _as_sdk_call(target: Target) -> str | None:
    """The call of the AWS SDK that is probably meant, if the SDK has that action."""
    name = model_name(target.service) or service_alias(target.service) or target.service
    known = service(name)
    action = nearest(target.action, known.actions) if known is not None else None
    return f"{PREFIX}{AWS_SDK}:{name}:{action}" if action is not None else None


@rule(ERROR, fixable=True)
def integration_pattern(machine: StateMachine) -> Iterator[Hit]:
    """The suffix behind the action is one that the integration supports.

    AWS refuses the definition (SCHEMA_VALIDATION_FAILED). Nothing waits for the response only; `.sync` (and `.sync:2`)
    for the end of the job, `.waitForTaskToken` for an answer that carries the task token. Each integration supports
    some of them; calls of the AWS SDK (`aws-sdk:`) never `.sync`.

    Bad:

        StartAt: Load
        States:
          Load:
            Type: Task
            Resource: arn:aws:states:::glue:startJobRun.waitForTaskToken  # <-
            TimeoutSeconds: 3600
            Parameters:
              JobName: load
              Arguments:
                --token.$: $$.Task.Token
            End: true

    Good:

        StartAt: Load
        States:
          Load:
            Type: Task
            Resource: arn:aws:states:::glue:startJobRun.sync
            TimeoutSeconds: 3600
            Parameters:
              JobName: load
            End: true
    """
    for task, target in calls(machine):
        if target.patterns is None or target.pattern in target.patterns or "${" in target.pattern:
            continue
        place = (*task.pointer, "Resource")
        meant = _supported_meant(target, target.patterns)
        fix = _respelt(task, place, f".{target.pattern}", None if meant is None else f".{meant}")
        yield Hit(place, f'"{task.name}": {_pattern_mistake(target, target.patterns)}', fix=fix)


def _pattern_mistake(target: Target, patterns: tuple[str, ...]) -> str:
    refused = f'{target.call} has no ".{target.pattern}", and AWS refuses the definition'
    meant = _supported_meant(target, patterns)
    if meant is not None:
        return f"{refused}: did you mean .{meant}?"
    supported = " or ".join(f".{pattern}" if pattern else "no suffix" for pattern in patterns)
    return f"{refused}: it takes {supported}{_sync_elsewhere(target)}"


def _supported_meant(target: Target, patterns: tuple[str, ...]) -> str | None:
    meant = _pattern_meant(target.pattern)
    meant = JOB if meant == JOB_2 and meant not in patterns else meant
    return meant if meant in patterns and meant != target.pattern.rpartition(":")[0] else None


def _sync_elsewhere(target: Target) -> str:
    own = next((name for name, known in OPTIMISED.items() if target.sdk and known.model == target.product), None)
    if own is None or target.pattern not in OPTIMISED[own].actions.get(target.action, ()):
        return ""
    return f"; {PREFIX}{own}:{target.action}.{target.pattern} waits"


def _pattern_meant(written: str) -> str | None:
    folded = "".join(filter(str.isalnum, written)).lower()
    exact = {"".join(filter(str.isalnum, pattern)).lower(): pattern for pattern in PATTERNS[1:]}
    return exact.get(folded) or nearest(written, PATTERNS[1:])


@rule(ERROR)
def express_workflow(machine: StateMachine, *, workflow_type: str = "STANDARD") -> Iterator[Hit]:
    """An Express workflow has no activities, no `.sync`, no `.waitForTaskToken` and no distributed Map.

    AWS refuses the definition (SCHEMA_VALIDATION_FAILED, "Express state machine does not support …"). Checked when the
    project's config says `type: EXPRESS`.

    Bad:

        # config: {workflow_type: EXPRESS}
        StartAt: Load
        States:
          Load:
            Type: Task
            Resource: arn:aws:states:::glue:startJobRun.sync  # <-
            TimeoutSeconds: 60
            Parameters:
              JobName: load
            End: true

    Good:

        # config: {workflow_type: EXPRESS}
        StartAt: Tell
        States:
          Tell:
            Type: Task
            Resource: arn:aws:states:::sqs:sendMessage
            TimeoutSeconds: 60
            Parameters:
              QueueUrl: https://sqs.eu-west-1.amazonaws.com/123456789012/sales
              MessageBody: done
            End: true
    """
    if workflow_type != "EXPRESS":
        return
    for task in tasks(machine):
        arn = parse_resource(task.resource or "")
        unsupported = _not_in_express(arn) if arn is not None else None
        if unsupported is not None:
            yield Hit((*task.pointer, "Resource"), _refused_as_express(task.name, unsupported))
    for _, state in all_states(machine):
        if isinstance(state, Map) and state.distributed and state.item_processor is not None:
            yield Hit(
                (*state.item_processor.pointer, "ProcessorConfig", "Mode"),
                _refused_as_express(state.name, "a distributed Map"),
            )


def _refused_as_express(name: str, unsupported: str) -> str:
    return f'"{name}": an Express workflow does not support {unsupported}, and AWS refuses the definition'


def _not_in_express(arn: ResourceArn) -> str | None:
    if arn.service == ACTIVITY:
        return "activities"
    return f".{arn.pattern}" if arn.pattern in PATTERNS[1:] else None


RUN_IDS: Mapping[str, tuple[str, ...]] = {
    "athena:startQueryExecution": ("QueryExecutionId",),
    "batch:submitJob": ("JobId",),
    "codebuild:startBuild": ("Build",),
    "codebuild:startBuildBatch": ("BuildBatch",),
    "databrew:startJobRun": ("RunId",),
    "ecs:runTask": ("TaskArn", "Tasks["),
    "elasticmapreduce:addStep": ("StepId",),
    "emr-containers:startJobRun": (".Id", "JobRunId"),
    "emr-serverless:startJobRun": ("JobRunId",),
    "glue:startJobRun": ("JobRunId",),
    "mediaconvert:createJob": ("Job.Id",),
    "sagemaker:createHyperParameterTuningJob": ("TuningJobArn",),
    "sagemaker:createProcessingJob": ("ProcessingJobArn",),
    "sagemaker:createTrainingJob": ("TrainingJobArn",),
    "sagemaker:createTransformJob": ("TransformJobArn",),
}
"""Calls that start something which takes long -> what the response calls it."""


@rule(WARNING)
def missing_sync(machine: StateMachine) -> Iterator[Hit]:
    """A job is started without `.sync`, and nothing looks at it afterwards.

    The task succeeds as soon as the job is started. The next states run before it has finished, on data that are not
    there yet, and when the job fails nobody hears of it: Retry and Catch of the task are about the start alone. Not
    said when another state asks for the job's state or reads the run's id; advice when nothing follows.

    Bad:

        StartAt: Load
        States:
          Load:
            Type: Task
            Resource: arn:aws:states:::glue:startJobRun  # <-
            TimeoutSeconds: 3600
            Parameters:
              JobName: load
            ResultPath: null
            Next: Report
          Report:
            Type: Task
            Resource: arn:aws:states:::glue:startJobRun.sync
            TimeoutSeconds: 3600
            Parameters:
              JobName: report
            End: true

    Good:

        StartAt: Load
        States:
          Load:
            Type: Task
            Resource: arn:aws:states:::glue:startJobRun.sync
            TimeoutSeconds: 3600
            Parameters:
              JobName: load
            ResultPath: null
            End: true
    """
    for task, target in calls(machine):
        call = f"{target.product}:{target.action}"
        ids = RUN_IDS.get(call)
        if ids is None or target.pattern != CALL or _looked_at(machine, task, target, ids):
            continue
        after = "the execution ends" if task.next is None else f'"{task.next}" runs'
        yield Hit(
            (*task.pointer, "Resource"),
            f'"{task.name}" only starts the job: {after} before it has finished, and when it fails nobody hears of it; '
            f"{PREFIX}{call}.{JOB} waits for the end",
            severity=INFO if task.next is None else WARNING,
        )


def _looked_at(machine: StateMachine, task: Task, target: Target, ids: tuple[str, ...]) -> bool:
    """Whether a later state may look at what was started: it polls, reads the id, or is code that gets the result."""
    if any(name in machine.document.text for name in ids):
        return True
    for other, known in calls(machine):
        if other is not task and known.product == target.product and known.action.startswith(POLLS):
            return True
    return task.result_path is not None and any(_runs_code(other) for other in tasks(machine))


POLLS = ("get", "describe", "list", "batchGet", "wait")


def _runs_code(task: Task) -> bool:
    """Whether a task hands its input to code that aslkit cannot see, or may do so."""
    arn = parse_resource(task.resource or "")
    return arn is None or arn.service in (LAMBDA_ARN, ACTIVITY, "lambda", "states", "apigateway", "http")


@rule(WARNING)
def task_token(machine: StateMachine) -> Iterator[Hit]:
    """A task that waits for an answer hands out its token, and no other task does.

    `.waitForTaskToken` waits for SendTaskSuccess or SendTaskFailure with the token `$$.Task.Token`. When the token is
    in none of the parameters nobody can ever answer: the execution waits until the task times out, or for a year. A
    call that waits for its response only has no token in the context object: in JSONPath reading it fails with
    States.Runtime, which neither Retry nor Catch sees; in JSONata it is undefined, and a state whose whole expression
    gives nothing fails with States.QueryEvaluationError. (Under `.sync` there is a token: an answer then ends the wait
    early.)

    Bad:

        StartAt: Ask
        States:
          Ask:
            Type: Task
            Resource: arn:aws:states:::sqs:sendMessage.waitForTaskToken
            TimeoutSeconds: 3600
            Parameters:
              QueueUrl.$: $.queue
              MessageBody:  # <-
                month.$: $.month
            End: true

    Good:

        StartAt: Ask
        States:
          Ask:
            Type: Task
            Resource: arn:aws:states:::sqs:sendMessage.waitForTaskToken
            TimeoutSeconds: 3600
            Parameters:
              QueueUrl.$: $.queue
              MessageBody:
                month.$: $.month
                token.$: $$.Task.Token
            End: true
    """
    for task, target in calls(machine):
        if target.pattern == TOKEN:
            if target.patterns is None or TOKEN in target.patterns:
                yield from _token_withheld(task)
        elif target.pattern == CALL and target.patterns is not None:
            yield from _token_in_vain(task, target)


def _token_withheld(task: Task) -> Iterator[Hit]:
    sent = task.raw.get("Arguments", task.raw.get("Parameters"))
    if isinstance(sent, dict):
        sent = {key: value for key, value in sent.items() if key not in ADDRESSES}
    if isinstance(sent, str) or any(map(_may_hold_token, (*texts(sent), task.input_path or ""))):
        return
    yield Hit(
        _message_place(task),
        f'"{task.name}" waits for an answer, but the token {TOKEN_PATHS[task.query_language == JSONATA]} is in none of '
        "its parameters: nobody can ever answer, and it waits until it times out",
    )


def _may_hold_token(text: str) -> bool:
    return "Task.Token" in text or "${" in text or text.rstrip(" %}") in ("$$", "$$.Task") or _whole_context(text)


def _whole_context(text: str) -> bool:
    return "$states.context" in text and "$states.context." not in text.replace("$states.context.Task", "")


ADDRESSES = frozenset(
    {"ApiEndpoint", "Cluster", "ClusterName", "FunctionName", "ModelId", "QueueUrl", "StateMachineArn", "TableName"}
    | {"TargetArn", "TaskDefinition", "TopicArn"}
)
"""Parameters that say where a message goes: a substitution there brings no token."""

MESSAGES = ("MessageBody", "Message", "Payload", "Entries", "RequestBody", "Input", "Overrides", "Job", "Item", "Body")


def _message_place(task: Task) -> Pointer:
    """Where the token would be added: the parameter that carries the message, else all of them, else the resource."""
    found = payload(task)
    if found is None:
        return (*task.pointer, "Resource")
    place, sent = found
    name = next((key for key in MESSAGES if key in sent), None)
    return place if name is None else (*place, name)


def _token_in_vain(task: Task, target: Target) -> Iterator[Hit]:
    found = payload(task)
    if found is None:
        return
    place, sent = found
    at, effect = next(_token_reads(sent, place, jsonata=task.query_language == JSONATA), (None, ""))
    if at is None:
        return
    may_wait = TOKEN in (target.patterns or ())
    waits = f"; {PREFIX}{target.call}.{TOKEN} waits" if may_wait else ""
    resource = (*task.pointer, "Resource")
    yield Hit(
        resource if may_wait else at,
        f'"{task.name}" reads the task token, but {target.name} does not wait for an answer and has none: '
        f"{consequence(effect)}{waits}",
        related=(at if may_wait else resource,),
    )


def _token_reads(value: Json, pointer: Pointer, *, jsonata: bool) -> Iterator[tuple[Pointer, str]]:
    """Where the token is read, and the effect when it is not there (empty in JSONPath)."""
    match value:
        case dict():
            for key, inner in value.items():
                if not jsonata and key.endswith(".$") and isinstance(inner, str) and TOKEN_PATHS[False] in inner:
                    yield (*pointer, key), ""
                else:
                    yield from _token_reads(inner, (*pointer, key), jsonata=jsonata)
        case list():
            for index, inner in enumerate(value):
                yield from _token_reads(inner, (*pointer, index), jsonata=jsonata)
        case str() if jsonata and TOKEN_PATHS[True] in value:
            yield from ((pointer, effect) for effect in _effects(value))


TOKEN_PATHS = ("$$.Task.Token", "$states.context.Task.Token")
"""The token in JSONPath and in JSONata."""


def _effects(text: str) -> Iterator[str]:
    """What follows where an expression reads a token that is not there; nothing where it asks whether there is one."""
    from aslkit.lint.jsonata_reads import DROPPED, TESTED, analysed, inside

    expression = inside(text)
    if expression is None:
        return  # plain text
    analysis = analysed(expression[0])
    if analysis is None:
        yield DROPPED  # whatever that is
        return
    for use in analysis.uses:
        if (use.variable, *use.keys[:3]) == ("states", "context", "Task", "Token") and use.effect != TESTED:
            yield use.effect
