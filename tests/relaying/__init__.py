"""A house whose only reactions write down that they ran, for tests and benches that start real relays.

`tests.relaying.settings` is the suite's settings with `tests.relaying.reactions` as the table of reactions.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

from tests.children import inherited_environment

PROJECT = Path(__file__).parents[2]

EFFECTS = """
CREATE TABLE IF NOT EXISTS effect (
  n bigint GENERATED ALWAYS AS IDENTITY, reaction text, entry_id bigint, customer_id bigint,
  at timestamptz DEFAULT clock_timestamp());
GRANT ALL ON effect TO PUBLIC;
"""


def start_relay(environment: dict[str, str] | None = None) -> subprocess.Popen[bytes]:
    """A relay process of this house, on the database that the environment names."""
    return subprocess.Popen(
        [sys.executable, "manage.py", "relay"],
        cwd=PROJECT,
        env={
            **inherited_environment(),
            **(environment or {}),
            "DJANGO_SETTINGS_MODULE": "tests.relaying.settings",
        },
    )


def effects(connection: Any) -> list[tuple[str, int, int | None]]:
    """(reaction, entry, customer) in the order in which they took effect."""
    return connection.execute("SELECT reaction, entry_id, customer_id FROM effect ORDER BY n").fetchall()
