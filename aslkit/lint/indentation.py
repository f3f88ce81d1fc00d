"""Fields that stand one level too deep: part of what is sent, where they were meant for the state."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aslkit.definition.model import Task, all_states
from aslkit.lint.calls import target
from aslkit.lint.engine import WARNING, Hit, rule

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from aslkit.definition.model import Json, State, StateMachine

PAYLOADS = ("Parameters", "Arguments", "ItemSelector", "ResultSelector", "Assign", "Output")


@rule(WARNING)
def field_in_payload(machine: StateMachine) -> Iterator[Hit]:
    """Retry or Catch stands inside Parameters, where it is sent as data.

    The lines are indented too far. The state has no Retry or Catch then: its first failure ends the execution, although
    the file seems to say otherwise.

    Bad:

        StartAt: Load
        States:
          Load:
            Type: Task
            Resource: ${LoadFunction}
            Parameters:
              month.$: $.month
              Retry:  # <-
                - ErrorEquals: [States.ALL]
                  MaxAttempts: 2
            End: true

    Good:

        StartAt: Load
        States:
          Load:
            Type: Task
            Resource: ${LoadFunction}
            Parameters:
              month.$: $.month
            Retry:
              - ErrorEquals: [States.ALL]
                MaxAttempts: 2
            End: true
    """
    for _, state in all_states(machine):
        raw = state.raw
        for payload in PAYLOADS:
            sent = raw.get(payload)
            if type(sent) is dict and ("Retry" in sent or "Catch" in sent):
                for field in ("Retry", "Catch"):
                    if _is_slip(state, payload, sent, field):
                        yield Hit(
                            (*state.pointer, payload, field),
                            f'this {field} stands inside {payload} of "{state.name}" and is sent as data: the state '
                            f"has no {field}; indent it as far as {payload}",
                        )


def _is_slip(state: State, payload: str, sent: Mapping[str, Json], field: str) -> bool:
    entries = sent.get(field)
    if not isinstance(entries, list) or field in state.raw:
        return False
    if not any(isinstance(entry, dict) and "ErrorEquals" in entry for entry in entries):
        return False
    known = target(state.resource) if isinstance(state, Task) and state.resource is not None else None
    # a parameter that the action does not have is a finding of its own
    return payload not in ("Parameters", "Arguments") or known is None or known.input is None
