"""The whole program with standard streams that are full or closed: its exit code, and what it can still say."""

from __future__ import annotations

import os
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

DEFINITION = "StartAt: A\nStates: {A: {Type: Succeed}}\n"
STREAMS = {
    "output on a full disk": (["lint", "m.asl.yaml"], ">/dev/full", 2),
    "help on a full disk": (["--help"], ">/dev/full", 2),
    "output that is more than a buffer on a full disk": (["rules", "--format", "json"], ">/dev/full", 2),
    "closed output": (["lint", "m.asl.yaml"], ">&-", 2),
    "closed output of a help": (["lint", "--help"], ">&-", 2),
    "closed remarks on what went well": (["export", "m.asl.yaml"], "2>&- >/dev/null", 0),
    "closed remarks on what cannot run": (["lint", "nofile"], "2>&-", 2),
    "full remarks on what cannot run": (["lint", "nofile"], "2>/dev/full", 2),
    "everything closed": (["lint", "-"], "<&- >&- 2>&-", 2),
}
REASONS = {">/dev/full": "No space left on device", ">&-": "Bad file descriptor"}


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="there is no /dev/full here")
@pytest.mark.parametrize("what", STREAMS)
def test_a_result_that_cannot_be_written_is_code_2_and_remarks_that_cannot_change_nothing(
    what: str, tmp_path: Path
) -> None:
    Path(tmp_path, "m.asl.yaml").write_text(DEFINITION)
    words, streams, code = STREAMS[what]
    command = shlex.join([sys.executable, "-m", "aslkit", *words])
    done = subprocess.run(
        ["sh", "-c", f"{command} {streams}"], capture_output=True, text=True, check=False, cwd=tmp_path
    )
    reason = REASONS.get(streams)
    said = "" if reason is None else f"aslkit: cannot write the output: {reason}\n"
    assert (done.returncode, done.stdout, done.stderr) == (code, "", said)
