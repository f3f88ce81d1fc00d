"""aslkit lint --baseline: the file of findings that a project knows already."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING

from aslkit.cli import files
from aslkit.cli.errors import CannotRun
from aslkit.lint.baseline import Baseline, BaselineError, baseline_text, read_baseline

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from aslkit.lint.engine import Finding


class BaselineFile:
    """A baseline, and the folder that its file names are seen from."""

    def __init__(self, name: str, *, anew: bool) -> None:
        """Reads the file; `anew` takes it as empty. Raises CannotRun for a file that is no baseline."""
        self.name = files.shown(name)
        self.path = name
        self.folder = os.path.dirname(os.path.abspath(name))
        self.found: dict[str, list[Finding]] = {}
        self.baseline = Baseline() if anew else self._read()

    def _read(self) -> Baseline:
        try:
            return read_baseline(files.read(self.path).decode("utf-8", "replace"))
        except BaselineError as error:
            raise CannotRun(f"{self.name}: {error}") from None

    def unknown(self, name: str, findings: Iterable[Finding]) -> list[Finding]:
        """The findings in a file that are not known."""
        return self.baseline.unknown(self._from_here(name), findings)

    def report(self, name: str, findings: Sequence[Finding]) -> list[Finding]:
        """The same, of all findings in a file that is done: they say what is stale."""
        self.found[self._from_here(name)] = list(findings)
        return self.unknown(name, findings)

    def tell_stale(self) -> None:
        """Says which entries match nothing any more, of the files that were looked at and of those that are gone."""
        gone: dict[str, list[Finding]] = {
            one.file: []
            for one in self.baseline.known
            if one.file not in self.found and not os.path.exists(os.path.join(self.folder, one.file))
        }
        for one in self.baseline.stale({**self.found, **gone}):
            print(
                f"{self.name}: no longer found: {one.file}: {one.message} [{one.rule}]; --update-baseline removes it",
                file=sys.stderr,
            )

    def update(self) -> int:
        """Writes all findings that were reported; the entries of files that were not looked at stay. Their number."""
        found = [(file, finding) for file, findings in self.found.items() for finding in findings]
        files.write(self.path, baseline_text(found, keep=self._elsewhere()), over_input=True)
        return len(found)

    def _elsewhere(self) -> Baseline:
        """What is known of other files that still exist."""
        if not os.path.isfile(self.path):
            return Baseline()
        known = self._read().known
        return Baseline(
            tuple(
                one
                for one in known
                if one.file not in self.found and os.path.exists(os.path.join(self.folder, one.file))
            )
        )

    def _from_here(self, name: str) -> str:
        """The name of a file as the baseline has it."""
        if name == files.STDIN:
            return files.shown(name)
        return files.shown(os.path.relpath(os.path.abspath(name), self.folder))
