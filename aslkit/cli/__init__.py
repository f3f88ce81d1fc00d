"""Command line -> exit code: picks the verb and builds only its parser."""

from __future__ import annotations

import os
import sys
from contextlib import suppress
from typing import TYPE_CHECKING, NoReturn

from aslkit.cli import files
from aslkit.cli.errors import CannotRun

if TYPE_CHECKING:
    from collections.abc import Sequence
    from types import ModuleType

VERBS = {
    "lint": "check definitions: shape, flow, retries, data flow, integrations, your project's own rules",
    "rules": "list the rules of lint",
    "test": "run the failure scenarios beside the definitions",
    "coverage": "show what of the definitions the scenarios used, put together from several runs",
    "input": "show which fields of its input a definition reads, and check an input",
    "explore": "run every failure that can happen, and show which of them nobody is told of",
    "simulate": "run one execution in virtual time and print what happens",
    "state": "run one state alone and show how its data flows, as AWS's TestState does",
    "replay": "run today's definition on a recorded execution and say where it goes another way",
    "capture": "turn a recorded execution into a scenario",
    "redrive": "say what a redrive of a failed execution does",
    "export": "write the JSON that is deployed, or scenarios for AWS's own test tools",
    "import": "turn the JSON of a deployed machine into YAML, or a mock file into scenarios",
}
MODULES = {"import": "import_"}
HELP = ("-h", "--help", "help")


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs one command line and returns its exit code: 0 clean, 1 something was found, 2 cannot run.

    Raises OSError when what it prints cannot be written, unless nobody reads any more.
    """
    words = list(sys.argv[1:] if arguments is None else arguments)
    files.forget()
    try:
        return _run(words)
    except CannotRun as error:
        print(f"aslkit: {error}", file=sys.stderr)
        return 2
    except BrokenPipeError:
        return 1  # the reader of our output is gone: nobody to tell
    except KeyboardInterrupt:
        return 130


def run_and_leave() -> NoReturn:
    """Runs the command line of this process and ends it at once: taking the interpreter apart would take 5 ms.

    A result that cannot be written is code 2, whatever came out: nobody can read it. Remarks that nobody wants to hear
    (standard error is closed) change nothing.
    """
    _open_closed()
    try:
        try:
            code = main()
        except SystemExit as left:  # argparse has printed why
            code = left.code if isinstance(left.code, int) else 2
        sys.stdout.flush()
    except BrokenPipeError:
        code = 1
    except OSError as error:  # whatever opens a file by its name tells itself why it cannot
        code = 2
        _tell(f"aslkit: cannot write the output: {files.reason(error)}")
    _tell()
    os._exit(code)


def _open_closed() -> None:
    """Puts a stream in the place of each that is closed, which Python has as None: reading and writing them fail as
    they do on anything else that cannot be read or written, and what goes to standard error is lost."""
    for name, mode, flags in (
        ("stdin", "r", os.O_WRONLY),
        ("stdout", "w", os.O_RDONLY),
        ("stderr", "w", os.O_WRONLY),
    ):
        if getattr(sys, name) is None:
            setattr(sys, name, os.fdopen(os.open(os.devnull, flags), mode))


def _tell(*words: str) -> None:
    """Writes a last message, and what was not yet written, to standard error, unless that is impossible too."""
    with suppress(OSError):
        print(*words, file=sys.stderr, end="\n" if words else "", flush=True)


def _run(words: list[str]) -> int:
    if not words or words[0] in HELP:
        print(_help())
        return 0 if words else 2
    if words[0] in ("-V", "--version"):
        from aslkit import __version__

        print(f"aslkit {__version__}")
        return 0
    verb = _module(words[0])
    parser = verb.parser()
    return int(verb.run(parser.parse_args(words[1:])))


def _module(name: str) -> ModuleType:
    from importlib import import_module

    if name not in VERBS:
        from aslkit.definition.spelling import nearest

        close = nearest(name, VERBS)
        hint = f'did you mean "{close}"?' if close else "aslkit --help lists them."
        raise CannotRun(f'there is no command "{name}"; {hint}')
    return import_module(f"aslkit.cli.{MODULES.get(name, name)}")


def _help() -> str:
    verbs = "\n".join(f"  {name:<10} {what}" for name, what in VERBS.items())
    return (
        "usage: aslkit COMMAND [options]\n\n"
        "Keep an AWS Step Functions state machine as YAML: lint it, simulate its failures offline, export JSON.\n\n"
        f"commands:\n{verbs}\n\n"
        "aslkit COMMAND --help tells more of each, with examples.\n"
        "Exit codes: 0 clean, 1 something was found, 2 cannot run."
    )
