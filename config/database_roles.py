"""Two database roles from the first day: an owner that migrates and an application that may only use.

A session starts in one of them, whatever its login, so that the application can neither change
tables nor rewrite history, even when its login could. On a server of your own the names come from
DATABASE_OWNER_ROLE and DATABASE_APP_ROLE; an empty name means that nothing is assumed.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from django.apps import apps
from django.conf import settings
from django.core.management.base import CommandError
from django.db import transaction
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.utils import ProgrammingError

GRANTS = Path(__file__).with_suffix(".sql")
MIGRATION_LOCK = 7_210_001


@contextmanager
def assumed(connection: BaseDatabaseWrapper, role: str | None) -> Iterator[None]:
    """Connect anew with another role (none: the login itself), without time limits; afterwards as before."""
    before = connection.settings_dict["OPTIONS"]
    options = {name: value for name, value in before.items() if name != "pool"}
    patience = "-c statement_timeout=0 -c idle_in_transaction_session_timeout=0 -c lock_timeout=0"
    _reconnect(connection, {**options, "options": f"{patience} -c role={role}" if role else patience})
    try:
        yield
    finally:
        _reconnect(connection, before)


def _reconnect(connection: BaseDatabaseWrapper, options: dict[str, object]) -> None:
    connection.close()
    if connection.settings_dict["OPTIONS"].get("pool"):
        connection.close_pool()  # type: ignore[attr-defined]
    connection.settings_dict["OPTIONS"] = options


def create_missing(connection: BaseDatabaseWrapper) -> None:
    """Make sure that both roles exist, that our login may assume them, and that the owner may create.

    Idempotent; run it as the login itself.

    Raises:
        CommandError: something is missing, and our login may not create it.
    """
    for role in filter(None, (settings.DATABASE_OWNER_ROLE, settings.DATABASE_APP_ROLE)):
        if not _one(connection, "SELECT count(*) FROM pg_roles WHERE rolname = %s", role):
            _run(connection, f"CREATE ROLE {_quoted(connection, role)}")
        if not _one(connection, "SELECT pg_has_role(%s, 'MEMBER')::int", role):
            _run(connection, f"GRANT {_quoted(connection, role)} TO CURRENT_USER")
    if owner := settings.DATABASE_OWNER_ROLE:
        name, role = _quoted(connection, connection.settings_dict["NAME"]), _quoted(connection, owner)
        may_create = "SELECT has_database_privilege(%s, current_database(), 'CREATE')::int"
        if not _one(connection, may_create, owner):
            _run(connection, f"GRANT CREATE ON DATABASE {name} TO {role}")
        if not _one(connection, "SELECT has_schema_privilege(%s, 'public', 'CREATE')::int", owner):
            _run(connection, f"GRANT USAGE, CREATE ON SCHEMA public TO {role}")


@contextmanager
def one_at_a_time(connection: BaseDatabaseWrapper) -> Iterator[None]:
    """Two machines that migrate at once take turns. The lock goes with the connection, whatever happens.

    Once it is ours, a statement waits 10 s for a table's lock and no longer: everyone else queues behind it.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock(%s)", [MIGRATION_LOCK])
        cursor.execute("SET lock_timeout = '10s'")
    yield
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_unlock(%s)", [MIGRATION_LOCK])


def grant(connection: BaseDatabaseWrapper) -> None:
    """Give the application what it may use: everything but UPDATE and DELETE on append-only tables.

    Idempotent; run it as the owner.
    """
    if not settings.DATABASE_APP_ROLE:
        return
    with transaction.atomic(using=connection.alias), connection.cursor() as cursor:
        cursor.execute(
            "SELECT set_config('veren.app_role', %s, true), set_config('veren.append_only', %s, true), "
            "set_config('veren.written_by_functions', %s, true)",
            [
                settings.DATABASE_APP_ROLE,
                ",".join(tables_that_say("append_only")),
                ",".join(tables_that_say("written_by_functions")),
            ],
        )
        cursor.execute(GRANTS.read_text())


def tables_that_say(word: str) -> list[str]:
    """The tables of the models where `append_only` or `written_by_functions` stands as True."""
    return sorted(model._meta.db_table for model in apps.get_models() if getattr(model, word, False))


def guarded_tables() -> list[str]:
    """What decides which grants are taken back."""
    return [
        f"{word}:{table}"
        for word in ("append_only", "written_by_functions")
        for table in tables_that_say(word)
    ]


def _one(connection: BaseDatabaseWrapper, query: str, *parameters: str) -> int:
    with connection.cursor() as cursor:
        cursor.execute(query, parameters)
        (value,) = cursor.fetchone()
    return int(value)


def _run(connection: BaseDatabaseWrapper, statement: str) -> None:
    try:
        with connection.cursor() as cursor:
            cursor.execute(statement)
    except ProgrammingError as error:
        login = connection.settings_dict["USER"]
        raise CommandError(
            f"The database login {login} may not do this, so let an administrator do it once: {statement}; "
            "(or set DATABASE_OWNER_ROLE and DATABASE_APP_ROLE to nothing, and one login does everything)."
        ) from error


def _quoted(connection: BaseDatabaseWrapper, name: str) -> str:
    return connection.ops.quote_name(name)
