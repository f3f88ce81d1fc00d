"""What our team checks beyond what aslkit and AWS do."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aslkit.definition.model import Wait, all_states
from aslkit.lint.engine import WARNING, Hit, rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from aslkit.definition.model import StateMachine


@rule(WARNING)
def short_wait(machine: StateMachine, *, least: int = 10) -> Iterator[Hit]:
    """A Wait state is over before it can be of use.

    Each round of a loop costs transitions, and the services that it asks throttle it. `least`: the seconds that a Wait
    has at least.

    Bad:

        StartAt: Rest
        States:
          Rest:
            Type: Wait
            Seconds: 1  # <-
            End: true

    Good:

        StartAt: Rest
        States:
          Rest:
            Type: Wait
            Seconds: 30
            End: true
    """
    for _, state in all_states(machine):
        if isinstance(state, Wait) and isinstance(state.seconds, int) and state.seconds < least:
            yield Hit(
                (*state.pointer, "Seconds"),
                f'"{state.name}" waits for {state.seconds} s; less than {least} s is not worth its transitions',
            )
