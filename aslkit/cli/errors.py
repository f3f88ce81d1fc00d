"""What ends a command with exit code 2."""


class CannotRun(Exception):
    """The command cannot do what it was asked: one line that says what, where and what to do."""
