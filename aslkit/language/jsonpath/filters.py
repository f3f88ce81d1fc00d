"""Condition × value -> whether it holds."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from aslkit.language.jsonpath.comparisons import COMPARISONS
from aslkit.language.jsonpath.errors import Missing
from aslkit.language.jsonpath.operands import UNDEFINED, comparable, constant
from aslkit.language.jsonpath.path import Comparison, Exists, Literal, Logical

if TYPE_CHECKING:
    from aslkit.language.jsonpath.evaluation import Run
    from aslkit.language.jsonpath.path import Condition, Json, Path


def holds(condition: Condition, item: Json, run: Run, strict: bool) -> bool:
    """Whether the condition of a filter holds for an element, or for the object that it stands behind."""
    match condition:
        case Logical("||", parts):
            return any(holds(part, item, run, strict) for part in parts)
        case Logical("&&", parts):
            return all(holds(part, item, run, strict) for part in parts)
        case Logical(_, (part,)):
            return not holds(part, item, run, strict)
        case Exists(path, expected):
            return _exists(path, item, run) == expected
        case Comparison(left, operator, right):
            operands = _operand_value(left, item, run, strict), _operand_value(right, item, run, strict)
            return COMPARISONS[operator](*operands, run)
    raise AssertionError(condition)


def _exists(path: Path, item: Json, run: Run) -> bool:
    """Whether the path reads from `item`, even one that begins with `$`, in Jayway."""
    try:
        run.answer(path, item, strict=True)
    except Missing:
        return False
    return True


def _operand_value(operand: Path | Literal, item: Json, run: Run, strict: bool) -> Any:
    if isinstance(operand, Literal):
        return constant(operand)
    try:
        if operand.root == "@":
            return comparable(run.answer(operand, item, strict=strict))
        key = (id(operand), strict)
        if key not in run.answers:
            run.answers[key] = run.answer(operand, run.document, strict=strict)
        return comparable(run.answers[key])
    except Missing:
        return UNDEFINED
