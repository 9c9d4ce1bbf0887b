"""Does the code before this one run on the schema of this one? An update migrates while the old code still serves.

    python3 manage.py -m tests.compatible [--since REVISION] [what pytest shall run]

The old tree is taken out of git, a cluster of its own gets a template made by the *new* migrations under the name of
the old schema, and the old suite runs on clones of it. It finds what a migration took away too early.
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

PROJECT = Path(__file__).parents[1]
# What a shop's systems, the relay and people at their desks do; the rest of the suite is about the code alone.
BY_DEFAULT = [f"tests/crm/test_{name}.py" for name in "api_orders ordering relay timeline".split()]
DIGEST = """
import django
django.setup()
from tests.conftest import digest_of_schema
print(digest_of_schema())
"""
BUILD = """
import sys, django
django.setup()
import psycopg
from django.conf import settings
from config import embedded
from tests import conftest
embedded.hold(settings)
with psycopg.connect(conftest.conninfo(), autocommit=True) as server:
    database = conftest.TestDatabase(server)
    database.template = f"veren_template_{sys.argv[1]}"
    database._build_template()
"""


def main() -> int:
    asked = argparse.ArgumentParser(description="Run the suite of earlier code on the schema of this code.")
    asked.add_argument("--since", default="HEAD~1", help="the earlier revision (HEAD~1)")
    options, tests = asked.parse_known_args()
    # Under /tmp, where the account that PostgreSQL runs as may enter.
    folder = Path(tempfile.mkdtemp(prefix="veren-compatible-"))
    folder.chmod(0o755)
    try:
        return compare(options.since, folder, tests)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def compare(since: str, folder: Path, tests: list[str]) -> int:
    earlier = folder / "code"
    earlier.mkdir()
    take_out(since, earlier)
    environment = {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "config.settings.test",
        "VEREN_STATE": str(folder / "state"),
    }
    before, now = (digest(tree, environment) for tree in (earlier, PROJECT))
    if before == now:
        print(f"The schema is the one of {since}: nothing to try.")
        return 0
    subprocess.run([sys.executable, "-c", BUILD, before], cwd=PROJECT, env=environment, check=True)
    files = tests or [name for name in BY_DEFAULT if (earlier / name).exists()]
    print(f"The code of {since} on the schema of today: {' '.join(files)}", flush=True)
    return subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", *files],
        cwd=earlier,
        env=environment,
        check=False,
    ).returncode


def take_out(revision: str, folder: Path) -> None:
    archive = subprocess.run(
        ["git", "archive", "--format=tar", revision], cwd=PROJECT, stdout=subprocess.PIPE, check=True
    )
    subprocess.run(["tar", "-x"], cwd=folder, input=archive.stdout, check=True)


def digest(tree: Path, environment: dict[str, str]) -> str:
    told = subprocess.run(
        [sys.executable, "-c", DIGEST],
        cwd=tree,
        env=environment,
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    )
    return told.stdout.strip()


if __name__ == "__main__":
    sys.exit(main())
