"""A task's `Resource` and an error name -> whether its call can raise that error, and how AWS spells the name."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from aslkit.definition.resource import ACTIVITY, AWS_SDK, LAMBDA_ARN, TOKEN
from aslkit.definition.services import OPTIMISED, model_name, service

if TYPE_CHECKING:
    from aslkit.definition.resource import ResourceArn
    from aslkit.definition.services import Service

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

AWS_NAMES = ("", "aws", "amazon", "awssdk")


def prefixes(arn: ResourceArn) -> tuple[str, ...]:
    """What stands before the dot in the error names of a call, the usual one first."""
    service = _service(arn)
    if service in OPTIMISED:
        return OPTIMISED[service].errors
    model = _model(arn)
    return (class_name(model.id),) if model is not None else ("",)


def class_name(service_id: str) -> str:
    """What the AWS SDK for Java calls a service, and error names with it: "SFN" is Sfn, "DynamoDB" is DynamoDb.

    Source: recorded on AWS for those two, S3 and Organizations; the others by the same rule of that SDK.
    """
    words = service_id
    for pattern, parted in WORDS:
        words = re.sub(pattern, parted, words)
    return "".join(map(str.capitalize, words.split()))


WORDS = (
    (r"[^A-Za-z0-9]+", " "),
    (r"([^a-z]{2,})v([0-9]+)", r"\1 v\2 "),
    (r"([^A-Z]{2,})V([0-9]+)", r"\1 V\2 "),
    (r"(?<=[a-z])(?=[A-Z][a-zA-Z0-9])", " "),
    (r"([A-Z]+)([A-Z][a-z])", r"\1 \2"),
    (r"([0-9])([a-zA-Z])", r"\1 \2"),
)
"""Where a word ends in the id of a service: at a version, a capital, the last capital of several, after a number."""


def raised(arn: ResourceArn) -> tuple[str, ...]:
    """The errors that the service's model lists for the action, without prefix."""
    model, action = _model(arn), "invoke" if arn.service == LAMBDA_ARN else arn.action
    return model.raised(action) if model is not None and action in model.actions else ()


def may_raise(arn: ResourceArn, name: str) -> bool:
    """Whether a call can raise an error of that name. Names without the prefix of a service are anybody's own, and so
    is every name that comes from somebody's code or with a task token; True where nothing is known of the service."""
    if "." not in name or name.startswith("States.") or arn.service in (LAMBDA_ARN, ACTIVITY) or arn.pattern == TOKEN:
        return True
    return arn.service.rpartition(":")[2] in OWN_CODE - {"lambda"} or _service_may_raise(arn, name)


def is_exact(arn: ResourceArn, name: str) -> bool:
    """Whether a name is that of an error of the service itself, spelled as AWS spells such names."""
    prefix, _, error = name.partition(".")
    return prefix in prefixes(arn) and error.endswith("Exception") and _service_may_raise(arn, name)


def _service_may_raise(arn: ResourceArn, name: str) -> bool:
    """Whether the service itself may raise an error of that name, whatever its capitals and its ending."""
    exact = spelling(arn, name)
    if exact is not None:
        return exact == name
    if not has_prefix(arn, name):
        return not is_of_other_service(arn, name)
    model = _model(arn)
    if not raised(arn) or "${" in name or model is None:
        return True
    error = _folded(name.partition(".")[2])
    words = {arn.service.rpartition(":")[2].replace("-", ""), _folded(class_name(model.id))}
    if error in map(_folded, model.errors) or any(error == start + word for start in AWS_NAMES for word in words):
        return True
    return error in COMMON - NOT_COMMON.get(arn.service, frozenset())


def has_prefix(arn: ResourceArn, name: str) -> bool:
    """Whether an error name has the prefix of the call, whatever its capitals."""
    return name.partition(".")[0].casefold() in {known.casefold() for known in prefixes(arn)}


def is_of_other_service(arn: ResourceArn, name: str) -> bool:
    """Whether an error name is one of another service, as in a list copied from a task of that service."""
    if arn.service not in OPTIMISED or arn.service in OWN_CODE:
        return False
    others = {known for service, entry in OPTIMISED.items() if service != arn.service for known in entry.errors}
    return name.partition(".")[0] in others


def spelling(arn: ResourceArn, name: str) -> str | None:
    """The error name that is written but for capitals of the prefix or the ending "Exception", where AWS's is known."""
    if _service(arn) not in EXACT or not has_prefix(arn, name):
        return None
    prefix, error = name.split(".", 1)
    own, known = prefixes(arn)[0], raised(arn)
    if prefix.casefold() != own.casefold():
        return None
    full = f"{error}Exception" if f"{error}Exception" in known else error
    return f"{own}.{full}" if full in known else None


def _service(arn: ResourceArn) -> str:
    """The integration that a call is one of; a function that is named by its ARN is called by Lambda's."""
    return "lambda" if arn.service == LAMBDA_ARN else arn.service


def _model(arn: ResourceArn) -> Service | None:
    name = _service(arn)
    return service(model_name(name)) if name in OPTIMISED or name.startswith(AWS_SDK) else None


def _folded(error: str) -> str:
    """An error name without capitals and without the ending that the SDKs put to it or change."""
    return error.casefold().removesuffix("exception").removesuffix("fault").removesuffix("error")
