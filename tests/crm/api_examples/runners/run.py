"""Runs each piece of Python in a folder by itself, and writes beside it what it said."""

import sys
import traceback
from contextlib import redirect_stdout
from pathlib import Path

for piece in sorted(Path(sys.argv[1]).glob("*.py")):
    with Path(f"{piece}.said").open("w", encoding="utf-8") as said, redirect_stdout(said):
        try:
            exec(compile(piece.read_text(encoding="utf-8"), piece.name, "exec"), {})  # noqa: S102 - our own page
        except Exception:  # noqa: BLE001 - the next one is run whatever this one did
            traceback.print_exc(file=said)
