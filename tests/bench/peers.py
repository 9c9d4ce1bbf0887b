"""Ledgers of others, measured beside ours. They are no dependency: each stands in an environment of its own, made when
a bench first asks for it."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from tempfile import gettempdir

from django.db import connection

from tests.bench.house import superuser

HORDAK = ("django-hordak==2.0.0", "django==5.2.*", "psycopg[binary]==3.3.*")


@dataclass(frozen=True)
class Peer:
    program: list[str | Path]
    environment: dict[str, str]


def hordak() -> Peer | None:
    """With its tables and accounts ready, in a database of its own beside ours; None where it cannot be installed."""
    python = _python_with("veren-bench-hordak", HORDAK)
    if python is None:
        return None
    with superuser() as owner:
        if not owner.execute("SELECT 1 FROM pg_database WHERE datname = 'hordak'").fetchone():
            owner.execute("CREATE DATABASE hordak")
    its = connection.settings_dict
    peer = Peer(
        [python, Path(__file__).with_name("hordak_posting.py")],
        {"PEER_HOST": its["HOST"], "PEER_USER": its["USER"]},
    )
    subprocess.run([*peer.program, "prepare"], check=True, env={**os.environ, **peer.environment})
    return peer


def _python_with(name: str, packages: tuple[str, ...]) -> Path | None:
    folder = Path(gettempdir()) / name
    python, ready = folder / "bin" / "python", folder / "ready"
    if not ready.exists():
        made = subprocess.run([sys.executable, "-m", "venv", "--clear", folder], check=False)
        asked = [python, "-m", "pip", "install", "--quiet", *packages]
        if made.returncode or subprocess.run(asked, check=False, capture_output=True).returncode:
            return None
        ready.touch()
    return python
