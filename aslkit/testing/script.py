"""A script of answers -> the scenario file that says the same, and how it is shown."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from aslkit.definition.document import load
from aslkit.definition.model import StateMachine
from aslkit.language.payload import json_text
from aslkit.operations.capture import scenario_file
from aslkit.operations.export import to_yaml
from aslkit.simulation import simulate
from aslkit.simulation.execution import FAILED
from aslkit.simulation.resources.account import Account
from aslkit.simulation.resources.words import entry
from aslkit.testing import check_type

if TYPE_CHECKING:
    from aslkit.simulation.resources.scripted import ScriptService

Json = Any

MACHINE = "a machine, as `aslkit.testing.machine` reads it,"


class Scripted(Account):
    """An account that is shown as the `when` of a scenario."""

    def __repr__(self) -> str:
        written = load(json_text({"when": [entry(when) for when in self.script]}), source="drawn")
        return to_yaml(written).rstrip("\n")


def scenario(machine: StateMachine, input: Json, account: Account, *, name: str = "drawn") -> str:
    """A scenario file with the run of a machine in which its tasks answer as the script of an account says.

    Only the entries that the run comes to are in it; `then` is how it ends now. Pasted beside the definition, it gives
    the same run. Raises OutcomeError when nobody says what a task answers, TypeError for what is no machine or no
    account.
    """
    check_type("machine", machine, StateMachine, MACHINE)
    check_type("account", account, Account, "an account, as `outcomes` draws it,")
    execution = simulate(machine, input=input, resources=account)
    services: Any = execution.services
    asked: ScriptService = services.script
    whens = [entry(when) for when, used in zip(asked.whens, asked.used, strict=True) if used]
    then = {"status": execution.status}
    if execution.status == FAILED and execution.error is not None:
        then["error"] = execution.error
    return scenario_file({"name": name, "given": {"input": input}, **({"when": whens} if whens else {}), "then": then})
