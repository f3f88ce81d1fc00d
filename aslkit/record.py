"""Record: the base of aslkit's plain data classes; a frozen dataclass that costs nothing at start-up.

`aslkit lint` starts anew for every commit. The standard library's dataclasses take 8 ms to import and about 1 ms for
each class, a third of what a whole cold lint may take; a record takes 20 µs. Type checkers see an ordinary frozen
dataclass (PEP 681).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Self, dataclass_transform

if TYPE_CHECKING:
    from collections.abc import Iterable


@dataclass_transform(frozen_default=True)
class Record:
    """Fields are the annotated names, base class first, given in that order or by name; a class attribute of the same
    name is the default. Compared and printed by their values; never changed after they are made."""

    _fields: tuple[str, ...] = ()
    _required: frozenset[str] = frozenset()

    def __init_subclass__(cls) -> None:
        inherited = cls._fields
        own = (name for name in vars(cls).get("__annotations__", ()) if not name.startswith("_"))
        cls._fields = (*inherited, *(name for name in own if name not in inherited))
        type.__setattr__(cls, "__match_args__", cls._fields)
        cls._required = frozenset(name for name in cls._fields if not hasattr(cls, name))

    def __init__(self, *values: Any, **named: Any) -> None:
        """Raises TypeError for a field that is missing, unknown or given twice."""
        own = self.__dict__
        if values:
            own.update(zip(self._fields, values, strict=False))
        if len(values) > len(self._fields) or (named and not own.keys().isdisjoint(named)):
            raise TypeError(f"{type(self).__name__} takes {_listed(self._fields)}; one is given twice or too many")
        own.update(named)
        if not self._required <= own.keys() or (named and not named.keys() <= set(self._fields)):
            wrong = (self._required - own.keys()) | (named.keys() - set(self._fields))
            raise TypeError(
                f"{type(self).__name__} takes {_listed(self._fields)}; missing or unknown: {_listed(wrong)}"
            )

    @classmethod
    def of(cls, values: dict[str, Any]) -> Self:
        """A record of values that are known to fit: what `cls(**values)` makes, four times as fast."""
        made = cls.__new__(cls)
        made.__dict__.update(values)
        return made

    def __setattr__(self, name: str, value: object) -> None:
        raise AttributeError(f"a {type(self).__name__} never changes; cannot set {name!r}")

    def __delattr__(self, name: str) -> None:
        raise AttributeError(f"a {type(self).__name__} never changes; cannot delete {name!r}")

    def __eq__(self, other: object) -> bool:
        return type(other) is type(self) and self._values() == other._values()

    def __hash__(self) -> int:
        return hash((type(self), self._values()))

    def __repr__(self) -> str:
        shown = ", ".join(f"{name}={getattr(self, name)!r}" for name in self._fields)
        return f"{type(self).__name__}({shown})"

    def _values(self) -> tuple[Any, ...]:
        return tuple(getattr(self, name) for name in self._fields)


def _listed(names: Iterable[str]) -> str:
    return ", ".join(names)
