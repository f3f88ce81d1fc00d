"""A state machine and its input -> what would happen, in virtual time."""

from aslkit.simulation.execution import Attempt, Execution, Visit
from aslkit.simulation.program import NotSimulated, SimulationRefused
from aslkit.simulation.resources.recorded import recorded
from aslkit.simulation.run import simulate

__all__ = ["Attempt", "Execution", "NotSimulated", "SimulationRefused", "Visit", "recorded", "simulate"]
