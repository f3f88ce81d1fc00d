"""Error names in Retry and Catch that the integration of the task never raises."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aslkit.definition.model import Retrier
from aslkit.definition.services import JOB, OPTIMISED, TOKEN
from aslkit.definition.spelling import nearest, only_near
from aslkit.lint.calls import calls
from aslkit.lint.engine import INFO, WARNING, Hit, Replace, mend, rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from aslkit.definition.model import Catcher, StateMachine, Task
    from aslkit.lint.calls import Target

OWN_CODE = frozenset({"lambda", "states", "http", "apigateway"})
"""Integrations that run somebody's code or pass on its answer: error names of any kind may come from there."""

COMMON = frozenset(
    {
        "accessdenied", "apicallattempttimeout", "apicalltimeout", "aborted", "clientexecutiontimeout", "expiredtoken",
        "forbidden", "httptimeout", "incompletesignature", "internalerror", "internalfailure", "internalserver",
        "internalservererror", "invalidaction", "invalidclienttokenid", "invalidsignature", "kmsaccessdenied",
        "kmsdisabled", "kmsinvalidstate", "kmsnotfound", "kmsoptinrequired", "kmsthrottling", "limitexceeded",
        "malformedhttprequest", "malformedquerystring", "missingauthenticationtoken", "nonexistentqueue",
        "notauthorized", "optinrequired", "provisionedthroughputexceeded", "requestaborted",
        "requestentitytoolarge", "requestexpired", "requestlimitexceeded", "requesttimeout", "sdkclient", "sdk",
        "serialization", "service", "serviceunavailable", "slowdown", "throttled", "throttling", "toomanyrequests",
        "unknown", "unknownoperation", "unrecognizedclient", "validation",
    }
)  # fmt: skip
"""What any AWS service, or the SDK before it, may answer. Source: AWS API references, "Common Errors"."""

NOT_COMMON = {"glue": frozenset({"service", "toomanyrequests", "unknown", "limitexceeded", "internalerror"})}
"""Names that are copied from the list of Lambda."""

EXACT = frozenset({"dynamodb", "glue", "lambda", "sns", "sqs"})
"""Integrations whose error names were recorded on AWS: the prefix as below, the name as in the model."""

SHOWN = 8

AWS_NAMES = ("", "aws", "amazon", "awssdk")


@rule(WARNING, fixable=True)
def error_never_raised(machine: StateMachine) -> Iterator[Hit]:
    """Retry and Catch name errors that the integration of the task can raise.

    A name that the service does not have never matches: the retrier never retries, the catcher never catches. In
    particular a job run that fails under `.sync` is always `States.TaskFailed`, whatever the reason. Advice when the
    same list has other names that do match. Names without the prefix of a service are left alone: they may be yours.

    Bad:

        StartAt: Load
        States:
          Load:
            Type: Task
            Resource: arn:aws:states:::glue:startJobRun.sync
            TimeoutSeconds: 3600
            Parameters:
              JobName: load
            Retry:
              - ErrorEquals: [Glue.JobRunTimeout]  # <-
                MaxAttempts: 2
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
            Retry:
              - ErrorEquals: [Glue.ConcurrentRunsExceededException, States.TaskFailed]
                MaxAttempts: 2
            End: true
    """
    dead: dict[tuple[str, str], str | None] = {}
    for task, target in calls(machine):
        if target.pattern == TOKEN or target.product in OWN_CODE - {"lambda"}:
            continue
        for retrier in task.retry:
            yield from _of_clause(task, target, retrier, dead)
        for catcher in task.catch:
            yield from _of_clause(task, target, catcher, dead)


def _of_clause(
    task: Task, target: Target, clause: Retrier | Catcher, dead: dict[tuple[str, str], str | None]
) -> Iterator[Hit]:
    reasons = []
    for index, name in enumerate(clause.error_equals):
        if "." not in name or name.startswith("States."):
            continue
        key = (target.name, name)
        if key not in dead:
            dead[key] = _why_dead(target, name)
        reason = dead[key]
        if reason is not None:
            reasons.append((index, name, reason))
    alone = len(reasons) == len(clause.error_equals)
    kind = "retrier" if isinstance(clause, Retrier) else "catcher"
    for index, name, reason in reasons:
        effect = f"so this {kind} never matches" if alone else "so the name does nothing in this list"
        place = (*clause.pointer, "ErrorEquals", index)
        meant = _surely_meant(target, name)
        yield Hit(
            place,
            f'"{task.name}": {target.name} never raises "{name}", {effect}{reason}',
            severity=WARNING if alone else INFO,
            fix=mend(f'write "{meant}"', Replace(place, meant)) if meant and meant not in clause.error_equals else None,
        )


def _surely_meant(target: Target, name: str) -> str | None:
    """The name of an error of the call that a name resembles, and no other."""
    prefix, _, error = name.partition(".")
    prefixes = _prefixes(target)
    exact = _exact(target, prefix, error)
    if exact is None and prefix.casefold() in {known.casefold() for known in prefixes}:
        near = only_near(error, _raised(target))
        return f"{prefixes[0]}.{near}" if near is not None else None
    return exact


def _why_dead(target: Target, name: str) -> str | None:
    """What to say of a name that a call never raises; None for one that it may raise."""
    prefix, _, error = name.partition(".")
    prefixes = _prefixes(target)
    exact = _exact(target, prefix, error)
    if exact is not None:
        return f': did you mean "{exact}"?' if exact != name else None
    if prefix.casefold() not in {known.casefold() for known in prefixes}:
        return _of_other_service(target, prefix)
    raised = _raised(target)
    if not raised or "${" in name or _may_raise(target, error):
        return None
    own = prefixes[0]
    near = nearest(error, raised)
    if near is not None:
        return f': did you mean "{own}.{near}"?'
    if target.pattern.startswith(JOB):
        return '; a run that fails or times out is "States.TaskFailed"'
    return f"; it raises {', '.join(f'{own}.{known}' for known in raised)}" if len(raised) <= SHOWN else ""


def _exact(target: Target, prefix: str, error: str) -> str | None:
    """The error name that is written but for capitals of the prefix or the ending "Exception", where AWS's is known."""
    if target.sdk or target.product not in EXACT:
        return None
    own, raised = _prefixes(target)[0], _raised(target)
    if prefix.casefold() != own.casefold():
        return None
    full = f"{error}Exception" if f"{error}Exception" in raised else error
    return f"{own}.{full}" if full in raised else None


def _of_other_service(target: Target, prefix: str) -> str | None:
    """An error of another service, as in a list copied from a task of that service."""
    if target.sdk or target.product not in OPTIMISED or target.product in OWN_CODE:
        return None
    others = {known for name, entry in OPTIMISED.items() if name != target.product for known in entry.errors}
    return f"; errors of {prefix} come from its own tasks" if prefix in others else None


def _prefixes(target: Target) -> tuple[str, ...]:
    if not target.sdk and target.product in OPTIMISED:
        return OPTIMISED[target.product].errors
    return ("".join(filter(str.isalnum, target.model.id)),) if target.model is not None else ("",)


def _raised(target: Target) -> tuple[str, ...]:
    model = target.model
    return model.raised(target.action) if model is not None and target.action in model.actions else ()


def _may_raise(target: Target, error: str) -> bool:
    folded = _folded(error)
    assert target.model is not None
    known = {_folded(name) for name in target.model.errors}
    words = {target.product.replace("-", ""), _folded("".join(filter(str.isalnum, target.model.id)))}
    if folded in known or any(folded == start + word for start in AWS_NAMES for word in words):
        return True
    return folded in COMMON - NOT_COMMON.get(target.service, frozenset())


def _folded(error: str) -> str:
    """An error name without capitals and without the ending that the SDKs put to it or change."""
    return error.casefold().removesuffix("exception").removesuffix("fault").removesuffix("error")
