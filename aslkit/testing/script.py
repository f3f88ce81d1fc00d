"""A script of answers -> the words of a scenario file that say the same."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from aslkit.definition.document import load
from aslkit.definition.duration import duration_text
from aslkit.language.payload import json_text
from aslkit.operations.capture import scenario_file
from aslkit.operations.export import to_yaml
from aslkit.simulation import simulate
from aslkit.simulation.execution import FAILED
from aslkit.simulation.resources.account import Account
from aslkit.simulation.resources.scripted import Fails, Faulty, Hangs, Returns, Takes, range_text

if TYPE_CHECKING:
    from aslkit.definition.model import StateMachine
    from aslkit.simulation.resources.scripted import Reply, ScriptService, When

Json = Any


class Scripted(Account):
    """An account that is shown as the `when` of a scenario."""

    def __repr__(self) -> str:
        written = load(json_text({"when": [entry(when) for when in self.script]}), source="drawn")
        return to_yaml(written).rstrip("\n")


def scenario(machine: StateMachine, input: Json, account: Account, *, name: str = "drawn") -> str:
    """A scenario file with the run of a machine in which its tasks answer as the script of an account says.

    Only the entries that the run comes to are in it; `then` is how it ends now. Pasted beside the definition, it gives
    the same run. Raises OutcomeError when nobody says what a task answers.
    """
    execution = simulate(machine, input=input, resources=account)
    services: Any = execution.services
    asked: ScriptService = services.script
    whens = [entry(when) for when, used in zip(asked.whens, asked.used, strict=True) if used]
    then = {"status": execution.status}
    if execution.status == FAILED and execution.error is not None:
        then["error"] = execution.error
    return scenario_file({"name": name, "given": {"input": input}, **({"when": whens} if whens else {}), "then": then})


def entry(when: When) -> dict[str, Json]:
    """An entry of `when`."""
    found: dict[str, Json] = {
        name: value for name in ("state", "job", "resource") if (value := getattr(when, name)) is not None
    }
    if when.iteration is not None:
        found["iteration"] = when.iteration[0] if len(when.iteration) == 1 else list(when.iteration)
    if when.last is not None:
        found["invocation"] = when.first if when.first == when.last else range_text(when.first, when.last)
    elif when.first > 1:
        found |= {"invocation": when.first, "repeat": True}
    return found | _outcome(when.reply) | _times(when.reply)


def _outcome(reply: Reply) -> dict[str, Json]:
    match reply:
        case Returns(value=value):
            return {"returns": value}
        case Fails(error=error, cause=cause):
            return {"fails": {"error": error, **({} if cause is None else {"cause": cause})}}
        case Faulty(fault=fault, error=error, message=message):
            changes = {"error": error, "message": message}
            return {fault.service: fault.name, **{name: text for name, text in changes.items() if text is not None}}
        case Hangs():
            return {"hangs": True}
        case Takes():
            return {}


def _times(reply: Reply) -> dict[str, Json]:
    times = {"after": getattr(reply, "after", None), "heartbeats": getattr(reply, "beat", None)}
    return {name: duration_text(seconds) for name, seconds in times.items() if seconds is not None}
