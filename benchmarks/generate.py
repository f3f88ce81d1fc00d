"""A number of states -> the text of a definition of so many Glue tasks in a chain, each with retrier and catcher."""

from __future__ import annotations

TASK = """\
  S{number}:
    Type: Task
    Resource: arn:aws:states:::glue:startJobRun.sync
    TimeoutSeconds: 7200
    Parameters:
      JobName: job-{number}
      Arguments:
        --month.$: $.month
        --table: t{number}
    ResultPath: $.r{field}
    Retry:
      - ErrorEquals: [States.TaskFailed]
        IntervalSeconds: 60
        MaxAttempts: 2
        BackoffRate: 2
    Catch:
      - ErrorEquals: [States.ALL]
        ResultPath: $.error
        Next: Failed
    Next: {target}
"""


def chain(states: int) -> str:
    """YAML text, about 470 characters for each state."""
    tasks = (
        TASK.format(number=number, field=number % 7, target=f"S{number + 1}" if number < states - 1 else "Done")
        for number in range(states)
    )
    end = "  Done:\n    Type: Succeed\n  Failed:\n    Type: Fail\n    Error: ChainFailed\n"
    return "StartAt: S0\nStates:\n" + "".join(tasks) + end
