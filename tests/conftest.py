"""The suite's database: one migrated template, a clone of it for each process, a fresh clone after each test that
commits.

Clones are cheap (a tenth of a second) and exact: rows made by migrations are there again, sequences start anew,
and the triggers that refuse to rewrite history need not be told to look away.
"""

import hashlib
import os
import secrets
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

import psycopg
import pytest
from django.apps import apps
from django.conf import settings
from django.core.management import call_command
from django.db import connection, connections
from django.test import TransactionTestCase
from hypothesis import settings as hypothesis_settings
from psycopg import sql
from psycopg.conninfo import make_conninfo

from config import database_roles, embedded
from crm import company
from tests.children import inherited_environment

# A push tries the same examples each time, so that red means this change; the nightly run looks for new ones.
hypothesis_settings.register_profile("push", derandomize=True, deadline=None)
hypothesis_settings.register_profile("nightly", max_examples=1000, deadline=None)
hypothesis_settings.load_profile("nightly" if os.environ.get("VEREN_NIGHTLY") else "push")

BUILDING_TEMPLATES = 7_210_002
TEMPLATES_KEPT = 3
NO_BROWSER = "NO BROWSER: not one page was looked at. Install Chromium (on Debian: apt install chromium)."


def pytest_xdist_auto_num_workers(config: pytest.Config) -> int | None:
    """A single test, named with `::`, runs in this process: quicker than starting two."""
    return 0 if any("::" in argument for argument in config.args) else None


def pytest_terminal_summary(terminalreporter: Any) -> None:
    """Whoever runs the suite without a browser is told so where they look last."""
    skipped = [
        report for report in terminalreporter.stats.get("skipped", []) if NO_BROWSER in str(report.longrepr)
    ]
    if skipped:
        terminalreporter.write_sep("!", f"{len(skipped)} browser tests skipped", red=True, bold=True)
        terminalreporter.write_line(NO_BROWSER, red=True, bold=True)


@pytest.fixture(scope="session")
def django_db_setup(
    request: pytest.FixtureRequest, django_test_environment: None, django_db_blocker: Any
) -> Iterator[None]:
    """Point Django at a database of this process's own. (Takes the place of pytest-django's.)"""
    embedded.hold(settings)
    with psycopg.connect(conninfo(), autocommit=True) as server, pytest.MonkeyPatch.context() as patch:
        database = TestDatabase(server)
        with django_db_blocker.unblock():
            database.create()
        patch.setattr(TransactionTestCase, "_fixture_teardown", lambda test: database.renew())
        yield
        with django_db_blocker.unblock():
            database.drop()


@pytest.fixture(autouse=True)
def company_not_set_up() -> None:
    """No page of a test asks for the company a first time, so that counts of queries do not depend on the order."""
    company.remember(company.Company(), seconds=3600)


@pytest.fixture
def dsn(db: None) -> str:
    """For libpq: this process's test database, as the application's role. It sees what was committed."""
    role = settings.DATABASE_APP_ROLE
    return conninfo(options=f"-c role={role}" if role else "")


@pytest.fixture
def database_url(db: None) -> str:
    """For DATABASE_URL: this process's test database. (A socket's folder is written as one more slash.)"""
    its = connection.settings_dict
    login = quote(its["USER"], safe="") + (f":{quote(its['PASSWORD'], safe='')}" if its["PASSWORD"] else "")
    port = f":{its['PORT']}" if its["PORT"] else ""
    return f"postgres://{login}@{its['HOST']}{port}/{its['NAME']}".replace("@/", "@//")


@pytest.fixture
def child_environment(database_url: str) -> dict[str, str]:
    """For a process of the house started by a test: it works on this process's test database."""
    return {
        **inherited_environment(),
        "DJANGO_SETTINGS_MODULE": os.environ["DJANGO_SETTINGS_MODULE"],
        "DATABASE_URL": database_url,
        "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
    }


@pytest.fixture
def owner_connection(db: None) -> Iterator[psycopg.Connection[Any]]:
    """A superuser's connection to this process's test database, each statement its own transaction."""
    with psycopg.connect(conninfo(), autocommit=True) as owner:
        yield owner


def conninfo(**changes: str) -> str:
    """libpq's words for what Django's settings say."""
    its = connection.settings_dict
    words = {
        "host": its["HOST"],
        "port": str(its["PORT"]),
        "user": its["USER"],
        "password": its["PASSWORD"],
        "dbname": its["NAME"],
        **changes,
    }
    return make_conninfo(**{word: value for word, value in words.items() if value})


class TestDatabase:
    """A clone of the migrated template, dropped at the end. It needs a login that may create databases.

    Advisory locks on one connection say which clones and templates are in use, so that a run that was killed
    leaves nothing for long: the next one drops what nobody has locked.
    """

    __test__ = False

    def __init__(self, server: psycopg.Connection[Any], template: str = "") -> None:
        self.server = server
        self.name = f"veren_test_{secrets.token_hex(4)}"
        self.template = template or f"veren_template_{digest_of_schema()}"

    def create(self) -> None:
        self.server.execute("SELECT pg_advisory_lock(%s)", [BUILDING_TEMPLATES])
        if not self._exists(self.template):
            self.build_template()
        self.server.execute("SELECT pg_advisory_lock_shared(hashtext(%s))", [self.template])
        self.server.execute("SELECT pg_advisory_lock(hashtext(%s))", [self.name])
        self._drop_what_nobody_uses()
        self.server.execute("SELECT pg_advisory_unlock(%s)", [BUILDING_TEMPLATES])
        self._clone()
        self._point_django_at(self.name)

    def drop(self) -> None:
        connections.close_all()
        self._drop(self.name)

    def renew(self) -> None:
        """Forget everything that was committed."""
        connections.close_all()
        self._drop(self.name)
        self._clone()

    def _clone(self) -> None:
        self._run("CREATE DATABASE {} TEMPLATE {}", self.name, self.template)

    def build_template(self) -> None:
        making = f"{self.template}_making"
        self._drop(making)
        self._run("CREATE DATABASE {}" + self._utf8_options(), making)
        before = settings.DATABASES["default"]["NAME"]
        self._point_django_at(making)
        try:
            call_command("migrate", verbosity=0)
        finally:
            connections.close_all()
            self._point_django_at(before)
        self._drop(self.template)
        self._run("ALTER DATABASE {} RENAME TO {}", making, self.template)

    def drop_template(self) -> None:
        self._drop(self.template)

    def _utf8_options(self) -> str:
        """A server set up in the C locale knows no Cyrillic letters: say otherwise for our databases."""
        encoding, ctype = self.server.execute(
            "SELECT pg_encoding_to_char(encoding), datctype FROM pg_database WHERE datname = current_database()"
        ).fetchone()
        if encoding == "UTF8" and ctype not in {"C", "POSIX"}:
            return ""
        return " TEMPLATE template0 ENCODING 'UTF8' LC_COLLATE 'C' LC_CTYPE 'C.UTF-8'"

    def _drop_what_nobody_uses(self) -> None:
        def named(beginning: str) -> list[str]:
            query = "SELECT datname FROM pg_database WHERE starts_with(datname, %s) ORDER BY oid DESC"
            return [name for (name,) in self.server.execute(query, [beginning])]

        for name in named("veren_test_") + named("veren_template_")[TEMPLATES_KEPT:]:
            query = "SELECT pg_try_advisory_lock(hashtext(%s))"
            if name not in {self.name, self.template} and self.server.execute(query, [name]).fetchone()[0]:
                self._drop(name)
                self.server.execute("SELECT pg_advisory_unlock(hashtext(%s))", [name])

    def _exists(self, name: str) -> bool:
        found = self.server.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name])
        return found.fetchone() is not None

    def _drop(self, name: str) -> None:
        self._run("DROP DATABASE IF EXISTS {} WITH (FORCE)", name)

    def _run(self, statement: str, *names: str) -> None:
        self.server.execute(sql.SQL(statement).format(*map(sql.Identifier, names)))

    def _point_django_at(self, name: str) -> None:
        connections.close_all()
        settings.DATABASES["default"]["NAME"] = connection.settings_dict["NAME"] = name


def digest_of_schema() -> str:
    """Of everything that decides what a migrated database looks like."""
    project = settings.BASE_DIR
    ours = [Path(app.path) for app in apps.get_app_configs() if Path(app.path).parent == project]
    files = [
        file for app in ours for pattern in ("migrations/*.py", "**/*.sql") for file in app.glob(pattern)
    ]
    files += [project / "requirements.txt", project / "config" / "roles.py", Path(database_roles.__file__)]
    digest = hashlib.sha256(" ".join(database_roles.guarded_tables()).encode())
    for file in sorted(filter(Path.exists, files)):
        digest.update(f"{file.relative_to(project)} ".encode() + file.read_bytes())
    return digest.hexdigest()[:12]
