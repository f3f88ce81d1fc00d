"""Fault presets: the name of a fault -> the error name and cause that Retry and Catch see, and how well that is known.

The table is the one place where an error of a service is spelled; docs/scenarios.md shows it.
"""

from __future__ import annotations

from aslkit.record import Record

RECORDED = "recorded"
DOCUMENTED = "documented"
GUESSED = "guessed"

SERVICE_TEXT = {"glue": "AWSGlue", "sns": "AmazonSNS", "lambda": "AWSLambda"}
"""What the causes of a service's errors call that service. Source: recorded on AWS."""


class Fault(Record):
    """One way in which a call goes wrong.

    `code` is the service's own error code: the cause is then `message` and the service's signature behind it. Without a
    code the cause is `message` alone. `run` is the state in which a Glue job run ends: the cause is then the job run as
    JSON text. `known` says how well the error name is known: RECORDED on AWS, DOCUMENTED there, or GUESSED. `{subject}`
    in a message stands for the job, topic or function that is called.
    """

    service: str
    name: str
    error: str
    message: str | None
    known: str
    meaning: str
    code: str | None = None
    status: int = 400
    run: str | None = None

    def cause(self, *, subject: str, request_id: str, message: str | None = None) -> str:
        """The cause text; `message` replaces the usual one. Source of the form: recorded on AWS."""
        text = message if message is not None else (self.message or "").replace("{subject}", subject)
        if self.code is None:
            return text
        return service_cause(self.service, text, status=self.status, code=self.code, request_id=request_id)


def service_cause(service: str, message: str, *, status: int, code: str, request_id: str) -> str:
    """The cause text of an error that a service answers to an optimised integration. Source: recorded on AWS."""
    return (
        f"{message} (Service: {SERVICE_TEXT[service]}; Status Code: {status}; Error Code: {code}; "
        f"Request ID: {request_id}; Proxy: null)"
    )


TASK_FAILED = "States.TaskFailed"

GLUE_FAULTS = (
    Fault(
        service="glue",
        name="failed",
        error=TASK_FAILED,
        message="Command failed with exit code 1",
        known=RECORDED,
        meaning="the job run ends FAILED; the cause is the job run as JSON text, with ErrorMessage",
        run="FAILED",
    ),
    Fault(
        service="glue",
        name="timeout",
        error=TASK_FAILED,
        message=None,
        known=RECORDED,
        meaning="the job run reaches its own Timeout (minutes); the cause has no ErrorMessage",
        run="TIMEOUT",
    ),
    Fault(
        service="glue",
        name="stopped",
        error=TASK_FAILED,
        message=None,
        known=GUESSED,
        meaning="somebody stops the job run by hand",
        run="STOPPED",
    ),
    Fault(
        service="glue",
        name="error",
        error=TASK_FAILED,
        message="An internal error ended the job run.",
        known=GUESSED,
        meaning="the job run ends ERROR: the service failed, not the script",
        run="ERROR",
    ),
    Fault(
        service="glue",
        name="expired",
        error=TASK_FAILED,
        message=None,
        known=GUESSED,
        meaning="the job run waits for capacity for too long and ends EXPIRED",
        run="EXPIRED",
    ),
    Fault(
        service="glue",
        name="concurrent-runs-exceeded",
        error="Glue.ConcurrentRunsExceededException",
        message="Concurrent runs exceeded.",
        known=RECORDED,
        meaning="as many runs of the job as its MaxConcurrentRuns allows are running",
        code="ConcurrentRunsExceededException",
    ),
    Fault(
        service="glue",
        name="entity-not-found",
        error="Glue.EntityNotFoundException",
        message="Failed to start job run due to missing metadata",
        known=DOCUMENTED,
        meaning="there is no job of that name",
        code="EntityNotFoundException",
    ),
    Fault(
        service="glue",
        name="invalid-input",
        error="Glue.InvalidInputException",
        message="The input provided was not valid.",
        known=DOCUMENTED,
        meaning="a parameter of the job run is not valid",
        code="InvalidInputException",
    ),
    Fault(
        service="glue",
        name="internal-service",
        error="Glue.InternalServiceException",
        message="An internal service error occurred.",
        known=DOCUMENTED,
        meaning="Glue itself fails to start the job run",
        code="InternalServiceException",
        status=500,
    ),
    Fault(
        service="glue",
        name="operation-timeout",
        error="Glue.OperationTimeoutException",
        message="The operation timed out.",
        known=DOCUMENTED,
        meaning="Glue takes too long to start the job run",
        code="OperationTimeoutException",
    ),
    Fault(
        service="glue",
        name="resource-limit",
        error="Glue.ResourceNumberLimitExceededException",
        message="A resource numerical limit was exceeded.",
        known=DOCUMENTED,
        meaning="a quota of the account is used up (workers, job runs)",
        code="ResourceNumberLimitExceededException",
    ),
    Fault(
        service="glue",
        name="access-denied",
        error="Glue.AccessDeniedException",
        message="User is not authorized to perform: glue:StartJobRun on resource: {subject}",
        known=GUESSED,
        meaning="the role of the state machine may not start the job",
        code="AccessDeniedException",
    ),
    Fault(
        service="glue",
        name="throttled",
        error="Glue.ThrottlingException",
        message="Rate exceeded",
        known=GUESSED,
        meaning="too many calls to Glue at a time",
        code="ThrottlingException",
    ),
    Fault(
        service="glue",
        name="unknown",
        error="Glue.AWSGlueException",
        message="The service answered with an error that the SDK does not know.",
        known=GUESSED,
        meaning="any error of Glue that has no class of its own",
        code="UnknownError",
    ),
)

SNS_FAULTS = (
    Fault(
        service="sns",
        name="topic-not-found",
        error="SNS.NotFoundException",
        message="Topic does not exist",
        known=DOCUMENTED,
        meaning="there is no topic of that ARN",
        code="NotFound",
        status=404,
    ),
    Fault(
        service="sns",
        name="invalid-subject",
        error="SNS.InvalidParameterException",
        message="Invalid parameter: Subject",
        known=DOCUMENTED,
        meaning="the subject is empty, has 100 characters or more, or a line break or control character",
        code="InvalidParameter",
    ),
    Fault(
        service="sns",
        name="invalid-parameter",
        error="SNS.InvalidParameterException",
        message="Invalid parameter: {subject}",
        known=RECORDED,
        meaning="any other parameter that SNS does not take",
        code="InvalidParameter",
    ),
    Fault(
        service="sns",
        name="access-denied",
        error="SNS.AuthorizationErrorException",
        message="User is not authorized to perform: SNS:Publish on resource: {subject}",
        known=DOCUMENTED,
        meaning="the role of the state machine may not publish to the topic",
        code="AuthorizationError",
        status=403,
    ),
    Fault(
        service="sns",
        name="throttled",
        error="SNS.ThrottledException",
        message="Rate exceeded",
        known=GUESSED,
        meaning="too many calls to SNS at a time",
        code="Throttled",
        status=429,
    ),
    Fault(
        service="sns",
        name="internal-error",
        error="SNS.InternalErrorException",
        message="Internal service error",
        known=DOCUMENTED,
        meaning="SNS itself fails",
        code="InternalError",
        status=500,
    ),
    Fault(
        service="sns",
        name="kms-access-denied",
        error="SNS.KMSAccessDeniedException",
        message="The ciphertext references a key that does not exist or that you do not have access to.",
        known=DOCUMENTED,
        meaning="the topic is encrypted and the role may not use its key",
        code="KMSAccessDenied",
    ),
    Fault(
        service="sns",
        name="kms-throttled",
        error="SNS.KMSThrottlingException",
        message="The request was denied due to request throttling.",
        known=DOCUMENTED,
        meaning="too many uses of the key of an encrypted topic",
        code="KMSThrottling",
    ),
    Fault(
        service="sns",
        name="unknown",
        error="SNS.AmazonSNSException",
        message="The service answered with an error that the SDK does not know.",
        known=GUESSED,
        meaning="any error of SNS that has no class of its own",
        code="UnknownError",
    ),
)

LAMBDA_FAULTS = (
    Fault(
        service="lambda",
        name="function-error",
        error="Exception",
        message='{"errorMessage":"the function failed","errorType":"Exception","stackTrace":[]}',
        known=RECORDED,
        meaning="the function raises; say the class with `error`, the payload with `message`",
    ),
    Fault(
        service="lambda",
        name="not-found",
        error="Lambda.ResourceNotFoundException",
        message="Function not found: {subject}",
        known=RECORDED,
        meaning="there is no function of that name",
        code="ResourceNotFoundException",
        status=404,
    ),
    Fault(
        service="lambda",
        name="service-exception",
        error="Lambda.ServiceException",
        message="The Lambda service encountered an internal error.",
        known=DOCUMENTED,
        meaning="Lambda itself fails",
        code="ServiceException",
        status=500,
    ),
    Fault(
        service="lambda",
        name="unknown-service-error",
        error="Lambda.AWSLambdaException",
        message="The service answered with an error that the SDK does not know.",
        known=DOCUMENTED,
        meaning="any error of Lambda that has no class of its own",
        code="UnknownError",
    ),
    Fault(
        service="lambda",
        name="client-error",
        error="Lambda.SdkClientException",
        message="Unable to execute HTTP request",
        known=DOCUMENTED,
        meaning="the call does not reach Lambda",
    ),
    Fault(
        service="lambda",
        name="client-timeout",
        error="Lambda.ClientExecutionTimeoutException",
        message="Client execution did not complete before the specified timeout configuration",
        known=DOCUMENTED,
        meaning="the call to Lambda takes too long",
    ),
    Fault(
        service="lambda",
        name="throttled",
        error="Lambda.TooManyRequestsException",
        message="Rate Exceeded.",
        known=DOCUMENTED,
        meaning="the concurrency of the function or the account is used up",
        code="TooManyRequestsException",
        status=429,
    ),
    Fault(
        service="lambda",
        name="unknown",
        error="Lambda.Unknown",
        message="The cause could not be determined because Lambda did not return an error type.",
        known=DOCUMENTED,
        meaning="the function dies without saying why (memory, time)",
    ),
    Fault(
        service="lambda",
        name="timed-out",
        error="Sandbox.Timedout",
        message='{"errorMessage":"Task timed out after 3.00 seconds"}',
        known=GUESSED,
        meaning="the function reaches its own time-out",
    ),
    Fault(
        service="lambda",
        name="access-denied",
        error="Lambda.AccessDeniedException",
        message="User is not authorized to perform: lambda:InvokeFunction on resource: {subject}",
        known=GUESSED,
        meaning="the role of the state machine may not invoke the function",
        code="AccessDeniedException",
        status=403,
    ),
)

STATES_FAULTS = (
    Fault(
        service="states",
        name="permissions",
        error="States.Permissions",
        message="The role of the state machine lacks a permission to run this task.",
        known=DOCUMENTED,
        meaning="the role lacks a permission; for any service",
    ),
    Fault(
        service="states",
        name="data-limit-exceeded",
        error="States.DataLimitExceeded",
        message="The state/task '{subject}' returned a result with a size exceeding the maximum number of bytes "
        "service limit.",
        known=RECORDED,
        meaning="the result has more than 262,144 bytes; for any service",
    ),
)

FAULTS: dict[str, dict[str, Fault]] = {
    service: {fault.name: fault for fault in faults}
    for service, faults in (
        ("glue", GLUE_FAULTS),
        ("sns", SNS_FAULTS),
        ("lambda", LAMBDA_FAULTS),
        ("states", STATES_FAULTS),
    )
}
"""Service -> fault name -> fault."""
