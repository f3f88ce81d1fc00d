"""What is particular to invoking Lambda functions: the version or alias."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aslkit.lint.calls import calls, literal, payload
from aslkit.lint.engine import WARNING, Hit, rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from aslkit.definition.model import StateMachine


@rule(WARNING)
def lambda_qualifier(machine: StateMachine) -> Iterator[Hit]:
    """The version or alias of a Lambda function is named once, or twice alike.

    When FunctionName ends in a version or alias and Qualifier names another, Lambda refuses the call
    (Lambda.InvalidParameterValueException) when the task is reached.

    Bad:

        StartAt: Check
        States:
          Check:
            Type: Task
            Resource: arn:aws:states:::lambda:invoke
            TimeoutSeconds: 60
            Parameters:
              FunctionName: check-tables:live
              Qualifier: test  # <-
              Payload.$: $
            End: true

    Good:

        StartAt: Check
        States:
          Check:
            Type: Task
            Resource: arn:aws:states:::lambda:invoke
            TimeoutSeconds: 60
            Parameters:
              FunctionName: check-tables:live
              Payload.$: $
            End: true
    """
    for task, target in calls(machine):
        found = payload(task) if target.call == "lambda:invoke" else None
        if found is None:
            continue
        place, sent = found
        function, qualifier = literal(sent, "FunctionName"), literal(sent, "Qualifier")
        own = _qualifier(function) if isinstance(function, str) else None
        if own is not None and isinstance(qualifier, str) and own != qualifier:
            yield Hit(
                (*place, "Qualifier"),
                f'"{task.name}": FunctionName asks for "{own}" and Qualifier for "{qualifier}"; Lambda refuses the '
                "call when the task is reached",
                related=((*place, "FunctionName"),),
            )


def _qualifier(function: str) -> str | None:
    """The version or alias at the end of a function's name or ARN."""
    name = function.partition(":function:")[2] or function
    parts = name.split(":")
    return parts[1] if len(parts) == 2 and parts[1] else None
