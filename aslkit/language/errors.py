"""The errors of the simulated world: the only ones that Retry and Catch see."""

RUNTIME = "States.Runtime"
TIMEOUT = "States.Timeout"
TASK_FAILED = "States.TaskFailed"
ALL = "States.ALL"
HEARTBEAT_TIMEOUT = "States.HeartbeatTimeout"
DATA_LIMIT_EXCEEDED = "States.DataLimitExceeded"
QUERY_EVALUATION_ERROR = "States.QueryEvaluationError"
PERMISSIONS = "States.Permissions"


class StatesError(Exception):
    """A failure inside the simulated world, with the error name and cause that the history shows.

    `error` and `cause` are None where AWS sends none (a timed-out task has no cause, a token may fail without a name).
    Source: States Language specification, "Errors".
    """

    def __init__(self, error: str | None, cause: str | None = None) -> None:
        super().__init__(error, cause)
        self.error = error
        self.cause = cause

    def __str__(self) -> str:
        return ": ".join(part for part in (self.error, self.cause) if part)
