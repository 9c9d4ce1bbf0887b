"""All pieces of one language in one process: starting one for each would take minutes."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest

RUNNERS = Path(__file__).parent / "runners"
# Python, JavaScript and PHP say the status before the answer, curl after it.
STATUS = re.compile(r"\A(\d{3}) |\n(\d{3})\Z")
SECONDS = 120


@dataclass(frozen=True, kw_only=True)
class Runner:
    """`probe`: what has to succeed where the language is installed."""

    suffix: str
    command: Sequence[str]
    probe: Sequence[str]
    missing: str

    def skip_where_missing(self) -> None:
        if shutil.which(self.command[0]) is None or subprocess.run(self.probe, check=False).returncode:
            pytest.skip(f"{self.missing} is not installed: its examples were not run.")

    def run(self, pieces: Sequence[str], *, at: str, key: str, folder: Path) -> list[str]:
        """What each piece said. The house is at `at`."""
        files = [folder / f"{number:04}.{self.suffix}" for number in range(len(pieces))]
        for file, piece in zip(files, pieces, strict=True):
            file.write_text(piece, encoding="utf-8")
        # Read by curl at each start: the examples need not show how a status is asked for.
        (folder / ".curlrc").write_text('write-out = "\\n%{http_code}"\n')
        environment = {**os.environ, "VEREN": at, "KEY": key, "CURL_HOME": str(folder)}
        command = [*self.command, str(RUNNERS / f"run.{self.suffix}"), str(folder)]
        subprocess.run(command, env=environment, check=True, timeout=SECONDS)
        return [Path(f"{file}.said").read_text(encoding="utf-8") for file in files]


def status_in(said: str) -> str:
    found = STATUS.search(said)
    return (found[1] or found[2]) if found else ""


HAS_CURL = 'exit(function_exists("curl_init") ? 0 : 1);'
RUNNER_OF = {
    "sh": Runner(suffix="sh", command=["sh"], probe=["sh", "-c", "command -v curl >&2"], missing="curl"),
    "python": Runner(
        suffix="py", command=[sys.executable], probe=[sys.executable, "-c", ""], missing="Python"
    ),
    "javascript": Runner(
        suffix="mjs", command=["node"], probe=["node", "-e", "fetch"], missing="Node 18 or later (nodejs)"
    ),
    "php": Runner(
        suffix="php",
        command=["php"],
        probe=["php", "-r", HAS_CURL],
        missing="PHP with curl (php-cli, php-curl)",
    ),
}
