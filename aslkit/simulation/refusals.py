"""What is wrong with a call of TestState -> the error that says so, worded as AWS words it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aslkit.definition.document import pointer_text

if TYPE_CHECKING:
    from aslkit.definition.document import Pointer


class TestStateError(ValueError):
    """A call that TestState refuses.

    `code` is ValidationException, InvalidDefinition or InvalidExecutionInput; `pointer` is what is wrong in the
    definition, None where something else is.
    """

    __test__ = False

    def __init__(self, code: str, message: str, pointer: Pointer | None = None) -> None:
        super().__init__(f"{code}: {message}")
        self.code = code
        self.message = message
        self.pointer = pointer


def refused(message: str, code: str = "ValidationException") -> TestStateError:
    return TestStateError(code, message)


def invalid(message: str, pointer: Pointer, kind: str = "SCHEMA_VALIDATION_FAILED") -> TestStateError:
    """A definition that is wrong at one place."""
    return invalid_text(f"{kind}: {message} at {pointer_text(pointer) or '/'}", pointer)


def invalid_text(message: str, pointer: Pointer | None = None) -> TestStateError:
    return TestStateError("InvalidDefinition", f"Invalid State Machine Definition: '{message}'", pointer)
