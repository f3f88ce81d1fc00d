"""What Step Functions takes at most: the length of a definition, the characters of names."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from aslkit.definition.model import all_states
from aslkit.lint.engine import ERROR, WARNING, Hit, rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from aslkit.definition.model import StateMachine

MOST_CHARACTERS = 1_048_576
"""The characters of a definition. Source: AWS, CreateStateMachine."""

SURELY_SHORT = 200_000
"""A text without aliases of fewer characters than this never becomes a definition that is too long."""


@rule(ERROR)
def definition_size(machine: StateMachine) -> Iterator[Hit]:
    """The definition is longer than AWS takes.

    AWS refuses a definition of more than 1,048,576 characters of JSON. What is measured is the shortest JSON text of
    it, without blanks, aliases written out. A part of the work in a state machine of its own makes it shorter:
    `arn:aws:states:::states:startExecution.sync:2`.

    Bad:

        StartAt: Load
        States:  # <-
          Load: {Type: Pass, End: true, Result: [&a [&b [&c [&d [&e [xxxxxxxxxxxxxxxxxxxx, xxxxxxxxxxxxxxxxxxxx],
            *e, *e, *e, *e, *e, *e, *e, *e, *e], *d, *d, *d, *d, *d, *d, *d, *d, *d], *c, *c, *c, *c, *c, *c, *c, *c],
            *b, *b, *b, *b, *b, *b, *b, *b, *b], *a, *a, *a]}

    Good:

        StartAt: Load
        States:
          Load:
            Type: Pass
            End: true
    """
    text = machine.document.text
    if len(text) < SURELY_SHORT and "*" not in text:
        return
    length = _surely(text) if machine.document.region is None else 0
    if not length:
        length = len(json.dumps(machine.document.data, ensure_ascii=False, separators=(",", ":")))
    if length > MOST_CHARACTERS:
        yield Hit(
            ("States",),
            f"the definition has {length:,} characters of JSON or more; AWS takes {MOST_CHARACTERS:,} and refuses it",
        )


def _surely(text: str) -> int:
    """A number of characters that the JSON text has at least, when that is far too many; else 0: it is to be counted.

    JSON needs every character of YAML but blanks and comments, and quotes in addition.
    """
    written = len(text) - text.count(" ") - text.count("\n")
    return written // 2 if "#" not in text and written > 2 * MOST_CHARACTERS else 0


@rule(WARNING)
def state_name(machine: StateMachine) -> Iterator[Hit]:
    """The name of a state has characters that nobody sees.

    A blank at its end, a line break or a control character makes a name differ from one that looks the same: Next does
    not find it, alarms and scenarios do not either.

    Bad:

        StartAt: "Load "
        States:
          "Load ":  # <-
            Type: Succeed

    Good:

        StartAt: Load
        States:
          Load:
            Type: Succeed
    """
    for _, state in all_states(machine):
        name = state.name
        if not name.isprintable() or name != name.strip():
            yield Hit(
                state.pointer,
                f"the name {json.dumps(name)} {_unseen(name)}, which makes it differ from a name that looks the same",
            )


def _unseen(name: str) -> str:
    if name != name.strip():
        return f"{'ends' if name != name.rstrip() else 'begins'} with a blank"
    character = next(one for one in name if not one.isprintable())
    return f"has the character U+{ord(character):04X} in it"


MOST_EXPRESS_SECONDS = 300
"""How long an Express execution may run. Source: AWS, "Standard and Express workflows"."""


@rule(WARNING)
def express_duration(machine: StateMachine, *, workflow_type: str = "STANDARD") -> Iterator[Hit]:
    """A wait or a time-out is longer than an Express workflow may run.

    An Express execution ends as TIMED_OUT after five minutes, past every Catch: a Wait of five minutes is never over, a
    time-out beyond them is never reached. Checked when the project's config says `type: EXPRESS`.

    Bad:

        # config: {workflow_type: EXPRESS}
        StartAt: Rest
        States:
          Rest:
            Type: Wait
            Seconds: 600  # <-
            End: true

    Good:

        # config: {workflow_type: EXPRESS}
        StartAt: Rest
        States:
          Rest:
            Type: Wait
            Seconds: 60
            End: true
    """
    if workflow_type != "EXPRESS":
        return
    for _, state in all_states(machine):
        for field in ("Seconds", "TimeoutSeconds"):
            seconds = state.raw.get(field)
            if type(seconds) is int and seconds >= MOST_EXPRESS_SECONDS:
                yield Hit(
                    (*state.pointer, field),
                    f'{field} of "{state.name}" is {seconds:,}: an Express execution ends after '
                    f"{MOST_EXPRESS_SECONDS} s, past every Catch",
                )
